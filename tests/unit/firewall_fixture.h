/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* firewall_fixture.h - rulesets as lines, roots in temporary directories */

#include "core/root.h"
#include "model/ruleset.h"

/* fixture_rules - "chain: rule" lines of a ruleset, chains in byte order; sets as "set NAME COUNT"
 */
void fixture_rules(const struct seal_ruleset *rs, struct seal_buf *out);

/* fixture_compare - against the lines of a file of the test data; prints the first that differs */
bool fixture_compare(const struct seal_ruleset *rs, const char *path);

/* fixture_root - an empty temporary directory; caller frees the path after fixture_remove() */
char *fixture_root(void);
void fixture_write(const char *root, const char *path, const void *p, size_t n);
void fixture_remove(const char *root);
