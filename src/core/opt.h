/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* opt.h - one option table drives getopt_long(3), --help and the man page */

#include "core/buf.h"
#include "core/err.h"

struct seal_opt {
	const char *name; /* long name, without dashes; the table ends with NULL */
	const char *arg;  /* name of its argument for the help, NULL when it takes none */
	const char *help; /* one line */
	unsigned verbs;   /* bit set of the verbs that accept it */
	/* called for each use; @arg is NULL when the option takes none. Returns 0 or a negative
	 * errno */
	int (*set)(void *data, const char *arg, struct seal_err *err);
	char letter; /* of the short form, 0 when there is none */
};

/* seal_opt_parse - parse argv[1..] against the options whose verbs include @verb
 * @n_args, @args: operands, in order, borrowed from argv (which is permuted)
 * Returns 0, or -EINVAL with a text fit for the user. */
int seal_opt_parse(const struct seal_opt *table, unsigned verb, int argc, char **argv, void *data,
		   char ***args, size_t *n_args, struct seal_err *err);

/* seal_opt_help - the help lines of the options whose verbs include @verb, aligned, 80 columns */
void seal_opt_help(const struct seal_opt *table, unsigned verb, struct seal_buf *out);
