/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/root.h"
#include "evidence/evidence.h"
#include "evidence/firewall/nft_text.h"
#include "evidence/host/certificates.h"
#include "evidence/rules/causes.h"
#include "evidence/rules/checks.h"
#include "evidence/rules/waivers.h"
#include "fuzz.h"
#include "root.h"

/* files.c - parsers that read a file of the evidence root: each gets its file, beside what a host
 * has at least, through the whole reader */

static const char main_cf[] =
	"myhostname = mail.example\nrelayhost = [relay.example]:587\n"
	"transport_maps = texthash:/etc/postfix/transport, pcre:/etc/postfix/transport\n"
	"smtp_sasl_password_maps = texthash:/etc/postfix/transport\n"
	"smtpd_tls_cert_file = /etc/ssl/cert.pem\nsmtpd_milters = inet:127.0.0.1:8891\n";
static const char master_cf[] = "smtp inet n - y - - smtpd\nsmtp unix - - y - - smtp\n"
				"pickup unix n - y 60 1 pickup\nlocal unix - n n - - local\n";
static const char mail_log[] =
	"2026-11-20T18:53:37.000000+00:00 mail postfix/smtp[978]: ABCDEF0123: to=<b@r.example>, "
	"relay=none, delay=1, delays=1/0/0/0, dsn=4.4.1, status=deferred (connect to "
	"relay.example[10.0.0.1]:587: Permission denied)\n";

#define LIT(path, text)                                                                            \
	{                                                                                          \
		path, text, sizeof(text) - 1                                                       \
	}

static void one(const char *path, const uint8_t *p, size_t n, unsigned what, bool analyse)
{
	const struct fuzz_file files[] = {
		LIT("root/etc/postfix/main.cf", main_cf),
		LIT("root/etc/postfix/master.cf", master_cf),
		LIT("root/var/log/mail.log", mail_log),
		{path, p, n},
	};

	fuzz_read(files, sizeof(files) / sizeof(files[0]), what, analyse);
}

#define READER(name, path, what, analyse)                                                          \
	void fuzz_##name(const uint8_t *p, size_t n)                                               \
	{                                                                                          \
		one(path, p, n, what, analyse);                                                    \
	}

READER(audit_log, "root/var/log/audit/audit.log", SEAL_EV_AUDIT | SEAL_EV_MAIL | SEAL_EV_POSTFIX,
       true)
READER(mail_log, "root/var/log/mail.log", SEAL_EV_MAIL | SEAL_EV_POSTFIX, true)
READER(main_cf, "root/etc/postfix/main.cf", SEAL_EV_POSTFIX | SEAL_EV_MAIL, false)
READER(master_cf, "root/etc/postfix/master.cf", SEAL_EV_POSTFIX | SEAL_EV_MAIL, false)
READER(map, "root/etc/postfix/transport", SEAL_EV_POSTFIX | SEAL_EV_MAIL, false)
READER(journal_export, "live/journal.export", SEAL_EV_AUDIT | SEAL_EV_MAIL, false)
READER(labels, "live/labels.getfattr", SEAL_EV_SELINUX | SEAL_EV_MAIL | SEAL_EV_POSTFIX, true)
READER(files_tsv, "live/files.tsv", SEAL_EV_POSTFIX | SEAL_EV_MAIL, true)
READER(df, "live/df.json", SEAL_EV_MAIL, false)
READER(selinux_json, "live/selinux.json", SEAL_EV_SELINUX, false)
READER(users, "root/etc/passwd", SEAL_EV_POSTFIX, false)
READER(sysctl, "root/sos_commands/kernel/sysctl_-a", 0, false)
READER(unit, "root/etc/systemd/system/postfix.service", SEAL_EV_SETUP | SEAL_EV_POSTFIX, false)

/* a ruleset in nft's language: that of the root, and one that is named on the command line */
void fuzz_nft_text(const uint8_t *p, size_t n)
{
	const struct fuzz_file files[] = {{"root/etc/nftables.conf", p, n}};
	struct seal_root *root = fuzz_root(files, 1);
	struct seal_host *h = seal_host_new();
	struct seal_ruleset *rs = NULL;

	one(files[0].path, p, n, SEAL_EV_RULESET | SEAL_EV_POSTFIX, false);
	fuzz_must(h);
	(void)seal_nft_text_read_file(root, "fuzz.nft", fuzz_memfd(p, n), h, &rs, NULL);
	seal_ruleset_free(rs);
	seal_host_free(h);
	seal_root_free(root);
}

/* certificates and keys of one file, which is a list of known CAs as well; what is told of keys is
 * the input, too */
