/* SPDX-License-Identifier: GPL-2.0-or-later */
/* audit_html.c - the security report of a host: the verdict, what fails and how to mend it, who
 * reaches SMTP, what waits; all the rest folded */
#include "report/audit.h"

#include "report/html.h"
#include "report/pictures.h"

/* --- head */

static void put_gate_words(const struct seal_findings *f, struct seal_buf *words,
			   struct seal_buf *more)
{
	enum seal_gate_answer gate = seal_gate_answer(&f->gate);

	if (gate == SEAL_GATE_FAIL)
		seal_buf_puts(words, "Does not pass");
	else if (gate == SEAL_GATE_INCOMPLETE)
		seal_buf_puts(words, "Evidence is incomplete");
	else if (gate == SEAL_GATE_PASS)
		seal_buf_puts(words, "Passes");
	else if (f->n[SEAL_STATUS_FAIL])
		seal_buf_printf(words, "%zu finding%s, the worst is %s", f->n[SEAL_STATUS_FAIL],
				seal_text_plural(f->n[SEAL_STATUS_FAIL]),
				seal_grade_name(f->worst));
	else
		seal_buf_puts(words, "Nothing fails");
	if (f->gate.asked)
		seal_buf_printf(more, "%zu finding%s at or above %s", f->gate.failing,
				seal_text_plural(f->gate.failing),
				seal_grade_name(f->gate.fail_on));
	else if (f->n[SEAL_STATUS_UNKNOWN])
		seal_buf_printf(more, "%zu could not be decided", f->n[SEAL_STATUS_UNKNOWN]);
	if (f->n_known)
		seal_buf_printf(more, "%s%zu known from the baseline", more->n ? "; " : "",
				f->n_known);
}

static const char *state_of(const struct seal_findings *f)
{
	static const char *const states[SEAL_GATE_MAX_] = {
		[SEAL_GATE_FAIL] = "fail",
		[SEAL_GATE_INCOMPLETE] = "unknown",
		[SEAL_GATE_PASS] = "pass",
	};
	const char *state = states[seal_gate_answer(&f->gate)];

	if (state)
		return state;
	if (f->n[SEAL_STATUS_FAIL] > f->n_known)
		return f->worst >= SEAL_GRADE_HIGH ? "fail" : "unknown";
	return f->n[SEAL_STATUS_UNKNOWN] ? "unknown" : "pass";
}

static void put_head(struct seal_html *w, const struct seal_host *h, const struct seal_findings *f)
{
	seal_auto_buf struct seal_buf words = {0}, more = {0}, role = {0};
	struct seal_html_head head = {.verb = "audit", .state = state_of(f)};

	put_gate_words(f, &words, &more);
	seal_buf_puts(&role, "role: ");
	for (unsigned bit = 1; bit & SEAL_ROLE_ALL; bit <<= 1)
		if (f->roles & bit)
			seal_buf_printf(&role, "%s%s", role.n > 6 ? ", " : "",
					seal_role_name((enum seal_role)bit));
	if (!f->roles)
		seal_buf_puts(&role, "not known");
	head.words = seal_buf_bytes(&words);
	head.more = seal_buf_bytes(&more);
	head.facts = seal_buf_bytes(&role);
	seal_html_begin(w, h, &head);
}

static void put_grades(struct seal_html *w, const struct seal_findings *f)
{
	const char *before = "";

	for (int s = SEAL_GRADE_MAX_ - 1; s >= 0; s--) {
		size_t n = 0;

		seal_vec_each (it, &f->v) {
			n += it->status == SEAL_STATUS_FAIL && (int)it->severity == s;
		}
		if (!n)
			continue;
		seal_buf_printf(w->out, "%s%zu %s", before, n, seal_grade_name((enum seal_grade)s));
		before = ", ";
	}
}

static void put_tiles(struct seal_html *w, const struct seal_findings *f)
{
	static const struct {
		enum seal_status status;
		const char *words;
	} tiles[] = {
		{SEAL_STATUS_FAIL, "nothing fails"},
		{SEAL_STATUS_UNKNOWN, "the evidence cannot tell"},
		{SEAL_STATUS_WAIVED, "accepted for a time"},
		{SEAL_STATUS_PASS, "as it should be"},
		{SEAL_STATUS_NA, "does not apply here"},
	};

	seal_buf_puts(w->out, "<div class=\"tiles\">\n");
	for (size_t i = 0; i < sizeof(tiles) / sizeof(*tiles); i++) {
		size_t n = f->n[tiles[i].status];
		const char *name = seal_status_name(tiles[i].status);

		seal_buf_printf(w->out, "<div class=\"tile%s\"><b class=\"%s\">%zu</b>%s<small>",
				n ? "" : " zero", name, n, name);
		if (tiles[i].status == SEAL_STATUS_FAIL && n)
			put_grades(w, f);
		else
			seal_buf_puts(w->out, tiles[i].words);
		seal_buf_puts(w->out, "</small></div>\n");
	}
	seal_buf_puts(w->out, "</div>\n");
}

/* --- findings */

