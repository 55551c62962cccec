/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"
#include "analysis/daemon.h"
#include "core/path.h"
#include "evidence/selinux/policy.h"

/* cause_selinux.c - was it SELinux? A denial of that very attempt proves it; without one the policy
 * is asked */

static bool fits(const struct seal_verdict *v, const struct seal_denial *d)
{
	const char *id = seal_denial_verdict(d);

	/* selinux.home, selinux.cert_label and the like are files told more closely */
	if (strcmp(id, "selinux.file") == 0)
		return strcmp(v->id, "selinux.connect") != 0 &&
		       strcmp(v->id, "selinux.bind") != 0 && strcmp(v->id, "selinux.exec") != 0 &&
		       strcmp(v->id, "selinux.packet") != 0 && strcmp(v->id, "selinux.socket") != 0;
	return strcmp(v->id, id) == 0;
}

static bool is_eacces(const struct seal_case *c)
{
	return c->reason.origin != SEAL_REASON_REMOTE &&
	       (c->reason.error == EACCES || c->reason.error == EPERM);
}

/* is_resolver_file - what the resolver reads: a denial on it shows as a failed look-up, with no
 * errno */
static bool is_resolver_file(const struct seal_denial *d)
{
	static const char *const files[] = {"/resolv.conf", "/hosts", "/nsswitch.conf",
					    "/host.conf", "/services"};
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (seal_bytes_ends(d->object.path, files[i]) ||
		    seal_bytes_is(d->object.name, files[i] + 1))
			return true;
	return d->object.port == 53;
}

/* domain_of - the domain of a daemon, remembered; empty when it is not known */
static int domain_of(struct seal_attribution *at, struct seal_bytes daemon, struct seal_bytes *ret)
{
	struct seal_known_domain *k;
	int r;

	seal_vec_each (it, &at->domains) {
		if (seal_bytes_eq(it->daemon, daemon)) {
			*ret = it->domain;
			return 0;
		}
	}
	k = seal_vec_add(&at->domains);
	if (!k)
		return -ENOMEM;
	k->daemon = daemon;
	r = seal_daemon_domain(at->h, daemon, &k->domain);
	if (r < 0 && r != -ENOMEM)
		r = seal_command_domain(at->h, daemon, &k->domain);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		k->domain = SEAL_BYTES_NONE;
	*ret = k->domain;
	return 0;
}

/* has_element - one of the directories on the way to @path has that name */
static bool has_element(struct seal_bytes path, struct seal_bytes name)
{
	struct seal_bytes one;
	ssize_t last = seal_bytes_rchr(path, '/');

	path.n = last > 0 ? (size_t)last : 0;
	while (path.n) {
		one = seal_bytes_cut(path, '/', &path);
		if (one.n && seal_bytes_eq(one, name))
			return true;
	}
	return false;
}

/* is_on_the_way - a directory could not be searched that leads to what the words name: they tell
 * the path from the queue directory on, the denial the name of one element */
static bool is_on_the_way(struct seal_attribution *at, const struct seal_case *c,
			  const struct seal_avc_match *m)
{
	const struct seal_denial *d = m->denial;
	struct seal_bytes paths[SEAL_CASE_PATHS_MAX];
	size_t n, i;

	if (m->object == SEAL_SAME_YES || !seal_bytes_is(d->tclass, "dir") || d->n_perms != 1 ||
	    !seal_bytes_is(d->perms[0], "search") || !d->object.name.n || d->object.path.n)
		return false;
	n = seal_case_paths(at, c, paths);
	for (i = 0; i < n; i++)
		if (has_element(paths[i], d->object.name))
			return true;
	return false;
}

/* certainty_of - an identity join is there (pid, name, window); what the object, the words and the
 * clocks add */
