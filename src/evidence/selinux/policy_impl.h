/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* policy_impl.h - the inside of struct seal_policy, for policy_*.c and prove.c alone. struct
 * policydb is not ABI-stable: these headers and the libsepol.a linked must be of one version. */

#include <errno.h>
#include <sepol/debug.h>
#include <sepol/handle.h>
#include <sepol/policydb/policydb.h>
#include <sepol/policydb/services.h>
#include <sepol/policydb/sidtab.h>

/* seal_cond_value - the boolean of a COND_BOOL term; the member was called "bool" up to
 * libsepol 3.5 */
#ifdef SEAL_SEPOL_COND_BOOLEAN
#include <sepol/policydb/conditional.h>
static inline uint32_t seal_cond_value(const cond_expr_t *e)
{
	return e->boolean;
}
#else
#pragma push_macro("bool")
#undef bool
#include <sepol/policydb/conditional.h>
static inline uint32_t seal_cond_value(const cond_expr_t *e)
{
	return e->bool;
}
#pragma pop_macro("bool")
#endif

#include "evidence/selinux/policy.h"
#include "evidence/selinux/sepol_memory.h"

/* struct seal_rule - one allow rule of the policy, ready for scanning */
struct seal_rule {
	uint16_t source, target, tclass; /* values as in the policy: from 1 */
	bool conditional;                /* of te_cond_avtab: counts while its ENABLED bit is set */
	avtab_ptr_t node;
};

/* seal_policy_short - an answer that finds no memory, which those who take it for "no" are told of
 */
static inline int seal_policy_short(void)
{
	seal_sepol_memory_note(-ENOMEM);
	return -ENOMEM;
}

/* struct seal_rule_index - allow rules, conditional ones included, sorted by @by, then class */
struct seal_rule_index {
	struct seal_rule *v;
	uint32_t *start; /* [nprim + 2]: rules of type value t are start[t] .. start[t + 1] */
	size_t n;
};

/* struct seal_cond_rule - which conditional a rule of te_cond_avtab stands in */
struct seal_cond_rule {
	avtab_ptr_t node;
	cond_node_t *cond;
	bool branch; /* of the true list */
};

struct seal_alias {
	struct seal_bytes from, to;
};

/* struct seal_injected - a rule a what-if added to: its permissions before */
struct seal_injected {
	avtab_ptr_t node;
	uint32_t before;
	bool fresh; /* a node of ours, which no index has */
};

/* struct seal_tried_ioctl - a command that a what-if adds to those an allowxperm lets pass */
struct seal_tried_ioctl {
	uint32_t source, target, tclass;
	uint16_t command;
};

/* struct seal_policy_disk - the file of a policy that the kernel runs */
struct seal_policy_disk {
	struct seal_bytes path;  /* empty: the policy is a file's itself */
	struct seal_bytes image; /* owned */
	int status;              /* < 0: why there is no image, @why says it */
	bool trusted;
	char why[240];
};

struct seal_policy {
	struct seal_sepol_arena memory; /* of @handle and all below */
	sepol_policydb_t *handle;
	policydb_t *db; /* inside @handle */
	sidtab_t sidtab;
	struct seal_arena *arena; /* aliases, the path */
	struct seal_policy_disk disk;
	seal_vec(struct seal_alias) aliases;
	bool was_kept;    /* parsed before this process was started */
	bool deep_bounds; /* a bounding type is bounded itself: libsepol is not asked (see
			     policy_why.c) */

	struct seal_rule_index by_source, by_target; /* made when first asked for */
	struct seal_cond_rule *cond_rules;           /* sorted by node; made when first asked for */
	size_t n_cond_rules;

	bool trying;
	int *saved_states;                        /* of all booleans while trying, else NULL */
	seal_vec(struct seal_injected) injected;  /* of the change being tried */
	seal_vec(struct seal_tried_ioctl) ioctls; /* the same */
	seal_vec(avtab_ptr_t) fresh; /* all nodes ever made; empty ones have no permissions */
};

/* sets of permissions are bit masks, bit i = value i + 1 of the class */
#define SEAL_PERMS_ALL UINT32_MAX

/* --- policy_names.c */

#define SEAL_NAME_MAX 256

/* seal_symbol - the datum of a name in a symbol table, NULL when there is none */
void *seal_symbol(const symtab_t *t, struct seal_bytes name);
/* value of a type (attributes too when @attr), class, or 0 */
uint32_t seal_type_value(const struct seal_policy *p, struct seal_bytes name, bool attr);
uint32_t seal_class_value(const struct seal_policy *p, struct seal_bytes name);
/* bit of a permission in its class, or 0 */
uint32_t seal_perm_bit(const struct seal_policy *p, uint32_t tclass, struct seal_bytes perm);
struct seal_bytes seal_type_name(const struct seal_policy *p, uint32_t value);
/* names of the bits of @mask, appended in bit order. Returns 0 or -ENOMEM */
int seal_perm_names(const struct seal_policy *p, uint32_t tclass, uint32_t mask,
		    struct seal_names *ret);
