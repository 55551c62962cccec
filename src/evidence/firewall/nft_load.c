/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Loading a text the only way that knows its whole language: libnftables, in a child of its own.
 *
 * The child enters new network and mount namespaces (and a user namespace, when the caller may not
 * otherwise), makes an empty directory its root, in which etc/passwd, group, services and protocols
 * are those of the evidence, and loads the text there. Host names cannot be resolved: there is
 * neither resolver nor network. Nothing of the host is read, changed or reached. */

#include "core/fdio.h"
#include "core/input.h"
#include "evidence/firewall/nft_helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <nftables/libnftables.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define LISTING_MAX    (512u << 20)
#define ERROR_MAX      200u
#define INTERFACES_MAX 256u
#define SECONDS_MAX    60

static const char *const databases[NFT_DATABASES] = {"passwd", "group", "services", "protocols"};

/* struct reply - in front of what the child sends: a listing, or the text of an error */
struct reply {
	int32_t code;
	uint32_t n_dormant;
	uint64_t n_text;
};

static void send_reply(const struct nft_job *j, int code, struct seal_bytes text,
		       struct seal_bytes dormant)
{
	struct reply r = {.code = code, .n_dormant = (uint32_t)dormant.n, .n_text = text.n};

	if (seal_fd_write(j->out, (struct seal_bytes){(const char *)&r, sizeof(r)}) == 0 &&
	    seal_fd_write(j->out, text) == 0)
		(void)!seal_fd_write(j->out, dormant);
}

static int fail(const struct nft_job *j, int code, const char *what)
{
	char text[ERROR_MAX];

	snprintf(text, sizeof(text), "%s: %s", what, strerror(-code));
	send_reply(j, code, seal_bytes_of(text), SEAL_BYTES_NONE);
	return code;
}

static int put_file(const char *path, const void *p, size_t n)
{
	seal_auto_close int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	return seal_fd_write(fd, (struct seal_bytes){p, n}) < 0 ? -EIO : 0;
}

static int map_ids(uid_t uid, gid_t gid)
{
	char text[64];
	int r;

	(void)put_file("/proc/self/setgroups", "deny", 4);
	snprintf(text, sizeof(text), "0 %u 1", (unsigned)uid);
	r = put_file("/proc/self/uid_map", text, strlen(text));
	if (r < 0)
		return r;
	snprintf(text, sizeof(text), "0 %u 1", (unsigned)gid);
	return put_file("/proc/self/gid_map", text, strlen(text));
}

static int enter_namespaces(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(CLONE_NEWNET | CLONE_NEWNS) == 0)
		return 0;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) < 0)
		return -errno;
	return map_ids(uid, gid);
}

