/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/log_files.h"

#include "core/fdio.h"
#include "evidence/postfix/log.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#define TAIL_BYTES ((size_t)64 * 1024)
#define SLACK_US   (2 * 86400 * SEAL_SECOND_US)

/* ---- names ---- */

/* ranks: files dated by name come first, the oldest first; then numbered ones, the highest first;
 * the file being written comes last */
enum { RANK_DATED, RANK_NUMBERED, RANK_CURRENT };

static bool take_digits(struct seal_bytes *s, uint64_t *ret, size_t *n)
{
	for (*n = 0; *n < s->n && *n < 18 && s->p[*n] >= '0' && s->p[*n] <= '9'; (*n)++)
		;
	if (!*n || seal_parse_u64(seal_bytes_first(*s, *n), 10, ret) < 0)
		return false;
	*s = seal_bytes_from(*s, *n);
	return true;
}

bool seal_log_file_rank(const char *base, const char *name, uint64_t ret[2])
{
	static const char *const packed[] = {"", ".gz", ".xz", ".bz2", ".zst", ".lz4"};
	struct seal_bytes s = seal_bytes_of(name);
	uint64_t v = 0, clock = 0;
	size_t digits, more, i;

	if (!seal_bytes_starts(s, base))
		return false;
	s = seal_bytes_from(s, strlen(base));
	ret[0] = RANK_CURRENT;
	ret[1] = 0;
	if (s.n && (s.p[0] == '.' || s.p[0] == '-')) {
		struct seal_bytes tail = seal_bytes_from(s, 1);

		if (take_digits(&tail, &v, &digits)) {
			s = tail;
			ret[0] = digits >= 8 ? RANK_DATED : RANK_NUMBERED;
			ret[1] = digits >= 8 ? v : UINT64_MAX - v;
			tail = seal_bytes_from(s, 1);
			if (digits == 8 && s.n && s.p[0] == '-' &&
			    take_digits(&tail, &clock, &more)) {
				s = tail;
				ret[1] = v * 1000000 + clock % 1000000;
			} else if (digits == 8) {
				ret[1] = v * 1000000;
			}
		}
	}
	for (i = 0; i < sizeof(packed) / sizeof(packed[0]); i++)
		if (seal_bytes_is(s, packed[i]))
			return true;
	return false;
}

struct found {
	char *path;
	uint64_t rank[2];
	unsigned char type;
};

struct search {
	const char *directory, *base;
	seal_vec(struct found) files;
};

static int look_at(void *data, const char *name, unsigned char type)
{
	struct search *s = data;
	uint64_t rank[2];
	struct found *f;

	if (type == DT_DIR || !seal_log_file_rank(s->base, name, rank))
		return 0;
	f = seal_vec_add(&s->files);
	if (!f)
		return -ENOMEM;
	f->rank[0] = rank[0];
	f->rank[1] = rank[1];
	f->type = type;
	return asprintf(&f->path, "%s/%s", s->directory, name) < 0 ? -ENOMEM : 0;
}

static int by_rank(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->rank[0] != y->rank[0])
		return x->rank[0] < y->rank[0] ? -1 : 1;
	if (x->rank[1] != y->rank[1])
		return x->rank[1] < y->rank[1] ? -1 : 1;
	return strcmp(x->path, y->path); /* the plain one before its compressed copy */
}

/* ---- collecting ---- */

/* same_file - whether a file found earlier is this one under another name (maillog -> mail.log) */
static bool same_file(const struct seal_root *root, const struct seal_log_texts *logs,
		      const struct stat *st)
{
	struct stat other;
	char path[PATH_MAX];

	if (!st->st_ino)
		return false;
	seal_vec_each (t, &logs->v) {
		seal_vec_each (f, &t->files) {
			if (f->path.n >= sizeof(path) || f->skip)
				continue;
			memcpy(path, f->path.p, f->path.n);
			path[f->path.n] = '\0';
			if (seal_root_stat(root, path, true, &other) == 0 &&
			    other.st_ino == st->st_ino && other.st_dev == st->st_dev)
				return true;
		}
	}
	return false;
}

