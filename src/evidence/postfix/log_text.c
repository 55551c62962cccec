/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/log_text.h"

#include <stdlib.h>

struct program {
	const char *name;
	enum seal_log_role role;
	bool shared_name; /* Cyrus, for one, has a master and an lmtp too */
};

/* names of the programs of Postfix that log; sorted, for bsearch(3) */
static const struct program programs[] = {
	{"anvil", SEAL_LOG_FRONT, false},
	{"bounce", SEAL_LOG_OTHER, false},
	{"cleanup", SEAL_LOG_CLEANUP, false},
	{"defer", SEAL_LOG_OTHER, true},
	{"discard", SEAL_LOG_AGENT, true},
	{"dnsblog", SEAL_LOG_FRONT, false},
	{"error", SEAL_LOG_AGENT, true},
	{"flush", SEAL_LOG_OTHER, true},
	{"lmtp", SEAL_LOG_AGENT, true},
	{"local", SEAL_LOG_AGENT, true},
	{"master", SEAL_LOG_MASTER, true},
	{"nqmgr", SEAL_LOG_QMGR, false},
	{"oqmgr", SEAL_LOG_QMGR, false},
	{"pickup", SEAL_LOG_PICKUP, false},
	{"pipe", SEAL_LOG_AGENT, true},
	{"postalias", SEAL_LOG_OTHER, false},
	{"postcat", SEAL_LOG_OTHER, false},
	{"postconf", SEAL_LOG_OTHER, false},
	{"postdrop", SEAL_LOG_OTHER, false},
	{"postfix", SEAL_LOG_MASTER, false},
	{"postfix-script", SEAL_LOG_MASTER, false},
	{"postkick", SEAL_LOG_OTHER, false},
	{"postlock", SEAL_LOG_OTHER, false},
	{"postlog", SEAL_LOG_OTHER, false},
	{"postlogd", SEAL_LOG_OTHER, false},
	{"postmap", SEAL_LOG_OTHER, false},
	{"postmulti", SEAL_LOG_OTHER, false},
	{"postqueue", SEAL_LOG_OTHER, false},
	{"postscreen", SEAL_LOG_FRONT, false},
	{"postsuper", SEAL_LOG_SUPER, false},
	{"proxymap", SEAL_LOG_OTHER, false},
	{"proxywrite", SEAL_LOG_OTHER, false},
	{"qmgr", SEAL_LOG_QMGR, false},
	{"qmqpd", SEAL_LOG_FRONT, false},
	{"retry", SEAL_LOG_AGENT, true},
	{"rewrite", SEAL_LOG_OTHER, true},
	{"scache", SEAL_LOG_OTHER, false},
	{"sendmail", SEAL_LOG_OTHER, true},
	{"showq", SEAL_LOG_OTHER, false},
	{"smtp", SEAL_LOG_AGENT, true},
	{"smtpd", SEAL_LOG_FRONT, true},
	{"spawn", SEAL_LOG_OTHER, true},
	{"tlsmgr", SEAL_LOG_OTHER, false},
	{"tlsproxy", SEAL_LOG_FRONT, false},
	{"trace", SEAL_LOG_OTHER, true},
	{"trivial-rewrite", SEAL_LOG_OTHER, false},
	{"verify", SEAL_LOG_OTHER, true},
	{"virtual", SEAL_LOG_AGENT, true},
};

static int by_name(const void *key, const void *program)
{
	const struct seal_bytes *name = key;

	return seal_bytes_cmp(*name, seal_bytes_of(((const struct program *)program)->name));
}

