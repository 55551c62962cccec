/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/log_track.h"

#include "evidence/postfix/log.h"
#include "evidence/postfix/log_messages.h"

#include <errno.h>

#define PROCESSES_MAX   ((size_t)65536)
#define PROCESS_NOTES   ((size_t)64)
#define FRONT_NOTES     ((size_t)16) /* no status line follows: only to fold equal lines */
#define MESSAGE_NOTES   ((size_t)256)
#define STALE_US        (3600 * SEAL_SECOND_US) /* a pid silent that long may be another process */
#define ATTEMPT_US      (1 * SEAL_SECOND_US)    /* status lines of one attempt come together */
#define SAME_MESSAGE_US (1 * SEAL_SECOND_US)    /* first lines of one message may be out of order */

/* struct line - the line at hand, taken apart */
struct line {
	const struct seal_log_record *r;
	const struct seal_log_tag_entry *tag;
	enum seal_severity severity;
	struct seal_bytes queue_id, text;
	uint64_t repeats;
};

/* ---- instances and tags ---- */

static int add_instance(struct seal_track *t, struct seal_bytes name, uint32_t *ret)
{
	struct seal_log_instance *i;
	size_t at;

	for (at = 0; at < t->instances.n; at++)
		if (seal_bytes_eq(t->instances.v[at].name, name)) {
			*ret = (uint32_t)at;
			return 0;
		}
	if (t->instances.n >= SEAL_LOG_INSTANCES_MAX)
		return -EFBIG;
	i = seal_vec_add(&t->instances);
	if (!i || seal_arena_copy(t->h->arena, name, &i->name) < 0)
		return -ENOMEM;
	i->qmgr_us = SEAL_TIME_NONE;
	i->known = name.n == 0 || seal_bytes_starts(name, "postfix");
	*ret = (uint32_t)at;
	return 0;
}

int seal_track_init(struct seal_track *t, struct seal_host *h)
{
	uint32_t at;
	int r;

	*t = (struct seal_track){.h = h, .now_us = SEAL_TIME_NONE};
	seal_vec_each (i, &h->postfix.instances) {
		seal_vec_each (p, &i->params) {
			if (!seal_bytes_is(p->name, "syslog_name") || !p->value.n ||
			    seal_bytes_chr(p->value, '$') >= 0)
				continue;
			r = add_instance(t, p->value, &at);
			if (r == -ENOMEM)
				return r;
			if (r == 0)
				t->instances.v[at].known = true;
		}
	}
	return 0;
}

void seal_track_done(struct seal_track *t)
{
	seal_messages_done(t);
	seal_processes_drop(t);
	seal_vec_done(&t->processes);
	seal_vec_done(&t->tags);
	seal_vec_done(&t->instances);
	seal_table_done(&t->tag_index);
	seal_table_done(&t->process_index);
	seal_log_events_done(&t->events);
}

static const struct seal_program *program_of(struct seal_track *t, const struct seal_log_tag *tag)
{
	struct seal_program *p = seal_arena_alloc(t->h->arena, sizeof(*p));

	if (p)
		*p = (struct seal_program){tag->instance, tag->service, tag->daemon};
	return p;
}

/* add_tag - returns 0, -EFBIG (too many already) or -ENOMEM */
static int add_tag(struct seal_track *t, struct seal_bytes raw, uint64_t hash)
{
	struct seal_log_tag_entry *e, new = {0};
	int r;

	if (t->tags.n >= SEAL_LOG_TAGS_MAX)
		return -EFBIG;
	r = seal_arena_copy(t->h->arena, raw, &new.raw);
	if (r < 0)
		return r;
	new.postfix = seal_log_tag_parse(new.raw, &new.tag);
	if (new.postfix) {
		r = add_instance(t, new.tag.instance, &new.instance);
		new.program = r < 0 ? NULL : program_of(t, &new.tag);
		if (!new.program)
			return r < 0 ? r : -ENOMEM;
	}
	e = seal_vec_add(&t->tags);
	if (!e || seal_table_add(&t->tag_index, hash, (uint32_t)(t->tags.n - 1)) < 0)
		return -ENOMEM;
	*e = new;
	return 0;
}

