/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "cli/lock.h"
#include "evidence/reports/reduce.h"
#include "report/reduce.h"

static void put_text(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	seal_report_reduce_text(answer, style, out);
}

static void put_ndjson(const void *answer, const struct seal_text_style *style,
		       struct seal_buf *out)
{
	(void)style;
	seal_report_reduce_ndjson(answer, out);
}

const struct seal_format seal_formats_reduce[] = {
	{"text", put_text},
	{"ndjson", put_ndjson},
	{NULL, NULL},
};

/* read_file - "-" is standard input; a report is called by the last part of its path */
static int read_file(struct seal_reducer *reducer, const char *path, struct seal_err *err)
{
	const char *slash = strrchr(path, '/');
	int fd;

	if (strcmp(path, "-") == 0)
		fd = dup(STDIN_FILENO);
	else
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return seal_err_set(err, -errno, "%s: %s", path, strerror(errno));
	return seal_reducer_read(reducer, fd, slash ? slash + 1 : path, err);
}

static int read_all(const struct seal_cli *cli, struct seal_reduction *into, struct seal_err *err)
{
	seal_auto_reducer struct seal_reducer *reducer = seal_reducer_new(into);
	size_t twice = 0;
	int r;

	if (!reducer)
		return seal_err_set(err, -ENOMEM, "out of memory");
	r = seal_cli_lock(cli, err);
	for (size_t i = 0; i < cli->n_args && r == 0; i++)
		r = read_file(reducer, cli->args[i], err);
	if (!cli->n_args)
		r = read_file(reducer, "-", err);
	if (r == 0)
		r = seal_reducer_end(reducer, &twice);
	if (r == 0 && twice && !cli->quiet)
		fprintf(stderr,
			"postseal reduce: %zu report%s given more than once, counted once\n", twice,
			twice == 1 ? " was" : "s were");
	return r == 0 ? seal_reduction_finish(into) : r;
}

int seal_verb_reduce(const struct seal_cli *cli)
{
	struct seal_reduction sum;
	struct seal_err err = {0};
	int code = SEAL_EXIT_FAILED;

	if (seal_reduction_init(&sum) < 0 || read_all(cli, &sum, &err) < 0) {
		if (!err.code)
			seal_err_set(&err, -ENOMEM, "out of memory");
		seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	} else {
		code = seal_cli_render(cli, &sum);
	}
	if (code == SEAL_EXIT_OK && cli->require_complete &&
	    (seal_reduced_cut_short(&sum) || seal_reduced_incomplete(&sum)))
		code = SEAL_EXIT_INCOMPLETE;
	seal_reduction_done(&sum);
	return code;
}
