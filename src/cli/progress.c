/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "core/enc.h"

#define FEW_LINES UINT64_C(200000) /* read before anybody looks up */
#define PAUSE_US  INT64_C(200000)

struct progress {
	int64_t next_us; /* monotonic: not before */
	bool shown;
};

static int64_t now_us(void)
{
	struct timespec ts = {0};

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SEAL_SECOND_US + ts.tv_nsec / 1000;
}

static void show(struct progress *p, struct seal_bytes path, uint64_t lines)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_puts(&b, "\rpostseal: reading ");
	seal_enc_tty(&b, path);
	seal_buf_printf(&b, ", %llu lines\033[K", (unsigned long long)lines);
	if (!b.err)
		p->shown = fwrite(b.p, 1, b.n, stderr) == b.n;
}

static void tell(void *data, struct seal_bytes path, uint64_t lines)
{
	struct progress *p = data;
	int64_t now;

	if (lines < FEW_LINES)
		return;
	now = now_us();
	if (now < p->next_us)
		return;
	p->next_us = now + PAUSE_US;
	show(p, path, lines);
}

static bool is_watched(const struct seal_cli *cli)
{
	const char *term = getenv("TERM");

	return !cli->quiet && isatty(STDERR_FILENO) == 1 && term && strcmp(term, "dumb") != 0;
}

int seal_cli_read(const struct seal_cli *cli, const struct seal_root *root,
		  struct seal_evidence_query *query, struct seal_host **ret, struct seal_err *err)
{
	struct progress p = {0};
	int r;

	if (is_watched(cli))
		query->progress = (struct seal_progress){tell, &p};
	r = seal_evidence_read(root, query, ret, err);
	if (r == 0)
		(*ret)->progress = (struct seal_progress){0};
	if (p.shown)
		fputs("\r\033[K", stderr);
	return r;
}
