/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/watch_out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/fdio.h"

#define SCREEN_BEGIN "\033[?1049h\033[?25l\033[?7l"
#define SCREEN_END   "\033[?7h\033[?25h\033[?1049l"

static const struct seal_format *format_named(const char *name)
{
	const struct seal_format *f;

	for (f = seal_formats_watch; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

/* on_screen - text for a terminal that can be written over */
static bool on_screen(const struct seal_output *to)
{
	const char *term = getenv("TERM");

	return !to->file && isatty(STDOUT_FILENO) == 1 && term && strcmp(term, "dumb") != 0;
}

int watch_out_open(struct watch_out *o, const struct seal_cli *cli)
{
	*o = (struct watch_out){.cli = cli};
	seal_vec_each (to, &cli->outputs) {
		struct watch_stream *s = seal_vec_add(&o->streams);
		struct seal_err err = {0};
		const struct seal_format *format = to->format;

		if (!s) {
			seal_err_set(&err, -ENOMEM, "out of memory");
			return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
		}
		if (cli->default_format && isatty(STDOUT_FILENO) != 1)
			format = format_named("ndjson");
		*s = (struct watch_stream){
			.to = to,
			.fd = STDOUT_FILENO,
			.json = strcmp(format->name, "ndjson") == 0,
			.style = {.color = seal_cli_color(cli, to), .verbose = cli->verbose}};
		s->screen = !s->json && on_screen(to);
		if (to->file)
			s->fd = open(to->file,
				     O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOCTTY,
				     0666);
		if (s->fd < 0) {
			seal_err_set(&err, -errno, "%s: %s", to->file, strerror(errno));
			return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
		}
	}
	return SEAL_EXIT_OK;
}

void watch_out_begin(struct watch_out *o, const struct seal_host *h)
{
	seal_auto_buf struct seal_buf head = {0};

	if (o->begun)
		return;
	o->begun = true;
	o->name = strndup(h->name.n ? h->name.p : "", h->name.n);
	o->n_name = o->name ? h->name.n : 0;
	seal_vec_each (s, &o->streams) {
		if (s->json) {
			seal_watch_json_run(&s->records, h, &s->buf);
			s->records.host = (struct seal_bytes){o->name, o->n_name};
		} else if (s->screen) {
			seal_buf_puts(&s->buf, SCREEN_BEGIN);
			seal_watch_text_run(&head, h, &s->style);
		} else {
			seal_watch_text_run(&s->buf, h, &s->style);
		}
	}
	o->head = strndup(head.n ? head.p : "", head.n);
}

int watch_out_found(void *data, const struct watch_found *f)
{
	struct watch_out *o = data;

	seal_vec_each (s, &o->streams) {
		if (s->json && f->group)
			seal_watch_json_cause(&s->records, f->row, f->group, f->fix);
		else if (s->json)
			seal_watch_json_denial(&s->records, f->row, f->denial, f->fix);
		else if (!s->screen)
			seal_watch_text_row(&s->buf, f->row, &s->style);
	}
	((struct seal_watch_row *)f->row)->told = seal_watch_row_count(f->row);
	return 0;
}

void watch_out_note(struct watch_out *o, const struct seal_watch_note *n)
{
	if (o->n_last == SEAL_WATCH_NOTES_SHOWN)
		memmove(o->last, o->last + 1, --o->n_last * sizeof(*o->last));
	o->last[o->n_last++] = *n;
	seal_vec_each (s, &o->streams) {
		if (s->json && o->begun)
			seal_watch_json_note(&s->records, n);
		else if (!s->json && !s->screen)
			seal_watch_text_note(&s->buf, n);
	}
}

static unsigned terminal_lines(void)
{
	struct winsize size = {0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row < 5)
		return 24;
	return size.ws_row;
}

static void tell_counts(struct watch_stream *s, const struct seal_watched *w)
{
	seal_vec_each (r, &w->rows) {
		if (r->told == seal_watch_row_count(r))
			continue;
		if (s->json)
			seal_watch_json_count(&s->records, r);
		else
			seal_watch_text_count(&s->buf, r);
	}
}

void watch_out_update(struct watch_out *o, struct seal_watched *w)
{
	const bool lost = memcmp(&o->lost, &w->losses, sizeof(o->lost)) != 0;

	seal_vec_each (s, &o->streams) {
		if (!o->begun)
			continue;
		if (s->screen) {
			seal_watch_text_screen(&s->buf, w, o->head ? o->head : "", o->last,
					       o->n_last, terminal_lines(), &s->style);
			continue;
		}
		tell_counts(s, w);
		if (lost && s->json)
			seal_watch_json_lost(&s->records, &w->losses);
		else if (lost)
			seal_watch_text_lost(&s->buf, &w->losses);
	}
	if (!o->begun)
		return;
	o->lost = w->losses;
	seal_vec_each (r, &w->rows) {
		r->told = seal_watch_row_count(r);
	}
}

int watch_out_textfile(struct watch_out *o, const struct seal_host *h, const struct seal_watched *w)
{
	const struct seal_output to = {.file = o->cli->watch.textfile};
	seal_auto_buf struct seal_buf b = {0};

	if (!to.file)
		return SEAL_EXIT_OK;
	seal_report_watch_prometheus(h, w, seal_cli_now(), &b);
	return seal_cli_write(o->cli, &to, &b);
}

void watch_out_end(struct watch_out *o, const struct seal_watched *w)
{
	seal_vec_each (s, &o->streams) {
		if (s->json && o->begun)
			seal_watch_json_end(&s->records, w);
		if (s->screen && o->begun) {
			seal_buf_puts(&s->buf, SCREEN_END);
			s->screen = false;
		}
		if (!s->json)
			seal_watch_text_end(&s->buf, w);
	}
}

int watch_out_flush(struct watch_out *o)
{
	int r = 0, rc;

	seal_vec_each (s, &o->streams) {
		rc = s->buf.err;
		if (rc == 0 && s->buf.n)
			rc = seal_fd_write(s->fd, seal_buf_bytes(&s->buf));
		s->buf.n = 0;
		if (rc < 0)
			r = rc;
	}
	return r;
}

void watch_out_close(struct watch_out *o)
{
	seal_vec_each (s, &o->streams) {
		if (s->screen && o->begun)
			(void)!write(s->fd, SCREEN_END, sizeof(SCREEN_END) - 1);
		if (s->to->file && s->fd >= 0)
			close(s->fd);
		seal_buf_done(&s->buf);
	}
	seal_vec_done(&o->streams);
	free(o->head);
	free(o->name);
}
