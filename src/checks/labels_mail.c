/* SPDX-License-Identifier: GPL-2.0-or-later */
/* labels_mail.c - labels of what a configuration moves or adds: other directories, keys, sockets,
 * mailboxes; asked of the policy, whatever its types are called */
#include "checks/files.h"
#include "checks/mend.h"
#include "checks/tables.h"

#include <errno.h>

#include "analysis/daemon.h"
#include "evidence/postfix/conf.h"
#include "evidence/selinux/policy.h"

/* directories that main.cf may move, and where every policy expects them */
static const struct moved {
	const char *parameter, *usual;
} moved[] = {
	{"data_directory", "/var/lib/postfix"},
	{"mail_spool_directory", "/var/mail"},
	{"queue_directory", "/var/spool/postfix"},
};

static bool is_usual(const struct moved *m, struct seal_bytes path)
{
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	return seal_bytes_is(path, m->usual) ||
	       (seal_bytes_is(path, "/var/spool/mail") && strstr(m->parameter, "mail_spool"));
}

/* directory_of - a parameter that names one. Returns 0, -ENODATA or -ENOMEM */
static int directory_of(struct seal_subject *s, const char *parameter, struct seal_bytes *ret)
{
	int r = seal_conf_value(s->h->postfix.instances.v, NULL, parameter, s->h->arena, ret);

	if (r < 0)
		return r == -ENOMEM ? r : -ENODATA;
	while (ret->n > 1 && ret->p[ret->n - 1] == '/')
		ret->n--;
	return ret->n && ret->p[0] == '/' ? 0 : -ENODATA;
}

static struct seal_about about_of(struct seal_subject *s, struct seal_bytes path,
				  const char *parameter)
{
	const struct seal_param *p = seal_conf_where(s->h->postfix.instances.v, NULL, parameter);
	struct seal_about about = {{{"path", path}, {"parameter", seal_bytes_of(parameter)}}, {0}};

	if (p)
		about.origin = p->origin;
	return about;
}

#define MAILBOX_PERMS "search write add_name"

/* mend_mailboxes - of a directory that @daemon is to make files in */
static int mend_mailboxes(struct seal_subject *s, struct seal_out *out, struct seal_bytes path,
			  const char *daemon)
{
	return seal_mend_access(s, out,
				&(struct seal_mend_access){.daemon = seal_bytes_of(daemon),
							   .path = path,
							   .tclass = "dir",
							   .perms = MAILBOX_PERMS});
}

/* --- LAB-004 */

/* same_rules - file_contexts gives dir/name the type that it gives the usual place */
static int same_rules(struct seal_subject *s, struct seal_out *out, const struct moved *m,
		      struct seal_bytes dir, const char *name)
{
	struct seal_host *h = s->h;
	const char *here = seal_arena_printf(h->arena, "%.*s%s", SEAL_ARG(dir), name);
	const char *there = seal_arena_printf(h->arena, "%s%s", m->usual, name);
	struct seal_bytes a, b;
	struct seal_about about;

	if (!here || !there)
		return -ENOMEM;
	about = about_of(s, seal_bytes_of(here), m->parameter);
	if (seal_view_expected(&h->view, seal_bytes_of(there), 'd', &b) < 0)
		return 0;
	if (seal_view_expected(&h->view, seal_bytes_of(here), 'd', &a) < 0)
		a = SEAL_BYTES_NONE;
	a = seal_context_part(a, 't');
	b = seal_context_part(b, 't');
	if (!seal_bytes_eq(a, b))
		seal_out_fail(out, &about,
			      "file_contexts gives %s the type %.*s, and %s has %.*s: the next "
			      "relabel stops mail.",
			      here, SEAL_ARG(a.n ? a : SEAL_LIT("none")), there, SEAL_ARG(b));
	seal_mend_place(out, dir, m->usual);
	return 0;
}

