/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/records.h"

#include "report/parts.h"

static void open_record(struct seal_records *r, const char *kind)
{
	seal_json_object(&r->j, NULL);
	seal_json_text(&r->j, "record", kind);
	seal_json_text(&r->j, "run", r->run);
	seal_json_bytes(&r->j, "host_name", r->host);
}

/* name_run - the same evidence gives the same name, other evidence another one */
static int name_run(struct seal_records *r, const struct seal_host *h, const char *verb)
{
	seal_auto_buf struct seal_buf text = {0};
	struct seal_print p = {0};
	struct seal_json j;
	int err;

	seal_json_init(&j, &text, false);
	seal_json_object(&j, NULL);
	seal_part_envelope(&j, h, verb);
	seal_json_object_end(&j);
	seal_print_add(&p, NULL, seal_buf_bytes(&text));
	err = seal_print_done(&p, r->run);
	return text.err ? text.err : err;
}

void seal_records_run(struct seal_records *r, const struct seal_host *h, const char *verb,
		      struct seal_buf *out)
{
	int err;

	*r = (struct seal_records){.host = h->name};
	seal_json_init(&r->j, out, false);
	err = name_run(r, h, verb);
	if (err < 0)
		out->err = err;
	open_record(r, "run");
	seal_part_envelope(&r->j, h, verb);
}

void seal_record(struct seal_records *r, const char *kind)
{
	r->n++;
	open_record(r, kind);
}

void seal_record_end(struct seal_records *r)
{
	seal_json_object_end(&r->j);
	seal_buf_putc(r->j.out, '\n');
}

void seal_records_end(struct seal_records *r)
{
	open_record(r, "end");
	seal_json_u64(&r->j, "records", r->n);
}
