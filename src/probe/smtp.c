/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/smtp.h"

#include <errno.h>

#include "core/enc.h"
#include "probe/clock.h"

#define REPLY_TEXT_MAX ((size_t)512)

/* struct talk - an exchange on its way */
struct talk {
	const struct seal_smtp_plan *plan;
	struct seal_smtp_result *r;
	struct seal_wire wire;
};

static int copy(struct talk *t, struct seal_bytes text, struct seal_bytes *ret)
{
	return seal_arena_copy(t->r->arena, text, ret);
}

/* parse_reply_line - "250-text" (RFC 5321 4.2). Returns 0, or -EBADMSG when it is none */
static int parse_reply_line(struct seal_bytes line, unsigned *code, bool *last,
			    struct seal_bytes *text)
{
	uint32_t n;

	if (line.n < 3 || seal_parse_u32(seal_bytes_first(line, 3), 10, &n) < 0 || n < 200 ||
	    n > 599 || (line.n > 3 && line.p[3] != ' ' && line.p[3] != '-'))
		return -EBADMSG;
	*code = n;
	*last = line.n == 3 || line.p[3] == ' ';
	*text = seal_bytes_from(line, 4);
	return 0;
}

/* take_extension - a line of the answer to EHLO (RFC 5321 4.1.1.1) */
static int take_extension(struct talk *t, struct seal_bytes line)
{
	struct seal_bytes word = seal_bytes_word(&line), *auth;
	uint64_t size;

	line = seal_bytes_trim(line);
	if (seal_bytes_icase_eq(word, SEAL_LIT("STARTTLS"))) {
		t->r->starttls = true;
	} else if (seal_bytes_icase_eq(word, SEAL_LIT("SIZE"))) {
		if (seal_parse_u64(line, 10, &size) == 0)
			t->r->size = size;
	} else if (seal_bytes_icase_eq(word, SEAL_LIT("AUTH"))) {
		auth = t->wire.tls ? &t->r->auth : &t->r->auth_clear;
		return copy(t, seal_bytes_first(line, REPLY_TEXT_MAX), auth);
	}
	return 0;
}

/* read_reply - all lines of a reply
 * @extensions: it answers EHLO
 * Returns 0, -EBADMSG (no SMTP reply) or as seal_wire_line(). */
static int read_reply(struct talk *t, bool extensions)
{
	struct seal_smtp_reply *reply = &t->r->reply;
	bool last = false, first = true;
	struct seal_bytes line, text;
	unsigned code = 0, again;
	int r;

	*reply = (struct seal_smtp_reply){.code = 0};
	while (!last) {
		r = seal_wire_line(&t->wire, &line);
		if (r < 0)
			return r;
		r = parse_reply_line(line, &again, &last, &text);
		if (r == 0 && !first && again != code)
			r = -EBADMSG;
		if (r < 0) {
			if (copy(t, seal_bytes_first(line, REPLY_TEXT_MAX), &reply->text) < 0)
				return -ENOMEM;
			return r;
		}
		if (extensions && !first && again == 250 && take_extension(t, text) < 0)
			return -ENOMEM;
		code = again;
		first = false;
	}
	reply->code = code;
	return copy(t, seal_bytes_first(text, REPLY_TEXT_MAX), &reply->text);
}

static const char *hello(const struct talk *t)
{
	static const char smtp[] = "EHLO", lmtp[] = "LHLO";

	return t->plan->lmtp ? lmtp : smtp;
}

/* ask - send a command, read the reply
 * Returns 0 when the reply begins with @wanted, 1 when it says no, -errno. */
static int ask(struct talk *t, const char *command, struct seal_bytes argument, unsigned wanted)
{
	seal_auto_buf struct seal_buf line = {0};
	int r;

	seal_buf_puts(&line, command);
	if (argument.n) {
		if (*command)
			seal_buf_putc(&line, ' ');
		seal_buf_put(&line, argument.p, argument.n);
	}
	seal_buf_puts(&line, "\r\n");
	if (line.err)
		return -ENOMEM;
	r = seal_wire_send(&t->wire, seal_buf_bytes(&line));
	explicit_bzero(line.p, line.n);
	if (r == 0)
		r = read_reply(t, command == hello(t));
	if (r < 0)
		return r;
	return t->r->reply.code / 100 == wanted ? 0 : 1;
}

static int tls(struct talk *t, const struct seal_tls_trust *trust)
{
	struct seal_tls_peer *peer = &t->r->tls;
	int r = seal_tls_handshake(&t->wire, trust, t->plan->name, t->r->arena, peer);

	if (r < 0)
		return r;
	if (!peer->done)
		return peer->error ? peer->error : -EPROTO;
	return 0;
}

static bool offers(struct seal_bytes mechanisms, const char *name)
{
	struct seal_bytes word;

	while ((word = seal_bytes_word(&mechanisms)).n)
		if (seal_bytes_icase_eq(word, seal_bytes_of(name)))
			return true;
	return false;
}

static int ask_base64(struct talk *t, const char *command, struct seal_bytes secret,
		      unsigned wanted)
{
	seal_auto_buf struct seal_buf coded = {0};
	int r;

	seal_enc_base64(&coded, secret);
	r = coded.err ? -ENOMEM : ask(t, command, seal_buf_bytes(&coded), wanted);
	if (coded.p)
		explicit_bzero(coded.p, coded.n);
	return r;
}

