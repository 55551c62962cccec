/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/live/window.h"

#include <errno.h>
#include <libaudit.h>

#define BUCKETS ((size_t)4096)

struct access;

/* struct kind - denials that share all bytes but pid and time */
struct kind {
	struct kind *next;              /* in its bucket */
	struct kind *newer, *older;     /* of all, by last use */
	struct kind *a_newer, *a_older; /* of its access */
	struct access *access;
	uint64_t hash, count;
	int64_t first_us;
	struct seal_audit_event *event[SEAL_WINDOW_EVENTS_MAX];
	size_t n_event, at, bytes;
};

/* struct access - same types, class and permissions */
struct access {
	struct access *next;
	struct kind *newest, *oldest;
	uint64_t hash, dropped; /* occurrences of kinds let go */
	size_t n_kinds;
};

/* struct line - of the mail log */
struct line {
	struct line *prev, *next;     /* in order of coming */
	struct line *q_next, *q_prev; /* in its bucket of queue ids */
	uint64_t id, number;          /* id: hash of the queue id, 0 = none */
	int64_t time_us;
	uint32_t pid, source;
	uint32_t n_tag, n_text, n_host;
	bool trouble, looked_at;
	char bytes[];
};

struct seal_window {
	struct kind *kinds[BUCKETS], *newest, *oldest;
	struct access *accesses[BUCKETS];
	size_t n_kinds, n_bytes;
	struct seal_audit_event *change[SEAL_WINDOW_CHANGES_MAX];
	size_t n_change, change_at;
	struct seal_seen past;
	bool joining;
	struct line *first, *last, *ids[BUCKETS];
	size_t n_lines, n_line_bytes;
	struct seal_buf key;
	struct seal_window_state state;
};

struct seal_window *seal_window_new(void)
{
	/* the seed is made at the first call, which must not be that of two threads at once */
	(void)seal_hash(SEAL_BYTES_NONE, 0);
	return calloc(1, sizeof(struct seal_window));
}

const struct seal_window_state *seal_window_state(const struct seal_window *w)
{
	return &w->state;
}

/* ---- denials ---- */

static void unlink_kind(struct seal_window *w, struct kind *k)
{
	struct access *a = k->access;

	*(k->newer ? &k->newer->older : &w->newest) = k->older;
	*(k->older ? &k->older->newer : &w->oldest) = k->newer;
	*(k->a_newer ? &k->a_newer->a_older : &a->newest) = k->a_older;
	*(k->a_older ? &k->a_older->a_newer : &a->oldest) = k->a_newer;
	k->newer = k->older = k->a_newer = k->a_older = NULL;
}

static void link_kind(struct seal_window *w, struct kind *k)
{
	struct access *a = k->access;

	k->older = w->newest;
	*(w->newest ? &w->newest->newer : &w->oldest) = k;
	w->newest = k;
	k->a_older = a->newest;
	*(a->newest ? &a->newest->a_newer : &a->oldest) = k;
	a->newest = k;
}

static void free_access(struct seal_window *w, struct access *a)
{
	struct access **at = &w->accesses[a->hash % BUCKETS];

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	w->state.n_denials_dropped += a->dropped;
	free(a);
}

/* drop_kind - let it go; its access keeps the count as long as it has others */
static void drop_kind(struct seal_window *w, struct kind *k)
{
	struct kind **at = &w->kinds[k->hash % BUCKETS];
	struct access *a = k->access;
	size_t i;

	unlink_kind(w, k);
	while (*at != k)
		at = &(*at)->next;
	*at = k->next;
	a->dropped += k->count;
	if (--a->n_kinds == 0)
		free_access(w, a);
	for (i = 0; i < k->n_event; i++)
		free(k->event[i]);
	w->n_bytes -= k->bytes;
	w->n_kinds--;
	free(k);
}

static struct access *find_access(struct seal_window *w, uint64_t hash)
{
	struct access *a;

