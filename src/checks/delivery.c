/* SPDX-License-Identifier: GPL-2.0-or-later */
/* delivery.c - the relay and helpers of the mail path: log-in, mechanisms, TLS by port, sockets */
#include "checks/value.h"

#include <errno.h>
#include <string.h>

#include "analysis/daemon.h"
#include "analysis/sasl.h"
#include "core/path.h"
#include "evidence/postfix/conf.h"
#include "evidence/postfix/map.h"

/* host_of - "relay.example" of "[relay.example]:587", with the port as written, or none */
static struct seal_bytes host_of(struct seal_bytes hop, struct seal_bytes *port)
{
	struct seal_bytes host;

	if (!seal_bytes_starts(hop, "["))
		return seal_bytes_cut(hop, ':', port);
	host = seal_bytes_cut(seal_bytes_from(hop, 1), ']', port);
	*port = seal_bytes_from(*port, seal_bytes_starts(*port, ":") ? 1 : 0);
	return host;
}

/* --- DLV-001 */

/* struct keys - what the tables of smtp_sasl_password_maps have for a next hop */
struct keys {
	const struct seal_instance *inst;
	struct seal_bytes hop;
	struct seal_bytes near; /* a key for the same host, spelled as no look-up spells it */
	size_t n;               /* keys in all */
	bool found, complete;
};

/* look_for_near - Returns 0 or -ENOMEM */
static int look_for_near(struct seal_host *h, struct keys *k, const struct seal_map *m)
{
	struct seal_bytes port, host = host_of(k->hop, &port);
	int width = (int)host.n, port_width = port.n ? (int)port.n : 2;
	const char *number = port.n ? port.p : "25";
	const char *spellings[4];

	spellings[0] =
		seal_arena_printf(h->arena, "[%.*s]:%.*s", width, host.p, port_width, number);
	spellings[1] = seal_arena_printf(h->arena, "%.*s:%.*s", width, host.p, port_width, number);
	spellings[2] = seal_arena_printf(h->arena, "[%.*s]", width, host.p);
	spellings[3] = seal_arena_printf(h->arena, "%.*s", width, host.p);
	for (size_t i = 0; i < 4 && !k->near.n; i++) {
		if (!spellings[i])
			return -ENOMEM;
		if (seal_map_has_key(m, seal_bytes_of(spellings[i])))
			k->near = seal_bytes_of(spellings[i]);
	}
	return 0;
}

/* look_up - as smtp(8) does: the name of the host, then the next hop as it is written */
static int look_up(struct seal_host *h, struct keys *k, struct seal_bytes list)
{
	struct seal_bytes port, host = host_of(k->hop, &port), spec;
	bool direct = seal_bytes_starts(k->hop, "[");
	int r = 0;

	k->complete = true;
	while (r == 0 && seal_conf_next(&list, &spec)) {
		bool read = false;

		seal_vec_each (m, &k->inst->maps) {
			if (!seal_bytes_eq(m->spec, spec))
				continue;
			read = true;
			k->n += m->entries.n;
			k->found = k->found || seal_map_has_key(m, k->hop) ||
				   (direct && seal_map_has_key(m, host));
			if (r == 0)
				r = look_for_near(h, k, m);
		}
		k->complete = k->complete && read;
	}
	return r;
}

static int check_login(struct seal_subject *s, struct seal_out *out)
{
	struct keys k = {.inst = s->h->postfix.instances.v};
	const struct seal_service *svc = seal_value_client(s);
	struct seal_value relay, maps;
	int r;

	if (!seal_value_of(s, out, NULL, "relayhost", &relay))
		return 0;
	if (!relay.text.n || !seal_value_is_on(s, svc, "smtp_sasl_auth_enable")) {
		seal_out_na(out, "relayhost is not set, or smtp does not log in.");
		return 0;
	}
	if (!seal_value_of(s, out, svc, "smtp_sasl_password_maps", &maps))
		return 0;
	k.hop = relay.text;
	r = look_up(s->h, &k, maps.text);
	/* with this setting the keys are those of senders first */
	if (r < 0 || k.found || seal_value_is_on(s, svc, "smtp_sender_dependent_authentication"))
		return r;
	if (!maps.text.n)
		seal_out_fail(out, &maps.about,
			      "smtp is to log in, and smtp_sasl_password_maps names no table.");
	else if (k.near.n)
		seal_out_fail(out, &maps.about,
			      "The key %.*s is not spelled as relayhost is: %.*s.",
			      SEAL_ARG(k.near), SEAL_ARG(k.hop));
	else if (!k.complete)
		seal_out_unknown(out, &maps.about, "not all tables of it were read");
	else if (seal_bytes_starts(k.hop, "[") || !k.n)
		seal_out_fail(out, &maps.about, "smtp_sasl_password_maps has no key for %.*s.",
			      SEAL_ARG(k.hop));
	else
		seal_out_unknown(out, &maps.about,
				 "whether a key is the name of a mail exchanger of %.*s",
				 SEAL_ARG(k.hop));
	return 0;
}

/* --- DLV-002 */

