/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/value.h"

#include "evidence/postfix/conf.h"
#include "evidence/postfix/mastercf.h"

bool seal_value_of(struct seal_subject *s, struct seal_out *out, const struct seal_service *svc,
		   const char *name, struct seal_value *ret)
{
	const struct seal_instance *inst = s->h->postfix.instances.v;
	const struct seal_param *where = seal_conf_where(inst, svc, name);

	ret->about = (struct seal_about){{{"parameter", seal_bytes_of(name)}},
					 where ? where->origin : (struct seal_origin){0}};
	if (seal_conf_value(inst, svc, name, s->h->arena, &ret->text) == 0)
		return true;
	seal_out_unknown(out, &ret->about, "%s cannot be expanded", name);
	return false;
}

bool seal_value_is_on(struct seal_subject *s, const struct seal_service *svc, const char *name)
{
	bool on = false;

	return seal_conf_bool(s->h->postfix.instances.v, svc, name, s->h->arena, &on) == 0 && on;
}

const struct seal_service *seal_value_client(const struct seal_subject *s)
{
	return seal_mastercf_find(s->h->postfix.instances.v, SEAL_LIT("smtp"), SEAL_SERVICE_UNIX);
}

bool seal_value_lists(struct seal_bytes list, struct seal_bytes word)
{
	struct seal_bytes item;

	while (seal_conf_next(&list, &item))
		if (seal_bytes_icase_eq(item, word))
			return true;
	return false;
}
