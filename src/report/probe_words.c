/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/probe.h"

#define DAY_US (INT64_C(86400) * SEAL_SECOND_US)

const char *seal_netprobe_status(const struct seal_netprobe_target *t)
{
	if (t->no_mail)
		return "no-mail";
	if (!t->exchanges)
		return "unresolved";
	if (!t->reached)
		return "failed";
	return t->reached < t->exchanges ? "partial" : "ok";
}

const char *seal_netprobe_state_name(enum seal_netprobe_state s)
{
	switch (s) {
	case SEAL_NETPROBE_GOOD:
		return "good";
	case SEAL_NETPROBE_BAD:
		return "bad";
	case SEAL_NETPROBE_UNKNOWN:
		break;
	}
	return "unknown";
}

struct seal_verdicts seal_netprobe_left_open(const struct seal_netprobe_answer *a,
					     const struct seal_netprobe_exchange *x)
{
	if (x->result.stage != SEAL_SMTP_CONNECT)
		return (struct seal_verdicts){.n = 0};
	return seal_rules_errno(a->rules, x->result.error,
				x->plan.addr.bits == 32 ? SEAL_TRANSPORT_TCP4
							: SEAL_TRANSPORT_TCP6);
}

struct seal_netprobe_problem seal_netprobe_problem(const struct seal_netprobe_exchange *x,
						   unsigned i)
{
	const struct seal_tls_peer *t = &x->result.tls;
	const struct {
		bool holds;
		struct seal_netprobe_problem it;
	} all[] = {
		{t->expired, {"expired", "has expired"}},
		{t->not_yet, {"not-yet-valid", "is not valid yet"}},
		{t->revoked, {"revoked", "is revoked"}},
		{t->done && !t->has_certificate, {"no-certificate", "is missing"}},
		{t->name_checked && !t->name_matches, {"other-name", "is for another name"}},
		{t->self_signed, {"self-signed", "is signed by itself"}},
		{t->unknown_issuer && !t->self_signed,
		 {"unknown-issuer", "is signed by an authority that this host does not trust"}},
		{t->issuer_unchecked && !t->self_signed,
		 {"issuer-not-checked", "is signed by an authority that could not be looked up: "
					"what this host trusts could not be read"}},
		{t->weak, {"weak-algorithm", "uses a weak algorithm"}},
	};
	size_t k;

	for (k = 0; k < sizeof(all) / sizeof(all[0]); k++)
		if (all[k].holds && i-- == 0)
			return all[k].it;
	return (struct seal_netprobe_problem){NULL, NULL};
}

int64_t seal_netprobe_days(const struct seal_tls_peer *t)
{
	int64_t left = t->not_after_us - t->now_us;

	return left >= 0 ? left / DAY_US : -((-left + DAY_US - 1) / DAY_US);
}

void seal_netprobe_record(struct seal_buf *b, const struct seal_dns_question *q,
			  const struct seal_dns_record *r)
{
	if (q->type == SEAL_DNS_MX)
		seal_buf_printf(b, "%u ", r->preference);
	if (q->type == SEAL_DNS_MX && !r->text.n)
		seal_buf_putc(b, '.');
	if (r->addr.bits)
		seal_addr_put(b, &r->addr);
	else
		seal_buf_put(b, r->text.p, r->text.n);
}
