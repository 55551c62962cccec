/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fix/plan_read.h"

#include <errno.h>
#include <stdlib.h>

#include "core/enc.h"
#include "core/jsonread.h"
#include "core/time.h"

/* plan_read.c - the plan file back into a plan. The file may have been through other hands: every
 * value is bounded, every program must be one that plans name, and what is not understood is
 * refused. */

#define STEPS_MAX 4096
#define WORDS_MAX 512
#define LIST_MAX  100000

/* struct reader - the walk over one file */
struct reader {
	struct seal_jsonread j;
	struct seal_plan *p;
	const char *wrong; /* what is amiss, in words; NULL: nothing */
	int r;
};

static void refuse(struct reader *rd, const char *wrong)
{
	if (!rd->wrong)
		rd->wrong = wrong;
}

static bool ok(const struct reader *rd)
{
	return !rd->wrong && rd->r == 0 && !rd->j.fault;
}

static struct seal_bytes string(struct reader *rd)
{
	struct seal_bytes s = SEAL_BYTES_NONE;

	if (seal_jsonread_peek(&rd->j) == 'n')
		seal_jsonread_skip(&rd->j);
	else if (!seal_jsonread_string(&rd->j, rd->p->arena, &s))
		refuse(rd, "a string is missing");
	return s;
}

/* EACH_ITEM - over the elements of an array, at most @max of them */
#define EACH_ITEM(rd, i, max)                                                                      \
	for (size_t i = (seal_jsonread_enter(&(rd)->j, '['), 0);                                   \
	     ok(rd) && seal_jsonread_item(&(rd)->j) &&                                             \
	     (i < (max) || (refuse(rd, "a list is too long"), false));                             \
	     i++)

#define EACH_KEY(rd, key)                                                                          \
	for (struct seal_bytes key = (seal_jsonread_enter(&(rd)->j, '{'), SEAL_BYTES_NONE);        \
	     ok(rd) && seal_jsonread_key(&(rd)->j, &(key));)

static void read_argv(struct reader *rd, struct seal_argv *a)
{
	seal_auto_buf struct seal_buf scratch = {0};

	EACH_ITEM(rd, i, WORDS_MAX)
	{
		struct seal_bytes *w = seal_vec_add(&a->v);

		if (!w) {
			rd->r = -ENOMEM;
			return;
		}
		*w = string(rd);
		if (!seal_enc_sh(&scratch, *w))
			refuse(rd, "a word of a command holds bytes that no plan carries");
		scratch.n = 0;
	}
	if (ok(rd) && a->v.n && !seal_program_path(a->v.v[0]))
		refuse(rd, "a step names a program that is not one of a plan's");
}

static enum seal_condition_kind kind_of(struct seal_bytes name)
{
	unsigned k;

	for (k = SEAL_CONDITION_NONE + 1; k < SEAL_CONDITION_KIND_MAX_; k++)
		if (seal_bytes_is(name, seal_condition_name((enum seal_condition_kind)k)))
			break;
	return (enum seal_condition_kind)k;
}

static void read_condition(struct reader *rd, struct seal_condition *c)
{
	EACH_KEY(rd, key)
	{
		if (seal_bytes_is(key, "kind"))
			c->kind = kind_of(string(rd));
		else if (seal_bytes_is(key, "subject"))
			c->subject = string(rd);
		else if (seal_bytes_is(key, "value"))
			c->value = string(rd);
		else if (seal_bytes_is(key, "holds"))
			c->not = !seal_jsonread_bool(&rd->j);
		else
			refuse(rd, "a condition has a key that is not known");
	}
	if (ok(rd) && (c->kind == SEAL_CONDITION_NONE || c->kind == SEAL_CONDITION_KIND_MAX_))
		refuse(rd, "a condition is of a kind that is not known");
}

static void read_conditions(struct reader *rd, struct seal_plan_step *s, bool after)
{
	EACH_ITEM(rd, i, WORDS_MAX)
	{
		struct seal_condition *c =
			after ? seal_vec_add(&s->after) : seal_vec_add(&s->before);

		if (!c) {
			rd->r = -ENOMEM;
			return;
		}
		read_condition(rd, c);
	}
}

static void read_numbers(struct reader *rd, struct seal_plan_step *s)
{
	EACH_ITEM(rd, i, LIST_MAX)
	{
		uint32_t *n = seal_vec_add(&s->fixes);

		if (!n) {
			rd->r = -ENOMEM;
			return;
		}
		*n = (uint32_t)seal_jsonread_u64(&rd->j);
	}
}

static void read_step(struct reader *rd, struct seal_plan_step *s)
{
	EACH_KEY(rd, key)
	{
		if (seal_bytes_is(key, "op"))
			s->op = string(rd);
		else if (seal_bytes_is(key, "argv"))
			read_argv(rd, &s->argv);
		else if (seal_bytes_is(key, "undo"))
			read_argv(rd, &s->undo);
		else if (seal_bytes_is(key, "ask"))
			read_argv(rd, &s->ask);
		else if (seal_bytes_is(key, "before"))
			read_conditions(rd, s, false);
		else if (seal_bytes_is(key, "after"))
			read_conditions(rd, s, true);
		else if (seal_bytes_is(key, "why"))
			s->why = string(rd);
		else if (seal_bytes_is(key, "verify"))
			s->verify = string(rd);
		else if (seal_bytes_is(key, "fixes"))
			read_numbers(rd, s);
		else
			refuse(rd, "a step has a key that is not known");
	}
}

