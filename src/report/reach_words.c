/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/reach_words.h"

#include "report/reach_probe.h"

#define FEW_PREFIXES 4 /* shown of a set of addresses when not all are */

struct prefix_list {
	struct seal_buf text;
	size_t n, max;
};

static void put_prefix(void *data, const struct seal_prefix *p)
{
	struct prefix_list *l = data;

	if (l->n++ >= l->max)
		return;
	if (l->text.n)
		seal_buf_puts(&l->text, ", ");
	seal_addr_put(&l->text, &p->addr);
	if (p->len != p->addr.bits)
		seal_buf_printf(&l->text, "/%u", p->len);
}

static seal_u128 size_of(const struct seal_reach_row *r)
{
	seal_u128 n = 0;
	size_t i;

	for (i = 0; i < r->n_far; i++)
		n += r->far[i].hi - r->far[i].lo;
	return n;
}

/* the row of its family that holds most addresses: everyone else, or everyone when it is alone */
static bool is_the_rest(const struct seal_path *p, const struct seal_path_row *r, bool *alone)
{
	seal_u128 top = r->family == 4 ? 0xffffffffu : ~(seal_u128)0;

	*alone = r->row.n_far == 1 && r->row.far[0].lo == 0 && r->row.far[0].hi == top;
	if (*alone)
		return true;
	if (r->row.n_far < 2)
		return false;
	seal_vec_each (other, &p->rows) {
		if (other->family == r->family && other != r &&
		    size_of(&other->row) > size_of(&r->row))
			return false;
	}
	return size_of(&r->row) > top / 2;
}

void seal_reach_who(struct seal_buf *out, const struct seal_path *p, const struct seal_path_row *r,
		    bool all)
{
	struct prefix_list l = {.max = all ? SIZE_MAX : FEW_PREFIXES};
	const char *family = r->family == 4 ? "IPv4" : "IPv6";
	bool alone;

	if (is_the_rest(p, r, &alone) && !all) {
		seal_buf_printf(out, "%s, %s",
				p->dir == SEAL_PACKET_IN
					? (alone ? "everyone" : "everyone else")
					: (alone ? "everywhere" : "everywhere else"),
				family);
		return;
	}
	seal_reach_prefixes(r->row.far, r->row.n_far, r->family == 4 ? 32 : 128, put_prefix, &l);
	seal_buf_put(out, l.text.p, l.text.n);
	if (l.n > l.max)
		seal_buf_printf(out, " and %zu more", l.n - l.max);
	if (l.text.err)
		out->err = l.text.err;
	seal_buf_done(&l.text);
}

void seal_reach_near(struct seal_buf *out, const struct seal_path_row *r)
{
	const char *before = " to ";

	seal_vec_each (a, &r->near) {
		seal_buf_puts(out, before);
		seal_addr_put(out, a);
		before = ", ";
	}
}

void seal_reach_rule(struct seal_buf *out, const struct seal_fw_rule *rule,
		     const struct seal_fw_chain *chain)
{
	const struct seal_origin *o = rule ? rule->origin : chain->origin;

	seal_buf_printf(out, "%s ", seal_fw_family_name(chain->table->family));
	seal_buf_put(out, chain->table->name.p, chain->table->name.n);
	seal_buf_putc(out, ' ');
	seal_buf_put(out, chain->name.p, chain->name.n);
	if (rule && rule->handle)
		seal_buf_printf(out, " #%llu", (unsigned long long)rule->handle);
	seal_buf_puts(out, "  ");
	if (rule)
		seal_rule_put(out, rule);
	else
		seal_buf_puts(out, chain->policy_drop ? "policy drop" : "policy accept");
	if (o && o->path.n) {
		seal_buf_puts(out, "  (");
		seal_buf_put(out, o->path.p, o->path.n);
		if (o->line)
			seal_buf_printf(out, ":%llu", (unsigned long long)o->line);
		seal_buf_putc(out, ')');
	}
	if (o && o->ref.n) {
		seal_buf_puts(out, "  ");
		seal_buf_put(out, o->ref.p, o->ref.n);
	}
}

