/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* faults.c - linked in front of the program with -Wl,--wrap: of the calls of one kind, number
 * FAULT_AT fails. FAULT_KIND is "alloc" (malloc family), "read" (open, read, stat, attributes; EIO)
 * or "write" (write, rename, fsync; ENOSPC). With FAULT_COUNT=FILE the number of calls is written
 * there at the end. The program's own calls only, libsepol's included: shared libraries keep
 * theirs. */

enum kind { NONE, ALLOC, READ, WRITE };

static enum kind wanted = NONE;
static unsigned long at, count;
static int count_fd = -1;

static void say_count(void)
{
	dprintf(count_fd, "%lu\n", count);
	close(count_fd);
}

__attribute__((constructor)) static void begin(void)
{
	const char *kind = getenv("FAULT_KIND"), *number = getenv("FAULT_AT"),
		   *count_file = getenv("FAULT_COUNT");

	/* opened now: the program locks itself down */
	if (count_file)
		count_fd = open(count_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (count_fd >= 0)
		atexit(say_count);
	at = number ? strtoul(number, NULL, 10) : 0;
	if (!kind)
		return;
	wanted = strcmp(kind, "alloc") == 0 ? ALLOC : strcmp(kind, "read") == 0 ? READ : WRITE;
}

/* fails - whether this call is the one */
static bool fails(enum kind kind)
{
	if (kind != wanted)
		return false;
	if (++count != at)
		return false;
	errno = kind == ALLOC ? ENOMEM : kind == READ ? EIO : ENOSPC;
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

WRAP(ALLOC, void *, malloc, (size_t n), (n), NULL)
WRAP(ALLOC, void *, calloc, (size_t n, size_t m), (n, m), NULL)
WRAP(ALLOC, void *, realloc, (void *p, size_t n), (p, n), NULL)
WRAP(ALLOC, char *, strdup, (const char *s), (s), NULL)

WRAP(READ, ssize_t, read, (int fd, void *p, size_t n), (fd, p, n), -1)
WRAP(READ, ssize_t, __read_chk, (int fd, void *p, size_t n, size_t size), (fd, p, n, size), -1)
WRAP(READ, ssize_t, pread64, (int fd, void *p, size_t n, off_t o), (fd, p, n, o), -1)
WRAP(READ, ssize_t, __pread64_chk, (int fd, void *p, size_t n, off_t o, size_t size),
     (fd, p, n, o, size), -1)
WRAP(READ, int, fstat64, (int fd, struct stat *st), (fd, st), -1)
WRAP(READ, ssize_t, lgetxattr, (const char *path, const char *name, void *p, size_t n),
     (path, name, p, n), -1)
WRAP(READ, ssize_t, readlinkat, (int fd, const char *path, char *p, size_t n), (fd, path, p, n), -1)
WRAP(READ, ssize_t, __readlinkat_chk, (int fd, const char *path, char *p, size_t n, size_t size),
     (fd, path, p, n, size), -1)
WRAP(READ, int, memfd_create, (const char *name, unsigned flags), (name, flags), -1)

WRAP(WRITE, ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n), -1)
WRAP(WRITE, ssize_t, pwrite64, (int fd, const void *p, size_t n, off_t o), (fd, p, n, o), -1)
WRAP(WRITE, int, rename, (const char *from, const char *to), (from, to), -1)
WRAP(WRITE, int, fsync, (int fd), (fd), -1)
WRAP(WRITE, int, mkostemp64, (char *path, int flags), (path, flags), -1)
WRAP(WRITE, int, mkdir, (const char *path, mode_t mode), (path, mode), -1)
WRAP(WRITE, int, fchmod, (int fd, mode_t mode), (fd, mode), -1)

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

/* openat2(2), which has no wrapper of its own */
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
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
