/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/audit/group.h"

#include "core/hash.h"
#include "evidence/audit/audit.h"
#include "evidence/audit/avc.h"
#include "evidence/audit/change.h"
#include "evidence/audit/interpret.h"
#include "evidence/audit/seen.h"

#include <errno.h>
#include <libaudit.h>

#define BUCKETS       ((size_t)16384)
#define EVENT_BYTES   ((size_t)16 * 1024)        /* of one representative event */
#define EVENTS_BYTES  ((size_t)12 * 1024 * 1024) /* of all; then only the denial itself is kept */
#define TYPE_ACCESSES ((size_t)512)              /* accesses of one source type */
#define HITS_MIN      ((size_t)2) /* of a group, also when all together are too many */

/* how much a representative event tells */
enum richness {
	RICH_ALONE,
	RICH_SYSCALL,
	RICH_OBJECT, /* and a PATH or SOCKADDR record */
};

struct key {
	uint64_t hash;
	struct seal_bytes bytes; /* on the heap */
};

struct group {
	struct group *next; /* in its bucket; those that vary are in none */
	struct key key;
	struct group *all; /* next of all groups */
	struct seal_audit_event *event;
	const struct seal_audit_record *record; /* of event */
	enum richness rich;
	bool varies;
	uint64_t count;
	int64_t first_us, last_us;
	seal_vec(struct seal_denial_hit) hits;
	size_t ring; /* overwritten next among the second half of the hits, counted from its start
		      */
	bool turning;
};

struct access {
	struct access *next;
	struct key key;
	struct group *varies;
	size_t n_objects;
};

struct source_type {
	uint64_t hash;
	size_t n_accesses;
};

struct seal_audit_groups {
	struct seal_host *h;
	struct group *group[BUCKETS], *all;
	struct access *access[BUCKETS];
	size_t n_groups, n_accesses, n_hits, n_event_bytes;
	seal_vec(struct source_type) types;
	seal_vec(uint64_t) damaged; /* by source */
	struct seal_seen seen;
	struct seal_audit_changes changes;
	struct seal_buf key; /* of the denial at hand; its first n_access bytes are its access's */
	size_t n_access;
	bool copies;
	int64_t copies_first_us, copies_last_us;
	uint64_t n_denials, n_not_kept;
	uint64_t more; /* occurrences the next denial stands for besides itself */
	int64_t more_us;
};

struct seal_audit_groups *seal_audit_groups_new(struct seal_host *h)
{
	struct seal_audit_groups *g;

	g = calloc(1, sizeof(*g));
	if (g)
		g->h = h;
	return g;
}

static void group_free(struct group *it)
{
	free((char *)it->key.bytes.p);
	free(it->event);
	seal_vec_done(&it->hits);
	free(it);
}

void seal_audit_groups_free(struct seal_audit_groups *g)
{
	struct access *a, *a_next;
	struct group *it, *next;
	size_t i;

	if (!g)
		return;
	for (it = g->all; it; it = next) {
		next = it->all;
		group_free(it);
	}
	for (i = 0; i < BUCKETS; i++) {
		for (a = g->access[i]; a; a = a_next) {
			a_next = a->next;
			free((char *)a->key.bytes.p);
			free(a);
		}
	}
	seal_vec_done(&g->types);
	seal_vec_done(&g->damaged);
	seal_seen_done(&g->seen);
	seal_audit_changes_done(&g->changes);
	seal_buf_done(&g->key);
	free(g);
}

void seal_audit_groups_copies(struct seal_audit_groups *g, int64_t first_us, int64_t last_us)
{
	g->copies = true;
	g->copies_first_us = first_us;
	g->copies_last_us = last_us;
}

void seal_audit_groups_more(struct seal_audit_groups *g, uint64_t more, int64_t first_us)
{
	g->more = more;
	g->more_us = first_us;
}

int seal_audit_groups_damage(struct seal_audit_groups *g, uint32_t source, uint64_t n)
{
	if (!n)
		return 0;
	while (g->damaged.n <= source)
		if (!seal_vec_add(&g->damaged))
			return -ENOMEM;
	g->damaged.v[source] += n;
	return 0;
}

uint64_t seal_audit_groups_damaged(const struct seal_audit_groups *g, uint32_t source)
{
	return source < g->damaged.n ? g->damaged.v[source] : 0;
}

