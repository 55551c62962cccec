# SPDX-License-Identifier: GPL-2.0-or-later
"""What may come of a run of which one call failed, measured by the run without."""
import io
import json
import re
import tarfile

import points

# what an answer says of itself where a call of this kind failed
WORDS = {"alloc": rb"out\s+of\s+memory|Cannot\s+allocate\s+memory|_complete 0\n",
         "read": rb"Input/output\s+error|unreadable\)|_complete 0\n",
         "write": rb"No\s+space\s+left\s+on\s+device|unreadable\)",
         "lend": rb"Too\s+many\s+open\s+files|unreadable\)",
         "net": rb"Network\s+is\s+down"}
BAD = ("unreadable", "truncated", "skipped", "absent")


def documents(done):
    """The JSON documents of a run: on standard output, and in files."""
    found = []
    for data in [done.out] + [data for name, data in done.files.items() if name.endswith(".json")]:
        try:
            found += [json.loads(line) for line in data.splitlines()] if data.startswith(b'{"') else [json.loads(data)]
        except ValueError:
            pass
    return [d for d in found if isinstance(d, dict)]


def complete(name, data):
    """Whether a file is not cut short."""
    if name.endswith(".json"):
        try:
            json.loads(data)
            return True
        except ValueError:
            return False
    if ".tar" in name:
        try:
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                return "live/partial.tsv" in tar.getnames()
        except (tarfile.TarError, EOFError, OSError):
            return False
    return bool(data)


def unread(done):
    return {(s["name"], s["path"], s["status"], s["detail"]) for d in documents(done) for s in d.get("sources", [])
            if s["status"] in BAD}


def told(kind, done, good):
    """Whether an answer says what is missing in it."""
    if unread(done) - unread(good) or [d.get("complete") for d in documents(done)] != [
            d.get("complete") for d in documents(good)]:
        return True
    words = re.compile(WORDS[kind])
    return len(words.findall(done.whole())) > len(words.findall(good.whole()))


def verdicts(done):
    """What a run is sure of: (what, of what) to the set of its answers."""
    sure = {}
    for d in documents(done):
        for f in d.get("findings", [d] if d.get("record") == "finding" else []):
            # QUE-010 is there to fail where evidence has gaps
            if isinstance(f, dict) and f.get("status") in ("pass", "fail", "na") and f["id"] != "QUE-010":
                sure.setdefault(("check", f["id"]), set()).add(f["status"])
        for c in d.get("causes", []):
            if c.get("certainty") == "certain":
                sure.setdefault(("cause", c["verdict"]), set()).add("certain")
        # without addresses and routes a path is told of others; what is open must not grow
        for p in d.get("paths", []):
            key = ("path", p.get("direction"), p.get("protocol"), p.get("port"), p.get("purpose"))
            sure.setdefault(key, set()).update(a["verdict"] for a in p.get("answer", []) if a["verdict"] == "accept")
        for row in d.get("denials", []):
            if "reasons" in row:
                key = ("denial", row["source_type"], row["target_type"], row["tclass"], *row["perms"])
                sure.setdefault(key, set()).update(set(row["reasons"]) - {"unknown"})
    return sure


def bolder(done, good):
    """A verdict that only the run has of which a call failed; None when there is none."""
    was = verdicts(good)
    for key, now in verdicts(done).items():
        new = now - was.get(key, set())
        if new and (key in was or key[0] != "path"):
            return f"{key}: {sorted(map(str, new))}, not {sorted(map(str, was.get(key, [])))}"
    return None


def failed(kind, done, good):
    """What is wrong with a run that says it failed."""
    if not done.err:
        return "failed without a word"
    # of several roots or outputs others may have gone well
    if b'"record":"run"' in done.out or set(done.files) != set(good.files):
        return bolder(done, good)
    # a long answer goes out piece by piece: what is there of it is cut short
    if kind != "write" and done.out and not good.out.startswith(done.out[:4096]):
        return f"failed and answered something else: {done.out[:200]}"
    if kind != "write" and done.out and done.out == good.out:
        return "failed with the whole answer given"
    return None


def judge(kind, done, good, again=False):
    """What is wrong with a run one of whose calls failed; None when nothing is. AGAIN: another case has the
    same answer in a format that tells what was not read."""
    if points.crashed(done.status, done.err, (0, 1, 2, 3, 64)):
        return f"crash or leak: {done.status} {done.err.decode(errors='replace')[-1500:]}"
    left = [n for n in done.files if re.search(r"\.[A-Za-z0-9]{6}$", n) and n not in good.files]
    if left:
        return f"left behind: {left}"
    cut = [n for n, data in done.files.items() if not complete(n, data)]
    if cut:
        return f"half-written: {cut}"
    if done.same(good):
        return None
    if kind in ("short", "signal"):
        return f"another answer: exit {done.status} for {good.status}: {done.err[-300:]}"
    if done.status == 1 or done.status == 64 != good.status:
        return failed(kind, done, good)
    bold = bolder(done, good)
    if bold:
        return f"another verdict: {bold}"
    # libsepol tells no lack of memory apart from a damaged policy, and hostile policies ask for much
    if kind == "alloc" and b"damaged policy" in done.whole():
        return None
    if again or (kind in WORDS and told(kind, done, good)):
        return None
    # a bundle takes what can be read, and says of the rest why not
    if any(n.startswith("out.tar") for n in done.files):
        return None
    return f"another answer: exit {done.status} for {good.status}"
