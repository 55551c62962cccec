/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/denials.h"

#include "report/prometheus.h"

#define VERB "denials"

void seal_report_denials_prometheus(const struct seal_host *h, const struct seal_denial_report *r,
				    int64_t now_us, struct seal_buf *out)
{
	static const char *const words[] = {"false", "true"};
	uint64_t groups[2][2] = {0}, count[2] = {0};

	seal_vec_each (g, &r->groups) {
		groups[g->mail][g->fix >= 0]++;
		count[g->mail] += g->count;
	}
	seal_prom_run(out, h, VERB, now_us);
	seal_prom_family(out, VERB, "groups",
			 "Groups of denials, of the mail system or not, with a fix or not.");
	for (unsigned i = 0; i < 2; i++)
		for (unsigned k = 0; k < 2; k++) {
			struct seal_prom_label labels[] = {{"mail", seal_bytes_of(words[i])},
							   {"fix", seal_bytes_of(words[k])},
							   {0}};

			seal_prom_sample(out, VERB, "groups", labels, groups[i][k]);
		}
	seal_prom_family(out, VERB, "occurrences", "Denials in the logs that were read.");
	for (unsigned i = 0; i < 2; i++) {
		struct seal_prom_label labels[] = {{"mail", seal_bytes_of(words[i])}, {0}};

		seal_prom_sample(out, VERB, "occurrences", labels, count[i]);
	}
}
