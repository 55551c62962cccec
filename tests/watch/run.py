#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Verb watch: logs that are rotated, the kernel's audit socket, a storm of records, a Postfix of its
own whose mail waits, the journal, a ruleset that changes, the screen.

usage: run.py PROGRAM STORM [--seconds N] [--rate N] [unittest arguments]

A test that needs root, a program or a kernel that is not there is skipped and says so.
"""
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import schema  # noqa: E402

PROGRAM, STORM = os.path.abspath(sys.argv.pop(1)), os.path.abspath(sys.argv.pop(1))
SECONDS, RATE = 4, 50000
MEMORY_KB = 64 * 1024
SANITIZED = b"__asan_init" in open(PROGRAM, "rb").read()
STEP_S = 30  # for one thing to be told


def option(name, value):
    if name in sys.argv:
        at = sys.argv.index(name)
        value = int(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    return value


SECONDS, RATE = option("--seconds", SECONDS), option("--rate", RATE)


class Watch:
    """A running `postseal watch`, its records as they come."""

    def __init__(self, *args, prefix=()):
        self.records = []
        self.rest = b""
        self.process = subprocess.Popen([*prefix, PROGRAM, "watch", *args], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def read(self, seconds):
        if not select.select([self.process.stdout], [], [], max(0, seconds))[0]:
            return True
        data = os.read(self.process.stdout.fileno(), 65536)
        *lines, self.rest = (self.rest + data).split(b"\n")
        self.records += [json.loads(line) for line in lines]
        return bool(data)

    def until(self, what, seconds=STEP_S):
        """The first record, of those not yet met by until(), for which @what holds; None."""
        end = time.monotonic() + seconds
        at = 0
        while True:
            while at < len(self.records):
                record = self.records[at]
                at += 1
                if what(record):
                    return record
            if time.monotonic() > end or not self.read(end - time.monotonic()):
                return None

    def kind(self, record, seconds=STEP_S, **fields):
        return self.until(lambda r: r["record"] == record and
                          all(r.get(k) == v for k, v in fields.items()), seconds)

    def status(self, key):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            return int(re.search(rf"^{key}:\s+(\d+)", f.read(), re.M)[1])

    def ticks(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as f:
            fields = f.read().rsplit(") ", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def end(self, sig=signal.SIGTERM):
        """Its status, the records of its whole life, and what stood on stderr."""
        if sig:
            self.process.send_signal(sig)
        end = time.monotonic() + STEP_S
        while self.read(end - time.monotonic()) and time.monotonic() < end:
            pass
        code = self.process.wait(STEP_S)
        errors = self.process.stderr.read().decode()
        self.close()
        return code, errors

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


def stamp():
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + ".%06d+00:00" % (
        time.time() % 1 * 1000000)


def deferred(queue_id, pid=4711, why="connect to relay.example[192.0.2.7]:25: Connection refused"):
    head = f"{stamp()} mail postfix"
    return (f"{head}/qmgr[99]: {queue_id}: from=<a@example.org>, size=400, nrcpt=1 (queue active)\n"
            f"{head}/smtp[{pid}]: {queue_id}: to=<b@example.net>, relay=none, delay=1, "
            f"delays=0/0/1/0, dsn=4.4.1, status=deferred ({why})\n")


class Base(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.mkdtemp(prefix="watch-")
        self.addCleanup(shutil.rmtree, self.top, ignore_errors=True)

    def watch(self, *args, **kwargs):
        w = Watch(*args, **kwargs)
        self.addCleanup(w.close)
        return w

    def sound(self, w, sig=signal.SIGTERM):
        """End it; its records are valid, the first and the last are what they should be."""
        code, errors = w.end(sig)
        self.assertEqual(code, 0, errors)
        self.assertEqual(w.records[0]["record"], "run", errors)
        self.assertEqual(w.records[-1]["record"], "end", errors)
        self.assertEqual(w.records[-1]["records"], len(w.records) - 2)
        if schema.jsonschema:
            for record in w.records:
                self.assertEqual(schema.errors(record), [], record)
        return w.records[-1]["summary"]


class Files(Base):
    """A directory that is like a host: its logs are followed, nothing else is."""

    def setUp(self):
        super().setUp()
        for folder in ("etc/postfix", "var/log/audit"):
            os.makedirs(os.path.join(self.top, folder))
        with open(self.path("etc/postfix/main.cf"), "w", encoding="ascii") as f:
            f.write("relayhost = [relay.example]\n")
        self.log = self.path("var/log/mail.log")
        self.put(f"{stamp()} mail postfix/master[1]: daemon started -- version 3.7.11\n")

    def path(self, name):
        return os.path.join(self.top, name)

    def put(self, text, mode="a"):
        with open(self.log, mode, encoding="ascii") as f:
            f.write(text)

    def test_counts_over_rotation(self):
        w = self.watch("--root", self.top)
        self.assertIsNotNone(w.kind("run"))
        self.put(deferred("AAAAAAAA01"))
        cause = w.kind("cause")
        self.assertIsNotNone(cause, w.records)
        self.assertEqual(cause["messages"], 1)
        mark = cause["fingerprint"]

        os.rename(self.log, self.log + ".1")
        with open(self.log + ".1", "a", encoding="ascii") as f:
            f.write(deferred("AAAAAAAA02"))  # its writer was not told yet
        self.put(deferred("AAAAAAAA03"))
        self.assertIsNotNone(w.kind("note", kind="rotated"))
        self.assertIsNotNone(w.kind("count", fingerprint=mark, messages=3), w.records)

        shutil.copy(self.log, self.log + ".0")
        self.put(deferred("AAAAAAAA04"), "w")
        self.assertIsNotNone(w.kind("note", kind="truncated"))
        self.assertIsNotNone(w.kind("count", fingerprint=mark, messages=4), w.records)

        # tried again: the same message; and one that goes well is none
        self.put(deferred("AAAAAAAA04"))
        self.put(f"{stamp()} mail postfix/smtp[5]: AAAAAAAA05: to=<b@example.net>, relay=r[192.0.2.7]"
                 ":25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)\n"
                 f"{stamp()} mail postfix/qmgr[99]: AAAAAAAA05: removed\n")
        self.put(deferred("AAAAAAAA06", why="connect to relay.example[192.0.2.7]:25: "
                                           "Network is unreachable"))
        other = w.until(lambda r: r["record"] == "cause" and r["fingerprint"] != mark)
        self.assertIsNotNone(other, w.records)
        summary = self.sound(w)
        self.assertEqual(sorted(r["messages"] for r in summary["told"]), [1, 4])
        self.assertEqual(len([r for r in w.records if r["record"] == "cause"]), 2)

    def test_in_flight_is_no_cause(self):
        w = self.watch("--root", self.top, "--for", "3s")
        self.put(f"{stamp()} mail postfix/qmgr[99]: BBBBBBBB01: from=<a@example.org>, size=400, "
                 "nrcpt=1 (queue active)\n")
        summary = self.sound(w, None)
        self.assertEqual(summary["causes"], 0, summary)

    def test_idle_takes_nothing(self):
        w = self.watch("--root", self.top)
        self.assertIsNotNone(w.kind("run"))
        time.sleep(1)
        before = w.ticks()
        time.sleep(3)
        self.assertLessEqual(w.ticks() - before, 1)
        self.sound(w, signal.SIGINT)

    def test_textfile(self):
        target = os.path.join(self.top, "postseal.prom")
        self.put(deferred("CCCCCCCC01"))
        w = self.watch("--root", self.top, "--textfile", target, "--for", "2s")
        self.sound(w, None)
        with open(target, encoding="utf-8") as f:
            text = f.read()
        self.assertIn("postseal_watch_causes 1\n", text)
        self.assertIn('postseal_watch_lost{kind="overruns"} 0\n', text)
        self.assertEqual([n for n in os.listdir(self.top) if n.startswith("postseal.prom")],
                         ["postseal.prom"])
        if shutil.which("promtool"):
            done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                                  capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)

    def small_disk(self):
        """A file system of its own of 256 KiB."""
        disk = self.path("disk")
        os.mkdir(disk)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", disk], check=False,
                              capture_output=True)
        if done.returncode:
            self.skipTest("no file system can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=False)
        return disk

    def fill(self, disk):
        """Leave no room; returns the file that takes it."""
        filler = os.path.join(disk, "filler")
        with open(filler, "wb", buffering=0) as f, self.assertRaises(OSError):
            while True:
                f.write(b"x" * 4096)
        return filler

    def test_textfile_on_full_disk(self):
        """The file stays whole while there is no room, and is written when there is again."""
        disk = self.small_disk()
        target = os.path.join(disk, "postseal.prom")
        w = self.watch("--root", self.top, "--textfile", target)
        self.put(deferred("DDDDDDDD01"))
        self.assertIsNotNone(w.kind("cause"), w.records)
        end = time.monotonic() + STEP_S
        while not os.path.exists(target) and time.monotonic() < end:
            time.sleep(0.1)
        with open(target, encoding="utf-8") as f:
            before = f.read()
        filler = self.fill(disk)
        for i in range(2, 40, 2):
            self.put(deferred(f"DDDDDDDD{i:02}", why="connect to relay.example[192.0.2.7]:25: "
                                                   "Network is unreachable"))
        self.assertIsNotNone(w.until(lambda r: r["record"] == "cause" and "refused" not in json.dumps(r)
                                     or r["record"] == "count"), w.records)
        time.sleep(2)
        self.assertIsNone(w.process.poll())
        with open(target, encoding="utf-8") as f:
            self.assertEqual(f.read(), before)
        self.assertEqual(sorted(os.listdir(disk)), ["filler", "postseal.prom"])
        os.unlink(filler)
        self.put(deferred("DDDDDDDD99", why="connect to other.example[192.0.2.8]:25: "
                                            "No route to host"))
        end = time.monotonic() + STEP_S
        while time.monotonic() < end:
            with open(target, encoding="utf-8") as f:
                after = f.read()
            if after != before:
                break
            time.sleep(0.2)
        self.assertNotEqual(after, before)
        code, errors = w.end()
        self.assertEqual(code, 0, errors)
        self.assertIn("No space left on device", errors)
        self.assertEqual(w.records[-1]["record"], "end")

    def test_records_on_full_disk(self):
        """A stream of records that cannot go on ends with an error."""
        self.put(deferred("EEEEEEEE01"))
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "watch", "--root", self.top, "--format", "ndjson", "--for", "20s"],
                                  stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, check=False,
                                  timeout=4 * STEP_S)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"No space left on device", done.stderr)

    def test_audit_log_is_followed(self):
        """Without the stream: audit.log, rotated as auditd does it."""
        log = self.path("var/log/audit/audit.log")
        record = ("type=USER_AVC msg=audit({:.3f}:{}): pid=1 uid=0 auid=4294967295 ses=4294967295 "
                  "msg='avc:  denied  {{ start }} for path=\"/x\" "
                  "scontext=system_u:system_r:postfix_smtp_t:s0 "
                  "tcontext=system_u:object_r:init_t:s0 tclass=service permissive=0'\n")
        with open(log, "w", encoding="ascii") as f:
            f.write(record.format(time.time() - 60, 1))
        w = self.watch("--root", self.top)
        self.assertIsNotNone(w.kind("denial", source_type="postfix_smtp_t"), w.records)
        os.rename(log, log + ".1")
        with open(log, "w", encoding="ascii") as f:
            f.write(record.format(time.time(), 2))
        self.assertIsNotNone(w.kind("count", verdict="denial", events=2), w.records)
        with open(log, "a", encoding="ascii") as f:
            f.write(f"type=MAC_POLICY_LOAD msg=audit({time.time():.3f}:3): auid=0 ses=1 lsm=selinux "
                    "res=1\n")
        self.assertIsNotNone(w.kind("note", kind="policy"), w.records)
        self.sound(w)

    def test_screen(self):
        """A terminal: written over, closed as it was; what a log holds does not steer it."""
        pid, fd = pty.fork()
        if pid == 0:
            os.environ["TERM"] = "xterm"
            os.execv(PROGRAM, [PROGRAM, "watch", "--root", self.top])
        data = b""
        end = time.monotonic() + STEP_S
        sent = ended = False
        while time.monotonic() < end:
            if select.select([fd], [], [], 0.2)[0]:
                try:
                    piece = os.read(fd, 65536)
                except OSError:
                    break
                if not piece:
                    break
                data += piece
            if not sent and b"\033[?1049h" in data:
                self.put(deferred("DDDDDDDD01", why="host relay.example[192.0.2.7] said: "
                                                   "451 \033]0;owned\007 later"))
                sent = True
            if sent and not ended and b"Ctrl-C" in data.rpartition(b"1 message")[2]:
                os.kill(pid, signal.SIGINT)
                ended = True
        self.assertTrue(ended, data[-2000:])
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        os.close(fd)
        self.assertIn(b"\033[?1049l", data)
        self.assertNotIn(b"\033]0;", data)
        self.assertIn(b"watched from", data.rpartition(b"\033[?1049l")[2])

    def test_bad_use(self):
        for args in (["--for", "0"], ["--for", "x"], ["--format", "json"]):
            done = subprocess.run([PROGRAM, "watch", *args], capture_output=True, check=False)
            self.assertEqual(done.returncode, 64, args)
        done = subprocess.run([PROGRAM, "watch", "--root", "/nonexistent"], capture_output=True,
                              check=False)
        self.assertEqual(done.returncode, 1)


def stream_works():
    """Whether this kernel hands a denial of user space to the audit group, and to us."""
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9) as group:
            group.bind((0, 1))
            done = subprocess.run([STORM, "100", "1", "1"], capture_output=True, check=False)
            return done.returncode == 0 and bool(select.select([group], [], [], 2)[0])
    except OSError:
        return False


def postfix_is_here():
    return os.geteuid() == 0 and shutil.which("postfix") and shutil.which("unshare")


class Live(Base):
    """The running host: the kernel's audit socket."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0 or not stream_works():
            self.skipTest("no audit stream: not root, in a namespace, or a kernel without audit")

    def more_backlog(self):
        """Let the kernel hold more records for its own thread, as busy hosts have it."""
        if not shutil.which("auditctl"):
            return
        before = re.search(r"backlog_limit (\d+)", subprocess.run(
            ["auditctl", "-s"], capture_output=True, text=True, check=True).stdout)[1]
        subprocess.run(["auditctl", "-b", "65536"], capture_output=True, check=False)
        self.addCleanup(subprocess.run, ["auditctl", "-b", before], capture_output=True, check=False)

    def test_storm(self):
        self.more_backlog()
        w = self.watch()
        self.assertIsNotNone(w.kind("run"), w.records)
        done = subprocess.run([STORM, str(RATE), str(SECONDS), "40"], capture_output=True, text=True,
                              check=True, timeout=SECONDS * 10 + 60)
        sent, took = done.stdout.split()
        time.sleep(0.5)
        # one more, so that a gap before it shows
        more = int(subprocess.run([STORM, "100", "1", "1"], capture_output=True, text=True,
                                  check=True).stdout.split()[0])
        self.assertIsNotNone(w.kind("denial", source_type="postfix_smtp_t"), w.records)
        # all of it is told when it has come to rest
        w.until(lambda r: r["record"] == "count" and r["events"] >= int(sent) + more)
        peak = w.status("VmHWM")
        summary = self.sound(w)
        print(f"storm: {sent} denials in {took} s, {summary['denials']} counted, "
              f"lost {summary['lost']}, peak {peak} kB", file=sys.stderr)
        all_of_it = int(sent) + more
        if not any(summary["lost"].values()):
            self.assertGreaterEqual(summary["denials"], all_of_it)
        self.assertGreaterEqual(summary["denials"] + summary["lost"]["events"], all_of_it)
        if not SANITIZED:
            self.assertLess(peak, MEMORY_KB)

    @staticmethod
    def lines_of(path):
        with open(path, "rb") as f:
            return sum(b"unit-0" in line for line in f)

    def test_past_is_joined_once(self):
        """The log's end and the stream hold the same records: each counts once."""
        group = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9)
        self.addCleanup(group.close)
        group.bind((0, 1))
        log = os.path.join(self.top, "log")
        os.makedirs(os.path.join(log, "audit"))
        text = os.path.join(log, "audit", "audit.log")

        def copy(seconds):
            """What auditd does: the records of the group into the log."""
            end = time.monotonic() + seconds
            with open(text, "ab", buffering=0) as f:
                while select.select([group], [], [], max(0, end - time.monotonic()))[0]:
                    m = group.recv(10000)
                    kind = struct.unpack_from("=H", m, 4)[0]
                    body = m[16:].rstrip(b"\0")
                    if kind == 1107:
                        f.write(b"type=USER_AVC msg=" + body + b"\n")

        subprocess.run([STORM, "200", "1", "1"], check=True, capture_output=True)
        copy(1)
        before = self.lines_of(text)
        self.assertGreater(before, 10)
        w = self.watch(prefix=["unshare", "--mount", "--propagation", "private", "sh", "-c",
                               f"mount --bind {log} /var/log && exec \"$0\" \"$@\""])
        self.assertIsNotNone(w.kind("run"), w.records)
        subprocess.run([STORM, "200", "1", "1"], check=True, capture_output=True)
        copy(1)
        after = self.lines_of(text)
        self.assertGreater(after, before)
        time.sleep(3)  # longer than the log is held against the stream
        self.assertEqual(self.sound(w)["denials"], after)


    def test_auditd_comes_and_goes(self):
        """auditd starts, ends and starts: it keeps its place, and we ours."""
        if not shutil.which("auditd") or not shutil.which("unshare"):
            self.skipTest("needs auditd and unshare")
        if re.search(r"^pid [1-9]", subprocess.run(["auditctl", "-s"], capture_output=True, text=True,
                                                   check=False).stdout, re.M):
            self.skipTest("an auditd runs here")
        os.makedirs(os.path.join(self.top, "audit"))
        w = self.watch(prefix=["unshare", "--mount", "--propagation", "private", "sh", "-c",
                               f"mount --bind {self.top} /var/log && exec \"$0\" \"$@\""])
        self.assertIsNotNone(w.kind("run"), w.records)
        space = ["nsenter", f"--mount=/proc/{w.process.pid}/ns/mnt"]
        for _ in range(2):
            daemon = subprocess.Popen([*space, "auditd", "-n", "-s", "nochange"],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.addCleanup(daemon.kill)
            time.sleep(1)
            subprocess.run([STORM, "200", "1", "1"], check=True, capture_output=True)
            time.sleep(0.5)
            self.assertIsNone(daemon.poll())
            daemon.terminate()
            daemon.wait(STEP_S)
            subprocess.run([STORM, "200", "1", "1"], check=True, capture_output=True)
        logged = self.lines_of(os.path.join(self.top, "audit", "audit.log"))
        self.assertGreater(logged, 50)
        summary = self.sound(w)
        # other tests may send records that are cut short meanwhile
        self.assertFalse(any(summary["lost"][k] for k in ("overruns", "events", "kernel")), summary)
        self.assertGreater(summary["denials"], logged * 3 // 2)


class Mail(Base):
    """A Postfix of its own, in a mount namespace, whose mail waits."""

    CF = ("compatibility_level = 3.7\nmyhostname = watch.example\nmydestination =\n"
          "inet_interfaces = loopback-only\ninet_protocols = ipv4\nrelayhost = [127.0.0.1]:{port}\n"
          "maillog_file = /var/log/mail.log\nminimal_backoff_time = 300s\n"
          "smtp_tls_security_level = none\nalias_maps =\nlocal_recipient_maps =\n")
    MASTER = ("pickup unix n - n 1 1 pickup\ncleanup unix n - n - 0 cleanup\n"
              "qmgr unix n - n 300 1 qmgr\nrewrite unix - - n - - trivial-rewrite\n"
              "bounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\n"
              "trace unix - - n - 0 bounce\nsmtp unix - - n - - smtp\n"
              "error unix - - n - - error\nretry unix - - n - - error\n"
              "showq unix n - n - - showq\nanvil unix - - n - 1 anvil\n"
              "postlog unix-dgram n - n - 1 postlogd\n")
    INSIDE = """
set -eu
for d in etc/postfix var/spool/postfix var/log var/lib/postfix; do
	mount --bind "$1/$d" "/$d"
done
postfix set-permissions >/dev/null 2>&1 || true
postfix start >/dev/null 2>&1
trap 'postfix stop >/dev/null 2>&1' EXIT
"$2" watch </dev/null >"$1/out" 2>"$1/err" &
w=$!
n=0
while ! grep -q '"record":"run"' "$1/out" && [ $n -lt 200 ]; do n=$((n + 1)); sleep 0.1; done
send() { printf 'Subject: x\\n\\ntext\\n' | sendmail -f a@watch.example "$@"; }
wait_for() { n=0; while ! grep -q "$1" "$out" && [ $n -lt 300 ]; do n=$((n + 1)); sleep 0.1; done; }
out=$1/out
send b@example.net
wait_for '"record":"cause"'
postfix logrotate >/dev/null 2>&1
send c@example.net
wait_for '"messages":2'
kill $w
wait $w
# any user: the spool is closed to him, Postfix tells him its queue
cp "$2" "$1/postseal"
setpriv --reuid 65534 --regid 65534 --clear-groups "$1/postseal" explain --format json >"$1/any"
"""

    def test_waiting_mail(self):
        if not postfix_is_here():
            self.skipTest("needs root, postfix and unshare")
        for folder in ("etc/postfix", "var/spool/postfix", "var/log", "var/lib/postfix"):
            os.makedirs(os.path.join(self.top, folder))
        os.chmod(self.top, 0o755)
        with socket.socket() as s:  # a port where nobody listens
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        for name in ("postfix-files", "dynamicmaps.cf", "post-install", "postfix-script"):
            if os.path.exists(f"/etc/postfix/{name}"):
                shutil.copy(f"/etc/postfix/{name}", os.path.join(self.top, "etc/postfix", name))
        for name, text in (("main.cf", self.CF.format(port=port)), ("master.cf", self.MASTER)):
            with open(os.path.join(self.top, "etc/postfix", name), "w", encoding="ascii") as f:
                f.write(text)
        shutil.chown(os.path.join(self.top, "var/lib/postfix"), "postfix")
        done = subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c",
                               self.INSIDE, "sh", self.top, PROGRAM], capture_output=True, text=True,
                              check=False, timeout=100)
        with open(os.path.join(self.top, "out"), encoding="utf-8") as f:
            records = [json.loads(line) for line in f]
        with open(os.path.join(self.top, "err"), encoding="utf-8") as f:
            said = done.stderr + f.read()
        self.assertEqual(done.returncode, 0, said)
        causes = [r for r in records if r["record"] == "cause"]
        self.assertEqual(len(causes), 1, (records[1:], said))
        self.assertEqual(causes[0]["object"].get("port"), port)
        told = [r for r in records[-1]["summary"]["told"] if r["verdict"] != "denial"]
        self.assertEqual([r["messages"] for r in told], [2], records[1:])
        with open(os.path.join(self.top, "any"), encoding="utf-8") as f:
            answer = json.load(f)
        self.assertEqual([m["queue"] for m in answer["messages"]], ["deferred"] * 2)
        spool = [s for s in answer["sources"] if s["name"] == "queue"]
        self.assertEqual(sorted(s["status"] for s in spool), ["read", "unreadable"], spool)
        self.assertIn("root would see the messages that wait", str(spool))


