#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""reports/fleet: its answers against those of reduce, drift, hostile reports, Parquet.

usage: report.py PROGRAM        wants node and ./setup fleet
"""
import collections
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
FLEET = os.path.join(os.path.dirname(TESTS), "reports", "fleet")
sys.path[:0] = [HERE, TESTS, os.path.join(TESTS, "formats")]
import hosts  # noqa: E402
import validate  # noqa: E402

PROGRAM = os.path.abspath(sys.argv.pop(1))
NODE = shutil.which("node") or shutil.which("nodejs")
if not NODE or not os.path.isdir(os.path.join(FLEET, "node_modules", "@duckdb", "node-api")):
    print("no node or no DuckDB: ./setup fleet")
    sys.exit(77)
NAMES = ["06-relay-2525-name-connect", "17-maildir-home-label", "71-mixed-queue-many-causes"]
ODD = ["\x1b[2J", "\u202e", "</script><img src=x onerror=alert(1)>", "'; DROP TABLE finding; --", "`|@a", "\x00",
       "https://example.com/x", "q" * 50000, "=cmd()"]


def run(*args):
    return subprocess.run(args, capture_output=True, timeout=120, check=False)


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="postseal-fleet-")
        roots, cls.bad = hosts.generate(os.path.join(cls.top, "hosts"), 8, 2, NAMES)
        cls.now = os.path.join(cls.top, "it's now")
        os.mkdir(cls.now)
        cls.files = []
        for root in roots:
            for verb in ("audit", "explain"):
                out = run(PROGRAM, verb, "--root", root, "--format", "ndjson").stdout
                name = f"{os.path.basename(root)}.{verb}.ndjson"
                if verb == "explain":
                    name, out = name + ".gz", gzip.compress(out) if out else b""
                cls.write(cls.now, name, out)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.top)

    @classmethod
    def write(cls, folder, name, data):
        path = os.path.join(folder, name)
        os.makedirs(folder, exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)
        cls.files.append(path)

    def fleet(self, *args, code=0):
        done = run(NODE, os.path.join(FLEET, "fleet.mjs"), *args)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout.decode()

    def parquet(self, folder, table):
        script = """import { DuckDBInstance } from '@duckdb/node-api';
            const db = await (await DuckDBInstance.create(':memory:')).connect();
            const r = await db.runAndReadAll(`SELECT * FROM '${process.argv[1]}'`);
            console.log(JSON.stringify(r.getRowObjectsJson()));"""
        done = subprocess.run([NODE, "--input-type=module", "-e", script, os.path.join(folder, table + ".parquet")],
                              cwd=FLEET, capture_output=True, check=True, timeout=60)
        return json.loads(done.stdout)

    def test_as_reduce(self):
        out = self.fleet("--top", "1000", self.now)
        self.assertRegex(out, r"^8 hosts, 2 gave no verdict; \d+ failures, [1-9]\d* messages")
        whole = run(PROGRAM, "reduce", "--format", "ndjson", *(os.path.join(self.now, n) for n in os.listdir(self.now)))
        records = [json.loads(line) for line in whole.stdout.splitlines()]
        failing = collections.defaultdict(set)
        messages = collections.Counter()
        for r in records:
            if r["record"] == "total" and r["of"] == "finding":
                for h in r["hosts"]:
                    if h["state"] == "fail":
                        failing[r["about"]["id"]].add(h["host"])
            if r["record"] == "total" and r["of"] == "cause":
                messages["all"] += r["messages"]
        part = re.search(r"Rules that fail, by hosts\n.*\n((?: .*\n)+)", out)[1]
        rules = {line.split()[4]: int(line.split()[0]) for line in part.splitlines()}
        self.assertEqual(rules, {k: len(v) for k, v in failing.items()})
        self.assertIn(f"{messages['all']} messages", out.splitlines()[0])
        for root in self.bad:
            self.assertRegex(out, rf"(?m)^ {os.path.basename(root)} +audit, explain$")
        self.assertIn("semanage port -a -t smtp_port_t -p tcp 2525", out)
        # mail0001 and mail0004 are of one incident: its fix frees the messages of both
        part = re.search(r"Fixes, by messages freed\n.*\n((?: .*\n)+)", out)[1]
        port = next(line.split() for line in part.splitlines() if "semanage port" in line)
        self.assertEqual(port[:2], ["4", "2"])

    def test_order_is_nothing(self):
        one = os.path.join(self.top, "one")
        text = b""
        for name in sorted(os.listdir(self.now), reverse=True):
            with open(os.path.join(self.now, name), "rb") as f:
                data = f.read()
            data = gzip.decompress(data) if data and name.endswith(".gz") else data
            text += data
            if not data:
                self.write(one, name.replace(".gz", ""), b"")
        self.write(one, "all.ndjson", text)
        self.assertEqual(self.fleet(one), self.fleet(self.now))
        self.write(one, "again.ndjson", text)
        self.assertEqual(self.fleet(one), self.fleet(self.now))

    def test_memory_is_nothing(self):
        self.assertEqual(self.fleet("--memory", "300MB", self.now), self.fleet(self.now))

    def test_drift(self):
        before = os.path.join(self.top, "before")
        shutil.copytree(self.now, before)
        name = next(n for n in sorted(os.listdir(before)) if ".audit." in n and os.path.getsize(os.path.join(before, n)))
        with open(os.path.join(before, name), encoding="utf-8") as f:
            lines = [json.loads(line) for line in f]
        fails = [r for r in lines if r["record"] == "finding" and r["status"] == "fail"]
        passes = [r for r in lines if r["record"] == "finding" and r["status"] == "pass"]
        unknown = [r for r in lines if r["record"] == "finding" and r["status"] == "unknown"]
        fails[0]["status"] = "pass"
        passes[0]["status"] = passes[1]["status"] = "fail"
        if unknown:
            unknown[0]["status"] = "fail"
        with open(os.path.join(before, name), "w", encoding="utf-8") as f:
            f.writelines(json.dumps(r) + "\n" for r in lines)
        pq = os.path.join(self.top, "pq")
        out = self.fleet("--before", before, "--parquet", pq, self.now)
        want = [("new", fails[0]["id"])] + [("gone", r["id"]) for r in passes[:2]] \
            + [("undecided", r["id"]) for r in unknown[:1]]
        self.assertEqual(sorted((r["change"], r["id"]) for r in self.parquet(pq, "drift")), sorted(want))
        self.assertIn("1 new", out)
        self.assertIn("no change", self.fleet("--before", self.now, self.now))
        # two images of one incident, and of two
        self.assertIn("no change", self.fleet("--images", "mail0001", "mail0004", self.now))
        self.assertRegex(self.fleet("--images", "mail0001", "mail0002", self.now), r"\d+ gone|\d+ new")

    def test_parquet(self):
        pq = os.path.join(self.top, "pq2")
        self.fleet("--parquet", pq, self.now)
        self.assertEqual(sorted(os.listdir(pq)), ["cause.parquet", "finding.parquet", "fix.parquet", "run.parquet"])
        self.assertEqual({r["host"] for r in self.parquet(pq, "finding")},
                         {f"mail{i:04}" for i in range(8)} - {os.path.basename(r) for r in self.bad})

    def test_hostile(self):
        """Text in every field, records of other shapes, what is no report."""
        folder = os.path.join(self.top, "hostile")
        for i, odd in enumerate(ODD):
            lines = []
            for name in os.listdir(self.now):
                if name.endswith(".gz") or not os.path.getsize(os.path.join(self.now, name)):
                    continue
                with open(os.path.join(self.now, name), encoding="utf-8") as f:
                    for line in f:
                        lines.append(json.dumps(spoil(json.loads(line), odd, f"{odd}{i}")) + "\n")
            self.write(folder, f"mail{i}.audit.ndjson", "".join(lines).encode())
        self.write(folder, "x.y.ndjson", b"\xff\xfe{}[]\n{\"record\": 1}\n{\"record\":\"run\",\"run\":{}}\nnull\n")
        self.write(folder, "<b>.\x1b(2J.ndjson", b"")
        path = os.path.join(self.top, "hostile.html")
        out = self.fleet("--html", path, "--parquet", os.path.join(self.top, "pq3"), "--images", ODD[2], ODD[3], folder)
        self.assertEqual(validate.faults("hostile fleet", "text", out.encode()), [])
        with open(path, "rb") as f:
            document = f.read()
        self.assertEqual(validate.faults("hostile fleet", "html", document), [])
        self.assertFalse(re.search(rb"<img|<script|<b>|href|src=\"|\x1b", document))
        self.assertIn(b"&lt;/script&gt;", document)

    def test_page(self):
        path = os.path.join(self.top, "page.html")
        self.fleet("--html", path, "--before", self.now, self.now)
        with open(path, "rb") as f:
            document = f.read()
        self.assertEqual(validate.faults("fleet", "html", document), [])
        self.assertEqual(document.count(b"<svg "), 3)

    def test_usage(self):
        for args in ([], ["--top", "0", self.now], ["--top", "x", self.now], ["--what", self.now], [self.now, self.now],
                     ["--before"], ["--memory", "0GB", self.now], ["--memory", "1'", self.now], ["--before", self.now, "--images", "a", "b", self.now]):
            self.fleet(*args, code=64)
        self.fleet(os.path.join(self.top, "nowhere"), code=1)
        empty = os.path.join(self.top, "empty")
        os.mkdir(empty)
        self.assertTrue(self.fleet(empty).startswith("0 hosts, 0 gave no verdict"))


def spoil(value, text, name):
    """Every string of a record replaced, but for those that make it a record."""
    if isinstance(value, dict):
        return {k: v if k in ("record", "records", "status", "severity", "schema") else
                name if k == "run" else spoil(v, text, name) for k, v in value.items()}
    if isinstance(value, list):
        return [spoil(v, text, name) for v in value]
    return text if isinstance(value, str) else value


if __name__ == "__main__":
    unittest.main()