int seal_track_tag(struct seal_track *t, struct seal_bytes tag,
		   const struct seal_log_tag_entry **ret)
{
	uint64_t hash = seal_hash(tag, 0);
	struct seal_log_instance *instance;
	struct seal_log_tag parsed;
	size_t at = 0;
	uint32_t i;
	int r;

	*ret = NULL;
	while ((i = seal_table_next(&t->tag_index, hash, &at)) != SEAL_TABLE_NONE)
		if (seal_bytes_eq(t->tags.v[i].raw, tag))
			break;
	if (i == SEAL_TABLE_NONE) {
		r = add_tag(t, tag, hash);
		if (r == -EFBIG) {
			t->n_odd_tags += seal_log_tag_parse(tag, &parsed);
			return 0;
		}
		if (r < 0)
			return r;
		i = (uint32_t)(t->tags.n - 1);
	}
	if (!t->tags.v[i].postfix)
		return 0;
	instance = &t->instances.v[t->tags.v[i].instance];
	instance->known = instance->known || t->tags.v[i].tag.own_name;
	if (instance->known)
		*ret = &t->tags.v[i];
	return 0;
}

/* ---- what a pid logged since its last status line ---- */

static struct seal_log_process *find_process(const struct seal_track *t, uint64_t key)
{
	size_t at = 0;
	uint32_t i;

	while ((i = seal_table_next(&t->process_index, seal_hash(SEAL_BYTES_NONE, key), &at)) !=
	       SEAL_TABLE_NONE)
		if (t->processes.v[i].key == key)
			return &t->processes.v[i];
	return NULL;
}

void seal_processes_drop(struct seal_track *t)
{
	seal_vec_each (p, &t->processes) {
		seal_log_notes_done(&t->events, &p->pending);
		seal_log_notes_done(&t->events, &p->shared);
	}
	t->processes.n = 0;
	seal_table_done(&t->process_index);
}

static uint64_t process_key(const struct line *l)
{
	return (uint64_t)l->tag->instance << 32 | l->r->pid;
}

/* process_of - the state of the line's pid, made when there is none; NULL when memory is gone */
static struct seal_log_process *process_of(struct seal_track *t, const struct line *l)
{
	uint64_t key = process_key(l);
	struct seal_log_process *p = find_process(t, key);

	if (p && p->last_us < l->r->time_us - STALE_US) {
		seal_log_notes_clear(&t->events, &p->pending);
		seal_log_notes_clear(&t->events, &p->shared);
	}
	if (!p) {
		if (t->processes.n >= PROCESSES_MAX)
			seal_processes_drop(t);
		p = seal_vec_add(&t->processes);
		if (!p || seal_table_add(&t->process_index, seal_hash(SEAL_BYTES_NONE, key),
					 (uint32_t)(t->processes.n - 1)) < 0)
			return NULL;
		*p = (struct seal_log_process){.key = key};
	}
	p->last_us = l->r->time_us;
	return p;
}

/* ---- events ---- */

static struct seal_log_event *fold(struct seal_log_process *p, const struct line *l)
{
	uint64_t hash = seal_hash(l->text, 0);
	struct seal_log_event *ev;
	size_t i;

	for (i = p->pending.v.n; i > 0; i--) {
		ev = p->pending.v.v[i - 1];
		if (ev->hash == hash && ev->e.severity == l->severity &&
		    seal_bytes_eq(ev->e.daemon, l->tag->tag.daemon) &&
		    seal_bytes_eq(ev->e.queue_id, l->queue_id) &&
		    seal_bytes_eq(ev->e.text, l->text))
			return ev;
	}
	return NULL;
}

