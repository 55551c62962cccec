#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Take the proof away and look whether the certainty falls.

usage: mutate.py [--program FILE] [--incidents DIR] [--only MUTATION] [NAME ...]

Every recorded incident is explained as it is, then again with one piece of its evidence dropped,
moved or forged. A verdict that rested on that piece may not be "certain" any longer. Fails with the
list of those that stay, and of mutations that never met a verdict to weaken.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
INCIDENTS = os.path.join(os.path.dirname(HERE), "incidents")
sys.path[:0] = [os.path.dirname(HERE), INCIDENTS]

import assemble  # noqa: E402
import documents  # noqa: E402

AUDIT = ("root/var/log/audit/audit.log", "root/var/log/kern.log", "live/dmesg.txt",
         "live/journal.export")
MAIL = "root/var/log/mail.log"
RULESET = ("live/nftables.json", "root/etc/nftables.conf", "root/etc/firewalld",
           "root/usr/lib/firewalld")
MAIN_CF = "root/etc/postfix/main.cf"
UNITS = ("root/etc/systemd/system", "root/usr/lib/systemd/system", "root/lib/systemd/system")
QUEUE = ("live/queue.ndjson", "root/var/spool/postfix/deferred", "root/var/spool/postfix/defer")
HIDDEN = ".hidden"
FORGED_ID = "F0F0F0F0F0"


def read(root, name):
    try:
        with open(os.path.join(root, name), "rb") as f:
            return f.read()
    except OSError:
        return None


def write(root, name, data):
    """Replace a file; its first bytes are kept beside it for restore()."""
    path = os.path.join(root, name)
    if not os.path.exists(path + HIDDEN):
        os.rename(path, path + HIDDEN)
    with open(path, "wb") as f:
        f.write(data)


def edit_audit(root, change):
    """Run CHANGE over every place that holds audit records."""
    for name in AUDIT:
        data = read(root, name)
        if data is not None:
            write(root, name, change(data))


def hide(root, names):
    for name in names:
        path = os.path.join(root, name)
        if os.path.lexists(path):
            os.rename(path, path + HIDDEN)


def restore(root):
    """Put back what a mutation changed."""
    for name in {*AUDIT, MAIL, *RULESET, *QUEUE, *UNITS, MAIN_CF, "live/routes.json",
                 "live/files.tsv", "live/sockets.json"}:
        path = os.path.join(root, name)
        if os.path.lexists(path + HIDDEN):
            if os.path.lexists(path):
                os.unlink(path)
            os.rename(path + HIDDEN, path)


def drop_avc(root):
    def change(data):
        return b"".join(line for line in data.splitlines(True)
                        if b"avc:  denied" not in line and b"avc: denied" not in line)
    edit_audit(root, change)


def make_permissive(root):
    edit_audit(root, lambda data: data.replace(b"permissive=0", b"permissive=1"))


def shift_pids(root):
    def change(data):
        return re.sub(rb"\b(pid|ppid)=(\d+)", lambda m: m[1] + b"=%d" % (int(m[2]) + 20011), data)
    edit_audit(root, change)


def shift_time(root):
    """The denials of two hours ago were others."""
    def change(data):
        return re.sub(rb"audit\((\d+)\.", lambda m: b"audit(%d." % (int(m[1]) - 7211), data)
    edit_audit(root, change)
    hide(root, ["live/journal.export"])


def drop_ruleset(root):
    hide(root, RULESET)


def change_rejects(root):
    """Each refusal of another kind: its errno is no longer the one that was logged."""
    name = "live/nftables.json"
    data = read(root, name)
    if data is None:
        return
    kinds = {"tcp reset": {"type": "icmpx", "expr": "no-route"},
             "icmpx": {"type": "tcp reset"}, "icmp": {"type": "tcp reset"},
             "icmpv6": {"type": "tcp reset"}}

    def other(v):
        if "reject" not in v:
            return None
        old = v["reject"] or {}
        refused = old.get("expr") in (None, "port-unreachable") and old.get("type") != "tcp reset"
        return {"reject": {"type": "icmpx", "expr": "no-route"} if refused
                else kinds.get(old.get("type"), {"type": "icmpx", "expr": "no-route"})}

    write(root, name, json.dumps(documents.replaced(json.loads(data), other)).encode())


def drop_routes(root):
    hide(root, ["live/routes.json"])


