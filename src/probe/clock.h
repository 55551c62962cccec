/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* clock.h - the clock of deadlines, and addresses as the socket calls take them */

#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include "model/net.h"

/* seal_clock_ms - milliseconds of CLOCK_MONOTONIC */
static inline int64_t seal_clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* seal_sockaddr - fill @ret; returns its length */
static inline socklen_t seal_sockaddr(const struct seal_addr *a, uint16_t port,
				      struct sockaddr_storage *ret)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	if (a->bits == 32) {
		memcpy(&v4.sin_addr, a->b, sizeof(v4.sin_addr));
		memcpy(ret, &v4, sizeof(v4));
		return sizeof(v4);
	}
	memcpy(&v6.sin6_addr, a->b, sizeof(v6.sin6_addr));
	memcpy(ret, &v6, sizeof(v6));
	return sizeof(v6);
}
