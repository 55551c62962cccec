#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every allocation and every call of input or output fails once, over recorded incidents: no crash, no
leak (where the build looks for them), no verdict from a failed run, no half-written file.

usage: run.py PROGRAM [--group NAME ...] [--case WORD] [--sample N | --all] [--jobs N]

PROGRAM is linked with faults.c. Of each command N allocations fail in turn (default 200), and a part of as many
calls of each other kind: one of each place in the program that no earlier command has failed, then others spread
over the run. --all: every call, of more than 5,000 a command and kind the first, middle and last of each place
and others up to that number. --jobs: runs at the same time (default 2).
"""
import argparse
import collections
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cases  # noqa: E402
import judge  # noqa: E402
import points  # noqa: E402

# calls of a kind are fewer than allocations, and their places far fewer: this part of the sample
PART = {"read": 8, "write": 8, "lend": 8, "net": 8, "short": 20, "signal": 20}
AGAIN_PART = 4  # of a case whose answer is that of an earlier one in another format


class Done(collections.namedtuple("Done", "status out err files")):
    """A run: exit status, stdout, stderr, what lies in the folder of outputs."""

    def same(self, other):
        return (self.status, self.out, self.files) == (other.status, other.out, other.files)

    def whole(self):
        return self.out + b"".join(self.files.values())


class Case:
    def __init__(self, program, name, args):
        self.program, self.name, self.args = program, name, args

    def run(self, kind, at=0, trace=None):
        with tempfile.TemporaryDirectory() as top:
            args = [a.replace("OUT", os.path.join(top, "out")) for a in self.args]
            env = dict(cases.ENV, **points.environment(kind, at, trace))
            done = subprocess.run([self.program, *args], env=env, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=300, check=False, cwd=top)
            files = {}
            for folder, _, names in os.walk(top):
                for name in names:
                    path = os.path.join(folder, name)
                    with open(path, "rb") as f:
                        files[os.path.relpath(path, top)] = f.read()
            # the text tells the folder, which is another one each time
            out, err = (s.replace(top.encode(), b"TOP") for s in (done.stdout, done.stderr))
            return Done(done.returncode, out, err, files)

    def places(self, kind):
        return points.places(lambda trace: self.run(kind, trace=trace))


class Faults:
    def __init__(self, pool, sample, every=False):
        self.pool, self.sample, self.every = pool, sample, every
        self.seen = collections.defaultdict(set)
        self.runs = self.failures = 0

    def fail(self, *what):
        self.failures += 1
        print("FAILED:", *what, flush=True)

    def meet(self, case):
        """All kinds of one case."""
        good = case.run("none")
        start, runs = time.monotonic(), self.runs
        if not case.run("none").same(good):
            self.fail(f"{case.name}: two runs differ")
            return
        again = bool(set(cases.AGAIN) & set(case.args))
        for kind in ("alloc", "write") if again else points.KINDS:
            places, seen = case.places(kind), self.seen[kind]
            if not places and kind in ("alloc", "read"):
                self.fail(f"{case.name}: no {kind} call was seen")
            part = 1 if self.every else PART.get(kind, AGAIN_PART if again else 1)
            todo = points.choose(places, max(self.sample // part, 1), seen)
            for at, wrong in zip(todo, self.pool.map(lambda n, k=kind: judge.judge(k, case.run(k, n), good, again), todo)):
                self.runs += 1
                if wrong:
                    self.fail(f"{case.name}: {kind} call {at} of {len(places)}: {wrong}")
        print(f"{case.name}: {self.runs - runs} runs, {time.monotonic() - start:.0f} s, places so far:",
              ", ".join(f"{kind} {len(self.seen[kind])}" for kind in points.KINDS), flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("program")
    p.add_argument("--group", action="append", choices=list(cases.GROUPS))
    p.add_argument("--case", default="")
    p.add_argument("--sample", type=int, default=200)
    p.add_argument("--all", action="store_true")
    p.add_argument("--jobs", type=int, default=2)
    args = p.parse_args()
    program = os.path.abspath(args.program)
    top = tempfile.mkdtemp(prefix="faults-")
    try:
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            faults = Faults(pool, points.CALLS_MAX if args.all else args.sample, args.all)
            inputs = cases.Inputs(program, top)
            for group in args.group or cases.GROUPS:
                for row in cases.GROUPS[group]:
                    name = " ".join(w for w in row if w)
                    if args.case in name:
                        faults.meet(Case(program, name, inputs.command(row)))
    finally:
        shutil.rmtree(top, ignore_errors=True)
    print(f"{faults.runs} runs, {faults.failures} failures")
    return 1 if faults.failures else 0


if __name__ == "__main__":
    sys.exit(main())
