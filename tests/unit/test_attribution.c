/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What attribution looks things up with: events of the mail log, denials of an attempt, log and
 * queue of one message. Each on a few facts written out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/attribution/avc_join.h"
#include "analysis/attribution/egress.h"
#include "analysis/attribution/messages.h"
#include "model/explanation.h"

#define S    SEAL_SECOND_US
#define T(s) (1795200816 * S + (int64_t)((s)*S)) /* seconds after 18:53:36 */

struct line {
	double at;
	const char *daemon;
	uint32_t pid, about;
	enum seal_severity severity;
	enum seal_mail_kind kind;
	const char *text;
};

static void add_line(struct seal_host *h, const struct line *l)
{
	struct seal_mail_event *e = seal_vec_add(&h->mail.events);

	assert_non_null(e);
	*e = (struct seal_mail_event){
		.kind = l->kind,
		.severity = l->severity,
		.time_us = T(l->at),
		.last_us = T(l->at),
		.count = 1,
		.pid = l->pid,
		.about_pid = l->about,
		.daemon = seal_bytes_of(l->daemon),
		.text = seal_bytes_of(l->text),
	};
}

static const struct line lines[] = {
	{-60, "smtp", 9, 0, SEAL_SEVERITY_FATAL, SEAL_MAIL_WARNING, "an older process of that pid"},
	{0, "smtp", 9, 0, SEAL_SEVERITY_WARNING, SEAL_MAIL_WARNING, "first a warning"},
	{.1, "smtp", 9, 0, SEAL_SEVERITY_FATAL, SEAL_MAIL_WARNING,
	 "open active 503084E03: Permission denied"},
	{.2, "master", 1, 9, SEAL_SEVERITY_WARNING, SEAL_MAIL_MASTER_EXIT,
	 "process /usr/lib/postfix/sbin/smtp pid 9 exit status 1"},
	{.3, "smtpd", 9, 0, SEAL_SEVERITY_INFO, SEAL_MAIL_NOQUEUE, "NOQUEUE: reject: a client"},
	{5, "smtp", 30, 0, SEAL_SEVERITY_INFO, SEAL_MAIL_CONNECT,
	 "connect to mx.example[192.0.2.1]:25: Connection timed out"},
	{900, "qmgr", 40, 0, SEAL_SEVERITY_WARNING, SEAL_MAIL_WARNING,
	 "connect to transport private/dovecot: No such file or directory"},
};

static struct seal_host *host_with_lines(struct seal_event_index **ix)
{
	struct seal_host *h = seal_host_new();
	size_t i;

	assert_non_null(h);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		add_line(h, &lines[i]);
	assert_int_equal(seal_event_index_new(h, ix), 0);
	return h;
}

static void said(const struct seal_mail_event *e, const char *text)
{
	if (!text) {
		assert_null(e);
		return;
	}
	assert_non_null(e);
	if (!seal_bytes_is(e->text, text))
		fail_msg("not \"%s\" but \"%.*s\"", text, (int)e->text.n, e->text.p);
}

static void test_last_words(void **state)
{
	seal_auto_event_index struct seal_event_index *ix = NULL;
	struct seal_host *h = host_with_lines(&ix);
	struct seal_window about = seal_window_about(T(0), T(1), S, S);

	(void)state;
	said(seal_event_fatal_of(ix, 9, about), lines[2].text);
	said(seal_event_fatal_of(ix, 9, seal_window_about(T(-59), T(-59), 2 * S, S)),
	     lines[0].text);
	said(seal_event_fatal_of(ix, 9, seal_window_about(T(-30), T(-30), S, S)), NULL);
	said(seal_event_fatal_of(ix, 10, about), NULL);
	/* a reject is no warning, and master's own line no last words */
	said(seal_event_warned(ix, 9, about), lines[2].text);
	said(seal_event_fatal_of(ix, 1, about), NULL);
	said(seal_event_fatal_of(ix, 9, seal_window_about(SEAL_TIME_NONE, T(0), S, S)), NULL);
	seal_host_free(h);
}

