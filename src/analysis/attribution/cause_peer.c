/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"
#include "analysis/sasl.h"
#include "core/time.h"
#include "evidence/postfix/conf.h"
#include "evidence/postfix/map.h"

/* cause_peer.c - log-in and TLS: what a peer wants of us, and what our own configuration and
 * certificates have to say to it */

/* enum login - whether this host has credentials for the peer */
enum login {
	LOGIN_UNKNOWN, /* the configuration or a table is not in the evidence */
	LOGIN_OFF,     /* smtp_sasl_auth_enable = no */
	LOGIN_NO_KEY,  /* no table has a key for it */
	LOGIN_HAS_KEY,
};

struct login_facts {
	enum login login;
	struct seal_origin origin;
	struct seal_bytes relayhost; /* the peer's, as written, expanded; empty: it is none */
	bool named;                  /* relayhost names the peer, not its domain */
	struct seal_bytes spec;      /* the table at hand */
	struct seal_bytes near;      /* a key for the same host, spelled as no look-up spells it */
};

/* host_of - "relay.example" of "[relay.example]:587", with its port, 0 when none is written */
static struct seal_bytes host_of(struct seal_bytes hop, struct seal_bytes *port)
{
	struct seal_bytes host;

	if (hop.n && hop.p[0] == '[') {
		host = seal_bytes_cut(seal_bytes_from(hop, 1), ']', port);
		if (port->n && port->p[0] == ':')
			*port = seal_bytes_from(*port, 1);
		return host;
	}
	return seal_bytes_cut(hop, ':', port);
}

/* is_named - whether a next hop names the peer itself */
static bool is_named(const struct seal_case *c, struct seal_bytes hop)
{
	struct seal_bytes port, host = host_of(hop, &port);

	return host.n && (seal_bytes_icase_eq(host, c->reason.host) ||
			  seal_bytes_eq(host, c->reason.address));
}

/* is_exchanger - whether the peer is one of the mail exchangers of relayhost, which without
 * brackets is a domain: a host below it, or any where no other setting has a next hop of its own
 * (postconf(5), relayhost). Returns 1, 0 or -ENOMEM */
static int is_exchanger(struct seal_attribution *at, const struct seal_case *c,
			struct seal_bytes relayhost)
{
	static const struct {
		const char *name, *usual;
	} others[] = {
		{"transport_maps", ""},
		{"sender_dependent_relayhost_maps", ""},
		{"sender_dependent_default_transport_maps", ""},
		{"default_transport", "smtp"},
		{"relay_transport", "relay"},
	};
	struct seal_bytes port, value, host = host_of(relayhost, &port), peer = c->reason.host;
	int r;

	if (!host.n || relayhost.p[0] == '[' || !peer.n)
		return 0;
	if (peer.n > host.n && peer.p[peer.n - host.n - 1] == '.' &&
	    seal_bytes_icase_eq(seal_bytes_from(peer, peer.n - host.n), host))
		return 1;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		r = seal_conf_value(c->process->inst, NULL, others[i].name, at->h->arena, &value);
		if (r < 0 || !seal_bytes_is(value, others[i].usual))
			return r == -ENOMEM ? r : 0;
	}
	return 1;
}

static bool in_map(const struct seal_instance *inst, struct seal_bytes spec, struct seal_bytes key)
{
	seal_vec_each (m, &inst->maps) {
		if (seal_bytes_eq(m->spec, spec) && seal_map_has_key(m, key))
			return true;
	}
	return false;
}

static bool was_read(const struct seal_instance *inst, struct seal_bytes spec)
{
	seal_vec_each (m, &inst->maps) {
		if (seal_bytes_eq(m->spec, spec))
			return true;
	}
	return false;
}

/* near_key - a spelling of the same next hop that no look-up of smtp(8) uses here; empty: none */
static int near_key(const struct seal_attribution *at, const struct seal_instance *inst,
		    struct seal_bytes hop, struct login_facts *facts)
{
	struct seal_bytes port, host = host_of(hop, &port);
	seal_auto_buf struct seal_buf key = {0};
	size_t i;

