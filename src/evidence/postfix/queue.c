/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/queue.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "core/fdio.h"
#include "core/input.h"
#include "evidence/postfix/conf.h"
#include "evidence/postfix/queue_file.h"
#include "evidence/postfix/queue_json.h"
#include "evidence/postfix/queue_log.h"

#define DEFAULT_SPOOL "/var/spool/postfix"
#define DEPTH_MAX     16 /* hash_queue_depth may not be more */
#define JSON_FILE_MAX ((uint64_t)4 * 1024 * 1024 * 1024)

/* struct log - what the defer and bounce logs say of one message */
struct log {
	struct seal_bytes id;
	struct seal_recipient *v;
	size_t n;
};

/* struct spool - one queue directory being read */
struct spool {
	const struct seal_root *root;
	struct seal_host *h;
	struct seal_bytes instance;
	seal_vec(struct log) logs; /* by id once all are read */
	struct seal_envelope envelope;
	struct seal_queue_log scratch;
	char *text; /* SEAL_QUEUE_LOG_MAX bytes for one log */
	size_t n_read, n_damaged, n_cut, n_unreadable, n_beyond;
	int64_t first_us, last_us;
	struct seal_err err; /* of the first directory that could not be listed */
	int failed;          /* and its errno */
};

/* struct walk - one of its directories; file is called for every regular file named like a queue id
 */
struct walk {
	struct spool *spool;
	struct seal_bytes dir; /* the origin of what lies in it */
	struct seal_dir open;
	unsigned depth;
	enum seal_queue_name queue;   /* of messages */
	enum seal_rcpt_status status; /* of logs */
	int (*file)(const struct walk *w, const char *name);
};

static bool is_queue_id(const char *name)
{
	size_t n = 0;

	while (isalnum((unsigned char)name[n]))
		n++;
	return n >= 6 && n < 64 && !name[n];
}

static int walk_dir(const struct walk *w);

static int walk_entry(void *data, const char *name, unsigned char type)
{
	const struct walk *w = data;
	struct walk below = *w;
	const char *path;

	if (type == DT_REG)
		return is_queue_id(name) ? w->file(w, name) : 0;
	if (type != DT_DIR || w->depth >= DEPTH_MAX)
		return 0;
	path = seal_arena_printf(w->spool->h->arena, "%s/%s", w->dir.p, name);
	if (!path)
		return -ENOMEM;
	below.dir = seal_bytes_of(path);
	below.depth++;
	return walk_dir(&below);
}

/* walk_dir - the files below one directory; one that cannot be listed is remembered, not an error
 */
static int walk_dir(const struct walk *w)
{
	struct spool *s = w->spool;
	struct walk copy = *w;
	struct seal_err err = {0};
	int r;

	r = seal_dir_open(s->root, w->dir.p, &copy.open);
	if (r == 0) {
		r = seal_root_list(s->root, w->dir.p, walk_entry, &copy, &err);
		seal_dir_close(&copy.open);
	} else {
		seal_err_set(&err, r, "%s: %s", w->dir.p, strerror(-r));
	}
	if (r == 0 || r == -ENOMEM)
		return r;
	if (r != -ENOENT && !s->failed) {
		s->failed = r;
		s->err = err;
	}
	return 0;
}

/* count_unreadable - a file that went away since the directory was listed is none. The root is told
 * of the first: one tells why, and thousands would take the room of all other paths. */
static int count_unreadable(const struct walk *w, const char *name, int r)
{
	struct spool *s = w->spool;
	char path[PATH_MAX];

	if (r == -ENOMEM || r == -ENOENT)
		return r == -ENOMEM ? r : 0;
	if (!s->n_unreadable++) {
		snprintf(path, sizeof(path), "%s/%s", w->dir.p, name);
		seal_root_note(s->root, path, r);
	}
	return 0;
}

/* keep_exact - a heap array of exactly the @n recipients at @v */
static struct seal_recipient *keep_exact(const struct seal_recipient *v, size_t n)
{
	struct seal_recipient *copy = malloc(n * sizeof(*v));

	if (copy)
		memcpy(copy, v, n * sizeof(*v));
	return copy;
}

