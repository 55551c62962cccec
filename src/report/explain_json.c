/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include <errno.h>
#include <stdio.h>

#include "report/parts.h"

static void put_some(struct seal_json *j, const char *key, struct seal_bytes b)
{
	if (b.n)
		seal_json_bytes(j, key, b);
}

static void put_or_null(struct seal_json *j, const char *key, struct seal_bytes b)
{
	if (b.n)
		seal_json_bytes(j, key, b);
	else
		seal_json_null(j, key);
}

static void put_perms(struct seal_json *j, struct seal_bytes perms)
{
	struct seal_bytes word;

	if (!perms.n)
		return;
	seal_json_array(j, "perms");
	for (word = seal_bytes_word(&perms); word.n; word = seal_bytes_word(&perms))
		seal_json_bytes(j, NULL, word);
	seal_json_array_end(j);
}

static void put_object(struct seal_json *j, const struct seal_object *o)
{
	char code[16];

	seal_json_object(j, "object");
	put_some(j, "scontext", o->scontext);
	put_some(j, "tcontext", o->tcontext);
	put_some(j, "source_type", o->source_type);
	put_some(j, "target_type", o->target_type);
	put_some(j, "tclass", o->tclass);
	put_perms(j, o->perms);
	if (o->port)
		seal_json_u64(j, "port", o->port);
	if (o->protocol)
		seal_json_text(j, "protocol", o->protocol);
	put_some(j, "path", o->path);
	if (o->inode)
		seal_json_u64(j, "inode", o->inode);
	put_some(j, "boolean", o->boolean);
	put_some(j, "family", o->family);
	put_some(j, "table", o->table);
	put_some(j, "chain", o->chain);
	if (o->rule_handle)
		seal_json_u64(j, "rule_handle", o->rule_handle);
	put_some(j, "rule", o->rule);
	put_some(j, "zone", o->zone);
	put_some(j, "policy", o->policy);
	put_some(j, "address", o->address);
	put_some(j, "host", o->host);
	put_some(j, "resolver", o->resolver);
	put_some(j, "parameter", o->parameter);
	put_some(j, "service", o->service);
	if (o->reply_code) {
		snprintf(code, sizeof(code), "%u", o->reply_code);
		seal_json_text(j, "reply_code", code);
	}
	seal_json_object_end(j);
}

static void put_fix_id(struct seal_json *j, int32_t fix)
{
	char id[32];

	snprintf(id, sizeof(id), "fix-%d", fix + 1);
	seal_json_text(j, "fix", fix >= 0 ? id : NULL);
}

