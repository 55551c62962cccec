/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

/* properties of the engine on a real policy: the file that SEAL_TEST_POLICY names, else this
 * machine's own; without any the test is skipped */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/input.h"

#define ROWS     30
#define CHANGES  6
#define SET_ASKS 40

static struct seal_policy *policy;
static uint32_t denials = 4000; /* or as the command line says */
static uint32_t seed = 20240607;

static uint32_t pick(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)seed * n) >> 32);
}

static uint32_t pick_type(void)
{
	uint32_t t;

	do
		t = 1 + pick(policy->db->p_types.nprim);
	while (!seal_type_is_real(policy, t));
	return t;
}

/* struct ask - a random access, as text */
struct ask {
	char source[512], target[512];
	struct seal_bytes perm;
	struct seal_access a;
	uint32_t s, t, c, bit;
};

static void pick_context(char *out, size_t size, uint32_t type)
{
	static const char *const levels[] = {":s0", ":s0:c1", ":s0-s0:c0.c5"};

	snprintf(out, size, "%s:object_r:%s%s",
		 policy->db->p_user_val_to_name[pick(policy->db->p_users.nprim)],
		 policy->db->p_type_val_to_name[type - 1], policy->db->mls ? levels[pick(3)] : "");
}

static void pick_access(struct ask *k)
{
	struct seal_names perms = {0};

	k->s = pick_type();
	k->t = pick(8) ? pick_type() : k->s;
	pick_context(k->source, sizeof(k->source), k->s);
	pick_context(k->target, sizeof(k->target), k->t);
	do {
		k->c = 1 + pick(policy->db->p_classes.nprim);
		perms.v.n = 0;
		assert_int_equal(seal_perm_names(policy, k->c, SEAL_PERMS_ALL, &perms), 0);
	} while (perms.v.n == 0);
	k->perm = perms.v.v[pick((uint32_t)perms.v.n)];
	k->bit = seal_perm_bit(policy, k->c, k->perm);
	seal_vec_done(&perms.v);
	k->a = (struct seal_access){seal_bytes_of(k->source),
				    seal_bytes_of(k->target),
				    seal_bytes_of(policy->db->p_class_val_to_name[k->c - 1]),
				    &k->perm,
				    1,
				    -1};
}

/* every layer is named, libsepol agrees (-EPROTO else), and allowing what type enforcement lacks
 * suffices exactly when nothing else denies */
static void test_denials(void **state)
{
	unsigned denied = 0, layered = 0;

	(void)state;
	for (uint32_t i = 0; i < denials; i++) {
		struct seal_why_result why;
		struct ask k;
		int before;

		pick_access(&k);
		before = seal_policy_allows(policy, &k.a);
		assert_int_equal(seal_policy_why(policy, &k.a, &why), 0);
		if (why.reasons != SEAL_WHY_UNKNOWN)
			assert_int_equal(before, why.reasons == SEAL_WHY_ALLOWED);
		if (why.reasons & SEAL_WHY_TE) {
			struct seal_allow allow = {seal_type_name(policy, k.s),
						   seal_type_name(policy, k.t), k.a.tclass, &k.perm,
						   1};
			struct seal_policy_change c = {.allows = &allow, .n_allows = 1};
			struct seal_cost cost;

			assert_int_equal(seal_policy_cost(policy, &c, allow.source, &cost, NULL),
					 0);
			assert_true(cost.own == 1 && cost.domains == 1 && cost.tuples == 1);
			assert_int_equal(seal_policy_try(policy, &c, NULL), 0);
			assert_int_equal(seal_policy_allows(policy, &k.a),
					 why.reasons == SEAL_WHY_TE);
			seal_policy_restore(policy);
			denied++;
			layered += why.reasons != SEAL_WHY_TE;
		}
		assert_int_equal(seal_policy_allows(policy, &k.a), before);
		seal_why_done(&why);
	}
	assert_true(denied > denials / 2);
	assert_true(layered > 0);
}

