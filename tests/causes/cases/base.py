# SPDX-License-Identifier: GPL-2.0-or-later
"""A Debian host with nothing wrong: what the cases are laid over, and the words they are written in."""

STAMP = "2026-11-20T18:53:36.%06d+00:00 mail "
RELAY = "relay.example[198.51.100.40]:25"


def line(tag, pid, text, us=100000, second=36):
    """One line of the mail log; "smtp" is short for "postfix/smtp"."""
    if "/" not in tag:
        tag = "postfix/" + tag
    return f"2026-11-20T18:53:{second:02}.{us:06}+00:00 mail {tag}[{pid}]: {text}"


def deferred(qid, reason, to="user@far.example", tag="smtp", pid=969, relay="none", dsn="4.4.1",
             status="deferred", **when):
    return line(tag, pid, f"{qid}: to=<{to}>, relay={relay}, delay=2, delays=0.1/0/1/0.9, "
                f"dsn={dsn}, status={status} ({reason})", **when)


def queued(qid, reason, to="user@far.example", queue="deferred"):
    return {"queue_name": queue, "queue_id": qid, "arrival_time": 1795200800, "message_size": 400,
            "sender": "root@mail.example",
            "recipients": [{"address": to, "delay_reason": reason}]}


def connect(error, peer=RELAY):
    return f"connect to {peer}: {error}"


def unit(text, name="50-site.conf", of="postfix@-.service"):
    """A drop-in of the unit that runs Postfix."""
    return {f"etc/systemd/system/{of}.d/{name}": "[Service]\n" + text + "\n"}


MASTER_CF = """\
smtp      inet  n       -       y       -       -       smtpd
submission inet n       -       y       -       -       smtpd
  -o syslog_name=postfix/submission
pickup    unix  n       -       y       60      1       pickup
cleanup   unix  n       -       y       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
rewrite   unix  -       -       y       -       -       trivial-rewrite
bounce    unix  -       -       y       -       0       bounce
defer     unix  -       -       y       -       0       bounce
proxymap  unix  -       -       n       -       -       proxymap
smtp      unix  -       -       y       -       -       smtp
relay     unix  -       -       y       -       -       smtp
error     unix  -       -       y       -       -       error
retry     unix  -       -       y       -       -       error
local     unix  -       n       n       -       -       local
virtual   unix  -       n       n       -       -       virtual
lmtp      unix  -       -       y       -       -       lmtp
filter    unix  -       n       n       -       -       pipe
  flags=Rq user=filter argv=/usr/local/bin/filter -f ${sender} -- ${recipient}
"""

BASE = {
    "files": {
        "etc/hostname": "mail.example\n",
        "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n"
                      "postfix:x:101:108::/var/spool/postfix:/usr/sbin/nologin\n"
                      "filter:x:120:120::/var/empty:/usr/sbin/nologin\n"
                      "bob:x:1001:1001::/home/bob:/bin/sh\n"
                      "vmail:x:5000:5000::/srv/mail:/usr/sbin/nologin\n",
        "etc/group": "root:x:0:\nmail:x:8:\npostfix:x:108:\npostdrop:x:109:\nfilter:x:120:\n"
                     "bob:x:1001:\nvmail:x:5000:\n",
        "etc/resolv.conf": "nameserver 203.0.113.53\n",
        "etc/hosts": "127.0.0.1 localhost\n",
        "etc/services": "smtp 25/tcp\nsubmission 587/tcp\n",
        "etc/selinux/config": "SELINUX=disabled\nSELINUXTYPE=default\n",
        "etc/postfix/main.cf": "compatibility_level = 3.6\nmyhostname = mail.example\n"
                               "mydestination = mail.example\nrelayhost =\n",
        "etc/postfix/master.cf": MASTER_CF,
        "usr/lib/systemd/system/postfix.service":
            "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n",
        "usr/lib/systemd/system/postfix@.service":
            "[Service]\nType=forking\nExecStart=/usr/sbin/postmulti -i %i -p start\n",
        "var/spool/postfix/etc/resolv.conf": "nameserver 203.0.113.53\n",
        "var/spool/postfix/etc/hosts": "127.0.0.1 localhost\n",
        "var/spool/postfix/etc/services": "smtp 25/tcp\nsubmission 587/tcp\n",
    },
    "modes": {
        "home/bob": ("d", 0o755, 1001, 1001),
        "var/mail": ("d", 0o2775, 0, 8),
        "usr/sbin/postdrop": ("f", 0o2755, 0, 109),
        "var/spool/postfix/maildrop": ("d", 0o1730, 101, 109),
        "var/spool/postfix/active": ("d", 0o700, 101, 0),
        "var/spool/postfix/incoming": ("d", 0o700, 101, 0),
        "var/spool/postfix/deferred": ("d", 0o700, 101, 0),
        "var/spool/postfix/private": ("d", 0o700, 101, 0),
        "var/spool/postfix/public": ("d", 0o2710, 101, 109),
    },
    "live": {
        "nftables.json": {"nftables": [{"metainfo": {"json_schema_version": 1}}]},
        "addresses.json": [
            {"ifname": "lo", "addr_info": [
                {"family": "inet", "local": "127.0.0.1", "prefixlen": 8},
                {"family": "inet6", "local": "::1", "prefixlen": 128}]},
            {"ifname": "eth0", "addr_info": [
                {"family": "inet", "local": "192.0.2.10", "prefixlen": 24}]}],
        "routes.json": [{"dst": "default", "gateway": "192.0.2.1", "dev": "eth0"},
                        {"dst": "192.0.2.0/24", "dev": "eth0"}],
    },
}
