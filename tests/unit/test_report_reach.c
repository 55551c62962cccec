/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reach in every format: paths of chance, whose rows divide the addresses of a family, with every
 * kind of verdict */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "report/audit.h"
#include "report/pictures.h"
#include "report/reach.h"
#include "report/reach_probe.h"
#include "report/reach_words.h"
#include "report_fixture.h"

#define TURNS    1000
#define ROWS     4
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* --- rules */

#define RULES 8

struct rules {
	struct seal_fw_table table;
	struct seal_fw_chain chain[RULES];
	struct seal_fw_rule rule[RULES];
	struct seal_fw_stmt stmt[RULES];
	struct seal_origin origin[RULES];
};

static void some_rules(struct rules *r)
{
	*r = (struct rules){.table = {.family = (enum seal_fw_family)roll(SEAL_FW_FAMILY_MAX_)}};
	r->table.name = name();
	for (size_t i = 0; i < RULES; i++) {
		struct seal_origin *o = &r->origin[i];

		*o = (struct seal_origin){.path = words(), .line = roll(3), .ref = words()};
		r->chain[i] = (struct seal_fw_chain){.table = &r->table, .name = name()};
		r->chain[i].policy_drop = roll(2);
		r->chain[i].origin = roll(2) ? o : NULL;
		r->stmt[i] = (struct seal_fw_stmt){.kind = SEAL_STMT_MAYBE, .text = words()};
		r->rule[i] = (struct seal_fw_rule){.chain = &r->chain[i], .handle = roll(3)};
		r->rule[i].first = r->rule[i].last = &r->stmt[i];
		r->rule[i].origin = roll(2) ? o : NULL;
	}
}

/* --- verdicts */

static void some_depends(struct seal_fw_verdict *v, struct seal_host *h, const struct rules *rules)
{
	struct seal_fw_depend *d;

	v->n_depends = roll(4);
	d = seal_arena_alloc(h->arena, (v->n_depends + 1) * sizeof(*d));
	assert_non_null(d);
	for (size_t i = 0; i < v->n_depends; i++) {
		d[i].rule = roll(2) ? &rules->rule[roll(RULES)] : NULL;
		d[i].text = roll(3) ? words() : SEAL_LIT("whether the host forwards packets");
	}
	v->depends = d;
}

static void some_verdict(struct seal_fw_verdict *v, struct seal_host *h, const struct rules *rules)
{
	static const char *const packets[] = {"synack", "data"};
	unsigned at = roll(RULES), later = roll(RULES);

	*v = (struct seal_fw_verdict){.verdict = (enum seal_fw_fate)roll(SEAL_FATE_MAX_)};
	if (roll(2))
		v->verdict = SEAL_FATE_ACCEPT;
	v->refusal.type = (enum seal_fw_reject_type)roll(SEAL_FW_REJECT_ICMPX);
	v->refusal.code = (uint8_t)(roll(8) ? roll(6) : 200);
	v->chain = roll(4) ? &rules->chain[at] : NULL;
	v->rule = v->chain && roll(2) ? &rules->rule[at] : NULL;
	v->rule_depends = roll(2);
	if (roll(2))
		assert_int_equal(seal_addr_parse(SEAL_LIT("192.0.2.7"), &v->to), 0);
	v->to_port = (uint16_t)few(2525);
	v->reachable = (enum seal_tri)roll(3);
	v->later_chain = roll(2) ? &rules->chain[later] : NULL;
	v->later_rule = v->later_chain && roll(2) ? &rules->rule[later] : NULL;
	v->later_packet = v->later_chain ? packets[roll(2)] : NULL;
	v->answered = (enum seal_tri)roll(3);
	v->may_change = roll(2);
	some_depends(v, h, rules);
}

/* --- paths */

static seal_u128 number_of(const char *text)
{
	struct seal_addr a;

	assert_int_equal(seal_addr_parse(seal_bytes_of(text), &a), 0);
	return seal_addr_u128(&a);
}

/* where the addresses of a family are cut: the first of what is told apart, and what comes after */
static const char *const cuts4[] = {"1.0.0.0",     "127.0.0.0",   "128.0.0.0", "169.254.0.0",
				    "169.255.0.0", "192.0.2.1",   "192.0.2.2", "192.0.2.255",
				    "192.0.3.0",   "203.0.113.0", "224.0.0.0", "255.255.255.255"};