/* add_file - a row of the sources, and the file unless @why tells why it is left out */
static int add_file(struct seal_log_text *t, const char *path, const char *why)
{
	struct seal_source_state *row;
	struct seal_log_file *f;

	row = seal_host_source(t->host, SEAL_SOURCE_MAIL_LOG, seal_bytes_of(path),
			       why ? SEAL_READ_SKIPPED : SEAL_READ_READ, seal_bytes_of(why));
	if (!row)
		return -ENOMEM;
	f = seal_vec_add(&t->files);
	if (!f)
		return -ENOMEM;
	f->path = row->path;
	f->row = (uint32_t)(t->host->sources.n - 1);
	f->first_us = SEAL_TIME_NONE;
	f->skip = why != NULL;
	return 0;
}

static int add_files(struct seal_log_texts *logs, struct seal_log_text *t, const struct search *s,
		     bool *some)
{
	size_t i;
	int r = 0;

	for (i = 0; i < s->files.n && r == 0; i++) {
		const struct found *f = &s->files.v[i];
		struct stat st = {0};

		if (i + SEAL_MAILLOG_FILES_MAX < s->files.n)
			r = add_file(t, f->path, "too many files: only the newest 1000 are read");
		else if (i && f->rank[0] != RANK_CURRENT && f->rank[0] == f[-1].rank[0] &&
			 f->rank[1] == f[-1].rank[1])
			r = add_file(t, f->path, "compressed copy of the file before it");
		else if (seal_root_stat(t->root, f->path, true, &st) == 0 &&
			 same_file(t->root, logs, &st))
			r = add_file(t, f->path, "another name of a file already read");
		else {
			r = add_file(t, f->path, NULL);
			*some = *some || (S_ISREG(st.st_mode) && st.st_size > 0);
		}
	}
	return r;
}

/* add_log - the log @directory/@base, when there is one; *some becomes true when it is not empty */
static int add_log(struct seal_log_texts *logs, const struct seal_root *root, struct seal_host *h,
		   const struct search *where, bool *some)
{
	struct search s = {.directory = where->directory, .base = where->base};
	struct seal_log_text t = {.root = root, .host = h}, *new;
	int r;

	r = seal_root_list(root, s.directory, look_at, &s, NULL);
	if (r != -ENOMEM && s.files.n) {
		qsort(s.files.v, s.files.n, sizeof(*s.files.v), by_rank);
		r = add_files(logs, &t, &s, some);
		new = r == 0 ? seal_vec_add(&logs->v) : NULL;
		if (new)
			*new = t;
		else
			seal_vec_done(&t.files);
		r = new ? 0 : -ENOMEM;
	}
	seal_vec_each (f, &s.files) {
		free(f->path);
	}
	seal_vec_done(&s.files);
	return r == -ENOMEM ? r : 0;
}

/* add_configured - maillog_file of each instance, as far as main.cf gives it as a plain path */
static int add_configured(struct seal_log_texts *logs, const struct seal_root *root,
			  struct seal_host *h, bool *some)
{
	char path[PATH_MAX], *slash;
	int r = 0;

	seal_vec_each (i, &h->postfix.instances) {
		seal_vec_each (p, &i->params) {
			if (!seal_bytes_is(p->name, "maillog_file") || p->value.n >= sizeof(path) ||
			    !seal_bytes_starts(p->value, "/") ||
			    seal_bytes_chr(p->value, '$') >= 0 ||
			    seal_bytes_starts(p->value, "/dev/"))
				continue;
			memcpy(path, p->value.p + 1, p->value.n - 1);
			path[p->value.n - 1] = '\0';
			slash = strrchr(path, '/');
			if (!slash || strlen(path) != p->value.n - 1)
				continue;
			*slash = '\0';
			r = add_log(logs, root, h,
				    &(struct search){.directory = path, .base = slash + 1}, some);
			if (r < 0)
				return r;
		}
	}
	return r;
}

