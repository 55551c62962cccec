/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* apply_tell.h - the outputs of --apply and --undo: text and NDJSON as each step ends, JSON once
 * all is over */

#include "apply/outcome.h"
#include "cli/cli.h"

struct seal_tell_output;

struct seal_tell {
	const struct seal_cli *cli;
	struct seal_outcome outcome;
	struct seal_root *root;
	struct seal_host *h;
	struct seal_tell_output *outputs; /* one each of cli->outputs */
};

/* seal_tell_formats - those that tell of steps: text, json, ndjson. Returns 0 or -EINVAL */
int seal_tell_formats(const struct seal_cli *cli, struct seal_err *err);

/* seal_tell_begin - open all outputs
 * @t: cli and outcome (plan, file, hash, undo) are set
 * Returns 0 or a negative errno; in any case seal_tell_end() is called. */
int seal_tell_begin(struct seal_tell *t, struct seal_err *err);

/* seal_tell_step - step @n ended; seal_tell_line - a line of text alone */
void seal_tell_step(struct seal_tell *t, unsigned n, enum seal_step_end e, const char *why);
void seal_tell_line(struct seal_tell *t, const char *line);

/* seal_tell_end - write what is left, with outcome.state and outcome.error
 * Returns SEAL_EXIT_OK or SEAL_EXIT_FAILED (reported): an output could not be written. */
int seal_tell_end(struct seal_tell *t);