static const char *const cuts6[] = {"::1",    "::2",    "2001:db8::1", "2001:db8::2", "8000::",
				    "fe80::", "fec0::", "ff00::",      "ff02::1"};

static void add_range(struct seal_path_row *r, seal_u128 lo, seal_u128 hi)
{
	struct seal_fw_range *v = (struct seal_fw_range *)(uintptr_t)r->row.far;

	if (r->row.n_far && v[r->row.n_far - 1].hi + 1 == lo)
		v[r->row.n_far - 1].hi = hi;
	else
		v[r->row.n_far++] = (struct seal_fw_range){lo, hi};
}

/* divide - all addresses of a family among @n rows */
static void divide(struct seal_path_row *rows, unsigned n, uint8_t family)
{
	const char *const *cuts = family == 4 ? cuts4 : cuts6;
	size_t n_cuts = family == 4 ? COUNT(cuts4) : COUNT(cuts6);
	seal_u128 lo = 0, top = family == 4 ? 0xffffffffu : ~(seal_u128)0;
	unsigned most = roll(n), seldom = roll(3) ? 4 : 1;

	for (size_t i = 0; i < n_cuts; i++) {
		seal_u128 at = number_of(cuts[i]);

		if (roll(2))
			continue;
		add_range(&rows[roll(seldom) ? most : roll(n)], lo, at - 1);
		lo = at;
	}
	add_range(&rows[most], lo, top);
}

static void some_rows(struct seal_path *p, struct seal_host *h, const struct rules *rules,
		      uint8_t family)
{
	struct seal_path_row rows[ROWS] = {0};
	unsigned n = 1 + roll(ROWS);

	for (unsigned i = 0; i < n; i++) {
		struct seal_fw_range *v =
			seal_arena_alloc(h->arena, (COUNT(cuts4) + 1) * sizeof(*v));

		assert_non_null(v);
		rows[i].row.far = v;
		rows[i].family = family;
	}
	divide(rows, n, family);
	for (unsigned i = 0; i < n; i++) {
		struct seal_path_row *r;

		if (!rows[i].row.n_far)
			continue;
		r = seal_vec_add(&p->rows);
		*r = rows[i];
		some_verdict(&r->row.verdict, h, rules);
		for (unsigned k = roll(3); k > 0; k--)
			assert_int_equal(seal_addr_parse(k == 1 ? SEAL_LIT("192.0.2.1")
								: SEAL_LIT("2001:db8::1"),
							 seal_vec_add(&r->near)),
					 0);
	}
}

static void some_net(struct seal_net *net)
{
	static const struct {
		struct seal_bytes text;
		uint8_t len;
	} own[] = {
		{SEAL_LIT("192.0.2.1"), 24},
		{SEAL_LIT("192.0.2.1"), 31},
		{SEAL_LIT("192.0.2.2"), 32},
		{SEAL_LIT("2001:db8::1"), 64},
	};

	*net = (struct seal_net){0};
	for (size_t i = 0; i < COUNT(own); i++) {
		struct seal_if_addr *a;

		if (roll(2))
			continue;
		a = seal_vec_add(&net->addrs);
		*a = (struct seal_if_addr){.prefix.len = own[i].len};
		assert_int_equal(seal_addr_parse(own[i].text, &a->prefix.addr), 0);
	}
}

static void add_path(struct seal_paths *to, struct seal_host *h, const struct rules *rules,
		     const struct seal_net *net)
{
	static const struct seal_bytes interfaces[] = {SEAL_LIT(""), SEAL_LIT("lo"),
						       SEAL_LIT("eth0"), SEAL_LIT("<b>|`")};
	struct seal_path *p = seal_vec_add(&to->paths);

	p->dir = roll(2) ? SEAL_PACKET_IN : SEAL_PACKET_OUT;
	p->proto = roll(4) ? IPPROTO_TCP : IPPROTO_UDP;
	p->port = roll(2) ? 25 : 2525;
	p->purpose = words();
	p->interface = interfaces[roll(COUNT(interfaces))];
	p->any_far = roll(2);
	p->net = net;
	if (roll(8))
		some_rows(p, h, rules, 4);
	if (roll(3))
		some_rows(p, h, rules, 6);
}

static void some_paths(struct seal_paths *p, struct seal_host *h, const struct rules *rules,
		       const struct seal_net *net)
{
	*p = (struct seal_paths){.complete = roll(2)};
	for (unsigned n = roll(40) ? few(5) : SEAL_PICTURE_PATHS + few(3); n > 0; n--)
		add_path(p, h, rules, net);
}

