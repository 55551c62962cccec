# SPDX-License-Identifier: GPL-2.0-or-later
from cases import case, no_selinux
from roots import STORE

POLICY = "etc/selinux/default/policy/policy.33"
LOCAL = STORE + "booleans.local"


def running(**booleans):
    return {"selinux.json": {"mode": "enforcing", "booleans": booleans}}


case("BOO-001", "pass")
case("BOO-001", "fail", put={LOCAL: "postfix_local_write_mail_spool=0\n"},
     objects=[{"boolean": "postfix_local_write_mail_spool"}])
case("BOO-001", "fail", "for nothing", main={"mailbox_transport": "lmtp:unix:private/dovecot-lmtp"})
no_selinux("BOO-001")
case("BOO-001", "na", "the role", base="null-client", args=["--role", "submission"])
case("BOO-001", "unknown", loop=[POLICY])
case("BOO-001", "unknown", "main.cf", loop=["etc/postfix/main.cf"], args=["--role", "mailstore"])

case("BOO-002", "pass", live=running(httpd_can_sendmail=[0, 0]))
case("BOO-002", "fail", live=running(httpd_can_sendmail=[0, 1]), objects=[{"boolean": "httpd_can_sendmail"}])
case("BOO-002", "fail", "after the next boot", put={LOCAL: "httpd_can_sendmail=1\n"},
     live=running(httpd_can_sendmail=[0, 0]))
case("BOO-002", "na")
case("BOO-002", "unknown", live={})

for check, name in (("BOO-003", "httpd_can_sendmail"), ("BOO-004", "httpd_can_network_connect")):
    on = {LOCAL: f"{name}=1\n"}
    case(check, "pass")
    case(check, "fail", put=on, objects=[{"boolean": name}])
    no_selinux(check)
    case(check, "unknown", loop=[POLICY])
    case(check, "unknown", "a web server", put={**on, "usr/sbin/nginx": ""}, says="is not in the evidence")
    case(check, "unknown", "no list of files", put=on, live={"files.tsv": None}, says="whether there is a web server")

NFS = {"etc/fstab": "files.example.net:/home /home nfs4 defaults 0 0\n"}
case("BOO-005", "pass")
case("BOO-005", "pass", "both", put={LOCAL: "use_nfs_home_dirs=1\n", **NFS})
case("BOO-005", "pass", "elsewhere", put={"etc/fstab": "files.example.net:/pub /srv/pub nfs defaults 0 0\n"})
case("BOO-005", "fail", put=NFS, objects=[{"boolean": "use_nfs_home_dirs"}])
case("BOO-005", "fail", "for nothing", put={LOCAL: "use_samba_home_dirs=1\n"}, objects=[{"boolean": "use_samba_home_dirs"}])
case("BOO-005", "na", "the role", base="null-client")
no_selinux("BOO-005")
case("BOO-005", "unknown", loop=["etc/fstab"])
case("BOO-005", "unknown", "the automounter", put={LOCAL: "use_nfs_home_dirs=1\n", "etc/auto.master": ""})

for check, name, program in (("BOO-006", "clamd_use_jit", "usr/sbin/clamd"),
                             ("BOO-007", "spamassassin_can_network", "usr/sbin/spamd"),
                             ("BOO-008", "logwatch_can_network_connect_mail", "usr/sbin/logwatch")):
    on = {LOCAL: f"{name}=1\n"}
    case(check, "pass")
    case(check, "pass", "used", put={**on, program: ""})
    case(check, "fail", put=on, objects=[{"boolean": name}])
    no_selinux(check)
    case(check, "unknown", loop=[POLICY])
    case(check, "unknown", "no list of files", put=on, live={"files.tsv": None})

SYSLOG = {LOCAL: "logging_syslogd_can_sendmail=1\n"}
OMMAIL = 'module(load="ommail")\n'
case("BOO-008", "pass", "ommail", put={**SYSLOG, "etc/rsyslog.conf": "", "etc/rsyslog.d/mail.conf": OMMAIL})
case("BOO-008", "fail", "no ommail", put={**SYSLOG, "etc/rsyslog.conf": "*.* /var/log/syslog\n"},
     objects=[{"boolean": "logging_syslogd_can_sendmail"}])

case("BOO-009", "pass")
case("BOO-009", "pass", "used", put={LOCAL: "allow_saslauthd_read_shadow=1\n", "etc/default/saslauthd": 'MECHANISMS="shadow"\n'})
case("BOO-009", "fail", put={LOCAL: "allow_saslauthd_read_shadow=1\n", "etc/default/saslauthd": 'MECHANISMS="pam"\n'},
     objects=[{"boolean": "allow_saslauthd_read_shadow"}])
case("BOO-009", "fail", "NIS", put={LOCAL: "allow_ypbind=1\n"}, objects=[{"boolean": "allow_ypbind"}])
no_selinux("BOO-009")
case("BOO-009", "unknown", loop=[POLICY])
case("BOO-009", "unknown", "nsswitch.conf", put={LOCAL: "allow_ypbind=1\n"}, loop=["etc/nsswitch.conf"])

case("BOO-010", "pass")
case("BOO-010", "fail", cut=[LOCAL], objects=[{"boolean": "secure_mode_insmod"}])
no_selinux("BOO-010")
case("BOO-010", "unknown", loop=[POLICY])
