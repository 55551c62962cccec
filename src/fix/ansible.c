/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fix/render.h"

#include <errno.h>
#include <stdlib.h>

#include "core/enc.h"
#include "fix/probe.h"

/* ansible.c - a plan as a playbook. YAML is written as JSON strings in flow style, each word with
 * the tag !unsafe, so that nothing of it is ever taken for a template. */

static void put_string(struct seal_buf *out, struct seal_bytes s)
{
	seal_buf_puts(out, "!unsafe ");
	(void)seal_enc_json(out, s);
}

static void put_option(struct seal_buf *out, const char *key, struct seal_bytes value)
{
	seal_buf_printf(out, "        %s: ", key);
	put_string(out, value);
	seal_buf_putc(out, '\n');
}

static void put_literal(struct seal_buf *out, const char *key, const char *value)
{
	seal_buf_printf(out, "        %s: %s\n", key, value);
}

static void put_argv(struct seal_buf *out, const struct seal_argv *a)
{
	const char *path = a->v.n ? seal_program_path(a->v.v[0]) : NULL;
	size_t i;

	seal_buf_puts(out, "      ansible.builtin.command:\n        argv:\n");
	for (i = 0; i < a->v.n; i++) {
		seal_buf_puts(out, "          - ");
		put_string(out, i == 0 && path ? seal_bytes_of(path) : a->v.v[i]);
		seal_buf_putc(out, '\n');
	}
}

/* after - the word behind option @name, or none */
static struct seal_bytes after(const struct seal_argv *a, const char *name)
{
	size_t i;

	for (i = 0; i + 1 < a->v.n; i++)
		if (seal_bytes_is(a->v.v[i], name))
			return a->v.v[i + 1];
	return SEAL_BYTES_NONE;
}

/* value - of "--name=value" among the words, or none */
static struct seal_bytes value(const struct seal_argv *a, const char *name)
{
	seal_vec_each (w, &a->v) {
		if (seal_bytes_starts(*w, name))
			return seal_bytes_from(*w, strlen(name));
	}
	return SEAL_BYTES_NONE;
}

static bool has_word(const struct seal_argv *a, const char *word)
{
	seal_vec_each (w, &a->v) {
		if (seal_bytes_is(*w, word))
			return true;
	}
	return false;
}

static bool put_boolean(struct seal_buf *out, const struct seal_argv *a)
{
	if (a->v.n != 4 || !seal_bytes_is(a->v.v[1], "-P"))
		return false;
	seal_buf_puts(out, "      ansible.posix.seboolean:\n");
	put_option(out, "name", a->v.v[2]);
	put_literal(out, "state", seal_bytes_is(a->v.v[3], "on") ? "true" : "false");
	put_literal(out, "persistent", "true");
	return true;
}

static bool put_port(struct seal_buf *out, const struct seal_argv *a)
{
	struct seal_bytes type = after(a, "-t"), proto = after(a, "-p");

	if (!type.n || !proto.n)
		return false;
	seal_buf_puts(out, "      community.general.seport:\n");
	put_option(out, "ports", a->v.v[a->v.n - 1]);
	put_option(out, "proto", proto);
	put_option(out, "setype", type);
	put_literal(out, "state", "present");
	return true;
}

static bool put_fcontext(struct seal_buf *out, const struct seal_argv *a)
{
	struct seal_bytes type = after(a, "-t"), like = after(a, "-e");

	if (!type.n && !like.n)
		return false;
	seal_buf_puts(out, "      community.general.sefcontext:\n");
	put_option(out, "target", a->v.v[a->v.n - 1]);
	put_option(out, type.n ? "setype" : "substitute", type.n ? type : like);
	put_literal(out, "state", "present");
	return true;
}

static bool put_firewalld(struct seal_buf *out, const struct seal_argv *a)
{
	struct seal_bytes zone = value(a, "--zone="), service = value(a, "--add-service=");
	struct seal_bytes port = value(a, "--add-port="), rich = value(a, "--add-rich-rule=");
	bool permanent = has_word(a, "--permanent");

	if (!zone.n || (!service.n && !port.n && !rich.n))
		return false;
	seal_buf_puts(out, "      ansible.posix.firewalld:\n");
	put_option(out, "zone", zone);
	if (service.n)
		put_option(out, "service", service);
	else
		put_option(out, port.n ? "port" : "rich_rule", port.n ? port : rich);
	put_literal(out, "permanent", permanent ? "true" : "false");
	put_literal(out, "immediate", permanent ? "false" : "true");
	put_literal(out, "state", "enabled");
	return true;
}

