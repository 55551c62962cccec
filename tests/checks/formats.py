#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The gate and the formats of audit: exit codes, waivers, baseline, hostile text, determinism.

usage: formats.py PROGRAM
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import schema  # noqa: E402

PROGRAM = os.path.abspath(sys.argv.pop(1))
IMAGE = os.path.join(HERE, "..", "data", "checks", "base", "image")
FORMATS = ("text", "json", "sarif", "junit", "markdown")
TODAY = "1795200000"  # 2026-11-20
ONLY = "PFX-003,PFX-004,PFX-005,DOM-005,AUD-003"

PIECES = [b"\x1b[2J\x1b[1;32mPASS", b"\x9b31m", b"\x07", b"\x7f", b"\xff\xfe\xc0\x80", b"\xe2\x80\xaePASS",
          b"\xe2\x80\x8b", b"</script><script>alert(1)</script>", b"<img src=//x.example/b>",
          b"]]>", b"&lol;", b"<!--", b"-->", b"`", b"``` ```", b"|", b"@team", b"[a](javascript:x)",
          b"![b](http://x.example)", b"::error file=a::b", b"::set-output name=a::b", b"%0A::warning::",
          b"'; rm -rf / #", b"$(id)", b"\\", b"\\u0000", b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf",
          b"../../etc/passwd", b"//host/share", b"=cmd()", b'"', b"'", b"{{7*7}}", b"%n%s"]
PAYLOADS = PIECES + [a + b for a, b in zip(PIECES, PIECES[7:] + PIECES[:7])] + \
    [a + b"x" + b for a, b in zip(PIECES, PIECES[13:] + PIECES[:13])]


def audit(root, *args, env=None):
    run = subprocess.run([PROGRAM, "audit", "--root", root, *args], capture_output=True, timeout=60,
                         env={**os.environ, "SOURCE_DATE_EPOCH": TODAY, **(env or {})}, check=False)
    return run.returncode, run.stdout, run.stderr.decode(errors="replace")


