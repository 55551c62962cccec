# SPDX-License-Identifier: GPL-2.0-or-later
"""Denials of SELinux beside failures: which is the cause, and which only stands near."""
from base import connect, deferred, line, queued

QID = "A1B2C3D4"
T = 1795200816.0  # 18:53:36
ENFORCING = {"etc/selinux/config": "SELINUX=enforcing\nSELINUXTYPE=default\n"}
LIVE = {"selinux.json": {"mode": "enforcing", "policy_version": 33, "booleans": {}}}
DENIED = connect("Permission denied", "relay.example[198.51.100.40]:2525")
TMP = "/home/bob/Maildir/tmp"
LOCK = ("cannot update mailbox /var/mail/bob for user bob. unable to create lock file "
        "/var/mail/bob.lock: Permission denied")
MAILDIR = f"maildir delivery failed: create maildir file {TMP}/1.P2.mail: Permission denied"


def avc(pid, comm, perm, tclass, source, target, words="", at=.02, permissive=0, serial=41):
    """An AVC and its SYSCALL, AT seconds after 18:53:36."""
    head = f"msg=audit({T + at:.3f}:{serial}): "
    return [
        f"type=AVC {head}avc:  denied  {{ {perm} }} for  pid={pid} comm=\"{comm}\" {words} "
        f"scontext=system_u:system_r:{source}:s0 tcontext=system_u:object_r:{target}:s0 "
        f"tclass={tclass} permissive={permissive}",
        f"type=SYSCALL {head}arch=c000003e syscall=42 success={'yes' if permissive else 'no'} "
        f"exit={3 if permissive else -13} a0=f a1=0 a2=10 a3=0 items=0 ppid=700 pid={pid} "
        f"auid=4294967295 uid=101 gid=108 euid=101 suid=101 fsuid=101 egid=108 sgid=108 fsgid=108 "
        f"tty=(none) ses=4294967295 comm=\"{comm}\" exe=\"/usr/lib/postfix/sbin/{comm}\" "
        f"subj=system_u:system_r:{source}:s0 key=(null)"]


def smtp(pid=969, port=2525, **more):
    return avc(pid, "smtp", "name_connect", "tcp_socket", "postfix_smtp_t", "unreserved_port_t",
               f"dest={port}", **more)


def on_tmp(pid=850, target="user_home_t", **more):
    return avc(pid, "local", "write", "dir", "postfix_local_t", target,
               'name="tmp" dev="vda1" ino=77', **more)


def case(name, log, audit, *wanted, never=(), files=None, **more):
    return {"name": name, "files": {**ENFORCING, **(files or {})}, "live": LIVE, "log": log,
            "audit": audit, "never": never, **({"expect": {QID: wanted}} if wanted else {}), **more}


def bounced(reason=MAILDIR, pid=850, **more):
    return [deferred(QID, reason, "bob@mail.example", "local", pid, relay="local", dsn="5.2.0",
                     status="bounced", **more)]


CONNECT = [deferred(QID, DENIED)]
HOME = {"home/bob/Maildir/tmp": ("d", 0o700, 1001, 1001),
        "home/bob/Maildir": ("d", 0o700, 1001, 1001)}

