/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>

#include "analysis/attribution/attribution.h"
#include "analysis/denials/object_path.h"
#include "cli/lock.h"
#include "cli/watch_out.h"
#include "evidence/evidence.h"

/* how often the window is looked at while something comes: soon after the first news, and so seldom
 * that it takes a small part of one processor */
#define SETTLE_US     (SEAL_SECOND_US / 2)
#define NEWS_US       (1 * SEAL_SECOND_US)
#define COUNTS_US     (5 * SEAL_SECOND_US) /* when there is nothing new but counts */
#define LAG_US        (4 * SEAL_SECOND_US)
#define AGAIN_US      (30 * SEAL_SECOND_US) /* until a file is written that could not be */
#define SHARE         20 /* times the processor time an analysis took, until the next one */
#define SHARE_PRESSED 2
#define NEVER         INT64_MAX

const struct seal_format seal_formats_watch[] = {
	{"text", NULL},
	{"ndjson", NULL},
	{NULL, NULL},
};

struct watcher {
	const struct seal_cli *cli;
	const struct seal_rules *rules;
	const struct seal_root *root;
	struct seal_live *live;
	struct watching watching;
	struct watch_out out;
	int signals;
	uint64_t seen;                 /* news there are */
	uint64_t news, denials, lines; /* as of the last analysis */
	int64_t due_us, last_us;       /* next analysis; end of the last one (monotonic) */
	int64_t took_us;               /* processor time of the last one */
	bool changed;                  /* a note says that the host is not what it was */
	bool stopped;
	bool written, unwritten; /* the file of the counts was, ever; was not, the last time */
};

static int64_t clock_us(clockid_t clock)
{
	struct timespec ts = {0};

	clock_gettime(clock, &ts);
	return ts.tv_sec * SEAL_SECOND_US + ts.tv_nsec / 1000;
}

/* ---- one analysis ---- */

/* explain - causes and denials of what is in the window; h is read anew, so that a policy, a
 * ruleset, a label or a setting that changed is seen */
static int explain(struct watcher *w, const struct seal_live_copy *copy, struct seal_host **ret,
		   struct seal_err *err)
{
	const struct seal_evidence_query what = {
		.what = (SEAL_EV_ALL & ~SEAL_EV_QUEUE) | SEAL_EV_SETUP,
		.span = {SEAL_TIME_NONE, SEAL_TIME_NONE},
		.live = copy,
	};
	struct seal_denial_query query = {.all = w->cli->all};
	seal_auto_denial_report struct seal_denial_report *report = NULL;
	seal_auto_explanation struct seal_explanation *x = NULL;
	seal_auto_log_paths struct seal_log_paths hints = {0};
	seal_auto_host struct seal_host *h = NULL;
	struct watch_answer answer;
	int r;

	r = seal_evidence_read(w->root, &what, &h, err);
	if (r < 0)
		return r;
	r = seal_explain(h, w->rules, (struct seal_ids){NULL, 0}, &x);
	if (r == 0 && seal_log_paths(h, &hints) == 0) {
		query.hints = hints.v.v;
		query.n_hints = hints.v.n;
	}
	if (r == 0)
		r = seal_denials_explain(h, &query, &report);
	if (r == 0) {
		watch_out_begin(&w->out, h);
		answer = (struct watch_answer){h, x, report};
		r = watching_merge(&w->watching, &answer, watch_out_found, &w->out);
	}
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	*ret = seal_take(h);
	return 0;
}