/* put_module - a task of a module that knows the state itself; false: there is none for the step */
static bool put_module(struct seal_buf *out, const struct seal_plan_step *s)
{
	if (seal_bytes_is(s->op, "setsebool"))
		return put_boolean(out, &s->argv);
	if (seal_bytes_is(s->op, "semanage-port"))
		return put_port(out, &s->argv);
	if (seal_bytes_is(s->op, "semanage-fcontext"))
		return put_fcontext(out, &s->argv);
	if (seal_bytes_is(s->op, "firewall-cmd"))
		return put_firewalld(out, &s->argv);
	return false;
}

/* module_of - the collection of that module, NULL: there is none for the step */
static const char *module_of(const struct seal_plan_step *s)
{
	seal_auto_buf struct seal_buf nowhere = {0};

	if (!put_module(&nowhere, s))
		return NULL;
	return seal_bytes_starts(s->op, "semanage-") ? "community.general" : "ansible.posix";
}

static void put_name(struct seal_buf *out, unsigned n, const char *what, struct seal_bytes op)
{
	seal_buf_printf(out, "\n    - name: \"step %u: %s", n, what);
	seal_buf_put(out, op.p, op.n); /* of the program's own words */
	seal_buf_puts(out, "\"\n");
}

/* struct place - where an answer is kept: "postseal_<step>_<which><i>" */
struct place {
	unsigned n;
	char which;
	unsigned i;
};

/* put_probe - a task that asks */
static void put_probe(struct seal_buf *out, const struct seal_argv *argv, const struct place *at)
{
	put_name(out, at->n, at->which == 'b' ? "may it be done" : "is it done", SEAL_BYTES_NONE);
	put_argv(out, argv);
	seal_buf_printf(out, "      register: postseal_%u_%c%u\n", at->n, at->which, at->i);
	seal_buf_puts(out, "      changed_when: false\n"
			   "      failed_when: false\n"
			   "      check_mode: false\n");
}

/* put_test - one of the conditions of a step as a Jinja expression over the answer at @at; what it
 * is compared with is "text_<which><i>" */
static void put_test(struct seal_buf *out, const struct seal_probe *p, const struct place *at,
		     char which, unsigned i)
{
	seal_buf_printf(out, "(postseal_%u_%c%u.rc ", at->n, at->which, at->i);
	if (p->test == SEAL_PROBE_QUERY && p->not )
		seal_buf_puts(out, "in [1, 112]");
	else
		seal_buf_puts(out, p->test == SEAL_PROBE_EXIT_0 && p->not ? "!= 0" : "== 0");
	switch (p->test) {
	case SEAL_PROBE_EXIT_0:
	case SEAL_PROBE_QUERY:
		break;
	case SEAL_PROBE_EMPTY:
		seal_buf_printf(out, " and postseal_%u_%c%u.stdout %s ''", at->n, at->which, at->i,
				p->not ? "!=" : "==");
		break;
	case SEAL_PROBE_IS:
		seal_buf_printf(out, " and postseal_%u_%c%u.stdout %s text_%c%u", at->n, at->which,
				at->i, p->not ? "!=" : "==", which, i);
		break;
	case SEAL_PROBE_LINE:
		seal_buf_printf(out, " and text_%c%u %sin postseal_%u_%c%u.stdout_lines", which, i,
				p->not ? "not " : "", at->n, at->which, at->i);
		break;
	case SEAL_PROBE_PARTS:
		seal_buf_printf(out,
				" and postseal_%u_%c%u.stdout_lines | select('search', text_%c%u) "
				"| list | length %s 0",
				at->n, at->which, at->i, which, i, p->not ? "==" : ">");
		break;
	}
	seal_buf_putc(out, ')');
}

/* put_expression - the two parts of a line as a regular expression */
static void put_expression(struct seal_buf *out, const struct seal_probe *p)
{
	seal_auto_buf struct seal_buf b = {0};
	const struct seal_bytes parts[] = {p->text, p->end};
	size_t k, i;

	for (k = 0; k < 2; k++) {
		for (i = 0; i < parts[k].n; i++) {
			if (parts[k].p[i] && strchr(".^$*+?()[]{}|\\", parts[k].p[i]))
				seal_buf_putc(&b, '\\');
			seal_buf_putc(&b, parts[k].p[i]);
		}
		seal_buf_puts(&b, k == 0 ? ".*" : "$");
	}
	put_string(out, seal_buf_bytes(&b));
	if (b.err)
		out->err = b.err;
}

/* struct asked - the probes of one list of conditions */
struct asked {
	seal_vec(struct seal_probe) v;
};

static void asked_done(struct asked *a)
{
	seal_vec_each (p, &a->v) {
		seal_probe_done(p);
	}
	seal_vec_done(&a->v);
}

