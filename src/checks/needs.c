/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/needs.h"

#include <errno.h>
#include <netinet/in.h>

#include "analysis/daemon.h"
#include "checks/files.h"
#include "checks/paths.h"
#include "checks/tables.h"
#include "evidence/postfix/conf.h"
#include "evidence/selinux/policy.h"

#define ITEMS_MAX 5000
#define PERMS_MAX 8

/* struct finder - the facts that the finders share */
struct finder {
	struct seal_subject s;
	struct seal_needs *needs;
};

static bool is_selinux_on(const struct seal_host *h)
{
	return h->selinux.mode != SEAL_SELINUX_DISABLED &&
	       !(h->whole && h->selinux.configured_status == -ENOENT && !h->selinux.running);
}

enum seal_grant seal_need_selinux(const struct seal_host *h, const struct seal_need_item *item)
{
	struct seal_bytes words = seal_bytes_of(item->perms), v[PERMS_MAX];
	struct seal_access a = {.scontext = item->source_type,
				.tcontext = item->target_type,
				.tclass = seal_bytes_of(item->tclass),
				.perms = v,
				.ioctl = -1};
	int r;

	if (!item->tclass || !is_selinux_on(h))
		return SEAL_GRANT_NONE;
	if (!h->selinux.policy || !item->source_type.n || !item->target_type.n)
		return SEAL_GRANT_UNKNOWN;
	while (a.n_perms < PERMS_MAX && (v[a.n_perms] = seal_bytes_word(&words)).n)
		a.n_perms++;
	r = seal_policy_allows(h->selinux.policy, &a);
	if (r < 0)
		return SEAL_GRANT_UNKNOWN;
	return r ? SEAL_GRANT_GRANTED : SEAL_GRANT_MISSING;
}

/* add - an item with what SELinux says to it. Returns 0 or -ENOMEM */
static int add(struct finder *f, struct seal_need_item *item)
{
	struct seal_need_item *to;

	if (f->needs->items.n >= ITEMS_MAX) {
		f->needs->complete = false;
		return 0;
	}
	item->selinux = seal_need_selinux(f->s.h, item);
	to = seal_vec_add(&f->needs->items);
	if (!to)
		return -ENOMEM;
	*to = *item;
	return 0;
}

/* --- the network */

/* type_of_port - empty when it is not known */
static struct seal_bytes type_of_port(const struct seal_host *h, uint16_t port)
{
	struct seal_port_label label;

	if (!h->selinux.policy || seal_policy_port(h->selinux.policy, "tcp", port, &label) < 0)
		return SEAL_BYTES_NONE;
	return label.type;
}

static int name_port(struct finder *f, struct seal_need_item *item)
{
	const char *text =
		seal_arena_printf(f->s.h->arena, "%s/%u", item->udp ? "udp" : "tcp", item->port);

	item->subject = seal_bytes_of(text);
	return text ? 0 : -ENOMEM;
}

/* granted - what the firewall says to the paths of that purpose */
static enum seal_grant granted(const struct finder *f, const struct seal_need_item *item)
{
	enum seal_grant g = SEAL_GRANT_NONE;
	bool any = false;

	if (!f->s.has_paths)
		return SEAL_GRANT_UNKNOWN;
	seal_vec_each (p, &f->s.paths.paths) {
		struct seal_outcome o;

		if ((p->dir == SEAL_PACKET_IN) != item->in || p->port != item->port ||
		    (p->proto == IPPROTO_UDP) != item->udp ||
		    !seal_bytes_eq(p->purpose, item->purpose))
			continue;
		o = seal_outcome_of(p, 0, SEAL_FAR_ANY);
		any = true;
		if (o.open)
			return SEAL_GRANT_GRANTED;
		if (o.shut && !o.doubt && g != SEAL_GRANT_UNKNOWN)
			g = SEAL_GRANT_MISSING;
		else
			g = SEAL_GRANT_UNKNOWN;
	}
	return any ? g : SEAL_GRANT_NONE; /* loopback: no path is asked */
}

