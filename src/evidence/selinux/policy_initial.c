/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include <errno.h>

/* policy_initial.c - labels the policy gives what bears none of its own */

int seal_policy_initial(const struct seal_policy *p, enum seal_initial which,
			struct seal_bytes *ret)
{
	const ocontext_t *c;

	for (c = p->db->ocontexts[OCON_ISID]; c; c = c->next) {
		if (c->sid[0] != (sepol_security_id_t)which || !c->context[0].type)
			continue;
		*ret = seal_type_name(p, c->context[0].type);
		return ret->n ? 0 : -ENOENT;
	}
	return -ENOENT;
}

/* has_one_label - file systems that carry no labels of their own, or of another host */
static bool has_one_label(const char *name)
{
	static const char *const names[] = {"nfs",  "nfs4", "cifs", "smb3",  "smbfs",      "fuse",
					    "ceph", "9p",   "vfat", "msdos", "fuse.sshfs", "afs"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

int seal_policy_mounts_with(const struct seal_policy *p, struct seal_bytes type,
			    struct seal_names *ret)
{
	uint32_t value = seal_type_value(p, type, false);
	const ocontext_t *c;
	const genfs_t *g;

	for (g = p->db->genfs; value && g; g = g->next) {
		for (c = has_one_label(g->fstype) ? g->head : NULL; c; c = c->next) {
			if (c->context[0].type != value)
				continue;
			if (seal_names_add(ret, seal_bytes_of(g->fstype)) < 0)
				return -ENOMEM;
			break;
		}
	}
	seal_names_sort(ret);
	return 0;
}
