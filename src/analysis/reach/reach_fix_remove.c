/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reach/reach_fix_remove.h"

#include <errno.h>

#include "analysis/reach/reach_quote.h"

#define BLOCKERS_MAX 8
#define QUOTED_MAX   12 /* elements seal_rule_put() writes */
#define WORDS_MAX    10

struct removal {
	struct reach *x;
	struct seal_fix *fix;
	struct reach_point points[BLOCKERS_MAX];
};

/* ---- what a rule is for ---- */

static bool is_port_match(const struct reach *x, const struct seal_fw_key *key)
{
	const struct seal_fw_part *part = key->parts;

	return key->n == 1 && part->field == SEAL_FIELD_DPORT && !part->masked &&
	       (!part->l4proto || part->l4proto == x->packet->proto);
}

/* matches that narrow a rule further, or say what a port match implies */
static bool narrows(const struct seal_fw_key *key)
{
	static const bool fine[SEAL_FIELD_MAX_] = {
		[SEAL_FIELD_IP_SADDR] = true,  [SEAL_FIELD_IP_DADDR] = true,
		[SEAL_FIELD_IP6_SADDR] = true, [SEAL_FIELD_IP6_DADDR] = true,
		[SEAL_FIELD_NFPROTO] = true,   [SEAL_FIELD_IP_PROTOCOL] = true,
		[SEAL_FIELD_L4PROTO] = true,   [SEAL_FIELD_IIF] = true,
		[SEAL_FIELD_OIF] = true,       [SEAL_FIELD_MARK] = true,
		[SEAL_FIELD_SKUID] = true,     [SEAL_FIELD_SKGID] = true,
		[SEAL_FIELD_CT_STATE] = true,
	};
	size_t i;

	for (i = 0; i < key->n; i++)
		if (!fine[key->parts[i].field])
			return false;
	return true;
}

static bool is_port(const struct seal_fw_range *r, uint16_t port)
{
	return r->lo == port && r->hi == port;
}

/* does the rule stop packets of that one port and nothing else */
static bool is_for_port(const struct reach *x, const struct reach_blocker *b)
{
	const struct seal_fw_stmt *s;
	bool port = false, ends = false;

	for (s = b->rule->first; s; s = s->next) {
		if (s->kind == SEAL_STMT_MATCH && is_port_match(x, &s->key)) {
			if (s->op != SEAL_FW_EQ || !s->set || s->set->n != 1 || s->set->unknown ||
			    !is_port(&s->set->ranges[0], b->dport))
				return false;
			port = true;
		} else if (s->kind == SEAL_STMT_MATCH) {
			if (!narrows(&s->key))
				return false;
		} else if (s->kind == SEAL_STMT_REJECT ||
			   (s->kind == SEAL_STMT_VERDICT && s->verdict.code == SEAL_FW_DROP)) {
			ends = true;
		} else if (s->kind != SEAL_STMT_NOTE) {
			return false;
		}
	}
	return port && ends;
}

/* the verdict map in which that one port is an element that drops */
static const struct seal_fw_stmt *find_vmap(const struct reach *x, const struct reach_blocker *b,
					    size_t *element)
{
	const struct seal_fw_stmt *s = b->rule->last;
	size_t i;

	if (!s || s->kind != SEAL_STMT_VMAP || !s->set || s->set->unknown || !s->set->verdicts ||
	    !is_port_match(x, &s->key))
		return NULL;
	for (i = 0; i < s->set->n; i++)
		if (is_port(&s->set->ranges[i], b->dport) &&
		    s->set->data[i].verdict.code == SEAL_FW_DROP) {
			*element = i;
			return s;
		}
	return NULL;
}

/* ---- the text of a rule as nft(8) takes it back ---- */

/* words of nft's grammar that stand for themselves; no end of a command, no second line */
static bool is_plain(struct seal_bytes s, const char *more)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9') &&
		    (!c || !strchr(more, c)))
			return false;
	}
	return s.n != 0;
}

/* the listing tells no arguments of log and its like: such a rule cannot be written again */
static bool is_written_whole(const struct seal_fw_rule *rule)
{
	const struct seal_fw_stmt *s;

	for (s = rule->first; s; s = s->next) {
		if (s->kind == SEAL_STMT_NOTE && !seal_bytes_is(s->text, "counter"))
			return false;
		if (!s->name.n && s->set && s->set->n > QUOTED_MAX)
			return false;
	}
	return true;
}

