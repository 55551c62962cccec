/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/audit/change.h"

#include "evidence/audit/audit.h"
#include "evidence/host/packages.h"

#include <errno.h>
#include <libaudit.h>

#define BOOT_SERIAL 16

struct seal_bytes seal_audit_ref(struct seal_host *h, int64_t time_us, uint64_t serial)
{
	const char *text = seal_arena_printf(
		h->arena, "%lld.%03lld:%llu", (long long)(time_us / SEAL_SECOND_US),
		(long long)(time_us % SEAL_SECOND_US / 1000), (unsigned long long)serial);

	return seal_bytes_of(text);
}

/* read_boolean - "bool=NAME val=0 old_val=1" */
static bool read_boolean(struct seal_bytes body, struct seal_audit_noted *c)
{
	c->kind = SEAL_CHANGE_BOOLEAN;
	seal_audit_field(body, "old_val", &c->from);
	return seal_audit_field(body, "bool", &c->what) && seal_audit_field(body, "val", &c->to);
}

/* read_status - "enforcing=1 old_enforcing=0 ... enabled=1 old-enabled=1" */
static bool read_status(struct seal_bytes body, struct seal_audit_noted *c)
{
	c->kind = SEAL_CHANGE_ENFORCING;
	seal_audit_field(body, "old_enforcing", &c->from);
	return seal_audit_field(body, "enforcing", &c->to) && !seal_bytes_eq(c->from, c->to);
}

/* read_netfilter - "table=filter:4 family=1 entries=18 op=nft_register_chain ..."; the number
 * behind the table is nftables' generation */
static bool read_netfilter(struct seal_bytes body, struct seal_audit_noted *c)
{
	ssize_t colon;

	c->kind = SEAL_CHANGE_FIREWALL;
	if (!seal_audit_field(body, "table", &c->what))
		return false;
	colon = seal_bytes_rchr(c->what, ':');
	if (colon > 0)
		c->what = seal_bytes_first(c->what, (size_t)colon);
	seal_audit_field(body, "op", &c->to);
	return true;
}

/* read_policy_load - "auid=4294967295 ses=4294967295 lsm=selinux res=1"; by nobody's session among
 * the first records of a boot, which number from 1: the load that every boot begins with */
static bool read_policy_load(const struct seal_audit_record *r, struct seal_audit_noted *c)
{
	struct seal_bytes auid;

	c->kind = SEAL_CHANGE_POLICY_LOAD;
	if (r->serial <= BOOT_SERIAL && seal_audit_field(r->body, "auid", &auid) &&
	    seal_bytes_is(auid, "4294967295"))
		c->to = SEAL_LIT("boot");
	return true;
}

/* unquoted - of "text" what is between the marks */
static struct seal_bytes unquoted(struct seal_bytes s)
{
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return (struct seal_bytes){s.p + 1, s.n - 2};
	return s;
}

/* read_package - "pid=1 uid=0 ... msg='op=update sw="postfix-2:3.5.25-1.el9.x86_64" sw_type=rpm
 * ... res=success'"; old releases do not say which operation it was */
static bool read_package(struct seal_bytes body, struct seal_audit_noted *c)
{
	struct seal_bytes msg, done, sw;

	c->kind = SEAL_CHANGE_PACKAGE;
	if (!seal_audit_field(body, "msg", &msg))
		return false;
	if (seal_bytes_starts(msg, "'sw="))
		sw = seal_bytes_from(msg, 4);
	else if (!seal_audit_field(body, "sw", &sw))
		return false;
	c->what = seal_package_split(unquoted(sw), &c->to);
	if (seal_bytes_is(msg, "'op=remove")) {
		c->from = c->to;
		c->to = SEAL_BYTES_NONE;
	}
	return c->what.n &&
	       !(seal_audit_field(body, "res", &done) && seal_bytes_starts(done, "failed"));
}