static int ask(const struct seal_plan *plan, const struct seal_condition *v, size_t n,
	       const struct seal_argv *more, struct asked *ret)
{
	struct seal_probe p = {.test = SEAL_PROBE_EXIT_0}, *slot;
	size_t i;
	int r;

	for (i = 0; i <= n; i++) {
		if (i == n && !(more && more->v.n))
			break;
		p = (struct seal_probe){.test = SEAL_PROBE_EXIT_0};
		r = i < n ? seal_probe_of(&v[i], plan->arena, &p)
			  : seal_argv_set(&p.argv, more->v.v, more->v.n);
		if (r < 0)
			return r;
		if (i < n && r == 0)
			continue;
		slot = seal_vec_add(&ret->v);
		if (!slot) {
			seal_probe_done(&p);
			return -ENOMEM;
		}
		*slot = p;
	}
	return 0;
}

/* place_of - where the answer to probe @i of @a is kept: @first, if given, asked some before */
static struct place place_of(const struct asked *a, size_t i, const struct asked *first, unsigned n)
{
	struct place at = {n, first ? 'b' : 'a', (unsigned)i};
	size_t k;

	for (k = 0; first && k < first->v.n; k++)
		if (seal_argv_eq(&a->v.v[i].argv, &first->v.v[k].argv))
			return (struct place){n, 'a', (unsigned)k};
	return at;
}

/* put_probes - what @first asked is not asked again */
static void put_probes(struct seal_buf *out, const struct asked *a, const struct asked *first,
		       unsigned n)
{
	size_t i;

	for (i = 0; i < a->v.n; i++) {
		struct place at = place_of(a, i, first, n);

		if (at.which == (first ? 'b' : 'a'))
			put_probe(out, &a->v.v[i].argv, &at);
	}
}

static void put_tests(struct seal_buf *out, const struct asked *a, const struct asked *first,
		      unsigned n)
{
	size_t i;

	for (i = 0; i < a->v.n; i++) {
		struct place at = place_of(a, i, first, n);

		seal_buf_puts(out, i ? " and " : "");
		put_test(out, &a->v.v[i], &at, first ? 'b' : 'a', (unsigned)i);
	}
}

static void put_texts(struct seal_buf *out, const struct asked *a, char which)
{
	unsigned i = 0;

	seal_vec_each (p, &a->v) {
		if (p->test == SEAL_PROBE_IS || p->test == SEAL_PROBE_LINE ||
		    p->test == SEAL_PROBE_PARTS) {
			seal_buf_printf(out, "        text_%c%u: ", which, i);
			if (p->test == SEAL_PROBE_PARTS)
				put_expression(out, p);
			else
				put_string(out, p->text);
			seal_buf_putc(out, '\n');
		}
		i++;
	}
}

static bool has_text(const struct asked *a)
{
	seal_vec_each (p, &a->v) {
		if (p->test == SEAL_PROBE_IS || p->test == SEAL_PROBE_LINE ||
		    p->test == SEAL_PROBE_PARTS)
			return true;
	}
	return false;
}

static void put_vars(struct seal_buf *out, const struct asked *before, const struct asked *after)
{
	if (!has_text(before) && !has_text(after))
		return;
	seal_buf_puts(out, "      vars:\n");
	put_texts(out, before, 'b');
	put_texts(out, after, 'a');
}

/* struct guards - what is asked before a step: whether it is done, and whether it may be */
struct guards {
	struct asked before, done;
};

static void guards_done(struct guards *g)
{
	asked_done(&g->before);
	asked_done(&g->done);
}

/* put_guards - ask, and refuse where the ground has moved. Returns 0 or -ENOMEM */
static int put_guards(struct seal_buf *out, const struct seal_plan *plan,
		      const struct seal_plan_step *s, unsigned n, struct guards *g)
{
	int r;

	r = ask(plan, s->before.v, s->before.n, NULL, &g->before);
	if (r == 0 && !seal_step_is_restart(s))
		r = ask(plan, s->after.v, s->after.n, &s->ask, &g->done);
	if (r < 0)
		return r;
	put_probes(out, &g->done, NULL, n);
	put_probes(out, &g->before, &g->done, n);
	if (!g->before.v.n)
		return 0;
	put_name(out, n, "what it needs", SEAL_BYTES_NONE);
	seal_buf_puts(out, "      ansible.builtin.assert:\n        that: \"");
	put_tests(out, &g->before, &g->done, n);
	seal_buf_puts(out, "\"\n");
	if (g->done.v.n) {
		seal_buf_puts(out, "      when: \"not (");
		put_tests(out, &g->done, NULL, n);
		seal_buf_puts(out, ")\"\n");
	}
	put_vars(out, &g->before, &g->done);
	return 0;
}

