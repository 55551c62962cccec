/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/rules/causes_read.h"

#include "core/enc.h"
#include "core/errnos.h"
#include "evidence/rules/phrase.h"

#include <errno.h>
#include <limits.h>

#define SYMPTOMS_MAX 2048
#define VERDICTS_MAX 1024
#define PATTERNS_MAX 8192

static int no_memory(struct causes_reader *rd)
{
	return seal_err_set(rd->err, -ENOMEM, "out of memory");
}

/* what is wrong with the value of a key: "relay: pattern, offset 3: ..." */
static int bad(struct causes_reader *rd, const struct seal_yaml *node, const char *what)
{
	return seal_yaml_fail(rd->doc, node, rd->err, "%s", what);
}

static int unknown_word(struct causes_reader *rd, const struct seal_yaml *node, const char *what)
{
	return seal_yaml_fail(rd->doc, node, rd->err, "unknown %s \"%.*s\"", what,
			      (int)(node->text.n < 80 ? node->text.n : 80), node->text.p);
}

/* rules become trusted text, so nothing in them may be more than text */
static bool is_printable(struct seal_bytes s)
{
	while (s.n) {
		uint32_t cp;
		size_t n = seal_utf8_next(s, &cp);

		if (n == 0 || !seal_cp_is_plain(cp))
			return false;
		s = seal_bytes_from(s, n);
	}
	return true;
}

static int take_text(struct causes_reader *rd, const struct seal_yaml *node, const char **ret)
{
	int r = seal_yaml_expect(rd->doc, node, SEAL_YAML_SCALAR, rd->err);

	if (r < 0)
		return r;
	if (!is_printable(node->text))
		return bad(rd, node, "only printable text on one line is allowed");
	*ret = node->text.p;
	return 0;
}

/* the text of @key, "" when absent */
static int read_text(struct causes_reader *rd, const struct seal_yaml *map, const char *key,
		     const char **ret)
{
	const struct seal_yaml *node = seal_yaml_get(map, key);

	*ret = "";
	return node ? take_text(rd, node, ret) : 0;
}

/* an identifier "area.name" */
static int read_id(struct causes_reader *rd, const struct seal_yaml *map, const char **ret)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	const struct seal_yaml *node = seal_yaml_get(map, "id");
	size_t area, name;
	const char *id;
	int r;

	if (!node)
		return bad(rd, map, "key \"id\" is missing");
	r = take_text(rd, node, &id);
	if (r < 0)
		return r;
	area = strspn(id, letters);
	name = id[area] == '.' ? strspn(id + area + 1, letters) : 0;
	if (area == 0 || name == 0 || area + 1 + name != node->text.n || node->text.n > 64)
		return bad(rd, node, "an id is two words of a-z, 0-9 and _ with a dot between");
	*ret = id;
	return 0;
}

/* the list under @key with room for its items; *ret is NULL when the key is absent */
static int read_list(struct causes_reader *rd, const struct seal_yaml *map, const char *key,
		     size_t item_bytes, void *items, const struct seal_yaml **ret)
{
	const struct seal_yaml *list = seal_yaml_get(map, key);
	void *p;
	int r;

	*ret = NULL;
	if (!list)
		return 0;
	r = seal_yaml_expect(rd->doc, list, SEAL_YAML_LIST, rd->err);
	if (r < 0)
		return r;
	if (list->n == 0)
		return seal_yaml_fail(rd->doc, list, rd->err, "\"%s\" is empty", key);
	p = seal_arena_alloc(rd->rules->arena, item_bytes * list->n);
	if (!p)
		return no_memory(rd);
	memcpy(items, &p, sizeof(p));
	*ret = list;
	return 0;
}

static int read_words(struct causes_reader *rd, const struct seal_yaml *map, const char *key,
		      struct seal_words *ret)
{
	const struct seal_yaml *list;
	int r = read_list(rd, map, key, sizeof(*ret->v), &ret->v, &list);

