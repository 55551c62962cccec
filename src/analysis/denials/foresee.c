/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/denials/ladder_impl.h"

/* foresee.c - the first permission denied is one of several the same operation asks for; what comes
 * next, so that one round of mending is enough */

/* what a permission brings with it (selinux hooks of open(2), execve(2), rename(2) ...) */
static const struct {
	const char *tclass, *perm;
	const char *next[4];
} brings[] = {
	{"file", "read", {"open", "getattr"}},
	{"file", "write", {"open", "getattr"}},
	{"file", "append", {"open", "getattr"}},
	{"file", "create", {"open", "write"}},
	{"file", "execute", {"read", "open", "getattr"}},
	{"dir", "read", {"open", "getattr", "search"}},
	{"dir", "write", {"search"}},
	{"dir", "add_name", {"write", "search"}},
	{"dir", "remove_name", {"write", "search"}},
	{"lnk_file", "read", {"getattr"}},
	{"fifo_file", "read", {"open", "getattr"}},
	{"fifo_file", "write", {"open", "getattr"}},
};

static void add(struct seal_foreseen *f, const struct seal_denial *d, const char *perm)
{
	size_t i;

	if (seal_denial_has(d, perm) || f->n == SEAL_FORESEEN_MAX)
		return;
	for (i = 0; i < f->n; i++)
		if (strcmp(f->perms[i], perm) == 0)
			return;
	f->perms[f->n++] = perm;
}

static bool is_call(const struct seal_denial *d, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (seal_bytes_is(d->syscall, names[i]))
			return true;
	return false;
}

static bool is_open(const struct seal_denial *d)
{
	static const char *const names[] = {"open", "openat", "openat2", "creat"};

	return is_call(d, names, 4);
}

/* has_descriptor - the system call works on a file that is open already */
static bool has_descriptor(const struct seal_denial *d)
{
	static const char *const names[] = {
		"flock",     "fcntl",  "read",       "write",   "pread64",   "pwrite64",
		"ftruncate", "fchmod", "fchown",     "fstat",   "recvmsg",   "mmap",
		"execve",    "ioctl",  "getdents64", "sendmsg", "fallocate", "fsetxattr"};

	return is_call(d, names, sizeof(names) / sizeof(names[0])) &&
	       !seal_denial_has(d, "execute");
}

static bool is_mapped(const struct seal_denial *d)
{
	struct seal_bytes name = d->object.path.n ? d->object.path : d->object.name;

	return seal_bytes_ends(name, ".lmdb") || seal_bytes_ends(name, ".cdb");
}

static void foresee_dir(const struct seal_denial *d, struct seal_foreseen *f)
{
	static const char *const removing[] = {"unlink", "unlinkat", "rmdir"};
	static const char *const moving[] = {"rename", "renameat", "renameat2"};
	static const char *const making[] = {"mkdir", "mkdirat"};
	bool removes = is_call(d, removing, 3), moves = is_call(d, moving, 3);

	if (!seal_denial_has(d, "write") && !seal_denial_has(d, "add_name"))
		return;
	if (!removes)
		add(f, d, "add_name");
	if (removes || moves)
		add(f, d, "remove_name");
	if (is_open(d))
		f->made = "file";
	else if (is_call(d, making, 2))
		f->made = "dir";
}

void seal_foresee(const struct seal_denial *d, struct seal_foreseen *ret)
{
	size_t i, k;

	*ret = (struct seal_foreseen){0};
	if (has_descriptor(d))
		return;
	for (i = 0; i < sizeof(brings) / sizeof(brings[0]); i++)
		if (seal_bytes_is(d->tclass, brings[i].tclass) &&
		    seal_denial_has(d, brings[i].perm))
			for (k = 0; k < 4 && brings[i].next[k]; k++)
				add(ret, d, brings[i].next[k]);
	if (seal_bytes_is(d->tclass, "file") && seal_denial_has(d, "read") && is_mapped(d))
		add(ret, d, "map");
	if (seal_bytes_is(d->tclass, "dir"))
		foresee_dir(d, ret);
}