class Ruleset(Base):
    def test_change_is_told(self):
        if os.geteuid() != 0 or not shutil.which("nft") or not shutil.which("unshare"):
            self.skipTest("needs root, nft and unshare")
        w = self.watch(prefix=["unshare", "--net"])
        self.assertIsNotNone(w.kind("run"), w.records)
        subprocess.run(["nsenter", f"--net=/proc/{w.process.pid}/ns/net", "nft",
                        "add table inet watch_test"], check=True)
        self.assertIsNotNone(w.kind("note", kind="ruleset"), w.records)
        self.sound(w)


class Journal(Base):
    def entry(self, queue_id):
        now = int(time.time() * 1000000)
        fields = {"__REALTIME_TIMESTAMP": now, "__MONOTONIC_TIMESTAMP": now % 10**12,
                  "_BOOT_ID": "f" * 32, "_MACHINE_ID": "0" * 31 + "1", "_HOSTNAME": "mail",
                  "_TRANSPORT": "syslog", "PRIORITY": 6, "SYSLOG_FACILITY": 2, "_PID": 4711}
        text = ""
        for line in deferred(queue_id).splitlines():
            program, message = line.split(" ", 2)[2].split(": ", 1)
            tag, pid = program.rstrip("]").split("[")
            text += "".join(f"{k}={v}\n" for k, v in fields.items())
            text += f"SYSLOG_IDENTIFIER={tag}\nSYSLOG_PID={pid}\nMESSAGE={message}\n\n"
        return text

    def test_entries(self):
        remote = shutil.which("systemd-journal-remote", path="/lib/systemd:/usr/lib/systemd")
        if not remote:
            self.skipTest("needs systemd-journal-remote")
        folder = os.path.join(self.top, "var/log/journal", "0" * 31 + "1")
        os.makedirs(folder)
        os.makedirs(os.path.join(self.top, "etc/postfix"))
        with open(os.path.join(self.top, "etc/postfix/main.cf"), "w", encoding="ascii") as f:
            f.write("relayhost = [relay.example]\n")

        def write(queue_id, name="system.journal"):
            done = subprocess.run([remote, "-o", os.path.join(folder, name), "-"], check=False,
                                  input=self.entry(queue_id), text=True, capture_output=True)
            self.assertEqual(done.returncode, 0, done.stderr)

        write("EEEEEEEE01")
        w = self.watch("--root", self.top)
        self.assertIsNotNone(w.kind("cause", messages=1), w.records)
        write("EEEEEEEE02")
        self.assertIsNotNone(w.kind("count", messages=2), w.records)
        # rotated: the file gets another name, and a new one is written
        os.rename(os.path.join(folder, "system.journal"),
                  os.path.join(folder, "system@0001.journal"))
        write("EEEEEEEE03")
        self.assertIsNotNone(w.kind("count", messages=3), w.records)
        self.sound(w)


if __name__ == "__main__":
    unittest.main(verbosity=2)
