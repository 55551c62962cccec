#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A million files in the deferred queue, and some more: counted up to the limit, the rest told, within
1 GiB and two minutes.

usage: million.py PROGRAM

The files are links to a few real ones, in a folder of their own for each first letter of the queue ID."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
GENERATOR = os.path.join(os.path.dirname(HERE), "bench", "gen_queue.py")
LIMIT = 1_000_000  # SEAL_QUEUE_MESSAGES_MAX
MEMORY_MIB, SECONDS = 1024, 120


def plant(root):
    """Returns how many messages there are."""
    real = 16
    subprocess.run([sys.executable, GENERATOR, root, str(real)], check=True)
    deferred = os.path.join(root, "var/spool/postfix/deferred")
    name = next(os.path.join(folder, files[0]) for folder, _, files in os.walk(deferred) if files)
    with open(name, "rb") as f:
        data = f.read()
    for letter in "0123456789ABCDEF":
        folder = os.path.join(deferred, letter)
        os.makedirs(folder, exist_ok=True)
        first = os.path.join(folder, letter + "F" * 9)
        with open(first, "wb") as f:
            f.write(data)
        os.chmod(first, 0o700)
        for i in range(LIMIT // 16):
            os.link(first, os.path.join(folder, f"{letter}{i:09X}"))
    return real + 16 + LIMIT


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="postseal-million-") as top:
        root = os.path.join(top, "root")
        planted = plant(root)
        out = os.path.join(top, "out")
        with open(out, "wb") as f:
            child = subprocess.Popen(["timeout", str(SECONDS), program, "explain", "--root", root, "--format", "ndjson"],
                                     stdout=f)
            _, status, usage = os.wait4(child.pid, 0)
        with open(out, "rb") as f:
            run = json.loads(f.readline())
            count = 0
            for line in f:
                count += line.startswith(b'{"record":"message"')
    row = next(s for s in run["sources"] if s["path"] == "var/spool/postfix")
    print(f"{planted} files, {count} messages told, {usage.ru_maxrss // 1024} MiB, "
          f"{usage.ru_utime + usage.ru_stime:.1f} s of processor time; {row['status']}: {row['detail']}")
    good = (os.waitstatus_to_exitcode(status) == 0 and count == LIMIT and row["status"] == "truncated" and
            f"{planted - LIMIT} beyond the limit" in row["detail"] and usage.ru_maxrss < MEMORY_MIB * 1024)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
