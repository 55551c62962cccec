/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/live/live.h"

#include <errno.h>
#include <fcntl.h>
#include <libaudit.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <time.h>

#include "evidence/live/live_impl.h"

#define JOIN_US   (2 * SEAL_SECOND_US) /* audit.log may be behind the stream that long */
#define NOTE_US   (2 * SEAL_SECOND_US) /* alike notes closer than this are one */
#define SETTLE_MS 300                  /* after which what has not come is lost */
#define POLL_MS   1000                 /* where there is no inotify */
#define NAP_MS    500
#define BATCHES   32 /* read of the stream in one go, so that the logs get their turn */
#define ASK_US    (5 * SEAL_SECOND_US)

int64_t live_now_us(void)
{
	struct timespec ts = {0};

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SEAL_SECOND_US + ts.tv_nsec / 1000;
}

static int64_t wall_us(void)
{
	struct timespec ts = {0};

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * SEAL_SECOND_US + ts.tv_nsec / 1000;
}

/* ---- what the streams hand over; the lock is held ---- */

int live_source(struct seal_live *l, enum seal_source source, const char *path,
		enum seal_read_status status, const char *detail)
{
	struct seal_live_source *s = seal_vec_add(&l->sources);

	if (!s)
		return -ENOMEM;
	*s = (struct seal_live_source){.source = source,
				       .path = strdup(path),
				       .status = status,
				       .first_us = SEAL_TIME_NONE,
				       .last_us = SEAL_TIME_NONE};
	snprintf(s->detail, sizeof(s->detail), "%.199s", detail);
	return s->path ? (int)(l->sources.n - 1) : -ENOMEM;
}

void live_source_record(struct seal_live *l, uint32_t source, int64_t time_us)
{
	struct seal_live_source *s = &l->sources.v[source];

	s->records++;
	if (s->status == SEAL_READ_ABSENT) { /* it was waited for */
		s->status = SEAL_READ_READ;
		s->detail[0] = '\0';
	}
	if (s->first_us == SEAL_TIME_NONE || time_us < s->first_us)
		s->first_us = time_us;
	if (s->last_us == SEAL_TIME_NONE || time_us > s->last_us)
		s->last_us = time_us;
}

void live_note(struct seal_live *l, enum seal_watch_note_kind kind, const char *path)
{
	const int64_t now = wall_us();
	struct seal_watch_note *n;
	size_t i;

	for (i = 0; i < l->n_notes; i++) {
		n = &l->notes[i];
		if (n->kind == kind && now - n->time_us < NOTE_US &&
		    strncmp(n->path, path ? path : "", sizeof(n->path) - 1) == 0) {
			n->n++;
			return;
		}
	}
	if (l->n_notes == SEAL_LIVE_NOTES_MAX) {
		l->notes[SEAL_LIVE_NOTES_MAX - 1].n++;
		return;
	}
	n = &l->notes[l->n_notes++];
	*n = (struct seal_watch_note){.kind = kind, .time_us = now, .n = 1};
	snprintf(n->path, sizeof(n->path), "%s", path ? path : "");
}

static void note_change(struct seal_live *l, uint32_t type)
{
	if (type == AUDIT_MAC_POLICY_LOAD || type == AUDIT_MAC_CONFIG_CHANGE)
		live_note(l, SEAL_NOTE_POLICY, NULL);
	else if (type == AUDIT_MAC_STATUS)
		live_note(l, SEAL_NOTE_MODE, NULL);
	else if (type == AUDIT_NETFILTER_CFG)
		live_note(l, SEAL_NOTE_RULESET, NULL);
}

int live_record(struct seal_live *l, const struct seal_audit_record *r)
{
	int rc;

	live_source_record(l, r->source, r->time_us);
	if (!l->streaming && !l->past)
		note_change(l, r->type);
	rc = seal_audit_join_put(l->join, r);
	return rc < 0 ? rc : seal_audit_join_tick(l->join);
}

int live_line(struct seal_live *l, const struct seal_log_record *r, uint32_t source)
{
	live_source_record(l, source, r->time_us);
	return seal_window_line(l->window, r, source);
}

