/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/apply.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <selinux/selinux.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>

#include "apply/apply.h"
#include "cli/apply_tell.h"
#include "core/digest.h"
#include "core/enc.h"
#include "core/input.h"
#include "fix/plan_read.h"
#include "fix/render.h"

#define PLAN_MAX ((size_t)64 * 1024 * 1024)
#define HASH     "plan.sha256"

/* struct session - one run over one plan */
struct session {
	const struct seal_cli *cli;
	struct seal_apply a;
	struct seal_tell tell;
	char *folder; /* of the plan */
	char *text;
	struct seal_plan *plan;
	struct seal_store *store;
	struct seal_buf hex;
	int signals; /* signalfd of what ends a program; a pending one is a "no" */
};

int seal_cli_read_plan(const char *file, char **text, struct seal_plan **ret, struct seal_buf *hex,
		       struct seal_err *err)
{
	seal_auto_close int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	unsigned char sum[SEAL_SHA256_SIZE];
	struct seal_bytes json;
	size_t n = 0;
	int r;

	if (fd < 0)
		return seal_err_set(err, -errno, "%s: %s", file, strerror(errno));
	r = seal_read_all(fd, PLAN_MAX, text, &n, err);
	json = (struct seal_bytes){*text, n};
	if (r == 0)
		r = seal_sha256(json, sum);
	if (r < 0)
		return seal_err_add(err, r, "%s", file);
	seal_enc_hex(hex, (struct seal_bytes){(const char *)sum, sizeof(sum)});
	seal_buf_putc(hex, '\0');
	if (hex->err)
		return seal_err_set(err, hex->err, "out of memory");
	r = seal_plan_read(json, ret, err);
	return r < 0 ? seal_err_add(err, r, "%s", file) : 0;
}

/* say - a step as it ends */
static void say(void *data, unsigned n, enum seal_step_end e, const char *why)
{
	struct session *s = data;

	seal_tell_step(&s->tell, n, e, why);
}

/* ---- setting out ---- */

static int open_folder(struct session *s, const char *file, struct seal_err *err)
{
	const char *slash = strrchr(file, '/');

	s->folder = slash ? strndup(file, slash == file ? 1 : (size_t)(slash - file)) : strdup(".");
	if (!s->folder)
		return seal_err_set(err, -ENOMEM, "out of memory");
	return 0;
}

/* write_module - its text where the argv of its step names it: in the folder the programs work in
 */
static int write_module(struct session *s, const struct seal_plan_module *m, struct seal_err *err)
{
	char what[96];

	snprintf(what, sizeof(what), "%.*s.cil", (int)m->name.n, m->name.p);
	return seal_state_put(&s->a.state, 0, what, m->cil, err);
}

/* write_undo - undo.sh is there before the first change, for the day this program is not */
static int write_undo(struct session *s, struct seal_err *err)
{
	seal_auto_buf struct seal_buf path = {0}, script = {0};
	struct seal_output to = {0};
	struct stat st;

	seal_buf_printf(&path, "%s/undo.sh", s->folder);
	seal_buf_putc(&path, '\0');
	if (path.err)
		return seal_err_set(err, path.err, "out of memory");
	if (stat(path.p, &st) == 0)
		return 0;
	seal_plan_undo_sh(s->plan, s->hex.p, &script);
	to.file = path.p;
	return seal_cli_write(s->cli, &to, &script) == SEAL_EXIT_OK
		       ? 0
		       : seal_err_set(err, -EIO, "%s cannot be written", path.p);
}

/* check_digest - the marks there, if any, are those of the same plan. Returns 0 or -errno */
static int check_digest(const struct session *s, const char *file, struct seal_err *err)
{
	seal_auto_buf struct seal_buf b = {0};
	int r = seal_state_get(&s->a.state, 0, HASH, &b);

	if (r < 0)
		return r == -ENOENT ? 0
				    : seal_err_set(err, r, "%s/state/" HASH ": %s", s->folder,
						   strerror(-r));
	if (!seal_bytes_eq(seal_bytes_trim(seal_buf_bytes(&b)), seal_bytes_of(s->hex.p)))
		return seal_err_set(err, -EINVAL, "%s/state is of another plan than %s", s->folder,
				    file);
	return 0;
}

/* is_of_host - a command on the policy store that only a program carries out, and programs know the
 * running host alone */
static bool is_of_host(const struct seal_argv *argv)
{
	static const char *const programs[] = {"semanage", "setsebool", "semodule"};
	size_t i;

	for (i = 0; argv->v.n && i < sizeof(programs) / sizeof(programs[0]); i++)
		if (seal_bytes_is(argv->v.v[0], programs[i]))
			return !seal_store_knows(argv);
	return false;
}

