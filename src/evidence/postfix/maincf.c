/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/maincf.h"

#include <ctype.h>
#include <errno.h>

static bool is_space(char c)
{
	return isspace((unsigned char)c);
}

/* is_ignored - an empty line, or one whose first character other than a blank is "#" */
static bool is_ignored(struct seal_bytes line)
{
	size_t i = 0;

	while (i < line.n && is_space(line.p[i]))
		i++;
	return i == line.n || line.p[i] == '#';
}

static void join(struct seal_cf_reader *r, struct seal_bytes line)
{
	size_t room = SEAL_CONF_LINE_MAX - r->joined.n;

	if (line.n > room)
		r->cut = true;
	line = seal_bytes_first(line, room);
	if (line.n)
		seal_buf_put(&r->joined, line.p, line.n);
}

/* goes_on - whether what follows still belongs to the logical line: a continuation or a comment */
static bool goes_on(struct seal_bytes rest)
{
	return rest.n && (rest.p[0] == '#' || is_space(rest.p[0]));
}

int seal_cf_next(struct seal_cf_reader *r, struct seal_cf_line *ret)
{
	while (r->rest.n) {
		uint64_t first = 0;

		r->joined.n = 0;
		r->cut = false;
		do {
			struct seal_bytes line = seal_bytes_cut(r->rest, '\n', &r->rest);

			r->number++;
			if (is_ignored(line))
				continue;
			if (!r->joined.n)
				first = r->number;
			join(r, line);
		} while (r->rest.n && (!r->joined.n || goes_on(r->rest)));
		if (r->joined.err)
			return r->joined.err;
		/* a continuation with nothing to continue is dropped, as readlline.c does */
		if (r->joined.n && !is_space(r->joined.p[0])) {
			*ret = (struct seal_cf_line){seal_buf_bytes(&r->joined), first};
			return 1;
		}
	}
	return 0;
}

/* trim - without white space of any kind at both ends */
static struct seal_bytes trim(struct seal_bytes s)
{
	while (s.n && is_space(s.p[0]))
		s = seal_bytes_from(s, 1);
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool seal_cf_split(struct seal_bytes text, struct seal_bytes *name, struct seal_bytes *value)
{
	size_t end = 0, eq;

	text = trim(text);
	while (end < text.n && !is_space(text.p[end]) && text.p[end] != '=')
		end++;
	for (eq = end; eq < text.n && is_space(text.p[eq]);)
		eq++;
	if (!end || eq == text.n || text.p[eq] != '=')
		return false;
	*name = seal_bytes_first(text, end);
	*value = trim(seal_bytes_from(text, eq + 1));
	return true;
}

int seal_cf_param(struct seal_bytes text, const struct seal_origin *origin,
		  struct seal_arena *arena, struct seal_param *ret)
{
	struct seal_bytes name, value;
	int r;

	if (!seal_cf_split(text, &name, &value))
		return -EINVAL;
	r = seal_arena_intern(arena, name, &ret->name);
	if (r == 0)
		r = seal_arena_copy(arena, value, &ret->value);
	ret->origin = *origin;
	return r;
}

static int by_name(const void *a, const void *b)
{
	const struct seal_param *x = a, *y = b;
	int r = seal_bytes_cmp(x->name, y->name);

	if (r == 0)
		r = x->origin.line < y->origin.line ? -1 : x->origin.line > y->origin.line;
	return r;
}

/* keep_last - sort by name; of equal names the last definition stands */
static void keep_last(struct seal_instance *inst)
{
	struct seal_param *v = inst->params.v;
	size_t i, kept = 0;

	if (!inst->params.n)
		return;
	qsort(v, inst->params.n, sizeof(*v), by_name);
	for (i = 0; i < inst->params.n; i++) {
		if (kept && seal_bytes_eq(v[kept - 1].name, v[i].name))
			kept--;
		v[kept++] = v[i];
	}
	inst->params.n = kept;
}

int seal_maincf_parse(struct seal_bytes text, struct seal_bytes path, struct seal_arena *arena,
		      struct seal_instance *inst, size_t *n_bad)
{
	struct seal_cf_reader reader = {.rest = text};
	struct seal_cf_line line;
	int r;

	*n_bad = 0;
	while ((r = seal_cf_next(&reader, &line)) > 0) {
		struct seal_origin origin = {SEAL_SOURCE_MAIN_CF, path, line.line, SEAL_BYTES_NONE};
		struct seal_param *p;

		if (inst->params.n >= SEAL_CONF_LINES_MAX) {
			r = -EFBIG;
			break;
		}
		*n_bad += reader.cut;
		p = seal_vec_add(&inst->params);
		if (!p) {
			r = -ENOMEM;
			break;
		}
		r = seal_cf_param(line.text, &origin, arena, p);
		if (r < 0)
			inst->params.n--;
		if (r == -EINVAL)
			(*n_bad)++;
		else if (r < 0)
			break;
	}
	seal_buf_done(&reader.joined);
	keep_last(inst);
	return r < 0 ? r : 0;
}

const struct seal_param *seal_maincf_find(const struct seal_instance *inst, struct seal_bytes name)
{
	size_t low = 0, high = inst->params.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int r = seal_bytes_cmp(name, inst->params.v[mid].name);

		if (r == 0)
			return &inst->params.v[mid];
		if (r < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}
