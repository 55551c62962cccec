/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/host/contents.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <limits.h>

#include "core/input.h"
#include "core/time.h"

#define TEXT_MAX         ((size_t)64 * 1024)
#define PEM_MAX          ((size_t)1024 * 1024)
#define CERTIFICATES_MAX 1024u

static int read_file(const struct seal_root *root, struct seal_bytes path, size_t max, char **ret,
		     size_t *n)
{
	char name[PATH_MAX];
	int r;

	if (!path.n || path.n >= sizeof(name) || path.p[0] != '/' || memchr(path.p, '\0', path.n))
		return -ENODATA;
	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	r = seal_root_read(root, name + 1, max, ret, n, NULL);
	return r == -ENOENT && !seal_root_is_whole(root) ? -ENODATA : r;
}

int seal_contents_text(const struct seal_root *root, struct seal_arena *arena,
		       struct seal_bytes path, struct seal_bytes *ret)
{
	seal_auto_free char *text = NULL;
	size_t n = 0;
	int r;

	r = read_file(root, path, TEXT_MAX, &text, &n);
	return r < 0 ? r : seal_arena_copy(arena, (struct seal_bytes){text, n}, ret);
}

static int64_t time_us(time_t t)
{
	if (t == (time_t)-1 || t > INT64_MAX / SEAL_SECOND_US || t < INT64_MIN / SEAL_SECOND_US)
		return SEAL_TIME_NONE;
	return (int64_t)t * SEAL_SECOND_US;
}

static int describe(gnutls_x509_crt_t c, struct seal_arena *arena, struct seal_certificate *ret)
{
	char subject[512];
	size_t n = sizeof(subject);

	ret->not_before_us = time_us(gnutls_x509_crt_get_activation_time(c));
	ret->not_after_us = time_us(gnutls_x509_crt_get_expiration_time(c));
	ret->self_signed = gnutls_x509_crt_check_issuer(c, c) != 0;
	if (gnutls_x509_crt_get_dn(c, subject, &n) < 0)
		return 0;
	return seal_arena_copy(arena, seal_bytes_of(subject), &ret->subject);
}

int seal_contents_certificate(const struct seal_root *root, struct seal_arena *arena,
			      struct seal_bytes path, struct seal_certificate *ret)
{
	seal_auto_free char *text = NULL;
	gnutls_x509_crt_t *list = NULL;
	unsigned i, count = 0;
	gnutls_datum_t pem;
	size_t n = 0;
	int64_t end;
	int r;

	r = read_file(root, path, PEM_MAX, &text, &n);
	if (r < 0)
		return r;
	pem = (gnutls_datum_t){(unsigned char *)text, (unsigned)n};
	r = gnutls_x509_crt_list_import2(&list, &count, &pem, GNUTLS_X509_FMT_PEM, 0);
	explicit_bzero(text, n);
	if (r < 0)
		return r == GNUTLS_E_MEMORY_ERROR ? -ENOMEM : -EBADMSG;
	*ret = (struct seal_certificate){.n = count, .first_end_us = SEAL_TIME_NONE};
	r = count ? describe(list[0], arena, ret) : -EBADMSG;
	for (i = 0; i < count; i++) {
		end = i < CERTIFICATES_MAX ? time_us(gnutls_x509_crt_get_expiration_time(list[i]))
					   : SEAL_TIME_NONE;
		if (end != SEAL_TIME_NONE &&
		    (ret->first_end_us == SEAL_TIME_NONE || end < ret->first_end_us))
			ret->first_end_us = end;
		gnutls_x509_crt_deinit(list[i]);
	}
	gnutls_free(list);
	return r;
}
