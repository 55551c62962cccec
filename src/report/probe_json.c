/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/errnos.h"
#include "report/parts.h"
#include "report/probe.h"
#include "report/records.h"

static void put_addr(struct seal_json *j, const char *key, const struct seal_addr *a)
{
	seal_auto_buf struct seal_buf b = {0};

	if (!a->bits) {
		seal_json_null(j, key);
		return;
	}
	seal_addr_put(&b, a);
	seal_json_bytes(j, key, seal_buf_bytes(&b));
}

static void put_errno(struct seal_json *j, const char *key, int error)
{
	const char *name = error ? seal_errno_name(error) : NULL;

	if (error && !name)
		seal_json_u64(j, key, (uint64_t)error);
	else
		seal_json_text(j, key, name);
}

static void put_question(struct seal_json *j, const struct seal_dns_question *q)
{
	seal_json_object(j, NULL);
	seal_json_bytes(j, "name", q->name);
	seal_json_text(j, "type", seal_dns_type_name(q->type));
	seal_json_text(j, "status", seal_dns_status_name(q->status));
	put_errno(j, "errno", q->error);
	put_addr(j, "resolver", &q->resolver);
	seal_json_u64(j, "elapsed_ms", q->elapsed_ms);
	seal_json_array(j, "records");
	seal_vec_each (r, &q->records) {
		seal_auto_buf struct seal_buf b = {0};

		seal_netprobe_record(&b, q, r);
		seal_json_bytes(j, NULL, seal_buf_bytes(&b));
	}
	seal_json_array_end(j);
	seal_json_bool(j, "cut", q->cut);
	seal_json_object_end(j);
}

static void put_questions(struct seal_json *j, const struct seal_netprobe *p, size_t owner)
{
	seal_json_array(j, "dns");
	seal_vec_each (q, &p->questions) {
		if (q->owner == owner)
			put_question(j, q);
	}
	seal_json_array_end(j);
}

static void put_reply(struct seal_json *j, const char *key, const struct seal_smtp_reply *r)
{
	if (!r->code && !r->text.n) {
		seal_json_null(j, key);
		return;
	}
	seal_json_object(j, key);
	seal_json_u64(j, "code", r->code);
	seal_json_bytes(j, "text", r->text);
	seal_json_object_end(j);
}

static void put_certificate(struct seal_json *j, const struct seal_tls_peer *t)
{
	if (!t->has_certificate) {
		seal_json_null(j, "certificate");
		return;
	}
	seal_json_object(j, "certificate");
	seal_json_bytes(j, "subject", t->subject);
	seal_json_bytes(j, "issuer", t->issuer);
	seal_json_array(j, "names");
	seal_vec_each (name, &t->names) {
		seal_json_bytes(j, NULL, *name);
	}
	seal_json_array_end(j);
	seal_json_time(j, "not_before", t->not_before_us);
	seal_json_time(j, "not_after", t->not_after_us);
	seal_json_i64(j, "days_left", seal_netprobe_days(t));
	seal_json_object_end(j);
}

static void put_tls(struct seal_json *j, const struct seal_netprobe_exchange *x)
{
	const struct seal_tls_peer *t = &x->result.tls;
	const char *word;
	unsigned i;

	if (!t->tried) {
		seal_json_null(j, "tls");
		return;
	}
	seal_json_object(j, "tls");
	seal_json_bool(j, "established", t->done);
	seal_json_text(j, "fault", t->fault);
	seal_json_text(j, "protocol", t->protocol);
	seal_json_text(j, "cipher", t->cipher);
	put_certificate(j, t);
	seal_json_array(j, "problems");
	for (i = 0; (word = seal_netprobe_problem(x, i).word); i++)
		seal_json_text(j, NULL, word);
	seal_json_array_end(j);
	seal_json_object_end(j);
}

static void put_mechanisms(struct seal_json *j, const char *key, struct seal_bytes words)
{
	struct seal_bytes word;

	seal_json_array(j, key);
	while ((word = seal_bytes_word(&words)).n)
		seal_json_bytes(j, NULL, word);
	seal_json_array_end(j);
}