static int key_own(struct key *to, uint64_t hash, struct seal_bytes bytes)
{
	char *p = malloc(bytes.n + 1);

	if (!p)
		return -ENOMEM;
	memcpy(p, bytes.p, bytes.n);
	to->hash = hash;
	to->bytes = (struct seal_bytes){p, bytes.n};
	return 0;
}

static bool key_is(const struct key *k, uint64_t hash, struct seal_bytes bytes)
{
	return k->hash == hash && seal_bytes_eq(k->bytes, bytes);
}

/* is_new - whether this occurrence was not counted before; 1, 0 or -ENOMEM */
static int is_new(struct seal_audit_groups *g, const struct seal_audit_record *r, uint64_t key_hash)
{
	uint64_t hash = seal_hash_mix(seal_hash_mix(key_hash, (uint64_t)r->time_us), r->serial);
	int rc = seal_seen_add(&g->seen, hash, SEAL_AUDIT_SEEN_MAX);

	if (rc != -ENOSPC)
		return rc;
	return !g->copies || g->copies_first_us == SEAL_TIME_NONE ||
	       r->time_us < g->copies_first_us || r->time_us > g->copies_last_us;
}

static bool in_span(const struct seal_span *span, int64_t time_us)
{
	return (span->since_us == SEAL_TIME_NONE || time_us >= span->since_us) &&
	       (span->until_us == SEAL_TIME_NONE || time_us <= span->until_us);
}

/* room_for_type - whether the source type of @avc may have one more access, so that one domain's
 * storm leaves room for the others; 1, 0 or -ENOMEM */
static int room_for_type(struct seal_audit_groups *g, const struct seal_avc *avc)
{
	uint64_t hash = seal_hash(0, seal_context_type(avc->scontext));
	struct source_type *t;

	seal_vec_each (it, &g->types) {
		if (it->hash == hash)
			return it->n_accesses < TYPE_ACCESSES ? (int)++it->n_accesses : 0;
	}
	t = seal_vec_add(&g->types);
	if (!t)
		return -ENOMEM;
	t->hash = hash;
	t->n_accesses = 1;
	return 1;
}

/* find_access - the access of a denial, made when it is new and there is room: 1, 0, -EBADMSG or
 * -ENOMEM */
static int find_access(struct seal_audit_groups *g, const struct seal_avc *avc, struct access **ret)
{
	struct seal_bytes bytes = seal_bytes_first(seal_buf_bytes(&g->key), g->n_access);
	uint64_t hash = seal_hash(0, bytes);
	struct access *a;
	int r;

	for (a = g->access[hash % BUCKETS]; a; a = a->next)
		if (key_is(&a->key, hash, bytes))
			break;
	if (!a) {
		if (!seal_avc_is_sound(avc))
			return -EBADMSG;
		if (g->n_accesses >= SEAL_AUDIT_ACCESS_MAX)
			return 0;
		r = room_for_type(g, avc);
		if (r <= 0)
			return r;
		a = calloc(1, sizeof(*a));
		if (!a || key_own(&a->key, hash, bytes) < 0) {
			free(a);
			return -ENOMEM;
		}
		a->next = g->access[hash % BUCKETS];
		g->access[hash % BUCKETS] = a;
		g->n_accesses++;
	}
	*ret = a;
	return 1;
}

static struct group *group_new(struct seal_audit_groups *g)
{
	struct group *it = calloc(1, sizeof(*it));

	if (!it)
		return NULL;
	it->first_us = INT64_MAX;
	it->last_us = INT64_MIN;
	it->all = g->all;
	g->all = it;
	return it;
}

/* new_group - a group for a denial met for the first time, or the one of its access for all objects
 * beyond the limit. 1, 0 (no room at all), -EBADMSG or -ENOMEM */
static int new_group(struct seal_audit_groups *g, const struct seal_avc *avc, uint64_t hash,
		     struct group **ret)
{
	struct access *a;
	struct group *it;
	int r;

	r = find_access(g, avc, &a);
	if (r <= 0)
		return r;
	if (a->n_objects > 0 &&
	    (a->n_objects >= SEAL_AUDIT_OBJECTS_MAX || g->n_groups >= SEAL_AUDIT_DENIALS_MAX)) {
		if (!a->varies)
			a->varies = group_new(g);
		if (!a->varies)
			return -ENOMEM;
		a->varies->varies = true;
		*ret = a->varies;
		return 1;
	}
	it = group_new(g);
	if (!it || key_own(&it->key, hash, seal_buf_bytes(&g->key)) < 0)
		return -ENOMEM;
	it->next = g->group[hash % BUCKETS];
	g->group[hash % BUCKETS] = it;
	g->n_groups++;
	a->n_objects++;
	*ret = it;
	return 1;
}

