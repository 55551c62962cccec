/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Cases as data: tests/data/mail/cases/NAME/root is an evidence root, expect.txt what the reader
 * must make of it; "now", "since" and "until" hold times. tests/data/mail/incidents.txt has what
 * the mail logs of tests/incidents must give. SEAL_TEST_UPDATE=1 writes expect.txt anew. */

#include "evidence/postfix/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
/* after the four above */
#include <cmocka.h>

struct dir {
	char path[64];
};

static void make_dir(struct dir *d)
{
	snprintf(d->path, sizeof(d->path), "/tmp/maillog-XXXXXX");
	assert_non_null(mkdtemp(d->path));
}

static void path_in(const struct dir *d, const char *name, char *ret, size_t size)
{
	char *slash;

	snprintf(ret, size, "%s/%s", d->path, name);
	for (slash = ret + strlen(d->path) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(ret, 0755);
		*slash = '/';
	}
}

static void put(const struct dir *d, const char *name, const char *text, size_t n)
{
	char path[512];
	FILE *f;

	path_in(d, name, path, sizeof(path));
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
}

static void puts_in(const struct dir *d, const char *name, const char *text)
{
	put(d, name, text, strlen(text));
}

static void remove_dir(const struct dir *d)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", d->path);
	assert_int_equal(system(command), 0);
}

/* ---- the facts as text ---- */

static void put_bytes(struct seal_buf *b, struct seal_bytes s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] >= ' ' && s.p[i] <= '~')
			seal_buf_putc(b, s.p[i]);
		else
			seal_buf_printf(b, "\\x%02x", (unsigned char)s.p[i]);
}

static void put_pair(struct seal_buf *b, const char *name, struct seal_bytes s)
{
	if (!s.n)
		return;
	seal_buf_printf(b, " %s=", name);
	put_bytes(b, s);
}

static void put_when(struct seal_buf *b, const char *name, int64_t t)
{
	if (t == SEAL_TIME_NONE)
		return;
	seal_buf_printf(b, " %s=", name);
	seal_time_put(b, t);
}

static void put_notes(struct seal_buf *b, const uint32_t *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		seal_buf_printf(b, "%s%u", i ? "," : " notes=", v[i]);
}

static void put_recipient(struct seal_buf *b, const struct seal_recipient *r)
{
	seal_buf_puts(b, "  to ");
	put_bytes(b, r->address);
	seal_buf_printf(b, " %s", seal_rcpt_status_name(r->status));
	put_pair(b, "orig", r->orig_address);
	put_pair(b, "dsn", r->dsn);
	put_pair(b, "relay", r->relay);
	put_pair(b, "by", r->by ? r->by->service : SEAL_BYTES_NONE);
	seal_buf_printf(b, "[%u]", r->pid);
	put_when(b, "at", r->time_us);
	put_when(b, "first", r->first_us);
	seal_buf_printf(b, " delays=%d/%d/%d/%d attempts=%u line=%u", (int)r->delay_ms[0],
			(int)r->delay_ms[1], (int)r->delay_ms[2], (int)r->delay_ms[3], r->attempts,
			(unsigned)r->origin.line);
	put_notes(b, r->notes.v, r->notes.n);
	seal_buf_puts(b, "\n     ");
	put_bytes(b, r->reason);
	seal_buf_putc(b, '\n');
}

static void put_message(struct seal_buf *b, const struct seal_message *m)
{
	seal_buf_puts(b, "message ");
	put_bytes(b, m->queue_id);
	put_pair(b, "instance", m->instance);
	put_when(b, "arrival", m->arrival_us);
	put_when(b, "last", m->last_us);
	put_pair(b, "sender", m->sender);
	put_pair(b, "id", m->message_id);
	put_pair(b, "client", m->client);
	if (m->size_bytes)
		seal_buf_printf(b, " size=%u", (unsigned)m->size_bytes);
	if (m->submit_uid != UINT32_MAX)
		seal_buf_printf(b, " uid=%u", m->submit_uid);
	seal_buf_printf(b, "%s%s", m->qmgr_seen ? " queued" : "", m->removed ? " removed" : "");
	put_notes(b, m->notes.v, m->notes.n);
	seal_buf_putc(b, '\n');
	seal_vec_each (r, &m->recipients) {
		put_recipient(b, r);
	}
}

