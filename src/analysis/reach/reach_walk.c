/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/reach/reach_impl.h"

/* ---- one chain ---- */

/* struct frame - a chain being run: where its flows go */
struct frame {
	struct reach *x;
	const struct seal_fw_chain *chain;
	flow_list *accepted; /* left the base chain by accept */
	flow_list *through;  /* return, goto that came back, or the end of the chain */
	unsigned depth;
};

static int run_chain(struct frame *fr, flow_list *flows);

/* accept: not for the first packet of all, but of this base chain */
static int accept_flow(struct frame *fr, struct flow *f, const struct seal_fw_rule *rule)
{
	f->accept_rule = rule;
	f->accept_chain = rule->chain;
	return reach_add(fr->accepted, f);
}

static int jump_flow(struct frame *fr, struct flow *f, const struct seal_fw_rule *rule,
		     const struct seal_fw_jump *j, flow_list *next)
{
	struct frame sub = *fr;
	flow_list in = {NULL, 0, 0};
	flow_list *back = j->code == SEAL_FW_GOTO ? fr->through : next;
	int r;

	if (fr->x->watch && !fr->x->watched && j->chain &&
	    seal_bytes_starts(j->name, fr->x->watch) &&
	    !seal_bytes_starts(j->name, "filter_IN_policy_"))
		fr->x->watched = j->chain;
	if (!j->chain || fr->depth >= REACH_JUMPS) {
		reach_tag(f, rule,
			  j->chain ? SEAL_LIT("jumps deeper than the kernel allows")
				   : SEAL_LIT("a jump to a chain that is missing"));
		return reach_end(fr->x, f, SEAL_FATE_DEPENDS, rule, rule->chain);
	}
	r = reach_add(&in, f);
	sub.chain = j->chain;
	sub.through = back;
	sub.depth = fr->depth + 1;
	if (r >= 0)
		r = run_chain(&sub, &in);
	seal_vec_done(&in);
	return r;
}

static int verdict_flow(struct frame *fr, struct flow *f, const struct seal_fw_rule *rule,
			const struct seal_fw_jump *j, flow_list *next)
{
	switch (j->code) {
	case SEAL_FW_CONTINUE:
		return reach_add(next, f);
	case SEAL_FW_ACCEPT:
		return accept_flow(fr, f, rule);
	case SEAL_FW_DROP:
		return reach_end(fr->x, f, SEAL_FATE_DROP, rule, rule->chain);
	case SEAL_FW_RETURN:
		return reach_add(fr->through, f);
	case SEAL_FW_JUMP:
	case SEAL_FW_GOTO:
		return jump_flow(fr, f, rule, j, next);
	case SEAL_FW_QUEUE:
	case SEAL_FW_VERDICT_CODE_MAX_:
		break;
	}
	reach_tag(f, rule, SEAL_LIT("queue"));
	return reach_end(fr->x, f, SEAL_FATE_DEPENDS, rule, rule->chain);
}

static int reject_flow(struct reach *x, const struct flow *f, const struct seal_fw_rule *rule,
		       const struct seal_fw_refusal *refusal)
{
	static const uint8_t icmpx[][2] = {{0, 0}, {3, 4}, {1, 3}, {13, 1}};
	struct seal_fw_refusal seen = *refusal;
	int r;

	if (refusal->type == SEAL_FW_REJECT_ICMPX) {
		seen.type = x->family == 4 ? SEAL_FW_REJECT_ICMP : SEAL_FW_REJECT_ICMPV6;
		seen.code = refusal->code < 4 ? icmpx[refusal->code][x->family == 6] : 0;
	}
	r = reach_end(x, f, SEAL_FATE_REJECT, rule, rule->chain);
	if (r >= 0)
		x->outcomes.v[x->outcomes.n - 1].refusal = seen;
	return r;
}

/* a refusal of the other family, or a RST for UDP, never is sent: the statement does not match */
static bool reject_applies(const struct reach *x, const struct seal_fw_refusal *r)
{
	if (r->type == SEAL_FW_REJECT_TCP_RESET)
		return x->packet->proto == IPPROTO_TCP &&
		       !(x->phase == PHASE_REFUSAL && x->icmp_error);
	if (r->type == SEAL_FW_REJECT_ICMP)
		return x->family == 4;
	if (r->type == SEAL_FW_REJECT_ICMPV6)
		return x->family == 6;
	return true;
}

/* struct branch - the parts a verdict map divides a flow into */
struct branch {
	struct frame *fr;
	const struct flow *f;
	const struct seal_fw_rule *rule;
	const struct seal_fw_stmt *s;
	flow_list *next;
};

