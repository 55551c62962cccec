/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/attribution/avc_join.h"

#include <errno.h>

#include "analysis/attribution/avc_index.h"
#include "core/path.h"

/* TASK_COMM_LEN of the kernel, without the NUL */
#define COMM_MAX 15

static int by_pid(const void *a, const void *b)
{
	const struct seal_avc_entry *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	return x->hit->serial < y->hit->serial ? -1 : x->hit->serial > y->hit->serial;
}

/* is_of_lock - master(8) could not open its lock file, $queue_directory/pid/master.pid */
static bool is_of_lock(const struct seal_denial *d)
{
	return seal_bytes_is(d->comm, "master") && seal_bytes_is(d->tclass, "file") &&
	       (seal_bytes_is(d->object.name, "master.pid") ||
		seal_bytes_is(seal_path_name(d->object.path), "master.pid"));
}

int seal_avc_index_new(const struct seal_host *h, const struct seal_event_index *events,
		       struct seal_avc_index **ret)
{
	seal_auto_avc_index struct seal_avc_index *ix = NULL;
	size_t n = 0;
	int r;

	ix = calloc(1, sizeof(*ix));
	if (!ix)
		return -ENOMEM;
	ix->events = events;
	seal_vec_each (d, &h->audit.denials) {
		n += 3 * d->hits.n;
	}
	ix->v = calloc(n + 1, sizeof(ix->v[0]));
	if (!ix->v)
		return -ENOMEM;
	seal_vec_each (d, &h->audit.denials) {
		if (d->granted)
			continue;
		seal_vec_each (hit, &d->hits) {
			ix->v[ix->n++] = (struct seal_avc_entry){hit->pid, hit->time_us, d,
								 hit,      false,        false};
			if (hit->ppid > 1)
				ix->v[ix->n++] = (struct seal_avc_entry){
					hit->ppid, hit->time_us, d, hit, true, false};
			if (is_of_lock(d))
				ix->v[ix->n++] = (struct seal_avc_entry){
					SEAL_AVC_LOCK, hit->time_us, d, hit, false, true};
		}
	}
	if (ix->n)
		qsort(ix->v, ix->n, sizeof(ix->v[0]), by_pid);
	r = seal_avc_find_shift(ix, h);
	if (r < 0)
		return r;
	*ret = seal_take(ix);
	return 0;
}

int64_t seal_avc_shift_us(const struct seal_avc_index *ix)
{
	return ix->shift_us;
}

size_t seal_avc_seek(const struct seal_avc_index *ix, uint32_t pid, int64_t from_us)
{
	size_t lo = 0, hi = ix->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		const struct seal_avc_entry *e = &ix->v[mid];

		if (e->pid < pid || (e->pid == pid && e->time_us < from_us))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void seal_avc_index_free(struct seal_avc_index *ix)
{
	if (!ix)
		return;
	free(ix->v);
	free(ix);
}

static bool is_word_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '-' || c == '.';
}

/* has_word - @word stands in @text with nothing of a file name on either side */
static bool has_word(struct seal_bytes text, struct seal_bytes word)
{
	const char *p = text.p, *end = text.p + text.n, *hit;

	if (!word.n)
		return false;
	while ((hit = memmem(p, (size_t)(end - p), word.p, word.n))) {
		const char *after = hit + word.n;
		/* a full stop may end a sentence */
		bool ends = after == end || !is_word_char(*after) ||
			    (*after == '.' && (after + 1 == end || after[1] == ' '));

		if (ends && (hit == text.p || !is_word_char(hit[-1])))
			return true;
		p = hit + 1;
	}
	return false;
}

/* names_a_path - whether a text names any file at all; without one it cannot contradict */
static bool names_a_path(const struct seal_reason *reason, struct seal_bytes text)
{
	return (reason && (reason->path.n || reason->socket.n)) || seal_bytes_chr(text, '/') >= 0;
}

/* leads_to - @dir is @path or a directory on the way to it */
static bool leads_to(struct seal_bytes dir, struct seal_bytes path)
{
	if (dir.n > 1 && dir.p[dir.n - 1] == '/')
		dir.n--;
	return dir.n && path.n >= dir.n && memcmp(dir.p, path.p, dir.n) == 0 &&
	       (path.n == dir.n || path.p[dir.n] == '/');
}

