/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/host/certificates.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <limits.h>

#include "core/buf.h"
#include "core/enc.h"
#include "core/input.h"
#include "core/time.h"

#define PEM_MAX  ((size_t)1024 * 1024)
#define KEYS_MAX ((size_t)1024 * 1024) /* of live/keys.tsv */

/* ---- PEM (RFC 7468) ---- */

struct block {
	struct seal_bytes label; /* "EC PRIVATE KEY" */
	struct seal_bytes all;   /* with its first and last line */
	struct seal_bytes body;  /* what stands between these */
};

/* next_block - take the next one off the front of *text. One without an end is none. */
static bool next_block(struct seal_bytes *text, struct block *ret)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----END ";
	struct seal_bytes rest;
	ssize_t at, label_end, inner, body_end, last;

	while ((at = seal_bytes_find(*text, begin)) >= 0) {
		rest = seal_bytes_from(*text, (size_t)at);
		*text = seal_bytes_from(rest, sizeof(begin) - 1);
		label_end = seal_bytes_find(*text, "-----");
		if (label_end < 0)
			return false;
		ret->label = seal_bytes_first(*text, (size_t)label_end);
		ret->body = seal_bytes_from(*text, (size_t)label_end + 5);
		/* one that begins within this one: this one has lost its end */
		inner = seal_bytes_find(ret->body, begin);
		if (inner >= 0)
			ret->body = seal_bytes_first(ret->body, (size_t)inner);
		body_end = seal_bytes_find(ret->body, end);
		if (body_end < 0) {
			*text = seal_bytes_from(*text, (size_t)label_end + 5 + ret->body.n);
			continue;
		}
		ret->body = seal_bytes_first(ret->body, (size_t)body_end);
		*text = seal_bytes_from(*text,
					(size_t)(label_end + 5 + body_end) + sizeof(end) - 1);
		last = seal_bytes_find(*text, "-----");
		if (last < 0)
			return false;
		*text = seal_bytes_from(*text, (size_t)last + 5);
		ret->all = (struct seal_bytes){rest.p, (size_t)(text->p - rest.p)};
		return true;
	}
	return false;
}

static bool is_certificate(const struct block *b)
{
	return seal_bytes_is(b->label, "CERTIFICATE") ||
	       seal_bytes_is(b->label, "X509 CERTIFICATE");
}

static bool is_key(const struct block *b)
{
	return seal_bytes_ends(b->label, "PRIVATE KEY");
}

static gnutls_datum_t datum_of(const struct block *b)
{
	return (gnutls_datum_t){(unsigned char *)(uintptr_t)b->all.p, (unsigned)b->all.n};
}

/* import - a certificate the caller ends with gnutls_x509_crt_deinit(). Returns 0 or an errno */
static int import(const struct block *b, gnutls_x509_crt_t *ret)
{
	gnutls_datum_t pem = datum_of(b);
	int r = gnutls_x509_crt_init(ret);

	if (r < 0)
		return -ENOMEM;
	r = gnutls_x509_crt_import(*ret, &pem, GNUTLS_X509_FMT_PEM);
	if (r >= 0)
		return 0;
	gnutls_x509_crt_deinit(*ret);
	return r == GNUTLS_E_MEMORY_ERROR ? -ENOMEM : -EBADMSG;
}

/* ---- files ---- */

static int root_path(struct seal_bytes path, char name[PATH_MAX])
{
	if (!path.n || path.n >= PATH_MAX || path.p[0] != '/' || memchr(path.p, '\0', path.n))
		return -ENODATA;
	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	return 0;
}

/* absent - what it means that a root does not hold a file */
static int absent(const struct seal_root *root, int r)
{
	return r == -ENOENT && !seal_root_is_whole(root) ? -ENODATA : r;
}

static int read_pem(const struct seal_root *root, struct seal_bytes path, bool secret, char **ret,
		    size_t *n)
{
	seal_auto_close int fd = -1;
	char name[PATH_MAX];
	int r = root_path(path, name);

	if (r < 0)
		return r;
	fd = secret ? seal_root_open_secret(root, name + 1, NULL)
		    : seal_root_open(root, name + 1, NULL);
	if (fd < 0)
		return absent(root, fd);

	r = seal_read_all(seal_take_fd(&fd), PEM_MAX, ret, n, NULL);
	return seal_root_note(root, name, r);
}

/* ---- a chain ---- */

/* struct certs - the certificates of a group */
struct certs {
	gnutls_x509_crt_t v[SEAL_CHAIN_MAX];
	size_t n;
};

static void certs_done(struct certs *c)
{
	while (c->n)
		gnutls_x509_crt_deinit(c->v[--c->n]);
}