struct choice {
	const char *base;
	int turn; /* those of a later turn are read only when the earlier ones gave nothing */
};

static int add_usual(struct seal_log_texts *logs, const struct seal_root *root, struct seal_host *h,
		     bool *some)
{
	static const struct choice choices[] = {
		{"mail.log", 1},    {"maillog", 1},   {"mail", 1},
		{"postfix.log", 1}, {"mail.info", 2}, {"mail.warn", 3},
		{"mail.err", 3},    {"syslog", 4},    {"messages", 4},
	};
	struct stat st;
	char path[32];
	size_t i;
	int turn, r;

	for (turn = 1; turn <= 4 && !*some; turn++) {
		for (i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
			if (choices[i].turn != turn)
				continue;
			r = add_log(
				logs, root, h,
				&(struct search){.directory = "var/log", .base = choices[i].base},
				some);
			if (r < 0)
				return r;
		}
	}
	for (i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		if (choices[i].turn < turn || choices[i].turn == 4)
			continue;
		snprintf(path, sizeof(path), "var/log/%s", choices[i].base);
		if (seal_root_stat(root, path, true, &st) == 0 && S_ISREG(st.st_mode) &&
		    !seal_host_source(h, SEAL_SOURCE_MAIL_LOG, seal_bytes_of(path),
				      SEAL_READ_SKIPPED, SEAL_LIT("repeats lines of the mail log")))
			return -ENOMEM;
	}
	return 0;
}

/* ---- the year of stamps that have none ---- */

/* first_line - the stamp of the first line that has one, in year 2000; false when there is none */
static bool first_line(const struct seal_log_text *t, const char *path, int64_t *ret)
{
	seal_auto_input struct seal_input *in = NULL;
	seal_auto_free char *buf = malloc(TAIL_BYTES);
	struct seal_bytes rest, line;
	ssize_t n;
	int fd;

	fd = seal_root_open(t->root, path, NULL);
	if (fd < 0 || !buf || seal_input_new(fd, SEAL_MAILLOG_FILE_MAX, &in, NULL) < 0)
		return false;
	n = seal_input_read(in, buf, TAIL_BYTES, NULL);
	rest = (struct seal_bytes){buf, n > 0 ? (size_t)n : 0};
	while (rest.n) {
		line = seal_bytes_cut(rest, '\n', &rest);
		if (seal_log_stamp(line, 2000, ret))
			return true;
		if (line.n && line.p[0] >= '0' && line.p[0] <= '9')
			return false; /* stamps with a year */
	}
	return false;
}

/* last_line - the same of the last line, of a plain file */
static bool last_line(const struct seal_log_text *t, const char *path, int64_t *ret)
{
	seal_auto_free char *buf = malloc(TAIL_BYTES);
	seal_auto_close int fd = seal_root_open(t->root, path, NULL);
	struct seal_bytes rest, line;
	bool some = false;
	struct stat st;
	ssize_t n;

	if (fd < 0 || !buf || fstat(fd, &st) < 0)
		return false;
	n = seal_fd_read_at(fd, buf, TAIL_BYTES,
			    st.st_size > (off_t)TAIL_BYTES ? (uint64_t)st.st_size - TAIL_BYTES : 0);
	rest = (struct seal_bytes){buf, n > 0 ? (size_t)n : 0};
	while (rest.n) {
		line = seal_bytes_cut(rest, '\n', &rest);
		some = seal_log_stamp(line, 2000, ret) || some;
	}
	return some;
}

