/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/attribution/attribution_impl.h"

/* change.c - which of the host's changes is worth telling beside a cause */

#define WINDOW_US (3600 * SEAL_SECOND_US)
/* what bears on the cause directly goes before a later change that bears on all mail, but not
 * before one that came so much later */
#define NEAR_US (600 * SEAL_SECOND_US)

/* what a change can make fail, bits */
enum {
	AREA_SELINUX = 1 << 0,
	AREA_FIREWALL = 1 << 1,
	AREA_NAMES = 1 << 2, /* name service */
	AREA_TLS = 1 << 3,
	AREA_LOGIN = 1 << 4,
	AREA_UNITS = 1 << 5,
	AREA_ACCOUNTS = 1 << 6,
	AREA_MAIL = 1 << 7, /* Postfix and what it hands mail to: bears on nearly everything */
	AREA_RESTART = 1 << 8,
};

static unsigned area_of_package(struct seal_bytes name)
{
	static const struct {
		const char *prefix;
		unsigned area;
	} packages[] = {
		{"selinux-policy", AREA_SELINUX},
		{"policycoreutils", AREA_SELINUX},
		{"libselinux", AREA_SELINUX},
		{"container-selinux", AREA_SELINUX},
		{"firewalld", AREA_FIREWALL},
		{"nftables", AREA_FIREWALL},
		{"iptables", AREA_FIREWALL},
		{"ufw", AREA_FIREWALL},
		{"fail2ban", AREA_FIREWALL},
		{"bind", AREA_NAMES},
		{"unbound", AREA_NAMES},
		{"systemd-resolved", AREA_NAMES},
		{"libc6", AREA_NAMES},
		{"glibc", AREA_NAMES},
		{"dnsmasq", AREA_NAMES},
		{"resolvconf", AREA_NAMES},
		{"openssl", AREA_TLS},
		{"libssl", AREA_TLS},
		{"ca-certificates", AREA_TLS},
		{"crypto-policies", AREA_TLS},
		{"certbot", AREA_TLS},
		{"libsasl2", AREA_LOGIN},
		{"cyrus-sasl", AREA_LOGIN},
		{"sasl2-bin", AREA_LOGIN},
		{"systemd", AREA_UNITS},
		{"postfix", AREA_MAIL},
		{"dovecot", AREA_MAIL},
		{"opendkim", AREA_MAIL},
		{"opendmarc", AREA_MAIL},
		{"rspamd", AREA_MAIL},
		{"amavis", AREA_MAIL},
		{"spamassassin", AREA_MAIL},
		{"clamav", AREA_MAIL},
		{"clamsmtp", AREA_MAIL},
		{"procmail", AREA_MAIL},
		{"cyrus-imapd", AREA_MAIL},
		{"mailman", AREA_MAIL},
		{"postgrey", AREA_MAIL},
		{"milter", AREA_MAIL},
	};
	size_t i;

	if (seal_bytes_ends(name, "-selinux"))
		return AREA_SELINUX;
	for (i = 0; i < sizeof(packages) / sizeof(packages[0]); i++)
		if (seal_bytes_starts(name, packages[i].prefix))
			return packages[i].area;
	return 0;
}

static unsigned area_of_other_file(struct seal_bytes path)
{
	if (seal_bytes_is(path, "/etc/nsswitch.conf"))
		return AREA_NAMES;
	if (seal_bytes_is(path, "/etc/passwd") || seal_bytes_is(path, "/etc/group"))
		return AREA_ACCOUNTS;
	if (seal_bytes_find(path, "/systemd/system/") >= 0)
		return AREA_UNITS;
	if (seal_bytes_find(path, "saslauthd") >= 0)
		return AREA_LOGIN;
	if (seal_bytes_find(path, "/ssl/") >= 0 || seal_bytes_find(path, "/pki/") >= 0 ||
	    seal_bytes_find(path, "/letsencrypt/") >= 0 || seal_bytes_ends(path, ".pem") ||
	    seal_bytes_ends(path, ".crt") || seal_bytes_ends(path, ".key"))
		return AREA_TLS;
	return 0;
}