static void put_event(struct seal_buf *b, const struct seal_mail_event *e, size_t i)
{
	static const char *const kinds[] = {
		[SEAL_MAIL_OTHER] = "other",
		[SEAL_MAIL_CONNECT] = "connect",
		[SEAL_MAIL_TLS] = "tls",
		[SEAL_MAIL_WARNING] = "complaint",
		[SEAL_MAIL_MASTER_EXIT] = "exit",
		[SEAL_MAIL_NOQUEUE] = "noqueue",
		[SEAL_MAIL_MILTER_REJECT] = "milter",
		[SEAL_MAIL_REJECT] = "reject",
		[SEAL_MAIL_START] = "start",
	};

	seal_buf_printf(b, "event %zu %s severity=%d", i, kinds[e->kind], (int)e->severity);
	put_when(b, "at", e->time_us);
	if (e->count > 1) {
		seal_buf_printf(b, " count=%u", (unsigned)e->count);
		put_when(b, "last", e->last_us);
	}
	put_pair(b, "instance", e->instance);
	put_pair(b, "by", e->service);
	seal_buf_printf(b, "[%u]", e->pid);
	if (e->about_pid)
		seal_buf_printf(b, " about=%u", e->about_pid);
	put_pair(b, "queue_id", e->queue_id);
	seal_buf_putc(b, ' ');
	put_bytes(b, e->origin.path);
	seal_buf_printf(b, ":%u\n     ", (unsigned)e->origin.line);
	put_bytes(b, e->text);
	seal_buf_putc(b, '\n');
}

static void put_host(struct seal_buf *b, const struct seal_host *h)
{
	const uint64_t *n = h->mail.n_status;
	size_t i = 0;

	seal_vec_each (s, &h->sources) {
		seal_buf_printf(b, "source %s ", seal_source_name(s->source));
		put_bytes(b, s->path);
		seal_buf_printf(b, " %s %u", seal_read_status_name(s->status),
				(unsigned)s->records);
		put_when(b, "first", s->first_us);
		put_when(b, "last", s->last_us);
		put_pair(b, "detail", s->detail);
		seal_buf_putc(b, '\n');
	}
	seal_buf_printf(b, "mail%s lines=%u sent=%u deferred=%u bounced=%u expired=%u rejected=%u",
			h->mail.present ? "" : " absent", (unsigned)h->mail.n_lines,
			(unsigned)n[SEAL_RCPT_SENT], (unsigned)n[SEAL_RCPT_DEFERRED],
			(unsigned)n[SEAL_RCPT_BOUNCED], (unsigned)n[SEAL_RCPT_EXPIRED],
			(unsigned)n[SEAL_RCPT_REJECTED]);
	seal_buf_printf(b, " sent_messages=%u", (unsigned)h->mail.n_sent_messages);
	put_when(b, "first", h->mail.first_us);
	put_when(b, "last", h->mail.last_us);
	put_pair(b, "host", h->name);
	put_pair(b, "version", h->postfix.version);
	seal_buf_putc(b, '\n');
	seal_vec_each (c, &h->changes) {
		seal_buf_puts(b, "change");
		put_when(b, "at", c->time_us);
		put_pair(b, "what", c->what);
		put_pair(b, "to", c->to);
		seal_buf_putc(b, '\n');
	}
	seal_vec_each (m, &h->mail.messages) {
		put_message(b, m);
	}
	seal_vec_each (e, &h->mail.events) {
		put_event(b, e, i++);
	}
}

static struct seal_host *read_root(const char *path, struct seal_root **root)
{
	struct seal_host *h = seal_host_new();

	assert_non_null(h);
	assert_int_equal(seal_root_new(path, root, NULL), 0);
	return h;
}

/* ---- cases as data ---- */

