/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* contexts_impl.h - the inside of struct seal_contexts, for contexts*.c alone */

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "core/arena.h"
#include "evidence/selinux/contexts.h"

/* how an entry is matched; the tails "(/.*)?" and "/.*" are so common that they need no regular
 * expression */
enum seal_spec_kind {
	SEAL_SPEC_EXACT, /* no meta character: the path itself */
	SEAL_SPEC_TREE,  /* literal and "(/.*)?" */
	SEAL_SPEC_BELOW, /* literal and "/.*" */
	SEAL_SPEC_REGEX,
};

struct seal_spec {
	struct seal_bytes regex;   /* as written */
	struct seal_bytes literal; /* what every match begins with, escapes taken out */
	struct seal_bytes context; /* empty for <<none>> */
	size_t stem; /* of the first component, which has to be equal as written; or 0 */
	char type;   /* f d l s p b c, or '?' */
	enum seal_spec_kind kind;
	bool local; /* of file_contexts.local */
	bool broken;
	pcre2_code *code; /* compiled at the first match */
};

/* struct seal_spec_list - the entries that paths in one folder can match, in the order they are
 * tried */
struct seal_spec_list {
	struct seal_bytes folder; /* with its trailing "/" */
	uint32_t *v;
	size_t n;
};

struct seal_contexts {
	struct seal_arena *arena;
	seal_vec(struct seal_spec)
		specs; /* the last that matches counts: as libselinux sorts them */
	seal_vec(struct seal_equivalence) subs;
	size_t n_local_subs;
	seal_vec(struct seal_bytes) customizable;
	pcre2_match_data *match;
	pcre2_match_context *limits;
	struct seal_spec_list *folders; /* hash table */
	size_t n_folders, folder_slots;
};

/* seal_contexts_read - fill @c from the files of a root. Returns as seal_contexts_open() */
int seal_contexts_read(const struct seal_root *root, const char *type, struct seal_host *h,
		       struct seal_contexts *c, struct seal_err *err);

/* seal_spec_compile - compile the expression of an entry. Returns 0, -EINVAL (@why says what) or
 * -ENOMEM */
int seal_spec_compile(struct seal_spec *s, char *why, size_t size);
