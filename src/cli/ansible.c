/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/ansible.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>

#include "cli/apply.h"
#include "core/enc.h"
#include "core/fdio.h"
#include "core/input.h"

#define ARGS_MAX   ((size_t)4 * 1024 * 1024)
#define OUTPUT_MAX ((size_t)64 * 1024 * 1024)

/* struct action - a value of "verb": the command line it stands for */
struct action {
	const char *name, *verb, *format;
	bool takes_plan;
};

static const struct action actions[] = {
	{"audit", "audit", "ndjson", false},     {"explain", "explain", "ndjson", false},
	{"denials", "denials", "ndjson", false}, {"reach", "reach", "ndjson", false},
	{"verify", "verify", "json", true},      {"apply", "fix", "json", true},
	{"undo", "fix", "json", true},
};

/* struct parameter - an option of the verbs that may be given; flag: true or false */
static const struct parameter {
	const char *name, *option;
	bool flag;
} parameters[] = {
	{"root", "--root", false},
	{"since", "--since", false},
	{"until", "--until", false},
	{"rules", "--rules", false},
	{"fail_on", "--fail-on", false},
	{"severity", "--severity", false},
	{"only", "--only", false},
	{"skip", "--skip", false},
	{"role", "--role", false},
	{"waivers", "--waivers", false},
	{"baseline", "--baseline", false},
	{"policy_root", "--policy-root", false},
	{"all", "--all", true},
	{"require_complete", "--require-complete", true},
};

#define N_OF(a)  (sizeof(a) / sizeof((a)[0]))
#define ARGV_MAX (2 * N_OF(parameters) + 8)

/* struct task - what Ansible asks for */
struct task {
	json_t *args;
	const struct action *action;
	const char *plan, *hash;
	bool check;
	const char *argv[ARGV_MAX];
	int argc;
};

/* struct done - how a command line ended */
struct done {
	struct seal_buf out, err;
	int code; /* exit code; -1: killed */
};

/* ---- the arguments ---- */

static bool is_true(const json_t *v)
{
	const char *s = json_string_value(v);

	return json_is_true(v) || (s && (strcasecmp(s, "true") == 0 || strcasecmp(s, "yes") == 0));
}

static const struct parameter *find_parameter(const char *name)
{
	for (size_t i = 0; i < N_OF(parameters); i++)
		if (strcmp(parameters[i].name, name) == 0)
			return &parameters[i];
	return NULL;
}

static int add_parameter(struct task *t, const char *name, const json_t *v, struct seal_err *err)
{
	const struct parameter *p = find_parameter(name);

	if (!p)
		return seal_err_set(err, -EINVAL, "there is no parameter '%s'", name);
	if (!p->flag && !json_is_string(v))
		return seal_err_set(err, -EINVAL, "'%s' is to be text", name);
	/* names are unique and each stands in the table once, so there is room */
	if (!p->flag || is_true(v))
		t->argv[t->argc++] = p->option;
	if (!p->flag)
		t->argv[t->argc++] = json_string_value(v);
	return 0;
}

static int take_action(struct task *t, const json_t *v, struct seal_err *err)
{
	const char *name = v ? json_string_value(v) : "audit";

	for (size_t i = 0; name && i < N_OF(actions); i++)
		if (strcmp(actions[i].name, name) == 0)
			t->action = &actions[i];
	if (!t->action)
		return seal_err_set(
			err, -EINVAL,
			"verb is one of audit, explain, denials, reach, verify, apply, undo");
	t->argv[t->argc++] = "postseal";
	t->argv[t->argc++] = t->action->verb;
	t->argv[t->argc++] = "--format";
	t->argv[t->argc++] = t->action->format;
	return 0;
}

/* take_plan - the plan's file and digest, where the action wants them */
static int take_plan(struct task *t, struct seal_err *err)
{
	const bool applies = strcmp(t->action->name, "apply") == 0;

	if (!t->action->takes_plan)
		return t->plan || t->hash
			       ? seal_err_set(err, -EINVAL, "%s takes no plan", t->action->name)
			       : 0;
	if (!t->plan || (applies && !t->hash))
		return seal_err_set(err, -EINVAL, "%s wants plan%s", t->action->name,
				    applies ? " and hash" : "");
	if (strcmp(t->action->verb, "fix") == 0)
		t->argv[t->argc++] = applies ? "--apply" : "--undo";
	t->argv[t->argc++] = t->plan;
	if (strcmp(t->action->verb, "fix") == 0 && t->hash) {
		t->argv[t->argc++] = "--hash";
		t->argv[t->argc++] = t->hash;
	}
	return 0;
}