	if (r < 0 || !list)
		return r;
	seal_yaml_each(it, list)
	{
		r = take_text(rd, it, &ret->v[ret->n]);
		if (r < 0)
			return r;
		ret->n++;
	}
	return 0;
}

static int read_u16s(struct causes_reader *rd, const struct seal_yaml *map, const char *key,
		     uint16_t **ret, uint32_t *n)
{
	const struct seal_yaml *list;
	int r = read_list(rd, map, key, sizeof(**ret), ret, &list);

	if (r < 0 || !list)
		return r;
	seal_yaml_each(it, list)
	{
		uint32_t v;

		if (it->kind != SEAL_YAML_SCALAR || seal_parse_u32(it->text, 10, &v) < 0 ||
		    v > UINT16_MAX)
			return bad(rd, it, "a number below 65536 expected");
		(*ret)[(*n)++] = (uint16_t)v;
	}
	return 0;
}

static int read_errnos(struct causes_reader *rd, const struct seal_yaml *map,
		       struct seal_symptom *s)
{
	const struct seal_yaml *list;
	int r = read_list(rd, map, "errno", sizeof(*s->errnos), &s->errnos, &list);

	if (r < 0 || !list)
		return r;
	seal_yaml_each(it, list)
	{
		int error = seal_errno_of_name(it->text);

		if (!error)
			return unknown_word(rd, it, "errno");
		s->errnos[s->n_errnos++] = error;
	}
	return 0;
}

/* struct vocabulary - the words of an enum */
struct vocabulary {
	const char *what;
	const char *(*name)(unsigned v);
	unsigned max;
};

static const char *form_name(unsigned v)
{
	return seal_reason_form_name((enum seal_reason_form)v);
}

static const char *phase_name(unsigned v)
{
	return seal_phase_name((enum seal_phase)v);
}

static const char *transport_name(unsigned v)
{
	return seal_transport_name((enum seal_transport)v);
}

static const char *test_name(unsigned v)
{
	return seal_cause_test_name((enum seal_cause_test)v);
}

static const char *fix_name(unsigned v)
{
	return seal_fix_kind_name((enum seal_fix_kind)v);
}

static const struct vocabulary forms = {"form", form_name, SEAL_FORM_MAX_};
static const struct vocabulary phases = {"phase", phase_name, SEAL_PHASE_MAX_};
static const struct vocabulary transports = {"transport", transport_name, SEAL_TRANSPORT_MAX_};
static const struct vocabulary tests = {"test", test_name, SEAL_TEST_MAX_};
static const struct vocabulary fixes = {"fix", fix_name, SEAL_FIX_KIND_MAX_};

static bool word_of(const struct vocabulary *voc, struct seal_bytes word, unsigned *ret)
{
	for (*ret = 0; *ret < voc->max; (*ret)++)
		if (seal_bytes_is(word, voc->name(*ret)))
			return true;
	return false;
}

static int read_set(struct causes_reader *rd, const struct seal_yaml *map,
		    const struct vocabulary *voc, uint32_t *ret)
{
	const struct seal_yaml *list = seal_yaml_get(map, voc->what);
	int r;

	if (!list)
		return 0;
	r = seal_yaml_expect(rd->doc, list, SEAL_YAML_LIST, rd->err);
	if (r < 0)
		return r;
	seal_yaml_each(it, list)
	{
		unsigned v;

		if (!word_of(voc, it->text, &v))
			return unknown_word(rd, it, voc->what);
		*ret |= 1U << v;
	}
	return *ret ? 0 : seal_yaml_fail(rd->doc, list, rd->err, "\"%s\" is empty", voc->what);
}

/* a status code "5.7.1" in which x stands for any number */
static bool is_dsn(const char *s)
{
	unsigned parts;

	for (parts = 1;; parts++) {
		size_t n = *s == 'x' ? 1 : strspn(s, "0123456789");

		if (n == 0 || n > 3)
			return false;
		s += n;
		if (*s != '.')
			return *s == '\0' && parts == 3;
		s++;
	}
}

