/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/state.h"

#include "evidence/selinux/policy.h"
#include "evidence/selinux/state_impl.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

struct seal_source_state *seal_state_row(struct seal_host *h, enum seal_source source,
					 const char *path, enum seal_read_status status,
					 const char *detail)
{
	return seal_host_source(h, source, seal_bytes_of(path), status, seal_bytes_of(detail));
}

struct seal_boolean *seal_state_boolean(struct seal_host *h, struct seal_bytes name)
{
	struct seal_boolean *b;

	seal_vec_each (it, &h->selinux.booleans) {
		if (seal_bytes_eq(it->name, name))
			return it;
	}
	b = seal_vec_add(&h->selinux.booleans);
	if (!b || seal_arena_intern(h->arena, name, &b->name) < 0)
		return NULL;
	b->active = b->pending = b->persistent = b->policy_default = -1;
	return b;
}

/* struct only - the one folder of etc/selinux that holds a policy */
struct only {
	const struct seal_root *root;
	char name[65];
	unsigned n;
};

static int note_type(void *data, const char *name, unsigned char type)
{
	struct only *o = data;
	char path[96];
	struct stat st;

	if (type != DT_DIR || !seal_selinux_type_valid(seal_bytes_of(name)))
		return 0;
	snprintf(path, sizeof(path), "etc/selinux/%s/policy", name);
	if (seal_root_stat(o->root, path, true, &st) < 0)
		return 0;
	snprintf(o->name, sizeof(o->name), "%s", name);
	o->n++;
	return 0;
}

/* choose_type - without SELINUXTYPE: the only policy there is. Returns 0 or -ENOMEM */
static int choose_type(const struct seal_root *root, struct seal_host *h)
{
	struct only o = {.root = root};

	if (seal_selinux_type_valid(h->selinux.type))
		return 0;
	h->selinux.type = SEAL_BYTES_NONE;
	seal_root_list(root, "etc/selinux", note_type, &o, NULL);
	return o.n == 1 ? seal_arena_copy(h->arena, seal_bytes_of(o.name), &h->selinux.type) : 0;
}

static int by_name(const void *a, const void *b)
{
	return seal_bytes_cmp(((const struct seal_boolean *)a)->name,
			      ((const struct seal_boolean *)b)->name);
}

/* take_policy_booleans - the policy's booleans and values, then the host's into the policy */
static int take_policy_booleans(struct seal_host *h)
{
	struct seal_policy *p = h->selinux.policy;
	seal_vec(struct seal_switch) set = {0};
	struct seal_names names = {0};
	struct seal_bytes name;
	bool value;
	int r;

	r = seal_policy_booleans(p, &names);
	for (size_t i = 0; r == 0 && i < names.v.n; i++) {
		struct seal_boolean *b = seal_state_boolean(h, names.v.v[i]);

		r = b ? seal_policy_boolean(p, names.v.v[i], &name, &value) : -ENOMEM;
		if (r == 0)
			b->policy_default = value;
	}
	seal_vec_each (b, &h->selinux.booleans) {
		int8_t v = b->active >= 0 ? b->active : b->persistent;
		struct seal_switch *s;

		if (r < 0 || v < 0)
			continue;
		s = seal_vec_add(&set);
		if (s)
			*s = (struct seal_switch){b->name, v != 0};
		else
			r = -ENOMEM;
	}
	if (r == 0)
		seal_policy_set_booleans(p, set.v, set.n);
	seal_vec_done(&names.v);
	seal_vec_done(&set);
	return r;
}

static int take_permissive(struct seal_host *h)
{
	struct seal_names names;
	int r;

	r = seal_policy_permissive_types(h->selinux.policy, &names);
	if (r < 0)
		return r;
	seal_vec_each (n, &names.v) {
		struct seal_bytes *t = seal_vec_add(&h->selinux.permissive);

		if (r < 0 || !t || seal_arena_intern(h->arena, *n, t) < 0)
			r = -ENOMEM;
	}
	seal_vec_done(&names.v);
	return r;
}

static int load_policy(const struct seal_root *root, struct seal_host *h)
{
	struct seal_origin origin = {0};
	struct seal_err err = {0};
	struct seal_source_state *row;
	int r;

	r = seal_policy_open(root, h->selinux.type, &h->selinux.policy, &origin, &err);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return seal_state_row(h, SEAL_SOURCE_POLICY, "etc/selinux",
				      r == -ENOENT ? SEAL_READ_ABSENT : SEAL_READ_UNREADABLE,
				      err.text)
			       ? 0
			       : -ENOMEM;
	row = seal_host_source(h, SEAL_SOURCE_POLICY, origin.path, SEAL_READ_READ, SEAL_BYTES_NONE);
	if (!row)
		return -ENOMEM;
	row->records = 1;
	h->selinux.policy_origin = origin;
	h->selinux.policy_origin.path = row->path;
	r = take_policy_booleans(h);
	return r < 0 ? r : take_permissive(h);
}

static int read_all(const struct seal_root *root, struct seal_host *h)
{
	char type[65];
	int r;

	r = seal_state_config(root, h);
	if (r == 0)
		r = seal_state_command_line(root, h);
	if (r == 0 && seal_root_is_running(root))
		r = seal_state_kernel(root, h);
	if (r == 0)
		r = seal_state_bundle(root, h);
	if (r == 0)
		r = choose_type(root, h);
	if (r < 0 || h->selinux.type.n == 0)
		return r;

	memcpy(type, h->selinux.type.p, h->selinux.type.n);
	type[h->selinux.type.n] = '\0';
	r = seal_state_store(root, type, h);
	if (r == 0)
		r = load_policy(root, h);
	if (h->selinux.booleans.n > 1)
		qsort(h->selinux.booleans.v, h->selinux.booleans.n, sizeof(*h->selinux.booleans.v),
		      by_name);
	return r;
}

int seal_selinux_read(const struct seal_root *root, struct seal_host *h, struct seal_err *err)
{
	int r = read_all(root, h);

	return r < 0 ? seal_err_set(err, r, "out of memory") : 0;
}

void seal_selinux_done(struct seal_host *h)
{
	seal_policy_free(h->selinux.policy);
	seal_vec_done(&h->selinux.booleans);
	seal_vec_done(&h->selinux.modules);
	seal_vec_done(&h->selinux.module_rules);
	seal_vec_done(&h->selinux.permissive);
	seal_vec_done(&h->selinux.ports);
	seal_vec_done(&h->selinux.logins);
	h->selinux = (struct seal_selinux){0};
}