static bool is_absolute(struct seal_bytes path)
{
	return path.n && path.p[0] == '/';
}

/* same_path - two whole paths: equal, one inside the other, or others; links and chroots apart,
 * which a common last name hints at */
static enum seal_same same_path(struct seal_bytes path, const struct seal_reason *reason,
				struct seal_bytes text)
{
	struct seal_bytes told = reason->path.n ? reason->path : reason->socket;

	if (leads_to(path, told) || leads_to(told, path) || has_word(text, path))
		return SEAL_SAME_YES;
	return has_word(text, seal_path_name(path)) ? SEAL_SAME_UNTOLD : SEAL_SAME_NO;
}

static enum seal_same same_file(const struct seal_denial *d, const struct seal_reason *reason,
				struct seal_bytes text, bool *whole)
{
	struct seal_bytes path = d->object.path.n ? d->object.path : d->object.socket_path;
	struct seal_bytes name = d->object.name.n ? d->object.name : seal_path_name(path);

	if (!name.n)
		return SEAL_SAME_UNTOLD;
	/* the words and the denial both have it as the process sees it */
	if (is_absolute(path) && !d->object.path_is_inferred && reason &&
	    (seal_bytes_eq(path, reason->path) || seal_bytes_eq(path, reason->socket))) {
		*whole = true;
		return SEAL_SAME_YES;
	}
	if (is_absolute(path) && !d->object.path_is_relative_to_root &&
	    !d->object.path_is_inferred && reason &&
	    (is_absolute(reason->path) || is_absolute(reason->socket))) {
		*whole = true;
		return same_path(path, reason, text);
	}
	/* a bare name is the last component of the object or a directory on the way to it */
	if (has_word(text, name))
		return SEAL_SAME_YES;
	return names_a_path(reason, text) ? SEAL_SAME_NO : SEAL_SAME_UNTOLD;
}

static enum seal_same same_port(const struct seal_denial *d, const struct seal_reason *reason,
				bool *whole)
{
	if (!reason || !reason->port)
		return SEAL_SAME_UNTOLD;
	*whole = true;
	if ((int32_t)reason->port != d->object.port)
		return SEAL_SAME_NO;
	if (reason->address.n && d->object.address.n &&
	    !seal_bytes_eq(reason->address, d->object.address))
		return SEAL_SAME_NO;
	return SEAL_SAME_YES;
}

enum seal_same seal_denial_is_about(const struct seal_denial *d, const struct seal_reason *reason,
				    struct seal_bytes text, bool *whole)
{
	bool unused;

	if (!whole)
		whole = &unused;
	*whole = false;
	if (d->object.port >= 0)
		return same_port(d, reason, whole);
	return same_file(d, reason, text, whole);
}

static bool comm_is(const struct seal_denial *d, struct seal_bytes daemon)
{
	return seal_bytes_eq(d->comm, seal_bytes_first(daemon, COMM_MAX));
}

bool seal_avc_is_of(const struct seal_avc_entry *e, struct seal_bytes daemon)
{
	/* a child may have become any program; the process itself has the daemon's name. Every
	 * daemon is a child of master: those failures are their own. */
	if (e->by_child)
		return !seal_bytes_is(daemon, "master");
	return !daemon.n || comm_is(e->denial, daemon);
}

/* best_text - over all texts of the attempt: one that agrees wins; a contradiction only counts when
 * no text leaves it open */
static enum seal_same best_text(const struct seal_denial *d, const struct seal_attempt *a,
				bool *whole)
{
	enum seal_same best = SEAL_SAME_NO, one;
	struct seal_reason own;
	bool one_whole;
	size_t i;

	for (i = 0; i < a->n_texts; i++) {
		if (i > 0)
			seal_reason_parse(a->texts[i], &own);
		one = seal_denial_is_about(d, i == 0 ? a->reason : &own, a->texts[i], &one_whole);
		if (one > best && (one == SEAL_SAME_YES || i == 0)) {
			best = one;
			*whole = one_whole;
		}
	}
	return best;
}

