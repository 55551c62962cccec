# SPDX-License-Identifier: GPL-2.0-or-later
from cases import case, no_selinux
from roots import STORE

POLICY = "etc/selinux/default/policy/policy.33"
LOCAL = STORE + "ports.local"

case("PRT-001", "pass")
case("PRT-001", "fail", master="2525 inet n - n - - smtpd\n", objects=[{"port": "2525", "protocol": "tcp"}])
no_selinux("PRT-001")
case("PRT-001", "unknown", loop=[POLICY])
case("PRT-001", "unknown", "a port by a name unknown", master="odd-name inet n - n - - smtpd\n")

case("PRT-002", "pass")
case("PRT-002", "fail", base="incident:06-relay-2525-name-connect", objects=[{"port": "2525", "protocol": "tcp"}])
no_selinux("PRT-002")
case("PRT-002", "unknown", loop=[POLICY])
case("PRT-002", "unknown", "a table", loop=["etc/postfix/transport"])

case("PRT-003", "pass")
case("PRT-003", "pass", "one port", put={LOCAL: "portcon tcp 2525 system_u:object_r:smtp_port_t:s0\n"})
case("PRT-003", "fail", put={LOCAL: "portcon tcp 2000-2999 system_u:object_r:smtp_port_t:s0\n"},
     objects=[{"port": "2000-2999", "protocol": "tcp", "target_type": "smtp_port_t"}], fix=["semanage port -d -p tcp 2000-2999"])
case("PRT-003", "fail", "too wide, and used", put={LOCAL: "portcon tcp 2000-2999 system_u:object_r:smtp_port_t:s0\n"},
     master="2525 inet n - n - - smtpd\n", fix=[])
case("PRT-003", "fail", "reserved", put={LOCAL: "portcon tcp 22 system_u:object_r:smtp_port_t:s0\n"})
no_selinux("PRT-003")
case("PRT-003", "unknown", loop=[STORE + "modules"])
