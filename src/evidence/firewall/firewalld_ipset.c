/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The elements of firewalld's ipsets as nft sets. firewalld leaves out an entry that does not fit
 * the type; one that nft refuses (a range, networks that overlap) voids the whole configuration. */

#include "core/enc.h"
#include "evidence/firewall/firewalld_expr.h"
#include "evidence/firewall/firewalld_value.h"

#include <errno.h>

#define PARTS_MAX 4

enum part_kind {
	PART_IP,
	PART_NET,
	PART_PORT,
	PART_MARK,
	PART_MAC,
	PART_IFACE,
};

static const char *const part_names[] = {
	[PART_IP] = "ip",     [PART_NET] = "net", [PART_PORT] = "port",
	[PART_MARK] = "mark", [PART_MAC] = "mac", [PART_IFACE] = "iface",
};

struct shape {
	enum part_kind parts[PARTS_MAX];
	size_t n;
	int family;
};

static void shape_of(const struct fwd_ipset *s, struct shape *ret)
{
	struct seal_bytes rest = seal_bytes_from(s->type, strlen("hash:")), w;
	size_t i;

	*ret = (struct shape){.family = fwd_ipset_family(s)};
	while (rest.p && ret->n < PARTS_MAX && (w = seal_bytes_cut(rest, ',', &rest)).n) {
		for (i = 0; i < sizeof(part_names) / sizeof(part_names[0]); i++)
			if (seal_bytes_is(w, part_names[i]))
				ret->parts[ret->n++] = (enum part_kind)i;
	}
}

/* "tcp:25", "80-90"; without protocol: tcp */
static int port_part(const struct fwd_config *c, struct seal_bytes item, struct seal_bytes *proto,
		     uint16_t *lo, uint16_t *hi)
{
	struct seal_bytes rest;
	uint8_t number;
	int r = 0;

	*proto = seal_bytes_cut(item, ':', &rest);
	if (!rest.p) {
		rest = *proto;
		*proto = SEAL_LIT("tcp");
	}
	if (fwd_is_one_of(*proto, "icmp icmpv6 ipv6-icmp"))
		return -ENOTSUP;
	if (!fwd_is_one_of(*proto, "tcp sctp udp udplite"))
		r = fwd_protocol(c, *proto, &number);
	return r < 0 ? r : fwd_port_range(c, rest, lo, hi);
}

static int address_part(const struct shape *sh, size_t i, struct seal_bytes item,
			struct fwd_net *net)
{
	bool range = seal_bytes_chr(item, '-') >= 0;
	struct seal_bytes rest;
	struct fwd_net end;

	if (range) {
		item = seal_bytes_cut(item, '-', &rest);
		if (fwd_net_parse(item, sh->family, net) < 0 || !net->plain ||
		    fwd_net_parse(rest, sh->family, &end) < 0)
			return -EINVAL;
		return -EBADE; /* a valid entry, which nft cannot take */
	}
	if (sh->parts[i] == PART_IP && seal_bytes_is(item, "0.0.0.0"))
		return -EINVAL;
	if (sh->parts[i] == PART_NET && seal_bytes_ends(item, "/0") &&
	    !(sh->family == 6 && i == 0 && sh->n == 2 && sh->parts[1] == PART_IFACE))
		return -EINVAL;
	if (fwd_net_parse(item, sh->family, net) < 0)
		return -EINVAL;
	/* masks only on the first address of these types, and of IPv4 */
	if (sh->parts[i] == PART_IP && !net->plain && (i > 0 || sh->family == 6))
		return -EINVAL;
	return seal_bytes_chr(item, '/') >= 0 &&
			       seal_bytes_chr(item, '.') > seal_bytes_chr(item, '/')
		       ? -EBADE
		       : 0;
}

static void put_net(struct seal_buf *b, const struct fwd_net *n)
{
	bool prefix = !n->plain && n->prefix.len < n->prefix.addr.bits;

	seal_buf_puts(b, prefix ? "{\"prefix\":{\"addr\":\"" : "\"");
	seal_addr_put(b, &n->prefix.addr);
	seal_buf_putc(b, '"');
	if (prefix)
		seal_buf_printf(b, ",\"len\":%u}}", n->prefix.len);
}

/* "10.0.0.1-10.0.0.9": 1.x writes it in a way nft refuses */
static int put_range(const struct fwd_config *c, struct seal_buf *b, struct seal_bytes item)
{
	struct seal_bytes lo, hi;

	if (c->version < 2000)
		return c->version ? -EBADE : -ENOTSUP;
	lo = seal_bytes_cut(item, '-', &hi);
	seal_buf_puts(b, "{\"range\":[");
	seal_enc_json(b, lo);
	seal_buf_putc(b, ',');
	seal_enc_json(b, hi);
	seal_buf_puts(b, "]}");
	return 0;
}

/* one part of an entry as JSON. Returns 0, -EINVAL (the entry is left out), -EBADE (the
 * configuration is void) or -ENOTSUP */
