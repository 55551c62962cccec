/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/queue_log.h"

#include <ctype.h>
#include <errno.h>

#include "evidence/postfix/queue_file.h"

/* struct entry - the values of one entry, borrowed from the text */
struct entry {
	struct seal_bytes recipient, orig, dsn, reason, mta;
	bool some; /* it names a recipient */
};

static bool take_named(struct entry *e, struct seal_bytes line)
{
	struct seal_bytes value, name = seal_bytes_cut(line, '=', &value);

	if (!value.p)
		return false;
	name = seal_bytes_trim(name);
	value = seal_bytes_trim(value);
	if (seal_bytes_is(name, "recipient")) {
		e->recipient = value;
		e->some = true;
	} else if (seal_bytes_is(name, "original_recipient")) {
		e->orig = value;
	} else if (seal_bytes_is(name, "status")) {
		e->dsn = value;
	} else if (seal_bytes_is(name, "mta_mname")) {
		e->mta = value;
	} else if (seal_bytes_is(name, "reason")) {
		e->reason = value;
	}
	return true;
}

/* take_old - "<recipient>: reason" of Postfix before 2.1 */
static bool take_old(struct entry *e, struct seal_bytes line)
{
	ssize_t end = seal_bytes_find(line, ">: ");

	if (line.p[0] != '<' || end < 0)
		return false;
	e->recipient = (struct seal_bytes){line.p + 1, (size_t)end - 1};
	e->reason = seal_bytes_trim(seal_bytes_from(line, (size_t)end + 3));
	e->some = true;
	return true;
}

static int put_entry(const struct entry *e, enum seal_rcpt_status status, struct seal_arena *arena,
		     struct seal_queue_log *log)
{
	struct seal_recipient *rcpt;
	int r;

	if (!e->some)
		return 0;
	if (log->recipients.n >= SEAL_ENVELOPE_RECIPIENTS_MAX) {
		log->cut = true;
		return 0;
	}
	rcpt = seal_vec_add(&log->recipients);
	if (!rcpt)
		return -ENOMEM;
	seal_recipient_init(rcpt);
	rcpt->status = status;
	r = seal_arena_intern(arena, e->recipient, &rcpt->address);
	if (r == 0 && e->orig.n && !seal_bytes_eq(e->orig, e->recipient))
		r = seal_arena_intern(arena, e->orig, &rcpt->orig_address);
	if (r == 0)
		r = seal_arena_intern(arena, e->dsn, &rcpt->dsn);
	if (r == 0)
		r = seal_arena_intern(arena, e->reason, &rcpt->reason);
	if (r == 0 && e->mta.n)
		r = seal_arena_intern(arena, e->mta, &rcpt->relay);
	return r;
}

int seal_queue_log_parse(struct seal_bytes text, enum seal_rcpt_status status,
			 struct seal_arena *arena, struct seal_queue_log *log)
{
	struct entry e = {0};
	int r = 0;

	while (r == 0 && text.n) {
		struct seal_bytes line = seal_bytes_cut(text, '\n', &text);

		if (!line.n) {
			r = put_entry(&e, status, arena, log);
			e = (struct entry){0};
		} else if (!(isalnum((unsigned char)line.p[0]) ? take_named(&e, line)
							       : take_old(&e, line))) {
			log->n_bad++;
		}
	}
	return r == 0 ? put_entry(&e, status, arena, log) : r;
}
