/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include <errno.h>
#include <stdio.h>

#include "core/enc.h"

#define MESSAGES_SHOWN 5 /* of a cause, without --verbose */
#define INDENT         4

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

static void put_styled(struct seal_buf *out, const struct seal_text_style *style, const char *code,
		       const char *text)
{
	if (style->color)
		seal_buf_printf(out, "\033[%sm%s\033[0m", code, text);
	else
		seal_buf_puts(out, text);
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void put_summary(struct seal_buf *out, const struct seal_host *h,
			const struct seal_explanation *x, const struct seal_text_style *style)
{
	seal_text_head(out, h, style);
	seal_buf_puts(out, "    ");
	if (x->n_waiting)
		seal_buf_printf(out, "%llu message%s wait%s", (unsigned long long)x->n_waiting,
				plural(x->n_waiting), x->n_waiting == 1 ? "s" : "");
	if (x->n_bounced)
		seal_buf_printf(out, "%s%llu bounced", x->n_waiting ? ", " : "",
				(unsigned long long)x->n_bounced);
	if (!x->n_waiting && !x->n_bounced)
		seal_buf_puts(out, "no message waits");
	if (x->groups.n)
		seal_buf_printf(out, ", %zu cause%s", x->groups.n, plural(x->groups.n));
	seal_buf_puts(out, "\n\n");
}

/* put_change - "(41 s after a policy load)": what happened just before, never a proof */
static void put_change(struct seal_buf *out, const struct seal_cause_group *g)
{
	static const char *const words[SEAL_CHANGE_KIND_MAX_] = {
		[SEAL_CHANGE_POLICY_LOAD] = "a policy load",
		[SEAL_CHANGE_BOOLEAN] = "boolean",
		[SEAL_CHANGE_ENFORCING] = "a change of the SELinux mode",
		[SEAL_CHANGE_FIREWALL] = "a change of the firewall, table",
		[SEAL_CHANGE_POSTFIX] = "a Postfix",
		[SEAL_CHANGE_PACKAGE] = "a change of package",
		[SEAL_CHANGE_FILE] = "a change of",
	};
	const struct seal_change *c = g->change;

	if (!c)
		return;
	seal_buf_printf(out, " (%lld s after %s",
			(long long)((g->first_us - c->time_us) / SEAL_SECOND_US), words[c->kind]);
	if (c->what.n && c->kind != SEAL_CHANGE_POSTFIX) {
		seal_buf_putc(out, ' ');
		seal_enc_tty(out, c->what);
	}
	if (c->to.n && (c->kind == SEAL_CHANGE_POSTFIX || c->kind == SEAL_CHANGE_BOOLEAN)) {
		seal_buf_puts(out, c->kind == SEAL_CHANGE_BOOLEAN ? " became " : " ");
		seal_enc_tty(out, c->to);
	}
	seal_buf_putc(out, ')');
}

static void put_when(struct seal_buf *out, const struct seal_cause_group *g)
{
	if (g->messages)
		seal_buf_printf(out, "%llu message%s", (unsigned long long)g->messages,
				plural(g->messages));
	else if (!g->events)
		seal_buf_puts(out, "no message, no log line");
	else
		seal_buf_printf(out, "no message, %llu log line%s", (unsigned long long)g->events,
				plural(g->events));
	if (g->first_us != SEAL_TIME_NONE) {
		seal_buf_puts(out, ", since ");
		seal_time_put_clock(out, g->first_us);
	}
	put_change(out, g);
}

/* put_evidence - findings in words; the records themselves with --verbose, or when nothing else is
 * shown of them */
static void put_evidence(struct seal_buf *out, const struct seal_cause_group *g,
			 const struct seal_text_style *style)
{
	const char *word = "proof";

	seal_vec_each (q, &g->cause->evidence) {
		seal_auto_buf struct seal_buf b = {0};

		if (q->record && !style->verbose &&
		    (g->recipients || q->origin.source == SEAL_SOURCE_AUDIT))
			continue;
		seal_buf_put(&b, q->text.p, q->text.n);
		if (q->origin.path.n && q->origin.line) {
			seal_buf_puts(&b, "  [");
			seal_buf_put(&b, q->origin.path.p, q->origin.path.n);
			seal_buf_printf(&b, ":%llu]", (unsigned long long)q->origin.line);
		}
		seal_text_row(out, INDENT, word, seal_buf_bytes(&b));
		word = "";
	}
}

static void put_ruled_out(struct seal_buf *out, const struct seal_cause *c)
{
	const char *word = "not";

	seal_vec_each (r, &c->ruled_out) {
		seal_auto_buf struct seal_buf b = {0};

		seal_buf_printf(&b, "%s: ", r->verdict);
		seal_buf_put(&b, r->why.p, r->why.n);
		seal_text_row(out, INDENT, word, seal_buf_bytes(&b));
		word = "";
	}
}

static void put_also(struct seal_buf *out, const struct seal_explanation *x,
		     const struct seal_cause *c)
{
	seal_vec_each (a, &c->also) {
		seal_auto_buf struct seal_buf b = {0};

		seal_buf_printf(&b, "%s: ", a->verdict);
		seal_buf_put(&b, a->why.p, a->why.n);
		seal_text_row(out, INDENT, "then", seal_buf_bytes(&b));
		if (a->fix >= 0)
			seal_text_fix(out, &x->fixes.v[a->fix], INDENT + 7);
	}
}

static void put_message_line(struct seal_buf *out, const struct seal_explained_message *m,
			     const struct seal_explained_recipient *r,
			     struct seal_bytes *last_reason)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_put(&b, m->queue_id.p, m->queue_id.n);
	seal_buf_putc(&b, ' ');
	if (m->arrival_us != SEAL_TIME_NONE)
		seal_time_put_clock(&b, m->arrival_us);
	seal_buf_putc(&b, ' ');
	seal_buf_put(&b, m->sender.n ? m->sender.p : "<>", m->sender.n ? m->sender.n : 2);
	seal_buf_puts(&b, " -> ");
	seal_buf_put(&b, r->rcpt->address.p, r->rcpt->address.n);
	seal_buf_printf(&b, " %s ", seal_rcpt_status_name(r->status));
	if (last_reason->n && seal_bytes_eq(*last_reason, r->reason))
		seal_buf_puts(&b, "same");
	else
		seal_buf_put(&b, r->reason.p, r->reason.n);
	*last_reason = r->reason;
	seal_buf_printf(out, "%*s", INDENT, "");
	seal_text_wrap(out, INDENT, INDENT + 7, seal_buf_bytes(&b));
	seal_buf_putc(out, '\n');
}

