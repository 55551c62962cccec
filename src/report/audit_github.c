/* SPDX-License-Identifier: GPL-2.0-or-later */
/* audit_github.c - workflow commands that a GitHub runner shows beside the files: ten of a kind a
 * step is what it keeps, so the gravest come first and the rest is counted */
#include "report/audit.h"

#include "core/enc.h"
#include "report/redact.h"

#define SHOWN_OF_A_KIND 10
#define LINES_OF_A_NOTE 5

struct notes {
	struct seal_buf *out;
	const struct seal_text_style *style;
	size_t errors, warnings, notices, beyond;
};

static void put_text(const struct notes *n, struct seal_bytes text)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_enc_github(n->out, seal_passed_on(&b, n->style, text));
}

/* begin - "::error file=,line=,title=TITLE::", false: there are enough of these. The title is of
 * the rules, which a user may bring along. */
static bool begin(struct notes *n, const char *kind, size_t *count, const struct seal_origin *o,
		  struct seal_bytes title)
{
	if (*count == SHOWN_OF_A_KIND) {
		n->beyond++;
		return false;
	}
	++*count;
	seal_buf_printf(n->out, "::%s ", kind);
	if (o && o->path.n) {
		seal_buf_puts(n->out, "file=");
		seal_enc_github_property(n->out, o->path);
		if (o->line)
			seal_buf_printf(n->out, ",line=%llu", (unsigned long long)o->line);
		seal_buf_putc(n->out, ',');
	}
	seal_buf_puts(n->out, "title=");
	seal_enc_github_property(n->out, title);
	seal_buf_puts(n->out, "::");
	return true;
}

static bool is_new_failure(const struct seal_finding *f)
{
	return f->status == SEAL_STATUS_FAIL && !f->known;
}

/* put_check - all new failures of one check, which stand together from @from on, in one note at the
 * place of the first. Returns where those of the next check begin. */
static size_t put_check(struct notes *n, const struct seal_findings *f, size_t from)
{
	const struct seal_finding *first = &f->v.v[from];
	bool error = first->severity >= SEAL_GRADE_HIGH;
	bool warning = first->severity == SEAL_GRADE_MEDIUM, shown;
	size_t *count = error ? &n->errors : warning ? &n->warnings : &n->notices;
	seal_auto_buf struct seal_buf title = {0};
	size_t i, lines = 0;

	seal_buf_put(&title, first->rule->id.p, first->rule->id.n);
	seal_buf_printf(&title, " (%s) ", seal_grade_name(first->severity));
	seal_buf_put(&title, first->rule->title.p, first->rule->title.n);
	shown = begin(n,
		      error     ? "error"
		      : warning ? "warning"
				: "notice",
		      count, &first->origin, seal_buf_bytes(&title));
	for (i = from; i < f->v.n && f->v.v[i].rule == first->rule; i++) {
		const struct seal_finding *it = &f->v.v[i];

		if (!shown || !is_new_failure(it) || lines++ >= LINES_OF_A_NOTE)
			continue;
		put_text(n, it->detail.n ? it->detail : it->rule->title);
		seal_buf_puts(n->out, "%0A");
	}
	if (!shown)
		return i;
	if (lines > LINES_OF_A_NOTE)
		seal_buf_printf(n->out, "%zu more%%0A", lines - LINES_OF_A_NOTE);
	seal_buf_puts(n->out, "Fix: ");
	put_text(n, first->rule->advice);
	seal_buf_putc(n->out, '\n');
	return i;
}

static void put_failures(struct notes *n, const struct seal_findings *f, enum seal_grade grade)
{
	for (size_t i = 0; i < f->v.n;)
		if (is_new_failure(&f->v.v[i]) && f->v.v[i].severity == grade)
			i = put_check(n, f, i);
		else
			i++;
}

static void put_waiver(struct notes *n, const struct seal_waiver *w)
{
	if (!begin(n, "warning", &n->warnings, NULL, SEAL_LIT("postseal: waiver without effect")))
		return;
	put_text(n, w->id);
	seal_buf_puts(n->out, w->expired ? " expired on " : " matches nothing, expires on ");
	put_text(n, w->expires);
	seal_buf_puts(n->out, ", owner ");
	put_text(n, w->owner);
	seal_buf_putc(n->out, '\n');
}

static void put_sum(struct notes *n, const struct seal_findings *f)
{
	enum seal_gate_answer gate = seal_gate_answer(&f->gate);
	bool bad = gate == SEAL_GATE_FAIL || gate == SEAL_GATE_INCOMPLETE;

	begin(n, bad ? "error" : "notice", bad ? &n->errors : &n->notices, NULL,
	      SEAL_LIT("postseal audit"));
	seal_buf_printf(n->out, "%zu fail, %zu pass, %zu unknown, %zu waived, %zu do not apply",
			f->n[SEAL_STATUS_FAIL], f->n[SEAL_STATUS_PASS], f->n[SEAL_STATUS_UNKNOWN],
			f->n[SEAL_STATUS_WAIVED], f->n[SEAL_STATUS_NA]);
	if (gate == SEAL_GATE_FAIL)
		seal_buf_printf(n->out, "; %zu at or above %s", f->gate.failing,
				seal_grade_name(f->gate.fail_on));
	else if (gate == SEAL_GATE_INCOMPLETE)
		seal_buf_puts(n->out, "; the evidence is incomplete");
	seal_buf_putc(n->out, '\n');
}

void seal_report_audit_github(const struct seal_host *h, const struct seal_findings *f,
			      const struct seal_text_style *style, struct seal_buf *out)
{
	struct notes n = {.out = out, .style = style};

	(void)h;
	put_sum(&n, f);
	for (int s = SEAL_GRADE_MAX_ - 1; s >= 0; s--)
		put_failures(&n, f, (enum seal_grade)s);
	seal_vec_each (w, &f->waivers) {
		if (w->expired || !w->used)
			put_waiver(&n, w);
	}
	if (n.beyond)
		seal_buf_printf(out, "%zu more are not shown here; the other formats have them.\n",
				n.beyond);
}
