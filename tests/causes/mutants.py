#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Take away or negate what decides on a cause, one condition at a time: some test must notice.

usage: mutants.py BUILD-DIR [--least PERCENT] [--every N] [--reasons] [--rules] [--analysis] [--scripts]
                  [--again REPORT] [FILE ...]

--rules     the conditions of rules/causes: each reply code, pattern, errno, daemon ... of a symptom and
            each candidate is taken out; the labelled reasons (tests/data/reasons), the cases of
            run.py or the incidents must notice. FILE: "dns" for rules/causes/dns.yaml
--analysis  the conditions of the code that joins a message with its evidence: each "if" is negated
            (tests/negate.py); unit tests, recorded outputs, the cases of run.py, these without
            their proof (mutate.py) or the incidents must notice. FILE: "cause_file" for
            src/analysis/attribution/cause_file.c, "denials" for all of src/analysis/denials
--scripts   of the analysis: the tests of plans, of variations and of the kernel's verdicts too, which
            take seconds each
--again     of the analysis: only what an earlier report lists
--reasons   of rules only what a text, a code or a daemon decides, and the labelled reasons alone
--every N   only each N-th of them

Both where neither is named. All of both takes an hour of one processor.
"""
import argparse
import concurrent.futures
import copy
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
sys.path[:0] = [str(HERE), str(TESTS), str(TESTS / "incidents"), str(TESTS / "golden")]
sys.dont_write_bytecode = True
import assemble  # noqa: E402
import golden  # noqa: E402
import mutate  # noqa: E402
import negate  # noqa: E402
import run as cases  # noqa: E402

SPEC = importlib.util.spec_from_file_location("incidents_run", TESTS / "incidents" / "run.py")
incidents = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(incidents)

DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
RULES = TESTS.parent / "rules"
ANALYSIS = TESTS.parent / "src" / "analysis"
UNITS = ["attribution", "symptom", "reason", "dac", "changes", "endpoints", "packet_set", "queue_health", "rungs",
         "ladder", "policy_prove", "firewalld", "nft_text"]
GOOD = (incidents.RIGHT, incidents.CLASS_ONLY, incidents.UNKNOWN, incidents.WRONG)
# of these keys a condition is a whole list too: without it the symptom asks for nothing there
FILTERS = ("smtp", "daemon", "errno", "form", "dsn", "transport", "phase", "port", "relay", "loopback")
CANDIDATES = ("needs", "otherwise")  # evidence decides between them
TEXTS = ("id", "why", "verdict", "order")


class Trial:
    """One bundle or program, and how its answer is judged: @judge(answer of @command) is a fault or None."""

    def __init__(self, name, command, judge, folder=TESTS.parent):
        self.name, self.command, self.judge, self.folder = name, command, judge, folder
        self.seen, self.text = set(), ""
        self.kills, self.limit, self.last = {}, 60, False

    def run(self, rules=None, **env):
        command = self.command + (["--rules", rules] if rules and self.command[1:2] == ["explain"] else [])
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=self.limit,
                                  check=False, env={**os.environ, "TZ": "UTC", "LC_ALL": "C", **env}, cwd=self.folder)
        except subprocess.TimeoutExpired:
            return "does not end"
        if not rules and not env.get("SEAL_MUTANT"):
            self.text = done.stdout.decode(errors="replace")
        try:
            return self.judge(done)
        except (ValueError, KeyError) as e:
            return f"{type(e).__name__}: {e}"


def answer_of(done):
    if done.returncode not in (0, 2):
        raise ValueError(f"exit {done.returncode}: {done.stderr[-200:]!r}")
    return json.loads(done.stdout)


def judge_unit(done):
    return f"exit {done.returncode}" if done.returncode else None


def judge_case(case):
    return lambda done: "; ".join(cases.judge(case, answer_of(done))) or None


def judge_without(aimed):
    return lambda done: ", ".join(aimed & mutate.certain(answer_of(done))) or None


def judge_golden(name):
    with open(os.path.join(golden.GOLDEN, name), "rb") as f:
        want = f.read()
    return lambda done: None if done.stdout == want else "another output"


class JudgeIncident:
    """What got worse than it is."""

    def __init__(self, truths):
        self.truths, self.was = truths, None

    def __call__(self, done):
        report = answer_of(done)
        wrong = incidents.wrong_certain(self.truths, report) + incidents.forbidden_fixes(self.truths, report)
        rows = []
        for truth in self.truths:
            shared = any(set(truth["queue_ids"]) & set(t["queue_ids"]) for t in self.truths if t is not truth)
            rows.append(GOOD.index(incidents.judge(truth, report, shared)[0]))
        self.was = self.was or rows
        if any(now > was for now, was in zip(rows, self.was)):
            wrong.append("a truth is missed")
        return "; ".join(wrong) or None


def lay_out(program, units, at, proofs=()):
    """All trials, their evidence below @at."""
    trials = [Trial(name, [path], judge_unit) for name, path in units]
    explain = [program, "explain", "--format", "json", "--root"]
    loaded = list(cases.load_cases())
    base = sys.modules["base"].BASE
    for i, (group, case) in enumerate(loaded):
        root = at / f"case{i}"
        cases.lay_out(case, base, root)
        trials.append(Trial(f"{group}: {case['name']}", [*explain, str(root), *case.get("args", ())],
                            judge_case(case)))
    with open(TESTS / "incidents" / "expected.json", encoding="utf-8") as f:
        expected = json.load(f)
    for name in sorted(expected):
        if (TESTS / "incidents" / name).is_dir():
            assemble.assemble(str(TESTS / "incidents" / name), str(at / name))
            trials.append(Trial(name, [*explain, str(at / name)], JudgeIncident(expected[name])))
    for pattern, change in proofs:
        for i, (group, case) in enumerate(loaded):
            aimed = {v for v in mutate.expected(case) if mutate.re.match(pattern, v)}
            if aimed:
                root = at / f"without{len(trials)}"
                cases.lay_out(case, base, root)
                change(root)
                trials.append(Trial(f"{case['name']}: {change.__name__}", [*explain, str(root)], judge_without(aimed)))
    return trials


def lay_out_golden(program, at):
    """The recorded outputs: the name of the root stands in them."""
    trials = []
    for incident, args, name in golden.CASES:
        folder = at / "golden" / incident
        if not folder.is_dir():
            folder.mkdir(parents=True)
            assemble.assemble(os.path.join(golden.INCIDENTS, incident), str(folder / "incident"))
        trials.append(Trial(name, [program, args[0], "--root", "incident", *args[1:]], judge_golden(name), folder))
    return trials


def lay_out_scripts(program):
    """Tests of their own, each a whole run: last."""
    truth = TESTS / "data" / "firewall" / "kernel"
    rows = {
        "unit/story.py": [program, TESTS / "incidents"],
        "unit/reach_truth.py": [program, truth],
        "unit/reach_truth.py --firewalld": ["--firewalld", program, truth],
        "unit/reach_agree.py": [program, truth, "10"],
        "incidents/vary.py": ["--program", program],
        "incidents/fix_plan.py": [program],
        "incidents/reach_fix.py": [program],
    }
    trials = []
    for name, args in rows.items():
        t = Trial(name, [sys.executable, str(TESTS / name.split()[0]), *map(str, args)], judge_unit)
        t.limit, t.last = 600, True
        trials.append(t)
    return trials


def sources(names):
    """The files below src that the names choose: folders of src/analysis, or files without their ending."""
    files = [f.relative_to(ANALYSIS.parent) for f in sorted(ANALYSIS.rglob("*.c"))]
    return [str(f) for f in files if not names or f.stem in names or f.parent.name in names]


def try_analysis(top, names, a):
    with tempfile.TemporaryDirectory() as tmp, concurrent.futures.ThreadPoolExecutor(2) as pool:
        at = pathlib.Path(tmp)
        targets = ["postseal"] + ["tests/unit/test_" + name for name in UNITS]
        programs, mutants = negate.build(top, sources(names), tmp, targets)
        trials = lay_out(programs["postseal"], [(t, programs[t]) for t in targets[1:]], at, mutate.PROOFS)
        trials += lay_out_golden(programs["postseal"], at)
        trials += lay_out_scripts(programs["postseal"]) if a.scripts else []

        def look(i):
            path = str(at / f"seen{i}")
            fault = trials[i].run(SEAL_MUTANTS_SEEN=path, SEAL_TEST_DATA=str(TESTS / "data"))
            trials[i].seen = negate.read_seen(path)
            return fault
        for i, fault in enumerate(pool.map(look, range(len(trials)))):
            if fault:
                raise SystemExit(f"without a mutant: {trials[i].name}: {fault}")

        def killed(n):
            # what killed its neighbours, then those that come by little: they are about the condition
            file = mutants[n].file
            near = sorted((t for t in trials if n in t.seen),
                          key=lambda t: (t.last, -t.kills.get(file, 0), len(t.seen)))
            for t in near:
                if t.run(SEAL_MUTANT=str(n), SEAL_TEST_DATA=str(TESTS / "data")):
                    t.kills[file] = t.kills.get(file, 0) + 1
                    return True
            print(f"alive: {mutants[n]}", file=sys.stderr, flush=True)
            return False if near else None
        wanted = negate.listed(a.again) if a.again else None
        chosen = [n for n, m in enumerate(mutants) if not wanted or (m.file, m.line) in wanted][::a.every]
        return negate.report(mutants, dict(zip(chosen, pool.map(killed, chosen))), a.least)


def changes(doc, keys_left_out=TEXTS):
    """(what is taken out, the document without it, words of answers it can be about)"""
    for i, symptom in enumerate(doc.get("symptoms", [])):
        about = symptom.get("needs", []) + [symptom.get(k) for k in ("verdict", "otherwise") if k in symptom]
        for key, value in symptom.items():
            if key in keys_left_out:
                continue
            items = range(len(value)) if isinstance(value, list) and len(value) > 1 else []
            whole = [None] if key in FILTERS or not items else []
            for item in [*items, *whole]:
                # what any text holds asks for nothing
                if item is not None and value[item] in (".", ".?") or value in (["."], [".?"]):
                    continue
                mutant = copy.deepcopy(doc)
                if item is None:
                    del mutant["symptoms"][i][key]
                else:
                    del mutant["symptoms"][i][key][item]
                what = f"{symptom['id']}: {key}" + ("" if item is None else f": {value[item]}")
                yield what, mutant, about


def try_rules(top, names, every, least, only_reasons):
    with tempfile.TemporaryDirectory() as tmp, concurrent.futures.ThreadPoolExecutor(2) as pool:
        at = pathlib.Path(tmp)
        # copies: the tree may be built meanwhile
        program = shutil.copy(os.path.join(top, "postseal"), at)
        labelled = shutil.copy(os.path.join(top, "tests", "unit", "test_symptom"), at)
        mutants = []
        for path in sorted((RULES / "causes").glob("*.yaml")):
            if names and path.stem not in names:
                continue
            with open(path, encoding="utf-8") as f:
                doc = yaml.safe_load(f)
                mutants += [(path.name, *c) for c in changes(doc, TEXTS + CANDIDATES if only_reasons else TEXTS)]
        mutants = mutants[::every]

        def lay_rules(n):
            name, _, doc, _ = mutants[n]
            rules = at / f"rules{n}"
            (rules / "causes").mkdir(parents=True)
            for path in RULES.glob("*"):
                if path.name != "causes" and path.is_dir():
                    (rules / path.name).symlink_to(path)
            for path in (RULES / "causes").glob("*.yaml"):
                if path.name != name:
                    (rules / "causes" / path.name).symlink_to(path)
            with open(rules / "causes" / name, "w", encoding="utf-8") as f:
                yaml.dump(doc, f, Dumper=DUMPER, sort_keys=False, allow_unicode=True)
            return str(rules)

        def by_reasons(n):
            rules = lay_rules(n)
            for only in ("test_labelled*", "test_filters"):
                done = subprocess.run([labelled], capture_output=True, check=False, timeout=120, env={
                    **os.environ, "SEAL_TEST_RULES": rules, "SEAL_TEST_ONLY": only,
                    "SEAL_TEST_DATA": str(TESTS / "data")})
                if done.returncode:
                    shutil.rmtree(rules)
                    return True
            return False

        def by_cases(n):
            near = [t for t in trials if any(word in t.text for word in mutants[n][3])]
            killed = any(t.run(rules=str(at / f"rules{n}")) for t in near)
            if not killed:
                print(f"alive: {mutants[n][0]}: {mutants[n][1]}", file=sys.stderr, flush=True)
            return killed
        verdicts = list(pool.map(by_reasons, range(len(mutants))))
        rest = [n for n, killed in enumerate(verdicts) if not killed]
        print(f"{len(mutants) - len(rest)} of {len(mutants)} missed by the labelled reasons", flush=True)
        rest = [] if only_reasons else rest
        trials = lay_out(program, [], at) if rest else []
        for t, fault in zip(trials, pool.map(lambda t: t.run(), trials)):
            if fault:
                raise SystemExit(f"without a mutant: {t.name}: {fault}")
        for n, killed in zip(rest, pool.map(by_cases, rest)):
            verdicts[n] = killed
    for file in sorted({m[0] for m in mutants}):
        mine = [n for n, m in enumerate(mutants) if m[0] == file]
        print(f"{file}: {sum(verdicts[n] for n in mine)} of {len(mine)}")
        for n in mine:
            if not verdicts[n]:
                print(f"  {mutants[n][1]}: nobody misses it")
    percent = 100.0 * sum(verdicts) / len(verdicts)
    print(f"{sum(verdicts)} of {len(verdicts)} conditions of rules missed: {percent:.1f} %, at least {least:g} %")
    return int(percent < least)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("build")
    parser.add_argument("--least", type=float, default=95)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--reasons", action="store_true")
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--analysis", action="store_true")
    parser.add_argument("--again")
    parser.add_argument("--scripts", action="store_true")
    parser.add_argument("files", nargs="*")
    a = parser.parse_intermixed_args()
    top = os.path.abspath(a.build)
    both = not a.rules and not a.analysis
    bad = 0
    if a.rules or both:
        bad |= try_rules(top, a.files, a.every, a.least, a.reasons)
    if a.analysis or both:
        bad |= try_analysis(top, a.files, a)
    return bad


if __name__ == "__main__":
    sys.exit(main())