/* put_unless_done - the step is passed over when its effect is there */
static void put_unless_done(struct seal_buf *out, const struct guards *g, unsigned n)
{
	struct asked none = {0};

	if (!g->done.v.n)
		return;
	seal_buf_puts(out, "      when: \"not (");
	put_tests(out, &g->done, NULL, n);
	seal_buf_puts(out, ")\"\n");
	put_vars(out, &none, &g->done);
}

/* put_command - the command itself, where there is no module for it */
static int put_command(struct seal_buf *out, const struct seal_plan *plan,
		       const struct seal_plan_step *s, unsigned n)
{
	struct guards g = {0};
	int r = put_guards(out, plan, s, n, &g);

	if (r == 0) {
		put_name(out, n, "", s->op);
		put_argv(out, &s->argv);
		put_unless_done(out, &g, n);
		seal_buf_puts(out, "      changed_when: true\n");
	}
	guards_done(&g);
	return r;
}

/* put_file - the text of a module is carried to the host first; the command names it there */
static int put_semodule(struct seal_buf *out, struct seal_plan *plan,
			const struct seal_plan_step *s, unsigned n)
{
	struct seal_plan_step there = *s;
	struct seal_bytes file = s->argv.v.v[s->argv.v.n - 1];
	int r;

	put_name(out, n, "a place for the module", SEAL_BYTES_NONE);
	seal_buf_puts(out, "      ansible.builtin.file:\n"
			   "        path: /var/lib/postseal\n"
			   "        state: directory\n"
			   "        mode: \"0700\"\n");
	put_name(out, n, "its text", SEAL_BYTES_NONE);
	seal_buf_puts(out, "      ansible.builtin.copy:\n");
	put_option(out, "src", file);
	put_literal(out, "dest", "/var/lib/postseal/");
	put_literal(out, "mode", "\"0600\"");
	memset(&there.argv, 0, sizeof(there.argv));
	r = seal_argv_set(&there.argv, s->argv.v.v, s->argv.v.n);
	if (r == 0) {
		struct seal_bytes *last = &there.argv.v.v[there.argv.v.n - 1];

		*last = seal_bytes_of(seal_arena_printf(plan->arena, "/var/lib/postseal/%.*s",
							(int)file.n, file.p));
		r = last->n ? put_command(out, plan, &there, n) : -ENOMEM;
	}
	seal_vec_done(&there.argv.v);
	return r;
}

static int put_step(struct seal_buf *out, struct seal_plan *plan, const struct seal_plan_step *s,
		    unsigned n)
{
	if (seal_step_is_manual(s)) {
		put_name(out, n, "by hand", SEAL_BYTES_NONE);
		seal_buf_puts(out, "      ansible.builtin.debug:\n");
		put_option(out, "msg", s->why);
		return 0;
	}
	if (module_of(s)) {
		struct guards g = {0};
		int r = put_guards(out, plan, s, n, &g);

		if (r == 0) {
			put_name(out, n, "", s->op);
			put_module(out, s);
			put_unless_done(out, &g, n);
		}
		guards_done(&g);
		return r;
	}
	if (seal_bytes_is(s->op, "semodule"))
		return put_semodule(out, plan, s, n);
	return put_command(out, plan, s, n);
}

/* put_needs - the collections it takes modules from */
static void put_needs(struct seal_buf *out, const struct seal_plan *p)
{
	static const char *const collections[] = {"ansible.posix", "community.general"};
	bool any = false;
	size_t i;

	for (i = 0; i < 2; i++) {
		bool used = false;

		seal_vec_each (s, &p->steps) {
			const char *of = seal_step_is_manual(s) ? NULL : module_of(s);

			used |= of && strcmp(of, collections[i]) == 0;
		}
		if (used)
			seal_buf_printf(out, "%s%s", any ? ", " : "# needs the collections ",
					collections[i]);
		any |= used;
	}
	seal_buf_puts(out, any ? "\n" : "");
}

void seal_plan_ansible(struct seal_plan *p, const char *hash, struct seal_buf *out)
{
	unsigned n = 0;
	int r = 0;

	seal_buf_printf(out, "# carries out the plan beside it; plan.json has the SHA-256 %s\n",
			hash);
	put_needs(out, p);
	seal_buf_printf(out,
			"- name: postseal plan\n"
			"  hosts: all\n"
			"  become: true\n"
			"  gather_facts: false\n"
			"  tasks:%s\n",
			p->steps.n ? "" : " []");
	seal_vec_each (s, &p->steps) {
		r = r < 0 ? r : put_step(out, p, s, ++n);
	}
	if (r < 0)
		out->err = r;
}