/* a row or column of the indexes holds what asking pair by pair gives */
static void test_rows(void **state)
{
	uint32_t n = policy->db->p_types.nprim;
	uint32_t *row = calloc((size_t)n + 1, sizeof(*row)),
		 *column = calloc((size_t)n + 1, sizeof(*row));

	(void)state;
	assert_true(row && column);
	assert_int_equal(seal_rules_prepare(policy), 0);
	for (int i = 0; i < ROWS; i++) {
		uint32_t x = pick_type(), c = 1 + pick(policy->db->p_classes.nprim);

		memset(row, 0, ((size_t)n + 1) * sizeof(*row));
		memset(column, 0, ((size_t)n + 1) * sizeof(*row));
		seal_row(policy, x, c, row);
		seal_column(policy, x, c, column);
		for (uint32_t t = 1; t <= n; t++) {
			if (!seal_type_is_real(policy, t))
				continue;
			assert_int_equal(row[t], seal_te_allowed(policy, x, t, c, NULL));
			assert_int_equal(column[t], seal_te_allowed(policy, t, x, c, NULL));
		}
	}
	free(row);
	free(column);
}

/* matrix - what every type may do to every type in the classes of @classes, one after the other */
static void matrix(const uint32_t *classes, size_t n_classes, uint32_t *out)
{
	uint32_t n = policy->db->p_types.nprim;

	for (size_t c = 0; c < n_classes; c++)
		for (uint32_t s = 1; s <= n; s++, out += n + 1)
			if (seal_type_is_real(policy, s))
				seal_row(policy, s, classes[c], out);
}

/* check_cost - the cost of a change is the difference of two matrices */
static void check_cost(const struct seal_policy_change *c, uint32_t own, const uint32_t *classes,
		       size_t n_classes)
{
	size_t n = policy->db->p_types.nprim, size = n_classes * n * (n + 1);
	uint32_t *before = calloc(size + 1, sizeof(*before)),
		 *after = calloc(size + 1, sizeof(*after));
	bool *touched = calloc(n + 1, sizeof(*touched));
	struct seal_cost cost, brute = {0};

	assert_true(before && after && touched);
	matrix(classes, n_classes, before);
	assert_int_equal(seal_policy_cost(policy, c, seal_type_name(policy, own), &cost, NULL), 0);
	assert_int_equal(seal_policy_try(policy, c, NULL), 0);
	matrix(classes, n_classes, after);
	seal_policy_restore(policy);

	for (size_t i = 0; i < size; i++) {
		unsigned fresh = (unsigned)__builtin_popcount(after[i] & ~before[i]);
		size_t s = i / (n + 1) % n + 1;

		brute.tuples += fresh;
		brute.closes += (unsigned)__builtin_popcount(before[i] & ~after[i]);
		brute.own += s == own ? fresh : 0;
		touched[s] |= fresh > 0;
	}
	for (size_t s = 1; s <= n; s++)
		brute.domains += touched[s];
	assert_int_equal(cost.tuples, brute.tuples);
	assert_int_equal(cost.own, brute.own);
	assert_int_equal(cost.domains, brute.domains);
	assert_int_equal(cost.closes, brute.closes);

	memset(after, 0, size * sizeof(*after));
	matrix(classes, n_classes, after);
	assert_memory_equal(before, after, size * sizeof(*before));
	free(before);
	free(after);
	free(touched);
}

/* classes_of - the classes that the conditionals of a boolean speak of, at most @max */
static size_t classes_of(uint32_t boolean, uint32_t *classes, size_t max)
{
	uint32_t values[16];
	size_t n = 0, k;

	for (cond_node_t *c = policy->db->cond_list; c; c = c->next) {
		int m = seal_cond_booleans(c, values, 16);
		bool mine = m < 0;

		for (int i = 0; i < m; i++)
			mine |= values[i] == boolean;
		for (int branch = 0; mine && branch < 2; branch++) {
			for (cond_av_list_t *l = branch ? c->true_list : c->false_list; l;
			     l = l->next) {
				for (k = 0; k < n && classes[k] != l->node->key.target_class; k++)
					;
				if (k == n && n < max)
					classes[n++] = l->node->key.target_class;
				else if (k == n)
					return 0;
			}
		}
	}
	return n;
}

static void test_cost_of_booleans(void **state)
{
	uint32_t classes[2];

	(void)state;
	assert_int_equal(seal_rules_prepare(policy), 0);
	for (int i = 0, tries = 0; i < CHANGES && tries < 2000; tries++) {
		uint32_t v = 1 + pick(policy->db->p_bools.nprim);
		size_t n = classes_of(v, classes, 2);
		struct seal_switch s = {seal_bytes_of(policy->db->p_bool_val_to_name[v - 1]),
					!policy->db->bool_val_to_struct[v - 1]->state};
		struct seal_policy_change c = {.switches = &s, .n_switches = 1};

		if (n == 0)
			continue;
		check_cost(&c, pick_type(), classes, n);
		i++;
	}
}

