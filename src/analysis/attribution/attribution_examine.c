/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>

#include "analysis/attribution/attribution_impl.h"

/* attribution_examine.c - the candidates of a case, each put to its test; the surest stands */

#define CANDIDATES_MAX 24

static seal_test_fn *const tests[SEAL_CLASS_MAX_] = {
	[SEAL_CLASS_SELINUX] = seal_test_selinux,  [SEAL_CLASS_FIREWALL] = seal_test_firewall,
	[SEAL_CLASS_DAC] = seal_test_dac,          [SEAL_CLASS_ROUTE] = seal_test_route,
	[SEAL_CLASS_SERVICE] = seal_test_service,  [SEAL_CLASS_CONFIG] = seal_test_config,
	[SEAL_CLASS_DNS] = seal_test_dns,          [SEAL_CLASS_DISK] = seal_test_disk,
	[SEAL_CLASS_REMOTE] = seal_test_remote,    [SEAL_CLASS_AUTH] = seal_test_words,
	[SEAL_CLASS_TLS] = seal_test_words,        [SEAL_CLASS_RELAY] = seal_test_words,
	[SEAL_CLASS_POLICY] = seal_test_words,     [SEAL_CLASS_SENDERAUTH] = seal_test_words,
	[SEAL_CLASS_REPUTATION] = seal_test_words, [SEAL_CLASS_RECIPIENT] = seal_test_words,
	[SEAL_CLASS_CONTENT] = seal_test_words,    [SEAL_CLASS_QUEUE] = seal_test_words,
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

	q = seal_vec_add(&f->evidence);
	if (!q)
		return -ENOMEM;
	va_start(ap, fmt);
	q->text = seal_bytes_of(seal_arena_vprintf(at->h->arena, fmt, ap));
	va_end(ap);
	if (o)
		q->origin = *o;
	return q->text.n ? 0 : -ENOMEM;
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

	va_start(ap, fmt);
	f->why = seal_bytes_of(seal_arena_vprintf(at->h->arena, fmt, ap));
	va_end(ap);
	f->refuted = true;
	return f->why.n ? 0 : -ENOMEM;
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

static int new_cause(struct seal_attribution *at, struct seal_cause **ret)
{
	struct seal_cause **slot;

	slot = seal_vec_add(&at->x->causes);
	if (!slot)
		return -ENOMEM;
	*slot = calloc(1, sizeof(**slot));
	if (!*slot) {
		at->x->causes.n--;
		return -ENOMEM;
	}
	(*slot)->group = -1;
	*ret = *slot;
	return 0;
}

int seal_cause_unknown(struct seal_attribution *at, const char *reason, struct seal_cause **ret)
{
	struct seal_cause *c;
	int r;

	r = new_cause(at, &c);
	if (r < 0)
		return r;
	c->verdict = "unknown";
	c->class_ = SEAL_CLASS_UNKNOWN;
	c->title = SEAL_LIT("the evidence does not tell why");
	c->reason = seal_bytes_of(reason);
	*ret = c;
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
		if (cs->v[i].f.refuted)
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
	return seal_arena_copy(at->h->arena, seal_buf_bytes(&b), &cause->reason);
}

static int tell(struct seal_attribution *at, const struct seal_case *c, struct candidates *cs,
		struct seal_cause **ret)
{
	struct candidate *best = surest(cs);
	struct seal_cause *cause;
	struct seal_quote *line;
	int r;

	r = best ? new_cause(at, &cause) : seal_cause_unknown(at, NULL, &cause);
	if (r < 0)
		return r;
	cause->daemon = c->daemon;
	if (best) {
		cause->verdict = best->verdict->id;
		cause->class_ = best->verdict->class_;
		cause->certainty = best->f.certainty > c->cap ? c->cap : best->f.certainty;
		cause->object = best->f.object;
		cause->denial = best->f.denial;
		cause->evidence.v = best->f.evidence.v;
		cause->evidence.n = best->f.evidence.n;
		cause->evidence.cap = best->f.evidence.cap;
		memset(&best->f.evidence, 0, sizeof(best->f.evidence));
		cause->also.v = best->f.also.v;
		cause->also.n = best->f.also.n;
		cause->also.cap = best->f.also.cap;
		memset(&best->f.also, 0, sizeof(best->f.also));
	} else {
		r = open_questions(at, cs, cause);
	}
	line = r == 0 ? seal_vec_add(&cause->evidence) : NULL;
	if (!line)
		return -ENOMEM;
	line->text = c->texts[0];
	line->origin = c->origins[0];
	line->record = true;
	*ret = cause;
	return add_ruled_out(cause, cs, best);
}

int seal_case_examine(struct seal_attribution *at, struct seal_case *c, struct seal_cause **ret)
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
		r = tell(at, c, cs, ret);
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

int seal_test_words(struct seal_attribution *at, const struct seal_case *c,
		    const struct seal_verdict *v, struct seal_finding *f)
{
	(void)at;
	if (c->symptom->verdict != v)
		return 0;
	f->certainty = SEAL_CERTAINTY_LIKELY;
	f->object.host = c->reason.host;
	f->object.address = c->reason.address;
	f->object.port = c->reason.port;
	f->object.reply_code = c->reason.code;
	/* anybody on the host can write to the system log; the queue file is Postfix's own */
	if (c->in_queue && (is_said_by_code(&c->reason, v->id) ||
			    (c->reason.origin == SEAL_REASON_LOCAL && c->reason.error)))
		f->certainty = SEAL_CERTAINTY_CERTAIN;
	return 0;
}
