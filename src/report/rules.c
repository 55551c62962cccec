/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/rules.h"

#include "core/enc.h"
#include "report/report.h"

static void put_line(struct seal_buf *out, const struct seal_check_rule *r)
{
	seal_enc_tty(out, r->id);
	seal_buf_printf(out, "  %-9s", seal_grade_name(r->severity));
	seal_text_wrap(out, 18, 18, r->title);
	seal_buf_putc(out, '\n');
}

static void put_roles(struct seal_buf *b, unsigned roles)
{
	if (roles == SEAL_ROLE_ALL) {
		seal_buf_puts(b, "all");
		return;
	}
	for (unsigned bit = 1; bit & SEAL_ROLE_ALL; bit <<= 1)
		if (roles & bit)
			seal_buf_printf(b, "%s%s", b->n ? ", " : "",
					seal_role_name((enum seal_role)bit));
}

static void put_references(struct seal_buf *out, const struct seal_check_rule *r)
{
	const char *word = "refs";

	seal_vec_each (ref, &r->references) {
		seal_auto_buf struct seal_buf b = {0};

		seal_buf_puts(&b, seal_benchmark_title(ref->benchmark));
		seal_vec_each (item, &ref->items) {
			bool related = seal_bytes_ends(*item, "~");

			seal_buf_puts(&b, item == ref->items.v ? ": " : ", ");
			seal_buf_put(&b, item->p, item->n - related);
			seal_buf_puts(&b, related ? " (related)" : "");
		}
		seal_text_row(out, 2, word, seal_buf_bytes(&b));
		word = "";
	}
}

/* put_evidence - what the check looks at, one thing a line */
static void put_evidence(struct seal_buf *out, const struct seal_check_rule *r)
{
	const char *word = "looks";

	seal_vec_each (e, &r->evidence) {
		seal_text_row(out, 2, word, *e);
		word = "";
	}
	if (seal_bytes_is(r->offline, "no"))
		seal_text_row(out, 2, "needs", SEAL_LIT("the running host, or a bundle of it"));
	else if (seal_bytes_is(r->offline, "partial"))
		seal_text_row(out, 2, "needs", SEAL_LIT("the running host for all of it"));
}

static void put_one(struct seal_buf *out, const struct seal_check_rule *r)
{
	seal_auto_buf struct seal_buf roles = {0};

	put_line(out, r);
	put_roles(&roles, r->roles);
	seal_text_row(out, 2, "area", r->area);
	seal_text_row(out, 2, "roles", seal_buf_bytes(&roles));
	put_evidence(out, r);
	seal_text_row(out, 2, "why", r->rationale);
	seal_text_row(out, 2, "fix", r->advice);
	if (r->conflict.n)
		seal_text_row(out, 2, "note", r->conflict);
	seal_vec_each (p, &r->parameters) {
		seal_auto_buf struct seal_buf b = {0};

		seal_buf_put(&b, p->name.p, p->name.n);
		seal_buf_printf(&b, " = %u", p->value);
		seal_text_row(out, 2, "param", seal_buf_bytes(&b));
	}
	put_references(out, r);
}

void seal_report_rules_text(const struct seal_check_rule *all, size_t n,
			    const struct seal_check_rule *one, struct seal_buf *out)
{
	if (one) {
		put_one(out, one);
		return;
	}
	for (size_t i = 0; i < n; i++)
		put_line(out, &all[i]);
}

static void put_json(struct seal_json *j, const struct seal_check_rule *r)
{
	seal_json_object(j, NULL);
	seal_json_bytes(j, "id", r->id);
	seal_json_bytes(j, "title", r->title);
	seal_json_bytes(j, "area", r->area);
	seal_json_text(j, "severity", seal_grade_name(r->severity));
	seal_json_u64(j, "tier", r->tier);
	seal_json_array(j, "roles");
	for (unsigned bit = 1; bit & SEAL_ROLE_ALL; bit <<= 1)
		if (r->roles & bit)
			seal_json_text(j, NULL, seal_role_name((enum seal_role)bit));
	seal_json_array_end(j);
	seal_json_array(j, "evidence");
	seal_vec_each (e, &r->evidence) {
		seal_json_bytes(j, NULL, *e);
	}
	seal_json_array_end(j);
	seal_json_bytes(j, "offline", r->offline);
	seal_json_bytes(j, "rationale", r->rationale);
	seal_json_bytes(j, "advice", r->advice);
	seal_json_bytes(j, "conflict", r->conflict);
	seal_json_object(j, "parameters");
	seal_vec_each (p, &r->parameters) {
		seal_json_u64(j, p->name.p, p->value);
	}
	seal_json_object_end(j);
	seal_json_object(j, "references");
	seal_vec_each (ref, &r->references) {
		seal_json_array(j, ref->benchmark.p);
		seal_vec_each (item, &ref->items) {
			seal_json_bytes(j, NULL, *item);
		}
		seal_json_array_end(j);
	}
	seal_json_object_end(j);
	seal_json_object_end(j);
}

void seal_report_rules_json(const struct seal_check_rule *all, size_t n,
			    const struct seal_check_rule *one, struct seal_buf *out)
{
	struct seal_json j;

	seal_json_init(&j, out, true);
	seal_json_object(&j, NULL);
	seal_json_text(&j, "schema", "postseal/1");
	seal_json_text(&j, "verb", "rules");
	seal_json_object(&j, "tool");
	seal_json_text(&j, "version", SEAL_VERSION);
	seal_json_object_end(&j);
	/* no evidence is read */
	seal_json_null(&j, "root");
	seal_json_null(&j, "host");
	seal_json_array(&j, "sources");
	seal_json_array_end(&j);
	seal_json_bool(&j, "complete", true);
	seal_json_array(&j, "checks");
	for (size_t i = 0; i < (one ? 1 : n); i++)
		put_json(&j, one ? one : &all[i]);
	seal_json_array_end(&j);
	seal_json_object_end(&j);
	seal_buf_putc(out, '\n');
}
