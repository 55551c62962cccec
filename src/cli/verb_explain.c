/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution.h"
#include "cli/live_queue.h"
#include "cli/lock.h"
#include "cli/progress.h"
#include "evidence/evidence.h"
#include "report/report.h"

/* struct answer - what the formats are made of */
struct answer {
	const struct seal_host *h;
	const struct seal_explanation *x;
};

/* the writers of the formats */
#define FORMAT(name, ...)                                                                          \
	static void put_##name(const void *answer, const struct seal_text_style *style,            \
			       struct seal_buf *out)                                               \
	{                                                                                          \
		const struct answer *a = answer;                                                   \
                                                                                                   \
		(void)style;                                                                       \
		seal_report_explain_##name(a->h, a->x, __VA_ARGS__);                               \
	}

FORMAT(text, style, out)
FORMAT(json, out)
FORMAT(ndjson, out)
FORMAT(markdown, style, out)
FORMAT(html, style, out)
FORMAT(prometheus, seal_cli_now(), out)

const struct seal_format seal_formats_explain[] = {
	{"text", put_text},     {"json", put_json},
	{"ndjson", put_ndjson}, {"markdown", put_markdown},
	{"html", put_html},     {"prometheus", put_prometheus},
	{NULL, NULL},
};

static int explain(const struct seal_cli *cli, const struct seal_root *root,
		   const struct seal_rules *rules, struct seal_err *err)
{
	struct seal_evidence_query query = {.what = SEAL_EV_ALL | SEAL_EV_SETUP | SEAL_EV_CHANGES,
					    .span = {cli->since_us, cli->until_us},
					    .quote = seal_bytes_of(cli->message)};
	seal_auto_explanation struct seal_explanation *x = NULL;
	seal_auto_free struct seal_bytes *ids = NULL;
	seal_auto_host struct seal_host *h = NULL;
	size_t n, i;
	int r;

	ids = calloc(cli->n_args + 2, sizeof(*ids));
	if (!ids)
		return seal_err_set(err, -ENOMEM, "out of memory");
	for (n = 0; n < cli->n_args; n++)
		ids[n] = seal_bytes_of(cli->args[n]);
	if (cli->message)
		ids[n++] = query.quote;

	r = seal_cli_read(cli, root, &query, &h, err);
	if (r < 0)
		return r;
	r = seal_explain(h, rules, (struct seal_ids){ids, n}, &x);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	for (i = 0; i < n; i++)
		if (!seal_explanation_has(x, ids[i]) && !(i == cli->n_args && x->story.n))
			return seal_err_set(err, -ENOENT,
					    "no message %.*s waits or came to a bad end",
					    (int)ids[i].n, ids[i].p);
	r = seal_cli_render(cli, &(struct answer){h, x});
	if (r == SEAL_EXIT_OK && cli->require_complete && !seal_report_is_complete(h))
		r = SEAL_EXIT_INCOMPLETE;
	return r;
}

int seal_verb_explain(const struct seal_cli *cli)
{
	seal_auto_rules struct seal_rules *rules = NULL;
	seal_auto_root struct seal_root *root = NULL;
	struct seal_err err = {0};
	int r;

	if (seal_rules_load(cli->rules_dir, &rules, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_USAGE, &err);
	if (seal_root_new(cli->root, &root, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	seal_cli_queue(root);
	if (seal_cli_lock(cli, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	r = explain(cli, root, rules, &err);
	return r < 0 ? seal_cli_fail(cli, r == -ENOENT ? SEAL_EXIT_USAGE : SEAL_EXIT_FAILED, &err)
		     : r;
}
