/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <unistd.h>
#include <unwind.h>

/* faults.c - linked in front of the program with -Wl,--wrap: of the calls of one kind, number
 * FAULT_AT fails. FAULT_KIND is one of the names below. With FAULT_TRACE=FILE the place of each
 * call in the program, a number made of the innermost return addresses, is written there at the
 * end. Calls of all threads and of child processes are counted together. The program's own calls
 * only, libsepol's included: shared libraries keep theirs. */

enum kind {
	NONE,
	ALLOC,  /* memory: ENOMEM */
	READ,   /* open, read, stat, attributes, directories: EIO */
	WRITE,  /* write, rename, make, synchronise: ENOSPC */
	LEND,   /* descriptors and processes: ENFILE */
	NET,    /* sockets: ENETDOWN */
	SHORT,  /* one byte is read or written */
	SIGNAL, /* read or write: EINTR */
	KIND_MAX_,
};

static const struct {
	const char *name;
	int code;
} kinds[] = {
	[NONE] = {"none", 0},        [ALLOC] = {"alloc", ENOMEM},  [READ] = {"read", EIO},
	[WRITE] = {"write", ENOSPC}, [LEND] = {"lend", ENFILE},    [NET] = {"net", ENETDOWN},
	[SHORT] = {"short", 0},      [SIGNAL] = {"signal", EINTR},
};

#define PLACES_MAX 1000000u
#define DEPTH      8u

extern const char __executable_start[], etext[];

static enum kind wanted = NONE;
static unsigned long at;
static int trace_fd = -1;
static pid_t tracer;

/* seen by all processes */
static struct {
	unsigned long count;
	uint32_t places[PLACES_MAX]; /* one a call, with FAULT_TRACE */
} * calls;

static void tell_places(void)
{
	const char *start = (const char *)calls->places, *p = start;
	size_t n =
		(calls->count < PLACES_MAX ? calls->count : PLACES_MAX) * sizeof(calls->places[0]);
	ssize_t done;

	if (getpid() != tracer)
		return;
	for (; n > 0; p += done, n -= (size_t)done) {
		done = pwrite64(trace_fd, p, n, p - start);
		if (done <= 0)
			_exit(99);
	}
}

__attribute__((constructor)) static void begin(void)
{
	const char *kind = getenv("FAULT_KIND"), *number = getenv("FAULT_AT"),
		   *trace = getenv("FAULT_TRACE");

	for (int i = 0; kind && i < KIND_MAX_; i++)
		if (strcmp(kind, kinds[i].name) == 0)
			wanted = (enum kind)i;
	at = number ? strtoul(number, NULL, 10) : 0;
	calls = mmap(NULL, sizeof(*calls), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (calls == MAP_FAILED)
		_exit(99);
	if (!trace)
		return;
	/* opened now: the program locks itself down */
	trace_fd = open(trace, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (trace_fd < 0)
		_exit(99);
	tracer = getpid();
	atexit(tell_places);
}

struct walk {
	uint32_t sum;
	unsigned frames;
};

/* step - one frame more; those of libraries, whose addresses change, are left out */
static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *data)
{
	uintptr_t ip = _Unwind_GetIP(context), base = (uintptr_t)__executable_start;
	struct walk *w = data;

	if (ip < base || ip >= (uintptr_t)etext)
		return _URC_NO_REASON;
	w->sum = (w->sum ^ (uint32_t)(ip - base)) * 0x01000193u;
	return ++w->frames < DEPTH ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static __attribute__((noinline)) uint32_t place(void)
{
	struct walk w = {.sum = 0x811c9dc5u};

	_Unwind_Backtrace(step, &w);
	return w.sum;
}

/* faults_hit - where a debugger may stop: its caller's caller is the call that fails */
void faults_hit(void);
__attribute__((noinline)) void faults_hit(void)
{
	__asm__ volatile("");
}

/* fails - whether this call is the one */
static __attribute__((noinline)) bool fails(enum kind kind)
{
	unsigned long n;

	if (kind != wanted || !calls)
		return false;
	n = __atomic_add_fetch(&calls->count, 1, __ATOMIC_RELAXED);
	if (trace_fd >= 0 && n <= PLACES_MAX)
		calls->places[n - 1] = place();
	if (n != at)
		return false;
	faults_hit();
	if (kinds[kind].code)
		errno = kinds[kind].code;
	return true;
}

/* WRAP - @type @name(@params), whose failure is @bad */
#define WRAP(kind, type, name, params, args, bad)                                                  \
	type __real_##name params;                                                                 \
	type __wrap_##name params;                                                                 \
	type __wrap_##name params                                                                  \
	{                                                                                          \
		return fails(kind) ? (bad) : __real_##name args;                                   \
	}

/* MOVE - the same of a call that moves @n bytes: also short, also interrupted */
#define MOVE(kind, name, params, args)                                                             \
	ssize_t __real_##name params;                                                              \
	ssize_t __wrap_##name params;                                                              \
	ssize_t __wrap_##name params                                                               \
	{                                                                                          \
		if (fails(kind) || fails(SIGNAL))                                                  \
			return -1;                                                                 \
		if (n > 1 && fails(SHORT))                                                         \
			n = 1;                                                                     \
		return __real_##name args;                                                         \
	}

WRAP(ALLOC, void *, malloc, (size_t n), (n), NULL)
WRAP(ALLOC, void *, calloc, (size_t n, size_t m), (n, m), NULL)
WRAP(ALLOC, void *, realloc, (void *p, size_t n), (p, n), NULL)
WRAP(ALLOC, char *, strdup, (const char *s), (s), NULL)
WRAP(ALLOC, char *, strndup, (const char *s, size_t n), (s, n), NULL)

MOVE(READ, read, (int fd, void *p, size_t n), (fd, p, n))
MOVE(READ, __read_chk, (int fd, void *p, size_t n, size_t size), (fd, p, n, size))
MOVE(READ, pread64, (int fd, void *p, size_t n, off_t o), (fd, p, n, o))
MOVE(READ, __pread64_chk, (int fd, void *p, size_t n, off_t o, size_t size), (fd, p, n, o, size))
WRAP(READ, int, fstat64, (int fd, struct stat *st), (fd, st), -1)
WRAP(READ, int, lstat64, (const char *path, struct stat *st), (path, st), -1)
WRAP(READ, int, stat64, (const char *path, struct stat *st), (path, st), -1)
WRAP(READ, int, fstatat64, (int fd, const char *path, struct stat *st, int flags),
     (fd, path, st, flags), -1)
WRAP(READ, int, statvfs64, (const char *path, struct statvfs *st), (path, st), -1)
WRAP(READ, ssize_t, lgetxattr, (const char *path, const char *name, void *p, size_t n),
     (path, name, p, n), -1)
WRAP(READ, ssize_t, readlinkat, (int fd, const char *path, char *p, size_t n), (fd, path, p, n), -1)
WRAP(READ, ssize_t, __readlinkat_chk, (int fd, const char *path, char *p, size_t n, size_t size),
     (fd, path, p, n, size), -1)
WRAP(READ, DIR *, fdopendir, (int fd), (fd), NULL)
WRAP(READ, struct dirent *, readdir64, (DIR * dir), (dir), NULL)

MOVE(WRITE, write, (int fd, const void *p, size_t n), (fd, p, n))
MOVE(WRITE, pwrite64, (int fd, const void *p, size_t n, off_t o), (fd, p, n, o))
MOVE(WRITE, sendfile64, (int out, int in, off_t *o, size_t n), (out, in, o, n))
WRAP(WRITE, int, rename, (const char *from, const char *to), (from, to), -1)
WRAP(WRITE, int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to), -1)
WRAP(WRITE, int, fsync, (int fd), (fd), -1)
WRAP(WRITE, int, ftruncate64, (int fd, off_t n), (fd, n), -1)
WRAP(WRITE, int, mkostemp64, (char *path, int flags), (path, flags), -1)
WRAP(WRITE, int, mkdir, (const char *path, mode_t mode), (path, mode), -1)
WRAP(WRITE, int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode), -1)
WRAP(WRITE, int, fchmod, (int fd, mode_t mode), (fd, mode), -1)

