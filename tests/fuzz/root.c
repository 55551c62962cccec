/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "root.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analysis/attribution/attribution.h"
#include "analysis/denials/denial.h"
#include "analysis/reach/reach_paths.h"
#include "core/buf.h"
#include "evidence/evidence.h"
#include "fuzz.h"
#include "report/report.h"

void fuzz_fail(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

int fuzz_memfd(const void *p, size_t n)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	fuzz_must(fd >= 0);
	fuzz_must(!n || pwrite(fd, p, n, 0) == (ssize_t)n);
	return fd;
}

/* put_file - header and content of one entry, ustar (tar(5)) */
static void put_file(struct seal_buf *tar, const struct fuzz_file *f)
{
	static const char zeros[512];
	char header[512] = {0};
	unsigned sum = 0;
	size_t i;

	snprintf(header, 100, "%s", f->path);
	memcpy(header + 100, "0000700", 8);
	memcpy(header + 108, "0000000", 8);
	memcpy(header + 116, "0000000", 8);
	snprintf(header + 124, 12, "%011o", (unsigned)f->n);
	memcpy(header + 136, "15304420000", 12);
	memcpy(header + 148, "        ", 8);
	header[156] = '0';
	memcpy(header + 257, "ustar\00000", 8);
	for (i = 0; i < sizeof(header); i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum);
	seal_buf_put(tar, header, sizeof(header));
	if (f->n)
		seal_buf_put(tar, f->p, f->n);
	seal_buf_put(tar, zeros, (512 - f->n % 512) % 512);
}

struct seal_root *fuzz_root(const struct fuzz_file *files, size_t n)
{
	static const char meta[] = "{\"schema\": \"postseal-bundle/1\", \"host\": \"mail\", "
				   "\"time\": \"2026-11-20T18:55:00Z\"}";
	static const char end[1024];
	const struct fuzz_file first = {"bundle.json", meta, sizeof(meta) - 1};
	struct seal_root *root = NULL;
	struct seal_buf tar = {0};
	char path[64];
	size_t i;
	int fd;

	put_file(&tar, &first);
	for (i = 0; i < n; i++)
		put_file(&tar, &files[i]);
	seal_buf_put(&tar, end, sizeof(end));
	fuzz_must(!tar.err);
	fd = fuzz_memfd(tar.p, tar.n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fuzz_must(seal_root_new(path, &root, NULL) == 0);
	close(fd);
	seal_buf_done(&tar);
	return root;
}

void fuzz_analyse(struct seal_host *h)
{
	static struct seal_rules *rules;
	static const struct seal_text_style style = {.verbose = true};
	seal_auto_explanation struct seal_explanation *x = NULL;
	seal_auto_denial_report struct seal_denial_report *d = NULL;
	struct seal_denial_query query = {.all = true};
	struct seal_paths paths = {.complete = false};
	struct seal_ids none = {0};
	struct seal_buf out = {0};

	if (!rules)
		fuzz_must(seal_rules_load(NULL, &rules, NULL) == 0);
	fuzz_must(seal_explain(h, rules, none, &x) == 0);
	seal_report_explain_text(h, x, &style, &out);
	seal_report_explain_json(h, x, &out);
	fuzz_must(seal_denials_explain(h, &query, &d) == 0);
	if (h->ruleset)
		fuzz_must(seal_paths_of_host(h, h->ruleset, &h->net, &paths) == 0);
	seal_paths_done(&paths);
	fuzz_must(!out.err);
	seal_buf_done(&out);
}

void fuzz_read(const struct fuzz_file *files, size_t n, unsigned what, bool analyse)
{
	struct seal_evidence_query query = {what, {SEAL_TIME_NONE, SEAL_TIME_NONE}};
	struct seal_root *root = fuzz_root(files, n);
	struct seal_host *h = NULL;

	fuzz_must(seal_evidence_read(root, &query, &h, NULL) == 0);
	if (analyse)
		fuzz_analyse(h);
	seal_evidence_free(h);
	seal_root_free(root);
}

void fuzz_sent(const void *p, size_t n, unsigned what, void (*ask)(struct seal_host *h))
{
	struct seal_evidence_query query = {what, {SEAL_TIME_NONE, SEAL_TIME_NONE}};
	struct seal_root *root = NULL;
	struct seal_host *h = NULL;
	int fd = fuzz_memfd(p, n);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (seal_root_new(path, &root, NULL) == 0) {
		fuzz_must(seal_evidence_read(root, &query, &h, NULL) == 0);
		if (ask)
			ask(h);
		seal_evidence_free(h);
		seal_root_free(root);
	}
	close(fd);
}
