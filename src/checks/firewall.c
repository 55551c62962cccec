/* SPDX-License-Identifier: GPL-2.0-or-later */
/* firewall.c - the firewall as a whole: who loads it, what it does with what no rule names */
#include "checks/paths.h"

#include <errno.h>
#include <netinet/in.h>

#include "model/ruleset_index.h"

/* --- managers */

/* the services that load a ruleset; those of one manager share a name */
static const struct manager {
	const char *unit, *name;
} managers[] = {
	{"firewalld.service", "firewalld"},
	{"nftables.service", "nftables.service"},
	{"iptables.service", "iptables-services"},
	{"ip6tables.service", "iptables-services"},
	{"netfilter-persistent.service", "netfilter-persistent"},
	{"shorewall.service", "shorewall"},
	{"ufw.service", "ufw"},
};

static bool ufw_is_on(const struct seal_setup *s)
{
	const struct seal_setting *on = seal_config_get(&s->ufw, "", "ENABLED");

	return on && seal_bytes_icase_eq(on->value, SEAL_LIT("yes"));
}

static bool is_on(const struct seal_setup *s, const struct manager *m)
{
	const struct seal_unit *u = seal_setup_unit(s, m->unit);

	return u && u->enabled && !u->masked && (strcmp(m->name, "ufw") != 0 || ufw_is_on(s));
}

/* is_told - whether the evidence says of every manager if it starts */
static bool is_told(const struct seal_setup *s)
{
	for (size_t i = 0; i < sizeof(managers) / sizeof(*managers); i++) {
		const struct seal_unit *u = seal_setup_unit(s, managers[i].unit);

		if (!u || u->links)
			return false;
		if (u->enabled && strcmp(managers[i].name, "ufw") == 0 && s->ufw.status < 0 &&
		    s->ufw.status != -ENOENT)
			return false;
	}
	return true;
}

static int check_manager(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_setup *setup = &s->h->setup;
	const char *first = NULL, *last = NULL;
	const char *names = "";

	if (!is_told(setup)) {
		seal_out_unknown(out, NULL, "which services start at boot is not in the evidence");
		return 0;
	}
	for (size_t i = 0; i < sizeof(managers) / sizeof(*managers); i++) {
		const struct manager *m = &managers[i];

		if (!is_on(setup, m) || (last && strcmp(last, m->name) == 0))
			continue;
		names = seal_arena_printf(s->h->arena, "%s%s%s", names, last ? ", " : "", m->name);
		if (!names)
			return -ENOMEM;
		first = first ? first : m->name;
		last = m->name;
	}
	if (!first)
		seal_out_fail(out, NULL, "No service loads a firewall when the host boots.");
	else if (first != last)
		seal_out_fail(out, &(struct seal_about){{{"service", seal_bytes_of(names)}}, {0}},
			      "More than one service loads firewall rules: %s.", names);
	else
		seal_out_pass(out, "%s loads the rules.", names);
	return 0;
}

/* --- what no rule names */

/* ports that no service of a mail host has: one alone might be opened on purpose, not all three */
static const uint16_t odd_ports[] = {9, 14, 1021};
#define ODD_PORTS (sizeof(odd_ports) / sizeof(*odd_ports))

/* struct refusal - how many of these ports are open, and how many may be */
struct refusal {
	size_t open, doubt, asked;
	struct seal_origin origin;
};

static int ask_odd(struct seal_subject *s, uint8_t family, struct seal_bytes interface,
		   struct seal_paths *paths, struct refusal *ret)
{
	*ret = (struct refusal){0};
	for (size_t i = 0; i < ODD_PORTS; i++) {
		seal_vec_each (p, &paths[i].paths) {
			struct seal_outcome o = seal_outcome_of(p, family, SEAL_FAR_WIDEST);

			if (!seal_bytes_eq(p->interface, interface) || !seal_path_widest(p, family))
				continue;
			ret->asked++;
			ret->open += o.open;
			ret->doubt += o.doubt && !o.open;
			ret->origin = seal_path_origin(p, family);
		}
	}
	(void)s;
	return 0;
}