	for (a = w->accesses[hash % BUCKETS]; a; a = a->next)
		if (a->hash == hash)
			return a;
	a = calloc(1, sizeof(*a));
	if (!a)
		return NULL;
	a->hash = hash;
	a->next = w->accesses[hash % BUCKETS];
	w->accesses[hash % BUCKETS] = a;
	return a;
}

static struct kind *new_kind(struct seal_window *w, uint64_t access, uint64_t hash, int64_t time_us)
{
	struct access *a = find_access(w, access);
	struct kind *k = calloc(1, sizeof(*k));

	if (!a || !k) {
		free(k);
		return NULL;
	}
	k->access = a;
	k->hash = hash;
	k->first_us = time_us;
	k->next = w->kinds[hash % BUCKETS];
	w->kinds[hash % BUCKETS] = k;
	a->n_kinds++;
	w->n_kinds++;
	w->state.n_kinds++;
	w->state.news++;
	link_kind(w, k);
	if (a->n_kinds > SEAL_WINDOW_OBJECTS_MAX)
		drop_kind(w, a->oldest);
	return k;
}

static size_t event_bytes(const struct seal_audit_event *e)
{
	size_t i, n = sizeof(*e);

	for (i = 0; i < e->n; i++)
		n += sizeof(*e->rec) + e->rec[i].body.n + e->rec[i].extra.n;
	return n;
}

/* keep_event - a copy in the kind's ring. Copies are made in the place of the oldest. */
static int keep_event(struct seal_window *w, struct kind *k, const struct seal_audit_event *e,
		      const struct seal_audit_record *r)
{
	struct seal_audit_event *copy = seal_audit_event_copy(e, r, SEAL_WINDOW_EVENT_BYTES);
	struct seal_audit_event **to = &k->event[k->at];
	size_t n;

	if (!copy)
		return -ENOMEM;
	if (*to) {
		n = event_bytes(*to);
		k->bytes -= n;
		w->n_bytes -= n;
		free(*to);
	} else {
		k->n_event++;
	}
	*to = copy;
	k->at = (k->at + 1) % SEAL_WINDOW_EVENTS_MAX;
	n = event_bytes(copy);
	k->bytes += n;
	w->n_bytes += n;
	return 0;
}

/* is_new - whether the occurrence was not counted from another source: 1, 0 or -ENOMEM */
static int is_new(struct seal_window *w, const struct seal_audit_record *r, uint64_t hash)
{
	const uint64_t which[2] = {(uint64_t)r->time_us, r->serial};
	int rc;

	if (!w->joining)
		return 1;
	hash = seal_hash((struct seal_bytes){(const char *)which, sizeof(which)}, hash);
	rc = seal_seen_add(&w->past, hash, SEAL_WINDOW_PAST_MAX);
	return rc == -ENOSPC ? 1 : rc;
}

static int add_denial(struct seal_window *w, const struct seal_audit_event *e,
		      const struct seal_audit_record *r)
{
	uint64_t hash, access;
	struct seal_avc avc;
	struct kind *k;
	int rc = seal_avc_parse(r, &avc);
	size_t n;

	if (rc <= 0 || !seal_avc_is_sound(&avc)) {
		w->state.n_damaged += rc != 0;
		return 0;
	}
	w->key.n = 0;
	n = seal_avc_key(&avc, &w->key);
	if (w->key.err)
		return w->key.err;
	hash = seal_hash(seal_buf_bytes(&w->key), 0);
	access = seal_hash(seal_bytes_first(seal_buf_bytes(&w->key), n), 1);
	rc = is_new(w, r, hash);
	if (rc <= 0)
		return rc;
	w->state.n_denials++;
	for (k = w->kinds[hash % BUCKETS]; k && k->hash != hash; k = k->next)
		;
	if (k) {
		unlink_kind(w, k);
		link_kind(w, k);
	} else {
		k = new_kind(w, access, hash, r->time_us);
	}
	if (!k)
		return -ENOMEM;
	k->count++;
	rc = keep_event(w, k, e, r);
	while (rc == 0 && w->oldest != k &&
	       (w->n_kinds > SEAL_WINDOW_KINDS_MAX || w->n_bytes > SEAL_WINDOW_AUDIT_BYTES))
		drop_kind(w, w->oldest);
	return rc;
}