static int words(struct finder *f, const char *what, struct seal_bytes a, struct seal_bytes b,
		 struct seal_bytes *ret)
{
	const char *text = seal_arena_printf(f->s.h->arena, "%s%s%.*s%s%.*s", what, a.n ? " " : "",
					     SEAL_ARG(a), b.n ? " " : "", SEAL_ARG(b));

	*ret = seal_bytes_of(text);
	return text ? 0 : -ENOMEM;
}

static int find_listeners(struct finder *f)
{
	struct seal_bytes master = SEAL_BYTES_NONE;
	int r = seal_master_domain(f->s.h, &master);

	if (r == -ENOMEM)
		return r;
	r = 0;
	seal_vec_each (l, &f->s.endpoints.listeners) {
		struct seal_need_item item = {.kind = "listen",
					      .daemon = SEAL_LIT("master"),
					      .source_type = master,
					      .tclass = "tcp_socket",
					      .perms = "name_bind",
					      .port = l->port,
					      .in = true,
					      .origin = l->origin};

		if (r < 0 || !l->port) {
			f->needs->complete &= l->port != 0;
			continue;
		}
		item.target_type = type_of_port(f->s.h, l->port);
		r = words(f, "listener", l->command, l->service, &item.purpose);
		if (r == 0)
			r = name_port(f, &item);
		item.firewall = l->loopback_only ? SEAL_GRANT_NONE : granted(f, &item);
		if (r == 0)
			r = add(f, &item);
	}
	return r;
}

static int find_hop(struct finder *f, const struct seal_next_hop *hop)
{
	struct seal_need_item item = {
		.daemon = hop->daemon, .port = hop->port, .origin = hop->origin};
	bool stored;
	int r = words(f, "next hop", seal_bytes_of(hop->purpose), hop->host, &item.purpose);

	if (r < 0)
		return r;
	if (seal_daemon_domain(f->s.h, hop->daemon, &item.source_type) == -ENOMEM)
		return -ENOMEM;
	if (hop->path.n) {
		item.kind = "socket";
		item.tclass = "sock_file";
		item.perms = "write";
		r = seal_daemon_path(f->s.h, hop->daemon, hop->path, &item.subject);
		if (r == -ENOMEM)
			return r;
		if (r < 0 ||
		    seal_type_at(f->s.h, item.subject, 's', &item.target_type, &stored) < 0)
			item.target_type = SEAL_BYTES_NONE;
		return add(f, &item);
	}
	if (!hop->port) {
		f->needs->complete = false;
		return 0;
	}
	item.kind = "connect";
	item.tclass = "tcp_socket";
	item.perms = "name_connect";
	item.target_type = type_of_port(f->s.h, hop->port);
	item.firewall = granted(f, &item);
	r = name_port(f, &item);
	return r < 0 ? r : add(f, &item);
}

static int find_resolvers(struct finder *f)
{
	int r = 0;

	for (int udp = 1; udp >= 0 && r == 0; udp--) {
		struct seal_need_item item = {.kind = "resolve",
					      .daemon = SEAL_LIT("smtp"),
					      .purpose = SEAL_LIT("resolver"),
					      .port = 53,
					      .udp = udp == 1};

		item.firewall = granted(f, &item);
		if (!f->s.h->net.resolvers.n)
			continue;
		r = name_port(f, &item);
		if (r == 0)
			r = add(f, &item);
	}
	return r;
}

/* --- files */

static int find_file(struct finder *f, struct seal_need_item *item, struct seal_bytes path)
{
	struct seal_file file;
	bool stored;
	int r = seal_follow(f->s.h, &path, &file);

	if (r == -ENOMEM)
		return r;
	item->subject = path;
	if (seal_daemon_domain(f->s.h, item->daemon, &item->source_type) == -ENOMEM)
		return -ENOMEM;
	if (seal_type_at(f->s.h, path, r == 0 ? file.type : '?', &item->target_type, &stored) < 0)
		item->target_type = SEAL_BYTES_NONE;
	return add(f, item);
}

