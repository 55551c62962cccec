#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The totals of the mail log reader and those of pflogsumm agree on generated logs.

usage: maillog_totals.py BENCH_MAILLOG GENERATOR        exit status 77 without pflogsumm(1)
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

# format, seed, further options of the generator; pflogsumm knows these two formats and short ids
LOGS = [
    ("rfc3164", 1, []),
    ("rfc3164", 2, ["--deferral-share", "0.9"]),
    ("iso", 3, ["--ids", "short"]),
]
WORDS = {"sent": "delivered", "deferred": "deferrals", "bounced": "bounced", "rejected": "rejected"}


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def totals_of_pflogsumm(log):
    text = output("pflogsumm", "--detail=0", log)
    found = {word: int(re.search(rf"^\s*(\d+)\s+{word}\b", text, re.M).group(1))
             for word in ("delivered", "bounced", "rejected")}
    found["deferrals"] = int(re.search(r"(\d+)\s+deferrals\)", text).group(1))
    return found


def main():
    bench, generator = sys.argv[1:3]
    if not shutil.which("pflogsumm"):
        return 77
    wrong = 0
    for form, seed, options in LOGS:
        with tempfile.TemporaryDirectory(prefix="postseal-totals-") as root:
            log = os.path.join(root, "var/log/mail.log")
            os.makedirs(os.path.dirname(log))
            output(sys.executable, generator, "--lines", "30000", "--seed", str(seed), "--format", form,
                   "--out", log, *options)
            ours = output(bench, root).split()
            ours = dict(zip(ours[::2], map(int, ours[1::2])))
            theirs = totals_of_pflogsumm(log)
        for word, other in WORDS.items():
            if ours[word] != theirs[other] or not ours[word]:
                print(f"{form}, seed {seed}: {word}: {ours[word]}, pflogsumm: {theirs[other]}")
                wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
