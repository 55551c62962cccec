/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/bundle/mask.h"

#include <ctype.h>
#include <errno.h>
#include <sys/random.h>

#include "core/digest.h"

#define LOCAL_MAX 256u /* RFC 5321 allows 64; logs show more */

static void cross_out(char *p, size_t n)
{
	memset(p, 'x', n);
}

/* line_end - offset of the "\n" that ends the line at @at, or of the end */
static size_t line_end(const char *p, size_t n, size_t at)
{
	const char *end = at < n ? memchr(p + at, '\n', n - at) : NULL;

	return end ? (size_t)(end - p) : n;
}

void seal_mask_keys(char *p, size_t n)
{
	size_t at, end;
	bool inside = false;

	for (at = 0; at < n; at = end + 1) {
		struct seal_bytes line;

		end = line_end(p, n, at);
		line = seal_bytes_trim((struct seal_bytes){p + at, end - at});
		if (seal_bytes_starts(line, "-----BEGIN ") &&
		    seal_bytes_find(line, "PRIVATE KEY") >= 0) {
			inside = true;
			/* all on one line, as values of other formats have it */
			if (!seal_bytes_ends(line, "-----"))
				cross_out(p + at, end - at);
		} else if (seal_bytes_starts(line, "-----END ")) {
			inside = false;
		} else if (inside) {
			cross_out(p + at, end - at);
		}
	}
}

/* is_secret - whether the name of a setting speaks of a secret */
static bool is_secret(struct seal_bytes name)
{
	static const char *const words[] = {"password", "passwd", "secret",      "psk",
					    "bind_pw",  "pin",    "private-key", "wep-key",
					    "api_key",  "token",  "passphrase"};
	char lower[64];
	size_t i;

	if (!name.n || name.n >= sizeof(lower))
		return false;
	for (i = 0; i < name.n; i++)
		lower[i] = (char)tolower((unsigned char)name.p[i]);
	name.p = lower;
	/* names of files and of tables are no secrets */
	if (seal_bytes_ends(name, "_maps") || seal_bytes_ends(name, "-flags") ||
	    seal_bytes_ends(name, "_file"))
		return false;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (seal_bytes_find(name, words[i]) >= 0 && strcmp(words[i], "pin") != 0)
			return true;
	return seal_bytes_is(name, "pin");
}

void seal_mask_settings(char *p, size_t n)
{
	struct seal_bytes name, value;
	size_t at, end;
	bool goes_on = false;

	for (at = 0; at < n; at = end + 1) {
		struct seal_bytes line;

		end = line_end(p, n, at);
		line = (struct seal_bytes){p + at, end - at};
		if (goes_on && line.n && (line.p[0] == ' ' || line.p[0] == '\t')) {
			cross_out(p + at + 1, line.n - 1);
			continue;
		}
		name = seal_bytes_trim(seal_bytes_cut(line, '=', &value));
		goes_on = value.p && is_secret(name);
		value = seal_bytes_trim(value);
		if (goes_on && value.n)
			cross_out(p + (value.p - p), value.n);
	}
}

void seal_mask_map_values(char *p, size_t n)
{
	size_t at, end;

	for (at = 0; at < n; at = end + 1) {
		struct seal_bytes line, word;
		size_t i = 0;

		end = line_end(p, n, at);
		line = (struct seal_bytes){p + at, end - at};
		if (line.n && line.p[0] == '#') {
			cross_out(p + at + 1, line.n - 1);
			continue;
		}
		/* a line that begins with a blank goes on with the value above it */
		if (line.n && line.p[0] != ' ' && line.p[0] != '\t') {
			word = seal_bytes_word(&line);
			i = (size_t)(word.p - (p + at)) + word.n;
		}
		for (; at + i < end; i++)
			if (p[at + i] != ' ' && p[at + i] != '\t' && p[at + i] != '\r')
				p[at + i] = 'x';
	}
}

