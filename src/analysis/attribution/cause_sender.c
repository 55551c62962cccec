/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "analysis/attribution/attribution_impl.h"
#include "evidence/postfix/conf.h"

/* cause_sender.c - what this host tells peers of itself: its name, its signature, and the issuers
 * it trusts. Peers object in words; main.cf says whether they are right. */

/* value_of - a parameter of the service of the case. Returns 1, 0 (not known) or -ENOMEM. */
static int value_of(struct seal_attribution *at, const struct seal_case *c, const char *name,
		    struct seal_bytes *ret, struct seal_origin *origin)
{
	const struct seal_process *p = c->process;
	const struct seal_param *where;
	int r;

	if (!p->inst || !p->inst->has_main_cf)
		return 0;
	r = seal_conf_value(p->inst, p->service, name, at->h->arena, ret);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	where = seal_conf_where(p->inst, p->service, name);
	*origin = where ? where->origin : (struct seal_origin){.source = SEAL_SOURCE_MAIN_CF};
	return 1;
}

/* test_helo - a name without a dot is no full host name (RFC 5321, 2.3.5) */
static int test_helo(struct seal_attribution *at, const struct seal_case *c, struct seal_finding *f)
{
	struct seal_origin o;
	struct seal_bytes name;
	int r;

	r = value_of(at, c, "smtp_helo_name", &name, &o);
	if (r <= 0 || !name.n || name.p[0] == '[')
		return r < 0 ? r : 0;
	if (seal_bytes_chr(name, '.') >= 0 && !seal_bytes_starts(name, "localhost.") &&
	    !seal_bytes_ends(name, ".localdomain") && !seal_bytes_ends(name, ".local"))
		return 0;
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	f->object.parameter = SEAL_LIT("smtp_helo_name");
	return seal_finding_say(at, f, &o,
				"this host calls itself %.*s, no name others can look up",
				(int)name.n, name.p);
}

/* test_signer - mail is signed by a milter or a content filter; with neither, by nobody here */
static int test_signer(struct seal_attribution *at, const struct seal_case *c,
		       struct seal_finding *f)
{
	static const char *const params[] = {"smtpd_milters", "non_smtpd_milters", "content_filter",
					     "smtpd_proxy_filter"};
	struct seal_origin o;
	struct seal_bytes value;
	size_t i;
	int r;

	for (i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
		r = value_of(at, c, params[i], &value, &o);
		if (r <= 0 || value.n)
			return r < 0 ? r : 0;
	}
	f->object.parameter = SEAL_LIT("smtpd_milters");
	return seal_finding_say(at, f, &o, "no milter and no content filter is set: nobody signs");
}

int seal_test_senderauth(struct seal_attribution *at, const struct seal_case *c,
			 const struct seal_verdict *v, struct seal_finding *f)
{
	int r = seal_test_words(at, c, v, f);

	if (r < 0 || c->symptom->verdict != v || c->reason.origin != SEAL_REASON_REMOTE)
		return r;
	if (strcmp(v->id, "senderauth.helo") == 0)
		return test_helo(at, c, f);
	if (strcmp(v->id, "senderauth.dkim") == 0)
		return test_signer(at, c, f);
	return 0;
}

/* says_untrusted - the issuer is not trusted, rather than the name or the dates wrong */
static bool says_untrusted(const struct seal_case *c)
{
	static const char *const said[] = {"untrusted issuer", "unable to get local issuer",
					   "unable to get issuer", "self signed certificate in",
					   "self-signed certificate in"};
	size_t i, k;

	for (i = 0; i < c->n_texts; i++)
		for (k = 0; k < sizeof(said) / sizeof(said[0]); k++)
			if (seal_bytes_find(c->texts[i], said[k]) >= 0)
				return true;
	return false;
}

int seal_test_issuers(struct seal_attribution *at, const struct seal_case *c,
		      struct seal_finding *f)
{
	static const char *const params[] = {"smtp_tls_CAfile", "smtp_tls_CApath",
					     "tls_append_default_CA"};
	struct seal_origin o = {.source = SEAL_SOURCE_FILES};
	struct seal_bytes value[3];
	struct seal_file file;
	size_t i;
	int r;

	if (!says_untrusted(c))
		return 0;
	for (i = 0; i < 3; i++) {
		r = value_of(at, c, params[i], &value[i], &o);
		if (r <= 0)
			return r;
	}
	if (seal_bytes_is(value[2], "yes") || value[1].n)
		return 0;
	f->object.parameter = seal_bytes_of(params[0]);
	if (!value[0].n) {
		f->certainty = SEAL_CERTAINTY_CERTAIN;
		return seal_finding_say(at, f, &o, "neither %s nor %s is set: no issuer is trusted",
					params[0], params[1]);
	}
	o = (struct seal_origin){.source = SEAL_SOURCE_FILES, .path = value[0]};
	if (value[0].p[0] != '/' || seal_view_file(&at->h->view, value[0], &file) != -ENOENT)
		return 0;
	f->certainty = SEAL_CERTAINTY_CERTAIN;
	f->object.path = value[0];
	return seal_finding_say(at, f, &o, "the file of %s is not there", params[0]);
}