static int put_part(const struct fwd_config *c, struct seal_buf *b, const struct shape *sh,
		    size_t i, struct seal_bytes item, struct fwd_net *net)
{
	struct seal_bytes proto;
	uint16_t lo, hi;
	uint32_t mark;
	int r;

	switch (sh->parts[i]) {
	case PART_IP:
	case PART_NET:
		r = address_part(sh, i, item, net);
		if (r == -EBADE && seal_bytes_chr(item, '-') >= 0)
			return put_range(c, b, item);
		if (r == 0)
			put_net(b, net);
		return r;
	case PART_PORT:
		r = port_part(c, item, &proto, &lo, &hi);
		if (r < 0)
			return r;
		seal_enc_json(b, proto);
		if (lo == hi)
			seal_buf_printf(b, ",%u", lo);
		else
			seal_buf_printf(b, ",{\"range\":[%u,%u]}", lo, hi);
		return 0;
	case PART_MARK:
		if (fwd_u32(item, &mark) < 0)
			return -EINVAL;
		seal_buf_printf(b, "%u", mark);
		return 0;
	case PART_MAC:
		if (!fwd_is_mac(item) || seal_bytes_is(item, "00:00:00:00:00:00"))
			return -EINVAL;
		break;
	case PART_IFACE:
		if (!fwd_is_interface(item) || item.n > 15)
			return -EINVAL;
		break;
	}
	seal_enc_json(b, item);
	return 0;
}

static int put_entry(const struct fwd_config *c, struct seal_buf *b, const struct shape *sh,
		     struct seal_bytes entry, struct fwd_net *net)
{
	struct seal_bytes rest = entry, item;
	size_t i;
	int r;

	seal_buf_puts(b, sh->n > 1 ? "{\"concat\":[" : "");
	for (i = 0; i < sh->n; i++) {
		if (!rest.p)
			return -EINVAL;
		item = seal_bytes_cut(rest, ',', &rest);
		seal_buf_puts(b, i ? "," : "");
		r = put_part(c, b, sh, i, item, net);
		if (r < 0)
			return r;
	}
	seal_buf_puts(b, sh->n > 1 ? "]}" : "");
	return rest.p ? -EINVAL : 0;
}

static int compare_nets(const void *a, const void *b)
{
	const struct fwd_net *x = a, *y = b;
	int r = memcmp(x->prefix.addr.b, y->prefix.addr.b, sizeof(x->prefix.addr.b));

	return r ? r : (int)x->prefix.len - (int)y->prefix.len;
}

/* nft takes the same network twice but none within another */
static bool overlap(struct fwd_net *v, size_t n)
{
	size_t i;

	if (n)
		qsort(v, n, sizeof(*v), compare_nets);
	for (i = 1; i < n; i++)
		if (seal_prefix_has(&v[i - 1].prefix, &v[i].prefix.addr) &&
		    v[i - 1].prefix.len != v[i].prefix.len)
			return true;
	return false;
}

static void put_type(struct seal_buf *b, const struct shape *sh)
{
	bool interval = false;
	size_t i;

	seal_buf_puts(b, sh->n > 1 ? "\"type\":[" : "\"type\":");
	for (i = 0; i < sh->n; i++) {
		seal_buf_puts(b, i ? "," : "");
		interval = interval || sh->parts[i] <= PART_PORT;
		switch (sh->parts[i]) {
		case PART_IP:
		case PART_NET:
			seal_buf_puts(b, sh->family == 4 ? "\"ipv4_addr\"" : "\"ipv6_addr\"");
			break;
		case PART_PORT:
			seal_buf_puts(b, "\"inet_proto\",\"inet_service\"");
			break;
		case PART_MARK:
			seal_buf_puts(b, "\"mark\"");
			break;
		case PART_MAC:
			seal_buf_puts(b, "\"ether_addr\"");
			break;
		case PART_IFACE:
			seal_buf_puts(b, "\"ifname\"");
			break;
		}
	}
	seal_buf_puts(b, sh->n > 1 ? "]" : "");
	seal_buf_puts(b, interval ? ",\"flags\":[\"interval\"],\"elem\":[" : ",\"elem\":[");
}

static int put_entries(struct fwd_config *c, struct seal_buf *b, struct fwd_ipset *s,
		       const struct shape *sh)
{
	seal_vec(struct fwd_net) nets = {0};
	const struct fwd_item *it;
	struct fwd_net net, *slot;
	bool simple = sh->n == 1 && sh->parts[0] <= PART_NET;
	size_t start, n = 0;
	int r = 0;

	for (it = s->entries.first; it && r == 0; it = it->next) {
		start = b->n;
		seal_buf_puts(b, n ? "," : "");
		r = put_entry(c, b, sh, it->name, &net);
		if (r == -EINVAL) {
			b->n = start;
			r = 0;
			continue;
		}
		n++;
		if (r < 0 || !simple || seal_bytes_chr(it->name, '-') >= 0)
			continue;
		slot = seal_vec_add(&nets);
		if (slot)
			*slot = net;
		else
			r = -ENOMEM;
	}
	if (r == 0 && overlap(nets.v, nets.n))
		r = -EBADE;
	seal_vec_done(&nets);
	return r;
}

int fwd_x_ipset(struct fwd_config *c, struct seal_buf *b, struct fwd_ipset *s)
{
	struct shape sh;
	int r;

	shape_of(s, &sh);
	put_type(b, &sh);
	r = put_entries(c, b, s, &sh);
	seal_buf_puts(b, "]");
	return r == -EBADE ? -EINVAL : r;
}
