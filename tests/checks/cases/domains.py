# SPDX-License-Identifier: GPL-2.0-or-later
from cases import RUNNING, case, no_postfix, no_selinux, tasks
from roots import permissive

POLICY = "etc/selinux/default/policy/policy.33"
MASTER = "etc/postfix/master.cf"

for check, one, other in (("DOM-001", "postfix_smtp_t", "postgresql_t"), ("DOM-002", "postgresql_t", "postfix_smtp_t")):
    case(check, "pass")
    case(check, "pass", "another", do=lambda r, t=other: permissive(r, t))
    case(check, "fail", do=lambda r, t=one: permissive(r, t), objects=[{"source_type": one}])
    no_selinux(check)
    case(check, "unknown", loop=[POLICY])

case("DOM-005", "pass")
case("DOM-005", "fail", edit={MASTER: ("user=vmail", "user=root")}, objects=[{"path": "script"}])
case("DOM-005", "fail", "no user", edit={MASTER: ("user=vmail ", "")})
case("DOM-005", "fail", "default_privs", main={"default_privs": "root"}, objects=[{"parameter": "default_privs"}])
no_postfix("DOM-005")
case("DOM-005", "unknown", loop=[MASTER])

MASTER_PROGRAM = "usr/lib/postfix/sbin/master"
case("DOM-003", "pass")
case("DOM-003", "fail", label={MASTER_PROGRAM: "bin_t"}, objects=[{"path": "/" + MASTER_PROGRAM, "target_type": "bin_t"}])

case("DOM-003", "pass", "running", live=RUNNING,
     do=tasks(master="postfix_master_t", smtpd="postfix_smtpd_t", cron="unconfined_t"))
case("DOM-003", "fail", "master is not confined", live=RUNNING, do=tasks(master="unconfined_t", smtpd="postfix_smtpd_t"),
     objects=[{"service": "master", "source_type": "unconfined_t"}], says="master runs as unconfined_t.")
case("DOM-003", "fail", "not of mail", live=RUNNING, do=tasks(smtpd="postgresql_t"),
     objects=[{"service": "smtpd", "source_type": "postgresql_t"}], says="smtpd runs as postgresql_t.")
case("DOM-003", "fail", "another's", live=RUNNING, do=tasks(smtpd="postfix_qmgr_t"),
     objects=[{"service": "smtpd", "source_type": "postfix_qmgr_t"}], says="the policy makes it postfix_smtpd_t")

case("DOM-004", "pass")
case("DOM-004", "fail", label={"usr/sbin/opendkim": "bin_t"}, objects=[{"path": "/usr/sbin/opendkim", "target_type": "bin_t"}])
case("DOM-004", "na", "none", main={"smtpd_milters": None, "smtpd_sasl_path": None, "smtpd_sasl_type": "cyrus"},
     edit={MASTER: ("  -o smtpd_sasl_auth_enable=yes\n", "")})
for check in ("DOM-003", "DOM-004"):
    no_selinux(check)
    no_postfix(check)
    case(check, "unknown", loop=[POLICY])
    case(check, "unknown", "no labels", do=lambda r: setattr(r, "labelled", False))
