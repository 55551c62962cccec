/* SPDX-License-Identifier: GPL-2.0-or-later */
/* encoders: what every sink shows for bytes that mean it harm, and that each output stays inert for
 * any input */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "core/enc.h"
#include "core/json.h"
#include "core/time.h"

struct row {
	const char *name;
	struct seal_bytes in;
	const char *tty, *json, *html, *xml, *md;
	const char *sh; /* NULL: refused */
};

static const struct row rows[] = {
	{"plain", SEAL_LIT("relay.example"), "relay.example", "\"relay.example\"", "relay.example",
	 "relay.example", "<code>relay&#46;example</code>", "relay.example"},
	{"empty", SEAL_LIT(""), "", "\"\"", "", "", "<code></code>", "''"},
	{"escape sequence", SEAL_LIT("\033[2JPASS"), "\\x1b[2JPASS", "\"\\u001b[2JPASS\"",
	 "\\x1b[2JPASS", "\\x1b[2JPASS", "<code>&#92;x1b&#91;2JPASS</code>", NULL},
	{"C1 control",
	 SEAL_LIT("a\xc2\x9b"
		  "31m"),
	 "a\\xc2\\x9b31m", "\"a\\u009b31m\"", "a\\xc2\\x9b31m", "a\\xc2\\x9b31m",
	 "<code>a&#92;xc2&#92;x9b31m</code>", NULL},
	{"bidirectional override",
	 SEAL_LIT("a\xe2\x80\xae"
		  "b"),
	 "a\\xe2\\x80\\xaeb", "\"a\\u202eb\"", "a\\xe2\\x80\\xaeb", "a\\xe2\\x80\\xaeb",
	 "<code>a&#92;xe2&#92;x80&#92;xaeb</code>", NULL},
	{"newline", SEAL_LIT("a\nb"), "a\\x0ab", "\"a\\nb\"", "a\\x0ab", "a\\x0ab",
	 "<code>a&#92;x0ab</code>", NULL},
	{"NUL", SEAL_LIT("a\0b"), "a\\x00b", "\"a\\u0000b\"", "a\\x00b", "a\\x00b",
	 "<code>a&#92;x00b</code>", NULL},
	{"not UTF-8",
	 SEAL_LIT("a\xff"
		  "b"),
	 "a\\xffb", "\"a\\\\xffb\"", "a\\xffb", "a\\xffb", "<code>a&#92;xffb</code>", NULL},
	{"overlong", SEAL_LIT("\xc0\xaf"), "\\xc0\\xaf", "\"\\\\xc0\\\\xaf\"", "\\xc0\\xaf",
	 "\\xc0\\xaf", "<code>&#92;xc0&#92;xaf</code>", NULL},
	{"overlong, three bytes", SEAL_LIT("\xe0\x80\xaf"), "\\xe0\\x80\\xaf",
	 "\"\\\\xe0\\\\x80\\\\xaf\"", "\\xe0\\x80\\xaf", "\\xe0\\x80\\xaf",
	 "<code>&#92;xe0&#92;x80&#92;xaf</code>", NULL},
	{"no character", SEAL_LIT("\xef\xbf\xbe"), "\\xef\\xbf\\xbe", "\"\\ufffe\"",
	 "\\xef\\xbf\\xbe", "\\xef\\xbf\\xbe", "<code>&#92;xef&#92;xbf&#92;xbe</code>", NULL},
	{"surrogate", SEAL_LIT("\xed\xa0\x80"), "\\xed\\xa0\\x80", "\"\\\\xed\\\\xa0\\\\x80\"",
	 "\\xed\\xa0\\x80", "\\xed\\xa0\\x80", "<code>&#92;xed&#92;xa0&#92;x80</code>", NULL},
	{"cut short", SEAL_LIT("\xe2\x82"), "\\xe2\\x82", "\"\\\\xe2\\\\x82\"", "\\xe2\\x82",
	 "\\xe2\\x82", "<code>&#92;xe2&#92;x82</code>", NULL},
	{"letters beyond ASCII", SEAL_LIT("J\xc3\xbcrgen \xe6\x97\xa5"),
	 "J\xc3\xbcrgen \xe6\x97\xa5", "\"J\xc3\xbcrgen \xe6\x97\xa5\"",
	 "J\xc3\xbcrgen \xe6\x97\xa5", "J\xc3\xbcrgen \xe6\x97\xa5",
	 "<code>J\xc3\xbcrgen \xe6\x97\xa5</code>", "'J\xc3\xbcrgen \xe6\x97\xa5'"},
	{"markup", SEAL_LIT("<b a=\"x\">&'</b>"), "<b a=\"x\">&'</b>",
	 "\"\\u003cb a=\\\"x\\\"\\u003e\\u0026'\\u003c/b\\u003e\"",
	 "&lt;b a=&quot;x&quot;&gt;&amp;&#39;&lt;/b&gt;",
	 "&lt;b a=&quot;x&quot;&gt;&amp;&apos;&lt;/b&gt;",
	 "<code>&#60;b a&#61;&#34;x&#34;&#62;&#38;&#39;&#60;/b&#62;</code>",
	 "'<b a=\"x\">&'\\''</b>'"},
	{"end of CDATA", SEAL_LIT("]]>"), "]]>", "\"]]\\u003e\"", "]]&gt;", "]]&gt;",
	 "<code>&#93;&#93;&#62;</code>", "']]>'"},
	{"beyond Unicode", SEAL_LIT("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80",
	 "\"\\\\xf4\\\\x90\\\\x80\\\\x80\"", "\\xf4\\x90\\x80\\x80", "\\xf4\\x90\\x80\\x80",
	 "<code>&#92;xf4&#92;x90&#92;x80&#92;x80</code>", NULL},
	{"backquotes", SEAL_LIT("`id`"), "`id`", "\"`id`\"", "&#96;id&#96;", "`id`",
	 "<code>&#96;id&#96;</code>", "'`id`'"},
	{"command substitution", SEAL_LIT("$(id); -rf *"), "$(id); -rf *", "\"$(id); -rf *\"",
	 "$(id); -rf *", "$(id); -rf *", "<code>&#36;&#40;id&#41;&#59; &#45;rf &#42;</code>",
	 "'$(id); -rf *'"},
	{"table cell and mention", SEAL_LIT("a|b @all"), "a|b @all", "\"a|b @all\"", "a|b @all",
	 "a|b @all", "<code>a&#124;b &#64;all</code>", "'a|b @all'"},
	{"line separator", SEAL_LIT("\xe2\x80\xa8"), "\\xe2\\x80\\xa8", "\"\\u2028\"",
	 "\\xe2\\x80\\xa8", "\\xe2\\x80\\xa8", "<code>&#92;xe2&#92;x80&#92;xa8</code>", NULL},
	{"beyond the BMP, hidden", SEAL_LIT("\xf3\xa0\x80\x81"), "\\xf3\\xa0\\x80\\x81",
	 "\"\\udb40\\udc01\"", "\\xf3\\xa0\\x80\\x81", "\\xf3\\xa0\\x80\\x81",
	 "<code>&#92;xf3&#92;xa0&#92;x80&#92;x81</code>", NULL},
};

/* what a CI runner that reads the output would carry out */
struct command_row {
	const char *name;
	struct seal_bytes in;
	const char *tty, *json, *github, *property, *prom;
};

static const struct command_row commands[] = {
	{"workflow command", SEAL_LIT("::error file=a,line=1::b"), "\\x3a:error file=a,line=1::b",
	 "\"::error file=a,line=1::b\"", "::error file=a,line=1::b",
	 "%3A%3Aerror file=a%2Cline=1%3A%3Ab", "\"::error file=a,line=1::b\""},
	{"a later word", SEAL_LIT("a ::add-mask::b"), "a \\x3a:add-mask::b", "\"a ::add-mask::b\"",
	 "a ::add-mask::b", "a %3A%3Aadd-mask%3A%3Ab", "\"a ::add-mask::b\""},
	{"a word behind another blank",
	 SEAL_LIT("a\u00a0::b::\u1680::b::\u2005::b::\u202f::b::\u205f::b::\u3000::b::\u2010::b::"
		  "\u3001::b::"),
	 "a\u00a0\\x3a:b::\u1680\\x3a:b::\u2005\\x3a:b::\u202f\\x3a:b::\u205f\\x3a:b::\u3000\\x3a:"
	 "b::\u2010::b::\u3001::b::",
	 "\"a\u00a0::b::\u1680::b::\u2005::b::\u202f::b::\u205f::b::\u3000::b::\u2010::b::\u3001::"
	 "b::\"",
	 "a\u00a0::b::\u1680::b::\u2005::b::\u202f::b::\u205f::b::\u3000::b::\u2010::b::\u3001::b:"
	 ":",
	 "a\u00a0%3A%3Ab%3A%3A\u1680%3A%3Ab%3A%3A\u2005%3A%3Ab%3A%3A\u202f%3A%3Ab%3A%3A\u205f%3A%"
	 "3Ab%3A%3A\u3000%3A%3Ab%3A%3A\u2010%3A%3Ab%3A%3A\u3001%3A%3Ab%3A%3A",
	 "\"a\u00a0::b::\u1680::b::\u2005::b::\u202f::b::\u205f::b::\u3000::b::\u2010::b::\u3001::"
	 "b::\""},
	{"addresses", SEAL_LIT("::1, ::ffff:192.0.2.1 ::"),
	 "::1, ::ffff:192.0.2.1 ::", "\"::1, ::ffff:192.0.2.1 ::\"", "::1, ::ffff:192.0.2.1 ::",
	 "%3A%3A1%2C %3A%3Affff%3A192.0.2.1 %3A%3A", "\"::1, ::ffff:192.0.2.1 ::\""},
	{"a C++ name", SEAL_LIT("a::b::c"), "a::b::c", "\"a::b::c\"", "a::b::c", "a%3A%3Ab%3A%3Ac",
	 "\"a::b::c\""},
	{"a name of all letters", SEAL_LIT("::Add-Mask_z::b"), "\\x3a:Add-Mask_z::b",
	 "\"::Add-Mask_z::b\"", "::Add-Mask_z::b", "%3A%3AAdd-Mask_z%3A%3Ab",
	 "\"::Add-Mask_z::b\""},
	{"names that are none", SEAL_LIT("::a ::b{ ::c[:: ::d @:: ::e"),
	 "\\x3a:a ::b{ ::c[:: \\x3a:d @:: ::e", "\"::a ::b{ ::c[:: ::d @:: ::e\"",
	 "::a ::b{ ::c[:: ::d @:: ::e", "%3A%3Aa %3A%3Ab{ %3A%3Ac[%3A%3A %3A%3Ad @%3A%3A %3A%3Ae",
	 "\"::a ::b{ ::c[:: ::d @:: ::e\""},
	{"a name and nothing", SEAL_LIT("::a b"), "::a b", "\"::a b\"", "::a b", "%3A%3Aa b",
	 "\"::a b\""},
	{"old command", SEAL_LIT("x ##[set-env]y"), "x \\x23#[set-env]y",
	 "\"x \\u0023#[set-env]y\"", "x \\x23#[set-env]y", "x \\x23#[set-env]y",
	 "\"x \\\\x23#[set-env]y\""},
	{"percent and line ends", SEAL_LIT("a%0A\r\nb"), "a%0A\\x0d\\x0ab", "\"a%0A\\u000d\\nb\"",
	 "a%250A%0D%0Ab", "a%250A%0D%0Ab", "\"a%0A\\\\x0d\\\\x0ab\""},
	{"quotes", SEAL_LIT("a\"b\\c"), "a\"b\\c", "\"a\\\"b\\\\c\"", "a\"b\\c", "a\"b\\c",
	 "\"a\\\"b\\\\c\""},
};

static void check(const struct row *row, const char *sink, const struct seal_buf *b,
		  const char *expected)
{
	if (b->n == strlen(expected) && memcmp(b->p ? b->p : "", expected, b->n) == 0)
		return;
	fail_msg("%s, %s: got %.*s, expected %s", row->name, sink, (int)b->n, b->p, expected);
}

static void encodes_each_sink(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct seal_buf b[6] = {0};
		bool ok;

		seal_enc_tty(&b[0], row->in);
		check(row, "tty", &b[0], row->tty);
		seal_enc_json(&b[1], row->in);
		check(row, "json", &b[1], row->json);
		seal_enc_html(&b[2], row->in);
		check(row, "html", &b[2], row->html);
		seal_enc_xml(&b[3], row->in);
		check(row, "xml", &b[3], row->xml);
		seal_enc_md(&b[4], row->in);
		check(row, "md", &b[4], row->md);
		ok = seal_enc_sh(&b[5], row->in);
		if (ok != (row->sh != NULL))
			fail_msg("%s: sh %s", row->name, ok ? "not refused" : "refused");
		check(row, "sh", &b[5], row->sh ? row->sh : "");
		for (size_t k = 0; k < 6; k++)
			seal_buf_done(&b[k]);
	}
}

