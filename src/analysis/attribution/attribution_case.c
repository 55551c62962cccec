/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"

/* attribution_case.c - from a recipient or a log line to the case: which line tells the failure,
 * which process it was and when, and which lines belong to it */

#define WINDOW_MIN_US                                                                              \
	(2 * SEAL_SECOND_US) /* an attempt lasts at least as long, FACTS of the lab: 1.5 s */
#define CRASH_WINDOW_US                                                                            \
	(60 * SEAL_SECOND_US) /* from the crash of a daemon to the line it leaves behind */

static void set_attempt(struct seal_case *c, const struct seal_mail_event *e)
{
	struct seal_window w = seal_window_about(e->time_us, e->last_us, WINDOW_MIN_US, 0);

	c->attempt.from_us = w.from_us;
	c->attempt.to_us = w.to_us;
}

static void add_text(struct seal_case *c, struct seal_bytes text, const struct seal_origin *o)
{
	size_t i;

	if (c->n_texts == SEAL_CASE_TEXTS_MAX || !text.n)
		return;
	for (i = 0; i < c->n_texts; i++)
		if (seal_bytes_eq(c->texts[i], text))
			return;
	c->texts[c->n_texts] = text;
	c->origins[c->n_texts++] = *o;
}

/* tell_by - make @e the line that tells the failure; what told it so far becomes a note */
static void tell_by(struct seal_case *c, const struct seal_mail_event *e)
{
	size_t i;

	for (i = 0; i < c->n_texts && !seal_bytes_eq(c->texts[i], e->text); i++)
		;
	if (i == c->n_texts && c->n_texts < SEAL_CASE_TEXTS_MAX)
		c->n_texts++;
	if (i == SEAL_CASE_TEXTS_MAX)
		i--;
	for (; i > 0; i--) {
		c->texts[i] = c->texts[i - 1];
		c->origins[i] = c->origins[i - 1];
	}
	c->texts[0] = e->text;
	c->origins[0] = e->origin;
	c->daemon = e->daemon;
	c->service = e->service;
	c->instance = e->instance;
	c->pid = e->pid;
	c->time_us = e->last_us;
	set_attempt(c, e);
	c->dsn = c->relay = SEAL_BYTES_NONE;
	c->in_queue = false;
	c->told_by_event = e;
}

static int read_words(struct seal_attribution *at, struct seal_case *c)
{
	struct seal_symptom_query q = {.reason = &c->reason};

	seal_reason_parse(c->texts[0], &c->reason);
	q.daemon = c->daemon;
	q.dsn = c->dsn;
	q.relay = c->relay;
	c->symptom = seal_symptom_match(at->matcher, &q);
	return c->symptom ? 0 : -ENOMEM;
}

/* needs - whether @verdict is among what the symptom leaves open, or its own */
static bool needs(const struct seal_symptom *s, const char *verdict)
{
	uint32_t i;

	for (i = 0; i < s->needs.n; i++)
		if (strcmp(s->needs.v[i]->id, verdict) == 0)
			return true;
	return s->verdict && strcmp(s->verdict->id, verdict) == 0;
}

/* is_settled - candidates of the network itself are left open: no other line of the process tells
 * more of a name that did not resolve or of a connection that broke */
static bool is_settled(const struct seal_symptom *s)
{
	uint32_t i;

	for (i = 0; i < s->needs.n; i++)
		if (s->needs.v[i]->class_ == SEAL_CLASS_DNS ||
		    s->needs.v[i]->class_ == SEAL_CLASS_REMOTE)
			return true;
	return s->verdict && s->verdict->class_ != SEAL_CLASS_TLS;
}

bool seal_case_leans_on_notes(const struct seal_case *c)
{
	return c->reason.origin != SEAL_REASON_REMOTE && !c->reason.error &&
	       !is_settled(c->symptom);
}

