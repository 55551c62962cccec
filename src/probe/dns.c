/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/dns.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "probe/clock.h"

#define RAW_WAIT_MS   300
#define RESOLVERS_MAX 3u /* as res_init(3) takes */

/* struct asked - a question on its way */
struct asked {
	struct seal_dns_question *q;
	struct seal_arena *arena;
	int64_t start_ms;
	int r; /* -ENOMEM */
	bool answered;
};

static struct seal_dns_record *add_record(struct asked *a)
{
	struct seal_dns_record *r;

	if (a->q->records.n >= SEAL_DNS_RECORDS_MAX) {
		a->q->cut = true;
		return NULL;
	}
	r = seal_vec_add(&a->q->records);
	if (!r)
		a->r = -ENOMEM;
	return r;
}

static void add_text(struct asked *a, struct seal_bytes text, uint16_t preference)
{
	struct seal_dns_record *r = add_record(a);

	if (!r)
		return;
	r->preference = preference;
	if (seal_arena_copy(a->arena, text, &r->text) < 0)
		a->r = -ENOMEM;
}

static void add_addr(struct asked *a, const void *addr, uint8_t bits)
{
	struct seal_dns_record *r = add_record(a);

	if (!r)
		return;
	r->addr.bits = bits;
	memcpy(r->addr.b, addr, bits / 8);
}

static int parse_addrs(struct asked *a, const unsigned char *p, int n)
{
	struct ares_addr6ttl v6[SEAL_DNS_RECORDS_MAX];
	struct ares_addrttl v4[SEAL_DNS_RECORDS_MAX];
	int i, count = (int)SEAL_DNS_RECORDS_MAX, r;

	if (a->q->type == SEAL_DNS_A)
		r = ares_parse_a_reply(p, n, NULL, v4, &count);
	else
		r = ares_parse_aaaa_reply(p, n, NULL, v6, &count);
	for (i = 0; r == ARES_SUCCESS && i < count; i++)
		if (a->q->type == SEAL_DNS_A)
			add_addr(a, &v4[i].ipaddr, 32);
		else
			add_addr(a, &v6[i].ip6addr, 128);
	return r;
}

static int parse_mx(struct asked *a, const unsigned char *p, int n)
{
	struct ares_mx_reply *list = NULL;
	int r = ares_parse_mx_reply(p, n, &list);

	for (struct ares_mx_reply *m = list; m; m = m->next)
		add_text(a, seal_bytes_of(m->host), m->priority);
	if (list)
		ares_free_data(list);
	return r;
}

static void end_text(struct asked *a, struct seal_buf *text)
{
	if (text->err)
		a->r = -ENOMEM;
	else
		add_text(a, seal_buf_bytes(text), 0);
	text->n = 0;
}

static int parse_txt(struct asked *a, const unsigned char *p, int n)
{
	seal_auto_buf struct seal_buf text = {0};
	struct ares_txt_ext *list = NULL;
	int r = ares_parse_txt_reply_ext(p, n, &list);

	for (struct ares_txt_ext *t = list; t; t = t->next) {
		seal_buf_put(&text, t->txt, t->length);
		if (!t->next || t->next->record_start)
			end_text(a, &text);
	}
	if (list)
		ares_free_data(list);
	return r;
}

static int parse_ptr(struct asked *a, const unsigned char *p, int n)
{
	const struct seal_addr *addr = &a->q->addr;
	struct hostent *h = NULL;
	int r = ares_parse_ptr_reply(p, n, addr->b, addr->bits / 8,
				     addr->bits == 32 ? AF_INET : AF_INET6, &h);

	if (r == ARES_SUCCESS && h) {
		/* the names of all records are the aliases */
		for (char **name = h->h_aliases; name && *name; name++)
			add_text(a, seal_bytes_of(*name), 0);
		if (!a->q->records.n && h->h_name)
			add_text(a, seal_bytes_of(h->h_name), 0);
	}
	if (h)
		ares_free_hostent(h);
	return r;
}

