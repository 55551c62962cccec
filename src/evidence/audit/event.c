/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/audit/event.h"

#include <errno.h>
#include <libaudit.h>

#define TICKS 8 /* lines between two looks at the age of the open events */

struct open_event {
	struct seal_audit_event e; /* n == 0: the slot is free */
	struct seal_audit_record rec[SEAL_AUDIT_EVENT_RECORDS];
	char *text; /* SEAL_AUDIT_EVENT_BYTES, allocated at first use */
	size_t n_text;
	uint64_t last; /* tick of the latest record */
	bool wanted, has_syscall, has_end;
};

struct seal_audit_join {
	int (*deliver)(void *data, const struct seal_audit_event *e);
	void *data;
	uint64_t tick;
	size_t n_open, latest; /* slot used last */
	struct open_event slot[SEAL_AUDIT_OPEN_MAX];
};

const struct seal_audit_record *seal_audit_event_find(const struct seal_audit_event *e,
						      uint32_t type)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (e->rec[i].type == type)
			return &e->rec[i];
	return NULL;
}

static bool is_context_record(const struct seal_audit_record *r)
{
	return r->type == AUDIT_SYSCALL || r->type == AUDIT_CWD || r->type == AUDIT_PATH ||
	       r->type == AUDIT_SOCKADDR || r->type == AUDIT_PROCTITLE;
}

static struct seal_bytes put_text(char **at, struct seal_bytes b)
{
	struct seal_bytes copy = {*at, b.n};

	if (b.n)
		memcpy(*at, b.p, b.n);
	*at += b.n;
	return copy;
}

struct seal_audit_event *seal_audit_event_copy(const struct seal_audit_event *e,
					       const struct seal_audit_record *keep, size_t max)
{
	struct seal_audit_event *copy;
	size_t i, n = 0, bytes = 0;
	bool all;
	char *at;

	for (i = 0; i < e->n; i++) {
		if (&e->rec[i] != keep && !is_context_record(&e->rec[i]))
			continue;
		n++;
		bytes += e->rec[i].body.n + e->rec[i].extra.n;
	}
	all = bytes <= max;
	if (!all) {
		n = 1;
		bytes = keep->body.n + keep->extra.n;
	}
	copy = malloc(sizeof(*copy) + n * sizeof(*copy->rec) + bytes);
	if (!copy)
		return NULL;
	copy->time_us = e->time_us;
	copy->serial = e->serial;
	copy->rec = (struct seal_audit_record *)(copy + 1);
	copy->n = 0;
	at = (char *)(copy->rec + n);
	for (i = 0; i < e->n; i++) {
		struct seal_audit_record *to = &copy->rec[copy->n];

		if (&e->rec[i] != keep && !(all && is_context_record(&e->rec[i])))
			continue;
		*to = e->rec[i];
		to->body = put_text(&at, e->rec[i].body);
		to->extra = put_text(&at, e->rec[i].extra);
		copy->n++;
	}
	return copy;
}

struct seal_audit_join *
seal_audit_join_new(int (*deliver)(void *data, const struct seal_audit_event *e), void *data)
{
	struct seal_audit_join *j;

	j = calloc(1, sizeof(*j));
	if (!j)
		return NULL;
	j->deliver = deliver;
	j->data = data;
	return j;
}

void seal_audit_join_free(struct seal_audit_join *j)
{
	size_t i;

	if (!j)
		return;
	for (i = 0; i < SEAL_AUDIT_OPEN_MAX; i++)
		free(j->slot[i].text);
	free(j);
}

size_t seal_audit_join_open(const struct seal_audit_join *j)
{
	return j->n_open;
}

static struct open_event *find_open(const struct seal_audit_join *j,
				    const struct seal_audit_record *r)
{
	size_t i, at = j->latest;

	for (i = 0; i < SEAL_AUDIT_OPEN_MAX; i++, at = (at + 1) % SEAL_AUDIT_OPEN_MAX)
		if (j->slot[at].e.n && j->slot[at].e.serial == r->serial &&
		    j->slot[at].e.time_us == r->time_us)
			return (struct open_event *)&j->slot[at];
	return NULL;
}

bool seal_audit_join_has(const struct seal_audit_join *j, const struct seal_audit_record *r)
{
	return find_open(j, r) != NULL;
}

