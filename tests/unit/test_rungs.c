/* SPDX-License-Identifier: GPL-2.0-or-later */

/* test_rungs - one denial a row of tests/data/selinux/rungs.txt, on the policy that is installed:
 * the fix and its words. Each row names the rung that it rests on, and must come out otherwise
 * without it. */

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/denials/ladder_impl.h"
#include "analysis/denials/object_path.h"
#include "core/input.h"
#include "evidence/evidence.h"

#define TEXT_MAX  (1u << 20)
#define LINES_MAX 24

/* struct row - a case of the file */
struct row {
	struct seal_bytes name;
	struct seal_bytes rung; /* the one it rests on */
	struct seal_bytes fix;  /* "restorecon", with "?" when it does not suffice; "-": none */
	struct seal_bytes run[LINES_MAX], why[LINES_MAX], none_of[LINES_MAX];
	size_t n_run, n_why, n_none_of;
	struct seal_bytes undo[LINES_MAX], other[LINES_MAX];
	size_t n_undo, n_other;
	struct seal_buf conf, master, files, labels, audit, ports, login, passwd, local, booleans;
	unsigned serial;
};

static char dir[64];
static const char *installed = "default";
static char *text;
static size_t text_n;

static const char *at(const char *path)
{
	static char full[512];

	snprintf(full, sizeof(full), "%s/%s", dir, path);
	return full;
}

static void put(const char *path, struct seal_bytes b)
{
	FILE *f = fopen(at(path), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(b.p ? b.p : "", 1, b.n, f), b.n);
	fclose(f);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static const char *policy_dir(void)
{
	const char *other = getenv("SEAL_TEST_POLICY");

	return other ? other : "/etc/selinux/default";
}

static int setup(void **state)
{
	const char *data = getenv("SEAL_TEST_DATA"), *policy = policy_dir();
	seal_auto_root struct seal_root *root = NULL;
	char command[1024];

	(void)state;
	installed = strrchr(policy, '/') + 1;
	snprintf(dir, sizeof(dir), "/tmp/seal-rungs-XXXXXX");
	if (!mkdtemp(dir) || seal_root_new(data, &root, NULL) < 0 ||
	    seal_root_read(root, "selinux/rungs.txt", TEXT_MAX, &text, &text_n, NULL) < 0)
		return -1;
	snprintf(command, sizeof(command),
		 "cd %s && mkdir -p live root/etc/postfix root/etc/selinux/%s root/var/log/audit "
		 "root/var/lib/selinux/%s/active && cp -r %s/policy %s/contexts "
		 "root/etc/selinux/%s/ && printf 'SELINUX=enforcing\\nSELINUXTYPE=%s\\n' "
		 ">root/etc/selinux/config && echo '{}' >bundle.json",
		 dir, installed, installed, policy, policy, installed, installed);
	return system(command) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	free(text);
	return dir[0] ? nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) : 0;
}

/* context - "smtpd_t" stands for a whole context */
static void put_context(struct seal_buf *b, struct seal_bytes s, const char *role)
{
	if (seal_bytes_chr(s, ':') >= 0)
		seal_buf_put(b, s.p, s.n);
	else
		seal_buf_printf(b, "system_u:%s:%.*s:s0", role, (int)s.n, s.p);
}

/* file PATH TYPE MODE UID GID LABEL */
static void file_line(struct row *row, struct seal_bytes rest)
{
	struct seal_bytes path = seal_bytes_word(&rest), w;

	seal_buf_printf(&row->files, "%.*s", (int)path.n, path.p);
	for (int i = 0; i < 4; i++) {
		w = seal_bytes_word(&rest);
		seal_buf_printf(&row->files, "\t%.*s", (int)w.n, w.p);
	}
	seal_buf_puts(&row->files, "\t1\t0\t\n");
	seal_buf_printf(&row->labels, "# file: %.*s\nsecurity.selinux=\"", (int)path.n, path.p);
	put_context(&row->labels, seal_bytes_word(&rest), "object_r");
	seal_buf_puts(&row->labels, "\"\n\n");
}

/* value - of NAME=VALUE among the words of @rest; empty: not there */
static struct seal_bytes value(struct seal_bytes rest, const char *name)
{
	struct seal_bytes w, key;

	while ((w = seal_bytes_word(&rest)).n) {
		key = seal_bytes_cut(w, '=', &w);
		if (seal_bytes_is(key, name))
			return w;
	}
	return SEAL_BYTES_NONE;
}

