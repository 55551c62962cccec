/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/reach_fix.h"

#include <errno.h>

#include "analysis/reach/reach_fix_remove.h"
#include "analysis/reach/reach_impl.h"
#include "analysis/reach/reach_quote.h"

#define POINTS_MAX 8 /* base chains that may block one exchange, both ways */
#define WORDS_MAX  40

/* struct blocked - where the packet or an answer stops, and what it looks like there */
struct blocked {
	struct reach_point point;
	struct endpoints now;
	enum seal_fw_hook hook;
};

struct plan {
	struct reach x;
	const struct seal_packet *packet;
	struct seal_arena *a;
	struct seal_fix *fix;
	struct blocked blocked[POINTS_MAX];
	struct reach_point points[POINTS_MAX];
	size_t n;
};

/* ---- words ---- */

struct words {
	struct seal_arena *a;
	struct seal_bytes v[WORDS_MAX];
	size_t n;
	bool failed;
};

static void word(struct words *w, struct seal_bytes s)
{
	if (w->n < WORDS_MAX)
		w->v[w->n++] = s;
	else
		w->failed = true;
}

static void literal(struct words *w, const char *s)
{
	word(w, seal_bytes_of(s));
}

static void formatted(struct words *w, const char *s)
{
	if (s)
		word(w, seal_bytes_of(s));
	else
		w->failed = true;
}

static const char *addr_text(struct seal_arena *a, seal_u128 v, unsigned bits)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_addr addr = seal_u128_addr(v, bits);

	seal_addr_put(&b, &addr);
	return b.err ? NULL : seal_arena_printf(a, "%.*s", (int)b.n, b.p);
}

/* names that nft's grammar takes as they are */
static bool plain_name(struct seal_bytes s)
{
	size_t i;

	if (!s.n || !((s.p[0] | 32) >= 'a' && (s.p[0] | 32) <= 'z'))
		return false;
	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9') && c != '_' &&
		    c != '-' && c != '.')
			return false;
	}
	return true;
}

/* ---- the new rule ---- */

static void put_address(struct plan *p, struct words *w, const char *side,
			const struct addr_value *a)
{
	literal(w, p->x.family == 4 ? "ip" : "ip6");
	literal(w, side);
	formatted(w, addr_text(p->a, a->lo, p->x.bits));
}

static bool is_one(const struct addr_value *a)
{
	return !a->open && a->lo == a->hi;
}

/* the narrowest match of the asked packet as it looks at that place */
static void put_match(struct plan *p, const struct blocked *b, struct words *w)
{
	const struct seal_packet *k = p->packet;
	bool out = k->dir == SEAL_PACKET_OUT;

	if (b->point.replies) {
		literal(w, "ct");
		literal(w, "state");
		literal(w, "established,related");
		return;
	}
	if (!out && k->iif.n && plain_name(k->iif) && b->hook != SEAL_FW_OUTPUT) {
		literal(w, "iifname");
		word(w, k->iif);
	}
	if (out && k->has_uid && b->hook == SEAL_FW_OUTPUT) {
		literal(w, "meta");
		literal(w, "skuid");
		formatted(w, seal_arena_printf(p->a, "%u", k->uid));
	}
	if (!out && k->src.bits && is_one(&b->now.saddr))
		put_address(p, w, "saddr", &b->now.saddr);
	if (out && k->dst.bits && is_one(&b->now.daddr))
		put_address(p, w, "daddr", &b->now.daddr);
	literal(w, k->proto == IPPROTO_UDP ? "udp" : "tcp");
	literal(w, "dport");
	formatted(w, seal_arena_printf(p->a, "%u", b->now.dport.lo));
}

static struct seal_bytes joined(struct plan *p, const struct seal_bytes *v, size_t n)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_bytes copy = SEAL_BYTES_NONE;
	size_t i;

	for (i = 0; i < n; i++) {
		if (i)
			seal_buf_putc(&b, ' ');
		seal_buf_put(&b, v[i].p, v[i].n);
	}
	if (b.err || seal_arena_copy(p->a, seal_buf_bytes(&b), &copy) < 0)
		return SEAL_BYTES_NONE;
	return copy;
}

