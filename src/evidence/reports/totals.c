/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/reports/totals.h"

#include <errno.h>

#include "core/buf.h"
#include "core/enc.h"
#include "core/time.h"
#include "model/finding.h"

/* struct adding - a record on its way into the reduction */
struct adding {
	struct seal_reduction *into;
	struct seal_bytes host;
	const json_t *rec;
	struct seal_bytes about[SEAL_ABOUT_MAX_];
	struct seal_buf object, more; /* what about[] may point to */
	uint32_t total;
};

static struct seal_bytes text_of(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	return (struct seal_bytes){json_string_value(v), json_string_length(v)};
}

static int64_t number_of(const json_t *object, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(object, key));

	return n > 0 ? n : 0;
}

static int64_t time_of(const json_t *object, const char *key)
{
	int64_t ret;

	return seal_time_parse(text_of(object, key), &ret) == 0 ? ret : SEAL_TIME_NONE;
}

/* put_words - an object in words: "path=/etc/x type=etc_t" */
static void put_words(struct seal_buf *b, json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		size_t n = strlen(key), tail = strlen("_raw_hex");

		/* a handle is another one on each host, an inode on each file system */
		if ((n > tail && strcmp(key + n - tail, "_raw_hex") == 0) ||
		    strcmp(key, "rule_handle") == 0 || strcmp(key, "inode") == 0)
			continue;
		if (!json_is_string(value) && !json_is_integer(value))
			continue;
		seal_buf_puts(b, b->n ? " " : "");
		seal_buf_puts(b, key);
		seal_buf_putc(b, '=');
		if (json_is_integer(value))
			seal_buf_printf(b, "%lld", (long long)json_integer_value(value));
		else
			seal_buf_put(b, json_string_value(value), json_string_length(value));
	}
}

/* take_about - the keys of @from that say what a total of this kind is about */
static void take_about(struct adding *a, const json_t *from, const enum seal_about_key *keys)
{
	for (; *keys != SEAL_ABOUT_MAX_; keys++)
		a->about[*keys] = text_of(from, seal_about_name(*keys));
}

static void take_object(struct adding *a)
{
	put_words(&a->object, json_object_get(a->rec, "object"));
	a->about[SEAL_ABOUT_OBJECT] = seal_buf_bytes(&a->object);
}

static int open_total(struct adding *a, enum seal_total_kind kind, struct seal_bytes name)
{
	if (a->object.err || a->more.err)
		return -ENOMEM;
	return seal_reduction_total(a->into, kind, name, a->about, &a->total);
}

static int add_host(struct adding *a, struct seal_bytes state, const int64_t *n)
{
	return seal_reduction_part(a->into, a->total, SEAL_SLOT_HOSTS, state, a->host, n);
}

static int add_set(struct adding *a, enum seal_slot slot, const json_t *list)
{
	json_t *it;
	size_t i;
	int e = 0;

	json_array_foreach(list, i, it)
	{
		struct seal_bytes word = {json_string_value(it), json_string_length(it)};

		if (e == 0 && word.p)
			e = seal_reduction_part(a->into, a->total, slot, (struct seal_bytes){0},
						word, NULL);
	}
	return e;
}

/* --- records of the verbs ------------------------------------------------------------------------
 */

static int add_finding(struct adding *a)
{
	static const enum seal_about_key keys[] = {SEAL_ABOUT_ID, SEAL_ABOUT_AREA,
						   SEAL_ABOUT_SEVERITY, SEAL_ABOUT_TITLE,
						   SEAL_ABOUT_MAX_};
	struct seal_bytes status = text_of(a->rec, "status");
	int e;

	/* most of what is asked passes: the hosts' "checks" count those */
	if (seal_bytes_is(status, "pass") || seal_bytes_is(status, "na"))
		return 0;
	take_about(a, a->rec, keys);
	take_object(a);
	e = open_total(a, SEAL_TOTAL_FINDING, text_of(a->rec, "fingerprint"));
	return e < 0 ? e : add_host(a, status, NULL);
}

static int add_waiver(struct adding *a)
{
	static const enum seal_about_key keys[] = {SEAL_ABOUT_ID, SEAL_ABOUT_OWNER,
						   SEAL_ABOUT_EXPIRES, SEAL_ABOUT_MAX_};
	struct seal_print print = {0};
	char name[SEAL_FINGERPRINT_SIZE];
	int e;

	take_about(a, a->rec, keys);
	a->about[SEAL_ABOUT_OBJECT] = text_of(a->rec, "object");
	for (unsigned i = 0; i < SEAL_ABOUT_MAX_; i++)
		seal_print_some(&print, seal_about_name((enum seal_about_key)i), a->about[i]);
	e = seal_print_done(&print, name);
	if (e == 0)
		e = open_total(a, SEAL_TOTAL_WAIVER, seal_bytes_of(name));
	return e < 0 ? e : add_host(a, text_of(a->rec, "state"), NULL);
}

