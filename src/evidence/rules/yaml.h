/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* yaml.h - a strict subset of YAML for our own rules and waivers, read through libyaml's events
 * into a tree: one document of maps, lists and scalars. Refused, always with file and line:
 * anchors, aliases, tags, directives, duplicate or non-scalar keys, a second document, control
 * characters, other encodings than UTF-8. */

#include "core/arena.h"
#include "core/err.h"

#define SEAL_YAML_BYTES_MAX  ((size_t)1024 * 1024)
#define SEAL_YAML_NODES_MAX  65536
#define SEAL_YAML_KEYS_MAX   256 /* of one map */
#define SEAL_YAML_DEPTH_MAX  8
#define SEAL_YAML_SCALAR_MAX 8192

enum seal_yaml_kind {
	SEAL_YAML_SCALAR,
	SEAL_YAML_LIST,
	SEAL_YAML_MAP,
};

/* struct seal_yaml - one node; items of a list, and values of a map, are chained by ->next */
struct seal_yaml {
	enum seal_yaml_kind kind;
	uint32_t line;          /* from 1 */
	bool plain;             /* scalar without quotes */
	struct seal_bytes text; /* scalar; a NUL follows, and there is none inside */
	struct seal_bytes key;  /* of a map's value */
	const struct seal_yaml *first, *next;
	uint32_t n; /* children */
};

struct seal_yaml_doc {
	const char *name; /* of the file, for messages; borrowed */
	struct seal_arena *arena;
	const struct seal_yaml *root; /* a map */
};

#define seal_yaml_each(it, node) for (const struct seal_yaml *it = (node)->first; it; it = it->next)

/* seal_yaml_parse - read a document whose top is a map
 * @doc:  name and arena are set by the caller; root is filled in; all nodes live in the arena
 * Limits: those above; beyond: -E2BIG.
 * Returns 0, -EINVAL, -E2BIG or -ENOMEM; the text begins with "NAME:LINE: ". */
int seal_yaml_parse(struct seal_yaml_doc *doc, struct seal_bytes text, struct seal_err *err);

/* seal_yaml_fail - record what is wrong with a node as "NAME:LINE: ..."; returns -EINVAL */
int seal_yaml_fail(const struct seal_yaml_doc *doc, const struct seal_yaml *node,
		   struct seal_err *err, const char *fmt, ...) SEAL_PRINTF(4, 5);

/* seal_yaml_get - the value of @key in a map, NULL when absent */
const struct seal_yaml *seal_yaml_get(const struct seal_yaml *map, const char *key);

/* seal_yaml_keys - refuse a node that is no map or holds a key outside @allowed (NULL-terminated)
 * Returns 0 or -EINVAL. */
int seal_yaml_keys(const struct seal_yaml_doc *doc, const struct seal_yaml *map,
		   const char *const *allowed, struct seal_err *err);

/* seal_yaml_expect - refuse a node of another kind. Returns 0 or -EINVAL. */
int seal_yaml_expect(const struct seal_yaml_doc *doc, const struct seal_yaml *node,
		     enum seal_yaml_kind kind, struct seal_err *err);

/* seal_yaml_bool, seal_yaml_u32 - the value of a plain scalar: "true" or "false", a decimal number
 * Return 0 or -EINVAL. */
int seal_yaml_bool(const struct seal_yaml_doc *doc, const struct seal_yaml *node, bool *ret,
		   struct seal_err *err);
int seal_yaml_u32(const struct seal_yaml_doc *doc, const struct seal_yaml *node, uint32_t *ret,
		  struct seal_err *err);
