/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reason/symptom.h"

#include <errno.h>

#define CACHE_SLOTS      ((size_t)1 << 16)
#define CACHE_PROBES     16 /* hostile texts may be made to collide: then they are matched anew */
#define CACHE_KEYS_BYTES ((size_t)8 * 1024 * 1024)

struct slot {
	struct seal_bytes key;
	uint64_t hash;
	const struct seal_symptom *symptom;
	bool used;
};

struct seal_matcher {
	const struct seal_rules *rules;
	struct seal_arena *keys;
	struct slot *slots;
	struct seal_buf text, key; /* of the query at hand */
	uint64_t limit_hits;
	bool uses_relay; /* some symptom looks at relay= */
};

void seal_matcher_free(struct seal_matcher *m)
{
	if (!m)
		return;
	seal_arena_free(m->keys);
	free(m->slots);
	seal_buf_done(&m->text);
	seal_buf_done(&m->key);
	free(m);
}

int seal_matcher_new(const struct seal_rules *rules, struct seal_matcher **ret)
{
	seal_auto_matcher struct seal_matcher *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->rules = rules;
	seal_vec_each (s, &rules->symptoms) {
		m->uses_relay |= s->relay != NULL;
	}
	m->keys = seal_arena_new();
	m->slots = calloc(CACHE_SLOTS, sizeof(*m->slots));
	if (!m->keys || !m->slots)
		return -ENOMEM;
	*ret = seal_take(m);
	return 0;
}

uint64_t seal_matcher_limit_hits(const struct seal_matcher *m)
{
	return m->limit_hits;
}

/* --- filters -----------------------------------------------------------------------------------
 */

/* struct facts - what the filters of all symptoms look at, worked out once a query */
struct facts {
	const struct seal_reason *reason;
	struct seal_bytes daemon, dsn, relay, text;
	struct seal_bytes lead; /* of a command: our own words before its output */
	struct seal_pieces text_pieces, lead_pieces;
	uint16_t port;
	bool loopback;
	enum seal_pattern_kind kind;
};

static bool has_word(const struct seal_words *words, struct seal_bytes w)
{
	uint32_t i;

	for (i = 0; i < words->n; i++)
		if (seal_bytes_is(w, words->v[i]))
			return true;
	return false;
}

/* "x.4.1" and "4.4.1" alike hold for "4.4.1" */
static bool dsn_is(const char *rule, struct seal_bytes dsn)
{
	struct seal_bytes want = seal_bytes_of(rule);
	unsigned part;

	for (part = 0; part < 3; part++) {
		struct seal_bytes w = seal_bytes_cut(want, '.', &want);
		struct seal_bytes d = seal_bytes_cut(dsn, '.', &dsn);

		if (!seal_bytes_is(w, "x") && !seal_bytes_eq(w, d))
			return false;
	}
	return true;
}

static bool has_dsn(const struct seal_words *rules, struct seal_bytes dsn)
{
	uint32_t i;

	for (i = 0; dsn.n && i < rules->n; i++)
		if (dsn_is(rules->v[i], dsn))
			return true;
	return false;
}

static bool has_u16(const uint16_t *v, uint32_t n, uint16_t x)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (v[i] == x)
			return true;
	return false;
}

static bool has_errno(const struct seal_symptom *s, int error)
{
	uint32_t i;

	for (i = 0; i < s->n_errnos; i++)
		if (s->errnos[i] == error)
			return true;
	return false;
}

static bool in_set(uint32_t set, unsigned v)
{
	return set == 0 || (set & (1U << v));
}

static bool filters_hold(const struct seal_symptom *s, const struct facts *f)
{
	const struct seal_reason *r = f->reason;

	if (!in_set(s->forms, r->form) || !in_set(s->phases, r->phase) ||
	    !in_set(s->transports, r->transport))
		return false;
	if (s->n_errnos && !has_errno(s, r->error))
		return false;
	if (s->n_codes && !has_u16(s->codes, s->n_codes, r->code))
		return false;
	if (s->n_ports && !has_u16(s->ports, s->n_ports, f->port))
		return false;
	if (s->loopback && !f->loopback)
		return false;
	if (s->daemons.n && f->daemon.n && !has_word(&s->daemons, f->daemon))
		return false;
	return s->dsn.n == 0 || has_dsn(&s->dsn, f->dsn);
}

/* --- patterns ----------------------------------------------------------------------------------
 */

static bool pattern_matches(struct seal_matcher *m, const struct seal_pattern *p,
			    struct seal_bytes text, const struct seal_pieces *pieces)
{
	int r;

	if (pieces && !seal_prefilter_may_match(&p->filter, pieces))
		return false;
	r = seal_regex_match(p->re, text);
	if (r < 0)
		m->limit_hits++;
	return r == 1;
}

static bool has_patterns(const struct seal_symptom *s)
{
	unsigned k;

	for (k = 0; k < SEAL_PATTERN_KIND_MAX_; k++)
		if (s->n_patterns[k])
			return true;
	return false;
}

static bool patterns_hold(struct seal_matcher *m, const struct seal_symptom *s,
			  const struct facts *f)
{
	uint32_t i;

	if (s->relay && !pattern_matches(m, s->relay, f->relay, NULL))
		return false;
	for (i = 0; i < s->n_patterns[f->kind]; i++)
		if (pattern_matches(m, &s->patterns[f->kind][i], f->text, &f->text_pieces))
			return true;
	for (i = 0; f->lead.n && i < s->n_patterns[SEAL_PATTERN_LOCAL]; i++)
		if (pattern_matches(m, &s->patterns[SEAL_PATTERN_LOCAL][i], f->lead,
				    &f->lead_pieces))
			return true;
	return !has_patterns(s);
}

