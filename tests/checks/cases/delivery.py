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
no_postfix("DLV-004")
