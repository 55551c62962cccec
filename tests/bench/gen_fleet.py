#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports of a fleet, as many findings as wanted: real reports of recorded incidents, each for a
host of its own, 100 hosts a file.

usage: gen_fleet.py PROGRAM FINDINGS DIR
"""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
INCIDENTS = os.path.join(os.path.dirname(HERE), "incidents")
sys.path.insert(0, INCIDENTS)
import assemble  # noqa: E402

NAMES = ["06-relay-2525-name-connect", "17-maildir-home-label", "32-fw-in-no-25", "71-mixed-queue-many-causes"]
A_FILE = 100


def reports(program, names):
    """The NDJSON of audit and explain of each incident."""
    for name in names:
        with tempfile.TemporaryDirectory() as top:
            root = os.path.join(top, "root")
            assemble.assemble(os.path.join(INCIDENTS, name), root)
            for verb in ("audit", "explain"):
                yield subprocess.run([program, verb, "--root", root, "--format", "ndjson"],
                                     stdout=subprocess.PIPE, check=True, text=True).stdout


def main():
    program, findings, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    texts = list(reports(program, NAMES))
    os.makedirs(folder, exist_ok=True)
    written = hosts = 0
    while written < findings:
        with open(os.path.join(folder, f"part{hosts // A_FILE:05}.ndjson"), "w", encoding="utf-8") as f:
            for host in range(hosts, hosts + A_FILE):
                for text in texts[2 * (host % (len(texts) // 2)):][:2]:
                    text = re.sub(r'"run":"(v1:[0-9a-f]{24})[0-9a-f]{8}"', rf'"run":"\g<1>{host:08x}"', text)
                    f.write(re.sub(r'"host_name":"[^"]*"', f'"host_name":"mail{host}"', text))
                    written += text.count('"record":"finding"')
        hosts += A_FILE
    print(f"{hosts} hosts, {written} findings")


if __name__ == "__main__":
    main()
