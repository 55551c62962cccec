/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/setup.h"

const struct seal_setting *seal_config_get(const struct seal_config *c, const char *section,
					   const char *key)
{
	const struct seal_setting *last = NULL;

	seal_vec_each (s, &c->settings) {
		if (seal_bytes_icase_eq(s->section, seal_bytes_of(section)) &&
		    seal_bytes_icase_eq(s->key, seal_bytes_of(key)))
			last = s;
	}
	return last;
}

const struct seal_unit *seal_setup_unit(const struct seal_setup *s, const char *name)
{
	seal_vec_each (u, &s->units) {
		if (strcmp(u->name, name) == 0)
			return u;
	}
	return NULL;
}

void seal_zones_done(struct seal_zones *z)
{
	seal_vec_each (zone, &z->v) {
		seal_vec_done(&zone->interfaces);
		seal_vec_done(&zone->sources);
	}
	seal_vec_done(&z->v);
	*z = (struct seal_zones){0};
}

void seal_setup_done(struct seal_setup *s)
{
	struct seal_config *all[] = {&s->auditd,    &s->audit_rules, &s->journald,
				     &s->rsyslog,   &s->firewalld,   &s->ufw,
				     &s->saslauthd, &s->fstab,       &s->nsswitch};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		seal_vec_done(&all[i]->settings);
	seal_vec_each (u, &s->units) {
		seal_vec_done(&u->config.settings);
	}
	seal_vec_done(&s->units);
	seal_zones_done(&s->zones);
}
