/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/journal.h"

#include "core/fdio.h"
#include "evidence/journal_export.h"
#include "evidence/journal_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <systemd/sd-journal.h>

/* ---- what both formats share ---- */

struct field {
	const char *name;
	enum seal_journal_field id;
};

static const struct field fields[] = {
	{"_TRANSPORT", SEAL_JOURNAL_TRANSPORT},
	{"SYSLOG_IDENTIFIER", SEAL_JOURNAL_IDENTIFIER},
	{"MESSAGE", SEAL_JOURNAL_MESSAGE},
	{"_HOSTNAME", SEAL_JOURNAL_HOSTNAME},
	{"_COMM", SEAL_JOURNAL_COMM},
	{"SYSLOG_PID", SEAL_JOURNAL_SYSLOG_PID},
	{"_PID", SEAL_JOURNAL_PID},
	{"_AUDIT_TYPE", SEAL_JOURNAL_AUDIT_TYPE},
	{"_AUDIT_ID", SEAL_JOURNAL_AUDIT_ID},
	{"_SOURCE_REALTIME_TIMESTAMP", SEAL_JOURNAL_SOURCE_TIME},
	{"__REALTIME_TIMESTAMP", SEAL_JOURNAL_TIME},
};

enum seal_journal_field seal_journal_field(struct seal_bytes name)
{
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (seal_bytes_is(name, fields[i].name))
			return fields[i].id;
	return SEAL_JOURNAL_FIELD_MAX_;
}

int seal_journal_set(struct seal_journal_walk *w, enum seal_journal_field field,
		     struct seal_bytes value)
{
	struct seal_buf *b = &w->value[field];

	b->n = 0;
	seal_buf_put(b, value.p,
		     value.n < SEAL_JOURNAL_FIELD_MAX ? value.n : SEAL_JOURNAL_FIELD_MAX);
	return b->err;
}

static struct seal_bytes value_of(const struct seal_journal_walk *w, enum seal_journal_field field)
{
	return seal_buf_bytes(&w->value[field]);
}

static uint64_t number_of(const struct seal_journal_walk *w, enum seal_journal_field field)
{
	uint64_t v;

	return seal_parse_u64(value_of(w, field), 10, &v) < 0 ? 0 : v;
}

static int64_t time_of(const struct seal_journal_walk *w, enum seal_journal_field field)
{
	uint64_t v;

	if (seal_parse_u64(value_of(w, field), 10, &v) < 0 || v > INT64_MAX)
		return SEAL_TIME_NONE;
	return (int64_t)v;
}

static uint32_t pid_of(const struct seal_journal_walk *w)
{
	uint64_t pid = number_of(w, SEAL_JOURNAL_SYSLOG_PID);

	if (!pid)
		pid = number_of(w, SEAL_JOURNAL_PID);
	return pid <= UINT32_MAX ? (uint32_t)pid : 0;
}

static void clear(struct seal_journal_walk *w)
{
	size_t i;

	for (i = 0; i < SEAL_JOURNAL_FIELD_MAX_; i++)
		w->value[i].n = 0;
}

static bool is_wanted(struct seal_journal_walk *w, int64_t logged_us)
{
	const struct seal_span *span = &w->host->span;
	const int64_t slack = 60 * SEAL_SECOND_US;

	if (w->covered_first != SEAL_TIME_NONE && logged_us >= w->covered_first &&
	    logged_us <= w->covered_last) {
		w->n_covered++;
		return false;
	}
	return (span->since_us == SEAL_TIME_NONE || logged_us >= span->since_us - slack) &&
	       (span->until_us == SEAL_TIME_NONE || logged_us <= span->until_us + slack);
}