class Gate(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.top)
        self.root = os.path.join(self.top, "root")
        shutil.copytree(IMAGE, self.root)
        self.main_cf = os.path.join(self.root, "etc/postfix/main.cf")
        with open(self.main_cf, "a", encoding="utf-8") as f:
            f.write("disable_vrfy_command = no\n")

    def file(self, name, text):
        path = os.path.join(self.top, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def vrfy(self, *args):
        return audit(self.root, "--only", "PFX-005", *args)

    def test_exit_codes(self):
        self.assertEqual(self.vrfy()[0], 0)
        self.assertEqual(self.vrfy("--fail-on", "low")[0], 2)
        self.assertEqual(self.vrfy("--fail-on", "medium")[0], 0)
        self.assertEqual(self.vrfy("--fail-on", "none")[0], 0)
        self.assertEqual(self.vrfy("--fail-on", "grave")[0], 64)
        self.assertEqual(self.vrfy("--format", "pdf")[0], 64)
        self.assertEqual(audit(self.root, "--only", "XXX-001")[0], 64)
        self.assertEqual(audit(self.root, "--role", "butler")[0], 64)
        self.assertEqual(audit(os.path.join(self.top, "none"))[0], 1)
        self.assertEqual(audit(self.root, "--only", "PRT-001", "--require-complete")[0], 3)
        both = audit(self.root, "--only", "PRT-001,PFX-005", "--require-complete", "--fail-on", "low")
        self.assertEqual(both[0], 2)

    def test_every_format_has_the_same_verdict(self):
        for name in FORMATS:
            self.assertEqual(self.vrfy("--fail-on", "low", "--format", name)[0], 2, name)
            self.assertEqual(self.vrfy("--fail-on", "low", "--severity", "medium", "--format",
                                       name)[0], 0, name)

    def test_outputs(self):
        one, two = os.path.join(self.top, "a.json"), os.path.join(self.top, "a.xml")
        code, out, _ = self.vrfy("--format", "text", "--format", "json=" + one, "--format",
                                 "junit=" + two)
        self.assertEqual(code, 0)
        self.assertIn(b"PFX-005", out)
        with open(one, encoding="utf-8") as f:
            self.assertEqual(json.load(f)["summary"]["fail"], 1)
        self.assertEqual(ET.parse(two).getroot().get("failures"), "1")
        self.assertEqual(sorted(os.listdir(self.top)), ["a.json", "a.xml", "root"])
        # no such folder: no verdict, nothing left behind
        self.assertEqual(self.vrfy("--format", "json=" + os.path.join(self.top, "x", "y"))[0], 1)
        fifo = os.path.join(self.top, "fifo")
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        self.assertEqual(self.vrfy("--format", "junit=" + fifo)[0], 0)
        self.assertIn(b"<testsuites", os.read(reader, 1 << 16))
        os.close(reader)
        for args in (("text", "json"), ("json=" + one, "sarif=" + one), ("json=",)):
            code, _, err = self.vrfy(*(w for a in args for w in ("--format", a)))
            self.assertEqual(code, 64, args)
            self.assertTrue(err)
        code, _, err = audit(self.root, "--format", "pdf")
        self.assertIn("junit", err)

    def test_baseline(self):
        known = self.file("known.json", self.vrfy("--format", "json")[1].decode())
        self.assertEqual(self.vrfy("--fail-on", "low", "--baseline", known)[0], 0)
        with open(self.main_cf, "a", encoding="utf-8") as f:
            f.write("mynetworks = 0.0.0.0/0\n")
        self.assertEqual(audit(self.root, "--only", "PFX-003,PFX-005", "--fail-on", "low",
                               "--baseline", known)[0], 2)
        self.assertEqual(self.vrfy("--baseline", self.file("x.json", "[1]"))[0], 64)

    def test_waivers(self):
        row = ("waivers:\n  - id: PFX-005\n    object: '{}'\n    reason: tested by hand\n"
               "    owner: mail team\n    expires: {}\n")
        good = self.file("w.yaml", row.format("parameter=*", "2026-12-31"))
        code, out, _ = self.vrfy("--fail-on", "low", "--waivers", good, "--format", "json")
        self.assertEqual(code, 0)
        doc = json.loads(out)
        self.assertEqual(doc["findings"][0]["status"], "waived")
        self.assertEqual(doc["waivers"][0]["state"], "used")
        for name, text, state in (("old", row.format("*", "2026-11-01"), "expired"),
                                  ("other", row.format("path=*", "2026-12-31"), "unused")):
            code, out, _ = self.vrfy("--fail-on", "low", "--waivers", self.file(name, text),
                                     "--format", "json")
            self.assertEqual(code, 2)
            self.assertEqual(json.loads(out)["waivers"][0]["state"], state)
        last_day = self.file("last", row.format("*", "2026-11-20"))
        self.assertEqual(self.vrfy("--fail-on", "low", "--waivers", last_day)[0], 0)
        for text in (row.format("*", "2028-01-01"), row.format("*", "soon"),
                     row.replace("    owner: mail team\n", "").format("*", "2026-12-31"),
                     row.replace("PFX-005", "PFX-999").format("*", "2026-12-31"),
                     row.format("*", "2026-12-31") + "    allow: all\n"):
            self.assertEqual(self.vrfy("--waivers", self.file("bad", text))[0], 64, text)
        inside = os.path.join(self.root, "w.yaml")
        shutil.copy(good, inside)
        self.assertEqual(self.vrfy("--waivers", inside)[0], 64)

    def test_same_bytes(self):
        for name in FORMATS:
            one = audit(self.root, "--format", name, env={"TZ": "Asia/Tokyo", "LC_ALL": "C"})[1]
            two = audit(self.root, "--format", name, env={"TZ": "America/Lima",
                                                          "LC_ALL": "tr_TR.UTF-8"})[1]
            self.assertEqual(one, two, name)


class Hostile(unittest.TestCase):
    """Text of the evidence in every field that findings quote, through every format."""

    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp()
        root = os.path.join(cls.top, "root")
        shutil.copytree(IMAGE, root)
        with open(os.path.join(root, "etc/postfix/main.cf"), "ab") as f:
            f.write(b"smtpd_banner = $mail_name " + b" ".join(PAYLOADS) + b"\nmynetworks = " +
                    b", ".join(p.replace(b" ", b"_") for p in PAYLOADS) + b"\n")
        with open(os.path.join(root, "etc/postfix/master.cf"), "ab") as f:
            for i, p in enumerate(PAYLOADS):
                f.write(b"x%d%s unix - n n - - pipe\n  user=root argv=/bin/true\n"
                        % (i, re.sub(rb"\s", b"_", p)))
        with open(os.path.join(root, "etc/audit/rules.d/z.rules"), "wb") as f:
            for p in PAYLOADS:
                f.write(b"-a always,exclude -F msgtype=AVC -k " + p + b"\n")
        cls.out = {}
        for name in FORMATS:
            code, out, err = audit(root, "--only", ONLY, "--format", name)
            assert code == 0, (name, code, err)
            cls.out[name] = out

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.top)

    def test_there_is_something_to_see(self):
        self.assertGreater(len(PAYLOADS), 100)
        doc = json.loads(self.out["json"])
        self.assertGreater(doc["summary"]["fail"] + doc["summary"]["unknown"], 200)

    def test_nothing_active(self):
        for name, out in self.out.items():
            text = out.decode("utf-8")
            # backspace to escape, DEL, C1, bidirectional and zero-width, byte order mark
            bad = re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\ufeff]", text)
            self.assertIsNone(bad, f"{name}: {bad and text[max(0, bad.start() - 40):bad.end()]!r}")
            self.assertNotRegex(text, r"(?m)^::", name)
        for name in ("json", "sarif", "junit"):
            self.assertNotIn(b"<script", self.out[name])
            self.assertNotIn(b"<img", self.out[name])

    def test_json(self):
        if schema.jsonschema:
            self.assertEqual(schema.errors(json.loads(self.out["json"])), [])

    def test_sarif(self):
        run = json.loads(self.out["sarif"])["runs"][0]
        rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
        self.assertEqual(len(rules), len(set(rules)))
        self.assertTrue(run["results"])
        for r in run["results"]:
            self.assertIn(r["ruleId"], rules)
            self.assertTrue(r["message"]["text"])
            place = r["locations"][0]["physicalLocation"]
            self.assertRegex(place["artifactLocation"]["uri"], r"^[A-Za-z0-9][A-Za-z0-9%._~/-]*$")
            self.assertNotIn("..", place["artifactLocation"]["uri"].split("/"))
            self.assertGreaterEqual(place["region"]["startLine"], 1)
            self.assertRegex(r["partialFingerprints"]["primaryLocationLineHash"], "^v1:")

    def test_junit(self):
        top = ET.fromstring(self.out["junit"])
        cases = top.findall("testsuite/testcase")
        self.assertEqual(int(top.get("tests")), len(cases))
        self.assertEqual(int(top.get("failures")), len(top.findall("testsuite/testcase/failure")))
        self.assertEqual(int(top.get("errors")), len(top.findall("testsuite/testcase/error")))
        self.assertEqual(json.loads(self.out["json"])["summary"]["fail"], int(top.get("failures")))

    def test_markdown(self):
        for line in self.out["markdown"].decode().splitlines():
            if not line.startswith("| fail") and not line.startswith("| unknown"):
                continue
            outside = re.sub(r"<code>[^<>`@|]*</code>", "", line)
            self.assertNotRegex(outside, r"[<@\[!]", line)
            self.assertEqual(outside.count("|"), 6, line)


if __name__ == "__main__":
    unittest.main()
