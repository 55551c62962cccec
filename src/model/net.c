/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/net.h"

#include "core/buf.h"

#include <arpa/inet.h>
#include <errno.h>

void seal_net_done(struct seal_net *net)
{
	seal_vec_done(&net->interfaces);
	seal_vec_done(&net->addrs);
	seal_vec_done(&net->routes);
	seal_vec_done(&net->listeners);
	seal_vec_done(&net->resolvers);
	seal_vec_done(&net->localnet);
}

int seal_addr_parse(struct seal_bytes s, struct seal_addr *ret)
{
	struct seal_addr a = {0};
	char text[INET6_ADDRSTRLEN];

	if (!s.n || s.n >= sizeof(text) || memchr(s.p, '\0', s.n))
		return -EINVAL;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (inet_pton(AF_INET, text, a.b) == 1)
		a.bits = 32;
	else if (inet_pton(AF_INET6, text, a.b) == 1)
		a.bits = 128;
	else
		return -EINVAL;

	*ret = a;
	return 0;
}

int seal_prefix_parse(struct seal_bytes s, struct seal_prefix *ret)
{
	struct seal_bytes length, addr = seal_bytes_cut(s, '/', &length);
	uint32_t len;

	if (seal_addr_parse(addr, &ret->addr) < 0)
		return -EINVAL;
	len = ret->addr.bits;
	if (length.p && (seal_parse_u32(length, 10, &len) < 0 || len > ret->addr.bits))
		return -ERANGE;
	ret->len = (uint8_t)len;
	return 0;
}

void seal_addr_put(struct seal_buf *b, const struct seal_addr *a)
{
	char text[INET6_ADDRSTRLEN];

	if (a->bits && inet_ntop(a->bits == 32 ? AF_INET : AF_INET6, a->b, text, sizeof(text)))
		seal_buf_puts(b, text);
}

bool seal_addr_eq(const struct seal_addr *a, const struct seal_addr *b)
{
	return a->bits == b->bits && memcmp(a->b, b->b, a->bits / 8) == 0;
}

bool seal_addr_is_loopback(const struct seal_addr *a)
{
	static const unsigned char v6[16] = {[15] = 1};

	if (a->bits == 32)
		return a->b[0] == 127;
	return a->bits == 128 && memcmp(a->b, v6, sizeof(v6)) == 0;
}

bool seal_net_has(const struct seal_net *net, const struct seal_addr *a)
{
	if (seal_addr_is_loopback(a))
		return true;
	seal_vec_each (own, &net->addrs) {
		if (seal_addr_eq(&own->prefix.addr, a))
			return true;
	}
	return false;
}

bool seal_prefix_has(const struct seal_prefix *p, const struct seal_addr *a)
{
	unsigned whole = p->len / 8, rest = p->len % 8;

	if (p->addr.bits != a->bits || p->len > a->bits)
		return false;
	if (memcmp(p->addr.b, a->b, whole) != 0)
		return false;
	return !rest || ((p->addr.b[whole] ^ a->b[whole]) >> (8 - rest)) == 0;
}