static void check_text(const char *name, struct seal_buf *b, const char *expected)
{
	if (b->n != strlen(expected) || memcmp(b->p ? b->p : "", expected, b->n) != 0)
		fail_msg("%s: got %.*s, expected %s", name, (int)b->n, b->p, expected);
	seal_buf_done(b);
	*b = (struct seal_buf){0};
}

static void gives_runners_no_command(void **state)
{
	struct seal_buf b = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct command_row *row = &commands[i];

		seal_enc_tty(&b, row->in);
		check_text(row->name, &b, row->tty);
		seal_enc_json(&b, row->in);
		check_text(row->name, &b, row->json);
		seal_enc_github(&b, row->in);
		check_text(row->name, &b, row->github);
		seal_enc_github_property(&b, row->in);
		check_text(row->name, &b, row->property);
		seal_enc_prom(&b, row->in);
		check_text(row->name, &b, row->prom);
	}
	seal_enc_html(&b, SEAL_LIT("###[a]"));
	check_text("html", &b, "&#35;&#35;#[a]");
	seal_enc_xml(&b, SEAL_LIT("##[a]"));
	check_text("xml", &b, "&#35;#[a]");
}

static void uri_leads_nowhere_else(void **state)
{
	static const struct {
		struct seal_bytes in;
		const char *uri;
	} uris[] = {
		{SEAL_LIT("etc/postfix/main.cf"), "etc/postfix/main.cf"},
		{SEAL_LIT("/etc/a b"), "etc/a%20b"},
		{SEAL_LIT("//host/share"), "host/share"},
		{SEAL_LIT("../../x/./y"), "x/y"},
		{SEAL_LIT("javascript:alert(1)"), "javascript%3Aalert%281%29"},
		{SEAL_LIT("a\xff\n?#"), "a%FF%0A%3F%23"},
		{SEAL_LIT("a\0b"), "a%00b"},
		{SEAL_LIT("/"), ""},
	};
	struct seal_buf b = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		seal_enc_uri(&b, uris[i].in);
		check_text(uris[i].uri, &b, uris[i].uri);
	}
}

