/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/collect.h"

#include "core/enc.h"
#include "core/json.h"
#include "report/report.h"

void seal_report_collect_text(const struct seal_collected *c, struct seal_buf *out)
{
	seal_enc_tty(out, seal_bytes_of(c->file));
	seal_buf_printf(out, ": %llu file%s, %llu byte%s before compression%s\n",
			(unsigned long long)c->n_files, seal_text_plural(c->n_files),
			(unsigned long long)c->n_bytes, seal_text_plural(c->n_bytes),
			c->redacted ? ", mail addresses replaced" : "");
	if (!c->n_left)
		return;
	seal_buf_printf(out, "left out for want of room (--max-size): %llu file%s, the first ",
			(unsigned long long)c->n_left, seal_text_plural(c->n_left));
	seal_enc_tty(out, seal_bytes_of(c->first_left));
	seal_buf_putc(out, '\n');
}

void seal_report_collect_json(const struct seal_collected *c, struct seal_buf *out)
{
	struct seal_json j;

	seal_json_init(&j, out, true);
	seal_report_envelope(&j, c->h, "collect");
	seal_json_object(&j, "bundle");
	seal_json_bytes(&j, "file", seal_bytes_of(c->file));
	seal_json_u64(&j, "files", c->n_files);
	seal_json_u64(&j, "bytes", c->n_bytes);
	seal_json_u64(&j, "left_out", c->n_left);
	seal_json_bool(&j, "redacted", c->redacted);
	seal_json_object_end(&j);
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
}
