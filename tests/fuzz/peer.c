/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "probe/smtp.h"

/* peer.c - what a mail server says, over a real connection */

#define TEXT_MAX 512 /* kept of a reply */

struct peer {
	int listener;
	struct seal_bytes says;
};

/* serve - say it all at once, whatever is asked, and wait until the other side has gone */
static void *serve(void *data)
{
	const struct peer *peer = data;
	struct seal_bytes left = peer->says;
	int fd = accept(peer->listener, NULL, NULL);
	char heard[512];
	ssize_t n;

	fuzz_must(fd >= 0);
	while (left.n) {
		n = send(fd, left.p, left.n, MSG_NOSIGNAL);
		if (n < 0)
			break;
		left = seal_bytes_from(left, (size_t)n);
	}
	shutdown(fd, SHUT_WR);
	while (recv(fd, heard, sizeof(heard), 0) > 0)
		;
	close(fd);
	return NULL;
}

static uint16_t listen_somewhere(int *fd)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(sa);

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	fuzz_must(*fd >= 0 && bind(*fd, (struct sockaddr *)&sa, len) == 0 && listen(*fd, 4) == 0);
	fuzz_must(getsockname(*fd, (struct sockaddr *)&sa, &len) == 0);
	return ntohs(sa.sin_port);
}

/* fuzz_smtp - the dialogue ends, with a stage, an error or a reply, and keeps no more than it may
 */
void fuzz_smtp(const uint8_t *p, size_t n)
{
	static const struct seal_tls_authorities nobody = {.pem = SEAL_LIT("nobody")};
	static struct seal_tls_trust trust;
	static struct peer peer = {-1, {NULL, 0}};
	static uint16_t port;
	struct seal_smtp_plan plan = {
		.addr = {.bits = 32, .b = {127, 0, 0, 1}},
		.name = SEAL_LIT("relay.example"),
		.helo = SEAL_LIT("mail.example"),
		.dialogue = true,
		.connect_ms = 1000,
		.dialogue_ms = 1000,
	};
	struct seal_smtp_result r;
	pthread_t server;

	if (!trust.credentials)
		fuzz_must(seal_tls_trust_init(&trust, &nobody) == 0);
	if (peer.listener < 0)
		port = listen_somewhere(&peer.listener);
	plan.port = port;
	plan.lmtp = n && (p[n - 1] & 1);
	plan.user = n && (p[n - 1] & 2) ? SEAL_LIT("hare") : SEAL_BYTES_NONE;
	peer.says = (struct seal_bytes){(const char *)p, n};
	fuzz_must(pthread_create(&server, NULL, serve, &peer) == 0);
	fuzz_must(seal_smtp_probe(&plan, &trust, &r) == 0);
	pthread_join(server, NULL);
	fuzz_must(r.stage < SEAL_SMTP_STAGE_MAX_ && r.stage != SEAL_SMTP_CONNECT);
	fuzz_must(r.stage == SEAL_SMTP_DONE || r.error || r.reply.code);
	fuzz_must(r.greeting.text.n <= TEXT_MAX && r.reply.text.n <= TEXT_MAX &&
		  r.auth.n <= TEXT_MAX && r.auth_clear.n <= TEXT_MAX);
	fuzz_must(!r.tls.done);
	seal_smtp_result_done(&r);
}
