/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report_fixture.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gnutls/crypto.h>

#include "core/enc.h"
#include "memory.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* --- chance */

static uint64_t dice = 20261122;

unsigned roll(unsigned n)
{
	dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407U;
	return (unsigned)(dice >> 33) % n;
}

unsigned few(unsigned many)
{
	unsigned n = roll(5);

	return n < 4 ? n : many;
}

struct seal_bytes words(void)
{
	static const struct seal_bytes some[] = {
		SEAL_LIT(""),
		SEAL_LIT("plain words"),
		SEAL_LIT("::error file=a::b"),
		SEAL_LIT("<script>alert(1)</script> & `id` | [a](javascript:b) ]]>"),
		SEAL_LIT("\033]0;title\a\nsecond line\r"),
		SEAL_LIT("alice@example.org and \"a b\"@[192.0.2.1]"),
		SEAL_LIT("not \xff UTF-8 \xe2\x80\xae"),
		SEAL_LIT("a \"quoted\" 'word' with a backslash \\ and a long tail that has to be "
			 "wrapped where the line of a terminal ends, once or twice over"),
	};

	return some[roll(COUNT(some))];
}

struct seal_bytes name(void)
{
	static const struct seal_bytes some[] = {
		SEAL_LIT("plain"), SEAL_LIT("/srv/a b"),
		SEAL_LIT("<b>|`"), SEAL_LIT("\033[2J\n"),
		SEAL_LIT("\xff"),  SEAL_LIT("a-name-that-is-longer-than-any-column-has-room-for"),
	};

	return some[roll(COUNT(some))];
}

int64_t day_time(void)
{
	return seal_time_civil(2026, 11, 20 + (int)roll(2), (int)roll(24), (int)roll(60), 5) +
	       839000;
}

int64_t moment(void)
{
	return roll(6) ? day_time() : SEAL_TIME_NONE;
}

static void add_source(struct seal_host *h)
{
	struct seal_source_state *s =
		seal_host_source(h, (enum seal_source)roll(SEAL_SOURCE_MAX_), words(),
				 (enum seal_read_status)roll(SEAL_READ_STATUS_MAX_), words());

	assert_non_null(s);
	s->records = roll(3);
}

struct seal_host *some_host(void)
{
	struct seal_host *h = seal_host_new();

	assert_non_null(h);
	h->root = "/srv/root";
	h->name = words();
	h->distro = words();
	h->live = roll(2);
	h->now_us = roll(4) ? seal_time_civil(2026, 11, 22, 0, 0, 0) : SEAL_TIME_NONE;
	h->selinux.mode = (enum seal_selinux_mode)roll(3);
	h->selinux.type = words();
	h->postfix.version = words();
	if (roll(2))
		(void)seal_vec_add(&h->postfix.instances);
	for (unsigned n = few(12); n > 0; n--)
		add_source(h);
	return h;
}

/* --- fixes and causes */

static void some_argv(struct seal_argv *a)
{
	struct seal_bytes v[] = {SEAL_LIT("restorecon"), roll(2) ? SEAL_LIT("-v") : name(),
				 words()};

	assert_int_equal(seal_argv_set(a, v, roll(4)), 0);
}

static void some_condition(struct seal_condition *c)
{
	c->kind = (enum seal_condition_kind)roll(SEAL_CONDITION_KIND_MAX_);
	c->not = roll(2);
	c->subject = words();
	c->value = words();
}

static void some_step(struct seal_fix *f)
{
	struct seal_step *s = seal_vec_add(&f->steps);

	assert_non_null(s);
	s->op = roll(2) ? "restorecon" : "manual";
	some_argv(&s->argv);
	some_argv(&s->undo);
	s->why = words();
	s->precondition = words();
	s->verify = words();
	some_condition(&s->before);
	some_condition(&s->after);
}

