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
    case(check, "unknown", "a web server", put={**on, "usr/sbin/nginx": ""})
    case(check, "unknown", "no list of files", put=on, live={"files.tsv": None})
