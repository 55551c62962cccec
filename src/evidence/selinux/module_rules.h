/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* module_rules.h - what the modules that somebody added to the distribution's policy allow, read
 * from the CIL that libsemanage keeps of every module
 * (https://github.com/SELinuxProject/selinux/blob/main/secilc/docs) */

#include "core/root.h"
#include "model/host.h"

/* seal_module_rules_read - fill in h->selinux.module_rules: the allow rules, and the attributes
 * given to types, of the enabled modules whose priority is that of local ones. Blocks, optionals
 * and conditionals are read through.
 * Limits: 256 modules, 4 MiB each, 100,000 rules; beyond, or a module without CIL:
 * module_rules_missing. Returns 0 or -ENOMEM. */
int seal_module_rules_read(const struct seal_root *root, struct seal_host *h);

/* seal_module_rules_parse - the same for one text
 * @module: its name, kept
 * Returns 0, -EINVAL (parentheses do not match), -EFBIG or -ENOMEM. */
int seal_module_rules_parse(struct seal_host *h, struct seal_bytes module, struct seal_bytes cil);