/* --- what the documents say of them */

static void gives_tri(const json_t *j, enum seal_tri t)
{
	const json_t *v = json_object_get(j, "reachable");

	if (t == SEAL_MAYBE)
		assert_true(text_at(j, "reachable", "depends"));
	else
		assert_int_equal(json_typeof(v), t == SEAL_YES ? JSON_TRUE : JSON_FALSE);
}

static void gives_rule(const json_t *j, const struct seal_fw_rule *rule,
		       const struct seal_fw_chain *chain)
{
	const struct seal_origin *o = rule ? rule->origin : chain->origin;

	assert_true(text_at(j, "family", seal_fw_family_name(chain->table->family)));
	if (rule && rule->handle)
		assert_int_equal(number_at(j, "handle"), rule->handle);
	else
		assert_true(json_is_null(json_object_get(j, "handle")));
	if (!rule)
		assert_true(
			text_at(j, "rule", chain->policy_drop ? "policy drop" : "policy accept"));
	assert_int_equal(json_is_null(json_object_get(j, "file")), !o || !o->path.n);
	assert_int_equal(json_object_get(j, "element") != NULL, o && o->ref.n);
}

static void gives_row(const json_t *j, const struct seal_path *p, const struct seal_path_row *r)
{
	const struct seal_fw_verdict *v = &r->row.verdict;
	const char *far = p->dir == SEAL_PACKET_IN ? "sources" : "destinations";
	const char *near = p->dir == SEAL_PACKET_IN ? "destinations" : "sources";

	assert_true(json_array_size(json_object_get(j, far)) >= r->row.n_far);
	assert_int_equal(json_array_size(json_object_get(j, near)), r->near.n);
	assert_true(text_at(j, "verdict", seal_reach_word(v)));
	assert_int_equal(json_is_null(json_object_get(j, "reject_with")),
			 v->verdict != SEAL_FATE_REJECT);
	assert_int_equal(json_array_size(json_object_get(j, "depends_on")), v->n_depends);
	gives_tri(j, v->reachable);
	if (v->chain)
		gives_rule(json_object_get(j, "decided_by"), v->rule, v->chain);
	else
		assert_true(json_is_null(json_object_get(j, "decided_by")));
	if (v->verdict == SEAL_FATE_ACCEPT && v->reachable == SEAL_NO && v->later_chain)
		gives_rule(json_object_get(j, "stopped_by"), v->later_rule, v->later_chain);
	else
		assert_null(json_object_get(j, "stopped_by"));
	if (v->verdict == SEAL_FATE_ACCEPT && v->to_port && v->to_port != p->port)
		assert_int_equal(number_at(j, "delivered_to_port"), v->to_port);
	else
		assert_null(json_object_get(j, "delivered_to_port"));
}

static void gives_back(const struct seal_buf *b, const struct seal_paths *p, bool read)
{
	json_t *j = is_json("json", seal_buf_bytes(b));
	const json_t *paths = json_object_get(j, "paths");

	assert_int_equal(json_is_true(json_object_get(j, "ruleset_read")), read);
	assert_int_equal(json_is_true(json_object_get(j, "paths_complete")), p->complete);
	assert_int_equal(json_array_size(paths), p->paths.n);
	for (size_t i = 0; i < p->paths.n; i++) {
		const struct seal_path *path = &p->paths.v[i];
		const json_t *it = json_array_get(paths, i), *rows = json_object_get(it, "answer");

		assert_true(text_at(it, "direction", path->dir == SEAL_PACKET_IN ? "in" : "out"));
		assert_true(text_at(it, "protocol", path->proto == IPPROTO_UDP ? "udp" : "tcp"));
		assert_int_equal(number_at(it, "port"), path->port);
		assert_int_equal(json_is_null(json_object_get(it, "interface")),
				 !path->interface.n);
		assert_int_equal(json_array_size(rows), path->rows.n);
		for (size_t k = 0; k < path->rows.n; k++)
			gives_row(json_array_get(rows, k), path, &path->rows.v[k]);
	}
	json_decref(j);
}

