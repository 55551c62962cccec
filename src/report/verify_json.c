/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/verify.h"

#include "report/records.h"

static void put_step(struct seal_json *j, const struct seal_verify_answer *a, size_t i)
{
	const struct seal_plan_step *s = &a->plan->steps.v[i];

	seal_json_u64(j, "step", i + 1);
	seal_json_bytes(j, "op", s->op);
	seal_json_array(j, "argv");
	seal_vec_each (w, &s->argv.v) {
		seal_json_bytes(j, NULL, *w);
	}
	seal_json_array_end(j);
	seal_json_text(j, "state", seal_proof_state_name(a->v->steps.v[i].state));
	seal_json_bytes(j, "why", a->v->steps.v[i].why);
}

static void put_denial(struct seal_json *j, const struct seal_verify_answer *a, size_t i)
{
	const struct seal_plan_denial *d = &a->plan->denials.v[i];
	const struct seal_proof_denial *p = &a->v->denials.v[i];

	seal_json_bytes(j, "source_type", d->source_type);
	seal_json_bytes(j, "target_type", d->target_type);
	seal_json_bytes(j, "tclass", d->tclass);
	seal_json_text(j, "state", seal_proof_state_name(p->state));
	seal_json_u64(j, "count", p->count);
	seal_json_time(j, "last", p->last_us);
}

static void put_path(struct seal_json *j, const struct seal_verify_answer *a, size_t i)
{
	const struct seal_plan_path *w = &a->plan->paths.v[i];

	seal_json_text(j, "direction", w->in ? "in" : "out");
	seal_json_bytes(j, "address", w->address);
	seal_json_text(j, "protocol", w->udp ? "udp" : "tcp");
	seal_json_u64(j, "port", w->port);
	seal_json_text(j, "state", seal_proof_state_name(a->v->paths.v[i].state));
	seal_json_bytes(j, "verdict", a->v->paths.v[i].verdict);
}

static void put_message(struct seal_json *j, const struct seal_verify_answer *a, size_t i)
{
	const struct seal_proof_message *p = &a->v->messages.v[i];

	seal_json_bytes(j, "queue_id", a->plan->messages.v[i]);
	seal_json_text(j, "state", seal_proof_state_name(p->proof));
	seal_json_text(j, "mail", seal_proof_mail_name(p->state));
	seal_json_time(j, "time", p->time_us);
	seal_json_bytes(j, "reason", p->reason);
	seal_json_text(j, "verdict", p->verdict);
}

/* struct part - the proofs of one kind: the key of all, the word for one */
struct part {
	const char *all, *one;
	void (*put)(struct seal_json *j, const struct seal_verify_answer *a, size_t i);
};

static const struct part parts[] = {
	{"steps", "step", put_step},
	{"denials", "denial", put_denial},
	{"paths", "path", put_path},
	{"messages", "message", put_message},
};

#define N_PARTS (sizeof(parts) / sizeof(parts[0]))

static size_t count_of(const struct seal_verification *v, size_t part)
{
	const size_t n[N_PARTS] = {v->steps.n, v->denials.n, v->paths.n, v->messages.n};

	return n[part];
}

/* put_head - what holds for the plan as a whole */
static void put_head(struct seal_json *j, const struct seal_verify_answer *a)
{
	seal_json_text(j, "plan_sha256", a->hash);
	seal_json_time(j, "since", a->v->since_us);
	seal_json_text(j, "state", seal_proof_state_name(seal_verification_state(a->v)));
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
	size_t k, i;

	seal_json_init(&j, out, true);
	seal_report_envelope(&j, a->h, "verify");
	put_head(&j, a);
	for (k = 0; k < N_PARTS; k++) {
		seal_json_array(&j, parts[k].all);
		for (i = 0; i < count_of(a->v, k); i++) {
			seal_json_object(&j, NULL);
			parts[k].put(&j, a, i);
			seal_json_object_end(&j);
		}
		seal_json_array_end(&j);
	}
	put_waiting(&j, a->x);
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
}

void seal_report_verify_ndjson(const struct seal_verify_answer *a, struct seal_buf *out)
{
	struct seal_records r;
	size_t k, i;

	seal_records_run(&r, a->h, "verify", out);
	seal_json_text(&r.j, "plan_sha256", a->hash);
	seal_record_end(&r);
	for (k = 0; k < N_PARTS; k++) {
		for (i = 0; i < count_of(a->v, k); i++) {
			seal_record(&r, "proof");
			seal_json_text(&r.j, "of", parts[k].one);
			parts[k].put(&r.j, a, i);
			seal_record_end(&r);
		}
	}
	seal_records_end(&r);
	seal_json_object(&r.j, "summary");
	put_head(&r.j, a);
	put_waiting(&r.j, a->x);
	seal_json_object_end(&r.j);
	seal_record_end(&r);
}
