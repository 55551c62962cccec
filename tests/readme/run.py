#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands that the README gives to pipelines, run as they stand there.

usage: run.py PROGRAM

The blocks of "Use in pipelines" are taken out of the README: jobs of GitHub and GitLab as YAML, whose
steps are run by sh, the hook of mkosi, the provisioner of Packer, the files they name.
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

try:
    import yaml
except ImportError:
    yaml = None

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(TESTS, "formats"))
import validate  # noqa: E402

PROGRAM = os.path.abspath(sys.argv.pop(1))
IMAGE = os.path.join(TESTS, "data", "checks", "base", "image")
# what the image of the tests fails at or above "high", and the README's examples must stop
VRFY = "disable_vrfy_command = no\n"
OPEN = "mynetworks = 0.0.0.0/0\n"


def blocks():
    """(language, text) of the section's blocks."""
    with open(os.path.join(os.path.dirname(TESTS), "README.md"), encoding="utf-8") as f:
        section = re.search(r"^## Use in pipelines\n(.*?)^## ", f.read(), re.M | re.S)[1]
    return re.findall(r"^```([a-z]*)\n(.*?)^```\n", section, re.M | re.S)


BLOCKS = blocks()


def block(language, word):
    """The one block of a language that holds a word."""
    found = [text for kind, text in BLOCKS if kind == language and word in text]
    assert len(found) == 1, (language, word, len(found))
    return found[0]