static enum seal_certainty certainty_of(struct seal_attribution *at, const struct seal_case *c,
					const struct seal_avc_match *m)
{
	bool eacces = seal_case_is_refusal(c);
	enum seal_same object = is_on_the_way(at, c, m) ? SEAL_SAME_YES : m->object;

	if (strncmp(c->symptom->id, "dns.", 4) == 0)
		return is_resolver_file(m->denial) ? SEAL_CERTAINTY_LIKELY : SEAL_CERTAINTY_UNKNOWN;
	/* what failed for another reason is not the denial's doing, were it of the same second */
	if (!eacces && !m->of_lock && !seal_case_leans_on_notes(c))
		return SEAL_CERTAINTY_UNKNOWN;
	if (object == SEAL_SAME_YES)
		return !eacces || c->symptom->verdict || seal_avc_shift_us(at->avcs) ||
				       (m->other_ended && !m->whole)
			       ? SEAL_CERTAINTY_LIKELY
			       : SEAL_CERTAINTY_CERTAIN;
	return object == SEAL_SAME_UNTOLD && eacces ? SEAL_CERTAINTY_LIKELY
						    : SEAL_CERTAINTY_UNKNOWN;
}

/* started - seal_master_leads_to(), remembered */
static int started(struct seal_attribution *at, struct seal_bytes type)
{
	struct seal_known_subject *k;

	seal_vec_each (it, &at->subjects) {
		if (seal_bytes_eq(it->type, type))
			return it->started;
	}
	k = seal_vec_add(&at->subjects);
	if (!k)
		return -ENOMEM;
	*k = (struct seal_known_subject){type, seal_master_leads_to(at->h, type)};
	return k->started;
}

/* is_called_after - the name of a type has that of the daemon or of Postfix as a word of it: all
 * there is to go by without a policy */
static bool is_called_after(struct seal_bytes type, struct seal_bytes daemon)
{
	struct seal_bytes rest = type, word;

	while (rest.n) {
		word = seal_bytes_cut(rest, '_', &rest);
		if (seal_bytes_is(word, "postfix") || (word.n && seal_bytes_eq(word, daemon)))
			return true;
	}
	return false;
}

/* in_domain - no surer than the domain allows: anybody can name a program "smtp" and be denied
 * something, but not in the domain of smtp(8) */
static int in_domain(struct seal_attribution *at, const struct seal_case *c,
		     const struct seal_avc_match *m, enum seal_certainty *sure)
{
	struct seal_bytes daemon = m->of_lock ? SEAL_LIT("master") : c->daemon, domain;
	int r;

	if (m->by_child || *sure == SEAL_CERTAINTY_UNKNOWN)
		return 0;
	r = domain_of(at, daemon, &domain);
	if (r < 0 || seal_bytes_eq(domain, m->denial->source_type))
		return r;
	/* several programs share a domain, and a mislabelled one runs in its starter's */
	r = started(at, m->denial->source_type);
	if (r == -ENOMEM || r > 0)
		return r > 0 ? 0 : r;
	if (r == -ENODATA && !domain.n && is_called_after(m->denial->source_type, daemon))
		return 0;
	if (domain.n)
		*sure = SEAL_CERTAINTY_UNKNOWN;
	else if (*sure > SEAL_CERTAINTY_POSSIBLE)
		*sure = SEAL_CERTAINTY_POSSIBLE;
	return 0;
}

static int join_perms(struct seal_attribution *at, const struct seal_denial *d,
		      struct seal_bytes *ret)
{
	seal_auto_buf struct seal_buf b = {0};
	size_t i;

	for (i = 0; i < d->n_perms; i++) {
		if (i)
			seal_buf_putc(&b, ' ');
		seal_buf_put(&b, d->perms[i].p, d->perms[i].n);
	}
	return b.err ? b.err : seal_arena_intern(at->h->arena, seal_buf_bytes(&b), ret);
}

