/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* cli.h - what the command line says, and the table of verbs. One file per verb: verb_<name>.c */

#include <limits.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/opt.h"
#include "core/vec.h"
#include "report/report.h"

/* exit codes (CONTRACT); the highest-ranking rule is 1 > 64 > 2 > 3 > 0 */
enum seal_exit {
	SEAL_EXIT_OK = 0,
	SEAL_EXIT_FAILED = 1,
	SEAL_EXIT_FINDINGS = 2,
	SEAL_EXIT_INCOMPLETE = 3,
	SEAL_EXIT_USAGE = 64,
};

/* struct seal_format - a form a verb's answer can be written in: how it is called on the command
 * line, and its writer
 * @answer: what the verb hands to seal_cli_render()
 * @out:    appended to; out->err tells when memory was gone */
struct seal_format {
	const char *name;
	void (*put)(const void *answer, const struct seal_text_style *style, struct seal_buf *out);
};

/* struct seal_output - one --format; file NULL is stdout */
struct seal_output {
	const struct seal_format *format;
	const char *file;
};

/* struct seal_cli_words - the arguments of an option that may be given more than once */
struct seal_cli_words {
	seal_vec(const char *) v;
};

/* struct seal_cli_ids - the same taken apart at commas */
struct seal_cli_ids {
	seal_vec(struct seal_bytes) v;
};

struct seal_verb;

/* the most that --jobs may ask for */
#define SEAL_JOBS_MAX 256u

struct seal_cli {
	const struct seal_verb *verb;
	const char *root;
	seal_vec(struct seal_output) outputs; /* never empty once parsed */
	int64_t since_us, until_us;           /* SEAL_TIME_NONE = open */
	const char *rules_dir;
	bool quiet, verbose, no_color, help;
	bool default_format; /* no --format was given */
	bool show_addresses; /* whole mail addresses in documents that are passed on */
	bool all;            /* denials: of all domains */
	const char *type;    /* denials: of this source or target type */
	const char *message; /* explain: tell the story of this one; NULL: none */
	bool prove;          /* denials: compile the module with the root's store */
	bool require_complete;
	struct { /* reach */
		const char *ruleset, *firewalld, *topology, *probe;
		bool in, out;
		const char *port, *from, *to, *user;
	} reach;
	struct { /* audit */
		const char *fail_on, *severity, *role, *waivers, *baseline;
		struct seal_cli_words only, skip, what_if;
		bool needs;
		unsigned jobs; /* roots at a time; 0: one a processor */
	} audit;
	struct { /* fix */
		const char *dir, *apply, *undo, *hash, *policy_root;
		unsigned confirm_s; /* 0: no question */
		bool audit;         /* the fixes of checks that fail as well */
		bool denials;       /* those of all denials as well */
	} fix;
	struct { /* probe */
		struct seal_cli_words to, selectors, blocklists;
		const char *domain, *timeout;
		bool auth;
	} probe;
	struct { /* collect */
		const char *file, *max_size;
		bool redact;
	} collect;
	struct { /* watch */
		const char *textfile;
		unsigned for_s; /* 0: until it is stopped */
	} watch;
	char **args;
	size_t n_args;
};

struct seal_verb {
	const char *name;
	const char *operands;                   /* for the usage line: "[QUEUE-ID ...]" */
	const char *about;                      /* one line */
	unsigned bit;                           /* its place in seal_opt.verbs */
	const struct seal_format *formats;      /* the first is the default; ends with name NULL */
	int (*run)(const struct seal_cli *cli); /* returns an exit code */
};

