# SPDX-License-Identifier: GPL-2.0-or-later
"""Several lines about one fault, several faults at once, and messages that wait without a word."""
from base import connect, deferred, line, queued
from denials import ENFORCING, LIVE, avc, smtp

QID = "A1B2C3D4"
PEM = ('warning: cannot get RSA certificate from file "/etc/ssl/mail.pem": disabling TLS support')
LIBRARY = ("warning: TLS library problem: error:0480006C:PEM routines::no start line:"
           "../crypto/pem/pem_lib.c:761:Expecting: CERTIFICATE")
ALERT = ("warning: TLS library problem: error:0A000416:SSL routines::sslv3 alert certificate unknown:"
         "../ssl/record/rec_layer_s3.c:1588:SSL alert number 46:")
REJECT = ("NOQUEUE: reject: RCPT from c.example.com[192.0.2.77]: 451 4.3.0 <user@mail.example>: "
          "Temporary lookup failure; from=<a@example.com> to=<user@mail.example> proto=ESMTP "
          "helo=<c.example.com>")
LOOKUP = "warning: proxy:mysql:/etc/postfix/users.cf lookup error for \"user@mail.example\""
QMGR = line("qmgr", 720, "fatal: scan_dir_push: open directory deferred: Permission denied")
MILTER = "warning: connect to Milter service unix:/run/opendkim/opendkim.sock: "
DENIED = connect("Permission denied", "relay.example[198.51.100.40]:2525")
PICKUP = "fatal: scan_dir_push: open directory maildrop: Permission denied"
ROOTS = {"var/spool/postfix/deferred": ("d", 0o700, 0, 0)}


def dpkg(package):
    return {"var/log/dpkg.log": f"2026-11-20 18:40:00 upgrade {package}:all 1.0 1.1\n"
            f"2026-11-20 18:40:01 status installed {package}:all 1.1\n"}


def vague(name, notes, *wanted, **more):
    """virtual(8) tells of a fault in its configuration; NOTES are its lines before."""
    log = [line("virtual", 850, text, us=100000 + n) for n, text in enumerate(notes)]
    return {"name": "a fault of the configuration: " + name, "log": log + [deferred(
        QID, "mail system configuration error", tag="virtual", pid=850, dsn="4.3.5", us=500000)],
            "expect": {QID: wanted}, **more}


def waiting(queue, log, *wanted, **more):
    message = queued(QID, "", queue=queue)
    del message["recipients"][0]["delay_reason"]
    return {"name": f"a message in {queue}: " + more.pop("name"), "queue": [message], "log": log,
            "expect": {QID: wanted}, **more}


