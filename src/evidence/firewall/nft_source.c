/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/nft_source.h"

#include "core/input.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>

void nft_source_done(struct nft_source *s)
{
	seal_buf_done(&s->text);
	seal_vec_done(&s->lines);
	seal_vec_done(&s->files);
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.' || c == '/' || c == '\\' || (c & 0x80);
}

static void string_token(struct nft_scanner *s, struct nft_token *ret)
{
	size_t start = ++s->at;

	while (s->at < s->text.n && s->text.p[s->at] != '"' && s->text.p[s->at] != '\n')
		s->at++;
	ret->kind = NFT_TOKEN_STRING;
	ret->text = (struct seal_bytes){s->text.p + start, s->at - start};
	if (s->at < s->text.n && s->text.p[s->at] == '"')
		s->at++;
	ret->end = s->at;
}

void nft_token(struct nft_scanner *s, struct nft_token *ret)
{
	const char *p = s->text.p;

	for (; s->at < s->text.n; s->at++) {
		if (p[s->at] == '\\' && s->at + 1 < s->text.n && p[s->at + 1] == '\n') {
			s->at++;
			s->line++;
		} else if (p[s->at] == '#') {
			while (s->at + 1 < s->text.n && p[s->at + 1] != '\n')
				s->at++;
		} else if (p[s->at] != ' ' && p[s->at] != '\t' && p[s->at] != '\r') {
			break;
		}
	}

	*ret = (struct nft_token){.start = s->at, .end = s->at, .line = s->line};
	if (s->at >= s->text.n)
		return;
	if (p[s->at] == '"') {
		string_token(s, ret);
		return;
	}
	if (p[s->at] == '\n') {
		ret->kind = NFT_TOKEN_NEWLINE;
		s->line++;
		s->at++;
	} else if (is_word(p[s->at])) {
		ret->kind = NFT_TOKEN_WORD;
		while (s->at < s->text.n && is_word(p[s->at]) &&
		       !(p[s->at] == '\\' && s->at + 1 < s->text.n && p[s->at + 1] == '\n'))
			s->at++;
	} else {
		ret->kind = NFT_TOKEN_PUNCT;
		s->at++;
	}
	ret->end = s->at;
	ret->text = (struct seal_bytes){p + ret->start, ret->end - ret->start};
}

/* append text that stands in @file from @line on; the number of lines follows the newlines */
static int append(struct nft_source *s, struct seal_bytes text, uint32_t file, uint32_t line)
{
	struct nft_line *l;
	size_t i;

	if (s->text.n + text.n > NFT_TEXT_MAX)
		return -EFBIG;
	if (!s->lines.n) {
		l = seal_vec_add(&s->lines);
		if (!l)
			return -ENOMEM;
		*l = (struct nft_line){file, line};
	}
	if (!s->text.n || s->text.p[s->text.n - 1] == '\n')
		s->lines.v[s->lines.n - 1] = (struct nft_line){file, line};
	for (i = 0; i < text.n; i++) {
		if (text.p[i] != '\n')
			continue;
		l = seal_vec_add(&s->lines);
		if (!l)
			return -ENOMEM;
		*l = (struct nft_line){file, ++line};
	}
	seal_buf_put(&s->text, text.p, text.n);
	return s->text.err;
}

struct globbing {
	struct nft_source *s;
	const char *dir, *pattern;
	unsigned depth;
	struct seal_err *err;
};

static int read_path(struct nft_source *s, const char *path, unsigned depth, struct seal_err *err);

static int each_match(void *data, const char *name, unsigned char type SEAL_UNUSED)
{
	struct globbing *g = data;
	const char *path;
	int r;

	if (fnmatch(g->pattern, name, FNM_PERIOD) != 0)
		return 0;
	path = seal_arena_printf(g->s->arena, "%s/%s", g->dir, name);
	if (!path)
		return -ENOMEM;
	r = read_path(g->s, path, g->depth, g->err);
	return r == -ENOENT ? seal_err_set(g->err, -ENOTSUP, "include %s cannot be read", path) : r;
}

