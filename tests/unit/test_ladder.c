/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy_fixture.h"

#include <errno.h>
#include <sepol/cil/cil.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "analysis/denials/denial.h"
#include "analysis/denials/module.h"
#include "core/root.h"
#include "evidence/selinux/prove.h"

#define SYS "system_u:system_r:"
#define OBJ "system_u:object_r:"

static struct seal_policy *small;

static int setup(void **state)
{
	(void)state;
	small = fixture_policy("small.cil");
	return 0;
}

static void free_emitted(void);

static int teardown(void **state)
{
	(void)state;
	seal_policy_free(small);
	free_emitted();
	return 0;
}

/* struct world - a host with one denial and the answers its files give */
struct world {
	struct seal_host *h;
	const char *path, *actual, *expected; /* of the object; path NULL: not known */
};

static int view_label(void *data, struct seal_bytes path, struct seal_bytes *ret)
{
	struct world *w = data;

	if (!w->path || !seal_bytes_is(path, w->path))
		return -ENODATA;
	*ret = seal_bytes_of(w->actual);
	return 0;
}

static int view_expected(void *data, struct seal_bytes path, char type, struct seal_bytes *ret)
{
	struct world *w = data;

	(void)type;
	if (seal_bytes_is(path, "/etc/shadow")) {
		*ret = SEAL_LIT(OBJ "secret_t:s0");
		return 0;
	}
	if (!w->path || !w->expected || !seal_bytes_is(path, w->path))
		return -ENOENT;
	*ret = seal_bytes_of(w->expected);
	return 0;
}

static void world_init(struct world *w, struct seal_policy *p)
{
	w->h = seal_host_new();
	assert_non_null(w->h);
	w->h->selinux.policy = p;
	w->h->selinux.type = SEAL_LIT("default");
	w->h->view = (struct seal_view){.data = w, .label = view_label, .expected = view_expected};
}

static void world_done(struct world *w)
{
	seal_vec_each (d, &w->h->audit.denials) {
		seal_vec_done(&d->hits);
	}
	w->h->selinux.policy = NULL; /* it belongs to the test */
	seal_host_free(w->h);
}

/* deny - the only denial of the host */
static struct seal_denial *deny(struct world *w, const struct seal_access *a, const char *comm)
{
	struct seal_denial *d = seal_vec_add(&w->h->audit.denials);

	assert_non_null(d);
	*d = (struct seal_denial){
		.scontext = a->scontext,
		.tcontext = a->tcontext,
		.source_type = seal_context_part(a->scontext, 't'),
		.target_type = seal_context_part(a->tcontext, 't'),
		.tclass = a->tclass,
		.n_perms = a->n_perms,
		.comm = seal_bytes_of(comm),
		.object = {.port = -1, .capability = -1, .ioctl = a->ioctl},
		.count = 1,
	};
	d->perms = seal_arena_alloc(w->h->arena, a->n_perms * sizeof(*d->perms));
	memcpy(d->perms, a->perms, a->n_perms * sizeof(*d->perms));
	if (w->path)
		d->object.path = seal_bytes_of(w->path);
	return d;
}

static struct seal_denial_report *explain(struct world *w)
{
	struct seal_denial_query q = {.all = true};
	struct seal_denial_report *r = NULL;

	assert_int_equal(seal_denials_explain(w->h, &q, &r), 0);
	assert_int_equal(r->groups.n, 1);
	return r;
}

