/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"
#include "core/path.h"
#include "evidence/postfix/conf.h"

/* cause_file.c - was it the mode bits, or the disk? */

#define NEARLY_NONE_BYTES ((uint64_t)1024 * 1024)

static int refused(struct seal_attribution *at, struct seal_finding *f,
		   const struct seal_identity *who, const struct seal_dac_result *d)
{
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};

	o.path = d->path;
	f->certainty = d->acl_unknown ? SEAL_CERTAINTY_LIKELY : SEAL_CERTAINTY_CERTAIN;
	f->object.path = d->path;
	return seal_finding_say(
		at, f, &o, "mode %04o, owner %u, group %u: uid %u lacks %s%s%s%s", d->file.mode,
		d->file.uid, d->file.gid, who->uid, d->wanted & SEAL_DAC_READ ? "r" : "",
		d->wanted & SEAL_DAC_WRITE ? "w" : "", d->wanted & SEAL_DAC_SEARCH ? "x" : "",
		d->acl_unknown ? ", unless an ACL, which the evidence does not hold, gives it"
			       : "");
}

/* is_submission - postdrop(1), the one of the programs that submit mail which has a group of its
 * own; sendmail(1) is whoever calls it */
static bool is_submission(const struct seal_case *c)
{
	return seal_bytes_is(c->daemon, "postdrop");
}

static bool is_creation(const struct seal_case *c)
{
	return seal_bytes_find(c->texts[0], "create") >= 0;
}

/* walk - every path the words name; *allowed: one of them is open to @who
 * Returns 1 when one refuses, 0, or -ENOMEM. */
static int walk(struct seal_attribution *at, const struct seal_case *c, struct seal_finding *f,
		bool *allowed)
{
	struct seal_bytes paths[SEAL_CASE_PATHS_MAX];
	struct seal_identity who;
	struct seal_dac_result d;
	size_t n, i;
	int r;

	*allowed = false;
	n = seal_case_paths(at, c, paths);
	for (i = 0; i < n; i++) {
		r = seal_case_identity(at, c, paths[i], &who);
		if (r == -ENOMEM)
			return r;
		if (r < 0) {
			f->why = SEAL_LIT("as which user the daemon acted is not known");
			continue;
		}
		r = seal_dac_walk(&at->h->view, paths[i], &who, seal_case_access(c), at->h->arena,
				  &d);
		/* what was to be created was not there: Postfix creates with O_EXCL, for which a
		 * file that is there gives another error, whatever its mode */
		if (r == 0 && is_creation(c) &&
		    (d.answer == SEAL_DAC_UNKNOWN ||
		     (d.file.type == 'f' && seal_bytes_eq(d.path, paths[i]))))
			r = seal_dac_walk(&at->h->view, seal_path_parent(paths[i]), &who,
					  SEAL_DAC_WRITE | SEAL_DAC_SEARCH, at->h->arena, &d);
		if (r < 0)
			return r;
		if (d.answer == SEAL_DAC_REFUSED) {
			r = refused(at, f, &who, &d);
			return r < 0 ? r : 1;
		}
		*allowed = *allowed || d.answer == SEAL_DAC_ALLOWED;
	}
	if (!f->why.n)
		f->why = SEAL_LIT("owner and mode of the path are not in the evidence");
	return 0;
}

/* needs_group - whether it failed at what the group is for: the maildrop, and the sockets in public
 */
static int needs_group(struct seal_attribution *at, const struct seal_case *c, bool *ret)
{
	static const char *const folders[] = {"maildrop", "public"};
	struct seal_bytes paths[SEAL_CASE_PATHS_MAX], folder;
	size_t n, i, k;

	*ret = false;
	n = seal_case_paths(at, c, paths);
	for (i = 0; i < n; i++)
		for (k = 0; k < sizeof(folders) / sizeof(folders[0]); k++) {
			if (seal_process_path(at->h, c->process, seal_bytes_of(folders[k]),
					      &folder) == -ENOMEM)
				return -ENOMEM;
			*ret = *ret || seal_path_is_within(paths[i], folder);
		}
	return 0;
}