void fuzz_certificate(const uint8_t *p, size_t n)
{
	const struct fuzz_file files[] = {
		LIT("root/etc/postfix/main.cf", main_cf),
		{"root/etc/ssl/cert.pem", p, n},
		{"live/keys.tsv", p, n},
	};
	struct seal_evidence_query query = {SEAL_EV_POSTFIX, {SEAL_TIME_NONE, SEAL_TIME_NONE}};
	struct seal_root *root = fuzz_root(files, sizeof(files) / sizeof(files[0]));
	struct seal_chain_query which = {SEAL_LIT("/etc/ssl/cert.pem"), -1,
					 SEAL_LIT("/etc/ssl/cert.pem")};
	unsigned char id[SEAL_KEY_ID_SIZE];
	struct seal_certificate certificate;
	struct seal_buf keys = {0};
	struct seal_host *h = NULL;
	struct seal_chain chain;

	fuzz_must(seal_evidence_read(root, &query, &h, NULL) == 0);
	(void)h->view.certificate(h->view.data, which.path, &certificate);
	for (; which.group < 2; which.group++)
		if (h->view.chain(h->view.data, &which, &chain) == 0)
			fuzz_must(chain.n > 0 && chain.n <= SEAL_CHAIN_MAX);
	for (unsigned i = 0; i < 3; i++)
		(void)h->view.key(h->view.data, which.path, i, id);
	seal_certificates_put_keys(h, &keys);
	fuzz_must(!keys.err);
	seal_buf_done(&keys);
	seal_evidence_free(h);
	seal_root_free(root);
}

void fuzz_contexts(const uint8_t *p, size_t n)
{
	static const char config[] = "SELINUX=enforcing\nSELINUXTYPE=default\n";
	const struct fuzz_file files[] = {
		LIT("root/etc/selinux/config", config),
		LIT("root/var/log/mail.log", mail_log),
		{"root/etc/selinux/default/contexts/files/file_contexts", p, n},
		{"root/etc/selinux/default/contexts/files/file_contexts.local", p, n},
		{"root/etc/selinux/default/contexts/files/file_contexts.subs", p, n},
		{"root/etc/selinux/default/contexts/files/file_contexts.subs_dist", p, n},
		{"root/etc/selinux/default/contexts/customizable_types", p, n},
	};
	struct seal_evidence_query query = {SEAL_EV_SELINUX, {SEAL_TIME_NONE, SEAL_TIME_NONE}};
	static const char *const paths[] = {"/var/spool/postfix/active", "/home/bob/Maildir", "/",
					    "/usr/lib64/x", "/etc/../etc//postfix/main.cf"};
	struct seal_root *root = fuzz_root(files, sizeof(files) / sizeof(files[0]));
	struct seal_context_entry entry;
	struct seal_host *h = NULL;
	struct seal_bytes label;

	fuzz_must(seal_evidence_read(root, &query, &h, NULL) == 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct seal_bytes path = seal_bytes_of(paths[i]);

		(void)h->view.expected(h->view.data, path, i % 2 ? 'f' : 'd', &label);
		(void)h->view.expected(h->view.data, path, '?', &label);
		(void)h->view.spec_path(h->view.data, path, h->arena, &label);
	}
	for (size_t i = 0; h->view.entry(h->view.data, i, &entry) == 0; i++)
		fuzz_must(entry.regex.p);
	seal_evidence_free(h);
	seal_root_free(root);
}

/* one input for the three files of ip(8) and the list of sockets */
void fuzz_network(const uint8_t *p, size_t n)
{
	const struct fuzz_file files[] = {
		{"live/addresses.json", p, n},
		{"live/routes.json", p, n},
		{"live/sockets.json", p, n},
		{"root/etc/resolv.conf", p, n},
		LIT("root/etc/postfix/main.cf", main_cf),
		LIT("root/etc/postfix/master.cf", master_cf),
	};

	fuzz_read(files, sizeof(files) / sizeof(files[0]), SEAL_EV_POSTFIX, false);
}

void fuzz_proc_net(const uint8_t *p, size_t n)
{
	const struct fuzz_file files[] = {
		{"root/proc/net/tcp", p, n},        {"root/proc/net/tcp6", p, n},
		{"root/proc/net/udp", p, n},        {"root/proc/net/unix", p, n},
		{"root/proc/net/route", p, n},      {"root/proc/net/ipv6_route", p, n},
		{"root/proc/self/mountinfo", p, n},
	};

	fuzz_read(files, sizeof(files) / sizeof(files[0]), 0, false);
}

/* struct firewalld_file - @name below etc/firewalld */
struct firewalld_file {
	const char *name, *text;
};

/* firewalld - its configuration with @n bytes at @p as one of its files; the others have what that
 * one may name: without the service that a zone allows there is no ruleset at all */
