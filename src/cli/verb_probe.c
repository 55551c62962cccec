/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "analysis/endpoints/endpoints.h"
#include "cli/cli.h"
#include "cli/probe_targets.h"
#include "core/fdio.h"
#include "evidence/evidence.h"
#include "evidence/postfix/conf.h"
#include "report/probe.h"

#define DOCUMENT_MAX  ((size_t)64 << 20)
#define TIMEOUT_MAX_S 120u

static void put_text(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	seal_report_netprobe_text(answer, style, out);
}

static void put_json(const void *answer, const struct seal_text_style *style, struct seal_buf *out)
{
	(void)style;
	seal_report_netprobe_json(answer, out);
}

static void put_ndjson(const void *answer, const struct seal_text_style *style,
		       struct seal_buf *out)
{
	(void)style;
	seal_report_netprobe_ndjson(answer, out);
}

const struct seal_format seal_formats_probe[] = {
	{"text", put_text},
	{"json", put_json},
	{"ndjson", put_ndjson},
	{NULL, NULL},
};

/* ---- the part that speaks with the network, in a process of its own ---- */

/* become - give up every privilege for good: firewall rules that match the owner of a packet see
 * the mail user, and what a server sends meets no one who could do harm.
 * Returns 0 or -errno. */
static int become(const struct seal_user *u)
{
	if (!u)
		return 0;
	if (setgroups(0, NULL) < 0 || setresgid(u->gid, u->gid, u->gid) < 0 ||
	    setresuid(u->uid, u->uid, u->uid) < 0)
		return -errno;
	return 0;
}

/* struct request - what is to be asked, and what the answer is told with */
struct request {
	const struct seal_cli *cli;
	struct seal_netprobe *probe;
	struct seal_netprobe_answer *answer;
	const struct seal_user *user; /* NULL: stay who we are */
	const int *documents;         /* an empty file for each output */
};

static int answer_request(const struct request *q)
{
	const struct seal_cli *cli = q->cli;
	struct seal_err err = {0};
	size_t i;
	int r;

	r = become(q->user);
	if (r < 0) {
		seal_err_set(&err, r, "user %s: %s", q->answer->user, strerror(-r));
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	}
	if (seal_netprobe_run(q->probe, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	for (i = 0; i < cli->outputs.n; i++) {
		const struct seal_output *o = &cli->outputs.v[i];
		struct seal_text_style style = {seal_cli_color(cli, o), cli->verbose};
		seal_auto_buf struct seal_buf doc = {0};

		o->format->put(q->answer, &style, &doc);
		/* a piece of it may have been made in a buffer of its own */
		r = doc.err || seal_buf_lost() ? -ENOMEM : 0;
		if (r == 0)
			r = seal_fd_write(q->documents[i], seal_buf_bytes(&doc));
		if (r < 0) {
			seal_err_set(&err, r, "%s", strerror(-r));
			return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
		}
	}
	return SEAL_EXIT_OK;
}

static int fail_with(const struct seal_cli *cli, int code)
{
	struct seal_err err = {0};

	seal_err_set(&err, code, "%s", strerror(-code));
	return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
}

/* copy_document - what the other process wrote, to where the user wants it */
static int copy_document(const struct seal_cli *cli, const struct seal_output *to, int fd)
{
	seal_auto_buf struct seal_buf doc = {0};
	char piece[16384];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return fail_with(cli, -errno);
	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || doc.n > DOCUMENT_MAX)
			return fail_with(cli, n < 0 ? -errno : -EFBIG);
		seal_buf_put(&doc, piece, (size_t)n);
	}
	return seal_cli_write(cli, to, &doc);
}

static int wait_for(const struct seal_cli *cli, pid_t pid)
{
	struct seal_err err = {0};
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return fail_with(cli, -errno);
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	seal_err_set(&err, -EIO, "ended by signal %d", WTERMSIG(status));
	return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
}

static int run_apart(struct request *q, int *documents)
{
	const struct seal_cli *cli = q->cli;
	size_t i;
	pid_t pid;
	int code;

	for (i = 0; i < cli->outputs.n; i++) {
		documents[i] = memfd_create("document", MFD_CLOEXEC);
		if (documents[i] < 0)
			return fail_with(cli, -errno);
	}
	q->documents = documents;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		_exit(answer_request(q));
	if (pid < 0)
		return fail_with(cli, -errno);
	code = wait_for(cli, pid);
	for (i = 0; i < cli->outputs.n && code == SEAL_EXIT_OK; i++)
		code = copy_document(cli, &cli->outputs.v[i], documents[i]);
	return code;
}