static int stream_record(void *data, const struct seal_audit_record *r)
{
	struct seal_live *l = data;
	struct seal_audit_record own = *r;

	own.source = l->stream_source;
	note_change(l, r->type);
	return live_record(l, &own);
}

/* ---- opening ---- */

static int open_stream(struct seal_live *l, int fd)
{
	struct seal_err err = {0};
	int r, row;

	l->stream = (struct seal_audit_stream){.fd = -1, .status_fd = -1};
	if (fd >= 0)
		r = seal_audit_stream_init(&l->stream, fd);
	else if (seal_root_kind(l->root) == SEAL_ROOT_LIVE)
		r = seal_audit_stream_open(&l->stream, &err);
	else
		return 0;
	if (r == -ENOMEM)
		return r;
	l->streaming = r == 0;
	row = live_source(l, SEAL_SOURCE_AUDIT, "live/audit",
			  r == 0 ? SEAL_READ_READ : SEAL_READ_UNREADABLE, err.text);
	if (row < 0)
		return row;
	l->stream_source = (uint32_t)row;
	return 0;
}

static int open_all(struct seal_live *l, const struct seal_live_query *q, struct seal_err *err)
{
	const struct seal_evidence_query conf = {SEAL_EV_POSTFIX, {SEAL_TIME_NONE, SEAL_TIME_NONE}};
	bool mail, audit;
	int r;

	r = seal_evidence_read(l->root, &conf, &l->h, err);
	if (r == 0)
		r = open_stream(l, q->audit_fd);
	if (r == 0)
		r = live_logs_open(l, true);
	if (r < 0)
		return r;
	mail = !live_logs_are_there(l, false);
	audit = !l->streaming && !live_logs_are_there(l, true);
	l->journal = (struct live_journal){.l = l};
	if (mail || audit)
		r = live_journal_open(l, mail, audit);
	/* what changes on this host is no change of another root */
	if (seal_root_kind(l->root) == SEAL_ROOT_LIVE)
		live_notify_open(l);
	return r;
}

int seal_live_open(const struct seal_root *root, const struct seal_live_query *query,
		   struct seal_live **ret, struct seal_err *err)
{
	seal_auto_live struct seal_live *l = calloc(1, sizeof(*l));
	int r = -ENOMEM;

	if (!l)
		return seal_err_set(err, -ENOMEM, "out of memory");
	l->root = root;
	l->since_us = query->since_us;
	l->stream.fd = l->stream.status_fd = -1;
	l->notify[0].fd = l->notify[1].fd = -1;
	l->wake[0] = l->wake[1] = -1;
	pthread_mutex_init(&l->lock, NULL);
	l->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	l->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->ready_fd < 0 || pipe2(l->wake, O_CLOEXEC) < 0)
		return seal_err_set(err, -errno, "%s", strerror(errno));
	l->window = seal_window_new();
	if (l->window)
		l->join = seal_audit_join_new(seal_window_event, l->window);
	if (l->join)
		r = open_all(l, query, err);
	if (r < 0)
		return seal_err_set(err, r, "%s", strerror(-r));
	*ret = seal_take(l);
	return 0;
}

/* ---- the thread ---- */

enum { FD_WAKE, FD_STREAM, FD_INOTIFY, FD_JOURNAL, FD_NOTIFY, FD_MAX = FD_NOTIFY + NOTIFIES };

/* tell_ready - that there is something to look at */
static void tell_ready(struct seal_live *l)
{
	const uint64_t one = 1;

	if (!l->ready && write(l->ready_fd, &one, sizeof(one)) == (ssize_t)sizeof(one))
		l->ready = true;
}

static int read_stream(struct seal_live *l)
{
	int i, r = 1;

	for (i = 0; i < BATCHES && r > 0; i++)
		r = seal_audit_stream_read(&l->stream, stream_record, l);
	if (r >= 0 || r == -ENOMEM)
		return r < 0 ? r : 0;
	live_note(l, SEAL_NOTE_FAILED, "live/audit");
	l->sources.v[l->stream_source].status = SEAL_READ_TRUNCATED;
	snprintf(l->sources.v[l->stream_source].detail, sizeof(l->sources.v[0].detail), "%s",
		 strerror(-r));
	close(l->stream.fd);
	l->stream.fd = -1;
	return 0;
}

