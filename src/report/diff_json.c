/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/diff.h"

#include "checks/difference.h"
#include "report/parts.h"

static void put_host(struct seal_json *j, const char *key, const struct seal_rows *r)
{
	seal_json_object(j, key);
	seal_json_bytes(j, "name", r->host);
	seal_json_bytes(j, "distro", r->distro);
	seal_json_bytes(j, "mta", r->mta);
	seal_json_bytes(j, "selinux", r->selinux);
	seal_json_bytes(j, "policy", r->policy);
	seal_json_object_end(j);
}

static void put_side(struct seal_json *j, const char *key, const struct seal_rows *r)
{
	seal_json_object(j, key);
	seal_json_bytes(j, "root", seal_bytes_of(r->name));
	put_host(j, "host", r);
	seal_json_bool(j, "complete", r->complete);
	seal_json_object_end(j);
}

static void put_status(struct seal_json *j, const char *key, enum seal_status s)
{
	seal_json_text(j, key, s == SEAL_STATUS_MAX_ ? NULL : seal_status_name(s));
}

static void put_change(struct seal_json *j, const struct seal_drifted *c)
{
	seal_json_object(j, NULL);
	seal_json_text(j, "change", seal_drift_name(c->change));
	seal_json_bytes(j, "id", c->row->id);
	seal_json_text(j, "severity", seal_grade_name(c->row->severity));
	seal_json_bytes(j, "area", c->row->area);
	seal_json_bytes(j, "title", c->row->title);
	seal_json_bytes(j, "object", c->row->object);
	seal_json_bytes(j, "detail", c->row->detail);
	seal_json_bytes(j, "fingerprint", c->row->fingerprint);
	put_status(j, "before", c->before);
	put_status(j, "after", c->after);
	seal_json_object_end(j);
}

void seal_report_diff_json(const struct seal_difference *d, struct seal_buf *out)
{
	struct seal_json j;

	seal_json_init(&j, out, true);
	seal_json_object(&j, NULL);
	seal_json_text(&j, "schema", "postseal/1");
	seal_json_text(&j, "verb", "diff");
	seal_json_object(&j, "tool");
	seal_json_text(&j, "version", SEAL_VERSION);
	seal_json_object_end(&j);
	seal_json_bytes(&j, "root", seal_bytes_of(d->after->name));
	put_host(&j, "host", d->after);
	seal_json_array(&j, "sources");
	seal_json_array_end(&j);
	seal_json_bool(&j, "complete", d->before->complete && d->after->complete);
	put_side(&j, "before", d->before);
	put_side(&j, "after", d->after);
	seal_json_object(&j, "summary");
	for (unsigned i = 0; i < SEAL_DRIFT_MAX_; i++)
		seal_json_u64(&j, seal_drift_name((enum seal_drift)i), d->n[i]);
	seal_json_u64(&j, "same", d->n_same);
	seal_json_object_end(&j);
	seal_part_gate(&j, &d->gate);
	seal_json_array(&j, "changes");
	seal_vec_each (c, &d->v) {
		put_change(&j, c);
	}
	seal_json_array_end(&j);
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
}
