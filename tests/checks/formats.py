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
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "formats")]
import schema  # noqa: E402
import validate  # noqa: E402

PROGRAM = os.path.abspath(sys.argv.pop(1))
IMAGE = os.path.join(HERE, "..", "data", "checks", "base", "image")
FORMATS = ("text", "json", "ndjson", "sarif", "junit", "markdown", "html", "github", "prometheus")
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


def run(*args, env=None):
    done = subprocess.run([PROGRAM, *args], capture_output=True, timeout=120, stdin=subprocess.DEVNULL,
                          env={**os.environ, "SOURCE_DATE_EPOCH": TODAY, **(env or {})}, check=False)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def audit(root, *args, env=None):
    return run("audit", "--root", root, *args, env=env)


def failures(name, out):
    """How many findings a document says fail, in its own words; None: it does not count them."""
    text = out.decode()
    if name == "json":
        return json.loads(text)["summary"]["fail"]
    if name == "ndjson":
        return json.loads(text.splitlines()[-1])["summary"]["fail"]
    if name == "sarif":
        return sum("suppressions" not in r for r in json.loads(text)["runs"][0]["results"])
    if name == "junit":
        return int(ET.fromstring(text).get("failures"))
    if name == "github":
        return text.count("::error ") + text.count("::warning ")
    if name == "prometheus":
        return sum(int(n) for n in re.findall(r'(?m)^postseal_audit_findings\{[^}]*status="fail"[^}]*\} (\d+)',
                                              text))
    return int(re.search(r">(\d+)</b>fail" if name == "html" else r"(\d+) fail", text)[1])


WAIVER = ("waivers:\n  - id: {}\n    object: '{}'\n    reason: tested by hand\n"
          "    owner: mail team\n    expires: {}\n")