static void put_field(struct seal_buf *out, const struct field *f, struct seal_bytes value)
{
	unsigned char length[8];
	size_t i;

	seal_buf_puts(out, f->name);
	for (i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ' && value.p[i] != '\t')
			break;
	if (i == value.n) {
		seal_buf_putc(out, '=');
	} else {
		for (i = 0; i < sizeof(length); i++)
			length[i] = (unsigned char)((uint64_t)value.n >> (8 * i));
		seal_buf_putc(out, '\n');
		seal_buf_put(out, length, sizeof(length));
	}
	seal_buf_put(out, value.p, value.n);
	seal_buf_putc(out, '\n');
}

/* hand_copy - the entry in the export format, its time first */
static int hand_copy(struct seal_journal_walk *w)
{
	const size_t n = sizeof(fields) / sizeof(fields[0]);
	seal_auto_buf struct seal_buf text = {0};
	size_t i;

	for (i = n; i-- > 0;)
		if (w->value[fields[i].id].n)
			put_field(&text, &fields[i], value_of(w, fields[i].id));
	seal_buf_putc(&text, '\n');
	clear(w);
	if (text.err || text.n == 1)
		return text.err;
	return w->copy->entry(w->copy->data, w->host->sources.v[w->row].path,
			      seal_buf_bytes(&text));
}

int seal_journal_deliver(struct seal_journal_walk *w)
{
	int64_t logged = time_of(w, SEAL_JOURNAL_TIME),
		source = time_of(w, SEAL_JOURNAL_SOURCE_TIME);
	struct seal_source_state *row = &w->host->sources.v[w->row];
	struct seal_journal_entry e = {
		.time_us = source != SEAL_TIME_NONE ? source : logged,
		.transport = value_of(w, SEAL_JOURNAL_TRANSPORT),
		.identifier = value_of(w, SEAL_JOURNAL_IDENTIFIER),
		.message = value_of(w, SEAL_JOURNAL_MESSAGE),
		.hostname = value_of(w, SEAL_JOURNAL_HOSTNAME),
		.comm = value_of(w, SEAL_JOURNAL_COMM),
		.pid = pid_of(w),
		.audit_type = (uint32_t)number_of(w, SEAL_JOURNAL_AUDIT_TYPE),
		.audit_id = number_of(w, SEAL_JOURNAL_AUDIT_ID),
		.number = ++w->number,
	};
	size_t i;
	int r = 0;

	if (w->copy)
		return hand_copy(w);
	if (logged != SEAL_TIME_NONE && is_wanted(w, logged)) {
		row->records++;
		if (row->first_us == SEAL_TIME_NONE || logged < row->first_us)
			row->first_us = logged;
		if (row->last_us == SEAL_TIME_NONE || logged > row->last_us)
			row->last_us = logged;
		for (i = 0; i < w->n_readers && r >= 0; i++) {
			row = &w->host->sources.v[w->row]; /* a reader may have added rows */
			r = w->readers[i].entry(w->readers[i].data, &e, row);
		}
	}
	clear(w);
	return r < 0 ? r : 0;
}

/* start - a row for the next journal */
static int start(struct seal_journal_walk *w, const char *path)
{
	if (!seal_host_source(w->host, SEAL_SOURCE_JOURNAL, seal_bytes_of(path), SEAL_READ_READ,
			      SEAL_BYTES_NONE))
		return -ENOMEM;
	w->row = w->host->sources.n - 1;
	w->number = w->n_covered = 0;
	clear(w);
	return 0;
}

int seal_journal_tell(struct seal_journal_walk *w, const char *text)
{
	struct seal_source_state *row = &w->host->sources.v[w->row];
	const char *all;

	all = seal_arena_printf(w->host->arena, "%.*s%s%s", (int)row->detail.n,
				row->detail.n ? row->detail.p : "", row->detail.n ? "; " : "",
				text);
	if (!all)
		return -ENOMEM;
	row->detail = seal_bytes_of(all);
	return 0;
}

static int finish(struct seal_journal_walk *w)
{
	char text[80];

	if (!w->n_covered)
		return 0;
	snprintf(text, sizeof(text), "%llu entries that another journal holds left out",
		 (unsigned long long)w->n_covered);
	return seal_journal_tell(w, text);
}

static int add_unreadable(struct seal_journal_walk *w, const char *path, const char *why)
{
	return seal_host_source(w->host, SEAL_SOURCE_JOURNAL, seal_bytes_of(path),
				SEAL_READ_UNREADABLE, seal_bytes_of(why))
		       ? 0
		       : -ENOMEM;
}

/* ---- journal files ---- */

struct file {
	int fd;
	uint64_t last_us; /* of its newest entry */
};

struct directory {
	struct seal_journal_walk *w;
	const char *path;
	seal_vec(struct file) files;
	seal_vec(int) exports; /* files in the export format, as bundles have them */
	size_t n_passed_over;
};

/* why_not - libsystemd takes no file that has no name (journal_file_fstat() of its
 * sd-journal/journal-file.c), and what is taken out of an archive has none */
static const char *why_not(int code)
{
	return code == -EIDRM ? "libsystemd reads no journal inside an archive: unpack it first"
			      : strerror(-code);
}

/* close_left - what became of file descriptors given to sd_journal_open_files_fd() is not
 * documented: systemd 252 closes those of the files it could open. Close the rest. */
static void close_left(const int *fds, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (fcntl(fds[i], F_GETFD) >= 0)
			close(fds[i]);
}

/* is_export - whether a file begins as the export format does: binary journals begin with LPKSHHRH
 */
static bool is_export(int fd)
{
	char first[2];

	return seal_fd_read_at(fd, first, sizeof(first), 0) == 2 && first[0] == '_' &&
	       first[1] == '_';
}

/* probe - when a journal file ends, by opening it alone: one that is damaged would spoil the rest
 */
static int probe(int fd, uint64_t *last_us)
{
	uint64_t first = 0;
	sd_journal *j = NULL;
	int own, r;

	own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (own < 0)
		return -errno;
	r = sd_journal_open_files_fd(&j, &own, 1, 0);
	if (r >= 0) {
		r = sd_journal_get_cutoff_realtime_usec(j, &first, last_us);
		sd_journal_close(j);
	}
	close_left(&own, 1);
	return r < 0 ? r : 0;
}

static struct file *oldest(const struct directory *d)
{
	struct file *found = d->files.v;

	seal_vec_each (f, &d->files) {
		if (f->last_us < found->last_us)
			found = f;
	}
	return found;
}

static int add_file(struct directory *d, const char *path)
{
	const int64_t since = d->w->host->span.since_us;
	seal_auto_close int fd = -1;
	uint64_t last = 0;
	struct seal_err err = {0};
	struct file *f;
	int r;

	fd = seal_root_open(d->w->root, path, &err);
	if (fd < 0)
		return add_unreadable(d->w, path, err.text);
	if (is_export(fd)) {
		int *to = seal_vec_add(&d->exports);

		if (!to)
			return -ENOMEM;
		*to = seal_take_fd(&fd);
		return 0;
	}
	r = probe(fd, &last);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return add_unreadable(d->w, path, why_not(r));
	if (since != SEAL_TIME_NONE && last < (uint64_t)since)
		return 0;
	if (d->files.n < SEAL_JOURNAL_FILES_MAX) {
		f = seal_vec_add(&d->files);
		if (!f)
			return -ENOMEM;
	} else {
		d->n_passed_over++;
		f = oldest(d);
		if (f->last_us >= last)
			return 0;
		close(f->fd);
	}
	f->last_us = last;
	f->fd = seal_take_fd(&fd);
	return 0;
}

static int each_file(void *data, const char *name, unsigned char type)
{
	struct seal_bytes n = seal_bytes_of(name);
	struct directory *d = data;
	char path[PATH_MAX];

	if (type == DT_DIR || (!seal_bytes_ends(n, ".journal") && !seal_bytes_ends(n, ".journal~")))
		return 0;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", d->path, name) >= sizeof(path))
		return 0;
	return add_file(d, path);
}

/* take_data - "NAME=value" of the entry at hand */
static int take_data(struct seal_journal_walk *w, const void *data, size_t n)
{
	struct seal_bytes value, b = {data, n}, name = seal_bytes_cut(b, '=', &value);
	enum seal_journal_field id = seal_journal_field(name);

	return id == SEAL_JOURNAL_FIELD_MAX_ ? 0 : seal_journal_set(w, id, value);
}

int seal_journal_take(struct seal_journal_walk *w, sd_journal *j)
{
	const void *data;
	char text[24];
	uint64_t logged;
	size_t n;
	int r;

	r = sd_journal_get_realtime_usec(j, &logged);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	sd_journal_restart_data(j);
	while ((r = sd_journal_enumerate_data(j, &data, &n)) > 0) {
		r = take_data(w, data, n);
		if (r < 0)
			return r;
	}
	if (r == -ENOMEM)
		return r;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)logged);
	r = seal_journal_set(w, SEAL_JOURNAL_TIME, seal_bytes_of(text));
	return r < 0 ? r : seal_journal_deliver(w);
}

