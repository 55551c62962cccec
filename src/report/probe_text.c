/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "core/enc.h"
#include "core/errnos.h"
#include "report/probe.h"

#define WORD_COLUMN 6
#define TEXT_COLUMN 16

static const char *colour(const char *word)
{
	if (strcmp(word, "ok") == 0 || strcmp(word, "good") == 0)
		return "\033[32m";
	return strcmp(word, "failed") == 0 || strcmp(word, "bad") == 0 ? "\033[31m" : "\033[33m";
}

static void put_row(struct seal_buf *out, const char *word, const struct seal_buf *text,
		    const struct seal_text_style *style)
{
	seal_buf_printf(out, "%*s%s%-10s%s", WORD_COLUMN, "", style->color ? colour(word) : "",
			word, style->color ? "\033[0m" : "");
	seal_text_wrap(out, TEXT_COLUMN, TEXT_COLUMN, seal_buf_bytes(text));
	seal_buf_putc(out, '\n');
}

static void put_line(struct seal_buf *out, const struct seal_buf *text)
{
	seal_buf_printf(out, "%*s", TEXT_COLUMN, "");
	seal_text_wrap(out, TEXT_COLUMN, TEXT_COLUMN, seal_buf_bytes(text));
	seal_buf_putc(out, '\n');
}

/* ---- names ---- */

static const char *dns_words(enum seal_dns_status s)
{
	static const char *const words[SEAL_DNS_STATUS_MAX_] = {
		[SEAL_DNS_OK] = "answered",
		[SEAL_DNS_NXDOMAIN] = "no such name",
		[SEAL_DNS_NODATA] = "no such record",
		[SEAL_DNS_SERVFAIL] = "the resolver could not find out (SERVFAIL)",
		[SEAL_DNS_REFUSED] = "the resolver refuses this host (REFUSED)",
		[SEAL_DNS_TIMEOUT] = "no resolver answers",
		[SEAL_DNS_UNREACHABLE] = "no resolver can be asked",
		[SEAL_DNS_MALFORMED] = "an answer that is none",
		[SEAL_DNS_INVALID] = "not a name that can be asked for",
	};

	return words[s];
}

static void put_dns(struct seal_buf *out, const struct seal_netprobe_answer *a, size_t owner,
		    const struct seal_text_style *style)
{
	seal_vec_each (q, &a->probe->questions) {
		seal_auto_buf struct seal_buf b = {0};
		bool failed = q->status != SEAL_DNS_OK && q->status != SEAL_DNS_NODATA;

		if (q->owner != owner || (!style->verbose && !failed))
			continue;
		seal_buf_printf(&b, "%s of ", seal_dns_type_name(q->type));
		seal_buf_put(&b, q->name.p, q->name.n);
		seal_buf_printf(&b, ": %s", dns_words(q->status));
		if (q->error && q->resolver.bits) {
			const char *name = seal_errno_name(q->error);

			seal_buf_puts(&b, "; a packet to ");
			seal_addr_put(&b, &q->resolver);
			seal_buf_printf(&b, " ends in %s", name ? name : strerror(q->error));
		}
		seal_vec_each (r, &q->records) {
			seal_buf_puts(&b, r == q->records.v ? ": " : ", ");
			seal_netprobe_record(&b, q, r);
		}
		put_row(out, failed ? "failed" : "dns", &b, style);
	}
}

/* ---- exchanges ---- */

static void put_seconds(struct seal_buf *b, uint32_t ms)
{
	if (ms < 1000)
		seal_buf_printf(b, "%u ms", ms);
	else
		seal_buf_printf(b, "%u.%u s", ms / 1000, ms % 1000 / 100);
}

static const char *fault_words(int error)
{
	switch (error) {
	case ETIMEDOUT:
		return "no answer in time";
	case ECONNRESET:
		return "the server closed the connection";
	case EMSGSIZE:
		return "the server sends more than any reply needs";
	case EBADMSG:
		return "this is no SMTP reply";
	case EPROTO:
		return "TLS failed";
	case ENOTSUP:
		return "none of the mechanisms offered is PLAIN or LOGIN";
	case EPERM:
		return "no log-in without TLS";
	default:
		return strerror(error);
	}
}

