/* SPDX-License-Identifier: GPL-2.0-or-later */

/* firewalld.conf(5), and the containers of a configuration */

#include "evidence/firewall/firewalld_value.h"

#include <errno.h>

void fwd_conf_defaults(struct fwd_conf *conf)
{
	*conf = (struct fwd_conf){
		.default_zone = SEAL_LIT("public"),
		.log_denied = SEAL_LIT("off"),
		.rpfilter = FWD_RPFILTER_STRICT,
		.rfc3964 = true,
	};
}

enum key {
	KEY_DEFAULT_ZONE,
	KEY_LOG_DENIED,
	KEY_BACKEND,
	KEY_RPFILTER,
	KEY_RFC3964,
	KEY_STRICT_FORWARD,
	KEY_MAX_,
};

static const char *const keys[KEY_MAX_] = {
	[KEY_DEFAULT_ZONE] = "DefaultZone", [KEY_LOG_DENIED] = "LogDenied",
	[KEY_BACKEND] = "FirewallBackend",  [KEY_RPFILTER] = "IPv6_rpfilter",
	[KEY_RFC3964] = "RFC3964_IPv4",     [KEY_STRICT_FORWARD] = "StrictForwardPorts",
};

static bool is_false(struct seal_bytes s)
{
	return seal_bytes_icase_eq(s, SEAL_LIT("no")) || seal_bytes_icase_eq(s, SEAL_LIT("false"));
}

/* the modes of 2.x are invalid to 1.x, which then keeps its default: strict */
static void set_rpfilter(struct fwd_config *c, struct seal_bytes v)
{
	static const struct {
		const char *word;
		enum fwd_rpfilter mode;
	} modes[] = {
		{"strict", FWD_RPFILTER_STRICT},
		{"loose", FWD_RPFILTER_LOOSE},
		{"strict-forward", FWD_RPFILTER_STRICT_FORWARD},
		{"loose-forward", FWD_RPFILTER_LOOSE_FORWARD},
	};
	size_t i;

	if (is_false(v)) {
		c->conf.rpfilter = FWD_RPFILTER_NO;
		return;
	}
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!seal_bytes_icase_eq(v, seal_bytes_of(modes[i].word)))
			continue;
		if (c->version >= 2000)
			c->conf.rpfilter = modes[i].mode;
		else if (modes[i].mode != FWD_RPFILTER_STRICT)
			c->differs = "this mode of IPv6_rpfilter is unknown to 1.x";
		return;
	}
}

static void set_key(struct fwd_config *c, enum key key, struct seal_bytes v)
{
	switch (key) {
	case KEY_DEFAULT_ZONE:
		c->conf.default_zone = v;
		break;
	case KEY_LOG_DENIED:
		if (fwd_is_one_of(v, "all unicast broadcast multicast off"))
			c->conf.log_denied = v;
		break;
	case KEY_BACKEND:
		if (seal_bytes_is(v, "iptables"))
			c->conf.backend = FWD_BACKEND_IPTABLES;
		break;
	case KEY_RPFILTER:
		set_rpfilter(c, v);
		break;
	case KEY_RFC3964:
		c->conf.rfc3964 = !is_false(v);
		break;
	case KEY_STRICT_FORWARD:
		if (!fwd_is_true(v))
			break;
		if (c->version >= 2000)
			c->conf.strict_forward_ports = true;
		else
			c->differs = "StrictForwardPorts is unknown to 1.x";
		break;
	case KEY_MAX_:
		break;
	}
}

int fwd_conf_read(struct fwd_config *c, struct seal_bytes text)
{
	bool seen[KEY_MAX_] = {false};
	struct seal_bytes rest = text, line, key, value;
	size_t i;
	int r;

	while (rest.p && rest.n) {
		line = seal_bytes_trim(seal_bytes_cut(rest, '\n', &rest));
		if (!line.n || line.p[0] == '#' || line.p[0] == ';')
			continue;
		key = seal_bytes_trim(seal_bytes_cut(line, '=', &value));
		value = seal_bytes_trim(value);
		if (!value.n || seal_bytes_chr(value, '=') >= 0)
			continue;

		for (i = 0; i < KEY_MAX_; i++) {
			if (seen[i] || !seal_bytes_is(key, keys[i]))
				continue;
			seen[i] = true;
			r = seal_arena_copy(c->arena, value, &value);
			if (r < 0)
				return r;
			set_key(c, (enum key)i, value);
		}
	}
	return 0;
}

void fwd_config_done(struct fwd_config *c)
{
	seal_vec_done(&c->zones);
	seal_vec_done(&c->policies);
	seal_vec_done(&c->services);
	seal_vec_done(&c->ipsets);
	seal_vec_done(&c->icmptypes);
	seal_vec_done(&c->helpers);
	seal_vec_done(&c->direct);
	if (c->arena)
		seal_arena_free(c->arena);
	c->arena = NULL;
}

struct fwd_item *fwd_list_add(struct fwd_config *c, struct fwd_list *l)
{
	struct fwd_item *it = seal_arena_alloc(c->arena, sizeof(*it));

	if (!it)
		return NULL;
	if (l->last)
		l->last->next = it;
	else
		l->first = it;
	l->last = it;
	l->n++;
	return it;
}

struct fwd_item *fwd_list_find(const struct fwd_list *l, struct seal_bytes name)
{
	struct fwd_item *it;

	for (it = l->first; it; it = it->next)
		if (seal_bytes_eq(it->name, name))
			return it;
	return NULL;
}

#define FIND(vec)                                                                                  \
	do {                                                                                       \
		seal_vec_each (it, vec)                                                            \
			if (seal_bytes_eq(it->name, name))                                         \
				return it;                                                         \
		return NULL;                                                                       \
	} while (0)

struct fwd_policy *fwd_zone_find(const struct fwd_config *c, struct seal_bytes name)
{
	FIND(&c->zones);
}

struct fwd_policy *fwd_policy_find(const struct fwd_config *c, struct seal_bytes name)
{
	FIND(&c->policies);
}

struct fwd_service *fwd_service_find(const struct fwd_config *c, struct seal_bytes name)
{
	FIND(&c->services);
}

struct fwd_ipset *fwd_ipset_find(const struct fwd_config *c, struct seal_bytes name)
{
	FIND(&c->ipsets);
}

struct fwd_icmptype *fwd_icmptype_find(const struct fwd_config *c, struct seal_bytes name)
{
	FIND(&c->icmptypes);
}

struct fwd_helper *fwd_helper_find(const struct fwd_config *c, struct seal_bytes name)
{
	FIND(&c->helpers);
}