static int ask(struct request *q)
{
	size_t n = q->cli->outputs.n, i;
	seal_auto_free int *documents = calloc(n, sizeof(*documents));
	int code;

	if (!documents)
		return fail_with(q->cli, -ENOMEM);
	for (i = 0; i < n; i++)
		documents[i] = -1;
	code = run_apart(q, documents);
	for (i = 0; i < n; i++)
		if (documents[i] >= 0)
			close(documents[i]);
	return code;
}

/* ---- what to ask ---- */

/* mail_user - whose packets Postfix sends; NULL when we may not become that user, or the host does
 * not tell */
static const struct seal_user *mail_user(const struct seal_host *h)
{
	struct seal_bytes owner = SEAL_LIT("postfix");

	if (geteuid() != 0)
		return NULL;
	if (h->postfix.instances.n)
		(void)seal_conf_value(h->postfix.instances.v, NULL, "mail_owner", h->arena, &owner);
	return seal_users_by_name(&h->users, owner);
}

static int set_timeout(const struct seal_cli *cli, struct seal_netprobe *p, struct seal_err *err)
{
	uint32_t seconds;

	if (!cli->probe.timeout)
		return 0;
	if (seal_parse_u32(seal_bytes_of(cli->probe.timeout), 10, &seconds) < 0 || !seconds ||
	    seconds > TIMEOUT_MAX_S)
		return seal_err_set(err, -EINVAL, "--timeout %s: not 1 to %u seconds",
				    cli->probe.timeout, TIMEOUT_MAX_S);
	p->timeout_ms = seconds * 1000;
	return 0;
}

static int prepare(const struct seal_cli *cli, const struct seal_root *root, struct seal_host *h,
		   struct seal_netprobe *p, struct seal_netprobe_answer *a, struct seal_err *err)
{
	struct seal_netprobe_wish wish = {
		.to = cli->probe.to.v.v,
		.n_to = cli->probe.to.v.n,
		.selectors = cli->probe.selectors.v.v,
		.n_selectors = cli->probe.selectors.v.n,
		.blocklists = cli->probe.blocklists.v.v,
		.n_blocklists = cli->probe.blocklists.v.n,
		.domain = cli->probe.domain,
		.log_in = cli->probe.auth,
	};
	int r;

	r = set_timeout(cli, p, err);
	if (r == 0)
		r = seal_netprobe_targets(root, h, &wish, p, err);
	a->any_exchanger = wish.any_exchanger;
	a->targets_complete = wish.complete;
	return r;
}

int seal_verb_probe(const struct seal_cli *cli)
{
	struct seal_evidence_query what = {SEAL_EV_POSTFIX, {SEAL_TIME_NONE, SEAL_TIME_NONE}};
	seal_auto_rules struct seal_rules *rules = NULL;
	seal_auto_root struct seal_root *root = NULL;
	seal_auto_host struct seal_host *h = NULL;
	struct seal_netprobe_answer answer = {.uid = geteuid()};
	struct seal_err err = {0};
	struct seal_netprobe p;
	struct request q = {.cli = cli, .probe = &p, .answer = &answer};
	int code, r;

	if (seal_rules_load(cli->rules_dir, &rules, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_USAGE, &err);
	if (seal_root_new(cli->root, &root, &err) < 0 ||
	    seal_evidence_read(root, &what, &h, &err) < 0)
		return seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
	if (seal_netprobe_init(&p) < 0)
		return fail_with(cli, -ENOMEM);
	r = prepare(cli, root, h, &p, &answer, &err);
	if (r < 0) {
		code = seal_cli_fail(cli, r == -EINVAL ? SEAL_EXIT_USAGE : SEAL_EXIT_FAILED, &err);
	} else {
		q.user = mail_user(h);
		answer.h = h;
		answer.probe = &p;
		answer.rules = rules;
		answer.user = q.user ? seal_arena_printf(h->arena, "%.*s", (int)q.user->name.n,
							 q.user->name.p)
				     : NULL;
		if (q.user)
			answer.uid = q.user->uid;
		code = ask(&q);
	}
	seal_netprobe_done(&p);
	return code;
}