/* log_in - AUTH PLAIN (RFC 4616), else LOGIN; never without TLS */
static int log_in(struct talk *t)
{
	const struct seal_smtp_plan *p = t->plan;
	seal_auto_buf struct seal_buf plain = {0};
	int r;

	t->r->stage = SEAL_SMTP_AUTH;
	if (!t->wire.tls) {
		t->r->auth_refused_clear = true;
		return -EPERM;
	}
	t->r->auth_tried = true;
	if (offers(t->r->auth, "PLAIN")) {
		seal_buf_putc(&plain, '\0');
		seal_buf_put(&plain, p->user.p, p->user.n);
		seal_buf_putc(&plain, '\0');
		seal_buf_put(&plain, p->password.p, p->password.n);
		r = plain.err ? -ENOMEM : ask_base64(t, "AUTH PLAIN", seal_buf_bytes(&plain), 2);
		if (plain.p)
			explicit_bzero(plain.p, plain.n);
		return r;
	}
	if (!offers(t->r->auth, "LOGIN"))
		return -ENOTSUP;
	r = ask(t, "AUTH LOGIN", SEAL_BYTES_NONE, 3);
	if (r == 0)
		r = ask_base64(t, "", p->user, 3);
	if (r == 0)
		r = ask_base64(t, "", p->password, 2);
	return r;
}

/* converse - from the greeting on. Returns 0, 1 (the server said no) or -errno; t->r->stage tells
 * where */
static int converse(struct talk *t, const struct seal_tls_trust *trust)
{
	const struct seal_smtp_plan *p = t->plan;
	int r;

	t->r->stage = SEAL_SMTP_WRAPPER;
	if (p->wrapper && (r = tls(t, trust)) != 0)
		return r;
	t->r->stage = SEAL_SMTP_GREETING;
	r = read_reply(t, false);
	t->r->greeting = t->r->reply;
	if (r < 0 || t->r->reply.code / 100 != 2)
		return r < 0 ? r : 1;
	t->r->stage = SEAL_SMTP_EHLO;
	r = ask(t, hello(t), p->helo, 2);
	if (r != 0)
		return r;
	if (t->r->starttls && !p->wrapper) {
		t->r->stage = SEAL_SMTP_STARTTLS;
		r = ask(t, "STARTTLS", SEAL_BYTES_NONE, 2);
		if (r != 0)
			return r;
		t->r->stage = SEAL_SMTP_TLS;
		r = tls(t, trust);
		if (r != 0)
			return r;
		t->r->stage = SEAL_SMTP_EHLO_TLS;
		r = ask(t, hello(t), p->helo, 2);
		if (r != 0)
			return r;
	}
	if (p->user.n && (r = log_in(t)) != 0)
		return r;
	t->r->stage = SEAL_SMTP_DONE;
	/* polite, and all that is wanted is known already */
	(void)seal_wire_send(&t->wire, SEAL_LIT("QUIT\r\n"));
	return 0;
}

int seal_smtp_probe(const struct seal_smtp_plan *plan, const struct seal_tls_trust *trust,
		    struct seal_smtp_result *ret)
{
	struct talk t = {.plan = plan, .r = ret, .wire = {.fd = -1}};
	int64_t start = seal_clock_ms();
	int r;

	*ret = (struct seal_smtp_result){.stage = SEAL_SMTP_CONNECT, .arena = seal_arena_new()};
	if (!ret->arena)
		return -ENOMEM;
	r = seal_wire_connect(&t.wire, &plan->addr, plan->port, plan->connect_ms, &ret->from);
	ret->connect_ms = (uint32_t)(seal_clock_ms() - start);
	if (r == 0 && plan->dialogue) {
		t.wire.deadline_ms = seal_clock_ms() + plan->dialogue_ms;
		r = converse(&t, trust);
	} else if (r == 0) {
		ret->stage = SEAL_SMTP_DONE;
	}
	seal_wire_done(&t.wire);
	ret->total_ms = (uint32_t)(seal_clock_ms() - start);
	if (r == -ENOMEM)
		return -ENOMEM;
	ret->error = r < 0 ? -r : 0;
	return 0;
}

void seal_smtp_result_done(struct seal_smtp_result *r)
{
	seal_tls_peer_done(&r->tls);
	if (r->arena)
		seal_arena_free(r->arena);
	r->arena = NULL;
}

const char *seal_smtp_stage_name(enum seal_smtp_stage s)
{
	static const char *const names[SEAL_SMTP_STAGE_MAX_] = {
		[SEAL_SMTP_CONNECT] = "connect",   [SEAL_SMTP_WRAPPER] = "tls",
		[SEAL_SMTP_GREETING] = "greeting", [SEAL_SMTP_EHLO] = "ehlo",
		[SEAL_SMTP_STARTTLS] = "starttls", [SEAL_SMTP_TLS] = "tls",
		[SEAL_SMTP_EHLO_TLS] = "ehlo",     [SEAL_SMTP_AUTH] = "auth",
		[SEAL_SMTP_DONE] = "done",
	};

	return names[s];
}