/* read_change - whether @r tells of a change; the strings borrow from it */
static bool read_change(const struct seal_audit_record *r, struct seal_audit_noted *c)
{
	switch (r->type) {
	case AUDIT_MAC_POLICY_LOAD:
		return read_policy_load(r, c);
	case AUDIT_MAC_CONFIG_CHANGE:
		return read_boolean(r->body, c);
	case AUDIT_MAC_STATUS:
		return read_status(r->body, c);
	case AUDIT_NETFILTER_CFG:
		return read_netfilter(r->body, c);
	case AUDIT_SOFTWARE_UPDATE:
		return read_package(r->body, c);
	default:
		return false;
	}
}

static bool is_repeat(const struct seal_audit_noted *c, const struct seal_audit_noted *before)
{
	int64_t apart = c->time_us - before->time_us;

	return apart >= 0 && apart < SEAL_SECOND_US && seal_bytes_eq(before->what, c->what) &&
	       seal_bytes_eq(before->from, c->from) && seal_bytes_eq(before->to, c->to);
}

static void put_text(struct seal_bytes *b, char **at)
{
	if (b->n)
		memcpy(*at, b->p, b->n);
	b->p = *at;
	*at += b->n;
}

/* own - move the strings of @c into one block of its own */
static int own(struct seal_audit_noted *c)
{
	char *at = malloc(c->what.n + c->from.n + c->to.n + 1);

	if (!at)
		return -ENOMEM;
	put_text(&c->what, &at);
	put_text(&c->from, &at);
	put_text(&c->to, &at);
	return 0;
}

int seal_audit_change(struct seal_audit_changes *c, const struct seal_audit_record *r)
{
	struct seal_audit_noted n = {.time_us = r->time_us, .serial = r->serial, .line = r->line};
	struct seal_audit_noted *to;
	__typeof__(c->ring[0]) *ring;

	n.source = r->source;
	if (!read_change(r, &n))
		return 0;
	ring = &c->ring[n.kind];
	if (ring->kept.n) {
		to = &ring->kept.v[(ring->next ? ring->next : ring->kept.n) - 1];
		if (is_repeat(&n, to))
			return 0;
	}
	if (own(&n) < 0)
		return -ENOMEM;
	if (ring->kept.n < SEAL_AUDIT_CHANGES_MAX) {
		to = seal_vec_add(&ring->kept);
	} else {
		to = &ring->kept.v[ring->next];
		free((char *)to->what.p);
		ring->next = (ring->next + 1) % SEAL_AUDIT_CHANGES_MAX;
	}
	if (!to) {
		free((char *)n.what.p);
		return -ENOMEM;
	}
	*to = n;
	return 0;
}

static int add_change(struct seal_host *h, const struct seal_audit_noted *n)
{
	const struct seal_source_state *from = &h->sources.v[n->source];
	struct seal_change *c = seal_vec_add(&h->changes);

	if (!c)
		return -ENOMEM;
	c->kind = n->kind;
	c->time_us = n->time_us;
	c->origin.source = from->source;
	c->origin.path = from->path;
	c->origin.line = n->line;
	c->origin.ref = seal_audit_ref(h, n->time_us, n->serial);
	if (seal_arena_intern(h->arena, n->what, &c->what) < 0 ||
	    seal_arena_intern(h->arena, n->from, &c->from) < 0 ||
	    seal_arena_intern(h->arena, n->to, &c->to) < 0 || !c->origin.ref.p)
		return -ENOMEM;
	return 0;
}

int seal_audit_changes_finish(const struct seal_audit_changes *c, struct seal_host *h)
{
	size_t i, k;
	int r;

	for (i = 0; i < SEAL_AUDIT_CHANGE_KINDS; i++) {
		for (k = 0; k < c->ring[i].kept.n; k++) {
			r = add_change(h, &c->ring[i].kept.v[k]);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

void seal_audit_changes_done(struct seal_audit_changes *c)
{
	size_t i;

	for (i = 0; i < SEAL_AUDIT_CHANGE_KINDS; i++) {
		seal_vec_each (it, &c->ring[i].kept) {
			free((char *)it->what.p);
		}
		seal_vec_done(&c->ring[i].kept);
	}
}
