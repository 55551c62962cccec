/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/ask.h"

#include <errno.h>

#include "apply/child.h"
#include "fix/probe.h"

static bool without_newline_is(struct seal_bytes out, struct seal_bytes text)
{
	if (out.n && out.p[out.n - 1] == '\n')
		out.n--;
	return seal_bytes_eq(out, text);
}

static bool contains(struct seal_bytes line, struct seal_bytes part)
{
	return part.n == 0 || (line.n && memmem(line.p, line.n, part.p, part.n));
}

static bool has_line(struct seal_bytes out, const struct seal_probe *p)
{
	while (out.n) {
		struct seal_bytes rest, line = seal_bytes_cut(out, '\n', &rest);

		if (p->test == SEAL_PROBE_LINE
			    ? seal_bytes_eq(line, p->text)
			    : contains(line, p->text) && line.n >= p->end.n &&
				      seal_bytes_eq(seal_bytes_from(line, line.n - p->end.n),
						    p->end))
			return true;
		out = rest;
	}
	return false;
}

/* answer - what the output says. Returns 1, 0 or -EIO */
static int answer(const struct seal_probe *p, const struct seal_child *c)
{
	struct seal_bytes out = seal_buf_bytes(&c->out);
	bool yes = false;

	if (p->test == SEAL_PROBE_EXIT_0)
		return (c->status == 0) != p->not ;
	if (p->test == SEAL_PROBE_QUERY && (c->status == 1 || c->status == 112))
		return p->not ;
	if (p->test == SEAL_PROBE_QUERY && c->status == 0)
		return !p->not ;
	if (c->status != 0)
		return -EIO;
	if (p->test == SEAL_PROBE_EMPTY)
		yes = out.n == 0;
	else if (p->test == SEAL_PROBE_IS)
		yes = without_newline_is(out, p->text);
	else
		yes = has_line(out, p);
	return yes != p->not ;
}

static int run_probe(const struct seal_asker *a, const struct seal_probe *p, struct seal_err *err)
{
	struct seal_child child;
	int r;

	r = seal_child_run(&p->argv, a->dir, false, &child, err);
	if (r == 0) {
		r = answer(p, &child);
		if (r < 0)
			seal_err_set(err, r, "%.*s failed with exit status %d",
				     (int)p->argv.v.v[0].n, p->argv.v.v[0].p, child.status);
	}
	seal_buf_done(&child.out);
	return r;
}

int seal_ask(const struct seal_asker *a, const struct seal_condition *c, struct seal_err *err)
{
	struct seal_probe p = {0};
	int r = -EOPNOTSUPP;

	if (a->store)
		r = seal_store_holds(a->store, c, err);
	if (r != -EOPNOTSUPP)
		return r;
	if (c->kind == SEAL_CONDITION_LABELS && !a->relabels)
		return seal_err_set(err, -EOPNOTSUPP,
				    "SELinux is off: restorecon does not tell of labels");
	r = seal_probe_of(c, a->arena, &p);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	if (r == 0)
		return seal_err_set(err, -EOPNOTSUPP, "no program tells of it");
	r = run_probe(a, &p, err);
	seal_probe_done(&p);
	return r;
}

static int ask_all(const struct seal_asker *a, const struct seal_condition *v, size_t n,
		   struct seal_err *err)
{
	int r = -ENODATA;
	size_t i;

	for (i = 0; i < n; i++) {
		if (v[i].kind == SEAL_CONDITION_NONE)
			continue;
		r = seal_ask(a, &v[i], err);
		if (r <= 0)
			return r;
	}
	return r;
}

int seal_ask_before(const struct seal_asker *a, const struct seal_plan_step *s,
		    struct seal_err *err)
{
	return ask_all(a, s->before.v, s->before.n, err);
}

int seal_ask_after(const struct seal_asker *a, const struct seal_plan_step *s, struct seal_err *err)
{
	struct seal_probe p = {.argv = s->ask, .test = SEAL_PROBE_EXIT_0};
	int r = ask_all(a, s->after.v, s->after.n, err);

	if ((r < 0 && r != -ENODATA) || r == 0 || s->ask.v.n == 0)
		return r;
	return run_probe(a, &p, err);
}
