# SPDX-License-Identifier: GPL-2.0-or-later
"""Owners, modes, users that daemons act as, and disks."""
from base import deferred, line, queued

TMP = "/srv/mail/v.example/carol/tmp"
VIRTUAL = ("maildir delivery failed: create maildir file " + TMP + "/1.P2.mail: "
           "Permission denied")
VIRTUAL_CF = ("compatibility_level = 3.6\nvirtual_mailbox_base = /srv/mail\n"
              "virtual_mailbox_domains = v.example\n")
SPOOL_FULL = ("cannot update mailbox /var/mail/bob for user bob. error writing message: "
              "No space left on device")
STATIC = {"etc/postfix/main.cf": VIRTUAL_CF + "virtual_uid_maps = static:5000\n"
                                 "virtual_gid_maps = static:5000\n"}
QID = "A1B2C3D4"
MAILDIR = "maildir delivery failed: create maildir file /home/bob/Maildir/tmp/1.P2.mail: Permission denied"
CONNECT_EIO = "connect to mx.ok.example[198.51.100.10]:25: Input/output error"


def virtual(**more):
    return [deferred("A1B2C3D4", VIRTUAL, "carol@v.example", "virtual", relay="virtual",
                     dsn="4.2.0", **more)]


def df(avail, free):
    of = {"source": "/dev/vda", "target": "/"}
    return {"df.json": {"space": [dict(of, size=1000000000, avail=avail)],
                        "inodes": [dict(of, size=1000, avail=free)]}}