static int read_log(const struct walk *w, const char *name)
{
	struct spool *s = w->spool;
	seal_auto_close int fd = -1;
	struct stat st;
	struct log *log;
	ssize_t n;
	int r;

	fd = seal_dir_open_file(&w->open, name, &st);
	n = fd < 0 ? fd : seal_fd_read_at(fd, s->text, SEAL_QUEUE_LOG_MAX, 0);
	if (n < 0)
		return count_unreadable(w, name, (int)n);
	s->scratch.recipients.n = 0;
	s->scratch.n_bad = 0;
	s->scratch.cut = n == (ssize_t)SEAL_QUEUE_LOG_MAX;
	r = seal_queue_log_parse((struct seal_bytes){s->text, (size_t)n}, w->status, s->h->arena,
				 &s->scratch);
	if (r < 0)
		return r;
	s->n_cut += s->scratch.cut;
	s->n_damaged += s->scratch.n_bad > 0;
	if (!s->scratch.recipients.n)
		return 0;

	if (s->logs.n >= 2 * SEAL_QUEUE_MESSAGES_MAX)
		return 0;
	log = seal_vec_add(&s->logs);
	if (!log)
		return -ENOMEM;
	log->v = keep_exact(s->scratch.recipients.v, s->scratch.recipients.n);
	if (!log->v)
		return -ENOMEM;
	log->n = s->scratch.recipients.n;
	return seal_arena_copy(s->h->arena, seal_bytes_of(name), &log->id);
}

static int by_log_id(const void *a, const void *b)
{
	return seal_bytes_cmp(((const struct log *)a)->id, ((const struct log *)b)->id);
}

/* find_logs - the first of the logs of a message, *n of them (defer and bounce) */
static struct log *find_logs(const struct spool *s, struct seal_bytes id, size_t *n)
{
	size_t low = 0, high = s->logs.n, end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (seal_bytes_cmp(s->logs.v[mid].id, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < s->logs.n && seal_bytes_eq(s->logs.v[end].id, id);)
		end++;
	*n = end - low;
	return s->logs.v ? s->logs.v + low : NULL;
}

/* same_address - logs have "?" in place of what is not printable */
static bool same_address(struct seal_bytes logged, struct seal_bytes raw)
{
	size_t i;

	if (logged.n != raw.n)
		return false;
	for (i = 0; i < raw.n; i++) {
		unsigned char c = (unsigned char)raw.p[i];

		if (logged.p[i] != raw.p[i] && !(logged.p[i] == '?' && (c < ' ' || c >= 0x7f)))
			return false;
	}
	return true;
}

static bool is_logged(const struct log *logs, size_t n, const struct seal_recipient *rcpt)
{
	size_t i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < logs[i].n; j++)
			if (same_address(logs[i].v[j].address, rcpt->address))
				return true;
	return false;
}

/* hand_over - the recipients of the only log become those of the message */
static void hand_over(struct log *log, struct seal_message *m)
{
	m->recipients.v = log->v;
	m->recipients.n = m->recipients.cap = log->n;
	log->v = NULL;
	log->n = 0;
}

/* join_recipients - those of the logs, then those of the envelope that no log has */
static int join_recipients(struct spool *s, struct seal_message *m)
{
	const struct seal_envelope *e = &s->envelope;
	size_t n_logs, n = 0, i, kept = 0;
	struct log *logs = find_logs(s, m->queue_id, &n_logs);

	for (i = 0; i < e->recipients.n; i++)
		n += !is_logged(logs, n_logs, &e->recipients.v[i]);
	if (n == 0 && n_logs == 1)
		hand_over(logs, m);
	for (i = 0; i < n_logs; i++)
		n += logs[i].n;
	if (m->recipients.n || !n)
		return 0;

	m->recipients.v = malloc(n * sizeof(*m->recipients.v));
	if (!m->recipients.v)
		return -ENOMEM;
	for (i = 0; i < n_logs; i++) {
		memcpy(m->recipients.v + kept, logs[i].v, logs[i].n * sizeof(*logs[i].v));
		kept += logs[i].n;
	}
	for (i = 0; i < e->recipients.n; i++) {
		if (!is_logged(logs, n_logs, &e->recipients.v[i]))
			m->recipients.v[kept++] = e->recipients.v[i];
	}
	m->recipients.n = m->recipients.cap = kept;
	return 0;
}

static int64_t mtime_us(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * SEAL_SECOND_US + st->st_mtim.tv_nsec / 1000;
}

