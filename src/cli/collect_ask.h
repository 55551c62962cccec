/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* collect_ask.h - what a bundle has to hold is what the verbs ask of a root: so collect runs them,
 * and throws their answers away */

#include "cli/cli.h"
#include "evidence/evidence.h"

/* collect_ask - read what all verbs together read, and run explain, fix, denials and audit on it
 * @ret: the facts, caller frees with seal_evidence_free(); untouched on failure
 * Returns 0, -EINVAL for rules that cannot be loaded, or another negative errno. */
int collect_ask(const struct seal_cli *cli, const struct seal_root *root, struct seal_host **ret,
		struct seal_err *err);

/* collect_nowhere - a sink for answers nobody wants */
extern const struct seal_sink collect_nowhere;
