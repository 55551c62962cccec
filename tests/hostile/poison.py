#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Denials that someone provokes to have a rule proposed: none is, whatever else is told of them.

usage: poison.py PROGRAM

Each row stands as denials of a mail domain in the audit log of a recorded host. Neither `denials` nor
`fix --denials` may hold a module, an allow rule, or a step that installs one, for its types."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
INCIDENTS = os.path.join(HERE, "..", "incidents")
sys.path[:0] = [INCIDENTS]
sys.dont_write_bytecode = True
import assemble  # noqa: E402

INCIDENT = os.path.join(INCIDENTS, "06-relay-2525-name-connect")
TIME = 1795200800
# target type ("" for the domain itself), class, permissions
ROWS = [
    ("shadow_t", "file", "read"), ("shadow_t", "file", "write"), ("", "capability", "dac_override"),
    ("", "capability", "dac_read_search"), ("", "capability", "sys_admin"), ("", "capability", "sys_ptrace"),
    ("", "capability", "sys_module"), ("", "capability", "sys_rawio"), ("", "process", "execmem"),
    ("", "process", "execstack"), ("", "process", "execheap"), ("", "process", "setcurrent"),
    ("security_t", "security", "load_policy"), ("security_t", "security", "setenforce"),
    ("selinux_config_t", "file", "write"), ("policy_config_t", "file", "write"), ("semanage_store_t", "file", "write"),
    ("memory_device_t", "chr_file", "read"), ("fixed_disk_device_t", "blk_file", "write"),
    ("kernel_t", "system", "module_load"), ("default_t", "file", "read"), ("unlabeled_t", "file", "write"),
    ("etc_t", "file", "write"), ("bin_t", "file", "write"), ("usr_t", "file", "write"), ("lib_t", "file", "execmod"),
    ("file_context_t", "file", "write"), ("init_t", "process", "ptrace"), ("sshd_key_t", "file", "read"),
    ("auditd_log_t", "file", "write"), ("auditd_etc_t", "file", "write"), ("unconfined_t", "process", "transition"),
    ("bin_t", "file", "append"), ("bin_t", "dir", "add_name"), ("etc_t", "dir", "add_name"), ("lib_t", "file", "write"),
    ("passwd_file_t", "file", "write"), ("system_cron_spool_t", "file", "write"), ("systemd_unit_t", "file", "write"),
    ("init_exec_t", "file", "write"), ("ld_so_cache_t", "file", "write"), ("shell_exec_t", "file", "write"),
]


def records(rows):
    for i, (target, tclass, perm) in enumerate(rows):
        for n in range(3):
            yield (f"type=AVC msg=audit({TIME + n}.{i:03}:{90000 + i * 10 + n}): avc:  denied  {{ {perm} }} for  pid={5000 + i} "
                   f'comm="local" name="x" dev="vda1" ino={1000 + i} scontext=system_u:system_r:postfix_local_t:s0 '
                   f"tcontext=system_u:{'system_r' if not target else 'object_r'}:{target or 'postfix_local_t'}:s0 "
                   f"tclass={tclass} permissive=0\n")


def rules(value, path=""):
    """Every text of a document that is policy, with its place."""
    if isinstance(value, dict):
        for k, v in value.items():
            yield from rules(v, f"{path}.{k}")
    elif isinstance(value, list):
        for v in value:
            yield from rules(v, path)
    elif isinstance(value, str) and path.rsplit(".", 1)[-1] in ("cil", "te", "rule", "module", "argv"):
        yield path, value


def main():
    program = os.path.abspath(sys.argv[1])
    faults, told = [], 0
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, "bundle")
        assemble.assemble(INCIDENT, root)
        with open(os.path.join(root, "root/var/log/audit/audit.log"), "a", encoding="ascii") as f:
            f.writelines(records(ROWS))
        for command in (["denials", "--all"], ["explain"], ["fix", "--denials"]):
            done = subprocess.run([program, *command, "--root", root, "--format", "json"], capture_output=True, timeout=120,
                                  check=False)
            if done.returncode == 64:
                continue
            document = json.loads(done.stdout)
            told += len(document.get("denials", []))
            for place, text in rules(document):
                for target, tclass, perm in ROWS:
                    name = target or "self"
                    if tclass in text and perm in text and name in text and ("allow" in text):
                        faults.append(f"{' '.join(command)}: {place}: {text[:160]}")
    for fault in faults[:20]:
        print(fault)
    print(f"{len(ROWS)} kinds of denials, {told} groups told, {len(faults)} rules proposed")
    return 1 if faults or told < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
