/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/attribution/attribution.h"

#include <errno.h>

#include "analysis/attribution/attribution_impl.h"
#include "analysis/denials/object_path.h"
#include "analysis/queue_health.h"
#include "evidence/selinux/sepol_memory.h"

/* attribution.c - the order of work: messages, then what waits without a word, then lines without a
 * message, then groups and their fixes */

/* lines of one process looked at, on either side */
#define NEAR_MAX 64

#define AROUND_US (2 * SEAL_SECOND_US)
#define CRASH_US  (60 * SEAL_SECOND_US) /* from a daemon's last words to master's line about it */

static void mark(struct seal_attribution *at, const struct seal_mail_event *e)
{
	at->told[e - at->h->mail.events.v] = true;
}

static void mark_rcpt_notes(struct seal_attribution *at, const struct seal_recipient *r)
{
	size_t i;

	for (i = 0; i < r->notes.n; i++)
		at->told[r->notes.v[i]] = true;
}

static int explain_recipient(struct seal_attribution *at, const struct seal_explained_message *m,
			     struct seal_explained_recipient *rcpt)
{
	struct seal_case *c;
	int r;

	c = malloc(sizeof(*c));
	if (!c)
		return -ENOMEM;
	r = seal_case_of_recipient(at, m, rcpt, c);
	if (r == 1) {
		r = seal_case_examine(at, c, &rcpt->cause, &rcpt->proof);
		mark_rcpt_notes(at, rcpt->rcpt);
		if (c->told_by_event)
			mark(at, c->told_by_event);
		if (rcpt->status == SEAL_RCPT_WAITING)
			rcpt->status = SEAL_RCPT_STUCK;
	}
	free(c);
	return r;
}

static int explain_messages(struct seal_attribution *at)
{
	int r = 0;

	seal_vec_each (m, &at->x->messages) {
		seal_vec_each (rcpt, &m->recipients) {
			if (r == 0)
				r = explain_recipient(at, m, rcpt);
		}
	}
	return r;
}

/* has_warning - the same process said just before what it rejected for */
static bool has_warning(const struct seal_attribution *at, const struct seal_mail_event *e)
{
	return seal_event_warned(at->events, e->pid,
				 seal_window_about(e->time_us, e->last_us, AROUND_US, 0));
}

/* died_silently - a signal ended the process, none that a stop sends, and it left no last words */
static bool died_silently(const struct seal_attribution *at, const struct seal_mail_event *e)
{
	static const char *const asked[] = {"signal 1", "signal 2", "signal 15"};
	size_t i;

	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		if (seal_bytes_ends(e->text, asked[i]))
			return false;
	return e->about_pid && seal_bytes_find(e->text, " killed by signal ") >= 0 &&
	       !seal_event_fatal_of(
		       at->events, e->about_pid,
		       seal_window_about(e->time_us, e->last_us, CRASH_US, SEAL_SECOND_US));
}

/* needs_cause - a line without a message that tells of a fault of this host, or of mail it turned
 * away */
static bool needs_cause(const struct seal_attribution *at, const struct seal_mail_event *e)
{
	if (at->told[e - at->h->mail.events.v])
		return false;
	if (e->kind == SEAL_MAIL_MASTER_EXIT)
		return died_silently(at, e);
	if (seal_event_is_reject(e))
		return !has_warning(at, e);
	return e->severity >= SEAL_SEVERITY_WARNING;
}

