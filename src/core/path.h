/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* path.h - the parts of a path, as text: nothing is looked up, "." and ".." are names like others.
 * What is returned is borrowed from the path. */

#include "core/bytes.h"

/* seal_path_name - the last component; all of it where there is no '/' */
struct seal_bytes seal_path_name(struct seal_bytes path);

/* seal_path_parent - the directory it lies in; "/" for one of that directory, or without a '/' */
struct seal_bytes seal_path_parent(struct seal_bytes path);

/* seal_path_is_below - whether @path lies in the directory @dir, at any depth
 * @dir: without a '/' at its end */
bool seal_path_is_below(struct seal_bytes path, struct seal_bytes dir);

/* seal_path_is_within - whether an absolute path is that of @dir or lies below it
 * @dir: as a configuration has it, "/" or with '/' at its end too; empty: no */
bool seal_path_is_within(struct seal_bytes path, struct seal_bytes dir);
