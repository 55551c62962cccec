/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* firewalld_expr.h - the expressions of firewalld's rules, as libnftables-json(5). Each call
 * appends a member of the "expr" array. Functions returning int give -EINVAL where nft or firewalld
 * would refuse the rule; the others fail through the buffer alone. */

#include "core/buf.h"
#include "evidence/firewall/firewalld_config.h"

/* fwd_x_raw - a member given as JSON */
void fwd_x_raw(struct seal_buf *b, const char *json);
void fwd_x_match(struct seal_buf *b, const char *op, const char *left, const char *right);
void fwd_x_jump(struct seal_buf *b, const char *verb, const char *target);
/* fwd_x_iface - iifname or oifname; a trailing "+" is the wildcard */
void fwd_x_iface(struct seal_buf *b, const char *key, struct seal_bytes name);
/* fwd_x_addr - @field saddr or daddr against an address, network, mac or "ipset:name" */
int fwd_x_addr(const struct fwd_config *c, struct seal_buf *b, const char *field,
	       struct seal_bytes addr, bool invert);
/* fwd_x_peer - source or destination of a rich rule, if it has one */
int fwd_x_peer(const struct fwd_config *c, struct seal_buf *b, const char *field,
	       const struct fwd_peer *p);
void fwd_x_nfproto(struct seal_buf *b, int family);
/* fwd_x_port - @field dport or sport */
void fwd_x_port(struct seal_buf *b, struct seal_bytes proto, const char *field, uint16_t lo,
		uint16_t hi);
int fwd_x_protocol(const struct fwd_config *c, struct seal_buf *b, struct seal_bytes protocol);
/* fwd_x_icmp - type and code of a named ICMP type in one family; -EINVAL when nft knows none */
int fwd_x_icmp(struct seal_buf *b, int family, struct seal_bytes name);
void fwd_x_reject(struct seal_buf *b);
/* struct fwd_bound - what the match of a rule is bound to already */
struct fwd_bound {
	int family; /* 4, 6, or 0 = both */
	int l4;     /* IPPROTO_*, or -1 = any */
};

/* fwd_x_reject_type - the refusal of a rich rule; -EINVAL where nft refuses it for such packets */
int fwd_x_reject_type(struct seal_buf *b, const struct fwd_rule *r, struct fwd_bound bound);
void fwd_x_limit(struct seal_buf *b, const struct fwd_limit *l);
/* fwd_x_pkttype - what LogDenied restricts its log rules to */
void fwd_x_pkttype(struct seal_buf *b, struct seal_bytes log_denied);
void fwd_x_log(struct seal_buf *b, const char *prefix, struct seal_bytes untrusted);
int fwd_x_mark(struct seal_buf *b, struct seal_bytes mark);
int fwd_x_nat_to(struct seal_buf *b, struct seal_bytes addr, bool has_port, uint16_t lo,
		 uint16_t hi);

/* fwd_ipset_family - 4 or 6, 0 for hash:mac */
int fwd_ipset_family(const struct fwd_ipset *s);
/* fwd_x_ipset - the members of a named set: type, flags, elements */
int fwd_x_ipset(struct fwd_config *c, struct seal_buf *b, struct fwd_ipset *s);
