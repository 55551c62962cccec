/* SPDX-License-Identifier: GPL-2.0-or-later */
/* postfix.c - main.cf and master.cf: who may relay, what the server tells, what is encrypted */
#include "checks/mend.h"

#include <errno.h>

#include "evidence/postfix/conf.h"

/* what a parameter is as one service sees it, and where that is said */
struct value {
	struct seal_bytes text;
	struct seal_about about;
};

/* value_of - false when it cannot be told, which then is */
static bool value_of(struct seal_subject *s, struct seal_out *out, const struct seal_service *svc,
		     const char *name, struct value *ret)
{
	const struct seal_instance *inst = s->h->postfix.instances.v;
	const struct seal_param *where = seal_conf_where(inst, svc, name);

	memset(ret, 0, sizeof(*ret));
	ret->about.object[0] = (struct seal_property){"parameter", seal_bytes_of(name)};
	if (svc)
		ret->about.object[1] = (struct seal_property){"service", svc->name};
	if (where)
		ret->about.origin = where->origin;
	if (seal_conf_value(inst, svc, name, s->h->arena, &ret->text) == 0)
		return true;
	seal_out_unknown(out, &ret->about, "%s cannot be told from the configuration", name);
	return false;
}

/* mend - the fix of the failure told last: a value of main.cf */
static void mend(struct seal_subject *s, struct seal_out *out, const char *name, const char *value)
{
	const struct seal_param *now = seal_conf_where(s->h->postfix.instances.v, NULL, name);

	seal_mend_parameter(out, seal_bytes_of(name), now ? now->value : SEAL_BYTES_NONE,
			    seal_bytes_of(value));
}

static bool is_smtpd(const struct seal_service *svc)
{
	return svc->type == SEAL_SERVICE_INET && seal_bytes_is(svc->command, "smtpd");
}

static int check_interfaces(struct seal_subject *s, struct seal_out *out)
{
	struct value v;

	if (!s->roles) {
		seal_out_unknown(out, NULL, "what the host does with mail is not known");
		return 0;
	}
	if (!value_of(s, out, NULL, "inet_interfaces", &v))
		return 0;
	if (s->roles != SEAL_ROLE_NULL_CLIENT) {
		seal_out_na(out, "A host that accepts mail listens on its interfaces; FWI-003 and "
				 "FWI-004 judge who reaches it.");
		return 0;
	}
	seal_vec_each (l, &s->endpoints.listeners) {
		struct seal_addr a;
		bool parsed = l->host.n && seal_addr_parse(l->host, &a) == 0;

		if (l->loopback_only || seal_bytes_is(l->host, "localhost") ||
		    (parsed && (a.bits == 32 ? a.b[0] == 127 : a.b[15] == 1)))
			continue;
		v.about.object[1] = (struct seal_property){"service", l->service};
		seal_out_fail(out, &v.about,
			      "A null client listens beyond loopback: service %.*s, "
			      "inet_interfaces = %.*s.",
			      SEAL_ARG(l->service), SEAL_ARG(v.text));
		if (!l->host.n)
			mend(s, out, "inet_interfaces", "loopback-only");
	}
	return 0;
}

enum relay_answer {
	RELAY_OPEN,    /* the list ends without refusing strangers */
	RELAY_CLOSED,  /* it refuses foreign destinations */
	RELAY_UNKNOWN, /* something in front of that may permit, or is not understood */
};

static bool is_one_of(struct seal_bytes word, const char *const *words)
{
	for (; *words; words++)
		if (seal_bytes_icase_eq(word, seal_bytes_of(*words)))
			return true;
	return false;
}

