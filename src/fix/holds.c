/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fix/holds.h"

#include <errno.h>
#include <stdlib.h>

#include "core/buf.h"
#include "fix/nft_rule.h"
#include "model/ruleset.h"

/* type_of - the third part of a context */
static struct seal_bytes type_of(struct seal_bytes context)
{
	struct seal_bytes rest = context, part = SEAL_BYTES_NONE;
	unsigned i;

	for (i = 0; i < 3; i++)
		part = seal_bytes_cut(rest, ':', &rest);
	return part;
}

int seal_label_is_right(const struct seal_host *h, struct seal_bytes path)
{
	struct seal_bytes has, wants;
	struct seal_file f;
	int r;

	r = seal_view_file(&h->view, path, &f);
	if (r == 0)
		r = seal_view_label(&h->view, path, &has);
	if (r < 0)
		return r == -ENOENT || r == -ENOMEM ? r : -ENODATA;
	r = seal_view_expected(&h->view, path, f.type, &wants);
	if (r < 0)
		return r == -ENOENT ? 1 : -ENODATA;
	return seal_bytes_eq(has, wants);
}

static int context(const struct seal_host *h, const struct seal_condition *c)
{
	struct seal_bytes has;
	int r = seal_view_label(&h->view, c->subject, &has);

	return r < 0 ? -ENODATA : seal_bytes_eq(has, c->value);
}

static int fcontext(const struct seal_host *h, const struct seal_condition *c)
{
	struct seal_context_entry e;
	size_t n;
	int r;

	for (n = 0; (r = seal_view_entry(&h->view, n, &e)) == 0; n++)
		if (e.local && seal_bytes_eq(e.regex, c->subject))
			return seal_bytes_eq(type_of(e.context), c->value);
	return r == -ENOENT ? c->value.n == 0 : -ENODATA;
}

/* equivalent - "SUBJECT VALUE", a line of file_contexts.subs */
static int equivalent(const struct seal_host *h, const struct seal_condition *c)
{
	seal_auto_buf struct seal_buf path = {0};
	struct seal_bytes text, rest;
	int r;

	if (!h->selinux.type.n)
		return -ENODATA;
	seal_buf_printf(&path, "/etc/selinux/%.*s/contexts/files/file_contexts.subs",
			(int)h->selinux.type.n, h->selinux.type.p);
	if (path.err)
		return path.err;
	r = seal_view_text(&h->view, seal_buf_bytes(&path), &text);
	if (r < 0)
		return r == -ENOENT ? c->value.n == 0 : -ENODATA;
	for (; text.n; text = rest) {
		struct seal_bytes line = seal_bytes_cut(text, '\n', &rest);
		struct seal_bytes from = seal_bytes_word(&line), to = seal_bytes_word(&line);

		if (seal_bytes_eq(from, c->subject))
			return seal_bytes_eq(to, c->value);
	}
	return c->value.n == 0;
}

static int port(const struct seal_host *h, const struct seal_condition *c)
{
	struct seal_bytes range, high, proto = seal_bytes_cut(c->subject, '/', &range);
	struct seal_bytes low = seal_bytes_cut(range, '-', &high);
	uint32_t a, b;

	if (seal_parse_u32(low, 10, &a) < 0)
		return -ENODATA;
	b = a;
	if (high.p && seal_parse_u32(high, 10, &b) < 0)
		return -ENODATA;
	seal_vec_each (p, &h->selinux.ports) {
		if (seal_bytes_is(proto, p->protocol) && p->low == a && p->high == b)
			return seal_bytes_eq(p->type, c->value);
	}
	return h->selinux.policy ? c->value.n == 0 : -ENODATA;
}

static int boolean(const struct seal_host *h, const struct seal_condition *c)
{
	seal_vec_each (b, &h->selinux.booleans) {
		int is = b->active >= 0       ? b->active
			 : b->persistent >= 0 ? b->persistent
					      : b->policy_default;

		if (seal_bytes_eq(b->name, c->subject))
			return is < 0 ? -ENODATA : (is != 0) == seal_bytes_is(c->value, "on");
	}
	return -ENODATA;
}

static int module(const struct seal_host *h, const struct seal_condition *c)
{
	seal_vec_each (m, &h->selinux.modules) {
		if (m->enabled && seal_bytes_eq(m->name, c->subject))
			return 1;
	}
	return h->selinux.modules.n ? 0 : -ENODATA;
}

static int owner(const struct seal_host *h, const struct seal_condition *c)
{
	uint32_t want;
	struct seal_file f;
	bool mode = c->kind == SEAL_CONDITION_MODE;

	if (seal_parse_u32(c->value, mode ? 8 : 10, &want) < 0 ||
	    seal_view_file(&h->view, c->subject, &f) < 0 || !f.has_owner)
		return -ENODATA;
	return (mode ? f.mode : f.gid) == want;
}

