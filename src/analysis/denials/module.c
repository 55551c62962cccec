/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/denials/module.h"

#include <errno.h>
#include <inttypes.h>

#define NAME_BYTES_MAX 128 /* identifier of a policy source */

static bool is_identifier(struct seal_bytes s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter && (i == 0 || ((c < '0' || c > '9') && c != '_')))
			return false;
	}
	return s.n > 0 && s.n <= NAME_BYTES_MAX;
}

/* check_type - a type of the policy under its own name */
static int check_type(const struct seal_policy *p, struct seal_bytes type)
{
	struct seal_bytes name;
	int r;

	if (!is_identifier(type))
		return -EINVAL;
	r = seal_policy_type(p, type, &name);
	if (r < 0)
		return r == -EISDIR ? -EINVAL : r;
	return seal_bytes_eq(name, type) ? 0 : -EINVAL;
}

static int check_ioctl(const struct seal_policy *p, const struct seal_module_rule *rule)
{
	struct seal_names have = {0};
	bool granted = false;
	int r;

	if (!rule->n_ioctls)
		return 0;
	if (rule->n_ioctls > SEAL_MODULE_IOCTLS_MAX || rule->dontaudit)
		return -EINVAL;
	for (size_t i = 0; i < rule->n_ioctls; i++)
		if (rule->ioctls[i] > UINT16_MAX)
			return -EINVAL;
	r = seal_policy_allowed(p, rule->source, rule->target, rule->tclass, &have);
	seal_vec_each (perm, &have.v) {
		granted = granted || seal_bytes_is(*perm, "ioctl");
	}
	seal_vec_done(&have.v);
	if (r < 0)
		return r;
	return granted && seal_policy_ioctl_unrestricted(p, rule->source, rule->target,
							 rule->tclass) != 0
		       ? -EINVAL
		       : 0;
}

static int check_rule(const struct seal_policy *p, const struct seal_module_rule *rule)
{
	size_t i;
	int r;

	r = check_type(p, rule->source);
	if (r == 0)
		r = check_type(p, rule->target);
	if (r == 0 && (!is_identifier(rule->tclass) || !rule->n_perms ||
		       rule->n_perms > SEAL_MODULE_PERMS_MAX))
		r = -EINVAL;
	for (i = 0; r == 0 && i < rule->n_perms; i++) {
		if (!is_identifier(rule->perms[i]))
			return -EINVAL;
		if (!seal_policy_has_permission(p, rule->tclass, rule->perms[i]))
			return -ENOENT;
	}
	return r < 0 ? r : check_ioctl(p, rule);
}

static int by_bytes(const void *a, const void *b)
{
	return seal_bytes_cmp(*(const struct seal_bytes *)a, *(const struct seal_bytes *)b);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static int by_rule(const void *a, const void *b)
{
	const struct seal_module_rule *x = a, *y = b;
	int r;

	r = seal_bytes_cmp(x->source, y->source);
	if (!r)
		r = seal_bytes_cmp(x->target, y->target);
	if (!r)
		r = seal_bytes_cmp(x->tclass, y->tclass);
	return r ? r : (x->n_ioctls > y->n_ioctls) - (x->n_ioctls < y->n_ioctls);
}

static void put(struct seal_buf *b, struct seal_bytes s)
{
	seal_buf_put(b, s.p, s.n);
}

static void put_perms(struct seal_buf *b, const struct seal_module_rule *rule)
{
	size_t i;

	for (i = 0; i < rule->n_perms; i++) {
		if (i && seal_bytes_eq(rule->perms[i], rule->perms[i - 1]))
			continue;
		if (i)
			seal_buf_putc(b, ' ');
		put(b, rule->perms[i]);
	}
}

static void put_ioctls(struct seal_buf *b, const struct seal_module_rule *rule)
{
	size_t i;

	for (i = 0; i < rule->n_ioctls; i++)
		if (i == 0 || rule->ioctls[i] != rule->ioctls[i - 1])
			seal_buf_printf(b, "%s0x%" PRIx32, i ? " " : "", rule->ioctls[i]);
}

static struct seal_bytes target_of(const struct seal_module_rule *rule)
{
	return seal_bytes_eq(rule->source, rule->target) ? SEAL_LIT("self") : rule->target;
}

static const char *verb_of(const struct seal_module_rule *rule)
{
	return rule->dontaudit ? "dontaudit" : "allow";
}

static void put_cil_rule(struct seal_buf *b, const struct seal_module_rule *rule)
{
	seal_buf_printf(b, "(%s ", verb_of(rule));
	put(b, rule->source);
	seal_buf_putc(b, ' ');
	put(b, target_of(rule));
	seal_buf_puts(b, " (");
	put(b, rule->tclass);
	seal_buf_puts(b, " (");
	put_perms(b, rule);
	seal_buf_puts(b, ")))");
	if (!rule->n_ioctls)
		return;
	seal_buf_puts(b, "\n(allowx ");
	put(b, rule->source);
	seal_buf_putc(b, ' ');
	put(b, target_of(rule));
	seal_buf_puts(b, " (ioctl ");
	put(b, rule->tclass);
	seal_buf_puts(b, " (");
	put_ioctls(b, rule);
	seal_buf_puts(b, ")))");
}

static void put_te_rule(struct seal_buf *b, const struct seal_module_rule *rule)
{
	seal_buf_printf(b, "%s ", verb_of(rule));
	put(b, rule->source);
	seal_buf_putc(b, ' ');
	put(b, target_of(rule));
	seal_buf_putc(b, ':');
	put(b, rule->tclass);
	seal_buf_puts(b, " { ");
	put_perms(b, rule);
	seal_buf_puts(b, " };");
	if (!rule->n_ioctls)
		return;
	seal_buf_puts(b, "\nallowxperm ");
	put(b, rule->source);
	seal_buf_putc(b, ' ');
	put(b, target_of(rule));
	seal_buf_putc(b, ':');
	put(b, rule->tclass);
	seal_buf_puts(b, " ioctl { ");
	put_ioctls(b, rule);
	seal_buf_puts(b, " };");
}

/* struct text - the rules in one of the two forms */
struct text {
	struct seal_buf rules, require;
};

static void text_done(struct text *t)
{
	seal_buf_done(&t->rules);
	seal_buf_done(&t->require);
}

static void put_requires(struct seal_buf *b, const struct seal_module_rule *rules, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		seal_buf_puts(b, i ? "\n\ttype " : "\ttype ");
		put(b, rules[i].source);
		seal_buf_puts(b, ";");
		if (!seal_bytes_eq(rules[i].source, rules[i].target)) {
			seal_buf_puts(b, "\n\ttype ");
			put(b, rules[i].target);
			seal_buf_puts(b, ";");
		}
		seal_buf_puts(b, "\n\tclass ");
		put(b, rules[i].tclass);
		seal_buf_puts(b, " { ");
		put_perms(b, &rules[i]);
		seal_buf_puts(b, " };");
	}
}

