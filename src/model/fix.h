/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* fix.h - a fix as typed data: renderers encode it, nothing else builds commands */

#include "core/vec.h"
#include "model/origin.h"

enum seal_fix_kind {
	SEAL_FIX_NONE, /* nothing on this host is to be changed; why says so */
	SEAL_FIX_RESTORECON,
	SEAL_FIX_FCONTEXT,
	SEAL_FIX_PORT_LABEL,
	SEAL_FIX_BOOLEAN,
	SEAL_FIX_MODULE,
	SEAL_FIX_POSTFIX_CONFIG,
	SEAL_FIX_FILE_MODE,
	SEAL_FIX_FIREWALL_RULE,
	SEAL_FIX_FIREWALLD,
	SEAL_FIX_SERVICE,
	SEAL_FIX_AUDIT_RULE,
	SEAL_FIX_DNS,
	SEAL_FIX_CREDENTIALS,
	SEAL_FIX_CERTIFICATE,
	SEAL_FIX_KIND_MAX_,
};

/* seal_fix_kind_name - the word of the JSON contract: "restorecon", "port-label", ... */
const char *seal_fix_kind_name(enum seal_fix_kind k);

/* struct seal_argv - one command; arguments are untrusted bytes until a renderer has quoted them */
struct seal_argv {
	seal_vec(struct seal_bytes) v;
};

/* enum seal_condition_kind - what a condition looks at; each can be read on a running host by one
 * program and, most of them, from evidence */
enum seal_condition_kind {
	SEAL_CONDITION_NONE, /* words only */
	/* the label of path subject, with value "tree" also of all below it, is the one that
	 * file_contexts asks for */
	SEAL_CONDITION_LABELS,
	SEAL_CONDITION_CONTEXT,    /* the label of path subject is value, a whole context */
	SEAL_CONDITION_FCONTEXT,   /* local entry: the expression subject gives type value */
	SEAL_CONDITION_EQUIVALENT, /* local entry: path subject is labelled as path value */
	SEAL_CONDITION_PORT,       /* local entry: "tcp/2525" has type value */
	SEAL_CONDITION_BOOLEAN,    /* boolean subject is value: "on", "off" */
	SEAL_CONDITION_MODULE,     /* module subject is installed */
	SEAL_CONDITION_GROUP,      /* path subject belongs to the group of number value */
	SEAL_CONDITION_MODE,       /* path subject has the octal mode value, four digits */
	/* chain subject ("inet filter output") has a rule that "nft -s -a" prints with value in it;
	 * a value that ends with "# handle N" ends its line */
	SEAL_CONDITION_NFT_RULE,
	SEAL_CONDITION_NFT_ELEMENT, /* set or map subject ("inet filter ports") has element value */
	/* firewall-cmd with the options subject says yes to the question value
	 * ("--query-port=25/tcp",
	 * "--info-policy=mail-out") */
	SEAL_CONDITION_FIREWALLD,
	SEAL_CONDITION_PARAMETER, /* parameter subject of main.cf is value */
	SEAL_CONDITION_SERVICE,   /* unit subject is active */
	SEAL_CONDITION_KIND_MAX_,
};

/* struct seal_condition - what must hold, or with @not must not. Where a local entry is asked for,
 * an empty value means that there is none. */
struct seal_condition {
	enum seal_condition_kind kind;
	bool not ;
	struct seal_bytes subject, value;
};

/* seal_condition_name - the word of the JSON: "boolean", "nft-rule", ... */
const char *seal_condition_name(enum seal_condition_kind k);

/* struct seal_step - one action. argv empty: a step for a person, told by why. */
struct seal_step {
	const char *op; /* "restorecon", "semanage-port", "nft", "postconf", "manual", ... */
	struct seal_argv argv, undo;
	struct seal_bytes precondition;      /* what must hold before, in words */
	struct seal_bytes verify;            /* what to look at afterwards, in words */
	struct seal_condition before, after; /* the same for a program to check */
	struct seal_bytes why;
};

/* struct seal_cost - access a fix newly opens: for firewalls "own" counts rules, tuples stay 0 */
struct seal_cost {
	uint64_t own;     /* tuples of the denied source type */
	uint64_t domains; /* source types touched */
	uint64_t tuples;  /* in all */
	uint64_t closes;  /* tuples that are allowed no more */
	bool known;
};

enum seal_neverallow {
	SEAL_NEVERALLOW_NOT_RUN,
	SEAL_NEVERALLOW_OK,
	SEAL_NEVERALLOW_VIOLATED,
	SEAL_NEVERALLOW_MAX_,
};

struct seal_fix {
	enum seal_fix_kind kind;
	struct seal_cost opens;
	bool sufficient, minimal; /* re-tested in memory */
	bool of_process; /* what is changed is the label or the start of the process's own program
			  */
	bool silences;   /* kind MODULE: the access stays denied, and is logged no more */
	enum seal_neverallow neverallow;
	bool in_store; /* kind MODULE: compiled with the root's own modules, not in memory alone */
	struct seal_bytes proof; /* how it was proven, in words; empty: not asked for */
	seal_vec(struct seal_step) steps;
	seal_vec(struct seal_bytes) targets; /* what it is for: denial ids, check ids, queue ids */
	struct seal_bytes module_name, module_cil, module_te; /* kind MODULE */
	struct seal_bytes why;
	struct seal_bytes rejected; /* of an alternative: why it was not chosen; empty otherwise */
	seal_vec(struct seal_fix) alternatives; /* each without alternatives of its own */
};

/* seal_fix_done - free the arrays a fix owns (its bytes belong to an arena) */
void seal_fix_done(struct seal_fix *f);

/* seal_fix_copy - a copy with arrays of its own; bytes are shared
 * Returns 0 or -ENOMEM, then @to is empty. */
int seal_fix_copy(struct seal_fix *to, const struct seal_fix *from);

/* seal_argv_set - make @a the @n words
 * Returns 0 or -ENOMEM. */
int seal_argv_set(struct seal_argv *a, const struct seal_bytes *words, size_t n);
/* seal_argv_eq - the same words */
bool seal_argv_eq(const struct seal_argv *a, const struct seal_argv *b);

/* seal_step_relabels - say what holds before and after a restorecon of @path, or of the tree below
 * it
 */
void seal_step_relabels(struct seal_step *s, struct seal_bytes path, bool tree);
