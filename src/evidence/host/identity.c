/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/utsname.h>
#include <time.h>

#include "evidence/host/host_impl.h"

/* identity.c - the name of the host, its distribution, and the time its evidence was taken */

#define WORD_MAX 64

static int read_bundle(const struct seal_root *root, struct seal_host *h)
{
	static const struct seal_fact_file file = {SEAL_SOURCE_FILES, SEAL_FACT_BUNDLE,
						   "bundle.json"};
	seal_auto_json_t json_t *j = NULL;
	int64_t time_us;
	size_t row;
	int r;

	/* the bundle of an image stands for the image, which tells its own name */
	if (seal_root_is_whole(root) && !seal_root_is_running(root))
		return 0;
	r = seal_fact_json(root, h, &file, &j, &row);
	if (r <= 0)
		return r;
	h->sources.v[row].records = 1;
	if (!seal_bytes_starts(seal_fact_key(j, "schema"), "postseal-bundle/1"))
		return seal_fact_damaged(h, row, 1, "schema that is not postseal-bundle/1");
	if (seal_time_parse(seal_fact_key(j, "time"), &time_us) == 0)
		h->now_us = time_us;
	return seal_arena_copy(h->arena, seal_fact_key(j, "host"), &h->name);
}

static int read_live(struct seal_host *h)
{
	struct timespec now;
	struct utsname u;

	if (clock_gettime(CLOCK_REALTIME, &now) == 0)
		h->now_us = (int64_t)now.tv_sec * SEAL_SECOND_US + now.tv_nsec / 1000;
	if (uname(&u) < 0)
		return 0;
	return seal_arena_copy(h->arena, seal_bytes_of(u.nodename), &h->name);
}

static int read_hostname(const struct seal_root *root, struct seal_host *h)
{
	static const struct seal_fact_file file = {SEAL_SOURCE_FILES, SEAL_FACT_ROOT,
						   "etc/hostname"};
	seal_auto_fact struct seal_fact f = {0};
	struct seal_bytes line, rest;
	int r;

	r = seal_fact_read(root, h, &file, &f);
	if (r <= 0)
		return r;
	/* hostname(5): the first line that is no comment */
	for (rest = (struct seal_bytes){f.text, f.n}; rest.n;) {
		line = seal_bytes_trim(seal_bytes_cut(rest, '\n', &rest));
		if (line.n && line.p[0] != '#') {
			h->sources.v[f.row].records = 1;
			return seal_arena_copy(h->arena, seal_bytes_first(line, 255), &h->name);
		}
	}
	return 0;
}

/* unquoted - a value of os-release(5) without its quotes */
static struct seal_bytes unquoted(struct seal_bytes v)
{
	v = seal_bytes_trim(v);
	if (v.n >= 2 && (v.p[0] == '"' || v.p[0] == '\'') && v.p[v.n - 1] == v.p[0])
		return (struct seal_bytes){v.p + 1, v.n - 2};
	return v;
}

struct os_release {
	struct seal_bytes id, like, version;
};

static struct os_release parse_os_release(struct seal_bytes text)
{
	struct os_release os = {0};
	struct seal_bytes line, name, value;

	while (text.n) {
		line = seal_bytes_cut(text, '\n', &text);
		name = seal_bytes_trim(seal_bytes_cut(line, '=', &value));
		if (seal_bytes_is(name, "ID"))
			os.id = unquoted(value);
		else if (seal_bytes_is(name, "ID_LIKE"))
			os.like = unquoted(value);
		else if (seal_bytes_is(name, "VERSION_ID"))
			os.version = unquoted(value);
	}
	return os;
}

/* of_rhel - whether minor versions do not matter: rhel-9, not rhel-9.4 */
static bool of_rhel(const struct os_release *os)
{
	struct seal_bytes like = os->like, word;

	if (seal_bytes_is(os->id, "rhel"))
		return true;
	while ((word = seal_bytes_word(&like)).n)
		if (seal_bytes_is(word, "rhel"))
			return true;
	return false;
}

static int read_distro(const struct seal_root *root, struct seal_host *h)
{
	static const struct seal_fact_file files[] = {
		{SEAL_SOURCE_FILES, SEAL_FACT_ROOT, "etc/os-release"},
		{SEAL_SOURCE_FILES, SEAL_FACT_ROOT, "usr/lib/os-release"},
	};
	struct os_release os;
	struct seal_bytes rest;
	const char *text;
	size_t i;
	int r;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		seal_auto_fact struct seal_fact f = {0};

		/* the second stands in for the first, os-release(5): one row for both */
		if (i && h->sources.v[h->sources.n - 1].status == SEAL_READ_ABSENT)
			h->sources.n--;
		r = seal_fact_read(root, h, &files[i], &f);
		if (r < 0)
			return r;
		if (r == 0)
			continue;
		os = parse_os_release((struct seal_bytes){f.text, f.n});
		if (!os.id.n)
			return seal_fact_damaged(h, f.row, 1, "missing ID");
		if (of_rhel(&os))
			os.version = seal_bytes_cut(os.version, '.', &rest);
		os.id = seal_bytes_first(os.id, WORD_MAX);
		os.version = seal_bytes_first(os.version, WORD_MAX);
		text = seal_arena_printf(h->arena, "%.*s%s%.*s", (int)os.id.n, os.id.p,
					 os.version.n ? "-" : "", (int)os.version.n,
					 os.version.n ? os.version.p : "");
		if (!text)
			return -ENOMEM;
		h->distro = seal_bytes_of(text);
		h->sources.v[f.row].records = 1;
		return 0;
	}
	return 0;
}

int seal_identity_read(const struct seal_root *root, struct seal_host *h)
{
	int r;

	r = read_bundle(root, h);
	if (r == 0 && seal_root_kind(root) == SEAL_ROOT_LIVE)
		r = read_live(h);
	if (r == 0 && !h->name.n)
		r = read_hostname(root, h);
	return r < 0 ? r : read_distro(root, h);
}
