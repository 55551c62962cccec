/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/reason/reason.h"

#include "analysis/reason/reason_parts.h"
#include "core/errnos.h"

#include <errno.h>

#define TEXT_MAX ((size_t)64 * 1024)
#define ID_CHARS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* take @prefix off the front of *s */
static bool skip(struct seal_bytes *s, const char *prefix)
{
	if (!seal_bytes_starts(*s, prefix))
		return false;
	*s = seal_bytes_from(*s, strlen(prefix));
	return true;
}

/* offset of the last @needle in @s, or -1 */
static ssize_t find_last(struct seal_bytes s, const char *needle)
{
	size_t n = strlen(needle), i;

	if (s.n < n)
		return -1;
	for (i = s.n - n + 1; i-- > 0;)
		if (memcmp(s.p + i, needle, n) == 0)
			return (ssize_t)i;
	return -1;
}

/* the end of old reasons: " (port 25)" */
static void strip_old_port(struct seal_bytes *s, struct seal_reason *r)
{
	ssize_t at = find_last(*s, " (port ");
	struct seal_bytes number;
	uint32_t port;

	if (at < 0 || s->p[s->n - 1] != ')')
		return;
	number = seal_bytes_from(*s, (size_t)at + strlen(" (port "));
	number.n--;
	if (seal_parse_u32(number, 10, &port) < 0 || port > UINT16_MAX)
		return;
	r->port = (uint16_t)port;
	s->n = (size_t)at;
}

/* the reply of a peer: what stands before the last " (in reply to COMMAND)"; a long line was cut
 * before it */
static void take_reply(struct seal_bytes s, enum seal_reason_form form, struct seal_reason *r)
{
	ssize_t at = find_last(s, " (in reply to ");

	if (at >= 0) {
		r->in_reply_to = seal_bytes_from(s, (size_t)at + strlen(" (in reply to "));
		if (seal_bytes_ends(r->in_reply_to, ")"))
			r->in_reply_to.n--;
		r->phase = reason_phase_of(r->in_reply_to);
		s.n = (size_t)at;
	}
	r->origin = SEAL_REASON_REMOTE;
	r->form = form;
	r->text = seal_bytes_trim(s);
	reason_take_codes(r->text, r);
}

static enum seal_transport transport_of_peer(const struct seal_reason *r)
{
	if (r->socket.n)
		return SEAL_TRANSPORT_UNIX;
	if (r->addr.bits)
		return r->addr.bits == 32 ? SEAL_TRANSPORT_TCP4 : SEAL_TRANSPORT_TCP6;
	return SEAL_TRANSPORT_NONE;
}

/* "host H[A] said: ...", "host H[A] refused to talk to me: ..." */
static bool parse_host(struct seal_bytes s, struct seal_reason *r)
{
	if (!skip(&s, "host ") || !reason_take_peer(&s, r))
		return false;
	r->transport = transport_of_peer(r);
	if (skip(&s, " said: ")) {
		take_reply(s, SEAL_FORM_SAID, r);
		return true;
	}
	if (skip(&s, " refused to talk to me: ")) {
		take_reply(s, SEAL_FORM_GREETING, r);
		r->phase = SEAL_PHASE_GREETING;
		return true;
	}
	return false;
}

/* "connect to H[A]:P: why", and what stood there before Postfix 2.3 */
static bool parse_connect(struct seal_bytes s, struct seal_reason *r)
{
	if (!skip(&s, "connect to ") || !reason_take_peer(&s, r) || !skip(&s, ": "))
		return false;
	strip_old_port(&s, r);
	r->transport = transport_of_peer(r);
	r->form = SEAL_FORM_CONNECT;
	if (skip(&s, "server refused to talk to me: ")) {
		take_reply(s, SEAL_FORM_GREETING, r);
		r->phase = SEAL_PHASE_GREETING;
		return true;
	}
	if (seal_bytes_is(s, "read timeout") || seal_bytes_starts(s, "server dropped connection")) {
		r->form = s.p[0] == 'r' ? SEAL_FORM_STALLED : SEAL_FORM_LOST;
		r->phase = SEAL_PHASE_GREETING;
		return true;
	}
	r->error = seal_errno_at_end(s, NULL);
	return true;
}

