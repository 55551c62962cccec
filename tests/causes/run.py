#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts written out by hand, one fault each: the cause that explain names for it.

cases/*.py hold lists CASES of dicts; adding one needs nothing else. Each case is laid out as an
evidence bundle (bundle.json, root/, live/) and given to `postseal explain --format json`:

  name     what is wrong
  files    text of files below the root, over those of BASE; None removes one
  modes    {path: (type, mode, uid, gid[, link])} for live/files.tsv; every file is in it anyway,
           as 0644 of root, its directories as 0755
  sizes    {path: its bytes} there, where that is not 0; times: {path: when it was changed}
  log      lines of var/log/mail.log (see line(), deferred() in cases/words.py)
  queue    messages of live/queue.ndjson
  audit    lines of var/log/audit/audit.log
  live     further files of live/: text, or what becomes JSON
  expect   {queue id, or queue id + " " + recipient: (verdict, certainty[, {object fields}])}
  causes   [(verdict, certainty[, {object fields}])]: among the causes
  never    verdicts that no cause and no recipient may have
  evidence texts that must stand in some evidence of the expected causes
  only     True: no other causes than those of `causes` and `expect`
  args     further arguments
  told     texts that must stand in the answer; untold: that must not
  fixes    how many fixes there are; silent: how many silent denials
"""
import argparse
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
NOW = 1795200816


def load_cases():
    sys.path.insert(0, str(HERE / "cases"))
    for path in sorted((HERE / "cases").glob("*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for case in getattr(module, "CASES", ()):
            yield path.stem, case


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def tsv(files, modes, sizes, times):
    rows = {"/": ("d", 0o755, 0, 0)}
    for name in list(files) + list(modes):
        for parent in pathlib.PurePosixPath("/" + name.lstrip("/")).parents:
            rows.setdefault(str(parent), ("d", 0o755, 0, 0))
    for name in files:
        rows["/" + name] = ("f", 0o644, 0, 0)
    for name, row in modes.items():
        rows["/" + name.lstrip("/")] = row
    out = []
    for name in sorted(rows):
        kind, mode, uid, gid, *link = rows[name]
        size, time = sizes.get(name[1:], 0), times.get(name[1:], NOW - 86400)
        out.append(f"{name}\t{kind}\t{mode:o}\t{uid}\t{gid}\t{size}\t{time}.0\t{''.join(link)}")
    return "\n".join(out) + "\n"


def lay_out(case, base, at):
    files = {k: v for k, v in {**base["files"], **case.get("files", {})}.items() if v is not None}
    for name, text in files.items():
        write(at / "root" / name, text)
    if case.get("log"):
        write(at / "root/var/log/mail.log", "\n".join(case["log"]) + "\n")
    if case.get("audit"):
        write(at / "root/var/log/audit/audit.log", "\n".join(case["audit"]) + "\n")
    write(at / "bundle.json", json.dumps(
        {"schema": "postseal/1", "host": "mail", "time": "2026-11-20T18:53:36Z"}))
    live = {**base["live"], **case.get("live", {})}
    live["files.tsv"] = tsv(files, {**base["modes"], **case.get("modes", {})}, case.get("sizes", {}),
                            case.get("times", {}))
    if case.get("queue"):
        live["queue.ndjson"] = "".join(json.dumps(m) + "\n" for m in case["queue"])
    for name, content in live.items():
        if content is not None:
            write(at / "live" / name, content if isinstance(content, str) else json.dumps(content))


def ask(program, at, args=()):
    done = subprocess.run([program, "explain", "--root", str(at), "--format", "json", *args],
                          capture_output=True, text=True, timeout=60)
    if done.returncode not in (0, 2):
        raise AssertionError(f"exit status {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def fits(cause, wanted):
    verdict, certainty, *fields = wanted
    if cause["verdict"] != verdict or cause["certainty"] != certainty:
        return False
    return all(cause["object"].get(k) == v for f in fields for k, v in f.items())


def told(cause):
    fields = {k: v for k, v in cause["object"].items() if v}
    return f"{cause['verdict']} {cause['certainty']} {fields}"


def judge(case, answer):
    """The remarks on one answer; empty: right."""
    bad, evidence, found = [], "", {}
    for message in answer["messages"]:
        for rcpt in message["recipients"]:
            found[message["queue_id"]] = rcpt["cause"]
            found[message["queue_id"] + " " + rcpt["address"]] = rcpt["cause"]
    for key, wanted in case.get("expect", {}).items():
        if key not in found:
            bad.append(f"{key}: no such message")
        elif not fits(found[key], wanted):
            bad.append(f"{key}: {told(found[key])}, not {wanted}"
                       + f" ({found[key].get('reason', '')})")
        else:
            evidence += json.dumps(found[key]["evidence"])
    for wanted in case.get("causes", ()):
        hits = [c for c in answer["causes"] if fits(c, wanted)]
        if not hits:
            bad.append(f"no cause {wanted}; there are: "
                       + "; ".join(told(c) for c in answer["causes"]))
        evidence += json.dumps(hits)
    for cause in list(found.values()) + answer["causes"]:
        if cause["verdict"] in case.get("never", ()):
            bad.append(f"must not be told: {told(cause)}")
    if case.get("only"):
        right = {w[0] for w in case.get("causes", ())} | {w[0] for w in case["expect"].values()}
        bad += [f"one cause too many: {told(c)}" for c in answer["causes"]
                if c["verdict"] not in right]
    for text in case.get("evidence", ()):
        if text not in evidence:
            bad.append(f"evidence lacks {text!r}")
    return bad + judge_whole(case, answer)


def judge_whole(case, answer):
    whole = json.dumps(answer)
    bad = [f"the answer lacks {t!r}" for t in case.get("told", ()) if t not in whole]
    bad += [f"the answer has {t!r}" for t in case.get("untold", ()) if t in whole]
    for key, n in (("fixes", len(answer["fixes"])), ("silent", answer["summary"]["silent_denials"])):
        if n != case.get(key, n):
            bad.append(f"{key}: {n}, not {case[key]}")
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--only", help="cases whose name holds this")
    parser.add_argument("--keep", help="lay the cases out below this directory")
    args = parser.parse_args()
    n = failed = 0
    cases = list(load_cases())
    base = sys.modules["base"].BASE
    for group, case in cases:
        name = f"{group}: {case['name']}"
        if args.only and args.only not in name:
            continue
        n += 1
        with tempfile.TemporaryDirectory() as tmp:
            at = pathlib.Path(args.keep or tmp) / f"{n:03}"
            lay_out(case, base, at)
            try:
                bad = judge(case, ask(args.program, at, case.get("args", ())))
            except (AssertionError, subprocess.TimeoutExpired, json.JSONDecodeError) as e:
                bad = [str(e)]
        failed += bool(bad)
        for remark in bad:
            print(f"{name}: {remark}")
    print(f"{n - failed} passed, {failed} failed")
    return 1 if failed or not n else 0


if __name__ == "__main__":
    sys.exit(main())
