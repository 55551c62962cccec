/* SPDX-License-Identifier: GPL-2.0-or-later */
/* delivery_host.c - what the host says of itself and takes in: its name, sizes, relaying,
 * recipients, its resolver */
#include "checks/value.h"

#include <errno.h>
#include <string.h>

#include "evidence/postfix/conf.h"

/* --- DLV-005 */

static bool is_label(struct seal_bytes label)
{
	for (size_t i = 0; i < label.n; i++) {
		char c = label.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-'))
			return false;
	}
	return label.n > 0 && label.n <= 63 && label.p[0] != '-' && label.p[label.n - 1] != '-';
}

/* name_fault - why peers may refuse a name in HELO (RFC 5321, 4.1.1.1); NULL: they have no reason
 */
static const char *name_fault(struct seal_bytes name)
{
	struct seal_bytes rest = name, last = SEAL_BYTES_NONE;
	size_t n = 0;

	if (seal_bytes_starts(name, "["))
		return NULL; /* an address literal */
	while (rest.n) {
		last = seal_bytes_cut(rest, '.', &rest);
		if (!is_label(last))
			return "is no host name";
		n++;
	}
	if (n < 2)
		return "has no domain";
	if (seal_bytes_icase_eq(last, SEAL_LIT("localdomain")) ||
	    seal_bytes_icase_eq(last, SEAL_LIT("localhost")) ||
	    seal_bytes_icase_eq(last, SEAL_LIT("invalid")))
		return "is a name that nobody else can look up";
	return NULL;
}

static int check_name(struct seal_subject *s, struct seal_out *out)
{
	static const char *const names[] = {"myhostname", "smtp_helo_name"};
	const struct seal_service *svc = seal_value_client(s);
	const char *fault;
	struct seal_value v;

	for (size_t i = 0; i < 2; i++) {
		if (!seal_value_of(s, out, i ? svc : NULL, names[i], &v))
			continue;
		fault = name_fault(v.text);
		if (!fault)
			continue;
		seal_out_fail(out, &v.about, "%s, %.*s, %s.", names[i], SEAL_ARG(v.text), fault);
		break; /* smtp_helo_name is myhostname, unless set */
	}
	return 0;
}

/* --- DLV-006 */

/* size_of - in bytes; false: told as unknown */
static bool size_of(struct seal_subject *s, struct seal_out *out, const char *name, uint64_t *ret,
		    struct seal_value *v)
{
	if (!seal_value_of(s, out, NULL, name, v))
		return false;
	if (seal_parse_u64(v->text, 10, ret) == 0)
		return true;
	seal_out_unknown(out, &v->about, "%s is no number: %.*s", name, SEAL_ARG(v->text));
	return false;
}

static int check_sizes(struct seal_subject *s, struct seal_out *out)
{
	static const char *const boxes[] = {"mailbox_size_limit", "virtual_mailbox_limit"};
	uint64_t message, box, spare;
	struct seal_value v;

	if (!size_of(s, out, "message_size_limit", &message, &v))
		return 0;
	for (size_t i = 0; i < 2; i++)
		/* 0: no limit */
		if (size_of(s, out, boxes[i], &box, &v) && box && (box < message || !message))
			seal_out_fail(out, &v.about,
				      "%s, %llu, is smaller than message_size_limit: the delivery "
				      "agent does not start.",
				      boxes[i], (unsigned long long)box);
	if (size_of(s, out, "queue_minfree", &spare, &v) && spare && spare / 3 * 2 < message)
		seal_out_fail(out, &v.about,
			      "queue_minfree, %llu, is less than 1.5 times message_size_limit.",
			      (unsigned long long)spare);
	return 0;
}

/* --- DLV-007 */

enum lets {
	LETS_NOT, /* what comes before it refuses */
	LETS,
	LETS_UNKNOWN, /* a table, a server or a class may permit */
};

/* lets - whether a list of restrictions comes to @permit before it refuses to relay */
static enum lets lets(struct seal_bytes list, const char *permit)
{
	static const char *const closing[] = {"reject", "defer", "reject_unauth_destination",
					      "defer_unauth_destination"};
	bool doubt = false;
	struct seal_bytes item;

