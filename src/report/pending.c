/* SPDX-License-Identifier: GPL-2.0-or-later */

/* pending.c - stands in for parts that land next. WHOEVER LANDS ONE: delete its function here (a
 * "multiple definition" error names it), and this file with the last one. */
#include <errno.h>

#include "evidence/selinux/labels.h"
#include "evidence/selinux/state.h"

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
