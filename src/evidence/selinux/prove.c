/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/policy_impl.h"

#include <sepol/cil/cil.h>

#include "core/input.h"
#include "evidence/selinux/prove.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define STORE_MAX_BYTES  (128u << 20)
#define MODULE_MAX_BYTES (32u << 20)
#define MODULES_MAX      4096
#define PROVE_SECONDS    120

/* struct module - the CIL of one module that takes part */
struct module {
	char name[256];
	uint32_t priority;
	char *text;
	size_t n;
};

struct store {
	const struct seal_root *root;
	char folder[128]; /* .../active/modules */
	uint32_t priority;
	seal_vec(struct module) modules;
};

static void store_done(struct store *s)
{
	seal_vec_each (m, &s->modules)
		free(m->text);
	seal_vec_done(&s->modules);
}

/* note_module - of a module in several priorities the highest counts */
static int note_module(void *data, const char *name, unsigned char type)
{
	struct store *s = data;
	struct module *m = NULL;

	if (type != DT_DIR || strlen(name) >= sizeof(m->name))
		return 0;
	seal_vec_each (it, &s->modules)
		if (strcmp(it->name, name) == 0)
			m = it;
	if (!m && s->modules.n == MODULES_MAX)
		return -EFBIG;
	if (!m)
		m = seal_vec_add(&s->modules);
	if (!m)
		return -ENOMEM;
	snprintf(m->name, sizeof(m->name), "%s", name);
	if (s->priority >= m->priority)
		m->priority = s->priority;
	return 0;
}

static int note_priority(void *data, const char *name, unsigned char type)
{
	struct store *s = data;
	char path[192];
	int r;

	if (type != DT_DIR || seal_parse_u32(seal_bytes_of(name), 10, &s->priority) < 0)
		return 0;
	snprintf(path, sizeof(path), "%s/%.32s", s->folder, name);
	r = seal_root_list(s->root, path, note_module, s, NULL);
	return r < 0 ? r : 0;
}

static int read_module(const struct store *s, struct module *m, struct seal_err *err)
{
	char path[512];
	struct stat st;
	int r;

	snprintf(path, sizeof(path), "%s/disabled/%s", s->folder, m->name);
	if (seal_root_stat(s->root, path, false, &st) == 0)
		return 0;
	/* libsemanage keeps beside every module, of whatever language, the CIL it became */
	snprintf(path, sizeof(path), "%s/%u/%s/cil", s->folder, m->priority, m->name);
	r = seal_root_read(s->root, path, MODULE_MAX_BYTES, &m->text, &m->n, err);
	return r == -ENOENT
		       ? seal_err_set(err, -EBADMSG, "module %s has no CIL in the store", m->name)
		       : r;
}

static int read_store(const struct seal_root *root, const char *type, struct store *s,
		      struct seal_err *err)
{
	size_t total = 0;
	int r;

	s->root = root;
	snprintf(s->folder, sizeof(s->folder), "var/lib/selinux/%s/active/modules", type);
	r = seal_root_list(root, s->folder, note_priority, s, err);
	if (r < 0)
		return r;
	if (s->modules.n == 0)
		return seal_err_set(err, -ENOENT, "no modules in %s", s->folder);
	seal_vec_each (m, &s->modules) {
		r = read_module(s, m, err);
		if (r < 0)
			return r;
		total += m->n;
		if (total > STORE_MAX_BYTES)
			return seal_err_set(err, -EFBIG, "the store is over %u MiB",
					    STORE_MAX_BYTES >> 20);
	}
	return 0;
}

/* the words of the CIL compiler; it has no argument to carry them */
static char cil_words[200];
static bool cil_neverallow;

static void keep_words(int level, const char *text)
{
	if (level != CIL_ERR)
		return;
	cil_neverallow |= strstr(text, "neverallow check failed") != NULL;
	if (!cil_words[0])
		snprintf(cil_words, sizeof(cil_words), "%s", text);
}

/* compile - the store, with the candidate when @cil is not empty
 * Returns 0, -EBADMSG (cil_words says why) or -ENOMEM. */
static int compile(const struct store *s, struct seal_bytes cil, bool neverallow,
		   struct seal_policy **ret)
{
	sepol_policydb_t *db = NULL;
	cil_db_t *c = NULL;
	void *image = NULL;
	size_t n = 0;
	int r = 0;

