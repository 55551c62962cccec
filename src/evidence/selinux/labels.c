/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/labels.h"

#include "core/arena.h"
#include "core/input.h"
#include "core/path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#define LABELS_FILE      "labels.getfattr"
#define FILE_MAX_BYTES   (UINT64_C(256) << 20)
#define LINE_MAX_BYTES   (32u << 10) /* a path of PATH_MAX, every byte escaped */
#define PATHS_MAX        4000000
#define CONTEXT_MAX_SIZE 4096

struct entry {
	struct seal_bytes path, context;
	uint32_t line; /* its place in the file */
};

struct seal_labels {
	const struct seal_root *root;
	struct seal_arena *arena;
	bool listed; /* labels.getfattr was there: what it does not name is not known */
	seal_vec(struct entry) entries;
	uint32_t *table; /* entry number + 1, by path */
	size_t slots;
};

void seal_labels_free(struct seal_labels *l)
{
	if (!l)
		return;
	seal_vec_done(&l->entries);
	free(l->table);
	seal_arena_free(l->arena);
	free(l);
}

static int octal(struct seal_bytes s, size_t i)
{
	int v = 0;

	if (s.n - i < 3)
		return -1;
	for (size_t k = i; k < i + 3; k++) {
		if (s.p[k] < '0' || s.p[k] > '7')
			return -1;
		v = v * 8 + (s.p[k] - '0');
	}
	return v <= 255 ? v : -1;
}

static ssize_t unescape_text(struct seal_bytes in, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < in.n; i++) {
		int v;

		if (in.p[i] != '\\') {
			out[n++] = in.p[i];
			continue;
		}
		if (++i == in.n)
			return -EINVAL;
		v = octal(in, i);
		if (v >= 0) {
			out[n++] = (char)v;
			i += 2;
		} else if (in.p[i] == '\\' || in.p[i] == '"') {
			out[n++] = in.p[i];
		} else {
			return -EINVAL;
		}
	}
	return (ssize_t)n;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static ssize_t unescape_hex(struct seal_bytes in, char *out)
{
	if (in.n % 2)
		return -EINVAL;
	for (size_t i = 0; i < in.n; i += 2) {
		int hi = digit(in.p[i]), lo = digit(in.p[i + 1]);

		if (hi < 0 || lo < 0)
			return -EINVAL;
		out[i / 2] = (char)(hi << 4 | lo);
	}
	return (ssize_t)(in.n / 2);
}

static ssize_t unescape_base64(struct seal_bytes in, char *out)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0, i;

	for (i = 0; i < in.n && in.p[i] != '='; i++) {
		const char *c = memchr(alphabet, in.p[i], sizeof(alphabet) - 1);

		if (!c)
			return -EINVAL;
		bits = bits << 6 | (uint32_t)(c - alphabet);
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (char)(bits >> have);
		}
	}
	for (; i < in.n; i++)
		if (in.p[i] != '=')
			return -EINVAL;
	return (ssize_t)n;
}

ssize_t seal_getfattr_unescape(struct seal_bytes in, bool value, char *out)
{
	ssize_t n;

	if (!value)
		return unescape_text(in, out);
	if (in.n >= 2 && in.p[0] == '"' && in.p[in.n - 1] == '"')
		n = unescape_text((struct seal_bytes){in.p + 1, in.n - 2}, out);
	else if (seal_bytes_starts(in, "0x") || seal_bytes_starts(in, "0X"))
		n = unescape_hex(seal_bytes_from(in, 2), out);
	else if (seal_bytes_starts(in, "0s") || seal_bytes_starts(in, "0S"))
		n = unescape_base64(seal_bytes_from(in, 2), out);
	else
		return -EINVAL;
	if (n > 0 && out[n - 1] == '\0')
		n--;
	return n;
}

/* struct reader - labels.getfattr being read: "# file: PATH", then its attributes, a line each */
struct reader {
	struct seal_labels *l;
	char path[LINE_MAX_BYTES + 2]; /* of the lines that follow */
	size_t path_n;
	uint64_t line, bad, first_bad;
};

static void bad(struct reader *r)
{
	if (r->bad++ == 0)
		r->first_bad = r->line;
}

static void take_path(struct reader *r, struct seal_bytes text)
{
	ssize_t n;

	r->path_n = 0;
	n = seal_getfattr_unescape(text, false, r->path + 1);
	if (n <= 0) {
		bad(r);
		return;
	}
	/* without --absolute-names the leading "/" is missing */
	r->path[0] = '/';
	r->path_n = (size_t)n + 1;
	if (r->path[1] == '/')
		memmove(r->path, r->path + 1, --r->path_n);
}

