/* SPDX-License-Identifier: GPL-2.0-or-later */

/* bench_ruleset RULESET.json [TOPOLOGY.json] - time to read a listing, to answer one probe, and to
 * answer "from whom" for ports 25, 465 and 587; memory beyond the document itself */

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "analysis/reach/reach.h"
#include "core/input.h"
#include "evidence/firewall/nft_json.h"
#include "evidence/firewall/topology.h"

#define DOCUMENT_MAX ((size_t)1 << 30)
#define PROBES       2000
#define PARSES       5

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* other work on the machine does not count */
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static long maxrss_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

static int load(const char *path, char **text, size_t *n)
{
	struct seal_err err = {0};
	int r = seal_read_all(open(path, O_RDONLY | O_CLOEXEC), DOCUMENT_MAX, text, n, &err);

	if (r < 0)
		fprintf(stderr, "%s: %s\n", path, err.text);
	return r;
}

static struct seal_packet packet_to(const struct seal_net *net, uint16_t port)
{
	struct seal_packet p = {.dir = SEAL_PACKET_IN,
				.proto = IPPROTO_TCP,
				.dport = port,
				.sport = 50000,
				.has_uid = true};

	seal_vec_each (i, &net->addrs) {
		if (i->prefix.addr.bits == 32 && !p.dst.bits) {
			p.dst = i->prefix.addr;
			p.iif = i->ifname;
		}
	}
	if (!p.dst.bits && seal_addr_parse(SEAL_LIT("198.51.100.10"), &p.dst) < 0)
		p.dst.bits = 32;
	if (!p.iif.n)
		p.iif = SEAL_LIT("eth0");
	return p;
}

static double bench_probes(const struct seal_ruleset *rs, const struct seal_net *net)
{
	static const uint16_t ports[] = {25, 465, 587, 2525};
	double from = now_ms();
	int i;

	for (i = 0; i < PROBES; i++) {
		seal_auto_arena struct seal_arena *a = seal_arena_new();
		struct seal_packet p = packet_to(net, ports[i % 4]);
		struct seal_fw_verdict v;

		p.src = seal_u128_addr(0x08080000u + (seal_u128)i * 7919u % 0x70000000u, 32);
		if (!a || seal_reach_probe(rs, net, &p, a, &v) < 0)
			return -1;
	}
	return (now_ms() - from) * 1e3 / PROBES;
}

static double bench_sources(const struct seal_ruleset *rs, const struct seal_net *net, size_t *rows)
{
	static const uint16_t ports[] = {25, 465, 587};
	double from = now_ms();
	size_t i;

	*rows = 0;
	for (i = 0; i < 3; i++) {
		seal_auto_arena struct seal_arena *a = seal_arena_new();
		struct seal_question q = {.packet = packet_to(net, ports[i]), .family = 4};
		struct seal_reach_answer answer;

		q.packet.sport = 0;
		if (!a || seal_reach_ask(rs, net, &q, a, &answer) < 0)
			return -1;
		*rows += answer.n_rows;
	}
	return now_ms() - from;
}

/* the fastest of some runs: what other programs do to the caches is not ours. The memory told is
 * that of one ruleset: each is freed before the next. */
static double bench_parse(const char *path, struct seal_bytes text, struct seal_ruleset **ret)
{
	struct seal_err err = {0};
	double best = -1;
	int i;

	for (i = 0; i < PARSES; i++) {
		double from, ms;

		seal_ruleset_free(*ret);
		*ret = NULL;
		from = now_ms();
		if (seal_nft_json_parse(text, ret, &err) < 0) {
			fprintf(stderr, "%s: %s\n", path, err.text);
			return -1;
		}
		ms = now_ms() - from;
		if (best < 0 || ms < best)
			best = ms;
	}
	return best;
}

int main(int argc, char **argv)
{
	seal_auto_ruleset struct seal_ruleset *rs = NULL;
	seal_auto_arena struct seal_arena *a = seal_arena_new();
	seal_auto_free char *text = NULL, *topo = NULL;
	struct seal_net net = {0};
	struct seal_err err = {0};
	size_t n = 0, n_topo = 0, rows;
	double parse;
	long before;

	if (argc < 2 || !a || load(argv[1], &text, &n) < 0)
		return 1;
	if (argc > 2 && (load(argv[2], &topo, &n_topo) < 0 ||
			 seal_topology_parse((struct seal_bytes){topo, n_topo}, a, &net, &err) < 0))
		return 1;
	before = maxrss_kib();
	parse = bench_parse(argv[1], (struct seal_bytes){text, n}, &rs);
	if (parse < 0)
		return 1;
	printf("%8zu KiB %7zu rules %7zu elements  parse %8.2f ms  +%6ld KiB", n / 1024,
	       rs->n_rules, rs->n_elements, parse, maxrss_kib() - before);
	printf("  probe %8.2f us", bench_probes(rs, &net));
	printf("  sources %8.2f ms", bench_sources(rs, &net, &rows));
	printf(" (%zu rows)\n", rows);
	seal_net_done(&net);
	return 0;
}
