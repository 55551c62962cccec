/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/bundle/bundle.h"

#include <archive.h>
#include <errno.h>

#include "core/errnos.h"
#include "evidence/bundle/bundle_impl.h"

/* as core/root_archive.c reads it back */
#define RATIO_MAX        200
#define RATIO_FREE_BYTES ((int64_t)16 * 1024 * 1024)

int seal_bundle_filter(const char *name, const char **ret)
{
	static const struct {
		const char *suffix, *filter;
	} kinds[] = {{".tar.zst", "zstd"}, {".tar.xz", "xz"}, {".tar.gz", "gzip"}, {".tar", NULL}};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!seal_bytes_ends(seal_bytes_of(name), kinds[i].suffix))
			continue;
		*ret = kinds[i].filter;
		return 0;
	}
	return -EINVAL;
}

int seal_pack_fail(struct seal_packing *p, const char *what)
{
	int error = archive_errno(p->ar);
	const char *text = archive_error_string(p->ar);

	if (error <= 0)
		error = EIO;
	return seal_err_set(p->err, -error, "%s: %s", what, text ? text : strerror(error));
}

void seal_pack_row(struct seal_packing *p, const char *state, uint64_t size_bytes,
		   struct seal_bytes path)
{
	size_t i;

	seal_buf_printf(&p->partial, "%s\t%llu\t", state, (unsigned long long)size_bytes);
	for (i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];

		if (c < ' ' || c == 0x7f || c == '\\')
			seal_buf_printf(&p->partial, "\\%03o", c);
		else
			seal_buf_putc(&p->partial, (char)c);
	}
	seal_buf_putc(&p->partial, '\n');
}

/* is_log - those that the limit takes first */
static bool is_log(const struct seal_item *item)
{
	return seal_bytes_starts(item->path, "var/log/") ||
	       seal_bytes_starts(item->path, "run/log/");
}

/* in_order - directories and links first, then contents, then logs, the newest first */
static int in_order(const void *a, const void *b)
{
	const struct seal_item *x = *(const struct seal_item *const *)a,
			       *y = *(const struct seal_item *const *)b;
	int rank_x = x->content + (x->content && is_log(x)),
	    rank_y = y->content + (y->content && is_log(y));

	if (rank_x != rank_y)
		return rank_x - rank_y;
	if (rank_x == 2 && x->st.st_mtim.tv_sec != y->st.st_mtim.tv_sec)
		return x->st.st_mtim.tv_sec > y->st.st_mtim.tv_sec ? -1 : 1;
	return seal_bytes_cmp(x->path, y->path);
}

static int pack_items(struct seal_packing *p)
{
	const struct seal_haul *haul = p->b->haul;
	const struct seal_item **order;
	size_t i;
	int r = 0;

	order = calloc(haul->items.n + 1, sizeof(const struct seal_item *));
	if (!order)
		return -ENOMEM;
	for (i = 0; i < haul->items.n; i++)
		order[i] = &haul->items.v[i];
	qsort(order, haul->items.n, sizeof(const struct seal_item *), in_order);
	for (i = 0; i < haul->items.n && r == 0; i++)
		r = seal_pack_item(p, order[i]);
	free(order);
	return r;
}

/* alias_rows - paths that lead nowhere, and those that lead to what is not all there */
static void alias_rows(struct seal_packing *p)
{
	const struct seal_haul *haul = p->b->haul;
	const char *name;

	seal_vec_each (a, &haul->aliases) {
		const struct seal_item *item = &haul->items.v[a->item];

		if (a->error) {
			name = seal_errno_name(-a->error);
			seal_pack_row(p, name ? name : "EIO", 0, a->path);
		} else if (S_ISDIR(item->st.st_mode) && !item->listed) {
			seal_pack_row(p, "unlisted", 0, a->path);
		} else if (S_ISREG(item->st.st_mode) && !item->content) {
			seal_pack_row(p, "left", (uint64_t)item->st.st_size, a->path);
		}
	}
}

