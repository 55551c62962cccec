/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/needs.h"

const char *seal_grant_name(enum seal_grant g)
{
	static const char *const names[] = {"none", "granted", "missing", "unknown"};

	return g < SEAL_GRANT_MAX_ ? names[g] : NULL;
}

void seal_needs_done(struct seal_needs *n)
{
	seal_vec_each (w, &n->what_if) {
		seal_vec_done(&w->breaks);
	}
	seal_vec_done(&n->items);
	seal_vec_done(&n->excess);
	seal_vec_done(&n->what_if);
}
