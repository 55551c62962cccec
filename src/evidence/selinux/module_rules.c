/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/module_rules.h"

#include <errno.h>
#include <stdio.h>

#include "core/input.h"
#include "evidence/selinux/store.h"

#define MODULES_MAX      256
#define MODULE_MAX_BYTES (4u << 20)
#define RULES_MAX        100000
#define WORDS_MAX        4096 /* of one statement */

/* struct parser - the words of the statement that is being read, with their depths in it */
struct parser {
	struct seal_host *h;
	struct seal_bytes module, rest;
	struct {
		struct seal_bytes text;
		unsigned depth; /* 1: directly in the statement */
	} words[WORDS_MAX];
	size_t n;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* next - "(", ")" or a word; comments are passed over. Empty at the end */
static struct seal_bytes next(struct seal_bytes *rest)
{
	struct seal_bytes word;
	size_t i = 0;

	while (i < rest->n && (is_space(rest->p[i]) || rest->p[i] == ';'))
		if (rest->p[i++] == ';')
			while (i < rest->n && rest->p[i] != '\n')
				i++;
	*rest = (struct seal_bytes){rest->p + i, rest->n - i};
	if (!rest->n)
		return SEAL_BYTES_NONE;
	i = 1;
	if (rest->p[0] == '"') {
		while (i < rest->n && rest->p[i] != '"')
			i++;
		i += i < rest->n;
	} else if (rest->p[0] != '(' && rest->p[0] != ')') {
		while (i < rest->n && !is_space(rest->p[i]) && rest->p[i] != '(' &&
		       rest->p[i] != ')' && rest->p[i] != ';')
			i++;
	}
	word = (struct seal_bytes){rest->p, i};
	*rest = (struct seal_bytes){rest->p + i, rest->n - i};
	return word;
}

/* read_statement - the words up to the closing parenthesis of a statement whose first word has been
 * read. Returns 0, -EINVAL or -EFBIG */
static int read_statement(struct parser *p)
{
	unsigned depth = 1;

	p->n = 0;
	while (depth) {
		struct seal_bytes w = next(&p->rest);

		if (!w.n)
			return -EINVAL;
		if (w.p[0] == '(')
			depth++;
		else if (w.p[0] == ')')
			depth--;
		else if (p->n == WORDS_MAX)
			return -EFBIG;
		else {
			p->words[p->n].text = w;
			p->words[p->n++].depth = depth;
		}
	}
	return 0;
}

static struct seal_local_rule *add_rule(struct parser *p)
{
	struct seal_selinux *x = &p->h->selinux;
	struct seal_local_rule *r =
		x->module_rules.n < RULES_MAX ? seal_vec_add(&x->module_rules) : NULL;

