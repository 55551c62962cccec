#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""reach_fix.py POSTSEAL - carry out the firewall fixes of recorded incidents on the kernel.

The recorded ruleset is loaded into a private network namespace, where the live answer must be that of
the listing. Then each fix and each alternative is carried out: the packet that was stopped must pass,
packets to other ports keep their verdict, the added rule opens nothing to another address, and the
undo brings the ruleset back. The same for other rulesets (RULESETS) that stop the mail of incident 02. What is told to firewalld is carried out on the image's configuration with
firewall-offline-cmd, where that is installed. Exit status 77 where there is no root, no nft or no namespace."""
import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import assemble  # noqa: E402

CLONE_NEWNET = 0x40000000
INCIDENTS = ("02-", "30-", "31-", "34-", "36-", "37-")
MAIL_UID = 101
# what stops port 25 in place of the recorded rule: a name, the ruleset, words that a command of the fixes
# and one of their undos must hold (None: there is none). OUTPUT is a base chain of that hook.
OUTPUT = "type filter hook output priority 0; policy accept;"
RULESETS = [
    ("a rule in front of others", "table inet t { chain out { " + OUTPUT + " counter; tcp dport 25 drop; tcp dport 22 accept; } }",
     "delete rule inet t out handle", "insert rule inet t out handle"),
    ("the last rule, narrowed", "table ip t { chain out { " + OUTPUT + " oifname != \"lo\" meta skuid 101 tcp dport 25 counter drop; } }",
     "delete rule ip t out handle", "add rule ip t out"),
    ("a rule that logs", "table inet t { chain out { " + OUTPUT + " tcp dport 25 log prefix \"x\" drop; } }",
     "delete rule inet t out handle", None),
    ("the port of any transport", "table inet t { chain out { " + OUTPUT + " meta l4proto tcp th dport 25 drop; } }",
     "delete rule inet t out handle", "add rule inet t out"),
    ("more ports than that one", "table inet t { chain out { " + OUTPUT + " tcp dport { 25, 110 } drop; } }", None, None),
    ("a range of ports", "table inet t { chain out { " + OUTPUT + " tcp dport 20-30 drop; } }", None, None),
    ("all but some", "table inet t { chain out { " + OUTPUT + " tcp dport != { 22, 53, 465, 587, 2525 } drop; } }", None, None),
    ("a policy", "table inet t { chain out { type filter hook output priority 0; policy drop; tcp dport != 25 accept; "
     "meta l4proto udp accept; } }", None, None),
    ("an element of a map", "table inet t { chain out { " + OUTPUT + " tcp dport vmap { 25 : drop, 22 : accept, 80 : accept }; } }",
     "replace rule inet t out handle", None),
    ("an element of a map behind a match", "table inet t { chain out { " + OUTPUT +
     " oifname != \"lo\" counter tcp dport vmap { 22 : accept, 25 : drop }; } }", "replace rule inet t out handle", None),
    ("the only element of a map", "table inet t { chain out { " + OUTPUT + " tcp dport vmap { 25 : drop }; } }", None, None),
    ("an element of a map with a name", "table inet t { map m { type inet_service : verdict; elements = { 25 : drop, 22 : accept }; } "
     "chain out { " + OUTPUT + " tcp dport vmap @m; } }", "delete element inet t m { 25 }", "add element inet t m { 25 : drop }"),
    ("an element that ends by itself", "table inet t { map m { type inet_service : verdict; flags timeout; "
     "elements = { 25 timeout 1h : drop }; } chain out { " + OUTPUT + " tcp dport vmap @m; } }", None, None),
    ("two base chains", "table inet t { chain out { " + OUTPUT + " tcp dport 25 drop; } chain late { "
     "type filter hook output priority 10; policy accept; tcp dport 25 reject; } }", "delete rule inet t late handle",
     "add rule inet t late"),
    ("a chain that is jumped to", "table inet t { chain mail { ip daddr 198.51.100.0/24 tcp dport 25 drop; } chain out { " + OUTPUT +
     " tcp dport 25 jump mail; accept; } }", "delete rule inet t mail handle", "add rule inet t mail"),
    ("a set with a name", "table inet t { set s { type inet_service; elements = { 25 }; } chain out { " + OUTPUT +
     " tcp dport @s drop; } }", "delete rule inet t out handle", "add rule inet t out"),
]
failures = []


def check(good, *what):
    if not good:
        failures.append(" ".join(str(w) for w in what))
        print("wrong:", *what)


def run(*args, **kw):
    return subprocess.run(args, check=True, capture_output=True, text=True, **kw).stdout


def load(recorded):
    run("nft", "flush", "ruleset")
    run("nft", "-j", "-f", "-", input=recorded)


def listing(root):
    """The kernel's ruleset, as the live part of the bundle; returns its text without handles."""
    with open(os.path.join(root, "live", "nftables.json"), "w", encoding="utf-8") as f:
        f.write(run("nft", "-j", "-a", "list", "ruleset"))
    return run("nft", "-s", "list", "ruleset")


