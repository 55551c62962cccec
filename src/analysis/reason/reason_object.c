/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reason/reason_parts.h"
#include "core/errnos.h"

#include <errno.h>

static bool is_socket_path(struct seal_bytes s)
{
	return seal_bytes_chr(s, '/') >= 0;
}

/* the text between the brackets of "host[...]" */
static void take_address(struct seal_bytes s, struct seal_reason *r)
{
	if (is_socket_path(s)) {
		r->socket = s;
		return;
	}
	r->address = s;
	if (seal_bytes_starts(s, "IPv6:"))
		s = seal_bytes_from(s, strlen("IPv6:"));
	if (seal_addr_parse(s, &r->addr) < 0)
		r->addr = (struct seal_addr){0};
}

bool reason_take_peer(struct seal_bytes *s, struct seal_reason *r)
{
	ssize_t open = seal_bytes_chr(*s, '['), end;
	struct seal_bytes rest, digits;
	uint32_t port;

	/* a host name is one word */
	if (open < 0 || open > 1024 || memchr(s->p, ' ', (size_t)open))
		return false;
	rest = seal_bytes_from(*s, (size_t)open + 1);
	end = seal_bytes_chr(rest, ']');
	if (end < 0 || end > 1024)
		return false;
	r->host = seal_bytes_first(*s, (size_t)open);
	take_address(seal_bytes_first(rest, (size_t)end), r);
	*s = seal_bytes_from(rest, (size_t)end + 1);

	if (s->n > 1 && s->p[0] == ':') {
		for (digits = seal_bytes_from(*s, 1), end = 0;
		     (size_t)end < digits.n && digits.p[end] >= '0' && digits.p[end] <= '9';)
			end++;
		digits.n = (size_t)end;
		if (seal_parse_u32(digits, 10, &port) == 0 && port <= UINT16_MAX) {
			r->port = (uint16_t)port;
			*s = seal_bytes_from(*s, digits.n + 1);
		}
	}
	return true;
}