/* struct shown - a recipient and its message, in the order of their groups */
struct shown {
	const struct seal_explained_message *m;
	const struct seal_explained_recipient *r;
};

struct shown_list {
	struct shown *v;
	size_t *first; /* of each group, and the end of the last */
};

static void shown_done(struct shown_list *s)
{
	free(s->v);
	free(s->first);
}

/* sort_shown - one pass over the messages for all groups. Returns 0 or -ENOMEM */
static int sort_shown(const struct seal_explanation *x, struct shown_list *s)
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
			s->v[s->first[r->cause->group + 1]++] = (struct shown){m, r};
		}
	}
	return 0;
}

static void put_messages(struct seal_buf *out, const struct shown_list *s, int32_t group,
			 const struct seal_text_style *style)
{
	struct seal_bytes last = SEAL_BYTES_NONE;
	size_t from = s->first[group], to = s->first[group + 1], i;

	if (from == to)
		return;
	seal_buf_putc(out, '\n');
	for (i = from; i < to; i++) {
		if (!style->verbose && i - from == MESSAGES_SHOWN) {
			seal_buf_printf(out, "%*s%zu more: --verbose, or --format json\n", INDENT,
					"", to - i);
			return;
		}
		put_message_line(out, s->v[i].m, s->v[i].r, &last);
	}
}

static void put_group(struct seal_buf *out, const struct seal_explanation *x, int32_t n,
		      const struct seal_text_style *style, const struct shown_list *shown)
{
	const struct seal_cause_group *g = &x->groups.v[n];
	const struct seal_cause *c = g->cause;
	char words[64];

	seal_buf_printf(out, "%2d  ", n + 1);
	snprintf(words, sizeof(words), "%-13s", class_words[c->class_]);
	put_styled(out, style, "1;36", words);
	snprintf(words, sizeof(words), " %-9s ", seal_certainty_name(c->certainty));
	put_styled(out, style, c->certainty == SEAL_CERTAINTY_CERTAIN ? "32" : "33", words);
	put_when(out, g);
	seal_buf_putc(out, '\n');
	if (c->title.n) {
		seal_buf_printf(out, "%*s", INDENT, "");
		seal_text_wrap(out, INDENT, INDENT, c->title);
		seal_buf_putc(out, '\n');
	}
	if (c->reason.n)
		seal_text_row(out, INDENT, "open", c->reason);
	if (g->fix >= 0)
		seal_text_fix(out, &x->fixes.v[g->fix], INDENT);
	put_evidence(out, g, style);
	put_ruled_out(out, c);
	put_also(out, x, c);
	put_messages(out, shown, n, style);
	seal_buf_putc(out, '\n');
}

void seal_report_explain_text(const struct seal_host *h, const struct seal_explanation *x,
			      const struct seal_text_style *style, struct seal_buf *out)
{
	struct shown_list shown = {0};
	size_t i;

	if (sort_shown(x, &shown) < 0)
		out->err = -ENOMEM;
	put_summary(out, h, x, style);
	for (i = 0; !out->err && i < x->groups.n; i++)
		put_group(out, x, (int32_t)i, style, &shown);
	shown_done(&shown);
	seal_text_sources(out, h, ~0u, style);
}
