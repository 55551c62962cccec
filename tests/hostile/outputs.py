#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Where documents go: a file is whole or not there, a link or a device is never replaced.

usage: outputs.py --program POSTSEAL"""
import argparse
import json
import os
import stat
import subprocess
import sys
import tempfile


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    program = os.path.abspath(parser.parse_args().program)
    faults = []

    with tempfile.TemporaryDirectory(prefix="postseal-outputs-") as scratch:
        root = os.path.join(scratch, "root")
        os.mkdir(root)
        open(os.path.join(root, "untouched"), "w", encoding="ascii").close()

        def run(name, **how):
            return subprocess.run([program, "explain", "--root", root, "--format", "json=" + name], cwd=scratch,
                                  capture_output=True, check=False, **how)

        def expect(holds, what):
            if not holds:
                faults.append(what)

        def is_whole(path):
            with open(path, encoding="utf-8") as f:
                return json.load(f)["verb"] == "explain"

        os.mkdir(os.path.join(scratch, "far"))
        target, link = os.path.join(scratch, "far", "target"), os.path.join(scratch, "link")
        with open(target, "w", encoding="ascii") as f:
            f.write("x" * 100000)
        os.symlink(target, link)
        expect(run(link).returncode == 0 and os.path.islink(link) and is_whole(target), "a link to a file")

        expect(run("plain").returncode == 0 and is_whole(os.path.join(scratch, "plain")), "a file beside")
        expect(run("plain").returncode == 0 and is_whole(os.path.join(scratch, "plain")), "a file that is there")
        expect(run("far/below").returncode == 0 and is_whole(os.path.join(scratch, "far", "below")), "a folder")
        expect(run("none/below").returncode == 1, "a folder that is not there")
        expect(sorted(os.listdir(scratch)) == ["far", "link", "plain", "root"], f"left over: {os.listdir(scratch)}")

        out = run("/dev/stdout")
        expect(json.loads(out.stdout)["verb"] == "explain" and os.path.islink("/dev/stdout"), "a pipe by name")
        with open(os.path.join(scratch, "far", "shell"), "wb") as f:
            subprocess.run([program, "explain", "--root", root, "--format", "json=/dev/stdout"], stdout=f, check=True)
        expect(os.path.islink("/dev/stdout") and is_whole(os.path.join(scratch, "far", "shell")), "a file by name")
        expect(run("/dev/null").returncode == 0 and stat.S_ISCHR(os.stat("/dev/null").st_mode), "a device")
        if os.path.exists("/dev/full"):
            expect(run("/dev/full").returncode == 1, "a full disk")

    for fault in faults:
        print("FAILED:", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
