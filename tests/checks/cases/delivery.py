# SPDX-License-Identifier: GPL-2.0-or-later
from cases import case, no_postfix

SASL = "etc/postfix/sasl_passwd"
MAPS = [{"parameter": "smtp_sasl_password_maps"}]
MASTER = "etc/postfix/master.cf"
PLAIN = "usr/lib/x86_64-linux-gnu/sasl2/libplain.so"
CAFILE = "etc/ssl/certs/ca-certificates.crt"
SOCKET = "run/opendkim/opendkim.sock"
RELAY = "[192.0.2.25]:587"


def key(text, relay=RELAY, **main):
    return {"main": {"relayhost": relay, **main}, "put": {SASL: text + " user:secret\n"}}


def parts(live):
    """A bundle, which holds a part of the host."""
    return lambda r: setattr(r, "live", live)


case("DLV-001", "pass", **key(RELAY))
case("DLV-001", "pass", "by the host", **key("relay.example", "[relay.example]:587"))
case("DLV-001", "fail", "no port", **key("[192.0.2.25]"), objects=MAPS)
case("DLV-001", "fail", "no brackets", **key("192.0.2.25:587"), objects=MAPS)
case("DLV-001", "fail", "brackets too many", **key("[relay.example]:587", "relay.example:587"), objects=MAPS)
case("DLV-001", "fail", "another host", **key("[192.0.2.26]:587"), objects=MAPS)
case("DLV-001", "fail", "no table", main={"relayhost": RELAY, "smtp_sasl_password_maps": ""}, objects=MAPS)
case("DLV-001", "pass", "keys of senders", **key("alice@example.org", smtp_sender_dependent_authentication="yes"))
case("DLV-001", "unknown", "a mail exchanger's name", **key("mx1.relay.example", "relay.example"), objects=MAPS)
case("DLV-001", "unknown", loop=[SASL], main={"relayhost": RELAY}, objects=MAPS)
case("DLV-001", "na", "no relayhost")
case("DLV-001", "na", "no log-in", main={"relayhost": RELAY, "smtp_sasl_auth_enable": "no"})
no_postfix("DLV-001")

case("DLV-002", "pass", put={PLAIN: ""}, main={"smtp_sasl_security_options": "noanonymous"})
case("DLV-002", "fail", "the default rules it out", put={PLAIN: ""},
     objects=[{"parameter": "smtp_sasl_tls_security_options"}])
case("DLV-002", "pass", "on Fedora", put={"usr/lib64/sasl2/libscram.so.3": ""})
case("DLV-002", "fail", objects=[{"parameter": "smtp_sasl_type"}])
case("DLV-002", "fail", "the server", put={}, main={"smtp_sasl_auth_enable": "no", "smtpd_sasl_type": "cyrus"},
     objects=[{"parameter": "smtpd_sasl_type"}])
case("DLV-002", "fail", "ruled out", put={PLAIN: ""}, main={"smtp_sasl_tls_security_options": "noplaintext, noanonymous"},
     objects=[{"parameter": "smtp_sasl_tls_security_options"}])
case("DLV-002", "pass", "another is there", put={PLAIN: "", PLAIN.replace("plain", "digestmd5"): ""},
     main={"smtp_sasl_tls_security_options": "noplaintext, noanonymous"})
case("DLV-002", "na", "no log-in", main={"smtp_sasl_auth_enable": "no"})
case("DLV-002", "unknown", do=parts({"files.tsv": None}), objects=[{"parameter": "smtp_sasl_type"}])
case("DLV-002", "unknown", "no library", cut=["usr/lib/x86_64-linux-gnu"], objects=[{"parameter": "smtp_sasl_type"}])
no_postfix("DLV-002")

WRAPPED = {"smtp_tls_wrappermode": "yes", "smtp_tls_security_level": "encrypt"}
WRAPPER = [{"parameter": "smtp_tls_wrappermode"}]
LEVEL = [{"parameter": "smtp_tls_security_level"}]
case("DLV-003", "pass", main={"relayhost": RELAY})
case("DLV-003", "pass", "465", main={"relayhost": "[relay.example]:465", **WRAPPED})
case("DLV-003", "fail", "465", main={"relayhost": "[relay.example]:smtps"}, objects=WRAPPER)
case("DLV-003", "fail", "587", main={"relayhost": RELAY, **WRAPPED}, objects=WRAPPER)
case("DLV-003", "fail", "25", main={"relayhost": "[relay.example]", **WRAPPED}, objects=WRAPPER)
case("DLV-003", "fail", "the level", main={"relayhost": "[relay.example]:465", "smtp_tls_wrappermode": "yes"},
     objects=LEVEL)