class Readme(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.top)
        shutil.copytree(IMAGE, os.path.join(self.top, "image"))
        os.mkdir(os.path.join(self.top, "bin"))
        os.symlink(PROGRAM, os.path.join(self.top, "bin", "postseal"))
        self.write("postseal-waivers.yaml", block("yaml", "waivers:\n"))

    def write(self, name, text, mode="w"):
        with open(os.path.join(self.top, name), mode, encoding="utf-8") as f:
            f.write(text)

    def read(self, name):
        with open(os.path.join(self.top, name), "rb") as f:
            return f.read()

    def configure(self, text):
        """A parameter of main.cf, in place of the definition that is there."""
        name = text.split("=")[0].strip()
        lines = self.read("image/etc/postfix/main.cf").decode().splitlines(True)
        self.write("image/etc/postfix/main.cf",
                   "".join([s for s in lines if s.split("=")[0].strip() != name] + [text]))

    def sh(self, script, **env):
        done = subprocess.run(["sh", "-e", "-c", script], cwd=self.top, capture_output=True, timeout=120,
                              stdin=subprocess.DEVNULL, check=False,
                              env={"PATH": os.path.join(self.top, "bin") + ":/usr/bin:/bin",
                                   "SOURCE_DATE_EPOCH": "1795200000", **env})
        self.assertNotIn(b"usage", done.stderr)
        self.assertNotIn(done.returncode, (1, 64, 127), done.stderr)
        return done.returncode, done.stdout

    def test_prometheus(self):
        script = block("sh", "textfile").replace("/var/lib/node_exporter/textfile/", "")
        self.assertNotIn("/var", script)
        code, _ = self.sh(script.replace("postseal explain", "postseal explain --root image"))
        self.assertEqual(code, 0)
        self.whole("prometheus", "postseal-explain.prom")
        self.assertFalse(os.path.exists(os.path.join(self.top, "postseal-explain.prom.new")))

    def whole(self, form, name):
        self.assertEqual(validate.faults("readme", form, self.read(name)), [])

    @unittest.skipUnless(yaml, "python3-yaml is not installed")
    def test_github(self):
        steps = yaml.safe_load(block("yaml", "runs-on"))["jobs"]["image"]["steps"]
        audit, summary = (s["run"] for s in steps if "run" in s)
        self.assertEqual([s["with"]["sarif_file"] for s in steps if "with" in s], ["audit.sarif"])
        self.configure(VRFY)
        code, out = self.sh(audit.strip() + " --only PFX-003,PFX-005")
        self.assertEqual(code, 0)
        self.configure(OPEN)
        code, out = self.sh(audit)
        self.assertEqual(code, 2)
        self.assertIn(b"::error ", out)
        self.assertEqual(validate.faults("readme", "github", out), [])
        self.whole("sarif", "audit.sarif")
        self.sh(summary, GITHUB_STEP_SUMMARY=os.path.join(self.top, "summary.md"))
        self.whole("markdown", "summary.md")

    @unittest.skipUnless(yaml, "python3-yaml is not installed")
    def test_gitlab(self):
        job = yaml.safe_load(block("yaml", "image-audit"))["image-audit"]
        self.configure(OPEN)
        code, out = self.sh("\n".join(job["script"]))
        self.assertEqual(code, 2)
        self.assertIn(b"PFX-003", out)
        self.assertEqual(job["artifacts"]["reports"]["junit"], "audit.xml")
        self.assertGreater(int(ET.fromstring(self.read("audit.xml")).get("failures")), 0)
        for name in job["artifacts"]["paths"]:
            self.whole("html", name)

    def test_mkosi(self):
        self.configure(OPEN)
        hook = block("sh", "BUILDROOT")
        image = os.path.join(self.top, "image")
        self.assertEqual(self.sh(hook, BUILDROOT=image, OUTPUTDIR=self.top)[0], 2)
        self.assertEqual(json.loads(self.read("postseal.json"))["gate"]["verdict"], "fail")

    def test_packer(self):
        self.configure(OPEN)
        lines = re.findall(r'^    "(.*)",?$', block("hcl", "shell-local"), re.M)
        self.assertEqual(len(lines), 1)
        self.assertEqual(self.sh(lines[0].replace("/mnt/image", "image"))[0], 2)
        self.whole("json", "postseal.json")

    def test_waivers(self):
        self.configure(VRFY)
        self.assertEqual(self.sh("postseal audit --root image --only PFX-005 --fail-on low "
                                 "--waivers postseal-waivers.yaml")[0], 0)
        self.assertEqual(self.sh("postseal audit --root image --only PFX-005 --fail-on low")[0], 2)

    def test_baseline(self):
        self.configure(VRFY)
        commands = block("sh", "postseal baseline")
        self.assertEqual(self.sh(commands)[0], 0)
        self.configure(OPEN)
        self.assertEqual(self.sh(commands.splitlines()[1])[0], 2)

    def test_diff(self):
        first, second = block("sh", "postseal diff").splitlines()
        self.assertEqual(self.sh(first + "\n" + second)[0], 0)
        self.configure(OPEN)
        code, out = self.sh(second)
        self.assertEqual(code, 2)
        self.assertRegex(out.decode(), r"(?s)[1-9] new, .*new +high +PFX-003")

    def test_many_hosts(self):
        os.mkdir(os.path.join(self.top, "reports"))
        self.configure(OPEN)
        code, out = self.sh(block("sh", "> reports/mail1"))
        self.assertEqual(code, 0)
        self.assertTrue(out.startswith(b"1 host, 0 failed"), out)
        self.assertIn(b"PFX-003", out)
        self.assertEqual(self.sh(block("sh", "reduce --format"))[0], 0)
        self.whole("ndjson", "all.ndjson")
        self.write("reports/mail2.audit.ndjson", "")
        code, out = self.sh("postseal reduce --require-complete reports/*.ndjson")
        self.assertEqual(code, 3)
        self.assertTrue(out.startswith(b"2 hosts, 1 failed"), out)

    def test_many_images(self):
        os.mkdir(os.path.join(self.top, "reports"))
        for name in ("a", "b"):
            shutil.copytree(IMAGE, os.path.join(self.top, "images", name))
        command = block("sh", "images/*")
        self.assertEqual(self.sh(command)[0], 0)
        self.assertEqual(self.read("reports/images.audit.ndjson").count(b'"record":"end"'), 2)
        self.write("images/c", "no image")
        done = subprocess.run(["sh", "-c", command], cwd=self.top, capture_output=True, check=False,
                              env={"PATH": os.path.join(self.top, "bin") + ":/usr/bin:/bin"})
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.read("reports/images.audit.ndjson").count(b'"record":"end"'), 2)

    @unittest.skipUnless(shutil.which("ansible-playbook"), "no ansible-playbook")
    def test_ansible(self):
        source = os.path.join(os.path.dirname(TESTS), "src", "packaging", "ansible")
        for name in ("audit.yml", "apply.yml"):
            shutil.copy(os.path.join(source, name), self.top)
        shutil.copytree(os.path.join(source, "roles"), os.path.join(self.top, "roles"))
        self.write("approved.yml", block("yaml", "postseal_approved"))
        self.write("hosts.yml", json.dumps({"all": {"hosts": {"mail9": {
            "ansible_connection": "local", "ansible_python_interpreter": sys.executable,
            "postseal_package": False, "postseal_root": os.path.join(self.top, "image")}}}}))
        code, out = self.sh(block("sh", "audit.yml"), HOME=self.top, LC_ALL="C.UTF-8")
        self.assertEqual(code, 0, out)
        self.assertIn(b"\n1 host, 0 failed", out)
        code, out = self.sh(block("sh", "apply.yml"), HOME=self.top, LC_ALL="C.UTF-8")
        self.assertEqual(code, 0, out)
        self.assertIn(b"changed=0", out)

    @unittest.skipUnless(shutil.which("node") and os.path.isdir(os.path.join(
        os.path.dirname(TESTS), "reports", "fleet", "node_modules", "@duckdb")), "no node or no DuckDB: ./setup fleet")
    def test_duckdb(self):
        for name in ("yesterday", "today"):
            os.mkdir(os.path.join(self.top, name))
            self.sh(f"postseal audit --root image --format ndjson > {name}/mail1.audit.ndjson")
            self.configure(OPEN)
        command = block("sh", "fleet.mjs").replace("reports/", os.path.dirname(TESTS) + "/reports/")
        code, out = self.sh(command)
        self.assertEqual(code, 0)
        self.assertRegex(out.decode(), r"(?s)^1 hosts, 0 gave no verdict.*1 new")
        self.whole("html", "fleet.html")
        self.assertIn("drift.parquet", os.listdir(os.path.join(self.top, "tables")))

    def test_packages(self):
        """Built by tests/packages; here the source archive, by the same program."""
        lines = block("sh", "packages").splitlines()
        self.assertEqual(lines, [f"src/packaging/package {kind} packages" for kind in ("deb", "rpm")])
        program = os.path.join(os.path.dirname(TESTS), "src", "packaging", "package")
        self.assertEqual(self.sh(f"{program} source packages")[0], 0)
        self.assertRegex(" ".join(os.listdir(os.path.join(self.top, "packages"))), r"^postseal-[0-9.]+\.tar\.gz$")

    def test_first_command(self):
        self.configure(OPEN)
        self.assertEqual(self.sh(block("", "audit.xml"))[0], 2)
        self.whole("sarif", "audit.sarif")
        self.whole("junit", "audit.xml")


if __name__ == "__main__":
    unittest.main()
