#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The alert rules and the dashboard use what the program writes: every metric and label they ask for is in
its Prometheus files. Their syntax and the alerts of given series are told by promtool, where it is installed.

usage: alerts.py PROGRAM
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
INCIDENTS = os.path.join(TOP, "tests", "incidents")
RULES = os.path.join(TOP, "reports", "prometheus", "postseal.rules.yml")
RULES_TEST = os.path.join(TOP, "reports", "prometheus", "postseal.rules.test.yml")
DASHBOARD = os.path.join(TOP, "reports", "grafana", "postseal.json")
sys.path.insert(0, INCIDENTS)

import assemble  # noqa: E402

# what a scrape adds, and words of the language itself
SCRAPED = {"instance", "job"}
WORDS = {"sum", "min", "max", "count", "by", "or", "and", "on", "ignoring", "time", "vector", "topk", "sort", "sort_desc",
         "label_values"}
PAIRS = {")": "(", "}": "{", "]": "["}


def written(program):
    """{metric: labels} of all that the verbs write of a host whose mail waits for many causes."""
    out = {}
    with tempfile.TemporaryDirectory() as top:
        root = os.path.join(top, "root")
        assemble.assemble(os.path.join(INCIDENTS, "71-mixed-queue-many-causes"), root)
        for verb in ("explain", "audit", "denials", "reach"):
            text = subprocess.run([program, verb, "--root", root, "--format", "prometheus"], check=True,
                                  capture_output=True, timeout=120).stdout.decode()
            for name, labels in re.findall(r"^(postseal_\w+)(?:\{(.*)\})? ", text, re.M):
                out.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
    return out


def balanced(expr):
    open_ = []
    for c in re.sub(r'"(?:[^"\\]|\\.)*"', "", expr):
        if c in PAIRS.values():
            open_.append(c)
        elif c in PAIRS and (not open_ or open_.pop() != PAIRS[c]):
            return False
    return not open_ and expr.count('"') % 2 == 0


def faults(expr, metrics):
    """What is wrong with an expression: "what: ..." lines."""
    out = [] if balanced(expr) else ["brackets or quotes do not close"]
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', expr)
    used = set(re.findall(r"\bpostseal_\w+", bare))
    if not used:
        out.append("asks for no metric of postseal")
    for name in sorted(used - set(metrics)):
        out.append(f"nothing writes {name}")
    labels = SCRAPED.union(*(metrics.get(name, set()) for name in used))
    for name, inside in re.findall(r"(postseal_\w+)\{([^}]*)\}", bare):
        for label in re.findall(r"(\w+)\s*[=!]", inside):
            if label not in metrics.get(name, set()) | SCRAPED:
                out.append(f"{name} has no label {label}")
    for inside in re.findall(r"\b(?:by|on|ignoring)\s*\(([^)]*)\)", bare):
        out += [f"no label {w}" for w in re.findall(r"\w+", inside) if w not in labels]
    plain = re.sub(r"\{[^}]*\}|\b(?:by|on|ignoring)\s*\([^)]*\)", "", bare)
    if expr.startswith("label_values"):
        plain = "label_values()"
    out += [f"unknown word {w}" for w in re.findall(r"\b[a-z]\w*", plain)
            if w not in WORDS and not w.startswith("postseal_")]
    return out


def rules(metrics):
    """Faults of the alert rules; each has a test with an alert that is expected."""
    with open(RULES, encoding="ascii") as f:
        alerts = [r for g in yaml.safe_load(f)["groups"] for r in g["rules"]]
    with open(RULES_TEST, encoding="ascii") as f:
        tested = {a["alertname"] for t in yaml.safe_load(f)["tests"] for a in t["alert_rule_test"] if a.get("exp_alerts")}
    for r in alerts:
        what = r["alert"]
        yield from (f"{what}: {fault}" for fault in faults(r["expr"], metrics))
        if not re.fullmatch(r"\d+[mh]", r["for"]) or r["labels"]["severity"] not in ("warning", "critical"):
            yield f"{what}: for or severity"
        if not r["annotations"]["summary"] or not r["annotations"]["description"]:
            yield f"{what}: no words"
        if what not in tested:
            yield f"{what}: no test expects it"
    if len({r["alert"] for r in alerts}) != len(alerts):
        yield "two alerts of one name"


def overlap(a, b):
    return (a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and
            a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"])


def dashboard(metrics):
    with open(DASHBOARD, encoding="ascii") as f:
        doc = json.load(f)
    panels = doc["panels"]
    if len({p["id"] for p in panels}) != len(panels):
        yield "two panels of one id"
    for i, p in enumerate(panels):
        for other in panels[:i]:
            if overlap(p["gridPos"], other["gridPos"]):
                yield f"{p['title']} lies over {other['title']}"
        if p["gridPos"]["x"] + p["gridPos"]["w"] > 24 or not p["targets"]:
            yield f"{p['title']}: beyond the edge, or asks nothing"
        for t in p["targets"]:
            yield from (f"{p['title']}: {fault}" for fault in faults(t["expr"], metrics))
            yield from (f"{p['title']}: the legend's {w} is not in the answer"
                        for w in re.findall(r"{{(\w+)}}", t["legendFormat"]) if w not in t["expr"])
    for v in doc["templating"]["list"]:
        if v["type"] == "query":
            yield from (f"{v['name']}: {fault}" for fault in faults(v["definition"], metrics))


def seen(metrics):
    """Planted faults are found."""
    for bad in ("sum(postseal_explain_mesages)", 'postseal_explain_messages{stat="waiting"}',
                "sum by (clas) (postseal_explain_cause_messages)", "sum(postseal_explain_messages", "summ(postseal_explain_messages)",
                "up == 0"):
        if not faults(bad, metrics):
            yield f"not found: {bad}"


def promtool():
    if not shutil.which("promtool"):
        print("promtool is not installed: its checks are left out")
        return
    for args in (["check", "rules", RULES], ["test", "rules", RULES_TEST]):
        done = subprocess.run(["promtool", *args], capture_output=True, timeout=60, check=False,
                              cwd=os.path.dirname(RULES))
        if done.returncode:
            yield f"promtool {args[0]} rules: {(done.stdout + done.stderr).decode()}"


def main():
    metrics = written(os.path.abspath(sys.argv[1]))
    bad = [*rules(metrics), *dashboard(metrics), *seen(metrics), *promtool()]
    for line in bad:
        print(line)
    print(f"{len(metrics)} metrics, {len(bad)} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
