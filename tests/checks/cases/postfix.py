# SPDX-License-Identifier: GPL-2.0-or-later
from cases import case, no_postfix

MAIN, MASTER = "etc/postfix/main.cf", "etc/postfix/master.cf"
MX = ["--role", "mx"]
STATUS = "var/lib/dpkg/status"

case("PFX-001", "pass", base="null-client")
case("PFX-001", "fail", base="null-client", main={"inet_interfaces": "all"}, args=["--role", "null-client"], at=MAIN,
     objects=[{"parameter": "inet_interfaces", "service": "smtp"}], fix=["postconf -e inet_interfaces=loopback-only"],
     roles="as --role says")


def listens(where):
    """A host that sends only, with its smtpd there."""
    return {"base": "null-client", "main": {"inet_interfaces": "all"}, "edit": {MASTER: ("^smtp       inet", f"{where} inet")}}


BEYOND = ["--role", "null-client"]
case("PFX-001", "fail", "an address of its own", **listens("192.0.2.1:25"), args=BEYOND,
     objects=[{"parameter": "inet_interfaces", "service": "192.0.2.1:25"}], fix=[])
case("PFX-001", "fail", "an address of IPv6", **listens("[2001:db8::25]:25"), args=BEYOND, fix=[])
LOOPBACK = "null-client (listens on loopback at most)"
for host in ("127.0.0.1", "localhost", "[::1]"):
    case("PFX-001", "pass", host, **listens(host + ":25"), roles=LOOPBACK)
ON_25 = "listens on 25 and has"
for host, roles in (("[2001:db8::1]", f"relay ({ON_25} a relayhost)"), ("192.0.2.1", f"relay ({ON_25} a relayhost)")):
    case("PFX-001", "na", host, **listens(host + ":25"), roles=roles)
for name, port, main, roles in (
        ("a port of its own", "2525", {}, "the listeners do not tell it"),
        ("465", "smtps", {}, "submission (listens on 587 or 465)"),
        ("587", "587", {"relayhost": ""}, "submission (listens on 587 or 465)"),
        ("nothing taken in", "smtp", {"relayhost": ""}, "the listeners do not tell it"),
        ("localhost's mail", "smtp", {"relayhost": "", "mydestination": "localhost, localhost.$mydomain"}, "the listeners do not tell it"),
        ("no domain that is known", "smtp", {"relayhost": "", "mydestination": None, "myhostname": None},
         f"mx ({ON_25} domains of its own), mailstore (delivers mail of its domains)"),
        ("virtual mailboxes", "smtp", {"relayhost": "", "virtual_mailbox_domains": "example.net"},
         f"mx ({ON_25} domains of its own), mailstore (delivers mail of its domains)"),
        ("virtual aliases", "smtp", {"relayhost": "", "virtual_alias_domains": "example.net"}, f"mx ({ON_25} domains of its own)"),
        ("domains of others", "smtp", {"relayhost": "", "relay_domains": "example.net"}, f"relay ({ON_25} relay_domains)"),
        ("no domains of others", "smtp", {"relayhost": "", "relay_domains": ""}, "the listeners do not tell it")):
    case("PFX-001", "unknown" if roles.startswith("the") else "na", name, base="null-client", main={"inet_interfaces": "all", **main},
         edit={MASTER: ("^smtp       inet", f"{port} inet")}, cut=["etc/hostname"], roles=roles)
case("PFX-001", "unknown", "another service alone", base="null-client", edit={MASTER: ("^smtp       inet.*", "192.0.2.1:79 inet n n n - - spawn user=nobody argv=/bin/cat")},
     roles="the listeners do not tell it")
case("PFX-001", "unknown", "a listener that is not known", base="null-client", main={"inet_interfaces": "$other_interfaces"}, says="")
case("PFX-001", "na", "an mx")
no_postfix("PFX-001")
case("PFX-001", "unknown", base="null-client", loop=[MASTER])

case("PFX-002", "pass")
case("PFX-002", "pass", "by recipient", main={"smtpd_relay_restrictions": "",
                                              "smtpd_recipient_restrictions": "reject_unauth_destination"})
case("PFX-002", "fail", main={"smtpd_relay_restrictions": "permit_mynetworks, permit"},
     objects=[{"parameter": "smtpd_relay_restrictions", "service": "smtp"},
              {"parameter": "smtpd_relay_restrictions", "service": "submission"}])
case("PFX-002", "fail", "three services", main={"smtpd_relay_restrictions": "permit"}, master="465 inet n - n - - smtpd\n",
     objects=[{"parameter": "smtpd_relay_restrictions", "service": s} for s in ("465", "smtp", "submission")])
case("PFX-002", "fail", "empty", main={"smtpd_relay_restrictions": ""})
case("PFX-002", "fail", "of a service", edit={MASTER: ("smtpd_sasl_auth_enable=yes", "smtpd_relay_restrictions=permit")},
     objects=[{"parameter": "smtpd_relay_restrictions", "service": "submission"}])
no_postfix("PFX-002")
case("PFX-002", "unknown", loop=[MASTER], says="master.cf was not read: etc/postfix/master.cf: Too many levels")
case("PFX-002", "unknown", "a table", main={"smtpd_relay_restrictions":
                                            "check_client_access hash:/etc/postfix/access, reject_unauth_destination"})