static void test_lines_naming(void **state)
{
	seal_auto_event_index struct seal_event_index *ix = NULL;
	struct seal_host *h = host_with_lines(&ix);

	(void)state;
	said(seal_event_naming(ix, SEAL_LIT("503084E03"), T(-10)), lines[2].text);
	said(seal_event_naming(ix, SEAL_LIT("503084E03"), T(10)), NULL);
	said(seal_event_naming(ix, SEAL_LIT("503084E0"), T(-10)), NULL);
	/* of equal texts the last one not after the time */
	said(seal_event_saying(ix, seal_bytes_of(lines[5].text), T(6)), lines[5].text);
	said(seal_event_saying(ix, seal_bytes_of(lines[5].text), T(4)), NULL);
	seal_host_free(h);
}

static void test_crashes(void **state)
{
	seal_auto_event_index struct seal_event_index *ix = NULL;
	struct seal_host *h = host_with_lines(&ix);
	const struct seal_mail_event *const *v;
	size_t n;

	(void)state;
	v = seal_event_crashes(ix, seal_window_about(T(0), T(1000), 0, 0), &n);
	assert_int_equal(n, 2);
	said(v[0], lines[3].text);
	said(v[1], lines[6].text);
	seal_event_crashes(ix, seal_window_about(T(2), T(800), 0, 0), &n);
	assert_int_equal(n, 0);
	/* a connection that was logged with an address: its name was resolved */
	assert_true(seal_event_resolved(ix, seal_window_about(T(5), T(5), S, S)));
	assert_false(seal_event_resolved(ix, seal_window_about(T(8), T(9), S, S)));
	seal_host_free(h);
}

static void test_other_attempt(void **state)
{
	static const struct {
		const char *id;
		double at;
	} ends[] = {{"AAAAAA1", 1}, {"BBBBBB2", 4}};
	seal_auto_event_index struct seal_event_index *ix = NULL;
	struct seal_host *h = seal_host_new();
	size_t i;

	(void)state;
	assert_non_null(h);
	for (i = 0; i < 2; i++) {
		struct seal_message *m = seal_vec_add(&h->mail.messages);
		struct seal_recipient *r = m ? seal_vec_add(&m->recipients) : NULL;

		assert_non_null(r);
		m->queue_id = seal_bytes_of(ends[i].id);
		r->status = SEAL_RCPT_DEFERRED;
		r->pid = 9;
		r->time_us = T(ends[i].at);
	}
	assert_int_equal(seal_event_index_new(h, &ix), 0);
	assert_false(seal_event_ended_other(ix, 9, (struct seal_window){T(2), T(4)},
					    SEAL_LIT("BBBBBB2")));
	assert_true(seal_event_ended_other(ix, 9, (struct seal_window){T(0), T(4)},
					   SEAL_LIT("BBBBBB2")));
	assert_false(seal_event_ended_other(ix, 8, (struct seal_window){T(0), T(4)},
					    SEAL_LIT("BBBBBB2")));
	seal_host_free(h);
}

/* --- denials of an attempt ---------------------------------------------------------------------
 */

struct denied {
	double at;
	uint32_t pid, ppid;
	const char *comm, *perm, *tclass;
	int32_t port;
	const char *path, *name;
	bool permissive;
};