/* virtual_base - virtual_mailbox_base has no usual place: virtual(8) must be able to write there */
static int virtual_base(struct seal_subject *s, struct seal_out *out, bool *any)
{
	struct seal_bytes dir, context, type;
	struct seal_about about;
	int r = directory_of(s, "virtual_mailbox_base", &dir);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	*any = true;
	about = about_of(s, dir, "virtual_mailbox_base");
	if (seal_view_expected(&s->h->view, dir, 'd', &context) < 0)
		context = SEAL_BYTES_NONE;
	type = seal_context_part(context, 't');
	if (!type.n || seal_generic_type(s->h, type)) {
		seal_out_fail(out, &about, "file_contexts has no rule of its own for %.*s (%.*s).",
			      SEAL_ARG(dir), SEAL_ARG(type.n ? type : SEAL_LIT("none")));
		return mend_mailboxes(s, out, dir, "virtual");
	}
	r = seal_may(s->h, SEAL_LIT("virtual"), type, "dir", MAILBOX_PERMS);
	if (r == 0)
		seal_out_fail(out, &about,
			      "file_contexts gives %.*s the type %.*s, which virtual(8) may not "
			      "write to.",
			      SEAL_ARG(dir), SEAL_ARG(type));
	return r == -ENOMEM ? r : 0;
}

static int check_moved(struct seal_subject *s, struct seal_out *out)
{
	static const char *const below[] = {"", "/active", "/maildrop", "/private", "/public"};
	bool any = false;
	int r = 0;

	for (size_t i = 0; i < sizeof(moved) / sizeof(*moved) && r == 0; i++) {
		bool queue = strcmp(moved[i].parameter, "queue_directory") == 0;
		struct seal_bytes dir;

		r = directory_of(s, moved[i].parameter, &dir);
		if (r == -ENOMEM)
			return r;
		if (r < 0)
			seal_out_unknown(out, NULL, "%s cannot be expanded", moved[i].parameter);
		r = r < 0 ? r : !is_usual(&moved[i], dir);
		any |= r > 0;
		for (size_t k = 0; r > 0 && k < (queue ? 5 : 1); k++)
			if (same_rules(s, out, &moved[i], dir, below[k]) < 0)
				return -ENOMEM;
		r = 0;
	}
	r = virtual_base(s, out, &any);
	if (r == 0 && !any)
		seal_out_na(out, "Queue, data and mailboxes are where file_contexts expects them.");
	return r;
}

/* --- LAB-005: what works now and is lost with the next relabel */

/* struct by_hand - one walk */
struct by_hand {
	struct seal_subject *s;
	struct seal_out *out;
	size_t seen, hidden;
};

/* look_by_hand - the label is another than file_contexts says, and the daemon may use it */
static int look_by_hand(struct by_hand *w, struct seal_bytes path, const char *daemon,
			const char *perms)
{
	struct seal_host *h = w->s->h;
	struct seal_bytes label, expected, have, want;
	struct seal_file f;
	int r = seal_follow(h, &path, &f);
	struct seal_about about = {{{"path", path}}, {0}};

	if (r == -ENOMEM)
		return r;
	if (r < 0 || seal_view_label(&h->view, path, &label) < 0) {
		w->hidden += r != -ENOENT;
		return 0;
	}
	w->seen++;
	have = seal_context_part(label, 't');
	if (seal_view_expected(&h->view, path, f.type, &expected) < 0)
		return 0;
	want = seal_context_part(expected, 't');
	if (seal_bytes_eq(have, want))
		return 0;
	about.object[1] = (struct seal_property){"target_type", have};
	r = seal_may(h, seal_bytes_of(daemon), have, f.type == 'd' ? "dir" : "file",
		     f.type == 'd' ? "search" : perms);
	if (r == -ENODATA)
		seal_out_unknown(w->out, &about, "whether %s(8) may use %.*s (%.*s) is not known",
				 daemon, SEAL_ARG(path), SEAL_ARG(have));
	if (r <= 0)
		return r == -ENOMEM ? r : 0;
	seal_out_fail(w->out, &about,
		      "%.*s is %.*s and works; file_contexts says %.*s, which the next "
		      "relabel gives it.",
		      SEAL_ARG(path), SEAL_ARG(have), SEAL_ARG(want));
	/* which of the two is meant is for a person, unless both work */
	if (seal_may(h, seal_bytes_of(daemon), want, f.type == 'd' ? "dir" : "file",
		     f.type == 'd' ? "search" : perms) == 1)
		seal_mend_labels(w->out, path, false);
	return 0;
}

