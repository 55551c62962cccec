/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"
#include "analysis/daemon.h"

/* cause_file.c - was it the mode bits, or the disk? */

#define PATHS_MAX 8

/* the directories below queue_directory, by whose bare names the daemons speak of them */
static bool is_queue_directory(struct seal_bytes word)
{
	static const char *const names[] = {"maildrop", "incoming", "active", "deferred", "defer",
					    "hold",     "corrupt",  "bounce", "flush",    "trace",
					    "private",  "public",   "pid",    "saved"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (seal_bytes_is(word, names[i]))
			return true;
	return false;
}

/* candidate_paths - absolute paths the words of the failure name, the most telling first */
static size_t candidate_paths(struct seal_attribution *at, const struct seal_case *c,
			      struct seal_bytes paths[PATHS_MAX])
{
	struct seal_bytes rest = c->texts[0], word;
	size_t n = 0;

	if (c->reason.path.n && seal_daemon_path(at->h, c->daemon, c->reason.path, &paths[n]) == 0)
		n++;
	if (c->reason.socket.n && n < PATHS_MAX &&
	    seal_daemon_path(at->h, c->daemon, c->reason.socket, &paths[n]) == 0)
		n++;
	for (word = seal_bytes_word(&rest); word.n && n < PATHS_MAX;
	     word = seal_bytes_word(&rest)) {
		while (word.n && (word.p[word.n - 1] == ':' || word.p[word.n - 1] == ','))
			word.n--;
		if (is_queue_directory(word) &&
		    seal_daemon_path(at->h, c->daemon, word, &paths[n]) == 0)
			n++;
	}
	return n;
}

static bool says(const struct seal_case *c, const char *word)
{
	return seal_bytes_find(c->texts[0], word) >= 0;
}

/* access_of - what the failed operation needs of the last element */
static unsigned access_of(const struct seal_case *c)
{
	static const char *const writing[] = {"create", "rename", "write",  "append",
					      "update", "lock",   "remove", "unlink",
					      "mkdir",  "link",   "save"};
	unsigned access = 0;
	size_t i;

	if (c->reason.socket.n)
		return SEAL_DAC_WRITE;
	for (i = 0; i < sizeof(writing) / sizeof(writing[0]); i++)
		if (says(c, writing[i]))
			access |= SEAL_DAC_WRITE;
	if (says(c, "exec"))
		return SEAL_DAC_SEARCH; /* the x bit */
	if (says(c, "chdir") || says(c, "search"))
		return SEAL_DAC_SEARCH;
	return access ? access : SEAL_DAC_READ;
}

/* said_identity - local(8) and virtual(8) tell as whom they acted: "UID/GID=1001/1001" */
static int said_identity(const struct seal_case *c, struct seal_identity *ret)
{
	struct seal_bytes rest;
	uint32_t uid, gid;
	ssize_t off;
	size_t i, n;

	for (i = 0; i < c->n_texts; i++) {
		off = seal_bytes_find(c->texts[i], "UID/GID=");
		if (off < 0)
			continue;
		rest = seal_bytes_from(c->texts[i], (size_t)off + 8);
		for (n = 0; n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9'; n++)
			;
		if (seal_parse_u32(seal_bytes_first(rest, n), 10, &uid) < 0 || n + 1 >= rest.n)
			continue;
		rest = seal_bytes_from(rest, n + 1);
		for (n = 0; n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9'; n++)
			;
		if (seal_parse_u32(seal_bytes_first(rest, n), 10, &gid) < 0)
			continue;
		*ret = (struct seal_identity){.uid = uid, .gid = gid};
		return 0;
	}
	return -ENODATA;
}

/* as_recipient - local(8) acts as the user it delivers to: the one its words name, or that of the
 * address, without an extension */
static int as_recipient(const struct seal_host *h, const struct seal_case *c,
			struct seal_identity *ret)
{
	struct seal_bytes rest, name = c->recipient;
	const struct seal_user *user;
	ssize_t at;

	if (!seal_bytes_is(c->daemon, "local"))
		return -ENODATA;
	at = seal_bytes_find(c->texts[0], " for user ");
	if (at >= 0) {
		rest = seal_bytes_from(c->texts[0], (size_t)at + strlen(" for user "));
		name = seal_bytes_word(&rest);
		while (name.n && (name.p[name.n - 1] == '.' || name.p[name.n - 1] == ':'))
			name.n--;
	}
	name = seal_bytes_cut(name, '@', &rest);
	user = seal_users_by_name(&h->users, name);
	if (!user)
		user = seal_users_by_name(&h->users, seal_bytes_cut(name, '+', &rest));
	if (!user)
		return -ENODATA;
	*ret = (struct seal_identity){.uid = user->uid, .gid = user->gid};
	ret->n_groups = seal_users_groups_of(&h->users, user, ret->groups, SEAL_DAC_GROUPS_MAX);
	if (ret->n_groups > SEAL_DAC_GROUPS_MAX)
		ret->n_groups = SEAL_DAC_GROUPS_MAX;
	return 0;
}

static bool denied_by_selinux(const struct seal_case *c)
{
	size_t i;

	for (i = 0; i < c->n_matches; i++)
		if (c->matches[i].object == SEAL_SAME_YES && !c->matches[i].denial->permissive &&
		    (c->matches[i].whole || !c->matches[i].other_ended))
			return true;
	return false;
}

static int refused(struct seal_attribution *at, struct seal_finding *f,
		   const struct seal_identity *who, const struct seal_dac_result *d)
{
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};

	o.path = d->path;
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	f->object.path = d->path;
	return seal_finding_say(
		at, f, &o, "mode %04o, owner %u, group %u: uid %u lacks %s%s%s", d->file.mode,
		d->file.uid, d->file.gid, who->uid, d->wanted & SEAL_DAC_READ ? "r" : "",
		d->wanted & SEAL_DAC_WRITE ? "w" : "", d->wanted & SEAL_DAC_SEARCH ? "x" : "");
}

int seal_test_dac(struct seal_attribution *at, const struct seal_case *c,
		  const struct seal_verdict *v, struct seal_finding *f)
{
	struct seal_bytes paths[PATHS_MAX];
	struct seal_identity who;
	struct seal_dac_result d;
	bool allowed = false;
	size_t n, i;
	int r;

	if (strcmp(v->id, "dac.privileged_port") == 0 || c->reason.origin == SEAL_REASON_REMOTE)
		return 0;
	if (denied_by_selinux(c))
		return seal_finding_refute(
			at, f, "SELinux is asked only after the mode bits have allowed it");
	if (said_identity(c, &who) < 0 && as_recipient(at->h, c, &who) < 0 &&
	    seal_daemon_identity(at->h, c->daemon, &who) < 0) {
		f->why = SEAL_LIT("as which user the daemon acted is not known");
		return 0;
	}
	n = candidate_paths(at, c, paths);
	for (i = 0; i < n; i++) {
		r = seal_dac_walk(&at->h->view, paths[i], &who, access_of(c), at->h->arena, &d);
		if (r < 0)
			return r;
		if (d.answer == SEAL_DAC_REFUSED)
			return refused(at, f, &who, &d);
		allowed = allowed || d.answer == SEAL_DAC_ALLOWED;
	}
	if (allowed)
		return seal_finding_refute(at, f, "the mode bits let uid %u do it", who.uid);
	f->why = SEAL_LIT("owner and mode of the path are not in the evidence");
	return 0;
}

int seal_test_disk(struct seal_attribution *at, const struct seal_case *c,
		   const struct seal_verdict *v, struct seal_finding *f)
{
	int want = strcmp(v->id, "disk.full") == 0        ? ENOSPC
		   : strcmp(v->id, "disk.quota") == 0     ? EDQUOT
		   : strcmp(v->id, "disk.read_only") == 0 ? EROFS
							  : 0;

	if (!want || c->reason.error != want || c->reason.origin == SEAL_REASON_REMOTE)
		return seal_test_words(at, c, v, f);
	/* the kernel's own answer to the daemon; the queue file repeats it, so nobody made it up */
	f->certainty = c->in_queue ? SEAL_CERTAINTY_CERTAIN : SEAL_CERTAINTY_LIKELY;
	f->object.path = c->reason.path;
	return 0;
}
