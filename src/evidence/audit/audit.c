/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/audit/audit.h"

#include "evidence/audit/files.h"
#include "evidence/audit/group.h"
#include "evidence/audit/kernel_log.h"
#include "evidence/audit/scan.h"

#include <errno.h>

#define CONF_MAX ((size_t)64 * 1024)

struct seal_audit_log {
	const struct seal_root *root; /* borrowed */
	struct seal_host *h;          /* borrowed */
	struct seal_audit_groups *groups;
	struct seal_audit_join *join;
	struct seal_kernel_log journal; /* of the journal file being read */
};

/* widen - let the host's audit span cover @first_us to @last_us */
static void widen(struct seal_audit *a, int64_t first_us, int64_t last_us)
{
	if (first_us == SEAL_TIME_NONE)
		return;
	a->present = true;
	if (a->first_us == SEAL_TIME_NONE || first_us < a->first_us)
		a->first_us = first_us;
	if (a->last_us == SEAL_TIME_NONE || last_us > a->last_us)
		a->last_us = last_us;
}

/* add_row - a row of the sources; its index or -ENOMEM */
static int add_row(struct seal_host *h, enum seal_source source, const char *path,
		   enum seal_read_status status, const char *detail)
{
	if (h->sources.n >= UINT32_MAX ||
	    !seal_host_source(h, source, seal_bytes_of(path), status, seal_bytes_of(detail)))
		return -ENOMEM;
	return (int)(h->sources.n - 1);
}

/* add_detail - append to the detail of a row */
static int add_detail(struct seal_host *h, uint32_t row, const char *text)
{
	struct seal_source_state *s = &h->sources.v[row];
	const char *all = text;

	if (s->detail.n)
		all = seal_arena_printf(h->arena, "%.*s; %s", (int)s->detail.n, s->detail.p, text);
	if (!all)
		return -ENOMEM;
	return seal_arena_copy(h->arena, seal_bytes_of(all), &s->detail);
}

/* close_row - what became of the source @row after it was opened
 * @r: result of reading it; what was read before a failure stands */
static int close_row(struct seal_host *h, uint32_t row, int r, const struct seal_err *err)
{
	struct seal_source_state *s = &h->sources.v[row];

	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		s->status = s->records ? SEAL_READ_TRUNCATED : SEAL_READ_UNREADABLE;
		r = add_detail(h, row, err->text);
	}
	widen(&h->audit, h->sources.v[row].first_us, h->sources.v[row].last_us);
	return r;
}

/* note_count - "N records ..." into the detail, when there are any */
static int note_count(struct seal_host *h, uint32_t row, uint64_t n, const char *what)
{
	const char *text;

	if (!n)
		return 0;
	text = seal_arena_printf(h->arena, "%llu %s", (unsigned long long)n, what);
	return text ? add_detail(h, row, text) : -ENOMEM;
}

/* open_input - a stream over @path; a failure becomes the row's */
static int open_input(const struct seal_audit_log *log, const char *path, bool live,
		      struct seal_input **ret, struct seal_err *err)
{
	int fd = live ? seal_root_open_live(log->root, path, err)
		      : seal_root_open(log->root, path, err);

	return fd < 0 ? fd : seal_input_new(fd, SEAL_AUDIT_FILE_MAX, ret, err);
}

static int read_audit_log(struct seal_audit_log *log, const char *path)
{
	seal_auto_input struct seal_input *in = NULL;
	struct seal_audit_scan scan = {
		.join = log->join,
		.host = log->h,
		.path = seal_bytes_of(path),
		.first_us = SEAL_TIME_NONE,
		.last_us = SEAL_TIME_NONE,
	};
	struct seal_err err = {0};
	struct seal_source_state *s;
	int row, r, rc;

	row = add_row(log->h, SEAL_SOURCE_AUDIT, path, SEAL_READ_READ, "");
	if (row < 0)
		return row;
	scan.source = (uint32_t)row;
	r = open_input(log, path, false, &in, &err);
	if (r >= 0)
		r = seal_audit_scan(&scan, in, &err);
	s = &log->h->sources.v[row];
	s->records = scan.n_lines;
	s->first_us = scan.first_us;
	s->last_us = scan.last_us;
	rc = close_row(log->h, scan.source, r, &err);
	if (rc < 0)
		return rc;
	return seal_audit_groups_damage(log->groups, scan.source, scan.n_damaged);
}