/* relay_of - walk a restriction list as smtpd(8) does for a stranger and a foreign recipient */
static enum relay_answer relay_of(struct seal_bytes list)
{
	static const char *const closing[] = {"reject", "defer", "reject_unauth_destination",
					      "defer_unauth_destination", NULL};
	static const char *const own[] = {"permit_mynetworks",       "permit_sasl_authenticated",
					  "permit_tls_clientcerts",  "permit_tls_all_clientcerts",
					  "permit_auth_destination", NULL};
	static const char *const argument[] = {"check_policy_service",   "sleep",
					       "reject_rbl_client",      "reject_rhsbl_client",
					       "reject_rhsbl_helo",      "reject_rhsbl_sender",
					       "reject_rhsbl_recipient", NULL};
	struct seal_bytes item;
	bool doubt = false;

	while (seal_conf_next(&list, &item)) {
		if (is_one_of(item, closing))
			return doubt ? RELAY_UNKNOWN : RELAY_CLOSED;
		if (seal_bytes_is(item, "permit"))
			return doubt ? RELAY_UNKNOWN : RELAY_OPEN;
		if (is_one_of(item, own))
			continue;
		if (seal_bytes_starts(item, "check_") || seal_bytes_starts(item, "permit_"))
			doubt = true; /* a table or a server may say OK */
		if (seal_bytes_starts(item, "check_") || is_one_of(item, argument))
			seal_conf_next(&list, &item);
		else if (!seal_bytes_starts(item, "reject_") &&
			 !seal_bytes_starts(item, "warn_if_reject") &&
			 !seal_bytes_starts(item, "permit_") && !seal_bytes_starts(item, "defer_"))
			doubt = true; /* a restriction class or a table */
		if (seal_bytes_is(item, "warn_if_reject"))
			seal_conf_next(&list, &item); /* what follows is logged alone */
	}
	return doubt ? RELAY_UNKNOWN : RELAY_OPEN;
}

/* check_open_relay - relaying is refused when either list refuses it: smtpd(8) asks both */
static int check_open_relay(struct seal_subject *s, struct seal_out *out)
{
	seal_vec_each (svc, &s->h->postfix.instances.v[0].services) {
		enum relay_answer a, b;
		struct value relay, rcpt;

		if (!is_smtpd(svc) &&
		    !(svc->type == SEAL_SERVICE_PASS && seal_bytes_is(svc->command, "smtpd")))
			continue;
		if (!value_of(s, out, svc, "smtpd_relay_restrictions", &relay) ||
		    !value_of(s, out, svc, "smtpd_recipient_restrictions", &rcpt))
			continue;
		a = relay_of(relay.text);
		b = relay_of(rcpt.text);
		if (a == RELAY_CLOSED || b == RELAY_CLOSED)
			continue;
		if (a == RELAY_OPEN && b == RELAY_OPEN)
			seal_out_fail(out, &relay.about,
				      "The service %.*s relays mail of anybody to anywhere: "
				      "neither smtpd_relay_restrictions nor "
				      "smtpd_recipient_restrictions refuses it.",
				      SEAL_ARG(svc->name));
		else
			seal_out_unknown(out, &relay.about,
					 "what stands before the refusal may permit: a table, a "
					 "policy server or a restriction class of service %.*s",
					 SEAL_ARG(svc->name));
	}
	return 0;
}

/* prefix_of - "192.0.2.0/24", "[2001:db8::]/32", an address alone. Returns its length or -1 */
static int prefix_of(struct seal_bytes item, struct seal_addr *addr)
{
	struct seal_bytes len, base = seal_bytes_cut(item, '/', &len);
	uint32_t n;

	if (base.n > 2 && base.p[0] == '[' && base.p[base.n - 1] == ']')
		base = (struct seal_bytes){base.p + 1, base.n - 2};
	if (seal_addr_parse(base, addr) < 0)
		return -1;
	if (!len.p)
		return addr->bits;
	return seal_parse_u32(len, 10, &n) < 0 || n > addr->bits ? -1 : (int)n;
}

