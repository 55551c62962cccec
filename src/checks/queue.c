/* SPDX-License-Identifier: GPL-2.0-or-later */
/* queue.c - mail that waits, and whether this host's own protection makes it wait */
#include "checks/check.h"

#include <errno.h>

#include "analysis/denials/denial.h"

/* tell - one cause as a failure, or as not known when it is only possible. Returns 0 or -ENOMEM */
static int tell(struct seal_subject *s, struct seal_out *out, const struct seal_cause_group *g)
{
	const struct seal_cause *c = g->cause;
	const struct seal_object *o = &c->object;
	const char *port = seal_arena_printf(s->h->arena, "%u", o->port);
	struct seal_about about = {{{"verdict", seal_bytes_of(c->verdict)}}, {0}};
	size_t n = 1;

	if (!port)
		return -ENOMEM;
	if (o->target_type.n)
		about.object[n++] = (struct seal_property){"target_type", o->target_type};
	if (o->path.n)
		about.object[n++] = (struct seal_property){"path", o->path};
	if (o->port)
		about.object[n++] = (struct seal_property){"port", seal_bytes_of(port)};
	if (g->proof.n)
		about.origin = g->proof.v[0].origin;
	if (c->certainty >= SEAL_CERTAINTY_LIKELY)
		seal_out_fail(out, &about, "%llu message%s: %.*s (%s)",
			      (unsigned long long)g->messages, g->messages == 1 ? "" : "s",
			      SEAL_ARG(c->title), seal_certainty_name(c->certainty));
	else
		seal_out_unknown(out, &about, "%llu message%s, only possibly: %.*s",
				 (unsigned long long)g->messages, g->messages == 1 ? "" : "s",
				 SEAL_ARG(c->title));
	return 0;
}

static bool of_selinux(const struct seal_cause_group *g)
{
	return g->cause->class_ == SEAL_CLASS_SELINUX && g->messages;
}

static bool of_firewall(const struct seal_cause_group *g)
{
	return g->cause->class_ == SEAL_CLASS_FIREWALL && g->messages;
}

/* says - some piece of the evidence has one of these words in it */
static bool says(const struct seal_cause_group *g, const char *const *words)
{
	for (size_t i = 0; i < g->proof.n; i++)
		for (const char *const *w = words; *w; w++)
			if (seal_bytes_find(g->proof.v[i].text, *w) >= 0)
				return true;
	return false;
}

/* is_ours - a cause that lies on this host, or one that was not found */
static bool is_ours(const struct seal_cause *c)
{
	switch ((int)c->class_) {
	case SEAL_CLASS_SELINUX:
	case SEAL_CLASS_FIREWALL:
	case SEAL_CLASS_DAC:
	case SEAL_CLASS_ROUTE:
	case SEAL_CLASS_SANDBOX:
	case SEAL_CLASS_SERVICE:
	case SEAL_CLASS_CONFIG:
	case SEAL_CLASS_DISK:
	case SEAL_CLASS_UNKNOWN:
		return true;
	default:
		return false;
	}
}

static bool of_local_delivery(const struct seal_cause_group *g)
{
	static const char *const daemons[] = {"local", "virtual", "pipe", "lmtp"};
	static const char *const words[] = {"ermission denied", "Operation not permitted",
					    "Read-only file system", "quota", NULL};
	const struct seal_cause *c = g->cause;
	bool local = false;

	for (size_t i = 0; i < sizeof(daemons) / sizeof(*daemons); i++)
		local |= seal_bytes_is(c->daemon, daemons[i]);
	if (!local)
		return false;
	return c->class_ == SEAL_CLASS_DAC || c->class_ == SEAL_CLASS_SELINUX ||
	       c->class_ == SEAL_CLASS_SANDBOX || c->class_ == SEAL_CLASS_DISK ||
	       (is_ours(c) && says(g, words));
}

static bool of_helper(const struct seal_cause_group *g)
{
	static const char *const words[] = {"Milter",         "milter",
					    "policy service", "policy server",
					    "proxy filter",   "Dovecot auth socket",
					    "saslauthd",      NULL};

	return is_ours(g->cause) && says(g, words);
}

static bool of_dns(const struct seal_cause_group *g)
{
	static const char *const elsewhere[] = {
		"dns.not_found", "dns.no_address",         "dns.null_mx",
		"dns.malformed", "dns.remote_zone_broken", "dns.wrong_mx"};
	static const char *const words[] = {"Name service error", "resolv.conf", NULL};
	const struct seal_cause *c = g->cause;

	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		if (strcmp(c->verdict, elsewhere[i]) == 0)
			return false;
	return c->class_ == SEAL_CLASS_DNS || c->object.resolver.n ||
	       (is_ours(c) && says(g, words));
}

