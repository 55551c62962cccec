/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/bundle/gather.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "core/hash.h"

#define PATHS_MAX 4000000u
#define LINKS_MAX 40u

/* struct set - strings, each once, with a number */
struct set {
	seal_vec(struct seal_bytes) v;
	uint32_t *slots; /* number + 1 */
	size_t n_slots;
};

struct seal_gather {
	struct seal_root *root;
	struct seal_watch watch;
	struct seal_arena *arena;
	struct set paths[3]; /* by enum seal_root_place */
	seal_vec(unsigned) touches[3];
	int err;
};

static int grow(struct set *s)
{
	size_t n = s->n_slots ? 2 * s->n_slots : 1024, i, k;
	uint32_t *slots = calloc(n, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (i = 0; i < s->v.n; i++) {
		for (k = seal_hash(0, s->v.v[i]) & (n - 1); slots[k];)
			k = (k + 1) & (n - 1);
		slots[k] = (uint32_t)i + 1;
	}
	free(s->slots);
	s->slots = slots;
	s->n_slots = n;
	return 0;
}

/* set_add - the number of @path; *is_new tells whether it was added. Negative errno on failure */
static int64_t set_add(struct set *s, struct seal_arena *arena, struct seal_bytes path,
		       bool *is_new)
{
	struct seal_bytes *to;
	size_t k;

	*is_new = false;
	if (2 * (s->v.n + 1) > s->n_slots && grow(s) < 0)
		return -ENOMEM;
	for (k = seal_hash(0, path) & (s->n_slots - 1); s->slots[k]; k = (k + 1) & (s->n_slots - 1))
		if (seal_bytes_eq(s->v.v[s->slots[k] - 1], path))
			return s->slots[k] - 1;
	if (s->v.n >= PATHS_MAX)
		return -EFBIG;
	to = seal_vec_add(&s->v);
	if (!to || seal_arena_copy(arena, path, to) < 0)
		return -ENOMEM;
	*is_new = true;
	s->slots[k] = (uint32_t)s->v.n;
	return (int64_t)s->v.n - 1;
}

static void set_done(struct set *s)
{
	seal_vec_done(&s->v);
	free(s->slots);
}

static void note(void *data, enum seal_root_place place, enum seal_touch touch, const char *path)
{
	struct seal_gather *g = data;
	unsigned *touches;
	int64_t i;
	bool is_new;

	if (g->err)
		return;
	i = set_add(&g->paths[place], g->arena, seal_bytes_of(path), &is_new);
	if (i >= 0 && is_new) {
		touches = seal_vec_add(&g->touches[place]);
		if (!touches)
			i = -ENOMEM;
	}
	if (i < 0)
		g->err = (int)i;
	else
		g->touches[place].v[i] |= 1u << touch;
}

struct seal_gather *seal_gather_new(struct seal_root *root)
{
	struct seal_gather *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->arena = seal_arena_new();
	if (!g->arena) {
		free(g);
		return NULL;
	}
	g->root = root;
	g->watch = (struct seal_watch){note, g};
	seal_root_watch(root, &g->watch);
	return g;
}

void seal_gather_free(struct seal_gather *g)
{
	size_t i;

	if (!g)
		return;
	seal_root_watch(g->root, NULL);
	for (i = 0; i < 3; i++) {
		set_done(&g->paths[i]);
		seal_vec_done(&g->touches[i]);
	}
	seal_arena_free(g->arena);
	free(g);
}

/* struct look - going through the paths once more */
struct look {
	const struct seal_root *root;
	struct seal_haul *haul;
	struct set known; /* real paths; same numbers as haul->items */
};

/* item_at - the entry at real path @path, made when it is new; its number or a negative errno */
static int64_t item_at(struct look *l, const char *path, const struct stat *st)
{
	char target[PATH_MAX];
	struct seal_item *item;
	bool is_new;
	int64_t i;
	ssize_t n;

	i = set_add(&l->known, l->haul->arena, seal_bytes_of(path), &is_new);
	if (i < 0 || !is_new)
		return i;
	item = seal_vec_add(&l->haul->items);
	if (!item)
		return -ENOMEM;
	item->path = l->known.v.v[i];
	item->st = *st;
	if (!S_ISLNK(st->st_mode))
		return i;
	n = seal_root_readlink(l->root, path, target, sizeof(target));
	if (n < 0)
		item->error = (int)n;
	else if (seal_arena_copy(l->haul->arena, (struct seal_bytes){target, (size_t)n},
				 &item->link) < 0)
		return -ENOMEM;
	return i;
}

static int add_alias(struct look *l, const char *path, size_t item, int error)
{
	struct seal_alias *a = seal_vec_add(&l->haul->aliases);

	if (!a || seal_arena_copy(l->haul->arena, seal_bytes_of(path), &a->path) < 0)
		return -ENOMEM;
	a->item = item;
	a->error = error;
	return 0;
}

/* struct route - a path on its way to the entry it names */
struct route {
	char at[PATH_MAX];   /* the real path so far */
	char rest[PATH_MAX]; /* what is still to be walked */
	unsigned links;
};

static int splice(struct route *w, struct seal_bytes link)
{
	char joined[PATH_MAX];

	if (++w->links > LINKS_MAX)
		return -ELOOP;
	if ((size_t)snprintf(joined, sizeof(joined), "%.*s/%s", (int)link.n, link.p, w->rest) >=
	    sizeof(joined))
		return -ENAMETOOLONG;
	memcpy(w->rest, joined, sizeof(joined));
	return 0;
}

/* step - one component. Returns the entry's number, -EAGAIN (a link: go on), or another errno */
static int64_t step(struct look *l, struct route *w, const char *name)
{
	size_t n = strlen(w->at);
	struct stat st;
	int64_t i;
	int r;

	if ((size_t)snprintf(w->at + n, sizeof(w->at) - n, "%s%s", n ? "/" : "", name) >=
	    sizeof(w->at) - n)
		return -ENAMETOOLONG;
	r = seal_root_stat(l->root, w->at, false, &st);
	if (r < 0)
		return r;
	i = item_at(l, w->at, &st);
	if (i < 0 || !S_ISLNK(st.st_mode))
		return i;
	w->at[n] = '\0';
	if (l->haul->items.v[i].error)
		return l->haul->items.v[i].error;
	if (l->haul->items.v[i].link.n && l->haul->items.v[i].link.p[0] == '/')
		w->at[0] = '\0';
	r = splice(w, l->haul->items.v[i].link);
	return r < 0 ? r : -EAGAIN;
}

static void go_up(struct route *w)
{
	char *slash = strrchr(w->at, '/');

	if (slash)
		*slash = '\0';
	else
		w->at[0] = '\0';
}

/* follow - the entry that @path names, all on the way to it made; its number or a negative errno */
static int64_t follow(struct look *l, const char *path)
{
	seal_auto_free struct route *w = calloc(1, sizeof(*w));
	char name[NAME_MAX + 1];
	struct stat st;
	int64_t i = -ENOENT;
	size_t n;

	if (!w)
		return -ENOMEM;
	if (strlen(path) >= sizeof(w->rest))
		return -ENAMETOOLONG;
	memcpy(w->rest, path, strlen(path) + 1);
	if (seal_root_stat(l->root, "", false, &st) == 0)
		i = item_at(l, "", &st);
	while (i >= 0 || i == -EAGAIN) {
		const char *p = w->rest + strspn(w->rest, "/");

		n = strcspn(p, "/");
		if (!n)
			break;
		if (n >= sizeof(name))
			return -ENAMETOOLONG;
		memcpy(name, p, n);
		name[n] = '\0';
		memmove(w->rest, p + n, strlen(p + n) + 1);
		if (strcmp(name, "..") == 0)
			go_up(w);
		if (strcmp(name, "..") == 0 || strcmp(name, ".") == 0) {
			i = -EAGAIN;
			continue;
		}
		i = step(l, w, name);
	}
	if (i != -EAGAIN)
		return i;
	/* it ended in "..", "." or a link to the top */
	return seal_root_stat(l->root, w->at, false, &st) == 0 ? item_at(l, w->at, &st) : -ENOENT;
}

struct children {
	struct look *l;
	const char *dir;
};

static int note_child(void *data, const char *name, unsigned char type)
{
	const struct children *c = data;
	char path[PATH_MAX];
	struct stat st;
	int64_t i;

	(void)type;
	if ((size_t)snprintf(path, sizeof(path), "%s%s%s", c->dir, *c->dir ? "/" : "", name) >=
	    sizeof(path))
		return 0;
	if (seal_root_stat(c->l->root, path, false, &st) < 0)
		return 0; /* gone since, as processes go */
	i = item_at(c->l, path, &st);
	return i < 0 ? (int)i : 0;
}

static int look_at(struct look *l, const char *path, unsigned touches)
{
	struct children c = {l, NULL};
	struct seal_item *item;
	int64_t i;
	int r;

	i = follow(l, path);
	if (i == -ENOMEM || i == -EFBIG)
		return (int)i;
	if (i < 0)
		return add_alias(l, path, 0, (int)i);
	item = &l->haul->items.v[i];
	if (!seal_bytes_eq(item->path, seal_bytes_of(path))) {
		r = add_alias(l, path, (size_t)i, 0);
		if (r < 0)
			return r;
	}
	item->in_dir = item->in_dir || (touches & (1u << SEAL_TOUCH_DIR));
	item->content =
		item->content || ((touches & (1u << SEAL_TOUCH_READ | 1u << SEAL_TOUCH_DIR)) &&
				  S_ISREG(item->st.st_mode));
	if (!(touches & (1u << SEAL_TOUCH_LIST)) || !S_ISDIR(item->st.st_mode) || item->listed)
		return 0;
	item->listed = true;
	c.dir = item->path.p;
	r = seal_root_list(l->root, c.dir, note_child, &c, NULL);
	if (r == -ENOMEM || r == -EFBIG)
		return r;
	l->haul->items.v[i].error = r;
	return 0;
}

static int keep_names(struct seal_gather *g, struct seal_haul *h)
{
	const char **to;

	seal_vec_each (p, &g->paths[SEAL_AT_LIVE].v) {
		int fd = seal_root_open_live(g->root, p->p, NULL);

		if (fd < 0)
			continue;
		close(fd);
		to = seal_vec_add(&h->live);
		if (!to)
			return -ENOMEM;
		*to = seal_arena_printf(h->arena, "%s", p->p);
		if (!*to)
			return -ENOMEM;
	}
	return 0;
}

static int by_item(const void *a, const void *b)
{
	return seal_bytes_cmp(((const struct seal_item *)a)->path,
			      ((const struct seal_item *)b)->path);
}

static int by_alias(const void *a, const void *b)
{
	return seal_bytes_cmp(((const struct seal_alias *)a)->path,
			      ((const struct seal_alias *)b)->path);
}

/* settle - what an alias says is final: what it leads to may move when the items are sorted */
static int settle(struct seal_haul *h)
{
	struct seal_item *sorted;
	size_t *place;
	size_t i;

	if (!h->items.n)
		return 0;
	sorted = malloc(h->items.n * sizeof(*sorted));
	place = malloc(h->items.n * sizeof(*place));
	if (!sorted || !place) {
		free(sorted);
		free(place);
		return -ENOMEM;
	}
	memcpy(sorted, h->items.v, h->items.n * sizeof(*sorted));
	qsort(sorted, h->items.n, sizeof(*sorted), by_item);
	for (i = 0; i < h->items.n; i++) {
		const struct seal_item *found =
			bsearch(&h->items.v[i], sorted, h->items.n, sizeof(*sorted), by_item);

		place[i] = (size_t)(found - sorted);
	}
	seal_vec_each (a, &h->aliases)
		if (!a->error)
			a->item = place[a->item];
	free(place);
	free(h->items.v);
	h->items.v = sorted;
	h->items.cap = h->items.n;
	if (h->aliases.n > 1)
		qsort(h->aliases.v, h->aliases.n, sizeof(*h->aliases.v), by_alias);
	return 0;
}

int seal_gather_finish(struct seal_gather *g, struct seal_haul *ret)
{
	struct look l = {.root = g->root, .haul = ret};
	size_t i;
	int r = g->err;

	seal_root_watch(g->root, NULL);
	*ret = (struct seal_haul){.arena = seal_arena_new()};
	if (!ret->arena)
		return -ENOMEM;
	for (i = 0; r == 0 && i < g->paths[SEAL_AT_HOST].v.n; i++)
		r = look_at(&l, g->paths[SEAL_AT_HOST].v.v[i].p, g->touches[SEAL_AT_HOST].v[i]);
	if (r == 0)
		r = keep_names(g, ret);
	if (r == 0)
		r = settle(ret);
	set_done(&l.known);
	return r;
}

void seal_haul_done(struct seal_haul *h)
{
	seal_vec_done(&h->items);
	seal_vec_done(&h->aliases);
	seal_vec_done(&h->live);
	seal_arena_free(h->arena);
	h->arena = NULL;
}