static int find_group(struct seal_audit_groups *g, const struct seal_avc *avc, uint64_t hash,
		      struct group **ret)
{
	struct seal_bytes bytes = seal_buf_bytes(&g->key);
	struct group *it;

	for (it = g->group[hash % BUCKETS]; it; it = it->next) {
		if (key_is(&it->key, hash, bytes)) {
			*ret = it;
			return 1;
		}
	}
	return new_group(g, avc, hash, ret);
}

/* add_hit - keep an occurrence: the first ones, and the latest in a ring over the second half */
static int add_hit(struct seal_audit_groups *g, struct group *it, const struct seal_denial_hit *hit)
{
	size_t half = it->hits.n / 2;
	struct seal_denial_hit *to;

	if (!it->turning && it->hits.n < SEAL_AUDIT_HITS_MAX &&
	    (g->n_hits < SEAL_AUDIT_HITS_ALL || it->hits.n < HITS_MIN)) {
		to = seal_vec_add(&it->hits);
		if (!to)
			return -ENOMEM;
		g->n_hits++;
	} else {
		it->turning = true;
		to = &it->hits.v[half + it->ring];
		it->ring = (it->ring + 1) % (it->hits.n - half);
	}
	*to = *hit;
	return 0;
}

static enum richness richness(const struct seal_audit_event *e)
{
	if (!seal_audit_event_find(e, AUDIT_SYSCALL))
		return RICH_ALONE;
	if (seal_audit_event_find(e, AUDIT_PATH) || seal_audit_event_find(e, AUDIT_SOCKADDR))
		return RICH_OBJECT;
	return RICH_SYSCALL;
}

/* keep_event - the event that tells most becomes the group's representative */
static int keep_event(struct seal_audit_groups *g, struct group *it,
		      const struct seal_audit_event *e, const struct seal_audit_record *r)
{
	enum richness rich = richness(e);
	struct seal_audit_event *copy;
	size_t i;

	if (it->event && (it->varies || rich <= it->rich))
		return 0;
	if (it->event && g->n_event_bytes >= EVENTS_BYTES)
		return 0;
	copy = seal_audit_event_copy(e, r, g->n_event_bytes < EVENTS_BYTES ? EVENT_BYTES : 0);
	if (!copy)
		return -ENOMEM;
	free(it->event);
	it->event = copy;
	it->rich = rich;
	it->record = NULL;
	for (i = 0; i < copy->n; i++) {
		g->n_event_bytes += copy->rec[i].body.n + copy->rec[i].extra.n;
		if (!it->record && copy->rec[i].type == r->type)
			it->record = &copy->rec[i];
	}
	return 0;
}

/* count_in - one occurrence for its group */
static int count_in(struct seal_audit_groups *g, struct group *it, const struct seal_audit_event *e,
		    const struct seal_audit_record *r, const struct seal_avc *avc)
{
	const struct seal_audit_record *syscall = seal_audit_event_find(e, AUDIT_SYSCALL);
	struct seal_denial_hit hit = {.time_us = r->time_us, .serial = r->serial};
	uint64_t n;
	int rc;

	hit.source = r->source;
	hit.line = r->line;
	hit.pid = seal_avc_pid(avc);
	if (syscall && seal_audit_number(syscall->body, "ppid", 10, &n) && n <= UINT32_MAX)
		hit.ppid = (uint32_t)n;
	if (!hit.pid && syscall && seal_audit_number(syscall->body, "pid", 10, &n) &&
	    n <= UINT32_MAX)
		hit.pid = (uint32_t)n;
	rc = add_hit(g, it, &hit);
	if (rc == 0)
		rc = keep_event(g, it, e, r);
	if (rc < 0)
		return rc;
	it->count += 1 + g->more;
	g->n_denials += g->more;
	if (r->time_us < it->first_us)
		it->first_us = r->time_us;
	if (g->more && g->more_us < it->first_us)
		it->first_us = g->more_us;
	g->more = 0;
	if (r->time_us > it->last_us)
		it->last_us = r->time_us;
	return 0;
}