static int explain_event(struct seal_attribution *at, const struct seal_mail_event *e)
{
	struct seal_event_cause *kept;
	struct seal_cause *cause = NULL;
	struct seal_quotes proof = {0};
	struct seal_case *c;
	bool vague, refused;
	int r;

	c = malloc(sizeof(*c));
	if (!c)
		return -ENOMEM;
	r = seal_case_of_event(at, e, c);
	/* a warning with no known meaning is no fault; the last words of a daemon are */
	if (r == 1 && e->severity < SEAL_SEVERITY_FATAL && !c->reason.error && !c->n_matches &&
	    seal_symptom_is_unexplained(c->symptom))
		r = 0;
	if (r == 1)
		r = seal_case_examine(at, c, &cause, &proof);
	vague = c->reason.origin == SEAL_REASON_LOCAL && !c->reason.error;
	refused = c->reason.origin == SEAL_REASON_LOCAL &&
		  (c->reason.error == EACCES || c->reason.error == EPERM);
	free(c);
	if (r < 0 || !cause)
		return r;
	if (cause->certainty == SEAL_CERTAINTY_UNKNOWN && e->severity < SEAL_SEVERITY_FATAL &&
	    !refused)
		return 0;
	kept = seal_vec_add(&at->event_causes);
	if (!kept)
		return -ENOMEM;
	*kept = (struct seal_event_cause){e, cause, proof, vague, false};
	return 0;
}

static int by_process(const void *a, const void *b)
{
	const struct seal_event_cause *x = a, *y = b;

	if (x->event->pid != y->event->pid)
		return x->event->pid < y->event->pid ? -1 : 1;
	return x->event < y->event ? -1 : x->event > y->event;
}

static int by_event(const void *a, const void *b)
{
	const struct seal_event_cause *x = a, *y = b;

	return x->event < y->event ? -1 : x->event > y->event;
}

/* is_near - a line of the same process at about the same time */
static bool is_near(const struct seal_event_cause *a, const struct seal_event_cause *b)
{
	int64_t apart;

	return a->event->pid == b->event->pid &&
	       !__builtin_sub_overflow(a->event->time_us, b->event->time_us, &apart) &&
	       apart <= AROUND_US && apart >= -AROUND_US;
}

/* follows - v[i] names no errno of its own, and the same process has told at the same time a fault
 * that is certain: its last words, or those of a library, about the same */
static bool follows(const struct seal_event_cause *v, size_t n, size_t i)
{
	size_t k;

	if (!v[i].vague || !v[i].event->pid || v[i].cause->certainty == SEAL_CERTAINTY_CERTAIN)
		return false;
	for (k = i; k > 0 && i - k < NEAR_MAX && is_near(&v[k - 1], &v[i]); k--)
		if (v[k - 1].cause->certainty == SEAL_CERTAINTY_CERTAIN)
			return true;
	for (k = i + 1; k < n && k - i < NEAR_MAX && is_near(&v[k], &v[i]); k++)
		if (v[k].cause->certainty == SEAL_CERTAINTY_CERTAIN)
			return true;
	return false;
}

/* echoes - v[i] only says that a look-up failed; the daemon that was asked told more at that time
 */
static bool echoes(const struct seal_event_cause *v, size_t n, size_t i)
{
	int64_t apart;
	size_t k;

	if (v[i].cause->certainty > SEAL_CERTAINTY_POSSIBLE ||
	    seal_event_is_of_resolver(v[i].event) ||
	    (strcmp(v[i].cause->verdict, "config.lookup") != 0 &&
	     strcmp(v[i].cause->verdict, "service.subsystem") != 0))
		return false;
	for (k = i > NEAR_MAX ? i - NEAR_MAX : 0; k < n && k < i + NEAR_MAX; k++)
		if (seal_event_is_of_resolver(v[k].event) &&
		    strcmp(v[k].cause->verdict, "config.lookup") != 0 &&
		    !__builtin_sub_overflow(v[k].event->time_us, v[i].event->time_us, &apart) &&
		    apart <= AROUND_US && apart >= -AROUND_US)
			return true;
	return false;
}

/* drop - leave out what was marked */
static size_t drop(struct seal_event_cause *v, size_t n)
{
	size_t i, kept = 0;

	for (i = 0; i < n; i++)
		if (!v[i].dropped)
			v[kept++] = v[i];
	return kept;
}