/* is_named - "inet filter output" names that object of the table */
static bool is_named(struct seal_bytes words, const struct seal_fw_table *t, struct seal_bytes name)
{
	struct seal_bytes family = seal_bytes_word(&words), table = seal_bytes_word(&words);

	return seal_bytes_is(family, seal_fw_family_name(t->family)) &&
	       seal_bytes_eq(table, t->name) && seal_bytes_eq(seal_bytes_trim(words), name);
}

/* is_quoted - the rule is listed with the value of a condition in it. Returns 1, 0 or -ENOMEM */
static int is_quoted(const struct seal_fw_rule *rule, struct seal_bytes value)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_bytes text = value, handle;
	uint64_t n;

	if (seal_nft_line(value, &text, &handle) &&
	    (seal_parse_u64(handle, 10, &n) < 0 || n != rule->handle))
		return 0;
	seal_rule_put(&b, rule);
	return b.err ? b.err : text.n == 0 || (b.n && memmem(b.p, b.n, text.p, text.n));
}

static int nft_rule(const struct seal_host *h, const struct seal_condition *c)
{
	bool chain = false;
	int is;

	if (!h->ruleset || !h->ruleset->numbered)
		return -ENODATA;
	for (const struct seal_fw_table *t = h->ruleset->tables; t; t = t->next)
		for (const struct seal_fw_chain *ch = t->chains; ch; ch = ch->next) {
			if (!is_named(c->subject, t, ch->name))
				continue;
			chain = true;
			for (const struct seal_fw_rule *r = ch->first; r; r = r->next) {
				is = is_quoted(r, c->value);
				if (is)
					return is;
			}
		}
	return chain ? 0 : -ENODATA;
}

/* nft_element - "{ 25 }" of a set of numbers */
static int nft_element(const struct seal_host *h, const struct seal_condition *c)
{
	struct seal_bytes in = c->value;
	uint32_t n;
	size_t i;

	if (!h->ruleset || in.n < 2 || in.p[0] != '{' || in.p[in.n - 1] != '}')
		return -ENODATA;
	in = seal_bytes_trim((struct seal_bytes){in.p + 1, in.n - 2});
	if (seal_parse_u32(in, 10, &n) < 0)
		return -ENODATA;
	for (const struct seal_fw_table *t = h->ruleset->tables; t; t = t->next)
		for (const struct seal_fw_set *s = t->sets; s; s = s->next) {
			if (!is_named(c->subject, t, s->name))
				continue;
			if (s->unknown || s->n_parts != 1)
				return -ENODATA;
			for (i = 0; i < s->n; i++)
				if (s->ranges[i].lo <= n && s->ranges[i].hi >= n)
					return 1;
			return 0;
		}
	return -ENODATA;
}

static int parameter(const struct seal_host *h, const struct seal_condition *c)
{
	if (!h->postfix.instances.n || !h->postfix.instances.v[0].has_main_cf)
		return -ENODATA;
	seal_vec_each (p, &h->postfix.instances.v[0].params) {
		if (seal_bytes_eq(p->name, c->subject))
			return seal_bytes_eq(p->value, c->value);
	}
	return -ENODATA;
}

int seal_condition_holds(const struct seal_host *h, const struct seal_condition *c)
{
	int r = -ENODATA;

	switch (c->kind) {
	case SEAL_CONDITION_LABELS:
		r = seal_label_is_right(h, c->subject);
		break;
	case SEAL_CONDITION_CONTEXT:
		r = context(h, c);
		break;
	case SEAL_CONDITION_FCONTEXT:
		r = fcontext(h, c);
		break;
	case SEAL_CONDITION_EQUIVALENT:
		r = equivalent(h, c);
		break;
	case SEAL_CONDITION_PORT:
		r = port(h, c);
		break;
	case SEAL_CONDITION_BOOLEAN:
		r = boolean(h, c);
		break;
	case SEAL_CONDITION_MODULE:
		r = module(h, c);
		break;
	case SEAL_CONDITION_GROUP:
	case SEAL_CONDITION_MODE:
		r = owner(h, c);
		break;
	case SEAL_CONDITION_NFT_RULE:
		r = nft_rule(h, c);
		break;
	case SEAL_CONDITION_NFT_ELEMENT:
		r = nft_element(h, c);
		break;
	case SEAL_CONDITION_PARAMETER:
		r = parameter(h, c);
		break;
	case SEAL_CONDITION_NONE:
	case SEAL_CONDITION_FIREWALLD:
	case SEAL_CONDITION_SERVICE:
	case SEAL_CONDITION_KIND_MAX_:
		break;
	}
	if (r == -ENOENT)
		r = -ENODATA;
	return r < 0 ? r : (r != 0) != c->not ;
}