static int add_cause(struct adding *a)
{
	static const enum seal_about_key keys[] = {SEAL_ABOUT_CLASS, SEAL_ABOUT_VERDICT,
						   SEAL_ABOUT_TITLE, SEAL_ABOUT_MAX_};
	const int64_t n[SEAL_PART_NUMBERS] = {number_of(a->rec, "messages"),
					      number_of(a->rec, "recipients"),
					      number_of(a->rec, "events")};
	int e;

	take_about(a, a->rec, keys);
	take_object(a);
	e = open_total(a, SEAL_TOTAL_CAUSE, text_of(a->rec, "fingerprint"));
	if (e < 0)
		return e;
	seal_reduction_span(a->into, a->total, time_of(a->rec, "first"), time_of(a->rec, "last"));
	return add_host(a, text_of(a->rec, "certainty"), n);
}

static int add_denial(struct adding *a)
{
	static const enum seal_about_key keys[] = {SEAL_ABOUT_SOURCE_TYPE, SEAL_ABOUT_TARGET_TYPE,
						   SEAL_ABOUT_TCLASS, SEAL_ABOUT_MAX_};
	const int64_t n[SEAL_PART_NUMBERS] = {number_of(a->rec, "count")};
	int64_t port = number_of(json_object_get(a->rec, "object"), "port");
	bool permissive = json_is_true(json_object_get(a->rec, "permissive"));
	int e;

	take_about(a, a->rec, keys);
	if (port)
		seal_buf_printf(&a->more, "%lld", (long long)port);
	a->about[SEAL_ABOUT_PORT] = seal_buf_bytes(&a->more);
	e = open_total(a, SEAL_TOTAL_DENIAL, text_of(a->rec, "fingerprint"));
	if (e < 0)
		return e;
	seal_reduction_span(a->into, a->total, time_of(a->rec, "first"), time_of(a->rec, "last"));
	e = add_set(a, SEAL_SLOT_PERMS, json_object_get(a->rec, "perms"));
	if (e == 0)
		e = add_set(a, SEAL_SLOT_COMM, json_object_get(a->rec, "comm"));
	if (e == 0)
		e = add_set(a, SEAL_SLOT_REASONS, json_object_get(a->rec, "reasons"));
	return e < 0 ? e : add_host(a, permissive ? SEAL_LIT("permissive") : SEAL_LIT("denied"), n);
}

/* put_commands - the commands of a fix in one line, as a person would type them */
static void put_commands(struct seal_buf *b, const json_t *steps)
{
	json_t *step, *word;
	size_t i, k;

	json_array_foreach(steps, i, step)
	{
		const json_t *argv = json_object_get(step, "argv");

		if (json_array_size(argv) && b->n)
			seal_buf_puts(b, "; ");
		json_array_foreach(argv, k, word)
		{
			struct seal_bytes w = {json_string_value(word), json_string_length(word)};

			seal_buf_puts(b, k ? " " : "");
			if (!seal_enc_sh(b, w))
				seal_buf_puts(b, "...");
		}
	}
}

static int add_fix(struct adding *a)
{
	static const enum seal_about_key keys[] = {SEAL_ABOUT_KIND, SEAL_ABOUT_MAX_};
	int e;

	take_about(a, a->rec, keys);
	/* a module holds the rules of one report: those of two are a third one */
	if (seal_bytes_is(a->about[SEAL_ABOUT_KIND], "module") ||
	    seal_bytes_is(a->about[SEAL_ABOUT_KIND], "none"))
		return 0;
	put_commands(&a->more, json_object_get(a->rec, "steps"));
	a->about[SEAL_ABOUT_COMMANDS] = seal_buf_bytes(&a->more);
	e = open_total(a, SEAL_TOTAL_FIX, text_of(a->rec, "fingerprint"));
	return e < 0 ? e : add_host(a, SEAL_LIT("advised"), NULL);
}

/* put_verdicts - the different verdicts of a path, in the order of their names: "accept drop" */
static void put_verdicts(struct seal_buf *b, const json_t *answer)
{
	static const char *const verdicts[] = {"accept", "depends", "drop", "reject", "unrouted"};
	json_t *it;
	size_t k;

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++) {
		bool has = false;

		json_array_foreach(answer, k, it)
		{
			has |= seal_bytes_is(text_of(it, "verdict"), verdicts[i]);
		}
		if (!has)
			continue;
		seal_buf_puts(b, b->n ? " " : "");
		seal_buf_puts(b, verdicts[i]);
	}
}