/* drop_consequences - one fault, one cause: what a process says besides is no other */
static void drop_consequences(struct seal_attribution *at)
{
	struct seal_event_cause *v = at->event_causes.v;
	size_t n = at->event_causes.n, i;

	if (!n)
		return;
	qsort(v, n, sizeof(*v), by_process);
	for (i = 0; i < n; i++)
		v[i].dropped = follows(v, n, i);
	n = drop(v, n);
	qsort(v, n, sizeof(*v), by_event);
	for (i = 0; i < n; i++)
		v[i].dropped = echoes(v, n, i);
	at->event_causes.n = drop(v, n);
}

static int explain_events(struct seal_attribution *at)
{
	int r = 0;

	seal_vec_each (e, &at->h->mail.events) {
		if (r == 0 && needs_cause(at, e))
			r = explain_event(at, e);
	}
	if (r == 0)
		drop_consequences(at);
	return r;
}

/* holds_up - whether the failure of that daemon keeps messages of this queue from moving */
static bool holds_up(const struct seal_mail_event *e, enum seal_queue_name queue)
{
	static const char *const feeding_maildrop[] = {"pickup", "cleanup", "master"};
	size_t i;

	if (queue == SEAL_QUEUE_INCOMING || queue == SEAL_QUEUE_ACTIVE ||
	    queue == SEAL_QUEUE_DEFERRED)
		return seal_bytes_is(e->daemon, "qmgr") || seal_bytes_is(e->daemon, "master");
	if (queue != SEAL_QUEUE_MAILDROP)
		return false;
	for (i = 0; i < sizeof(feeding_maildrop) / sizeof(feeding_maildrop[0]); i++)
		if (seal_bytes_is(e->daemon, feeding_maildrop[i]))
			return true;
	return false;
}

/* stopper - the last fault with a known cause of a daemon that this message has to pass */
static const struct seal_event_cause *stopper(const struct seal_attribution *at,
					      const struct seal_explained_message *m)
{
	const struct seal_event_cause *last = NULL;

	seal_vec_each (ec, &at->event_causes) {
		if (ec->event->severity < SEAL_SEVERITY_FATAL || !holds_up(ec->event, m->queue) ||
		    ec->cause->certainty == SEAL_CERTAINTY_UNKNOWN)
			continue;
		if (!last || ec->event->last_us >= last->event->last_us)
			last = ec;
	}
	return last;
}

/* explain_silent - a message that waits without a word: behind a daemon that failed (then at most
 * likely), on hold, or for its turn */
static int explain_silent(struct seal_attribution *at, const struct seal_explained_message *m,
			  struct seal_explained_recipient *rcpt)
{
	const struct seal_event_cause *by = stopper(at, m);
	struct seal_cause cause = seal_cause_unknown(
		m->queue == SEAL_QUEUE_HOLD
			? "the message is on hold: somebody put it there (postsuper -H releases it)"
			: "no attempt to deliver it has been logged");
	struct seal_quote line = {.record = true};

	if (!by)
		return seal_cause_share(at, &cause, &rcpt->cause);
	cause.verdict = by->cause->verdict;
	cause.class_ = by->cause->class_;
	cause.title = by->cause->title;
	cause.object = by->cause->object;
	cause.daemon = by->cause->daemon;
	cause.reason = SEAL_BYTES_NONE;
	cause.certainty = by->cause->certainty > SEAL_CERTAINTY_LIKELY ? SEAL_CERTAINTY_LIKELY
								       : by->cause->certainty;
	rcpt->status = SEAL_RCPT_STUCK;
	line.text = by->event->text;
	line.origin = by->event->origin;
	if (seal_quotes_keep(at, &line, 1, &rcpt->proof) < 0)
		return -ENOMEM;
	return seal_cause_share(at, &cause, &rcpt->cause);
}

static int explain_silent_ones(struct seal_attribution *at)
{
	int r = 0;

	seal_vec_each (m, &at->x->messages) {
		seal_vec_each (rcpt, &m->recipients) {
			if (r == 0 && !rcpt->cause)
				r = explain_silent(at, m, rcpt);
		}
	}
	return r;
}