static int read_args(const char *file, struct task *t, struct seal_err *err)
{
	seal_auto_close int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	seal_auto_free char *text = NULL;
	const char *name;
	size_t n = 0;
	json_t *v;
	int r;

	if (fd < 0)
		return seal_err_set(err, -errno, "%s: %s", file, strerror(errno));
	r = seal_read_all(fd, ARGS_MAX, &text, &n, err);
	if (r < 0)
		return r;
	t->args = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(t->args))
		return seal_err_set(err, -EINVAL, "the arguments are no JSON object");
	r = take_action(t, json_object_get(t->args, "verb"), err);
	json_object_foreach(t->args, name, v)
	{
		if (r < 0)
			break;
		if (strcmp(name, "_ansible_check_mode") == 0)
			t->check = is_true(v);
		else if (strcmp(name, "plan") == 0)
			t->plan = json_string_value(v);
		else if (strcmp(name, "hash") == 0)
			t->hash = json_string_value(v);
		else if (strncmp(name, "_ansible_", 9) != 0 && strcmp(name, "verb") != 0 &&
			 !json_is_null(v))
			r = add_parameter(t, name, v, err);
	}
	return r == 0 ? take_plan(t, err) : r;
}

/* ---- the command line ---- */

static int drain(int fd, struct seal_buf *into)
{
	char buf[SEAL_BUF_FLUSH];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n < 0 && errno == EINTR)
		return 1;
	if (n > 0 && into->n < OUTPUT_MAX)
		seal_buf_put(into, buf, (size_t)n);
	return n > 0;
}

/* listen_to - both ends, until both are closed */
static void listen_to(int out, int err, struct done *d)
{
	struct pollfd p[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return;
		for (int i = 0; i < 2; i++)
			if (p[i].fd >= 0 && p[i].revents && !drain(p[i].fd, i ? &d->err : &d->out))
				p[i].fd = -1;
	}
}

static int carry_out(const struct task *t, int (*run)(int, char **), struct done *d)
{
	int out[2], err[2], status = 0;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(err, O_CLOEXEC) < 0) {
		close(out[0]);
		close(out[1]);
		return -errno;
	}
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (dup2(out[1], STDOUT_FILENO) < 0 || dup2(err[1], STDERR_FILENO) < 0)
			_exit(1);
		/* argv is permuted, its texts are only read */
		status = run(t->argc, (char **)(uintptr_t)t->argv);
		_exit(fflush(stdout) == 0 ? status : 1);
	}
	close(out[1]);
	close(err[1]);
	if (pid > 0)
		listen_to(out[0], err[0], d);
	close(out[0]);
	close(err[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	d->code = pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return pid < 0 ? -ENOMEM : d->out.err ? d->out.err : d->err.err;
}

/* ---- the answer ---- */

/* put_command - a step's command, as a line of text */
static void put_command(struct seal_buf *b, const json_t *step)
{
	const json_t *word;
	size_t i;

	json_array_foreach(json_object_get(step, "argv"), i, word)
	{
		if (i)
			seal_buf_putc(b, ' ');
		seal_enc_tty(
			b, (struct seal_bytes){json_string_value(word), json_string_length(word)});
	}
	seal_buf_putc(b, '\n');
}

/* tell_steps - how each step ended, from the JSON of fix --apply or --undo
 * Returns whether the host is not as it was before. */
static bool tell_steps(const struct task *t, struct seal_bytes json, struct seal_buf *diff)
{
	json_t *doc = json_loadb(json.p ? json.p : "", json.n, 0, NULL), *step;
	const char *changing = strcmp(t->action->name, "apply") == 0 ? "done" : "undone";
	bool changed = false;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(doc, "applied"), "steps"), i, step)
	{
		const char *state = json_string_value(json_object_get(step, "state"));

		if (!state)
			continue;
		changed |= strcmp(state, changing) == 0 || strcmp(state, "stuck") == 0;
		seal_buf_printf(diff, "%-8s ", state);
		put_command(diff, step);
	}
	json_decref(doc);
	return changed;
}

/* not_there - a step of verify's JSON whose effect is not there: apply would carry it out */
static bool not_there(const json_t *step)
{
	const char *state = json_string_value(json_object_get(step, "state"));

	return !state || (strcmp(state, "holds") != 0 && strcmp(state, "manual") != 0);
}

/* foresee - what apply would do, from what verify says of the plan's steps; one whose effect only a
 * program could tell counts */
static bool foresee(struct seal_bytes json, struct seal_buf *diff)
{
	json_t *doc = json_loadb(json.p ? json.p : "", json.n, 0, NULL), *step;
	bool changes = false;
	size_t i;

	json_array_foreach(json_object_get(doc, "steps"), i, step)
	{
		if (!not_there(step))
			continue;
		changes = true;
		put_command(diff, step);
	}
	json_decref(doc);
	return changes;
}