/* collect - those of a group. Returns 0, -EBADMSG or -ENOMEM */
static int collect(struct seal_bytes text, int group, struct certs *ret)
{
	bool after_key = true;
	struct block b;
	int at = -1, r;

	while (next_block(&text, &b)) {
		if (is_key(&b))
			after_key = true;
		if (!is_certificate(&b))
			continue;
		at += after_key;
		after_key = false;
		if ((group >= 0 && at != group) || ret->n == SEAL_CHAIN_MAX)
			continue;
		r = import(&b, &ret->v[ret->n]);
		if (r < 0)
			return r;
		ret->n++;
	}
	return ret->n ? 0 : -EBADMSG;
}

static int64_t time_us(time_t t)
{
	if (t == (time_t)-1 || t > INT64_MAX / SEAL_SECOND_US || t < INT64_MIN / SEAL_SECOND_US)
		return SEAL_TIME_NONE;
	return (int64_t)t * SEAL_SECOND_US;
}

/* take_name - a distinguished name into the arena. Returns 0 or -ENOMEM */
static int take_name(gnutls_x509_crt_t c, int (*get)(gnutls_x509_crt_t, char *, size_t *),
		     struct seal_arena *arena, struct seal_bytes *ret)
{
	char text[1024];
	size_t n = sizeof(text);

	return get(c, text, &n) < 0 ? 0 : seal_arena_copy(arena, seal_bytes_of(text), ret);
}

static int describe(gnutls_x509_crt_t c, struct seal_arena *arena, struct seal_chain_link *ret)
{
	size_t n = sizeof(ret->key_id);
	int r;

	ret->not_before_us = time_us(gnutls_x509_crt_get_activation_time(c));
	ret->not_after_us = time_us(gnutls_x509_crt_get_expiration_time(c));
	ret->self_signed = gnutls_x509_crt_check_issuer(c, c) != 0;
	ret->ca = gnutls_x509_crt_get_ca_status(c, NULL) > 0;
	if (gnutls_x509_crt_get_key_id(c, GNUTLS_KEYID_USE_SHA256, ret->key_id, &n) < 0)
		return -EBADMSG;
	r = take_name(c, gnutls_x509_crt_get_dn, arena, &ret->subject);
	return r < 0 ? r : take_name(c, gnutls_x509_crt_get_issuer_dn, arena, &ret->issuer);
}

static int add_name(struct seal_arena *arena, const char *text, size_t n, struct seal_chain *ret)
{
	if (ret->n_names == SEAL_CHAIN_NAMES_MAX)
		return 0;
	return seal_arena_copy(arena, (struct seal_bytes){text, n}, &ret->names[ret->n_names++]);
}

/* take_names - RFC 6125: the common name counts where there is no DNS name */
static int take_names(gnutls_x509_crt_t c, struct seal_arena *arena, struct seal_chain *ret)
{
	char text[512];
	unsigned i;
	size_t n;
	int r = 0;

	for (i = 0; r >= 0 && i < SEAL_CHAIN_NAMES_MAX; i++) {
		int type;

		n = sizeof(text);
		type = gnutls_x509_crt_get_subject_alt_name(c, i, text, &n, NULL);
		if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
		if (type == GNUTLS_SAN_DNSNAME)
			r = add_name(arena, text, n, ret);
	}
	n = sizeof(text);
	if (r >= 0 && !ret->n_names &&
	    gnutls_x509_crt_get_dn_by_oid(c, GNUTLS_OID_X520_COMMON_NAME, 0, 0, text, &n) >= 0)
		r = add_name(arena, text, n, ret);
	return r;
}

/* ---- known CAs ---- */

/* has_subject - a certificate of the file is that of the issuer. Returns 1, 0 or an errno */
static int has_subject(const struct seal_root *root, struct seal_bytes path, gnutls_datum_t issuer)
{
	seal_auto_free char *text = NULL;
	struct seal_bytes rest;
	struct block b;
	size_t n = 0;
	int r = read_pem(root, path, false, &text, &n);

	if (r < 0)
		return r;
	rest = (struct seal_bytes){text, n};
	while (r == 0 && next_block(&rest, &b)) {
		gnutls_datum_t dn = {NULL, 0};
		gnutls_x509_crt_t c;

		r = is_certificate(&b) ? import(&b, &c) : -EBADMSG;
		if (r == -EBADMSG) {
			r = 0;
			continue;
		}
		if (r < 0)
			break;
		if (gnutls_x509_crt_get_raw_dn(c, &dn) >= 0)
			r = dn.size == issuer.size && memcmp(dn.data, issuer.data, dn.size) == 0;
		gnutls_free(dn.data);
		gnutls_x509_crt_deinit(c);
	}
	return r;
}

/* find_issuer - in the lists of CAs that programs of the host know; one that is there and cannot be
 * read may have it. Returns 0 or -ENOMEM */