/* attach - note the event with the message it names: at its front, or anywhere in a complaint */
static int attach(struct seal_track *t, const struct line *l, struct seal_log_event *ev,
		  struct seal_log_message *m)
{
	if (!m)
		return 0;
	if (ev->e.severity > SEAL_SEVERITY_INFO || ev->e.kind == SEAL_MAIL_MILTER_REJECT)
		m->trouble = true;
	seal_messages_touch(t, m,
			    m->trouble || l->tag->tag.role == SEAL_LOG_AGENT ? SEAL_LOG_OPEN
									     : SEAL_LOG_YOUNG);
	return seal_log_note(&t->events, &m->notes, ev, MESSAGE_NOTES);
}

/* named_message - the open message whose queue id stands somewhere in a complaint:
 * "qmgr_active_defer: rename E66935406 from active to deferred: Permission denied" */
static struct seal_log_message *named_message(struct seal_track *t, struct line *l)
{
	struct seal_log_message *m;
	struct seal_bytes id;
	size_t at = 0;

	while ((id = seal_log_find_queue_id(l->text, &at)).n) {
		m = seal_messages_find(t, l->tag->instance, id);
		if (m) {
			l->queue_id = id;
			return m;
		}
	}
	return NULL;
}

static int add_event(struct seal_track *t, struct line *l, enum seal_mail_kind kind,
		     struct seal_log_message *m)
{
	bool front = l->tag->tag.role == SEAL_LOG_FRONT;
	struct seal_log_process *p = process_of(t, l);
	struct seal_log_event *ev;
	struct seal_mail_event e;

	if (!p)
		return -ENOMEM;
	if (!l->queue_id.n && l->severity > SEAL_SEVERITY_INFO && !front)
		m = named_message(t, l);
	ev = fold(p, l);
	if (ev) {
		ev->e.count += l->repeats;
		if (l->r->time_us > ev->e.last_us)
			ev->e.last_us = l->r->time_us;
		return attach(t, l, ev, m);
	}
	e = (struct seal_mail_event){
		.kind = kind,
		.severity = l->severity,
		.time_us = l->r->time_us,
		.last_us = l->r->time_us,
		.count = l->repeats,
		.pid = l->r->pid,
		.about_pid = kind == SEAL_MAIL_MASTER_EXIT ? seal_log_exit_pid(l->text) : 0,
		.instance = l->tag->tag.instance,
		.service = l->tag->tag.service,
		.daemon = l->tag->tag.daemon,
		.queue_id = l->queue_id,
		.text = l->text,
		.origin = l->r->origin,
	};
	ev = seal_log_event_new(&t->events, &e, front ? SEAL_LOG_RING_FRONT : SEAL_LOG_RING_SYSTEM);
	if (!ev || seal_log_note(&t->events, &p->pending, ev, front ? FRONT_NOTES : PROCESS_NOTES))
		return -ENOMEM;
	return attach(t, l, ev, m);
}

/* ---- the life of a message ---- */

static struct seal_log_message *open_message(struct seal_track *t, const struct line *l)
{
	return seal_messages_find(t, l->tag->instance, l->queue_id);
}

/* close_unseen - its id names another message now, so it has left the queue: the lines that told
 * are missing */
static void close_unseen(struct seal_track *t, struct seal_log_message *m)
{
	bool failed =
		seal_messages_has(m, SEAL_RCPT_BOUNCED) || seal_messages_has(m, SEAL_RCPT_EXPIRED);

	m->m.removed = true;
	seal_messages_end(t, m, failed ? SEAL_LOG_FAILED : SEAL_LOG_LIST_MAX_);
}

/* begin - the message of a line that stands at the start of one; @other: the one open under that id
 * got too far to be this one */
static struct seal_log_message *begin(struct seal_track *t, const struct line *l, bool other)
{
	struct seal_log_message *m = open_message(t, l);

