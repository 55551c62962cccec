/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fix/render.h"

#include <stdlib.h>

#include "core/enc.h"
#include "fix/nft_rule.h"
#include "fix/probe.h"

/* sh.c - a plan as POSIX sh. What it may hold is THREATS.md's: absolute programs, every word
 * quoted, no eval, no text of the evidence outside a quoted word. */

static const char preamble[] = "set -eu\n"
			       "LC_ALL=C\n"
			       "export LC_ALL\n"
			       "umask 077\n"
			       "here=$(CDPATH='' cd -- \"$(dirname -- \"$0\")\" && pwd -P)\n"
			       "state=$here/state\n"
			       "\n"
			       "say() { printf 'postseal: %s\\n' \"$1\" >&2; }\n";

/* the tests of a probe: whether the answer is the one awaited ($1: yes or no); a program that fails
 * gives neither. The words after their own arguments are the program. */
static const char *const test_functions[] = {
	[SEAL_PROBE_EXIT_0] = "ends_well() {\n"
			      "\tsign=$1; shift\n"
			      "\tif \"$@\" >/dev/null 2>&1; then got=yes; else got=no; fi\n"
			      "\t[ \"$got\" = \"$sign\" ]\n"
			      "}\n",
	[SEAL_PROBE_QUERY] = "says() {\n"
			     "\tsign=$1; shift\n"
			     "\tif \"$@\" >/dev/null 2>&1; then got=yes; else\n"
			     "\t\tcase $? in 1 | 112) got=no ;; *) return 1 ;; esac\n"
			     "\tfi\n"
			     "\t[ \"$got\" = \"$sign\" ]\n"
			     "}\n",
	[SEAL_PROBE_EMPTY] = "prints_nothing() {\n"
			     "\tsign=$1; shift\n"
			     "\tout=$(\"$@\") || return 1\n"
			     "\tif [ -z \"$out\" ]; then got=yes; else got=no; fi\n"
			     "\t[ \"$got\" = \"$sign\" ]\n"
			     "}\n",
	[SEAL_PROBE_IS] = "prints() {\n"
			  "\tsign=$1 want=$2; shift 2\n"
			  "\tout=$(\"$@\") || return 1\n"
			  "\tif [ \"$out\" = \"$want\" ]; then got=yes; else got=no; fi\n"
			  "\t[ \"$got\" = \"$sign\" ]\n"
			  "}\n",
	[SEAL_PROBE_LINE] = "prints_line() {\n"
			    "\tsign=$1 want=$2; shift 2\n"
			    "\tout=$(\"$@\") || return 1\n"
			    "\tgot=no\n"
			    "\twhile IFS= read -r line; do\n"
			    "\t\tif [ \"$line\" = \"$want\" ]; then got=yes; fi\n"
			    "\tdone <<-END\n"
			    "\t$out\n"
			    "\tEND\n"
			    "\t[ \"$got\" = \"$sign\" ]\n"
			    "}\n",
	[SEAL_PROBE_PARTS] = "prints_line_of() {\n"
			     "\tsign=$1 part=$2 end=$3; shift 3\n"
			     "\tout=$(\"$@\") || return 1\n"
			     "\tgot=no\n"
			     "\twhile IFS= read -r line; do\n"
			     "\t\tcase $line in *\"$part\"*\"$end\") got=yes ;; esac\n"
			     "\tdone <<-END\n"
			     "\t$out\n"
			     "\tEND\n"
			     "\t[ \"$got\" = \"$sign\" ]\n"
			     "}\n",
};

/* new_handle of the rule with text $2 that the listing $1 of before does
 * not have, or has handle $3, which some kernels keep, chain $4 $5 $6; old_text of handle $2 in the
 * listing $1 */
static const char rule_functions[] =
	"new_handle() {\n"
	"\told=$1 text=$2 same=$3; shift 3\n"
	"\tout=$(/usr/sbin/nft -s -a list chain \"$@\")\n"
	"\twhile read -r line; do\n"
	"\t\tcase $line in \"$text # handle \"*) ;; *) continue ;; esac\n"
	"\t\thandle=${line##*\"# handle \"}\n"
	"\t\tif [ \"$handle\" = \"$same\" ] ||\n"
	"\t\t\t! /bin/grep -q -- \"# handle $handle\\$\" \"$old\"; then\n"
	"\t\t\tprintf '%s\\n' \"$handle\"\n"
	"\t\t\treturn 0\n"
	"\t\tfi\n"
	"\tdone <<-END\n"
	"\t$out\n"
	"\tEND\n"
	"}\n"
	"old_text() {\n"
	"\twhile read -r line; do\n"
	"\t\tcase $line in *\"# handle $2\") printf '%s\\n' \"${line% \"# handle $2\"}\" ;; esac\n"
	"\tdone <\"$1\"\n"
	"}\n";