static bool allows_one(struct seal_ladder *l, struct seal_bytes source, struct seal_bytes target,
		       struct seal_bytes tclass, struct seal_bytes perm)
{
	struct seal_access a = {source, target, tclass, &perm, 1, -1};

	/* a class without the permission asks for none */
	if (!seal_policy_has_permission(l->h->selinux.policy, tclass, perm))
		return true;
	return seal_policy_allows(l->h->selinux.policy, &a) == 1;
}

/* made_context - of an object the process makes: its own user and lower level, and no role */
static int made_context(struct seal_ladder *l, struct seal_bytes source, struct seal_bytes type,
			struct seal_bytes *ret)
{
	struct seal_bytes user = seal_context_part(source, 'u');
	struct seal_bytes level = seal_context_part(source, 'l');
	seal_auto_buf struct seal_buf b = {0};

	level = seal_bytes_cut(level, '-', &level);
	seal_buf_printf(&b, "%.*s:object_r:%.*s%s%.*s", (int)user.n, user.p, (int)type.n, type.p,
			level.n ? ":" : "", (int)level.n, level.p);
	return b.err ? b.err : seal_arena_intern(l->h->arena, seal_buf_bytes(&b), ret);
}

/* missing_made - permissions on what is made in the directory: its type comes from a transition */
static int missing_made(struct seal_ladder *l, const struct seal_foreseen *f,
			const struct seal_sides *in, struct seal_buf *b)
{
	static const char *const perms[] = {"create", "open", "write"};
	struct seal_bytes tclass = seal_bytes_of(f->made), type, target;
	size_t i, n = strcmp(f->made, "dir") == 0 ? 1 : 3;

	if (seal_policy_transition(l->h->selinux.policy, seal_type_of(in->source),
				   seal_type_of(in->target), tclass, SEAL_BYTES_NONE, &type,
				   NULL) < 0)
		return 0;
	if (made_context(l, in->source, type, &target) < 0)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (allows_one(l, in->source, target, tclass, seal_bytes_of(perms[i])))
			continue;
		seal_buf_printf(b, "%s%s of a %s", b->n ? ", " : "", perms[i], f->made);
	}
	return b->err;
}

/* missing_run - a program that no transition takes elsewhere runs in the caller's domain */
static void missing_run(struct seal_ladder *l, const struct seal_denial *d,
			const struct seal_sides *in, struct seal_buf *b)
{
	struct seal_bytes domain;
	bool found = false;

	if (!seal_bytes_is(d->tclass, "file") || !seal_denial_has(d, "execute"))
		return;
	if (seal_policy_transition(l->h->selinux.policy, seal_type_of(in->source),
				   seal_type_of(in->target), SEAL_LIT("process"), SEAL_BYTES_NONE,
				   &domain, &found) < 0 ||
	    found || allows_one(l, in->source, in->target, d->tclass, SEAL_LIT("execute_no_trans")))
		return;
	seal_buf_printf(b, "%sexecute_no_trans", b->n ? ", " : "");
}

int seal_foresee_missing(struct seal_ladder *l, const struct seal_denial *d,
			 const struct seal_sides *sides, struct seal_bytes *ret)
{
	struct seal_sides in = {sides->source.n ? sides->source : d->scontext,
				sides->target.n ? sides->target : d->tcontext};
	seal_auto_buf struct seal_buf b = {0};
	struct seal_foreseen f;
	size_t i;

	seal_foresee(d, &f);
	for (i = 0; i < f.n; i++) {
		if (allows_one(l, in.source, in.target, d->tclass, seal_bytes_of(f.perms[i])))
			continue;
		seal_buf_printf(&b, "%s%s", b.n ? ", " : "", f.perms[i]);
	}
	missing_run(l, d, &in, &b);
	if (f.made && missing_made(l, &f, &in, &b) < 0)
		return -ENOMEM;
	*ret = SEAL_BYTES_NONE;
	if (b.err)
		return -ENOMEM;
	return b.n ? seal_arena_copy(l->h->arena, seal_buf_bytes(&b), ret) : 0;
}