static bool is_vague(const struct seal_case *c)
{
	if (c->reason.origin == SEAL_REASON_REMOTE)
		return false;
	return seal_symptom_is_unexplained(c->symptom) ||
	       needs(c->symptom, "config.see_warning_line") ||
	       needs(c->symptom, "service.see_fatal_line") ||
	       (!c->symptom->verdict && seal_case_leans_on_notes(c));
}

/* worth - how much a note tells: an errno of our own most, then any known symptom */
static int worth(struct seal_attribution *at, const struct seal_mail_event *e)
{
	struct seal_reason reason;
	struct seal_symptom_query q = {.reason = &reason, .daemon = e->daemon};
	const struct seal_symptom *s;

	if (e->severity < SEAL_SEVERITY_WARNING && e->kind != SEAL_MAIL_CONNECT &&
	    e->kind != SEAL_MAIL_TLS)
		return 0;
	seal_reason_parse(e->text, &reason);
	if (reason.error)
		return 3 + (e->severity >= SEAL_SEVERITY_ERROR);
	s = seal_symptom_match(at->matcher, &q);
	if (!s || seal_symptom_is_unexplained(s))
		return 0;
	return needs(s, "config.see_warning_line") || needs(s, "service.see_fatal_line") ? 1 : 2;
}

/* better_line - when the words of the case are vague, the note that tells most takes their place */
static int better_line(struct seal_attribution *at, struct seal_case *c, const uint32_t *notes,
		       size_t n)
{
	const struct seal_mail_event *best = NULL, *e;
	int best_worth = 0, w;
	size_t i;

	if (!is_vague(c))
		return 0;
	for (i = 0; i < n; i++) {
		e = &at->h->mail.events.v[notes[i]];
		w = worth(at, e);
		if (w > best_worth) {
			best_worth = w;
			best = e;
		}
	}
	if (!best || best_worth < 2)
		return 0;
	tell_by(c, best);
	return read_words(at, c);
}

/* ended_certificate - "Server certificate not verified" says too little: the line before it, of the
 * same process, tells a certificate that has ended from one that nobody trusts */
static int ended_certificate(struct seal_attribution *at, struct seal_case *c)
{
	struct seal_reason reason;
	struct seal_symptom_query q = {.reason = &reason, .daemon = c->daemon};
	const struct seal_symptom *s;
	size_t i;

	if (c->reason.origin == SEAL_REASON_REMOTE || !needs(c->symptom, "tls.not_verified"))
		return 0;
	for (i = 1; i < c->n_texts; i++) {
		seal_reason_parse(c->texts[i], &reason);
		s = seal_symptom_match(at->matcher, &q);
		if (!s)
			return -ENOMEM;
		if (reason.origin == SEAL_REASON_REMOTE || !needs(s, "tls.expired"))
			continue;
		c->symptom = s;
		break;
	}
	return 0;
}

/* crashed_service - the transport qmgr could not reach, or the delivery agent that ended; empty
 * when it was neither: another daemon's end makes no transport unavailable */
static struct seal_bytes crashed_service(const struct seal_mail_event *e)
{
	static const char *const agents[] = {"smtp", "lmtp",  "local",   "virtual",
					     "pipe", "error", "discard", "spawn"};
	struct seal_bytes rest = e->text, word;
	ssize_t slash;
	size_t i;

	if (e->kind != SEAL_MAIL_MASTER_EXIT) {
		rest = seal_bytes_from(rest, strlen("connect to transport "));
		word = seal_bytes_cut(rest, ':', &rest);
	} else {
		seal_bytes_word(&rest); /* "process" */
		word = seal_bytes_word(&rest);
	}
	slash = seal_bytes_rchr(word, '/');
	word = seal_bytes_from(word, (size_t)(slash + 1));
	if (e->kind != SEAL_MAIL_MASTER_EXIT)
		return word;
	for (i = 0; i < sizeof(agents) / sizeof(agents[0]); i++)
		if (seal_bytes_is(word, agents[i]))
			return word;
	return SEAL_BYTES_NONE;
}