static void read_module(struct reader *rd, struct seal_plan_module *m)
{
	EACH_KEY(rd, key)
	{
		if (seal_bytes_is(key, "name"))
			m->name = string(rd);
		else if (seal_bytes_is(key, "cil"))
			m->cil = string(rd);
		else if (seal_bytes_is(key, "te"))
			m->te = string(rd);
		else
			refuse(rd, "a module has a key that is not known");
	}
}

static void read_denial(struct reader *rd, struct seal_plan_denial *d)
{
	EACH_KEY(rd, key)
	{
		if (seal_bytes_is(key, "source_type"))
			d->source_type = string(rd);
		else if (seal_bytes_is(key, "target_type"))
			d->target_type = string(rd);
		else if (seal_bytes_is(key, "tclass"))
			d->tclass = string(rd);
		else
			refuse(rd, "a denial has a key that is not known");
	}
}

static uint16_t port(struct reader *rd)
{
	uint64_t n = seal_jsonread_u64(&rd->j);

	if (n == 0 || n > UINT16_MAX)
		refuse(rd, "a port is none");
	return (uint16_t)n;
}

static void read_path(struct reader *rd, struct seal_plan_path *w)
{
	EACH_KEY(rd, key)
	{
		if (seal_bytes_is(key, "address"))
			w->address = string(rd);
		else if (seal_bytes_is(key, "port"))
			w->port = port(rd);
		else if (seal_bytes_is(key, "direction"))
			w->in = seal_bytes_is(string(rd), "in");
		else if (seal_bytes_is(key, "protocol"))
			w->udp = seal_bytes_is(string(rd), "udp");
		else
			refuse(rd, "a path has a key that is not known");
	}
}

/* READ_LIST - an array of objects, each read by @read into a new element of @vec */
#define READ_LIST(rd, vec, max, read)                                                              \
	do {                                                                                       \
		EACH_ITEM(rd, i_, max)                                                             \
		{                                                                                  \
			__typeof__((vec)->v) it_ = seal_vec_add(vec);                              \
                                                                                                   \
			if (it_)                                                                   \
				read(rd, it_);                                                     \
			else                                                                       \
				(rd)->r = -ENOMEM;                                                 \
		}                                                                                  \
	} while (0)

static void read_message(struct reader *rd, struct seal_bytes *m)
{
	*m = string(rd);
}

static void read_plan(struct reader *rd)
{
	struct seal_plan *p = rd->p;

	EACH_KEY(rd, key)
	{
		if (seal_bytes_is(key, "until")) {
			struct seal_bytes s = string(rd);

			if (s.n && seal_time_parse(s, &p->until_us) < 0)
				refuse(rd, "\"until\" is no time");
		} else if (seal_bytes_is(key, "steps")) {
			READ_LIST(rd, &p->steps, STEPS_MAX, read_step);
		} else if (seal_bytes_is(key, "modules")) {
			READ_LIST(rd, &p->modules, STEPS_MAX, read_module);
		} else if (seal_bytes_is(key, "denials")) {
			READ_LIST(rd, &p->denials, LIST_MAX, read_denial);
		} else if (seal_bytes_is(key, "paths")) {
			READ_LIST(rd, &p->paths, LIST_MAX, read_path);
		} else if (seal_bytes_is(key, "messages")) {
			READ_LIST(rd, &p->messages, LIST_MAX, read_message);
		} else {
			refuse(rd, "the plan has a key that is not known");
		}
	}
}

/* is_module_name - what plans name their modules and so the files of them: postseal_<hex> */
static bool is_module_name(struct seal_bytes name)
{
	size_t i;

	for (i = 0; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') ||
		      (name.p[i] >= '0' && name.p[i] <= '9') || name.p[i] == '_'))
			return false;
	return name.n > 0 && name.n < 64;
}

static void check(struct reader *rd, bool any)
{
	if (!any)
		refuse(rd, "there is no plan in it");
	seal_vec_each (m, &rd->p->modules) {
		if (!is_module_name(m->name))
			refuse(rd, "a module bears a name that is not one of a plan's");
	}
}

int seal_plan_read(struct seal_bytes json, struct seal_plan **ret, struct seal_err *err)
{
	seal_auto_plan struct seal_plan *p = seal_plan_new();
	struct reader rd = {.j = seal_jsonread_of(json), .p = p};
	bool any = false;

	if (!p)
		return seal_err_set(err, -ENOMEM, "out of memory");
	EACH_KEY(&rd, key)
	{
		if (seal_bytes_is(key, "plan")) {
			any = true;
			read_plan(&rd);
		} else if (seal_bytes_is(key, "schema")) {
			if (!seal_bytes_is(string(&rd), "postseal/1"))
				refuse(&rd, "it is not of the schema postseal/1");
		} else {
			seal_jsonread_skip(&rd.j);
		}
	}
	if (ok(&rd))
		check(&rd, any);
	if (rd.r < 0)
		return seal_err_set(err, rd.r, "out of memory");
	if (rd.wrong)
		return seal_err_set(err, -EINVAL, "byte %zu: %s",
				    rd.j.p ? (size_t)(rd.j.p - rd.j.start) : 0, rd.wrong);
	if (!seal_jsonread_end(&rd.j))
		return seal_err_set(err, -EINVAL, "byte %zu: not JSON",
				    seal_jsonread_offset(&rd.j));
	*ret = seal_take(p);
	return 0;
}
