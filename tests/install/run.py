#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""meson install into a folder: everything is there, and says what --help says.

usage: run.py BUILD_DIR
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

EXPOSURE_MAX = 2.0  # systemd-analyze security
failures = []


def check(what, good, detail=""):
    if not good:
        failures.append(what)
        print(f"FAILED: {what}: {detail}"[:2000])


def run(*args, **kwargs):
    return subprocess.run(args, capture_output=True, text=True, timeout=120, check=False,
                          stdin=subprocess.DEVNULL, **kwargs)


def find(top, suffix):
    """The one installed file whose path ends so."""
    found = [os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names
             if os.path.join(folder, name).endswith(suffix)]
    check(f"{suffix} is installed once", len(found) == 1, str(found))
    return found[0] if found else os.devnull


def verbs_of(program):
    return re.findall(r"^  (\w+) ", run(program, "--help").stdout, re.M)


def options_of(program, verb):
    return re.findall(r"^  (?:-\w, )?--([a-z-]+)", run(program, verb, "--help").stdout, re.M)


def manual(program, page):
    with open(page, encoding="ascii") as f:
        text = f.read()
    plain = text.replace("\\-", "-").replace("\\fB", "").replace("\\fR", "").replace("\\fI", "")
    for verb in verbs_of(program):
        check(f"manual: {verb}", f'.SS "postseal {verb}' in plain)
        for option in options_of(program, verb):
            check(f"manual: --{option}", f"--{option}\n" in plain or f"--{option} " in plain)
    if shutil.which("groff"):
        done = run("groff", "-man", "-Tascii", "-ww", "-z", page)
        check("manual: no warning of groff", done.returncode == 0 and not done.stderr, done.stderr)


def bash(program, completion):
    script = f"""source {completion} || exit 1
        try() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _postseal; printf '%s\\n' "${{COMPREPLY[@]}}"; }}
        """

    def words(*line):
        quoted = " ".join("'" + w + "'" for w in ("postseal", *line))
        done = run("bash", "-c", script + "try " + quoted)
        check(f"bash: {line}", done.returncode == 0 and not done.stderr, done.stderr)
        return done.stdout.split()

    verbs = verbs_of(program)
    check("bash: verbs", set(verbs) <= set(words("")), str(words("")))
    for verb in verbs:
        check(f"bash: options of {verb}",
              {"--" + o for o in options_of(program, verb)} == set(words(verb, "--")))
    check("bash: formats", "sarif" in words("audit", "--format", "s"))
    if shutil.which("shellcheck"):
        done = run("shellcheck", "-s", "bash", completion)
        check("bash: shellcheck", done.returncode == 0, done.stdout)


def zsh(completion):
    if shutil.which("zsh"):
        done = run("zsh", "-n", completion)
        check("zsh: syntax", done.returncode == 0, done.stderr)
    with open(completion, encoding="ascii") as f:
        text = f.read()
    check("zsh: quotes are even", text.replace("'\\''", "").count("'") % 2 == 0)


def units(top):
    service, timer = find(top, "/postseal-audit.service"), find(top, "/postseal-audit.timer")
    with open(service, encoding="ascii") as f:
        text = f.read()
    check("the service names the installed program", "@" not in
          re.search(r"^ExecStart=(\S+)", text, re.M).group(1))
    if not shutil.which("systemd-analyze"):
        return
    done = run("systemd-analyze", "security", "--offline=true", service)
    m = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    if not m:
        print("systemd-analyze security --offline does not work here:", done.stderr.strip()[:200])
        return
    check("exposure", float(m.group(1)) <= EXPOSURE_MAX, m.group(0))
    print(m.group(0))
    done = run("systemd-analyze", "verify", "--man=no", timer)
    wrong = [line for line in done.stderr.splitlines()
             if "postseal" in line and "not executable" not in line]
    check("the timer is well formed", not wrong, str(wrong))


def bill_of_materials(program):
    tool = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "packaging", "sbom.py")
    done = run(sys.executable, tool, program, "1.2.3")
    check("sbom", done.returncode == 0, done.stderr)
    names = {p["name"]: p["versionInfo"] for p in json.loads(done.stdout or "{}").get("packages", [])}
    check("sbom: the program", names.get("postseal") == "1.2.3", str(names))
    for part in ("libsepol.a", "libselinux", "libnftables", "libarchive"):
        check(f"sbom: {part}", any(n.startswith(part) for n in names), str(names))


def main():
    build = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as top:
        done = run("meson", "install", "-C", build, "--no-rebuild", "--destdir", top)
        check("meson install", done.returncode == 0, done.stderr + done.stdout)
        program = find(top, "/bin/postseal")
        manual(program, find(top, "/man1/postseal.1"))
        bash(program, find(top, "/bash-completion/completions/postseal"))
        zsh(find(top, "/zsh/site-functions/_postseal"))
        units(top)
        find(top, "/doc/postseal/LICENSE")
        find(top, "/selinux/packages/postseal.cil")
        wrapper = find(top, "/ansible/roles/postseal/library/postseal")
        check("the module can be run", os.access(wrapper, os.X_OK))
        bill_of_materials(program)
    print(f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