	if (m && other && l->r->time_us > m->m.arrival_us + SAME_MESSAGE_US) {
		close_unseen(t, m);
		m = NULL;
	}
	if (!m)
		return seal_messages_new(t, l->tag->instance, l->queue_id, l->r);
	seal_messages_touch(t, m, SEAL_LOG_YOUNG);
	return m;
}

static int on_client(struct seal_track *t, const struct line *l)
{
	const struct seal_log_message *old = open_message(t, l);
	struct seal_log_message *m;

	m = begin(t, l, old && (old->m.qmgr_seen || old->has_message_id));
	if (!m)
		return -ENOMEM;
	return seal_messages_set_text(t, m, SEAL_LOG_TEXT_CLIENT,
				      seal_log_value(l->text, "client"));
}

static int on_pickup(struct seal_track *t, const struct line *l)
{
	const struct seal_log_message *old = open_message(t, l);
	struct seal_log_message *m;
	uint32_t uid;

	m = begin(t, l, old && (old->m.qmgr_seen || old->has_message_id));
	if (!m)
		return -ENOMEM;
	if (seal_parse_u32(seal_log_value(l->text, "uid"), 10, &uid) == 0)
		m->m.submit_uid = uid;
	return seal_messages_set_text(t, m, SEAL_LOG_TEXT_SENDER, seal_log_value(l->text, "from"));
}

static int on_message_id(struct seal_track *t, const struct line *l)
{
	const struct seal_log_message *old = open_message(t, l);
	struct seal_log_message *m;

	m = begin(t, l, old && old->m.qmgr_seen);
	if (!m)
		return -ENOMEM;
	m->has_message_id = true;
	return seal_messages_set_text(t, m, SEAL_LOG_TEXT_MESSAGE_ID,
				      seal_log_value(l->text, "message-id"));
}

static void expire(struct seal_log_message *m)
{
	seal_vec_each (c, &m->rcpts) {
		if (c->r.status == SEAL_RCPT_DEFERRED)
			c->r.status = SEAL_RCPT_EXPIRED;
	}
}

/* on_from - qmgr: "from=<s>, size=308, nrcpt=1 (queue active)" at each turn of the message, or
 * "from=<s>, status=expired, returned to sender" */
static int on_from(struct seal_track *t, const struct line *l)
{
	struct seal_log_message *m = open_message(t, l);
	struct seal_bytes rest = l->text, sender;
	uint64_t bytes = 0;

	if (!seal_log_take_sender(&rest, &sender))
		return 0;
	if (seal_bytes_ends(seal_log_value(rest, "status"), "expired")) {
		t->n_status[SEAL_RCPT_EXPIRED]++;
		if (m)
			expire(m);
		return 0;
	}
	if (seal_parse_u64(seal_log_value(rest, "size"), 10, &bytes) < 0)
		return 0;
	m = begin(t, l, m && m->m.qmgr_seen && m->m.size_bytes != bytes);
	if (!m)
		return -ENOMEM;
	seal_messages_touch(t, m, SEAL_LOG_OPEN);
	m->m.qmgr_seen = true;
	m->m.size_bytes = bytes;
	if (seal_parse_u32(seal_log_value(rest, "nrcpt"), 10, &m->n_rcpt) < 0)
		m->n_rcpt = 0;
	return seal_messages_set_text(t, m, SEAL_LOG_TEXT_SENDER, sender);
}

/* followed - the entry of the message if somebody asked about it, or NULL */
static struct seal_followed *followed(struct seal_track *t, const struct line *l)
{
	size_t low = 0, high = t->h->mail.followed.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		struct seal_followed *f = &t->h->mail.followed.v[mid];
		int c = seal_bytes_cmp(l->queue_id, f->queue_id);

