#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The same evidence gives the same bytes: run again, in four time zones, in three locales.

usage: same.py PROGRAM

Every verb that answers about evidence, as text and JSON, and what fix and collect write. A locale
that is not on this machine is tried all the same: the program must not ask for it.
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
INCIDENTS = os.path.join(os.path.dirname(HERE), "incidents")
sys.path.insert(0, INCIDENTS)

import assemble  # noqa: E402

NAMES = ["71-mixed-queue-many-causes", "42-firewalld-policy-host-any-reject"]
COMMANDS = [["explain"], ["explain", "--format", "json"], ["audit"], ["audit", "--format", "json"],
            ["denials", "--all"], ["denials", "--all", "--format", "json"], ["reach"],
            ["reach", "--format", "json"], ["fix", "--audit", "--format", "json"],
            ["fix", "--audit", "-o", "OUT"], ["collect", "-o", "OUT.tar"]]
SURROUNDINGS = [{"TZ": "UTC", "LC_ALL": "C"}, {"TZ": "UTC", "LC_ALL": "C"},
                {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8"},
                {"TZ": "America/St_Johns", "LC_ALL": "de_DE.UTF-8"},
                {"TZ": "Pacific/Kiritimati", "LC_ALL": "C"}]


def answer(program, folder, command, surroundings):
    """Exit status, both streams, and every file written, by name."""
    with tempfile.TemporaryDirectory(dir=folder) as out:
        args = [a.replace("OUT", "out") for a in command[1:]]
        done = subprocess.run([program, command[0], "--root", "../incident", *args], cwd=out, check=False,
                              env={"PATH": "/usr/bin:/bin", "SOURCE_DATE_EPOCH": "1795201200", **surroundings},
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        files = {}
        for top, _, names in os.walk(out):
            for name in names:
                path = os.path.join(top, name)
                with open(path, "rb") as f:
                    files[os.path.relpath(path, out)] = f.read()
        return done.returncode, done.stdout, done.stderr, files


def compare(program, folder, command):
    """What differs, in words."""
    first = answer(program, folder, command, SURROUNDINGS[0])
    if first[0] != 0 or not (first[1] or first[3]):
        return [f"exit status {first[0]}: {first[2].decode(errors='replace')}"]
    out = []
    for surroundings in SURROUNDINGS[1:]:
        other = answer(program, folder, command, surroundings)
        where = " ".join(f"{k}={v}" for k, v in surroundings.items())
        for what, a, b in zip(("exit status", "standard output", "standard error"), first, other):
            if a != b:
                out.append(f"{where}: another {what}")
        for name in sorted(set(first[3]) | set(other[3])):
            if first[3].get(name) != other[3].get(name):
                out.append(f"{where}: another {name}")
    return out


def main():
    program, faults, files = os.path.abspath(sys.argv[1]), 0, 0
    with tempfile.TemporaryDirectory() as top:
        for name in NAMES:
            folder = os.path.join(top, name)
            assemble.assemble(os.path.join(INCIDENTS, name), os.path.join(folder, "incident"))
            for command in COMMANDS:
                found = compare(program, folder, command)
                files += 1
                faults += bool(found)
                for fault in found:
                    print(f"{name}: {' '.join(command)}: {fault}")
    print(f"{files} answers in {len(SURROUNDINGS)} surroundings, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
