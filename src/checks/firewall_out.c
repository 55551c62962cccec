/* SPDX-License-Identifier: GPL-2.0-or-later */
/* firewall_out.c - what the ruleset does to the connections mail makes, and to those of others */
#include "checks/mend.h"
#include "checks/paths.h"

#include <errno.h>
#include <netinet/in.h>

#define SMTP 25

/* resolvers_unread - whether the file that names them is there and was not read, or not all of it
 */
static bool resolvers_unread(const struct seal_host *h)
{
	seal_vec_each (row, &h->sources) {
		if ((row->status == SEAL_READ_UNREADABLE || row->status == SEAL_READ_TRUNCATED) &&
		    row->source == SEAL_SOURCE_NETWORK &&
		    seal_bytes_is(row->path, "etc/resolv.conf"))
			return true;
	}
	return false;
}

static int judge_out(struct seal_subject *s, struct seal_out *out, bool dns)
{
	bool any = false;

	seal_vec_each (p, &s->paths.paths) {
		struct seal_outcome o = seal_outcome_of(p, 0, SEAL_FAR_ANY);
		struct seal_about about;

		if (p->dir != SEAL_PACKET_OUT || (p->port == 53) != dns)
			continue;
		any = true;
		if (o.open)
			continue;
		if (seal_about_path(s, p, &about) < 0)
			return -ENOMEM;
		if (!o.shut || o.doubt) {
			seal_out_unknown(
				out, &about,
				"whether port %u is open depends on what the evidence does "
				"not hold: %.*s",
				p->port, SEAL_ARG(p->purpose));
			continue;
		}
		seal_out_fail(out, &about,
			      "The firewall lets nothing through to %s port %u from here: %.*s.",
			      p->proto == IPPROTO_UDP ? "udp" : "tcp", p->port,
			      SEAL_ARG(p->purpose));
		if (seal_mend_path(s, out, p) < 0)
			return -ENOMEM;
	}
	if (!any && dns && resolvers_unread(s->h))
		seal_out_unknown(out, NULL, "etc/resolv.conf could not be read, or not all of it");
	else if (!any && s->paths.complete)
		seal_out_na(out, dns ? "This configuration asks no resolver."
				     : "This configuration sends nothing out.");
	if (!s->paths.complete)
		seal_out_unknown(out, NULL, "not all destinations are known");
	return 0;
}

static int check_smtp(struct seal_subject *s, struct seal_out *out)
{
	return judge_out(s, out, false);
}

static int check_dns(struct seal_subject *s, struct seal_out *out)
{
	return judge_out(s, out, true);
}

/* ask_others - port 25 anywhere, for an account that mail does not use */
static int ask_others(struct seal_subject *s, struct seal_paths *ret)
{
	const struct seal_user *nobody = seal_users_by_name(&s->h->users, SEAL_LIT("nobody"));
	struct seal_path_query q = {.dir = SEAL_PACKET_OUT,
				    .proto = IPPROTO_TCP,
				    .port = SMTP,
				    .uid = nobody ? nobody->uid : 65534,
				    .gid = nobody ? nobody->gid : 65534,
				    .has_uid = true};

	return seal_paths_ask(s->h, s->h->ruleset, &s->h->net, &q, ret);
}

static int check_others(struct seal_subject *s, struct seal_out *out)
{
	struct seal_about about = {{{"port", SEAL_LIT("25")}, {"protocol", SEAL_LIT("tcp")}}, {0}};
	struct seal_paths paths = {0};
	int r = ask_others(s, &paths);

	seal_vec_each (p, &paths.paths) {
		struct seal_outcome o = seal_outcome_of(p, 0, SEAL_FAR_WIDEST);

		about.origin = seal_path_origin(p, 4);
		if (o.open)
			seal_out_fail(
				out, &about,
				"Every account of this host may connect to port 25 anywhere.");
		else if (o.doubt)
			seal_out_unknown(out, &about,
					 "whether other accounts reach port 25 depends on what the "
					 "evidence does not hold");
	}
	seal_paths_done(&paths);
	return r;
}