/* lost_set_gid - postdrop(1) is of no use without the group it takes from its program */
static int lost_set_gid(struct seal_attribution *at, const struct seal_case *c,
			struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};
	struct seal_bytes path;
	struct seal_file file;
	bool wanted;
	int r;

	r = needs_group(at, c, &wanted);
	if (r < 0 || !wanted)
		return r;
	r = seal_process_command(at->h, c->process, c->daemon, &path);
	if (r < 0)
		return r;
	if (seal_view_file(&at->h->view, path, &file) < 0 || !file.has_owner || file.mode & 02000)
		return 0;
	o.path = path;
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	f->object.path = path;
	r = seal_finding_say(at, f, &o, "mode %04o: the program is not set-gid", file.mode);
	return r < 0 ? r : 1;
}

int seal_test_dac(struct seal_attribution *at, const struct seal_case *c,
		  const struct seal_verdict *v, struct seal_finding *f)
{
	bool allowed = false;
	int r = 0;

	if (strcmp(v->id, "dac.mailbox_owner") == 0)
		return seal_test_words(at, c, v, f);
	if (strcmp(v->id, "dac.privileged_port") == 0 || c->reason.origin == SEAL_REASON_REMOTE)
		return 0;
	if (!seal_case_is_refusal(c))
		return c->reason.error ? seal_finding_refute(at, f, "the error is another one") : 0;
	if (seal_case_denied_by_selinux(c))
		return seal_finding_refute(
			at, f, "SELinux is asked only after the mode bits have allowed it");
	if (is_submission(c))
		r = lost_set_gid(at, c, f);
	if (r == 0)
		r = walk(at, c, f, &allowed);
	if (r != 0)
		return r < 0 ? r : 0;
	return allowed ? seal_finding_refute(at, f, "owner, mode and ACL let the daemon do it") : 0;
}

int seal_test_submission(struct seal_attribution *at, const struct seal_case *c,
			 struct seal_finding *f)
{
	const struct seal_verdict *selinux = seal_rules_verdict(at->rules, "selinux.file");
	struct seal_finding others = {0};
	bool allowed = false;
	int r;

	if (!is_submission(c) || (c->reason.error != EACCES && c->reason.error != EPERM))
		return 0;
	r = lost_set_gid(at, c, &others);
	if (r == 0)
		r = walk(at, c, &others, &allowed);
	seal_vec_done(&others.evidence);
	if (r < 0)
		return r;
	if (r > 0)
		return seal_finding_refute(at, f, "owner or mode alone refuse it");
	memset(&others, 0, sizeof(others));
	r = selinux ? seal_test_selinux(at, c, selinux, &others) : 0;
	seal_vec_done(&others.evidence);
	if (r < 0)
		return r;
	/* with the group of the program it would work: so the program did not get it */
	f->certainty = allowed && others.refuted ? SEAL_CERTAINTY_LIKELY : SEAL_CERTAINTY_POSSIBLE;
	f->object.service = c->daemon;
	return 0;
}

/* filesystem_of - that holds what the failure is about; without a path, the queue */
static const struct seal_filesystem *
filesystem_of(struct seal_attribution *at, const struct seal_case *c, struct seal_bytes *path)
{
	*path = c->process->queue_directory;
	if (c->reason.path.n && seal_process_path(at->h, c->process, c->reason.path, path) < 0)
		return NULL;
	return seal_disk_of(&at->h->disk, *path);
}

/* wanted_bytes - what smtpd(8) wants to be free before it takes mail (Postfix smtpd_check.c) */
static int wanted_bytes(struct seal_attribution *at, const struct seal_case *c, uint64_t *ret)
{
	static const char *const params[] = {"message_size_limit", "queue_minfree"};
	struct seal_bytes value;
	uint64_t n;
	size_t i;
	int r;

	*ret = NEARLY_NONE_BYTES;
	if (!c->process->inst || c->reason.error ||
	    (!seal_bytes_is(c->daemon, "smtpd") && !seal_bytes_is(c->daemon, "postscreen")))
		return 0;
	for (i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
		r = seal_conf_value(c->process->inst, c->process->service, params[i], at->h->arena,
				    &value);
		if (r == -ENOMEM)
			return r;
		if (r < 0 || seal_parse_u64(value, 10, &n) < 0 || n > INT64_MAX / 2)
			continue;
		if (i == 0)
			n += n / 2;
		if (n > *ret)
			*ret = n;
	}
	return 0;
}

