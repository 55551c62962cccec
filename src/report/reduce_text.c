/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/reduce.h"

#include <errno.h>

#include "model/finding.h"

#define ROWS_SHOWN 10

/* struct row - a total and how much it weighs */
struct row {
	const struct seal_total *t;
	size_t hosts;
	int64_t n;
	enum seal_grade grade; /* of findings */
};

size_t seal_reduced_numbers(const struct seal_reduction *r, uint32_t total, size_t i, size_t *hosts,
			    int64_t numbers[SEAL_PART_NUMBERS])
{
	uint32_t last = UINT32_MAX;

	*hosts = 0;
	memset(numbers, 0, SEAL_PART_NUMBERS * sizeof(*numbers));
	for (; i < r->parts.n && r->parts.v[i].total == total; i++) {
		const struct seal_part *p = &r->parts.v[i];

		if (p->slot != SEAL_SLOT_HOSTS)
			continue;
		*hosts += p->name != last;
		last = p->name;
		for (unsigned k = 0; k < SEAL_PART_NUMBERS; k++)
			if (__builtin_add_overflow(numbers[k], p->n[k], &numbers[k]))
				numbers[k] = INT64_MAX;
	}
	return i;
}

/* hosts_with - hosts that have anything in a slot */
static size_t hosts_with(const struct seal_reduction *r, enum seal_slot slot)
{
	uint32_t last = UINT32_MAX;
	size_t n = 0;

	seal_vec_each (p, &r->parts) {
		n += p->slot == slot && p->total != last;
		last = p->slot == slot ? p->total : last;
	}
	return n;
}

size_t seal_reduced_cut_short(const struct seal_reduction *r)
{
	return hosts_with(r, SEAL_SLOT_CUT_SHORT);
}

size_t seal_reduced_incomplete(const struct seal_reduction *r)
{
	return hosts_with(r, SEAL_SLOT_UNREAD);
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	if (x->hosts != y->hosts)
		return x->hosts > y->hosts ? -1 : 1;
	if (x->grade != y->grade)
		return x->grade > y->grade ? -1 : 1;
	return (x->t > y->t) - (x->t < y->t);
}

/* put_words - parts of what a total is about, blanks between */
static void put_words(struct seal_buf *b, const struct seal_total *t,
		      const enum seal_about_key *keys)
{
	for (; *keys != SEAL_ABOUT_MAX_; keys++) {
		if (!t->about[*keys].n)
			continue;
		seal_buf_puts(b, b->n ? " " : "");
		seal_buf_put(b, t->about[*keys].p, t->about[*keys].n);
	}
}

static void put_row(struct seal_buf *out, const struct row *row, const char *unit)
{
	static const enum seal_about_key keys[] = {
		SEAL_ABOUT_SEVERITY,    SEAL_ABOUT_ID,          SEAL_ABOUT_VERDICT,
		SEAL_ABOUT_SOURCE_TYPE, SEAL_ABOUT_TARGET_TYPE, SEAL_ABOUT_TCLASS,
		SEAL_ABOUT_KIND,        SEAL_ABOUT_COMMANDS,    SEAL_ABOUT_DIRECTION,
		SEAL_ABOUT_PROTOCOL,    SEAL_ABOUT_PORT,        SEAL_ABOUT_TITLE,
		SEAL_ABOUT_PURPOSE,     SEAL_ABOUT_OWNER,       SEAL_ABOUT_EXPIRES,
		SEAL_ABOUT_MAX_};
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_printf(out, "  %6zu host%s", row->hosts, row->hosts == 1 ? " " : "s");
	if (unit) {
		bool one = row->n == 1 && seal_bytes_ends(seal_bytes_of(unit), "s");

		seal_buf_printf(out, " %8lld %-8.*s", (long long)row->n, (int)strlen(unit) - one,
				unit);
	}
	seal_buf_puts(out, "  ");
	put_words(&b, row->t, keys);
	seal_text_wrap(out, unit ? 34 : 16, 18, seal_buf_bytes(&b));
	seal_buf_putc(out, '\n');
}

/* unit_of - what the second number of a row counts; NULL: there is none */
static const char *unit_of(enum seal_total_kind kind)
{
	if (kind == SEAL_TOTAL_FINDING)
		return "fail";
	return kind == SEAL_TOTAL_DENIAL ? "times" : seal_total_number_name(kind, 0);
}