CASES = [
    {"name": "virtual(8) acts as the uid of a static map", "files": {
        "etc/postfix/main.cf": VIRTUAL_CF + "virtual_uid_maps = static:5000\n"
                               "virtual_gid_maps = static:5000\n"},
     "modes": {TMP: ("d", 0o700, 0, 0)}, "log": virtual(),
     "expect": {"A1B2C3D4": ("dac.path", "certain", {"path": TMP})}, "evidence": ["uid 5000"]},
    {"name": "virtual(8) acts as the uid of a table", "files": {
        "etc/postfix/main.cf": VIRTUAL_CF + "virtual_uid_maps = hash:/etc/postfix/uids\n"
                               "virtual_gid_maps = static:5000\n",
        "etc/postfix/uids": "carol@v.example 5000\n@v.example 6000\n"},
     "modes": {TMP: ("d", 0o700, 6000, 0)}, "log": virtual(),
     "expect": {"A1B2C3D4": ("dac.path", "certain", {"path": TMP})}, "evidence": ["uid 5000"]},
    {"name": "virtual(8) may write", "files": {
        "etc/postfix/main.cf": VIRTUAL_CF + "virtual_uid_maps = static:5000\n"
                               "virtual_gid_maps = static:5000\n"},
     "modes": {TMP: ("d", 0o700, 5000, 0)}, "log": virtual(), "never": ["dac.path"]},
    {"name": "local(8) has no supplementary groups", "files": {
        "etc/group": "root:x:0:\nmail:x:8:bob\npostfix:x:108:\nbob:x:1001:\n"},
     "modes": {"srv/shared/Maildir/tmp": ("d", 0o770, 0, 8)},
     "log": [deferred("A1B2C3D4", "maildir delivery failed: create maildir file "
                      "/srv/shared/Maildir/tmp/1.P2.mail: Permission denied",
                      "bob@mail.example", "local", relay="local", dsn="5.2.0",
                      status="bounced")],
     # an ACL could let the group in, and a bundle has none
     "expect": {"A1B2C3D4": ("dac.path", "likely", {"path": "/srv/shared/Maildir/tmp"})}},
    {"name": "local(8) writes the spool with the spool's group",
     "modes": {"var/mail": ("d", 0o2755, 0, 8), "var/mail/bob": ("f", 0o660, 1001, 8)},
     "log": [deferred("A1B2C3D4", "cannot update mailbox /var/mail/bob for user bob. unable to "
                      "create lock file /var/mail/bob.lock: Permission denied",
                      "bob@mail.example", "local", relay="local", dsn="4.2.0")],
     # not group-writable: as root, whom no mode stops
     "never": ["dac.path"]},
    {"name": "the mode of a lock that stands where one was to be created",
     "modes": {"var/mail": ("d", 0o2775, 0, 8), "var/mail/bob": ("f", 0o660, 1001, 8),
               "var/mail/bob.lock": ("f", 0, 1001, 8)},
     "log": [deferred("A1B2C3D4", "cannot update mailbox /var/mail/bob for user bob. unable to "
                      "create lock file /var/mail/bob.lock: Permission denied",
                      "bob@mail.example", "local", relay="local", dsn="4.2.0")],
     "never": ["dac.path"]},
    {"name": "pipe(8) acts as user=", "modes": {
        "usr/local/bin/filter": ("f", 0o700, 0, 0)},
     "log": [line("pipe", 850, "fatal: pipe_command: execvp /usr/local/bin/filter: "
                  "Permission denied")],
     "causes": [("dac.path", "certain", {"path": "/usr/local/bin/filter"})],
     "evidence": ["uid 120"]},
    {"name": "a queue directory of another owner",
     "modes": {"var/spool/postfix/deferred": ("d", 0o700, 0, 0)},
     "log": [line("qmgr", 720, "fatal: scan_dir_push: open directory deferred: "
                  "Permission denied")],
     "causes": [("dac.queue", "certain", {"path": "/var/spool/postfix/deferred"})]},
    {"name": "no room", "live": df(0, 5), "log": [
        deferred("A1B2C3D4", SPOOL_FULL, "bob@mail.example", "local", relay="local",
                 dsn="4.2.0")],
     "expect": {"A1B2C3D4": ("disk.full", "certain")}, "evidence": ["0 bytes are free"]},
    {"name": "no inodes", "live": df(900000000, 0), "log": [
        deferred("A1B2C3D4", SPOOL_FULL, "bob@mail.example", "local", relay="local",
                 dsn="4.2.0")],
     "expect": {"A1B2C3D4": ("disk.full", "certain")}, "evidence": ["no inodes are free"]},
    {"name": "room again", "live": df(900000000, 500), "log": [
        deferred("A1B2C3D4", SPOOL_FULL, "bob@mail.example", "local", relay="local",
                 dsn="4.2.0")],
     "expect": {"A1B2C3D4": ("disk.full", "likely")}},
    {"name": "the lock of a service is taken as root, whatever the owner of its directory",
     "modes": {"var/spool/postfix/pid": ("d", 0o755, 0, 0)},
     "log": [line("smtpd", 800, "fatal: open lock file pid/inet.smtp: cannot create file "
                  "exclusively: Permission denied")],
     "causes": [("unknown", "unknown")], "never": ["dac.queue"]},
    {"name": "an error of a connection is none of the disk", "log": [
        deferred("A1B2C3D4", CONNECT_EIO, dsn="4.4.1")],
     "queue": [queued("A1B2C3D4", CONNECT_EIO)],
     "never": ["disk.error"]},
    {"name": "less room than smtpd wants", "live": df(9000000, 500), "log": [
        line("smtpd", 800, "NOQUEUE: reject: MAIL from unknown[192.0.2.7]: 452 4.3.1 "
             "Insufficient system storage; proto=ESMTP helo=<x>")],
     "causes": [("disk.full", "certain", {"path": "/"})]},
    {"name": "less room than one and a half of the largest message", "live": df(12000000, 500), "log": [
        line("smtpd", 800, "NOQUEUE: reject: MAIL from unknown[192.0.2.7]: 452 4.3.1 "
             "Insufficient system storage; proto=ESMTP helo=<x>")],
     "causes": [("disk.full", "certain")]},
    # --- as whom, and what for
    {"name": "a maildir that its owner may not write to", "files": STATIC,
     "modes": {TMP: ("d", 0o500, 5000, 5000)}, "log": virtual(),
     "expect": {QID: ("dac.path", "certain", {"path": TMP})}},
    {"name": "virtual(8) acts as the gid of a static map", "files": STATIC,
     "modes": {TMP: ("d", 0o770, 0, 5000)}, "log": virtual(), "never": ["dac.path"]},
    {"name": "virtual(8) tells as whom it acted", "files": {
        "etc/postfix/main.cf": VIRTUAL_CF + "virtual_uid_maps = mysql:/etc/postfix/uid.cf\n"
                               "virtual_gid_maps = mysql:/etc/postfix/gid.cf\n"},
     "modes": {TMP: ("d", 0o700, 0, 0)},
     "log": [line("virtual", 969, "warning: maildir access problem for UID/GID=5000/5001: create maildir "
                  f"file {TMP}/1.P2.mail: Permission denied")] + virtual(us=200000),
     "expect": {QID: ("dac.path", "certain", {"path": TMP})}, "evidence": ["uid 5000"]},
    {"name": "virtual(8) tells the gid it acted as", "files": {
        "etc/postfix/main.cf": VIRTUAL_CF + "virtual_uid_maps = mysql:/etc/postfix/uid.cf\n"
                               "virtual_gid_maps = mysql:/etc/postfix/gid.cf\n"},
     "modes": {TMP: ("d", 0o770, 0, 5001)},
     "log": [line("virtual", 969, "warning: maildir access problem for UID/GID=5000/5001: create maildir "
                  f"file {TMP}/1.P2.mail: Permission denied")] + virtual(us=200000),
     "never": ["dac.path"]},
    {"name": "nobody knows as whom virtual(8) acted", "files": {
        "etc/postfix/main.cf": VIRTUAL_CF + "virtual_uid_maps = mysql:/etc/postfix/uid.cf\n"
                               "virtual_gid_maps = mysql:/etc/postfix/gid.cf\n"},
     "modes": {TMP: ("d", 0o700, 0, 0)}, "log": virtual(), "expect": {QID: ("unknown", "unknown")}},
    {"name": "local(8) acts as the user of an address with an extension",
     "modes": {"home/bob/Maildir/tmp": ("d", 0o700, 0, 0)},
     "log": [deferred(QID, MAILDIR, "bob+list@mail.example", "local", relay="local", dsn="5.2.0",
                      status="bounced")],
     "expect": {QID: ("dac.path", "certain", {"path": "/home/bob/Maildir/tmp"})},
     "evidence": ["uid 1001"]},
    {"name": "a mail spool elsewhere, whose lock is root's to create", "files": {
        "etc/postfix/main.cf": "mydestination = mail.example\nmail_spool_directory = /srv/spool\n"},
     "modes": {"srv/spool": ("d", 0o755, 0, 8), "srv/spool/bob": ("f", 0o660, 1001, 8)},
     "log": [deferred(QID, "cannot update mailbox /srv/spool/bob for user bob. unable to create lock file "
                      "/srv/spool/bob.lock: Permission denied", "bob@mail.example", "local",
                      relay="local", dsn="4.2.0")], "never": ["dac.path"]},
    {"name": "a folder beside the mail spool is none of it",
     "modes": {"var/mail": ("d", 0o755, 0, 8), "var/mail-old/bob/tmp": ("d", 0o755, 0, 0)},
     "log": [deferred(QID, MAILDIR.replace("home/bob/Maildir", "var/mail-old/bob"), "bob@mail.example",
                      "local", relay="local", dsn="5.2.0", status="bounced")],
     "expect": {QID: ("dac.path", "certain", {"path": "/var/mail-old/bob/tmp"})},
     "evidence": ["uid 1001"]},
    {"name": "proxymap reads tables as the mail owner", "modes": {
        "etc/postfix/users.db": ("f", 0o600, 0, 0)},
     "log": [line("proxymap", 610, "error: open database /etc/postfix/users.db: Permission denied")],
     "causes": [("dac.path", "certain", {"path": "/etc/postfix/users.db"})], "evidence": ["uid 101"]},
    {"name": "a table that everybody may read", "modes": {
        "etc/postfix/users.db": ("f", 0o644, 0, 0)},
     "log": [line("proxymap", 610, "error: open database /etc/postfix/users.db: Permission denied")],
     "never": ["dac.path"]},
    {"name": "a socket that may be read is none that may be connected to", "files": {
        "etc/postfix/master.cf": "smtp inet n - n - - smtpd\n"},
     "modes": {"run/opendkim/opendkim.sock": ("s", 0o644, 0, 0)},
     "log": [line("smtpd", 800, "warning: connect to Milter service unix:/run/opendkim/opendkim.sock: "
                  "Permission denied")],
     "causes": [("dac.socket", "certain", {"path": "/run/opendkim/opendkim.sock"})]},
    {"name": "a data directory elsewhere is the mail owner's to write to", "files": {
        "etc/postfix/main.cf": "data_directory = /srv/data\n"},
     "modes": {"srv/data": ("d", 0o700, 0, 0)},
     "log": [line("tlsmgr", 640, "fatal: open database /srv/data/smtpd_scache.db: Permission denied")],
     "causes": [("dac.path", "certain", {"path": "/srv/data"})], "evidence": ["uid 101"]},
]
