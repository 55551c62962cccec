/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/live/live_impl.h"

#include <errno.h>
#include <systemd/sd-journal.h>

#include <stdio.h>

/* audit_entry - an entry of journald's own audit socket, or of the kernel's log */
static int audit_entry(struct live_journal *j, const struct seal_journal_entry *e)
{
	struct seal_audit_record r = {.time_us = e->time_us - e->time_us % 1000,
				      .serial = e->audit_id,
				      .source = j->source,
				      .line = e->number};
	struct seal_bytes body = e->message;

	if (seal_bytes_is(e->transport, "audit")) {
		if (!e->audit_type || e->time_us < 0)
			return 0;
		seal_bytes_word(&body);
		r.type = seal_audit_type_known(e->audit_type);
		r.body = seal_bytes_trim(body);
	} else if (!seal_audit_record_parse_kernel(e->message, &r)) {
		return 0;
	}
	r.source = j->source;
	r.line = e->number;
	return r.type ? live_record(j->l, &r) : 0;
}

static int take_entry(void *data, const struct seal_journal_entry *e,
		      const struct seal_source_state *from)
{
	struct live_journal *j = data;
	struct seal_log_record r = {
		.time_us = e->time_us,
		.tag = e->identifier,
		.text = e->message,
		.host = e->hostname,
		.pid = e->pid,
		.origin = {.line = e->number},
	};

	(void)from;
	if (j->l->since_us != SEAL_TIME_NONE && e->time_us < j->l->since_us)
		return 0;
	/* whoever writes to the journal cannot set _TRANSPORT */
	if (seal_bytes_is(e->transport, "audit") || seal_bytes_is(e->transport, "kernel"))
		return j->audit ? audit_entry(j, e) : 0;
	return j->mail ? live_line(j->l, &r, j->source) : 0;
}

/* open_it - journal files of the root: of "/" those of this machine */
static int open_it(struct live_journal *j)
{
	const char *name = seal_root_name(j->l->root);

	if (seal_root_kind(j->l->root) == SEAL_ROOT_LIVE)
		return sd_journal_open(&j->j, SD_JOURNAL_LOCAL_ONLY);
	return sd_journal_open_directory(&j->j, name, SD_JOURNAL_OS_ROOT);
}

/* go_back - to SEAL_LIVE_ENTRIES before the end, or to where we were */
static int go_back(struct live_journal *j)
{
	int r;

	if (!j->cursor) {
		r = sd_journal_seek_tail(j->j);
		return r < 0 ? r : sd_journal_previous_skip(j->j, SEAL_LIVE_ENTRIES);
	}
	r = sd_journal_seek_cursor(j->j, j->cursor);
	if (r >= 0)
		r = sd_journal_next(j->j);
	if (r > 0 && sd_journal_test_cursor(j->j, j->cursor) <= 0)
		r = sd_journal_previous(j->j); /* gone; we are behind it */
	return r;
}

/* tell_empty - opened, and not a file in it: there is none, or none for us */
static int tell_empty(struct live_journal *j)
{
	static const char *const folders[] = {"var/log/journal", "run/log/journal"};
	struct seal_live_source *s = &j->l->sources.v[j->source];
	struct stat st;
	size_t i;

	if (sd_journal_has_persistent_files(j->j) > 0 || sd_journal_has_runtime_files(j->j) > 0)
		return 0;
	s->status = SEAL_READ_ABSENT;
	snprintf(s->detail, sizeof(s->detail), "waited for");
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (geteuid() == 0 || seal_root_stat(j->l->root, folders[i], true, &st) < 0)
			continue;
		s->status = SEAL_READ_UNREADABLE;
		snprintf(s->detail, sizeof(s->detail), "%s: %s", folders[i], strerror(EACCES));
	}
	return 0;
}

int live_journal_open(struct seal_live *l, bool mail, bool audit)
{
	static const struct seal_journal_reader reader = {NULL, take_entry};
	struct live_journal *j = &l->journal;
	int row, r;

	row = live_source(l, SEAL_SOURCE_JOURNAL, "journal", SEAL_READ_READ, "");
	if (row < 0)
		return row;
	*j = (struct live_journal){.l = l, .source = (uint32_t)row, .mail = mail, .audit = audit};
	j->h = seal_host_new();
	if (!j->h || !seal_host_source(j->h, SEAL_SOURCE_JOURNAL, SEAL_LIT("journal"),
				       SEAL_READ_READ, SEAL_BYTES_NONE))
		return -ENOMEM;
	j->h->span = (struct seal_span){SEAL_TIME_NONE, SEAL_TIME_NONE};
	j->walk = (struct seal_journal_walk){.root = l->root,
					     .host = j->h,
					     .readers = &reader,
					     .covered_first = SEAL_TIME_NONE,
					     .covered_last = SEAL_TIME_NONE};
	r = open_it(j);
	if (r >= 0) {
		sd_journal_set_data_threshold(j->j, SEAL_JOURNAL_FIELD_MAX);
		(void)go_back(j);
		if (sd_journal_get_fd(j->j) < 0)
			r = -EOPNOTSUPP;
	}
	if (r >= 0)
		return tell_empty(j);
	snprintf(l->sources.v[row].detail, sizeof(l->sources.v[row].detail), "%s", strerror(-r));
	l->sources.v[row].status =
		r == -ENOENT || r == -ENOTDIR ? SEAL_READ_ABSENT : SEAL_READ_UNREADABLE;
	return r == -ENOMEM ? r : 0;
}

int live_journal_fd(const struct live_journal *j)
{
	return j->j ? sd_journal_get_fd(j->j) : -1;
}

static void remember(struct live_journal *j)
{
	char *cursor;

	if (sd_journal_get_cursor(j->j, &cursor) < 0)
		return;
	free(j->cursor);
	j->cursor = cursor;
}

/* take_up - the journal's files are not what they were: once more, from where we are */
static int take_up(struct live_journal *j)
{
	int r;

	sd_journal_close(j->j);
	j->j = NULL;
	r = open_it(j);
	if (r >= 0)
		r = go_back(j);
	live_note(j->l, r < 0 ? SEAL_NOTE_FAILED : SEAL_NOTE_REOPENED, "journal");
	if (r < 0 && j->j) {
		sd_journal_close(j->j);
		j->j = NULL;
	}
	return r == -ENOMEM ? r : 0;
}

int live_journal_read(struct live_journal *j)
{
	struct seal_journal_reader reader = {j, take_entry};
	bool some = false;
	int r;

	if (!j->j)
		return 0;
	j->walk.readers = &reader;
	j->walk.n_readers = 1;
	r = sd_journal_process(j->j);
	while (r >= 0 && (r = sd_journal_next(j->j)) > 0) {
		some = true;
		r = seal_journal_take(&j->walk, j->j);
		if (r == -ENOMEM)
			return r;
		r = 0;
	}
	if (some)
		remember(j);
	return r < 0 && r != -ENOMEM ? take_up(j) : r;
}

void live_journal_close(struct live_journal *j)
{
	size_t i;

	if (j->j)
		sd_journal_close(j->j);
	for (i = 0; i < SEAL_JOURNAL_FIELD_MAX_; i++)
		seal_buf_done(&j->walk.value[i]);
	seal_host_free(j->h);
	free(j->cursor);
}
