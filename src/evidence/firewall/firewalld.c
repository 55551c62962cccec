/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/firewalld.h"

#include "evidence/firewall/firewalld_build.h"
#include "evidence/firewall/firewalld_direct.h"
#include "evidence/firewall/nft_json.h"

#include <errno.h>
#include <stdio.h>

static void config_init(struct fwd_config *c, const struct seal_root *root, struct seal_host *h)
{
	*c = (struct fwd_config){.arena = seal_arena_new(), .facts = h->arena, .root = root};
}

/* the rules of a configuration whose objects are read and checked */
static int build(struct fwd_config *c, struct fwd_table *t, struct seal_err *err)
{
	if (c->conf.backend == FWD_BACKEND_IPTABLES)
		return seal_err_set(err, -ENOTSUP, "FirewallBackend=iptables is not modelled");
	return fwd_build(c, t, err);
}

/* read, check and build. Returns 0, -EINVAL (firewalld would refuse it) or another negative errno
 */
static int attempt(struct fwd_config *c, struct fwd_table *t, bool user, struct seal_err *err)
{
	int r;

	if (!c->arena)
		return -ENOMEM;
	t->arena = c->arena;
	r = fwd_load(c, user, err);
	r = r ? r : fwd_check(c, err);
	r = r ? r : fwd_bind(c, err);
	return r ? r : build(c, t, err);
}

/* put the condition in front of what the rule does */
static int add_condition(struct seal_ruleset *rs, struct seal_fw_rule *r, const char *text)
{
	struct seal_fw_stmt *st;
	int e = seal_rule_text(rs, r, SEAL_STMT_MAYBE, seal_bytes_of(text));

	if (e < 0 || r->first == r->last)
		return e;
	for (st = r->first; st->next != r->last; st = st->next)
		;
	r->last->next = r->first;
	r->first = r->last;
	r->last = st;
	st->next = NULL;
	return 0;
}

/* give each rule the element it was made for, and its condition */
static int annotate(struct seal_ruleset *rs, const struct fwd_table *t)
{
	const struct fwd_nft_rule *from;
	struct seal_fw_table *ft;
	struct seal_fw_chain *c;
	struct seal_fw_rule *r;
	int e = 0;

	for (ft = rs->tables; ft; ft = ft->next) {
		for (c = ft->chains; c; c = c->next) {
			for (r = c->first; r && e == 0; r = r->next) {
				from = fwd_table_by_handle(t, r->handle);
				if (!from)
					continue;
				r->origin = from->origin;
				if (from->maybe)
					e = add_condition(rs, r, from->maybe);
			}
		}
	}
	return e;
}

/* direct rules are given to iptables: a root that has programs, but not this one, drops them */
static bool direct_applies(const struct fwd_config *c)
{
	struct stat st;

	return c->direct.n && (seal_root_stat(c->root, "usr/sbin/iptables", true, &st) == 0 ||
			       seal_root_stat(c->root, "usr/sbin/nft", true, &st) < 0);
}

static int to_ruleset(struct fwd_config *c, struct fwd_table *t, struct seal_ruleset **ret,
		      struct seal_err *err)
{
	seal_auto_ruleset struct seal_ruleset *rs = NULL;
	seal_auto_buf struct seal_buf json = {0};
	int r;

	r = fwd_table_json(t, &json);
	r = r ? r : seal_nft_json_parse(seal_buf_bytes(&json), &rs, err);
	if (r < 0)
		return r;

	rs->firewalld = true;
	rs->numbered = false;
	rs->origin.source = SEAL_SOURCE_FIREWALLD;
	rs->origin.path = SEAL_LIT("etc/firewalld");
	r = fwd_table_index(t);
	r = r ? r : annotate(rs, t);
	if (r < 0)
		return r;
	if (direct_applies(c)) {
		r = fwd_direct_add(c, rs);
		r = r ? r : seal_ruleset_link(rs, err);
		if (r < 0)
			return r;
	}
	*ret = seal_take(rs);
	return 0;
}

static int note_name(struct seal_host *h, const struct fwd_item *it, struct seal_bytes *to)
{
	return to ? seal_arena_intern(h->arena, it->name, to) : -ENOMEM;
}

