/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <netinet/in.h>

#include "analysis/attribution/attribution_impl.h"

/* cause_sandbox.c - was it the systemd unit that Postfix runs in? A line of the unit has to cover
 * what failed, and its refusal has to read as the errno that was logged. */

/* told - the line of the unit decides: certain, with the line quoted */
static int told(struct seal_attribution *at, const struct seal_case *c, struct seal_finding *f,
		const struct seal_setting *s)
{
	const struct seal_unit *u = c->process->sandbox.unit;
	const char *text;

	text = seal_arena_printf(at->h->arena, "%.*s=%.*s", (int)s->key.n, s->key.p,
				 (int)s->value.n, s->value.p);
	if (!text)
		return -ENOMEM;
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	f->object.parameter = seal_bytes_of(text);
	f->object.service = seal_bytes_of(u->name);
	return seal_finding_quote(f, &s->origin, f->object.parameter);
}

static int refute(struct seal_attribution *at, const struct seal_case *c, struct seal_finding *f,
		  const char *what)
{
	return seal_finding_refute(at, f, "%s does not %s", c->process->sandbox.unit->name, what);
}

static void set_peer(const struct seal_case *c, struct seal_finding *f)
{
	f->object.address = c->reason.address;
	f->object.host = c->reason.host;
	f->object.port = c->reason.port;
	f->object.path = c->reason.socket;
}

static bool is_look_up(const struct seal_case *c)
{
	return strncmp(c->symptom->id, "dns.", 4) == 0;
}

/* covers_resolvers - the line that covers every resolver; NULL: one of them can be asked */
static const struct seal_setting *covers_resolvers(const struct seal_attribution *at,
						   const struct seal_case *c)
{
	const struct seal_setting *s = NULL;

	seal_vec_each (a, &at->h->net.resolvers) {
		s = seal_sandbox_address(&c->process->sandbox, a);
		if (!s)
			return NULL;
	}
	return s;
}

static int test_address(struct seal_attribution *at, const struct seal_case *c,
			struct seal_finding *f)
{
	const struct seal_setting *s = NULL;

	if (is_look_up(c))
		s = covers_resolvers(at, c);
	else if (c->reason.addr.bits)
		s = seal_sandbox_address(&c->process->sandbox, &c->reason.addr);
	else
		return 0;
	if (!s)
		return refute(at, c, f, "deny the address");
	if (!is_look_up(c) && c->reason.error != ETIMEDOUT)
		return seal_finding_refute(at, f, "%s denies it, but that reads as a timeout",
					   c->process->sandbox.unit->name);
	set_peer(c, f);
	return told(at, c, f, s);
}

static int test_network(struct seal_attribution *at, const struct seal_case *c,
			struct seal_finding *f)
{
	const struct seal_setting *s = seal_sandbox_network(&c->process->sandbox);

	if (!s)
		return refute(at, c, f, "have a network of its own");
	if (!is_look_up(c) && c->reason.error != ENETUNREACH && c->reason.error != EADDRNOTAVAIL &&
	    !(c->reason.error == ECONNREFUSED && seal_addr_is_loopback(&c->reason.addr)))
		return seal_finding_refute(at, f, "in a network of its own it reads otherwise");
	set_peer(c, f);
	return told(at, c, f, s);
}

static int test_family(struct seal_attribution *at, const struct seal_case *c,
		       struct seal_finding *f)
{
	const char *family = c->reason.addr.bits == 32    ? "AF_INET"
			     : c->reason.addr.bits == 128 ? "AF_INET6"
			     : c->reason.socket.n         ? "AF_UNIX"
							  : NULL;
	const struct seal_setting *s;

	if (!family)
		return 0;
	s = seal_sandbox_family(&c->process->sandbox, family);
	if (!s)
		return refute(at, c, f, "keep out that address family");
	if (c->reason.error != EAFNOSUPPORT)
		return seal_finding_refute(at, f, "a family that is kept out reads otherwise");
	set_peer(c, f);
	return told(at, c, f, s);
}

/* test_program - nothing else known gives EPERM to a connect(2) of TCP */
static int test_program(struct seal_attribution *at, const struct seal_case *c,
			struct seal_finding *f)
{
	const struct seal_setting *s = seal_sandbox_program(&c->process->sandbox);
	int r;

	if (c->reason.error != EPERM || !c->reason.addr.bits)
		return 0;
	set_peer(c, f);
	f->certainty = SEAL_CERTAINTY_POSSIBLE;
	if (!s)
		return 0;
	r = told(at, c, f, s);
	/* what the program does is not in the evidence */
	f->certainty = SEAL_CERTAINTY_LIKELY;
	return r;
}

static int is_refuted(struct seal_attribution *at, const struct seal_case *c, const char *verdict,
		      seal_test_fn *test, bool *ret)
{
	const struct seal_verdict *v = seal_rules_verdict(at->rules, verdict);
	struct seal_finding f = {0};
	int r = v ? test(at, c, v, &f) : 0;

	*ret = v && f.refuted;
	seal_vec_done(&f.evidence);
	seal_vec_done(&f.also);
	return r;
}

/* test_landlock - what is left when SELinux, routes and ruleset are all refuted */
static int test_landlock(struct seal_attribution *at, const struct seal_case *c,
			 struct seal_finding *f)
{
	static const struct {
		const char *verdict;
		seal_test_fn *test;
	} others[] = {{"selinux.connect", seal_test_selinux},
		      {"route.prohibit", seal_test_route},
		      {"firewall.egress_reject", seal_test_firewall}};
	bool refuted;
	size_t i;
	int r;

