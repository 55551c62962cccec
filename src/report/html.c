/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html.h"

#include <errno.h>

#include "core/digest.h"
#include "core/enc.h"
#include "report/html_style.h"
#include "report/redact.h"

void seal_html_put(struct seal_html *w, struct seal_bytes text)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_enc_html(w->out, seal_passed_on(&b, w->style, text));
}

void seal_html_code(struct seal_html *w, struct seal_bytes text)
{
	seal_buf_puts(w->out, "<code>");
	seal_html_put(w, text);
	seal_buf_puts(w->out, "</code>");
}

/* --- head */

/* put_policy - the digest of the style sheet is all that Content Security Policy lets through */
static void put_policy(struct seal_html *w, struct seal_bytes css)
{
	unsigned char sum[SEAL_SHA256_SIZE];

	if (seal_sha256(css, sum) < 0) {
		w->out->err = -ENOSYS;
		return;
	}
	seal_buf_puts(w->out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
			      "'none'; style-src 'sha256-");
	seal_enc_base64(w->out, (struct seal_bytes){(const char *)sum, sizeof(sum)});
	seal_buf_puts(w->out, "'; base-uri 'none'; form-action 'none'\">\n");
}

/* the signs of the states: told apart by shape, not by colour alone */
static const char signs[] =
	"<svg width=\"0\" height=\"0\" aria-hidden=\"true\">\n"
	"<symbol id=\"i-fail\" viewBox=\"0 0 18 18\"><rect width=\"18\" height=\"18\" rx=\"4\" "
	"fill=\"currentColor\"/><path class=\"cross\" d=\"M5.5 5.5l7 7m0-7l-7 7\"/></symbol>\n"
	"<symbol id=\"i-unknown\" viewBox=\"0 0 18 18\"><rect x=\"1\" y=\"1\" width=\"16\" "
	"height=\"16\" rx=\"3.5\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\"/><path "
	"d=\"M6.6 7.2a2.4 2.4 0 1 1 3.6 2c-.9.5-1.2.9-1.2 1.7\" fill=\"none\" "
	"stroke=\"currentColor\" stroke-width=\"1.7\"/><circle cx=\"9\" cy=\"13.2\" r=\"1.1\" "
	"fill=\"currentColor\"/></symbol>\n"
	"<symbol id=\"i-waived\" viewBox=\"0 0 18 18\"><rect x=\"1\" y=\"1\" width=\"16\" "
	"height=\"16\" rx=\"3.5\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\"/><path "
	"d=\"M5 13L13 5\" stroke=\"currentColor\" stroke-width=\"2\"/></symbol>\n"
	"<symbol id=\"i-pass\" viewBox=\"0 0 18 18\"><rect width=\"18\" height=\"18\" rx=\"4\" "
	"fill=\"currentColor\" opacity=\".22\"/><path d=\"M5 9.3l2.7 2.7L13 6.4\" fill=\"none\" "
	"stroke=\"currentColor\" stroke-width=\"2\"/></symbol>\n"
	"<symbol id=\"i-na\" viewBox=\"0 0 18 18\"><rect x=\"1\" y=\"1\" width=\"16\" "
	"height=\"16\" "
	"rx=\"3.5\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1\" opacity=\".6\"/><path "
	"d=\"M6 9h6\" stroke=\"currentColor\" stroke-width=\"1.5\"/></symbol>\n"
	"</svg>\n";

static void put_fact(struct seal_html *w, const char *before, struct seal_bytes text)
{
	if (!text.n)
		return;
	seal_buf_printf(w->out, "<li>%s", before);
	seal_html_put(w, text);
	seal_buf_puts(w->out, "</li>");
}