WRAP(LEND, int, memfd_create, (const char *name, unsigned flags), (name, flags), -1)
WRAP(LEND, int, pipe2, (int *ends, int flags), (ends, flags), -1)
WRAP(LEND, int, dup, (int fd), (fd), -1)
WRAP(LEND, int, dup2, (int fd, int to), (fd, to), -1)
WRAP(LEND, int, eventfd, (unsigned n, int flags), (n, flags), -1)
WRAP(LEND, int, inotify_init1, (int flags), (flags), -1)
WRAP(LEND, int, inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask), -1)
WRAP(LEND, pid_t, fork, (void), (), -1)
WRAP(LEND, int, socketpair, (int a, int b, int c, int *ends), (a, b, c, ends), -1)
WRAP(LEND, int, socket, (int a, int b, int c), (a, b, c), -1)

WRAP(NET, int, connect, (int fd, const struct sockaddr *to, socklen_t n), (fd, to, n), -1)
WRAP(NET, int, bind, (int fd, const struct sockaddr *to, socklen_t n), (fd, to, n), -1)
WRAP(NET, ssize_t, send, (int fd, const void *p, size_t n, int flags), (fd, p, n, flags), -1)
WRAP(NET, ssize_t, recv, (int fd, void *p, size_t n, int flags), (fd, p, n, flags), -1)
WRAP(NET, ssize_t, sendmsg, (int fd, const struct msghdr *m, int flags), (fd, m, flags), -1)
WRAP(NET, ssize_t, recvmsg, (int fd, struct msghdr *m, int flags), (fd, m, flags), -1)
WRAP(NET, int, getsockopt, (int fd, int level, int name, void *p, socklen_t *n),
     (fd, level, name, p, n), -1)
WRAP(NET, int, setsockopt, (int fd, int level, int name, const void *p, socklen_t n),
     (fd, level, name, p, n), -1)
WRAP(NET, int, getsockname, (int fd, struct sockaddr *to, socklen_t *n), (fd, to, n), -1)

/* what is chosen by chance is the same in each run */
ssize_t __wrap_getrandom(void *p, size_t n, unsigned flags);
ssize_t __wrap_getrandom(void *p, size_t n, unsigned flags)
{
	(void)flags;
	if (fails(READ))
		return -1;
	memset(p, 7, n);
	return (ssize_t)n;
}

/* those with a variable argument */

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (fails(READ))
		return -1;
	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return __real_open64(path, flags, mode);
}

int __real_openat64(int dir, const char *path, int flags, ...);
int __wrap_openat64(int dir, const char *path, int flags, ...);
int __wrap_openat64(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (fails(READ))
		return -1;
	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return __real_openat64(dir, path, flags, mode);
}

/* openat2(2), which has no wrapper of its own; six arguments are handed on, of which the caller may
 * have given fewer */
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
__attribute__((no_sanitize_address)) long __wrap_syscall(long number, ...)
{
	long a[6];
	va_list ap;

	if (fails(READ))
		return -1;
	va_start(ap, number);
	for (size_t i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
