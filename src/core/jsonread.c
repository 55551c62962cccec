/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/jsonread.h"

static void fault(struct seal_jsonread *j)
{
	if (!j->fault)
		j->fault = j->p;
	j->p = j->end;
}

static void blanks(struct seal_jsonread *j)
{
	while (j->p < j->end && (*j->p == ' ' || *j->p == '\n' || *j->p == '\t' || *j->p == '\r'))
		j->p++;
}

static bool take(struct seal_jsonread *j, char c)
{
	blanks(j);
	if (j->p == j->end || *j->p != c)
		return false;
	j->p++;
	return true;
}

char seal_jsonread_peek(struct seal_jsonread *j)
{
	blanks(j);
	if (j->fault || j->p == j->end)
		return 0;
	switch (*j->p) {
	case '{':
	case '[':
	case '"':
	case 't':
	case 'f':
	case 'n':
		return *j->p;
	default:
		return *j->p == '-' || (*j->p >= '0' && *j->p <= '9') ? '0' : 0;
	}
}

bool seal_jsonread_enter(struct seal_jsonread *j, char kind)
{
	if (j->fault || j->depth >= SEAL_JSONREAD_DEPTH || !take(j, kind)) {
		fault(j);
		return false;
	}
	j->depth++;
	return true;
}

/* at the front of a container's next element: true when there is one */
static bool more(struct seal_jsonread *j, char open, char close)
{
	const char *before;

	if (j->fault)
		return false;
	blanks(j);
	before = j->p;
	if (take(j, close)) {
		/* "[1,]" is no JSON */
		for (before--; before > j->start && (*before == ' ' || *before == '\n' ||
						     *before == '\t' || *before == '\r');
		     before--)
			;
		if (*before == ',') {
			fault(j);
			return false;
		}
		j->depth--;
		return false;
	}
	if (j->p > j->start) {
		for (before = j->p - 1; before > j->start && (*before == ' ' || *before == '\n' ||
							      *before == '\t' || *before == '\r');
		     before--)
			;
		if (*before != open && !take(j, ',')) {
			fault(j);
			return false;
		}
	}
	blanks(j);
	if (j->p == j->end || *j->p == close || *j->p == ',') {
		fault(j);
		return false;
	}
	return true;
}

bool seal_jsonread_item(struct seal_jsonread *j)
{
	return more(j, '[', ']');
}

/* the bytes of a string, raw; the closing quote is passed */
static bool raw_string(struct seal_jsonread *j, struct seal_bytes *ret, bool *escapes)
{
	const char *from, *p;

	*escapes = false;
	if (j->fault || !take(j, '"')) {
		fault(j);
		return false;
	}
	from = j->p;
	for (p = from; p < j->end && *p != '"'; p++) {
		if ((unsigned char)*p < 0x20)
			break;
		if (*p == '\\') {
			*escapes = true;
			if (++p == j->end)
				break;
		}
	}
	if (p >= j->end || *p != '"') {
		j->p = p < j->end ? p : j->end;
		fault(j);
		return false;
	}
	*ret = (struct seal_bytes){from, (size_t)(p - from)};
	j->p = p + 1;
	return true;
}

bool seal_jsonread_key(struct seal_jsonread *j, struct seal_bytes *key)
{
	bool escapes;

	if (!more(j, '{', '}') || !raw_string(j, key, &escapes))
		return false;
	if (take(j, ':'))
		return true;
	fault(j);
	return false;
}

static int hex4(const char *p, const char *end)
{
	uint32_t v;

	if (end - p < 4 || seal_parse_u32((struct seal_bytes){p, 4}, 16, &v) < 0)
		return -1;
	return (int)v;
}

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

/* one escape at *p (behind the backslash); returns the bytes written, 0: no escape of JSON */
static size_t unescape(const char **p, const char *end, char *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *hit = memchr(from, **p, sizeof(from) - 1);
	int hi, lo;

	if (hit) {
		*out = to[hit - from];
		(*p)++;
		return 1;
	}
	if (**p != 'u')
		return 0;
	hi = hex4(*p + 1, end);
	if (hi < 0)
		return 0;
	*p += 5;
	if (hi >= 0xd800 && hi < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
		lo = hex4(*p + 2, end);
		if (lo >= 0xdc00 && lo < 0xe000) {
			*p += 6;
			return put_utf8(out, 0x10000u + (((uint32_t)hi - 0xd800) << 10) +
						     ((uint32_t)lo - 0xdc00));
		}
	}
	return put_utf8(out, (uint32_t)hi);
}

