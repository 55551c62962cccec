/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/vec.h"

#include <errno.h>
#include <string.h>

void *seal_vec_add_(void *array, size_t *n, size_t *cap, size_t elem_bytes)
{
	void *p;

	memcpy(&p, array, sizeof(p));
	if (*n == *cap) {
		size_t more = *cap ? *cap * 2 : 8, bytes;
		void *q;

		if (more < *cap || __builtin_mul_overflow(more, elem_bytes, &bytes))
			return NULL;
		q = realloc(p, bytes);
		if (!q)
			return NULL;
		p = q;
		memcpy(array, &p, sizeof(p));
		*cap = more;
	}
	p = (char *)p + *n * elem_bytes;
	memset(p, 0, elem_bytes);
	(*n)++;
	return p;
}

int seal_vec_reserve_(void *array, size_t *cap, size_t elem_bytes, size_t count)
{
	size_t bytes;
	void *p;

	if (count <= *cap)
		return 0;
	if (__builtin_mul_overflow(count, elem_bytes, &bytes))
		return -ENOMEM;
	memcpy(&p, array, sizeof(p));
	p = realloc(p, bytes);
	if (!p)
		return -ENOMEM;
	memcpy(array, &p, sizeof(p));
	*cap = count;
	return 0;
}
