/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/host/facts.h"

#include <errno.h>
#include <stdio.h>

#include "core/input.h"
#include "evidence/host/host_impl.h"

static int open_file(const struct seal_root *root, const struct seal_fact_file *file,
		     struct seal_err *err)
{
	if (file->place == SEAL_FACT_LIVE)
		return seal_root_open_live(root, file->path, err);
	if (file->place == SEAL_FACT_BUNDLE)
		return seal_root_open_bundle(root, file->path, err);
	return seal_root_open(root, file->path, err);
}

static bool has_bundle(const struct seal_root *root)
{
	int fd = seal_root_is_whole(root) ? -ENOENT
					  : seal_root_open_bundle(root, "bundle.json", NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int seal_fact_read(const struct seal_root *root, struct seal_host *h,
		   const struct seal_fact_file *file, struct seal_fact *ret)
{
	enum seal_read_status status = SEAL_READ_READ;
	struct seal_err err = {0};
	char path[128];
	int fd, r;

	fd = open_file(root, file, &err);
	if (fd == -ENOENT && file->place != SEAL_FACT_ROOT && !has_bundle(root))
		return 0;
	r = fd < 0 ? fd : seal_read_all(fd, SEAL_FACT_BYTES_MAX, &ret->text, &ret->n, &err);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		status = r == -ENOENT ? SEAL_READ_ABSENT : SEAL_READ_UNREADABLE;

	snprintf(path, sizeof(path), "%s%s", file->place == SEAL_FACT_LIVE ? "live/" : "",
		 file->path);
	ret->row = h->sources.n;
	if (!seal_host_source(h, file->source, seal_bytes_of(path), status,
			      seal_bytes_of(r < 0 ? err.text : "")))
		return -ENOMEM;
	return r < 0 ? 0 : 1;
}

int seal_fact_json(const struct seal_root *root, struct seal_host *h,
		   const struct seal_fact_file *file, json_t **ret, size_t *row)
{
	seal_auto_fact struct seal_fact f = {0};
	struct seal_source_state *state;
	json_error_t error;
	char why[64];
	int r;

	r = seal_fact_read(root, h, file, &f);
	if (r <= 0)
		return r;
	*row = f.row;
	*ret = json_loadb(f.text, f.n, JSON_REJECT_DUPLICATES, &error);
	if (*ret)
		return 1;

	state = &h->sources.v[f.row];
	state->status = SEAL_READ_UNREADABLE;
	/* the library's own text quotes the file */
	snprintf(why, sizeof(why), "not JSON: line %d, column %d", error.line, error.column);
	return seal_arena_copy(h->arena, seal_bytes_of(why), &state->detail);
}

int seal_fact_damaged(struct seal_host *h, size_t row, uint64_t n, const char *what)
{
	struct seal_source_state *state = &h->sources.v[row];
	char why[96];

	if (!n)
		return 0;
	state->status = SEAL_READ_TRUNCATED;
	snprintf(why, sizeof(why), "%llu %s", (unsigned long long)n, what);
	return seal_arena_copy(h->arena, seal_bytes_of(why), &state->detail);
}

struct seal_bytes seal_fact_key(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	return (struct seal_bytes){json_string_value(v), json_string_length(v)};
}

int seal_host_facts_read(const struct seal_root *root, struct seal_host *h, struct seal_err *err)
{
	static int (*const readers[])(const struct seal_root *root, struct seal_host *h) = {
		seal_identity_read,
		seal_accounts_read,
		seal_network_read,
		seal_disk_read,
	};
	const char *damage = seal_root_damage(root);
	size_t i;
	int r;

	if (*damage && !seal_host_source(h, SEAL_SOURCE_FILES, seal_bytes_of(seal_root_name(root)),
					 SEAL_READ_TRUNCATED, seal_bytes_of(damage)))
		return seal_err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		r = readers[i](root, h);
		if (r < 0)
			return seal_err_set(err, r, "%s", strerror(-r));
	}
	return 0;
}
