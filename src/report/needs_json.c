/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/needs.h"

const char *seal_what_if_verdict(const struct seal_what_if *w)
{
	seal_vec_each (b, &w->breaks) {
		if (b->certain)
			return "breaks";
	}
	return w->unknown || w->breaks.n ? "unknown" : "safe";
}

static void put_or_null(struct seal_json *j, const char *key, struct seal_bytes text)
{
	if (text.n)
		seal_json_bytes(j, key, text);
	else
		seal_json_null(j, key);
}

static void put_item(struct seal_json *j, const struct seal_need_item *item)
{
	seal_json_object(j, NULL);
	seal_json_text(j, "kind", item->kind);
	seal_json_bytes(j, "subject", item->subject);
	seal_json_bytes(j, "purpose", item->purpose);
	seal_json_bytes(j, "daemon", item->daemon);
	put_or_null(j, "source_type", item->source_type);
	put_or_null(j, "target_type", item->target_type);
	seal_json_text(j, "tclass", item->tclass);
	seal_json_text(j, "perms", item->perms);
	if (item->port)
		seal_json_u64(j, "port", item->port);
	else
		seal_json_null(j, "port");
	seal_json_text(j, "selinux", seal_grant_name(item->selinux));
	seal_json_text(j, "firewall", seal_grant_name(item->firewall));
	put_or_null(j, "boolean", item->boolean);
	seal_report_origin(j, "origin", &item->origin);
	seal_json_object_end(j);
}

static void put_what_if(struct seal_json *j, const struct seal_what_if *w)
{
	seal_json_object(j, NULL);
	seal_json_bytes(j, "question", w->question);
	seal_json_text(j, "verdict", seal_what_if_verdict(w));
	seal_json_bytes(j, "why", w->why);
	seal_json_array(j, "breaks");
	seal_vec_each (b, &w->breaks) {
		seal_json_object(j, NULL);
		if (b->item >= 0)
			seal_json_i64(j, "need", b->item);
		else
			seal_json_null(j, "need");
		seal_json_bytes(j, "subject", b->subject);
		seal_json_bytes(j, "why", b->why);
		seal_json_bool(j, "certain", b->certain);
		seal_report_origin(j, "origin", &b->origin);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
	seal_json_object_end(j);
}

void seal_report_needs_json(const struct seal_host *h, const struct seal_needs *n,
			    struct seal_buf *out)
{
	struct seal_json j;

	seal_json_init(&j, out, true);
	seal_report_envelope(&j, h, "audit");
	seal_json_bool(&j, "needs_complete", n->complete);
	seal_json_array(&j, "needs");
	seal_vec_each (item, &n->items) {
		put_item(&j, item);
	}
	seal_json_array_end(&j);
	seal_json_array(&j, "excess");
	seal_vec_each (e, &n->excess) {
		seal_json_object(&j, NULL);
		seal_json_text(&j, "kind", e->kind);
		seal_json_bytes(&j, "subject", e->subject);
		seal_json_bytes(&j, "detail", e->detail);
		seal_report_origin(&j, "origin", &e->origin);
		seal_json_object_end(&j);
	}
	seal_json_array_end(&j);
	seal_json_array(&j, "what_if");
	seal_vec_each (w, &n->what_if) {
		put_what_if(&j, w);
	}
	seal_json_array_end(&j);
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
}