static char *slurp(const char *dir, const char *name, size_t *n)
{
	char path[512], *text = NULL;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	*n = 0;
	if (fd < 0)
		return NULL;
	assert_int_equal(seal_read_all(fd, (size_t)1 << 24, &text, n, NULL), 0);
	return text;
}

static int64_t time_in(const char *dir, const char *name)
{
	int64_t t = SEAL_TIME_NONE;
	char *text;
	size_t n;

	text = slurp(dir, name, &n);
	if (text)
		assert_int_equal(seal_time_parse(seal_bytes_trim((struct seal_bytes){text, n}), &t),
				 0);
	free(text);
	return t;
}

static bool check_case(const char *dir, const char *name)
{
	struct seal_buf got = {0};
	struct seal_root *root;
	struct seal_host *h;
	char path[1024], *want;
	bool same;
	size_t n;

	snprintf(path, sizeof(path), "%s/root", dir);
	h = read_root(path, &root);
	h->now_us = time_in(dir, "now");
	h->span.since_us = time_in(dir, "since");
	h->span.until_us = time_in(dir, "until");
	assert_int_equal(seal_maillog_read(root, h, NULL), 0);
	put_host(&got, h);
	if (getenv("SEAL_TEST_UPDATE")) {
		struct dir d = {""};

		snprintf(d.path, sizeof(d.path), "/");
		snprintf(path, sizeof(path), "%s/expect.txt", dir);
		put(&d, path + 1, got.p, got.n);
	}
	want = slurp(dir, "expect.txt", &n);
	same = want && n == got.n && memcmp(want, got.p, n) == 0;
	if (!same)
		print_error("case %s gives:\n%.*s", name, (int)got.n, got.p);
	free(want);
	seal_buf_done(&got);
	seal_host_free(h);
	seal_root_free(root);
	return same;
}

static void cases(void **state)
{
	const char *data = getenv("SEAL_TEST_DATA");
	unsigned n = 0, wrong = 0;
	char path[512];
	struct dirent *e;
	DIR *d;

	(void)state;
	assert_non_null(data);
	snprintf(path, sizeof(path), "%s/mail/cases", data);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/mail/cases/%s", data, e->d_name);
		wrong += !check_case(path, e->d_name);
		n++;
	}
	closedir(d);
	assert_true(n >= 12);
	assert_int_equal(wrong, 0);
}

/* ---- the recorded incidents ---- */

/* each line of incidents.txt: incident, queue id, recipient, status, dsn */
static bool has_recipient(const struct seal_host *h, struct seal_bytes want)
{
	struct seal_bytes id = seal_bytes_word(&want), address = seal_bytes_word(&want);
	struct seal_bytes status = seal_bytes_word(&want), dsn = seal_bytes_word(&want);

	seal_vec_each (m, &h->mail.messages) {
		if (!seal_bytes_eq(m->queue_id, id))
			continue;
		if (seal_bytes_is(address, "-"))
			return m->recipients.n == 0;
		seal_vec_each (r, &m->recipients) {
			if (seal_bytes_eq(r->address, address) && seal_bytes_eq(r->dsn, dsn) &&
			    seal_bytes_is(status, seal_rcpt_status_name(r->status)))
				return true;
		}
	}
	return false;
}

/* read the mail log of an incident, or its journal alone */
static struct seal_host *read_incident(const char *name, bool journal)
{
	const char *data = getenv("SEAL_TEST_DATA");
	struct seal_root *root;
	struct seal_host *h;
	char path[512], *text;
	struct dir d;
	size_t n;

	make_dir(&d);
	snprintf(path, sizeof(path), "%s/../incidents/%s", data, name);
	text = slurp(path, journal ? "journal.export" : "mail.log", &n);
	assert_non_null(text);
	put(&d, journal ? "live/journal.export" : "root/var/log/mail.log", text, n);
	puts_in(&d, "root/etc/hostname", "mail\n");
	puts_in(&d, "bundle.json", "{}\n");
	free(text);
	h = read_root(d.path, &root);
	assert_int_equal(seal_maillog_read(root, h, NULL), 0);
	seal_root_free(root);
	remove_dir(&d);
	return h;
}

