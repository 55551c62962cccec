/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* avc_join.h - which denials belong to a failed attempt: by identity (pid, daemon, time), then by
 * object. Words of the log choose nothing here; they only have to agree about the object. */

#include "analysis/attribution/events.h"
#include "analysis/reason/reason.h"
#include "model/host.h"

/* struct seal_attempt - one attempt of a daemon that failed, as the log tells it */
struct seal_attempt {
	struct seal_bytes daemon; /* "smtp"; empty when not known */
	uint32_t pid;             /* 0 = not known: nothing can be joined */
	int64_t from_us, to_us; /* from its start (or 2 s before its first line) to its last line */
	struct seal_bytes queue_id;       /* of its message; empty when there is none */
	const struct seal_reason *reason; /* of the line that tells the failure */
	const struct seal_bytes *texts;   /* all lines that tell of it, that one included */
	size_t n_texts;
	/* the words are those of postfix-script when "master -t" failed: it fails when it cannot
	 * open or lock pid/master.pid and at nothing else, and the line has the pid of postlog(1)
	 */
	bool of_lock;
};

/* how sure it is that a denial and an attempt are about the same object */
enum seal_same {
	SEAL_SAME_NO,     /* they name different objects */
	SEAL_SAME_UNTOLD, /* one of them names none */
	SEAL_SAME_YES,
};

struct seal_avc_match {
	const struct seal_denial *denial;
	const struct seal_denial_hit *hit;
	enum seal_same object;
	bool whole;       /* they agree about a whole path or a port, not about a bare name alone */
	bool other_ended; /* around the denial the process ended another attempt too */
	bool by_child; /* the denied process was a child of the daemon: pipe(8), local(8) commands
			*/
	bool of_lock;  /* the denied process was the "master -t" that the attempt asked */
	int64_t before_us; /* how long before the end of the attempt; negative: after it */
};

struct seal_avc_index;

/* seal_avc_index_new - index of all hits by pid; @h and @events are borrowed. When no denial fits
 * the mail log as the clocks stand, but several fit after one common shift (logs of two time zones,
 * a clock set in between), that shift is used from then on. Returns 0 or -ENOMEM */
int seal_avc_index_new(const struct seal_host *h, const struct seal_event_index *events,
		       struct seal_avc_index **ret);
void seal_avc_index_free(struct seal_avc_index *ix);
SEAL_DEFINE_AUTO(avc_index, struct seal_avc_index *, seal_avc_index_free);
#define seal_auto_avc_index __attribute__((cleanup(seal_auto_avc_index_)))

/* seal_avc_shift_us - what has to be added to the times of the audit log; 0: the clocks agree */
int64_t seal_avc_shift_us(const struct seal_avc_index *ix);

#define SEAL_AVC_MATCHES_MAX 16

/* seal_avc_join - the denials of an attempt: same pid (or a child of it) and daemon, or for one
 * of_lock those of master on its lock file, inside its window widened by @slack_us on both sides;
 * those with the same object first, enforced ones before permissive ones
 * @ret: SEAL_AVC_MATCHES_MAX places
 * Returns how many. */
size_t seal_avc_join(const struct seal_avc_index *ix, const struct seal_attempt *a,
		     int64_t slack_us, struct seal_avc_match *ret);

/* seal_denial_verdict - the id of the SELinux verdict that a denial of this class and permissions
 * is evidence for: "selinux.connect", "selinux.bind", "selinux.socket", "selinux.exec",
 * "selinux.packet", "selinux.file" */
const char *seal_denial_verdict(const struct seal_denial *d);

/* seal_denial_is_about - whether a denial's object is the one a text names
 * @whole: receives whether they agree about a whole path or a port; may be NULL */
enum seal_same seal_denial_is_about(const struct seal_denial *d, const struct seal_reason *reason,
				    struct seal_bytes text, bool *whole);
