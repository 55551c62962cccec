# SPDX-License-Identifier: GPL-2.0-or-later
"""The systemd unit that Postfix runs in."""
from base import connect, deferred, line, unit

TIMEOUT = connect("Connection timed out")
TRY_AGAIN = ("Host or domain name not found. Name service error for name=far.example type=MX: "
             "Host not found, try again")
MAILDIR = "maildir delivery failed: create maildir file /home/bob/Maildir/tmp/1.P2.mail: "

CASES = [
    {"name": "IPAddressDeny=any", "files": unit("IPAddressDeny=any"),
     "log": [deferred("A1B2C3D4", TIMEOUT)],
     "expect": {"A1B2C3D4": ("sandbox.ip_deny", "certain",
                             {"parameter": "IPAddressDeny=any", "service": "postfix@-.service"})},
     "evidence": ["50-site.conf"]},
    {"name": "IPAddressAllow= has the relay", "files": unit(
        "IPAddressDeny=any\nIPAddressAllow=localhost 198.51.100.0/24"),
     "log": [deferred("A1B2C3D4", TIMEOUT)], "never": ["sandbox.ip_deny"],
     "expect": {"A1B2C3D4": ("remote.down", "likely")}},
    {"name": "IPAddressDeny= taken back by a later drop-in",
     "files": {**unit("IPAddressDeny=any"), **unit("IPAddressDeny=", "60-site.conf")},
     "log": [deferred("A1B2C3D4", TIMEOUT)], "never": ["sandbox.ip_deny"]},
    {"name": "the drop-in of etc masks the one of the package",
     "files": {"usr/lib/systemd/system/postfix@.service.d/50-site.conf":
               "[Service]\nIPAddressDeny=any\n", **unit("Nice=1", of="postfix@.service")},
     "log": [deferred("A1B2C3D4", TIMEOUT)], "never": ["sandbox.ip_deny"]},
    {"name": "a drop-in of the template", "files": unit("IPAddressDeny=198.51.100.0/24",
                                                        of="postfix@.service"),
     "log": [deferred("A1B2C3D4", TIMEOUT)],
     "expect": {"A1B2C3D4": ("sandbox.ip_deny", "certain")}},
    {"name": "a drop-in of the system's slice", "files": {
        "etc/systemd/system/system.slice.d/fw.conf": "[Slice]\nIPAddressDeny=any\n"},
     "log": [deferred("A1B2C3D4", TIMEOUT)],
     "expect": {"A1B2C3D4": ("sandbox.ip_deny", "certain")}},
    {"name": "another distribution: postfix.service runs the master", "files": {
        "usr/lib/systemd/system/postfix.service":
            "[Service]\nExecStart=/usr/sbin/postfix start\n",
        "usr/lib/systemd/system/postfix@.service": None,
        **unit("IPAddressDeny=any", of="postfix.service")},
     "log": [deferred("A1B2C3D4", TIMEOUT)],
     "expect": {"A1B2C3D4": ("sandbox.ip_deny", "certain", {"service": "postfix.service"})}},
    {"name": "IPAddressDeny= does not read as a refusal", "files": unit("IPAddressDeny=any"),
     "log": [deferred("A1B2C3D4", connect("Connection refused"))], "never": ["sandbox.ip_deny"]},
    {"name": "the resolver is denied", "files": unit("IPAddressDeny=203.0.113.0/24"),
     "log": [deferred("A1B2C3D4", TRY_AGAIN, dsn="4.4.3")],
     "expect": {"A1B2C3D4": ("sandbox.ip_deny", "certain")}},
    {"name": "PrivateNetwork=yes", "files": unit("PrivateNetwork=yes"),
     "log": [deferred("A1B2C3D4", connect("Network is unreachable"))],
     "expect": {"A1B2C3D4": ("sandbox.network", "certain",
                             {"parameter": "PrivateNetwork=yes"})}},
    {"name": "RestrictAddressFamilies= without AF_INET",
     "files": unit("RestrictAddressFamilies=AF_UNIX AF_INET6"),
     "log": [deferred("A1B2C3D4", connect("Address family not supported by protocol"))],
     "expect": {"A1B2C3D4": ("sandbox.families", "certain")}},
    {"name": "RestrictAddressFamilies=~AF_INET6",
     "files": unit("RestrictAddressFamilies=~AF_INET6"),
     "log": [deferred("A1B2C3D4", connect("Address family not supported by protocol",
                                          "relay.example[2001:db8::40]:25"))],
     "expect": {"A1B2C3D4": ("sandbox.families", "certain")}},
    {"name": "RestrictAddressFamilies= in two lines", "files": unit(
        "RestrictAddressFamilies=AF_UNIX\nRestrictAddressFamilies=AF_INET AF_INET6"),
     "log": [deferred("A1B2C3D4", connect("Address family not supported by protocol"))],
     "never": ["sandbox.families"]},
    {"name": "ProtectHome=yes and a Maildir", "files": unit("ProtectHome=yes"),
     "log": [deferred("A1B2C3D4", MAILDIR + "Permission denied", "bob@mail.example", "local",
                      relay="local", dsn="5.2.0", status="bounced")],
     "expect": {"A1B2C3D4": ("sandbox.fs", "certain", {"parameter": "ProtectHome=yes"})}},
    {"name": "ProtectHome=read-only and a Maildir", "files": unit("ProtectHome=read-only"),
     "log": [deferred("A1B2C3D4", MAILDIR + "Read-only file system", "bob@mail.example", "local",
                      relay="local", dsn="4.2.0")],
     "expect": {"A1B2C3D4": ("sandbox.fs", "certain")}},
    {"name": "ProtectHome=yes does not read as a full disk", "files": unit("ProtectHome=yes"),
     "log": [deferred("A1B2C3D4", MAILDIR + "No space left on device", "bob@mail.example",
                      "local", relay="local", dsn="4.2.0")],
     "never": ["sandbox.fs"], "expect": {"A1B2C3D4": ("disk.full", "likely")}},
    {"name": "ProtectSystem=strict without the mail store", "files": unit(
        "ProtectSystem=strict\nReadWritePaths=/var/spool /var/lib/postfix"),
     "log": [deferred("A1B2C3D4", "delivery failed to mailbox /var/mail/bob: unable to create "
                      "lock file /var/mail/bob.lock: Read-only file system", "bob@mail.example",
                      "local", relay="local", dsn="4.2.0")],
     "expect": {"A1B2C3D4": ("sandbox.fs", "certain", {"parameter": "ProtectSystem=strict"})}},
    {"name": "ReadWritePaths= has it", "files": unit(
        "ProtectSystem=strict\nReadWritePaths=-/var/mail /var/spool"),
     "log": [deferred("A1B2C3D4", "delivery failed to mailbox /var/mail/bob: unable to create "
                      "lock file /var/mail/bob.lock: Read-only file system", "bob@mail.example",
                      "local", relay="local", dsn="4.2.0")],
     "never": ["sandbox.fs"], "expect": {"A1B2C3D4": ("disk.read_only", "likely")}},
    {"name": "CapabilityBoundingSet= without CAP_NET_BIND_SERVICE",
     "files": unit("CapabilityBoundingSet=CAP_SETUID CAP_SETGID"),
     "log": [line("master", 700, "fatal: bind 0.0.0.0 port 25: Permission denied")],
     "causes": [("sandbox.caps", "certain", {"port": 25})]},
    {"name": "CapabilityBoundingSet=~ takes CAP_SETUID away",
     "files": unit("CapabilityBoundingSet=~CAP_SETUID CAP_SYS_ADMIN"),
     "log": [line("local", 710, "fatal: set_eugid: seteuid(1001): Operation not permitted")],
     "causes": [("sandbox.caps", "certain")]},
    {"name": "CapabilityBoundingSet=~ takes another capability away",
     "files": unit("CapabilityBoundingSet=~CAP_SETUID"),
     "log": [line("smtp", 710, "fatal: chroot(/var/spool/postfix): Operation not permitted")],
     "never": ["sandbox.caps"]},
    {"name": "SocketBindDeny=", "files": unit("SocketBindDeny=any\nSocketBindAllow=tcp:25"),
     "log": [line("master", 700, "fatal: bind 0.0.0.0 port 587: Operation not permitted")],
     "causes": [("sandbox.bind", "certain", {"port": 587})]},
    {"name": "TasksMax=", "files": unit("TasksMax=20"),
     "log": [line("master", 700, "warning: fork: Resource temporarily unavailable -- throttling")],
     "causes": [("sandbox.limits", "likely", {"parameter": "TasksMax=20"})]},
    {"name": "a denying cgroup program is the only known EPERM",
     "log": [deferred("A1B2C3D4", connect("Operation not permitted"))],
     "expect": {"A1B2C3D4": ("sandbox.bpf_connect", "possible")}},
    {"name": "BPFProgram=", "files": unit("BPFProgram=connect4:/sys/fs/bpf/deny"),
     "log": [deferred("A1B2C3D4", connect("Operation not permitted"))],
     "expect": {"A1B2C3D4": ("sandbox.bpf_connect", "likely")}},
    {"name": "EACCES with SELinux, routes and rules refuted",
     "log": [deferred("A1B2C3D4", connect("Permission denied"))],
     "expect": {"A1B2C3D4": ("sandbox.landlock", "possible")}},
    {"name": "sendmail called by a unit with NoNewPrivileges",
     "log": [line("postdrop", 555, "warning: mail_queue_enter: create file maildrop/1.555: "
                  "Permission denied")],
     "causes": [("sandbox.nnp", "likely")]},
    {"name": "postdrop lost its set-gid bit", "modes": {
        "usr/sbin/postdrop": ("f", 0o755, 0, 109)},
     "log": [line("postdrop", 555, "warning: mail_queue_enter: create file maildrop/1.555: "
                  "Permission denied")],
     "causes": [("dac.queue", "certain", {"path": "/usr/sbin/postdrop"})],
     "never": ["sandbox.nnp"]},
    {"name": "sendmail is not set-gid anywhere", "modes": {
        "usr/sbin/sendmail": ("f", 0o755, 0, 0), "var/spool/postfix": ("d", 0o755, 0, 0)},
     "log": [line("sendmail", 556, "fatal: chdir /var/spool/postfix: Permission denied")],
     "never": ["dac.queue", "dac.path", "sandbox.nnp"]},
    {"name": "sendmail at what only Postfix may open", "modes": {
        "usr/sbin/sendmail": ("f", 0o755, 0, 0)},
     "log": [line("sendmail", 557, "fatal: open /var/spool/postfix/active: Permission denied")],
     "never": ["sandbox.nnp"], "told": ["as which user the daemon acted is not known"]},
    {"name": "postdrop without set-gid, at what its group is not for", "modes": {
        "usr/sbin/postdrop": ("f", 0o755, 0, 109), "etc/postfix/main.cf": ("f", 0o644, 0, 0)},
     "log": [line("postdrop", 558, "fatal: open /etc/postfix/main.cf: Permission denied")],
     "never": ["dac.queue"]},
    {"name": "the peer's words are not the unit's", "files": unit("IPAddressDeny=any"),
     "log": [deferred("A1B2C3D4", "host relay.example[198.51.100.40] said: 550 5.7.1 Permission "
                      "denied (in reply to RCPT TO command)", relay="relay.example"
                      "[198.51.100.40]:25", dsn="5.7.1", status="bounced")],
     "never": ["sandbox.ip_deny", "sandbox.landlock"]},
]