	while (seal_conf_next(&list, &item)) {
		if (seal_bytes_is(item, permit) || seal_bytes_is(item, "permit"))
			return LETS;
		for (size_t i = 0; i < sizeof(closing) / sizeof(closing[0]); i++)
			if (seal_bytes_is(item, closing[i]))
				return doubt ? LETS_UNKNOWN : LETS_NOT;
		if (seal_bytes_is(item, "warn_if_reject"))
			seal_conf_next(&list, &item); /* what follows is logged alone */
		doubt = doubt || !(seal_bytes_starts(item, "reject_") ||
				   seal_bytes_is(item, "permit_mynetworks") ||
				   seal_bytes_is(item, "permit_sasl_authenticated"));
	}
	return LETS;
}

/* shuts_out - a service that refuses to relay for those that @permit is for. Returns the list that
 * does, or NULL */
static const char *shuts_out(struct seal_subject *s, struct seal_out *out,
			     const struct seal_service *svc, const char *permit)
{
	static const char *const names[] = {"smtpd_relay_restrictions",
					    "smtpd_recipient_restrictions"};
	struct seal_value v;

	for (size_t i = 0; i < 2; i++)
		if (seal_value_of(s, out, svc, names[i], &v) && lets(v.text, permit) == LETS_NOT)
			return names[i];
	return NULL;
}

/* has_loopback - Returns 1, 0 or -1 (a table, or a name) */
static int has_loopback(struct seal_bytes list)
{
	struct seal_addr loopback;
	struct seal_prefix prefix;
	struct seal_bytes item;

	if (seal_addr_parse(SEAL_LIT("127.0.0.1"), &loopback) < 0)
		return -1;
	while (seal_conf_next(&list, &item)) {
		if (seal_bytes_starts(item, "[")) {
			continue; /* IPv6 */
		} else if (seal_prefix_parse(item, &prefix) < 0) {
			return -1;
		} else if (seal_prefix_has(&prefix, &loopback)) {
			return 1;
		}
	}
	return 0;
}

static int check_relaying(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_instance *inst = s->h->postfix.instances.v;
	struct seal_value networks;
	bool any = false;

	seal_vec_each (svc, &inst->services) {
		struct seal_about about = {{{"service", svc->name}}, svc->origin};
		const char *list;

		if (!seal_bytes_is(svc->command, "smtpd"))
			continue;
		any = true;
		if (!seal_value_is_on(s, svc, "smtpd_sasl_auth_enable"))
			continue;
		list = shuts_out(s, out, svc, "permit_sasl_authenticated");
		if (list)
			seal_out_fail(out, &about,
				      "%.*s lets users log in, and %s refuses to relay for them.",
				      SEAL_ARG(svc->name), list);
	}
	if (!any) {
		seal_out_na(out, "No smtpd takes mail.");
		return 0;
	}
	if (!seal_conf_where(inst, NULL, "mynetworks") ||
	    !seal_value_of(s, out, NULL, "mynetworks", &networks))
		return 0;
	if (has_loopback(networks.text) == 0)
		seal_out_fail(out, &networks.about,
			      "mynetworks is without 127.0.0.1: programs of this host that send to "
			      "localhost are denied to relay.");
	return 0;
}

/* --- DLV-008 */

/* both - a domain that two classes of addresses claim; tables are not looked into */
static void both(struct seal_out *out, const struct seal_value *a, const struct seal_value *b,
		 const char *first, const char *second)
{
	struct seal_bytes list = a->text, item;

	while (seal_conf_next(&list, &item)) {
		struct seal_about about = b->about;

		if (seal_bytes_chr(item, ':') >= 0 || seal_bytes_starts(item, "/") ||
		    !seal_value_lists(b->text, item))
			continue;
		about.object[1] = (struct seal_property){"domain", item};
		seal_out_fail(out, &about, "%.*s is in both %s and %s.", SEAL_ARG(item), first,
			      second);
	}
}

