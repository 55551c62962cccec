#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Let postseal explain every recorded incident and compare its answers with the truth.

usage: run.py [--program FILE] [--incidents DIR] [--jobs N] [--keep DIR] [--raise-floor] [NAME ...]

  --program FILE   the program under test (default build/postseal)
  --incidents DIR  a folder of incidents with base/ and expected.json (default: this one)
  --keep DIR       leave each report at DIR/NAME.json
  --raise-floor    write the score to floor.json where it is better than what stands there
  NAME             only incidents whose name begins so

A truth is right when its messages carry its class, a verdict it names (where it names any) and a
fix of a right kind; "class" counts those
with the right class whatever the fix. Fails on a crash, on a document its schema refuses, on a
"certain" that is wrong, on a fix of a forbidden kind, and when a score falls below floor.json
(the own incidents only, all of them). A floor is only ever raised.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import assemble  # noqa: E402
import schema  # noqa: E402

FLOOR = os.path.join(HERE, "floor.json")
TIME_LIMIT_S = 60
SURE = ("certain", "likely")

# field of the recorded truth -> field of a cause's object
OBJECT_FIELDS = {
    "path": "path", "port": "port", "boolean": "boolean", "table": "table", "chain": "chain",
    "zone": "zone", "policy": "policy", "parameter": "parameter",
    "scontext_type": "source_type", "tcontext_type": "target_type", "class": "tclass",
}


class Result:
    """What became of one incident."""

    def __init__(self, name):
        self.name = name
        self.rows = []    # one a truth: (class, outcome, remark), outcome as below
        self.faults = []  # each fails the run
        self.seconds = 0.0


# outcomes of a truth, best first
RIGHT, CLASS_ONLY, UNKNOWN, WRONG = "right", "class", "unknown", "wrong"


def denials_faults(program, root):
    """What is wrong with the denials told of ROOT."""
    run = subprocess.run([program, "denials", "--all", "--format", "json", "--root", root],
                         stdin=subprocess.DEVNULL, capture_output=True, timeout=TIME_LIMIT_S,
                         check=False)
    if run.returncode != 0:
        return [f"denials: exit status {run.returncode}"]
    return ["denials: " + e for e in schema.errors(json.loads(run.stdout))[:3]]


def explain(program, root):
    """The report on ROOT, the faults of the run itself, and its seconds."""
    start = time.monotonic()
    try:
        run = subprocess.run([program, "explain", "--format", "json", "--root", root],
                             stdin=subprocess.DEVNULL, capture_output=True, timeout=TIME_LIMIT_S,
                             check=False)
    except subprocess.TimeoutExpired:
        return {}, [f"still running after {TIME_LIMIT_S} s"], TIME_LIMIT_S
    seconds = time.monotonic() - start
    faults = []
    if run.returncode != 0:
        said = run.stderr.decode(errors="replace").strip().splitlines()
        faults.append(f"exit status {run.returncode}: {said[-1] if said else ''}")
    try:
        report = json.loads(run.stdout)
    except ValueError as e:
        return {}, faults + [f"output is not JSON: {e}"], seconds
    return report, faults, seconds


def failed(recipient):
    return recipient.get("status") not in ("sent", None)


def causes_of(report, queue_ids):
    """Causes of the failed recipients of the messages QUEUE_IDS, each with its fix id."""
    found = []
    for message in report.get("messages", []):
        if message["queue_id"] in queue_ids:
            for recipient in filter(failed, message["recipients"]):
                found.append((recipient["cause"], recipient.get("fix")))
    return found


def wanted(truth):
    """Whether the truth names a fault at all: the healthy control's does not."""
    return bool(truth["class"])


def fix_kinds(report, fix_ids):
    kinds = {fix["id"]: fix["kind"] for fix in report.get("fixes", [])}
    return {kinds.get(i, "none") if i else "none" for i in fix_ids}


def judge_absent(truth, causes):
    """A truth without a fault: nothing may be claimed."""
    claims = [c for c, _ in causes if c["class"] != "unknown" and c["certainty"] != "unknown"]
    if any(c["certainty"] in SURE for c in claims):
        return WRONG, "claims " + ", ".join(sorted({c["verdict"] for c in claims}))
    return RIGHT, ""


def second_faults(cause):
    return [also for also in cause.get("also", []) if isinstance(also, dict)]


