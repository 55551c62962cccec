/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/store.h"

#include "core/input.h"

#include <errno.h>
#include <stdio.h>

#define CONF_MAX_BYTES (64u << 10)
#define DEFAULT_ROOT   "var/lib/selinux"

/* value_of - the value of "store-root = VALUE" of semanage.conf(5), a comment behind it cut off;
 * the last one counts */
static struct seal_bytes value_of(struct seal_bytes text)
{
	struct seal_bytes ret = SEAL_BYTES_NONE, line, key;

	while (text.n > 0) {
		line = seal_bytes_cut(text, '\n', &text);
		line = seal_bytes_cut(line, '#', &(struct seal_bytes){0});
		key = seal_bytes_cut(line, '=', &line);
		if (seal_bytes_is(seal_bytes_word(&key), "store-root"))
			ret = seal_bytes_word(&line);
	}
	while (ret.n > 0 && ret.p[0] == '/')
		ret = seal_bytes_from(ret, 1);
	return ret;
}

int seal_selinux_store(const struct seal_root *root, const char *type, char *ret)
{
	seal_auto_free char *text = NULL;
	struct seal_bytes base = SEAL_BYTES_NONE;
	struct stat st;
	size_t n = 0;

	if (seal_root_read(root, "etc/selinux/semanage.conf", CONF_MAX_BYTES, &text, &n, NULL) == 0)
		base = value_of((struct seal_bytes){text, n});
	if (base.n > 0 && base.n < SEAL_STORE_PATH_MAX - 80) {
		snprintf(ret, SEAL_STORE_PATH_MAX, "%.*s/%.64s/active", (int)base.n, base.p, type);
		if (seal_root_stat(root, ret, true, &st) == 0)
			return 0;
	}
	snprintf(ret, SEAL_STORE_PATH_MAX, "etc/selinux/%.64s/active", type);
	if (seal_root_stat(root, DEFAULT_ROOT, true, &st) < 0 &&
	    seal_root_stat(root, ret, true, &st) == 0)
		return 0;
	snprintf(ret, SEAL_STORE_PATH_MAX, DEFAULT_ROOT "/%.64s/active", type);
	return seal_root_stat(root, ret, true, &st) == 0 ? 0 : -ENOENT;
}
