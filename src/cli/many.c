/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cli/audit.h"
#include "cli/lock.h"
#include "core/enc.h"
#include "evidence/firewall/nft_helper.h"
#include "evidence/selinux/policy.h"
#include "report/audit.h"

/* The program itself reads no evidence: each root is audited by a process of its own, forked after
 * the rules were loaded and the lock-down, which writes its document into a pipe. What crashes,
 * hangs or says too much is one root's loss. Only a policy that such a process has come through is
 * then parsed here once, for those that follow. */

#define ROOT_SECONDS  900u                        /* the longest that one root may take */
#define DOCUMENT_MAX  ((size_t)256 * 1024 * 1024) /* and the most it may say */
#define AHEAD_PER_JOB 32u                         /* documents that wait for an earlier one */
#define SELINUX_TYPE  64u

/* struct learnt - what a child tells of the policy it had to parse itself */
struct learnt {
	bool parsed;
	char type[SELINUX_TYPE + 1];
};

/* struct slot - one of the processes at work */
struct slot {
	pid_t pid; /* 0: idle */
	int fd;    /* its document; -1: idle */
	int helper;
	size_t root; /* which operand */
};

/* struct answer - of one root */
struct answer {
	struct seal_buf text;
	bool done;
	int code; /* exit code; meaning only when done */
};

struct many {
	const struct seal_cli *cli;
	struct seal_audited shared; /* rules and causes alone */
	struct seal_document doc;
	struct slot *slots;
	struct pollfd *polls;
	struct learnt *learnt;  /* one a slot, shared with the children */
	struct answer *answers; /* one an operand */
	size_t n_slots, next, written;
	int code;
};

static int rank(int code)
{
	static const int order[] = {SEAL_EXIT_OK, SEAL_EXIT_INCOMPLETE, SEAL_EXIT_FINDINGS,
				    SEAL_EXIT_USAGE, SEAL_EXIT_FAILED};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (order[i] == code)
			return (int)i;
	return (int)(sizeof(order) / sizeof(order[0]));
}

static bool has_verdict(int code)
{
	return code == SEAL_EXIT_OK || code == SEAL_EXIT_INCOMPLETE || code == SEAL_EXIT_FINDINGS;
}

/* audit_one - in a child: the document of one root on standard output. Returns the exit code */
static int audit_one(const struct many *m, const char *root, struct learnt *learnt)
{
	struct seal_output out = {.format = m->cli->outputs.v[0].format};
	struct seal_audited a = {.rules = m->shared.rules, .causes = m->shared.causes};
	struct seal_cli cli = *m->cli;
	struct seal_err err = {0};
	int r, code;

	cli.quiet = true;
	cli.no_color = true;
	cli.root = root;
	cli.outputs.v = &out;
	r = seal_audit_run(&cli, root, &a, &err);
	if (r < 0) {
		if (strncmp(err.text, root, strlen(root)) != 0)
			seal_err_add(&err, r, "%s", root);
		return seal_audit_fail(&cli, r, &err);
	}
	code = seal_cli_render(&cli, &a);
	if (a.h->selinux.policy && !seal_policy_was_kept(a.h->selinux.policy) &&
	    a.h->selinux.type.n <= SELINUX_TYPE) {
		memcpy(learnt->type, a.h->selinux.type.p, a.h->selinux.type.n);
		learnt->type[a.h->selinux.type.n] = '\0';
		learnt->parsed = true;
	}
	return code == SEAL_EXIT_OK ? seal_audit_exit(seal_gate_answer(&a.findings.gate)) : code;
}

static int begin(struct many *m, struct slot *s)
{
	struct learnt *learnt = &m->learnt[s - m->slots];
	struct seal_err err = {0};
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	s->root = m->next++;
	learnt->parsed = false;
	s->pid = fork();
	if (s->pid == 0) {
		nft_helper_take(s->helper);
		signal(SIGPIPE, SIG_DFL);
		alarm(ROOT_SECONDS);
		if (dup2(ends[1], STDOUT_FILENO) < 0) {
			seal_err_set(&err, -errno, "%s: %s", m->cli->args[s->root],
				     strerror(errno));
			_exit(seal_cli_fail(m->cli, SEAL_EXIT_FAILED, &err));
		}
		_exit(audit_one(m, m->cli->args[s->root], learnt));
	}
	r = s->pid < 0 ? -errno : 0;
	close(ends[1]);
	s->fd = ends[0];
	if (r < 0) {
		s->pid = 0;
		s->fd = -1;
		close(ends[0]);
	}
	return r;
}