/* "lost connection with H[A] while ...", "conversation with H[A] timed out while ..." */
static bool parse_lost(struct seal_bytes s, struct seal_reason *r)
{
	bool stalled = skip(&s, "conversation with ");

	if (!stalled && !skip(&s, "lost connection with "))
		return false;
	if (!reason_take_peer(&s, r))
		return false;
	if (stalled && !skip(&s, " timed out"))
		return false;
	if (!skip(&s, " while "))
		return false;
	r->form = stalled ? SEAL_FORM_STALLED : SEAL_FORM_LOST;
	r->transport = transport_of_peer(r);
	r->phase = reason_phase_of(s);
	return true;
}

/* "SASL authentication failed; server H[A] said: ..." */
static bool parse_sasl(struct seal_bytes s, struct seal_reason *r)
{
	if (!skip(&s, "SASL authentication failed; server ") &&
	    !skip(&s, "SASL [CACHED] authentication failed; server "))
		return false;
	if (!reason_take_peer(&s, r) || !skip(&s, " said: "))
		return false;
	take_reply(s, SEAL_FORM_SASL, r);
	r->transport = transport_of_peer(r);
	r->phase = SEAL_PHASE_AUTH;
	return true;
}

/* "TLS is required, but host H[A] refused to start TLS: reply": our words, with the peer's behind
 * them */
static bool parse_tls_refused(struct seal_bytes s, struct seal_reason *r)
{
	ssize_t at;

	if (!skip(&s, "TLS is required, but host ") || !reason_take_peer(&s, r))
		return false;
	at = seal_bytes_find(s, " refused to start TLS: ");
	if (at != 0)
		return false;
	r->transport = transport_of_peer(r);
	r->phase = SEAL_PHASE_TLS;
	s = seal_bytes_from(s, strlen(" refused to start TLS: "));
	reason_take_codes(s, r);
	r->text.n = (size_t)(s.p - r->text.p);
	return true;
}

/* "... Command output: text" of pipe(8) and local(8) */
static bool parse_command(struct seal_bytes s, struct seal_reason *r)
{
	ssize_t at = seal_bytes_find(s, "Command output: ");

	if (at < 0)
		return false;
	r->origin = SEAL_REASON_COMMAND;
	r->form = SEAL_FORM_COMMAND;
	r->text = seal_bytes_trim(seal_bytes_from(s, (size_t)at + strlen("Command output: ")));
	r->error = seal_errno_at_end(r->text, NULL);
	return true;
}

/* the part of a reject line before what the client said of itself */
static struct seal_bytes without_session(struct seal_bytes s)
{
	static const char *const ends[] = {"; from=<", "; proto=", "; helo=<"};
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		ssize_t at = seal_bytes_find(s, ends[i]);

		if (at >= 0)
			s.n = (size_t)at;
	}
	return s;
}

/* reject by header_checks or body_checks: the client's text comes first, our reply after the last
 * ">: " */
static void take_content_reject(struct seal_bytes s, struct seal_reason *r)
{
	ssize_t at = find_last(s, ">: ");

	r->phase = SEAL_PHASE_BODY;
	r->text = at < 0 ? SEAL_BYTES_NONE : seal_bytes_from(s, (size_t)at + strlen(">: "));
	reason_take_codes(r->text, r);
}

/* "NOQUEUE: ", "4104E3D: " */
static void skip_queue_id(struct seal_bytes *s)
{
	ssize_t colon = seal_bytes_chr(*s, ':');
	ssize_t i;

	for (i = 0; i < colon; i++)
		if (!reason_one_of(s->p[i], ID_CHARS))
			return;
	if (i == colon && colon >= 6 && seal_bytes_starts(seal_bytes_from(*s, (size_t)colon), ": "))
		*s = seal_bytes_from(*s, (size_t)colon + 2);
}

static bool skip_action(struct seal_bytes *s, enum seal_reason_form *form)
{
	*form = SEAL_FORM_REJECT;
	if (skip(s, "reject: ") || skip(s, "reject_warning: ") || skip(s, "proxy-reject: "))
		return true;
	*form = SEAL_FORM_MILTER;
	return skip(s, "milter-reject: ");
}