/* refusal_of - how the widest answer of a path refuses: DROP, REJECT, or MAX_ when it does not */
static enum seal_fw_fate refusal_of(const struct seal_path *p, uint8_t family)
{
	const struct seal_path_row *row = seal_path_widest(p, family);

	if (!row || (row->row.verdict.verdict != SEAL_FATE_DROP &&
		     row->row.verdict.verdict != SEAL_FATE_REJECT))
		return SEAL_FATE_MAX_;
	return row->row.verdict.verdict;
}

static int check_drops(struct seal_subject *s, struct seal_out *out)
{
	struct seal_about about = {{{"port", SEAL_LIT("25")}, {"protocol", SEAL_LIT("tcp")}}, {0}};
	struct seal_paths paths = {0};
	bool refused = false, doubt = false;
	int r = ask_others(s, &paths);

	seal_vec_each (p, &paths.paths) {
		for (uint8_t family = 4; family <= 6; family += 2) {
			enum seal_fw_fate fate = refusal_of(p, family);

			doubt |= seal_outcome_of(p, family, SEAL_FAR_WIDEST).doubt;
			refused |= fate != SEAL_FATE_MAX_;
			about.origin = seal_path_origin(p, family);
			if (fate == SEAL_FATE_DROP)
				seal_out_fail(out, &about,
					      "What is stopped to port 25 is dropped.");
		}
	}
	if (!refused && doubt)
		seal_out_unknown(out, &about,
				 "what becomes of port 25 depends on what the evidence does not "
				 "hold");
	else if (!refused)
		seal_out_na(out, "Nothing is stopped to port 25.");
	seal_paths_done(&paths);
	return r;
}

/* --- answers and errors */

/* struct errors - which ICMP messages about a connection some rule of the input hook lets in */
struct errors {
	bool v4, v6;
};

static bool holds(const struct seal_fw_stmt *st, seal_u128 value, bool bits)
{
	for (size_t i = 0; st->set && i < st->set->n; i++) {
		const struct seal_fw_range *v = &st->set->ranges[i * st->set->n_parts];

		if (bits ? (v->lo & value) != 0 ||
				    (v->lo != v->hi && v->lo <= value && v->hi >= value)
			 : v->lo <= value && v->hi >= value)
			return true;
	}
	return false;
}

/* matches_errors - a match that errors about a connection of this host pass: related, or by type */
static struct errors matches_errors(const struct seal_fw_stmt *st)
{
	const struct seal_fw_part *part = st->key.n == 1 ? &st->key.parts[0] : NULL;
	bool wanted = st->op == SEAL_FW_EQ || st->op == SEAL_FW_ANY;

	if (!part || !wanted)
		return (struct errors){false, false};
	switch ((int)part->field) {
	case SEAL_FIELD_CT_STATE: {
		bool yes = holds(st, 4, true); /* related */

		return (struct errors){yes, yes};
	}
	case SEAL_FIELD_ICMP_TYPE:
		return (struct errors){holds(st, 3, false), false};
	case SEAL_FIELD_ICMPV6_TYPE:
		return (struct errors){false, holds(st, 2, false)};
	case SEAL_FIELD_L4PROTO:
	case SEAL_FIELD_IP_PROTOCOL:
	case SEAL_FIELD_IP6_NEXTHDR:
		return (struct errors){holds(st, IPPROTO_ICMP, false),
				       holds(st, IPPROTO_ICMPV6, false)};
	default:
		return (struct errors){false, false};
	}
}

