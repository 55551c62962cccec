/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/queue_json.h"

#include <errno.h>

#include <jansson.h>

#include "evidence/postfix/queue_file.h"

static void free_json(json_t **j)
{
	json_decref(*j);
}

/* text_of - the string at @key, copied; empty when there is none */
static int text_of(const json_t *object, const char *key, struct seal_arena *arena,
		   struct seal_bytes *ret)
{
	const json_t *j = json_object_get(object, key);

	*ret = SEAL_BYTES_NONE;
	if (!json_is_string(j))
		return 0;
	return seal_arena_intern(
		arena, (struct seal_bytes){json_string_value(j), json_string_length(j)}, ret);
}

static uint64_t count_of(const json_t *object, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(object, key));

	return n > 0 ? (uint64_t)n : 0;
}

static enum seal_queue_name queue_of(const json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "queue_name"));
	unsigned q;

	for (q = 0; name && q < SEAL_QUEUE_NAME_MAX_; q++)
		if (strcmp(name, seal_queue_name((enum seal_queue_name)q)) == 0)
			return (enum seal_queue_name)q;
	return SEAL_QUEUE_NONE;
}

/* the keys a reason may have, and what each says of the recipient */
static const struct {
	const char *key;
	enum seal_rcpt_status status;
} reasons[] = {
	{"delay_reason", SEAL_RCPT_DEFERRED},
	{"bounce_reason", SEAL_RCPT_BOUNCED},
	{"other_reason", SEAL_RCPT_DEFERRED},
};

static int take_recipient(const json_t *object, struct seal_arena *arena,
			  struct seal_recipient *rcpt)
{
	size_t i;
	int r;

	seal_recipient_init(rcpt);
	r = text_of(object, "address", arena, &rcpt->address);
	if (r == 0)
		r = text_of(object, "orig_address", arena, &rcpt->orig_address);
	if (seal_bytes_eq(rcpt->orig_address, rcpt->address))
		rcpt->orig_address = SEAL_BYTES_NONE;
	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]) && r == 0 && !rcpt->reason.n; i++) {
		r = text_of(object, reasons[i].key, arena, &rcpt->reason);
		if (rcpt->reason.n)
			rcpt->status = reasons[i].status;
	}
	return r;
}

static int take_recipients(const json_t *list, struct seal_arena *arena, struct seal_message *m)
{
	size_t n = json_array_size(list), i;
	int r = 0;

	if (n > SEAL_ENVELOPE_RECIPIENTS_MAX)
		n = SEAL_ENVELOPE_RECIPIENTS_MAX;
	if (!n)
		return 0;
	m->recipients.v = calloc(n, sizeof(*m->recipients.v));
	if (!m->recipients.v)
		return -ENOMEM;
	m->recipients.n = m->recipients.cap = n;
	for (i = 0; i < n && r == 0; i++)
		r = take_recipient(json_array_get(list, i), arena, &m->recipients.v[i]);
	return r;
}

int seal_queue_json_parse(struct seal_bytes line, struct seal_arena *arena,
			  struct seal_message *ret)
{
	__attribute__((cleanup(free_json))) json_t *top = NULL;
	struct seal_message m = {.submit_uid = UINT32_MAX, .next_try_us = SEAL_TIME_NONE};
	uint64_t arrival;
	int r;

	top = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	if (!json_is_object(top))
		return -EBADMSG;
	r = text_of(top, "queue_id", arena, &m.queue_id);
	if (r == 0 && !m.queue_id.n)
		return -EBADMSG;
	if (r == 0)
		r = text_of(top, "sender", arena, &m.sender);
	if (seal_bytes_is(m.sender, "MAILER-DAEMON"))
		m.sender = SEAL_BYTES_NONE;
	m.queue = queue_of(top);
	m.size_bytes = count_of(top, "message_size");
	m.forced_expire = json_is_true(json_object_get(top, "forced_expire"));
	arrival = count_of(top, "arrival_time");
	m.arrival_us = m.last_us = arrival && arrival < INT64_MAX / 2 / SEAL_SECOND_US
					   ? (int64_t)arrival * SEAL_SECOND_US
					   : SEAL_TIME_NONE;
	if (r == 0)
		r = take_recipients(json_object_get(top, "recipients"), arena, &m);
	if (r < 0) {
		seal_vec_done(&m.recipients);
		return r;
	}
	*ret = m;
	return 0;
}