static void put_reply(struct seal_buf *b, const struct seal_smtp_reply *r)
{
	if (r->code)
		seal_buf_printf(b, "%u ", r->code);
	seal_buf_put(b, r->text.p, r->text.n);
}

static void put_failure(struct seal_buf *b, const struct seal_smtp_result *r)
{
	const char *name = r->error ? seal_errno_name(r->error) : NULL;

	if (r->stage == SEAL_SMTP_CONNECT) {
		seal_buf_printf(b, "connect: %s (%s) after ", strerror(r->error),
				name ? name : "errno");
		put_seconds(b, r->connect_ms);
		return;
	}
	seal_buf_printf(b, "%s: ", seal_smtp_stage_name(r->stage));
	if (r->error) {
		seal_buf_puts(b, fault_words(r->error));
		if (r->tls.fault)
			seal_buf_printf(b, ", %s", r->tls.fault);
		if (r->error == EBADMSG && r->reply.text.n) {
			seal_buf_puts(b, ": ");
			put_reply(b, &r->reply);
		}
	} else {
		seal_buf_puts(b, "the server says ");
		put_reply(b, &r->reply);
	}
}

static void put_success(struct seal_buf *b, const struct seal_netprobe_exchange *x)
{
	const struct seal_smtp_result *r = &x->result;

	if (!x->plan.dialogue)
		seal_buf_puts(b, "connected");
	else if (r->tls.done)
		seal_buf_printf(b, "%s", r->tls.protocol);
	else
		seal_buf_puts(b, "no TLS offered");
	if (r->auth.n || r->auth_clear.n) {
		seal_buf_puts(b, ", AUTH ");
		seal_buf_put(b, r->auth.n ? r->auth.p : r->auth_clear.p,
			     r->auth.n ? r->auth.n : r->auth_clear.n);
	}
	if (r->auth_tried)
		seal_buf_puts(b, ", logged in");
	seal_buf_puts(b, ", ");
	put_seconds(b, r->total_ms);
}

static void put_certificate(struct seal_buf *out, const struct seal_netprobe_exchange *x)
{
	const struct seal_tls_peer *t = &x->result.tls;
	long long days = (long long)(t->expired ? -seal_netprobe_days(t) : seal_netprobe_days(t));
	seal_auto_buf struct seal_buf b = {0};
	struct seal_netprobe_problem problem;
	unsigned i;

	if (!t->done)
		return;
	seal_buf_puts(&b, "certificate ");
	seal_buf_put(&b, t->subject.p, t->subject.n);
	for (i = 0; (problem = seal_netprobe_problem(x, i)).text; i++)
		seal_buf_printf(&b, "%s %s", i ? "," : "", problem.text);
	if (t->has_certificate) {
		seal_buf_printf(&b, "%s %s ", i ? ";" : ",", t->expired ? "ended" : "ends");
		seal_time_put(&b, t->not_after_us);
		seal_buf_printf(&b, " (%lld day%s %s)", days, days == 1 ? "" : "s",
				t->expired ? "ago" : "left");
	}
	if (t->name_checked && !t->name_matches) {
		seal_buf_puts(&b, "; its names:");
		seal_vec_each (name, &t->names) {
			seal_buf_putc(&b, ' ');
			seal_buf_put(&b, name->p, name->n);
		}
	}
	put_line(out, &b);
}

static void put_left_open(struct seal_buf *out, const struct seal_netprobe_answer *a,
			  const struct seal_netprobe_exchange *x)
{
	struct seal_verdicts open = seal_netprobe_left_open(a, x);
	seal_auto_buf struct seal_buf b = {0};
	uint32_t i;

	if (!open.n)
		return;
	seal_buf_puts(&b, "this leaves open:");
	for (i = 0; i < open.n; i++)
		seal_buf_printf(&b, "%s %s", i ? "," : "", open.v[i]->id);
	put_line(out, &b);
	b.n = 0;
	seal_buf_printf(&b, "what this host's own rules say: postseal reach --out --port %u --to ",
			x->plan.port);
	seal_addr_put(&b, &x->plan.addr);
	put_line(out, &b);
}