static bool of_key_or_table(const struct seal_cause_group *g)
{
	static const char *const words[] = {"key from file",         "certificate from file",
					    "disabling TLS support", "open database",
					    "cannot load",           "CAfile",
					    "TLS library problem",   NULL};

	return is_ours(g->cause) && says(g, words);
}

static int list_groups(struct seal_subject *s, struct seal_out *out,
		       bool (*wanted)(const struct seal_cause_group *g))
{
	int r = 0;

	seal_vec_each (g, &s->x->groups) {
		if (r == 0 && wanted(g))
			r = tell(s, out, g);
	}
	return r;
}

static int check_selinux(struct seal_subject *s, struct seal_out *out)
{
	return list_groups(s, out, of_selinux);
}

static int check_firewall(struct seal_subject *s, struct seal_out *out)
{
	return list_groups(s, out, of_firewall);
}

static int check_local(struct seal_subject *s, struct seal_out *out)
{
	return list_groups(s, out, of_local_delivery);
}

static int check_helpers(struct seal_subject *s, struct seal_out *out)
{
	return list_groups(s, out, of_helper);
}

static int check_dns(struct seal_subject *s, struct seal_out *out)
{
	return list_groups(s, out, of_dns);
}

static int check_files(struct seal_subject *s, struct seal_out *out)
{
	return list_groups(s, out, of_key_or_table);
}

static int check_size(struct seal_subject *s, struct seal_out *out)
{
	uint32_t most = seal_check_parameter(s->rule, "most_messages", 1000);
	uint32_t oldest = seal_check_parameter(s->rule, "oldest_hours", 24);
	struct seal_about size = {{{"path", SEAL_LIT("deferred")}}, {0}};
	struct seal_about age = {{{"path", SEAL_LIT("oldest")}}, {0}};
	int64_t first = INT64_MAX;
	size_t n = 0;

	seal_vec_each (m, &s->h->queue.messages) {
		if (m->queue != SEAL_QUEUE_DEFERRED && m->queue != SEAL_QUEUE_ACTIVE)
			continue;
		n++;
		if (m->arrival_us != SEAL_TIME_NONE && m->arrival_us < first)
			first = m->arrival_us;
	}
	if (n > most)
		seal_out_fail(out, &size, "%zu messages wait, more than %u.", n, most);
	if (n && s->h->now_us == SEAL_TIME_NONE)
		seal_out_unknown(out, &age, "the time of the evidence is not known");
	else if (n && first != INT64_MAX &&
		 s->h->now_us - first > oldest * INT64_C(3600) * SEAL_SECOND_US)
		seal_out_fail(out, &age, "The oldest message waits for more than %u hours.",
			      oldest);
	return 0;
}

static int check_odd(struct seal_subject *s, struct seal_out *out)
{
	static const enum seal_queue_name odd[] = {SEAL_QUEUE_CORRUPT, SEAL_QUEUE_HOLD};

	for (size_t i = 0; i < 2; i++) {
		const char *name = seal_queue_name(odd[i]);
		struct seal_about about = {{{"path", seal_bytes_of(name)}}, {0}};
		size_t n = 0;

		seal_vec_each (m, &s->h->queue.messages) {
			n += m->queue == odd[i];
		}
		if (n)
			seal_out_fail(out, &about, "%zu message%s lie%s in %s.", n,
				      n == 1 ? "" : "s", n == 1 ? "s" : "", name);
	}
	return 0;
}

/* --- denials that no mail shows */

static bool is_a_cause(const struct seal_explanation *x, const struct seal_denial *d)
{
	seal_vec_each (c, &x->causes) {
		if ((*c)->denial == d)
			return true;
	}
	return false;
}

static int check_other_denials(struct seal_subject *s, struct seal_out *out)
{
	struct seal_denial_report *report = NULL;
	struct seal_denial_query q = {.all = false};
	int r = seal_denials_explain(s->h, &q, &report);

	if (r < 0)
		return r;
	seal_vec_each (g, &report->groups) {
		struct seal_about about = {{{"source_type", g->source_type},
					    {"target_type", g->target_type},
					    {"tclass", g->tclass}},
					   {0}};
		bool shown = g->stale || g->permissive;

		seal_vec_each (d, &g->members) {
			shown |= is_a_cause(s->x, *d);
			about.origin = (*d)->origin;
		}
		if (!shown && g->mail)
			seal_out_fail(out, &about,
				      "%llu denial%s of %.*s on %.*s (%.*s) that no mail suffers "
				      "from.",
				      (unsigned long long)g->count, g->count == 1 ? "" : "s",
				      SEAL_ARG(g->source_type), SEAL_ARG(g->target_type),
				      SEAL_ARG(g->tclass));
	}
	seal_denial_report_free(report);
	return 0;
}

