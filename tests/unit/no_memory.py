#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_no_memory on recorded incidents.

usage: no_memory.py PROGRAM RULES INCIDENTS TRIES NAME ...
"""
import os
import subprocess
import sys
import tempfile

program, rules, incidents, tries, *names = sys.argv[1:]
sys.path.insert(0, incidents)
import assemble  # noqa: E402

status = 0
for name in names:
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, "root")
        assemble.assemble(os.path.join(incidents, name), root)
        env = dict(os.environ, SEAL_TEST_ROOT=root, SEAL_TEST_RULES=rules, SEAL_TEST_TRIES=tries)
        print(name, flush=True)
        status |= subprocess.run([program], env=env, check=False).returncode != 0
sys.exit(status)
