/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"

#include <errno.h>

#include "core/time.h"

/* every field that an option sets to its argument as it is */
#define TEXT_OPTION(fn, field)                                                                     \
	static int fn(void *data, const char *arg, struct seal_err *err)                           \
	{                                                                                          \
		(void)err;                                                                         \
		((struct seal_cli *)data)->field = arg;                                            \
		return 0;                                                                          \
	}
/* every field that an option without argument sets to true */
#define FLAG_OPTION(fn, field)                                                                     \
	static int fn(void *data, const char *arg, struct seal_err *err)                           \
	{                                                                                          \
		(void)arg;                                                                         \
		(void)err;                                                                         \
		((struct seal_cli *)data)->field = true;                                           \
		return 0;                                                                          \
	}

TEXT_OPTION(set_root, root)
TEXT_OPTION(set_rules, rules_dir)
TEXT_OPTION(set_type, type)
TEXT_OPTION(set_message, message)
TEXT_OPTION(set_ruleset, reach.ruleset)
TEXT_OPTION(set_firewalld, reach.firewalld)
TEXT_OPTION(set_topology, reach.topology)
TEXT_OPTION(set_probe, reach.probe)
TEXT_OPTION(set_port, reach.port)
TEXT_OPTION(set_from, reach.from)
TEXT_OPTION(set_user, reach.user)
TEXT_OPTION(set_fail_on, audit.fail_on)
TEXT_OPTION(set_severity, audit.severity)
TEXT_OPTION(set_role, audit.role)
TEXT_OPTION(set_waivers, audit.waivers)
TEXT_OPTION(set_baseline, audit.baseline)
TEXT_OPTION(set_apply, fix.apply)
TEXT_OPTION(set_undo, fix.undo)
TEXT_OPTION(set_hash, fix.hash)
TEXT_OPTION(set_policy_root, fix.policy_root)
TEXT_OPTION(set_domain, probe.domain)
TEXT_OPTION(set_timeout, probe.timeout)
TEXT_OPTION(set_max_size, collect.max_size)
TEXT_OPTION(set_textfile, watch.textfile)
FLAG_OPTION(set_redact, collect.redact)
FLAG_OPTION(set_quiet, quiet)
FLAG_OPTION(set_verbose, verbose)
FLAG_OPTION(set_no_color, no_color)
FLAG_OPTION(set_show_addresses, show_addresses)
FLAG_OPTION(set_help, help)
FLAG_OPTION(set_all, all)
FLAG_OPTION(set_needs, audit.needs)
FLAG_OPTION(set_audit, fix.audit)
FLAG_OPTION(set_denials, fix.denials)
FLAG_OPTION(set_prove, prove)
FLAG_OPTION(set_in, reach.in)
FLAG_OPTION(set_out, reach.out)
FLAG_OPTION(set_auth, probe.auth)
FLAG_OPTION(set_require_complete, require_complete)

static int set_time(const char *arg, int64_t *ret, struct seal_err *err)
{
	if (seal_time_parse(seal_bytes_of(arg), ret) < 0)
		return seal_err_set(err, -EINVAL,
				    "'%s' is no time: 2026-11-20, 2026-11-20T18:53:00Z or @SECONDS",
				    arg);
	return 0;
}

static int set_since(void *data, const char *arg, struct seal_err *err)
{
	return set_time(arg, &((struct seal_cli *)data)->since_us, err);
}

static int set_until(void *data, const char *arg, struct seal_err *err)
{
	return set_time(arg, &((struct seal_cli *)data)->until_us, err);
}

/* set_output - where fix and collect write; each verb looks at its own */
static int set_output(void *data, const char *arg, struct seal_err *err)
{
	struct seal_cli *cli = data;

	(void)err;
	cli->fix.dir = arg;
	cli->collect.file = arg;
	return 0;
}

static int add_word(struct seal_cli_words *words, const char *arg, struct seal_err *err)
{
	const char **w = seal_vec_add(&words->v);

	if (!w)
		return seal_err_set(err, -ENOMEM, "out of memory");
	*w = arg;
	return 0;
}

static int set_only(void *data, const char *arg, struct seal_err *err)
{
	return add_word(&((struct seal_cli *)data)->audit.only, arg, err);
}

