/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/avc_join.h"

#include <errno.h>

/* TASK_COMM_LEN of the kernel, without the NUL */
#define COMM_MAX 15

struct entry {
	uint32_t pid;
	int64_t time_us;
	const struct seal_denial *denial;
	const struct seal_denial_hit *hit;
	bool by_child; /* pid is the parent of the denied process */
};

struct seal_avc_index {
	struct entry *v;
	size_t n;
};

static int by_pid(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	return x->hit->serial < y->hit->serial ? -1 : x->hit->serial > y->hit->serial;
}

int seal_avc_index_new(const struct seal_host *h, struct seal_avc_index **ret)
{
	seal_auto_avc_index struct seal_avc_index *ix = NULL;
	size_t n = 0;

	ix = calloc(1, sizeof(*ix));
	if (!ix)
		return -ENOMEM;
	seal_vec_each (d, &h->audit.denials) {
		n += 2 * d->hits.n;
	}
	ix->v = calloc(n + 1, sizeof(ix->v[0]));
	if (!ix->v)
		return -ENOMEM;
	seal_vec_each (d, &h->audit.denials) {
		if (d->granted)
			continue;
		seal_vec_each (hit, &d->hits) {
			ix->v[ix->n++] = (struct entry){hit->pid, hit->time_us, d, hit, false};
			if (hit->ppid > 1)
				ix->v[ix->n++] =
					(struct entry){hit->ppid, hit->time_us, d, hit, true};
		}
	}
	if (ix->n)
		qsort(ix->v, ix->n, sizeof(ix->v[0]), by_pid);
	*ret = seal_take(ix);
	return 0;
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

static struct seal_bytes base_name(struct seal_bytes path)
{
	ssize_t slash = seal_bytes_rchr(path, '/');

	return slash < 0 ? path : seal_bytes_from(path, (size_t)slash + 1);
}

/* names_a_path - whether a text names any file at all; without one it cannot contradict */
static bool names_a_path(const struct seal_reason *reason, struct seal_bytes text)
{
	return (reason && (reason->path.n || reason->socket.n)) || seal_bytes_chr(text, '/') >= 0;
}

static enum seal_same same_file(const struct seal_denial *d, const struct seal_reason *reason,
				struct seal_bytes text)
{
	struct seal_bytes path = d->object.path.n ? d->object.path : d->object.socket_path;
	struct seal_bytes name = d->object.name.n ? d->object.name : base_name(path);

	if (!name.n)
		return SEAL_SAME_UNTOLD;
	/* a whole path has to agree as far as the text goes; a bare name is the last component of
	 * the object or a directory on the way to it */
	if (has_word(text, name))
		return SEAL_SAME_YES;
	return names_a_path(reason, text) ? SEAL_SAME_NO : SEAL_SAME_UNTOLD;
}

static enum seal_same same_port(const struct seal_denial *d, const struct seal_reason *reason)
{
	if (!reason || !reason->port)
		return SEAL_SAME_UNTOLD;
	if ((int32_t)reason->port != d->object.port)
		return SEAL_SAME_NO;
	if (reason->address.n && d->object.address.n &&
	    !seal_bytes_eq(reason->address, d->object.address))
		return SEAL_SAME_NO;
	return SEAL_SAME_YES;
}

enum seal_same seal_denial_is_about(const struct seal_denial *d, const struct seal_reason *reason,
				    struct seal_bytes text)
{
	if (d->object.port >= 0)
		return same_port(d, reason);
	return same_file(d, reason, text);
}

static bool comm_is(const struct seal_denial *d, struct seal_bytes daemon)
{
	return seal_bytes_eq(d->comm, seal_bytes_first(daemon, COMM_MAX));
}

/* best_text - over all texts of the attempt: one that agrees wins; a contradiction only counts when
 * no text leaves it open */
static enum seal_same best_text(const struct seal_denial *d, const struct seal_attempt *a)
{
	enum seal_same best = SEAL_SAME_NO, one;
	size_t i;

	for (i = 0; i < a->n_texts; i++) {
		/* the parsed reason belongs to its own text only */
		one = seal_denial_is_about(d, i == 0 ? a->reason : NULL, a->texts[i]);
		if (one > best && (one == SEAL_SAME_YES || i == 0))
			best = one;
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

size_t seal_avc_join(const struct seal_avc_index *ix, const struct seal_attempt *a,
		     int64_t slack_us, struct seal_avc_match *ret)
{
	size_t lo = 0, hi = ix->n, n = 0;
	int64_t from = a->from_us - slack_us, to = a->to_us + slack_us;

	if (!a->pid)
		return 0;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		const struct entry *e = &ix->v[mid];

		if (e->pid < a->pid || (e->pid == a->pid && e->time_us < from))
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < ix->n && ix->v[lo].pid == a->pid && ix->v[lo].time_us <= to; lo++) {
		const struct entry *e = &ix->v[lo];

		/* a child may have become any program; the process itself has the daemon's name.
		 * Every daemon is a child of master: those failures are their own. */
		if (e->by_child ? seal_bytes_is(a->daemon, "master")
				: a->daemon.n && !comm_is(e->denial, a->daemon))
			continue;
		keep(ret, &n,
		     (struct seal_avc_match){e->denial, e->hit, best_text(e->denial, a),
					     e->by_child});
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
