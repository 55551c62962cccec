/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/check.h"

#include <errno.h>
#include <stdarg.h>

#include "model/ruleset.h"

/* struct seal_out - where the findings of one check go */
struct seal_out {
	struct seal_host *h;
	const struct seal_check_rule *rule;
	struct seal_findings *to;
	size_t first;  /* of its rows in @to */
	size_t beyond; /* rows over the limit */
	struct seal_bytes pass;
	bool told; /* the last row of @to is a failure that was told just now */
	int err;
};

const struct seal_check *seal_check_table(size_t i)
{
	static const struct seal_check *const tables[] = {
		seal_checks_audit,         seal_checks_booleans,      seal_checks_delivery,
		seal_checks_delivery_host, seal_checks_domains,       seal_checks_firewall,
		seal_checks_firewall_in,   seal_checks_firewall_out,  seal_checks_labels,
		seal_checks_labels_mail,   seal_checks_modules,       seal_checks_ports,
		seal_checks_postfix,       seal_checks_postfix_files, seal_checks_postfix_host,
		seal_checks_queue,         seal_checks_selinux,       seal_checks_tls,
	};

	return i < sizeof(tables) / sizeof(*tables) ? tables[i] : NULL;
}

static const struct seal_check *find_check(struct seal_bytes id)
{
	const struct seal_check *c;

	for (size_t i = 0; (c = seal_check_table(i)); i++)
		for (; c->id; c++)
			if (seal_bytes_is(id, c->id))
				return c;
	return NULL;
}

/* --- findings */

static int put_fingerprint(struct seal_finding *f)
{
	struct seal_print p = {0};

	seal_print_add(&p, NULL, f->rule->id);
	for (size_t i = 0; i < f->n_object; i++)
		seal_print_add(&p, f->object[i].key, f->object[i].value);
	return seal_print_done(&p, f->fingerprint);
}

static bool is_repeated(const struct seal_out *out, const struct seal_finding *f)
{
	for (size_t i = out->first; i < out->to->v.n; i++) {
		const struct seal_finding *other = &out->to->v.v[i];

		if (other->status == f->status && strcmp(other->fingerprint, f->fingerprint) == 0)
			return true;
	}
	return false;
}

static int add(struct seal_out *out, enum seal_status status, const struct seal_about *about,
	       struct seal_bytes detail)
{
	struct seal_finding f = {.rule = out->rule, .status = status, .detail = detail, .fix = -1};
	struct seal_finding *row;
	int r;

	out->told = false;
	f.severity = out->rule->severity;
	if (about) {
		f.origin = about->origin;
		for (size_t i = 0; i < SEAL_FINDING_PROPERTIES && about->object[i].key; i++)
			f.object[f.n_object++] = about->object[i];
	}
	r = put_fingerprint(&f);
	if (r < 0)
		return r;
	if (is_repeated(out, &f))
		return 0;
	if (out->to->v.n - out->first >= SEAL_OUT_MAX) {
		out->beyond++;
		return 0;
	}
	row = seal_vec_add(&out->to->v);
	if (!row)
		return -ENOMEM;
	*row = f;
	out->told = status == SEAL_STATUS_FAIL;
	return 0;
}

static SEAL_PRINTF(2, 0) struct seal_bytes text(struct seal_out *out, const char *fmt, va_list ap)
{
	const char *s = seal_arena_vprintf(out->h->arena, fmt, ap);

	if (!s)
		out->err = -ENOMEM;
	return seal_bytes_of(s);
}

static void say(struct seal_out *out, enum seal_status status, const struct seal_about *about,
		struct seal_bytes detail)
{
	int r = out->err;

	if (r == 0)
		r = add(out, status, about, detail);
	out->err = r;
}

void seal_out_fail(struct seal_out *out, const struct seal_about *about, const char *fmt, ...)
{
	struct seal_bytes detail;
	va_list ap;

	va_start(ap, fmt);
	detail = text(out, fmt, ap);
	va_end(ap);
	say(out, SEAL_STATUS_FAIL, about, detail);
}

void seal_out_unknown(struct seal_out *out, const struct seal_about *about, const char *fmt, ...)
{
	struct seal_bytes detail;
	va_list ap;

	va_start(ap, fmt);
	detail = text(out, fmt, ap);
	va_end(ap);
	say(out, SEAL_STATUS_UNKNOWN, about, detail);
}

void seal_out_na(struct seal_out *out, const char *fmt, ...)
{
	struct seal_bytes detail;
	va_list ap;

	va_start(ap, fmt);
	detail = text(out, fmt, ap);
	va_end(ap);
	say(out, SEAL_STATUS_NA, NULL, detail);
}