/* the benchmarks of rules/checks in words; others stand as they are */
static struct seal_bytes benchmark_words(struct seal_bytes name)
{
	static const struct {
		const char *name, *words;
	} known[] = {
		{"anssi", "ANSSI BP-028"},  {"cce10", "CCE RHEL 10"},
		{"cce9", "CCE RHEL 9"},     {"cis10", "CIS RHEL 10"},
		{"cis9", "CIS RHEL 9"},     {"cisd12", "CIS Debian 12"},
		{"lynis", "Lynis"},         {"nist", "NIST 800-53"},
		{"pci", "PCI DSS"},         {"ssg", "SSG"},
		{"stig10", "STIG RHEL 10"}, {"stig9", "STIG RHEL 9"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (seal_bytes_is(name, known[i].name))
			return seal_bytes_of(known[i].words);
	return name;
}

static void put_references(struct seal_html *w, const struct seal_check_rule *r)
{
	if (!r->references.n)
		return;
	seal_buf_puts(w->out, "<dt>see</dt><dd><ul class=\"refs\">");
	seal_vec_each (ref, &r->references) {
		seal_buf_puts(w->out, "<li><b>");
		seal_html_put(w, benchmark_words(ref->benchmark));
		seal_buf_puts(w->out, "</b>");
		seal_vec_each (item, &ref->items) {
			seal_buf_putc(w->out, ' ');
			seal_html_put(w, *item);
		}
		seal_buf_puts(w->out, "</li>");
	}
	seal_buf_puts(w->out, "</ul></dd>\n");
}

static const char *grade_class(enum seal_grade s)
{
	if (s >= SEAL_GRADE_HIGH)
		return "fail-on";
	return s == SEAL_GRADE_MEDIUM ? "unknown-on" : "na-on";
}

/* put_anchor - where the square of the check leads */
static void put_anchor(struct seal_html *w, const struct seal_findings *f,
		       const struct seal_finding *it)
{
	if (!seal_picture_is_told(f, it))
		return;
	seal_buf_puts(w->out, " id=\"f-");
	seal_html_put(w, it->rule->id);
	seal_buf_putc(w->out, '"');
}

static bool is_failure(const struct seal_finding *f, bool known)
{
	return f->status == SEAL_STATUS_FAIL && f->known == known;
}

static void put_found(struct seal_html *w, const struct seal_finding *it)
{
	seal_buf_puts(w->out, "<li><h3>");
	seal_html_put(w, it->detail.n ? it->detail : it->rule->title);
	seal_buf_puts(w->out, "</h3><span>");
	seal_html_origin(w, &it->origin);
	seal_buf_puts(w->out, "</span></li>\n");
}

/* put_card - all failures of one check, which stand together from @from on */
static void put_card(struct seal_html *w, const struct seal_findings *f, size_t from, bool known)
{
	const struct seal_finding *first = &f->v.v[from];
	const struct seal_check_rule *r = first->rule;

	seal_buf_printf(w->out, "<article class=\"card bar-%s\"", seal_grade_name(first->severity));
	put_anchor(w, f, first);
	seal_buf_printf(w->out, ">\n<div class=\"row\"><span class=\"pill %s\">%s</span><span>",
			grade_class(first->severity), seal_grade_name(first->severity));
	seal_html_put(w, r->id);
	seal_buf_puts(w->out, "</span><span class=\"mute\">");
	seal_html_put(w, r->title);
	seal_buf_puts(w->out, "</span></div>\n<ul class=\"found\">\n");
	for (size_t i = from; i < f->v.n && f->v.v[i].rule == r; i++)
		if (is_failure(&f->v.v[i], known))
			put_found(w, &f->v.v[i]);
	seal_buf_puts(w->out, "</ul>\n<dl>\n");
	seal_html_row(w, "why", r->rationale);
	seal_html_row(w, "fix", r->advice);
	seal_html_row(w, "note", r->conflict);
	put_references(w, r);
	seal_buf_puts(w->out, "</dl></article>\n");
}

/* put_failures - those of the baseline, or the others; the gravest first */
static void put_failures(struct seal_html *w, const struct seal_findings *f, bool known)
{
	for (int s = SEAL_GRADE_MAX_ - 1; s >= 0; s--)
		for (size_t i = 0; i < f->v.n; i++) {
			const struct seal_finding *it = &f->v.v[i];

			if (!is_failure(it, known) || (int)it->severity != s)
				continue;
			put_card(w, f, i, known);
			while (i + 1 < f->v.n && f->v.v[i + 1].rule == it->rule)
				i++;
		}
}

static void put_line(struct seal_html *w, const struct seal_findings *f,
		     const struct seal_finding *it)
{
	seal_buf_puts(w->out, "<tr");
	put_anchor(w, f, it);
	seal_buf_puts(w->out, "><td>");
	seal_html_put(w, it->rule->id);
	seal_buf_printf(w->out, "</td><td class=\"tight\">%s</td><td>",
			seal_grade_name(it->severity));
	seal_html_put(w, it->rule->title);
	seal_buf_puts(w->out, "</td><td>");
	seal_html_put(w, it->detail);
	if (it->waiver) {
		seal_buf_puts(w->out, "<br>Waived until ");
		seal_html_put(w, it->waiver->expires);
		seal_buf_puts(w->out, " by ");
		seal_html_put(w, it->waiver->owner);
		seal_buf_puts(w->out, ": ");
		seal_html_put(w, it->waiver->reason);
	}
	seal_buf_puts(w->out, "</td></tr>\n");
}

static void put_folded(struct seal_html *w, const struct seal_findings *f, enum seal_status status,
		       bool open, const char *what)
{
	if (!f->n[status])
		return;
	seal_buf_printf(w->out,
			"<details%s><summary>%zu %s</summary>\n<table><thead><tr><th>Check</th>"
			"<th>Severity</th><th>What it asks for</th><th>Found</th></tr></thead>\n",
			open ? " open" : "", f->n[status], what);
	for (int s = SEAL_GRADE_MAX_ - 1; s >= 0; s--)
		seal_vec_each (it, &f->v) {
			if (it->status == status && (int)it->severity == s)
				put_line(w, f, it);
		}
	seal_buf_puts(w->out, "</table></details>\n");
}

static void put_waivers(struct seal_html *w, const struct seal_findings *f)
{
	seal_vec_each (it, &f->waivers) {
		if (it->used && !it->expired)
			continue;
		seal_buf_puts(w->out, "<p class=\"note\">The waiver of ");
		seal_html_put(w, it->id);
		seal_buf_puts(w->out,
			      it->expired ? " expired on " : " matches nothing; it ends on ");
		seal_html_put(w, it->expires);
		seal_buf_puts(w->out, ". Owner: ");
		seal_html_put(w, it->owner);
		seal_buf_puts(w->out, ". Reason: ");
		seal_html_put(w, it->reason);
		seal_buf_puts(w->out, "</p>\n");
	}
}

static void put_contents(struct seal_html *w, const struct seal_findings *f,
			 const struct seal_audit_extra *extra)
{
	seal_buf_puts(w->out, "<nav><ul>");
	if (f->n[SEAL_STATUS_FAIL])
		seal_buf_puts(w->out, "<li><a href=\"#fails\">What fails</a></li>");
	seal_buf_puts(w->out, "<li><a href=\"#paths\">Who reaches SMTP</a></li>");
	if (extra->x)
		seal_buf_puts(w->out, "<li><a href=\"#mail\">Mail that waits</a></li>");
	seal_buf_puts(w->out, "<li><a href=\"#others\">All other checks</a></li>"
			      "<li><a href=\"#sources\">Evidence</a></li></ul></nav>\n");
}

static void put_pictures(struct seal_html *w, const struct seal_host *h,
			 const struct seal_audit_extra *extra)
{
	seal_html_section(w, "paths", "Who reaches SMTP, and where mail may go",
			  "Every listener and next hop of the configuration, asked of the firewall "
			  "ruleset.");
	if (extra->paths)
		seal_picture_paths(w, extra->paths);
	else
		seal_buf_puts(w->out,
			      "<p class=\"note\">No firewall ruleset could be read: nothing "
			      "is known about it.</p>\n");
	if (!extra->x)
		return;
	seal_html_section(w, "mail", "Mail that waits",
			  "Messages waiting or returned, by the cause that holds them; those "
			  "delivered since are not counted.");
	if (extra->x->groups.n)
		seal_picture_waiting(w, h, extra->x, false);
	else
		seal_buf_puts(w->out, "<p class=\"card\">No message waits.</p>\n");
}

void seal_report_audit_html(const struct seal_host *h, const struct seal_findings *f,
			    const struct seal_audit_extra *extra,
			    const struct seal_text_style *style, struct seal_buf *out)
{
	struct seal_html w = {out, style};

	put_head(&w, h, f);
	put_tiles(&w, f);
	put_waivers(&w, f);
	put_contents(&w, f, extra);
	seal_html_section(&w, "areas", "By area",
			  "A square for every check; it leads to the finding.");
	seal_picture_areas(&w, f);
	if (f->n[SEAL_STATUS_FAIL] > f->n_known) {
		seal_html_section(&w, "fails", "What fails", NULL);
		put_failures(&w, f, false);
	}
	if (f->n_known) {
		seal_html_section(&w, f->n[SEAL_STATUS_FAIL] > f->n_known ? "known" : "fails",
				  "Known before",
				  "Failures that the baseline has: they do not "
				  "count for the verdict.");
		put_failures(&w, f, true);
	}
	put_pictures(&w, h, extra);
	seal_html_section(&w, "others", "All other checks", NULL);
	put_folded(&w, f, SEAL_STATUS_UNKNOWN, true, "could not be decided");
	put_folded(&w, f, SEAL_STATUS_WAIVED, true, "are waived");
	put_folded(&w, f, SEAL_STATUS_PASS, false, "pass");
	put_folded(&w, f, SEAL_STATUS_NA, false, "do not apply");
	seal_html_end(&w, h);
}
