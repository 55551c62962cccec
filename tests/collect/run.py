#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What collect writes: every verb says the same of a bundle, byte for byte, as of the root it came
from, and no secret of the host is in it.

usage: run.py [--program FILE] [INCIDENT ...]
"""
import argparse
import difflib
import gzip
import json
import os
import re
import socket
import stat
import subprocess
import sys
import tarfile
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
INCIDENTS = os.path.join(TOP, "tests", "incidents")
sys.path[:0] = [INCIDENTS, os.path.join(TOP, "tests"), os.path.join(TOP, "tests", "checks")]

import assemble  # noqa: E402
import certs  # noqa: E402
import schema  # noqa: E402

VERBS = [["explain"], ["explain", "--format", "json"], ["denials", "--all", "--format", "json"],
         ["audit", "--format", "json"], ["reach", "--format", "json"], ["fix", "--format", "json"]]
EPOCH = "1795200000"
failures = []


def check(what, good, detail=""):
    if not good:
        failures.append(what)
        print(f"FAILED: {what}: {detail}"[:2000])


def run(program, args, folder, ok=True):
    done = subprocess.run([program, *args], cwd=folder, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=300, check=False,
                          env={"PATH": "/usr/bin:/bin", "SOURCE_DATE_EPOCH": EPOCH})
    if ok and (done.returncode != 0 or b"Sanitizer" in done.stderr):
        check(" ".join(args), False, f"exit {done.returncode}: {done.stderr.decode()}")
    return done


def answer(program, verb, folder):
    """What a verb says of the root called "ev" in FOLDER."""
    done = run(program, [verb[0], "--root", "ev", *verb[1:]], folder, ok=False)
    return done.returncode, done.stdout, done.stderr


def difference(a, b):
    lines = difflib.unified_diff(*(x.decode("utf-8", "replace").splitlines() for x in (a[1], b[1])), lineterm="", n=1)
    return "\n".join([f"status {a[0]}, {b[0]}, {a[2]} {b[2]}", *lines])


def same(program, name, root, bundle, verbs):
    """Both are called by the same name, so that it cannot make a difference."""
    with tempfile.TemporaryDirectory() as top:
        one, two = os.path.join(top, "one"), os.path.join(top, "two")
        for folder, target in ((one, root), (two, bundle)):
            os.mkdir(folder)
            os.symlink(os.path.abspath(target), os.path.join(folder, "ev"))
        for verb in verbs:
            a, b = answer(program, verb, one), answer(program, verb, two)
            check(f"{name}: {' '.join(verb)}: same bytes", a == b and a[0] == 0, difference(a, b))


def collect(program, root, bundle, *options):
    run(program, ["collect", "--root", root, "-o", bundle, "--quiet", *options], "/")
    check(f"{bundle}: mode 0600", stat.S_IMODE(os.stat(bundle).st_mode) == 0o600)
    return bundle


def content(bundle):
    """All file contents of a bundle, and the names."""
    with tarfile.open(bundle) as tar:
        return {m.name: tar.extractfile(m).read() if m.isfile() else b"" for m in tar}


def incidents(program, names, top):
    for name in names:
        root, bundle = os.path.join(top, "ev"), os.path.join(top, "ev.tar.zst")
        assemble.assemble(os.path.join(INCIDENTS, name), root)
        collect(program, root, bundle)
        same(program, name, root, bundle, VERBS)
        # the bundle of a bundle is the same again
        again = collect(program, bundle, os.path.join(top, "again.tar"))
        same(program, name + " twice", root, again, VERBS[1:2])


CANARY = "c4n4ryWord"


def put(root, path, text, mode=0o644):
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    os.chmod(full, mode)
    return full


def record(kind, data):
    return kind.encode() + bytes([len(data)]) + data.encode()


def queue_file(sender, recipient, body):
    head = record("T", "1795200000 0") + record("S", sender) + record("R", recipient)
    text = b"".join(record("N", line) for line in body)
    size = f"{len(text) + 2:15d} {len(head) + 2 + 2 + 84:15d} {1:15d} {0:15d} {len(text):15d} {0:15d}"
    first = record("C", size)
    return first + head + record("M", "") + text + record("X", "") + record("E", "")


def image(root):
    """A root with a secret in everything that may hold one."""
    put(root, "etc/hostname", "mail.example\n")
    put(root, "etc/passwd", "root:x:0:0::/root:/bin/sh\npostfix:x:101:104::/:/bin/false\n")
    put(root, "etc/postfix/main.cf", "myhostname = mail.example\nrelayhost = [relay.example]:587\n"
        "smtp_sasl_password_maps = texthash:/etc/postfix/credentials\n"
        "smtp_sasl_auth_enable = yes\nsmtpd_tls_cert_file = /etc/postfix/both.pem\n"
        "smtpd_tls_key_file = /etc/postfix/key.pem\n"
        "smtp_tls_cert_file = /etc/postfix/client.pem\nsmtp_tls_key_file = /etc/postfix/client.key\n"
        "virtual_alias_maps = mysql:/etc/postfix/mysql.cf\n"
        "transport_maps = texthash:/etc/postfix/transport\n")
    put(root, "etc/postfix/transport", "special.example smtp:[10.0.0.1]:25\n")
    put(root, "etc/postfix/master.cf", "smtp inet n - y - - smtpd\nsmtp unix - - y - - smtp\n"
        "pickup unix n - y 60 1 pickup\n")
    put(root, "etc/postfix/credentials", f"# {CANARY}\nrelay.example bob:{CANARY}\n  {CANARY}\n", 0o600)
    put(root, "etc/postfix/mysql.cf", f"user = mail\npassword = {CANARY}\n", 0o640)
    key = f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n{CANARY}\n-----END PRIVATE KEY-----\n"
    put(root, "etc/postfix/both.pem", key + "-----BEGIN CERTIFICATE-----\nAAAA\n"
        "-----END CERTIFICATE-----\n", 0o600)
    put(root, "etc/postfix/key.pem", key, 0o600)
    put(root, "etc/postfix/client.pem", certs.server("mail.example"))
    put(root, "etc/postfix/client.key", certs.key("mail.example"), 0o600)
    put(root, "etc/firewalld/firewalld.conf", "DefaultZone=public\n")
    put(root, "etc/NetworkManager/system-connections/lan.nmconnection",
        f"[connection]\nid=lan\ninterface-name=eth0\nzone=public\n[wifi-security]\npsk={CANARY}\n"
        f"[802-1x]\nprivate-key-password={CANARY}\n", 0o600)
    put(root, "etc/ssl/private/other.key", key, 0o600)
    put(root, "etc/shadow", f"root:{CANARY}:1::::::\n", 0o600)
    put(root, "home/bob/secret.txt", CANARY)
    body = ["Subject: " + CANARY, "", "Dear Bob, " + CANARY] * 30
    put(root, "var/spool/postfix/deferred/A/ABCDEF0123",
        queue_file("alice.private@sender.example", "bob.private@rcpt.example", body), 0o700)
    put(root, "var/spool/postfix/defer/A/ABCDEF0123",
        "<bob.private@rcpt.example>: connect to relay.example[10.0.0.1]:587: Connection refused\n"
        "recipient=bob.private@rcpt.example\noffset=300\nstatus=4.4.1\naction=delayed\n"
        "reason=connect to relay.example[10.0.0.1]:587: Connection refused\n\n", 0o600)
    line = ("Nov 20 18:53:37 mail postfix/smtp[978]: ABCDEF0123: to=<bob.private@rcpt.example>, "
            "orig_to=<carol.private@rcpt.example>, relay=none, delay=1, delays=1/0/0/0, dsn=4.4.1, "
            "status=deferred (connect to relay.example[10.0.0.1]:587: Connection refused)\n"
            "Nov 20 18:53:38 mail postfix/smtpd[979]: warning: x: sasl_username=dave.private@rcpt."
            "example, \"eve private\"@rcpt.example list+fred.private=a.example@list.example\n")
    put(root, "var/log/mail.log", line)
    with gzip.open(put(root, "var/log/mail.log.1.gz", ""), "wb") as f:
        f.write(line.replace("Nov 20", "Nov 19").encode())
    sock = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(os.path.join(root, "var/log"))
    sock.bind("mail.log.sock")
    os.chdir(here)
    sock.close()
    os.symlink("/etc/hostname", os.path.join(root, "etc/mailname"))


def secrets(program, top):
    root = os.path.join(top, "image")
    image(root)
    bundle = collect(program, root, os.path.join(top, "image.tar.xz"))
    same(program, "image", root, bundle, VERBS)
    found = content(bundle)
    for name, text in found.items():
        check(f"no secret in {name}", CANARY.encode() not in text, text[:300])
        check(f"no key in {name}", certs.key("mail.example").split("\n")[1].encode() not in text)
    for name in ("etc/shadow", "etc/ssl/private/other.key", "home/bob/secret.txt",
                 "etc/postfix/key.pem", "etc/postfix/client.key"):
        check(f"{name} not taken", not found.get("root/" + name))
    check("the public keys are told", re.fullmatch(
        rb"/etc/postfix/client.key\t0\t[0-9a-f]{64}\n", found["live/keys.tsv"]), found["live/keys.tsv"])
    check("keys of the password map stay",
          found["root/etc/postfix/credentials"].decode().splitlines()[1].startswith("relay.example x"))
    check("the queue file is there", b"bob.private@rcpt.example" in
          found["root/var/spool/postfix/deferred/A/ABCDEF0123"])
    rows = dict(reversed(row.split("\t")[::2])
                for row in found["live/partial.tsv"].decode().splitlines())
    check("a file that is not there is told", rows.get("etc/selinux/config") == "ENOENT")
    check("so is a socket", rows.get("var/log/mail.log.sock") == "socket", str(rows))

    # nobody's local part in any format; relations between the records stay
    hidden = collect(program, root, os.path.join(top, "redacted.tar.xz"), "--redact")
    found = content(hidden)
    for name, text in found.items():
        check(f"no address in {name}", not re.search(rb"[a-z]+[. ]private", text), text[:500])
    check("domains stay", b"@rcpt.example" in found["root/var/log/mail.log"])
    here = json.loads(run(program, ["explain", "--format", "json", "--root", hidden], "/").stdout)
    rcpt = here["messages"][0]["recipients"]
    check("one recipient in queue, defer log and mail log", len(rcpt) == 1, str(rcpt))
    check("its cause is found", rcpt[0]["reason"].startswith("connect to relay.example"), str(rcpt))

    # unpacked by an ordinary program
    folder = os.path.join(top, "unpacked")
    os.mkdir(folder)
    subprocess.run(["tar", "-C", folder, "--xattrs", "--xattrs-include=*", "-xf", bundle],
                   check=True, stderr=subprocess.DEVNULL)
    same(program, "unpacked", root, folder, VERBS[:1] + VERBS[3:])


def limits(program, top):
    root = os.path.join(top, "limits")
    image(root)
    line = "Nov 18 18:53:37 mail postfix/smtp[978]: %d: noise %s\n"
    put(root, "var/log/mail.log.2", "".join(line % (i, "x" * 50) for i in range(20000)))
    os.utime(os.path.join(root, "var/log/mail.log.2"), (1, 1))
    small = collect(program, root, os.path.join(top, "small.tar.gz"), "--max-size", "500K")
    found = content(small)
    check("the oldest log is left out", found.get("root/var/log/mail.log.2") == b"")
    check("the newest log is taken", found.get("root/var/log/mail.log"))
    done = run(program, ["explain", "--format", "json", "--root", small], "/")
    sources = {s["path"]: s for s in json.loads(done.stdout)["sources"]}
    check("the reader is told", sources["var/log/mail.log.2"]["status"] == "unreadable" and
          "not in the bundle" in sources["var/log/mail.log.2"]["detail"], str(sources))
    said = json.loads(run(program, ["collect", "--root", root, "-o", small, "--max-size", "500K",
                                    "--format", "json"], "/").stdout)
    check("the count is told", said["bundle"]["left_out"] == 1, str(said["bundle"]))
    if schema.jsonschema:
        check("schema", not schema.errors(said), str(schema.errors(said)))

    # where no file can be written nothing is left behind
    before = sorted(os.listdir(top))
    for args in (["-o", "bundle.zip"], ["-o", "no/such/folder.tar"], [], ["-o", "x.tar", "--max-size", "9X"]):
        done = run(program, ["collect", "--root", root, *args], top, ok=False)
        check(f"collect {args} is refused", done.returncode in (1, 64) and done.stderr, str(done))
    done = run(program, ["collect", "--root", os.path.join(top, "nothing"), "-o", "x.tar"], top, ok=False)
    check("no root, no bundle", done.returncode == 1)
    check("nothing half-written", sorted(os.listdir(top)) == before, str(os.listdir(top)))

    # same evidence, same bytes
    a, b = (collect(program, root, os.path.join(top, n)) for n in ("a.tar.xz", "b.tar.xz"))
    with open(a, "rb") as x, open(b, "rb") as y:
        check("two runs give the same file", x.read() == y.read())


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--program", default=os.path.join(TOP, "build", "postseal"))
    p.add_argument("--every", type=int, default=1, help="of the recorded incidents, one in so many")
    p.add_argument("incidents", nargs="*")
    args = p.parse_args()
    program = os.path.abspath(args.program)
    names = args.incidents or sorted(n for n in os.listdir(INCIDENTS) if re.match(r"\d", n))[::args.every]
    with tempfile.TemporaryDirectory() as top:
        incidents(program, names, top)
        secrets(program, top)
        limits(program, top)
    print(f"{len(names)} incidents, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
