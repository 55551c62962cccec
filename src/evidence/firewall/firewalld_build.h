/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* firewalld_build.h - inside the mapping from firewalld's objects to rules */

#include "evidence/firewall/firewalld_expr.h"
#include "evidence/firewall/firewalld_table.h"
#include "evidence/firewall/firewalld_value.h"

#define FWD_NAME_MAX 320 /* of a chain */

struct fwd_builder {
	struct fwd_config *c;
	struct fwd_table *t;
	struct seal_err *err;
	bool log_denied;
};

/* where zones and policies hang their rules */
enum fwd_hookpoint {
	FWD_FILTER_INPUT,
	FWD_FILTER_FORWARD,
	FWD_FILTER_OUTPUT,
	FWD_NAT_PREROUTING,
	FWD_NAT_POSTROUTING,
	FWD_NAT_OUTPUT,
	FWD_MANGLE_PREROUTING,
	FWD_HOOKPOINT_MAX_,
};

struct fwd_hookpoint_words {
	const char *chain;        /* "filter_INPUT" */
	const char *prefix;       /* of the chains of a zone there: "filter_IN_" */
	const char *iface, *addr; /* what a zone is told by there */
	bool filter;
};
extern const struct fwd_hookpoint_words fwd_hookpoints[FWD_HOOKPOINT_MAX_];

enum fwd_side { FWD_SIDE_HOST, FWD_SIDE_ANY, FWD_SIDE_ZONES };

/* struct fwd_scope - a policy, or one of the three a zone stands for: to the host, from anywhere
 * into the zone (masquerade), from the zone to anywhere (forward-port, forward) */
struct fwd_scope {
	const struct fwd_policy *p;
	enum fwd_side from, to;
	enum fwd_hookpoint places[4];
	size_t n_places;
};

/* fwd_scope_chain - name of the chain for @hp; @suffix pre, log, deny, allow, post or NULL */
void fwd_scope_chain(const struct fwd_scope *s, enum fwd_hookpoint hp, const char *suffix,
		     char *buf, size_t size);

/* fwd_b_rule - add a rule; the error names a missing chain */
int fwd_b_rule(struct fwd_builder *b, const char *chain, struct seal_buf *x,
	       struct fwd_place_at where, const struct seal_origin *origin);
/* fwd_b_chains - create the chains of a scope that are not there yet */
int fwd_b_chains(struct fwd_builder *b, const struct fwd_scope *s);
/* fwd_b_settings - the rules of a scope's own settings */
int fwd_b_settings(struct fwd_builder *b, const struct fwd_scope *s);
/* fwd_b_rich - the rules of a rich rule */
int fwd_b_rich(struct fwd_builder *b, const struct fwd_scope *s, const struct fwd_rule *ru);
/* fwd_b_helpers - the conntrack helpers of a service */
int fwd_b_helpers(struct fwd_builder *b, const struct fwd_scope *s, const struct fwd_service *svc,
		  const struct seal_bytes *destination, const struct seal_origin *origin);
int fwd_b_zone(struct fwd_builder *b, const struct fwd_policy *z);
int fwd_b_default_zone(struct fwd_builder *b, const struct fwd_policy *z);
int fwd_b_policy(struct fwd_builder *b, const struct fwd_policy *p);
/* fwd_b_icmp - the rule of a zone for ICMP, into @chain */
int fwd_b_icmp(struct fwd_builder *b, const struct fwd_policy *z, const char *chain,
	       struct fwd_place_at where);
/* fwd_b_dispatch - the dispatch of 2.x, where it may differ; after everything else */
int fwd_b_dispatch(struct fwd_builder *b);
