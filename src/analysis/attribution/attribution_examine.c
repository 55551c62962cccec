/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>

#include "analysis/attribution/attribution_impl.h"

/* attribution_examine.c - the candidates of a case, each put to its test; the surest stands */

#define CANDIDATES_MAX 24

static seal_test_fn *const tests[SEAL_CLASS_MAX_] = {
	[SEAL_CLASS_SELINUX] = seal_test_selinux,
	[SEAL_CLASS_FIREWALL] = seal_test_firewall,
	[SEAL_CLASS_DAC] = seal_test_dac,
	[SEAL_CLASS_ROUTE] = seal_test_route,
	[SEAL_CLASS_SANDBOX] = seal_test_sandbox,
	[SEAL_CLASS_SERVICE] = seal_test_service,
	[SEAL_CLASS_CONFIG] = seal_test_config,
	[SEAL_CLASS_DNS] = seal_test_dns,
	[SEAL_CLASS_DISK] = seal_test_disk,
	[SEAL_CLASS_REMOTE] = seal_test_remote,
	[SEAL_CLASS_AUTH] = seal_test_auth,
	[SEAL_CLASS_TLS] = seal_test_tls,
	[SEAL_CLASS_RELAY] = seal_test_relay,
	[SEAL_CLASS_POLICY] = seal_test_words,
	[SEAL_CLASS_SENDERAUTH] = seal_test_senderauth,
	[SEAL_CLASS_REPUTATION] = seal_test_words,
	[SEAL_CLASS_RECIPIENT] = seal_test_recipient,
	[SEAL_CLASS_CONTENT] = seal_test_words,
	[SEAL_CLASS_QUEUE] = seal_test_words,
};

struct candidate {
	const struct seal_verdict *verdict;
	struct seal_finding f;
};

struct candidates {
	struct candidate v[CANDIDATES_MAX];
	size_t n;
};

int seal_finding_say(struct seal_attribution *at, struct seal_finding *f,
		     const struct seal_origin *o, const char *fmt, ...)
{
	struct seal_quote *q;
	va_list ap;
	int r;

	q = seal_vec_add(&f->evidence);
	if (!q)
		return -ENOMEM;
	if (o)
		q->origin = *o;
	va_start(ap, fmt);
	r = seal_arena_intern_vprintf(at->h->arena, &q->text, fmt, ap);
	va_end(ap);
	return r;
}

int seal_finding_quote(struct seal_finding *f, const struct seal_origin *o, struct seal_bytes text)
{
	struct seal_quote *q;

	q = seal_vec_add(&f->evidence);
	if (!q)
		return -ENOMEM;
	q->text = text;
	q->record = true;
	if (o)
		q->origin = *o;
	return 0;
}

int seal_finding_refute(struct seal_attribution *at, struct seal_finding *f, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = seal_arena_intern_vprintf(at->h->arena, &f->why, fmt, ap);
	va_end(ap);
	f->refuted = true;
	return r;
}

static void add_candidate(struct candidates *cs, const struct seal_verdict *v)
{
	size_t i;

	if (!v || cs->n == CANDIDATES_MAX)
		return;
	for (i = 0; i < cs->n; i++)
		if (cs->v[i].verdict == v)
			return;
	cs->v[cs->n++].verdict = v;
}

/* gather - what the words leave open: the symptom's own verdict or its candidates, what the errno
 * allows over that transport, and SELinux whenever a denial of that very attempt exists */
static void gather(struct seal_attribution *at, const struct seal_case *c, struct candidates *cs)
{
	struct seal_verdicts by_errno;
	size_t i;

	/* a peer that answered was reached: no denial of ours stands behind its words */
	for (i = 0; c->reason.origin != SEAL_REASON_REMOTE && i < c->n_matches; i++)
		if (c->matches[i].object != SEAL_SAME_NO)
			add_candidate(
				cs, seal_rules_verdict(at->rules,
						       seal_denial_verdict(c->matches[i].denial)));
	add_candidate(cs, c->symptom->verdict);
	for (i = 0; i < c->symptom->needs.n; i++)
		add_candidate(cs, c->symptom->needs.v[i]);
	if (c->reason.error && c->reason.origin != SEAL_REASON_REMOTE && !c->symptom->verdict) {
		by_errno = seal_rules_errno(at->rules, c->reason.error, c->reason.transport);
		for (i = 0; i < by_errno.n; i++)
			add_candidate(cs, by_errno.v[i]);
	}
}

static void finding_done(struct seal_finding *f)
{
	seal_vec_done(&f->evidence);
	seal_vec_done(&f->also);
}

static int put_to_test(struct seal_attribution *at, const struct seal_case *c,
		       struct candidates *cs)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < cs->n; i++)
		if (tests[cs->v[i].verdict->class_])
			r = tests[cs->v[i].verdict->class_](at, c, cs->v[i].verdict, &cs->v[i].f);
	return r;
}

