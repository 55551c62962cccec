/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "checks/difference.h"
#include "cli/audit.h"
#include "cli/lock.h"
#include "evidence/reports/rows.h"
#include "report/audit.h"
#include "report/diff.h"

/* struct side - one of the two: a report, or a root that is audited now */
struct side {
	struct seal_rows rows;
	size_t n_unknown;
};

/* audit_root - through the report of audit, so that both kinds are read the same way */
static int audit_root(const struct seal_cli *cli, const char *path, struct seal_rows *ret,
		      struct seal_err *err)
{
	seal_auto_buf struct seal_buf text = {0};
	struct seal_audited a = {0};
	int r = seal_audit_run(cli, path, &a, err);

	if (r == 0) {
		seal_report_audit_json(a.h, &a.findings, &text);
		r = text.err ? seal_err_set(err, -ENOMEM, "out of memory") : 0;
	}
	seal_audit_done(&a);
	return r < 0 ? r : seal_rows_parse(path, seal_buf_bytes(&text), ret, err);
}

static bool holds_id(const struct seal_cli_words *words, struct seal_bytes id)
{
	seal_vec_each (w, &words->v) {
		struct seal_bytes rest = seal_bytes_of(*w);

		while (rest.n)
			if (seal_bytes_cmp(seal_bytes_trim(seal_bytes_cut(rest, ',', &rest)), id) ==
			    0)
				return true;
	}
	return false;
}

/* keep_asked - a report holds what was asked of it; this command line may ask for less */
static int keep_asked(const struct seal_cli *cli, struct seal_rows *rows, struct seal_err *err)
{
	enum seal_grade least = SEAL_GRADE_INFO;
	size_t n = 0;

	if (cli->audit.severity && !seal_grade_parse(seal_bytes_of(cli->audit.severity), &least))
		return seal_err_set(err, -EINVAL,
				    "no severity '%s': critical, high, medium, low or info",
				    cli->audit.severity);
	seal_vec_each (row, &rows->v) {
		if (row->severity < least || holds_id(&cli->audit.skip, row->id) ||
		    (cli->audit.only.v.n && !holds_id(&cli->audit.only, row->id)))
			continue;
		rows->v.v[n++] = *row;
	}
	rows->v.n = n;
	return 0;
}

static int read_side(const struct seal_cli *cli, const char *path, struct side *s,
		     struct seal_err *err)
{
	int r = seal_rows_is_report(path) ? seal_rows_read(path, &s->rows, err)
					  : audit_root(cli, path, &s->rows, err);

	if (r == 0)
		r = keep_asked(cli, &s->rows, err);
	seal_vec_each (row, &s->rows.v) {
		s->n_unknown += row->status == SEAL_STATUS_UNKNOWN;
	}
	return r;
}

/* weigh - new failures gate; a comparison is complete when both sides are */
static int weigh(const struct seal_cli *cli, const struct side *a, const struct side *b,
		 struct seal_difference *d, struct seal_err *err)
{
	struct seal_gate *g = &d->gate;
	const char *level = cli->audit.fail_on;

	g->asked = level && strcmp(level, "none") != 0;
	if (g->asked && !seal_grade_parse(seal_bytes_of(level), &g->fail_on))
		return seal_err_set(err, -EINVAL,
				    "no severity '%s': critical, high, medium, low or info", level);
	g->wants_complete = cli->require_complete;
	g->complete = a->rows.complete && b->rows.complete && !a->n_unknown && !b->n_unknown;
	seal_vec_each (c, &d->v) {
		g->failing +=
			g->asked && c->change == SEAL_DRIFT_NEW && c->row->severity >= g->fail_on;
	}
	return 0;
}

static void put_text(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	seal_report_diff_text(answer, style, out);
}

static void put_json(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	(void)style;
	seal_report_diff_json(answer, out);
}

static void put_markdown(const void *answer, const struct seal_text_style *style,
			 struct seal_buf *out)
{
	seal_report_diff_markdown(answer, style, out);
}

const struct seal_format seal_formats_diff[] = {
	{"text", put_text},
	{"json", put_json},
	{"markdown", put_markdown},
	{NULL, NULL},
};

int seal_verb_diff(const struct seal_cli *cli)
{
	struct side a = {0}, b = {0};
	struct seal_difference d = {0};
	struct seal_err err = {0};
	int r, code;

	if (cli->n_args != 2) {
		seal_err_set(&err, -EINVAL,
			     "two operands: roots, bundles or reports of audit (JSON, NDJSON)");
		return seal_cli_fail(cli, SEAL_EXIT_USAGE, &err);
	}
	r = seal_cli_lock(cli, &err);
	if (r == 0)
		r = read_side(cli, cli->args[0], &a, &err);
	if (r == 0)
		r = read_side(cli, cli->args[1], &b, &err);
	if (r == 0)
		r = seal_difference_of(&a.rows, &b.rows, &d);
	if (r == 0)
		r = weigh(cli, &a, &b, &d, &err);
	if (r < 0)
		code = seal_audit_fail(cli, r, &err);
	else
		code = seal_cli_render(cli, &d);
	if (r == 0 && code == SEAL_EXIT_OK)
		code = seal_audit_exit(seal_gate_answer(&d.gate));
	seal_difference_done(&d);
	seal_rows_done(&a.rows);
	seal_rows_done(&b.rows);
	return code;
}