static int table_by_hand(void *data, const struct seal_table *t)
{
	struct by_hand *w = data;
	int r = look_by_hand(w, t->path, "smtpd", "read open");

	return r < 0 || !t->index.n ? r : look_by_hand(w, t->index, "smtpd", "read open");
}

/* the files of TLS, with the daemon that opens them */
static const struct tls_file {
	const char *parameter, *daemon;
} tls_files[] = {
	{"smtp_tls_CAfile", "smtp"},        {"smtp_tls_cert_file", "smtp"},
	{"smtp_tls_chain_files", "smtp"},   {"smtp_tls_eccert_file", "smtp"},
	{"smtp_tls_eckey_file", "smtp"},    {"smtp_tls_key_file", "smtp"},
	{"smtpd_tls_CAfile", "smtpd"},      {"smtpd_tls_cert_file", "smtpd"},
	{"smtpd_tls_chain_files", "smtpd"}, {"smtpd_tls_dh1024_param_file", "smtpd"},
	{"smtpd_tls_eccert_file", "smtpd"}, {"smtpd_tls_eckey_file", "smtpd"},
	{"smtpd_tls_key_file", "smtpd"},
};

/* each_tls - calls @each for every file of TLS that main.cf sets. Returns what it returns */
static int each_tls(struct seal_subject *s,
		    int (*each)(void *data, struct seal_bytes path, const struct tls_file *f),
		    void *data)
{
	int r = 0;

	for (size_t i = 0; i < sizeof(tls_files) / sizeof(*tls_files); i++) {
		struct seal_bytes list, path;

		if (!seal_conf_where(s->h->postfix.instances.v, NULL, tls_files[i].parameter) ||
		    seal_conf_value(s->h->postfix.instances.v, NULL, tls_files[i].parameter,
				    s->h->arena, &list) < 0)
			continue;
		while (r == 0 && seal_conf_next(&list, &path))
			if (path.p[0] == '/')
				r = each(data, path, &tls_files[i]);
	}
	return r;
}

static int tls_by_hand(void *data, struct seal_bytes path, const struct tls_file *f)
{
	return look_by_hand(data, path, f->daemon, "read open");
}

static int check_by_hand(struct seal_subject *s, struct seal_out *out)
{
	struct by_hand w = {.s = s, .out = out};
	bool missing = false;
	int r = seal_tables_each(s, table_by_hand, &w, &missing);

	if (r == 0)
		r = each_tls(s, tls_by_hand, &w);
	for (size_t i = 0; i < sizeof(moved) / sizeof(*moved) && r == 0; i++) {
		struct seal_bytes dir;

		if (directory_of(s, moved[i].parameter, &dir) == 0)
			r = look_by_hand(&w, dir, "qmgr", "");
	}
	if (r == 0 && !w.seen)
		seal_out_unknown(out, NULL, "%zu labels are not in the evidence", w.hidden);
	return r;
}

/* --- LAB-006 */

static int look_at_tls(void *data, struct seal_bytes path, const struct tls_file *t)
{
	struct by_hand *w = data;
	struct seal_host *h = w->s->h;
	struct seal_bytes named = path, label, type;
	struct seal_about about = about_of(w->s, named, t->parameter);
	struct seal_file f;
	int r = seal_follow(h, &path, &f);

	w->seen++;
	if (r == -ENOMEM)
		return r;
	if (r == -ENOENT) {
		seal_out_fail(w->out, &about, "%.*s is not there.", SEAL_ARG(path));
		return 0;
	}
	if (r < 0 || seal_view_label(&h->view, path, &label) < 0) {
		seal_out_unknown(w->out, &about, "the label of %.*s is not in the evidence",
				 SEAL_ARG(path));
		return 0;
	}
	type = seal_context_part(label, 't');
	r = seal_may(h, seal_bytes_of(t->daemon), type, "file", "read open getattr");
	about.object[2] = (struct seal_property){"target_type", type};
	if (r == 0) {
		seal_out_fail(w->out, &about, "%.*s is %.*s, which %s(8) may not read.",
			      SEAL_ARG(path), SEAL_ARG(type), t->daemon);
		if (seal_view_expected(&h->view, path, f.type, &label) == 0 &&
		    seal_may(h, seal_bytes_of(t->daemon), seal_context_part(label, 't'), "file",
			     "read open getattr") == 1)
			seal_mend_labels(w->out, path, false);
		return seal_mend_access(
			w->s, w->out,
			&(struct seal_mend_access){.daemon = seal_bytes_of(t->daemon),
						   .path = path,
						   .tclass = "file",
						   .perms = "read open getattr"});
	}
	if (r == -ENODATA)
		seal_out_unknown(w->out, &about, "whether %s(8) may read %.*s is not known",
				 t->daemon, SEAL_ARG(type));
	return r == -ENOMEM ? r : 0;
}

