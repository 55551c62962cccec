/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* mend.h - the fix of a failure as typed steps, where it is a plain command. Each belongs to the
 * failure that was told last; where nothing was told, or a fix would be no better than a guess,
 * nothing is added. */

#include "checks/check.h"

/* seal_mend_labels - restorecon; @tree: of all below it as well */
void seal_mend_labels(struct seal_out *out, struct seal_bytes path, bool tree);

/* seal_mend_mode - chmod from @before to @after */
void seal_mend_mode(struct seal_out *out, struct seal_bytes path, uint32_t before, uint32_t after);

/* seal_mend_boolean - setsebool -P */
void seal_mend_boolean(struct seal_out *out, struct seal_bytes name, bool on);

/* seal_mend_parameter - postconf -e of main.cf
 * @before: what main.cf has now; p NULL: it does not set the parameter */
void seal_mend_parameter(struct seal_out *out, struct seal_bytes name, struct seal_bytes before,
			 struct seal_bytes after);