/* an empty root with the four databases of names */
static int enter_root(const struct nft_job *j)
{
	static const char nsswitch[] =
		"passwd: files\ngroup: files\nservices: files\nprotocols: files\nhosts: files\n";
	char path[64];
	size_t i;
	int r;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	if (mount("none", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=64m") < 0)
		return -errno;
	if (chdir("/tmp") < 0 || mkdir("etc", 0755) < 0)
		return -errno;
	r = put_file("etc/nsswitch.conf", nsswitch, sizeof(nsswitch) - 1);
	for (i = 0; i < NFT_DATABASES && r == 0; i++) {
		snprintf(path, sizeof(path), "etc/%s", databases[i]);
		if (j->files[i])
			r = put_file(path, j->files[i], j->sizes[i]);
	}
	if (r < 0)
		return r;
	return chroot(".") < 0 || chdir("/") < 0 ? -errno : 0;
}

/* struct link_request - RTM_NEWLINK with a name and a kind */
struct link_request {
	struct nlmsghdr header;
	struct ifinfomsg info;
	char attrs[128];
};

static void put_attr(struct link_request *q, unsigned short type, const void *p, size_t n)
{
	struct rtattr *a = (struct rtattr *)((char *)q + NLMSG_ALIGN(q->header.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(n);
	if (n)
		memcpy(RTA_DATA(a), p, n);
	q->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(q->header.nlmsg_len) + RTA_ALIGN(a->rta_len));
}

static int make_link(int fd, const char *name, const char *kind)
{
	struct link_request q = {
		.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			   .nlmsg_type = RTM_NEWLINK,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL},
		.info = {.ifi_family = AF_UNSPEC},
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[512];
	} answer;
	struct rtattr *info;
	ssize_t n;

	put_attr(&q, IFLA_IFNAME, name, strlen(name) + 1);
	info = (struct rtattr *)((char *)&q + q.header.nlmsg_len);
	put_attr(&q, IFLA_LINKINFO, NULL, 0);
	put_attr(&q, IFLA_INFO_KIND, kind, strlen(kind));
	info->rta_len = (unsigned short)((char *)&q + q.header.nlmsg_len - (char *)info);
	if (send(fd, &q, q.header.nlmsg_len, 0) < 0)
		return -errno;
	n = recv(fd, &answer, sizeof(answer), 0);
	if (n < (ssize_t)(sizeof(answer.header) + sizeof(answer.error)))
		return -EIO;
	return answer.error.error;
}

/* an interface of this name, whatever it is: rules look its index up */
static int each_interface(void *data, struct seal_bytes name)
{
	static const char *const kinds[] = {"dummy", "bridge", "veth"};
	struct nft_job *j = data;
	char text[IFNAMSIZ];
	size_t i;

	if (!name.n || name.n >= sizeof(text) || seal_bytes_chr(name, '/') >= 0 ||
	    (name.p[0] >= '0' && name.p[0] <= '9') || j->n_interfaces >= INTERFACES_MAX)
		return 0;
	memcpy(text, name.p, name.n);
	text[name.n] = 0;
	if (if_nametoindex(text))
		return 0;
	j->n_interfaces++;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (make_link(j->rtnl, text, kinds[i]) == 0)
			break;
	return 0;
}

static void make_interfaces(struct nft_job *j)
{
	seal_auto_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return;
	j->rtnl = fd;
	(void)nft_source_interfaces(j->source, each_interface, j);
}

/* the first line of what nft complains about */
static int refused(const struct nft_job *j, struct nft_ctx *nft)
{
	struct seal_bytes text = seal_bytes_of(nft_ctx_get_error_buffer(nft)), rest;
	int code = -EBADMSG;

	if (seal_bytes_find(text, "Message too long") >= 0)
		code = -EMSGSIZE;
	else if (seal_bytes_find(text, "Operation not permitted") >= 0)
		code = -EPERM;
	text = seal_bytes_first(seal_bytes_cut(text, '\n', &rest), ERROR_MAX);
	send_reply(j, code, text, SEAL_BYTES_NONE);
	return code;
}

static int list(const struct nft_job *j, struct nft_ctx *nft)
{
	seal_auto_buf struct seal_buf json = {0};
	const char *text = "";

	nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_HANDLE);
	if (nft_run_cmd_from_buffer(nft, "list ruleset") != 0)
		return refused(j, nft);
	seal_buf_puts(&json, nft_ctx_get_output_buffer(nft));
	if (json.err || json.n > LISTING_MAX)
		return fail(j, json.err ? json.err : -EFBIG, "listing");

	if (j->source->mentions_dormant) {
		nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_STATELESS);
		if (nft_run_cmd_from_buffer(nft, "list ruleset") != 0)
			return refused(j, nft);
		text = nft_ctx_get_output_buffer(nft);
	}
	send_reply(j, 0, seal_buf_bytes(&json), seal_bytes_of(text));
	return 0;
}

static void limits(void)
{
	const struct rlimit none = {0, 0}, cpu = {SECONDS_MAX, SECONDS_MAX};

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setrlimit(RLIMIT_CPU, &cpu);
#ifndef SEAL_ASAN /* whose shadow memory is larger than any limit */
	(void)setrlimit(RLIMIT_AS, &(struct rlimit){2ul << 30, 2ul << 30});
#endif
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)signal(SIGALRM, SIG_DFL);
	(void)alarm(SECONDS_MAX);
}

