/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/fix.h"

#include <errno.h>

static const char *const kind_names[SEAL_FIX_KIND_MAX_] = {
	[SEAL_FIX_NONE] = "none",
	[SEAL_FIX_RESTORECON] = "restorecon",
	[SEAL_FIX_FCONTEXT] = "fcontext",
	[SEAL_FIX_PORT_LABEL] = "port-label",
	[SEAL_FIX_BOOLEAN] = "boolean",
	[SEAL_FIX_MODULE] = "module",
	[SEAL_FIX_POSTFIX_CONFIG] = "postfix-config",
	[SEAL_FIX_FILE_MODE] = "file-mode",
	[SEAL_FIX_FIREWALL_RULE] = "firewall-rule",
	[SEAL_FIX_FIREWALLD] = "firewalld",
	[SEAL_FIX_SERVICE] = "service",
	[SEAL_FIX_AUDIT_RULE] = "audit-rule",
	[SEAL_FIX_DNS] = "dns",
	[SEAL_FIX_CREDENTIALS] = "credentials",
	[SEAL_FIX_CERTIFICATE] = "certificate",
};

const char *seal_fix_kind_name(enum seal_fix_kind k)
{
	return k < SEAL_FIX_KIND_MAX_ ? kind_names[k] : "none";
}

void seal_fix_done(struct seal_fix *f)
{
	seal_vec_each(s, &f->steps)
	{
		seal_vec_done(&s->argv.v);
		seal_vec_done(&s->undo.v);
	}
	seal_vec_each(alt, &f->alternatives)
	{
		seal_fix_done(alt);
	}
	seal_vec_done(&f->steps);
	seal_vec_done(&f->targets);
	seal_vec_done(&f->alternatives);
}

int seal_argv_set(struct seal_argv *a, const struct seal_bytes *words, size_t n)
{
	size_t i;

	seal_vec_done(&a->v);
	for (i = 0; i < n; i++) {
		struct seal_bytes *w = seal_vec_add(&a->v);

		if (!w)
			return -ENOMEM;
		*w = words[i];
	}
	return 0;
}
