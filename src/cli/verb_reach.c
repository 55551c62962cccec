/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/mman.h>

#include "analysis/reach/reach.h"
#include "cli/reach_input.h"
#include "core/fdio.h"
#include "core/input.h"
#include "evidence/firewall/topology.h"
#include "report/reach.h"
#include "report/reach_probe.h"

#define PROBE_LINE_MAX ((size_t)64 * 1024)
#define PROBES_MAX     ((uint64_t)1 << 32)
#define FLUSH_BYTES    ((size_t)64 * 1024)

static int answer_probe(const struct reach_input *in, struct seal_bytes line, struct seal_buf *out,
			struct seal_err *err)
{
	seal_auto_arena struct seal_arena *a = seal_arena_new();
	struct seal_fw_verdict v;
	struct seal_probe p;
	int r;

	if (!a)
		return seal_err_set(err, -ENOMEM, "out of memory");
	r = seal_probe_parse(line, a, &p, err);
	if (r < 0)
		return r;
	r = seal_reach_probe(in->ruleset, in->net, &p.packet, a, &v);
	if (r < 0)
		return seal_err_set(err, r, "out of memory");
	seal_report_probe(out, p.id, &v);
	return out->err;
}

static int answer_lines(const struct reach_input *in, const struct seal_cli *cli,
			struct seal_lines *lines, struct seal_err *err)
{
	seal_auto_buf struct seal_buf out = {0};
	struct seal_bytes line;
	int r;

	while ((r = seal_lines_next(lines, &line, err)) > 0) {
		line = seal_bytes_trim(line);
		if (!line.n || line.p[0] == '#')
			continue;
		r = lines->cut ? seal_err_set(err, -EBADMSG, "longer than 64 KiB")
			       : answer_probe(in, line, &out, err);
		if (r < 0)
			return seal_err_add(err, r, "line %llu", (unsigned long long)lines->number);
		if (out.n >= FLUSH_BYTES) {
			if (seal_cli_write(cli, &cli->outputs.v[0], &out) != SEAL_EXIT_OK)
				return -EIO;
			out.n = 0;
		}
	}
	if (r == 0 && seal_cli_write(cli, &cli->outputs.v[0], &out) != SEAL_EXIT_OK)
		r = -EIO;
	return r;
}

/* standard input as a file that can be read from its start: the reader looks at the first bytes
 * twice */
