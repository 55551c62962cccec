/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"
#include "analysis/daemon.h"
#include "evidence/postfix/conf.h"
#include "evidence/postfix/mastercf.h"

/* cause_config.c - was it the configuration, or a service that is not there? */

/* transport_name - the service a "connect to transport private/NAME: why" speaks of */
static struct seal_bytes transport_name(const struct seal_case *c)
{
	struct seal_bytes rest = c->texts[0], name;
	ssize_t at = seal_bytes_find(rest, "connect to transport ");

	if (at < 0)
		return SEAL_BYTES_NONE;
	rest = seal_bytes_from(rest, (size_t)at + strlen("connect to transport "));
	name = seal_bytes_cut(rest, ':', &rest);
	at = seal_bytes_chr(name, '/');
	return at < 0 ? name : seal_bytes_from(name, (size_t)at + 1);
}

static bool has_service(const struct seal_host *h, struct seal_bytes name)
{
	seal_vec_each (i, &h->postfix.instances) {
		if (seal_mastercf_find(i, name, SEAL_SERVICE_UNIX) ||
		    seal_mastercf_find(i, name, SEAL_SERVICE_FIFO))
			return true;
	}
	return false;
}

static bool has_master_cf(const struct seal_host *h)
{
	seal_vec_each (i, &h->postfix.instances) {
		if (i->has_master_cf)
			return true;
	}
	return false;
}

static int test_transport(struct seal_attribution *at, const struct seal_case *c,
			  struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_MASTER_CF,
				.path = SEAL_LIT("etc/postfix/master.cf")};
	struct seal_bytes name = transport_name(c);

	if (!name.n || !has_master_cf(at->h))
		return 0;
	f->object.service = name;
	if (has_service(at->h, name))
		return seal_finding_refute(at, f, "master.cf has the service");
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	return seal_finding_say(at, f, &o, "master.cf has no service of that name");
}

/* test_type - a map type this Postfix has not got, or has in a package that is not installed: the
 * words say so, dynamicmaps.cf of the instance shows it. Returns 1, 0 or -ENOMEM */
static int test_type(struct seal_attribution *at, const struct seal_case *c, struct seal_finding *f)
{
	static const char said[] = "unsupported dictionary type: ";
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};
	struct seal_bytes rest, line, text;
	seal_auto_buf struct seal_buf path = {0};
	ssize_t off = seal_bytes_find(c->texts[0], said);
	int r;

	if (off < 0)
		return 0;
	rest = seal_bytes_from(c->texts[0], (size_t)off + strlen(said));
	f->object.parameter = seal_bytes_word(&rest);
	f->certainty = SEAL_CERTAINTY_LIKELY;
	if (!c->process->inst)
		return 1;
	seal_buf_putc(&path, '/');
	seal_buf_put(&path, c->process->inst->config_directory.p,
		     c->process->inst->config_directory.n);
	seal_buf_puts(&path, "/dynamicmaps.cf");
	if (path.err || seal_arena_intern(at->h->arena, seal_buf_bytes(&path), &o.path) < 0)
		return -ENOMEM;
	r = seal_view_text(&at->h->view, o.path, &text);
	if (r < 0)
		return r == -ENOMEM ? r : 1;
	while (text.n) {
		line = seal_bytes_cut(text, '\n', &text);
		if (seal_bytes_eq(seal_bytes_word(&line), f->object.parameter))
			return 1;
	}
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	r = seal_finding_say(at, f, &o, "no package of that type is installed");
	return r < 0 ? r : 1;
}

/* test_age - the index of a table, which was older than its source when Postfix said so */
static int test_age(struct seal_attribution *at, struct seal_bytes path,
		    const struct seal_file *index, struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_FILES, .path = path};
	static const char *const ends[] = {".db", ".lmdb", ".cdb", ".dir", ".pag"};
	struct seal_file source;
	size_t i;
	int r;

	f->certainty = SEAL_CERTAINTY_LIKELY;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (!seal_bytes_ends(path, ends[i]))
			continue;
		r = seal_view_file(&at->h->view, seal_bytes_first(path, path.n - strlen(ends[i])),
				   &source);
		if (r < 0)
			return r == -ENOMEM ? r : 0;
		if (source.mtime_us <= index->mtime_us || !index->mtime_us)
			return 0;
		f->certainty = SEAL_CERTAINTY_CERTAIN;
		return seal_finding_say(at, f, &o, "the index is older than its source");
	}
	return 0;
}

