/* SPDX-License-Identifier: GPL-2.0-or-later */

/* the journal file and the export of one recorded incident hold the same entries */

#include "evidence/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
/* after the four above */
#include <cmocka.h>

#define INCIDENT "incidents/81-healthy-control/"

struct root_dir {
	char path[64];
};

static void put(const struct root_dir *d, const char *name, const char *text, size_t n)
{
	char path[256], *slash;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", d->path, name);
	for (slash = path + strlen(d->path) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
}

static void make(struct root_dir *d)
{
	snprintf(d->path, sizeof(d->path), "/tmp/journal-XXXXXX");
	assert_non_null(mkdtemp(d->path));
	put(d, "bundle.json", "{}\n", 3);
	put(d, "root/etc/hostname", "mail\n", 5);
}

static void remove_root(const struct root_dir *d)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", d->path);
	assert_int_equal(system(command), 0);
}

static char *incident_file(const char *name, size_t *n)
{
	char path[512], *text;
	int fd;

	snprintf(path, sizeof(path), "%s/../" INCIDENT "%s", getenv("SEAL_TEST_DATA"), name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		skip();
	assert_int_equal(seal_read_all(fd, (size_t)64 << 20, &text, n, NULL), 0);
	return text;
}

struct tally {
	unsigned n, mail, audit;
	int64_t last_us;
	uint32_t pid;
	char message[128];
	int stop_at; /* entries until the callback fails; 0 = never */
};

static int count(void *data, const struct seal_journal_entry *e,
		 const struct seal_source_state *from)
{
	struct tally *t = data;

	assert_true(from->path.n > 0);
	t->n++;
	t->audit += seal_bytes_is(e->transport, "audit");
	if (seal_bytes_starts(e->identifier, "postfix/")) {
		t->mail++;
		t->pid = e->pid;
		t->last_us = e->time_us;
		snprintf(t->message, sizeof(t->message), "%.*s", (int)e->message.n, e->message.p);
	}
	return t->stop_at && t->n >= (unsigned)t->stop_at ? -ECANCELED : 0;
}

static int read_journal(const struct root_dir *d, struct tally *t, struct seal_host **h)
{
	const struct seal_journal_reader reader = {.data = t, .entry = count};
	struct seal_root *root;
	int r;

	*h = seal_host_new();
	assert_non_null(*h);
	assert_int_equal(seal_root_new(d->path, &root, NULL), 0);
	r = seal_journal_read(root, *h, &reader, 1);
	seal_root_free(root);
	return r;
}

static void one_format_like_the_other(void **state)
{
	struct tally file = {0}, export = {0};
	seal_auto_free char *a = NULL, *b = NULL;
	struct root_dir d;
	struct seal_host *h;
	size_t na, nb;

	(void)state;
	a = incident_file("system.journal.xz", &na);
	b = incident_file("journal.export", &nb);

	make(&d);
	put(&d, "live/journal.export", b, nb);
	assert_int_equal(read_journal(&d, &export, &h), 0);
	assert_int_equal(h->sources.n, 1);
	assert_int_equal(h->sources.v[0].status, SEAL_READ_READ);
	assert_int_equal(h->sources.v[0].records, export.n);
	seal_host_free(h);

	/* as a journal of the host, beside a damaged file; the export adds nothing then */
	put(&d, "root/var/log/journal/f054a4a2100a4d8cb9b68b7eb286bfd3/system.journal", a, na);
	put(&d, "root/var/log/journal/f054a4a2100a4d8cb9b68b7eb286bfd3/user-1.journal", "LPKSHHRH",
	    8);
	assert_int_equal(read_journal(&d, &file, &h), 0);
	assert_int_equal(h->sources.n, 3);
	assert_int_equal(h->sources.v[0].status, SEAL_READ_UNREADABLE);
	assert_int_equal(h->sources.v[1].status, SEAL_READ_READ);
	assert_int_equal(h->sources.v[1].records, file.n);
	assert_int_equal(h->sources.v[2].records, 0);
	seal_host_free(h);

	assert_true(file.n > export.n && file.mail >= export.mail && export.mail > 20);
	assert_string_equal(file.message, export.message);
	assert_int_equal(file.pid, export.pid);
	assert_true(file.last_us == export.last_us);
	remove_root(&d);
}

/* libsystemd does not read it there: the row says what helps */
static void within_an_archive(void **state)
{
	seal_auto_free char *a = NULL;
	struct root_dir d, archive;
	struct tally t = {0};
	struct seal_host *h;
	char command[256];
	size_t n;

	(void)state;
	a = incident_file("system.journal.xz", &n);
	make(&d);
	put(&d, "root/var/log/journal/f054a4a2100a4d8cb9b68b7eb286bfd3/system.journal", a, n);
	snprintf(archive.path, sizeof(archive.path), "%.40s.tgz", d.path);
	snprintf(command, sizeof(command), "tar -C %s -czf %s .", d.path, archive.path);
	assert_int_equal(system(command), 0);
	assert_int_equal(read_journal(&archive, &t, &h), 0);
	assert_int_equal(t.n, 0);
	assert_int_equal(h->sources.v[0].status, SEAL_READ_UNREADABLE);
	assert_true(seal_bytes_find(h->sources.v[0].detail, "unpack it") >= 0);
	seal_host_free(h);
	remove_root(&archive);
	remove_root(&d);
}

static void reader_stops(void **state)
{
	struct tally t = {.stop_at = 5};
	seal_auto_free char *b = NULL;
	struct root_dir d;
	struct seal_host *h;
	size_t n;

	(void)state;
	b = incident_file("journal.export", &n);
	make(&d);
	put(&d, "live/journal.export", b, n);
	assert_int_equal(read_journal(&d, &t, &h), -ECANCELED);
	assert_int_equal(t.n, 5);
	seal_host_free(h);
	remove_root(&d);
}

static void every_length(void **state)
{
	seal_auto_free char *b = NULL;
	struct root_dir d;
	struct seal_host *h;
	size_t n, i;

	(void)state;
	b = incident_file("journal.export", &n);
	make(&d);
	for (i = 0; i < n && i < 3000; i += 7) {
		struct tally t = {0};

		put(&d, "live/journal.export", b, i);
		assert_int_equal(read_journal(&d, &t, &h), 0);
		assert_int_equal(h->sources.n, 1);
		assert_int_equal(h->sources.v[0].records, t.n);
		seal_host_free(h);
	}
	remove_root(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_format_like_the_other),
		cmocka_unit_test(within_an_archive),
		cmocka_unit_test(reader_stops),
		cmocka_unit_test(every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
