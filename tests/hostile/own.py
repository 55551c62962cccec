#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An image that brings rules, waivers, a baseline and settings for those who judge it.

usage: own.py PROGRAM

They lie wherever a program might look: in the image, in the working directory, in the home and below
the variables of the environment. The audit of the image is, byte for byte, that of the image without
them, and its gate closes; where the command line names them, also by a link or from within, it is
refused. The same files from outside do change the answer: what is tried here would have worked.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path[:0] = [os.path.join(TESTS, "incidents")]
import assemble  # noqa: E402

RULES = os.path.join(os.path.dirname(TESTS), "rules")
INCIDENT = os.path.join(TESTS, "incidents", "06-relay-2525-name-connect")
PLACES = ["", ".postseal", ".config/postseal", "etc/postseal", "etc", "etc/postfix", "usr/share/postseal",
          "usr/local/share/postseal", "usr/local/etc/postseal", "usr/lib/postseal", "var/lib/postseal", "opt/postseal",
          "root", "root/.config/postseal", "home"]
NAMES = ["waivers.yaml", "postseal.yaml", ".postseal.yaml", "postseal.conf", "baseline.json", "config.yaml"]


class Image:
    def __init__(self, program, folder):
        self.program = program
        self.top = os.path.join(folder, "bundle")
        assemble.assemble(INCIDENT, self.top)
        self.root = os.path.join(self.top, "root")

    def audit(self, *args, cwd=None, env=None, gate="low", verb="audit"):
        done = subprocess.run([self.program, verb, "--root", self.top, "--format", "json",
                               *(["--fail-on", gate] if verb == "audit" else []), *args], cwd=cwd or "/",
                              capture_output=True, timeout=120, check=False,
                              env={**os.environ, "SOURCE_DATE_EPOCH": "1795200000", **(env or {})})
        return done.returncode, done.stdout, done.stderr


def lenient_rules(folder):
    """The rules of this program, each of them of no weight."""
    shutil.copytree(RULES, folder)
    for name in os.listdir(os.path.join(folder, "checks")):
        path = os.path.join(folder, "checks", name)
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(re.sub(r"severity: \w+", "severity: info", text))


def waive_all(path, findings):
    ids = sorted({f["id"] for f in findings if f["status"] == "fail"})
    with open(path, "w", encoding="utf-8") as f:
        f.write("waivers:\n" + "".join(
            f"  - {{id: {i}, object: '*', reason: all is well, owner: the image, expires: 2026-12-31}}\n" for i in ids))


def main():
    faults = []

    def check(good, what):
        if not good:
            faults.append(what)
            print("wrong:", what)

    with tempfile.TemporaryDirectory(prefix="postseal-own-") as scratch:
        image = Image(os.path.abspath(sys.argv[1]), scratch)
        code, plain, err = image.audit()
        check(code == 2, f"the image has nothing to waive: {code} {err!r}")
        good = os.path.join(scratch, "good")
        os.mkdir(good)
        waive_all(os.path.join(good, "waivers.yaml"), json.loads(plain)["findings"])
        lenient_rules(os.path.join(good, "rules"))
        with open(os.path.join(good, "baseline.json"), "wb") as f:
            f.write(image.audit(verb="baseline")[1])
        outside = {"--waivers": "waivers.yaml", "--rules": "rules", "--baseline": "baseline.json"}
        for option, name in outside.items():
            code, _, err = image.audit(option, os.path.join(good, name))
            check(code == 0, f"{option} from outside: exit status {code}: {err!r}")

        for place in PLACES:
            folder = os.path.join(image.root, place)
            os.makedirs(folder, exist_ok=True)
            shutil.copytree(os.path.join(good, "rules"), os.path.join(folder, "rules"), dirs_exist_ok=True)
            for name in NAMES:
                shutil.copy(os.path.join(good, "baseline.json" if name == "baseline.json" else "waivers.yaml"),
                            os.path.join(folder, name))
        for name in NAMES:
            shutil.copy(os.path.join(good, "waivers.yaml"), os.path.join(image.top, name))
        homes = {"HOME": os.path.join(image.root, "root"), "XDG_CONFIG_HOME": os.path.join(image.root, "root/.config"),
                 "XDG_DATA_HOME": os.path.join(image.root, "usr/share"),
                 "XDG_CONFIG_DIRS": os.path.join(image.root, "etc"),
                 "XDG_DATA_DIRS": os.path.join(image.root, "usr/share"),
                 "POSTSEAL_RULES": os.path.join(image.root, "rules"),
                 "POSTSEAL_WAIVERS": os.path.join(image.root, "waivers.yaml")}
        for cwd in ("/", image.top, image.root, os.path.join(image.root, "etc/postseal")):
            code, out, _ = image.audit(cwd=cwd, env=homes)
            check(code == 2 and out == plain, f"in {os.path.relpath(cwd, scratch)}: another answer, exit status {code}")

        link = os.path.join(scratch, "link")
        os.symlink(image.root, link)
        for option, name in outside.items():
            for path, cwd in ((os.path.join(image.root, name), "/"), (os.path.join(image.top, "root", name), "/"),
                              (os.path.join(link, name), "/"), (name, image.root),
                              (os.path.join(good, "..", "bundle", "root", name), "/")):
                code, out, err = image.audit(option, path, cwd=cwd)
                check(code == 64 and not out and b"lies in the evidence" in err,
                      f"{option} {os.path.relpath(path, scratch)}: exit status {code}: {err!r}")
            # of several roots one that would judge another
            done = subprocess.run([image.program, "audit", option, os.path.join(image.root, name), image.top, image.top],
                                  capture_output=True, timeout=120, check=False)
            check(done.returncode == 64 and not done.stdout, f"{option} and two roots: exit status {done.returncode}")
        for verb in ("explain", "denials", "fix", "reach", "probe", "watch"):
            done = subprocess.run([image.program, verb, "--root", image.top, "--rules", os.path.join(image.root, "rules")],
                                  capture_output=True, timeout=120, check=False)
            check(done.returncode == 64 and not done.stdout, f"{verb} --rules: exit status {done.returncode}")
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
