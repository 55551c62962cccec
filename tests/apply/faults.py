#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every allocation and every call of input or output of "fix --apply" and "fix --undo" fails once: no
crash, and the way back leads to the state before.

usage: faults.py POSTSEAL POSTSEAL-FAULTS [--sample N | --all] [--kind KIND]

POSTSEAL-FAULTS is the program linked with tests/faults/faults.c. Of each kind N calls fail, of each plan and
way (default 40), those of places not yet met first."""
import argparse
import collections
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "faults")]

import host as h  # noqa: E402
import points  # noqa: E402

h.inside()


class Faults:
    def __init__(self, host, args):
        self.host, self.args = host, args
        self.seen = collections.defaultdict(set)
        self.runs = self.failures = 0

    def fail(self, *what):
        self.failures += 1
        print("FAILED:", *what, flush=True)

    def fix(self, plan, back, program, env=None):
        how = ["--undo", plan[0]] if back else ["--apply", plan[0], "--hash", plan[1]]
        return subprocess.run([program, "fix", *how, "--policy-root", self.host.policy_root], timeout=300,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False,
                              env={**os.environ, **(env or {})})

    def whole(self, plan, back, kind, trace):
        done = self.fix(plan, back, self.args.faults, points.environment(kind, trace=trace))
        if done.returncode:
            self.fail("without a fault:", done.stdout, done.stderr)

    def meet(self, steps, back):
        """All kinds of a plan that is carried out, or taken back."""
        host = self.host
        before = host.state()
        for kind in self.args.kind or points.KINDS:
            plan = host.plan(steps(host))
            if back:
                self.fix(plan, False, self.args.program)
            places = points.places(lambda trace, k=kind, p=plan: self.whole(p, back, k, trace))
            self.fix(plan, True, self.args.program)
            todo = points.choose(places, points.CALLS_MAX if self.args.all else self.args.sample, self.seen[kind])
            for at in todo:
                self.one(host, steps, back, kind, at, before)
            print(f"{steps.__name__}, {'undo' if back else 'apply'}, {kind}: {len(todo)} of {len(places)}", flush=True)

    def one(self, host, steps, back, kind, at, before):
        plan = host.plan(steps(host))  # the handles of now
        if back:
            self.fix(plan, False, self.args.program)
        done = self.fix(plan, back, self.args.faults, points.environment(kind, at))
        where = (steps.__name__, "undo" if back else "apply", kind, at)
        self.runs += 1
        if points.crashed(done.returncode, done.stderr, (0, 1, 2, 64)):
            self.fail(*where, "exit", done.returncode, done.stderr[-1500:])
        if done.returncode and not done.stderr and not done.stdout:
            self.fail(*where, "failed without a word")
        if back and done.returncode == 0 and host.state() != before:
            self.fail(*where, "told that all is taken back:", done.stdout, done.stderr)
        mended = self.fix(plan, True, self.args.program)
        if mended.returncode:
            self.fail(*where, "cannot be taken back:", mended.stdout, mended.stderr, "after", done.stdout, done.stderr)
        if host.state() != before:
            self.fail(*where, "is not mended", done.stdout, done.stderr, mended.stdout, mended.stderr)
            host.plant()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("program", type=os.path.abspath)
    p.add_argument("faults", type=os.path.abspath)
    p.add_argument("--sample", type=int, default=40)
    p.add_argument("--all", action="store_true")
    p.add_argument("--kind", action="append", choices=points.KINDS)
    args = p.parse_args()
    with tempfile.TemporaryDirectory(prefix="postseal-faults-") as scratch:
        faults = Faults(h.Host(scratch), args)
        for steps in (h.usual_steps, h.rule_steps):
            for back in (False, True):
                faults.meet(steps, back)
        h.run("umount", "/usr/sbin")
        h.run("umount", scratch)
    print(f"{faults.runs} runs, {faults.failures} failures")
    return 1 if faults.failures else 0


if __name__ == "__main__":
    sys.exit(main())
