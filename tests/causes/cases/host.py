# SPDX-License-Identifier: GPL-2.0-or-later
"""Services, ports, mailboxes, certificates and look-ups of the host itself, and what peers say."""
from base import connect, deferred, line, queued

QID = "A1B2C3D4"
RELAY = "relay.example[198.51.100.40]:25"
# self-signed for mail.example; the key is not kept: it ended on 2026-01-01, and ends on 2036-01-01
ENDED = """\
-----BEGIN CERTIFICATE-----
MIIBFDCBvAIBATAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxtYWlsLmV4YW1wbGUw
HhcNMjUwMTAxMDAwMDAwWhcNMjYwMTAxMDAwMDAwWjAXMRUwEwYDVQQDDAxtYWls
LmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASMwKHtmLrnlB4euxN7
LxU6etLhypGy3dirGzmtnuWTY2DmEBckbjWxOgPt0DivSnExyZGU3EbDuJHjywJ4
qv5pMAoGCCqGSM49BAMCA0cAMEQCIDrsV+OiBxM1H6Pf0OUR9oPWPxiOErtUyAiE
DebLrruIAiBEQqUP8mbkOygsz0XhOPNQSAMWZPiUtPoaJzxFJ5JUgg==
-----END CERTIFICATE-----
"""
VALID = """\
-----BEGIN CERTIFICATE-----
MIIBFDCBvAIBATAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxtYWlsLmV4YW1wbGUw
HhcNMjYwMTAxMDAwMDAwWhcNMzYwMTAxMDAwMDAwWjAXMRUwEwYDVQQDDAxtYWls
LmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASMwKHtmLrnlB4euxN7
LxU6etLhypGy3dirGzmtnuWTY2DmEBckbjWxOgPt0DivSnExyZGU3EbDuJHjywJ4
qv5pMAoGCCqGSM49BAMCA0cAMEQCIHy4POc67ojAp74Ef6WLhF8h/w4rNfRmCICH
oktAH+HDAiB3nNS289rckDvYKXkYtCSr1lw4vTzu8gPCfXfedA42Jw==
-----END CERTIFICATE-----
"""
# SHA-256 of its public key
VALID_ID = "7473bed28b32b3588c62816e896de0c31d84a9535f07fcb2654cfdecbd46b827"
TLS_CF = "smtpd_tls_cert_file = /etc/ssl/mail.pem\nsmtpd_tls_security_level = may\n"
CLIENT_SAYS = ("warning: TLS library problem: error:0A000415:SSL routines::sslv3 alert certificate "
               "expired:../ssl/record/rec_layer_s3.c:1588:SSL alert number 45:")
MBOX = "cannot update mailbox /var/mail/bob for user bob. "
LMTP = "connect to mail.example[private/dovecot-lmtp]: "


def said(text, command="RCPT TO", host="relay.example[198.51.100.40]"):
    return f"host {host} said: {text} (in reply to {command} command)"


def peer(name, text, verdict, certainty="likely", command="RCPT TO", queue=False, never=(), **more):
    reason = said(text, command)
    return {"name": name, "log": [deferred(QID, reason, relay=RELAY, dsn=more.get("dsn", "5.0.0"),
                                           status=more.get("status", "bounced"))],
            "queue": [queued(QID, reason)] if queue else [],
            "expect": {QID: (verdict, certainty)}, "never": never}


def local(name, reason, verdict, certainty, dsn="5.2.0", status="bounced", never=(), **more):
    return {"name": name, "log": [deferred(QID, reason, "bob@mail.example", "local", 850,
                                           relay="local", dsn=dsn, status=status)],
            "expect": {QID: (verdict, certainty)}, "never": never, **more}


def listeners(*rows):
    return {"sockets.json": [{"address": a, "port": p, "program": n, "pid": i}
                             for a, p, n, i in rows]}


NEIGHBOUR = line("smtpd", 800, "NOQUEUE: reject: RCPT from app.example[192.0.2.44]: 454 4.7.1 "
                 "<u@far.example>: Relay access denied; from=<a@mail.example> to=<u@far.example> "
                 "proto=ESMTP helo=<app>")