static int read_dsn(struct causes_reader *rd, const struct seal_yaml *map, struct seal_words *ret)
{
	uint32_t i;
	int r = read_words(rd, map, "dsn", ret);

	for (i = 0; r == 0 && i < ret->n; i++)
		if (!is_dsn(ret->v[i]))
			r = bad(rd, seal_yaml_get(map, "dsn"),
				"a status code is like 5.7.1 or x.4.1");
	return r;
}

/* --- patterns ----------------------------------------------------------------------------------
 */

static int compile(struct causes_reader *rd, const struct seal_yaml *node, unsigned flags,
		   struct seal_pattern *ret)
{
	struct seal_regex **slot;
	struct seal_err why = {0};
	int r;

	r = take_text(rd, node, &ret->source);
	if (r < 0)
		return r;
	if (++rd->n_patterns > PATTERNS_MAX)
		return bad(rd, node, "too many patterns");
	slot = seal_vec_add(&rd->rules->regexes);
	if (!slot)
		return no_memory(rd);
	r = seal_regex_new(node->text, flags, slot, &why);
	if (r < 0)
		return seal_yaml_fail(rd->doc, node, rd->err, "%s", why.text);
	ret->re = *slot;
	ret->line = node->line;
	r = seal_prefilter_new(rd->rules->arena, node->text, flags & SEAL_REGEX_CASELESS,
			       &ret->filter);
	return r < 0 ? no_memory(rd) : 0;
}

/* the patterns of one kind are those under its own key, then those under "reply", which hold for a
 * reply whoever gave it */
static int read_patterns(struct causes_reader *rd, const struct seal_yaml *map,
			 struct seal_symptom *s, enum seal_pattern_kind kind)
{
	static const char *const keys[] = {"local", "remote", "inbound", "command"};
	bool reply = kind == SEAL_PATTERN_REMOTE || kind == SEAL_PATTERN_INBOUND;
	unsigned flags = kind == SEAL_PATTERN_LOCAL ? 0 : SEAL_REGEX_CASELESS;
	const struct seal_yaml *lists[2] = {seal_yaml_get(map, keys[kind]),
					    reply ? seal_yaml_get(map, "reply") : NULL};
	uint32_t n = 0;
	size_t i;
	int r;

	for (i = 0; i < 2; i++) {
		if (!lists[i])
			continue;
		r = seal_yaml_expect(rd->doc, lists[i], SEAL_YAML_LIST, rd->err);
		if (r < 0)
			return r;
		n += lists[i]->n;
	}
	if (n == 0)
		return 0;
	s->patterns[kind] = seal_arena_alloc(rd->rules->arena, n * sizeof(struct seal_pattern));
	if (!s->patterns[kind])
		return no_memory(rd);
	for (i = 0; i < 2; i++) {
		if (!lists[i])
			continue;
		seal_yaml_each(it, lists[i])
		{
			r = compile(rd, it, flags, &s->patterns[kind][s->n_patterns[kind]]);
			if (r < 0)
				return r;
			s->n_patterns[kind]++;
		}
	}
	return 0;
}

static int read_relay(struct causes_reader *rd, const struct seal_yaml *map, struct seal_symptom *s)
{
	const struct seal_yaml *node = seal_yaml_get(map, "relay");

	if (!node)
		return 0;
	s->relay = seal_arena_alloc(rd->rules->arena, sizeof(*s->relay));
	return s->relay ? compile(rd, node, 0, s->relay) : no_memory(rd);
}

/* --- verdicts ----------------------------------------------------------------------------------
 */

static int take_verdict(struct causes_reader *rd, const struct seal_yaml *node,
			const struct seal_verdict **ret)
{
	int r = seal_yaml_expect(rd->doc, node, SEAL_YAML_SCALAR, rd->err);

	if (r < 0)
		return r;
	*ret = seal_rules_verdict(rd->rules, node->text.p);
	return *ret ? 0 : unknown_word(rd, node, "verdict");
}

