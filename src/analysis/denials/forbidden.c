/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/denials/module.h"

/* forbidden.c - what no module grants: policy/forbidden-grants, and labels that mean nothing */

/* struct entry - a line of the list */
struct entry {
	struct seal_bytes what, subject, detail, reason;
};

struct seal_bytes seal_policy_file(const char *name)
{
	size_t i;

	for (i = 0; i < seal_policy_files_n; i++)
		if (strcmp(seal_policy_files[i].name, name) == 0)
			return seal_policy_files[i].text;
	return SEAL_BYTES_NONE;
}

static bool next_entry(struct seal_bytes *text, struct entry *e)
{
	struct seal_bytes line;

	while (text->n) {
		line = seal_bytes_cut(*text, '\n', text);
		if (!line.n || line.p[0] == '#')
			continue;
		*e = (struct entry){.what = seal_bytes_word(&line)};
		e->subject = seal_bytes_word(&line);
		if (!seal_bytes_is(e->what, "attribute"))
			e->detail = seal_bytes_word(&line);
		e->reason = seal_bytes_trim(line);
		return true;
	}
	return false;
}

/* fits - equal, or equal up to a final star of @pattern */
static bool fits(struct seal_bytes pattern, struct seal_bytes name)
{
	if (!seal_bytes_ends(pattern, "*"))
		return seal_bytes_eq(pattern, name);
	pattern.n--;
	return name.n >= pattern.n && seal_bytes_eq(pattern, seal_bytes_first(name, pattern.n));
}

static bool grants(const struct entry *e, const struct seal_module_rule *rule)
{
	size_t i;

	if (!fits(e->subject, rule->tclass))
		return false;
	for (i = 0; i < rule->n_perms; i++)
		if (fits(e->detail, rule->perms[i]))
			return true;
	return false;
}

/* path_type - the type file_contexts gives the path of an entry */
static struct seal_bytes path_type(struct seal_host *h, const struct entry *e)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_bytes context, name;
	size_t i;

	for (i = 0; i < e->subject.n; i++) {
		if (e->subject.p[i] == '@')
			seal_buf_put(&b, h->selinux.type.p, h->selinux.type.n);
		else
			seal_buf_putc(&b, e->subject.p[i]);
	}
	if (b.err || seal_view_expected(&h->view, seal_buf_bytes(&b), *e->detail.p, &context) < 0 ||
	    seal_policy_type(h->selinux.policy, seal_context_part(context, 't'), &name) < 0)
		return SEAL_BYTES_NONE;
	return name;
}

static bool names_type(struct seal_host *h, const struct entry *e, struct seal_bytes type)
{
	if (seal_bytes_is(e->what, "attribute"))
		return seal_policy_type_has(h->selinux.policy, type, e->subject);
	return seal_bytes_is(e->what, "path") && e->detail.n &&
	       seal_bytes_eq(path_type(h, e), type) && !seal_type_is_generic(h, type);
}

/* changes - whether a rule lets files of its target be changed */
static bool changes(const struct seal_module_rule *rule)
{
	static const char *const perms[] = {"write",    "append",      "create",  "unlink",
					    "rename",   "link",        "setattr", "add_name",
					    "reparent", "remove_name", "rmdir"};
	size_t i, k;

	for (i = 0; i < rule->n_perms; i++)
		for (k = 0; k < sizeof(perms) / sizeof(perms[0]); k++)
			if (seal_bytes_is(rule->perms[i], perms[k]))
				return true;
	return false;
}

/* alters - a rule that would let the files of such a place be changed, which may be read or run */
static bool alters(struct seal_host *h, const struct entry *e, const struct seal_module_rule *rule)
{
	if (!seal_bytes_is(e->what, "change") || !e->subject.n || !e->detail.n || !changes(rule))
		return false;
	if (e->subject.p[0] != '/')
		return seal_policy_type_has(h->selinux.policy, rule->target, e->subject);
	return seal_bytes_eq(path_type(h, e), rule->target);
}

bool seal_type_is_guarded(struct seal_host *h, struct seal_bytes type, struct seal_bytes *why)
{
	struct seal_bytes text = seal_policy_file("forbidden-grants");
	struct entry e;

	while (next_entry(&text, &e)) {
		if (!seal_bytes_is(e.what, "grant") && names_type(h, &e, type)) {
			*why = e.reason;
			return true;
		}
	}
	return false;
}

bool seal_type_is_generic(struct seal_host *h, struct seal_bytes type)
{
	/* places that no package owns: what they are called is what nothing is known of */
	static const char *const places[] = {
		"/postseal-none/none",      "/var/postseal-none/none",
		"/srv/postseal-none/none",  "/opt/postseal-none/none",
		"/usr/postseal-none/none",  "/mnt/postseal-none/none",
		"/home/postseal-none/none", "/root/postseal-none",
		"/tmp/postseal-none",       "/var/tmp/postseal-none",
		"/run/postseal-none",       "/var/lib/postseal-none/none",
	};
	static const enum seal_initial initial[] = {SEAL_INITIAL_UNLABELED, SEAL_INITIAL_FILE,
						    SEAL_INITIAL_PORT};
	static const char types[] = {'f', 'd'};
	struct seal_bytes context, name;
	size_t i, k;

	for (i = 0; i < sizeof(initial) / sizeof(initial[0]); i++)
		if (seal_policy_initial(h->selinux.policy, initial[i], &name) == 0 &&
		    seal_bytes_eq(name, type))
			return true;
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		for (k = 0; k < sizeof(types); k++)
			if (seal_view_expected(&h->view, seal_bytes_of(places[i]), types[k],
					       &context) == 0 &&
			    seal_policy_type(h->selinux.policy, seal_context_part(context, 't'),
					     &name) == 0 &&
			    seal_bytes_eq(name, type))
				return true;
	return false;
}

static int say(struct seal_host *h, const char *before, struct seal_bytes reason,
	       struct seal_bytes *why)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_puts(&b, before);
	seal_buf_put(&b, reason.p, reason.n);
	if (b.err || seal_arena_copy(h->arena, seal_buf_bytes(&b), why) < 0)
		return -ENOMEM;
	return 1;
}

int seal_module_forbidden(struct seal_host *h, const struct seal_module_rule *rule,
			  struct seal_bytes *why)
{
	struct seal_bytes text = seal_policy_file("forbidden-grants"), reason;
	struct entry e;

	while (next_entry(&text, &e))
		if ((seal_bytes_is(e.what, "grant") && grants(&e, rule)) || alters(h, &e, rule))
			return say(h, "never granted: ", e.reason, why);
	if (seal_bytes_eq(rule->source, rule->target))
		return 0;
	if (seal_type_is_generic(h, rule->target))
		return say(h,
			   "never granted: the target's label says nothing of what is behind it; "
			   "give the object a label of its own",
			   SEAL_BYTES_NONE, why);
	if (seal_type_is_guarded(h, rule->target, &reason))
		return say(h, "never granted on this type: ", reason, why);
	return 0;
}