static void incidents(void **state)
{
	const char *data = getenv("SEAL_TEST_DATA");
	struct seal_bytes rest, line, name;
	struct seal_host *log, *journal;
	unsigned n = 0, wrong = 0;
	char path[512], incident[64], *text;
	size_t bytes;

	(void)state;
	snprintf(path, sizeof(path), "%s/mail", data);
	text = slurp(path, "incidents.txt", &bytes);
	assert_non_null(text);
	for (rest = (struct seal_bytes){text, bytes}; rest.n;) {
		line = seal_bytes_cut(rest, '\n', &rest);
		name = seal_bytes_word(&line);
		if (!name.n)
			continue;
		snprintf(incident, sizeof(incident), "%.*s", (int)name.n, name.p);
		log = read_incident(incident, false);
		journal = read_incident(incident, true);
		if (!has_recipient(log, line) || !has_recipient(journal, line)) {
			print_error("%s: not found: %.*s\n", incident, (int)line.n, line.p);
			wrong++;
		}
		seal_host_free(log);
		seal_host_free(journal);
		n++;
	}
	free(text);
	assert_true(n > 40);
	assert_int_equal(wrong, 0);
}

/* ---- bad input ---- */

static struct seal_host *read_dir(const struct dir *d)
{
	struct seal_root *root;
	struct seal_host *h = read_root(d->path, &root);

	assert_int_equal(seal_maillog_read(root, h, NULL), 0);
	seal_root_free(root);
	return h;
}

#define STAMP "2026-11-20T18:53:36.839227+00:00 mail postfix/"
#define GOOD                                                                                       \
	STAMP "smtp[969]: AFA0A5406: to=<a@b>, relay=none, delay=1, delays=1/0/0/0, "              \
	      "dsn=4.4.1, status=deferred (connect to h[192.0.2.1]:25: Connection refused)\n"

static void not_a_file(void **state)
{
	struct seal_host *h;
	char path[128];
	struct dir d;

	(void)state;
	make_dir(&d);
	puts_in(&d, "etc/hostname", "x\n");
	path_in(&d, "var/log/mail.log", path, sizeof(path));
	assert_int_equal(mkfifo(path, 0600), 0);
	path_in(&d, "var/log/maillog", path, sizeof(path));
	assert_int_equal(symlink("/nowhere/../../etc/passwd", path), 0);
	puts_in(&d, "var/log/mail.log.1", GOOD);
	h = read_dir(&d);
	assert_int_equal(h->sources.n, 3);
	assert_int_equal(h->sources.v[0].status, SEAL_READ_READ);
	assert_true(seal_bytes_is(h->sources.v[0].path, "var/log/mail.log.1"));
	assert_int_equal(h->sources.v[1].status, SEAL_READ_UNREADABLE);
	assert_true(h->sources.v[1].detail.n > 0);
	assert_int_equal(h->sources.v[2].status, SEAL_READ_UNREADABLE);
	assert_int_equal(h->mail.messages.n, 1);
	seal_host_free(h);
	remove_dir(&d);
}

static void nothing_there(void **state)
{
	struct seal_host *h;
	struct dir d;

	(void)state;
	make_dir(&d);
	puts_in(&d, "etc/hostname", "x\n");
	h = read_dir(&d);
	assert_int_equal(h->sources.n, 1);
	assert_int_equal(h->sources.v[0].status, SEAL_READ_ABSENT);
	assert_false(h->mail.present);
	seal_host_free(h);

	puts_in(&d, "var/log/mail.log", "");
	h = read_dir(&d);
	assert_int_equal(h->sources.v[0].status, SEAL_READ_READ);
	assert_true(h->mail.present);
	assert_int_equal(h->mail.n_lines, 0);
	seal_host_free(h);
	remove_dir(&d);
}

