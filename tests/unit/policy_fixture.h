/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* policy_fixture.h - for tests: a policy compiled from CIL text, and accesses written on one line
 */

#include "evidence/selinux/policy.h"

/* fixture_image - compile a CIL file of tests/data/selinux to a binary policy; fails the test when
 * it cannot
 * @version: of the binary format. Caller frees the bytes. */
struct seal_bytes fixture_image(const char *name, int version);

/* fixture_policy - the same, loaded; caller frees */
struct seal_policy *fixture_policy(const char *name);

/* struct fixture_access - an access that owns its words */
struct fixture_access {
	struct seal_access a;
	struct seal_bytes perms[32];
};

/* fixture_access - "SOURCE TARGET CLASS PERM..." (contexts or types); the text must outlive the
 * result */
void fixture_access(struct fixture_access *f, const char *text, int64_t ioctl);

/* fixture_join - names with blanks between, in a static buffer */
const char *fixture_join(const struct seal_names *n);
