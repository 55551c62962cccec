/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* explanation.h - the answer of explain: one cause per recipient, grouped causes, their fixes */

#include "core/vec.h"
#include "model/cause.h"
#include "model/denial.h"
#include "model/fix.h"
#include "model/mail.h"
#include "model/queue_health.h"

enum seal_certainty {
	SEAL_CERTAINTY_UNKNOWN,
	SEAL_CERTAINTY_POSSIBLE,
	SEAL_CERTAINTY_LIKELY,
	SEAL_CERTAINTY_CERTAIN,
	SEAL_CERTAINTY_MAX_,
};

const char *seal_certainty_name(enum seal_certainty c);

/* struct seal_quote - one piece of evidence: a record as logged, or a finding in words */
struct seal_quote {
	struct seal_bytes text;
	struct seal_origin origin;
	bool record; /* text is a record as logged */
};

struct seal_ruled_out {
	const char *verdict;
	struct seal_bytes why;
};

/* struct seal_object - what the cause is about; fields empty, or 0, where they do not apply.
 * Together with the verdict it is the identity of a cause: recipients with equal ones are one
 * group. */
struct seal_object {
	struct seal_bytes source_type, target_type, scontext, tcontext, tclass;
	struct seal_bytes perms; /* separated by blanks */
	struct seal_bytes path, address, host, resolver, parameter, service, boolean;
	struct seal_bytes family, table, chain, rule, zone, policy;
	uint64_t inode, rule_handle;
	uint32_t port, reply_code;
	const char *protocol; /* "tcp", "udp" or NULL */
};

struct seal_cause;

/* struct seal_also - a second fault that shows once the first is mended */
struct seal_also {
	const char *verdict;
	struct seal_object object;
	struct seal_bytes why;
	int32_t fix; /* index into fixes, -1 = none */
};

/* struct seal_quotes - what shows that a cause is the one of this failure, in the host's arena */
struct seal_quotes {
	const struct seal_quote *v;
	size_t n;
};

/* struct seal_cause - why; shared by all failures for which every word of it is the same */
struct seal_cause {
	const char *verdict; /* "selinux.connect"; from the rules, which outlive the explanation */
	enum seal_cause_class class_;
	enum seal_certainty certainty;
	struct seal_object object;
	struct seal_bytes daemon; /* whose failure it is */
	struct seal_bytes title;  /* one sentence for people */
	struct seal_bytes reason; /* of an unknown one: what is missing to know more */
	seal_vec(struct seal_ruled_out) ruled_out;
	seal_vec(struct seal_also) also;
	const struct seal_denial *denial; /* that proves it, or NULL */
	int32_t group;                    /* index into groups */
};

struct seal_explained_recipient {
	const struct seal_recipient *rcpt; /* the fuller of log and queue */
	enum seal_rcpt_status status;
	struct seal_bytes reason;
	struct seal_cause *cause;
	struct seal_quotes proof;
};

/* struct seal_explained_message - what log and queue know of one message, joined */
struct seal_explained_message {
	const struct seal_message *logged, *queued; /* either may be NULL, not both */
	struct seal_bytes queue_id, instance, sender;
	enum seal_queue_name queue;
	int64_t arrival_us;
	seal_vec(struct seal_explained_recipient) recipients;
};

/* struct seal_cause_group - equal causes told once */
struct seal_cause_group {
	struct seal_cause *cause; /* the surest one, the earliest among equals */
	struct seal_quotes proof; /* of the failure it is the cause of */
	uint64_t messages, recipients, events;
	int64_t first_us, last_us;
	bool dated;  /* first_us is of another day (UTC) than the end of the evidence */
	int32_t fix; /* index into fixes, -1 = none */
	const struct seal_change *change; /* the last change of the host before first_us, or NULL */
};

enum seal_story_kind {
	SEAL_STORY_LOG,
	SEAL_STORY_DENIAL,
	SEAL_STORY_CHANGE, /* of the host; it proves nothing */
	SEAL_STORY_QUEUE,  /* what the queue file says */
	SEAL_STORY_KIND_MAX_,
};

const char *seal_story_kind_name(enum seal_story_kind k);

/* struct seal_story_line - one step of the life of one message */
struct seal_story_line {
	enum seal_story_kind kind;
	int64_t time_us;
	uint32_t pid;              /* 0: none */
	struct seal_bytes program; /* "postfix/smtp"; empty: none */
	struct seal_bytes text;    /* LOG, DENIAL: the record as logged; else in words */
	const struct seal_change *change;
	struct seal_origin origin;
};

struct seal_explanation {
	seal_vec(struct seal_explained_message) messages; /* by arrival, then queue id */
	seal_vec(struct seal_cause_group) groups;         /* most messages first, then by verdict */
	seal_vec(struct seal_fix) fixes;
	seal_vec(struct seal_story_line) story; /* of host.follow, in order of time */
	uint64_t n_not_told;                    /* lines of the log beyond the limit */
	seal_vec(struct seal_cause *) causes;   /* owned: all that recipients and groups point to */
	struct seal_queue_health *health;       /* owned; NULL when single messages are asked for */
	uint64_t n_waiting, n_bounced;          /* messages */
	/* groups of denials that domains of mail met and no cause here has: nothing waits for them
	 */
	uint64_t n_silent_denials;
};

/* seal_object_eq, seal_cause_eq - alike in all that is shown
 * seal_cause_hash - equal causes have equal hashes */
bool seal_object_eq(const struct seal_object *a, const struct seal_object *b);
bool seal_cause_eq(const struct seal_cause *a, const struct seal_cause *b);
uint64_t seal_cause_hash(const struct seal_cause *c);

/* seal_cause_done - free what @c owns, not itself */
void seal_cause_done(struct seal_cause *c);

/* seal_explanation_main - the cause to be told first: the one of most messages, of those that are
 * known when there is any; NULL when there is none */
const struct seal_cause_group *seal_explanation_main(const struct seal_explanation *x);

/* seal_explanation_has - whether a message of this queue id is in it */
bool seal_explanation_has(const struct seal_explanation *x, struct seal_bytes queue_id);

void seal_explanation_free(struct seal_explanation *x);
SEAL_DEFINE_AUTO(explanation, struct seal_explanation *, seal_explanation_free);
#define seal_auto_explanation __attribute__((cleanup(seal_auto_explanation_)))