for name, status, restrictions in (
        ("a blocklist", "pass", "reject_rbl_client bl.example.net, reject_unauth_destination"),
        ("what refuses more", "pass", "reject_unknown_client_hostname, defer_if_permit, reject_unauth_destination"),
        ("a class", "unknown", "own_class, reject_unauth_destination"),
        ("logged alone", "fail", "warn_if_reject reject_unauth_destination"),
        ("logged, and refused", "pass", "warn_if_reject reject_non_fqdn_sender, reject_unauth_destination"),
        ("a table, then all", "unknown", "check_client_access hash:/etc/postfix/access, permit"),
        ("what permits, and is not one's own", "unknown", "permit_dnswl_client list.example.net, reject_unauth_destination"),
        ("a server", "unknown", "check_policy_service unix:private/policy, reject_unauth_destination")):
    case("PFX-002", status, name, main={"smtpd_relay_restrictions": restrictions, "smtpd_recipient_restrictions": ""})
case("PFX-002", "fail", "behind postscreen", main={"smtpd_relay_restrictions": "permit"},
     edit={MASTER: ("^smtp       inet  n       -       n       -       -       smtpd",
                    "smtp       inet  n       -       n       -       1       postscreen\nsmtpd      pass  -       -       n       -       -       smtpd")},
     objects=[{"parameter": "smtpd_relay_restrictions", "service": s} for s in ("smtpd", "submission")])

case("PFX-003", "pass")
case("PFX-003", "fail", main={"mynetworks": "127.0.0.0/8 0.0.0.0/0"},
     objects=[{"parameter": "mynetworks", "address": "0.0.0.0/0"}])
case("PFX-003", "fail", "IPv6", main={"mynetworks": "[::]/0"})
case("PFX-003", "fail", "style", main={"mynetworks": None, "mynetworks_style": "subnet"})
no_postfix("PFX-003")
case("PFX-003", "unknown", loop=[MAIN], says="main.cf was not read: etc/postfix/main.cf: Too many levels")
case("PFX-003", "unknown", "a file", main={"mynetworks": "/etc/postfix/networks"})

case("PFX-004", "pass")
BANNER = ["postconf -e smtpd_banner=$myhostname ESMTP"]
case("PFX-004", "fail", main={"smtpd_banner": "$myhostname ESMTP $mail_name"}, fix=BANNER, at=MAIN)
case("PFX-004", "fail", "the default", main={"smtpd_banner": None}, fix=BANNER)
case("PFX-004", "fail", "behind a name", main={"smtpd_banner": "$myhostname ESMTP $own_product", "own_product": "Postfix"}, fix=[],
     at=MAIN)
case("PFX-004", "unknown", "a value", main={"smtpd_banner": "$myhostname ESMTP ${other"}, objects=[{"parameter": "smtpd_banner"}])
no_postfix("PFX-004", args=MX)
case("PFX-004", "na", "the role", base="null-client")
case("PFX-004", "unknown", loop=[MAIN], args=MX)

case("PFX-005", "pass")
case("PFX-005", "fail", main={"disable_vrfy_command": "no"}, objects=[{"parameter": "disable_vrfy_command"}])
no_postfix("PFX-005", args=MX)
case("PFX-005", "unknown", loop=[MAIN], args=MX)

LEVEL = "smtpd_tls_security_level=encrypt"
case("PFX-006", "pass")
case("PFX-006", "pass", "wrapped", edit={MASTER: (LEVEL, "smtpd_tls_wrappermode=yes")})
case("PFX-006", "fail", edit={MASTER: (LEVEL, "smtpd_tls_security_level=may")},
     objects=[{"parameter": "smtpd_tls_security_level", "service": "submission"}])
case("PFX-006", "na", "the role", base="null-client")
case("PFX-006", "na", "no port", base="null-client", args=["--role", "submission"])
case("PFX-006", "unknown", loop=[MASTER], args=["--role", "submission"])

case("PFX-007", "pass")
case("PFX-007", "pass", "excluded", main={"smtpd_tls_protocols": "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1"})
case("PFX-007", "fail", main={"smtp_tls_security_level": None}, objects=[{"parameter": "smtp_tls_security_level"}])
case("PFX-007", "fail", "protocol", main={"smtpd_tls_protocols": "!SSLv2"}, objects=[{"parameter": "smtpd_tls_protocols"}])
case("PFX-007", "na", "the role", base="null-client")
case("PFX-007", "unknown", loop=[MAIN], args=MX)
case("PFX-007", "unknown", "the version", main={"smtpd_tls_protocols": None}, cut=[STATUS, "var/log/mail.log"])

case("PFX-008", "pass")
case("PFX-008", "fail", main={"smtpd_sasl_security_options": ""})
case("PFX-008", "fail", "in clear", main={"smtpd_tls_auth_only": "no"}, edit={MASTER: (LEVEL, "smtpd_tls_security_level=may")})
case("PFX-008", "na", edit={MASTER: ("smtpd_sasl_auth_enable=yes", "smtpd_sasl_auth_enable=no")})
case("PFX-008", "unknown", loop=[MASTER], args=MX)

case("PFX-011", "pass")
case("PFX-011", "fail", main={"smtpd_forbid_bare_newline": "no"}, fix=["postconf -e smtpd_forbid_bare_newline=yes"], at=MAIN)
case("PFX-011", "unknown", "a value", main={"smtpd_forbid_bare_newline": "${other"})
case("PFX-011", "pass", "normalized", main={"smtpd_forbid_bare_newline": "normalize"})
case("PFX-011", "fail", "the default", main={"smtpd_forbid_bare_newline": None})
no_postfix("PFX-011", args=MX)
case("PFX-011", "unknown", loop=[MAIN], args=MX)
case("PFX-011", "unknown", "the version", main={"smtpd_forbid_bare_newline": None}, cut=[STATUS, "var/log/mail.log"])

case("PFX-014", "pass")
case("PFX-014", "fail", main={"compatibility_level": None})
no_postfix("PFX-014")
case("PFX-014", "unknown", loop=[MAIN])