static void put_facts(struct seal_html *w, const struct seal_host *h, struct seal_bytes more)
{
	seal_buf_puts(w->out, "<ul class=\"facts\">");
	put_fact(w, "", h->distro);
	put_fact(w, "Postfix ", h->postfix.version);
	if (h->selinux.mode != SEAL_SELINUX_UNKNOWN) {
		seal_buf_printf(w->out, "<li>SELinux %s", seal_selinux_mode_name(h->selinux.mode));
		if (h->selinux.type.n) {
			seal_buf_puts(w->out, ", policy ");
			seal_html_put(w, h->selinux.type);
		}
		seal_buf_puts(w->out, "</li>");
	}
	put_fact(w, "", more);
	seal_buf_puts(w->out, "</ul>\n");
}

static struct seal_bytes name_of(const struct seal_host *h)
{
	return h->name.n ? h->name : seal_bytes_of(h->root);
}

static void put_verdict(struct seal_html *w, const struct seal_html_head *head)
{
	seal_buf_printf(w->out, "<div class=\"verdict %s-on\">", head->state);
	seal_html_icon(w, head->state);
	seal_buf_puts(w->out, "<div>");
	seal_html_put(w, head->words);
	if (head->more.n) {
		seal_buf_puts(w->out, "<small>");
		seal_html_put(w, head->more);
		seal_buf_puts(w->out, "</small>");
	}
	seal_buf_puts(w->out, "</div></div>\n");
}

void seal_html_begin(struct seal_html *w, const struct seal_host *h,
		     const struct seal_html_head *head)
{
	struct seal_bytes css = seal_html_style[0].text;

	seal_buf_puts(w->out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
			      "<meta charset=\"utf-8\">\n");
	put_policy(w, css);
	seal_buf_puts(w->out,
		      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		      "<meta name=\"color-scheme\" content=\"light dark\">\n"
		      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
	seal_html_put(w, name_of(h));
	seal_buf_printf(w->out, " - postseal %s</title>\n<style>", head->verb);
	seal_buf_put(w->out, css.p, css.n);
	seal_buf_puts(w->out, "</style>\n</head>\n<body>\n");
	seal_buf_puts(w->out, signs);
	seal_buf_printf(w->out, "<header>\n<p class=\"verb\">postseal %s</p>\n", head->verb);
	seal_buf_puts(w->out, "<div class=\"who\"><div><h1>");
	seal_html_put(w, name_of(h));
	seal_buf_puts(w->out, "</h1>\n");
	put_facts(w, h, head->facts);
	seal_buf_puts(w->out, "</div>\n");
	put_verdict(w, head);
	seal_buf_puts(w->out, "</div>\n</header>\n<main>\n");
}

/* --- foot */

static void put_source(struct seal_html *w, const struct seal_source_state *s)
{
	seal_buf_printf(w->out, "<tr><td>%s</td><td>", seal_read_status_name(s->status));
	seal_html_code(w, s->path.n ? s->path : seal_bytes_of(seal_source_name(s->source)));
	seal_buf_puts(w->out, "</td><td>");
	if (s->detail.n)
		seal_html_put(w, s->detail);
	else if (s->records)
		seal_buf_printf(w->out, "%llu record%s", (unsigned long long)s->records,
				seal_text_plural(s->records));
	seal_buf_puts(w->out, "</td></tr>\n");
}

static void put_sources(struct seal_html *w, const struct seal_host *h)
{
	size_t bad = 0, n = 0;

	seal_vec_each (s, &h->sources) {
		bad += s->status == SEAL_READ_UNREADABLE || s->status == SEAL_READ_TRUNCATED;
		n += s->status == SEAL_READ_READ || s->status == SEAL_READ_TRUNCATED;
	}
	seal_html_section(w, "sources", "What this rests on", NULL);
	if (bad)
		seal_buf_printf(w->out,
				"<p class=\"note\">%zu source%s could not be read, or not whole: "
				"what they would have told is missing here.</p>\n",
				bad, seal_text_plural(bad));
	seal_buf_printf(w->out,
			"<details%s><summary>%zu source%s read</summary>\n<table>"
			"<thead><tr><th>Status</th><th>Source</th><th></th></tr></thead>\n",
			bad ? " open" : "", n, n == 1 ? " was" : "s were");
	seal_vec_each (s, &h->sources) {
		put_source(w, s);
	}
	seal_buf_puts(w->out, "</table></details>\n");
}

void seal_html_end(struct seal_html *w, const struct seal_host *h)
{
	put_sources(w, h);
	seal_buf_puts(w->out, "</main>\n<footer><p>postseal " SEAL_VERSION
			      ". This page fetches nothing and runs nothing. Evidence root: ");
	seal_html_code(w, seal_bytes_of(h->root));
	seal_buf_puts(w->out, "</p></footer>\n</body>\n</html>\n");
}

/* --- parts of sections */

void seal_html_section(struct seal_html *w, const char *id, const char *title, const char *lead)
{
	seal_buf_printf(w->out, "<h2 id=\"%s\">%s</h2>\n", id, title);
	if (lead)
		seal_buf_printf(w->out, "<p class=\"lead\">%s</p>\n", lead);
}

void seal_html_icon(struct seal_html *w, const char *state)
{
	seal_buf_printf(w->out,
			"<svg class=\"%s\" aria-hidden=\"true\"><use href=\"#i-%s\"/></svg>", state,
			state);
}

void seal_html_row(struct seal_html *w, const char *term, struct seal_bytes text)
{
	if (!text.n)
		return;
	seal_buf_printf(w->out, "<dt>%s</dt><dd>", term);
	seal_html_put(w, text);
	seal_buf_puts(w->out, "</dd>\n");
}

void seal_html_origin(struct seal_html *w, const struct seal_origin *o)
{
	if (!o->path.n)
		return;
	seal_buf_puts(w->out, "<code>");
	seal_html_put(w, o->path);
	if (o->line)
		seal_buf_printf(w->out, ":%llu", (unsigned long long)o->line);
	seal_buf_puts(w->out, "</code>");
}

/* put_command - as it would be pasted; whole addresses, for a command must stay what it is */
static void put_command(struct seal_html *w, const struct seal_argv *a)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_text_argv(&b, a);
	seal_buf_puts(w->out, "<pre>");
	seal_enc_html(w->out, seal_buf_bytes(&b));
	seal_buf_puts(w->out, "</pre>");
}