/* add_message - the message of the envelope just read */
static int add_message(const struct walk *w, const char *name, const struct stat *st)
{
	struct spool *s = w->spool;
	const struct seal_envelope *e = &s->envelope;
	struct seal_message *m;
	int r;

	m = seal_vec_add(&s->h->queue.messages);
	if (!m)
		return -ENOMEM;
	r = seal_arena_copy(s->h->arena, seal_bytes_of(name), &m->queue_id);
	if (r < 0)
		return r;
	m->instance = s->instance;
	m->sender = e->sender;
	m->queue = w->queue;
	m->submit_uid = UINT32_MAX;
	m->size_bytes = e->has_size ? e->size_bytes : (uint64_t)st->st_size;
	m->arrival_us = e->arrival_us != SEAL_TIME_NONE ? e->arrival_us : mtime_us(st);
	m->last_us = m->arrival_us;
	m->next_try_us = w->queue == SEAL_QUEUE_DEFERRED && mtime_us(st) > m->arrival_us
				 ? mtime_us(st)
				 : SEAL_TIME_NONE;
	m->forced_expire = st->st_mode & S_IXGRP;
	m->origin = (struct seal_origin){SEAL_SOURCE_QUEUE, w->dir, 0, m->queue_id};
	if (s->first_us == SEAL_TIME_NONE || m->arrival_us < s->first_us)
		s->first_us = m->arrival_us;
	if (s->last_us == SEAL_TIME_NONE || m->arrival_us > s->last_us)
		s->last_us = m->arrival_us;
	return join_recipients(s, m);
}

static int read_message(const struct walk *w, const char *name)
{
	struct spool *s = w->spool;
	seal_auto_close int fd = -1;
	struct stat st;
	int r;

	if (s->h->queue.messages.n >= SEAL_QUEUE_MESSAGES_MAX) {
		s->n_beyond++;
		return 0;
	}
	fd = seal_dir_open_file(&w->open, name, &st);
	if (fd < 0)
		return count_unreadable(w, name, fd);
	/* still being written: mail_open_ok(3) wants all bits of the owner */
	if (w->queue != SEAL_QUEUE_CORRUPT && (st.st_mode & S_IRWXU) != S_IRWXU)
		return 0;
	r = seal_envelope_read(fd, s->h->arena, &s->envelope);
	if (r < 0)
		return count_unreadable(w, name, r);
	s->n_damaged += !s->envelope.cut &&
			(s->envelope.damaged || s->envelope.content_end > (uint64_t)st.st_size);
	s->n_cut += s->envelope.cut;
	s->n_read++;
	return add_message(w, name, &st);
}

/* walk_queue - one directory below the queue directory @top (no leading "/") */
static int walk_queue(struct spool *s, const char *top, const char *name, struct walk w)
{
	const char *path = seal_arena_printf(s->h->arena, "%s/%s", top, name);

	if (!path)
		return -ENOMEM;
	w.spool = s;
	w.dir = seal_bytes_of(path);
	return walk_dir(&w);
}

static int walk_queues(struct spool *s, const char *top)
{
	static const enum seal_queue_name queues[] = {
		SEAL_QUEUE_MAILDROP, SEAL_QUEUE_INCOMING, SEAL_QUEUE_ACTIVE,
		SEAL_QUEUE_DEFERRED, SEAL_QUEUE_HOLD,     SEAL_QUEUE_CORRUPT,
	};
	size_t i;
	int r;

	r = walk_queue(s, top, "defer",
		       (struct walk){.status = SEAL_RCPT_DEFERRED, .file = read_log});
	if (r == 0)
		r = walk_queue(s, top, "bounce",
			       (struct walk){.status = SEAL_RCPT_BOUNCED, .file = read_log});
	if (s->logs.n)
		qsort(s->logs.v, s->logs.n, sizeof(*s->logs.v), by_log_id);
	for (i = 0; i < sizeof(queues) / sizeof(queues[0]) && r == 0; i++)
		r = walk_queue(s, top, seal_queue_name(queues[i]),
			       (struct walk){.queue = queues[i], .file = read_message});
	return r;
}

static void spool_done(struct spool *s)
{
	seal_vec_each (l, &s->logs) {
		free(l->v);
	}
	seal_vec_done(&s->logs);
	seal_vec_done(&s->scratch.recipients);
	seal_envelope_done(&s->envelope);
	free(s->text);
}

static void tell(struct seal_buf *b, size_t n, const char *what)
{
	if (n)
		seal_buf_printf(b, "%s%zu %s", b->n ? "; " : "", n, what);
}