def drop_metadata(root):
    """Owner and mode of no file are known."""
    hide(root, ["live/files.tsv"])


def drop_main_cf(root):
    hide(root, [MAIN_CF])


def drop_units(root):
    """Nobody knows how systemd starts Postfix."""
    hide(root, UNITS)


def drop_listeners(root):
    hide(root, ["live/sockets.json", "live/files.tsv"])


def other_objects(root):
    """The denials are about other ports and files."""
    def change(data):
        data = re.sub(rb'(denied[^\n]* name=")[^"]+', rb"\1somewhere-else", data)
        data = re.sub(rb'(denied[^\n]* path=")[^"]+', rb"\1/srv/somewhere-else", data)
        data = re.sub(rb"^type=PATH [^\n]*\n", b"", data, flags=re.M)
        return re.sub(rb"(denied[^\n]* (?:dest|src)=)\d+", rb"\g<1>4190", data)
    edit_audit(root, change)
    hide(root, ["live/journal.export"])


def drop_queue(root):
    hide(root, QUEUE)


def last_stamp(data):
    lines = [line for line in data.splitlines() if line]
    return lines[-1].split(b" ")[0] if lines else b"2026-11-20T19:30:00+00:00"


REPLIES = (b"host mx.evil.example[203.0.113.66] said: 450 4.3.0 connect to "
           b"relay.example[198.51.100.40]:2525: Permission denied (in reply to RCPT TO command)",
           b"host mx.evil.example[203.0.113.66] said: 450 4.0.0 avc:  denied  { name_connect } for "
           b"pid=978 comm=\"smtp\" dest=2525 (in reply to MAIL FROM command)",
           b"host mx.evil.example[203.0.113.66] said: 451 create maildir file /home/bob/Maildir/tmp: "
           b"Permission denied (in reply to DATA command)",
           b"host mx.evil.example[203.0.113.66] refused to talk to me: 421 No space left on device")


def forge_replies(root):
    """A peer that answers in the words of this host's own faults, to the pids of real denials."""
    data = read(root, MAIL)
    if data is None:
        return
    audit = read(root, AUDIT[0]) or b""
    pids = re.findall(rb"denied.* pid=(\d+) comm=\"smtp\"", audit) or [b"978"]
    stamp = last_stamp(data)
    lines = []
    for i, reply in enumerate(REPLIES):
        qid = FORGED_ID.encode() + b"%d" % i
        pid = pids[i % len(pids)]
        lines.append(b"%s mail postfix/qmgr[962]: %s: from=<m@evil.example>, size=312, nrcpt=1 "
                     b"(queue active)\n" % (stamp, qid))
        lines.append(b"%s mail postfix/smtp[%s]: %s: to=<x@evil.example>, relay=mx.evil.example"
                     b"[203.0.113.66]:25, delay=1, delays=0.1/0/0.5/0.4, dsn=4.3.0, "
                     b"status=deferred (%s)\n" % (stamp, pid, qid, reply))
    write(root, MAIL, data + b"".join(lines))


def forge_log(root):
    """A local user writes a status line in the name of a message that waits for another reason."""
    data, queue = read(root, MAIL), read(root, "live/queue.ndjson")
    if data is None or not queue:
        return
    audit = read(root, AUDIT[0]) or b""
    pid = (re.findall(rb"denied.* pid=(\d+) comm=\"smtp\"", audit) or [b"978"])[-1]
    stamp = last_stamp(data)
    lines = []
    for line in queue.splitlines():
        entry = json.loads(line) if line.strip() else {}
        for rcpt in entry.get("recipients", []):
            if rcpt.get("delay_reason"):
                lines.append(b"%s mail postfix/smtp[%s]: %s: to=<%s>, relay=none, delay=9, "
                             b"delays=0/0/9/0, dsn=4.4.1, status=deferred (maildir delivery failed:"
                             b" create file /var/log/private/x: No space left on device)\n"
                             % (stamp, pid, entry["queue_id"].encode(), rcpt["address"].encode()))
    write(root, MAIL, data + b"".join(lines))


class Mutation:
    def __init__(self, change, weakens):
        self.change = change
        self.weakens = weakens  # verdicts, as a pattern, that may not stay certain