static const char *const test_names[] = {
	[SEAL_PROBE_EXIT_0] = "ends_well",     [SEAL_PROBE_QUERY] = "says",
	[SEAL_PROBE_EMPTY] = "prints_nothing", [SEAL_PROBE_IS] = "prints",
	[SEAL_PROBE_LINE] = "prints_line",     [SEAL_PROBE_PARTS] = "prints_line_of",
};

#define N_TESTS (sizeof(test_names) / sizeof(test_names[0]))

static void put_word(struct seal_buf *out, struct seal_bytes w)
{
	if (!seal_enc_sh(out, w) && out->err == 0)
		seal_buf_puts(out, "''"); /* the plan holds no such word: seal_plan_make() */
}

/* put_argv - a command with its program in full */
static void put_argv(struct seal_buf *out, const struct seal_argv *a)
{
	const char *path = a->v.n ? seal_program_path(a->v.v[0]) : NULL;
	size_t i;

	if (path)
		seal_buf_puts(out, path);
	else if (a->v.n)
		put_word(out, a->v.v[0]);
	for (i = 1; i < a->v.n; i++) {
		seal_buf_putc(out, ' ');
		put_word(out, a->v.v[i]);
	}
}

static void put_probe(struct seal_buf *out, const struct seal_probe *p)
{
	seal_buf_puts(out, test_names[p->test]);
	seal_buf_puts(out, p->not ? " no " : " yes ");
	if (p->test == SEAL_PROBE_IS || p->test == SEAL_PROBE_LINE || p->test == SEAL_PROBE_PARTS) {
		put_word(out, p->text);
		seal_buf_putc(out, ' ');
	}
	if (p->test == SEAL_PROBE_PARTS) {
		put_word(out, p->end);
		seal_buf_putc(out, ' ');
	}
	put_argv(out, &p->argv);
}

/* struct script - one being written, and the tests it needs */
struct script {
	const struct seal_plan *p;
	struct seal_buf body;
	bool needs[N_TESTS];
	bool rules; /* and what looks for a rule's handle */
};

/* put_conditions - "a && b && c" over the conditions, and the program that is asked
 * Returns whether there was anything to ask. */
static bool put_conditions(struct script *s, const struct seal_condition *v, size_t n,
			   const struct seal_argv *ask)
{
	struct seal_probe p = {.test = SEAL_PROBE_EXIT_0};
	bool some = false;
	size_t i;
	int r;

	for (i = 0; i < n; i++) {
		r = seal_probe_of(&v[i], s->p->arena, &p);
		if (r < 0)
			s->body.err = r;
		if (r <= 0)
			continue;
		seal_buf_puts(&s->body, some ? " && " : "");
		put_probe(&s->body, &p);
		s->needs[p.test] = some = true;
		seal_probe_done(&p);
	}
	if (ask && ask->v.n) {
		seal_buf_puts(&s->body, some ? " && ends_well yes " : "ends_well yes ");
		put_argv(&s->body, ask);
		s->needs[SEAL_PROBE_EXIT_0] = some = true;
	}
	return some;
}

static bool has_probe(const struct seal_condition *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (v[i].kind != SEAL_CONDITION_NONE)
			return true;
	return false;
}

static bool keeps_labels(const struct seal_plan_step *s)
{
	return seal_bytes_is(s->op, "restorecon");
}

/* put_save - the labels below the paths of a relabelling, kept for the way back */
static void put_save(struct script *s, const struct seal_plan_step *step, unsigned n)
{
	size_t i;

	seal_buf_puts(&s->body, "\tif [ ! -x /usr/bin/getfattr ]; then\n"
				"\t\tsay 'getfattr is not installed (package attr): without it "
				"labels cannot be given back'\n"
				"\t\texit 1\n"
				"\tfi\n");
	seal_buf_printf(&s->body, "\tif [ ! -e \"$state/%u.labels\" ]; then\n\t", n);
	seal_buf_puts(&s->body, "\t/usr/bin/getfattr -R -P -h -d -m '^security[.]selinux$' "
				"--absolute-names --");
	for (i = 2; i < step->argv.v.n; i++) {
		seal_buf_putc(&s->body, ' ');
		put_word(&s->body, step->argv.v.v[i]);
	}
	seal_buf_printf(&s->body,
			" >\"$state/%u.labels.new\"\n"
			"\t\t/bin/mv -f -- \"$state/%u.labels.new\" \"$state/%u.labels\"\n\tfi\n",
			n, n, n);
}

/* put_chain - "'inet' 'filter' 'output'" of a rule's step */
static void put_chain(struct seal_buf *out, const struct seal_plan_step *step)
{
	size_t i;

	for (i = 3; i < 6; i++) {
		seal_buf_putc(out, ' ');
		put_word(out, step->argv.v.v[i]);
	}
}

