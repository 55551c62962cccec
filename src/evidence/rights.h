/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* rights.h - of a live host, what would be seen with more rights */

#include "model/host.h"

/* seal_rights_tell - put into the detail of each source that was refused for want of rights which
 * one reads it and what it would tell. Returns 0 or -ENOMEM. */
int seal_rights_tell(struct seal_host *h);
