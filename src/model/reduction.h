/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reduction.h - reports of many hosts added up. Everything kept here is a set, a sum, a minimum or
 * a maximum, so the order in which reports come, and whether parts were added up before, change
 * nothing. */

#include "core/arena.h"
#include "core/table.h"
#include "core/vec.h"

/* enum seal_total_kind - what is counted */
enum seal_total_kind {
	SEAL_TOTAL_HOST, /* the hosts themselves */
	SEAL_TOTAL_FINDING,
	SEAL_TOTAL_WAIVER,
	SEAL_TOTAL_CAUSE,
	SEAL_TOTAL_DENIAL,
	SEAL_TOTAL_FIX,
	SEAL_TOTAL_PATH,
	SEAL_TOTAL_MAX_,
};

/* enum seal_about_key - what says what a total is about */
enum seal_about_key {
	SEAL_ABOUT_ID,
	SEAL_ABOUT_AREA,
	SEAL_ABOUT_SEVERITY,
	SEAL_ABOUT_CLASS,
	SEAL_ABOUT_VERDICT,
	SEAL_ABOUT_TITLE,
	SEAL_ABOUT_SOURCE_TYPE,
	SEAL_ABOUT_TARGET_TYPE,
	SEAL_ABOUT_TCLASS,
	SEAL_ABOUT_DIRECTION,
	SEAL_ABOUT_PROTOCOL,
	SEAL_ABOUT_PORT,
	SEAL_ABOUT_PURPOSE,
	SEAL_ABOUT_KIND,
	SEAL_ABOUT_COMMANDS,
	SEAL_ABOUT_OBJECT,
	SEAL_ABOUT_OWNER,
	SEAL_ABOUT_EXPIRES,
	SEAL_ABOUT_DISTRO,
	SEAL_ABOUT_MTA,
	SEAL_ABOUT_SELINUX,
	SEAL_ABOUT_POLICY,
	SEAL_ABOUT_MAX_,
};

/* enum seal_slot - the parts of a total: each a map from names to up to three numbers */
enum seal_slot {
	SEAL_SLOT_HOSTS,     /* host and state: numbers added up */
	SEAL_SLOT_PERMS,     /* sets, without numbers: */
	SEAL_SLOT_COMM,      /* process names */
	SEAL_SLOT_REASONS,   /* of denials */
	SEAL_SLOT_VERBS,     /* of a host: what was asked of it */
	SEAL_SLOT_TOOLS,     /* versions */
	SEAL_SLOT_UNREAD,    /* evidence that could not be read, reports that are none */
	SEAL_SLOT_LOGS,      /* records: added up; first, last: minimum, maximum, microseconds */
	SEAL_SLOT_CHECKS,    /* findings of a status: maximum */
	SEAL_SLOT_CUT_SHORT, /* reports without an end: added up */
	SEAL_SLOT_MAX_,
};

#define SEAL_PART_NUMBERS 3

/* struct seal_total - bytes live in the reduction's arena, untrusted */
struct seal_total {
	enum seal_total_kind kind;
	struct seal_bytes name; /* of a host: its name; else the fingerprint */
	struct seal_bytes about[SEAL_ABOUT_MAX_];
	int64_t first_us, last_us;
};

/* struct seal_part - an entry of a slot; total, state and name are places in the tables below */
struct seal_part {
	uint32_t total, state, name;
	enum seal_slot slot;
	int64_t n[SEAL_PART_NUMBERS];
};

struct seal_reduction {
	struct seal_arena *arena;
	seal_vec(struct seal_total) totals;
	seal_vec(struct seal_part) parts;
	seal_vec(struct seal_bytes) names;
	struct seal_table total_table, name_table;
	size_t n_merged; /* parts at the front that are sorted and merged */
};

/* seal_total_kind_name - "host", "finding" ...; seal_about_name - the key in JSON;
 * seal_part_slot_name - of a set: "perms", "comm" ... NULL beyond the last */
const char *seal_total_kind_name(enum seal_total_kind k);
const char *seal_about_name(enum seal_about_key k);
const char *seal_part_slot_name(enum seal_slot s);
/* seal_total_number_name - what the numbers of a kind's hosts count: "messages"; NULL: none */
const char *seal_total_number_name(enum seal_total_kind k, unsigned i);

/* seal_reduction_init - zeroes @r; end with seal_reduction_done(). Returns 0 or -ENOMEM. */
int seal_reduction_init(struct seal_reduction *r);
void seal_reduction_done(struct seal_reduction *r);

/* seal_reduction_total - the total of that kind and name, made when there is none
 * @about: borrowed, SEAL_ABOUT_MAX_ values; where reports differ the last in byte order
 *         stays, so that something beats nothing
 * Returns 0 or -ENOMEM. */
int seal_reduction_total(struct seal_reduction *r, enum seal_total_kind kind,
			 struct seal_bytes name, const struct seal_bytes *about, uint32_t *ret);

/* seal_reduction_span - widen the time of a total; SEAL_TIME_NONE changes nothing */
void seal_reduction_span(struct seal_reduction *r, uint32_t total, int64_t first_us,
			 int64_t last_us);

/* seal_reduction_part - add to a slot of a total
 * @state: of hosts: "fail", "certain" ...; of logs: the verb that read them; else empty
 * @n:     SEAL_PART_NUMBERS numbers; NULL: zeroes
 * Returns 0, -EOVERFLOW (2^32 names) or -ENOMEM. */
int seal_reduction_part(struct seal_reduction *r, uint32_t total, enum seal_slot slot,
			struct seal_bytes state, struct seal_bytes name, const int64_t *n);

/* seal_reduction_finish - merge and sort: totals by kind and name, parts by total, slot, name and
 * state. Call once, before reading. Returns 0 or -ENOMEM. */
int seal_reduction_finish(struct seal_reduction *r);
