/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/inputs.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "core/path.h"

/* is_inside - the running host holds all files, and its administrator is the one who asks */
static bool is_inside(const char *evidence, const char *file)
{
	char root[PATH_MAX], path[PATH_MAX];

	if (!file || !realpath(evidence, root) || !realpath(file, path))
		return false; /* opening it tells what is wrong */
	return strcmp(root, "/") != 0 &&
	       seal_path_is_within(seal_bytes_of(path), seal_bytes_of(root));
}

static int check(const struct seal_cli *cli, const char *evidence, struct seal_err *err)
{
	const char *const files[] = {cli->rules_dir, cli->audit.waivers, cli->audit.baseline};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (is_inside(evidence, files[i]))
			return seal_err_set(err, -EINVAL,
					    "%s lies in the evidence, which cannot waive itself",
					    files[i]);
	return 0;
}

int seal_cli_check_inputs(const struct seal_cli *cli, struct seal_err *err)
{
	size_t i;

	if (cli->verb->bit == SEAL_VERB_AUDIT && cli->n_args) {
		for (i = 0; i < cli->n_args; i++)
			if (check(cli, cli->args[i], err) < 0)
				return -EINVAL;
		return 0;
	}
	return cli->verb->bit & SEAL_VERB_ROOT ? check(cli, cli->root, err) : 0;
}
