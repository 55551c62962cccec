/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "core/input.h"
#include "evidence/postfix/conf.h"
#include "evidence/postfix/conf_defaults.h"
#include "evidence/postfix/mastercf.h"

/* test_conf_oracle.c - what postconf(1) prints for the configurations of tests/data/postfix is what
 * the readers find in them. Skipped (77) where Postfix is not installed. */

#define POSTCONF  "/usr/sbin/postconf"
#define CASES_MIN 40

/* ask - the standard output of postconf; the caller frees it */
static char *ask(const char *dir, const char *options)
{
	int fd = memfd_create("postconf", MFD_CLOEXEC);
	char *text = NULL;
	size_t n = 0;
	pid_t pid;

	assert_true(fd >= 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fd, STDOUT_FILENO);
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
		execl(POSTCONF, POSTCONF, "-c", dir, options, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(seal_read_all(fd, 1 << 20, &text, &n, NULL), 0);
	return text;
}

/* struct subject - one configuration as our readers see it */
struct subject {
	char dir[512];
	struct seal_arena *arena;
	struct seal_instance inst;
	char hostname[256], version[64];
};

static char *slurp(const char *dir, const char *name, size_t *n)
{
	char path[600], *text = NULL;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(seal_read_all(fd, SEAL_CONF_FILE_MAX, &text, n, NULL), 0);
	return text;
}

static void subject_init(struct subject *s, const char *dir)
{
	char *text, *answer;
	size_t n, n_bad;

	memset(s, 0, sizeof(*s));
	snprintf(s->dir, sizeof(s->dir), "%s", dir);
	s->arena = seal_arena_new();
	assert_non_null(s->arena);
	assert_int_equal(gethostname(s->hostname, sizeof(s->hostname) - 1), 0);
	answer = ask("/etc/postfix", "-d");
	assert_non_null(strstr(answer, "\nmail_version = "));
	sscanf(strstr(answer, "\nmail_version = "), "\nmail_version = %63s", s->version);
	free(answer);
	s->inst.hostname = seal_bytes_of(s->hostname);
	s->inst.version = seal_bytes_of(s->version);
	s->inst.config_directory = seal_bytes_of(s->dir + 1);

	text = slurp(dir, "main.cf", &n);
	assert_int_equal(seal_maincf_parse((struct seal_bytes){text, n}, SEAL_LIT("main.cf"),
					   s->arena, &s->inst, &n_bad),
			 0);
	assert_int_equal(n_bad, 0);
	free(text);
	text = slurp(dir, "master.cf", &n);
	assert_int_equal(seal_mastercf_parse((struct seal_bytes){text, n}, SEAL_LIT("master.cf"),
					     s->arena, &s->inst, &n_bad),
			 0);
	assert_int_equal(n_bad, 0);
	free(text);
}

static void subject_done(struct subject *s)
{
	seal_vec_each (svc, &s->inst.services) {
		seal_vec_done(&svc->overrides);
	}
	seal_vec_done(&s->inst.services);
	seal_vec_done(&s->inst.params);
	seal_arena_free(s->arena);
}

/* next_pair - the next "name = value" line of postconf's output */
static bool next_pair(struct seal_bytes *text, struct seal_bytes *name, struct seal_bytes *value)
{
	struct seal_bytes line;
	ssize_t at;

	if (!text->n)
		return false;
	line = seal_bytes_cut(*text, '\n', text);
	at = seal_bytes_find(line, " =");
	assert_true(at >= 0);
	*name = seal_bytes_first(line, (size_t)at);
	*value = seal_bytes_from(line, (size_t)at + 2);
	if (value->n)
		*value = seal_bytes_from(*value, 1);
	return true;
}

/* next_char - the next byte, runs of white space counting as one blank; -1 at the end */
static int next_char(struct seal_bytes *s)
{
	int c;

	if (!s->n)
		return -1;
	c = (unsigned char)s->p[0];
	*s = seal_bytes_from(*s, 1);
	if (!isspace(c))
		return c;
	while (s->n && isspace((unsigned char)s->p[0]))
		*s = seal_bytes_from(*s, 1);
	return s->n ? ' ' : -1;
}

/* same - equal but for the length of white space, which postconf folds when it prints */
static void same(const struct subject *s, struct seal_bytes name, struct seal_bytes ours,
		 struct seal_bytes theirs)
{
	struct seal_bytes a = seal_bytes_trim(ours), b = seal_bytes_trim(theirs);
	int c;

	do {
		c = next_char(&a);
		if (c != next_char(&b))
			fail_msg("%s: %.*s\n ours   [%.*s]\n theirs [%.*s]", s->dir, (int)name.n,
				 name.p, (int)ours.n, ours.p, (int)theirs.n, theirs.p);
	} while (c >= 0);
}

static void check_main(struct subject *s, bool expand)
{
	char *answer = ask(s->dir, expand ? "-nx" : "-n");
	struct seal_bytes text = seal_bytes_of(answer), name, theirs, ours;
	size_t n = 0, expected = 0;

	while (next_pair(&text, &name, &theirs)) {
		const struct seal_param *p = seal_maincf_find(&s->inst, name);

		if (!p) {
			assert_true(seal_bytes_is(name, "config_directory"));
			continue;
		}
		n++;
		ours = p->value;
		if (expand)
			assert_int_equal(
				seal_conf_expand(&s->inst, NULL, p->value, s->arena, &ours), 0);
		same(s, name, ours, theirs);
	}
	seal_vec_each (p, &s->inst.params) {
		struct seal_bytes value;

		expected += seal_conf_default(p->name, s->inst.version, &value) != -ENOENT ||
			    seal_bytes_is(p->name, "mydomain");
	}
	assert_true(n >= expected);
	free(answer);
}

static void check_overrides(struct subject *s, bool expand)
{
	char *answer = ask(s->dir, expand ? "-Px" : "-P");
	struct seal_bytes text = seal_bytes_of(answer), name, theirs, ours, type;
	size_t n = 0, expected = 0;

	while (next_pair(&text, &name, &theirs)) {
		const struct seal_param *p = NULL;
		struct seal_bytes full = name, service, param;
		ssize_t slash = seal_bytes_rchr(name, '/');

		param = seal_bytes_from(name, (size_t)slash + 1);
		name.n = (size_t)slash;
		slash = seal_bytes_rchr(name, '/');
		service = seal_bytes_first(name, (size_t)slash);
		type = seal_bytes_from(name, (size_t)slash + 1);
		ours = SEAL_BYTES_NONE;
		seal_vec_each (svc, &s->inst.services) {
			if (!seal_bytes_eq(svc->name, service) ||
			    !seal_bytes_is(type, seal_service_type_name(svc->type)))
				continue;
			p = seal_mastercf_override(svc, param);
			assert_non_null(p);
			ours = p->value;
			if (expand)
				assert_int_equal(
					seal_conf_expand(&s->inst, svc, ours, s->arena, &ours), 0);
		}
		assert_non_null(p);
		same(s, full, ours, theirs);
		n++;
	}
	seal_vec_each (svc, &s->inst.services) {
		seal_vec_each (o, &svc->overrides) {
			expected += seal_mastercf_override(svc, o->name) == o;
		}
	}
	assert_int_equal(n, expected);
	free(answer);
}

/* check_services - the eight fields of each line of -M, and all that follows them but for spacing
 */
static void check_services(struct subject *s)
{
	char *answer = ask(s->dir, "-M");
	struct seal_bytes text = seal_bytes_of(answer);

	seal_vec_each (svc, &s->inst.services) {
		struct seal_bytes line = seal_bytes_cut(text, '\n', &text);
		char flags[4] = {svc->private_, svc->unprivileged, svc->chroot};
		size_t i;

		same(s, svc->name, svc->name, seal_bytes_word(&line));
		same(s, svc->name, seal_bytes_of(seal_service_type_name(svc->type)),
		     seal_bytes_word(&line));
		for (i = 0; i < 3; i++)
			same(s, svc->name, (struct seal_bytes){&flags[i], 1},
			     seal_bytes_word(&line));
		same(s, svc->name, svc->wakeup, seal_bytes_word(&line));
		same(s, svc->name, svc->max_processes, seal_bytes_word(&line));
		same(s, svc->name, svc->command, seal_bytes_word(&line));
		if (!svc->overrides.n) {
			struct seal_bytes ours = svc->args, a, b;

			do {
				a = seal_mastercf_arg(&ours);
				b = seal_mastercf_arg(&line);
				same(s, svc->name, a, b);
			} while (a.n);
		}
	}
	assert_int_equal(text.n, 0);
	free(answer);
}

static void test_cases(void **state)
{
	const char *data = getenv("SEAL_TEST_DATA");
	char dir[512];
	struct dirent *e;
	unsigned n = 0;
	DIR *d;

	(void)state;
	assert_non_null(data);
	snprintf(dir, sizeof(dir), "%s/postfix", data);
	d = opendir(dir);
	assert_non_null(d);
	while ((e = readdir(d))) {
		struct subject s;

		if (e->d_name[0] == '.')
			continue;
		snprintf(dir, sizeof(dir), "%s/postfix/%s", data, e->d_name);
		subject_init(&s, dir);
		check_main(&s, false);
		check_main(&s, true);
		check_services(&s);
		check_overrides(&s, false);
		check_overrides(&s, true);
		subject_done(&s);
		n++;
	}
	closedir(d);
	assert_true(n >= CASES_MIN);
}

/* the table of built-in values against the one compiled into the installed Postfix */
static void test_defaults(void **state)
{
	struct seal_bytes text, name, theirs, ours;
	char *answer, dir[512];
	struct subject s;
	unsigned n = 0, n_unknown = 0;

	(void)state;
	snprintf(dir, sizeof(dir), "%s/postfix/02", getenv("SEAL_TEST_DATA"));
	subject_init(&s, dir);
	answer = ask(dir, "-d");
	text = seal_bytes_of(answer);
	while (next_pair(&text, &name, &theirs)) {
		int r = seal_conf_default(name, s.inst.version, &ours);

		if (seal_bytes_is(name, "mail_version") ||
		    seal_bytes_is(name, "config_directory") || seal_bytes_is(name, "mydomain") ||
		    seal_bytes_is(name, "process_name") || seal_bytes_is(name, "service_name"))
			continue;
		if (r == -ENOENT)
			fail_msg("no default of %.*s", (int)name.n, name.p);
		n_unknown += r == -ENODATA;
		if (r == 0)
			same(&s, name, ours, theirs);
		n++;
	}
	assert_true(n > 800);
	assert_true(n_unknown < 20);
	free(answer);
	subject_done(&s);
}

/* values of one service through the whole chain: -o, main.cf, default */
static void test_host_names(void **state)
{
	struct seal_bytes ours, theirs, name, text;
	char *answer, dir[512];
	struct subject s;

	(void)state;
	snprintf(dir, sizeof(dir), "%s/postfix/02", getenv("SEAL_TEST_DATA"));
	subject_init(&s, dir);
	answer = ask(dir, "-d");
	text = seal_bytes_of(answer);
	while (next_pair(&text, &name, &theirs)) {
		if (!seal_bytes_is(name, "myhostname") && !seal_bytes_is(name, "mydomain"))
			continue;
		assert_int_equal(
			seal_conf_value(&s.inst, NULL,
					seal_bytes_is(name, "mydomain") ? "mydomain" : "myhostname",
					s.arena, &ours),
			0);
		same(&s, name, ours, theirs);
	}
	free(answer);
	subject_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_host_names),
	};

	if (access(POSTCONF, X_OK) < 0)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
