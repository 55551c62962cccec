/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/log_line.h"

#define STAMP_3164   ((size_t)15) /* "Nov 20 18:53:36" */
#define STAMP_3339   ((size_t)19) /* "2026-11-20T18:53:36", without fraction and zone */
#define BACKWARDS_US (31 * 86400 * SEAL_SECOND_US)
#define FORWARDS_US  (300 * 86400 * SEAL_SECOND_US)

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* priority_at - length of "<22>" at the front, 0 when there is none */
static size_t priority_at(struct seal_bytes s)
{
	size_t i;

	if (s.n < 3 || s.p[0] != '<')
		return 0;
	for (i = 1; i < 4 && i < s.n && is_digit(s.p[i]); i++)
		;
	return i > 1 && i < s.n && s.p[i] == '>' ? i + 1 : 0;
}

bool seal_log_stamp(struct seal_bytes line, int year, int64_t *ret)
{
	return seal_time_rfc3164(seal_bytes_from(line, priority_at(line)), year, ret) > 0;
}

/* resolve_year - UTC of an RFC 3164 stamp. The lines of a log rise: a stamp far behind the line
 * before it belongs to the next year, one far ahead (a late line of December, in January) to the
 * last. */
static int64_t resolve_year(struct seal_log_clock *c, struct seal_bytes s)
{
	int64_t t = 0, next = 0;

	seal_time_rfc3164(s, c->year, &t);
	if (!c->seen)
		return t;
	if (t < c->last_us - BACKWARDS_US) {
		seal_time_rfc3164(s, c->year + 1, &next);
		if (next <= c->latest_us) {
			c->year++;
			t = next;
		}
	} else if (t > c->last_us + FORWARDS_US) {
		seal_time_rfc3164(s, c->year - 1, &t);
		return t;
	}
	return t;
}

static size_t stamp_3164(struct seal_log_clock *c, struct seal_bytes s, int64_t *ret)
{
	int64_t local;

	if (s.n < STAMP_3164)
		return 0;
	if (c->stamp_n != STAMP_3164 || memcmp(c->stamp, s.p, STAMP_3164) != 0) {
		if (!seal_time_rfc3164(s, c->year, &local))
			return 0;
		local = resolve_year(c, s);
		c->last_us = local;
		c->seen = true;
		c->stamp_us = c->zone ? seal_zone_utc(c->zone, local,
						      c->stamp_n ? c->stamp_us : SEAL_TIME_NONE)
				      : local;
		memcpy(c->stamp, s.p, STAMP_3164);
		c->stamp_n = STAMP_3164;
	}
	*ret = c->stamp_us;
	return STAMP_3164;
}

/* fraction - ".839227" at @at as microseconds; returns where it ends */
static size_t fraction(struct seal_bytes s, size_t at, int64_t *us)
{
	int64_t scale = 100000;

	*us = 0;
	if (at >= s.n || s.p[at] != '.')
		return at;
	for (at++; at < s.n && is_digit(s.p[at]); at++) {
		*us += (s.p[at] - '0') * scale;
		scale /= 10;
	}
	return at;
}

/* the date, clock and zone of the last line are remembered: most lines share them */
static size_t stamp_3339(struct seal_log_clock *c, struct seal_bytes s, int64_t *ret)
{
	size_t at, n;
	int64_t us;

	if (s.n < STAMP_3339 + 1 || !is_digit(s.p[0]) || s.p[4] != '-')
		return 0;
	at = fraction(s, STAMP_3339, &us);
	if (c->stamp_n == STAMP_3339 + c->zone_n && memcmp(c->stamp, s.p, STAMP_3339) == 0 &&
	    s.n - at > c->zone_n && s.p[at + c->zone_n] == ' ' &&
	    memcmp(c->stamp + STAMP_3339, s.p + at, c->zone_n) == 0) {
		*ret = c->stamp_us + us;
		return at + c->zone_n;
	}
	n = seal_time_rfc3339(s, ret);
	if (n > at && n - at <= sizeof(c->stamp) - STAMP_3339) {
		memcpy(c->stamp, s.p, STAMP_3339);
		memcpy(c->stamp + STAMP_3339, s.p + at, n - at);
		c->zone_n = n - at;
		c->stamp_n = STAMP_3339 + c->zone_n;
		c->stamp_us = *ret - us;
	}
	return n;
}