static const struct seal_symptom *first_match(struct seal_matcher *m, struct facts *f)
{
	seal_pieces_of(f->text, &f->text_pieces);
	seal_pieces_of(f->lead, &f->lead_pieces);
	seal_vec_each (s, &m->rules->symptoms)
		if (filters_hold(s, f) && patterns_hold(m, s, f))
			return s;
	return NULL;
}

/* --- facts of a query --------------------------------------------------------------------------
 */

static bool is_loopback(const struct seal_reason *r)
{
	static const unsigned char one[16] = {[15] = 1};

	if (r->addr.bits == 32)
		return r->addr.b[0] == 127;
	if (r->addr.bits == 128)
		return memcmp(r->addr.b, one, sizeof(one)) == 0;
	return seal_bytes_is(r->host, "localhost");
}

static uint16_t port_of(const struct seal_symptom_query *q)
{
	ssize_t colon = seal_bytes_rchr(q->relay, ':');
	uint32_t port;

	if (q->reason->port || colon < 0)
		return q->reason->port;
	if (seal_parse_u32(seal_bytes_from(q->relay, (size_t)colon + 1), 10, &port) < 0 ||
	    port > UINT16_MAX)
		return 0;
	return (uint16_t)port;
}

static struct seal_bytes lead_of(const struct seal_reason *r)
{
	if (r->origin != SEAL_REASON_COMMAND)
		return SEAL_BYTES_NONE;
	return seal_bytes_first(r->whole, (size_t)(r->text.p - r->whole.p));
}

static void facts_of(struct seal_matcher *m, const struct seal_symptom_query *q, struct facts *f)
{
	static const enum seal_pattern_kind kinds[SEAL_REASON_ORIGIN_MAX_] = {
		[SEAL_REASON_LOCAL] = SEAL_PATTERN_LOCAL,
		[SEAL_REASON_REMOTE] = SEAL_PATTERN_REMOTE,
		[SEAL_REASON_INBOUND] = SEAL_PATTERN_INBOUND,
		[SEAL_REASON_COMMAND] = SEAL_PATTERN_COMMAND,
	};
	const struct seal_reason *r = q->reason;

	m->text.n = 0;
	seal_reason_normalise(r, &m->text);
	*f = (struct facts){
		.reason = r,
		.daemon = r->suspended ? SEAL_BYTES_NONE : q->daemon,
		.dsn = q->dsn.n ? q->dsn : r->enhanced[0],
		.relay = m->uses_relay ? q->relay : SEAL_BYTES_NONE,
		.text = seal_buf_bytes(&m->text),
		.lead = lead_of(r),
		.port = port_of(q),
		.loopback = is_loopback(r),
		.kind = kinds[r->origin],
	};
}

/* --- cache -------------------------------------------------------------------------------------
 */

static uint64_t hash_of(struct seal_bytes b)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */
	size_t i;

	for (i = 0; i < b.n; i++)
		h = (h ^ (unsigned char)b.p[i]) * 0x100000001b3u;
	return h;
}

/* all that filters and patterns look at, as bytes */
static struct seal_bytes key_of(struct seal_matcher *m, const struct facts *f)
{
	const struct seal_reason *r = f->reason;
	const uint32_t numbers[] = {r->origin,
				    r->form,
				    r->phase,
				    r->transport,
				    r->code,
				    (uint32_t)r->error,
				    f->port,
				    f->loopback,
				    (uint32_t)f->daemon.n,
				    (uint32_t)f->dsn.n,
				    (uint32_t)f->relay.n};

	m->key.n = 0;
	seal_buf_put(&m->key, numbers, sizeof(numbers));
	seal_buf_put(&m->key, f->daemon.p, f->daemon.n);
	seal_buf_put(&m->key, f->dsn.p, f->dsn.n);
	seal_buf_put(&m->key, f->relay.p, f->relay.n);
	seal_buf_put(&m->key, f->lead.p, f->lead.n);
	seal_buf_put(&m->key, f->text.p, f->text.n);
	return seal_buf_bytes(&m->key);
}

/* the slot that holds @key, or a free one for it, or NULL when its neighbourhood is full */
static struct slot *slot_of(const struct seal_matcher *m, struct seal_bytes key, uint64_t hash)
{
	size_t i;

	for (i = 0; i < CACHE_PROBES; i++) {
		struct slot *s = &m->slots[(hash + i) & (CACHE_SLOTS - 1)];

		if (!s->used || (s->hash == hash && seal_bytes_eq(s->key, key)))
			return s;
	}
	return NULL;
}

const struct seal_symptom *seal_symptom_match(struct seal_matcher *m,
					      const struct seal_symptom_query *q)
{
	const struct seal_symptom *found;
	struct seal_bytes key;
	struct slot *slot;
	struct facts f;
	uint64_t hash;

	facts_of(m, q, &f);
	key = key_of(m, &f);
	if (m->text.err || m->key.err)
		return NULL;
	hash = hash_of(key);
	slot = slot_of(m, key, hash);
	if (slot && slot->used)
		return slot->symptom;

	found = first_match(m, &f);
	if (slot && seal_arena_used(m->keys) + key.n <= CACHE_KEYS_BYTES &&
	    seal_arena_copy(m->keys, key, &slot->key) == 0) {
		slot->hash = hash;
		slot->symptom = found;
		slot->used = true;
	}
	return found;
}

bool seal_symptom_is_unexplained(const struct seal_symptom *s)
{
	return s->verdict && s->verdict->class_ == SEAL_CLASS_UNKNOWN;
}
