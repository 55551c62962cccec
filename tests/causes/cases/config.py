# SPDX-License-Identifier: GPL-2.0-or-later
"""Postfix's own configuration: chroots, tables, credentials, certificates."""
from base import connect, deferred, line

SASL_ON = ("compatibility_level = 3.6\nrelayhost = [relay.example]:587\n"
           "smtp_sasl_auth_enable = yes\n"
           "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd\n")
WANTS_LOGIN = ("host relay.example[198.51.100.40] said: 530 5.7.0 Authentication required "
               "(in reply to MAIL FROM command)")
NO_RELAY = ("host relay.example[198.51.100.40] said: 554 5.7.1 <user@far.example>: Relay access "
            "denied (in reply to RCPT TO command)")
SUBMISSION = "relay.example[198.51.100.40]:587"
TRY_AGAIN = ("Host or domain name not found. Name service error for name=far.example type=MX: "
             "Host not found, try again")
OLDER = line("smtp", 969, "warning: database /etc/postfix/transport.db is older than source file "
             "/etc/postfix/transport")
MUST_TLS = ("host relay.example[198.51.100.40] said: 530 5.7.0 Must issue a STARTTLS command first "
            "(in reply to MAIL FROM command)")
NO_TLS = "TLS is required, but was not offered by host relay.example[198.51.100.40]"
MILTER = "warning: connect to Milter service unix:/run/opendkim/opendkim.sock: "


def sasl(keys, **more):
    return {"etc/postfix/main.cf": SASL_ON, "etc/postfix/sasl_passwd": keys, **more}


def partner(keys, port):
    """A relayhost that is a domain, and a partner's host that transport_maps leads to."""
    host = "mx.partner.example"
    return {"files": sasl(keys, **{
        "etc/postfix/main.cf": SASL_ON.replace("[relay.example]:587", "relay.example")
        + "transport_maps = texthash:/etc/postfix/transport\n",
        "etc/postfix/transport": f"r.example smtp:[{host}]:{port}\n"}),
        "log": [deferred("A1B2C3D4", NO_RELAY.replace("relay.example", host), relay=f"{host}[198.51.100.40]:{port}",
                         dsn="5.7.1", status="bounced")],
        "expect": {"A1B2C3D4": ("relay.denied_by_remote", "likely")}}


