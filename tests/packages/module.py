#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The policy module for a confined audit: it goes into this machine's own policy, and what its domain
may write afterwards is its own folder.

usage: module.py
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MODULE = os.path.join(os.path.dirname(os.path.dirname(HERE)), "src", "packaging", "selinux", "postseal.cil")
# changes to files that nothing but the domain's own folder may be open to
CHANGES = {"write", "append", "create", "unlink", "rename", "link", "setattr", "relabelfrom", "relabelto", "execute_no_trans",
           "add_name", "remove_name", "rmdir", "mounton"}


def main():
    if os.geteuid() != 0 or not all(map(shutil.which, ("semodule", "sesearch"))) \
            or not os.path.isdir("/var/lib/selinux/default"):
        print("no root, semodule, sesearch or policy store")
        return 77
    with tempfile.TemporaryDirectory() as root:
        for folder in ("etc/selinux", "var/lib/selinux"):
            shutil.copytree("/" + folder, os.path.join(root, folder), symlinks=True)
        done = subprocess.run(["semodule", "-p", root, "-s", "default", "-n", "-i", MODULE], capture_output=True,
                              text=True, check=False, timeout=120)
        if done.returncode:
            print("FAILED: semodule:", done.stderr)
            return 1
        folder = os.path.join(root, "etc/selinux/default/policy")
        policy = os.path.join(folder, os.listdir(folder)[0])
        with open(os.path.join(root, "etc/selinux/default/contexts/files/file_contexts"), encoding="utf-8") as f:
            if "/usr/bin/postseal\t" not in f.read():
                print("FAILED: no file context")
                return 1
        rules = subprocess.run(["sesearch", "-A", "-s", "postseal_t", policy], capture_output=True, text=True,
                               check=True, timeout=120).stdout.splitlines()
    bad = []
    for rule in rules:
        m = re.match(r"allow (\S+) (\S+):(\S+) \{? ?([^};]*)", rule)
        # rules of attributes are those of every domain, not of this one
        if not m or m[1] != "postseal_t" or m[2] in ("postseal_t", "postseal_var_lib_t", "postseal_tmpfs_t"):
            continue
        changes = CHANGES & set(m[4].split())
        if changes and not (m[3].endswith("socket") and m[2] == "init_t"):
            bad.append(rule)
    print(*bad, f"{len(rules)} rules, {len(bad)} that change what is not its own", sep="\n")
    return 1 if bad or len(rules) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