static int walk_entries(struct seal_journal_walk *w, sd_journal *j, bool *stop)
{
	const int64_t since = w->host->span.since_us, slack = 60 * SEAL_SECOND_US;
	int r;

	sd_journal_set_data_threshold(j, SEAL_JOURNAL_FIELD_MAX);
	if (since > slack)
		r = sd_journal_seek_realtime_usec(j, (uint64_t)(since - slack));
	else
		r = sd_journal_seek_head(j);
	while (r >= 0 && (r = sd_journal_next(j)) > 0) {
		r = seal_journal_take(w, j);
		*stop = r < 0;
	}
	return r;
}

/* walk_files - the entries of journal files, by time; takes over @fds in every case */
static int walk_files(struct seal_journal_walk *w, int *fds, size_t n)
{
	sd_journal *j = NULL;
	bool stop = false;
	int r;

	r = sd_journal_open_files_fd(&j, fds, (unsigned)n, 0);
	if (r >= 0) {
		r = walk_entries(w, j, &stop);
		sd_journal_close(j);
	}
	close_left(fds, n);
	if (r >= 0 || stop || r == -ENOMEM)
		return r < 0 ? r : 0;
	w->host->sources.v[w->row].status = SEAL_READ_TRUNCATED;
	return seal_journal_tell(w, why_not(r));
}

