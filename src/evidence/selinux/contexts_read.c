/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/contexts_impl.h"

#include "core/input.h"

#include <errno.h>
#include <stdio.h>

#define FILE_MAX_BYTES (16u << 20)
#define SPECS_MAX      200000
#define LINE_MAX_BYTES 8192

static const char meta[] = ".^$?*+|[({";

/* struct reading - the file at hand */
struct reading {
	struct seal_contexts *c;
	struct seal_host *h;
	uint64_t line, records, bad;
	char first_bad[160];
};

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* word - as isspace(3) cuts them, which core's seal_bytes_word() does not */
static struct seal_bytes word(struct seal_bytes *rest)
{
	struct seal_bytes w = *rest;
	size_t i;

	while (w.n > 0 && is_blank(w.p[0]))
		w = seal_bytes_from(w, 1);
	for (i = 0; i < w.n && !is_blank(w.p[i]); i++)
		;
	*rest = seal_bytes_from(w, i);
	return seal_bytes_first(w, i);
}

static char spec_type(struct seal_bytes t)
{
	if (t.n != 2 || t.p[0] != '-' || !strchr("bcdpls-", t.p[1]))
		return '\0';
	return t.p[1] == '-' ? 'f' : t.p[1];
}

/* literal_of - the text before the first meta character, escapes taken out; @end becomes its length
 * in the expression. A character before "?", "*" or "{" is not certain to be there. An expression
 * with "|" has no certain text at all */
static int literal_of(struct seal_arena *a, struct seal_bytes regex, struct seal_bytes *ret,
		      size_t *end)
{
	char *text = seal_arena_alloc(a, regex.n + 1);
	size_t n = 0, i, last = 0;

	if (!text)
		return -ENOMEM;
	for (i = 0; i < regex.n && !strchr(meta, regex.p[i]); i++) {
		last = i;
		if (regex.p[i] == '\\') {
			if (i + 1 == regex.n)
				break;
			i++;
			/* \d and the like stand for other characters, \x2f for one of another
			 * spelling */
			if ((regex.p[i] >= '0' && regex.p[i] <= '9') ||
			    (regex.p[i] >= 'a' && regex.p[i] <= 'z') ||
			    (regex.p[i] >= 'A' && regex.p[i] <= 'Z')) {
				i--;
				break;
			}
		}
		text[n++] = regex.p[i];
	}
	if (i < regex.n && n > 0 && strchr("?*{", regex.p[i])) {
		n--;
		i = last;
	}
	if (memchr(regex.p, '|', regex.n))
		n = 0;
	*ret = (struct seal_bytes){text, n};
	*end = i;
	return 0;
}

/* stem_of - length of the first component when it holds no meta character and something follows it
 */
static size_t stem_of(struct seal_bytes regex)
{
	struct seal_bytes rest = seal_bytes_from(regex, 1);
	ssize_t slash = seal_bytes_chr(rest, '/');

	if (slash < 0)
		return 0;
	for (size_t i = 0; i < (size_t)slash + 1; i++)
		if (strchr(meta, regex.p[i]))
			return 0;
	return (size_t)slash + 1;
}

static bool has_meta(struct seal_bytes regex)
{
	for (size_t i = 0; i < regex.n; i++) {
		if (strchr(meta, regex.p[i]))
			return true;
		if (regex.p[i] == '\\')
			i++;
	}
	return false;
}

static int classify(struct seal_arena *a, struct seal_spec *s)
{
	struct seal_bytes tail;
	size_t end;

	if (literal_of(a, s->regex, &s->literal, &end) < 0)
		return -ENOMEM;
	s->stem = stem_of(s->regex);
	tail = seal_bytes_from(s->regex, end);
	/* a backslash in the stem is compared as it stands: leave that to the expression */
	if (memchr(s->regex.p, '\\', s->stem))
		s->kind = SEAL_SPEC_REGEX;
	else if (end == s->regex.n)
		s->kind = SEAL_SPEC_EXACT;
	else if (seal_bytes_is(tail, "(/.*)?"))
		s->kind = SEAL_SPEC_TREE;
	else if (seal_bytes_is(tail, ".*") && seal_bytes_ends(s->literal, "/"))
		s->kind = SEAL_SPEC_BELOW;
	else
		s->kind = SEAL_SPEC_REGEX;
	if (memchr(s->regex.p, '\\', s->stem))
		s->literal.n = 0;
	return 0;
}

