/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/conf.h"

#include <errno.h>

#include "evidence/postfix/conf_defaults.h"
#include "evidence/postfix/conf_expand.h"
#include "evidence/postfix/mastercf.h"

/* struct scope - whose value is asked for */
struct scope {
	const struct seal_instance *inst;
	const struct seal_service *svc;
	struct seal_arena *arena;
	bool in_domain; /* the default of mydomain is being found: it may not be asked for again */
};

static int value_in(struct scope *s, struct seal_bytes text, struct seal_bytes *ret);

/* join_in - @a, @sep and @b as one text in the arena */
static int join_in(struct seal_arena *arena, struct seal_bytes a, const char *sep,
		   struct seal_bytes b, struct seal_bytes *ret)
{
	seal_auto_buf struct seal_buf out = {0};

	seal_buf_put(&out, a.p, a.n);
	seal_buf_puts(&out, sep);
	seal_buf_put(&out, b.p, b.n);
	return out.err ? out.err : seal_arena_copy(arena, seal_buf_bytes(&out), ret);
}

/* default_hostname - the host's name, made fully qualified with mydomain when it is not */
static int default_hostname(const struct scope *s, struct seal_bytes *ret)
{
	struct seal_bytes name = s->inst->hostname;

	if (!name.n)
		return -ENODATA;
	if (seal_bytes_chr(name, '.') >= 0) {
		*ret = name;
		return 0;
	}
	if (seal_maincf_find(s->inst, SEAL_LIT("mydomain")))
		return join_in(s->arena, name, ".", SEAL_LIT("$mydomain"), ret);
	return join_in(s->arena, name, ".", SEAL_LIT("localdomain"), ret);
}

/* default_domain - myhostname without its first label */
static int default_domain(const struct scope *s, struct seal_bytes *ret)
{
	struct seal_bytes name, rest;
	int r;

	struct scope inner = *s;

	if (s->in_domain)
		return -ELOOP;
	inner.in_domain = true;
	r = value_in(&inner, SEAL_LIT("$myhostname"), &name);
	if (r < 0)
		return r;
	seal_bytes_cut(name, '.', &rest);
	*ret = rest.p ? rest : SEAL_LIT("localdomain");
	return 0;
}

static int service_names(const struct scope *s, bool process, struct seal_bytes *ret)
{
	if (!s->svc)
		return -ENODATA;
	*ret = process ? s->svc->command : s->svc->name;
	return 0;
}

static int default_of(const struct scope *s, struct seal_bytes name, struct seal_bytes *ret)
{
	if (seal_bytes_is(name, "myhostname"))
		return default_hostname(s, ret);
	if (seal_bytes_is(name, "mydomain"))
		return default_domain(s, ret);
	if (seal_bytes_is(name, "config_directory"))
		return join_in(s->arena, SEAL_LIT("/"), "", s->inst->config_directory, ret);
	if (seal_bytes_is(name, "process_name"))
		return service_names(s, true, ret);
	if (seal_bytes_is(name, "service_name"))
		return service_names(s, false, ret);
	if (seal_bytes_is(name, "mail_version")) {
		*ret = s->inst->version;
		return ret->n ? 0 : -ENODATA;
	}
	return seal_conf_default(name, s->inst->version, ret);
}

static const struct seal_param *defined(const struct seal_instance *inst,
					const struct seal_service *svc, struct seal_bytes name)
{
	const struct seal_param *p = NULL;

	if (svc)
		p = seal_mastercf_override(svc, name);
	return p ? p : seal_maincf_find(inst, name);
}

static int lookup(void *data, struct seal_bytes name, struct seal_bytes *ret)
{
	const struct scope *s = data;
	const struct seal_param *p = defined(s->inst, s->svc, name);

	if (p) {
		*ret = p->value;
		return 0;
	}
	return default_of(s, name, ret);
}

const struct seal_param *seal_conf_where(const struct seal_instance *inst,
					 const struct seal_service *svc, const char *name)
{
	return defined(inst, svc, seal_bytes_of(name));
}

static int value_in(struct scope *s, struct seal_bytes text, struct seal_bytes *ret)
{
	struct seal_expand e = {.lookup = lookup, .data = s};
	seal_auto_buf struct seal_buf out = {0};
	int r;

	if (seal_bytes_chr(text, '$') < 0) {
		*ret = text;
		return 0;
	}
	r = seal_expand(&e, text, &out);
	return r < 0 ? r : seal_arena_copy(s->arena, seal_buf_bytes(&out), ret);
}

int seal_conf_expand(const struct seal_instance *inst, const struct seal_service *svc,
		     struct seal_bytes text, struct seal_arena *arena, struct seal_bytes *ret)
{
	struct scope scope = {inst, svc, arena, false};

	return value_in(&scope, text, ret);
}

int seal_conf_value(const struct seal_instance *inst, const struct seal_service *svc,
		    const char *name, struct seal_arena *arena, struct seal_bytes *ret)
{
	struct scope scope = {inst, svc, arena, false};
	struct seal_bytes text;
	int r;

	r = lookup(&scope, seal_bytes_of(name), &text);
	return r < 0 ? r : value_in(&scope, text, ret);
}

int seal_conf_bool(const struct seal_instance *inst, const struct seal_service *svc,
		   const char *name, struct seal_arena *arena, bool *ret)
{
	struct seal_bytes value;
	int r;

	r = seal_conf_value(inst, svc, name, arena, &value);
	if (r < 0)
		return r;
	if (seal_bytes_icase_eq(value, SEAL_LIT("yes")))
		*ret = true;
	else if (seal_bytes_icase_eq(value, SEAL_LIT("no")))
		*ret = false;
	else
		return -EINVAL;
	return 0;
}

static bool is_separator(char c)
{
	return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool seal_conf_next(struct seal_bytes *list, struct seal_bytes *item)
{
	struct seal_bytes s = *list;
	unsigned level = 0;
	size_t i;

	while (s.n && is_separator(s.p[0]))
		s = seal_bytes_from(s, 1);
	for (i = 0; i < s.n && (level || !is_separator(s.p[i])); i++) {
		if (s.p[i] == '{')
			level++;
		else if (s.p[i] == '}' && level)
			level--;
	}
	*item = seal_bytes_first(s, i);
	*list = seal_bytes_from(s, i);
	return i > 0;
}

int seal_conf_chroot(const struct seal_instance *inst, const struct seal_service *svc, bool *ret)
{
	seal_auto_arena struct seal_arena *arena = NULL;
	struct seal_bytes value;
	int r;

	if (svc->chroot != '-') {
		*ret = svc->chroot == 'y';
		return 0;
	}
	arena = seal_arena_new();
	if (!arena)
		return -ENOMEM;
	r = seal_conf_expand(inst, NULL,
			     SEAL_LIT("${{$compatibility_level} <level {1} ? {y} : {n}}"), arena,
			     &value);
	if (r == 0)
		*ret = seal_bytes_is(value, "y");
	return r;
}