static void put_cost(struct seal_html *w, const struct seal_fix *f)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_text_fix_cost(&b, f);
	if (b.n)
		seal_buf_printf(w->out, "<dd class=\"mute\">%.*s</dd>", (int)b.n, b.p);
}

static void put_undo(struct seal_html *w, const struct seal_fix *f)
{
	const char *open = "<dt>undo</dt><dd class=\"do\">";

	for (size_t i = f->steps.n; i > 0; i--) {
		const struct seal_step *s = &f->steps.v[i - 1];

		if (!s->undo.v.n)
			continue;
		seal_buf_puts(w->out, open);
		put_command(w, &s->undo);
		open = "";
	}
	if (!*open)
		seal_buf_puts(w->out, "</dd>\n");
}

void seal_html_fix(struct seal_html *w, const struct seal_fix *f)
{
	struct seal_bytes verify = SEAL_BYTES_NONE;

	if (!f->steps.n) {
		seal_html_row(w, "fix", f->why);
		return;
	}
	seal_buf_puts(w->out, "<dt>fix</dt><dd class=\"do\">");
	seal_vec_each (s, &f->steps) {
		if (s->verify.n)
			verify = s->verify;
		if (s->argv.v.n) {
			put_command(w, &s->argv);
			continue;
		}
		seal_buf_puts(w->out, "<p>");
		seal_html_put(w, s->why);
		seal_buf_puts(w->out, "</p>");
	}
	seal_buf_puts(w->out, "</dd>\n");
	put_cost(w, f);
	put_undo(w, f);
	seal_html_row(w, "check", verify);
}