static int add_change(struct seal_window *w, const struct seal_audit_event *e,
		      const struct seal_audit_record *r)
{
	struct seal_audit_event **to = &w->change[w->change_at], *copy;
	int rc = is_new(w, r, seal_hash(r->body, r->type));

	if (rc <= 0)
		return rc;
	copy = seal_audit_event_copy(e, r, 0);
	if (!copy)
		return -ENOMEM;
	free(*to);
	*to = copy;
	w->change_at = (w->change_at + 1) % SEAL_WINDOW_CHANGES_MAX;
	w->n_change += w->n_change < SEAL_WINDOW_CHANGES_MAX;
	w->state.n_changes++;
	w->state.news++;
	return 0;
}

static bool is_denial(uint32_t type)
{
	return type == AUDIT_AVC || type == AUDIT_USER_AVC || type == AUDIT_SELINUX_ERR ||
	       type == AUDIT_USER_SELINUX_ERR;
}

int seal_window_event(void *data, const struct seal_audit_event *e)
{
	struct seal_window *w = data;
	size_t i;
	int r = 0;

	for (i = 0; i < e->n && r >= 0; i++) {
		if (!seal_audit_type_wanted(e->rec[i].type))
			continue;
		r = is_denial(e->rec[i].type) ? add_denial(w, e, &e->rec[i])
					      : add_change(w, e, &e->rec[i]);
	}
	return r < 0 ? r : 0;
}

void seal_window_join_past(struct seal_window *w)
{
	w->joining = true;
}

void seal_window_past_over(struct seal_window *w)
{
	w->joining = false;
	seal_seen_done(&w->past);
}

/* ---- lines of the mail log ---- */

/* is_mail - "postfix/smtp", "postfix-out/submission/smtpd", "postfix"; the tracker decides, this
 * keeps what is surely none of its business out of the window */
static bool is_mail(struct seal_bytes tag)
{
	return seal_bytes_starts(tag, "postfix") || seal_bytes_chr(tag, '/') >= 0 ||
	       seal_bytes_is(tag, "pipe");
}

static bool is_id_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* queue_id - of "4F2A1C3D5E: removed", also behind a severity word; none without */
static struct seal_bytes queue_id(struct seal_bytes text, struct seal_bytes *rest)
{
	static const char *const words[] = {"warning: ", "error: ", "fatal: "};
	size_t i, n;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (seal_bytes_starts(text, words[i]))
			text = seal_bytes_from(text, strlen(words[i]));
	for (n = 0; n < text.n && n < 40 && is_id_char(text.p[n]); n++)
		;
	*rest = seal_bytes_from(text, n + 2);
	return n >= 5 && n + 1 < text.n && text.p[n] == ':' && text.p[n + 1] == ' '
		       ? seal_bytes_first(text, n)
		       : SEAL_BYTES_NONE;
}

/* is_chatter - of a client that came and went: tells nothing of a failure */
static bool is_chatter(struct seal_bytes text)
{
	return seal_bytes_starts(text, "connect from ") ||
	       seal_bytes_starts(text, "disconnect from ") ||
	       seal_bytes_starts(text, "statistics: ");
}

/* is_trouble - a line after which the message is of interest also when it is removed */
static bool is_trouble(struct seal_bytes text, struct seal_bytes rest)
{
	ssize_t status = seal_bytes_find(rest, "status=");

	if (status >= 0)
		return !seal_bytes_starts(seal_bytes_from(rest, (size_t)status), "status=sent") &&
		       seal_bytes_find(rest, "status=deliverable") < 0;
	return seal_bytes_starts(text, "warning: ") || seal_bytes_starts(text, "error: ") ||
	       seal_bytes_starts(text, "fatal: ") || seal_bytes_find(rest, "reject") >= 0 ||
	       seal_bytes_starts(rest, "to=<");
}

