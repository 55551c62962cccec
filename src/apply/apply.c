/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/apply.h"

#include <errno.h>

#include "apply/ask.h"
#include "apply/child.h"
#include "apply/labels.h"
#include "apply/rules.h"
#include "fix/nft_rule.h"

/* marks of a step */
#define BEGUN  "begun"
#define DONE   "done"
#define LABELS "labels"

/* what "begun" holds when the administrator had no entry for the boolean: undo drops it */
#define NO_OWN_ENTRY "no own entry\n"

static const char *const names[] = {
	[SEAL_STEP_PENDING] = "pending", [SEAL_STEP_DONE] = "done",
	[SEAL_STEP_ALREADY] = "already", [SEAL_STEP_MANUAL] = "manual",
	[SEAL_STEP_STOPPED] = "stopped", [SEAL_STEP_FAILED] = "failed",
	[SEAL_STEP_UNDONE] = "undone",   [SEAL_STEP_STUCK] = "stuck",
	[SEAL_STEP_KEPT] = "kept",
};

const char *seal_step_end_name(enum seal_step_end e)
{
	return names[e];
}

int seal_apply_init(struct seal_apply *a)
{
	a->ends = calloc(a->plan->steps.n + 1, sizeof(*a->ends));
	return a->ends ? 0 : -ENOMEM;
}

void seal_apply_done(struct seal_apply *a)
{
	free(a->ends);
	a->ends = NULL;
}

static struct seal_asker asker_of(const struct seal_apply *a)
{
	return (struct seal_asker){a->store, a->plan->arena, a->dir, a->relabels};
}

static const struct seal_plan_step *step_of(const struct seal_apply *a, unsigned n)
{
	return &a->plan->steps.v[n - 1];
}

static void end(struct seal_apply *a, unsigned n, enum seal_step_end e, const char *why)
{
	a->ends[n - 1] = e;
	if (a->say)
		a->say(a->data, n, e, why);
}

/* fail - step @n ends with the text of @err. Returns the code of @err */
static int fail(struct seal_apply *a, unsigned n, enum seal_step_end e, const struct seal_err *err)
{
	end(a, n, e, err->text);
	return err->code;
}

static bool is_relabelling(const struct seal_plan_step *s)
{
	return s->argv.v.n > 2 && seal_bytes_is(s->argv.v.v[0], "restorecon");
}

static bool is_of_store(const struct seal_apply *a, const struct seal_plan_step *s)
{
	return a->store && seal_store_knows(&s->argv) &&
	       (!s->undo.v.n || seal_store_knows(&s->undo));
}

/* ---- before the change ---- */

/* keep_labels - those a relabelling may change; what an earlier run kept is older, so it stands */
static int keep_labels(struct seal_apply *a, const struct seal_plan_step *s, unsigned n,
		       struct seal_err *err)
{
	bool all = seal_bytes_chr(s->argv.v.v[1], 'R') > 0;
	size_t i;
	int fd, r = seal_state_has(&a->state, n, LABELS, err);

	if (r)
		return r < 0 ? r : 0;
	fd = seal_state_begin_file(&a->state, n, LABELS, err);
	if (fd < 0)
		return fd;
	for (i = 2; i < s->argv.v.n && r == 0; i++)
		if (!seal_bytes_is(s->argv.v.v[i], "--"))
			r = seal_labels_save(s->argv.v.v[i], all, fd, err);
	if (r < 0) {
		seal_state_end_file(&a->state, n, LABELS, fd, r, NULL);
		return r;
	}
	return seal_state_end_file(&a->state, n, LABELS, fd, 0, err);
}

/* begin - everything the way back needs is on the disk, and the mark that there is something to
 * take back */
static int begin(struct seal_apply *a, unsigned n, struct seal_err *err)
{
	const struct seal_plan_step *s = step_of(a, n);
	struct seal_bytes note = SEAL_BYTES_NONE;
	int own, r = seal_state_has(&a->state, n, BEGUN, err);

	if (r)
		return r < 0 ? r : 0; /* by an earlier run: what it noted stands */
	if (is_relabelling(s))
		r = keep_labels(a, s, n, err);
	if (seal_nft_verb(s) != SEAL_NFT_NONE)
		r = seal_rules_keep(&a->state, s, n, a->dir, err);
	if (r == 0 && is_of_store(a, s)) {
		own = seal_store_has_own(a->store, &s->argv);
		if (own < 0)
			return seal_err_set(err, own, "the policy store does not tell");
		if (own == 0)
			note = SEAL_LIT(NO_OWN_ENTRY);
	}
	return r == 0 ? seal_state_put(&a->state, n, BEGUN, note, err) : r;
}

