/* SPDX-License-Identifier: GPL-2.0-or-later */

/* bench_maillog - read the mail logs of a root and print what was counted: for timing from outside,
 * and for comparing totals with those of other programs. Usage: bench_maillog ROOT */

#include "evidence/postfix/log.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	seal_auto_root struct seal_root *root = NULL;
	struct seal_err err = {0};
	struct seal_host *h;
	const uint64_t *n;
	int r;

	if (argc != 2 || seal_root_new(argv[1], &root, &err) < 0) {
		fprintf(stderr, "usage: bench_maillog ROOT\n%s\n", err.text);
		return 1;
	}
	h = seal_host_new();
	r = h ? seal_maillog_read(root, h, &err) : -1;
	if (r < 0) {
		fprintf(stderr, "%s\n", err.text);
		seal_host_free(h);
		return 1;
	}
	n = h->mail.n_status;
	printf("lines %llu sent %llu deferred %llu bounced %llu expired %llu rejected %llu "
	       "messages %zu events %zu\n",
	       (unsigned long long)h->mail.n_lines, (unsigned long long)n[SEAL_RCPT_SENT],
	       (unsigned long long)n[SEAL_RCPT_DEFERRED], (unsigned long long)n[SEAL_RCPT_BOUNCED],
	       (unsigned long long)n[SEAL_RCPT_EXPIRED], (unsigned long long)n[SEAL_RCPT_REJECTED],
	       h->mail.messages.n, h->mail.events.n);
	seal_host_free(h);
	return 0;
}
