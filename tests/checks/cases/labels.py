# SPDX-License-Identifier: GPL-2.0-or-later
from cases import case, no_postfix, no_selinux

CONTEXTS = "etc/selinux/default/contexts/files/file_contexts"
SPOOL = "var/spool/postfix"

case("LAB-001", "pass")
case("LAB-001", "fail", label={"usr/lib/postfix/sbin/smtpd": "lib_t"},
     objects=[{"path": "/usr/lib/postfix/sbin/smtpd", "target_type": "lib_t"}])
case("LAB-002", "pass")
case("LAB-002", "fail", label={SPOOL + "/deferred": "postfix_spool_t"},
     objects=[{"path": "/var/spool/postfix/deferred", "target_type": "postfix_spool_t"}])
case("LAB-003", "pass")
case("LAB-003", "fail", label={"etc/postfix/transport": "user_home_t"})
for check in ("LAB-001", "LAB-002", "LAB-003"):
    no_selinux(check)
    no_postfix(check)
    case(check, "unknown", loop=[CONTEXTS])
    case(check, "unknown", "no labels", do=lambda r: setattr(r, "labelled", False))

case("LAB-009", "pass")
case("LAB-009", "fail", label={SPOOL + "/": "default_t"})
case("LAB-009", "fail", "a program", label={"usr/lib/postfix/sbin/smtpd": "unlabeled_t"})
no_selinux("LAB-009")
case("LAB-009", "unknown", do=lambda r: setattr(r, "labelled", False))