void reason_take_endpoint(struct seal_bytes s, struct seal_reason *r)
{
	struct seal_bytes host;
	ssize_t colon;
	uint32_t port;

	if (seal_bytes_starts(s, "unix:") || seal_bytes_starts(s, "local:"))
		s = seal_bytes_from(s, (size_t)seal_bytes_chr(s, ':') + 1);
	else if (seal_bytes_starts(s, "inet:"))
		s = seal_bytes_from(s, strlen("inet:"));
	if (is_socket_path(s)) {
		r->socket = s;
		r->transport = SEAL_TRANSPORT_UNIX;
		return;
	}
	colon = seal_bytes_rchr(s, ':');
	if (colon < 0 || seal_parse_u32(seal_bytes_from(s, (size_t)colon + 1), 10, &port) < 0 ||
	    port > UINT16_MAX)
		return;
	host = seal_bytes_first(s, (size_t)colon);
	if (host.n > 1 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = (struct seal_bytes){host.p + 1, host.n - 2};
	r->port = (uint16_t)port;
	if (seal_addr_parse(host, &r->addr) == 0)
		r->address = host;
	else
		r->host = host;
	r->transport = r->addr.bits == 128 ? SEAL_TRANSPORT_TCP6 : SEAL_TRANSPORT_TCP4;
}

/* the word after @marker, without quotes and the colon behind it */
static struct seal_bytes word_after(struct seal_bytes s, const char *marker)
{
	ssize_t at = seal_bytes_find(s, marker);
	struct seal_bytes rest, word;

	if (at < 0)
		return SEAL_BYTES_NONE;
	rest = seal_bytes_from(s, (size_t)at + strlen(marker));
	word = seal_bytes_word(&rest);
	while (word.n && (word.p[0] == '\'' || word.p[0] == '"'))
		word = seal_bytes_from(word, 1);
	while (word.n && reason_one_of(word.p[word.n - 1], "'\":,;."))
		word.n--;
	return word;
}

/* texts about a socket that is not in the "connect to H[A]" form */
static bool find_endpoint(struct seal_reason *r)
{
	static const char *const markers[] = {
		"connect to Milter service ",
		"connect to proxy filter ",
		"connect to proxy service ",
		"connect to transport ",
		" to subsystem ",
		"connect to Dovecot auth socket ",
		"Connect to Dovecot auth socket ",
		"SASL: Connect to ",
		"problem talking to server ",
		"connect to policy service ",
		"_request: connect to ",
		"connect to service ",
	};
	struct seal_bytes word, rest;
	size_t i;

	for (i = 0; i < sizeof(markers) / sizeof(markers[0]); i++) {
		word = word_after(r->whole, markers[i]);
		if (!word.n)
			continue;
		reason_take_endpoint(word, r);
		return true;
	}
	/* "master_wakeup_timer_event: service pickup(public/pickup): ..." */
	if (seal_bytes_starts(r->whole, "master_wakeup_timer_event: ")) {
		word = word_after(r->whole, "(");
		word = seal_bytes_cut(word, ')', &rest);
		reason_take_endpoint(word, r);
		return true;
	}
	if (seal_bytes_starts(r->whole, "connect to ")) {
		reason_take_endpoint(word_after(r->whole, "connect to "), r);
		return true;
	}
	if (seal_bytes_find(r->whole, "connect to saslauthd server") >= 0) {
		r->transport = SEAL_TRANSPORT_UNIX;
		return true;
	}
	return false;
}

/* "bind 0.0.0.0 port 2525: ..." */
static bool find_bind(struct seal_reason *r)
{
	struct seal_bytes addr, port;
	uint32_t number;

	if (!seal_bytes_starts(r->whole, "bind "))
		return false;
	addr = word_after(r->whole, "bind ");
	port = word_after(r->whole, " port ");
	r->transport = SEAL_TRANSPORT_LISTEN;
	if (seal_addr_parse(addr, &r->addr) == 0)
		r->address = addr;
	if (seal_parse_u32(port, 10, &number) == 0 && number <= UINT16_MAX)
		r->port = (uint16_t)number;
	return true;
}

/* the last path of one part between ": ": a word that begins with "/", or holds one */
static struct seal_bytes path_in(struct seal_bytes part)
{
	struct seal_bytes word, absolute = SEAL_BYTES_NONE, relative = SEAL_BYTES_NONE;

	while ((word = seal_bytes_word(&part)).n) {
		while (word.n && reason_one_of(word.p[0], "\"'("))
			word = seal_bytes_from(word, 1);
		while (word.n && reason_one_of(word.p[word.n - 1], "\"'),;:"))
			word.n--;
		if (seal_bytes_starts(word, "/") || seal_bytes_find(word, ":/") > 0)
			absolute = word;
		else if (seal_bytes_chr(word, '/') > 0)
			relative = word;
	}
	return absolute.n ? absolute : relative;
}

/* "hash:/etc/aliases": the table's file is what stands behind its type */
static struct seal_bytes without_table_type(struct seal_bytes path)
{
	ssize_t colon = seal_bytes_find(path, ":/");

	return colon > 0 && colon < 16 ? seal_bytes_from(path, (size_t)colon + 1) : path;
}

/* queue manager and bounce texts name a queue and no path: "open active 503084E03" */
static struct seal_bytes queue_in(struct seal_bytes s)
{
	static const char *const queues[] = {"maildrop", "incoming", "active", "deferred", "defer",
					     "bounce",   "corrupt",  "hold",   "trace",    "flush"};
	struct seal_bytes word, last = SEAL_BYTES_NONE;
	size_t i;

	while ((word = seal_bytes_word(&s)).n)
		for (i = 0; i < sizeof(queues) / sizeof(queues[0]); i++)
			if (seal_bytes_is(word, queues[i]))
				last = word;
	return last;
}

static struct seal_bytes find_path(struct seal_bytes s)
{
	struct seal_bytes head = s, part, path;

	for (;;) {
		ssize_t at = -1;
		size_t i;

		for (i = head.n; i-- > 0 && at < 0;)
			if (head.p[i] == ':' && i + 1 < head.n && head.p[i + 1] == ' ')
				at = (ssize_t)i;
		part = at < 0 ? head : seal_bytes_from(head, (size_t)at + 2);
		path = path_in(part);
		if (path.n)
			return without_table_type(seal_bytes_trim(path));
		if (at < 0)
			return queue_in(s);
		head.n = (size_t)at;
	}
}

/* OpenSSL prints the errno of a failed fopen(3) in the middle: "system library::Permission
 * denied:..." */
static void find_openssl_errno(struct seal_reason *r)
{
	ssize_t at = seal_bytes_find(r->whole, "system library:");
	struct seal_bytes rest, field;
	unsigned i;

	if (at < 0 || !seal_bytes_starts(r->whole, "TLS library problem: "))
		return;
	rest = seal_bytes_from(r->whole, (size_t)at + strlen("system library:"));
	for (i = 0; i < 3 && rest.n && !r->error; i++) {
		field = seal_bytes_cut(rest, ':', &rest);
		r->error = seal_errno_of_text(field);
	}
	at = seal_bytes_find(r->whole, "fopen(");
	if (at < 0)
		return;
	rest = seal_bytes_from(r->whole, (size_t)at + strlen("fopen("));
	if (rest.n && rest.p[0] == '\'')
		rest = seal_bytes_from(rest, 1);
	field = seal_bytes_cut(rest, ',', &rest);
	if (field.n && field.p[field.n - 1] == '\'')
		field.n--;
	r->path = field;
	r->transport = SEAL_TRANSPORT_FILE;
}

void reason_find_object(struct seal_reason *r)
{
	struct seal_bytes head = r->origin == SEAL_REASON_COMMAND ? r->text : r->whole;
	size_t at;

	if (r->origin == SEAL_REASON_LOCAL &&
	    (reason_find_database(r) || find_bind(r) || find_endpoint(r)))
		return;
	find_openssl_errno(r);
	if (r->path.n)
		return;
	if (r->error && seal_errno_at_end(head, &at) == r->error)
		head = seal_bytes_trim(seal_bytes_first(head, at));
	if (head.n && head.p[head.n - 1] == ':')
		head.n--;
	r->path = find_path(head);
	if (r->error || r->path.n)
		r->transport = SEAL_TRANSPORT_FILE;
}
