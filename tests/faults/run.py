#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every allocation and every call of input or output fails once, over recorded incidents: no crash, no
leak (where the build looks for them), no verdict from a failed run, no half-written file.

usage: run.py PROGRAM [--sample N | --all]

PROGRAM is linked with faults.c. Of each command and kind N calls spread over the run fail in turn
(default 12; --all: 5,000, as before a release).
"""
import argparse
import concurrent.futures
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
INCIDENTS = os.path.join(os.path.dirname(HERE), "incidents")
sys.path.insert(0, INCIDENTS)

import assemble  # noqa: E402

SUPPRESSIONS = os.path.join(os.path.dirname(HERE), "fuzz", "lsan.supp")
CALLS_MAX = 5000
# incident, command; OUT is the place of a file or folder that the command writes
CASES = [
    ("06-relay-2525-name-connect", ["explain", "--format", "json"]),
    ("06-relay-2525-name-connect", ["denials", "--format", "json"]),
    ("71-mixed-queue-many-causes", ["explain"]),
    ("40-firewalld-zone-no-smtp", ["reach", "--format", "json"]),
    ("06-relay-2525-name-connect", ["audit", "--format", "json", "--fail-on", "high"]),
    ("06-relay-2525-name-connect", ["audit", "--format", "json=OUT"]),
    ("06-relay-2525-name-connect", ["fix", "-o", "OUT"]),
    ("17-maildir-home-label", ["collect", "-o", "OUT.tar"]),
]
KINDS = ["alloc", "read", "write"]


class Case:
    def __init__(self, program, root, args):
        self.program, self.root, self.args = program, root, args

    def run(self, kind, at=0, count=None):
        """Exit status, stdout, stderr, what lies in the folder of outputs."""
        with tempfile.TemporaryDirectory() as top:
            args = [a.replace("OUT", os.path.join(top, "out")) for a in self.args]
            env = {"PATH": "/usr/bin:/bin", "FAULT_KIND": kind, "SOURCE_DATE_EPOCH": "1795200000"}
            env["LSAN_OPTIONS"] = f"suppressions={SUPPRESSIONS}:print_suppressions=0"
            for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
                if name in os.environ:
                    env[name] = os.environ[name]
            if at:
                env["FAULT_AT"] = str(at)
            if count:
                env["FAULT_COUNT"] = count
            done = subprocess.run([self.program, args[0], "--root", self.root, *args[1:]], env=env,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=300,
                                  check=False, cwd=top)
            files = {}
            for folder, _, names in os.walk(top):
                for name in names:
                    path = os.path.join(folder, name)
                    with open(path, "rb") as f:
                        files[os.path.relpath(path, top)] = f.read()
            # the text tells the folder, which is another one each time
            out, err = (s.replace(top.encode(), b"TOP") for s in (done.stdout, done.stderr))
            return done.returncode, out, err, files

    def calls(self, kind):
        with tempfile.NamedTemporaryFile() as f:
            self.run(kind, count=f.name)
            return int(f.read() or 0)


def complete(name, data):
    """Whether a file is not cut short."""
    if name.endswith(".json") or name == "out":
        try:
            json.loads(data)
            return True
        except ValueError:
            return False
    if name.endswith(".tar"):
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            return "live/partial.tsv" in tar.getnames()
    return bool(data)


def missing_told(out):
    """Whether an answer says of itself that evidence is missing."""
    try:
        report = json.loads(out)
    except ValueError:
        return re.search(rb"[Nn]ot (in this root|read|readable)|unreadable|cut|Input/output", out)
    return any(s["status"] in ("unreadable", "truncated", "skipped", "absent")
               for s in report.get("sources", []))


def judge(case, kind, at, good):
    """What is wrong with a run whose call number AT failed; None when nothing is."""
    status, out, err, files = case.run(kind, at)
    if status < 0 or b"Sanitizer" in err or b"runtime error" in err:
        return f"crash or leak: {status} {err.decode(errors='replace')[-1500:]}"
    if status not in (0, 1, 2, 64):
        return f"exit status {status}"
    left = [n for n in files if re.search(r"\.[A-Za-z0-9]{6}$", n) and n not in good[3]]
    if left:
        return f"left behind: {left}"
    cut = [n for n, data in files.items() if not complete(n, data)]
    if cut:
        return f"half-written: {cut}"
    if status in (1, 64):
        if not err:
            return "failed without a word"
        # a long answer goes out piece by piece: what is there of it is cut short
        if kind != "write" and out and not good[1].startswith(out[:4096]):
            return f"failed and answered something else: {out[:200]}"
        if kind != "write" and out and out == good[1]:
            return "failed with the whole answer given"
        return None
    if (status, out) == good[:2] and (kind != "alloc" or files == good[3]):
        return None
    told = missing_told(out) or any(missing_told(data) for name, data in files.items()
                                    if name.endswith(".json"))
    # libsepol tells no lack of memory apart from a damaged policy, and hostile policies ask for much
    if kind == "alloc" and b"damaged policy" in out + b"".join(files.values()):
        return None
    # memory was gone for one file of evidence, and the answer says which
    if kind == "alloc" and told and b"out of memory" in out + b"".join(files.values()):
        return None
    # a bundle takes what can be read, and says of the rest why not
    if (kind == "read" and told) or "out.tar" in files:
        return None
    return f"another answer: exit {status} for {good[0]}"


def numbers(calls, sample):
    """Which calls fail: all, or SAMPLE of them spread over the run."""
    sample = sample or CALLS_MAX
    if calls <= sample:
        return list(range(1, calls + 1))
    return sorted({1 + i * (calls - 1) // (sample - 1) for i in range(sample)})


def main():
    p = argparse.ArgumentParser()
    p.add_argument("program")
    p.add_argument("--sample", type=int, default=12)
    p.add_argument("--all", action="store_true")
    args = p.parse_args()
    failures = runs = 0
    with tempfile.TemporaryDirectory() as top, concurrent.futures.ThreadPoolExecutor(2) as pool:
        roots = {}
        for name, command in CASES:
            if name not in roots:
                roots[name] = os.path.join(top, name)
                assemble.assemble(os.path.join(INCIDENTS, name), roots[name])
            case = Case(os.path.abspath(args.program), roots[name], command)
            good = case.run("none")
            for kind in KINDS:
                calls = case.calls(kind)
                todo = numbers(calls, None if args.all else args.sample)
                if not todo and kind != "write":
                    print(f"FAILED: {command}: no {kind} call was seen")
                    failures += 1
                for at, wrong in zip(todo, pool.map(lambda n, c=case, k=kind, g=good:
                                                    judge(c, k, n, g), todo)):
                    runs += 1
                    if wrong:
                        failures += 1
                        print(f"FAILED: {' '.join(command)}: {kind} call {at} of {calls}: {wrong}")
        for root in roots.values():
            shutil.rmtree(root, ignore_errors=True)
    print(f"{runs} runs, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