	cil_words[0] = '\0';
	cil_neverallow = false;
	cil_set_log_level(CIL_ERR);
	cil_set_log_handler(keep_words);
	cil_db_init(&c);
	cil_set_mls(c, -1);
	cil_set_multiple_decls(c, 1); /* distributions' own modules repeat file contexts */
	cil_set_disable_neverallow(c, !neverallow);
	seal_vec_each (m, &s->modules)
		if (r == 0 && m->text)
			r = cil_add_file(c, m->name, m->text, m->n);
	if (r == 0 && cil.n > 0)
		r = cil_add_file(c, "candidate", cil.p, cil.n);
	if (r == 0)
		r = cil_compile(c);
	if (r == 0)
		r = cil_build_policydb(c, &db);
	cil_db_destroy(&c);
	if (r == 0)
		r = sepol_policydb_to_image(NULL, db, &image, &n);
	sepol_policydb_free(db);
	r = r == 0 ? seal_policy_load((struct seal_bytes){image, n}, ret, NULL) : -EBADMSG;
	free(image);
	return r;
}

/* struct difference - rules that one policy has and the other lacks, as tuples of concrete types */
struct difference {
	const struct seal_policy *from, *to; /* tuples of @to that @from lacks are counted */
	const struct seal_policy_change *want;
	uint64_t tuples, unwanted;
	bool other; /* rules that allow nothing differ */
};

/* wanted - permissions of a triple that the request names */
static uint32_t wanted(const struct difference *d, uint32_t s, uint32_t t, uint32_t c)
{
	struct seal_tuple w;
	uint32_t mask = 0;

	for (size_t i = 0; d->want && i < d->want->n_allows; i++)
		if (seal_allow_resolve(d->to, &d->want->allows[i], &w, NULL) == 0 &&
		    w.source == s && w.target == t && w.tclass == c)
			mask |= w.perms;
	return mask;
}

/* The candidate declares nothing, so both policies number their types alike; same_types() has
 * checked */
static int compare_rule(avtab_key_t *k, avtab_datum_t *datum, void *data)
{
	struct difference *d = data;
	const policydb_t *db = d->to->db;
	ebitmap_node_t *sn, *tn;
	uint32_t s, t, fresh;
	avtab_ptr_t same;

	same = avtab_search_node((avtab_t *)(uintptr_t)&d->from->db->te_avtab, k);
	if (k->specified != AVTAB_ALLOWED) {
		d->other |= !same || (!datum->xperms && same->datum.data != datum->data);
		return 0;
	}
	if (same && (datum->data & ~same->datum.data) == 0)
		return 0;
	ebitmap_for_each_positive_bit(&db->attr_type_map[k->source_type - 1], sn, s)
	{
		ebitmap_for_each_positive_bit(&db->attr_type_map[k->target_type - 1], tn, t)
		{
			fresh = datum->data &
				~seal_te_allowed(d->from, s + 1, t + 1, k->target_class, NULL);
			d->tuples += (uint64_t)__builtin_popcount(fresh);
			fresh &= ~wanted(d, s + 1, t + 1, k->target_class);
			d->unwanted += (uint64_t)__builtin_popcount(fresh);
		}
	}
	return 0;
}

/* same_types - types, attributes and their members, classes and conditionals are those of before */
static bool same_types(const struct seal_policy *a, const struct seal_policy *b)
{
	const policydb_t *x = a->db, *y = b->db;

	if (x->p_types.nprim != y->p_types.nprim || x->p_classes.nprim != y->p_classes.nprim ||
	    x->te_cond_avtab.nel != y->te_cond_avtab.nel ||
	    x->filename_trans_count != y->filename_trans_count)
		return false;
	for (uint32_t i = 0; i < x->p_types.nprim; i++) {
		const char *m = x->p_type_val_to_name[i], *n = y->p_type_val_to_name[i];

		if ((m || n) && (!m || !n || strcmp(m, n) != 0))
			return false;
		if (!ebitmap_cmp(&x->type_attr_map[i], &y->type_attr_map[i]))
			return false;
	}
	return ebitmap_cmp(&x->permissive_map, &y->permissive_map);
}

