# SPDX-License-Identifier: GPL-2.0-or-later
"""Which calls of a run fail: their kinds (faults.c), their places in the program, a choice of them."""
import array
import os
import tempfile

CALLS_MAX = 5000
KINDS = ["alloc", "read", "write", "lend", "net", "short", "signal"]
SUPPRESSIONS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fuzz", "lsan.supp")


def environment(kind, at=0, trace=None):
    """The variables by which call AT of a kind fails, or the places of all are written to a file."""
    env = {"FAULT_KIND": kind, "LSAN_OPTIONS": f"suppressions={SUPPRESSIONS}:print_suppressions=0"}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            # no program may be started in there, a symbolizer neither
            env[name] = os.environ[name] + ":symbolize=0"
    env.update({"FAULT_AT": str(at)} if at else {}, **({"FAULT_TRACE": trace} if trace else {}))
    return env


def crashed(status, err, statuses):
    """Whether a run ended otherwise than by one of the exit statuses, or a sanitizer complains."""
    return status not in statuses or b"Sanitizer" in err or b"runtime error" in err


def places(run):
    """The place of each call in the order of the calls; RUN is given a file to write them to (FAULT_TRACE)."""
    with tempfile.NamedTemporaryFile() as f:
        run(f.name)
        return array.array("I", f.read())


def spread(values, n):
    """N of them, evenly."""
    if len(values) <= n:
        return list(values)
    return [values[i * (len(values) - 1) // (n - 1)] for i in range(n)] if n > 1 else values[:n]


def choose(places, n, seen):
    """N numbers of calls: of places not seen yet first."""
    if len(places) <= n:
        seen.update(places)
        return list(range(1, len(places) + 1))
    calls = {}
    for number, place in enumerate(places, 1):
        calls.setdefault(place, []).append(number)
    new = spread([p for p in calls if p not in seen], n)
    seen.update(new)
    todo = {calls[p][len(calls[p]) // 2] for p in new}
    todo.update(spread(sorted({c[i] for c in calls.values() for i in (0, len(c) // 2, -1)} - todo), n - len(todo)))
    todo.update(spread([i for i in range(1, len(places) + 1) if i not in todo], n - len(todo)))
    return sorted(todo)
