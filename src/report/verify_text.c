/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/verify.h"

#include "core/enc.h"
#include "report/explain_words.h"

/* verify_text.c - what became of a plan: each thing it was for, and whether it is so now */

static const char *const marks[] = {
	[SEAL_PROOF_HOLDS] = "yes",
	[SEAL_PROOF_FAILS] = "NO",
	[SEAL_PROOF_UNKNOWN] = "unknown",
	[SEAL_PROOF_MANUAL] = "by hand",
};

static void put_mark(struct seal_buf *out, enum seal_proof_state s)
{
	seal_buf_printf(out, "  %-8s  ", marks[s]);
}

static void put_steps(struct seal_buf *out, const struct seal_verify_answer *a)
{
	size_t i;

	if (a->v->steps.n)
		seal_buf_puts(out, "\nsteps\n");
	for (i = 0; i < a->v->steps.n; i++) {
		const struct seal_plan_step *s = &a->plan->steps.v[i];
		const struct seal_proof_step *p = &a->v->steps.v[i];

		put_mark(out, p->state);
		if (seal_step_is_manual(s))
			seal_text_wrap(out, 12, 12, s->why);
		else
			seal_text_argv(out, &s->argv);
		if (p->why.n) {
			seal_buf_puts(out, ": ");
			seal_enc_tty(out, p->why);
		}
		seal_buf_putc(out, '\n');
	}
}

static void put_denials(struct seal_buf *out, const struct seal_verify_answer *a)
{
	size_t i;

	if (a->v->denials.n)
		seal_buf_puts(out, "\ndenials that do not come back\n");
	for (i = 0; i < a->v->denials.n; i++) {
		const struct seal_plan_denial *d = &a->plan->denials.v[i];
		const struct seal_proof_denial *p = &a->v->denials.v[i];

		put_mark(out, p->state);
		seal_enc_tty(out, d->source_type);
		seal_buf_puts(out, " -> ");
		seal_enc_tty(out, d->target_type);
		seal_buf_puts(out, " : ");
		seal_enc_tty(out, d->tclass);
		if (p->count) {
			seal_buf_printf(out, ": %llu more, the last at ",
					(unsigned long long)p->count);
			seal_time_put(out, p->last_us);
		} else if (p->state == SEAL_PROOF_HOLDS) {
			seal_buf_puts(out, ": none since");
		} else {
			seal_buf_puts(out, ": no audit records since");
		}
		seal_buf_putc(out, '\n');
	}
}

static void put_paths(struct seal_buf *out, const struct seal_verify_answer *a)
{
	size_t i;

	if (a->v->paths.n)
		seal_buf_puts(out, "\nthe firewall lets through\n");
	for (i = 0; i < a->v->paths.n; i++) {
		const struct seal_plan_path *w = &a->plan->paths.v[i];

		put_mark(out, a->v->paths.v[i].state);
		seal_buf_printf(out, "%s %u/%s", w->in ? "in" : "out", w->port,
				w->udp ? "udp" : "tcp");
		if (w->address.n) {
			seal_buf_puts(out, w->in ? " from " : " to ");
			seal_enc_tty(out, w->address);
		}
		seal_buf_puts(out, ": ");
		seal_enc_tty(out, a->v->paths.v[i].verdict);
		seal_buf_putc(out, '\n');
	}
}

static void put_messages(struct seal_buf *out, const struct seal_verify_answer *a)
{
	size_t i;

	if (a->v->messages.n)
		seal_buf_puts(out, "\nmessages that go out\n");
	for (i = 0; i < a->v->messages.n; i++) {
		const struct seal_proof_message *p = &a->v->messages.v[i];

		put_mark(out, p->proof);
		seal_enc_tty(out, a->plan->messages.v[i]);
		seal_buf_printf(out, ": %s", seal_proof_mail_name(p->state));
		if (p->time_us != SEAL_TIME_NONE) {
			seal_buf_puts(out, ", ");
			seal_time_put(out, p->time_us);
		} else if (p->state == SEAL_PROOF_WAITING) {
			seal_buf_puts(out, ", not tried again since");
		}
		if (p->reason.n) {
			seal_buf_puts(out, ": ");
			seal_enc_tty(out, p->reason);
		}
		seal_buf_putc(out, '\n');
	}
}

static void put_waiting(struct seal_buf *out, const struct seal_explanation *x)
{
	if (!x->n_waiting)
		return;
	seal_buf_puts(out, "\nwhat waits\n");
	seal_vec_each (g, &x->groups) {
		if (!g->messages)
			continue;
		seal_buf_printf(out, "  %llu message%s  ", (unsigned long long)g->messages,
				g->messages == 1 ? " " : "s");
		seal_buf_printf(out, "%s, %s: ", seal_explain_class(g->cause->class_),
				seal_certainty_name(g->cause->certainty));
		seal_enc_tty(out, g->cause->title);
		seal_buf_putc(out, '\n');
	}
}

void seal_report_verify_text(const struct seal_verify_answer *a,
			     const struct seal_text_style *style, struct seal_buf *out)
{
	static const char *const words[] = {
		[SEAL_PROOF_HOLDS] = "The plan did what it was for.",
		[SEAL_PROOF_FAILS] = "The plan did not do all it was for.",
		[SEAL_PROOF_UNKNOWN] = "Nothing speaks against the plan; not all can be told.",
		[SEAL_PROOF_MANUAL] = "",
	};

	seal_text_head(out, a->h, style);
	seal_buf_puts(out, "     since ");
	seal_time_put(out, a->v->since_us);
	seal_buf_puts(out, "\n\n");
	seal_buf_puts(out, words[seal_verification_state(a->v)]);
	seal_buf_putc(out, '\n');
	put_steps(out, a);
	put_denials(out, a);
	put_paths(out, a);
	put_messages(out, a);
	put_waiting(out, a->x);
}
