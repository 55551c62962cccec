/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/explanation.h"

#include "core/table.h"

static const char *const certainty_names[SEAL_CERTAINTY_MAX_] = {
	[SEAL_CERTAINTY_UNKNOWN] = "unknown",
	[SEAL_CERTAINTY_POSSIBLE] = "possible",
	[SEAL_CERTAINTY_LIKELY] = "likely",
	[SEAL_CERTAINTY_CERTAIN] = "certain",
};

const char *seal_certainty_name(enum seal_certainty c)
{
	return c < SEAL_CERTAINTY_MAX_ ? certainty_names[c] : "unknown";
}

const struct seal_cause_group *seal_explanation_main(const struct seal_explanation *x)
{
	seal_vec_each (g, &x->groups) {
		if (g->cause->certainty != SEAL_CERTAINTY_UNKNOWN)
			return g;
	}
	return x->groups.n ? &x->groups.v[0] : NULL;
}

bool seal_explanation_has(const struct seal_explanation *x, struct seal_bytes queue_id)
{
	seal_vec_each (m, &x->messages) {
		if (seal_bytes_eq(m->queue_id, queue_id))
			return true;
	}
	return false;
}

#define OBJECT_BYTES 19 /* fields of bytes at the front of struct seal_object */

/* object_bytes - the fields of bytes one after the other; a field more has to be added here */
static const struct seal_bytes *object_bytes(const struct seal_object *o)
{
	_Static_assert(offsetof(struct seal_object, inode) ==
			       OBJECT_BYTES * sizeof(struct seal_bytes),
		       "the bytes come first");
	return &o->source_type;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool seal_object_eq(const struct seal_object *a, const struct seal_object *b)
{
	const struct seal_bytes *x = object_bytes(a), *y = object_bytes(b);
	size_t i;

	for (i = 0; i < OBJECT_BYTES; i++)
		if (!seal_bytes_eq(x[i], y[i]))
			return false;
	return a->inode == b->inode && a->rule_handle == b->rule_handle && a->port == b->port &&
	       a->reply_code == b->reply_code && same_text(a->protocol, b->protocol);
}

static bool ruled_out_eq(const struct seal_cause *a, const struct seal_cause *b)
{
	size_t i;

	if (a->ruled_out.n != b->ruled_out.n)
		return false;
	for (i = 0; i < a->ruled_out.n; i++)
		if (!same_text(a->ruled_out.v[i].verdict, b->ruled_out.v[i].verdict) ||
		    !seal_bytes_eq(a->ruled_out.v[i].why, b->ruled_out.v[i].why))
			return false;
	return true;
}

static bool also_eq(const struct seal_cause *a, const struct seal_cause *b)
{
	size_t i;

	if (a->also.n != b->also.n)
		return false;
	for (i = 0; i < a->also.n; i++)
		if (!same_text(a->also.v[i].verdict, b->also.v[i].verdict) ||
		    a->also.v[i].fix != b->also.v[i].fix ||
		    !seal_bytes_eq(a->also.v[i].why, b->also.v[i].why) ||
		    !seal_object_eq(&a->also.v[i].object, &b->also.v[i].object))
			return false;
	return true;
}

bool seal_cause_eq(const struct seal_cause *a, const struct seal_cause *b)
{
	return same_text(a->verdict, b->verdict) && a->class_ == b->class_ &&
	       a->certainty == b->certainty && a->denial == b->denial &&
	       seal_bytes_eq(a->daemon, b->daemon) && seal_bytes_eq(a->title, b->title) &&
	       seal_bytes_eq(a->reason, b->reason) && seal_object_eq(&a->object, &b->object) &&
	       ruled_out_eq(a, b) && also_eq(a, b);
}

uint64_t seal_cause_hash(const struct seal_cause *c)
{
	const struct seal_bytes *fields = object_bytes(&c->object);
	uint64_t h = seal_hash(seal_bytes_of(c->verdict), c->certainty);
	size_t i;

	h = seal_hash(c->reason, h ^ c->object.port ^ (c->object.inode << 16));
	h = seal_hash(c->daemon, h ^ (uintptr_t)c->denial);
	for (i = 0; i < OBJECT_BYTES; i++)
		if (fields[i].n)
			h = seal_hash(fields[i], h + i);
	for (i = 0; i < c->ruled_out.n; i++)
		h = seal_hash(c->ruled_out.v[i].why, h);
	return h;
}

void seal_cause_done(struct seal_cause *c)
{
	seal_vec_done(&c->ruled_out);
	seal_vec_done(&c->also);
}

void seal_queue_health_free(struct seal_queue_health *q)
{
	if (!q)
		return;
	seal_vec_done(&q->causes);
	seal_vec_done(&q->domains);
	seal_vec_done(&q->certificates);
	free(q);
}

const char *seal_story_kind_name(enum seal_story_kind k)
{
	static const char *const names[SEAL_STORY_KIND_MAX_] = {
		[SEAL_STORY_LOG] = "log",
		[SEAL_STORY_DENIAL] = "denial",
		[SEAL_STORY_CHANGE] = "change",
		[SEAL_STORY_QUEUE] = "queue",
	};

	return (unsigned)k < SEAL_STORY_KIND_MAX_ ? names[k] : "log";
}

void seal_explanation_free(struct seal_explanation *x)
{
	if (!x)
		return;
	seal_vec_each (m, &x->messages) {
		seal_vec_done(&m->recipients);
	}
	seal_vec_each (c, &x->causes) {
		seal_cause_done(*c);
		free(*c);
	}
	seal_vec_each (f, &x->fixes) {
		seal_fix_done(f);
	}
	seal_vec_done(&x->messages);
	seal_vec_done(&x->groups);
	seal_vec_done(&x->story);
	seal_queue_health_free(x->health);
	seal_vec_done(&x->fixes);
	seal_vec_done(&x->causes);
	free(x);
}