/* as_listed - the words of a rule as nft prints it: names of interfaces in quotes */
static struct seal_bytes as_listed(struct plan *p, const struct seal_bytes *v, size_t n)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_bytes copy = SEAL_BYTES_NONE;
	size_t i;

	for (i = 0; i < n; i++) {
		bool name = i > 0 && seal_bytes_is(v[i - 1], "iifname");

		seal_buf_puts(&b, i ? " " : "");
		seal_buf_puts(&b, name ? "\"" : "");
		seal_buf_put(&b, v[i].p, v[i].n);
		seal_buf_puts(&b, name ? "\"" : "");
	}
	if (b.err || seal_arena_copy(p->a, seal_buf_bytes(&b), &copy) < 0)
		return SEAL_BYTES_NONE;
	return copy;
}

static struct seal_step *add_step(struct plan *p, const char *op)
{
	struct seal_step *s = seal_vec_add(&p->fix->steps);

	if (s)
		s->op = op;
	return s;
}

/* where the same edit belongs so that it outlives a reboot */
static const char *persistence(struct plan *p, const struct blocked *b, struct seal_bytes rule)
{
	const struct seal_fw_rule *before = b->point.before;

	if (before && before->origin && before->origin->path.n)
		return seal_arena_printf(
			p->a, "in %.*s, in front of line %llu, so that it survives a reload: %.*s",
			(int)before->origin->path.n, before->origin->path.p,
			(unsigned long long)before->origin->line, (int)rule.n, rule.p);
	return seal_arena_printf(p->a,
				 "in the file that loads table %s %.*s, so that it survives a "
				 "reload: chain %.*s, %s: %.*s",
				 seal_fw_family_name(b->point.chain->table->family),
				 (int)b->point.chain->table->name.n, b->point.chain->table->name.p,
				 (int)b->point.chain->name.n, b->point.chain->name.p,
				 before ? "in front of the rule quoted above" : "at the end",
				 (int)rule.n, rule.p);
}

static int manual_step(struct plan *p, const char *why)
{
	struct seal_step *s = add_step(p, "manual");

	if (!s || !why)
		return -ENOMEM;
	s->why = seal_bytes_of(why);
	return 0;
}

/* "nft insert rule FAMILY TABLE CHAIN handle N MATCH accept", or "nft add rule" in front of a
 * policy */
static int nft_step(struct plan *p, const struct blocked *b)
{
	const struct seal_fw_chain *c = b->point.chain;
	const struct seal_fw_rule *before = b->point.before;
	struct words w = {.a = p->a};
	struct seal_bytes rule;
	struct seal_step *s;
	size_t from;
	bool live = p->x.rs->numbered && (!before || before->handle);

	literal(&w, "nft");
	literal(&w, before ? "insert" : "add");
	literal(&w, "rule");
	literal(&w, seal_fw_family_name(c->table->family));
	word(&w, c->table->name);
	word(&w, c->name);
	if (before) {
		literal(&w, "handle");
		formatted(&w, seal_arena_printf(p->a, "%llu", (unsigned long long)before->handle));
	}
	from = w.n;
	put_match(p, b, &w);
	literal(&w, "accept");
	if (w.failed)
		return -ENOMEM;
	rule = joined(p, w.v + from, w.n - from);
	if (!rule.n)
		return -ENOMEM;
	if (!live || !plain_name(c->table->name) || !plain_name(c->name))
		return manual_step(p, persistence(p, b, rule));

	s = add_step(p, "nft");
	if (!s || seal_argv_set(&s->argv, w.v, w.n) < 0)
		return -ENOMEM;
	s->precondition = before ? SEAL_LIT("the rule of that handle is still the one quoted")
				 : SEAL_LIT("the chain has no such rule");
	s->verify =
		SEAL_LIT("nft -a list chain shows the rule in front of the handle; to undo, delete "
			 "it by its own handle");
	s->after = (struct seal_condition){SEAL_CONDITION_NFT_RULE,
					   .subject = reach_chain_words(p->a, c),
					   .value = as_listed(p, w.v + from, w.n - from)};
	s->before = s->after;
	s->before.not = true;
	if (before)
		s->before = (struct seal_condition){SEAL_CONDITION_NFT_RULE,
						    .subject = s->after.subject,
						    .value = reach_rule_quote(p->a, before)};
	if (!s->after.subject.n || !s->after.value.n || !s->before.value.n)
		return -ENOMEM;
	s->why = before ? SEAL_LIT("accepts this traffic before the rule that stops it")
			: SEAL_LIT("accepts this traffic before the policy of the chain");
	return manual_step(p, persistence(p, b, rule));
}

/* ---- firewalld ---- */

static bool is_firewalld(const struct seal_ruleset *rs, const struct seal_fw_chain *c)
{
	return rs->firewalld || seal_bytes_is(c->table->name, "firewalld");
}

