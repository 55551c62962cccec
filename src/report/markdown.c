/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/markdown.h"

#include "core/enc.h"
#include "report/redact.h"

void seal_md_head(struct seal_buf *out, const char *verb, const struct seal_host *h)
{
	seal_buf_printf(out, "### postseal %s of ", verb);
	seal_enc_md(out, h->name.n ? h->name : seal_bytes_of(h->root));
	seal_buf_puts(out, "\n\n");
}

void seal_md_put(struct seal_buf *out, const struct seal_text_style *style, struct seal_bytes text)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_enc_md(out, seal_passed_on(&b, style, text));
}

void seal_md_item(struct seal_buf *out, const struct seal_text_style *style, const char *word,
		  struct seal_bytes text)
{
	if (!text.n)
		return;
	seal_buf_printf(out, "- %s: ", word);
	seal_md_put(out, style, text);
	seal_buf_putc(out, '\n');
}

/* put_command - a line of a fenced block. It begins with the name of a program, so it cannot close
 * the fence; what must not be pasted into a shell is told as a remark. */
static void put_command(struct seal_buf *out, const struct seal_argv *a)
{
	seal_auto_buf struct seal_buf b = {0};
	bool fine = a->v.n > 0;

	seal_vec_each (w, &a->v) {
		if (b.n)
			seal_buf_putc(&b, ' ');
		fine = fine && seal_enc_sh(&b, *w);
	}
	seal_buf_puts(out, fine ? "" : "# by hand, an argument holds bytes that are not printable");
	if (fine)
		seal_buf_put(out, b.p, b.n);
	seal_buf_putc(out, '\n');
}

static bool has_commands(const struct seal_fix *f)
{
	seal_vec_each (s, &f->steps) {
		if (s->argv.v.n)
			return true;
	}
	return false;
}

void seal_md_fix(struct seal_buf *out, const struct seal_fix *f)
{
	bool undo = false;

	if (!has_commands(f))
		return;
	seal_buf_puts(out, "\n```sh\n");
	seal_vec_each (s, &f->steps) {
		if (s->argv.v.n)
			put_command(out, &s->argv);
		undo = undo || s->undo.v.n;
	}
	if (undo)
		seal_buf_puts(out, "# undo:\n");
	for (size_t i = f->steps.n; undo && i > 0; i--)
		if (f->steps.v[i - 1].undo.v.n)
			put_command(out, &f->steps.v[i - 1].undo);
	seal_buf_puts(out, "```\n\n");
}

void seal_md_sources(struct seal_buf *out, const struct seal_host *h)
{
	const char *before = "\nNot read, or not whole: ";

	seal_vec_each (s, &h->sources) {
		if (s->status != SEAL_READ_UNREADABLE && s->status != SEAL_READ_TRUNCATED)
			continue;
		seal_buf_puts(out, before);
		seal_enc_md(out, s->path.n ? s->path : seal_bytes_of(seal_source_name(s->source)));
		before = ", ";
	}
	if (before[0] == ',')
		seal_buf_puts(out, ".\n");
}
