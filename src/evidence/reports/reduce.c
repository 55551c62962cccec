/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/reports/reduce.h"

#include <errno.h>
#include <jansson.h>

#include "core/input.h"
#include "core/time.h"
#include "evidence/reports/totals.h"

/* struct run - a run whose end has not come yet, or that is done with */
struct run {
	struct seal_bytes id, host; /* host: as its lines call it */
	json_t *head;               /* "run"; NULL: not seen */
	uint64_t n, expected;       /* lines between run and end; so many should be there */
	bool ended, done;           /* "end" seen; all there and counted */
	bool again;                 /* a copy of it is being read */
	seal_vec(json_t *) records; /* those that count */
};

struct seal_reducer {
	struct seal_reduction *into;
	seal_vec(struct run) runs;
	struct seal_table table;
	size_t n_twice;
};

struct seal_reducer *seal_reducer_new(struct seal_reduction *into)
{
	struct seal_reducer *r = calloc(1, sizeof(*r));

	if (r)
		r->into = into;
	return r;
}

static void forget(struct run *run)
{
	seal_vec_each (rec, &run->records) {
		json_decref(*rec);
	}
	seal_vec_done(&run->records);
	json_decref(run->head);
	run->head = NULL;
}

void seal_reducer_free(struct seal_reducer *r)
{
	seal_vec_each (run, &r->runs) {
		forget(run);
	}
	seal_vec_done(&r->runs);
	seal_table_done(&r->table);
	free(r);
}

static struct seal_bytes text_of(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	return (struct seal_bytes){json_string_value(v), json_string_length(v)};
}

/* run_of - the run a record belongs to; NULL when memory is gone */
static struct run *run_of(struct seal_reducer *r, const json_t *rec)
{
	struct seal_bytes id = text_of(rec, "run");
	uint64_t hash = seal_hash(id, 0);
	struct run *run;
	size_t at = 0;
	uint32_t i;

	while ((i = seal_table_next(&r->table, hash, &at)) != SEAL_TABLE_NONE)
		if (seal_bytes_cmp(r->runs.v[i].id, id) == 0)
			return &r->runs.v[i];
	run = seal_vec_add(&r->runs);
	if (!run || seal_arena_copy(r->into->arena, id, &run->id) < 0 ||
	    seal_arena_copy(r->into->arena, text_of(rec, "host_name"), &run->host) < 0 ||
	    seal_table_add(&r->table, hash, (uint32_t)(r->runs.n - 1)) < 0)
		return NULL;
	return run;
}

/* settle - count a run that is whole. Returns 0 or -ENOMEM */
static int settle(struct seal_reducer *r, struct run *run)
{
	struct seal_bytes host;
	int e;

	if (!run->head || !run->ended || run->n != run->expected)
		return 0;
	host = seal_totals_host_of(run->head);
	e = seal_totals_head(r->into, run->head);
	seal_vec_each (rec, &run->records) {
		if (e == 0)
			e = seal_totals_record(r->into, host, *rec);
	}
	forget(run);
	run->done = true;
	return e;
}

static int keep(struct run *run, json_t *rec)
{
	json_t **place;

	if (!seal_totals_counts(rec))
		return 0;
	place = seal_vec_add(&run->records);
	if (!place)
		return -ENOMEM;
	*place = json_incref(rec);
	return 0;
}

/* take - one record of a run */
static int take(struct seal_reducer *r, json_t *rec)
{
	struct seal_bytes kind = text_of(rec, "record");
	struct run *run = run_of(r, rec);
	int e = 0;

	if (!run)
		return -ENOMEM;
	if (seal_bytes_is(kind, "run")) {
		if (run->done) {
			run->again = true;
			r->n_twice++;
			return 0;
		}
		if (run->head) { /* another try of one that was cut short */
			forget(run);
			run->n = 0;
			run->ended = false;
		}
		run->head = json_incref(rec);
	} else if (run->again) {
		run->again = !seal_bytes_is(kind, "end");
		return 0;
	} else if (seal_bytes_is(kind, "end")) {
		json_int_t n = json_integer_value(json_object_get(rec, "records"));

		run->ended = true;
		run->expected = n < 0 ? UINT64_MAX : (uint64_t)n;
		e = keep(run, rec);
	} else {
		run->n++;
		e = keep(run, rec);
	}
	return e == 0 && !run->done ? settle(r, run) : e;
}

static int take_line(struct seal_reducer *r, struct seal_bytes line, bool *is_record)
{
	json_t *rec = json_loadb(line.p ? line.p : "", line.n, JSON_REJECT_DUPLICATES, NULL);
	int e = 0;

	*is_record = text_of(rec, "record").n && text_of(rec, "run").n;
	if (*is_record)
		e = take(r, rec);
	json_decref(rec);
	return e;
}

int seal_reducer_read(struct seal_reducer *r, int fd, const char *name, struct seal_err *err)
{
	seal_auto_input struct seal_input *in = NULL;
	struct seal_lines lines = {0};
	struct seal_bytes line;
	bool some = false, is_record;
	int e, more;

	e = seal_input_new(fd, SEAL_REDUCE_BYTES_MAX, &in, err);
	if (e == 0)
		e = seal_lines_init(&lines, in, SEAL_REDUCE_LINE_MAX);
	while (e == 0 && (more = seal_lines_next(&lines, &line, err)) != 0) {
		if (more < 0)
			e = more;
		else if (seal_bytes_trim(line).n)
			e = take_line(r, line, &is_record);
		else
			continue;
		some |= e == 0 && is_record;
	}
	seal_lines_done(&lines);
	if (e == -EBADMSG || (e == 0 && !some))
		e = seal_totals_cut_short(r->into, seal_bytes_of(name),
					  e ? "damaged: what follows is not read"
					    : "holds no record");
	return e == -ENOMEM ? seal_err_set(err, e, "out of memory") : e;
}

int seal_reducer_end(struct seal_reducer *r, size_t *twice)
{
	int e = 0;

	seal_vec_each (run, &r->runs) {
		struct seal_bytes host = run->head ? seal_totals_host_of(run->head) : run->host;

		if (!run->done && e == 0)
			e = seal_totals_cut_short(r->into, host, NULL);
		forget(run);
	}
	*twice = r->n_twice;
	return e;
}
