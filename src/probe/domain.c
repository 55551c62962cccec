/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "core/buf.h"
#include "probe/probe.h"

#define SPF_LOOKUPS_MAX 10u /* RFC 7208 4.6.4 */

static int add_fact(struct seal_netprobe *p, const char *kind, struct seal_bytes subject,
		    enum seal_netprobe_state state, const char *what, struct seal_bytes detail)
{
	struct seal_netprobe_fact *f = seal_vec_add(&p->facts);

	if (!f)
		return -ENOMEM;
	*f = (struct seal_netprobe_fact){kind, subject, state, what, detail};
	return 0;
}

static int ask_name(struct seal_netprobe *p, const char *before, struct seal_bytes name,
		    enum seal_dns_type type)
{
	seal_auto_buf struct seal_buf b = {0};
	struct seal_dns_question *q = seal_vec_add(&p->questions);

	if (!q)
		return -ENOMEM;
	q->owner = SEAL_NETPROBE_OWN;
	q->type = type;
	seal_buf_puts(&b, before);
	seal_buf_put(&b, name.p, name.n);
	return b.err ? -ENOMEM : seal_arena_copy(p->arena, seal_buf_bytes(&b), &q->name);
}

static int ask_from(struct seal_netprobe *p, size_t first, struct seal_err *err)
{
	return seal_dns_ask(p->questions.v + first, p->questions.n - first, p->timeout_ms / 2,
			    p->arena, err);
}

/* is_settled - whether the DNS said yes or no; else a fact "unknown" is noted */
static bool is_settled(const struct seal_dns_question *q)
{
	return q->status == SEAL_DNS_OK || q->status == SEAL_DNS_NODATA ||
	       q->status == SEAL_DNS_NXDOMAIN;
}

static int add_unknown(struct seal_netprobe *p, const char *kind, const struct seal_dns_question *q,
		       struct seal_bytes subject)
{
	return add_fact(p, kind, subject, SEAL_NETPROBE_UNKNOWN, "the DNS does not answer",
			seal_bytes_of(seal_dns_status_name(q->status)));
}

static bool starts_fold(struct seal_bytes text, const char *word)
{
	size_t n = strlen(word);

	return text.n >= n &&
	       seal_bytes_icase_eq(seal_bytes_first(text, n), (struct seal_bytes){word, n});
}

/* ---- SPF (RFC 7208) ---- */

static bool is_spf(struct seal_bytes text)
{
	return starts_fold(text, "v=spf1") && (text.n == 6 || text.p[6] == ' ');
}

/* spf_fault - what is wrong with the record by itself; NULL when nothing is */
static const char *spf_fault(struct seal_bytes record)
{
	static const char *const asking[] = {"include:", "a", "mx", "ptr", "exists:", "redirect="};
	struct seal_bytes word;
	unsigned lookups = 0;
	bool ends = false;
	size_t i;

	(void)seal_bytes_word(&record);
	while ((word = seal_bytes_word(&record)).n) {
		bool pass = word.p[0] == '+';

		if (strchr("+-~?", word.p[0])) {
			word = seal_bytes_from(word, 1);
		} else {
			pass = true;
		}
		if (seal_bytes_icase_eq(word, SEAL_LIT("all"))) {
			if (pass)
				return "the record lets every host send (+all)";
			ends = true;
		}
		if (starts_fold(word, "redirect="))
			ends = true;
		for (i = 0; i < sizeof(asking) / sizeof(asking[0]); i++) {
			size_t n = strlen(asking[i]);
			char last = asking[i][n - 1];

			if (starts_fold(word, asking[i]) &&
			    (last == ':' || last == '=' || word.n == n || word.p[n] == ':' ||
			     word.p[n] == '/'))
				lookups++;
		}
	}
	if (lookups > SPF_LOOKUPS_MAX)
		return "the record asks for more than ten lookups: receivers give up";
	return ends ? NULL : "the record does not say what holds for other hosts (no all)";
}

static int judge_spf(struct seal_netprobe *p, const struct seal_dns_question *q)
{
	struct seal_bytes record = SEAL_BYTES_NONE;
	const char *fault;
	unsigned n = 0;

	if (!is_settled(q))
		return add_unknown(p, "spf", q, q->name);
	seal_vec_each (r, &q->records) {
		if (!is_spf(r->text))
			continue;
		record = r->text;
		n++;
	}
	if (n != 1)
		return add_fact(p, "spf", q->name, SEAL_NETPROBE_BAD,
				n ? "there are several records: receivers take none"
				  : "there is no record",
				SEAL_BYTES_NONE);
	fault = spf_fault(record);
	return add_fact(p, "spf", q->name, fault ? SEAL_NETPROBE_BAD : SEAL_NETPROBE_GOOD,
			fault ? fault : "one record", record);
}

/* ---- DMARC (RFC 7489), DKIM (RFC 6376) ---- */

/* tag - the value of "name=value;" in a tag list; p NULL when there is none */
static struct seal_bytes tag(struct seal_bytes list, const char *name)
{
	struct seal_bytes item, value;

