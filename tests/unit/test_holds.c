/* SPDX-License-Identifier: GPL-2.0-or-later */
/* what a plan's conditions are by the facts of a host: held, not held, or not to be told */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "evidence/firewall/nft_json.h"
#include "fix/holds.h"
#include "memory.h"

#define CONTEXT(type) "system_u:object_r:" type ":s0"

static const struct {
	const char *path, *label, *expected;
} labels[] = {
	{"/right", CONTEXT("etc_t"), CONTEXT("etc_t")},
	{"/wrong", CONTEXT("tmp_t"), CONTEXT("etc_t")},
	{"/free", CONTEXT("tmp_t"), NULL},
	{"/bare", NULL, CONTEXT("etc_t")},
};

static const char *subs; /* file_contexts.subs; NULL: none */

static int find(struct seal_bytes path, size_t *ret)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (seal_bytes_is(path, labels[i].path)) {
			*ret = i;
			return 0;
		}
	return -ENOENT;
}

static int view_file(void *data, struct seal_bytes path, struct seal_file *ret)
{
	size_t i;

	(void)data;
	if (find(path, &i) < 0)
		return -ENOENT;
	*ret = (struct seal_file){
		.type = 'f', .mode = 0640, .gid = 90, .has_owner = labels[i].label != NULL};
	return 0;
}

static int view_label(void *data, struct seal_bytes path, struct seal_bytes *ret)
{
	size_t i;

	(void)data;
	if (find(path, &i) < 0 || !labels[i].label)
		return -ENODATA;
	*ret = seal_bytes_of(labels[i].label);
	return 0;
}

static int view_expected(void *data, struct seal_bytes path, char type, struct seal_bytes *ret)
{
	size_t i;

	(void)data;
	(void)type;
	if (find(path, &i) < 0 || !labels[i].expected)
		return -ENOENT;
	*ret = seal_bytes_of(labels[i].expected);
	return 0;
}

static int view_entry(void *data, size_t n, struct seal_context_entry *ret)
{
	static const struct seal_context_entry entries[] = {
		{.regex = SEAL_LIT("/etc/stock"), .context = SEAL_LIT(CONTEXT("etc_t"))},
		{.regex = SEAL_LIT("/srv/mail(/.*)?"),
		 .context = SEAL_LIT(CONTEXT("mail_spool_t")),
		 .local = true},
	};

	(void)data;
	if (n >= sizeof(entries) / sizeof(*entries))
		return -ENOENT;
	*ret = entries[n];
	return 0;
}

static int view_text(void *data, struct seal_bytes path, struct seal_bytes *ret)
{
	(void)data;
	if (!seal_bytes_is(path, "/etc/selinux/targeted/contexts/files/file_contexts.subs") ||
	    !subs)
		return -ENOENT;
	*ret = seal_bytes_of(subs);
	return 0;
}

static const char listing[] =
	"{\"nftables\": [{\"metainfo\": {\"version\": \"1.1.0\"}},"
	"{\"table\": {\"family\": \"inet\", \"name\": \"f\", \"handle\": 1}},"
	"{\"chain\": {\"family\": \"inet\", \"table\": \"f\", \"name\": \"in\", \"handle\": 2}},"
	"{\"set\": {\"family\": \"inet\", \"table\": \"f\", \"name\": \"ports\", \"type\": "
	"\"inet_service\", \"elem\": [25, {\"range\": [465, 466]}]}},"
	"{\"set\": {\"family\": \"inet\", \"table\": \"f\", \"name\": \"odd\", \"type\": "
	"\"inet_service\", \"elem\": [\"warp\"]}},"
	"{\"set\": {\"family\": \"inet\", \"table\": \"f\", \"name\": \"pairs\", \"type\": "
	"[\"ipv4_addr\", \"inet_service\"], \"elem\": []}},"
	"{\"rule\": {\"family\": \"inet\", \"table\": \"f\", \"chain\": \"in\", \"handle\": 7, "
	"\"expr\": [{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"tcp\", "
	"\"field\": \"dport\"}}, \"right\": 25}}, {\"accept\": null}]}}]}";

static struct seal_host *new_host(void)
{
	struct seal_host *h = seal_host_new();
	struct seal_instance *inst = seal_vec_add(&h->postfix.instances);

