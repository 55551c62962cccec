/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "analysis/reach.h"
#include "cli/reach_input.h"
#include "core/input.h"
#include "evidence/firewall/topology.h"
#include "report/reach_probe.h"

#define PROBE_LINE_MAX ((size_t)64 * 1024)
#define PROBES_MAX     ((uint64_t)1 << 32)
#define FLUSH_BYTES    ((size_t)64 * 1024)

static int answer_probe(const struct reach_input *in, struct seal_bytes line, struct seal_buf *out,
			struct seal_err *err)
{
	seal_auto_arena struct seal_arena *a = seal_arena_new();
	struct seal_fw_verdict v;
	struct seal_probe p;
	int r;

	if (!a)
		return seal_err_set(err, -ENOMEM, "out of memory");
	r = seal_probe_parse(line, a, &p, err);
	if (r < 0)
		return r;
	r = seal_reach_probe(in->ruleset, in->net, &p.packet, a, &v);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	seal_report_probe(out, p.id, &v);
	return out->err;
}

static int answer_lines(const struct reach_input *in, const struct seal_cli *cli,
			struct seal_lines *lines, struct seal_err *err)
{
	seal_auto_buf struct seal_buf out = {0};
	struct seal_bytes line;
	int r;

	while ((r = seal_lines_next(lines, &line, err)) > 0) {
		line = seal_bytes_trim(line);
		if (!line.n || line.p[0] == '#')
			continue;
		r = lines->cut ? seal_err_set(err, -EBADMSG, "longer than 64 KiB")
			       : answer_probe(in, line, &out, err);
		if (r < 0)
			return seal_err_add(err, r, "line %llu", (unsigned long long)lines->number);
		if (out.n >= FLUSH_BYTES) {
			if (seal_cli_write(cli, &cli->outputs.v[0], &out) != SEAL_EXIT_OK)
				return -EIO;
			out.n = 0;
		}
	}
	if (r == 0 && seal_cli_write(cli, &cli->outputs.v[0], &out) != SEAL_EXIT_OK)
		r = -EIO;
	return r;
}

/* standard input as a file that can be read from its start: the reader looks at the first bytes
 * twice */
static int stdin_file(void)
{
	seal_auto_close int fd = memfd_create("probes", MFD_CLOEXEC);
	char buf[16384];
	ssize_t n;

	if (fd < 0)
		return -1;
	while ((n = read(STDIN_FILENO, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || write(fd, buf, (size_t)n) != n)
			return -1;
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -1;
	return seal_take_fd(&fd);
}

static enum seal_exit answer_probes(const struct seal_cli *cli, const struct reach_input *in,
				    struct seal_err *err)
{
	seal_auto_input struct seal_input *input = NULL;
	struct seal_lines lines = {0};
	bool from_stdin = strcmp(cli->reach.probe, "-") == 0;
	int fd, r;

	fd = from_stdin ? stdin_file() : open(cli->reach.probe, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		r = seal_err_set(err, -errno, "%s", strerror(errno));
	else
		r = seal_input_new(fd, PROBES_MAX, &input, err);
	if (r >= 0) {
		r = seal_lines_init(&lines, input, PROBE_LINE_MAX);
		if (r >= 0)
			r = answer_lines(in, cli, &lines, err);
		seal_lines_done(&lines);
	}
	if (r < 0)
		seal_err_add(err, r, "%s", cli->reach.probe);
	return r < 0 ? SEAL_EXIT_FAILED : SEAL_EXIT_OK;
}

int seal_verb_reach(const struct seal_cli *cli)
{
	struct reach_input in;
	struct seal_err err = {0};
	enum seal_exit code;

	code = reach_input_load(cli, &in, &err);
	if (code == SEAL_EXIT_OK && !in.ruleset) {
		seal_err_set(&err, -ENOENT, "no ruleset could be read");
		code = SEAL_EXIT_FAILED;
	}
	if (code == SEAL_EXIT_OK && cli->reach.probe)
		code = answer_probes(cli, &in, &err);
	reach_input_done(&in);
	if (code != SEAL_EXIT_OK)
		return seal_cli_fail(cli, code, &err);
	return SEAL_EXIT_OK;
}