bool seal_jsonread_string(struct seal_jsonread *j, struct seal_arena *a, struct seal_bytes *ret)
{
	struct seal_bytes raw;
	const char *p, *end;
	size_t n = 0, k;
	bool escapes;
	char *out;

	*ret = SEAL_BYTES_NONE;
	if (!raw_string(j, &raw, &escapes))
		return false;
	if (!escapes) {
		*ret = raw;
		return true;
	}
	out = seal_arena_alloc(a, raw.n + 1); /* an escape is never shorter than what it means */
	if (!out) {
		fault(j);
		return false;
	}
	for (p = raw.p, end = raw.p + raw.n; p < end;) {
		if (*p != '\\') {
			out[n++] = *p++;
			continue;
		}
		p++;
		k = unescape(&p, end, out + n);
		if (!k) {
			j->p = p;
			fault(j);
			return false;
		}
		n += k;
	}
	*ret = (struct seal_bytes){out, n};
	return true;
}

bool seal_jsonread_number(struct seal_jsonread *j, struct seal_bytes *ret)
{
	const char *from;

	if (seal_jsonread_peek(j) != '0') {
		fault(j);
		return false;
	}
	from = j->p;
	while (j->p < j->end && ((*j->p >= '0' && *j->p <= '9') || *j->p == '-' || *j->p == '+' ||
				 *j->p == '.' || *j->p == 'e' || *j->p == 'E'))
		j->p++;
	*ret = (struct seal_bytes){from, (size_t)(j->p - from)};
	return true;
}

uint64_t seal_jsonread_u64(struct seal_jsonread *j)
{
	struct seal_bytes text;
	uint64_t v;

	if (seal_jsonread_peek(j) != '0') {
		seal_jsonread_skip(j);
		return 0;
	}
	if (!seal_jsonread_number(j, &text) || seal_parse_u64(text, 10, &v) < 0)
		return 0;
	return v;
}

static bool word(struct seal_jsonread *j, const char *w)
{
	size_t n = strlen(w);

	if ((size_t)(j->end - j->p) < n || memcmp(j->p, w, n) != 0) {
		fault(j);
		return false;
	}
	j->p += n;
	return true;
}

bool seal_jsonread_bool(struct seal_jsonread *j)
{
	if (seal_jsonread_peek(j) == 't')
		return word(j, "true");
	seal_jsonread_skip(j);
	return false;
}

static void skip_scalar(struct seal_jsonread *j, char kind)
{
	struct seal_bytes text;
	bool escapes;

	switch (kind) {
	case '"':
		raw_string(j, &text, &escapes);
		break;
	case '0':
		seal_jsonread_number(j, &text);
		break;
	case 't':
		word(j, "true");
		break;
	case 'f':
		word(j, "false");
		break;
	case 'n':
		word(j, "null");
		break;
	default:
		fault(j);
	}
}

static void skip_value(struct seal_jsonread *j)
{
	char kind = seal_jsonread_peek(j);
	struct seal_bytes key;

	if (kind == '{') {
		if (seal_jsonread_enter(j, '{'))
			while (seal_jsonread_key(j, &key))
				skip_value(j); /* depth is limited by enter */
	} else if (kind == '[') {
		if (seal_jsonread_enter(j, '['))
			while (seal_jsonread_item(j))
				skip_value(j);
	} else {
		skip_scalar(j, kind);
	}
}

struct seal_bytes seal_jsonread_skip(struct seal_jsonread *j)
{
	const char *from;

	blanks(j);
	from = j->p;
	skip_value(j);
	return (struct seal_bytes){from, j->fault ? 0 : (size_t)(j->p - from)};
}

bool seal_jsonread_end(struct seal_jsonread *j)
{
	blanks(j);
	if (!j->fault && j->p != j->end)
		fault(j);
	return !j->fault;
}

size_t seal_jsonread_offset(const struct seal_jsonread *j)
{
	return (size_t)((j->fault ? j->fault : j->p) - j->start);
}