/* the reply of a before-queue filter that we passed on: "END-OF-MESSAGE: 554 text" */
static bool take_filter_reject(struct seal_bytes s, size_t stage_n, struct seal_reason *r)
{
	r->in_reply_to = seal_bytes_first(s, stage_n);
	r->phase = reason_phase_of(r->in_reply_to);
	r->text = seal_bytes_trim(without_session(seal_bytes_from(s, stage_n + 2)));
	reason_take_codes(r->text, r);
	return true;
}

/* "NOQUEUE: reject: RCPT from H[A]: 554 5.7.1 text; from=<...> ...", with or without the queue id
 */
static bool parse_reject(struct seal_bytes s, struct seal_reason *r)
{
	enum seal_reason_form form;
	struct seal_bytes stage;
	ssize_t at;

	if (!skip_action(&s, &form)) {
		skip_queue_id(&s);
		if (!skip_action(&s, &form))
			return false;
	}
	r->origin = SEAL_REASON_INBOUND;
	r->form = form;
	at = seal_bytes_find(s, ": ");
	if (at > 0 && seal_bytes_chr(seal_bytes_first(s, (size_t)at), ' ') < 0)
		return take_filter_reject(s, (size_t)at,
					  r); /* proxy-reject: END-OF-MESSAGE: 554 ... */
	at = seal_bytes_find(s, " from ");
	stage = seal_bytes_first(s, at < 0 ? s.n : (size_t)at);
	if (seal_bytes_starts(stage, "header ") || seal_bytes_starts(stage, "body ") ||
	    seal_bytes_starts(stage, "mime-header ") ||
	    seal_bytes_starts(stage, "nested-header ")) {
		take_content_reject(s, r);
		return true;
	}
	r->in_reply_to = stage;
	r->phase = reason_phase_of(stage);
	s = seal_bytes_from(s, stage.n + strlen(" from "));
	if (reason_take_peer(&s, r))
		skip(&s, ": ");
	r->transport = transport_of_peer(r);
	r->text = seal_bytes_trim(without_session(s));
	reason_take_codes(r->text, r);
	return true;
}

/* warnings that quote what a client sent: whatever they end in is no errno of ours */
static bool quotes_client(struct seal_bytes s)
{
	static const char *const starts[] = {
		"non-SMTP command from ",
		"improper command pipelining ",
		"Illegal address syntax from ",
		"header ",
		"body ",
		"mime-header ",
		"nested-header ",
		"hostname ",
		"valid_hostname: ",
		"valid_ipv4_hostaddr: ",
		"valid_ipv6_hostaddr: ",
		"numeric hostname: ",
		"malformed domain name ",
		"illegal address syntax",
	};
	size_t i;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (seal_bytes_starts(s, starts[i]))
			return true;
	return seal_bytes_find(s, ": header ") >= 0 || seal_bytes_find(s, " said: ") >= 0;
}

/* a word of our own that reads like any other: its errno, and what it is about */
static void parse_text(struct seal_reason *r)
{
	r->form = SEAL_FORM_TEXT;
	if (quotes_client(r->whole))
		return;
	r->error = seal_errno_at_end(r->whole, NULL);
	reason_find_object(r);
}

int seal_reason_parse(struct seal_bytes text, struct seal_reason *ret)
{
	static bool (*const forms[])(struct seal_bytes s, struct seal_reason * r) = {
		parse_connect, parse_host,    parse_lost,        parse_sasl,
		parse_reject,  parse_command, parse_tls_refused,
	};
	struct seal_bytes s = seal_bytes_trim(seal_bytes_first(text, TEXT_MAX));
	struct seal_reason clean = {.origin = SEAL_REASON_LOCAL};
	size_t i;

	while (skip(&s, "delivery temporarily suspended: "))
		clean.suspended = true;
	clean.whole = clean.text = s;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		*ret = clean;
		if (forms[i](s, ret))
			break;
	}
	if (i == sizeof(forms) / sizeof(forms[0])) {
		*ret = clean;
		parse_text(ret);
	} else if (ret->form == SEAL_FORM_COMMAND) {
		reason_find_object(ret);
	}
	return text.n > TEXT_MAX ? -E2BIG : 0;
}
