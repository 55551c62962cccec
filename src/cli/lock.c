/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/lock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/lockdown.h"
#include "core/root.h"
#include "evidence/firewall/nft_helper.h"

struct dirs {
	seal_vec(char *) v;
};

/* add_dir - @path without its last part, or all of it */
static int add_dir(struct dirs *dirs, const char *path, bool whole)
{
	const char *slash = strrchr(path, '/');
	char **dir = seal_vec_add(&dirs->v);

	if (!dir)
		return -ENOMEM;
	if (whole)
		*dir = strdup(path);
	else if (!slash)
		*dir = strdup(".");
	else
		*dir = slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
	return *dir ? 0 : -ENOMEM;
}

static int add_output_dir(struct dirs *dirs, const char *dir)
{
	seal_auto_free char *trimmed = strdup(dir);
	struct stat st;
	size_t n;

	if (!trimmed)
		return -ENOMEM;
	for (n = strlen(trimmed); n > 1 && trimmed[n - 1] == '/'; n--)
		trimmed[n - 1] = '\0';
	/* one that is yet to be made is made in its parent */
	return add_dir(dirs, trimmed, stat(trimmed, &st) == 0);
}

/* add_target_dir - /dev/stdout and other links: where they lead */
static int add_target_dir(struct dirs *dirs, const char *path)
{
	seal_auto_free char *target = realpath(path, NULL);

	return target ? add_dir(dirs, target, false) : 0;
}

static int find_dirs(const struct seal_cli *cli, struct dirs *dirs)
{
	int r = 0;

	seal_vec_each (o, &cli->outputs) {
		if (r == 0 && o->file)
			r = add_dir(dirs, o->file, false);
		if (r == 0 && o->file)
			r = add_target_dir(dirs, o->file);
	}
	if (r == 0 && cli->watch.textfile)
		r = add_dir(dirs, cli->watch.textfile, false);
	if (r == 0 && cli->collect.file && cli->verb->bit == SEAL_VERB_COLLECT)
		r = add_dir(dirs, cli->collect.file, false);
	else if (r == 0 && cli->fix.dir)
		r = add_output_dir(dirs, cli->fix.dir);
	return r;
}

static void tell(const struct seal_cli *cli, const struct seal_lockdown *l)
{
	if (!cli->verbose)
		return;
	fprintf(stderr, "postseal %s: lock-down: ", cli->verb->name);
	if (l->landlock)
		fprintf(stderr, "Landlock (ABI %u)", l->landlock);
	else
		fprintf(stderr, "no Landlock: %s", l->why_landlock);
	if (l->seccomp)
		fputs(", seccomp\n", stderr);
	else
		fprintf(stderr, ", no seccomp: %s\n", l->why_seccomp);
}

/* needed_rights - the running kernel is asked only where a root is its own; operands of audit and
 * diff are roots, too */
static unsigned needed_rights(const struct seal_cli *cli, const struct dirs *dirs)
{
	bool has_root = (cli->verb->bit & SEAL_VERB_ROOT) &&
			!(cli->verb->bit == SEAL_VERB_AUDIT && cli->n_args);
	unsigned rights = dirs->v.n ? SEAL_RIGHTS_OUTPUTS : 0;
	size_t i;

	if (has_root && seal_root_is_own(cli->root))
		rights |= SEAL_RIGHTS_LIVE;
	for (i = 0; i < cli->n_args; i++)
		if (seal_root_is_own(cli->args[i]))
			rights |= SEAL_RIGHTS_LIVE;
	return rights;
}

int seal_cli_lock(const struct seal_cli *cli, struct seal_err *err)
{
	static bool locked;
	struct seal_lockdown state;
	struct dirs dirs = {0};
	int r;

	if (locked)
		return 0;
	r = find_dirs(cli, &dirs);
	if (r < 0)
		seal_err_set(err, r, "out of memory");
	if (r == 0)
		r = nft_helper_start(err);
	if (r == 0)
		r = seal_lockdown_rights(needed_rights(cli, &dirs), err);
	if (r == 0)
		r = seal_lockdown((const char *const *)dirs.v.v, dirs.v.n, &state, err);
	locked = r == 0;
	if (r == 0)
		tell(cli, &state);
	seal_vec_each (dir, &dirs.v) {
		free(*dir);
	}
	seal_vec_done(&dirs.v);
	return r;
}