static int find_issuer(const struct seal_root *root, gnutls_x509_crt_t c, struct seal_bytes ca_file,
		       enum seal_issuer *ret)
{
	const struct seal_bytes lists[] = {
		ca_file,
		SEAL_LIT("/etc/ssl/certs/ca-certificates.crt"),
		SEAL_LIT("/etc/pki/tls/certs/ca-bundle.crt"),
		SEAL_LIT("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
	};
	gnutls_datum_t issuer = {NULL, 0};
	bool system = false, whole = true;
	size_t i;
	int r = 0;

	if (gnutls_x509_crt_get_raw_issuer_dn(c, &issuer) < 0)
		return 0;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]) && r != 1 && r != -ENOMEM; i++) {
		r = lists[i].n ? has_subject(root, lists[i], issuer) : -ENOENT;
		system = system || (i > 0 && r >= 0);
		whole = whole && (r >= 0 || r == -ENOENT);
	}
	gnutls_free(issuer.data);
	if (r == 1)
		*ret = SEAL_ISSUER_KNOWN;
	else if (system && whole)
		*ret = SEAL_ISSUER_ABSENT;
	return r == -ENOMEM ? r : 0;
}

static int look_above(const struct seal_root *root, gnutls_x509_crt_t last,
		      struct seal_bytes ca_file, struct seal_chain *ret)
{
	gnutls_datum_t uri = {NULL, 0};

	if (ret->v[ret->n - 1].self_signed) {
		ret->issuer = SEAL_ISSUER_KNOWN;
		return 0;
	}
	ret->issuer_published = gnutls_x509_crt_get_authority_info_access(
					last, 0, GNUTLS_IA_CAISSUERS_URI, &uri, NULL) >= 0;
	gnutls_free(uri.data);
	return find_issuer(root, last, ca_file, &ret->issuer);
}

int seal_certificates_chain(const struct seal_root *root, struct seal_arena *arena,
			    const struct seal_chain_query *query, struct seal_chain *ret)
{
	seal_auto_free char *text = NULL;
	struct certs certs = {.n = 0};
	size_t n = 0, i;
	int r;

	*ret = (struct seal_chain){.n = 0};
	r = read_pem(root, query->path, false, &text, &n);
	if (r == 0)
		r = collect((struct seal_bytes){text, n}, query->group, &certs);
	if (r == -EBADMSG && !n && !seal_root_is_whole(root))
		r = -ENODATA; /* a part of a host may hold the name of a file alone */
	if (text)
		explicit_bzero(text, n);
	for (i = 0; r == 0 && i < certs.n; i++) {
		r = describe(certs.v[i], arena, &ret->v[i]);
		ret->v[i].by_next =
			i + 1 < certs.n && gnutls_x509_crt_check_issuer(certs.v[i], certs.v[i + 1]);
		ret->n = i + 1;
	}
	if (r == 0)
		r = take_names(certs.v[0], arena, ret);
	if (r == 0)
		r = look_above(root, certs.v[certs.n - 1], query->ca_file, ret);
	certs_done(&certs);
	return r;
}

/* ---- keys ---- */

static const char *status_word(int status)
{
	return status == -ENOKEY ? "encrypted" : "none";
}

static bool from_hex(struct seal_bytes word, unsigned char ret[SEAL_KEY_ID_SIZE])
{
	uint32_t byte;
	size_t i;

	if (word.n != 2 * SEAL_KEY_ID_SIZE)
		return false;
	for (i = 0; i < SEAL_KEY_ID_SIZE; i++) {
		if (seal_parse_u32((struct seal_bytes){word.p + 2 * i, 2}, 16, &byte) < 0)
			return false;
		ret[i] = (unsigned char)byte;
	}
	return true;
}

/* told_key - what live/keys.tsv of a bundle says. Returns 0, -EBADMSG, -ENOKEY or -ENODATA */
static int told_key(const struct seal_root *root, struct seal_bytes path, unsigned nth,
		    unsigned char id[SEAL_KEY_ID_SIZE])
{
	seal_auto_close int fd = seal_root_open_live(root, "keys.tsv", NULL);
	seal_auto_free char *text = NULL;
	struct seal_bytes rest, line, word;
	uint32_t number;
	size_t n = 0;
	int r;

	if (fd < 0)
		return -ENODATA;
	r = seal_root_note(root, "live/keys.tsv",
			   seal_read_all(seal_take_fd(&fd), KEYS_MAX, &text, &n, NULL));
	if (r < 0)
		return r == -ENOMEM ? r : -ENODATA;
	rest = (struct seal_bytes){text, n};
	while (rest.n) {
		line = seal_bytes_cut(rest, '\n', &rest);
		if (!seal_bytes_eq(seal_bytes_cut(line, '\t', &line), path))
			continue;
		word = seal_bytes_cut(line, '\t', &line);
		if (seal_parse_u32(word, 10, &number) < 0 || number != nth)
			continue;
		if (from_hex(line, id))
			return 0;
		return seal_bytes_is(line, status_word(-ENOKEY))    ? -ENOKEY
		       : seal_bytes_is(line, status_word(-EBADMSG)) ? -EBADMSG
								    : -ENODATA;
	}
	return -ENODATA;
}

