#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The same audit of the same root gives the same bytes, whatever the time zone, the locale or the order
of the directory; and a whole root is audited within the memory it is promised.

usage: stable.py PROGRAM [--memory]
"""
import os
import subprocess
import sys
import tarfile
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
import roots  # noqa: E402

ENVIRONMENTS = [{"TZ": "UTC", "LC_ALL": "C"}, {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8"},
                {"TZ": "America/St_Johns", "LC_ALL": "de_DE.UTF-8"}]
COMMANDS = [["audit", "--format", "json"], ["audit", "--verbose"], ["audit", "--format", "sarif"],
            ["audit", "--needs", "--format", "json"], ["audit", "--what-if", "close 25"]]
MEMORY_MAX_KIB = 64 * 1024


# the peak of a process counts that of the one it was forked from: a small one starts it
MEASURE = """import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True, timeout=120)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"""


def memory(command):
    """Peak of the resident memory of a command, in KiB."""
    return int(subprocess.run([sys.executable, "-c", MEASURE, *command], capture_output=True, check=True).stdout)


def turned(source, out):
    """The same archive, its members in the other order (a folder may follow what is in it)."""
    with tarfile.open(source) as old, tarfile.open(out, "w", format=tarfile.PAX_FORMAT) as new:
        for m in reversed(old.getmembers()):
            new.addfile(m, old.extractfile(m) if m.isfile() else None)


def failing():
    """A root on which many checks fail, several times each."""
    r = roots.BASES["mx"]().copy()
    r.main(smtpd_recipent_limit="1", relayhost="relay.example", mynetworks="0.0.0.0/0")
    r.label("etc/postfix/", "user_home_t").label("var/spool/postfix/", "default_t")
    r.chmod("etc/ssl/private/mail.key", 0o666)
    return roots.module(r, 400, "mypol", "(allow postfix_smtp_t shadow_t (file (read write)))")


def main():
    program, faults = os.path.abspath(sys.argv[1]), 0
    with tempfile.TemporaryDirectory() as top:
        folders = [os.path.join(top, name) for name in ("a", "b")]
        for folder in folders:
            os.mkdir(folder)
        failing().write(os.path.join(folders[0], "root.tar"))
        turned(os.path.join(folders[0], "root.tar"), os.path.join(folders[1], "root.tar"))
        for command in COMMANDS:
            seen = set()
            for folder in folders:
                for env in ENVIRONMENTS:
                    done = subprocess.run([program, command[0], "--root", "root.tar", *command[1:]], cwd=folder,
                                          env={"PATH": "/usr/bin:/bin", **env}, capture_output=True, timeout=120,
                                          check=True)
                    seen.add(done.stdout)
            if len(seen) != 1:
                faults += 1
                print(f"{' '.join(command)}: {len(seen)} different outputs")
        peak = memory([program, "audit", "--root", os.path.join(folders[0], "root.tar")])
    if "--memory" in sys.argv and peak > MEMORY_MAX_KIB:
        faults += 1
        print(f"{peak} KiB of memory, more than {MEMORY_MAX_KIB}")
    print(f"{len(COMMANDS)} commands, {len(ENVIRONMENTS) * 2} surroundings, {peak} KiB, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