void seal_out_pass(struct seal_out *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	out->pass = text(out, fmt, ap);
	va_end(ap);
}

bool seal_out_told(const struct seal_out *out)
{
	return out->told && out->to->v.v[out->to->v.n - 1].fix < 0;
}

struct seal_arena *seal_out_arena(struct seal_out *out)
{
	return out->h->arena;
}

/* same_command - fixes of one step each, with equal words */
static bool same_command(const struct seal_fix *a, const struct seal_fix *b)
{
	const struct seal_argv *x = &a->steps.v[0].argv, *y = &b->steps.v[0].argv;

	if (x->v.n != y->v.n)
		return false;
	for (size_t i = 0; i < x->v.n; i++)
		if (!seal_bytes_eq(x->v.v[i], y->v.v[i]))
			return false;
	return true;
}

/* take_fix - its number among the fixes so far, or -ENOMEM */
static int32_t take_fix(struct seal_out *out, struct seal_fix *f)
{
	struct seal_fix *slot;

	for (size_t i = 0; i < out->to->fixes.n; i++)
		if (same_command(&out->to->fixes.v[i], f)) {
			seal_fix_done(f);
			return (int32_t)i;
		}
	slot = seal_vec_add(&out->to->fixes);
	if (!slot)
		return -ENOMEM;
	*slot = *f;
	return (int32_t)(out->to->fixes.n - 1);
}

/* add_target - the check among what the fix is for. Returns 0 or -ENOMEM */
static int add_target(struct seal_fix *f, struct seal_bytes id)
{
	struct seal_bytes *t;

	seal_vec_each (have, &f->targets) {
		if (seal_bytes_eq(*have, id))
			return 0;
	}
	t = seal_vec_add(&f->targets);
	if (!t)
		return -ENOMEM;
	*t = id;
	return 0;
}

void seal_out_mend(struct seal_out *out, struct seal_fix *f, struct seal_fix *spent)
{
	struct seal_finding *row = &out->to->v.v[out->to->v.n - 1];
	int32_t n = f ? take_fix(out, f) : -ENOMEM;

	if (n < 0) {
		seal_fix_done(spent);
		out->err = -ENOMEM;
		return;
	}
	row->fix = n;
	if (add_target(&out->to->fixes.v[n], out->rule->id) < 0)
		out->err = -ENOMEM;
}

/* --- what a check needs */

static bool source_was_read(const struct seal_host *h, enum seal_source source)
{
	seal_vec_each (s, &h->sources) {
		if (s->source == source &&
		    (s->status == SEAL_READ_READ || s->status == SEAL_READ_TRUNCATED))
			return true;
	}
	return false;
}

/* why_not - the row of sources that tells why something is missing; NULL: none */
static const struct seal_source_state *why_not(const struct seal_host *h, enum seal_source source)
{
	const struct seal_source_state *absent = NULL;

	seal_vec_each (s, &h->sources) {
		if (s->source != source)
			continue;
		if (s->status == SEAL_READ_UNREADABLE || s->status == SEAL_READ_SKIPPED)
			return s;
		if (s->status == SEAL_READ_ABSENT)
			absent = s;
	}
	return absent;
}

static void say_missing(struct seal_out *out, const char *what, enum seal_source source)
{
	const struct seal_source_state *s = why_not(out->h, source);

	if (s && s->detail.n)
		seal_out_unknown(out, NULL, "%s: %.*s", what, SEAL_ARG(s->detail));
	else if (s)
		seal_out_unknown(out, NULL, "%s: %.*s is %s", what, SEAL_ARG(s->path),
				 seal_read_status_name(s->status));
	else
		seal_out_unknown(out, NULL, "%s: not in the evidence", what);
}

/* needs_postfix - whether there is a configuration to judge */
static bool needs_postfix(const struct seal_host *h, struct seal_out *out)
{
	const struct seal_source_state *s = why_not(h, SEAL_SOURCE_MAIN_CF);

	if (h->postfix.instances.n && h->postfix.instances.v[0].has_main_cf &&
	    h->postfix.instances.v[0].has_master_cf)
		return true;
	if (h->whole &&
	    !(h->postfix.instances.n &&
	      (h->postfix.instances.v[0].has_main_cf || h->postfix.instances.v[0].has_master_cf)) &&
	    (!s || s->status == SEAL_READ_ABSENT) &&
	    (!why_not(h, SEAL_SOURCE_MASTER_CF) ||
	     why_not(h, SEAL_SOURCE_MASTER_CF)->status == SEAL_READ_ABSENT))
		seal_out_na(out, "There is no Postfix on this host.");
	else if (h->postfix.instances.n && h->postfix.instances.v[0].has_main_cf)
		say_missing(out, "master.cf was not read", SEAL_SOURCE_MASTER_CF);
	else
		say_missing(out, "main.cf was not read", SEAL_SOURCE_MAIN_CF);
	return false;
}

