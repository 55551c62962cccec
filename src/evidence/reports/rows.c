/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/reports/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>

#include "core/buf.h"
#include "core/input.h"

/* struct reader - where the reading stands */
struct reader {
	struct seal_rows *rows;
	struct seal_err *err;
	size_t n;   /* findings since "run" */
	bool ended; /* "end" was read */
};

static int no_report(struct reader *rd, const char *why)
{
	return seal_err_set(rd->err, -EINVAL, "%s: %s", rd->rows->name, why);
}

static struct seal_bytes text_of(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	return (struct seal_bytes){json_string_value(v), json_string_length(v)};
}

static int copy_text(struct reader *rd, const json_t *object, const char *key,
		     struct seal_bytes *ret)
{
	return seal_arena_copy(rd->rows->arena, text_of(object, key), ret);
}

static bool parse_status(struct seal_bytes word, enum seal_status *ret)
{
	for (unsigned i = 0; i < SEAL_STATUS_MAX_; i++) {
		if (!seal_bytes_is(word, seal_status_name((enum seal_status)i)))
			continue;
		*ret = (enum seal_status)i;
		return true;
	}
	return false;
}

/* read_object - the keys and values in words, as in the other reports */
static int read_object(struct reader *rd, json_t *object, struct seal_bytes *ret)
{
	seal_auto_buf struct seal_buf b = {0};
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		size_t n = strlen(key), tail = strlen("_raw_hex");

		if (n > tail && strcmp(key + n - tail, "_raw_hex") == 0)
			continue;
		if (b.n)
			seal_buf_putc(&b, ' ');
		seal_buf_puts(&b, key);
		seal_buf_putc(&b, '=');
		seal_buf_put(&b, json_string_value(value), json_string_length(value));
	}
	return b.err ? b.err : seal_arena_copy(rd->rows->arena, seal_buf_bytes(&b), ret);
}

static int read_finding(struct reader *rd, const json_t *f)
{
	struct seal_row *row = seal_vec_add(&rd->rows->v);
	int r;

	if (!row)
		return -ENOMEM;
	rd->n++;
	if (!parse_status(text_of(f, "status"), &row->status) ||
	    !seal_grade_parse(text_of(f, "severity"), &row->severity))
		return no_report(rd, "a finding without status or severity");
	r = copy_text(rd, f, "id", &row->id);
	if (r == 0)
		r = copy_text(rd, f, "area", &row->area);
	if (r == 0)
		r = copy_text(rd, f, "title", &row->title);
	if (r == 0)
		r = copy_text(rd, f, "detail", &row->detail);
	if (r == 0)
		r = copy_text(rd, f, "fingerprint", &row->fingerprint);
	if (r == 0)
		r = read_object(rd, json_object_get(f, "object"), &row->object);
	if (r == 0 && (!row->id.n || !row->fingerprint.n))
		return no_report(rd, "a finding without id or fingerprint");
	return r;
}

static int read_envelope(struct reader *rd, const json_t *doc)
{
	const json_t *host = json_object_get(doc, "host");
	struct seal_rows *rows = rd->rows;
	int r;

	if (!seal_bytes_is(text_of(doc, "schema"), "postseal/1") ||
	    !seal_bytes_is(text_of(doc, "verb"), "audit"))
		return no_report(rd, "no report of audit in JSON or NDJSON");
	rows->complete = json_is_true(json_object_get(doc, "complete"));
	r = copy_text(rd, host, "name", &rows->host);
	if (r == 0)
		r = copy_text(rd, host, "distro", &rows->distro);
	if (r == 0)
		r = copy_text(rd, host, "mta", &rows->mta);
	if (r == 0)
		r = copy_text(rd, host, "selinux", &rows->selinux);
	if (r == 0)
		r = copy_text(rd, host, "policy", &rows->policy);
	return r;
}

static int read_document(struct reader *rd, const json_t *doc)
{
	const json_t *list = json_object_get(doc, "findings");
	json_t *f;
	size_t i;
	int r = read_envelope(rd, doc);

	if (r == 0 && !json_is_array(list))
		return no_report(rd, "no report of audit in JSON or NDJSON");
	json_array_foreach(list, i, f)
	{
		if (r == 0)
			r = read_finding(rd, f);
	}
	rd->ended = true;
	return r;
}

/* read_value - one JSON text: a whole report, or a record of one */
static int read_value(struct reader *rd, const json_t *doc, bool first)
{
	struct seal_bytes kind = text_of(doc, "record");

	if (rd->ended)
		return no_report(rd, "more follows the end of the report");
	if (!kind.n && first)
		return read_document(rd, doc);
	if (first != seal_bytes_is(kind, "run"))
		return no_report(rd, "the records of one run begin with \"run\"");
	if (first)
		return read_envelope(rd, doc);
	if (seal_bytes_is(kind, "finding"))
		return read_finding(rd, doc);
	rd->ended = seal_bytes_is(kind, "end");
	return 0;
}

int seal_rows_parse(const char *name, struct seal_bytes text, struct seal_rows *ret,
		    struct seal_err *err)
{
	struct reader rd = {.rows = ret, .err = err};
	bool first = true;
	int r = 0;

	ret->name = name;
	ret->arena = seal_arena_new();
	if (!ret->arena)
		return seal_err_set(err, -ENOMEM, "out of memory");
	while (r == 0 && seal_bytes_trim(text).n) {
		json_error_t why;
		json_t *doc = json_loadb(text.p, text.n,
					 JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &why);

		if (!doc)
			return no_report(&rd, "no report of audit in JSON or NDJSON");
		r = read_value(&rd, doc, first);
		json_decref(doc);
		first = false;
		text.p += why.position;
		text.n -= (size_t)why.position;
	}
	if (r == 0 && !rd.ended)
		return no_report(&rd, first ? "empty" : "cut short: its \"end\" is missing");
	return r == -ENOMEM ? seal_err_set(err, r, "out of memory") : r;
}

int seal_rows_read(const char *path, struct seal_rows *ret, struct seal_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	seal_auto_free char *text = NULL;
	size_t n = 0;
	int r;

	if (fd < 0)
		return seal_err_set(err, -errno, "%s: %s", path, strerror(errno));
	r = seal_read_all(fd, SEAL_ROWS_BYTES_MAX, &text, &n, err);
	return r < 0 ? r : seal_rows_parse(path, (struct seal_bytes){text, n}, ret, err);
}

void seal_rows_done(struct seal_rows *r)
{
	seal_vec_done(&r->v);
	if (r->arena)
		seal_arena_free(r->arena);
	r->arena = NULL;
}

bool seal_rows_is_report(const char *path)
{
	seal_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct seal_input *in = NULL;
	struct stat st;
	char c = '\0';

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	if (seal_input_new(seal_take_fd(&fd), SEAL_ROWS_BYTES_MAX, &in, NULL) < 0)
		return false;
	while (seal_input_read(in, &c, 1, NULL) == 1 && (c == ' ' || c == '\n' || c == '\t'))
		;
	seal_input_free(in);
	return c == '{';
}