/* last_words - what a line about a crash leads to: itself, or the last words of the process */
static const struct seal_mail_event *last_words(struct seal_attribution *at,
						const struct seal_mail_event *e)
{
	if (e->kind != SEAL_MAIL_MASTER_EXIT)
		return e;
	return seal_event_fatal_of(
		at->events, e->about_pid,
		seal_window_about(e->time_us, e->last_us, CRASH_WINDOW_US, SEAL_SECOND_US));
}

/* crash_line - "mail transport unavailable" and its like are said by qmgr or error(8) of a daemon
 * that died or never answered: the warning of qmgr and the last words of that process tell why.
 * Which transport it was is not said: with several in trouble it is only likely to be this one. */
static int crash_line(struct seal_attribution *at, struct seal_case *c)
{
	const struct seal_mail_event *best = NULL, *said, *const * v;
	struct seal_bytes service, first = SEAL_BYTES_NONE;
	struct seal_window window =
		seal_window_about(c->time_us, c->time_us, CRASH_WINDOW_US, SEAL_SECOND_US);
	int best_worth = 1, w;
	bool several = false;
	bool look_up = needs(c->symptom, "service.see_resolver_line");
	size_t n, i;

	if (c->time_us == SEAL_TIME_NONE ||
	    !(look_up || needs(c->symptom, "service.see_fatal_line") ||
	      needs(c->symptom, "config.transport_name")))
		return 0;
	v = seal_event_crashes(at->events, window, &n);
	for (i = 0; i < n; i++) {
		if (seal_event_is_of_resolver(v[i]) != look_up)
			continue;
		service = look_up ? v[i]->daemon : crashed_service(v[i]);
		said = service.n ? last_words(at, v[i]) : NULL;
		if (!said)
			continue;
		several = several || (first.n && !seal_bytes_eq(first, service));
		first = service;
		w = worth(at, said);
		if (w > best_worth) {
			best_worth = w;
			best = said;
		}
	}
	if (!best)
		return 0;
	if (several)
		c->cap = SEAL_CERTAINTY_POSSIBLE;
	tell_by(c, best);
	return read_words(at, c);
}

/* earlier_attempt - a suspended delivery repeats the words of an attempt by another process: go by
 * that one */
static void earlier_attempt(struct seal_attribution *at, struct seal_case *c)
{
	const struct seal_mail_event *e;

	if (!c->reason.suspended || c->time_us == SEAL_TIME_NONE)
		return;
	e = seal_event_saying(at->events, c->reason.whole, c->time_us);
	if (!e) {
		c->pid = 0; /* that of error(8), which denied nothing and was denied nothing */
		return;
	}
	c->daemon = e->daemon;
	c->pid = e->pid;
	set_attempt(c, e);
}

/* find_process - what the configuration says of the process, remembered for each tag */
static int find_process(struct seal_attribution *at, struct seal_case *c)
{
	struct seal_process_tag tag = {c->instance, c->service, c->daemon};
	struct seal_known_process *k, **slot;
	int r;

	seal_vec_each (it, &at->processes) {
		const struct seal_process_tag *t = &(*it)->tag;

		if (!seal_bytes_eq(t->daemon, tag.daemon) ||
		    !seal_bytes_eq(t->service, tag.service) ||
		    !seal_bytes_eq(t->instance, tag.instance))
			continue;
		c->process = &(*it)->process;
		return 0;
	}
	slot = seal_vec_add(&at->processes);
	if (!slot)
		return -ENOMEM;
	k = *slot = calloc(1, sizeof(*k));
	if (!k) {
		at->processes.n--;
		return -ENOMEM;
	}
	k->tag = tag;
	r = seal_process_find(at->h, &tag, &k->process);
	c->process = &k->process;
	return r;
}