static int stdin_file(void)
{
	seal_auto_close int fd = memfd_create("probes", MFD_CLOEXEC);
	char buf[16384];
	ssize_t n;
	int r;

	if (fd < 0)
		return -1;
	while ((n = read(STDIN_FILENO, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		r = seal_fd_write(fd, (struct seal_bytes){buf, (size_t)n});
		if (r < 0) {
			errno = -r;
			return -1;
		}
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -1;
	return seal_take_fd(&fd);
}

static enum seal_exit answer_probes(const struct seal_cli *cli, const struct reach_input *in,
				    struct seal_err *err)
{
	seal_auto_input struct seal_input *input = NULL;
	struct seal_lines lines = {0};
	bool from_stdin = strcmp(cli->reach.probe, "-") == 0;
	int fd, r;

	fd = from_stdin ? stdin_file() : open(cli->reach.probe, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		r = seal_err_set(err, -errno, "%s", strerror(errno));
	else
		r = seal_input_new(fd, PROBES_MAX, &input, err);
	if (r >= 0) {
		r = seal_lines_init(&lines, input, PROBE_LINE_MAX);
		if (r >= 0)
			r = answer_lines(in, cli, &lines, err);
		seal_lines_done(&lines);
	}
	if (r < 0)
		seal_err_add(err, r, "%s", cli->reach.probe);
	return r < 0 ? SEAL_EXIT_FAILED : SEAL_EXIT_OK;
}

/* ---- paths ---- */

static int parse_prefix(const char *text, const char *option, struct seal_prefix *ret,
			struct seal_err *err)
{
	int r = seal_prefix_parse(seal_bytes_of(text), ret);

	if (r < 0)
		seal_err_set(err, -EINVAL, "--%s %s: no %s", option, text,
			     r == -ERANGE ? "prefix length" : "address or prefix");
	return r < 0 ? -EINVAL : 0;
}

static int parse_user(const struct seal_cli *cli, const struct seal_host *h,
		      struct seal_path_query *q, struct seal_err *err)
{
	const struct seal_user *u = seal_users_by_name(&h->users, seal_bytes_of(cli->reach.user));
	uint32_t uid;

	if (u) {
		q->uid = u->uid;
		q->gid = u->gid;
	} else if (seal_parse_u32(seal_bytes_of(cli->reach.user), 10, &uid) == 0) {
		u = seal_users_by_uid(&h->users, uid);
		q->uid = uid;
		q->gid = u ? u->gid : uid;
	} else {
		return seal_err_set(err, -EINVAL, "--user %s: no such user in this root",
				    cli->reach.user);
	}
	q->has_uid = true;
	return 0;
}

/* a question of the command line; is_free false: none, the host says what to ask */
static int parse_query(const struct seal_cli *cli, const struct seal_host *h,
		       struct seal_path_query *q, bool *is_free, struct seal_err *err)
{
	uint32_t port = 0;
	int r = 0;

	*q = (struct seal_path_query){.proto = IPPROTO_TCP};
	*is_free = cli->reach.in || cli->reach.out || cli->reach.port || cli->reach.from ||
		   cli->reach.to || cli->reach.user;
	if (cli->reach.in && cli->reach.out)
		return seal_err_set(err, -EINVAL, "--in and --out exclude each other");
	q->dir = cli->reach.out ? SEAL_PACKET_OUT : SEAL_PACKET_IN;
	if (cli->reach.port && (seal_parse_u32(seal_bytes_of(cli->reach.port), 10, &port) < 0 ||
				!port || port > 65535))
		return seal_err_set(err, -EINVAL, "--port %s: no port", cli->reach.port);
	q->port = (uint16_t)port;
	if (cli->reach.from)
		r = parse_prefix(cli->reach.from, "from", &q->from, err);
	if (r >= 0 && cli->reach.to)
		r = parse_prefix(cli->reach.to, "to", &q->to, err);
	if (r >= 0 && cli->reach.user)
		r = parse_user(cli, h, q, err);
	return r;
}

/* struct answer - what the formats are made of */
struct answer {
	const struct reach_input *in;
	const struct seal_paths *paths;
};

/* the writers of the formats */
#define FORMAT(name, ...)                                                                          \
	static void put_##name(const void *answer, const struct seal_text_style *style,            \
			       struct seal_buf *out)                                               \
	{                                                                                          \
		const struct answer *a = answer;                                                   \
                                                                                                   \
		(void)style;                                                                       \
		seal_report_reach_##name(a->in->host, a->in->ruleset, a->paths, __VA_ARGS__);      \
	}

FORMAT(text, style, out)
FORMAT(json, out)
FORMAT(ndjson, out)
FORMAT(markdown, out)
FORMAT(html, style, out)
FORMAT(prometheus, seal_cli_now(), out)

const struct seal_format seal_formats_reach[] = {
	{"text", put_text},     {"json", put_json},
	{"ndjson", put_ndjson}, {"markdown", put_markdown},
	{"html", put_html},     {"prometheus", put_prometheus},
	{NULL, NULL},
};

static enum seal_exit answer_paths(const struct seal_cli *cli, const struct reach_input *in,
				   struct seal_err *err)
{
	struct seal_paths paths = {.with_loopback = true};
	struct seal_path_query q;
	enum seal_exit code;
	bool is_free;
	int r;

	if (parse_query(cli, in->host, &q, &is_free, err) < 0)
		return SEAL_EXIT_USAGE;
	r = 0;
	if (in->ruleset && is_free)
		r = seal_paths_ask(in->host, in->ruleset, in->net, &q, &paths);
	else if (in->ruleset)
		r = seal_paths_of_host(in->host, in->ruleset, in->net, &paths);
	if (r < 0) {
		seal_err_set(err, r, "out of memory");
		code = SEAL_EXIT_FAILED;
	} else {
		code = (enum seal_exit)seal_cli_render(cli, &(struct answer){in, &paths});
		if (code == SEAL_EXIT_OK && cli->require_complete &&
		    (!in->ruleset || !seal_report_is_complete(in->host)))
			code = SEAL_EXIT_INCOMPLETE;
	}
	seal_paths_done(&paths);
	return code;
}

/* check_probe - the answers to probes are lines of their own form, to one place */
static int check_probe(const struct seal_cli *cli, struct seal_err *err)
{
	const struct seal_output *o = cli->outputs.v;

	if (!cli->reach.probe || (cli->outputs.n == 1 && (strcmp(o->format->name, "text") == 0 ||
							  strcmp(o->format->name, "json") == 0)))
		return 0;
	return seal_err_set(err, -EINVAL, "--probe answers in lines of JSON; no other --format");
}

/* decides - whether a source bears on a packet's way: the ruleset, and of the network, where the
 * command line names no other, addresses and routes */
static bool decides(const struct reach_input *in, const struct seal_source_state *s)
{
	if (s->source == SEAL_SOURCE_RULESET || s->source == SEAL_SOURCE_FIREWALLD)
		return true;
	return s->source == SEAL_SOURCE_NETWORK && in->net != &in->topology &&
	       !seal_bytes_ends(s->path, "resolv.conf") &&
	       !seal_bytes_ends(s->path, "sockets.json");
}

/* check_evidence - an answer to a probe has no room to say what it was made without
 * Returns 0 or, with *err filled, the reason why there is none. */
static int check_evidence(const struct reach_input *in, struct seal_err *err)
{
	const struct seal_root_fault *fault;

	if (!in->ruleset)
		return seal_err_set(err, -ENOENT, "no ruleset could be read");
	if (in->own) /* and with it the network */
		return 0;
	seal_vec_each (s, &in->host->sources) {
		if (decides(in, s) &&
		    (s->status == SEAL_READ_UNREADABLE || s->status == SEAL_READ_TRUNCATED))
			return seal_err_set(err, -EIO, "%.*s: not read%s: %.*s", (int)s->path.n,
					    s->path.p,
					    s->status == SEAL_READ_TRUNCATED ? " whole" : "",
					    (int)s->detail.n, s->detail.p);
	}
	/* what machine or medium did not give may be any of them */
	if (seal_root_faults(in->root, &fault, NULL) > 0)
		return seal_err_set(err, fault->code, "%s: %s", fault->path,
				    strerror(-fault->code));
	return 0;
}

int seal_verb_reach(const struct seal_cli *cli)
{
	struct reach_input in;
	struct seal_err err = {0};
	enum seal_exit code;

	if (check_probe(cli, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_USAGE, &err);
	code = reach_input_load(cli, &in, &err);
	if (code == SEAL_EXIT_OK && cli->reach.probe && check_evidence(&in, &err) < 0) {
		code = SEAL_EXIT_FAILED;
	} else if (code == SEAL_EXIT_OK) {
		code = cli->reach.probe ? answer_probes(cli, &in, &err)
					: answer_paths(cli, &in, &err);
	}
	reach_input_done(&in);
	/* what is already reported on its own leaves no text behind */
	return err.code ? seal_cli_fail(cli, code, &err) : (int)code;
}
