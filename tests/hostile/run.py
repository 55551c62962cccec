#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Let postseal explain roots in which one file after another is made unfit, and hold it to its word.

usage: run.py [--program FILE] [--without openat2] [--userns] [--some] [WORD ...]

  --without WHAT   on a kernel that seems to lack it (tests/without.py)
  --userns         as uid 0 of a user namespace
  --some           each seventh case
  WORD             only cases whose name holds each WORD

One recorded incident is assembled; each of its evidence files in turn becomes a FIFO, a folder, a
link that leads out, half of itself, noise ... For every case: the program ends by itself and soon,
with an exit status of the contract, in bounded memory; what it writes is valid against the schema;
the file stands in the sources with a reason where it cannot be read; nothing below the root changed.
"""
import argparse
import concurrent.futures
import gzip
import json
import os
import random
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path[:0] = [TESTS, os.path.join(TESTS, "incidents")]

import assemble  # noqa: E402
import schema  # noqa: E402

INCIDENT = os.path.join(TESTS, "incidents", "06-relay-2525-name-connect")
TIME_LIMIT_S = 30
MEMORY_LIMIT_BYTES = 1 << 30
EXIT_CODES = (0, 3)  # the rest of the answer stands

FILES = [
    "bundle.json",
    "live/addresses.json",
    "live/df.json",
    "live/files.tsv",
    "live/journal.export",
    "live/labels.getfattr",
    "live/nftables.json",
    "live/queue.ndjson",
    "live/routes.json",
    "live/selinux.json",
    "live/sockets.json",
    "root/etc/group",
    "root/etc/passwd",
    "root/etc/postfix/main.cf",
    "root/etc/postfix/master.cf",
    "root/etc/resolv.conf",
    "root/etc/selinux/config",
    "root/etc/selinux/default/contexts/files/file_contexts",
    "root/etc/selinux/default/policy/policy.33",
    "root/var/log/audit/audit.log",
    "root/var/log/mail.log",
    "root/var/spool/postfix/deferred/F/F1BCF4E30",
]


def as_fifo(path):
    os.mkfifo(path)


def as_folder(path):
    os.mkdir(path)


def as_socket(path):
    here = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY)
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(f"/proc/self/fd/{here}/{os.path.basename(path)}")
    sock.close()
    os.close(here)


def as_link_out(path):
    os.symlink("/etc/passwd-", path)


def as_link_up(path):
    os.symlink("../" * 40 + "proc/self/environ", path)


def as_loop(path):
    os.symlink(os.path.basename(path), path)


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def as_sparse(path):
    write(path, b"")
    os.truncate(path, 1 << 40)


# name -> (function of path and former content, whether the file can no longer be read at all)
MUTATIONS = {
    "fifo": (lambda path, data: as_fifo(path), True),
    "folder": (lambda path, data: as_folder(path), True),
    "socket": (lambda path, data: as_socket(path), True),
    "link-out": (lambda path, data: as_link_out(path), True),
    "link-up": (lambda path, data: as_link_up(path), True),
    "link-loop": (lambda path, data: as_loop(path), True),
    "empty": (lambda path, data: write(path, b""), False),
    "half": (lambda path, data: write(path, data[:len(data) // 2]), False),
    "noise": (lambda path, data: write(path, random.Random(1).randbytes(65536)), False),
    "zeroes": (lambda path, data: write(path, bytes(65536)), False),
    "long-line": (lambda path, data: write(path, b"A" * (32 << 20)), False),
    "sparse": (lambda path, data: as_sparse(path), False),
    "bomb": (lambda path, data: write(path, BOMB), False),
    "doubled": (lambda path, data: write(path, data + data), False),
}
BOMB = gzip.compress(bytes(96 << 20), 9)


def snapshot(root):
    """Every name below ROOT with what a write to it would change."""
    seen = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            st = os.lstat(path)
            seen[path] = (st.st_mode, st.st_size, st.st_mtime_ns, st.st_ino)
    return seen


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (TIME_LIMIT_S, TIME_LIMIT_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


UNDER = []  # the command in front of the program


def run(program, root):
    """Output and complaints of one run."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen([*UNDER, program, "explain", "--format", "json", "--root", root],
                                 stdin=subprocess.DEVNULL, stdout=out, stderr=err, preexec_fn=limit)
        end = time.monotonic() + TIME_LIMIT_S
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > end:
                child.kill()
                os.wait4(child.pid, 0)
                return b"", [f"still running after {TIME_LIMIT_S} s"]
            time.sleep(0.01)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said = err.read().decode(errors="replace").strip().splitlines()
        faults = []
        if child.returncode not in EXIT_CODES:
            faults.append(f"exit status {child.returncode}: {' | '.join(said[-3:])}")
        # sanitizers keep shadow memory: their builds are not measured
        if usage.ru_maxrss * 1024 > MEMORY_LIMIT_BYTES and "ASAN_OPTIONS" not in os.environ:
            faults.append(f"{usage.ru_maxrss // 1024} MiB")
        return out.read(), faults


