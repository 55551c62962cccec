/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/endpoints/endpoints.h"

#include <errno.h>

#include "analysis/endpoints/endpoints_impl.h"
#include "evidence/postfix/conf.h"
#include "evidence/postfix/mastercf.h"

/* endpoints.c - where the delivery agents smtp(8) and lmtp(8) send, from the parameters and tables
 * that trivial-rewrite(8) reads (transport(5)) */

static uint16_t known_port(struct seal_bytes list, struct seal_bytes name)
{
	struct seal_bytes item, word, value;
	uint32_t port;

	/* "smtps=submissions=465": every name in front of the number */
	while (seal_conf_next(&list, &item)) {
		ssize_t eq = seal_bytes_rchr(item, '=');

		if (eq < 0)
			continue;
		value = seal_bytes_from(item, (size_t)eq + 1);
		item.n = (size_t)eq;
		while (item.n) {
			word = seal_bytes_cut(item, '=', &item);
			if (seal_bytes_eq(word, name) && seal_parse_u32(value, 10, &port) == 0 &&
			    port <= UINT16_MAX)
				return (uint16_t)port;
		}
	}
	return 0;
}

uint16_t seal_endpoint_port(struct seal_endpoint_scan *s, struct seal_bytes text)
{
	struct seal_bytes known;
	uint32_t port;
	int r;

	if (seal_parse_u32(text, 10, &port) == 0)
		return port <= UINT16_MAX ? (uint16_t)port : 0;
	r = seal_conf_value(s->inst, NULL, "known_tcp_ports", s->h->arena, &known);
	if (r == -ENOMEM)
		s->r = r;
	if (r == 0) {
		port = known_port(known, text);
		if (port)
			return (uint16_t)port;
	}
	seal_vec_each (p, &s->h->postfix.port_names) {
		if (!p->udp && seal_bytes_eq(p->name, text))
			return p->port;
	}
	return 0;
}

void seal_endpoint_host_port(struct seal_bytes text, struct seal_bytes *host, bool *bracketed,
			     struct seal_bytes *port)
{
	ssize_t end;

	*port = SEAL_BYTES_NONE;
	*bracketed = false;
	if (text.n && text.p[0] == '[') {
		end = seal_bytes_chr(text, ']');
		if (end > 0) {
			*bracketed = true;
			*host = (struct seal_bytes){text.p + 1, (size_t)end - 1};
			if (host->n > 5 &&
			    seal_bytes_icase_eq(seal_bytes_first(*host, 5), SEAL_LIT("ipv6:")))
				*host = seal_bytes_from(*host, 5);
			text = seal_bytes_from(text, (size_t)end + 1);
			if (text.n && text.p[0] == ':')
				*port = seal_bytes_from(text, 1);
			return;
		}
	}
	end = seal_bytes_rchr(text, ':');
	*host = end < 0 ? text : seal_bytes_first(text, (size_t)end);
	if (end >= 0)
		*port = seal_bytes_from(text, (size_t)end + 1);
}

bool seal_endpoint_value(struct seal_endpoint_scan *s, const struct seal_service *svc,
			 const char *name, struct seal_bytes *ret)
{
	int r;

	*ret = SEAL_BYTES_NONE;
	r = seal_conf_value(s->inst, svc, name, s->h->arena, ret);
	if (r == -ENOMEM)
		s->r = r;
	else if (r < 0 && seal_conf_where(s->inst, svc, name))
		s->out->next_hops_complete = false;
	return r == 0 && seal_bytes_trim(*ret).n > 0;
}

static bool same_hop(const struct seal_next_hop *a, const struct seal_next_hop *b)
{
	return strcmp(a->purpose, b->purpose) == 0 && seal_bytes_eq(a->daemon, b->daemon) &&
	       seal_bytes_eq(a->service, b->service) && seal_bytes_eq(a->host, b->host) &&
	       a->mx == b->mx && a->port == b->port && seal_bytes_eq(a->path, b->path);
}

