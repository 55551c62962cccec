/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/apply_tell.h"

#include <errno.h>

#include "evidence/evidence.h"

enum how { TEXT, JSON, NDJSON, HOW_MAX_ };

static const char *const names[] = {[TEXT] = "text", [JSON] = "json", [NDJSON] = "ndjson"};

struct seal_tell_output {
	struct seal_document doc;
	struct seal_records records;
	enum how how;
	bool open;
};

/* how_of - HOW_MAX_: a format that does not tell of steps */
static enum how how_of(const struct seal_output *o)
{
	unsigned i;

	for (i = 0; i < HOW_MAX_; i++)
		if (strcmp(o->format->name, names[i]) == 0)
			break;
	return (enum how)i;
}

int seal_tell_formats(const struct seal_cli *cli, struct seal_err *err)
{
	seal_vec_each (o, &cli->outputs) {
		if (how_of(o) == HOW_MAX_)
			return seal_err_set(err, -EINVAL,
					    "--apply and --undo tell what they do as text, json or "
					    "ndjson, not as %s",
					    o->format->name);
	}
	return 0;
}

/* read_host - who the host is, for the documents that name it */
static int read_host(struct seal_tell *t, struct seal_err *err)
{
	struct seal_evidence_query who = {.span = {SEAL_TIME_NONE, SEAL_TIME_NONE}};
	int r = seal_root_new("/", &t->root, err);

	if (r == 0)
		r = seal_evidence_read(t->root, &who, &t->h, err);
	t->outcome.h = t->h;
	return r;
}

int seal_tell_begin(struct seal_tell *t, struct seal_err *err)
{
	size_t i;
	int r = 0;

	t->outputs = calloc(t->cli->outputs.n, sizeof(*t->outputs));
	if (!t->outputs)
		return seal_err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < t->cli->outputs.n; i++) {
		struct seal_tell_output *o = &t->outputs[i];

		o->how = how_of(&t->cli->outputs.v[i]);
		if (o->how != TEXT && !t->h)
			r = read_host(t, err);
		if (r < 0)
			return r;
		if (seal_cli_open(t->cli, &t->cli->outputs.v[i], &o->doc) != SEAL_EXIT_OK)
			return seal_err_set(err, -EIO, "no output to tell of the steps");
		o->open = true;
		if (o->how != NDJSON)
			continue;
		seal_outcome_put_run(&t->outcome, &o->records, &o->doc.buf);
		seal_buf_flush(&o->doc.buf);
	}
	return 0;
}

void seal_tell_step(struct seal_tell *t, unsigned n, enum seal_step_end e, const char *why)
{
	const struct seal_outcome_event *event = seal_outcome_add(&t->outcome, n, e, why);
	size_t i;

	for (i = 0; i < t->cli->outputs.n; i++) {
		struct seal_tell_output *o = &t->outputs[i];

		if (!event)
			o->doc.buf.err = -ENOMEM;
		else if (o->how == TEXT)
			seal_outcome_put_text(&t->outcome, event, &o->doc.buf);
		else if (o->how == NDJSON)
			seal_outcome_put_record(&t->outcome, event, &o->records);
		seal_buf_flush(&o->doc.buf);
	}
}

void seal_tell_line(struct seal_tell *t, const char *line)
{
	size_t i;

	for (i = 0; i < t->cli->outputs.n; i++) {
		if (t->outputs[i].how != TEXT)
			continue;
		seal_buf_puts(&t->outputs[i].doc.buf, line);
		seal_buf_putc(&t->outputs[i].doc.buf, '\n');
	}
}

int seal_tell_end(struct seal_tell *t)
{
	int ret = SEAL_EXIT_OK;
	size_t i;

	for (i = 0; t->outputs && i < t->cli->outputs.n; i++) {
		struct seal_tell_output *o = &t->outputs[i];

		if (!o->open)
			continue;
		if (o->how == JSON)
			seal_outcome_put_json(&t->outcome, &o->doc.buf);
		else if (o->how == NDJSON)
			seal_outcome_put_end(&t->outcome, &o->records);
		if (seal_cli_close(t->cli, &o->doc) != SEAL_EXIT_OK)
			ret = SEAL_EXIT_FAILED;
	}
	free(t->outputs);
	t->outputs = NULL;
	seal_outcome_done(&t->outcome);
	seal_evidence_free(t->h);
	seal_root_free(t->root);
	t->h = NULL;
	t->root = NULL;
	return ret;
}
