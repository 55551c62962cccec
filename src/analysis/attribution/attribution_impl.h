/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* attribution_impl.h - the parts of attribution.c: a case is one failure to be explained, a test
 * asks the facts of the host about one candidate verdict. Only attribution*.c and cause_*.c include
 * it. */

#include "analysis/attribution/attribution.h"
#include "analysis/attribution/avc_join.h"
#include "analysis/attribution/egress.h"
#include "analysis/attribution/events.h"
#include "analysis/denials/denial.h"
#include "analysis/endpoints/endpoints.h"
#include "analysis/process.h"
#include "analysis/reach/reach.h"
#include "analysis/reason/symptom.h"
#include "core/table.h"

#define SEAL_CASE_TEXTS_MAX 24
#define SEAL_CASE_PATHS_MAX 8

/* struct seal_case - one failure: the line that tells it, and the lines around it that belong to it
 */
struct seal_case {
	struct seal_bytes queue_id, recipient; /* empty when none */
	struct seal_bytes daemon, service, instance, dsn, relay;
	enum seal_certainty cap; /* no surer than that: which line tells it is not certain itself */
	uint32_t pid;
	int64_t time_us; /* of the line; SEAL_TIME_NONE when only the queue tells */
	struct seal_attempt attempt;
	struct seal_reason reason; /* of texts[0] */
	/* [0]: the line itself, then its notes, newest first */
	struct seal_bytes texts[SEAL_CASE_TEXTS_MAX];
	struct seal_origin origins[SEAL_CASE_TEXTS_MAX];
	size_t n_texts;
	const struct seal_symptom *symptom;
	const struct seal_process *process; /* of the line that tells; never NULL */
	/* texts[0] is this line, not the status line */
	const struct seal_mail_event *told_by_event;
	bool in_queue; /* the queue file itself repeats the reason: nobody else can have written it
			*/
	struct seal_avc_match matches[SEAL_AVC_MATCHES_MAX];
	size_t n_matches;
};

/* struct seal_finding - what one test says about one candidate */
struct seal_finding {
	enum seal_certainty certainty; /* UNKNOWN: nothing speaks for it */
	bool refuted;
	struct seal_bytes why; /* of a refutation; of an unknown: what is missing */
	struct seal_object object;
	seal_vec(struct seal_quote) evidence;
	seal_vec(struct seal_also) also;
	const struct seal_denial *denial; /* that proves it */
};

/* struct seal_event_cause - a line without a message, explained */
struct seal_event_cause {
	const struct seal_mail_event *event; /* NULL: not from the mail log */
	struct seal_cause *cause;
	struct seal_quotes proof;
	bool vague; /* our own words, without an errno: what came of it, perhaps, not what it was */
	bool dropped;
};

/* struct seal_ingress - a listener that is shut, with what its fix needs */
struct seal_ingress {
	struct seal_packet packet;
	struct seal_fw_verdict verdict;
	const struct seal_cause *cause;
};

/* struct seal_known_domain - a daemon's domain, looked up once */
struct seal_known_domain {
	struct seal_bytes daemon, domain; /* domain empty: not known */
};

/* struct seal_known_subject - the type of a denial's subject, looked up once */
struct seal_known_subject {
	struct seal_bytes type;
	int started; /* as seal_master_leads_to() */
};

/* struct seal_known_process - a tag of the log, looked up once */
struct seal_known_process {
	struct seal_process_tag tag;
	struct seal_process process;
};

struct seal_attribution {
	struct seal_host *h;
	const struct seal_rules *rules;
	struct seal_matcher *matcher;
	struct seal_avc_index *avcs;
	struct seal_event_index *events;
	struct seal_egress_cache *egress;
	struct seal_endpoints endpoints;
	seal_vec(struct seal_known_domain) domains;
	seal_vec(struct seal_known_subject) subjects;
	seal_vec(struct seal_known_process *) processes;
	struct seal_explanation *x;
	struct seal_table shared; /* places in x->causes */
	bool *told;               /* for each event of the mail log: part of some message's case */
	seal_vec(struct seal_event_cause) event_causes;
	seal_vec(struct seal_ingress) ingress;
	struct seal_denial_report *denials;
};

/* seal_case_of_recipient, seal_case_of_event - build the case of a failed recipient, or of a line
 * without one Return 1, 0 when there are no words at all to go by, or -ENOMEM. */
int seal_case_of_recipient(struct seal_attribution *at, const struct seal_explained_message *m,
			   const struct seal_explained_recipient *r, struct seal_case *c);
int seal_case_of_event(struct seal_attribution *at, const struct seal_mail_event *e,
		       struct seal_case *c);

/* seal_case_paths - absolute paths the words of the failure name, the most telling first */
size_t seal_case_paths(struct seal_attribution *at, const struct seal_case *c,
		       struct seal_bytes paths[SEAL_CASE_PATHS_MAX]);
/* seal_case_egress - what this host does to the connection the case is about; *ret belongs to the
 * cache of answers, NULL when the words name no address and port. Returns 0 or -ENOMEM. */
int seal_case_egress(struct seal_attribution *at, const struct seal_case *c,
		     struct seal_egress **ret);
/* seal_case_access - what the failed operation needs of the last element: enum seal_dac_access */
unsigned seal_case_access(const struct seal_case *c);
/* seal_case_identity - as whom the daemon tried that path
 * Returns 0, -ENODATA (not known) or -ENOMEM. */