/* put_field - " FIELD=VALUE", in quotes when it is a name */
static void put_field(struct seal_buf *b, struct seal_bytes rest, const char *name,
		      const char *field)
{
	struct seal_bytes v = value(rest, name);
	const char *quote = strcmp(field, "path") == 0 || strcmp(field, "name") == 0 ? "\"" : "";

	if (v.n)
		seal_buf_printf(b, " %s=%s%.*s%s", field, quote, (int)v.n, v.p, quote);
}

static void put_syscall(struct row *row, const char *head, struct seal_bytes rest,
			struct seal_bytes comm)
{
	struct seal_bytes call = value(rest, "call"), exit = value(rest, "exit");
	struct seal_bytes path = value(rest, "path"), exe = value(rest, "exe");

	if (!call.n)
		return;
	seal_buf_printf(&row->audit,
			"type=SYSCALL %s arch=c000003e syscall=1 success=%s exit=%.*s a0=0 a1=0 "
			"a2=0 a3=0 items=1 ppid=9 pid=77 auid=4294967295 uid=0 gid=0 euid=0 suid=0 "
			"fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"%.*s\" "
			"exe=\"%.*s\" subj=x key=(null)\x1dSYSCALL=%.*s\n",
			head, exit.n && exit.p[0] != '-' ? "yes" : "no", exit.n ? (int)exit.n : 3,
			exit.n ? exit.p : "-13", (int)comm.n, comm.p, (int)exe.n, exe.p,
			(int)call.n, call.p);
	if (path.n)
		seal_buf_printf(&row->audit,
				"type=CWD %s cwd=\"/var/spool/postfix\"\ntype=PATH %s item=0 "
				"name=\"%.*s\" inode=5 "
				"nametype=NORMAL\n",
				head, head, (int)path.n, path.p);
}

/* deny COMM SOURCE TARGET CLASS PERM,PERM NAME=VALUE... */
static void deny_line(struct row *row, struct seal_bytes rest)
{
	struct seal_bytes comm = seal_bytes_word(&rest), source = seal_bytes_word(&rest);
	struct seal_bytes target = seal_bytes_word(&rest), tclass = seal_bytes_word(&rest);
	struct seal_bytes perms = seal_bytes_word(&rest), path = value(rest, "path");
	bool is_process = !seal_bytes_starts(perms, "name_") &&
			  (seal_bytes_ends(tclass, "_socket") || seal_bytes_is(tclass, "process") ||
			   seal_bytes_starts(tclass, "cap"));
	struct seal_buf *b = &row->audit;
	char head[64];

	snprintf(head, sizeof(head), "msg=audit(1795200%03u.123:%u):", row->serial,
		 100 + row->serial);
	row->serial++;
	seal_buf_printf(b, "type=AVC %s avc:  denied  {", head);
	while (perms.n) {
		struct seal_bytes p = seal_bytes_cut(perms, ',', &perms);

		seal_buf_printf(b, " %.*s", (int)p.n, p.p);
	}
	seal_buf_printf(b, " } for  pid=77 comm=\"%.*s\"", (int)comm.n, comm.p);
	if (path.n && !seal_bytes_starts(tclass, "cap")) {
		path = seal_path_name(path);
		seal_buf_printf(b, " name=\"%.*s\" dev=\"vda1\" ino=5", (int)path.n, path.p);
	}
	put_field(b, rest, "avcpath", "path");
	put_field(b, rest, "name", "name");
	put_field(b, rest, "dest", "dest");
	put_field(b, rest, "src", "src");
	put_field(b, rest, "capability", "capability");
	put_field(b, rest, "ioctl", "ioctlcmd");
	seal_buf_puts(b, " scontext=");
	put_context(b, source, "system_r");
	seal_buf_puts(b, " tcontext=");
	put_context(b, target, is_process ? "system_r" : "object_r");
	seal_buf_printf(b, " tclass=%.*s permissive=%s\n", (int)tclass.n, tclass.p,
			value(rest, "permissive").n ? "1" : "0");
	put_syscall(row, head, rest, comm);
}