void seal_endpoint_add_hop(struct seal_endpoint_scan *s, const struct seal_next_hop *hop)
{
	struct seal_next_hop *place;

	if (s->r < 0)
		return;
	seal_vec_each (it, &s->out->next_hops) {
		if (same_hop(it, hop))
			return;
	}
	if (s->out->next_hops.n >= SEAL_NEXT_HOPS_MAX) {
		s->out->next_hops_complete = false;
		return;
	}
	place = seal_vec_add(&s->out->next_hops);
	if (!place)
		s->r = -ENOMEM;
	else
		*place = *hop;
}

static struct seal_next_hop hop_of(const struct seal_hop_source *from)
{
	return (struct seal_next_hop){
		.purpose = from->purpose,
		.daemon = from->daemon,
		.service = from->service,
		.origin = from->origin,
	};
}

void seal_endpoint_add_socket(struct seal_endpoint_scan *s, const struct seal_hop_source *from,
			      struct seal_bytes text)
{
	struct seal_next_hop hop = hop_of(from);
	struct seal_bytes port;
	bool bracketed;

	if (seal_bytes_starts(text, "unix:") || seal_bytes_starts(text, "local:")) {
		hop.path = seal_bytes_from(text, (size_t)seal_bytes_chr(text, ':') + 1);
	} else {
		if (seal_bytes_starts(text, "inet:"))
			text = seal_bytes_from(text, strlen("inet:"));
		seal_endpoint_host_port(text, &hop.host, &bracketed, &port);
		if (!port.n) { /* "inet:10024": a port of this host */
			port = hop.host;
			hop.host = SEAL_BYTES_NONE;
		}
		if (!hop.host.n)
			hop.host = SEAL_LIT("localhost");
		hop.port = seal_endpoint_port(s, port);
	}
	seal_endpoint_add_hop(s, &hop);
}

/* default_port - where the agent connects when the next hop has no port */
static uint16_t default_port(struct seal_endpoint_scan *s, const struct seal_service *svc)
{
	bool lmtp = seal_bytes_is(svc->command, "lmtp");
	struct seal_bytes name;

	if (!seal_endpoint_value(s, svc, lmtp ? "lmtp_tcp_port" : "smtp_tcp_port", &name))
		return 0;
	return seal_endpoint_port(s, name);
}

/* add_next_hop - one destination of an smtp(8) or lmtp(8) service; empty: any domain's mail
 * exchangers */
static void add_next_hop(struct seal_endpoint_scan *s, const struct seal_hop_source *from,
			 struct seal_bytes text)
{
	struct seal_next_hop hop = hop_of(from);
	struct seal_bytes port;
	bool bracketed;

	if (seal_bytes_starts(text, "unix:")) {
		hop.path = seal_bytes_from(text, strlen("unix:"));
		seal_endpoint_add_hop(s, &hop);
		return;
	}
	if (seal_bytes_starts(text, "inet:"))
		text = seal_bytes_from(text, strlen("inet:"));
	seal_endpoint_host_port(text, &hop.host, &bracketed, &port);
	hop.port = port.n ? seal_endpoint_port(s, port) : default_port(s, from->svc);
	hop.mx = !bracketed && seal_bytes_is(from->svc->command, "smtp");
	seal_endpoint_add_hop(s, &hop);
}

static bool is_network_agent(const struct seal_service *svc)
{
	return svc && (seal_bytes_is(svc->command, "smtp") || seal_bytes_is(svc->command, "lmtp"));
}

/* add_list - the destinations of a next hop, which may be several with commas between (since 3.5)
 */
static void add_list(struct seal_endpoint_scan *s, const struct seal_hop_source *from,
		     struct seal_bytes list)
{
	struct seal_bytes item;
	bool some = false;

	while (seal_conf_next(&list, &item)) {
		some = true;
		add_next_hop(s, from, item);
	}
	if (!some)
		add_next_hop(s, from, SEAL_BYTES_NONE);
}

