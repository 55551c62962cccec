/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/host.h"

struct seal_host *seal_host_new(void)
{
	struct seal_host *h;

	h = calloc(1, sizeof(*h));
	if (!h)
		return NULL;
	h->arena = seal_arena_new();
	if (!h->arena) {
		free(h);
		return NULL;
	}
	h->now_us = SEAL_TIME_NONE;
	h->selinux.checkreqprot = -1;
	h->span.since_us = h->span.until_us = SEAL_TIME_NONE;
	h->audit.first_us = h->audit.last_us = SEAL_TIME_NONE;
	h->mail.first_us = h->mail.last_us = SEAL_TIME_NONE;
	return h;
}

struct seal_source_state *seal_host_source(struct seal_host *h, enum seal_source source,
					   struct seal_bytes path, enum seal_read_status status,
					   struct seal_bytes detail)
{
	struct seal_source_state *s;

	s = seal_vec_add(&h->sources);
	if (!s)
		return NULL;
	s->source = source;
	s->status = status;
	s->first_us = s->last_us = SEAL_TIME_NONE;
	if (seal_arena_copy(h->arena, path, &s->path) < 0 ||
	    seal_arena_copy(h->arena, detail, &s->detail) < 0) {
		h->sources.n--;
		return NULL;
	}
	return s;
}

/* message_done - arrays without a capacity lie in the arena */
static void message_done(struct seal_message *m)
{
	seal_vec_each (r, &m->recipients) {
		if (r->notes.cap)
			seal_vec_done(&r->notes);
	}
	if (m->recipients.cap)
		seal_vec_done(&m->recipients);
	if (m->notes.cap)
		seal_vec_done(&m->notes);
}

static void instance_done(struct seal_instance *i)
{
	seal_vec_each (s, &i->services) {
		seal_vec_done(&s->overrides);
	}
	seal_vec_each (m, &i->maps) {
		seal_vec_done(&m->entries);
	}
	seal_vec_done(&i->maps);
	seal_vec_done(&i->services);
	seal_vec_done(&i->params);
}

void seal_host_free(struct seal_host *h)
{
	if (!h)
		return;
	seal_vec_each (d, &h->audit.denials) {
		seal_vec_done(&d->hits);
	}
	seal_vec_each (m, &h->mail.messages) {
		message_done(m);
	}
	seal_vec_each (q, &h->queue.messages) {
		message_done(q);
	}
	seal_vec_each (i, &h->postfix.instances) {
		instance_done(i);
	}
	seal_vec_done(&h->sources);
	seal_vec_done(&h->keys);
	seal_vec_done(&h->audit.denials);
	seal_vec_done(&h->changes);
	seal_vec_done(&h->mail.messages);
	seal_vec_done(&h->mail.events);
	seal_vec_done(&h->mail.followed);
	seal_vec_done(&h->mail.quoted);
	seal_vec_done(&h->queue.messages);
	seal_vec_done(&h->postfix.instances);
	seal_vec_done(&h->postfix.port_names);
	seal_vec_done(&h->selinux.booleans);
	seal_vec_done(&h->selinux.modules);
	seal_net_done(&h->net);
	seal_vec_done(&h->tasks.v);
	seal_users_done(&h->users);
	seal_disk_done(&h->disk);
	seal_setup_done(&h->setup);
	seal_arena_free(h->arena);
	free(h);
}
