/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/arena.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/table.h"

#define BLOCK_BYTES ((size_t)64 * 1024)

struct block {
	struct block *next;
	size_t used, size;
	max_align_t data[];
};

struct slot {
	struct seal_bytes b;
	uint32_t hash;
};

struct seal_arena {
	struct block *head;
	size_t used;
	struct slot *slots; /* open addressing; n_slots is a power of two */
	size_t n_slots, n_filled;
};

struct seal_arena *seal_arena_new(void)
{
	return calloc(1, sizeof(struct seal_arena));
}

void seal_arena_free(struct seal_arena *a)
{
	struct block *b, *next;

	if (!a)
		return;
	for (b = a->head; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a->slots);
	free(a);
}

static struct block *block_new(size_t size)
{
	struct block *b;
	size_t bytes;

	if (__builtin_add_overflow(sizeof(*b), size, &bytes))
		return NULL;
	b = malloc(bytes);
	if (!b)
		return NULL;
	b->used = 0;
	b->size = size;
	return b;
}

void *seal_arena_alloc(struct seal_arena *a, size_t n)
{
	const size_t align = sizeof(max_align_t);
	struct block *b = a->head;
	size_t want;
	void *p;

	if (__builtin_add_overflow(n, align - 1, &want))
		return NULL;
	want -= want % align;
	if (!b || b->size - b->used < want) {
		b = block_new(want > BLOCK_BYTES / 4 ? want : BLOCK_BYTES);
		if (!b)
			return NULL;
		if (a->head && want > BLOCK_BYTES / 4) {
			/* a large piece gets its own block; the current one stays in front */
			b->next = a->head->next;
			a->head->next = b;
		} else {
			b->next = a->head;
			a->head = b;
		}
	}
	p = (char *)b->data + b->used;
	b->used += want;
	a->used += want;
	memset(p, 0, want);
	return p;
}

int seal_arena_copy(struct seal_arena *a, struct seal_bytes b, struct seal_bytes *ret)
{
	char *p;

	if (b.n == SIZE_MAX)
		return -ENOMEM;
	p = seal_arena_alloc(a, b.n + 1);
	if (!p)
		return -ENOMEM;

	if (b.n)
		memcpy(p, b.p, b.n);
	*ret = (struct seal_bytes){p, b.n};
	return 0;
}

static struct slot *find_slot(struct slot *slots, size_t n_slots, struct seal_bytes b,
			      uint32_t hash)
{
	size_t i = hash & (n_slots - 1);

	while (slots[i].b.p && !(slots[i].hash == hash && seal_bytes_eq(slots[i].b, b)))
		i = (i + 1) & (n_slots - 1);
	return &slots[i];
}

static int grow_slots(struct seal_arena *a)
{
	size_t n = a->n_slots ? a->n_slots * 2 : 256, i;
	struct slot *slots;

	slots = calloc(n, sizeof(*slots));
	if (!slots)
		return -ENOMEM;

	for (i = 0; i < a->n_slots; i++)
		if (a->slots[i].b.p)
			*find_slot(slots, n, a->slots[i].b, a->slots[i].hash) = a->slots[i];
	free(a->slots);
	a->slots = slots;
	a->n_slots = n;
	return 0;
}

int seal_arena_intern(struct seal_arena *a, struct seal_bytes b, struct seal_bytes *ret)
{
	uint32_t hash = (uint32_t)seal_hash(b, 0);
	struct slot *s;
	int r;

	if (2 * a->n_filled >= a->n_slots) {
		r = grow_slots(a);
		if (r < 0)
			return r;
	}
	s = find_slot(a->slots, a->n_slots, b, hash);
	if (!s->b.p) {
		r = seal_arena_copy(a, b, &s->b);
		if (r < 0)
			return r;
		s->hash = hash;
		a->n_filled++;
	}
	*ret = s->b;
	return 0;
}

const char *seal_arena_vprintf(struct seal_arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return NULL;
	p = seal_arena_alloc(a, (size_t)n + 1);
	if (p)
		vsnprintf(p, (size_t)n + 1, fmt, ap);
	return p;
}

const char *seal_arena_printf(struct seal_arena *a, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = seal_arena_vprintf(a, fmt, ap);
	va_end(ap);
	return text;
}

size_t seal_arena_used(const struct seal_arena *a)
{
	return a->used;
}
