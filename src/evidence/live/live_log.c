/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/live/live_impl.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "evidence/audit/audit.h"

static bool in_past(const struct seal_live *l, int64_t time_us)
{
	return l->since_us != SEAL_TIME_NONE && time_us < l->since_us;
}

static int take_mail(struct live_log *log, struct seal_bytes line, uint64_t number)
{
	struct seal_log_line parts;
	struct seal_log_record r;

	if (!seal_log_line_parse(&log->clock, line, &parts) || in_past(log->l, parts.time_us))
		return 0;
	r = (struct seal_log_record){
		.time_us = parts.time_us,
		.tag = parts.tag,
		.text = parts.text,
		.host = parts.host,
		.pid = parts.pid,
		.origin = {.line = number},
	};
	return live_line(log->l, &r, log->source);
}

static int take_audit(struct live_log *log, struct seal_bytes line, uint64_t number)
{
	struct seal_audit_record r = {0};

	if (!seal_audit_record_parse(line, &r) || !r.type || in_past(log->l, r.time_us))
		return 0;
	r.source = log->source;
	r.line = number;
	return live_record(log->l, &r);
}

static int take(void *data, struct seal_bytes line, uint64_t number)
{
	struct live_log *log = data;

	return log->audit ? take_audit(log, line, number) : take_mail(log, line, number);
}

int live_log_read(struct live_log *log)
{
	struct timespec now = {0};
	int r;

	if (!log->tail.path)
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	log->clock.latest_us = (now.tv_sec + 2 * 86400) * SEAL_SECOND_US;
	if (!log->clock.year)
		log->clock.year = seal_time_year(now.tv_sec * SEAL_SECOND_US);
	r = seal_tail_read(&log->tail, take, log);
	if (log->tail.n_rotated != log->n_rotated)
		live_note(log->l, SEAL_NOTE_ROTATED, log->tail.path);
	if (log->tail.n_truncated != log->n_truncated)
		live_note(log->l, SEAL_NOTE_TRUNCATED, log->tail.path);
	log->n_rotated = log->tail.n_rotated;
	log->n_truncated = log->tail.n_truncated;
	return r;
}

bool live_logs_are_there(const struct seal_live *l, bool audit)
{
	size_t i;

	for (i = 0; i < l->n_logs; i++)
		if (l->logs[i].audit == audit && l->logs[i].tail.path &&
		    l->logs[i].tail.now.fd >= 0)
			return true;
	return false;
}

static int open_log(struct seal_live *l, const char *path, bool audit)
{
	struct live_log *log = &l->logs[l->n_logs];
	struct seal_err err = {0};
	int row, r;

	row = live_source(l, audit ? SEAL_SOURCE_AUDIT : SEAL_SOURCE_MAIL_LOG, path, SEAL_READ_READ,
			  "");
	if (row < 0)
		return row;
	*log = (struct live_log){.l = l, .source = (uint32_t)row, .audit = audit};
	log->clock.zone = l->texts.zone;
	r = seal_tail_open(&log->tail, l->root, path, l->inotify,
			   audit ? SEAL_LIVE_AUDIT_PAST : SEAL_LIVE_MAIL_PAST, &err);
	l->n_logs++;
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		l->sources.v[row].status = SEAL_READ_UNREADABLE;
		snprintf(l->sources.v[row].detail, sizeof(l->sources.v[row].detail), "%.199s",
			 err.text);
	} else if (log->tail.missing) {
		l->sources.v[row].status = SEAL_READ_ABSENT;
		snprintf(l->sources.v[row].detail, sizeof(l->sources.v[row].detail), "waited for");
	}
	return 0;
}

/* base_of - "var/log/mail.log" of "var/log/mail.log.1", "var/log/maillog" of "var/log/maillog-2026"
 */
static struct seal_bytes base_of(struct seal_bytes path)
{
	ssize_t slash = seal_bytes_rchr(path, '/');
	size_t i;

	for (i = slash < 0 ? 1 : (size_t)slash + 2; i + 1 < path.n; i++)
		if ((path.p[i] == '.' || path.p[i] == '-') && path.p[i + 1] >= '0' &&
		    path.p[i + 1] <= '9')
			return seal_bytes_first(path, i);
	return path;
}

/* is_general - a log of all programs, which repeats what the mail log says */
static bool is_general(struct seal_bytes path)
{
	return seal_bytes_ends(path, "/syslog") || seal_bytes_ends(path, "/messages");
}

static int open_mail_logs(struct seal_live *l)
{
	int r = 0;

	seal_vec_each (t, &l->texts.v) {
		seal_auto_free char *path = NULL;
		struct seal_bytes base;

		if (!t->files.n || l->n_logs == SEAL_LIVE_LOGS_MAX)
			continue;
		base = base_of(t->files.v[t->files.n - 1].path);
		if (is_general(base) && l->n_logs)
			continue;
		path = strndup(base.p, base.n);
		if (!path)
			return -ENOMEM;
		r = open_log(l, path, false);
		if (r < 0)
			return r;
	}
	return r;
}

/* wait_for_logs - none is there yet: those that would be made when mail is logged */
static int wait_for_logs(struct seal_live *l)
{
	static const char *const usual[] = {"var/log/mail.log", "var/log/maillog"};
	bool some = false;
	size_t i;
	int r = 0;

	seal_vec_each (instance, &l->h->postfix.instances) {
		seal_vec_each (p, &instance->params) {
			seal_auto_free char *path = NULL;

			if (r < 0 || !seal_bytes_is(p->name, "maillog_file") ||
			    !seal_bytes_starts(p->value, "/var/") ||
			    l->n_logs == SEAL_LIVE_LOGS_MAX)
				continue;
			path = strndup(p->value.p + 1, p->value.n - 1);
			r = path ? open_log(l, path, false) : -ENOMEM;
			some = true;
		}
	}
	for (i = 0; r == 0 && !some && i < sizeof(usual) / sizeof(usual[0]); i++)
		r = open_log(l, usual[i], false);
	return r;
}

int live_logs_open(struct seal_live *l, bool audit)
{
	seal_auto_free char *path = NULL;
	const char *dir, *name;
	int r;

	r = seal_log_texts_find(l->root, l->h, &l->texts);
	if (r == 0)
		r = open_mail_logs(l);
	if (r == 0 && !l->n_logs)
		r = wait_for_logs(l);
	if (r < 0 || !audit)
		return r;
	r = seal_audit_log_path(l->root, l->h->arena, &dir, &name);
	if (r < 0)
		return r;
	if (asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return open_log(l, path, true);
}