static void put_exchange(struct seal_buf *out, const struct seal_netprobe_answer *a,
			 const struct seal_netprobe_exchange *x,
			 const struct seal_text_style *style)
{
	bool done = x->result.stage == SEAL_SMTP_DONE;
	seal_auto_buf struct seal_buf b = {0}, address = {0};

	seal_addr_put(&address, &x->plan.addr);
	if (!seal_bytes_eq(x->plan.name, seal_buf_bytes(&address))) {
		seal_buf_put(&b, x->plan.name.p, x->plan.name.n);
		seal_buf_putc(&b, '[');
		seal_addr_put(&b, &x->plan.addr);
		seal_buf_puts(&b, "]: ");
	}
	if (done)
		put_success(&b, x);
	else
		put_failure(&b, &x->result);
	put_row(out, done ? "ok" : "failed", &b, style);
	put_left_open(out, a, x);
	put_certificate(out, x);
	if (style->verbose && x->result.greeting.text.n) {
		b.n = 0;
		seal_buf_puts(&b, "greeting ");
		put_reply(&b, &x->result.greeting);
		put_line(out, &b);
	}
}

static void put_target(struct seal_buf *out, const struct seal_netprobe_answer *a, size_t i,
		       const struct seal_text_style *style)
{
	const struct seal_netprobe_target *t = &a->probe->targets.v[i];
	seal_auto_buf struct seal_buf b = {0};

	seal_buf_put(&b, t->purpose.p, t->purpose.n);
	seal_buf_puts(&b, "  ");
	seal_buf_put(&b, t->host.p, t->host.n);
	seal_buf_printf(&b, " port %u", t->port);
	if (t->no_mail)
		seal_buf_puts(&b, ": the domain takes no mail (its MX record is \".\")");
	else if (!t->exchanges)
		seal_buf_puts(&b, ": no address");
	if (t->cut)
		seal_buf_puts(&b, "; it has more addresses than were tried");
	seal_buf_putc(out, ' ');
	seal_text_wrap(out, 1, 6, seal_buf_bytes(&b));
	seal_buf_putc(out, '\n');
	put_dns(out, a, i, style);
	seal_vec_each (x, &a->probe->exchanges) {
		if (x->target == i)
			put_exchange(out, a, x, style);
	}
}

/* ---- the own domain ---- */

static void put_domain(struct seal_buf *out, const struct seal_netprobe_answer *a,
		       const struct seal_text_style *style)
{
	const struct seal_netprobe *p = a->probe;

	if (!p->domain.n)
		return;
	seal_buf_puts(out, " own domain  ");
	seal_enc_tty(out, p->domain);
	seal_buf_putc(out, '\n');
	seal_vec_each (f, &p->facts) {
		seal_auto_buf struct seal_buf b = {0};

		seal_buf_printf(&b, "%s ", f->kind);
		seal_buf_put(&b, f->subject.p, f->subject.n);
		seal_buf_printf(&b, ": %s", f->what);
		if (f->detail.n) {
			seal_buf_puts(&b, ": ");
			seal_buf_put(&b, f->detail.p, f->detail.n);
		}
		put_row(out, seal_netprobe_state_name(f->state), &b, style);
	}
}

void seal_report_netprobe_text(const struct seal_netprobe_answer *a,
			       const struct seal_text_style *style, struct seal_buf *out)
{
	size_t i;

	seal_text_head(out, a->h, style);
	if (a->user) {
		seal_buf_puts(out, "     packets sent as ");
		seal_enc_tty(out, seal_bytes_of(a->user));
		seal_buf_printf(out, " (uid %u)", a->uid);
	}
	seal_buf_puts(out, "\n\n");
	for (i = 0; i < a->probe->targets.n; i++)
		put_target(out, a, i, style);
	put_domain(out, a, style);
	if (!a->probe->targets.n)
		seal_buf_puts(out, "No next hop is configured; --to HOST[:PORT] asks for one.\n");
	if (a->any_exchanger)
		seal_buf_puts(out, "\nMail also goes to the exchangers of its recipients' domains; "
				   "--to DOMAIN tries those of one.\n");
	if (!a->targets_complete)
		seal_buf_puts(out, "\nNot every next hop is known: a table or a value could not be "
				   "read.\n");
	seal_buf_puts(out, "\nSELinux is not part of this: the packets came from postseal's own "
			   "domain, not from smtp's.\n");
}