static const char *service_name(const struct seal_packet *k, uint16_t port)
{
	if (k->proto != IPPROTO_TCP)
		return NULL;
	switch (port) {
	case 25:
		return "smtp";
	case 465:
		return "smtps";
	case 587:
		return "smtp-submission";
	default:
		return NULL;
	}
}

/* the zone whose chain the packet is sent to: "filter_IN_public", "filter_IN_public_to_HOST" */
static int find_zone(struct plan *p, struct seal_bytes *ret)
{
	struct seal_fw_verdict v;
	struct seal_bytes name;
	ssize_t at;
	int r;

	p->x.watch = "filter_IN_";
	p->x.watched = NULL;
	r = reach_run(&p->x, &v);
	p->x.watch = NULL;
	if (r < 0 || !p->x.watched)
		return r;
	name = seal_bytes_from(p->x.watched->name, strlen("filter_IN_"));
	at = seal_bytes_find(name, "_to_HOST");
	*ret = at > 0 ? seal_bytes_first(name, (size_t)at) : name;
	return 0;
}

/* rich rule language: the priority runs it before any deny of the zone */
static const char *rich_rule(struct plan *p, const struct blocked *b, const char *end,
			     const struct addr_value *a, bool first)
{
	const char *addr = is_one(a) ? addr_text(p->a, a->lo, p->x.bits) : NULL;

	return seal_arena_printf(
		p->a, "rule%s family=\"%s\"%s%s%s%s%s port port=\"%u\" protocol=\"%s\" accept",
		first ? " priority=\"-1\"" : "", p->x.family == 4 ? "ipv4" : "ipv6",
		addr ? " " : "", addr ? end : "", addr ? " address=\"" : "", addr ? addr : "",
		addr ? "\"" : "", b->now.dport.lo, p->packet->proto == IPPROTO_UDP ? "udp" : "tcp");
}

/* one call in the permanent and in the running configuration */
static int firewall_cmd(struct plan *p, const char *where, const char *add, const char *remove,
			const char *why)
{
	struct seal_bytes argv[4] = {SEAL_LIT("firewall-cmd"), seal_bytes_of(where),
				     seal_bytes_of(add)};
	unsigned pass;

	if (!where || !add || !remove)
		return -ENOMEM;
	for (pass = 0; pass < 2; pass++) {
		struct seal_step *s = add_step(p, "firewall-cmd");
		size_t n = 3;

		if (!s)
			return -ENOMEM;
		argv[2] = seal_bytes_of(add);
		if (pass == 0)
			argv[n++] = SEAL_LIT("--permanent");
		if (seal_argv_set(&s->argv, argv, n) < 0)
			return -ENOMEM;
		argv[2] = seal_bytes_of(remove);
		if (seal_argv_set(&s->undo, argv, n) < 0)
			return -ENOMEM;
		s->why = pass == 0 ? seal_bytes_of(why)
				   : SEAL_LIT("the same in the running firewall, without a reload");
		s->verify = SEAL_LIT("firewall-cmd --list-all of the zone or policy shows it");
	}
	return 0;
}

static bool is_deny(const struct blocked *b)
{
	return seal_bytes_ends(b->point.chain->name, "_deny") ||
	       seal_bytes_ends(b->point.chain->name, "_pre");
}

static int zone_step(struct plan *p, const struct blocked *b)
{
	const char *service = service_name(p->packet, b->now.dport.lo), *what;
	struct seal_bytes zone = SEAL_BYTES_NONE;
	bool narrow = p->packet->src.bits != 0;
	const char *where;
	int r;

	r = find_zone(p, &zone);
	if (r < 0)
		return r;
	if (!plain_name(zone))
		return manual_step(p, "find the zone of the interface with firewall-cmd "
				      "--get-active-zones and add the service there");
	where = seal_arena_printf(p->a, "--zone=%.*s", (int)zone.n, zone.p);
	if (narrow || is_deny(b)) {
		what = rich_rule(p, b, "source", &b->now.saddr, is_deny(b));
		return firewall_cmd(p, where, seal_arena_printf(p->a, "--add-rich-rule=%s", what),
				    seal_arena_printf(p->a, "--remove-rich-rule=%s", what),
				    "opens the port for this source alone");
	}
	if (service)
		return firewall_cmd(p, where, seal_arena_printf(p->a, "--add-service=%s", service),
				    seal_arena_printf(p->a, "--remove-service=%s", service),
				    "opens the service in the zone the packets belong to");
	what = seal_arena_printf(p->a, "port=%u/%s", b->now.dport.lo,
				 p->packet->proto == IPPROTO_UDP ? "udp" : "tcp");
	return firewall_cmd(p, where, seal_arena_printf(p->a, "--add-%s", what),
			    seal_arena_printf(p->a, "--remove-%s", what),
			    "opens the port in the zone the packets belong to");
}

