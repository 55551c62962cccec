/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* users.h - accounts and groups of the host, for the owners of files and the identity of daemons */

#include "core/bytes.h"
#include "core/vec.h"

struct seal_user {
	struct seal_bytes name, home, shell;
	uint32_t uid, gid;
};

struct seal_group {
	struct seal_bytes name;
	struct seal_bytes members; /* names separated by commas, as written */
	uint32_t gid;
};

struct seal_users {
	seal_vec(struct seal_user) users;   /* in file order: the first of a name or uid counts */
	seal_vec(struct seal_group) groups; /* in file order */
	bool has_users, has_groups;         /* etc/passwd, etc/group was read */
};

/* seal_users_by_name, seal_users_by_uid, seal_users_group - the first such entry, borrowed, or NULL
 * (accounts of LDAP or another directory are not in the evidence) */
const struct seal_user *seal_users_by_name(const struct seal_users *u, struct seal_bytes name);
const struct seal_user *seal_users_by_uid(const struct seal_users *u, uint32_t uid);
const struct seal_group *seal_users_group(const struct seal_users *u, struct seal_bytes name);

/* seal_users_groups_of - gids of a user as initgroups(3) would set them: the primary one first,
 * then each group that lists the name, once, in file order Returns their count, of which at most
 * @max are stored. */
size_t seal_users_groups_of(const struct seal_users *u, const struct seal_user *user,
			    uint32_t *gids, size_t max);

void seal_users_done(struct seal_users *u);
