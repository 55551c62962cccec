# SPDX-License-Identifier: GPL-2.0-or-later
from cases import case, no_selinux
from roots import STORE, module

case("MOD-003", "pass")
case("MOD-003", "fail", do=lambda r: module(r, 400, "postfix", "(type x)"), objects=[{"path": "postfix"}])
case("MOD-003", "fail", "disabled", put={STORE + "modules/disabled/postfix": ""})
no_selinux("MOD-003")
case("MOD-003", "unknown", loop=[STORE + "modules"])

RULE = "(allow postfix_smtp_t %s)\n"
POLICY = "etc/selinux/default/policy/policy.33"
KEY = STORE + "modules/400/relay/cil"


def local(cil, name="relay"):
    return lambda r: module(r, 400, name, cil)


case("MOD-001", "pass")
case("MOD-001", "pass", "of others", do=local("(allow httpd_t var_t (file (read)))"))
case("MOD-001", "fail", do=local(RULE % "unreserved_port_t (tcp_socket (name_connect))"), objects=[{"module": "relay"}])
TWO = "(allow %s var_t (file (read)))\n(allow %s var_t (dir (read)))\n"
case("MOD-001", "pass", "an attribute without mail", do=local(TWO % ("port_type", "port_type")))
case("MOD-001", "fail", "an attribute of mail", do=local(TWO % ("postfix_domain", "postfix_domain")))
case("MOD-001", "fail", "in an optional", do=local("(optional o (" + (RULE % "var_t (file (read))").strip() + "))"))
case("MOD-002", "pass")
case("MOD-002", "pass", "a small right", do=local(RULE % "var_t (file (getattr open read))"))
case("MOD-002", "fail", do=local(RULE % "self (capability (dac_override))"),
     objects=[{"module": "relay", "source_type": "postfix_smtp_t", "target_type": "postfix_smtp_t", "tclass": "capability"}])
case("MOD-002", "fail", "programs", do=local(RULE % "bin_t (file (write))"))
case("MOD-002", "fail", "all files", do=local(RULE % "file_type (file (read))"))
case("MOD-002", "fail", "unconfined",
     do=local("(typeattributeset cil_gen_require postfix_smtp_t)\n(typeattributeset unconfined_domain_type (postfix_smtp_t))"))
case("MOD-004", "pass", do=local("(type relay_t)"))
case("MOD-004", "fail", do=local("(type x_t)", "mypol"), objects=[{"module": "mypol"}])
case("MOD-005", "pass")
case("MOD-005", "pass", "new", do=local(RULE % "shadow_t (file (read))"))
case("MOD-005", "fail", do=local(RULE % "unreserved_port_t (tcp_socket (name_connect))"))
for check in ("MOD-001", "MOD-002", "MOD-004", "MOD-005"):
    no_selinux(check)
    case(check, "unknown", loop=[STORE + "modules"])
    if check != "MOD-004":
        case(check, "unknown", "a module", do=lambda r: module(r, 400, "relay", "(type x").loop(KEY))