/* take_rule - an accept, or a verdict map, behind such a match */
static void take_rule(const struct seal_fw_rule *r, struct errors *e)
{
	struct errors seen = {false, false};

	for (const struct seal_fw_stmt *st = r->first; st; st = st->next) {
		struct errors m = {false, false};

		if (st->kind == SEAL_STMT_MATCH || st->kind == SEAL_STMT_VMAP)
			m = matches_errors(st);
		seen.v4 |= m.v4;
		seen.v6 |= m.v6;
		if ((st->kind == SEAL_STMT_VERDICT && st->verdict.code == SEAL_FW_ACCEPT) ||
		    st->kind == SEAL_STMT_VMAP) {
			e->v4 |= seen.v4;
			e->v6 |= seen.v6;
		}
	}
}

/* errors_of - of every chain: a chain that input jumps to counts as well */
static struct errors errors_of(const struct seal_ruleset *rs)
{
	struct errors e = {false, false};

	for (const struct seal_fw_table *t = rs->tables; t; t = t->next)
		for (const struct seal_fw_chain *c = t->chains; c; c = c->next)
			for (const struct seal_fw_rule *r = c->first; r; r = r->next)
				take_rule(r, &e);
	return e;
}

/* denies - whether the input hook refuses what no rule names, of that family */
static enum seal_tri denies(struct seal_subject *s, uint8_t family)
{
	struct seal_path_query q = {.dir = SEAL_PACKET_IN, .proto = IPPROTO_UDP, .port = 9};
	struct seal_paths paths = {0};
	enum seal_tri answer = SEAL_NO;

	if (seal_paths_ask(s->h, s->h->ruleset, &s->h->net, &q, &paths) < 0)
		answer = SEAL_MAYBE;
	seal_vec_each (p, &paths.paths) {
		struct seal_outcome o = seal_outcome_of(p, family, SEAL_FAR_WIDEST);

		if (o.shut)
			answer = SEAL_YES;
		else if (o.doubt && answer == SEAL_NO)
			answer = SEAL_MAYBE;
	}
	seal_paths_done(&paths);
	return answer;
}

static int check_answers(struct seal_subject *s, struct seal_out *out)
{
	struct errors e = errors_of(s->h->ruleset);
	const bool lets[] = {e.v4, e.v6};

	seal_vec_each (p, &s->paths.paths) {
		const struct seal_path_row *row = seal_path_widest(p, 4);
		struct seal_about about;

		if (p->dir != SEAL_PACKET_OUT || !row ||
		    row->row.verdict.verdict != SEAL_FATE_ACCEPT || row->row.verdict.n_depends ||
		    row->row.verdict.reachable != SEAL_NO)
			continue;
		if (seal_about_path(s, p, &about) < 0)
			return -ENOMEM;
		seal_out_fail(out, &about,
			      "Connections to port %u go out, and their answers do not come in.",
			      p->port);
	}
	for (size_t i = 0; i < 2; i++) {
		struct seal_about about = {
			{{"family", i ? SEAL_LIT("ip6") : SEAL_LIT("ip")},
			 {"protocol", i ? SEAL_LIT("icmpv6") : SEAL_LIT("icmp")}},
			{0}};
		enum seal_tri shut = lets[i] ? SEAL_NO : denies(s, i ? 6 : 4);

		if (shut == SEAL_YES)
			seal_out_fail(out, &about, "No rule lets %s in.",
				      i ? "ICMPv6 packet-too-big"
					: "ICMP destination-unreachable, fragmentation needed,");
		else if (shut == SEAL_MAYBE)
			seal_out_unknown(out, &about,
					 "whether path MTU messages come in depends on what the "
					 "evidence does not hold");
	}
	return 0;
}

#define NEEDS (SEAL_NEED_POSTFIX | SEAL_NEED_RULESET)

const struct seal_check seal_checks_firewall_out[] = {
	{"FWO-001", check_smtp, NEEDS},   {"FWO-002", check_dns, NEEDS},
	{"FWO-003", check_others, NEEDS}, {"FWO-004", check_answers, NEEDS},
	{"FWO-005", check_drops, NEEDS},  {NULL, NULL, 0},
};
