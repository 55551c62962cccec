#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules of the source tree that a compiler does not know.

usage: layers.py SOURCE_ROOT BUILD_ROOT

- an include points to an earlier layer only; analysis, checks and fix include nothing that does I/O
- nothing prints but src/cli; nothing but src/apply/child.c runs programs; no function that cannot be given a bound
- each header compiles alone; block comments only; each file starts with its SPDX line
- no function over 100 lines, no file over 900
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

LAYERS = ["core", "model", "evidence", "probe", "analysis", "checks", "fix", "report", "apply", "cli"]
PURE = {"analysis", "checks", "fix"}
IO_HEADERS = {"core/root.h", "core/input.h", "fcntl.h", "stdio.h", "unistd.h", "dirent.h",
              "sys/socket.h", "sys/mman.h", "sys/stat.h"}
FUNCTION_LINES = 100
FILE_LINES = 900

BANNED = "system popen posix_spawn posix_spawnp execl execle execlp execv execve execvp execvpe " \
         "fexecve strcpy stpcpy strcat strncat sprintf vsprintf gets atoi atol " \
         "atoll atof strtok strtok_r alloca tmpnam tempnam mktemp setjmp longjmp".split()
RUNS_PROGRAMS = {"src/apply/child.c": {"posix_spawn"}}  # absolute ones, no shell
PRINTING = "printf vprintf fprintf vfprintf dprintf vdprintf puts fputs putchar putc fputc " \
           "perror psignal fwrite".split()

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.M)
TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
CALL = re.compile(r"\b([a-z_]+)\s*\(")


def bare(text):
    """TEXT without comments, strings and characters, line numbers kept; and its // comments' lines."""
    lines = []

    def blank(m):
        if m.group().startswith("//"):
            lines.append(text.count("\n", 0, m.start()) + 1)
        return "\n" * m.group().count("\n") or " "

    return TOKEN.sub(blank, text), lines


def layer_of(path):
    return path.split("/")[1]


def check_includes(path, text):
    own = layer_of(path)
    for m in INCLUDE.finditer(text):
        line = text.count("\n", 0, m.start()) + 1
        target = m.group(2)
        if m.group(1) == '"':
            folder = target.split("/")[0]
            if "/" not in target or folder not in LAYERS:
                yield line, f'"{target}" is not named from src/'
            elif LAYERS.index(folder) > LAYERS.index(own):
                yield line, f"{own} may not include {folder}: {target}"
        if own in PURE and target in IO_HEADERS:
            yield line, f"{own} does no I/O: {target}"


def check_calls(path, code):
    own = layer_of(path)
    for number, line in enumerate(code.split("\n"), 1):
        for m in CALL.finditer(line):
            name = m.group(1)
            if name in BANNED and name not in RUNS_PROGRAMS.get(path, ()):
                yield number, f"{name}() is not used here"
            elif name in PRINTING and own != "cli":
                yield number, f"only src/cli prints: {name}()"
            elif re.fullmatch(r"strto(l|ul|ll|ull|d|f|imax|umax)", name) and own != "core":
                yield number, f"numbers are read with seal_parse_u32()/_u64(): {name}()"


def check_sizes(path, code):
    lines = code.split("\n")
    if len(lines) - 1 > FILE_LINES:
        yield len(lines) - 1, f"over {FILE_LINES} lines"
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line.startswith("}") and start:
            if number - start + 1 > FUNCTION_LINES:
                yield start, f"function of {number - start + 1} lines"
            start = None


def check_file(top, path):
    with open(os.path.join(top, path), encoding="utf-8") as f:
        text = f.read()
    if "SPDX-License-Identifier: GPL-2.0-or-later" not in text.split("\n", 1)[0]:
        yield 1, "first line is not the SPDX line"
    code, slashes = bare(text)
    for line in slashes:
        yield line, "// comment"
    yield from check_includes(path, text)
    yield from check_calls(path, code)
    yield from check_sizes(path, code)
    if path.endswith(".h") and "#pragma once" not in code:
        yield 1, "no #pragma once"


def compiler_of(build):
    """The compiler and the flags that say how a header is found and read, as the build has them."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as f:
        commands = json.load(f)
    command = next(c for c in commands if "/src/core/" in os.path.join(build, c["file"]))
    words = shlex.split(command["command"])
    start = next(i for i, word in enumerate(words) if word.startswith("-"))
    return words[:start] + [w for w in words if w.startswith(("-D", "-I", "-U", "-std="))]


def check_headers(headers, build):
    """Compile each header alone; one compiler run for all."""
    with tempfile.TemporaryDirectory(prefix="postseal-headers-") as scratch:
        units = []
        for i, header in enumerate(headers):
            unit = os.path.join(scratch, f"{i}.c")
            with open(unit, "w", encoding="utf-8") as f:
                f.write(f'#include "{header.removeprefix("src/")}"\n')
            units.append(unit)
        command = compiler_of(build) + ["-Wall", "-Werror", "-fsyntax-only"]
        run = subprocess.run(command + units, capture_output=True, text=True, check=False, cwd=build)
    if run.returncode:
        said = re.sub(r"\S*/(\d+)\.c", lambda m: headers[int(m.group(1))], run.stderr)
        yield 0, "a header does not compile alone:\n" + said


def main():
    top, build = sys.argv[1:]
    paths = []
    for folder, folders, names in os.walk(os.path.join(top, "src")):
        folders.sort()
        paths += [os.path.relpath(os.path.join(folder, n), top) for n in sorted(names)
                  if n.endswith((".c", ".h"))]
    if not paths:
        sys.exit("layers.py: no sources")

    faults = 0
    for path in paths:
        for line, what in check_file(top, path):
            print(f"{path}:{line}: {what}")
            faults += 1
    for _, what in check_headers([p for p in paths if p.endswith(".h")], build):
        print(what)
        faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
