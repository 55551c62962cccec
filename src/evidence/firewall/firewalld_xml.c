/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/firewall/firewalld_xml.h"

#include "evidence/firewall/firewalld_config.h"

#include <errno.h>
#include <expat.h>

#define BODY_MAX (64u << 20)

struct state {
	XML_Parser parser;
	struct fwd_xml *x;
	struct seal_bytes text;
	struct seal_buf body;
	unsigned depth;
	int result; /* of the callback that ended the parse */
	struct seal_err *err;
};

static void stop(struct state *s, int code, const char *why)
{
	if (s->result)
		return;
	s->result = why ? seal_err_set(s->err, code, "line %lu: %s",
				       (unsigned long)XML_GetCurrentLineNumber(s->parser), why)
			: code;
	XML_StopParser(s->parser, XML_FALSE);
}

static bool attrs_fit(const char **attrs)
{
	size_t i;

	for (i = 0; attrs[i]; i++)
		if (strlen(attrs[i]) > FWD_XML_VALUE_MAX)
			return false;
	return i <= 64;
}

static void on_start(void *data, const char *name, const char **attrs)
{
	struct state *s = data;
	struct fwd_tag tag = {.name = name, .attrs = attrs};
	size_t off, n;
	int r;

	if (s->result)
		return;
	if (++s->depth > FWD_DEPTH_MAX || strlen(name) > FWD_XML_VALUE_MAX || !attrs_fit(attrs)) {
		stop(s, -EFBIG, "elements too deep or attributes too long");
		return;
	}

	s->body.n = 0;
	off = fwd_xml_offset(s->x, false);
	n = fwd_xml_offset(s->x, true) - off;
	tag.line = XML_GetCurrentLineNumber(s->parser);
	tag.text = seal_bytes_first(seal_bytes_from(s->text, off), n);
	r = s->x->start(s->x, &tag, s->err);
	if (r < 0)
		stop(s, r, NULL);
}

static void on_end(void *data, const char *name)
{
	struct state *s = data;
	int r;

	if (s->result)
		return;

	s->depth--;
	r = s->x->end(s->x, name, seal_buf_bytes(&s->body), s->err);
	if (r < 0)
		stop(s, r, NULL);
}

static void on_text(void *data, const char *p, int n)
{
	struct state *s = data;
	int i;

	if (s->result)
		return;
	if (s->body.n + (size_t)n > BODY_MAX) {
		stop(s, -EFBIG, "too much text");
		return;
	}

	for (i = 0; i < n; i++)
		seal_buf_putc(&s->body, p[i] == '\n' ? ' ' : p[i]);
	if (s->body.err)
		stop(s, s->body.err, "out of memory");
}

static void on_doctype(void *data, const char *name SEAL_UNUSED, const char *sysid SEAL_UNUSED,
		       const char *pubid SEAL_UNUSED, int internal SEAL_UNUSED)
{
	stop(data, -ENOTSUP, "document type declaration refused");
}

size_t fwd_xml_offset(const struct fwd_xml *x, bool end)
{
	struct state *s = x->state;
	XML_Index at = XML_GetCurrentByteIndex(s->parser);
	size_t off = at < 0 ? 0 : (size_t)at;

	if (end)
		off += (size_t)XML_GetCurrentByteCount(s->parser);
	return off < s->text.n ? off : s->text.n;
}

static int syntax_error(struct state *s)
{
	enum XML_Error code = XML_GetErrorCode(s->parser);
	int r = -EINVAL;

	if (code == XML_ERROR_NO_MEMORY)
		r = -ENOMEM;
	else if (code == XML_ERROR_UNKNOWN_ENCODING)
		r = -ENOTSUP;
	return seal_err_set(s->err, r, "line %lu: %s",
			    (unsigned long)XML_GetCurrentLineNumber(s->parser),
			    XML_ErrorString(code));
}

int fwd_xml_parse(struct seal_bytes text, struct fwd_xml *x, struct seal_err *err)
{
	struct state s = {.x = x, .text = text, .err = err};
	int r = 0;

	if (text.n > FWD_FILE_MAX)
		return seal_err_set(err, -EFBIG, "larger than %u bytes", FWD_FILE_MAX);

	s.parser = XML_ParserCreate(NULL);
	if (!s.parser)
		return seal_err_set(err, -ENOMEM, "out of memory");

	x->state = &s;
	XML_SetUserData(s.parser, &s);
	XML_SetElementHandler(s.parser, on_start, on_end);
	XML_SetCharacterDataHandler(s.parser, on_text);
	XML_SetStartDoctypeDeclHandler(s.parser, on_doctype);
	if (XML_Parse(s.parser, text.p ? text.p : "", (int)text.n, XML_TRUE) == XML_STATUS_ERROR)
		r = s.result ? s.result : syntax_error(&s);
	x->state = NULL;
	XML_ParserFree(s.parser);
	seal_buf_done(&s.body);
	return r;
}

struct seal_bytes fwd_attr(const struct fwd_tag *tag, const char *name)
{
	size_t i;

	for (i = 0; tag->attrs[i]; i += 2)
		if (!strcmp(tag->attrs[i], name))
			return seal_bytes_of(tag->attrs[i + 1]);
	return SEAL_BYTES_NONE;
}

/* whether @list, words with blanks between, holds @word */
static bool list_has(const char *list, const char *word)
{
	struct seal_bytes rest = seal_bytes_of(list), w;

	while ((w = seal_bytes_word(&rest)).n)
		if (seal_bytes_is(w, word))
			return true;
	return false;
}

int fwd_attrs_check(const struct fwd_tag *tag, const char *must, const char *may,
		    struct seal_err *err)
{
	struct seal_bytes rest = seal_bytes_of(must), w;
	size_t i;

	while ((w = seal_bytes_word(&rest)).n) {
		for (i = 0; tag->attrs[i]; i += 2)
			if (seal_bytes_is(w, tag->attrs[i]))
				break;
		if (!tag->attrs[i])
			return seal_err_set(err, -EINVAL, "line %llu: <%s> lacks attribute %.*s",
					    (unsigned long long)tag->line, tag->name, (int)w.n,
					    w.p);
	}

	for (i = 0; tag->attrs[i]; i += 2)
		if (!list_has(must, tag->attrs[i]) && !list_has(may, tag->attrs[i]))
			return seal_err_set(
				err, -EINVAL, "line %llu: <%s> has unknown attribute %.64s",
				(unsigned long long)tag->line, tag->name, tag->attrs[i]);
	return 0;
}

int fwd_tag_check(const struct fwd_tag *tag, const struct fwd_tag_rule *rules, struct seal_err *err)
{
	for (; rules->name; rules++)
		if (!strcmp(rules->name, tag->name))
			return fwd_attrs_check(tag, rules->must, rules->may, err);
	return seal_err_set(err, -EINVAL, "line %llu: unknown element <%.64s>",
			    (unsigned long long)tag->line, tag->name);
}