static int tell_default(struct seal_subject *s, struct seal_out *out, struct seal_bytes interface,
			struct seal_paths *paths)
{
	for (uint8_t family = 4; family <= 6; family += 2) {
		struct seal_about about = {
			{{"family", family == 4 ? SEAL_LIT("ip") : SEAL_LIT("ip6")},
			 {interface.n ? "interface" : NULL, interface}},
			{0}};
		struct refusal n;

		ask_odd(s, family, interface, paths, &n);
		about.origin = n.origin;
		if (n.asked && n.open == n.asked)
			seal_out_fail(out, &about, "What no rule names is let in%s%.*s (IPv%c).",
				      interface.n ? " on " : "", SEAL_ARG(interface),
				      family == 4 ? '4' : '6');
		else if (n.asked && n.open + n.doubt == n.asked)
			seal_out_unknown(out, &about,
					 "what becomes of ports no rule names depends on what the "
					 "evidence does not hold");
	}
	return 0;
}

static int check_default(struct seal_subject *s, struct seal_out *out)
{
	struct seal_paths paths[ODD_PORTS] = {{.complete = false}};
	int r = 0;

	for (size_t i = 0; i < ODD_PORTS && r == 0; i++) {
		struct seal_path_query q = {
			.dir = SEAL_PACKET_IN, .proto = IPPROTO_TCP, .port = odd_ports[i]};

		r = seal_paths_ask(s->h, s->h->ruleset, &s->h->net, &q, &paths[i]);
	}
	seal_vec_each (p, &paths[0].paths) {
		if (r == 0)
			r = tell_default(s, out, p->interface, paths);
	}
	for (size_t i = 0; i < ODD_PORTS; i++)
		seal_paths_done(&paths[i]);
	return r;
}

/* --- loopback */

static struct seal_addr loopback(bool v6)
{
	struct seal_addr a = {.bits = v6 ? 128 : 32};

	a.b[0] = v6 ? 0 : 127;
	a.b[v6 ? 15 : 3] = 1;
	return a;
}

/* probe_lo - a connection to a service of this host over lo */
static int probe_lo(struct seal_subject *s, struct seal_out *out, bool v6)
{
	struct seal_packet packet = {.dir = SEAL_PACKET_IN,
				     .proto = IPPROTO_TCP,
				     .src = loopback(v6),
				     .dst = loopback(v6),
				     .dport = 10025,
				     .iif = SEAL_LIT("lo")};
	struct seal_about about = {
		{{"family", v6 ? SEAL_LIT("ip6") : SEAL_LIT("ip")}, {"interface", SEAL_LIT("lo")}},
		{0}};
	struct seal_fw_verdict v;
	int r = seal_reach_probe(s->h->ruleset, &s->h->net, &packet, s->h->arena, &v);

	if (r < 0)
		return r;
	if (v.rule && v.rule->origin)
		about.origin = *v.rule->origin;
	if (v.verdict == SEAL_FATE_DROP || v.verdict == SEAL_FATE_REJECT ||
	    (v.verdict == SEAL_FATE_ACCEPT && v.reachable == SEAL_NO))
		seal_out_fail(out, &about,
			      "Connections of the host to itself are stopped (IPv%c): filters and "
			      "milters on %s do not answer.",
			      v6 ? '6' : '4', v6 ? "::1" : "127.0.0.1");
	else if (v.verdict == SEAL_FATE_DEPENDS)
		seal_out_unknown(out, &about,
				 "whether loopback is let in depends on what the evidence does "
				 "not hold");
	return 0;
}

static int ask_spoofed(struct seal_subject *s, struct seal_bytes interface, struct seal_paths *ret)
{
	struct seal_path_query q = {.dir = SEAL_PACKET_IN,
				    .proto = IPPROTO_TCP,
				    .port = 25,
				    .from = {loopback(false), 8},
				    .interface = interface};

	return seal_paths_ask(s->h, s->h->ruleset, &s->h->net, &q, ret);
}

/* outcome_of - of every far end: seal_outcome_of() passes over loopback, which this is about */
static struct seal_outcome outcome_of(const struct seal_path *p)
{
	struct seal_outcome o = {0};

	seal_vec_each (row, &p->rows) {
		o.open |= row->row.verdict.verdict == SEAL_FATE_ACCEPT;
		o.doubt |= row->row.verdict.verdict == SEAL_FATE_DEPENDS;
	}
	return o;
}

