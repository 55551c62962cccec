/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* redact.h - mail addresses in documents that are passed on: SARIF, JUnit, Markdown, HTML, CI logs
 */

#include "report/report.h"

/* seal_redact - @text with "j***@example.com" in place of every "jane.doe@example.com": a local
 * part is what RFC 5321 lets stand there, quoted or not, and any byte above 0x7f. Untrusted bytes
 * as before: they still pass the encoder of the format. */
void seal_redact(struct seal_buf *b, struct seal_bytes text);

/* seal_passed_on - @text as the style wants it in such a document: itself, or redacted, then held
 * by
 * @b (zeroed; the caller frees it) */
struct seal_bytes seal_passed_on(struct seal_buf *b, const struct seal_text_style *style,
				 struct seal_bytes text);