/* RFC 4648, section 10 */
static void base64_as_in_the_rfc(void **state)
{
	static const char *const pairs[][2] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
	};
	struct seal_buf b = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		seal_enc_base64(&b, seal_bytes_of(pairs[i][0]));
		check_text(pairs[i][0], &b, pairs[i][1]);
	}
}

static void json_keeps_its_nesting(void **state)
{
	struct seal_buf b = {0};
	struct seal_json j;
	uint32_t cp;
	int i;

	(void)state;
	assert_int_equal(seal_utf8_next(SEAL_BYTES_NONE, &cp), 0);

	/* an item of a list has no key to put the bytes beside */
	seal_json_init(&j, &b, false);
	seal_json_array(&j, NULL);
	seal_json_bytes(&j, NULL, SEAL_LIT("a\xff"));
	seal_json_array_end(&j);
	check_text("not UTF-8 in a list", &b, "[\"a\\\\xff\"]");

	seal_json_init(&j, &b, false);
	seal_json_array(&j, NULL);
	seal_json_i64(&j, NULL, INT64_MIN);
	seal_json_time(&j, NULL, SEAL_TIME_NONE);
	seal_json_time(&j, NULL, 0);
	seal_json_array_end(&j);
	check_text("numbers and times", &b, "[-9223372036854775808,null,\"1970-01-01T00:00:00Z\"]");

	/* as deep as it goes, indented */
	seal_json_init(&j, &b, true);
	for (i = 1; i < SEAL_JSON_DEPTH; i++)
		seal_json_array(&j, NULL);
	for (i = 1; i < SEAL_JSON_DEPTH; i++)
		seal_json_array_end(&j);
	assert_int_equal(b.err, 0);
	/* "[", then a line of two blanks more each time */
	assert_int_equal(seal_bytes_find(seal_buf_bytes(&b), "[]"),
			 (SEAL_JSON_DEPTH - 2) * (SEAL_JSON_DEPTH + 1));
	seal_buf_done(&b);

	/* and no deeper */
	b = (struct seal_buf){0};
	seal_json_init(&j, &b, false);
	for (i = 0; i < SEAL_JSON_DEPTH; i++)
		seal_json_object(&j, i ? "a" : NULL);
	assert_int_equal(b.err, -EINVAL);
	seal_buf_done(&b);

	b = (struct seal_buf){0};
	seal_json_init(&j, &b, false);
	seal_json_object_end(&j);
	assert_int_equal(b.err, -EINVAL);
	seal_buf_done(&b);
}

