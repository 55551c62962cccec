/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/check.h"

#include <errno.h>

#include "core/buf.h"
#include "evidence/postfix/conf.h"

/* struct guess - the bits so far, with a word each for why */
struct guess {
	unsigned roles;
	struct seal_buf why;
};

static void take(struct guess *g, enum seal_role bit, const char *why)
{
	if (g->roles & bit)
		return;
	g->roles |= bit;
	seal_buf_printf(&g->why, "%s%s (%s)", g->why.n ? ", " : "", seal_role_name(bit), why);
}

static bool is_loopback(const struct seal_inet_service *s)
{
	struct seal_addr a;

	if (s->loopback_only || seal_bytes_is(s->host, "localhost"))
		return true;
	if (!s->host.n || seal_addr_parse(s->host, &a) < 0)
		return false;
	if (a.bits == 32)
		return a.b[0] == 127;
	for (size_t i = 0; i < 15; i++)
		if (a.b[i])
			return false;
	return a.b[15] == 1;
}

static bool is_set(const struct seal_host *h, const struct seal_instance *inst, const char *name)
{
	struct seal_bytes v;

	return seal_conf_value(inst, NULL, name, h->arena, &v) == 0 && seal_bytes_trim(v).n;
}

/* has_domain - mydestination names more than the host's own loopback names */
static bool has_domain(const struct seal_host *h, const struct seal_instance *inst)
{
	struct seal_bytes list, item;
	int r = seal_conf_value(inst, NULL, "mydestination", h->arena, &list);

	if (r < 0)
		return r == -ENODATA; /* $myhostname of the host is in its default */
	while (seal_conf_next(&list, &item))
		if (!seal_bytes_starts(item, "localhost"))
			return true;
	return false;
}

static void of_listener(struct guess *g, const struct seal_host *h,
			const struct seal_instance *inst, const struct seal_inet_service *s)
{
	if (!seal_bytes_is(s->command, "smtpd") && !seal_bytes_is(s->command, "postscreen"))
		return;
	if (s->port == 587 || s->port == 465) {
		take(g, SEAL_ROLE_SUBMISSION, "listens on 587 or 465");
		return;
	}
	if (s->port != 25)
		return;
	if (is_set(h, inst, "virtual_mailbox_domains") ||
	    is_set(h, inst, "virtual_alias_domains") || has_domain(h, inst))
		take(g, SEAL_ROLE_MX, "listens on 25 and has domains of its own");
	if (seal_conf_where(inst, NULL, "relay_domains") && is_set(h, inst, "relay_domains"))
		take(g, SEAL_ROLE_RELAY, "listens on 25 and has relay_domains");
	if (is_set(h, inst, "relayhost"))
		take(g, SEAL_ROLE_RELAY, "listens on 25 and has a relayhost");
}

unsigned seal_roles_guess(struct seal_host *h, const struct seal_endpoints *e,
			  struct seal_bytes *why, int *err)
{
	const struct seal_instance *inst = h->postfix.instances.v;
	struct guess g = {0};
	bool open = false;

	*why = SEAL_LIT("no Postfix configuration to tell it from");
	if (!h->postfix.instances.n || !inst->has_main_cf || !inst->has_master_cf)
		return 0;
	seal_vec_each (s, &e->listeners) {
		if (is_loopback(s))
			continue;
		open = true;
		of_listener(&g, h, inst, s);
	}
	if (g.roles & SEAL_ROLE_MX &&
	    (is_set(h, inst, "virtual_mailbox_domains") || has_domain(h, inst)))
		take(&g, SEAL_ROLE_MAILSTORE, "delivers mail of its domains");
	if (!open && e->listeners_complete)
		take(&g, SEAL_ROLE_NULL_CLIENT, "listens on loopback at most");
	*why = SEAL_LIT("the listeners do not tell it");
	if (g.roles)
		*err = g.why.err ? g.why.err
				 : seal_arena_copy(h->arena, seal_buf_bytes(&g.why), why);
	seal_buf_done(&g.why);
	return g.roles;
}