/* error SOURCE TARGET CLASS INVALID: a context nobody may have */
static void error_line(struct row *row, struct seal_bytes rest)
{
	struct seal_bytes w[4];

	for (int i = 0; i < 4; i++)
		w[i] = seal_bytes_word(&rest);
	seal_buf_printf(&row->audit,
			"type=SELINUX_ERR msg=audit(1795200001.123:7): op=security_compute_sid "
			"invalid_context=%.*s scontext=%.*s tcontext=%.*s tclass=%.*s\n",
			(int)w[3].n, w[3].p, (int)w[0].n, w[0].p, (int)w[1].n, w[1].p, (int)w[2].n,
			w[2].p);
}

static void add(struct seal_bytes *list, size_t *n, struct seal_bytes b)
{
	assert_true(*n < LINES_MAX);
	list[(*n)++] = b;
}

static void put_line(struct seal_buf *b, struct seal_bytes line)
{
	seal_buf_put(b, line.p, line.n);
	seal_buf_putc(b, '\n');
}

static void read_line(struct row *row, struct seal_bytes line)
{
	struct seal_bytes rest = line, word = seal_bytes_word(&rest);

	rest = seal_bytes_trim(rest);
	if (seal_bytes_is(word, "rung"))
		row->rung = rest;
	else if (seal_bytes_is(word, "fix"))
		row->fix = rest;
	else if (seal_bytes_is(word, "run"))
		add(row->run, &row->n_run, rest);
	else if (seal_bytes_is(word, "undo"))
		add(row->undo, &row->n_undo, rest);
	else if (seal_bytes_is(word, "run-other"))
		add(row->other, &row->n_other, rest);
	else if (seal_bytes_is(word, "local"))
		put_line(&row->local, rest);
	else if (seal_bytes_is(word, "why"))
		add(row->why, &row->n_why, rest);
	else if (seal_bytes_is(word, "not"))
		add(row->none_of, &row->n_none_of, rest);
	else if (seal_bytes_is(word, "conf"))
		put_line(&row->conf, rest);
	else if (seal_bytes_is(word, "master"))
		put_line(&row->master, rest);
	else if (seal_bytes_is(word, "port"))
		put_line(&row->ports, rest);
	else if (seal_bytes_is(word, "login"))
		put_line(&row->login, rest);
	else if (seal_bytes_is(word, "boolean"))
		put_line(&row->booleans, rest);
	else if (seal_bytes_is(word, "user"))
		put_line(&row->passwd, rest);
	else if (seal_bytes_is(word, "file"))
		file_line(row, rest);
	else if (seal_bytes_is(word, "deny"))
		deny_line(row, rest);
	else if (seal_bytes_is(word, "error"))
		error_line(row, rest);
	else
		fail_msg("%.*s: what is that?", (int)line.n, line.p);
}

static void row_done(struct row *row)
{
	struct seal_buf *all[] = {&row->conf,  &row->master,  &row->files, &row->labels,
				  &row->audit, &row->ports,   &row->login, &row->passwd,
				  &row->local, &row->booleans};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		seal_buf_done(all[i]);
}

/* write_row - the evidence of a row into the root */
static void write_row(struct row *row)
{
	seal_auto_buf struct seal_buf tsv = {0};
	char path[256];

	seal_buf_puts(&tsv, "path\ttype\tmode\tuid\tgid\tsize\tmtime\tlink\n");
	seal_buf_put(&tsv, row->files.p, row->files.n);
	put("live/files.tsv", seal_buf_bytes(&tsv));
	put("live/labels.getfattr", seal_buf_bytes(&row->labels));
	put("root/etc/postfix/main.cf", seal_buf_bytes(&row->conf));
	put("root/etc/postfix/master.cf", seal_buf_bytes(&row->master));
	put("root/var/log/audit/audit.log", seal_buf_bytes(&row->audit));
	put("root/etc/passwd", seal_buf_bytes(&row->passwd));
	snprintf(path, sizeof(path), "root/var/lib/selinux/%s/active/ports.local", installed);
	put(path, seal_buf_bytes(&row->ports));
	snprintf(path, sizeof(path), "root/var/lib/selinux/%s/active/booleans.local", installed);
	put(path, seal_buf_bytes(&row->booleans));
	snprintf(path, sizeof(path), "root/etc/selinux/%s/contexts/files/file_contexts.local",
		 installed);
	put(path, seal_buf_bytes(&row->local));
	snprintf(path, sizeof(path), "root/etc/selinux/%s/seusers", installed);
	put(path, seal_buf_bytes(&row->login));
}