void some_fix(struct seal_fix *f, bool deep)
{
	*f = (struct seal_fix){.kind = (enum seal_fix_kind)roll(SEAL_FIX_KIND_MAX_)};
	f->opens = (struct seal_cost){.closes = few(30), .known = roll(4)};
	if (roll(3))
		f->opens = (struct seal_cost){few(162), few(9), few(162), few(30), roll(4)};
	f->sufficient = roll(2);
	f->minimal = roll(2);
	f->neverallow = (enum seal_neverallow)roll(SEAL_NEVERALLOW_MAX_);
	f->silences = roll(2);
	f->in_store = roll(2);
	f->proof = words();
	f->why = words();
	f->rejected = words();
	if (f->kind == SEAL_FIX_MODULE || !roll(8)) {
		f->module_name = name();
		f->module_te = words();
		f->module_cil = roll(4) ? SEAL_LIT("(allow a b\n\n (c (d)))\n") : SEAL_LIT("(x)");
	}
	for (unsigned n = roll(4); n > 0; n--)
		some_step(f);
	for (unsigned n = roll(3); n > 0; n--)
		*seal_vec_add(&f->targets) = words();
	for (unsigned n = deep ? few(4) : 0; n > 0; n--)
		some_fix(seal_vec_add(&f->alternatives), false);
}

static const struct {
	const char *verdict;
	enum seal_cause_class class_;
} verdicts[] = {
	{"selinux.connect", SEAL_CLASS_SELINUX},
	{"firewall.output", SEAL_CLASS_FIREWALL},
	{"dac.path", SEAL_CLASS_DAC},
	{"dns.timeout", SEAL_CLASS_DNS},
	{"tls.expired", SEAL_CLASS_TLS},
	{"unknown", SEAL_CLASS_UNKNOWN},
	{"remote.greylist", SEAL_CLASS_REMOTE},
};

static void some_object(struct seal_object *o)
{
	struct seal_bytes *fields[] = {
		&o->source_type, &o->target_type, &o->scontext, &o->tcontext, &o->tclass,
		&o->path,        &o->address,     &o->host,     &o->resolver, &o->parameter,
		&o->service,     &o->boolean,     &o->family,   &o->table,    &o->chain,
		&o->rule,        &o->zone,        &o->policy,
	};

	*o = (struct seal_object){0};
	for (size_t i = 0; i < COUNT(fields); i++)
		if (roll(2))
			*fields[i] = words();
	if (roll(2))
		o->perms = SEAL_LIT("name_connect  read");
	o->inode = few(7);
	o->rule_handle = few(7);
	o->port = few(25);
	o->reply_code = few(550);
	o->protocol = roll(2) ? "tcp" : NULL;
}

struct seal_cause *some_cause(unsigned n_fixes)
{
	struct seal_cause *c = calloc(1, sizeof(*c));
	unsigned v = roll(COUNT(verdicts));

	assert_non_null(c);
	c->verdict = verdicts[v].verdict;
	c->class_ = verdicts[v].class_;
	c->certainty = (enum seal_certainty)roll(SEAL_CERTAINTY_MAX_);
	c->daemon = words();
	c->title = words();
	c->reason = words();
	some_object(&c->object);
	for (unsigned n = roll(3); n > 0; n--)
		*seal_vec_add(&c->ruled_out) = (struct seal_ruled_out){"dns.timeout", words()};
	for (unsigned n = roll(3); n > 0; n--) {
		struct seal_also *a = seal_vec_add(&c->also);

		a->verdict = "dac.path";
		a->why = words();
		some_object(&a->object);
		a->fix = n_fixes && roll(2) ? (int32_t)roll(n_fixes) : -1;
	}
	return c;
}

