/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fix/plan.h"

#include <errno.h>
#include <stdlib.h>

#include "core/enc.h"

struct seal_plan *seal_plan_new(void)
{
	struct seal_plan *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->until_us = SEAL_TIME_NONE;
	p->arena = seal_arena_new();
	if (p->arena)
		return p;
	free(p);
	return NULL;
}

static void step_done(struct seal_plan_step *s)
{
	seal_vec_done(&s->argv.v);
	seal_vec_done(&s->undo.v);
	seal_vec_done(&s->ask.v);
	seal_vec_done(&s->before);
	seal_vec_done(&s->after);
	seal_vec_done(&s->fixes);
}

void seal_plan_free(struct seal_plan *p)
{
	if (!p)
		return;
	seal_vec_each (f, &p->fixes) {
		seal_fix_done(f);
	}
	seal_vec_each (s, &p->steps) {
		step_done(s);
	}
	seal_vec_done(&p->fixes);
	seal_vec_done(&p->steps);
	seal_vec_done(&p->modules);
	seal_vec_done(&p->denials);
	seal_vec_done(&p->paths);
	seal_vec_done(&p->messages);
	seal_arena_free(p->arena);
	free(p);
}

/* same_commands - @a and @b do the same; steps for a person are compared by their words */
static bool same_commands(const struct seal_fix *a, const struct seal_fix *b)
{
	size_t i;

	if (a->kind != b->kind || a->steps.n != b->steps.n)
		return false;
	for (i = 0; i < a->steps.n; i++)
		if (!seal_argv_eq(&a->steps.v[i].argv, &b->steps.v[i].argv) ||
		    (!a->steps.v[i].argv.v.n &&
		     !seal_bytes_eq(a->steps.v[i].why, b->steps.v[i].why)))
			return false;
	return true;
}

static int lend_targets(struct seal_fix *to, const struct seal_fix *from)
{
	seal_vec_each (t, &from->targets) {
		struct seal_bytes *slot;
		bool known = false;

		seal_vec_each (have, &to->targets) {
			known = known || seal_bytes_eq(*have, *t);
		}
		if (known)
			continue;
		slot = seal_vec_add(&to->targets);
		if (!slot)
			return -ENOMEM;
		*slot = *t;
	}
	return 0;
}

/* lend_alternatives - the same fix, from where it was weighed against others */
static int lend_alternatives(struct seal_fix *to, const struct seal_fix *from)
{
	int r = 0;

	if (to->alternatives.n)
		return 0;
	seal_vec_each (a, &from->alternatives) {
		struct seal_fix *slot = r == 0 ? seal_vec_add(&to->alternatives) : NULL;

		r = slot ? seal_fix_copy(slot, a) : -ENOMEM;
	}
	return r;
}

int seal_plan_add(struct seal_plan *p, const struct seal_fix *f)
{
	struct seal_fix *slot;
	int r;

	if (f->kind == SEAL_FIX_NONE || !f->steps.n)
		return 0;
	seal_vec_each (have, &p->fixes) {
		if (same_commands(have, f))
			return lend_targets(have, f) < 0 ? -ENOMEM : lend_alternatives(have, f);
	}
	slot = seal_vec_add(&p->fixes);
	if (!slot)
		return -ENOMEM;
	r = seal_fix_copy(slot, f);
	if (r < 0)
		p->fixes.n--;
	return r;
}

int seal_plan_frees(struct seal_plan *p, struct seal_bytes id)
{
	struct seal_bytes *slot;

	seal_vec_each (m, &p->messages) {
		if (seal_bytes_eq(*m, id))
			return 0;
	}
	slot = seal_vec_add(&p->messages);
	if (!slot)
		return -ENOMEM;
	*slot = id;
	return 0;
}

/* by_size - what opens nothing first, then by how much is opened, to whom, then by kind: the order
 * of the ladder. Steps for a person come last: nothing waits for them. */
