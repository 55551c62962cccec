/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/rules/waivers.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>

#include "core/input.h"
#include "evidence/rules/yaml.h"

#define DAY_US (INT64_C(86400) * SEAL_SECOND_US)

/* read_file - a file of the auditor's host, named by the user */
static int read_file(const char *path, size_t max, char **text, size_t *n, struct seal_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return seal_err_set(err, -errno, "%s: %s", path, strerror(errno));
	return seal_read_all(fd, max, text, n, err);
}

static int text_of(const struct seal_yaml_doc *doc, const struct seal_yaml *map, const char *key,
		   bool optional, struct seal_bytes *ret, struct seal_err *err)
{
	const struct seal_yaml *n = seal_yaml_get(map, key);

	if (!n && optional)
		return 0;
	if (!n)
		return seal_yaml_fail(doc, map, err, "a waiver needs \"%s\"", key);
	if (seal_yaml_expect(doc, n, SEAL_YAML_SCALAR, err) < 0)
		return -EINVAL;
	*ret = seal_bytes_trim(n->text);
	return ret->n ? 0 : seal_yaml_fail(doc, n, err, "\"%s\" is empty", key);
}

static int read_waiver(const struct seal_yaml_doc *doc, const struct seal_yaml *map, int64_t today,
		       struct seal_findings *ret, struct seal_err *err)
{
	static const char *const keys[] = {"id",      "object",    "reason", "owner",
					   "expires", "reference", NULL};
	struct seal_waiver *w;
	int64_t end;

	if (seal_yaml_keys(doc, map, keys, err) < 0)
		return -EINVAL;
	if (ret->waivers.n == SEAL_WAIVERS_MAX)
		return seal_err_set(err, -E2BIG, "more than %zu waivers", SEAL_WAIVERS_MAX);
	w = seal_vec_add(&ret->waivers);
	if (!w)
		return seal_err_set(err, -ENOMEM, "out of memory");
	w->line = map->line;
	if (text_of(doc, map, "id", false, &w->id, err) < 0 ||
	    text_of(doc, map, "object", true, &w->object, err) < 0 ||
	    text_of(doc, map, "reason", false, &w->reason, err) < 0 ||
	    text_of(doc, map, "owner", false, &w->owner, err) < 0 ||
	    text_of(doc, map, "expires", false, &w->expires, err) < 0 ||
	    text_of(doc, map, "reference", true, &w->reference, err) < 0)
		return -EINVAL;
	if (w->expires.n != strlen("2027-01-31") || seal_time_parse(w->expires, &end) < 0)
		return seal_yaml_fail(doc, seal_yaml_get(map, "expires"), err,
				      "expires is a day: 2027-01-31");
	w->expired = today >= end + DAY_US;
	if (end - today > SEAL_WAIVER_DAYS_MAX * DAY_US)
		return seal_yaml_fail(doc, seal_yaml_get(map, "expires"), err,
				      "a waiver ends within %d days", SEAL_WAIVER_DAYS_MAX);
	return 0;
}

int seal_waivers_read(const char *path, int64_t today, struct seal_arena *arena,
		      struct seal_findings *ret, struct seal_err *err)
{
	static const char *const keys[] = {"waivers", NULL};
	struct seal_yaml_doc doc = {.name = path, .arena = arena};
	seal_auto_free char *text = NULL;
	const struct seal_yaml *list;
	size_t n = 0;
	int r;

	r = read_file(path, SEAL_YAML_BYTES_MAX, &text, &n, err);
	if (r == 0)
		r = seal_yaml_parse(&doc, (struct seal_bytes){text, n}, err);
	if (r < 0)
		return r;
	if (seal_yaml_keys(&doc, doc.root, keys, err) < 0)
		return -EINVAL;
	list = seal_yaml_get(doc.root, "waivers");
	if (!list)
		return seal_yaml_fail(&doc, doc.root, err, "\"waivers\" is missing");
	if (seal_yaml_expect(&doc, list, SEAL_YAML_LIST, err) < 0)
		return -EINVAL;
	seal_yaml_each(it, list)
	{
		r = read_waiver(&doc, it, today, ret, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* mark - the failures of one fingerprint are known */
static void mark(struct seal_findings *f, const json_t *fingerprint)
{
	struct seal_bytes b = {json_string_value(fingerprint), json_string_length(fingerprint)};

	seal_vec_each (it, &f->v) {
		if (it->status == SEAL_STATUS_FAIL && seal_bytes_is(b, it->fingerprint))
			it->known = true;
	}
}

int seal_baseline_read(const char *path, struct seal_findings *f, struct seal_err *err)
{
	seal_auto_free char *text = NULL;
	json_t *top, *list;
	json_error_t why;
	size_t n = 0, i;
	int r;

	r = read_file(path, SEAL_BASELINE_MAX, &text, &n, err);
	if (r < 0)
		return r;
	top = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
	list = json_object_get(top, "fingerprints");
	if (!list)
		list = json_object_get(top, "findings");
	if (!list || json_typeof(list) != JSON_ARRAY) {
		json_decref(top);
		return seal_err_set(err, -EINVAL,
				    "%s: neither a report of audit in JSON nor fingerprints", path);
	}
	f->has_baseline = true;
	for (i = 0; i < json_array_size(list); i++) {
		const json_t *row = json_array_get(list, i);
		const char *status = json_string_value(json_object_get(row, "status"));

		if (json_string_value(row))
			mark(f, row);
		else if (status && strcmp(status, "fail") == 0)
			mark(f, json_object_get(row, "fingerprint"));
	}
	json_decref(top);
	return 0;
}