static int add_row(struct spool *s, const char *top)
{
	seal_auto_buf struct seal_buf detail = {0};
	enum seal_read_status status = SEAL_READ_READ;
	struct seal_source_state *row;

	if (s->failed)
		seal_buf_puts(&detail, s->err.text);
	tell(&detail, s->n_damaged, "damaged");
	tell(&detail, s->n_unreadable, "unreadable");
	tell(&detail, s->n_cut, "not read to the end");
	tell(&detail, s->n_beyond, "beyond the limit");
	if (s->failed && !s->n_read)
		status = SEAL_READ_UNREADABLE;
	else if (detail.n)
		status = SEAL_READ_TRUNCATED;
	row = detail.err ? NULL
			 : seal_host_source(s->h, SEAL_SOURCE_QUEUE, seal_bytes_of(top), status,
					    seal_buf_bytes(&detail));
	if (!row)
		return -ENOMEM;
	row->records = s->n_read;
	row->first_us = s->first_us;
	row->last_us = s->last_us;
	return 0;
}

/* read_spool - one queue directory; @dir absolute */
static int read_spool(const struct seal_root *root, struct seal_host *h, struct seal_bytes dir,
		      struct seal_bytes instance)
{
	struct spool s = {
		.root = root,
		.h = h,
		.instance = instance,
		.first_us = SEAL_TIME_NONE,
		.last_us = SEAL_TIME_NONE,
	};
	char top[PATH_MAX / 2];
	struct stat st;
	int r;

	while (dir.n && dir.p[0] == '/')
		dir = seal_bytes_from(dir, 1);
	while (dir.n && dir.p[dir.n - 1] == '/')
		dir.n--;
	if (!dir.n || dir.n >= sizeof(top) || memchr(dir.p, '\0', dir.n))
		return 0;
	memcpy(top, dir.p, dir.n);
	top[dir.n] = '\0';
	r = seal_root_stat(root, top, true, &st);
	if (r < 0)
		return seal_host_source(h, SEAL_SOURCE_QUEUE, dir,
					r == -ENOENT ? SEAL_READ_ABSENT : SEAL_READ_UNREADABLE,
					seal_bytes_of(r == -ENOENT ? "" : strerror(-r)))
			       ? 0
			       : -ENOMEM;

	s.text = malloc(SEAL_QUEUE_LOG_MAX);
	r = s.text ? walk_queues(&s, top) : -ENOMEM;
	if (r == 0)
		r = add_row(&s, top);
	if (s.n_read || !s.failed)
		h->queue.present = true;
	spool_done(&s);
	return r;
}

static int read_spools(const struct seal_root *root, struct seal_host *h)
{
	struct seal_bytes dir, name;
	int r = 0;

	if (!h->postfix.instances.n)
		return read_spool(root, h, SEAL_LIT(DEFAULT_SPOOL), SEAL_LIT("postfix"));
	seal_vec_each (inst, &h->postfix.instances) {
		if (seal_conf_value(inst, NULL, "queue_directory", h->arena, &dir) < 0)
			continue;
		if (seal_conf_value(inst, NULL, "syslog_name", h->arena, &name) < 0)
			name = SEAL_LIT("postfix");
		r = read_spool(root, h, dir, name);
		if (r < 0)
			break;
	}
	return r;
}

static int by_id(const void *a, const void *b)
{
	const struct seal_message *x = a, *y = b;
	int r = seal_bytes_cmp(x->queue_id, y->queue_id);

	if (r == 0)
		r = seal_bytes_cmp(x->instance, y->instance);
	return r ? r : (int)x->queue - (int)y->queue;
}

/* sort_messages - by queue id; a message seen twice moved between queues while they were read */
static void sort_messages(struct seal_queue *q)
{
	struct seal_message *v = q->messages.v;
	size_t i, kept = 0;

	if (!q->messages.n)
		return;
	qsort(v, q->messages.n, sizeof(*v), by_id);
	for (i = 0; i < q->messages.n; i++) {
		if (kept && seal_bytes_eq(v[kept - 1].queue_id, v[i].queue_id) &&
		    seal_bytes_eq(v[kept - 1].instance, v[i].instance))
			seal_vec_done(&v[i].recipients);
		else
			v[kept++] = v[i];
	}
	q->messages.n = kept;
}