static int by_size(const void *a, const void *b)
{
	const struct seal_fix *x = a, *y = b;
	uint64_t vx[5] = {!x->steps.v[0].argv.v.n, x->opens.tuples, x->opens.own, x->opens.domains,
			  x->kind};
	uint64_t vy[5] = {!y->steps.v[0].argv.v.n, y->opens.tuples, y->opens.own, y->opens.domains,
			  y->kind};
	size_t i;
	int r;

	for (i = 0; i < 5; i++)
		if (vx[i] != vy[i])
			return vx[i] < vy[i] ? -1 : 1;
	for (i = 0; i < x->steps.n && i < y->steps.n; i++) {
		const struct seal_argv *s = &x->steps.v[i].argv, *t = &y->steps.v[i].argv;
		size_t k;

		for (k = 0; k < s->v.n && k < t->v.n; k++) {
			r = seal_bytes_cmp(s->v.v[k], t->v.v[k]);
			if (r)
				return r;
		}
		r = seal_bytes_cmp(x->steps.v[i].why, y->steps.v[i].why);
		if (r)
			return r;
	}
	return (x->steps.n > y->steps.n) - (x->steps.n < y->steps.n);
}

static int by_bytes(const void *a, const void *b)
{
	return seal_bytes_cmp(*(const struct seal_bytes *)a, *(const struct seal_bytes *)b);
}

/* is_emittable - every word can be written so that a shell, and a person, reads it as it is */
static bool is_emittable(const struct seal_argv *a)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_vec_each (w, &a->v) {
		if (!seal_enc_sh(&b, *w))
			return false;
	}
	return true;
}

/* as_words - a command that must not be emitted, told for a person: every doubtful byte as \xNN */
static int as_words(struct seal_plan *p, struct seal_plan_step *s)
{
	seal_auto_buf struct seal_buf b = {0};
	int r;

	seal_buf_puts(&b, "by hand, for a name holds bytes that no script should carry:");
	seal_vec_each (w, &s->argv.v) {
		seal_buf_putc(&b, ' ');
		seal_enc_tty(&b, *w);
	}
	r = b.err ? b.err : seal_arena_copy(p->arena, seal_buf_bytes(&b), &s->why);
	seal_vec_done(&s->argv.v);
	seal_vec_done(&s->undo.v);
	seal_vec_done(&s->before);
	seal_vec_done(&s->after);
	s->op = SEAL_LIT("manual");
	return r;
}

static int add_condition(struct seal_plan_step *s, bool after, const struct seal_condition *c)
{
	struct seal_condition *slot;

	if (c->kind == SEAL_CONDITION_NONE)
		return 0;
	slot = after ? seal_vec_add(&s->after) : seal_vec_add(&s->before);
	if (!slot)
		return -ENOMEM;
	*slot = *c;
	return 0;
}

static int add_fix_number(struct seal_plan_step *s, uint32_t n)
{
	uint32_t *slot;

	if (seal_plan_step_is_of(s, n))
		return 0;
	slot = seal_vec_add(&s->fixes);
	if (!slot)
		return -ENOMEM;
	*slot = n;
	return 0;
}

/* mergeable - a fix that is nothing but one relabelling of one file: its path may join those of
 * another one in the same directory */
static bool is_single_label(const struct seal_fix *f)
{
	return f->steps.n == 1 && strcmp(f->steps.v[0].op, "restorecon") == 0 &&
	       f->steps.v[0].argv.v.n == 3 && f->steps.v[0].after.kind == SEAL_CONDITION_LABELS;
}

static struct seal_bytes parent_of(struct seal_bytes path)
{
	ssize_t slash = seal_bytes_rchr(path, '/');

	return seal_bytes_first(path, slash > 0 ? (size_t)slash : 0);
}

/* join_labels - put the path of a single relabelling to a step that does the same next to it
 * Returns 1 when it was, 0, or -ENOMEM. */
static int join_labels(struct seal_plan *p, const struct seal_fix *f, uint32_t n)
{
	const struct seal_step *from = &f->steps.v[0];
	struct seal_bytes *slot;

	if (!is_single_label(f))
		return 0;
	seal_vec_each (s, &p->steps) {
		if (!seal_bytes_is(s->op, "restorecon") || s->fixes.n == 0 ||
		    !is_single_label(&p->fixes.v[s->fixes.v[0] - 1]) ||
		    !seal_bytes_eq(s->argv.v.v[1], from->argv.v.v[1]) ||
		    !seal_bytes_eq(parent_of(s->argv.v.v[2]), parent_of(from->argv.v.v[2])))
			continue;
		slot = seal_vec_add(&s->argv.v);
		if (!slot)
			return -ENOMEM;
		*slot = from->argv.v.v[2];
		if (add_condition(s, false, &from->before) < 0 ||
		    add_condition(s, true, &from->after) < 0 || add_fix_number(s, n) < 0)
			return -ENOMEM;
		return 1;
	}
	return 0;
}