static void judge_spoofed(const struct seal_localnet *l, const struct seal_paths *paths,
			  struct seal_out *out)
{
	seal_vec_each (p, &paths->paths) {
		struct seal_about about = {{{"address", SEAL_LIT("127.0.0.0/8")},
					    {p->interface.n ? "interface" : NULL, p->interface}},
					   l->origin};
		struct seal_outcome o = outcome_of(p);

		if (o.open)
			seal_out_fail(out, &about,
				      "No rule stops packets from elsewhere that claim to be from "
				      "127.0.0.0/8, and route_localnet is on (%.*s).",
				      SEAL_ARG(l->ifname));
		else if (o.doubt)
			seal_out_unknown(out, &about,
					 "route_localnet is on (%.*s), and whether packets that "
					 "claim to be from 127.0.0.0/8 are stopped depends on "
					 "what the evidence does not hold",
					 SEAL_ARG(l->ifname));
	}
}

/* doubt_spoofed - where nobody knows route_localnet, rules that stop such packets anyway do */
static int doubt_spoofed(struct seal_subject *s, struct seal_out *out)
{
	struct seal_paths paths = {0};
	bool stopped = true;
	int r = ask_spoofed(s, SEAL_BYTES_NONE, &paths);

	seal_vec_each (p, &paths.paths) {
		struct seal_outcome o = outcome_of(p);

		stopped &= !o.open && !o.doubt;
	}
	if (r == 0 && !stopped)
		seal_out_unknown(out, NULL,
				 "no rule stops packets from elsewhere that claim to be from "
				 "127.0.0.0/8, and whether route_localnet is on is not in the "
				 "evidence");
	seal_paths_done(&paths);
	return r;
}

/* probe_spoofed - packets that come in on another interface and say they are from here. The kernel
 * drops them by itself, but for IPv4 with route_localnet. */
static int probe_spoofed(struct seal_subject *s, struct seal_out *out)
{
	bool all = false;
	int r = 0;

	seal_vec_each (l, &s->h->net.localnet) {
		all |= seal_bytes_is(l->ifname, "all");
	}
	seal_vec_each (l, &s->h->net.localnet) {
		bool this_all = seal_bytes_is(l->ifname, "all");
		struct seal_paths paths = {0};

		if (r < 0 || all != this_all || seal_bytes_is(l->ifname, "lo"))
			continue;
		r = ask_spoofed(s, all ? SEAL_BYTES_NONE : l->ifname, &paths);
		if (r == 0)
			judge_spoofed(l, &paths, out);
		seal_paths_done(&paths);
	}
	return r < 0 || all || s->h->net.has_localnet ? r : doubt_spoofed(s, out);
}

static int check_loopback(struct seal_subject *s, struct seal_out *out)
{
	int r = probe_lo(s, out, false);

	if (r == 0)
		r = probe_lo(s, out, true);
	return r < 0 ? r : probe_spoofed(s, out);
}

/* --- now and at the next boot */

/* struct answers - what one ruleset says to the paths of mail */
struct answers {
	struct seal_paths host, odd;
};

static void answers_done(struct answers *a)
{
	seal_paths_done(&a->host);
	seal_paths_done(&a->odd);
}

static int ask_all(struct seal_subject *s, const struct seal_ruleset *rs, struct answers *ret)
{
	struct seal_path_query q = {
		.dir = SEAL_PACKET_IN, .proto = IPPROTO_TCP, .port = odd_ports[0]};
	int r = seal_paths_of_host(s->h, rs, &s->h->net, &ret->host);

	return r < 0 ? r : seal_paths_ask(s->h, rs, &s->h->net, &q, &ret->odd);
}

static const struct seal_path *same_path(const struct seal_paths *v, const struct seal_path *like)
{
	seal_vec_each (p, &v->paths) {
		if (p->dir == like->dir && p->proto == like->proto && p->port == like->port &&
		    seal_bytes_eq(p->purpose, like->purpose) &&
		    seal_bytes_eq(p->interface, like->interface))
			return p;
	}
	return NULL;
}

static const char *word_of(struct seal_outcome o)
{
	if (o.open)
		return "open";
	return o.doubt ? "not certain" : "shut";
}