static int read_verdict_list(struct causes_reader *rd, const struct seal_yaml *map, const char *key,
			     struct seal_verdicts *ret)
{
	const struct seal_yaml *list;
	int r = read_list(rd, map, key, sizeof(*ret->v), &ret->v, &list);

	if (r < 0 || !list)
		return r;
	seal_yaml_each(it, list)
	{
		r = take_verdict(rd, it, &ret->v[ret->n]);
		if (r < 0)
			return r;
		ret->n++;
	}
	return 0;
}

/* "- avc_same_pid: what exactly" */
static int read_proofs(struct causes_reader *rd, const struct seal_yaml *map, const char *key,
		       struct seal_proofs *ret)
{
	const struct seal_yaml *list;
	int r = read_list(rd, map, key, sizeof(*ret->v), &ret->v, &list);

	if (r < 0 || !list)
		return r;
	seal_yaml_each(it, list)
	{
		struct seal_proof *p = &ret->v[ret->n];
		unsigned v;

		r = seal_yaml_expect(rd->doc, it, SEAL_YAML_MAP, rd->err);
		if (r < 0)
			return r;
		if (it->n != 1)
			return bad(rd, it, "one test with its detail expected");
		if (!word_of(&tests, it->first->key, &v))
			return seal_yaml_fail(rd->doc, it, rd->err, "unknown test \"%.*s\"",
					      (int)it->first->key.n, it->first->key.p);
		r = take_text(rd, it->first, &p->detail);
		if (r < 0)
			return r;
		p->test = (enum seal_cause_test)v;
		ret->n++;
	}
	return 0;
}

static int read_title(struct causes_reader *rd, const struct seal_yaml *map, struct seal_verdict *v)
{
	const struct seal_yaml *node = seal_yaml_get(map, "title");
	int r;

	if (!node || node->text.n == 0)
		return bad(rd, map, "key \"title\" is missing");
	r = take_text(rd, node, &v->title);
	if (r < 0)
		return r;
	if (seal_phrase_check(node->text) < 0)
		return bad(rd, node,
			   "title: an unknown {word}, or braces or brackets that do not pair");
	return 0;
}

static int read_fix(struct causes_reader *rd, const struct seal_yaml *map, struct seal_verdict *v)
{
	const struct seal_yaml *node = seal_yaml_get(map, "fix");
	unsigned kind;

	if (!node)
		return 0;
	if (!word_of(&fixes, node->text, &kind))
		return unknown_word(rd, node, "fix");
	v->fix = (enum seal_fix_kind)kind;
	v->has_fix = true;
	return 0;
}

static int read_verdict_texts(struct causes_reader *rd, const struct seal_yaml *map,
			      struct seal_verdict *v)
{
	int r = read_title(rd, map, v);

	if (r == 0)
		r = read_fix(rd, map, v);
	if (r == 0)
		r = read_text(rd, map, "remedy", &v->remedy);
	if (r == 0)
		r = read_text(rd, map, "verify", &v->verify);
	if (r == 0)
		r = read_text(rd, map, "never", &v->never);
	if (r == 0)
		r = read_text(rd, map, "why", &v->why);
	return r;
}

