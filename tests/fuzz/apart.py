#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Evidence whose identities were moved apart at random: nothing may be "certain" that rested on them.

usage: apart.py PROGRAM [--runs N] [--seed N] [--only N] [--case TEXT] [--kind KIND] [--incidents DIR]

Recorded incidents and the hand-written hosts of tests/causes are explained as they are. Then, --runs
times (default 500), one of them is changed so that what joined the failure with its cause joins no
longer: denials of another pid, program, time, object, domain, or that were not enforced; log lines of
another process, time, port or errno; messages of another queue id; rules that do not meet the packet,
routes that do, modes that allow, units that restrict nothing. No recipient and no cause without a
message may then be "certain" of a cause of that class, nor anything of a cause that was not certain
before. A failed run names its number: --seed N --only NUMBER does it again.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
INCIDENTS = os.path.join(TESTS, "incidents")
sys.path[:0] = [TESTS, os.path.join(TESTS, "causes"), INCIDENTS]

import assemble  # noqa: E402
import documents  # noqa: E402
import run as cases  # noqa: E402

# where records of the kernel, lines of Postfix and its queue are told
AUDIT = ("root/var/log/audit/audit.log", "root/var/log/kern.log", "live/dmesg.txt")
MAIL = ("root/var/log/mail.log", "root/var/log/maillog")
JOURNAL = "live/journal.export"
JOURNAL_FILE = "live/system.journal"
QUEUE = "live/queue.ndjson"
RULESET = "live/nftables.json"
OTHER_RULES = ("root/etc/nftables.conf", "root/etc/firewalld", "root/usr/lib/firewalld")
ROUTES = "live/routes.json"
SPOOL = "root/var/spool/postfix"
FILES = "live/files.tsv"
DISK = "live/df.json"
UNITS = ("root/etc/systemd/system", "root/usr/lib/systemd/system", "root/lib/systemd/system")

ERRNOS = {
    "Permission denied", "Operation not permitted", "Connection timed out", "Connection refused",
    "No route to host", "Network is unreachable", "Invalid argument", "No space left on device",
    "Operation timed out", "Address already in use", "Cannot assign requested address",
    "Protocol not available", "Host is unreachable",
}
# of none of the causes below
OTHER_ERRNOS = ["Protocol error", "Broken pipe", "Interrupted system call", "Bad message",
                "No such process", "Level 2 halted", "Math result not representable"]


