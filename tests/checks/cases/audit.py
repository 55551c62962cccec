# SPDX-License-Identifier: GPL-2.0-or-later
from cases import case

RULES = "etc/audit/rules.d/50-mail.rules"
OTHER = {RULES: "-w /etc/passwd -p wa\n"}

case("AUD-003", "pass")
case("AUD-003", "pass", "no rules", cut=["etc/audit/rules.d"])
case("AUD-003", "fail", put={"etc/audit/rules.d/60.rules": "-a always,exclude -F msgtype=AVC\n"},
     objects=[{"rule": "-a always,exclude -F msgtype=AVC"}])
case("AUD-003", "fail", "by number", put={"etc/audit/rules.d/60.rules": "-a never,exclude -F msgtype=1400\n"})
case("AUD-003", "unknown", loop=[RULES])
case("AUD-003", "unknown", "another filter", put={"etc/audit/rules.d/60.rules": "-a always,exclude -F pid=7\n"})

for check, gone in (("AUD-005", "MAC-policy"), ("AUD-006", "postdrop")):
    case(check, "pass")
    case(check, "fail", put=OTHER)
    case(check, "fail", "one of them", edit={RULES: (f".*{gone}.*\n", "")})
    case(check, "fail", "no rules", cut=["etc/audit/rules.d"])
    case(check, "unknown", loop=[RULES])

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
