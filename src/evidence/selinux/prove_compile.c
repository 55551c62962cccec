/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/prove_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <sepol/cil/cil.h>
#include <stdio.h>

#define WORDS_MAX_BYTES (4u << 20)
/* no module of a store has a slash in its name */
#define CANDIDATE_NAME "candidate/"

/* the compilation that is going on: the compiler's log has no argument to carry it */
static struct seal_compiled *listener;

/* listen - broken assertions are told at the level that is set, whichever that is */
static void listen(int level, const char *text)
{
	struct seal_bytes t = seal_bytes_of(text);

	if (level != CIL_ERR &&
	    (seal_bytes_starts(t, "Building ") || seal_bytes_starts(t, "Checking ")))
		return; /* its progress */
	if (listener->words.n > WORDS_MAX_BYTES)
		listener->cut = true;
	else
		seal_buf_puts(&listener->words, text);
}

static cil_db_t *start(const struct seal_compile *c)
{
	cil_db_t *db = NULL;

	cil_set_log_level(CIL_ERR);
	cil_set_log_handler(listen);
	cil_db_init(&db);
	cil_set_mls(db, -1);
	cil_set_multiple_decls(db, 1); /* distributions' own modules repeat file contexts */
	cil_set_disable_neverallow(db, !c->assertions);
	cil_set_disable_dontaudit(db, c->store->disable_dontaudit);
	cil_set_preserve_tunables(db, c->store->preserve_tunables);
	if (c->version)
		cil_set_policy_version(db, (int)c->version);
	return db;
}

static int add_files(const struct seal_compile *c, cil_db_t *db)
{
	char name[32];
	int r = 0;

	seal_vec_each (m, &c->store->modules)
		if (r == 0 && m->text)
			r = cil_add_file(db, m->name, m->text, m->n);
	for (size_t i = 0; r == 0 && i < c->n; i++) {
		snprintf(name, sizeof(name), CANDIDATE_NAME "%zu", i);
		r = cil_add_file(db, name, c->v[i].cil.p, c->v[i].cil.n);
	}
	return r;
}

/* build - a policy out of what was compiled; with broken assertions, once more without them */
static int build(cil_db_t *db, bool assertions, sepol_policydb_t **policy,
		 struct seal_compiled *ret)
{
	int r;

	cil_set_log_level(CIL_INFO); /* name every rule that breaks one, not the first few */
	r = cil_build_policydb(db, policy);
	if (r == 0 || !assertions)
		return r;
	cil_set_disable_neverallow(db, 1);
	*policy = NULL;
	r = cil_build_policydb(db, policy);
	ret->broken = r == 0;
	return r;
}

int seal_compile(const struct seal_compile *c, struct seal_compiled *ret)
{
	cil_db_t *db;
	sepol_policydb_t *policy = NULL;
	void *image = NULL;
	size_t n = 0;
	int r;

	*ret = (struct seal_compiled){0};
	listener = ret;
	db = start(c);
	r = add_files(c, db);
	if (r == 0)
		r = cil_compile(db);
	if (r == 0)
		r = build(db, c->assertions, &policy, ret);
	cil_db_destroy(&db);
	if (r == 0)
		r = seal_policydb_image(&policy->p, &image, &n);
	if (policy)
		sepol_policydb_free(policy);
	r = r == 0 ? seal_policy_load_trusted((struct seal_bytes){image, n}, &ret->policy, NULL)
		   : -EBADMSG;
	free(image);
	return ret->words.err ? ret->words.err : r;
}

void seal_compiled_done(struct seal_compiled *c)
{
	seal_policy_free(c->policy);
	seal_buf_done(&c->words);
	*c = (struct seal_compiled){0};
}