static int check_mynetworks(struct seal_subject *s, struct seal_out *out)
{
	uint32_t widest4 = seal_check_parameter(s->rule, "widest_ipv4", 16);
	uint32_t widest6 = seal_check_parameter(s->rule, "widest_ipv6", 48);
	const struct seal_instance *inst = s->h->postfix.instances.v;
	struct seal_bytes item;
	struct value v;

	if (!seal_conf_where(inst, NULL, "mynetworks")) {
		if (!value_of(s, out, NULL, "mynetworks_style", &v))
			return 0;
		if (seal_bytes_is(v.text, "host"))
			return 0;
		v.about.object[1] = (struct seal_property){"address", v.text};
		seal_out_fail(out, &v.about,
			      "mynetworks is not set and mynetworks_style is %.*s: whoever shares "
			      "the network may relay.",
			      SEAL_ARG(v.text));
		return 0;
	}
	if (!value_of(s, out, NULL, "mynetworks", &v))
		return 0;
	for (struct seal_bytes list = v.text; seal_conf_next(&list, &item);) {
		struct seal_addr addr;
		int len = prefix_of(item, &addr);

		v.about.object[1] = (struct seal_property){"address", item};
		if (len < 0)
			seal_out_unknown(out, &v.about, "%.*s of mynetworks is not an address",
					 SEAL_ARG(item));
		else if ((uint32_t)len < (addr.bits == 32 ? widest4 : widest6) &&
			 !(addr.bits == 32 && addr.b[0] == 127 && len >= 8))
			seal_out_fail(out, &v.about, "mynetworks lets all of %.*s relay.",
				      SEAL_ARG(item));
	}
	return 0;
}

static int check_banner(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_instance *inst = s->h->postfix.instances.v;
	static const char *const tells[] = {
		"$mail_version", "${mail_version}", "$(mail_version)", "$mail_name", "${mail_name}",
		"$(mail_name)",  "Postfix",         "Debian",          "Ubuntu",     "Red Hat",
		"Linux"};
	const struct seal_param *where = seal_conf_where(inst, NULL, "smtpd_banner");
	struct value v;

	if (!where)
		seal_out_fail(out,
			      &(struct seal_about){{{"parameter", SEAL_LIT("smtpd_banner")}}, {0}},
			      "smtpd_banner is not set; the default names Postfix.");
	if (!where)
		mend(s, out, "smtpd_banner", "$myhostname ESMTP");
	if (!where)
		return 0;
	for (size_t i = 0; i < sizeof(tells) / sizeof(*tells); i++) {
		struct seal_about about = {{{"parameter", SEAL_LIT("smtpd_banner")}},
					   where->origin};

		if (seal_bytes_find(where->value, tells[i]) < 0)
			continue;
		seal_out_fail(out, &about, "The greeting tells the product: %.*s.",
			      SEAL_ARG(where->value));
		mend(s, out, "smtpd_banner", "$myhostname ESMTP");
		return 0;
	}
	if (!value_of(s, out, NULL, "smtpd_banner", &v))
		return 0;
	for (size_t i = 0; i < sizeof(tells) / sizeof(*tells); i++)
		if (seal_bytes_find(v.text, tells[i]) >= 0)
			seal_out_fail(out, &v.about, "The greeting tells the product: %.*s.",
				      SEAL_ARG(v.text));
	return 0;
}

static int check_vrfy(struct seal_subject *s, struct seal_out *out)
{
	struct value v;

	if (value_of(s, out, NULL, "disable_vrfy_command", &v) &&
	    !seal_bytes_icase_eq(v.text, SEAL_LIT("yes"))) {
		seal_out_fail(out, &v.about, "VRFY answers whether an address exists.");
		mend(s, out, "disable_vrfy_command", "yes");
	}
	return 0;
}

static bool tls_is_forced(struct seal_bytes level)
{
	return seal_bytes_is(level, "encrypt") || seal_bytes_is(level, "dane-only") ||
	       seal_bytes_is(level, "secure") || seal_bytes_is(level, "verify") ||
	       seal_bytes_is(level, "fingerprint");
}

/* is_port - a listener of that service name has one of the submission ports */
static bool is_submission(const struct seal_subject *s, const struct seal_service *svc)
{
	seal_vec_each (l, &s->endpoints.listeners) {
		if (seal_bytes_eq(l->service, svc->name) && (l->port == 587 || l->port == 465))
			return true;
	}
	return false;
}

