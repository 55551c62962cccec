#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""fix_plan.py POSTSEAL [INCIDENT ...] - "postseal fix -o DIR" on every recorded incident: the plan against its
schema, the scripts past shellcheck, and what they execute.

The programs of the scripts are replaced by one that writes down its words and answers the questions
of the scripts from what it wrote down so far. apply.sh must execute the plan's steps and nothing
else, a second run nothing at all, undo.sh what the plan says, in reverse order. What the plan does is that of the
incident's truth or less (fix_truth.py)."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import assemble  # noqa: E402
import fix_truth  # noqa: E402
import schema  # noqa: E402

PROGRAMS = ("chcon chgrp chmod firewall-cmd getfattr getsebool nft pgrep postconf postfix postqueue restorecon "
            "semanage semodule setfattr setsebool stat systemctl").split()

RECORDER = r'''#!/usr/bin/python3
import json, os, sys
here = os.path.dirname(os.path.abspath(__file__))
name = os.path.basename(sys.argv[0])
words = [name] + sys.argv[1:]
log = os.path.join(here, "log")
plan = json.load(open(os.path.join(here, "plan.json")))["plan"]
done = [json.loads(l) for l in open(log)] if os.path.exists(log) else []
start = {(c["kind"], c["subject"]): c["value"] for s in plan["steps"] for c in s["before"] if c["holds"]}

def last(test):
    return next((w for w in reversed(done) if test(w)), None)

def local(kind, line):
    out = {}
    for w in done:
        if w[:2] == ["semanage", kind]:
            key = w[-1] if kind == "fcontext" else tuple(w[-2:])
            if "-d" in w:
                out.pop(key, None)
            else:
                out[key] = line(w)
    print("\n".join(out.values()))

if name == "getsebool":
    w = last(lambda w: w[0] == "setsebool" and w[2] == words[1])
    print(words[1], "-->", w[3] if w else start.get(("boolean", words[1]), "off"))
elif words == ["semanage", "port", "-E"]:
    local("port", lambda w: "port -a -t %s -r 's0' -p %s %s" % (w[w.index("-t") + 1], w[-2], w[-1]))
elif words == ["semanage", "fcontext", "-E"]:
    local("fcontext", lambda w: ("fcontext -a -e %s %s" % (w[-2], w[-1]) if "-e" in w else
                                 "fcontext -a -f a -t %s -r 's0' '%s'" % (w[w.index("-t") + 1], w[-1])))
elif words[:2] == ["semodule", "-l"]:
    names = {}
    for w in done:
        if w[:2] == ["semodule", "-i"]:
            names[os.path.splitext(os.path.basename(w[2]))[0]] = 1
        elif w[:2] == ["semodule", "-r"]:
            names.pop(w[2], None)
    print("base", *names, sep="\n")
elif name == "restorecon" and "n" in words[1]:
    if not last(lambda w: w[0] == "restorecon" and words[-1] in w):
        print("Would relabel", words[-1])
elif name == "stat":
    program, kind = {"%g": ("chgrp", "group"), "%04a": ("chmod", "mode"), "%C": ("chcon", "context")}[words[2]]
    w = last(lambda w: w[0] == program and w[-1] == words[-1])
    value = start.get((kind, words[-1]), "?")
    after = [c["value"] for s in plan["steps"] for c in s["after"]
             if (c["kind"], c["subject"]) == (kind, words[-1]) and c["holds"]]
    undone = w and w[1:-1] and value in w[1:-1]
    print(value if not w or undone else (after[0] if after else "changed"))
elif name == "firewall-cmd" and any(w.startswith(("--query-", "--info-policy=")) for w in words):
    def key(w, *starts):
        for s, t in starts:
            w = [t + x[len(s):] if x.startswith(s) else x for x in w]
        return sorted(w)
    want = key(words, ("--query-", "--add-"), ("--info-policy=", "--new-policy="))
    back = key(want, ("--add-", "--remove-"), ("--new-policy=", "--delete-policy="))
    w = last(lambda w: sorted(w) in (want, back))
    at_start = start.get(("firewalld", " ".join(words[1:-1]))) == words[-1]
    sys.exit(0 if (sorted(w) == want if w else at_start) else 1)
elif name == "getfattr":
    print("# file:", words[-1])
elif words == ["pgrep", "-x", "master"]:
    sys.exit(0 if last(lambda w: w[0] == "systemctl") else 1)
elif words[:2] == ["systemctl", "is-active"]:
    sys.exit(0)
elif words[:5] == ["nft", "-s", "-a", "list", "chain"]:
    chain = " ".join(words[5:])
    lines = [v for (k, s), v in start.items() if k == "nft-rule" and s == chain]
    for i, w in enumerate(done):
        if w[:3] == ["nft", "delete", "rule"]:
            lines = [line for line in lines if not line.endswith("# handle " + w[-1])]
        for s in plan["steps"]:
            if s["argv"] == w and s["after"] and s["after"][0]["subject"] == chain and s["after"][0]["holds"]:
                lines.append("%s # handle %d" % (s["after"][0]["value"], 1000 + i))
    print("\n".join("\t\t" + line for line in lines))
elif words[:2] == ["postconf", "-h"]:
    print(start.get(("parameter", words[2]), ""))
else:
    with open(log, "a") as out:
        out.write(json.dumps(words) + "\n")
'''