static int parse(struct asked *a, const unsigned char *p, int n)
{
	switch (a->q->type) {
	case SEAL_DNS_A:
	case SEAL_DNS_AAAA:
		return parse_addrs(a, p, n);
	case SEAL_DNS_MX:
		return parse_mx(a, p, n);
	case SEAL_DNS_TXT:
		return parse_txt(a, p, n);
	case SEAL_DNS_PTR:
		return parse_ptr(a, p, n);
	case SEAL_DNS_TYPE_MAX_:
		break;
	}
	return ARES_EBADQUERY;
}

static enum seal_dns_status status_of(int ares)
{
	switch (ares) {
	case ARES_SUCCESS:
		return SEAL_DNS_OK;
	case ARES_ENODATA:
		return SEAL_DNS_NODATA;
	case ARES_ENOTFOUND:
		return SEAL_DNS_NXDOMAIN;
	case ARES_ESERVFAIL:
		return SEAL_DNS_SERVFAIL;
	case ARES_EREFUSED:
		return SEAL_DNS_REFUSED;
	case ARES_ECONNREFUSED:
		return SEAL_DNS_UNREACHABLE;
	case ARES_ETIMEOUT:
	case ARES_ECANCELLED:
	case ARES_EDESTRUCTION:
		return SEAL_DNS_TIMEOUT;
	default:
		return SEAL_DNS_MALFORMED;
	}
}

static void on_answer(void *arg, int status, int timeouts, unsigned char *p, int n)
{
	struct asked *a = arg;
	int r;

	(void)timeouts;
	a->answered = true;
	a->q->elapsed_ms = (uint32_t)(seal_clock_ms() - a->start_ms);
	if (status != ARES_SUCCESS) {
		a->q->status = status_of(status);
		return;
	}
	r = parse(a, p, n);
	if (r == ARES_ENOMEM)
		a->r = -ENOMEM;
	a->q->status = status_of(r);
	if (r == ARES_SUCCESS && !a->q->records.n)
		a->q->status = SEAL_DNS_NODATA; /* an alias without such records */
}

/* put_name - the name as c-ares takes it. Returns false for what is no name of the DNS: no byte
 * that it would read as an escape, no empty label */
static bool put_name(char buf[256], struct seal_bytes name)
{
	size_t i, label = 0;

	if (name.n && name.p[name.n - 1] == '.')
		name.n--;
	if (!name.n || name.n > 253)
		return false;
	for (i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		label = c == '.' ? 0 : label + 1;
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      c == '-' || c == '_' || c == '.') ||
		    (c == '.' && (i == 0 || name.p[i - 1] == '.')) || label > 63)
			return false;
	}
	memcpy(buf, name.p, name.n);
	buf[name.n] = '\0';
	return true;
}

/* put_reverse - 4.3.2.1.in-addr.arpa, and nibbles below ip6.arpa (RFC 3596) */
static void put_reverse(struct seal_buf *b, const struct seal_addr *a)
{
	for (int i = a->bits / 8 - 1; i >= 0; i--)
		if (a->bits == 32)
			seal_buf_printf(b, "%u.", a->b[i]);
		else
			seal_buf_printf(b, "%x.%x.", a->b[i] & 15u, a->b[i] >> 4);
	seal_buf_puts(b, a->bits == 32 ? "in-addr.arpa" : "ip6.arpa");
}

static void send_one(ares_channel channel, struct asked *a)
{
	static const int types[SEAL_DNS_TYPE_MAX_] = {
		[SEAL_DNS_A] = ns_t_a,     [SEAL_DNS_AAAA] = ns_t_aaaa, [SEAL_DNS_MX] = ns_t_mx,
		[SEAL_DNS_TXT] = ns_t_txt, [SEAL_DNS_PTR] = ns_t_ptr,
	};
	seal_auto_buf struct seal_buf reverse = {0};
	struct seal_bytes text = a->q->name;
	char name[256];

	if (a->q->type == SEAL_DNS_PTR) {
		put_reverse(&reverse, &a->q->addr);
		text = seal_buf_bytes(&reverse);
	}
	a->start_ms = seal_clock_ms();
	if (reverse.err) {
		a->r = -ENOMEM;
	} else if (!put_name(name, text)) {
		a->q->status = SEAL_DNS_INVALID;
		a->answered = true;
	} else {
		ares_query(channel, name, ns_c_in, types[a->q->type], on_answer, a);
	}
}

