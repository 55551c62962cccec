/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/dac.h"
#include "analysis/denials/ladder_impl.h"

/* rung_capability.c - root without the capability to pass by owner and mode: the owner or the mode
 * is mended, the capability stays away */

static bool is_about_files(const struct seal_denial *d)
{
	return seal_denial_has(d, "dac_override") || seal_denial_has(d, "dac_read_search");
}

static bool is_capability(struct seal_bytes tclass)
{
	return seal_bytes_is(tclass, "capability") || seal_bytes_is(tclass, "cap_userns");
}

/* wanted - bits of enum seal_dac_access: what the kernel asked for. For reading and searching it
 * tries dac_read_search; the denial of dac_override alone is of writing (capable_wrt_inode_uidgid
 * in generic_permission) */
static unsigned wanted(const struct seal_denial *d)
{
	return seal_denial_has(d, "dac_read_search") ? SEAL_DAC_READ : SEAL_DAC_WRITE;
}

/* put_mode - chmod's word for what the group lacks */
static struct seal_bytes mode_word(char who, unsigned lacks)
{
	static const char words[2][8][6] = {
		{"g+", "g+x", "g+w", "g+wx", "g+r", "g+rx", "g+rw", "g+rwx"},
		{"u+", "u+x", "u+w", "u+wx", "u+r", "u+rx", "u+rw", "u+rwx"},
	};

	return seal_bytes_of(words[who == 'u'][lacks & 7]);
}

static int step(struct seal_fix *f, const char *op, struct seal_bytes arg,
		struct seal_condition before)
{
	struct seal_bytes path = before.subject, undo = before.value;
	struct seal_step *s;
	int r;

	r = seal_ladder_step(f, op, (struct seal_bytes[]){seal_bytes_of(op), arg, path}, 3, &s);
	if (r < 0)
		return r;
	s->precondition = SEAL_LIT("owner and mode are as recorded");
	s->before = s->after = before;
	s->after.not = true;
	return seal_argv_set(&s->undo, (struct seal_bytes[]){seal_bytes_of(op), undo, path}, 3);
}

/* mend - the element that keeps root out is opened to the group root */
static int mend(struct seal_ladder *l, struct seal_fix *f, const struct seal_dac_result *dac)
{
	bool owner = dac->file.uid == 0;
	struct seal_bytes mode = seal_ladder_textf(l, "%04o", dac->file.mode & 07777);
	struct seal_bytes gid = seal_ladder_textf(l, "%u", dac->file.gid);
	int r = 0;

	if (!mode.n || !gid.n)
		return -ENOMEM;
	if (!owner && dac->file.gid != 0)
		r = step(f, "chgrp", SEAL_LIT("root"),
			 (struct seal_condition){SEAL_CONDITION_GROUP, .subject = dac->path,
						 .value = gid});
	if (r == 0)
		r = step(f, "chmod", mode_word(owner ? 'u' : 'g', dac->wanted),
			 (struct seal_condition){SEAL_CONDITION_MODE, .subject = dac->path,
						 .value = mode});
	f->sufficient = f->minimal = f->opens.known = true;
	f->why = SEAL_LIT("the mode bits keep root out, so the capability is asked for; opened to "
			  "the group root it is not");
	return r;
}

int seal_rung_capability(struct seal_ladder *l)
{
	const struct seal_denial *d = l->g->members.v[0];
	struct seal_identity root = {.uid = 0, .gid = 0};
	struct seal_dac_result dac = {0};
	struct seal_step *s;
	struct seal_fix *f;
	int r;

	if (!is_capability(d->tclass) || !is_about_files(d))
		return 0;
	l->no_rule = SEAL_LIT("the owner or mode of a file is to be mended, not overridden");
	f = seal_ladder_add(l, SEAL_FIX_FILE_MODE);
	if (!f)
		return -ENOMEM;
	if (l->g->members.n == 1 && d->object.path.n && d->object.path.p[0] == '/' &&
	    !d->object.path_is_relative_to_root) {
		r = seal_dac_walk(&l->h->view, d->object.path, &root, wanted(d), l->h->arena, &dac);
		if (r < 0)
			return r;
		if (dac.answer == SEAL_DAC_REFUSED && dac.file.has_owner)
			return mend(l, f, &dac);
	}
	f->why =
		SEAL_LIT("root is kept out by owner and mode of a file: let the file belong to, or "
			 "be open to, the user or group that uses it");
	r = seal_ladder_step(f, "manual", NULL, 0, &s);
	if (r == 0)
		s->why =
			SEAL_LIT("find the file (auditctl -w records PATH), then compare owner and "
				 "mode with the package's: postfix check, postfix set-permissions");
	return r;
}
