/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/rules/causes.h"

#include "evidence/rules/causes_read.h"
#include "evidence/rules/files.h"

#include <errno.h>

void seal_rules_free(struct seal_rules *r)
{
	if (!r)
		return;
	seal_vec_each (re, &r->regexes) {
		seal_regex_free(*re);
	}
	seal_vec_done(&r->regexes);
	seal_vec_done(&r->symptoms);
	seal_vec_done(&r->verdicts);
	seal_vec_done(&r->errnos);
	seal_arena_free(r->arena);
	free(r);
}

static int verdict_by_id(const void *a, const void *b)
{
	const struct seal_verdict *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static int symptom_by_order(const void *a, const void *b)
{
	const struct seal_symptom *x = a, *y = b;
	int by_file = strcmp(x->file, y->file);

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	if (by_file)
		return by_file;
	return x->line < y->line ? -1 : x->line > y->line;
}

static int symptom_by_id(const void *a, const void *b)
{
	const struct seal_symptom *const *x = a, *const *y = b;
	int by_id = strcmp((*x)->id, (*y)->id);

	return by_id ? by_id : symptom_by_order(*x, *y);
}

static int errno_by_number(const void *a, const void *b)
{
	const struct seal_errno_rule *x = a, *y = b;

	return x->error < y->error ? -1 : x->error > y->error;
}

#define sort(vec, cmp)                                                                             \
	do {                                                                                       \
		if ((vec)->n)                                                                      \
			qsort((vec)->v, (vec)->n, sizeof(*(vec)->v), cmp);                         \
	} while (0)

static int sort_verdicts(struct seal_rules *rules, struct seal_err *err)
{
	size_t i;

	sort(&rules->verdicts, verdict_by_id);
	for (i = 1; i < rules->verdicts.n; i++) {
		const struct seal_verdict *v = &rules->verdicts.v[i], *w = v - 1;

		if (strcmp(v->id, w->id) == 0)
			return seal_err_set(err, -EINVAL, "%s:%u: verdict \"%s\" is in %s:%u too",
					    v->file, v->line, v->id, w->file, w->line);
	}
	return 0;
}

static int sort_symptoms(struct seal_rules *rules, struct seal_err *err)
{
	seal_auto_free const struct seal_symptom **by_id = NULL;
	size_t i, n = rules->symptoms.n;

	if (n == 0)
		return 0;
	sort(&rules->symptoms, symptom_by_order);
	by_id = calloc(n, sizeof(const struct seal_symptom *));
	if (!by_id)
		return seal_err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < n; i++)
		by_id[i] = &rules->symptoms.v[i];
	qsort(by_id, n, sizeof(*by_id), symptom_by_id);
	for (i = 1; i < n; i++) {
		const struct seal_symptom *s = by_id[i], *t = by_id[i - 1];

		if (strcmp(s->id, t->id) == 0)
			return seal_err_set(err, -EINVAL, "%s:%u: symptom \"%s\" is in %s:%u too",
					    s->file, s->line, s->id, t->file, t->line);
	}
	return 0;
}

static int sort_errnos(struct seal_rules *rules, struct seal_err *err)
{
	size_t i;

	sort(&rules->errnos, errno_by_number);
	for (i = 1; i < rules->errnos.n; i++)
		if (rules->errnos.v[i].error == rules->errnos.v[i - 1].error)
			return seal_err_set(err, -EINVAL, "causes: two rows for errno %d",
					    rules->errnos.v[i].error);
	return 0;
}

typedef int read_fn(struct causes_reader *rd);

/* one pass over all files */
static int read_all(struct causes_reader *rd, const struct seal_yaml_doc *docs, size_t n,
		    read_fn *read)
{
	size_t i;
	int r;

	for (i = 0; i < n; i++) {
		rd->doc = &docs[i];
		r = causes_read_top(rd);
		if (r == 0)
			r = read(rd);
		if (r < 0)
			return r;
	}
	return 0;
}

/* verdicts first: symptoms and the errno table point at them */
static int read_tables(struct seal_rules *rules, const struct seal_yaml_doc *docs, size_t n,
		       struct seal_err *err)
{
	struct causes_reader rd = {.rules = rules, .err = err};
	int r = read_all(&rd, docs, n, causes_read_verdicts);

	if (r == 0)
		r = sort_verdicts(rules, err);
	if (r == 0)
		r = read_all(&rd, docs, n, causes_read_symptoms);
	if (r == 0)
		r = sort_symptoms(rules, err);
	if (r == 0)
		r = read_all(&rd, docs, n, causes_read_errnos);
	return r == 0 ? sort_errnos(rules, err) : r;
}

static int read_files(struct seal_rules *rules, const struct seal_rules_files *files,
		      struct seal_err *err)
{
	seal_auto_free struct seal_yaml_doc *docs = NULL;
	size_t i, n = files->v.n;
	int r;

	docs = calloc(n + 1, sizeof(*docs));
	if (!docs)
		return seal_err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < n; i++) {
		docs[i].name = files->v.v[i].name;
		docs[i].arena = rules->arena;
		r = seal_yaml_parse(&docs[i], files->v.v[i].text, err);
		if (r < 0)
			return r;
	}
	rules->n_files = (uint32_t)n;
	return read_tables(rules, docs, n, err);
}

int seal_rules_load(const char *dir, struct seal_rules **ret, struct seal_err *err)
{
	seal_auto_rules struct seal_rules *rules = calloc(1, sizeof(*rules));
	struct seal_rules_files files = {0};
	int r;

	if (rules)
		rules->arena = seal_arena_new();
	if (!rules || !rules->arena)
		return seal_err_set(err, -ENOMEM, "out of memory");
	r = seal_rules_files("causes", dir, rules->arena, &files, err);
	if (r == 0)
		r = read_files(rules, &files, err);
	seal_vec_done(&files.v);
	if (r < 0)
		return r;
	*ret = seal_take(rules);
	return 0;
}

const struct seal_verdict *seal_rules_verdict(const struct seal_rules *r, const char *id)
{
	struct seal_verdict key = {.id = id};

	if (r->verdicts.n == 0)
		return NULL;
	return bsearch(&key, r->verdicts.v, r->verdicts.n, sizeof(key), verdict_by_id);
}

const struct seal_symptom *seal_rules_symptom(const struct seal_rules *r, const char *id)
{
	seal_vec_each (s, &r->symptoms)
		if (strcmp(s->id, id) == 0)
			return s;
	return NULL;
}

struct seal_verdicts seal_rules_errno(const struct seal_rules *r, int error, enum seal_transport t)
{
	struct seal_errno_rule key = {.error = error};
	const struct seal_errno_rule *row = NULL;

	if (r->errnos.n)
		row = bsearch(&key, r->errnos.v, r->errnos.n, sizeof(key), errno_by_number);
	return row && t < SEAL_TRANSPORT_MAX_ ? row->by[t] : (struct seal_verdicts){0};
}