int seal_audit_log_path(const struct seal_root *root, struct seal_arena *a, const char **dir,
			const char **name)
{
	seal_auto_free char *conf = NULL;
	struct seal_bytes rest, line, key, value = SEAL_BYTES_NONE;
	size_t n;
	ssize_t slash;

	*dir = "var/log/audit";
	*name = "audit.log";
	if (seal_root_read(root, "etc/audit/auditd.conf", CONF_MAX, &conf, &n, NULL) < 0)
		return 0;
	rest = (struct seal_bytes){conf, n};
	while (rest.p) {
		line = seal_bytes_cut(rest, '\n', &rest);
		key = seal_bytes_trim(seal_bytes_cut(line, '=', &line));
		if (line.p && seal_bytes_is(key, "log_file"))
			value = seal_bytes_trim(line);
	}
	while (seal_bytes_starts(value, "/"))
		value = seal_bytes_from(value, 1);
	slash = seal_bytes_rchr(value, '/');
	if (slash <= 0 || (size_t)slash + 1 == value.n || memchr(value.p, '\0', value.n))
		return 0;
	*dir = seal_arena_printf(a, "%.*s", (int)slash, value.p);
	*name = seal_arena_printf(a, "%.*s", (int)(value.n - (size_t)slash - 1),
				  value.p + slash + 1);
	return *dir && *name ? 0 : -ENOMEM;
}

/* no_log - the row of a log that is not there or whose directory cannot be listed */
static int no_log(struct seal_audit_log *log, const char *dir, const char *name,
		  const struct seal_err *err)
{
	const char *path = seal_arena_printf(log->h->arena, "%s/%s", dir, name);
	int row;

	if (!path)
		return -ENOMEM;
	row = add_row(log->h, SEAL_SOURCE_AUDIT, path,
		      err->code ? SEAL_READ_UNREADABLE : SEAL_READ_ABSENT, err->text);
	return row < 0 ? row : 0;
}

static int read_audit_logs(struct seal_audit_log *log)
{
	struct seal_log_files found = {.missing = 0};
	struct seal_err err = {0};
	const char *dir, *name, *text;
	int r;

	r = seal_audit_log_path(log->root, log->h->arena, &dir, &name);
	if (r < 0)
		return r;
	r = seal_log_files_find(log->root, log->h->arena, dir, name, SEAL_AUDIT_FILES_MAX, &found,
				&err);
	if (r == -ENOMEM)
		return r;
	if (!found.files.n)
		return no_log(log, dir, name, &err);
	r = 0;
	seal_vec_each (f, &found.files) {
		if (r >= 0)
			r = read_audit_log(log, f->path);
	}
	seal_vec_done(&found.files);
	if (r >= 0)
		r = seal_audit_join_flush(log->join);
	if (r < 0 || !found.missing)
		return r;
	text = seal_arena_printf(log->h->arena, "%s.%llu is missing", name,
				 (unsigned long long)found.missing);
	return text ? add_detail(log->h, (uint32_t)log->h->sources.n - 1, text) : -ENOMEM;
}

int seal_audit_new_live(const struct seal_root *root, struct seal_host *h,
			struct seal_audit_log **ret, struct seal_err *err)
{
	seal_auto_audit struct seal_audit_log *log = calloc(1, sizeof(*log));

	if (!log)
		return seal_err_set(err, -ENOMEM, "out of memory");
	log->root = root;
	log->h = h;
	log->groups = seal_audit_groups_new(h);
	if (log->groups)
		log->join = seal_audit_join_new(seal_audit_groups_add, log->groups);
	if (!log->join)
		return seal_err_set(err, -ENOMEM, "out of memory");
	log->journal = (struct seal_kernel_log){
		.source = UINT32_MAX, .first_us = SEAL_TIME_NONE, .last_us = SEAL_TIME_NONE};
	*ret = seal_take(log);
	return 0;
}

int seal_audit_take(struct seal_audit_log *log, const struct seal_audit_event *e, uint64_t more,
		    int64_t first_us)
{
	seal_audit_groups_more(log->groups, more, first_us);
	return seal_audit_groups_add(log->groups, e);
}

int seal_audit_finish_live(struct seal_audit_log *log, int64_t first_us, int64_t last_us,
			   struct seal_err *err)
{
	int r;

	widen(&log->h->audit, first_us, last_us);
	r = seal_audit_groups_finish(log->groups);
	return r < 0 ? seal_err_set(err, r, "out of memory") : 0;
}

int seal_audit_new(const struct seal_root *root, struct seal_host *h, struct seal_audit_log **ret,
		   struct seal_err *err)
{
	seal_auto_audit struct seal_audit_log *log = NULL;
	int r;

	r = seal_audit_new_live(root, h, &log, err);
	if (r == 0)
		r = read_audit_logs(log);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	seal_audit_groups_copies(log->groups, h->audit.first_us, h->audit.last_us);
	*ret = seal_take(log);
	return 0;
}

void seal_audit_free(struct seal_audit_log *log)
{
	if (!log)
		return;
	seal_audit_join_free(log->join);
	seal_audit_groups_free(log->groups);
	free(log);
}

/* journal_record - an entry of journald's own audit socket: the message is the type's name and the
 * body */