static int compare(struct seal_subject *s, struct seal_out *out, const struct seal_paths *now,
		   const struct seal_paths *boot)
{
	seal_vec_each (p, &now->paths) {
		const struct seal_path *other = same_path(boot, p);
		struct seal_about about;

		for (uint8_t family = 4; family <= 6; family += 2) {
			struct seal_outcome a = seal_outcome_of(p, family, SEAL_FAR_WIDEST), b;

			if (!other || !seal_path_widest(p, family))
				continue;
			b = seal_outcome_of(other, family, SEAL_FAR_WIDEST);
			if (a.open == b.open && a.doubt == b.doubt)
				continue;
			if (seal_about_path(s, p, &about) < 0)
				return -ENOMEM;
			about.object[3] = (struct seal_property){
				"family", family == 4 ? SEAL_LIT("ip") : SEAL_LIT("ip6")};
			about.origin = seal_path_origin(other, family);
			if (a.doubt || b.doubt)
				seal_out_unknown(out, &about,
						 "%s port %u is %s now and %s after the next boot",
						 p->dir == SEAL_PACKET_IN ? "incoming" : "outgoing",
						 p->port, word_of(a), word_of(b));
			else
				seal_out_fail(out, &about,
					      "%s port %u is %s now and %s after the next boot.",
					      p->dir == SEAL_PACKET_IN ? "Incoming" : "Outgoing",
					      p->port, word_of(a), word_of(b));
		}
	}
	return 0;
}

static int check_boot(struct seal_subject *s, struct seal_out *out)
{
	struct answers now = {.host = {.complete = false}}, boot = {.host = {.complete = false}};
	int r;

	if (!s->h->live && !seal_bytes_starts(s->h->ruleset->origin.path, "live/")) {
		seal_out_na(out, "The rules judged are those of the next boot: none run here.");
		return 0;
	}
	if (!s->h->ruleset_boot) {
		seal_out_unknown(out, NULL, "what the next boot loads is not in the evidence");
		return 0;
	}
	r = ask_all(s, s->h->ruleset, &now);
	if (r == 0)
		r = ask_all(s, s->h->ruleset_boot, &boot);
	if (r == 0)
		r = compare(s, out, &now.host, &boot.host);
	if (r == 0)
		r = compare(s, out, &now.odd, &boot.odd);
	answers_done(&now);
	answers_done(&boot);
	return r;
}

/* --- firewalld */

static bool has_firewalld(const struct seal_host *h)
{
	if (is_on(&h->setup, &managers[0]))
		return true;
	return h->ruleset && h->ruleset->firewalld;
}

/* without_firewalld - told, when firewalld does not load the rules or nobody knows */
static bool without_firewalld(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_unit *u = seal_setup_unit(&s->h->setup, managers[0].unit);

	if (has_firewalld(s->h))
		return false;
	if (!u || u->links)
		seal_out_unknown(out, NULL, "which services start at boot is not in the evidence");
	else
		seal_out_na(out, "firewalld does not load the rules here.");
	return true;
}

static int check_backend(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_config *c = &s->h->setup.firewalld;
	const struct seal_setting *v = seal_config_get(c, "", "FirewallBackend");
	struct seal_about about = {{{"parameter", SEAL_LIT("FirewallBackend")}}, {0}};

	if (without_firewalld(s, out))
		return 0;
	if (c->status < 0 && c->status != -ENOENT) {
		seal_out_unknown(out, NULL, "firewalld.conf was not read");
		return 0;
	}
	if (!v || seal_bytes_icase_eq(v->value, SEAL_LIT("nftables")))
		return 0;
	about.origin = v->origin;
	seal_out_fail(out, &about, "firewalld uses the backend %.*s.", SEAL_ARG(v->value));
	return 0;
}

static void judge_zone(struct seal_out *out, const struct seal_zone *z, bool is_default)
{
	struct seal_about about = {{{"zone", z->name}}, z->origin};
	struct seal_addr a;

	if (!z->accepts)
		return;
	if (is_default)
		seal_out_fail(out, &about, "The default zone %.*s lets everything in.",
			      SEAL_ARG(z->name));
	seal_vec_each (i, &z->interfaces) {
		if (seal_bytes_is(*i, "lo"))
			continue;
		about.object[1] = (struct seal_property){"interface", *i};
		seal_out_fail(out, &about,
			      "The interface %.*s is in zone %.*s, which lets "
			      "everything in.",
			      SEAL_ARG(*i), SEAL_ARG(z->name));
	}
	seal_vec_each (from, &z->sources) {
		struct seal_bytes base = seal_bytes_cut(*from, '/', &(struct seal_bytes){0});

		if (seal_addr_parse(base, &a) == 0 && seal_addr_is_loopback(&a))
			continue;
		about.object[1] = (struct seal_property){"address", *from};
		seal_out_fail(out, &about,
			      "The source %.*s is in zone %.*s, which lets everything in.",
			      SEAL_ARG(*from), SEAL_ARG(z->name));
	}
}

