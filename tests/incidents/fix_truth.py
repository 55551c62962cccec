#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""fix_truth.py - the plan of a recorded incident against the commands that mended it then; a part of
fix_plan.py.

Each command of a plan must be one of the truth's or a narrower one: the same path or one below it, the
same port, boolean and type, an expression for less, a rule that accepts less in the chain at fault. Each
truth that a command of SELinux or of the firewall mends must be in the plan with its kind.

With mail log, journal and queue taken away, the denials alone must lead to the same commands."""
import json
import os
import re
import shlex
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = {"restorecon", "fcontext", "port-label", "boolean", "firewall-rule", "firewalld"}
PROGRAMS = ("restorecon", "find", "semanage", "setsebool", "nft", "firewall-cmd", "sed")
# of the denials alone: a port that no process may bind, a wrong label, a boolean, a place without a rule
SILENT = ("06-relay-2525-name-connect", "07-smtpd-bind-2525", "08-boolean-mail-spool-off",
          "09-pipe-script-usr-t", "13-smtpd-tls-key-home-label")


def words_of(text):
    """The single commands of a line, as words; words alone, "none" say, give what no step is like."""
    for part in re.split(r"&&|;|\band\b", text):
        try:
            yield [w for w in shlex.split(part) if w]
        except ValueError:
            continue


def is_below(path, top):
    return path == top or path.startswith(top.rstrip("/") + "/")


def option(words, name):
    return words[words.index(name) + 1] if name in words else None


def unescaped(expression):
    """The path an expression without operators stands for."""
    return re.sub(r"\\(.)", r"\1", expression)


def relabels(ours, truth):
    if truth[0] == "restorecon":
        tops, deep = [w for w in truth[1:] if not w.startswith("-")], "R" in "".join(truth[1:2])
    elif truth[0] == "find" and "chcon" in truth:
        tops, deep = truth[1:truth.index("-type")], True
    else:
        return False
    # what was made in a mislabelled folder has its label: "-R" of a folder is no more than the folder
    return any(is_below(path, top) if deep else path == top for path in ours[2:] for top in tops)


def is_narrower(ours, truth):
    if not truth:
        return False
    if ours[0] == "restorecon":
        return relabels(ours, truth)
    if ours[:2] == ["semanage", "fcontext"] and truth[:2] == ours[:2]:
        if "-e" in ours:
            return ours == truth
        return option(ours, "-t") == option(truth, "-t") and \
            re.fullmatch(truth[-1], unescaped(ours[-1])) is not None
    if ours[0] == "systemctl":
        return [w.removesuffix("@-") for w in truth] == [w for w in ours if w != "postfix@*.service"]
    if ours[0] in ("semanage", "setsebool"):
        return ours == truth
    if ours[0] == "firewall-cmd" and truth[0] == "firewall-cmd":
        def options(words):
            return {w.replace("=", " ") for w in " ".join(words[1:]).replace(" --", "\n--").split("\n")} \
                - {"--permanent"}
        return options(ours) == options(truth)
    if ours[:1] == ["nft"] and ours[1] in ("insert", "add") and ours[-1] == "accept":
        return accepts_less(ours, truth)
    return False


def accepts_less(ours, truth):
    matches = " ".join(ours)
    if truth[0] == "sed":  # the file that loads the rules: the port becomes one of those accepted
        port = re.search(r"tcp dport (\d+) accept$", matches)
        return bool(port) and re.search(r"\b%s\b" % port.group(1), truth[-1] + truth[2]) is not None
    if truth[0] != "nft" or truth[3:6] != ours[3:6] and truth[1] != "flush":
        return False
    if truth[1:3] in (["delete", "rule"], ["flush", "chain"]):
        return "daddr" in ours and "dport" in ours and (truth[1] == "flush" or ours[1] == "insert")
    has = truth[6:]
    return truth[1] in ("insert", "add") and has[-1] == "accept" and \
        all(w in ours or w == "postfix" and "101" in ours for w in has)


def truths_of(name):
    with open(os.path.join(HERE, name, "meta.json"), encoding="utf-8") as f:
        meta = json.load(f)
    texts = [t["minimal_fix"] for t in meta["truth"]] + meta["verified_fix"]["commands"]
    if any("vmap" in t for t in texts):
        texts = [t for t in texts if "vmap" not in t]
    return [w for t in texts for w in words_of(t)]


def plan_of(program, root, *args):
    made = subprocess.run([program, "fix", "--root", root, "--format", "json", *args], capture_output=True, check=False)
    if made.returncode:
        raise ValueError(made.stderr.decode(errors="replace"))
    return json.loads(made.stdout)


def commands(plan):
    """What mends; that mail is tried again, by daemons that have read what is mended, comes beside it."""
    return [s["argv"] for s in plan["plan"]["steps"] if s["argv"] and s["op"] not in ("postqueue", "reload")]


def silence(root):
    """Nothing tells of mail any more."""
    for path in ("root/var/log/mail.log", "live/journal.export", "live/queue.ndjson"):
        if os.path.exists(os.path.join(root, path)):
            os.unlink(os.path.join(root, path))
    for queue in ("deferred", "active", "incoming", "maildrop"):
        shutil.rmtree(os.path.join(root, "root/var/spool/postfix", queue), ignore_errors=True)


def silent_faults(program, root, plan):
    """Changes the root."""
    loud = [c for c in commands(plan) if c[0] not in ("nft", "systemctl")]
    silence(root)
    plan = plan_of(program, root)
    faults = [] if commands(plan) == loud and loud else [f"of denials alone: {commands(plan)}, not {loud}"]
    targets = [t for f in plan["fixes"] for t in f["for"]]
    if not plan["plan"]["denials"] or not all(re.fullmatch(r"d-\d+", t) for t in targets):
        faults.append(f"of denials alone: for {targets}, {plan['plan']['denials']}")
    with open(os.path.join(root, "root/var/log/audit/audit.log"), encoding="utf-8", errors="surrogateescape") as f:
        log = f.read()
    with open(f.name, "w", encoding="utf-8", errors="surrogateescape") as f:
        f.write(log.replace("permissive=0", "permissive=1"))
    if commands(plan_of(program, root)):
        faults.append("a plan for what was logged only")
    if commands(plan_of(program, root, "--denials")) != loud:
        faults.append(f"--denials: {commands(plan_of(program, root, '--denials'))}, not {loud}")
    return faults


def faults_of(program, name, root, made):
    """made: the plan file of all of the root."""
    with open(os.path.join(HERE, "expected.json"), encoding="utf-8") as f:
        expected = json.load(f)[name]
    with open(made, encoding="utf-8") as f:
        plan = json.load(f)
    truth = truths_of(name)
    # a truth may name its kind alone
    untold = any(t["fix_kind"] and set(t["fix_kind"]) <= KINDS for t in expected) and \
        not any(t[0] in PROGRAMS for t in truth if t)
    faults = [f"more than the truth: {' '.join(ours)}" for ours in commands(plan)
              if not any(is_narrower(ours, t) for t in truth) and not untold]
    have = {f["kind"] for f in plan["fixes"] if any(s["argv"] for s in f["steps"])}
    for t in expected:
        want = set(t["fix_kind"] or [])
        if want and want <= KINDS and not want & have:
            faults.append(f"no command of kind {'/'.join(sorted(want))}, but {sorted(have)}")
        faults += [f"a fix of kind {k}" for k in have & set.intersection(*(set(e["not_fix_kind"]) for e in expected))]
    return faults + (silent_faults(program, root, plan) if name in SILENT else [])
