/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/root.h"
#include "evidence/evidence.h"
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
READER(certificate, "root/etc/ssl/cert.pem", SEAL_EV_POSTFIX | SEAL_EV_MAIL, true)
READER(journal_export, "live/journal.export", SEAL_EV_AUDIT | SEAL_EV_MAIL, false)
READER(nft_text, "root/etc/nftables.conf", SEAL_EV_RULESET | SEAL_EV_POSTFIX, false)
READER(labels, "live/labels.getfattr", SEAL_EV_SELINUX | SEAL_EV_MAIL | SEAL_EV_POSTFIX, true)
READER(files_tsv, "live/files.tsv", SEAL_EV_POSTFIX | SEAL_EV_MAIL, true)
READER(df, "live/df.json", SEAL_EV_MAIL, false)
READER(selinux_json, "live/selinux.json", SEAL_EV_SELINUX, false)
READER(users, "root/etc/passwd", SEAL_EV_POSTFIX, false)
READER(sysctl, "root/sos_commands/kernel/sysctl_-a", 0, false)
READER(unit, "root/etc/systemd/system/postfix.service", SEAL_EV_SETUP | SEAL_EV_POSTFIX, false)

void fuzz_contexts(const uint8_t *p, size_t n)
{
	static const char config[] = "SELINUX=enforcing\nSELINUXTYPE=default\n";
	const struct fuzz_file files[] = {
		LIT("root/etc/selinux/config", config),
		LIT("root/var/log/mail.log", mail_log),
		{"root/etc/selinux/default/contexts/files/file_contexts", p, n},
	};
	struct seal_evidence_query query = {SEAL_EV_SELINUX, {SEAL_TIME_NONE, SEAL_TIME_NONE}};
	struct seal_root *root = fuzz_root(files, sizeof(files) / sizeof(files[0]));
	struct seal_bytes label;
	struct seal_host *h = NULL;

	fuzz_must(seal_evidence_read(root, &query, &h, NULL) == 0);
	(void)h->view.expected(h->view.data, SEAL_LIT("/var/spool/postfix/active"), 'd', &label);
	(void)h->view.expected(h->view.data, SEAL_LIT("/home/bob/Maildir"), 'f', &label);
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

/* firewalld's files: the stock configuration is that of the program, with a zone that uses what may
 * be the input */
static void firewalld(const uint8_t *p, size_t n, const char *path, const char *path2,
		      const char *path3)
{
	static const char conf[] = "DefaultZone=public\nFirewallBackend=nftables\n";
	static const char zone[] = "<zone><source ipset=\"mail\"/><service name=\"mail\"/>"
				   "<icmp-block name=\"mail\"/></zone>";
	const struct fuzz_file files[] = {
		LIT("root/etc/firewalld/firewalld.conf", conf),
		LIT("root/etc/firewalld/zones/work.xml", zone),
		{path, p, n},
		{path2, p, n},
		{path3, p, n},
	};

	fuzz_read(files, path3 ? 5 : 3, SEAL_EV_RULESET, false);
}

void fuzz_firewalld_zone(const uint8_t *p, size_t n)
{
	firewalld(p, n, "root/etc/firewalld/zones/public.xml", NULL, NULL);
}

void fuzz_firewalld_policy(const uint8_t *p, size_t n)
{
	firewalld(p, n, "root/etc/firewalld/policies/mail.xml", NULL, NULL);
}

void fuzz_firewalld_ipset(const uint8_t *p, size_t n)
{
	firewalld(p, n, "root/etc/firewalld/ipsets/mail.xml", NULL, NULL);
}

void fuzz_firewalld_object(const uint8_t *p, size_t n)
{
	firewalld(p, n, "root/etc/firewalld/services/mail.xml",
		  "root/etc/firewalld/helpers/mail.xml", "root/etc/firewalld/icmptypes/mail.xml");
}

void fuzz_firewalld_direct(const uint8_t *p, size_t n)
{
	firewalld(p, n, "root/etc/firewalld/direct.xml", NULL, NULL);
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
	struct seal_evidence_query query = {SEAL_EV_ALL | SEAL_EV_SETUP,
					    {SEAL_TIME_NONE, SEAL_TIME_NONE}};
	struct seal_root *root = NULL;
	struct seal_host *h = NULL;
	int fd = fuzz_memfd(p, n);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (seal_root_new(path, &root, NULL) == 0) {
		fuzz_must(seal_evidence_read(root, &query, &h, NULL) == 0);
		seal_evidence_free(h);
		seal_root_free(root);
	}
	close(fd);
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
