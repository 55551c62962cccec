/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/explain_words.h"

#include <errno.h>

#include "report/report.h"

static const char *const class_words[SEAL_CLASS_MAX_] = {
	[SEAL_CLASS_SELINUX] = "SELinux",
	[SEAL_CLASS_FIREWALL] = "firewall",
	[SEAL_CLASS_DAC] = "permissions",
	[SEAL_CLASS_ROUTE] = "route",
	[SEAL_CLASS_SANDBOX] = "sandbox",
	[SEAL_CLASS_SERVICE] = "service",
	[SEAL_CLASS_CONFIG] = "configuration",
	[SEAL_CLASS_DNS] = "DNS",
	[SEAL_CLASS_AUTH] = "credentials",
	[SEAL_CLASS_TLS] = "TLS",
	[SEAL_CLASS_RELAY] = "relay",
	[SEAL_CLASS_POLICY] = "peer policy",
	[SEAL_CLASS_SENDERAUTH] = "sender auth",
	[SEAL_CLASS_REPUTATION] = "reputation",
	[SEAL_CLASS_RECIPIENT] = "recipient",
	[SEAL_CLASS_CONTENT] = "content",
	[SEAL_CLASS_DISK] = "disk",
	[SEAL_CLASS_REMOTE] = "remote",
	[SEAL_CLASS_QUEUE] = "queue",
	[SEAL_CLASS_UNKNOWN] = "unknown",
};

const char *seal_explain_class(enum seal_cause_class c)
{
	return (unsigned)c < SEAL_CLASS_MAX_ ? class_words[c] : NULL;
}

void seal_explain_summary(struct seal_buf *b, const struct seal_explanation *x)
{
	if (x->n_waiting)
		seal_buf_printf(b, "%llu message%s wait%s", (unsigned long long)x->n_waiting,
				seal_text_plural(x->n_waiting), x->n_waiting == 1 ? "s" : "");
	if (x->n_bounced)
		seal_buf_printf(b, "%s%llu bounced", x->n_waiting ? ", " : "",
				(unsigned long long)x->n_bounced);
	if (!x->n_waiting && !x->n_bounced)
		seal_buf_puts(b, "no message waits");
	if (x->groups.n)
		seal_buf_printf(b, ", %zu cause%s", x->groups.n, seal_text_plural(x->groups.n));
}

void seal_explain_change(struct seal_buf *b, const struct seal_change *c)
{
	static const char *const words[SEAL_CHANGE_KIND_MAX_] = {
		[SEAL_CHANGE_POLICY_LOAD] = "a policy load",
		[SEAL_CHANGE_BOOLEAN] = "boolean",
		[SEAL_CHANGE_ENFORCING] = "a change of the SELinux mode",
		[SEAL_CHANGE_FIREWALL] = "a change of the firewall, table",
		[SEAL_CHANGE_POSTFIX] = "a Postfix",
		[SEAL_CHANGE_PACKAGE] = "package",
		[SEAL_CHANGE_FILE] = "a change of",
	};

	if (c->kind == SEAL_CHANGE_POLICY_LOAD && seal_bytes_is(c->to, "boot")) {
		seal_buf_puts(b, "the policy load at boot");
		return;
	}
	seal_buf_puts(b, words[c->kind]);
	if (c->what.n && c->kind != SEAL_CHANGE_POSTFIX) {
		seal_buf_putc(b, ' ');
		seal_buf_put(b, c->what.p, c->what.n);
	}
	if (c->kind == SEAL_CHANGE_POSTFIX)
		seal_buf_putc(b, ' ');
	else if (c->kind == SEAL_CHANGE_PACKAGE && !c->to.n)
		seal_buf_puts(b, " was removed");
	else if (c->kind == SEAL_CHANGE_PACKAGE || c->kind == SEAL_CHANGE_BOOLEAN)
		seal_buf_puts(b, " became ");
	else
		return;
	seal_buf_put(b, c->to.p, c->to.n);
}

/* put_apart - how long one thing came after another: "41 s", "12 min" */
static void put_apart(struct seal_buf *b, int64_t us)
{
	long long s = (long long)(us / SEAL_SECOND_US);

	if (s < 120)
		seal_buf_printf(b, "%lld s", s);
	else
		seal_buf_printf(b, "%lld min", s / 60);
}