static int find_table(void *data, const struct seal_table *t)
{
	struct finder *f = data;
	struct seal_need_item item = {.kind = "read",
				      .purpose = t->parameter,
				      .daemon = SEAL_LIT("smtpd"),
				      .tclass = "file",
				      .perms = "read open",
				      .origin = t->origin};

	if (seal_bytes_starts(t->parameter, "smtp_") || seal_bytes_is(t->parameter, "tls_policy"))
		item.daemon = SEAL_LIT("smtp");
	else if (seal_bytes_starts(t->parameter, "alias_") ||
		 seal_bytes_starts(t->parameter, "mailbox_"))
		item.daemon = SEAL_LIT("local");
	else if (seal_bytes_starts(t->parameter, "transport_"))
		item.daemon = SEAL_LIT("trivial-rewrite");
	return find_file(f, &item, t->index.n ? t->index : t->path);
}

static int find_keys(struct finder *f)
{
	static const char *const names[] = {"smtpd_tls_cert_file",   "smtpd_tls_key_file",
					    "smtpd_tls_chain_files", "smtpd_tls_CAfile",
					    "smtp_tls_cert_file",    "smtp_tls_key_file",
					    "smtp_tls_chain_files",  "smtp_tls_CAfile"};
	const struct seal_instance *inst = f->s.h->postfix.instances.v;
	struct seal_bytes list, path;
	int r = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct seal_param *p = seal_conf_where(inst, NULL, names[i]);

		if (!p || seal_conf_value(inst, NULL, names[i], f->s.h->arena, &list) < 0)
			continue;
		while (r == 0 && seal_conf_next(&list, &path)) {
			struct seal_need_item item = {.kind = "read",
						      .purpose = p->name,
						      .daemon = seal_bytes_of("smtpd"),
						      .tclass = "file",
						      .perms = "read open",
						      .origin = p->origin};

			if (seal_bytes_starts(p->name, "smtp_"))
				item.daemon = SEAL_LIT("smtp");
			if (path.p[0] == '/')
				r = find_file(f, &item, path);
		}
	}
	return r;
}

/* find_directories - what daemons write to */
static int find_directories(struct finder *f)
{
	static const struct {
		const char *parameter, *daemon;
		unsigned roles;
	} v[] = {
		{"queue_directory", "qmgr", SEAL_ROLE_ALL},
		{"mail_spool_directory", "local", SEAL_ROLE_MAILSTORE},
		{"virtual_mailbox_base", "virtual", SEAL_ROLE_ALL},
	};
	const struct seal_instance *inst = f->s.h->postfix.instances.v;
	struct seal_need_item mailbox = {.kind = NULL};
	struct seal_bytes path, other;
	int r = 0;

	for (size_t i = 0; i < sizeof(v) / sizeof(*v) && r == 0; i++) {
		struct seal_need_item item = {.kind = "write",
					      .purpose = seal_bytes_of(v[i].parameter),
					      .daemon = seal_bytes_of(v[i].daemon),
					      .tclass = "dir",
					      .perms = "search write add_name"};
		const struct seal_param *p = seal_conf_where(inst, NULL, v[i].parameter);

		if (p)
			item.origin = p->origin;
		if (!(f->s.roles & v[i].roles) ||
		    seal_conf_value(inst, NULL, v[i].parameter, f->s.h->arena, &path) < 0 ||
		    !path.n || path.p[0] != '/')
			continue;
		if (i == 0)
			item.perms = "search";
		/* mailboxes: files as well as entries */
		if (i > 0)
			mailbox = item;
		if (i == 1 &&
		    (seal_conf_value(inst, NULL, "mailbox_transport", f->s.h->arena, &other) < 0 ||
		     other.n))
			continue;
		r = find_file(f, &item, path);
		if (r == 0 && i > 0) {
			mailbox.tclass = "file";
			mailbox.perms = "create open write append";
			r = find_file(f, &mailbox, path);
		}
	}
	return r;
}

/* --- booleans that a need rests on */

