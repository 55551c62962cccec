#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the seeds, with the kept inputs of tests/fuzz/regressions, through every parser, and damaged copies
of them: cut, with bits turned over, with parts of another one in them.

usage: replay.py PROGRAM
"""
import os
import random
import subprocess
import sys
import tempfile

import seeds

HERE = os.path.dirname(os.path.abspath(__file__))
DAMAGED = 3  # copies of each seed
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


def main():
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as top:
        count = seeds.write(os.path.join(top, "seeds"))
        for target in sorted(os.listdir(os.path.join(top, "seeds"))):
            folder = os.path.join(top, "seeds", target)
            texts = [seeds.read(os.path.join(folder, n)) for n in sorted(os.listdir(folder))]
            texts = rng.sample(texts, min(len(texts), 12))
            os.makedirs(os.path.join(top, "damaged", target))
            for i, text in enumerate(texts):
                for k in range(DAMAGED):
                    with open(os.path.join(top, "damaged", target, f"{i}.{k}"), "wb") as f:
                        f.write(damage(rng, text, rng.choice(texts)))
        if count < 200:
            sys.exit(f"only {count} seeds")
        folders = [os.path.join(top, "seeds"), os.path.join(top, "damaged")]
        env = dict(os.environ)
        env["LSAN_OPTIONS"] = f"suppressions={os.path.join(HERE, 'lsan.supp')}:print_suppressions=0"
        done = subprocess.run([sys.argv[1], *folders], check=False, env=env)
        return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