static const struct row {
	const char *name, *access;
	const char *path, *expected; /* the object, where it is known */
	int32_t port;
	bool permissive;
	enum seal_fix_kind kind;
	bool sufficient;
	const char *command; /* of the first step, or the rule of a module */
	int64_t ioctl;       /* 0: none */
} rows[] = {
	{"a rule, where nothing else gives it",
	 SYS "smtpd_t:s0 " OBJ "mail_port_t:s0 tcp_socket name_connect", .port = -1,
	 .kind = SEAL_FIX_MODULE, .sufficient = true,
	 .command = "(allow smtpd_t mail_port_t (tcp_socket (name_connect)))"},
	{"the boolean that opens least", SYS "smtpd_t:s0 " OBJ "spool_t:s0 file write", .port = -1,
	 .kind = SEAL_FIX_BOOLEAN, .sufficient = true, .command = "setsebool -P local_write on"},
	{"a wrong label", SYS "smtp_t:s0 " OBJ "secret_t:s0 file read", "/spool/x",
	 OBJ "config_t:s0", -1, false, SEAL_FIX_RESTORECON, true, "restorecon -F /spool/x"},
	{"a wrong label, and more to come", SYS "smtp_t:s0 " OBJ "secret_t:s0 file read",
	 "/spool/x", OBJ "spool_t:s0", -1, false, SEAL_FIX_RESTORECON, false,
	 "restorecon -F /spool/x"},
	{"a level", SYS "smtp_t:s0 " OBJ "config_t:s0:c1 file read", "/spool/x", OBJ "config_t:s0",
	 -1, false, SEAL_FIX_RESTORECON, true, "restorecon -F /spool/x"},
	{"a level without an entry", SYS "smtp_t:s0 " OBJ "spool_t:s0:c1 file read", "/spool/x",
	 NULL, -1, false, SEAL_FIX_RESTORECON, true, "chcon -l s0 /spool/x"},
	{"a level of an object nobody finds", SYS "smtp_t:s0 " OBJ "spool_t:s0:c1 file read",
	 .port = -1, .kind = SEAL_FIX_NONE},
	{"a constraint", SYS "smtp_t:s0 other_u:object_r:spool_t:s0 file write", .port = -1,
	 .kind = SEAL_FIX_NONE},
	{"a port of one's own choice",
	 SYS "smtp_t:s0 " OBJ "wide_port_t:s0 tcp_socket name_connect", .port = 2525,
	 .kind = SEAL_FIX_PORT_LABEL, .sufficient = true,
	 .command = "semanage port -a -t mail_port_t -p tcp 2525"},
	{"a port below 1024 that no service has",
	 SYS "smtp_t:s0 " OBJ "wide_port_t:s0 tcp_socket name_connect", .port = 826,
	 .kind = SEAL_FIX_PORT_LABEL, .sufficient = true,
	 .command = "semanage port -a -t mail_port_t -p tcp 826"},
	{"a mount without labels", SYS "smtp_t:s0 " OBJ "share_t:s0 file read", "/spool/x",
	 OBJ "config_t:s0", -1, false, SEAL_FIX_NONE},
	{"logged only", SYS "smtpd_t:s0 " OBJ "mail_port_t:s0 tcp_socket name_connect", .port = -1,
	 .permissive = true, .kind = SEAL_FIX_NONE, .sufficient = true},
	{"a command of an ioctl that is allowed otherwise",
	 SYS "queue_t:s0 " OBJ "spool_t:s0 file ioctl", .port = -1, .kind = SEAL_FIX_MODULE,
	 .sufficient = true, .command = "(allowx queue_t spool_t (ioctl file (0x5402)))",
	 .ioctl = 0x5402},
	{"an ioctl, where none is allowed", SYS "smtp_t:s0 " OBJ "spool_t:s0 file ioctl",
	 .port = -1, .kind = SEAL_FIX_MODULE, .sufficient = true,
	 .command = "(allow smtp_t spool_t (file (ioctl)))\n"
		    "(allowx smtp_t spool_t (ioctl file (0x6601)))",
	 .ioctl = 0x6601},
	{"stale", SYS "smtp_t:s0 " OBJ "spool_t:s0 file read", .port = -1, .kind = SEAL_FIX_NONE,
	 .sufficient = true},
};