static bool has_store(const struct seal_host *h)
{
	seal_vec_each (s, &h->sources) {
		if (s->source == SEAL_SOURCE_SELINUX && s->status == SEAL_READ_READ &&
		    seal_bytes_ends(s->path, "active/modules"))
			return true;
	}
	return false;
}

/* is_off - SELinux does not run here, and will not */
static bool is_off(const struct seal_host *h)
{
	const struct seal_selinux *x = &h->selinux;

	if (x->mode == SEAL_SELINUX_DISABLED)
		return true;
	return !x->running && h->whole && x->configured_status == -ENOENT;
}

/* ready - whether all that the check needs is there; else it is told, and false */
static bool ready(const struct seal_subject *s, unsigned needs, struct seal_out *out)
{
	const struct seal_host *h = s->h;

	if ((needs & SEAL_NEED_POSTFIX) && !needs_postfix(h, out))
		return false;
	if ((needs & SEAL_NEED_SELINUX) && is_off(h)) {
		seal_out_na(out, "SELinux is off on this host.");
		return false;
	}
	if ((needs & SEAL_NEED_ROLE) && !s->roles) {
		seal_out_unknown(out, NULL,
				 "what the host does with mail is not known; --role says it");
		return false;
	}
	if ((needs & SEAL_NEED_ROLE) && !(s->roles & s->rule->roles)) {
		seal_out_na(out, "This does not apply to a host of this role.");
		return false;
	}
	if ((needs & SEAL_NEED_POLICY) && !h->selinux.policy)
		say_missing(out, "the SELinux policy was not read", SEAL_SOURCE_POLICY);
	else if ((needs & SEAL_NEED_STORE) && !has_store(h))
		say_missing(out, "the module store was not read", SEAL_SOURCE_SELINUX);
	else if ((needs & SEAL_NEED_CONTEXTS) && !source_was_read(h, SEAL_SOURCE_CONTEXTS))
		say_missing(out, "file_contexts was not read", SEAL_SOURCE_CONTEXTS);
	else if ((needs & SEAL_NEED_RULESET) && !h->ruleset)
		say_missing(out, "no firewall ruleset was read", SEAL_SOURCE_RULESET);
	else if ((needs & SEAL_NEED_QUEUE) && !h->queue.present)
		say_missing(out, "the queue was not read", SEAL_SOURCE_QUEUE);
	else if ((needs & SEAL_NEED_AUDIT) && !h->audit.present)
		say_missing(out, "no audit records were read", SEAL_SOURCE_AUDIT);
	else if ((needs & SEAL_NEED_EXPLAINED) && !(s->x && (h->mail.present || h->queue.present)))
		say_missing(out, "neither mail log nor queue was read", SEAL_SOURCE_MAIL_LOG);
	else
		return true;
	return false;
}

/* --- running */

static int run_check(struct seal_subject *s, const struct seal_check *c, struct seal_findings *ret)
{
	struct seal_out out = {.h = s->h, .rule = s->rule, .to = ret, .first = ret->v.n};
	unsigned needs = c->needs | (s->rule->roles != SEAL_ROLE_ALL ? SEAL_NEED_ROLE : 0);
	int r = 0;

	if (ready(s, needs, &out))
		r = c->run(s, &out);
	if (r == 0)
		r = out.err;
	if (r == 0 && ret->v.n == out.first)
		r = add(&out, SEAL_STATUS_PASS, NULL, out.pass);
	if (r == 0 && out.beyond) {
		out.first = ret->v.n;
		seal_out_unknown(&out, NULL, "%zu more of these are not listed", out.beyond);
		r = out.err;
	}
	return r;
}

static int by_object(const struct seal_finding *x, const struct seal_finding *y)
{
	size_t i;
	int r;

	for (i = 0; i < x->n_object && i < y->n_object; i++) {
		r = strcmp(x->object[i].key, y->object[i].key);
		if (r == 0)
			r = seal_bytes_cmp(x->object[i].value, y->object[i].value);
		if (r)
			return r;
	}
	return x->n_object < y->n_object ? -1 : x->n_object > y->n_object;
}

static int finding_order(const void *a, const void *b)
{
	const struct seal_finding *x = a, *y = b;
	int r = seal_bytes_cmp(x->rule->id, y->rule->id);

	if (r == 0)
		r = by_object(x, y);
	if (r == 0)
		r = x->status < y->status ? -1 : x->status > y->status;
	return r ? r : seal_bytes_cmp(x->detail, y->detail);
}

