/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/probe_targets.h"

#include <errno.h>
#include <stdio.h>

#include "analysis/endpoints/endpoints.h"
#include "cli/probe_authorities.h"
#include "core/input.h"
#include "evidence/postfix/conf.h"

#define MAP_MAX ((size_t)4 << 20)

static const struct seal_instance *instance(const struct seal_host *h)
{
	return h->postfix.instances.n ? h->postfix.instances.v : NULL;
}

/* value - of a parameter; empty when it is not set or not known */
static struct seal_bytes value(struct seal_host *h, const struct seal_service *svc,
			       const char *name)
{
	struct seal_bytes v = SEAL_BYTES_NONE;

	if (instance(h))
		(void)seal_conf_value(instance(h), svc, name, h->arena, &v);
	return v;
}

static const struct seal_service *service(const struct seal_host *h, struct seal_bytes name)
{
	if (!instance(h))
		return NULL;
	seal_vec_each (s, &instance(h)->services) {
		if (seal_bytes_eq(s->name, name))
			return s;
	}
	return NULL;
}

static struct seal_netprobe_target *add_target(struct seal_netprobe *p, struct seal_bytes purpose,
					       struct seal_bytes host, uint16_t port)
{
	struct seal_netprobe_target *t;

	seal_vec_each (same, &p->targets) {
		if (same->port == port && seal_bytes_icase_eq(same->host, host))
			return same;
	}
	t = seal_vec_add(&p->targets);
	if (!t)
		return NULL;
	t->purpose = purpose;
	t->host = host;
	t->port = port;
	return t;
}

/* ---- credentials ---- */

/* read_secret - the value of the map's entry at @line, "user:password" */
static int read_secret(const struct seal_root *root, struct seal_host *h,
		       const struct seal_map *map, uint64_t line, struct seal_netprobe_target *t,
		       struct seal_err *err)
{
	seal_auto_free char *text = NULL;
	struct seal_bytes rest, row = SEAL_BYTES_NONE, password;
	const char *path;
	size_t n = 0;
	int r;

	path = seal_arena_printf(h->arena, "%.*s", (int)map->path.n, map->path.p);
	if (!path)
		return seal_err_set(err, -ENOMEM, "out of memory");
	r = seal_root_read(root, path, MAP_MAX, &text, &n, err);
	if (r < 0)
		return r;
	rest = (struct seal_bytes){text, n};
	while (line-- && rest.p)
		row = seal_bytes_cut(rest, '\n', &rest);
	row = seal_bytes_trim(row);
	(void)seal_bytes_word(&row);
	row = seal_bytes_cut(seal_bytes_trim(row), ':', &password);
	r = seal_arena_copy(h->arena, row, &t->user);
	if (r == 0)
		r = seal_arena_copy(h->arena, password, &t->password);
	explicit_bzero(text, n);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	return t->user.n ? 0 : seal_err_set(err, -EINVAL, "%s: no user", path);
}

/* find_entry - of the map whose values are kept back; what smtp(8) looks up: the host, then the
 * next hop as it is written (smtp_sasl_glue.c) */
static const struct seal_map_entry *find_entry(const struct seal_map *map,
					       const struct seal_netprobe_target *t)
{
	int host = (int)t->host.n;
	char key[512];

	for (unsigned form = 0; form < 4; form++) {
		int n = 0;

		if (form == 0)
			n = snprintf(key, sizeof(key), "%.*s", host, t->host.p);
		else if (form == 1)
			n = snprintf(key, sizeof(key), "[%.*s]:%u", host, t->host.p, t->port);
		else if (form == 2)
			n = snprintf(key, sizeof(key), "[%.*s]", host, t->host.p);
		else
			n = snprintf(key, sizeof(key), "%.*s:%u", host, t->host.p, t->port);
		if (n < 0 || (size_t)n >= sizeof(key))
			continue;
		seal_vec_each (e, &map->entries) {
			if (seal_bytes_icase_eq(e->key, seal_bytes_of(key)))
				return e;
		}
	}
	return NULL;
}

static int add_credentials(const struct seal_root *root, struct seal_host *h,
			   struct seal_netprobe_target *t, struct seal_err *err)
{
	struct seal_bytes specs = value(h, service(h, SEAL_LIT("smtp")), "smtp_sasl_password_maps");
	struct seal_bytes spec;

	while (seal_conf_next(&specs, &spec)) {
		seal_vec_each (map, &instance(h)->maps) {
			const struct seal_map_entry *e;

			if (!seal_bytes_eq(map->spec, spec) || !map->path.n)
				continue;
			e = find_entry(map, t);
			if (e)
				return read_secret(root, h, map, e->line, t, err);
		}
	}
	return seal_err_set(err, -EINVAL,
			    "--auth: smtp_sasl_password_maps has no entry for %.*s that can be "
			    "read",
			    (int)t->host.n, t->host.p);
}

/* ---- targets ---- */