/* is_masked - crossed out in a bundle */
static bool is_masked(struct seal_bytes body)
{
	body = seal_bytes_trim(body);
	for (size_t i = 0; i < body.n; i++)
		if (body.p[i] != 'x' && body.p[i] != '\n' && body.p[i] != '\r')
			return false;
	return body.n > 0;
}

static int id_of(const struct block *b, unsigned char id[SEAL_KEY_ID_SIZE])
{
	size_t n = SEAL_KEY_ID_SIZE;
	gnutls_datum_t pem = datum_of(b);
	gnutls_x509_privkey_t key;
	int r;

	if (is_masked(b->body))
		return -ENODATA;
	if (seal_bytes_starts(b->label, "ENCRYPTED") || seal_bytes_find(b->body, "ENCRYPTED") >= 0)
		return -ENOKEY;
	if (gnutls_x509_privkey_init(&key) < 0)
		return -ENOMEM;
	r = gnutls_x509_privkey_import2(key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (r >= 0)
		r = gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, id, &n);
	gnutls_x509_privkey_deinit(key);
	if (r == GNUTLS_E_MEMORY_ERROR)
		return -ENOMEM;
	return r < 0 ? -EBADMSG : 0;
}

static int read_key(const struct seal_root *root, struct seal_bytes path, unsigned nth,
		    unsigned char id[SEAL_KEY_ID_SIZE])
{
	seal_auto_free char *text = NULL;
	struct seal_bytes rest;
	struct block b;
	size_t n = 0;
	int r;

	r = read_pem(root, path, true, &text, &n);
	if (r < 0)
		return r;
	rest = (struct seal_bytes){text, n};
	r = -EBADMSG;
	while (next_block(&rest, &b)) {
		if (!is_key(&b) || nth-- > 0)
			continue;
		r = id_of(&b, id);
		break;
	}
	explicit_bzero(text, n);
	/* who hands out a part of a host takes the keys out of it */
	return r == -EBADMSG && !seal_root_is_whole(root) ? -ENODATA : r;
}

/* keep - what was told, once. Returns 0 or -ENOMEM */
static int keep(struct seal_host *h, struct seal_bytes path, unsigned nth, int status,
		const unsigned char id[SEAL_KEY_ID_SIZE])
{
	struct seal_known_key *k;

	seal_vec_each (known, &h->keys) {
		if (known->nth == nth && seal_bytes_eq(known->path, path))
			return 0;
	}
	k = seal_vec_add(&h->keys);
	if (!k)
		return -ENOMEM;
	k->nth = nth;
	k->status = status;
	if (status == 0)
		memcpy(k->id, id, SEAL_KEY_ID_SIZE);
	return seal_arena_copy(h->arena, path, &k->path);
}

int seal_certificates_key(const struct seal_root *root, struct seal_host *h, struct seal_bytes path,
			  unsigned nth, unsigned char ret[SEAL_KEY_ID_SIZE])
{
	int r, q;

	seal_vec_each (known, &h->keys) {
		if (known->nth != nth || !seal_bytes_eq(known->path, path))
			continue;
		memcpy(ret, known->id, SEAL_KEY_ID_SIZE);
		return known->status;
	}
	r = told_key(root, path, nth, ret);
	if (r == -ENODATA)
		r = read_key(root, path, nth, ret);
	if (r != 0 && r != -EBADMSG && r != -ENOKEY)
		return r;
	q = keep(h, path, nth, r, ret);
	return q < 0 ? q : r;
}

void seal_certificates_put_keys(const struct seal_host *h, struct seal_buf *out)
{
	seal_vec_each (k, &h->keys) {
		/* a path with a tab or a line's end cannot be told here */
		if (seal_bytes_chr(k->path, '\t') >= 0 || seal_bytes_chr(k->path, '\n') >= 0)
			continue;
		seal_buf_put(out, k->path.p, k->path.n);
		seal_buf_printf(out, "\t%u\t", k->nth);
		if (k->status == 0)
			seal_enc_hex(out, (struct seal_bytes){(const char *)k->id, sizeof(k->id)});
		else
			seal_buf_puts(out, status_word(k->status));
		seal_buf_putc(out, '\n');
	}
}
