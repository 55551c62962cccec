/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* firewalld_value.h - the values firewalld accepts in attributes, read as firewalld reads them */

#include "evidence/firewall/firewalld_config.h"
#include "model/net.h"

/* fwd_int - a decimal number with optional sign and blanks around. Returns 0 or -EINVAL */
int fwd_int(struct seal_bytes s, long *ret) SEAL_MUST_USE;

/* fwd_port_range - "25", "20-30" (also the wrong way round) or a name of the root's etc/services
 * Returns 0, -EINVAL, or -ENOTSUP (a name, and the root has no etc/services). */
int fwd_port_range(const struct fwd_config *c, struct seal_bytes s, uint16_t *lo,
		   uint16_t *hi) SEAL_MUST_USE;

/* fwd_is_port_protocol - tcp, udp, sctp or dccp */
bool fwd_is_port_protocol(struct seal_bytes s);

/* fwd_protocol - a number up to 255 or a name of the root's etc/protocols, or one of the well-known
 * names when the root has none. Returns 0, -EINVAL or -ENOTSUP. */
int fwd_protocol(const struct fwd_config *c, struct seal_bytes s, uint8_t *ret) SEAL_MUST_USE;

/* struct fwd_net - an address or network; @plain: written without a mask */
struct fwd_net {
	struct seal_prefix prefix;
	bool plain;
};

/* fwd_net_parse - IPv4 with optional length or mask, IPv6 with optional length and brackets; host
 * bits are cleared. @family 4, 6 or 0 = either. Returns 0 or -EINVAL. */
int fwd_net_parse(struct seal_bytes s, int family, struct fwd_net *ret) SEAL_MUST_USE;

/* fwd_is_mac - six hex pairs with colons */
bool fwd_is_mac(struct seal_bytes s);

/* fwd_is_interface - at most 16 bytes, none of blank, "/", "!" and "*" */
bool fwd_is_interface(struct seal_bytes s);

/* fwd_u32 - a number as Python's int(x, 0) reads it: decimal, 0x, 0o, 0b. Returns 0 or -EINVAL */
int fwd_u32(struct seal_bytes s, uint32_t *ret) SEAL_MUST_USE;

/* fwd_is_true - "yes" or "true" in any case */
bool fwd_is_true(struct seal_bytes s);

/* fwd_is_one_of - whether @s is a word of the blank-separated @words */
bool fwd_is_one_of(struct seal_bytes s, const char *words);