/* bits of the verbs, for the option table */
enum {
	SEAL_VERB_EXPLAIN = 1 << 0,
	SEAL_VERB_DENIALS = 1 << 1,
	SEAL_VERB_REACH = 1 << 2,
	SEAL_VERB_RULES = 1 << 3,
	SEAL_VERB_AUDIT = 1 << 4,
	SEAL_VERB_FIX = 1 << 5,
	SEAL_VERB_PROBE = 1 << 6,
	SEAL_VERB_BASELINE = 1 << 7,
	SEAL_VERB_DIFF = 1 << 8,
	SEAL_VERB_REDUCE = 1 << 9,
	SEAL_VERB_VERIFY = 1 << 10,
	SEAL_VERB_COLLECT = 1 << 11,
	SEAL_VERB_WATCH = 1 << 12,
	SEAL_VERB_ALL = 0x7fffffff,
	SEAL_VERB_ROOT =
		SEAL_VERB_ALL & ~(SEAL_VERB_DIFF | SEAL_VERB_REDUCE), /* those that read one root */
	SEAL_VERB_CHECKS = SEAL_VERB_AUDIT | SEAL_VERB_BASELINE | SEAL_VERB_DIFF,
};

extern const struct seal_opt seal_options[];

extern const struct seal_format seal_formats_explain[], seal_formats_denials[],
	seal_formats_reach[], seal_formats_audit[], seal_formats_rules[], seal_formats_fix[],
	seal_formats_probe[], seal_formats_baseline[], seal_formats_diff[], seal_formats_reduce[],
	seal_formats_verify[], seal_formats_collect[], seal_formats_watch[];

int seal_verb_explain(const struct seal_cli *cli);
int seal_verb_denials(const struct seal_cli *cli);
int seal_verb_reach(const struct seal_cli *cli);
int seal_verb_audit(const struct seal_cli *cli);
int seal_verb_baseline(const struct seal_cli *cli);
int seal_verb_reduce(const struct seal_cli *cli);
int seal_verb_diff(const struct seal_cli *cli);
/* seal_verb_needs - audit with --needs or --what-if */
int seal_verb_needs(const struct seal_cli *cli);
int seal_verb_rules(const struct seal_cli *cli);
int seal_verb_fix(const struct seal_cli *cli);
int seal_verb_probe(const struct seal_cli *cli);
int seal_verb_verify(const struct seal_cli *cli);
int seal_verb_collect(const struct seal_cli *cli);
int seal_verb_watch(const struct seal_cli *cli);

/* seal_cli_fail - print "postseal VERB: text" on stderr; returns @code for the exit status */
int seal_cli_fail(const struct seal_cli *cli, enum seal_exit code, const struct seal_err *err);

/* struct seal_document - a document on its way to where the user wants it; append to buf */
struct seal_document {
	struct seal_buf buf;
	struct seal_sink sink;
	int fd;
	const char *path;      /* NULL: standard output */
	char beside[PATH_MAX]; /* the file while it is written; empty: path itself */
};

/* seal_cli_open, seal_cli_close - write a document piece by piece: to stdout, or to a file beside
 * that is renamed into place at the end, so that no half-written file is ever seen. @d stays where
 * it is in between; what was opened is closed, also after a failure.
 * Return SEAL_EXIT_OK or SEAL_EXIT_FAILED (reported). */
int seal_cli_open(const struct seal_cli *cli, const struct seal_output *to,
		  struct seal_document *d);
int seal_cli_close(const struct seal_cli *cli, struct seal_document *d);

/* seal_cli_write - the same for a document that is whole already */
int seal_cli_write(const struct seal_cli *cli, const struct seal_output *to,
		   const struct seal_buf *doc);

/* seal_cli_render - write @answer in every format asked for
 * Returns SEAL_EXIT_OK or SEAL_EXIT_FAILED (reported). */
int seal_cli_render(const struct seal_cli *cli, const void *answer);

/* seal_cli_now - when this runs: SOURCE_DATE_EPOCH, so that a run can be repeated, else the clock.
 * Waivers end by it; no other part of an answer may depend on it. */
int64_t seal_cli_now(void);

/* seal_cli_color - whether text for @to is coloured: a terminal, no NO_COLOR, TERM not "dumb" */
bool seal_cli_color(const struct seal_cli *cli, const struct seal_output *to);