static void put_argv(struct seal_buf *b, const struct seal_argv *a)
{
	seal_vec_each (w, &a->v) {
		if (b->n)
			seal_buf_putc(b, ' ');
		seal_buf_put(b, w->p, w->n);
	}
}

static void check_row(const struct row *row, const struct seal_denial_group *g)
{
	seal_auto_buf struct seal_buf b = {0};
	const struct seal_fix *f;

	if (g->fix < 0)
		fail_msg("%s: no fix", row->name);
	f = &g->candidates.v[g->fix];
	if (f->kind != row->kind || f->sufficient != row->sufficient)
		fail_msg("%s: %s, sufficient %d: %.*s", row->name, seal_fix_kind_name(f->kind),
			 f->sufficient, (int)f->why.n, f->why.p);
	if (!row->command)
		return;
	if (f->kind == SEAL_FIX_MODULE) {
		if (seal_bytes_find(f->module_cil, row->command) < 0)
			fail_msg("%s: %.*s", row->name, (int)f->module_cil.n, f->module_cil.p);
		return;
	}
	put_argv(&b, &f->steps.v[0].argv);
	if (!seal_bytes_is(seal_buf_bytes(&b), row->command))
		fail_msg("%s: %.*s", row->name, (int)b.n, b.p);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct world w = {.path = rows[i].path, .expected = rows[i].expected};
		seal_auto_denial_report struct seal_denial_report *r = NULL;
		struct fixture_access a;
		struct seal_denial *d;
		char actual[128];

		fixture_access(&a, rows[i].access, rows[i].ioctl ? rows[i].ioctl : -1);
		snprintf(actual, sizeof(actual), "%.*s", (int)a.a.tcontext.n, a.a.tcontext.p);
		w.actual = actual;
		world_init(&w, small);
		d = deny(&w, &a.a, "smtp");
		d->object.port = rows[i].port;
		d->permissive = rows[i].permissive;
		r = explain(&w);
		check_row(&rows[i], &r->groups.v[0]);
		world_done(&w);
	}
}

/* what a process may provoke: none of it becomes a rule */
static const char *const attacks[] = {
	SYS "queue_t:s0 " OBJ "secret_t:s0 file write", /* what /etc/shadow bears */
	SYS "queue_t:s0 " OBJ "secret_t:s0 file read",
	SYS "smtp_t:s0 " OBJ "spool_t:s0 file entrypoint",
	SYS "smtp_t:s0 " SYS "base_t:s0 process dyntransition",
	SYS "smtp_t:s0 " OBJ "nosuch_t:s0 file read",
	SYS "smtp_t:s0 " OBJ "domain:s0 file read",
	SYS "smtp_t:s0 " OBJ "spool_t:s0 file read)(allow",
	SYS "smtp_t)(allow:s0 " OBJ "spool_t:s0 file read",
};

static void test_attacks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(attacks) / sizeof(*attacks); i++) {
		struct world w = {.path = NULL};
		seal_auto_denial_report struct seal_denial_report *r = NULL;
		struct fixture_access a;

		fixture_access(&a, attacks[i], -1);
		world_init(&w, small);
		deny(&w, &a.a, "smtp");
		r = explain(&w);
		seal_vec_each (f, &r->groups.v[0].candidates) {
			if (f->kind == SEAL_FIX_MODULE && !f->rejected.n)
				fail_msg("%s: %.*s", attacks[i], (int)f->module_cil.n,
					 f->module_cil.p);
		}
		world_done(&w);
	}
}