static int find_boolean(struct finder *f, const struct seal_boolean *b)
{
	struct seal_policy *p = f->s.h->selinux.policy;
	struct seal_switch off = {b->name, false};
	struct seal_policy_change c = {.switches = &off, .n_switches = 1};
	bool on = false;
	struct seal_bytes name;
	int r;

	if (seal_policy_boolean(p, b->name, &name, &on) < 0 || !on)
		return 0;
	r = seal_policy_try(p, &c, NULL);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	seal_vec_each (item, &f->needs->items) {
		if (item->selinux == SEAL_GRANT_GRANTED && !item->boolean.n &&
		    seal_need_selinux(f->s.h, item) == SEAL_GRANT_MISSING)
			item->boolean = b->name;
	}
	seal_policy_restore(p);
	return 0;
}

/* --- excess */

static int add_excess(struct finder *f, const char *kind, const char *subject, const char *detail,
		      const struct seal_origin *origin)
{
	struct seal_need_excess *e;

	if (!subject || !detail)
		return -ENOMEM;
	e = seal_vec_add(&f->needs->excess);
	if (!e)
		return -ENOMEM;
	*e = (struct seal_need_excess){kind, seal_bytes_of(subject), seal_bytes_of(detail),
				       origin ? *origin : (struct seal_origin){0}};
	return 0;
}

static bool is_needed(const struct finder *f, uint32_t low, uint32_t high, bool udp, bool in_only)
{
	seal_vec_each (item, &f->needs->items) {
		if (item->port >= low && item->port <= high && item->udp == udp &&
		    (!in_only || item->in))
			return true;
	}
	return false;
}

/* excess_ports - port labels of the administrator that let mail use a port it does not use */
static int excess_ports(struct finder *f)
{
	struct seal_arena *a = f->s.h->arena;
	struct seal_bytes mail = type_of_port(f->s.h, 25);
	int r = 0;

	seal_vec_each (p, &f->s.h->selinux.ports) {
		bool udp = strcmp(p->protocol, "udp") == 0;

		if (r < 0 || !mail.n || !seal_bytes_eq(p->type, mail) ||
		    is_needed(f, p->low, p->high, udp, false))
			continue;
		r = add_excess(
			f, "port-label",
			p->low == p->high
				? seal_arena_printf(a, "%s/%u", p->protocol, p->low)
				: seal_arena_printf(a, "%s/%u-%u", p->protocol, p->low, p->high),
			seal_arena_printf(a,
					  "labelled %.*s by hand; no listener and no "
					  "next hop uses it",
					  SEAL_ARG(p->type)),
			NULL);
	}
	return r;
}

/* excess_openings - ports of mail that the firewall opens and nothing listens on */
static int excess_openings(struct finder *f)
{
	struct seal_path_query q = {.dir = SEAL_PACKET_IN, .proto = IPPROTO_TCP};
	struct seal_paths paths = {0};
	int r = 0;

	if (!f->s.h->ruleset || !f->s.endpoints.listeners_complete)
		return 0;
	r = seal_paths_ask(f->s.h, f->s.h->ruleset, &f->s.h->net, &q, &paths);
	seal_vec_each (p, &paths.paths) {
		struct seal_outcome o = seal_outcome_of(p, 0, SEAL_FAR_ANY);
		struct seal_origin origin = seal_path_origin(p, 4);

		if (r == 0 && o.open && !is_needed(f, p->port, p->port, false, true))
			r = add_excess(
				f, "firewall", seal_arena_printf(f->s.h->arena, "tcp/%u", p->port),
				"open for others, and no service of master.cf listens", &origin);
	}
	seal_paths_done(&paths);
	return r;
}

/* is_all_mail - a domain of mail, or an attribute that mail domains alone have. Returns 1, 0 or
 * -ENOMEM */
static int is_all_mail(const struct finder *f, struct seal_bytes name)
{
	struct seal_names members = {0};
	int r = seal_policy_members(f->s.h->selinux.policy, name, &members);
	bool all;

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	all = members.v.n > 0;
	seal_vec_each (m, &members.v) {
		all &= seal_mail_domains_have(&f->s.mail_domains, *m);
	}
	seal_vec_done(&members.v);
	return all;
}