static int wait_some(ares_channel channel, int64_t deadline_ms)
{
	ares_socket_t socks[ARES_GETSOCK_MAXNUM];
	struct pollfd fds[ARES_GETSOCK_MAXNUM];
	/* as ARES_GETSOCK_READABLE and _WRITABLE(3) read them, which shift into the sign of an int
	 */
	unsigned bits = (unsigned)ares_getsock(channel, socks, ARES_GETSOCK_MAXNUM);
	int i, n = 0;
	struct timeval max, tv, *t;
	int64_t left = deadline_ms - seal_clock_ms();

	for (i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
		bool in = bits >> i & 1, out = bits >> (i + ARES_GETSOCK_MAXNUM) & 1;
		short events = (short)((in ? POLLIN : 0) | (out ? POLLOUT : 0));

		if (events)
			fds[n++] = (struct pollfd){.fd = socks[i], .events = events};
	}
	if (!n || left <= 0)
		return 0;
	max = (struct timeval){.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000};
	t = ares_timeout(channel, &max, &tv);
	if (poll(fds, (nfds_t)n, (int)(t->tv_sec * 1000 + t->tv_usec / 1000 + 1)) <= 0) {
		ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
		return 1;
	}
	for (i = 0; i < n; i++) {
		bool in = fds[i].revents & (POLLIN | POLLERR | POLLHUP);
		bool out = fds[i].revents & POLLOUT;

		if (in || out)
			ares_process_fd(channel, in ? fds[i].fd : ARES_SOCKET_BAD,
					out ? fds[i].fd : ARES_SOCKET_BAD);
	}
	return 1;
}

/* raw_errno - what becomes of one packet to a resolver: the errno that the library keeps to itself.
 * A firewall's reject and a resolver that is down are told by it at once or within RAW_WAIT_MS. */
static int raw_errno(const struct seal_addr *to, uint16_t port)
{
	/* the root's name servers, recursion desired: header and question of RFC 1035 4.1 */
	static const unsigned char query[] = {0x70, 0x73, 1, 0, 0, 1, 0, 0, 0,
					      0,    0,    0, 0, 0, 2, 0, 1};
	struct sockaddr_storage sa = {0};
	seal_auto_close int fd = -1;
	socklen_t len = seal_sockaddr(to, port, &sa);
	struct pollfd p;
	char buf[16];

	fd = socket(sa.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sa, len) < 0 ||
	    send(fd, query, sizeof(query), MSG_NOSIGNAL) < 0)
		return errno;
	p = (struct pollfd){.fd = fd, .events = POLLIN};
	if (poll(&p, 1, RAW_WAIT_MS) > 0 && recv(fd, buf, sizeof(buf), 0) < 0 && errno != EAGAIN)
		return errno;
	return 0;
}

/* find_error - the first resolver whose packet fails, and how */
static int find_error(ares_channel channel, struct seal_addr *resolver)
{
	struct ares_addr_port_node *servers = NULL;
	unsigned count = 0;
	int error = 0;

	if (ares_get_servers_ports(channel, &servers) != ARES_SUCCESS)
		return 0;
	for (struct ares_addr_port_node *s = servers; s && !error && count++ < RESOLVERS_MAX;
	     s = s->next) {
		*resolver = (struct seal_addr){.bits = s->family == AF_INET ? 32 : 128};
		memcpy(resolver->b, &s->addr, resolver->bits / 8);
		error = raw_errno(resolver, s->udp_port ? (uint16_t)s->udp_port : 53);
	}
	ares_free_data(servers);
	return error;
}