static void some_proof(struct seal_quotes *proof)
{
	static struct seal_quote pool[64];
	static bool filled;
	unsigned first = roll(COUNT(pool) - 3);

	for (size_t i = 0; !filled && i < COUNT(pool); i++) {
		pool[i].text = name();
		pool[i].record = roll(2);
		pool[i].origin.path = words();
		pool[i].origin.line = roll(3);
		pool[i].origin.source = roll(2) ? SEAL_SOURCE_AUDIT : SEAL_SOURCE_MAIL_LOG;
	}
	filled = true;
	*proof = (struct seal_quotes){&pool[first], roll(4)};
}

void some_group(struct seal_cause_group *g, struct seal_cause *c, unsigned n_fixes)
{
	*g = (struct seal_cause_group){.cause = c, .events = few(7), .dated = roll(2)};
	g->first_us = moment();
	g->last_us = moment();
	some_proof(&g->proof);
	g->fix = n_fixes && roll(3) ? (int32_t)roll(n_fixes) : -1;
}

/* --- denials */

static const struct seal_denial *some_denial(struct seal_host *h)
{
	struct seal_denial *d = seal_arena_alloc(h->arena, sizeof(*d));
	struct seal_denial_object *o = &d->object;

	assert_non_null(d);
	d->scontext = words();
	d->tcontext = words();
	d->comm = roll(2) ? SEAL_LIT("smtp") : words();
	d->origin.path = words();
	o->path = roll(2) ? words() : SEAL_BYTES_NONE;
	o->name = words();
	o->inode = few(9);
	o->address = words();
	o->capability = roll(3) ? -1 : (int32_t)roll(40);
	o->ioctl = roll(3) ? -1 : 0x5401;
	d->hits.n = few(6);
	d->hits.v = seal_arena_alloc(h->arena, (d->hits.n + 1) * sizeof(*d->hits.v));
	assert_non_null(d->hits.v);
	for (size_t i = 0; i < d->hits.n; i++)
		d->hits.v[i].pid = 900 + roll(4);
	return d;
}

static void add_path(struct seal_denial_group *g)
{
	static const struct seal_bytes contexts[] = {
		SEAL_LIT("system_u:object_r:postfix_spool_t:s0"),
		SEAL_LIT("unconfined_u:object_r:postfix_spool_t:s0"),
		SEAL_LIT("system_u:object_r:postfix_spool_t:s0:c1"),
		SEAL_LIT("system_u:object_r:tmp_t:s0"),
		SEAL_LIT("not a context"),
		SEAL_LIT(""),
	};
	struct seal_denial_path *p = seal_vec_add(&g->paths);

	p->path = name();
	p->actual = contexts[roll(COUNT(contexts))];
	p->expected = contexts[roll(COUNT(contexts))];
}

void add_denials(struct seal_denial_report *r, struct seal_host *h)
{
	struct seal_denial_group *g = seal_vec_add(&r->groups);

	g->id = SEAL_LIT("d-1");
	g->source_type = SEAL_LIT("postfix_smtp_t");
	g->target_type = words();
	g->tclass = name();
	for (unsigned n = roll(3); n > 0; n--)
		*seal_vec_add(&g->perms) = name();
	for (unsigned n = 1 + roll(3); n > 0; n--)
		*seal_vec_add(&g->members) = some_denial(h);
	for (unsigned n = few(7); n > 0; n--)
		add_path(g);
	g->port = roll(2) ? -1 : 2525;
	g->count = few(50);
	g->first_us = day_time();
	g->last_us = moment();
	g->permissive = roll(2);
	g->mail = roll(2);
	g->stale = roll(2);
	g->dontaudit = roll(2);
	g->no_labels = !roll(4);
	g->reasons = roll(2) ? 0 : roll(SEAL_WHY_UNKNOWN * 2);
	g->why = words();
	for (unsigned n = few(4); n > 0; n--)
		some_fix(seal_vec_add(&g->candidates), false);
	g->fix = g->candidates.n && roll(4) ? (int32_t)roll((unsigned)g->candidates.n) : -1;
}

/* --- what each kind of document has to be */

