/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_fix_sh.c - what apply.sh and undo.sh execute is what the plan says, word by word, whatever
 * the words hold; so is what stands in the playbook; what no script should carry is a step for a
 * person
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <yaml.h>

#include "core/enc.h"
#include "fix/plan.h"
#include "fix/render.h"

#define FIXES   100000
#define A_BATCH 1000 /* of one script */
#define WORDS   6

static uint64_t seed = 1;

static uint32_t chance(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % n;
}

/* random_word - what file names, rules and expressions may hold, and at times what they must not */
static struct seal_bytes random_word(struct seal_arena *a)
{
	static const char *const odd[] = {"'",   "\"",       "$(id)", "`id`",  "\\",   "*",
					  "~",   "-n",       "--",    "!",     "&&",   ";",
					  "|",   "\xc3\xa9", "",      "#x",    "${x}", "%s",
					  "\\n", "=",        " x ",   "{a,b}", "<x",   ">x"};
	static const char *const bad[] = {"\n",   "\a",     "\x7f", "\xff",
					  "\xc3", "\x1b[m", "\t",   "\xe2\x80\xae"};
	struct seal_buf b = {0};
	struct seal_bytes ret;
	uint32_t n = chance(8), i;

	for (i = 0; i < n; i++) {
		if (chance(3) == 0)
			seal_buf_puts(&b, odd[chance(sizeof(odd) / sizeof(odd[0]))]);
		else if (chance(400) == 0)
			seal_buf_puts(&b, bad[chance(sizeof(bad) / sizeof(bad[0]))]);
		else
			seal_buf_putc(&b, (char)(0x20 + chance(0x5f)));
	}
	assert_int_equal(b.err, 0);
	assert_int_equal(seal_arena_copy(a, seal_buf_bytes(&b), &ret), 0);
	seal_buf_done(&b);
	return ret;
}

static bool is_clean(const struct seal_argv *a)
{
	struct seal_buf b = {0};
	bool clean = true;
	size_t i;

	for (i = 0; i < a->v.n; i++)
		clean = seal_enc_sh(&b, a->v.v[i]) && clean;
	seal_buf_done(&b);
	return clean;
}

/* add_fix - one of a random command. Its number is a word, so that no two are merged. */
static void add_fix(struct seal_plan *p, unsigned number)
{
	struct seal_bytes words[WORDS + 2];
	struct seal_fix f = {.kind = SEAL_FIX_FILE_MODE};
	struct seal_step *s = seal_vec_add(&f.steps);
	size_t n = 2 + chance(WORDS), i;

	words[0] = SEAL_LIT("chmod");
	words[1] = seal_bytes_of(seal_arena_printf(p->arena, "%u", number));
	for (i = 2; i < n; i++)
		words[i] = random_word(p->arena);
	assert_non_null(s);
	s->op = "chmod";
	assert_int_equal(seal_argv_set(&s->argv, words, n), 0);
	/* every third is taken back with words of its own */
	for (i = 2; i < n; i++)
		words[i] = random_word(p->arena);
	if (number % 3 == 0)
		assert_int_equal(seal_argv_set(&s->undo, words, n), 0);
	assert_int_equal(seal_plan_add(p, &f), 0);
	seal_fix_done(&f);
}

/* with_recorder - the script with a function that writes its words down in place of the program */
static void with_recorder(const struct seal_buf *script, const char *path)
{
	static const char head[] = "rec() { for w in \"$@\"; do printf '%s\\0' \"$w\"; done; "
				   "printf '\\n\\0'; }\n";
	const char *at = script->p, *end = script->p + script->n, *hit;
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fwrite(head, 1, sizeof(head) - 1, f);
	while ((hit = memmem(at, (size_t)(end - at), "\n\t/bin/chmod ", 13))) {
		fwrite(at, 1, (size_t)(hit - at), f);
		fputs("\n\trec ", f);
		at = hit + 13;
	}
	fwrite(at, 1, (size_t)(end - at), f);
	assert_int_equal(fclose(f), 0);
}