/* tag_at - "postfix/smtp[969]: " or "postfix/smtp: " at the front of @s, which becomes the text */
static bool tag_at(struct seal_bytes *s, struct seal_log_line *l)
{
	size_t i = 0, digits = 0;
	uint64_t pid = 0;

	while (i < s->n && s->p[i] != '[' && s->p[i] != ':' && s->p[i] != ' ')
		i++;
	if (i == 0 || i >= s->n || s->p[i] == ' ')
		return false;
	l->tag = seal_bytes_first(*s, i);
	if (s->p[i] == '[') {
		for (i++; i < s->n && digits < 10 && is_digit(s->p[i]); i++, digits++)
			pid = pid * 10 + (uint64_t)(s->p[i] - '0');
		if (i >= s->n || s->p[i] != ']')
			return false;
		i++;
	}
	if (i >= s->n || s->p[i] != ':')
		return false;
	l->pid = pid <= UINT32_MAX ? (uint32_t)pid : 0;
	*s = seal_bytes_from(*s, i + 1);
	if (s->n && s->p[0] == ' ')
		*s = seal_bytes_from(*s, 1);
	return true;
}

/* word_at - the next word, parted by one blank as in the header of RFC 5424 */
static struct seal_bytes word_at(struct seal_bytes *s)
{
	const char *end = s->n ? memchr(s->p, ' ', s->n) : NULL;
	struct seal_bytes w = seal_bytes_first(*s, end ? (size_t)(end - s->p) : s->n);

	*s = seal_bytes_from(*s, w.n + (end != NULL));
	return w;
}

/* skip_structured - past the STRUCTURED-DATA of RFC 5424 (6.3): "-" or [id name="value"...]... */
static bool skip_structured(struct seal_bytes *s)
{
	bool quoted = false;
	size_t i = 0;

	if (s->n && s->p[0] == '-') {
		i = 1;
	} else {
		while (i < s->n && s->p[i] == '[') {
			for (i++; i < s->n && (quoted || s->p[i] != ']'); i++) {
				if (s->p[i] == '\\' && quoted)
					i++;
				else if (s->p[i] == '"')
					quoted = !quoted;
			}
			i++;
		}
		if (i == 0 || i > s->n)
			return false;
	}
	*s = seal_bytes_from(*s, i);
	if (s->n && s->p[0] == ' ')
		*s = seal_bytes_from(*s, 1);
	if (seal_bytes_starts(*s, "\xef\xbb\xbf"))
		*s = seal_bytes_from(*s, 3);
	return true;
}

/* parse_5424 - what follows "<22>1 " */
static bool parse_5424(struct seal_log_clock *c, struct seal_bytes s, struct seal_log_line *l)
{
	struct seal_bytes pid;
	size_t n;

	n = stamp_3339(c, s, &l->time_us);
	if (!n || n >= s.n || s.p[n] != ' ')
		return false;
	s = seal_bytes_from(s, n + 1);
	l->host = word_at(&s);
	l->tag = word_at(&s);
	pid = word_at(&s);
	if (seal_parse_u32(pid, 10, &l->pid) < 0)
		l->pid = 0;
	word_at(&s); /* MSGID */
	if (!l->tag.n || !skip_structured(&s))
		return false;
	l->text = s;
	return true;
}

/* skip_solaris - past "[ID 197553 mail.info] " */
static struct seal_bytes skip_solaris(struct seal_bytes s)
{
	ssize_t end;

	if (!seal_bytes_starts(s, "[ID "))
		return s;
	end = seal_bytes_find(seal_bytes_first(s, 64), "] ");
	return end < 0 ? s : seal_bytes_from(s, (size_t)end + 2);
}

bool seal_log_line_parse(struct seal_log_clock *c, struct seal_bytes line,
			 struct seal_log_line *ret)
{
	size_t n = 0;

	*ret = (struct seal_log_line){0};
	if (line.n && line.p[0] == '<') {
		line = seal_bytes_from(line, priority_at(line));
		if (seal_bytes_starts(line, "1 "))
			return parse_5424(c, seal_bytes_from(line, 2), ret);
	}
	if (line.n && is_digit(line.p[0])) {
		n = stamp_3339(c, line, &ret->time_us);
	} else {
		n = stamp_3164(c, line, &ret->time_us);
		ret->local = true;
	}
	if (!n || n >= line.n || line.p[n] != ' ')
		return false;
	line = seal_bytes_from(line, n + 1);
	ret->host = word_at(&line);
	if (!tag_at(&line, ret))
		return false;
	ret->text = skip_solaris(line);
	return true;
}
