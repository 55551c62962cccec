/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* conf.h - the configuration of the Postfix instances of a root, and the values that hold in them
 */

#include "core/root.h"
#include "model/host.h"

#define SEAL_INSTANCES_MAX 64

/* seal_postfix_read - fill h->postfix
 * The default instance is etc/postfix; those of its multi_instance_directories follow, when they
 * lie in the root. Also read: etc/hostname, etc/services, the version (dpkg's status or the
 * programs) and the lookup tables that choose next hops. Each file is a row of h->sources. Returns
 * 0 (also without any Postfix) or -ENOMEM. */
int seal_postfix_read(const struct seal_root *root, struct seal_host *h, struct seal_err *err);

/* seal_conf_value - the value of a parameter as one service sees it, expanded
 * Its own -o first, then main.cf, then the built-in default. $name, ${name}, $(name), ${name?text},
 * ${name:text}, ${name?{text}:{text}}, ${{a} op {b}?{text}:{text}} and $$ as postconf(5) has them.
 * Limits: conf_expand.h.
 * @svc:   NULL for what main.cf alone gives
 * @arena: receives the text
 * A value that names a file ("/etc/mailname") is returned as that.
 * Returns 0, -ENOENT (neither set nor a known default), -ENODATA (the default depends on the host
 * or on a version that the root does not tell), -ELOOP (nesting), -EINVAL (malformed), -EFBIG or
 * -ENOMEM. */
int seal_conf_value(const struct seal_instance *inst, const struct seal_service *svc,
		    const char *name, struct seal_arena *arena, struct seal_bytes *ret);

/* seal_conf_expand - @text expanded as a value of that service. Returns as seal_conf_value(). */
int seal_conf_expand(const struct seal_instance *inst, const struct seal_service *svc,
		     struct seal_bytes text, struct seal_arena *arena, struct seal_bytes *ret);

/* seal_conf_bool - a yes/no parameter. Returns as seal_conf_value(); -EINVAL when it is neither. */
int seal_conf_bool(const struct seal_instance *inst, const struct seal_service *svc,
		   const char *name, struct seal_arena *arena, bool *ret);

/* seal_conf_where - the definition seal_conf_value() would use, unexpanded; NULL when it is the
 * default */
const struct seal_param *seal_conf_where(const struct seal_instance *inst,
					 const struct seal_service *svc, const char *name);

/* seal_conf_next - take the next item off the front of a list (commas and blanks separate; an item
 * in braces is one item, with its braces). Returns whether there was one. */
bool seal_conf_next(struct seal_bytes *list, struct seal_bytes *item);

/* seal_conf_chroot - whether a service runs chrooted: its own column, else the default of that
 * compatibility_level. Returns 0 or as seal_conf_value(). */
int seal_conf_chroot(const struct seal_instance *inst, const struct seal_service *svc, bool *ret);