/* file_of - the file that the words are about: "database INDEX is older than source file SOURCE"
 * names two */
static struct seal_bytes file_of(const struct seal_case *c)
{
	ssize_t end = seal_bytes_find(c->texts[0], " is older than source");
	struct seal_bytes before;

	if (end < 0)
		return c->reason.path;
	before = seal_bytes_first(c->texts[0], (size_t)end);
	return seal_bytes_from(before, (size_t)(seal_bytes_rchr(before, ' ') + 1));
}

/* test_path - a file that has to be there */
static int test_path(struct seal_attribution *at, const struct seal_case *c, struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};
	struct seal_bytes named = file_of(c), path;
	struct seal_file file;
	int r;

	r = test_type(at, c, f);
	if (r != 0)
		return r < 0 ? r : 0;
	if (!named.n || seal_process_path(at->h, c->process, named, &path) < 0)
		return 0;
	o.path = path;
	f->object.path = path;
	r = seal_view_file(&at->h->view, path, &file);
	if (r == 0 && seal_bytes_find(c->texts[0], "is older than source") >= 0)
		return test_age(at, path, &file, f);
	if (r == 0)
		return seal_finding_refute(at, f, "the file is there");
	if (r != -ENOENT)
		return 0;
	f->certainty = c->reason.error == ENOENT ? SEAL_CERTAINTY_CERTAIN : SEAL_CERTAINTY_LIKELY;
	return seal_finding_say(at, f, &o, "the file is not there");
}

/* test_conflict - another program holds the port */
static int test_conflict(struct seal_attribution *at, const struct seal_case *c,
			 struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_NETWORK};

	if (c->reason.error != EADDRINUSE)
		return seal_finding_refute(at, f, "the port was not in use");
	f->object.port = c->reason.port;
	f->object.protocol = "tcp";
	f->certainty = SEAL_CERTAINTY_LIKELY;
	seal_vec_each (l, &at->h->net.listeners) {
		if (l->port != c->reason.port || l->udp || !l->program.n ||
		    seal_bytes_is(l->program, "master"))
			continue;
		f->certainty = SEAL_CERTAINTY_CERTAIN;
		f->object.service = l->program;
		return seal_finding_say(at, f, &o, "pid %u listens on port %u", l->pid, l->port);
	}
	return 0;
}

static int test_bind_address(struct seal_attribution *at, const struct seal_case *c,
			     struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_NETWORK};

	if (!c->reason.addr.bits || !at->h->net.has_addrs)
		return seal_test_words(at, c, c->symptom->verdict, f);
	f->object.address = c->reason.address;
	seal_vec_each (a, &at->h->net.addrs) {
		if (seal_addr_eq(&a->prefix.addr, &c->reason.addr))
			return seal_finding_refute(at, f, "the host has the address");
	}
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	return seal_finding_say(at, f, &o, "no interface of the host has the address");
}

/* outside_path - what the daemon looked for, by its own name; saslauthd's socket is not named */
static struct seal_bytes outside_path(const struct seal_case *c)
{
	if (c->reason.socket.n)
		return c->reason.socket;
	if (c->reason.path.n)
		return c->reason.path;
	if (seal_bytes_find(c->texts[0], "saslauthd") >= 0)
		return SEAL_LIT("/run/saslauthd/mux");
	return SEAL_BYTES_NONE;
}

/* left_outside - in the chroot there is no such file, outside there is. Returns 1, 0 (not so, or
 * not known) or -ENOMEM */
static int left_outside(struct seal_attribution *at, const struct seal_case *c,
			struct seal_bytes path, struct seal_bytes *inner)
{
	struct seal_file f;
	int r;

	if (c->process->chroot != SEAL_CHROOT_YES || !path.n || path.p[0] != '/' ||
	    seal_bytes_starts(path, "/var/spool/postfix/"))
		return 0;
	r = seal_process_inner_path(at->h, c->process, path, inner);
	if (r < 0)
		return r;
	return seal_view_file(&at->h->view, *inner, &f) == -ENOENT &&
	       seal_view_file(&at->h->view, path, &f) == 0;
}

