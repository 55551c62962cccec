/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "evidence/postfix/conf.h"
#include "evidence/postfix/queue.h"

/* bench_queue.c - the queue reader alone: bench_queue ROOT */

int main(int argc, char **argv)
{
	seal_auto_root struct seal_root *root = NULL;
	struct seal_err err = {0};
	struct seal_host *h;
	size_t n;
	int r;

	if (argc != 2)
		return 64;
	h = seal_host_new();
	if (!h)
		return 1;
	r = seal_root_new(argv[1], &root, &err);
	if (r == 0)
		r = seal_postfix_read(root, h, &err);
	if (r == 0)
		r = seal_queue_read(root, h, &err);
	n = h->queue.messages.n;
	seal_host_free(h);
	if (r < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	printf("%zu messages\n", n);
	return 0;
}
