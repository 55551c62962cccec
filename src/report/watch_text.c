/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "core/enc.h"
#include "report/explain_words.h"
#include "report/watch.h"

#define INDENT 10

typedef unsigned long long ull;

void seal_watch_text_run(struct seal_buf *out, const struct seal_host *h,
			 const struct seal_text_style *style)
{
	const char *before = "    follows ";

	seal_text_head(out, h, style);
	seal_vec_each (s, &h->sources) {
		if ((s->source != SEAL_SOURCE_AUDIT && s->source != SEAL_SOURCE_MAIL_LOG &&
		     s->source != SEAL_SOURCE_JOURNAL) ||
		    s->status == SEAL_READ_UNREADABLE)
			continue;
		seal_buf_puts(out, before);
		seal_enc_tty(out, s->path);
		if (s->status == SEAL_READ_ABSENT)
			seal_buf_puts(out, " (not there yet)");
		before = ", ";
	}
	seal_vec_each (s, &h->sources) {
		if ((s->source == SEAL_SOURCE_AUDIT || s->source == SEAL_SOURCE_MAIL_LOG ||
		     s->source == SEAL_SOURCE_JOURNAL) &&
		    s->status == SEAL_READ_UNREADABLE) {
			seal_buf_puts(out, "; not ");
			seal_enc_tty(out, s->path);
			seal_buf_puts(out, ": ");
			seal_enc_tty(out, s->detail);
		}
	}
	seal_buf_putc(out, '\n');
}

/* put_count - "12 messages", "3 log lines", "50000 denials" */
static void put_count(struct seal_buf *out, const struct seal_watch_row *r)
{
	const char *what = r->denial ? "denial" : r->messages ? "message" : "log line";
	uint64_t n = seal_watch_row_count(r);

	seal_buf_printf(out, "%llu %s%s", (ull)n, what, seal_text_plural(n));
}

void seal_watch_text_row(struct seal_buf *out, const struct seal_watch_row *r,
			 const struct seal_text_style *style)
{
	if (r->last_us != SEAL_TIME_NONE)
		seal_time_put_clock(out, r->last_us);
	else
		seal_buf_puts(out, "        ");
	seal_buf_puts(out, style->color ? "  \033[1;36m" : "  ");
	seal_buf_puts(out, r->denial ? "denial" : seal_explain_class(r->class_));
	seal_buf_puts(out, style->color ? "\033[0m  " : "  ");
	if (!r->denial)
		seal_buf_printf(out, "%s  ", seal_certainty_name(r->certainty));
	put_count(out, r);
	if (r->first_us != SEAL_TIME_NONE) {
		seal_buf_puts(out, ", since ");
		seal_time_put_clock(out, r->first_us);
	}
	seal_buf_printf(out, "\n%*s", INDENT, "");
	seal_text_wrap(out, INDENT, INDENT, seal_bytes_of(*r->title ? r->title : r->verdict));
	seal_buf_putc(out, '\n');
	if (*r->fix) {
		seal_buf_printf(out, "%*sfix  ", INDENT, "");
		seal_text_wrap(out, INDENT + 5, INDENT + 5, seal_bytes_of(r->fix));
		seal_buf_putc(out, '\n');
	}
}

void seal_watch_text_count(struct seal_buf *out, const struct seal_watch_row *r)
{
	if (r->last_us != SEAL_TIME_NONE)
		seal_time_put_clock(out, r->last_us);
	seal_buf_puts(out, "  ");
	put_count(out, r);
	seal_buf_puts(out, "  ");
	seal_enc_tty(out, seal_bytes_of(*r->title ? r->title : r->verdict));
	seal_buf_putc(out, '\n');
}

void seal_watch_text_note(struct seal_buf *out, const struct seal_watch_note *n)
{
	static const char *const words[SEAL_NOTE_KIND_MAX_] = {
		[SEAL_NOTE_ROTATED] = "was rotated",
		[SEAL_NOTE_TRUNCATED] = "was cut and begun anew",
		[SEAL_NOTE_POLICY] = "a policy was loaded, or a boolean set",
		[SEAL_NOTE_MODE] = "the SELinux mode was set",
		[SEAL_NOTE_RULESET] = "the firewall's ruleset changed",
		[SEAL_NOTE_REOPENED] = "broke off and was taken up again",
		[SEAL_NOTE_FAILED] = "broke off",
	};

	seal_time_put_clock(out, n->time_us);
	seal_buf_puts(out, "  ");
	if (n->path[0]) {
		seal_enc_tty(out, seal_bytes_of(n->path));
		seal_buf_putc(out, ' ');
	}
	seal_buf_puts(out, words[n->kind]);
	if (n->n > 1)
		seal_buf_printf(out, " (%llu times)", (ull)n->n);
	seal_buf_putc(out, '\n');
}

