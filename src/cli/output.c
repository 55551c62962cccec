/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cli/cli.h"

int seal_cli_fail(const struct seal_cli *cli, enum seal_exit code, const struct seal_err *err)
{
	fprintf(stderr, "postseal %s: %s\n", cli->verb->name, err->code ? err->text : "failed");
	return (int)code;
}

static int write_all(int fd, const char *p, size_t n)
{
	ssize_t w;

	while (n) {
		w = write(fd, p, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -errno;
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

/* is_special - a device, a FIFO or a socket is written to; putting a file in its place would take
 * it away */
static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static int write_special(const char *path, const struct seal_buf *doc)
{
	seal_auto_close int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : write_all(fd, doc->p, doc->n);
}

/* new_mode - what open(2) would give a new file */
static mode_t new_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

static int write_file(const char *path, const struct seal_buf *doc)
{
	seal_auto_close int fd = -1;
	char beside[PATH_MAX];
	int r;

	if (is_special(path))
		return write_special(path, doc);
	if ((size_t)snprintf(beside, sizeof(beside), "%s.XXXXXX", path) >= sizeof(beside))
		return -ENAMETOOLONG;
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = write_all(fd, doc->p, doc->n);
	if (r == 0 && fchmod(fd, new_mode()) < 0)
		r = -errno;
	if (r == 0 && rename(beside, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(beside);
	return r;
}

int seal_cli_write(const struct seal_cli *cli, const struct seal_output *to,
		   const struct seal_buf *doc)
{
	struct seal_err err = {0};
	int r = doc->err;

	if (r == 0)
		r = to->file ? write_file(to->file, doc) : write_all(STDOUT_FILENO, doc->p, doc->n);
	if (r == 0)
		return SEAL_EXIT_OK;

	seal_err_set(&err, r, "%s: %s", to->file ? to->file : "standard output", strerror(-r));
	return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
}

int seal_cli_render(const struct seal_cli *cli, const void *answer)
{
	seal_vec_each (o, &cli->outputs) {
		struct seal_text_style style = {seal_cli_color(cli, o), cli->verbose};
		seal_auto_buf struct seal_buf doc = {0};

		o->format->put(answer, &style, &doc);
		if (seal_cli_write(cli, o, &doc) != SEAL_EXIT_OK)
			return SEAL_EXIT_FAILED;
	}
	return SEAL_EXIT_OK;
}

bool seal_cli_color(const struct seal_cli *cli, const struct seal_output *to)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	if (cli->no_color || to->file || (no && *no) || !term || strcmp(term, "dumb") == 0)
		return false;
	return isatty(STDOUT_FILENO) == 1;
}
