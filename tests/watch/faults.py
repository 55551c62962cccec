#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every allocation and every call of input or output of "watch" fails once while logs grow and are rotated:
no crash, no leak, no certain cause that is none, nothing missed without a word, no half-written file.

usage: faults.py POSTSEAL-FAULTS [--sample N | --all] [--jobs N] [--kind KIND ...]

POSTSEAL-FAULTS is the program linked with tests/faults/faults.c. Of each kind N calls fail (default 40), those of
places not yet met first."""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "faults"))

import judge  # noqa: E402
import points  # noqa: E402

CAUSES = [("AAAAAAAA01", "connect to relay.example[192.0.2.7]:25: Connection refused"),
          ("AAAAAAAA02", "connect to relay.example[192.0.2.7]:25: Network is unreachable"),
          ("AAAAAAAA03", "host relay.example[192.0.2.7] said: 550 5.7.1 Relay access denied (in reply to RCPT TO command)")]
DENIAL = ("type=AVC msg=audit({:.3f}:{}): avc:  denied  {{ name_connect }} for  pid=7 comm=\"smtp\" dest=2525 "
          "scontext=system_u:system_r:postfix_smtp_t:s0 tcontext=system_u:object_r:unreserved_port_t:s0 "
          "tclass=tcp_socket permissive=0\n")

Ended = collections.namedtuple("Ended", "status records rest err textfile left")


def deferred(queue_id, why):
    head = time.strftime("%Y-%m-%dT%H:%M:%S.000000+00:00", time.gmtime()) + " mail postfix"
    return (f"{head}/qmgr[99]: {queue_id}: from=<a@example.org>, size=400, nrcpt=1 (queue active)\n"
            f"{head}/smtp[4711]: {queue_id}: to=<b@example.net>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, "
            f"status=deferred ({why})\n")


def append(path, text):
    with open(path, "a", encoding="ascii") as f:
        f.write(text)


def lay_out(top):
    for folder in ("etc/postfix", "var/log/audit", "out"):
        os.makedirs(os.path.join(top, folder))
    append(os.path.join(top, "etc/postfix/main.cf"), "relayhost = [relay.example]\n")
    mail, audit = os.path.join(top, "var/log/mail.log"), os.path.join(top, "var/log/audit/audit.log")
    append(mail, deferred(*CAUSES[0]))
    append(audit, DENIAL.format(time.time(), 1))
    return mail, audit


def watch(program, kind, at=0, trace=None):
    """One life of it: the log grows, is rotated and grows."""
    with tempfile.TemporaryDirectory(prefix="watch-") as top:
        mail, audit = lay_out(top)
        textfile = os.path.join(top, "out", "postseal.prom")
        env = {**os.environ, **points.environment(kind, at, trace)}
        with subprocess.Popen([program, "watch", "--root", top, "--for", "2s", "--format", "ndjson", "--textfile", textfile],
                              env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
            time.sleep(0.5)
            append(mail, deferred(*CAUSES[1]))
            time.sleep(0.3)
            os.rename(mail, mail + ".1")
            append(mail, deferred(*CAUSES[2]))
            append(audit, DENIAL.format(time.time(), 2))
            out, err = p.communicate(timeout=60)
        *lines, rest = out.split(b"\n")
        left = sorted(os.listdir(os.path.join(top, "out")))
        text = ""
        if "postseal.prom" in left:
            with open(textfile, encoding="utf-8") as f:
                text = f.read()
        return Ended(p.returncode, [json.loads(line) for line in lines], rest, err, text, left)


def told_of(ended):
    """Causes and denials: what they are, how sure, how often."""
    rows = {}
    for r in ended.records:
        if r["record"] == "cause":
            rows[r["fingerprint"]] = (r["verdict"], r["certainty"])
        elif r["record"] == "denial":
            rows[r["fingerprint"]] = ("denial", r["source_type"])
    return rows


def metrics(text):
    return sorted(set(re.findall(r"^# TYPE (\S+)", text, re.M)))


def fault_of(done, good):
    """What is wrong with a life in which one call failed; None when nothing is."""
    if points.crashed(done.status, done.err, (0, 1, 64)):
        return f"exit {done.status}: {done.err[-1500:]}"
    if done.status and not done.err:
        return "failed without a word"
    if [name for name in done.left if name != "postseal.prom"]:
        return f"left behind: {done.left}"
    if done.textfile and metrics(done.textfile) != metrics(good.textfile):
        return f"half-written: {done.textfile[-200:]!r}"
    was, now = told_of(good), told_of(done)
    bold = [row for row in now.values() if row[1] == "certain" and row not in was.values()]
    if bold:
        return f"certain of {bold}"
    if done.status:
        return None
    if done.rest or not done.records or done.records[-1]["record"] != "end":
        return f"its records have no end: {done.records[-1:]} {done.rest[:80]}"
    missed = [row for key, row in was.items() if key not in now]
    said = done.err or any(r["record"] in ("note", "source") for r in done.records if r not in good.records)
    unread = [s for r in done.records for s in r.get("sources", []) if s["status"] in judge.BAD and s["detail"]]
    if missed and not said and not unread:
        return f"{missed} missed without a word"
    return None


def main():
    p = argparse.ArgumentParser()
    p.add_argument("program", type=os.path.abspath)
    p.add_argument("--sample", type=int, default=40)
    p.add_argument("--all", action="store_true")
    p.add_argument("--jobs", type=int, default=8)
    p.add_argument("--kind", nargs="+", default=points.KINDS, choices=points.KINDS)
    args = p.parse_args()
    runs = failures = 0
    good = watch(args.program, "none")
    if good.status or len(told_of(good)) != 4:
        print("FAILED: without a fault:", good)
        return 1
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for kind in args.kind:
            places = points.places(lambda trace, k=kind: watch(args.program, k, trace=trace))
            todo = points.choose(places, points.CALLS_MAX if args.all else args.sample, set())
            for at, done in zip(todo, pool.map(lambda n, k=kind: watch(args.program, k, n), todo)):
                runs += 1
                wrong = fault_of(done, good)
                if wrong:
                    failures += 1
                    print(f"FAILED: {kind} call {at} of {len(places)}: {wrong}", flush=True)
            print(f"{kind}: {len(todo)} of {len(places)}, {len(set(places))} places", flush=True)
    print(f"{runs} runs, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
