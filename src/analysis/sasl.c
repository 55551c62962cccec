/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/sasl.h"

#include <errno.h>

/* find_library - "libsasl2", or of its folder of plug-ins "sasl2/libplain". Returns 1, 0, -ENODATA
 * or -ENOMEM */
static int find_library(struct seal_host *h, const char *name)
{
	static const char *const folders[] = {
		"/usr/lib64",
		"/usr/lib",
		"/usr/lib/x86_64-linux-gnu",
		"/usr/lib/aarch64-linux-gnu",
		"/usr/lib/arm-linux-gnueabihf",
		"/usr/lib/i386-linux-gnu",
		"/usr/lib/powerpc64le-linux-gnu",
		"/usr/lib/riscv64-linux-gnu",
		"/usr/lib/s390x-linux-gnu",
	};
	static const char *const ends[] = {"so", "so.2", "so.3"};
	bool hidden = false;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		for (size_t k = 0; k < sizeof(ends) / sizeof(ends[0]); k++) {
			const char *path =
				seal_arena_printf(h->arena, "%s/%s.%s", folders[i], name, ends[k]);
			struct seal_file f;
			int r = path ? seal_view_file(&h->view, seal_bytes_of(path), &f) : -ENOMEM;

			if (r == 0 || r == -ENOMEM)
				return r == 0 ? 1 : r;
			hidden = hidden || r != -ENOENT;
		}
	return hidden ? -ENODATA : 0;
}

int seal_sasl_plugins(struct seal_host *h, struct seal_sasl_plugins *ret)
{
	static const char *const names[] = {
		"sasl2/libplain",   "sasl2/liblogin", "sasl2/libdigestmd5",
		"sasl2/libcrammd5", "sasl2/libscram", "sasl2/libgssapiv2",
		"sasl2/libxoauth2", "sasl2/libntlm",  "sasl2/libgs2"};

	*ret = (struct seal_sasl_plugins){.plain = 0};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int r = find_library(h, names[i]);

		if (r == -ENOMEM)
			return r;
		ret->plain += r == 1 && i < 2;
		ret->other += r == 1 && i >= 2;
		ret->hidden = ret->hidden || r < 0;
	}
	/* a list of files that knows nothing of the library does not tell of its plug-ins */
	if (!ret->plain && !ret->other) {
		int r = find_library(h, "libsasl2");

		ret->hidden = ret->hidden || r != 1;
		return r == -ENOMEM ? r : 0;
	}
	return 0;
}