static void firewalld(const uint8_t *p, size_t n, const char *name)
{
	static const struct firewalld_file usual[] = {
		{"firewalld.conf", "DefaultZone=public\nFirewallBackend=nftables\n"},
		{"zones/public.xml",
		 "<zone><interface name=\"eth0\"/><service name=\"mail\"/></zone>"},
		{"zones/work.xml", "<zone><source ipset=\"mail\"/><service name=\"mail\"/>"
				   "<icmp-block name=\"mail\"/></zone>"},
		{"services/mail.xml", "<service><port port=\"25\" protocol=\"tcp\"/>"
				      "<helper name=\"mail\"/></service>"},
		{"services/smtp.xml", "<service><port port=\"25\" protocol=\"tcp\"/></service>"},
		{"icmptypes/mail.xml", "<icmptype/>"},
		{"ipsets/mail.xml", "<ipset type=\"hash:net\"><entry>192.0.2.0/24</entry></ipset>"},
		{"helpers/mail.xml", "<helper module=\"nf_conntrack_ftp\"><port port=\"21\" "
				     "protocol=\"tcp\"/></helper>"},
		{"policies/out.xml", "<policy target=\"ACCEPT\"><ingress-zone name=\"HOST\"/>"
				     "<egress-zone name=\"ANY\"/></policy>"},
	};
	struct fuzz_file files[1 + sizeof(usual) / sizeof(usual[0])];
	char paths[sizeof(files) / sizeof(files[0])][64];
	size_t n_files = 0, i;

	for (i = 0; i <= sizeof(usual) / sizeof(usual[0]); i++) {
		const struct firewalld_file *f = i ? &usual[i - 1] : NULL;

		if (f && strcmp(f->name, name) == 0)
			continue;
		snprintf(paths[n_files], sizeof(paths[0]), "root/etc/firewalld/%s",
			 f ? f->name : name);
		files[n_files] = f ? (struct fuzz_file){paths[n_files], f->text, strlen(f->text)}
				   : (struct fuzz_file){paths[n_files], p, n};
		n_files++;
	}
	fuzz_read(files, n_files, SEAL_EV_RULESET, false);
}

#define FIREWALLD(what, name)                                                                      \
	void fuzz_firewalld_##what(const uint8_t *p, size_t n)                                     \
	{                                                                                          \
		firewalld(p, n, name);                                                             \
	}

FIREWALLD(zone, "zones/public.xml")
FIREWALLD(policy, "policies/mail.xml")
FIREWALLD(ipset, "ipsets/mail.xml")
FIREWALLD(direct, "direct.xml")

/* as each of the three kinds */
void fuzz_firewalld_object(const uint8_t *p, size_t n)
{
	firewalld(p, n, "services/mail.xml");
	firewalld(p, n, "helpers/mail.xml");
	firewalld(p, n, "icmptypes/mail.xml");
}

/* what package managers log */
void fuzz_packages(const uint8_t *p, size_t n)
{
	const struct fuzz_file files[] = {
		{"root/var/log/dpkg.log", p, n},
		{"root/var/log/dnf.rpm.log", p, n},
		{"root/var/log/yum.log", p, n},
	};

	fuzz_read(files, 3, SEAL_EV_CHANGES, false);
}

/* a bundle, image or sosreport as somebody sent it */
void fuzz_archive(const uint8_t *p, size_t n)
{
	fuzz_sent(p, n, SEAL_EV_ALL | SEAL_EV_SETUP, NULL);
}

/* ---- rules, which the user of the program brings along ---- */

/* rules_dir - a folder of --rules that holds the input as its only file of @area */
static const char *rules_dir(const char *area, const uint8_t *p, size_t n)
{
	static char top[64];
	char path[128];
	FILE *f;

	snprintf(top, sizeof(top), "/tmp/postseal-fuzz-%ld", (long)getpid());
	mkdir(top, 0700);
	snprintf(path, sizeof(path), "%s/%s", top, area);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%s/x.yaml", top, area);
	f = fopen(path, "wb");
	fuzz_must(f && fwrite(p, 1, n, f) == n && fclose(f) == 0);
	return top;
}

static void rules_gone(const char *top, const char *area)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s/x.yaml", top, area);
	unlink(path);
	snprintf(path, sizeof(path), "%s/%s", top, area);
	rmdir(path);
	rmdir(top);
}

void fuzz_causes(const uint8_t *p, size_t n)
{
	struct seal_rules *rules = NULL;
	const char *top = rules_dir("causes", p, n);

	if (seal_rules_load(top, &rules, NULL) == 0)
		seal_rules_free(rules);
	rules_gone(top, "causes");
}

void fuzz_checks(const uint8_t *p, size_t n)
{
	struct seal_check_rules *rules = NULL;
	const char *top = rules_dir("checks", p, n);

	if (seal_check_rules_load(top, &rules, NULL) == 0)
		seal_check_rules_free(rules);
	rules_gone(top, "checks");
}

void fuzz_waivers(const uint8_t *p, size_t n)
{
	struct seal_arena *arena = seal_arena_new();
	struct seal_findings findings = {0};
	int fd = fuzz_memfd(p, n);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	(void)seal_waivers_read(path, 1795200000 * SEAL_SECOND_US, arena, &findings, NULL);
	(void)seal_baseline_read(path, &findings, NULL);
	close(fd);
	seal_findings_done(&findings);
	seal_arena_free(arena);
}