static void put_evidence(struct seal_json *j, const struct seal_quotes *proof)
{
	const struct seal_quote *q;

	seal_json_array(j, "evidence");
	for (q = proof->v; q < proof->v + proof->n; q++) {
		seal_json_object(j, NULL);
		seal_json_bytes(j, "text", q->text);
		seal_report_origin(j, "origin", &q->origin);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
}

static void put_verdict(struct seal_json *j, const struct seal_cause *c)
{
	seal_json_text(j, "class", seal_cause_class_name(c->class_));
	seal_json_text(j, "verdict", c->verdict);
	seal_json_text(j, "certainty", seal_certainty_name(c->certainty));
	put_object(j, &c->object);
	seal_json_bytes(j, "title", c->title);
	put_some(j, "reason", c->reason);
}

static void put_also(struct seal_json *j, const struct seal_cause *c)
{
	seal_json_array(j, "also");
	seal_vec_each (a, &c->also) {
		seal_json_object(j, NULL);
		seal_json_text(
			j, "class",
			seal_cause_class_name(seal_cause_class_of(seal_bytes_of(a->verdict))));
		seal_json_text(j, "verdict", a->verdict);
		put_object(j, &a->object);
		seal_json_bytes(j, "why", a->why);
		put_fix_id(j, a->fix);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
}

static void put_cause(struct seal_json *j, const struct seal_explained_recipient *rcpt)
{
	const struct seal_cause *c = rcpt->cause;

	seal_json_object(j, "cause");
	put_verdict(j, c);
	put_evidence(j, &rcpt->proof);
	seal_json_array(j, "ruled_out");
	seal_vec_each (r, &c->ruled_out) {
		seal_json_object(j, NULL);
		seal_json_text(j, "verdict", r->verdict);
		seal_json_bytes(j, "why", r->why);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
	put_also(j, c);
	seal_json_object_end(j);
}

/* put_next_hop - host[address]:port of relay=, or of the reason when no connection was made */
static void put_next_hop(struct seal_json *j, const struct seal_explained_recipient *r)
{
	const struct seal_object *o = &r->cause->object;

	if (!o->host.n && !o->address.n) {
		seal_json_null(j, "next_hop");
		return;
	}
	seal_json_object(j, "next_hop");
	put_or_null(j, "host", o->host);
	put_or_null(j, "address", o->address);
	if (o->port)
		seal_json_u64(j, "port", o->port);
	else
		seal_json_null(j, "port");
	seal_json_object_end(j);
}

static void put_recipient(struct seal_json *j, const struct seal_explanation *x,
			  const struct seal_explained_recipient *r)
{
	seal_json_object(j, NULL);
	seal_json_bytes(j, "address", r->rcpt->address);
	seal_json_text(j, "status", seal_rcpt_status_name(r->status));
	put_or_null(j, "dsn", r->rcpt->dsn);
	put_or_null(j, "reason", r->reason);
	put_or_null(j, "daemon", seal_recipient_daemon(r->rcpt));
	if (r->rcpt->pid)
		seal_json_u64(j, "pid", r->rcpt->pid);
	else
		seal_json_null(j, "pid");
	seal_json_time(j, "time", r->rcpt->time_us);
	put_next_hop(j, r);
	put_cause(j, r);
	put_fix_id(j, r->cause->group >= 0 ? x->groups.v[r->cause->group].fix : -1);
	seal_json_object_end(j);
}

void seal_part_message(struct seal_json *j, const struct seal_explanation *x,
		       const struct seal_explained_message *m)
{
	seal_json_bytes(j, "queue_id", m->queue_id);
	seal_json_text(j, "queue", seal_queue_name(m->queue));
	seal_json_time(j, "arrival", m->arrival_us);
	seal_json_bytes(j, "sender", m->sender);
	seal_json_array(j, "recipients");
	seal_vec_each (r, &m->recipients) {
		put_recipient(j, x, r);
	}
	seal_json_array_end(j);
}

static void put_change(struct seal_json *j, const struct seal_change *c)
{
	static const char *const kinds[SEAL_CHANGE_KIND_MAX_] = {
		[SEAL_CHANGE_POLICY_LOAD] = "policy-load",
		[SEAL_CHANGE_BOOLEAN] = "boolean",
		[SEAL_CHANGE_ENFORCING] = "enforcing",
		[SEAL_CHANGE_FIREWALL] = "firewall",
		[SEAL_CHANGE_POSTFIX] = "postfix",
		[SEAL_CHANGE_PACKAGE] = "package",
		[SEAL_CHANGE_FILE] = "file",
	};

	if (!c) {
		seal_json_null(j, "change");
		return;
	}
	seal_json_object(j, "change");
	seal_json_text(j, "kind", kinds[c->kind]);
	seal_json_time(j, "time", c->time_us);
	put_some(j, "what", c->what);
	put_some(j, "from", c->from);
	put_some(j, "to", c->to);
	seal_report_origin(j, "origin", &c->origin);
	seal_json_object_end(j);
}

void seal_part_explain_summary(struct seal_json *j, const struct seal_explanation *x)
{
	const struct seal_cause_group *g = seal_explanation_main(x);

	seal_json_object(j, "summary");
	seal_json_u64(j, "messages", x->messages.n);
	seal_json_u64(j, "waiting", x->n_waiting);
	seal_json_u64(j, "bounced", x->n_bounced);
	seal_json_u64(j, "causes", x->groups.n);
	seal_json_u64(j, "silent_denials", x->n_silent_denials);
	if (g) {
		seal_json_object(j, "main");
		seal_json_text(j, "verdict", g->cause->verdict);
		put_some(j, "title", g->cause->title);
		seal_json_text(j, "certainty", seal_certainty_name(g->cause->certainty));
		seal_json_u64(j, "messages", g->messages);
		seal_json_time(j, "first", g->first_us);
		put_fix_id(j, g->fix);
		seal_json_object_end(j);
	}
	seal_json_object_end(j);
}

void seal_part_story_line(struct seal_json *j, const struct seal_story_line *l)
{
	seal_json_text(j, "kind", seal_story_kind_name(l->kind));
	seal_json_time(j, "time", l->time_us);
	put_some(j, "program", l->program);
	if (l->pid)
		seal_json_u64(j, "pid", l->pid);
	if (l->change)
		put_change(j, l->change);
	else
		seal_json_bytes(j, "text", l->text);
	seal_report_origin(j, "origin", &l->origin);
}

void seal_part_cause(struct seal_json *j, const struct seal_cause_group *g)
{
	char fingerprint[SEAL_FINGERPRINT_SIZE];

	put_verdict(j, g->cause);
	if (seal_fingerprint_cause(g->cause, fingerprint) < 0)
		j->out->err = -ENOMEM;
	seal_json_text(j, "fingerprint", fingerprint);
	seal_json_u64(j, "messages", g->messages);
	seal_json_u64(j, "recipients", g->recipients);
	seal_json_u64(j, "events", g->events);
	seal_json_time(j, "first", g->first_us);
	seal_json_time(j, "last", g->last_us);
	put_evidence(j, &g->proof);
	put_also(j, g->cause);
	put_change(j, g->change);
	put_fix_id(j, g->fix);
}

static void put_story(struct seal_json *j, const struct seal_host *h,
		      const struct seal_explanation *x)
{
	seal_json_object(j, "story");
	seal_json_bytes(j, "queue_id", h->follow);
	seal_json_array(j, "steps");
	seal_vec_each (l, &x->story) {
		seal_json_object(j, NULL);
		seal_part_story_line(j, l);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
	seal_json_u64(j, "not_told", x->n_not_told);
	seal_json_object_end(j);
}

void seal_report_explain_json(const struct seal_host *h, const struct seal_explanation *x,
			      struct seal_buf *out)
{
	struct seal_json j;

	seal_json_init(&j, out, true);
	seal_report_envelope(&j, h, "explain");
	seal_part_explain_summary(&j, x);
	if (h->follow.n)
		put_story(&j, h, x);
	seal_json_array(&j, "messages");
	seal_vec_each (m, &x->messages) {
		seal_json_object(&j, NULL);
		seal_part_message(&j, x, m);
		seal_json_object_end(&j);
	}
	seal_json_array_end(&j);
	seal_json_array(&j, "causes");
	seal_vec_each (g, &x->groups) {
		seal_json_object(&j, NULL);
		seal_part_cause(&j, g);
		seal_json_object_end(&j);
	}
	seal_json_array_end(&j);
	seal_report_fixes(&j, x->fixes.v, x->fixes.n);
	if (x->health) {
		seal_json_object(&j, "queue");
		seal_part_queue(&j, x);
		seal_json_object_end(&j);
	}
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
}
