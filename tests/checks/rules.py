#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the verb rules tells of each check is what the file of rules says.

usage: rules.py PROGRAM
"""
import glob
import json
import os
import subprocess
import sys

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
RULES = os.path.join(os.path.dirname(os.path.dirname(HERE)), "rules", "checks")


def rules(program, *args):
    """Exit status and stdout."""
    done = subprocess.run([program, "rules", *args], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=60)
    return done.returncode, done.stdout


def words(text):
    return " ".join(str(text).split())


def wrong_in(program, rule):
    status, out = rules(program, "show", rule["id"])
    shown = words(out)
    wanted = [rule["id"], rule["title"], rule["severity"], rule["rationale"], rule["advice"], rule.get("conflict", "")]
    wanted += [str(item).removesuffix("~") for items in rule.get("references", {}).values()
               for item in (items if isinstance(items, list) else [items])]
    lacks = [w for w in wanted if words(w) not in shown]
    if status or lacks:
        return f"{rule['id']}: status {status}, lacks {lacks}: {out}"
    report = json.loads(rules(program, "show", rule["id"], "--format", "json")[1])
    if [c["id"] for c in report["checks"]] != [rule["id"]] or words(report["checks"][0]["title"]) != words(rule["title"]):
        return f"{rule['id']}: {report['checks']}"
    return None


def main():
    program = os.path.abspath(sys.argv[1])
    source = []
    for path in glob.glob(os.path.join(RULES, "*.yaml")):
        with open(path, encoding="utf-8") as f:
            source += yaml.safe_load(f)["checks"]
    bad = [w for w in (wrong_in(program, rule) for rule in source) if w]
    ids = sorted(rule["id"] for rule in source)
    status, out = rules(program, "list")
    if status or sorted(line.split()[0] for line in out.splitlines() if not line.startswith(" ")) != ids:
        bad.append(f"list: {status} {out}")
    report = json.loads(rules(program, "list", "--format", "json")[1])
    if [c["id"] for c in report["checks"]] != ids:
        bad.append("list in JSON")
    bad += [f"{args}: no error" for args in (["show", "NO-000"], ["show"], ["burn"]) if rules(program, *args)[0] != 64]
    for text in bad[:10]:
        print(text)
    print(f"{len(ids)} checks, {len(bad)} wrong")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