/* is_about_mail - whether mail domains alone gain by the rules of @boolean. Returns 1, 0 or -ENOMEM
 */
static int is_about_mail(const struct finder *f, struct seal_bytes boolean)
{
	struct seal_names sources = {0};
	int r = seal_policy_boolean_sources(f->s.h->selinux.policy, boolean, &sources);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = sources.v.n > 0;
	seal_vec_each (s, &sources.v) {
		if (r == 1)
			r = is_all_mail(f, *s);
	}
	seal_vec_done(&sources.v);
	return r;
}

/* excess_booleans - booleans that are on, whose rules are about mail, and that no need rests on */
static int excess_booleans(struct finder *f)
{
	const struct seal_policy *p = f->s.h->selinux.policy;
	int r = 0;

	seal_vec_each (b, &f->s.h->selinux.booleans) {
		bool on = false, used = false;
		struct seal_bytes name;

		if (r < 0 || seal_policy_boolean(p, b->name, &name, &on) < 0 || !on)
			continue;
		seal_vec_each (item, &f->needs->items) {
			used |= seal_bytes_eq(item->boolean, b->name);
		}
		if (!used)
			r = is_about_mail(f, b->name);
		if (r == 1)
			r = add_excess(f, "boolean",
				       seal_arena_printf(f->s.h->arena, "%.*s", SEAL_ARG(b->name)),
				       "on, and nothing in the configuration rests on it", NULL);
	}
	return r;
}

static int by_item(const void *a, const void *b)
{
	const struct seal_need_item *x = a, *y = b;
	int r = strcmp(x->kind, y->kind);

	if (r == 0)
		r = seal_bytes_cmp(x->subject, y->subject);
	return r ? r : seal_bytes_cmp(x->purpose, y->purpose);
}

static int find_all(struct finder *f)
{
	bool missing = false;
	int r = find_listeners(f);

	seal_vec_each (hop, &f->s.endpoints.next_hops) {
		if (r == 0)
			r = find_hop(f, hop);
	}
	if (r == 0)
		r = find_resolvers(f);
	if (r == 0)
		r = seal_tables_each(&f->s, find_table, f, &missing);
	if (r == 0)
		r = find_keys(f);
	if (r == 0)
		r = find_directories(f);
	f->needs->complete &= !missing;
	if (r == 0 && f->needs->items.n > 1)
		qsort(f->needs->items.v, f->needs->items.n, sizeof(*f->needs->items.v), by_item);
	seal_vec_each (b, &f->s.h->selinux.booleans) {
		if (r == 0 && f->s.h->selinux.policy)
			r = find_boolean(f, b);
	}
	if (r == 0)
		r = excess_ports(f);
	if (r == 0)
		r = excess_openings(f);
	return r == 0 && f->s.h->selinux.policy ? excess_booleans(f) : r;
}

int seal_needs_find(struct seal_host *h, struct seal_needs *ret)
{
	struct finder f = {.s = {.h = h}, .needs = ret};
	struct seal_bytes why;
	int err = 0, r = seal_endpoints_find(h, &f.s.endpoints);

	ret->complete = r == 0 && h->postfix.instances.n && f.s.endpoints.next_hops_complete &&
			f.s.endpoints.listeners_complete;
	if (r == 0)
		r = seal_mail_domains(h, &f.s.mail_domains);
	if (r == 0)
		f.s.roles = seal_roles_guess(h, &f.s.endpoints, &why, &err);
	r = r ? r : err;
	if (r == 0 && h->ruleset) {
		r = seal_paths_of_host(h, h->ruleset, &h->net, &f.s.paths);
		f.s.has_paths = r == 0;
	}
	if (r == 0 && h->postfix.instances.n)
		r = find_all(&f);
	seal_paths_done(&f.s.paths);
	seal_vec_done(&f.s.mail_domains.v);
	seal_endpoints_done(&f.s.endpoints);
	return r;
}
