/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/contexts_impl.h"

#include "evidence/selinux/policy.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#define MATCH_LIMIT  100000
#define FOLDERS_MAX  65536
#define TYPE_MAX     64
#define FOLDER_SLOTS 1024u /* a power of two */

int seal_spec_compile(struct seal_spec *s, char *why, size_t size)
{
	char pattern[8192 + 3];
	PCRE2_UCHAR text[100];
	PCRE2_SIZE offset;
	int code, n;

	if (s->broken || s->code)
		return s->broken ? -EINVAL : 0;
	/* as libselinux writes it, without brackets around what may hold a "|" */
	n = snprintf(pattern, sizeof(pattern), "^%.*s$", (int)s->regex.n, s->regex.p);
	s->code = pcre2_compile((PCRE2_SPTR)pattern, (PCRE2_SIZE)n, PCRE2_DOTALL, &code, &offset,
				NULL);
	if (s->code)
		return 0;
	s->broken = true;
	if (pcre2_get_error_message(code, text, sizeof(text)) < 0)
		text[0] = '\0';
	if (why)
		snprintf(why, size, "%s", (const char *)text);
	return -EINVAL;
}

void seal_contexts_free(struct seal_contexts *c)
{
	if (!c)
		return;
	seal_vec_each (s, &c->specs) {
		pcre2_code_free(s->code);
	}
	for (size_t i = 0; i < c->folder_slots; i++)
		free(c->folders[i].v);
	free(c->folders);
	seal_vec_done(&c->specs);
	seal_vec_done(&c->subs);
	seal_vec_done(&c->customizable);
	pcre2_match_data_free(c->match);
	pcre2_match_context_free(c->limits);
	seal_arena_free(c->arena);
	free(c);
}

int seal_contexts_open(const struct seal_root *root, struct seal_bytes type, struct seal_host *h,
		       struct seal_contexts **ret, struct seal_err *err)
{
	seal_auto_contexts struct seal_contexts *c = NULL;
	char name[TYPE_MAX + 1];
	int r;

	if (!seal_selinux_type_valid(type))
		return seal_err_set(err, -EINVAL, "SELINUXTYPE is no plain name");
	memcpy(name, type.p, type.n);
	name[type.n] = '\0';

	c = calloc(1, sizeof(*c));
	if (!c)
		return seal_err_set(err, -ENOMEM, "out of memory");
	c->arena = seal_arena_new();
	c->match = pcre2_match_data_create(1, NULL);
	c->limits = pcre2_match_context_create(NULL);
	c->folders = calloc(FOLDER_SLOTS, sizeof(*c->folders));
	if (!c->arena || !c->match || !c->limits || !c->folders)
		return seal_err_set(err, -ENOMEM, "out of memory");
	c->folder_slots = FOLDER_SLOTS;
	pcre2_set_match_limit(c->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(c->limits, MATCH_LIMIT);

	r = seal_contexts_read(root, name, h, c, err);
	if (r < 0)
		return r;
	*ret = seal_take(c);
	return 0;
}

/* can_match - whether an entry can match something in a folder (given with its trailing "/") */
static bool can_match(const struct seal_spec *s, struct seal_bytes folder)
{
	size_t n = s->literal.n < folder.n ? s->literal.n : folder.n;

	/* "/a(/.*)?" is asked about "/a" as an entry of "/", and about what is in "/a/" */
	return memcmp(s->literal.p, folder.p, n) == 0;
}

static uint32_t hash(struct seal_bytes b)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < b.n; i++)
		h = (h ^ (unsigned char)b.p[i]) * 16777619u;
	return h;
}

static struct seal_spec_list *slot(struct seal_spec_list *table, size_t slots,
				   struct seal_bytes folder)
{
	size_t i = hash(folder) & (slots - 1);

	while (table[i].folder.p && !seal_bytes_eq(table[i].folder, folder))
		i = (i + 1) & (slots - 1);
	return &table[i];
}

static int grow(struct seal_contexts *c)
{
	size_t slots = c->folder_slots * 2;
	struct seal_spec_list *table = calloc(slots, sizeof(*table));

	if (!table)
		return -ENOMEM;
	for (size_t i = 0; i < c->folder_slots; i++)
		if (c->folders[i].folder.p)
			*slot(table, slots, c->folders[i].folder) = c->folders[i];
	free(c->folders);
	c->folders = table;
	c->folder_slots = slots;
	return 0;
}