/* put_loss - "2 " @what, where "*" stands for what makes many of one */
static void put_loss(struct seal_buf *out, bool *some, uint64_t n, const char *what)
{
	struct seal_bytes after, before = seal_bytes_cut(seal_bytes_of(what), '*', &after);

	if (!n)
		return;
	seal_buf_printf(out, "%s%llu ", *some ? ", " : "", (ull)n);
	seal_buf_put(out, before.p, before.n);
	seal_buf_puts(out, seal_text_plural(n));
	seal_buf_put(out, after.p, after.n);
	*some = true;
}

void seal_watch_text_lost(struct seal_buf *out, const struct seal_watch_losses *l)
{
	bool some = false;

	seal_buf_puts(out, "lost so far: ");
	put_loss(out, &some, l->events, "audit event* that never came (by the serials)");
	put_loss(out, &some, l->overruns, "overrun* of the queue from the kernel");
	put_loss(out, &some, l->kernel, "record* the kernel dropped itself");
	put_loss(out, &some, l->damaged, "denial* cut short");
	put_loss(out, &some, l->denials, "denial* of kinds beyond the limit");
	put_loss(out, &some, l->lines, "log line* not looked at");
	put_loss(out, &some, l->causes, "cause* let go");
	seal_buf_puts(out, some ? "\n" : "nothing\n");
}

static void put_totals(struct seal_buf *out, const struct seal_watched *w)
{
	seal_buf_printf(out,
			"%llu cause%s, %llu denial%s in %llu audit record%s, %llu mail log "
			"line%s",
			(ull)w->n_found, seal_text_plural(w->n_found), (ull)w->n_denials,
			seal_text_plural(w->n_denials), (ull)w->n_records,
			seal_text_plural(w->n_records), (ull)w->n_lines,
			seal_text_plural(w->n_lines));
}

void seal_watch_text_end(struct seal_buf *out, const struct seal_watched *w)
{
	seal_buf_puts(out, "\nwatched from ");
	seal_time_put_clock(out, w->start_us);
	seal_buf_puts(out, " to ");
	seal_time_put_clock(out, w->now_us);
	seal_buf_puts(out, " (UTC): ");
	put_totals(out, w);
	seal_buf_putc(out, '\n');
	seal_vec_each (r, &w->rows) {
		seal_buf_puts(out, "  ");
		put_count(out, r);
		seal_buf_puts(out, "  ");
		seal_enc_tty(out, seal_bytes_of(*r->title ? r->title : r->verdict));
		seal_buf_putc(out, '\n');
	}
	if (seal_watch_losses_any(&w->losses))
		seal_watch_text_lost(out, &w->losses);
}

/* put_lines - @from without what does not fit: at most *left lines, each ended so that nothing of
 * the screen before stays */
static void put_lines(struct seal_buf *out, const struct seal_buf *from, unsigned *left)
{
	struct seal_bytes rest = seal_buf_bytes(from);

	while (rest.n && *left) {
		struct seal_bytes line = seal_bytes_cut(rest, '\n', &rest);

		seal_buf_put(out, line.p, line.n);
		seal_buf_puts(out, "\033[K\r\n");
		(*left)--;
	}
	if (from->err)
		out->err = from->err;
}

void seal_watch_text_screen(struct seal_buf *out, const struct seal_watched *w, const char *head,
			    const struct seal_watch_note *notes, size_t n_notes, unsigned lines,
			    const struct seal_text_style *style)
{
	seal_auto_buf struct seal_buf top = {0}, bottom = {0};
	unsigned left = lines > 1 ? lines - 1 : 1, below = 3;
	size_t i;

	seal_buf_puts(&top, head);
	put_totals(&top, w);
	seal_buf_puts(&top, "\n\n");
	if (seal_watch_losses_any(&w->losses))
		seal_watch_text_lost(&bottom, &w->losses);
	for (i = 0; i < n_notes; i++)
		seal_watch_text_note(&bottom, &notes[i]);
	seal_buf_puts(&bottom, "Ctrl-C ends\n");
	below += (unsigned)n_notes;
	seal_buf_puts(out, "\033[H");
	put_lines(out, &top, &left);
	/* the newest first: what does not fit is the oldest */
	for (i = w->rows.n; i > 0 && left > below + 2; i--) {
		seal_auto_buf struct seal_buf b = {0};
		unsigned room = left - below;

		seal_watch_text_row(&b, &w->rows.v[i - 1], style);
		put_lines(out, &b, &room);
		left = room + below;
	}
	put_lines(out, &bottom, &left);
	seal_buf_puts(out, "\033[J");
}