/* learn - parse here, once, what the child of a slot had to parse itself */
static void learn(const struct many *m, const struct slot *s)
{
	const struct learnt *l = &m->learnt[s - m->slots];
	const char *path = m->cli->args[s->root];
	char type[SELINUX_TYPE + 1];
	struct seal_root *root = NULL;
	struct stat st;
	size_t n;

	if (!l->parsed || stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return;
	n = strnlen(l->type, SELINUX_TYPE);
	memcpy(type, l->type, n);
	if (seal_root_new(path, &root, NULL) < 0)
		return;
	/* no room, or gone by now: those that follow parse it themselves */
	(void)seal_policy_preload(root, (struct seal_bytes){type, n}, NULL);
	seal_root_free(root);
}

static void say(const struct many *m, size_t root, const char *what)
{
	struct seal_err err = {0};

	seal_err_set(&err, -EIO, "%s: %s, no verdict", m->cli->args[root], what);
	seal_cli_fail(m->cli, SEAL_EXIT_FAILED, &err);
}

/* end - the child of a slot has closed its pipe, or is ended for a reason of ours, @why */
static void end(struct many *m, struct slot *s, const char *why)
{
	struct answer *a = &m->answers[s->root];
	int status = 0;

	close(s->fd);
	if (why)
		kill(s->pid, SIGKILL);
	while (waitpid(s->pid, &status, 0) < 0 && errno == EINTR)
		;
	a->code = !why && WIFEXITED(status) ? WEXITSTATUS(status) : SEAL_EXIT_FAILED;
	if (why)
		say(m, s->root, why);
	else if (WIFSIGNALED(status))
		say(m, s->root, WTERMSIG(status) == SIGALRM ? "took too long" : "crashed");
	if (a->text.err) {
		a->code = SEAL_EXIT_FAILED;
		say(m, s->root, "out of memory");
	}
	a->done = true;
	if (has_verdict(a->code))
		learn(m, s);
	s->pid = 0;
	s->fd = -1;
}

static void take_bytes(struct many *m, struct slot *s)
{
	struct answer *a = &m->answers[s->root];
	char buf[SEAL_BUF_FLUSH];
	ssize_t n = read(s->fd, buf, sizeof(buf));

	if (n < 0 && errno == EINTR)
		return;
	if (n > 0)
		seal_buf_put(&a->text, buf, (size_t)n);
	if (n < 0)
		end(m, s, "its document cannot be read");
	else if (n == 0 || a->text.n > DOCUMENT_MAX)
		end(m, s, n ? "its document has no end" : NULL);
}

/* write_ready - the documents whose turn it is */
static void write_ready(struct many *m)
{
	const bool is_text = strcmp(m->cli->outputs.v[0].format->name, "text") == 0;
	struct seal_buf *out = &m->doc.buf;

	for (; m->written < m->cli->n_args && m->answers[m->written].done; m->written++) {
		struct answer *a = &m->answers[m->written];
		const char *root = m->cli->args[m->written];

		if (is_text) {
			seal_buf_puts(out, m->written ? "\n" : "");
			seal_buf_puts(out, "== ");
			seal_enc_tty(out, seal_bytes_of(root));
			seal_buf_puts(out, has_verdict(a->code) ? "\n" : ": failed, no verdict\n");
		}
		if (has_verdict(a->code))
			seal_buf_put(out, a->text.p, a->text.n);
		else if (!is_text)
			seal_report_audit_failed(root, "gave no verdict", out);
		if (rank(a->code) > rank(m->code))
			m->code = a->code;
		seal_buf_done(&a->text);
	}
	seal_buf_flush(out);
}

static size_t start_some(struct many *m, int *r)
{
	size_t busy = 0;

	for (size_t i = 0; i < m->n_slots; i++) {
		struct slot *s = &m->slots[i];

		if (s->pid == 0 && *r == 0 && m->next < m->cli->n_args &&
		    m->next < m->written + AHEAD_PER_JOB * m->n_slots)
			*r = begin(m, s);
		m->polls[i] = (struct pollfd){.fd = s->fd, .events = POLLIN};
		busy += s->pid != 0;
	}
	return busy;
}

/* run_all - returns 0, or a negative errno when no process could be started or waited for */
static int run_all(struct many *m)
{
	int r = 0;

	while (start_some(m, &r) > 0) {
		if (poll(m->polls, (nfds_t)m->n_slots, -1) < 0 && errno != EINTR)
			return -errno;
		for (size_t i = 0; i < m->n_slots; i++)
			if (m->polls[i].fd >= 0 && m->polls[i].revents)
				take_bytes(m, &m->slots[i]);
		write_ready(m);
		/* nobody reads: no use to go on */
		if (m->doc.buf.err)
			return 0;
	}
	return r;
}

static int check(const struct seal_cli *cli, struct seal_err *err)
{
	const char *name = cli->outputs.v[0].format->name;

	if (cli->outputs.n != 1 || (strcmp(name, "text") != 0 && strcmp(name, "ndjson") != 0))
		return seal_err_set(err, -EINVAL,
				    "several roots are written as one document, text or ndjson");
	if (strcmp(cli->root, "/") != 0)
		return seal_err_set(err, -EINVAL, "--root and roots as operands: one of them");
	return 0;
}

static int prepare(struct many *m, struct seal_err *err)
{
	const struct seal_cli *cli = m->cli;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t i;
	int r;

	m->n_slots = cli->audit.jobs ? cli->audit.jobs : processors > 0 ? (size_t)processors : 1;
	if (m->n_slots > cli->n_args)
		m->n_slots = cli->n_args;
	if (m->n_slots > SEAL_JOBS_MAX)
		m->n_slots = SEAL_JOBS_MAX;
	m->slots = calloc(m->n_slots, sizeof(*m->slots));
	m->polls = calloc(m->n_slots, sizeof(*m->polls));
	m->answers = calloc(cli->n_args, sizeof(*m->answers));
	m->learnt = mmap(NULL, m->n_slots * sizeof(*m->learnt), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (m->learnt == MAP_FAILED)
		m->learnt = NULL;
	if (!m->slots || !m->polls || !m->answers || !m->learnt)
		return seal_err_set(err, -ENOMEM, "out of memory");
	r = seal_audit_rules(cli, &m->shared, err);
	for (i = 0; i < m->n_slots; i++) {
		m->slots[i] = (struct slot){.fd = -1, .helper = -1};
		if (r == 0)
			r = nft_helper_start(err);
		if (r == 0)
			m->slots[i].helper = nft_helper_part();
	}
	return r == 0 ? seal_cli_lock(cli, err) : r;
}

static void done(struct many *m)
{
	for (size_t i = 0; i < m->n_slots && m->slots; i++) {
		if (m->slots[i].pid > 0) {
			kill(m->slots[i].pid, SIGKILL);
			waitpid(m->slots[i].pid, NULL, 0);
		}
		if (m->slots[i].fd >= 0)
			close(m->slots[i].fd);
		if (m->slots[i].helper >= 0)
			close(m->slots[i].helper);
	}
	for (size_t i = 0; i < m->cli->n_args && m->answers; i++)
		seal_buf_done(&m->answers[i].text);
	if (m->learnt)
		munmap(m->learnt, m->n_slots * sizeof(*m->learnt));
	free(m->slots);
	free(m->polls);
	free(m->answers);
	seal_audit_done(&m->shared);
}

int seal_audit_many(const struct seal_cli *cli)
{
	struct many m = {.cli = cli};
	struct seal_err err = {0};
	int r = check(cli, &err);

	if (r == 0)
		r = prepare(&m, &err);
	if (r < 0) {
		m.code = seal_audit_fail(cli, r, &err);
	} else if (seal_cli_open(cli, &cli->outputs.v[0], &m.doc) != SEAL_EXIT_OK) {
		m.code = SEAL_EXIT_FAILED;
	} else {
		r = run_all(&m);
		if (r < 0) {
			seal_err_set(&err, r, "%s", strerror(-r));
			m.code = seal_cli_fail(cli, SEAL_EXIT_FAILED, &err);
		}
		if (seal_cli_close(cli, &m.doc) != SEAL_EXIT_OK)
			m.code = SEAL_EXIT_FAILED;
	}
	done(&m);
	return m.code;
}