static int add_path(struct adding *a)
{
	static const enum seal_about_key keys[] = {SEAL_ABOUT_DIRECTION, SEAL_ABOUT_PROTOCOL,
						   SEAL_ABOUT_PURPOSE, SEAL_ABOUT_MAX_};
	int e;

	take_about(a, a->rec, keys);
	seal_buf_printf(&a->object, "%lld", (long long)number_of(a->rec, "port"));
	a->about[SEAL_ABOUT_PORT] = seal_buf_bytes(&a->object);
	put_verdicts(&a->more, json_object_get(a->rec, "answer"));
	e = open_total(a, SEAL_TOTAL_PATH, text_of(a->rec, "fingerprint"));
	return e < 0 ? e : add_host(a, seal_buf_bytes(&a->more), NULL);
}

/* add_end - what an audit counted */
static int add_end(struct adding *a)
{
	const json_t *summary = json_object_get(a->rec, "summary");
	int e;

	if (!json_object_get(summary, "pass"))
		return 0;
	e = seal_reduction_total(a->into, SEAL_TOTAL_HOST, a->host, a->about, &a->total);
	for (unsigned i = 0; i < SEAL_STATUS_MAX_ && e == 0; i++) {
		const char *status = seal_status_name((enum seal_status)i);
		const int64_t n[SEAL_PART_NUMBERS] = {number_of(summary, status)};

		e = seal_reduction_part(a->into, a->total, SEAL_SLOT_CHECKS, (struct seal_bytes){0},
					seal_bytes_of(status), n);
	}
	return e;
}

/* --- records of a reduction ----------------------------------------------------------------------
 */

static int add_hosts(struct adding *a, enum seal_total_kind kind)
{
	json_t *row;
	size_t i;
	int e = 0;

	json_array_foreach(json_object_get(a->rec, "hosts"), i, row)
	{
		int64_t n[SEAL_PART_NUMBERS] = {0};

		for (unsigned k = 0; k < SEAL_PART_NUMBERS && seal_total_number_name(kind, k); k++)
			n[k] = number_of(row, seal_total_number_name(kind, k));
		if (e == 0)
			e = seal_reduction_part(a->into, a->total, SEAL_SLOT_HOSTS,
						text_of(row, "state"), text_of(row, "host"), n);
	}
	return e;
}

static void take_all(struct adding *a)
{
	const json_t *about = json_object_get(a->rec, "about");

	for (unsigned i = 0; i < SEAL_ABOUT_MAX_; i++)
		a->about[i] = text_of(about, seal_about_name((enum seal_about_key)i));
}

static int add_total(struct adding *a)
{
	struct seal_bytes of = text_of(a->rec, "of");
	unsigned kind = SEAL_TOTAL_HOST + 1;
	int e;

	while (kind < SEAL_TOTAL_MAX_ &&
	       !seal_bytes_is(of, seal_total_kind_name((enum seal_total_kind)kind)))
		kind++;
	if (kind == SEAL_TOTAL_MAX_)
		return 0;
	take_all(a);
	e = open_total(a, (enum seal_total_kind)kind, text_of(a->rec, "name"));
	if (e < 0)
		return e;
	seal_reduction_span(a->into, a->total, time_of(a->rec, "first"), time_of(a->rec, "last"));
	for (unsigned s = SEAL_SLOT_PERMS; s <= SEAL_SLOT_REASONS && e == 0; s++)
		e = add_set(a, (enum seal_slot)s,
			    json_object_get(a->rec, seal_part_slot_name((enum seal_slot)s)));
	return e < 0 ? e : add_hosts(a, (enum seal_total_kind)kind);
}

/* add_log - each verb reads the logs anew: they are counted by verb */
static int add_log(struct adding *a, struct seal_bytes verb, const json_t *row)
{
	const int64_t n[SEAL_PART_NUMBERS] = {number_of(row, "records"), time_of(row, "first"),
					      time_of(row, "last")};

	return seal_reduction_part(a->into, a->total, SEAL_SLOT_LOGS, verb, text_of(row, "name"),
				   n);
}

static int add_host_row(struct adding *a)
{
	const json_t *checks = json_object_get(a->rec, "checks");
	const int64_t cut[SEAL_PART_NUMBERS] = {number_of(a->rec, "cut_short")};
	json_t *row;
	size_t i;
	int e;

	take_all(a);
	e = open_total(a, SEAL_TOTAL_HOST, text_of(a->rec, "host"));
	for (unsigned s = SEAL_SLOT_VERBS; s <= SEAL_SLOT_UNREAD && e == 0; s++)
		e = add_set(a, (enum seal_slot)s,
			    json_object_get(a->rec, seal_part_slot_name((enum seal_slot)s)));
	json_array_foreach(json_object_get(a->rec, "logs"), i, row)
	{
		if (e == 0)
			e = add_log(a, text_of(row, "verb"), row);
	}
	for (unsigned s = 0; s < SEAL_STATUS_MAX_ && e == 0 && json_is_object(checks); s++) {
		const char *status = seal_status_name((enum seal_status)s);
		const int64_t n[SEAL_PART_NUMBERS] = {number_of(checks, status)};

		e = seal_reduction_part(a->into, a->total, SEAL_SLOT_CHECKS, (struct seal_bytes){0},
					seal_bytes_of(status), n);
	}
	if (e == 0 && cut[0])
		e = seal_reduction_part(a->into, a->total, SEAL_SLOT_CUT_SHORT,
					(struct seal_bytes){0}, (struct seal_bytes){0}, cut);
	return e;
}