case("DLV-003", "fail", "no TLS", main={"relayhost": RELAY, "smtp_tls_security_level": "none"}, objects=LEVEL)
case("DLV-003", "fail", "no CA", main={"smtp_tls_security_level": "secure"}, objects=[{"parameter": "smtp_tls_CAfile"}])
case("DLV-003", "fail", "a CA file that is not there", main={"smtp_tls_CAfile": "/etc/ssl/none.pem"},
     objects=[{"parameter": "smtp_tls_CAfile"}])
case("DLV-003", "pass", "a CA file", main={"smtp_tls_security_level": "secure", "smtp_tls_CAfile": "/" + CAFILE})
case("DLV-003", "na", "no relay")
case("DLV-003", "unknown", main={"smtp_tls_CAfile": "/etc/ssl/other/none.pem"}, do=parts({"files.tsv": None}),
     objects=[{"parameter": "smtp_tls_CAfile"}])
no_postfix("DLV-003")


def with_socket(mode=0o660, uid=0, gid=108, folder=(0o755, 0, 0), kind="s"):
    """A bundle of a running host whose signer has made its socket, and whose SASL server too."""
    def change(r):
        rows = ""
        for path in ("", "run", "run/opendkim", "var", "var/spool", "var/spool/postfix", "var/spool/postfix/private"):
            m, u, g = folder if path == "run/opendkim" else (0o755, 0, 0)
            rows += f"/{path}\td\t{m:04o}\t{u}\t{g}\t4096\t1795200000.0\t\n"
        for path in (SOCKET, "var/spool/postfix/private/auth"):
            m, u, g, k = (mode, uid, gid, kind) if path == SOCKET else (0o666, 0, 0, "s")
            rows += f"/{path}\t{k}\t{m:04o}\t{u}\t{g}\t0\t1795200000.0\t\n"
        r.live = {"files.tsv": rows}
    return change


case("DLV-004", "pass", "an image", main={"smtpd_milters": "unix:/run/opendkim/opendkim.sock"})
case("DLV-004", "pass", "running", do=with_socket())
case("DLV-004", "fail", "mode", do=with_socket(0o600))
case("DLV-004", "unknown", "the group; an ACL may let it in", do=with_socket(gid=8))
case("DLV-004", "fail", "the folder", do=with_socket(folder=(0o700, 0, 0)))
case("DLV-004", "fail", "no socket", do=with_socket(kind="f"))
case("DLV-004", "fail", "the folder of an image", chmod={"run/opendkim": (0o700, 0, 0)})
case("DLV-004", "na", "none", main={"smtpd_milters": None, "smtpd_sasl_path": None, "smtpd_sasl_type": "cyrus"},
     edit={MASTER: ("  -o smtpd_sasl_auth_enable=yes\n", "")})
case("DLV-004", "unknown", do=parts({"files.tsv": None}))
case("DLV-004", "unknown", "no accounts", cut=["etc/passwd"], says="as whom smtpd(8) runs, or where it looks")
no_postfix("DLV-004")

NAME = [{"parameter": "myhostname"}]
case("DLV-005", "pass")
case("DLV-005", "fail", main={"myhostname": "mail"}, objects=NAME)
case("DLV-005", "fail", "localdomain", main={"myhostname": "mail.localdomain"}, objects=NAME)
case("DLV-005", "fail", "an underscore", main={"myhostname": "my_mail.example.org"}, objects=NAME)
case("DLV-005", "fail", "of the host", main={"myhostname": None}, put={"etc/hostname": "mail\n"}, objects=NAME)
case("DLV-005", "fail", "HELO", main={"smtp_helo_name": "localhost"}, objects=[{"parameter": "smtp_helo_name"}])
case("DLV-005", "pass", "HELO with an address", main={"smtp_helo_name": "[192.0.2.1]"})
case("DLV-005", "unknown", main={"myhostname": None}, cut=["etc/hostname"], objects=NAME +
     [{"parameter": "smtp_helo_name"}])
no_postfix("DLV-005")