/* what Postfix will log when the host's own rules refuse it (errno of connect(2)) */
static const char *postfix_says(const struct seal_path *p, const struct seal_fw_verdict *v,
				uint8_t family)
{
	const struct seal_fw_refusal *r = &v->refusal;

	if (p->dir != SEAL_PACKET_OUT)
		return NULL;
	if (v->verdict == SEAL_FATE_DROP ||
	    (v->verdict == SEAL_FATE_REJECT && v->answered == SEAL_NO))
		return "Connection timed out";
	if (v->verdict != SEAL_FATE_REJECT)
		return NULL;
	if (r->type == SEAL_FW_REJECT_TCP_RESET || (family == 4 ? r->code == 3 : r->code == 4))
		return "Connection refused";
	if (family == 4)
		return r->code == 0 ? "Network is unreachable" : "No route to host";
	return r->code == 0   ? "Network is unreachable"
	       : r->code == 1 ? "Permission denied"
			      : "No route to host";
}

/* struct lines - where sentences go, one by one */
struct lines {
	void (*put)(void *data, struct seal_bytes text);
	void *data;
};

static void put_line(const struct lines *to, struct seal_bytes text)
{
	to->put(to->data, text);
}

static void put_depends(const struct lines *to, const struct seal_fw_verdict *v)
{
	size_t i;

	for (i = 0; i < v->n_depends; i++) {
		seal_auto_buf struct seal_buf t = {0};

		seal_buf_puts(&t, i ? "and on " : "on ");
		seal_buf_put(&t, v->depends[i].text.p, v->depends[i].text.n);
		if (v->depends[i].rule) {
			seal_buf_puts(&t, ":  ");
			seal_reach_rule(&t, v->depends[i].rule, v->depends[i].rule->chain);
		}
		put_line(to, seal_buf_bytes(&t));
	}
}

static void put_reason(const struct lines *to, const struct seal_path *p,
		       const struct seal_path_row *r)
{
	const struct seal_fw_verdict *v = &r->row.verdict;
	const char *says = postfix_says(p, v, r->family), *code = seal_report_refusal(v);
	seal_auto_buf struct seal_buf t = {0};

	if (v->chain) {
		seal_reach_rule(&t, v->rule, v->chain);
		put_line(to, seal_buf_bytes(&t));
		t.n = 0;
	} else if (v->verdict == SEAL_FATE_ACCEPT) {
		put_line(to, SEAL_LIT("no rule speaks of it"));
	} else if (v->verdict == SEAL_FATE_UNROUTED) {
		put_line(to, SEAL_LIT("no rule stops it: the host has no route for it, or does "
				      "not forward"));
	}
	if (v->verdict == SEAL_FATE_REJECT) {
		seal_buf_printf(&t, "answered with %s%s",
				v->refusal.type == SEAL_FW_REJECT_TCP_RESET ? "a TCP reset"
									    : "ICMP ",
				v->refusal.type == SEAL_FW_REJECT_TCP_RESET ? ""
				: code                                      ? code
									    : "of another code");
		if (v->answered == SEAL_NO)
			seal_buf_puts(&t, ", which is itself dropped on its way back");
	}
	if (says)
		seal_buf_printf(&t, "%sPostfix will log \"%s\"", t.n ? "; " : "", says);
	if (t.n)
		put_line(to, seal_buf_bytes(&t));
}

/* what the answers of an accepted packet depend on, in one sentence; forwarding is asked only for
 * want of addresses and routes, which stand there then */
static void put_uncertain(const struct lines *to, const struct seal_fw_verdict *v)
{
	seal_auto_buf struct seal_buf t = {0};
	size_t i, n = 0;

	for (i = 0; i < v->n_depends; i++) {
		const struct seal_fw_depend *d = &v->depends[i];

		if (n && !d->rule && seal_bytes_is(d->text, "whether the host forwards packets"))
			continue;
		seal_buf_puts(&t, n++ ? ", " : "whether the answers pass depends on ");
		seal_buf_put(&t, d->text.p, d->text.n);
		if (d->rule) {
			seal_buf_puts(&t, " (");
			seal_reach_rule(&t, d->rule, d->rule->chain);
			seal_buf_putc(&t, ')');
		}
	}
	if (!n)
		seal_buf_puts(&t, "whether the answers pass is not certain");
	put_line(to, seal_buf_bytes(&t));
}

