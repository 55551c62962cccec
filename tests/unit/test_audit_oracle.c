/* SPDX-License-Identifier: GPL-2.0-or-later */

/* test_audit_oracle - our reading of audit records beside libauparse's, on the recorded incidents
 */

#include "core/input.h"
#include "evidence/audit/avc.h"
#include "evidence/audit/interpret.h"

#include <auparse.h>
#include <dirent.h>
#include <fcntl.h>
#include <libaudit.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* struct walk - the lines of a file, in step with libauparse's records */
struct walk {
	const char *file;
	struct seal_arena *arena;
	size_t n_records, n_fields, n_addresses, n_denials;
};

/* known - fields both give as they stand in the record */
static const char *const known[] = {
	"pid",  "comm",    "name",     "path",     "dev",    "ino",        "dest",  "src",   "exe",
	"ppid", "exit",    "syscall",  "arch",     "cwd",    "inode",      "item",  "saddr", "bool",
	"val",  "old_val", "scontext", "tcontext", "tclass", "permissive", "table", "op"};

static void compare_field(struct walk *w, const char *name, const char *theirs,
			  struct seal_bytes body)
{
	struct seal_bytes ours;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i], name) == 0)
			break;
	if (i == sizeof(known) / sizeof(known[0]))
		return;
	if (!seal_audit_field(body, name, &ours))
		fail_msg("%s: no %s in %.*s", w->file, name, (int)body.n, body.p);
	if (!seal_bytes_is(ours, theirs))
		fail_msg("%s: %s is %.*s, libauparse says %s", w->file, name, (int)ours.n, ours.p,
			 theirs);
	w->n_fields++;
}

static void compare_address(struct walk *w, auparse_state_t *au, struct seal_bytes body)
{
	struct seal_audit_address got;
	struct seal_bytes hex;
	const char *text;
	char ours[256];

	assert_true(seal_audit_field(body, "saddr", &hex));
	assert_int_equal(seal_audit_address(w->arena, hex, &got), 0);
	text = auparse_interpret_field(au);
	if (got.text.n)
		snprintf(ours, sizeof(ours), "laddr=%.*s lport=%d", (int)got.text.n, got.text.p,
			 got.port);
	else if (got.path.n)
		snprintf(ours, sizeof(ours), "path=%.*s", (int)got.path.n, got.path.p);
	else
		return;
	if (!strstr(text, ours))
		fail_msg("%s: %s, libauparse says %s", w->file, ours, text);
	w->n_addresses++;
}

static void compare_record(struct walk *w, auparse_state_t *au)
{
	struct seal_audit_record r;
	struct seal_avc avc;

	if (!seal_audit_record_parse(seal_bytes_of(auparse_get_record_text(au)), &r))
		fail_msg("%s: %s", w->file, auparse_get_record_text(au));
	assert_int_equal(r.time_us,
			 (int64_t)auparse_get_time(au) * 1000000 + auparse_get_milli(au) * 1000);
	assert_int_equal(r.serial, auparse_get_serial(au));
	if (!r.type)
		return;
	assert_int_equal(r.type, auparse_get_type(au));
	w->n_records++;
	if (r.type == AUDIT_AVC) {
		assert_int_equal(seal_avc_parse(&r, &avc), 1);
		assert_true(seal_avc_is_sound(&avc));
		w->n_denials++;
	}
	auparse_first_field(au);
	do {
		const char *name = auparse_get_field_name(au);

		if (r.type == AUDIT_SOCKADDR && strcmp(name, "saddr") == 0)
			compare_address(w, au, r.body);
		compare_field(w, name, auparse_get_field_str(au), r.body);
	} while (auparse_next_field(au) > 0);
}

static void compare_file(struct walk *w)
{
	auparse_state_t *au = auparse_init(AUSOURCE_FILE, w->file);

	assert_non_null(au);
	while (auparse_next_event(au) > 0) {
		auparse_first_record(au);
		do
			compare_record(w, au);
		while (auparse_next_record(au) > 0);
	}
	auparse_destroy(au);
}

static void test_incidents(void **state)
{
	struct walk w = {.arena = seal_arena_new()};
	const char *data = getenv("SEAL_TEST_DATA");
	char path[4096];
	struct dirent *e;
	DIR *d;

	(void)state;
	assert_non_null(data);
	snprintf(path, sizeof(path), "%s/../incidents", data);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/../incidents/%s/audit.log", data, e->d_name);
		if (access(path, R_OK) < 0)
			continue;
		w.file = path;
		compare_file(&w);
	}
	closedir(d);
	seal_arena_free(w.arena);
	print_message("%zu records, %zu fields, %zu addresses, %zu denials\n", w.n_records,
		      w.n_fields, w.n_addresses, w.n_denials);
	assert_true(w.n_records > 1000);
	assert_true(w.n_addresses > 10);
	assert_true(w.n_denials > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_incidents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