def check(program, root, name, unreadable):
    """What is wrong with the program's answer on ROOT, in which NAME was made unfit."""
    before = snapshot(root)
    output, faults = run(program, root)
    if snapshot(root) != before:
        faults.append("something below the root changed")
    if faults:
        return faults
    try:
        report = json.loads(output)
    except ValueError as e:
        return [f"output is not JSON: {e}"]
    if schema.jsonschema:
        faults += ["schema: " + e for e in schema.errors(report)[:2]]
    if unreadable and not faults:
        path = name[5:] if name.startswith("root/") else name
        rows = [s for s in report["sources"] if s["path"] == path]
        if any(s["status"] == "read" for s in rows):
            faults.append("its row says read")
    return faults


def run_file(program, name, words, every, under):
    """All mutations of one file, in a bundle of its own."""
    results = []
    UNDER[:] = under
    with tempfile.TemporaryDirectory(prefix="postseal-hostile-") as scratch:
        root = os.path.join(scratch, "bundle")
        assemble.assemble(INCIDENT, root)
        path = os.path.join(root, name)
        with open(path, "rb") as f:
            data = f.read()
        for i, (mutation, (mutate, unreadable)) in enumerate(MUTATIONS.items()):
            case = f"{name}: {mutation}"
            if (i + FILES.index(name)) % every or not all(word in case for word in words):
                continue
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            elif os.path.lexists(path):
                os.unlink(path)
            mutate(path, data)
            results.append((case, check(program, root, name, unreadable)))
    return results


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("--program", default="build/postseal")
    parser.add_argument("--without")
    parser.add_argument("--userns", action="store_true")
    parser.add_argument("--some", action="store_true")
    parser.add_argument("words", nargs="*")
    args = parser.parse_args()

    program = os.path.abspath(args.program)
    under = [sys.executable, os.path.join(TESTS, "without.py"), args.without] if args.without else []
    under += ["unshare", "--user", "--map-root-user"] if args.userns else []
    if under and subprocess.run([*under, "true"], check=False).returncode:
        print("not to be had here:", " ".join(under))
        return 77
    jobs = min(4, len(os.sched_getaffinity(0)))
    with concurrent.futures.ProcessPoolExecutor(max_workers=jobs) as pool:
        results = [r for rows in pool.map(run_file, [program] * len(FILES), FILES,
                                          [args.words] * len(FILES), [7 if args.some else 1] * len(FILES),
                                          [under] * len(FILES)) for r in rows]
    bad = [(case, faults) for case, faults in results if faults]
    for case, faults in bad:
        print(f"{case}: {'; '.join(faults)}")
    print(f"{len(results)} cases, {len(bad)} failed")
    return 1 if bad or not results else 0


if __name__ == "__main__":
    sys.exit(main())