static int explain_denials(struct seal_attribution *at)
{
	struct seal_denial_query query = {.all = true};
	seal_auto_log_paths struct seal_log_paths hints = {0};
	int r;

	r = seal_log_paths(at->h, &hints);
	query.hints = hints.v.v;
	query.n_hints = hints.v.n;
	return r < 0 ? r : seal_denials_explain(at->h, &query, &at->denials);
}

static bool is_told(const struct seal_explanation *x, const struct seal_denial_group *d)
{
	seal_vec_each (g, &x->groups) {
		const struct seal_object *o = &g->cause->object;

		if (seal_bytes_eq(o->source_type, d->source_type) &&
		    seal_bytes_eq(o->target_type, d->target_type) &&
		    seal_bytes_eq(o->tclass, d->tclass))
			return true;
	}
	return false;
}

/* count_silent_denials - what SELinux refused to mail without a message that failed of it: a
 * .forward that local(8) may not read, say */
static void count_silent_denials(struct seal_attribution *at)
{
	seal_vec_each (d, &at->denials->groups) {
		at->x->n_silent_denials +=
			d->by_mail && !d->permissive && !d->stale && !is_told(at->x, d);
	}
}

static int start(struct seal_attribution *at)
{
	int r;

	at->x = calloc(1, sizeof(*at->x));
	at->told = calloc(at->h->mail.events.n + 1, sizeof(at->told[0]));
	if (!at->x || !at->told)
		return -ENOMEM;
	r = seal_matcher_new(at->rules, &at->matcher);
	if (r == 0)
		r = seal_event_index_new(at->h, &at->events);
	if (r == 0)
		r = seal_avc_index_new(at->h, at->events, &at->avcs);
	if (r == 0)
		r = seal_egress_new(at->h, &at->egress);
	if (r == 0)
		r = seal_endpoints_find(at->h, &at->endpoints);
	return r;
}

static void stop(struct seal_attribution *at)
{
	seal_matcher_free(at->matcher);
	seal_avc_index_free(at->avcs);
	seal_event_index_free(at->events);
	seal_egress_free(at->egress);
	seal_endpoints_done(&at->endpoints);
	seal_vec_done(&at->event_causes);
	seal_vec_done(&at->domains);
	seal_vec_done(&at->subjects);
	seal_vec_each (p, &at->processes) {
		free(*p);
	}
	seal_vec_done(&at->processes);
	seal_vec_done(&at->ingress);
	seal_denial_report_free(at->denials);
	seal_explanation_free(at->x);
	seal_table_done(&at->shared);
	free(at->told);
}

int seal_explain(struct seal_host *h, const struct seal_rules *rules, struct seal_ids ids,
		 struct seal_explanation **ret)
{
	struct seal_attribution at = {.h = h, .rules = rules};
	int r;

	r = start(&at);
	if (r == 0)
		r = seal_messages_join(h, ids, at.x);
	if (r == 0)
		r = explain_messages(&at);
	if (r == 0)
		r = explain_events(&at);
	if (r == 0)
		r = explain_silent_ones(&at);
	if (r == 0)
		r = seal_attribution_ingress(&at);
	if (r == 0)
		r = explain_denials(&at);
	if (r == 0)
		r = seal_attribution_group(&at, ids.n == 0);
	if (r == 0 && ids.n == 0)
		count_silent_denials(&at);
	if (r == 0)
		r = seal_attribution_fix(&at);
	if (r == 0 && h->follow.n)
		r = seal_attribution_story(&at);
	if (r == 0 && ids.n == 0)
		r = seal_queue_health(h, at.x, &at.x->health);
	if (r == 0 && seal_sepol_memory_was_short())
		r = -ENOMEM;
	if (r == 0)
		*ret = seal_take(at.x);
	stop(&at);
	return r;
}
