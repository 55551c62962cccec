/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

#include "core/arena.h"
#include "core/fdio.h"
#include "core/vec.h"
#include "evidence/bundle/bundle_impl.h"
#include "evidence/journal.h"

/* journal_out.c - journals in the bundle: the fields that readers use, in the export format, under
 * the name that the journal has. The binary files hold all that the host logs, cannot be redacted
 * where they are, and sd-journal reads none out of an archive. */

/* struct copy - the entries of one journal so far */
struct copy {
	struct seal_bytes path; /* "var/log/journal/ID", "live/system.journal" */
	int fd;
};

struct copies {
	struct seal_arena *arena;
	seal_vec(struct copy) v;
	uint64_t left; /* bytes there is room for */
	bool full;
};

static struct copy *copy_of(struct copies *c, struct seal_bytes path)
{
	seal_auto_close int fd = -1;
	struct seal_bytes kept;
	struct copy *to;

	seal_vec_each (it, &c->v)
		if (seal_bytes_eq(it->path, path))
			return it;
	fd = memfd_create("journal", MFD_CLOEXEC);
	if (fd < 0 || seal_arena_copy(c->arena, path, &kept) < 0)
		return NULL;
	to = seal_vec_add(&c->v);
	if (to)
		*to = (struct copy){kept, seal_take_fd(&fd)};
	return to;
}

static int put_entry(void *data, struct seal_bytes path, struct seal_bytes text)
{
	struct copies *c = data;
	struct copy *to = copy_of(c, path);

	if (!to)
		return -ENOMEM;
	c->full = c->full || text.n > c->left;
	if (c->full)
		return 0;
	c->left -= text.n;
	return seal_fd_write(to->fd, text);
}

static int pack_one(struct seal_packing *p, const struct copy *c)
{
	bool live = seal_bytes_starts(c->path, "live/");
	char name[512];

	if ((size_t)snprintf(name, sizeof(name), live ? "%.*s" : "root/%.*s/entries.journal",
			     (int)c->path.n, c->path.p) >= sizeof(name))
		return -ENAMETOOLONG;
	return seal_pack_fd(p, name, c->fd);
}

int seal_pack_journal(struct seal_packing *p)
{
	struct copies c = {.arena = seal_arena_new(), .left = p->b->max_bytes - p->result->n_bytes};
	const struct seal_journal_copy copy = {&c, put_entry};
	struct seal_host *h = seal_host_new();
	int r = h && c.arena ? 0 : -ENOMEM;

	if (r == 0)
		r = seal_journal_entries(p->b->root, h, &copy);
	seal_vec_each (it, &c.v) {
		if (r == 0)
			r = pack_one(p, it);
		close(it->fd);
	}
	if (c.full)
		p->result->n_left++;
	seal_vec_done(&c.v);
	seal_arena_free(c.arena);
	if (h)
		seal_host_free(h);
	return r;
}
