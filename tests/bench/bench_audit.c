/* SPDX-License-Identifier: GPL-2.0-or-later */

/* bench_audit - read the audit evidence of a root and print what was counted: for timing from
 * outside. Usage: bench_audit [-v] ROOT -v: a line for each distinct denial too, words and numbers
 * alone */

#include "core/root.h"
#include "evidence/audit/audit.h"

#include <stdio.h>

static int read_audit(const struct seal_root *root, struct seal_host *h, struct seal_err *err)
{
	seal_auto_audit struct seal_audit_log *log = NULL;
	int r;

	r = seal_audit_new(root, h, &log, err);
	if (r < 0)
		return r;
	return seal_audit_finish(log, err);
}

static void print_denial(const struct seal_denial *d)
{
	size_t i;

	printf("%llu %.*s %.*s %.*s %d ", (unsigned long long)d->count, (int)d->scontext.n,
	       d->scontext.p, (int)d->tcontext.n, d->tcontext.p, (int)d->tclass.n, d->tclass.p,
	       d->permissive);
	for (i = 0; i < d->n_perms; i++)
		printf("%s%.*s", i ? "," : "", (int)d->perms[i].n, d->perms[i].p);
	printf(" port=%d ino=%llu syscall=%.*s exit=%lld line=%llu\n", d->object.port,
	       (unsigned long long)d->object.inode, (int)d->syscall.n, d->syscall.p,
	       (long long)d->exit, (unsigned long long)d->origin.line);
}

int main(int argc, char **argv)
{
	bool verbose = argc == 3 && strcmp(argv[1], "-v") == 0;
	seal_auto_root struct seal_root *root = NULL;
	struct seal_host *h = seal_host_new();
	struct seal_err err = {0};
	size_t hits = 0;
	int r;

	if ((argc != 2 && !verbose) || !h)
		return 64;
	r = seal_root_new(argv[argc - 1], &root, &err);
	if (r >= 0)
		r = read_audit(root, h, &err);
	if (r < 0) {
		fprintf(stderr, "bench_audit: %s\n", err.text);
		seal_host_free(h);
		return 1;
	}
	seal_vec_each (d, &h->audit.denials) {
		hits += d->hits.n;
	}
	printf("denials %llu groups %zu hits %zu not-kept %llu changes %zu\n",
	       (unsigned long long)h->audit.n_denials, h->audit.denials.n, hits,
	       (unsigned long long)h->audit.n_not_kept, h->changes.n);
	seal_vec_each (d, &h->audit.denials) {
		if (verbose)
			print_denial(d);
	}
	seal_host_free(h);
	return 0;
}