/* close_event - deliver it when it holds something wanted, and free its slot */
static int close_event(struct seal_audit_join *j, struct open_event *o)
{
	int r = 0;

	if (o->wanted)
		r = j->deliver(j->data, &o->e);
	o->e.n = 0;
	j->n_open--;
	return r;
}

static void start_event(struct seal_audit_join *j, struct open_event *o,
			const struct seal_audit_record *r)
{
	o->e = (struct seal_audit_event){r->time_us, r->serial, o->rec, 0};
	o->n_text = 0;
	o->wanted = o->has_syscall = o->has_end = false;
	j->n_open++;
}

/* slot_for - the open event of @r, or a new one in the slot that is free or was used longest ago */
static int slot_for(struct seal_audit_join *j, const struct seal_audit_record *r,
		    struct open_event **ret)
{
	struct open_event *o = find_open(j, r), *old = &j->slot[0];
	size_t i;
	int rc = 0;

	if (!o) {
		for (i = 0; i < SEAL_AUDIT_OPEN_MAX && old->e.n; i++)
			if (!j->slot[i].e.n || j->slot[i].last < old->last)
				old = &j->slot[i];
		o = old;
		if (o->e.n)
			rc = close_event(j, o);
		start_event(j, o, r);
	} else if (o->e.n == SEAL_AUDIT_EVENT_RECORDS ||
		   r->body.n + r->extra.n > SEAL_AUDIT_EVENT_BYTES - o->n_text) {
		rc = close_event(j, o);
		start_event(j, o, r);
	}
	*ret = o;
	return rc;
}

/* is_complete - whether nothing more can follow: the kernel ends a syscall's records with PROCTITLE
 * or EOE */
static bool is_complete(const struct open_event *o)
{
	return o->wanted && o->has_syscall && o->has_end;
}

/* is_single - records that need nothing beside them: those of user space, and changes */
static bool is_single(uint32_t type)
{
	return seal_audit_type_wanted(type) && type != AUDIT_AVC && type != AUDIT_SELINUX_ERR;
}

static int deliver_single(struct seal_audit_join *j, const struct seal_audit_record *r)
{
	struct seal_audit_record rec = *r;
	struct seal_audit_event e = {r->time_us, r->serial, &rec, 1};

	return j->deliver(j->data, &e);
}

int seal_audit_join_put(struct seal_audit_join *j, const struct seal_audit_record *r)
{
	struct open_event *o;
	struct seal_audit_record *to;
	char *at;
	int rc;

	if (is_single(r->type))
		return deliver_single(j, r);
	if (r->body.n + r->extra.n > SEAL_AUDIT_EVENT_BYTES)
		return 0;
	rc = slot_for(j, r, &o);
	if (rc < 0)
		return rc;
	if (!o->text)
		o->text = malloc(SEAL_AUDIT_EVENT_BYTES);
	if (!o->text) {
		o->e.n = 0;
		j->n_open--;
		return -ENOMEM;
	}
	to = &o->rec[o->e.n++];
	*to = *r;
	at = o->text + o->n_text;
	to->body = put_text(&at, r->body);
	to->extra = put_text(&at, r->extra);
	o->n_text = (size_t)(at - o->text);
	o->last = j->tick;
	j->latest = (size_t)(o - j->slot);
	o->wanted |= seal_audit_type_wanted(r->type);
	o->has_syscall |= r->type == AUDIT_SYSCALL;
	o->has_end |= r->type == AUDIT_PROCTITLE || r->type == AUDIT_EOE;
	return is_complete(o) ? close_event(j, o) : 0;
}

int seal_audit_join_tick(struct seal_audit_join *j)
{
	size_t i;
	int r = 0;

	j->tick++;
	if (!j->n_open || j->tick % TICKS)
		return 0;
	for (i = 0; i < SEAL_AUDIT_OPEN_MAX && r >= 0; i++)
		if (j->slot[i].e.n && j->tick - j->slot[i].last > SEAL_AUDIT_OPEN_LINES)
			r = close_event(j, &j->slot[i]);
	return r;
}

int seal_audit_join_flush(struct seal_audit_join *j)
{
	size_t i;
	int r = 0;

	for (i = 0; i < SEAL_AUDIT_OPEN_MAX && r >= 0; i++)
		if (j->slot[i].e.n)
			r = close_event(j, &j->slot[i]);
	return r;
}
