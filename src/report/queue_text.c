/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "core/enc.h"
#include "report/explain_words.h"
#include "report/report.h"

#define NAME_COLUMNS 24

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
		seal_buf_printf(out, "    %zu more %s%s: --format json\n", n - shown, what,
				seal_text_plural(n - shown));
}

static void put_causes(struct seal_buf *out, const struct seal_explanation *x)
{
	const struct seal_queue_health *q = x->health;
	size_t i;

	for (i = 0; i < q->causes.n && i < SEAL_QUEUE_CAUSES_SHOWN; i++) {
		seal_auto_buf struct seal_buf name = {0};

		seal_queue_cause_name(&name, x, &q->causes.v[i]);
		put_name(out, seal_buf_bytes(&name));
		put_counts(out, &q->causes.v[i]);
	}
	put_more(out, q->causes.n, SEAL_QUEUE_CAUSES_SHOWN, "cause");
}

static void put_domains(struct seal_buf *out, const struct seal_queue_health *q)
{
	size_t i;

	for (i = 0; i < q->domains.n && i < SEAL_QUEUE_DOMAINS_SHOWN; i++) {
		seal_auto_buf struct seal_buf name = {0};

		seal_buf_puts(&name, "to ");
		seal_buf_put(&name, q->domains.v[i].domain.p, q->domains.v[i].domain.n);
		put_name(out, seal_buf_bytes(&name));
		put_counts(out, &q->domains.v[i]);
	}
	put_more(out, q->domains.n, SEAL_QUEUE_DOMAINS_SHOWN, "domain");
}

static void put_pace(struct seal_buf *out, const struct seal_queue_health *q)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_queue_pace(&b, q);
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

		if (c->days_left >= SEAL_QUEUE_SOON_DAYS && !style->verbose)
			continue;
		seal_queue_certificate(&b, c);
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
	if (q->all.messages > SEAL_QUEUE_FEW || (q->all.messages && style->verbose)) {
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
