/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/queue_health.h"

#include <errno.h>

#include "core/table.h"

#define MINUTE_US  (60 * SEAL_SECOND_US)
#define HOUR_US    (60 * MINUTE_US)
#define DAY_US     (24 * HOUR_US)
#define DOMAIN_MAX 255

/* struct count - being made */
struct count {
	const struct seal_host *h;
	const struct seal_explanation *x;
	struct seal_queue_health *q;
	struct seal_table domain_index;
	/* the message counted last, so that each counts once: for each group, for each domain */
	const struct seal_explained_message **group_last;
	seal_vec(const struct seal_explained_message *) domain_last;
};

static void row_init(struct seal_queue_row *row, int32_t group)
{
	*row = (struct seal_queue_row){
		.group = group,
		.oldest_us = SEAL_TIME_NONE,
		.next_us = SEAL_TIME_NONE,
		.last_next_us = SEAL_TIME_NONE,
	};
}

static size_t age_class(int64_t age_us)
{
	size_t i = 0;

	while (i + 1 < SEAL_QUEUE_AGES && age_us > seal_queue_age_min(i) * MINUTE_US)
		i++;
	return i;
}

static int64_t next_try(const struct seal_explained_message *m)
{
	return m->queued && m->queue == SEAL_QUEUE_DEFERRED ? m->queued->next_try_us
							    : SEAL_TIME_NONE;
}

static void count_in(const struct count *c, struct seal_queue_row *row,
		     const struct seal_explained_message *m)
{
	int64_t now = c->q->now_us, next = next_try(m);

	row->messages++;
	if (m->arrival_us != SEAL_TIME_NONE && now != SEAL_TIME_NONE) {
		row->age[age_class(now - m->arrival_us)]++;
		if (row->oldest_us == SEAL_TIME_NONE || m->arrival_us < row->oldest_us)
			row->oldest_us = m->arrival_us;
	}
	if (next == SEAL_TIME_NONE)
		return;
	if (row->next_us == SEAL_TIME_NONE || next < row->next_us)
		row->next_us = next;
	if (row->last_next_us == SEAL_TIME_NONE || next > row->last_next_us)
		row->last_next_us = next;
	row->overdue += now != SEAL_TIME_NONE && next < now;
}

static bool waits(const struct seal_explained_recipient *r)
{
	return r->status == SEAL_RCPT_DEFERRED || r->status == SEAL_RCPT_STUCK ||
	       r->status == SEAL_RCPT_WAITING;
}

static bool message_waits(const struct seal_explained_message *m)
{
	if (m->queued)
		return true;
	seal_vec_each (r, &m->recipients) {
		if (waits(r))
			return true;
	}
	return false;
}

/* domain_of - lower case, in @buf */
static struct seal_bytes domain_of(struct seal_bytes address, char buf[DOMAIN_MAX])
{
	ssize_t at = seal_bytes_rchr(address, '@');
	struct seal_bytes d = seal_bytes_from(address, (size_t)(at + 1));
	size_t i;

	if (at < 0 || !d.n)
		return SEAL_LIT("local");
	d = seal_bytes_first(d, DOMAIN_MAX);
	for (i = 0; i < d.n; i++)
		buf[i] = d.p[i] >= 'A' && d.p[i] <= 'Z' ? (char)(d.p[i] + 32) : d.p[i];
	return (struct seal_bytes){buf, d.n};
}

/* find_domain - its row, made when there is none; NULL in *ret beyond the limit
 * Returns 0 or -ENOMEM. */
static int find_domain(struct count *c, struct seal_bytes name, int32_t group, size_t *ret)
{
	uint64_t hash = seal_hash(name, 0);
	const struct seal_explained_message **last;
	struct seal_queue_row *row;
	size_t at = 0;
	uint32_t i;

	while ((i = seal_table_next(&c->domain_index, hash, &at)) != SEAL_TABLE_NONE) {
		*ret = i;
		if (seal_bytes_eq(c->q->domains.v[i].domain, name))
			return 0;
	}
	*ret = SIZE_MAX;
	if (c->q->domains.n >= SEAL_QUEUE_DOMAINS_MAX)
		return 0;
	row = seal_vec_add(&c->q->domains);
	last = seal_vec_add(&c->domain_last);
	if (!row || !last)
		return -ENOMEM;
	row_init(row, group);
	*last = NULL;
	*ret = c->q->domains.n - 1;
	if (seal_arena_copy(c->h->arena, name, &row->domain) < 0)
		return -ENOMEM;
	return seal_table_add(&c->domain_index, hash, (uint32_t)*ret);
}

static int count_domain(struct count *c, const struct seal_explained_message *m,
			const struct seal_explained_recipient *r)
{
	char buf[DOMAIN_MAX];
	size_t at;

	if (find_domain(c, domain_of(r->rcpt->address, buf), r->cause->group, &at) < 0)
		return -ENOMEM;
	if (at == SIZE_MAX) {
		c->q->n_domains_not_kept++;
		return 0;
	}
	if (c->q->domains.v[at].group != r->cause->group)
		c->q->domains.v[at].group = -1;
	if (c->domain_last.v[at] == m)
		return 0;
	c->domain_last.v[at] = m;
	count_in(c, &c->q->domains.v[at], m);
	return 0;
}