		if (c == 0)
			return f;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

static void on_removed(struct seal_track *t, const struct line *l, bool by_queue_manager)
{
	struct seal_log_message *m = open_message(t, l);
	enum seal_log_list list = SEAL_LOG_LIST_MAX_;
	struct seal_followed *f = followed(t, l);

	if (f && by_queue_manager)
		f->removed_us = l->r->time_us;
	if (!m)
		return;
	m->m.removed = true;
	m->m.last_us = l->r->time_us;
	if (seal_messages_has(m, SEAL_RCPT_BOUNCED) || seal_messages_has(m, SEAL_RCPT_EXPIRED))
		list = SEAL_LOG_FAILED;
	else if (seal_messages_has(m, SEAL_RCPT_REJECTED))
		list = SEAL_LOG_REFUSED;
	else if (by_queue_manager)
		t->n_sent_messages++;
	seal_messages_end(t, m, list);
}

/* ---- status lines ---- */

/* status_of - SEAL_RCPT_STATUS_MAX_ for the answers of address probes, which deliver nothing */
static enum seal_rcpt_status status_of(struct seal_bytes word)
{
	if (seal_bytes_is(word, "sent"))
		return SEAL_RCPT_SENT;
	if (seal_bytes_is(word, "deferred") || seal_bytes_is(word, "SOFTBOUNCE"))
		return SEAL_RCPT_DEFERRED; /* soft_bounce: it stays in the queue */
	if (seal_bytes_is(word, "bounced"))
		return SEAL_RCPT_BOUNCED;
	return SEAL_RCPT_STATUS_MAX_;
}

/* copy_notes - the lines of this attempt: those since the pid's last status line; when there are
 * none and that one was of the same attempt, the lines they share */
static int copy_notes(struct seal_track *t, const struct line *l, uint64_t message,
		      struct seal_log_rcpt *c)
{
	struct seal_log_process *p = find_process(t, process_key(l));
	struct seal_log_notes swap;
	size_t i;

	if (c)
		seal_log_notes_clear(&t->events, &c->notes);
	if (!p)
		return 0;
	if (p->pending.v.n || p->shared_message != message ||
	    l->r->time_us > p->shared_us + ATTEMPT_US) {
		swap = p->shared;
		p->shared = p->pending;
		p->pending = swap;
		seal_log_notes_clear(&t->events, &p->pending);
	}
	p->shared_message = message;
	p->shared_us = l->r->time_us;
	for (i = 0; c && i < p->shared.v.n; i++)
		if (p->shared.v.v[i]->e.last_us > l->r->time_us - STALE_US &&
		    seal_log_note(&t->events, &c->notes, p->shared.v.v[i], PROCESS_NOTES) < 0)
			return -ENOMEM;
	return 0;
}

static int fail(struct seal_track *t, const struct line *l, const struct seal_log_status *s,
		struct seal_log_message *m)
{
	enum seal_rcpt_status status = status_of(s->word);
	struct seal_log_rcpt *c;
	int r;