static int test_full(struct seal_attribution *at, const struct seal_case *c, struct seal_finding *f)
{
	const struct seal_filesystem *fs;
	struct seal_bytes path;
	uint64_t wanted;
	int r;

	fs = filesystem_of(at, c, &path);
	if (!fs || (!fs->has_space && !fs->has_inodes))
		return 0;
	r = wanted_bytes(at, c, &wanted);
	if (r < 0)
		return r;
	if (!c->reason.path.n)
		f->object.path = fs->target;
	if (fs->has_inodes && fs->inodes && !fs->inodes_free) {
		f->certainty = SEAL_CERTAINTY_CERTAIN;
		return seal_finding_say(at, f, &fs->origin, "%.*s: no inodes are free of %llu",
					(int)fs->target.n, fs->target.p,
					(unsigned long long)fs->inodes);
	}
	if (fs->has_space && fs->avail_bytes <= wanted) {
		f->certainty = SEAL_CERTAINTY_CERTAIN;
		return seal_finding_say(at, f, &fs->origin, "%.*s: %llu bytes are free of %llu",
					(int)fs->target.n, fs->target.p,
					(unsigned long long)fs->avail_bytes,
					(unsigned long long)fs->size_bytes);
	}
	return fs->has_space
		       ? seal_finding_say(at, f, &fs->origin,
					  "%.*s had %llu bytes free when the evidence was taken",
					  (int)fs->target.n, fs->target.p,
					  (unsigned long long)fs->avail_bytes)
		       : 0;
}

static int test_read_only(struct seal_attribution *at, const struct seal_case *c,
			  struct seal_finding *f)
{
	const struct seal_filesystem *fs;
	struct seal_bytes path;

	fs = filesystem_of(at, c, &path);
	if (!fs)
		return 0;
	if (!c->reason.path.n)
		f->object.path = fs->target;
	if (fs->read_only) {
		f->certainty = SEAL_CERTAINTY_CERTAIN;
		return seal_finding_say(at, f, &fs->origin, "%.*s is mounted read-only",
					(int)fs->target.n, fs->target.p);
	}
	return 0;
}

int seal_test_disk(struct seal_attribution *at, const struct seal_case *c,
		   const struct seal_verdict *v, struct seal_finding *f)
{
	static const struct {
		const char *verdict, *text;
		int error;
	} kinds[] = {{"disk.full", "No space left on device", ENOSPC},
		     {"disk.quota", "uota exceeded", EDQUOT},
		     {"disk.read_only", "Read-only file system", EROFS}};
	bool says = false, full;
	size_t i;
	int r;

	if (c->reason.origin == SEAL_REASON_REMOTE)
		return seal_test_words(at, c, v, f);
	if (c->reason.form == SEAL_FORM_CONNECT)
		return seal_finding_refute(at, f, "a connection failed, no storage");
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].verdict, v->id) == 0)
			says = c->reason.error == kinds[i].error ||
			       seal_bytes_find(c->texts[0], kinds[i].text) >= 0;
	r = seal_test_words(at, c, v, f);
	if (r < 0)
		return r;
	full = strcmp(v->id, "disk.full") == 0;
	/* the kernel's own answer to the daemon; the queue file repeats it, so nobody made it up */
	if (says && c->reason.error)
		f->certainty = c->in_queue ? SEAL_CERTAINTY_CERTAIN : SEAL_CERTAINTY_LIKELY;
	else if (says)
		f->certainty = SEAL_CERTAINTY_LIKELY;
	if (c->reason.path.n)
		f->object.path = c->reason.path;
	if (full && (says || f->certainty > SEAL_CERTAINTY_UNKNOWN))
		return test_full(at, c, f);
	return says && strcmp(v->id, "disk.read_only") == 0 ? test_read_only(at, c, f) : 0;
}
