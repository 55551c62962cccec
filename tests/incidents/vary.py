#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tell every recorded incident again in the forms other hosts log in, and compare the answers.

usage: vary.py [--program FILE] [--incidents DIR] [--all] [--only VARIATION] [NAME ...]

The same fault is logged with other stamps, queue ids, file names, daemon names and clocks, with more
noise, in rotated files, with a source missing. A variation that keeps all evidence must keep every
right answer; one that takes evidence away may make it unknown, or only possible. No variation may
make an answer wrong: a class that is not the truth's, or a fix of a forbidden kind.
Each incident is told in two forms, other incidents in others; --all tells each in all of them.
"""
import argparse
import concurrent.futures
import datetime
import glob
import gzip
import json
import os
import re
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import assemble  # noqa: E402
import run  # noqa: E402

MAIL = "root/var/log/mail.log"
AUDIT = "root/var/log/audit/audit.log"
KERNEL = ("root/var/log/kern.log", "live/dmesg.txt")
JOURNAL = "live/journal.export"
QUEUE = "live/queue.ndjson"
FILES = "live/files.tsv"
LABELS = "live/labels.getfattr"
STAMP = re.compile(rb"^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d+)\+00:00 ", re.M)
MONTHS = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
CONSONANTS = "BCDFGHJKLMNPQRSTVWXYbcdfghjklmnpqrstvwxy"


class Bundle:
    """A folder of evidence of which every changed file is a copy: the others are links."""

    def __init__(self, root):
        self.root = root

    def path(self, name):
        return os.path.join(self.root, name)

    def read(self, name):
        try:
            with open(self.path(name), "rb") as f:
                return f.read()
        except OSError:
            return None

    def write(self, name, data):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.lexists(path):
            os.unlink(path)
        with open(path, "wb") as f:
            f.write(data)

    def edit(self, name, change):
        data = self.read(name)
        if data is not None:
            self.write(name, change(data))

    def drop(self, *names):
        for name in names:
            if os.path.lexists(self.path(name)):
                os.unlink(self.path(name))

    def rename(self, name, to):
        if os.path.lexists(self.path(name)):
            os.makedirs(os.path.dirname(self.path(to)), exist_ok=True)
            os.rename(self.path(name), self.path(to))


def when(match):
    """The time of a stamp, whole seconds."""
    return datetime.datetime(*[int(g) for g in match.groups()[:6]])


# --- forms of the mail log

def old_stamps(b):
    """RFC 3164: no year, no fraction, no offset; the journal's copy is not there."""
    def stamp(m):
        return b"%s %2d %s:%s:%s " % (MONTHS[int(m[2]) - 1], int(m[3]), m[4], m[5], m[6])
    b.edit(MAIL, lambda data: STAMP.sub(stamp, data))
    b.drop(JOURNAL)


def other_zone(b):
    """The same instants in another time zone."""
    def stamp(m):
        t = when(m) + datetime.timedelta(hours=5, minutes=30)
        return t.strftime("%Y-%m-%dT%H:%M:%S").encode() + b".%s+05:30 " % m[7]
    b.edit(MAIL, lambda data: STAMP.sub(stamp, data))


def whole_seconds(b):
    """A log with whole seconds only, Z for the offset."""
    b.edit(MAIL, lambda data: STAMP.sub(
        lambda m: b"%s-%s-%sT%s:%s:%sZ " % m.groups()[:6], data))
    b.drop(JOURNAL)


def journal_only(b):
    """No mail log: the journal has it all, where there is one."""
    if b.read(JOURNAL):
        b.drop(MAIL)


def no_journal(b):
    b.drop(JOURNAL)


def rhel_names(b):
    """/var/log/maillog, policy type targeted, programs in /usr/libexec/postfix."""
    b.rename(MAIL, "root/var/log/maillog")
    for folder in ("root/etc/selinux", "root/var/lib/selinux"):
        b.rename(folder + "/default", folder + "/targeted")
    b.edit("root/etc/selinux/config",
           lambda data: data.replace(b"SELINUXTYPE=default", b"SELINUXTYPE=targeted"))
    b.rename("root/usr/lib/postfix/sbin", "root/usr/libexec/postfix")
    for name in (FILES, LABELS, "root/etc/postfix/main.cf"):
        b.edit(name, lambda data: data.replace(b"/usr/lib/postfix/sbin", b"/usr/libexec/postfix"))
    b.edit("root/etc/postfix/main.cf",
           lambda data: data + b"\ndaemon_directory = /usr/libexec/postfix\n"
           if b"daemon_directory" not in data else data)