static void damaged_compression(void **state)
{
	static const char gzip[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03 this is no deflate";
	struct seal_host *h;
	struct dir d;

	(void)state;
	make_dir(&d);
	put(&d, "var/log/mail.log.1.gz", gzip, sizeof(gzip) - 1);
	puts_in(&d, "var/log/mail.log", GOOD);
	h = read_dir(&d);
	assert_int_equal(h->sources.v[0].status, SEAL_READ_UNREADABLE);
	assert_true(seal_bytes_find(h->sources.v[0].detail, "compression") >= 0);
	assert_int_equal(h->sources.v[1].status, SEAL_READ_READ);
	assert_int_equal(h->mail.messages.n, 1);
	seal_host_free(h);
	remove_dir(&d);
}

static void enormous_line(void **state)
{
	const size_t n = (size_t)40 << 20;
	struct seal_host *h;
	struct dir d;
	char *text;

	(void)state;
	make_dir(&d);
	text = malloc(n + sizeof(STAMP) + sizeof(GOOD));
	assert_non_null(text);
	memset(text, 'x', n);
	memcpy(text, STAMP "smtp[969]: warning: ", sizeof(STAMP "smtp[969]: warning: ") - 1);
	text[n] = '\n';
	memcpy(text + n + 1, GOOD, sizeof(GOOD) - 1);
	put(&d, "var/log/mail.log", text, n + sizeof(GOOD));
	free(text);
	h = read_dir(&d);
	assert_int_equal(h->sources.v[0].status, SEAL_READ_TRUNCATED);
	assert_true(seal_bytes_find(h->sources.v[0].detail, "1 lines over 64 KiB") >= 0);
	assert_int_equal(h->mail.messages.n, 1);
	assert_int_equal(h->mail.messages.v[0].recipients.v[0].notes.n, 1);
	assert_true(h->mail.events.v[0].text.n < SEAL_MAILLOG_LINE_MAX);
	seal_host_free(h);
	remove_dir(&d);
}

/* noise of remote clients does not push out what the mail system says about itself */
static void many_events(void **state)
{
	struct seal_buf b = {0};
	struct seal_host *h;
	struct dir d;
	unsigned i;

	(void)state;
	make_dir(&d);
	seal_buf_puts(
		&b, STAMP
		"qmgr[614]: fatal: scan_dir_push: open directory deferred: Permission denied\n");
	for (i = 0; i < SEAL_MAILLOG_EVENTS_MAX + 10; i++)
		seal_buf_printf(&b, STAMP "smtpd[7]: warning: unknown[192.0.2.1]: trouble %u\n", i);
	put(&d, "var/log/mail.log", b.p, b.n);
	seal_buf_done(&b);
	h = read_dir(&d);
	assert_in_range(h->mail.events.n, SEAL_MAILLOG_EVENTS_MAX, SEAL_MAILLOG_EVENTS_MAX + 32);
	assert_int_equal(h->mail.events.v[0].severity, SEAL_SEVERITY_FATAL);
	assert_true(seal_bytes_find(h->sources.v[0].detail, "older events not kept") >= 0);
	seal_host_free(h);
	remove_dir(&d);
}

static void many_recipients(void **state)
{
	struct seal_buf b = {0};
	struct seal_host *h;
	struct dir d;
	unsigned i, turn;

	(void)state;
	make_dir(&d);
	for (turn = 0; turn < 2; turn++)
		for (i = 0; i < 20000; i++)
			seal_buf_printf(&b,
					STAMP "smtp[9]: AFA0A5406: to=<u%u@b>, relay=none, "
					      "dsn=4.4.1, status=deferred (x)\n",
					i);
	put(&d, "var/log/mail.log", b.p, b.n);
	seal_buf_done(&b);
	h = read_dir(&d);
	assert_int_equal(h->mail.messages.n, 1);
	assert_int_equal(h->mail.messages.v[0].recipients.n, 20000);
	assert_int_equal(h->mail.messages.v[0].recipients.v[19999].attempts, 2);
	seal_host_free(h);
	remove_dir(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases),
		cmocka_unit_test(incidents),
		cmocka_unit_test(not_a_file),
		cmocka_unit_test(nothing_there),
		cmocka_unit_test(damaged_compression),
		cmocka_unit_test(enormous_line),
		cmocka_unit_test(many_events),
		cmocka_unit_test(many_recipients),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