/* check - whether step @n is to be carried out. Returns 1, 0 (its end is told) or a negative errno
 * (told too) */
static int check(struct seal_apply *a, unsigned n)
{
	const struct seal_asker asker = asker_of(a);
	const struct seal_plan_step *s = step_of(a, n);
	struct seal_err err = {0};
	int r, done;

	if (seal_step_is_manual(s)) {
		end(a, n, SEAL_STEP_MANUAL, NULL);
		return 0;
	}
	r = seal_step_is_restart(s) ? -ENODATA : seal_ask_after(&asker, s, &err);
	if (r == -ENODATA) {
		done = seal_state_has(&a->state, n, DONE, &err);
		r = done ? done : r;
	}
	if (r == 1) {
		end(a, n, SEAL_STEP_ALREADY, NULL);
		return 0;
	}
	if (r < 0 && r != -ENODATA)
		return fail(a, n, SEAL_STEP_STOPPED, &err);
	r = seal_ask_before(&asker, s, &err);
	if (r == 0)
		seal_err_set(&err, -ESTALE, "what it needs no longer holds");
	if (r != 1 && r != -ENODATA)
		return fail(a, n, SEAL_STEP_STOPPED, &err);
	return 1;
}

/* ---- the change ---- */

/* last_line - of what a program said, for the one line that tells of its fault */
static struct seal_bytes last_line(const struct seal_buf *b)
{
	struct seal_bytes all = seal_bytes_trim(seal_buf_bytes(b));
	ssize_t at = seal_bytes_rchr(all, '\n');

	return at < 0 ? all : seal_bytes_from(all, (size_t)at + 1);
}

static int run(struct seal_apply *a, const struct seal_argv *argv, struct seal_err *err)
{
	struct seal_child child;
	struct seal_bytes said;
	int r;

	r = seal_child_run(argv, a->dir, true, &child, err);
	if (r == 0 && child.status != 0) {
		said = last_line(&child.out);
		r = seal_err_set(err, -EIO, "exit status %d: %.*s", child.status, (int)said.n,
				 said.p ? said.p : "");
	}
	seal_buf_done(&child.out);
	return r;
}

/* confirm - the effect is there; remember it. Returns 0 or a negative errno (told) */
static int confirm(struct seal_apply *a, unsigned n)
{
	const struct seal_asker asker = asker_of(a);
	struct seal_err err = {0};
	int r = seal_ask_after(&asker, step_of(a, n), &err);

	if (r == 0)
		seal_err_set(&err, -EIO, "its effect is not there");
	if (r == 1 || r == -ENODATA)
		r = seal_state_put(&a->state, n, DONE, SEAL_BYTES_NONE, &err);
	else
		r = err.code;
	if (r < 0)
		return fail(a, n, SEAL_STEP_FAILED, &err);
	end(a, n, SEAL_STEP_DONE, NULL);
	return 0;
}

static int run_step(struct seal_apply *a, unsigned n)
{
	struct seal_err err = {0};
	int r = check(a, n);

	if (r <= 0)
		return r;
	r = begin(a, n, &err);
	if (r == 0)
		r = run(a, &step_of(a, n)->argv, &err);
	return r < 0 ? fail(a, n, SEAL_STEP_FAILED, &err) : confirm(a, n);
}

/* struct batch - the steps of one transaction */
struct batch {
	seal_vec(struct seal_store_change) changes;
	seal_vec(unsigned) steps;
};

static void batch_done(struct batch *b)
{
	seal_vec_done(&b->changes);
	seal_vec_done(&b->steps);
}

static int batch_add(struct batch *b, unsigned n, const struct seal_argv *argv, bool drop)
{
	struct seal_store_change *c = seal_vec_add(&b->changes);
	unsigned *slot = seal_vec_add(&b->steps);

	if (!c || !slot)
		return -ENOMEM;
	*c = (struct seal_store_change){argv, drop};
	*slot = n;
	return 0;
}

