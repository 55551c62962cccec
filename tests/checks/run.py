#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every check against its fixtures: tests/checks/cases.

usage: run.py PROGRAM [ID ...]

Each check has at least one root on which it passes, one on which it fails, one to which it does not
apply and one whose evidence does not suffice, but for those of NEVER.
"""
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
sys.dont_write_bytecode = True
import cases  # noqa: E402
import schema  # noqa: E402

STATES = ("pass", "fail", "na", "unknown")
# states that a check does not have, and why
NEVER = {
    ("AUD-001", "na"): "a host without auditd is what it finds",
    ("AUD-002", "na"): "every host can have denials",
    ("AUD-003", "na"): "a host without audit rules hides nothing: it passes",
    ("AUD-004", "na"): "every kernel has the limit",
    ("AUD-011", "na"): "a host without audit rules is what it finds",
    ("AUD-012", "na"): "a host without audit rules is what it finds",
    ("FWI-001", "na"): "a host without a firewall is what it finds",
    ("FWI-002", "na"): "every ruleset has a default",
    ("FWI-007", "na"): "every host has loopback",
    ("SEL-002", "na"): "SELinux that is off is what it finds",
    ("SEL-003", "na"): "every host boots",
    ("SEL-004", "na"): "a policy that is missing is what it finds",
}


def audit(program, root, checks, args):
    command = [program, "audit", "--root", root, "--only", ",".join(checks), "--format", "json"]
    done = subprocess.run(command + args, capture_output=True, timeout=120, check=False)
    if done.returncode:
        return None, f"exit {done.returncode}: {done.stderr.decode(errors='replace').strip()}"
    return json.loads(done.stdout), None


def run(program, group, keep):
    """One root for all cases of a group."""
    with tempfile.TemporaryDirectory() as folder:
        root = group[0].write(folder, keep)
        return audit(program, root, sorted({c.check for c in group}), group[0].args)


def groups(chosen):
    """Cases with equal roots and arguments together; those of one incident behind its first."""
    by_root = {}
    for c in chosen:
        by_root.setdefault(c.key(), []).append(c)
    return list(by_root.values())


def told(rows):
    return "; ".join(f"{r['status']} {r['object']}: {r['detail']}" for r in rows)


def places(rows):
    """Where findings stand: each file, and each line of it."""
    for r in rows:
        for e in r["evidence"]:
            yield e["origin"].get("path")
            yield f"{e['origin'].get('path')}:{e['origin'].get('line')}"


def judge(case, doc):
    """What is wrong with the findings of a case, or None."""
    rows = [r for r in doc["findings"] if r["id"] == case.check]
    if not any(r["status"] == case.status for r in rows):
        return "got " + told(rows)
    if case.status in ("pass", "na") and len(rows) != 1:
        return "more than one row: " + told(rows)
    if case.status in ("unknown", "na") and not all(r["detail"] for r in rows):
        return "without a reason"
    objects = [r["object"] for r in rows if r["status"] == case.status]
    if case.objects is not None and objects != case.objects:
        return f"objects {objects}, not {case.objects}"
    if not any(case.says in r["detail"] for r in rows if r["status"] == case.status):
        return f"nothing of \"{case.says}\": " + told(rows)
    rows = [r for r in rows if r["status"] == case.status]
    if case.at and case.at not in places(rows):
        return f"at {list(places(rows))}, not {case.at}"
    wanted = {r["fix"] for r in rows}
    commands = [" ".join(s["argv"]) for f in doc["fixes"] if f["id"] in wanted for s in f["steps"]]
    if case.fix is not None and commands != case.fix:
        return f"fixes {commands}, not {case.fix}"
    for f in doc["fixes"]:
        tools = [s for s in f["steps"] if s["argv"] and s["argv"][0] not in ("nft", "firewall-cmd")]
        if not f["why"] or not all(s["precondition"] and s["verify"] for s in tools):
            return f"a fix without words: {f}"
    if case.roles is not None and doc["roles_why"] != case.roles:
        return f"roles {doc['roles_why']}, not {case.roles}"
    return None


def is_sorted(rows):
    """By check, object and status, whatever the order they were found in."""
    ranks = {s: i for i, s in enumerate(("pass", "fail", "na", "unknown", "waived"))}
    keys = [(r["id"], [(k, v) for k, v in r["object"].items()], ranks[r["status"]], r["detail"]) for r in rows]
    return keys == sorted(keys)


def is_counted(doc):
    """The summary is that of the findings."""
    levels = ("info", "low", "medium", "high", "critical")
    failing = [levels.index(r["severity"]) for r in doc["findings"] if r["status"] == "fail"]
    counts = {s: sum(r["status"] == s for r in doc["findings"]) for s in STATES}
    return counts == {s: doc["summary"][s] for s in STATES} and \
        doc["summary"]["worst"] == (levels[max(failing)] if failing else None)


def faults(group, doc, why, shape=True):
    """The faults of the cases that share a root; @shape: against the schema as well, which takes its time."""
    if shape and not why and schema.jsonschema and schema.errors(doc):
        why = schema.errors(doc)[0]
    if not why and not is_sorted(doc["findings"]):
        why = "the findings are not sorted"
    if not why and not is_counted(doc):
        why = f"the summary {doc['summary']} is another"
    for c in group:
        fault = why or judge(c, doc)
        if fault:
            yield f"{c.name}: {fault}"


def missing(program, all_cases):
    """The checks without a case for a state."""
    rules = json.loads(subprocess.run([program, "rules", "list", "--format", "json"],
                                      capture_output=True, check=True).stdout)
    have = {(c.check, c.status) for c in all_cases}
    known = {r["id"] for r in rules["checks"]}
    for check in sorted(known):
        for status in STATES:
            if (check, status) in NEVER and (check, status) in have:
                yield f"{check}: has a fixture for {status}, which it is said not to have"
            if (check, status) not in have and (check, status) not in NEVER:
                yield f"{check}: no fixture for {status}"
    for check in sorted({c.check for c in all_cases} - known):
        yield f"{check}: fixtures of no check"


def main():
    program, only = sys.argv[1], sys.argv[2:]
    all_cases = cases.load()
    bad = [] if only else list(missing(program, all_cases))
    chosen = groups([c for c in all_cases if not only or c.check in only])
    with tempfile.TemporaryDirectory() as keep, concurrent.futures.ThreadPoolExecutor(2) as pool:
        cases.assemble([group[0] for group in chosen], keep)
        for group, (doc, why) in zip(chosen, pool.map(lambda g: run(program, g, keep), chosen)):
            bad += faults(group, doc, why)
    for line in bad:
        print(line)
    print(f"{sum(map(len, chosen))} cases, {len(chosen)} roots, {len(bad)} faults")
    return 1 if bad or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