static struct candidate *surest(struct candidates *cs)
{
	struct candidate *best = NULL;
	size_t i;

	for (i = 0; i < cs->n; i++) {
		if (cs->v[i].f.refuted)
			continue;
		if (!best || cs->v[i].f.certainty > best->f.certainty)
			best = &cs->v[i];
	}
	return best && best->f.certainty > SEAL_CERTAINTY_UNKNOWN ? best : NULL;
}

struct seal_cause seal_cause_unknown(const char *reason)
{
	return (struct seal_cause){
		.verdict = "unknown",
		.class_ = SEAL_CLASS_UNKNOWN,
		.title = SEAL_LIT("the evidence does not tell why"),
		.reason = seal_bytes_of(reason),
		.group = -1,
	};
}

/* find_shared - the place of an equal cause; SEAL_TABLE_NONE when there is none */
static uint32_t find_shared(const struct seal_attribution *at, const struct seal_cause *c,
			    uint64_t hash)
{
	size_t at_slot = 0;
	uint32_t i;

	while ((i = seal_table_next(&at->shared, hash, &at_slot)) != SEAL_TABLE_NONE)
		if (seal_cause_eq(at->x->causes.v[i], c)) /* equal: groups are of equal ones too */
			break;
	return i;
}

int seal_cause_share(struct seal_attribution *at, struct seal_cause *c, struct seal_cause **ret)
{
	uint64_t hash = seal_cause_hash(c);
	uint32_t i = find_shared(at, c, hash);
	struct seal_cause **slot, *own;

	if (i != SEAL_TABLE_NONE) {
		seal_cause_done(c);
		*ret = at->x->causes.v[i];
		return 0;
	}
	slot = seal_vec_add(&at->x->causes);
	own = slot ? malloc(sizeof(*own)) : NULL;
	if (!own) {
		at->x->causes.n -= slot != NULL;
		seal_cause_done(c);
		return -ENOMEM;
	}
	*own = *c;
	*slot = *ret = own;
	return seal_table_add(&at->shared, hash, (uint32_t)(at->x->causes.n - 1));
}

int seal_quotes_keep(struct seal_attribution *at, const struct seal_quote *v, size_t n,
		     struct seal_quotes *ret)
{
	struct seal_quote *own;

	own = seal_arena_alloc(at->h->arena, n * sizeof(*own));
	if (!own)
		return -ENOMEM;
	if (n)
		memcpy(own, v, n * sizeof(*own));
	*ret = (struct seal_quotes){own, n};
	return 0;
}

static int add_ruled_out(struct seal_cause *cause, const struct candidates *cs,
			 const struct candidate *chosen)
{
	struct seal_ruled_out *out;
	size_t i;

	for (i = 0; i < cs->n; i++) {
		if (&cs->v[i] == chosen || !cs->v[i].f.refuted)
			continue;
		out = seal_vec_add(&cause->ruled_out);
		if (!out)
			return -ENOMEM;
		out->verdict = cs->v[i].verdict->id;
		out->why = cs->v[i].f.why;
	}
	return 0;
}

/* open_questions - for an unknown: the candidates that could be neither confirmed nor refuted */
static int open_questions(struct seal_attribution *at, const struct candidates *cs,
			  struct seal_cause *cause)
{
	seal_auto_buf struct seal_buf b = {0};
	size_t i, n = 0;

	for (i = 0; i < cs->n; i++) {
		if (cs->v[i].f.refuted || cs->v[i].verdict->class_ == SEAL_CLASS_UNKNOWN)
			continue;
		seal_buf_printf(&b, "%s%s", n++ ? ", " : "not decided: ", cs->v[i].verdict->id);
		if (cs->v[i].f.why.n) {
			seal_buf_puts(&b, " (");
			seal_buf_put(&b, cs->v[i].f.why.p, cs->v[i].f.why.n);
			seal_buf_putc(&b, ')');
		}
	}
	if (!n)
		seal_buf_puts(&b, "no known symptom matches these words");
	if (b.err)
		return b.err;
	return seal_arena_intern(at->h->arena, seal_buf_bytes(&b), &cause->reason);
}

/* by_words - when evidence decides nothing, and refutes it neither: what the words leave as
 * possible
 */
static const struct seal_verdict *by_words(const struct seal_case *c, const struct candidates *cs)
{
	const struct seal_verdict *v = c->symptom->otherwise;
	size_t i;

	for (i = 0; v && i < cs->n; i++)
		if (cs->v[i].verdict == v && cs->v[i].f.refuted)
			return NULL;
	return v;
}