/* check_policy_root - nothing of the plan would change the store of the host in its place */
static int check_policy_root(const struct session *s, struct seal_err *err)
{
	unsigned n = 0;

	seal_vec_each (step, &s->plan->steps) {
		n++;
		if (is_of_host(&step->argv) || is_of_host(&step->undo))
			return seal_err_set(err, -EINVAL,
					    "step %u can be carried out on the policy store of the "
					    "running host alone, not below --policy-root",
					    n);
	}
	return 0;
}

/* open_store - the policy store, when a step is one for it; where there is none, programs do it */
static int open_store(struct session *s, struct seal_err *err)
{
	const char *root = s->cli->fix.policy_root;
	bool wanted = false;
	int r;

	seal_vec_each (step, &s->plan->steps) {
		wanted = wanted || seal_store_knows(&step->argv);
	}
	if (!wanted)
		return 0;
	r = seal_store_open(root, &s->store, err);
	s->a.store = s->store;
	if (r == -ENOTSUP && !root)
		return 0;
	return r;
}

/* block_signals - Ctrl-C, a closed terminal, a request to end: looked at between steps */
static int block_signals(struct session *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGPIPE);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	sigdelset(&set, SIGPIPE);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signals < 0 ? -errno : 0;
}

static bool interrupted(void *data)
{
	const struct session *s = data;
	struct pollfd p = {.fd = s->signals, .events = POLLIN};

	return poll(&p, 1, 0) > 0;
}

/* tell_begin - the outputs, before anything is begun: one that cannot be opened stops the run */
static int tell_begin(struct session *s, bool undo, struct seal_err *err)
{
	s->tell.cli = s->cli;
	s->tell.outcome.plan = s->plan;
	s->tell.outcome.file = undo ? s->cli->fix.undo : s->cli->fix.apply;
	s->tell.outcome.hash = s->hex.p;
	s->tell.outcome.undo = undo;
	s->tell.outcome.state = "nothing";
	return seal_tell_begin(&s->tell, err);
}

static int set_out(struct session *s, const char *file, bool make, struct seal_err *err)
{
	int r;

	if (strcmp(s->cli->root, "/") != 0)
		return seal_err_set(err, -EINVAL,
				    "plans are carried out on the running host: no --root");
	if (geteuid() != 0)
		return seal_err_set(err, -EPERM, "only root carries out plans");
	r = open_folder(s, file, err);
	if (r == 0)
		r = seal_cli_read_plan(file, &s->text, &s->plan, &s->hex, err);
	if (r == 0 && s->cli->fix.hash && strcasecmp(s->cli->fix.hash, s->hex.p) != 0)
		return seal_err_set(err, -EINVAL,
				    "%s has the SHA-256 %s, not the one given: it is not the plan "
				    "that was read",
				    file, s->hex.p);
	if (r == 0 && s->cli->fix.policy_root)
		r = check_policy_root(s, err);
	if (r == 0)
		r = tell_begin(s, !make, err);
	if (r == 0)
		r = seal_state_open(s->folder, make, &s->a.state, err);
	if (r == 0)
		r = check_digest(s, file, err);
	if (r < 0)
		return r;
	s->a.plan = s->plan;
	s->a.dir = s->a.state.fd;
	s->a.relabels = s->cli->fix.policy_root || is_selinux_enabled() > 0;
	s->a.say = say;
	s->a.interrupted = interrupted;
	s->a.data = s;
	r = block_signals(s);
	if (r == 0)
		r = seal_apply_init(&s->a);
	if (r < 0)
		return seal_err_set(err, r, "%s", strerror(-r));
	return open_store(s, err);
}

static int prepare(struct session *s, struct seal_err *err)
{
	int r = seal_state_put(&s->a.state, 0, HASH, seal_bytes_of(s->hex.p), err);

	if (r == 0)
		r = write_undo(s, err);
	seal_vec_each (m, &s->plan->modules) {
		if (r == 0)
			r = write_module(s, m, err);
	}
	return r;
}

static void session_done(struct session *s)
{
	seal_store_free(s->store);
	seal_apply_done(&s->a);
	seal_state_close(&s->a.state);
	seal_plan_free(s->plan);
	seal_buf_done(&s->hex);
	free(s->text);
	free(s->folder);
	if (s->signals >= 0)
		close(s->signals);
}

/* ---- the question at the end ---- */

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* read_answer - one line of standard input. Returns 1 ("yes"), 0 (anything else) or -EAGAIN (the
 * line is not whole yet) */
static int read_answer(struct seal_buf *line)
{
	char c;
	ssize_t n = read(STDIN_FILENO, &c, 1);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? -EAGAIN : 0;
	if (n == 0)
		return 0;
	if (c != '\n' && line->n < 16) {
		seal_buf_putc(line, c);
		return -EAGAIN;
	}
	return c == '\n' && seal_bytes_is(seal_bytes_trim(seal_buf_bytes(line)), "yes");
}

