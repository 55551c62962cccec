/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/mend.h"

/* step - the only step of a new fix, NULL when memory is gone */
static struct seal_step *step(struct seal_fix *f, enum seal_fix_kind kind, const char *op,
			      const struct seal_bytes *argv, size_t n)
{
	struct seal_step *s;

	*f = (struct seal_fix){.kind = kind, .sufficient = true, .minimal = true};
	f->opens.known = true;
	s = seal_vec_add(&f->steps);
	if (!s)
		return NULL;
	s->op = op;
	return seal_argv_set(&s->argv, argv, n) < 0 ? NULL : s;
}

void seal_mend_labels(struct seal_out *out, struct seal_bytes path, bool tree)
{
	struct seal_bytes argv[] = {SEAL_LIT("restorecon"), tree ? SEAL_LIT("-RF") : SEAL_LIT("-F"),
				    path};
	struct seal_fix f;
	struct seal_step *s;

	if (!seal_out_told(out))
		return;
	s = step(&f, SEAL_FIX_RESTORECON, "restorecon", argv, 3);
	if (s) {
		f.why = SEAL_LIT("the label is not the one file_contexts asks for");
		seal_step_relabels(s, path, tree);
	}
	seal_out_mend(out, s ? &f : NULL, &f);
}

void seal_mend_mode(struct seal_out *out, struct seal_bytes path, uint32_t before, uint32_t after)
{
	const char *old = seal_arena_printf(seal_out_arena(out), "%04o", before);
	const char *new = seal_arena_printf(seal_out_arena(out), "%04o", after);
	struct seal_bytes argv[] = {SEAL_LIT("chmod"), seal_bytes_of(new), path};
	struct seal_fix f;
	struct seal_step *s;

	if (!old || !new || !seal_out_told(out))
		return;
	s = step(&f, SEAL_FIX_FILE_MODE, "chmod", argv, 3);
	if (s) {
		f.why = SEAL_LIT("the mode lets more in than is needed");
		s->precondition = SEAL_LIT("the file has the old mode");
		s->verify = SEAL_LIT("stat shows the new mode");
		s->before = (struct seal_condition){SEAL_CONDITION_MODE, .subject = path,
						    .value = seal_bytes_of(old)};
		s->after = (struct seal_condition){SEAL_CONDITION_MODE, .subject = path,
						   .value = seal_bytes_of(new)};
		argv[1] = seal_bytes_of(old);
		if (seal_argv_set(&s->undo, argv, 3) < 0)
			s = NULL;
	}
	seal_out_mend(out, s ? &f : NULL, &f);
}

void seal_mend_boolean(struct seal_out *out, struct seal_bytes name, bool on)
{
	struct seal_bytes words[] = {SEAL_LIT("off"), SEAL_LIT("on")};
	struct seal_bytes argv[] = {SEAL_LIT("setsebool"), SEAL_LIT("-P"), name, words[on]};
	struct seal_fix f;
	struct seal_step *s;

	if (!seal_out_told(out))
		return;
	s = step(&f, SEAL_FIX_BOOLEAN, "setsebool", argv, 4);
	if (s) {
		f.opens.known = !on;
		f.why = on ? SEAL_LIT("the configuration uses what the boolean allows")
			   : SEAL_LIT("nothing uses what the boolean allows");
		s->precondition = SEAL_LIT("getsebool shows the other value");
		s->verify = SEAL_LIT("getsebool shows the value");
		s->before = (struct seal_condition){SEAL_CONDITION_BOOLEAN, .subject = name,
						    .value = words[!on]};
		s->after = (struct seal_condition){SEAL_CONDITION_BOOLEAN, .subject = name,
						   .value = words[on]};
		argv[3] = words[!on];
		if (seal_argv_set(&s->undo, argv, 4) < 0)
			s = NULL;
	}
	seal_out_mend(out, s ? &f : NULL, &f);
}

void seal_mend_parameter(struct seal_out *out, struct seal_bytes name, struct seal_bytes before,
			 struct seal_bytes after)
{
	const char *set = seal_arena_printf(seal_out_arena(out), "%.*s=%.*s", SEAL_ARG(name),
					    SEAL_ARG(after));
	const char *old = seal_arena_printf(seal_out_arena(out), "%.*s=%.*s", SEAL_ARG(name),
					    SEAL_ARG(before));
	struct seal_bytes argv[] = {SEAL_LIT("postconf"), SEAL_LIT("-e"), seal_bytes_of(set)};
	struct seal_fix f;
	struct seal_step *s;

	/* a value that does not fit whole into the words of a command is for a person to write */
	if (!set || !old || !seal_out_told(out) || before.n >= 300)
		return;
	s = step(&f, SEAL_FIX_POSTFIX_CONFIG, "postconf", argv, 3);
	if (s) {
		f.why = SEAL_LIT("the parameter has another value than the check asks for");
		s->precondition = SEAL_LIT("postconf -h shows the old value");
		s->verify = SEAL_LIT("postconf -h shows the new value");
		s->after = (struct seal_condition){SEAL_CONDITION_PARAMETER, .subject = name,
						   .value = after};
		argv[1] = before.p ? SEAL_LIT("-e") : SEAL_LIT("-X");
		argv[2] = before.p ? seal_bytes_of(old) : name;
		if (seal_argv_set(&s->undo, argv, 3) < 0)
			s = NULL;
	}
	seal_out_mend(out, s ? &f : NULL, &f);
}