static int set_what_if(void *data, const char *arg, struct seal_err *err)
{
	return add_word(&((struct seal_cli *)data)->audit.what_if, arg, err);
}

static int set_skip(void *data, const char *arg, struct seal_err *err)
{
	return add_word(&((struct seal_cli *)data)->audit.skip, arg, err);
}

/* set_seconds - "300", "300s", "5m", "1h" */
static int set_seconds(const char *arg, unsigned *ret, struct seal_err *err)
{
	struct seal_bytes b = seal_bytes_of(arg);
	uint32_t n = 0, unit = 1;

	if (seal_bytes_ends(b, "m"))
		unit = 60;
	else if (seal_bytes_ends(b, "h"))
		unit = 3600;
	if (unit > 1 || seal_bytes_ends(b, "s"))
		b.n--;
	if (seal_parse_u32(b, 10, &n) < 0 || n == 0 || n > 24 * 3600 / unit)
		return seal_err_set(err, -EINVAL, "'%s' is no time from 1s to 24h: 30s, 5m, 1h",
				    arg);
	*ret = n * unit;
	return 0;
}

static int set_jobs(void *data, const char *arg, struct seal_err *err)
{
	uint32_t n = 0;

	if (seal_parse_u32(seal_bytes_of(arg), 10, &n) < 0 || n == 0 || n > SEAL_JOBS_MAX)
		return seal_err_set(err, -EINVAL, "'%s' is no number from 1 to %u", arg,
				    SEAL_JOBS_MAX);
	((struct seal_cli *)data)->audit.jobs = n;
	return 0;
}

static int set_confirm(void *data, const char *arg, struct seal_err *err)
{
	return set_seconds(arg, &((struct seal_cli *)data)->fix.confirm_s, err);
}

static int set_for(void *data, const char *arg, struct seal_err *err)
{
	return set_seconds(arg, &((struct seal_cli *)data)->watch.for_s, err);
}

/* set_to - one place for reach, as many as wanted for probe */
static int set_to(void *data, const char *arg, struct seal_err *err)
{
	struct seal_cli *cli = data;

	if (cli->verb->bit == SEAL_VERB_PROBE)
		return add_word(&cli->probe.to, arg, err);
	cli->reach.to = arg;
	return 0;
}

static int set_selector(void *data, const char *arg, struct seal_err *err)
{
	return add_word(&((struct seal_cli *)data)->probe.selectors, arg, err);
}

static int set_dnsbl(void *data, const char *arg, struct seal_err *err)
{
	return add_word(&((struct seal_cli *)data)->probe.blocklists, arg, err);
}

/* say_formats - what the verb can write, for the one who asked for something else */
static int say_formats(const struct seal_verb *v, const char *word, size_t n, struct seal_err *err)
{
	seal_auto_buf struct seal_buf known = {0};

	for (const struct seal_format *f = v->formats; f->name; f++)
		seal_buf_printf(&known, "%s%s", f == v->formats ? "" : ", ", f->name);
	if (known.err)
		return seal_err_set(err, -ENOMEM, "out of memory");
	return seal_err_set(err, -EINVAL, "'%.*s' is no format of %s; it has %.*s", (int)n, word,
			    v->name, (int)known.n, known.p);
}

/* set_format - "json" or "json=FILE" */
static int set_format(void *data, const char *arg, struct seal_err *err)
{
	struct seal_cli *cli = data;
	const struct seal_format *f;
	size_t n = strcspn(arg, "=");
	struct seal_output *o;

	for (f = cli->verb->formats; f->name; f++)
		if (strlen(f->name) == n && strncmp(f->name, arg, n) == 0)
			break;
	if (!f->name)
		return say_formats(cli->verb, arg, n, err);
	if (arg[n] && !arg[n + 1])
		return seal_err_set(err, -EINVAL, "no file after '%s'", arg);
	o = seal_vec_add(&cli->outputs);
	if (!o)
		return seal_err_set(err, -ENOMEM, "out of memory");
	o->format = f;
	o->file = arg[n] ? arg + n + 1 : NULL;
	return 0;
}

