/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/selinux/sepol_memory.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGN     _Alignof(uint64_t)
#define MIN_BYTES ((size_t)16 << 20)

#define RESERVE ((size_t)256 << 10)

static struct seal_sepol_arena *filling, *all;
static bool was_short;

/* what is given when the C library has nothing: libsepol writes through null pointers where it
 * puts the words of a constraint together. Its answer is not asked for any more then. Never given
 * back, so a piece is zero. */
static _Alignas(ALIGN) char reserve[RESERVE];
static size_t reserve_used;

static bool is_reserve(const void *p)
{
	return (uintptr_t)p - (uintptr_t)reserve < RESERVE;
}

static void *of_reserve(size_t n)
{
	size_t whole;
	void *p = reserve + reserve_used;

	was_short = true;
	if (__builtin_add_overflow(n, ALIGN, &whole) ||
	    (whole &= ~(ALIGN - 1)) > RESERVE - reserve_used)
		return NULL;
	reserve_used += whole;
	return p;
}

void seal_sepol_memory_note(int r)
{
	was_short = was_short || r == -ENOMEM;
}

bool seal_sepol_memory_was_short(void)
{
	return was_short;
}

static void *map(size_t n, int flags, int fd)
{
	return mmap(NULL, n, PROT_READ | PROT_WRITE, flags | MAP_NORESERVE, fd, 0);
}

int seal_sepol_arena_open(struct seal_sepol_arena *a, bool shared, size_t max_bytes)
{
	void *p = MAP_FAILED;
	size_t n = max_bytes;
	int fd = -1;

	if (shared) {
		fd = memfd_create("policy", MFD_CLOEXEC);
		if (fd < 0)
			return -ENOMEM;
	}
	while (n >= MIN_BYTES) {
		p = map(n, shared ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, fd);
		if (p != MAP_FAILED)
			break;
		n /= 2;
	}
	if (p == MAP_FAILED || (shared && ftruncate(fd, (off_t)n) < 0)) {
		if (p != MAP_FAILED)
			munmap(p, n);
		if (fd >= 0)
			close(fd);
		return -ENOMEM;
	}
	*a = (struct seal_sepol_arena){.base = p, .size = n, .fd = fd, .next = all};
	all = a;
	return 0;
}

void seal_sepol_arena_fill(struct seal_sepol_arena *a)
{
	filling = a;
}

int seal_sepol_arena_settle(struct seal_sepol_arena *a, size_t used)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), kept;

	if (used > a->size || a->size - used < page)
		return -EINVAL;
	kept = (used + page) / page * page;
	a->used = used;
	if (munmap(a->base + kept, a->size - kept) < 0)
		return -ENOMEM;
	a->size = kept;
	if (a->fd < 0)
		return 0;
	if (mmap(a->base, kept, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, a->fd, 0) ==
	    MAP_FAILED)
		return -ENOMEM;
	close(a->fd);
	a->fd = -1;
	return 0;
}

void seal_sepol_arena_close(struct seal_sepol_arena *a)
{
	if (!a->base)
		return;
	for (struct seal_sepol_arena **p = &all; *p; p = &(*p)->next) {
		if (*p == a) {
			*p = a->next;
			break;
		}
	}
	if (filling == a)
		filling = NULL;
	munmap(a->base, a->size);
	if (a->fd >= 0)
		close(a->fd);
	*a = (struct seal_sepol_arena){.fd = -1};
}

static const struct seal_sepol_arena *arena_of(const void *p)
{
	for (const struct seal_sepol_arena *a = all; a; a = a->next)
		if ((uintptr_t)p - (uintptr_t)a->base < a->size)
			return a;
	return NULL;
}

void *seal_sepol_malloc(size_t n)
{
	struct seal_sepol_arena *a = filling;
	size_t whole;
	void *p;

	if (!a) {
		p = malloc(n + !n);
		return p ? p : of_reserve(n);
	}
	if (__builtin_add_overflow(n, n ? ALIGN - 1 : ALIGN, &whole) ||
	    (whole &= ~(ALIGN - 1)) > a->size - a->used) {
		errno = ENOMEM;
		return NULL;
	}
	p = a->base + a->used;
	a->used += whole;
	return p;
}

void *seal_sepol_calloc(size_t count, size_t n)
{
	size_t all_bytes;
	void *p;

	if (__builtin_mul_overflow(count, n, &all_bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	if (!filling) {
		p = calloc(count + !count, n + !n);
		return p ? p : of_reserve(all_bytes);
	}
	/* no piece of an arena is given out twice: it is zero as the kernel gave it */
	return seal_sepol_malloc(all_bytes);
}

void *seal_sepol_realloc(void *p, size_t n)
{
	const struct seal_sepol_arena *a = p ? arena_of(p) : NULL;
	size_t rest;
	void *new;

	if (p && is_reserve(p)) {
		new = of_reserve(n);
		rest = (size_t)(reserve + RESERVE - (char *)p);
		return new ? memmove(new, p, n < rest ? n : rest) : NULL;
	}
	if (p && !a) {
		new = realloc(p, n + !n);
		was_short = was_short || !new;
		return new;
	}
	new = seal_sepol_malloc(n);
	if (!new || !p)
		return new;
	/* how long the piece was is not kept: what comes after it may be copied with it */
	rest = a->used - (size_t)((const char *)p - a->base);
	memmove(new, p, n < rest ? n : rest);
	return new;
}

void *seal_sepol_reallocarray(void *p, size_t count, size_t n)
{
	size_t all_bytes;

	if (__builtin_mul_overflow(count, n, &all_bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return seal_sepol_realloc(p, all_bytes);
}

char *seal_sepol_strndup(const char *s, size_t n)
{
	size_t length = strnlen(s, n);
	char *p = seal_sepol_malloc(length + 1);

	if (p) {
		memcpy(p, s, length);
		p[length] = '\0';
	}
	return p;
}

char *seal_sepol_strdup(const char *s)
{
	return seal_sepol_strndup(s, SIZE_MAX);
}

void seal_sepol_free(void *p)
{
	if (!arena_of(p) && !is_reserve(p))
		free(p);
}
