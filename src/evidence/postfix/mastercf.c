/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/postfix/mastercf.h"

#include <errno.h>

#define FIELDS 8

static const char *const type_names[SEAL_SERVICE_TYPE_MAX_] = {
	[SEAL_SERVICE_INET] = "inet",
	[SEAL_SERVICE_UNIX] = "unix",
	[SEAL_SERVICE_FIFO] = "fifo",
	[SEAL_SERVICE_PASS] = "pass",
	[SEAL_SERVICE_UNIX_DGRAM] = "unix-dgram",
};

const char *seal_service_type_name(enum seal_service_type t)
{
	return t < SEAL_SERVICE_TYPE_MAX_ ? type_names[t] : "unix";
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* next_token - a word; blanks between { and } do not end it */
static struct seal_bytes next_token(struct seal_bytes *rest)
{
	struct seal_bytes s = *rest;
	unsigned level = 0;
	size_t i;

	while (s.n && is_blank(s.p[0]))
		s = seal_bytes_from(s, 1);
	for (i = 0; i < s.n && (level || !is_blank(s.p[i])); i++) {
		if (s.p[i] == '{')
			level++;
		else if (s.p[i] == '}' && level)
			level--;
	}
	*rest = seal_bytes_from(s, i);
	return seal_bytes_first(s, i);
}

/* unbrace - what stands between the braces of a token that begins with one */
static struct seal_bytes unbrace(struct seal_bytes token)
{
	if (!token.n || token.p[0] != '{')
		return token;
	token = seal_bytes_from(token, 1);
	if (token.n && token.p[token.n - 1] == '}')
		token.n--;
	return seal_bytes_trim(token);
}

struct seal_bytes seal_mastercf_arg(struct seal_bytes *args)
{
	return unbrace(next_token(args));
}

static int flag_of(struct seal_bytes field, char *ret)
{
	if (field.n != 1 || !strchr("yn-", field.p[0]))
		return -EINVAL;
	*ret = field.p[0];
	return 0;
}

static int type_of(struct seal_bytes field, enum seal_service_type *ret)
{
	unsigned t;

	for (t = 0; t < SEAL_SERVICE_TYPE_MAX_; t++) {
		if (seal_bytes_is(field, type_names[t])) {
			*ret = (enum seal_service_type)t;
			return 0;
		}
	}
	return -EINVAL;
}

/* add_override - one "-o name=value"; what is none is left out, as the daemon would refuse it */
static int add_override(struct seal_service *s, struct seal_bytes text, struct seal_arena *arena)
{
	struct seal_param *p;
	int r;

	if (s->overrides.n >= SEAL_CONF_LINES_MAX)
		return 0;
	p = seal_vec_add(&s->overrides);
	if (!p)
		return -ENOMEM;
	r = seal_cf_param(text, &s->origin, arena, p);
	if (r < 0)
		s->overrides.n--;
	return r == -EINVAL ? 0 : r;
}

/* read_overrides - the options in front of the other arguments: "-o a=b", "-oa=b", "-vo a=b" */
static int read_overrides(struct seal_service *s, struct seal_arena *arena)
{
	struct seal_bytes args = s->args;
	int r;

	for (;;) {
		struct seal_bytes token = next_token(&args), value;
		ssize_t o = seal_bytes_chr(token, 'o');

		if (token.n < 2 || token.p[0] != '-' || seal_bytes_is(token, "--"))
			return 0;
		if (o < 0)
			continue;
		value = seal_bytes_from(token, (size_t)o + 1);
		if (!value.n)
			value = next_token(&args);
		r = add_override(s, unbrace(value), arena);
		if (r < 0)
			return r;
	}
}

static int copy_fields(struct seal_service *s, const struct seal_bytes *field,
		       struct seal_bytes args, struct seal_arena *arena)
{
	int r;

	r = seal_arena_copy(arena, field[0], &s->name);
	if (r == 0)
		r = seal_arena_copy(arena, field[5], &s->wakeup);
	if (r == 0)
		r = seal_arena_copy(arena, field[6], &s->max_processes);
	if (r == 0)
		r = seal_arena_copy(arena, field[7], &s->command);
	if (r == 0)
		r = seal_arena_copy(arena, seal_bytes_trim(args), &s->args);
	return r < 0 ? r : read_overrides(s, arena);
}

static int parse_service(struct seal_bytes text, struct seal_arena *arena, struct seal_service *s)
{
	struct seal_bytes field[FIELDS];
	size_t i;

	for (i = 0; i < FIELDS; i++) {
		field[i] = next_token(&text);
		if (!field[i].n)
			return -EINVAL;
	}
	if (type_of(field[1], &s->type) < 0 || flag_of(field[2], &s->private_) < 0 ||
	    flag_of(field[3], &s->unprivileged) < 0 || flag_of(field[4], &s->chroot) < 0)
		return -EINVAL;
	return copy_fields(s, field, text, arena);
}

/* put_service - append, or take the place of the one with the same name and type */
static int put_service(struct seal_instance *inst, struct seal_service *s)
{
	struct seal_service *place = NULL;

	seal_vec_each (it, &inst->services) {
		if (it->type == s->type && seal_bytes_eq(it->name, s->name))
			place = it;
	}
	if (place) {
		seal_vec_done(&place->overrides);
	} else {
		place = seal_vec_add(&inst->services);
		if (!place)
			return -ENOMEM;
	}
	*place = *s;
	return 0;
}

int seal_mastercf_parse(struct seal_bytes text, struct seal_bytes path, struct seal_arena *arena,
			struct seal_instance *inst, size_t *n_bad)
{
	struct seal_cf_reader reader = {.rest = text};
	struct seal_cf_line line;
	int r;

	*n_bad = 0;
	while ((r = seal_cf_next(&reader, &line)) > 0) {
		struct seal_service s = {
			.origin = {SEAL_SOURCE_MASTER_CF, path, line.line, SEAL_BYTES_NONE},
		};

		if (inst->services.n >= SEAL_CONF_LINES_MAX) {
			r = -EFBIG;
			break;
		}
		*n_bad += reader.cut;
		r = parse_service(line.text, arena, &s);
		if (r == 0)
			r = put_service(inst, &s);
		if (r < 0)
			seal_vec_done(&s.overrides);
		if (r == -EINVAL)
			(*n_bad)++;
		else if (r < 0)
			break;
	}
	seal_buf_done(&reader.joined);
	return r < 0 ? r : 0;
}

const struct seal_service *seal_mastercf_find(const struct seal_instance *inst,
					      struct seal_bytes name, enum seal_service_type type)
{
	seal_vec_each (s, &inst->services) {
		if (s->type == type && seal_bytes_eq(s->name, name))
			return s;
	}
	return NULL;
}

const struct seal_param *seal_mastercf_override(const struct seal_service *svc,
						struct seal_bytes name)
{
	size_t i;

	for (i = svc->overrides.n; i > 0; i--) {
		if (seal_bytes_eq(svc->overrides.v[i - 1].name, name))
			return &svc->overrides.v[i - 1];
	}
	return NULL;
}