class Evidence:
    """A bundle that is changed and put back."""

    def __init__(self, top):
        self.top = top
        self.kept = {}

    def path(self, name):
        return os.path.join(self.top, name)

    def read(self, name):
        try:
            with open(self.path(name), "rb") as f:
                return f.read()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, name, data):
        if name not in self.kept:
            self.kept[name] = self.read(name)
        with open(self.path(name), "wb") as f:
            f.write(data)

    def hide(self, *names):
        for name in names:
            if os.path.lexists(self.path(name)):
                os.rename(self.path(name), self.path(name) + ".apart")
                self.kept[name] = Ellipsis

    def edit(self, names, change):
        for name in names:
            data = self.read(name)
            if data is not None:
                self.write(name, change(data))

    def changed(self):
        """Whether something is another than it was; what is hidden was told twice."""
        return any(data is not Ellipsis and data != self.read(name) for name, data in self.kept.items()) or \
            FILES in self.kept

    def restore(self):
        for name, data in self.kept.items():
            if data is Ellipsis:
                os.rename(self.path(name) + ".apart", self.path(name))
            else:
                with open(self.path(name), "wb") as f:
                    f.write(data)
        self.kept = {}

    def files(self, folder):
        for top, _, names in os.walk(self.path(folder)):
            for name in sorted(names):
                path = os.path.join(top, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    yield os.path.relpath(path, self.top)

    def json(self, name):
        data = self.read(name)
        return json.loads(data) if data is not None else None


EVENT = re.compile(rb"audit\((\d+)\.(\d+):(\d+)\)")
DENIED = re.compile(rb"avc:  ?denied")
PID = re.compile(rb"\b(p?pid)=(\d+)")
COMM = re.compile(rb'\bcomm=("[^"]*"|[0-9A-F]+)')


def denials(ev, change):
    """Run CHANGE(line, number of the event) over every line of an event that holds a denial; the
    journal, which tells them in another form, is taken away."""
    ev.hide(JOURNAL, JOURNAL_FILE)
    for name in AUDIT:
        data = ev.read(name)
        if data is None:
            continue
        lines = data.splitlines(True)
        number = [m and m.group(3) for m in map(EVENT.search, lines)]
        wanted = {n for n, line in zip(number, lines) if n and DENIED.search(line)}
        ev.write(name, b"".join(change(line, n) if n in wanted else line
                                for line, n in zip(lines, number)))


def each_event(rng, make):
    """A value for each event, the same whenever it is asked for."""
    made = {}

    def get(n):
        if n not in made:
            made[n] = make(rng)
        return made[n]
    return get


def all_pids(ev):
    found = set()
    for name in AUDIT + MAIL:
        data = ev.read(name) or b""
        found |= {int(m) for m in re.findall(rb"\bp?pid=(\d{1,9})\b", data)}
        found |= {int(m) for m in re.findall(rb"\[(\d{1,9})\]", data)}
    return found


def other_pid(ev, rng):
    """The denials are of processes that the mail log does not know."""
    taken = all_pids(ev)

    def near(rng, pid):
        while True:
            kind = rng.randrange(8)
            other = (rng.randrange(2, 1 << 22) if kind < 3 else pid + rng.choice((-1, 1, 10, 256, 65536))
                     if kind < 5 else int(f"{pid}{rng.randrange(10)}") if kind == 5
                     else pid + (1 << 32) * rng.randrange(1, 4) if kind == 6 else pid + (1 << 64))
            if other > 1 and other not in taken:
                return b"%d" % other

    made = {}

    def change(line, n):
        return PID.sub(lambda m: m[1] + b"=" + made.setdefault((n, m[2]), near(rng, int(m[2]))), line)
    denials(ev, change)


def other_comm(ev, rng):
    """The denied process has the pid, and is another program."""
    def other(comm):
        text = comm.strip(b'"')
        quoted = [text.upper(), text + b"d", b"x" + text, text[:-1] or b"z", text + b"-",
                  text + b"/", b"postfix/" + text, text + text, text[:1] + b"0" + text[2:],
                  b"cron", b"sshd", b"bash", b"perl", b"mail"]
        quoted = [q for q in quoted if q[:15] != text[:15]]
        return rng.choice([b'"%s"' % rng.choice(quoted),
                           (text + rng.choice((b"\n", b" ", b"\x00x", b"\xff"))).hex().upper().encode()])

    made = {}

    def change(line, n):
        return COMM.sub(lambda m: b"comm=" + made.setdefault((n, m[1]), other(m[1])), line)
    denials(ev, change)


def other_time(ev, rng):
    """Each denial is hours from its line, none as far as the other."""
    def far(rng):
        kind = rng.randrange(6)
        return (rng.choice((-1, 1)) * rng.randrange(7200, 100000) if kind < 4
                else rng.choice((-1, 1)) * 86400 * rng.randrange(2, 4000) if kind == 4
                else rng.choice((1 << 32, 1 << 33, 1 << 64)))
    by = each_event(rng, far)

    def change(line, n):
        return EVENT.sub(lambda m: b"audit(%d.%s:%s)" % (abs(int(m[1]) + by(n)), m[2], m[3]), line)
    denials(ev, change)


def other_clock(ev, rng):
    """All denials are the same odd time from their lines: no zone, and nobody knows."""
    by = rng.choice((-1, 1)) * (rng.randrange(2, 24) * 3600 + rng.randrange(100, 800))

    def change(line, _):
        return EVENT.sub(lambda m: b"audit(%d.%s:%s)" % (int(m[1]) + by, m[2], m[3]), line)
    denials(ev, change)


def other_object(ev, rng):
    """The denials are about other ports and files."""
    def port(old):
        return rng.choice([p for p in (rng.randrange(1, 65536), old + 1, old - 1, old * 10,
                                       old + 65536, old + (1 << 32)) if p != old and p > 0])

    def name(old):
        old = old.strip(b'"')
        word = rng.choice((b"x%d" % rng.randrange(10 ** 6), old + b"x", b"x" + old, old + b"_2",
                           b"somewhere-else"))
        return b'"%s"' % (word if old[:1] != b"/" else
                          rng.choice((b"/srv/" + word.replace(b"/", b"_"), word + b"y")))

    def change(line, _):
        if line.startswith(b"type=PATH") or b" type=1302 " in line or b"type=1306 " in line or \
                line.startswith(b"type=SOCKADDR"):
            return b""
        line = re.sub(rb"\b(dest|src)=(\d+)", lambda m: b"%s=%d" % (m[1], port(int(m[2]))), line)
        line = re.sub(rb'\b(name|path)=("[^"]*"|[0-9A-F]{4,})', lambda m: m[1] + b"=" + name(m[2]), line)
        return re.sub(rb"\bino=(\d+)", lambda m: b"ino=%d" % (int(m[1]) + rng.randrange(1, 1 << 33)), line)
    denials(ev, change)


def other_domain(ev, rng):
    """The denied process runs in a domain that Postfix never enters."""
    pick = each_event(rng, lambda r: r.choice((b"user_t", b"sshd_t", b"crond_t", b"getty_t", b"auditd_t",
                                               b"nosuch_t", b"postfixed_smtpx_t")))

    def change(line, n):
        return re.sub(rb"(scontext=[^: ]+:[^: ]+:)[^: ]+", lambda m: m[1] + pick(n), line)
    denials(ev, change)


def not_enforced(ev, rng):
    """Each was only logged, or access was given."""
    how = each_event(rng, lambda r: r.randrange(2))

    def change(line, n):
        if how(n):
            return line.replace(b"permissive=0", b"permissive=1")
        return DENIED.sub(b"avc:  granted", line)
    denials(ev, change)


def no_denials(ev, rng):
    """A random part of the records is torn where the denial is told."""
    cut = each_event(rng, lambda r: r.randrange(4))

    def change(line, n):
        m = DENIED.search(line)
        kind = cut(n)
        if kind == 3:  # the other records of the event tell it as well
            return PID.sub(lambda m: m[1] + b"=", line)
        if not m:
            return line
        return b"" if kind == 0 else line[:m.start() + 3] + b"\n" if kind == 1 else line[:m.end()] + b"\n"
    denials(ev, change)


def told(ev):
    """All files that hold words of Postfix about deliveries."""
    spool = [name for name in ev.files(SPOOL)
             if re.search(r"/(defer|bounce|trace)/", name)]
    return [*MAIL, QUEUE, *spool]


def log_pid(ev, rng):
    """The lines of the log are of other processes than those denied."""
    ev.hide(JOURNAL, JOURNAL_FILE)
    taken = all_pids(ev)
    made = {}

    def other(pid):
        while True:
            n = rng.choice((rng.randrange(2, 1 << 22), pid + 1, pid * 10 + 1, pid + (1 << 32)))
            if n not in taken:
                return b"%d" % n

    ev.edit(MAIL, lambda data: re.sub(rb"\[(\d+)\]: ", lambda m: b"[%s]: " % made.setdefault(
        m[1], other(int(m[1]))), data))


DAEMONS = [b"smtp", b"local", b"smtpd", b"cleanup", b"qmgr", b"pickup", b"lmtp", b"virtual", b"pipe",
           b"bounce", b"trivial-rewrite", b"master", b"error", b"postdrop", b"showq", b"tlsmgr"]


def log_daemon(ev, rng):
    """The lines of the log are of other daemons than those denied."""
    ev.hide(JOURNAL, JOURNAL_FILE)
    made = {}

    def other(name):
        base = name.split(b"/")[-1]
        return rng.choice([d for d in DAEMONS if d != base and d != b"master"])

    ev.edit(MAIL, lambda data: re.sub(rb" postfix((?:/[a-z-]+)+)\[", lambda m: b" postfix/%s[" % (
        made.setdefault(m[1], other(m[1]))), data))


def log_time(ev, rng):
    """The lines of the log are of another day."""
    ev.hide(JOURNAL, JOURNAL_FILE)
    day = rng.randrange(1, 15)
    hour = rng.choice((b"00", b"03", b"07", b"11"))
    ev.edit(MAIL, lambda data: re.sub(rb"(?m)^(\d{4}-\d\d-)\d\dT\d\d", lambda m: m[1] + b"%02dT%s" % (
        day, hour), data))
    ev.edit(MAIL, lambda data: re.sub(rb"(?m)^([A-Z][a-z]{2} )[ \d]\d \d\d", lambda m: m[1] + b"%2d %s" % (
        day, hour), data))


def errno_text(ev, rng):
    """What failed failed for another reason."""
    ev.hide(JOURNAL, JOURNAL_FILE)
    made = {}
    pattern = re.compile("|".join(sorted(ERRNOS)).encode())
    ev.edit(told(ev), lambda data: pattern.sub(lambda m: made.setdefault(
        m[0], rng.choice(OTHER_ERRNOS).encode()), data))


def text_port(ev, rng):
    """The lines tell of another port."""
    ev.hide(JOURNAL, JOURNAL_FILE)
    made = {}

    def other(port):
        return b"%d" % rng.choice([p for p in (rng.randrange(1, 65535), port + 1, port - 1, port * 10 % 65536)
                                   if p not in (port, 0)])

    ev.edit(told(ev), lambda data: re.sub(rb"(\]|port |:)(:?)(\d{2,5})(?=[: ,)])", lambda m: m[1] + m[2] + (
        made.setdefault(m[3], other(int(m[3]))) if m[1] != b":" else m[3]), data))


QUEUE_ID = re.compile(rb"\b([0-9A-F]{8,15}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{12,20})(?=: )")


def queue_ids(ev, rng):
    """The lines of the log are of other messages than those that wait."""
    ev.hide(JOURNAL, JOURNAL_FILE)
    made = {}

    def change(data):
        for qid in set(QUEUE_ID.findall(data)):
            made.setdefault(qid, b"%X" % rng.randrange(1 << 36, 1 << 40))
        return re.sub(rb"\b[0-9A-Za-z]{8,20}\b", lambda m: made.get(m[0], m[0]), data)
    ev.edit(MAIL, change)


IMPOSSIBLE = [
    lambda r: {"match": {"op": "==", "left": {"meta": {"key": "oifname"}}, "right": "other%d" % r.randrange(10)}},
    lambda r: {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "other%d" % r.randrange(10)}},
    lambda r: {"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": "gre"}},
    lambda r: {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}},
                         "right": r.choice((1, 4190, 65535))}},
    lambda r: {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}},
                         "right": {"set": [1, {"range": [40000, 40001]}]}}},
    lambda r: {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}},
                         "right": "240.0.0.%d" % r.randrange(1, 255)}},
    lambda r: {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}},
                         "right": {"prefix": {"addr": "240.1.0.0", "len": r.randrange(16, 32)}}}},
    lambda r: {"match": {"op": "==", "left": {"meta": {"key": "skuid"}}, "right": 60000 + r.randrange(99)}},
    lambda r: {"match": {"op": "==", "left": {"meta": {"key": "mark"}}, "right": 0x5eed0000 + r.randrange(99)}},
]


