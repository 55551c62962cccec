/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/json.h"

#include <errno.h>
#include <inttypes.h>

#include "core/enc.h"
#include "core/time.h"

void seal_json_init(struct seal_json *j, struct seal_buf *out, bool indent)
{
	*j = (struct seal_json){.out = out, .indent = indent};
}

static void new_line(struct seal_json *j)
{
	static const char blanks[] = "\n                                                ";
	size_t n = 1 + 2 * (size_t)j->depth, some;

	if (!j->indent)
		return;
	some = n < sizeof(blanks) - 1 ? n : sizeof(blanks) - 1;
	seal_buf_put(j->out, blanks, some);
	for (; some < n; some++)
		seal_buf_putc(j->out, ' ');
}

/* begin - comma, line break and key in front of a value */
static void begin(struct seal_json *j, const char *key)
{
	if (j->depth) {
		if (j->some[j->depth])
			seal_buf_putc(j->out, ',');
		j->some[j->depth] = true;
		new_line(j);
	}
	if (key) {
		seal_enc_json(j->out, seal_bytes_of(key));
		seal_buf_puts(j->out, j->indent ? ": " : ":");
	}
}

static void open_container(struct seal_json *j, const char *key, char c)
{
	begin(j, key);
	seal_buf_putc(j->out, c);
	if (j->depth + 1 == SEAL_JSON_DEPTH) {
		j->out->err = -EINVAL;
		return;
	}
	j->some[++j->depth] = false;
}

static void close_container(struct seal_json *j, char c)
{
	bool some = j->some[j->depth];

	if (!j->depth) {
		j->out->err = -EINVAL;
		return;
	}
	j->depth--;
	if (some)
		new_line(j);
	seal_buf_putc(j->out, c);
}

void seal_json_object(struct seal_json *j, const char *key)
{
	open_container(j, key, '{');
}

void seal_json_object_end(struct seal_json *j)
{
	close_container(j, '}');
}

void seal_json_array(struct seal_json *j, const char *key)
{
	open_container(j, key, '[');
}

void seal_json_array_end(struct seal_json *j)
{
	close_container(j, ']');
}

void seal_json_text(struct seal_json *j, const char *key, const char *trusted)
{
	begin(j, key);
	if (trusted)
		seal_enc_json(j->out, seal_bytes_of(trusted));
	else
		seal_buf_puts(j->out, "null");
}

void seal_json_bytes(struct seal_json *j, const char *key, struct seal_bytes s)
{
	begin(j, key);
	if (seal_enc_json(j->out, s) || !key)
		return;
	begin(j, NULL);
	if (strcmp(key, "text") == 0)
		seal_buf_puts(j->out, "\"raw_hex\"");
	else
		seal_buf_printf(j->out, "\"%s_raw_hex\"", key);
	seal_buf_puts(j->out, j->indent ? ": \"" : ":\"");
	seal_enc_hex(j->out, s);
	seal_buf_putc(j->out, '"');
}

void seal_json_u64(struct seal_json *j, const char *key, uint64_t v)
{
	begin(j, key);
	seal_buf_printf(j->out, "%" PRIu64, v);
}

void seal_json_i64(struct seal_json *j, const char *key, int64_t v)
{
	begin(j, key);
	seal_buf_printf(j->out, "%" PRId64, v);
}

void seal_json_bool(struct seal_json *j, const char *key, bool v)
{
	begin(j, key);
	seal_buf_puts(j->out, v ? "true" : "false");
}

void seal_json_null(struct seal_json *j, const char *key)
{
	begin(j, key);
	seal_buf_puts(j->out, "null");
}

void seal_json_time(struct seal_json *j, const char *key, int64_t time_us)
{
	if (time_us == SEAL_TIME_NONE) {
		seal_json_null(j, key);
		return;
	}
	begin(j, key);
	seal_buf_putc(j->out, '"');
	seal_time_put(j->out, time_us);
	seal_buf_putc(j->out, '"');
}
