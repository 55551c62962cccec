#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts of the audit reader on generated logs beside the generator's own: each distinct denial.

  audit_truth.py BENCH_AUDIT GENERATOR
"""
import collections
import json
import os
import subprocess
import sys
import tempfile

CASES = [
    ["--mb", "3"],
    ["--mb", "3", "--format", "raw", "--seed", "2"],
    ["--mb", "6", "--storm", "--interleave", "0.3", "--seed", "3"],
    ["--mb", "3", "--storm", "--node", "mail.example", "--seed", "4"],
]


def counts(reader, root):
    lines = subprocess.run([reader, "-v", root], check=True, capture_output=True, text=True).stdout.splitlines()
    found = collections.Counter()
    for line in lines[1:]:
        count, source, target, tclass, permissive, perms = line.split()[:6]
        found[source, target, tclass, perms, int(permissive)] += int(count)
    return found


def main():
    reader, generator = sys.argv[1:3]
    for case in CASES:
        with tempfile.TemporaryDirectory() as root:
            log = os.path.join(root, "var/log/audit")
            os.makedirs(log)
            truth = os.path.join(root, "truth.json")
            subprocess.run([sys.executable, generator, *case, "--truth", truth, "-o", os.path.join(log, "audit.log")],
                           check=True)
            with open(truth) as f:
                wanted = {(d["scontext"], d["tcontext"], d["tclass"], ",".join(sorted(d["perms"])), d["permissive"]):
                          d["count"] for d in json.load(f)["denials"]}
            found = counts(reader, root)
        if found != wanted:
            for key in sorted(set(found) | set(wanted)):
                if found.get(key) != wanted.get(key):
                    print(key, "counted", found.get(key), "written", wanted.get(key))
            sys.exit("audit_truth.py: counts differ with " + " ".join(case))


if __name__ == "__main__":
    main()