def rules_apart(ev, rng):
    """No rule meets the packet any more: each has one more condition, which it cannot fulfil."""
    ev.hide(*OTHER_RULES)
    rules = ev.json(RULESET)
    same = rng.choice(IMPOSSIBLE) if rng.randrange(2) else None
    for item in rules["nftables"]:
        if "rule" in item:
            family = item["rule"].get("family")
            make = same or rng.choice(IMPOSSIBLE)
            if make in IMPOSSIBLE[5:7] and family not in ("ip", "inet"):
                make = IMPOSSIBLE[0]
            item["rule"]["expr"] = [make(rng)] + item["rule"]["expr"]
        elif "chain" in item and item["chain"].get("policy"):
            item["chain"]["policy"] = "accept"
    ev.write(RULESET, json.dumps(rules).encode())


def rules_gone(ev, rng):
    """A part of each rule that refuses is gone: rule, verdict or table."""
    ev.hide(*OTHER_RULES)
    rules = ev.json(RULESET)
    kind = rng.randrange(3)
    out = []
    for item in rules["nftables"]:
        if "chain" in item and item["chain"].get("policy"):
            item["chain"]["policy"] = "accept"
        if "rule" in item:
            if kind == 0:
                continue
            item["rule"]["expr"] = [{"accept": None}] if kind == 1 else [{"counter": None}]
        out.append(item)
    ev.write(RULESET, json.dumps({"nftables": out}).encode())