static int check_submission_tls(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_instance *inst = s->h->postfix.instances.v;
	bool any = false;

	seal_vec_each (svc, &inst->services) {
		bool wrapped = false, auth_only = false, sasl = false;
		struct value level;

		if (!is_smtpd(svc) || !is_submission(s, svc))
			continue;
		any = true;
		if (seal_conf_bool(inst, svc, "smtpd_tls_wrappermode", s->h->arena, &wrapped) < 0 ||
		    seal_conf_bool(inst, svc, "smtpd_tls_auth_only", s->h->arena, &auth_only) < 0 ||
		    seal_conf_bool(inst, svc, "smtpd_sasl_auth_enable", s->h->arena, &sasl) < 0) {
			seal_out_unknown(out, NULL, "the TLS settings of %.*s cannot be read",
					 SEAL_ARG(svc->name));
			continue;
		}
		if (wrapped || !value_of(s, out, svc, "smtpd_tls_security_level", &level))
			continue;
		if (tls_is_forced(level.text))
			continue;
		seal_out_fail(out, &level.about, "%.*s accepts mail without TLS%s.",
			      SEAL_ARG(svc->name),
			      sasl && !auth_only ? ", and passwords in clear" : "");
	}
	if (!any)
		seal_out_na(out, "No smtpd listens on 587 or 465.");
	return 0;
}

/* old_protocols - whether a list of TLS protocols lets versions before 1.2 in; -1: not understood
 */
static int old_protocols(struct seal_bytes list)
{
	bool no10 = false, no11 = false, only = false, old = false;
	struct seal_bytes item;

	list = seal_bytes_trim(list);
	if (!list.n)
		return 1;
	while (seal_conf_next(&list, &item)) {
		if (seal_bytes_starts(item, ">="))
			return !(seal_bytes_icase_eq(item, SEAL_LIT(">=TLSv1.2")) ||
				 seal_bytes_icase_eq(item, SEAL_LIT(">=TLSv1.3")));
		if (seal_bytes_starts(item, "<="))
			return -1;
		no10 |= seal_bytes_icase_eq(item, SEAL_LIT("!TLSv1"));
		no11 |= seal_bytes_icase_eq(item, SEAL_LIT("!TLSv1.1"));
		if (item.p[0] == '!')
			continue;
		only = true;
		old |= !(seal_bytes_icase_eq(item, SEAL_LIT("TLSv1.2")) ||
			 seal_bytes_icase_eq(item, SEAL_LIT("TLSv1.3")));
	}
	return only ? old : !(no10 && no11);
}

static int check_tls(struct seal_subject *s, struct seal_out *out)
{
	static const char *const levels[] = {"smtpd_tls_security_level", "smtp_tls_security_level"};
	static const char *const lists[] = {"smtpd_tls_protocols", "smtpd_tls_mandatory_protocols",
					    "smtp_tls_protocols", "smtp_tls_mandatory_protocols"};
	struct value v;

	for (size_t i = 0; i < 2; i++)
		if (value_of(s, out, NULL, levels[i], &v) &&
		    (!v.text.n || seal_bytes_is(v.text, "none")))
			seal_out_fail(out, &v.about, "%s is %s: mail travels in clear.", levels[i],
				      v.text.n ? "none" : "not set");
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		int r;

		if (!value_of(s, out, NULL, lists[i], &v))
			continue;
		r = old_protocols(v.text);
		if (r < 0)
			seal_out_unknown(out, &v.about, "%s = %.*s is not understood", lists[i],
					 SEAL_ARG(v.text));
		else if (r)
			seal_out_fail(out, &v.about,
				      "%s = %.*s lets TLS before 1.2 in, unless the library's own "
				      "policy refuses it.",
				      lists[i], SEAL_ARG(v.text));
	}
	return 0;
}