static int check_recipients(struct seal_subject *s, struct seal_out *out)
{
	struct seal_value local, boxes, aliases, maps, transport, known, luser;

	if (!seal_value_of(s, out, NULL, "mydestination", &local) ||
	    !seal_value_of(s, out, NULL, "virtual_mailbox_domains", &boxes) ||
	    !seal_value_of(s, out, NULL, "virtual_alias_domains", &aliases) ||
	    !seal_value_of(s, out, NULL, "virtual_mailbox_maps", &maps) ||
	    !seal_value_of(s, out, NULL, "virtual_transport", &transport))
		return 0;
	if (!local.text.n && !boxes.text.n && !aliases.text.n) {
		seal_out_na(out, "This host is final for no domain.");
		return 0;
	}
	both(out, &local, &boxes, "mydestination", "virtual_mailbox_domains");
	both(out, &local, &aliases, "mydestination", "virtual_alias_domains");
	both(out, &boxes, &aliases, "virtual_mailbox_domains", "virtual_alias_domains");
	if (boxes.text.n && !maps.text.n && seal_bytes_starts(transport.text, "virtual"))
		seal_out_fail(out, &maps.about,
			      "virtual(8) delivers for virtual_mailbox_domains, and "
			      "virtual_mailbox_maps is empty: every recipient is unknown.");
	if (local.text.n &&
	    seal_conf_where(s->h->postfix.instances.v, NULL, "local_recipient_maps") &&
	    seal_value_of(s, out, NULL, "local_recipient_maps", &known) && !known.text.n &&
	    seal_value_of(s, out, NULL, "luser_relay", &luser) && !luser.text.n)
		seal_out_fail(out, &known.about,
			      "local_recipient_maps is empty: mail for unknown users is taken in, "
			      "and bounces.");
	return 0;
}

/* --- DLV-009 */

/* count_servers - of a resolv.conf(5); *local: all of them are loopback */
static size_t count_servers(struct seal_bytes text, bool *local)
{
	struct seal_bytes line, word;
	size_t n = 0;

	*local = true;
	while (text.n) {
		line = seal_bytes_trim(seal_bytes_cut(text, '\n', &text));
		if (!seal_bytes_is(seal_bytes_word(&line), "nameserver"))
			continue;
		word = seal_bytes_word(&line);
		n += word.n > 0;
		*local = *local && (seal_bytes_starts(word, "127.") || seal_bytes_is(word, "::1"));
	}
	return n;
}

static bool serves_names(const struct seal_net *net)
{
	seal_vec_each (l, &net->listeners) {
		if (l->port == 53)
			return true;
	}
	return false;
}

static int check_resolver(struct seal_subject *s, struct seal_out *out)
{
	struct seal_about about = {{{"path", SEAL_LIT("/etc/resolv.conf")}}, {0}};
	struct seal_host *h = s->h;
	bool local = true, answered = !h->net.has_listeners || serves_names(&h->net);
	struct seal_bytes text;
	int r = seal_view_text(&h->view, SEAL_LIT("/etc/resolv.conf"), &text);
	size_t n = r == 0 ? count_servers(text, &local) : 0;

	if (r == -ENOMEM)
		return r;
	if (r < 0 && r != -ENOENT)
		seal_out_unknown(out, &about, "/etc/resolv.conf is not in the evidence: %s",
				 strerror(-r));
	else if (!n && !h->running)
		seal_out_unknown(out, &about,
				 "the name servers: an image often gets its resolv.conf when it "
				 "starts");
	else if (!n && (h->net.has_listeners ? !answered : r == -ENOENT))
		seal_out_fail(out, &about, "/etc/resolv.conf names no server%s.",
			      h->net.has_listeners ? ", and nobody answers on port 53 here" : "");
	else if (n && local && h->running && !answered)
		seal_out_fail(out, &about,
			      "/etc/resolv.conf names this host, and nobody answers on port 53 "
			      "here.");
	return 0;
}

const struct seal_check seal_checks_delivery_host[] = {
	{"DLV-005", check_name, SEAL_NEED_POSTFIX},
	{"DLV-006", check_sizes, SEAL_NEED_POSTFIX},
	{"DLV-007", check_relaying, SEAL_NEED_POSTFIX},
	{"DLV-008", check_recipients, SEAL_NEED_POSTFIX},
	{"DLV-009", check_resolver, SEAL_NEED_POSTFIX},
	{NULL, NULL, 0},
};
