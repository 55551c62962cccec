#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""audit of many roots at once: the same documents as one by one, in the order asked for; what is
broken is visible and stops nothing.

usage: many.py PROGRAM [--hosts N]      N hosts and ten broken ones, with times (default: a few, none)
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path[:0] = [HERE, TESTS, os.path.join(TESTS, "formats")]
import hosts  # noqa: E402
import schema  # noqa: E402
import validate  # noqa: E402

PROGRAM = os.path.abspath(sys.argv.pop(1))
FULL = int(sys.argv.pop(2)) if sys.argv[1:2] == ["--hosts"] else 0
if FULL:
    sys.argv.pop(1)
WANTED = None if FULL else ["06-relay-2525-name-connect", "17-maildir-home-label", "81-healthy-control",
                            "40-firewalld-zone-no-smtp"]
SECONDS = 120  # 1,000 hosts, two processors
RANKS = [0, 3, 2, 64, 1]


def run(*args, data=None):
    done = subprocess.run([PROGRAM, *args], input=data, capture_output=True, timeout=900, check=False)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


class Many(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="postseal-fleet-")
        cls.roots, cls.bad = hosts.generate(cls.top, FULL or 16, 10, WANTED)
        start = time.monotonic()
        cls.code, cls.out, cls.err = run("audit", "--format", "ndjson", "--jobs", "2", *cls.roots)
        cls.seconds = time.monotonic() - start

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.top)

    def documents(self, out):
        """(host, bytes, whole) of each run."""
        found = []
        for line in out.splitlines(True):
            rec = json.loads(line)
            if rec["record"] == "run":
                found.append([rec["root"], b"", False])
            found[-1][1] += line
            found[-1][2] = rec["record"] == "end"
        return found

    def test_all_in_order(self):
        documents = self.documents(self.out)
        self.assertEqual(validate.faults("audit", "ndjson", next(d[1] for d in documents if d[2])), [])
        failed = json.loads(next(d[1] for d in documents if not d[2]))
        self.assertEqual(schema.errors(failed), [])
        self.assertFalse(failed["complete"])
        self.assertEqual([d[0] for d in documents], self.roots)
        self.assertEqual({d[0] for d in documents if not d[2]}, self.bad)
        self.assertEqual(self.code, 1)
        for root in self.bad:
            self.assertIn(root, self.err)
        self.assertEqual(len(self.err.splitlines()), len(self.bad), self.err)

    def test_as_one_by_one(self):
        documents = self.documents(self.out)
        good = [d for d in documents if d[0] not in self.bad]
        for root, text, _ in good[::max(1, len(good) // 4)]:
            self.assertEqual(run("audit", "--format", "ndjson", "--root", root)[1], text, root)

    def test_jobs(self):
        roots = self.roots[:16]
        want = run("audit", "--format", "ndjson", "--jobs", "1", *roots)
        for jobs in ("5", "256"):
            self.assertEqual(run("audit", "--format", "ndjson", "--jobs", jobs, *roots)[:2], want[:2])
        if len(roots) == len(self.roots):
            self.assertEqual(want[1], self.out)
        path = os.path.join(self.top, "out.ndjson")
        self.assertEqual(run("audit", "--format", "ndjson=" + path, *roots)[:2], (1, b""))
        with open(path, "rb") as f:
            self.assertEqual(f.read(), want[1])

    def test_visible_in_the_sum(self):
        code, out, err = run("reduce", "--format", "ndjson", "--require-complete", data=self.out)
        self.assertEqual((code, err), (3, ""))
        found = {r["host"] for r in map(json.loads, out.splitlines()) if r["record"] == "host" and r["cut_short"]}
        self.assertEqual(found, {os.path.basename(r) for r in self.bad})

    def test_exit_code(self):
        good = [r for r in self.roots if r not in self.bad][:4]
        for args in (["--fail-on", "high"], ["--fail-on", "critical", "--require-complete"],
                     ["--waivers", good[0] + "/bundle.json"]):
            single = [run("audit", "--format", "ndjson", "--root", r, *args)[0] for r in good]
            worst = max(single, key=RANKS.index)
            self.assertEqual(run("audit", "--format", "ndjson", *args, *good)[0], worst, (args, single))
        self.assertEqual(run("audit", "--fail-on", "high", "--format", "ndjson", *good, next(iter(self.bad)))[0], 1)

    def test_text(self):
        good, bad = [r for r in self.roots if r not in self.bad][:2], self.roots[0]
        code, out, _ = run("audit", good[0], bad, good[1])
        self.assertEqual(code, 1)
        parts = out.decode().split("== ")
        self.assertEqual([p.splitlines()[0] for p in parts[1:]],
                         [good[0], bad + ": failed, no verdict", good[1]])
        self.assertEqual(parts[1].split("\n", 1)[1].strip(),
                         run("audit", "--root", good[0])[1].decode().strip())

    def test_usage(self):
        root = self.roots[1]
        for args in (["--jobs", "0", root], ["--jobs", "257", root], ["--jobs", "x", root],
                     ["--format", "json", root], ["--format", "ndjson", "--format", "text=/dev/null", root],
                     ["--root", root, root], ["--only", "NONE-1", root]):
            code, out, err = run("audit", *args)
            self.assertEqual(code, 64, args)
            self.assertTrue(err.startswith("postseal audit: "), args)
            if "--only" not in args:
                self.assertEqual(out, b"", args)

    def test_time(self):
        if not FULL:
            self.skipTest("few hosts")
        print(f"{FULL} hosts, {len(self.bad)} of them broken: {self.seconds:.1f} s, {len(self.out) >> 20} MiB",
              file=sys.stderr)
        start = time.monotonic()
        run("reduce", "--format", "ndjson", data=self.out)
        print(f"reduced in {time.monotonic() - start:.1f} s", file=sys.stderr)
        self.assertLess(self.seconds, SECONDS * FULL / 1000)


if __name__ == "__main__":
    unittest.main()