/* choose - the steps of the policy store that are to be carried out, each of them begun */
static int choose(struct seal_apply *a, struct batch *b)
{
	struct seal_err err = {0};
	unsigned n;
	int r;

	for (n = 1; n <= a->plan->steps.n; n++) {
		if (!is_of_store(a, step_of(a, n)))
			continue;
		r = check(a, n);
		if (r < 0)
			return r;
		if (r > 0 && batch_add(b, n, &step_of(a, n)->argv, false) < 0)
			return -ENOMEM;
	}
	seal_vec_each (step, &b->steps) {
		r = begin(a, *step, &err);
		if (r < 0)
			return fail(a, *step, SEAL_STEP_FAILED, &err);
	}
	return 0;
}

static int run_store(struct seal_apply *a)
{
	struct batch b = {0};
	struct seal_err err = {0};
	int r;

	r = choose(a, &b);
	if (r == 0 && b.changes.n) {
		r = seal_store_run(a->store, a->plan, b.changes.v, b.changes.n, &err);
		seal_vec_each (step, &b.steps) {
			if (r < 0)
				fail(a, *step, SEAL_STEP_FAILED, &err);
		}
		seal_vec_each (step, &b.steps) {
			r = r == 0 ? confirm(a, *step) : r;
		}
	}
	batch_done(&b);
	return r;
}

int seal_apply_run(struct seal_apply *a, struct seal_err *err)
{
	bool store_done = false;
	unsigned n;
	int r = 0;

	for (n = 1; n <= a->plan->steps.n && r == 0; n++) {
		bool of_store = is_of_store(a, step_of(a, n));

		if (of_store && store_done)
			continue;
		if (a->interrupted && a->interrupted(a->data))
			r = -EINTR;
		else
			r = of_store ? run_store(a) : run_step(a, n);
		store_done = store_done || of_store;
	}
	if (r == -EINTR)
		return seal_err_set(err, r, "interrupted before step %u", n - 1);
	if (r < 0)
		return seal_err_set(err, r, "not all steps could be carried out");
	return 0;
}

/* ---- the way back ---- */

/* is_to_undo - whether the undo of a begun step is to be run: its effect is there, or may be, or it
 * never was, and yet the host is not as it was before. An effect that was there and is not any more
 * was taken back by somebody else. Returns 1, 0 or a negative errno */
static int is_to_undo(struct seal_apply *a, unsigned n, struct seal_err *err)
{
	const struct seal_asker asker = asker_of(a);
	int r = seal_ask_after(&asker, step_of(a, n), err), done;

	if (r)
		return r == -ENODATA ? 1 : r;
	done = seal_state_has(&a->state, n, DONE, err);
	if (done)
		return done < 0 ? done : 0;
	r = seal_ask_before(&asker, step_of(a, n), err);
	return r < 0 && r != -ENODATA ? r : r == 0;
}

/* is_back - the host is as it was before the step, where something tells */
static int is_back(struct seal_apply *a, unsigned n, struct seal_err *err)
{
	const struct seal_asker asker = asker_of(a);
	int r = seal_ask_before(&asker, step_of(a, n), err);

	if (r == 0)
		return seal_err_set(err, -EIO, "it is not as it was before");
	return r == 1 || r == -ENODATA ? 0 : r;
}

static int give_labels_back(struct seal_apply *a, unsigned n, struct seal_err *err)
{
	seal_auto_close int fd = seal_state_open_file(&a->state, n, LABELS);
	int r;

	if (fd == -ENOENT)
		return 0; /* given back, and then something came in between */
	if (fd < 0)
		return seal_err_set(err, fd, "the kept labels cannot be read: %s", strerror(-fd));
	r = seal_labels_restore(fd, err);
	return r < 0 ? r : 0;
}

static void told(struct seal_apply *a, unsigned n, int r, struct seal_err *err)
{
	if (r == 0)
		r = seal_state_drop(&a->state, n, err);
	end(a, n, r < 0 ? SEAL_STEP_STUCK : SEAL_STEP_UNDONE, r < 0 ? err->text : NULL);
}

/* is_harmless - nothing is left of it to be taken back: a queue tried again, a service that read
 * its configuration */
