/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include "core/enc.h"

/* columns_of - printed width of encoded text: bytes that do not continue a UTF-8 sequence */
static size_t columns_of(struct seal_bytes s)
{
	size_t n = 0, i;

	for (i = 0; i < s.n; i++)
		n += (s.p[i] & 0xc0) != 0x80;
	return n;
}

const char *seal_text_plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

size_t seal_text_wrap(struct seal_buf *out, size_t column, size_t indent, struct seal_bytes text)
{
	seal_auto_buf struct seal_buf enc = {0};
	struct seal_bytes rest, word;
	bool first = true;
	size_t width;

	seal_enc_tty(&enc, text);
	rest = seal_buf_bytes(&enc);
	for (word = seal_bytes_word(&rest); word.n; word = seal_bytes_word(&rest)) {
		width = columns_of(word);
		if (!first && column + 1 + width > SEAL_TEXT_COLUMNS) {
			seal_buf_printf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			seal_buf_putc(out, ' ');
			column++;
		}
		seal_buf_put(out, word.p, word.n);
		column += width;
		first = false;
	}
	return column;
}

void seal_text_row(struct seal_buf *out, size_t indent, const char *word, struct seal_bytes text)
{
	seal_buf_printf(out, "%*s%-7s", (int)indent, "", word);
	seal_text_wrap(out, indent + 7, indent + 7, text);
	seal_buf_putc(out, '\n');
}

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
	if (h->selinux.mode != SEAL_SELINUX_UNKNOWN)
		seal_buf_printf(out, ", SELinux %s", seal_selinux_mode_name(h->selinux.mode));
}

/* the sources an answer stands on; of the others only what could not be read is told */
static const enum seal_source principal[] = {
	SEAL_SOURCE_MAIL_LOG, SEAL_SOURCE_AUDIT,  SEAL_SOURCE_JOURNAL, SEAL_SOURCE_QUEUE,
	SEAL_SOURCE_MAIN_CF,  SEAL_SOURCE_POLICY, SEAL_SOURCE_LABELS,  SEAL_SOURCE_RULESET,
};

static bool is_principal(enum seal_source source)
{
	size_t i;

	for (i = 0; i < sizeof(principal) / sizeof(principal[0]); i++)
		if (principal[i] == source)
			return true;
	return false;
}

static bool was_read(const struct seal_source_state *s)
{
	return s->status == SEAL_READ_READ || s->status == SEAL_READ_TRUNCATED;
}

static void put_source(struct seal_buf *b, const struct seal_source_state *s, const char *lead)
{
	struct seal_bytes name = s->path.n ? s->path : seal_bytes_of(seal_source_name(s->source));

	seal_buf_puts(b, b->n ? ", " : lead);
	seal_buf_put(b, name.p, name.n);
	if (was_read(s) && s->records > 1)
		seal_buf_printf(b, " %llu", (unsigned long long)s->records);
	if (s->detail.n && s->status != SEAL_READ_READ) {
		seal_buf_puts(b, " (");
		seal_buf_put(b, s->detail.p, s->detail.n);
		seal_buf_putc(b, ')');
	}
}

static void put_line(struct seal_buf *out, struct seal_buf *b)
{
	if (!b->n)
		return;
	seal_buf_putc(b, '.');
	seal_text_wrap(out, 0, 0, seal_buf_bytes(b));
	seal_buf_putc(out, '\n');
}

static void put_read(struct seal_buf *out, const struct seal_host *h, bool all)
{
	seal_auto_buf struct seal_buf b = {0};
	size_t others = 0;

	seal_vec_each (s, &h->sources) {
		if (!was_read(s))
			continue;
		if (all || is_principal(s->source) || s->status == SEAL_READ_TRUNCATED)
			put_source(&b, s, "Read: ");
		else
			others++;
	}
	if (others)
		seal_buf_printf(&b, "%s%zu other%s", b.n ? ", " : "Read: ", others,
				seal_text_plural(others));
	put_line(out, &b);
}

/* has_any - some row of a source that was read, or that failed and is told for itself */
static bool has_any(const struct seal_host *h, enum seal_source source)
{
	seal_vec_each (s, &h->sources) {
		if (s->source == source && s->status != SEAL_READ_ABSENT)
			return true;
	}
	return false;
}

