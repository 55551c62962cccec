/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/cli.h"
#include "core/enc.h"
#include "core/fdio.h"
#include "evidence/selinux/sepol_memory.h"

int seal_cli_fail(const struct seal_cli *cli, enum seal_exit code, const struct seal_err *err)
{
	seal_auto_buf struct seal_buf text = {0};

	/* names of files and options may hold what a runner would carry out */
	seal_enc_tty(&text, seal_bytes_of(err->code ? err->text : "failed"));
	fprintf(stderr, "postseal %s: %.*s\n", cli->verb->name, (int)text.n, text.p ? text.p : "");
	return (int)code;
}

/* is_special - a device, a FIFO, a socket or a link ("/dev/stdout") is written to; putting a file
 * in its place would take it away */
static bool is_special(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

/* new_mode - what open(2) would give a new file */
static mode_t new_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

static int write_piece(void *data, struct seal_bytes piece)
{
	return seal_fd_write(((struct seal_document *)data)->fd, piece);
}

/* open_file - a special file itself; else a new one beside the path. Returns 0 or -errno */
static int open_file(struct seal_document *d, const char *path)
{
	int n;

	if (is_special(path)) {
		d->fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY);
		return d->fd < 0 ? -errno : 0;
	}
	n = snprintf(d->beside, sizeof(d->beside), "%s.XXXXXX", path);
	if (n < 0 || (size_t)n >= sizeof(d->beside)) {
		d->beside[0] = '\0';
		return -ENAMETOOLONG;
	}
	d->fd = mkostemp(d->beside, O_CLOEXEC);
	return d->fd < 0 ? -errno : 0;
}

static int fail_with(const struct seal_cli *cli, const struct seal_document *d, int r)
{
	struct seal_err err = {0};

	seal_err_set(&err, r, "%s: %s", d->path ? d->path : "standard output", strerror(-r));
	return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
}

int seal_cli_open(const struct seal_cli *cli, const struct seal_output *to, struct seal_document *d)
{
	int r = 0;

	*d = (struct seal_document){.fd = STDOUT_FILENO, .path = to->file};
	d->sink = (struct seal_sink){write_piece, d};
	d->buf.sink = &d->sink;
	if (to->file)
		r = open_file(d, to->file);
	return r < 0 ? fail_with(cli, d, r) : SEAL_EXIT_OK;
}

/* close_file - one that is complete takes its name; one that is not is gone */
static int close_file(struct seal_document *d, int r)
{
	if (r == 0 && d->beside[0] && fchmod(d->fd, new_mode()) < 0)
		r = -errno;
	if (close(d->fd) < 0 && r == 0)
		r = -errno;
	if (!d->beside[0])
		return r;
	if (r == 0 && rename(d->beside, d->path) < 0)
		r = -errno;
	if (r < 0)
		unlink(d->beside);
	return r;
}

int seal_cli_close(const struct seal_cli *cli, struct seal_document *d)
{
	int r;

	/* a piece of the document may have been made in a buffer of its own */
	if (seal_buf_lost() && !d->buf.err)
		d->buf.err = -ENOMEM;
	seal_buf_flush(&d->buf);
	r = d->path ? close_file(d, d->buf.err) : d->buf.err;
	seal_buf_done(&d->buf);
	return r < 0 ? fail_with(cli, d, r) : SEAL_EXIT_OK;
}

int seal_cli_write(const struct seal_cli *cli, const struct seal_output *to,
		   const struct seal_buf *doc)
{
	struct seal_document d;
	int r = seal_cli_open(cli, to, &d);

	if (r != SEAL_EXIT_OK)
		return r;
	seal_buf_put(&d.buf, doc->p, doc->n);
	if (doc->err)
		d.buf.err = doc->err;
	return seal_cli_close(cli, &d);
}

int seal_cli_render(const struct seal_cli *cli, const void *answer)
{
	struct seal_err err = {0};

	if (seal_sepol_memory_was_short()) {
		seal_err_set(&err, -ENOMEM, "out of memory");
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	}
	seal_vec_each (o, &cli->outputs) {
		struct seal_text_style style = {seal_cli_color(cli, o), cli->verbose,
						cli->show_addresses};
		struct seal_document doc;

		if (seal_cli_open(cli, o, &doc) != SEAL_EXIT_OK)
			return SEAL_EXIT_FAILED;
		o->format->put(answer, &style, &doc.buf);
		if (seal_cli_close(cli, &doc) != SEAL_EXIT_OK)
			return SEAL_EXIT_FAILED;
	}
	return SEAL_EXIT_OK;
}

int64_t seal_cli_now(void)
{
	const char *fixed = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds;

	if (fixed && seal_parse_u64(seal_bytes_of(fixed), 10, &seconds) == 0 &&
	    seconds < INT64_MAX / SEAL_SECOND_US)
		return (int64_t)seconds * SEAL_SECOND_US;
	return (int64_t)time(NULL) * SEAL_SECOND_US;
}

bool seal_cli_color(const struct seal_cli *cli, const struct seal_output *to)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	if (cli->no_color || to->file || (no && *no) || !term || strcmp(term, "dumb") == 0)
		return false;
	return isatty(STDOUT_FILENO) == 1;
}