static int add_denial(struct seal_audit_groups *g, const struct seal_audit_event *e,
		      const struct seal_audit_record *r)
{
	const struct seal_audit_record *syscall;
	struct seal_bytes comm;
	struct seal_avc avc;
	struct group *it;
	uint64_t hash;
	int rc;

	rc = seal_avc_parse(r, &avc);
	if (rc < 0)
		return seal_audit_groups_damage(g, r->source, 1);
	if (rc == 0)
		return 0;
	g->key.n = 0;
	g->n_access = seal_avc_key(&avc, &g->key);
	if (avc.kind == SEAL_DENIAL_SELINUX_ERR) { /* it does not name its actor */
		syscall = seal_audit_event_find(e, AUDIT_SYSCALL);
		if (syscall && seal_audit_field(syscall->body, "comm", &comm))
			seal_buf_put(&g->key, comm.p, comm.n);
	}
	if (g->key.err)
		return g->key.err;
	hash = seal_hash(0, seal_buf_bytes(&g->key));
	rc = is_new(g, r, hash);
	if (rc <= 0)
		return rc;
	rc = find_group(g, &avc, hash, &it);
	if (rc == -EBADMSG)
		return seal_audit_groups_damage(g, r->source, 1);
	if (rc < 0)
		return rc;
	g->n_denials++;
	if (rc == 0) {
		g->n_not_kept++;
		return 0;
	}
	return count_in(g, it, e, r, &avc);
}

static int add_change(struct seal_audit_groups *g, const struct seal_audit_record *r)
{
	int rc = is_new(g, r, seal_hash(r->type, r->body));

	if (rc <= 0)
		return rc;
	return seal_audit_change(&g->changes, r);
}

int seal_audit_groups_add(void *data, const struct seal_audit_event *e)
{
	struct seal_audit_groups *g = data;
	size_t i;
	int r = 0;

	if (!in_span(&g->h->span, e->time_us))
		return 0;
	for (i = 0; i < e->n && r >= 0; i++) {
		if (!seal_audit_type_wanted(e->rec[i].type))
			continue;
		if (e->rec[i].type == AUDIT_AVC || e->rec[i].type == AUDIT_USER_AVC ||
		    e->rec[i].type == AUDIT_SELINUX_ERR || e->rec[i].type == AUDIT_USER_SELINUX_ERR)
			r = add_denial(g, e, &e->rec[i]);
		else
			r = add_change(g, &e->rec[i]);
	}
	return r;
}

static int by_time(const void *a, const void *b)
{
	const struct seal_denial_hit *x = a, *y = b;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	if (x->serial != y->serial)
		return x->serial < y->serial ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static int by_first(const void *a, const void *b)
{
	const struct seal_denial *x = a, *y = b;

	if (x->first_us != y->first_us)
		return x->first_us < y->first_us ? -1 : 1;
	return seal_bytes_cmp(x->record, y->record);
}

/* add_group - make a denial of a group; its hits move over */
static int add_group(struct seal_audit_groups *g, struct seal_audit_interpreter *in,
		     struct group *it)
{
	struct seal_denial *d = seal_vec_add(&g->h->audit.denials);

	if (!d)
		return -ENOMEM;
	d->object.varies = it->varies;
	d->count = it->count;
	d->first_us = it->first_us;
	d->last_us = it->last_us;
	d->hits.v = it->hits.v;
	d->hits.n = it->hits.n;
	d->hits.cap = it->hits.cap;
	it->hits.v = NULL;
	it->hits.n = it->hits.cap = 0;
	qsort(d->hits.v, d->hits.n, sizeof(*d->hits.v), by_time);
	return seal_audit_interpret(in, g->h, it->event, it->record, d);
}

int seal_audit_groups_finish(struct seal_audit_groups *g)
{
	struct seal_audit_interpreter *in;
	struct seal_audit *to = &g->h->audit;
	struct group *it;
	int r = 0;

	in = seal_audit_interpreter_new();
	if (!in)
		return -ENOMEM;
	for (it = g->all; it && r >= 0; it = it->all)
		r = it->count ? add_group(g, in, it) : 0;
	seal_audit_interpreter_free(in);
	if (r < 0)
		return r;
	if (to->denials.n)
		qsort(to->denials.v, to->denials.n, sizeof(*to->denials.v), by_first);
	to->n_denials += g->n_denials;
	to->n_not_kept += g->n_not_kept;
	return seal_audit_changes_finish(&g->changes, g->h);
}