/* struct question - how firewall-cmd(1) is asked whether what an option does is done */
static const struct question {
	const char *option, *query;
	bool not ; /* what the option does is that the answer is no */
} questions[] = {
	{"--add-", "--query-", false},
	{"--remove-", "--query-", true},
	{"--new-policy=", "--info-policy=", false},
	{"--delete-policy=", "--info-policy=", true},
};

/* question_of - of option @w; NULL: firewall-cmd cannot be asked */
static const struct question *question_of(struct seal_bytes w)
{
	size_t i;

	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (seal_bytes_starts(w, questions[i].option))
			return &questions[i];
	return NULL;
}

/* firewalld_conditions - what a call of firewall-cmd changes is not so before, and so after. Its
 * other options, which are plain words, go with the question. */
static int firewalld_conditions(struct seal_plan *p, struct seal_plan_step *s)
{
	struct seal_condition c = {SEAL_CONDITION_FIREWALLD};
	seal_auto_buf struct seal_buf rest = {0};
	const struct question *q = NULL;
	size_t i;

	for (i = 1; i < s->argv.v.n; i++) {
		struct seal_bytes w = s->argv.v.v[i];
		const struct question *of = question_of(w);

		if ((of && q) || (!of && seal_bytes_chr(w, ' ') >= 0))
			return 0;
		if (!of) {
			seal_buf_puts(&rest, rest.n ? " " : "");
			seal_buf_put(&rest, w.p, w.n);
			continue;
		}
		q = of;
		w = seal_bytes_from(w, strlen(q->option));
		c.value = seal_bytes_of(
			seal_arena_printf(p->arena, "%s%.*s", q->query, (int)w.n, w.p));
	}
	if (!q)
		return 0;
	if (rest.err || !c.value.n ||
	    seal_arena_copy(p->arena, seal_buf_bytes(&rest), &c.subject) < 0)
		return -ENOMEM;
	c.not = q->not ;
	if (add_condition(s, true, &c) < 0)
		return -ENOMEM;
	c.not = !c.not ;
	return add_condition(s, false, &c);
}

static int add_step(struct seal_plan *p, const struct seal_step *from, uint32_t n)
{
	struct seal_plan_step *s;

	seal_vec_each (have, &p->steps) {
		if (from->argv.v.n ? seal_argv_eq(&have->argv, &from->argv)
				   : (!have->argv.v.n && seal_bytes_eq(have->why, from->why)))
			return add_fix_number(have, n);
	}
	s = seal_vec_add(&p->steps);
	if (!s)
		return -ENOMEM;
	s->op = seal_bytes_of(from->op);
	s->why = from->why;
	s->verify = from->verify;
	if (seal_argv_set(&s->argv, from->argv.v.v, from->argv.v.n) < 0 ||
	    seal_argv_set(&s->undo, from->undo.v.v, from->undo.v.n) < 0 ||
	    add_condition(s, false, &from->before) < 0 ||
	    add_condition(s, true, &from->after) < 0 || add_fix_number(s, n) < 0)
		return -ENOMEM;
	if (!is_emittable(&s->argv) || !is_emittable(&s->undo))
		return as_words(p, s);
	return seal_bytes_is(s->op, "firewall-cmd") && !s->after.n ? firewalld_conditions(p, s) : 0;
}

/* is_queue_id - what postqueue -i takes: short and long queue ids are letters and digits */
static bool is_queue_id(struct seal_bytes id)
{
	size_t i;

	for (i = 0; i < id.n; i++)
		if (!((id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'A' && id.p[i] <= 'Z') ||
		      (id.p[i] >= 'a' && id.p[i] <= 'z')))
			return false;
	return id.n > 0;
}

