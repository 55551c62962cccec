/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reach_input.h - what "reach" answers from: the root's evidence, or the files named in its place
 */

#include "cli/cli.h"
#include "evidence/evidence.h"
#include "model/ruleset.h"

struct reach_input {
	struct seal_root *root;
	struct seal_host *host;
	const struct seal_ruleset *ruleset; /* the host's, or own; NULL: none could be read */
	const struct seal_net *net;         /* the host's, or topology */
	struct seal_ruleset *own;
	struct seal_net topology;
};

/* reach_input_load - read it as the command line says
 * Returns SEAL_EXIT_OK or another exit code, with *err filled. End with reach_input_done() in any
 * case. */
enum seal_exit reach_input_load(const struct seal_cli *cli, struct reach_input *in,
				struct seal_err *err);
void reach_input_done(struct reach_input *in);
