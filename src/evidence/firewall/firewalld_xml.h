/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* firewalld_xml.h - expat, for files nobody vouches for: no DOCTYPE (so no entity of any kind but
 * the five of XML), at most 16 levels, names and values of at most 4 KiB, 64 MiB of character data
 */

#include "core/buf.h"
#include "core/bytes.h"
#include "core/err.h"

#define FWD_XML_VALUE_MAX 4096u

/* struct fwd_tag - a start tag. Strings are UTF-8, NUL-terminated, valid during the call */
struct fwd_tag {
	const char *name;
	const char **attrs;     /* name, value, ..., NULL */
	uint64_t line;          /* from 1 */
	struct seal_bytes text; /* of the tag as written */
};

struct fwd_xml {
	void *data;
	/* both return 0 or a negative errno, which ends the parse */
	int (*start)(struct fwd_xml *x, const struct fwd_tag *tag, struct seal_err *err);
	/* @body: character data since the last start tag, newlines as blanks */
	int (*end)(struct fwd_xml *x, const char *name, struct seal_bytes body,
		   struct seal_err *err);
	void *state; /* of the parser */
};

/* fwd_xml_parse - parse a whole document
 * Returns 0, -EINVAL (not well-formed), -ENOTSUP (DOCTYPE, an encoding expat does not know), -EFBIG
 * (a limit), -ENOMEM or what a callback returned. */
int fwd_xml_parse(struct seal_bytes text, struct fwd_xml *x, struct seal_err *err);

/* fwd_xml_offset - where in the text the current event begins (@end: just behind it) */
size_t fwd_xml_offset(const struct fwd_xml *x, bool end);

/* fwd_attr - value of an attribute, or none (p NULL) */
struct seal_bytes fwd_attr(const struct fwd_tag *tag, const char *name);

/* fwd_attrs_check - firewalld's own check: every attribute of @must is there, none but those of
 * @must and @may. Lists are words with blanks between. Returns 0 or -EINVAL. */
int fwd_attrs_check(const struct fwd_tag *tag, const char *must, const char *may,
		    struct seal_err *err);

/* struct fwd_tag_rule - one row of a table of the elements a file may hold */
struct fwd_tag_rule {
	const char *name, *must, *may;
};

/* fwd_tag_check - find the row of a tag and check its attributes; -EINVAL when there is none */
int fwd_tag_check(const struct fwd_tag *tag, const struct fwd_tag_rule *rules,
		  struct seal_err *err);