CASES = [
    {"name": "two processes at once, each with the library's word about the same file", "log": [
        line("smtpd", 800, PEM), line("smtpd", 801, PEM, us=110000),
        line("smtpd", 800, LIBRARY, us=120000), line("smtpd", 801, LIBRARY, us=130000)],
     "files": {"etc/ssl/mail.pem": "nothing\n"}, "untold": ["PEM routines"],
     "causes": [("config.tls_files", "certain", {"path": "/etc/ssl/mail.pem"})]},
    {"name": "the library's word a minute later is of a client", "log": [
        line("smtpd", 800, PEM, second=1), line("smtpd", 800, ALERT, second=50)],
     "files": {"etc/ssl/other.pem": "x\n"},
     "causes": [("config.tls_files", "certain", {"path": "/etc/ssl/mail.pem"}),
                ("tls.client_refused", "likely")]},
    {"name": "a look-up that fails, and nobody tells why", "log": [
        line("smtpd", 800, LOOKUP, us=110000), line("smtpd", 800, REJECT, us=120000)],
     "files": {"etc/postfix/users.cf": "hosts = 198.51.100.9\n"},
     "causes": [("config.lookup", "possible")]},
    # --- words that leave the cause to another line
    vague("a table that is not there", ["error: open database /etc/postfix/vmailbox.db: No such file or "
                                        "directory"], "config.map_missing", "certain",
          {"path": "/etc/postfix/vmailbox.db"}, files={"etc/postfix/vmailbox": "x y\n"}),
    vague("a type of tables that is not installed", ["error: unsupported dictionary type: lmdb"],
          "config.map_missing", "certain", {"parameter": "lmdb"},
          files={"etc/postfix/dynamicmaps.cf": "cdb postfix-cdb.so dict_cdb_open\n"}),
    vague("a warning that tells nothing", ["warning: the weather is bad"], "config.error", "possible"),
    vague("the table, before thirty warnings", [
        "error: open database /etc/postfix/vmailbox.db: No such file or directory"] + [
        f"warning: nothing in particular, for the time {n}" for n in range(30)],
        "config.map_missing", "certain", {"path": "/etc/postfix/vmailbox.db"},
        files={"etc/postfix/vmailbox": "x y\n"}),
    {"name": "another daemon's end makes no transport unavailable", "log": [
        line("cleanup", 830, "fatal: open database /etc/postfix/canonical.db: No such file or directory"),
        line("master", 700, "warning: process /usr/lib/postfix/sbin/cleanup pid 830 exit status 1",
             us=300000),
        deferred(QID, "unknown mail transport error", tag="error", pid=990, dsn="4.3.0", us=500000)],
     "files": {"etc/postfix/canonical": "x y\n"},
     "expect": {QID: ("service.see_fatal_line", "possible")},
     "causes": [("config.map_missing", "certain")]},
    {"name": "two services at once, one of them chrooted", "files": {
        "etc/postfix/master.cf": "smtp inet n - n - - smtpd\nsubmission inet n - y - - smtpd\n"
                                 " -o syslog_name=postfix/submission\n"},
     "log": [line("smtpd", 800, MILTER + "Connection refused"),
             line("postfix/submission/smtpd", 801, MILTER + "No such file or directory", us=200000)],
     "modes": {"run/opendkim/opendkim.sock": ("s", 0o775, 110, 110),
               "var/spool/postfix/run/x": ("f", 0o644, 0, 0)},
     "causes": [("config.chroot", "certain", {"service": "submission"}),
                ("service.down_local", "certain")]},
    {"name": "an attempt of half a minute: what was denied at its beginning", "files": ENFORCING,
     "live": LIVE, "audit": smtp(at=-33), "log": [line(
         "smtp", 969, f"{QID}: to=<user@far.example>, relay=none, delay=36, delays=0.1/0/30/5, dsn=4.4.1, "
         f"status=deferred ({DENIED})")],
     "expect": {QID: ("selinux.connect", "certain")}},
    {"name": "an attempt of two seconds: what was denied half a minute before", "files": ENFORCING,
     "live": LIVE, "audit": smtp(at=-33), "log": [deferred(QID, DENIED)], "never": ["selinux.connect"]},
    {"name": "what is not decided is told", "log": [line("smtpd", 800, MILTER + "Permission denied")],
     "causes": [("unknown", "unknown")],
     "told": ["not decided: dac.socket (owner and mode of the path are not in the evidence)"]},
    {"name": "words that nobody knows", "log": [deferred(QID, "the weather is bad")],
     "expect": {QID: ("unknown", "unknown")}, "told": ["no known symptom matches these words"],
     "untold": ["not decided"]},
    # --- no word of their own
    waiting("active", [QMGR], "dac.queue", "likely", modes=ROOTS,
            name="qmgr, which moves it, cannot run"),
    waiting("incoming", [QMGR], "dac.queue", "likely", modes=ROOTS,
            name="qmgr, which moves it, cannot run"),
    waiting("maildrop", [line("pickup", 710, PICKUP),
                         QMGR.replace("18:53:36.1", "18:53:37.1")], "dac.queue", "likely",
            {"path": "/var/spool/postfix/maildrop"},
            modes={**ROOTS, "var/spool/postfix/maildrop": ("d", 0o700, 0, 0)},
            name="pickup stops it, not qmgr, which failed after"),
    waiting("maildrop", [QMGR], "unknown", "unknown", modes=ROOTS,
            name="what keeps qmgr does not keep it there"),
    waiting("active", [line("pickup", 710, PICKUP)], "unknown", "unknown",
            modes={"var/spool/postfix/maildrop": ("d", 0o700, 0, 0)},
            name="pickup is done with it"),
    waiting("hold", [QMGR, line("master", 700, "fatal: bind 192.0.2.77 port 25: Cannot assign "
                                "requested address", us=200000)], "unknown", "unknown", modes=ROOTS,
            name="somebody put it there", told=["on hold"]),
    waiting("active", [QMGR, line("master", 700, "fatal: bind 192.0.2.77 port 25: Cannot assign "
                                  "requested address", second=40)], "config.bind_address", "likely",
            modes=ROOTS, name="the last fault on its way is the one to mend"),
    waiting("deferred", [], "unknown", "unknown", name="its story is what the queue tells",
            args=["--message", QID], told=["story"]),
    # --- denials without a failure
    {"name": "a denial that no message failed of", "log": [], "files": ENFORCING, "live": LIVE,
     "audit": avc(850, "local", "read", "file", "postfix_local_t", "user_home_t",
                  'name=".forward" dev="vda1" ino=5'), "silent": 1},
    {"name": "a denial that a message failed of is told with it",
     "log": [deferred(QID, DENIED)],
     "files": ENFORCING, "live": LIVE, "audit": smtp(), "silent": 0},
    {"name": "asked for one message, other denials are not counted", "args": [QID],
     "log": [deferred(QID, DENIED)],
     "files": ENFORCING, "live": LIVE, "silent": 0, "audit": smtp() + avc(
         850, "local", "read", "file", "postfix_local_t", "user_home_t",
         'name=".forward" dev="vda1" ino=5', serial=42)},
    # --- what changed before
    {"name": "a package of the policy before a denial", "files": {**ENFORCING, **dpkg("mysite-selinux")},
     "live": LIVE, "audit": smtp(), "log": [deferred(QID, DENIED)],
     "expect": {QID: ("selinux.connect", "certain")}, "told": ["mysite-selinux"]},
    {"name": "a package of something else before a denial", "files": {**ENFORCING, **dpkg("ghostscript")},
     "live": LIVE, "audit": smtp(), "log": [deferred(QID, DENIED)],
     "expect": {QID: ("selinux.connect", "certain")}, "untold": ["ghostscript"]},
    {"name": "a package of the firewall before a denial", "files": {**ENFORCING, **dpkg("nftables")},
     "live": LIVE, "audit": smtp(), "log": [deferred(QID, DENIED)],
     "expect": {QID: ("selinux.connect", "certain")}, "untold": ["nftables 1"]},
]
