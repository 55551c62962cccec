/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/denials.h"

#include "core/enc.h"

#define INDENT 2

void seal_denial_access(struct seal_buf *out, const struct seal_denial_group *g)
{
	seal_buf_put(out, g->source_type.p, g->source_type.n);
	seal_buf_puts(out, " -> ");
	seal_buf_put(out, g->target_type.p, g->target_type.n);
	seal_buf_puts(out, " : ");
	seal_buf_put(out, g->tclass.p, g->tclass.n);
	seal_buf_puts(out, " {");
	seal_vec_each (p, &g->perms) {
		seal_buf_putc(out, ' ');
		seal_buf_put(out, p->p, p->n);
	}
	seal_buf_puts(out, " }");
}

const char *seal_denial_mislabelled(const struct seal_denial_group *g,
				    const struct seal_denial_path *p, struct seal_bytes *ret)
{
	struct seal_bytes type = seal_context_part(p->expected, 't');

	if (g->no_labels || !type.n)
		return NULL;
	*ret = type;
	if (!seal_bytes_eq(type, seal_context_part(p->actual, 't')))
		return " should be ";
	*ret = seal_context_part(p->expected, 'l');
	return seal_bytes_eq(*ret, seal_context_part(p->actual, 'l')) ? NULL
								      : " should be of level ";
}

struct seal_bytes seal_denial_no_fix(const struct seal_denial_group *g)
{
	return g->reasons & SEAL_WHY_UNKNOWN ? SEAL_LIT("unknown: there is nothing to test one on")
					     : SEAL_LIT("none found that suffices");
}

static void put_title(struct seal_buf *out, const struct seal_denial_group *g,
		      const struct seal_text_style *style)
{
	seal_buf_putc(out, ' ');
	if (style->color)
		seal_buf_puts(out, "\033[1m");
	seal_enc_tty(out, g->source_type);
	seal_buf_puts(out, " -> ");
	seal_enc_tty(out, g->target_type);
	seal_buf_puts(out, " : ");
	seal_enc_tty(out, g->tclass);
	if (style->color)
		seal_buf_puts(out, "\033[0m");
	seal_buf_puts(out, " {");
	seal_vec_each (p, &g->perms) {
		seal_buf_putc(out, ' ');
		seal_enc_tty(out, *p);
	}
	seal_buf_puts(out, " }");
	if (g->port >= 0)
		seal_buf_printf(out, " port %d", g->port);
	seal_buf_printf(out, "    %llu time%s since ", (unsigned long long)g->count,
			seal_text_plural(g->count));
	seal_time_put_clock(out, g->first_us);
	seal_buf_puts(out, ", ");
	seal_enc_tty(out, g->members.v[0]->comm);
	if (g->permissive)
		seal_buf_puts(out, ", logged only (permissive)");
	seal_buf_putc(out, '\n');
}

static void put_paths(struct seal_buf *out, const struct seal_denial_group *g)
{
	const char *word = "path";
	size_t shown = 0;

	seal_vec_each (p, &g->paths) {
		seal_auto_buf struct seal_buf b = {0};
		struct seal_bytes right;
		const char *wrong = seal_denial_mislabelled(g, p, &right);

		if (shown++ == 3) {
			seal_buf_printf(&b, "%zu more", g->paths.n - 3);
			seal_text_row(out, INDENT, "", seal_buf_bytes(&b));
			return;
		}
		seal_buf_put(&b, p->path.p, p->path.n);
		if (wrong) {
			seal_buf_puts(&b, wrong);
			seal_buf_put(&b, right.p, right.n);
		}
		seal_text_row(out, INDENT, word, seal_buf_bytes(&b));
		word = "";
	}
}

/* put_cil - the text of a module, line by line */
static void put_cil(struct seal_buf *out, struct seal_bytes cil)
{
	const char *word = "cil";

	while (cil.n) {
		seal_text_row(out, INDENT, word, seal_bytes_cut(cil, '\n', &cil));
		word = "";
	}
}

static void put_others(struct seal_buf *out, const struct seal_denial_group *g,
		       const struct seal_text_style *style)
{
	const char *word = "others";
	size_t i;

	for (i = 0; i < g->candidates.n; i++) {
		const struct seal_fix *f = &g->candidates.v[i];
		seal_auto_buf struct seal_buf b = {0}, cost = {0};

		if ((int32_t)i == g->fix)
			continue;
		seal_buf_printf(&b, "%s: ", seal_fix_kind_name(f->kind));
		if (seal_text_cost(&cost, &f->opens)) {
			seal_buf_puts(&b, "would open ");
			seal_buf_put(&b, cost.p, cost.n);
			seal_buf_puts(&b, "; ");
		}
		if (f->rejected.n) {
			seal_buf_puts(&b, "withheld: ");
			seal_buf_put(&b, f->rejected.p, f->rejected.n);
		} else {
			if (!f->sufficient && f->kind != SEAL_FIX_NONE && !f->silences)
				seal_buf_puts(&b, "not enough: ");
			seal_buf_put(&b, f->why.p, f->why.n);
		}
		seal_text_row(out, INDENT, word, seal_buf_bytes(&b));
		word = "";
		if (f->silences && style->verbose)
			put_cil(out, f->module_cil);
	}
}

static void put_group(struct seal_buf *out, const struct seal_denial_group *g,
		      const struct seal_text_style *style)
{
	put_title(out, g, style);
	if (g->why.n)
		seal_text_row(out, INDENT, "why", g->why);
	put_paths(out, g);
	if (g->fix >= 0)
		seal_text_fix(out, &g->candidates.v[g->fix], INDENT);
	else
		seal_text_row(out, INDENT, "fix", seal_denial_no_fix(g));
	if (g->fix >= 0 && g->candidates.v[g->fix].module_cil.n && style->verbose)
		put_cil(out, g->candidates.v[g->fix].module_cil);
	put_others(out, g, style);
	seal_buf_putc(out, '\n');
}

void seal_report_denials_text(const struct seal_host *h, const struct seal_denial_report *r,
			      const struct seal_text_style *style, struct seal_buf *out)
{
	seal_text_head(out, h, style);
	seal_buf_printf(out, "    %zu group%s of denials\n\n", r->groups.n,
			seal_text_plural(r->groups.n));
	seal_vec_each (g, &r->groups) {
		put_group(out, g, style);
	}
	seal_text_sources(out, h,
			  1u << SEAL_SOURCE_AUDIT | 1u << SEAL_SOURCE_POLICY |
				  1u << SEAL_SOURCE_LABELS,
			  style);
}