/* count_failing - hosts on which a finding fails, among parts from @i to @end */
static int64_t count_failing(const struct seal_reduction *r, size_t i, size_t end)
{
	int64_t n = 0;

	for (; i < end; i++)
		n += r->parts.v[i].slot == SEAL_SLOT_HOSTS &&
		     seal_bytes_is(r->names.v[r->parts.v[i].state], "fail");
	return n;
}

/* put_kind - the totals of one kind, those that weigh most first */
static void put_kind(struct seal_buf *out, const struct seal_reduction *r,
		     enum seal_total_kind kind, const char *title,
		     const struct seal_text_style *style)
{
	const char *unit = unit_of(kind);
	seal_vec(struct row) rows = {0};
	size_t i = 0, shown = 0;

	for (uint32_t at = 0; at < r->totals.n; at++) {
		int64_t sums[SEAL_PART_NUMBERS];
		struct row row = {.t = &r->totals.v[at]}, *new;

		size_t next = seal_reduced_numbers(r, at, i, &row.hosts, sums);

		row.n = kind == SEAL_TOTAL_FINDING ? count_failing(r, i, next) : unit ? sums[0] : 0;
		i = next;
		seal_grade_parse(row.t->about[SEAL_ABOUT_SEVERITY], &row.grade);
		if (row.t->kind != kind)
			continue;
		new = seal_vec_add(&rows);
		if (!new) {
			out->err = -ENOMEM;
			break;
		}
		*new = row;
	}
	if (rows.n) {
		qsort(rows.v, rows.n, sizeof(*rows.v), compare_rows);
		seal_buf_printf(out, "\n%s\n", title);
	}
	seal_vec_each (row, &rows) {
		if (shown++ == ROWS_SHOWN && !style->verbose)
			break;
		put_row(out, row, unit);
	}
	if (rows.n > ROWS_SHOWN && !style->verbose)
		seal_buf_printf(out, "  and %zu more (--verbose, --format ndjson)\n",
				rows.n - ROWS_SHOWN);
	seal_vec_done(&rows);
}

/* put_failed - the hosts whose reports were cut short, or whose evidence was not read */
static void put_failed(struct seal_buf *out, const struct seal_reduction *r)
{
	seal_vec_each (p, &r->parts) {
		seal_auto_buf struct seal_buf b = {0};
		const struct seal_total *t = &r->totals.v[p->total];

		if (p->slot != SEAL_SLOT_CUT_SHORT && p->slot != SEAL_SLOT_UNREAD)
			continue;
		seal_buf_put(&b, t->name.p, t->name.n);
		if (p->slot == SEAL_SLOT_CUT_SHORT) {
			seal_buf_printf(&b, ": %lld report%s without an end", (long long)p->n[0],
					seal_text_plural((uint64_t)p->n[0]));
		} else {
			seal_buf_puts(&b, ": ");
			seal_buf_put(&b, r->names.v[p->name].p, r->names.v[p->name].n);
		}
		seal_text_row(out, 1, p->slot == SEAL_SLOT_CUT_SHORT ? "failed" : "unread",
			      seal_buf_bytes(&b));
	}
}

void seal_report_reduce_text(const struct seal_reduction *r, const struct seal_text_style *style,
			     struct seal_buf *out)
{
	static const char *const titles[SEAL_TOTAL_MAX_] = {
		[SEAL_TOTAL_FINDING] = "Findings that fail, are unknown or waived, by hosts",
		[SEAL_TOTAL_WAIVER] = "Waivers",
		[SEAL_TOTAL_CAUSE] = "Why mail waits, by messages",
		[SEAL_TOTAL_DENIAL] = "Denials",
		[SEAL_TOTAL_FIX] = "Fixes",
		[SEAL_TOTAL_PATH] = "Paths of mail",
	};
	size_t hosts = 0;

	seal_vec_each (t, &r->totals) {
		hosts += t->kind == SEAL_TOTAL_HOST;
	}
	seal_buf_printf(out, "%zu host%s, %zu failed to report, %zu with evidence unread\n", hosts,
			seal_text_plural(hosts), seal_reduced_cut_short(r),
			seal_reduced_incomplete(r));
	put_failed(out, r);
	for (unsigned k = SEAL_TOTAL_HOST + 1; k < SEAL_TOTAL_MAX_; k++)
		put_kind(out, r, (enum seal_total_kind)k, titles[k], style);
}
