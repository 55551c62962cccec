#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports of many hosts and of slices of a log, added up: in any order the same bytes.

usage: reduce.py PROGRAM
"""
import gzip
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
INCIDENTS = os.path.join(TESTS, "incidents")
sys.path[:0] = [TESTS, INCIDENTS, os.path.join(TESTS, "formats")]
import assemble  # noqa: E402
import schema  # noqa: E402
import validate  # noqa: E402

PROGRAM = os.path.abspath(sys.argv.pop(1))
NAMES = ["06-relay-2525-name-connect", "17-maildir-home-label", "71-mixed-queue-many-causes"]
VERBS = ["audit", "explain", "denials", "reach"]
SLICES = 8


def run(*args, data=None):
    done = subprocess.run([PROGRAM, *args], input=data, capture_output=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def slices_of(log):
    """An audit log cut between events, the denials of a few lines many times over."""
    seed = random.Random(7)
    avcs = [line for line in log.splitlines(True) if line.startswith(b"type=AVC")]
    events = []
    for i in range(2000):
        line = re.sub(rb"audit\([\d.]+:\d+\)", b"audit(%d.%03d:%d)" % (1795200000 + i, i % 1000, 70000 + i),
                      seed.choice(avcs))
        events.append(re.sub(rb"pid=\d+", b"pid=%d" % (300 + i % 50), line))
    each = len(events) // SLICES
    return [b"".join(events[i * each:(i + 1) * each]) for i in range(SLICES)]


class Reduce(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="postseal-reduce-")
        cls.files = []
        for n, name in enumerate(NAMES):
            root = os.path.join(cls.top, f"root{n}")
            assemble.assemble(os.path.join(INCIDENTS, name), root)
            with open(os.path.join(root, "root/etc/hostname"), "w", encoding="utf-8") as f:
                f.write(f"mail{n}\n")
            with open(os.path.join(root, "bundle.json"), encoding="utf-8") as f:
                bundle = json.load(f)
            bundle["host"] = f"mail{n}"
            with open(os.path.join(root, "bundle.json"), "w", encoding="utf-8") as f:
                json.dump(bundle, f)
            for verb in VERBS:
                code, out, err = run(verb, "--root", root, "--format", "ndjson")
                assert code == 0, err
                cls.files.append(cls.write(f"mail{n}-{verb}.ndjson", out))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.top)

    @classmethod
    def write(cls, name, data):
        path = os.path.join(cls.top, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    def read(self, path):
        with open(path, "rb") as f:
            return f.read()

    def reduce(self, *files, data=None, code=0):
        status, out, err = run("reduce", "--format", "ndjson", *files, data=data)
        self.assertEqual((status, err), (code, ""))
        return out

    def rows(self, data, kind):
        return [r for r in map(json.loads, data.splitlines()) if r["record"] == kind]

    def host(self, data, name):
        found = [r for r in self.rows(data, "host") if r["host"] == name]
        self.assertEqual(len(found), 1, name)
        return found[0]

    def test_any_order(self):
        whole = self.reduce(*self.files)
        self.assertEqual(validate.faults("reduce", "ndjson", whole), [])
        seed = random.Random(1)
        for _ in range(4):
            files = seed.sample(self.files, len(self.files))
            self.assertEqual(self.reduce(*files), whole)
            # parts of it, reduced before
            cuts = sorted(seed.sample(range(1, len(files)), 2))
            parts = [files[:cuts[0]], files[cuts[0]:cuts[1]], files[cuts[1]:]]
            done = [self.write(f"part{i}", self.reduce(*p)) for i, p in enumerate(parts)]
            self.assertEqual(self.reduce(*seed.sample(done, 3)), whole)
            left = self.write("left", self.reduce(done[0], done[1]))
            self.assertEqual(self.reduce(left, done[2]), whole)
        self.assertEqual(self.reduce(self.write("whole", whole)), whole)
        # lines of all files mixed, from a pipe
        lines = [line for f in self.files for line in self.read(f).splitlines(True)]
        seed.shuffle(lines)
        self.assertEqual(self.reduce(data=b"".join(lines)), whole)
        self.assertEqual(self.reduce("-", data=b"".join(lines)), whole)

    def test_what_it_says(self):
        whole = self.reduce(*self.files)
        self.assertEqual([r["host"] for r in self.rows(whole, "host")], ["mail0", "mail1", "mail2"])
        for f in self.files:
            name, verb = os.path.basename(f).removesuffix(".ndjson").split("-")
            self.assertIn(verb, self.host(whole, name)["verbs"])
            end = json.loads(self.read(f).splitlines()[-1])
            if verb == "audit":
                checks = self.host(whole, name)["checks"]
                self.assertEqual(checks, {k: end["summary"][k] for k in checks})
        totals = {(r["of"], r["name"]): r for r in self.rows(whole, "total")}
        for f in self.files:
            for r in self.rows(self.read(f), "denial"):
                t = totals["denial", r["fingerprint"]]
                self.assertIn({"host": r["host_name"], "state": "denied", "count": r["count"]}, t["hosts"])
                self.assertLessEqual(set(r["perms"]), set(t["perms"]))
                self.assertTrue(t["first"] <= r["first"] <= r["last"] <= t["last"])
            for r in self.rows(self.read(f), "finding"):
                if r["status"] in ("fail", "unknown"):
                    self.assertIn({"host": r["host_name"], "state": r["status"]},
                                  totals["finding", r["fingerprint"]]["hosts"])
        messages = sum(r["messages"] for f in self.files for r in self.rows(self.read(f), "cause"))
        self.assertGreater(messages, 5)
        self.assertEqual(sum(t["messages"] for k, t in totals.items() if k[0] == "cause"), messages)
        for t in totals.values():
            self.assertEqual(t["n_hosts"], len({h["host"] for h in t["hosts"]}))

    def test_slices_of_a_log(self):
        root = os.path.join(self.top, "sliced")
        assemble.assemble(os.path.join(INCIDENTS, NAMES[0]), root)
        # every slice has the rest of the evidence too: no other log, which would be read 8 times
        for name in ("live/journal.export", "root/var/log/mail.log"):
            os.remove(os.path.join(root, name))
        log = os.path.join(root, "root/var/log/audit/audit.log")
        with open(log, "rb") as f:
            parts = slices_of(f.read())
        reports = []
        for i, part in enumerate(parts):
            with open(log, "wb") as f:
                f.write(part)
            reports.append(self.write(f"slice{i}", run("denials", "--all", "--root", root, "--format",
                                                       "ndjson")[1]))
        with open(log, "wb") as f:
            f.write(b"".join(parts))
        single = self.write("single", run("denials", "--all", "--root", root, "--format", "ndjson")[1])
        expected = self.reduce(single)
        self.assertEqual(sum(t["count"] for t in self.rows(expected, "total") if t["of"] == "denial"), 2000)
        seed = random.Random(3)
        for _ in range(5):
            seed.shuffle(reports)
            self.assertEqual(self.reduce(*reports), expected)

    def test_a_missing_end_is_a_host_that_failed(self):
        whole = self.read(self.files[0])
        lines = whole.splitlines(True)
        for data in (b"".join(lines[:-1]), whole[:-30], b"".join(lines[1:]), lines[0],
                     b"".join(lines[:3] + lines[4:])):
            cut = self.write("cut.ndjson", data)
            for files in ([cut, *self.files[4:]], [*self.files[4:], cut]):
                out = self.reduce(*files)
                self.assertEqual(self.host(out, "mail0")["cut_short"], 1, data[-60:])
                self.assertEqual(self.rows(out, "end")[0]["summary"]["cut_short"], 1)
                self.assertFalse(self.rows(out, "run")[0]["complete"])
                # what it said before does not count
                self.assertFalse([t for t in self.rows(out, "total")
                                  if any(h["host"] == "mail0" for h in t["hosts"])])
            self.assertEqual(run("reduce", "--require-complete", cut)[0], 3)
            self.assertIn(b"mail0: 1 report without an end", run("reduce", cut)[1])
            # another try that went well
            for files in ([cut, self.files[0]], [self.files[0], cut]):
                self.assertEqual(run("reduce", "--quiet", "--format", "ndjson", *files)[1],
                                 self.reduce(self.files[0]))
        self.assertEqual(run("reduce", "--require-complete", *self.files)[0], 0)

    def test_files_that_are_no_report(self):
        for i, data in enumerate((b"", b"\n\n", b"no report\n", b"{}\n[]\n", b"\xff\xfe\x00", b"[" * 100000,
                                  b'{"record": 1, "run": []}', b"A" * (20 << 20))):
            path = self.write(f"odd{i}.ndjson", data)
            out = self.reduce(path, self.files[0])
            self.assertEqual(self.host(out, f"odd{i}.ndjson")["cut_short"], 1)
            self.assertEqual(self.host(out, "mail0")["cut_short"], 0)
            self.assertEqual(validate.faults("odd", "ndjson", out), [])
        damaged = self.write("damaged.gz", gzip.compress(self.read(self.files[0]))[:-200])
        self.assertTrue([h for h in self.rows(self.reduce(damaged), "host") if h["cut_short"]])
        status, out, err = run("reduce", os.path.join(self.top, "none"))
        self.assertEqual((status, out), (1, b""))
        self.assertIn("none", err)
        self.assertEqual(run("reduce", "--root", self.top)[0], 64)

    def test_once(self):
        expected = self.reduce(self.files[0], self.files[4])
        status, out, err = run("reduce", "--format", "ndjson", self.files[0], self.files[4], self.files[0])
        self.assertEqual((status, out), (0, expected))
        self.assertIn("1 report was given more than once", err)

    def test_compressed(self):
        packed = self.write("a.gz", gzip.compress(self.read(self.files[0])))
        self.assertEqual(self.reduce(packed), self.reduce(self.files[0]))

    def test_nothing(self):
        out = self.reduce("/dev/null")
        self.assertEqual(self.host(out, "null")["cut_short"], 1)

    def test_hostile(self):
        """Text in every field, also such as only a forged report has."""
        odd = ["\x1b[2J", "\u202e", "</script><img src=x>", "::error::x", "`|@a", "\x00", "\ud7ff\uffff", "q" * 5000]
        lines = []
        for i, text in enumerate(odd):
            for f in self.files[:4]:
                for record in map(json.loads, self.read(f).splitlines()):
                    lines.append(json.dumps(spoil(record, text, f"{text}{i}{os.path.basename(f)}")) + "\n")
        for form in ("ndjson", "text"):
            status, out, err = run("reduce", "--format", form, "-", data="".join(lines).encode())
            self.assertEqual((status, err), (0, ""))
            faults = validate.faults("hostile reduce", form, out)
            # forged fingerprints and times are not those of the schema
            self.assertEqual([f for f in faults if "name" not in f and "/first" not in f], [])
            self.assertGreater(len(out), 2000)


def spoil(value, text, name):
    """Every string of a record replaced, but for those that make it a record."""
    if isinstance(value, dict):
        return {k: v if k in ("record", "records", "verb", "status", "severity", "schema") else
                name if k == "run" else spoil(v, text, name) for k, v in value.items()}
    if isinstance(value, list):
        return [spoil(v, text, name) for v in value]
    return text if isinstance(value, str) else value


if __name__ == "__main__":
    unittest.main()