/* all single booleans that help are found, and every set that is found helps and is minimal */
static void test_boolean_sets(void **state)
{
	avtab_t *t = &policy->db->te_cond_avtab;
	int asked = 0;

	(void)state;
	for (int tries = 0; asked < SET_ASKS && tries < 100000; tries++) {
		struct avtab_node *n = t->htable[pick(t->nslot)];
		struct seal_boolean_sets sets;
		struct seal_bytes perm, source, target;
		struct seal_names names = {0};
		struct seal_access a = {.perms = &perm, .n_perms = 1, .ioctl = -1};
		size_t singles = 0, found = 0;

		if (!n || !(n->key.specified & AVTAB_ALLOWED) ||
		    !seal_type_is_real(policy, n->key.source_type) ||
		    !seal_type_is_real(policy, n->key.target_type))
			continue;
		assert_int_equal(
			seal_perm_names(policy, n->key.target_class, n->datum.data, &names), 0);
		perm = names.v.v[0];
		seal_vec_done(&names.v);
		source = seal_type_name(policy, n->key.source_type);
		target = seal_type_name(policy, n->key.target_type);
		a.scontext = source;
		a.tcontext = target;
		a.tclass = seal_bytes_of(policy->db->p_class_val_to_name[n->key.target_class - 1]);
		if (seal_policy_allows(policy, &a) != 0)
			continue;
		asked++;

		assert_int_equal(seal_policy_boolean_sets(policy, &a, 1, &sets), 0);
		for (uint32_t v = 1; v <= policy->db->p_bools.nprim; v++) {
			struct seal_switch s = {
				seal_bytes_of(policy->db->p_bool_val_to_name[v - 1]),
				!policy->db->bool_val_to_struct[v - 1]->state};
			struct seal_policy_change c = {.switches = &s, .n_switches = 1};

			assert_int_equal(seal_policy_try(policy, &c, NULL), 0);
			singles += seal_policy_allows(policy, &a) == 1;
			seal_policy_restore(policy);
		}
		seal_vec_each (set, &sets.v) {
			struct seal_policy_change c = {.switches = set->v, .n_switches = set->n};

			found += set->n == 1;
			assert_int_equal(seal_policy_try(policy, &c, NULL), 0);
			assert_int_equal(seal_policy_allows(policy, &a), 1);
			seal_policy_restore(policy);
			for (size_t k = 0; set->n > 1 && k < set->n; k++) {
				c = (struct seal_policy_change){.switches = &set->v[k],
								.n_switches = 1};
				assert_int_equal(seal_policy_try(policy, &c, NULL), 0);
				assert_int_equal(seal_policy_allows(policy, &a), 0);
				seal_policy_restore(policy);
			}
		}
		assert_int_equal(found, singles);
		seal_vec_done(&sets.v);
	}
	assert_int_equal(asked, SET_ASKS);
}

/* open_policy - Returns whether there is one to test on */
static bool open_policy(void)
{
	static const char *const types[] = {"default", "targeted", "mls", "minimum"};
	const char *file = getenv("SEAL_TEST_POLICY");
	seal_auto_root struct seal_root *root = NULL;
	seal_auto_free char *image = NULL;
	size_t n;

	if (seal_root_new("/", &root, NULL) < 0)
		return false;
	if (file)
		return seal_root_read(root, file, 64u << 20, &image, &n, NULL) == 0 &&
		       seal_policy_load((struct seal_bytes){image, n}, &policy, NULL) == 0;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types) && !policy; i++)
		if (seal_policy_open(root, seal_bytes_of(types[i]), &policy, NULL, NULL) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_denials),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_cost_of_booleans),
		cmocka_unit_test(test_boolean_sets),
	};
	int r;

	if (argc > 1 && seal_parse_u32(seal_bytes_of(argv[1]), 10, &denials) < 0) {
		fprintf(stderr, "no number of denials: %s\n", argv[1]);
		return 1;
	}
	if (!open_policy())
		return 77;
	r = cmocka_run_group_tests(tests, NULL, NULL);
	seal_policy_free(policy);
	return r;
}
