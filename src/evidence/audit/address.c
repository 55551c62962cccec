/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence/audit/interpret.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

/* unhex - the bytes of @hex into @buf; their number, or 0 when it is not hexadecimal or too long */
static size_t unhex(struct seal_bytes hex, unsigned char *buf, size_t size)
{
	size_t i;
	uint32_t v;

	if (hex.n % 2 || hex.n / 2 > size)
		return 0;
	for (i = 0; i < hex.n / 2; i++) {
		if (seal_parse_u32((struct seal_bytes){hex.p + 2 * i, 2}, 16, &v) < 0)
			return 0;
		buf[i] = (unsigned char)v;
	}
	return i;
}

/* take_unix - sun_path up to its NUL; an abstract name starts with one and may hold more */
static int take_unix(struct seal_arena *a, struct seal_bytes path, struct seal_audit_address *ret)
{
	char name[sizeof(((struct sockaddr_un *)NULL)->sun_path) + 1];
	size_t n = 0, i;

	if (path.n == 0 || path.n >= sizeof(name))
		return 0;
	if (path.p[0] == '\0') {
		name[n++] = '@';
		path = seal_bytes_from(path, 1);
	}
	for (i = 0; i < path.n && path.p[i] != '\0'; i++)
		name[n++] = path.p[i];
	return seal_arena_intern(a, (struct seal_bytes){name, n}, &ret->path);
}

static int take_inet(struct seal_arena *a, int family, const void *address, in_port_t port,
		     struct seal_audit_address *ret)
{
	char text[INET6_ADDRSTRLEN];

	ret->port = ntohs(port);
	if (!inet_ntop(family, address, text, sizeof(text)))
		return 0;
	return seal_arena_intern(a, seal_bytes_of(text), &ret->text);
}

int seal_audit_address(struct seal_arena *a, struct seal_bytes hex, struct seal_audit_address *ret)
{
	union {
		unsigned char bytes[sizeof(struct sockaddr_storage)];
		struct sockaddr_storage storage;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	} u = {.bytes = {0}};
	size_t n = unhex(hex, u.bytes, sizeof(u.bytes));
	const size_t head = offsetof(struct sockaddr_un, sun_path);

	*ret = (struct seal_audit_address){.port = -1};
	if (n < head)
		return 0;
	ret->family = u.storage.ss_family;
	if (ret->family == AF_INET && n >= offsetof(struct sockaddr_in, sin_zero))
		return take_inet(a, AF_INET, &u.in.sin_addr, u.in.sin_port, ret);
	if (ret->family == AF_INET6 && n >= offsetof(struct sockaddr_in6, sin6_scope_id))
		return take_inet(a, AF_INET6, &u.in6.sin6_addr, u.in6.sin6_port, ret);
	if (ret->family == AF_UNIX)
		return take_unix(a, (struct seal_bytes){(const char *)u.bytes + head, n - head},
				 ret);
	ret->family = 0;
	return 0;
}