static void put_not_read(struct seal_buf *out, const struct seal_host *h, unsigned asked)
{
	seal_auto_buf struct seal_buf failed = {0}, none = {0};
	size_t i;

	seal_vec_each (s, &h->sources) {
		if (!was_read(s) && s->status != SEAL_READ_ABSENT)
			put_source(&failed, s, "Not read: ");
	}
	put_line(out, &failed);
	for (i = 0; i < sizeof(principal) / sizeof(principal[0]); i++) {
		/* a running host's labels are read with each file: no source of their own */
		if (h->live && principal[i] == SEAL_SOURCE_LABELS)
			continue;
		if ((asked & 1u << principal[i]) && !has_any(h, principal[i]))
			seal_buf_printf(&none, "%s%s",
					none.n    ? ", "
					: h->live ? "Not on this host: "
						  : "Not in this root: ",
					seal_source_name(principal[i]));
	}
	put_line(out, &none);
}

void seal_text_sources(struct seal_buf *out, const struct seal_host *h, unsigned asked,
		       const struct seal_text_style *style)
{
	put_read(out, h, style->verbose);
	put_not_read(out, h, asked);
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

static void put_accesses(struct seal_buf *out, uint64_t n)
{
	seal_buf_printf(out, "%llu access%s", (unsigned long long)n, n == 1 ? "" : "es");
}

bool seal_text_cost(struct seal_buf *out, const struct seal_cost *c)
{
	if (!c->known || (!c->own && !c->tuples && !c->domains && !c->closes))
		return false;
	put_accesses(out, c->own ? c->own : c->tuples);
	if (c->domains)
		seal_buf_printf(out, " for %llu domain%s", (unsigned long long)c->domains,
				seal_text_plural(c->domains));
	if (c->own && c->tuples > c->own && c->tuples != c->own * c->domains)
		seal_buf_printf(out, " (%llu in all)", (unsigned long long)c->tuples);
	if (c->closes) {
		seal_buf_puts(out, ", takes away ");
		put_accesses(out, c->closes);
	}
	return true;
}

void seal_text_fix_cost(struct seal_buf *out, const struct seal_fix *f)
{
	seal_auto_buf struct seal_buf b = {0};

	if (f->kind == SEAL_FIX_RESTORECON || f->kind == SEAL_FIX_FCONTEXT) {
		seal_buf_puts(out, "changes no policy");
	} else if (seal_text_cost(&b, &f->opens)) {
		seal_buf_puts(out, "opens ");
		seal_buf_put(out, b.p, b.n);
	}
}

static void put_cost(struct seal_buf *out, const struct seal_fix *f)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_text_fix_cost(&b, f);
	if (b.n)
		seal_buf_puts(out, "    ");
	seal_buf_put(out, b.p, b.n);
}

/* the first command of another firewall change that would do */
static void put_alternative(struct seal_buf *out, const struct seal_fix *f, int indent)
{
	seal_auto_buf struct seal_buf b = {0};

	if (!f->sufficient || !f->steps.n || !f->steps.v[0].argv.v.n)
		return;
	seal_text_argv(&b, &f->steps.v[0].argv);
	if (f->steps.n > 1 && f->steps.v[1].argv.v.n)
		seal_buf_puts(&b, " ...");
	if (f->rejected.n) {
		seal_buf_puts(&b, "  (");
		seal_buf_put(&b, f->rejected.p, f->rejected.n);
		seal_buf_putc(&b, ')');
	}
	seal_text_row(out, (size_t)indent, "or", seal_buf_bytes(&b));
}

void seal_text_fix(struct seal_buf *out, const struct seal_fix *f, int indent)
{
	bool first = true;

	seal_vec_each (s, &f->steps) {
		put_row(out, indent, first ? "fix" : "");
		if (s->argv.v.n)
			seal_text_argv(out, &s->argv);
		else
			seal_text_wrap(out, (size_t)indent + 7, (size_t)indent + 7, s->why);
		if (first)
			put_cost(out, f);
		seal_buf_putc(out, '\n');
		first = false;
	}
	if (first && f->why.n)
		seal_text_row(out, (size_t)indent, "fix", f->why);
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
	if (f->proof.n)
		seal_text_row(out, (size_t)indent, "proof", f->proof);
	if (f->kind != SEAL_FIX_FIREWALL_RULE && f->kind != SEAL_FIX_FIREWALLD)
		return;
	seal_vec_each (a, &f->alternatives) {
		put_alternative(out, a, indent);
	}
}
