#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Negate each condition of the checks, one at a time: some test must notice.

usage: mutants.py BUILD-DIR [--least PERCENT] [--only] [--again REPORT] [FILE ...]      FILE: "ports" for src/checks/ports.c

The fixtures of the checks (tests/checks/cases) are run once, to see which of them come by which
condition (tests/negate.py), and then for each condition those that do, until one fails; after them
the unit tests and the tests of --needs, of the fixes and of the gate. --only: no more than the
fixtures of the checks that stand in the FILEs themselves, or all where a FILE has none. --again: only what an earlier report lists.
What nobody comes by, and what nobody notices, is listed.
Without FILE: all of src/checks, in some ten minutes.
"""
import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
sys.dont_write_bytecode = True
import cases  # noqa: E402
import negate  # noqa: E402
import run as fixtures  # noqa: E402

CHECKS = os.path.join(HERE, "..", "..", "src", "checks")
# scripts, and how their parts are told
SCRIPTS = (("needs.py", r"^def (\w+)\(b\):"), ("mend.py", r"^def (\w+)\(\):\n(?!    bad)"),
           ("formats.py", r"^    def (test_\w+)"))
DATA = os.path.join(HERE, "..", "data")


class Trial:
    """The fixtures that share a root, written once."""

    def __init__(self, program, group, keep, folder):
        self.program, self.group = program, group
        self.name, self.checks = group[0].name, {c.check for c in group}
        self.root = group[0].write(folder, keep)
        self.seen = set()

    def run(self, **env):
        """The first fault of a run, or None."""
        command = [self.program, "audit", "--root", self.root, "--only", ",".join(sorted(self.checks)),
                   "--format", "json", *self.group[0].args]
        try:
            done = subprocess.run(command, capture_output=True, timeout=60, check=False, env={**os.environ, **env})
        except subprocess.TimeoutExpired:
            return "does not end"
        if done.returncode:
            return f"exit {done.returncode}"
        return next(fixtures.faults(self.group, json.loads(done.stdout), None, shape=False), None)


class Script:
    """A test of its own, or a part of one."""

    checks = frozenset()

    def __init__(self, name, command):
        self.name, self.command = name, command
        self.seen = set()

    def run(self, **env):
        try:
            done = subprocess.run(self.command, capture_output=True, timeout=300, check=False,
                                  env={**os.environ, "SEAL_TEST_DATA": DATA, **env})
        except subprocess.TimeoutExpired:
            return "does not end"
        return f"exit {done.returncode}: {done.stdout[-300:]!r}" if done.returncode else None


def parts(script, pattern, program):
    """The tests that a script is made of, so that only those are run that come by a condition."""
    with open(os.path.join(HERE, script), encoding="utf-8") as f:
        text = f.read()
    for m in re.finditer(pattern, text, re.M):
        scope = re.findall(r"^class (\w+)", text[:m.start()], re.M) if m.group().startswith(" ") else []
        yield Script(f"{script} {m.group(1)}", [sys.executable, os.path.join(HERE, script), program,
                                               ".".join(scope[-1:] + [m.group(1)])])


def checks_of(name):
    with open(os.path.join(CHECKS, name + ".c"), encoding="utf-8") as f:
        return set(re.findall(r'^\t\{"([A-Z]{3}-\d{3})",', f.read(), re.M))


def near(trials, n, own):
    """Those that come by a condition: of the file's own checks first, the whole scripts last."""
    seen = [t for t in trials if n in t.seen]
    mine = [t for t in seen if t.checks & own]
    rest = sorted((t for t in seen if t.checks and not t.checks & own), key=lambda t: len(t.seen))
    return mine + rest + [t for t in seen if not t.checks]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("build")
    ap.add_argument("--least", type=float, default=95)
    ap.add_argument("--only", action="store_true")
    ap.add_argument("--again")
    ap.add_argument("files", nargs="*")
    a = ap.parse_intermixed_args()
    names = a.files or sorted(f[:-2] for f in os.listdir(CHECKS) if f.endswith(".c"))
    own = {f"checks/{name}.c": checks_of(name) for name in names}
    wanted = set().union(*own.values())
    all_groups = fixtures.groups(cases.load())
    if a.only and all(own.values()):
        all_groups = [g for g in ([c for c in g if c.check in wanted] for g in all_groups) if g]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as keep, \
            concurrent.futures.ThreadPoolExecutor(2) as pool:
        targets = ["postseal"] if a.only else ["postseal", "tests/unit/test_checks"]
        programs, mutants = negate.build(os.path.abspath(a.build), list(own), folder, targets)
        cases.assemble([g[0] for g in all_groups], keep)
        trials = []
        for i, group in enumerate(all_groups):
            os.mkdir(os.path.join(folder, str(i)))
            trials.append(Trial(programs["postseal"], group, keep, os.path.join(folder, str(i))))
        if not a.only:
            trials.append(Script("unit", [programs[targets[1]]]))
            for script, pattern in SCRIPTS:
                trials += parts(script, pattern, programs["postseal"])

        def look(i):
            path = os.path.join(folder, f"seen.{i}")
            fault = trials[i].run(SEAL_MUTANTS_SEEN=path)
            trials[i].seen = negate.read_seen(path)
            return fault
        for t, fault in zip(trials, pool.map(look, range(len(trials)))):
            if fault:
                raise SystemExit(f"without a mutant: {t.name}: {fault}")

        def killed(n):
            chosen = near(trials, n, own[mutants[n].file])
            verdict = any(t.run(SEAL_MUTANT=str(n)) for t in chosen) if chosen else None
            if not verdict:
                print(f"alive: {mutants[n]}", file=sys.stderr, flush=True)
            return verdict
        wanted = negate.listed(a.again) if a.again else None
        numbers = [n for n, m in enumerate(mutants) if wanted is None or (m.file, m.line) in wanted]
        return negate.report(mutants, dict(zip(numbers, pool.map(killed, numbers))), a.least)


if __name__ == "__main__":
    sys.exit(main())