int seal_case_identity(struct seal_attribution *at, const struct seal_case *c,
		       struct seal_bytes path, struct seal_identity *ret);
/* seal_case_leans_on_notes - the words leave open what refused: another line of the process may
 * tell, where words with an errno, a verdict or a failed look-up of their own stand for themselves
 */
bool seal_case_leans_on_notes(const struct seal_case *c);
/* seal_case_is_refusal - a line of the case says EACCES or EPERM, and the words do not say
 * otherwise */
bool seal_case_is_refusal(const struct seal_case *c);
/* seal_case_denied_by_selinux - a denial of this very attempt about this very object is there */
bool seal_case_denied_by_selinux(const struct seal_case *c);

/* seal_case_examine - test every candidate of a case and let the surest stand
 * @ret: belongs to the explanation; @proof: to the arena. Returns 0 or -ENOMEM. */
int seal_case_examine(struct seal_attribution *at, struct seal_case *c, struct seal_cause **ret,
		      struct seal_quotes *proof);

/* seal_cause_unknown - the honest answer when nothing is known, with what is missing (may be NULL)
 */
struct seal_cause seal_cause_unknown(const char *reason);

/* seal_cause_share - the one cause of the explanation that is equal to @c; when there is none yet,
 * @c becomes it. What @c owns is moved or freed, also on failure. Returns 0 or -ENOMEM. */
int seal_cause_share(struct seal_attribution *at, struct seal_cause *c, struct seal_cause **ret);

/* seal_quotes_keep - copy quotes into the arena. Returns 0 or -ENOMEM. */
int seal_quotes_keep(struct seal_attribution *at, const struct seal_quote *v, size_t n,
		     struct seal_quotes *ret);

/* seal_cause_title - fill in c->title from the rule and the object. Returns 0 or -ENOMEM */
int seal_cause_title(struct seal_attribution *at, const struct seal_verdict *v,
		     struct seal_cause *c);

/* seal_attribution_ingress - listeners of this host that the firewall shuts for everybody */
int seal_attribution_ingress(struct seal_attribution *at);
/* seal_change_before - what changed on the host before the first failure of a cause of that class:
 * the one that bears most on it among those of the last hour. It is told, and proves nothing.
 * @h: its changes are in order of time
 * Returns NULL when there is none. */
const struct seal_change *seal_change_before(const struct seal_host *h,
					     enum seal_cause_class class_, int64_t first_us);
/* seal_attribution_group - group equal causes; @events: those without a message too */
int seal_attribution_group(struct seal_attribution *at, bool events);
/* seal_attribution_story - the life of the message host.follow in order of time: its log lines,
 * those of the processes that tried to deliver it, the denials that prove its causes, what changed
 * before, and what the queue file says. Returns 0 or -ENOMEM. */
int seal_attribution_story(struct seal_attribution *at);
/* seal_attribution_fix - find each group's fix */
int seal_attribution_fix(struct seal_attribution *at);

/* a test of one candidate; fills @f. Returns 0 or -ENOMEM. */
typedef int seal_test_fn(struct seal_attribution *at, const struct seal_case *c,
			 const struct seal_verdict *v, struct seal_finding *f);

seal_test_fn seal_test_selinux;  /* cause_selinux.c */
seal_test_fn seal_test_firewall; /* cause_network.c */
seal_test_fn seal_test_route;
seal_test_fn seal_test_remote;
seal_test_fn seal_test_dns;
seal_test_fn seal_test_dac; /* cause_file.c */
seal_test_fn seal_test_disk;
/* the part of seal_test_sandbox() about programs that call sendmail(1) */
int seal_test_submission(struct seal_attribution *at, const struct seal_case *c,
			 struct seal_finding *f);
seal_test_fn seal_test_sandbox;   /* cause_sandbox.c */
seal_test_fn seal_test_recipient; /* cause_recipient.c */
seal_test_fn seal_test_config;    /* cause_config.c */
seal_test_fn seal_test_service;
seal_test_fn seal_test_auth; /* cause_peer.c */
seal_test_fn seal_test_relay;
seal_test_fn seal_test_tls;
seal_test_fn seal_test_senderauth; /* cause_sender.c */
/* seal_test_issuers - of a peer's certificate that is not trusted: whether this host trusts any */
int seal_test_issuers(struct seal_attribution *at, const struct seal_case *c,
		      struct seal_finding *f);
/* cause_inbound.c: why a client may not relay, of a case that says so */
int seal_test_relay_client(struct seal_attribution *at, const struct seal_case *c,
			   struct seal_finding *f);
seal_test_fn seal_test_words; /* attribution.c: a verdict that the words themselves carry */

/* seal_finding_say - append one piece of evidence, formatted from trusted or encoded text */
int seal_finding_say(struct seal_attribution *at, struct seal_finding *f,
		     const struct seal_origin *o, const char *fmt, ...) SEAL_PRINTF(4, 5);
/* seal_finding_quote - append a record as logged */
int seal_finding_quote(struct seal_finding *f, const struct seal_origin *o, struct seal_bytes text);
/* seal_finding_peer - what it is about: the host that replied, and its code */
void seal_finding_peer(struct seal_finding *f, const struct seal_case *c);
/* seal_finding_refute - say why it is not so. Returns 0 or -ENOMEM. */
int seal_finding_refute(struct seal_attribution *at, struct seal_finding *f, const char *fmt, ...)
	SEAL_PRINTF(3, 4);
