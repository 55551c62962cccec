/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/contexts.h"
#include "evidence/selinux/policy.h"

/* bench_selinux.c - policy and file_contexts of this machine, each part timed (CPU time of this
 * process and of the child that parses first) usage: bench_selinux TYPE [open|ask|cost|labels] */
#include <stdio.h>
#include <sys/resource.h>

#define ASKS   20000
#define LABELS 100000

static double now_ms(void)
{
	double ms = 0;

	for (int who = RUSAGE_CHILDREN; who <= RUSAGE_SELF; who++) {
		struct rusage u;

		getrusage(who, &u);
		ms += (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
		      (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
	}
	return ms;
}

static bool wanted(const char *part, const char *name)
{
	return !part || strcmp(part, name) == 0;
}

static void ask(struct seal_policy *p)
{
	const struct seal_bytes perm[] = {SEAL_LIT("name_connect")};
	struct seal_access a = {SEAL_LIT("system_u:system_r:postfix_smtp_t:s0"),
				SEAL_LIT("system_u:object_r:ssh_port_t:s0"),
				SEAL_LIT("tcp_socket"),
				perm,
				1,
				-1};
	double start = now_ms();

	for (int i = 0; i < ASKS; i++) {
		struct seal_why_result why;

		if (seal_policy_why(p, &a, &why) == 0)
			seal_why_done(&why);
	}
	printf("every layer of a denial  %8.1f us\n", (now_ms() - start) * 1e3 / ASKS);
}

/* cost - each boolean of the policy: what it opens to whom, and what it takes away */
static void cost(struct seal_policy *p)
{
	struct seal_names names = {0};
	double all = 0, most = 0;

	if (seal_policy_booleans(p, &names) < 0)
		return;
	seal_vec_each (n, &names.v) {
		struct seal_switch s = {*n, true};
		struct seal_policy_change c = {.switches = &s, .n_switches = 1};
		double start = now_ms(), ms;
		struct seal_cost ret;

		seal_policy_cost(p, &c, SEAL_LIT("postfix_smtp_t"), &ret, NULL);
		ms = now_ms() - start;
		all += ms;
		most = ms > most ? ms : most;
	}
	printf("cost of a boolean        %8.2f ms (mean of %zu, most %.1f)\n",
	       all / (double)names.v.n, names.v.n, most);
	seal_vec_done(&names.v);
}

static void labels(const struct seal_root *root, struct seal_bytes type)
{
	struct seal_contexts *c = NULL;
	struct seal_bytes context;
	double start = now_ms();
	char path[64];

	if (seal_contexts_open(root, type, NULL, &c, NULL) < 0)
		return;
	for (unsigned i = 0; i < LABELS; i++) {
		int n = snprintf(path, sizeof(path), "/var/spool/postfix/deferred/%X/%08X", i & 15,
				 i * 2654435761u);

		if (seal_contexts_lookup(c, (struct seal_bytes){path, (size_t)n}, 'f', &context) <
		    0)
			fprintf(stderr, "%s: no context\n", path);
	}
	printf("%d labels, with open %8.1f ms\n", LABELS, now_ms() - start);
	seal_contexts_free(c);
}

int main(int argc, char **argv)
{
	const char *part = argc > 2 ? argv[2] : NULL;
	seal_auto_policy struct seal_policy *p = NULL;
	seal_auto_root struct seal_root *root = NULL;
	struct seal_bytes type = seal_bytes_of(argc > 1 ? argv[1] : "");
	double start;

	if (seal_root_new("/", &root, NULL) < 0)
		return 1;
	start = now_ms();
	if (!wanted(part, "labels") || !part) {
		if (seal_policy_open(root, type, &p, NULL, NULL) < 0)
			return 1;
		printf("open the host's policy   %8.1f ms\n", now_ms() - start);
	}
	if (p && wanted(part, "ask"))
		ask(p);
	if (p && wanted(part, "cost"))
		cost(p);
	if (wanted(part, "labels"))
		labels(root, type);
	return 0;
}
