/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "cli/ansible.h"
#include "cli/inputs.h"
#include "cli/verbs.h"
#include "core/time.h"

static const struct seal_verb *find_verb(const char *name)
{
	for (const struct seal_verb *v = seal_verbs; v->name; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

static void print_usage(FILE *to)
{
	fputs("usage: postseal VERB [options] [arguments]\n\n", to);
	for (const struct seal_verb *v = seal_verbs; v->name; v++)
		fprintf(to, "  %-10s%s\n", v->name, v->about);
	fputs("\npostseal VERB --help tells the options of a verb; postseal --version the "
	      "version;\npostseal --ansible-module ARGS is a module of Ansible.\n",
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
			if (!out) {
				seal_err_set(&err, -ENOMEM, "out of memory");
				return seal_cli_fail(&cli, SEAL_EXIT_FAILED, &err);
			}
			out->format = v->formats;
			cli.default_format = true;
		}
		r = check_outputs(&cli, &err);
		if (r == 0)
			r = seal_cli_check_inputs(&cli, &err);
		r = r < 0 ? seal_cli_fail(&cli, SEAL_EXIT_USAGE, &err) : v->run(&cli);
	}
	seal_vec_done(&cli.outputs);
	seal_vec_done(&cli.audit.only.v);
	seal_vec_done(&cli.audit.skip.v);
	seal_vec_done(&cli.audit.what_if.v);
	seal_vec_done(&cli.probe.to.v);
	seal_vec_done(&cli.probe.selectors.v);
	seal_vec_done(&cli.probe.blocklists.v);
	if (fflush(stdout) != 0 && r == SEAL_EXIT_OK)
		r = SEAL_EXIT_FAILED;
	return r;
}

static int run(int argc, char **argv)
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
		for (v = seal_verbs; v->name; v++)
			fprintf(stderr, " %s", v->name);
		fputc('\n', stderr);
		return SEAL_EXIT_USAGE;
	}
	return run_verb(v, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--ansible-module") == 0)
		return seal_ansible_module(argv[2], run);
	return run(argc, argv);
}