def run(script):
    return subprocess.run(["sh", script], capture_output=True, text=True, check=False, timeout=120)


def executed(stubs):
    path = os.path.join(stubs, "log")
    return [json.loads(line) for line in open(path, encoding="utf-8")] if os.path.exists(path) else []


def undo_of(i, step):
    """What undo.sh executes for a step: a rule that was added goes by the handle it got."""
    words = step["argv"]
    if words[:2] in (["nft", "add"], ["nft", "insert"]) and words[2] == "rule":
        return ["nft", "delete", "rule"] + words[3:6] + ["handle", str(1000 + i)]
    return [] if step["op"] == "restorecon" else step["undo"]


def faults_of(program, root, scratch):
    out = os.path.join(scratch, "plan")
    made = subprocess.run([program, "fix", "--root", root, "-o", out], capture_output=True, check=False)
    if made.returncode:
        return [f"exit status {made.returncode}: {made.stderr.decode(errors='replace')}"]
    with open(os.path.join(out, "plan.json"), encoding="utf-8") as f:
        document = json.load(f)
    faults = schema.errors(document) if schema.jsonschema else []
    scripts = [os.path.join(out, n) for n in ("apply.sh", "undo.sh")]
    if shutil.which("shellcheck"):
        check = subprocess.run(["shellcheck", "-s", "sh"] + scripts, capture_output=True, text=True, check=False)
        faults += [check.stdout] if check.returncode else []

    stubs = os.path.join(scratch, "bin")
    os.mkdir(stubs)
    for name in PROGRAMS:
        path = os.path.join(stubs, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(RECORDER)
        os.chmod(path, 0o755)
    shutil.copy(os.path.join(out, "plan.json"), stubs)
    absolute = re.compile(r"(?<=[\s;(])(?:/usr)?/s?bin/(%s)(?=[\s;\]])" % "|".join(PROGRAMS))
    for script in scripts:
        with open(script, encoding="utf-8") as f:
            text = f.read()
        with open(script, "w", encoding="utf-8") as f:
            f.write(absolute.sub(lambda m: os.path.join(stubs, m.group(1)), text))

    steps = [s for s in document["plan"]["steps"] if s["argv"]]
    ended = run(scripts[0])
    if ended.returncode or executed(stubs) != [s["argv"] for s in steps]:
        return faults + [f"apply.sh: exit status {ended.returncode}, executed {executed(stubs)}: {ended.stderr}"]
    ended = run(scripts[0])
    if ended.returncode or len(executed(stubs)) != len(steps):
        faults.append(f"a second apply.sh executed {executed(stubs)[len(steps):]}: {ended.stderr}")
    before = len(executed(stubs))
    ended = run(scripts[1])
    back = [w for w in executed(stubs)[before:] if w[0] != "setfattr"]
    want = [undo_of(i, s) for i, s in reversed(list(enumerate(steps)))]
    want = [w for w in want if w]
    if ended.returncode or back != want:
        faults.append(f"undo.sh: exit status {ended.returncode}, executed {back}, not {want}: {ended.stderr}")
    return faults


def main():
    bad = plans = 0
    for name in sys.argv[2:] or sorted(n for n in os.listdir(HERE) if n[:2].isdigit()):
        with tempfile.TemporaryDirectory(prefix="postseal-fix-") as scratch:
            root = os.path.join(scratch, name)
            assemble.assemble(os.path.join(HERE, name), root)
            faults = faults_of(sys.argv[1], root, scratch)
            faults += fix_truth.faults_of(sys.argv[1], name, root, os.path.join(scratch, "plan", "plan.json"))
            for fault in faults[:3]:
                print(f"{name}: {fault}")
            bad += bool(faults)
            plans += 1
    print(f"{plans} plans, {bad} at fault")
    return 1 if bad or not plans else 0


if __name__ == "__main__":
    sys.exit(main())
