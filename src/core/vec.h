/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* vec.h - growable heap arrays of one type:  seal_vec(struct seal_denial) denials;
 * zero-initialised is empty; elements may move when the array grows. */

#include <stdint.h>

#include "core/own.h"

#define seal_vec(T)                                                                                \
	struct {                                                                                   \
		T *v;                                                                              \
		size_t n, cap;                                                                     \
	}

/* seal_vec_add - append one zeroed element
 * Returns a pointer to it, valid until the next append, or NULL when memory is gone. */
#define seal_vec_add(vec)                                                                          \
	((__typeof__((vec)->v))seal_vec_add_(&(vec)->v, &(vec)->n, &(vec)->cap, sizeof(*(vec)->v)))

/* seal_vec_reserve - make room for @count elements in all, and no more: for arrays that will not
 * grow Returns 0 or -ENOMEM. */
#define seal_vec_reserve(vec, count)                                                               \
	seal_vec_reserve_(&(vec)->v, &(vec)->cap, sizeof(*(vec)->v), (count))

/* seal_vec_each - loop over the elements: seal_vec_each(it, &vec) { it->... }
 * The end is a number: an empty array has no address to add to. */
#define seal_vec_each(it, vec)                                                                     \
	for (__typeof__((vec)->v + 0) it = (vec)->v;                                               \
	     (uintptr_t)it < (uintptr_t)(vec)->v + (vec)->n * sizeof(*it); it++)

/* seal_vec_done - free the array (not what its elements own) and leave it empty */
#define seal_vec_done(vec)                                                                         \
	do {                                                                                       \
		free((vec)->v);                                                                    \
		(vec)->v = NULL;                                                                   \
		(vec)->n = (vec)->cap = 0;                                                         \
	} while (0)

void *seal_vec_add_(void *array, size_t *n, size_t *cap, size_t elem_bytes);
int seal_vec_reserve_(void *array, size_t *cap, size_t elem_bytes, size_t count) SEAL_MUST_USE;