const struct seal_opt seal_options[] = {
	{"root", "DIR|BUNDLE",
	 "Read the evidence below this directory, bundle or archive (default: /, the live host)",
	 SEAL_VERB_ROOT, set_root},
	{"format", "F[=FILE]",
	 "Output format, named below (default: the first); with =FILE into a file; may be "
	 "repeated",
	 SEAL_VERB_ALL, set_format},
	{"since", "TIME", "Only records from this time on",
	 SEAL_VERB_EXPLAIN | SEAL_VERB_DENIALS | SEAL_VERB_CHECKS | SEAL_VERB_FIX |
		 SEAL_VERB_VERIFY | SEAL_VERB_WATCH,
	 set_since},
	{"until", "TIME", "Only records up to this time",
	 SEAL_VERB_EXPLAIN | SEAL_VERB_DENIALS | SEAL_VERB_CHECKS | SEAL_VERB_FIX |
		 SEAL_VERB_VERIFY,
	 set_until},
	{"all", NULL, "Denials of all domains, not mail's alone",
	 SEAL_VERB_DENIALS | SEAL_VERB_WATCH, set_all},
	{"message", "QUEUE-ID", "The story of one message: its records in order of time",
	 SEAL_VERB_EXPLAIN, set_message},
	{"type", "TYPE", "Only denials with this source or target type", SEAL_VERB_DENIALS,
	 set_type},
	{"prove", NULL, "Compile an emitted module together with the root's own policy store",
	 SEAL_VERB_DENIALS, set_prove},
	{"ruleset", "FILE", "nft ruleset (JSON or text) instead of the root's own", SEAL_VERB_REACH,
	 set_ruleset},
	{"firewalld", "DIR",
	 "Root holding etc/firewalld and usr/lib/firewalld instead of the root's own",
	 SEAL_VERB_REACH, set_firewalld},
	{"topology", "FILE", "Interfaces, addresses and routes (JSON) instead of the root's own",
	 SEAL_VERB_REACH, set_topology},
	{"probe", "FILE", "Answer one packet a line (JSON), one line each", SEAL_VERB_REACH,
	 set_probe},
	{"in", NULL, "Ask about packets to this host", SEAL_VERB_REACH, set_in},
	{"out", NULL, "Ask about packets from this host", SEAL_VERB_REACH, set_out},
	{"port", "PORT", "Ask about this destination port", SEAL_VERB_REACH, set_port},
	{"from", "ADDR", "Ask about packets from this address or prefix", SEAL_VERB_REACH,
	 set_from},
	{"to", "ADDR|HOST",
	 "reach: ask about packets to this address or prefix; probe: this host instead of the "
	 "configured next hops, as HOST, HOST:PORT or [HOST]:PORT; may be repeated",
	 SEAL_VERB_REACH | SEAL_VERB_PROBE, set_to},
	{"domain", "DOMAIN", "The own domain, for SPF, DKIM and DMARC (default: mydomain)",
	 SEAL_VERB_PROBE, set_domain},
	{"selector", "NAME", "A DKIM selector of the own domain; may be repeated", SEAL_VERB_PROBE,
	 set_selector},
	{"dnsbl", "ZONE", "Ask this blocklist for the own addresses; may be repeated",
	 SEAL_VERB_PROBE, set_dnsbl},
	{"auth", NULL, "Log in with the configured credentials, only under TLS", SEAL_VERB_PROBE,
	 set_auth},
	{"timeout", "SECONDS", "The longest wait for one server (default: 8)", SEAL_VERB_PROBE,
	 set_timeout},
	{"user", "UID", "Ask about packets of this user", SEAL_VERB_REACH, set_user},
	{"fail-on", "LEVEL",
	 "Exit 2 when a check of this severity or a graver one fails: critical, high, medium, low, "
	 "info or none (default); of diff: only new ones count",
	 SEAL_VERB_AUDIT | SEAL_VERB_DIFF, set_fail_on},
	{"severity", "LEVEL", "Only checks of this severity or a graver one", SEAL_VERB_CHECKS,
	 set_severity},
	{"only", "ID", "Only these checks; may be repeated, or parted by commas", SEAL_VERB_CHECKS,
	 set_only},
	{"skip", "ID", "Not these checks; may be repeated, or parted by commas", SEAL_VERB_CHECKS,
	 set_skip},
	{"role", "ROLE",
	 "What the host does: null-client, submission, mx, relay, mailstore; several parted by "
	 "commas (default: guessed)",
	 SEAL_VERB_CHECKS, set_role},
	{"waivers", "FILE", "Failures accepted for a time, with reason, owner and end (YAML)",
	 SEAL_VERB_AUDIT | SEAL_VERB_BASELINE, set_waivers},
	{"baseline", "FILE",
	 "Only failures that this baseline, or earlier JSON report, does not have fail",
	 SEAL_VERB_AUDIT, set_baseline},
	{"needs", NULL,
	 "What the configuration needs of SELinux and the firewall, what is missing, and what is "
	 "open "
	 "and not used",
	 SEAL_VERB_AUDIT, set_needs},
	{"what-if", "CHANGE",
	 "What mail would break: BOOLEAN=off, 'close PORT' or enforcing; may be repeated",
	 SEAL_VERB_AUDIT, set_what_if},
	{"jobs", "N", "With ROOT operands: audit this many at a time (default: one a processor)",
	 SEAL_VERB_AUDIT, set_jobs},
	{"audit", NULL, "Plan the fixes of checks that fail as well", SEAL_VERB_FIX, set_audit},
	{"denials", NULL,
	 "Plan for all denials of the mail system that stopped no message, also for those only "
	 "logged and those that need a module (default: for those that a label, a port or a "
	 "boolean mends)",
	 SEAL_VERB_FIX, set_denials},
	{"output", "DIR|FILE",
	 "fix: write the plan, its scripts and its modules into this directory; collect: write "
	 "this bundle, .tar, .tar.zst, .tar.xz or .tar.gz",
	 SEAL_VERB_FIX | SEAL_VERB_COLLECT, set_output, 'o'},
	{"redact", NULL, "Replace the local part of every mail address in the bundle",
	 SEAL_VERB_COLLECT, set_redact},
	{"max-size", "SIZE",
	 "Take no more content than this, before compression, with K, M or G (default: 1G); the "
	 "oldest logs stay out first",
	 SEAL_VERB_COLLECT, set_max_size},
	{"for", "TIME", "End after this time: 30s, 5m, 1h (default: when it is interrupted)",
	 SEAL_VERB_WATCH, set_for},
	{"textfile", "FILE",
	 "Keep the counts in this file for Prometheus, written beside it and renamed",
	 SEAL_VERB_WATCH, set_textfile},
	{"apply", "PLAN", "Carry out this plan file on the running host; wants --hash",
	 SEAL_VERB_FIX, set_apply},
	{"hash", "H", "The plan file's SHA-256, as it was told when the plan was made",
	 SEAL_VERB_FIX, set_hash},
	{"confirm", "TIME",
	 "Take back what was done unless \"yes\" is answered in this time: 30s, 5m", SEAL_VERB_FIX,
	 set_confirm},
	{"undo", "PLAN", "Take back what was begun of this plan file", SEAL_VERB_FIX, set_undo},
	{"policy-root", "DIR",
	 "With --apply and --undo: the policy store below this directory, not the host's",
	 SEAL_VERB_FIX, set_policy_root},
	{"rules", "DIR", "Read causes and checks from this directory instead of the built-in ones",
	 SEAL_VERB_ALL, set_rules},
	{"require-complete", NULL, "Exit 3 when evidence that matters is missing", SEAL_VERB_ALL,
	 set_require_complete},
	{"show-addresses", NULL,
	 "Whole mail addresses in documents made to be passed on; else \"j***@example.com\"",
	 SEAL_VERB_EXPLAIN | SEAL_VERB_DENIALS | SEAL_VERB_AUDIT | SEAL_VERB_DIFF,
	 set_show_addresses},
	{"quiet", NULL, "Print results only", SEAL_VERB_ALL, set_quiet},
	{"verbose", NULL, "Say more on stderr, and show every message", SEAL_VERB_ALL, set_verbose},
	{"no-color", NULL, "No colours (also: NO_COLOR in the environment)", SEAL_VERB_ALL,
	 set_no_color},
	{"help", NULL, "Show this help", SEAL_VERB_ALL, set_help},
	{NULL, NULL, NULL, 0, NULL},
};