/* shown - rows that people see: those that are beside the matter are left out, never all */
static size_t shown(const struct seal_paths *p, size_t most, bool verbose)
{
	size_t n = 0;

	for (size_t i = 0; i < p->paths.n && i < most; i++) {
		const struct seal_path *path = &p->paths.v[i];
		size_t of_path = 0;

		seal_vec_each (r, &path->rows) {
			of_path += verbose || !seal_reach_is_clutter(path, r);
		}
		assert_int_equal(of_path > 0, path->rows.n > 0);
		n += of_path;
	}
	return n;
}

static size_t lines_of(const struct seal_buf *b)
{
	static const char *const fates[] = {"accept  ", "drop  ", "reject  ", "unrouted  ",
					    "depends  "};
	size_t n = 0;

	for (size_t i = 0; i < COUNT(fates); i++) {
		char line[32];

		(void)snprintf(line, sizeof(line), "\n      %s", fates[i]);
		n += count_of(b, line);
	}
	return n;
}

static void told(const struct seal_host *h, const struct seal_paths *p, bool read,
		 const struct seal_text_style *style)
{
	const struct seal_ruleset some = {0}, *rs = read ? &some : NULL;
	size_t drawn = p->paths.n < SEAL_PICTURE_PATHS ? p->paths.n : SEAL_PICTURE_PATHS;
	struct seal_buf b = {0};

	seal_report_reach_text(h, rs, p, style, &b);
	is_text("text", &b, style->color);
	if (!style->color)
		assert_int_equal(lines_of(&b), shown(p, SIZE_MAX, style->verbose));
	assert_int_equal(count_of(&b, "No ruleset could be read"), !read);
	assert_int_equal(count_of(&b, "No listener and no next hop"), read && !p->paths.n);
	assert_int_equal(count_of(&b, "Not every listener"), read && !p->complete);
	again(&b);
	seal_report_reach_markdown(h, rs, p, &b);
	is_markdown("markdown", &b);
	assert_int_equal(count_of(&b, "\n#### "), p->paths.n);
	again(&b);
	seal_report_reach_html(h, rs, p, style, &b);
	is_page("html", &b);
	assert_int_equal(count_of(&b, "<div class=\"path\">"), drawn);
	assert_int_equal(count_of(&b, "<div class=\"lane\">"), shown(p, SEAL_PICTURE_PATHS, false));
	assert_int_equal(count_of(&b, "not drawn"), p->paths.n > SEAL_PICTURE_PATHS);
	assert_int_equal(count_of(&b, "No listener and no next hop"), read && !p->paths.n);
	assert_int_equal(count_of(&b, "Not every listener"), (read || p->paths.n) && !p->complete);
	again(&b);
}

static void measures(const struct seal_host *h, const struct seal_paths *p)
{
	struct seal_buf b = {0};
	char line[64];

	seal_report_reach_prometheus(h, NULL, p, h->now_us, &b);
	is_metrics("prometheus", &b);
	(void)snprintf(line, sizeof(line), "\npostseal_reach_paths %zu\n", p->paths.n);
	assert_int_equal(count_of(&b, line), 1);
	assert_int_equal(count_of(&b, "\npostseal_reach_ruleset_read 0\n"), 1);
	assert_int_equal(count_of(&b, "\npostseal_reach_answers{"), 2 * SEAL_FATE_MAX_);
	again(&b);
}

static void answers(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TURNS; i++) {
		const struct seal_text_style style = {i & 1, i & 2, i & 4};
		const struct seal_findings none = {0};
		const struct seal_ruleset rs = {0};
		struct seal_host *h = some_host();
		struct rules rules;
		struct seal_net net;
		struct seal_paths p;
		struct seal_buf b = {0};

		some_rules(&rules);
		some_net(&net);
		some_paths(&p, h, &rules, &net);
		told(h, &p, roll(4), &style);
		measures(h, &p);
		seal_report_reach_json(h, &rs, &p, &b);
		gives_back(&b, &p, true);
		again(&b);
		seal_report_reach_ndjson(h, NULL, &p, &b);
		assert_int_equal(is_ndjson("ndjson", &b, "path"), p.paths.n);
		again(&b);
		seal_report_audit_html(h, &none, &(struct seal_audit_extra){.paths = &p}, &style,
				       &b);
		is_page("audit", &b);
		assert_int_equal(count_of(&b, "<div class=\"lane\">"),
				 shown(&p, SEAL_PICTURE_PATHS, false));
		assert_int_equal(count_of(&b, "No listener and no next hop"), !p.paths.n);
		again(&b);
		seal_paths_done(&p);
		seal_vec_done(&net.addrs);
		seal_host_free(h);
	}
}

