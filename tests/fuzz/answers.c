/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "evidence/reports/reduce.h"
#include "evidence/reports/rows.h"
#include "fix/plan_read.h"
#include "fix/render.h"
#include "fuzz.h"
#include "report/plan.h"
#include "report/reduce.h"
#include "root.h"

/* answers.c - the program's own answers, as somebody else hands them back: plans and reports */

static struct seal_bytes bytes(const uint8_t *p, size_t n)
{
	return (struct seal_bytes){(const char *)p, n};
}

/* fuzz_plan_file - what is read as a plan gives scripts in which nothing is active, and the same
 * scripts each time */
void fuzz_plan_file(const uint8_t *p, size_t n)
{
	struct seal_plan *plan = NULL, *again = NULL;
	struct seal_buf sh = {0}, sh_again = {0};

	if (seal_plan_read(bytes(p, n), &plan, NULL) < 0)
		return;
	seal_plan_apply_sh(plan, "00", &sh);
	seal_plan_undo_sh(plan, "00", &sh);
	seal_plan_ansible(plan, "00", &sh);
	fuzz_must(!sh.err && !memchr(sh.p, '\x1b', sh.n) && !memchr(sh.p, '\r', sh.n));
	fuzz_must(seal_plan_read(bytes(p, n), &again, NULL) == 0);
	seal_plan_apply_sh(again, "00", &sh_again);
	seal_plan_undo_sh(again, "00", &sh_again);
	seal_plan_ansible(again, "00", &sh_again);
	fuzz_must(seal_bytes_eq(seal_buf_bytes(&sh), seal_buf_bytes(&sh_again)));
	seal_buf_done(&sh_again);
	seal_buf_done(&sh);
	seal_plan_free(again);
	seal_plan_free(plan);
}

void fuzz_report(const uint8_t *p, size_t n)
{
	struct seal_rows rows = {0};

	(void)seal_rows_parse("fuzz", bytes(p, n), &rows, NULL);
	seal_rows_done(&rows);
}

static void reduce(const void *p, size_t n, struct seal_buf *out)
{
	struct seal_reduction answer;
	struct seal_reducer *reducer;
	size_t twice;

	fuzz_must(seal_reduction_init(&answer) == 0);
	reducer = seal_reducer_new(&answer);
	fuzz_must(reducer);
	(void)seal_reducer_read(reducer, fuzz_memfd(p, n), "fuzz", NULL);
	fuzz_must(seal_reducer_end(reducer, &twice) == 0 && seal_reduction_finish(&answer) == 0);
	seal_report_reduce_ndjson(&answer, out);
	fuzz_must(!out->err);
	seal_reducer_free(reducer);
	seal_reduction_done(&answer);
}

/* fuzz_reduce - what was reduced and is reduced again is the same bytes */
void fuzz_reduce(const uint8_t *p, size_t n)
{
	struct seal_buf once = {0}, twice = {0};

	reduce(p, n, &once);
	reduce(once.p, once.n, &twice);
	fuzz_must(seal_bytes_eq(seal_buf_bytes(&once), seal_buf_bytes(&twice)));
	seal_buf_done(&once);
	seal_buf_done(&twice);
}