/* is_confirmed - the user says "yes" in time; a closed terminal, Ctrl-C and silence are a no */
static bool is_confirmed(const struct session *s)
{
	int64_t until = now_ms() + (int64_t)s->cli->fix.confirm_s * 1000, left;
	seal_auto_buf struct seal_buf line = {0};
	int r = -EAGAIN;

	fprintf(stderr,
		"postseal fix: answer \"yes\" within %u s to keep this; otherwise it is taken "
		"back: ",
		s->cli->fix.confirm_s);
	fflush(stderr);
	while (r == -EAGAIN) {
		struct pollfd p[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
				      {.fd = s->signals, .events = POLLIN}};
		int k;

		left = until - now_ms();
		k = left > 0 ? poll(p, 2, (int)left) : 0;
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0 || p[1].revents)
			break;
		r = read_answer(&line);
	}
	fputc('\n', stderr);
	return r == 1;
}

/* ---- both ways ---- */

static int take_back(struct session *s, struct seal_err *err)
{
	int r = seal_apply_undo(&s->a, err);

	if (r < 0)
		return r;
	seal_vec_each (m, &s->plan->modules) {
		char what[96];

		snprintf(what, sizeof(what), "%.*s.cil", (int)m->name.n, m->name.p);
		seal_state_drop_file(&s->a.state, what);
	}
	seal_state_remove(&s->a.state, s->folder);
	return 0;
}

static int go(struct session *s, struct seal_err *err)
{
	seal_auto_buf struct seal_buf line = {0};
	struct seal_err second = {0};
	int r;

	r = prepare(s, err);
	if (r == 0)
		r = seal_apply_run(&s->a, err);
	if (r == 0 && s->cli->fix.confirm_s && !is_confirmed(s))
		r = seal_err_set(err, -ECANCELED, "not confirmed");
	if (r == 0) {
		s->tell.outcome.state = "done";
		seal_buf_puts(&line, "Carried out. postseal fix --undo ");
		seal_enc_tty(&line, seal_bytes_of(s->cli->fix.apply));
		seal_buf_puts(&line, " takes it back.");
		seal_buf_putc(&line, '\0');
		seal_tell_line(&s->tell, line.err ? "Carried out." : line.p);
		return 0;
	}
	s->tell.outcome.state = "taken-back";
	if (take_back(s, &second) == 0)
		return seal_err_set(err, r, "%s. What was done has been taken back", err->text);
	s->tell.outcome.state = "stuck";
	return seal_err_set(err, r,
			    "%s. NOT everything was taken back; postseal fix --undo %s tries "
			    "again",
			    err->text, s->cli->fix.apply);
}

static int back(struct session *s, struct seal_err *err)
{
	int r = take_back(s, err);

	s->tell.outcome.state = r == 0 ? "taken-back" : "stuck";
	if (r == 0)
		seal_tell_line(&s->tell, "The host is as it was before the plan.");
	return r;
}

/* report - the end of all outputs, and what failed. Returns an exit code */
static int report(struct session *s, int r, const struct seal_err *err)
{
	int code = SEAL_EXIT_OK, told;

	s->tell.outcome.error = r < 0 ? err->text : NULL;
	told = seal_tell_end(&s->tell);
	if (r < 0)
		code = seal_cli_fail(
			s->cli, r == -EINVAL || r == -EPERM ? SEAL_EXIT_USAGE : SEAL_EXIT_FAILED,
			err);
	return code == SEAL_EXIT_OK ? told : code;
}

int seal_cli_apply(const struct seal_cli *cli)
{
	struct session s = {.cli = cli, .signals = -1, .a.state = SEAL_STATE_NONE};
	struct seal_err err = {0};
	int r;

	if (!cli->fix.hash) {
		seal_err_set(&err, -EINVAL,
			     "--apply wants --hash: the SHA-256 that fix told with the plan");
		return seal_cli_fail(cli, SEAL_EXIT_USAGE, &err);
	}
	r = set_out(&s, cli->fix.apply, true, &err);
	if (r == 0)
		r = go(&s, &err);
	r = report(&s, r, &err);
	session_done(&s);
	return r;
}

int seal_cli_undo(const struct seal_cli *cli)
{
	struct session s = {.cli = cli, .signals = -1, .a.state = SEAL_STATE_NONE};
	struct seal_err err = {0};
	int r = set_out(&s, cli->fix.undo, false, &err);
	bool begun = !(r == -ENOENT && s.tell.outputs && s.a.state.fd < 0);

	if (r == 0) {
		r = back(&s, &err);
	} else if (!begun) {
		seal_tell_line(&s.tell, "Nothing was begun.");
		r = 0;
	}
	r = report(&s, r, &err);
	session_done(&s);
	return r;
}
