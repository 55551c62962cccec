/* SPDX-License-Identifier: GPL-2.0-or-later */
/* firewall.c - what the ruleset does to the paths mail needs, in and out */
#include "checks/check.h"

#include <errno.h>
#include <netinet/in.h>

/* what the rows of a path come to */
struct outcome {
	bool open, shut, doubt; /* some far end gets through; some does not; some may */
};

/* is_widest - of the rows of its family it holds the most addresses: the Internet, when the far end
 * may be anywhere, and not the host itself */
static bool is_widest(const struct seal_path *p, const struct seal_path_row *row)
{
	seal_u128 mine = 0, theirs;

	for (size_t i = 0; i < row->row.n_far; i++)
		mine += row->row.far[i].hi - row->row.far[i].lo;
	seal_vec_each (other, &p->rows) {
		theirs = 0;
		for (size_t i = 0; other->family == row->family && i < other->row.n_far; i++)
			theirs += other->row.far[i].hi - other->row.far[i].lo;
		if (theirs > mine)
			return false;
	}
	return true;
}

/* is_loopback - every far end of a row is an address that no other host has */
static bool is_loopback(const struct seal_path_row *row)
{
	const seal_u128 low = row->family == 4 ? (seal_u128)127 << 24 : 1;
	const seal_u128 high = row->family == 4 ? ((seal_u128)128 << 24) - 1 : 1;

	for (size_t i = 0; i < row->row.n_far; i++)
		if (row->row.far[i].lo < low || row->row.far[i].hi > high)
			return false;
	return row->row.n_far > 0;
}

static struct outcome outcome_of(const struct seal_path *p)
{
	struct outcome o = {0};

	seal_vec_each (row, &p->rows) {
		const struct seal_fw_verdict *v = &row->row.verdict;

		if ((p->any_far && !is_widest(p, row)) || is_loopback(row))
			continue;

		switch (v->verdict) {
		case SEAL_FATE_ACCEPT:
			o.open |= v->reachable == SEAL_YES;
			o.doubt |= v->reachable != SEAL_YES;
			break;
		case SEAL_FATE_DROP:
		case SEAL_FATE_REJECT:
			o.shut = true;
			break;
		case SEAL_FATE_UNROUTED: /* says nothing of the firewall */
			break;
		case SEAL_FATE_DEPENDS:
		case SEAL_FATE_MAX_:
			o.doubt = true;
			break;
		}
	}
	o.doubt |= !p->rows.n;
	return o;
}

/* judge - a path that must be open to somebody. Returns 0 or -ENOMEM */
static int judge(struct seal_subject *s, struct seal_out *out, const struct seal_path *p)
{
	const char *port = seal_arena_printf(s->h->arena, "%u", p->port);
	const char *proto = p->proto == IPPROTO_UDP ? "udp" : "tcp";
	struct outcome o = outcome_of(p);
	struct seal_about about = {{{"port", seal_bytes_of(port)},
				    {"protocol", seal_bytes_of(proto)},
				    {"purpose", p->purpose}},
				   {0}};

	if (!port)
		return -ENOMEM;
	if (o.open)
		return 0;
	if (o.shut && !o.doubt)
		seal_out_fail(out, &about,
			      "The firewall lets nothing through to %s port %u %s: "
			      "%.*s.",
			      proto, p->port, p->dir == SEAL_PACKET_IN ? "here" : "from here",
			      SEAL_ARG(p->purpose));
	else
		seal_out_unknown(out, &about,
				 "whether %s port %u is open depends on what the "
				 "evidence does not hold: %.*s",
				 proto, p->port, SEAL_ARG(p->purpose));
	return 0;
}

static bool is_smtp(const struct seal_path *p)
{
	return p->port == 25 || p->port == 465 || p->port == 587;
}

static int check_listeners(struct seal_subject *s, struct seal_out *out)
{
	bool any = false;
	int r;

	seal_vec_each (p, &s->paths.paths) {
		if (p->dir != SEAL_PACKET_IN || !is_smtp(p))
			continue;
		any = true;
		r = judge(s, out, p);
		if (r < 0)
			return r;
	}
	if (!any)
		seal_out_na(out, "Nothing listens on 25, 465 or 587 beyond loopback.");
	return 0;
}

static int judge_out(struct seal_subject *s, struct seal_out *out, bool dns)
{
	bool any = false;
	int r;

	seal_vec_each (p, &s->paths.paths) {
		if (p->dir != SEAL_PACKET_OUT || (p->port == 53) != dns)
			continue;
		any = true;
		r = judge(s, out, p);
		if (r < 0)
			return r;
	}
	if (!any && s->paths.complete)
		seal_out_na(out, dns ? "This configuration asks no resolver."
				     : "This configuration sends nothing out.");
	if (!s->paths.complete)
		seal_out_unknown(out, NULL, "not all destinations are known");
	return 0;
}

static int check_smtp_out(struct seal_subject *s, struct seal_out *out)
{
	return judge_out(s, out, false);
}

static int check_dns_out(struct seal_subject *s, struct seal_out *out)
{
	return judge_out(s, out, true);
}

const struct seal_check seal_checks_firewall[] = {
	{"FWI-003", check_listeners, SEAL_NEED_POSTFIX | SEAL_NEED_RULESET},
	{"FWO-001", check_smtp_out, SEAL_NEED_POSTFIX | SEAL_NEED_RULESET},
	{"FWO-002", check_dns_out, SEAL_NEED_POSTFIX | SEAL_NEED_RULESET},
	{NULL, NULL, 0},
};
