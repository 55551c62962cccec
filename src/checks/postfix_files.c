/* SPDX-License-Identifier: GPL-2.0-or-later */
/* postfix_files.c - the files of the mail system: who may read its secrets, whose they are, whether
 * tables are there and fresh */
#include "checks/files.h"
#include "checks/mend.h"
#include "checks/tables.h"

#include <errno.h>
#include <string.h>

#include "evidence/postfix/conf.h"
#include "evidence/postfix/conf_defaults.h"
#include "evidence/postfix/maincf.h"

/* struct looking - one walk over files */
struct looking {
	struct seal_subject *s;
	struct seal_out *out;
	size_t hidden; /* files whose metadata the evidence does not hold */
};

/* --- secrets */

/* lone_group - a group that gives nobody access: root's own, or one without any account in it */
static bool lone_group(const struct seal_users *u, uint32_t gid)
{
	if (gid == 0)
		return true;
	if (!u->has_groups || !u->has_users)
		return false;
	seal_vec_each (user, &u->users) {
		if (user->gid == gid)
			return false;
	}
	seal_vec_each (g, &u->groups) {
		if (g->gid == gid && g->members.n)
			return false;
	}
	return true;
}

/* own_group - the group of the account Postfix runs as, which may read what its clients need */
static bool own_group(struct seal_host *h, uint32_t gid)
{
	const struct seal_user *u;
	struct seal_bytes owner;

	if (seal_conf_value(h->postfix.instances.v, NULL, "mail_owner", h->arena, &owner) < 0)
		return false;
	u = seal_users_by_name(&h->users, owner);
	return u && u->gid == gid;
}

static int look_at_secret(struct looking *l, struct seal_bytes path, struct seal_bytes parameter,
			  bool client, const struct seal_origin *origin)
{
	struct seal_host *h = l->s->h;
	struct seal_about about = {{{"path", path}, {"parameter", parameter}}, *origin};
	struct seal_file f;
	uint32_t keep;
	int r;

	r = seal_follow(h, &path, &f);
	if (r == -ENOMEM)
		return r;
	if (r == -ENOENT)
		return 0; /* PFX-012 tells what is not there */
	if (r < 0 || !f.has_owner) {
		seal_out_unknown(l->out, &about, "mode and owner of %.*s are not in the evidence",
				 SEAL_ARG(path));
		return 0;
	}
	keep = lone_group(&h->users, f.gid) || (client && own_group(h, f.gid)) ? 0740 : 0700;
	if (f.mode & 07)
		seal_out_fail(l->out, &about, "%.*s is %04o: every account may %s it.",
			      SEAL_ARG(path), f.mode, f.mode & 04 ? "read" : "change or use");
	else if (f.mode & 020)
		seal_out_fail(l->out, &about, "%.*s is %04o: its group %u may change it.",
			      SEAL_ARG(path), f.mode, f.gid);
	else if (f.mode & 040 & ~keep)
		seal_out_fail(l->out, &about, "%.*s is %04o: the accounts of group %u read it.",
			      SEAL_ARG(path), f.mode, f.gid);
	if (f.mode & 077 & ~keep)
		seal_mend_mode(l->out, path, f.mode, f.mode & keep);
	else if (f.uid != 0 && !(client && own_group(h, f.gid)))
		seal_out_fail(l->out, &about, "%.*s belongs to uid %u, not to root.",
			      SEAL_ARG(path), f.uid);
	return 0;
}

static int secret_table(void *data, const struct seal_table *t)
{
	struct looking *l = data;
	int r;

	if (!t->client && seal_bytes_find(t->parameter, "sasl_password_maps") < 0)
		return 0;
	r = look_at_secret(l, t->path, t->parameter, t->client, &t->origin);
	return r < 0 || !t->index.n ? r
				    : look_at_secret(l, t->index, t->parameter, false, &t->origin);
}