	if (!port.n)
		port = SEAL_LIT("25");
	/* with brackets and port, with the port alone, with brackets alone, the name alone */
	for (i = 0; i < 4 && !facts->near.n; i++) {
		key.n = 0;
		if (i == 0 || i == 2)
			seal_buf_putc(&key, '[');
		seal_buf_put(&key, host.p, host.n);
		if (i == 0 || i == 2)
			seal_buf_putc(&key, ']');
		if (i < 2) {
			seal_buf_putc(&key, ':');
			seal_buf_put(&key, port.p, port.n);
		}
		if (key.err)
			return key.err;
		if (!seal_bytes_eq(seal_buf_bytes(&key), hop) &&
		    in_map(inst, facts->spec, seal_buf_bytes(&key)) &&
		    seal_arena_copy(at->h->arena, seal_buf_bytes(&key), &facts->near) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* look_up - as smtp(8) does: the sender where that is asked for, the peer's name, the next hop as
 * it is written (Postfix smtp_sasl_glue.c) */
static int look_up(struct seal_attribution *at, const struct seal_case *c, struct seal_bytes list,
		   struct login_facts *facts)
{
	const struct seal_instance *inst = c->process->inst;
	struct seal_bytes hop = facts->relayhost.n ? facts->relayhost : c->reason.host;
	bool by_sender = false, complete = true;
	int r;

	r = seal_conf_bool(inst, c->process->service, "smtp_sender_dependent_authentication",
			   at->h->arena, &by_sender);
	if (r == -ENOMEM)
		return r;
	while (seal_conf_next(&list, &facts->spec)) {
		if (!was_read(inst, facts->spec)) {
			complete = false;
			continue;
		}
		if (in_map(inst, facts->spec, c->reason.host) || in_map(inst, facts->spec, hop)) {
			facts->login = LOGIN_HAS_KEY;
			return 0;
		}
		r = near_key(at, inst, hop, facts);
		if (r < 0)
			return r;
	}
	/* other next hops and senders have keys that are not tried here */
	if (complete && !by_sender && facts->relayhost.n)
		facts->login = LOGIN_NO_KEY;
	return 0;
}

static int login_of(struct seal_attribution *at, const struct seal_case *c, struct login_facts *ret)
{
	const struct seal_process *p = c->process;
	const struct seal_param *where;
	struct seal_bytes list;
	bool on;
	int r;

	*ret = (struct login_facts){.origin = {.source = SEAL_SOURCE_MAIN_CF}};
	if (!p->inst || !p->inst->has_main_cf)
		return 0;
	r = seal_conf_value(p->inst, p->service, "relayhost", at->h->arena, &ret->relayhost);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		ret->relayhost = SEAL_BYTES_NONE;
	ret->named = is_named(c, ret->relayhost);
	if (!ret->named) {
		r = is_exchanger(at, c, ret->relayhost);
		if (r < 0)
			return r;
		if (r == 0)
			ret->relayhost = SEAL_BYTES_NONE;
	}
	r = seal_conf_bool(p->inst, p->service, "smtp_sasl_auth_enable", at->h->arena, &on);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	where = seal_conf_where(p->inst, p->service,
				on ? "smtp_sasl_password_maps" : "smtp_sasl_auth_enable");
	if (where)
		ret->origin = where->origin;
	if (!on) {
		ret->login = LOGIN_OFF;
		return 0;
	}
	r = seal_conf_value(p->inst, p->service, "smtp_sasl_password_maps", at->h->arena, &list);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (list.n)
		return look_up(at, c, list, ret);
	ret->login = LOGIN_NO_KEY;
	return 0;
}

static int say_login(struct seal_attribution *at, struct seal_finding *f,
		     const struct login_facts *l)
{
	if (l->login == LOGIN_OFF) {
		f->object.parameter = SEAL_LIT("smtp_sasl_auth_enable");
		return seal_finding_say(at, f, &l->origin,
					"smtp_sasl_auth_enable is not set to yes");
	}
	if (l->login != LOGIN_NO_KEY)
		return 0;
	f->object.parameter = SEAL_LIT("smtp_sasl_password_maps");
	if (l->near.n)
		return seal_finding_say(at, f, &l->origin,
					"smtp_sasl_password_maps has a key %.*s, which is not how "
					"the next hop is written: %.*s",
					(int)l->near.n, l->near.p, (int)l->relayhost.n,
					l->relayhost.p);
	return seal_finding_say(at, f, &l->origin, "smtp_sasl_password_maps has no key for %.*s",
				(int)l->relayhost.n, l->relayhost.p);
}

static bool is_submission(const struct seal_case *c, const struct login_facts *l)
{
	struct seal_bytes port;

	host_of(l->relayhost, &port);
	return c->reason.port == 587 || c->reason.port == 465 || seal_bytes_is(port, "587") ||
	       seal_bytes_is(port, "465") || seal_bytes_starts(port, "submission");
}

/* test_plugins - without a mechanism that is installed and allowed, none that a relay offers can be
 * used. Returns 1 (told), 0 or -ENOMEM */
static int test_plugins(struct seal_attribution *at, const struct seal_case *c, bool no_plain,
			struct seal_finding *f)
{
	const struct seal_process *p = c->process;
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};
	struct seal_sasl_plugins plugins;
	struct seal_bytes type;
	int r;

	if (!p->inst || !p->inst->has_main_cf)
		return 0;
	r = seal_conf_value(p->inst, p->service, "smtp_sasl_type", at->h->arena, &type);
	if (r < 0 || !seal_bytes_is(type, "cyrus"))
		return r == -ENOMEM ? r : 0;
	r = seal_sasl_plugins(at->h, &plugins);
	if (r < 0 || plugins.hidden || plugins.other || (plugins.plain && !no_plain))
		return r;
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	r = seal_finding_say(at, f, &o, "%s of the Cyrus SASL library is installed",
			     plugins.plain ? "no other mechanism" : "no mechanism");
	return r < 0 ? r : 1;
}

/* test_options - "noplaintext" rules out PLAIN and LOGIN, which is all that most relays offer; with
 * TLS other options hold (postconf(5)) */
static int test_options(struct seal_attribution *at, const struct seal_case *c,
			struct seal_finding *f)
{
	static const char *const params[] = {"smtp_sasl_tls_security_options",
					     "smtp_sasl_security_options"};
	const struct seal_process *p = c->process;
	struct seal_origin o = {.source = SEAL_SOURCE_MAIN_CF};
	const struct seal_param *where;
	struct seal_bytes list, one;
	size_t i;
	int r = test_plugins(at, c, false, f);

	if (r != 0)
		return r < 0 ? r : 0;
	for (i = 0; p->inst && p->inst->has_main_cf && i < 2; i++) {
		r = seal_conf_value(p->inst, p->service, params[i], at->h->arena, &list);
		if (r < 0)
			return r == -ENOMEM ? r : 0;
		where = seal_conf_where(p->inst, p->service, params[i]);
		while (seal_conf_next(&list, &one)) {
			if (!seal_bytes_is(one, "noplaintext"))
				continue;
			f->object.parameter = seal_bytes_of(params[i]);
			r = seal_finding_say(at, f, where ? &where->origin : &o,
					     "%s rules out PLAIN and LOGIN (noplaintext)",
					     params[i]);
			r = r < 0 ? r : test_plugins(at, c, true, f);
			return r < 0 ? r : 0;
		}
	}
	return 0;
}

int seal_test_auth(struct seal_attribution *at, const struct seal_case *c,
		   const struct seal_verdict *v, struct seal_finding *f)
{
	bool missing = strcmp(v->id, "auth.missing") == 0;
	struct login_facts l;
	int r;

	r = seal_test_words(at, c, v, f);
	if (r == 0 && strcmp(v->id, "auth.no_mechanism") == 0 && f->certainty)
		return test_options(at, c, f);
	if (r < 0 || (!missing && strcmp(v->id, "auth.required") != 0) ||
	    (!missing && c->symptom->verdict != v) || c->reason.origin != SEAL_REASON_REMOTE)
		return r;
	r = login_of(at, c, &l);
	if (r < 0)
		return r;
	seal_finding_peer(f, c);
	if (l.login == LOGIN_HAS_KEY && missing)
		return seal_finding_refute(at, f, "smtp_sasl_password_maps has a key for it");
	if (l.login != LOGIN_OFF && l.login != LOGIN_NO_KEY)
		return 0;
	/* a submission port takes mail of those alone who log in (RFC 6409); port 25 need not */
	if (missing && !(l.relayhost.n && is_submission(c, &l)))
		return 0;
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	return say_login(at, f, &l);
}

/* test_refusal - a refusal to relay: of our own relayhost, which has a password, it is what that
 * host thinks of our mail; of any other host it says that the mail went astray */
static int test_refusal(struct seal_attribution *at, const struct seal_case *c, bool smarthost,
			struct seal_finding *f)
{
	struct login_facts l;
	bool ours;
	int r = login_of(at, c, &l);

	if (r < 0)
		return r;
	ours = l.named && l.login == LOGIN_HAS_KEY;
	if (!smarthost)
		return ours ? seal_finding_refute(at, f,
						  "the peer is our relayhost, and has a "
						  "password")
			    : 0;
	if (!l.relayhost.n)
		return seal_finding_refute(at, f, "the peer is not our relayhost");
	if (!ours)
		return 0;
	f->certainty = SEAL_CERTAINTY_LIKELY;
	seal_finding_peer(f, c);
	return seal_finding_say(at, f, &l.origin, "relayhost is the peer, and has a password");
}

int seal_test_relay(struct seal_attribution *at, const struct seal_case *c,
		    const struct seal_verdict *v, struct seal_finding *f)
{
	int r;

	if (strcmp(v->id, "relay.smarthost_policy") == 0)
		return test_refusal(at, c, true, f);
	r = seal_test_words(at, c, v, f);
	if (r < 0 || c->symptom->verdict != v)
		return r;
	if (strcmp(v->id, "relay.denied_by_remote") == 0)
		return test_refusal(at, c, false, f);
	return strcmp(v->id, "relay.denied_by_us") == 0 ? seal_test_relay_client(at, c, f) : 0;
}

/* own_certificate - the files with the server's certificates, the first of which has ended, or has
 * not begun, at the time of the failure. Returns 1, 0 (none is, *known when all were read) or
 * -ENOMEM. */
static int own_certificate(struct seal_attribution *at, const struct seal_case *c, bool *known,
			   struct seal_bytes *path, struct seal_certificate *cert)
{
	static const char *const params[] = {"smtpd_tls_chain_files", "smtpd_tls_cert_file",
					     "smtpd_tls_eccert_file", "smtpd_tls_dcert_file"};
	const struct seal_process *p = c->process;
	struct seal_bytes list;
	size_t i;
	int r;

	*known = false;
	for (i = 0; p->inst && i < sizeof(params) / sizeof(params[0]); i++) {
		r = seal_conf_value(p->inst, p->service, params[i], at->h->arena, &list);
		if (r == -ENOMEM)
			return r;
		while (r == 0 && seal_conf_next(&list, path)) {
			int s = seal_view_certificate(&at->h->view, *path, cert);

			if (s == -ENOMEM)
				return s;
			if (s < 0)
				continue;
			*known = true;
			if (c->time_us != SEAL_TIME_NONE &&
			    (cert->not_after_us < c->time_us || cert->not_before_us > c->time_us))
				return 1;
		}
		/* with chain files the other parameters are not looked at */
		if (i == 0 && *known)
			break;
	}
	return 0;
}

static int say_certificate(struct seal_attribution *at, const struct seal_case *c,
			   struct seal_finding *f, struct seal_bytes path,
			   const struct seal_certificate *cert)
{
	struct seal_origin o = {.source = SEAL_SOURCE_FILES, .path = path};
	bool ended = cert->not_after_us < c->time_us;
	seal_auto_buf struct seal_buf day = {0};

	seal_time_put(&day, ended ? cert->not_after_us : cert->not_before_us);
	seal_buf_putc(&day, '\0');
	if (day.err)
		return day.err;
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	f->object.path = path;
	f->object.parameter = SEAL_BYTES_NONE;
	return seal_finding_say(at, f, &o, "our certificate %s %s", ended ? "ended" : "begins",
				day.p);
}

/* why_not_verified - what Postfix says of the peer's certificate: the end of the line "certificate
 * verification failed for PEER: WHY" */
static int why_not_verified(const struct seal_case *c, struct seal_finding *f)
{
	static const char said[] = "certificate verification failed for ";
	struct seal_bytes rest, word;
	size_t i;
	ssize_t off;

	for (i = 0; i < c->n_texts; i++) {
		off = seal_bytes_find(c->texts[i], said);
		if (off < 0)
			continue;
		rest = seal_bytes_from(c->texts[i], (size_t)off + strlen(said));
		word = seal_bytes_word(&rest);
		if (!word.n || word.p[word.n - 1] != ':')
			continue;
		f->object.parameter = seal_bytes_trim(rest);
		return i == 0 ? 0 : seal_finding_quote(f, &c->origins[i], c->texts[i]);
	}
	return 0;
}

/* test_wrapper - a port that begins with TLS, and a client that waits for a greeting (RFC 8314) */
static int test_wrapper(struct seal_attribution *at, const struct seal_case *c,
			struct seal_finding *f)
{
	static const char name[] = "smtp_tls_wrappermode";
	const struct seal_process *p = c->process;
	struct seal_origin o = {.source = SEAL_SOURCE_MAIN_CF};
	const struct seal_param *where;
	bool on;
	int r;

	if (!p->inst || !p->inst->has_main_cf)
		return 0;
	r = seal_conf_bool(p->inst, p->service, name, at->h->arena, &on);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	where = seal_conf_where(p->inst, p->service, name);
	if (where)
		o = where->origin;
	if (on)
		return seal_finding_refute(at, f, "%s is set", name);
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	f->object.parameter = seal_bytes_of(name);
	return seal_finding_say(at, f, &o, "%s is not set, and port 465 begins with TLS", name);
}

/* test_level - what this host wants of TLS towards peers: smtp_tls_security_level, unless a policy
 * table tells otherwise for some */
static int test_level(struct seal_attribution *at, const struct seal_case *c,
		      const struct seal_verdict *v, struct seal_finding *f)
{
	static const char name[] = "smtp_tls_security_level";
	const struct seal_process *p = c->process;
	struct seal_origin o = {.source = SEAL_SOURCE_MAIN_CF};
	struct seal_bytes level, table = SEAL_BYTES_NONE;
	const struct seal_param *where;
	bool old = false;
	int r;

	if (!p->inst || !p->inst->has_main_cf)
		return 0;
	r = seal_conf_value(p->inst, p->service, name, at->h->arena, &level);
	if (r == 0)
		r = seal_conf_value(p->inst, p->service, "smtp_tls_policy_maps", at->h->arena,
				    &table);
	if (r == 0 && !level.n)
		r = seal_conf_bool(p->inst, p->service, "smtp_use_tls", at->h->arena, &old);
	if (r < 0 || table.n || old)
		return r == -ENOMEM ? r : 0;
	where = seal_conf_where(p->inst, p->service, name);
	if (where)
		o = where->origin;
	if (strcmp(v->id, "tls.not_offered") == 0) {
		if (!level.n || seal_bytes_is(level, "may") || seal_bytes_is(level, "none"))
			return 0;
	} else if (level.n && !seal_bytes_is(level, "none")) {
		return 0;
	} else {
		f->certainty = SEAL_CERTAINTY_CERTAIN;
	}
	f->object.parameter = seal_bytes_of(name);
	return seal_finding_say(at, f, &o, "%s is %.*s", name, level.n ? (int)level.n : 7,
				level.n ? level.p : "not set");
}

int seal_test_tls(struct seal_attribution *at, const struct seal_case *c,
		  const struct seal_verdict *v, struct seal_finding *f)
{
	bool server = seal_bytes_is(c->daemon, "smtpd") || seal_bytes_is(c->daemon, "tlsproxy") ||
		      seal_bytes_is(c->daemon, "postscreen");
	struct seal_certificate cert;
	struct seal_bytes path;
	bool known;
	int r;

	r = seal_test_words(at, c, v, f);
	if (r < 0 || c->symptom->verdict != v)
		return r;
	if (!server && strcmp(v->id, "tls.wrapper") == 0)
		return test_wrapper(at, c, f);
	if (!server &&
	    (strcmp(v->id, "tls.required_by_remote") == 0 || strcmp(v->id, "tls.not_offered") == 0))
		return test_level(at, c, v, f);
	if (!server) {
		r = why_not_verified(c, f);
		return r < 0 || strcmp(v->id, "tls.not_verified") != 0
			       ? r
			       : seal_test_issuers(at, c, f);
	}
	if (strcmp(v->id, "tls.expired") != 0)
		return 0;
	r = own_certificate(at, c, &known, &path, &cert);
	if (r < 0)
		return r;
	if (r > 0)
		return say_certificate(at, c, f, path, &cert);
	/* a client says that it looks at a certificate that has ended, and ours has not: one of the
	 * chain, or its own clock */
	if (known)
		f->certainty = SEAL_CERTAINTY_POSSIBLE;
	return 0;
}
