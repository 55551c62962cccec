#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the seeds, with the kept inputs of tests/fuzz/regressions, through every parser, and damaged copies
of them: cut, with bits turned over, with parts of another one in them.

usage: replay.py [--at-least N] PROGRAM [COPIES]

COPIES damaged ones of each seed (3). Fewer than N inputs in all are a failure.
"""
import argparse
import concurrent.futures
import os
import random
import re
import subprocess
import sys
import tempfile

import seeds

HERE = os.path.dirname(os.path.abspath(__file__))
SIZE_MAX = 16384


def damage(rng, data, other):
    data = bytearray(data[:SIZE_MAX])
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(5)
        if kind == 0:
            del data[at:at + rng.randrange(1, 64)]
        elif kind == 1 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 9)))
        elif kind == 3 and other:
            begin = rng.randrange(len(other))
            data[at:at] = other[begin:begin + rng.randrange(1, 256)]
        else:
            part = data[at:at + rng.randrange(1, 64)]
            data[at:at] = part * rng.randrange(1, 40)
    return bytes(data[:2 * SIZE_MAX])


def lay_out(rng, top, target, copies):
    """The seeds of a parser, and damaged copies of some: TOP/TARGET/{seeds,damaged}/TARGET."""
    folder, damaged = os.path.join(top, target, "seeds", target), os.path.join(top, target, "damaged", target)
    os.renames(os.path.join(top, "seeds", target), folder)
    os.makedirs(damaged)
    texts = [seeds.read(os.path.join(folder, n)) for n in sorted(os.listdir(folder))]
    texts = rng.sample(texts, min(len(texts), 12))
    for i, text in enumerate(texts):
        for k in range(copies):
            with open(os.path.join(damaged, f"{i}.{k}"), "wb") as f:
                f.write(damage(rng, text, rng.choice(texts)))


def run(program, folder):
    """How many inputs a parser took, and whether all was well; one process each, which stays small."""
    env = dict(os.environ)
    env["LSAN_OPTIONS"] = f"suppressions={os.path.join(HERE, 'lsan.supp')}:print_suppressions=0"
    done = subprocess.run([program, os.path.join(folder, "seeds"), os.path.join(folder, "damaged")],
                          stdout=subprocess.PIPE, check=False, env=env, text=True)
    told = re.search(r"^(\d+) inputs$", done.stdout, re.M)
    return int(told.group(1)) if told else 0, bool(told) and done.returncode == 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    parser.add_argument("--at-least", type=int, default=1, metavar="N")
    parser.add_argument("program")
    parser.add_argument("copies", type=int, nargs="?", default=3)
    args = parser.parse_args()
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as top:
        count = seeds.write(os.path.join(top, "seeds"))
        if count < 200:
            sys.exit(f"only {count} seeds")
        targets = sorted(os.listdir(os.path.join(top, "seeds")))
        for target in targets:
            lay_out(rng, top, target, args.copies)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            told = list(pool.map(lambda target: run(args.program, os.path.join(top, target)), targets))
    inputs = sum(n for n, _ in told)
    print(inputs, "inputs")
    if inputs < args.at_least:
        print(f"fewer than {args.at_least}")
    return 0 if inputs >= args.at_least and all(good for _, good in told) else 1


if __name__ == "__main__":
    sys.exit(main())
