# SPDX-License-Identifier: GPL-2.0-or-later
import json

from cases import case, no_postfix, no_selinux

LOG, SPOOL = "var/log/mail.log", "var/spool/postfix"


def queued(queue, arrival):
    return {"queue.ndjson": json.dumps({
        "queue_name": queue, "queue_id": "4A5B6C7D8E", "arrival_time": arrival, "message_size": 400,
        "forced_expire": False, "sender": "a@example.org",
        "recipients": [{"address": "b@example.net", "delay_reason": "later"}]}) + "\n"}


LOST = "2026-11-20T18:39:59.000000+00:00 mail kernel: [  9.1] audit: backlog limit exceeded\n"
LATE = ("2026-11-22T18:39:59.000000+00:00 mail postfix/smtpd[990]: connect from client.example.net[198.51.100.7]\n"
        "2026-11-22T18:39:59.000000+00:00 mail postfix/smtpd[990]: disconnect from client.example.net[198.51.100.7]\n")

case("QUE-001", "pass")
RELAY, SHUT = "incident:06-relay-2525-name-connect", "incident:02-fw-out-drop-25"
case("QUE-001", "fail", base=RELAY, objects=[{"verdict": "selinux.connect", "target_type": "unreserved_port_t", "port": "2525"}],
     at="var/log/audit/audit.log", says="2 messages: ")
case("QUE-001", "pass", "another cause", base=SHUT)
no_selinux("QUE-001")
no_postfix("QUE-001")
case("QUE-001", "unknown", cut=[LOG], loop=[SPOOL])

case("QUE-002", "pass")
case("QUE-002", "fail", base=SHUT)
case("QUE-002", "pass", "another cause", base=RELAY)
for check in ("QUE-003", "QUE-004", "QUE-005", "QUE-006"):
    case(check, "pass", "another cause", base=RELAY, args=["--role", "mailstore"])
no_postfix("QUE-002")
case("QUE-002", "unknown", cut=[LOG], loop=[SPOOL])

case("QUE-007", "pass")
case("QUE-007", "pass", "young", cut=[SPOOL], live=queued("deferred", 1795199000))
case("QUE-007", "fail", cut=[SPOOL], live=queued("deferred", 1600000000), objects=[{"path": "oldest"}])
case("QUE-007", "fail", "many", cut=[SPOOL], live={"queue.ndjson": "".join(
    queued("deferred", 1795199000)["queue.ndjson"].replace("4A5B6C7D8E", f"4A5B6C{i:04X}") for i in range(1001))},
     objects=[{"path": "deferred"}])
case("QUE-007", "pass", "kept back by hand", cut=[SPOOL], live=queued("hold", 1600000000))
no_postfix("QUE-007")
case("QUE-007", "unknown", loop=[SPOOL], says="the queue was not read: Too many levels")

case("QUE-008", "pass")
case("QUE-008", "fail", cut=[SPOOL], live=queued("hold", 1795199000), objects=[{"path": "hold"}])
no_postfix("QUE-008")
case("QUE-008", "unknown", loop=[SPOOL])

# causes of their own incidents; what they are is in tests/incidents
for check, base in (("QUE-003", "17-maildir-home-label"), ("QUE-004", "11-milter-socket-mislabelled"),
                    ("QUE-005", "37-fw-out-dns-53"), ("QUE-006", "13-smtpd-tls-key-home-label")):
    case(check, "pass", args=["--role", "mailstore"] if check == "QUE-003" else [])
    case(check, "fail", base="incident:" + base, args=["--role", "mailstore"])
    no_postfix(check, args=["--role", "mailstore"] if check == "QUE-003" else [])
    case(check, "unknown", cut=[LOG], loop=[SPOOL], args=["--role", "mailstore"] if check == "QUE-003" else [])
case("QUE-003", "na", "the role", args=["--role", "mx"])

STRAY = ('type=AVC msg=audit(1795199999.100:9): avc:  denied  { read } for  pid=990 comm="smtpd" name="stray" '
         'dev="vda1" ino=77 scontext=system_u:system_r:postfix_smtpd_t:s0 '
         'tcontext=system_u:object_r:user_home_t:s0 tclass=file permissive=0\n')
case("QUE-009", "pass")
case("QUE-009", "pass", "mail suffers from it", base=RELAY)
case("QUE-009", "fail", append={"var/log/audit/audit.log": STRAY},
     objects=[{"source_type": "postfix_smtpd_t", "target_type": "user_home_t", "tclass": "file"}])
no_selinux("QUE-009")
no_postfix("QUE-009")
case("QUE-009", "unknown", cut=["var/log/audit/audit.log"],
     says="no audit records were read: var/log/audit/audit.log is absent")

case("QUE-010", "pass")
case("QUE-010", "fail", append={"var/log/audit/audit.log": "type=KERNEL msg=audit(1795199999.200:10): "
                                "audit: backlog limit exceeded\n"}, put={"var/log/kern.log": LOST})
case("QUE-010", "fail", "old", append={LOG: LATE}, objects=[{"service": "audit log"}])
no_postfix("QUE-010")
case("QUE-010", "pass", "what is no log", loop=["etc/fstab"])
case("QUE-010", "unknown", "a log", loop=["var/log/kern.log"], objects=[{"path": "var/log/kern.log"}])
case("QUE-010", "unknown", cut=[LOG])