/* empty: cannot be written */
static struct seal_bytes text_of(struct removal *q, const struct seal_fw_rule *rule)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_bytes copy = SEAL_BYTES_NONE;

	seal_rule_put(&b, rule);
	if (b.err || !is_written_whole(rule) ||
	    !is_plain(seal_buf_bytes(&b), " _.,:/{}@*=!<>&|()\"+-") ||
	    seal_arena_copy(q->x->a, seal_buf_bytes(&b), &copy) < 0)
		return SEAL_BYTES_NONE;
	return copy;
}

/* @rule without an element of its last statement's anonymous map */
static struct seal_bytes text_without(struct removal *q, const struct seal_fw_rule *rule,
				      size_t element)
{
	struct seal_fw_range ranges[QUOTED_MAX];
	struct seal_fw_data data[QUOTED_MAX];
	struct seal_fw_set set = *rule->last->set;
	struct seal_fw_stmt last = *rule->last, *copies = NULL;
	const struct seal_fw_stmt *s;
	struct seal_fw_rule copy = *rule;
	size_t i, n = 0;

	if (set.n > QUOTED_MAX || set.n < 2 || set.n_parts != 1)
		return SEAL_BYTES_NONE;
	for (i = 0; i < set.n; i++) {
		if (i == element)
			continue;
		ranges[n] = set.ranges[i];
		data[n++] = set.data[i];
	}
	set.n = n;
	set.ranges = ranges;
	set.data = data;
	last.set = &set;
	for (n = 0, s = rule->first; s != rule->last; s = s->next)
		n++;
	copies = seal_arena_alloc(q->x->a, (n + 1) * sizeof(*copies));
	if (!copies)
		return SEAL_BYTES_NONE;
	for (i = 0, s = rule->first; i < n; i++, s = s->next) {
		copies[i] = *s;
		copies[i].next = &copies[i + 1];
	}
	copies[n] = last;
	copy.first = copies;
	copy.last = &copies[n];
	return text_of(q, &copy);
}

/* ---- nft ---- */

struct command {
	struct seal_bytes v[WORDS_MAX];
	size_t n;
};

static void add(struct command *c, struct seal_bytes word)
{
	if (word.n && c->n < WORDS_MAX)
		c->v[c->n++] = word;
}

static struct seal_bytes number(struct removal *q, uint64_t v)
{
	const char *s = seal_arena_printf(q->x->a, "%llu", (unsigned long long)v);

	return s ? seal_bytes_of(s) : SEAL_BYTES_NONE;
}

/* "nft VERB rule FAMILY TABLE CHAIN [handle N] [TEXT]" */
static struct command on_rule(struct removal *q, const char *verb, const struct seal_fw_chain *c,
			      uint64_t handle, struct seal_bytes text)
{
	struct command cmd = {.n = 0};

	add(&cmd, SEAL_LIT("nft"));
	add(&cmd, seal_bytes_of(verb));
	add(&cmd, SEAL_LIT("rule"));
	add(&cmd, seal_bytes_of(seal_fw_family_name(c->table->family)));
	add(&cmd, c->table->name);
	add(&cmd, c->name);
	if (handle) {
		add(&cmd, SEAL_LIT("handle"));
		add(&cmd, number(q, handle));
	}
	add(&cmd, text);
	return cmd;
}

static struct command on_element(const char *verb, const struct seal_fw_set *set,
				 const char *element)
{
	struct command cmd = {.n = 0};

	add(&cmd, SEAL_LIT("nft"));
	add(&cmd, seal_bytes_of(verb));
	add(&cmd, SEAL_LIT("element"));
	add(&cmd, seal_bytes_of(seal_fw_family_name(set->table->family)));
	add(&cmd, set->table->name);
	add(&cmd, set->name);
	add(&cmd, seal_bytes_of(element));
	return cmd;
}

static struct seal_step *put_step(struct removal *q, const char *op, const struct command *cmd,
				  const struct command *undo)
{
	struct seal_step *s = seal_vec_add(&q->fix->steps);

	if (!s)
		return NULL;
	s->op = op;
	if (seal_argv_set(&s->argv, cmd->v, cmd->n) < 0)
		return NULL;
	if (undo->n && seal_argv_set(&s->undo, undo->v, undo->n) < 0)
		return NULL;
	return s;
}