/* take_notes - what happened, and what was lost */
static int take_notes(struct watcher *w, struct seal_err *err)
{
	struct seal_live_look look;
	struct seal_watched *to = &w->watching.w;
	size_t i;

	seal_live_look(w->live, &look);
	look.losses.causes = to->losses.causes;
	to->losses = look.losses;
	to->n_records = look.n_records;
	w->seen = look.window.news;
	to->n_denials = look.window.n_denials;
	to->n_lines = look.window.n_lines;
	for (i = 0; i < look.n_notes; i++) {
		watch_out_note(&w->out, &look.note[i]);
		w->changed = w->changed || (look.note[i].kind != SEAL_NOTE_ROTATED &&
					    look.note[i].kind != SEAL_NOTE_TRUNCATED);
	}
	if (look.failed < 0)
		return seal_err_set(err, look.failed, "following the logs: %s",
				    strerror(-look.failed));
	return 0;
}

static int analyse(struct watcher *w, struct seal_err *err)
{
	const int64_t begun = clock_us(CLOCK_THREAD_CPUTIME_ID);
	seal_auto_host struct seal_host *h = NULL;
	struct seal_live_copy copy;
	int r;

	r = seal_live_copy(w->live, &copy);
	if (r < 0)
		seal_err_set(err, r, "out of memory");
	w->news = copy.window.state.news;
	w->denials = copy.window.state.n_denials;
	w->lines = copy.window.state.n_lines;
	w->changed = false;
	if (r == 0)
		r = explain(w, &copy, &h, err);
	seal_live_copy_done(&copy);
	if (r < 0)
		return r;
	w->watching.w.now_us = clock_us(CLOCK_REALTIME);
	watch_out_update(&w->out, &w->watching.w);
	/* a disk that is full has room again some day: the file stays as it was until then */
	w->unwritten = watch_out_textfile(&w->out, h, &w->watching.w) != SEAL_EXIT_OK;
	if (w->unwritten && !w->written)
		return -EIO;
	w->written = true;
	seal_evidence_free(seal_take(h));
#ifdef __GLIBC__
	malloc_trim(0);
#endif
	w->last_us = clock_us(CLOCK_MONOTONIC);
	w->took_us = clock_us(CLOCK_THREAD_CPUTIME_ID) - begun;
	return 0;
}

/* ---- the loop ---- */

/* plan - when to look again */
static void plan(struct watcher *w)
{
	const int64_t now = clock_us(CLOCK_MONOTONIC);
	int64_t rest = SHARE * w->took_us;
	int64_t due = NEVER;

	if (w->unwritten)
		due = w->last_us + AGAIN_US;
	if (w->watching.pending)
		due = w->last_us + LAG_US;
	if (w->watching.w.n_denials != w->denials)
		due = w->last_us + (rest > COUNTS_US ? rest : COUNTS_US);
	if (w->changed || w->seen != w->news) {
		if (w->watching.w.n_lines - w->lines > SEAL_WINDOW_LINES_MAX / 8)
			rest = SHARE_PRESSED * w->took_us; /* before lines are let go unseen */
		due = w->last_us + (rest > NEWS_US ? rest : NEWS_US);
		if (due < now + SETTLE_US)
			due = now + SETTLE_US;
	}
	if (due < w->due_us)
		w->due_us = due;
}

static int timeout_of(const struct watcher *w, int64_t end_us)
{
	const int64_t until = w->due_us < end_us ? w->due_us : end_us;
	int64_t ms;

	if (until == NEVER)
		return -1;
	ms = (until - clock_us(CLOCK_MONOTONIC)) / 1000 + 1;
	return ms < 0 ? 0 : ms > 3600 * 1000 ? 3600 * 1000 : (int)ms;
}

/* wait_news - until something came, it is time, or somebody ends it. While an analysis is due
 * anyway, what comes does not wake us. */
static int wait_news(struct watcher *w, int64_t end_us)
{
	struct pollfd fds[2] = {{.fd = w->signals, .events = POLLIN},
				{.fd = seal_live_fd(w->live), .events = POLLIN}};
	int n;

	n = poll(fds, w->due_us == NEVER ? 2 : 1, timeout_of(w, end_us));
	if (n < 0 && errno != EINTR)
		return -errno;
	if (n > 0 && fds[0].revents)
		w->stopped = true;
	if (clock_us(CLOCK_MONOTONIC) >= end_us)
		w->stopped = true;
	return 0;
}