static void drop_line(struct seal_window *w, struct line *l)
{
	*(l->prev ? &l->prev->next : &w->first) = l->next;
	*(l->next ? &l->next->prev : &w->last) = l->prev;
	*(l->q_prev ? &l->q_prev->q_next : &w->ids[l->id % BUCKETS]) = l->q_next;
	if (l->q_next)
		l->q_next->q_prev = l->q_prev;
	w->n_lines--;
	w->n_line_bytes -= sizeof(*l) + l->n_tag + l->n_text + l->n_host;
	free(l);
}

/* went_well - its message is removed and nothing was wrong with it: nothing more is said of it */
static bool went_well(const struct seal_window *w, uint64_t id)
{
	const struct line *l;

	for (l = w->ids[id % BUCKETS]; l; l = l->q_next)
		if (l->id == id && l->trouble)
			return false;
	return true;
}

static void drop_message(struct seal_window *w, uint64_t id)
{
	struct line *l, *next;

	for (l = w->ids[id % BUCKETS]; l; l = next) {
		next = l->q_next;
		if (l->id == id)
			drop_line(w, l);
	}
}

static void put(char **at, struct seal_bytes b)
{
	if (b.n)
		memcpy(*at, b.p, b.n);
	*at += b.n;
}

static void link_line(struct seal_window *w, struct line *l)
{
	struct line **bucket = &w->ids[l->id % BUCKETS];

	l->prev = w->last;
	*(w->last ? &w->last->next : &w->first) = l;
	w->last = l;
	l->q_next = *bucket;
	if (*bucket)
		(*bucket)->q_prev = l;
	*bucket = l;
	w->n_lines++;
	w->n_line_bytes += sizeof(*l) + l->n_tag + l->n_text + l->n_host;
}

static void bound_lines(struct seal_window *w)
{
	while (w->first &&
	       (w->n_lines > SEAL_WINDOW_LINES_MAX || w->n_line_bytes > SEAL_WINDOW_LINES_BYTES)) {
		w->state.n_lines_dropped += !w->first->looked_at;
		drop_line(w, w->first);
	}
}

int seal_window_line(struct seal_window *w, const struct seal_log_record *r, uint32_t source)
{
	struct seal_bytes rest, id = queue_id(r->text, &rest);
	uint64_t hash = id.n ? seal_hash(id, 1) | 1 : 0;
	struct line *l;
	char *at;

	if (!is_mail(r->tag) || is_chatter(r->text))
		return 0;
	w->state.n_lines++;
	if (hash && seal_bytes_is(rest, "removed") && went_well(w, hash)) {
		drop_message(w, hash);
		return 0;
	}
	l = calloc(1, sizeof(*l) + r->tag.n + r->text.n + r->host.n);
	if (!l)
		return -ENOMEM;
	l->id = hash;
	l->number = r->origin.line;
	l->time_us = r->time_us;
	l->pid = r->pid;
	l->source = source;
	l->n_tag = (uint32_t)r->tag.n;
	l->n_text = (uint32_t)r->text.n;
	l->n_host = (uint32_t)r->host.n;
	l->trouble = is_trouble(r->text, id.n ? rest : r->text);
	at = l->bytes;
	put(&at, r->tag);
	put(&at, r->text);
	put(&at, r->host);
	link_line(w, l);
	w->state.news += l->trouble || !hash;
	bound_lines(w);
	return 0;
}

/* ---- the copy ---- */

