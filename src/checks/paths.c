/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/paths.h"

#include <errno.h>
#include <netinet/in.h>

static seal_u128 width(const struct seal_path_row *row)
{
	seal_u128 n = 0;

	for (size_t i = 0; i < row->row.n_far; i++)
		n += row->row.far[i].hi - row->row.far[i].lo;
	return n;
}

const struct seal_path_row *seal_path_widest(const struct seal_path *p, uint8_t family)
{
	const struct seal_path_row *best = NULL;

	seal_vec_each (row, &p->rows) {
		if (row->family == family && (!best || width(row) > width(best)))
			best = row;
	}
	return best;
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

static bool is_limit(struct seal_bytes text)
{
	return seal_bytes_starts(text, "limit") || seal_bytes_starts(text, "ct count") ||
	       seal_bytes_starts(text, "meter");
}

/* only_limits - the answer depends on how much there is, and on nothing else */
static bool only_limits(const struct seal_fw_verdict *v)
{
	for (size_t i = 0; i < v->n_depends; i++)
		if (!is_limit(v->depends[i].text))
			return false;
	return v->n_depends > 0;
}

static void add(struct seal_outcome *o, const struct seal_fw_verdict *v)
{
	switch (v->verdict) {
	case SEAL_FATE_ACCEPT:
		o->open |= v->reachable == SEAL_YES || only_limits(v);
		o->doubt |= v->reachable != SEAL_YES && !only_limits(v);
		break;
	case SEAL_FATE_DROP:
	case SEAL_FATE_REJECT:
		o->shut = true;
		break;
	case SEAL_FATE_UNROUTED: /* says nothing of the firewall */
		break;
	case SEAL_FATE_DEPENDS:
	case SEAL_FATE_MAX_:
		o->shut |= v->reachable == SEAL_NO; /* stopped this way or that */
		o->open |= v->reachable != SEAL_NO && only_limits(v);
		o->doubt |= v->reachable != SEAL_NO && !only_limits(v);
		break;
	}
}

struct seal_outcome seal_outcome_of(const struct seal_path *p, uint8_t family, enum seal_far far)
{
	struct seal_outcome o = {0};
	bool any = false;

	seal_vec_each (row, &p->rows) {
		bool widest = width(row) == width(seal_path_widest(p, row->family));

		if ((family && row->family != family) || is_loopback(row) ||
		    ((p->any_far || far == SEAL_FAR_WIDEST) && !widest))
			continue;
		any = true;
		add(&o, &row->row.verdict);
	}
	o.doubt |= !any && !p->rows.n;
	return o;
}

struct seal_origin seal_path_origin(const struct seal_path *p, uint8_t family)
{
	const struct seal_path_row *row = seal_path_widest(p, family);
	const struct seal_fw_verdict *v = row ? &row->row.verdict : NULL;

	if (v && v->rule && v->rule->origin)
		return *v->rule->origin;
	if (v && !v->rule && v->chain && v->chain->origin)
		return *v->chain->origin;
	return (struct seal_origin){0};
}

bool seal_path_limit(const struct seal_path *p)
{
	seal_vec_each (row, &p->rows) {
		for (size_t i = 0; i < row->row.verdict.n_depends; i++)
			if (is_limit(row->row.verdict.depends[i].text))
				return true;
	}
	return false;
}

int seal_about_path(struct seal_subject *s, const struct seal_path *p, struct seal_about *ret)
{
	const char *port = seal_arena_printf(s->h->arena, "%u", p->port);

	if (!port)
		return -ENOMEM;
	*ret = (struct seal_about){
		{{"port", seal_bytes_of(port)},
		 {"protocol", p->proto == IPPROTO_UDP ? SEAL_LIT("udp") : SEAL_LIT("tcp")},
		 {"purpose", p->purpose}},
		seal_path_origin(p, 4)};
	return 0;
}