static int test_chroot(struct seal_attribution *at, const struct seal_case *c,
		       struct seal_finding *f)
{
	struct seal_bytes path = outside_path(c), inner;
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};
	int r;

	if (!path.n || path.p[0] != '/' ||
	    (c->reason.error != ENOENT && c->reason.error != ENOTDIR))
		return 0;
	if (c->process->chroot == SEAL_CHROOT_NO)
		return seal_finding_refute(at, f,
					   "master.cf does not put the daemon into a chroot");
	if (c->process->chroot == SEAL_CHROOT_UNKNOWN) {
		f->why = SEAL_LIT("whether the daemon is chrooted is not known");
		return 0;
	}
	r = left_outside(at, c, path, &inner);
	if (r < 0)
		return r;
	if (!r) {
		f->why = SEAL_LIT("what is inside and outside of the chroot is not known");
		return 0;
	}
	o.path = inner;
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	f->object.path = path;
	if (c->process->service) {
		f->object.service = c->process->service->name;
		r = seal_finding_say(
			at, f, &c->process->service->origin, "the service is chrooted into %.*s",
			(int)c->process->queue_directory.n, c->process->queue_directory.p);
		if (r < 0)
			return r;
	}
	return seal_finding_say(at, f, &o, "the file is there, but not below the chroot");
}

/* has_name_server - the text of a resolv.conf(5) names the address */
static bool has_name_server(struct seal_bytes text, const struct seal_addr *a)
{
	struct seal_bytes line, word;
	struct seal_addr one;

	while (text.n) {
		line = seal_bytes_trim(seal_bytes_cut(text, '\n', &text));
		if (!seal_bytes_is(seal_bytes_word(&line), "nameserver"))
			continue;
		word = seal_bytes_word(&line);
		word = seal_bytes_cut(word, '%', &line);
		if (seal_addr_parse(word, &one) == 0 && seal_addr_eq(&one, a))
			return true;
	}
	return false;
}

static bool serves_names(const struct seal_net *net)
{
	seal_vec_each (l, &net->listeners) {
		if (l->port == 53)
			return true;
	}
	return false;
}

/* test_service_names - "unknown service: smtp/tcp": etc/services is read in the chroot */
static int test_copy(struct seal_attribution *at, const struct seal_case *c, struct seal_finding *f,
		     struct seal_bytes path)
{
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};
	struct seal_bytes inner;
	int r;

	r = left_outside(at, c, path, &inner);
	if (r <= 0)
		return r;
	o.path = inner;
	f->object.path = inner;
	f->certainty = SEAL_CERTAINTY_LIKELY;
	r = seal_finding_say(at, f, &o, "the copy below the queue directory is missing");
	return r < 0 ? r : 1;
}

static int test_chroot_resolver(struct seal_attribution *at, const struct seal_case *c,
				struct seal_finding *f)
{
	const struct seal_net *net = &at->h->net;
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};
	struct seal_bytes inner, text;
	int r;

	if (c->process->chroot == SEAL_CHROOT_NO)
		return seal_finding_refute(at, f,
					   "master.cf does not put the daemon into a chroot");
	if (c->process->chroot != SEAL_CHROOT_YES)
		return 0;
	if (seal_bytes_find(c->texts[0], "unknown service") >= 0) {
		r = test_copy(at, c, f, SEAL_LIT("/etc/services"));
		if (r > 0)
			f->certainty = SEAL_CERTAINTY_CERTAIN;
		return r < 0 ? r : 0;
	}
	r = test_copy(at, c, f, SEAL_LIT("/etc/resolv.conf"));
	if (r > 0 && net->has_listeners && !serves_names(net))
		/* without the file the C library asks this host, where nobody answers */
		f->certainty = SEAL_CERTAINTY_CERTAIN;
	if (r != 0)
		return r < 0 ? r : 0;
	r = seal_process_inner_path(at->h, c->process, SEAL_LIT("/etc/resolv.conf"), &inner);
	if (r < 0)
		return r;
	r = seal_view_text(&at->h->view, inner, &text);
	if (r == -ENOMEM)
		return r;
	if (r < 0 || !net->resolvers.n)
		return 0;
	seal_vec_each (a, &net->resolvers) {
		if (has_name_server(text, a))
			return seal_finding_refute(
				at, f, "the copy in the chroot names the same resolver");
	}
	o.path = inner;
	f->object.path = inner;
	f->certainty = SEAL_CERTAINTY_LIKELY;
	return seal_finding_say(at, f, &o, "the copy names none of the host's resolvers");
}

