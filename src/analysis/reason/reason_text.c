/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reason/reason_parts.h"

#define NORMAL_MAX  ((size_t)8 * 1024)
#define ADDRESS_MAX 512 /* longest <...> taken for an address */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* length of a reply code "550" at the front of @s that is a word, or 0 */
static size_t code_length(struct seal_bytes s)
{
	if (s.n < 3 || s.p[0] < '2' || s.p[0] > '5' || !is_digit(s.p[1]) || !is_digit(s.p[2]))
		return 0;
	return s.n == 3 || s.p[3] == ' ' || s.p[3] == '-' ? 3 : 0;
}

/* length of a status code "5.7.1" (RFC 3463) at the front of @s that is a word, or 0 */
static size_t enhanced_length(struct seal_bytes s)
{
	size_t i = 1, part, digits;

	if (s.n < 5 || !reason_one_of(s.p[0], "245"))
		return 0;
	for (part = 0; part < 2; part++) {
		if (i >= s.n || s.p[i] != '.')
			return 0;
		i++;
		for (digits = 0; i < s.n && is_digit(s.p[i]); i++)
			digits++;
		if (digits < 1 || digits > 3)
			return 0;
	}
	return i < s.n && (is_digit(s.p[i]) || s.p[i] == '.') && i + 1 < s.n && is_digit(s.p[i + 1])
		       ? 0
		       : i;
}

static void add_enhanced(struct seal_reason *r, struct seal_bytes code)
{
	unsigned i;

	for (i = 0; i < r->n_enhanced; i++)
		if (seal_bytes_eq(r->enhanced[i], code))
			return;
	if (r->n_enhanced < SEAL_REASON_CODES_MAX)
		r->enhanced[r->n_enhanced++] = code;
}

void reason_take_codes(struct seal_bytes text, struct seal_reason *r)
{
	struct seal_bytes word, rest = text;
	uint32_t code;

	if (code_length(text) && seal_parse_u32(seal_bytes_first(text, 3), 10, &code) == 0)
		r->code = (uint16_t)code;
	while ((word = seal_bytes_word(&rest)).n) {
		size_t n;

		if (code_length(word) && word.n > 4) /* "550-5.7.1" */
			word = seal_bytes_from(word, 4);
		while (word.n && reason_one_of(word.p[0], "(#["))
			word = seal_bytes_from(word, 1);
		n = enhanced_length(word);
		if (n)
			add_enhanced(r, seal_bytes_first(word, n));
	}
}