/* put_listing - the chain as it is before the step, kept for the way back */
static void put_listing(struct script *s, const struct seal_plan_step *step, unsigned n)
{
	seal_buf_printf(&s->body, "\tif [ ! -e \"$state/%u.chain\" ]; then\n", n);
	seal_buf_puts(&s->body, "\t\t/usr/sbin/nft -s -a list chain");
	put_chain(&s->body, step);
	seal_buf_printf(&s->body,
			" >\"$state/%u.chain.new\"\n"
			"\t\t/bin/mv -f -- \"$state/%u.chain.new\" \"$state/%u.chain\"\n\tfi\n",
			n, n, n);
}

static void put_head(struct seal_buf *out, const char *what, const char *hash)
{
	seal_buf_puts(out, "#!/bin/sh\n");
	seal_buf_printf(out, "# %s; plan.json has the SHA-256 %s\n", what, hash);
	seal_buf_puts(out, preamble);
}

static void put_functions(struct seal_buf *out, const struct script *s)
{
	size_t i;

	for (i = 0; i < N_TESTS; i++)
		if (s->needs[i])
			seal_buf_puts(out, test_functions[i]);
	if (s->rules)
		seal_buf_puts(out, rule_functions);
	seal_buf_putc(out, '\n');
}

static void put_numbers(struct seal_buf *out, const struct seal_plan_step *s)
{
	seal_vec_each (n, &s->fixes) {
		seal_buf_printf(out, "%sfix-%u", n == s->fixes.v ? ": " : ", ", *n);
	}
}

/* apply_step - pass over what is done already, stop where the ground has moved, keep a mark before
 * the change so that the other script knows of it even when this one is killed */
static void apply_step(struct script *s, const struct seal_plan_step *step, unsigned n)
{
	struct seal_buf *b = &s->body;
	bool probed = step->ask.v.n || has_probe(step->after.v, step->after.n);
	bool told = probed && !seal_step_is_restart(step);

	seal_buf_printf(b, "\n# step %u", n);
	put_numbers(b, step);
	seal_buf_putc(b, '\n');
	if (seal_step_is_manual(step)) {
		seal_buf_puts(b, "say ");
		put_word(b, SEAL_LIT("to be done by hand: see plan.json"));
		seal_buf_putc(b, '\n');
		return;
	}
	seal_buf_puts(b, "if ");
	if (told)
		put_conditions(s, step->after.v, step->after.n, &step->ask);
	else
		seal_buf_printf(b, "[ -e \"$state/%u.done\" ]", n);
	seal_buf_printf(b, "; then\n\tsay 'step %u: done already'\nelse\n", n);
	if (has_probe(step->before.v, step->before.n)) {
		seal_buf_puts(b, "\tif ! { ");
		put_conditions(s, step->before.v, step->before.n, NULL);
		seal_buf_printf(b, "; }; then\n\t\tstop %u\n\tfi\n", n);
	}
	if (keeps_labels(step))
		put_save(s, step, n);
	if (seal_nft_verb(step) != SEAL_NFT_NONE)
		put_listing(s, step, n);
	seal_buf_printf(b, "\t: >\"$state/%u.begun\"\n\t", n);
	put_argv(b, &step->argv);
	seal_buf_putc(b, '\n');
	if (probed) {
		seal_buf_puts(b, "\tif ! { ");
		put_conditions(s, step->after.v, step->after.n, &step->ask);
		seal_buf_printf(b, "; }; then\n\t\tfailed %u\n\tfi\n", n);
	}
	seal_buf_printf(b, "\t: >\"$state/%u.done\"\n\tsay 'step %u: done'\nfi\n", n, n);
}

void seal_plan_apply_sh(const struct seal_plan *p, const char *hash, struct seal_buf *out)
{
	struct script s = {.p = p};
	unsigned n = 0;

	seal_vec_each (step, &p->steps) {
		apply_step(&s, step, ++n);
	}
	put_head(out, "apply: carries out the plan beside it, step by step", hash);
	seal_buf_puts(
		out,
		"stop() {\n"
		"\tsay \"step $1: what it needs no longer holds, so it was not done. The steps "
		"before it stay; undo.sh takes them back\"\n"
		"\texit 1\n"
		"}\n"
		"failed() {\n"
		"\tsay \"step $1: its effect is not there. undo.sh takes back what was done\"\n"
		"\texit 1\n"
		"}\n");
	put_functions(out, &s);
	seal_buf_puts(out, "cd -- \"$here\"\nmkdir -p -- \"$state\"\n");
	seal_buf_put(out, s.body.p, s.body.n);
	if (s.body.err)
		out->err = s.body.err;
	seal_buf_done(&s.body);
}

