/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/reduce.h"

#include "core/json.h"
#include "core/time.h"
#include "model/finding.h"
#include "model/fingerprint.h"

/* struct lines - the document; each line is made twice: for the name of the run, and to be written
 */
struct lines {
	const struct seal_reduction *r;
	struct seal_json j;
	char run[SEAL_FINGERPRINT_SIZE];
	uint64_t n;
};

static const struct seal_part *part_at(const struct lines *l, size_t i)
{
	return i < l->r->parts.n ? &l->r->parts.v[i] : NULL;
}

static struct seal_bytes name_at(const struct lines *l, uint32_t i)
{
	return l->r->names.v[i];
}

static void open_record(struct lines *l, const char *kind)
{
	seal_json_object(&l->j, NULL);
	seal_json_text(&l->j, "record", kind);
	seal_json_text(&l->j, "run", l->run);
	seal_json_text(&l->j, "host_name", "");
}

static void put_about(struct lines *l, const struct seal_total *t)
{
	seal_json_object(&l->j, "about");
	for (unsigned i = 0; i < SEAL_ABOUT_MAX_; i++)
		if (t->about[i].n)
			seal_json_bytes(&l->j, seal_about_name((enum seal_about_key)i),
					t->about[i]);
	seal_json_object_end(&l->j);
}

/* put_set - the names of a slot; returns the part after it */
static size_t put_set(struct lines *l, uint32_t total, enum seal_slot slot, size_t i)
{
	const struct seal_part *p;

	seal_json_array(&l->j, seal_part_slot_name(slot));
	for (; (p = part_at(l, i)) && p->total == total && p->slot == slot; i++)
		seal_json_bytes(&l->j, NULL, name_at(l, p->name));
	seal_json_array_end(&l->j);
	return i;
}

static size_t put_hosts(struct lines *l, uint32_t total, size_t i)
{
	enum seal_total_kind kind = l->r->totals.v[total].kind;
	const struct seal_part *p;

	seal_json_array(&l->j, "hosts");
	for (; (p = part_at(l, i)) && p->total == total && p->slot == SEAL_SLOT_HOSTS; i++) {
		seal_json_object(&l->j, NULL);
		seal_json_bytes(&l->j, "host", name_at(l, p->name));
		seal_json_bytes(&l->j, "state", name_at(l, p->state));
		for (unsigned k = 0; k < SEAL_PART_NUMBERS && seal_total_number_name(kind, k); k++)
			seal_json_i64(&l->j, seal_total_number_name(kind, k), p->n[k]);
		seal_json_object_end(&l->j);
	}
	seal_json_array_end(&l->j);
	return i;
}

static size_t put_total(struct lines *l, uint32_t at, size_t i)
{
	const struct seal_total *t = &l->r->totals.v[at];
	int64_t sums[SEAL_PART_NUMBERS];
	size_t hosts;

	seal_reduced_numbers(l->r, at, i, &hosts, sums);
	open_record(l, "total");
	seal_json_text(&l->j, "of", seal_total_kind_name(t->kind));
	seal_json_bytes(&l->j, "name", t->name);
	put_about(l, t);
	seal_json_time(&l->j, "first", t->first_us);
	seal_json_time(&l->j, "last", t->last_us);
	seal_json_u64(&l->j, "n_hosts", hosts);
	for (unsigned k = 0; k < SEAL_PART_NUMBERS && seal_total_number_name(t->kind, k); k++)
		seal_json_i64(&l->j, seal_total_number_name(t->kind, k), sums[k]);
	i = put_hosts(l, at, i);
	for (unsigned s = SEAL_SLOT_PERMS; s <= SEAL_SLOT_REASONS; s++)
		i = put_set(l, at, (enum seal_slot)s, i);
	return i;
}

static size_t put_logs(struct lines *l, uint32_t at, size_t i)
{
	const struct seal_part *p;

	seal_json_array(&l->j, "logs");
	for (; (p = part_at(l, i)) && p->total == at && p->slot == SEAL_SLOT_LOGS; i++) {
		seal_json_object(&l->j, NULL);
		seal_json_bytes(&l->j, "name", name_at(l, p->name));
		seal_json_bytes(&l->j, "verb", name_at(l, p->state));
		seal_json_i64(&l->j, "records", p->n[0]);
		seal_json_time(&l->j, "first", p->n[1]);
		seal_json_time(&l->j, "last", p->n[2]);
		seal_json_object_end(&l->j);
	}
	seal_json_array_end(&l->j);
	return i;
}

