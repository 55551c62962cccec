# SPDX-License-Identifier: GPL-2.0-or-later
from cases import case, no_postfix

MAIN, MASTER = "etc/postfix/main.cf", "etc/postfix/master.cf"
MX = ["--role", "mx"]
STATUS = "var/lib/dpkg/status"

case("PFX-001", "pass", base="null-client")
case("PFX-001", "fail", base="null-client", main={"inet_interfaces": "all"}, args=["--role", "null-client"])
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

case("PFX-003", "pass")
case("PFX-003", "fail", main={"mynetworks": "127.0.0.0/8 0.0.0.0/0"},
     objects=[{"parameter": "mynetworks", "address": "0.0.0.0/0"}])
case("PFX-003", "fail", "IPv6", main={"mynetworks": "[::]/0"})
case("PFX-003", "fail", "style", main={"mynetworks": None, "mynetworks_style": "subnet"})
no_postfix("PFX-003")
case("PFX-003", "unknown", loop=[MAIN], says="main.cf was not read: etc/postfix/main.cf: Too many levels")
case("PFX-003", "unknown", "a file", main={"mynetworks": "/etc/postfix/networks"})

case("PFX-004", "pass")
case("PFX-004", "fail", main={"smtpd_banner": "$myhostname ESMTP $mail_name"})
case("PFX-004", "fail", "the default", main={"smtpd_banner": None})
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
case("PFX-011", "fail", main={"smtpd_forbid_bare_newline": "no"})
case("PFX-011", "fail", "the default", main={"smtpd_forbid_bare_newline": None})
no_postfix("PFX-011", args=MX)
case("PFX-011", "unknown", loop=[MAIN], args=MX)
case("PFX-011", "unknown", "the version", main={"smtpd_forbid_bare_newline": None}, cut=[STATUS, "var/log/mail.log"])

case("PFX-014", "pass")
case("PFX-014", "fail", main={"compatibility_level": None})
no_postfix("PFX-014")
case("PFX-014", "unknown", loop=[MAIN])
