/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/probe.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#define THREADS_MAX 32u

int seal_netprobe_init(struct seal_netprobe *p)
{
	*p = (struct seal_netprobe){.ipv4 = true, .ipv6 = true, .timeout_ms = 8000};
	p->arena = seal_arena_new();
	return p->arena ? 0 : -ENOMEM;
}

void seal_netprobe_done(struct seal_netprobe *p)
{
	seal_dns_done(p->questions.v, p->questions.n);
	seal_vec_done(&p->questions);
	seal_vec_each (x, &p->exchanges) {
		seal_smtp_result_done(&x->result);
	}
	seal_vec_done(&p->exchanges);
	seal_vec_done(&p->facts);
	seal_vec_done(&p->targets);
	seal_vec_done(&p->selectors);
	seal_vec_done(&p->blocklists);
	if (p->arena)
		seal_arena_free(p->arena);
	p->arena = NULL;
}

static int add_question(struct seal_netprobe *p, size_t owner, struct seal_bytes name,
			enum seal_dns_type type)
{
	struct seal_dns_question *q = seal_vec_add(&p->questions);

	if (!q)
		return -ENOMEM;
	q->owner = owner;
	q->name = name;
	q->type = type;
	return 0;
}

static int ask_from(struct seal_netprobe *p, size_t first, struct seal_err *err)
{
	return seal_dns_ask(p->questions.v + first, p->questions.n - first, p->timeout_ms / 2,
			    p->arena, err);
}

/* ---- names ---- */

static bool is_address(struct seal_bytes host)
{
	struct seal_addr a;

	return seal_addr_parse(host, &a) == 0;
}

static int ask_mx(struct seal_netprobe *p, struct seal_err *err)
{
	size_t i;

	for (i = 0; i < p->targets.n; i++) {
		const struct seal_netprobe_target *t = &p->targets.v[i];

		if (t->mx && !is_address(t->host) && add_question(p, i, t->host, SEAL_DNS_MX) < 0)
			return seal_err_set(err, -ENOMEM, "out of memory");
	}
	return ask_from(p, 0, err);
}

static int ask_host(struct seal_netprobe *p, size_t owner, struct seal_bytes name)
{
	int r = 0;

	if (is_address(name))
		return 0;
	if (p->ipv4)
		r = add_question(p, owner, name, SEAL_DNS_A);
	if (r == 0 && p->ipv6)
		r = add_question(p, owner, name, SEAL_DNS_AAAA);
	return r;
}

static const struct seal_dns_question *mx_of(const struct seal_netprobe *p, size_t target)
{
	seal_vec_each (q, &p->questions) {
		if (q->owner == target && q->type == SEAL_DNS_MX)
			return q;
	}
	return NULL;
}

/* ask_exchangers - the hosts behind a domain. Without an MX record the domain itself is one
 * (RFC 5321 5.1). */
static int ask_exchangers(struct seal_netprobe *p, size_t target)
{
	struct seal_netprobe_target *t = &p->targets.v[target];
	const struct seal_dns_question *mx = mx_of(p, target);
	struct seal_bytes names[SEAL_NETPROBE_EXCHANGERS_MAX];
	size_t n = 0, i;
	int r = 0;

	if (!mx || mx->status == SEAL_DNS_NODATA)
		names[n++] = t->host;
	for (i = 0; mx && mx->status == SEAL_DNS_OK && i < mx->records.n; i++) {
		struct seal_bytes name = mx->records.v[i].text;

		if (!name.n || seal_bytes_is(name, "."))
			t->no_mail = true;
		else if (n < SEAL_NETPROBE_EXCHANGERS_MAX)
			names[n++] = name;
		else
			t->cut = true;
	}
	/* the questions may move while they grow: mx is not used from here on */
	for (i = 0; i < n && r == 0; i++)
		r = ask_host(p, target, names[i]);
	return r;
}

static int ask_addresses(struct seal_netprobe *p, struct seal_err *err)
{
	size_t first = p->questions.n, i;

	for (i = 0; i < p->targets.n; i++)
		if (ask_exchangers(p, i) < 0)
			return seal_err_set(err, -ENOMEM, "out of memory");
	return ask_from(p, first, err);
}

