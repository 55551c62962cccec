/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "analysis/reach/reach_paths.h"
#include "cli/collect_ask.h"
#include "cli/lock.h"
#include "core/time.h"
#include "evidence/bundle/bundle.h"
#include "report/collect.h"
#include "report/reach.h"

/* run_reach - as collect_ask() does with the other verbs */
static int run_reach(struct seal_host *h)
{
	static const struct seal_text_style style = {.verbose = true};
	seal_auto_buf struct seal_buf out = {.sink = &collect_nowhere};
	struct seal_paths paths = {.complete = false};
	int r = 0;

	if (h->ruleset)
		r = seal_paths_of_host(h, h->ruleset, &h->net, &paths);
	if (r == 0)
		seal_report_reach_text(h, h->ruleset, &paths, &style, &out);
	seal_paths_done(&paths);
	return r < 0 ? r : out.err;
}

/* parse_size - "500M". Returns 0 or -EINVAL */
static int parse_size(const char *text, uint64_t *ret, struct seal_err *err)
{
	static const char units[] = "KMG";
	struct seal_bytes s = seal_bytes_of(text);
	const char *u = s.n ? strchr(units, s.p[s.n - 1]) : NULL;
	uint64_t n, unit = 1;

	if (u && *u) {
		unit = (uint64_t)1 << (10 * (u - units + 1));
		s.n--;
	}
	if (seal_parse_u64(s, 10, &n) < 0 || __builtin_mul_overflow(n, unit, ret) ||
	    *ret > SEAL_BUNDLE_BYTES_MAX)
		return seal_err_set(err, -EINVAL, "--max-size %s: no size up to 2G", text);
	return 0;
}

/* write_file - the bundle beside its place, then into it: 0600, and never half of it */
static int write_file(const char *path, const struct seal_bundle *b, struct seal_bundle_result *ret,
		      struct seal_err *err)
{
	seal_auto_close int fd = -1;
	char beside[PATH_MAX];
	struct stat st;
	int r;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return seal_err_set(err, -EEXIST, "%s: there, and not a regular file", path);
	if ((size_t)snprintf(beside, sizeof(beside), "%s.XXXXXX", path) >= sizeof(beside))
		return seal_err_set(err, -ENAMETOOLONG, "%s: %s", path, strerror(ENAMETOOLONG));
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return seal_err_set(err, -errno, "%s: %s", path, strerror(errno));
	r = seal_bundle_write(b, fd, ret, err);
	if (r == 0 && (fsync(fd) < 0 || rename(beside, path) < 0))
		r = seal_err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (r < 0)
		unlink(beside);
	return r;
}

static void put_text(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	(void)style;
	seal_report_collect_text(answer, out);
}

static void put_json(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	(void)style;
	seal_report_collect_json(answer, out);
}

const struct seal_format seal_formats_collect[] = {
	{"text", put_text},
	{"json", put_json},
	{NULL, NULL},
};

static int collect(const struct seal_cli *cli, struct seal_root *root, struct seal_bundle *b,
		   struct seal_err *err)
{
	seal_auto_gather struct seal_gather *g = seal_gather_new(root);
	seal_auto_host struct seal_host *h = NULL;
	struct seal_bundle_result result;
	struct seal_haul haul = {0};
	struct seal_redact redact;
	int r;

	if (!g)
		return seal_err_set(err, -ENOMEM, "out of memory");
	r = collect_ask(cli, root, &h, err);
	if (r < 0)
		return r;
	r = run_reach(h);
	if (r == 0 && seal_buf_lost())
		r = -ENOMEM;
	if (r == 0 && cli->collect.redact) {
		r = seal_redact_init(&redact);
		b->redact = &redact;
	}
	if (r == 0)
		r = seal_gather_finish(g, &haul);
	if (r < 0)
		seal_err_set(err, r, "%s", strerror(-r));
	b->root = root;
	b->haul = &haul;
	b->h = h;
	b->time_us = seal_cli_now();
	if (r == 0)
		r = write_file(cli->collect.file, b, &result, err);
	seal_haul_done(&haul);
	if (r < 0)
		return r == -EINVAL ? -EIO : r;
	return seal_cli_render(cli, &(struct seal_collected){h, cli->collect.file, result.n_files,
							     result.n_bytes, result.n_left,
							     result.first_left, b->redact});
}

int seal_verb_collect(const struct seal_cli *cli)
{
	struct seal_bundle b = {.max_bytes = SEAL_BUNDLE_BYTES_DEFAULT};
	seal_auto_root struct seal_root *root = NULL;
	struct seal_err err = {0};
	int r;

	if (!cli->collect.file)
		r = seal_err_set(&err, -EINVAL, "name the bundle to be written: -o FILE.tar.zst");
	else if (cli->n_args)
		r = seal_err_set(&err, -EINVAL, "takes no argument");
	else if (seal_bundle_filter(cli->collect.file, &b.filter) < 0)
		r = seal_err_set(&err, -EINVAL,
				 "%s: the name ends in .tar, .tar.zst, .tar.xz or .tar.gz",
				 cli->collect.file);
	else
		r = cli->collect.max_size ? parse_size(cli->collect.max_size, &b.max_bytes, &err)
					  : 0;
	if (r == 0) {
		r = seal_root_new(cli->root, &root, &err);
		if (r == 0)
			r = seal_cli_lock(cli, &err);
		if (r == -EINVAL)
			r = -EIO;
	}
	if (r == 0)
		r = collect(cli, root, &b, &err);
	return r < 0 ? seal_cli_fail(cli, r == -EINVAL ? SEAL_EXIT_USAGE : SEAL_EXIT_FAILED, &err)
		     : r;
}
