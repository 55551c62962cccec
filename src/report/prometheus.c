/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/prometheus.h"

#include "core/enc.h"
#include "report/report.h"

void seal_prom_family(struct seal_buf *out, const char *verb, const char *name, const char *help)
{
	seal_buf_printf(out, "# HELP postseal_%s_%s %s\n# TYPE postseal_%s_%s gauge\n", verb, name,
			help, verb, name);
}

void seal_prom_sample(struct seal_buf *out, const char *verb, const char *name,
		      const struct seal_prom_label *labels, uint64_t value)
{
	const char *before = "{";

	seal_buf_printf(out, "postseal_%s_%s", verb, name);
	for (; labels && labels->name; labels++) {
		seal_buf_printf(out, "%s%s=", before, labels->name);
		seal_enc_prom(out, labels->value);
		before = ",";
	}
	seal_buf_printf(out, "%s %llu\n", before[0] == ',' ? "}" : "", (unsigned long long)value);
}

static void put_sources(struct seal_buf *out, const struct seal_host *h, const char *verb)
{
	uint64_t n[SEAL_READ_STATUS_MAX_] = {0};

	seal_vec_each (s, &h->sources) {
		n[s->status]++;
	}
	seal_prom_family(out, verb, "sources", "Sources of evidence by what became of them.");
	for (unsigned i = 0; i < SEAL_READ_STATUS_MAX_; i++) {
		const char *name = seal_read_status_name((enum seal_read_status)i);
		struct seal_prom_label labels[] = {{"status", seal_bytes_of(name)}, {0}};

		seal_prom_sample(out, verb, "sources", labels, n[i]);
	}
}

void seal_prom_run(struct seal_buf *out, const struct seal_host *h, const char *verb,
		   int64_t now_us)
{
	struct seal_prom_label version[] = {{"version", SEAL_LIT(SEAL_VERSION)}, {0}};

	seal_prom_family(out, verb, "info", "The program that wrote this.");
	seal_prom_sample(out, verb, "info", version, 1);
	seal_prom_family(out, verb, "last_run_timestamp_seconds", "When it ran.");
	seal_prom_sample(out, verb, "last_run_timestamp_seconds", NULL,
			 now_us > 0 ? (uint64_t)(now_us / SEAL_SECOND_US) : 0);
	seal_prom_family(out, verb, "complete",
			 "Whether no source that was there failed to be read.");
	seal_prom_sample(out, verb, "complete", NULL, seal_report_is_complete(h));
	put_sources(out, h, verb);
}

void seal_prom_cause_messages(struct seal_buf *out, const char *verb, const char *help,
			      const struct seal_prom_classes *c)
{
	seal_prom_family(out, verb, "cause_messages", help);
	for (unsigned i = 0; i < SEAL_CLASS_MAX_; i++)
		for (unsigned k = 0; k < SEAL_CERTAINTY_MAX_; k++) {
			const char *class_ = seal_cause_class_name((enum seal_cause_class)i);
			const char *sure = seal_certainty_name((enum seal_certainty)k);
			struct seal_prom_label labels[] = {{"class", seal_bytes_of(class_)},
							   {"certainty", seal_bytes_of(sure)},
							   {0}};

			if (c->n[i][k] || k == SEAL_CERTAINTY_CERTAIN)
				seal_prom_sample(out, verb, "cause_messages", labels, c->n[i][k]);
		}
}
