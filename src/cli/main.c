/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "cli/cli.h"
#include "core/time.h"

static const struct seal_verb verbs[] = {
	{"explain", "[QUEUE-ID ...]", "why each message waits, and the smallest fix",
	 SEAL_VERB_EXPLAIN, seal_formats_explain, seal_verb_explain},
	{"denials", "", "each group of SELinux denials: reason, cheapest fix, what it opens",
	 SEAL_VERB_DENIALS, seal_formats_denials, seal_verb_denials},
	{"reach", "", "who reaches which SMTP port, where mail may go, and which rule decides",
	 SEAL_VERB_REACH, seal_formats_reach, seal_verb_reach},
	{"audit", "", "the compliance checks, and the gate for pipelines", SEAL_VERB_AUDIT,
	 seal_formats_audit, seal_verb_audit},
	{"baseline", "", "the failures of today, for audit --baseline: only new ones fail then",
	 SEAL_VERB_BASELINE, seal_formats_baseline, seal_verb_baseline},
	{"diff", "A B", "which failures came and went between two images, hosts or audit reports",
	 SEAL_VERB_DIFF, seal_formats_diff, seal_verb_diff},
	{"reduce", "[FILE ...]", "NDJSON reports of many hosts or log slices, added up",
	 SEAL_VERB_REDUCE, seal_formats_reduce, seal_verb_reduce},
	{"fix", "[QUEUE-ID ...]", "the fixes as a plan: scripts to apply and to undo, modules",
	 SEAL_VERB_FIX, seal_formats_fix, seal_verb_fix},
	{"probe", "", "ask the network: DNS, connection, TLS and log-in of every next hop",
	 SEAL_VERB_PROBE, seal_formats_probe, seal_verb_probe},
	{"verify", "PLAN", "whether a plan that was carried out did what it was for",
	 SEAL_VERB_VERIFY, seal_formats_verify, seal_verb_verify},
	{"collect", "", "what the other verbs read of this host, in one file for elsewhere",
	 SEAL_VERB_COLLECT, seal_formats_collect, seal_verb_collect},
	{"rules", "list | show ID", "what a check looks at, why, and how to mend it",
	 SEAL_VERB_RULES, seal_formats_rules, seal_verb_rules},
};

#define N_VERBS (sizeof(verbs) / sizeof(verbs[0]))

static const struct seal_verb *find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < N_VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static void print_usage(FILE *to)
{
	size_t i;

	fputs("usage: postseal VERB [options] [arguments]\n\n", to);
	for (i = 0; i < N_VERBS; i++)
		fprintf(to, "  %-10s%s\n", verbs[i].name, verbs[i].about);
	fputs("\npostseal VERB --help tells the options of a verb; postseal --version the "
	      "version.\n",
	      to);
}

static int print_verb_help(const struct seal_verb *v)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_printf(&b, "usage: postseal %s [options]%s%s\n%s\n\n", v->name,
			*v->operands ? " " : "", v->operands, v->about);
	seal_opt_help(seal_options, v->bit, &b);
	seal_buf_puts(&b, "\nFormats:");
	for (const struct seal_format *f = v->formats; f->name; f++)
		seal_buf_printf(&b, " %s", f->name);
	seal_buf_putc(&b, '\n');
	if (b.err || fwrite(b.p, 1, b.n, stdout) != b.n)
		return SEAL_EXIT_FAILED;
	return SEAL_EXIT_OK;
}

/* check_outputs - each document has a place of its own. Returns 0 or -EINVAL */
static int check_outputs(const struct seal_cli *cli, struct seal_err *err)
{
	for (size_t i = 0; i < cli->outputs.n; i++)
		for (size_t k = 0; k < i; k++) {
			const char *a = cli->outputs.v[i].file, *b = cli->outputs.v[k].file;

			if (!a && !b)
				return seal_err_set(err, -EINVAL,
						    "only one format goes to standard output; "
						    "the others need --format F=FILE");
			if (a && b && strcmp(a, b) == 0)
				return seal_err_set(err, -EINVAL, "two formats go to %s", a);
		}
	return 0;
}

static int run_verb(const struct seal_verb *v, int argc, char **argv)
{
	struct seal_cli cli = {
		.verb = v, .root = "/", .since_us = SEAL_TIME_NONE, .until_us = SEAL_TIME_NONE};
	struct seal_err err = {0};
	struct seal_output *out;
	int r;

	if (seal_opt_parse(seal_options, v->bit, argc, argv, &cli, &cli.args, &cli.n_args, &err) <
	    0) {
		r = seal_cli_fail(&cli, SEAL_EXIT_USAGE, &err);
	} else if (cli.help) {
		r = print_verb_help(v);
	} else {
		if (!cli.outputs.n) {
			out = seal_vec_add(&cli.outputs);
			if (!out)
				return SEAL_EXIT_FAILED;
			out->format = v->formats;
		}
		r = check_outputs(&cli, &err) < 0 ? seal_cli_fail(&cli, SEAL_EXIT_USAGE, &err)
						  : v->run(&cli);
	}
	seal_vec_done(&cli.outputs);
	seal_vec_done(&cli.audit.only.v);
	seal_vec_done(&cli.audit.skip.v);
	seal_vec_done(&cli.probe.to.v);
	seal_vec_done(&cli.probe.selectors.v);
	seal_vec_done(&cli.probe.blocklists.v);
	if (fflush(stdout) != 0 && r == SEAL_EXIT_OK)
		r = SEAL_EXIT_FAILED;
	return r;
}

int main(int argc, char **argv)
{
	const struct seal_verb *v;

	if (argc < 2) {
		print_usage(stderr);
		return SEAL_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_usage(stdout);
		return SEAL_EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("postseal " SEAL_VERSION);
		return SEAL_EXIT_OK;
	}
	v = find_verb(argv[1]);
	if (!v) {
		fprintf(stderr, "postseal: no such verb; the verbs are:");
		for (size_t i = 0; i < N_VERBS; i++)
			fprintf(stderr, " %s", verbs[i].name);
		fputc('\n', stderr);
		return SEAL_EXIT_USAGE;
	}
	return run_verb(v, argc - 1, argv + 1);
}
