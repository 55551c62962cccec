/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/reach/reach_impl.h"

#define PRIORITY_CONNTRACK (-200)
#define PRIORITY_DST_NAT   (-100)
#define PRIORITY_SRC_NAT   100

/* ---- base chains ---- */

/* what is behind the policy goes on; flows of a drop policy end */
static int apply_policy(struct reach *x, const struct seal_fw_chain *c, flow_list *through,
			flow_list *accepted)
{
	int r = 0;

	seal_vec_each (f, through) {
		if (r < 0)
			break;
		if (c->policy_drop)
			r = reach_end(x, f, SEAL_FATE_DROP, NULL, c);
		else
			r = reach_add(accepted, f);
	}
	return r;
}

/* chains of a table that may be dormant, or at a hook not understood: they run, or they do not */
static int doubt(struct reach *x, const struct seal_fw_chain *c, flow_list *flows,
		 flow_list *accepted)
{
	int r = 0;

	if (!c->unknown && !c->table->flags_unknown)
		return 0;
	seal_vec_each (f, flows) {
		f->far.owned = false;
		reach_tag(f, NULL,
			  c->unknown ? SEAL_LIT("a base chain that is not understood")
				     : SEAL_LIT("whether a table is dormant"));
		if (r >= 0)
			r = reach_add(accepted, f);
		if (r >= 0 && c->unknown)
			r = reach_end(x, f, SEAL_FATE_DEPENDS, NULL, c);
	}
	return r;
}

static int run_base(struct reach *x, const struct seal_fw_chain *c, flow_list *flows)
{
	flow_list accepted = {NULL, 0, 0}, through = {NULL, 0, 0};
	int r;

	x->nat_hook = c->type == SEAL_FW_NAT;
	r = doubt(x, c, flows, &accepted);
	if (r >= 0)
		r = reach_chain(x, c, flows, &accepted, &through);
	if (r >= 0)
		r = apply_policy(x, c, &through, &accepted);
	if (r >= 0 && accepted.n > 1)
		r = reach_merge(x, &accepted);
	seal_vec_done(&through);
	reach_swap(flows, &accepted);
	seal_vec_done(&accepted);
	return r;
}

static bool applies(const struct reach *x, const struct seal_fw_chain *c)
{
	switch (c->table->family) {
	case SEAL_FW_IP:
		return x->family == 4;
	case SEAL_FW_IP6:
		return x->family == 6;
	case SEAL_FW_INET:
		return true;
	case SEAL_FW_NETDEV:
		return c->hook == SEAL_FW_INGRESS || c->hook == SEAL_FW_EGRESS;
	case SEAL_FW_ARP:
	case SEAL_FW_BRIDGE:
	case SEAL_FW_FAMILY_MAX_:
		break;
	}
	return false;
}

/* a device chain sees the packets of its devices alone; nft before 1.0.8 does not list them */
static bool on_device(const struct seal_fw_chain *c, const struct flow *f)
{
	seal_u128 dev = c->hook == SEAL_FW_INGRESS ? f->s.iif : f->s.oif;

	seal_vec_each (d, &c->devices) {
		if (seal_ifname_u128(*d) == dev)
			return true;
	}
	return false;
}

static int run_device_chain(struct reach *x, const struct seal_fw_chain *c, flow_list *flows)
{
	flow_list here = {NULL, 0, 0}, rest = {NULL, 0, 0};
	int r = 0;

	seal_vec_each (f, flows) {
		if (!c->devices.n) {
			f->far.owned = false;
			reach_tag(f, NULL, SEAL_LIT("the device of an ingress or egress chain"));
			r = r < 0 ? r : reach_add(&rest, f);
		}
		if (r >= 0)
			r = reach_add(!c->devices.n || on_device(c, f) ? &here : &rest, f);
	}
	if (r >= 0 && here.n)
		r = run_base(x, c, &here);
	seal_vec_each (f, &here) {
		if (r >= 0)
			r = reach_add(&rest, f);
	}
	if (r >= 0 && rest.n > 1)
		r = reach_merge(x, &rest);
	reach_swap(flows, &rest);
	seal_vec_done(&here);
	seal_vec_done(&rest);
	return r;
}

int reach_nat_chains(struct reach *x, enum seal_fw_hook hook, flow_list *flows)
{
	const struct seal_fw_index *ix = x->rs->index;
	flow_list taken = {NULL, 0, 0}, open = {NULL, 0, 0};
	size_t i;
	int r = 0;

	for (i = 0; i < ix->n_base && r >= 0; i++) {
		const struct seal_fw_chain *c = ix->base[i];

		if (c->hook != hook || c->type != SEAL_FW_NAT || !applies(x, c))
			continue;
		open.n = 0;
		seal_vec_each (f, flows) {
			if (r >= 0)
				r = reach_add(f->s.nat_taken ? &taken : &open, f);
		}
		if (r >= 0)
			r = run_base(x, c, &open);
		reach_swap(flows, &open);
	}
	seal_vec_each (f, &taken) {
		if (r >= 0)
			r = reach_add(flows, f);
	}
	seal_vec_done(&taken);
	seal_vec_done(&open);
	return r;
}

static bool is_newer(const struct seal_fw_chain *a, const struct seal_fw_chain *b)
{
	if (a->table != b->table)
		return a->table->handle > b->table->handle;
	return a->handle > b->handle;
}

/* the kernel hooks NAT in with the first nat chain of the family, at all hooks; of equal priorities
 * the newest runs first */
static bool is_older_than_nat(const struct reach *x, const struct seal_fw_chain *c)
{
	const struct seal_fw_index *ix = x->rs->index;
	const struct seal_fw_chain *first = NULL;
	size_t i;

	for (i = 0; i < ix->n_base; i++) {
		struct seal_fw_chain *n = ix->base[i];

		if (n->type == SEAL_FW_NAT && applies(x, n) && (!first || is_newer(first, n)))
			first = n;
	}
	return first && is_newer(first, c);
}

int reach_hook(struct reach *x, enum seal_fw_hook hook, flow_list *flows)
{
	const struct seal_fw_index *ix = x->rs->index;
	bool tracks = hook == SEAL_FW_PREROUTING || hook == SEAL_FW_OUTPUT;
	bool device = hook == SEAL_FW_INGRESS || hook == SEAL_FW_EGRESS;
	bool ct_done = !tracks, nat_done = device || hook == SEAL_FW_FORWARD;
	int32_t nat_priority = tracks ? PRIORITY_DST_NAT : PRIORITY_SRC_NAT;
	size_t i;
	int r = 0;

	x->hook = hook;
	for (i = 0; i < ix->n_base && flows->n && r >= 0; i++) {
		const struct seal_fw_chain *c = ix->base[i];

		if (c->hook != hook || c->type == SEAL_FW_NAT || !applies(x, c))
			continue;
		if (!ct_done && c->priority >= PRIORITY_CONNTRACK) {
			reach_conntrack(x, flows);
			ct_done = true;
		}
		if (!nat_done && (c->priority > nat_priority ||
				  (c->priority == nat_priority && is_older_than_nat(x, c)))) {
			r = reach_nat_hook(x, hook, flows);
			nat_done = true;
		}
		x->hook = hook;
		x->at_conntrack = tracks && c->priority == PRIORITY_CONNTRACK;
		if (r >= 0)
			r = device ? run_device_chain(x, c, flows) : run_base(x, c, flows);
		x->at_conntrack = false;
	}
	if (!ct_done)
		reach_conntrack(x, flows);
	if (!nat_done && r >= 0)
		r = reach_nat_hook(x, hook, flows);
	return r;
}