/* fill_in - the skeleton with its places taken: @NAME@, @RULES@, @REQUIRE@ */
static int fill_in(struct seal_bytes skeleton, struct seal_bytes name, const struct text *t,
		   struct seal_arena *arena, struct seal_bytes *ret)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_bytes word, rest = skeleton;

	for (;;) {
		put(&b, seal_bytes_cut(rest, '@', &rest));
		if (!rest.p)
			break;
		word = seal_bytes_cut(rest, '@', &rest);
		if (seal_bytes_is(word, "NAME"))
			put(&b, name);
		else if (seal_bytes_is(word, "RULES"))
			put(&b, seal_buf_bytes(&t->rules));
		else
			put(&b, seal_buf_bytes(&t->require));
	}
	return b.err ? b.err : seal_arena_copy(arena, seal_buf_bytes(&b), ret);
}

/* content_hash - FNV-1a: the same rules have the same name on every host */
static uint64_t content_hash(struct seal_bytes s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

static int write_sorted(const struct seal_module_rule *rules, size_t n, struct seal_arena *arena,
			struct seal_fix *f)
{
	struct text cil = {0}, te = {0};
	struct seal_bytes name, cil_text, te_text;
	size_t i;
	int r;

	for (i = 0; i < n; i++) {
		if (i) {
			seal_buf_putc(&cil.rules, '\n');
			seal_buf_putc(&te.rules, '\n');
		}
		put_cil_rule(&cil.rules, &rules[i]);
		put_te_rule(&te.rules, &rules[i]);
	}
	put_requires(&te.require, rules, n);
	r = cil.rules.err || te.rules.err || te.require.err ? -ENOMEM : 0;
	name = seal_bytes_of(seal_arena_printf(arena, "postseal_%016" PRIx64,
					       content_hash(seal_buf_bytes(&cil.rules))));
	if (r == 0 && name.n)
		r = fill_in(seal_policy_file("module.cil"), name, &cil, arena, &cil_text);
	if (r == 0)
		r = fill_in(seal_policy_file("module.te"), name, &te, arena, &te_text);
	text_done(&cil);
	text_done(&te);
	if (r < 0 || !name.n)
		return -ENOMEM;
	f->module_name = name;
	f->module_cil = cil_text;
	f->module_te = te_text;
	return 0;
}

int seal_module_write(const struct seal_policy *p, const struct seal_module_rule *rules, size_t n,
		      struct seal_arena *arena, struct seal_fix *f)
{
	seal_auto_free struct seal_module_rule *sorted = NULL;
	size_t i;
	int r;

	if (!n)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		r = check_rule(p, &rules[i]);
		if (r < 0)
			return r;
	}
	sorted = calloc(n, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, rules, n * sizeof(*sorted));
	for (i = 0; i < n; i++) {
		qsort(sorted[i].perms, sorted[i].n_perms, sizeof(sorted[i].perms[0]), by_bytes);
		qsort(sorted[i].ioctls, sorted[i].n_ioctls, sizeof(sorted[i].ioctls[0]), by_number);
	}
	qsort(sorted, n, sizeof(*sorted), by_rule);
	return write_sorted(sorted, n, arena, f);
}