static int journal_record(struct seal_audit_log *log, const struct seal_journal_entry *e)
{
	struct seal_audit_record r = {.time_us = e->time_us - e->time_us % 1000,
				      .serial = e->audit_id,
				      .source = log->journal.source,
				      .line = e->number};
	struct seal_bytes body = e->message;

	if (!e->audit_type || e->time_us < 0)
		return 0;
	seal_bytes_word(&body);
	r.type = seal_audit_type_known(e->audit_type);
	r.body = seal_bytes_trim(body);
	log->journal.n_records++;
	if (log->journal.first_us == SEAL_TIME_NONE || r.time_us < log->journal.first_us)
		log->journal.first_us = r.time_us;
	if (log->journal.last_us == SEAL_TIME_NONE || r.time_us > log->journal.last_us)
		log->journal.last_us = r.time_us;
	return r.type ? seal_audit_join_put(log->join, &r) : 0;
}

/* take_entry - whoever writes to the journal cannot set _TRANSPORT */
static int take_entry(void *data, const struct seal_journal_entry *e,
		      const struct seal_source_state *from)
{
	struct seal_audit_log *log = data;
	bool is_audit = seal_bytes_is(e->transport, "audit");
	int r;

	if (!is_audit && !seal_bytes_is(e->transport, "kernel"))
		return 0;
	log->journal.join = log->join;
	log->journal.source = (uint32_t)(from - log->h->sources.v);
	r = is_audit ? journal_record(log, e)
		     : seal_kernel_log_message(&log->journal, e->message, e->number);
	return r < 0 ? r : seal_audit_join_tick(log->join);
}

struct seal_journal_reader seal_audit_reader(struct seal_audit_log *log)
{
	return (struct seal_journal_reader){.data = log, .entry = take_entry};
}

/* take_lost - what a kernel log says of dropped records, into the facts */
static void take_lost(struct seal_host *h, const struct seal_kernel_log *k)
{
	if (k->n_lost && !h->audit.n_lost && k->source < h->sources.n)
		h->audit.lost_origin = (struct seal_origin){.source = SEAL_SOURCE_KERNEL_LOG,
							    .path = h->sources.v[k->source].path,
							    .line = k->lost_line};
	h->audit.n_lost += k->n_lost;
}

/* read_kernel_log - a text log; it gets a row when it has audit records or cannot be read */
static int read_kernel_log(struct seal_audit_log *log, const char *path, bool live)
{
	seal_auto_input struct seal_input *in = NULL;
	struct seal_kernel_log k = {.join = log->join,
				    .is_dmesg = live,
				    .first_us = SEAL_TIME_NONE,
				    .last_us = SEAL_TIME_NONE};
	struct seal_err err = {0};
	const char *shown = path;
	int row, r, rc;

	r = open_input(log, path, live, &in, &err);
	if (r == -ENOENT)
		return 0;
	if (live)
		shown = seal_arena_printf(log->h->arena, "live/%s", path);
	if (!shown)
		return -ENOMEM;
	row = add_row(log->h, SEAL_SOURCE_KERNEL_LOG, shown, SEAL_READ_READ, "");
	if (row < 0)
		return row;
	k.source = (uint32_t)row;
	if (r >= 0)
		r = seal_kernel_log_read(&k, in, &err);
	rc = seal_audit_join_flush(log->join);
	if (rc < 0)
		return rc;
	log->h->sources.v[row].records = k.n_records;
	log->h->sources.v[row].first_us = k.first_us;
	log->h->sources.v[row].last_us = k.last_us;
	take_lost(log->h, &k);
	rc = close_row(log->h, k.source, r, &err);
	return rc < 0 ? rc
		      : note_count(log->h, k.source, k.n_suppressed,
				   "audit records kept out by the kernel's rate limit");
}

static int read_kernel_logs(struct seal_audit_log *log)
{
	static const char *const names[] = {"kern.log", "messages", "syslog"};
	struct seal_log_files found;
	struct seal_err err;
	size_t i;
	int r;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		r = seal_log_files_find(log->root, log->h->arena, "var/log", names[i],
					SEAL_AUDIT_FILES_MAX, &found, &err);
		if (r == -ENOMEM)
			return r;
		r = 0;
		seal_vec_each (f, &found.files) {
			if (r >= 0)
				r = read_kernel_log(log, f->path, false);
		}
		seal_vec_done(&found.files);
		if (r < 0)
			return r;
	}
	return read_kernel_log(log, "dmesg.txt", true);
}

/* note_damage - what was wrong with the records of each source into its detail */
static int note_damage(struct seal_audit_log *log)
{
	uint32_t i;
	int r = 0;

	for (i = 0; i < log->h->sources.n && r >= 0; i++)
		r = note_count(log->h, i, seal_audit_groups_damaged(log->groups, i),
			       "damaged records passed over");
	return r;
}

int seal_audit_finish(struct seal_audit_log *log, struct seal_err *err)
{
	int r;

	widen(&log->h->audit, log->journal.first_us, log->journal.last_us);
	take_lost(log->h, &log->journal);
	r = seal_audit_join_flush(log->join);
	if (r >= 0)
		r = read_kernel_logs(log);
	if (r >= 0)
		r = seal_audit_groups_finish(log->groups);
	if (r >= 0)
		r = note_damage(log);
	return r < 0 ? seal_err_set(err, r, "out of memory") : 0;
}