enum seal_phase reason_phase_of(struct seal_bytes words)
{
	static const struct {
		const char *word;
		enum seal_phase phase;
	} table[] = {
		/* the longer texts first: "end of DATA" before "DATA" */
		{"greeting", SEAL_PHASE_GREETING},
		{"CONNECT", SEAL_PHASE_GREETING},
		{"end of data", SEAL_PHASE_END},
		{"end of DATA", SEAL_PHASE_END},
		{"END-OF-MESSAGE", SEAL_PHASE_END},
		{"message body", SEAL_PHASE_BODY},
		{"sending message", SEAL_PHASE_BODY},
		{"STARTTLS", SEAL_PHASE_TLS},
		{"TLS", SEAL_PHASE_TLS},
		{"EHLO", SEAL_PHASE_HELO},
		{"HELO", SEAL_PHASE_HELO},
		{"LHLO", SEAL_PHASE_HELO},
		{"AUTH", SEAL_PHASE_AUTH},
		{"SASL", SEAL_PHASE_AUTH},
		{"MAIL", SEAL_PHASE_MAIL},
		{"RCPT", SEAL_PHASE_RCPT},
		{"DATA", SEAL_PHASE_DATA},
		{"BDAT", SEAL_PHASE_DATA},
		{"QUIT", SEAL_PHASE_QUIT},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (seal_bytes_find(words, table[i].word) >= 0)
			return table[i].phase;
	return SEAL_PHASE_OTHER;
}

/* the reply code, status code or both at the front of @s, with the blank behind: "550-5.7.1 " */
static size_t codes_length(struct seal_bytes s, const struct seal_reason *r)
{
	size_t n = code_length(s), m;
	struct seal_bytes rest;

	/* in mid sentence a bare number is a number, but for the code of the reply itself */
	if (n && r->code != (s.p[0] - '0') * 100 + (s.p[1] - '0') * 10 + (s.p[2] - '0'))
		return 0;
	rest = n && n < s.n ? seal_bytes_from(s, n + 1) : seal_bytes_from(s, n);
	m = enhanced_length(rest);
	if (m && (m == rest.n || rest.p[m] == ' ' || n))
		return (size_t)(rest.p - s.p) + m;
	return n;
}

/* what a byte means to the words of a reply */
enum {
	BLANK = 1, /* parts words */
	OPENS = 2, /* a word may begin behind it */
	ENDS = 4,  /* no address goes on here */
	UPPER = 8,
};

static const unsigned char kinds[256] = {
	[' '] = BLANK | ENDS,  ['\t'] = BLANK | ENDS, ['\r'] = BLANK | ENDS, ['\n'] = BLANK | ENDS,
	['<'] = OPENS | ENDS,  ['('] = OPENS | ENDS,  ['['] = OPENS | ENDS,  ['"'] = OPENS | ENDS,
	['\''] = OPENS | ENDS, ['>'] = ENDS,          [')'] = ENDS,          [']'] = ENDS,
	[','] = ENDS,          [';'] = ENDS,          [':'] = OPENS | ENDS,  ['A' ... 'Z'] = UPPER,
};

static unsigned kind_of(char c)
{
	return kinds[(unsigned char)c];
}

/* length of an address at the front of @s: "<...>", or a word with "@" in it; 0 when there is none
 */
static size_t address_length(struct seal_bytes s)
{
	bool at = false;
	size_t i;

	if (s.p[0] == '<') {
		ssize_t end = seal_bytes_chr(seal_bytes_first(s, ADDRESS_MAX), '>');

		/* "bare <LF> received" */
		if (end < 0 || seal_bytes_starts(s, "<LF>") || seal_bytes_starts(s, "<CR"))
			return 0;
		return (size_t)end + 1;
	}
	for (i = 0; i < s.n && i < ADDRESS_MAX && !(kind_of(s.p[i]) & ENDS); i++)
		at |= s.p[i] == '@';
	if (!at)
		return 0;
	while (i > 1 && s.p[i - 1] == '.')
		i--;
	return i;
}

/* length of what is dropped at the front of @s, where a word begins */
static size_t dropped_length(struct seal_bytes s, const struct seal_reason *r)
{
	size_t n = s.p[0] >= '2' && s.p[0] <= '5' ? codes_length(s, r) : 0;

	return n ? n : address_length(s);
}

void seal_reason_normalise(const struct seal_reason *r, struct seal_buf *out)
{
	struct seal_bytes s = seal_bytes_first(r->text, NORMAL_MAX);
	bool word_start = true, blank = true;
	char text[NORMAL_MAX];
	size_t i = 0, n = 0;

	if (r->origin == SEAL_REASON_LOCAL) {
		seal_buf_put(out, s.p, s.n);
		return;
	}
	while (i < s.n) {
		char c = s.p[i];
		unsigned kind = kind_of(c);
		size_t drop = 0;

		if (word_start || c == '<')
			drop = kind & BLANK ? 0 : dropped_length(seal_bytes_from(s, i), r);
		word_start = kind & (BLANK | OPENS);
		if (drop) {
			word_start = false;
			i += drop;
			continue;
		}
		i++;
		if (kind & BLANK && blank)
			continue;
		blank = kind & BLANK;
		text[n++] = blank ? ' ' : kind & UPPER ? (char)(c - 'A' + 'a') : c;
	}
	seal_buf_put(out, text, n);
}
