#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""reach_schema.py POSTSEAL - the JSON of "postseal reach" on recorded incidents against its schema, and
that the answers of a path do not overlap; of a listener on loopback alone, that this host is asked about;
that a probe is answered without files that do not bear on it, and not without those that do."""
import ipaddress
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import assemble  # noqa: E402
import schema  # noqa: E402

INCIDENTS = ("32-", "36-", "40-", "42-")
QUESTIONS = (
    [],
    ["--in", "--port", "25"],
    ["--in", "--port", "587", "--from", "203.0.113.0/24"],
    ["--out", "--port", "25", "--user", "postfix"],
    ["--out", "--port", "465", "--to", "198.51.100.10"],
    ["--in", "--port", "25", "--to", "127.0.0.1"],
)


def overlaps(path):
    """Prefixes of the far side told twice for the same address of this host."""
    far, near = ("sources", "destinations") if path["direction"] == "in" else ("destinations", "sources")
    seen = []
    for row in path["answer"]:
        for prefix in map(ipaddress.ip_network, row[far]):
            for other, other_near in seen:
                if prefix.version == other.version and prefix.overlaps(other) and row[near] == other_near:
                    yield f"{prefix} and {other}"
            seen.append((prefix, row[near]))


def loopback_faults(postseal, root):
    """inet_interfaces = loopback-only: one path through lo, from the address itself to itself."""
    with open(os.path.join(root, "root", "etc", "postfix", "main.cf"), "a", encoding="ascii") as f:
        f.write("inet_interfaces = loopback-only\n")
    out = subprocess.run([postseal, "reach", "--format", "json", "--root", root], capture_output=True, check=True).stdout
    paths = [p for p in json.loads(out)["paths"] if p["direction"] == "in"]
    ends = {(s, d) for p in paths for r in p["answer"] for s in r["sources"] for d in r["destinations"] if ":" not in d}
    faults = [] if paths and all(p["interface"] == "lo" for p in paths) else [f"loopback: {paths}"]
    faults += [f"loopback: {s} to {d}" for s, d in ends if s != d]
    text = subprocess.run([postseal, "reach", "--root", root], capture_output=True, check=True).stdout.decode()
    faults += [] if ", this host alone\n" in text else ["loopback: not told in the text"]
    faults += [f"text: {l}" for l in text.splitlines() if len(l) > 100 or "192.0.2.255" in l]
    return faults


def probe_faults(postseal, root):
    """A probe while one file of the evidence is not to be had."""
    probe = json.dumps({"id": 1, "dir": "out", "proto": "tcp", "sport": 40000, "dport": 25, "dst": "198.51.100.10"})
    live = os.path.join(root, "live")
    with open(os.path.join(live, "addresses.json"), encoding="utf-8") as f:
        odd = f.read().rstrip()[:-1] + ", 7]"
    for path, text, answered in ((os.path.join(root, "root", "etc", "os-release"), None, True),
                                 (os.path.join(root, "root", "etc", "resolv.conf"), "nameserver @DNS@\n", True),
                                 (os.path.join(live, "addresses.json"), odd, False),
                                 (os.path.join(live, "routes.json"), "[", False),
                                 (os.path.join(live, "nftables.json"), None, False)):
        kept = path + ".kept"
        if os.path.exists(path):
            os.rename(path, kept)
        if text is None:
            os.symlink(os.path.basename(path), path)
        else:
            with open(path, "w", encoding="ascii") as f:
                f.write(text)
        done = subprocess.run([postseal, "reach", "--root", root, "--probe", "-"], input=probe + "\n",
                              capture_output=True, check=False, text=True)
        os.unlink(path)
        if os.path.exists(kept):
            os.rename(kept, path)
        right = (done.returncode, bool(done.stdout)) == ((0, True) if answered else (1, False))
        if not right or (not answered and not any(w in done.stderr for w in (os.path.basename(path), "no ruleset"))):
            yield f"probe without {os.path.basename(path)}: {done.returncode} {done.stdout}{done.stderr}"


def main():
    if schema.jsonschema is None:
        return 77
    bad = documents = 0
    for name in sorted(n for n in os.listdir(HERE) if n.startswith(INCIDENTS)):
        with tempfile.TemporaryDirectory(prefix="postseal-reach-") as scratch:
            root = os.path.join(scratch, name)
            assemble.assemble(os.path.join(HERE, name), root)
            for question in QUESTIONS:
                run = subprocess.run([sys.argv[1], "reach", "--format", "json", "--root", root] + question,
                                     capture_output=True, check=False)
                faults = [f"exit status {run.returncode}"] if run.returncode else []
                if not faults:
                    document = json.loads(run.stdout)
                    faults = schema.errors(document)
                    faults += [] if document["ruleset_read"] and document["paths"] else ["no answer"]
                    faults += [o for p in document["paths"] for o in overlaps(p)]
                for fault in faults[:5]:
                    print(f"{name} {' '.join(question)}: {fault}")
                bad += bool(faults)
                documents += 1
            for fault in [*probe_faults(sys.argv[1], root), *loopback_faults(sys.argv[1], root)]:
                print(f"{name}: {fault}")
                bad += 1
    print(f"{documents} documents, {bad} at fault")
    return 1 if bad or not documents else 0


if __name__ == "__main__":
    sys.exit(main())
