/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/root_index.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>

#define LINKS_MAX 40 /* as the kernel's own limit, path_resolution(7) */

static uint32_t hash_of(uint32_t parent, const char *name)
{
	uint32_t h = 2166136261u ^ (parent * 2654435761u);

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h;
}

static int grow_buckets(struct seal_index *x)
{
	size_t n = x->n_buckets ? 2 * x->n_buckets : 1024, i;
	uint32_t *buckets, *slot;

	buckets = malloc(n * sizeof(*buckets));
	if (!buckets)
		return -ENOMEM;

	memset(buckets, 0xff, n * sizeof(*buckets)); /* SEAL_INDEX_NONE */
	for (i = 1; i < x->nodes.n; i++) {
		slot = &buckets[hash_of(x->nodes.v[i].parent, x->nodes.v[i].name) & (n - 1)];
		x->nodes.v[i].next_in_bucket = *slot;
		*slot = (uint32_t)i;
	}
	free(x->buckets);
	x->buckets = buckets;
	x->n_buckets = n;
	return 0;
}

/* append - a directory without a place yet; what an archive does not describe is root's, 0755 */
static struct seal_node *append(struct seal_index *x)
{
	struct seal_node *n;

	n = seal_vec_add(&x->nodes);
	if (n) {
		n->name = "";
		n->mode = S_IFDIR | 0755;
		n->first_child = n->next_sibling = n->next_in_bucket = SEAL_INDEX_NONE;
	}
	return n;
}

int seal_index_new(struct seal_index **ret)
{
	seal_auto_index struct seal_index *x = NULL;

	x = calloc(1, sizeof(*x));
	if (!x)
		return -ENOMEM;
	x->refs = 1;
	x->fd = memfd_create("postseal-archive", MFD_CLOEXEC);
	if (x->fd < 0)
		return -errno;
	x->arena = seal_arena_new();
	if (!x->arena || !append(x) || grow_buckets(x) < 0)
		return -ENOMEM;

	*ret = seal_take(x);
	return 0;
}

void seal_index_free(struct seal_index *x)
{
	if (!x)
		return;
	if (x->fd >= 0)
		close(x->fd);
	seal_vec_done(&x->nodes);
	seal_arena_free(x->arena);
	free(x->buckets);
	free(x);
}

uint32_t seal_index_child(const struct seal_index *x, uint32_t dir, const char *name)
{
	uint32_t i;

	for (i = x->buckets[hash_of(dir, name) & (x->n_buckets - 1)]; i != SEAL_INDEX_NONE;
	     i = x->nodes.v[i].next_in_bucket)
		if (x->nodes.v[i].parent == dir && strcmp(x->nodes.v[i].name, name) == 0)
			return i;
	return SEAL_INDEX_NONE;
}

static int add_child(struct seal_index *x, uint32_t dir, const char *name, uint32_t *ret)
{
	struct seal_bytes copy;
	struct seal_node *n;
	uint32_t *slot;
	int r;

	if (x->nodes.n >= SEAL_INDEX_ENTRIES_MAX)
		return -EFBIG;
	if (x->nodes.n >= x->n_buckets) {
		r = grow_buckets(x);
		if (r < 0)
			return r;
	}
	r = seal_arena_intern(x->arena, seal_bytes_of(name), &copy);
	if (r < 0)
		return r;
	n = append(x);
	if (!n)
		return -ENOMEM;

	n->name = copy.p;
	n->parent = dir;
	n->next_sibling = x->nodes.v[dir].first_child;
	*ret = (uint32_t)(x->nodes.n - 1);
	x->nodes.v[dir].first_child = *ret;
	slot = &x->buckets[hash_of(dir, name) & (x->n_buckets - 1)];
	n->next_in_bucket = *slot;
	*slot = *ret;
	return 0;
}

/* component - cut the next component off *path into @name
 * Returns 1, 0 at the end, or -ENAMETOOLONG. */
static int component(const char **path, char name[NAME_MAX + 1])
{
	const char *p = *path + strspn(*path, "/");
	size_t n = strcspn(p, "/");

	if (!n)
		return 0;
	if (n > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(name, p, n);
	name[n] = '\0';
	*path = p + n;
	return 1;
}

static bool is_dir(const struct seal_index *x, uint32_t node)
{
	return S_ISDIR(x->nodes.v[node].mode);
}

int seal_index_add(struct seal_index *x, const char *path, uint32_t *ret)
{
	char name[NAME_MAX + 1];
	uint32_t at = 0, child;
	int r;

	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	while ((r = component(&path, name)) > 0) {
		if (strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") == 0 || !is_dir(x, at))
			return -EINVAL;
		child = seal_index_child(x, at, name);
		if (child == SEAL_INDEX_NONE) {
			r = add_child(x, at, name, &child);
			if (r < 0)
				return r;
		}
		at = child;
	}
	if (r == 0)
		*ret = at;
	return r;
}

/* splice_link - put the link's text in front of the rest of the path */
static int splice_link(const char *link, const char *rest, char buf[PATH_MAX])
{
	char joined[PATH_MAX];

	if ((size_t)snprintf(joined, sizeof(joined), "%s/%s", link, rest) >= sizeof(joined))
		return -ENAMETOOLONG;
	memcpy(buf, joined, sizeof(joined));
	return 0;
}

int64_t seal_index_find(const struct seal_index *x, uint32_t top, const char *path, bool follow)
{
	char name[NAME_MAX + 1], buf[PATH_MAX];
	const struct seal_node *node;
	uint32_t at = top, child;
	unsigned links = 0;
	int r;

	while ((r = component(&path, name)) > 0) {
		if (!is_dir(x, at))
			return -ENOTDIR;
		if (strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") == 0) {
			at = at == top ? top : x->nodes.v[at].parent;
			continue;
		}
		child = seal_index_child(x, at, name);
		if (child == SEAL_INDEX_NONE)
			return -ENOENT;
		node = &x->nodes.v[child];
		if (!S_ISLNK(node->mode) || (!follow && !path[strspn(path, "/")])) {
			at = child;
			continue;
		}
		if (++links > LINKS_MAX)
			return -ELOOP;
		r = splice_link(node->link, path, buf);
		if (r < 0)
			return r;
		path = buf;
		if (buf[0] == '/')
			at = top;
	}
	return r < 0 ? r : (int64_t)at;
}
