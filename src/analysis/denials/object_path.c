/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/denials/object_path.h"

#include <errno.h>

#include "analysis/daemon.h"
#include "analysis/reason/reason.h"
#include "core/path.h"
#include "evidence/postfix/conf.h"

#define PATH_BYTES 4096u

struct search {
	struct seal_host *h;
	struct seal_denial_group *g;
	const struct seal_denial *d;
	struct seal_bytes queue; /* queue_directory */
	bool found;
};

static int keep(struct search *s, struct seal_bytes path, struct seal_bytes actual, char type)
{
	struct seal_denial_path *p;
	struct seal_bytes expected;
	int r;

	seal_vec_each (known, &s->g->paths) {
		if (seal_bytes_eq(known->path, path)) {
			s->found = true;
			return 0;
		}
	}
	if (s->g->paths.n == SEAL_GROUP_PATHS_MAX)
		return 0;
	p = seal_vec_add(&s->g->paths);
	if (!p)
		return -ENOMEM;
	r = seal_arena_copy(s->h->arena, path, &p->path);
	if (r == 0)
		r = seal_arena_intern(s->h->arena, actual, &p->actual);
	p->type = type;
	if (r == 0 && seal_view_expected(&s->h->view, p->path, type, &expected) == 0)
		r = seal_arena_intern(s->h->arena, expected, &p->expected);
	s->found = true;
	return r;
}

/* is_dir_class - what the class says of the file's type */
static char type_of_class(struct seal_bytes tclass)
{
	if (seal_bytes_is(tclass, "dir"))
		return 'd';
	if (seal_bytes_is(tclass, "sock_file"))
		return 's';
	if (seal_bytes_is(tclass, "lnk_file"))
		return 'l';
	if (seal_bytes_is(tclass, "fifo_file"))
		return 'p';
	return seal_bytes_is(tclass, "file") ? 'f' : '?';
}

/* try - keep @path when it exists and bears the label that was denied */
static int try(struct search *s, struct seal_bytes path)
{
	char type = type_of_class(s->d->tclass);
	struct seal_bytes actual;
	struct seal_file f;

	if (!path.n || path.p[0] != '/' || path.n > PATH_BYTES)
		return 0;
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	if (seal_view_label(&s->h->view, path, &actual) < 0)
		return 0;
	if (!seal_bytes_eq(actual, s->d->tcontext))
		return 0;
	if (seal_view_file(&s->h->view, path, &f) == 0) {
		if (type != '?' && f.type != type)
			return 0;
		type = f.type;
	}
	return keep(s, path, actual, type);
}

static int try_below(struct search *s, struct seal_bytes dir, struct seal_bytes name)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_put(&b, dir.p, dir.n);
	seal_buf_putc(&b, '/');
	while (name.n && name.p[0] == '/')
		name = seal_bytes_from(name, 1);
	seal_buf_put(&b, name.p, name.n);
	return b.err ? b.err : try(s, seal_buf_bytes(&b));
}

/* try_prefixes - every leading part of @path whose last component is @name */
static int try_prefixes(struct search *s, struct seal_bytes path, struct seal_bytes name)
{
	struct seal_bytes head;
	size_t end;
	int r = 0;

	for (end = 1; r == 0 && end <= path.n; end++) {
		if (end < path.n && path.p[end] != '/')
			continue;
		head = seal_bytes_first(path, end);
		if (seal_bytes_eq(seal_path_name(head), name))
			r = head.p[0] == '/' ? try(s, head) : try_below(s, s->queue, head);
	}
	return r;
}

/* try_queue - the directories Postfix makes below its queue directory */
static int try_queue(struct search *s, struct seal_bytes name)
{
	static const char *const dirs[] = {"",      "maildrop", "incoming", "active",  "deferred",
					   "defer", "hold",     "bounce",   "corrupt", "flush",
					   "trace", "private",  "public",   "pid",     "saved",
					   "etc",   "dev",      "lib",      "usr"};
	seal_auto_buf struct seal_buf dir = {0};
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		dir.n = 0;
		seal_buf_put(&dir, s->queue.p, s->queue.n);
		if (*dirs[i]) {
			seal_buf_putc(&dir, '/');
			seal_buf_puts(&dir, dirs[i]);
		}
		r = dir.err ? dir.err : try_below(s, seal_buf_bytes(&dir), name);
	}
	return r;
}

/* try_hashed - a queue file lies in deferred/E/E66935406; one with a long id in the directory of a
 * digit of its microseconds, which its name does not show */
static int try_hashed(struct search *s, struct seal_bytes name)
{
	static const char *const dirs[] = {"deferred", "defer"};
	static const char digits[] = "0123456789ABCDEF";
	bool is_long = seal_bytes_chr(name, 'z') >= 0;
	seal_auto_buf struct seal_buf b = {0};
	size_t i, k;
	int r = 0;

	for (i = 0; name.n && i < 2; i++) {
		for (k = 0; r == 0 && k < (is_long ? sizeof(digits) - 1 : 1); k++) {
			b.n = 0;
			seal_buf_put(&b, s->queue.p, s->queue.n);
			seal_buf_printf(&b, "/%s/%c/", dirs[i], is_long ? digits[k] : name.p[0]);
			seal_buf_put(&b, name.p, name.n);
			r = b.err ? b.err : try(s, seal_buf_bytes(&b));
		}
	}
	return r;
}

