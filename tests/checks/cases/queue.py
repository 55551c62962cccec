# SPDX-License-Identifier: GPL-2.0-or-later
import json

from cases import case, no_postfix, no_selinux

LOG, SPOOL = "var/log/mail.log", "var/spool/postfix"


def queued(queue, arrival):
    return {"queue.ndjson": json.dumps({
        "queue_name": queue, "queue_id": "4A5B6C7D8E", "arrival_time": arrival, "message_size": 400,
        "forced_expire": False, "sender": "a@example.org",
        "recipients": [{"address": "b@example.net", "delay_reason": "later"}]}) + "\n"}


case("QUE-001", "pass")
case("QUE-001", "fail", base="incident:06-relay-2525-name-connect")
no_selinux("QUE-001")
no_postfix("QUE-001")
case("QUE-001", "unknown", cut=[LOG], loop=[SPOOL])

case("QUE-002", "pass")
case("QUE-002", "fail", base="incident:02-fw-out-drop-25")
no_postfix("QUE-002")
case("QUE-002", "unknown", cut=[LOG], loop=[SPOOL])

case("QUE-007", "pass")
case("QUE-007", "pass", "young", cut=[SPOOL], live=queued("deferred", 1795199000))
case("QUE-007", "fail", cut=[SPOOL], live=queued("deferred", 1600000000), objects=[{"path": "oldest"}])
no_postfix("QUE-007")
case("QUE-007", "unknown", loop=[SPOOL])

case("QUE-008", "pass")
case("QUE-008", "fail", cut=[SPOOL], live=queued("hold", 1795199000), objects=[{"path": "hold"}])
no_postfix("QUE-008")
case("QUE-008", "unknown", loop=[SPOOL])