/* last_line - of what went to standard error: why it failed */
static struct seal_bytes last_line(const struct seal_buf *text)
{
	struct seal_bytes rest = seal_bytes_trim(seal_buf_bytes(text)), line = rest;

	while (rest.n)
		line = seal_bytes_cut(rest, '\n', &rest);
	return line;
}

static void put_answer(const struct task *t, const struct done *d, struct seal_json *j)
{
	const bool fixes = strcmp(t->action->verb, "fix") == 0;
	const bool failed = d->code != 0, dry = fixes && t->check;
	seal_auto_buf struct seal_buf prepared = {0};
	struct seal_bytes out = seal_buf_bytes(&d->out), why = last_line(&d->err);
	bool changed = false;

	if (dry)
		changed = foresee(out, &prepared);
	else if (fixes)
		changed = tell_steps(t, out, &prepared);
	seal_json_bool(j, "changed", changed);
	/* an effect that is not there yet is no failure of a check */
	seal_json_bool(j, "failed", dry ? d->code != 0 && d->code != 2 : failed);
	seal_json_i64(j, "rc", d->code);
	if (why.n)
		seal_json_bytes(j, "msg", why);
	else if (dry)
		seal_json_text(j, "msg", changed ? "the plan changes this host" : "nothing to do");
	else
		seal_json_text(j, "msg",
			       d->code == 2   ? "findings at or above fail_on"
			       : d->code == 3 ? "evidence is incomplete"
			       : failed       ? "failed"
					      : "done");
	if (fixes) {
		seal_json_object(j, "diff");
		seal_json_bytes(j, "prepared", seal_buf_bytes(&prepared));
		seal_json_object_end(j);
	}
	if (!dry)
		seal_json_bytes(j, "report", out);
}

/* look_only - check mode of a plan: its digest, and verify in place of fix. A plan that is not on
 * the host yet would be new to it. Returns 0, 1 (nothing more to do) or -EINVAL */
static int look_only(struct task *t, struct seal_json *j, struct seal_err *err)
{
	seal_auto_buf struct seal_buf hex = {0};
	seal_auto_plan struct seal_plan *plan = NULL;
	seal_auto_free char *text = NULL;

	if (access(t->plan, F_OK) < 0 && errno == ENOENT) {
		seal_json_bool(j, "changed", strcmp(t->action->name, "apply") == 0);
		seal_json_text(j, "msg", "the plan is not on this host");
		return 1;
	}
	if (seal_cli_read_plan(t->plan, &text, &plan, &hex, err) < 0)
		return -EINVAL;
	if (t->hash && strcasecmp(t->hash, hex.p) != 0)
		return seal_err_set(err, -EINVAL, "%s has the SHA-256 %s, not the one given",
				    t->plan, hex.p);
	t->argc = 0;
	t->argv[t->argc++] = "postseal";
	t->argv[t->argc++] = "verify";
	t->argv[t->argc++] = "--format";
	t->argv[t->argc++] = "json";
	t->argv[t->argc++] = t->plan;
	return 0;
}

static int answer(const char *file, int (*run)(int, char **), struct seal_json *j,
		  struct seal_err *err)
{
	struct task t = {.args = NULL};
	struct done d = {.code = -1};
	int r = read_args(file, &t, err);

	if (r == 0 && t.check && strcmp(t.action->verb, "fix") == 0)
		r = look_only(&t, j, err);
	if (r == 0) {
		r = carry_out(&t, run, &d);
		if (r < 0)
			seal_err_set(err, r, "%s", strerror(-r));
		else
			put_answer(&t, &d, j);
	}
	seal_buf_done(&d.out);
	seal_buf_done(&d.err);
	json_decref(t.args);
	return r < 0 ? r : d.code;
}

int seal_ansible_module(const char *args, int (*run)(int argc, char **argv))
{
	seal_auto_buf struct seal_buf out = {0};
	struct seal_err err = {0};
	struct seal_json j;
	int r;

	seal_json_init(&j, &out, false);
	seal_json_object(&j, NULL);
	r = answer(args, run, &j, &err);
	if (r < 0 && err.code) {
		seal_json_bool(&j, "changed", false);
		seal_json_bool(&j, "failed", true);
		seal_json_text(&j, "msg", err.text);
	}
	seal_json_object_end(&j);
	seal_buf_putc(&out, '\n');
	if (out.err || seal_fd_write(STDOUT_FILENO, seal_buf_bytes(&out)) < 0)
		return SEAL_EXIT_FAILED;
	/* Ansible reads the object; a status of its own would hide what it says */
	return SEAL_EXIT_OK;
}
