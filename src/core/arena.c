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
	const char *p; /* NULL: empty */
	uint32_t n, hash;
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

/* take - @want bytes at the next multiple of @align, not cleared */
static void *take(struct seal_arena *a, size_t want, size_t align)
{
	struct block *b = a->head;
	void *p;

	if (b)
		b->used += (align - b->used % align) % align;
	if (!b || b->used > b->size || b->size - b->used < want) {
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
	return p;
}

void *seal_arena_alloc(struct seal_arena *a, size_t n)
{
	void *p = take(a, n, sizeof(max_align_t));

	return p ? memset(p, 0, n) : NULL;
}

int seal_arena_copy(struct seal_arena *a, struct seal_bytes b, struct seal_bytes *ret)
{
	char *p;

	if (b.n == SIZE_MAX)
		return -ENOMEM;
	p = take(a, b.n + 1, 1);
	if (!p)
		return -ENOMEM;

	if (b.n)
		memcpy(p, b.p, b.n);
	p[b.n] = '\0';
	*ret = (struct seal_bytes){p, b.n};
	return 0;
}

static struct slot *find_slot(struct slot *slots, size_t n_slots, struct seal_bytes b,
			      uint32_t hash)
{
	size_t i = hash & (n_slots - 1);

	while (slots[i].p && !(slots[i].hash == hash && slots[i].n == b.n &&
			       (b.n == 0 || memcmp(slots[i].p, b.p, b.n) == 0)))
		i = (i + 1) & (n_slots - 1);
	return &slots[i];
}

static int grow_slots(struct seal_arena *a)
{
	size_t n = a->n_slots ? a->n_slots * 2 : 256, i;
	struct slot *slots, *s;

	slots = calloc(n, sizeof(*slots));
	if (!slots)
		return -ENOMEM;

	for (i = 0; i < a->n_slots; i++) {
		s = &a->slots[i];
		if (s->p)
			*find_slot(slots, n, (struct seal_bytes){s->p, s->n}, s->hash) = *s;
	}
	free(a->slots);
	a->slots = slots;
	a->n_slots = n;
	return 0;
}

int seal_arena_intern(struct seal_arena *a, struct seal_bytes b, struct seal_bytes *ret)
{
	uint32_t hash = (uint32_t)seal_hash(b, 0);
	struct seal_bytes own;
	struct slot *s;
	int r;

	if (b.n > UINT32_MAX)
		return seal_arena_copy(a, b, ret);
	if (4 * a->n_filled >= 3 * a->n_slots) {
		r = grow_slots(a);
		if (r < 0)
			return r;
	}
	s = find_slot(a->slots, a->n_slots, b, hash);
	if (!s->p) {
		r = seal_arena_copy(a, b, &own);
		if (r < 0)
			return r;
		*s = (struct slot){own.p, (uint32_t)own.n, hash};
		a->n_filled++;
	}
	*ret = (struct seal_bytes){s->p, s->n};
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
	p = take(a, (size_t)n + 1, 1);
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

int seal_arena_intern_vprintf(struct seal_arena *a, struct seal_bytes *ret, const char *fmt,
			      va_list ap)
{
	const char *whole;
	char text[512];
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(text, sizeof(text), fmt, again);
	va_end(again);
	if (n >= 0 && (size_t)n < sizeof(text))
		return seal_arena_intern(a, (struct seal_bytes){text, (size_t)n}, ret);
	whole = seal_arena_vprintf(a, fmt, ap);
	if (!whole)
		return -ENOMEM;
	*ret = seal_bytes_of(whole);
	return 0;
}

size_t seal_arena_used(const struct seal_arena *a)
{
	return a->used;
}
