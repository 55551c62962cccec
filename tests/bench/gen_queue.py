#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make an evidence root with a Postfix queue of N deferred messages.

usage: gen_queue.py ROOT N [SEED]

ROOT gets etc/postfix and var/spool/postfix: queue files of about 5 KB and their defer logs,
hashed one level deep, as a Postfix with its default settings leaves them behind."""
import os
import random
import sys

REASONS = [
    ("4.4.1", "connect to mx.{d}[198.51.100.{n}]:25: Connection timed out"),
    ("4.4.1", "connect to mx.{d}[198.51.100.{n}]:25: Permission denied"),
    ("4.2.0", "host mx.{d}[198.51.100.{n}] said: 450 4.2.0 <{r}>: Recipient address rejected: "
              "Greylisted (in reply to RCPT TO command)"),
    ("4.4.3", "Host or domain name not found. Name service error for name={d} type=MX: "
              "Host not found, try again"),
]
NOW = 1795200000


def record(kind, data):
    """One record: type, length in groups of seven bits, data."""
    out = bytearray(kind.encode())
    length = len(data)
    while True:
        out.append((length & 0x7F) | (0x80 if length > 0x7F else 0))
        length >>= 7
        if not length:
            return bytes(out) + data


def message(rng, number):
    """The bytes of a queue file, and its recipient."""
    domain = "d%d.example" % rng.randrange(500)
    recipient = "user%d@%s" % (number, domain)
    text = b"".join(record("N", b"x" * 70) for _ in range(66))
    arrival = NOW - rng.randrange(86400)

    def envelope(offset):
        size = "%15d %15d %15d %15d %15d %15d" % (len(text), offset, 1, 0, len(text), 0)
        return b"".join([
            record("C", size.encode()),
            record("T", b"%d %d" % (arrival, rng.randrange(1000000))),
            record("A", b"log_ident=00000"),
            record("A", b"rewrite_context=local"),
            record("S", b"sender%d@lab.example" % rng.randrange(50)),
            record("A", b"log_client_name=localhost"),
            record("A", b"log_client_address=127.0.0.1"),
            record("A", b"log_protocol_name=ESMTP"),
            record("A", b"dsn_orig_rcpt=rfc822;" + recipient.encode()),
            record("O", recipient.encode()),
            record("R", recipient.encode()),
            record("M", b""),
        ])

    state = rng.getstate()
    offset = len(envelope(0))
    rng.setstate(state)
    return envelope(offset) + text + record("X", b"") + record("E", b""), recipient, domain


def main():
    root, count = sys.argv[1], int(sys.argv[2])
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    conf = os.path.join(root, "etc/postfix")
    spool = os.path.join(root, "var/spool/postfix")
    for name in ("active", "bounce", "corrupt", "flush", "hold", "incoming", "maildrop", "pid",
                 "private", "public", "saved", "trace"):
        os.makedirs(os.path.join(spool, name), exist_ok=True)
    for name in ("defer", "deferred"):
        for digit in "0123456789ABCDEF":
            os.makedirs(os.path.join(spool, name, digit), exist_ok=True)
    os.makedirs(conf, exist_ok=True)
    with open(os.path.join(conf, "main.cf"), "w", encoding="ascii") as f:
        f.write("compatibility_level = 3.6\nmyhostname = bench.example\n")
    with open(os.path.join(conf, "master.cf"), "w", encoding="ascii") as f:
        f.write("showq     unix  n       -       n       -       -       showq\n")

    for number in range(count):
        data, recipient, domain = message(rng, number)
        name = "%05X%X" % (rng.randrange(1 << 20), 0x100000 + number)
        path = os.path.join(spool, "deferred", name[0], name)
        with open(path, "wb") as f:
            f.write(data)
        os.chmod(path, 0o700)
        os.utime(path, (NOW, NOW + 300 + rng.randrange(4000)))
        dsn, reason = REASONS[rng.randrange(len(REASONS))]
        reason = reason.format(d=domain, n=rng.randrange(1, 250), r=recipient)
        with open(os.path.join(spool, "defer", name[0], name), "w", encoding="ascii") as f:
            f.write("<%s>: %s\nrecipient=%s\noffset=500\ndsn_orig_rcpt=rfc822;%s\nstatus=%s\n"
                    "action=delayed\nreason=%s\n\n"
                    % (recipient, reason, recipient, recipient, dsn, reason))


if __name__ == "__main__":
    main()