static int take_label(struct reader *r, struct seal_bytes text)
{
	struct seal_labels *l = r->l;
	char context[LINE_MAX_BYTES];
	struct entry *e;
	ssize_t n;

	n = seal_getfattr_unescape(text, true, context);
	if (n <= 0 || n > CONTEXT_MAX_SIZE || r->path_n == 0) {
		bad(r);
		return 0;
	}
	if (l->entries.n == PATHS_MAX)
		return -EFBIG;
	e = seal_vec_add(&l->entries);
	if (e)
		e->line = (uint32_t)l->entries.n;
	if (!e ||
	    seal_arena_copy(l->arena, (struct seal_bytes){r->path, r->path_n}, &e->path) < 0 ||
	    seal_arena_intern(l->arena, (struct seal_bytes){context, (size_t)n}, &e->context) < 0)
		return -ENOMEM;
	return 0;
}

static int take_line(struct reader *r, struct seal_bytes line)
{
	static const char file[] = "# file: ", label[] = "security.selinux=";

	if (seal_bytes_starts(line, file)) {
		take_path(r, seal_bytes_from(line, sizeof(file) - 1));
		return 0;
	}
	if (seal_bytes_starts(line, label))
		return take_label(r, seal_bytes_from(line, sizeof(label) - 1));
	if (line.n > 0 && seal_bytes_chr(line, '=') < 0)
		bad(r);
	return 0;
}

static uint32_t hash(struct seal_bytes b)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < b.n; i++)
		h = (h ^ (unsigned char)b.p[i]) * 16777619u;
	return h;
}

static int by_path(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int r = seal_bytes_cmp(x->path, y->path);

	if (r)
		return r;
	return x->line > y->line ? -1 : x->line < y->line;
}

/* index_entries - in order of paths, and a hash table over them; of a path named twice the last
 * counts */
static int index_entries(struct seal_labels *l)
{
	l->slots = 16;
	while (l->slots < l->entries.n * 2)
		l->slots *= 2;
	l->table = calloc(l->slots, sizeof(*l->table));
	if (!l->table)
		return -ENOMEM;
	if (l->entries.n > 1)
		qsort(l->entries.v, l->entries.n, sizeof(*l->entries.v), by_path);
	for (size_t i = 0; i < l->entries.n; i++) {
		size_t s = hash(l->entries.v[i].path) & (l->slots - 1);

		while (l->table[s])
			s = (s + 1) & (l->slots - 1);
		l->table[s] = (uint32_t)i + 1;
	}
	return 0;
}

/* read_list - Returns 0 or -ENOMEM; what stopped it otherwise is in @why */
static int read_list(int fd, struct reader *r, struct seal_err *why)
{
	seal_auto_input struct seal_input *in = NULL;
	struct seal_lines lines = {0};
	struct seal_bytes line;
	int e;

	e = seal_input_new(fd, FILE_MAX_BYTES, &in, why);
	if (e == 0)
		e = seal_lines_init(&lines, in, LINE_MAX_BYTES);
	while (e == 0) {
		e = seal_lines_next(&lines, &line, why);
		if (e <= 0)
			break;
		r->line = lines.number;
		if (lines.cut) {
			bad(r);
			e = 0;
			continue;
		}
		e = take_line(r, line);
		if (e == -EFBIG)
			seal_err_set(why, e, "more than %d paths", PATHS_MAX);
	}
	seal_lines_done(&lines);
	if (e < 0 && e != -ENOMEM && why->code == 0)
		seal_err_set(why, e, "%s", strerror(-e));
	return e == -ENOMEM ? e : 0;
}

static int list_row(struct seal_host *h, const struct reader *r, const struct seal_err *why)
{
	struct seal_source_state *s;
	char detail[300] = "";

	if (!h)
		return 0;
	if (why->code < 0)
		snprintf(detail, sizeof(detail), "%s", why->text);
	else if (r->bad > 0)
		snprintf(detail, sizeof(detail), "%llu lines not understood, first line %llu",
			 (unsigned long long)r->bad, (unsigned long long)r->first_bad);
	s = seal_host_source(h, SEAL_SOURCE_LABELS, SEAL_LIT("live/" LABELS_FILE),
			     detail[0] ? SEAL_READ_TRUNCATED : SEAL_READ_READ,
			     seal_bytes_of(detail));
	if (!s)
		return -ENOMEM;
	s->records = r->l->entries.n;
	return 0;
}

static int open_list(struct seal_labels *l, struct seal_host *h)
{
	seal_auto_free struct reader *r = NULL;
	struct seal_err why = {0};
	int fd;

	fd = seal_root_open_live(l->root, LABELS_FILE, &why);
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return !h || seal_host_source(h, SEAL_SOURCE_LABELS, SEAL_LIT("live/" LABELS_FILE),
					      SEAL_READ_UNREADABLE, seal_bytes_of(why.text))
			       ? 0
			       : -ENOMEM;
	l->listed = true;
	why.code = 0;
	r = calloc(1, sizeof(*r));
	if (!r) {
		close(fd);
		return -ENOMEM;
	}
	r->l = l;
	if (read_list(fd, r, &why) < 0 || index_entries(l) < 0)
		return -ENOMEM;
	return list_row(h, r, &why);
}