static void put_fix(struct seal_buf *b, const struct seal_fix *f)
{
	seal_vec_each (s, &f->steps) {
		seal_buf_puts(b, "\n    ");
		seal_vec_each (w, &s->argv.v) {
			seal_buf_printf(b, "%s%.*s", w == s->argv.v.v ? "" : " ", (int)w->n, w->p);
		}
		seal_buf_put(b, s->why.p, s->why.n);
	}
	seal_buf_putc(b, '\n');
}

/* told - the answer in full, for messages and to compare */
static void told(struct seal_buf *b, const struct seal_denial_group *g)
{
	seal_buf_printf(b, "%.*s -> %.*s: %.*s\n", (int)g->source_type.n, g->source_type.p,
			(int)g->target_type.n, g->target_type.p, (int)g->why.n, g->why.p);
	seal_vec_each (p, &g->paths) {
		seal_buf_printf(b, "  path %.*s\n", (int)p->path.n, p->path.p);
	}
	for (size_t i = 0; i < g->candidates.n; i++) {
		const struct seal_fix *f = &g->candidates.v[i];

		seal_buf_printf(b, "%s%s%s: %.*s%s%.*s", (int32_t)i == g->fix ? "* " : "  ",
				seal_fix_kind_name(f->kind), f->sufficient ? "" : "?",
				(int)f->why.n, f->why.p, f->rejected.n ? "; withheld: " : "",
				(int)f->rejected.n, f->rejected.p);
		put_fix(b, f);
		seal_buf_put(b, f->module_cil.p, f->module_cil.n);
	}
	seal_buf_putc(b, '\0');
}

static bool holds_step(const struct seal_fix *f, struct seal_bytes want, bool undo)
{
	seal_vec_each (s, &f->steps) {
		seal_auto_buf struct seal_buf b = {0};
		const struct seal_argv *a = undo ? &s->undo : &s->argv;

		seal_vec_each (w, &a->v) {
			seal_buf_printf(&b, "%s%.*s", b.n ? " " : "", (int)w->n, w->p);
		}
		if (!undo)
			seal_buf_put(&b, s->why.p, s->why.n);
		if (seal_bytes_eq(seal_buf_bytes(&b), want))
			return true;
	}
	return false;
}

static bool holds(const struct seal_buf *b, struct seal_bytes want)
{
	char needle[512];

	snprintf(needle, sizeof(needle), "%.*s", (int)want.n, want.p);
	return seal_bytes_find(seal_buf_bytes(b), needle) >= 0;
}

static struct seal_bytes kind_of(const struct seal_denial_group *g, char *buf, size_t size)
{
	const struct seal_fix *f = g->fix < 0 ? NULL : &g->candidates.v[g->fix];

	snprintf(buf, size, "%s%s", f ? seal_fix_kind_name(f->kind) : "-",
		 f && !f->sufficient ? "?" : "");
	return seal_bytes_of(buf);
}

/* wrong - what of the row does not hold, or NULL */
static const char *wrong(const struct row *row, const struct seal_denial_group *g,
			 const struct seal_buf *all)
{
	const struct seal_fix *f = g->fix < 0 ? NULL : &g->candidates.v[g->fix];
	static char why[600];
	char kind[64];

	if (!seal_bytes_eq(kind_of(g, kind, sizeof(kind)), row->fix))
		return "the kind";
	for (size_t i = 0; i < row->n_run; i++) {
		snprintf(why, sizeof(why), "%.*s", (int)row->run[i].n, row->run[i].p);
		if (!f ||
		    (!holds_step(f, row->run[i], false) && seal_bytes_find(f->module_cil, why) < 0))
			return why;
	}
	for (size_t i = 0; i < row->n_undo; i++) {
		snprintf(why, sizeof(why), "undo %.*s", (int)row->undo[i].n, row->undo[i].p);
		if (!f || !holds_step(f, row->undo[i], true))
			return why;
	}
	for (size_t i = 0; i < row->n_why; i++) {
		snprintf(why, sizeof(why), "why %.*s", (int)row->why[i].n, row->why[i].p);
		if (!holds(all, row->why[i]))
			return why;
	}
	for (size_t i = 0; i < row->n_other; i++) {
		snprintf(why, sizeof(why), "other %.*s", (int)row->other[i].n, row->other[i].p);
		if (!holds(all, row->other[i]))
			return why;
	}
	seal_vec_each (c, &g->candidates) {
		for (size_t i = 0; i < row->n_none_of; i++)
			if (!c->rejected.n && !c->silences &&
			    seal_bytes_is(row->none_of[i], seal_fix_kind_name(c->kind)))
				return "a kind that is not to be offered";
	}
	return NULL;
}