static void add_denial(struct seal_host *h, const struct denied *w)
{
	struct seal_denial *d = seal_vec_add(&h->audit.denials);
	struct seal_denial_hit *hit = d ? seal_vec_add(&d->hits) : NULL;

	assert_non_null(hit);
	d->comm = seal_bytes_of(w->comm);
	d->tclass = seal_bytes_of(w->tclass);
	d->perms = seal_arena_alloc(h->arena, sizeof(*d->perms));
	assert_non_null(d->perms);
	d->perms[0] = seal_bytes_of(w->perm);
	d->n_perms = 1;
	d->object.port = w->port;
	d->object.capability = -1;
	d->object.path = seal_bytes_of(w->path ? w->path : "");
	d->object.name = seal_bytes_of(w->name ? w->name : "");
	d->permissive = w->permissive;
	d->count = 1;
	*hit = (struct seal_denial_hit){.time_us = T(w->at), .pid = w->pid, .ppid = w->ppid};
}

struct join_row {
	const char *name;
	struct denied denied;
	const char *text; /* of the attempt of smtp[9], or local[9] */
	const char *daemon;
	size_t n;
	enum seal_same object;
	bool by_child;
};

#define TO_2525 "connect to r.example[198.51.100.4]:2525: Permission denied"
#define MAILBOX                                                                                    \
	"cannot update mailbox /var/mail/bob for user bob. unable to create lock file "            \
	"/var/mail/bob.lock: Permission denied"

static const struct join_row joins[] = {
	{"its own",
	 {.5, 9, 1, "smtp", "name_connect", "tcp_socket", 2525, 0, 0, false},
	 TO_2525,
	 "smtp",
	 1,
	 SEAL_SAME_YES,
	 false},
	{"another port",
	 {.5, 9, 1, "smtp", "name_connect", "tcp_socket", 25, 0, 0, false},
	 TO_2525,
	 "smtp",
	 1,
	 SEAL_SAME_NO,
	 false},
	{"another pid",
	 {.5, 8, 1, "smtp", "name_connect", "tcp_socket", 2525, 0, 0, false},
	 TO_2525,
	 "smtp",
	 0,
	 SEAL_SAME_NO,
	 false},
	{"another program",
	 {.5, 9, 1, "cron", "name_connect", "tcp_socket", 2525, 0, 0, false},
	 TO_2525,
	 "smtp",
	 0,
	 SEAL_SAME_NO,
	 false},
	{"before the window",
	 {-9, 9, 1, "smtp", "name_connect", "tcp_socket", 2525, 0, 0, false},
	 TO_2525,
	 "smtp",
	 0,
	 SEAL_SAME_NO,
	 false},
	{"after the window",
	 {9, 9, 1, "smtp", "name_connect", "tcp_socket", 2525, 0, 0, false},
	 TO_2525,
	 "smtp",
	 0,
	 SEAL_SAME_NO,
	 false},
	{"the same file",
	 {.5, 9, 1, "local", "create", "file", -1, 0, "bob.lock", false},
	 MAILBOX,
	 "local",
	 1,
	 SEAL_SAME_YES,
	 false},
	{"the same path",
	 {.5, 9, 1, "local", "write", "dir", -1, "/var/mail", 0, false},
	 MAILBOX,
	 "local",
	 1,
	 SEAL_SAME_YES,
	 false},
	{"another file",
	 {.5, 9, 1, "local", "read", "file", -1, 0, ".forward", false},
	 MAILBOX,
	 "local",
	 1,
	 SEAL_SAME_NO,
	 false},
	{"a child's",
	 {.5, 77, 9, "run.sh", "execute", "file", -1, 0, "run.sh", false},
	 "temporary failure. Command output: pipe: fatal: pipe_command: execvp /opt/run.sh: "
	 "Permission denied",
	 "pipe",
	 1,
	 SEAL_SAME_YES,
	 true},
};

static struct seal_attempt attempt_of(const struct join_row *row, struct seal_reason *reason,
				      struct seal_bytes *text)
{
	*text = seal_bytes_of(row->text);
	assert_int_equal(seal_reason_parse(*text, reason), 0);
	return (struct seal_attempt){
		.daemon = seal_bytes_of(row->daemon),
		.pid = 9,
		.from_us = T(0),
		.to_us = T(1),
		.reason = reason,
		.texts = text,
		.n_texts = 1,
	};
}

