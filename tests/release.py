#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured before a release: each figure by the command that yields it, and a table of them.

usage: release.py BUILD-DIR [--list] [FIGURE ...]

BUILD-DIR is a finished build by gcc. Each command's output is kept in BUILD-DIR/release/FIGURE.log, the
table in BUILD-DIR/release/figures.md; a figure that is measured again replaces its row. All of them
take two days of a processor, most of it fuzzing; --list tells the commands.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable

# what is measured; the goal; the commands, of which each must end well; what of their output is the figure
Figure = collections.namedtuple("Figure", "measure goal commands shown")


def python(*words):
    return [PYTHON, *words]


def suite(build, *names):
    return ["meson", "test", "-C", build, "--no-rebuild", "--timeout-multiplier", "4", *names]


def figures(build):
    program = os.path.join(build, "postseal")
    asan = build + "-asan"
    fault = os.path.join(build, "tests/faults/postseal-faults")
    hostile = python("tests/hostile/run.py", "--program", program)
    return {
        "fuzzing": Figure(
            "every parser of foreign bytes, under ASan and UBSan", "24 h of processor time, 0 findings",
            [["tests/fuzz/run", "--each", "1800"]], r"\d+ of \d+ parsers.*"),
        "identities": Figure(
            "no certain cause where identities were moved apart", "0 of 20,000",
            [python("tests/fuzz/apart.py", program, "--runs", "20000", "--seed", "7")], None),
        "inputs": Figure(
            "malformed inputs", ">= 5,000, 0 findings",
            [python("tests/fuzz/replay.py", "--at-least", "5000", os.path.join(build, "tests/fuzz/replay"), "18")],
            r"\d+ inputs"),
        "corpus": Figure(
            "lines of the parsers that the kept inputs reach", ">= 95 %",
            [python("tests/fuzz/corpus.py", build + "-coverage", "--least", "95")], r"\d+ of \d+ lines of the parsers.*"),
        "faults": Figure(
            "each allocation and each call of input or output fails", "up to 5,000 a case, 0 findings",
            [python("tests/faults/run.py", fault, "--all"), python("tests/apply/faults.py", program, fault, "--all"),
             python("tests/watch/faults.py", fault, "--all"),
             python("tests/probe/run.py", "--program", fault, "--faults", "5000")], r"(?:\d+ runs.*)"),
        "coverage": Figure(
            "lines and branches", ">= 90 %, >= 80 %",
            [python("tests/coverage.py", build + "-coverage", "--all")], r"all  +.*"),
        "roots": Figure(
            "hostile roots; without openat2(2); as the root of a user namespace", ">= 100 each, 0 failed",
            [hostile, [*hostile, "--without", "openat2"], [*hostile, "--userns"]], r"\d+ cases.*"),
        "injection": Figure(
            "payloads through every format", "10,000 at random, 0 active",
            [python("tests/hostile/strings.py", program, "--all")], r"\d+ payloads.*"),
        "shell": Figure(
            "commands through sh(1), argv as planned", "100,000",
            [[os.path.join(build, "tests/unit/test_fix_sh")]], r"PASSED.*\d+ test.*"),
        "policy": Figure(
            "denials at random: what is granted is what lacked", "10,000",
            [[os.path.join(build, "tests/unit/test_policy_property"), "10000"]], r"PASSED.*\d+ test.*"),
        "defences": Figure(
            "defences taken away (T1 to T16)", "each is noticed",
            [python("tests/hostile/defences.py", build + "-defences")], r"\d+ defences.*"),
        "sanitizers": Figure(
            "the tests under ASan and UBSan (clang)", "0 failed",
            [["sh", "-c", f"test -f '{asan}/build.ninja' || CC=clang meson setup '{asan}' -Dwerror=true "
              "-Db_sanitize=address,undefined -Db_lundef=false"], ["ninja", "-C", asan], suite(asan)],
            r"(?:Ok|Fail|Timeout): +\d+"),
        "checks": Figure(
            "negated conditions of the checks that tests notice", ">= 95 %",
            [python("tests/checks/mutants.py", build)], None),
        "causes": Figure(
            "negated conditions of the causes that tests notice", ">= 95 %",
            [python("tests/causes/mutants.py", build)], None),
        "same": Figure(
            "the same bytes: time zones, locales, order of directories, processors", "equal",
            [suite(build, "same bytes")], r"Ok: +\d+"),
        "load": Figure(
            "10 GB of logs; a million queue files", "<= 256 MiB",
            [["env", "SEAL_BENCH_MB=10000", "SEAL_BENCH_ROUNDS=1", "tests/bench/explain.sh", program],
             suite(build, "million")], r"(?:postseal: .* MiB.*|Ok: +\d+)"),
        "speed": Figure(
            "audit on 2 processors, no logs", "<= 64 MiB, <= 2 s of CPU",
            [["tests/bench/host.sh", program]], r"(?:audit: .*(?:MiB|CPU).*)"),
        "questions": Figure(
            "policy opened; 100,000 labels; a group of denials decided and proven", "<= 40 ms, 300 ms, 10 ms",
            [["tests/bench/selinux.sh", os.path.join(build, "tests/bench/bench_selinux"), program]],
            r"(?:.+ ms, goal .+ ms)"),
    }