/* try_conf - absolute paths in the values of main.cf and master.cf, and indexed forms of maps */
static int try_conf(struct search *s, struct seal_bytes value, struct seal_bytes name)
{
	static const char *const ends[] = {"", ".db", ".lmdb", ".cdb", ".dir", ".pag"};
	seal_auto_buf struct seal_buf b = {0};
	struct seal_bytes item;
	ssize_t slash;
	size_t i;
	int r = 0;

	while (r == 0 && seal_conf_next(&value, &item)) {
		slash = seal_bytes_chr(item, '/');
		if (slash < 0)
			continue;
		item = seal_bytes_from(item, (size_t)slash);
		for (i = 0; r == 0 && i < sizeof(ends) / sizeof(ends[0]); i++) {
			b.n = 0;
			seal_buf_put(&b, item.p, item.n);
			seal_buf_puts(&b, ends[i]);
			r = b.err ? b.err : try_prefixes(s, seal_buf_bytes(&b), name);
		}
	}
	return r;
}

static int try_configuration(struct search *s, struct seal_bytes name)
{
	struct seal_bytes value;
	int r = 0;

	seal_vec_each (inst, &s->h->postfix.instances) {
		seal_vec_each (p, &inst->params) {
			if (r < 0 || seal_bytes_chr(p->value, '/') < 0)
				continue;
			if (seal_conf_expand(inst, NULL, p->value, s->h->arena, &value) == 0)
				r = try_conf(s, value, name);
		}
		seal_vec_each (svc, &inst->services) {
			struct seal_bytes args = svc->args, word;

			for (word = seal_bytes_word(&args); r == 0 && word.n;
			     word = seal_bytes_word(&args))
				r = try_conf(s, word, name);
		}
	}
	return r;
}

static int resolve(struct search *s, const struct seal_denial_query *q)
{
	const struct seal_denial_object *o = &s->d->object;
	struct seal_bytes path = o->path.n ? o->path : o->socket_path;
	struct seal_bytes name = o->name.n ? o->name : seal_path_name(path);
	size_t i;
	int r;

	r = try(s, path);
	if (r == 0 && !s->found &&
	    path.n) /* as a process in the chroot, or in the queue directory, sees it */
		r = try_below(s, s->queue, path);
	if (!name.n)
		return r;
	for (i = 0; r == 0 && i < q->n_hints; i++)
		r = s->found ? 0 : try_prefixes(s, q->hints[i], name);
	if (r == 0 && !s->found)
		r = try_queue(s, name);
	if (r == 0 && !s->found)
		r = try_hashed(s, name);
	if (r == 0 && !s->found)
		r = try_configuration(s, name);
	return r;
}

static int by_path(const void *a, const void *b)
{
	return seal_bytes_cmp(((const struct seal_denial_path *)a)->path,
			      ((const struct seal_denial_path *)b)->path);
}

int seal_object_paths(struct seal_host *h, const struct seal_denial_query *q,
		      struct seal_denial_group *g)
{
	struct seal_bytes queue;
	int r;

	r = seal_daemon_path(h, SEAL_BYTES_NONE, SEAL_LIT("."), &queue);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	queue.n -= 2; /* "/." */
	seal_vec_each (m, &g->members) {
		struct search s = {.h = h, .g = g, .d = *m, .queue = queue};

		if (r == 0)
			r = resolve(&s, q);
	}
	if (g->paths.n)
		qsort(g->paths.v, g->paths.n, sizeof(*g->paths.v), by_path);
	return r;
}

static int add_hint(struct seal_log_paths *paths, struct seal_bytes text)
{
	struct seal_reason reason;
	struct seal_bytes *slot;

	seal_reason_parse(text, &reason);
	if (reason.socket.n)
		reason.path = reason.socket;
	if (!reason.path.n || paths->v.n >= SEAL_HINTS_MAX ||
	    (paths->v.n && seal_bytes_eq(paths->v.v[paths->v.n - 1], reason.path)))
		return 0;
	slot = seal_vec_add(&paths->v);
	if (!slot)
		return -ENOMEM;
	*slot = reason.path;
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return seal_bytes_cmp(*(const struct seal_bytes *)a, *(const struct seal_bytes *)b);
}

/* may_name_path - what a peer says names none of ours; nor does the reason looked at just before */
static bool may_name_path(struct seal_bytes reason, struct seal_bytes last)
{
	return seal_bytes_chr(reason, '/') >= 0 && !seal_bytes_starts(reason, "host ") &&
	       (reason.p != last.p || reason.n != last.n);
}

int seal_log_paths(const struct seal_host *h, struct seal_log_paths *ret)
{
	struct seal_bytes last = SEAL_BYTES_NONE;
	size_t n = 0, i;
	int r = 0;

	seal_vec_each (e, &h->mail.events) {
		r = r < 0 ? r : add_hint(ret, e->text);
	}
	seal_vec_each (m, &h->mail.messages) {
		seal_vec_each (rcpt, &m->recipients) {
			if (r < 0 || !may_name_path(rcpt->reason, last))
				continue;
			last = rcpt->reason;
			r = add_hint(ret, last);
		}
	}
	if (r < 0 || !ret->v.n)
		return r;
	qsort(ret->v.v, ret->v.n, sizeof(*ret->v.v), by_bytes);
	for (i = 0; i < ret->v.n; i++)
		if (!n || !seal_bytes_eq(ret->v.v[n - 1], ret->v.v[i]))
			ret->v.v[n++] = ret->v.v[i];
	ret->v.n = n;
	return 0;
}
