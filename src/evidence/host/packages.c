/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/host/packages.h"

#include <errno.h>
#include <stdio.h>

#include "core/input.h"
#include "core/zone.h"

#define DPKG_STAMP ((size_t)19) /* "2026-11-20 18:53:36" */

/* struct package_log - being read */
struct package_log {
	struct seal_host *h;
	const struct seal_zone *zone; /* NULL: UTC */
	int year;                     /* of a stamp without one: of the file's last change */
	int64_t changed_us;           /* the file's last change; SEAL_TIME_NONE */
	int64_t last_us;
	struct seal_bytes path;
	uint64_t line, n;
	seal_vec(struct seal_change) kept;
	size_t next; /* to be overwritten, once the limit is reached */
};

/* a line's words into what changed; the strings borrow from it. Returns whether it tells of one */
typedef bool parse_fn(struct package_log *log, struct seal_bytes line, struct seal_change *c);

struct seal_bytes seal_package_split(struct seal_bytes nevra, struct seal_bytes *version)
{
	ssize_t release = seal_bytes_rchr(nevra, '-'), at;

	*version = SEAL_BYTES_NONE;
	if (release <= 0)
		return nevra;
	at = seal_bytes_rchr(seal_bytes_first(nevra, (size_t)release), '-');
	if (at <= 0)
		return nevra;
	*version = seal_bytes_from(nevra, (size_t)at + 1);
	return seal_bytes_first(nevra, (size_t)at);
}

static int64_t to_utc(const struct package_log *log, int64_t local_us)
{
	return log->zone ? seal_zone_utc(log->zone, local_us, log->last_us) : local_us;
}

/* dpkg: "2026-11-20 18:53:36 upgrade postfix:amd64 3.7.10-0 3.7.11-0"; "<none>" for no version */
static bool parse_dpkg(struct package_log *log, struct seal_bytes line, struct seal_change *c)
{
	static const char *const actions[] = {"install", "upgrade", "remove", "purge"};
	char stamp[DPKG_STAMP + 2];
	struct seal_bytes action, rest;
	size_t i;

	if (line.n <= DPKG_STAMP || line.p[DPKG_STAMP] != ' ')
		return false;
	memcpy(stamp, line.p, DPKG_STAMP);
	memcpy(stamp + DPKG_STAMP, "Z", 2);
	if (seal_time_parse(seal_bytes_of(stamp), &c->time_us) < 0)
		return false;
	c->time_us = to_utc(log, c->time_us);
	rest = seal_bytes_from(line, DPKG_STAMP + 1);
	action = seal_bytes_word(&rest);
	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (seal_bytes_is(action, actions[i]))
			break;
	if (i == sizeof(actions) / sizeof(actions[0]))
		return false;
	c->what = seal_bytes_word(&rest);
	c->what = seal_bytes_cut(c->what, ':', &line);
	c->from = seal_bytes_word(&rest);
	c->to = seal_bytes_word(&rest);
	if (seal_bytes_is(c->from, "<none>"))
		c->from = SEAL_BYTES_NONE;
	if (seal_bytes_is(c->to, "<none>"))
		c->to = SEAL_BYTES_NONE;
	return c->what.n > 0;
}

/* take_rpm - "Upgrade: postfix-2:3.5.25-1.el9.x86_64"; of a pair of lines ("Upgrade:", "Upgraded:")
 * the one that names what is there afterwards */
