/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tls.c - the certificates that servers and clients of Postfix show: dates, keys, order, names */
#include "checks/check.h"

#include <errno.h>
#include <string.h>

#include "core/time.h"
#include "evidence/postfix/conf.h"

#define DAY_US    (INT64_C(86400) * SEAL_SECOND_US)
#define FILES_MAX 16

/* struct proof - a certificate with its key as one service is told to use them */
struct proof {
	const struct seal_instance *inst;
	const struct seal_service *svc;
	bool server;
	struct seal_chain_query at;
	const char *cert_param, *key_param;
	struct seal_bytes key; /* empty: no file of the chain has one */
	unsigned key_nth;
	struct seal_origin origin;
};

/* struct walk - through the services that show certificates */
struct walk {
	struct seal_subject *s;
	struct seal_out *out;
	int (*each)(struct walk *w, const struct proof *p);
	size_t seen;
	bool missing; /* a value could not be expanded */
};

struct kind {
	const char *command, *prefix;
	bool server;
};

/* the parameters of the three kinds of keys; chain files take the place of all */
static const char *const files[][2] = {
	{"cert_file", "key_file"}, {"eccert_file", "eckey_file"}, {"dcert_file", "dkey_file"}};

/* value - of PREFIX_tls_NAME as the service sees it; empty: not set. Returns 0 or -ENOMEM */
static int value(struct walk *w, const struct proof *p, const char *name, struct seal_bytes *ret)
{
	int r = seal_conf_value(p->inst, p->svc, name, w->s->h->arena, ret);

	if (r < 0)
		*ret = SEAL_BYTES_NONE;
	w->missing = w->missing || (r < 0 && r != -ENOENT);
	return r == -ENOMEM ? r : 0;
}

static const char *name_of(struct walk *w, const struct kind *k, const char *name)
{
	return seal_arena_printf(w->s->h->arena, "%s_tls_%s", k->prefix, name);
}

static int tell(struct walk *w, const struct proof *p)
{
	w->seen++;
	return w->each(w, p);
}

/* each_file - NAME_cert_file with NAME_key_file */
static int each_file(struct walk *w, struct proof *p, const struct kind *k)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(files[0]); i++) {
		const struct seal_param *where;

		p->cert_param = name_of(w, k, files[i][0]);
		p->key_param = name_of(w, k, files[i][1]);
		if (!p->cert_param || !p->key_param)
			return -ENOMEM;
		r = value(w, p, p->cert_param, &p->at.path);
		if (r == 0)
			r = value(w, p, p->key_param, &p->key);
		if (r < 0 || !p->at.path.n || p->at.path.p[0] != '/')
			continue;
		if (!p->key.n)
			p->key = p->at.path;
		p->at.group = -1;
		p->key_nth = 0;
		where = seal_conf_where(p->inst, p->svc, p->cert_param);
		p->origin = where ? where->origin : (struct seal_origin){0};
		r = tell(w, p);
	}
	return r;
}

/* struct parts - what stands in chain files: keys and certificates, each key before its own */
struct parts {
	struct {
		struct seal_bytes path;
		unsigned nth;
	} keys[FILES_MAX], certs[FILES_MAX];
	size_t n_keys, n_certs;
};

/* add_parts - of one file. Returns 0 or -ENOMEM */
static int add_parts(struct walk *w, struct seal_bytes path, struct parts *to)
{
	unsigned char id[SEAL_KEY_ID_SIZE];
	struct seal_chain chain;
	unsigned nth;
	int r = 0;

	for (nth = 0; to->n_keys < FILES_MAX; nth++) {
		r = seal_view_key(&w->s->h->view, path, nth, id);
		if (r == -ENOMEM || r == -EBADMSG || (r < 0 && r != -ENOKEY && nth > 0))
			break;
		to->keys[to->n_keys].path = path;
		to->keys[to->n_keys++].nth = nth;
		if (r < 0 && r != -ENOKEY)
			break;
	}
	for (nth = 0; r != -ENOMEM && to->n_certs < FILES_MAX; nth++) {
		r = seal_view_chain(&w->s->h->view,
				    &(struct seal_chain_query){path, (int)nth, SEAL_BYTES_NONE},
				    &chain);
		if (r == -ENOMEM || r == -EBADMSG || (r < 0 && nth > 0))
			break;
		to->certs[to->n_certs].path = path;
		to->certs[to->n_certs++].nth = nth;
		if (r < 0)
			break;
	}
	return r == -ENOMEM ? r : 0;
}