void is_printable(const char *what, const struct seal_buf *b, bool color)
{
	struct seal_bytes s = seal_buf_bytes(b);
	uint32_t cp;
	size_t n;

	for (; s.n; s = seal_bytes_from(s, n)) {
		n = seal_utf8_next(s, &cp);
		if (n && (seal_cp_is_plain(cp) || cp == '\n' || (color && cp == 033)))
			continue;
		fail_msg("%s: byte %02x: %.*s", what, (unsigned char)s.p[0],
			 (int)(s.n < 60 ? s.n : 60), s.p);
	}
}

static const struct {
	const char *one, *more;
} things[] = {
	{"access", "accesses"},
	{"failure", "failures"},
	{"byte", "bytes"},
	{"cause", "causes"},
	{"check", "checks"},
	{"command", "commands"},
	{"day", "days"},
	{"denial", "denials"},
	{"domain", "domains"},
	{"fault", "faults"},
	{"file", "files"},
	{"finding", "findings"},
	{"group", "groups"},
	{"host", "hosts"},
	{"line", "lines"},
	{"message", "messages"},
	{"path", "paths"},
	{"peer", "peers"},
	{"port", "ports"},
	{"recipient", "recipients"},
	{"record", "records"},
	{"report", "reports"},
	{"row", "rows"},
	{"rule", "rules"},
	{"source", "sources"},
	{"step", "steps"},
	{"time", "times"},
	{"event", "events"},
	{"overrun", "overruns"},
	{"waiver", "waivers"},
	{"connection", "connections"},
	{"address", "addresses"},
	{"type", "types"},
};

/* next_word - the letters at the front of what follows one blank; two end a column */
static struct seal_bytes next_word(struct seal_bytes *s)
{
	struct seal_bytes w;
	size_t n = 0;

	if (!s->n || (s->p[0] != ' ' && s->p[0] != '\n') || seal_bytes_starts(*s, "  "))
		return SEAL_BYTES_NONE;
	while (n < s->n && (s->p[n] == ' ' || s->p[n] == '\n'))
		n++;
	*s = seal_bytes_from(*s, n);
	for (n = 0; n < s->n && isalpha((unsigned char)s->p[n]); n++)
		;
	w = seal_bytes_first(*s, n);
	*s = seal_bytes_from(*s, n);
	return w;
}

void says_numbers(const char *what, const struct seal_buf *b)
{
	struct seal_bytes s = seal_buf_bytes(b);

	for (size_t i = 1; i < s.n; i++) {
		struct seal_bytes rest = seal_bytes_from(s, i), word;
		bool one;
		size_t n = 0;

		if (!strchr(" \n(>*", s.p[i - 1]))
			continue;
		while (n < rest.n && isdigit((unsigned char)rest.p[n]))
			n++;
		if (!n)
			continue;
		one = n == 1 && rest.p[0] == '1';
		rest = seal_bytes_from(rest, n);
		word = next_word(&rest);
		if (seal_bytes_is(word, "more") || seal_bytes_is(word, "other") ||
		    seal_bytes_is(word, "later") || seal_bytes_is(word, "log") ||
		    seal_bytes_is(word, "audit"))
			word = next_word(&rest);
		for (size_t k = 0; word.n && k < COUNT(things); k++)
			if (seal_bytes_is(word, one ? things[k].more : things[k].one))
				fail_msg("%s: %.*s", what, (int)(n + 40), s.p + i);
	}
}

void is_text(const char *what, const struct seal_buf *b, bool color)
{
	is_printable(what, b, color);
	says_numbers(what, b);
}

static size_t bars_of(struct seal_bytes line)
{
	size_t n = 0;

	for (size_t i = 0; i < line.n; i++)
		n += line.p[i] == '|';
	return n;
}

