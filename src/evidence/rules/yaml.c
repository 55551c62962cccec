/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/rules/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <yaml.h>

/* struct level - an open list or map */
struct level {
	struct seal_yaml *node;
	struct seal_yaml *last; /* newest child */
	struct seal_bytes key;  /* of a map: key whose value comes next */
	bool has_key;
};

struct reader {
	struct seal_yaml_doc *doc;
	struct seal_err *err;
	yaml_parser_t parser;
	struct level levels[SEAL_YAML_DEPTH_MAX];
	unsigned depth;
	uint32_t n_nodes;
	uint32_t line; /* of the event at hand */
};

static int fail_at(const struct seal_yaml_doc *doc, uint32_t line, int code, struct seal_err *err,
		   const char *text)
{
	return seal_err_set(err, code, "%s:%u: %s", doc->name, line, text);
}

static int fail(struct reader *rd, int code, const char *text)
{
	return fail_at(rd->doc, rd->line, code, rd->err, text);
}

int seal_yaml_fail(const struct seal_yaml_doc *doc, const struct seal_yaml *node,
		   struct seal_err *err, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return fail_at(doc, node->line, -EINVAL, err, text);
}

static uint32_t line_of(const yaml_mark_t *mark)
{
	return mark->line < UINT32_MAX ? (uint32_t)mark->line + 1 : UINT32_MAX;
}

static bool has_key(const struct seal_yaml *map, struct seal_bytes key)
{
	seal_yaml_each(it, map) if (seal_bytes_eq(it->key, key)) return true;
	return false;
}

static int take_key(struct reader *rd, struct level *l, const yaml_event_t *ev)
{
	struct seal_bytes key;
	int r;

	if (ev->type != YAML_SCALAR_EVENT)
		return fail(rd, -EINVAL, "a key must be a word");
	key = (struct seal_bytes){(const char *)ev->data.scalar.value, ev->data.scalar.length};
	if (key.n == 0 || key.n > 64 || memchr(key.p, '\0', key.n))
		return fail(rd, -EINVAL, "a key must be a word of at most 64 bytes");
	if (l->node->n == SEAL_YAML_KEYS_MAX)
		return fail(rd, -E2BIG, "too many keys in one map");
	if (has_key(l->node, key))
		return seal_err_set(rd->err, -EINVAL, "%s:%u: key \"%.*s\" used twice",
				    rd->doc->name, rd->line, (int)key.n, key.p);
	r = seal_arena_intern(rd->doc->arena, key, &l->key);
	if (r < 0)
		return fail(rd, r, "out of memory");
	l->has_key = true;
	return 0;
}

/* a new node, hung into the container that is open */
static int add_node(struct reader *rd, enum seal_yaml_kind kind, struct seal_yaml **ret)
{
	struct level *l = rd->depth ? &rd->levels[rd->depth - 1] : NULL;
	struct seal_yaml *node;

	if (++rd->n_nodes > SEAL_YAML_NODES_MAX)
		return fail(rd, -E2BIG, "too many nodes");
	if (!l && kind != SEAL_YAML_MAP)
		return fail(rd, -EINVAL, "the document must be a map");
	node = seal_arena_alloc(rd->doc->arena, sizeof(*node));
	if (!node)
		return fail(rd, -ENOMEM, "out of memory");
	node->kind = kind;
	node->line = rd->line;
	if (!l) {
		rd->doc->root = node;
	} else {
		if (l->node->kind == SEAL_YAML_MAP)
			node->key = l->key;
		if (l->last)
			l->last->next = node;
		else
			l->node->first = node;
		l->last = node;
		l->node->n++;
		l->has_key = false;
	}
	*ret = node;
	return 0;
}

static int take_scalar(struct reader *rd, const yaml_event_t *ev)
{
	struct seal_bytes text = {(const char *)ev->data.scalar.value, ev->data.scalar.length};
	struct seal_yaml *node;
	int r;

	if (text.n > SEAL_YAML_SCALAR_MAX)
		return fail(rd, -E2BIG, "text too long");
	if (text.n && memchr(text.p, '\0', text.n))
		return fail(rd, -EINVAL, "NUL in a text");
	r = add_node(rd, SEAL_YAML_SCALAR, &node);
	if (r < 0)
		return r;
	node->plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	r = seal_arena_copy(rd->doc->arena, text, &node->text);
	return r < 0 ? fail(rd, r, "out of memory") : 0;
}

static int open_level(struct reader *rd, enum seal_yaml_kind kind)
{
	struct seal_yaml *node;
	int r;

	if (rd->depth == SEAL_YAML_DEPTH_MAX)
		return fail(rd, -E2BIG, "nested too deeply");
	r = add_node(rd, kind, &node);
	if (r < 0)
		return r;
	rd->levels[rd->depth++] = (struct level){.node = node};
	return 0;
}

static bool event_has_anchor_or_tag(const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return ev->data.scalar.anchor || ev->data.scalar.tag;
	case YAML_SEQUENCE_START_EVENT:
		return ev->data.sequence_start.anchor || ev->data.sequence_start.tag;
	case YAML_MAPPING_START_EVENT:
		return ev->data.mapping_start.anchor || ev->data.mapping_start.tag;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	case YAML_ALIAS_EVENT:
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
	default:
		return false;
	}
}

