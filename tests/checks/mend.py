#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The fixes of failures: what the commands are, that equal ones are one, and that a plan takes them in.

usage: mend.py PROGRAM [PART ...]
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
sys.dont_write_bytecode = True
import roots  # noqa: E402
from cases import firewall  # noqa: E402
import schema  # noqa: E402

KEY = "etc/ssl/private/mail.key"


def faulty():
    r = roots.BASES["mx"]().copy()
    r.main(disable_vrfy_command="no", smtpd_banner="$myhostname ESMTP Postfix", smtpd_forbid_bare_newline=None)
    r.label(KEY, "user_home_t").label("var/spool/postfix/deferred", "postfix_spool_t").chmod(KEY, 0o644)
    r.label("usr/lib/postfix/sbin/smtp", "unlabeled_t").chmod("usr/sbin/postdrop", 0o755, 0, 109)
    return r.put(roots.STORE + "booleans.local", "secure_mode_insmod=1\npostfix_local_write_mail_spool=0\n", 0o600)


def moved():
    """Places and ports of its own, which the policy was not told of, and a firewall that was not told either."""
    r = roots.BASES["mx"]().copy()
    r.main(queue_directory="/srv/postfix", home_mailbox="Post/", virtual_mailbox_base="/srv/vmail")
    r.master("2525 inet n - n - - smtpd\n").label("etc/postfix/transport", "etc_t")
    r.folder("home/alice/Post", 0o700, 1000, 1000).folder("srv/vmail", 0o700, 5000, 5000)
    r.edit("etc/nftables.conf", "22, 25, 587", "22, 587")
    return r.put(roots.STORE + "ports.local", "portcon tcp 2000-2099 system_u:object_r:smtp_port_t:s0\n"
                 "portcon tcp 2500-2999 system_u:object_r:http_port_t:s0\n")


def shut():
    """firewalld without the service of the listeners."""
    r = roots.BASES["mx"]().copy()
    firewall.firewalld(r, '<service name="ssh"/>')
    return r


# check, command, undo
MOVED = [
    ("LAB-004", ["semanage", "fcontext", "-a", "-e", "/var/spool/postfix", "/srv/postfix"],
     ["semanage", "fcontext", "-d", "-e", "/var/spool/postfix", "/srv/postfix"]),
    ("LAB-004", ["restorecon", "-RF", "/srv/postfix"], []),
    ("LAB-005", ["restorecon", "-F", "/etc/postfix/transport"], []),
    ("LAB-008", ["semanage", "fcontext", "-a", "-t", "mail_home_rw_t", "/home/[^/]+/Post(/.*)?"],
     ["semanage", "fcontext", "-d", "/home/[^/]+/Post(/.*)?"]),
    ("LAB-008", ["semanage", "fcontext", "-a", "-t", "mail_spool_t", "/srv/vmail(/.*)?"],
     ["semanage", "fcontext", "-d", "/srv/vmail(/.*)?"]),
    ("PRT-001", ["semanage", "port", "-a", "-t", "smtp_port_t", "-p", "tcp", "2525"],
     ["semanage", "port", "-d", "-p", "tcp", "2525"]),
    ("PRT-003", ["semanage", "port", "-d", "-p", "tcp", "2000-2099"],
     ["semanage", "port", "-a", "-t", "smtp_port_t", "-p", "tcp", "2000-2099"]),
]
SHUT = [
    ("FWI-003", ["firewall-cmd", "--zone=public", "--add-service=smtp"],
     ["firewall-cmd", "--zone=public", "--remove-service=smtp"]),
    ("FWI-003", ["firewall-cmd", "--zone=public", "--add-service=smtp", "--permanent"],
     ["firewall-cmd", "--zone=public", "--remove-service=smtp", "--permanent"]),
]
WANTED = [
    ("LAB-002", ["restorecon", "-F", "/var/spool/postfix/deferred"], []),
    ("LAB-006", ["restorecon", "-F", "/" + KEY], []),
    ("LAB-009", ["restorecon", "-F", "/usr/lib/postfix/sbin/smtp"], []),
    ("PFX-004", ["postconf", "-e", "smtpd_banner=$myhostname ESMTP"],
     ["postconf", "-e", "smtpd_banner=$myhostname ESMTP Postfix"]),
    ("PFX-005", ["postconf", "-e", "disable_vrfy_command=yes"], ["postconf", "-e", "disable_vrfy_command=no"]),
    ("PFX-009", ["chmod", "0640", "/" + KEY], ["chmod", "0644", "/" + KEY]),
    ("PFX-011", ["postconf", "-e", "smtpd_forbid_bare_newline=yes"], ["postconf", "-X", "smtpd_forbid_bare_newline"]),
    ("PFX-013", ["chmod", "2755", "/usr/sbin/postdrop"], ["chmod", "0755", "/usr/sbin/postdrop"]),
    ("BOO-001", ["setsebool", "-P", "postfix_local_write_mail_spool", "on"],
     ["setsebool", "-P", "postfix_local_write_mail_spool", "off"]),
]


def run(program, verb, root, *args):
    done = subprocess.run([program, verb, "--root", root, "--format", "json", *args], capture_output=True, timeout=120,
                          check=False)
    if done.returncode:
        raise SystemExit(f"{verb}: exit {done.returncode}: {done.stderr.decode()}")
    doc = json.loads(done.stdout)
    if schema.jsonschema and schema.errors(doc):
        raise SystemExit(f"{verb}: {schema.errors(doc)[0]}")
    return doc


def faults(program, root, wanted):
    doc = run(program, "audit", root)
    fixes = {f["id"]: f for f in doc["fixes"]}
    for check, argv, undo in wanted:
        mine = [fixes[i] for i in sorted({f["fix"] for f in doc["findings"] if f["id"] == check and f["fix"]})]
        steps = [s for f in mine for s in f["steps"] if s["argv"] == argv]
        if len(steps) != 1:
            yield f"{check}: no fix {argv} among {[s['argv'] for f in mine for s in f['steps']]}"
        elif steps[0]["undo"] != undo:
            yield f"{check}: undo {steps[0]['undo']}, not {undo}"
        if not all(check in f["for"] for f in mine):
            yield f"{check}: a fix that is not for it"
    if any(f["fix"] for f in doc["findings"] if f["status"] != "fail"):
        yield "a fix of what does not fail"
    commands = [json.dumps([s["argv"] for s in f["steps"]]) for f in doc["fixes"]]
    if len(commands) != len(set(commands)):
        yield "a command twice"
    plain = run(program, "fix", root)["plan"]["steps"]
    steps = [s["argv"] for s in run(program, "fix", root, "--audit")["plan"]["steps"]]
    for check, argv, _ in wanted:
        if argv not in steps and not (argv[0] == "restorecon" and any(s[:1] == ["restorecon"] for s in steps)):
            yield f"{check}: not in the plan: {steps}"
    if len(plain) >= len(steps):
        yield "the plan of the causes alone is no shorter"


def main():
    bad = []
    for make, wanted in ((faulty, WANTED), (moved, MOVED), (shut, SHUT)):
        if make.__name__ not in sys.argv[2:] and sys.argv[2:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            root = os.path.join(folder, "root.tar")
            make().write(root)
            bad += [f"{make.__name__}: {f}" for f in faults(sys.argv[1], root, wanted)]
    for line in bad:
        print(line)
    print(f"{len(WANTED) + len(MOVED) + len(SHUT)} fixes, {len(bad)} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
