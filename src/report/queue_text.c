/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "core/enc.h"
#include "report/explain_words.h"
#include "report/report.h"

#define CAUSES_SHOWN  8
#define DOMAINS_SHOWN 5
#define NAME_COLUMNS  24
#define SOON_DAYS     30
#define FEW           5 /* messages that need no table */

/* put_span - "41 s", "12 min", "5 h", "3 days" */
static void put_span(struct seal_buf *b, int64_t us)
{
	long long s = (long long)(us / SEAL_SECOND_US);

	if (s < 120)
		seal_buf_printf(b, "%lld s", s);
	else if (s < 7200)
		seal_buf_printf(b, "%lld min", s / 60);
	else if (s < 2 * 86400)
		seal_buf_printf(b, "%lld h", s / 3600);
	else
		seal_buf_printf(b, "%lld days", s / 86400);
}

/* put_name - the first column; what does not fit gets a line of its own */
static void put_name(struct seal_buf *out, struct seal_bytes name)
{
	seal_auto_buf struct seal_buf enc = {0};

	seal_enc_tty(&enc, name);
	seal_buf_printf(out, "    %.*s", (int)enc.n, enc.n ? enc.p : "");
	if (enc.n > NAME_COLUMNS)
		seal_buf_printf(out, "\n%*s", NAME_COLUMNS + 4, "");
	else
		seal_buf_printf(out, "%*s", NAME_COLUMNS - (int)enc.n, "");
}

static void put_counts(struct seal_buf *out, const struct seal_queue_row *row)
{
	size_t i;

	seal_buf_printf(out, "%6llu", (unsigned long long)row->messages);
	for (i = 0; i < SEAL_QUEUE_AGES; i++)
		if (row->age[i])
			seal_buf_printf(out, "%6llu", (unsigned long long)row->age[i]);
		else
			seal_buf_puts(out, "     .");
	seal_buf_putc(out, '\n');
}

static void put_head(struct seal_buf *out)
{
	size_t i;

	seal_buf_printf(out, "    %-*s%6s", NAME_COLUMNS, "minutes", "all");
	for (i = 0; i + 1 < SEAL_QUEUE_AGES; i++)
		seal_buf_printf(out, "%6u", seal_queue_age_min(i));
	seal_buf_printf(out, "%5u+\n", seal_queue_age_min(SEAL_QUEUE_AGES - 2));
}

static void put_more(struct seal_buf *out, size_t n, size_t shown, const char *what)
{
	if (n > shown)
		seal_buf_printf(out, "    %zu more %s: --format json\n", n - shown, what);
}

static void put_causes(struct seal_buf *out, const struct seal_explanation *x)
{
	const struct seal_queue_health *q = x->health;
	size_t i;

	for (i = 0; i < q->causes.n && i < CAUSES_SHOWN; i++) {
		seal_auto_buf struct seal_buf name = {0};
		int32_t group = q->causes.v[i].group;

		seal_buf_printf(&name, "%d %s", group + 1, x->groups.v[group].cause->verdict);
		put_name(out, seal_buf_bytes(&name));
		put_counts(out, &q->causes.v[i]);
	}
	put_more(out, q->causes.n, CAUSES_SHOWN, "causes");
}

static void put_domains(struct seal_buf *out, const struct seal_queue_health *q)
{
	size_t i;

	for (i = 0; i < q->domains.n && i < DOMAINS_SHOWN; i++) {
		seal_auto_buf struct seal_buf name = {0};

		seal_buf_puts(&name, "to ");
		seal_buf_put(&name, q->domains.v[i].domain.p, q->domains.v[i].domain.n);
		put_name(out, seal_buf_bytes(&name));
		put_counts(out, &q->domains.v[i]);
	}
	put_more(out, q->domains.n, DOMAINS_SHOWN, "domains");
}

static void put_pace(struct seal_buf *out, const struct seal_queue_health *q)
{
	seal_auto_buf struct seal_buf b = {0};

	if (q->all.oldest_us != SEAL_TIME_NONE) {
		seal_buf_puts(&b, "oldest ");
		put_span(&b, q->now_us - q->all.oldest_us);
		seal_buf_printf(&b, "; came in the last hour %llu, in the hour before %llu",
				(unsigned long long)q->last_hour,
				(unsigned long long)q->hour_before);
	}
	if (q->all.next_us != SEAL_TIME_NONE) {
		seal_buf_puts(&b, b.n ? "; next try " : "next try ");
		seal_time_put_clock(&b, q->all.next_us);
		if (q->all.last_next_us != q->all.next_us) {
			seal_buf_puts(&b, " to ");
			seal_time_put_clock(&b, q->all.last_next_us);
		}
	}
	if (q->all.overdue)
		seal_buf_printf(&b, "; past their time %llu", (unsigned long long)q->all.overdue);
	if (!b.n)
		return;
	seal_buf_puts(out, "    ");
	seal_text_wrap(out, 4, 4, seal_buf_bytes(&b));
	seal_buf_putc(out, '\n');
}

static void put_certificates(struct seal_buf *out, const struct seal_queue_health *q,
			     const struct seal_text_style *style)
{
	seal_vec_each (c, &q->certificates) {
		seal_auto_buf struct seal_buf b = {0};

		if (c->days_left >= SOON_DAYS && !style->verbose)
			continue;
		seal_buf_puts(&b, "certificate ");
		seal_buf_put(&b, c->path.p, c->path.n);
		if (c->days_left < 0)
			seal_buf_printf(&b, " ended %lld day%s ago", (long long)-c->days_left,
					c->days_left == -1 ? "" : "s");
		else
			seal_buf_printf(&b, " ends in %lld day%s", (long long)c->days_left,
					c->days_left == 1 ? "" : "s");
		seal_buf_puts(&b, " (");
		seal_buf_put(&b, c->parameter.p, c->parameter.n);
		seal_buf_putc(&b, ')');
		seal_buf_puts(out, "    ");
		seal_text_wrap(out, 4, 4, seal_buf_bytes(&b));
		seal_buf_putc(out, '\n');
	}
}

void seal_text_queue(struct seal_buf *out, const struct seal_explanation *x,
		     const struct seal_text_style *style)
{
	const struct seal_queue_health *q = x->health;
	size_t before = out->n;

	if (!q)
		return;
	if (q->all.messages > FEW || (q->all.messages && style->verbose)) {
		seal_buf_puts(out, "queue\n");
		put_head(out);
		put_name(out, SEAL_LIT("all"));
		put_counts(out, &q->all);
		put_causes(out, x);
		put_domains(out, q);
		put_pace(out, q);
	}
	put_certificates(out, q, style);
	if (out->n != before)
		seal_buf_putc(out, '\n');
}
