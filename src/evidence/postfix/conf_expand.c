/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/conf_expand.h"

#include <ctype.h>
#include <errno.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static struct seal_bytes skip_space(struct seal_bytes s)
{
	while (s.n && is_space(s.p[0]))
		s = seal_bytes_from(s, 1);
	return s;
}

/* braced - take "{...}" off the front of *s with the blanks around it; false when unbalanced */
static bool braced(struct seal_bytes *s, struct seal_bytes *payload)
{
	struct seal_bytes t = skip_space(*s);
	unsigned level = 0;
	size_t i;

	for (i = 0; i < t.n; i++) {
		if (t.p[i] == '{')
			level++;
		else if (t.p[i] == '}' && --level == 0)
			break;
	}
	if (i == t.n)
		return false;
	*payload = (struct seal_bytes){t.p + 1, i - 1};
	*s = skip_space(seal_bytes_from(t, i + 1));
	return true;
}

static bool has_brace(struct seal_bytes s)
{
	s = skip_space(s);
	return s.n && s.p[0] == '{';
}

static int put(struct seal_buf *out, struct seal_bytes s)
{
	if (s.n > SEAL_EXPAND_VALUE_MAX || out->n > SEAL_EXPAND_VALUE_MAX - s.n)
		return -EFBIG;
	if (s.n)
		seal_buf_put(out, s.p, s.n);
	return out->err;
}

static bool all_digits(struct seal_bytes s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!isdigit((unsigned char)s.p[i]))
			return false;
	return s.n > 0;
}

/* by_value - two whole numbers by value, anything else by bytes */
static int by_value(struct seal_bytes a, struct seal_bytes b, int *ret)
{
	uint64_t x, y;

	if (!all_digits(a) || !all_digits(b)) {
		*ret = seal_bytes_cmp(a, b);
		return 0;
	}
	if (seal_parse_u64(a, 10, &x) < 0 || seal_parse_u64(b, 10, &y) < 0)
		return -EINVAL;
	*ret = x < y ? -1 : x > y;
	return 0;
}

/* level_of - "major[.minor[.patch]]" of compatibility_level as one number */
static int level_of(struct seal_bytes s, uint64_t *ret)
{
	struct seal_bytes rest = s;
	uint64_t level = 0;
	uint32_t part;
	unsigned i;

	for (i = 0; i < 3; i++) {
		part = 0;
		if (rest.p) {
			if (seal_parse_u32(seal_bytes_cut(rest, '.', &rest), 10, &part) < 0 ||
			    (i && part > 1023))
				return -EINVAL;
		}
		level = level * 1024 + part;
	}
	if (rest.p)
		return -EINVAL;
	*ret = level;
	return 0;
}

static int by_level(struct seal_bytes a, struct seal_bytes b, int *ret)
{
	uint64_t x, y;

	if (level_of(a, &x) < 0 || level_of(b, &y) < 0)
		return -EINVAL;
	*ret = x < y ? -1 : x > y;
	return 0;
}

/* holds - whether the outcome @r of a comparison satisfies operator @op */
static int holds(struct seal_bytes op, int r, bool *ret)
{
	static const struct {
		const char *text;
		bool less, equal, more;
	} ops[] = {
		{"==", false, true, false}, {"!=", true, false, true}, {"<", true, false, false},
		{"<=", true, true, false},  {">=", false, true, true}, {">", false, false, true},
	};
	size_t i;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (seal_bytes_is(op, ops[i].text)) {
			*ret = r < 0 ? ops[i].less : r == 0 ? ops[i].equal : ops[i].more;
			return 0;
		}
	}
	return -EINVAL;
}

/* relation - "{text} op {text}" at the front of *s; "<level" and the like compare levels */
static int relation(struct seal_expand *e, struct seal_bytes *s, bool *ret)
{
	seal_auto_buf struct seal_buf a = {0}, b = {0};
	struct seal_bytes left, right, op, suffix;
	size_t n = 0, m;
	int r, order = 0;

	if (!braced(s, &left))
		return -EINVAL;
	while (n < s->n && strchr("<>!=?+-*/~&|%", s->p[n]) && s->p[n])
		n++;
	for (m = n; m < s->n && isalnum((unsigned char)s->p[m]);)
		m++;
	op = seal_bytes_first(*s, n);
	suffix = (struct seal_bytes){s->p + n, m - n};
	*s = skip_space(seal_bytes_from(*s, m));
	if (!has_brace(*s) || !braced(s, &right))
		return -EINVAL;

	r = seal_expand(e, left, &a);
	if (r == 0)
		r = seal_expand(e, right, &b);
	if (r < 0)
		return r;
	if (!suffix.n)
		r = by_value(seal_buf_bytes(&a), seal_buf_bytes(&b), &order);
	else if (seal_bytes_is(suffix, "level"))
		r = by_level(seal_buf_bytes(&a), seal_buf_bytes(&b), &order);
	else
		r = -EINVAL;
	return r < 0 ? r : holds(op, order, ret);
}