static int check_secrets(struct seal_subject *s, struct seal_out *out)
{
	static const char *const keys[] = {
		"smtpd_tls_key_file",    "smtpd_tls_eckey_file", "smtpd_tls_dkey_file",
		"smtpd_tls_chain_files", "smtp_tls_key_file",    "smtp_tls_eckey_file",
		"smtp_tls_dkey_file",    "smtp_tls_chain_files", "lmtp_tls_key_file",
		"lmtp_tls_chain_files",  "tlsproxy_tls_key_file"};
	struct looking l = {.s = s, .out = out};
	bool missing = false;
	int r = 0;

	seal_vec_each (inst, &s->h->postfix.instances) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(*keys) && r == 0; i++) {
			const struct seal_param *p = seal_conf_where(inst, NULL, keys[i]);
			struct seal_bytes list, path;

			if (!p || seal_conf_value(inst, NULL, keys[i], s->h->arena, &list) < 0)
				continue;
			while (r == 0 && seal_conf_next(&list, &path))
				if (path.p[0] == '/')
					r = look_at_secret(&l, path, p->name, false, &p->origin);
		}
	}
	if (r == 0)
		r = seal_tables_each(s, secret_table, &l, &missing);
	if (r == 0 && missing)
		seal_out_unknown(out, NULL, "not all tables are known: a value cannot be expanded");
	return r;
}

/* --- aliases */

/* struct aliases - what a name leads to, in the tables of alias_maps */
struct aliases {
	struct seal_subject *s;
	struct seal_bytes text; /* of the tables, one after another */
	bool unread;
};

static int read_alias_table(void *data, const struct seal_table *t)
{
	struct aliases *a = data;
	struct seal_host *h = a->s->h;
	struct seal_bytes text;
	const char *both;
	int r;

	if (!seal_bytes_is(t->parameter, "alias_maps"))
		return 0;
	r = t->client ? -ENODATA : seal_view_text(&h->view, t->path, &text);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		a->unread |= r != -ENOENT;
		return 0;
	}
	both = seal_arena_printf(h->arena, "%.*s\n%.*s", (int)a->text.n, a->text.n ? a->text.p : "",
				 (int)text.n, text.p);
	if (!both)
		return -ENOMEM;
	a->text = seal_bytes_of(both);
	return 0;
}

static bool without_quotes(struct seal_bytes *word)
{
	*word = seal_bytes_trim(*word);
	if (word->n > 1 && word->p[0] == '"' && word->p[word->n - 1] == '"')
		*word = (struct seal_bytes){word->p + 1, word->n - 2};
	return word->n > 0;
}

/* alias_of - the right side of the first entry for @name, in the arena. Returns 1, 0 or -ENOMEM */
static int alias_of(struct aliases *a, struct seal_bytes name, struct seal_bytes *ret)
{
	struct seal_cf_reader rd = {.rest = a->text};
	struct seal_cf_line line;
	int r, found = 0;

	while (!found && (r = seal_cf_next(&rd, &line)) > 0) {
		struct seal_bytes value, key = seal_bytes_cut(line.text, ':', &value);

		if (!value.p || !without_quotes(&key) || !seal_bytes_icase_eq(key, name))
			continue;
		found = 1;
		if (seal_arena_copy(a->s->h->arena, seal_bytes_trim(value), ret) < 0)
			found = -ENOMEM;
	}
	seal_buf_done(&rd.joined);
	return found;
}

enum target {
	TARGET_NOBODY, /* root's own mailbox, /dev/null, or nothing */
	TARGET_PERSON,
	TARGET_LOOP,
};

/* leads_to - whether mail for a name comes to somebody but root. Returns enum target or -ENOMEM */
static int leads_to(struct aliases *a, struct seal_bytes name, unsigned depth)
{
	struct seal_bytes list, item;
	int r, to = TARGET_NOBODY;

	if (depth > 10)
		return TARGET_LOOP;
	r = alias_of(a, name, &list);
	if (r < 0)
		return r;
	if (r == 0)
		return seal_bytes_is(name, "root") || seal_bytes_is(name, "postmaster")
			       ? TARGET_NOBODY
			       : TARGET_PERSON;
	while (seal_conf_next(&list, &item)) {
		if (!without_quotes(&item) || seal_bytes_is(item, "/dev/null"))
			continue;
		if (item.p[0] == '/' || item.p[0] == '|' || item.p[0] == ':' ||
		    seal_bytes_find(item, "@") >= 0)
			return TARGET_PERSON;
		if (item.p[0] == '\\')
			item = (struct seal_bytes){item.p + 1, item.n - 1};
		if (seal_bytes_icase_eq(item, name))
			continue;
		r = leads_to(a, item, depth + 1);
		if (r < 0 || r == TARGET_PERSON)
			return r;
		if (r == TARGET_LOOP)
			to = r;
	}
	return to;
}

