#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A large audit log in one run, and in eight slices whose reports are reduced in another order: the
same bytes. Tells times and memory.

usage: slices.py PROGRAM [MEGABYTES]        default 1000; wants that on the disk, in TMPDIR
"""
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(TESTS, "incidents"))
import assemble  # noqa: E402

SLICES = 8
CHUNK = 100  # MB made anew; the rest are copies at other times
STAMP = b"audit(17"


def serial(line):
    return line[line.find(b"audit("):line.find(b")")]


def chunk_ends(log):
    """The log's bytes up to the end of its last event."""
    lines = log.rstrip(b"\n").rsplit(b"\n", 40)
    last = serial(lines[-1])
    while serial(lines[-1]) == last:
        lines.pop()
    return b"\n".join(lines) + b"\n"


def write_slices(parts, top, megabytes):
    made = os.path.join(top, "made")
    subprocess.run([sys.executable, os.path.join(TESTS, "bench", "gen_audit_log.py"), "--mb",
                    str(min(CHUNK, megabytes // SLICES)), "--avc-share", "0.05", "--seed", "8", "--out", made], check=True)
    with open(made, "rb") as f:
        log = chunk_ends(f.read())
    os.unlink(made)
    assert STAMP in log[:200], log[:200]
    copies = max(1, round(megabytes * 1e6 / len(log) / SLICES))
    for i, path in enumerate(parts):
        with open(path, "wb") as f:
            for k in range(copies):
                # ten years or so from one another: no event twice
                f.write(log.replace(STAMP, b"audit(%d" % (18 + i * copies + k)))


def run(program, *args):
    start = time.monotonic()
    pid = subprocess.Popen([program, *args], stdout=subprocess.PIPE)
    out = pid.stdout.read()
    _, status, usage = os.wait4(pid.pid, 0)
    assert status == 0, (args, status)
    return out, time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10


def main():
    program = os.path.abspath(sys.argv[1])
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    top = tempfile.mkdtemp(prefix="postseal-slices-")
    try:
        root = os.path.join(top, "root")
        assemble.assemble(os.path.join(TESTS, "incidents", "06-relay-2525-name-connect"), root)
        for name in ("live/journal.export", "root/var/log/mail.log"):
            os.remove(os.path.join(root, name))
        log = os.path.join(root, "root/var/log/audit/audit.log")
        ask = ("denials", "--all", "--root", root, "--format", "ndjson")
        reports = []
        cpu = 0
        parts = [os.path.join(top, f"part{i}") for i in range(SLICES)]
        # by a process of its own: the memory of a program begins with that of its parent
        if os.fork() == 0:
            write_slices(parts, top, megabytes)
            os._exit(0)
        assert os.wait()[1] == 0
        for i, part in enumerate(parts):
            os.replace(part, log)
            out, _, used, most = run(program, *ask)
            os.replace(log, part)
            cpu += used
            reports.append(os.path.join(top, f"slice{i}.ndjson"))
            with open(reports[-1], "wb") as f:
                f.write(out)
        print(f"{SLICES} slices: {cpu:.1f} s CPU, {most} MB", flush=True)
        # the whole, as auditd rotates it: the oldest has the highest number
        size = sum(map(os.path.getsize, parts))
        for i, part in enumerate(reversed(parts)):
            os.replace(part, f"{log}.{i}" if i else log)
        out, wall, cpu, most = run(program, *ask)
        print(f"one run over {size / 1e9:.2f} GB: {wall:.1f} s, {cpu:.1f} s CPU, {most} MB", flush=True)
        single = os.path.join(top, "single.ndjson")
        with open(single, "wb") as f:
            f.write(out)
        random.Random(3).shuffle(reports)
        want = run(program, "reduce", "--format", "ndjson", single)[0]
        out, wall, cpu, most = run(program, "reduce", "--format", "ndjson", *reports)
        print(f"reduce: {wall:.2f} s, {most} MB, {len(out)} bytes", flush=True)
        if out != want:
            print("FAILED: not the same bytes")
            return 1
        assert out.count(b'"of":"denial"') > 5
        return 0
    finally:
        shutil.rmtree(top)


if __name__ == "__main__":
    sys.exit(main())
