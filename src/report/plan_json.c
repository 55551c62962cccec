/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/plan.h"

#include "report/parts.h"
#include "report/records.h"

/* plan_json.c - the plan file, what fix writes for programs, and its records */

static void put_argv(struct seal_json *j, const char *key, const struct seal_argv *a)
{
	seal_json_array(j, key);
	seal_vec_each (w, &a->v) {
		seal_json_bytes(j, NULL, *w);
	}
	seal_json_array_end(j);
}

/* put_step - its keys */
static void put_step(struct seal_json *j, const struct seal_plan_step *s)
{
	seal_json_bytes(j, "op", s->op);
	put_argv(j, "argv", &s->argv);
	put_argv(j, "undo", &s->undo);
	put_argv(j, "ask", &s->ask);
	seal_json_array(j, "before");
	seal_vec_each (c, &s->before) {
		seal_report_condition(j, NULL, c);
	}
	seal_json_array_end(j);
	seal_json_array(j, "after");
	seal_vec_each (c, &s->after) {
		seal_report_condition(j, NULL, c);
	}
	seal_json_array_end(j);
	seal_json_bytes(j, "why", s->why);
	seal_json_bytes(j, "verify", s->verify);
	seal_json_array(j, "fixes");
	seal_vec_each (n, &s->fixes) {
		seal_json_u64(j, NULL, *n);
	}
	seal_json_array_end(j);
}

static void put_modules(struct seal_json *j, const struct seal_plan *p)
{
	seal_json_array(j, "modules");
	seal_vec_each (m, &p->modules) {
		seal_json_object(j, NULL);
		seal_json_bytes(j, "name", m->name);
		seal_json_bytes(j, "cil", m->cil);
		seal_json_bytes(j, "te", m->te);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
}

/* put_awaited - what must have ended once the plan is carried out */
static void put_awaited(struct seal_json *j, const struct seal_plan *p)
{
	seal_json_array(j, "denials");
	seal_vec_each (d, &p->denials) {
		seal_json_object(j, NULL);
		seal_json_bytes(j, "source_type", d->source_type);
		seal_json_bytes(j, "target_type", d->target_type);
		seal_json_bytes(j, "tclass", d->tclass);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
	seal_json_array(j, "paths");
	seal_vec_each (w, &p->paths) {
		seal_json_object(j, NULL);
		seal_json_text(j, "direction", w->in ? "in" : "out");
		seal_json_bytes(j, "address", w->address);
		seal_json_text(j, "protocol", w->udp ? "udp" : "tcp");
		seal_json_u64(j, "port", w->port);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
	seal_json_array(j, "messages");
	seal_vec_each (m, &p->messages) {
		seal_json_bytes(j, NULL, *m);
	}
	seal_json_array_end(j);
}

void seal_report_plan_json(const struct seal_host *h, const struct seal_plan *p,
			   struct seal_buf *out)
{
	struct seal_json j;

	seal_json_init(&j, out, true);
	seal_report_envelope(&j, h, "fix");
	seal_report_fixes(&j, p->fixes.v, p->fixes.n);
	seal_json_object(&j, "plan");
	seal_json_time(&j, "until", p->until_us);
	seal_json_array(&j, "steps");
	seal_vec_each (s, &p->steps) {
		seal_json_object(&j, NULL);
		put_step(&j, s);
		seal_json_object_end(&j);
	}
	seal_json_array_end(&j);
	put_modules(&j, p);
	put_awaited(&j, p);
	seal_json_object_end(&j);
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
}

void seal_report_plan_ndjson(const struct seal_host *h, const struct seal_plan *p,
			     struct seal_buf *out)
{
	struct seal_records r;
	uint64_t manual = 0;
	size_t i;

	seal_records_run(&r, h, "fix", out);
	seal_record_end(&r);
	for (i = 0; i < p->fixes.n; i++) {
		seal_record(&r, "fix");
		seal_part_fix(&r.j, &p->fixes.v[i], i + 1);
		seal_record_end(&r);
	}
	for (i = 0; i < p->steps.n; i++) {
		seal_record(&r, "step");
		seal_json_u64(&r.j, "step", i + 1);
		put_step(&r.j, &p->steps.v[i]);
		seal_record_end(&r);
		manual += seal_step_is_manual(&p->steps.v[i]);
	}
	seal_records_end(&r);
	seal_json_object(&r.j, "summary");
	seal_json_u64(&r.j, "fixes", p->fixes.n);
	seal_json_u64(&r.j, "steps", p->steps.n);
	seal_json_u64(&r.j, "by_hand", manual);
	seal_json_u64(&r.j, "messages", p->messages.n);
	seal_json_object_end(&r.j);
	seal_record_end(&r);
}
