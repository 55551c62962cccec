/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fingerprint.c - the identity of causes, denials, paths and fixes: names of types, ports, paths
 * and commands, no times, pids, inodes or rule handles */
#include "report/parts.h"

#include <netinet/in.h>

int seal_fingerprint_fix(const struct seal_fix *f, char ret[SEAL_FINGERPRINT_SIZE])
{
	struct seal_print p = {0};

	seal_print_add(&p, NULL, seal_bytes_of(seal_fix_kind_name(f->kind)));
	seal_vec_each (s, &f->steps) {
		seal_print_add(&p, "step", seal_bytes_of(s->op));
		seal_vec_each (w, &s->argv.v) {
			seal_print_add(&p, "word", *w);
		}
		if (!s->argv.v.n)
			seal_print_add(&p, "why", s->why);
	}
	seal_print_some(&p, "module", f->module_cil);
	if (!f->steps.n)
		seal_print_some(&p, "why", f->why);
	return seal_print_done(&p, ret);
}

int seal_fingerprint_cause(const struct seal_cause *c, char ret[SEAL_FINGERPRINT_SIZE])
{
	const struct seal_object *o = &c->object;
	struct seal_print p = {0};

	seal_print_add(&p, NULL, seal_bytes_of(c->verdict));
	seal_print_some(&p, "source_type", o->source_type);
	seal_print_some(&p, "target_type", o->target_type);
	seal_print_some(&p, "tclass", o->tclass);
	seal_print_some(&p, "perms", o->perms);
	seal_print_number(&p, "port", o->port);
	seal_print_some(&p, "protocol", seal_bytes_of(o->protocol));
	seal_print_some(&p, "path", o->path);
	seal_print_some(&p, "boolean", o->boolean);
	seal_print_some(&p, "family", o->family);
	seal_print_some(&p, "table", o->table);
	seal_print_some(&p, "chain", o->chain);
	seal_print_some(&p, "rule", o->rule);
	seal_print_some(&p, "zone", o->zone);
	seal_print_some(&p, "policy", o->policy);
	seal_print_some(&p, "address", o->address);
	seal_print_some(&p, "host", o->host);
	seal_print_some(&p, "resolver", o->resolver);
	seal_print_some(&p, "parameter", o->parameter);
	seal_print_some(&p, "service", o->service);
	seal_print_number(&p, "reply_code", o->reply_code);
	return seal_print_done(&p, ret);
}

int seal_fingerprint_message(const struct seal_explained_message *m,
			     char ret[SEAL_FINGERPRINT_SIZE])
{
	struct seal_print p = {0};

	seal_print_add(&p, NULL, SEAL_LIT("message"));
	seal_print_some(&p, "instance", m->instance);
	seal_print_add(&p, "queue_id", m->queue_id);
	if (m->arrival_us != SEAL_TIME_NONE)
		seal_print_number(&p, "arrival", (uint64_t)(m->arrival_us / SEAL_SECOND_US));
	return seal_print_done(&p, ret);
}

int seal_fingerprint_denial(const struct seal_denial_group *g, char ret[SEAL_FINGERPRINT_SIZE])
{
	struct seal_print p = {0};

	seal_print_add(&p, NULL, SEAL_LIT("denial"));
	seal_print_add(&p, "source_type", g->source_type);
	seal_print_add(&p, "target_type", g->target_type);
	seal_print_add(&p, "tclass", g->tclass);
	if (g->port > 0)
		seal_print_number(&p, "port", (uint64_t)g->port);
	seal_print_number(&p, "permissive", g->permissive);
	return seal_print_done(&p, ret);
}

int seal_fingerprint_path(const struct seal_path *path, char ret[SEAL_FINGERPRINT_SIZE])
{
	struct seal_print p = {0};

	seal_print_add(&p, NULL, SEAL_LIT("path"));
	seal_print_add(&p, "direction",
		       path->dir == SEAL_PACKET_IN ? SEAL_LIT("in") : SEAL_LIT("out"));
	seal_print_add(&p, "protocol",
		       path->proto == IPPROTO_UDP ? SEAL_LIT("udp") : SEAL_LIT("tcp"));
	seal_print_number(&p, "port", path->port);
	seal_print_add(&p, "purpose", path->purpose);
	seal_print_some(&p, "interface", path->interface);
	return seal_print_done(&p, ret);
}
