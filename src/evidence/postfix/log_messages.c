/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/log_messages.h"

#include "evidence/postfix/log.h"

#include <errno.h>

#define TEXT_MAX   ((size_t)2048)
#define FEW_RCPTS  ((size_t)16)
#define SPARE_TEXT ((uint32_t)256)        /* a message waiting to be used again keeps no more */
#define STRAY_US   (300 * SEAL_SECOND_US) /* the queue manager scans incoming that often */
#define GIVE_UP_US (3600 * SEAL_SECOND_US)

static uint64_t name_hash(uint32_t instance, struct seal_bytes queue_id)
{
	return seal_hash(queue_id, (uint64_t)instance + 1);
}

static struct seal_bytes queue_id_of(const struct seal_log_message *m)
{
	return (struct seal_bytes){m->queue_id, m->queue_id_n};
}

struct seal_log_message *seal_messages_find(const struct seal_track *t, uint32_t instance,
					    struct seal_bytes queue_id)
{
	uint64_t hash = name_hash(instance, queue_id);
	struct seal_log_message *m;
	size_t at = 0;
	uint32_t slot;

	while ((slot = seal_table_next(&t->message_index, hash, &at)) != SEAL_TABLE_NONE) {
		m = t->slots.v[slot];
		if (m->instance == instance && seal_bytes_eq(queue_id_of(m), queue_id))
			return m;
	}
	return NULL;
}

static void unlink_message(struct seal_track *t, struct seal_log_message *m)
{
	if (m->prev)
		m->prev->next = m->next;
	else
		t->lists[m->list].first = m->next;
	if (m->next)
		m->next->prev = m->prev;
	else
		t->lists[m->list].last = m->prev;
	t->lists[m->list].n--;
	m->prev = m->next = NULL;
}

static void link_message(struct seal_track *t, struct seal_log_message *m, enum seal_log_list list)
{
	m->list = list;
	m->next = NULL;
	m->prev = t->lists[list].last;
	if (m->prev)
		m->prev->next = m;
	else
		t->lists[list].first = m;
	t->lists[list].last = m;
	t->lists[list].n++;
}

void seal_messages_touch(struct seal_track *t, struct seal_log_message *m, enum seal_log_list list)
{
	if (list == SEAL_LOG_YOUNG)
		list = m->list; /* what was older once stays so */
	if (t->now_us > m->m.last_us)
		m->m.last_us = t->now_us;
	if (m->list == list && !m->next)
		return;
	unlink_message(t, m);
	link_message(t, m, list);
}

/* weigh - its memory grew, or shrank, by @more bytes */
static void weigh(struct seal_track *t, struct seal_log_message *m, size_t more)
{
	m->bytes += more;
	t->bytes += more;
}

static size_t bytes_of_rcpts(const struct seal_log_message *m)
{
	return m->rcpts.cap * sizeof(*m->rcpts.v) + m->by_address.cap * sizeof(*m->by_address.slot);
}

/* clear - empty a message, but keep what most messages need for the next one */
static void clear(struct seal_track *t, struct seal_log_message *m)
{
	weigh(t, m, -m->bytes);
	seal_vec_each (c, &m->rcpts) {
		seal_log_notes_done(&t->events, &c->notes);
		free(c->block);
	}
	m->rcpts.n = 0;
	if (m->rcpts.cap > 1)
		seal_vec_done(&m->rcpts);
	seal_table_done(&m->by_address);
	seal_log_notes_done(&t->events, &m->notes);
	if (m->cap <= SPARE_TEXT)
		return;
	free(m->text);
	m->text = NULL;
	m->cap = 0;
}

void seal_messages_free(struct seal_track *t, struct seal_log_message *m)
{
	clear(t, m);
	seal_vec_done(&m->rcpts);
	free(m->text);
	t->slots.v[m->slot] = NULL;
	free(m);
}

/* forget - of a message already out of the index and out of its list: its slot is free again */
static void forget(struct seal_track *t, struct seal_log_message *m)
{
	uint32_t *spare;

	clear(t, m);
	spare = seal_vec_add(&t->free_slots);
	if (spare)
		*spare = m->slot; /* else the slot rests until the end */
}

void seal_messages_end(struct seal_track *t, struct seal_log_message *m, enum seal_log_list list)
{
	seal_table_remove(&t->message_index, m->hash, m->slot);
	unlink_message(t, m);
	if (list == SEAL_LOG_LIST_MAX_) {
		forget(t, m);
		return;
	}
	link_message(t, m, list);
}

bool seal_messages_has(const struct seal_log_message *m, enum seal_rcpt_status status)
{
	size_t i;

	for (i = 0; i < m->rcpts.n; i++)
		if (m->rcpts.v[i].r.status == status)
			return true;
	return false;
}

