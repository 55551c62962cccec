/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/evidence.h"

#include <errno.h>

#include "evidence/audit/audit.h"
#include "evidence/firewall/ruleset.h"
#include "evidence/host/certificates.h"
#include "evidence/host/changed.h"
#include "evidence/host/contents.h"
#include "evidence/host/facts.h"
#include "evidence/host/files.h"
#include "evidence/host/packages.h"
#include "evidence/host/setup.h"
#include "evidence/host/tasks.h"
#include "evidence/live/read.h"
#include "evidence/postfix/conf.h"
#include "evidence/postfix/log.h"
#include "evidence/postfix/queue.h"
#include "evidence/rights.h"
#include "evidence/selinux/labels.h"
#include "evidence/selinux/module_rules.h"
#include "evidence/selinux/sepol_memory.h"
#include "evidence/selinux/state.h"
#include "model/ruleset.h"

/* struct told - how many faults of the root, and failures beyond them, a host's sources tell */
struct told {
	size_t n, more;
};

/* struct view - what answers the host's questions about single files */
struct view {
	const struct seal_root *root;
	struct seal_host *h;
	struct told told;
	bool reading; /* the evidence: what fails is told at its end */
	struct seal_arena *arena;
	struct seal_files *files;
	struct seal_selinux_view selinux;
};

#define FURTHER "further paths"

/* is_of - whether a row of sources is of the path of a fault, which may be cut */
static bool is_of(const struct seal_source_state *s, struct seal_bytes fault)
{
	struct seal_bytes path = s->path;

	while (path.n && path.p[0] == '/')
		path = seal_bytes_from(path, 1);
	if (fault.n == sizeof(((struct seal_root_fault *)NULL)->path) - 1)
		path = seal_bytes_first(path, fault.n);
	return seal_bytes_eq(path, fault);
}

/* tell_fault - as a row where no reader has one that says so; a row that calls the path absent is
 * wrong */
static int tell_fault(struct seal_host *h, const struct seal_root_fault *f)
{
	struct seal_bytes path = seal_bytes_of(f->path), why = seal_bytes_of(strerror(-f->code));
	bool told = false;

	seal_vec_each (s, &h->sources) {
		if (!is_of(s, path))
			continue;
		if (s->status == SEAL_READ_ABSENT) {
			if (seal_arena_copy(h->arena, why, &s->detail) < 0)
				return -ENOMEM;
			s->status = SEAL_READ_UNREADABLE;
		}
		told = told || s->status == SEAL_READ_UNREADABLE ||
		       s->status == SEAL_READ_TRUNCATED;
	}
	if (!told && !seal_host_source(h, SEAL_SOURCE_FILES, path, SEAL_READ_UNREADABLE, why))
		return -ENOMEM;
	return 0;
}

/* tell_further - one row for all faults whose paths were not kept */
static int tell_further(struct seal_host *h, size_t more)
{
	const char *detail = seal_arena_printf(h->arena, "failed %zu times", more);

	if (!detail)
		return -ENOMEM;
	seal_vec_each (s, &h->sources) {
		if (s->source == SEAL_SOURCE_FILES && s->status == SEAL_READ_UNREADABLE &&
		    seal_bytes_is(s->path, FURTHER)) {
			s->detail = seal_bytes_of(detail);
			return 0;
		}
	}
	return seal_host_source(h, SEAL_SOURCE_FILES, SEAL_LIT(FURTHER), SEAL_READ_UNREADABLE,
				seal_bytes_of(detail))
		       ? 0
		       : -ENOMEM;
}

/* tell_faults - each path that machine or medium did not give, of those not told before: what a
 * reader takes for absent must not be so in silence. Returns 0 or -ENOMEM. */
static int tell_faults(const struct seal_root *root, struct seal_host *h, struct told *told)
{
	const struct seal_root_fault *v;
	size_t more, n = seal_root_faults(root, &v, &more);
	int r = 0;

	if (told->n > n || told->more > more) /* another reading began */
		*told = (struct told){0};
	for (; r == 0 && told->n < n; told->n += r == 0)
		r = tell_fault(h, &v[told->n]);
	if (r == 0 && told->more < more) {
		r = tell_further(h, more);
		told->more = more;
	}
	return r;
}

