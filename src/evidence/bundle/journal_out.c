/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "evidence/bundle/bundle_impl.h"
#include "evidence/journal.h"

/* journal_out.c - journal entries in the export format (systemd.io/JOURNAL_EXPORT_FORMATS): a
 * binary journal cannot be redacted where it is */

static void put_field(struct seal_buf *out, const char *name, struct seal_bytes value)
{
	unsigned char length[8];
	size_t i;

	if (!value.n)
		return;
	seal_buf_puts(out, name);
	for (i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if (c < ' ' && c != '\t')
			break;
	}
	if (i == value.n) {
		seal_buf_putc(out, '=');
	} else {
		for (i = 0; i < sizeof(length); i++)
			length[i] = (unsigned char)((uint64_t)value.n >> (8 * i));
		seal_buf_putc(out, '\n');
		seal_buf_put(out, length, sizeof(length));
	}
	seal_buf_put(out, value.p, value.n);
	seal_buf_putc(out, '\n');
}

static int put_entry(void *data, const struct seal_journal_entry *e,
		     const struct seal_source_state *from)
{
	struct seal_buf *out = data;

	(void)from;
	seal_buf_printf(out, "__REALTIME_TIMESTAMP=%lld\n_SOURCE_REALTIME_TIMESTAMP=%lld\n",
			(long long)e->time_us, (long long)e->time_us);
	put_field(out, "_TRANSPORT", e->transport);
	put_field(out, "SYSLOG_IDENTIFIER", e->identifier);
	put_field(out, "_HOSTNAME", e->hostname);
	put_field(out, "_COMM", e->comm);
	if (e->pid)
		seal_buf_printf(out, "_PID=%u\n", e->pid);
	if (e->audit_type)
		seal_buf_printf(out, "_AUDIT_TYPE=%u\n_AUDIT_ID=%llu\n", e->audit_type,
				(unsigned long long)e->audit_id);
	put_field(out, "MESSAGE", e->message);
	seal_buf_putc(out, '\n');
	return out->err;
}

int seal_pack_journal(struct seal_packing *p)
{
	seal_auto_buf struct seal_buf out = {0};
	struct seal_journal_reader reader = {&out, put_entry};
	struct seal_host *h = seal_host_new();
	int r;

	if (!h)
		return -ENOMEM;
	h->span = p->b->h->span;
	r = seal_journal_read(p->b->root, h, &reader, 1);
	seal_host_free(h);
	if (r < 0 || !out.n)
		return r;
	if (out.n > p->b->max_bytes - p->result->n_bytes) {
		p->result->n_left++;
		return 0;
	}
	r = seal_redact_text(p->b->redact, out.p, out.n);
	return r < 0 ? r : seal_pack_bytes(p, "live/journal.export", seal_buf_bytes(&out));
}
