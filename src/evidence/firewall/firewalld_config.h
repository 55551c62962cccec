/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* firewalld_config.h - the objects of a firewalld configuration, as its XML files define them
 * (firewalld.zone(5), .policy(5), .service(5), .ipset(5), .icmptype(5), .helper(5),
 * .richlanguage(5)).
 *
 * Readers return 0, -EINVAL when firewalld would refuse the file (and with it all of
 * etc/firewalld), -ENOTSUP when it cannot be known what firewalld does with it, or another negative
 * errno. */

#include "core/arena.h"
#include "core/err.h"
#include "core/root.h"
#include "core/vec.h"
#include "model/origin.h"

#define FWD_FILE_MAX  (32u << 20)
#define FWD_FILES_MAX 4096u
#define FWD_DEPTH_MAX 16u
#define FWD_ITEMS_MAX                                                                              \
	8192u /* settings of one kind in one object; ipset entries are not bound by it */

/* struct fwd_item - one setting: of what kind decides which members hold */
struct fwd_item {
	struct fwd_item *next;
	/* service, icmp type, interface, source, zone, include, entry, protocol */
	struct seal_bytes name;
	uint16_t lo, hi;       /* ports */
	uint16_t to_lo, to_hi; /* forward-port: 0, 0 = the same port */
	bool has_to;
	struct seal_bytes to_addr;
	const struct seal_origin *origin;
};

struct fwd_list {
	struct fwd_item *first, *last;
	size_t n;
};

enum fwd_element {
	FWD_ELEMENT_NONE,
	FWD_ELEMENT_SERVICE,
	FWD_ELEMENT_PORT,
	FWD_ELEMENT_SOURCE_PORT,
	FWD_ELEMENT_PROTOCOL,
	FWD_ELEMENT_ICMP_BLOCK,
	FWD_ELEMENT_ICMP_TYPE,
	FWD_ELEMENT_MASQUERADE,
	FWD_ELEMENT_FORWARD_PORT,
	FWD_ELEMENT_MSS_CLAMP,
};

enum fwd_action {
	FWD_ACTION_NONE,
	FWD_ACTION_ACCEPT,
	FWD_ACTION_REJECT,
	FWD_ACTION_DROP,
	FWD_ACTION_MARK,
};

/* struct fwd_peer - source or destination of a rich rule; the one given is not empty */
struct fwd_peer {
	bool set, invert;
	struct seal_bytes addr, mac, ipset;
};

/* struct fwd_limit - of an action, log or audit: "5/m" */
struct fwd_limit {
	bool set;
	struct seal_bytes value, burst;
};

/* struct fwd_rule - a rich rule, values as written until firewalld_rich.c has checked them */
struct fwd_rule {
	struct fwd_rule *next;
	int family; /* 4, 6, 0 = both */
	long priority;
	struct fwd_peer source, destination;
	enum fwd_element element;
	struct seal_bytes name;                    /* of service, icmp type, protocol */
	struct seal_bytes port, protocol;          /* PORT, SOURCE_PORT, FORWARD_PORT */
	struct seal_bytes to_port, to_addr, clamp; /* FORWARD_PORT, MSS_CLAMP */
	bool log, nflog, audit;
	struct seal_bytes prefix, level, group, queue_size;
	enum fwd_action action;
	struct seal_bytes reject_type, mark;
	struct fwd_limit log_limit, audit_limit, action_limit;
	const struct seal_origin *origin;
};

enum fwd_target {
	FWD_TARGET_DEFAULT, /* zones: accept ICMP, reject the rest */
	FWD_TARGET_CONTINUE,
	FWD_TARGET_ACCEPT,
	FWD_TARGET_REJECT,
	FWD_TARGET_DROP,
};

/* struct fwd_policy - a zone or a policy: what both hold, then what one of them does */
struct fwd_policy {
	struct seal_bytes name; /* "internal/office" is a part of zone internal */
	bool is_zone;
	enum fwd_target target;
	struct fwd_list services, ports, source_ports, protocols, icmp_blocks, forward_ports;
	struct fwd_rule *first_rule, *last_rule;
	bool masquerade, icmp_inversion;
	const struct seal_origin *masquerade_origin, *inversion_origin, *origin;
	/* zones */
	struct fwd_list interfaces, sources;
	bool forward;
	long ingress_priority, egress_priority; /* since 2.0 */
	/* policies */
	long priority;
	struct fwd_list ingress, egress;
	bool disable; /* since 2.4 */
};

struct fwd_service {
	struct seal_bytes name;
	struct fwd_list ports, source_ports, protocols, modules, helpers, includes;
	struct seal_bytes destination[2]; /* IPv4, IPv6; empty = none */
};

struct fwd_ipset {
	struct seal_bytes name, type, family, timeout, maxelem;
	struct fwd_list entries;
	const struct seal_origin *origin;
};

struct fwd_icmptype {
	struct seal_bytes name;
	bool ipv4, ipv6; /* both false: destination not given, either */
};

struct fwd_helper {
	struct seal_bytes name, family, module;
	struct fwd_list ports;
};

/* struct fwd_direct - one rule, chain or passthrough of direct.xml */
struct fwd_direct {
	enum { FWD_DIRECT_RULE, FWD_DIRECT_CHAIN, FWD_DIRECT_PASSTHROUGH } kind;
	struct seal_bytes ipv, table, chain, args;
	long priority;
	const struct seal_origin *origin;
};

