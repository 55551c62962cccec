#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A long log tells on a terminal how far it is read, and nowhere else.

usage: progress.py POSTSEAL
"""
import os
import pty
import subprocess
import sys
import tempfile

LINES = 450000
WORD = b"reading var/log/mail.log"


def make(root):
    os.makedirs(os.path.join(root, "var/log"))
    with open(os.path.join(root, "var/log/mail.log"), "w", encoding="ascii") as f:
        line = "2026-11-20T18:53:36+00:00 mail postfix/smtpd[%d]: connect from a[192.0.2.1]\n"
        f.writelines(line % (i % 30000 + 1) for i in range(LINES))


def on_terminal(command):
    """What the command writes to stderr when that is a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs,
                          env={**os.environ, "TERM": "xterm"}) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            said += piece
        process.wait()
    os.close(ours)
    return process.returncode, said


def main():
    failed = []
    with tempfile.TemporaryDirectory() as root:
        make(root)
        command = [sys.argv[1], "explain", "--root", root]
        status, said = on_terminal(command)
        if status != 0 or WORD not in said:
            failed.append(f"terminal: exit {status}, {said[:200]!r}")
        if not said.endswith(b"\r\x1b[K"):
            failed.append(f"the line is not taken away: {said[-60:]!r}")
        if on_terminal([*command, "--quiet"]) != (0, b""):
            failed.append("--quiet: something is said")
        done = subprocess.run(command, capture_output=True, check=False)
        if done.stderr:
            failed.append(f"no terminal: {done.stderr[:200]!r}")
    print("\n".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