def rejects_apart(ev, rng):
    """Refusals of another kind than the errno that was logged; drops are none."""
    ev.hide(*OTHER_RULES)

    def other(v):
        if "reject" not in v:
            return None
        old = v["reject"] or {}
        if old.get("type") == "tcp reset" or old.get("expr") in (None, "port-unreachable"):
            return {"reject": {"type": "icmpx", "expr": rng.choice(("no-route", "host-unreachable"))}}
        return {"reject": {"type": "tcp reset"}}

    ev.write(RULESET, json.dumps(documents.replaced(ev.json(RULESET), other)).encode())


def routes_apart(ev, rng):
    """There is a way to every address."""
    routes = [r for r in ev.json(ROUTES) or []
              if r.get("type", "unicast") not in ("unreachable", "prohibit", "blackhole", "throw")]
    gone = [r for r in ev.json(ROUTES) or [] if r not in routes]
    for r in gone:
        kind = rng.randrange(3)
        if kind == 0:
            r["dst"] = "240.%d.0.0/16" % rng.randrange(256) if ":" not in r["dst"] else "3ffe:ffff::/64"
        elif kind == 1:
            r["type"], r["dev"] = "unicast", "lan0"
        else:
            continue
        routes.append(r)
    routes += [{"dst": "default", "gateway": "192.0.2.2", "dev": "lan0", "flags": []},
               {"dst": "default", "gateway": "2001:db8::2", "dev": "lan0", "flags": [], "metric": 1024}]
    rng.shuffle(routes)
    ev.write(ROUTES, json.dumps(routes).encode())


