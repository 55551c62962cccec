/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a locked process can still do. Each case runs in a child, since a lock is for good. */

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/lockdown.h"

/* from before the lock, as one that was handed down */
static int open_socket = -1;

static char dir[] = "/tmp/postseal-lockdown-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	open_socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return open_socket >= 0 && mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/new", dir);
	unlink(path);
	close(open_socket);
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

static int connecting(void)
{
	const struct sockaddr_un to = {AF_UNIX, "/nonexistent"};

	return connect(open_socket, (const struct sockaddr *)&to, sizeof(to)) < 0 ? errno : 0;
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
	{"a connection", connecting, false, EPERM, EPERM},
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

/* effective - of this process, from /proc: "CapEff:\t000001ffffffffff" */
static uint64_t effective(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char row[256], *end;
	uint64_t caps = UINT64_MAX;

	while (f && fgets(row, sizeof(row), f))
		if (strncmp(row, "CapEff:", 7) == 0)
			caps = strtoull(row + 7, &end, 16);
	if (f)
		fclose(f);
	return caps;
}

#define BIT(cap) (UINT64_C(1) << (cap))

static const struct {
	unsigned rights;
	uint64_t kept;
} rights[] = {
	{0, BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_MAC_ADMIN)},
	{SEAL_RIGHTS_OUTPUTS,
	 BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_MAC_ADMIN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER)},
	{SEAL_RIGHTS_LIVE, BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_MAC_ADMIN) | BIT(CAP_NET_ADMIN) |
				   BIT(CAP_AUDIT_CONTROL) | BIT(CAP_AUDIT_READ) |
				   BIT(CAP_SYS_PTRACE) | BIT(CAP_SYSLOG)},
};

/* refuse_capset - as the filter of a service's unit does */
static bool refuse_capset(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	bool done = ctx && seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(capset), 0) == 0 &&
		    seccomp_load(ctx) == 0;

	seccomp_release(ctx);
	return done;
}

/* give_up - 0, or a number that says what is wrong */
static int give_up(unsigned asked, uint64_t kept)
{
	uint64_t before = effective();
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct all[_LINUX_CAPABILITY_U32S_3];

	if (seal_lockdown_rights(asked, NULL) < 0)
		return 1;
	if (effective() != (before & kept))
		return 2;
	memset(all, 0xff, sizeof(all));
	/* not to be had again */
	if (syscall(SYS_capset, &head, all) == 0 || effective() != (before & kept))
		return 3;
	/* nothing is left to give up: the call is not needed */
	if (refuse_capset() && seal_lockdown_rights(asked, NULL) < 0)
		return 4;
	return 0;
}

static void test_capabilities(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0)
			_exit(give_up(rights[i].rights, rights[i].kept));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			fail_msg("rights %u: status %x", rights[i].rights, (unsigned)status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_left),
		cmocka_unit_test(test_capabilities),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