/* whole_rows - what holds of the host's tree */
static void whole_rows(struct seal_packing *p)
{
	const struct seal_root *root = p->b->root;
	struct seal_bytes top = SEAL_LIT("/");
	bool archive = seal_root_kind(root) == SEAL_ROOT_ARCHIVE;

	if (seal_root_is_whole(root))
		seal_pack_row(p, "whole", 0, top);
	if (seal_root_is_running(root))
		seal_pack_row(p, "running", 0, top);
	if (seal_root_is_partial(root) ? seal_root_has_owners(root)
				       : seal_root_is_whole(root) && !archive && geteuid() == 0)
		seal_pack_row(p, "owners", 0, top);
}

static int pack(struct seal_packing *p)
{
	int r;

	r = seal_pack_state(p);
	seal_vec_each (name, &p->b->haul->live) {
		if (r == 0)
			r = seal_pack_live_file(p, *name);
	}
	if (r == 0)
		r = seal_pack_journal(p);
	if (r == 0) {
		whole_rows(p);
		r = pack_items(p);
	}
	if (r == 0) {
		alias_rows(p);
		r = p->partial.err
			    ? p->partial.err
			    : seal_pack_bytes(p, "live/partial.tsv", seal_buf_bytes(&p->partial));
	}
	return r;
}

static int set_filter(struct seal_packing *p)
{
	const char *filter = p->b->filter;
	int r = ARCHIVE_OK;

	if (!filter)
		return 0;
	if (strcmp(filter, "zstd") == 0)
		r = archive_write_add_filter_zstd(p->ar);
	else if (strcmp(filter, "xz") == 0)
		r = archive_write_add_filter_xz(p->ar);
	else
		r = archive_write_add_filter_gzip(p->ar);
	/* the same evidence gives the same bytes */
	if (r == ARCHIVE_OK && strcmp(filter, "gzip") == 0)
		r = archive_write_set_filter_option(p->ar, NULL, "timestamp", NULL);
	/* ARCHIVE_WARN: it would start a program for it */
	return r == ARCHIVE_OK ? 0 : seal_pack_fail(p, filter);
}

static int open_archive(struct seal_packing *p, int fd)
{
	int r;

	p->ar = archive_write_new();
	if (!p->ar)
		return -ENOMEM;
	r = set_filter(p);
	if (r < 0)
		return r;
	/* the header for extended attributes that GNU tar knows too */
	if (archive_write_set_format_pax(p->ar) != ARCHIVE_OK ||
	    archive_write_set_format_option(p->ar, "pax", "xattrheader", "SCHILY") != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(p->ar, 1) != ARCHIVE_OK ||
	    archive_write_open_fd(p->ar, fd) != ARCHIVE_OK)
		return seal_pack_fail(p, "archive");
	return 0;
}

int seal_bundle_write(const struct seal_bundle *b, int fd, struct seal_bundle_result *ret,
		      struct seal_err *err)
{
	struct seal_packing p = {.b = b, .result = ret, .err = err};
	int64_t in, out;
	int r;

	*ret = (struct seal_bundle_result){0};
	p.now = (struct timespec){b->time_us / SEAL_SECOND_US, b->time_us % SEAL_SECOND_US * 1000};
	r = open_archive(&p, fd);
	if (r == 0)
		r = pack(&p);
	if (r == 0 && archive_write_close(p.ar) != ARCHIVE_OK)
		r = seal_pack_fail(&p, "archive");
	if (r == 0) {
		out = archive_filter_bytes(p.ar, 0);
		in = archive_filter_bytes(p.ar, -1);
		if (out > RATIO_FREE_BYTES && out / RATIO_MAX > in)
			r = seal_err_set(
				err, -EFBIG,
				"it compresses by more than %d to 1, which is not read back: "
				"name a .tar",
				RATIO_MAX);
	}
	if (p.ar) {
		if (r < 0)
			archive_write_fail(p.ar);
		archive_write_free(p.ar);
	}
	seal_buf_done(&p.partial);
	if (r < 0 && err && !err->code)
		seal_err_set(err, r, "%s", strerror(-r));
	return r;
}