def modes_apart(ev, rng):
    """Everybody may do everything, or nobody knows what belongs to whom."""
    lines = ev.read(FILES).split(b"\n")
    kind = rng.randrange(3)
    if kind == 0:
        ev.hide(FILES)
        return
    out = []
    for line in lines:
        fields = line.split(b"\t")
        if len(fields) > 3 and fields[2].isdigit():
            if kind == 1:
                fields[2] = rng.choice((b"777", b"1777", b"2777")) if fields[1] == b"d" else b"6777"
            else:
                fields[0] = b"/other" + fields[0]
        out.append(b"\t".join(fields))
    ev.write(FILES, b"\n".join(out))


def units_apart(ev, rng):
    """What systemd's units restrict is lifted, or is another program's."""
    kind = rng.randrange(3)
    for folder in UNITS:
        for name in list(ev.files(folder)):
            data = ev.read(name)
            if kind == 0:
                data = re.sub(rb"(?m)^(Protect\w+|Private\w+|Restrict\w+|IPAddress\w+|ReadOnlyPaths|ReadWritePaths|"
                              rb"InaccessiblePaths|TemporaryFileSystem|SystemCall\w+|NoNewPrivileges|SocketBind\w+|"
                              rb"CapabilityBoundingSet|RootDirectory|BindPaths|BindReadOnlyPaths|DynamicUser|"
                              rb"MemoryDenyWriteExecute|Lock\w+)=.*\n?", b"", data)
            elif kind == 1:
                data = re.sub(rb"(?m)^([A-Z]\w+)=", b"X-\\1=", data)
            else:
                data = b"[Unit]\nDescription=nothing\n"
            ev.write(name, data)