static int fill(struct seal_contexts *c, struct seal_bytes folder, struct seal_spec_list *l)
{
	seal_vec(uint32_t) v = {0};

	for (size_t i = c->specs.n; i-- > 0;) {
		uint32_t *e;

		if (!can_match(&c->specs.v[i], folder))
			continue;
		e = seal_vec_add(&v);
		if (!e) {
			seal_vec_done(&v);
			return -ENOMEM;
		}
		*e = (uint32_t)i;
	}
	if (seal_arena_copy(c->arena, folder, &l->folder) < 0) {
		seal_vec_done(&v);
		return -ENOMEM;
	}
	l->v = v.v;
	l->n = v.n;
	return 0;
}

/* list_of - the entries for a folder, worked out once; beyond FOLDERS_MAX folders all are forgotten
 */
static int list_of(struct seal_contexts *c, struct seal_bytes folder,
		   const struct seal_spec_list **ret)
{
	struct seal_spec_list *l = slot(c->folders, c->folder_slots, folder);
	int r;

	if (!l->folder.p) {
		if (c->n_folders == FOLDERS_MAX) {
			for (size_t i = 0; i < c->folder_slots; i++) {
				free(c->folders[i].v);
				c->folders[i] = (struct seal_spec_list){0};
			}
			c->n_folders = 0;
		}
		if (c->n_folders * 2 >= c->folder_slots) {
			r = grow(c);
			if (r < 0)
				return r;
		}
		l = slot(c->folders, c->folder_slots, folder);
		r = fill(c, folder, l);
		if (r < 0)
			return r;
		c->n_folders++;
	}
	*ret = l;
	return 0;
}

/* same_stem - libselinux compares the first component as it is written, before it matches */
static bool same_stem(const struct seal_spec *s, struct seal_bytes path)
{
	return s->stem == 0 || (path.n > s->stem && path.p[s->stem] == '/' &&
				memcmp(path.p, s->regex.p, s->stem) == 0);
}

/* matches_regex - Returns 1, 0 or -ENODATA (broken, or over the limit) */
static int matches_regex(struct seal_contexts *c, struct seal_spec *s, struct seal_bytes path)
{
	int r;

	if (!same_stem(s, path))
		return 0;
	if (seal_spec_compile(s, NULL, 0) < 0)
		return -ENODATA;
	r = pcre2_match(s->code, (PCRE2_SPTR)path.p, path.n, 0, 0, c->match, c->limits);
	if (r == PCRE2_ERROR_NOMATCH)
		return 0;
	return r >= 0 ? 1 : -ENODATA;
}

static int matches(struct seal_contexts *c, struct seal_spec *s, struct seal_bytes path)
{
	struct seal_bytes below = seal_bytes_from(path, s->literal.n);

	if (path.n < s->literal.n || memcmp(path.p, s->literal.p, s->literal.n) != 0)
		return 0;
	if (s->kind == SEAL_SPEC_REGEX)
		return matches_regex(c, s, path);
	switch (s->kind) {
	case SEAL_SPEC_EXACT:
		return below.n == 0;
	case SEAL_SPEC_TREE:
		return below.n == 0 || below.p[0] == '/';
	case SEAL_SPEC_BELOW:
	case SEAL_SPEC_REGEX:
		break;
	}
	return 1;
}

/* substitute - apply the first equivalence of a range. Returns the new length, 0 when none fits, or
 * -EINVAL */
static ssize_t substitute(const struct seal_contexts *c, size_t first, size_t end,
			  struct seal_bytes path, char *out, size_t size)
{
	for (size_t i = first; i < end; i++) {
		const struct seal_equivalence *e = &c->subs.v[i];
		struct seal_bytes rest = seal_bytes_from(path, e->from.n), to = e->to;

		if (path.n < e->from.n || memcmp(path.p, e->from.p, e->from.n) != 0 ||
		    (rest.n > 0 && rest.p[0] != '/'))
			continue;
		if (rest.n > 0 && seal_bytes_is(to, "/"))
			to.n = 0;
		if (to.n + rest.n >= size || to.n + rest.n == 0)
			return -EINVAL;
		memmove(out + to.n, rest.p, rest.n);
		memcpy(out, to.p, to.n);
		return (ssize_t)(to.n + rest.n);
	}
	return 0;
}

