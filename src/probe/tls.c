/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/tls.h"

#include <errno.h>
#include <gnutls/x509.h>

#include "core/time.h"
#include "probe/clock.h"

#define CERTIFICATES_MAX 32u

int seal_tls_trust_init(struct seal_tls_trust *t, const struct seal_tls_authorities *a)
{
	const gnutls_datum_t pem = {(unsigned char *)(uintptr_t)a->pem.p, (unsigned)a->pem.n};
	int n = 0;

	*t = (struct seal_tls_trust){.complete = !a->unknown};
	if (gnutls_certificate_allocate_credentials(&t->credentials) < 0)
		return -ENOMEM;
	if (a->pem.n)
		n = gnutls_certificate_set_x509_trust_mem(t->credentials, &pem,
							  GNUTLS_X509_FMT_PEM);
	if (a->pem.n && n <= 0)
		t->complete = false;
	if ((n <= 0 || a->defaults) && gnutls_certificate_set_x509_system_trust(t->credentials) < 0)
		t->complete = false;
	return 0;
}

void seal_tls_trust_done(struct seal_tls_trust *t)
{
	if (t->credentials)
		gnutls_certificate_free_credentials(t->credentials);
	t->credentials = NULL;
}

/* handshake - until it is done or the deadline is over. Returns 0 or -errno; TLS' own faults are
 * -EPROTO with peer->fault */
static int handshake(struct seal_wire *w, gnutls_session_t tls, struct seal_tls_peer *peer)
{
	int r;

	for (;;) {
		r = gnutls_handshake(tls);
		if (r == GNUTLS_E_SUCCESS)
			return 0;
		if (r == GNUTLS_E_PREMATURE_TERMINATION || r == GNUTLS_E_PULL_ERROR ||
		    r == GNUTLS_E_PUSH_ERROR)
			return -ECONNRESET;
		if (r == GNUTLS_E_FATAL_ALERT_RECEIVED) {
			peer->fault = gnutls_alert_get_name(gnutls_alert_get(tls));
			return -EPROTO;
		}
		if (gnutls_error_is_fatal(r)) {
			peer->fault = gnutls_strerror(r);
			return r == GNUTLS_E_MEMORY_ERROR ? -ENOMEM : -EPROTO;
		}
		if (seal_clock_ms() >= w->deadline_ms)
			return -ETIMEDOUT;
		if (r != GNUTLS_E_AGAIN)
			continue;
		r = seal_wire_wait(w, gnutls_record_get_direction(tls));
		if (r < 0)
			return r;
	}
}

static int take_dn(gnutls_x509_crt_t c, int (*get)(gnutls_x509_crt_t, char *, size_t *),
		   struct seal_arena *arena, struct seal_bytes *ret)
{
	char text[512];
	size_t n = sizeof(text);

	if (get(c, text, &n) < 0)
		return 0;
	return seal_arena_copy(arena, seal_bytes_of(text), ret);
}