static const struct {
	const char *source, *target, *tclass, *perm;
	int64_t ioctl;
	int r;
	const char *cil;
} modules[] = {
	{"smtp_t", "spool_t", "file", "open", -1, 0, "(allow smtp_t spool_t (file (open)))"},
	{"smtp_t", "smtp_t", "process", "transition", -1, 0,
	 "(allow smtp_t self (process (transition)))"},
	{"queue_t", "secret_t", "file", "ioctl", 0x5401, 0,
	 "(allow queue_t secret_t (file (ioctl)))\n(allowx queue_t secret_t (ioctl file "
	 "(0x5401)))"},
	{"queue_t", "config_t", "file", "ioctl", 0x5401, -EINVAL,
	 NULL}, /* would take others away */
	{"queue_t", "spool_t", "file", "ioctl", 0x5402, 0,
	 "(allowx queue_t spool_t (ioctl file (0x5402)))"},
	{"post_t", "spool_t", "file", "open", -1, -EINVAL, NULL}, /* an alias */
	{"smtp_t", "file_type", "file", "open", -1, -EINVAL, NULL},
	{"smtp_t", "nosuch_t", "file", "open", -1, -ENOENT, NULL},
	{"smtp_t", "spool_t", "file", "nosuch", -1, -ENOENT, NULL},
	{"smtp_t", "spool_t", "nosuch", "open", -1, -ENOENT, NULL},
	{"smtp_t", "spool_t", "file", "open))(allow", -1, -EINVAL, NULL},
	{"smtp_t\n", "spool_t", "file", "open", -1, -EINVAL, NULL},
	{"1smtp", "spool_t", "file", "open", -1, -EINVAL, NULL},
	{"", "spool_t", "file", "open", -1, -EINVAL, NULL},
};

static void test_modules(void **state)
{
	seal_auto_arena struct seal_arena *arena = seal_arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(modules) / sizeof(*modules); i++) {
		struct seal_module_rule rule = {
			.source = seal_bytes_of(modules[i].source),
			.target = seal_bytes_of(modules[i].target),
			.tclass = seal_bytes_of(modules[i].tclass),
			.perms = {seal_bytes_of(modules[i].perm)},
			.n_perms = 1,
			.ioctls = {(uint32_t)modules[i].ioctl},
			.n_ioctls = modules[i].ioctl >= 0,
		};
		struct seal_fix f = {0};
		int r = seal_module_write(small, &rule, 1, arena, &f);

		if (r != modules[i].r)
			fail_msg("row %zu: %d", i, r);
		if (r == 0 && seal_bytes_find(f.module_cil, modules[i].cil) < 0)
			fail_msg("row %zu: %.*s", i, (int)f.module_cil.n, f.module_cil.p);
		if (r == 0)
			assert_true(seal_bytes_starts(f.module_name, "postseal_"));
	}
}

/* --- random denials of a whole policy --- */

#define DENIALS 3000
#define PROVEN  96 /* modules that are compiled with the store */

static uint64_t dice = 20261121;
static size_t n_modules, n_booleans, n_mislabelled, n_restored;

/* struct emitted - a module as it was written, with what it is to open */
struct emitted {
	char *cil;
	size_t n;
	struct seal_bytes perms[SEAL_MODULE_PERMS_MAX];
	struct seal_allow rule;
};

static struct emitted emitted[PROVEN];
static size_t n_emitted;

static size_t roll(size_t n)
{
	dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407U;
	return n ? (size_t)(dice >> 33) % n : 0;
}

static bool allows(struct seal_policy *p, const struct seal_policy_change *c,
		   const struct seal_access *a)
{
	bool yes;

	assert_int_equal(seal_policy_try(p, c, NULL), 0);
	yes = seal_policy_allows(p, a) == 1;
	seal_policy_restore(p);
	return yes;
}

/* keep - a module for the store; names belong to the policy, text and arrays do not */
static void keep(const struct seal_allow *rule, const struct seal_fix *f)
{
	struct emitted *e = &emitted[n_emitted];

	if (n_emitted == PROVEN || rule->n_perms > SEAL_MODULE_PERMS_MAX)
		return;
	n_emitted++;
	*e = (struct emitted){.cil = malloc(f->module_cil.n), .n = f->module_cil.n, .rule = *rule};
	assert_non_null(e->cil);
	memcpy(e->cil, f->module_cil.p, e->n);
	for (size_t i = 0; i < rule->n_perms; i++)
		e->perms[i] = seal_bytes_of(strndup(rule->perms[i].p, rule->perms[i].n));
	e->rule.perms = e->perms;
}

