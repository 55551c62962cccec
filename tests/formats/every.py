#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every recorded incident and every hand-written host of tests/causes in every format: each document is
valid and inert (validate.py), and names the messages and causes that the JSON has.

usage: every.py PROGRAM [--each N] [WORD ...]

--each N: only each Nth host. WORD: only hosts whose name holds one. A verb is run once for all of its
formats, every second time with --verbose.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
INCIDENTS = os.path.join(TESTS, "incidents")
sys.path[:0] = [os.path.join(TESTS, "causes"), HERE, INCIDENTS]
import assemble  # noqa: E402
import run as hosts  # noqa: E402
import validate  # noqa: E402

# those of a host that nobody recorded have less to tell
VERBS = {True: ["explain", "denials", "reach", "audit"], False: ["explain"]}


def sources():
    """(name, whether it was recorded, how to lay it out in a folder)."""
    for name in sorted(os.listdir(INCIDENTS)):
        path = os.path.join(INCIDENTS, name)
        if os.path.exists(os.path.join(path, "meta.json")):
            yield name, True, lambda top, path=path: assemble.assemble(path, os.path.join(top, "host"))
    for area, case in hosts.load_cases():
        yield f"{area}: {case['name']}", False, lambda top, case=case: hosts.lay_out(
            case, sys.modules["base"].BASE, pathlib.Path(top) / "host")


def missing(form, answer, text):
    """What the JSON of explain has and another format lacks."""
    if form == "ndjson":
        kinds = [json.loads(line)["record"] for line in text.splitlines()]
        return [f"{kinds.count(kind)} records of {len(answer[kind + 's'])} {kind}s" for kind in ("message", "cause")
                if kinds.count(kind) != len(answer[kind + "s"])]
    if form == "text":
        words = " ".join(text.split())
        return [f"no word of {cause['title']!r}" for cause in answer["causes"]
                if cause["title"] and cause["title"].isascii() and cause["title"] not in words]
    return []


def check(program, host, number):
    name, recorded, lay_out = host
    out = []
    with tempfile.TemporaryDirectory(prefix="postseal-every-") as top:
        lay_out(top)
        for verb in VERBS[recorded]:
            forms = validate.FORMATS[verb]
            files = {form: os.path.join(top, f"out.{form}") for form in forms}
            command = [program, verb, "--root", os.path.join(top, "host"),
                       *(word for form in forms for word in ("--format", f"{form}={files[form]}")),
                       *(["--verbose"] if number % 2 else []), *(["--all"] if verb == "denials" and number % 3 else [])]
            done = subprocess.run(command, capture_output=True, timeout=120, check=False, stdin=subprocess.DEVNULL,
                                  env={**os.environ, "SOURCE_DATE_EPOCH": "1795200000"})
            if done.returncode or done.stdout:
                out.append(f"{name}: {verb}: exit status {done.returncode}: {done.stderr[:300]!r}")
                continue
            answer = None
            for form in sorted(forms, key=lambda form: form != "json"):
                with open(files[form], "rb") as f:
                    data = f.read()
                out += validate.faults(f"{name}: {verb}", form, data)
                if form == "json":
                    answer = json.loads(data)
                elif verb == "explain":
                    out += [f"{name}: {form}: {e}" for e in missing(form, answer, data.decode())]
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--each", type=int, default=1)
    parser.add_argument("words", nargs="*")
    args = parser.parse_args()
    program = os.path.abspath(args.program)
    chosen = [h for h in sources() if not args.words or any(word in h[0] for word in args.words)][::args.each]
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        faults = [f for found in pool.map(lambda pair: check(program, pair[1], pair[0]), enumerate(chosen))
                  for f in found]
    faults += validate.promtool_faults()
    for fault in faults:
        print(fault[:400])
    print(f"{len(chosen)} hosts, {len(faults)} faults")
    return 1 if faults or not chosen else 77 if validate.MISSING else 0


if __name__ == "__main__":
    sys.exit(main())
