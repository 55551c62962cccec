#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Time commands against each other, in turn, and print medians, ratios and peak memory.

usage: compare.py [--rounds N] [--at-least RATIO:NAME/BASE ...] [--at-most ...] [--memory MIB:NAME]
                  [--cpu SECONDS:NAME ...] NAME[@SHARE]=COMMAND ...

COMMAND is run by sh(1), its output read and dropped (with /dev/null for output grep would stop at
the first match). With @SHARE its input is that share of the others' and its time is scaled up. The
first one runs once before all, to warm the page cache.
--at-least 10:pflogsumm/postseal: the time of pflogsumm must be 10 times that of postseal or
more. --cpu bounds the CPU time, which other load on the machine sways less. The memory is the largest resident set of one process of the command (wait4(2)).
Exit status: 0, 1 when a bound does not hold, 2 when a command fails.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time


def run(command):
    """Seconds, CPU seconds and peak memory (MiB) of one run."""
    start = time.monotonic()
    child = subprocess.Popen(["/bin/sh", "-c", command], stdout=subprocess.PIPE)
    while os.read(child.stdout.fileno(), 1 << 20):
        pass
    child.stdout.close()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.stderr.write(f"compare.py: exit status {child.returncode}: {command}\n")
        sys.exit(2)
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(commands, shares, rounds):
    runs = {name: [] for name in commands}
    run(next(iter(commands.values())))
    for _ in range(rounds):
        for name, command in commands.items():
            seconds, cpu, memory = run(command)
            runs[name].append((seconds / shares[name], cpu / shares[name], memory))
    return {name: tuple(statistics.median(r[i] for r in of) for i in (0, 1)) + (max(r[2] for r in of),)
            for name, of in runs.items()}


def bound(text):
    ratio, _, names = text.partition(":")
    return float(ratio), *names.split("/", 1)


def main():
    parser = argparse.ArgumentParser(description="Time commands against each other.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--at-least", type=bound, action="append", default=[])
    parser.add_argument("--at-most", type=bound, action="append", default=[])
    parser.add_argument("--memory", type=bound, action="append", default=[])
    parser.add_argument("--cpu", type=bound, action="append", default=[])
    parser.add_argument("commands", nargs="+", metavar="NAME=COMMAND")
    args = parser.parse_args()

    commands, shares = {}, {}
    for text in args.commands:
        name, _, command = text.partition("=")
        name, _, share = name.partition("@")
        commands[name], shares[name] = command, float(share or 1)
    result = measure(commands, shares, args.rounds)
    first = next(iter(commands))
    print(f"{'':16}{'seconds':>9}{'cpu':>9}{'x ' + first:>16}{'peak MiB':>10}")
    for name, (seconds, cpu, memory) in result.items():
        print(f"{name:16}{seconds:9.3f}{cpu:9.3f}{seconds / result[first][0]:16.2f}{memory:10.1f}")

    broken = 0
    for ratio, name, base in args.at_least + args.at_most:
        got = result[name][0] / result[base][0]
        low = (ratio, name, base) in args.at_least
        holds = got >= ratio if low else got <= ratio
        print(f"{name} / {base}: {got:.2f}, {'at least' if low else 'at most'} {ratio:g}: "
              f"{'holds' if holds else 'DOES NOT HOLD'}")
        broken += not holds
    for what, unit, limits in ((1, "s of CPU", args.cpu), (2, "MiB", args.memory)):
        for limit, name in limits:
            holds = result[name][what] <= limit
            print(f"{name}: {result[name][what]:.2f} {unit}, at most {limit:g}: "
                  f"{'holds' if holds else 'DOES NOT HOLD'}")
            broken += not holds
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
