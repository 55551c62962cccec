#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Take each defence away: one of its tests must fail.

usage: defences.py FOLDER [THREAT ...]
       defences.py --list BUILD-DIR

The defences and their tests stand in defences.yaml. FOLDER gets a copy of the sources and a build of it, by
CC; what is there is used again. Without a defence the program is built and its tests run until one fails.
THREAT: "T8" takes the defences against that one. --list builds nothing: it tells the defences, and fails
where one does not stand in the sources, names a test that BUILD-DIR has not, or a threat has none.
"""
import filecmp
import json
import os
import re
import shutil
import subprocess
import sys

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
THREATS = [f"T{n}" for n in range(1, 17)]


def load():
    with open(os.path.join(HERE, "defences.yaml"), encoding="utf-8") as f:
        return yaml.safe_load(f)


def tests_of(build):
    out = subprocess.run(["meson", "introspect", "--tests", build], check=True, capture_output=True).stdout
    return {test["name"] for test in json.loads(out)}


def tell(build):
    """How many faults the list has."""
    faults, known, defences = [], tests_of(build), load()
    for d in defences:
        print(f"{d['threat']}: {d['defence']} ({d['file']}): {', '.join(d['tests'])}")
        with open(os.path.join(TOP, "src", d["file"]), encoding="utf-8") as f:
            n = f.read().count(d["old"])
        if n != 1:
            faults.append(f"{d['threat']}: {d['defence']}: stands {n} times in {d['file']}")
        faults += [f"{d['threat']}: {d['defence']}: no test is called {t}" for t in d["tests"] if t not in known]
    faults += [f"{t}: no defence" for t in THREATS if not any(d["threat"] == t for d in defences)]
    for fault in faults:
        print("wrong:", fault, file=sys.stderr)
    return len(faults)


class Copy:
    """The sources and a build of them, to be changed."""

    def __init__(self, folder):
        self.source, self.build = os.path.join(folder, "source"), os.path.join(folder, "build")
        files = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=TOP,
                               check=True, capture_output=True, text=True).stdout.split("\0")
        for name in filter(None, files):
            self.bring(name)
        if not os.path.exists(os.path.join(self.build, "build.ninja")):
            self.run("meson", "setup", self.build, self.source, check=True)
        self.run("ninja", "-C", self.build, check=True)

    def bring(self, name):
        """A file that is there and the same keeps its time: nothing of it is built again."""
        here, there = os.path.join(TOP, name), os.path.join(self.source, name)
        os.makedirs(os.path.dirname(there), exist_ok=True)
        if os.path.islink(here):
            if not os.path.islink(there):
                os.symlink(os.readlink(here), there)
        elif os.path.exists(here) and not (os.path.exists(there) and filecmp.cmp(here, there, shallow=False)):
            shutil.copy(here, there)

    def run(self, *command, check=False):
        return subprocess.run(command, cwd=self.source, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", check=check)

    def fails(self, test):
        """Whether it fails; SystemExit when it could not be built or run."""
        done = self.run("meson", "test", "-C", self.build, "--timeout-multiplier", "2", test)
        counts = dict(re.findall(r"^(Ok|Fail|Timeout|Skipped):\s+(\d+)", done.stdout, re.MULTILINE))
        if not counts:
            raise SystemExit(f"{test}: did not run:\n{done.stdout[-3000:]}")
        return int(counts.get("Fail", 0)) + int(counts.get("Timeout", 0)) > 0

    def without(self, defence):
        """The first test that fails without it, or None."""
        path = os.path.join(self.source, "src", defence["file"])
        with open(path, encoding="utf-8") as f:
            whole = f.read()
        if whole.count(defence["old"]) != 1:
            raise SystemExit(f"{defence['file']}: does not hold {defence['old']!r} once")
        try:
            with open(path, "w", encoding="utf-8") as f:
                f.write(whole.replace(defence["old"], defence["new"]))
            return next((test for test in defence["tests"] if self.fails(test)), None)
        finally:
            with open(path, "w", encoding="utf-8") as f:
                f.write(whole)


def main():
    args = sys.argv[1:]
    if len(args) == 2 and args[0] == "--list":
        return 1 if tell(args[1]) else 0
    if not args or args[0].startswith("-") or set(args[1:]) - set(THREATS):
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 64
    defences = [d for d in load() if d["threat"] in args[1:] or not args[1:]]
    copy = Copy(os.path.abspath(args[0]))
    for test in sorted({t for d in defences for t in d["tests"]}):
        if copy.fails(test):
            raise SystemExit(f"{test} fails with every defence in its place")
    missed = 0
    for d in defences:
        noticed = copy.without(d)
        missed += noticed is None
        print(f"{d['threat']}: {d['defence']}: {'NOBODY NOTICES' if noticed is None else noticed}", flush=True)
    print(f"{len(defences)} defences taken away, {missed} not noticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