bool seal_log_tag_parse(struct seal_bytes tag, struct seal_log_tag *ret)
{
	ssize_t first = seal_bytes_chr(tag, '/'), last = seal_bytes_rchr(tag, '/');
	const struct program *p;

	*ret = (struct seal_log_tag){0};
	ret->daemon = last < 0 ? tag : seal_bytes_from(tag, (size_t)last + 1);
	ret->service = first < 0 ? tag : seal_bytes_from(tag, (size_t)first + 1);
	ret->instance = seal_bytes_first(tag, first < 0 ? 0 : (size_t)first);
	p = bsearch(&ret->daemon, programs, sizeof(programs) / sizeof(programs[0]),
		    sizeof(programs[0]), by_name);
	if (!p || first == 0)
		return false;
	if (first < 0 && strcmp(p->name, "pipe") != 0 && strcmp(p->name, "local") != 0)
		return false;
	ret->role = p->role;
	ret->own_name = !p->shared_name;
	return true;
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

/* the 52 characters of long queue ids: digits and consonants (global/mail_queue.h) */
static bool is_safe(char c)
{
	return is_alnum(c) && !memchr("AEIOUaeiou", c, 10);
}

bool seal_log_is_queue_id(struct seal_bytes s)
{
	bool hex = true, safe = true;
	size_t i;

	if (s.n < 6 || s.n > 40)
		return false;
	for (i = 0; i < s.n && (hex || safe); i++) {
		hex = hex && is_hex(s.p[i]);
		safe = safe && is_safe(s.p[i]);
	}
	/* long: at least 6 of seconds and 4 of microseconds, "z", the inode number */
	return hex || (safe && s.n >= 12 && memchr(s.p + 10, 'z', s.n - 11) != NULL);
}

struct seal_bytes seal_log_take_queue_id(struct seal_bytes *text)
{
	struct seal_bytes id;
	size_t i = 0;

	while (i < text->n && i <= 40 && is_alnum(text->p[i]))
		i++;
	id = seal_bytes_first(*text, i);
	if (i + 1 >= text->n || text->p[i] != ':' || text->p[i + 1] != ' ' ||
	    !seal_log_is_queue_id(id))
		return SEAL_BYTES_NONE;
	*text = seal_bytes_from(*text, i + 2);
	return id;
}

struct seal_bytes seal_log_find_queue_id(struct seal_bytes text, size_t *at)
{
	struct seal_bytes word;
	size_t i = *at, start;

	while (i < text.n) {
		while (i < text.n && !is_alnum(text.p[i]))
			i++;
		start = i;
		while (i < text.n && is_alnum(text.p[i]))
			i++;
		word = (struct seal_bytes){text.p + start, i - start};
		if (seal_log_is_queue_id(word)) {
			*at = i;
			return word;
		}
	}
	*at = i;
	return SEAL_BYTES_NONE;
}

enum seal_severity seal_log_take_severity(struct seal_bytes *text)
{
	static const struct {
		const char *word;
		enum seal_severity severity;
	} words[] = {
		{"warning: ", SEAL_SEVERITY_WARNING},
		{"error: ", SEAL_SEVERITY_ERROR},
		{"fatal: ", SEAL_SEVERITY_FATAL},
		{"panic: ", SEAL_SEVERITY_PANIC},
	};
	size_t i;

	if (!text->n || !memchr("wefp", text->p[0], 4))
		return SEAL_SEVERITY_INFO;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (seal_bytes_starts(*text, words[i].word)) {
			*text = seal_bytes_from(*text, strlen(words[i].word));
			return words[i].severity;
		}
	return SEAL_SEVERITY_INFO;
}

/* bracketed - the address at the front of @s, after its "<", to the ">" that ends it: a local part
 * in quotes may hold ">" itself. *s becomes what follows; false when there is no end. */
static bool bracketed(struct seal_bytes *s, struct seal_bytes *ret)
{
	size_t i = 0;

	if (s->n && s->p[0] == '"')
		for (i = 1; i < s->n && s->p[i] != '"'; i++)
			if (s->p[i] == '\\')
				i++;
	while (i < s->n && s->p[i] != '>')
		i++;
	if (i >= s->n)
		return false;
	*ret = seal_bytes_first(*s, i);
	*s = seal_bytes_from(*s, i + 1);
	return true;
}

/* milliseconds of "0.68", "31"; -1 when it is no number */
static int64_t parse_seconds(struct seal_bytes s)
{
	int64_t ms = 0, scale = 100;
	size_t i;

	for (i = 0; i < s.n && i < 12 && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		ms = ms * 10 + (s.p[i] - '0') * 1000;
	if (i == 0)
		return -1;
	if (i < s.n && s.p[i] == '.')
		for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
			ms += (s.p[i] - '0') * scale;
			scale /= 10;
		}
	return i == s.n ? ms : -1;
}

static void parse_delays(struct seal_bytes s, int64_t ret[4])
{
	struct seal_bytes part;
	int i;

	for (i = 0; i < 4 && s.p; i++) {
		part = seal_bytes_cut(s, '/', &s);
		ret[i] = parse_seconds(part);
	}
}

/* parse_result - "deferred (reason)" */
static bool parse_result(struct seal_bytes s, struct seal_log_status *ret)
{
	ssize_t end;
	size_t i = 0;

	while (i < s.n && s.p[i] != ' ')
		i++;
	ret->word = seal_bytes_first(s, i);
	s = seal_bytes_from(s, i + 1);
	if (s.n && s.p[0] == '(') {
		s = seal_bytes_from(s, 1);
		end = seal_bytes_rchr(s, ')');
		ret->reason = end < 0 ? s : seal_bytes_first(s, (size_t)end);
	}
	return ret->word.n > 0;
}

bool seal_log_status_parse(struct seal_bytes text, struct seal_log_status *ret)
{
	struct seal_bytes field, rest;
	int i;

	*ret = (struct seal_log_status){0};
	for (i = 0; i < 4; i++)
		ret->delay_ms[i] = -1;
	if (!seal_bytes_starts(text, "to=<"))
		return false;
	text = seal_bytes_from(text, 4);
	if (!bracketed(&text, &ret->address))
		return false;
	if (seal_bytes_starts(text, ", orig_to=<")) {
		text = seal_bytes_from(text, 11);
		if (!bracketed(&text, &ret->orig_address))
			return false;
	}
	/* fields up to status=, parted by ", "; none of their values holds a comma */
	while (seal_bytes_starts(text, ", ")) {
		text = seal_bytes_from(text, 2);
		if (seal_bytes_starts(text, "status="))
			return parse_result(seal_bytes_from(text, 7), ret);
		field = seal_bytes_cut(text, ',', &rest);
		if (seal_bytes_starts(field, "relay="))
			ret->relay = seal_bytes_from(field, 6);
		else if (seal_bytes_starts(field, "dsn="))
			ret->dsn = seal_bytes_from(field, 4);
		else if (seal_bytes_starts(field, "delays="))
			parse_delays(seal_bytes_from(field, 7), ret->delay_ms);
		text = seal_bytes_from(text, field.n);
	}
	return false;
}

/* reply_parts - "451 4.7.1 text" or "4.7.1 text": the enhanced code, and whether it is permanent */
static void reply_parts(struct seal_log_reject *r)
{
	struct seal_bytes rest = r->reply, word = seal_bytes_word(&rest);
	uint32_t code;

	if (word.n == 3 && seal_parse_u32(word, 10, &code) == 0) {
		r->permanent = code >= 500;
		word = seal_bytes_word(&rest);
	}
	if (word.n >= 5 && word.p[1] == '.' && memchr("245", word.p[0], 3)) {
		r->dsn = word;
		r->permanent = r->permanent || word.p[0] == '5';
	}
}

static ssize_t find_last(struct seal_bytes s, const char *needle)
{
	ssize_t at = -1, next = 0;
	struct seal_bytes rest = s;

	while ((next = seal_bytes_find(rest, needle)) >= 0) {
		at = (rest.p - s.p) + next;
		rest = seal_bytes_from(rest, (size_t)next + 1);
	}
	return at;
}

bool seal_log_reject_parse(struct seal_bytes text, struct seal_log_reject *ret)
{
	struct seal_bytes tail;
	ssize_t at;

	*ret = (struct seal_log_reject){0};
	ret->milter = seal_bytes_starts(text, "milter-reject: ");
	if (!ret->milter && !seal_bytes_starts(text, "reject: "))
		return false;
	text = seal_bytes_from(text, ret->milter ? 15 : 8);
	ret->stage = seal_bytes_word(&text);
	ret->whole = !seal_bytes_is(ret->stage, "RCPT") && !seal_bytes_is(ret->stage, "CONNECT") &&
		     !seal_bytes_is(ret->stage, "EHLO") && !seal_bytes_is(ret->stage, "HELO") &&
		     !seal_bytes_is(ret->stage, "VRFY") && !seal_bytes_is(ret->stage, "ETRN");

	/* the sender is remote text, but its own blanks and semicolons are quoted: the last one
	 * counts */
	at = find_last(text, "; from=<");
	tail = at < 0 ? SEAL_BYTES_NONE : seal_bytes_from(text, (size_t)at + 2);
	if (at >= 0)
		text = seal_bytes_first(text, (size_t)at);
	at = seal_bytes_find(tail, " to=<");
	if (at >= 0) {
		tail = seal_bytes_from(tail, (size_t)at + 5);
		if (!bracketed(&tail, &ret->address))
			ret->address = SEAL_BYTES_NONE;
	}
	/* smtpd and milters: "from host[address]: reply; from=..."; the content checks of cleanup:
	 * "header NAME: value from host[address]; from=... helo=<...>: reply" */
	at = find_last(tail, ">: ");
	if (at >= 0) {
		ret->reply = seal_bytes_from(tail, (size_t)at + 3);
	} else {
		at = seal_bytes_find(text, "]: ");
		ret->reply = at < 0 ? text : seal_bytes_from(text, (size_t)at + 3);
	}
	reply_parts(ret);
	return true;
}

static bool is_tls_trouble(struct seal_bytes text)
{
	static const char *const marks[] = {
		"certificate verification failed",
		"certificate peer name verification failed",
		"TLS library problem",
		"SSL_connect error",
		"SSL_accept error",
		"disabling TLS support",
		"certificate not trusted",
		"Cannot start TLS",
	};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (seal_bytes_find(text, marks[i]) >= 0)
			return true;
	return false;
}

static bool is_mail_system_change(struct seal_bytes text)
{
	static const char *const marks[] = {
		"daemon started",
		"reload ",
		"terminating on signal",
		"starting the Postfix mail system",
		"refreshing the Postfix mail system",
		"stopping the Postfix mail system",
		"aborting the Postfix mail system",
	};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (seal_bytes_starts(text, marks[i]))
			return true;
	return false;
}

/* the lines of a program that reports only by info lines what went wrong before the status line */
static enum seal_mail_kind info_kind(const struct seal_log_tag *tag, bool has_queue_id,
				     struct seal_bytes text)
{
	switch (tag->role) {
	case SEAL_LOG_MASTER:
		return is_mail_system_change(text) ? SEAL_MAIL_START : SEAL_MAIL_KIND_MAX_;
	case SEAL_LOG_AGENT:
		if (seal_bytes_starts(text, "connect to "))
			return SEAL_MAIL_CONNECT;
		/* "certificate ...", "server certificate ...", "SSL_connect error ..." */
		if (text.n && memchr("csSC", text.p[0], 4) && is_tls_trouble(text))
			return SEAL_MAIL_TLS;
		return has_queue_id ? SEAL_MAIL_OTHER : SEAL_MAIL_KIND_MAX_;
	case SEAL_LOG_FRONT:
		return seal_bytes_starts(text, "SSL_accept error") ? SEAL_MAIL_TLS
								   : SEAL_MAIL_KIND_MAX_;
	case SEAL_LOG_CLEANUP:
		if (seal_bytes_starts(text, "hold: ") || seal_bytes_starts(text, "discard: ") ||
		    seal_bytes_starts(text, "milter-hold: ") ||
		    seal_bytes_starts(text, "milter-discard: "))
			return SEAL_MAIL_OTHER;
		return SEAL_MAIL_KIND_MAX_;
	case SEAL_LOG_QMGR:
	case SEAL_LOG_SUPER:
		return has_queue_id ? SEAL_MAIL_OTHER : SEAL_MAIL_KIND_MAX_;
	case SEAL_LOG_OTHER:
	case SEAL_LOG_PICKUP:
	case SEAL_LOG_ROLE_MAX_:
		break;
	}
	return SEAL_MAIL_KIND_MAX_;
}

enum seal_mail_kind seal_log_kind(const struct seal_log_tag *tag, enum seal_severity severity,
				  bool has_queue_id, struct seal_bytes text)
{
	if (seal_bytes_starts(text, "milter-reject: "))
		return SEAL_MAIL_MILTER_REJECT;
	if (seal_bytes_starts(text, "reject: "))
		return has_queue_id ? SEAL_MAIL_REJECT : SEAL_MAIL_NOQUEUE;
	if (severity == SEAL_SEVERITY_INFO)
		return info_kind(tag, has_queue_id, text);
	if (tag->role == SEAL_LOG_MASTER && seal_log_exit_pid(text))
		return SEAL_MAIL_MASTER_EXIT;
	return is_tls_trouble(text) ? SEAL_MAIL_TLS : SEAL_MAIL_WARNING;
}

uint32_t seal_log_exit_pid(struct seal_bytes text)
{
	ssize_t at;
	uint32_t pid;
	struct seal_bytes word;

	if (!seal_bytes_starts(text, "process "))
		return 0;
	at = seal_bytes_find(text, " pid ");
	if (at < 0)
		return 0;
	text = seal_bytes_from(text, (size_t)at + 5);
	word = seal_bytes_word(&text);
	if (!seal_bytes_starts(seal_bytes_trim(text), "exit status") &&
	    !seal_bytes_starts(seal_bytes_trim(text), "killed by signal"))
		return 0;
	return seal_parse_u32(word, 10, &pid) < 0 ? 0 : pid;
}

bool seal_log_take_sender(struct seal_bytes *text, struct seal_bytes *sender)
{
	if (!seal_bytes_starts(*text, "from=<"))
		return false;
	*text = seal_bytes_from(*text, 6);
	return bracketed(text, sender);
}

struct seal_bytes seal_log_value(struct seal_bytes text, const char *name)
{
	size_t n = strlen(name), i = 0;
	struct seal_bytes v, inner;

	while (i + n < text.n) {
		if ((i == 0 || text.p[i - 1] == ' ') && memcmp(text.p + i, name, n) == 0 &&
		    text.p[i + n] == '=') {
			v = seal_bytes_from(text, i + n + 1);
			if (v.n && v.p[0] == '<') {
				v = seal_bytes_from(v, 1);
				return bracketed(&v, &inner) ? inner : SEAL_BYTES_NONE;
			}
			for (i = 0; i < v.n && v.p[i] != ',' && v.p[i] != ' '; i++)
				;
			return seal_bytes_first(v, i);
		}
		i++;
	}
	return SEAL_BYTES_NONE;
}
