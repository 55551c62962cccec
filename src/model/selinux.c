/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/selinux.h"

static const char *const mode_names[SEAL_SELINUX_MODE_MAX_] = {
	[SEAL_SELINUX_UNKNOWN] = "unknown",
	[SEAL_SELINUX_DISABLED] = "disabled",
	[SEAL_SELINUX_PERMISSIVE] = "permissive",
	[SEAL_SELINUX_ENFORCING] = "enforcing",
};

const char *seal_selinux_mode_name(enum seal_selinux_mode m)
{
	return m < SEAL_SELINUX_MODE_MAX_ ? mode_names[m] : "unknown";
}
