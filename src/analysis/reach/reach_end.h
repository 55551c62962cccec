/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reach_end.h - the ends of the ways of a question, joined into verdicts and the partition */

#include "analysis/reach/reach_impl.h"

/* struct end - an outcome of the first packet with what follows */
struct end {
	struct outcome o;
	enum seal_tri reachable, answered;
	const struct seal_fw_rule *later_rule;
	const struct seal_fw_chain *later_chain;
	const char *later_packet;
	struct reach_tag *tags; /* of the first and the later packets */
	size_t n_tags;
	bool more_tags;
};

typedef seal_vec(struct end) end_list;

/* reach_verdict - the verdict for far ends that may come to any of @n ends
 * Returns 0 or -ENOMEM. */
int reach_verdict(struct reach *x, const struct end *const *ends, size_t n,
		  struct seal_fw_verdict *v);

/* reach_divide - all far ends of @ends in rows of one verdict each. Returns 0 or -ENOMEM. */
int reach_divide(struct reach *x, const end_list *ends, struct seal_reach_answer *ret);
