/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* nft_text.h - a ruleset in nft(8)'s own language, as etc/nftables.conf holds it.
 *
 * Includes are resolved inside the root; user and group names become the root's ids. The text is
 * then loaded by libnftables in a child process inside a private network namespace (nothing of the
 * host is read or changed) and listed back as JSON, so that the grammar is nft's own. Where
 * namespaces are not to be had the file is unreadable, with the reason. libnftables resolves no
 * name here: a host name in the text is an error. */

#include "core/root.h"
#include "model/host.h"
#include "model/ruleset.h"

/* seal_nft_text_read - read one file of a root and what it includes
 * @path: below the root, for example etc/nftables.conf
 * @h:    receives a row in its sources
 * @ret:  new ruleset, linked, caller frees with seal_ruleset_free(); untouched on failure
 * Limits: 32 MiB and 4096 files with all includes, 16 levels of include; as an ordinary user about
 * 450 rules (the kernel refuses longer messages with EMSGSIZE).
 * Returns 0, -ENOENT, -ENOTSUP (an include is missing, a name cannot be resolved), -EBADMSG (nft
 * refuses the text), -EPERM (no namespaces), -EMSGSIZE, -EFBIG, -ENOMEM or an I/O errno. */
int seal_nft_text_read(const struct seal_root *root, const char *path, struct seal_host *h,
		       struct seal_ruleset **ret, struct seal_err *err);

/* seal_nft_text_read_file - the same for a file of the host the program runs on (--ruleset FILE):
 * relative includes are taken beside it, absolute ones from @root, as are user names
 * @fd: opened by the caller; taken over in every case */
int seal_nft_text_read_file(const struct seal_root *root, const char *name, int fd,
			    struct seal_host *h, struct seal_ruleset **ret, struct seal_err *err);
