/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/dac.h"

#include "core/buf.h"

#define LINKS_MAX    40
#define PATH_BYTES   4096u
#define ELEMENTS_MAX 256

struct walk {
	const struct seal_view *view;
	const struct seal_identity *who;
	struct seal_arena *arena;
	struct seal_buf done; /* the path so far, without trailing "/" */
	struct seal_buf rest; /* what is still to be walked */
	unsigned links, elements;
	bool gap; /* some element's owner and mode are not in the evidence */
};

static bool in_group(const struct seal_identity *who, uint32_t gid)
{
	size_t i;

	for (i = 0; i < who->n_groups; i++)
		if (who->groups[i] == gid)
			return true;
	return who->gid == gid;
}

/* missing_bits - what of @access the mode does not give; the first class that applies decides
 * (inode(7)) */
static unsigned missing_bits(const struct seal_file *f, const struct seal_identity *who,
			     unsigned access)
{
	unsigned bits;

	if (f->uid == who->uid)
		bits = f->mode >> 6;
	else if (in_group(who, f->gid))
		bits = f->mode >> 3;
	else
		bits = f->mode;
	return access & ~bits & 7;
}

static unsigned mask_of(const struct seal_acl *acl)
{
	size_t i;

	for (i = 0; i < acl->n; i++)
		if (acl->v[i].tag == SEAL_ACL_MASK)
			return acl->v[i].perms;
	return 7;
}

static bool is_group_of(const struct seal_acl_entry *e, const struct seal_file *f,
			const struct seal_identity *who)
{
	if (e->tag == SEAL_ACL_OWNING_GROUP)
		return in_group(who, f->gid);
	return e->tag == SEAL_ACL_GROUP && in_group(who, e->id);
}

/* missing_by_acl - the same by an ACL (acl(5), "Access check algorithm"): the owner, a named user,
 * any group entry that grants it all, the others; the mask limits all but the first and the last */
static unsigned missing_by_acl(const struct seal_acl *acl, const struct seal_file *f,
			       const struct seal_identity *who, unsigned access)
{
	unsigned mask = mask_of(acl), best = access, others = 0, missing;
	bool found = false;
	size_t i;

	for (i = 0; i < acl->n; i++) {
		const struct seal_acl_entry *e = &acl->v[i];

		if (e->tag == SEAL_ACL_OWNER && f->uid == who->uid)
			return access & ~e->perms;
		if (e->tag == SEAL_ACL_USER && f->uid != who->uid && e->id == who->uid)
			return access & ~(e->perms & mask);
		if (e->tag == SEAL_ACL_OTHER)
			others = e->perms;
	}
	for (i = 0; i < acl->n; i++) {
		if (!is_group_of(&acl->v[i], f, who))
			continue;
		missing = access & ~(acl->v[i].perms & mask);
		if (!found || !missing)
			best = missing;
		found = true;
	}
	return found ? best : access & ~others;
}

/* judge - what the file refuses; *open is set when an ACL that is not in the evidence could give
 * it all the same. With no group bits the kernel does not look at an ACL. */
static unsigned judge(const struct walk *w, struct seal_bytes path, const struct seal_file *f,
		      unsigned access, bool *open)
{
	unsigned missing = missing_bits(f, w->who, access);
	struct seal_acl acl;

	*open = false;
	/* root may do anything but run what nobody may run */
	if (w->who->override)
		return f->type == 'f' && !(f->mode & 0111) ? access & SEAL_DAC_SEARCH : 0;
	if (!(f->mode & 070) || f->type == 'l')
		return missing;
	if (seal_view_acl(w->view, path, &acl) == 0)
		return acl.n ? missing_by_acl(&acl, f, w->who, access) : missing;
	*open = missing && f->uid != w->who->uid && (missing & ~(f->mode >> 3) & 7) == 0;
	return missing;
}

static int answer(struct walk *w, enum seal_dac_answer a, const struct seal_file *f,
		  unsigned wanted, struct seal_dac_result *ret)
{
	struct seal_bytes path = w->done.n ? seal_buf_bytes(&w->done) : SEAL_LIT("/");

	/* a refusal further down is one whatever stands above; a pass is none with a gap on the way
	 */
	if (a == SEAL_DAC_ALLOWED && w->gap)
		a = SEAL_DAC_UNKNOWN;
	ret->answer = a;
	if (f)
		ret->file = *f;
	ret->wanted = wanted;
	return seal_arena_copy(w->arena, path, &ret->path);
}

/* look - metadata of the path so far, checked for @access; 1 when the walk may go on */
static int look(struct walk *w, unsigned access, struct seal_file *f, struct seal_dac_result *ret)
{
	struct seal_bytes path = w->done.n ? seal_buf_bytes(&w->done) : SEAL_LIT("/");
	unsigned wanted;
	int r;

	r = seal_view_file(w->view, path, f);
	if (r == -ENOENT || r == -ENOTDIR)
		return answer(w, SEAL_DAC_MISSING, NULL, 0, ret);
	if (r < 0 || (!f->has_owner && f->type != 'l')) {
		w->gap = true;
		*f = (struct seal_file){.type = 'd'};
		return 1;
	}
	if (f->type == 'l')
		return 1;
	wanted = judge(w, path, f, access, &ret->acl_unknown);
	if (wanted)
		return answer(w, SEAL_DAC_REFUSED, f, wanted, ret);
	ret->file = *f;
	return 1;
}