/* struct joining - a host with denials, and an attempt that may join them */
struct joining {
	struct seal_host *h;
	struct seal_event_index *events;
	struct seal_avc_index *ix;
	struct seal_attempt a;
	struct seal_reason reason;
	struct seal_bytes text;
};

static void joining_init(struct joining *o, const struct denied *denied, size_t n,
			 const struct join_row *row)
{
	size_t i;

	*o = (struct joining){.h = seal_host_new()};
	assert_non_null(o->h);
	for (i = 0; i < n; i++)
		add_denial(o->h, &denied[i]);
	o->a = attempt_of(row, &o->reason, &o->text);
	assert_int_equal(seal_event_index_new(o->h, &o->events), 0);
	assert_int_equal(seal_avc_index_new(o->h, o->events, &o->ix), 0);
}

static void joining_done(struct joining *o)
{
	seal_avc_index_free(o->ix);
	seal_event_index_free(o->events);
	seal_host_free(o->h);
}

static void test_join(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(joins) / sizeof(joins[0]); i++) {
		struct seal_avc_match found[SEAL_AVC_MATCHES_MAX];
		struct joining o;
		size_t n;

		joining_init(&o, &joins[i].denied, 1, &joins[i]);
		n = seal_avc_join(o.ix, &o.a, S, found);
		if (n != joins[i].n || (n && (found[0].object != joins[i].object ||
					      found[0].by_child != joins[i].by_child)))
			fail_msg("%s: %zu, object %d", joins[i].name, n,
				 n ? (int)found[0].object : -1);
		o.a.pid = 0;
		assert_int_equal(seal_avc_join(o.ix, &o.a, S, found), 0);
		joining_done(&o);
	}
}

/* one process ends one attempt after the other: which of them was denied, a denial does not tell */
static void test_join_of_two(void **state)
{
	static const char *const ids[] = {"MINE", "OTHER"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct seal_avc_match found[SEAL_AVC_MATCHES_MAX];
		struct seal_message *m;
		struct seal_recipient *r;
		struct joining o;

		joining_init(&o, &joins[0].denied, 1, &joins[0]);
		o.a.queue_id = SEAL_LIT("MINE");
		m = seal_vec_add(&o.h->mail.messages);
		assert_non_null(m);
		m->queue_id = seal_bytes_of(ids[i]);
		r = seal_vec_add(&m->recipients);
		assert_non_null(r);
		r->pid = o.a.pid;
		r->time_us = T(.9);
		seal_avc_index_free(o.ix);
		seal_event_index_free(o.events);
		assert_int_equal(seal_event_index_new(o.h, &o.events), 0);
		assert_int_equal(seal_avc_index_new(o.h, o.events, &o.ix), 0);
		assert_int_equal(seal_avc_join(o.ix, &o.a, S, found), 1);
		assert_int_equal(found[0].other_ended, i == 1);
		joining_done(&o);
	}
}