void seal_endpoint_add_transport(struct seal_endpoint_scan *s, const struct seal_hop_source *from,
				 struct seal_bytes text, struct seal_bytes domain)
{
	struct seal_hop_source here = *from;
	struct seal_bytes hop, name, fallback, rest;

	name = seal_bytes_cut(seal_bytes_trim(text), ':', &hop);
	if (!name.n && !hop.n)
		return; /* "do not change" */
	if (!name.n) {
		if (!seal_endpoint_value(s, NULL, "default_transport", &fallback))
			return;
		name = seal_bytes_cut(fallback, ':', &rest);
	}
	here.svc = seal_mastercf_find(s->inst, name, SEAL_SERVICE_UNIX);
	if (!is_network_agent(here.svc))
		return;
	here.service = here.svc->name;
	here.daemon = here.svc->command;
	add_list(s, &here, hop.n ? hop : domain);
}

static struct seal_origin origin_of(struct seal_endpoint_scan *s, const struct seal_service *svc,
				    const char *name)
{
	const struct seal_param *p = seal_conf_where(s->inst, svc, name);

	return p ? p->origin : (struct seal_origin){.source = SEAL_SOURCE_MAIN_CF};
}

/* add_default - default_transport and relay_transport, whose next hop is relayhost when they have
 * none */
static void add_default(struct seal_endpoint_scan *s, const char *param)
{
	struct seal_hop_source from = {.purpose = param, .origin = origin_of(s, NULL, param)};
	struct seal_bytes transport, name, hop, relayhost = SEAL_BYTES_NONE;

	if (!seal_endpoint_value(s, NULL, param, &transport))
		return;
	name = seal_bytes_cut(seal_bytes_trim(transport), ':', &hop);
	if (!hop.n && seal_endpoint_value(s, NULL, "relayhost", &relayhost)) {
		from.purpose = "relayhost";
		from.origin = origin_of(s, NULL, "relayhost");
	}
	from.svc = seal_mastercf_find(s->inst, name, SEAL_SERVICE_UNIX);
	if (!is_network_agent(from.svc))
		return;
	from.service = from.svc->name;
	from.daemon = from.svc->command;
	add_list(s, &from, hop.n ? hop : relayhost);
}

/* domain_of - the domain a key of transport(5) is about; empty: many */
static struct seal_bytes domain_of(struct seal_bytes key)
{
	ssize_t at = seal_bytes_rchr(key, '@');

	if (at >= 0)
		return seal_bytes_from(key, (size_t)at + 1);
	if (seal_bytes_is(key, "*") || (key.n && key.p[0] == '.'))
		return SEAL_BYTES_NONE;
	return key;
}

static const struct seal_map *find_map(const struct seal_instance *inst, struct seal_bytes spec)
{
	seal_vec_each (m, &inst->maps) {
		if (m->has_values && seal_bytes_eq(m->spec, spec))
			return m;
	}
	return NULL;
}

/* add_entry - one value of a table; sender_dependent_relayhost_maps has next hops without a
 * transport */
static void add_entry(struct seal_endpoint_scan *s, const struct seal_hop_source *from,
		      struct seal_bytes key, struct seal_bytes value)
{
	struct seal_bytes with;
	const char *text;

	if (strcmp(from->purpose, "sender_dependent_relayhost_maps") != 0) {
		seal_endpoint_add_transport(s, from, value,
					    strcmp(from->purpose, "transport_maps") == 0
						    ? domain_of(key)
						    : SEAL_BYTES_NONE);
		return;
	}
	if (seal_bytes_icase_eq(value, SEAL_LIT("DUNNO")))
		return;
	text = seal_arena_printf(s->h->arena, ":%.*s", (int)value.n, value.p);
	if (!text) {
		s->r = -ENOMEM;
		return;
	}
	with = seal_bytes_of(text);
	seal_endpoint_add_transport(s, from, with, SEAL_BYTES_NONE);
}