/* an element thought of as taken away */
static bool is_element_gone(const struct branch *b, size_t i)
{
	const struct reach *x = b->fr->x;
	size_t k;

	for (k = 0; k < x->n_points; k++)
		if (x->points[k].map == b->s->set && x->points[k].element == i)
			return true;
	return false;
}

/* an element that could not be read may be the one that answers, with any verdict */
static int unread_flow(struct branch *b, struct flow *f)
{
	struct flow copy;
	int r;

	reach_tag(f, b->rule, SEAL_LIT("elements that were not read"));
	r = reach_end(b->fr->x, f, SEAL_FATE_DEPENDS, b->rule, b->rule->chain);
	copy = *f;
	if (r >= 0)
		r = accept_flow(b->fr, &copy, b->rule);
	return r < 0 ? r : reach_add(b->next, f);
}

static int take_branch(void *data, ssize_t i, const struct seal_ranges *far, bool undecided)
{
	struct branch *b = data;
	const struct seal_fw_set *set = b->s->set;
	struct flow part = *b->f;

	part.far = *far;
	part.far.owned = false;
	if (undecided) {
		reach_tag(&part, b->rule, b->s->key.n ? b->s->key.parts[0].text : SEAL_LIT("vmap"));
		part.assumed += i >= 0;
	}
	if (i == -1 && undecided && set->unknown)
		return unread_flow(b, &part);
	if (i >= 0 && is_element_gone(b, (size_t)i))
		i = -1;
	if (i >= 0)
		return verdict_flow(b->fr, &part, b->rule, &set->data[i].verdict, b->next);
	if (i == -1 && set->fallback)
		return verdict_flow(b->fr, &part, b->rule, &set->fallback->verdict, b->next);
	return reach_add(b->next, &part);
}

static int vmap_flow(struct frame *fr, struct flow *f, const struct seal_fw_rule *rule,
		     const struct seal_fw_stmt *s, flow_list *next)
{
	struct branch b = {.fr = fr, .f = f, .rule = rule, .s = s, .next = next};

	if (!s->set || !s->set->is_map || !s->set->verdicts) {
		reach_tag(f, rule, SEAL_LIT("a verdict map that is missing"));
		return reach_end(fr->x, f, SEAL_FATE_DEPENDS, rule, rule->chain);
	}
	return reach_lookup(fr->x, f, &s->key, s->set, take_branch, &b);
}

/* anything may happen: a refusal, an accept, the next statement or the next rule */
static int opaque_flow(struct frame *fr, struct flow *f, const struct seal_fw_rule *rule,
		       const struct seal_fw_stmt *s, flow_list *next)
{
	struct flow copy;
	int r;

	f->far.owned = false;
	reach_tag(f, rule, s->text);
	r = reach_end(fr->x, f, SEAL_FATE_DEPENDS, rule, rule->chain);
	copy = *f;
	if (r >= 0)
		r = accept_flow(fr, &copy, rule);
	if (r >= 0)
		r = reach_add(next, f);
	return r;
}

static void store_mark(struct flow *f, const struct seal_fw_stmt *s, bool known, seal_u128 v)
{
	if (s->kind == SEAL_STMT_MARK) {
		f->s.mark = known ? (uint32_t)v : 0;
		f->s.mark_unknown = !known;
	} else if (f->s.ct == CT_NEW || f->s.ct == CT_ESTABLISHED || f->s.ct == CT_RELATED) {
		f->s.ct_mark = known ? (uint32_t)v : 0;
		f->s.ct_mark_unknown = !known;
	}
}

static int run_stmts(struct frame *fr, struct flow *f, const struct seal_fw_rule *rule,
		     const struct seal_fw_stmt *s, flow_list *next);

/* "mark set KEY map MAP": without an element the rule ends here */
static int take_mark(void *data, ssize_t i, const struct seal_ranges *far, bool undecided)
{
	struct branch *b = data;
	const struct seal_fw_set *map = b->s->value->map;
	const struct seal_fw_data *d = i >= 0 ? &map->data[i] : i == -1 ? map->fallback : NULL;
	struct flow part = *b->f;

	part.far = *far;
	part.far.owned = false;
	if (undecided)
		reach_tag(&part, b->rule, b->s->value->key.parts[0].text);
	if (!d) {
		int r = reach_add(b->next, &part);

		if (r < 0 || !undecided || !map->unknown)
			return r;
		store_mark(&part, b->s, false, 0); /* by an element that could not be read */
		return run_stmts(b->fr, &part, b->rule, b->s->next, b->next);
	}
	store_mark(&part, b->s, d->value[0].lo == d->value[0].hi, d->value[0].lo);
	return run_stmts(b->fr, &part, b->rule, b->s->next, b->next);
}

