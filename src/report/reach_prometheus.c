/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/reach.h"

#include "report/prometheus.h"
#include "report/reach_words.h"

#define VERB "reach"

void seal_report_reach_prometheus(const struct seal_host *h, const struct seal_ruleset *rs,
				  const struct seal_paths *p, int64_t now_us, struct seal_buf *out)
{
	uint64_t n[2][SEAL_FATE_MAX_] = {0};

	seal_vec_each (path, &p->paths) {
		seal_vec_each (r, &path->rows) {
			n[path->dir == SEAL_PACKET_OUT][r->row.verdict.verdict]++;
		}
	}
	seal_prom_run(out, h, VERB, now_us);
	seal_prom_family(out, VERB, "ruleset_read", "Whether a firewall ruleset was read.");
	seal_prom_sample(out, VERB, "ruleset_read", NULL, rs != NULL);
	seal_prom_family(out, VERB, "paths", "Listeners and next hops asked about.");
	seal_prom_sample(out, VERB, "paths", NULL, p->paths.n);
	seal_prom_family(out, VERB, "answers", "Answers of their paths by direction and verdict.");
	for (unsigned i = 0; i < 2; i++)
		for (unsigned k = 0; k < SEAL_FATE_MAX_; k++) {
			struct seal_fw_verdict v = {.verdict = (enum seal_fw_fate)k};
			struct seal_prom_label labels[] = {
				{"direction", i ? SEAL_LIT("out") : SEAL_LIT("in")},
				{"verdict", seal_bytes_of(seal_reach_word(&v))},
				{0}};

			seal_prom_sample(out, VERB, "answers", labels, n[i][k]);
		}
}