/* what postfix-script says of a "master -t" that failed has the pid of postlog(1) */
static void test_join_lock(void **state)
{
	static const struct {
		const char *name;
		struct denied denied;
		size_t n;
	} rows[] = {
		{"its lock", {.5, 8, 7, "master", "read", "file", -1, 0, "master.pid", false}, 1},
		{"by its path",
		 {.5, 8, 7, "master", "read", "file", -1, "/q/pid/master.pid", 0, false},
		 1},
		{"another file",
		 {.5, 8, 7, "master", "read", "file", -1, 0, "master.lock", false},
		 0},
		{"the folder of it",
		 {.5, 8, 7, "master", "search", "dir", -1, 0, "master.pid", false},
		 0},
		{"another program",
		 {.5, 8, 7, "cat", "read", "file", -1, 0, "master.pid", false},
		 0},
		{"long before",
		 {-9, 8, 7, "master", "read", "file", -1, 0, "master.pid", false},
		 0},
		{"of postlog's pid",
		 {.5, 9, 7, "postfix-script", "read", "file", -1, 0, "x", false},
		 0},
	};
	static const struct join_row row = {.text = "the Postfix mail system is already running",
					    .daemon = "postfix-script"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seal_avc_match found[SEAL_AVC_MATCHES_MAX];
		struct joining o;

		joining_init(&o, &rows[i].denied, 1, &row);
		o.a.of_lock = true;
		if (seal_avc_join(o.ix, &o.a, S, found) != rows[i].n)
			fail_msg("%s", rows[i].name);
		if (rows[i].n) {
			assert_int_equal(found[0].object, SEAL_SAME_YES);
			assert_true(found[0].of_lock);
		}
		o.a.of_lock = false;
		assert_int_equal(seal_avc_join(o.ix, &o.a, S, found), i == 6);
		joining_done(&o);
	}
}

/* the same object first, then enforced ones, then the nearest in time */
static void test_join_ranks(void **state)
{
	static const struct denied denied[] = {
		{.9, 9, 1, "smtp", "name_connect", "tcp_socket", 25, 0, 0, false},
		{.8, 9, 1, "smtp", "name_connect", "tcp_socket", 2525, 0, 0, true},
		{.1, 9, 1, "smtp", "name_connect", "tcp_socket", 2525, 0, 0, false},
		{.5, 9, 1, "smtp", "name_connect", "tcp_socket", 2525, 0, 0, false},
	};
	struct seal_avc_match found[SEAL_AVC_MATCHES_MAX];
	struct joining o;

	(void)state;
	joining_init(&o, denied, 4, &joins[0]);
	assert_int_equal(seal_avc_join(o.ix, &o.a, S, found), 4);
	assert_int_equal(found[0].before_us, S / 2);
	assert_int_equal(found[1].before_us, 9 * S / 10);
	assert_true(found[2].denial->permissive);
	assert_int_equal(found[3].object, SEAL_SAME_NO);
	joining_done(&o);
}