CASES = [
    # --- services
    {"name": "LMTP: the socket is gone", "log": [
        deferred(QID, LMTP + "No such file or directory", tag="lmtp", relay="none")],
     "modes": {"var/spool/postfix/private/other": ("s", 0o666, 101, 101)},
     "expect": {QID: ("service.down_local", "certain")}, "never": ["config.chroot"]},
    {"name": "LMTP: the socket is there, nobody answers", "log": [
        deferred(QID, LMTP + "Connection refused", tag="lmtp")],
     "modes": {"var/spool/postfix/private/dovecot-lmtp": ("s", 0o666, 101, 101)},
     "expect": {QID: ("service.down_local", "certain")}},
    {"name": "LMTP: the socket is root's", "log": [
        deferred(QID, LMTP + "Permission denied", tag="lmtp")],
     "modes": {"var/spool/postfix/private/dovecot-lmtp": ("s", 0o600, 0, 0)},
     "expect": {QID: ("dac.socket", "certain")}, "never": ["service.down_local"]},
    {"name": "a milter named from the queue directory on", "log": [
        line("smtpd", 800, "warning: connect to Milter service unix:opendkim/opendkim.sock: No such "
             "file or directory")],
     "modes": {"var/spool/postfix/opendkim": ("d", 0o750, 110, 108)},
     "causes": [("service.down_local", "likely")], "never": ["config.chroot"]},
    {"name": "the content filter does not run", "live": listeners(("0.0.0.0", 25, "master", 612)),
     "log": [deferred(QID, connect("Connection refused", "127.0.0.1[127.0.0.1]:10024"))],
     "expect": {QID: ("service.down_local", "certain", {"port": 10024})}},
    {"name": "the content filter runs again", "live": listeners(("127.0.0.1", 10024, "amavisd", 9)),
     "log": [deferred(QID, connect("Connection refused", "127.0.0.1[127.0.0.1]:10024"))],
     "never": ["service.down_local", "remote.refused"]},
    {"name": "another program has the port", "live": listeners(("0.0.0.0", 25, "exim4", 77)),
     "log": [line("master", 700, "fatal: bind 0.0.0.0 port 25: Address already in use")],
     "causes": [("config.port_conflict", "certain", {"port": 25, "service": "exim4"})]},
    {"name": "the port is another address's", "log": [
        line("master", 700, "fatal: bind 192.0.2.77 port 25: Cannot assign requested address")],
     "causes": [("config.bind_address", "certain", {"address": "192.0.2.77"})]},
    {"name": "the address has come meanwhile", "log": [
        line("master", 700, "fatal: bind 192.0.2.10 port 25: Cannot assign requested address")],
     "never": ["config.bind_address"]},
    {"name": "a transport that master.cf lacks", "log": [
        line("qmgr", 720, "warning: connect to transport private/spamfilter: No such file or "
             "directory"),
        deferred(QID, "mail transport unavailable", tag="error", pid=990, dsn="4.3.0", us=300000)],
     "expect": {QID: ("config.transport_name", "certain")}},
    {"name": "a transport that master.cf has", "log": [
        line("qmgr", 720, "warning: connect to transport private/filter: Connection refused"),
        deferred(QID, "mail transport unavailable", tag="error", pid=990, dsn="4.3.0", us=300000)],
     "never": ["config.transport_name"]},
    {"name": "two transports in trouble", "log": [
        line("qmgr", 720, "warning: connect to transport private/spamfilter: No such file or "
             "directory"),
        line("qmgr", 720, "warning: connect to transport private/fax: No such file or directory",
             us=200000),
        deferred(QID, "mail transport unavailable", tag="error", pid=990, dsn="4.3.0", us=300000)],
     "expect": {QID: ("config.transport_name", "possible")}},
    {"name": "a pipe's program that is not there", "log": [
        deferred(QID, "temporary failure. Command output: pipe: fatal: pipe_command: execvp "
                 "/usr/local/bin/gone: No such file or directory", tag="pipe", relay="filter",
                 dsn="4.3.0")],
     "expect": {QID: ("service.command_missing", "likely")}},
    {"name": "a peer that says so is not this host's program", "log": [
        deferred(QID, said("451 4.3.0 temporary failure. Command output: execvp /usr/bin/x: No such "
                           "file or directory"), relay=RELAY, dsn="4.3.0")],
     "never": ["service.command_missing", "dac.path"]},
    # --- mailboxes
    local("a mailbox over its limit", MBOX + "error writing message: File too large",
          "recipient.mailbox_full", "likely", "5.2.2",
          files={"etc/postfix/main.cf": "mailbox_size_limit = 10\n"},
          modes={"var/mail/bob": ("f", 0o660, 1001, 8)}),
    local("no limit is set", MBOX + "error writing message: File too large", "unknown", "unknown",
          "5.2.2", never=["recipient.mailbox_full"],
          files={"etc/postfix/main.cf": "mailbox_size_limit = 0\n"}),
    local("a lock left behind", MBOX + "unable to create lock file /var/mail/bob.lock: File exists",
          "recipient.mailbox_locked", "likely", "4.2.0", "deferred", never=["dac.path"]),
    local("over the disk quota", MBOX + "error writing message: Disk quota exceeded", "disk.quota",
          "likely", "5.2.2", never=["disk.full"]),
    local("a disk that fails", MBOX + "error writing message: Input/output error", "disk.error",
          "likely", "4.3.0", "deferred"),
    local("a mailbox of another owner", "maildir delivery failed: create maildir file "
          "/home/bob/Maildir/tmp/1.P2.mail: Permission denied", "dac.path", "certain",
          modes={"home/bob/Maildir": ("d", 0o700, 0, 0),
                 "home/bob/Maildir/tmp": ("d", 0o700, 0, 0)}),
    local("no such user here", 'unknown user: "bob"', "recipient.unknown", "likely", "5.1.1"),
    {"name": "the queue has no room", "log": [
        line("smtpd", 800, "NOQUEUE: reject: MAIL from c.example[203.0.113.9]: 452 4.3.1 "
             "Insufficient system storage; from=<a@b.example> proto=ESMTP helo=<c>"),
        line("cleanup", 830, "warning: A1B2C3D4: write queue file: No space left on device",
             us=200000)],
     "live": {"df.json": {"space": {"source": "/dev/vda", "target": "/", "size": 1000000,
                                    "avail": 0},
                          "inodes": None}},
     "causes": [("disk.full", "certain")]},
    # --- certificates
    {"name": "our certificate ended", "log": [line("smtpd", 800, CLIENT_SAYS)],
     "files": {"etc/postfix/main.cf": TLS_CF, "etc/ssl/mail.pem": ENDED},
     "causes": [("tls.expired", "certain", {"path": "/etc/ssl/mail.pem"})],
     "evidence": ["2026-01-01"]},
    {"name": "a client says it ended, and it has not", "log": [line("smtpd", 800, CLIENT_SAYS)],
     "files": {"etc/postfix/main.cf": TLS_CF, "etc/ssl/mail.pem": VALID},
     "causes": [("tls.expired", "possible")]},
    {"name": "a peer's certificate ended, ours too: the peer's is the cause", "log": [
        line("smtp", 969, "certificate verification failed for relay.example[198.51.100.40]:25: "
             "certificate has expired"),
        deferred(QID, "Server certificate not verified", dsn="4.7.5", relay=RELAY, us=200000)],
     "files": {"etc/postfix/main.cf": TLS_CF, "etc/ssl/mail.pem": ENDED},
     "expect": {QID: ("tls.expired", "likely")}},
    {"name": "key and certificate are of two pairs", "log": [
        line("smtpd", 800, 'warning: cannot get RSA private key from file "/etc/ssl/mail.key": '
             "disabling TLS support"),
        line("smtpd", 800, "warning: TLS library problem: error:05800074:x509 certificate "
             "routines::key values mismatch:../crypto/x509/x509_cmp.c:405:", us=110000)],
     "files": {"etc/postfix/main.cf": TLS_CF + "smtpd_tls_key_file = /etc/ssl/mail.key\n",
               "etc/ssl/mail.pem": VALID, "etc/ssl/mail.key": "x\n"},
     "causes": [("config.tls_files", "likely", {"path": "/etc/ssl/mail.key"})]},
    {"name": "key and certificate are of two pairs, and the bundle tells the key's own", "log": [
        line("smtpd", 800, 'warning: cannot get RSA private key from file "/etc/ssl/mail.key": '
             "disabling TLS support"),
        line("smtpd", 800, "warning: TLS library problem: error:05800074:x509 certificate "
             "routines::key values mismatch:../crypto/x509/x509_cmp.c:405:", us=110000)],
     "files": {"etc/postfix/main.cf": TLS_CF + "smtpd_tls_key_file = /etc/ssl/mail.key\n",
               "etc/ssl/mail.pem": VALID},
     "modes": {"/etc/ssl/mail.key": ("f", 0o600, 0, 0)},
     "live": {"keys.tsv": "/etc/ssl/mail.key\t0\t" + "0" * 64 + "\n"},
     "causes": [("config.tls_files", "certain", {"path": "/etc/ssl/mail.key"})],
     "evidence": ["the key is not that of /etc/ssl/mail.pem"]},
    {"name": "the key is that of its certificate", "log": [
        line("smtpd", 800, "warning: TLS library problem: error:05800074:x509 certificate "
             "routines::key values mismatch:../crypto/x509/x509_cmp.c:405:", us=110000)],
     "files": {"etc/postfix/main.cf": TLS_CF + "smtpd_tls_key_file = /etc/ssl/mail.key\n",
               "etc/ssl/mail.pem": VALID},
     "live": {"keys.tsv": "/etc/ssl/mail.key\t0\t" + VALID_ID + "\n"},
     "causes": [("config.tls_files", "likely")]},
    {"name": "a key that its owner alone may read is no fault of smtpd, which reads it as root",
     "log": [line("smtpd", 800, 'warning: cannot get RSA private key from file '
                  '"/etc/ssl/mail.key": disabling TLS support')],
     "files": {"etc/ssl/mail.key": "x\n"}, "modes": {"etc/ssl/mail.key": ("f", 0o600, 0, 0)},
     "never": ["dac.key"]},
    {"name": "wrapper mode is missing on port 465", "log": [
        deferred(QID, "lost connection with relay.example[198.51.100.40] while receiving the initial "
                 "server greeting", relay="relay.example[198.51.100.40]:465", dsn="4.4.2")],
     "files": {"etc/postfix/main.cf": "relayhost = [relay.example]:465\n"},
     "expect": {QID: ("tls.wrapper", "certain", {"parameter": "smtp_tls_wrappermode"})}},
    {"name": "wrapper mode is set, the connection breaks all the same", "log": [
        deferred(QID, "lost connection with relay.example[198.51.100.40] while receiving the initial "
                 "server greeting", relay="relay.example[198.51.100.40]:465", dsn="4.4.2")],
     "files": {"etc/postfix/main.cf": "relayhost = [relay.example]:465\n"
               "smtp_tls_wrappermode = yes\nsmtp_tls_security_level = encrypt\n"},
     "never": ["tls.wrapper"]},
    {"name": "the peer wants TLS, and this host offers none",
     "log": [deferred(QID, said("530 5.7.0 Must issue a STARTTLS command first", "MAIL FROM"),
                      relay=RELAY, dsn="5.7.0", status="bounced")],
     "files": {"etc/postfix/main.cf": "smtp_tls_security_level = none\n"},
     "expect": {QID: ("tls.required_by_remote", "certain",
                      {"parameter": "smtp_tls_security_level"})}},
    {"name": "the peer wants TLS, and this host uses it where it is offered",
     "log": [deferred(QID, said("530 5.7.0 Must issue a STARTTLS command first", "MAIL FROM"),
                      relay=RELAY, dsn="5.7.0", status="bounced")],
     "files": {"etc/postfix/main.cf": "smtp_tls_security_level = may\n"},
     "expect": {QID: ("tls.required_by_remote", "likely")}},
    {"name": "TLS is asked for here, and the peer has none",
     "log": [deferred(QID, "TLS is required, but was not offered by host "
                      "relay.example[198.51.100.40]", relay=RELAY, dsn="4.7.4")],
     "files": {"etc/postfix/main.cf": "smtp_tls_security_level = encrypt\n"},
     "expect": {QID: ("tls.not_offered", "likely")}},
    # --- what clients of ours are told
    {"name": "a client of our own network that mynetworks lacks", "log": [
        line("smtpd", 800, "NOQUEUE: reject: RCPT from app.example[192.0.2.44]: 454 4.7.1 "
             "<u@far.example>: Relay access denied; from=<a@mail.example> to=<u@far.example> "
             "proto=ESMTP helo=<app>")],
     "files": {"etc/postfix/main.cf": "mynetworks = 127.0.0.0/8\n"},
     "causes": [("relay.denied_by_us", "likely", {"parameter": "mynetworks"})],
     "evidence": ["192.0.2.44"]},
    {"name": "a stranger who tries to relay", "log": [
        line("smtpd", 800, "NOQUEUE: reject: RCPT from x.evil[203.0.113.9]: 454 4.7.1 "
             "<u@far.example>: Relay access denied; from=<a@x.evil> to=<u@far.example> "
             "proto=ESMTP helo=<x>")],
     "files": {"etc/postfix/main.cf": "mynetworks = 127.0.0.0/8\n"},
     "causes": [("relay.denied_by_us", "likely")], "untold": ['"parameter": "mynetworks"']},
    {"name": "message_size_limit", "log": [
        line("smtpd", 800, "NOQUEUE: reject: MAIL from c.example[203.0.113.9]: 552 5.3.4 Message "
             "size exceeds fixed limit; from=<a@b.example> proto=ESMTP helo=<c>")],
     "causes": [("config.size_limit", "likely")]},
    # --- what peers say
    peer("no such user", "550 5.1.1 <u@far.example>: Recipient address rejected: User unknown",
         "recipient.unknown"),
    peer("no such user, the queue says so too", "550 5.1.1 <u@far.example>: Recipient address "
         "rejected: User unknown", "recipient.unknown", "certain", queue=True),
    peer("a full mailbox", "452 4.2.2 The email account that you tried to reach is over quota",
         "recipient.full", status="deferred", dsn="4.2.2"),
    peer("SPF", "550 5.7.23 The message was rejected because of Sender Policy Framework violation",
         "senderauth.spf", command="MAIL FROM"),
    peer("DMARC", "550 5.7.26 Unauthenticated email is not accepted due to the domain's DMARC policy",
         "senderauth.dmarc", command="end of DATA"),
    peer("DKIM", "550 5.7.20 No passing DKIM signature found", "senderauth.dkim",
         command="end of DATA"),
    peer("no PTR", "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.10]",
         "senderauth.ptr", status="deferred", dsn="4.7.25"),
    peer("HELO", "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
         "senderauth.helo"),
    peer("a block list", "554 5.7.1 Service unavailable; Client host [192.0.2.10] blocked using "
         "zen.spamhaus.org", "reputation.listed"),
    peer("spam", "550 5.7.1 Message rejected as spam by Content Filtering", "content.spam",
         command="end of DATA"),
    peer("a virus", "554 5.7.0 Message contains a virus: Eicar-Test-Signature", "content.virus",
         command="end of DATA"),
    peer("too big", "552 5.3.4 Message size exceeds fixed limit", "content.size",
         command="MAIL FROM"),
    peer("a disabled mailbox", "550 5.2.1 The email account that you tried to reach is disabled",
         "recipient.disabled"),
    peer("too many recipients", "452 4.5.3 Error: too many recipients", "policy.too_many_rcpt",
         status="deferred", dsn="4.5.3"),
    peer("wrong credentials told in a reply", "535 5.7.8 Error: authentication failed",
         "auth.bad_credentials", command="MAIL FROM"),
    peer("its disk", "452 4.3.1 Insufficient system storage", "remote.disk", status="deferred",
         dsn="4.3.1", never=("disk.full",)),
    peer("no reason", "550 Requested action not taken", "remote.permanent"),
    # --- what this host tells of itself
    {"name": "HELO: a name without a dot", "files": {
        "etc/postfix/main.cf": "myhostname = mail\n"},
     "log": [deferred(QID, said("504 5.5.2 <mail>: Helo command rejected: need fully-qualified "
                                "hostname"), relay=RELAY, dsn="5.5.2", status="bounced")],
     "expect": {QID: ("senderauth.helo", "certain", {"parameter": "smtp_helo_name"})}},
    {"name": "HELO: the name is whole",
     "log": [deferred(QID, said("504 5.5.2 <mail.example>: Helo command rejected: Host not found"),
                      relay=RELAY, dsn="5.5.2", status="bounced")],
     "expect": {QID: ("senderauth.helo", "likely")}},
    {"name": "DKIM: nobody signs",
     "log": [deferred(QID, said("550 5.7.20 No passing DKIM signature found", "end of DATA"),
                      relay=RELAY, dsn="5.7.20", status="bounced")],
     "expect": {QID: ("senderauth.dkim", "likely", {"parameter": "smtpd_milters"})}},
    {"name": "DKIM: a milter is set, which may sign", "files": {
        "etc/postfix/main.cf": "smtpd_milters = inet:127.0.0.1:8891\n"},
     "log": [deferred(QID, said("550 5.7.20 No passing DKIM signature found", "end of DATA"),
                      relay=RELAY, dsn="5.7.20", status="bounced")],
     "expect": {QID: ("senderauth.dkim", "likely", {"parameter": None})}},
    {"name": "no issuer is trusted", "files": {
        "etc/postfix/main.cf": "smtp_tls_security_level = secure\n"},
     "log": [line("smtp", 969, "certificate verification failed for relay.example[198.51.100.40]:25: "
                  "untrusted issuer /C=XX/O=An Authority"),
             deferred(QID, "Server certificate not trusted", dsn="4.7.5", relay=RELAY, us=200000)],
     "expect": {QID: ("tls.not_verified", "certain", {"parameter": "smtp_tls_CAfile"})}},
    {"name": "the file of issuers is not there", "files": {
        "etc/postfix/main.cf": "smtp_tls_CAfile = /etc/ssl/certs/gone.crt\n",
        "etc/ssl/certs/other.crt": "x\n"},
     "log": [line("smtp", 969, "certificate verification failed for relay.example[198.51.100.40]:25: "
                  "untrusted issuer /C=XX/O=An Authority"),
             deferred(QID, "Server certificate not trusted", dsn="4.7.5", relay=RELAY, us=200000)],
     "expect": {QID: ("tls.not_verified", "certain", {"path": "/etc/ssl/certs/gone.crt"})}},
    {"name": "issuers are trusted, this one is not", "files": {
        "etc/postfix/main.cf": "smtp_tls_CAfile = /etc/ssl/certs/ca.crt\n",
        "etc/ssl/certs/ca.crt": "x\n"},
     "log": [line("smtp", 969, "certificate verification failed for relay.example[198.51.100.40]:25: "
                  "untrusted issuer /C=XX/O=An Authority"),
             deferred(QID, "Server certificate not trusted", dsn="4.7.5", relay=RELAY, us=200000)],
     "expect": {QID: ("tls.not_verified", "likely")}},
    {"name": "the name does not match, whatever is trusted",
     "log": [line("smtp", 969, "certificate verification failed for relay.example[198.51.100.40]:25: "
                  "hostname mismatch"),
             deferred(QID, "Server certificate not verified", dsn="4.7.5", relay=RELAY, us=200000)],
     "expect": {QID: ("tls.not_verified", "likely")}},
    {"name": "noplaintext rules out what the relay offers", "files": {
        "etc/postfix/main.cf": "relayhost = [relay.example]:587\nsmtp_sasl_auth_enable = yes\n"},
     "log": [deferred(QID, "SASL authentication failed; cannot authenticate to server "
                      "relay.example[198.51.100.40]: no mechanism available", dsn="4.7.0",
                      relay="relay.example[198.51.100.40]:587")],
     "expect": {QID: ("auth.no_mechanism", "likely",
                      {"parameter": "smtp_sasl_tls_security_options"})}},
    {"name": "plain words are allowed", "files": {
        "etc/postfix/main.cf": "relayhost = [relay.example]:587\nsmtp_sasl_auth_enable = yes\n"
                               "smtp_sasl_security_options = noanonymous\n"},
     "log": [deferred(QID, "SASL authentication failed; cannot authenticate to server "
                      "relay.example[198.51.100.40]: no mechanism available", dsn="4.7.0",
                      relay="relay.example[198.51.100.40]:587")],
     "expect": {QID: ("auth.no_mechanism", "likely", {"parameter": None})}},
    {"name": "no mechanism is installed", "files": {
        "etc/postfix/main.cf": "relayhost = [relay.example]:587\nsmtp_sasl_auth_enable = yes\n"
                               "smtp_sasl_security_options = noanonymous\n",
        "usr/lib64/libsasl2.so.3": ""},
     "log": [deferred(QID, "SASL authentication failed; cannot authenticate to server "
                      "relay.example[198.51.100.40]: no mechanism available", dsn="4.7.0",
                      relay="relay.example[198.51.100.40]:587")],
     "expect": {QID: ("auth.no_mechanism", "certain")},
     "evidence": ["no mechanism of the Cyrus SASL library is installed"]},
    {"name": "those installed are ruled out", "files": {
        "etc/postfix/main.cf": "relayhost = [relay.example]:587\nsmtp_sasl_auth_enable = yes\n",
        "usr/lib64/libsasl2.so.3": "", "usr/lib64/sasl2/libplain.so.3": ""},
     "log": [deferred(QID, "SASL authentication failed; cannot authenticate to server "
                      "relay.example[198.51.100.40]: no mechanism available", dsn="4.7.0",
                      relay="relay.example[198.51.100.40]:587")],
     "expect": {QID: ("auth.no_mechanism", "certain",
                      {"parameter": "smtp_sasl_tls_security_options"})},
     "evidence": ["no other mechanism of the Cyrus SASL library is installed"]},
    # --- look-ups
    {"name": "no such domain", "log": [deferred(
        QID, "Host or domain name not found. Name service error for name=nosuch.example type=AAAA: "
        "Host not found", dsn="5.4.4", status="bounced")],
     "expect": {QID: ("dns.not_found", "likely", {"host": "nosuch.example"})}},
    {"name": "one zone fails, others resolve", "log": [
        line("smtp", 960, connect("Connection refused", "mx.other.example[198.51.100.9]:25")),
        deferred(QID, "Host or domain name not found. Name service error for name=far.example "
                 "type=MX: Host not found, try again", dsn="4.4.3", us=300000)],
     "expect": {QID: ("dns.remote_zone_broken", "likely")}, "never": ["dns.resolver_down"]},
    {"name": "a domain that takes no mail", "log": [deferred(
        QID, "Domain far.example does not accept mail (nullMX)", dsn="5.1.0", status="bounced")],
     "expect": {QID: ("dns.null_mx", "likely")}},
    {"name": "mail loops back", "log": [deferred(
        QID, "mail for far.example loops back to myself", dsn="5.4.6", status="bounced")],
     "expect": {QID: ("config.loop", "likely")}},
    {"name": "expired", "log": [
        deferred(QID, connect("Connection timed out")),
        line("qmgr", 720, f"{QID}: from=<root@mail.example>, status=expired, returned to sender",
             us=500000)],
     "never": ["selinux.connect", "firewall.egress_drop"]},
    local("a mailbox that has met its limit", MBOX + "error writing message: File too large",
          "recipient.mailbox_full", "certain", "5.2.2", sizes={"var/mail/bob": 20},
          files={"etc/postfix/main.cf": "mailbox_size_limit = 10\n"},
          modes={"var/mail/bob": ("f", 0o660, 1001, 8)}),
    {"name": "a recipient that the tables of smtpd lack", "log": [
        line("smtpd", 800, "NOQUEUE: reject: RCPT from c.example[203.0.113.9]: 550 5.1.1 <u@mail.example>: "
             "Recipient address rejected: User unknown in local recipient table; from=<a@b.example> "
             "to=<u@mail.example> proto=ESMTP helo=<c>")],
     "causes": [("recipient.unknown", "likely", {"parameter": "local_recipient_maps"})]},
    {"name": "a client that mynetworks leaves out", "log": [NEIGHBOUR],
     "files": {"etc/postfix/main.cf": "mynetworks = !192.0.2.44 192.0.2.0/24\n"},
     "causes": [("relay.denied_by_us", "likely", {"parameter": "mynetworks"})]},
    {"name": "a client that mynetworks has", "log": [NEIGHBOUR],
     "files": {"etc/postfix/main.cf": "mynetworks = !192.0.2.45 192.0.2.0/24\n"},
     "causes": [("relay.denied_by_us", "likely", {"parameter": "smtpd_relay_restrictions"})]},
    local("over the disk quota, and the queue says so", MBOX + "error writing message: Disk quota exceeded",
          "disk.quota", "certain", "5.2.2", told=['"path": "/var/mail/bob"'], queue=[
              queued(QID, MBOX + "error writing message: Disk quota exceeded", "bob@mail.example")]),
]