/* name_key - the words name no file: the key the service is configured with */
static int name_key(struct seal_attribution *at, const struct seal_case *c, struct seal_finding *f)
{
	bool server = seal_bytes_is(c->daemon, "smtpd") || seal_bytes_is(c->daemon, "tlsproxy");
	static const char *const params[][2] = {{"smtp_tls_chain_files", "smtp_tls_key_file"},
						{"smtpd_tls_chain_files", "smtpd_tls_key_file"}};
	struct seal_bytes value;
	size_t i;
	int r;

	for (i = 0; c->process->inst && i < 2; i++) {
		r = seal_conf_value(c->process->inst, c->process->service, params[server][i],
				    at->h->arena, &value);
		if (r == -ENOMEM)
			return r;
		if (r < 0 || !value.n)
			continue;
		f->object.parameter = seal_bytes_of(params[server][i]);
		if (value.p[0] == '/')
			f->object.path = value;
		return 0;
	}
	return 0;
}

/* test_pair - the words say that a key cannot be used: it may not be that of its certificate. The
 * files of a chain are one list, and are not taken apart here. */
static int test_pair(struct seal_attribution *at, const struct seal_case *c, struct seal_finding *f)
{
	static const char *const params[2][3][2] = {
		{{"smtp_tls_cert_file", "smtp_tls_key_file"},
		 {"smtp_tls_eccert_file", "smtp_tls_eckey_file"},
		 {"smtp_tls_dcert_file", "smtp_tls_dkey_file"}},
		{{"smtpd_tls_cert_file", "smtpd_tls_key_file"},
		 {"smtpd_tls_eccert_file", "smtpd_tls_eckey_file"},
		 {"smtpd_tls_dcert_file", "smtpd_tls_dkey_file"}}};
	bool server = seal_bytes_is(c->daemon, "smtpd") || seal_bytes_is(c->daemon, "tlsproxy");
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};
	unsigned char id[SEAL_KEY_ID_SIZE];
	struct seal_chain_query at_file = {.group = -1};
	struct seal_chain chain;
	struct seal_bytes key;
	size_t i, k;
	int r = 0;

	if (!c->process->inst || c->reason.error ||
	    (seal_bytes_find(c->texts[0], "private key") < 0 &&
	     seal_bytes_find(c->texts[0], "mismatch") < 0))
		return 0;
	for (i = 0; i < 3; i++) {
		struct seal_bytes *values[] = {&at_file.path, &key};

		for (k = 0; k < 2 && r == 0; k++)
			r = seal_conf_value(c->process->inst, c->process->service,
					    params[server][i][k], at->h->arena, values[k]);
		if (r == 0)
			r = seal_view_chain(&at->h->view, &at_file, &chain);
		if (r == 0)
			r = seal_view_key(&at->h->view, key, 0, id);
		if (r == -ENOMEM)
			return r;
		if (r == 0 && memcmp(chain.v[0].key_id, id, sizeof(id)) != 0) {
			o.path = key;
			f->object.path = key;
			f->certainty = SEAL_CERTAINTY_CERTAIN;
			return seal_finding_say(at, f, &o, "the key is not that of %.*s",
						(int)at_file.path.n, at_file.path.p);
		}
		r = 0;
	}
	return 0;
}

/* test_tls_files - a certificate or key that the words name is missing or holds none */
static int test_tls_files(struct seal_attribution *at, const struct seal_case *c,
			  const struct seal_verdict *v, struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};
	struct seal_certificate cert;
	struct seal_bytes path;
	struct seal_file file;
	int r;

	r = seal_test_words(at, c, v, f);
	if (r < 0)
		return r;
	if (!c->reason.path.n || c->reason.path.p[0] != '/') {
		if (f->certainty == SEAL_CERTAINTY_UNKNOWN)
			return 0;
		r = name_key(at, c, f);
		return r < 0 ? r : test_pair(at, c, f);
	}
	r = seal_process_path(at->h, c->process, c->reason.path, &path);
	if (r < 0)
		return r;
	o.path = path;
	f->object.path = path;
	if (seal_view_file(&at->h->view, path, &file) == -ENOENT) {
		f->certainty = SEAL_CERTAINTY_CERTAIN;
		return seal_finding_say(at, f, &o, "the file is not there");
	}
	if (seal_bytes_find(c->texts[0], "certificate") < 0)
		return test_pair(at, c, f);
	r = seal_view_certificate(&at->h->view, path, &cert);
	if (r == -ENOMEM)
		return r;
	if (r == -EBADMSG) {
		f->certainty = SEAL_CERTAINTY_CERTAIN;
		return seal_finding_say(at, f, &o, "no certificate is in the file");
	}
	return 0;
}

