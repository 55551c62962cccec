/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* nft_helper.h - a process that loads nft texts for one that has locked itself down: namespaces,
 * mounts and chroot are what the lock-down takes away. It knows nothing but the bytes it is handed,
 * and each text is loaded by a child of its own. */

#include "evidence/firewall/nft_source.h"

#define NFT_DATABASES 4u /* etc/passwd, group, services, protocols */

/* struct nft_job - what the loading of a text needs, gathered before the child leaves the world */
struct nft_job {
	const struct nft_source *source; /* its text and mentions_dormant */
	char *files[NFT_DATABASES];
	size_t sizes[NFT_DATABASES];
	int out; /* receives the answer */
	int rtnl;
	unsigned n_interfaces;
};

/* nft_job_carry_out - in a child that ends afterwards: load, list, write the answer to j->out
 * Returns 0 or -errno. */
int nft_job_carry_out(struct nft_job *j);

/* nft_helper_start - start the process; it ends with this one. Call before the lock-down. Where no
 * process can be started there is none: texts are then loaded as far as the lock-down lets.
 * Returns 0 or -errno. */
int nft_helper_start(struct seal_err *err);

/* nft_helper_part, nft_helper_take - a helper for each of several processes that are started after
 * the lock-down: part with the one just started, so that another can be; take one as the own.
 * nft_helper_part() returns the descriptor, which the caller owns, or -1 when there is none. */
int nft_helper_part(void);
void nft_helper_take(int fd);

/* nft_helper_ask - hand it a job; j->out goes to its child. Returns 0, or -ENOTCONN or another
 * negative errno when there is no helper to take it. */
int nft_helper_ask(const struct nft_job *j);