static int each_chain(struct walk *w, struct proof *p, struct seal_bytes list)
{
	struct parts parts = {.n_keys = 0};
	const struct seal_param *where = seal_conf_where(p->inst, p->svc, p->cert_param);
	struct seal_bytes path, first = SEAL_BYTES_NONE;
	int r = 0;

	p->key_param = p->cert_param;
	p->origin = where ? where->origin : (struct seal_origin){0};
	while (r == 0 && seal_conf_next(&list, &path)) {
		if (path.p[0] != '/')
			continue;
		first = first.n ? first : path;
		r = add_parts(w, path, &parts);
	}
	if (r == 0 && first.n && !parts.n_certs) {
		parts.certs[0].path = first;
		parts.n_certs = 1;
	}
	for (size_t i = 0; r == 0 && i < parts.n_certs; i++) {
		p->at.path = parts.certs[i].path;
		p->at.group = (int)parts.certs[i].nth;
		p->key = i < parts.n_keys ? parts.keys[i].path : SEAL_BYTES_NONE;
		p->key_nth = i < parts.n_keys ? parts.keys[i].nth : 0;
		r = tell(w, p);
	}
	return r;
}

/* speaks_tls - a server that never begins TLS shows no certificate. Returns 1, 0 or -ENOMEM */
static int speaks_tls(struct walk *w, const struct proof *p)
{
	static const char *const older[] = {"smtpd_tls_wrappermode", "smtpd_use_tls",
					    "smtpd_enforce_tls"};
	struct seal_bytes level;
	bool on = false;
	int r = value(w, p, "smtpd_tls_security_level", &level);

	if (r < 0 || level.n)
		return r < 0 ? r : !seal_bytes_is(level, "none");
	for (size_t i = 0; !on && i < sizeof(older) / sizeof(older[0]); i++)
		if (seal_conf_bool(p->inst, p->svc, older[i], w->s->h->arena, &on) == -ENOMEM)
			return -ENOMEM;
	return on;
}

static int look_at_service(struct walk *w, struct proof *p, const struct kind *k)
{
	struct seal_bytes list;
	const char *ca;
	int r;

	p->server = k->server;
	if (k->server) {
		r = speaks_tls(w, p);
		if (r <= 0)
			return r;
	}
	ca = name_of(w, k, "CAfile");
	p->cert_param = name_of(w, k, "chain_files");
	if (!ca || !p->cert_param)
		return -ENOMEM;
	r = value(w, p, ca, &p->at.ca_file);
	if (r == 0)
		r = value(w, p, p->cert_param, &list);
	if (r < 0)
		return r;
	return list.n ? each_chain(w, p, list) : each_file(w, p, k);
}

/* each_proof - @each of all services; na or unknown where there are none. Returns 0 or -ENOMEM */
static int each_proof(struct seal_subject *s, struct seal_out *out, bool servers_only,
		      int (*each)(struct walk *w, const struct proof *p))
{
	static const struct kind kinds[] = {
		{"smtpd", "smtpd", true}, {"smtp", "smtp", false}, {"lmtp", "lmtp", false}};
	struct walk w = {.s = s, .out = out, .each = each};
	int r = 0;

	seal_vec_each (inst, &s->h->postfix.instances) {
		seal_vec_each (svc, &inst->services) {
			for (size_t i = 0; r == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
				struct proof p = {.inst = inst, .svc = svc};

				if (seal_bytes_is(svc->command, kinds[i].command) &&
				    (kinds[i].server || !servers_only))
					r = look_at_service(&w, &p, &kinds[i]);
			}
		}
	}
	if (r == 0 && w.missing)
		seal_out_unknown(out, NULL, "a value that names certificates cannot be expanded");
	else if (r == 0 && !w.seen)
		seal_out_na(out, servers_only ? "No server of Postfix shows a certificate."
					      : "Postfix shows no certificate.");
	return r;
}

static const char *why(int r)
{
	return r == -ENODATA ? "it was not taken" : strerror(-r);
}

static struct seal_about about_of(const struct proof *p)
{
	return (struct seal_about){
		{{"path", p->at.path}, {"parameter", seal_bytes_of(p->cert_param)}}, p->origin};
}

/* chain_of - Returns 1, 0 (not in the evidence; TLS-001 tells it where it is a fault) or -ENOMEM */
static int chain_of(struct walk *w, const struct proof *p, struct seal_chain *ret)
{
	struct seal_about about = about_of(p);
	int r = seal_view_chain(&w->s->h->view, &p->at, ret);

	if (r == 0 || r == -ENOMEM)
		return r == 0 ? 1 : r;
	if (r == -ENOENT || r == -EBADMSG)
		seal_out_unknown(w->out, &about, "%.*s holds no certificate that can be looked at",
				 SEAL_ARG(p->at.path));
	else
		seal_out_unknown(w->out, &about, "%.*s is not in the evidence: %s",
				 SEAL_ARG(p->at.path), why(r));
	return 0;
}

