#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which lines and branches of src/ the tests reach, by folder, and whether that is enough.

usage: coverage.py BUILD-DIR [--all | --whole | --only TEST ...] [--report] [--missing FILE ...]

BUILD-DIR is set up when it is not there: gcc, -O0, --coverage. The tests run on a kernel that seems to have
no Landlock (without.py), for a locked process cannot write its counts. Counts add up from run to run;
--report runs nothing. --all also takes the tests that only repeat what others reach (see REPEATS); --whole
takes those alone that every branch of the encoders, renderers and so on needs (see WHOLE), and asks for no
more than that; --only names tests of meson. --missing lists what was not reached of the files whose path ends so: "LINE: never",
or "LINE: n of m branches".

A branch is what gcc says is one: each outcome of each condition. Fails below the goals, or when a test does.
"""
import argparse
import collections
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)

LINES, BRANCHES = 90.0, 80.0
# every branch: what stands between evidence and those who read or run what is written
WHOLE = {
    "encoders": r"core/(enc\w*|json|utf8)\.[ch]$",
    "renderers": r"report/\w+\.[ch]$",
    "module writer": r"analysis/denials/module\.[ch]$",
    "gate": r"(model/finding|checks/difference)\.[ch]$",
    "waivers": r"evidence/rules/waivers\.[ch]$",
}
# the tests that take them
WHOLE_TESTS = ["enc", "gate", "module", "report", "report_denials", "report_explain", "report_fix", "report_needs",
               "report_probe", "report_reach", "report_reduce"]
# these count what a build with counters does besides, or look at the program as it is shipped
CANNOT = {"system calls", "elf_hardening", "install", "policy module", "package names", "layers"}
REPEATS = {"negated conditions", "rules taken away", "explain mutations", "hostile evidence without openat2",
           "hostile evidence in a namespace", "incident variations", "mutate",
           "incident judge", "alerts", "pages", "readme"}
HEAVY = {"packages", "fleet", "load", "vm", "vm-short"}

# a process that ends by _exit(2) keeps its counts too
EXIT = """
void __gcov_dump(void);
void __real__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status)
{
	__gcov_dump();
	__real__exit(status);
}
"""


def notes_of(top):
    return sorted(glob.glob(os.path.join(os.path.abspath(top), "**", "*.gcno"), recursive=True))


def build(top, *targets):
    """All of it, or those targets of ninja."""
    if not os.path.exists(os.path.join(top, "build.ninja")):
        os.makedirs(top, exist_ok=True)
        source, obj = os.path.join(top, "exit.c"), os.path.join(top, "exit.o")
        with open(source, "w", encoding="ascii") as f:
            f.write(EXIT)
        env = dict(os.environ, CC=os.environ.get("CC", "gcc"))
        subprocess.run([*env["CC"].split(), "-c", source, "-o", obj], check=True, env=env)
        subprocess.run(["meson", "setup", top, TOP, "--buildtype=debug", "-Db_coverage=true",
                        f"-Dc_link_args=['--coverage','{obj}','-Wl,--wrap=_exit']"], check=True, env=env,
                       stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", top, "--quiet", *targets], check=True)
    # counts of what a source was before go; others are for processes that have become another user as well
    for note in notes_of(top):
        data = note[:-len("gcno")] + "gcda"
        if os.path.exists(data) and os.path.getmtime(data) < os.path.getmtime(note):
            os.unlink(data)
        with open(data, "ab"):
            os.chmod(data, 0o666)


def tests_of(top, everything):
    out = subprocess.run(["meson", "introspect", "--tests", top], check=True, capture_output=True).stdout
    for test in json.loads(out):
        suites = {s.split(":")[-1] for s in test["suite"]}
        if test["name"] in CANNOT or suites & HEAVY or (not everything and test["name"] in REPEATS):
            continue
        yield test["name"]


def run_tests(top, names):
    return subprocess.run([sys.executable, os.path.join(HERE, "without.py"), "landlock", "meson", "test", "-C", top,
                           "--no-rebuild", "--print-errorlogs", "--timeout-multiplier", "8", *names],
                          check=False).returncode


class Counts:
    """{file: {(function, line): [executions, [executions of each branch]]}}"""

    def __init__(self):
        self.files = collections.defaultdict(dict)

    def add(self, document):
        folder = document["current_working_directory"]
        for f in document["files"]:
            path = os.path.relpath(os.path.normpath(os.path.join(folder, f["file"])), os.path.join(TOP, "src"))
            if path.startswith(".."):
                continue
            for line in f["lines"]:
                key = (line.get("function_name", ""), line["line_number"])
                branches = [b["count"] for b in line["branches"]]
                have = self.files[path].setdefault(key, [0, [0] * len(branches)])
                have[0] += line["count"]
                # a header's function may be cut to another shape in one unit: the longer list is kept
                have[1] += [0] * (len(branches) - len(have[1]))
                for i, n in enumerate(branches):
                    have[1][i] += n

    def sums(self, path):
        """lines, of them reached, branches, of them taken"""
        seen = collections.Counter()
        for (_, line), (n, _) in self.files[path].items():
            seen[line] += n
        every = [n for _, branches in self.files[path].values() for n in branches]
        return [len(seen), sum(n > 0 for n in seen.values()), len(every), sum(n > 0 for n in every)]

    def missing(self, path):
        for (function, line), (n, branches) in sorted(self.files[path].items(), key=lambda i: i[0][1]):
            if not n:
                yield f"{line}: never ({function})"
            elif not all(branches):
                taken = "".join("+" if b else "-" for b in branches)
                yield f"{line}: {taken.count('+')} of {len(branches)} branches {taken} ({function})"


def read_counts(top):
    counts = Counts()
    start = len(os.path.abspath(top))
    notes = [p for p in notes_of(top) if "/tests/" not in p[start:] or "postseal-faults" in p]
    for note in notes:
        data = note[:-len("gcno")] + "gcda"
        if os.path.exists(data) and not os.path.getsize(data):
            os.unlink(data)
    with tempfile.TemporaryDirectory() as scratch:
        for i in range(0, len(notes), 40):
            out = subprocess.run(["gcov", "--json-format", "--branch-probabilities", "--stdout", *notes[i:i + 40]],
                                 cwd=scratch, check=True, capture_output=True, text=True).stdout
            for line in out.splitlines():
                counts.add(json.loads(line))
    return counts


def row(name, sums):
    lines, reached, branches, taken = sums
    share = [100.0 * a / b if b else 100.0 for a, b in ((reached, lines), (taken, branches))]
    print(f"{name:24} {reached:6} of {lines:6} {share[0]:6.1f} %   {taken:6} of {branches:6} {share[1]:6.1f} %")
    return share


def total(counts, paths):
    return [sum(column) for column in zip([0] * 4, *(counts.sums(p) for p in paths))]


def report(counts, only_whole):
    """Whether the goals are met."""
    paths = sorted(counts.files)
    folders = collections.defaultdict(list)
    for path in paths:
        parts = path.split("/")
        folders["/".join(parts[:-1][:2])].append(path)
    print(f"{'':24} {'lines':>16} {'':10} {'branches':>16}")
    for name in sorted(folders):
        row(name, total(counts, folders[name]))
    fine = True
    for name, pattern in WHOLE.items():
        fine &= row(name, total(counts, [p for p in paths if re.search(pattern, p)]))[1] == 100.0
    lines, branches = row("all", total(counts, paths))
    return fine and (only_whole or lines >= LINES and branches >= BRANCHES)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    parser.add_argument("dir", type=os.path.abspath)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--missing", nargs="+", default=[])
    args = parser.parse_args()

    status = 0
    if not args.report:
        build(args.dir, *(f"tests/unit/test_{name}" for name in WHOLE_TESTS if args.whole))
        chosen = WHOLE_TESTS if args.whole else args.only or list(tests_of(args.dir, args.all))
        status = run_tests(args.dir, chosen)
    counts = read_counts(args.dir)
    for path in sorted(counts.files):
        if any(path.endswith(m) for m in args.missing):
            for text in counts.missing(path):
                print(f"{path}:{text}")
    if not report(counts, args.whole):
        print("below the goals")
        status = status or 1
    sys.exit(status)


if __name__ == "__main__":
    main()
