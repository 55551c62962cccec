#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every check against its fixtures: tests/data/checks/ID/STATUS/.

usage: run.py PROGRAM [ID ...]

A case is a folder with expect.json and what is laid over its base (tests/data/checks/base/NAME):
  {"base": "image",             which base, or "incident:NAME" of tests/incidents
   "remove": ["path", ...],     taken out of the base first
   "args": ["--role", "mx"],
   "objects": [{...}, ...]}     the objects of the findings of that status; default: not looked at
The folder's name up to "-" is the status that must come out; its files are those of an evidence
root.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data", "checks")
sys.path.insert(0, os.path.join(HERE, ".."))
import schema  # noqa: E402

# not among the fixtures: a policy with a permissive domain, whole sets of labels, a host known to
# have no web server, a way out known to be open for every answer
ONE_SIDED = {"BOO-003", "BOO-004", "DOM-001", "DOM-002", "FWO-001", "FWO-002", "LAB-001", "LAB-003",
             "LAB-009"}


def incident_root(name, keep):
    """The bundle of an incident, assembled once."""
    top = os.path.join(keep, name)
    if not os.path.isdir(top):
        script = os.path.join(HERE, "..", "incidents", "assemble.py")
        folder = os.path.join(HERE, "..", "incidents", name)
        subprocess.run([sys.executable, script, folder, top], check=True,
                       stdout=subprocess.DEVNULL)
    return top


def assemble(case, want, top, keep):
    base = want.get("base", "image")
    if base.startswith("incident:"):
        base = incident_root(base.removeprefix("incident:"), keep)
    else:
        base = os.path.join(DATA, "base", base)
    shutil.copytree(base, top, symlinks=True, dirs_exist_ok=True)
    for path in want.get("remove", []):
        path = os.path.join(top, path)
        if os.path.isdir(path):
            shutil.rmtree(path)
        elif os.path.exists(path):
            os.unlink(path)
    shutil.copytree(case, top, symlinks=True, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("expect.json"))


def audit(program, check, want, top):
    command = [program, "audit", "--root", top, "--only", check, "--format", "json"]
    run = subprocess.run(command + want.get("args", []), capture_output=True, timeout=60,
                         check=False)
    if run.returncode:
        return None, f"exit {run.returncode}: {run.stderr.decode(errors='replace').strip()}"
    return json.loads(run.stdout), None


def fault(program, check, case, keep):
    status = os.path.basename(case).split("-")[0]
    with open(os.path.join(case, "expect.json"), encoding="utf-8") as f:
        want = json.load(f)
    with tempfile.TemporaryDirectory() as top:
        assemble(case, want, top, keep)
        doc, why = audit(program, check, want, top)
    if why:
        return why
    if schema.jsonschema and schema.errors(doc):
        return schema.errors(doc)[0]
    rows = doc["findings"]
    if not any(r["status"] == status for r in rows):
        return "got " + "; ".join(f"{r['status']}: {r['detail']}" for r in rows)
    if status in ("pass", "na") and len(rows) != 1:
        return "more than one row: " + "; ".join(f"{r['status']}: {r['detail']}" for r in rows)
    if status in ("unknown", "na") and not all(r["detail"] for r in rows):
        return "without a reason"
    objects = [r["object"] for r in rows if r["status"] == status]
    if "objects" in want and objects != want["objects"]:
        return f"objects {objects}, not {want['objects']}"
    return None


def run_all(program, only, keep):
    rules = json.loads(subprocess.run([program, "rules", "list", "--format", "json"],
                                      capture_output=True, check=True).stdout)
    bad = n = 0
    for rule in rules["checks"]:
        check = rule["id"]
        if only and check not in only:
            continue
        folder = os.path.join(DATA, check)
        cases = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        for status in ("pass", "fail"):
            if not any(c.split("-")[0] == status for c in cases) and check not in ONE_SIDED:
                print(f"{check}: no fixture for {status}")
                bad += 1
        for name in cases:
            why = fault(program, check, os.path.join(folder, name), keep)
            n += 1
            if why:
                print(f"{check}/{name}: {why}")
                bad += 1
    print(f"{n} cases, {bad} faults")
    return 1 if bad or not n else 0


def main():
    with tempfile.TemporaryDirectory() as keep:
        return run_all(sys.argv[1], sys.argv[2:], keep)


if __name__ == "__main__":
    sys.exit(main())
