/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/explanation.h"

static const char *const certainty_names[SEAL_CERTAINTY_MAX_] = {
	[SEAL_CERTAINTY_UNKNOWN] = "unknown",
	[SEAL_CERTAINTY_POSSIBLE] = "possible",
	[SEAL_CERTAINTY_LIKELY] = "likely",
	[SEAL_CERTAINTY_CERTAIN] = "certain",
};

const char *seal_certainty_name(enum seal_certainty c)
{
	return c < SEAL_CERTAINTY_MAX_ ? certainty_names[c] : "unknown";
}

bool seal_explanation_has(const struct seal_explanation *x, struct seal_bytes queue_id)
{
	seal_vec_each (m, &x->messages) {
		if (seal_bytes_eq(m->queue_id, queue_id))
			return true;
	}
	return false;
}

static void cause_free(struct seal_cause *c)
{
	seal_vec_done(&c->evidence);
	seal_vec_done(&c->ruled_out);
	seal_vec_done(&c->also);
	free(c);
}

void seal_explanation_free(struct seal_explanation *x)
{
	if (!x)
		return;
	seal_vec_each (m, &x->messages) {
		seal_vec_done(&m->recipients);
	}
	seal_vec_each (c, &x->causes) {
		cause_free(*c);
	}
	seal_vec_each (f, &x->fixes) {
		seal_fix_done(f);
	}
	seal_vec_done(&x->messages);
	seal_vec_done(&x->groups);
	seal_vec_done(&x->fixes);
	seal_vec_done(&x->causes);
	free(x);
}