static const struct {
	const char *name;
	seal_rung_fn *fn;
} rung_names[] = {
	{"refuse", seal_rung_refuse}, {"subject", seal_rung_subject},
	{"object", seal_rung_object}, {"range", seal_rung_range},
	{"socket", seal_rung_socket}, {"capability", seal_rung_capability},
	{"port", seal_rung_port},     {"boolean", seal_rung_boolean},
	{"module", seal_rung_module}, {"words", seal_rung_words},
};

/* climb_without - the same group once more, with one rung taken out */
static void climb_without(struct seal_host *h, const struct seal_denial_query *q,
			  struct seal_denial_group *g, struct seal_bytes name)
{
	seal_rung_fn *rungs[32];
	seal_rung_fn *out = NULL;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(rung_names) / sizeof(rung_names[0]); i++)
		if (seal_bytes_is(name, rung_names[i].name))
			out = rung_names[i].fn;
	if (!out)
		fail_msg("no rung %.*s", (int)name.n, name.p);
	for (size_t i = 0; seal_ladder_rungs[i]; i++)
		if (seal_ladder_rungs[i] != out)
			rungs[n++] = seal_ladder_rungs[i];
	rungs[n] = NULL;
	seal_vec_each (f, &g->candidates) {
		seal_fix_done(f);
	}
	g->candidates.n = g->paths.n = 0;
	g->rule = (struct seal_allow){0};
	g->fix = -1;
	assert_int_equal(seal_ladder_climb_on(h, q, g, rungs), 0);
}

static unsigned faults;

static void fault(const struct row *row, const char *what, const struct seal_buf *all)
{
	print_error("%.*s: %s\n%s", (int)row->name.n, row->name.p, what, all->n ? all->p : "");
	faults++;
}

static void check(struct row *row)
{
	static const struct seal_evidence_query what = {SEAL_EV_AUDIT | SEAL_EV_POSTFIX |
								SEAL_EV_SELINUX,
							{SEAL_TIME_NONE, SEAL_TIME_NONE}};
	const struct seal_denial_query q = {.all = true};
	seal_auto_denial_report struct seal_denial_report *r = NULL;
	seal_auto_root struct seal_root *root = NULL;
	seal_auto_host struct seal_host *h = NULL;
	seal_auto_buf struct seal_buf all = {0}, without = {0};
	const char *at_fault;

	write_row(row);
	assert_int_equal(seal_root_new(dir, &root, NULL), 0);
	assert_int_equal(seal_evidence_read(root, &what, &h, NULL), 0);
	assert_int_equal(seal_denials_explain(h, &q, &r), 0);
	if (r->groups.n == 0) {
		fault(row, "the denial was not read", &all);
		return;
	}
	told(&all, &r->groups.v[0]);
	if (getenv("SEAL_TEST_SHOW")) { /* for who writes a row */
		print_message("== %.*s\n%s", (int)row->name.n, row->name.p, all.p);
		return;
	}
	at_fault = wrong(row, &r->groups.v[0], &all);
	if (at_fault)
		fault(row, at_fault, &all);
	if (at_fault || seal_bytes_is(row->rung, "-"))
		return;
	climb_without(h, &q, &r->groups.v[0], row->rung);
	told(&without, &r->groups.v[0]);
	if (!wrong(row, &r->groups.v[0], &without))
		fault(row, "no other without its rung", &without);
}

static void test_rows(void **state)
{
	const char *only = getenv("SEAL_TEST_ROW");
	struct seal_bytes rest = {text, text_n};
	struct row row = {0};
	size_t n = 0;

	(void)state;
	for (;;) {
		bool end = rest.n == 0;
		struct seal_bytes line = seal_bytes_cut(rest, '\n', &rest);

		if (row.name.n && (end || seal_bytes_starts(line, "== "))) {
			if (!only || seal_bytes_find(row.name, only) >= 0) {
				check(&row);
				n++;
			}
			row_done(&row);
			row = (struct row){0};
		}
		if (end)
			break;
		if (seal_bytes_starts(line, "== "))
			row.name = seal_bytes_from(line, 3);
		else if (line.n && line.p[0] != '#')
			read_line(&row, line);
	}
	print_message("%zu rows\n", n);
	assert_true(n > 0);
	assert_int_equal(faults, 0);
}

