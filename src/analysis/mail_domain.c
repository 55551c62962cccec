/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/mail_domain.h"

#include <errno.h>
#include <stdlib.h>

static int take(struct seal_names *all, struct seal_bytes name)
{
	struct seal_bytes *slot = seal_vec_add(&all->v);

	if (!slot)
		return -ENOMEM;
	*slot = name;
	return 0;
}

/* take_attribute - its members; a policy without it has none */
static int take_attribute(const struct seal_policy *p, const char *name, struct seal_names *all)
{
	struct seal_names members = {0};
	int r = seal_policy_members(p, seal_bytes_of(name), &members);

	if (r == -ENOENT)
		return 0;
	seal_vec_each (m, &members.v) {
		if (r == 0)
			r = take(all, *m);
	}
	seal_vec_done(&members.v);
	return r;
}

/* take_program - the domain that the program leads into, when it is the only one: a label that
 * many domains may be entered by is not this program's own */
static int take_program(struct seal_host *h, const char *path, struct seal_names *all)
{
	struct seal_bytes context, perm = SEAL_LIT("entrypoint");
	struct seal_names domains = {0};
	int r;

	if (seal_view_expected(&h->view, seal_bytes_of(path), 'f', &context) < 0)
		return 0;
	r = seal_policy_sources_with(h->selinux.policy, seal_context_part(context, 't'),
				     SEAL_LIT("file"), &perm, 1, &domains);
	if (r == 0 && domains.v.n == 1)
		r = take(all, domains.v.v[0]);
	seal_vec_done(&domains.v);
	return r == -ENOMEM ? r : 0;
}

static int by_name(const void *a, const void *b)
{
	return seal_bytes_cmp(*(const struct seal_bytes *)a, *(const struct seal_bytes *)b);
}

static void sort(struct seal_names *all)
{
	size_t n = 0;

	if (all->v.n > 1)
		qsort(all->v.v, all->v.n, sizeof(*all->v.v), by_name);
	for (size_t i = 0; i < all->v.n; i++)
		if (n == 0 || !seal_bytes_eq(all->v.v[n - 1], all->v.v[i]))
			all->v.v[n++] = all->v.v[i];
	all->v.n = n;
}

int seal_mail_domains(struct seal_host *h, struct seal_names *ret)
{
	/* of the reference policy and those made from it */
	static const char *const attributes[] = {
		"postfix_domain",      "postfix_server_domain", "mailserver_domain",
		"mailserver_delivery", "mailserver_sender",     "mta_user_agent",
		"user_mail_domain",    "milter_domains",        "dovecot_domain",
		"antivirus_domain",    "mailman_domain",
	};
	/* where the programs' own makers and distributions put them */
	static const char *const programs[] = {
		"/usr/sbin/postdrop",     "/usr/sbin/postqueue",      "/usr/sbin/opendkim",
		"/usr/sbin/opendmarc",    "/usr/sbin/openarc",        "/usr/sbin/spamd",
		"/usr/bin/spamd",         "/usr/sbin/spamass-milter", "/usr/bin/rspamd",
		"/usr/sbin/clamd",        "/usr/sbin/clamav-milter",  "/usr/sbin/amavisd",
		"/usr/sbin/amavisd-new",  "/usr/sbin/postgrey",       "/usr/sbin/milter-greylist",
		"/usr/sbin/saslauthd",    "/usr/sbin/dovecot",        "/usr/bin/mimedefang",
		"/usr/sbin/milter-regex", "/usr/bin/procmail",        "/usr/sbin/postfwd2",
	};
	struct seal_names all = {0};
	int r = 0;

	for (size_t i = 0;
	     r == 0 && h->selinux.policy && i < sizeof(attributes) / sizeof(*attributes); i++)
		r = take_attribute(h->selinux.policy, attributes[i], &all);
	for (size_t i = 0; r == 0 && h->selinux.policy && i < sizeof(programs) / sizeof(*programs);
	     i++)
		r = take_program(h, programs[i], &all);
	if (r < 0) {
		seal_vec_done(&all.v);
		return r;
	}
	sort(&all);
	*ret = all;
	return 0;
}

bool seal_mail_domains_have(const struct seal_names *domains, struct seal_bytes type)
{
	return domains->v.n &&
	       bsearch(&type, domains->v.v, domains->v.n, sizeof(type), by_name) != NULL;
}