static void check_module(struct seal_policy *p, const struct seal_denial_group *g,
			 const struct seal_fix *f, const struct seal_access *a)
{
	struct seal_policy_change c = {.allows = &g->rule, .n_allows = 1};
	struct seal_names before = {0};
	uint64_t fresh = 0;
	cil_db_t *db = NULL;

	n_modules++;
	assert_true(allows(p, &c, a));
	assert_int_equal(seal_policy_allowed(p, g->source_type, g->target_type, g->tclass, &before),
			 0);
	for (size_t i = 0; i < g->rule.n_perms; i++) {
		bool had = false;

		seal_vec_each (b, &before.v) {
			had = had || seal_bytes_eq(*b, g->rule.perms[i]);
		}
		fresh += !had;
	}
	seal_vec_done(&before.v);
	assert_int_equal(f->opens.own, fresh);
	assert_int_equal(f->opens.tuples, fresh);
	assert_int_equal(f->opens.domains, fresh > 0);

	cil_set_log_level(CIL_ERR);
	cil_db_init(&db);
	assert_int_equal(cil_add_file(db, "module", f->module_cil.p, f->module_cil.n), 0);
	cil_db_destroy(&db);
	keep(&g->rule, f);
}

static void check_booleans(struct seal_policy *p, const struct seal_fix *f,
			   const struct seal_access *a)
{
	struct seal_switch s[3];
	struct seal_policy_change c = {.switches = s, .n_switches = f->steps.n};

	n_booleans++;
	assert_in_range(f->steps.n, 1, 3);
	for (size_t i = 0; i < f->steps.n; i++)
		s[i] = (struct seal_switch){f->steps.v[i].argv.v.v[2],
					    seal_bytes_is(f->steps.v[i].argv.v.v[3], "on")};
	assert_true(allows(p, &c, a));
}

/* check_restorecon - sufficient only when the access is allowed on the label that it gives */
static void check_restorecon(struct seal_policy *p, const struct world *w,
			     const struct seal_access *a)
{
	struct seal_access on = *a;

	n_restored++;
	assert_non_null(w->expected);
	on.tcontext = seal_bytes_of(w->expected);
	assert_int_equal(seal_policy_allows(p, &on), 1);
}

/* struct source - what random denials are drawn from */
struct source {
	struct seal_policy *p;
	struct seal_names domains, files;
};

static void one_random(const struct source *from, const char *tclass)
{
	seal_auto_denial_report struct seal_denial_report *r = NULL;
	struct seal_policy *p = from->p;
	struct seal_names perms = {0};
	struct world w = {.path = NULL};
	struct seal_bytes s = from->domains.v.v[roll(from->domains.v.n)], perm, t, e;
	struct seal_access a = {
		.tclass = seal_bytes_of(tclass), .perms = &perm, .n_perms = 1, .ioctl = -1};
	const struct seal_denial_group *g;
	char source[160], target[160], expected[160];
	bool mislabelled = false;

	t = from->files.v.v[roll(from->files.v.n)];
	e = roll(2) ? t : from->files.v.v[roll(from->files.v.n)];
	assert_int_equal(seal_policy_permissions(p, a.tclass, &perms), 0);
	perm = perms.v.v[roll(perms.v.n)];
	snprintf(source, sizeof(source), SYS "%.*s:s0", (int)s.n, s.p);
	snprintf(target, sizeof(target), OBJ "%.*s:s0", (int)t.n, t.p);
	snprintf(expected, sizeof(expected), OBJ "%.*s:s0", (int)e.n, e.p);
	a.scontext = seal_bytes_of(source);
	a.tcontext = seal_bytes_of(target);
	if (roll(3) > 0) {
		w = (struct world){.path = "/srv/x/y", .actual = target, .expected = expected};
		mislabelled = !seal_bytes_eq(t, e);
	}
	world_init(&w, p);
	deny(&w, &a, "test");
	r = explain(&w);
	g = &r->groups.v[0];
	n_mislabelled += mislabelled && !g->stale;
	seal_vec_each (f, &g->candidates) {
		/* never a rule where a label is wrong */
		if (f->kind == SEAL_FIX_MODULE && !f->silences && mislabelled)
			assert_true(f->rejected.n > 0);
		if (!f->sufficient)
			continue;
		if (f->kind == SEAL_FIX_MODULE && !f->rejected.n)
			check_module(p, g, f, &a);
		else if (f->kind == SEAL_FIX_BOOLEAN)
			check_booleans(p, f, &a);
		else if (f->kind == SEAL_FIX_RESTORECON)
			check_restorecon(p, &w, &a);
		else if (f->kind == SEAL_FIX_NONE)
			assert_int_equal(seal_policy_allows(p, &a), 1);
	}
	world_done(&w);
	seal_vec_done(&perms.v);
}