static uint32_t random_next(uint32_t *s)
{
	*s = *s * 1664525u + 1013904223u;
	return *s >> 8;
}

static struct seal_bytes random_bytes(uint32_t *seed, char *buf, size_t max)
{
	size_t n = random_next(seed) % max, i;

	for (i = 0; i < n; i++)
		buf[i] =
			(char)(random_next(seed) % 4 ? random_next(seed) % 128 : random_next(seed));
	return (struct seal_bytes){buf, n};
}

/* is_plain_line - printable UTF-8 without controls or characters that reorder or hide */
static bool is_plain_line(struct seal_bytes s)
{
	uint32_t cp;
	size_t n;

	for (; s.n; s = seal_bytes_from(s, n)) {
		n = seal_utf8_next(s, &cp);
		if (!n || !seal_cp_is_plain(cp))
			return false;
	}
	return true;
}

static bool has_any(struct seal_bytes s, const char *set)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] && strchr(set, s.p[i]))
			return true;
	return false;
}

static void stays_inert(void **state)
{
	uint32_t seed = 7;
	char raw[64];
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		struct seal_bytes in = random_bytes(&seed, raw, sizeof(raw));
		struct seal_buf b[7] = {0};

		seal_enc_github(&b[4], in);
		seal_enc_github_property(&b[5], in);
		seal_enc_prom(&b[6], in);
		assert_false(has_any(seal_buf_bytes(&b[5]), ":,"));
		seal_enc_tty(&b[0], in);
		seal_enc_json(&b[1], in);
		seal_enc_html(&b[2], in);
		seal_enc_md(&b[3], in);
		for (size_t k = 0; k < 7; k++)
			assert_true(is_plain_line(seal_buf_bytes(&b[k])));
		assert_false(has_any(
			seal_bytes_first(seal_bytes_from(seal_buf_bytes(&b[1]), 1), b[1].n - 2),
			"<>&"));
		assert_false(has_any(seal_buf_bytes(&b[2]), "<>\"'`"));
		assert_false(has_any(
			seal_bytes_first(seal_bytes_from(seal_buf_bytes(&b[3]), 6), b[3].n - 13),
			"<>`*_[]|@\\!~$"));
		for (size_t k = 0; k < 7; k++)
			assert_int_equal(seal_bytes_find(seal_buf_bytes(&b[k]), "##"), -1);
		for (size_t k = 0; k < 7; k++)
			seal_buf_done(&b[k]);
	}
}