def verdicts(postseal, root, probes):
    lines = "".join(json.dumps(p) + "\n" for p in probes)
    out = run(postseal, "reach", "--root", root, "--probe", "-", input=lines)
    return [json.loads(line)["verdict"] for line in out.splitlines()]


def probes_of(cause, fix):
    """The stopped packet, the same to another address, and packets to other ports."""
    words = fix["steps"][0]["argv"]
    o = dict(cause["object"])
    o.setdefault("address", words[words.index("daddr") + 1])
    o.setdefault("port", int(words[words.index("dport") + 1]))
    proto = words[words.index("dport") - 1]
    base = {"id": 1, "dir": "out", "family": "ip", "proto": proto, "sport": 40000, "uid": MAIL_UID,
            "dst": o["address"], "dport": o["port"]}
    other = dict(base, dst="203.0.113.77")
    rest = [dict(base, dport=p, proto=q) for q in ("tcp", "udp") for p in (22, 25, 53, 465, 587, 2525)
            if (p, q) != (o["port"], proto)]
    return [base, other] + rest


def carry_out(postseal, name, root, recorded, fix, probes, widens):
    load(recorded)
    text = listing(root)
    before = verdicts(postseal, root, probes)
    steps = [s for s in fix["steps"] if s["argv"]]
    check(steps and all(s["argv"][0] == "nft" for s in steps), name, "no nft command")
    check(1 <= fix["opens"]["own"] <= 4, name, "opens", fix["opens"])
    for step in steps:
        run(*step["argv"])
    listing(root)
    after = verdicts(postseal, root, probes)
    check(before[0] in ("drop", "reject-rst", "reject-icmp"), name, "was not stopped:", before[0])
    check(after[0] == "accept", name, "still", after[0], "after", steps[0]["argv"])
    check(after[2:] == before[2:], name, "other ports changed by", steps[0]["argv"])
    check(widens or after[1] == before[1], name, "opens other addresses:", steps[0]["argv"])
    if all(s["undo"] for s in steps):
        for step in reversed(steps):
            run(*step["undo"])
        check(listing(root) == text, name, "undo leaves another ruleset:", steps[0]["undo"])


def live(postseal, name, root):
    """The kernel's own answer, read through libnftables, is that of its listing."""
    def answer(*where):
        out = run(postseal, "reach", "--format", "json", "--in", "--port", "25", *where)
        document = json.loads(out)
        return document["ruleset_read"], [(r["verdict"], (r["decided_by"] or {}).get("handle"))
                                          for p in document["paths"] for r in p["answer"]]
    theirs = answer("--ruleset", os.path.join(root, "live", "nftables.json"))
    ours = answer()
    check(ours[0] and ours[1], name, "live: nothing read")
    check(set(ours[1]) == set(theirs[1]), name, "live", ours, "listing", theirs)


def offline(config, words):
    """firewall-cmd --permanent ... on the configuration of an image, by firewalld itself."""
    of = "-from-policy=" if any(w.startswith("--policy=") for w in words) else "-from-zone="
    words = [w.replace("=", of, 1) if w.startswith(("--remove-service=", "--remove-port=")) else w
             for w in words[1:] if w != "--permanent"]
    run("firewall-offline-cmd", "--system-config", config, *words)


def firewalld(postseal, name, root):
    """The permanent part of each fix, carried out by firewall-offline-cmd: reach accepts, the undo restores."""
    report = json.loads(run(postseal, "explain", "--format", "json", "--root", root))
    fixes = {f["id"]: f for f in report["fixes"]}
    done = 0
    tree = os.path.join(root, "root", "etc", "firewalld")
    for cause in report["causes"]:
        fix = fixes.get(cause["fix"])
        if cause["class"] != "firewall" or not fix:
            continue
        probe = {"id": 1, "proto": "tcp", "sport": 40000, "dport": cause["object"].get("port", 25)}
        if name.startswith("40-"):
            probe.update({"dir": "in", "iif": "lan0", "src": "192.0.2.2", "dst": "192.0.2.1"})
        else:
            probe.update({"dir": "out", "uid": MAIL_UID, "oif": "lan0", "src": "192.0.2.1", "dst": cause["object"].get("address", "192.0.2.2")})

        def verdict():
            out = run(postseal, "reach", "--root", root, "--firewalld", os.path.join(root, "root"), "--probe", "-",
                      input=json.dumps(probe) + "\n")
            return json.loads(out)["verdict"]
        before = verdict()
        check(before in ("drop", "reject-rst", "reject-icmp"), name, "was not stopped:", before)
        for which in [fix] + fix["alternatives"]:
            steps = [s for s in which["steps"] if "--permanent" in s["argv"]]
            check(steps, name, "nothing permanent")
            for s in steps:
                offline(tree, s["argv"])
            check(verdict() == "accept", name, "still", verdict(), "after", [s["argv"] for s in steps])
            for s in reversed(steps):
                if s["undo"]:
                    offline(tree, s["undo"])
            check(verdict() == before, name, "undo leaves", verdict())
            done += 1
    return done