static void run_script(const char *path, const char *out)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (!freopen(out, "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		execl("/bin/sh", "sh", path, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static struct seal_bytes next_word(struct seal_bytes *rest)
{
	const char *end = rest->n ? memchr(rest->p, '\0', rest->n) : NULL;
	struct seal_bytes w;

	assert_non_null(end);
	w = (struct seal_bytes){rest->p, (size_t)(end - rest->p)};
	*rest = seal_bytes_from(*rest, w.n + 1);
	return w;
}

static void read_words(const char *out, struct seal_buf *all)
{
	char piece[65536];
	FILE *f = fopen(out, "re");
	size_t n;

	assert_non_null(f);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		seal_buf_put(all, piece, n);
	fclose(f);
}

/* expect - the next command written down is this one */
static void expect(struct seal_bytes *rest, const struct seal_argv *argv)
{
	size_t i;

	assert_true(is_clean(argv));
	for (i = 1; i < argv->v.n; i++)
		assert_true(seal_bytes_eq(next_word(rest), argv->v.v[i]));
	assert_true(seal_bytes_is(next_word(rest), "\n"));
}

/* compare - the words written down are those of the plan's steps. Returns how many steps */
static unsigned compare(const struct seal_plan *p, const char *out, bool back)
{
	struct seal_buf all = {0};
	struct seal_bytes rest;
	unsigned steps = 0;
	size_t i;

	read_words(out, &all);
	rest = seal_buf_bytes(&all);
	for (i = 0; i < p->steps.n; i++) {
		const struct seal_plan_step *s = &p->steps.v[back ? p->steps.n - 1 - i : i];

		if (seal_step_is_manual(s) || (back && !s->undo.v.n))
			continue;
		expect(&rest, back ? &s->undo : &s->argv);
		steps++;
	}
	assert_int_equal(rest.n, 0);
	seal_buf_done(&all);
	return steps;
}

/* next_event - of the playbook; the caller deletes it */
static yaml_event_type_t next_event(yaml_parser_t *parser, yaml_event_t *e)
{
	assert_int_equal(yaml_parser_parse(parser, e), 1);
	return e->type;
}

/* compare_list - a list under "argv:" holds these words behind the program, each !unsafe: Ansible
 * takes none for a template */
static void compare_list(yaml_parser_t *parser, const struct seal_argv *argv)
{
	yaml_event_t e;
	size_t i = 0;

	assert_int_equal(next_event(parser, &e), YAML_SEQUENCE_START_EVENT);
	yaml_event_delete(&e);
	while (next_event(parser, &e) == YAML_SCALAR_EVENT) {
		struct seal_bytes got = {(const char *)e.data.scalar.value, e.data.scalar.length};

		assert_true(i < argv->v.n);
		assert_non_null(e.data.scalar.tag);
		assert_string_equal((const char *)e.data.scalar.tag, "!unsafe");
		assert_true(i == 0 || seal_bytes_eq(got, argv->v.v[i]));
		yaml_event_delete(&e);
		i++;
	}
	assert_int_equal(e.type, YAML_SEQUENCE_END_EVENT);
	yaml_event_delete(&e);
	assert_int_equal(i, argv->v.n);
}

/* compare_playbook - read back, it has the commands of the plan in their order, and no word of them
 * anywhere without the tag */
static void compare_playbook(struct seal_plan *p)
{
	struct seal_buf text = {0};
	yaml_parser_t parser;
	yaml_event_t e;
	yaml_event_type_t type;
	size_t i = 0;

	seal_plan_ansible(p, "0", &text);
	assert_int_equal(text.err, 0);
	assert_int_equal(yaml_parser_initialize(&parser), 1);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.n);
	do {
		bool is_argv, is_open;

		type = next_event(&parser, &e);
		is_argv = type == YAML_SCALAR_EVENT &&
			  strcmp((const char *)e.data.scalar.value, "argv") == 0;
		is_open = type == YAML_SCALAR_EVENT && !e.data.scalar.tag;
		/* what is no word of a step is ours, and holds nothing of a template */
		assert_false(is_open && strstr((const char *)e.data.scalar.value, "{{"));
		yaml_event_delete(&e);
		if (!is_argv)
			continue;
		while (i < p->steps.n && seal_step_is_manual(&p->steps.v[i]))
			i++;
		assert_true(i < p->steps.n);
		compare_list(&parser, &p->steps.v[i++].argv);
	} while (type != YAML_STREAM_END_EVENT);
	while (i < p->steps.n && seal_step_is_manual(&p->steps.v[i]))
		i++;
	assert_int_equal(i, p->steps.n);
	yaml_parser_delete(&parser);
	seal_buf_done(&text);
}

/* try_undo - what was done is taken back, last step first */
static unsigned try_undo(const struct seal_plan *p, const char *dir)
{
	char path[96], out[96];
	struct seal_buf script = {0};
	unsigned n;

	snprintf(path, sizeof(path), "%.80s/undo.sh", dir);
	snprintf(out, sizeof(out), "%.80s/undone", dir);
	seal_plan_undo_sh(p, "0", &script);
	assert_int_equal(script.err, 0);
	with_recorder(&script, path);
	run_script(path, out);
	n = compare(p, out, true);
	unlink(path);
	unlink(out);
	seal_buf_done(&script);
	return n;
}

static void test_random_plans(void **state)
{
	char dir[64], path[96], out[96], command[160];
	unsigned number = 0, done = 0, by_hand = 0, undone = 0;

	(void)state;
	/* 200,000 marks are made: in memory where that is possible */
	snprintf(dir, sizeof(dir), "%s/postseal-fix-sh-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/apply.sh", dir);
	snprintf(out, sizeof(out), "%s/out", dir);
	while (number < FIXES) {
		struct seal_plan *p = seal_plan_new();
		struct seal_buf script = {0};
		unsigned i;

		assert_non_null(p);
		for (i = 0; i < A_BATCH; i++)
			add_fix(p, number++);
		assert_int_equal(p->fixes.n, A_BATCH);
		assert_int_equal(seal_plan_make(p), 0);
		seal_plan_apply_sh(p, "0", &script);
		assert_int_equal(script.err, 0);
		with_recorder(&script, path);
		run_script(path, out);
		i = compare(p, out, false);
		done += i;
		by_hand += A_BATCH - i;
		if (number % (10 * A_BATCH) == 0) {
			undone += try_undo(p, dir);
			compare_playbook(p);
		}
		seal_buf_done(&script);
		seal_plan_free(p);
		snprintf(command, sizeof(command), "%s/state", dir);
		for (i = 1; i <= A_BATCH; i++) {
			char mark[200];

			snprintf(mark, sizeof(mark), "%s/%u.done", command, i);
			unlink(mark);
			snprintf(mark, sizeof(mark), "%s/%u.begun", command, i);
			unlink(mark);
		}
		snprintf(out, sizeof(out), "%s/out", dir);
	}
	print_message("%u steps executed as planned, %u left to a person, %u taken back\n", done,
		      by_hand, undone);
	assert_true(undone > FIXES / 40);
	assert_int_equal(done + by_hand, FIXES);
	assert_true(by_hand > FIXES / 200);
	unlink(path);
	unlink(out);
	snprintf(command, sizeof(command), "%s/state", dir);
	rmdir(command);
	rmdir(dir);
}

/* a word with bytes that no script should carry: a step for a person, with \xNN */
static void test_control_bytes(void **state)
{
	static const char *const words[] = {"a\nb", "a\ab", "a\x7f", "\xff", "\x1b]0;x\a"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct seal_bytes argv[] = {SEAL_LIT("chmod"), SEAL_LIT("0600"),
					    seal_bytes_of(words[i])};
		struct seal_plan *p = seal_plan_new();
		struct seal_fix f = {.kind = SEAL_FIX_FILE_MODE};
		struct seal_step *s = seal_vec_add(&f.steps);
		struct seal_buf script = {0};

		assert_non_null(p);
		assert_non_null(s);
		s->op = "chmod";
		assert_int_equal(seal_argv_set(&s->argv, argv, 3), 0);
		assert_int_equal(seal_plan_add(p, &f), 0);
		assert_int_equal(seal_plan_make(p), 0);
		assert_int_equal(p->steps.n, 1);
		assert_true(seal_step_is_manual(&p->steps.v[0]));
		assert_true(seal_bytes_find(p->steps.v[0].why, "\\x") >= 0);
		seal_plan_apply_sh(p, "0", &script);
		assert_null(memmem(script.p, script.n, words[i], strlen(words[i])));
		seal_buf_done(&script);
		seal_fix_done(&f);
		seal_plan_free(p);
	}
}

/* apply_mode - a script that changes the mode of a file from 0644, run where it has @mode
 * Returns its exit status; *after: the mode then. */
static int apply_mode(mode_t mode, mode_t *after)
{
	char dir[] = "/tmp/postseal-fix-sh-XXXXXX", file[64], path[64], command[96];
	struct seal_plan *p = seal_plan_new();
	struct seal_fix f = {.kind = SEAL_FIX_FILE_MODE};
	struct seal_step *s = seal_vec_add(&f.steps);
	struct seal_bytes argv[3] = {SEAL_LIT("chmod"), SEAL_LIT("0600")};
	struct seal_buf script = {0};
	struct stat st;
	FILE *out;
	int status;

	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/file", dir);
	snprintf(path, sizeof(path), "%s/apply.sh", dir);
	out = fopen(file, "we");
	assert_true(p && s && out && fclose(out) == 0 && chmod(file, mode) == 0);
	argv[2] = seal_bytes_of(file);
	s->op = "chmod";
	s->before = (struct seal_condition){SEAL_CONDITION_MODE, false, argv[2], SEAL_LIT("0644")};
	s->after = (struct seal_condition){SEAL_CONDITION_MODE, false, argv[2], SEAL_LIT("0600")};
	assert_int_equal(seal_argv_set(&s->argv, argv, 3), 0);
	assert_int_equal(seal_plan_add(p, &f), 0);
	assert_int_equal(seal_plan_make(p), 0);
	seal_plan_apply_sh(p, "0", &script);
	out = fopen(path, "we");
	assert_true(out && fwrite(script.p, 1, script.n, out) == script.n && fclose(out) == 0);
	snprintf(command, sizeof(command), "sh %s 2>/dev/null", path);
	status = system(command);
	assert_int_equal(stat(file, &st), 0);
	*after = st.st_mode & 07777;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
	seal_buf_done(&script);
	seal_fix_done(&f);
	seal_plan_free(p);
	return WEXITSTATUS(status);
}

static void test_moved_ground(void **state)
{
	mode_t after;

	(void)state;
	assert_int_equal(apply_mode(0644, &after), 0);
	assert_int_equal(after, 0600);
	/* it is not as it was when the plan was made */
	assert_int_equal(apply_mode(0640, &after), 1);
	assert_int_equal(after, 0640);
	/* done already */
	assert_int_equal(apply_mode(0600, &after), 0);
	assert_int_equal(after, 0600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_control_bytes),
		cmocka_unit_test(test_moved_ground),
		cmocka_unit_test(test_random_plans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