static void test_verdict_of_denial(void **state)
{
	static const struct {
		const char *perm, *tclass, *verdict;
	} rows[] = {
		{"name_connect", "tcp_socket", "selinux.connect"},
		{"name_bind", "tcp_socket", "selinux.bind"},
		{"connectto", "unix_stream_socket", "selinux.socket"},
		{"write", "sock_file", "selinux.socket"},
		{"execute", "file", "selinux.exec"},
		{"send", "packet", "selinux.packet"},
		{"read", "file", "selinux.file"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seal_bytes perm = seal_bytes_of(rows[i].perm);
		struct seal_denial d = {
			.perms = &perm, .n_perms = 1, .tclass = seal_bytes_of(rows[i].tclass)};

		assert_string_equal(seal_denial_verdict(&d), rows[i].verdict);
	}
}

/* --- log and queue of one message --------------------------------------------------------------
 */

static struct seal_message *add_message(struct seal_host *h, bool queued, const char *id,
					const char *to, enum seal_rcpt_status status)
{
	struct seal_message *m =
		queued ? seal_vec_add(&h->queue.messages) : seal_vec_add(&h->mail.messages);
	struct seal_recipient *r = m ? seal_vec_add(&m->recipients) : NULL;

	assert_non_null(r);
	m->queue_id = seal_bytes_of(id);
	m->instance = queued ? SEAL_BYTES_NONE : SEAL_LIT("postfix");
	m->queue = queued ? SEAL_QUEUE_DEFERRED : SEAL_QUEUE_NONE;
	m->arrival_us = T(0);
	r->address = seal_bytes_of(to);
	r->status = status;
	r->time_us = queued ? SEAL_TIME_NONE : T(1);
	r->reason = queued ? SEAL_LIT("of the queue") : SEAL_LIT("of the log");
	return m;
}

static void test_log_and_queue(void **state)
{
	struct seal_explanation *x = calloc(1, sizeof(*x));
	struct seal_host *h = seal_host_new();
	struct seal_bytes asked = SEAL_LIT("D4");
	struct seal_message *m;

	(void)state;
	assert_non_null(h);
	assert_non_null(x);
	add_message(h, false, "A1", "a@example.org", SEAL_RCPT_DEFERRED);
	add_message(h, true, "A1", "A@EXAMPLE.ORG", SEAL_RCPT_DEFERRED);
	/* removed: another message of the same id */
	m = add_message(h, false, "B2", "old@example.org", SEAL_RCPT_BOUNCED);
	m->removed = true;
	m->arrival_us = T(-9);
	add_message(h, true, "B2", "new@example.org", SEAL_RCPT_WAITING)->arrival_us = T(2);
	/* delivered since, and gone from the queue */
	add_message(h, false, "C3", "c@example.org", SEAL_RCPT_SENT);
	add_message(h, true, "D4", "d@example.org", SEAL_RCPT_DEFERRED)->arrival_us = T(3);
	assert_int_equal(seal_messages_join(h, (struct seal_ids){0}, x), 0);
	assert_int_equal(x->messages.n, 4);

	assert_true(seal_bytes_is(x->messages.v[0].queue_id, "B2"));
	assert_null(x->messages.v[0].queued);
	assert_int_equal(x->messages.v[0].recipients.v[0].status, SEAL_RCPT_BOUNCED);
	assert_true(seal_bytes_is(x->messages.v[1].queue_id, "A1"));
	assert_non_null(x->messages.v[1].queued);
	assert_int_equal(x->messages.v[1].recipients.n, 1);
	assert_true(seal_bytes_is(x->messages.v[1].recipients.v[0].reason, "of the log"));
	assert_true(seal_bytes_is(x->messages.v[2].queue_id, "B2"));
	assert_null(x->messages.v[2].logged);
	assert_true(seal_bytes_is(x->messages.v[3].recipients.v[0].reason, "of the queue"));
	seal_explanation_free(x);

	x = calloc(1, sizeof(*x));
	assert_non_null(x);
	assert_int_equal(seal_messages_join(h, (struct seal_ids){&asked, 1}, x), 0);
	assert_int_equal(x->messages.n, 1);
	assert_true(seal_bytes_is(x->messages.v[0].queue_id, "D4"));
	seal_explanation_free(x);
	seal_host_free(h);
}

/* --- clocks of the two logs --------------------------------------------------------------------
 */

#define MAX_PAIRS 12

struct clock_row {
	const char *name;
	int64_t shift_s; /* to be found */
	struct {
		int by_s; /* how much later the line is than the denial */
		uint32_t pid;
		const char *comm, *perm;
		int32_t port;
		bool permissive;
		const char *text; /* NULL: TO_2525 */
	} pairs[MAX_PAIRS];
};

#define DENIED(by, pid)                                                                            \
	{                                                                                          \
		by, pid, "smtp", "name_connect", 2525, false, NULL                                 \
	}

static const struct clock_row clocks[] = {
	{"none", 0, {DENIED(0, 10)}},
	{"one process may have met it an hour ago", 0, {DENIED(3600, 10)}},
	{"two that agree on a time zone", 3600, {DENIED(3600, 10), DENIED(3600, 11)}},
	{"two that agree on no time zone", 0, {DENIED(1234, 10), DENIED(1234, 11)}},
	{"three do", 1234, {DENIED(1234, 10), DENIED(1234, 11), DENIED(1234, 12)}},
	{"one process, three times", 0, {DENIED(1234, 10), DENIED(1234, 10), DENIED(1234, 10)}},
	{"others stand between",
	 3600,
	 {DENIED(3600, 10), DENIED(9000, 11), DENIED(3601, 12), DENIED(-2000, 13)}},
	{"many processes",
	 -7200,
	 {DENIED(-7200, 10), DENIED(-7200, 11), DENIED(-7200, 12), DENIED(-7200, 13),
	  DENIED(-7200, 14), DENIED(-7200, 15), DENIED(-7200, 16), DENIED(-7200, 17),
	  DENIED(-7200, 18), DENIED(-7200, 19)}},
	{"a denial that fits as the clocks stand",
	 0,
	 {DENIED(3600, 10), DENIED(3600, 11), DENIED(0, 12)}},
	{"longer than any time zone", 0, {DENIED(97200, 10), DENIED(97200, 11)}},
	{"later than any time zone", 0, {DENIED(-97200, 10), DENIED(-97200, 11)}},
	{"logged only",
	 0,
	 {{3600, 10, "smtp", "name_connect", 2525, true, NULL},
	  {3600, 11, "smtp", "name_connect", 2525, true, NULL}}},
	{"another program",
	 0,
	 {{3600, 10, "cron", "name_connect", 2525, false, NULL},
	  {3600, 11, "cron", "name_connect", 2525, false, NULL}}},
	{"another port",
	 0,
	 {{3600, 10, "smtp", "name_connect", 25, false, NULL},
	  {3600, 11, "smtp", "name_connect", 25, false, NULL}}},
	{"words of another errno",
	 0,
	 {{3600, 10, "smtp", "name_connect", 2525, false,
	   "connect to r.example[198.51.100.4]:2525: Connection refused"},
	  {3600, 11, "smtp", "name_connect", 2525, false,
	   "connect to r.example[198.51.100.4]:2525: Connection refused"}}},
	{"words of the peer",
	 0,
	 {{3600, 10, "smtp", "name_connect", 2525, false,
	   "host r.example[198.51.100.4] said: 450 connect to r.example[198.51.100.4]:2525: "
	   "Permission denied (in reply to RCPT TO command)"},
	  {3600, 11, "smtp", "name_connect", 2525, false,
	   "host r.example[198.51.100.4] said: 450 connect to r.example[198.51.100.4]:2525: "
	   "Permission denied (in reply to RCPT TO command)"}}},
};

static void test_clocks(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		seal_auto_event_index struct seal_event_index *events = NULL;
		seal_auto_avc_index struct seal_avc_index *ix = NULL;
		struct seal_host *h = seal_host_new();
		const struct clock_row *row = &clocks[i];
		int64_t found;

		assert_non_null(h);
		for (k = 0; k < MAX_PAIRS && row->pairs[k].pid; k++) {
			const char *text = row->pairs[k].text;

			add_line(h, &(struct line){100. * (double)k, "smtp", row->pairs[k].pid, 0,
						   SEAL_SEVERITY_INFO, SEAL_MAIL_CONNECT,
						   text ? text : TO_2525});
			add_denial(h, &(struct denied){100. * (double)k - row->pairs[k].by_s,
						       row->pairs[k].pid, 1, row->pairs[k].comm,
						       row->pairs[k].perm, "tcp_socket",
						       row->pairs[k].port, 0, 0,
						       row->pairs[k].permissive});
		}
		/* lines that tell no process, or no time, tell no clock */
		add_line(h, &(struct line){0, "smtp", 0, 0, SEAL_SEVERITY_INFO, SEAL_MAIL_CONNECT,
					   TO_2525});
		assert_int_equal(seal_event_index_new(h, &events), 0);
		assert_int_equal(seal_avc_index_new(h, events, &ix), 0);
		found = seal_avc_shift_us(ix) / S;
		if (found != row->shift_s)
			fail_msg("%s: %lld", row->name, (long long)found);
		seal_host_free(h);
	}
}