class Gate(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.top)
        self.root = os.path.join(self.top, "root")
        shutil.copytree(IMAGE, self.root)
        self.main_cf = os.path.join(self.root, "etc/postfix/main.cf")
        self.set("disable_vrfy_command", "no")

    def set(self, name, value):
        """A parameter of main.cf, in place of the definition that is there."""
        with open(self.main_cf, encoding="utf-8") as f:
            lines = [s for s in f.read().splitlines(True) if s.split("=")[0].strip() != name]
        with open(self.main_cf, "w", encoding="utf-8") as f:
            f.writelines(lines + [f"{name} = {value}\n"])

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
        known = self.file("known.json", audit(self.root, "--format", "json")[1].decode())
        waivers = self.file("w.yaml", WAIVER.format("PFX-005", "*", "2026-12-31"))
        gates = [(("--fail-on", "low"), 2), (("--fail-on", "critical"), None), (("--fail-on", "none"), 0),
                 (("--fail-on", "low", "--severity", "high"), None), (("--fail-on", "low", "--baseline", known), 0),
                 (("--fail-on", "low", "--only", "PFX-005"), 2), (("--fail-on", "low", "--only", "PFX-005",
                                                                 "--waivers", waivers), 0),
                 (("--skip", "PFX-005", "--require-complete"), 3),
                 (("--fail-on", "low", "--require-complete"), 2), ((), 0)]
        for gate, expected in gates:
            codes = {name: audit(self.root, *gate, "--format", name) for name in FORMATS}
            if expected is None:
                expected = codes["json"][0]
            self.assertEqual({c[0] for c in codes.values()}, {expected}, gate)
            counts = {name: failures(name, c[1]) for name, c in codes.items() if name != "github"}
            if "--baseline" in gate:
                continue  # SARIF and JUnit hold the known ones apart
            self.assertEqual(set(counts.values()), {json.loads(codes["json"][1])["summary"]["fail"]},
                             (gate, counts))

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
        self.set("mynetworks", "0.0.0.0/0")
        self.assertEqual(audit(self.root, "--only", "PFX-003,PFX-005", "--fail-on", "low",
                               "--baseline", known)[0], 2)
        self.assertEqual(self.vrfy("--baseline", self.file("x.json", "[1]"))[0], 64)

    def test_baseline_verb(self):
        path = os.path.join(self.top, "b.json")
        code, out, _ = run("baseline", "--root", self.root, "--format", "json=" + path)
        self.assertEqual((code, out), (0, b""))
        with open(path, encoding="utf-8") as f:
            doc = json.load(f)
        self.valid(doc)
        self.assertIn("PFX-005", [f["id"] for f in doc["findings"]])
        self.assertEqual(doc["findings"], sorted(doc["findings"], key=lambda f: (f["id"], f["object"])))
        self.assertEqual(audit(self.root, "--fail-on", "info", "--baseline", path)[0], 0)
        self.set("mynetworks", "0.0.0.0/0")
        code, out, _ = audit(self.root, "--fail-on", "info", "--baseline", path, "--format", "json")
        self.assertEqual(code, 2)
        self.assertEqual(json.loads(out)["gate"]["failing"], 1)
        # what was waived is not accepted for ever
        waivers = self.file("w.yaml", WAIVER.format("PFX-005", "*", "2026-12-31"))
        out = run("baseline", "--root", self.root, "--waivers", waivers)[1]
        self.assertNotIn("PFX-005", [f["id"] for f in json.loads(out)["findings"]])
        # the same but for the order of other lines: no difference in a review
        again = run("baseline", "--root", self.root, env={"TZ": "Asia/Tokyo"})[1]
        self.assertEqual(again, run("baseline", "--root", self.root)[1])
        inside = os.path.join(self.root, "b.json")
        shutil.copy(path, inside)
        self.assertEqual(audit(self.root, "--baseline", inside)[0], 64)

    def valid(self, doc):
        if schema.jsonschema:
            self.assertEqual(schema.errors(doc), [])

    def changes(self, *args):
        code, out, err = run("diff", *args, "--format", "json")
        doc = json.loads(out)
        self.valid(doc)
        self.assertEqual(err, "")
        for kind in ("new", "gone", "waived", "undecided", "unasked"):
            self.assertEqual(doc["summary"][kind], sum(c["change"] == kind for c in doc["changes"]))
        return code, {(c["change"], c["id"], c["before"], c["after"]) for c in doc["changes"]}

    def test_diff(self):
        sides = {"root": (IMAGE, self.root)}
        for name in ("json", "ndjson"):
            sides[name] = tuple(self.file(f"{i}.{name}", audit(r, "--format", name)[1].decode())
                                for i, r in enumerate((IMAGE, self.root)))
        for a, b in [(a[0], b[1]) for a in sides.values() for b in sides.values()]:
            self.assertEqual(self.changes(a, b), (0, {("new", "PFX-005", "pass", "fail")}))
            self.assertEqual(self.changes(b, a), (0, {("gone", "PFX-005", "fail", "pass")}))
            self.assertEqual(self.changes(a, b, "--fail-on", "low")[0], 2)
            self.assertEqual(self.changes(a, b, "--fail-on", "medium")[0], 0)
            self.assertEqual(self.changes(b, a, "--fail-on", "low")[0], 0)
            self.assertEqual(self.changes(a, a), (0, set()))
            self.assertEqual(self.changes(a, b, "--skip", "PFX-005"), (0, set()))
            self.assertEqual(self.changes(a, b, "--severity", "high"), (0, set()))
            for name in ("text", "json", "markdown"):
                code, out, _ = run("diff", a, b, "--fail-on", "low", "--format", name)
                self.assertEqual(code, 2)
                self.assertIn(b"VRFY", out)

    def test_diff_in_order(self):
        self.set("mynetworks", "172.16.0.0/12, 10.0.0.0/8, 0.0.0.0/0, [::]/0")
        self.set("smtpd_banner", "$myhostname ESMTP Postfix")
        self.set("smtpd_forbid_bare_newline", "no")
        levels = ("critical", "high", "medium", "low", "info")
        rows = [(c["change"], levels.index(c["severity"]), c["id"], c["object"])
                for c in json.loads(run("diff", IMAGE, self.root, "--format", "json")[1])["changes"]]
        self.assertGreater(len(rows), 4)
        self.assertEqual(rows, sorted(rows))
        self.assertNotEqual([r[2] for r in rows], sorted(r[2] for r in rows))

    def test_diff_does_not_call_unknown_gone(self):
        report = json.loads(audit(self.root, "--format", "json")[1])
        before = self.file("before.json", json.dumps(report))
        for f in report["findings"]:
            if f["id"] == "PFX-005":
                f["status"] = "unknown"
        after = self.file("after.json", json.dumps(report))
        self.assertEqual(self.changes(before, after), (0, {("undecided", "PFX-005", "fail", "unknown")}))
        self.assertEqual(self.changes(after, before), (0, {("new", "PFX-005", "unknown", "fail")}))
        report["findings"] = [f for f in report["findings"] if f["id"] != "PFX-005"]
        less = self.file("less.json", json.dumps(report))
        self.assertEqual(self.changes(before, less), (0, {("unasked", "PFX-005", "fail", None)}))
        self.assertEqual(self.changes(less, before, "--fail-on", "low"),
                         (2, {("new", "PFX-005", None, "fail")}))
        waivers = self.file("w.yaml", WAIVER.format("PFX-005", "*", "2026-12-31"))
        waived = self.file("waived.json", audit(self.root, "--waivers", waivers, "--format",
                                                "json")[1].decode())
        self.assertEqual(self.changes(before, waived), (0, {("waived", "PFX-005", "fail", "waived")}))
        self.assertEqual(self.changes(waived, before), (0, {("new", "PFX-005", "waived", "fail")}))

    def test_diff_refuses(self):
        good = self.file("good.ndjson", audit(self.root, "--format", "ndjson")[1].decode())
        with open(good, encoding="utf-8") as f:
            lines = f.read().splitlines(True)
        for text in ("{}", "{", "".join(lines[:-1]), "".join(lines[1:]), "".join(lines + lines),
                     lines[0] + '{"record":"finding"}\n' + lines[-1],
                     run("reach", "--root", self.root, "--format", "json")[1].decode()):
            code, out, err = run("diff", good, self.file("bad.json", text))
            self.assertEqual((code, out), (64, b""), text[:80])
            self.assertIn("bad.json", err)
        for args in ((), (good,), (good, good, good), (good, os.path.join(self.top, "none"))):
            self.assertIn(run("diff", *args)[0], (1, 64), args)
            self.assertTrue(run("diff", *args)[2])

    def test_waivers(self):
        row = WAIVER.replace("{}", "PFX-005", 1)
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
            self.assertEqual(validate.faults("hostile", name, out), [])
        for name in ("json", "sarif", "junit"):
            self.assertNotIn(b"<script", self.out[name])
            self.assertNotIn(b"<img", self.out[name])

    def test_json(self):
        if schema.jsonschema:
            self.assertEqual(schema.errors(json.loads(self.out["json"])), [])

    def test_sarif(self):
        first = json.loads(self.out["sarif"])["runs"][0]
        rules = [r["id"] for r in first["tool"]["driver"]["rules"]]
        self.assertEqual(len(rules), len(set(rules)))
        self.assertTrue(first["results"])
        for r in first["results"]:
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