/* add_named - --to HOST[:PORT], [HOST]:PORT, a domain */
static int add_named(struct seal_netprobe *p, const char *text, struct seal_err *err)
{
	struct seal_bytes host = seal_bytes_of(text), port = SEAL_BYTES_NONE;
	struct seal_netprobe_target *t;
	bool bracketed = false;
	struct seal_addr addr;
	uint32_t number = 25;
	ssize_t at;

	if (*text == '[') {
		at = seal_bytes_chr(host, ']');
		if (at < 0)
			return seal_err_set(err, -EINVAL, "--to %s: no ]", text);
		port = seal_bytes_from(host, (size_t)at + 1);
		host = (struct seal_bytes){text + 1, (size_t)at - 1};
		bracketed = true;
		if (port.n && port.p[0] != ':')
			return seal_err_set(err, -EINVAL, "--to %s: after ] comes :PORT", text);
		port = seal_bytes_from(port, 1);
	} else if (seal_addr_parse(host, &addr) < 0) {
		host = seal_bytes_cut(host, ':', &port);
	}
	if (!host.n || (port.p && port.n &&
			(seal_parse_u32(port, 10, &number) < 0 || !number || number > 65535)))
		return seal_err_set(err, -EINVAL, "--to %s: not HOST, HOST:PORT or [HOST]:PORT",
				    text);
	t = add_target(p, SEAL_LIT("--to"), host, (uint16_t)number);
	if (!t)
		return seal_err_set(err, -ENOMEM, "out of memory");
	t->dialogue = true;
	/* a bare name is a domain, as it is for relayhost; with another port it is a host */
	t->mx = !bracketed && number == 25;
	t->wrapper = number == 465;
	return 0;
}

static int add_hop(struct seal_host *h, const struct seal_next_hop *hop, struct seal_netprobe *p)
{
	bool lmtp = seal_bytes_is(hop->daemon, "lmtp");
	const struct seal_service *svc = service(h, hop->service);
	struct seal_netprobe_target *t;
	bool wrapper = false;

	t = add_target(p, seal_bytes_of(hop->purpose), hop->host, hop->port);
	if (!t)
		return -ENOMEM;
	t->mx = hop->mx;
	t->lmtp = lmtp;
	t->dialogue = lmtp || seal_bytes_is(hop->daemon, "smtp");
	if (t->dialogue && instance(h))
		(void)seal_conf_bool(instance(h), svc,
				     lmtp ? "lmtp_tls_wrappermode" : "smtp_tls_wrappermode",
				     h->arena, &wrapper);
	t->wrapper = t->dialogue && (wrapper || hop->port == 465);
	return 0;
}

static int add_configured(struct seal_host *h, struct seal_netprobe_wish *wish,
			  struct seal_netprobe *p)
{
	struct seal_endpoints e = {.next_hops_complete = false};
	int r = seal_endpoints_find(h, &e);

	wish->complete = e.next_hops_complete;
	seal_vec_each (hop, &e.next_hops) {
		if (r < 0 || hop->path.n)
			continue;
		if (!hop->host.n)
			wish->any_exchanger = true;
		else if (!hop->port || p->targets.n >= SEAL_NETPROBE_TARGETS_MAX)
			wish->complete = false;
		else
			r = add_hop(h, hop, p);
	}
	seal_endpoints_done(&e);
	return r;
}

/* is_name - what may be said in EHLO: printable, one word */
static bool is_name(struct seal_bytes b)
{
	size_t i;

	for (i = 0; i < b.n; i++)
		if ((unsigned char)b.p[i] <= ' ' || (unsigned char)b.p[i] > '~')
			return false;
	return b.n > 0 && b.n < 256;
}

/* set_own - who we are, which authorities we trust, what is asked about the own domain */
static int set_own(const struct seal_root *root, struct seal_host *h,
		   const struct seal_netprobe_wish *wish, struct seal_netprobe *p)
{
	const struct seal_service *smtp = service(h, SEAL_LIT("smtp"));
	struct seal_bytes helo = value(h, smtp, "smtp_helo_name");
	struct seal_bytes domain = value(h, NULL, "mydomain");
	struct seal_bytes word, protocols;
	int r;

	p->helo = is_name(helo) ? helo : is_name(h->name) ? h->name : SEAL_LIT("localhost");
	p->domain = wish->domain ? seal_bytes_of(wish->domain) : domain;
	r = seal_netprobe_authorities(root, h, smtp, &p->authorities);
	if (r < 0)
		return r;
	protocols = value(h, smtp, "inet_protocols");
	if (protocols.n)
		p->ipv4 = p->ipv6 = false;
	while (seal_conf_next(&protocols, &word)) {
		p->ipv4 = p->ipv4 || !seal_bytes_is(word, "ipv6");
		p->ipv6 = p->ipv6 || !seal_bytes_is(word, "ipv4");
	}
	return 0;
}

static int set_words(const struct seal_netprobe_wish *wish, struct seal_netprobe *p)
{
	struct seal_bytes *b;
	size_t i;

	for (i = 0; i < wish->n_selectors; i++) {
		b = seal_vec_add(&p->selectors);
		if (!b)
			return -ENOMEM;
		*b = seal_bytes_of(wish->selectors[i]);
	}
	for (i = 0; i < wish->n_blocklists; i++) {
		b = seal_vec_add(&p->blocklists);
		if (!b)
			return -ENOMEM;
		*b = seal_bytes_of(wish->blocklists[i]);
	}
	return 0;
}

int seal_netprobe_targets(const struct seal_root *root, struct seal_host *h,
			  struct seal_netprobe_wish *wish, struct seal_netprobe *p,
			  struct seal_err *err)
{
	size_t i;
	int r;

	wish->complete = true;
	r = set_own(root, h, wish, p);
	if (r == 0)
		r = set_words(wish, p);
	for (i = 0; i < wish->n_to && r == 0; i++) {
		r = add_named(p, wish->to[i], err);
		if (r < 0)
			return r;
	}
	if (r == 0 && !wish->n_to && instance(h))
		r = add_configured(h, wish, p);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	if (!wish->log_in)
		return 0;
	if (!instance(h))
		return seal_err_set(err, -EINVAL, "--auth: there is no Postfix here");
	seal_vec_each (t, &p->targets) {
		r = t->dialogue && !t->lmtp ? add_credentials(root, h, t, err) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}