/* Returns 1 when the rest of the rule has been run, 0 to go on. */
static int mark_flow(struct frame *fr, struct flow *f, const struct seal_fw_rule *rule,
		     const struct seal_fw_stmt *s, flow_list *next)
{
	struct branch b = {.fr = fr, .f = f, .rule = rule, .s = s, .next = next};
	struct seal_fw_range v;
	bool known;
	int r;

	if (s->value->kind == SEAL_VALUE_MAP && s->value->map) {
		r = reach_lookup(fr->x, f, &s->value->key, s->value->map, take_mark, &b);
		return r < 0 ? r : 1;
	}
	if (s->value->kind == SEAL_VALUE_MAP || s->value->kind == SEAL_VALUE_UNKNOWN) {
		/* what cannot be read may also end the rule */
		f->far.owned = false;
		reach_tag(f, rule, SEAL_LIT("the value of a mark"));
		r = reach_add(next, f);
		if (r < 0)
			return r;
	}
	if (s->value->kind == SEAL_VALUE_KEY && reach_key_absent(fr->x, f, &s->value->key)) {
		r = reach_add(next, f);
		return r < 0 ? r : 1;
	}
	known = reach_value(fr->x, f, s->value, &v) && v.lo == v.hi;
	store_mark(f, s, known, known ? v.lo : 0);
	return 0;
}

static void notrack(const struct reach *x, struct flow *f)
{
	if (!f->s.ct && !x->at_conntrack)
		f->s.ct = CT_UNTRACKED;
}

/* the part of a flow a match does not hold for goes to the next rule; true: something is left for
 * this one */
static int match_flow(struct reach *x, struct flow *f, const struct seal_fw_rule *rule,
		      const struct seal_fw_stmt *s, flow_list *next, bool *left)
{
	struct split split;
	struct flow no;
	int r;

	*left = true;
	r = reach_match(x, f, s, &split);
	if (r < 0)
		return r;
	if (split.undecided)
		reach_tag(f, rule, split.why.n ? split.why : SEAL_LIT("match"));
	if (split.no.n) {
		no = *f;
		no.far = split.no;
		r = reach_add(next, &no);
		if (r < 0)
			return r;
	}
	*left = split.yes.n != 0;
	f->far = split.yes;
	f->far.owned = false;
	f->assumed += split.undecided;
	return 0;
}

static int maybe_flow(struct flow *f, const struct seal_fw_rule *rule, const struct seal_fw_stmt *s,
		      flow_list *next)
{
	int r;

	f->far.owned = false;
	reach_tag(f, rule, s->text);
	r = reach_add(next, f);
	f->assumed++;
	return r;
}

/* statements that end the rule for packets without what they read or write: "ip ttl set 3" of an
 * IPv6 packet */
static bool reads_header(const struct seal_fw_stmt *s)
{
	return s->key.n && (s->kind == SEAL_STMT_UPDATE || s->kind == SEAL_STMT_NOTE ||
			    s->kind == SEAL_STMT_MAYBE || s->kind == SEAL_STMT_OPAQUE);
}

/* the statements of a rule from @s on, for one flow that is wholly inside so far */
static int run_stmts(struct frame *fr, struct flow *f, const struct seal_fw_rule *rule,
		     const struct seal_fw_stmt *s, flow_list *next)
{
	bool left;
	int r = 0;

	for (; s; s = s->next) {
		fr->x->steps++;
		if (reads_header(s) && reach_key_absent(fr->x, f, &s->key))
			return reach_add(next, f);
		switch (s->kind) {
		case SEAL_STMT_MATCH:
			r = match_flow(fr->x, f, rule, s, next, &left);
			if (r < 0 || !left)
				return r;
			break;
		case SEAL_STMT_MAYBE:
			r = maybe_flow(f, rule, s, next);
			if (r < 0)
				return r;
			break;
		case SEAL_STMT_UPDATE:
		case SEAL_STMT_NOTE:
			break;
		case SEAL_STMT_OPAQUE:
			return opaque_flow(fr, f, rule, s, next);
		case SEAL_STMT_VERDICT:
			return verdict_flow(fr, f, rule, &s->verdict, next);
		case SEAL_STMT_VMAP:
			return vmap_flow(fr, f, rule, s, next);
		case SEAL_STMT_REJECT:
			if (!reject_applies(fr->x, &s->reject))
				return reach_add(next, f);
			return reject_flow(fr->x, f, rule, &s->reject);
		case SEAL_STMT_NAT:
			return reach_nat_stmt(fr->x, f, rule, s, fr->accepted, next);
		case SEAL_STMT_NOTRACK:
			notrack(fr->x, f);
			break;
		case SEAL_STMT_MARK:
		case SEAL_STMT_CT_MARK:
			r = mark_flow(fr, f, rule, s, next);
			if (r != 0)
				return r < 0 ? r : 0;
			break;
		case SEAL_STMT_KIND_MAX_:
			break;
		}
	}
	return reach_add(next, f);
}