/* --- is the evidence good enough? */

static void judge_source(struct seal_subject *s, struct seal_out *out,
			 const struct seal_source_state *src)
{
	struct seal_about about = {{{"path", src->path}},
				   {.source = src->source, .path = src->path}};

	if (src->status == SEAL_READ_TRUNCATED)
		seal_out_fail(out, &about, "%.*s was not read to its end: %.*s",
			      SEAL_ARG(src->path), SEAL_ARG(src->detail));
	else if (src->status == SEAL_READ_UNREADABLE)
		seal_out_unknown(out, &about, "%.*s could not be read: %.*s", SEAL_ARG(src->path),
				 SEAL_ARG(src->detail));
	else if (src->status == SEAL_READ_READ && src->last_us != SEAL_TIME_NONE &&
		 s->h->now_us != SEAL_TIME_NONE &&
		 src->last_us - s->h->now_us > SEAL_SECOND_US * 3600)
		seal_out_fail(out, &about,
			      "%.*s has records later than the evidence itself: the clock was set "
			      "back.",
			      SEAL_ARG(src->path));
}

static bool is_log(enum seal_source source)
{
	return source == SEAL_SOURCE_AUDIT || source == SEAL_SOURCE_MAIL_LOG ||
	       source == SEAL_SOURCE_JOURNAL || source == SEAL_SOURCE_KERNEL_LOG;
}

/* judge_age - the last record of a kind of log, against the time of the evidence */
static void judge_age(struct seal_subject *s, struct seal_out *out, const char *what,
		      int64_t last_us)
{
	uint32_t hours = seal_check_parameter(s->rule, "oldest_hours", 24);
	struct seal_about about = {{{"service", seal_bytes_of(what)}}, {0}};

	if (last_us == SEAL_TIME_NONE || s->h->now_us == SEAL_TIME_NONE)
		seal_out_unknown(out, &about, "the evidence has no %s with a time in it", what);
	else if (s->h->now_us - last_us > hours * INT64_C(3600) * SEAL_SECOND_US)
		seal_out_fail(out, &about, "The last record of the %s is more than %u hours old.",
			      what, hours);
}

static int check_evidence(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_audit *a = &s->h->audit;
	struct seal_about lost = {{{"path", SEAL_LIT("audit")}}, a->lost_origin};

	seal_vec_each (src, &s->h->sources) {
		if (is_log(src->source))
			judge_source(s, out, src);
	}
	if (a->n_lost)
		seal_out_fail(out, &lost,
			      "The kernel says %llu times that it dropped audit records.",
			      (unsigned long long)a->n_lost);
	if (a->n_not_kept)
		seal_out_fail(out, &lost, "%llu denials were too many to keep.",
			      (unsigned long long)a->n_not_kept);
	judge_age(s, out, "audit log", a->present ? a->last_us : SEAL_TIME_NONE);
	judge_age(s, out, "mail log", s->h->mail.present ? s->h->mail.last_us : SEAL_TIME_NONE);
	return 0;
}

#define MAIL (SEAL_NEED_POSTFIX | SEAL_NEED_EXPLAINED)

const struct seal_check seal_checks_queue[] = {
	{"QUE-001", check_selinux, MAIL | SEAL_NEED_SELINUX},
	{"QUE-002", check_firewall, MAIL},
	{"QUE-003", check_local, MAIL},
	{"QUE-004", check_helpers, MAIL},
	{"QUE-005", check_dns, MAIL},
	{"QUE-006", check_files, MAIL},
	{"QUE-007", check_size, SEAL_NEED_POSTFIX | SEAL_NEED_QUEUE},
	{"QUE-008", check_odd, SEAL_NEED_POSTFIX | SEAL_NEED_QUEUE},
	{"QUE-009", check_other_denials, MAIL | SEAL_NEED_SELINUX | SEAL_NEED_AUDIT},
	{"QUE-010", check_evidence, SEAL_NEED_POSTFIX},
	{NULL, NULL, 0},
};
