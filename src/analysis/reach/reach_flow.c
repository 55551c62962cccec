/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/reach_impl.h"

#include <errno.h>

int reach_add(flow_list *flows, const struct flow *f)
{
	struct flow *p = seal_vec_add(flows);

	if (!p)
		return -ENOMEM;
	*p = *f;
	return 0;
}

void reach_tag(struct flow *f, const struct seal_fw_rule *rule, struct seal_bytes text)
{
	unsigned i;

	for (i = 0; i < f->n_tags; i++)
		if (f->tags[i].rule == rule && seal_bytes_eq(f->tags[i].text, text))
			return;
	if (f->n_tags == REACH_TAGS) {
		f->more_tags = true;
		return;
	}
	f->tags[f->n_tags++] = (struct reach_tag){rule, text};
}

int reach_end(struct reach *x, const struct flow *f, enum seal_fw_fate fate,
	      const struct seal_fw_rule *rule, const struct seal_fw_chain *chain)
{
	struct outcome *o = seal_vec_add(&x->outcomes);

	if (!o)
		return -ENOMEM;
	o->flow = *f;
	o->flow.far.owned = false;
	o->fate = fate;
	o->rule = rule;
	o->chain = chain;
	return 0;
}

/* ---- joining of flows that have become alike ---- */

bool reach_same_state(const struct flow *a, const struct flow *b)
{
	return a->accept_rule == b->accept_rule && memcmp(&a->s, &b->s, sizeof(a->s)) == 0;
}

static void join(struct flow *a, const struct flow *b)
{
	unsigned i;

	for (i = 0; i < b->n_tags; i++)
		reach_tag(a, b->tags[i].rule, b->tags[i].text);
	a->more_tags |= b->more_tags;
	a->may_change |= b->may_change;
	if (b->assumed < a->assumed)
		a->assumed = b->assumed;
}

/* all far ends of the flows whose group is @group, as one set */
static int unite(struct reach *x, const flow_list *flows, const uint32_t *group, uint32_t which,
		 struct seal_ranges *ret)
{
	struct seal_fw_range *v;
	size_t i, n = 0;

	for (i = 0; i < flows->n; i++)
		if (group[i] == which)
			n += flows->v[i].far.n;
	v = seal_arena_alloc(x->a, (n + 1) * sizeof(*v));
	if (!v)
		return -ENOMEM;
	for (i = 0, n = 0; i < flows->n; i++) {
		const struct seal_ranges *far = &flows->v[i].far;

		if (group[i] != which)
			continue;
		memcpy(v + n, seal_ranges_v(far), far->n * sizeof(*v));
		n += far->n;
	}
	n = seal_ranges_normal(v, n);
	*ret = (struct seal_ranges){.n = n, .cap = n, .many = v, .owned = true, .one = v[0]};
	return 0;
}

/* the group of each flow: the number of the first one like it */
static void find_groups(const flow_list *flows, uint32_t *group)
{
	size_t i, k;

	for (i = 0; i < flows->n; i++) {
		group[i] = (uint32_t)i;
		for (k = 0; k < i; k++)
			if (group[k] == k && reach_same_state(&flows->v[k], &flows->v[i])) {
				group[i] = (uint32_t)k;
				break;
			}
	}
}

int reach_give_up(struct reach *x, flow_list *flows, struct seal_bytes why)
{
	int r = 0;

	seal_vec_each (f, flows) {
		reach_tag(f, NULL, why);
		if (r >= 0)
			r = reach_end(x, f, SEAL_FATE_DEPENDS, NULL, NULL);
	}
	flows->n = 0;
	return r;
}

static bool shares_group(const uint32_t *group, size_t n, uint32_t which)
{
	size_t i;

	for (i = which + 1; i < n; i++)
		if (group[i] == which)
			return true;
	return false;
}

int reach_merge(struct reach *x, flow_list *flows)
{
	seal_auto_free uint32_t *group = NULL;
	size_t i, n = 0;
	int r;

	/* which of many accepts it was is not kept: it would keep alike flows apart */
	if (flows->n > REACH_FLOWS / 4)
		seal_vec_each (f, flows) {
			f->accept_rule = NULL;
			f->accept_chain = NULL;
		}
	group = malloc(flows->n * sizeof(*group));
	if (!group)
		return -ENOMEM;
	find_groups(flows, group);
	for (i = 0; i < flows->n; i++) {
		if (group[i] != i) {
			join(&flows->v[group[i]], &flows->v[i]);
			continue;
		}
		if (!shares_group(group, flows->n, (uint32_t)i))
			continue;
		r = unite(x, flows, group, (uint32_t)i, &flows->v[i].far);
		if (r < 0)
			return r;
	}
	for (i = 0; i < flows->n; i++)
		if (group[i] == i) {
			if (n != i)
				flows->v[n] = flows->v[i];
			n++;
		}
	flows->n = n;
	return n > REACH_FLOWS ? reach_give_up(x, flows, SEAL_LIT("more cases than are followed"))
			       : 0;
}

void reach_swap(flow_list *a, flow_list *b)
{
	flow_list t = *a;

	*a = *b;
	*b = t;
}