/* is_due - whether to look at the window now; at the end, when there is anything new in it */
static bool is_due(const struct watcher *w)
{
	const bool fresh = w->changed || w->seen != w->news || w->watching.pending ||
			   w->watching.w.n_denials != w->denials;

	return clock_us(CLOCK_MONOTONIC) >= w->due_us || (w->stopped && (fresh || !w->last_us));
}

static int follow(struct watcher *w, struct seal_err *err)
{
	int64_t end_us = NEVER;
	int r = 0;

	if (w->cli->watch.for_s)
		end_us = clock_us(CLOCK_MONOTONIC) + w->cli->watch.for_s * SEAL_SECOND_US;
	w->due_us = clock_us(CLOCK_MONOTONIC) + SETTLE_US;
	while (r >= 0 && !w->stopped) {
		r = wait_news(w, end_us);
		if (r >= 0)
			r = take_notes(w, err);
		if (r >= 0 && is_due(w)) {
			w->due_us = NEVER;
			r = analyse(w, err);
		}
		if (r >= 0)
			plan(w);
		if (r >= 0)
			r = watch_out_flush(&w->out);
	}
	if (r < 0)
		return seal_err_set(err, r, "%s", err->code ? err->text : strerror(-r));
	w->watching.w.now_us = clock_us(CLOCK_REALTIME);
	watch_out_end(&w->out, &w->watching.w);
	r = watch_out_flush(&w->out);
	return r < 0 ? seal_err_set(err, r, "%s", strerror(-r)) : 0;
}

static int catch_signals(void)
{
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &ends, NULL) < 0)
		return -errno;
	return signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int watch(struct watcher *w, struct seal_err *err)
{
	const struct seal_live_query query = {.since_us = w->cli->since_us, .audit_fd = -1};
	int r;

	w->signals = catch_signals();
	if (w->signals < 0)
		return seal_err_set(err, w->signals, "signals: %s", strerror(-w->signals));
	w->watching.w.start_us = clock_us(CLOCK_REALTIME);
	r = seal_live_open(w->root, &query, &w->live, err);
	if (r == 0)
		r = seal_live_start(w->live, err);
	if (r == 0)
		r = follow(w, err);
	seal_live_free(w->live);
	close(w->signals);
	return r;
}

int seal_verb_watch(const struct seal_cli *cli)
{
	seal_auto_rules struct seal_rules *rules = NULL;
	seal_auto_root struct seal_root *root = NULL;
	struct watcher w = {.cli = cli};
	struct seal_err err = {0};
	int r, code = SEAL_EXIT_FAILED;

	if (seal_rules_load(cli->rules_dir, &rules, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_USAGE, &err);
	if (seal_root_new(cli->root, &root, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	w.rules = rules;
	w.root = root;
	if (seal_root_kind(root) == SEAL_ROOT_ARCHIVE || seal_root_kind(root) == SEAL_ROOT_BUNDLE) {
		seal_err_set(&err, -EINVAL, "%s: a recorded host stands still; explain tells of it",
			     cli->root);
		return seal_cli_fail(cli, SEAL_EXIT_USAGE, &err);
	}
	if (watch_out_open(&w.out, cli) == SEAL_EXIT_OK) {
		r = seal_cli_lock(cli, &err);
		if (r == 0)
			r = watch(&w, &err);
		code = w.unwritten ? SEAL_EXIT_FAILED : SEAL_EXIT_OK;
		if (r == 0 && !w.unwritten && cli->require_complete &&
		    seal_watch_losses_any(&w.watching.w.losses))
			code = SEAL_EXIT_INCOMPLETE;
	} else {
		r = 0;
	}
	watch_out_close(&w.out);
	watching_done(&w.watching);
	return r < 0 ? seal_cli_fail(cli, SEAL_EXIT_FAILED, &err) : code;
}