static void compare(const struct seal_policy *before, const struct seal_policy *after,
		    const struct seal_policy_change *want, struct seal_proof *ret)
{
	struct difference gained = {.from = before, .to = after, .want = want};
	struct difference lost = {.from = after, .to = before};
	uint32_t asked = 0;

	if (!same_types(before, after)) {
		snprintf(ret->detail, sizeof(ret->detail),
			 "types, attributes or conditionals differ");
		return;
	}
	avtab_map((avtab_t *)(uintptr_t)&after->db->te_avtab, compare_rule, &gained);
	avtab_map((avtab_t *)(uintptr_t)&before->db->te_avtab, compare_rule, &lost);
	ret->added = gained.tuples;
	ret->removed = lost.tuples;
	for (size_t i = 0; i < want->n_allows; i++) {
		struct seal_tuple t;

		if (seal_allow_resolve(after, &want->allows[i], &t, NULL) < 0 ||
		    (t.perms & ~seal_te_allowed(after, t.source, t.target, t.tclass, NULL)))
			asked++;
	}
	ret->exact = gained.unwanted == 0 && lost.tuples == 0 && !gained.other && !lost.other &&
		     asked == 0;
	if (!ret->exact)
		snprintf(ret->detail, sizeof(ret->detail),
			 "%llu tuples beyond the request, %llu lost, %u requested rules missing%s",
			 (unsigned long long)gained.unwanted, (unsigned long long)lost.tuples,
			 asked, gained.other || lost.other ? ", rules of other kinds differ" : "");
}

/* struct outcome - what the child shares */
struct outcome {
	struct seal_proof proof;
	struct seal_err err;
	int r;
};

static void put_words(char *out, size_t size)
{
	struct seal_err clean;

	seal_err_set(&clean, -EBADMSG, "%.180s", cil_words);
	snprintf(out, size, "%s", clean.text);
}

/* store_violates - whether the store breaks a neverallow by itself: nothing can be said of a
 * candidate then */
static bool store_violates(const struct store *s)
{
	seal_auto_policy struct seal_policy *p = NULL;

	return compile(s, SEAL_BYTES_NONE, true, &p) < 0;
}

static int prove(const struct store *s, struct seal_bytes cil,
		 const struct seal_policy_change *want, struct outcome *out)
{
	seal_auto_policy struct seal_policy *before = NULL, *after = NULL;
	struct seal_proof *p = &out->proof;
	int r;

	r = compile(s, SEAL_BYTES_NONE, false, &before);
	if (r < 0)
		return seal_err_set(&out->err, r, "the store does not compile: %s", cil_words);
	r = compile(s, cil, true, &after);
	if (r < 0 && cil_neverallow) {
		put_words(p->detail, sizeof(p->detail));
		p->neverallow =
			store_violates(s) ? SEAL_NEVERALLOW_NOT_RUN : SEAL_NEVERALLOW_VIOLATED;
		r = compile(s, cil, false, &after);
	} else if (r == 0) {
		p->neverallow = SEAL_NEVERALLOW_OK;
	}
	if (r < 0) {
		put_words(p->detail, sizeof(p->detail));
		return 0; /* the candidate is at fault: compiled stays false */
	}
	p->compiled = true;
	compare(before, after, want, p);
	return 0;
}

/* run - the compiler gets a child, as the parser does: modules of an image are its author's */
static int run(const struct store *s, struct seal_bytes cil, const struct seal_policy_change *want,
	       struct outcome *out)
{
	struct rlimit cpu = {PROVE_SECONDS, PROVE_SECONDS}, core = {0, 0};
	int status = 0;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		return seal_err_set(&out->err, -ENOMEM, "no child to compile in");
	if (pid == 0) {
		setrlimit(RLIMIT_CPU, &cpu);
		setrlimit(RLIMIT_CORE, &core);
		out->r = prove(s, cil, want, out);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return out->r;
	return seal_err_set(&out->err, -EBADMSG, "the compiler %s",
			    WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU
				    ? "does not come to an end"
				    : "crashes on a module");
}

int seal_policy_prove(const struct seal_root *root, struct seal_bytes type, struct seal_bytes cil,
		      const struct seal_policy_change *want, struct seal_proof *ret,
		      struct seal_err *err)
{
	struct store s = {0};
	struct outcome *out;
	char name[65];
	int r;

	if (!seal_selinux_type_valid(type))
		return seal_err_set(err, -EINVAL, "SELINUXTYPE is no plain name");
	memcpy(name, type.p, type.n);
	name[type.n] = '\0';
	out = mmap(NULL, sizeof(*out), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (out == MAP_FAILED)
		return seal_err_set(err, -ENOMEM, "out of memory");

	r = read_store(root, name, &s, err);
	if (r == 0) {
		r = run(&s, cil, want, out);
		if (r < 0)
			seal_err_set(err, r, "%s", out->err.text);
		else
			*ret = out->proof;
	}
	store_done(&s);
	munmap(out, sizeof(*out));
	return r;
}
