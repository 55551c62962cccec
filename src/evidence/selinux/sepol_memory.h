/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* sepol_memory.h - where libsepol keeps a policy that it reads. The build renames malloc(), free()
 * and their kin in the static library to the functions here (sepol_memory.syms). While an arena is
 * filled, all that libsepol asks for comes out of it, one piece after the other, and nothing is
 * given back: a child can parse a policy in shared memory and leave it ready at the same addresses
 * to its parent, and a policy goes as one mapping. At all other times they are the C library's.
 * Where that one has nothing left, malloc() and calloc() give of a small reserve: libsepol writes
 * through null pointers in places, and its answer is not used then (was_short below).
 * Not thread-safe, as libsepol's services are not. */

#include <stdbool.h>
#include <stddef.h>

/* struct seal_sepol_arena - embedded by its user, never moved while it is open */
struct seal_sepol_arena {
	char *base;
	size_t size, used;
	int fd; /* of the shared memory, -1 = of this process alone */
	struct seal_sepol_arena *next;
};

/* seal_sepol_arena_open - reserve addresses; pages come as they are written
 * @shared: for a child to fill, too
 * @max_bytes: less is taken where the address space is limited
 * Returns 0 or -ENOMEM. */
int seal_sepol_arena_open(struct seal_sepol_arena *a, bool shared, size_t max_bytes);

/* seal_sepol_arena_fill - from here on libsepol's memory comes out of @a; NULL: out of the heap */
void seal_sepol_arena_fill(struct seal_sepol_arena *a);

/* seal_sepol_arena_settle - nothing more is to come: what was not used is given back, and what
 * others write in shared memory is no longer seen
 * @used: bytes in use, for a child filled them
 * Returns 0, -EINVAL (over the size) or -ENOMEM. */
int seal_sepol_arena_settle(struct seal_sepol_arena *a, size_t used);

/* seal_sepol_arena_close - all of it at once. An arena of zeroes is none */
void seal_sepol_arena_close(struct seal_sepol_arena *a);

/* seal_sepol_memory_was_short - outside of an arena libsepol got no memory, at any time so far, or
 * a question to a policy could not be answered for the lack of it: libsepol does not tell that from
 * other failures, so an answer since may be a no that was none
 * seal_sepol_memory_note - remember an -ENOMEM of a question; other results change nothing */
bool seal_sepol_memory_was_short(void);
void seal_sepol_memory_note(int r);

/* what libsepol calls; as the functions of the C library */
void *seal_sepol_malloc(size_t n);
void *seal_sepol_calloc(size_t count, size_t n);
void *seal_sepol_realloc(void *p, size_t n);
void *seal_sepol_reallocarray(void *p, size_t count, size_t n);
char *seal_sepol_strdup(const char *s);
char *seal_sepol_strndup(const char *s, size_t n);
void seal_sepol_free(void *p);