static int check_zones(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_zones *z = &s->h->setup.zones;

	if (without_firewalld(s, out))
		return 0;
	if (!z->read) {
		seal_out_unknown(out, NULL, "firewalld's configuration was not read as a whole");
		return 0;
	}
	seal_vec_each (zone, &z->v) {
		judge_zone(out, zone, seal_bytes_eq(zone->name, z->default_zone));
	}
	if (z->unread_profiles)
		seal_out_unknown(out, NULL,
				 "%u network profiles that may bind interfaces to zones were not "
				 "read",
				 z->unread_profiles);
	return 0;
}

/* --- chains that undo each other */

static bool takes_port(const struct seal_fw_stmt *st, uint16_t port)
{
	const struct seal_fw_part *part = st->key.n ? &st->key.parts[0] : NULL;

	if (!part || part->field != SEAL_FIELD_DPORT ||
	    (part->l4proto && part->l4proto != IPPROTO_TCP) || st->op != SEAL_FW_EQ || !st->set)
		return false;
	for (size_t i = 0; i < st->set->n; i++) {
		const struct seal_fw_range *v = &st->set->ranges[i * st->set->n_parts];

		if (v->lo <= port && v->hi >= port)
			return true;
	}
	return false;
}

/* accepts_port - a rule of the table names that port and accepts it */
static const struct seal_fw_rule *accepts_port(const struct seal_fw_table *t, uint16_t port)
{
	for (const struct seal_fw_chain *c = t->chains; c; c = c->next)
		for (const struct seal_fw_rule *r = c->first; r; r = r->next) {
			bool named = false;

			for (const struct seal_fw_stmt *st = r->first; st; st = st->next) {
				named |= st->kind == SEAL_STMT_MATCH && takes_port(st, port);
				if (named && st->kind == SEAL_STMT_VERDICT &&
				    st->verdict.code == SEAL_FW_ACCEPT)
					return r;
			}
		}
	return NULL;
}

static int check_chains(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_ruleset *rs = s->h->ruleset;
	bool any = false;

	seal_vec_each (p, &s->paths.paths) {
		const struct seal_path_row *row = seal_path_widest(p, 4);
		const struct seal_fw_chain *by = row ? row->row.verdict.chain : NULL;
		struct seal_about about;

		if (p->dir != SEAL_PACKET_IN)
			continue;
		any = true;
		if (!by || (row->row.verdict.verdict != SEAL_FATE_DROP &&
			    row->row.verdict.verdict != SEAL_FATE_REJECT))
			continue;
		if (seal_about_path(s, p, &about) < 0)
			return -ENOMEM;
		for (const struct seal_fw_table *t = rs->tables; t; t = t->next)
			if (t != by->table && accepts_port(t, p->port))
				seal_out_fail(out, &about,
					      "Table %.*s accepts port %u and table %.*s stops it "
					      "all the same.",
					      SEAL_ARG(t->name), p->port,
					      SEAL_ARG(by->table->name));
	}
	if (rs->incomplete.n)
		seal_out_unknown(out, NULL, "rules that are not in the answers: %.*s",
				 SEAL_ARG(rs->incomplete));
	else if (!any)
		seal_out_na(out, "Nothing listens beyond loopback.");
	return 0;
}

#define MAIL (SEAL_NEED_POSTFIX | SEAL_NEED_RULESET)

const struct seal_check seal_checks_firewall[] = {
	{"FWI-001", check_manager, 0},
	{"FWI-002", check_default, SEAL_NEED_RULESET},
	{"FWI-007", check_loopback, SEAL_NEED_RULESET},
	{"FWI-008", check_boot, MAIL},
	{"FWI-009", check_backend, 0},
	{"FWI-010", check_chains, MAIL},
	{"FWI-011", check_zones, 0},
	{NULL, NULL, 0},
};