/* in_year - @stamp, of year 2000, in another year. The 29th of February stays a day that exists. */
static int64_t in_year(int64_t stamp, int year)
{
	int64_t into = stamp - seal_time_civil(2000, 1, 1, 0, 0, 0);
	int64_t march = seal_time_civil(2000, 3, 1, 0, 0, 0) - seal_time_civil(2000, 1, 1, 0, 0, 0);

	if (into < march)
		return seal_time_civil(year, 1, 1, 0, 0, 0) + into;
	return seal_time_civil(year, 3, 1, 0, 0, 0) + (into - march);
}

/* not_after - the last occasion of @stamp that is not after @limit */
static int64_t not_after(int64_t stamp, int64_t limit, int *year)
{
	*year = seal_time_year(limit) + 1;
	while (in_year(stamp, *year) > limit)
		(*year)--;
	return in_year(stamp, *year);
}

static void file_path(const struct seal_log_file *f, char path[PATH_MAX])
{
	size_t n = f->path.n < PATH_MAX ? f->path.n : PATH_MAX - 1;

	memcpy(path, f->path.p, n);
	path[n] = '\0';
}

/* date_files - the years: back from the newest line, which is not after the time of the evidence */
static void date_files(struct seal_log_text *t)
{
	int64_t limit = t->host->now_us, stamp;
	struct seal_log_file *f;
	char path[PATH_MAX];
	struct stat st;
	size_t i;

	for (i = t->files.n; i > 0; i--) {
		f = &t->files.v[i - 1];
		file_path(f, path);
		if (f->skip)
			continue;
		if (limit == SEAL_TIME_NONE) {
			if (seal_root_stat(t->root, path, true, &st) < 0)
				continue;
			limit = st.st_mtim.tv_sec * SEAL_SECOND_US;
		}
		if (t->clock.latest_us == 0) {
			t->clock.latest_us = limit + SLACK_US;
			limit += SLACK_US;
			if (last_line(t, path, &stamp))
				limit = not_after(stamp, limit, &f->year);
		}
		if (!first_line(t, path, &stamp))
			continue;
		limit = not_after(stamp, limit, &f->year);
		f->first_us = limit;
		limit += SLACK_US / 2;
	}
}

/* skip_early - a file whose successor begins before the time asked about has nothing to tell */
static void skip_early(struct seal_log_text *t)
{
	const int64_t since = t->host->span.since_us;
	int64_t next = SEAL_TIME_NONE;
	struct seal_source_state *row;
	size_t i;

	for (i = t->files.n; i > 0 && since != SEAL_TIME_NONE; i--) {
		struct seal_log_file *f = &t->files.v[i - 1];

		if (f->skip)
			continue;
		if (next != SEAL_TIME_NONE && next + SLACK_US < since) {
			f->skip = true;
			row = &t->host->sources.v[f->row];
			row->status = SEAL_READ_SKIPPED;
			row->detail = SEAL_LIT("before the time asked about");
		}
		if (f->first_us != SEAL_TIME_NONE)
			next = f->first_us;
	}
}

int seal_log_texts_find(const struct seal_root *root, struct seal_host *h,
			struct seal_log_texts *ret)
{
	bool some = false;
	int r;

	*ret = (struct seal_log_texts){0};
	r = seal_zone_read(root, &ret->zone, NULL);
	if (r == -ENOMEM)
		return r;
	ret->zone_unknown = r < 0 && r != -ENOENT;

	r = add_configured(ret, root, h, &some);
	if (r == 0)
		r = add_usual(ret, root, h, &some);
	if (r == 0 && !ret->v.n &&
	    !seal_host_source(h, SEAL_SOURCE_MAIL_LOG, SEAL_LIT("var/log"), SEAL_READ_ABSENT,
			      SEAL_LIT("no mail log")))
		r = -ENOMEM;
	seal_vec_each (t, &ret->v) {
		t->clock.zone = ret->zone;
		date_files(t);
		skip_early(t);
	}
	return r;
}

/* ---- lines ---- */

static void close_file(struct seal_log_text *t)
{
	if (!t->open)
		return;
	seal_lines_done(&t->lines);
	seal_input_free(t->in);
	t->in = NULL;
	t->open = false;
}