case("DLV-006", "pass")
case("DLV-006", "pass", "no limit of mailboxes", main={"mailbox_size_limit": "0", "virtual_mailbox_limit": "0"})
case("DLV-006", "fail", main={"message_size_limit": "100000000", "virtual_mailbox_limit": "0"},
     objects=[{"parameter": "mailbox_size_limit"}])
case("DLV-006", "fail", "no limit of messages", main={"message_size_limit": "0", "mailbox_size_limit": "0"},
     objects=[{"parameter": "virtual_mailbox_limit"}])
case("DLV-006", "fail", "room", main={"queue_minfree": "10240000"}, objects=[{"parameter": "queue_minfree"}])
case("DLV-006", "pass", "room enough", main={"queue_minfree": "20000000"})
case("DLV-006", "unknown", main={"message_size_limit": "large"}, objects=[{"parameter": "message_size_limit"}])
no_postfix("DLV-006")

case("DLV-007", "pass")
case("DLV-007", "fail", main={"smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination"},
     objects=[{"service": "submission"}])
case("DLV-007", "fail", "recipients", main={"smtpd_recipient_restrictions": "reject_unauth_destination, permit_sasl_authenticated"},
     objects=[{"service": "submission"}])
case("DLV-007", "pass", "a table may permit", main={"smtpd_relay_restrictions": "check_client_access hash:/etc/postfix/transport, reject"})
case("DLV-007", "fail", "localhost", main={"mynetworks": "192.0.2.0/24 [::1]/128"}, objects=[{"parameter": "mynetworks"}])
case("DLV-007", "pass", "a table of networks", main={"mynetworks": "cidr:/etc/postfix/networks"})
case("DLV-007", "na", "no server", do=lambda r: r.put(MASTER, "\n".join(
    s for s in r.files[MASTER].data.decode().split("\n") if "smtpd" not in s) + "\n"))
case("DLV-007", "unknown", main={"mynetworks": "${mynetworks"}, objects=[{"parameter": "mynetworks"}])
no_postfix("DLV-007")

case("DLV-008", "pass")
case("DLV-008", "fail", main={"virtual_mailbox_domains": "example.org", "virtual_mailbox_maps": "hash:/etc/postfix/transport"},
     objects=[{"parameter": "virtual_mailbox_domains", "domain": "example.org"}])
case("DLV-008", "fail", "aliases", main={"virtual_alias_domains": "example.net example.org"},
     objects=[{"parameter": "virtual_alias_domains", "domain": "example.org"}])
case("DLV-008", "fail", "no mailboxes", main={"virtual_mailbox_domains": "example.net"},
     objects=[{"parameter": "virtual_mailbox_maps"}])
case("DLV-008", "pass", "over LMTP", main={"virtual_mailbox_domains": "example.net", "virtual_transport": "lmtp:unix:private/lmtp"})
case("DLV-008", "fail", "anybody", main={"local_recipient_maps": ""}, objects=[{"parameter": "local_recipient_maps"}])
case("DLV-008", "na", "final for none", base="null-client")
case("DLV-008", "unknown", main={"virtual_mailbox_domains": "${other"}, objects=[{"parameter": "virtual_mailbox_domains"}])
no_postfix("DLV-008")

RESOLVER = [{"path": "/etc/resolv.conf"}]


def runs(listeners):
    """A bundle of a running host, with its listening sockets."""
    return lambda r: setattr(r, "live", {"sockets.json": listeners})


DNS = {"address": "127.0.0.53", "port": 53, "udp": True, "pid": 300, "program": "systemd-resolve"}
SMTP = {"address": "0.0.0.0", "port": 25, "pid": 702, "program": "master"}
case("DLV-009", "pass")
case("DLV-009", "fail", "none", put={"etc/resolv.conf": "search example.org\n"}, do=runs([SMTP]), objects=RESOLVER)
case("DLV-009", "fail", "nobody answers", put={"etc/resolv.conf": "nameserver 127.0.0.53\n"}, do=runs([SMTP]),
     objects=RESOLVER)
case("DLV-009", "pass", "the host's own", put={"etc/resolv.conf": "nameserver 127.0.0.53\n"}, do=runs([SMTP, DNS]))
case("DLV-009", "unknown", cut=["etc/resolv.conf"], objects=RESOLVER)
case("DLV-009", "unknown", "unreadable", loop=["etc/resolv.conf"], objects=RESOLVER)
no_postfix("DLV-009")
