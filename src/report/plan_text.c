/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/plan.h"

#include "core/enc.h"

/* plan_text.c - a plan for people: what is done in which order, what it opens, how it is undone */

static void put_cost(struct seal_buf *out, const struct seal_fix *f)
{
	seal_auto_buf struct seal_buf b = {0};

	if (f->kind == SEAL_FIX_RESTORECON || f->kind == SEAL_FIX_FCONTEXT) {
		seal_buf_puts(out, ", changes no policy");
	} else if (seal_text_cost(&b, &f->opens)) {
		seal_buf_puts(out, ", opens ");
		seal_buf_put(out, b.p, b.n);
	}
}

/* put_alternatives - what would do instead, or why it is withheld, and what each would open */
static void put_alternatives(struct seal_buf *out, const struct seal_fix *f)
{
	seal_vec_each (a, &f->alternatives) {
		seal_auto_buf struct seal_buf b = {0}, cost = {0};

		if (!a->sufficient && !a->rejected.n)
			continue;
		seal_buf_printf(&b, "%s", seal_fix_kind_name(a->kind));
		if (a->steps.n && a->steps.v[0].argv.v.n && a->kind != SEAL_FIX_MODULE) {
			seal_buf_puts(&b, ": ");
			seal_text_argv(&b, &a->steps.v[0].argv);
		}
		seal_text_fix_cost(&cost, a);
		seal_buf_printf(&b, "%s%.*s", cost.n ? ", " : "", (int)cost.n,
				cost.n ? cost.p : "");
		if (a->rejected.n) {
			seal_buf_puts(&b, "; withheld: ");
			seal_buf_put(&b, a->rejected.p, a->rejected.n);
		}
		seal_text_row(out, 7, "or", seal_buf_bytes(&b));
	}
}

static void put_fix(struct seal_buf *out, const struct seal_fix *f, uint32_t number)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_printf(out, "\n fix-%u  %s", number, seal_fix_kind_name(f->kind));
	put_cost(out, f);
	seal_buf_putc(out, '\n');
	if (f->why.n)
		seal_text_row(out, 7, "why", f->why);
	seal_vec_each (t, &f->targets) {
		seal_buf_puts(&b, t == f->targets.v ? "" : " ");
		if (t - f->targets.v == 8 && f->targets.n > 9) {
			seal_buf_printf(&b, "and %zu more", f->targets.n - 8);
			break;
		}
		seal_buf_put(&b, t->p, t->n);
	}
	if (b.n)
		seal_text_row(out, 7, "for", seal_buf_bytes(&b));
	put_alternatives(out, f);
}

static void put_step(struct seal_buf *out, const struct seal_plan_step *s, unsigned n)
{
	seal_buf_printf(out, " %4u  ", n);
	if (seal_step_is_manual(s)) {
		seal_text_wrap(out, 7, 7, s->why);
		seal_buf_putc(out, '\n');
	} else {
		seal_text_argv(out, &s->argv);
		seal_buf_putc(out, '\n');
	}
	if (s->undo.v.n) {
		seal_buf_puts(out, "       undo   ");
		seal_text_argv(out, &s->undo);
		seal_buf_putc(out, '\n');
	} else if (seal_bytes_is(s->op, "restorecon")) {
		seal_buf_puts(out, "       undo   the labels as they were, which apply.sh keeps\n");
	}
	if (s->verify.n)
		seal_text_row(out, 7, "check", s->verify);
}

static void put_count(struct seal_buf *out, size_t n, const char *what)
{
	seal_buf_printf(out, "%zu %s%s", n, what, n == 1 ? "" : what[0] == 'f' ? "es" : "s");
}

static void put_left(struct seal_buf *out, unsigned n)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_printf(&b,
			"%u group%s of denials that stopped no message %s a fix too: 'postseal "
			"denials' tells it, 'postseal fix --denials' plans it.",
			n, seal_text_plural(n), n == 1 ? "has" : "have");
	seal_buf_putc(out, '\n');
	seal_text_wrap(out, 0, 0, seal_buf_bytes(&b));
	seal_buf_putc(out, '\n');
}

void seal_report_plan_text(const struct seal_host *h, const struct seal_plan *p,
			   const struct seal_plan_place *place, const struct seal_text_style *style,
			   struct seal_buf *out)
{
	unsigned n = 0, by_hand = 0;
	uint32_t number = 0;

	seal_text_head(out, h, style);
	seal_buf_puts(out, "     ");
	seal_vec_each (s, &p->steps) {
		by_hand += seal_step_is_manual(s);
	}
	put_count(out, p->fixes.n, "fix");
	seal_buf_puts(out, ", ");
	put_count(out, p->steps.n, "step");
	if (by_hand)
		seal_buf_printf(out, ", %u by hand", by_hand);
	seal_buf_putc(out, '\n');
	seal_vec_each (f, &p->fixes) {
		put_fix(out, f, ++number);
	}
	seal_buf_puts(out, p->steps.n ? "\nSteps, in this order:\n" : "\nNothing to change.\n");
	seal_vec_each (s, &p->steps) {
		put_step(out, s, ++n);
	}
	if (place->left)
		put_left(out, place->left);
	if (!place->dir)
		return;
	seal_buf_puts(out, "\nWritten to ");
	seal_enc_tty(out, seal_bytes_of(place->dir));
	seal_buf_puts(out, ": plan.json apply.sh undo.sh playbook.yml");
	seal_vec_each (m, &p->modules) {
		seal_buf_puts(out, " ");
		seal_enc_tty(out, m->name);
		seal_buf_puts(out, ".cil .te");
	}
	seal_buf_printf(out, "\nSHA-256 of plan.json: %s\nNothing was changed on the host.\n",
			place->hash);
}
