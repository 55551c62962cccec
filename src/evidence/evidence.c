/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/evidence.h"

#include <errno.h>

int seal_evidence_read(const struct seal_root *root, unsigned what, struct seal_host **ret,
		       struct seal_err *err)
{
	struct seal_host *h;

	(void)what;
	h = seal_host_new();
	if (!h)
		return seal_err_set(err, -ENOMEM, "out of memory");
	h->root = seal_root_name(root);
	h->live = seal_root_kind(root) == SEAL_ROOT_LIVE;
	*ret = h;
	return 0;
}

void seal_evidence_free(struct seal_host *h)
{
	seal_host_free(h);
}
