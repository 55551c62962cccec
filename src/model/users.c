/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/users.h"

const struct seal_user *seal_users_by_name(const struct seal_users *u, struct seal_bytes name)
{
	seal_vec_each (it, &u->users)
		if (seal_bytes_eq(it->name, name))
			return it;
	return NULL;
}

const struct seal_user *seal_users_by_uid(const struct seal_users *u, uint32_t uid)
{
	seal_vec_each (it, &u->users)
		if (it->uid == uid)
			return it;
	return NULL;
}

const struct seal_group *seal_users_group(const struct seal_users *u, struct seal_bytes name)
{
	seal_vec_each (it, &u->groups)
		if (seal_bytes_eq(it->name, name))
			return it;
	return NULL;
}

static bool lists(struct seal_bytes members, struct seal_bytes name)
{
	while (members.n) {
		if (seal_bytes_eq(seal_bytes_trim(seal_bytes_cut(members, ',', &members)), name))
			return true;
	}
	return false;
}

static bool holds(const uint32_t *gids, size_t n, uint32_t gid)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (gids[i] == gid)
			return true;
	return false;
}

size_t seal_users_groups_of(const struct seal_users *u, const struct seal_user *user,
			    uint32_t *gids, size_t max)
{
	size_t n = 0;

	if (max)
		gids[0] = user->gid;
	n++;
	seal_vec_each (it, &u->groups) {
		if (!lists(it->members, user->name) || holds(gids, n < max ? n : max, it->gid))
			continue;
		if (n < max)
			gids[n] = it->gid;
		n++;
	}
	return n;
}

void seal_users_done(struct seal_users *u)
{
	seal_vec_done(&u->users);
	seal_vec_done(&u->groups);
}