static int check_tls(struct seal_subject *s, struct seal_out *out)
{
	struct by_hand w = {.s = s, .out = out};
	int r = each_tls(s, look_at_tls, &w);

	if (r == 0 && !w.seen)
		seal_out_na(out, "main.cf names no key, certificate or CA file.");
	return r;
}

/* --- LAB-007 */

/* reaches_server - the client may connect to one of the domains that make such sockets. Returns 1,
 * 0, -ENODATA or -ENOMEM */
static int reaches_server(struct seal_host *h, struct seal_bytes daemon, struct seal_bytes type)
{
	struct seal_bytes create = SEAL_LIT("create"), connect = SEAL_LIT("connectto");
	struct seal_access a = {.tclass = SEAL_LIT("unix_stream_socket"),
				.perms = &connect,
				.n_perms = 1,
				.ioctl = -1};
	struct seal_names servers = {0};
	int r = seal_daemon_domain(h, daemon, &a.scontext);

	if (r == 0)
		r = seal_policy_sources_with(h->selinux.policy, type, SEAL_LIT("sock_file"),
					     &create, 1, &servers);
	if (r == 0 && !servers.v.n)
		r = -ENODATA;
	if (r < 0)
		return r == -ENOMEM ? r : -ENODATA;
	seal_vec_each (server, &servers.v) {
		a.tcontext = *server;
		r = seal_policy_allows(h->selinux.policy, &a);
		if (r > 0)
			break;
	}
	seal_vec_done(&servers.v);
	return r < 0 ? -ENODATA : r;
}

static int look_at_socket(struct seal_subject *s, struct seal_out *out,
			  const struct seal_next_hop *hop)
{
	struct seal_about about = {
		{{"path", hop->path}, {"parameter", seal_bytes_of(hop->purpose)}}, hop->origin};
	struct seal_bytes path, type;
	bool stored;
	int r = seal_daemon_path(s->h, hop->daemon, hop->path, &path);

	if (r == 0)
		r = seal_type_at(s->h, path, 's', &type, &stored);
	if (r == 0) {
		about.object[2] = (struct seal_property){"target_type", type};
		r = seal_may(s->h, hop->daemon, type, "sock_file", "write");
	}
	if (r == 0) {
		seal_out_fail(out, &about,
			      "%.*s is %.*s, and %.*s(8) may not write to such a "
			      "socket.",
			      SEAL_ARG(path), SEAL_ARG(type), SEAL_ARG(hop->daemon));
		return seal_mend_access(s, out,
					&(struct seal_mend_access){.daemon = hop->daemon,
								   .path = path,
								   .tclass = "sock_file",
								   .perms = "write"});
	}
	if (r > 0)
		r = reaches_server(s->h, hop->daemon, type);
	if (r == 0)
		seal_out_fail(out, &about,
			      "%.*s(8) may connect to no domain that makes sockets of type %.*s.",
			      SEAL_ARG(hop->daemon), SEAL_ARG(type));
	else if (r == -ENODATA)
		seal_out_unknown(out, &about, "what the policy says of %.*s is not known",
				 SEAL_ARG(hop->path));
	return r == -ENOMEM ? r : 0;
}

