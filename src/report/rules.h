/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* rules.h - the answer of rules: the list of checks, or all that is known of one */

#include "core/json.h"
#include "model/finding.h"

/* @one: the check asked for, or NULL for the list of the @n of @all; both append to @out */
void seal_report_rules_text(const struct seal_check_rule *all, size_t n,
			    const struct seal_check_rule *one, struct seal_buf *out);
void seal_report_rules_json(const struct seal_check_rule *all, size_t n,
			    const struct seal_check_rule *one, struct seal_buf *out);
