# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs with every "if" of some sources wrapped, so that each can be negated by its number.

build() compiles the sources anew and links them in front of the library. A program built so negates
the condition whose number stands in SEAL_MUTANT, and writes the numbers of those it comes by to the
file named in SEAL_MUTANTS_SEEN.

A condition whose negation changes nothing that can be told is marked in its source, with the reason:
	if (...) /* equal: why */
"""
import json
import os
import re
import shlex
import subprocess
import sys

SUPPORT = r"""
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
bool seal_mutant(int n, bool c);
static int chosen = -1, seen = -1;
static bool told[100000];
/* before the locks are on, after which no file may be opened */
__attribute__((constructor)) static void start(void)
{
	const char *n = getenv("SEAL_MUTANT"), *path = getenv("SEAL_MUTANTS_SEEN");

	chosen = n ? atoi(n) : -1;
	seen = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
}
bool seal_mutant(int n, bool c)
{
	if (seen >= 0 && !told[n]) {
		told[n] = true;
		if (write(seen, &n, sizeof(n)) < 0)
			abort();
	}
	return c ^ (n == chosen);
}
"""
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


class Mutant:
    """One condition: @file below src, @line, its @text."""

    def __init__(self, file, line, text):
        self.file, self.line, self.text = file, line, text

    def __str__(self):
        return f"src/{self.file}:{self.line}: {self.text}"


def end_of(text, at):
    """Where the parenthesis that opens at @at is closed."""
    depth = 0
    for m in re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|/\*.*?\*/|[()]', re.S).finditer(text, at):
        depth += {"(": 1, ")": -1}.get(m.group(), 0)
        if depth == 0:
            return m.start()
    raise ValueError("a parenthesis is not closed")


def negatable(text):
    """(start, end) of what stands in the parentheses of each "if" outside of macros and comments, but
    for those marked as equal."""
    comments = [m.span() for m in re.finditer(r"/\*.*?\*/", text, re.S)]
    for m in re.finditer(r"\bif \(", text):
        line = text[text.rfind("\n", 0, m.start()) + 1:text.find("\n", m.start())]
        if line.startswith("#") or line.endswith("\\") or any(a <= m.start() < b for a, b in comments):
            continue
        end = end_of(text, m.end() - 1)
        if re.match(r"\)(?: \{)? /\* equal:", text[end:end + 20]):
            continue
        yield m.end(), end


def mutate(file, mutants):
    """The source src/@file with every condition wrapped; each is appended to @mutants."""
    with open(os.path.join(TOP, "src", file), encoding="utf-8") as f:
        text = f.read()
    out, last = ["extern _Bool seal_mutant(int n, _Bool c);\n#line 1\n"], 0
    for start, end in negatable(text):
        condition = text[start:end]
        out += [text[last:start], f"seal_mutant({len(mutants)}, ", condition, ")"]
        last = end
        mutants.append(Mutant(file, text.count("\n", 0, start) + 1, " ".join(condition.split())))
    return "".join(out) + text[last:]


def build(top, files, folder, targets=("postseal",)):
    """({target: its program in @folder}, mutants) of the build directory @top."""
    with open(os.path.join(top, "compile_commands.json"), encoding="utf-8") as f:
        commands = {os.path.realpath(os.path.join(c["directory"], c["file"])): c for c in json.load(f)
                    if ".p/" in c["output"] and c["output"].startswith("src/libseal")}
    mutants, objects = [], []
    for file in files:
        source = os.path.join(folder, file.replace("/", "_"))
        with open(source, "w", encoding="utf-8") as f:
            f.write(mutate(file, mutants))
        c = commands[os.path.realpath(os.path.join(TOP, "src", file))]
        words = shlex.split(c["command"])
        words[words.index("-o") + 1] = source + ".o"
        words[words.index("-c") + 1] = source
        words = [w for i, w in enumerate(words) if w not in ("-MD", "-MQ", "-MF") and words[i - 1] not in ("-MQ", "-MF")]
        subprocess.run([*words, "-w", "-Wno-error"], cwd=c["directory"], check=True)
        objects.append(source + ".o")
    support = os.path.join(folder, "support.c")
    with open(support, "w", encoding="utf-8") as f:
        f.write(SUPPORT)
    programs = {}
    for target in targets:
        link = subprocess.run(["ninja", "-C", top, "-t", "commands", target], capture_output=True, text=True, check=True)
        words = shlex.split(link.stdout.splitlines()[-1])
        programs[target] = os.path.join(folder, os.path.basename(target))
        words[words.index("-o") + 1] = programs[target]
        first = next(i for i, w in enumerate(words) if w.endswith(".o"))
        subprocess.run(words[:first] + objects + [support] + words[first:], cwd=top, check=True)
    return programs, mutants


def read_seen(path):
    """The numbers of the conditions that a program came by."""
    if not os.path.exists(path):
        return set()
    with open(path, "rb") as f:
        data = f.read()
    return {int.from_bytes(data[i:i + 4], sys.byteorder) for i in range(0, len(data), 4)}


def listed(log):
    """The places (file, line) that an earlier report lists."""
    with open(log, encoding="utf-8") as f:
        return {(m.group(1), int(m.group(2))) for m in re.finditer(r"^  src/(\S+\.c):(\d+):", f.read(), re.M)}


def report(mutants, verdicts, least):
    """Print what became of each mutant, file by file; @verdicts[n]: True killed, False alive, None
    nobody comes by, missing: not tried. Returns 1 where fewer than @least percent were killed."""
    killed = total = 0
    for file in sorted({m.file for m in mutants}):
        mine = [(n, m) for n, m in enumerate(mutants) if m.file == file and n in verdicts]
        good = sum(verdicts[n] is True for n, _ in mine)
        killed, total = killed + good, total + len(mine)
        if mine:
            print(f"{file}: {good} of {len(mine)}")
        for n, m in mine:
            if not verdicts[n]:
                print(f"  {m}: nobody {'comes by' if verdicts[n] is None else 'notices'}")
    sys.stdout.flush()
    percent = 100.0 * killed / total if total else 0
    print(f"{killed} of {total} negated conditions noticed: {percent:.1f} %, at least {least:g} %")
    return int(percent < least)