	if (c->reason.error != EACCES || !c->reason.addr.bits)
		return 0;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		r = is_refuted(at, c, others[i].verdict, others[i].test, &refuted);
		if (r < 0 || !refuted)
			return r;
	}
	set_peer(c, f);
	f->certainty = SEAL_CERTAINTY_POSSIBLE;
	return 0;
}

/* agrees - the errno that a protected path gives reads as the one logged; below a directory that
 * is made inaccessible root, whom no mode stops, finds nothing or cannot write */
static bool agrees(int protection, int error)
{
	if (protection == error)
		return true;
	return protection == EACCES && (error == ENOENT || error == EROFS);
}

static int test_path(struct seal_attribution *at, const struct seal_case *c, struct seal_finding *f)
{
	struct seal_bytes paths[SEAL_CASE_PATHS_MAX];
	const struct seal_setting *s;
	size_t n, i;
	int error;

	if (seal_case_denied_by_selinux(c))
		return seal_finding_refute(at, f, "a denial of SELinux stands before it");
	n = seal_case_paths(at, c, paths);
	for (i = 0; i < n; i++) {
		s = seal_sandbox_path(&c->process->sandbox, paths[i], &error);
		if (!s || !agrees(error, c->reason.error))
			continue;
		f->object.path = paths[i];
		return told(at, c, f, s);
	}
	return n ? refute(at, c, f, "protect that path in a way that reads so") : 0;
}

/* capability_of - the capability that the failed call needs; NULL: none that is known */
static const char *capability_of(const struct seal_case *c)
{
	static const struct {
		const char *word, *capability;
	} calls[] = {
		{"set_eugid", "CAP_SETUID"},       {"set_ugid", "CAP_SETUID"},
		{"seteuid", "CAP_SETUID"},         {"setuid", "CAP_SETUID"},
		{"setegid", "CAP_SETGID"},         {"setgid", "CAP_SETGID"},
		{"setgroups", "CAP_SETGID"},       {"initgroups", "CAP_SETGID"},
		{"chroot", "CAP_SYS_CHROOT"},      {"chown", "CAP_CHOWN"},
		{"setrlimit", "CAP_SYS_RESOURCE"},
	};
	size_t i;

	if (c->reason.transport == SEAL_TRANSPORT_LISTEN)
		return c->reason.port && c->reason.port < 1024 ? "CAP_NET_BIND_SERVICE" : NULL;
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (seal_bytes_find(c->texts[0], calls[i].word) >= 0)
			return calls[i].capability;
	return NULL;
}

static int test_capability(struct seal_attribution *at, const struct seal_case *c,
			   struct seal_finding *f)
{
	const char *capability = capability_of(c);
	const struct seal_setting *s;

	if (!capability)
		return 0;
	s = seal_sandbox_capability(&c->process->sandbox, capability);
	if (!s)
		return refute(at, c, f, "take the capability away");
	f->object.port = c->reason.port;
	return told(at, c, f, s);
}

static int test_bind(struct seal_attribution *at, const struct seal_case *c, struct seal_finding *f)
{
	const struct seal_setting *s;

	if (c->reason.error != EPERM || !c->reason.port)
		return 0;
	s = seal_sandbox_bind(&c->process->sandbox, c->reason.port);
	if (!s)
		return refute(at, c, f, "deny the port");
	f->object.port = c->reason.port;
	return told(at, c, f, s);
}

/* test_limit - the limit is there; how near it was is not in the evidence */
static int test_limit(struct seal_attribution *at, const struct seal_case *c,
		      struct seal_finding *f)
{
	bool tasks = seal_bytes_find(c->texts[0], "Resource temporarily unavailable") >= 0;
	const struct seal_setting *s;
	int r;

	s = seal_sandbox_limit(&c->process->sandbox, tasks ? EAGAIN : ENOMEM);
	if (!s) {
		f->why = SEAL_LIT("the unit sets no such limit");
		return 0;
	}
	r = told(at, c, f, s);
	f->certainty = SEAL_CERTAINTY_LIKELY;
	return r;
}

int seal_test_sandbox(struct seal_attribution *at, const struct seal_case *c,
		      const struct seal_verdict *v, struct seal_finding *f)
{
	static const struct {
		const char *verdict;
		int (*test)(struct seal_attribution *at, const struct seal_case *c,
			    struct seal_finding *f);
	} tests[] = {
		{"sandbox.ip_deny", test_address},   {"sandbox.network", test_network},
		{"sandbox.families", test_family},   {"sandbox.bpf_connect", test_program},
		{"sandbox.landlock", test_landlock}, {"sandbox.fs", test_path},
		{"sandbox.caps", test_capability},   {"sandbox.bind", test_bind},
		{"sandbox.limits", test_limit},      {"sandbox.nnp", seal_test_submission},
	};
	size_t i;

	if (c->reason.origin == SEAL_REASON_REMOTE)
		return seal_finding_refute(at, f, "the peer answered");
	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (strcmp(tests[i].verdict, v->id) != 0)
			continue;
		if (!c->process->sandbox.unit && tests[i].test != test_landlock &&
		    tests[i].test != test_program && tests[i].test != seal_test_submission) {
			f->why = SEAL_LIT("the systemd unit is not in the evidence");
			return 0;
		}
		return tests[i].test(at, c, f);
	}
	return seal_test_words(at, c, v, f);
}