	while (list.p && list.n) {
		item = seal_bytes_cut(list, ';', &list);
		item = seal_bytes_cut(item, '=', &value);
		if (value.p && seal_bytes_is(seal_bytes_trim(item), name))
			return seal_bytes_trim(value);
	}
	return SEAL_BYTES_NONE;
}

static int judge_dmarc(struct seal_netprobe *p, const struct seal_dns_question *q)
{
	if (!is_settled(q))
		return add_unknown(p, "dmarc", q, q->name);
	seal_vec_each (r, &q->records) {
		struct seal_bytes policy;

		if (!starts_fold(r->text, "v=DMARC1"))
			continue;
		policy = tag(r->text, "p");
		if (!policy.n)
			return add_fact(p, "dmarc", q->name, SEAL_NETPROBE_BAD,
					"the record has no policy (p=)", r->text);
		return add_fact(p, "dmarc", q->name, SEAL_NETPROBE_GOOD, "one record", r->text);
	}
	return add_fact(p, "dmarc", q->name, SEAL_NETPROBE_BAD, "there is no record",
			SEAL_BYTES_NONE);
}

static int judge_dkim(struct seal_netprobe *p, const struct seal_dns_question *q)
{
	if (!is_settled(q))
		return add_unknown(p, "dkim", q, q->name);
	seal_vec_each (r, &q->records) {
		struct seal_bytes key = tag(r->text, "p");

		if (!key.p)
			continue;
		return add_fact(p, "dkim", q->name, key.n ? SEAL_NETPROBE_GOOD : SEAL_NETPROBE_BAD,
				key.n ? "a key is published" : "the key is withdrawn (p= is empty)",
				SEAL_BYTES_NONE);
	}
	return add_fact(p, "dkim", q->name, SEAL_NETPROBE_BAD, "no key is published",
			SEAL_BYTES_NONE);
}

int seal_netprobe_domain_names(struct seal_netprobe *p, struct seal_err *err)
{
	size_t first = p->questions.n, i;
	int r;

	r = ask_name(p, "", p->domain, SEAL_DNS_TXT);
	if (r == 0)
		r = ask_name(p, "_dmarc.", p->domain, SEAL_DNS_TXT);
	for (i = 0; i < p->selectors.n && r == 0; i++) {
		seal_auto_buf struct seal_buf b = {0};

		seal_buf_put(&b, p->selectors.v[i].p, p->selectors.v[i].n);
		seal_buf_puts(&b, "._domainkey.");
		seal_buf_putc(&b, '\0');
		r = b.err ? -ENOMEM : ask_name(p, b.p, p->domain, SEAL_DNS_TXT);
	}
	if (r == 0)
		r = ask_from(p, first, err);
	if (r == 0)
		r = judge_spf(p, &p->questions.v[first]);
	if (r == 0)
		r = judge_dmarc(p, &p->questions.v[first + 1]);
	for (i = first + 2; i < p->questions.n && r == 0; i++)
		r = judge_dkim(p, &p->questions.v[i]);
	return r == -ENOMEM ? seal_err_set(err, r, "out of memory") : r;
}

/* ---- the addresses of the own name: PTR and its forward match, blocklists ---- */

static int put_address(struct seal_arena *arena, const struct seal_addr *a, struct seal_bytes *ret)
{
	seal_auto_buf struct seal_buf b = {0};

	seal_addr_put(&b, a);
	return b.err ? -ENOMEM : seal_arena_copy(arena, seal_buf_bytes(&b), ret);
}

static int ask_ptr(struct seal_netprobe *p, const struct seal_addr *a)
{
	struct seal_dns_question *q = seal_vec_add(&p->questions);

	if (!q)
		return -ENOMEM;
	q->owner = SEAL_NETPROBE_OWN;
	q->type = SEAL_DNS_PTR;
	q->addr = *a;
	return put_address(p->arena, a, &q->name);
}

/* ask_blocklist - 4.3.2.1.zone, and nibbles for IPv6 (RFC 5782) */
static int ask_blocklist(struct seal_netprobe *p, const struct seal_addr *a, struct seal_bytes zone)
{
	seal_auto_buf struct seal_buf b = {0};

	for (int i = a->bits / 8 - 1; i >= 0; i--)
		if (a->bits == 32)
			seal_buf_printf(&b, "%u.", a->b[i]);
		else
			seal_buf_printf(&b, "%x.%x.", a->b[i] & 15u, a->b[i] >> 4);
	seal_buf_putc(&b, '\0');
	return b.err ? -ENOMEM : ask_name(p, b.p, zone, SEAL_DNS_A);
}