static void put_exchange(struct seal_json *j, const struct seal_netprobe_answer *a,
			 const struct seal_netprobe_exchange *x)
{
	const struct seal_smtp_result *r = &x->result;
	struct seal_verdicts open = seal_netprobe_left_open(a, x);
	uint32_t i;

	seal_json_object(j, NULL);
	seal_json_bytes(j, "name", x->plan.name);
	put_addr(j, "address", &x->plan.addr);
	seal_json_u64(j, "port", x->plan.port);
	seal_json_text(j, "stage", seal_smtp_stage_name(r->stage));
	put_errno(j, "errno", r->error);
	put_addr(j, "source", &r->from);
	seal_json_u64(j, "connect_ms", r->connect_ms);
	seal_json_u64(j, "total_ms", r->total_ms);
	seal_json_array(j, "left_open");
	for (i = 0; i < open.n; i++)
		seal_json_text(j, NULL, open.v[i]->id);
	seal_json_array_end(j);
	put_reply(j, "greeting", &r->greeting);
	put_reply(j, "reply", &r->reply);
	seal_json_bool(j, "starttls", r->starttls);
	put_tls(j, x);
	put_mechanisms(j, "auth_without_tls", r->auth_clear);
	put_mechanisms(j, "auth", r->auth);
	if (r->auth_tried)
		seal_json_bool(j, "logged_in", r->stage == SEAL_SMTP_DONE);
	if (r->size)
		seal_json_u64(j, "size_limit", r->size);
	seal_json_object_end(j);
}

static void put_target(struct seal_json *j, const struct seal_netprobe_answer *a, size_t i)
{
	const struct seal_netprobe_target *t = &a->probe->targets.v[i];

	seal_json_bytes(j, "purpose", t->purpose);
	seal_json_bytes(j, "host", t->host);
	seal_json_bool(j, "mx", t->mx);
	seal_json_u64(j, "port", t->port);
	seal_json_text(j, "status", seal_netprobe_status(t));
	seal_json_bool(j, "cut", t->cut);
	put_questions(j, a->probe, i);
	seal_json_array(j, "exchanges");
	seal_vec_each (x, &a->probe->exchanges) {
		if (x->target == i)
			put_exchange(j, a, x);
	}
	seal_json_array_end(j);
}

static void put_domain(struct seal_json *j, const struct seal_netprobe *p)
{
	seal_json_bytes(j, "name", p->domain);
	put_questions(j, p, SEAL_NETPROBE_OWN);
	seal_json_array(j, "facts");
	seal_vec_each (f, &p->facts) {
		seal_json_object(j, NULL);
		seal_json_text(j, "kind", f->kind);
		seal_json_bytes(j, "subject", f->subject);
		seal_json_text(j, "state", seal_netprobe_state_name(f->state));
		seal_json_text(j, "what", f->what);
		seal_json_bytes(j, "detail", f->detail);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
}

static void put_head(struct seal_json *j, const struct seal_netprobe_answer *a)
{
	seal_json_object(j, "sent_as");
	seal_json_u64(j, "uid", a->uid);
	seal_json_text(j, "user", a->user);
	seal_json_object_end(j);
	seal_json_bool(j, "targets_complete", a->targets_complete);
	seal_json_bool(j, "any_exchanger", a->any_exchanger);
}

void seal_report_netprobe_json(const struct seal_netprobe_answer *a, struct seal_buf *out)
{
	struct seal_json j;
	size_t i;

	seal_json_init(&j, out, true);
	seal_report_envelope(&j, a->h, "probe");
	put_head(&j, a);
	seal_json_array(&j, "targets");
	for (i = 0; i < a->probe->targets.n; i++) {
		seal_json_object(&j, NULL);
		put_target(&j, a, i);
		seal_json_object_end(&j);
	}
	seal_json_array_end(&j);
	if (a->probe->domain.n) {
		seal_json_object(&j, "domain");
		put_domain(&j, a->probe);
		seal_json_object_end(&j);
	} else {
		seal_json_null(&j, "domain");
	}
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
}

void seal_report_netprobe_ndjson(const struct seal_netprobe_answer *a, struct seal_buf *out)
{
	struct seal_records r;
	size_t i;

	seal_records_run(&r, a->h, "probe", out);
	put_head(&r.j, a);
	seal_record_end(&r);
	for (i = 0; i < a->probe->targets.n; i++) {
		seal_record(&r, "target");
		put_target(&r.j, a, i);
		seal_record_end(&r);
	}
	if (a->probe->domain.n) {
		seal_record(&r, "domain");
		put_domain(&r.j, a->probe);
		seal_record_end(&r);
	}
	seal_records_end(&r);
	seal_json_object(&r.j, "summary");
	seal_json_u64(&r.j, "targets", a->probe->targets.n);
	seal_json_object_end(&r.j);
	seal_record_end(&r);
}