static int check_sockets(struct seal_subject *s, struct seal_out *out)
{
	bool any = false;
	int r = 0;

	seal_vec_each (hop, &s->endpoints.next_hops) {
		if (r < 0 || !hop->path.n)
			continue;
		any = true;
		r = look_at_socket(s, out, hop);
	}
	if (r == 0 && !any && s->endpoints.next_hops_complete)
		seal_out_na(out, "The configuration names no unix socket of another program.");
	if (r == 0 && !s->endpoints.next_hops_complete)
		seal_out_unknown(out, NULL,
				 "not all sockets are known: a table or a value could "
				 "not be read");
	return r;
}

/* --- LAB-008 */

static int look_at_mailboxes(struct seal_subject *s, struct seal_out *out, struct seal_bytes path,
			     const char *parameter, const char *daemon)
{
	struct seal_about about = about_of(s, path, parameter);
	struct seal_bytes type;
	bool stored;
	int r = seal_type_at(s->h, path, 'd', &type, &stored);

	if (r < 0) {
		seal_out_unknown(out, &about, "the label of %.*s is not in the evidence",
				 SEAL_ARG(path));
		return 0;
	}
	about.object[2] = (struct seal_property){"target_type", type};
	if (seal_generic_type(s->h, type)) {
		seal_out_fail(out, &about, "%.*s is %.*s, the type of any other directory there.",
			      SEAL_ARG(path), SEAL_ARG(type));
		return mend_mailboxes(s, out, path, daemon);
	}
	r = seal_may(s->h, seal_bytes_of(daemon), type, "dir", MAILBOX_PERMS);
	if (r == 0)
		seal_out_fail(out, &about, "%.*s is %.*s, which %s(8) may not write to.",
			      SEAL_ARG(path), SEAL_ARG(type), daemon);
	else if (r == -ENODATA)
		seal_out_unknown(out, &about, "whether %s(8) may write to %.*s is not known",
				 daemon, SEAL_ARG(type));
	return r == 0 ? mend_mailboxes(s, out, path, daemon) : r == -ENOMEM ? r : 0;
}