static int read_verdict(struct causes_reader *rd, const struct seal_yaml *map)
{
	static const char *const keys[] = {"id",  "title",   "fix",    "remedy", "verify", "never",
					   "why", "confirm", "likely", "refute", NULL};
	struct seal_verdict v = {.file = rd->doc->name, .line = map->line}, *slot;
	int r = seal_yaml_keys(rd->doc, map, keys, rd->err);

	if (r == 0)
		r = read_id(rd, map, &v.id);
	if (r < 0)
		return r;
	v.class_ = seal_cause_class_of(seal_bytes_of(v.id));
	if (v.class_ == SEAL_CLASS_MAX_)
		return bad(rd, seal_yaml_get(map, "id"), "the id does not begin with a class");
	r = read_verdict_texts(rd, map, &v);
	if (r == 0)
		r = read_proofs(rd, map, "confirm", &v.confirm);
	if (r == 0)
		r = read_proofs(rd, map, "likely", &v.likely);
	if (r == 0)
		r = read_proofs(rd, map, "refute", &v.refute);
	if (r < 0)
		return r;

	if (rd->rules->verdicts.n == VERDICTS_MAX)
		return bad(rd, map, "too many verdicts");
	slot = seal_vec_add(&rd->rules->verdicts);
	if (!slot)
		return no_memory(rd);
	*slot = v;
	return 0;
}

/* --- symptoms ----------------------------------------------------------------------------------
 */

static const char *const symptom_keys[] = {
	"id",        "order",   "daemon", "dsn",       "smtp",  "errno",  "form",    "phase",
	"transport", "port",    "relay",  "loopback",  "local", "remote", "inbound", "reply",
	"command",   "verdict", "needs",  "otherwise", "why",   NULL};

static int read_filters(struct causes_reader *rd, const struct seal_yaml *map,
			struct seal_symptom *s)
{
	const struct seal_yaml *loopback = seal_yaml_get(map, "loopback");
	int r = read_words(rd, map, "daemon", &s->daemons);

	if (r == 0)
		r = read_dsn(rd, map, &s->dsn);
	if (r == 0)
		r = read_u16s(rd, map, "smtp", &s->codes, &s->n_codes);
	if (r == 0)
		r = read_u16s(rd, map, "port", &s->ports, &s->n_ports);
	if (r == 0)
		r = read_errnos(rd, map, s);
	if (r == 0)
		r = read_set(rd, map, &forms, &s->forms);
	if (r == 0)
		r = read_set(rd, map, &phases, &s->phases);
	if (r == 0)
		r = read_set(rd, map, &transports, &s->transports);
	if (r == 0)
		r = read_relay(rd, map, s);
	if (r == 0 && loopback)
		r = seal_yaml_bool(rd->doc, loopback, &s->loopback, rd->err);
	return r;
}

/* a verdict, the candidates evidence must decide between, or a verdict that evidence for one of
 * those can overrule */
static int read_outcome(struct causes_reader *rd, const struct seal_yaml *map,
			struct seal_symptom *s)
{
	const struct seal_yaml *verdict = seal_yaml_get(map, "verdict");
	const struct seal_yaml *otherwise = seal_yaml_get(map, "otherwise");
	int r = 0;

	if (!verdict && !seal_yaml_get(map, "needs"))
		return bad(rd, map, "a symptom has \"verdict\", \"needs\" or both");
	if (verdict)
		r = take_verdict(rd, verdict, &s->verdict);
	if (r == 0)
		r = read_verdict_list(rd, map, "needs", &s->needs);
	for (uint32_t i = 0; r == 0 && s->verdict && i < s->needs.n; i++)
		if (s->needs.v[i] == s->verdict)
			r = bad(rd, seal_yaml_get(map, "needs"), "\"needs\" repeats the verdict");
	if (r < 0 || !otherwise)
		return r;
	if (verdict)
		return bad(rd, otherwise, "\"otherwise\" is for a symptom without verdict");
	return take_verdict(rd, otherwise, &s->otherwise);
}

static bool asks_something(const struct seal_symptom *s)
{
	unsigned k;

	for (k = 0; k < SEAL_PATTERN_KIND_MAX_; k++)
		if (s->n_patterns[k])
			return true;
	return s->n_errnos || s->n_codes || s->dsn.n || s->forms || s->phases || s->n_ports ||
	       s->relay;
}