static int walk_directory(struct directory *d)
{
	seal_auto_free int *fds = calloc(d->files.n + 1, sizeof(*fds));
	char text[80];
	size_t i;
	int r;

	if (!fds)
		return -ENOMEM;
	r = start(d->w, d->path);
	if (r < 0)
		return r;
	for (i = 0; i < d->files.n; i++)
		fds[i] = seal_take_fd(&d->files.v[i].fd);
	r = d->files.n ? walk_files(d->w, fds, d->files.n) : 0;
	seal_vec_each (fd, &d->exports) {
		if (r == 0)
			r = seal_journal_export_walk(d->w, seal_take_fd(fd));
	}
	if (r == 0 && d->n_passed_over) {
		snprintf(text, sizeof(text), "%zu older files beyond the limit passed over",
			 d->n_passed_over);
		d->w->host->sources.v[d->w->row].status = SEAL_READ_TRUNCATED;
		r = seal_journal_tell(d->w, text);
	}
	return r < 0 ? r : finish(d->w);
}

static void close_directory(struct directory *d)
{
	seal_vec_each (f, &d->files) {
		if (f->fd >= 0)
			close(f->fd);
	}
	seal_vec_done(&d->files);
	seal_vec_each (fd, &d->exports) {
		if (*fd >= 0)
			close(*fd);
	}
	seal_vec_done(&d->exports);
}

struct parent {
	struct seal_journal_walk *w;
	const char *path;
	bool failed; /* not the listing: what was done with a directory */
};

/* one directory for each machine id (and name space) */
static int each_directory(void *data, const char *name, unsigned char type)
{
	struct parent *p = data;
	char path[PATH_MAX];
	struct directory d = {.w = p->w, .path = path};
	int r;

	if (type != DT_DIR ||
	    (size_t)snprintf(path, sizeof(path), "%s/%s", p->path, name) >= sizeof(path))
		return 0;
	r = seal_root_list(p->w->root, path, each_file, &d, NULL);
	if (r != -ENOMEM)
		r = d.files.n || d.exports.n ? walk_directory(&d) : 0;
	close_directory(&d);
	p->failed = r < 0;
	return r;
}

