/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The checks across objects that firewalld makes before it applies a configuration. One that fails
 * makes it fall back to the stock configuration. */

#include "evidence/firewall/firewalld_expr.h"
#include "evidence/firewall/firewalld_value.h"

#include <errno.h>

static int refuse(const struct fwd_policy *p, struct seal_err *err, const char *why)
{
	return seal_err_set(err, -EINVAL, "%s %.*s: %s", p->is_zone ? "zone" : "policy",
			    (int)p->name.n, p->name.p, why);
}

/* a name nothing defines: certain only when the stock definitions are the root's own */
static int undefined(const struct fwd_config *c, struct seal_bytes name, const char *what,
		     struct seal_err *err)
{
	if (c->stock_builtin)
		return seal_err_set(err, -ENOTSUP,
				    "%s %.*s is defined nowhere, and the root has no "
				    "usr/lib/firewalld",
				    what, (int)name.n, name.p);
	return seal_err_set(err, -EINVAL, "%s %.*s does not exist", what, (int)name.n, name.p);
}

static int check_services(struct fwd_config *c, struct seal_err *err)
{
	const struct fwd_item *it;

	seal_vec_each (s, &c->services)
		for (it = s->includes.first; it; it = it->next)
			if (!fwd_service_find(c, it->name))
				return undefined(c, it->name, "service", err);
	return 0;
}

static int check_icmptype(const struct fwd_config *c, const struct fwd_policy *p,
			  struct seal_bytes name, int family, struct seal_err *err)
{
	const struct fwd_icmptype *t = fwd_icmptype_find(c, name);
	seal_auto_buf struct seal_buf scratch = {0};

	if (!t)
		return undefined(c, name, "ICMP type", err);
	/* no matter here when nft itself knows no such type of the family */
	if (family && (t->ipv4 || t->ipv6) && !(family == 4 ? t->ipv4 : t->ipv6) &&
	    fwd_x_icmp(&scratch, family, name) == 0)
		return refuse(p, err, "family of a rich rule conflicts with its ICMP type");
	return 0;
}

/* 2.x looks at every rule here, 1.x at those of zones in use when it applies them */
static int check_rule_names(struct fwd_config *c, const struct fwd_policy *p,
			    const struct fwd_rule *ru, struct seal_err *err)
{
	bool missing = (ru->element == FWD_ELEMENT_SERVICE && !fwd_service_find(c, ru->name)) ||
		       (ru->source.ipset.n && !fwd_ipset_find(c, ru->source.ipset)) ||
		       (ru->destination.ipset.n && !fwd_ipset_find(c, ru->destination.ipset));

	if (!missing)
		return 0;
	if (c->version >= 2000)
		return refuse(p, err, "a rich rule names a service or ipset that does not exist");
	c->differs = "a rich rule names a service or ipset that does not exist";
	return 0;
}

