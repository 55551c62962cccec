# SPDX-License-Identifier: GPL-2.0-or-later
from cases import case, no_postfix, no_selinux
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