	h->view = (struct seal_view){.file = view_file,
				     .label = view_label,
				     .expected = view_expected,
				     .entry = view_entry,
				     .text = view_text};
	h->selinux.type = SEAL_LIT("targeted");
	h->selinux.policy = (struct seal_policy *)h; /* there is one: it is not asked */
	*seal_vec_add(&h->selinux.ports) = (struct seal_local_port){
		.protocol = "tcp", .low = 2525, .high = 2525, .type = SEAL_LIT("smtp_port_t")};
	*seal_vec_add(&h->selinux.ports) = (struct seal_local_port){
		.protocol = "tcp", .low = 3000, .high = 3009, .type = SEAL_LIT("smtp_port_t")};
	*seal_vec_add(&h->selinux.booleans) = (struct seal_boolean){SEAL_LIT("runs"), 1, 1, 0, 0};
	*seal_vec_add(&h->selinux.booleans) =
		(struct seal_boolean){SEAL_LIT("stored"), -1, -1, 1, 0};
	*seal_vec_add(&h->selinux.booleans) =
		(struct seal_boolean){SEAL_LIT("default"), -1, -1, -1, 0};
	*seal_vec_add(&h->selinux.booleans) =
		(struct seal_boolean){SEAL_LIT("unknown"), -1, -1, -1, -1};
	*seal_vec_add(&h->selinux.modules) =
		(struct seal_module){.name = SEAL_LIT("site"), .enabled = true};
	*seal_vec_add(&h->selinux.modules) = (struct seal_module){.name = SEAL_LIT("off")};
	inst->has_main_cf = true;
	*seal_vec_add(&inst->params) = (struct seal_param){.name = SEAL_LIT("relayhost"),
							   .value = SEAL_LIT("[mx.example]")};
	assert_int_equal(seal_nft_json_parse(seal_bytes_of(listing), &h->ruleset, NULL), 0);
	return h;
}

static void free_host(struct seal_host *h)
{
	seal_ruleset_free(h->ruleset);
	h->ruleset = NULL;
	h->selinux.policy = NULL;
	seal_vec_done(&h->selinux.ports);
	seal_host_free(h);
}

#define NOT_TOLD (-ENODATA)

static const struct {
	enum seal_condition_kind kind;
	const char *subject, *value;
	int holds;
} rows[] = {
	{SEAL_CONDITION_LABELS, "/right", "", 1},
	{SEAL_CONDITION_LABELS, "/wrong", "", 0},
	{SEAL_CONDITION_LABELS, "/free", "", 1},
	{SEAL_CONDITION_LABELS, "/bare", "", NOT_TOLD},
	{SEAL_CONDITION_LABELS, "/gone", "", NOT_TOLD},
	{SEAL_CONDITION_CONTEXT, "/wrong", CONTEXT("tmp_t"), 1},
	{SEAL_CONDITION_CONTEXT, "/wrong", CONTEXT("etc_t"), 0},
	{SEAL_CONDITION_CONTEXT, "/bare", CONTEXT("etc_t"), NOT_TOLD},
	{SEAL_CONDITION_FCONTEXT, "/srv/mail(/.*)?", "mail_spool_t", 1},
	{SEAL_CONDITION_FCONTEXT, "/srv/mail(/.*)?", "etc_t", 0},
	{SEAL_CONDITION_FCONTEXT, "/srv/mail(/.*)?", "", 0},
	/* what the policy brings is no local entry */
	{SEAL_CONDITION_FCONTEXT, "/etc/stock", "etc_t", 0},
	{SEAL_CONDITION_FCONTEXT, "/etc/stock", "", 1},
	{SEAL_CONDITION_EQUIVALENT, "/srv/etc", "/etc", 1},
	{SEAL_CONDITION_EQUIVALENT, "/srv/etc", "/usr", 0},
	{SEAL_CONDITION_EQUIVALENT, "/srv", "/etc", 0},
	{SEAL_CONDITION_EQUIVALENT, "/srv", "", 1},
	{SEAL_CONDITION_PORT, "tcp/2525", "smtp_port_t", 1},
	{SEAL_CONDITION_PORT, "tcp/2525", "http_port_t", 0},
	{SEAL_CONDITION_PORT, "udp/2525", "smtp_port_t", 0},
	{SEAL_CONDITION_PORT, "tcp/2526", "", 1},
	{SEAL_CONDITION_PORT, "tcp/3000-3009", "smtp_port_t", 1},
	{SEAL_CONDITION_PORT, "tcp/3000", "smtp_port_t", 0},
	{SEAL_CONDITION_PORT, "tcp/smtp", "smtp_port_t", NOT_TOLD},
	{SEAL_CONDITION_PORT, "tcp/3000-x", "smtp_port_t", NOT_TOLD},
	{SEAL_CONDITION_BOOLEAN, "runs", "on", 1},
	{SEAL_CONDITION_BOOLEAN, "runs", "off", 0},
	{SEAL_CONDITION_BOOLEAN, "stored", "on", 1},
	{SEAL_CONDITION_BOOLEAN, "default", "off", 1},
	{SEAL_CONDITION_BOOLEAN, "unknown", "off", NOT_TOLD},
	{SEAL_CONDITION_BOOLEAN, "nowhere", "on", NOT_TOLD},
	{SEAL_CONDITION_MODULE, "site", "", 1},
	{SEAL_CONDITION_MODULE, "off", "", 0},
	{SEAL_CONDITION_MODULE, "nowhere", "", 0},
	{SEAL_CONDITION_GROUP, "/right", "90", 1},
	{SEAL_CONDITION_GROUP, "/right", "91", 0},
	{SEAL_CONDITION_GROUP, "/right", "mail", NOT_TOLD},
	{SEAL_CONDITION_GROUP, "/bare", "90", NOT_TOLD},
	{SEAL_CONDITION_GROUP, "/gone", "90", NOT_TOLD},
	{SEAL_CONDITION_MODE, "/right", "0640", 1},
	{SEAL_CONDITION_MODE, "/right", "0644", 0},
	{SEAL_CONDITION_MODE, "/right", "0648", NOT_TOLD},
	{SEAL_CONDITION_NFT_RULE, "inet f in", "tcp dport 25 accept", 1},
	{SEAL_CONDITION_NFT_RULE, "inet f in", "tcp dport 26 accept", 0},
	{SEAL_CONDITION_NFT_RULE, "inet f in", "tcp dport 25 accept # handle 7", 1},
	{SEAL_CONDITION_NFT_RULE, "inet f in", "tcp dport 25 accept # handle 8", 0},
	{SEAL_CONDITION_NFT_RULE, "inet f in", "# handle 7", 1},
	{SEAL_CONDITION_NFT_RULE, "inet f out", "tcp dport 25 accept", NOT_TOLD},
	{SEAL_CONDITION_NFT_RULE, "ip f in", "tcp dport 25 accept", NOT_TOLD},
	{SEAL_CONDITION_NFT_ELEMENT, "inet f ports", "{ 25 }", 1},
	{SEAL_CONDITION_NFT_ELEMENT, "inet f ports", "{ 466 }", 1},
	{SEAL_CONDITION_NFT_ELEMENT, "inet f ports", "{ 26 }", 0},
	{SEAL_CONDITION_NFT_ELEMENT, "inet f ports", "{ smtp }", NOT_TOLD},
	{SEAL_CONDITION_NFT_ELEMENT, "inet f ports", "25", NOT_TOLD},
	{SEAL_CONDITION_NFT_ELEMENT, "inet f ports", "{ 25", NOT_TOLD},
	{SEAL_CONDITION_NFT_ELEMENT, "inet f ports", "", NOT_TOLD},
	{SEAL_CONDITION_NFT_ELEMENT, "inet f odd", "{ 25 }", NOT_TOLD},
	{SEAL_CONDITION_NFT_ELEMENT, "inet f pairs", "{ 25 }", NOT_TOLD},
	{SEAL_CONDITION_NFT_ELEMENT, "inet f nowhere", "{ 25 }", NOT_TOLD},
	{SEAL_CONDITION_PARAMETER, "relayhost", "[mx.example]", 1},
	{SEAL_CONDITION_PARAMETER, "relayhost", "", 0},
	{SEAL_CONDITION_PARAMETER, "myhostname", "", NOT_TOLD},
	/* evidence tells nothing of what runs */
	{SEAL_CONDITION_NONE, "", "", NOT_TOLD},
	{SEAL_CONDITION_FIREWALLD, "public", "service smtp", NOT_TOLD},
	{SEAL_CONDITION_SERVICE, "postfix", "", NOT_TOLD},
};

