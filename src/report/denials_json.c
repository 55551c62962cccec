/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/denials.h"

#include <errno.h>
#include <stdio.h>

#include "report/parts.h"
#include "report/report.h"

static void put_names(struct seal_json *j, const char *key, const struct seal_bytes *v, size_t n)
{
	size_t i;

	seal_json_array(j, key);
	for (i = 0; i < n; i++)
		seal_json_bytes(j, NULL, v[i]);
	seal_json_array_end(j);
}

static void put_reasons(struct seal_json *j, const struct seal_denial_group *g)
{
	unsigned bit;

	seal_json_array(j, "reasons");
	for (bit = SEAL_WHY_TE; bit <= SEAL_WHY_UNKNOWN; bit <<= 1)
		if (g->reasons & bit)
			seal_json_text(j, NULL, seal_why_name((enum seal_why)bit));
	seal_json_array_end(j);
}

static void put_comms(struct seal_json *j, const struct seal_denial_group *g)
{
	size_t i, k;

	seal_json_array(j, "comm");
	for (i = 0; i < g->members.n; i++) {
		for (k = 0; k < i; k++)
			if (seal_bytes_eq(g->members.v[k]->comm, g->members.v[i]->comm))
				break;
		if (k == i)
			seal_json_bytes(j, NULL, g->members.v[i]->comm);
	}
	seal_json_array_end(j);
}

static int by_pid(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* put_pids - how many distinct ones there are among the occurrences kept */
static void put_pids(struct seal_json *j, const struct seal_denial_group *g)
{
	seal_vec(uint32_t) pids = {0};
	uint64_t n = 0;
	size_t i;

	seal_vec_each (m, &g->members) {
		seal_vec_each (hit, &(*m)->hits) {
			uint32_t *pid = seal_vec_add(&pids);

			if (!pid) {
				j->out->err = -ENOMEM;
				break;
			}
			*pid = hit->pid;
		}
	}
	if (pids.n)
		qsort(pids.v, pids.n, sizeof(*pids.v), by_pid);
	for (i = 0; i < pids.n; i++)
		n += i == 0 || pids.v[i] != pids.v[i - 1];
	seal_vec_done(&pids);
	seal_json_u64(j, "pids", n);
}

static void put_object(struct seal_json *j, const struct seal_denial_group *g)
{
	const struct seal_denial_object *o = &g->members.v[0]->object;

	seal_json_object(j, "object");
	if (g->port >= 0)
		seal_json_i64(j, "port", g->port);
	if (g->paths.n)
		seal_json_bytes(j, "path", g->paths.v[0].path);
	else if (o->path.n)
		seal_json_bytes(j, "path", o->path);
	else if (o->name.n)
		seal_json_bytes(j, "name", o->name);
	if (o->inode)
		seal_json_u64(j, "inode", o->inode);
	if (o->address.n)
		seal_json_bytes(j, "address", o->address);
	if (o->capability >= 0)
		seal_json_i64(j, "capability", o->capability);
	if (o->ioctl >= 0)
		seal_json_i64(j, "ioctl", o->ioctl);
	seal_json_object_end(j);
}

void seal_part_denial(struct seal_json *j, const struct seal_denial_group *g, size_t fix)
{
	const struct seal_denial *d = g->members.v[0];
	char fingerprint[SEAL_FINGERPRINT_SIZE];
	char id[32];

	seal_json_bytes(j, "id", g->id);
	if (seal_fingerprint_denial(g, fingerprint) < 0)
		j->out->err = -ENOMEM;
	seal_json_text(j, "fingerprint", fingerprint);
	seal_json_bytes(j, "source_type", g->source_type);
	seal_json_bytes(j, "target_type", g->target_type);
	seal_json_bytes(j, "tclass", g->tclass);
	put_names(j, "perms", g->perms.v, g->perms.n);
	seal_json_bytes(j, "scontext", d->scontext);
	seal_json_bytes(j, "tcontext", d->tcontext);
	seal_json_u64(j, "count", g->count);
	seal_json_time(j, "first", g->first_us);
	seal_json_time(j, "last", g->last_us);
	put_comms(j, g);
	put_pids(j, g);
	seal_json_bool(j, "permissive", g->permissive);
	put_object(j, g);
	seal_json_bool(j, "mail", g->mail);
	put_reasons(j, g);
	seal_json_bytes(j, "why", g->why);
	seal_json_bool(j, "dontaudit", g->dontaudit);
	seal_json_bool(j, "stale", g->stale);
	seal_json_array(j, "candidates");
	seal_vec_each (f, &g->candidates) {
		seal_report_candidate(j, f);
	}
	seal_json_array_end(j);
	snprintf(id, sizeof(id), "fix-%zu", fix);
	seal_json_text(j, "fix", fix ? id : NULL);
	seal_json_array(j, "origin");
	seal_vec_each (m, &g->members) {
		seal_report_origin(j, NULL, &(*m)->origin);
	}
	seal_json_array_end(j);
}

int seal_denial_fixes(const struct seal_denial_report *r, struct seal_denial_fixes *ret)
{
	seal_vec_each (g, &r->groups) {
		size_t *number = seal_vec_add(&ret->numbers);
		struct seal_bytes *id;
		struct seal_fix *f;

		if (!number)
			return -ENOMEM;
		if (g->fix < 0)
			continue;
		f = seal_vec_add(&ret->v);
		if (!f || seal_fix_copy(f, &g->candidates.v[g->fix]) < 0)
			return -ENOMEM;
		id = seal_vec_add(&f->targets);
		if (!id)
			return -ENOMEM;
		*id = g->id;
		*number = ret->v.n;
	}
	return 0;
}

void seal_denial_fixes_done(struct seal_denial_fixes *f)
{
	seal_vec_each (it, &f->v) {
		seal_fix_done(it);
	}
	seal_vec_done(&f->v);
	seal_vec_done(&f->numbers);
}

void seal_report_denials_json(const struct seal_host *h, const struct seal_denial_report *r,
			      struct seal_buf *out)
{
	struct seal_denial_fixes fixes = {0};
	struct seal_json j;

	if (seal_denial_fixes(r, &fixes) < 0)
		out->err = -ENOMEM;
	seal_json_init(&j, out, true);
	seal_report_envelope(&j, h, "denials");
	seal_json_array(&j, "denials");
	for (size_t i = 0; !out->err && i < r->groups.n; i++) {
		seal_json_object(&j, NULL);
		seal_part_denial(&j, &r->groups.v[i], fixes.numbers.v[i]);
		seal_json_object_end(&j);
	}
	seal_json_array_end(&j);
	seal_report_fixes(&j, fixes.v.v, fixes.v.n);
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
	seal_denial_fixes_done(&fixes);
}