static int check_people(struct seal_subject *s, struct seal_out *out)
{
	static const char *const names[] = {"postmaster", "root"};
	const struct seal_instance *inst = s->h->postfix.instances.v;
	struct aliases a = {.s = s};
	struct seal_bytes list, item;
	bool missing = false;
	int r;

	if (seal_conf_value(inst, NULL, "mydestination", s->h->arena, &list) == 0 &&
	    !seal_conf_next(&list, &item)) {
		seal_out_na(out, "No mail is delivered here: that for root goes to the relay.");
		return 0;
	}
	r = seal_tables_each(s, read_alias_table, &a, &missing);
	/* its default was chosen when Postfix was built */
	missing |= !seal_conf_where(inst, NULL, "alias_maps");
	for (size_t i = 0; i < 2 && r == 0; i++) {
		struct seal_about about = {{{"address", seal_bytes_of(names[i])}}, {0}};
		int to = leads_to(&a, seal_bytes_of(names[i]), 0);

		if (to < 0)
			return to;
		if (to == TARGET_PERSON)
			continue;
		if (a.unread || missing)
			seal_out_unknown(out, &about,
					 "a table of alias_maps was not read, or is not known");
		else if (to == TARGET_LOOP)
			seal_out_fail(out, &about, "The aliases of %s lead in a circle.", names[i]);
		else
			seal_out_fail(out, &about, "No alias brings mail for %s to a person.",
				      names[i]);
	}
	return r;
}

/* --- the configuration as written */

static bool contains(struct seal_bytes text, struct seal_bytes part)
{
	for (size_t i = 0; i + part.n <= text.n; i++)
		if (memcmp(text.p + i, part.p, part.n) == 0)
			return true;
	return false;
}

/* is_used - "$name" stands in some value, or it is a restriction class or a table's name */
static bool is_used(const struct seal_instance *inst, struct seal_bytes name)
{
	seal_vec_each (p, &inst->params) {
		if (!seal_bytes_eq(p->name, name) && contains(p->value, name))
			return true;
	}
	seal_vec_each (svc, &inst->services) {
		if (contains(svc->args, name))
			return true;
		seal_vec_each (o, &svc->overrides) {
			if (contains(o->value, name))
				return true;
		}
	}
	return false;
}

/* names_table - some value names the table "ldap:NAME", whose parameters begin with its name */
static bool names_table(const struct seal_instance *inst, struct seal_bytes name)
{
	seal_vec_each (p, &inst->params) {
		struct seal_bytes list = p->value, word, table;

		while (seal_conf_next(&list, &word)) {
			seal_bytes_cut(word, ':', &table);
			if (seal_bytes_starts(word, "proxy:"))
				seal_bytes_cut(table, ':', &table);
			if (seal_bytes_eq(table, name))
				return true;
		}
	}
	return false;
}

/* of_table - the old form of a client table: "ldapusers_server_host" of "ldap:ldapusers" */
static bool of_table(const struct seal_instance *inst, struct seal_bytes name)
{
	for (size_t n = name.n; n > 1; n--)
		if (name.p[n - 1] == '_' && names_table(inst, (struct seal_bytes){name.p, n - 1}))
			return true;
	return false;
}

static void look_at_names(struct seal_out *out, const struct seal_instance *inst)
{
	seal_vec_each (p, &inst->params) {
		struct seal_about about = {{{"parameter", p->name}}, p->origin};
		struct seal_bytes value;

		if (seal_conf_default(p->name, inst->version, &value) != -ENOENT ||
		    is_used(inst, p->name) || of_table(inst, p->name))
			continue;
		seal_out_fail(out, &about, "%.*s is no parameter of Postfix, and nothing uses it.",
			      SEAL_ARG(p->name));
	}
}

/* look_at_doubles - a definition that a later one replaces. Returns 0 or -ENOMEM */
static int look_at_doubles(struct seal_subject *s, struct seal_out *out,
			   const struct seal_instance *inst)
{
	const char *path =
		seal_arena_printf(s->h->arena, "/%.*s/main.cf", SEAL_ARG(inst->config_directory));
	struct seal_cf_reader rd = {.number = 0};
	struct seal_cf_line line;
	int r;

	if (!path)
		return -ENOMEM;
	r = seal_view_text(&s->h->view, seal_bytes_of(path), &rd.rest);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		seal_out_unknown(out, NULL, "main.cf was not read a second time: %s", strerror(-r));
		return 0;
	}
	while ((r = seal_cf_next(&rd, &line)) > 0) {
		struct seal_bytes name, value;
		const struct seal_param *p;

		if (!seal_cf_split(line.text, &name, &value)) {
			struct seal_about about = {{{"path", seal_bytes_of(path)}},
						   {.source = SEAL_SOURCE_MAIN_CF,
						    .path = seal_bytes_of(path + 1),
						    .line = line.line}};

			seal_out_fail(out, &about, "Line %llu of %s is no definition.",
				      (unsigned long long)line.line, path);
			continue;
		}
		p = seal_maincf_find(inst, name);
		if (p && p->origin.line != line.line)
			seal_out_fail(out,
				      &(struct seal_about){{{"parameter", p->name}}, p->origin},
				      "%.*s of line %llu is replaced by that of line %llu.",
				      SEAL_ARG(p->name), (unsigned long long)line.line,
				      (unsigned long long)p->origin.line);
	}
	seal_buf_done(&rd.joined);
	return r;
}