bool seal_messages_is_stray(const struct seal_track *t, const struct seal_log_message *m)
{
	if (m->m.qmgr_seen || m->trouble || m->rcpts.n)
		return false;
	if (!m->has_message_id && m->m.submit_uid == UINT32_MAX)
		return true;
	return t->instances.v[m->instance].qmgr_us > m->m.last_us + STRAY_US;
}

/* drop_strays - those that are old, a few at a time */
static void drop_strays(struct seal_track *t)
{
	struct seal_log_message *m;
	int i;

	for (i = 0; i < 2; i++) {
		m = t->lists[SEAL_LOG_YOUNG].first;
		if (!m || m->m.last_us > t->now_us - GIVE_UP_US || !seal_messages_is_stray(t, m))
			break;
		seal_messages_end(t, m, SEAL_LOG_LIST_MAX_);
	}
}

/* give_up - of the kind there is most of, the message that was silent for longest */
static bool give_up(struct seal_track *t)
{
	struct seal_log_message *m;
	size_t i, most = 0;

	for (i = 1; i < SEAL_LOG_LIST_MAX_; i++)
		if (t->lists[i].n > t->lists[most].n)
			most = i;
	m = t->lists[most].first;
	if (!m)
		return false;
	if (most == SEAL_LOG_YOUNG || most == SEAL_LOG_OPEN) {
		t->n_forgotten++;
		seal_messages_end(t, m, SEAL_LOG_LIST_MAX_);
	} else {
		t->n_not_kept++;
		unlink_message(t, m);
		forget(t, m);
	}
	return true;
}

static bool is_full(const struct seal_track *t)
{
	/* some more, so that it is not looked for at every line */
	return t->bytes + t->events.bytes > SEAL_MAILLOG_BYTES_MAX / 16 * 15;
}

void seal_messages_make_room(struct seal_track *t)
{
	/* lines that no message refers to are mostly of processes long gone */
	if (t->events.bytes > t->bytes)
		seal_processes_drop(t);
	while (is_full(t) && give_up(t))
		;
	if (is_full(t))
		seal_log_events_shrink(&t->events);
}

/* take_slot - a spare message, or a new one */
static struct seal_log_message *take_slot(struct seal_track *t)
{
	struct seal_log_message **place, *m;

	if (t->free_slots.n)
		return t->slots.v[t->free_slots.v[--t->free_slots.n]];

	place = seal_vec_add(&t->slots);
	if (!place)
		return NULL;
	m = calloc(1, sizeof(*m));
	if (!m) {
		t->slots.n--;
		return NULL;
	}
	m->slot = (uint32_t)(t->slots.n - 1);
	*place = m;
	return m;
}

struct seal_log_message *seal_messages_new(struct seal_track *t, uint32_t instance,
					   struct seal_bytes queue_id,
					   const struct seal_log_record *r)
{
	struct seal_log_message *m, kept;

	drop_strays(t);
	m = take_slot(t);
	if (!m)
		return NULL;
	kept = *m;
	*m = (struct seal_log_message){
		.slot = kept.slot,
		.text = kept.text,
		.cap = kept.cap,
		.instance = instance,
		.hash = name_hash(instance, queue_id),
		.queue_id_n = (uint8_t)queue_id.n,
		.m.arrival_us = r->time_us,
		.m.last_us = r->time_us,
		.m.submit_uid = UINT32_MAX,
		.m.origin = r->origin,
	};
	m->rcpts.v = kept.rcpts.v;
	m->rcpts.cap = kept.rcpts.cap;
	weigh(t, m, sizeof(*m) + m->cap + bytes_of_rcpts(m));
	memcpy(m->queue_id, queue_id.p, queue_id.n);
	link_message(t, m, SEAL_LOG_YOUNG);
	if (seal_table_add(&t->message_index, m->hash, m->slot) < 0) {
		unlink_message(t, m);
		forget(t, m);
		return NULL;
	}
	return m;
}

struct seal_bytes seal_messages_text(const struct seal_log_message *m, enum seal_message_text which)
{
	size_t at = 0, i;

	for (i = 0; i < which; i++)
		at += m->text_n[i];
	return (struct seal_bytes){m->text_n[which] ? m->text + at : NULL, m->text_n[which]};
}

int seal_messages_set_text(struct seal_track *t, struct seal_log_message *m,
			   enum seal_message_text which, struct seal_bytes b)
{
	size_t before = 0, after = 0, total, i;
	char *p;

	b = seal_bytes_first(b, TEXT_MAX);
	for (i = 0; i < SEAL_LOG_TEXT_MAX_; i++) {
		before += i < which ? m->text_n[i] : 0;
		after += i > which ? m->text_n[i] : 0;
	}
	total = before + b.n + after;
	if (total > m->cap) {
		p = realloc(m->text, total + 32);
		if (!p)
			return -ENOMEM;
		m->text = p;
		weigh(t, m, total + 32 - m->cap);
		m->cap = (uint32_t)total + 32;
	}
	if (after)
		memmove(m->text + before + b.n, m->text + before + m->text_n[which], after);
	if (b.n)
		memcpy(m->text + before, b.p, b.n);
	m->text_n[which] = (uint16_t)b.n;
	return 0;
}

