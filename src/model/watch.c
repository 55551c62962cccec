/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/watch.h"

const char *seal_watch_note_name(enum seal_watch_note_kind k)
{
	static const char *const names[SEAL_NOTE_KIND_MAX_] = {
		[SEAL_NOTE_ROTATED] = "rotated", [SEAL_NOTE_TRUNCATED] = "truncated",
		[SEAL_NOTE_POLICY] = "policy",   [SEAL_NOTE_MODE] = "mode",
		[SEAL_NOTE_RULESET] = "ruleset", [SEAL_NOTE_REOPENED] = "reopened",
		[SEAL_NOTE_FAILED] = "failed",
	};

	return (unsigned)k < SEAL_NOTE_KIND_MAX_ ? names[k] : NULL;
}

bool seal_watch_losses_any(const struct seal_watch_losses *l)
{
	return l->overruns || l->events || l->kernel || l->damaged || l->denials || l->lines ||
	       l->causes;
}

uint64_t seal_watch_row_count(const struct seal_watch_row *r)
{
	return r->messages ? r->messages : r->events;
}

void seal_watched_done(struct seal_watched *w)
{
	seal_vec_each (r, &w->rows) {
		free(r->verdict);
		free(r->title);
		free(r->fix);
	}
	seal_vec_done(&w->rows);
}
