/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/verify.h"

static void put_steps(struct seal_json *j, const struct seal_verify_answer *a)
{
	size_t i;

	seal_json_array(j, "steps");
	for (i = 0; i < a->v->steps.n; i++) {
		const struct seal_plan_step *s = &a->plan->steps.v[i];

		seal_json_object(j, NULL);
		seal_json_u64(j, "step", i + 1);
		seal_json_bytes(j, "op", s->op);
		seal_json_array(j, "argv");
		seal_vec_each (w, &s->argv.v) {
			seal_json_bytes(j, NULL, *w);
		}
		seal_json_array_end(j);
		seal_json_text(j, "state", seal_proof_state_name(a->v->steps.v[i].state));
		seal_json_bytes(j, "why", a->v->steps.v[i].why);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
}

static void put_denials(struct seal_json *j, const struct seal_verify_answer *a)
{
	size_t i;

	seal_json_array(j, "denials");
	for (i = 0; i < a->v->denials.n; i++) {
		const struct seal_plan_denial *d = &a->plan->denials.v[i];
		const struct seal_proof_denial *p = &a->v->denials.v[i];

		seal_json_object(j, NULL);
		seal_json_bytes(j, "source_type", d->source_type);
		seal_json_bytes(j, "target_type", d->target_type);
		seal_json_bytes(j, "tclass", d->tclass);
		seal_json_text(j, "state", seal_proof_state_name(p->state));
		seal_json_u64(j, "count", p->count);
		seal_json_time(j, "last", p->last_us);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
}

static void put_paths(struct seal_json *j, const struct seal_verify_answer *a)
{
	size_t i;

	seal_json_array(j, "paths");
	for (i = 0; i < a->v->paths.n; i++) {
		const struct seal_plan_path *w = &a->plan->paths.v[i];

		seal_json_object(j, NULL);
		seal_json_text(j, "direction", w->in ? "in" : "out");
		seal_json_bytes(j, "address", w->address);
		seal_json_text(j, "protocol", w->udp ? "udp" : "tcp");
		seal_json_u64(j, "port", w->port);
		seal_json_text(j, "state", seal_proof_state_name(a->v->paths.v[i].state));
		seal_json_bytes(j, "verdict", a->v->paths.v[i].verdict);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
}

static void put_messages(struct seal_json *j, const struct seal_verify_answer *a)
{
	size_t i;

	seal_json_array(j, "messages");
	for (i = 0; i < a->v->messages.n; i++) {
		const struct seal_proof_message *p = &a->v->messages.v[i];

		seal_json_object(j, NULL);
		seal_json_bytes(j, "queue_id", a->plan->messages.v[i]);
		seal_json_text(j, "state", seal_proof_state_name(p->proof));
		seal_json_text(j, "mail", seal_proof_mail_name(p->state));
		seal_json_time(j, "time", p->time_us);
		seal_json_bytes(j, "reason", p->reason);
		seal_json_text(j, "verdict", p->verdict);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
}

static void put_waiting(struct seal_json *j, const struct seal_explanation *x)
{
	seal_json_object(j, "waiting");
	seal_json_u64(j, "messages", x->n_waiting);
	seal_json_array(j, "causes");
	seal_vec_each (g, &x->groups) {
		if (!g->messages)
			continue;
		seal_json_object(j, NULL);
		seal_json_text(j, "class", seal_cause_class_name(g->cause->class_));
		seal_json_text(j, "verdict", g->cause->verdict);
		seal_json_text(j, "certainty", seal_certainty_name(g->cause->certainty));
		seal_json_u64(j, "messages", g->messages);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
	seal_json_object_end(j);
}

void seal_report_verify_json(const struct seal_verify_answer *a, struct seal_buf *out)
{
	struct seal_json j;

	seal_json_init(&j, out, true);
	seal_report_envelope(&j, a->h, "verify");
	seal_json_text(&j, "plan_sha256", a->hash);
	seal_json_time(&j, "since", a->v->since_us);
	seal_json_text(&j, "state", seal_proof_state_name(seal_verification_state(a->v)));
	put_steps(&j, a);
	put_denials(&j, a);
	put_paths(&j, a);
	put_messages(&j, a);
	put_waiting(&j, a->x);
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
}
