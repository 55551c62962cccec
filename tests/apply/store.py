#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""store.py POSTSEAL - the steps of the policy store on a copy of this machine's: a port, a boolean, a
file context and a module in one transaction, taken back to the entries of before, also after kill -9
in the middle of it, and after a step that the policy refuses."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import host as h  # noqa: E402

h.inside()
POSTSEAL = os.path.abspath(sys.argv[1])
faults = []
ENV = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:" + os.environ.get("ASAN_OPTIONS", ""))


def check(good, *what):
    if not good:
        faults.append(what)
        print("wrong:", *what)


def fix(host, *args, under=()):
    return subprocess.run([*under, POSTSEAL, "fix", *args, "--policy-root", host.policy_root],
                          capture_output=True, text=True, check=False, timeout=600, env=ENV)


def commits(host):
    path = glob.glob(os.path.join(host.policy_root, "var/lib/selinux/*/active/commit_num"))[0]
    with open(path, encoding="utf-8") as f:
        return int(f.read().rstrip("\0\n"))


def main():
    with tempfile.TemporaryDirectory(prefix="postseal-store-") as scratch:
        host = h.Host(scratch)
        if not host.copy_store() or not host.store():
            print("no policy store here")
            os._exit(h.SKIP)
        steps = [h.relabel(host), h.port(), h.boolean(), h.chmod(host), h.fcontext(), h.module()]
        plan, digest = host.plan(steps, modules=[h.MODULE])
        before, number = host.state(), commits(host)
        done = fix(host, "--apply", plan, "--hash", digest)
        check(done.returncode == 0 and commits(host) == number + 1, "apply:", done.stdout, done.stderr)
        now = host.store()
        check(now.get("ports.local") == ["portcon tcp 2525 system_u:object_r:smtp_port_t:s0\n"], now.get("ports.local"))
        check(now.get("booleans.local") == ["httpd_can_sendmail=1\n"], now.get("booleans.local"))
        check(h.MODULE["name"] in now.get("400", []) and "file_contexts.local" in now, "module, file contexts")
        back = fix(host, "--undo", plan)
        check(back.returncode == 0 and commits(host) == number + 2, "undo:", back.stdout, back.stderr)
        check(host.state() == before, "undo: not as before")
        print("one transaction there and one back")

        wrong = dict(h.module(), argv=["semodule", "-i", "postseal_11ee.cil"], undo=["semodule", "-r", "postseal_11ee"],
                     before=[], after=[h.condition("module", "postseal_11ee")])
        bad = {"name": "postseal_11ee", "te": "", "cil": "(allow absent_t absent_t (file (read)))\n"}
        plan, digest = host.plan([h.relabel(host), h.port(), wrong], modules=[bad])
        done = fix(host, "--apply", plan, "--hash", digest)
        check(done.returncode == 1 and host.state() == before, "a module that does not compile:", done.stdout,
              done.stderr)

        plan, digest = host.plan([h.chmod(host), h.boolean(), h.port()])
        for call, n in (("rename", 1), ("rename", 2), ("rename", 4)) if shutil.which("strace") else ():
            fix(host, "--apply", plan, "--hash", digest,
                under=["strace", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e",
                       f"inject={call}:signal=KILL:when={n}"])
            back = fix(host, "--undo", plan)
            check(back.returncode == 0 and host.state() == before, call, n, "is not mended:", back.stdout, back.stderr)
        print(len(faults), "faults")
        h.run("umount", "/usr/sbin")
        h.run("umount", scratch)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