/* judge_plugins - @prefix: "smtp" or "smtpd" */
static void judge_plugins(struct seal_out *out, const struct seal_sasl_plugins *p,
			  const struct seal_value *v, const char *prefix)
{
	if (!p->plain && !p->other && !p->hidden)
		seal_out_fail(
			out, &v->about,
			"%s is to use SASL, and no mechanism of the Cyrus library is installed.",
			prefix);
	else if (!p->plain && !p->other)
		seal_out_unknown(out, &v->about,
				 "which SASL mechanisms are installed is not in the evidence");
}

static int check_mechanisms(struct seal_subject *s, struct seal_out *out)
{
	const struct seal_instance *inst = s->h->postfix.instances.v;
	const struct seal_service *svc = seal_value_client(s);
	struct seal_sasl_plugins p = {.plain = 0};
	struct seal_value v;
	bool any = false;
	int r = seal_sasl_plugins(s->h, &p);

	if (r < 0)
		return r;
	if (seal_value_is_on(s, svc, "smtp_sasl_auth_enable") &&
	    seal_value_of(s, out, svc, "smtp_sasl_type", &v) && seal_bytes_is(v.text, "cyrus")) {
		any = true;
		judge_plugins(out, &p, &v, "smtp");
		if (seal_value_of(s, out, svc, "smtp_sasl_tls_security_options", &v) && p.plain &&
		    !p.other && !p.hidden && seal_value_lists(v.text, SEAL_LIT("noplaintext")))
			seal_out_fail(out, &v.about,
				      "noplaintext rules out PLAIN and LOGIN, and no other SASL "
				      "mechanism is installed.");
	}
	seal_vec_each (server, &inst->services) {
		if (!seal_bytes_is(server->command, "smtpd") ||
		    !seal_value_is_on(s, server, "smtpd_sasl_auth_enable") ||
		    !seal_value_of(s, out, server, "smtpd_sasl_type", &v) ||
		    !seal_bytes_is(v.text, "cyrus"))
			continue;
		any = true;
		judge_plugins(out, &p, &v, "smtpd");
	}
	if (!any)
		seal_out_na(out, "Neither smtp nor smtpd uses the Cyrus SASL library.");
	return 0;
}

/* --- DLV-003 */

static bool is_level(struct seal_bytes level, const char *const *names)
{
	for (; *names; names++)
		if (seal_bytes_is(level, *names))
			return true;
	return false;
}

static bool is_one_port(struct seal_bytes port, const char *number, const char *a, const char *b)
{
	return seal_bytes_is(port, number) || seal_bytes_is(port, a) || seal_bytes_is(port, b);
}

/* judge_port - TLS from the first byte on 465, after a greeting elsewhere (RFC 8314) */
static void judge_port(struct seal_subject *s, struct seal_out *out, const struct seal_value *relay,
		       const struct seal_value *level)
{
	static const char *const forced[] = {"encrypt", "dane-only", "fingerprint",
					     "verify",  "secure",    NULL};
	const struct seal_service *svc = seal_value_client(s);
	bool wrapped = seal_value_is_on(s, svc, "smtp_tls_wrappermode");
	struct seal_about about = {{{"parameter", SEAL_LIT("smtp_tls_wrappermode")}},
				   relay->about.origin};
	struct seal_bytes port;
	struct seal_value policy;

	host_of(relay->text, &port);
	if (!port.n)
		port = SEAL_LIT("25");
	if (wrapped && (is_one_port(port, "25", "smtp", "mail") ||
			is_one_port(port, "587", "submission", "msa")))
		seal_out_fail(
			out, &about,
			"smtp_tls_wrappermode is set, and a server on port %.*s greets before "
			"TLS.",
			SEAL_ARG(port));
	else if (!wrapped && is_one_port(port, "465", "smtps", "submissions"))
		seal_out_fail(out, &about,
			      "Port 465 begins with TLS, and smtp_tls_wrappermode is not set.");
	if (!seal_value_of(s, out, svc, "smtp_tls_policy_maps", &policy) || policy.text.n)
		return; /* a table may say otherwise */
	if (wrapped && !is_level(level->text, forced))
		seal_out_fail(
			out, &level->about,
			"smtp_tls_wrappermode needs smtp_tls_security_level = encrypt or more.");
	else if (!wrapped && is_one_port(port, "587", "submission", "msa") &&
		 (!level->text.n || seal_bytes_is(level->text, "none")) &&
		 !seal_value_is_on(s, svc, "smtp_use_tls") &&
		 !seal_value_is_on(s, svc, "smtp_enforce_tls"))
		seal_out_fail(out, &level->about,
			      "A submission server wants STARTTLS before the log-in, and "
			      "smtp_tls_security_level does not allow it.");
}