	r = seal_messages_rcpt(t, m, s->address, s->orig_address, true, &c);
	if (r < 0 || !c)
		return r;
	if (seal_rcpt_set(t, m, c, s) < 0)
		return -ENOMEM;
	c->r.status = status;
	c->r.by = l->tag->program;
	c->r.pid = l->r->pid;
	c->r.time_us = l->r->time_us;
	if (c->r.attempts++ == 0)
		c->r.first_us = l->r->time_us;
	c->r.origin = l->r->origin;
	return copy_notes(t, l, m->hash, c);
}

static int on_sent(struct seal_track *t, const struct line *l, const struct seal_log_status *s)
{
	struct seal_log_message *m = open_message(t, l);
	struct seal_followed *f = followed(t, l);
	struct seal_log_rcpt *c = NULL;
	int r;

	if (f)
		f->sent_us = l->r->time_us;
	r = copy_notes(t, l, m ? m->hash : 0, NULL);
	if (r < 0 || !m)
		return r;
	seal_messages_touch(t, m, SEAL_LOG_OPEN);
	m->n_sent++;
	if (m->rcpts.n)
		r = seal_messages_rcpt(t, m, s->address, s->orig_address, false, &c);
	if (c) {
		c->r.status = SEAL_RCPT_SENT;
		c->r.time_us = l->r->time_us;
		c->r.attempts++;
	}
	return r;
}

static int on_status(struct seal_track *t, struct line *l, const struct seal_log_status *s)
{
	enum seal_rcpt_status status = status_of(s->word);
	struct seal_log_message *m;

	if (status == SEAL_RCPT_STATUS_MAX_) {
		if (!seal_bytes_is(s->word, "deliverable") &&
		    add_event(t, l, SEAL_MAIL_OTHER, open_message(t, l)) < 0)
			return -ENOMEM;
		return copy_notes(t, l, 0, NULL);
	}
	t->n_status[status]++;
	if (status == SEAL_RCPT_SENT)
		return on_sent(t, l, s);
	m = open_message(t, l);
	if (!m)
		m = seal_messages_new(t, l->tag->instance, l->queue_id, l->r);
	if (!m)
		return -ENOMEM;
	seal_messages_touch(t, m, SEAL_LOG_OPEN);
	return fail(t, l, s, m);
}

/* ---- refusals ---- */

/* on_refused - a milter or the content checks of cleanup refuse a message, or one recipient of it.
 * A message that a local user submitted and that was refused for the time being stays in maildrop.
 */
static int on_refused(struct seal_track *t, const struct line *l, const struct seal_log_reject *j,
		      struct seal_log_message *m)
{
	struct seal_log_status s = {.address = j->address,
				    .dsn = j->dsn,
				    .reason = j->reply,
				    .delay_ms = {-1, -1, -1, -1}};
	bool stuck = !j->permanent && m->m.submit_uid != UINT32_MAX;
	struct seal_log_rcpt *c = NULL;
	int r;