int seal_test_config(struct seal_attribution *at, const struct seal_case *c,
		     const struct seal_verdict *v, struct seal_finding *f)
{
	if (strcmp(v->id, "config.transport_name") == 0)
		return test_transport(at, c, f);
	if (strcmp(v->id, "config.map_missing") == 0)
		return test_path(at, c, f);
	if (strcmp(v->id, "config.chroot") == 0)
		return test_chroot(at, c, f);
	if (strcmp(v->id, "config.chroot_resolver") == 0)
		return test_chroot_resolver(at, c, f);
	if (strcmp(v->id, "config.tls_files") == 0)
		return test_tls_files(at, c, v, f);
	if (strcmp(v->id, "config.port_conflict") == 0)
		return test_conflict(at, c, f);
	if (strcmp(v->id, "config.bind_address") == 0)
		return test_bind_address(at, c, f);
	return seal_test_words(at, c, v, f);
}

static int test_socket(struct seal_attribution *at, const struct seal_case *c,
		       struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};
	struct seal_bytes path, inner;
	struct seal_file file;
	int r;

	r = seal_process_inner_path(at->h, c->process, c->reason.socket, &path);
	if (r < 0)
		return r;
	r = left_outside(at, c, c->reason.socket, &inner);
	if (r != 0)
		return r < 0 ? r : seal_finding_refute(at, f, "it is there, outside of the chroot");
	o.path = path;
	f->object.path = path;
	r = seal_view_file(&at->h->view, path, &file);
	if (c->reason.error == ENOENT && r == -ENOENT) {
		f->certainty = SEAL_CERTAINTY_CERTAIN;
		return seal_finding_say(at, f, &o, "the socket is not there");
	}
	if (c->reason.error == ENOENT &&
	    (c->reason.socket.p[0] != '/' || c->process->chroot == SEAL_CHROOT_NO)) {
		/* of a path below the queue directory no chroot makes another */
		f->certainty = SEAL_CERTAINTY_LIKELY;
		return r == 0 ? seal_finding_say(at, f, &o, "the socket is there now") : 0;
	}
	if (c->reason.error == ECONNREFUSED) {
		f->certainty = r == 0 ? SEAL_CERTAINTY_CERTAIN : SEAL_CERTAINTY_LIKELY;
		return seal_finding_say(at, f, &o, "nobody answers on the socket%s",
					r == 0 ? ", which is there" : "");
	}
	return 0;
}

static int test_listener(struct seal_attribution *at, const struct seal_case *c,
			 struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_NETWORK};
	const struct seal_addr *addr = &c->reason.addr;
	struct seal_bytes address = c->reason.address;
	seal_auto_buf struct seal_buf text = {0};
	struct seal_egress *e;
	uint32_t port;
	int r;

	r = seal_case_egress(at, c, &e);
	if (r < 0 || !addr->bits)
		return r;
	port = e ? e->port : c->reason.port;
	if (e && e->redirected && seal_net_has(&at->h->net, &e->to)) {
		addr = &e->to;
		port = e->to_port;
		seal_addr_put(&text, addr);
		r = text.err ? text.err
			     : seal_arena_copy(at->h->arena, seal_buf_bytes(&text), &address);
		if (r < 0)
			return r;
		r = seal_finding_say(at, f, NULL,
				     "NAT of this host sends what is meant for it to its own port "
				     "%u",
				     port);
	}
	if (r < 0)
		return r;
	if (!seal_net_has(&at->h->net, addr))
		return seal_finding_refute(at, f, "the peer is another host");
	f->object.address = address;
	f->object.port = port;
	f->object.protocol = "tcp";
	if (c->reason.error == ECONNREFUSED)
		f->certainty = SEAL_CERTAINTY_LIKELY;
	if (!at->h->net.has_listeners || !port)
		return 0;
	seal_vec_each (l, &at->h->net.listeners) {
		if (l->port == port && !l->udp)
			return seal_finding_refute(at, f, "a program listens on port %u", l->port);
	}
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	return seal_finding_say(at, f, &o, "nothing listens on port %u of this host", port);
}

int seal_test_service(struct seal_attribution *at, const struct seal_case *c,
		      const struct seal_verdict *v, struct seal_finding *f)
{
	if (strcmp(v->id, "service.down_local") == 0 || strcmp(v->id, "service.filter_down") == 0) {
		if (c->reason.socket.n)
			return test_socket(at, c, f);
		return test_listener(at, c, f);
	}
	return seal_test_words(at, c, v, f);
}