enum fwd_backend { FWD_BACKEND_NFTABLES, FWD_BACKEND_IPTABLES };
enum fwd_rpfilter {
	FWD_RPFILTER_NO,
	FWD_RPFILTER_STRICT,
	FWD_RPFILTER_LOOSE,
	FWD_RPFILTER_STRICT_FORWARD,
	FWD_RPFILTER_LOOSE_FORWARD,
};

/* struct fwd_conf - firewalld.conf, where it bears on the rules */
struct fwd_conf {
	struct seal_bytes default_zone, log_denied; /* "off", "all", "unicast" ... */
	enum fwd_backend backend;
	enum fwd_rpfilter rpfilter;
	bool rfc3964, strict_forward_ports;
};

/* struct fwd_config - everything that was read. Objects are unique by name, the later file wins. */
struct fwd_config {
	struct seal_arena *arena; /* owned: all bytes and lists */
	struct seal_arena *facts; /* borrowed: origins, which outlive the configuration */
	const struct seal_root *root;
	struct fwd_conf conf;
	seal_vec(struct fwd_policy) zones;
	seal_vec(struct fwd_policy) policies;
	seal_vec(struct fwd_service) services;
	seal_vec(struct fwd_ipset) ipsets;
	seal_vec(struct fwd_icmptype) icmptypes;
	seal_vec(struct fwd_helper) helpers;
	seal_vec(struct fwd_direct) direct;
	unsigned version;   /* major * 1000 + minor; 0 = unknown */
	bool stock_builtin; /* the root has no usr/lib/firewalld */
	struct seal_bytes version_text;
	unsigned unread_profiles; /* of the network, which may bind interfaces to zones */
	const char *differs; /* why 1.x and 2.x would load different rules; NULL = they would not */
};

void fwd_config_done(struct fwd_config *c);
static inline void seal_auto_fwd_config_(struct fwd_config *c)
{
	fwd_config_done(c);
}
#define seal_auto_fwd_config __attribute__((cleanup(seal_auto_fwd_config_)))

struct fwd_policy *fwd_zone_find(const struct fwd_config *c, struct seal_bytes name);
struct fwd_policy *fwd_policy_find(const struct fwd_config *c, struct seal_bytes name);
struct fwd_service *fwd_service_find(const struct fwd_config *c, struct seal_bytes name);
struct fwd_ipset *fwd_ipset_find(const struct fwd_config *c, struct seal_bytes name);
struct fwd_icmptype *fwd_icmptype_find(const struct fwd_config *c, struct seal_bytes name);
struct fwd_helper *fwd_helper_find(const struct fwd_config *c, struct seal_bytes name);

/* fwd_list_add - a zeroed item at the end; NULL when memory is gone */
struct fwd_item *fwd_list_add(struct fwd_config *c, struct fwd_list *l);
/* fwd_list_find - the item named @name, or NULL */
struct fwd_item *fwd_list_find(const struct fwd_list *l, struct seal_bytes name);

/* struct fwd_source - a file being read */
struct fwd_source {
	struct fwd_config *config;
	struct seal_bytes path; /* below the root, in config->facts */
	struct seal_bytes text;
	struct seal_bytes name; /* of the object: the file's name without ".xml" */
};

/* readers of one file into the configuration; an object of the same name is replaced */
int fwd_policy_read(const struct fwd_source *s, bool is_zone, struct seal_err *err);
int fwd_service_read(const struct fwd_source *s, struct seal_err *err);
int fwd_ipset_read(const struct fwd_source *s, struct seal_err *err);
int fwd_icmptype_read(const struct fwd_source *s, struct seal_err *err);
int fwd_helper_read(const struct fwd_source *s, struct seal_err *err);
int fwd_direct_read(const struct fwd_source *s, struct seal_err *err);
int fwd_conf_read(struct fwd_config *c, struct seal_bytes text);
void fwd_conf_defaults(struct fwd_conf *conf);

/* fwd_rule_check - whether firewalld keeps a rich rule
 * Returns 0, -EINVAL (1.x leaves the rule out, 2.x refuses the file) or -ENOTSUP. */
int fwd_rule_check(const struct fwd_config *c, const struct fwd_rule *r, struct seal_err *err);

/* fwd_stock_load - the built-in definitions of zones, services, policies, icmp types and helpers */
int fwd_stock_load(struct fwd_config *c);

/* fwd_load - read the whole configuration of @root; @user: with etc/firewalld */
int fwd_load(struct fwd_config *c, bool user, struct seal_err *err);

/* fwd_bind - bind interfaces to zones as the network's configuration says; after fwd_check()
 * Returns 0, -ENOTSUP (which interface or zone is meant cannot be known) or -ENOMEM. */
int fwd_bind(struct fwd_config *c, struct seal_err *err);

/* fwd_check - the checks across objects that firewalld makes before it applies them */
int fwd_check(struct fwd_config *c, struct seal_err *err);

/* fwd_build - the rules, as the JSON libnftables prints them; see firewalld_table.h */
struct fwd_table;
int fwd_build(struct fwd_config *c, struct fwd_table *t, struct seal_err *err);