static struct seal_condition condition_of(size_t i, bool not )
{
	return (struct seal_condition){
		rows[i].kind,
		.subject = seal_bytes_of(rows[i].subject),
		.value = seal_bytes_of(rows[i].value),
		.not = not,
	};
}

static void test_rows(void **state)
{
	struct seal_host *h = new_host();

	(void)state;
	subs = "# a comment\n/srv/etc /etc\n\n/srv/usr\t/usr\n";
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seal_condition is = condition_of(i, false), isnt = condition_of(i, true);
		int no = rows[i].holds < 0 ? rows[i].holds : !rows[i].holds;

		if (seal_condition_holds(h, &is) != rows[i].holds ||
		    seal_condition_holds(h, &isnt) != no)
			fail_msg("row %zu: %s = %s: %d", i, rows[i].subject, rows[i].value,
				 seal_condition_holds(h, &is));
	}
	free_host(h);
}

/* a host of which nothing is known tells nothing; one without local entries has none */
static void test_empty(void **state)
{
	struct seal_host *h = seal_host_new();

	(void)state;
	subs = NULL;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seal_condition c = condition_of(i, false);

		if (seal_condition_holds(h, &c) != NOT_TOLD)
			fail_msg("row %zu: %s", i, rows[i].subject);
	}
	h->selinux.type = SEAL_LIT("targeted");
	h->view.text = view_text;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seal_condition c = condition_of(i, false);

		if (c.kind == SEAL_CONDITION_EQUIVALENT)
			assert_int_equal(seal_condition_holds(h, &c), c.value.n == 0);
	}
	seal_host_free(h);
}

/* --- without memory nothing is told */

static struct seal_host *host;

static int try_row(void *data)
{
	const size_t *i = data;
	struct seal_condition c = condition_of(*i, false);
	int r = seal_condition_holds(host, &c);

	if (r == rows[*i].holds)
		return 0;
	return r < 0 ? r : -EILSEQ; /* another answer */
}

static void test_no_memory(void **state)
{
	(void)state;
	host = new_host();
	subs = "/srv/etc /etc\n";
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].holds == 1 && (rows[i].kind == SEAL_CONDITION_NFT_RULE ||
					   rows[i].kind == SEAL_CONDITION_EQUIVALENT))
			memory_each(rows[i].value, 1, try_row, &i);
	free_host(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