/* read_logs - all of them: a look at a file that has nothing new is cheap */
static int read_logs(struct seal_live *l)
{
	_Alignas(struct inotify_event) char room[8192];
	int r = 0;
	size_t i;

	while (l->inotify >= 0 && read(l->inotify, room, sizeof(room)) > 0)
		;
	for (i = 0; i < l->n_logs && r >= 0; i++)
		r = live_log_read(&l->logs[i]);
	return r;
}

/* end_joining - the audit log has said what came before the stream; the stream goes on alone */
static int end_joining(struct seal_live *l)
{
	struct live_log *audit = &l->logs[l->n_logs - 1];
	int r = live_log_read(audit);

	l->joining_until_us = 0;
	seal_window_past_over(l->window);
	seal_tail_done(&audit->tail);
	return r;
}

static int read_past(struct seal_live *l)
{
	int r;

	if (l->streaming) {
		seal_window_join_past(l->window);
		l->joining_until_us = live_now_us() + JOIN_US;
	}
	l->past = true;
	r = read_logs(l);
	if (r >= 0)
		r = seal_audit_join_flush(l->join);
	if (r >= 0)
		r = live_journal_read(&l->journal);
	l->past = false;
	return r;
}

static int timeout_of(const struct seal_live *l)
{
	if (seal_audit_join_open(l->join) || seal_serials_open(&l->stream.serials))
		return SETTLE_MS;
	if (l->joining_until_us)
		return NAP_MS;
	return l->inotify < 0 && l->n_logs ? POLL_MS : -1;
}

static void fill_fds(const struct seal_live *l, struct pollfd *fds)
{
	size_t i;

	fds[FD_WAKE].fd = l->wake[0];
	fds[FD_STREAM].fd = l->stream.fd;
	fds[FD_INOTIFY].fd = l->inotify;
	fds[FD_JOURNAL].fd = live_journal_fd(&l->journal);
	for (i = 0; i < NOTIFIES; i++)
		fds[FD_NOTIFY + i].fd = l->notify[i].fd;
	for (i = 0; i < FD_MAX; i++)
		fds[i].events = POLLIN;
}

/* one_round - what is there now; the lock is held */
static int one_round(struct seal_live *l, const struct pollfd *fds, int n)
{
	int r = 0;
	size_t i;

	if (n == 0) { /* nothing came for a while */
		r = seal_audit_join_flush(l->join);
		seal_serials_settle(&l->stream.serials);
	}
	if (r >= 0 && fds[FD_STREAM].revents)
		r = read_stream(l);
	if (r >= 0 && (fds[FD_INOTIFY].revents || (n == 0 && l->inotify < 0)))
		r = read_logs(l);
	if (r >= 0 && fds[FD_JOURNAL].revents)
		r = live_journal_read(&l->journal);
	for (i = 0; i < NOTIFIES; i++)
		if (fds[FD_NOTIFY + i].revents)
			live_notify_read(l, &l->notify[i]);
	if (r >= 0 && l->joining_until_us && live_now_us() >= l->joining_until_us)
		r = end_joining(l);
	tell_ready(l);
	return r;
}

static void *follow(void *data)
{
	struct seal_live *l = data;
	struct pollfd fds[FD_MAX] = {0};
	int n, r, timeout;

	pthread_mutex_lock(&l->lock);
	r = read_past(l);
	tell_ready(l);
	while (r >= 0 && !l->stopping) {
		fill_fds(l, fds);
		timeout = timeout_of(l);
		pthread_mutex_unlock(&l->lock);
		n = poll(fds, FD_MAX, timeout);
		pthread_mutex_lock(&l->lock);
		if (n >= 0)
			r = one_round(l, fds, n);
		else if (errno != EINTR)
			r = -errno;
	}
	l->failed = r < 0 ? r : 0;
	l->ready = false;
	tell_ready(l);
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

int seal_live_start(struct seal_live *l, struct seal_err *err)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	r = pthread_create(&l->thread, NULL, follow, l);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r != 0)
		return seal_err_set(err, -r, "thread: %s", strerror(r));
	l->running = true;
	return 0;
}

