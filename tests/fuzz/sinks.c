/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <gnutls/gnutls.h>
#include <jansson.h>
#include <stdlib.h>

#include "core/arena.h"
#include "core/enc.h"
#include "fix/plan.h"
#include "fix/render.h"
#include "fuzz.h"

/* sinks.c - what leaves the program: it comes back as it was, or nothing in it is active */

static struct seal_bytes bytes(const uint8_t *p, size_t n)
{
	return (struct seal_bytes){(const char *)p, n};
}

/* printable - ASCII without control bytes, or UTF-8 that the encoder let pass */
static bool printable(const struct seal_buf *b)
{
	for (size_t i = 0; i < b->n; i++) {
		unsigned char c = (unsigned char)b->p[i];

		if (c < ' ' || c == 0x7f)
			return false;
		/* C1 controls, U+202A..U+202E, U+2066..U+2069, U+200B..U+200F */
		if (c == 0xc2 && i + 1 < b->n && (unsigned char)b->p[i + 1] < 0xa0)
			return false;
		if (c == 0xe2 && i + 2 < b->n && (unsigned char)b->p[i + 1] == 0x80 &&
		    (((unsigned char)b->p[i + 2] >= 0xaa && (unsigned char)b->p[i + 2] <= 0xae) ||
		     ((unsigned char)b->p[i + 2] >= 0x8b && (unsigned char)b->p[i + 2] <= 0x8f)))
			return false;
		if (c == 0xe2 && i + 2 < b->n && (unsigned char)b->p[i + 1] == 0x81 &&
		    (unsigned char)b->p[i + 2] >= 0xa6 && (unsigned char)b->p[i + 2] <= 0xa9)
			return false;
	}
	return true;
}

static bool has(const struct seal_buf *b, const char *any)
{
	for (size_t i = 0; i < b->n; i++)
		if (strchr(any, b->p[i]))
			return true;
	return false;
}

/* unquoted - a word as sh(1) reads it, which must be one word and nothing else */
static void check_sh(struct seal_bytes in, const struct seal_buf *b)
{
	struct seal_buf word = {0};
	size_t i = 0;

	while (i < b->n) {
		if (b->p[i] == '\'') {
			for (i++; i < b->n && b->p[i] != '\''; i++)
				seal_buf_putc(&word, b->p[i]);
			fuzz_must(i < b->n);
			i++;
		} else if (b->p[i] == '\\') {
			fuzz_must(i + 1 < b->n && b->p[i + 1] == '\'');
			seal_buf_putc(&word, '\'');
			i += 2;
		} else {
			/* what may stand without quotes */
			fuzz_must(isalnum((unsigned char)b->p[i]) || strchr("_-./:=@%+,", b->p[i]));
			seal_buf_putc(&word, b->p[i++]);
		}
	}
	fuzz_must(b->n);
	fuzz_must(seal_bytes_eq(seal_buf_bytes(&word), in) || (!word.n && !in.n));
	seal_buf_done(&word);
}

static void check_json(struct seal_bytes in)
{
	struct seal_buf b = {0};
	json_error_t why;
	bool clean;
	json_t *j;

	seal_buf_putc(&b, '[');
	clean = seal_enc_json(&b, in);
	seal_buf_putc(&b, ']');
	j = json_loadb(b.p, b.n, JSON_ALLOW_NUL, &why);
	fuzz_must(json_is_array(j) && json_array_size(j) == 1);
	if (clean) {
		const json_t *s = json_array_get(j, 0);
		struct seal_bytes back = {json_string_value(s), json_string_length(s)};

		fuzz_must(seal_bytes_eq(back, in) || (!back.n && !in.n));
	}
	json_decref(j);
	seal_buf_done(&b);
}

static void check_base64(struct seal_bytes in)
{
	gnutls_datum_t text, back = {NULL, 0};
	struct seal_buf b = {0};

	seal_enc_base64(&b, in);
	text = (gnutls_datum_t){(unsigned char *)b.p, (unsigned)b.n};
	fuzz_must(!b.err && b.n == (in.n + 2) / 3 * 4);
	if (in.n) {
		fuzz_must(gnutls_base64_decode2(&text, &back) == 0);
		fuzz_must(back.size == in.n && memcmp(back.data, in.p, in.n) == 0);
	}
	gnutls_free(back.data);
	seal_buf_done(&b);
}

void fuzz_encoders(const uint8_t *p, size_t n)
{
	struct seal_buf b[9] = {0};
	struct seal_bytes in = bytes(p, n);

	seal_enc_tty(&b[0], in);
	fuzz_must(printable(&b[0]));
	seal_enc_html(&b[1], in);
	fuzz_must(printable(&b[1]) && !has(&b[1], "<>\"'"));
	seal_enc_xml(&b[2], in);
	fuzz_must(!has(&b[2], "<>\"'") && !has(&b[2], "\x01\x02\x08\x0b\x0c\x1b\x1f"));
	seal_enc_md(&b[3], in);
	fuzz_must(!has(&b[3], "\n\r|@[]!`"));
	seal_enc_github(&b[4], in);
	fuzz_must(!has(&b[4], "\n\r"));
	seal_enc_github_property(&b[5], in);
	fuzz_must(!has(&b[5], "\n\r,:"));
	seal_enc_prom(&b[6], in);
	fuzz_must(!has(&b[6], "\n"));
	seal_enc_uri(&b[7], in);
	fuzz_must(!has(&b[7], " <>\"'\\\n\r?#"));
	if (seal_enc_sh(&b[8], in))
		check_sh(in, &b[8]);
	check_json(in);
	check_base64(in);
	for (size_t i = 0; i < sizeof(b) / sizeof(b[0]); i++) {
		fuzz_must(!b[i].err);
		seal_buf_done(&b[i]);
	}
}

/* fuzz_plan - steps whose arguments are the words of the input: no line of the script holds one of
 * its bytes outside of quotes */
void fuzz_plan(const uint8_t *p, size_t n)
{
	struct seal_bytes rest = bytes(p, n), line, words[16];
	struct seal_plan *plan = seal_plan_new();
	struct seal_buf out = {0};
	struct seal_fix fix = {.kind = SEAL_FIX_PORT_LABEL, .sufficient = true};
	size_t k;

	fuzz_must(plan);
	while (rest.n && fix.steps.n < 32) {
		struct seal_step *s = seal_vec_add(&fix.steps);

		fuzz_must(s);
		line = seal_bytes_cut(rest, '\n', &rest);
		for (k = 0; line.n && k < 16; k++)
			words[k] = seal_bytes_cut(line, '\x1f', &line);
		s->op = "semanage-port";
		if (k)
			fuzz_must(seal_argv_set(&s->argv, words, k) == 0);
		if (k > 1)
			fuzz_must(seal_argv_set(&s->undo, words + 1, k - 1) == 0);
		s->why = s->verify = s->precondition = k ? words[0] : SEAL_BYTES_NONE;
	}
	fix.why = bytes(p, n < 200 ? n : 200);
	fuzz_must(seal_plan_add(plan, &fix) == 0 && seal_plan_make(plan) == 0);
	seal_plan_apply_sh(plan, "00", &out);
	seal_plan_undo_sh(plan, "00", &out);
	seal_plan_ansible(plan, "00", &out);
	fuzz_must(!out.err && !memchr(out.p, '\x1b', out.n) && !memchr(out.p, '\r', out.n));
	seal_buf_done(&out);
	seal_plan_free(plan);
	seal_vec_each (s, &fix.steps) {
		seal_vec_done(&s->argv.v);
		seal_vec_done(&s->undo.v);
	}
	seal_vec_done(&fix.steps);
}
