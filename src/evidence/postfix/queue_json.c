/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/queue_json.h"

#include <errno.h>

#include "core/jsonread.h"
#include "evidence/postfix/queue_file.h"

/* struct reader - one line being read */
struct reader {
	struct seal_jsonread j;
	struct seal_bytes line;
	struct seal_arena *arena;
};

/* take_text - a string, copied; a value of another kind is passed over and gives none */
static int take_text(struct reader *rd, struct seal_bytes *ret)
{
	struct seal_bytes text;

	*ret = SEAL_BYTES_NONE;
	if (seal_jsonread_peek(&rd->j) != '"') {
		seal_jsonread_skip(&rd->j);
		return 0;
	}
	if (!seal_jsonread_string(&rd->j, rd->arena, &text))
		return -EBADMSG;
	if (text.p < rd->line.p || text.p > rd->line.p + rd->line.n) {
		*ret = text; /* it had escapes: the arena's own copy */
		return 0;
	}
	return seal_arena_intern(rd->arena, text, ret);
}

static enum seal_queue_name queue_of(struct seal_bytes name)
{
	unsigned q;

	for (q = 0; name.n && q < SEAL_QUEUE_NAME_MAX_; q++)
		if (seal_bytes_is(name, seal_queue_name((enum seal_queue_name)q)))
			return (enum seal_queue_name)q;
	return SEAL_QUEUE_NONE;
}

/* again - whether the key number @bit stood before in the object: then the line is no good */
static bool again(unsigned *seen, unsigned bit)
{
	bool was = *seen & 1U << bit;

	*seen |= 1U << bit;
	return was;
}

/* the texts of a recipient, the first reason that is there counts */
enum { ADDRESS, ORIG_ADDRESS, DELAY_REASON, BOUNCE_REASON, OTHER_REASON, TEXTS };

static const struct {
	const char *key;
	enum seal_rcpt_status status; /* what a reason says of the recipient */
} texts[TEXTS] = {
	[ADDRESS] = {"address", 0},
	[ORIG_ADDRESS] = {"orig_address", 0},
	[DELAY_REASON] = {"delay_reason", SEAL_RCPT_DEFERRED},
	[BOUNCE_REASON] = {"bounce_reason", SEAL_RCPT_BOUNCED},
	[OTHER_REASON] = {"other_reason", SEAL_RCPT_DEFERRED},
};

static int take_recipient(struct reader *rd, struct seal_recipient *rcpt)
{
	struct seal_bytes got[TEXTS] = {{NULL, 0}}, key;
	unsigned seen = 0, i;
	int r = 0;

	seal_recipient_init(rcpt);
	if (seal_jsonread_peek(&rd->j) != '{') {
		seal_jsonread_skip(&rd->j);
		return 0;
	}
	if (!seal_jsonread_enter(&rd->j, '{'))
		return -EBADMSG;
	while (r == 0 && seal_jsonread_key(&rd->j, &key)) {
		for (i = 0; i < TEXTS && !seal_bytes_is(key, texts[i].key); i++)
			;
		if (i == TEXTS)
			seal_jsonread_skip(&rd->j);
		else
			r = again(&seen, i) ? -EBADMSG : take_text(rd, &got[i]);
	}
	rcpt->address = got[ADDRESS];
	if (!seal_bytes_eq(got[ORIG_ADDRESS], got[ADDRESS]))
		rcpt->orig_address = got[ORIG_ADDRESS];
	for (i = DELAY_REASON; i < TEXTS && !rcpt->reason.n; i++) {
		rcpt->reason = got[i];
		if (got[i].n)
			rcpt->status = texts[i].status;
	}
	return r;
}

/* count_items - how many elements follow in the array that was entered, at most @max */
static size_t count_items(struct seal_jsonread j, size_t max)
{
	size_t n = 0;

	while (n < max && seal_jsonread_item(&j)) {
		seal_jsonread_skip(&j);
		n++;
	}
	return n;
}

static int take_recipients(struct reader *rd, struct seal_message *m)
{
	struct seal_recipient *rcpt;
	int r = 0;

	if (seal_jsonread_peek(&rd->j) != '[') {
		seal_jsonread_skip(&rd->j);
		return 0;
	}
	if (!seal_jsonread_enter(&rd->j, '['))
		return -EBADMSG;
	/* queues are long and most messages have one recipient: no more room than that */
	r = seal_vec_reserve(&m->recipients, count_items(rd->j, SEAL_ENVELOPE_RECIPIENTS_MAX));
	while (r == 0 && seal_jsonread_item(&rd->j)) {
		if (m->recipients.n >= SEAL_ENVELOPE_RECIPIENTS_MAX) {
			seal_jsonread_skip(&rd->j);
			continue;
		}
		rcpt = seal_vec_add(&m->recipients);
		r = rcpt ? take_recipient(rd, rcpt) : -ENOMEM;
	}
	return r;
}

static void set_arrival(struct seal_message *m, uint64_t arrival)
{
	m->arrival_us = m->last_us = arrival && arrival < INT64_MAX / 2 / SEAL_SECOND_US
					     ? (int64_t)arrival * SEAL_SECOND_US
					     : SEAL_TIME_NONE;
}

static int take_member(struct reader *rd, unsigned member, struct seal_message *m)
{
	struct seal_bytes name;
	int r = 0;

	switch (member) {
	case 0:
		return take_text(rd, &m->queue_id);
	case 1:
		r = take_text(rd, &name);
		m->queue = queue_of(name);
		return r;
	case 2:
		set_arrival(m, seal_jsonread_u64(&rd->j));
		return 0;
	case 3:
		m->size_bytes = seal_jsonread_u64(&rd->j);
		return 0;
	case 4:
		m->forced_expire = seal_jsonread_bool(&rd->j);
		return 0;
	case 5:
		r = take_text(rd, &m->sender);
		if (seal_bytes_is(m->sender, "MAILER-DAEMON"))
			m->sender = SEAL_BYTES_NONE;
		return r;
	default:
		return take_recipients(rd, m);
	}
}

static int take_members(struct reader *rd, struct seal_message *m)
{
	/* in the order of take_member() */
	static const char *const keys[] = {"queue_id",     "queue_name",    "arrival_time",
					   "message_size", "forced_expire", "sender",
					   "recipients"};
	const unsigned n = sizeof(keys) / sizeof(keys[0]);
	struct seal_bytes key;
	unsigned seen = 0, i;
	int r = 0;

	while (r == 0 && seal_jsonread_key(&rd->j, &key)) {
		for (i = 0; i < n && !seal_bytes_is(key, keys[i]); i++)
			;
		if (i == n)
			seal_jsonread_skip(&rd->j);
		else
			r = again(&seen, i) ? -EBADMSG : take_member(rd, i, m);
	}
	return r;
}

int seal_queue_json_parse(struct seal_bytes line, struct seal_arena *arena,
			  struct seal_message *ret)
{
	struct seal_message m = {.submit_uid = UINT32_MAX,
				 .queue = SEAL_QUEUE_NONE,
				 .arrival_us = SEAL_TIME_NONE,
				 .last_us = SEAL_TIME_NONE,
				 .next_try_us = SEAL_TIME_NONE};
	struct reader rd = {seal_jsonread_of(line), line, arena};
	int r = -EBADMSG;

	if (seal_jsonread_enter(&rd.j, '{'))
		r = take_members(&rd, &m);
	if (r == 0 && (!seal_jsonread_end(&rd.j) || !m.queue_id.n))
		r = -EBADMSG;
	if (r < 0) {
		seal_vec_done(&m.recipients);
		return r;
	}
	*ret = m;
	return 0;
}
