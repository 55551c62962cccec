/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reason/reason_parts.h"
#include "core/errnos.h"

/* reason_database.c - what the client libraries of MySQL, MariaDB, PostgreSQL and OpenLDAP say of a
 * server that they do not reach, as dict_mysql.c, dict_pgsql.c and dict_ldap.c pass it on: the
 * errno stands in the middle, or as a number. Postfix prints a newline as "?". */

#define MYSQL_PORT 3306
#define PGSQL_PORT 5432
#define LDAP_PORT  389
#define LDAPS_PORT 636

/* what stands between @open and the next @close; empty when it is not there */
static struct seal_bytes between(struct seal_bytes s, const char *open, char close)
{
	ssize_t at = seal_bytes_find(s, open);
	struct seal_bytes rest, found;

	if (at < 0)
		return SEAL_BYTES_NONE;
	rest = seal_bytes_from(s, (size_t)at + strlen(open));
	if (seal_bytes_chr(rest, close) < 0)
		return SEAL_BYTES_NONE;
	found = seal_bytes_cut(rest, close, &rest);
	return found;
}

/* @host: a name or an address, with ":port" or without; @port holds where it names none */
static void take_server(struct seal_bytes host, uint16_t port, struct seal_reason *r)
{
	ssize_t colon = seal_bytes_rchr(host, ':');
	uint32_t number;

	r->port = port;
	if (seal_addr_parse(host, &r->addr) < 0 && colon > 0 &&
	    seal_parse_u32(seal_bytes_from(host, (size_t)colon + 1), 10, &number) == 0 && number &&
	    number <= UINT16_MAX) {
		r->port = (uint16_t)number;
		host = seal_bytes_first(host, (size_t)colon);
	}
	r->host = host;
	if (seal_addr_parse(host, &r->addr) == 0)
		r->address = host;
	r->transport = r->addr.bits == 128 ? SEAL_TRANSPORT_TCP6 : SEAL_TRANSPORT_TCP4;
}

static void take_socket(struct seal_bytes path, struct seal_reason *r)
{
	r->socket = path;
	r->transport = SEAL_TRANSPORT_UNIX;
}

/* "(13)", "(13 "Permission denied")", "system error: 110": the number of an errno */
static int numbered_errno(struct seal_bytes s)
{
	ssize_t at = seal_bytes_find(s, "' (");
	struct seal_bytes rest;
	uint32_t number;
	size_t n;

	if (at >= 0)
		rest = seal_bytes_from(s, (size_t)at + strlen("' ("));
	else if ((at = seal_bytes_find(s, "system error: ")) >= 0)
		rest = seal_bytes_from(s, (size_t)at + strlen("system error: "));
	else
		return 0;
	for (n = 0; n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9'; n++)
		;
	if (seal_parse_u32(seal_bytes_first(rest, n), 10, &number) < 0 || number > 4095)
		return 0;
	return seal_errno_name((int)number) ? (int)number : 0;
}

static bool find_mysql(struct seal_reason *r)
{
	struct seal_bytes path, host;

	if (seal_bytes_find(r->whole, "connect to mysql server ") < 0)
		return false;
	path = between(r->whole, "through socket '", '\'');
	host = between(r->whole, "erver on '", '\'');
	if (path.n) {
		take_socket(path, r);
	} else if (host.n) {
		take_server(host, MYSQL_PORT, r);
	} else { /* "connect to mysql server 10.0.0.5: ..." */
		host = between(r->whole, "connect to mysql server ", ' ');
		if (host.n && host.p[host.n - 1] == ':')
			host.n--;
		if (host.n && !seal_bytes_is(host, "localhost"))
			take_server(host, MYSQL_PORT, r);
	}
	r->error = numbered_errno(r->whole);
	return true;
}

static int pgsql_errno(struct seal_bytes s)
{
	struct seal_bytes text = between(s, "could not connect to server: ", '?');

	if (!text.n)
		text = between(s, " failed: ", '?');
	return text.n ? seal_errno_of_text(text) : seal_errno_at_end(s, NULL);
}

static bool find_pgsql(struct seal_reason *r)
{
	struct seal_bytes path, host, addr, port;
	uint32_t number;

	if (seal_bytes_find(r->whole, "connect to pgsql server ") < 0)
		return false;
	r->error = pgsql_errno(r->whole);
	path = between(r->whole, "socket \"", '"');
	if (path.n) {
		take_socket(path, r);
		return true;
	}
	port = between(r->whole, ", port ", ' ');
	if (!port.n)
		port = between(r->whole, " on port ", '?');
	if (seal_parse_u32(port, 10, &number) < 0 || !number || number > UINT16_MAX)
		number = PGSQL_PORT;
	host = between(r->whole, "server at \"", '"');
	if (!host.n)
		host = between(r->whole, "running on host \"", '"');
	if (!host.n)
		return true;
	addr = between(r->whole, "\" (", ')'); /* "db.example" (192.0.2.5) */
	take_server(addr.n ? addr : host, (uint16_t)number, r);
	r->host = host;
	return true;
}

static bool find_ldap(struct seal_reason *r)
{
	struct seal_bytes url;
	bool tls;

	if (seal_bytes_find(r->whole, "dict_ldap_connect: ") < 0)
		return false;
	tls = seal_bytes_find(r->whole, "ldaps://") >= 0;
	url = between(r->whole, tls ? "ldaps://" : "ldap://", ' ');
	while (url.n && reason_one_of(url.p[url.n - 1], "/:,"))
		url.n--;
	if (url.n)
		take_server(url, tls ? LDAPS_PORT : LDAP_PORT, r);
	return true;
}

bool reason_find_database(struct seal_reason *r)
{
	return find_mysql(r) || find_pgsql(r) || find_ldap(r);
}