/* find_message - among the first @n, which are sorted */
static struct seal_message *find_message(struct seal_queue *q, size_t n, struct seal_bytes id)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int r = seal_bytes_cmp(id, q->messages.v[mid].queue_id);

		if (r == 0)
			return &q->messages.v[mid];
		if (r < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* add_reasons - what the spool did not tell of the recipients it has */
static void add_reasons(struct seal_message *m, const struct seal_message *from)
{
	seal_vec_each (rcpt, &m->recipients) {
		seal_vec_each (f, &from->recipients) {
			if (!rcpt->reason.n && seal_bytes_eq(rcpt->address, f->address)) {
				rcpt->reason = f->reason;
				rcpt->status = f->status;
			}
		}
	}
}

/* take_json - one line; the first @n_spool messages are those of the spool, sorted
 * Returns 0, -EBADMSG, -EFBIG or -ENOMEM. */
static int take_json(struct seal_host *h, struct seal_bytes line, uint64_t number, size_t n_spool)
{
	struct seal_message m, *place;
	int r;

	r = seal_queue_json_parse(line, h->arena, &m);
	if (r < 0)
		return r;
	place = find_message(&h->queue, n_spool, m.queue_id);
	if (place) {
		add_reasons(place, &m);
		seal_vec_done(&m.recipients);
		return 0;
	}
	place = h->queue.messages.n < SEAL_QUEUE_MESSAGES_MAX ? seal_vec_add(&h->queue.messages)
							      : NULL;
	if (!place) {
		seal_vec_done(&m.recipients);
		return h->queue.messages.n < SEAL_QUEUE_MESSAGES_MAX ? -ENOMEM : -EFBIG;
	}
	m.instance = SEAL_LIT("postfix");
	m.origin = (struct seal_origin){SEAL_SOURCE_QUEUE, SEAL_LIT("live/queue.ndjson"), number,
					m.queue_id};
	*place = m;
	return 0;
}

static int json_row(struct seal_host *h, uint64_t n, uint64_t n_bad, const char *why)
{
	seal_auto_buf struct seal_buf detail = {0};
	struct seal_source_state *row;

	if (why)
		seal_buf_puts(&detail, why);
	tell(&detail, n_bad, "lines that are not from postqueue -j");
	row = detail.err ? NULL
			 : seal_host_source(h, SEAL_SOURCE_QUEUE, SEAL_LIT("live/queue.ndjson"),
					    detail.n ? SEAL_READ_TRUNCATED : SEAL_READ_READ,
					    seal_buf_bytes(&detail));
	if (!row)
		return -ENOMEM;
	row->records = n;
	return 0;
}

static int read_json(const struct seal_root *root, struct seal_host *h)
{
	seal_auto_input struct seal_input *in = NULL;
	struct seal_lines lines = {0};
	struct seal_bytes line;
	struct seal_err err = {0};
	size_t n_spool = h->queue.messages.n;
	uint64_t n = 0, n_bad = 0;
	int fd, r;

	fd = seal_root_open_live(root, "queue.ndjson", &err);
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return seal_host_source(h, SEAL_SOURCE_QUEUE, SEAL_LIT("live/queue.ndjson"),
					SEAL_READ_UNREADABLE, seal_bytes_of(err.text))
			       ? 0
			       : -ENOMEM;
	r = seal_input_new(fd, JSON_FILE_MAX, &in, &err);
	if (r == 0)
		r = seal_lines_init(&lines, in, SEAL_QUEUE_JSON_LINE_MAX);
	while (r >= 0 && (r = seal_lines_next(&lines, &line, &err)) > 0) {
		if (!seal_bytes_trim(line).n)
			continue;
		r = take_json(h, line, lines.number, n_spool);
		n += r == 0;
		n_bad += r == -EBADMSG;
		if (r == -EBADMSG)
			r = 0;
	}
	seal_lines_done(&lines);
	if (r == -ENOMEM)
		return r;
	h->queue.present = true;
	if (r == -EFBIG && !err.code)
		return json_row(h, n, n_bad, "more messages than the limit");
	return json_row(h, n, n_bad, r < 0 ? err.text : NULL);
}

int seal_queue_read(const struct seal_root *root, struct seal_host *h, struct seal_err *err)
{
	int r;

	r = read_spools(root, h);
	if (r == 0) {
		sort_messages(&h->queue);
		r = read_json(root, h);
	}
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	sort_messages(&h->queue);
	return 0;
}
