/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/fix.h"

#include <errno.h>
#include <string.h>

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

static const char *const condition_names[SEAL_CONDITION_KIND_MAX_] = {
	[SEAL_CONDITION_NONE] = "none",
	[SEAL_CONDITION_LABELS] = "labels",
	[SEAL_CONDITION_CONTEXT] = "context",
	[SEAL_CONDITION_FCONTEXT] = "fcontext",
	[SEAL_CONDITION_EQUIVALENT] = "equivalent",
	[SEAL_CONDITION_PORT] = "port",
	[SEAL_CONDITION_BOOLEAN] = "boolean",
	[SEAL_CONDITION_MODULE] = "module",
	[SEAL_CONDITION_GROUP] = "group",
	[SEAL_CONDITION_MODE] = "mode",
	[SEAL_CONDITION_NFT_RULE] = "nft-rule",
	[SEAL_CONDITION_NFT_ELEMENT] = "nft-element",
	[SEAL_CONDITION_FIREWALLD] = "firewalld",
	[SEAL_CONDITION_PARAMETER] = "parameter",
	[SEAL_CONDITION_SERVICE] = "service",
};

const char *seal_condition_name(enum seal_condition_kind k)
{
	return k < SEAL_CONDITION_KIND_MAX_ ? condition_names[k] : "none";
}

void seal_fix_done(struct seal_fix *f)
{
	seal_vec_each (s, &f->steps) {
		seal_vec_done(&s->argv.v);
		seal_vec_done(&s->undo.v);
	}
	seal_vec_each (alt, &f->alternatives) {
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

bool seal_argv_eq(const struct seal_argv *a, const struct seal_argv *b)
{
	size_t i;

	if (a->v.n != b->v.n)
		return false;
	for (i = 0; i < a->v.n; i++)
		if (!seal_bytes_eq(a->v.v[i], b->v.v[i]))
			return false;
	return true;
}

void seal_step_relabels(struct seal_step *s, struct seal_bytes path, bool tree)
{
	s->precondition = SEAL_LIT("the label is not the one file_contexts asks for");
	s->verify = SEAL_LIT("restorecon -n on the path changes nothing");
	s->after = (struct seal_condition){SEAL_CONDITION_LABELS, .subject = path};
	if (tree)
		s->after.value = SEAL_LIT("tree");
	s->before = s->after;
	s->before.not = true;
}

static int copy_step(struct seal_fix *to, const struct seal_step *from)
{
	struct seal_step *s;

	s = seal_vec_add(&to->steps);
	if (!s)
		return -ENOMEM;
	*s = *from;
	memset(&s->argv, 0, sizeof(s->argv));
	memset(&s->undo, 0, sizeof(s->undo));
	if (seal_argv_set(&s->argv, from->argv.v.v, from->argv.v.n) < 0)
		return -ENOMEM;
	return seal_argv_set(&s->undo, from->undo.v.v, from->undo.v.n);
}

/* copy_parts - steps, targets and alternatives; those have no alternatives of their own */
static int copy_parts(struct seal_fix *to, const struct seal_fix *from)
{
	struct seal_bytes *t;
	struct seal_fix *alt;
	int r = 0;

	seal_vec_each (s, &from->steps) {
		r = r < 0 ? r : copy_step(to, s);
	}
	seal_vec_each (b, &from->targets) {
		t = r < 0 ? NULL : seal_vec_add(&to->targets);
		if (t)
			*t = *b;
		else
			r = -ENOMEM;
	}
	seal_vec_each (a, &from->alternatives) {
		alt = r < 0 ? NULL : seal_vec_add(&to->alternatives);
		r = alt ? seal_fix_copy(alt, a) : -ENOMEM;
	}
	return r;
}

int seal_fix_copy(struct seal_fix *to, const struct seal_fix *from)
{
	struct seal_fix f = *from;
	int r;

	memset(&f.steps, 0, sizeof(f.steps));
	memset(&f.targets, 0, sizeof(f.targets));
	memset(&f.alternatives, 0, sizeof(f.alternatives));
	r = copy_parts(&f, from);
	if (r < 0)
		seal_fix_done(&f);
	else
		*to = f;
	return r;
}
