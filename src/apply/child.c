/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/fdio.h"
#include "fix/probe.h"

static char *const environment[] = {
	(char[]){"PATH=/usr/sbin:/usr/bin:/sbin:/bin"},
	(char[]){"LC_ALL=C"},
	(char[]){"HOME=/"},
	NULL,
};

/* struct words - an argv as execve(2) wants it */
struct words {
	char **v;
	char *text;
};

static void words_done(struct words *w)
{
	free(w->v);
	free(w->text);
}

/* words_of - NUL-terminated copies of all words. Returns 0, -EINVAL (a word holds a NUL) or
 * -ENOMEM */
static int words_of(const struct seal_argv *a, struct words *w)
{
	size_t i, size = 0;
	char *p;

	for (i = 0; i < a->v.n; i++) {
		if (a->v.v[i].n && memchr(a->v.v[i].p, '\0', a->v.v[i].n))
			return -EINVAL;
		size += a->v.v[i].n + 1;
	}
	w->v = calloc(a->v.n + 1, sizeof(*w->v));
	w->text = p = malloc(size + 1);
	if (!w->v || !w->text)
		return -ENOMEM;
	for (i = 0; i < a->v.n; i++) {
		if (a->v.v[i].n)
			memcpy(p, a->v.v[i].p, a->v.v[i].n);
		w->v[i] = p;
		p += a->v.v[i].n;
		*p++ = '\0';
	}
	return 0;
}

static int set_actions(posix_spawn_file_actions_t *fa, int dir, int out, bool errors)
{
	int r;

	r = posix_spawn_file_actions_addopen(fa, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_addfchdir_np(fa, dir);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(fa, out, STDOUT_FILENO);
	if (r == 0 && errors)
		r = posix_spawn_file_actions_adddup2(fa, out, STDERR_FILENO);
	if (r == 0 && !errors)
		r = posix_spawn_file_actions_addopen(fa, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_addclosefrom_np(fa, STDERR_FILENO + 1);
	return -r;
}

static int set_attributes(posix_spawnattr_t *at)
{
	sigset_t none, all;
	int r;

	sigemptyset(&none);
	sigfillset(&all);
	r = posix_spawnattr_setsigmask(at, &none);
	if (r == 0)
		r = posix_spawnattr_setsigdefault(at, &all);
	if (r == 0)
		r = posix_spawnattr_setpgroup(at, 0);
	if (r == 0)
		r = posix_spawnattr_setflags(at, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
							 POSIX_SPAWN_SETPGROUP);
	return -r;
}

/* spawn_file - start @file, in a process group of its own; what it prints goes to @out. Returns its
 * process id or a negative errno */
static int spawn_file(const char *file, const struct words *w, int dir, int out, bool errors)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	pid_t pid = -1;
	int r;

	r = -posix_spawn_file_actions_init(&fa);
	if (r < 0)
		return r;
	r = -posix_spawnattr_init(&at);
	if (r == 0) {
		r = set_actions(&fa, dir, out, errors);
		if (r == 0)
			r = set_attributes(&at);
		if (r == 0)
			r = -posix_spawn(&pid, file, &fa, &at, w->v, environment);
		posix_spawnattr_destroy(&at);
	}
	posix_spawn_file_actions_destroy(&fa);
	return r < 0 ? r : (int)pid;
}

/* wait_for - what @pid exited with; 128 and the signal when one ended it. Or a negative errno */
static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* keep_lock - the process between: it has the lock on the folder of the plan for as long as the
 * program works, also when this one is killed, so that nothing is taken back meanwhile. The program
 * itself may be of a domain that SELinux refuses the folder, and has no use for it. A program that
 * nobody hears of is ended. Does not return */
__attribute__((noreturn)) static void keep_lock(int told, const char *file, const struct words *w,
						int dir, int out, bool errors)
{
	struct seal_bytes answer;
	int r;

	setsid();
	signal(SIGPIPE, SIG_IGN);
	r = spawn_file(file, w, dir, out, errors);
	close(out);
	answer = (struct seal_bytes){(const char *)&r, sizeof(r)};
	if (seal_fd_write(told, answer) < 0 && r > 0)
		kill(-r, SIGKILL);
	close(told);
	if (r > 0)
		r = wait_for(r);
	_exit(r < 0 ? 127 : r);
}

/* spawn - as spawn_file(), below a process that leads a session of the two
 * @program: becomes the process id of the program
 * Returns that of the process between, or a negative errno */
static int spawn(const char *file, const struct words *w, int dir, int out, bool errors,
		 pid_t *program)
{
	int told[2], r = 0;
	pid_t pid;

	if (pipe2(told, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		r = -errno;
	else if (pid == 0)
		keep_lock(told[1], file, w, dir, out, errors);
	close(told[1]);
	if (pid > 0 && seal_fd_read(told[0], &r, sizeof(r)) < 0)
		r = -ECHILD;
	close(told[0]);
	if (pid > 0 && r < 0)
		wait_for(pid);
	*program = r;
	return r < 0 ? r : (int)pid;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* collect - what is printed until the end, or until a limit. Returns 0 or a negative errno */
static int collect(int fd, struct seal_buf *out)
{
	int64_t until = now_ms() + (int64_t)SEAL_CHILD_SECONDS * 1000, left;
	char piece[4096];
	ssize_t n;
	int r;

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};

		left = until - now_ms();
		r = left > 0 ? poll(&p, 1, (int)left) : 0;
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r < 0 ? -errno : -ETIMEDOUT;
		n = read(fd, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		if (out->n + (size_t)n > SEAL_CHILD_OUTPUT_MAX)
			return -EFBIG;
		seal_buf_put(out, piece, (size_t)n);
		if (out->err)
			return out->err;
	}
}

static int run_file(const char *file, const struct seal_argv *argv, int dir, bool errors,
		    struct seal_child *ret, struct seal_err *err)
{
	struct words w = {0};
	int fds[2], pid, r, status;
	pid_t program = -1;

	*ret = (struct seal_child){0};
	r = words_of(argv, &w);
	if (r == 0 && pipe2(fds, O_CLOEXEC) < 0)
		r = -errno;
	if (r < 0) {
		words_done(&w);
		return seal_err_set(err, r, "%s: %s", file, strerror(-r));
	}
	pid = spawn(file, &w, dir, fds[1], errors, &program);
	close(fds[1]);
	r = pid < 0 ? pid : collect(fds[0], &ret->out);
	close(fds[0]);
	words_done(&w);
	if (pid > 0) {
		if (r < 0)
			kill(-program, SIGKILL); /* with what it started */
		status = wait_for(pid);
		if (r == 0)
			r = status;
	}
	if (r < 0)
		return seal_err_set(err, r, "%s: %s", file, strerror(-r));
	ret->status = r;
	return 0;
}

int seal_child_run(const struct seal_argv *argv, int dir, bool errors, struct seal_child *ret,
		   struct seal_err *err)
{
	const char *file = argv->v.n ? seal_program_path(argv->v.v[0]) : NULL;

	*ret = (struct seal_child){0};
	if (!file)
		return seal_err_set(err, -ENOENT, "a program that is none of a plan's");
	return run_file(file, argv, dir, errors, ret, err);
}

int seal_child_queue(int dir, struct seal_child *ret, struct seal_err *err)
{
	struct seal_bytes words[] = {SEAL_LIT("postqueue"), SEAL_LIT("-j")};
	const struct seal_argv argv = {{words, 2, 2}};

	return run_file("/usr/sbin/postqueue", &argv, dir, false, ret, err);
}