def measure(name, figure, folder):
    """Whether the goal is met, and what was measured."""
    good, shown = True, []
    with open(os.path.join(folder, name + ".log"), "w", encoding="utf-8", errors="replace") as log:
        for command in figure.commands:
            print("+ " + " ".join(command), file=log, flush=True)
            done = subprocess.run(command, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, check=False, text=True, errors="replace")
            log.write(done.stdout)
            good &= done.returncode == 0
            lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
            if figure.shown:
                lines = [m.group() for m in (re.search(figure.shown, line) for line in lines) if m]
                shown += lines if figure.shown.startswith("(?:") else lines[-1:]
            else:
                shown += lines[-1:]
            if not good:
                break
    return good, "; ".join(re.sub(r"\s+", " ", s) for s in shown) or "nothing"


def table(rows):
    lines = ["| Measure | Goal | Measured | Met |", "|---|---|---|---|"]
    for row in rows.values():
        lines.append("| {measure} | {goal} | {measured} | {met} |".format_map(row))
    return "\n".join(lines) + "\n"


def tell(known, build):
    """The list of figures; 1 when a program of theirs is not there. Builds that they make need not be."""
    made = (build + "-asan", build + "-coverage", build + "-defences")
    missing = []
    for name, figure in known.items():
        print(f"{name}: {figure.measure} ({figure.goal})")
        for command in figure.commands:
            print("  " + " ".join(os.path.relpath(w, TOP) if w.startswith(TOP) else w for w in command))
            missing += [w for w in command if w.startswith(("/", "tests/")) and w not in made
                        and not os.path.exists(os.path.join(TOP, w))]
    if missing:
        print("not there:", " ".join(missing), file=sys.stderr)
    return 1 if missing else 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    parser.add_argument("build", type=os.path.abspath)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("figures", nargs="*", metavar="FIGURE")
    args = parser.parse_args()

    known = figures(args.build)
    for name in args.figures:
        if name not in known:
            parser.error(f"no figure is called {name}; there are: {', '.join(known)}")
    if args.list:
        return tell(known, args.build)

    folder = os.path.join(args.build, "release")
    os.makedirs(folder, exist_ok=True)
    kept = os.path.join(folder, "figures.json")
    rows = {}
    if os.path.exists(kept):
        with open(kept, encoding="utf-8") as f:
            rows = json.load(f)
    good = True
    for name in args.figures or known:
        met, measured = measure(name, known[name], folder)
        good &= met
        rows[name] = {"measure": known[name].measure, "goal": known[name].goal, "measured": measured,
                      "met": "yes" if met else "no"}
        print(f"{name}: {measured}{'' if met else ': NOT MET, see ' + os.path.join(folder, name + '.log')}",
              flush=True)
        with open(kept, "w", encoding="utf-8") as f:
            json.dump(rows, f, indent=1)
        with open(os.path.join(folder, "figures.md"), "w", encoding="utf-8") as f:
            f.write(table({n: rows[n] for n in known if n in rows}))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