/* judge_cas - who verifies needs to know CAs. Returns whether there was something to judge */
static bool judge_cas(struct seal_subject *s, struct seal_out *out, const struct seal_value *level)
{
	static const char *const verified[] = {"verify", "secure", NULL};
	const struct seal_service *svc = seal_value_client(s);
	struct seal_value file, path;
	struct seal_file f;
	int r;

	if (!seal_value_of(s, out, svc, "smtp_tls_CAfile", &file) ||
	    !seal_value_of(s, out, svc, "smtp_tls_CApath", &path))
		return true;
	if (file.text.n && file.text.p[0] == '/') {
		r = seal_view_file(&s->h->view, file.text, &f);
		if (r == -ENOENT)
			seal_out_fail(out, &file.about, "%.*s is not there.", SEAL_ARG(file.text));
		else if (r < 0)
			seal_out_unknown(out, &file.about, "whether %.*s exists",
					 SEAL_ARG(file.text));
	} else if (is_level(level->text, verified) && !file.text.n && !path.text.n &&
		   !seal_value_is_on(s, svc, "tls_append_default_CA")) {
		seal_out_fail(out, &file.about,
			      "Peers are to be verified, and neither smtp_tls_CAfile nor "
			      "smtp_tls_CApath is set.");
	}
	return file.text.n || path.text.n || is_level(level->text, verified);
}

static int check_client_tls(struct seal_subject *s, struct seal_out *out)
{
	struct seal_value relay, level;
	bool any;

	if (!seal_value_of(s, out, NULL, "relayhost", &relay) ||
	    !seal_value_of(s, out, seal_value_client(s), "smtp_tls_security_level", &level))
		return 0;
	any = judge_cas(s, out, &level);
	if (relay.text.n)
		judge_port(s, out, &relay, &level);
	else if (!any)
		seal_out_na(out, "There is no relayhost, and nobody is verified.");
	return 0;
}

/* --- DLV-004 */

/* walk_to - the way to a socket that nobody has made yet ends in its folder. Returns 0 or -ENOMEM
 */
static int walk_to(struct seal_host *h, struct seal_out *out, struct seal_about *about,
		   struct seal_bytes path, const struct seal_identity *id)
{
	struct seal_dac_result dac = {.answer = SEAL_DAC_UNKNOWN};
	struct seal_file f;
	int r = seal_view_file(&h->view, path, &f);

	if (r == -ENOMEM)
		return r;
	if (r == -ENOENT && h->running)
		seal_out_fail(out, about,
			      "%.*s is not there: its service does not run, or makes it elsewhere.",
			      SEAL_ARG(path));
	if (r == 0 && f.type != 's' && f.type != 'l') {
		seal_out_fail(out, about, "%.*s is no socket.", SEAL_ARG(path));
		return 0;
	}
	if (r == -ENOENT && h->running)
		return 0;
	if (r == 0)
		r = seal_dac_walk(&h->view, path, id, SEAL_DAC_WRITE, h->arena, &dac);
	else if (r == -ENOENT)
		r = seal_dac_walk(&h->view, seal_path_parent(path), id, SEAL_DAC_SEARCH, h->arena,
				  &dac);
	if (r == -ENOMEM)
		return r;
	if (dac.answer == SEAL_DAC_REFUSED && !dac.acl_unknown)
		seal_out_fail(out, about, "Mode %04o and owner %u:%u of %.*s keep uid %u out.",
			      dac.file.mode, dac.file.uid, dac.file.gid, SEAL_ARG(dac.path),
			      id->uid);
	else if (dac.answer == SEAL_DAC_REFUSED || dac.answer == SEAL_DAC_UNKNOWN)
		seal_out_unknown(out, about, "modes and owners on the way to %.*s", SEAL_ARG(path));
	return 0;
}

static int check_sockets(struct seal_subject *s, struct seal_out *out)
{
	bool any = false;
	int r = 0;

	seal_vec_each (hop, &s->endpoints.next_hops) {
		struct seal_about about = {
			{{"path", hop->path}, {"parameter", seal_bytes_of(hop->purpose)}},
			hop->origin};
		struct seal_identity id;
		struct seal_bytes path;

		if (r < 0 || !hop->path.n)
			continue;
		any = true;
		r = seal_daemon_path(s->h, hop->daemon, hop->path, &path);
		if (r == 0)
			r = seal_daemon_identity(s->h, hop->daemon, &id);
		if (r == 0)
			r = walk_to(s->h, out, &about, path, &id);
		else if (r == -ENODATA)
			seal_out_unknown(out, &about, "as whom %.*s(8) runs, or where it looks",
					 SEAL_ARG(hop->daemon));
		r = r == -ENOMEM ? r : 0;
	}
	if (r == 0 && !any && s->endpoints.next_hops_complete)
		seal_out_na(out, "The configuration names no unix socket of another program.");
	else if (r == 0 && !s->endpoints.next_hops_complete)
		seal_out_unknown(out, NULL,
				 "not all sockets are known: a table or a value could "
				 "not be read");
	return r;
}

const struct seal_check seal_checks_delivery[] = {
	{"DLV-001", check_login, SEAL_NEED_POSTFIX},
	{"DLV-002", check_mechanisms, SEAL_NEED_POSTFIX},
	{"DLV-003", check_client_tls, SEAL_NEED_POSTFIX},
	{"DLV-004", check_sockets, SEAL_NEED_POSTFIX},
	{NULL, NULL, 0},
};
