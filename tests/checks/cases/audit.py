# SPDX-License-Identifier: GPL-2.0-or-later
import os

from cases import RUNNING, case, no_postfix, tasks

RULES = "etc/audit/rules.d/50-mail.rules"
OTHER = {RULES: "-w /etc/passwd -p wa\n"}

case("AUD-003", "pass")
case("AUD-003", "pass", "no rules", cut=["etc/audit/rules.d"])
case("AUD-003", "fail", put={"etc/audit/rules.d/60.rules": "-a always,exclude -F msgtype=AVC\n"},
     objects=[{"rule": "-a always,exclude -F msgtype=AVC"}])
case("AUD-003", "fail", "by number", put={"etc/audit/rules.d/60.rules": "-a never,exclude -F msgtype=1400\n"})
case("AUD-003", "unknown", loop=[RULES])
case("AUD-003", "unknown", "another filter", put={"etc/audit/rules.d/60.rules": "-a always,exclude -F pid=7\n"})

COMMANDS = ["usr/sbin/restorecon", "usr/sbin/semanage", "usr/sbin/setfiles", "usr/sbin/setsebool", "usr/bin/chcon"]
for check, gone, files in (("AUD-005", "MAC-policy", ["etc/selinux", "usr/share/selinux", "var/lib/selinux"]),
                           ("AUD-006", "postdrop", ["usr/sbin/postdrop", "usr/sbin/postqueue"]),
                           ("AUD-007", "setsebool", COMMANDS), ("AUD-008", "aliases", ["etc/postfix", "etc/aliases"])):
    case(check, "pass")
    case(check, "fail", put=OTHER)
    case(check, "fail", "one of them", edit={RULES: (f".*{gone}.*\n", "")})
    case(check, "fail", "no rules", cut=["etc/audit/rules.d"])
    case(check, "na", cut=files)
    case(check, "unknown", loop=[RULES])

UNIT = "etc/systemd/system/multi-user.target.wants/auditd.service"
CONF = "etc/audit/auditd.conf"
case("AUD-001", "pass")
case("AUD-001", "fail", cut=[UNIT])
case("AUD-001", "fail", "masked", do=lambda r: r.link("etc/systemd/system/auditd.service", "/dev/null"))
case("AUD-001", "unknown", loop=["etc/systemd/system"])
case("AUD-001", "unknown", "not in a bundle", cut=["etc/systemd"], live={})
case("AUD-001", "pass", "running", live=RUNNING, do=tasks(auditd="auditd_t", master="postfix_master_t"))
case("AUD-001", "fail", "enabled, and not running", live=RUNNING, do=tasks(master="postfix_master_t"),
     says="auditd is enabled, and does not run.")
case("AUD-001", "pass", "a process that cannot be read", live=RUNNING,
     do=tasks(auditd="auditd_t", master="postfix_master_t"), loop=["proc/970/comm"])
case("AUD-001", "unknown", "links that cannot be read", loop=[os.path.dirname(UNIT)])

VOLATILE = {"etc/systemd/journald.conf": "[Journal]\nStorage=volatile\n"}
case("AUD-002", "pass")
case("AUD-002", "pass", "the kernel's log", cut=[UNIT])
case("AUD-002", "fail", edit={CONF: ("write_logs = yes", "write_logs = no")}, objects=[{"parameter": "write_logs"}])
case("AUD-002", "fail", "local events", edit={CONF: ("local_events = yes", "local_events = no")})
case("AUD-002", "fail", "no log at all", cut=[UNIT], put=VOLATILE)
case("AUD-002", "unknown", loop=[CONF])
case("AUD-002", "unknown", "the journal", cut=[UNIT], loop=["etc/systemd/journald.conf"])

GRUB = "boot/grub/grub.cfg"
DROPPED = "2026-11-20T18:39:00+00:00 mail kernel: [   12.1] audit: audit_lost=3 audit_rate_limit=0 audit_backlog_limit=64\n"
case("AUD-004", "pass")
case("AUD-004", "fail", edit={GRUB: ("audit_backlog_limit=8192", "audit_backlog_limit=64")},
     objects=[{"parameter": "audit_backlog_limit"}])
case("AUD-004", "fail", "one of two lines", append={GRUB: "linux /boot/vmlinuz-old root=/dev/vda1\n"})
case("AUD-004", "fail", "the rules", edit={RULES: ("-b 8192", "-b 64")}, objects=[{"rule": "-b"}])
case("AUD-004", "fail", "dropped", put={"var/log/kern.log": DROPPED}, objects=[{"path": "var/log/kern.log"}])
case("AUD-004", "unknown", loop=[RULES])
case("AUD-004", "unknown", "no command line", cut=[GRUB])
case("AUD-004", "unknown", "entries that cannot be read", loop=["boot/loader/entries"])

case("AUD-010", "pass")
case("AUD-010", "pass", "all kept", edit={CONF: ("ROTATE", "keep_logs")})
case("AUD-010", "fail", edit={CONF: ("num_logs = 5", "num_logs = 2")})
case("AUD-010", "fail", "ignored", edit={CONF: ("ROTATE", "ignore")}, objects=[{"parameter": "max_log_file_action"}],
     at=CONF)
case("AUD-010", "fail", "the time asked for", args=["--since", "2026-11-01T00:00:00Z"])
case("AUD-010", "na", cut=[CONF])
case("AUD-010", "unknown", loop=[CONF])

case("AUD-012", "pass")
case("AUD-012", "fail", put={RULES: "-b 8192\n"})
case("AUD-012", "fail", "turned off", put={"etc/audit/rules.d/10.rules": "-a never,task\n"})
case("AUD-012", "unknown", loop=[RULES])

RSYSLOG = {"etc/rsyslog.conf": "mail.*\t-/var/log/mail.log\n"}
case("AUD-013", "pass")
case("AUD-013", "pass", "rsyslog", put={**VOLATILE, **RSYSLOG}, do=lambda r: r.link(
    "etc/systemd/system/multi-user.target.wants/rsyslog.service", "/lib/systemd/system/rsyslog.service"))
case("AUD-013", "pass", "Postfix itself", put=VOLATILE, main={"maillog_file": "/var/log/postfix.log"})
case("AUD-013", "fail", put=VOLATILE)
case("AUD-013", "fail", "auto", cut=["etc/systemd/journald.conf", "var/log/journal"])
case("AUD-013", "fail", "rsyslog without mail", put={**VOLATILE, "etc/rsyslog.conf": "*.info;mail.none /var/log/messages\n"},
     do=lambda r: r.link("etc/systemd/system/multi-user.target.wants/rsyslog.service", "/dev/null"))
no_postfix("AUD-013")
case("AUD-013", "unknown", loop=["etc/systemd/journald.conf"])
case("AUD-013", "unknown", "main.cf", loop=["etc/postfix/main.cf"])

LOG = "var/log/audit"
case("AUD-009", "pass")
case("AUD-009", "fail", chmod={LOG: (0o755, 0, 4)}, objects=[{"path": "/var/log/audit"}])
case("AUD-009", "fail", "the file", chmod={LOG + "/audit.log": (0o660, 0, 4)})
case("AUD-009", "fail", "its owner", chmod={LOG + "/audit.log": (0o600, 33, 4)})
case("AUD-009", "na", cut=[LOG])
case("AUD-009", "unknown", live={"files.tsv": None})

case("AUD-011", "pass")
case("AUD-011", "fail", put=OTHER)
case("AUD-011", "fail", "turned off later", append={RULES: "-e 1\n"})
case("AUD-011", "unknown", loop=[RULES])
