/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/endpoints/endpoints_impl.h"
#include "evidence/postfix/conf.h"
#include "evidence/postfix/mastercf.h"

/* endpoints_listeners.c - the inet services of master.cf with inet_interfaces and inet_protocols */

/* is_disabled - whether master_service_disable has the service: "inet", "name/inet" or "name.inet";
 * "!" in front excepts, the first match decides */
static bool is_disabled(struct seal_bytes list, struct seal_bytes name)
{
	struct seal_bytes item, suffix;

	while (seal_conf_next(&list, &item)) {
		bool except = item.n && item.p[0] == '!';

		if (except)
			item = seal_bytes_from(item, 1);
		if (seal_bytes_is(item, "inet"))
			return !except;
		if (item.n != name.n + strlen("/inet") ||
		    !seal_bytes_eq(seal_bytes_first(item, name.n), name))
			continue;
		suffix = seal_bytes_from(item, name.n);
		if (seal_bytes_is(suffix, "/inet") || seal_bytes_is(suffix, ".inet"))
			return !except;
	}
	return false;
}

static bool same_listener(const struct seal_inet_service *a, const struct seal_inet_service *b)
{
	return seal_bytes_eq(a->service, b->service) && seal_bytes_eq(a->command, b->command) &&
	       seal_bytes_eq(a->host, b->host) && a->loopback_only == b->loopback_only &&
	       a->port == b->port;
}

static void add_listener(struct seal_endpoint_scan *s, const struct seal_inet_service *l)
{
	struct seal_inet_service *place;

	seal_vec_each (it, &s->out->listeners) {
		if (same_listener(it, l))
			return;
	}
	if (s->out->listeners.n >= SEAL_NEXT_HOPS_MAX) {
		s->out->listeners_complete = false;
		return;
	}
	place = s->r < 0 ? NULL : seal_vec_add(&s->out->listeners);
	if (!place)
		s->r = -ENOMEM;
	else
		*place = *l;
}

/* unbracketed - an address of inet_interfaces without the brackets IPv6 may have there */
static struct seal_bytes unbracketed(struct seal_bytes host)
{
	struct seal_bytes inner, port;
	bool bracketed;

	seal_endpoint_host_port(host, &inner, &bracketed, &port);
	return bracketed ? inner : host;
}

/* on_interfaces - one listener for each of inet_interfaces */
static void on_interfaces(struct seal_endpoint_scan *s, struct seal_inet_service l)
{
	struct seal_bytes list, item;

	if (!seal_endpoint_value(s, NULL, "inet_interfaces", &list)) {
		s->out->listeners_complete = false;
		return;
	}
	while (seal_conf_next(&list, &item)) {
		l.loopback_only = seal_bytes_icase_eq(item, SEAL_LIT("loopback-only"));
		l.host = SEAL_BYTES_NONE;
		if (!l.loopback_only && !seal_bytes_icase_eq(item, SEAL_LIT("all")))
			l.host = unbracketed(item);
		add_listener(s, &l);
	}
}

static void add_service(struct seal_endpoint_scan *s, const struct seal_service *svc,
			struct seal_inet_service l)
{
	struct seal_bytes host, port;
	bool bracketed;

	l.service = svc->name;
	l.command = svc->command;
	l.origin = svc->origin;
	seal_endpoint_host_port(svc->name, &host, &bracketed, &port);
	if (!port.n) { /* the port alone */
		port = host;
		host = SEAL_BYTES_NONE;
	}
	l.port = seal_endpoint_port(s, port);
	if (!l.port)
		s->out->listeners_complete = false;
	l.host = host;
	if (host.n)
		add_listener(s, &l);
	else
		on_interfaces(s, l);
}

static void read_protocols(struct seal_endpoint_scan *s, struct seal_inet_service *l)
{
	struct seal_bytes list, item;

	if (!seal_endpoint_value(s, NULL, "inet_protocols", &list))
		list = SEAL_LIT("all");
	while (seal_conf_next(&list, &item)) {
		bool all = seal_bytes_icase_eq(item, SEAL_LIT("all"));

		l->ipv4 |= all || seal_bytes_icase_eq(item, SEAL_LIT("ipv4"));
		l->ipv6 |= all || seal_bytes_icase_eq(item, SEAL_LIT("ipv6"));
	}
}

void seal_endpoint_listeners(struct seal_endpoint_scan *s)
{
	struct seal_inet_service l = {0};
	struct seal_bytes disabled;

	read_protocols(s, &l);
	seal_endpoint_value(s, NULL, "master_service_disable", &disabled);
	seal_vec_each (svc, &s->inst->services) {
		if (svc->type == SEAL_SERVICE_INET && !is_disabled(disabled, svc->name))
			add_service(s, svc, l);
	}
}
