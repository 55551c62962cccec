/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/audit/audit.h"

int seal_audit_read(const struct seal_root *root, struct seal_host *h, struct seal_err *err)
{
	seal_auto_audit struct seal_audit_log *log = NULL;
	struct seal_journal_reader reader;
	int r;

	r = seal_audit_new(root, h, &log, err);
	if (r < 0)
		return r;
	reader = seal_audit_reader(log);
	r = seal_journal_read(root, h, &reader, 1);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	return seal_audit_finish(log, err);
}