/* put_point - "18:53:36", with its date when that is not the day at hand; both are UTC */
static void put_point(struct seal_buf *b, int64_t time_us, bool dated)
{
	seal_auto_buf struct seal_buf whole = {0};

	if (dated) {
		seal_time_put(&whole, time_us);
		if (whole.n >= 10)
			seal_buf_put(b, whole.p, 10);
		seal_buf_putc(b, ' ');
	}
	seal_time_put_clock(b, time_us);
}

void seal_explain_since(struct seal_buf *b, const struct seal_cause_group *g, bool utc)
{
	if (g->first_us == SEAL_TIME_NONE)
		return;
	put_point(b, g->first_us, g->dated);
	if (utc)
		seal_buf_puts(b, " UTC");
	if (!g->change)
		return;
	seal_buf_puts(b, ", ");
	put_apart(b, g->first_us - g->change->time_us);
	seal_buf_puts(b, " after ");
	seal_explain_change(b, g->change);
}

void seal_explain_when(struct seal_buf *b, const struct seal_cause_group *g)
{
	if (g->messages)
		seal_buf_printf(b, "%llu message%s", (unsigned long long)g->messages,
				seal_text_plural(g->messages));
	else if (!g->events)
		seal_buf_puts(b, "no message, no log line");
	else
		seal_buf_printf(b, "no message, %llu log line%s", (unsigned long long)g->events,
				seal_text_plural(g->events));
	if (g->first_us != SEAL_TIME_NONE) {
		seal_buf_puts(b, ", since ");
		seal_explain_since(b, g, false);
	}
}

/* telling - the first finding in words, else the first record */
static const struct seal_quote *telling(const struct seal_quotes *proof)
{
	const struct seal_quote *q;

	for (q = proof->v; q < proof->v + proof->n; q++)
		if (!q->record)
			return q;
	return proof->n ? proof->v : NULL;
}

void seal_explain_sure(struct seal_buf *b, const struct seal_cause_group *g)
{
	const struct seal_quote *q = telling(&g->proof);
	struct seal_bytes why = g->cause->reason;

	seal_buf_puts(b, seal_certainty_name(g->cause->certainty));
	if (g->cause->certainty != SEAL_CERTAINTY_UNKNOWN && q)
		why = q->text;
	if (!why.n)
		return;
	seal_buf_puts(b, ": ");
	seal_buf_put(b, why.p, why.n);
}

void seal_explain_mail(struct seal_buf *b, const struct seal_explanation *x,
		       const struct seal_cause_group *g)
{
	uint64_t all = x->n_waiting + x->n_bounced;

	if (!g->messages && g->events)
		seal_buf_printf(b, "none that has a queue id; %llu log line%s of it",
				(unsigned long long)g->events, seal_text_plural(g->events));
	else if (!g->messages)
		seal_buf_puts(b, "none seen in the log");
	else
		seal_buf_printf(b, "%llu message%s", (unsigned long long)g->messages,
				seal_text_plural(g->messages));
	if (g->messages && g->recipients != g->messages)
		seal_buf_printf(b, ", %llu recipients", (unsigned long long)g->recipients);
	if (all > g->messages)
		seal_buf_printf(b, "; in all %llu", (unsigned long long)all);
	if (x->groups.n > 1)
		seal_buf_printf(b, "%s%zu other cause%s below", all > g->messages ? ", " : "; ",
				x->groups.n - 1, seal_text_plural(x->groups.n - 1));
}

void seal_shown_done(struct seal_shown_list *s)
{
	free(s->v);
	free(s->first);
}

/* one pass over the messages for all groups */
int seal_shown_sort(const struct seal_explanation *x, struct seal_shown_list *s)
{
	size_t n = 0, i;

	s->first = calloc(x->groups.n + 2, sizeof(*s->first));
	if (!s->first)
		return -ENOMEM;
	seal_vec_each (m, &x->messages) {
		seal_vec_each (r, &m->recipients) {
			s->first[r->cause->group + 2]++;
			n++;
		}
	}
	for (i = 2; i < x->groups.n + 2; i++)
		s->first[i] += s->first[i - 1];
	s->v = calloc(n + 1, sizeof(*s->v));
	if (!s->v)
		return -ENOMEM;
	seal_vec_each (m, &x->messages) {
		seal_vec_each (r, &m->recipients) {
			s->v[s->first[r->cause->group + 1]++] = (struct seal_shown){m, r};
		}
	}
	return 0;
}