static int look_at_table(void *data, const struct seal_table *t)
{
	struct looking *l = data;
	struct seal_about about = {{{"path", t->path}, {"parameter", t->parameter}}, t->origin};
	struct seal_file source, index;
	int r = seal_view_file(&l->s->h->view, t->path, &source), q;

	if (t->index.n) {
		q = seal_view_file(&l->s->h->view, t->index, &index);
		about.object[0].value = t->index;
		if (q == -ENOENT)
			seal_out_fail(l->out, &about, "%.*s, which %.*s needs, is not there.",
				      SEAL_ARG(t->index), SEAL_ARG(t->parameter));
		else if (q == 0 && r == 0 && source.type == 'f' && index.mtime_us &&
			 source.mtime_us && source.mtime_us > index.mtime_us)
			seal_out_fail(l->out, &about, "%.*s is older than its source.",
				      SEAL_ARG(t->index));
		l->hidden += q < 0 && q != -ENOENT;
	} else if (r == -ENOENT) {
		seal_out_fail(l->out, &about, "%.*s, which %.*s needs, is not there.",
			      SEAL_ARG(t->path), SEAL_ARG(t->parameter));
	} else {
		l->hidden += r < 0;
	}
	return 0;
}

static int check_written(struct seal_subject *s, struct seal_out *out)
{
	struct looking l = {.s = s, .out = out};
	bool missing = false;
	int r = 0;

	seal_vec_each (inst, &s->h->postfix.instances) {
		look_at_names(out, inst);
		if (r == 0)
			r = look_at_doubles(s, out, inst);
	}
	if (r == 0)
		r = seal_tables_each(s, look_at_table, &l, &missing);
	if (r == 0 && (missing || l.hidden))
		seal_out_unknown(out, NULL,
				 missing ? "not all tables are known: a value cannot be expanded"
					 : "not all tables are in the evidence");
	return r;
}

/* --- postfix-files */

/* struct shipped - a line of postfix-files: path:type:owner:group:mode:flags */
struct shipped {
	struct seal_bytes path, type, owner, group, mode, flags;
};

static bool parse_shipped(struct seal_bytes line, struct shipped *ret)
{
	struct seal_bytes *fields[] = {&ret->path,  &ret->type, &ret->owner,
				       &ret->group, &ret->mode, &ret->flags};

	line = seal_bytes_trim(line);
	if (!line.n || line.p[0] == '#')
		return false;
	for (size_t i = 0; i < 6; i++)
		*fields[i] = seal_bytes_cut(line, ':', &line);
	return seal_bytes_is(ret->type, "d") || seal_bytes_is(ret->type, "f");
}

/* id_of - the number of an account or group; false: not known here */
static bool id_of(const struct seal_host *h, struct seal_bytes name, bool group, uint32_t *ret)
{
	const struct seal_user *u = group ? NULL : seal_users_by_name(&h->users, name);
	const struct seal_group *g = group ? seal_users_group(&h->users, name) : NULL;

	if (seal_bytes_is(name, "root"))
		*ret = 0;
	else if (u)
		*ret = u->uid;
	else if (g)
		*ret = g->gid;
	else
		return false;
	return true;
}

/* is_too_open - bits that what was shipped does not have. A sticky or set-gid directory is
 * stricter, and some distributions make them so; they let others look into data_directory, too,
 * whose files are closed. */
static bool is_too_open(struct seal_subject *s, struct seal_bytes path, const struct seal_file *f,
			uint32_t mode)
{
	uint32_t extra = f->mode & ~mode & (f->type == 'd' ? 04777 : 07777);
	struct seal_bytes data;

	if (seal_conf_value(s->h->postfix.instances.v, NULL, "data_directory", s->h->arena,
			    &data) == 0 &&
	    seal_bytes_eq(data, path))
		extra &= 04022;
	return extra != 0;
}