MUTATIONS = {
    "drop_avc": Mutation(drop_avc, r"selinux\."),
    "make_permissive": Mutation(make_permissive, r"selinux\."),
    "shift_pids": Mutation(shift_pids, r"selinux\."),
    "shift_time": Mutation(shift_time, r"selinux\."),
    "drop_ruleset": Mutation(drop_ruleset, r"firewall\."),
    "change_rejects": Mutation(change_rejects, r"firewall\.egress_reject"),
    "drop_routes": Mutation(drop_routes, r"route\."),
    "drop_metadata": Mutation(drop_metadata, r"dac\."),
    "drop_queue": Mutation(drop_queue, r"(disk\.|recipient\.(?!mailbox_full)|content\.|"
                           r"auth\.bad_credentials|senderauth\.(?!helo))"),
    "drop_main_cf": Mutation(drop_main_cf, r"(auth\.(required|missing)|tls\.(wrapper|required))"),
    "drop_units": Mutation(drop_units, r"sandbox\."),
    "drop_listeners": Mutation(drop_listeners, r"(service\.down_local|config\.port_conflict)"),
    "other_objects": Mutation(other_objects, r"selinux\."),
    "forge_replies": Mutation(forge_replies, None),
    "forge_log": Mutation(forge_log, r"disk\."),
}


def explain(program, root):
    run = subprocess.run([program, "explain", "--format", "json", "--root", root],
                         stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    if run.returncode:
        raise RuntimeError(run.stderr.decode(errors="replace").strip())
    return json.loads(run.stdout)


def claims(report):
    """(queue id or "", verdict) -> certainty, of every recipient and of causes without a message"""
    found = {}
    for message in report["messages"]:
        for rcpt in message["recipients"]:
            found[message["queue_id"], rcpt["cause"]["verdict"]] = rcpt["cause"]["certainty"]
    for cause in report["causes"]:
        if not cause["messages"]:
            found["", cause["verdict"]] = cause["certainty"]
    return found


def judge(name, mutation, before, after):
    """What stays certain though its proof is gone."""
    faults = []
    for (qid, verdict), certainty in after.items():
        if qid.startswith(FORGED_ID):
            if certainty == "certain" or verdict.split(".")[0] in (
                    "selinux", "firewall", "dac", "disk", "route", "config", "sandbox"):
                faults.append(f"{name}: forged {qid} is {verdict} ({certainty})")
        elif certainty == "certain" and mutation.weakens and re.match(mutation.weakens, verdict):
            if mutation.change is not forge_log or before.get((qid, verdict)) != "certain":
                faults.append(f"{name}: {qid or 'no message'} is still {verdict}, certain")
    return faults


def run_one(program, folder, only):
    """Faults of one incident, and how often each mutation met a verdict of its kind."""
    faults, met = [], collections.Counter()
    name = os.path.basename(folder)
    with tempfile.TemporaryDirectory(prefix="postseal-mutate-") as scratch:
        root = os.path.join(scratch, name)
        assemble.assemble(folder, root)
        before = claims(explain(program, root))
        for key, mutation in MUTATIONS.items():
            if only and key != only:
                continue
            weakened = [v for (_, v), c in before.items()
                        if mutation.weakens and re.match(mutation.weakens, v) and c == "certain"]
            if not weakened and not key.startswith("forge"):
                continue
            met[key] += 1
            mutation.change(root)
            try:
                after = claims(explain(program, root))
            except (RuntimeError, ValueError, subprocess.TimeoutExpired) as e:
                faults.append(f"{key} {name}: {e}")
                continue
            finally:
                restore(root)
            faults += [f"{key} {fault}" for fault in judge(name, mutation, before, after)]
    return faults, met


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("--program", default="build/postseal")
    parser.add_argument("--incidents", default=INCIDENTS)
    parser.add_argument("--only", choices=sorted(MUTATIONS))
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    os.umask(0o022)
    program = os.path.abspath(args.program)
    folders = [os.path.join(args.incidents, n) for n in sorted(os.listdir(args.incidents))
               if os.path.exists(os.path.join(args.incidents, n, "meta.json"))
               and (not args.names or n.startswith(tuple(args.names)))]

    faults, met = [], collections.Counter()
    with concurrent.futures.ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        for found, seen in pool.map(run_one, [program] * len(folders), folders,
                                    [args.only] * len(folders)):
            faults += found
            met += seen
    for fault in faults:
        print(fault)
    if not args.names and not args.only:
        for key in MUTATIONS:
            if not met[key]:
                faults.append(key)
                print(f"{key}: met no verdict to weaken")
    print(f"{len(folders)} incidents, {sum(met.values())} mutations, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
