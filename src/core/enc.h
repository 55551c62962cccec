/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* enc.h - one encoder per sink. Untrusted bytes leave the program through exactly one of these;
 * none fails, all are total over every byte sequence, and each output is inert in its sink. */

#include "core/buf.h"

/* seal_enc_tty - one line of printable text for a terminal: C0, DEL, C1, bidirectional and
 * zero-width characters, U+2028/9, tags, byte order marks and invalid UTF-8 come out as \xNN of
 * their bytes; so does the first byte of what a CI runner that reads the output would carry out
 * ("##[command]", "::command::") */
void seal_enc_tty(struct seal_buf *b, struct seal_bytes s);

/* seal_enc_json - a JSON string with its quotes (RFC 8259). Pure ASCII output for everything that
 * is not plainly printable: controls, DEL, C1, bidi, U+2028/9 and "<" ">" "&" as \uXXXX. A byte
 * that is not valid UTF-8 becomes the visible text "\\xNN" (a backslash, "x" and two digits).
 * Returns whether every byte was valid UTF-8; else the caller adds raw_hex (core/json.h does). */
bool seal_enc_json(struct seal_buf *b, struct seal_bytes s);

/* seal_enc_hex - lower-case hex digits */
void seal_enc_hex(struct seal_buf *b, struct seal_bytes s);

/* seal_enc_base64 - RFC 4648 section 4, padded, on one line */
void seal_enc_base64(struct seal_buf *b, struct seal_bytes s);

/* seal_enc_html - text or attribute value of HTML: & < > " ' escaped, controls as the visible \xNN
 */
void seal_enc_html(struct seal_buf *b, struct seal_bytes s);

/* seal_enc_xml - XML 1.0 text or attribute value; characters XML forbids become the visible \xNN */
void seal_enc_xml(struct seal_buf *b, struct seal_bytes s);

/* seal_enc_md - a Markdown code span that no content can close or turn into markup, on one line,
 * safe in a table cell */
void seal_enc_md(struct seal_buf *b, struct seal_bytes s);

/* seal_enc_github - text of a GitHub workflow command: "%", CR and LF as %25, %0D, %0A, other
 * controls as the visible \xNN; seal_enc_github_property - value of a property, where ":" and ","
 * are encoded too */
void seal_enc_github(struct seal_buf *b, struct seal_bytes s);
void seal_enc_github_property(struct seal_buf *b, struct seal_bytes s);

/* seal_enc_prom - a label value of the Prometheus text format, with its quotes */
void seal_enc_prom(struct seal_buf *b, struct seal_bytes s);

/* seal_enc_uri - a path as a relative URI reference (RFC 3986): all but unreserved bytes and "/"
 * are encoded; "." and ".." and empty components are left out, so it cannot lead up or to a host */
void seal_enc_uri(struct seal_buf *b, struct seal_bytes path);

/* seal_enc_sh - one word of POSIX sh, quoted with ' where needed
 * Returns false, and appends nothing, when @s holds a control byte (NUL, newline and DEL included)
 * or is not valid UTF-8: such an argument is never emitted (THREATS.md 3.2); the caller prints a
 * manual step. */
bool seal_enc_sh(struct seal_buf *b, struct seal_bytes s) SEAL_MUST_USE;

/* seal_utf8_next - length of the valid UTF-8 sequence at the front of @s and its code point, or 0
 */
size_t seal_utf8_next(struct seal_bytes s, uint32_t *cp);

/* seal_cp_is_plain - whether a code point may be shown as itself: no control, format, bidi,
 * private, non-character */
bool seal_cp_is_plain(uint32_t cp);

/* for the encoders: the next piece of @s. *cp is its code point when it may be shown as itself,
 * else SEAL_CP_HIDDEN and the piece is to be shown with seal_enc_visible(). Returns its length, 0
 * at the end only. */
#define SEAL_CP_HIDDEN UINT32_MAX
size_t seal_enc_step(struct seal_bytes s, uint32_t *cp);
/* seal_enc_starts_command - whether "##" stands here, with which commands to Azure Pipelines,
 * TeamCity and old GitHub runners begin, anywhere in a line */
static inline bool seal_enc_starts_command(struct seal_bytes s)
{
	return s.n > 1 && s.p[0] == '#' && s.p[1] == '#';
}
/* seal_enc_visible - each byte as the visible text \xNN */
void seal_enc_visible(struct seal_buf *b, struct seal_bytes s);
