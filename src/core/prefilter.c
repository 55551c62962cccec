/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/prefilter.h"

#include <errno.h>

#define WORDS_MAX  64 /* of one pattern; with more it is always tried */
#define WORD_MAX   12 /* bytes of a word that are looked at */
#define NESTED_MAX 16

struct word {
	char c[WORD_MAX];
	unsigned n;
};

/* struct words - one of these is in every match; n 0 = nothing is known */
struct words {
	struct word v[WORDS_MAX];
	unsigned n;
};

struct reader {
	struct seal_bytes s; /* what is left of the pattern */
	bool caseless;
	bool lost; /* something not understood */
};

static unsigned piece_bit(const unsigned char *p)
{
	uint32_t h = ((uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2]) * 0x9e3779b1u;

	return h >> 20; /* 12 bits: SEAL_PIECES_BITS */
}

void seal_pieces_of(struct seal_bytes text, struct seal_pieces *ret)
{
	size_t i;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i + 3 <= text.n; i++) {
		unsigned bit = piece_bit((const unsigned char *)text.p + i);

		ret->bits[bit / 64] |= (uint64_t)1 << bit % 64;
	}
}

/* how much a set of words tells: the length of its shortest one */
static unsigned worth(const struct words *w)
{
	unsigned i, least = w->n ? WORD_MAX : 0;

	for (i = 0; i < w->n; i++)
		if (w->v[i].n < least)
			least = w->v[i].n;
	return least;
}

static void keep_better(struct words *best, const struct words *w)
{
	if (worth(w) >= 3 &&
	    (worth(w) > worth(best) || (worth(w) == worth(best) && w->n < best->n)))
		*best = *w;
}

/* the literal bytes read so far become a candidate */
static void end_run(struct word *run, struct words *best)
{
	struct words one = {.n = 1};

	one.v[0] = *run;
	keep_better(best, &one);
	run->n = 0;
}

static void add_byte(struct word *run, char c, struct words *best)
{
	if (run->n == WORD_MAX)
		end_run(run, best);
	run->c[run->n++] = c;
}

/* a quantifier at the front; *optional: what it stands behind may be missing */
static bool take_quantifier(struct reader *rd, bool *optional)
{
	struct seal_bytes rest;
	char c = rd->s.n ? rd->s.p[0] : '\0';

	*optional = c == '?' || c == '*';
	if (c == '{') {
		*optional = rd->s.n > 1 && (rd->s.p[1] == '0' || rd->s.p[1] == ',');
		seal_bytes_cut(rd->s, '}', &rest);
		if (!rest.p)
			return rd->lost = true;
		rd->s = rest;
	} else if (*optional || c == '+') {
		rd->s = seal_bytes_from(rd->s, 1);
	} else {
		return false;
	}
	if (rd->s.n && (rd->s.p[0] == '?' || rd->s.p[0] == '+')) /* lazy, possessive */
		rd->s = seal_bytes_from(rd->s, 1);
	return true;
}

/* "[...]"; one with "[:alpha:]" in it is not read */
static void skip_class(struct reader *rd)
{
	size_t i = 1;

	if (i < rd->s.n && rd->s.p[i] == '^')
		i++;
	if (i < rd->s.n && rd->s.p[i] == ']')
		i++;
	for (; i < rd->s.n && rd->s.p[i] != ']'; i++) {
		if (rd->s.p[i] == '\\')
			i++;
		else if (rd->s.p[i] == '[' && i + 1 < rd->s.n && rd->s.p[i + 1] == ':')
			rd->lost = true;
	}
	if (i >= rd->s.n)
		rd->lost = true;
	rd->s = seal_bytes_from(rd->s, i + 1);
}

static void read_alternatives(struct reader *rd, unsigned depth, struct words *ret);

/* "(...)", "(?:...)"; look-arounds tell nothing, options and the rest are not understood */
static void read_group(struct reader *rd, unsigned depth, struct words *ret)
{
	bool silent = false;

	rd->s = seal_bytes_from(rd->s, 1);
	if (seal_bytes_starts(rd->s, "?:")) {
		rd->s = seal_bytes_from(rd->s, 2);
	} else if (seal_bytes_starts(rd->s, "?!") || seal_bytes_starts(rd->s, "?=")) {
		rd->s = seal_bytes_from(rd->s, 2);
		silent = true;
	} else if (seal_bytes_starts(rd->s, "?") || seal_bytes_starts(rd->s, "*")) {
		rd->lost = true;
		return;
	}
	read_alternatives(rd, depth + 1, ret);
	if (!seal_bytes_starts(rd->s, ")"))
		rd->lost = true;
	rd->s = seal_bytes_from(rd->s, 1);
	if (silent)
		ret->n = 0;
}