/* --- evidence of SELinux that is not fit to be read: named, unknown, and the rest stands --- */

static const char wrong_label[] =
	"user bob:x:1000:1000::/home/bob:/bin/sh\n"
	"file /home/bob/Maildir d 0700 1000 1000 user_home_t\n"
	"file /home/bob/Maildir/tmp d 0700 1000 1000 user_home_t\n"
	"deny local postfix_local_t user_home_t dir write path=/home/bob/Maildir/tmp call=openat\n";

static void shell(const char *format)
{
	char command[1024];

	snprintf(command, sizeof(command), "cd %s/root/etc/selinux/%s && %s", dir, installed,
		 format);
	assert_int_equal(system(command), 0);
}

static const struct unfit {
	const char *damage, *undo; /* commands in etc/selinux/TYPE */
	const char *local;         /* a line of file_contexts.local */
	const char *said;          /* of the source that is unfit */
	bool unknown, fix;         /* the reason is; restorecon is named all the same */
} unfits[] = {
	{"for p in policy/policy.*; do cp $p kept; head -c 100000 kept >$p; done",
	 "for p in policy/policy.*; do mv kept $p; done", NULL, "damaged policy", true, true},
	{"for p in policy/policy.*; do cp $p kept; "
	 "printf '\\143' | dd of=$p bs=1 seek=16 conv=notrunc 2>/dev/null; done",
	 "for p in policy/policy.*; do mv kept $p; done", NULL, "version 99 is newer", true, true},
	{"mv policy contexts ..", "mv ../policy ../contexts .", NULL, NULL, true, false},
	{"true", "true", "/home/([^/]+/x -- system_u:object_r:etc_t:s0\n", "left out", false, true},
	{"true", "true", "/srv/x system_u:object_r:nosuch_t:s0\n", NULL, false, true},
};

static void check_unfit(const struct unfit *u, const struct seal_host *h,
			const struct seal_denial_group *g)
{
	const struct seal_fix *f = g->fix < 0 ? NULL : &g->candidates.v[g->fix];
	bool said = !u->said;

	assert_int_equal(g->reasons == SEAL_WHY_UNKNOWN, u->unknown);
	assert_true(g->why.n > 0);
	assert_int_equal(f != NULL, u->fix);
	if (f) {
		assert_int_equal(f->kind, SEAL_FIX_RESTORECON);
		assert_int_equal(f->sufficient, !u->unknown);
	}
	seal_vec_each (c, &g->candidates) {
		if (u->unknown)
			assert_int_not_equal(c->kind, SEAL_FIX_MODULE);
	}
	seal_vec_each (s, &h->sources) {
		said = said || seal_bytes_find(s->detail, u->said) >= 0;
	}
	if (!said)
		fail_msg("%s: nobody is told", u->damage);
}

static void test_unfit(void **state)
{
	static const struct seal_evidence_query what = {SEAL_EV_AUDIT | SEAL_EV_POSTFIX |
								SEAL_EV_SELINUX,
							{SEAL_TIME_NONE, SEAL_TIME_NONE}};
	const struct seal_denial_query q = {.all = true};

	(void)state;
	for (size_t i = 0; i < sizeof(unfits) / sizeof(*unfits); i++) {
		seal_auto_denial_report struct seal_denial_report *r = NULL;
		seal_auto_root struct seal_root *root = NULL;
		seal_auto_host struct seal_host *h = NULL;
		struct seal_bytes rest = seal_bytes_of(wrong_label);
		struct row row = {0};

		while (rest.n)
			read_line(&row, seal_bytes_cut(rest, '\n', &rest));
		seal_buf_puts(&row.local, unfits[i].local ? unfits[i].local : "");
		write_row(&row);
		row_done(&row);
		shell(unfits[i].damage);
		assert_int_equal(seal_root_new(dir, &root, NULL), 0);
		assert_int_equal(seal_evidence_read(root, &what, &h, NULL), 0);
		assert_int_equal(seal_denials_explain(h, &q, &r), 0);
		assert_int_equal(r->groups.n, 1);
		check_unfit(&unfits[i], h, &r->groups.v[0]);
		shell(unfits[i].undo);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
					   cmocka_unit_test(test_unfit)};

	if (access(policy_dir(), R_OK) < 0) {
		fprintf(stderr, "%s: no policy is installed\n", policy_dir());
		return 77;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
