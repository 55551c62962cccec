/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/root_partial.h"

#include <errno.h>

#include "core/errnos.h"
#include "core/vec.h"

struct table {
	struct seal_partial pub;
	seal_vec(struct seal_partial_row) v;
	char *text;
};

static const struct {
	const char *name;
	mode_t type;
} specials[] = {
	{"socket", S_IFSOCK},
	{"fifo", S_IFIFO},
	{"chardev", S_IFCHR},
	{"blockdev", S_IFBLK},
};

/* set_state - Returns whether the word is one */
static bool set_state(struct seal_partial_row *row, struct seal_bytes word)
{
	size_t i;

	if (seal_bytes_is(word, "left")) {
		row->state = SEAL_PARTIAL_LEFT;
		return true;
	}
	if (seal_bytes_is(word, "unlisted")) {
		row->state = SEAL_PARTIAL_UNLISTED;
		return true;
	}
	for (i = 0; i < sizeof(specials) / sizeof(specials[0]); i++) {
		if (!seal_bytes_is(word, specials[i].name))
			continue;
		row->state = SEAL_PARTIAL_SPECIAL;
		row->type = specials[i].type;
		return true;
	}
	row->state = SEAL_PARTIAL_ERRNO;
	row->error = seal_errno_of_name(word);
	return row->error > 0;
}

/* unescape - \ooo in place; *s becomes shorter. Returns whether it was well formed */
static bool unescape(char *p, size_t *n)
{
	size_t i, out = 0;
	uint32_t c;

	for (i = 0; i < *n; i++) {
		if (p[i] != '\\') {
			p[out++] = p[i];
			continue;
		}
		if (*n - i < 4 || seal_parse_u32((struct seal_bytes){p + i + 1, 3}, 8, &c) < 0 ||
		    c > 255 || c == 0)
			return false;
		p[out++] = (char)c;
		i += 3;
	}
	*n = out;
	return true;
}

static void take_whole(struct seal_partial *p, struct seal_bytes word)
{
	p->whole = p->whole || seal_bytes_is(word, "whole");
	p->running = p->running || seal_bytes_is(word, "running");
	p->owners = p->owners || seal_bytes_is(word, "owners");
}

static int take_line(struct table *t, struct seal_bytes line)
{
	struct seal_partial_row row = {0}, *to;
	struct seal_bytes rest, state = seal_bytes_cut(line, '\t', &rest),
				size = seal_bytes_cut(rest, '\t', &rest);
	size_t n = rest.n;

	if (!rest.p || !n)
		return 0;
	if (seal_bytes_is(rest, "/")) {
		take_whole(&t->pub, state);
		return 0;
	}
	if (!set_state(&row, state) || seal_parse_u64(size, 10, &row.size_bytes) < 0 ||
	    !unescape(t->text + (rest.p - t->text), &n))
		return 0;
	row.path = (struct seal_bytes){rest.p, n};
	to = seal_vec_add(&t->v);
	if (!to)
		return -ENOMEM;
	*to = row;
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return seal_bytes_cmp(((const struct seal_partial_row *)a)->path,
			      ((const struct seal_partial_row *)b)->path);
}

int seal_partial_parse(char *text, size_t n, struct seal_partial **ret)
{
	struct table *t = calloc(1, sizeof(*t));
	struct seal_bytes rest = {text, n};
	size_t i, kept = 0;
	int r = 0;

	if (!t) {
		free(text);
		return -ENOMEM;
	}
	t->text = text;
	while (r == 0 && rest.n)
		r = take_line(t, seal_bytes_cut(rest, '\n', &rest));
	if (r < 0) {
		seal_partial_free(&t->pub);
		return r;
	}
	if (t->v.n > 1)
		qsort(t->v.v, t->v.n, sizeof(*t->v.v), by_path);
	for (i = 0; i < t->v.n; i++)
		if (!kept || !seal_bytes_eq(t->v.v[kept - 1].path, t->v.v[i].path))
			t->v.v[kept++] = t->v.v[i];
	t->pub.rows = t->v.v;
	t->pub.n = kept;
	*ret = &t->pub;
	return 0;
}

void seal_partial_free(struct seal_partial *p)
{
	struct table *t = (struct table *)p;

	if (!t)
		return;
	seal_vec_done(&t->v);
	free(t->text);
	free(t);
}

const struct seal_partial_row *seal_partial_find(const struct seal_partial *p, const char *path)
{
	struct seal_partial_row key = {.path = seal_bytes_of(path)};

	if (!p->n)
		return NULL;
	return bsearch(&key, p->rows, p->n, sizeof(*p->rows), by_path);
}
