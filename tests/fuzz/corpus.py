#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How much of the parsers the seeds and their damaged copies reach: what fuzzing begins with.

What no input reaches does not count: lines that are about memory (tests/faults reaches those), and functions
that ask the running host.

usage: corpus.py BUILD-DIR [--least PERCENT] [--report] [--missing FILE ...]

BUILD-DIR is one of tests/coverage.py, and made when it is not there; its counts are thrown away. --report
runs nothing.
--missing lists the lines that no seed reaches of the files whose path ends so.
"""
import argparse
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), HERE]
sys.dont_write_bytecode = True
import coverage  # noqa: E402

# what reads bytes that a stranger wrote, and has a target in fuzz.h
PARSERS = re.compile(r"""
    analysis/reason/\w+
    | core/(input|json|jsonread|path|regex|root_archive|root_index|root_partial|table|time|utf8|enc_\w+)
    | evidence/(journal|journal_export)
    | evidence/audit/\w+
    | evidence/bundle/mask
    | evidence/firewall/(?!boot|nft_helper|nft_load)\w+
    | evidence/host/\w+
    | evidence/postfix/\w+
    | evidence/reports/\w+
    | evidence/rules/\w+
    | evidence/selinux/(?!prove|policy_|module_rules|sepol_memory|store)\w+
    | fix/plan_read
""", re.VERBOSE)
MEMORY = re.compile(r"ENOMEM|out of memory")
LIVE = re.compile(r"""
    .*_?live(_\w+)? | mend_flags | may_ask | list_json | seal_ruleset_kernel_json | mask_length | addr_of
    | seal_state_kernel | read_kernel_booleans | read_checkreqprot | seal_audit_read
    | add_mount | is_local | read_mounts | note_task | proc_word
""", re.VERBOSE)


def share_of(counts, path):
    """(lines an input can reach, those that one did reach, the others as texts)"""
    with open(os.path.join(coverage.TOP, "src", path), encoding="utf-8") as f:
        source = f.read().splitlines()
    reached = {}
    for (function, line), (n, _) in counts.files[path].items():
        if not MEMORY.search(source[line - 1]) and not LIVE.fullmatch(function):
            reached[line] = reached.get(line, 0) + n
    missing = [f"{line}: {source[line - 1].strip()}" for line, n in sorted(reached.items()) if not n]
    return len(reached), len(reached) - len(missing), missing


def replay(top):
    """What every build runs; whether all went well."""
    for counts in glob.glob(os.path.join(glob.escape(top), "**", "*.gcda"), recursive=True):
        os.truncate(counts, 0)
    return subprocess.run([sys.executable, os.path.join(HERE, "replay.py"), os.path.join(top, "tests/fuzz/replay")],
                          check=False).returncode == 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    parser.add_argument("build", type=os.path.abspath)
    parser.add_argument("--least", type=float, default=90.0)
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--missing", nargs="+", default=[])
    args = parser.parse_args()

    good = True
    if not args.report:
        coverage.build(args.build, "tests/fuzz/replay")
        good = replay(args.build)
    counts = coverage.read_counts(args.build)
    total = [0, 0]
    for path in sorted(p for p in counts.files if PARSERS.fullmatch(os.path.splitext(p)[0])):
        lines, reached, missing = share_of(counts, path)
        total = [total[0] + lines, total[1] + reached]
        print(f"{path:44} {reached:5} of {lines:5} {100.0 * reached / max(lines, 1):6.1f} %")
        if any(path.endswith(m) for m in args.missing):
            print("".join(f"  {text}\n" for text in missing), end="")
    share = 100.0 * total[1] / total[0]
    print(f"{total[1]} of {total[0]} lines of the parsers: {share:.1f} %, at least {args.least:g} %")
    return 0 if good and share >= args.least else 1


if __name__ == "__main__":
    sys.exit(main())