bool seal_type_is_real(const struct seal_policy *p, uint32_t value); /* no attribute, no gap */
int seal_names_add(struct seal_names *n, struct seal_bytes name);
void seal_names_sort(struct seal_names *n);

/* struct seal_query - an access with every name resolved */
struct seal_query {
	uint32_t source, target, tclass, perms;
	bool whole; /* both contexts are whole, sids are set */
	sepol_security_id_t ssid, tsid;
	int64_t ioctl;
};

/* seal_query_resolve - look up the names of @a; @why gets the name at fault
 * Returns 0, -ENOENT or -ENOMEM. */
int seal_query_resolve(struct seal_policy *p, const struct seal_access *a, struct seal_query *ret,
		       char *why, size_t why_size);

/* seal_query_mask - class and mask of permission names. Returns 0 or -ENOENT */
int seal_query_mask(const struct seal_policy *p, struct seal_bytes tclass,
		    const struct seal_bytes *perms, size_t n, uint32_t *cls, uint32_t *mask);

/* --- policy_load.c */

/* seal_policy_load_trusted - seal_policy_load() of an image that this process made: without a child
 * that parses it first */
int seal_policy_load_trusted(struct seal_bytes image, struct seal_policy **ret,
			     struct seal_err *err);

/* seal_policy_select - make @p the policy libsepol's services work on */
void seal_policy_select(struct seal_policy *p);

/* --- policy_rules.c */

/* seal_te_allowed - permissions type enforcement allows now; @auditdeny optional: 0 bits are
 * silenced */
uint32_t seal_te_allowed(const struct seal_policy *p, uint32_t source, uint32_t target,
			 uint32_t tclass, uint32_t *auditdeny);

static inline bool seal_rule_active(const struct seal_rule *r)
{
	return !r->conditional || (r->node->key.specified & AVTAB_ENABLED);
}

/* seal_rules_prepare - build the indexes. Returns 0 or -ENOMEM */
int seal_rules_prepare(const struct seal_policy *p);

/* seal_rules_of - rules whose source (or target) is exactly @value and whose class is @tclass */
size_t seal_rules_of(const struct seal_rule_index *ix, uint32_t value, uint32_t tclass,
		     const struct seal_rule **ret);

/* seal_row - permissions of @source on every type: row[t] |= mask, @row has nprim + 1 cleared
 * entries seal_column - permissions every type has on @target */
void seal_row(const struct seal_policy *p, uint32_t source, uint32_t tclass, uint32_t *row);
void seal_column(const struct seal_policy *p, uint32_t target, uint32_t tclass, uint32_t *column);

/* --- policy_constraint.c */

/* seal_constraint_holds - evaluate one constraint for two contexts; false also when it is malformed
 */
bool seal_constraint_holds(const struct seal_policy *p, const constraint_node_t *c,
			   const context_struct_t *s, const context_struct_t *t);
/* seal_constraint_describe - fill @ret from a constraint. Returns 0 or -ENOMEM */
int seal_constraint_describe(struct seal_policy *p, const constraint_node_t *c, uint32_t tclass,
			     uint32_t perms, struct seal_constraint *ret);

/* --- policy_xperm.c */

/* seal_xperm_decide - whether the allowxperm rules of a pair let an ioctl command pass
 * Returns 1 (they do, or there are none), 0 (they do not), -ENODATA (there are some and @cmd is
 * -1). */
int seal_xperm_decide(const struct seal_policy *p, uint32_t source, uint32_t target,
		      uint32_t tclass, int64_t cmd);

/* --- policy_whatif.c */

/* struct seal_tuple - an allow rule in values */
struct seal_tuple {
	uint32_t source, target, tclass, perms;
};

int seal_allow_resolve(const struct seal_policy *p, const struct seal_allow *a,
		       struct seal_tuple *ret, struct seal_err *err);

/* seal_inject - allow @perms from now on, until seal_withdraw() to the length of p->injected
 * before. Returns 0 or -ENOMEM */
int seal_inject(struct seal_policy *p, uint32_t source, uint32_t target, uint32_t tclass,
		uint32_t perms);
void seal_withdraw(struct seal_policy *p, size_t count);

/* seal_states_set - give booleans values without evaluating the conditionals; *saved, all values
 * before, goes back through seal_states_restore(). Returns 0, -ENOENT or -ENOMEM */
int seal_states_set(struct seal_policy *p, const struct seal_switch *s, size_t n, int **saved,
		    struct seal_err *err);
void seal_states_restore(struct seal_policy *p, int *saved);

/* --- policy_boolean.c */

/* seal_bool_value - value (from 1) of a boolean, old names understood; 0 when unknown */
uint32_t seal_bool_value(const struct seal_policy *p, struct seal_bytes name);

/* seal_cond_rules_prepare - index of conditional rules. Returns 0 or -ENOMEM */
int seal_cond_rules_prepare(struct seal_policy *p);

/* seal_cond_booleans - values of the booleans of an expression, each once
 * Returns their count, or -E2BIG over @max. */
int seal_cond_booleans(const cond_node_t *c, uint32_t *values, size_t max);