static int persist(struct removal *q, const struct seal_fw_rule *rule, const char *what)
{
	const struct seal_origin *o = rule->origin;
	struct seal_step *s = seal_vec_add(&q->fix->steps);
	const char *why;

	if (!s)
		return -ENOMEM;
	if (o && o->path.n)
		why = seal_arena_printf(q->x->a,
					"in %.*s line %llu take %s away too, so that it does not "
					"come back with a reload",
					(int)o->path.n, o->path.p, (unsigned long long)o->line,
					what);
	else
		why = seal_arena_printf(q->x->a,
					"in the file that loads table %s %.*s take %s away too, so "
					"that it does not come back with a reload",
					seal_fw_family_name(rule->chain->table->family),
					(int)rule->chain->table->name.n, rule->chain->table->name.p,
					what);
	if (!why)
		return -ENOMEM;
	s->op = "manual";
	s->why = seal_bytes_of(why);
	return 0;
}

static int delete_rule(struct removal *q, const struct seal_fw_rule *rule)
{
	const struct seal_fw_rule *after = rule->next;
	struct seal_bytes text = text_of(q, rule);
	struct command cmd = on_rule(q, "delete", rule->chain, rule->handle, SEAL_BYTES_NONE);
	struct command undo = {.n = 0};
	struct seal_step *s;

	if (text.n && (!after || after->handle))
		undo = on_rule(q, after ? "insert" : "add", rule->chain, after ? after->handle : 0,
			       text);
	s = put_step(q, "nft", &cmd, &undo);
	if (!s)
		return -ENOMEM;
	s->precondition = SEAL_LIT("the rule of that handle is still the one quoted");
	s->verify = SEAL_LIT("nft -a list chain no longer shows the rule");
	s->before = (struct seal_condition){SEAL_CONDITION_NFT_RULE,
					    .subject = reach_chain_words(q->x->a, rule->chain),
					    .value = reach_rule_quote(q->x->a, rule)};
	s->after = s->before;
	s->after.not = true;
	if (!s->before.subject.n || !s->before.value.n)
		return -ENOMEM;
	s->why = SEAL_LIT("the rule stops this port and nothing else");
	return persist(q, rule, "the rule");
}

/* Returns 0 when there is nothing that can be written. */
static int delete_element(struct removal *q, const struct reach_blocker *b, size_t element)
{
	const struct seal_fw_rule *rule = b->rule;
	const struct seal_fw_set *set = rule->last->set;
	struct command cmd, undo = {.n = 0};
	struct seal_bytes text = SEAL_BYTES_NONE;
	struct seal_step *s;
	int r;

	if (set->name.n) {
		const char *key = seal_arena_printf(q->x->a, "{ %u }", b->dport);
		const char *whole = seal_arena_printf(q->x->a, "{ %u : drop }", b->dport);

		if (!key || !whole)
			return -ENOMEM;
		if (set->expires || set->changes || !is_plain(set->name, "_-."))
			return 0;
		cmd = on_element("delete", set, key);
		undo = on_element("add", set, whole);
	} else {
		text = text_without(q, rule, element);
		if (!text.n)
			return 0;
		cmd = on_rule(q, "replace", rule->chain, rule->handle, text);
	}
	s = put_step(q, "nft", &cmd, &undo);
	if (!s)
		return -ENOMEM;
	s->precondition = SEAL_LIT("the rule is still the one quoted");
	s->verify = set->name.n ? SEAL_LIT("nft list map no longer shows the element")
				: SEAL_LIT("nft -a list chain shows the rule without the element, "
					   "under a handle of its own");
	s->why = SEAL_LIT("the element stops this port and nothing else");
	if (set->name.n) {
		s->before = (struct seal_condition){SEAL_CONDITION_NFT_ELEMENT,
						    .subject = reach_set_words(q->x->a, set),
						    .value = cmd.v[cmd.n - 1]};
		s->after = s->before;
		s->after.not = true;
	} else {
		s->before = (struct seal_condition){
			SEAL_CONDITION_NFT_RULE, .subject = reach_chain_words(q->x->a, rule->chain),
			.value = reach_rule_quote(q->x->a, rule)};
		s->after = s->before;
		s->after.value = text;
	}
	if (!s->before.subject.n || !s->before.value.n)
		return -ENOMEM;
	r = persist(q, rule, "the element");
	return r < 0 ? r : 1;
}

