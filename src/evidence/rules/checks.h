/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* checks.h - rules/checks/<area>.yaml: what people are told of each check, and what its function
 * takes as parameters. The functions are in src/checks. */

#include "core/arena.h"
#include "core/err.h"
#include "model/finding.h"

#define SEAL_CHECK_RULES_MAX ((size_t)1000)

struct seal_check_rules {
	struct seal_arena *arena;
	seal_vec(struct seal_check_rule) v; /* by id */
};

/* seal_check_rules_load - the built-in rules, with those of @dir/checks over or beside them
 * @dir: host directory of --rules, or NULL; never of the evidence
 * @ret: new, caller frees with seal_check_rules_free(); untouched on failure
 * Unknown keys, benchmarks that are none or have no items, ids of another form than AAA-000, two
 * rules of one id and words outside the closed lists are refused with file and line. Returns 0,
 * -EINVAL, -E2BIG, -ENOMEM or as seal_rules_files(). */
int seal_check_rules_load(const char *dir, struct seal_check_rules **ret, struct seal_err *err);
void seal_check_rules_free(struct seal_check_rules *r);
SEAL_DEFINE_AUTO(check_rules, struct seal_check_rules *, seal_check_rules_free);
#define seal_auto_check_rules __attribute__((cleanup(seal_auto_check_rules_)))

/* seal_check_rule_find - the rule of an id, NULL when there is none */
const struct seal_check_rule *seal_check_rule_find(const struct seal_check_rules *r,
						   struct seal_bytes id);

/* seal_check_parameter - a parameter of a rule, @otherwise when the rule does not set it */
uint32_t seal_check_parameter(const struct seal_check_rule *r, const char *name,
			      uint32_t otherwise);
