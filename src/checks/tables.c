/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/tables.h"

#include <errno.h>

#include "evidence/postfix/conf.h"

/* the types of tables in files; suffix: of the index beside the source */
static const struct {
	const char *type, *suffix;
	bool client;
} types[] = {
	{"btree", ".db", false},  {"cdb", ".cdb", false},  {"cidr", NULL, false},
	{"dbm", ".pag", false},   {"hash", ".db", false},  {"ldap", NULL, true},
	{"lmdb", ".lmdb", false}, {"mongodb", NULL, true}, {"mysql", NULL, true},
	{"pcre", NULL, false},    {"pgsql", NULL, true},   {"regexp", NULL, false},
	{"sdbm", ".pag", false},  {"sqlite", NULL, true},  {"texthash", NULL, false},
};

/* struct walk - through the parameters of one instance */
struct walk {
	struct seal_subject *s;
	int (*each)(void *data, const struct seal_table *table);
	void *data;
	bool *missing;
};

/* table_of - "hash:/etc/aliases", "proxy:" in front taken off. Returns 1, 0: no such table, or
 * -ENOMEM */
static int table_of(struct walk *w, struct seal_bytes word, struct seal_table *ret)
{
	struct seal_bytes name, type = seal_bytes_cut(word, ':', &name);

	if (seal_bytes_is(type, "proxy"))
		type = seal_bytes_cut(name, ':', &name);
	if (!name.n || name.p[0] != '/')
		return 0;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		const char *index;

		if (!seal_bytes_is(type, types[i].type))
			continue;
		ret->type = type;
		ret->path = name;
		ret->client = types[i].client;
		ret->index = SEAL_BYTES_NONE;
		if (!types[i].suffix)
			return 1;
		index = seal_arena_printf(w->s->h->arena, "%.*s%s", SEAL_ARG(name),
					  types[i].suffix);
		if (!index)
			return -ENOMEM;
		ret->index = seal_bytes_of(index);
		return 1;
	}
	return 0;
}

/* is_cache - a table a daemon writes itself: TLS sessions, verified addresses, tested clients */
static bool is_cache(struct seal_bytes parameter)
{
	return seal_bytes_ends(parameter, "_cache_database") ||
	       seal_bytes_ends(parameter, "_cache_map") ||
	       seal_bytes_is(parameter, "address_verify_map");
}

static int take_value(struct walk *w, const struct seal_instance *inst,
		      const struct seal_service *svc, const struct seal_param *p)
{
	struct seal_bytes value, word;
	int r;

	if (is_cache(p->name))
		return 0;
	r = seal_conf_expand(inst, svc, p->value, w->s->h->arena, &value);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		*w->missing = true;
		return 0;
	}
	while (seal_conf_next(&value, &word)) {
		struct seal_table t = {.parameter = p->name, .origin = p->origin};

		r = table_of(w, word, &t);
		if (r > 0)
			r = w->each(w->data, &t);
		if (r)
			return r;
	}
	return 0;
}

int seal_tables_each(struct seal_subject *s,
		     int (*each)(void *data, const struct seal_table *table), void *data,
		     bool *missing)
{
	struct walk w = {s, each, data, missing};
	int r = 0;

	seal_vec_each (inst, &s->h->postfix.instances) {
		seal_vec_each (p, &inst->params) {
			if (r == 0)
				r = take_value(&w, inst, NULL, p);
		}
		seal_vec_each (svc, &inst->services) {
			seal_vec_each (o, &svc->overrides) {
				if (r == 0)
					r = take_value(&w, inst, svc, o);
			}
		}
	}
	return r;
}