static void add_map(struct seal_endpoint_scan *s, const char *param, struct seal_bytes spec)
{
	struct seal_hop_source from = {.purpose = param};
	const struct seal_map *m = find_map(s->inst, spec);

	if (!m) {
		s->out->next_hops_complete = false;
		return;
	}
	from.origin = origin_of(s, NULL, param);
	if (seal_bytes_is(m->type, "static"))
		add_entry(s, &from, SEAL_BYTES_NONE, m->name);
	seal_vec_each (e, &m->entries) {
		if (m->path.n)
			from.origin =
				(struct seal_origin){SEAL_SOURCE_MAP, m->path, e->line, e->key};
		add_entry(s, &from, e->key, e->value);
	}
}

static void add_maps(struct seal_endpoint_scan *s, const char *param)
{
	struct seal_bytes list, spec;

	if (!seal_endpoint_value(s, NULL, param, &list))
		return;
	while (seal_conf_next(&list, &spec))
		add_map(s, param, spec);
}

/* add_fallbacks - smtp_fallback_relay and lmtp_fallback_relay of each agent */
static void add_fallbacks(struct seal_endpoint_scan *s)
{
	seal_vec_each (svc, &s->inst->services) {
		bool lmtp = seal_bytes_is(svc->command, "lmtp");
		struct seal_hop_source from = {
			.purpose = lmtp ? "lmtp_fallback_relay" : "smtp_fallback_relay",
			.svc = svc,
			.service = svc->name,
			.daemon = svc->command,
		};
		struct seal_bytes list;

		if (!is_network_agent(svc) || !seal_endpoint_value(s, svc, from.purpose, &list))
			continue;
		from.origin = origin_of(s, svc, from.purpose);
		add_list(s, &from, list);
	}
}

/* has_relay_domains - whether there may be any; the old default, mydestination, may not be known */
static bool has_relay_domains(struct seal_endpoint_scan *s)
{
	struct seal_bytes value;
	int r;

	r = seal_conf_value(s->inst, NULL, "relay_domains", s->h->arena, &value);
	if (r == -ENOMEM)
		s->r = r;
	return r < 0 ? r != -ENOENT : seal_bytes_trim(value).n > 0;
}

static void add_next_hops(struct seal_endpoint_scan *s)
{
	static const char *const transports[] = {
		"fallback_transport",
		"local_transport",
		"mailbox_transport",
		"virtual_transport",
	};
	static const char *const tables[] = {
		"fallback_transport_maps",
		"mailbox_transport_maps",
		"sender_dependent_default_transport_maps",
		"sender_dependent_relayhost_maps",
		"transport_maps",
	};
	struct seal_bytes value;
	size_t i;

	add_default(s, "default_transport");
	if (has_relay_domains(s))
		add_default(s, "relay_transport");
	for (i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
		struct seal_hop_source from = {.purpose = transports[i],
					       .origin = origin_of(s, NULL, transports[i])};

		if (seal_endpoint_value(s, NULL, transports[i], &value))
			seal_endpoint_add_transport(s, &from, value, SEAL_BYTES_NONE);
	}
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		add_maps(s, tables[i]);
	add_fallbacks(s);
}

int seal_endpoints_find(struct seal_host *h, struct seal_endpoints *ret)
{
	struct seal_endpoints out = {.next_hops_complete = true, .listeners_complete = true};
	int r = 0;

	seal_vec_each (inst, &h->postfix.instances) {
		struct seal_endpoint_scan s = {.h = h, .inst = inst, .out = &out};

		seal_endpoint_listeners(&s);
		add_next_hops(&s);
		seal_endpoint_clients(&s);
		if (!inst->has_master_cf)
			out.next_hops_complete = out.listeners_complete = false;
		if (s.r < 0)
			r = s.r;
	}
	if (r < 0) {
		seal_endpoints_done(&out);
		return r;
	}
	*ret = out;
	return 0;
}

void seal_endpoints_done(struct seal_endpoints *e)
{
	seal_vec_done(&e->next_hops);
	seal_vec_done(&e->listeners);
}