static unsigned area_of_file(const struct seal_change *c)
{
	static const struct {
		enum seal_source source;
		unsigned area;
	} sources[] = {
		{SEAL_SOURCE_MAIN_CF, AREA_MAIL},     {SEAL_SOURCE_MASTER_CF, AREA_MAIL},
		{SEAL_SOURCE_MAP, AREA_MAIL},         {SEAL_SOURCE_POLICY, AREA_SELINUX},
		{SEAL_SOURCE_CONTEXTS, AREA_SELINUX}, {SEAL_SOURCE_SELINUX, AREA_SELINUX},
		{SEAL_SOURCE_RULESET, AREA_FIREWALL}, {SEAL_SOURCE_FIREWALLD, AREA_FIREWALL},
		{SEAL_SOURCE_NETWORK, AREA_NAMES},
	};
	size_t i;

	if (seal_bytes_ends(c->what, "/seusers"))
		return 0; /* of people who log in */
	for (i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (sources[i].source == c->origin.source)
			return sources[i].area;
	return area_of_other_file(c->what);
}

static unsigned area_of(const struct seal_change *c)
{
	switch (c->kind) {
	case SEAL_CHANGE_POLICY_LOAD:
		return seal_bytes_is(c->to, "boot") ? AREA_RESTART : AREA_SELINUX;
	case SEAL_CHANGE_BOOLEAN:
	case SEAL_CHANGE_ENFORCING:
		return AREA_SELINUX;
	case SEAL_CHANGE_FIREWALL:
		return AREA_FIREWALL;
	case SEAL_CHANGE_POSTFIX:
		return AREA_RESTART;
	case SEAL_CHANGE_PACKAGE:
		return area_of_package(c->what);
	case SEAL_CHANGE_FILE:
		return area_of_file(c);
	case SEAL_CHANGE_KIND_MAX_:
		break;
	}
	return 0;
}

/* areas of a class: what bears on it directly, and what may */
static const struct {
	unsigned direct, may;
} areas[SEAL_CLASS_MAX_] = {
	[SEAL_CLASS_SELINUX] = {AREA_SELINUX, AREA_MAIL | AREA_RESTART},
	[SEAL_CLASS_FIREWALL] = {AREA_FIREWALL, AREA_MAIL | AREA_RESTART},
	[SEAL_CLASS_DAC] = {AREA_ACCOUNTS, AREA_MAIL | AREA_UNITS | AREA_RESTART},
	[SEAL_CLASS_ROUTE] = {AREA_FIREWALL, AREA_MAIL | AREA_RESTART},
	[SEAL_CLASS_SANDBOX] = {AREA_UNITS, AREA_MAIL | AREA_RESTART},
	[SEAL_CLASS_SERVICE] = {AREA_UNITS, AREA_MAIL | AREA_RESTART},
	[SEAL_CLASS_CONFIG] = {AREA_MAIL, AREA_RESTART},
	[SEAL_CLASS_DNS] = {AREA_NAMES, AREA_MAIL | AREA_RESTART},
	[SEAL_CLASS_AUTH] = {AREA_LOGIN, AREA_MAIL | AREA_RESTART},
	[SEAL_CLASS_TLS] = {AREA_TLS, AREA_MAIL | AREA_RESTART},
	[SEAL_CLASS_RELAY] = {0, AREA_MAIL | AREA_RESTART},
	[SEAL_CLASS_SENDERAUTH] = {0, AREA_MAIL | AREA_RESTART},
	[SEAL_CLASS_RECIPIENT] = {0, AREA_MAIL},
	[SEAL_CLASS_CONTENT] = {0, AREA_MAIL},
	[SEAL_CLASS_QUEUE] = {0, AREA_MAIL | AREA_RESTART},
	[SEAL_CLASS_UNKNOWN] = {0, ~0u},
	/* of a peer's policy, reputation or failure, and of a full disk: nothing here */
};

/* weight - 0: of no interest; more is nearer to the cause. A restart says less than what was
 * written before it,
 * and the policy load that setsebool(8) ends with less than the boolean it set. */
static int weight(const struct seal_change *c, enum seal_cause_class class_)
{
	unsigned area = area_of(c);

	if (area & areas[class_].direct)
		return c->kind == SEAL_CHANGE_BOOLEAN || c->kind == SEAL_CHANGE_ENFORCING ? 4 : 3;
	if (!(area & areas[class_].may))
		return 0;
	return area & AREA_RESTART ? 1 : 2;
}

/* end_of - how many changes came no later than @time_us */
static size_t end_of(const struct seal_host *h, int64_t time_us)
{
	size_t lo = 0, hi = h->changes.n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (h->changes.v[mid].time_us <= time_us)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct seal_change *seal_change_before(const struct seal_host *h,
					     enum seal_cause_class class_, int64_t first_us)
{
	const struct seal_change *best = NULL, *c;
	int64_t latest_us = SEAL_TIME_NONE;
	int best_weight = 0, w;
	size_t i;

	if (first_us == SEAL_TIME_NONE || (unsigned)class_ >= SEAL_CLASS_MAX_)
		return NULL;
	for (i = end_of(h, first_us); i > 0; i--) {
		c = &h->changes.v[i - 1];
		if (c->time_us < first_us - WINDOW_US)
			break;
		if (best && c->time_us < latest_us - NEAR_US)
			break;
		w = weight(c, class_);
		if (w <= best_weight)
			continue;
		if (!best)
			latest_us = c->time_us;
		best = c;
		best_weight = w;
	}
	return best;
}