static size_t put_checks(struct lines *l, uint32_t at, size_t i)
{
	const struct seal_part *p = part_at(l, i);

	if (!p || p->total != at || p->slot != SEAL_SLOT_CHECKS) {
		seal_json_null(&l->j, "checks");
		return i;
	}
	seal_json_object(&l->j, "checks");
	for (; (p = part_at(l, i)) && p->total == at && p->slot == SEAL_SLOT_CHECKS; i++)
		for (unsigned s = 0; s < SEAL_STATUS_MAX_; s++)
			if (seal_bytes_is(name_at(l, p->name),
					  seal_status_name((enum seal_status)s)))
				seal_json_i64(&l->j, seal_status_name((enum seal_status)s),
					      p->n[0]);
	seal_json_object_end(&l->j);
	return i;
}

static size_t put_host(struct lines *l, uint32_t at, size_t i)
{
	const struct seal_total *t = &l->r->totals.v[at];
	const struct seal_part *p;
	int64_t cut = 0;

	open_record(l, "host");
	seal_json_bytes(&l->j, "host", t->name);
	put_about(l, t);
	for (unsigned s = SEAL_SLOT_VERBS; s <= SEAL_SLOT_UNREAD; s++)
		i = put_set(l, at, (enum seal_slot)s, i);
	i = put_logs(l, at, i);
	i = put_checks(l, at, i);
	for (; (p = part_at(l, i)) && p->total == at; i++)
		cut = p->n[0];
	seal_json_i64(&l->j, "cut_short", cut);
	return i;
}

/* put_line - host or total number @at, whose first part is @i; returns that of the next */
static size_t put_line(struct lines *l, uint32_t at, size_t i)
{
	i = l->r->totals.v[at].kind == SEAL_TOTAL_HOST ? put_host(l, at, i) : put_total(l, at, i);
	seal_json_object_end(&l->j);
	seal_buf_putc(l->j.out, '\n');
	l->n++;
	return i;
}

/* name_run - of all that follows: the same lines have the same name. Returns 0 or a negative errno
 */
static int name_run(struct lines *l)
{
	char name[SEAL_FINGERPRINT_SIZE] = "";
	size_t i = 0;
	int e = 0;

	for (uint32_t at = 0; at < l->r->totals.n && e == 0; at++) {
		seal_auto_buf struct seal_buf text = {0};
		struct seal_print p = {0};

		seal_json_init(&l->j, &text, false);
		i = put_line(l, at, i);
		seal_print_add(&p, NULL, seal_bytes_of(name));
		seal_print_add(&p, "line", seal_buf_bytes(&text));
		e = text.err;
		if (e == 0)
			e = seal_print_done(&p, name);
		else
			seal_buf_done(&p.text);
	}
	if (e == 0 && !*name) {
		struct seal_print p = {0};

		seal_print_add(&p, NULL, SEAL_LIT("nothing"));
		e = seal_print_done(&p, name);
	}
	memcpy(l->run, name, sizeof(l->run));
	l->n = 0;
	return e;
}

static void put_run(struct lines *l)
{
	struct seal_json *j = &l->j;

	open_record(l, "run");
	seal_json_text(j, "schema", "postseal/1");
	seal_json_text(j, "verb", "reduce");
	seal_json_object(j, "tool");
	seal_json_text(j, "version", SEAL_VERSION);
	seal_json_object_end(j);
	seal_json_text(j, "root", "");
	seal_json_object(j, "host");
	seal_json_text(j, "name", "");
	seal_json_text(j, "distro", "");
	seal_json_text(j, "mta", "");
	seal_json_text(j, "selinux", "unknown");
	seal_json_text(j, "policy", "");
	seal_json_object_end(j);
	seal_json_array(j, "sources");
	seal_json_array_end(j);
	seal_json_bool(j, "complete",
		       !seal_reduced_cut_short(l->r) && !seal_reduced_incomplete(l->r));
	seal_json_object_end(j);
	seal_buf_putc(j->out, '\n');
}

static void put_end(struct lines *l)
{
	size_t n[SEAL_TOTAL_MAX_] = {0};

	seal_vec_each (t, &l->r->totals) {
		n[t->kind]++;
	}
	open_record(l, "end");
	seal_json_u64(&l->j, "records", l->n);
	seal_json_object(&l->j, "summary");
	for (unsigned k = 0; k < SEAL_TOTAL_MAX_; k++)
		seal_json_u64(&l->j, seal_total_kind_name((enum seal_total_kind)k), n[k]);
	seal_json_u64(&l->j, "cut_short", seal_reduced_cut_short(l->r));
	seal_json_u64(&l->j, "incomplete", seal_reduced_incomplete(l->r));
	seal_json_object_end(&l->j);
	seal_json_object_end(&l->j);
	seal_buf_putc(l->j.out, '\n');
}

void seal_report_reduce_ndjson(const struct seal_reduction *r, struct seal_buf *out)
{
	struct lines l = {.r = r};
	size_t i = 0;
	int e = name_run(&l);

	if (e < 0) {
		out->err = e;
		return;
	}
	seal_json_init(&l.j, out, false);
	put_run(&l);
	for (uint32_t at = 0; at < r->totals.n; at++)
		i = put_line(&l, at, i);
	put_end(&l);
}
