#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare whole outputs, byte for byte, with the ones in reports/golden.

usage: golden.py [--program FILE] [--update]

Each row of CASES is one command on one recorded incident; the result must not depend on time zone,
locale or the order of a directory. --update writes the outputs of this program: read the
difference before you commit it.
"""
import argparse
import difflib
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
INCIDENTS = os.path.join(TOP, "tests", "incidents")
GOLDEN = os.path.join(TOP, "reports", "golden")
sys.path.insert(0, INCIDENTS)

import assemble  # noqa: E402

# incident, arguments after --root, name of the golden file
CASES = [
    ("06-relay-2525-name-connect", ["explain"], "explain-06.txt"),
    ("06-relay-2525-name-connect", ["explain", "--format", "json"], "explain-06.json"),
    ("06-relay-2525-name-connect", ["denials"], "denials-06.txt"),
    ("06-relay-2525-name-connect", ["denials", "--format", "json"], "denials-06.json"),
    ("70-mixed-port-then-firewall", ["explain"], "explain-70.txt"),
    ("71-mixed-queue-many-causes", ["explain"], "explain-71.txt"),
    ("71-mixed-queue-many-causes", ["explain", "--format", "json"], "explain-71.json"),
    ("17-maildir-home-label", ["denials"], "denials-17.txt"),
    ("40-firewalld-zone-no-smtp", ["reach"], "reach-40.txt"),
    ("40-firewalld-zone-no-smtp", ["reach", "--format", "json"], "reach-40.json"),
    ("81-healthy-control", ["explain"], "explain-81.txt"),
]

SURROUNDINGS = [
    {"TZ": "UTC", "LC_ALL": "C"},
    {"TZ": "Asia/Kathmandu", "LC_ALL": "C.UTF-8"},
]


def run(program, args, folder, env):
    done = subprocess.run([program, args[0], "--root", "incident", *args[1:]], cwd=folder,
                          env={"PATH": "/usr/bin:/bin", **env}, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60, check=False)
    if done.returncode != 0 or done.stderr:
        raise SystemExit(f"{' '.join(args)}: exit {done.returncode}: {done.stderr.decode()}")
    return done.stdout


def show(name, want, got):
    lines = difflib.unified_diff(want.decode().splitlines(), got.decode().splitlines(),
                                 "golden/" + name, "this program", lineterm="")
    print("\n".join(list(lines)[:60]))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", default=os.path.join(TOP, "build", "postseal"))
    ap.add_argument("--update", action="store_true")
    a = ap.parse_args()
    program = os.path.abspath(a.program)
    failed = 0
    for incident, args, name in CASES:
        path = os.path.join(GOLDEN, name)
        with tempfile.TemporaryDirectory() as folder:
            assemble.assemble(os.path.join(INCIDENTS, incident), os.path.join(folder, "incident"))
            outputs = [run(program, args, folder, env) for env in SURROUNDINGS]
        if outputs[0] != outputs[1]:
            print(f"{name}: differs between {SURROUNDINGS[0]} and {SURROUNDINGS[1]}")
            failed += 1
        if a.update:
            with open(path, "wb") as f:
                f.write(outputs[0])
            continue
        want = open(path, "rb").read() if os.path.exists(path) else b""
        if want != outputs[0]:
            show(name, want, outputs[0])
            failed += 1
    print(f"{len(CASES) - failed} of {len(CASES)} as recorded")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
