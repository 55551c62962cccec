/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/attribution/attribution_impl.h"
#include "evidence/rules/phrase.h"

/* attribution_title.c - the sentence of the rules with the facts of the cause put in */

int seal_cause_title(struct seal_attribution *at, const struct seal_verdict *v,
		     struct seal_cause *c)
{
	seal_auto_buf struct seal_buf b = {0}, port = {0}, code = {0};
	const struct seal_object *o = &c->object;
	struct seal_bytes values[SEAL_SLOT_MAX_] = {0};

	if (o->port)
		seal_buf_printf(&port, "%u", o->port);
	if (o->reply_code)
		seal_buf_printf(&code, "%u", o->reply_code);
	/* a denial that is joined to the script is of the master(8) it ran */
	values[SEAL_SLOT_DAEMON] = c->denial && seal_bytes_is(c->daemon, "postfix-script")
					   ? c->denial->comm
					   : c->daemon;
	values[SEAL_SLOT_HOST] = o->host;
	values[SEAL_SLOT_ADDRESS] = o->address;
	values[SEAL_SLOT_PORT] = seal_buf_bytes(&port);
	values[SEAL_SLOT_PATH] = o->path;
	values[SEAL_SLOT_SOCKET] = o->path;
	values[SEAL_SLOT_REPLY_CODE] = seal_buf_bytes(&code);
	values[SEAL_SLOT_SOURCE_TYPE] = o->source_type;
	values[SEAL_SLOT_TARGET_TYPE] = o->target_type;
	values[SEAL_SLOT_TCLASS] = o->tclass;
	values[SEAL_SLOT_PERMS] = o->perms;
	values[SEAL_SLOT_TABLE] = o->table;
	values[SEAL_SLOT_CHAIN] = o->chain;
	values[SEAL_SLOT_ZONE] = o->zone;
	values[SEAL_SLOT_RESOLVER] = o->resolver;
	values[SEAL_SLOT_SERVICE] = o->service;
	values[SEAL_SLOT_PARAMETER] = o->parameter.n ? o->parameter : o->service;
	seal_phrase_put(&b, v->title, values);
	return b.err ? b.err : seal_arena_intern(at->h->arena, seal_buf_bytes(&b), &c->title);
}
