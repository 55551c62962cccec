/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/map.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>

#include "core/input.h"
#include "evidence/postfix/conf.h"
#include "evidence/postfix/maincf.h"

/* the types whose source is a text of "key value" lines below the same name */
static const char *const file_types[] = {
	"hash", "btree", "lmdb", "cdb", "dbm", "sdbm", "texthash",
};

static bool is_space(char c)
{
	return isspace((unsigned char)c);
}

static bool is_file_type(struct seal_bytes type)
{
	size_t i;

	for (i = 0; i < sizeof(file_types) / sizeof(file_types[0]); i++)
		if (seal_bytes_is(type, file_types[i]))
			return true;
	return false;
}

/* fold - a copy in the arena with ASCII letters in lower case */
static int fold(struct seal_arena *arena, struct seal_bytes key, struct seal_bytes *ret)
{
	char *p;
	size_t i;

	p = seal_arena_alloc(arena, key.n + 1);
	if (!p)
		return -ENOMEM;
	for (i = 0; i < key.n; i++)
		p[i] = (char)tolower((unsigned char)key.p[i]);
	*ret = (struct seal_bytes){p, key.n};
	return 0;
}

static int add_entry(struct seal_map *m, struct seal_arena *arena, struct seal_bytes key,
		     struct seal_map_entry e)
{
	struct seal_map_entry *place;
	int r;

	if (m->entries.n >= SEAL_MAP_KEYS_MAX)
		return -EFBIG;
	place = seal_vec_add(&m->entries);
	if (!place)
		return -ENOMEM;
	place->line = e.line;
	r = fold(arena, key, &place->key);
	if (r == 0 && m->has_values)
		r = seal_arena_copy(arena, e.value, &place->value);
	if (r < 0)
		m->entries.n--;
	return r;
}

/* key_length - up to the first white space outside double quotes; a backslash hides what follows */
static size_t key_length(struct seal_bytes s, bool *quoted)
{
	size_t i;

	*quoted = false;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			*quoted = !*quoted;
		else if (!*quoted && is_space(s.p[i]))
			return i;
	}
	return s.n;
}

/* read_lines - "key value" lines as postmap(1) reads them; what is none is left out as there */
static int read_lines(struct seal_map *m, struct seal_arena *arena, struct seal_bytes text)
{
	struct seal_cf_reader reader = {.rest = text};
	struct seal_cf_line line;
	int r;

	while ((r = seal_cf_next(&reader, &line)) > 0) {
		bool quoted;
		size_t n = key_length(line.text, &quoted);
		struct seal_map_entry e = {.line = line.line};

		e.value = seal_bytes_trim(seal_bytes_from(line.text, n));
		if (!n || !e.value.n || quoted)
			continue;
		r = add_entry(m, arena, seal_bytes_first(line.text, n), e);
		if (r < 0)
			break;
	}
	if (reader.joined.p)
		explicit_bzero(reader.joined.p, reader.joined.cap);
	seal_buf_done(&reader.joined);
	return r;
}

static int read_file(const struct seal_root *root, struct seal_map *m, struct seal_arena *arena,
		     struct seal_err *err)
{
	char *text = NULL, path[PATH_MAX];
	size_t n = 0;
	int r;

	if (m->name.n < 2 || m->name.n >= sizeof(path) || m->name.p[0] != '/' ||
	    memchr(m->name.p, '\0', m->name.n))
		return seal_err_set(err, -EINVAL, "not an absolute path");
	memcpy(path, m->name.p, m->name.n);
	path[m->name.n] = '\0';
	m->path = seal_bytes_from(m->name, 1);

	r = seal_root_read(root, path + 1, SEAL_MAP_FILE_MAX, &text, &n, err);
	if (r < 0)
		return r;
	r = read_lines(m, arena, (struct seal_bytes){text, n});
	explicit_bzero(text, n);
	free(text);
	return r < 0 ? seal_err_set(err, r, "%s: too many entries", path + 1) : 0;
}