/* what the logs tell out of order is found all the same */
static void test_out_of_order(void **state)
{
	static const struct denied late = {200,          9,    1, "smtp", "name_connect",
					   "tcp_socket", 2525, 0, 0,      false},
				   early = {.5,           9,    1, "smtp", "name_connect",
					    "tcp_socket", 2525, 0, 0,      false};
	static const struct line backwards[] = {
		{9, "smtp", 30, 0, SEAL_SEVERITY_FATAL, SEAL_MAIL_WARNING, "FFFFFF1: third"},
		{8, "smtp", 20, 0, SEAL_SEVERITY_FATAL, SEAL_MAIL_WARNING, "CCCCCC1: second"},
		{7, "smtp", 10, 0, SEAL_SEVERITY_FATAL, SEAL_MAIL_WARNING, "AAAAAA1: first"},
		{90, "smtp", 5, 0, SEAL_SEVERITY_INFO, SEAL_MAIL_CONNECT,
		 "connect to c.example[192.0.2.3]:25: Connection timed out"},
		{60, "smtp", 5, 0, SEAL_SEVERITY_INFO, SEAL_MAIL_CONNECT,
		 "connect to b.example[192.0.2.2]:25: Connection timed out"},
		{30, "smtp", 5, 0, SEAL_SEVERITY_INFO, SEAL_MAIL_CONNECT,
		 "connect to a.example[192.0.2.1]:25: Connection timed out"},
	};
	static const uint32_t pids[] = {30, 20, 10};
	seal_auto_event_index struct seal_event_index *events = NULL;
	seal_auto_avc_index struct seal_avc_index *ix = NULL;
	struct seal_avc_match found[SEAL_AVC_MATCHES_MAX];
	struct seal_host *h = seal_host_new();
	struct seal_attempt a;
	struct seal_reason reason;
	struct seal_bytes text;
	size_t i;

	(void)state;
	assert_non_null(h);
	for (i = 0; i < sizeof(backwards) / sizeof(backwards[0]); i++)
		add_line(h, &backwards[i]);
	for (i = 0; i < 3; i++) {
		struct seal_message *m = seal_vec_add(&h->mail.messages);
		struct seal_recipient *r = m ? seal_vec_add(&m->recipients) : NULL;

		assert_non_null(r);
		m->queue_id = SEAL_LIT("AAAAAA1");
		r->status = SEAL_RCPT_DEFERRED;
		r->pid = pids[i];
		r->time_us = T(9 - (double)i);
	}
	add_denial(h, &late);
	add_denial(h, &early);
	assert_int_equal(seal_event_index_new(h, &events), 0);
	assert_int_equal(seal_avc_index_new(h, events, &ix), 0);
	a = attempt_of(&joins[0], &reason, &text);
	assert_int_equal(seal_avc_join(ix, &a, S, found), 1);
	for (i = 0; i < 3; i++) {
		struct seal_window w = seal_window_about(T(9 - (double)i), T(9 - (double)i), S, S);

		said(seal_event_fatal_of(events, pids[i], w), backwards[i].text);
		said(seal_event_naming(events,
				       seal_bytes_first(seal_bytes_of(backwards[i].text), 7), T(0)),
		     backwards[i].text);
		assert_true(seal_event_ended_other(events, pids[i], w, SEAL_LIT("BBBBBB1")));
		assert_true(seal_event_resolved(
			events,
			seal_window_about(T(30 * ((double)i + 1)), T(30 * ((double)i + 1)), S, S)));
	}
	seal_host_free(h);
	/* what could not be made is nothing to give back */
	seal_event_index_free(NULL);
	seal_avc_index_free(NULL);
	seal_egress_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last_words),
		cmocka_unit_test(test_lines_naming),
		cmocka_unit_test(test_crashes),
		cmocka_unit_test(test_other_attempt),
		cmocka_unit_test(test_join_of_two),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_join_lock),
		cmocka_unit_test(test_join_ranks),
		cmocka_unit_test(test_verdict_of_denial),
		cmocka_unit_test(test_log_and_queue),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_out_of_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