void is_markdown(const char *what, const struct seal_buf *b)
{
	struct seal_bytes rest = seal_buf_bytes(b);
	size_t row = 0, columns = 0;
	bool fenced = false;

	is_text(what, b, false);
	while (rest.n) {
		struct seal_bytes line = seal_bytes_cut(rest, '\n', &rest);

		fenced ^= seal_bytes_starts(line, "```");
		row = !fenced && seal_bytes_starts(line, "|") ? row + 1 : 0;
		if (row == 1)
			columns = bars_of(line);
		if ((row == 2 && !seal_bytes_starts(line, "|---")) ||
		    (row > 1 && bars_of(line) != columns))
			fail_msg("%s: %zu columns, not %.*s", what, columns, (int)line.n, line.p);
	}
	assert_false(fenced);
}

json_t *is_json(const char *what, struct seal_bytes s)
{
	json_error_t why;
	json_t *j = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, &why);

	if (!j)
		fail_msg("%s: %s at %d: %.*s", what, why.text, why.position, (int)s.n, s.p);
	return j;
}

size_t is_ndjson(const char *what, const struct seal_buf *b, const char *kind)
{
	struct seal_bytes rest = seal_buf_bytes(b);
	size_t n = 0;

	while (rest.n) {
		json_t *j = is_json(what, seal_bytes_cut(rest, '\n', &rest));

		n += !kind || text_at(j, "record", kind);
		json_decref(j);
	}
	return n;
}

/* --- HTML */

#define DEPTH 32

struct page {
	const char *what;
	struct seal_bytes open[DEPTH];
	size_t n;
	seal_vec(struct seal_bytes) ids, links;
};

static bool is_in(const struct seal_bytes *v, size_t n, struct seal_bytes s)
{
	for (size_t i = 0; i < n; i++)
		if (seal_bytes_eq(v[i], s))
			return true;
	return false;
}

/* value_of - of an attribute; empty when the tag has none */
static struct seal_bytes value_of(struct seal_bytes tag, const char *attribute)
{
	ssize_t at = seal_bytes_find(tag, attribute);

	return at < 0 ? SEAL_BYTES_NONE
		      : seal_bytes_cut(seal_bytes_from(tag, (size_t)at + strlen(attribute)), '"',
				       &tag);
}

static void takes_places(struct page *p, struct seal_bytes tag)
{
	struct seal_bytes id = value_of(tag, " id=\""), link = value_of(tag, " href=\"#");

	if (is_in(p->ids.v, p->ids.n, id))
		fail_msg("%s: twice: %.*s", p->what, (int)id.n, id.p);
	if (id.n)
		*seal_vec_add(&p->ids) = id;
	if (link.n)
		*seal_vec_add(&p->links) = link;
}

static void takes_tag(struct page *p, struct seal_bytes tag)
{
	struct seal_bytes rest = tag, element = seal_bytes_cut(tag, ' ', &rest);

	if (seal_bytes_starts(tag, "!") || seal_bytes_is(element, "meta") ||
	    seal_bytes_is(element, "br"))
		return;
	if (!seal_bytes_starts(tag, "/")) {
		takes_places(p, tag);
		if (seal_bytes_ends(tag, "/"))
			return;
		assert_true(p->n < DEPTH);
		p->open[p->n++] = element;
		return;
	}
	tag = seal_bytes_from(tag, 1);
	if (!p->n || !seal_bytes_eq(p->open[--p->n], tag))
		fail_msg("%s: </%.*s> ends %.*s", p->what, (int)tag.n, tag.p,
			 p->n < DEPTH ? (int)p->open[p->n].n : 0, p->open[p->n % DEPTH].p);
}

