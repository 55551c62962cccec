#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Read the built program: is the hardening that meson.build asks for really in it?

usage: elf_hardening.py PROGRAM LIBRARY            exit status 77 without readelf(1)

PIE, RELRO with immediate binding, no executable stack, stack canaries, and no symbol of the static
libsepol exported (libsemanage would bind to it). CET notes (x86) are looked for in every object of
LIBRARY, the program's own code: the linker drops the program's note where the C library's start
files have none, as on Debian 12.
"""
import re
import shutil
import subprocess
import sys


def readelf(program, *options):
    run = subprocess.run(["readelf", "--wide", *options, program], capture_output=True, text=True,
                         check=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    return run.stdout


def check(program, library):
    header = readelf(program, "--file-header")
    segments = readelf(program, "--program-headers")
    dynamic = readelf(program, "--dynamic")
    objects = readelf(library, "--notes").split("\nFile: ")[1:]
    symbols = [line.split() for line in readelf(program, "--dyn-syms").splitlines()]
    symbols = [s for s in symbols if len(s) >= 8 and re.fullmatch(r"\d+:", s[0])]
    imported = {s[7].split("@")[0] for s in symbols if s[6] == "UND"}
    exported = {s[7].split("@")[0] for s in symbols if s[6] != "UND" and s[4] in ("GLOBAL", "WEAK")}
    stack = re.search(r"^\s*GNU_STACK.*?\s([R W E]{2,3})\s+0x", segments, re.M)

    yield "position independent", bool(re.search(r"Type:\s+DYN", header))
    yield "RELRO", "GNU_RELRO" in segments
    yield "immediate binding", bool(re.search(r"\((FLAGS|FLAGS_1)\).*\bNOW\b", dynamic))
    yield "no executable stack", bool(stack) and "E" not in stack.group(1)
    yield "stack canary", "__stack_chk_fail" in imported
    if re.search(r"Machine:.*X86-64", header):
        yield "CET notes", bool(objects) and all("IBT" in o and "SHSTK" in o for o in objects)
    leaked = sorted(s for s in exported if s.startswith(("sepol_", "policydb_", "avtab_", "cil_")))
    yield f"no libsepol symbol exported {' '.join(leaked[:3])}".rstrip(), not leaked


def main():
    if not shutil.which("readelf"):
        return 77
    missing = [name for name, holds in check(sys.argv[1], sys.argv[2]) if not holds]
    for name in missing:
        print(f"{sys.argv[1]}: not so: {name}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