static bool is_rcpt(const struct seal_log_rcpt *c, struct seal_bytes address,
		    struct seal_bytes orig)
{
	return seal_bytes_eq(c->r.address, address) && seal_bytes_eq(c->r.orig_address, orig);
}

static struct seal_log_rcpt *find_rcpt(struct seal_log_message *m, uint64_t hash,
				       struct seal_bytes address, struct seal_bytes orig)
{
	size_t at = 0;
	uint32_t i;

	if (m->rcpts.n <= FEW_RCPTS) {
		seal_vec_each (c, &m->rcpts) {
			if (c->hash == hash && is_rcpt(c, address, orig))
				return c;
		}
		return NULL;
	}
	while ((i = seal_table_next(&m->by_address, hash, &at)) != SEAL_TABLE_NONE)
		if (is_rcpt(&m->rcpts.v[i], address, orig))
			return &m->rcpts.v[i];
	return NULL;
}

/* file_rcpt - once there are many, each has its place in the index */
static int file_rcpt(struct seal_log_message *m)
{
	size_t i;
	int r;

	if (m->rcpts.n <= FEW_RCPTS)
		return 0;
	for (i = m->rcpts.n == FEW_RCPTS + 1 ? 0 : m->rcpts.n - 1; i < m->rcpts.n; i++) {
		r = seal_table_add(&m->by_address, m->rcpts.v[i].hash, (uint32_t)i);
		if (r < 0)
			return r;
	}
	return 0;
}

int seal_messages_rcpt(struct seal_track *t, struct seal_log_message *m, struct seal_bytes address,
		       struct seal_bytes orig, bool add, struct seal_log_rcpt **ret)
{
	uint64_t hash = seal_hash(address, seal_hash(orig, 0));
	size_t before;
	struct seal_log_rcpt *c;
	struct seal_log_status only = {.address = address, .orig_address = orig};

	*ret = find_rcpt(m, hash, address, orig);
	if (*ret || !add)
		return 0;
	if (m->rcpts.n >= SEAL_MAILLOG_RECIPIENTS_MAX ||
	    m->bytes >= SEAL_MAILLOG_MESSAGE_BYTES_MAX) {
		t->n_rcpts_lost++;
		return 0;
	}
	before = bytes_of_rcpts(m);
	if (m->rcpts.n == 0 && seal_vec_reserve(&m->rcpts, 1) < 0)
		return -ENOMEM; /* most messages have one */
	c = seal_vec_add(&m->rcpts);
	if (!c)
		return -ENOMEM;
	*c = (struct seal_log_rcpt){.hash = hash};
	c->r.time_us = c->r.first_us = SEAL_TIME_NONE;
	if (seal_rcpt_set(t, m, c, &only) < 0 || file_rcpt(m) < 0)
		return -ENOMEM;
	weigh(t, m, bytes_of_rcpts(m) - before);
	*ret = c;
	return 0;
}

int seal_rcpt_set(struct seal_track *t, struct seal_log_message *m, struct seal_log_rcpt *c,
		  const struct seal_log_status *s)
{
	struct seal_bytes from[] = {s->address, s->orig_address, s->dsn, s->relay, s->reason};
	struct seal_bytes *to[] = {&c->r.address, &c->r.orig_address, &c->r.dsn, &c->r.relay,
				   &c->r.reason};
	size_t i, total = 0;
	char *p;

	if (m->bytes >= SEAL_MAILLOG_MESSAGE_BYTES_MAX)
		from[4] = seal_bytes_first(from[4], SPARE_TEXT);
	for (i = 0; i < 5; i++)
		total += from[i].n;
	if (total > c->cap || !c->block) {
		p = malloc(total + 1);
		if (!p)
			return -ENOMEM;
		free(c->block);
		c->block = p;
		weigh(t, m, total - c->cap);
		c->cap = total;
	}
	p = c->block;
	for (i = 0; i < 5; i++) {
		if (from[i].n)
			memcpy(p, from[i].p, from[i].n);
		*to[i] = (struct seal_bytes){p, from[i].n};
		p += from[i].n;
	}
	for (i = 0; i < 4; i++)
		c->r.delay_ms[i] =
			(int32_t)(s->delay_ms[i] < INT32_MAX ? s->delay_ms[i] : INT32_MAX);
	return 0;
}

void seal_messages_done(struct seal_track *t)
{
	seal_vec_each (m, &t->slots) {
		if (*m)
			seal_messages_free(t, *m);
	}
	seal_vec_done(&t->slots);
	seal_vec_done(&t->free_slots);
	seal_table_done(&t->message_index);
}