/* ---- firewalld ---- */

struct tag {
	struct seal_bytes name, attrs;
};

/* the next start tag of @xml; end tags and text are passed over */
static bool next_tag(struct seal_bytes *xml, struct tag *ret)
{
	struct seal_bytes body;
	size_t n;

	for (;;) {
		ssize_t at = seal_bytes_find(*xml, "<");

		if (at < 0)
			return false;
		body = seal_bytes_cut(seal_bytes_from(*xml, (size_t)at + 1), '>', xml);
		if (body.n && body.p[0] != '/')
			break;
	}
	for (n = 0; n < body.n && !strchr(" \t\n/", body.p[n]); n++)
		;
	ret->name = seal_bytes_first(body, n);
	ret->attrs = seal_bytes_from(body, n);
	return true;
}

/* attributes as the rich language has them: invert="True" becomes NOT */
static bool put_attrs(struct seal_buf *b, struct seal_bytes attrs)
{
	while (attrs.n) {
		struct seal_bytes rest, value, name = seal_bytes_cut(attrs, '=', &rest);
		char quote;

		name = seal_bytes_trim(name);
		if (!rest.n || seal_bytes_is(name, "/") || !name.n)
			return !name.n || seal_bytes_is(name, "/");
		rest = seal_bytes_trim(rest);
		quote = rest.n ? rest.p[0] : 0;
		if ((quote != '"' && quote != '\'') || !is_plain(name, "-"))
			return false;
		value = seal_bytes_cut(seal_bytes_from(rest, 1), quote, &attrs);
		if (seal_bytes_is(name, "invert")) {
			if (seal_bytes_is(value, "True") || seal_bytes_is(value, "true") ||
			    seal_bytes_is(value, "yes"))
				seal_buf_puts(b, " NOT");
			continue;
		}
		if (!is_plain(value, " _.,:/-+*"))
			return false;
		seal_buf_printf(b, " %.*s=\"%.*s\"", (int)name.n, name.p, (int)value.n, value.p);
	}
	return true;
}

/* firewalld.richlanguage(5) of a <rule> element of a zone or policy file; NULL: none */
static const char *rich_text(struct removal *q, struct seal_bytes xml)
{
	seal_auto_buf struct seal_buf b = {0};
	struct tag t;
	bool first = true;

	while (next_tag(&xml, &t)) {
		if (first != seal_bytes_is(t.name, "rule") || !is_plain(t.name, "-"))
			return NULL;
		seal_buf_printf(&b, "%s%.*s", first ? "" : " ", (int)t.name.n, t.name.p);
		if (!put_attrs(&b, t.attrs))
			return NULL;
		first = false;
	}
	return first || b.err ? NULL : seal_arena_printf(q->x->a, "%.*s", (int)b.n, b.p);
}

/* "--zone=NAME" of etc/firewalld/zones/NAME.xml, "--policy=NAME" likewise */
static const char *object_of(struct removal *q, struct seal_bytes path)
{
	struct seal_bytes name = path;
	bool zone = seal_bytes_find(path, "/zones/") >= 0;

	if (!zone && seal_bytes_find(path, "/policies/") < 0)
		return NULL;
	while (seal_bytes_find(name, "/") >= 0)
		seal_bytes_cut(name, '/', &name);
	if (!seal_bytes_ends(name, ".xml") || !is_plain(seal_bytes_first(name, name.n - 4), "_-"))
		return NULL;
	return seal_arena_printf(q->x->a, "--%s=%.*s", zone ? "zone" : "policy", (int)name.n - 4,
				 name.p);
}

/* one element makes several rules: do they all stop that port alone */
static bool all_for_port(const struct reach *x, const struct reach_blocker *b)
{
	const struct seal_origin *o = b->rule->origin;
	const struct seal_fw_chain *c;
	const struct seal_fw_rule *r;

	for (c = b->rule->chain->table->chains; c; c = c->next) {
		for (r = c->first; r; r = r->next) {
			struct reach_blocker same = {r, b->dport};

			if (r->origin && r->origin->line == o->line &&
			    seal_bytes_eq(r->origin->path, o->path) && !is_for_port(x, &same))
				return false;
		}
	}
	return true;
}