static bool is_silent(const struct seal_dns_question *q)
{
	return q->status == SEAL_DNS_TIMEOUT || q->status == SEAL_DNS_UNREACHABLE;
}

static int by_preference(const void *a, const void *b)
{
	const struct seal_dns_record *x = a, *y = b;

	if (x->preference != y->preference)
		return x->preference < y->preference ? -1 : 1;
	return seal_bytes_cmp(x->text, y->text);
}

/* settle - what can be said once all is answered */
static int settle(ares_channel channel, struct asked *a, size_t n)
{
	struct seal_addr resolver = {.bits = 0};
	bool silent = false;
	int error = 0;
	size_t i;

	for (i = 0; i < n; i++)
		silent = silent || is_silent(a[i].q);
	if (silent)
		error = find_error(channel, &resolver);
	for (i = 0; i < n; i++) {
		struct seal_dns_question *q = a[i].q;

		if (a[i].r < 0)
			return a[i].r;
		if (is_silent(q) && error) {
			q->error = error;
			q->resolver = resolver;
			q->status = SEAL_DNS_UNREACHABLE;
		}
		if (q->type == SEAL_DNS_MX && q->records.n > 1)
			qsort(q->records.v, q->records.n, sizeof(*q->records.v), by_preference);
	}
	return 0;
}

static int ask_all(ares_channel channel, struct asked *a, size_t n, int64_t deadline_ms)
{
	size_t i;

	for (i = 0; i < n; i++)
		send_one(channel, &a[i]);
	while (wait_some(channel, deadline_ms))
		;
	ares_cancel(channel);
	return settle(channel, a, n);
}

int seal_dns_ask(struct seal_dns_question *q, size_t n, uint32_t timeout_ms,
		 struct seal_arena *arena, struct seal_err *err)
{
	struct ares_options options = {
		.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.timeout = (int)(timeout_ms / 3), /* doubled for the second try */
		.tries = 2,
	};
	seal_auto_free struct asked *a = NULL;
	ares_channel channel;
	size_t i;
	int r;

	if (!n)
		return 0;
	a = calloc(n, sizeof(*a));
	if (!a)
		return seal_err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < n; i++) {
		a[i] = (struct asked){.q = &q[i], .arena = arena};
		q[i].status = SEAL_DNS_TIMEOUT;
	}
	r = ares_init_options(&channel, &options,
			      ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
	if (r != ARES_SUCCESS)
		return seal_err_set(err, r == ARES_ENOMEM ? -ENOMEM : -EIO, "resolver: %s",
				    ares_strerror(r));
	r = ask_all(channel, a, n, seal_clock_ms() + timeout_ms);
	ares_destroy(channel);
	return r < 0 ? seal_err_set(err, r, "out of memory") : 0;
}

void seal_dns_done(struct seal_dns_question *q, size_t n)
{
	for (size_t i = 0; i < n; i++)
		seal_vec_done(&q[i].records);
}

const char *seal_dns_type_name(enum seal_dns_type t)
{
	static const char *const names[SEAL_DNS_TYPE_MAX_] = {
		[SEAL_DNS_A] = "A",     [SEAL_DNS_AAAA] = "AAAA", [SEAL_DNS_MX] = "MX",
		[SEAL_DNS_TXT] = "TXT", [SEAL_DNS_PTR] = "PTR",
	};

	return names[t];
}

const char *seal_dns_status_name(enum seal_dns_status s)
{
	static const char *const names[SEAL_DNS_STATUS_MAX_] = {
		[SEAL_DNS_OK] = "ok",
		[SEAL_DNS_NXDOMAIN] = "nxdomain",
		[SEAL_DNS_NODATA] = "nodata",
		[SEAL_DNS_SERVFAIL] = "servfail",
		[SEAL_DNS_REFUSED] = "refused",
		[SEAL_DNS_TIMEOUT] = "timeout",
		[SEAL_DNS_UNREACHABLE] = "unreachable",
		[SEAL_DNS_MALFORMED] = "malformed",
		[SEAL_DNS_INVALID] = "invalid-name",
	};

	return names[s];
}