static bool names(struct seal_bytes list, const char *word)
{
	struct seal_bytes item;

	while (seal_conf_next(&list, &item))
		if (seal_bytes_icase_eq(item, seal_bytes_of(word)))
			return true;
	return false;
}

static int check_sasl(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_instance *inst = s->h->postfix.instances.v;
	bool any = false;

	seal_vec_each (svc, &inst->services) {
		bool on = false, auth_only = false;
		struct value options, tls;

		if (!seal_bytes_is(svc->command, "smtpd") ||
		    seal_conf_bool(inst, svc, "smtpd_sasl_auth_enable", s->h->arena, &on) < 0 ||
		    !on)
			continue;
		any = true;
		if (!value_of(s, out, svc, "smtpd_sasl_security_options", &options) ||
		    !value_of(s, out, svc, "smtpd_sasl_tls_security_options", &tls))
			continue;
		if (!names(options.text, "noanonymous") || !names(tls.text, "noanonymous"))
			seal_out_fail(out, &options.about, "%.*s offers anonymous log-in.",
				      SEAL_ARG(svc->name));
		if (seal_conf_bool(inst, svc, "smtpd_tls_auth_only", s->h->arena, &auth_only) ==
			    0 &&
		    !auth_only && !names(options.text, "noplaintext")) {
			struct value level;

			if (value_of(s, out, svc, "smtpd_tls_security_level", &level) &&
			    !tls_is_forced(level.text))
				seal_out_fail(out, &options.about,
					      "%.*s takes passwords in clear without TLS.",
					      SEAL_ARG(svc->name));
		}
	}
	if (!any)
		seal_out_na(out, "No smtpd offers log-in.");
	return 0;
}

static int check_smuggling(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_instance *inst = s->h->postfix.instances.v;
	const struct seal_param *where = seal_conf_where(inst, NULL, "smtpd_forbid_bare_newline");
	struct value v;

	if (!where && !inst->version.n) {
		seal_out_unknown(out, NULL,
				 "smtpd_forbid_bare_newline is not set, and the version, which "
				 "decides its default, is not known");
		return 0;
	}
	if (!value_of(s, out, NULL, "smtpd_forbid_bare_newline", &v))
		return 0;
	if (seal_bytes_icase_eq(v.text, SEAL_LIT("yes")) || seal_bytes_is(v.text, "normalize") ||
	    seal_bytes_is(v.text, "reject"))
		return 0;
	seal_out_fail(
		out, &v.about,
		"smtpd_forbid_bare_newline is %.*s: a bare newline may end a message, so that "
		"another can be smuggled in after it.",
		SEAL_ARG(v.text));
	mend(s, out, "smtpd_forbid_bare_newline", "yes");
	return 0;
}

static int check_compatibility(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_instance *inst = s->h->postfix.instances.v;

	if (!seal_conf_where(inst, NULL, "compatibility_level"))
		seal_out_fail(
			out,
			&(struct seal_about){{{"parameter", SEAL_LIT("compatibility_level")}}, {0}},
			"compatibility_level is not set: defaults of old versions are in force.");
	return 0;
}

const struct seal_check seal_checks_postfix[] = {
	{"PFX-001", check_interfaces, SEAL_NEED_POSTFIX},
	{"PFX-002", check_open_relay, SEAL_NEED_POSTFIX},
	{"PFX-003", check_mynetworks, SEAL_NEED_POSTFIX},
	{"PFX-004", check_banner, SEAL_NEED_POSTFIX},
	{"PFX-005", check_vrfy, SEAL_NEED_POSTFIX},
	{"PFX-006", check_submission_tls, SEAL_NEED_POSTFIX},
	{"PFX-007", check_tls, SEAL_NEED_POSTFIX},
	{"PFX-008", check_sasl, SEAL_NEED_POSTFIX},
	{"PFX-011", check_smuggling, SEAL_NEED_POSTFIX},
	{"PFX-014", check_compatibility, SEAL_NEED_POSTFIX},
	{NULL, NULL, 0},
};
