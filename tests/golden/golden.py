#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare whole outputs, byte for byte, with the ones in reports/golden.

usage: golden.py [--program FILE] [--update]

Each row of CASES is one command on one recorded incident; the result must not depend on time zone,
locale or the order of a directory. The README shows outputs too: a block that begins with
"$ build/postseal ..." has to be what that command prints. --update writes the outputs of this
program to both: read the difference before you commit it.
"""
import argparse
import difflib
import os
import re
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
    ("06-relay-2525-name-connect", ["explain", "--message", "F1BCF4E30"], "story-06.txt"),
    ("06-relay-2525-name-connect", ["explain", "--message", "F1BCF4E30", "--format", "json"],
     "story-06.json"),
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


README = os.path.join(TOP, "README.md")
BLOCK = re.compile(r"^```\n\$ build/postseal ([^\n]*)\n(.*?)^```\n", re.M | re.S)


def readme_block(program, command):
    """What the command of a README block prints; --root build/incident-NN names an incident."""
    words = command.split()
    at = words.index("--root")
    number = words[at + 1].rsplit("-", 1)[1]
    incident = next(n for n in sorted(os.listdir(INCIDENTS)) if n.startswith(number + "-"))
    with tempfile.TemporaryDirectory() as folder:
        assemble.assemble(os.path.join(INCIDENTS, incident),
                          os.path.join(folder, "build", "incident-" + number))
        done = subprocess.run([program, *words], cwd=folder, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60, check=True)
    return done.stdout.decode()


def check_readme(program, update):
    with open(README, encoding="utf-8") as f:
        text = f.read()
    failed = 0
    blocks = list(BLOCK.finditer(text))
    for block in reversed(blocks):
        got = readme_block(program, block.group(1))
        if got == block.group(2):
            continue
        if update:
            text = text[:block.start(2)] + got + text[block.end(2):]
        else:
            show("README.md: " + block.group(1), block.group(2).encode(), got.encode())
            failed += 1
    if update:
        with open(README, "w", encoding="utf-8") as f:
            f.write(text)
    return failed, len(blocks)


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
    wrong, blocks = check_readme(program, a.update)
    failed += wrong
    print(f"{len(CASES) + blocks - failed} of {len(CASES) + blocks} as recorded")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
