#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Take the proof of each "certain" of the cases away: the certainty must fall.

usage: mutate.py PROGRAM [--only TEXT]

PROOFS names, by verdict, files of the bundle that prove it and changes of what they say. Each case
that expects such a verdict as certain is laid out again without the proof, or with one that speaks
of something else; then no cause may have that verdict as certain. Fails with the list of those that
do, and when a row of PROOFS met no case.
"""
import argparse
import pathlib
import re
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import run  # noqa: E402

AUDIT = "root/var/log/audit/audit.log"


def drop(*patterns):
    """Remove what the patterns find in the bundle."""
    def change(at):
        for pattern in patterns:
            for path in list(at.glob(pattern)):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    change.__name__ = "drop " + " ".join(patterns)
    return change


def audit(what, pattern, replacement):
    """Another word in every record of the audit log."""
    def change(at):
        path = at / AUDIT
        path.write_text(re.sub(pattern, replacement, path.read_text()))
    change.__name__ = what
    return change


def later(match):
    return f"msg=audit({int(match[1]) + 5400}."


UNITS = ("root/usr/lib/systemd", "root/etc/systemd")
PROOFS = [
    (r"selinux\.", drop(AUDIT)),
    (r"selinux\.", audit("another pid", r"\bpid=(\d)", r"pid=7\1")),
    (r"selinux\.", audit("another time", r"msg=audit\((\d+)\.", later)),
    (r"selinux\.", audit("logged only", "permissive=0", "permissive=1")),
    (r"selinux\.", audit("another program", r'comm="\w', 'comm="x')),
    (r"selinux\.", audit("another domain", r"(scontext=\w+:\w+:)\w+", r"\1user_t")),
    (r"selinux\.", audit("another object",
                         r'(name=")[^"]*|((?:dest|src)=)\d+|(\bpath=")/[^"]*',
                         lambda m: m[1] + "other" if m[1] else m[2] + "9" if m[2] else
                         m[3] + "/srv/other")),
    (r"firewall\.", drop("live/nftables.json")),
    (r"route\.", drop("live/routes.json")),
    (r"dac\.", drop("live/files.tsv")),
    (r"sandbox\.", drop(*UNITS)),
    (r"service\.down_local", drop("live/sockets.json", "live/files.tsv")),
    (r"config\.port_conflict", drop("live/sockets.json")),
    (r"config\.bind_address", drop("live/addresses.json")),
    (r"config\.transport_name", drop("root/etc/postfix/master.cf")),
    (r"config\.(chroot|map_missing|tls_files)", drop("live/files.tsv", "root/var/spool", "root/etc/ssl",
                                                     "root/etc/postfix")),
    (r"(auth\.|senderauth\.helo|tls\.(wrapper|required|not_verified))",
     drop("root/etc/postfix/main.cf")),
    (r"auth\.no_mechanism", drop("live/files.tsv")),
    (r"config\.tls_files", drop("live/keys.tsv", "root/etc/ssl", "live/files.tsv")),
    (r"tls\.expired", drop("root/etc/ssl")),
    (r"disk\.full", drop("live/df.json")),
    (r"recipient\.(?!mailbox_full)", drop("live/queue.ndjson")),
    (r"recipient\.mailbox_full", drop("live/files.tsv")),
]


def certain(answer):
    """Every (verdict) said to be certain."""
    found = {c["verdict"] for c in answer["causes"] if c["certainty"] == "certain"}
    for message in answer["messages"]:
        found |= {r["cause"]["verdict"] for r in message["recipients"]
                  if r["cause"]["certainty"] == "certain"}
    return found


def expected(case):
    rows = list(case.get("expect", {}).values()) + list(case.get("causes", ()))
    return {verdict for verdict, certainty, *_ in rows if certainty == "certain"}


def stays(program, case, base, pattern, change):
    """What is still certain without the proof; None when the case holds nothing to weaken."""
    aimed = {v for v in expected(case) if re.match(pattern, v)}
    if not aimed:
        return None
    with tempfile.TemporaryDirectory() as tmp:
        at = pathlib.Path(tmp)
        run.lay_out(case, base, at)
        change(at)
        return aimed & certain(run.ask(program, at, case.get("args", ())))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--only", help="cases whose name holds this")
    args = parser.parse_args()
    cases = [(g, c) for g, c in run.load_cases() if not args.only or args.only in f"{g}: {c['name']}"]
    base = sys.modules["base"].BASE
    faults = tried = 0
    for pattern, change in PROOFS:
        met = 0
        for group, case in cases:
            left = stays(args.program, case, base, pattern, change)
            if left is None:
                continue
            met += 1
            faults += bool(left)
            for verdict in sorted(left):
                print(f"{group}: {case['name']}: {verdict} is still certain after: {change.__name__}")
        if not met and not args.only:
            faults += 1
            print(f"{pattern}, {change.__name__}: no case is certain of it")
        tried += met
    print(f"{tried} proofs taken away, {faults} faults")
    return 1 if faults or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
