/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"
#include "evidence/postfix/conf.h"

/* cause_recipient.c - is the mailbox of the recipient to blame? What a peer says of its own
 * mailboxes stands as said; those of this host are looked at */

#define MAILBOX_LIMIT_DEFAULT ((uint64_t)51200000) /* of both parameters, postconf(5) */

/* limit_of - the parameter that limits the mailboxes a daemon writes, and its value; 0: none */
static int limit_of(struct seal_attribution *at, const struct seal_case *c, const char **name,
		    uint64_t *ret)
{
	struct seal_bytes value;
	int r;

	*name = seal_bytes_is(c->daemon, "virtual") ? "virtual_mailbox_limit"
						    : "mailbox_size_limit";
	*ret = MAILBOX_LIMIT_DEFAULT;
	if (!c->process->inst)
		return 0;
	r = seal_conf_value(c->process->inst, c->process->service, *name, at->h->arena, &value);
	if (r == -ENOMEM)
		return r;
	if (r < 0 || seal_parse_u64(value, 10, ret) < 0)
		*ret = MAILBOX_LIMIT_DEFAULT;
	return 0;
}

/* test_mailbox_limit - "File too large": the mailbox would grow over the limit of the daemon */
static int test_mailbox_limit(struct seal_attribution *at, const struct seal_case *c,
			      struct seal_finding *f)
{
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};
	struct seal_file file;
	const char *name;
	uint64_t limit;
	int r;

	if (c->reason.error != EFBIG)
		return seal_finding_refute(at, f, "no limit of a file's size was met");
	r = limit_of(at, c, &name, &limit);
	if (r < 0)
		return r;
	if (!limit)
		return seal_finding_refute(at, f, "%s is 0: there is no limit", name);
	f->certainty = SEAL_CERTAINTY_LIKELY;
	f->object.parameter = seal_bytes_of(name);
	f->object.path = c->reason.path;
	if (!c->reason.path.n || seal_view_file(&at->h->view, c->reason.path, &file) < 0 ||
	    file.type != 'f')
		return 0;
	o.path = c->reason.path;
	if (file.size_bytes >= limit)
		f->certainty = SEAL_CERTAINTY_CERTAIN;
	return seal_finding_say(at, f, &o, "the mailbox has %llu bytes, %s is %llu",
				(unsigned long long)file.size_bytes, name,
				(unsigned long long)limit);
}

/* asked_tables - the tables that did not have the recipient, by what smtpd(8) says (smtpd_check.c)
 */
static const char *asked_tables(struct seal_bytes text)
{
	static const struct {
		const char *said, *parameter;
	} known[] = {
		{"in local recipient table", "local_recipient_maps"},
		{"in virtual mailbox table", "virtual_mailbox_maps"},
		{"in virtual alias table", "virtual_alias_maps"},
		{"in relay recipient table", "relay_recipient_maps"},
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (seal_bytes_find(text, known[i].said) >= 0)
			return known[i].parameter;
	return NULL;
}

int seal_test_recipient(struct seal_attribution *at, const struct seal_case *c,
			const struct seal_verdict *v, struct seal_finding *f)
{
	const char *asked;
	int r;

	if (strcmp(v->id, "recipient.mailbox_full") == 0 && c->reason.origin != SEAL_REASON_REMOTE)
		return test_mailbox_limit(at, c, f);
	r = seal_test_words(at, c, v, f);
	asked = seal_bytes_is(c->daemon, "smtpd") ? asked_tables(c->texts[0]) : NULL;
	if (asked && f->certainty > SEAL_CERTAINTY_UNKNOWN)
		f->object.parameter = seal_bytes_of(asked);
	return r;
}
