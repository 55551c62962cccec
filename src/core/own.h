/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* own.h - ownership by attribute: an owning local is declared seal_auto_* and initialised, so every
 * return path frees it; seal_take() hands it on and leaves NULL (or -1) behind. */

#include <stdlib.h>
#include <unistd.h>

#define SEAL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define SEAL_MUST_USE          __attribute__((warn_unused_result))
#define SEAL_UNUSED            __attribute__((unused))

/* SEAL_DEFINE_AUTO - give type T a cleanup function for use by a seal_auto_<name> macro
 * @name: the word after seal_auto_
 * @type: pointer type, as in "struct seal_root *"
 * @fn:   called when the pointer is not NULL */
#define SEAL_DEFINE_AUTO(name, type, fn)                                                           \
	static inline void seal_auto_##name##_(type *p)                                            \
	{                                                                                          \
		if (*p)                                                                            \
			fn(*p);                                                                    \
	}                                                                                          \
	struct seal_swallow_semicolon_

static inline void seal_auto_free_(void *p)
{
	free(*(void **)p);
}

static inline void seal_auto_close_(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define seal_auto_free  __attribute__((cleanup(seal_auto_free_)))
#define seal_auto_close __attribute__((cleanup(seal_auto_close_)))

/* seal_take - move an owned pointer out of its variable, which becomes NULL */
#define seal_take(p)                                                                               \
	({                                                                                         \
		__typeof__(p) *seal_p_ = &(p);                                                     \
		__typeof__(p) seal_v_ = *seal_p_;                                                  \
		*seal_p_ = NULL;                                                                   \
		seal_v_;                                                                           \
	})

/* seal_take_fd - move an owned file descriptor out of its variable, which becomes -1 */
static inline int seal_take_fd(int *fd)
{
	int v = *fd;

	*fd = -1;
	return v;
}
