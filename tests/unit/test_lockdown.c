/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a locked process can still do. Each case runs in a child, since a lock is for good. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/lockdown.h"

static char dir[] = "/tmp/postseal-lockdown-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/new", dir);
	unlink(path);
	return rmdir(dir);
}

#define NO_LAYER 77

/* run - @act in a locked child; its result: 0, an errno, or NO_LAYER where the kernel lacks the
 * layer that would stop it */
static int run(int (*act)(void), bool landlock)
{
	const char *dirs[] = {dir, "/nonexistent"};
	struct seal_lockdown l;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (seal_lockdown(dirs, 2, &l, NULL) < 0)
			_exit(99);
		if (landlock ? !l.landlock : !l.seccomp)
			_exit(NO_LAYER);
		_exit(act());
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 99);
	return WEXITSTATUS(status);
}

static int program(void)
{
	char *argv[] = {(char *)"true", NULL}, *env[] = {NULL};

	execve("/bin/true", argv, env);
	return errno;
}

static int inet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int local(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0) < 0 ? errno : 0;
}

static int put(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0 ? errno : 0;
}

static int outside(void)
{
	return put("/tmp/postseal-lockdown-outside");
}

static int inside(void)
{
	char path[128], beside[160];

	snprintf(path, sizeof(path), "%s/new", dir);
	snprintf(beside, sizeof(beside), "%s.beside", path);
	if (put(beside) != 0 || truncate(beside, 10) < 0)
		return errno;
	return rename(beside, path) < 0 ? errno : 0;
}

static int removal(void)
{
	return unlink("/tmp/postseal-lockdown-kept") < 0 ? errno : 0;
}

static int reading(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 ? errno : 0;
}

static int linking(void)
{
	return symlink("/etc", "/tmp/postseal-lockdown-link") < 0 ? errno : 0;
}

static int child(void)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(program());
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

static const struct {
	const char *name;
	int (*act)(void);
	bool landlock;
	int expected, or_else;
} rows[] = {
	{"a program", program, false, EPERM, EACCES},
	{"a program of a child", child, false, EPERM, EACCES},
	{"an internet socket", inet, false, EPERM, EPERM},
	{"a unix socket", local, false, EPERM, EPERM},
	{"the kernel's own", netlink, false, 0, 0},
	{"a link", linking, false, EPERM, EPERM},
	{"a file elsewhere", outside, true, EACCES, EACCES},
	{"a removal elsewhere", removal, true, EACCES, EACCES},
	{"an output", inside, true, 0, 0},
	{"reading", reading, true, 0, 0},
};

static void test_what_is_left(void **state)
{
	int kept = open("/tmp/postseal-lockdown-kept", O_WRONLY | O_CREAT | O_CLOEXEC, 0600), got;
	size_t i;

	(void)state;
	assert_true(kept >= 0);
	close(kept);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		got = run(rows[i].act, rows[i].landlock);
		if (got == NO_LAYER)
			print_message("%s: this kernel lacks the layer\n", rows[i].name);
		else if (got != rows[i].expected && got != rows[i].or_else)
			fail_msg("%s: %s", rows[i].name, strerror(got));
	}
	unlink("/tmp/postseal-lockdown-kept");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_is_left)};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