/* is @s a match of the far end alone with one range: then it is cut out of the flow in place */
static bool carves(struct reach *x, const struct flow *f, const struct seal_fw_stmt *s)
{
	return s->kind == SEAL_STMT_MATCH && s->op == SEAL_FW_EQ && s->key.n == 1 && s->set &&
	       s->set->n == 1 && !s->set->unknown && !s->set->fallback && s->set->n_parts == 1 &&
	       !s->key.parts[0].masked && reach_field(x, f, &s->key.parts[0]).kind == VALUE_OPEN;
}

/* leading matches looked at in place: most rules do not match, and need no copy of the flow
 * Returns 1 when the rule is done with (no part of the flow matched), 0 to run it in full. */
static int no_match(struct reach *x, struct flow *f, const struct seal_fw_rule *rule, bool alone,
		    const struct seal_fw_stmt **from)
{
	const struct seal_fw_stmt *s;
	struct split split;
	bool owned;
	int r;

	for (s = rule->first; s; s = s->next) {
		if (s->kind == SEAL_STMT_NOTE && !s->key.n)
			continue;
		if (s->kind != SEAL_STMT_MATCH || (alone && carves(x, f, s)))
			break;
		x->steps++;
		owned = f->far.owned;
		r = reach_match(x, f, s, &split);
		if (r < 0)
			return r;
		if (split.undecided)
			break;
		if (!split.yes.n) {
			f->far.owned = owned;
			return 1;
		}
		if (split.no.n)
			break;
		f->far.owned = owned;
	}
	*from = s;
	return 0;
}

/* a rule that leaves a flow as it was, however its unknowns turn out, has decided nothing: the tags
 * it gave are taken back */
static void forget_tags(struct flow *before, flow_list *next, size_t n_before)
{
	if (next->n != n_before + 1)
		return;
	if (reach_same_state(&next->v[n_before], before) &&
	    seal_ranges_eq(&next->v[n_before].far, &before->far))
		next->v[n_before] = *before;
}

static int merge_tail(struct reach *x, flow_list *next, size_t from)
{
	flow_list tail = {next->v + from, next->n - from, next->n - from};
	int r;

	if (tail.n < 2)
		return 0;
	r = reach_merge(x, &tail);
	next->n = from + tail.n;
	return r;
}

static int run_rule(struct frame *fr, struct flow *f, const struct seal_fw_rule *rule,
		    const struct seal_fw_stmt *from, flow_list *next)
{
	size_t n_ends = fr->x->outcomes.n, n_accepted = fr->accepted->n, n_through = fr->through->n,
	       n_next = next->n;
	struct flow before = *f;
	int r;

	r = run_stmts(fr, f, rule, from, next);
	if (r >= 0)
		r = merge_tail(fr->x, next, n_next);
	if (r < 0)
		return r;
	before.far.owned = false;
	if (fr->x->outcomes.n == n_ends && fr->accepted->n == n_accepted &&
	    (fr->through == next || fr->through->n == n_through))
		forget_tags(&before, next, n_next);
	return 0;
}

/* does a later match of the rule fail for all of the flow, whatever is cut out of it */
static int fails_later(struct reach *x, struct flow *f, const struct seal_fw_stmt *s)
{
	bool owned = f->far.owned;
	struct split split;
	int r;

	for (; s && (s->kind == SEAL_STMT_MATCH || s->kind == SEAL_STMT_NOTE); s = s->next) {
		if (s->kind == SEAL_STMT_NOTE || s->key.n != 1 ||
		    reach_field(x, f, &s->key.parts[0]).kind == VALUE_OPEN)
			continue;
		x->steps++;
		r = reach_match(x, f, s, &split);
		f->far.owned = owned;
		if (r < 0)
			return r;
		if (!split.undecided && !split.yes.n)
			return 1;
	}
	return 0;
}

/* cut what one match takes out of the one flow there is, in place: long lists of refused addresses
 */