/* cover - entries in the time span of the rows added since @from are not delivered again */
static void cover(struct seal_journal_walk *w, size_t from)
{
	size_t i;

	for (i = from; !w->copy && i < w->host->sources.n; i++) {
		const struct seal_source_state *s = &w->host->sources.v[i];

		if (s->source != SEAL_SOURCE_JOURNAL || s->first_us == SEAL_TIME_NONE)
			continue;
		if (w->covered_first == SEAL_TIME_NONE || s->first_us < w->covered_first)
			w->covered_first = s->first_us;
		if (w->covered_last == SEAL_TIME_NONE || s->last_us > w->covered_last)
			w->covered_last = s->last_us;
	}
}

/* ---- the bundle's ---- */

static int walk_live_file(struct seal_journal_walk *w)
{
	seal_auto_close int fd = -1;
	struct seal_err err = {0};
	uint64_t last;
	bool export;
	int own, r;

	fd = seal_root_open_live(w->root, "system.journal", &err);
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return add_unreadable(w, "live/system.journal", err.text);
	export = is_export(fd);
	r = export ? 0 : probe(fd, &last);
	if (r < 0)
		return r == -ENOMEM ? r : add_unreadable(w, "live/system.journal", why_not(r));
	r = start(w, "live/system.journal");
	if (r < 0)
		return r;
	own = seal_take_fd(&fd);
	r = export ? seal_journal_export_walk(w, own) : walk_files(w, &own, 1);
	return r < 0 ? r : finish(w);
}

static int walk_live_export(struct seal_journal_walk *w)
{
	struct seal_err err = {0};
	int fd, r;

	fd = seal_root_open_live(w->root, "journal.export", &err);
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return add_unreadable(w, "live/journal.export", err.text);
	r = start(w, "live/journal.export");
	if (r < 0) {
		close(fd);
		return r;
	}
	r = seal_journal_export_walk(w, fd);
	return r < 0 ? r : finish(w);
}

static int walk_all(struct seal_journal_walk *w)
{
	static const char *const parents[] = {"var/log/journal", "run/log/journal"};
	size_t from = w->host->sources.n, i;
	struct parent p = {.w = w};
	int r = 0;

	for (i = 0; i < 2 && r >= 0; i++) {
		p.path = parents[i];
		r = seal_root_list(w->root, p.path, each_directory, &p, NULL);
		if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP)
			r = 0;
		else if (r < 0 && r != -ENOMEM && !p.failed)
			r = add_unreadable(w, p.path,
					   r == -ENODATA ? "not in the bundle" : strerror(-r));
	}
	if (r >= 0) {
		cover(w, from);
		r = walk_live_file(w);
	}
	if (r >= 0) {
		cover(w, from);
		r = walk_live_export(w);
	}
	for (i = 0; i < SEAL_JOURNAL_FIELD_MAX_; i++)
		seal_buf_done(&w->value[i]);
	return r < 0 ? r : 0;
}

int seal_journal_read(const struct seal_root *root, struct seal_host *h,
		      const struct seal_journal_reader *readers, size_t n_readers)
{
	struct seal_journal_walk w = {
		.root = root,
		.host = h,
		.readers = readers,
		.n_readers = n_readers,
		.covered_first = SEAL_TIME_NONE,
		.covered_last = SEAL_TIME_NONE,
	};

	return walk_all(&w);
}

int seal_journal_entries(const struct seal_root *root, struct seal_host *h,
			 const struct seal_journal_copy *copy)
{
	struct seal_journal_walk w = {
		.root = root,
		.host = h,
		.copy = copy,
		.covered_first = SEAL_TIME_NONE,
		.covered_last = SEAL_TIME_NONE,
	};

	return walk_all(&w);
}
