/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/audit/kernel_log.h"

#include "core/time.h"
#include "evidence/audit/audit.h"

/* pass_bracket - @s behind "[    4.694006] " or "[Fri Nov 20 18:52:23 2026] " */
static struct seal_bytes pass_bracket(struct seal_bytes s)
{
	ssize_t end;

	if (!seal_bytes_starts(s, "["))
		return s;
	end = seal_bytes_chr(seal_bytes_first(s, 64), ']');
	return end < 0 ? s : seal_bytes_trim(seal_bytes_from(s, (size_t)end + 1));
}

/* pass_level - @s behind "kern  :notice: " of dmesg -x, or "<5>" of dmesg -r */
static struct seal_bytes pass_level(struct seal_bytes s)
{
	struct seal_bytes rest;

	if (seal_bytes_starts(s, "<") && seal_bytes_chr(seal_bytes_first(s, 5), '>') > 0) {
		seal_bytes_cut(s, '>', &rest);
		return rest;
	}
	if (!seal_bytes_starts(s, "kern "))
		return s;
	seal_bytes_cut(s, ':', &rest);
	seal_bytes_cut(rest, ':', &rest);
	return rest.p ? seal_bytes_trim(rest) : s;
}

/* take_suppressed - "kauditd_printk_skb: 4 callbacks suppressed" */
static void take_suppressed(struct seal_kernel_log *k, struct seal_bytes text)
{
	uint64_t n;

	seal_bytes_word(&text);
	if (seal_parse_u64(seal_bytes_word(&text), 10, &n) == 0 && n <= UINT32_MAX)
		k->n_suppressed += n;
}

/* note_lost - what kernel/audit.c prints when it drops records: audit_log_lost() */
static void note_lost(struct seal_kernel_log *k, struct seal_bytes text, uint64_t line)
{
	static const char *const words[] = {"audit_lost=", "audit: backlog limit exceeded",
					    "audit: rate limit exceeded", "queue overflow"};

	if (!seal_bytes_starts(text, "audit: "))
		return;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (seal_bytes_find(text, words[i]) < 0)
			continue;
		if (k->n_lost++ == 0)
			k->lost_line = line;
		return;
	}
}

int seal_kernel_log_message(struct seal_kernel_log *k, struct seal_bytes text, uint64_t line)
{
	struct seal_audit_record r;

	text = pass_bracket(text);
	if (seal_bytes_starts(text, "kauditd_printk_skb: "))
		take_suppressed(k, text);
	note_lost(k, text, line);
	if (!seal_audit_record_parse_kernel(text, &r))
		return 0;
	k->n_records++;
	if (k->first_us == SEAL_TIME_NONE || r.time_us < k->first_us)
		k->first_us = r.time_us;
	if (k->last_us == SEAL_TIME_NONE || r.time_us > k->last_us)
		k->last_us = r.time_us;
	if (!r.type)
		return 0;
	r.source = k->source;
	r.line = line;
	return seal_audit_join_put(k->join, &r);
}

int seal_kernel_log_line(struct seal_kernel_log *k, struct seal_bytes line, uint64_t number)
{
	struct seal_bytes rest;
	size_t stamp;
	int64_t time_us;

	stamp = seal_time_rfc3339(line, &time_us);
	if (!stamp)
		stamp = seal_time_rfc3164(line, 1970, &time_us);
	if (!stamp)
		return k->is_dmesg ? seal_kernel_log_message(k, pass_level(line), number) : 0;
	rest = seal_bytes_from(line, stamp);
	seal_bytes_word(&rest); /* the host */
	if (!seal_bytes_is(seal_bytes_word(&rest), "kernel:"))
		return 0;
	return seal_kernel_log_message(k, seal_bytes_trim(rest), number);
}

int seal_kernel_log_read(struct seal_kernel_log *k, struct seal_input *in, struct seal_err *err)
{
	struct seal_lines lines;
	struct seal_bytes line;
	int r, rc = 0;

	k->first_us = k->last_us = SEAL_TIME_NONE;
	r = seal_lines_init(&lines, in, SEAL_AUDIT_RECORD_MAX);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	while (rc >= 0 && (r = seal_lines_next(&lines, &line, err)) > 0)
		if (!lines.cut && seal_bytes_find(line, "audit") >= 0)
			rc = seal_kernel_log_line(k, line, lines.number);
	seal_lines_done(&lines);
	return rc < 0 ? rc : r;
}