static void bad_line(struct reading *r, const char *why)
{
	if (r->bad++ == 0)
		snprintf(r->first_bad, sizeof(r->first_bad), "line %llu: %s",
			 (unsigned long long)r->line, why);
}

static int add_spec(struct reading *r, struct seal_bytes regex, struct seal_bytes type,
		    struct seal_bytes context)
{
	struct seal_arena *a = r->c->arena;
	struct seal_spec *s;

	if (r->c->specs.n == SPECS_MAX)
		return -EFBIG;
	s = seal_vec_add(&r->c->specs);
	if (!s)
		return -ENOMEM;
	s->type = type.n > 0 ? spec_type(type) : '?';
	if (seal_bytes_is(context, "<<none>>"))
		context.n = 0;
	if (seal_arena_copy(a, regex, &s->regex) < 0 ||
	    seal_arena_intern(a, context, &s->context) < 0 || classify(a, s) < 0)
		return -ENOMEM;
	r->records++;

	/* the common kinds compile for sure; the others are tried while their line is known */
	if (s->kind == SEAL_SPEC_REGEX && r->h) {
		char why[120];

		if (seal_spec_compile(s, why, sizeof(why)) == -EINVAL)
			bad_line(r, why);
	}
	return 0;
}

static int spec_line(struct reading *r, struct seal_bytes line, bool local)
{
	struct seal_bytes regex = word(&line), type, context;
	int e;

	if (regex.n == 0 || regex.p[0] == '#')
		return 0;
	type = word(&line);
	context = word(&line);
	if (context.n == 0) {
		context = type;
		type.n = 0;
	}
	for (size_t i = 0; i < regex.n + context.n; i++) {
		char c = i < regex.n ? regex.p[i] : context.p[i - regex.n];

		if (c == '\0' || (unsigned char)c >= 0x80) {
			bad_line(r, "bytes that are no ASCII text");
			return 0;
		}
	}
	if (context.n == 0 || (type.n > 0 && !spec_type(type)) || regex.n > LINE_MAX_BYTES) {
		bad_line(r, context.n == 0 ? "no context"
			    : type.n > 0   ? "no such file type"
					   : "too long");
		return 0;
	}
	e = add_spec(r, regex, type, context);
	if (e == 0)
		r->c->specs.v[r->c->specs.n - 1].local = local;
	return e;
}

static int subs_line(struct reading *r, struct seal_bytes line, bool local)
{
	struct seal_bytes from = word(&line), to = word(&line);
	struct seal_equivalence *e;

	if (from.n == 0 || from.p[0] == '#' || to.n == 0)
		return 0;
	e = seal_vec_add(&r->c->subs);
	if (!e || seal_arena_copy(r->c->arena, from, &e->from) < 0 ||
	    seal_arena_copy(r->c->arena, to, &e->to) < 0)
		return -ENOMEM;
	e->local = local;
	r->records++;
	return 0;
}

static int custom_line(struct reading *r, struct seal_bytes line)
{
	struct seal_bytes type = word(&line), *t;

	if (type.n == 0 || type.p[0] == '#')
		return 0;
	t = seal_vec_add(&r->c->customizable);
	r->records++;
	return t ? seal_arena_copy(r->c->arena, type, t) : -ENOMEM;
}

enum file_kind { SPECS, SPECS_LOCAL, SUBS, SUBS_LOCAL, CUSTOM };

static int read_line(struct reading *r, struct seal_bytes line, enum file_kind kind)
{
	switch (kind) {
	case SPECS:
	case SPECS_LOCAL:
		return spec_line(r, line, kind == SPECS_LOCAL);
	case SUBS:
	case SUBS_LOCAL:
		return subs_line(r, line, kind == SUBS_LOCAL);
	case CUSTOM:
		break;
	}
	return custom_line(r, line);
}