static const char *type_of_policy(void)
{
	const char *type = getenv("SEAL_TEST_TYPE");

	return type ? type : "default";
}

static struct seal_root *host_root(void)
{
	const char *folder = getenv("SEAL_TEST_ROOT");
	struct seal_root *root = NULL;

	assert_int_equal(seal_root_new(folder ? folder : "/", &root, NULL), 0);
	return root;
}

static void test_random(void **state)
{
	static const char *const classes[] = {"file", "dir", "sock_file", "lnk_file"};
	seal_auto_policy struct seal_policy *p = NULL;
	seal_auto_root struct seal_root *root = host_root();
	struct source from = {0};

	(void)state;
	if (seal_policy_open(root, seal_bytes_of(type_of_policy()), &p, NULL, NULL) < 0) {
		print_message("no policy is installed: the random denials are left out\n");
		return;
	}
	from.p = p;
	assert_int_equal(seal_policy_members(p, SEAL_LIT("domain"), &from.domains), 0);
	assert_int_equal(seal_policy_members(p, SEAL_LIT("file_type"), &from.files), 0);
	for (size_t i = 0; i < DENIALS; i++)
		one_random(&from, classes[roll(4)]);
	/* names of types outlive the policy in the modules that are kept */
	for (size_t i = 0; i < n_emitted; i++) {
		struct seal_allow *rule = &emitted[i].rule;

		rule->source = seal_bytes_of(strndup(rule->source.p, rule->source.n));
		rule->target = seal_bytes_of(strndup(rule->target.p, rule->target.n));
		rule->tclass = seal_bytes_of(strndup(rule->tclass.p, rule->tclass.n));
	}
	seal_vec_done(&from.domains.v);
	seal_vec_done(&from.files.v);
	print_message("%zu modules, %zu sets of booleans, %zu wrong labels, %zu of them enough\n",
		      n_modules, n_booleans, n_mislabelled, n_restored);
	assert_true(n_modules > 100);
	assert_true(n_booleans > 0);
	assert_true(n_mislabelled > DENIALS / 10);
	assert_true(n_restored > 0);
}

/* the modules as written compile with the host's own store, all of them at once, and each opens
 * what it is to open and nothing else */