/* viewed - @r, after the faults that were met on the way to it have been told. Callers take most
 * failures for "not known": that memory was short is kept for the end. */
static int viewed(struct view *v, int r)
{
	if (!v->reading && tell_faults(v->root, v->h, &v->told) < 0)
		r = -ENOMEM;
	seal_sepol_memory_note(r);
	return r;
}

static int view_file(void *data, struct seal_bytes path, struct seal_file *ret)
{
	struct view *v = data;

	return viewed(v, seal_files_view(v->files, path, ret));
}

static int view_acl(void *data, struct seal_bytes path, struct seal_acl *ret)
{
	struct view *v = data;

	return viewed(v, seal_files_acl(v->files, path, ret));
}

static int view_text(void *data, struct seal_bytes path, struct seal_bytes *ret)
{
	struct view *v = data;

	return viewed(v, seal_contents_text(v->root, v->arena, path, ret));
}

static int view_certificate(void *data, struct seal_bytes path, struct seal_certificate *ret)
{
	struct view *v = data;

	return viewed(v, seal_contents_certificate(v->root, v->arena, path, ret));
}

static int view_chain(void *data, const struct seal_chain_query *query, struct seal_chain *ret)
{
	struct view *v = data;

	return viewed(v, seal_certificates_chain(v->root, v->arena, query, ret));
}

static int view_key(void *data, struct seal_bytes path, unsigned nth,
		    unsigned char ret[SEAL_KEY_ID_SIZE])
{
	struct view *v = data;

	return viewed(v, seal_certificates_key(v->root, v->h, path, nth, ret));
}

static int view_label(void *data, struct seal_bytes path, struct seal_bytes *ret)
{
	struct view *v = data;

	return viewed(v, seal_selinux_view_label(&v->selinux, path, ret));
}

static int view_expected(void *data, struct seal_bytes path, char type, struct seal_bytes *ret)
{
	struct view *v = data;

	return viewed(v, seal_selinux_view_expected(&v->selinux, path, type, ret));
}

static int view_spec_path(void *data, struct seal_bytes path, struct seal_arena *arena,
			  struct seal_bytes *ret)
{
	struct view *v = data;

	return viewed(v, seal_selinux_view_spec_path(&v->selinux, path, arena, ret));
}

static int view_entry(void *data, size_t n, struct seal_context_entry *ret)
{
	struct view *v = data;

	return viewed(v, seal_selinux_view_entry(&v->selinux, n, ret));
}

