/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/rules/checks.h"

#include "evidence/rules/files.h"
#include "evidence/rules/yaml.h"

#include <errno.h>

/* struct reader - one file being read */
struct reader {
	struct seal_check_rules *rules;
	struct seal_yaml_doc doc;
	struct seal_bytes area;
	struct seal_err *err;
};

void seal_check_rules_free(struct seal_check_rules *r)
{
	if (!r)
		return;
	seal_vec_each (rule, &r->v) {
		seal_vec_each (ref, &rule->references) {
			seal_vec_done(&ref->items);
		}
		seal_vec_done(&rule->references);
		seal_vec_done(&rule->evidence);
		seal_vec_done(&rule->parameters);
	}
	seal_vec_done(&r->v);
	seal_arena_free(r->arena);
	free(r);
}

static int no_memory(struct reader *rd)
{
	return seal_err_set(rd->err, -ENOMEM, "out of memory");
}

/* text_of - a text that must be there unless @optional */
static int text_of(struct reader *rd, const struct seal_yaml *map, const char *key, bool optional,
		   struct seal_bytes *ret)
{
	const struct seal_yaml *n = seal_yaml_get(map, key);

	if (!n)
		return optional ? 0
				: seal_yaml_fail(&rd->doc, map, rd->err, "\"%s\" is missing", key);
	if (seal_yaml_expect(&rd->doc, n, SEAL_YAML_SCALAR, rd->err) < 0)
		return -EINVAL;
	*ret = seal_bytes_trim(n->text);
	if (!ret->n)
		return seal_yaml_fail(&rd->doc, n, rd->err, "\"%s\" is empty", key);
	return 0;
}

/* id_is_valid - three capitals, "-", three digits */
static bool id_is_valid(struct seal_bytes id)
{
	if (id.n != 7 || id.p[3] != '-')
		return false;
	for (size_t i = 0; i < 7; i++) {
		char c = id.p[i];

		if (i < 3 && (c < 'A' || c > 'Z'))
			return false;
		if (i > 3 && (c < '0' || c > '9'))
			return false;
	}
	return true;
}

static int read_roles(struct reader *rd, const struct seal_yaml *map, unsigned *ret)
{
	const struct seal_yaml *n = seal_yaml_get(map, "roles");

	if (!n)
		return seal_yaml_fail(&rd->doc, map, rd->err, "\"roles\" is missing");
	if (n->kind == SEAL_YAML_SCALAR && seal_bytes_is(n->text, "all")) {
		*ret = SEAL_ROLE_ALL;
		return 0;
	}
	if (seal_yaml_expect(&rd->doc, n, SEAL_YAML_LIST, rd->err) < 0)
		return -EINVAL;
	seal_yaml_each(it, n)
	{
		unsigned bit;

		if (it->kind != SEAL_YAML_SCALAR || !seal_role_parse(it->text, &bit))
			return seal_yaml_fail(&rd->doc, it, rd->err, "no such role");
		*ret |= bit;
	}
	return *ret ? 0 : seal_yaml_fail(&rd->doc, n, rd->err, "no role");
}

static int read_references(struct reader *rd, const struct seal_yaml *map,
			   struct seal_check_rule *rule)
{
	const struct seal_yaml *n = seal_yaml_get(map, "references");

	if (!n)
		return 0;
	if (seal_yaml_expect(&rd->doc, n, SEAL_YAML_MAP, rd->err) < 0)
		return -EINVAL;
	seal_yaml_each(it, n)
	{
		struct seal_reference *ref;

		if (!seal_benchmark_title(it->key))
			return seal_yaml_fail(&rd->doc, it, rd->err, "no such benchmark");

		if (seal_yaml_expect(&rd->doc, it, SEAL_YAML_LIST, rd->err) < 0)
			return -EINVAL;
		ref = seal_vec_add(&rule->references);
		if (!ref)
			return no_memory(rd);
		ref->benchmark = it->key;
		seal_yaml_each(item, it)
		{
			struct seal_bytes *b;

			if (item->kind != SEAL_YAML_SCALAR || !item->text.n)
				return seal_yaml_fail(&rd->doc, item, rd->err, "no text");
			b = seal_vec_add(&ref->items);
			if (!b)
				return no_memory(rd);
			*b = item->text;
		}
		if (!ref->items.n)
			return seal_yaml_fail(&rd->doc, it, rd->err, "no items");
	}
	return 0;
}

