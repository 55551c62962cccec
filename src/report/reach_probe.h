/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* reach_probe.h - the answer to one probe as a line of JSON (CONTRACT "reach --probe") */

#include "analysis/reach/reach.h"
#include "core/buf.h"
#include "core/json.h"

/* seal_report_probe - append one line, "\n" included
 * @id: of the question; digits come out as a number, empty leaves it out */
void seal_report_probe(struct seal_buf *out, struct seal_bytes id, const struct seal_fw_verdict *v);

/* words shared by the reports of reach */

/* seal_report_fate - "accept", "drop", "reject-rst", "reject-icmp", "unrouted", "depends" */
const char *seal_report_fate(const struct seal_fw_verdict *v);
/* seal_report_depends - the things an answer depends on, as a JSON array of texts "WHAT (handle N)"
 */
void seal_report_depends(struct seal_json *j, const char *key, const struct seal_fw_verdict *v);
/* seal_report_refusal - name of the ICMP code ("admin-prohibited"), NULL for a RST or an unnamed
 * code */
const char *seal_report_refusal(const struct seal_fw_verdict *v);