def instance_name(b):
    """A host whose syslog_name is not "postfix"."""
    b.edit(MAIL, lambda data: data.replace(b" postfix/", b" postfix-out/"))
    b.edit(JOURNAL, lambda data: data.replace(b"SYSLOG_IDENTIFIER=postfix/",
                                              b"SYSLOG_IDENTIFIER=postfix-out/"))
    b.edit("root/etc/postfix/main.cf", lambda data: data + b"\nsyslog_name = postfix-out\n")


def disordered(b):
    """Lines of one second in another order: several processes write at once."""
    def change(data):
        lines = data.splitlines(True)
        groups, last = [], None
        for line in lines:
            second = line[:19]
            if second != last:
                groups.append([])
                last = second
            groups[-1].append(line)
        return b"".join(b"".join(sorted(g, key=lambda x: x.split(b" ", 2)[-1])) for g in groups)
    b.edit(MAIL, change)


def long_id(short):
    """A long queue id for a short one: time in base 52, z, inode in base 51."""
    n, digits = int(short, 16), ""
    for _ in range(10):
        n, d = divmod(n, len(CONSONANTS))
        digits = CONSONANTS[d] + digits
    return "4" + digits[1:] + "z" + digits[:4]


def long_queue_ids(b):
    """enable_long_queue_ids = yes."""
    ids = set()
    for name in (MAIL, QUEUE):
        ids.update(re.findall(rb"(?<![0-9A-Za-z])[0-9A-F]{9,12}(?![0-9A-Za-z])", b.read(name) or b""))
    renamed = {i: long_id(i.decode()).encode() for i in ids if not i.isdigit()}  # those are times
    if not renamed:
        return

    def change(data):
        return re.sub(rb"(?<![0-9A-Za-z])(?:" + b"|".join(sorted(renamed)) + rb")(?![0-9A-Za-z])",
                      lambda m: renamed[m[0]], data)
    for name in (MAIL, QUEUE, FILES, LABELS, JOURNAL, AUDIT):
        b.edit(name, change)
    for path in glob.glob(b.path("root/var/spool/postfix/*/**"), recursive=True):
        base = os.path.basename(path).encode()
        if base in renamed:
            os.rename(path, os.path.join(os.path.dirname(path), renamed[base].decode()))


# --- forms of the audit log

def raw_records(b):
    """log_format = RAW: no names beside the numbers."""
    b.edit(AUDIT, lambda data: re.sub(rb"\x1d[^\n]*", b"", data))


def node_names(b):
    """name_format = hostname: each record begins with the node."""
    b.edit(AUDIT, lambda data: re.sub(rb"^type=", b"node=mail.lab.example type=", data, flags=re.M))


def kernel_only(b):
    """No auditd: what the kernel had to say is in its own log."""
    data = b.read(AUDIT)
    if data is None or b.read(KERNEL[0]):
        return
    numbers = {b"AVC": 1400, b"SYSCALL": 1300, b"PATH": 1302, b"CWD": 1307, b"PROCTITLE": 1327,
               b"SOCKADDR": 1306, b"MAC_CONFIG_CHANGE": 1405, b"MAC_POLICY_LOAD": 1403}
    lines = []
    for m in re.finditer(rb"^type=(\w+) msg=(audit\((\d+)\.(\d+):\d+\)): ([^\x1d\n]*)", data, re.M):
        if m[1] in numbers:
            t = datetime.datetime.fromtimestamp(int(m[3]), datetime.timezone.utc)
            lines.append(t.strftime("%Y-%m-%dT%H:%M:%S").encode() + b".%s000+00:00 mail kernel: "
                         b"[%8d.%s000] audit: type=%d %s: %s\n" % (
                             m[4], int(m[3]) % 100000, m[4], numbers[m[1]], m[2], m[5]))
    b.write(KERNEL[0], b"".join(lines))
    b.drop(AUDIT)


def rotated(b):
    """Both logs cut in the middle: the older half compressed."""
    for name in (MAIL, AUDIT):
        data = b.read(name)
        if not data:
            continue
        lines = data.splitlines(True)
        half = len(lines) // 2
        while half < len(lines) and name == AUDIT and half > 0 and (
                record_of(lines[half]) == record_of(lines[half - 1])):
            half += 1
        older = b"".join(lines[:half])
        if name == MAIL:
            b.write(name + ".1.gz", gzip.compress(older, 1))
        else:
            b.write(name + ".1", older)
        b.write(name, b"".join(lines[half:]))