int seal_labels_open(const struct seal_root *root, struct seal_host *h, struct seal_labels **ret,
		     struct seal_err *err)
{
	seal_auto_labels struct seal_labels *l = NULL;

	l = calloc(1, sizeof(*l));
	if (!l)
		return seal_err_set(err, -ENOMEM, "out of memory");
	l->root = root;
	l->arena = seal_arena_new();
	if (!l->arena || open_list(l, h) < 0)
		return seal_err_set(err, -ENOMEM, "out of memory");
	*ret = seal_take(l);
	return 0;
}

static int lookup_xattr(struct seal_labels *l, struct seal_bytes path, struct seal_bytes *ret)
{
	char name[PATH_MAX], context[CONTEXT_MAX_SIZE];
	ssize_t n;

	if (path.n >= sizeof(name))
		return -ENAMETOOLONG;
	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	n = seal_root_label(l->root, name, context, sizeof(context));
	if (n == -ENOTSUP)
		return -ENODATA;
	if (n < 0)
		return (int)n;
	return seal_arena_intern(l->arena, (struct seal_bytes){context, (size_t)n}, ret);
}

int seal_labels_lookup(struct seal_labels *l, struct seal_bytes path, struct seal_bytes *ret)
{
	if (path.n == 0 || path.p[0] != '/' || memchr(path.p, '\0', path.n))
		return -EINVAL;
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	if (!l->listed)
		return lookup_xattr(l, path, ret);

	for (size_t s = hash(path) & (l->slots - 1); l->table && l->table[s];
	     s = (s + 1) & (l->slots - 1)) {
		const struct entry *e = &l->entries.v[l->table[s] - 1];

		if (seal_bytes_eq(e->path, path)) {
			*ret = e->context;
			return 0;
		}
	}
	return -ENODATA;
}

int seal_labels_each(struct seal_labels *l, struct seal_bytes folder,
		     int (*each)(void *data, struct seal_bytes path, struct seal_bytes context),
		     void *data)
{
	size_t lo = 0, hi = l->entries.n;
	int r;

	while (folder.n > 1 && folder.p[folder.n - 1] == '/')
		folder.n--;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (seal_bytes_cmp(l->entries.v[mid].path, folder) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* "/a-b" sorts between "/a" and "/a/b" */
	for (; lo < l->entries.n && seal_bytes_starts(l->entries.v[lo].path, "/"); lo++) {
		const struct entry *e = &l->entries.v[lo];

		if (e->path.n < folder.n || memcmp(e->path.p, folder.p, folder.n) != 0)
			break;
		if (!seal_path_is_within(e->path, folder))
			continue;
		r = each(data, e->path, e->context);
		if (r)
			return r;
	}
	return 0;
}

int seal_selinux_view_label(void *data, struct seal_bytes path, struct seal_bytes *ret)
{
	const struct seal_selinux_view *v = data;

	return v->labels ? seal_labels_lookup(v->labels, path, ret) : -ENODATA;
}

int seal_selinux_view_expected(void *data, struct seal_bytes path, char type,
			       struct seal_bytes *ret)
{
	const struct seal_selinux_view *v = data;

	return v->contexts ? seal_contexts_lookup(v->contexts, path, type, ret) : -ENODATA;
}

int seal_selinux_view_spec_path(void *data, struct seal_bytes path, struct seal_arena *arena,
				struct seal_bytes *ret)
{
	const struct seal_selinux_view *v = data;

	return v->contexts ? seal_contexts_spec_path(v->contexts, path, arena, ret) : -ENODATA;
}

int seal_selinux_view_entry(void *data, size_t n, struct seal_context_entry *ret)
{
	const struct seal_selinux_view *v = data;

	return v->contexts ? seal_contexts_entry(v->contexts, n, ret) : -ENODATA;
}

int seal_selinux_view(const struct seal_root *root, struct seal_host *h,
		      struct seal_selinux_view *ret)
{
	struct seal_selinux_view v = {0};
	int r;

	r = seal_labels_open(root, h, &v.labels, NULL);
	if (r == 0 && h->selinux.type.n > 0)
		r = seal_contexts_open(root, h->selinux.type, h, &v.contexts, NULL);
	if (r == -ENOMEM) {
		seal_selinux_view_done(&v);
		return r;
	}
	*ret = v;
	return 0;
}

void seal_selinux_view_done(struct seal_selinux_view *v)
{
	seal_labels_free(v->labels);
	seal_contexts_free(v->contexts);
	*v = (struct seal_selinux_view){0};
}