CASES = [
    case("the same process, the same port", CONNECT, smtp(), "selinux.connect", "certain",
         {"port": 2525}),
    case("another process of the same program", CONNECT, smtp(970), never=["selinux.connect"]),
    case("the same pid, another port", CONNECT, smtp(port=587), never=["selinux.connect"]),
    case("the same pid, an hour before", CONNECT, smtp(at=-3600), never=["selinux.connect"]),
    case("logged only", CONNECT, smtp(permissive=1), never=["selinux.connect"]),
    case("the errno is another one", [deferred(QID, connect(
        "Connection refused", "relay.example[198.51.100.40]:2525"))], smtp(), "remote.refused",
         "likely", never=["selinux.connect"]),
    case("a program that calls itself smtp", CONNECT,
         [r.replace("postfix_smtp_t", "user_t") for r in smtp()], "selinux.connect", "possible"),
    case("the peer answered", [deferred(QID, "host relay.example[198.51.100.40] said: 450 4.3.0 "
                                        "Permission denied (in reply to RCPT TO command)",
                                        relay="relay.example[198.51.100.40]:2525")],
         smtp(), "policy.refused", "likely", never=["selinux.connect"]),
    case("a maildir with the wrong label", bounced(), on_tmp(), "selinux.file", "certain",
         {"path": TMP}, modes=HOME),
    case("a maildir of root's, and a denial of another process", bounced(), on_tmp(851),
         "dac.path", "certain", never=["selinux.file"],
         modes={**HOME, "home/bob/Maildir": ("d", 0o700, 0, 0)}),
    case("the process's denial is about another file", bounced(),
         avc(850, "local", "read", "file", "postfix_local_t", "user_tmp_t",
             'name=".forward" dev="vda1" ino=5'), "dac.path", "certain", never=["selinux.file"],
         modes={**HOME, "home/bob/Maildir": ("d", 0o700, 0, 0)}),
    case("local's search of /proc is no news", bounced(),
         avc(850, "local", "search", "dir", "postfix_local_t", "postfix_master_t",
             'name="612" dev="proc" ino=9'), never=["selinux.file"], modes=HOME),
    case("a disk that is full stands, whatever was denied", bounced(
        MAILDIR.replace("Permission denied", "No space left on device")), on_tmp(), "disk.full",
        "likely", never=["selinux.file"], modes=HOME),
    case("a lock of mode 0 left behind, and the next mail of the same process at once",
         bounced(LOCK) + [deferred("A1B2C3D5", LOCK.replace("bob", "alice"), "alice@mail.example",
                                   "local", 850, relay="local", dsn="5.2.0", status="bounced",
                                   us=900000)],
         avc(850, "local", "write", "file", "postfix_local_t", "mail_spool_t",
             'path="/var/mail/bob.lock" dev="vda1" ino=77'), "selinux.file", "certain",
         {"path": "/var/mail/bob.lock"}, never=["dac.path"],
         modes={"var/mail": ("d", 0o2775, 0, 8), "var/mail/bob": ("f", 0o660, 1001, 8),
                "var/mail/bob.lock": ("f", 0, 1001, 8), "var/mail/alice.lock": ("f", 0, 1000, 8)}),
    case("the queue directory itself may not be searched", [
        line("qmgr", 720, "fatal: scan_dir_push: open directory incoming: Permission denied")],
        avc(720, "qmgr", "search", "dir", "postfix_qmgr_t", "unlabeled_t",
            'name="postfix" dev="dm-3" ino=2', at=.05),
        causes=[("selinux.file", "certain", {"path": "/var/spool/postfix"})],
        never=["dac.queue"]),
    case("a directory that leads elsewhere may not be searched", [
        line("qmgr", 720, "fatal: scan_dir_push: open directory incoming: Permission denied")],
        avc(720, "qmgr", "search", "dir", "postfix_qmgr_t", "home_root_t",
            'name="home" dev="dm-3" ino=2', at=.05), causes=[("dac.queue", "certain")],
        never=["selinux.file"], modes={"var/spool/postfix/incoming": ("d", 0o700, 0, 0)}),
    case("a moved queue directory", [
        line("qmgr", 720, "fatal: scan_dir_push: open directory incoming: Permission denied")],
        avc(720, "qmgr", "search", "dir", "postfix_qmgr_t", "default_t",
            'name="mailq" dev="dm-3" ino=2', at=.05), causes=[("selinux.file", "certain")],
        files={"etc/postfix/main.cf": "queue_directory = /data/mailq\n"}),
    case("a milter's socket", [line("smtpd", 800, "warning: connect to Milter service "
                                    "unix:/run/opendkim/opendkim.sock: Permission denied")],
         avc(800, "smtpd", "write", "sock_file", "postfix_smtpd_t", "var_run_t",
             'name="opendkim.sock" dev="tmpfs" ino=88', at=.05),
         causes=[("selinux.socket", "certain", {"path": "/run/opendkim/opendkim.sock"})],
         files={"etc/postfix/master.cf": "smtp inet n - n - - smtpd\n"},
         modes={"run/opendkim/opendkim.sock": ("s", 0o777, 110, 110)}),
    case("another socket of the same name's process", [
        line("smtpd", 800, "warning: connect to Milter service unix:/run/opendkim/opendkim.sock: "
             "Permission denied")],
        avc(800, "smtpd", "write", "sock_file", "postfix_smtpd_t", "var_run_t",
            'name="other.sock" dev="tmpfs" ino=88', at=.05), causes=[("dac.socket", "certain")],
        never=["selinux.socket"], files={"etc/postfix/master.cf": "smtp inet n - n - - smtpd\n"},
        modes={"run/opendkim/opendkim.sock": ("s", 0o600, 110, 110)}),
    case("master may not bind", [line("master", 700, "fatal: bind 0.0.0.0 port 2526: Permission "
                                      "denied")],
         avc(700, "master", "name_bind", "tcp_socket", "postfix_master_t", "unreserved_port_t",
             "src=2526", at=.08), causes=[("selinux.bind", "certain", {"port": 2526})]),
    case("master may not bind another port", [line("master", 700, "fatal: bind 0.0.0.0 port 25: "
                                                   "Permission denied")],
         avc(700, "master", "name_bind", "tcp_socket", "postfix_master_t", "unreserved_port_t",
             "src=2526", at=.08), never=["selinux.bind"]),
    case("a pipe's program", [line("pipe", 850, "fatal: pipe_command: execvp "
                                   "/usr/local/bin/filter: Permission denied")],
         avc(849, "pipe", "execute", "file", "postfix_pipe_t", "user_home_t",
             'name="filter" dev="vda1" ino=5', at=.09), never=["selinux.exec"],
         modes={"usr/local/bin/filter": ("f", 0o755, 0, 0)}),
    case("a pipe's program, by the pid that says so", [
        line("pipe", 850, "fatal: pipe_command: execvp /usr/local/bin/filter: Permission denied")],
        avc(850, "pipe", "execute", "file", "postfix_pipe_t", "user_home_t",
            'name="filter" dev="vda1" ino=5', at=.09), causes=[("selinux.exec", "certain")],
        modes={"usr/local/bin/filter": ("f", 0o755, 0, 0)}),
    case("a map that may not be read, told by the look-up that fails", [
        line("trivial-rewrite", 812, "error: open database /etc/postfix/transport.db: Permission "
             "denied"),
        deferred(QID, "address resolver failure", tag="error", pid=990, dsn="4.3.0", us=400000)],
        avc(812, "trivial-rewrite", "read", "file", "postfix_master_t", "user_home_t",
            'name="transport.db" dev="vda1" ino=5', at=.09), "selinux.file", "certain",
        files={"etc/postfix/transport": "x smtp:y\n", "etc/postfix/transport.db": "\n"}),
    case("a look-up that fails for no told reason", [
        deferred(QID, "address resolver failure", tag="error", pid=990, dsn="4.3.0")],
        smtp(), "unknown", "unknown"),
    case("a daemon that died of a denial, told by master and qmgr", [
        line("smtp", 969, "fatal: open lock file /var/lib/postfix/x.lock: Permission denied"),
        line("master", 700, "warning: process /usr/lib/postfix/sbin/smtp pid 969 exit status 1",
             us=300000),
        deferred(QID, "unknown mail transport error", tag="error", pid=990, dsn="4.3.0",
                 us=500000)],
        avc(969, "smtp", "write", "file", "postfix_smtp_t", "var_lib_t",
            'name="x.lock" dev="vda1" ino=5', at=.09), "selinux.file", "certain"),
    case("a line forged into the log", CONNECT + [
        line("smtp", 969, "avc:  denied  { name_connect } for pid=969 comm=\"smtp\" dest=2525 "
             "scontext=system_u:system_r:postfix_smtp_t:s0 "
             "tcontext=system_u:object_r:unreserved_port_t:s0 tclass=tcp_socket permissive=0")],
        [], never=["selinux.connect"]),
    case("SELinux is permissive", CONNECT, smtp(permissive=1), never=["selinux.connect"]
         ) | {"live": {"selinux.json": {"mode": "permissive", "policy_version": 33,
                                        "booleans": {}}}},
    case("SELinux is disabled", CONNECT, []) | {
        "files": {}, "live": {}, "never": ["selinux.connect"]},
    case("suspended: the denial is of the process that tried", [
        line("smtp", 969, DENIED), deferred("B1B2C3D4", DENIED, us=150000),
        deferred(QID, "delivery temporarily suspended: " + DENIED, tag="error", pid=990,
                 second=50)],
        smtp(), "selinux.connect", "certain",
        queue=[queued(QID, "delivery temporarily suspended: " + DENIED)]),
    case("the log of a Red Hat system", [], smtp(), "selinux.connect", "certain", {"port": 2525},
         files={"var/log/maillog": "Nov 20 18:53:36 mail postfix/smtp[969]: "
                f"{QID}: to=<user@far.example>, relay=none, delay=2, delays=0.1/0/1/0.9, "
                f"dsn=4.4.1, status=deferred ({DENIED})\n"}),
    case("an instance of another name", [
        line("postfix-out/smtp", 969, f"{QID}: to=<user@far.example>, relay=none, delay=2, "
             f"delays=0.1/0/1/0.9, dsn=4.4.1, status=deferred ({DENIED})")],
        smtp(), "selinux.connect", "certain", {"port": 2525}),
]