static void drop_last(struct seal_buf *path)
{
	while (path->n && path->p[path->n - 1] != '/')
		path->n--;
	if (path->n)
		path->n--;
}

/* follow - replace a link by its text: an absolute one starts at the root again */
static int follow(struct walk *w, struct seal_bytes link)
{
	seal_auto_buf struct seal_buf joined = {0};

	if (++w->links > LINKS_MAX || !link.n)
		return -ELOOP;
	if (link.p[0] == '/')
		w->done.n = 0;
	else
		drop_last(&w->done);
	seal_buf_put(&joined, link.p, link.n);
	seal_buf_putc(&joined, '/');
	seal_buf_put(&joined, w->rest.p, w->rest.n);
	w->rest.n = 0;
	seal_buf_put(&w->rest, joined.p, joined.n);
	return joined.err ? joined.err : w->rest.err;
}

/* next_element - cut the next path element off the rest; empty at the end */
static struct seal_bytes next_element(struct seal_bytes *rest)
{
	struct seal_bytes e;

	while (rest->n && rest->p[0] == '/')
		*rest = seal_bytes_from(*rest, 1);
	e = (struct seal_bytes){rest->p, 0};
	while (e.n < rest->n && rest->p[e.n] != '/')
		e.n++;
	*rest = seal_bytes_from(*rest, e.n);
	return e;
}

static bool only_slashes(struct seal_bytes s)
{
	while (s.n && s.p[0] == '/')
		s = seal_bytes_from(s, 1);
	return s.n == 0;
}

/* created_in - the last element is not there: may it be made in the directory above? */
static int created_in(struct walk *w, struct seal_dac_result *ret)
{
	struct seal_file f;
	int r;

	drop_last(&w->done);
	r = look(w, SEAL_DAC_WRITE | SEAL_DAC_SEARCH, &f, ret);
	return r == 1 ? answer(w, SEAL_DAC_ALLOWED, &f, 0, ret) : r;
}

/* step - walk one element; 1 to go on, else the result is set (0) or an error */
static int step(struct walk *w, unsigned access, struct seal_dac_result *ret)
{
	seal_auto_buf struct seal_buf tail = {0};
	struct seal_bytes rest = seal_buf_bytes(&w->rest), element = next_element(&rest);
	struct seal_file f;
	bool last = only_slashes(rest);
	int r;

	if (!element.n)
		return answer(w, SEAL_DAC_ALLOWED, NULL, 0, ret);
	if (++w->elements > ELEMENTS_MAX || w->done.n > PATH_BYTES)
		return answer(w, SEAL_DAC_UNKNOWN, NULL, 0, ret);
	if (seal_bytes_is(element, "..")) {
		drop_last(&w->done);
	} else if (!seal_bytes_is(element, ".")) {
		seal_buf_putc(&w->done, '/');
		seal_buf_put(&w->done, element.p, element.n);
	}
	seal_buf_put(&tail, rest.p, rest.n);
	w->rest.n = 0;
	seal_buf_put(&w->rest, tail.p, tail.n);
	if (tail.err || w->rest.err || w->done.err)
		return -ENOMEM;

	r = look(w, last ? access : SEAL_DAC_SEARCH, &f, ret);
	if (r == 0 && ret->answer == SEAL_DAC_MISSING && last && (access & SEAL_DAC_WRITE))
		return created_in(w, ret);
	if (r != 1)
		return r;
	if (f.type == 'l') {
		r = follow(w, f.link);
		return r == -ELOOP ? answer(w, SEAL_DAC_UNKNOWN, NULL, 0, ret) : r < 0 ? r : 1;
	}
	return last ? answer(w, SEAL_DAC_ALLOWED, &f, 0, ret) : 1;
}

int seal_dac_walk(const struct seal_view *view, struct seal_bytes path,
		  const struct seal_identity *who, unsigned access, struct seal_arena *arena,
		  struct seal_dac_result *ret)
{
	struct walk w = {.view = view, .who = who, .arena = arena};
	struct seal_file top;
	int r;

	*ret = (struct seal_dac_result){0};
	if (!path.n || path.p[0] != '/' || path.n > PATH_BYTES)
		return answer(&w, SEAL_DAC_UNKNOWN, NULL, 0, ret);
	seal_buf_put(&w.rest, path.p, path.n);
	r = w.rest.err;
	/* the root directory itself: evidence seldom has its mode, and nobody closes it */
	if (r == 0 && seal_view_file(view, SEAL_LIT("/"), &top) == 0 && top.has_owner)
		r = look(&w, SEAL_DAC_SEARCH, &top, ret);
	else if (r == 0)
		r = 1;
	while (r == 1)
		r = step(&w, access, ret);
	seal_buf_done(&w.done);
	seal_buf_done(&w.rest);
	return r;
}