static int take_document_start(struct reader *rd, const yaml_event_t *ev)
{
	if (rd->doc->root)
		return fail(rd, -EINVAL, "a second document");
	if (ev->data.document_start.version_directive ||
	    ev->data.document_start.tag_directives.start !=
		    ev->data.document_start.tag_directives.end)
		return fail(rd, -EINVAL, "directives are not allowed");
	return 0;
}

static int take_event(struct reader *rd, const yaml_event_t *ev)
{
	struct level *l = rd->depth ? &rd->levels[rd->depth - 1] : NULL;

	if (ev->type == YAML_ALIAS_EVENT || event_has_anchor_or_tag(ev))
		return fail(rd, -EINVAL, "anchors, aliases and tags are not allowed");
	if (ev->type == YAML_DOCUMENT_START_EVENT)
		return take_document_start(rd, ev);
	if (ev->type == YAML_SEQUENCE_END_EVENT || ev->type == YAML_MAPPING_END_EVENT) {
		rd->depth--;
		return 0;
	}
	if (ev->type != YAML_SCALAR_EVENT && ev->type != YAML_SEQUENCE_START_EVENT &&
	    ev->type != YAML_MAPPING_START_EVENT)
		return 0;

	if (l && l->node->kind == SEAL_YAML_MAP && !l->has_key)
		return take_key(rd, l, ev);
	if (ev->type == YAML_SCALAR_EVENT)
		return take_scalar(rd, ev);
	return open_level(rd,
			  ev->type == YAML_MAPPING_START_EVENT ? SEAL_YAML_MAP : SEAL_YAML_LIST);
}

static int parser_failed(struct reader *rd)
{
	const yaml_parser_t *p = &rd->parser;

	rd->line = line_of(p->error == YAML_READER_ERROR ? &p->mark : &p->problem_mark);
	if (p->error == YAML_MEMORY_ERROR)
		return fail(rd, -ENOMEM, "out of memory");
	return fail(rd, -EINVAL, p->problem ? p->problem : "not YAML");
}

static int read_events(struct reader *rd)
{
	yaml_event_type_t type;
	yaml_event_t ev;
	int r;

	do {
		if (!yaml_parser_parse(&rd->parser, &ev))
			return parser_failed(rd);
		type = ev.type;
		rd->line = line_of(&ev.start_mark);
		r = take_event(rd, &ev);
		yaml_event_delete(&ev);
		if (r < 0)
			return r;
	} while (type != YAML_STREAM_END_EVENT);
	return rd->doc->root ? 0 : fail(rd, -EINVAL, "the document must be a map");
}

int seal_yaml_parse(struct seal_yaml_doc *doc, struct seal_bytes text, struct seal_err *err)
{
	struct reader rd = {.doc = doc, .err = err, .line = 1};
	int r;

	doc->root = NULL;
	if (text.n > SEAL_YAML_BYTES_MAX)
		return fail(&rd, -E2BIG, "file too large");
	if (!yaml_parser_initialize(&rd.parser))
		return fail(&rd, -ENOMEM, "out of memory");
	yaml_parser_set_encoding(&rd.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&rd.parser, (const unsigned char *)(text.p ? text.p : ""),
				     text.n);
	r = read_events(&rd);
	yaml_parser_delete(&rd.parser);
	return r;
}

const struct seal_yaml *seal_yaml_get(const struct seal_yaml *map, const char *key)
{
	seal_yaml_each(it, map) if (seal_bytes_is(it->key, key)) return it;
	return NULL;
}

int seal_yaml_expect(const struct seal_yaml_doc *doc, const struct seal_yaml *node,
		     enum seal_yaml_kind kind, struct seal_err *err)
{
	static const char *const names[] = {"a text", "a list", "a map"};

	if (node->kind == kind)
		return 0;
	if (node->key.n)
		return seal_yaml_fail(doc, node, err, "\"%.*s\" must be %s", (int)node->key.n,
				      node->key.p, names[kind]);
	return seal_yaml_fail(doc, node, err, "%s expected", names[kind]);
}

int seal_yaml_keys(const struct seal_yaml_doc *doc, const struct seal_yaml *map,
		   const char *const *allowed, struct seal_err *err)
{
	int r = seal_yaml_expect(doc, map, SEAL_YAML_MAP, err);

	if (r < 0)
		return r;
	seal_yaml_each(it, map)
	{
		size_t i;

		for (i = 0; allowed[i]; i++)
			if (seal_bytes_is(it->key, allowed[i]))
				break;
		if (!allowed[i])
			return seal_yaml_fail(doc, it, err, "unknown key \"%.*s\"", (int)it->key.n,
					      it->key.p);
	}
	return 0;
}

int seal_yaml_bool(const struct seal_yaml_doc *doc, const struct seal_yaml *node, bool *ret,
		   struct seal_err *err)
{
	if (node->kind != SEAL_YAML_SCALAR || !node->plain ||
	    (!seal_bytes_is(node->text, "true") && !seal_bytes_is(node->text, "false")))
		return seal_yaml_fail(doc, node, err, "\"%.*s\" must be true or false",
				      (int)node->key.n, node->key.p);
	*ret = seal_bytes_is(node->text, "true");
	return 0;
}

int seal_yaml_u32(const struct seal_yaml_doc *doc, const struct seal_yaml *node, uint32_t *ret,
		  struct seal_err *err)
{
	if (node->kind == SEAL_YAML_SCALAR && node->plain &&
	    seal_parse_u32(node->text, 10, ret) == 0)
		return 0;
	return seal_yaml_fail(doc, node, err, "\"%.*s\" must be a number", (int)node->key.n,
			      node->key.p);
}