/* normalise - one slash where there are several, none at the end, equivalences applied.
 * Returns 0 or -EINVAL; *ret lies in @buf (of @size), or is @path itself when nothing changes */
static int normalise(const struct seal_contexts *c, struct seal_bytes path, char *buf, size_t size,
		     struct seal_bytes *ret)
{
	size_t n = 0;
	ssize_t r;

	if (path.n == 0 || path.n >= size || path.p[0] != '/' || memchr(path.p, '\0', path.n) ||
	    memchr(path.p, '\n', path.n))
		return -EINVAL;
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] != '/' || n == 0 || buf[n - 1] != '/')
			buf[n++] = path.p[i];
	while (n > 1 && buf[n - 1] == '/')
		n--;
	*ret = (struct seal_bytes){buf, n};

	r = substitute(c, 0, c->n_local_subs, *ret, buf, size);
	if (r > 0)
		ret->n = (size_t)r;
	if (r >= 0)
		r = substitute(c, c->n_local_subs, c->subs.n, *ret, buf, size);
	if (r > 0)
		ret->n = (size_t)r;
	return r < 0 || ret->p[0] != '/' ? -EINVAL : 0;
}

int seal_contexts_lookup(struct seal_contexts *c, struct seal_bytes path, char type,
			 struct seal_bytes *ret)
{
	const struct seal_spec_list *l = NULL;
	char buf[PATH_MAX + 1];
	struct seal_bytes p;
	int r;

	r = normalise(c, path, buf, sizeof(buf), &p);
	if (r == 0)
		r = list_of(c, seal_bytes_first(p, (size_t)seal_bytes_rchr(p, '/') + 1), &l);
	if (r < 0)
		return r;

	for (size_t i = 0; i < l->n; i++) {
		struct seal_spec *s = &c->specs.v[l->v[i]];

		if (type != '?' && s->type != '?' && s->type != type)
			continue;
		r = matches(c, s, p);
		if (r < 0)
			return r;
		if (r == 0)
			continue;
		if (s->context.n == 0)
			return -ENOENT;
		*ret = s->context;
		return 0;
	}
	return -ENOENT;
}

/* is_covered - by an equivalence, as semanage sees it: an entry that begins with its left side */
static bool is_covered(const struct seal_contexts *c, struct seal_bytes path)
{
	seal_vec_each (e, &c->subs) {
		if (path.n > e->from.n && path.p[e->from.n] == '/' &&
		    memcmp(path.p, e->from.p, e->from.n) == 0)
			return true;
	}
	return false;
}

int seal_contexts_spec_path(const struct seal_contexts *c, struct seal_bytes path,
			    struct seal_arena *arena, struct seal_bytes *ret)
{
	char buf[PATH_MAX + 1];
	struct seal_bytes p;
	int r;

	r = normalise(c, path, buf, sizeof(buf), &p);
	if (r < 0)
		return r;
	return is_covered(c, p) ? -EXDEV : seal_arena_copy(arena, p, ret);
}

int seal_contexts_entry(const struct seal_contexts *c, size_t n, struct seal_context_entry *ret)
{
	const struct seal_spec *s;

	if (n >= c->specs.n)
		return -ENOENT;
	s = &c->specs.v[n];
	*ret = (struct seal_context_entry){.regex = s->regex,
					   .literal = s->literal,
					   .context = s->context,
					   .type = s->type,
					   .whole = s->kind == SEAL_SPEC_EXACT ||
						    s->kind == SEAL_SPEC_TREE,
					   .local = s->local};
	return 0;
}

bool seal_contexts_is_customizable(const struct seal_contexts *c, struct seal_bytes type)
{
	seal_vec_each (t, &c->customizable) {
		if (seal_bytes_eq(*t, type))
			return true;
	}
	return false;
}

size_t seal_contexts_equivalences(const struct seal_contexts *c,
				  const struct seal_equivalence **ret)
{
	*ret = c->subs.v;
	return c->subs.n;
}