static int set_object(struct seal_attribution *at, const struct seal_case *c,
		      const struct seal_denial *d, struct seal_object *o)
{
	struct seal_bytes path;

	o->source_type = d->source_type;
	o->target_type = d->target_type;
	o->scontext = d->scontext;
	o->tcontext = d->tcontext;
	o->tclass = d->tclass;
	o->path = d->object.path.n ? d->object.path : d->object.name;
	/* the denial has the last name alone, or the path from the root of the process on */
	if (c->reason.socket.n) {
		if (seal_process_path(at->h, c->process, c->reason.socket, &path) == -ENOMEM)
			return -ENOMEM;
		if (seal_bytes_eq(seal_path_name(path), seal_path_name(o->path)))
			o->path = path;
	}
	o->inode = d->object.inode;
	o->port = d->object.port > 0 ? (uint32_t)d->object.port : 0;
	if (seal_bytes_starts(d->tclass, "tcp_"))
		o->protocol = "tcp";
	else if (seal_bytes_starts(d->tclass, "udp_"))
		o->protocol = "udp";
	return join_perms(at, d, &o->perms);
}

/* leads_to - the leading part of @path whose last name is @name; empty when there is none */
static struct seal_bytes leads_to(struct seal_bytes path, struct seal_bytes name)
{
	struct seal_bytes rest = path, c;

	while (rest.n) {
		c = seal_bytes_cut(rest, '/', &rest);
		if (seal_bytes_eq(c, name))
			return seal_bytes_first(path, (size_t)(c.p + c.n - path.p));
	}
	return SEAL_BYTES_NONE;
}

/* find_path - the object's whole path, where the denial has the last name of it alone and the texts
 * lead through it */
static void find_path(struct seal_attribution *at, const struct seal_case *c, struct seal_object *o)
{
	struct seal_bytes paths[SEAL_CASE_PATHS_MAX], path = SEAL_BYTES_NONE;
	size_t n;

	if (!o->path.n || seal_bytes_chr(o->path, '/') >= 0 || !c->n_texts)
		return;
	n = seal_case_paths(at, c, paths);
	for (size_t i = 0; i < n && !path.n; i++)
		path = leads_to(paths[i], o->path);
	if (path.n)
		o->path = path;
}

static struct seal_origin origin_of(const struct seal_attribution *at,
				    const struct seal_avc_match *m)
{
	struct seal_origin o = m->denial->origin;

	if (m->hit->source < at->h->sources.n) {
		o.path = at->h->sources.v[m->hit->source].path;
		o.line = m->hit->line;
	}
	return o;
}

static int tell_match(struct seal_attribution *at, const struct seal_case *c,
		      const struct seal_avc_match *m, struct seal_finding *f)
{
	struct seal_origin o = origin_of(at, m), quoted = m->denial->origin;
	int64_t before_ms = m->before_us / 1000, shift_s = seal_avc_shift_us(at->avcs) / 1000000;
	const char *ref;
	int r;

	ref = seal_arena_printf(
		at->h->arena, "%lld.%03lld:%llu", (long long)(m->hit->time_us / SEAL_SECOND_US),
		(long long)(m->hit->time_us / 1000 % 1000), (unsigned long long)m->hit->serial);
	if (!ref)
		return -ENOMEM;
	o.ref = seal_bytes_of(ref);
	if (o.line == quoted.line && seal_bytes_eq(o.path, quoted.path))
		quoted = o;
	r = set_object(at, c, m->denial, &f->object);
	find_path(at, c, &f->object);
	f->object.host = c->reason.host;
	f->object.address = c->reason.address;
	if (r == 0)
		r = seal_finding_quote(f, &quoted, m->denial->record);
	if (r == 0 && m->of_lock)
		r = seal_finding_say(
			at, f, &o,
			"AVC %s is of pid %u, a master(8) that could not open its lock "
			"file; postfix-script takes that for one that runs",
			ref, m->hit->pid);
	else if (r == 0)
		r = seal_finding_say(
			at, f, &o, "AVC %s is of pid %u, %s of the log line; %lld ms %s it", ref,
			m->hit->pid, m->by_child ? "a child of the process" : "the process",
			(long long)(before_ms < 0 ? -before_ms : before_ms),
			before_ms < 0 ? "after" : "before");
	if (r == 0 && shift_s)
		r = seal_finding_say(at, f, &o,
				     "the clocks of the logs differ: %lld s are added to the audit "
				     "log's, the same for all denials",
				     (long long)shift_s);
	return r;
}