/* --- all of them ---------------------------------------------------------------------------------
 */

static const struct {
	const char *record;
	int (*add)(struct adding *a);
} adders[] = {
	{"finding", add_finding}, {"waiver", add_waiver}, {"cause", add_cause},
	{"denial", add_denial},   {"fix", add_fix},       {"path", add_path},
	{"total", add_total},     {"host", add_host_row}, {"end", add_end},
};

static size_t adder_of(const json_t *rec)
{
	struct seal_bytes kind = text_of(rec, "record");
	size_t i = 0;

	while (i < sizeof(adders) / sizeof(*adders) && !seal_bytes_is(kind, adders[i].record))
		i++;
	return i;
}

bool seal_totals_counts(const json_t *rec)
{
	return adder_of(rec) < sizeof(adders) / sizeof(*adders);
}

int seal_totals_record(struct seal_reduction *into, struct seal_bytes host, const json_t *rec)
{
	struct adding a = {.into = into, .host = host, .rec = rec};
	size_t i = adder_of(rec);
	int e = i < sizeof(adders) / sizeof(*adders) ? adders[i].add(&a) : 0;

	seal_buf_done(&a.object);
	seal_buf_done(&a.more);
	return e;
}

/* add_source - logs are added up; what could not be read is told */
static int add_source(struct adding *a, const json_t *source)
{
	struct seal_bytes status = text_of(source, "status"), path = text_of(source, "path");

	if (seal_bytes_is(status, "unreadable") || seal_bytes_is(status, "truncated"))
		return seal_reduction_part(a->into, a->total, SEAL_SLOT_UNREAD,
					   (struct seal_bytes){0}, path, NULL);
	if (!text_of(source, "first").n)
		return 0;
	return add_log(a, text_of(a->rec, "verb"), source);
}

struct seal_bytes seal_totals_host_of(const json_t *run)
{
	struct seal_bytes name = text_of(run, "host_name");

	return name.n ? name : text_of(run, "root");
}

int seal_totals_head(struct seal_reduction *into, const json_t *run)
{
	static const enum seal_about_key keys[] = {SEAL_ABOUT_DISTRO, SEAL_ABOUT_MTA,
						   SEAL_ABOUT_SELINUX, SEAL_ABOUT_POLICY,
						   SEAL_ABOUT_MAX_};
	struct adding a = {.into = into, .rec = run};
	struct seal_bytes version = text_of(json_object_get(run, "tool"), "version");
	json_t *row;
	size_t i;
	int e;

	/* the hosts of a reduction are in its lines */
	if (seal_bytes_is(text_of(run, "verb"), "reduce"))
		return 0;
	take_about(&a, json_object_get(run, "host"), keys);
	e = open_total(&a, SEAL_TOTAL_HOST, seal_totals_host_of(run));
	if (e == 0)
		e = seal_reduction_part(into, a.total, SEAL_SLOT_VERBS, (struct seal_bytes){0},
					text_of(run, "verb"), NULL);
	if (e == 0)
		e = seal_reduction_part(into, a.total, SEAL_SLOT_TOOLS, (struct seal_bytes){0},
					version, NULL);
	json_array_foreach(json_object_get(run, "sources"), i, row)
	{
		if (e == 0)
			e = add_source(&a, row);
	}
	return e;
}

int seal_totals_cut_short(struct seal_reduction *into, struct seal_bytes host, const char *why)
{
	static const struct seal_bytes about[SEAL_ABOUT_MAX_];
	const int64_t one[SEAL_PART_NUMBERS] = {1};
	uint32_t total;
	int e = seal_reduction_total(into, SEAL_TOTAL_HOST, host, about, &total);

	if (e == 0)
		e = seal_reduction_part(into, total, SEAL_SLOT_CUT_SHORT, (struct seal_bytes){0},
					(struct seal_bytes){0}, one);
	if (e == 0 && why)
		e = seal_reduction_part(into, total, SEAL_SLOT_UNREAD, (struct seal_bytes){0},
					seal_bytes_of(why), NULL);
	return e;
}