void is_page(const char *what, const struct seal_buf *b)
{
	struct seal_bytes s = seal_buf_bytes(b), rest = s;
	struct page p = {.what = what};

	is_text(what, b, false);
	assert_int_equal(seal_bytes_find(s, "<script"), -1);
	assert_true(seal_bytes_find(s, "</html>") > 0);
	for (;;) {
		struct seal_bytes tag;

		(void)seal_bytes_cut(rest, '<', &rest);
		if (!rest.p)
			break;
		tag = seal_bytes_cut(rest, '>', &rest);
		takes_tag(&p, tag);
		if (seal_bytes_is(tag, "style"))
			rest = seal_bytes_from(rest, (size_t)seal_bytes_find(rest, "</style>"));
	}
	assert_int_equal(p.n, 0);
	seal_vec_each (link, &p.links) {
		if (!is_in(p.ids.v, p.ids.n, *link))
			fail_msg("%s: leads nowhere: %.*s", what, (int)link->n, link->p);
	}
	seal_vec_done(&p.ids);
	seal_vec_done(&p.links);
}

/* --- Prometheus */

void is_metrics(const char *what, const struct seal_buf *b)
{
	struct seal_bytes rest = seal_buf_bytes(b), family = SEAL_BYTES_NONE;
	seal_vec(struct seal_bytes) seen = {0};

	is_printable(what, b, false);
	while (rest.n) {
		struct seal_bytes line = seal_bytes_cut(rest, '\n', &rest), key;
		bool is_type = seal_bytes_starts(line, "# TYPE ");

		if (seal_bytes_starts(line, "# HELP "))
			continue;
		key = seal_bytes_first(line, (size_t)seal_bytes_rchr(line, ' '));
		if (is_in(seen.v, seen.n, key))
			fail_msg("%s: twice: %.*s", what, (int)line.n, line.p);
		*seal_vec_add(&seen) = key;
		if (is_type) {
			family = seal_bytes_from(key, strlen("# TYPE "));
		} else {
			key = seal_bytes_cut(key, '{', &key);
			if (!seal_bytes_eq(key, family))
				fail_msg("%s: of no family: %.*s", what, (int)line.n, line.p);
		}
	}
	seal_vec_done(&seen);
}

/* --- the rest */

size_t count_of(const struct seal_buf *b, const char *text)
{
	struct seal_bytes s = seal_buf_bytes(b);
	size_t n = 0;

	for (ssize_t at; (at = seal_bytes_find(s, text)) >= 0; n++)
		s = seal_bytes_from(s, (size_t)at + strlen(text));
	return n;
}

long long number_at(const json_t *j, const char *key)
{
	const json_t *v = json_object_get(j, key);

	if (!json_is_integer(v))
		fail_msg("no number: %s", key);
	return json_integer_value(v);
}

bool text_at(const json_t *j, const char *key, const char *is)
{
	const char *v = json_string_value(json_object_get(j, key));

	return v ? is && strcmp(v, is) == 0 : !is;
}

void again(struct seal_buf *b)
{
	assert_int_equal(b->err, 0);
	seal_buf_done(b);
	*b = (struct seal_buf){0};
}

static bool no_digests;

int __real_gnutls_hash_fast(gnutls_digest_algorithm_t algorithm, const void *p, size_t n,
			    void *ret);
int __wrap_gnutls_hash_fast(gnutls_digest_algorithm_t algorithm, const void *p, size_t n,
			    void *ret);

int __wrap_gnutls_hash_fast(gnutls_digest_algorithm_t algorithm, const void *p, size_t n, void *ret)
{
	return no_digests ? GNUTLS_E_INTERNAL_ERROR : __real_gnutls_hash_fast(algorithm, p, n, ret);
}

void without_digests(void (*render)(void *data, struct seal_buf *b), void *data)
{
	struct seal_buf b = {0};

	no_digests = true;
	render(data, &b);
	no_digests = false;
	assert_true(b.err < 0);
	seal_buf_done(&b);
}

void without_each_allocation(void (*render)(void *data), void *data)
{
	unsigned long at;

	for (at = 1; at < 100000; at++) {
		memory_fail_at(at);
		render(data);
		if (!memory_failed())
			break;
	}
	memory_fail_at(0);
	assert_true(at > 1 && at < 100000);
	assert_true(seal_buf_lost());
}