/* one_line - words of the compiler, blanks and line ends run together */
static void one_line(struct seal_bytes words, char *ret, size_t size)
{
	struct seal_err clean;
	char text[sizeof(clean.text)];
	size_t n = 0;

	for (size_t i = 0; i < words.n && n + 1 < sizeof(text); i++) {
		bool blank = words.p[i] == ' ' || words.p[i] == '\n' || words.p[i] == '\t';

		if (!blank)
			text[n++] = words.p[i];
		else if (n > 0 && text[n - 1] != ' ')
			text[n++] = ' ';
	}
	while (n > 0 && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	seal_err_set(&clean, -EBADMSG, "%s", text);
	snprintf(ret, size, "%s", clean.text);
}

void seal_compiled_words(const struct seal_compiled *c, char *ret, size_t size)
{
	one_line(c->words.n ? seal_buf_bytes(&c->words) : SEAL_LIT("the compiler does not say why"),
		 ret, size);
}

/* struct judging - the complaint at hand: a line that begins in the first column, the assertion,
 * and below it, indented, the rules that break it, each with "at FILE:LINE" */
struct judging {
	struct seal_proof *proofs;
	size_t n;
	uint32_t by_store;
	bool understood;

	struct seal_bytes title; /* first two lines */
	bool open, named, mine;  /* a complaint; a file was named; one of a candidate */
	bool of_roles;           /* no file is named for those, and no candidate makes them */
};

static void end_complaint(struct judging *j)
{
	if (j->open) {
		j->understood = j->understood && (j->named || j->of_roles);
		j->by_store += !j->mine;
	}
	j->open = j->named = j->mine = j->of_roles = false;
}

static void begin_complaint(struct judging *j, struct seal_bytes line, struct seal_bytes rest)
{
	struct seal_bytes second = seal_bytes_cut(rest, '\n', &rest);

	j->open = true;
	j->of_roles = seal_bytes_find(line, "bounds violation") >= 0;
	j->title = (struct seal_bytes){line.p, (size_t)(second.p + second.n - line.p)};
}

/* note_file - "    allow at FILE:LINE" */
static void note_file(struct judging *j, struct seal_bytes line)
{
	ssize_t at = seal_bytes_find(line, " at ");
	struct seal_bytes name;
	struct seal_proof *p;
	uint32_t i;

	if (at < 0 || line.p[0] != ' ')
		return;
	j->named = true;
	name = seal_bytes_from(line, (size_t)at + strlen(" at "));
	if (!seal_bytes_starts(name, CANDIDATE_NAME))
		return;
	j->mine = true;
	name = seal_bytes_cut(seal_bytes_from(name, strlen(CANDIDATE_NAME)), ':', &line);
	if (seal_parse_u32(name, 10, &i) < 0 || i >= j->n) {
		j->understood = false;
		return;
	}
	p = &j->proofs[i];
	if (p->neverallow == SEAL_NEVERALLOW_VIOLATED)
		return;
	p->neverallow = SEAL_NEVERALLOW_VIOLATED;
	one_line(j->title, p->detail, sizeof(p->detail));
}

static bool is_title(struct seal_bytes line)
{
	return line.n > 0 && line.p[0] != ' ' &&
	       (seal_bytes_find(line, "check failed") >= 0 ||
		seal_bytes_find(line, "exceeds bounds") >= 0 ||
		seal_bytes_find(line, "bounds violation") >= 0);
}

bool seal_compiled_judge(const struct seal_compiled *c, const struct seal_compile *asked,
			 struct seal_proof *ret, uint32_t *by_store)
{
	struct judging j = {.proofs = ret, .n = asked->n, .understood = !c->cut};
	struct seal_bytes rest = seal_buf_bytes(&c->words), line;

	for (size_t i = 0; i < asked->n; i++)
		ret[i].neverallow = SEAL_NEVERALLOW_OK;
	while (c->broken && rest.n > 0) {
		line = seal_bytes_cut(rest, '\n', &rest);
		if (is_title(line)) {
			end_complaint(&j);
			begin_complaint(&j, line, rest);
		} else if (j.open) {
			note_file(&j, line);
		}
		if (seal_bytes_find(line, "Only first") >= 0)
			j.understood = false;
	}
	end_complaint(&j);
	if (c->broken && j.understood && j.by_store == 0) {
		bool some = false;

		for (size_t i = 0; i < asked->n; i++)
			some |= ret[i].neverallow == SEAL_NEVERALLOW_VIOLATED;
		j.understood = some; /* somebody must have broken it */
	}
	if (by_store)
		*by_store = j.by_store;
	if (j.understood)
		return true;
	for (size_t i = 0; i < asked->n; i++) {
		if (ret[i].neverallow == SEAL_NEVERALLOW_VIOLATED)
			continue;
		ret[i].neverallow = SEAL_NEVERALLOW_NOT_RUN;
		snprintf(ret[i].detail, sizeof(ret[i].detail),
			 "the store breaks neverallow rules, and which of them the rule adds to "
			 "is not known");
	}
	return false;
}