/* is_too_shut - without the set-gid bit, or not usable; a program nobody may write is fine */
static bool is_too_shut(const struct seal_file *f, uint32_t mode)
{
	return (mode & 06000 & ~f->mode) || (mode & (f->type == 'd' ? 0700 : 0500) & ~f->mode);
}

static void compare_shipped(struct looking *l, const struct shipped *want, struct seal_bytes path,
			    struct seal_bytes owner, struct seal_bytes group)
{
	struct seal_host *h = l->s->h;
	struct seal_about about = {{{"path", path}}, {0}};
	uint32_t mode, uid, gid;
	struct seal_file f;
	int r = seal_view_file(&h->view, path, &f);

	if (r < 0 || f.type == 'l') {
		l->hidden += r < 0 && r != -ENOENT;
		return;
	}
	if (!f.has_owner || seal_parse_u32(want->mode, 8, &mode) < 0) {
		l->hidden++;
		return;
	}
	if (is_too_open(l->s, path, &f, mode) || is_too_shut(&f, mode)) {
		seal_out_fail(l->out, &about, "%.*s is %04o; shipped it is %04o.", SEAL_ARG(path),
			      f.mode, mode);
		seal_mend_mode(l->out, path, f.mode, mode);
	} else if (id_of(h, owner, false, &uid) && uid != f.uid)
		seal_out_fail(l->out, &about, "%.*s belongs to uid %u; shipped to %.*s.",
			      SEAL_ARG(path), f.uid, SEAL_ARG(owner));
	else if (group.n && !seal_bytes_is(group, "-") && id_of(h, group, true, &gid) &&
		 gid != f.gid)
		seal_out_fail(l->out, &about, "%.*s is of group %u; shipped of %.*s.",
			      SEAL_ARG(path), f.gid, SEAL_ARG(group));
}

static int look_at_shipped(struct looking *l, const struct seal_instance *inst,
			   struct seal_bytes line)
{
	struct seal_bytes path, owner, group;
	struct shipped want = {.flags = SEAL_BYTES_NONE};
	struct seal_arena *arena = l->s->h->arena;
	int r;

	/* o: obsolete, 1: made once by the site */
	if (!parse_shipped(line, &want) || seal_bytes_find(want.flags, "o") >= 0)
		return 0;
	r = seal_conf_expand(inst, NULL, want.path, arena, &path);
	if (r == 0)
		r = seal_conf_expand(inst, NULL, want.owner, arena, &owner);
	if (r == 0)
		r = seal_conf_expand(inst, NULL, want.group, arena, &group);
	if (r == -ENOMEM)
		return r;
	if (r < 0 || !path.n || path.p[0] != '/')
		return 0; /* a parameter of the build: html_directory, shlib_directory */
	compare_shipped(l, &want, path, owner, group);
	return 0;
}

static int check_shipped(struct seal_subject *s, struct seal_out *out)
{
	static const char *const places[] = {
		"/etc/postfix/postfix-files", "/usr/lib/postfix/postfix-files",
		"/usr/libexec/postfix/postfix-files", "/usr/share/postfix/postfix-files"};
	const struct seal_instance *inst = s->h->postfix.instances.v;
	struct looking l = {.s = s, .out = out};
	struct seal_bytes text = SEAL_BYTES_NONE, line;
	int r = -ENOENT;

	for (size_t i = 0; r < 0 && r != -ENOMEM && i < sizeof(places) / sizeof(*places); i++)
		r = seal_view_text(&s->h->view, seal_bytes_of(places[i]), &text);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		seal_out_unknown(out, NULL,
				 "postfix-files, which says what was shipped, is not in "
				 "the evidence");
		return 0;
	}
	r = 0;
	while (text.n && r == 0) {
		line = seal_bytes_cut(text, '\n', &text);
		r = look_at_shipped(&l, inst, line);
	}
	if (r == 0 && l.hidden)
		seal_out_unknown(out, NULL, "mode and owner of %zu files are not in the evidence",
				 l.hidden);
	return r;
}

const struct seal_check seal_checks_postfix_files[] = {
	{"PFX-009", check_secrets, SEAL_NEED_POSTFIX},
	{"PFX-010", check_people, SEAL_NEED_POSTFIX},
	{"PFX-012", check_written, SEAL_NEED_POSTFIX},
	{"PFX-013", check_shipped, SEAL_NEED_POSTFIX},
	{NULL, NULL, 0},
};