static int remove_rich_rule(struct removal *q, const struct reach_blocker *b)
{
	const struct seal_origin *o = b->rule->origin;
	const char *rich, *object, *gone, *back;
	unsigned pass;

	if (!o || o->source != SEAL_SOURCE_FIREWALLD || !all_for_port(q->x, b))
		return 0;
	rich = rich_text(q, o->ref);
	object = object_of(q, o->path);
	if (!rich || !object)
		return 0;
	gone = seal_arena_printf(q->x->a, "--remove-rich-rule=%s", rich);
	back = seal_arena_printf(q->x->a, "--add-rich-rule=%s", rich);
	if (!gone || !back)
		return -ENOMEM;
	for (pass = 0; pass < 2; pass++) {
		struct command cmd = {.n = 0}, undo;
		struct seal_step *s;

		add(&cmd, SEAL_LIT("firewall-cmd"));
		if (pass == 0)
			add(&cmd, SEAL_LIT("--permanent"));
		add(&cmd, seal_bytes_of(object));
		undo = cmd;
		add(&cmd, seal_bytes_of(gone));
		add(&undo, seal_bytes_of(back));
		s = put_step(q, "firewall-cmd", &cmd, &undo);
		if (!s)
			return -ENOMEM;
		s->why = pass == 0 ? SEAL_LIT("the rich rule stops this port and nothing else")
				   : SEAL_LIT("the same in the running firewall, without a reload");
		s->verify = SEAL_LIT("firewall-cmd --list-rich-rules of the zone or policy no "
				     "longer shows it");
	}
	return 1;
}

/* ---- the whole ---- */

static int take_away(struct removal *q, const struct reach_blocker *b, struct reach_point *point)
{
	const struct seal_fw_rule *rule = b->rule;
	const struct seal_fw_table *t = rule->chain->table;
	bool firewalld = q->x->rs->firewalld || seal_bytes_is(t->name, "firewalld");
	size_t element;
	int r;

	*point = (struct reach_point){.chain = rule->chain, .before = rule, .removed = true};
	if (firewalld)
		return is_for_port(q->x, b) ? remove_rich_rule(q, b) : 0;
	if (!q->x->rs->numbered || !rule->handle || !is_plain(t->name, "_-.") ||
	    !is_plain(rule->chain->name, "_-."))
		return 0;
	if (is_for_port(q->x, b)) {
		r = delete_rule(q, rule);
		return r < 0 ? r : 1;
	}
	if (!find_vmap(q->x, b, &element))
		return 0;
	point->map = rule->last->set;
	point->element = element;
	return delete_element(q, b, element);
}

static int retest(struct removal *q, size_t n)
{
	const struct reach_point *points = q->x->points;
	size_t n_points = q->x->n_points;
	struct seal_fw_verdict v;
	int r;

	q->x->points = q->points;
	q->x->n_points = n;
	q->x->steps = 0;
	r = reach_run(q->x, &v);
	q->x->points = points;
	q->x->n_points = n_points;
	return r < 0 ? r : v.verdict == SEAL_FATE_ACCEPT && v.reachable == SEAL_YES;
}

int reach_removal(struct reach *x, const struct reach_blocker *blockers, size_t n,
		  struct seal_fix *ret)
{
	struct seal_fix fix = {.kind = SEAL_FIX_FIREWALL_RULE};
	struct removal q = {.x = x, .fix = &fix};
	size_t i;
	int r = n && n <= BLOCKERS_MAX;

	for (i = 0; i < n && r > 0; i++)
		r = blockers[i].rule ? take_away(&q, &blockers[i], &q.points[i]) : 0;
	if (r > 0)
		r = retest(&q, n);
	if (r <= 0) {
		seal_fix_done(&fix);
		return r;
	}
	if (strcmp(fix.steps.v[0].op, "firewall-cmd") == 0)
		fix.kind = SEAL_FIX_FIREWALLD;
	fix.opens = (struct seal_cost){.own = n, .known = true};
	fix.sufficient = true;
	fix.why = SEAL_LIT("takes away what exists to stop this port, for all it stops");
	*ret = fix;
	return 1;
}