static bool take_rpm(struct seal_bytes rest, struct seal_change *c)
{
	static const char *const placed[] = {"Installed:", "Install:",     "Upgrade:",  "Updated:",
					     "Downgrade:", "Reinstalled:", "Reinstall:"};
	static const char *const gone[] = {"Erase:", "Erased:", "Removed:"};
	struct seal_bytes action = seal_bytes_word(&rest), version;
	size_t i;

	c->what = seal_package_split(seal_bytes_word(&rest), &version);
	if (!c->what.n)
		return false;
	for (i = 0; i < sizeof(placed) / sizeof(placed[0]); i++)
		if (seal_bytes_is(action, placed[i])) {
			c->to = version;
			return true;
		}
	for (i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		if (seal_bytes_is(action, gone[i])) {
			c->from = version;
			return true;
		}
	return false;
}

/* dnf: "2026-11-20T18:53:36+0000 SUBDEBUG Upgrade: postfix-2:3.5.25-1.el9.x86_64"; the zone is
 * written without a colon, and of old releases without minutes */
static bool parse_dnf(struct package_log *log, struct seal_bytes line, struct seal_change *c)
{
	struct seal_bytes stamp = seal_bytes_word(&line), zone;
	char text[40];
	int n;

	(void)log;
	if (stamp.n < DPKG_STAMP + 1 || stamp.n > DPKG_STAMP + 6)
		return false;
	zone = seal_bytes_from(stamp, DPKG_STAMP);
	if (seal_bytes_is(zone, "Z") || zone.n == 6)
		n = snprintf(text, sizeof(text), "%.*s", (int)stamp.n, stamp.p);
	else if (zone.n == 3 || zone.n == 5)
		n = snprintf(text, sizeof(text), "%.*s%.3s:%.2s", (int)DPKG_STAMP, stamp.p, zone.p,
			     zone.n == 5 ? zone.p + 3 : "00");
	else
		return false;
	if (seal_time_parse((struct seal_bytes){text, (size_t)n}, &c->time_us) < 0)
		return false;
	seal_bytes_word(&line); /* how loud it is */
	return take_rpm(line, c);
}

/* yum: "Nov 20 18:53:36 Updated: 2:postfix-2.10.1-9.el7.x86_64" */
static bool parse_yum(struct package_log *log, struct seal_bytes line, struct seal_change *c)
{
	size_t n = seal_time_rfc3164(line, log->year, &c->time_us);
	ssize_t colon;

	if (!n)
		return false;
	c->time_us = to_utc(log, c->time_us);
	/* written before its file was changed last: of an earlier year otherwise */
	if (log->changed_us != SEAL_TIME_NONE &&
	    c->time_us > log->changed_us + 86400 * SEAL_SECOND_US) {
		seal_time_rfc3164(line, log->year - 1, &c->time_us);
		c->time_us = to_utc(log, c->time_us);
	}
	if (!take_rpm(seal_bytes_from(line, n), c))
		return false;
	colon = seal_bytes_chr(c->what, ':');
	if (colon > 0)
		c->what = seal_bytes_from(c->what, (size_t)colon + 1);
	return true;
}

/* keep - copy a change; the newest SEAL_PACKAGES_CHANGES_MAX stay */
static int keep(struct package_log *log, const struct seal_change *c)
{
	struct seal_arena *a = log->h->arena;
	struct seal_change *to;

	if (log->kept.n < SEAL_PACKAGES_CHANGES_MAX) {
		to = seal_vec_add(&log->kept);
		if (!to)
			return -ENOMEM;
	} else {
		to = &log->kept.v[log->next];
		log->next = (log->next + 1) % SEAL_PACKAGES_CHANGES_MAX;
	}
	*to = *c;
	to->kind = SEAL_CHANGE_PACKAGE;
	to->origin = (struct seal_origin){
		.source = SEAL_SOURCE_PACKAGES, .path = log->path, .line = log->line};
	if (seal_arena_intern(a, c->what, &to->what) < 0 ||
	    seal_arena_intern(a, c->from, &to->from) < 0 ||
	    seal_arena_intern(a, c->to, &to->to) < 0)
		return -ENOMEM;
	return 0;
}

static bool is_after(const struct seal_host *h, int64_t time_us)
{
	return h->span.until_us != SEAL_TIME_NONE && time_us > h->span.until_us;
}

static int read_lines(struct package_log *log, struct seal_input *in, parse_fn *parse,
		      struct seal_err *err)
{
	struct seal_lines lines = {0};
	struct seal_bytes line;
	int r;

	r = seal_lines_init(&lines, in, SEAL_PACKAGES_LINE_MAX);
	while (r == 0 && (r = seal_lines_next(&lines, &line, err)) > 0) {
		struct seal_change c = {.time_us = SEAL_TIME_NONE};

		r = 0;
		log->line = lines.number;
		if (!parse(log, line, &c))
			continue;
		log->n++;
		log->last_us = c.time_us;
		if (!is_after(log->h, c.time_us))
			r = keep(log, &c);
	}
	seal_lines_done(&lines);
	return r;
}

/* read_file - one log file, with its row when it is there */
static int read_file(const struct seal_root *root, struct package_log *log, const char *path,
		     parse_fn *parse)
{
	seal_auto_input struct seal_input *in = NULL;
	struct seal_source_state *row;
	struct seal_err err = {0};
	struct stat st;
	int fd, r;

	fd = seal_root_open(root, path, &err);
	if (fd == -ENOENT)
		return 0;
	log->changed_us = SEAL_TIME_NONE;
	if (fd >= 0 && seal_root_stat(root, path, true, &st) == 0)
		log->changed_us = st.st_mtim.tv_sec * SEAL_SECOND_US;
	log->year = seal_time_year(log->changed_us == SEAL_TIME_NONE ? 0 : log->changed_us);
	log->n = 0;
	r = fd < 0 ? fd : seal_arena_copy(log->h->arena, seal_bytes_of(path), &log->path);
	if (r == 0)
		r = seal_input_new(fd, SEAL_PACKAGES_FILE_MAX, &in, &err);
	else if (fd >= 0)
		close(fd);
	if (r == 0)
		r = read_lines(log, in, parse, &err);
	if (r == -ENOMEM)
		return r;
	row = seal_host_source(log->h, SEAL_SOURCE_PACKAGES, seal_bytes_of(path),
			       r == 0   ? SEAL_READ_READ
			       : log->n ? SEAL_READ_TRUNCATED
					: SEAL_READ_UNREADABLE,
			       seal_bytes_of(r < 0 ? err.text : ""));
	if (!row)
		return -ENOMEM;
	row->records = log->n;
	return 0;
}

static int hand_over(struct package_log *log)
{
	struct seal_change *to;
	size_t i;

	for (i = 0; i < log->kept.n; i++) {
		to = seal_vec_add(&log->h->changes);
		if (!to)
			return -ENOMEM;
		*to = log->kept.v[i];
	}
	return 0;
}

int seal_packages_read(const struct seal_root *root, struct seal_host *h)
{
	static const struct {
		const char *path;
		parse_fn *parse;
	} files[] = {
		/* the older of two first */
		{"var/log/dpkg.log.1", parse_dpkg},   {"var/log/dpkg.log", parse_dpkg},
		{"var/log/dnf.rpm.log.1", parse_dnf}, {"var/log/dnf.rpm.log", parse_dnf},
		{"var/log/yum.log", parse_yum},
	};
	seal_auto_zone struct seal_zone *zone = NULL;
	struct package_log log = {.h = h};
	size_t i;
	int r;

	r = seal_zone_read(root, &zone, NULL);
	if (r == -ENOMEM)
		return r;
	log.zone = zone;
	r = 0;
	for (i = 0; r == 0 && i < sizeof(files) / sizeof(files[0]); i++) {
		log.last_us = SEAL_TIME_NONE;
		r = read_file(root, &log, files[i].path, files[i].parse);
	}
	if (r == 0)
		r = hand_over(&log);
	seal_vec_done(&log.kept);
	return r;
}