/* warnings of libnftables go to standard error: not ours to show */
static void hush(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
}

int nft_job_carry_out(struct nft_job *j)
{
	struct nft_ctx *nft;
	char *text;
	int r;

	limits();
	hush();
	r = enter_namespaces();
	if (r < 0)
		return fail(j, r == -EACCES || r == -ENOSPC || r == -EUSERS ? -EPERM : r,
			    "no private namespace");
	make_interfaces(j);
	r = enter_root(j);
	if (r < 0)
		return fail(j, r == -EACCES ? -EPERM : r, "no private root");

	nft = nft_ctx_new(NFT_CTX_DEFAULT);
	text = strndup(j->source->text.p ? j->source->text.p : "", j->source->text.n);
	if (!nft || !text || nft_ctx_buffer_output(nft) || nft_ctx_buffer_error(nft))
		return fail(j, -ENOMEM, "libnftables");
	if (nft_run_cmd_from_buffer(nft, text) != 0)
		return refused(j, nft);
	(void)nft_ctx_get_output_buffer(nft);
	return list(j, nft);
}

static int read_buf(int fd, size_t n, struct seal_buf *b)
{
	char chunk[65536];
	size_t part;
	int r;

	for (; n; n -= part) {
		part = n < sizeof(chunk) ? n : sizeof(chunk);
		r = seal_fd_read(fd, chunk, part);
		if (r < 0)
			return r;
		seal_buf_put(b, chunk, part);
		if (b->err)
			return b->err;
	}
	return 0;
}

static int receive(int fd, struct nft_listing *ret, struct seal_err *err)
{
	struct reply r;
	int e;

	e = seal_fd_read(fd, &r, sizeof(r));
	if (e < 0)
		return seal_err_set(err, -ETIMEDOUT, "nft ended without an answer");
	if (r.n_text > LISTING_MAX || r.n_dormant > LISTING_MAX)
		return seal_err_set(err, -EFBIG, "listing larger than %u bytes", LISTING_MAX);
	e = read_buf(fd, r.n_text, &ret->json);
	e = e ? e : read_buf(fd, r.n_dormant, &ret->dormant);
	if (e < 0)
		return seal_err_set(err, e, "listing cut short");
	if (r.code < 0)
		return seal_err_set(err, r.code, "%.*s", (int)ret->json.n,
				    ret->json.p ? ret->json.p : "");
	return 0;
}

/* start - the job in a child, by the helper when there is one */
static int start(struct nft_job *j, pid_t *pid)
{
	*pid = 0;
	if (nft_helper_ask(j) == 0)
		return 0;
	*pid = fork();
	if (*pid == 0)
		_exit(nft_job_carry_out(j) < 0 ? 1 : 0);
	return *pid < 0 ? -errno : 0;
}

static int run(struct nft_job *j, struct nft_listing *ret, struct seal_err *err)
{
	int ends[2], status, r;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return seal_err_set(err, -errno, "pipe");
	j->out = ends[1];
	r = start(j, &pid);
	close(ends[1]);
	if (r < 0) {
		close(ends[0]);
		return seal_err_set(err, r, "fork");
	}
	r = receive(ends[0], ret, err);
	close(ends[0]);
	if (!pid)
		return r;
	(void)kill(pid, SIGKILL); /* done, or not to be waited for */
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return r;
}

int nft_load(const struct nft_source *s, struct nft_listing *ret, struct seal_err *err)
{
	struct nft_job j = {.source = s};
	char path[64];
	size_t i;
	int r;

	for (i = 0; i < NFT_DATABASES; i++) {
		snprintf(path, sizeof(path), "etc/%s", databases[i]);
		if (seal_root_read(s->root, path, 16u << 20, &j.files[i], &j.sizes[i], NULL) < 0)
			j.files[i] = NULL;
	}
	r = run(&j, ret, err);
	for (i = 0; i < NFT_DATABASES; i++)
		free(j.files[i]);
	return r;
}
