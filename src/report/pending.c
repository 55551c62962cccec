/* SPDX-License-Identifier: GPL-2.0-or-later */

/* pending.c - stands in for parts that land next. WHOEVER LANDS ONE: delete its function here (a
 * "multiple definition" error names it), and this file with the last one. */
#include <errno.h>

#include "analysis/reach_fix.h"
#include "evidence/firewall/ruleset.h"
#include "evidence/selinux/labels.h"
#include "evidence/selinux/state.h"

int seal_reach_fix(const struct seal_ruleset *rs SEAL_UNUSED,
		   const struct seal_net *net SEAL_UNUSED,
		   const struct seal_packet *packet SEAL_UNUSED,
		   const struct seal_fw_verdict *v SEAL_UNUSED, struct seal_arena *a SEAL_UNUSED,
		   struct seal_fix *ret SEAL_UNUSED)
{
	return 0;
}

int seal_reach_probe(const struct seal_ruleset *rs SEAL_UNUSED,
		     const struct seal_net *net SEAL_UNUSED,
		     const struct seal_packet *packet SEAL_UNUSED, struct seal_arena *a SEAL_UNUSED,
		     struct seal_fw_verdict *ret)
{
	*ret = (struct seal_fw_verdict){.verdict = SEAL_FATE_DEPENDS};
	return 0;
}

int seal_reach_ask(const struct seal_ruleset *rs SEAL_UNUSED,
		   const struct seal_net *net SEAL_UNUSED,
		   const struct seal_question *q SEAL_UNUSED, struct seal_arena *a SEAL_UNUSED,
		   struct seal_reach_answer *ret)
{
	*ret = (struct seal_reach_answer){0};
	return 0;
}

int seal_ruleset_read(const struct seal_root *root SEAL_UNUSED, struct seal_host *h SEAL_UNUSED,
		      struct seal_err *err SEAL_UNUSED)
{
	return 0;
}

int seal_selinux_read(const struct seal_root *root SEAL_UNUSED, struct seal_host *h SEAL_UNUSED,
		      struct seal_err *err SEAL_UNUSED)
{
	return 0;
}

void seal_selinux_done(struct seal_host *h SEAL_UNUSED)
{
}

int seal_selinux_view(const struct seal_root *root SEAL_UNUSED, struct seal_host *h SEAL_UNUSED,
		      struct seal_selinux_view *ret SEAL_UNUSED)
{
	return 0;
}

void seal_selinux_view_done(struct seal_selinux_view *v SEAL_UNUSED)
{
}

int seal_selinux_view_label(void *data SEAL_UNUSED, struct seal_bytes path SEAL_UNUSED,
			    struct seal_bytes *ret SEAL_UNUSED)
{
	return -ENODATA;
}

int seal_selinux_view_expected(void *data SEAL_UNUSED, struct seal_bytes path SEAL_UNUSED,
			       char type SEAL_UNUSED, struct seal_bytes *ret SEAL_UNUSED)
{
	return -ENODATA;
}