/* read_evidence - what is looked at, in words, and whether a root that does not run holds it */
static int read_evidence(struct reader *rd, const struct seal_yaml *map,
			 struct seal_check_rule *rule)
{
	const struct seal_yaml *n = seal_yaml_get(map, "evidence");

	if (!n)
		return seal_yaml_fail(&rd->doc, map, rd->err, "\"evidence\" is missing");
	if (seal_yaml_expect(&rd->doc, n, SEAL_YAML_LIST, rd->err) < 0)
		return -EINVAL;
	seal_yaml_each(it, n)
	{
		struct seal_bytes *b;

		if (it->kind != SEAL_YAML_SCALAR || !it->text.n)
			return seal_yaml_fail(&rd->doc, it, rd->err, "no text");
		b = seal_vec_add(&rule->evidence);
		if (!b)
			return no_memory(rd);
		*b = it->text;
	}
	if (!rule->evidence.n)
		return seal_yaml_fail(&rd->doc, n, rd->err, "no items");
	if (text_of(rd, map, "offline", false, &rule->offline) < 0)
		return -EINVAL;
	if (!seal_bytes_is(rule->offline, "yes") && !seal_bytes_is(rule->offline, "partial") &&
	    !seal_bytes_is(rule->offline, "no"))
		return seal_yaml_fail(&rd->doc, seal_yaml_get(map, "offline"), rd->err,
				      "offline is yes, partial or no");
	return 0;
}

static int read_parameters(struct reader *rd, const struct seal_yaml *map,
			   struct seal_check_rule *rule)
{
	const struct seal_yaml *n = seal_yaml_get(map, "parameters");

	if (!n)
		return 0;
	if (seal_yaml_expect(&rd->doc, n, SEAL_YAML_MAP, rd->err) < 0)
		return -EINVAL;
	seal_yaml_each(it, n)
	{
		struct seal_check_parameter *p = seal_vec_add(&rule->parameters);

		if (it->key.n != strspn(it->key.p, "abcdefghijklmnopqrstuvwxyz0123456789_"))
			return seal_yaml_fail(&rd->doc, it, rd->err, "no name of a parameter");
		if (!p)
			return no_memory(rd);
		p->name = it->key;
		if (seal_yaml_u32(&rd->doc, it, &p->value, rd->err) < 0)
			return -EINVAL;
	}
	return 0;
}

static int read_severity(struct reader *rd, const struct seal_yaml *map,
			 struct seal_check_rule *rule)
{
	struct seal_bytes word = SEAL_BYTES_NONE;

	if (text_of(rd, map, "severity", false, &word) < 0)
		return -EINVAL;
	if (!seal_grade_parse(word, &rule->severity))
		return seal_yaml_fail(&rd->doc, seal_yaml_get(map, "severity"), rd->err,
				      "no such severity");
	return 0;
}

static int read_tier(struct reader *rd, const struct seal_yaml *map, struct seal_check_rule *rule)
{
	const struct seal_yaml *n = seal_yaml_get(map, "tier");

	if (!n)
		return seal_yaml_fail(&rd->doc, map, rd->err, "\"tier\" is missing");
	if (seal_yaml_u32(&rd->doc, n, &rule->tier, rd->err) < 0)
		return -EINVAL;
	if (rule->tier < 1 || rule->tier > 2)
		return seal_yaml_fail(&rd->doc, n, rd->err, "a tier is 1 or 2");
	return 0;
}