static void put_later(const struct lines *to, const struct seal_path *p,
		      const struct seal_fw_verdict *v)
{
	seal_auto_buf struct seal_buf t = {0};

	if (v->verdict != SEAL_FATE_ACCEPT)
		return;
	if (v->to_port && v->to_port != p->port) {
		seal_buf_printf(&t, "redirected to port %u", v->to_port);
		put_line(to, seal_buf_bytes(&t));
		t.n = 0;
	}
	if (v->reachable == SEAL_NO && v->later_chain) {
		seal_buf_printf(&t, "but the %s is stopped:  ",
				seal_bytes_is(seal_bytes_of(v->later_packet), "synack")
					? "answer to the first packet"
					: "data that follows");
		seal_reach_rule(&t, v->later_rule, v->later_chain);
		put_line(to, seal_buf_bytes(&t));
	} else if (v->reachable == SEAL_NO) {
		put_line(to, SEAL_LIT("but no answer can get back"));
	} else if (v->reachable == SEAL_MAYBE) {
		put_uncertain(to, v);
	}
}

const char *seal_reach_word(const struct seal_fw_verdict *v)
{
	return v->verdict == SEAL_FATE_REJECT ? "reject" : seal_report_fate(v);
}

void seal_reach_reasons(const struct seal_path *p, const struct seal_path_row *r,
			void (*put)(void *data, struct seal_bytes text), void *data)
{
	const struct seal_fw_verdict *v = &r->row.verdict;
	const struct lines to = {put, data};

	put_reason(&to, p, r);
	put_later(&to, p, v);
	if (v->verdict != SEAL_FATE_ACCEPT || v->reachable != SEAL_MAYBE)
		put_depends(&to, v);
	if (v->may_change)
		put_line(&to, SEAL_LIT("as of now: a set with passing elements was asked"));
}

/* in a subnet of the host its last address, everywhere multicast and limited broadcast: nobody
 * sends from there and no connection goes there */
static bool is_nobody(const struct seal_net *net, uint8_t family, const struct seal_fw_range *r)
{
	if (family == 6)
		return r->lo >> 120 == 0xff;
	if (r->lo >> 28 >= 0xe || r->hi >> 24 == 0)
		return true;
	seal_vec_each (i, &net->addrs) {
		const struct seal_prefix *p = &i->prefix;

		if (p->addr.bits == 32 && p->len < 31 && r->lo == r->hi &&
		    r->lo == (seal_addr_u128(&p->addr) | 0xffffffffu >> p->len))
			return true;
	}
	return false;
}

/* link-local and loopback addresses and the host's own: no next hop out of DNS is one */
static bool is_beside(const struct seal_net *net, uint8_t family, const struct seal_fw_range *r)
{
	unsigned bits = family == 4 ? 32 : 128;

	if (family == 4 && ((r->lo >> 16 == 0xa9fe && r->hi >> 16 == 0xa9fe) ||
			    (r->lo >> 24 == 127 && r->hi >> 24 == 127)))
		return true;
	if (family == 6 && ((r->lo >> 118 == 0x3fa && r->hi >> 118 == 0x3fa) || r->hi <= 1))
		return true;
	seal_vec_each (i, &net->addrs) {
		if (i->prefix.addr.bits == bits && r->lo == r->hi &&
		    r->lo == seal_addr_u128(&i->prefix.addr))
			return true;
	}
	return false;
}

bool seal_reach_is_clutter(const struct seal_path *p, const struct seal_path_row *r)
{
	bool alone;
	size_t i;

	for (i = 0; i < r->row.n_far; i++) {
		if (is_nobody(p->net, r->family, &r->row.far[i]))
			continue;
		if (!p->any_far || !is_beside(p->net, r->family, &r->row.far[i]))
			return false;
	}
	seal_vec_each (other, &p->rows) {
		if (other != r && other->family == r->family && is_the_rest(p, other, &alone))
			return true;
	}
	return false;
}