static int open_view(const struct seal_root *root, struct seal_host *h, struct seal_err *err)
{
	struct view *v;
	int r;

	v = calloc(1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	h->view.data = v;
	v->root = root;
	v->h = h;
	v->reading = true;
	v->arena = h->arena;
	r = seal_files_open(root, h, &v->files, err);
	if (r < 0)
		return r;
	h->view.file = view_file;
	h->view.acl = view_acl;
	h->view.text = view_text;
	h->view.certificate = view_certificate;
	h->view.chain = view_chain;
	h->view.key = view_key;
	r = seal_selinux_view(root, h, &v->selinux);
	if (r < 0)
		return r;
	h->view.label = view_label;
	h->view.expected = view_expected;
	h->view.spec_path = view_spec_path;
	h->view.entry = view_entry;
	return 0;
}

static void close_view(struct seal_host *h)
{
	struct view *v = h->view.data;

	if (!v)
		return;
	seal_selinux_view_done(&v->selinux);
	seal_files_free(v->files);
	free(v);
	h->view = (struct seal_view){0};
}

/* read_logs - audit and mail log share one walk of the journal */
static int read_logs(const struct seal_root *root, unsigned what, struct seal_host *h,
		     struct seal_err *err)
{
	seal_auto_maillog struct seal_maillog *mail = NULL;
	seal_auto_audit struct seal_audit_log *audit = NULL;
	struct seal_journal_reader readers[2];
	size_t n = 0;
	int r = 0;

	if (what & SEAL_EV_AUDIT) {
		r = seal_audit_new(root, h, &audit, err);
		if (r < 0)
			return r;
		readers[n++] = seal_audit_reader(audit);
	}
	if (what & SEAL_EV_MAIL) {
		r = seal_maillog_new(root, h, &mail, err);
		if (r < 0)
			return r;
		readers[n++] = seal_maillog_reader(mail);
	}
	if (n)
		r = seal_journal_read(root, h, readers, n);
	if (r == 0 && audit)
		r = seal_audit_finish(audit, err);
	if (r == 0 && mail)
		r = seal_maillog_finish(mail, err);
	return r;
}

/* set_now - the time of the evidence: of the bundle, else of its last record */
static void set_now(struct seal_host *h)
{
	if (h->now_us != SEAL_TIME_NONE)
		return;
	h->now_us = h->audit.last_us;
	if (h->mail.last_us > h->now_us)
		h->now_us = h->mail.last_us;
}

/* tell_version - the log says at each start which version runs: where the files did not tell, the
 * defaults of the configuration follow it */
static void tell_version(struct seal_host *h)
{
	seal_vec_each (inst, &h->postfix.instances) {
		if (!inst->version.n)
			inst->version = h->postfix.version;
	}
}

static int read_all(const struct seal_root *root, const struct seal_evidence_query *query,
		    struct seal_host *h, struct seal_err *err)
{
	const unsigned what = query->what;
	int r;

	r = seal_host_facts_read(root, h, err);
	if (r == 0 && (what & SEAL_EV_POSTFIX))
		r = seal_postfix_read(root, h, err);
	if (r == 0 && (what & SEAL_EV_SELINUX))
		r = seal_selinux_read(root, h, err);
	if (r == 0)
		r = open_view(root, h, err);
	if (r == 0)
		r = query->live ? seal_live_read(query->live, root, h, err)
				: read_logs(root, what, h, err);
	if (r == 0 && (what & SEAL_EV_QUEUE))
		r = seal_queue_read(root, h, err);
	if (r == 0 && (what & SEAL_EV_RULESET))
		r = seal_ruleset_read(root, h, err);
	if (r == 0 && (what & SEAL_EV_SETUP))
		r = seal_setup_read(root, h);
	if (r == 0 && (what & SEAL_EV_SETUP))
		r = seal_tasks_read(root, h);
	if (r == 0 && (what & SEAL_EV_BOOT))
		r = seal_module_rules_read(root, h);
	if (r == 0 && (what & SEAL_EV_BOOT))
		r = seal_ruleset_read_boot(root, h);
	if (r == 0 && (what & SEAL_EV_CHANGES))
		r = seal_packages_read(root, h);
	if (r == 0 && (what & SEAL_EV_CHANGES))
		r = seal_changed_files(h);
	if (r == 0 && h->live)
		r = seal_rights_tell(h);
	seal_changes_sort(h);
	tell_version(h);
	set_now(h);
	return r;
}

int seal_evidence_read(const struct seal_root *root, const struct seal_evidence_query *query,
		       struct seal_host **ret, struct seal_err *err)
{
	seal_auto_host struct seal_host *h = NULL;
	struct view *v;
	size_t i;
	int r;

	seal_root_forget_faults(root);
	h = seal_host_new();
	if (!h)
		return seal_err_set(err, -ENOMEM, "out of memory");
	h->root = seal_root_name(root);
	h->live = seal_root_kind(root) == SEAL_ROOT_LIVE;
	h->whole = seal_root_is_whole(root);
	h->running = seal_root_is_running(root) || !h->whole;
	h->span = query->span;
	for (i = 0; i < query->n_follow; i++) {
		struct seal_followed *f = seal_vec_add(&h->mail.followed);

		if (!f)
			return seal_err_set(err, -ENOMEM, "out of memory");
		*f = (struct seal_followed){query->follow[i], SEAL_TIME_NONE, SEAL_TIME_NONE};
	}
	h->follow = query->quote;
	h->progress = query->progress;

	r = read_all(root, query, h, err);
	v = h->view.data;
	if (r == 0)
		r = tell_faults(root, h, &v->told);
	if (r < 0)
		return seal_err_set(err, r, "%s: %s", h->root, strerror(-r));
	v->reading = false;
	*ret = seal_take(h);
	return 0;
}

void seal_evidence_free(struct seal_host *h)
{
	if (!h)
		return;
	close_view(h);
	seal_selinux_done(h);
	seal_ruleset_free(h->ruleset);
	h->ruleset = NULL;
	seal_ruleset_free(h->ruleset_boot);
	h->ruleset_boot = NULL;
	seal_host_free(h);
}