/* distance - from the end of the attempt; what comes after it can only be clocks that differ */
static int64_t distance(const struct seal_avc_match *m)
{
	return m->before_us >= 0 ? m->before_us : -4 * m->before_us;
}

/* ranks_before - same object first, then enforced, then the nearest in time */
static bool ranks_before(const struct seal_avc_match *a, const struct seal_avc_match *b)
{
	if (a->object != b->object)
		return a->object > b->object;
	if (a->denial->permissive != b->denial->permissive)
		return !a->denial->permissive;
	return distance(a) < distance(b);
}

static void keep(struct seal_avc_match *ret, size_t *n, struct seal_avc_match m)
{
	size_t i;

	if (*n == SEAL_AVC_MATCHES_MAX && !ranks_before(&m, &ret[*n - 1]))
		return;
	if (*n < SEAL_AVC_MATCHES_MAX)
		(*n)++;
	for (i = *n - 1; i > 0 && ranks_before(&m, &ret[i - 1]); i--)
		ret[i] = ret[i - 1];
	ret[i] = m;
}

/* other_ended - the process ended another attempt about when it was denied. Clocks of logs differ
 * by seconds, and stamps of whole seconds are cut, so an attempt soon after counts as well. */
static bool other_ended(const struct seal_avc_index *ix, const struct seal_attempt *a,
			int64_t denied_us)
{
	struct seal_window w =
		seal_window_about(denied_us, denied_us, SEAL_SECOND_US, 3 * SEAL_SECOND_US);

	if (w.to_us < a->to_us)
		w.to_us = a->to_us;
	return seal_event_ended_other(ix->events, a->pid, w, a->queue_id);
}

size_t seal_avc_join(const struct seal_avc_index *ix, const struct seal_attempt *a,
		     int64_t slack_us, struct seal_avc_match *ret)
{
	int64_t from = a->from_us - slack_us - ix->shift_us;
	int64_t to = a->to_us + slack_us - ix->shift_us;
	uint32_t pid = a->of_lock ? SEAL_AVC_LOCK : a->pid;
	size_t n = 0, i;

	if (!a->pid)
		return 0;
	for (i = seal_avc_seek(ix, pid, from);
	     i < ix->n && ix->v[i].pid == pid && ix->v[i].time_us <= to; i++) {
		const struct seal_avc_entry *e = &ix->v[i];
		struct seal_avc_match m = {
			.denial = e->denial,
			.hit = e->hit,
			.by_child = e->by_child,
			.of_lock = e->of_lock,
			.before_us = a->to_us - (e->time_us + ix->shift_us),
		};

		if (e->of_lock != a->of_lock || (!e->of_lock && !seal_avc_is_of(e, a->daemon)))
			continue;
		m.object = e->of_lock ? SEAL_SAME_YES : best_text(e->denial, a, &m.whole);
		m.other_ended = other_ended(ix, a, e->time_us + ix->shift_us);
		keep(ret, &n, m);
	}
	return n;
}

static bool has_perm(const struct seal_denial *d, const char *const *perms, size_t n)
{
	size_t i, k;

	for (i = 0; i < d->n_perms; i++)
		for (k = 0; k < n; k++)
			if (seal_bytes_is(d->perms[i], perms[k]))
				return true;
	return false;
}

const char *seal_denial_verdict(const struct seal_denial *d)
{
	static const char *const connect[] = {"name_connect"};
	static const char *const bind[] = {"name_bind", "node_bind"};
	static const char *const exec[] = {"execute", "execute_no_trans", "entrypoint",
					   "transition"};
	static const char *const packet[] = {"packet", "peer", "netif", "node"};
	size_t i;

	if (has_perm(d, connect, 1))
		return "selinux.connect";
	if (has_perm(d, bind, 2))
		return "selinux.bind";
	if (has_perm(d, exec, 4))
		return "selinux.exec";
	for (i = 0; i < sizeof(packet) / sizeof(packet[0]); i++)
		if (seal_bytes_is(d->tclass, packet[i]))
			return "selinux.packet";
	if (seal_bytes_is(d->tclass, "sock_file") || seal_bytes_starts(d->tclass, "unix_"))
		return "selinux.socket";
	return "selinux.file";
}