	r = seal_messages_rcpt(t, m, j->address, SEAL_BYTES_NONE, true, &c);
	if (r < 0)
		return r;
	if (c) {
		if (seal_rcpt_set(t, m, c, &s) < 0)
			return -ENOMEM;
		c->r.status = stuck ? SEAL_RCPT_STUCK : SEAL_RCPT_REJECTED;
		c->r.by = l->tag->program;
		c->r.pid = l->r->pid;
		c->r.time_us = l->r->time_us;
		if (c->r.attempts++ == 0)
			c->r.first_us = l->r->time_us;
		c->r.origin = l->r->origin;
		r = copy_notes(t, l, m->hash, c);
	}
	if (r == 0 && j->whole)
		seal_messages_end(t, m, SEAL_LOG_REFUSED);
	return r;
}

static int on_reject(struct seal_track *t, struct line *l, enum seal_mail_kind kind)
{
	struct seal_log_message *m = NULL;
	struct seal_log_reject j;
	int r;

	t->n_status[SEAL_RCPT_REJECTED]++;
	if (l->queue_id.n) {
		m = open_message(t, l);
		if (!m)
			m = seal_messages_new(t, l->tag->instance, l->queue_id, l->r);
		if (!m)
			return -ENOMEM;
	}
	r = add_event(t, l, kind, m);
	if (r < 0 || !m || !seal_log_reject_parse(l->text, &j))
		return r;
	if (!j.milter && l->tag->tag.role != SEAL_LOG_CLEANUP)
		return 0;
	return on_refused(t, l, &j, m);
}

/* ---- one line ---- */

/* take_repeat - rsyslog: "message repeated 3 times: [ text]" */
static void take_repeat(struct line *l)
{
	struct seal_bytes rest = l->text, number;

	l->repeats = 1;
	if (!seal_bytes_starts(rest, "message repeated "))
		return;
	rest = seal_bytes_from(rest, 17);
	number = seal_bytes_word(&rest);
	rest = seal_bytes_trim(rest);
	if (!seal_bytes_starts(rest, "times: [") || !seal_bytes_ends(rest, "]") ||
	    seal_parse_u64(number, 10, &l->repeats) < 0 || l->repeats == 0) {
		l->repeats = 1;
		return;
	}
	rest = seal_bytes_from(rest, 8);
	l->text = seal_bytes_trim(seal_bytes_first(rest, rest.n - 1));
}

/* other_line - a line that only counts when it tells of trouble, or of the mail system's start */
static int other_line(struct seal_track *t, struct line *l)
{
	enum seal_mail_kind kind =
		seal_log_kind(&l->tag->tag, l->severity, l->queue_id.n > 0, l->text);
	struct seal_log_message *m = NULL;

	if (kind == SEAL_MAIL_KIND_MAX_)
		return 0;
	if (kind == SEAL_MAIL_MILTER_REJECT || kind == SEAL_MAIL_REJECT ||
	    kind == SEAL_MAIL_NOQUEUE)
		return on_reject(t, l, kind);
	if (l->queue_id.n) {
		m = open_message(t, l);
		if (!m && l->severity > SEAL_SEVERITY_INFO && l->tag->tag.role != SEAL_LOG_OTHER) {
			m = seal_messages_new(t, l->tag->instance, l->queue_id, l->r);
			if (!m)
				return -ENOMEM;
		}
	}
	return add_event(t, l, kind, m);
}

/* message_line - an info line with a queue id. Returns 1 when it was one of the usual ones. */
static int message_line(struct seal_track *t, struct line *l)
{
	struct seal_log_status s;
	int r;

	switch (l->tag->tag.role) {
	case SEAL_LOG_FRONT:
		if (!seal_bytes_starts(l->text, "client="))
			return 0;
		r = on_client(t, l);
		break;
	case SEAL_LOG_PICKUP:
		if (!seal_bytes_starts(l->text, "uid="))
			return 0;
		r = on_pickup(t, l);
		break;
	case SEAL_LOG_CLEANUP:
		if (!seal_bytes_starts(l->text, "message-id="))
			return 0;
		r = on_message_id(t, l);
		break;
	case SEAL_LOG_QMGR:
	case SEAL_LOG_SUPER:
		r = 0;
		if (seal_bytes_is(l->text, "removed") || seal_bytes_is(l->text, "requeued"))
			on_removed(t, l, l->tag->tag.role == SEAL_LOG_QMGR);
		else if (seal_bytes_starts(l->text, "from=<"))
			r = on_from(t, l);
		else
			return 0;
		break;
	case SEAL_LOG_AGENT:
		if (!seal_log_status_parse(l->text, &s))
			return 0;
		r = on_status(t, l, &s);
		break;
	case SEAL_LOG_OTHER:
	case SEAL_LOG_MASTER:
	case SEAL_LOG_ROLE_MAX_:
	default:
		return 0;
	}
	return r < 0 ? r : 1;
}

int seal_track_line(struct seal_track *t, const struct seal_log_tag_entry *tag,
		    const struct seal_log_record *r)
{
	struct line l = {.r = r, .tag = tag, .text = r->text};
	int done;

	t->n_lines++;
	t->now_us = r->time_us;
	if (t->bytes + t->events.bytes > SEAL_MAILLOG_BYTES_MAX)
		seal_messages_make_room(t);
	take_repeat(&l);
	l.severity = seal_log_take_severity(&l.text);
	l.queue_id = seal_log_take_queue_id(&l.text);
	if (!l.queue_id.n && seal_bytes_starts(l.text, "NOQUEUE: "))
		l.text = seal_bytes_from(l.text, 9);
	if (tag->tag.role == SEAL_LOG_QMGR)
		t->instances.v[tag->instance].qmgr_us = r->time_us;

	if (l.queue_id.n && l.severity == SEAL_SEVERITY_INFO) {
		done = message_line(t, &l);
		if (done)
			return done < 0 ? done : 0;
	}
	return other_line(t, &l);
}