void seal_log_texts_done(struct seal_log_texts *logs)
{
	seal_vec_each (t, &logs->v) {
		close_file(t);
		seal_vec_done(&t->files);
	}
	seal_vec_done(&logs->v);
	seal_zone_free(logs->zone);
	logs->zone = NULL;
}

static struct seal_source_state *row_of(struct seal_log_text *t)
{
	return &t->host->sources.v[t->files.v[t->at].row];
}

/* tell - put a sentence into the detail of the open file's row, after what is there */
static int tell(struct seal_log_text *t, const char *text)
{
	struct seal_source_state *row = row_of(t);
	const char *all;

	all = row->detail.n ? seal_arena_printf(t->host->arena, "%.*s; %s", (int)row->detail.n,
						row->detail.p, text)
			    : seal_arena_printf(t->host->arena, "%s", text);
	if (!all)
		return -ENOMEM;
	row->detail = seal_bytes_of(all);
	return 0;
}

/* end_file - what its row has to tell */
static int end_file(struct seal_log_text *t, int code, const struct seal_err *err)
{
	struct seal_source_state *row = row_of(t);
	char text[96];
	int r = 0;

	if (code < 0) {
		row->status = t->open && t->number ? SEAL_READ_TRUNCATED : SEAL_READ_UNREADABLE;
		r = tell(t, err->text);
	}
	if (r == 0 && t->n_cut) {
		snprintf(text, sizeof(text), "%llu lines over %zu KiB cut",
			 (unsigned long long)t->n_cut, SEAL_MAILLOG_LINE_MAX / 1024);
		row->status = SEAL_READ_TRUNCATED;
		r = tell(t, text);
	}
	if (r == 0 && t->n_odd) {
		snprintf(text, sizeof(text), "%llu lines are not of a log",
			 (unsigned long long)t->n_odd);
		r = tell(t, text);
	}
	close_file(t);
	t->n_cut = t->n_odd = 0;
	t->number = 0;
	t->at++;
	return r;
}

/* open_file - open the next file to read; t->open stays false at the end of all */
static int open_file(struct seal_log_text *t)
{
	char path[PATH_MAX];
	struct seal_err err;
	int fd, r;

	for (; !t->open && t->at < t->files.n;) {
		if (t->files.v[t->at].skip) {
			t->at++;
			continue;
		}
		err = (struct seal_err){0};
		file_path(&t->files.v[t->at], path);
		fd = seal_root_open(t->root, path, &err);
		r = fd < 0 ? fd : seal_input_new(fd, SEAL_MAILLOG_FILE_MAX, &t->in, &err);
		if (r == 0) {
			r = seal_lines_init(&t->lines, t->in, SEAL_MAILLOG_LINE_MAX);
			if (r < 0) {
				seal_input_free(t->in);
				t->in = NULL;
			}
		}
		if (r == -ENOMEM)
			return r;
		if (r == 0) {
			t->open = true;
			if (t->files.v[t->at].year)
				t->clock.year = t->files.v[t->at].year;
		} else if (end_file(t, r, &err) < 0) {
			return -ENOMEM;
		}
	}
	return 0;
}

int seal_log_text_next(struct seal_log_text *t)
{
	struct seal_err err = {0};
	struct seal_bytes line;
	int r;

	t->has_line = false;
	for (;;) {
		if (!t->open) {
			r = open_file(t);
			if (r < 0 || !t->open)
				return r;
		}
		r = seal_lines_next(&t->lines, &line, &err);
		if (r == -ENOMEM)
			return r;
		if (r <= 0) {
			r = end_file(t, r, &err);
			if (r < 0)
				return r;
			continue;
		}
		t->number = t->lines.number;
		t->n_cut += t->lines.cut;
		if (seal_log_line_parse(&t->clock, line, &t->line)) {
			t->has_line = true;
			return 0;
		}
		t->n_odd += line.n > 0;
	}
}