def judge(truth, report, shared_ids):
    """Outcome and remark of one truth. SHARED_IDS: its messages carry another truth too, so that
    it may stand as the fault foreseen behind the first."""
    if truth["queue_ids"]:
        causes = causes_of(report, truth["queue_ids"])
    else:
        causes = [(c, c.get("fix")) for c in report.get("causes", [])]
    if not wanted(truth):
        return judge_absent(truth, causes)
    if not causes:
        return UNKNOWN, "message not reported" if truth["queue_ids"] else "no cause reported"

    hits = [(c, fix) for c, fix in causes if c["class"] in truth["class"]]
    if shared_ids:
        hits += [(a, a.get("fix")) for c, _ in causes for a in second_faults(c)
                 if a.get("class") in truth["class"]]
    others = [c for c, _ in causes if c["class"] not in truth["class"] + ["unknown"]]
    if not hits:
        if shared_ids:
            return UNKNOWN, "not foreseen behind the first fault"
        if others and (truth["queue_ids"] or any(c["certainty"] in SURE for c in others)):
            return WRONG, ", ".join(sorted({f"{c['verdict']} ({c['certainty']})" for c in others}))
        return UNKNOWN, ""
    if others and truth["queue_ids"] and not shared_ids:
        return WRONG, "besides: " + ", ".join(sorted({c["verdict"] for c in others}))

    verdicts = {c["verdict"] for c, _ in hits}
    if not verdicts & set(truth.get("verdict", verdicts)):
        return CLASS_ONLY, f"verdict {'/'.join(sorted(verdicts))}, not {'/'.join(truth['verdict'])}"
    kinds = fix_kinds(report, [fix for _, fix in hits])
    if truth["fix_kind"] and not kinds & set(truth["fix_kind"]):
        return CLASS_ONLY, f"fix {'/'.join(sorted(kinds))}, not {'/'.join(truth['fix_kind'])}"
    return RIGHT, ""


def wrong_certain(truths, report):
    """Every cause said to be certain whose class no truth of the incident has."""
    classes = {c for truth in truths for c in truth["class"]}
    said = []
    for message in report.get("messages", []):
        own = [t for t in truths if message["queue_id"] in t["queue_ids"]]
        right = {c for t in own for c in t["class"]} if own else classes
        for recipient in filter(failed, message["recipients"]):
            cause = recipient["cause"]
            if cause["certainty"] == "certain" and cause["class"] not in right:
                said.append(f"{message['queue_id']} is said to be {cause['verdict']}")
    for cause in report.get("causes", []):
        if cause["certainty"] == "certain" and cause["class"] not in classes:
            said.append(f"{cause['verdict']} is said to be certain")
    return sorted(set(said))


def forbidden_fixes(truths, report):
    """Kinds of fix that no truth of the incident allows to be offered."""
    never = set.intersection(*(set(t["not_fix_kind"]) for t in truths))
    return sorted({f["kind"] for f in report.get("fixes", [])} & never)


def wrong_objects(folder, truth, index, report):
    """Fields in which the object told differs from the recorded one."""
    with open(os.path.join(folder, "meta.json"), encoding="utf-8") as f:
        recorded = json.load(f)["truth"]
    if index >= len(recorded):
        return []
    detail = recorded[index].get("detail", {})
    objects = [c["object"] for c in report.get("causes", [])
               if c["class"] in truth["class"] and c["certainty"] != "unknown"]
    differing = []
    for theirs, ours in OBJECT_FIELDS.items():
        told = {o[ours] for o in objects if o.get(ours) is not None}
        if theirs in detail and told and detail[theirs] not in told:
            differing.append(f"{ours} {'/'.join(str(t) for t in sorted(told, key=str))}, "
                             f"recorded {detail[theirs]}")
    return differing


