/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/parts.h"
#include "report/report.h"

bool seal_report_is_complete(const struct seal_host *h)
{
	seal_vec_each (s, &h->sources) {
		if (s->status == SEAL_READ_UNREADABLE || s->status == SEAL_READ_TRUNCATED)
			return false;
	}
	return true;
}

void seal_part_source(struct seal_json *j, const struct seal_source_state *s)
{
	seal_json_text(j, "name", seal_source_name(s->source));
	seal_json_bytes(j, "path", s->path);
	seal_json_text(j, "status", seal_read_status_name(s->status));
	seal_json_bytes(j, "detail", s->detail);
	seal_json_u64(j, "records", s->records);
	seal_json_time(j, "first", s->first_us);
	seal_json_time(j, "last", s->last_us);
}

static void put_host(struct seal_json *j, const struct seal_host *h)
{
	seal_auto_buf struct seal_buf mta = {0};

	if (h->postfix.version.n || h->postfix.instances.n)
		seal_buf_puts(&mta, "postfix");
	if (h->postfix.version.n) {
		seal_buf_putc(&mta, ' ');
		seal_buf_put(&mta, h->postfix.version.p, h->postfix.version.n);
	}
	seal_json_object(j, "host");
	seal_json_bytes(j, "name", h->name);
	seal_json_bytes(j, "distro", h->distro);
	seal_json_bytes(j, "mta", seal_buf_bytes(&mta));
	seal_json_text(j, "selinux", seal_selinux_mode_name(h->selinux.mode));
	seal_json_bytes(j, "policy", h->selinux.type);
	seal_json_object_end(j);
}

void seal_report_envelope(struct seal_json *j, const struct seal_host *h, const char *verb)
{
	seal_json_object(j, NULL);
	seal_part_envelope(j, h, verb);
}

static void put_head(struct seal_json *j, const struct seal_host *h, const char *verb)
{
	seal_json_text(j, "schema", "postseal/1");
	seal_json_text(j, "verb", verb);
	seal_json_object(j, "tool");
	seal_json_text(j, "version", SEAL_VERSION);
	seal_json_object_end(j);
	seal_json_bytes(j, "root", seal_bytes_of(h->root));
	put_host(j, h);
}

void seal_part_envelope_bare(struct seal_json *j, const struct seal_host *h, const char *verb)
{
	put_head(j, h, verb);
	seal_json_array(j, "sources");
	seal_json_array_end(j);
	seal_json_bool(j, "complete", seal_report_is_complete(h));
}

void seal_part_envelope(struct seal_json *j, const struct seal_host *h, const char *verb)
{
	put_head(j, h, verb);
	seal_json_array(j, "sources");
	seal_vec_each (s, &h->sources) {
		seal_json_object(j, NULL);
		seal_part_source(j, s);
		seal_json_object_end(j);
	}
	seal_json_array_end(j);
	seal_json_bool(j, "complete", seal_report_is_complete(h));
}

void seal_report_origin(struct seal_json *j, const char *key, const struct seal_origin *o)
{
	seal_json_object(j, key);
	seal_json_text(j, "source", seal_source_name(o->source));
	if (o->ref.n)
		seal_json_bytes(j, "ref", o->ref);
	if (o->path.n)
		seal_json_bytes(j, "path", o->path);
	if (o->line)
		seal_json_u64(j, "line", o->line);
	seal_json_object_end(j);
}
