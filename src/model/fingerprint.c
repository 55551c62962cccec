/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/fingerprint.h"

#include <errno.h>

#include "core/digest.h"

void seal_print_add(struct seal_print *p, const char *key, struct seal_bytes value)
{
	if (key)
		seal_buf_printf(&p->text, "\n%s %zu ", key, value.n);
	seal_buf_put(&p->text, value.p, value.n);
}

void seal_print_some(struct seal_print *p, const char *key, struct seal_bytes value)
{
	if (value.n)
		seal_print_add(p, key, value);
}

void seal_print_number(struct seal_print *p, const char *key, uint64_t value)
{
	seal_auto_buf struct seal_buf digits = {0};

	if (!value)
		return;
	seal_buf_printf(&digits, "%llu", (unsigned long long)value);
	seal_print_add(p, key, seal_buf_bytes(&digits));
	if (digits.err)
		p->text.err = digits.err;
}

int seal_print_done(struct seal_print *p, char ret[SEAL_FINGERPRINT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char sum[SEAL_SHA256_SIZE];
	int r = p->text.err;
	size_t i, at = 3;

	ret[0] = '\0';
	if (r == 0)
		r = seal_sha256(seal_buf_bytes(&p->text), sum);
	seal_buf_done(&p->text);
	if (r < 0)
		return r == -ENOMEM ? r : -ENOSYS;
	memcpy(ret, "v1:", 3);
	for (i = 0; at + 2 < SEAL_FINGERPRINT_SIZE; i++) {
		ret[at++] = digits[sum[i] >> 4];
		ret[at++] = digits[sum[i] & 15];
	}
	ret[at] = '\0';
	return 0;
}