/* by_denial - the surest denial of the attempt that fits the verdict; 1 when it settled the
 * question */
static int by_denial(struct seal_attribution *at, const struct seal_case *c,
		     const struct seal_verdict *v, struct seal_finding *f)
{
	const struct seal_avc_match *best = NULL, *logged_only = NULL;
	enum seal_certainty best_sure = SEAL_CERTAINTY_UNKNOWN, sure;
	size_t i;
	int r;

	for (i = 0; i < c->n_matches; i++) {
		const struct seal_avc_match *m = &c->matches[i];

		if (!fits(v, m->denial))
			continue;
		sure = certainty_of(at, c, m);
		r = in_domain(at, c, m, &sure);
		if (r < 0)
			return r;
		if (m->denial->permissive) {
			logged_only = m;
		} else if (sure > best_sure) {
			best = m;
			best_sure = sure;
		}
	}
	if (best) {
		f->certainty = best_sure;
		f->denial = best->denial;
		r = tell_match(at, c, best, f);
		return r < 0 ? r : 1;
	}
	if (logged_only) {
		r = seal_finding_refute(
			at, f,
			"the denial of pid %u was only logged (permissive=1): access was given",
			logged_only->hit->pid);
		return r < 0 ? r : 1;
	}
	return 0;
}

/* audit_covers - audit records span the attempt, so a denial would show unless a dontaudit rule
 * hides it */
static bool audit_covers(const struct seal_attribution *at, const struct seal_case *c)
{
	const struct seal_audit *a = &at->h->audit;

	return a->present && c->time_us != SEAL_TIME_NONE && a->first_us != SEAL_TIME_NONE &&
	       a->first_us <= c->attempt.from_us;
}

/* ask - whether the policy lets the daemon's domain do that to an object of @target */
static int ask(struct seal_attribution *at, struct seal_bytes domain, struct seal_bytes target,
	       const char *tclass, const char *perm, struct seal_why_result *why)
{
	struct seal_bytes p = seal_bytes_of(perm);
	struct seal_access a = {.scontext = domain,
				.tcontext = target,
				.tclass = seal_bytes_of(tclass),
				.perms = &p,
				.n_perms = 1,
				.ioctl = -1};

	return seal_policy_why(at->h->selinux.policy, &a, why);
}

/* policy_says - turn the policy's answer on one access into a finding; 1 when it denies */
static int policy_says(struct seal_attribution *at, const struct seal_case *c,
		       struct seal_finding *f, struct seal_bytes domain, struct seal_bytes target,
		       const char *tclass, const char *perm)
{
	struct seal_why_result why = {0};
	int r;

	r = ask(at, domain, target, tclass, perm, &why);
	if (r == -EPROTO || (r == 0 && (why.reasons & SEAL_WHY_UNKNOWN))) {
		seal_why_done(&why);
		return 0;
	}
	if (r < 0)
		return r;
	if ((why.reasons & SEAL_WHY_ALLOWED) || why.permissive) {
		seal_why_done(&why);
		return 0;
	}
	f->certainty = why.dontaudit || !audit_covers(at, c) ? SEAL_CERTAINTY_LIKELY
							     : SEAL_CERTAINTY_POSSIBLE;
	f->object.source_type = why.source_type.n ? why.source_type : domain;
	f->object.target_type = why.target_type.n ? why.target_type : target;
	f->object.tclass = seal_bytes_of(tclass);
	f->object.perms = seal_bytes_of(perm);
	r = seal_finding_say(at, f, &at->h->selinux.policy_origin,
			     "the policy does not allow %.*s %s on %.*s:%s%s", (int)domain.n,
			     domain.p, perm, (int)target.n, target.p, tclass,
			     why.dontaudit ? ", and a dontaudit rule keeps it out of the log" : "");
	seal_why_done(&why);
	return r < 0 ? r : 1;
}