static int count_message(struct count *c, const struct seal_explained_message *m)
{
	struct seal_queue_health *q = c->q;
	int64_t age = SEAL_TIME_NONE;
	int r = 0;

	count_in(c, &q->all, m);
	q->by_queue[m->queue]++;
	q->bytes += m->queued ? m->queued->size_bytes : m->logged ? m->logged->size_bytes : 0;
	if (m->arrival_us != SEAL_TIME_NONE && q->now_us != SEAL_TIME_NONE)
		age = q->now_us - m->arrival_us;
	if (age != SEAL_TIME_NONE) {
		q->last_hour += age <= HOUR_US;
		q->hour_before += age > HOUR_US && age <= 2 * HOUR_US;
		q->last_day += age <= DAY_US;
	}
	seal_vec_each (rcpt, &m->recipients) {
		int32_t group = rcpt->cause ? rcpt->cause->group : -1;

		if (!waits(rcpt) || group < 0)
			continue;
		if (c->group_last[group] != m)
			count_in(c, &q->causes.v[group], m);
		c->group_last[group] = m;
		if (r == 0)
			r = count_domain(c, m, rcpt);
	}
	return r;
}

static int count_all(struct count *c)
{
	int32_t i;
	int r = 0;

	if (seal_vec_reserve(&c->q->causes, c->x->groups.n) < 0)
		return -ENOMEM;
	for (i = 0; (size_t)i < c->x->groups.n; i++) {
		struct seal_queue_row *row = seal_vec_add(&c->q->causes);

		if (!row)
			return -ENOMEM;
		row_init(row, i);
	}
	seal_vec_each (m, &c->x->messages) {
		if (r == 0 && message_waits(m))
			r = count_message(c, m);
	}
	return r;
}

/* ---- certificates ---- */

static bool names_certificate(struct seal_bytes parameter)
{
	static const char *const ends[] = {"_cert_file", "cert_file", "_chain_files"};
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (seal_bytes_ends(parameter, ends[i]))
			return true;
	return false;
}

static int add_certificate(const struct seal_host *h, struct seal_queue_health *q,
			   const struct seal_queue_certificate *found)
{
	struct seal_queue_certificate *to;
	struct seal_certificate cert;
	int r;

	seal_vec_each (c, &q->certificates) {
		if (seal_bytes_eq(c->path, found->path))
			return 0;
	}
	r = seal_view_certificate(&h->view, found->path, &cert);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	to = seal_vec_add(&q->certificates);
	if (!to)
		return -ENOMEM;
	*to = *found;
	to->end_us = cert.first_end_us;
	to->days_left = (cert.first_end_us - q->now_us) / DAY_US;
	if (cert.first_end_us < q->now_us)
		to->days_left--;
	return 0;
}

/* add_named - "/etc/ssl/mail.pem", or several parted by blanks or commas */
static int add_named(const struct seal_host *h, struct seal_queue_health *q,
		     const struct seal_param *p)
{
	struct seal_bytes rest = p->value, word, path;
	int r = 0;

	if (!names_certificate(p->name))
		return 0;
	for (word = seal_bytes_word(&rest); r == 0 && word.n; word = seal_bytes_word(&rest))
		while (r == 0 && word.n) {
			path = seal_bytes_cut(word, ',', &word);
			if (seal_bytes_starts(path, "/"))
				r = add_certificate(
					h, q, &(struct seal_queue_certificate){path, p->name});
		}
	return r;
}

/* find_certificates - those that main.cf names, then those of single services */
static int find_certificates(const struct seal_host *h, struct seal_queue_health *q)
{
	int r = 0;

	seal_vec_each (inst, &h->postfix.instances) {
		seal_vec_each (p, &inst->params) {
			if (r == 0)
				r = add_named(h, q, p);
		}
		seal_vec_each (svc, &inst->services) {
			seal_vec_each (o, &svc->overrides) {
				if (r == 0)
					r = add_named(h, q, o);
			}
		}
	}
	return r;
}

/* ---- order ---- */

static int by_messages(const void *a, const void *b)
{
	const struct seal_queue_row *x = a, *y = b;

	if (x->messages != y->messages)
		return x->messages > y->messages ? -1 : 1;
	if (x->domain.n || y->domain.n)
		return seal_bytes_cmp(x->domain, y->domain);
	return x->group < y->group ? -1 : x->group > y->group;
}

static int by_end(const void *a, const void *b)
{
	const struct seal_queue_certificate *x = a, *y = b;

	if (x->end_us != y->end_us)
		return x->end_us < y->end_us ? -1 : 1;
	return seal_bytes_cmp(x->path, y->path);
}

static void sort(struct seal_queue_health *q)
{
	size_t n = 0, i;

	for (i = 0; i < q->causes.n; i++)
		if (q->causes.v[i].messages)
			q->causes.v[n++] = q->causes.v[i];
	q->causes.n = n;
	if (q->causes.n)
		qsort(q->causes.v, q->causes.n, sizeof(*q->causes.v), by_messages);
	if (q->domains.n)
		qsort(q->domains.v, q->domains.n, sizeof(*q->domains.v), by_messages);
	if (q->certificates.n)
		qsort(q->certificates.v, q->certificates.n, sizeof(*q->certificates.v), by_end);
}

int seal_queue_health(const struct seal_host *h, const struct seal_explanation *x,
		      struct seal_queue_health **ret)
{
	struct count c = {.h = h, .x = x};
	int r = -ENOMEM;

	c.q = calloc(1, sizeof(*c.q));
	c.group_last = calloc(x->groups.n + 1, sizeof(*c.group_last));
	if (c.q && c.group_last) {
		c.q->now_us = h->now_us;
		row_init(&c.q->all, -1);
		r = count_all(&c);
		if (r == 0 && h->now_us != SEAL_TIME_NONE)
			r = find_certificates(h, c.q);
	}
	seal_table_done(&c.domain_index);
	seal_vec_done(&c.domain_last);
	free(c.group_last);
	if (r < 0) {
		seal_queue_health_free(c.q);
		return r;
	}
	sort(c.q);
	*ret = c.q;
	return 0;
}