static int carve(struct frame *fr, flow_list *flows, const struct seal_fw_rule *rule,
		 const struct seal_fw_stmt *s)
{
	flow_list rest = {NULL, 0, 0};
	struct flow in;
	int r;

	r = fails_later(fr->x, &flows->v[0], s->next);
	if (r != 0)
		return r < 0 ? r : 0;
	in = flows->v[0];
	r = seal_ranges_split(fr->x->a, &flows->v[0].far, s->set->ranges, 1, &in.far,
			      &flows->v[0].far);
	if (r < 0 || !in.far.n)
		return r;
	in.far.owned = false;
	r = run_stmts(fr, &in, rule, s->next, &rest);
	seal_vec_each (g, &rest) {
		if (r >= 0)
			r = reach_add(flows, g);
	}
	seal_vec_done(&rest);
	return r >= 0 && flows->n > 1 ? reach_merge(fr->x, flows) : r;
}

static int step_rule(struct frame *fr, const struct seal_fw_rule *rule, flow_list *flows,
		     flow_list *next)
{
	const struct seal_fw_stmt *from;
	bool touched = false;
	size_t i;
	int r;

	next->n = 0;
	for (i = 0; i < flows->n; i++) {
		r = no_match(fr->x, &flows->v[i], rule, flows->n == 1, &from);
		if (r < 0)
			return r;
		if (r == 1) {
			if (touched) {
				r = reach_add(next, &flows->v[i]);
				if (r < 0)
					return r;
			}
			continue;
		}
		if (flows->n == 1 && from && carves(fr->x, &flows->v[0], from))
			return carve(fr, flows, rule, from);
		if (!touched) {
			size_t k;

			for (k = 0; k < i; k++) {
				r = reach_add(next, &flows->v[k]);
				if (r < 0)
					return r;
			}
			touched = true;
		}
		r = run_rule(fr, &flows->v[i], rule, from, next);
		if (r < 0)
			return r;
	}
	if (!touched)
		return 0;
	reach_swap(flows, next);
	return flows->n > 1 ? reach_merge(fr->x, flows) : 0;
}

/* rules to try out accept in front of @rule (NULL: behind the last) */
static int pass_points(struct frame *fr, const struct seal_fw_rule *rule, flow_list *flows)
{
	size_t i, k, n = 0;
	int r;

	for (i = 0; i < fr->x->n_points; i++) {
		const struct reach_point *p = &fr->x->points[i];

		if (p->chain != fr->chain || p->before != rule || p->removed)
			continue;
		for (k = 0, n = 0; k < flows->n; k++) {
			struct flow *f = &flows->v[k];
			bool hit = p->replies ? f->s.ct == CT_ESTABLISHED : !f->s.reply;

			r = hit ? reach_add(fr->accepted, f) : 0;
			if (r < 0)
				return r;
			if (!hit)
				flows->v[n++] = *f;
		}
		flows->n = n;
	}
	return 0;
}

static bool is_rule_gone(const struct reach *x, const struct seal_fw_rule *rule)
{
	size_t i;

	for (i = 0; i < x->n_points; i++)
		if (x->points[i].removed && !x->points[i].map && x->points[i].before == rule)
			return true;
	return false;
}

/* run the rules of a chain over @flows (used up); what comes out goes to the lists of the frame */
static int run_chain(struct frame *fr, flow_list *flows)
{
	const struct seal_fw_rule *rule;
	flow_list next = {NULL, 0, 0};
	int r = 0;

	for (rule = fr->chain->first; rule && flows->n && r >= 0; rule = rule->next) {
		if (fr->x->n_points)
			r = pass_points(fr, rule, flows);
		if (r < 0)
			break;
		if (fr->x->n_points && is_rule_gone(fr->x, rule))
			continue;
		if (fr->x->steps > REACH_STEPS)
			r = reach_give_up(fr->x, flows,
					  SEAL_LIT("more statements than are followed"));
		else
			r = step_rule(fr, rule, flows, &next);
	}
	if (r >= 0 && fr->x->n_points)
		r = pass_points(fr, NULL, flows);
	seal_vec_each (f, flows) {
		if (r >= 0)
			r = reach_add(fr->through, f);
	}
	flows->n = 0;
	seal_vec_done(&next);
	return r;
}

int reach_chain(struct reach *x, const struct seal_fw_chain *c, flow_list *flows,
		flow_list *accepted, flow_list *through)
{
	struct frame fr = {.x = x, .chain = c, .accepted = accepted, .through = through};

	return run_chain(&fr, flows);
}