int seal_live_fd(const struct seal_live *l)
{
	return l->ready_fd;
}

/* ---- looking ---- */

/* ask_kernel - now and then how many records it dropped itself; the lock is not held */
static void ask_kernel(struct seal_live *l)
{
	const uint64_t now = (uint64_t)live_now_us();

	if (!l->stream.kernel_known || now - l->kernel_asked_us < ASK_US)
		return;
	l->kernel_asked_us = now;
	l->stream.kernel_known = false;
	seal_audit_stream_ask(&l->stream);
	l->stream.kernel_known = true;
}

void seal_live_look(struct seal_live *l, struct seal_live_look *ret)
{
	uint64_t waiting;

	ask_kernel(l);
	pthread_mutex_lock(&l->lock);
	if (read(l->ready_fd, &waiting, sizeof(waiting)) < 0)
		waiting = 0;
	l->ready = false;
	*ret = (struct seal_live_look){
		.window = *seal_window_state(l->window),
		.n_records = l->stream.n_records,
		.n_notes = l->n_notes,
		.failed = l->failed,
	};
	ret->losses = (struct seal_watch_losses){
		.overruns = l->stream.n_overruns,
		.events = l->stream.serials.n_lost,
		.kernel = l->stream.kernel_lost - l->stream.kernel_first,
		.damaged = ret->window.n_damaged + l->stream.n_damaged,
		.denials = ret->window.n_denials_dropped,
		.lines = ret->window.n_lines_dropped,
	};
	seal_vec_each (s, &l->sources) {
		if (s->source == SEAL_SOURCE_AUDIT &&
		    !(l->streaming && s == &l->sources.v[l->stream_source]))
			ret->n_records += s->records;
	}
	memcpy(ret->note, l->notes, l->n_notes * sizeof(*l->notes));
	l->n_notes = 0;
	pthread_mutex_unlock(&l->lock);
}

int seal_live_copy(struct seal_live *l, struct seal_live_copy *ret)
{
	int r;

	*ret = (struct seal_live_copy){.sources = {NULL, 0, 0}};
	pthread_mutex_lock(&l->lock);
	r = seal_window_copy(l->window, &ret->window);
	seal_vec_each (s, &l->sources) {
		struct seal_live_source *to = r == 0 ? seal_vec_add(&ret->sources) : NULL;

		if (r == 0 && !to)
			r = -ENOMEM;
		if (!to)
			continue;
		*to = *s;
		to->path = strdup(s->path);
		if (!to->path)
			r = -ENOMEM;
	}
	pthread_mutex_unlock(&l->lock);
	return r;
}

void seal_live_copy_done(struct seal_live_copy *c)
{
	seal_window_copy_done(&c->window);
	seal_vec_each (s, &c->sources) {
		free(s->path);
	}
	seal_vec_done(&c->sources);
}

static void stop(struct seal_live *l)
{
	if (!l->running)
		return;
	pthread_mutex_lock(&l->lock);
	l->stopping = true;
	pthread_mutex_unlock(&l->lock);
	close(l->wake[1]);
	l->wake[1] = -1;
	pthread_join(l->thread, NULL);
}

void seal_live_free(struct seal_live *l)
{
	size_t i;

	if (!l)
		return;
	stop(l);
	for (i = 0; i < l->n_logs; i++)
		seal_tail_done(&l->logs[i].tail);
	live_journal_close(&l->journal);
	live_notify_close(l);
	seal_audit_stream_done(&l->stream);
	seal_audit_join_free(l->join);
	seal_window_free(l->window);
	seal_log_texts_done(&l->texts);
	seal_evidence_free(l->h);
	seal_vec_each (s, &l->sources) {
		free(s->path);
	}
	seal_vec_done(&l->sources);
	if (l->inotify >= 0)
		close(l->inotify);
	for (i = 0; i < 2; i++)
		if (l->wake[i] >= 0)
			close(l->wake[i]);
	if (l->ready_fd >= 0)
		close(l->ready_fd);
	pthread_mutex_destroy(&l->lock);
	free(l);
}
