/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* causes.h - the typed tables of rules/causes: symptoms (what one line says by itself), verdicts
 * (the cause that evidence confirms or refutes), and which causes an errno leaves open. All text in
 * them has been checked: printable, on one line, valid UTF-8; so it is trusted text. */

#include "core/arena.h"
#include "core/err.h"
#include "core/prefilter.h"
#include "core/regex.h"
#include "core/vec.h"
#include "model/cause.h"
#include "model/fix.h"

/* over what a failed system call went */
enum seal_transport {
	SEAL_TRANSPORT_NONE,
	SEAL_TRANSPORT_TCP4,
	SEAL_TRANSPORT_TCP6,
	SEAL_TRANSPORT_UDP,
	SEAL_TRANSPORT_UNIX,
	SEAL_TRANSPORT_LISTEN, /* bind(2) of a server */
	SEAL_TRANSPORT_FILE,
	SEAL_TRANSPORT_MAX_,
};

const char *seal_transport_name(enum seal_transport t);

/* whose words the text of a pattern is */
enum seal_pattern_kind {
	SEAL_PATTERN_LOCAL,   /* Postfix's own, case sensitive; also what precedes an output */
	SEAL_PATTERN_REMOTE,  /* a peer's reply to us, normalised (analysis/reason/reason.h) */
	SEAL_PATTERN_INBOUND, /* our reply to a client, normalised */
	SEAL_PATTERN_COMMAND, /* output of a command we ran, normalised */
	SEAL_PATTERN_KIND_MAX_,
};

/* the shape of a reason; the words of "form:" in rules/causes */
enum seal_reason_form {
	SEAL_FORM_TEXT,     /* no shape of its own */
	SEAL_FORM_CONNECT,  /* connect to H[A]:P: why */
	SEAL_FORM_SAID,     /* host H[A] said: reply (in reply to C) */
	SEAL_FORM_GREETING, /* host H[A] refused to talk to me: reply */
	SEAL_FORM_SASL,     /* SASL authentication failed; server H[A] said: reply */
	SEAL_FORM_LOST,     /* lost connection with H[A] while doing */
	SEAL_FORM_STALLED,  /* conversation with H[A] timed out while doing */
	SEAL_FORM_COMMAND,  /* what. Command output: text */
	SEAL_FORM_REJECT,   /* NOQUEUE: reject: C from H[A]: reply; proxy-reject alike */
	SEAL_FORM_MILTER,   /* milter-reject: C from H[A]: reply */
	SEAL_FORM_MAX_,
};

const char *seal_reason_form_name(enum seal_reason_form f);

/* where in an SMTP session it happened; the words of "phase:" */
enum seal_phase {
	SEAL_PHASE_NONE,
	SEAL_PHASE_GREETING,
	SEAL_PHASE_HELO,
	SEAL_PHASE_TLS,
	SEAL_PHASE_AUTH,
	SEAL_PHASE_MAIL,
	SEAL_PHASE_RCPT,
	SEAL_PHASE_DATA,
	SEAL_PHASE_BODY, /* message content */
	SEAL_PHASE_END,  /* end of DATA: the peer has the whole message */
	SEAL_PHASE_QUIT,
	SEAL_PHASE_OTHER,
	SEAL_PHASE_MAX_,
};

const char *seal_phase_name(enum seal_phase p);

/* what a title may speak of, as {daemon}, {path} ... */
enum seal_slot {
	SEAL_SLOT_DAEMON, /* "smtp" */
	SEAL_SLOT_HOST,   /* peer's name */
	SEAL_SLOT_ADDRESS,
	SEAL_SLOT_PORT,
	SEAL_SLOT_PATH,
	SEAL_SLOT_SOCKET,
	SEAL_SLOT_PHASE,
	SEAL_SLOT_REPLY_CODE,
	SEAL_SLOT_SOURCE_TYPE,
	SEAL_SLOT_TARGET_TYPE,
	SEAL_SLOT_TCLASS,
	SEAL_SLOT_PERMS,
	SEAL_SLOT_TABLE,
	SEAL_SLOT_CHAIN,
	SEAL_SLOT_ZONE,
	SEAL_SLOT_RESOLVER,
	SEAL_SLOT_PARAMETER,
	SEAL_SLOT_SERVICE, /* a unit, a service of master.cf */
	SEAL_SLOT_USER,
	SEAL_SLOT_MAX_,
};

/* seal_slot_name - the word between the braces */
const char *seal_slot_name(enum seal_slot s);