static int row(struct reading *r, const char *path, enum seal_read_status status,
	       const char *detail)
{
	struct seal_source_state *s;

	if (!r->h)
		return 0;
	s = seal_host_source(r->h, SEAL_SOURCE_CONTEXTS, seal_bytes_of(path), status,
			     seal_bytes_of(detail));
	if (!s)
		return -ENOMEM;
	s->records = r->records;
	return 0;
}

/* read_file - one file, with its row of sources; absent ones have a row only when @needed */
static int read_file(const struct seal_root *root, const char *path, enum file_kind kind,
		     bool needed, struct reading *r, struct seal_err *err)
{
	seal_auto_free char *text = NULL;
	struct seal_err why = {0};
	struct seal_bytes rest;
	char detail[240];
	size_t n = 0;
	int e;

	r->line = r->records = r->bad = 0;
	e = seal_root_read(root, path, FILE_MAX_BYTES, &text, &n, &why);
	if (e == -ENOMEM)
		return seal_err_set(err, e, "out of memory");
	if (e < 0) {
		if (needed)
			seal_err_set(err, e, "%s", why.text);
		if ((e != -ENOENT || needed) &&
		    row(r, path, e == -ENOENT ? SEAL_READ_ABSENT : SEAL_READ_UNREADABLE, why.text) <
			    0)
			return -ENOMEM;
		return needed ? e : 0;
	}

	for (rest = (struct seal_bytes){text, n}; rest.n > 0;) {
		struct seal_bytes line = seal_bytes_cut(rest, '\n', &rest);

		r->line++;
		e = read_line(r, line, kind);
		if (e < 0)
			return seal_err_set(err, e, "%s: %s", path, strerror(-e));
	}
	if (r->bad == 0)
		return row(r, path, SEAL_READ_READ, "");
	snprintf(detail, sizeof(detail), "%llu line%s left out, first %.160s",
		 (unsigned long long)r->bad, r->bad == 1 ? "" : "s", r->first_bad);
	return row(r, path, SEAL_READ_TRUNCATED, detail);
}

/* sort_specs - entries without meta characters go behind the others: they win */
static int sort_specs(struct seal_contexts *c)
{
	struct seal_spec *v = malloc((c->specs.n + 1) * sizeof(*v));
	size_t n = 0;

	if (!v)
		return -ENOMEM;
	for (int exact = 0; exact < 2; exact++) {
		seal_vec_each (s, &c->specs) {
			if (has_meta(s->regex) != (bool)exact)
				v[n++] = *s;
		}
	}
	if (n)
		memcpy(c->specs.v, v, n * sizeof(*v));
	free(v);
	return 0;
}

/* reverse_subs - the last line of a file is tried first */
static void reverse_subs(struct seal_equivalence *v, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct seal_equivalence e = v[i];

		v[i] = v[n - 1 - i];
		v[n - 1 - i] = e;
	}
}

int seal_contexts_read(const struct seal_root *root, const char *type, struct seal_host *h,
		       struct seal_contexts *c, struct seal_err *err)
{
	static const struct {
		const char *name;
		enum file_kind kind;
		bool needed;
	} files[] = {
		{"files/file_contexts", SPECS, true},
		{"files/file_contexts.homedirs", SPECS, false},
		{"files/file_contexts.local", SPECS_LOCAL, false},
		{"files/file_contexts.subs", SUBS_LOCAL, false},
		{"files/file_contexts.subs_dist", SUBS, false},
		{"customizable_types", CUSTOM, false},
	};
	struct reading r = {.c = c, .h = h};
	char path[192];
	int e;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "etc/selinux/%s/contexts/%s", type, files[i].name);
		e = read_file(root, path, files[i].kind, files[i].needed, &r, err);
		if (e < 0)
			return e;
		if (files[i].kind == SUBS_LOCAL)
			c->n_local_subs = c->subs.n;
	}
	reverse_subs(c->subs.v, c->n_local_subs);
	if (c->subs.n > c->n_local_subs)
		reverse_subs(c->subs.v + c->n_local_subs, c->subs.n - c->n_local_subs);
	if (sort_specs(c) < 0)
		return seal_err_set(err, -ENOMEM, "out of memory");
	return 0;
}