/* --- one packet */

static void one_packet(void **state)
{
	static const struct seal_bytes ids[] = {SEAL_LIT(""), SEAL_LIT("12"), SEAL_LIT("a \"b\""),
						SEAL_LIT("99999999999999999999999")};
	struct seal_host *h = some_host();

	(void)state;
	for (unsigned i = 0; i < 3 * TURNS; i++) {
		struct seal_bytes id = ids[roll(COUNT(ids))];
		struct seal_fw_verdict v;
		struct rules rules;
		struct seal_buf b = {0};
		bool refused;
		const json_t *by;
		json_t *j;

		some_rules(&rules);
		some_verdict(&v, h, &rules);
		refused = v.verdict == SEAL_FATE_DROP || v.verdict == SEAL_FATE_REJECT;
		seal_report_probe(&b, id, &v);
		j = is_json("probe", seal_buf_bytes(&b));
		assert_int_equal(json_object_get(j, "id") != NULL, id.n > 0);
		assert_int_equal(json_is_integer(json_object_get(j, "id")),
				 seal_bytes_is(id, "12"));
		assert_true(text_at(j, "verdict", seal_report_fate(&v)));
		gives_tri(j, v.reachable);
		by = json_object_get(j, "by");
		assert_int_equal(by != NULL, refused && v.chain);
		if (by && v.rule)
			assert_int_equal(number_at(by, "rule"), v.rule->handle);
		else if (by)
			assert_true(text_at(by, "rule", "policy"));
		assert_int_equal(json_is_true(json_object_get(j, "by_depends")),
				 refused && v.rule_depends);
		assert_int_equal(json_object_get(j, "to") != NULL,
				 v.verdict == SEAL_FATE_ACCEPT && v.to.bits);
		assert_int_equal(json_object_get(j, "stopped_later") != NULL,
				 v.reachable == SEAL_NO && v.later_chain);
		assert_int_equal(json_object_get(j, "answered") != NULL,
				 v.verdict == SEAL_FATE_REJECT);
		assert_int_equal(json_array_size(json_object_get(j, "depends_on")), v.n_depends);
		json_decref(j);
		again(&b);
	}
	seal_host_free(h);
}

/* what is no verdict depends */
static void no_verdict(void **state)
{
	const struct seal_fw_verdict max = {.verdict = SEAL_FATE_MAX_};
	const struct seal_fw_verdict beyond = {.verdict = (enum seal_fw_fate)(SEAL_FATE_MAX_ + 1)};

	(void)state;
	assert_string_equal(seal_report_fate(&max), "depends");
	assert_string_equal(seal_report_fate(&beyond), "depends");
}

/* --- without memory */

struct all {
	struct seal_host *h;
	struct rules rules;
	struct seal_net net;
	struct seal_paths p;
};

static void renders_all(void *data)
{
	const struct seal_text_style style = {.verbose = true};
	const struct seal_ruleset rs = {0};
	const struct all *of = data;
	struct seal_buf b[7] = {0};

	seal_report_reach_text(of->h, &rs, &of->p, &style, &b[0]);
	seal_report_reach_markdown(of->h, &rs, &of->p, &b[1]);
	seal_report_reach_html(of->h, &rs, &of->p, &style, &b[2]);
	seal_report_reach_prometheus(of->h, &rs, &of->p, 0, &b[3]);
	seal_report_reach_json(of->h, &rs, &of->p, &b[4]);
	seal_report_reach_ndjson(of->h, &rs, &of->p, &b[5]);
	seal_report_probe(&b[6], SEAL_LIT("1"), &of->p.paths.v[0].rows.v[0].row.verdict);
	for (size_t i = 0; i < COUNT(b); i++)
		seal_buf_done(&b[i]);
}

static void without_memory(void **state)
{
	struct all of = {.h = some_host()};

	(void)state;
	some_rules(&of.rules);
	some_net(&of.net);
	do {
		seal_paths_done(&of.p);
		of.p = (struct seal_paths){0};
		add_path(&of.p, of.h, &of.rules, &of.net);
	} while (!of.p.paths.v[0].rows.n);
	without_each_allocation(renders_all, &of);
	seal_paths_done(&of.p);
	seal_vec_done(&of.net.addrs);
	seal_host_free(of.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(one_packet),
		cmocka_unit_test(no_verdict),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