CASES = [
    {"name": "a milter's socket outside of the chroot", "log": [
        line("smtpd", 800, MILTER + "No such file or directory")],
     "modes": {"run/opendkim/opendkim.sock": ("s", 0o775, 110, 110),
               "var/spool/postfix/run/x": ("f", 0o644, 0, 0)},
     "causes": [("config.chroot", "certain", {"path": "/run/opendkim/opendkim.sock"})],
     "never": ["service.down_local"]},
    {"name": "no socket anywhere", "log": [
        line("smtpd", 800, MILTER + "No such file or directory")],
     "modes": {"run/other/x": ("f", 0o644, 0, 0), "var/spool/postfix/run/x": ("f", 0o644, 0, 0)},
     "causes": [("service.down_local", "certain")], "never": ["config.chroot"]},
    {"name": "not chrooted", "log": [
        line("smtpd", 800, MILTER + "No such file or directory")],
     "files": {"etc/postfix/master.cf": "smtp inet n - n - - smtpd\n"},
     "modes": {"run/other/x": ("f", 0o644, 0, 0)},
     "causes": [("service.down_local", "certain")], "never": ["config.chroot"]},
    {"name": "two smtpd, one chrooted: the tag tells which", "files": {
        "etc/postfix/master.cf": "smtp inet n - n - - smtpd\nsubmission inet n - y - - smtpd\n"
                                 " -o syslog_name=postfix/submission\n"},
     "log": [line("postfix/submission/smtpd", 800, MILTER + "No such file or directory")],
     "modes": {"run/opendkim/opendkim.sock": ("s", 0o775, 110, 110),
               "var/spool/postfix/run/x": ("f", 0o644, 0, 0)},
     "causes": [("config.chroot", "certain", {"service": "submission"})]},
    {"name": "saslauthd outside of the chroot", "log": [
        line("smtpd", 800, "warning: SASL authentication failure: cannot connect to saslauthd "
             "server: No such file or directory")],
     "modes": {"run/saslauthd/mux": ("s", 0o777, 0, 0),
               "var/spool/postfix/run/x": ("f", 0o644, 0, 0)},
     "causes": [("config.chroot", "certain", {"path": "/run/saslauthd/mux"})]},
    {"name": "no resolv.conf in the chroot, no resolver on the host",
     "files": {"var/spool/postfix/etc/resolv.conf": None},
     "live": {"sockets.json": []}, "log": [deferred("A1B2C3D4", TRY_AGAIN, dsn="4.4.3")],
     "expect": {"A1B2C3D4": ("config.chroot_resolver", "certain",
                             {"path": "/var/spool/postfix/etc/resolv.conf"})}},
    {"name": "a stale resolv.conf in the chroot",
     "files": {"var/spool/postfix/etc/resolv.conf": "nameserver 192.0.2.99\n"},
     "log": [deferred("A1B2C3D4", TRY_AGAIN, dsn="4.4.3")],
     "expect": {"A1B2C3D4": ("config.chroot_resolver", "likely")}},
    {"name": "the copies agree", "log": [deferred("A1B2C3D4", TRY_AGAIN, dsn="4.4.3")],
     "never": ["config.chroot_resolver"],
     "expect": {"A1B2C3D4": ("dns.resolver_down", "possible")}},
    {"name": "no services in the chroot",
     "files": {"var/spool/postfix/etc/services": None},
     "log": [line("smtp", 969, "fatal: unknown service: smtp/tcp")],
     "causes": [("config.chroot_resolver", "certain")]},
    {"name": "no login configured", "log": [
        deferred("A1B2C3D4", WANTS_LOGIN, relay="relay.example[198.51.100.40]:25", dsn="5.7.0",
                 status="bounced")],
     "expect": {"A1B2C3D4": ("auth.required", "certain",
                             {"parameter": "smtp_sasl_auth_enable"})}},
    {"name": "the key lacks brackets and port", "files": sasl("relay.example:587 u:p\n"),
     "log": [deferred("A1B2C3D4", WANTS_LOGIN, relay=SUBMISSION, dsn="5.7.0", status="bounced")],
     "expect": {"A1B2C3D4": ("auth.required", "certain",
                             {"parameter": "smtp_sasl_password_maps"})},
     "evidence": ["has a key relay.example:587", "[relay.example]:587"]},
    {"name": "the key is as relayhost", "files": sasl("[relay.example]:587 u:p\n"),
     "log": [deferred("A1B2C3D4", WANTS_LOGIN, relay=SUBMISSION, dsn="5.7.0", status="bounced")],
     "expect": {"A1B2C3D4": ("auth.required", "likely")}},
    {"name": "the key is the host alone", "files": sasl("relay.example u:p\n"),
     "log": [deferred("A1B2C3D4", WANTS_LOGIN, relay=SUBMISSION, dsn="5.7.0", status="bounced")],
     "expect": {"A1B2C3D4": ("auth.required", "likely")}},
    {"name": "relaying denied on the submission port without login", "files": {
        "etc/postfix/main.cf": "relayhost = [relay.example]:587\n"},
     "log": [deferred("A1B2C3D4", NO_RELAY, relay=SUBMISSION, dsn="5.7.1", status="bounced")],
     "expect": {"A1B2C3D4": ("auth.missing", "certain")}},
    {"name": "relaying denied by our relay although there is a key for it", "files": sasl("[relay.example]:587 u:p\n"),
     "log": [deferred("A1B2C3D4", NO_RELAY, relay=SUBMISSION, dsn="5.7.1", status="bounced")],
     "expect": {"A1B2C3D4": ("relay.smarthost_policy", "likely")}},
    {"name": "relaying denied by another host, a key for our relay", "files": sasl("[relay.example]:587 u:p\n"),
     "log": [deferred("A1B2C3D4", NO_RELAY.replace("relay.example", "mx.example"), relay="mx.example[198.51.100.40]:25",
                      dsn="5.7.1", status="bounced")],
     "expect": {"A1B2C3D4": ("relay.denied_by_remote", "likely")}},
    # without brackets relayhost is a domain: another route may lead to any other host
    {"name": "relaying denied by another host, a key for our relay's domain", **partner("relay.example u:p\n", 25)},
    {"name": "submission to another host, no key for our relay's domain",
     **partner("[mx.partner.example]:587 u:p\n", 587)},
    {"name": "relaying denied by a host that is not our relay", "log": [
        deferred("A1B2C3D4", NO_RELAY, relay="relay.example[198.51.100.40]:25", dsn="5.7.1",
                 status="bounced")],
     "expect": {"A1B2C3D4": ("relay.denied_by_remote", "likely")}},
    {"name": "a table that was never indexed", "log": [
        line("smtp", 969, "error: open database /etc/postfix/transport.db: No such file or "
             "directory")],
     "files": {"etc/postfix/transport": "x smtp:y\n"},
     "causes": [("config.map_missing", "certain", {"path": "/etc/postfix/transport.db"})]},
    {"name": "a map type without its package", "log": [
        line("smtpd", 800, "error: unsupported dictionary type: lmdb")],
     "files": {"etc/postfix/dynamicmaps.cf": "#type path\ncdb postfix-cdb.so dict_cdb_open\n"},
     "causes": [("config.map_missing", "certain", {"parameter": "lmdb"})]},
    {"name": "a peer's certificate that has ended", "log": [
        line("smtp", 969, "certificate verification failed for relay.example[198.51.100.40]:25: "
             "certificate has expired"),
        deferred("A1B2C3D4", "Server certificate not verified", dsn="4.7.5",
                 relay="relay.example[198.51.100.40]:25", us=200000)],
     "expect": {"A1B2C3D4": ("tls.expired", "likely",
                             {"parameter": "certificate has expired"})}},
    {"name": "a peer's certificate that is self-signed", "log": [
        line("smtp", 969, "certificate verification failed for relay.example[198.51.100.40]:25: "
             "self-signed certificate"),
        deferred("A1B2C3D4", "Server certificate not verified", dsn="4.7.5",
                 relay="relay.example[198.51.100.40]:25", us=200000)],
     "expect": {"A1B2C3D4": ("tls.not_verified", "likely",
                             {"parameter": "self-signed certificate"})}},
    {"name": "a key file that is not there", "log": [
        line("smtpd", 800, "warning: cannot get RSA certificate from file "
             "\"/etc/ssl/mail.pem\": disabling TLS support")],
     "files": {"etc/ssl/other.pem": "x\n"},
     "causes": [("config.tls_files", "certain", {"path": "/etc/ssl/mail.pem"})]},
    {"name": "a certificate file that holds none", "log": [
        line("smtpd", 800, "warning: cannot get RSA certificate from file "
             "\"/etc/ssl/mail.pem\": disabling TLS support")],
     "files": {"etc/ssl/mail.pem": "nothing\n"},
     "causes": [("config.tls_files", "certain", {"path": "/etc/ssl/mail.pem"})]},
    {"name": "a password map that root alone may read is read by root", "files": sasl("x y\n"),
     "modes": {"etc/postfix/sasl_passwd": ("f", 0o600, 0, 0),
               "etc/postfix/sasl_passwd.db": ("f", 0o600, 0, 0)},
     "log": [line("smtp", 969, "error: open database /etc/postfix/sasl_passwd.db: Permission "
                  "denied")],
     "never": ["dac.path"]},
    {"name": "a service that listens nowhere on this host is no peer", "log": [
        deferred("A1B2C3D4", connect("Connection refused", "127.0.0.1[127.0.0.1]:10024"))],
     "expect": {"A1B2C3D4": ("service.down_local", "likely", {"port": 10024})},
     "never": ["remote.refused"]},
    {"name": "an index older than its table", "log": [OLDER],
     "files": {"etc/postfix/transport": "x y\n", "etc/postfix/transport.db": "\n"},
     "times": {"etc/postfix/transport": 1795200000, "etc/postfix/transport.db": 1795100000},
     "causes": [("config.map_missing", "certain", {"path": "/etc/postfix/transport.db"})],
     "evidence": ["the index is older than its source"]},
    {"name": "an index that was older, and has been made anew", "log": [OLDER],
     "files": {"etc/postfix/transport": "x y\n", "etc/postfix/transport.db": "\n"},
     "times": {"etc/postfix/transport": 1795100000, "etc/postfix/transport.db": 1795200000},
     "causes": [("config.map_missing", "likely")]},
    {"name": "an index whose table is not in the evidence", "log": [OLDER],
     "files": {"etc/postfix/transport.db": "\n"}, "causes": [("config.map_missing", "likely")]},
    {"name": "no resolv.conf in the chroot, a resolver on the host",
     "files": {"var/spool/postfix/etc/resolv.conf": None},
     "live": {"sockets.json": [{"address": "127.0.0.1", "port": 53, "program": "unbound", "pid": 9}]},
     "log": [deferred("A1B2C3D4", TRY_AGAIN, dsn="4.4.3")],
     "expect": {"A1B2C3D4": ("config.chroot_resolver", "likely")}},
    {"name": "a policy table tells what TLS is asked for", "files": {
        "etc/postfix/main.cf": "smtp_tls_policy_maps = hash:/etc/postfix/tls\n"},
     "log": [deferred("A1B2C3D4", MUST_TLS, relay=SUBMISSION, dsn="5.7.0", status="bounced")],
     "expect": {"A1B2C3D4": ("tls.required_by_remote", "likely")}},
    {"name": "TLS is asked for in the way of old", "files": {
        "etc/postfix/main.cf": "smtp_use_tls = yes\n"},
     "log": [deferred("A1B2C3D4", MUST_TLS, relay=SUBMISSION, dsn="5.7.0", status="bounced")],
     "expect": {"A1B2C3D4": ("tls.required_by_remote", "likely")}},
    {"name": "TLS is asked for nowhere", "files": {"etc/postfix/main.cf": "relayhost =\n"},
     "log": [deferred("A1B2C3D4", MUST_TLS, relay=SUBMISSION, dsn="5.7.0", status="bounced")],
     "expect": {"A1B2C3D4": ("tls.required_by_remote", "certain")}, "told": ["is not set"]},
    {"name": "the level of TLS that the peer does not meet", "files": {
        "etc/postfix/main.cf": "smtp_tls_security_level = encrypt\n"},
     "log": [deferred("A1B2C3D4", NO_TLS, relay=SUBMISSION, dsn="4.7.4")],
     "expect": {"A1B2C3D4": ("tls.not_offered", "likely", {"parameter": "smtp_tls_security_level"})},
     "told": ["smtp_tls_security_level is encrypt", "etc/postfix/main.cf"]},
    {"name": "TLS where it is offered: who asked for more is not told", "files": {
        "etc/postfix/main.cf": "smtp_tls_security_level = may\n"},
     "log": [deferred("A1B2C3D4", NO_TLS, relay=SUBMISSION, dsn="4.7.4")],
     "expect": {"A1B2C3D4": ("tls.not_offered", "likely")}, "untold": ["smtp_tls_security_level is may"]},
]