static void take_words(const struct seal_case *c, const struct seal_verdict *v,
		       struct seal_cause *ret)
{
	ret->title = SEAL_BYTES_NONE;
	ret->verdict = v->id;
	ret->class_ = v->class_;
	ret->certainty = SEAL_CERTAINTY_POSSIBLE;
	ret->object.host = c->reason.host;
	ret->object.address = c->reason.address;
	ret->object.port = c->reason.port;
	ret->object.path = c->reason.socket.n ? c->reason.socket : c->reason.path;
}

/* cause_of - the cause that the surest candidate makes, or an unknown one */
static int cause_of(struct seal_attribution *at, const struct seal_case *c, struct candidates *cs,
		    struct candidate *best, struct seal_cause *ret)
{
	const struct seal_verdict *words;

	*ret = seal_cause_unknown(NULL);
	ret->daemon = c->daemon;
	if (!best) {
		words = by_words(c, cs);
		if (words)
			take_words(c, words, ret);
		return open_questions(at, cs, ret);
	}
	ret->title = SEAL_BYTES_NONE;
	ret->verdict = best->verdict->id;
	ret->class_ = best->verdict->class_;
	ret->certainty = best->f.certainty > c->cap ? c->cap : best->f.certainty;
	ret->object = best->f.object;
	ret->denial = best->f.denial;
	ret->also.v = best->f.also.v;
	ret->also.n = best->f.also.n;
	ret->also.cap = best->f.also.cap;
	memset(&best->f.also, 0, sizeof(best->f.also));
	return 0;
}

static int tell(struct seal_attribution *at, const struct seal_case *c, struct candidates *cs,
		struct seal_cause **ret, struct seal_quotes *proof)
{
	const struct seal_quote line = {c->texts[0], c->origins[0], true};
	struct seal_finding none = {0}, *f;
	struct candidate *best = surest(cs);
	struct seal_cause cause;
	struct seal_quote *q;
	int r;

	f = best ? &best->f : &none;
	q = seal_vec_add(&f->evidence);
	if (!q)
		return -ENOMEM;
	*q = line;
	r = seal_quotes_keep(at, f->evidence.v, f->evidence.n, proof);
	seal_vec_done(&none.evidence);
	if (r < 0)
		return r;
	r = cause_of(at, c, cs, best, &cause);
	if (r == 0)
		r = add_ruled_out(&cause, cs, best);
	if (r == 0)
		return seal_cause_share(at, &cause, ret);
	seal_cause_done(&cause);
	return r;
}

int seal_case_examine(struct seal_attribution *at, struct seal_case *c, struct seal_cause **ret,
		      struct seal_quotes *proof)
{
	struct candidates *cs;
	size_t i;
	int r;

	cs = calloc(1, sizeof(*cs));
	if (!cs)
		return -ENOMEM;
	gather(at, c, cs);
	r = put_to_test(at, c, cs);
	if (r == 0)
		r = tell(at, c, cs, ret, proof);
	for (i = 0; i < cs->n; i++)
		finding_done(&cs->v[i].f);
	free(cs);
	return r;
}

/* is_said_by_code - the enhanced status code itself, not only the words, says this verdict (RFC
 * 3463, RFC 4954, RFC 7372) */
static bool is_said_by_code(const struct seal_reason *r, const char *verdict)
{
	static const struct {
		const char *end, *verdict;
	} known[] = {
		{".1.1", "recipient.unknown"},    {".2.1", "recipient.disabled"},
		{".2.2", "recipient.full"},       {".3.4", "content.size"},
		{".7.8", "auth.bad_credentials"}, {".7.25", "senderauth.ptr"},
		{".7.23", "senderauth.spf"},
	};
	unsigned i;
	size_t k;

	for (i = 0; i < r->n_enhanced; i++)
		for (k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			if (strcmp(known[k].verdict, verdict) == 0 && r->enhanced[i].n > 1 &&
			    seal_bytes_is(seal_bytes_from(r->enhanced[i], 1), known[k].end))
				return true;
	return false;
}

void seal_finding_peer(struct seal_finding *f, const struct seal_case *c)
{
	f->object.host = c->reason.host;
	f->object.address = c->reason.address;
	f->object.port = c->reason.port;
	f->object.reply_code = c->reason.code;
}

int seal_test_words(struct seal_attribution *at, const struct seal_case *c,
		    const struct seal_verdict *v, struct seal_finding *f)
{
	(void)at;
	if (c->symptom->verdict != v)
		return 0;
	f->certainty = SEAL_CERTAINTY_LIKELY;
	seal_finding_peer(f, c);
	/* anybody on the host can write to the system log; the queue file is Postfix's own */
	if (c->in_queue && (is_said_by_code(&c->reason, v->id) ||
			    (c->reason.origin == SEAL_REASON_LOCAL && c->reason.error)))
		f->certainty = SEAL_CERTAINTY_CERTAIN;
	return 0;
}