/* by_port - no denial: would the policy refuse a connection to that port? */
static int by_port(struct seal_attribution *at, const struct seal_case *c, struct seal_finding *f,
		   struct seal_bytes domain, const char *perm)
{
	struct seal_port_label label;
	int r;

	if (!c->reason.port ||
	    seal_policy_port(at->h->selinux.policy, "tcp", c->reason.port, &label) < 0)
		return 0;
	r = policy_says(at, c, f, domain, label.type, "tcp_socket", perm);
	if (r == 1) {
		f->object.port = c->reason.port;
		f->object.protocol = "tcp";
	}
	if (r == 0)
		r = seal_finding_refute(at, f, "the policy allows %.*s %s on port %u (%.*s)",
					(int)domain.n, domain.p, perm, c->reason.port,
					(int)label.type.n, label.type.p);
	return r < 0 ? r : 0;
}

static const char *class_of(char type)
{
	switch (type) {
	case 'd':
		return "dir";
	case 'l':
		return "lnk_file";
	case 's':
		return "sock_file";
	case 'p':
		return "fifo_file";
	default:
		return "file";
	}
}

/* by_path - no denial: walk the path and ask the policy about each element's label */
static int by_path(struct seal_attribution *at, const struct seal_case *c, struct seal_finding *f,
		   struct seal_bytes domain)
{
	struct seal_bytes path, element, context, type;
	struct seal_file file;
	bool all_known = true;
	size_t end;
	int r;

	if (!c->reason.path.n || seal_process_path(at->h, c->process, c->reason.path, &path) < 0)
		return 0;
	for (end = 1; end <= path.n; end++) {
		if (end < path.n && path.p[end] != '/')
			continue;
		element = seal_bytes_first(path, end);
		r = seal_view_label(&at->h->view, element, &context);
		if (r < 0 && end == path.n)
			break; /* may not exist yet */
		if (r < 0) {
			all_known = false;
			continue;
		}
		type = seal_context_part(context, 't');
		if (seal_view_file(&at->h->view, element, &file) < 0)
			file.type = end < path.n ? 'd' : 'f';
		r = policy_says(at, c, f, domain, type, class_of(file.type),
				file.type == 'd'   ? "search"
				: file.type == 's' ? "write"
						   : "read");
		if (r != 0) {
			f->object.path = element;
			return r < 0 ? r : 0;
		}
	}
	if (!all_known)
		return 0;
	/* one access of many was asked: allowed is no proof that all are */
	f->why = SEAL_LIT("no denial was logged, and the policy lets the daemon reach the path");
	return 0;
}

int seal_test_selinux(struct seal_attribution *at, const struct seal_case *c,
		      const struct seal_verdict *v, struct seal_finding *f)
{
	const struct seal_selinux *se = &at->h->selinux;
	struct seal_bytes domain;
	int r;

	if (se->mode == SEAL_SELINUX_DISABLED)
		return seal_finding_refute(at, f, "SELinux is disabled");
	if (c->reason.origin == SEAL_REASON_REMOTE)
		return seal_finding_refute(at, f, "the peer answered");
	r = by_denial(at, c, v, f);
	if (r != 0)
		return r < 0 ? r : 0;
	if (se->mode == SEAL_SELINUX_PERMISSIVE)
		return seal_finding_refute(at, f, "SELinux is permissive: it denies nothing");
	if (!is_eacces(c) || c->reason.suspended || !se->policy)
		return 0;
	r = domain_of(at, c->daemon, &domain);
	if (r < 0 || !domain.n)
		return r;
	if (seal_policy_is_permissive(se->policy, domain))
		return seal_finding_refute(at, f, "%.*s is a permissive domain", (int)domain.n,
					   domain.p);
	if (strcmp(v->id, "selinux.connect") == 0)
		return by_port(at, c, f, domain, "name_connect");
	if (strcmp(v->id, "selinux.bind") == 0)
		return by_port(at, c, f, domain, "name_bind");
	if (strcmp(v->id, "selinux.file") == 0)
		return by_path(at, c, f, domain);
	return 0;
}