	if (r)
		*r = (struct seal_local_rule){.module = p->module};
	return r;
}

static int keep(struct parser *p, struct seal_bytes text, struct seal_bytes *to)
{
	return seal_arena_intern(p->h->arena, text, to);
}

/* take_allow - "(allow source target (class (permissions)))", or with a class permission by name */
static int take_allow(struct parser *p)
{
	struct seal_local_rule *rule;
	bool plain;
	int r;

	if (p->n < 3 || p->words[0].depth != 1 || p->words[1].depth != 1)
		return 0;
	rule = add_rule(p);
	if (!rule)
		return p->h->selinux.module_rules.n < RULES_MAX ? -ENOMEM : -EFBIG;
	r = keep(p, p->words[0].text, &rule->source);
	if (r == 0)
		r = seal_bytes_is(p->words[1].text, "self")
			    ? 0
			    : keep(p, p->words[1].text, &rule->target);
	if (seal_bytes_is(p->words[1].text, "self"))
		rule->target = rule->source;
	if (r == 0 && p->words[2].depth == 2)
		r = keep(p, p->words[2].text, &rule->tclass);
	plain = p->n > 3;
	for (size_t i = 3; i < p->n; i++)
		plain &= p->words[i].depth == 3 && !seal_bytes_is(p->words[i].text, "not") &&
			 !seal_bytes_is(p->words[i].text, "all");
	if (r < 0 || !plain)
		return r;
	rule->perms = seal_arena_alloc(p->h->arena, (p->n - 3) * sizeof(*rule->perms));
	if (!rule->perms)
		return -ENOMEM;
	for (size_t i = 3; i < p->n && r == 0; i++)
		r = keep(p, p->words[i].text, &rule->perms[rule->n_perms++]);
	return r;
}

/* take_attribute - "(typeattributeset attribute (types))"; expressions are passed over */
static int take_attribute(struct parser *p)
{
	int r = 0;

	if (p->n < 2 || p->words[0].depth != 1 ||
	    seal_bytes_starts(p->words[0].text, "cil_gen_require"))
		return 0;
	for (size_t i = 1; i < p->n; i++)
		if (p->words[i].depth != 2)
			return 0;
	for (size_t i = 1; i < p->n && r == 0; i++) {
		struct seal_local_rule *rule = add_rule(p);

		if (!rule)
			return p->h->selinux.module_rules.n < RULES_MAX ? -ENOMEM : -EFBIG;
		rule->attribute = true;
		r = keep(p, p->words[0].text, &rule->target);
		if (r == 0)
			r = keep(p, p->words[i].text, &rule->source);
	}
	return r;
}

int seal_module_rules_parse(struct seal_host *h, struct seal_bytes module, struct seal_bytes cil)
{
	seal_auto_free struct parser *p = calloc(1, sizeof(*p));
	struct seal_bytes w;
	long depth = 0;
	int r = 0;

	if (!p)
		return -ENOMEM;
	p->h = h;
	p->module = module;
	p->rest = cil;
	while (r == 0 && (w = next(&p->rest)).n) {
		if (w.p[0] == ')' && --depth < 0)
			return -EINVAL;
		if (w.p[0] != '(')
			continue;
		depth++;
		w = next(&p->rest);
		if (!seal_bytes_is(w, "allow") && !seal_bytes_is(w, "typeattributeset")) {
			/* what begins with a list of its own is looked at again */
			if (w.n && (w.p[0] == '(' || w.p[0] == ')'))
				p->rest = (struct seal_bytes){w.p, p->rest.n + w.n};
			continue;
		}
		r = read_statement(p);
		depth--;
		if (r == 0)
			r = seal_bytes_is(w, "allow") ? take_allow(p) : take_attribute(p);
	}
	return r == 0 && depth ? -EINVAL : r;
}

static int read_module(const struct seal_root *root, const char *folder, struct seal_host *h,
		       const struct seal_module *m)
{
	seal_auto_free char *text = NULL;
	char path[SEAL_STORE_PATH_MAX + 320];
	size_t n = 0;
	int r;

	if (m->name.n > 255)
		return -EINVAL;
	snprintf(path, sizeof(path), "%s/modules/%u/%.*s/cil", folder, m->priority, (int)m->name.n,
		 m->name.p);
	r = seal_root_read(root, path, MODULE_MAX_BYTES, &text, &n, NULL);
	return r < 0 ? r : seal_module_rules_parse(h, m->name, (struct seal_bytes){text, n});
}

int seal_module_rules_read(const struct seal_root *root, struct seal_host *h)
{
	struct seal_selinux *x = &h->selinux;
	char folder[SEAL_STORE_PATH_MAX], type[65];
	size_t n = 0;

	if (!x->type.n || x->type.n >= sizeof(type))
		return 0;
	memcpy(type, x->type.p, x->type.n);
	type[x->type.n] = '\0';
	seal_selinux_store(root, type, folder);
	x->module_rules_read = true;
	seal_vec_each (m, &x->modules) {
		int r;

		if (!m->enabled || m->priority < SEAL_MODULE_LOCAL)
			continue;
		r = n++ < MODULES_MAX ? read_module(root, folder, h, m) : -EFBIG;
		if (r == -ENOMEM)
			return r;
		x->module_rules_missing |= r < 0;
	}
	return 0;
}