static int judge_blocklist(struct seal_netprobe *p, const struct seal_dns_question *q)
{
	const struct seal_addr *a = q->records.n ? &q->records.v[0].addr : NULL;
	struct seal_bytes detail = SEAL_BYTES_NONE;

	if (!is_settled(q))
		return add_unknown(p, "dnsbl", q, q->name);
	if (!a)
		return add_fact(p, "dnsbl", q->name, SEAL_NETPROBE_GOOD, "not listed", detail);
	if (put_address(p->arena, a, &detail) < 0)
		return -ENOMEM;
	if (a->b[0] != 127)
		return add_fact(
			p, "dnsbl", q->name, SEAL_NETPROBE_UNKNOWN,
			"the answer is none of a blocklist: a resolver in between made it up",
			detail);
	if (a->b[1] == 255 && a->b[2] == 255)
		return add_fact(p, "dnsbl", q->name, SEAL_NETPROBE_UNKNOWN,
				"the list does not answer this resolver: wrong zone, too many "
				"questions, or a public resolver",
				detail);
	return add_fact(p, "dnsbl", q->name, SEAL_NETPROBE_BAD, "listed", detail);
}

/* is_forward - whether one of the names leads back to the address, and all were answered */
static enum seal_netprobe_state is_forward(const struct seal_netprobe *p, size_t first,
					   const struct seal_dns_question *ptr)
{
	enum seal_netprobe_state state = SEAL_NETPROBE_BAD;

	for (size_t i = first; i < p->questions.n; i++) {
		const struct seal_dns_question *q = &p->questions.v[i];
		bool of = false;

		seal_vec_each (r, &ptr->records) {
			of = of || seal_bytes_icase_eq(r->text, q->name);
		}
		if (!of)
			continue;
		if (!is_settled(q))
			state = SEAL_NETPROBE_UNKNOWN;
		seal_vec_each (r, &q->records) {
			if (seal_addr_eq(&r->addr, &ptr->addr))
				return SEAL_NETPROBE_GOOD;
		}
	}
	return state;
}

static int judge_ptr(struct seal_netprobe *p, const struct seal_dns_question *q, size_t forward)
{
	struct seal_bytes name = q->records.n ? q->records.v[0].text : SEAL_BYTES_NONE;
	enum seal_netprobe_state state;

	if (!is_settled(q))
		return add_unknown(p, "ptr", q, q->name);
	if (!q->records.n)
		return add_fact(p, "ptr", q->name, SEAL_NETPROBE_BAD,
				"the address has no name: many servers refuse such clients", name);
	state = is_forward(p, forward, q);
	return add_fact(p, "ptr", q->name, state,
			state == SEAL_NETPROBE_GOOD  ? "its name leads back to it"
			: state == SEAL_NETPROBE_BAD ? "its name does not lead back to it"
						     : "the DNS does not answer for its name",
			name);
}

/* judge_addresses - @n of them asked for from @first on; what hangs on them is asked in two rounds
 */
static int judge_addresses(struct seal_netprobe *p, const struct seal_addr *addrs, size_t n,
			   struct seal_err *err)
{
	size_t ptr = p->questions.n, lists, forward, i, k;
	int r = 0;

	for (i = 0; i < n && r == 0; i++)
		r = ask_ptr(p, &addrs[i]);
	lists = p->questions.n;
	for (i = 0; i < n; i++)
		for (k = 0; k < p->blocklists.n && r == 0; k++)
			r = ask_blocklist(p, &addrs[i], p->blocklists.v[k]);
	if (r == 0)
		r = ask_from(p, ptr, err);
	forward = p->questions.n;
	for (i = ptr; i < lists; i++)
		for (k = 0; k < p->questions.v[i].records.n && k < 4 && r == 0; k++)
			r = ask_name(p, "", p->questions.v[i].records.v[k].text,
				     p->questions.v[i].addr.bits == 32 ? SEAL_DNS_A
								       : SEAL_DNS_AAAA);
	if (r == 0)
		r = ask_from(p, forward, err);
	for (i = ptr; i < lists && r == 0; i++)
		r = judge_ptr(p, &p->questions.v[i], forward);
	for (i = lists; i < forward && r == 0; i++)
		r = judge_blocklist(p, &p->questions.v[i]);
	return r;
}

int seal_netprobe_domain_addresses(struct seal_netprobe *p, struct seal_err *err)
{
	struct seal_addr addrs[8];
	size_t first = p->questions.n, n = 0, i;
	bool settled = true;
	int r = 0;

	if (p->ipv4)
		r = ask_name(p, "", p->helo, SEAL_DNS_A);
	if (r == 0 && p->ipv6)
		r = ask_name(p, "", p->helo, SEAL_DNS_AAAA);
	if (r == 0)
		r = ask_from(p, first, err);
	for (i = first; i < p->questions.n && r == 0; i++) {
		settled = settled && is_settled(&p->questions.v[i]);
		seal_vec_each (a, &p->questions.v[i].records) {
			if (n < sizeof(addrs) / sizeof(addrs[0]))
				addrs[n++] = a->addr;
		}
	}
	if (r == 0 && !n)
		r = settled ? add_fact(p, "address", p->helo, SEAL_NETPROBE_BAD,
				       "the own name has no address in the DNS", SEAL_BYTES_NONE)
			    : add_unknown(p, "address", &p->questions.v[first], p->helo);
	else if (r == 0)
		r = judge_addresses(p, addrs, n, err);
	return r == -ENOMEM ? seal_err_set(err, r, "out of memory") : r;
}