/* ---- exchanges ---- */

static int add_exchange(struct seal_netprobe *p, size_t target, struct seal_bytes name,
			const struct seal_addr *addr)
{
	struct seal_netprobe_target *t = &p->targets.v[target];
	struct seal_netprobe_exchange *x;

	seal_vec_each (same, &p->exchanges) {
		if (same->target == target && seal_addr_eq(&same->plan.addr, addr))
			return 0;
	}
	if (t->exchanges >= SEAL_NETPROBE_EXCHANGES_MAX) {
		t->cut = true;
		return 0;
	}
	x = seal_vec_add(&p->exchanges);
	if (!x)
		return -ENOMEM;
	t->exchanges++;
	x->target = target;
	x->plan = (struct seal_smtp_plan){
		.addr = *addr,
		.port = t->port,
		.name = name,
		.helo = p->helo,
		.dialogue = t->dialogue,
		.lmtp = t->lmtp,
		.wrapper = t->wrapper,
		.user = t->user,
		.password = t->password,
		.connect_ms = p->timeout_ms / 2,
		.dialogue_ms = p->timeout_ms,
	};
	return 0;
}

static int add_exchanges(struct seal_netprobe *p)
{
	size_t i;

	for (i = 0; i < p->targets.n; i++) {
		const struct seal_netprobe_target *t = &p->targets.v[i];
		struct seal_addr addr;

		if (seal_addr_parse(t->host, &addr) == 0 && add_exchange(p, i, t->host, &addr) < 0)
			return -ENOMEM;
		seal_vec_each (q, &p->questions) {
			if (q->owner != i || (q->type != SEAL_DNS_A && q->type != SEAL_DNS_AAAA))
				continue;
			seal_vec_each (r, &q->records) {
				if (add_exchange(p, i, q->name, &r->addr) < 0)
					return -ENOMEM;
			}
		}
	}
	return 0;
}

/* struct work - what the threads share */
struct work {
	struct seal_netprobe *p;
	struct seal_tls_trust trust;
	atomic_size_t next;
	atomic_int r;
};

static void *work_off(void *arg)
{
	struct work *w = arg;
	size_t i;

	while ((i = atomic_fetch_add(&w->next, 1)) < w->p->exchanges.n) {
		struct seal_netprobe_exchange *x = &w->p->exchanges.v[i];
		int r = seal_smtp_probe(&x->plan, &w->trust, &x->result);

		if (r < 0)
			atomic_store(&w->r, r);
	}
	return NULL;
}

static int run_threads(struct work *w, struct seal_err *err)
{
	pthread_t threads[THREADS_MAX];
	unsigned n = 0, i;
	int r = 0;

	while (n < THREADS_MAX && n < w->p->exchanges.n) {
		r = pthread_create(&threads[n], NULL, work_off, w);
		if (r != 0)
			break;
		n++;
	}
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	if (!n && w->p->exchanges.n)
		return seal_err_set(err, -EIO, "no thread can be started: %s", strerror(r));
	if (atomic_load(&w->r) < 0)
		return seal_err_set(err, -ENOMEM, "out of memory");
	return 0;
}

static int exchange_all(struct seal_netprobe *p, struct seal_err *err)
{
	struct work w = {.p = p};
	int r;

	r = seal_tls_trust_init(&w.trust, &p->authorities);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	r = run_threads(&w, err);
	seal_tls_trust_done(&w.trust);
	seal_vec_each (x, &p->exchanges) {
		if (x->result.stage == SEAL_SMTP_DONE)
			p->targets.v[x->target].reached++;
	}
	return r;
}

int seal_netprobe_run(struct seal_netprobe *p, struct seal_err *err)
{
	int r;

	r = ask_mx(p, err);
	if (r == 0)
		r = ask_addresses(p, err);
	if (r == 0 && add_exchanges(p) < 0)
		r = seal_err_set(err, -ENOMEM, "out of memory");
	if (r == 0)
		r = exchange_all(p, err);
	if (r == 0 && p->domain.n)
		r = seal_netprobe_domain_names(p, err);
	if (r == 0 && p->domain.n)
		r = seal_netprobe_domain_addresses(p, err);
	return r;
}
