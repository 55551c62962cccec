/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "evidence/host/host_impl.h"

/* accounts.c - etc/passwd and etc/group, passwd(5) and group(5) */

#define FIELDS_MAX 7

/* fields - split a line at its colons into at most FIELDS_MAX parts; returns their number */
static size_t fields(struct seal_bytes line, struct seal_bytes part[FIELDS_MAX])
{
	size_t n = 0;

	while (n < FIELDS_MAX) {
		part[n++] = seal_bytes_cut(line, ':', &line);
		if (!line.p)
			break;
	}
	return n;
}

static int add_user(struct seal_host *h, const struct seal_bytes *part, size_t n)
{
	struct seal_user u = {0}, *to;

	if (n < FIELDS_MAX || !part[0].n || seal_parse_u32(part[2], 10, &u.uid) < 0 ||
	    seal_parse_u32(part[3], 10, &u.gid) < 0)
		return -EINVAL;
	if (h->users.users.n >= SEAL_FACT_ENTRIES_MAX)
		return -EINVAL;
	if (seal_arena_copy(h->arena, part[0], &u.name) < 0 ||
	    seal_arena_copy(h->arena, part[5], &u.home) < 0 ||
	    seal_arena_copy(h->arena, seal_bytes_trim(part[6]), &u.shell) < 0)
		return -ENOMEM;
	to = seal_vec_add(&h->users.users);
	if (!to)
		return -ENOMEM;
	*to = u;
	return 0;
}

static int add_group(struct seal_host *h, const struct seal_bytes *part, size_t n)
{
	struct seal_group g = {0}, *to;

	if (n < 4 || !part[0].n || seal_parse_u32(part[2], 10, &g.gid) < 0)
		return -EINVAL;
	if (h->users.groups.n >= SEAL_FACT_ENTRIES_MAX)
		return -EINVAL;
	if (seal_arena_copy(h->arena, part[0], &g.name) < 0 ||
	    seal_arena_copy(h->arena, seal_bytes_trim(part[3]), &g.members) < 0)
		return -ENOMEM;
	to = seal_vec_add(&h->users.groups);
	if (!to)
		return -ENOMEM;
	*to = g;
	return 0;
}

/* read_database - every line of a file to @add; returns 1, 0 (not read) or -ENOMEM */
static int read_database(const struct seal_root *root, struct seal_host *h, const char *path,
			 int (*add)(struct seal_host *h, const struct seal_bytes *part, size_t n))
{
	const struct seal_fact_file file = {SEAL_SOURCE_FILES, SEAL_FACT_ROOT, path};
	struct seal_bytes line, rest, part[FIELDS_MAX] = {{0}};
	seal_auto_fact struct seal_fact f = {0};
	uint64_t odd = 0;
	int r;

	r = seal_fact_read(root, h, &file, &f);
	if (r <= 0)
		return r;
	for (rest = (struct seal_bytes){f.text, f.n}; rest.n;) {
		line = seal_bytes_cut(rest, '\n', &rest);
		/* "+" and "-": references to NIS, which is not in the evidence */
		if (!line.n || line.p[0] == '#' || line.p[0] == '+' || line.p[0] == '-')
			continue;
		r = add(h, part, fields(line, part));
		if (r == -ENOMEM)
			return r;
		odd += r < 0;
		h->sources.v[f.row].records += r == 0;
	}
	r = seal_fact_damaged(h, f.row, odd, "lines of another form");
	return r < 0 ? r : 1;
}

int seal_accounts_read(const struct seal_root *root, struct seal_host *h)
{
	int r;

	r = read_database(root, h, "etc/passwd", add_user);
	if (r < 0)
		return r;
	h->users.has_users = r > 0;
	r = read_database(root, h, "etc/group", add_group);
	if (r < 0)
		return r;
	h->users.has_groups = r > 0;
	return 0;
}