/* runs_as - what a POSIX shell takes the encoded word for */
static void runs_as(struct seal_bytes in)
{
	struct seal_buf script = {0};
	char out[512];
	size_t n;
	FILE *p;

	seal_buf_puts(&script, "printf %s ");
	if (!seal_enc_sh(&script, in)) {
		seal_buf_done(&script);
		return;
	}
	seal_buf_putc(&script, '\0');
	p = popen(script.p, "r");
	assert_non_null(p);
	n = fread(out, 1, sizeof(out), p);
	assert_int_equal(pclose(p), 0);
	if (n != in.n || memcmp(out, in.p, n) != 0)
		fail_msg("sh made %.*s of %s", (int)n, out, script.p);
	seal_buf_done(&script);
}

static void shell_gives_the_word_back(void **state)
{
	uint32_t seed = 11;
	char raw[48];
	int i;

	(void)state;
	for (i = 0; i < 150; i++)
		runs_as(random_bytes(&seed, raw, sizeof(raw)));
	runs_as(SEAL_LIT("-n"));
	runs_as(SEAL_LIT("a'b''c"));
	runs_as(SEAL_LIT("$HOME `id` $(id) \\ \" * ? [a] ~ # ; & | < >"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_each_sink),
		cmocka_unit_test(gives_runners_no_command),
		cmocka_unit_test(uri_leads_nowhere_else),
		cmocka_unit_test(base64_as_in_the_rfc),
		cmocka_unit_test(json_keeps_its_nesting),
		cmocka_unit_test(stays_inert),
		cmocka_unit_test(shell_gives_the_word_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