/* note_zones - what is bound to which zone, as facts. Returns 0 or -ENOMEM */
static int note_zones(struct seal_host *h, const struct fwd_config *c)
{
	struct seal_zones *z = &h->setup.zones;
	const struct fwd_item *it;
	int r = 0;

	seal_zones_done(z);
	seal_vec_each (from, &c->zones) {
		struct seal_zone *to = seal_vec_add(&z->v);

		if (!to || seal_arena_copy(h->arena, from->name, &to->name) < 0)
			return -ENOMEM;
		to->accepts = from->target == FWD_TARGET_ACCEPT;
		if (from->origin)
			to->origin = *from->origin;
		for (it = from->interfaces.first; it && r == 0; it = it->next)
			r = note_name(h, it, seal_vec_add(&to->interfaces));
		for (it = from->sources.first; it && r == 0; it = it->next)
			r = note_name(h, it, seal_vec_add(&to->sources));
		if (r < 0)
			return r;
	}
	z->unread_profiles = c->unread_profiles;
	z->read = true;
	return seal_arena_copy(h->arena, c->conf.default_zone, &z->default_zone);
}

static void source_row(struct seal_host *h, const struct fwd_config *c,
		       enum seal_read_status status, size_t n_rules, const char *more)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_source_state *row;

	if (status == SEAL_READ_READ) {
		if (c->version_text.n)
			seal_buf_printf(&b, "firewalld %.*s", (int)c->version_text.n,
					c->version_text.p);
		else
			seal_buf_puts(&b, "firewalld of unknown version");
		if (c->stock_builtin)
			seal_buf_puts(&b,
				      "; no usr/lib/firewalld: built-in definitions of the stock "
				      "zones and services");
	}
	if (status == SEAL_READ_READ && c->direct.n && !direct_applies(c))
		seal_buf_puts(&b, "; direct rules without effect: iptables is not installed");
	if (c->unread_profiles)
		seal_buf_printf(
			&b,
			"%s%u network profiles could not be read: zones they bind are not known",
			b.n ? "; " : "", c->unread_profiles);
	if (more && more[0])
		seal_buf_printf(&b, "%s%s", b.n ? "; " : "", more);
	row = seal_host_source(h, SEAL_SOURCE_FIREWALLD, SEAL_LIT("etc/firewalld"), status,
			       seal_buf_bytes(&b));
	if (row)
		row->records = n_rules;
}

/* the configuration was refused: what firewalld then loads is the stock configuration alone */
static int fall_back(const struct seal_root *root, struct seal_host *h, const char *why,
		     struct seal_ruleset **ret, struct seal_err *err)
{
	seal_auto_fwd_config struct fwd_config c = {0};
	struct fwd_table t = {0};
	char text[320];
	int r;

	config_init(&c, root, h);
	r = attempt(&c, &t, false, err);
	r = r ? r : note_zones(h, &c);
	r = r ? r : to_ruleset(&c, &t, ret, err);
	snprintf(text, sizeof(text),
		 "firewalld refuses this configuration and loads the stock one: %s", why);
	if (r == 0)
		source_row(h, &c, SEAL_READ_READ, (*ret)->n_rules, text);
	else
		source_row(h, &c, SEAL_READ_UNREADABLE, 0, text);
	fwd_table_done(&t);
	return r == -EINVAL ? -EBADMSG : r;
}

static bool has_configuration(const struct seal_root *root)
{
	struct stat st;

	return seal_root_stat(root, "etc/firewalld", true, &st) == 0 ||
	       seal_root_stat(root, "usr/lib/firewalld", true, &st) == 0;
}

int seal_firewalld_read(const struct seal_root *root, struct seal_host *h,
			struct seal_ruleset **ret, struct seal_err *err)
{
	seal_auto_fwd_config struct fwd_config c = {0};
	struct fwd_table t = {0};
	struct seal_err why = {0};
	int r;

	if (!has_configuration(root))
		return seal_err_set(err, -ENOENT, "no firewalld configuration");

	config_init(&c, root, h);
	r = attempt(&c, &t, true, &why);
	if ((r == 0 || r == -EINVAL) && c.differs && !c.version) {
		r = seal_err_set(&why, -ENOTSUP, "the version of firewalld is unknown: %s",
				 c.differs);
	} else if (r == 0) {
		r = note_zones(h, &c);
		r = r ? r : to_ruleset(&c, &t, ret, &why);
		if (r == 0)
			source_row(h, &c, SEAL_READ_READ, (*ret)->n_rules, NULL);
	} else if (r == -EINVAL) {
		fwd_table_done(&t);
		return fall_back(root, h, why.text, ret, err);
	}
	fwd_table_done(&t);
	if (r < 0) {
		source_row(h, &c, SEAL_READ_UNREADABLE, 0, why.text[0] ? why.text : strerror(-r));
		return seal_err_set(err, r, "%s", why.text);
	}
	return 0;
}
