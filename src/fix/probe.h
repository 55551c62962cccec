/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* probe.h - how a running host is asked whether a condition holds: one program, and what its output
 * must be. The renderers write probes out; nothing here runs them. */

#include "core/arena.h"
#include "fix/plan.h"

enum seal_probe_test {
	SEAL_PROBE_EXIT_0, /* the program ends well */
	SEAL_PROBE_QUERY,  /* the same for firewall-cmd: 1 and 112 (no such policy) are a no */
	SEAL_PROBE_EMPTY,  /* it prints nothing */
	SEAL_PROBE_IS,     /* it prints text, a newline after it or not */
	SEAL_PROBE_LINE,   /* one of its lines is text */
	SEAL_PROBE_PARTS,  /* one of its lines holds text and ends with end */
};

struct seal_probe {
	struct seal_argv argv; /* words; the first one is a program of seal_program_path() */
	enum seal_probe_test test;
	bool not ;
	struct seal_bytes text, end;
};

/* seal_probe_of - the probe of @c; @arena owns the words made for it
 * @ret: filled in; freed with seal_probe_done()
 * Returns 1, 0 when no program can tell (kind NONE), or -ENOMEM. */
int seal_probe_of(const struct seal_condition *c, struct seal_arena *arena, struct seal_probe *ret);
void seal_probe_done(struct seal_probe *p);

/* seal_program_path - where a program of a plan is installed: "/sbin/restorecon". /bin and /sbin
 * are right with and without merged /usr (Debian 11, RHEL 9, Fedora). Returns NULL for a program no
 * plan names. */
const char *seal_program_path(struct seal_bytes name);
