#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Negate each condition of the checks, one at a time: some fixture must notice.

usage: mutants.py BUILD-DIR [--least PERCENT] [FILE ...]      FILE: "ports" for src/checks/ports.c

Every "if" of the files gets a number, and one program is built that negates the one of the number in
SEAL_MUTANT. The fixtures of the checks of a file (tests/checks/cases) are run once, to see which of
them come by which condition, and then for each condition those that do, until one fails. What nobody
comes by, and what nobody notices, is listed. Without FILE: all of src/checks but what other tests are
for (NOT_HERE), in some ten minutes.
"""
import argparse
import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
sys.dont_write_bytecode = True
import cases  # noqa: E402
import run as fixtures  # noqa: E402

CHECKS = os.path.join(HERE, "..", "..", "src", "checks")
# of --needs, --what-if, diff and fix, which have tests of their own
NOT_HERE = {"mend", "needs", "what_if", "difference"}
ROOTS_MAX = 150  # for the files that all checks share
SUPPORT = r"""
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
bool seal_mutant(int n, bool c);
static int chosen = -1, seen = -1;
static bool told[100000];
/* before the locks are on, after which no file may be opened */
__attribute__((constructor)) static void start(void)
{
	const char *n = getenv("SEAL_MUTANT"), *path = getenv("SEAL_MUTANTS_SEEN");

	chosen = n ? atoi(n) : -1;
	seen = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
}
bool seal_mutant(int n, bool c)
{
	if (seen >= 0 && !told[n]) {
		told[n] = true;
		if (write(seen, &n, sizeof(n)) < 0)
			abort();
	}
	return c ^ (n == chosen);
}
"""


def end_of(text, at):
    """Where the parenthesis that opens at @at is closed."""
    depth = 0
    for m in re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|/\*.*?\*/|[()]', re.S).finditer(text, at):
        depth += {"(": 1, ")": -1}.get(m.group(), 0)
        if depth == 0:
            return m.start()
    raise ValueError("a parenthesis is not closed")


def negatable(text):
    """(start, end) of what stands in the parentheses of each "if" outside of macros and comments."""
    comments = [m.span() for m in re.finditer(r"/\*.*?\*/", text, re.S)]
    for m in re.finditer(r"\bif \(", text):
        line = text[text.rfind("\n", 0, m.start()) + 1:text.find("\n", m.start())]
        if line.startswith("#") or line.endswith("\\") or any(a <= m.start() < b for a, b in comments):
            continue
        yield m.end(), end_of(text, m.end() - 1)


def mutate(name, mutants):
    """The source with every condition wrapped; @mutants gets (file, line, condition)."""
    with open(os.path.join(CHECKS, name + ".c"), encoding="utf-8") as f:
        text = f.read()
    out, last = ["extern _Bool seal_mutant(int n, _Bool c);\n#line 1\n"], 0
    for start, end in negatable(text):
        condition = text[start:end]
        out += [text[last:start], f"seal_mutant({len(mutants)}, ", condition, ")"]
        last = end
        mutants.append((name, text.count("\n", 0, start) + 1, " ".join(condition.split())))
    return "".join(out) + text[last:]


def build(top, names, folder):
    """The program with all mutants in it, and their list."""
    with open(os.path.join(top, "compile_commands.json"), encoding="utf-8") as f:
        commands = {os.path.normpath(os.path.join(c["directory"], c["file"])): c for c in json.load(f)
                    if ".p/" in c["output"] and c["output"].startswith("src/libseal")}
    mutants, objects = [], []
    for name in names:
        source = os.path.join(folder, name + ".c")
        with open(source, "w", encoding="utf-8") as f:
            f.write(mutate(name, mutants))
        c = commands[os.path.normpath(os.path.join(CHECKS, name + ".c"))]
        words = shlex.split(c["command"])
        words[words.index("-o") + 1] = source + ".o"
        words[words.index("-c") + 1] = source
        words = [w for i, w in enumerate(words) if w not in ("-MD", "-MQ", "-MF") and words[i - 1] not in ("-MQ", "-MF")]
        subprocess.run([*words, "-w", "-Wno-error"], cwd=c["directory"], check=True)
        objects.append(source + ".o")
    support = os.path.join(folder, "support.c")
    with open(support, "w", encoding="utf-8") as f:
        f.write(SUPPORT)
    link = subprocess.run(["ninja", "-C", top, "-t", "commands", "postseal"], capture_output=True, text=True, check=True)
    words = shlex.split(link.stdout.splitlines()[-1])
    program = os.path.join(folder, "postseal")
    words[words.index("-o") + 1] = program
    first = next(i for i, w in enumerate(words) if w.endswith(".o"))
    subprocess.run(words[:first] + objects + [support] + words[first:], cwd=top, check=True)
    return program, mutants


def checks_of(name):
    with open(os.path.join(CHECKS, name + ".c"), encoding="utf-8") as f:
        return set(re.findall(r'^\t\{"([A-Z]{3}-\d{3})",', f.read(), re.M))


class Trial:
    """The fixtures of one file, their roots written once."""

    def __init__(self, program, group, keep, folder):
        self.program, self.group = program, group
        self.root = group[0].write(folder, keep)
        self.seen = set()

    def run(self, mutant=None, seen=None):
        """The first fault of a run, or None."""
        env = dict(os.environ)
        if mutant is not None:
            env["SEAL_MUTANT"] = str(mutant)
        if seen:
            env["SEAL_MUTANTS_SEEN"] = seen
        command = [self.program, "audit", "--root", self.root, "--only", ",".join(sorted({c.check for c in self.group})),
                   "--format", "json", *self.group[0].args]
        try:
            done = subprocess.run(command, capture_output=True, timeout=60, check=False, env=env)
        except subprocess.TimeoutExpired:
            return "does not end"
        if done.returncode:
            return f"exit {done.returncode}"
        return next(fixtures.faults(self.group, json.loads(done.stdout), None), None)

    def look(self, path):
        fault = self.run(seen=path)
        with open(path, "rb") as f:
            data = f.read()
        self.seen = {int.from_bytes(data[i:i + 4], sys.byteorder) for i in range(0, len(data), 4)}
        return fault


def try_file(program, mutants, name, all_groups, keep):
    """(numbers of the file's mutants that nobody comes by, and of those that nobody notices)."""
    mine = [n for n, m in enumerate(mutants) if m[0] == name]
    checks = checks_of(name)
    chosen = [g for g in all_groups if any(c.check in checks for c in g)] if checks else all_groups
    if checks:
        chosen = [[c for c in g if c.check in checks] for g in chosen]
    chosen = chosen[::max(1, -(-len(chosen) // ROOTS_MAX))]
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        trials = []
        for i, group in enumerate(chosen):
            os.mkdir(os.path.join(folder, str(i)))
            trials.append(Trial(program, group, keep, os.path.join(folder, str(i))))
        for t, fault in zip(trials, pool.map(lambda it: it[1].look(f"{folder}/seen.{it[0]}"), enumerate(trials))):
            if fault:
                raise SystemExit(f"without a mutant: {t.group[0].name}: {fault}")

        def survives(n):
            near = [t for t in trials if n in t.seen]
            return None if not near else all(t.run(mutant=n) is None for t in near)
        verdicts = list(pool.map(survives, mine))
    return ([n for n, v in zip(mine, verdicts) if v is None], [n for n, v in zip(mine, verdicts) if v])


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("build")
    ap.add_argument("--least", type=float, default=95)
    ap.add_argument("files", nargs="*")
    a = ap.parse_args()
    names = a.files or sorted(f[:-2] for f in os.listdir(CHECKS) if f.endswith(".c") and f[:-2] not in NOT_HERE)
    all_groups = fixtures.groups(cases.load())
    killed = total = 0
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as keep:
        program, mutants = build(os.path.abspath(a.build), names, folder)
        cases.assemble([g[0] for g in all_groups], keep)
        for name in names:
            unseen, alive = try_file(program, mutants, name, all_groups, keep)
            n = sum(m[0] == name for m in mutants)
            total += n
            killed += n - len(unseen) - len(alive)
            print(f"{name}: {n - len(unseen) - len(alive)} of {n}", flush=True)
            for what, numbers in (("nobody comes by", unseen), ("nobody notices", alive)):
                for i in numbers:
                    print(f"  src/checks/{name}.c:{mutants[i][1]}: {what}: {mutants[i][2]}", flush=True)
    percent = 100.0 * killed / total if total else 0
    print(f"{killed} of {total} negated conditions noticed: {percent:.1f} %, at least {a.least:g} %")
    return percent < a.least


if __name__ == "__main__":
    sys.exit(main())
