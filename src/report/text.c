/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include "core/enc.h"

static void put_fact(struct seal_buf *out, const char *before, struct seal_bytes b)
{
	if (!b.n)
		return;
	seal_buf_puts(out, before);
	seal_enc_tty(out, b);
}

void seal_text_head(struct seal_buf *out, const struct seal_host *h,
		    const struct seal_text_style *style)
{
	if (style->color)
		seal_buf_puts(out, "\033[1m");
	seal_enc_tty(out, h->name.n ? h->name : seal_bytes_of(h->root));
	if (style->color)
		seal_buf_puts(out, "\033[0m");
	put_fact(out, "  ", h->distro);
	put_fact(out, ", Postfix ", h->postfix.version);
	seal_buf_printf(out, ", SELinux %s", seal_selinux_mode_name(h->selinux.mode));
}

/* put_list - one sentence: what was read, or what was there and could not be */
static void put_list(struct seal_buf *out, const struct seal_host *h, bool read)
{
	size_t n = 0;

	seal_vec_each (s, &h->sources) {
		bool was_read = s->status == SEAL_READ_READ || s->status == SEAL_READ_TRUNCATED;

		if (was_read != read || (!read && s->status == SEAL_READ_ABSENT))
			continue;
		seal_buf_puts(out, n++ ? ", " : read ? "Read: " : "Not read: ");
		seal_enc_tty(out, s->path.n ? s->path : seal_bytes_of(seal_source_name(s->source)));
		if (read && s->records)
			seal_buf_printf(out, " (%llu)", (unsigned long long)s->records);
		if (s->detail.n && (!read || s->status == SEAL_READ_TRUNCATED)) {
			seal_buf_puts(out, " (");
			seal_enc_tty(out, s->detail);
			seal_buf_putc(out, ')');
		}
	}
	if (n)
		seal_buf_puts(out, ".\n");
}

void seal_text_sources(struct seal_buf *out, const struct seal_host *h)
{
	put_list(out, h, true);
	put_list(out, h, false);
}

void seal_text_argv(struct seal_buf *out, const struct seal_argv *a)
{
	seal_auto_buf struct seal_buf b = {0};
	bool fine = true;

	seal_vec_each (w, &a->v) {
		if (b.n)
			seal_buf_putc(&b, ' ');
		fine = fine && seal_enc_sh(&b, *w);
	}
	if (fine) {
		seal_buf_put(out, b.p, b.n);
		return;
	}
	seal_buf_puts(out, "by hand, an argument holds bytes that are not printable:");
	seal_vec_each (w, &a->v) {
		seal_buf_putc(out, ' ');
		seal_enc_tty(out, *w);
	}
}

static void put_row(struct seal_buf *out, int indent, const char *word)
{
	seal_buf_printf(out, "%*s%-7s", indent, "", word);
}

static void put_cost(struct seal_buf *out, const struct seal_fix *f)
{
	const struct seal_cost *c = &f->opens;

	if (f->kind == SEAL_FIX_RESTORECON || f->kind == SEAL_FIX_FCONTEXT) {
		seal_buf_puts(out, "    changes no policy");
		return;
	}
	if (!c->known || (!c->own && !c->tuples && !c->domains))
		return;
	seal_buf_printf(out, "    opens %llu access%s",
			(unsigned long long)(c->own ? c->own : c->tuples),
			(c->own ? c->own : c->tuples) == 1 ? "" : "es");
	if (c->domains)
		seal_buf_printf(out, " for %llu domain%s", (unsigned long long)c->domains,
				c->domains == 1 ? "" : "s");
}

void seal_text_fix(struct seal_buf *out, const struct seal_fix *f, int indent)
{
	bool first = true;

	seal_vec_each (s, &f->steps) {
		put_row(out, indent, first ? "fix" : "");
		if (s->argv.v.n)
			seal_text_argv(out, &s->argv);
		else
			seal_enc_tty(out, s->why);
		if (first)
			put_cost(out, f);
		seal_buf_putc(out, '\n');
		first = false;
	}
	if (first && f->why.n) {
		put_row(out, indent, "fix");
		seal_enc_tty(out, f->why);
		seal_buf_putc(out, '\n');
	}
	first = true;
	for (size_t i = f->steps.n; i > 0; i--) {
		const struct seal_step *s = &f->steps.v[i - 1];

		if (!s->undo.v.n)
			continue;
		put_row(out, indent, first ? "undo" : "");
		seal_text_argv(out, &s->undo);
		seal_buf_putc(out, '\n');
		first = false;
	}
}