/* look_at_homes - home_mailbox of up to eight accounts */
static int look_at_homes(struct seal_subject *s, struct seal_out *out, struct seal_bytes name)
{
	unsigned n = 0;

	seal_vec_each (u, &s->h->users.users) {
		const char *path;
		struct seal_file f;
		int r;

		if (u->uid < 1000 || u->uid >= 60000 || !u->home.n || n == 8)
			continue;
		path = seal_arena_printf(s->h->arena, "%.*s/%.*s", SEAL_ARG(u->home),
					 (int)(name.p[name.n - 1] == '/' ? name.n - 1 : name.n),
					 name.p);
		if (!path)
			return -ENOMEM;
		if (seal_view_file(&s->h->view, seal_bytes_of(path), &f) == -ENOENT ||
		    f.type == 'f')
			continue; /* made at the first delivery, with the type of its rule */
		n++;
		r = look_at_mailboxes(s, out, seal_bytes_of(path), "home_mailbox", "local");
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_mailboxes(struct seal_subject *s, struct seal_out *out)
{
	struct seal_bytes v, dir, transport;
	int r = 0;

	if (seal_conf_value(s->h->postfix.instances.v, NULL, "mailbox_transport", s->h->arena,
			    &transport) < 0)
		transport = SEAL_BYTES_NONE;
	if (!transport.n && directory_of(s, "mail_spool_directory", &dir) == 0)
		r = look_at_mailboxes(s, out, dir, "mail_spool_directory", "local");
	if (r == 0 &&
	    seal_conf_value(s->h->postfix.instances.v, NULL, "home_mailbox", s->h->arena, &v) ==
		    0 &&
	    v.n)
		r = look_at_homes(s, out, v);
	if (r == 0 && directory_of(s, "virtual_mailbox_base", &dir) == 0)
		r = look_at_mailboxes(s, out, dir, "virtual_mailbox_base", "virtual");
	return r;
}

/* --- LAB-010 */

static bool covers(struct seal_bytes above, struct seal_bytes path)
{
	return path.n >= above.n && memcmp(path.p, above.p, above.n) == 0 &&
	       (path.n == above.n || path.p[above.n] == '/');
}

/* look_at_subs - equivalences that lead a usual mail path elsewhere. Returns 0 or -ENOMEM */
static int look_at_subs(struct seal_subject *s, struct seal_out *out)
{
	const char *path = seal_arena_printf(s->h->arena,
					     "/etc/selinux/%.*s/contexts/files/file_contexts.subs",
					     SEAL_ARG(s->h->selinux.type));
	struct seal_bytes text, line;
	uint64_t n = 0;
	int r;

	if (!path)
		return -ENOMEM;
	r = seal_view_text(&s->h->view, seal_bytes_of(path), &text);
	if (r == -ENOMEM)
		return r;
	if (r < 0 && r != -ENOENT)
		seal_out_unknown(out, NULL, "file_contexts.subs was not read");
	while (r == 0 && text.n) {
		struct seal_bytes alias, as;
		struct seal_about about;

		line = seal_bytes_cut(text, '\n', &text);
		n++;
		alias = seal_bytes_word(&line);
		as = seal_bytes_word(&line);
		about = (struct seal_about){{{"path", alias}},
					    {.source = SEAL_SOURCE_CONTEXTS,
					     .path = seal_bytes_of(path + 1),
					     .line = n}};
		for (size_t i = 0; i < sizeof(moved) / sizeof(*moved); i++)
			if (as.n && covers(alias, seal_bytes_of(moved[i].usual)) &&
			    !covers(as, seal_bytes_of(moved[i].usual)))
				seal_out_fail(out, &about, "%s is labelled as %.*s.",
					      moved[i].usual, SEAL_ARG(as));
	}
	return 0;
}

#define LOCAL_RULES 500

/* local_rules - the administrator's own rules, in the order of the file. Returns how many */
static size_t local_rules(struct seal_host *h, struct seal_context_entry *v)
{
	struct seal_context_entry e;
	size_t n = 0;

	for (size_t i = 0; n < LOCAL_RULES && seal_view_entry(&h->view, i, &e) == 0; i++)
		if (e.local)
			v[n++] = e;
	return n;
}

static void look_at_rule(struct seal_out *out, const struct seal_context_entry *v, size_t i,
			 size_t n)
{
	struct seal_about about = {{{"path", v[i].regex}}, {0}};

	if (!v[i].whole)
		return;
	for (size_t k = 0; k < sizeof(moved) / sizeof(*moved); k++)
		if (covers(v[i].literal, seal_bytes_of(moved[k].usual)))
			seal_out_fail(out, &about, "The local rule %.*s covers %s.",
				      SEAL_ARG(v[i].regex), moved[k].usual);
	for (size_t k = i + 1; k < n; k++)
		if (v[k].whole && covers(v[k].literal, v[i].literal) &&
		    !seal_bytes_eq(v[i].context, v[k].context))
			seal_out_fail(out, &about, "The later local rule %.*s goes before %.*s.",
				      SEAL_ARG(v[k].regex), SEAL_ARG(v[i].regex));
}

static int check_shadowed(struct seal_subject *s, struct seal_out *out)
{
	seal_auto_free struct seal_context_entry *v = calloc(LOCAL_RULES, sizeof(*v));
	int r = look_at_subs(s, out);
	size_t n;

	if (!v)
		return -ENOMEM;
	n = local_rules(s->h, v);
	for (size_t i = 0; i < n; i++)
		look_at_rule(out, v, i, n);
	if (n == LOCAL_RULES)
		seal_out_unknown(out, NULL, "there are more local rules than are compared");
	return r;
}

#define NEEDS (SEAL_NEED_POSTFIX | SEAL_NEED_SELINUX | SEAL_NEED_CONTEXTS)

const struct seal_check seal_checks_labels_mail[] = {
	{"LAB-004", check_moved, NEEDS},
	{"LAB-005", check_by_hand, NEEDS | SEAL_NEED_POLICY},
	{"LAB-006", check_tls, NEEDS | SEAL_NEED_POLICY},
	{"LAB-007", check_sockets, NEEDS | SEAL_NEED_POLICY},
	{"LAB-008", check_mailboxes, NEEDS | SEAL_NEED_POLICY},
	{"LAB-010", check_shadowed, NEEDS},
	{NULL, NULL, 0},
};