static int read_symptom(struct causes_reader *rd, const struct seal_yaml *map)
{
	const struct seal_yaml *order = seal_yaml_get(map, "order");
	struct seal_symptom s = {.order = rd->order, .file = rd->doc->name, .line = map->line},
			    *slot;
	unsigned kind;
	int r = seal_yaml_keys(rd->doc, map, symptom_keys, rd->err);

	if (r == 0)
		r = read_id(rd, map, &s.id);
	if (r == 0 && order)
		r = seal_yaml_u32(rd->doc, order, &s.order, rd->err);
	if (r == 0)
		r = read_filters(rd, map, &s);
	for (kind = 0; r == 0 && kind < SEAL_PATTERN_KIND_MAX_; kind++)
		r = read_patterns(rd, map, &s, (enum seal_pattern_kind)kind);
	if (r == 0)
		r = read_outcome(rd, map, &s);
	if (r == 0)
		r = read_text(rd, map, "why", &s.why);
	if (r < 0)
		return r;

	if (!asks_something(&s))
		return bad(rd, map, "a symptom needs a pattern or a filter");
	if (rd->rules->symptoms.n == SYMPTOMS_MAX)
		return bad(rd, map, "too many symptoms");
	slot = seal_vec_add(&rd->rules->symptoms);
	if (!slot)
		return no_memory(rd);
	*slot = s;
	return 0;
}

/* --- the errno table ---------------------------------------------------------------------------
 */

static int read_errno_rule(struct causes_reader *rd, const struct seal_yaml *map)
{
	static const char *const keys[] = {"name", "tcp4",   "tcp6", "udp",
					   "unix", "listen", "file", NULL};
	const struct seal_yaml *name;
	struct seal_errno_rule *row;
	unsigned t;
	int r = seal_yaml_keys(rd->doc, map, keys, rd->err);

	if (r < 0)
		return r;
	name = seal_yaml_get(map, "name");
	if (!name)
		return bad(rd, map, "key \"name\" is missing");
	row = seal_vec_add(&rd->rules->errnos);
	if (!row)
		return no_memory(rd);
	row->error = seal_errno_of_name(name->text);
	if (!row->error)
		return unknown_word(rd, name, "errno");
	for (t = SEAL_TRANSPORT_NONE + 1; r == 0 && t < SEAL_TRANSPORT_MAX_; t++)
		r = read_verdict_list(rd, map, transport_name(t), &row->by[t]);
	return r;
}

static int read_section(struct causes_reader *rd, const char *key,
			int (*each)(struct causes_reader *rd, const struct seal_yaml *map))
{
	const struct seal_yaml *list = seal_yaml_get(rd->doc->root, key);
	int r;

	if (!list)
		return 0;
	r = seal_yaml_expect(rd->doc, list, SEAL_YAML_LIST, rd->err);
	if (r < 0)
		return r;
	seal_yaml_each(it, list)
	{
		r = each(rd, it);
		if (r < 0)
			return r;
	}
	return 0;
}

int causes_read_top(struct causes_reader *rd)
{
	static const char *const keys[] = {"order", "symptoms", "verdicts", "errno", NULL};
	const struct seal_yaml *order;
	int r = seal_yaml_keys(rd->doc, rd->doc->root, keys, rd->err);

	if (r < 0)
		return r;
	order = seal_yaml_get(rd->doc->root, "order");
	rd->order = 0;
	if (order)
		return seal_yaml_u32(rd->doc, order, &rd->order, rd->err);
	if (seal_yaml_get(rd->doc->root, "symptoms"))
		return bad(rd, rd->doc->root, "key \"order\" is missing");
	return 0;
}

int causes_read_verdicts(struct causes_reader *rd)
{
	return read_section(rd, "verdicts", read_verdict);
}

int causes_read_symptoms(struct causes_reader *rd)
{
	return read_section(rd, "symptoms", read_symptom);
}

int causes_read_errnos(struct causes_reader *rd)
{
	return read_section(rd, "errno", read_errno_rule);
}