static int finish(struct seal_attribution *at, struct seal_case *c)
{
	int r = find_process(at, c);

	if (r < 0)
		return r;
	c->attempt.daemon = c->daemon;
	c->attempt.pid = c->pid;
	c->attempt.reason = &c->reason;
	c->attempt.queue_id = c->queue_id;
	c->attempt.texts = c->texts;
	c->attempt.n_texts = c->n_texts;
	c->attempt.of_lock = strcmp(c->symptom->id, "service.already_running") == 0;
	c->n_matches = seal_avc_join(at->avcs, &c->attempt, SEAL_SECOND_US, c->matches);
	return 0;
}

static void set_window(struct seal_case *c, const struct seal_recipient *r)
{
	int64_t lasted = 0;

	if (r->delay_ms[2] > 0)
		lasted += INT64_C(1000) * r->delay_ms[2];
	if (r->delay_ms[3] > 0)
		lasted += INT64_C(1000) * r->delay_ms[3];
	if (lasted < WINDOW_MIN_US)
		lasted = WINDOW_MIN_US;
	c->time_us = r->time_us;
	c->attempt.from_us = r->time_us == SEAL_TIME_NONE ? 0 : r->time_us - lasted;
	c->attempt.to_us = r->time_us == SEAL_TIME_NONE ? 0 : r->time_us;
}

static bool queue_repeats(const struct seal_explained_message *m, struct seal_bytes reason)
{
	if (!m->queued || !reason.n)
		return false;
	seal_vec_each (q, &m->queued->recipients) {
		if (seal_bytes_eq(seal_bytes_trim(q->reason), seal_bytes_trim(reason)))
			return true;
	}
	return false;
}

int seal_case_of_recipient(struct seal_attribution *at, const struct seal_explained_message *m,
			   const struct seal_explained_recipient *r, struct seal_case *c)
{
	const struct seal_recipient *rcpt = r->rcpt;
	const struct seal_mail_event *later;
	size_t i;
	int err;

	memset(c, 0, sizeof(*c));
	c->cap = SEAL_CERTAINTY_CERTAIN;
	c->queue_id = m->queue_id;
	c->recipient = rcpt->address;
	c->daemon = seal_recipient_daemon(rcpt);
	c->service = rcpt->by ? rcpt->by->service : SEAL_BYTES_NONE;
	c->instance = rcpt->by ? rcpt->by->instance : SEAL_BYTES_NONE;
	c->dsn = rcpt->dsn;
	c->relay = rcpt->relay;
	c->pid = rcpt->pid;
	set_window(c, rcpt);
	c->in_queue = queue_repeats(m, r->reason);
	add_text(c, r->reason, &rcpt->origin);
	for (i = rcpt->notes.n; i > 0; i--) {
		const struct seal_mail_event *e = &at->h->mail.events.v[rcpt->notes.v[i - 1]];

		add_text(c, e->text, &e->origin);
	}
	later = seal_event_naming(at->events, m->queue_id,
				  c->time_us == SEAL_TIME_NONE ? INT64_MIN : c->time_us);
	if (later)
		tell_by(c, later);
	if (!c->n_texts || (!r->reason.n && !later))
		return 0;
	err = read_words(at, c);
	if (err == 0 && !later) {
		earlier_attempt(at, c);
		err = better_line(at, c, rcpt->notes.v, rcpt->notes.n);
	}
	if (err == 0)
		err = ended_certificate(at, c);
	if (err == 0)
		err = crash_line(at, c);
	if (err == 0)
		err = finish(at, c);
	return err < 0 ? err : 1;
}

int seal_case_of_event(struct seal_attribution *at, const struct seal_mail_event *e,
		       struct seal_case *c)
{
	int r;

	memset(c, 0, sizeof(*c));
	c->cap = SEAL_CERTAINTY_CERTAIN;
	c->queue_id = e->queue_id;
	tell_by(c, e);
	r = read_words(at, c);
	if (r == 0)
		r = finish(at, c);
	return r < 0 ? r : e->text.n > 0;
}