void seal_mask_message(char *p, size_t n)
{
	static const char known[] = "CTFSNLMXEKWDROA/ptwfIePVBcdimno><r";
	size_t at = 0, i;

	while (at < n) {
		uint64_t len = 0;
		bool more = true;

		for (i = 1; more && i <= 5 && at + i < n; i++) {
			len |= (uint64_t)((unsigned char)p[at + i] & 0x7f) << (7 * (i - 1));
			more = (unsigned char)p[at + i] & 0x80;
		}
		if (more || !p[at] || !strchr(known, p[at]) || len > n - at - i)
			break;
		if (p[at] == 'N' || p[at] == 'L')
			cross_out(p + at + i, (size_t)len);
		at += i + (size_t)len;
	}
	cross_out(p + at, n - at);
}

int seal_redact_init(struct seal_redact *r)
{
	ssize_t n = getrandom(r->key, sizeof(r->key), 0);

	return n == (ssize_t)sizeof(r->key) ? 0 : n < 0 ? -errno : -EIO;
}

/* is_atom - a byte that local parts have unquoted, RFC 5321 and 6531; "/", "'", "`", "|", "{", "}"
 * are left out: in logs and maps they stand around addresses */
static bool is_atom(unsigned char c)
{
	return isalnum(c) || c >= 0x80 || (c && strchr(".!#$%&*+=?^_~-", c));
}

/* local_start - where the local part before the "@" at @at begins; @at when there is none */
static size_t local_start(const char *p, size_t at, size_t low)
{
	static const char *const keys[] = {
		"acct=",        "from=",   "to=",        "orig_to=", "user=", "sasl_username=",
		"sasl_sender=", "sender=", "recipient=", "rcpt=",    "addr=", "message-id="};
	size_t start = at, i;

	if (at > low && p[at - 1] == '"') {
		for (start = at - 1; start > low && at - start < LOCAL_MAX && p[start - 1] != '"' &&
				     p[start - 1] != '\n';)
			start--;
		return start > low && p[start - 1] == '"' ? start : at;
	}
	while (start > low && at - start < LOCAL_MAX && is_atom((unsigned char)p[start - 1]))
		start--;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (seal_bytes_starts((struct seal_bytes){p + start, at - start}, keys[i]))
			return start + strlen(keys[i]);
	return start;
}

static bool is_role(struct seal_bytes local)
{
	static const char *const roles[] = {"postmaster", "mailer-daemon", "double-bounce", "root"};
	size_t i;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (seal_bytes_icase_eq(local, seal_bytes_of(roles[i])))
			return true;
	return false;
}

/* replace - @n bytes that depend on the key and the local part, in letters and digits */
static int replace(const struct seal_redact *r, char *p, size_t n)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	char in[sizeof(r->key) + LOCAL_MAX + 1];
	unsigned char sum[SEAL_SHA256_SIZE];
	size_t i;
	int e;

	memcpy(in, r->key, sizeof(r->key));
	for (i = 0; i < n; i++)
		in[sizeof(r->key) + i] = (char)tolower((unsigned char)p[i]);
	for (i = 0; i < n; i++) {
		if (i % SEAL_SHA256_SIZE == 0) {
			in[sizeof(r->key) + n] = (char)(i / SEAL_SHA256_SIZE);
			e = seal_sha256((struct seal_bytes){in, sizeof(r->key) + n + 1}, sum);
			if (e < 0)
				return e;
		}
		p[i] = letters[sum[i % SEAL_SHA256_SIZE] & (i ? 31 : 15)];
	}
	return 0;
}

int seal_redact_text(const struct seal_redact *r, char *p, size_t n)
{
	size_t at, low = 0, start, end;
	int e;

	for (at = 0; at < n; at++) {
		if (p[at] != '@' || at + 1 == n ||
		    !(isalnum((unsigned char)p[at + 1]) || p[at + 1] == '[' ||
		      (unsigned char)p[at + 1] >= 0x80))
			continue;
		start = local_start(p, at, low);
		end = at > start && p[at - 1] == '"' ? at - 1 : at;
		low = at + 1;
		if (end <= start || is_role((struct seal_bytes){p + start, end - start}))
			continue;
		e = replace(r, p + start, end - start);
		if (e < 0)
			return e;
	}
	return 0;
}