/* --- TLS-001 */

/* put_day - "2026-11-20", in the arena; p NULL: no memory */
static struct seal_bytes day_of(struct seal_host *h, int64_t us)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_bytes day = SEAL_BYTES_NONE;

	seal_time_put(&b, us);
	if (b.err || seal_arena_copy(h->arena, seal_bytes_first(seal_buf_bytes(&b), 10), &day) < 0)
		return SEAL_BYTES_NONE;
	return day;
}

/* first_end - of the certificates that a peer needs: a root it has itself does not count */
static const struct seal_chain_link *first_end(const struct seal_chain *c)
{
	const struct seal_chain_link *first = c->v;

	for (size_t i = 1; i < c->n; i++)
		if (!c->v[i].self_signed && c->v[i].not_after_us != SEAL_TIME_NONE &&
		    (first->not_after_us == SEAL_TIME_NONE ||
		     c->v[i].not_after_us < first->not_after_us))
			first = &c->v[i];
	return first;
}

static void look_at_end(struct walk *w, const struct proof *p, const struct seal_chain *c)
{
	uint32_t least = seal_check_parameter(w->s->rule, "days_left", 14);
	const struct seal_chain_link *first = first_end(c);
	const char *which = first == c->v ? "The certificate" : "A certificate of its issuer";
	struct seal_about about = about_of(p);
	struct seal_host *h = w->s->h;
	int64_t left = first->not_after_us - h->now_us;
	struct seal_bytes day = day_of(h, first->not_after_us);

	if (left < 0)
		seal_out_fail(w->out, &about, "%s in %.*s has ended on %.*s.", which,
			      SEAL_ARG(p->at.path), SEAL_ARG(day));
	else if (left < least * DAY_US)
		seal_out_fail(w->out, &about, "%s in %.*s ends on %.*s, in %lld day%s.", which,
			      SEAL_ARG(p->at.path), SEAL_ARG(day), (long long)(left / DAY_US),
			      left / DAY_US == 1 ? "" : "s");
}

static int look_at_dates(struct walk *w, const struct proof *p)
{
	struct seal_about about = about_of(p);
	struct seal_host *h = w->s->h;
	struct seal_chain c;
	int r = seal_view_chain(&h->view, &p->at, &c);

	if (r == -ENOMEM)
		return r;
	if (r == -ENOENT)
		seal_out_fail(w->out, &about, "%.*s, which %s names, is not there.",
			      SEAL_ARG(p->at.path), p->cert_param);
	else if (r == -EBADMSG)
		seal_out_fail(w->out, &about, "%.*s holds no certificate, or a damaged one.",
			      SEAL_ARG(p->at.path));
	else if (r < 0)
		seal_out_unknown(w->out, &about, "%.*s is not in the evidence: %s",
				 SEAL_ARG(p->at.path), why(r));
	else if (h->now_us == SEAL_TIME_NONE)
		seal_out_unknown(w->out, &about, "the time of the evidence is not known");
	else if (c.v[0].not_before_us != SEAL_TIME_NONE && c.v[0].not_before_us > h->now_us)
		seal_out_fail(w->out, &about, "The certificate in %.*s begins on %.*s.",
			      SEAL_ARG(p->at.path), SEAL_ARG(day_of(h, c.v[0].not_before_us)));
	else if (first_end(&c)->not_after_us != SEAL_TIME_NONE)
		look_at_end(w, p, &c);
	return 0;
}

static int check_dates(struct seal_subject *s, struct seal_out *out)
{
	return each_proof(s, out, false, look_at_dates);
}

/* --- TLS-002 */

static int look_at_key(struct walk *w, const struct proof *p)
{
	struct seal_about about = about_of(p);
	unsigned char id[SEAL_KEY_ID_SIZE];
	struct seal_chain c;
	int r;

	if (!p->key.n) {
		seal_out_fail(w->out, &about, "%s names no key for the certificate in %.*s.",
			      p->cert_param, SEAL_ARG(p->at.path));
		return 0;
	}
	r = seal_view_key(&w->s->h->view, p->key, p->key_nth, id);
	if (r == -ENOMEM)
		return r;
	if (r == -ENOENT)
		seal_out_fail(w->out, &about, "%.*s, which %s names, is not there.",
			      SEAL_ARG(p->key), p->key_param);
	else if (r == -EBADMSG)
		seal_out_fail(w->out, &about, "%.*s holds no private key, or a damaged one.",
			      SEAL_ARG(p->key));
	else if (r == -ENOKEY)
		seal_out_fail(w->out, &about,
			      "The key in %.*s is encrypted: no daemon can ask for its passphrase.",
			      SEAL_ARG(p->key));
	else if (r < 0)
		seal_out_unknown(w->out, &about, "the key of %.*s is not in the evidence: %s",
				 SEAL_ARG(p->key), why(r));
	if (r < 0)
		return 0;
	r = chain_of(w, p, &c);
	if (r > 0 && memcmp(c.v[0].key_id, id, sizeof(id)) != 0)
		seal_out_fail(w->out, &about, "The key in %.*s is not that of %.*s.",
			      SEAL_ARG(p->key), SEAL_ARG(p->at.path));
	return r < 0 ? r : 0;
}