#define WORDS2(a, b) ((struct seal_bytes[]){SEAL_LIT(a), SEAL_LIT(b)})

/* outgoing traffic: a policy from the host to everywhere that runs before the others */
static int policy_step(struct plan *p, const struct blocked *b)
{
	static const char *const make[][2] = {
		{"--new-policy=mail-out", "--delete-policy=mail-out"},
		{"--add-ingress-zone=HOST", "--remove-ingress-zone=HOST"},
		{"--add-egress-zone=ANY", "--remove-egress-zone=ANY"},
		{"--set-priority=-32000", "--set-priority=-1"}, /* that of a new policy */
	};
	const char *rule = rich_rule(p, b, "destination", &b->now.daddr, false);
	struct seal_step *s;
	size_t i;

	/* asks whether firewalld runs; taken back last, it loads what is permanent anew */
	s = rule ? add_step(p, "firewall-cmd") : NULL;
	if (!s || seal_argv_set(&s->argv, WORDS2("firewall-cmd", "--state"), 2) < 0 ||
	    seal_argv_set(&s->undo, WORDS2("firewall-cmd", "--reload"), 2) < 0)
		return -ENOMEM;
	s->why = SEAL_LIT("firewalld runs and takes changes");
	for (i = 0; i < sizeof(make) / sizeof(make[0]) + 1; i++) {
		bool is_rule = i == sizeof(make) / sizeof(make[0]);
		struct seal_bytes argv[4] = {SEAL_LIT("firewall-cmd"), SEAL_LIT("--permanent"),
					     SEAL_LIT("--policy=mail-out")};
		const char *gone = is_rule ? seal_arena_printf(p->a, "--remove-rich-rule=%s", rule)
					   : make[i][1];
		const char *made =
			is_rule ? seal_arena_printf(p->a, "--add-rich-rule=%s", rule) : make[i][0];
		size_t n = i == 0 ? 2 : 3;

		s = add_step(p, "firewall-cmd");
		if (!s || !made || !gone)
			return -ENOMEM;
		argv[n] = seal_bytes_of(made);
		if (seal_argv_set(&s->argv, argv, n + 1) < 0)
			return -ENOMEM;
		argv[n] = seal_bytes_of(gone);
		if (seal_argv_set(&s->undo, argv, n + 1) < 0)
			return -ENOMEM;
		s->why = SEAL_LIT(
			"a policy of its own for outgoing mail, before the one that stops it");
	}
	s = add_step(p, "firewall-cmd");
	if (!s || seal_argv_set(&s->argv, WORDS2("firewall-cmd", "--reload"), 2) < 0)
		return -ENOMEM;
	s->why = SEAL_LIT("the running firewall takes the policy");
	return 0;
}

static int firewalld_step(struct plan *p, const struct blocked *b)
{
	if (b->point.replies)
		return manual_step(p,
				   "firewalld accepts answers by itself; a rule in another place "
				   "stops them");
	return p->packet->dir == SEAL_PACKET_OUT ? policy_step(p, b) : zone_step(p, b);
}

/* ---- what blocks ---- */

/* the chain where the base chain of a policy, or the rule, stands */
static bool known_point(const struct plan *p, const struct reach_point *q)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->points[i].chain == q->chain && p->points[i].before == q->before &&
		    p->points[i].replies == q->replies)
			return true;
	return false;
}

/* how the first packet looks where it is stopped */
static int look(struct plan *p, struct blocked *b)
{
	struct seal_ranges far = seal_ranges_of(0, 0);
	int r;

	p->x.outcomes.n = 0;
	r = reach_first(&p->x, &far);
	seal_vec_each (o, &p->x.outcomes) {
		if (o->chain == b->point.chain && o->rule == b->point.before)
			b->now = o->flow.s.now;
	}
	seal_vec_done(&p->x.outcomes);
	return r;
}

static enum seal_fw_hook hook_of(const struct plan *p)
{
	if (p->packet->dir == SEAL_PACKET_OUT)
		return SEAL_FW_OUTPUT;
	return SEAL_FW_INPUT;
}

