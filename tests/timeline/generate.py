#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Seeded generator of mixed timelines: evidence bundles in which many causes happen at once.

usage: generate.py [--seed N] [--messages N] [--noise N] OUT

Writes a bundle (bundle.json, root/, live/) below OUT and OUT/truth.json: for each queue id the
classes that count as right, and whether the evidence decides between them. What is mixed in to
mislead: denials of other domains in the same second, of the same pid hours away, of other objects
by the same process, permissive ones; pids and short queue ids used again; suspended deliveries;
both address families; several mail exchangers; peers and local users who write in the words of a
local fault. Each seed picks its own stamps (with year or without, over New Year), a shift of the
audit log's clock, and where the rotated log is cut. Same seed, same bytes.
"""
import argparse
import calendar
import json
import os
import random
import time

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HOST = "mail"
POSTFIX_UID, BOB, ALICE = 101, 1001, 1002

# what the host's own ruleset and routes do, by the destination
DROPPED = "198.51.100.{}"          # ip daddr 198.51.100.0/24 drop
REFUSED = "203.0.113.{}"           # ip daddr 203.0.113.0/25 reject with tcp reset
PROHIBITED6 = "2001:db8:bad::{:x}"  # ip6 daddr 2001:db8:bad::/48 reject with admin-prohibited
PROHIBIT_ROUTE = "192.88.99.{}"    # a prohibit route
OPEN = "100.64.0.{}"               # accepted
OPEN6 = "2001:db8:beef::{:x}"      # no IPv6 route beyond the link


class Timeline:
    def __init__(self, seed, shift_s, year_less):
        self.rng = random.Random(seed)
        self.shift_s = shift_s
        self.year_less = year_less
        start = (2026, 12, 31, 22, 30, 0) if year_less else (2026, 11, 20, 6, 0, 0)
        self.now = float(calendar.timegm(start + (0, 0, 0)))
        self.mail, self.audit, self.queue, self.truth = [], [], {}, {}
        self.serial, self.inode = 100, 40000
        self.smtp = [2000 + i for i in range(8)]
        self.local, self.error, self.smtpd = [3000, 3001], [3100, 3101], [3200, 3201]
        self.used_ids = []
        self.pace_s = 3  # between two messages, on average

    # -- records -----------------------------------------------------------------------------------
    def log(self, t, tag, pid, text):
        self.mail.append((t, f"postfix/{tag}[{pid}]", text))

    def stamp(self, t):
        whole = time.gmtime(int(t))
        if self.year_less:
            return (f"{MONTHS[whole.tm_mon - 1]} {whole.tm_mday:2d} "
                    f"{time.strftime('%H:%M:%S', whole)}")
        return time.strftime("%Y-%m-%dT%H:%M:%S", whole) + f".{int(t % 1 * 1e6):06d}+00:00"

    def denial(self, t, **d):
        """An AVC, with its SYSCALL record when an exit is given."""
        self.serial += 1
        t = int((t + self.shift_s) * 250) / 250  # the kernel's clock ticks every 4 ms
        head = f"msg=audit({t:.3f}:{self.serial}): "
        words = "".join(f' {k}="{d[k]}"' for k in ("name", "dev") if k in d)
        words += "".join(f" {k}={d[k]}" for k in ("ino", "dest") if k in d)
        self.audit.append((t, self.serial, "type=AVC " + head + f"avc:  denied  {{ {d['perm']} }} for  "
                           f"pid={d['pid']} comm=\"{d['comm']}\"{words} "
                           f"scontext=system_u:system_r:{d['source']}:s0 "
                           f"tcontext=system_u:object_r:{d['target']}:s0 tclass={d['tclass']} "
                           f"permissive={d.get('permissive', 0)}"))
        ok = d.get("permissive")
        self.audit.append((t, self.serial, "type=SYSCALL " + head + "arch=c000003e syscall="
                           f"{42 if 'dest' in d else 257} success={'yes' if ok else 'no'} "
                           f"exit={3 if ok else -13} a0=f a1=0 a2=10 a3=0 items=0 ppid=895 "
                           f"pid={d['pid']} auid=4294967295 uid=101 gid=108 euid=101 suid=101 "
                           "fsuid=101 egid=108 sgid=108 fsgid=108 tty=(none) ses=4294967295 "
                           f"comm=\"{d['comm']}\" exe=\"/usr/lib/postfix/sbin/{d['comm']}\" "
                           f"subj=system_u:system_r:{d['source']}:s0 key=(null)"))

    def name_connect(self, t, pid, port, **more):
        self.denial(t, **{"perm": "name_connect", "pid": pid, "comm": "smtp", "dest": port,
                          "source": "postfix_smtp_t", "target": "unreserved_port_t",
                          "tclass": "tcp_socket", **more})

    # -- messages ----------------------------------------------------------------------------------
    def arrive(self):
        """A new message: its queue id, logged as far as qmgr."""
        self.now += self.rng.expovariate(1 / self.pace_s)
        t = self.now
        if self.used_ids and self.used_ids[0][0] < t - 60 and self.rng.random() < 0.1:
            qid = self.used_ids.pop(0)[1]
        else:
            self.inode += self.rng.randint(1, 9)
            qid = f"{self.rng.randrange(1 << 20):05X}{self.inode:X}"
        self.log(t, "pickup", 890, f"{qid}: uid=1001 from=<bob>")
        self.log(t + .02, "cleanup", 891, f"{qid}: message-id=<{qid}.{int(t)}@mail.lab.example>")
        self.log(t + .05, "qmgr", 892, f"{qid}: from=<bob@lab.example>, size=311, nrcpt=1 (queue active)")
        return qid, t

    def status(self, t, qid, tag, pid, text, **o):
        rcpt = o.get("rcpt", "user@peer.example")
        took = o.get("took", 0.1)
        state = o.get("state", "deferred")
        self.log(t, tag, pid, f"{qid}: to=<{rcpt}>, relay={o.get('relay', 'none')}, delay={took + .2:.1f}, "
                 f"delays=0.1/0.1/{took:.1f}/0, dsn={o.get('dsn', '4.4.1')}, status={state} ({text})")
        if state == "bounced":
            self.log(t + .1, "qmgr", 892, f"{qid}: removed")
            return
        if state == "sent":
            self.log(t + .1, "qmgr", 892, f"{qid}: removed")
            self.used_ids.append((t, qid))
            return
        self.queue[qid] = {"queue_name": "deferred", "queue_id": qid, "arrival_time": int(t) - 1,
                           "message_size": 311, "forced_expire": False, "sender": "bob@lab.example",
                           "recipients": [{"address": rcpt, "delay_reason": text}]}

    def tell(self, qid, *classes, decided=True):
        self.truth[qid] = {"class": list(classes), "decided": decided}

    def connect(self, address, port, why, took=0.1, lead=()):
        """One attempt of smtp(8), LEAD the addresses it tried before; the status line's time, id
        and pid."""
        qid, t = self.arrive()
        pid = self.rng.choice(self.smtp)
        end = t + .3 + took
        for text in lead:
            self.log(end - .05, "smtp", pid, text)
        text = f"connect to mx{self.rng.randrange(9)}.peer.example[{address}]:{port}: {why}"
        self.log(end - .01, "smtp", pid, text)
        self.status(end, qid, "smtp", pid, text, took=took)
        self.now = max(self.now, end if took < 1 else self.now)
        return qid, end, pid, text

    # -- causes ------------------------------------------------------------------------------------
    def selinux_connect(self):
        qid, end, pid, text = self.connect(OPEN.format(self.rng.randrange(1, 99)), 2525,
                                           "Permission denied")
        self.name_connect(end - .03, pid, 2525)
        self.tell(qid, "selinux")
        if self.rng.random() < 0.4:  # the next one is not even tried
            other, t = self.arrive()
            self.status(t + .1, other, "error", self.rng.choice(self.error),
                        "delivery temporarily suspended: " + text)
            self.tell(other, "selinux")

    def firewall_drop(self):
        qid, *_ = self.connect(DROPPED.format(self.rng.randrange(1, 250)), 25,
                               "Connection timed out", took=30)
        self.tell(qid, "firewall")

    def firewall_reset(self):
        qid, *_ = self.connect(REFUSED.format(self.rng.randrange(1, 100)), 25, "Connection refused")
        self.tell(qid, "firewall")

    def firewall_prohibited6(self):
        """Reads "Permission denied", as SELinux does."""
        qid, end, pid, _ = self.connect(PROHIBITED6.format(self.rng.randrange(1, 250)), 25,
                                        "Permission denied")
        self.tell(qid, "firewall")
        kind = self.rng.randrange(4)
        if kind == 0:    # another process, the same second
            self.name_connect(end - .03, pid + 7000, 25)
        elif kind == 1:  # the pid, hours before, when it was another's
            self.denial(end - 9000, perm="search", pid=pid, comm="smtp", name="bob", dev="vda1",
                        ino=77, source="postfix_smtp_t", target="user_home_dir_t", tclass="dir")
        elif kind == 2:  # logged only
            self.name_connect(end - .03, pid, 25, permissive=1)
        else:            # the same process, another port
            self.name_connect(end - .03, pid, 587)

    def two_families(self):
        """IPv6 has no route, which is no news; IPv4 is dropped."""
        six = OPEN6.format(self.rng.randrange(1, 99))
        qid, *_ = self.connect(DROPPED.format(self.rng.randrange(1, 250)), 25, "Connection timed out",
                               took=30, lead=[f"connect to mx.peer.example[{six}]:25: "
                                              "Network is unreachable"])
        self.tell(qid, "firewall")

    def route_prohibit(self):
        qid, end, pid, _ = self.connect(PROHIBIT_ROUTE.format(self.rng.randrange(1, 250)), 25,
                                        "Permission denied")
        self.tell(qid, "route")
        if self.rng.random() < .5:
            self.name_connect(end - .03, pid, 25, permissive=1)

    def route_none6(self):
        qid, *_ = self.connect(OPEN6.format(self.rng.randrange(1, 99)), 25, "Network is unreachable")
        self.tell(qid, "route")

    def remote_timeout(self):
        qid, *_ = self.connect(OPEN.format(self.rng.randrange(100, 200)), 25, "Connection timed out",
                               took=30)
        self.tell(qid, "remote", decided=False)

    def remote_refused(self):
        qid, *_ = self.connect(OPEN.format(self.rng.randrange(100, 200)), 25, "Connection refused")
        self.tell(qid, "remote", decided=False)

    def mailbox(self, user, why):
        qid, t = self.arrive()
        pid = self.rng.choice(self.local)
        end = t + .4
        self.log(end - .01, "local", pid, "warning: perhaps you need to create the maildirs in advance")
        self.status(end, qid, "local", pid, "maildir delivery failed: create maildir file "
                    f"/home/{user}/Maildir/tmp/{int(end)}.P{pid}.mail.lab.example: {why}",
                    relay="local", dsn="5.2.0", state="bounced", rcpt=f"{user}@lab.example")
        return qid, end, pid

    def mailbox_selinux(self):
        qid, end, pid = self.mailbox("bob", "Permission denied")
        self.denial(end - .05, perm="write", pid=pid, comm="local", name="tmp", dev="vda1", ino=21502,
                    source="postfix_local_t", target="user_home_t", tclass="dir")
        self.tell(qid, "selinux")
        if self.rng.random() < .5:  # the same process goes on to one that the mode bits shut out
            self.mailbox_mode(pid)

    def mailbox_mode(self, pid=None):
        if pid:
            self.local.insert(0, pid)
            self.rng.choice, kept = (lambda v: v[0]), self.rng.choice
            qid, *_ = self.mailbox("carol", "Permission denied")
            self.rng.choice = kept
            self.local.pop(0)
        else:
            qid, *_ = self.mailbox("carol", "Permission denied")
        self.tell(qid, "dac")

    def disk_full(self):
        qid, t = self.arrive()
        self.status(t + .3, qid, "local", self.rng.choice(self.local), "cannot update mailbox "
                    "/var/mail/bob for user bob. error writing message: No space left on device",
                    relay="local", dsn="4.3.0", rcpt="bob@lab.example")
        self.tell(qid, "disk")

    def lookup_failed(self):
        qid, t = self.arrive()
        name = f"d{self.rng.randrange(999)}.example"
        self.status(t + 1, qid, "smtp", self.rng.choice(self.smtp), "Host or domain name not found. "
                    f"Name service error for name={name} type=MX: Host not found, try again",
                    dsn="4.4.3", rcpt=f"x@{name}")
        self.tell(qid, "dns", decided=False)

    def answered(self, reply, *classes, decided=True):
        qid, t = self.arrive()
        address = OPEN.format(self.rng.randrange(1, 99))
        self.status(t + .8, qid, "smtp", self.rng.choice(self.smtp), f"host mx.peer.example[{address}] "
                    f"said: {reply} (in reply to RCPT TO command)",
                    relay=f"mx.peer.example[{address}]:25", dsn="4.2.0")
        self.tell(qid, *classes, decided=decided)
        return qid, t + .8

    def greylisted(self):
        self.answered("450 4.2.0 <user@peer.example>: Recipient address rejected: Greylisted", "policy")

    def forged_reply(self):
        """The peer's words name our own faults; a denial stands beside them."""
        reply = self.rng.choice((
            "450 4.3.0 connect to mx.peer.example[100.64.0.7]:2525: Permission denied",
            "451 4.3.0 avc:  denied  { name_connect } for pid=2000 comm=\"smtp\" dest=2525",
            "452 4.3.1 create maildir file /home/bob/Maildir/tmp/1.P3000.mail: Permission denied",
            "451 4.3.0 /var/mail/bob: No space left on device"))
        _, t = self.answered(reply, "remote", "unknown", "policy", "recipient", "content", "relay",
                             "senderauth", "reputation", decided=False)
        self.name_connect(t - .1, self.rng.choice(self.smtp), 2525)

    def over_socket(self, text, tag, pid, cls, **more):
        """A failure this host itself tells of, with a denial of the process about another object."""
        qid, t = self.arrive()
        self.status(t + .3, qid, tag, pid, text, rcpt="bob@lab.example", **more)
        if self.rng.random() < .5:
            self.denial(t + .25, perm="write", pid=pid, comm=tag, name="anvil", dev="vda1", ino=31,
                        source="postfix_" + tag + "_t", target="postfix_private_t",
                        tclass="sock_file")
        self.tell(qid, cls)

    def lmtp_gone(self):
        self.over_socket("connect to mail.lab.example[private/dovecot-lmtp]: No such file or directory",
                         "lmtp", 3300, "service")

    def filter_down(self):
        self.over_socket("connect to 127.0.0.1[127.0.0.1]:10024: Connection refused",
                         "smtp", self.rng.choice(self.smtp), "service")

    def transport_missing(self):
        qid, t = self.arrive()
        self.log(t + .1, "qmgr", 892, "warning: connect to transport private/fax: No such file or "
                 "directory")
        self.status(t + .3, qid, "error", self.rng.choice(self.error), "mail transport unavailable",
                    dsn="4.3.0")
        self.tell(qid, "config")

    def wrong_password(self):
        qid, t = self.arrive()
        address = OPEN.format(self.rng.randrange(1, 99))
        self.status(t + .8, qid, "smtp", self.rng.choice(self.smtp), "SASL authentication failed; "
                    f"server relay.example[{address}] said: 535 5.7.8 Error: authentication failed",
                    relay=f"relay.example[{address}]:587", dsn="4.7.8")
        self.tell(qid, "auth")

    def certificate_ended(self):
        qid, t = self.arrive()
        pid, peer = self.rng.choice(self.smtp), f"mx.peer.example[{OPEN.format(77)}]:25"
        self.log(t + .5, "smtp", pid, f"certificate verification failed for {peer}: certificate has "
                 "expired")
        self.status(t + .8, qid, "smtp", pid, "Server certificate not verified", relay=peer,
                    dsn="4.7.5")
        self.tell(qid, "tls")

    def no_such_user(self):
        self.answered("550 5.1.1 <user@peer.example>: Recipient address rejected: User unknown",
                      "recipient")

    def delivered(self):
        qid, t = self.arrive()
        address = OPEN.format(self.rng.randrange(1, 99))
        self.status(t + .8, qid, "smtp", self.rng.choice(self.smtp), "250 2.0.0 Ok: queued as 4711",
                    relay=f"mx.peer.example[{address}]:25", dsn="2.0.0", state="sent")

    def noise(self):
        """Denials that concern no mail."""
        t = self.now + self.rng.random()
        who = self.rng.choice((("rsyslogd", "syslogd_t", "postfix_spool_t"),
                               ("systemd-tmpfile", "systemd_tmpfiles_t", "etc_t"),
                               ("sshd", "sshd_t", "user_home_t"), ("smtp", "user_t", "tmp_t")))
        pid = self.rng.choice(self.smtp + self.local) if who[0] != "smtp" else 9000
        self.denial(t, perm="search", pid=pid, comm=who[0], name="postfix", dev="vda1", ino=9,
                    source=who[1], target=who[2], tclass="dir")
        if self.rng.random() < .3:
            self.log(t, "smtpd", self.rng.choice(self.smtpd), "NOQUEUE: reject: RCPT from "
                     "c.example[100.64.9.9]: 454 4.7.1 <a@b.example>: Relay access denied; "
                     "from=<x@y.example> to=<a@b.example> proto=ESMTP helo=<Permission denied>")

    MIX = ((10, selinux_connect), (8, firewall_drop), (6, firewall_reset), (8, firewall_prohibited6),
           (4, two_families), (6, route_prohibit), (4, route_none6), (5, remote_timeout),
           (5, remote_refused), (7, mailbox_selinux), (5, mailbox_mode), (4, disk_full),
           (4, lookup_failed), (6, greylisted), (6, forged_reply), (4, lmtp_gone), (4, filter_down),
           (3, transport_missing), (4, wrong_password), (3, certificate_ended), (3, no_such_user),
           (20, delivered))

    def run(self, messages, noise):
        weights, makers = zip(*self.MIX)
        for _ in range(messages):
            self.rng.choices(makers, weights)[0](self)
            for _ in range(noise):
                if self.rng.random() < .5:
                    self.noise()

    # -- files -------------------------------------------------------------------------------------
    def ruleset(self):
        def rule(handle, proto, net, length, verdict):
            return {"rule": {"family": "inet", "table": "filter", "chain": "output", "handle": handle,
                             "expr": [{"match": {"op": "==", "left": {"payload": {
                                 "protocol": proto, "field": "daddr"}}, "right": {
                                     "prefix": {"addr": net, "len": length}}}}, verdict]}}
        chain = {"family": "inet", "table": "filter", "type": "filter", "prio": 0, "policy": "accept"}
        return {"nftables": [
            {"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
            {"table": {"family": "inet", "name": "filter", "handle": 1}},
            {"chain": {**chain, "name": "input", "handle": 1, "hook": "input"}},
            {"chain": {**chain, "name": "output", "handle": 2, "hook": "output"}},
            rule(10, "ip", "198.51.100.0", 24, {"drop": None}),
            rule(11, "ip", "203.0.113.0", 25, {"reject": {"type": "tcp reset"}}),
            rule(12, "ip6", "2001:db8:bad::", 48,
                 {"reject": {"type": "icmpv6", "expr": "admin-prohibited"}})]}

    def routes(self):
        def local(dst, dev="lo"):
            return {"type": "local", "dst": dst, "dev": dev, "table": "local", "flags": []}
        return [{"dst": "default", "gateway": "192.0.2.2", "dev": "eth0", "flags": []},
                {"dst": "192.0.2.0/24", "dev": "eth0", "prefsrc": "192.0.2.1", "flags": []},
                {"type": "prohibit", "dst": "192.88.99.0/24", "flags": []},
                local("127.0.0.0/8"), local("192.0.2.1", "eth0"), local("::1"),
                {"dst": "2001:db8:bad::/48", "gateway": "fe80::1", "dev": "eth0", "flags": []},
                {"dst": "2001:db8:1::/64", "dev": "eth0", "flags": []}]

    def addresses(self):
        def link(index, name, *addrs):
            return {"ifindex": index, "ifname": name, "flags": ["UP", "LOWER_UP"], "mtu": 1500,
                    "operstate": "UP", "addr_info": [
                        {"family": "inet6" if ":" in a else "inet", "local": a, "prefixlen": n,
                         "scope": "global"} for a, n in addrs]}
        return [link(1, "lo", ("127.0.0.1", 8), ("::1", 128)),
                link(2, "eth0", ("192.0.2.1", 24), ("2001:db8:1::1", 64))]

    def files(self):
        rows = [("/", "d", 755, 0), ("/home", "d", 755, 0), ("/home/bob", "d", 755, BOB),
                ("/home/bob/Maildir", "d", 700, BOB), ("/home/bob/Maildir/tmp", "d", 700, BOB),
                ("/var", "d", 755, 0), ("/var/spool", "d", 755, 0), ("/var/spool/postfix", "d", 755, 0),
                ("/var/spool/postfix/private", "d", 700, POSTFIX_UID),
                ("/var/spool/postfix/private/anvil", "s", 666, POSTFIX_UID),
                ("/home/carol", "d", 755, ALICE), ("/home/carol/Maildir", "d", 700, ALICE),
                ("/home/carol/Maildir/tmp", "d", 500, 0)]
        lines = ["path\ttype\tmode\tuid\tgid\tsize\tmtime\tlink"]
        lines += [f"{p}\t{t}\t{m}\t{u}\t{u}\t4096\t1790000000.0\t" for p, t, m, u in rows]
        return "\n".join(lines) + "\n"

    def write(self, out):
        def put(name, text):
            path = os.path.join(out, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        self.mail.sort(key=lambda m: m[0])
        lines = [f"{self.stamp(t)} {HOST} {tag}: {text}\n" for t, tag, text in self.mail]
        cut = len(lines) // 3
        put("root/var/log/mail.log.1", "".join(lines[:cut])[:-20])  # the writer was stopped in a line
        put("root/var/log/mail.log", "".join(lines[cut:]))
        lost = self.mail[cut - 1]
        for qid in list(self.truth):
            if lost[2].startswith(qid):
                del self.truth[qid]
        put("root/var/log/audit/audit.log", "".join(r + "\n" for *_, r in sorted(self.audit)))
        put("root/etc/passwd", "root:x:0:0::/root:/bin/sh\npostfix:x:101:108::/:/bin/false\n"
            f"bob:x:{BOB}:{BOB}::/home/bob:/bin/sh\ncarol:x:{ALICE}:{ALICE}::/home/carol:/bin/sh\n")
        put("root/etc/group", f"root:x:0:\npostfix:x:108:\nbob:x:{BOB}:\ncarol:x:{ALICE}:\n")
        put("root/etc/hostname", HOST + "\n")
        put("root/etc/resolv.conf", "nameserver 192.0.2.2\n")
        put("root/etc/postfix/main.cf", "mydestination = lab.example\nmyhostname = mail.lab.example\n"
            "mail_owner = postfix\nqueue_directory = /var/spool/postfix\nhome_mailbox = Maildir/\n")
        put("root/etc/postfix/master.cf", "smtp unix - - n - - smtp\nlocal unix - n n - - local\n"
            "error unix - - n - - error\nlmtp unix - - n - - lmtp\n")
        put("live/queue.ndjson", "".join(json.dumps(q) + "\n" for q in self.queue.values()))
        put("live/nftables.json", json.dumps(self.ruleset()))
        put("live/routes.json", json.dumps(self.routes()))
        put("live/addresses.json", json.dumps(self.addresses()))
        put("live/selinux.json", json.dumps({"mode": "enforcing", "policy_version": 33, "booleans": {}}))
        put("live/files.tsv", self.files())
        put("live/sockets.json", json.dumps([{"address": "0.0.0.0", "port": 25, "program": "master",
                                              "pid": 880}]))
        end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.mail[-1][0] + 60))
        put("bundle.json", json.dumps({"schema": "postseal-bundle/1", "host": HOST, "time": end,
                                       "tool": "generate.py"}))
        put("truth.json", json.dumps(self.truth, indent=1))


def generate(seed, messages, noise, out):
    pick = random.Random(seed * 7919)
    shift = pick.choice((0, 0, 0, 7200, -19800, -2))
    timeline = Timeline(seed, shift, year_less=pick.random() < .3)
    timeline.run(messages, noise)
    timeline.write(out)
    return timeline.truth, shift


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--noise", type=int, default=1)
    parser.add_argument("out")
    args = parser.parse_args()
    generate(args.seed, args.messages, args.noise, args.out)


if __name__ == "__main__":
    main()
