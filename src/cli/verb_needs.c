/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verb_needs.c - audit --needs and --what-if: what must be open, and no more */
#include <errno.h>
#include <stdio.h>

#include "checks/needs.h"
#include "cli/cli.h"
#include "evidence/evidence.h"
#include "evidence/selinux/sepol_memory.h"
#include "report/needs.h"

/* struct review - all that lives as long as the answer */
struct review {
	struct seal_root *root;
	struct seal_host *h;
	struct seal_needs needs;
};

static void review_done(struct review *v)
{
	seal_needs_done(&v->needs);
	seal_evidence_free(v->h);
	if (v->root)
		seal_root_free(v->root);
}

/* question_of - the words of one --what-if; "close" takes its port from the operands. Returns 0 or
 * -EINVAL, -ENOMEM */
static int question_of(const struct seal_cli *cli, const char *word, size_t *operand,
		       struct seal_host *h, struct seal_bytes *ret, struct seal_err *err)
{
	const char *text = word;

	if (strcmp(word, "close") == 0) {
		if (*operand == cli->n_args)
			return seal_err_set(err, -EINVAL, "--what-if close names no port");
		text = seal_arena_printf(h->arena, "close %s", cli->args[(*operand)++]);
	}
	*ret = seal_bytes_of(text);
	return text ? 0 : seal_err_set(err, -ENOMEM, "out of memory");
}

static int answer(const struct seal_cli *cli, struct review *v, struct seal_err *err)
{
	struct seal_evidence_query query = {SEAL_EV_ALL | SEAL_EV_SETUP,
					    {cli->since_us, cli->until_us}};
	struct seal_bytes question;
	size_t operand = 0;
	int r = seal_root_new(cli->root, &v->root, err);

	if (r == 0)
		r = seal_evidence_read(v->root, &query, &v->h, err);
	if (r < 0)
		return r == -EINVAL ? -EIO : r;
	r = seal_needs_find(v->h, &v->needs);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	seal_vec_each (w, &cli->audit.what_if.v) {
		if (r == 0)
			r = question_of(cli, *w, &operand, v->h, &question, err);
		if (r == 0)
			r = seal_needs_what_if(v->h, question, &v->needs, err);
	}
	if (r == 0 && seal_sepol_memory_was_short())
		r = seal_err_set(err, -ENOMEM, "out of memory");
	if (r == 0 && operand < cli->n_args)
		r = seal_err_set(err, -EINVAL, "what is '%s'?", cli->args[operand]);
	return r;
}

static int write_one(const struct seal_cli *cli, const struct review *v,
		     const struct seal_output *to)
{
	struct seal_text_style style = {.color = seal_cli_color(cli, to), .verbose = cli->verbose};
	seal_auto_buf struct seal_buf b = {0};

	if (strcmp(to->format->name, "json") == 0)
		seal_report_needs_json(v->h, &v->needs, &b);
	else
		seal_report_needs_text(v->h, &v->needs, &style, &b);
	return seal_cli_write(cli, to, &b);
}

static int check_formats(const struct seal_cli *cli, struct seal_err *err)
{
	seal_vec_each (o, &cli->outputs) {
		if (strcmp(o->format->name, "text") != 0 && strcmp(o->format->name, "json") != 0)
			return seal_err_set(err, -EINVAL,
					    "--needs and --what-if are written as text or json");
	}
	return 0;
}

int seal_verb_needs(const struct seal_cli *cli)
{
	struct review v = {.root = NULL};
	struct seal_err err = {0};
	int r = check_formats(cli, &err), code = SEAL_EXIT_OK;

	if (r == 0)
		r = answer(cli, &v, &err);
	if (r < 0) {
		code = seal_cli_fail(cli, r == -EINVAL ? SEAL_EXIT_USAGE : SEAL_EXIT_FAILED, &err);
	} else {
		seal_vec_each (o, &cli->outputs) {
			if (code == SEAL_EXIT_OK)
				code = write_one(cli, &v, o);
		}
		if (code == SEAL_EXIT_OK && cli->require_complete &&
		    !(v.needs.complete && seal_report_is_complete(v.h)))
			code = SEAL_EXIT_INCOMPLETE;
	}
	review_done(&v);
	return code;
}