def one(postseal, name, scratch):
    root = os.path.join(scratch, name)
    assemble.assemble(os.path.join(HERE, name), root)
    with open(os.path.join(root, "live", "nftables.json"), encoding="utf-8") as f:
        recorded = f.read()
    load(recorded)
    listing(root)
    live(postseal, name, root)
    report = json.loads(run(postseal, "explain", "--format", "json", "--root", root))
    fixes = {f["id"]: f for f in report["fixes"]}
    done = 0
    for cause in report["causes"]:
        fix = fixes.get(cause["fix"])
        if cause["class"] != "firewall" or not fix:
            continue
        probes = probes_of(cause, fix)
        carry_out(postseal, name, root, recorded, fix, probes, False)
        for other in fix["alternatives"]:
            carry_out(postseal, name, root, recorded, other, probes, True)
        done += 1 + len(fix["alternatives"])
    return done


def other_rulesets(postseal, scratch):
    """Other rulesets that stop the mail of incident 02, and what is told to take away."""
    name = next(n for n in os.listdir(HERE) if n.startswith("02-"))
    root = os.path.join(scratch, "other")
    assemble.assemble(os.path.join(HERE, name), root)
    done = 0
    for title, text, takes, back in RULESETS:
        run("nft", "flush", "ruleset")
        run("nft", "-f", "-", input=text.replace("; }", ";\n}\n") + "\n")
        listing(root)
        with open(os.path.join(root, "live", "nftables.json"), encoding="utf-8") as f:
            recorded = f.read()
        report = json.loads(run(postseal, "explain", "--format", "json", "--root", root))
        fixes = {f["id"]: f for f in report["fixes"]}
        causes = [c for c in report["causes"] if c["class"] == "firewall" and c["fix"] in fixes]
        check(causes, title, "no cause with a fix")
        for cause in causes:
            fix = fixes[cause["fix"]]
            probes = probes_of(cause, fix)
            carry_out(postseal, title, root, recorded, fix, probes, False)
            for other in fix["alternatives"]:
                carry_out(postseal, title, root, recorded, other, probes, True)
            steps = [s for other in fix["alternatives"] for s in other["steps"] if s["argv"]]
            for words, key in ((takes, "argv"), (back, "undo")):
                told = [" ".join(s[key]) for s in steps if s[key]]
                check(any(t.startswith("nft " + words) for t in told) if words else not told, title, key, told)
            done += 1 + len(fix["alternatives"])
    return done


def main():
    if os.getuid() or not shutil.which("nft") or not shutil.which("ip"):
        return 77
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        return 77
    run("ip", "link", "set", "lo", "up")
    if subprocess.run(["ip", "link", "add", "lan0", "type", "veth", "peer", "name", "far0"],
                      capture_output=True, check=False).returncode:
        return 77
    run("ip", "link", "set", "lan0", "up")
    run("ip", "address", "add", "192.0.2.1/24", "dev", "lan0")
    done = 0
    with tempfile.TemporaryDirectory(prefix="postseal-fix-") as scratch:
        for name in sorted(n for n in os.listdir(HERE) if n.startswith(INCIDENTS)):
            n = one(sys.argv[1], name, scratch)
            print(name, n, "fixes carried out")
            done += n
        n = other_rulesets(sys.argv[1], scratch)
        print(n, "fixes of other rulesets carried out")
        done += n
        for name in sorted(n for n in os.listdir(HERE) if n.startswith(("40-", "42-")) and shutil.which("firewall-offline-cmd")):
            root = os.path.join(scratch, name)
            assemble.assemble(os.path.join(HERE, name), root)
            n = firewalld(sys.argv[1], name, root)
            check(n, name, "no fix")
            print(name, n, "fixes carried out by firewall-offline-cmd")
            done += n
    print(f"{done} fixes carried out, {len(failures)} wrong")
    return 1 if failures or done < 6 else 0


if __name__ == "__main__":
    sys.exit(main())