def record_of(line):
    m = re.search(rb"audit\([^)]*\)", line)
    return m[0] if m else b""


def clock(seconds):
    """The audit log's clock, so many seconds off the mail log's."""
    def change(b):
        def shift(data):
            return re.sub(rb"audit\((\d+)\.", lambda m: b"audit(%d." % (int(m[1]) + seconds), data)
        b.edit(AUDIT, shift)
        for name in KERNEL:
            b.edit(name, shift)
        b.drop(JOURNAL)
    return change


def no_audit(b):
    b.drop(AUDIT, JOURNAL, *KERNEL)


def no_mail_log(b):
    b.drop(MAIL, JOURNAL)


def no_queue(b):
    b.drop(QUEUE)
    for folder in ("deferred", "defer", "active", "incoming", "maildrop"):
        shutil.rmtree(b.path("root/var/spool/postfix/" + folder), ignore_errors=True)


def no_ruleset(b):
    b.drop("live/nftables.json", "root/etc/nftables.conf")
    shutil.rmtree(b.path("root/etc/firewalld"), ignore_errors=True)


def no_labels(b):
    b.drop(LABELS)


def no_files(b):
    b.drop(FILES)


def noisy(b):
    """Denials of others in the same seconds, of Postfix at other times, and lines of other mail
    programs."""
    data = b.read(AUDIT) or b""
    denials = re.findall(rb"^type=AVC msg=audit\((\d+)\.(\d+):(\d+)\): avc:  denied [^\n]*pid=(\d+)",
                         data, re.M)
    lines, serial = [], 900000
    for second, milli, _, pid in denials[-40:]:
        serial += 2
        lines.append(b"type=AVC msg=audit(%s.%s:%d): avc:  denied  { read } for  pid=%d comm=\"httpd\" "
                     b"name=\"x.html\" dev=\"vda\" ino=4711 scontext=system_u:system_r:httpd_t:s0 "
                     b"tcontext=unconfined_u:object_r:user_home_t:s0 tclass=file permissive=0\n"
                     % (second, milli, serial, int(pid) + 7))
        lines.append(b"type=AVC msg=audit(%d.%s:%d): avc:  denied  { name_connect } for  pid=%s "
                     b"comm=\"smtp\" dest=4190 scontext=system_u:system_r:postfix_smtp_t:s0 "
                     b"tcontext=system_u:object_r:sieve_port_t:s0 tclass=tcp_socket permissive=0\n"
                     % (int(second) - 86400, milli, serial + 1, pid))
    b.edit(AUDIT, lambda old: b"".join(lines[1::2]) + old + b"".join(lines[::2]))

    def change(old):
        more = []
        for line in old.splitlines(True):
            more.append(line)
            head = line.split(b" ", 2)
            if len(head) == 3 and b"smtp[" in head[2]:
                more.append(b" ".join(head[:2]) + b" dovecot: imap-login: Disconnected: Connection "
                            b"closed (no auth attempts in 0 secs): user=<>, rip=203.0.113.9\n")
                more.append(b" ".join(head[:2]) + b" amavis[4242]: (04242-01) Passed CLEAN, "
                            b"Permission denied in X-Header, size: 1234\n")
        return b"".join(more)
    b.edit(MAIL, change)


def spare_recipient_noise(b):
    """Other mail of the same minutes that was sent."""
    data = b.read(MAIL)
    if not data:
        return
    stamps = [m[0] for m in STAMP.finditer(data)]
    lines = []
    for i, stamp in enumerate(stamps[::3]):
        qid = b"%010X" % (0xABC0000000 + i)
        lines.append(stamp + b"mail postfix/qmgr[30001]: %s: from=<n@lab.example>, size=300, nrcpt=1 "
                     b"(queue active)\n" % qid)
        lines.append(stamp + b"mail postfix/smtp[30002]: %s: to=<n@else.example>, "
                     b"relay=mx.else.example[203.0.113.77]:25, delay=0.3, delays=0.1/0/0.1/0.1, "
                     b"dsn=2.0.0, status=sent (250 2.0.0 Ok)\n" % qid)
        lines.append(stamp + b"mail postfix/qmgr[30001]: %s: removed\n" % qid)
    b.write(MAIL, b"".join(sorted(data.splitlines(True) + lines, key=lambda x: x[:32])))