static int copy_event(struct seal_window_copy *c, const struct seal_audit_event *e, uint64_t more,
		      int64_t first_us)
{
	struct seal_window_denial *to = seal_vec_add(&c->denials);
	size_t i, n = sizeof(*e) + e->n * sizeof(*e->rec);
	struct seal_audit_event *copy;
	char *at;

	if (!to)
		return -ENOMEM;
	copy = malloc(event_bytes(e));
	if (!copy)
		return -ENOMEM;
	*copy = *e;
	copy->rec = (struct seal_audit_record *)(copy + 1);
	at = (char *)copy + n;
	for (i = 0; i < e->n; i++) {
		copy->rec[i] = e->rec[i];
		copy->rec[i].body.p = at;
		put(&at, e->rec[i].body);
		copy->rec[i].extra.p = at;
		put(&at, e->rec[i].extra);
	}
	*to = (struct seal_window_denial){copy, more, first_us};
	return 0;
}

/* copy_kind - its events, the oldest first; those not kept are told with the first */
static int copy_kind(struct seal_window_copy *c, const struct kind *k)
{
	const bool newest = k->access->newest == k;
	uint64_t more = k->count - k->n_event + (newest ? k->access->dropped : 0);
	size_t i, from = k->n_event == SEAL_WINDOW_EVENTS_MAX ? k->at : 0;
	int r = 0;

	for (i = 0; i < k->n_event && r == 0; i++)
		r = copy_event(c, k->event[(from + i) % SEAL_WINDOW_EVENTS_MAX], i ? 0 : more,
			       k->first_us);
	return r;
}

static int copy_audit(const struct seal_window *w, struct seal_window_copy *c)
{
	size_t i, from = w->n_change == SEAL_WINDOW_CHANGES_MAX ? w->change_at : 0;
	const struct kind *k;
	int r = 0;

	for (i = 0; i < w->n_change && r == 0; i++)
		r = copy_event(c, w->change[(from + i) % SEAL_WINDOW_CHANGES_MAX], 0,
			       SEAL_TIME_NONE);
	for (k = w->oldest; k && r == 0; k = k->newer)
		r = copy_kind(c, k);
	return r;
}

static int copy_lines(struct seal_window *w, struct seal_window_copy *c)
{
	struct line *l;
	char *at;

	c->lines = calloc(w->n_lines + 1, sizeof(*c->lines));
	c->text = malloc(w->n_line_bytes + 1);
	if (!c->lines || !c->text)
		return -ENOMEM;
	at = c->text;
	for (l = w->first; l; l = l->next) {
		struct copied_line *to = &c->lines[c->n_lines++];
		const size_t n = (size_t)l->n_tag + l->n_text + l->n_host;

		memcpy(at, l->bytes, n);
		to->source = l->source;
		to->r = (struct seal_log_record){
			.time_us = l->time_us,
			.pid = l->pid,
			.tag = {at, l->n_tag},
			.text = {at + l->n_tag, l->n_text},
			.host = {at + l->n_tag + l->n_text, l->n_host},
			.origin = {.line = l->number},
		};
		at += n;
		l->looked_at = true;
	}
	return 0;
}

int seal_window_copy(struct seal_window *w, struct seal_window_copy *ret)
{
	int r;

	*ret = (struct seal_window_copy){.state = w->state};
	r = copy_audit(w, ret);
	return r == 0 ? copy_lines(w, ret) : r;
}

void seal_window_copy_done(struct seal_window_copy *c)
{
	seal_vec_each (d, &c->denials) {
		free((void *)d->event);
	}
	seal_vec_done(&c->denials);
	free(c->lines);
	free(c->text);
	*c = (struct seal_window_copy){.n_lines = 0};
}

void seal_window_free(struct seal_window *w)
{
	size_t i;

	if (!w)
		return;
	while (w->oldest)
		drop_kind(w, w->oldest);
	for (i = 0; i < w->n_change; i++)
		free(w->change[i]);
	while (w->first)
		drop_line(w, w->first);
	seal_seen_done(&w->past);
	seal_buf_done(&w->key);
	free(w);
}