static int read_check(struct reader *rd, const struct seal_yaml *map)
{
	static const char *const keys[] = {"id",     "title",    "severity",   "tier",
					   "roles",  "evidence", "offline",    "rationale",
					   "advice", "conflict", "references", "parameters",
					   NULL};
	struct seal_check_rule *rule;
	int r;

	if (seal_yaml_keys(&rd->doc, map, keys, rd->err) < 0)
		return -EINVAL;
	if (rd->rules->v.n == SEAL_CHECK_RULES_MAX)
		return seal_err_set(rd->err, -E2BIG, "more than %zu checks", SEAL_CHECK_RULES_MAX);
	rule = seal_vec_add(&rd->rules->v);
	if (!rule)
		return no_memory(rd);
	rule->area = rd->area;
	rule->file = rd->doc.name;
	rule->line = map->line;

	r = text_of(rd, map, "id", false, &rule->id);
	if (r == 0 && !id_is_valid(rule->id))
		r = seal_yaml_fail(&rd->doc, map, rd->err, "an id has the form AAA-000");
	if (r == 0)
		r = text_of(rd, map, "title", false, &rule->title);
	if (r == 0)
		r = text_of(rd, map, "rationale", false, &rule->rationale);
	if (r == 0)
		r = text_of(rd, map, "advice", false, &rule->advice);
	if (r == 0)
		r = text_of(rd, map, "conflict", true, &rule->conflict);
	if (r == 0)
		r = read_severity(rd, map, rule);
	if (r == 0)
		r = read_tier(rd, map, rule);
	if (r == 0)
		r = read_roles(rd, map, &rule->roles);
	if (r == 0)
		r = read_evidence(rd, map, rule);
	if (r == 0)
		r = read_references(rd, map, rule);
	return r == 0 ? read_parameters(rd, map, rule) : r;
}

static int read_file(struct reader *rd, const struct seal_rules_file *file)
{
	static const char *const keys[] = {"area", "checks", NULL};
	const struct seal_yaml *list;
	int r;

	rd->doc = (struct seal_yaml_doc){.name = file->name, .arena = rd->rules->arena};
	r = seal_yaml_parse(&rd->doc, file->text, rd->err);
	if (r < 0)
		return r;
	if (seal_yaml_keys(&rd->doc, rd->doc.root, keys, rd->err) < 0 ||
	    text_of(rd, rd->doc.root, "area", false, &rd->area) < 0)
		return -EINVAL;
	list = seal_yaml_get(rd->doc.root, "checks");
	if (!list)
		return seal_yaml_fail(&rd->doc, rd->doc.root, rd->err, "\"checks\" is missing");
	if (seal_yaml_expect(&rd->doc, list, SEAL_YAML_LIST, rd->err) < 0)
		return -EINVAL;
	seal_yaml_each(it, list)
	{
		r = read_check(rd, it);
		if (r < 0)
			return r;
	}
	return 0;
}

static int by_id(const void *a, const void *b)
{
	return seal_bytes_cmp(((const struct seal_check_rule *)a)->id,
			      ((const struct seal_check_rule *)b)->id);
}

static int sort_rules(struct seal_check_rules *rules, struct seal_err *err)
{
	if (rules->v.n > 1)
		qsort(rules->v.v, rules->v.n, sizeof(*rules->v.v), by_id);
	for (size_t i = 1; i < rules->v.n; i++) {
		const struct seal_check_rule *a = &rules->v.v[i - 1], *b = &rules->v.v[i];

		if (seal_bytes_eq(a->id, b->id))
			return seal_err_set(err, -EINVAL, "%s:%u: check %.*s is in %s:%u too",
					    b->file, b->line, (int)b->id.n, b->id.p, a->file,
					    a->line);
	}
	return 0;
}

int seal_check_rules_load(const char *dir, struct seal_check_rules **ret, struct seal_err *err)
{
	seal_auto_check_rules struct seal_check_rules *rules = NULL;
	struct seal_rules_files files = {0};
	struct reader rd = {.err = err};
	int r;

	rules = calloc(1, sizeof(*rules));
	if (rules)
		rules->arena = seal_arena_new();
	if (!rules || !rules->arena)
		return seal_err_set(err, -ENOMEM, "out of memory");
	rd.rules = rules;

	r = seal_rules_files("checks", dir, rules->arena, &files, err);
	for (size_t i = 0; r == 0 && i < files.v.n; i++)
		r = read_file(&rd, &files.v.v[i]);
	seal_vec_done(&files.v);
	if (r == 0)
		r = sort_rules(rules, err);
	if (r < 0)
		return r;
	*ret = seal_take(rules);
	return 0;
}

const struct seal_check_rule *seal_check_rule_find(const struct seal_check_rules *r,
						   struct seal_bytes id)
{
	struct seal_check_rule key = {.id = id};

	return r->v.n ? bsearch(&key, r->v.v, r->v.n, sizeof(*r->v.v), by_id) : NULL;
}

uint32_t seal_check_parameter(const struct seal_check_rule *r, const char *name, uint32_t otherwise)
{
	seal_vec_each (p, &r->parameters) {
		if (seal_bytes_is(p->name, name))
			return p->value;
	}
	return otherwise;
}