/* the byte that an escape stands for; false for those that stand for a class or a place */
static bool take_escape(struct reader *rd, char *c)
{
	bool plain;

	if (rd->s.n < 2) {
		rd->lost = true;
		return false;
	}
	*c = rd->s.p[1];
	plain = !((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9'));
	if (!plain && !memchr("bBdDsSwW", *c, 8))
		rd->lost = true;
	rd->s = seal_bytes_from(rd->s, 2);
	return plain;
}

/* one plain byte with what repeats it */
static void read_byte(struct reader *rd, char c, struct word *run, struct words *best)
{
	bool optional, counted;

	if (rd->caseless && c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	counted = take_quantifier(rd, &optional);
	if (!optional)
		add_byte(run, c, best);
	if (counted)
		end_run(run, best);
}

/* what is no plain byte: a group, a class, a dot, an anchor, an escape for one of these */
static void read_special(struct reader *rd, unsigned depth, struct words *best)
{
	struct words inner = {.n = 0};
	bool optional;

	if (rd->s.p[0] == '(')
		read_group(rd, depth, &inner);
	else if (rd->s.p[0] == '[')
		skip_class(rd);
	else
		rd->s = seal_bytes_from(rd->s, 1);
	take_quantifier(rd, &optional);
	if (!optional)
		keep_better(best, &inner);
}

/* a sequence up to "|" or ")": the best of its parts that must be there */
static void read_sequence(struct reader *rd, unsigned depth, struct words *best)
{
	struct word run = {.n = 0};
	bool optional;

	best->n = 0;
	while (rd->s.n && !rd->lost && !memchr("|)", rd->s.p[0], 2)) {
		char c = rd->s.p[0];

		if (c == '\\') {
			if (take_escape(rd, &c)) {
				read_byte(rd, c, &run, best);
			} else {
				end_run(&run, best);
				take_quantifier(rd, &optional);
			}
		} else if (memchr("([.^$", c, 5)) {
			end_run(&run, best);
			read_special(rd, depth, best);
		} else {
			rd->s = seal_bytes_from(rd->s, 1);
			read_byte(rd, c, &run, best);
		}
	}
	end_run(&run, best);
}

static void read_alternatives(struct reader *rd, unsigned depth, struct words *ret)
{
	struct words one;
	bool known = true;
	unsigned i;

	ret->n = 0;
	if (depth > NESTED_MAX) {
		rd->lost = true;
		return;
	}
	for (;;) {
		read_sequence(rd, depth, &one);
		known = known && one.n && ret->n + one.n <= WORDS_MAX;
		for (i = 0; known && i < one.n; i++)
			ret->v[ret->n++] = one.v[i];
		if (rd->lost || !seal_bytes_starts(rd->s, "|"))
			break;
		rd->s = seal_bytes_from(rd->s, 1);
	}
	if (!known)
		ret->n = 0;
}

int seal_prefilter_new(struct seal_arena *arena, struct seal_bytes pattern, bool caseless,
		       struct seal_prefilter *ret)
{
	struct reader rd = {.s = pattern, .caseless = caseless};
	struct words words;
	uint16_t *v, *p;
	unsigned i, k;

	*ret = (struct seal_prefilter){0};
	read_alternatives(&rd, 0, &words);
	if (rd.lost || rd.s.n || words.n == 0)
		return 0;
	v = p = seal_arena_alloc(arena, words.n * WORD_MAX * sizeof(*v));
	if (!v)
		return -ENOMEM;
	for (i = 0; i < words.n; i++) {
		*p++ = (uint16_t)(words.v[i].n - 2);
		for (k = 0; k + 3 <= words.v[i].n; k++)
			*p++ = (uint16_t)piece_bit((const unsigned char *)words.v[i].c + k);
	}
	*ret = (struct seal_prefilter){.v = v, .n_words = words.n};
	return 0;
}

bool seal_prefilter_may_match(const struct seal_prefilter *p, const struct seal_pieces *text)
{
	const uint16_t *v = p->v;
	uint32_t i;

	for (i = 0; i < p->n_words; i++) {
		unsigned n = *v++, k;

		for (k = 0; k < n && (text->bits[v[k] / 64] >> v[k] % 64 & 1); k++)
			;
		if (k == n)
			return true;
		v += n;
	}
	return p->n_words == 0;
}
