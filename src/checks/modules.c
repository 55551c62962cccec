/* SPDX-License-Identifier: GPL-2.0-or-later */
/* modules.c - what was added to, or taken from, the distribution's policy */
#include "checks/check.h"

/* modules whose rules mail rests on */
static bool is_mail_module(struct seal_bytes name)
{
	return seal_bytes_is(name, "postfix") || seal_bytes_is(name, "mta");
}

static int check_replaced(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_module *lowest = NULL;
	bool seen = false;

	/* by name, then priority */
	seal_vec_each (m, &s->h->selinux.modules) {
		struct seal_about about = {{{"path", m->name}}, s->h->selinux.policy_origin};

		if (!is_mail_module(m->name))
			continue;
		seen = true;
		if (!m->enabled)
			seal_out_fail(out, &about, "The policy module %.*s is disabled.",
				      SEAL_ARG(m->name));
		else if (lowest && seal_bytes_eq(lowest->name, m->name))
			seal_out_fail(out, &about,
				      "The policy module %.*s of priority %u is replaced by one of "
				      "priority %u.",
				      SEAL_ARG(m->name), lowest->priority, m->priority);
		if (!lowest || !seal_bytes_eq(lowest->name, m->name))
			lowest = m;
	}
	if (!seen)
		seal_out_na(out, "The module store holds neither postfix nor mta.");
	return 0;
}

const struct seal_check seal_checks_modules[] = {
	{"MOD-003", check_replaced, SEAL_NEED_SELINUX | SEAL_NEED_STORE},
	{NULL, NULL, 0},
};