/* a pattern in the last part of a path; no match is no error to nft either */
static int include_glob(struct nft_source *s, const char *path, unsigned depth,
			struct seal_err *err)
{
	struct globbing g = {.s = s, .depth = depth, .err = err};
	const char *slash = strrchr(path, '/');
	int r;

	if (!slash || s->beside)
		return seal_err_set(err, -ENOTSUP, "include %s: cannot be resolved", path);
	g.dir = seal_arena_printf(s->arena, "%.*s", (int)(slash - path), path);
	g.pattern = slash + 1;
	if (!g.dir)
		return -ENOMEM;
	if (strpbrk(g.dir, "*?["))
		return seal_err_set(err, -ENOTSUP, "include %s: pattern in a directory", path);

	r = seal_root_list(s->root, g.dir, each_match, &g, NULL);
	if (r != -ENOENT && r != -ENOTDIR)
		return r;
	if (seal_root_kind(s->root) == SEAL_ROOT_LIVE || seal_root_kind(s->root) == SEAL_ROOT_IMAGE)
		return 0;
	return seal_err_set(err, -ENOTSUP, "include %s: the directory is not in the evidence",
			    path);
}

/* absolute paths are of the root, "./" of its working directory "/", others of nft's etc */
static int include(struct nft_source *s, struct seal_bytes what, unsigned depth,
		   struct seal_err *err)
{
	const char *path;
	int r;

	if (depth >= NFT_INCLUDE_MAX)
		return seal_err_set(err, -ELOOP, "includes nested more than %u deep",
				    NFT_INCLUDE_MAX);
	if (!what.n || memchr(what.p, 0, what.n))
		return seal_err_set(err, -ENOTSUP, "include without a name");

	if (what.p[0] == '/')
		path = seal_arena_printf(s->arena, "%.*s", (int)what.n, what.p);
	else if (s->beside)
		path = seal_arena_printf(s->arena, "%s/%.*s", s->beside, (int)what.n, what.p);
	else if (seal_bytes_starts(what, "./") || seal_bytes_starts(what, "../"))
		path = seal_arena_printf(s->arena, "/%.*s", (int)what.n, what.p);
	else
		path = seal_arena_printf(s->arena, "/etc/%.*s", (int)what.n, what.p);
	if (!path)
		return -ENOMEM;

	if (strpbrk(path, "*?["))
		return include_glob(s, path, depth + 1, err);
	r = read_path(s, path, depth + 1, err);
	return r == -ENOENT ? seal_err_set(err, -ENOTSUP, "include %s is not there", path) : r;
}

/* copy the text, each include statement replaced by what it includes */
static int expand(struct nft_source *s, struct seal_bytes bytes, uint32_t file, unsigned depth,
		  struct seal_err *err)
{
	struct nft_scanner sc = {.text = bytes};
	struct nft_token t, name;
	size_t done = 0;
	uint32_t line = 1;
	bool first = true; /* of a statement */
	int r;

	for (nft_token(&sc, &t); t.kind != NFT_TOKEN_END; nft_token(&sc, &t)) {
		if (t.kind == NFT_TOKEN_WORD && seal_bytes_is(t.text, "dormant"))
			s->mentions_dormant = true;
		if (!first || t.kind != NFT_TOKEN_WORD || !seal_bytes_is(t.text, "include")) {
			first = t.kind == NFT_TOKEN_NEWLINE ||
				(t.kind == NFT_TOKEN_PUNCT && strchr(";{}", t.text.p[0]));
			continue;
		}
		nft_token(&sc, &name);
		if (name.kind != NFT_TOKEN_STRING)
			return seal_err_set(err, -ENOTSUP, "include without a quoted name");
		r = append(s, (struct seal_bytes){bytes.p + done, t.start - done}, file, line);
		if (r == 0 && s->text.n && s->text.p[s->text.n - 1] != '\n')
			r = append(s, SEAL_LIT("\n"), file, t.line + 1);
		r = r ? r : include(s, name.text, depth, err);
		if (r == 0 && s->text.n && s->text.p[s->text.n - 1] != '\n')
			r = append(s, SEAL_LIT("\n"), file, t.line + 1);
		if (r < 0)
			return r;
		done = name.end;
		line = name.line + 1;
	}
	return append(s, seal_bytes_from(bytes, done), file, line);
}