static bool is_harmless(const struct seal_plan_step *s)
{
	static const char *const programs[] = {"postqueue", "systemctl", "postfix"};
	size_t i;

	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (seal_bytes_is(s->argv.v.v[0], programs[i]))
			return true;
	return s->argv.v.n == 2 && seal_bytes_is(s->argv.v.v[0], "firewall-cmd") &&
	       seal_bytes_is(s->argv.v.v[1], "--reload");
}

/* undo_step - if it was begun. Returns 0 or a negative errno (told) */
static int undo_step(struct seal_apply *a, unsigned n)
{
	const struct seal_plan_step *s = step_of(a, n);
	struct seal_err err = {0};
	int r = seal_state_has(&a->state, n, BEGUN, &err);

	if (r <= 0)
		return r == 0 ? 0 : fail(a, n, SEAL_STEP_STUCK, &err);
	if (is_relabelling(s)) {
		r = give_labels_back(a, n, &err);
	} else if (seal_nft_verb(s) != SEAL_NFT_NONE) {
		r = seal_rules_back(&a->state, s, n, a->dir, &err);
	} else if (!s->undo.v.n && is_harmless(s)) {
		r = seal_state_drop(&a->state, n, &err);
		end(a, n, SEAL_STEP_KEPT, NULL);
		return r;
	} else if (!s->undo.v.n) {
		r = seal_err_set(&err, -ENOTSUP, "the plan does not tell how");
	} else {
		r = is_to_undo(a, n, &err);
		if (r == 1) {
			r = run(a, &s->undo, &err);
			if (r == 0)
				r = is_back(a, n, &err);
		}
	}
	told(a, n, r, &err);
	return r;
}

/* batch_add_undo - what takes step @n back. Returns 0 or a negative errno */
static int batch_add_undo(struct batch *b, const struct seal_apply *a, unsigned n,
			  struct seal_err *err)
{
	seal_auto_buf struct seal_buf note = {0};
	int r = seal_state_get(&a->state, n, BEGUN, &note);

	if (r < 0)
		return seal_err_set(err, r, "state/%u." BEGUN ": %s", n, strerror(-r));
	if (batch_add(b, n, &step_of(a, n)->undo,
		      seal_bytes_is(seal_buf_bytes(&note), NO_OWN_ENTRY)) < 0)
		return seal_err_set(err, -ENOMEM, "out of memory");
	return 0;
}

/* undo_store - what the transaction did, in another one. Returns 0 or a negative errno (told) */
static int undo_store(struct seal_apply *a)
{
	struct seal_err err = {0};
	struct batch b = {0};
	unsigned n;
	int r = 0, begun;

	for (n = (unsigned)a->plan->steps.n; n > 0 && r >= 0; n--) {
		const struct seal_plan_step *s = step_of(a, n);

		if (!is_of_store(a, s))
			continue;
		begun = seal_state_has(&a->state, n, BEGUN, &err);
		if (begun == 0)
			continue;
		r = begun < 0 ? begun : s->undo.v.n ? is_to_undo(a, n, &err) : 0;
		if (r == 0)
			told(a, n, 0, &err);
		else if (r == 1)
			r = batch_add_undo(&b, a, n, &err);
		if (r < 0)
			fail(a, n, SEAL_STEP_STUCK, &err);
	}
	if (r == 0 && b.changes.n)
		r = seal_store_run(a->store, a->plan, b.changes.v, b.changes.n, &err);
	seal_vec_each (step, &b.steps) {
		int back = r == 0 ? is_back(a, *step, &err) : r;

		told(a, *step, back, &err);
		r = r == 0 ? back : r;
	}
	batch_done(&b);
	return r;
}

int seal_apply_undo(struct seal_apply *a, struct seal_err *err)
{
	unsigned n, store_at = 0;
	int r = 0, first = 0;

	for (n = (unsigned)a->plan->steps.n; n > 0; n--)
		if (is_of_store(a, step_of(a, n)))
			store_at = n; /* it was begun with the first of them */
	for (n = (unsigned)a->plan->steps.n; n > 0; n--) {
		if (n == store_at)
			r = undo_store(a);
		else if (!is_of_store(a, step_of(a, n)))
			r = undo_step(a, n);
		if (r < 0 && first == 0)
			first = r;
	}
	if (first < 0)
		return seal_err_set(err, first, "not everything could be taken back");
	return 0;
}