static bool is_listed(const struct seal_bytes *ids, size_t n, struct seal_bytes id)
{
	for (size_t i = 0; i < n; i++)
		if (seal_bytes_eq(ids[i], id))
			return true;
	return false;
}

static int check_ids(const struct seal_check_rules *rules, const struct seal_bytes *ids, size_t n,
		     struct seal_err *err)
{
	for (size_t i = 0; i < n; i++)
		if (!seal_check_rule_find(rules, ids[i]))
			return seal_err_set(err, -ENOENT, "there is no check %.*s",
					    SEAL_ARG(ids[i]));
	return 0;
}

static int run_all(struct seal_subject *s, const struct seal_check_rules *rules,
		   const struct seal_check_query *q, struct seal_findings *ret)
{
	int r = 0;

	seal_vec_each (rule, &rules->v) {
		const struct seal_check *c = find_check(rule->id);

		if (r < 0)
			return r;
		if (rule->severity < q->min_severity ||
		    (q->n_only && !is_listed(q->only, q->n_only, rule->id)) ||
		    is_listed(q->skip, q->n_skip, rule->id))
			continue;
		if (!c)
			continue; /* rules of --rules for checks another version has */
		s->rule = rule;
		r = run_check(s, c, ret);
	}
	return r;
}

static int prepare(struct seal_subject *s, const struct seal_check_query *q,
		   struct seal_findings *ret)
{
	int r, err = 0;

	r = seal_endpoints_find(s->h, &s->endpoints);
	if (r == 0)
		r = seal_mail_domains(s->h, &s->mail_domains);
	if (r < 0)
		return r;
	s->roles = q->roles;
	ret->roles_why = SEAL_LIT("as --role says");
	if (!s->roles)
		s->roles = seal_roles_guess(s->h, &s->endpoints, &ret->roles_why, &err);
	ret->roles = s->roles;
	if (err == 0 && s->h->ruleset) {
		err = seal_paths_of_host(s->h, s->h->ruleset, &s->h->net, &s->paths);
		s->has_paths = err == 0;
	}
	return err;
}

int seal_checks_run(struct seal_host *h, const struct seal_check_rules *rules,
		    const struct seal_check_query *query, struct seal_findings *ret,
		    struct seal_err *err)
{
	struct seal_subject s = {.h = h, .x = query->x};
	int r;

	if (check_ids(rules, query->only, query->n_only, err) < 0 ||
	    check_ids(rules, query->skip, query->n_skip, err) < 0)
		return -ENOENT;
	r = prepare(&s, query, ret);
	if (r == 0)
		r = run_all(&s, rules, query, ret);
	if (r == 0 && ret->v.n > 1)
		qsort(ret->v.v, ret->v.n, sizeof(*ret->v.v), finding_order);
	seal_paths_done(&s.paths);
	seal_vec_done(&s.mail_domains.v);
	seal_endpoints_done(&s.endpoints);
	return r < 0 ? seal_err_set(err, r, "%s", strerror(-r)) : 0;
}

void seal_findings_count(struct seal_findings *f)
{
	memset(f->n, 0, sizeof(f->n));
	f->n_known = 0;
	f->worst = SEAL_GRADE_INFO;
	seal_vec_each (it, &f->v) {
		f->n[it->status]++;
		if (it->status != SEAL_STATUS_FAIL)
			continue;
		f->n_known += it->known;
		if (it->severity > f->worst)
			f->worst = it->severity;
	}
}

bool seal_glob(struct seal_bytes pattern, struct seal_bytes t)
{
	size_t p = 0, i = 0, star = SIZE_MAX, from = 0;

	while (i < t.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			from = i;
		} else if (p < pattern.n && (pattern.p[p] == '?' || pattern.p[p] == t.p[i])) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

static bool covers(const struct seal_waiver *w, const struct seal_finding *f)
{
	seal_auto_buf struct seal_buf object = {0};

	if (w->expired || !seal_bytes_eq(w->id, f->rule->id))
		return false;
	if (!w->object.n)
		return true;
	seal_object_put(&object, f);
	return !object.err && seal_glob(w->object, seal_buf_bytes(&object));
}

void seal_findings_waive(struct seal_findings *f)
{
	seal_vec_each (it, &f->v) {
		if (it->status != SEAL_STATUS_FAIL)
			continue;
		seal_vec_each (w, &f->waivers) {
			if (!covers(w, it))
				continue;
			it->status = SEAL_STATUS_WAIVED;
			it->waiver = w;
			w->used++;
			break;
		}
	}
}