static int add(struct nft_source *s, struct seal_bytes path, struct seal_bytes bytes,
	       unsigned depth, struct seal_err *err)
{
	struct seal_bytes *slot;

	if (s->files.n >= NFT_FILES_MAX)
		return seal_err_set(err, -EFBIG, "more than %u files", NFT_FILES_MAX);
	if (memchr(bytes.p ? bytes.p : "", 0, bytes.n))
		return seal_err_set(err, -EBADMSG, "%.*s: holds a NUL byte", (int)path.n, path.p);
	slot = seal_vec_add(&s->files);
	if (!slot || seal_arena_copy(s->arena, path, slot) < 0)
		return -ENOMEM;
	return expand(s, bytes, (uint32_t)(s->files.n - 1), depth, err);
}

/* a file beside one that the user named himself */
static int open_beside(const char *path, struct seal_err *err)
{
	seal_auto_close int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return seal_err_set(err, -errno, "%s: cannot be opened", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return seal_err_set(err, -ENXIO, "%s: not a regular file", path);
	return seal_take_fd(&fd);
}

static int read_path(struct nft_source *s, const char *path, unsigned depth, struct seal_err *err)
{
	bool outside = s->beside && strncmp(path, s->beside, strlen(s->beside)) == 0;
	seal_auto_free char *bytes = NULL;
	size_t n;
	int fd, r;

	fd = outside ? open_beside(path, err) : seal_root_open(s->root, path, err);
	if (fd < 0)
		return fd;
	r = seal_read_all(fd, NFT_TEXT_MAX, &bytes, &n, err);
	if (r < 0)
		return seal_err_add(err, r, "%s", path);
	while (!outside && *path == '/')
		path++;
	return add(s, seal_bytes_of(path), (struct seal_bytes){bytes, n}, depth, err);
}

int nft_source_read(struct nft_source *s, const char *path, struct seal_err *err)
{
	return read_path(s, path, 0, err);
}

int nft_source_add(struct nft_source *s, struct seal_bytes path, struct seal_bytes bytes,
		   struct seal_err *err)
{
	return add(s, path, bytes, 0, err);
}

int nft_source_interfaces(const struct nft_source *s,
			  int (*each)(void *data, struct seal_bytes name), void *data)
{
	static const char *const keys[] = {"iif", "oif", "device", "devices", "define"};
	struct nft_scanner sc = {.text = seal_buf_bytes(&s->text)};
	struct nft_token t;
	unsigned depth = 0;
	bool wanted = false;
	size_t i;
	int r;

	for (nft_token(&sc, &t); t.kind != NFT_TOKEN_END; nft_token(&sc, &t)) {
		if (t.kind == NFT_TOKEN_PUNCT && wanted && t.text.p[0] == '{')
			depth++;
		else if (t.kind == NFT_TOKEN_PUNCT && t.text.p[0] == '}' && depth)
			depth--;
		else if (!depth && (t.kind == NFT_TOKEN_NEWLINE ||
				    (t.kind == NFT_TOKEN_PUNCT && t.text.p[0] == ';')))
			wanted = false;
		if (t.kind == NFT_TOKEN_WORD)
			for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
				wanted = wanted || seal_bytes_is(t.text, keys[i]);
		if (!wanted || (t.kind != NFT_TOKEN_WORD && t.kind != NFT_TOKEN_STRING))
			continue;
		r = each(data, t.text);
		if (r < 0)
			return r;
	}
	return 0;
}
