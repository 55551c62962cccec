#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Score explain on generated timelines: precision of "certain", recall per class.

usage: run.py [--program FILE] [--seeds FIRST-LAST] [--messages N] [--noise N] [--show N]

Fails when less than 99 % of what is called certain is right, or when less than 95 % of the messages
whose evidence decides are given the right class, at least "likely".
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import generate  # noqa: E402

PRECISION, RECALL = 0.99, 0.95
SURE = ("certain", "likely")


def is_right(truth, cause):
    if cause["class"] in truth["class"]:
        return True
    # a firewall beyond this host and a host that is down look alike from here
    return "remote" in truth["class"] and cause["verdict"].startswith("firewall.remote_")


def score(truth, report, table, wrong, seed):
    told = {}
    for message in report["messages"]:
        for rcpt in message["recipients"]:
            told[message["queue_id"]] = rcpt
    for qid, want in truth.items():
        name = "/".join(want["class"][:1]) + ("" if want["decided"] else " (open)")
        row = table[name]
        row["truths"] += 1
        rcpt = told.get(qid)
        cause = rcpt["cause"] if rcpt else {"class": "unknown", "verdict": "not reported",
                                            "certainty": "unknown"}
        right = is_right(want, cause)
        row["right"] += right and cause["certainty"] in SURE
        if cause["certainty"] == "certain":
            row["certain"] += 1
            row["certain right"] += right
        if not right or (want["decided"] and cause["certainty"] not in SURE):
            wrong.append(f"seed {seed} {qid}: {cause['verdict']} ({cause['certainty']}), not {name}: "
                         f"{rcpt['reason'][:90] if rcpt else ''}")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("--program", default="build/postseal")
    parser.add_argument("--seeds", default="1-6")
    parser.add_argument("--messages", type=int, default=250)
    parser.add_argument("--noise", type=int, default=1)
    parser.add_argument("--show", type=int, default=20)
    args = parser.parse_args()
    first, _, last = args.seeds.partition("-")
    table, wrong = collections.defaultdict(collections.Counter), []
    for seed in range(int(first), int(last or first) + 1):
        with tempfile.TemporaryDirectory(prefix="postseal-timeline-") as out:
            truth, _ = generate.generate(seed, args.messages, args.noise, out)
            run = subprocess.run([args.program, "explain", "--format", "json", "--root", out],
                                 stdin=subprocess.DEVNULL, capture_output=True, check=False)
            if run.returncode:
                sys.exit(f"seed {seed}: {run.stderr.decode(errors='replace')}")
            score(truth, json.loads(run.stdout), table, wrong, seed)

    total = collections.Counter()
    print(f"{'class':<16} {'truths':>7} {'right':>7} {'certain':>8} {'wrong certain':>14}")
    for name in sorted(table):
        row = table[name]
        print(f"{name:<16} {row['truths']:>7} {row['right']:>7} {row['certain']:>8} "
              f"{row['certain'] - row['certain right']:>14}")
        total["certain"] += row["certain"]
        total["certain right"] += row["certain right"]
        if not name.endswith("(open)"):
            total["decided"] += row["truths"]
            total["right"] += row["right"]
    for text in wrong[:args.show]:
        print("  " + text)
    precision = total["certain right"] / max(total["certain"], 1)
    recall = total["right"] / max(total["decided"], 1)
    print(f"precision of certain {precision:.4f}, recall {recall:.4f}")
    return 0 if precision >= PRECISION and recall >= RECALL else 1


if __name__ == "__main__":
    sys.exit(main())