static struct seal_bytes unbrace(struct seal_bytes s)
{
	s = seal_bytes_trim(s);
	if (s.n >= 2 && s.p[0] == '{' && s.p[s.n - 1] == '}')
		s = seal_bytes_trim((struct seal_bytes){s.p + 1, s.n - 2});
	return s;
}

/* read_inline - "{ key=value, { key = value } }" */
static int read_inline(struct seal_map *m, struct seal_arena *arena)
{
	struct seal_bytes list = unbrace(m->name), item, key, value;
	int r = 0;

	while (r == 0 && seal_conf_next(&list, &item)) {
		if (!seal_cf_split(unbrace(item), &key, &value))
			return -EINVAL;
		r = add_entry(m, arena, key, (struct seal_map_entry){.value = value});
	}
	return r;
}

/* by_key - of equal keys the one that stands first in the file comes first */
static int by_key(const void *a, const void *b)
{
	const struct seal_map_entry *x = a, *y = b;
	int r = seal_bytes_cmp(x->key, y->key);

	return r ? r : x->line < y->line ? -1 : x->line > y->line;
}

static void keep_first(struct seal_map *m)
{
	size_t i, kept = 0;

	if (!m->entries.n)
		return;
	qsort(m->entries.v, m->entries.n, sizeof(*m->entries.v), by_key);
	for (i = 0; i < m->entries.n; i++) {
		if (kept && seal_bytes_eq(m->entries.v[kept - 1].key, m->entries.v[i].key))
			continue;
		m->entries.v[kept++] = m->entries.v[i];
	}
	m->entries.n = kept;
}

/* take_spec - "type:name" into its parts; proxy: in front says only who opens it */
static int take_spec(struct seal_map *m, struct seal_bytes spec, struct seal_arena *arena)
{
	struct seal_bytes s;
	int r;

	r = seal_arena_copy(arena, spec, &m->spec);
	if (r < 0)
		return r;
	s = m->spec;
	while (seal_bytes_starts(s, "proxy:"))
		s = seal_bytes_from(s, strlen("proxy:"));
	if (s.n && s.p[0] == '/') { /* no type: that of default_database_type, an indexed file */
		m->type = SEAL_LIT("hash");
		m->name = s;
		return 0;
	}
	m->type = seal_bytes_cut(s, ':', &m->name);
	return m->type.n && m->name.p ? 0 : -EINVAL;
}

int seal_map_read(const struct seal_root *root, struct seal_bytes spec, enum seal_map_want want,
		  struct seal_arena *arena, struct seal_map *ret, struct seal_err *err)
{
	struct seal_map m = {.has_values = want == SEAL_MAP_VALUES, .fold = true};
	int r;

	r = take_spec(&m, spec, arena);
	if (r < 0)
		return seal_err_set(err, r, "not a lookup table");
	if (is_file_type(m.type))
		r = read_file(root, &m, arena, err);
	else if (seal_bytes_is(m.type, "inline"))
		r = read_inline(&m, arena);
	else if (!seal_bytes_is(m.type, "static"))
		r = seal_err_set(err, -ENOTSUP, "tables of this type have no source to read");
	if (r < 0) {
		seal_vec_done(&m.entries);
		return r;
	}
	keep_first(&m);
	*ret = m;
	return 0;
}

void seal_map_done(struct seal_map *m)
{
	seal_vec_done(&m->entries);
}

static int fold_cmp(struct seal_bytes key, struct seal_bytes folded)
{
	size_t i, n = key.n < folded.n ? key.n : folded.n;

	for (i = 0; i < n; i++) {
		int c = tolower((unsigned char)key.p[i]) - (int)(unsigned char)folded.p[i];

		if (c)
			return c;
	}
	return key.n < folded.n ? -1 : key.n > folded.n;
}

const struct seal_map_entry *seal_map_find(const struct seal_map *m, struct seal_bytes key)
{
	size_t low = 0, high = m->entries.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int r = fold_cmp(key, m->entries.v[mid].key);

		if (r == 0)
			return &m->entries.v[mid];
		if (r < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

bool seal_map_has_key(const struct seal_map *m, struct seal_bytes key)
{
	return seal_bytes_is(m->type, "static") || seal_map_find(m, key);
}