/* undo_rule - the chain as the kept listing has it, as far as the step goes */
static void undo_rule(struct script *s, const struct seal_plan_step *step, unsigned n)
{
	enum seal_nft_verb verb = seal_nft_verb(step);
	struct seal_buf *b = &s->body;

	s->rules = true;
	seal_buf_printf(b, "\tif [ -e \"$state/%u.chain\" ]; then\n", n);
	if (verb != SEAL_NFT_ADD) {
		seal_buf_printf(b, "\t\twas=$(old_text \"$state/%u.chain\" ", n);
		put_word(b, seal_nft_handle(step));
		seal_buf_puts(b, ")\n");
	}
	seal_buf_printf(b, "\t\tnew=$(new_handle \"$state/%u.chain\" ", n);
	if (verb == SEAL_NFT_DELETE)
		seal_buf_puts(b, "\"$was\"");
	else
		put_word(b, seal_nft_text(step));
	seal_buf_putc(b, ' ');
	put_word(b, verb == SEAL_NFT_REPLACE ? seal_nft_handle(step) : SEAL_BYTES_NONE);
	put_chain(b, step);
	seal_buf_puts(b, ")\n");
	if (verb == SEAL_NFT_DELETE) {
		seal_buf_puts(b, "\t\tif [ -z \"$new\" ] && ! /usr/sbin/nft -s -a list chain");
		put_chain(b, step);
		seal_buf_puts(b, " | /bin/grep -q -- '# handle '");
		put_word(b, seal_nft_handle(step));
		seal_buf_puts(b, "'$'; then\n\t\t\t");
		put_argv(b, &step->undo);
	} else {
		seal_buf_puts(b, "\t\tif [ -n \"$new\" ]; then\n\t\t\t/usr/sbin/nft ");
		seal_buf_puts(b, verb == SEAL_NFT_ADD ? "delete rule" : "replace rule");
		put_chain(b, step);
		seal_buf_puts(b, verb == SEAL_NFT_ADD ? " handle \"$new\""
						      : " handle \"$new\" \"$was\"");
	}
	seal_buf_puts(b, "\n\t\tfi\n\tfi\n");
}

static void undo_step(struct script *s, const struct seal_plan_step *step, unsigned n)
{
	struct seal_buf *b = &s->body;

	bool rule = seal_nft_verb(step) != SEAL_NFT_NONE;

	if (seal_step_is_manual(step) || (!step->undo.v.n && !keeps_labels(step) && !rule))
		return;
	if (seal_nft_verb(step) == SEAL_NFT_DELETE && !step->undo.v.n)
		return;
	seal_buf_printf(b, "\n# step %u\nif [ -e \"$state/%u.begun\" ]; then\n", n, n);
	if (keeps_labels(step)) {
		seal_buf_printf(b,
				"\tif [ -s \"$state/%u.labels\" ]; then\n"
				"\t\t/usr/bin/setfattr -h --restore=\"$state/%u.labels\"\n"
				"\tfi\n",
				n, n);
	} else if (rule) {
		undo_rule(s, step, n);
	} else {
		bool probed = step->ask.v.n || has_probe(step->after.v, step->after.n);

		if (probed) {
			seal_buf_puts(b, "\tif ");
			put_conditions(s, step->after.v, step->after.n, &step->ask);
			if (has_probe(step->before.v, step->before.n)) {
				/* the effect never came, and yet something is not as before */
				seal_buf_printf(b, " ||\n\t\t{ [ ! -e \"$state/%u.done\" ] && ! { ",
						n);
				put_conditions(s, step->before.v, step->before.n, NULL);
				seal_buf_puts(b, "; }; }");
			}
			seal_buf_puts(b, "; then\n\t\t");
		} else {
			seal_buf_puts(b, "\t");
		}
		put_argv(b, &step->undo);
		seal_buf_puts(b, probed ? "\n\tfi\n" : "\n");
	}
	seal_buf_printf(b, "\t/bin/rm -f -- \"$state/%u.done\" \"$state/%u.labels\"", n, n);
	seal_buf_printf(b, " \"$state/%u.chain\" \"$state/%u.begun\"\n", n, n);
	seal_buf_printf(b, "\tsay 'step %u: taken back'\nfi\n", n);
}

void seal_plan_undo_sh(const struct seal_plan *p, const char *hash, struct seal_buf *out)
{
	struct script s = {.p = p};
	size_t i;

	for (i = p->steps.n; i > 0; i--)
		undo_step(&s, &p->steps.v[i - 1], (unsigned)i);
	put_head(out, "undo: takes back what apply.sh began, last step first", hash);
	put_functions(out, &s);
	seal_buf_puts(out, "cd -- \"$here\"\n"
			   "if [ ! -d \"$state\" ]; then\n"
			   "\tsay 'nothing was begun'\n"
			   "fi\n");
	seal_buf_put(out, s.body.p, s.body.n);
	if (s.body.err)
		out->err = s.body.err;
	seal_buf_done(&s.body);
}