static int check_rules(struct fwd_config *c, const struct fwd_policy *p, struct seal_err *err)
{
	const struct fwd_item *it;
	const struct fwd_rule *ru;
	int r;

	for (it = p->services.first; it; it = it->next)
		if (!fwd_service_find(c, it->name))
			return undefined(c, it->name, "service", err);
	for (it = p->icmp_blocks.first; it; it = it->next) {
		r = check_icmptype(c, p, it->name, 0, err);
		if (r < 0)
			return r;
	}
	for (ru = p->first_rule; ru; ru = ru->next) {
		r = 0;
		if (ru->element == FWD_ELEMENT_ICMP_BLOCK || ru->element == FWD_ELEMENT_ICMP_TYPE)
			r = check_icmptype(c, p, ru->name, ru->family, err);
		if (r == 0)
			r = check_rule_names(c, p, ru, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_zone(struct fwd_config *c, const struct fwd_policy *p, struct seal_err *err)
{
	const struct fwd_item *it;

	if (fwd_policy_find(c, p->name))
		return refuse(p, err, "a policy has the same name");
	for (it = p->interfaces.first; it; it = it->next) {
		if (!fwd_is_interface(it->name))
			return refuse(p, err, "invalid interface");
		seal_vec_each (z, &c->zones)
			if (z != p && fwd_list_find(&z->interfaces, it->name))
				return refuse(p, err,
					      "an interface is bound to another zone as well");
	}
	for (it = p->sources.first; it; it = it->next)
		seal_vec_each (z, &c->zones)
			if (z != p && fwd_list_find(&z->sources, it->name))
				return refuse(p, err, "a source is bound to another zone as well");
	return check_rules(c, p, err);
}

static bool names(const struct fwd_list *l, const char *zone)
{
	return fwd_list_find(l, seal_bytes_of(zone)) != NULL;
}

static int check_ends(const struct fwd_config *c, const struct fwd_policy *p,
		      const struct fwd_list *l, struct seal_err *err)
{
	const struct fwd_item *it;
	bool symbolic;

	for (it = l->first; it; it = it->next) {
		symbolic = fwd_is_one_of(it->name, "ANY HOST");
		if (!symbolic && !fwd_zone_find(c, it->name))
			return undefined(c, it->name, "zone", err);
		if (symbolic && l->n > 1)
			return refuse(p, err, "ANY and HOST stand alone");
	}
	return 0;
}

/* whether an egress zone of a policy has interfaces, which rules for prerouting cannot see */
static bool egress_has_interfaces(const struct fwd_config *c, const struct fwd_policy *p)
{
	const struct fwd_item *it;
	const struct fwd_policy *z;

	for (it = p->egress.first; it; it = it->next) {
		z = fwd_zone_find(c, it->name);
		if (z && z->interfaces.n)
			return true;
	}
	return false;
}

static int check_nat(const struct fwd_config *c, const struct fwd_policy *p, bool masquerade,
		     bool forward, bool to_addr, struct seal_err *err)
{
	bool to_host = names(&p->egress, "HOST"), from_host = names(&p->ingress, "HOST");

	if (masquerade && (to_host || from_host))
		return refuse(p, err, "masquerade with HOST");
	if (!forward)
		return 0;
	if (to_host && to_addr)
		return refuse(p, err, "forward-port with to-addr to HOST");
	if (!to_host && p->egress.n && !to_addr)
		return refuse(p, err, "forward-port wants to-addr");
	if (egress_has_interfaces(c, p))
		return refuse(p, err, "forward-port to a zone with interfaces");
	return 0;
}

static int check_policy(struct fwd_config *c, const struct fwd_policy *p, struct seal_err *err)
{
	const struct fwd_item *it;
	const struct fwd_rule *ru;
	int r;

	if (fwd_zone_find(c, p->name))
		return refuse(p, err, "a zone has the same name");
	if (p->priority < -32768 || p->priority > 32767)
		return refuse(p, err, "priority out of range");
	r = check_ends(c, p, &p->ingress, err);
	if (r == 0)
		r = check_ends(c, p, &p->egress, err);
	if (r < 0)
		return r;
	if (names(&p->ingress, "HOST") && names(&p->egress, "HOST"))
		return refuse(p, err, "HOST on both sides");

	r = check_nat(c, p, p->masquerade, false, false, err);
	for (it = p->forward_ports.first; r == 0 && it; it = it->next)
		r = check_nat(c, p, false, true, it->to_addr.n != 0, err);
	for (ru = p->first_rule; r == 0 && ru; ru = ru->next) {
		r = check_nat(c, p, ru->element == FWD_ELEMENT_MASQUERADE,
			      ru->element == FWD_ELEMENT_FORWARD_PORT, ru->to_addr.n != 0, err);
		if (r == 0 && ru->action == FWD_ACTION_MARK && egress_has_interfaces(c, p))
			r = refuse(p, err, "mark to a zone with interfaces");
	}
	return r < 0 ? r : check_rules(c, p, err);
}

/* a default zone that does not exist is replaced */
static int check_default_zone(struct fwd_config *c, struct seal_err *err)
{
	static const char *const must[] = {"block", "drop", "trusted"};
	size_t i;

	for (i = 0; i < sizeof(must) / sizeof(must[0]); i++)
		if (!fwd_zone_find(c, seal_bytes_of(must[i])))
			return seal_err_set(err, -EINVAL, "zone %s does not exist", must[i]);
	if (fwd_zone_find(c, c->conf.default_zone))
		return 0;
	if (c->stock_builtin)
		return undefined(c, c->conf.default_zone, "default zone", err);

	c->conf.default_zone = SEAL_LIT("block");
	if (fwd_zone_find(c, SEAL_LIT("external")))
		c->conf.default_zone = SEAL_LIT("external");
	if (fwd_zone_find(c, SEAL_LIT("public")))
		c->conf.default_zone = SEAL_LIT("public");
	return 0;
}

int fwd_check(struct fwd_config *c, struct seal_err *err)
{
	int r;

	r = check_default_zone(c, err);
	if (r == 0)
		r = check_services(c, err);
	if (r < 0)
		return r;

	seal_vec_each (z, &c->zones) {
		r = check_zone(c, z, err);
		if (r < 0)
			return r;
	}
	seal_vec_each (p, &c->policies) {
		r = check_policy(c, p, err);
		if (r < 0)
			return r;
	}
	return 0;
}