def disk_apart(ev, rng):
    """There is room, and nothing was refused for the lack of it."""
    errno_text(ev, rng)

    def roomy(v):
        if "avail" in v:
            v["use"] = "%d%%" % rng.randrange(5, 60)
            v.pop("used", None)
            number = str(v["size"]).isdigit()
            v["size"], v["avail"] = (40 << 30, rng.randrange(1 << 30, 20 << 30)) if number else ("40G", "20G")

    ev.write(DISK, json.dumps(documents.replaced(ev.json(DISK), roomy)).encode())


BLOCK = 4  # changes of a host that is laid out
CLASSES = {"selinux", "firewall", "route", "dac", "sandbox", "disk"}


class Kind:
    def __init__(self, change, pattern, by_child=True, needs=None):
        self.change = change
        self.pattern = re.compile(pattern)  # verdicts that may not be certain afterwards
        self.by_child = by_child            # also of a child of the daemon, which may be any program
        self.needs = needs                  # a file without which there is nothing to change


KINDS = {
    "other_pid": Kind(other_pid, r"selinux\."),
    "other_comm": Kind(other_comm, r"selinux\.", by_child=False),
    "other_time": Kind(other_time, r"selinux\."),
    "other_clock": Kind(other_clock, r"selinux\."),
    "other_object": Kind(other_object, r"selinux\."),
    "other_domain": Kind(other_domain, r"selinux\.", by_child=False),
    "not_enforced": Kind(not_enforced, r"selinux\."),
    "no_denials": Kind(no_denials, r"selinux\."),
    "log_pid": Kind(log_pid, r"selinux\."),
    "log_daemon": Kind(log_daemon, r"selinux\.", by_child=False),
    "log_time": Kind(log_time, r"selinux\."),
    "errno_text": Kind(errno_text, r"(selinux|firewall\.(?!dns)|route|dac)\."),
    "text_port": Kind(text_port, r"selinux\.(connect|bind)"),
    "queue_ids": Kind(queue_ids, r"selinux\.", needs=QUEUE),
    "rules_apart": Kind(rules_apart, r"firewall\.", needs=RULESET),
    "rules_gone": Kind(rules_gone, r"firewall\.", needs=RULESET),
    "rejects_apart": Kind(rejects_apart, r"firewall\.egress_reject", needs=RULESET),
    "routes_apart": Kind(routes_apart, r"route\.", needs=ROUTES),
    "modes_apart": Kind(modes_apart, r"dac\.", needs=FILES),
    "units_apart": Kind(units_apart, r"sandbox\."),
    "disk_apart": Kind(disk_apart, r"disk\.full", needs=DISK),
}