static int check_keys(struct seal_subject *s, struct seal_out *out)
{
	return each_proof(s, out, false, look_at_key);
}

/* --- TLS-003 */

static int look_at_order(struct walk *w, const struct proof *p)
{
	struct seal_about about = about_of(p);
	struct seal_chain c;
	int r = chain_of(w, p, &c);

	if (r <= 0)
		return r;
	for (size_t i = 0; i + 1 < c.n; i++) {
		if (c.v[i].by_next)
			continue;
		if (i == 0 && c.v[0].ca)
			seal_out_fail(w->out, &about, "%.*s begins with the certificate of a CA.",
				      SEAL_ARG(p->at.path));
		else
			seal_out_fail(w->out, &about,
				      "Certificate %zu in %.*s (%.*s) is not that of the issuer of "
				      "the one before it (%.*s).",
				      i + 2, SEAL_ARG(p->at.path), SEAL_ARG(c.v[i + 1].subject),
				      SEAL_ARG(c.v[i].issuer));
		return 0;
	}
	if (c.issuer == SEAL_ISSUER_KNOWN)
		return 0;
	if (c.issuer == SEAL_ISSUER_ABSENT && c.issuer_published)
		seal_out_fail(w->out, &about,
			      "The issuer of the last certificate in %.*s (%.*s) is neither in the "
			      "file nor among the CAs this host knows.",
			      SEAL_ARG(p->at.path), SEAL_ARG(c.v[c.n - 1].issuer));
	else
		seal_out_unknown(w->out, &about,
				 "whether peers know the issuer of the last certificate in %.*s "
				 "(%.*s)",
				 SEAL_ARG(p->at.path), SEAL_ARG(c.v[c.n - 1].issuer));
	return 0;
}

static int check_order(struct seal_subject *s, struct seal_out *out)
{
	return each_proof(s, out, false, look_at_order);
}

/* --- TLS-004 */

/* covers - RFC 6125: letters fold, "*" stands for the whole first label and for one label only,
 * and two more follow it at least */
static bool covers(struct seal_bytes name, struct seal_bytes host)
{
	struct seal_bytes rest, above;

	if (name.n && name.p[name.n - 1] == '.')
		name.n--;
	if (!seal_bytes_starts(name, "*."))
		return seal_bytes_icase_eq(name, host);
	rest = seal_bytes_from(name, 2);
	above = host;
	return seal_bytes_chr(rest, '.') > 0 && seal_bytes_chr(rest, '*') < 0 &&
	       seal_bytes_cut(above, '.', &above).n > 0 && seal_bytes_icase_eq(rest, above);
}

static int look_at_names(struct walk *w, const struct proof *p)
{
	struct seal_about about = about_of(p);
	struct seal_bytes host;
	struct seal_chain c;
	int r = value(w, p, "myhostname", &host);

	if (r == 0)
		r = chain_of(w, p, &c);
	if (r <= 0)
		return r;
	if (!host.n) {
		seal_out_unknown(w->out, &about, "myhostname is not known");
		return 0;
	}
	for (size_t i = 0; i < c.n_names; i++)
		if (covers(c.names[i], host))
			return 0;
	if (c.n_names)
		seal_out_fail(w->out, &about,
			      "The certificate in %.*s is for %.*s%s, not for myhostname, %.*s.",
			      SEAL_ARG(p->at.path), SEAL_ARG(c.names[0]),
			      c.n_names > 1 ? " and others" : "", SEAL_ARG(host));
	else
		seal_out_fail(w->out, &about, "The certificate in %.*s has no name.",
			      SEAL_ARG(p->at.path));
	return 0;
}

static int check_names(struct seal_subject *s, struct seal_out *out)
{
	return each_proof(s, out, true, look_at_names);
}

const struct seal_check seal_checks_tls[] = {
	{"TLS-001", check_dates, SEAL_NEED_POSTFIX},
	{"TLS-002", check_keys, SEAL_NEED_POSTFIX},
	{"TLS-003", check_order, SEAL_NEED_POSTFIX},
	{"TLS-004", check_names, SEAL_NEED_POSTFIX},
	{NULL, NULL, 0},
};
