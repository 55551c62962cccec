/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/parts.h"
#include "report/report.h"

#include <errno.h>
#include <stdio.h>

void seal_report_cost(struct seal_json *j, const struct seal_cost *c)
{
	seal_json_object(j, "opens");
	seal_json_u64(j, "own", c->own);
	seal_json_u64(j, "domains", c->domains);
	seal_json_u64(j, "tuples", c->tuples);
	if (c->closes)
		seal_json_u64(j, "closes", c->closes);
	seal_json_object_end(j);
}

static void put_argv(struct seal_json *j, const char *key, const struct seal_argv *a)
{
	seal_json_array(j, key);
	seal_vec_each (w, &a->v) {
		seal_json_bytes(j, NULL, *w);
	}
	seal_json_array_end(j);
}

void seal_report_condition(struct seal_json *j, const char *key, const struct seal_condition *c)
{
	if (c->kind == SEAL_CONDITION_NONE) {
		seal_json_null(j, key);
		return;
	}
	seal_json_object(j, key);
	seal_json_text(j, "kind", seal_condition_name(c->kind));
	seal_json_bytes(j, "subject", c->subject);
	seal_json_bytes(j, "value", c->value);
	seal_json_bool(j, "holds", !c->not );
	seal_json_object_end(j);
}

void seal_report_steps(struct seal_json *j, const struct seal_fix *f)
{
	seal_json_array(j, "steps");
	seal_vec_each (s, &f->steps) {
		seal_json_object(j, NULL);
		seal_json_text(j, "op", s->op);
		put_argv(j, "argv", &s->argv);
		seal_json_bytes(j, "precondition", s->precondition);
		put_argv(j, "undo", &s->undo);
		seal_json_bytes(j, "verify", s->verify);
		seal_json_bytes(j, "why", s->why);
		seal_report_condition(j, "before", &s->before);
		seal_report_condition(j, "after", &s->after);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
}

static void put_proof(struct seal_json *j, const struct seal_fix *f)
{
	static const char *const neverallow[SEAL_NEVERALLOW_MAX_] = {
		[SEAL_NEVERALLOW_NOT_RUN] = "not-run",
		[SEAL_NEVERALLOW_OK] = "ok",
		[SEAL_NEVERALLOW_VIOLATED] = "violated",
	};

	seal_json_object(j, "proof");
	seal_json_bool(j, "sufficient", f->sufficient);
	seal_json_bool(j, "minimal", f->minimal);
	seal_json_text(j, "neverallow", neverallow[f->neverallow]);
	seal_json_text(j, "method", f->in_store ? "store" : "memory");
	if (f->proof.n)
		seal_json_bytes(j, "words", f->proof);
	seal_json_object_end(j);
}

static void put_module(struct seal_json *j, const struct seal_fix *f)
{
	if (!f->module_cil.n) {
		seal_json_null(j, "module");
		return;
	}
	seal_json_object(j, "module");
	seal_json_bytes(j, "name", f->module_name);
	seal_json_bytes(j, "cil", f->module_cil);
	seal_json_bytes(j, "te", f->module_te);
	if (f->silences)
		seal_json_bool(j, "silences", true);
	seal_json_object_end(j);
}

void seal_report_candidate(struct seal_json *j, const struct seal_fix *f)
{
	seal_json_object(j, NULL);
	seal_json_text(j, "kind", seal_fix_kind_name(f->kind));
	seal_json_bool(j, "sufficient", f->sufficient);
	seal_report_cost(j, &f->opens);
	seal_report_steps(j, f);
	seal_json_bytes(j, "why", f->why);
	if (f->module_cil.n)
		put_module(j, f);
	if (f->rejected.n)
		seal_json_bytes(j, "rejected", f->rejected);
	else
		seal_json_null(j, "rejected");
	seal_json_object_end(j);
}

void seal_part_fix(struct seal_json *j, const struct seal_fix *f, size_t number)
{
	char id[32], fingerprint[SEAL_FINGERPRINT_SIZE];

	snprintf(id, sizeof(id), "fix-%zu", number);
	seal_json_text(j, "id", id);
	if (seal_fingerprint_fix(f, fingerprint) < 0)
		j->out->err = -ENOMEM;
	seal_json_text(j, "fingerprint", fingerprint);
	seal_json_text(j, "kind", seal_fix_kind_name(f->kind));
	seal_json_array(j, "for");
	seal_vec_each (t, &f->targets) {
		seal_json_bytes(j, NULL, *t);
	}
	seal_json_array_end(j);
	seal_report_cost(j, &f->opens);
	put_proof(j, f);
	seal_report_steps(j, f);
	put_module(j, f);
	seal_json_bytes(j, "why", f->why);
	seal_json_array(j, "alternatives");
	seal_vec_each (a, &f->alternatives) {
		seal_report_candidate(j, a);
	}
	seal_json_array_end(j);
}

void seal_report_fixes(struct seal_json *j, const struct seal_fix *fixes, size_t n)
{
	size_t i;

	seal_json_array(j, "fixes");
	for (i = 0; i < n; i++) {
		seal_json_object(j, NULL);
		seal_part_fix(j, &fixes[i], i + 1);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
}
