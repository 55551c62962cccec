/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/contexts.h"
#include "evidence/selinux/policy.h"

/* bench_selinux.c - policy and file_contexts of this machine, each part timed (CPU time of this
 * process and of the child that parses first)
 * usage: bench_selinux TYPE [open|ask|cost|labels|denials N]
 * The last writes N denials of as many groups, an audit log, instead. SEAL_BENCH_ROOT: the root of
 * another machine. */
#include <stdio.h>
#include <stdlib.h>
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

/* --- denials to be mended --- */

static uint32_t dice = 20261121;

static size_t roll(size_t n)
{
	dice = dice * 1664525u + 1013904223u;
	return (size_t)(((uint64_t)dice * n) >> 32);
}

static struct seal_bytes one_of(const struct seal_names *names)
{
	return names->v.v[roll(names->v.n)];
}

/* struct access - of the kinds that daemons of mail are denied */
static const struct access {
	const char *tclass, *perms, *object;
} accesses[] = {
	{"file", "read", "name=\"main.cf\" dev=\"vda1\" ino=7"},
	{"file", "write", "name=\"bob\" dev=\"vda1\" ino=8"},
	{"file", "execute", "name=\"filter\" dev=\"vda1\" ino=9"},
	{"dir", "write", "name=\"deferred\" dev=\"vda1\" ino=10"},
	{"dir", "search", "name=\"tmp\" dev=\"vda1\" ino=11"},
	{"sock_file", "write", "name=\"milter.sock\" dev=\"tmpfs\" ino=12"},
	{"tcp_socket", "name_connect", "dest=2525"},
	{"tcp_socket", "name_bind", "src=2525"},
};

static void put_denial(unsigned i, const struct access *a, struct seal_bytes source,
		       struct seal_bytes target)
{
	printf("type=AVC msg=audit(%u.%03u:%u): avc:  denied  { %s } for  pid=%u comm=\"smtp\" %s "
	       "scontext=system_u:system_r:%.*s:s0 tcontext=system_u:object_r:%.*s:s0 tclass=%s "
	       "permissive=0\n",
	       1795200000u + i / 1000, i % 1000, i + 1, a->perms, 1000 + i, a->object,
	       (int)source.n, source.p, (int)target.n, target.p, a->tclass);
}

static bool is_denied(struct seal_policy *p, const struct access *a, struct seal_bytes source,
		      struct seal_bytes target)
{
	struct seal_bytes perm = seal_bytes_of(a->perms);
	struct seal_access ask = {source, target, seal_bytes_of(a->tclass), &perm, 1, -1};

	return seal_policy_allows(p, &ask) == 0;
}

/* denials - each of other types or of another kind than all before; Postfix's own domains, where
 * the policy tells which they are */
static int denials(struct seal_policy *p, unsigned n)
{
	struct seal_names domains = {0}, files = {0}, ports = {0};
	bool ok = seal_policy_members(p, SEAL_LIT("postfix_domain"), &domains) == 0 ||
		  seal_policy_members(p, SEAL_LIT("domain"), &domains) == 0;

	ok = ok && seal_policy_members(p, SEAL_LIT("file_type"), &files) == 0 &&
	     seal_policy_members(p, SEAL_LIT("port_type"), &ports) == 0;
	for (unsigned i = 0, tries = 0; ok && i < n && tries < 100 * n + 1000; tries++) {
		const struct access *a = &accesses[roll(sizeof(accesses) / sizeof(*accesses))];
		struct seal_bytes s = one_of(&domains);
		struct seal_bytes t = one_of(a->tclass[0] == 't' ? &ports : &files);

		if (is_denied(p, a, s, t))
			put_denial(i++, a, s, t);
	}
	seal_vec_done(&domains.v);
	seal_vec_done(&files.v);
	seal_vec_done(&ports.v);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *part = argc > 2 ? argv[2] : NULL;
	seal_auto_policy struct seal_policy *p = NULL;
	seal_auto_root struct seal_root *root = NULL;
	struct seal_bytes type = seal_bytes_of(argc > 1 ? argv[1] : "");
	const char *top = getenv("SEAL_BENCH_ROOT");
	uint32_t n = 0;
	double start;

	if (seal_root_new(top ? top : "/", &root, NULL) < 0)
		return 1;
	if (argc > 3 && strcmp(part, "denials") == 0)
		return seal_policy_open(root, type, &p, NULL, NULL) < 0 ||
		       seal_parse_u32(seal_bytes_of(argv[3]), 10, &n) < 0 || denials(p, n);
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
