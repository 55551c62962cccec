#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""explain --message: every line that names the message is told, as logged and in order of time, with
what its processes and the audit log say beside it.

usage: story.py POSTSEAL INCIDENTS
"""
import html
import json
import os
import re
import subprocess
import sys
import tempfile

FAILED = []


def check(condition, text):
    if not condition:
        FAILED.append(text)


def run(program, root, *args):
    return subprocess.run([program, "explain", "--root", root, *args], capture_output=True,
                          check=False, timeout=60)


def story_of(program, root, queue_id):
    done = run(program, root, "--message", queue_id, "--format", "json")
    if done.returncode:
        FAILED.append(f"{queue_id}: exit {done.returncode}: {done.stderr.decode()}")
        return []
    return json.loads(done.stdout)["story"]["steps"]


def whole(incident, program, folder):
    """A recorded incident: the denial stands between the lines of the process it hit."""
    root = os.path.join(folder, "incident")
    assemble.assemble(incident, root)
    log = os.path.join(root, "root/var/log/mail.log")
    with open(log, encoding="utf-8") as f:
        lines = f.read().splitlines()
    deferred = re.compile(r"smtp\[\d+\]: ([0-9A-F]{8,}): to=.*status=deferred")
    ids = sorted(set(deferred.findall("\n".join(lines))))
    check(len(ids) >= 2, "the incident has no messages")
    for queue_id in ids:
        steps = story_of(program, root, queue_id)
        times = [s["time"] for s in steps]
        check(times == sorted(times), f"{queue_id}: not in order of time: {times}")
        told = {s["origin"]["line"] for s in steps
                if s["kind"] == "log" and s["origin"]["path"] == "var/log/mail.log"}
        named = {i + 1 for i, line in enumerate(lines) if re.search(rf"\b{queue_id}\b", line)}
        check(named <= told, f"{queue_id}: lines {sorted(named - told)} are missing")
        others = [i for i in told - named if re.search(r"\b[0-9A-F]{9,}:", lines[i - 1])]
        check(not others, f"{queue_id}: lines of other messages: {others}")
        for s in steps:
            if s["kind"] == "log" and s["origin"]["path"] == "var/log/mail.log":
                check(s["text"] in lines[s["origin"]["line"] - 1], f"not as logged: {s['text']}")
        kinds = [s["kind"] for s in steps]
        check("queue" in kinds, f"{queue_id}: {kinds}")
        check("change" in kinds, f"{queue_id}: {kinds}")
    denials = [s for s in story_of(program, root, ids[0]) if s["kind"] == "denial"]
    check(len(denials) == 1 and "name_connect" in denials[0]["text"], f"denials: {denials}")
    check(run(program, root, "--message", "0000000000").returncode == 64, "no such message")
    for_readers(program, root, ids[0])


def words(page):
    """The words of a page, without its marks and what it writes as entities."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


def for_readers(program, root, queue_id):
    """Every format for people has the five lines and the story, in the same words."""
    text = run(program, root, "--message", queue_id).stdout.decode()
    five = dict(re.findall(r"(?m)^ (broken|since|mail|sure) +(\S.*?)\s*$", text))
    check(len(five) == 4 and " UTC" in five["since"], f"five lines: {five}")
    for form in ("markdown", "html"):
        page = words(run(program, root, "--message", queue_id, "--format", form).stdout.decode())
        for word, line in five.items():
            check(line.split("  ")[0] in page, f"{form}: no {word}: {line}")
        check("name_connect" in page and "postfix/pickup" in page, f"{form}: no story")


STAMP = "2026-11-20T18:53:%02d+00:00 mail "
SYNTHETIC = [
    "postfix/smtpd[7]: 4F2A1C3D5E: client=a.example[192.0.2.7]",
    "postfix/cleanup[8]: 4F2A1C3D5E: message-id=<1@a.example>",
    "postfix/smtpd[7]: 14F2A1C3D5E: client=b.example[192.0.2.8]",
    "postfix/qmgr[9]: 4F2A1C3D5E: from=<a@a.example>, size=1, nrcpt=1 (queue active)",
    "imapd[10]: somebody else speaks of 4F2A1C3D5E",
    "postfix/smtp[11]: 4F2A1C3D5E: to=<b@b.example>, relay=m[192.0.2.9]:25, delay=1, "
    "delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)",
    "postfix/qmgr[9]: 4F2A1C3D5E: removed",
]


def delivered(program, folder, more=0):
    """A message that went well has a story too; text of other programs is none of it."""
    root = os.path.join(folder, f"delivered-{more}")
    os.makedirs(os.path.join(root, "var/log"))
    with open(os.path.join(root, "var/log/mail.log"), "w", encoding="ascii") as f:
        for i, line in enumerate(SYNTHETIC):
            f.write(STAMP % i + line + "\n")
        for _ in range(more):
            f.write(STAMP % 59 + "postfix/smtp[11]: 4F2A1C3D5E: again\n")
    return story_of(program, root, "4F2A1C3D5E"), run(program, root, "--message", "4F2A1C3D5E")


def main():
    program, incidents = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        whole(os.path.join(incidents, "06-relay-2525-name-connect"), program, folder)
        steps, text = delivered(program, folder)
        check([s["origin"]["line"] for s in steps] == [1, 2, 4, 6, 7], f"delivered: {steps}")
        check(b"18:53:05.000  log     postfix/smtp[11]: 4F2A1C3D5E: to=<b@b.example>" in
              text.stdout, f"text: {text.stdout.decode()}")
        steps, text = delivered(program, folder, 3000)
        check(len(steps) == 1000, f"limit: {len(steps)}")
        check(b"    2005 later lines of the log name it too\n" in text.stdout, "no word of the limit")
    print("\n".join(FAILED))
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[2])
    import assemble
    sys.exit(main())