static int take_names(gnutls_x509_crt_t c, struct seal_arena *arena, struct seal_tls_peer *peer)
{
	for (unsigned i = 0; peer->names.n < SEAL_TLS_NAMES_MAX; i++) {
		char name[256];
		size_t n = sizeof(name);
		struct seal_bytes *add;
		int r = gnutls_x509_crt_get_subject_alt_name(c, i, name, &n, NULL);

		if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
		if (r != GNUTLS_SAN_DNSNAME)
			continue;
		add = seal_vec_add(&peer->names);
		if (!add || seal_arena_copy(arena, (struct seal_bytes){name, n}, add) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int64_t to_us(time_t t)
{
	return t < 0 || t > INT64_MAX / SEAL_SECOND_US ? SEAL_TIME_NONE : t * SEAL_SECOND_US;
}

/* take_chain - dates of the certificate of the chain that ends first; who the first is */
static int take_chain(gnutls_session_t tls, struct seal_bytes name, struct seal_arena *arena,
		      struct seal_tls_peer *peer)
{
	unsigned n = 0, i;
	const gnutls_datum_t *der = gnutls_certificate_get_peers(tls, &n);
	char host[256];
	int r = 0;

	peer->certificates = n;
	for (i = 0; der && i < n && i < CERTIFICATES_MAX && r == 0; i++) {
		gnutls_x509_crt_t c;
		int64_t end;

		if (gnutls_x509_crt_init(&c) < 0)
			return -ENOMEM;
		if (gnutls_x509_crt_import(c, &der[i], GNUTLS_X509_FMT_DER) < 0) {
			gnutls_x509_crt_deinit(c);
			continue;
		}
		end = to_us(gnutls_x509_crt_get_expiration_time(c));
		if (!peer->has_certificate || end < peer->not_after_us) {
			peer->not_after_us = end;
			peer->not_before_us = to_us(gnutls_x509_crt_get_activation_time(c));
		}
		if (i == 0) {
			r = take_dn(c, gnutls_x509_crt_get_dn, arena, &peer->subject);
			if (r == 0)
				r = take_dn(c, gnutls_x509_crt_get_issuer_dn, arena, &peer->issuer);
			if (r == 0)
				r = take_names(c, arena, peer);
			peer->self_signed = gnutls_x509_crt_check_issuer(c, c) != 0;
			if (name.n && name.n < sizeof(host)) {
				memcpy(host, name.p, name.n);
				host[name.n] = '\0';
				peer->name_checked = true;
				peer->name_matches = gnutls_x509_crt_check_hostname(c, host) != 0;
			}
		}
		peer->has_certificate = true;
		gnutls_x509_crt_deinit(c);
	}
	return r;
}

static void verify(gnutls_session_t tls, const struct seal_tls_trust *trust,
		   struct seal_tls_peer *peer)
{
	unsigned status = 0;
	bool unknown;

	if (gnutls_certificate_verify_peers2(tls, &status) < 0) {
		peer->issuer_unchecked = true;
		return;
	}
	peer->expired = status & GNUTLS_CERT_EXPIRED;
	peer->not_yet = status & GNUTLS_CERT_NOT_ACTIVATED;
	peer->revoked = status & GNUTLS_CERT_REVOKED;
	peer->weak = status & GNUTLS_CERT_INSECURE_ALGORITHM;
	unknown = status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA);
	peer->unknown_issuer = unknown && trust->complete;
	peer->issuer_unchecked = unknown && !trust->complete;
	/* the library stops at an issuer it does not know, before the dates */
	peer->now_us = to_us(time(NULL));
	if (peer->has_certificate && peer->not_after_us != SEAL_TIME_NONE &&
	    peer->not_after_us < peer->now_us)
		peer->expired = true;
}

int seal_tls_handshake(struct seal_wire *w, const struct seal_tls_trust *trust,
		       struct seal_bytes name, struct seal_arena *arena, struct seal_tls_peer *peer)
{
	struct seal_addr addr;
	gnutls_session_t tls;
	int r;

	peer->tried = true;
	if (gnutls_init(&tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
		return -ENOMEM;
	gnutls_set_default_priority(tls);
	gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, trust->credentials);
	if (name.n && seal_addr_parse(name, &addr) < 0)
		gnutls_server_name_set(tls, GNUTLS_NAME_DNS, name.p, name.n);
	else
		name = SEAL_BYTES_NONE;
	gnutls_transport_set_int(tls, w->fd);
	gnutls_handshake_set_timeout(tls, GNUTLS_INDEFINITE_TIMEOUT); /* ours is the deadline */
	r = handshake(w, tls, peer);
	if (r == 0) {
		peer->done = true;
		peer->protocol = gnutls_protocol_get_name(gnutls_protocol_get_version(tls));
		peer->cipher = gnutls_cipher_get_name(gnutls_cipher_get(tls));
		r = take_chain(tls, name, arena, peer);
		verify(tls, trust, peer);
		w->tls = tls;
		/* what came before TLS is no part of it (RFC 3207 section 6) */
		w->start = w->end = 0;
		return r;
	}
	gnutls_deinit(tls);
	peer->error = r == -EPROTO ? 0 : r;
	return r == -ENOMEM ? -ENOMEM : 0;
}

void seal_tls_peer_done(struct seal_tls_peer *peer)
{
	seal_vec_done(&peer->names);
}