/* operand - the text after "?" or ":": in braces, or all the rest */
static int operand(struct seal_bytes *s, struct seal_bytes *ret)
{
	if (has_brace(*s))
		return braced(s, ret) ? 0 : -EINVAL;
	*ret = *s;
	*s = seal_bytes_from(*s, s->n);
	return 0;
}

/* choose - "?yes", ":no" or "?{yes}:{no}" */
static int choose(struct seal_expand *e, struct seal_bytes s, bool truth, struct seal_buf *out)
{
	struct seal_bytes text;
	int r;

	if (s.p[0] == '?') {
		s = seal_bytes_from(s, 1);
		r = operand(&s, &text);
		if (r == 0 && truth)
			r = seal_expand(e, text, out);
		if (r < 0 || !s.n)
			return r;
	}
	if (s.p[0] != ':')
		return -EINVAL;
	s = seal_bytes_from(s, 1);
	r = operand(&s, &text);
	if (r == 0 && !truth)
		r = seal_expand(e, text, out);
	if (r == 0 && s.n)
		r = -EINVAL;
	return r;
}

/* reference - what stands after "$", without its brackets */
static int reference(struct seal_expand *e, struct seal_bytes s, struct seal_buf *out)
{
	struct seal_bytes name, value = SEAL_BYTES_NONE;
	bool truth = false;
	size_t n = 0;
	int r;

	if (has_brace(s)) {
		r = relation(e, &s, &truth);
		if (r < 0)
			return r;
		if (!s.n)
			return truth ? put(out, SEAL_LIT("true")) : 0;
		return choose(e, s, truth, out);
	}
	s = skip_space(s);
	while (n < s.n && is_name(s.p[n]))
		n++;
	name = seal_bytes_first(s, n);
	s = skip_space(seal_bytes_from(s, n));
	if (s.n && s.p[0] != '?' && s.p[0] != ':')
		return -EINVAL;
	r = e->lookup(e->data, name, &value);
	if (r < 0 && r != -ENOENT)
		return r;
	if (s.n)
		return choose(e, s, value.n > 0, out);
	return value.n ? seal_expand(e, value, out) : 0;
}

/* bracketed - length of what stands before the bracket that closes s.p[0], -1 when none does */
static ssize_t bracketed(struct seal_bytes s)
{
	char open = s.p[0], close = open == '(' ? ')' : '}';
	size_t i, level = 0;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == open)
			level++;
		else if (s.p[i] == close && --level == 0)
			return (ssize_t)i - 1;
	}
	return -1;
}

/* one_reference - expand the reference behind a "$" and take it off the front of *s */
static int one_reference(struct seal_expand *e, struct seal_bytes *s, struct seal_buf *out)
{
	struct seal_bytes inner;
	size_t used = 0;

	if (s->n && (s->p[0] == '(' || s->p[0] == '{')) {
		ssize_t n = bracketed(*s);

		if (n < 0)
			return -EINVAL;
		inner = (struct seal_bytes){s->p + 1, (size_t)n};
		used = (size_t)n + 2;
	} else {
		while (used < s->n && is_name(s->p[used]))
			used++;
		inner = seal_bytes_first(*s, used);
	}
	if (!inner.n)
		return -EINVAL;
	*s = seal_bytes_from(*s, used);
	return reference(e, inner, out);
}

static int expand(struct seal_expand *e, struct seal_bytes text, struct seal_buf *out)
{
	int r = 0;

	while (r == 0 && text.n) {
		ssize_t dollar = seal_bytes_chr(text, '$');

		if (++e->steps > SEAL_EXPAND_STEPS)
			return -ELOOP;
		if (dollar < 0)
			return put(out, text);
		r = put(out, seal_bytes_first(text, (size_t)dollar));
		text = seal_bytes_from(text, (size_t)dollar + 1);
		if (r < 0)
			return r;
		if (text.n && text.p[0] == '$') {
			r = put(out, SEAL_LIT("$"));
			text = seal_bytes_from(text, 1);
		} else {
			r = one_reference(e, &text, out);
		}
	}
	return r;
}

int seal_expand(struct seal_expand *e, struct seal_bytes text, struct seal_buf *out)
{
	int r;

	if (e->depth >= SEAL_EXPAND_DEPTH)
		return -ELOOP;
	e->depth++;
	r = expand(e, text, out);
	e->depth--;
	return r;
}