/* flush - try again what the plan freed, when some of it was done by commands */
static int flush(struct seal_plan *p)
{
	struct seal_bytes argv[3] = {SEAL_LIT("postqueue"), SEAL_LIT("-i")};
	bool whole = p->wakes || p->messages.n > SEAL_PLAN_FLUSH_MAX;
	struct seal_plan_step *s;
	size_t i;

	seal_vec_each (m, &p->messages) {
		whole = whole || !is_queue_id(*m);
	}
	if (whole)
		argv[1] = SEAL_LIT("-f");
	for (i = 0; i < (whole ? 1 : p->messages.n); i++) {
		argv[2] = p->messages.v[i];
		s = seal_vec_add(&p->steps);
		if (!s || seal_argv_set(&s->argv, argv, whole ? 2 : 3) < 0)
			return -ENOMEM;
		s->op = SEAL_LIT("postqueue");
		s->why = SEAL_LIT("try again at once what was freed");
	}
	return 0;
}

/* systemctl - about Postfix. On Debian the unit "postfix" stands for all instances: what it is told
 * reaches them, but only of units that are named the end is waited for. */
static int systemctl(struct seal_argv *a, const char *verb)
{
	const struct seal_bytes argv[] = {SEAL_LIT("systemctl"), seal_bytes_of(verb),
					  SEAL_LIT("postfix"), SEAL_LIT("postfix@*.service")};

	return seal_argv_set(a, argv, 4);
}

/* start - Postfix, where what kept it from starting is mended. Debian's policy refuses postfix(1)
 * to a root shell: master(8) itself is looked for. */
static int start(struct seal_plan *p)
{
	const struct seal_bytes ask[] = {SEAL_LIT("pgrep"), SEAL_LIT("-x"), SEAL_LIT("master")};
	struct seal_plan_step *s = seal_vec_add(&p->steps);

	if (!s || systemctl(&s->argv, "restart") < 0 || seal_argv_set(&s->ask, ask, 3) < 0)
		return -ENOMEM;
	s->op = SEAL_LIT("start");
	s->why = SEAL_LIT("Postfix could not start, and runs no more");
	s->verify = SEAL_LIT("master(8) runs");
	return 0;
}

/* reload - so that daemons that read at their start what the plan mends do so again before mail is
 * tried; nothing is done where Postfix does not run */
static int reload(struct seal_plan *p)
{
	static const char verb[] = "try-reload-or-restart";
	struct seal_plan_step *s = seal_vec_add(&p->steps);

	if (!s || systemctl(&s->argv, verb) < 0 || systemctl(&s->undo, verb) < 0)
		return -ENOMEM;
	s->op = SEAL_LIT("reload");
	s->why = SEAL_LIT("daemons that run have read what is mended, as it was");
	return 0;
}

static int keep_module(struct seal_plan *p, const struct seal_fix *f)
{
	struct seal_plan_module *m;

	if (!f->module_cil.n)
		return 0;
	m = seal_vec_add(&p->modules);
	if (!m)
		return -ENOMEM;
	*m = (struct seal_plan_module){f->module_name, f->module_cil, f->module_te};
	return 0;
}

int seal_plan_make(struct seal_plan *p)
{
	bool commands = false;
	uint32_t n = 0;
	int r;

	if (p->fixes.n)
		qsort(p->fixes.v, p->fixes.n, sizeof(*p->fixes.v), by_size);
	if (p->messages.n)
		qsort(p->messages.v, p->messages.n, sizeof(*p->messages.v), by_bytes);
	seal_vec_each (f, &p->fixes) {
		n++;
		if (keep_module(p, f) < 0)
			return -ENOMEM;
		r = join_labels(p, f, n);
		if (r < 0)
			return r;
		if (r > 0)
			continue;
		seal_vec_each (s, &f->steps) {
			r = add_step(p, s, n);
			if (r < 0)
				return r;
		}
	}
	seal_vec_each (s, &p->steps) {
		commands = commands || !seal_step_is_manual(s);
	}
	r = 0;
	if (commands && p->start)
		r = start(p);
	else if (commands && p->reload)
		r = reload(p);
	return r == 0 && commands ? flush(p) : r;
}

bool seal_plan_step_is_of(const struct seal_plan_step *s, uint32_t n)
{
	size_t i;

	for (i = 0; i < s->fixes.n; i++)
		if (s->fixes.v[i] == n)
			return true;
	return s->fixes.n == 0 && n == 0;
}