def run_one(program, folder, truths, keep):
    result = Result(os.path.basename(folder))
    with tempfile.TemporaryDirectory(prefix="postseal-incident-") as scratch:
        root = os.path.join(scratch, result.name)
        assemble.assemble(folder, root)
        report, result.faults, result.seconds = explain(program, root)
        if schema.jsonschema:
            result.faults += denials_faults(program, root)
    if keep:
        with open(os.path.join(keep, result.name + ".json"), "w", encoding="utf-8") as f:
            json.dump(report, f, indent=1)
    if result.faults:
        result.rows = [("/".join(t["class"]) or "healthy", UNKNOWN, "") for t in truths]
        return result
    if schema.jsonschema:
        result.faults += ["schema: " + e for e in schema.errors(report)[:3]]
        if result.faults:
            result.rows = [("/".join(t["class"]) or "healthy", UNKNOWN, "") for t in truths]
            return result

    result.faults += ["wrong certain: " + w for w in wrong_certain(truths, report)]
    result.faults += ["forbidden fix: " + k for k in forbidden_fixes(truths, report)]
    for i, truth in enumerate(truths):
        shared = any(set(truth["queue_ids"]) & set(t["queue_ids"]) for t in truths if t is not truth)
        outcome, remark = judge(truth, report, shared)
        if outcome in (RIGHT, CLASS_ONLY) and wanted(truth):
            differing = wrong_objects(folder, truth, i, report)
            remark = "; ".join(filter(None, [remark] + ["object: " + d for d in differing]))
        result.rows.append(("/".join(truth["class"]) or "healthy", outcome, remark))
    return result


def print_scores(results):
    """A line a class, and the sums."""
    table = collections.defaultdict(collections.Counter)
    for result in results:
        for cls, outcome, _ in result.rows:
            table[cls][outcome] += 1
            table["all"][outcome] += 1
    print(f"{'class':<16} {'truths':>6} {'right':>6} {'class':>6} {'unknown':>8} {'wrong':>6}")
    for cls in sorted(table, key=lambda c: (c == "all", c)):
        row = table[cls]
        print(f"{cls:<16} {sum(row.values()):>6} {row[RIGHT]:>6} {row[RIGHT] + row[CLASS_ONLY]:>6} "
              f"{row[UNKNOWN]:>8} {row[WRONG]:>6}")
    return {"right": table["all"][RIGHT], "class": table["all"][RIGHT] + table["all"][CLASS_ONLY]}


def print_rest(results):
    """What was not right, and what fails the run."""
    rows = [(r.name, cls, outcome, remark) for r in results for cls, outcome, remark in r.rows
            if outcome != RIGHT or remark]
    if rows:
        print("\nnot right, or right with a remark:")
    for name, cls, outcome, remark in rows:
        print(f"  {name:<36} {cls:<10} {outcome:<8} {remark}")
    faults = [(r.name, fault) for r in results for fault in r.faults]
    if faults:
        print("\nfaults:")
    for name, fault in faults:
        print(f"  {name:<36} {fault}")
    times = sorted(r.seconds for r in results)
    print(f"\n{len(results)} incidents, median {1000 * times[len(times) // 2]:.0f} ms, "
          f"slowest {1000 * times[-1]:.0f} ms")
    return len(faults)


def below_floor(score, may_raise):
    with open(FLOOR, encoding="utf-8") as f:
        floor = json.load(f)
    low = [f"{key} {score[key]}, floor {floor[key]}" for key in sorted(floor) if score[key] < floor[key]]
    if may_raise:
        with open(FLOOR, "w", encoding="utf-8") as f:
            json.dump({key: max(floor[key], score[key]) for key in sorted(floor)}, f, indent=1)
            f.write("\n")
    return low


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("--program", default="build/postseal")
    parser.add_argument("--incidents", default=HERE)
    parser.add_argument("--jobs", type=int, default=min(4, len(os.sched_getaffinity(0))))
    parser.add_argument("--keep")
    parser.add_argument("--raise-floor", action="store_true")
    parser.add_argument("names", nargs="*")
    return parser.parse_args()


def main():
    args = arguments()
    with open(os.path.join(args.incidents, "expected.json"), encoding="utf-8") as f:
        expected = json.load(f)
    names = [n for n in sorted(expected)
             if os.path.isdir(os.path.join(args.incidents, n))
             and (not args.names or n.startswith(tuple(args.names)))]
    if not names:
        sys.exit("run.py: no incident")
    if args.keep:
        os.makedirs(args.keep, exist_ok=True)
    if not schema.jsonschema:
        print("python3-jsonschema is not installed: documents are not checked against the schema")

    os.umask(0o022)
    program = os.path.abspath(args.program)
    with concurrent.futures.ProcessPoolExecutor(max_workers=args.jobs) as pool:
        results = list(pool.map(run_one, *zip(*[
            (program, os.path.join(args.incidents, n), expected[n], args.keep) for n in names])))

    score = print_scores(results)
    failures = print_rest(results)
    if os.path.samefile(args.incidents, HERE) and not args.names:
        low = below_floor(score, args.raise_floor)
        for text in low:
            print(f"below the floor: {text}")
        failures += len(low)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