struct seal_words {
	const char **v;
	uint32_t n;
};

struct seal_pattern {
	struct seal_regex *re;
	struct seal_prefilter filter;
	const char *source;
	uint32_t line;
};

struct seal_proof {
	enum seal_cause_test test;
	const char *detail; /* what exactly is asked of it; may be empty */
};

struct seal_proofs {
	struct seal_proof *v;
	uint32_t n;
};

struct seal_verdict {
	const char *id; /* "selinux.connect" */
	enum seal_cause_class class_;
	/* one sentence for people. {daemon} {path} ... stand for values; a part in [ ] is left out
	 * when a value inside it is not known (evidence/rules/phrase.h) */
	const char *title;
	enum seal_fix_kind fix;
	bool has_fix;       /* the rule names a kind of fix */
	const char *remedy; /* what to do, in words; empty when there is nothing */
	const char *verify; /* how to see that it helped */
	const char *never;  /* what must not be done instead */
	const char *why;    /* background */
	struct seal_proofs confirm, likely, refute;
	const char *file; /* of the rule, for messages */
	uint32_t line;
};

struct seal_verdicts {
	const struct seal_verdict **v;
	uint32_t n;
};

struct seal_symptom {
	const char *id; /* "net.timeout" */
	uint32_t order; /* lower is looked at first; then file name, then position */
	/* what must hold; an empty list asks for nothing */
	struct seal_words daemons;
	struct seal_words dsn; /* "x.4.1": x stands for any number */
	uint16_t *codes;       /* SMTP reply codes */
	uint32_t n_codes;
	int *errnos;
	uint32_t n_errnos;
	uint16_t *ports;
	uint32_t n_ports;
	uint32_t forms, phases, transports; /* sets of bits 1 << enum */
	bool loopback;                      /* the peer is this host */
	struct seal_pattern *relay;         /* matched against relay=, NULL = any */
	/* any one of the patterns of the reason's kind; a symptom with none for that kind does not
	 * match, unless it has no pattern at all */
	struct seal_pattern *patterns[SEAL_PATTERN_KIND_MAX_];
	uint32_t n_patterns[SEAL_PATTERN_KIND_MAX_];
	/* what follows: its own verdict, or the candidates that evidence must decide between */
	const struct seal_verdict *verdict; /* NULL when candidates have to be tested */
	struct seal_verdicts needs;
	/* what the words leave as possible when evidence decides none of them; may be NULL */
	const struct seal_verdict *otherwise;
	const char *why;
	const char *file;
	uint32_t line;
};

struct seal_errno_rule {
	int error;
	struct seal_verdicts by[SEAL_TRANSPORT_MAX_]; /* best guess first */
};

struct seal_rules {
	struct seal_arena *arena;
	seal_vec(struct seal_symptom) symptoms;  /* in order of evaluation */
	seal_vec(struct seal_verdict) verdicts;  /* by id */
	seal_vec(struct seal_errno_rule) errnos; /* by number */
	seal_vec(struct seal_regex *) regexes;   /* owned; the patterns point at them */
	uint32_t n_files;
};

/* seal_rules_load - read rules/causes
 * @dir: host directory of --rules, NULL for what is built in (evidence/rules/files.h)
 * @ret: new, caller frees with seal_rules_free(); untouched on failure
 * Every file is checked to its end: unknown or missing keys, unknown words, patterns that do not
 * compile, ids used twice, references to verdicts that no file has.
 * Limits: 2,048 symptoms, 1,024 verdicts, 8,192 patterns.
 * Returns 0, -EINVAL (text "causes/dns.yaml:12: ..."), -E2BIG, -ENOMEM or an I/O errno. */
int seal_rules_load(const char *dir, struct seal_rules **ret, struct seal_err *err);
void seal_rules_free(struct seal_rules *r);
SEAL_DEFINE_AUTO(rules, struct seal_rules *, seal_rules_free);
#define seal_auto_rules __attribute__((cleanup(seal_auto_rules_)))

/* seal_rules_verdict, seal_rules_symptom - look one up by its id; NULL when there is none */
const struct seal_verdict *seal_rules_verdict(const struct seal_rules *r, const char *id);
const struct seal_symptom *seal_rules_symptom(const struct seal_rules *r, const char *id);

/* seal_rules_errno - the causes that errno @error leaves open over transport @t, best guess first;
 * empty when the table has no row */
struct seal_verdicts seal_rules_errno(const struct seal_rules *r, int error, enum seal_transport t);
