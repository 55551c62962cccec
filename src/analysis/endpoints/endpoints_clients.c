/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/endpoints/endpoints_impl.h"

#include <errno.h>

#include "evidence/postfix/conf.h"
#include "evidence/postfix/mastercf.h"

/* endpoints_clients.c - what smtpd(8), cleanup(8) and the others that take mail in connect to:
 * content filters, proxies, milters, policy servers, the SASL server */

/* source_of - a parameter as a service has it; the service is named when the value is its own */
static struct seal_hop_source source_of(struct seal_endpoint_scan *s,
					const struct seal_service *svc, const char *purpose,
					const char *param)
{
	const struct seal_param *p = seal_conf_where(s->inst, svc, param);
	struct seal_hop_source from = {
		.purpose = purpose,
		.svc = svc,
		.daemon = svc->command,
		.origin = p ? p->origin : (struct seal_origin){.source = SEAL_SOURCE_MAIN_CF},
	};

	if (p && p->origin.source == SEAL_SOURCE_MASTER_CF)
		from.service = svc->name;
	return from;
}

/* first_of - "{ inet:host:port, name = value ... }" begins with what it is about */
static struct seal_bytes first_of(struct seal_bytes item)
{
	struct seal_bytes word;

	if (item.n < 2 || item.p[0] != '{')
		return item;
	item = (struct seal_bytes){item.p + 1, item.n - 2};
	seal_conf_next(&item, &word);
	return word;
}

static void add_milters(struct seal_endpoint_scan *s, const struct seal_service *svc,
			const char *param)
{
	struct seal_hop_source from = source_of(s, svc, param, param);
	struct seal_bytes list, item;

	if (!seal_endpoint_value(s, svc, param, &list))
		return;
	while (seal_conf_next(&list, &item)) {
		item = first_of(item);
		if (seal_bytes_chr(item, ':') > 0)
			seal_endpoint_add_socket(s, &from, item);
	}
}

/* add_policy_servers - what follows check_policy_service in one list of restrictions */
static void add_policy_servers(struct seal_endpoint_scan *s, const struct seal_service *svc,
			       const char *param)
{
	struct seal_hop_source from = source_of(s, svc, "check_policy_service", param);
	struct seal_bytes list, item;
	bool follows = false;

	if (!seal_endpoint_value(s, svc, param, &list))
		return;
	while (seal_conf_next(&list, &item)) {
		if (follows && first_of(item).n)
			seal_endpoint_add_socket(s, &from, first_of(item));
		follows = seal_bytes_is(item, "check_policy_service");
	}
}

static void add_restrictions(struct seal_endpoint_scan *s, const struct seal_service *svc)
{
	static const char *const params[] = {
		"smtpd_client_restrictions",      "smtpd_data_restrictions",
		"smtpd_end_of_data_restrictions", "smtpd_etrn_restrictions",
		"smtpd_helo_restrictions",        "smtpd_recipient_restrictions",
		"smtpd_relay_restrictions",       "smtpd_sender_restrictions",
	};
	struct seal_bytes list, item;
	size_t i;

	for (i = 0; i < sizeof(params) / sizeof(params[0]); i++)
		add_policy_servers(s, svc, params[i]);
	if (!seal_endpoint_value(s, svc, "smtpd_restriction_classes", &list))
		return;
	while (s->r == 0 && seal_conf_next(&list, &item)) {
		struct seal_bytes name;

		/* the arena's copy ends with a NUL */
		s->r = seal_arena_intern(s->h->arena, item, &name);
		if (s->r == 0)
			add_policy_servers(s, svc, name.p);
	}
}

static void add_filter(struct seal_endpoint_scan *s, const struct seal_service *svc)
{
	struct seal_hop_source from = source_of(s, svc, "content_filter", "content_filter");
	struct seal_bytes value;

	if (seal_endpoint_value(s, svc, "content_filter", &value))
		seal_endpoint_add_transport(s, &from, value, SEAL_BYTES_NONE);
	if (seal_bytes_is(svc->command, "smtpd") &&
	    seal_endpoint_value(s, svc, "smtpd_proxy_filter", &value)) {
		from = source_of(s, svc, "smtpd_proxy_filter", "smtpd_proxy_filter");
		seal_endpoint_add_socket(s, &from, value);
	}
}

/* add_sasl - the socket of a Dovecot SASL server; Cyrus has no address in main.cf */
static void add_sasl(struct seal_endpoint_scan *s, const struct seal_service *svc)
{
	struct seal_hop_source from = source_of(s, svc, "smtpd_sasl_path", "smtpd_sasl_path");
	struct seal_bytes type, path;
	bool on = false;
	int r;

	r = seal_conf_bool(s->inst, svc, "smtpd_sasl_auth_enable", s->h->arena, &on);
	if (r == -ENOMEM)
		s->r = r;
	if (r < 0 || !on)
		return;
	if (!seal_endpoint_value(s, svc, "smtpd_sasl_type", &type) ||
	    !seal_bytes_is(type, "dovecot") ||
	    !seal_endpoint_value(s, svc, "smtpd_sasl_path", &path))
		return;
	if (seal_bytes_starts(path, "inet:") || seal_bytes_starts(path, "unix:")) {
		seal_endpoint_add_socket(s, &from, path);
	} else {
		struct seal_next_hop hop = {
			.purpose = from.purpose,
			.daemon = from.daemon,
			.service = from.service,
			.path = path,
			.origin = from.origin,
		};

		seal_endpoint_add_hop(s, &hop);
	}
}

void seal_endpoint_clients(struct seal_endpoint_scan *s)
{
	seal_vec_each (svc, &s->inst->services) {
		if (seal_bytes_is(svc->command, "smtpd")) {
			add_filter(s, svc);
			add_milters(s, svc, "smtpd_milters");
			add_restrictions(s, svc);
			add_sasl(s, svc);
		} else if (seal_bytes_is(svc->command, "pickup") ||
			   seal_bytes_is(svc->command, "qmqpd")) {
			add_filter(s, svc);
		} else if (seal_bytes_is(svc->command, "cleanup")) {
			add_milters(s, svc, "non_smtpd_milters");
		}
	}
}
