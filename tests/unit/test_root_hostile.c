/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/input.h"
#include "core/root.h"

/* a root made by an enemy: what looks like a file may be a FIFO, a device or a link out of it */

#define SPARSE_BYTES ((off_t)1 << 40)
#define TIME_LIMIT_S 20 /* a read that blocks ends the test */

static char top[] = "/tmp/postseal-root-XXXXXX";

static void make(int dir, const char *path, const char *content)
{
	int fd = openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	close(fd);
}

static void make_socket(const char *dir)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/socket", dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	close(fd);
}

static int make_tree(void **state)
{
	static const struct {
		const char *name, *target;
	} links[] = {
		{"absolute", "/plain"},
		{"climbing", "../../../../../../etc/passwd"},
		{"outside", "/etc/passwd"},
		{"loop", "loop"},
		{"loop_a", "loop_b"},
		{"loop_b", "dir/../loop_a"},
		{"chain", "dir/up"},
		{"dir/up", "../plain"},
		{"to_dir", "dir/."},
		{"to_fifo", "fifo"},
		{"to_dot", "."},
		{"absolute_dir", "/dir"},
		{"outside_dir", "/etc"},
		{"climbing_dir", "../../../../../../etc"},
		{"magic", "/proc/self/root/etc/passwd"},
		{"dangling", "nowhere"},
	};
	char name[32], target[32];
	size_t i;
	int dir, fd;

	(void)state;
	alarm(TIME_LIMIT_S);
	assert_non_null(mkdtemp(top));
	assert_int_equal(chmod(top, 0755), 0);
	dir = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
	make(dir, "plain", "hello");
	assert_int_equal(mkdirat(dir, "dir", 0755), 0);
	make(dir, "dir/inner", "inner");
	assert_int_equal(mkfifoat(dir, "fifo", 0644), 0);
	make_socket(top);
	if (geteuid() == 0)
		mknodat(dir, "device", S_IFCHR | 0666, (1 << 8) | 3); /* the null device */
	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		assert_int_equal(symlinkat(links[i].target, dir, links[i].name), 0);
	for (i = 0; i < 41; i++) {
		snprintf(name, sizeof(name), "hop%zu", i);
		snprintf(target, sizeof(target), "hop%zu", i + 1);
		assert_int_equal(symlinkat(i < 40 ? target : "plain", dir, name), 0);
	}
	make(dir, "secret", "secret");
	assert_int_equal(fchmodat(dir, "secret", 0, 0), 0);
	fd = openat(dir, "sparse", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_int_equal(ftruncate(fd, SPARSE_BYTES), 0);
	close(fd);
	close(dir);
	return 0;
}

static int remove_tree(void **state)
{
	char cmd[64];
	pid_t pid;

	(void)state;
	snprintf(cmd, sizeof(cmd), "%s", top);
	pid = fork();
	if (pid == 0) {
		execl("/bin/rm", "rm", "-rf", "--", cmd, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	return 0;
}

static const struct row {
	const char *path;
	int expect; /* 0: opens, with @content */
	const char *content;
} rows[] = {
	{"plain", 0, "hello"},
	{"/plain", 0, "hello"},
	{"//dir//inner", 0, "inner"},
	{"dir/../plain", 0, "hello"},
	{"../../plain", 0, "hello"}, /* ".." of the top is the top */
	{"absolute", 0, "hello"},
	{"chain", 0, "hello"},
	{"to_dir/inner", 0, "inner"},
	{"to_dot/to_dot/plain", 0, "hello"},
	{"absolute_dir/inner", 0, "inner"},
	{"outside_dir/passwd", -ENOENT, NULL},
	{"climbing_dir/passwd", -ENOENT, NULL},
	{"dir/../outside_dir/../plain", -ENOENT, NULL},
	{"hop2", 0, "hello"}, /* 39 links */
	{"hop0", -ELOOP, NULL},
	{"", -EISDIR, NULL},
	{"dir", -EISDIR, NULL},
	{"to_dir", -EISDIR, NULL},
	{"..", -EISDIR, NULL},
	{"fifo", -ENXIO, NULL},
	{"to_fifo", -ENXIO, NULL},
	{"socket", -ENXIO, NULL},
	{"loop", -ELOOP, NULL},
	{"loop_a", -ELOOP, NULL},
	{"climbing", -ENOENT, NULL},
	{"outside", -ENOENT, NULL},
	{"magic", -ENOENT, NULL},
	{"dangling", -ENOENT, NULL},
	{"nothing", -ENOENT, NULL},
	{"plain/below", -ENOTDIR, NULL},
	{"chain/below", -ENOTDIR, NULL},
};

/* check_rows - every row against a fresh root; returns the number of wrong ones */
static int check_rows(void)
{
	seal_auto_root struct seal_root *root = NULL;
	int wrong = 0;
	size_t i;

	assert_int_equal(seal_root_new(top, &root, NULL), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		seal_auto_free char *text = NULL;
		size_t n = 0;
		int r;

		r = seal_root_read(root, rows[i].path, 4096, &text, &n, NULL);
		if (r != rows[i].expect || (r == 0 && strcmp(text, rows[i].content) != 0)) {
			print_error("\"%s\": %d, expected %d\n", rows[i].path, r, rows[i].expect);
			wrong++;
		}
	}
	return wrong;
}

static void test_openat2(void **state)
{
	(void)state;
	assert_int_equal(check_rows(), 0);
}

/* no_openat2 - a filter as old container runtimes have it: openat2(2) is unknown to this process */
static int no_openat2(int code)
{
	struct sock_filter code_of[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)code),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {.len = 4, .filter = code_of};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0 ? -errno : 0;
}

/* in_child - run @fn in a process of its own; returns its exit status */
static int in_child(int (*fn)(void))
{
	int status;
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(TIME_LIMIT_S);
		_exit(fn());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static int walk_enosys(void)
{
	return no_openat2(ENOSYS) < 0 ? 77 : check_rows();
}

static int walk_eperm(void)
{
	return no_openat2(EPERM) < 0 ? 77 : check_rows();
}

static void test_component_walk(void **state)
{
	int r;

	(void)state;
	r = in_child(walk_enosys);
	if (r == 77)
		skip();
	assert_int_equal(r, 0);
	assert_int_equal(in_child(walk_eperm), 0);
}

static int open_secret(void)
{
	seal_auto_root struct seal_root *root = NULL;

	/* root reads everything: become nobody */
	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		return 77;
	if (seal_root_new(top, &root, NULL) < 0)
		return 1;
	return seal_root_open(root, "secret", NULL) == -EACCES ? 0 : 2;
}

static void test_unreadable(void **state)
{
	int r = in_child(open_secret);

	(void)state;
	if (r == 77)
		skip();
	assert_int_equal(r, 0);
}

static void test_device(void **state)
{
	seal_auto_root struct seal_root *root = NULL;
	struct stat st;

	(void)state;
	assert_int_equal(seal_root_new(top, &root, NULL), 0);
	if (seal_root_stat(root, "device", false, &st) < 0)
		skip();
	/* a nodev mount says EACCES before it can be looked at */
	assert_true(seal_root_open(root, "device", NULL) < 0);
}

static void test_sparse(void **state)
{
	seal_auto_root struct seal_root *root = NULL;
	seal_auto_free char *text = NULL;
	struct seal_err err = {0};
	size_t n;

	(void)state;
	assert_int_equal(seal_root_new(top, &root, NULL), 0);
	assert_int_equal(seal_root_read(root, "sparse", 1 << 20, &text, &n, &err), -EFBIG);
	assert_non_null(strstr(err.text, "sparse"));
}

static void test_metadata(void **state)
{
	seal_auto_root struct seal_root *root = NULL;
	char text[64];
	struct stat st;

	(void)state;
	assert_int_equal(seal_root_new(top, &root, NULL), 0);
	assert_int_equal(seal_root_kind(root), SEAL_ROOT_IMAGE);
	assert_true(seal_root_is_whole(root));
	assert_int_equal(seal_root_stat(root, "outside", false, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(seal_root_stat(root, "outside", true, &st), -ENOENT);
	assert_int_equal(seal_root_stat(root, "fifo", true, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(seal_root_readlink(root, "outside", text, sizeof(text)), 11);
	assert_int_equal(seal_root_readlink(root, "outside", text, 4), 4);
	assert_int_equal(seal_root_readlink(root, "plain", text, sizeof(text)), -EINVAL);
	assert_int_equal(seal_root_open_live(root, "x", NULL), -ENOENT);
	assert_int_equal(seal_root_open_bundle(root, "plain", NULL), -ENOENT);
}

/* what a folder lists may have become anything by the time it is opened */
static void test_listed(void **state)
{
	static const struct {
		const char *name;
		int expect; /* 0: opens */
	} names[] = {
		{"plain", 0},        {"fifo", -ENXIO},       {"socket", -ENXIO},
		{"dir", -EISDIR},    {"outside", -ELOOP},    {"absolute", -ELOOP},
		{"to_fifo", -ELOOP}, {"loop", -ELOOP},       {"nothing", -ENOENT},
		{"..", -EINVAL},     {"dir/inner", -EINVAL},
	};
	seal_auto_root struct seal_root *root = NULL;
	struct seal_dir d;
	struct stat st;
	size_t i;
	int r;

	(void)state;
	assert_int_equal(seal_root_new(top, &root, NULL), 0);
	assert_int_equal(seal_dir_open(root, "", &d), 0);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		r = seal_dir_open_file(&d, names[i].name, &st);
		if (names[i].expect ? r != names[i].expect : r < 0)
			fail_msg("%s: %d, expected %d", names[i].name, r, names[i].expect);
		if (r >= 0)
			close(r);
	}
	seal_dir_close(&d);
}

static int stop_at_second(void *data, const char *name, unsigned char type)
{
	int *n = data;

	(void)name;
	(void)type;
	return ++*n == 2 ? -ECANCELED : 0;
}

static void test_list(void **state)
{
	seal_auto_root struct seal_root *root = NULL;
	int n = 0;

	(void)state;
	assert_int_equal(seal_root_new(top, &root, NULL), 0);
	assert_int_equal(seal_root_list(root, "", stop_at_second, &n, NULL), -ECANCELED);
	assert_int_equal(n, 2);
	assert_int_equal(seal_root_list(root, "plain", stop_at_second, &n, NULL), -ENOTDIR);
	assert_int_equal(seal_root_list(root, "outside", stop_at_second, &n, NULL), -ENOENT);
	assert_int_equal(seal_root_list(root, "loop", stop_at_second, &n, NULL), -ELOOP);
}

/* a link of a bundle's host names a file of that host, never of the bundle around it */
static void test_bundle(void **state)
{
	seal_auto_root struct seal_root *root = NULL;
	seal_auto_free char *text = NULL;
	char path[64];
	size_t n;
	int dir, fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/dir", top);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(dir, "root", 0755), 0);
	assert_int_equal(mkdirat(dir, "live", 0755), 0);
	make(dir, "bundle.json", "{}");
	make(dir, "live/queue.ndjson", "live");
	make(dir, "root/real", "real");
	assert_int_equal(symlinkat("/real", dir, "root/link"), 0);
	assert_int_equal(symlinkat("../live/queue.ndjson", dir, "root/up"), 0);
	assert_int_equal(symlinkat("/bundle.json", dir, "root/out"), 0);
	close(dir);

	assert_int_equal(seal_root_new(path, &root, NULL), 0);
	assert_int_equal(seal_root_kind(root), SEAL_ROOT_BUNDLE);
	assert_false(seal_root_is_whole(root));
	assert_int_equal(seal_root_read(root, "link", 64, &text, &n, NULL), 0);
	assert_string_equal(text, "real");
	assert_int_equal(seal_root_open(root, "up", NULL), -ENOENT);
	assert_int_equal(seal_root_open(root, "out", NULL), -ENOENT);
	assert_int_equal(seal_root_open(root, "../bundle.json", NULL), -ENOENT);
	assert_int_equal(seal_root_open_live(root, "../bundle.json", NULL), -ENOENT);
	fd = seal_root_open_live(root, "queue.ndjson", NULL);
	assert_true(fd >= 0);
	close(fd);
	fd = seal_root_open_bundle(root, "bundle.json", NULL);
	assert_true(fd >= 0);
	close(fd);
}

static void test_no_root(void **state)
{
	seal_auto_root struct seal_root *root = NULL;
	struct seal_err err = {0};
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/nothing", top);
	assert_int_equal(seal_root_new(path, &root, &err), -ENOENT);
	snprintf(path, sizeof(path), "%s/fifo", top);
	assert_int_equal(seal_root_new(path, &root, &err), -ENOTDIR);
	snprintf(path, sizeof(path), "%s/plain", top);
	assert_int_equal(seal_root_new(path, &root, &err), -ENOTDIR);
	assert_null(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_openat2),    cmocka_unit_test(test_component_walk),
		cmocka_unit_test(test_unreadable), cmocka_unit_test(test_device),
		cmocka_unit_test(test_sparse),     cmocka_unit_test(test_metadata),
		cmocka_unit_test(test_listed),     cmocka_unit_test(test_list),
		cmocka_unit_test(test_bundle),     cmocka_unit_test(test_no_root),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