/* add what stops the exchange now; false: nothing certain does */
static bool next_block(struct plan *p, const struct seal_fw_verdict *v)
{
	struct blocked *b = &p->blocked[p->n];

	*b = (struct blocked){.hook = hook_of(p)};
	if (p->n == POINTS_MAX)
		return false;
	if ((v->verdict == SEAL_FATE_DROP || v->verdict == SEAL_FATE_REJECT) && v->chain &&
	    !v->rule_depends) {
		b->point.chain = v->chain;
		b->point.before = v->rule;
	} else if (v->verdict == SEAL_FATE_ACCEPT && v->reachable == SEAL_NO && v->later_chain) {
		b->point.chain = v->later_chain;
		b->point.before = v->later_rule;
		b->point.replies = true;
	} else {
		return false;
	}
	return !known_point(p, &b->point);
}

static int find_blocks(struct plan *p, const struct seal_fw_verdict *verdict)
{
	struct seal_fw_verdict v = *verdict;
	int r;

	while (next_block(p, &v)) {
		struct blocked *b = &p->blocked[p->n];

		if (!b->point.replies) {
			r = look(p, b);
			if (r < 0)
				return r;
		}
		p->points[p->n++] = b->point;
		p->x.n_points = p->n;
		p->x.steps = 0;
		if (b->point.replies)
			p->x.conntrack = true; /* the new rule's own ct expression turns it on */
		r = reach_run(&p->x, &v);
		if (r < 0)
			return r;
	}
	p->fix->sufficient = v.verdict == SEAL_FATE_ACCEPT && v.reachable == SEAL_YES;
	p->x.n_points = 0;
	return 0;
}

/* to take away what blocks, beside the rule that is added. Of firewalld's it is the smaller change
 * where the other one is a policy of its own */
static int add_removal(struct plan *p)
{
	bool out = p->packet->dir == SEAL_PACKET_OUT && p->fix->kind == SEAL_FIX_FIREWALLD;
	struct reach_blocker blockers[POINTS_MAX];
	struct seal_fix other, *slot;
	size_t i;
	int r;

	for (i = 0; i < p->n; i++) {
		const struct blocked *b = &p->blocked[i];

		blockers[i] = (struct reach_blocker){b->point.replies ? NULL : b->point.before,
						     b->now.dport.lo};
	}
	r = reach_removal(&p->x, blockers, p->n, &other);
	if (r <= 0)
		return r;
	if (out) {
		struct seal_fix swap = other;

		other = *p->fix;
		*p->fix = swap;
		p->fix->minimal = true;
		other.rejected = SEAL_LIT("a policy of its own, where a rich rule can go instead");
	} else {
		other.rejected =
			SEAL_LIT("opens the port for all the rule stops, not for this traffic");
	}
	slot = seal_vec_add(&p->fix->alternatives);
	if (!slot) {
		seal_fix_done(&other);
		return -ENOMEM;
	}
	*slot = other;
	return 0;
}

int seal_reach_fix(const struct seal_ruleset *rs, const struct seal_net *net,
		   const struct seal_packet *packet, const struct seal_fw_verdict *verdict,
		   struct seal_arena *a, struct seal_fix *ret)
{
	struct seal_fix fix = {.kind = SEAL_FIX_FIREWALL_RULE};
	struct plan p = {.packet = packet, .a = a, .fix = &fix};
	size_t i;
	int r;

	reach_init(&p.x, rs, net, packet, a);
	p.x.points = p.points;
	r = find_blocks(&p, verdict);
	for (i = 0; i < p.n && r >= 0; i++) {
		bool theirs = is_firewalld(rs, p.blocked[i].point.chain);

		if (theirs)
			fix.kind = SEAL_FIX_FIREWALLD;
		r = theirs ? firewalld_step(&p, &p.blocked[i]) : nft_step(&p, &p.blocked[i]);
	}
	fix.opens = (struct seal_cost){.own = p.n, .known = true};
	fix.minimal = fix.sufficient;
	fix.why = packet->dir == SEAL_PACKET_OUT
			  ? SEAL_LIT("lets the mail daemon reach this one destination and port")
			  : SEAL_LIT("lets these packets in, and nothing else");
	if (r >= 0 && p.n)
		r = add_removal(&p);
	seal_vec_done(&p.x.outcomes);
	if (r < 0 || !p.n) {
		seal_fix_done(&fix);
		return r < 0 ? r : 0;
	}
	*ret = fix;
	return 1;
}