static void test_store(void **state)
{
	static struct seal_candidate v[PROVEN];
	static struct seal_proof proofs[PROVEN];
	seal_auto_root struct seal_root *root = host_root();
	struct seal_proof_run run = {0};
	struct seal_err err = {0};
	size_t broken = 0;
	int r;

	(void)state;
	for (size_t i = 0; i < n_emitted; i++)
		v[i] = (struct seal_candidate){
			{emitted[i].cil, emitted[i].n},
			{.allows = &emitted[i].rule, .n_allows = 1},
		};
	r = seal_policy_prove(root, seal_bytes_of(type_of_policy()), v, n_emitted, proofs, &run,
			      &err);
	if (r == -ENOENT || r == -EACCES) {
		print_message("no store: %s\n", err.text);
		return;
	}
	if (r < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < n_emitted; i++) {
		broken += proofs[i].neverallow == SEAL_NEVERALLOW_VIOLATED;
		if (!proofs[i].compiled || !proofs[i].exact ||
		    proofs[i].added != emitted[i].rule.n_perms)
			fail_msg("%.*s: compiled %d, exact %d, %llu added: %s", (int)emitted[i].n,
				 emitted[i].cil, proofs[i].compiled, proofs[i].exact,
				 (unsigned long long)proofs[i].added, proofs[i].detail);
	}
	print_message("%zu modules with %u of %s: %u compilations, %zu break a neverallow rule\n",
		      n_emitted, run.modules, run.store, run.compiles, broken);
}

static void free_emitted(void)
{
	for (size_t i = 0; i < n_emitted; i++) {
		const struct seal_allow *rule = &emitted[i].rule;

		free(emitted[i].cil);
		for (size_t k = 0; k < rule->n_perms; k++)
			free((char *)(uintptr_t)emitted[i].perms[k].p);
		free((char *)(uintptr_t)rule->source.p);
		free((char *)(uintptr_t)rule->target.p);
		free((char *)(uintptr_t)rule->tclass.p);
	}
}

/* test_levels - denials of two types that differ in level, user or role are told apart where that
 * is what stands against them, and only there */
static void test_levels(void **state)
{
	static const char *const accesses[] = {
		SYS "smtp_t:s0:c0 " OBJ "spool_t:s0:c0,c1 file read",
		SYS "smtp_t:s0:c0 " OBJ "spool_t:s0:c2 file read",
		SYS "smtp_t:s0:c0 other_u:object_r:spool_t:s0 file write",
		SYS "smtp_t:s0:c0 " OBJ "spool_t:s0:c0 file read",
		SYS "smtp_t:s0:c0 " OBJ "spool_t:s0:c9 file read",
		SYS "smtp_t:s0:c0 " OBJ "spool_t:s0 file open",
	};
	static const struct {
		unsigned reasons;
		uint64_t count;
		const char *why;
	} expected[] = {
		{SEAL_WHY_MLS, 2, "the process is at s0:c0, the object at s0:c2"},
		{SEAL_WHY_TE, 2, "no rule allows open"},
		{SEAL_WHY_CONSTRAINT, 1, "a constraint forbids it (u1 == u2"},
		{SEAL_WHY_UNKNOWN, 1, "c9"},
	};
	seal_auto_denial_report struct seal_denial_report *r = NULL;
	struct seal_denial_query q = {.all = true};
	struct fixture_access f[6];
	struct world w = {0};

	(void)state;
	world_init(&w, small);
	for (size_t i = 0; i < 6; i++) {
		fixture_access(&f[i], accesses[i], -1);
		deny(&w, &f[i].a, "smtp");
	}
	assert_int_equal(seal_denials_explain(w.h, &q, &r), 0);
	assert_int_equal(r->groups.n, 4);
	for (size_t i = 0; i < 4; i++) {
		bool found = false;

		seal_vec_each (g, &r->groups) {
			if (g->reasons != expected[i].reasons)
				continue;
			found = true;
			assert_int_equal(g->count, expected[i].count);
			if (seal_bytes_find(g->why, expected[i].why) < 0)
				fail_msg("\"%.*s\" lacks \"%s\"", (int)g->why.n, g->why.p,
					 expected[i].why);
		}
		if (!found)
			fail_msg("no group for %s", expected[i].why);
	}
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),    cmocka_unit_test(test_attacks),
		cmocka_unit_test(test_modules), cmocka_unit_test(test_random),
		cmocka_unit_test(test_store),   cmocka_unit_test(test_levels),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
