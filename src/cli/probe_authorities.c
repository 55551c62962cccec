/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/probe_authorities.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "core/input.h"
#include "evidence/postfix/conf.h"

#define FILE_MAX  ((size_t)4 << 20)
#define TEXT_MAX  ((size_t)16 << 20)
#define FILES_MAX 4096u
#define HASH_SIZE 8u

/* struct reader - the text read so far */
struct reader {
	const struct seal_root *root;
	const char *dir;
	struct seal_buf pem;
	unsigned files;
	bool unknown;
};

static int take_file(struct reader *r, const char *path)
{
	seal_auto_free char *text = NULL;
	size_t n = 0;
	int e;

	if (++r->files > FILES_MAX || r->pem.n > TEXT_MAX - FILE_MAX) {
		r->unknown = true;
		return 0;
	}
	e = seal_root_read(r->root, path, FILE_MAX, &text, &n, NULL);
	if (e < 0) {
		r->unknown = true;
		return e == -ENOMEM ? e : 0;
	}
	seal_buf_put(&r->pem, text, n);
	seal_buf_putc(&r->pem, '\n');
	return r->pem.err;
}

/* is_hash - the name of a link that OpenSSL looks for: eight hexadecimal digits and a number */
static bool is_hash(const char *name)
{
	size_t i;

	for (i = 0; i < HASH_SIZE; i++)
		if (!isxdigit((unsigned char)name[i]))
			return false;
	return name[i] == '.' && isdigit((unsigned char)name[i + 1]);
}

static int take_entry(void *data, const char *name, unsigned char type SEAL_UNUSED)
{
	struct reader *r = data;
	char path[PATH_MAX];

	if (!is_hash(name))
		return 0;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", r->dir, name) >= sizeof(path))
		return 0;
	return take_file(r, path);
}

static int take_dir(struct reader *r, const char *path)
{
	int e;

	r->dir = path;
	e = seal_root_list(r->root, path, take_entry, r, NULL);
	if (e < 0)
		r->unknown = true;
	return e == -ENOMEM ? e : 0;
}

/* take - what the setting @name leads to, if it is set */
static int take(struct reader *r, struct seal_host *h, const struct seal_service *smtp,
		const char *name, int (*read)(struct reader *, const char *))
{
	struct seal_bytes path = SEAL_BYTES_NONE;
	char below[PATH_MAX];
	int e = seal_conf_value(h->postfix.instances.v, smtp, name, h->arena, &path);

	if (e < 0) {
		r->unknown = r->unknown || e != -ENOENT;
		return e == -ENOMEM ? e : 0;
	}
	while (path.n && path.p[0] == '/')
		path = seal_bytes_from(path, 1);
	if (!path.n)
		return 0;
	if (path.n >= sizeof(below) || memchr(path.p, '\0', path.n)) {
		r->unknown = true;
		return 0;
	}
	memcpy(below, path.p, path.n);
	below[path.n] = '\0';
	return read(r, below);
}

int seal_netprobe_authorities(const struct seal_root *root, struct seal_host *h,
			      const struct seal_service *smtp, struct seal_tls_authorities *ret)
{
	const struct seal_instance *inst = h->postfix.instances.n ? h->postfix.instances.v : NULL;
	struct reader r = {.root = root};
	int e;

	*ret = (struct seal_tls_authorities){.defaults = false};
	if (!inst)
		return 0;
	r.unknown = !inst->has_main_cf;
	e = take(&r, h, smtp, "smtp_tls_CAfile", take_file);
	if (e == 0)
		e = take(&r, h, smtp, "smtp_tls_CApath", take_dir);
	if (e == 0)
		e = seal_arena_copy(h->arena, seal_buf_bytes(&r.pem), &ret->pem);
	seal_buf_done(&r.pem);
	ret->unknown = r.unknown;
	/* off where it cannot be told */
	(void)seal_conf_bool(inst, smtp, "tls_append_default_CA", h->arena, &ret->defaults);
	return e;
}
