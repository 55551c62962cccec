# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands that meet faults, by group, and what they are given to read."""
import json
import os
import subprocess
import sys
import tarfile

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INCIDENTS = os.path.join(TESTS, "incidents")
sys.path.insert(0, INCIDENTS)

import assemble  # noqa: E402

PORT, QUEUE, ZONE, LABEL = ("06-relay-2525-name-connect", "71-mixed-queue-many-causes", "40-firewalld-zone-no-smtp",
                            "17-maildir-home-label")
ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SOURCE_DATE_EPOCH": "1795200000"}
PACKETS = [("in", "ip", "203.0.113.9", "198.51.100.10", 25), ("out", "ip", "198.51.100.10", "198.51.100.40", 587),
           ("in", "ip6", "2001:db8::9", "2001:db8::10", 25)]
WAIVERS = """waivers:
  - id: LAB-001
    reason: known
    owner: mail
    until: 2027-01-01
"""

# the same answer in other words, most of which have no place to tell what was not read: that is
# judged by the case in JSON
AGAIN = ("html", "prometheus", "sarif", "junit", "ansible")
# words of a command that stand for what Inputs makes; OUT is the place of a file or folder it writes
GROUPS = {
    "answers": [
        [PORT, "explain", "--format", "json"],
        [PORT, "explain", "--message", "F1BCF4E30"],
        [PORT, "denials", "--format", "json"],
        [PORT, "denials", "--prove", "--format", "json"],
        [QUEUE, "explain"],
        [QUEUE, "explain", "--format", "html"],
        [QUEUE, "explain", "--format", "prometheus"],
        ["ARCHIVE", "explain", "--format", "json"],
        [ZONE, "reach", "--format", "json"],
        [ZONE, "reach", "--probe", "PACKETS"],
        [ZONE, "reach", "--in", "--port", "25", "--from", "203.0.113.0/24"],
    ],
    "checks": [
        [PORT, "audit", "--format", "json", "--fail-on", "high"],
        [PORT, "audit", "--format", "json=OUT.json", "--waivers", "WAIVERS", "--baseline", "BASELINE"],
        [PORT, "audit", "--format", "sarif"],
        [PORT, "audit", "--format", "junit"],
        [PORT, "audit", "--needs", "--format", "json"],
        [PORT, "audit", "--what-if", "enforcing", "--what-if", "close 25", "--format", "json"],
        [PORT, "baseline"],
        [None, "audit", "--format", "ndjson", "ROOT", "OTHER"],
        [None, "diff", "--format", "json", "ROOT", "OTHER"],
        [None, "diff", "REPORT", "REPORT2"],
        [None, "rules", "list"],
        [None, "rules", "show", "LAB-002"],
    ],
    "outputs": [
        [PORT, "fix", "-o", "OUT"],
        [ZONE, "fix", "--denials", "--audit", "--format", "ansible", "--format", "sh=OUT.sh"],
        [LABEL, "collect", "-o", "OUT.tar"],
        [PORT, "collect", "--redact", "-o", "OUT.tar"],
        [PORT, "verify", "PLAN", "--format", "json"],
        [None, "reduce", "--format", "ndjson", "SLICES"],
    ],
}


class Inputs:
    """What the commands of CASES read, below one folder, each made when it is asked for."""

    def __init__(self, program, top):
        self.program, self.top = program, top

    def path(self, *names):
        return os.path.join(self.top, *names)

    def run(self, *args, code=0):
        done = subprocess.run([self.program, *args], env=ENV, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != code:
            raise RuntimeError(f"{args}: exit {done.returncode}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def file(self, name, make):
        path = self.path(name)
        if not os.path.exists(path):
            data = make()
            with open(path, "wb") as f:
                f.write(data)
        return path

    def root(self, name):
        if name == "ARCHIVE":
            return self.archive()
        if not os.path.exists(self.path(name)):
            assemble.assemble(os.path.join(INCIDENTS, name), self.path(name))
        return self.path(name)

    def archive(self):
        path = self.path("bundle.tar.gz")
        if not os.path.exists(path):
            with tarfile.open(path, "w:gz", compresslevel=1) as tar:
                tar.add(self.root(PORT), ".")
        return path

    def plan(self):
        if not os.path.exists(self.path("plan")):
            self.run("fix", "--root", self.root(PORT), "-o", self.path("plan"))
        return self.path("plan", "plan.json")

    def slices(self):
        """NDJSON of each verb, of two hosts."""
        return [self.file(f"{verb}-{name[:2]}.ndjson",
                          lambda v=verb, n=name: self.run(v, "--root", self.root(n), "--format", "ndjson"))
                for verb in ("audit", "denials", "explain", "reach") for name in (PORT, ZONE)]

    def packets(self):
        rows = [{"id": n, "dir": way, "family": family, "proto": "tcp", "iif": "eth0", "oif": "eth0", "src": src,
                 "sport": 40012, "dst": dst, "dport": port, "uid": 89, "mark": 0}
                for n, (way, family, src, dst, port) in enumerate(PACKETS)]
        return "".join(json.dumps(row) + "\n" for row in rows).encode()

    def words(self, word):
        """What WORD of a command stands for."""
        known = {
            "PACKETS": lambda: [self.file("packets", self.packets)],
            "WAIVERS": lambda: [self.file("waivers.yaml", WAIVERS.encode)],
            "BASELINE": lambda: [self.file("baseline.json", lambda: self.run("baseline", "--root", self.root(PORT)))],
            "ROOT": lambda: [self.root(PORT)],
            "OTHER": lambda: [self.root(ZONE)],
            "REPORT": lambda: [self.file("a.json", lambda: self.run("audit", "--root", self.root(PORT),
                                                                     "--format", "json"))],
            "REPORT2": lambda: [self.file("b.json", lambda: self.run("audit", "--root", self.root(ZONE),
                                                                      "--format", "json"))],
            "PLAN": lambda: [self.plan()],
            "SLICES": self.slices,
        }
        return known[word]() if word in known else [word]

    def command(self, case):
        """The arguments of a row of GROUPS."""
        root, verb, *rest = case
        return [verb, *(["--root", self.root(root)] if root else []), *(w for word in rest for w in self.words(word))]