def explain(program, root):
    done = subprocess.run([program, "explain", "--format", "json", "--root", root], check=False,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    if done.returncode not in (0, 2):
        raise RuntimeError(f"exit status {done.returncode}: {done.stderr.decode(errors='replace')}")
    return json.loads(done.stdout)


def certain(report):
    """(queue id or "", verdict, whether by a child of the daemon) of all that is certain."""
    found = set()
    for qid, cause in ([(m["queue_id"], r["cause"]) for m in report["messages"] for r in m["recipients"]]
                       + [("", c) for c in report["causes"] if not c["messages"]]):
        if cause["certainty"] == "certain":
            child = any("a child of the process" in e["text"] for e in cause.get("evidence", []))
            found.add((qid, cause["verdict"], child))
    return found


def lay_out(source, top):
    if isinstance(source, str):
        root = os.path.join(top, "ev")
        assemble.assemble(source, root)
        return root
    cases.lay_out(source, sys.modules["base"].BASE, pathlib.Path(top))
    return top


def aims(before, ev, kind):
    """What of BEFORE the kind of change takes the proof from."""
    if kind.needs and ev.read(kind.needs) is None:
        return set()
    return {(q, v) for q, v, child in before if kind.pattern.match(v) and (kind.by_child or not child)}


def one(program, seed, number, ev, before, only_kind):
    """One change: (kind or None, remark or None)."""
    able = [k for k in sorted(KINDS) if aims(before, ev, KINDS[k])]
    random.Random(f"{seed}/{number // BLOCK}").shuffle(able)
    name = able[number % BLOCK % len(able)] if able else None
    if not name or (only_kind and name != only_kind):
        return None, None
    rng = random.Random(f"{seed}/{number}")
    kind = KINDS[name]
    try:
        kind.change(ev, rng)
        if not ev.changed():
            return None, None
        after = certain(explain(program, ev.top))
    except (RuntimeError, ValueError, subprocess.TimeoutExpired) as e:
        return name, f"{name}: {e}"
    finally:
        ev.restore()
    waiting = {q for q, _, _ in before if q}
    stay = {(q, v) for q, v, child in after if kind.pattern.match(v) and (kind.by_child or not child)
            and (name != "queue_ids" or q in waiting)}
    # what was not certain with all of the evidence is not so with less of it
    new = {v for _, v, _ in after} - {v for _, v, _ in before}
    if stay:
        return name, f"{name}: still certain: " + ", ".join(f"{q or 'no message'} {v}" for q, v in sorted(stay))
    return name, f"{name}: newly certain: {' '.join(sorted(new))}" if new else None


def explore(program, seed, title, source, numbers, only_kind):
    """Change one host time and again; (what met, remarks)."""
    met, remarks = collections.Counter(), []
    with tempfile.TemporaryDirectory(prefix="postseal-apart-") as top:
        ev = Evidence(lay_out(source, top))
        before = certain(explain(program, ev.top))
        for number in numbers:
            kind, remark = one(program, seed, number, ev, before, only_kind)
            met[kind] += 1
            if remark:
                remarks.append(f"--seed {seed} --only {number} [{title}]: {remark}")
    return met, remarks


def sources(incidents):
    """Every host with a cause of a class that some kind of change is about, by name."""
    found = []
    for name in sorted(os.listdir(incidents)):
        try:
            with open(os.path.join(incidents, name, "meta.json"), encoding="utf-8") as f:
                classes = {t.get("cause_class") for t in json.load(f)["truth"]}
        except OSError:
            continue
        if classes & CLASSES:
            found.append((name, os.path.join(incidents, name)))
    for group, case in cases.load_cases():
        rows = list(case.get("expect", {}).values()) + list(case.get("causes", ()))
        if any(row[1] == "certain" and row[0].split(".")[0] in CLASSES for row in rows):
            found.append((f"{group}: {case['name']}", case))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="this run alone")
    parser.add_argument("--case", help="hosts whose name holds this")
    parser.add_argument("--kind", choices=sorted(KINDS))
    parser.add_argument("--incidents", default=INCIDENTS)
    args = parser.parse_args()
    os.umask(0o022)
    program = os.path.abspath(args.program)
    hosts = sources(args.incidents)
    if args.case:
        hosts = [h for h in hosts if args.case in h[0]]
    # each host in turn, in an order of the seed: which one depends on seed and number alone
    random.Random(f"{args.seed}/hosts").shuffle(hosts)
    todo = collections.defaultdict(list)
    for number in range(args.runs) if args.only is None else [args.only]:
        todo[number // BLOCK].append(number)
    met, remarks = collections.Counter(), []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(explore, program, args.seed, *hosts[i % len(hosts)], numbers, args.kind)
                for i, numbers in sorted(todo.items())]
        for job in jobs:
            found, bad = job.result()
            met += found
            remarks += bad
    for remark in remarks:
        print(remark)
    nothing = met.pop(None, 0)
    if args.runs >= 400 and args.only is None and not args.case and not args.kind and len(met) < 18:
        remarks.append("kinds")
        print("hardly anything to take the proof from: " + ", ".join(sorted(set(KINDS) - set(met))))
    print(f"seed {args.seed}: {len(jobs)} times a host, {sum(met.values())} changes of {len(met)} kinds "
          f"({nothing} runs without one), {len(remarks)} faults")
    return 1 if remarks or not met else 0


if __name__ == "__main__":
    sys.exit(main())