# form -> (change, whether all that an answer rests on is still there)
VARIATIONS = {
    "old_stamps": (old_stamps, True),
    "other_zone": (other_zone, True),
    "whole_seconds": (whole_seconds, True),
    "journal_only": (journal_only, True),
    "no_journal": (no_journal, True),
    "rhel_names": (rhel_names, True),
    "instance_name": (instance_name, True),
    "disordered": (disordered, True),
    "long_queue_ids": (long_queue_ids, True),
    "raw_records": (raw_records, True),
    "node_names": (node_names, True),
    "kernel_only": (kernel_only, True),
    "rotated": (rotated, True),
    "noisy": (noisy, True),
    "other_mail": (spare_recipient_noise, True),
    "clock_ahead": (clock(3), False),
    "clock_behind": (clock(-3), False),
    "no_audit": (no_audit, False),
    "no_mail_log": (no_mail_log, False),
    "no_queue": (no_queue, False),
    "no_ruleset": (no_ruleset, False),
    "no_labels": (no_labels, False),
    "no_files": (no_files, False),
}


def link_tree(source, target):
    shutil.copytree(source, target, copy_function=os.link, symlinks=True)


def renamed_truths(truths, name):
    """The truths with the queue ids of that form; those of digits alone are as they were."""
    if name != "long_queue_ids":
        return truths
    return [{**t, "queue_ids": [long_id(i) if re.fullmatch("[0-9A-F]{9,12}", i) and not i.isdigit() else i
                                for i in t["queue_ids"]]} for t in truths]


def outcomes(truths, report):
    found = []
    for truth in truths:
        shared = any(set(truth["queue_ids"]) & set(t["queue_ids"]) for t in truths if t is not truth)
        found.append(run.judge(truth, report, shared))
    return found


def compare(truths, before, report, whole):
    """Faults of one form: what is wrong, and what is no longer right although nothing is missing."""
    faults = ["wrong certain: " + w for w in run.wrong_certain(truths, report)]
    faults += ["forbidden fix: " + k for k in run.forbidden_fixes(truths, report)]
    classes = {c for t in truths for c in t["class"]} | {"unknown"}
    for truth, old, (new, remark) in zip(truths, before, outcomes(truths, report)):
        name = "/".join(truth["class"]) or "healthy"
        # a fault without a message is looked for among all causes: those of other truths are right
        guess = not truth["queue_ids"] and all(
            c["class"] in classes for c in report.get("causes", []))
        guess = guess or not whole and "(likely)" not in remark and "(certain)" not in remark
        if new == run.WRONG and old[0] != run.WRONG and not guess:
            faults.append(f"{name}: was {old[0]}, is wrong: {remark}")
        elif whole and old[0] == run.RIGHT and new != run.RIGHT:
            faults.append(f"{name}: was right, is {new} {remark}")
    return faults


def vary_one(program, folder, truths, names):
    """Lines about the incident in each of the forms."""
    name, lines = os.path.basename(folder), []
    with tempfile.TemporaryDirectory(prefix="postseal-vary-") as scratch:
        base = os.path.join(scratch, "base")
        assemble.assemble(folder, base)
        report, faults, _ = run.explain(program, base)
        if faults:
            return [f"{name}: {f}" for f in faults]
        before = outcomes(truths, report)
        for form in names:
            change, whole = VARIATIONS[form]
            told = os.path.join(scratch, form)
            link_tree(base, told)
            change(Bundle(told))
            report, faults, _ = run.explain(program, told)
            if not faults:
                faults = compare(renamed_truths(truths, form), before, report, whole)
            lines += [f"{form:<15} {name:<36} {f}" for f in faults]
            shutil.rmtree(told)
    return lines


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("--program", default="build/postseal")
    parser.add_argument("--incidents", default=HERE)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", choices=sorted(VARIATIONS))
    parser.add_argument("names", nargs="*")
    return parser.parse_args()


def main():
    args = arguments()
    with open(os.path.join(args.incidents, "expected.json"), encoding="utf-8") as f:
        expected = json.load(f)
    names = [n for n in sorted(expected) if not args.names or n.startswith(tuple(args.names))]
    forms = [args.only] if args.only else list(VARIATIONS)
    os.umask(0o022)
    program = os.path.abspath(args.program)
    jobs, told = [], 0
    for i, name in enumerate(names):
        own = forms if args.all or args.only else [forms[(2 * i + k) % len(forms)] for k in (0, 1)]
        told += len(own)
        jobs.append((program, os.path.join(args.incidents, name), expected[name], own))
    faults = []
    with concurrent.futures.ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        for lines in pool.map(vary_one, *zip(*jobs)):
            faults += lines
    for line in faults:
        print(line)
    print(f"{len(names)} incidents, {told} told in another form, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
