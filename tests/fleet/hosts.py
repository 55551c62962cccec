#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts of a fleet: evidence roots made from the recorded incidents, some of them broken on purpose.

usage: hosts.py OUT_DIR NUMBER [BROKEN]

Each incident is assembled once; its hosts share the files (hard links) but for their names.
OUT_DIR/mailNNNN are the roots; on standard output, those that are broken.
"""
import functools
import gzip
import itertools
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
INCIDENTS = os.path.join(os.path.dirname(HERE), "incidents")
sys.path.insert(0, INCIDENTS)
import assemble  # noqa: E402


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def cut_short(path):
    """The start of a compressed archive."""
    write(path, gzip.compress(os.urandom(100000))[:50000])


# what can be in a root's place: nothing of it is a verdict
BROKEN = [
    lambda path: None,
    lambda path: write(path, b""),
    lambda path: write(path, bytes(range(256)) * 40),
    lambda path: write(path, b"mail7: connection refused\n"),
    cut_short,
    lambda path: write(path, gzip.compress(b"no archive")),
    os.mkfifo,
    lambda path: os.symlink(path, path),
    lambda path: os.symlink("/dev/zero", path),
    lambda path: write(path, b'{"schema": "postseal-bundle/1"}'),
]


def link_tree(source, target):
    os.mkdir(target)
    for entry in os.scandir(source):
        to = os.path.join(target, entry.name)
        if entry.is_dir(follow_symlinks=False):
            link_tree(entry.path, to)
        else:
            os.link(entry.path, to, follow_symlinks=False)


def replace(path, text):
    os.unlink(path)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def host(source, path, name):
    link_tree(source, path)
    replace(os.path.join(path, "root/etc/hostname"), name + "\n")
    bundle = os.path.join(path, "bundle.json")
    with open(bundle, encoding="utf-8") as f:
        value = json.load(f)
    value["host"] = name
    replace(bundle, json.dumps(value))


def incidents(wanted=None):
    names = sorted(n for n in os.listdir(INCIDENTS)
                   if os.path.exists(os.path.join(INCIDENTS, n, "meta.json")) and n != "base")
    return [n for n in names if not wanted or n in wanted]


def generate(out, number, broken=0, wanted=None):
    """Returns the roots in order, and the set of those that are broken."""
    os.makedirs(out, exist_ok=True)

    @functools.lru_cache(None)
    def assembled(name):
        path = os.path.join(out, "of", name)
        assemble.assemble(os.path.join(INCIDENTS, name), path)
        return path

    roots, bad = [], set()
    # spread over the fleet, the first and the last among them
    at = {round(i * (number - 1) / max(broken - 1, 1)) for i in range(broken)}
    of = itertools.cycle(incidents(wanted))
    for i in range(number):
        name = f"mail{i:04}"
        path = os.path.join(out, name)
        if i in at:
            BROKEN[len(bad) % len(BROKEN)](path)
            bad.add(path)
        else:
            host(assembled(next(of)), path, name)
        roots.append(path)
    return roots, bad


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    os.umask(0o022)
    for damaged in sorted(generate(sys.argv[1], *map(int, sys.argv[2:]))[1]):
        print(damaged)
