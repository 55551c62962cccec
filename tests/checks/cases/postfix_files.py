# SPDX-License-Identifier: GPL-2.0-or-later
from cases import case, no_postfix

MASTER = "etc/postfix/master.cf"
KEY, SASL = "etc/ssl/private/mail.key", "etc/postfix/sasl_passwd"
SPOOL = "var/spool/postfix"
UNIT = "usr/lib/systemd/system/postfix@.service"


def unmoded(r):
    """A bundle that has the files, and no list of their modes."""
    r.live = {"files.tsv": None}
    return r


case("PFX-009", "pass")
case("PFX-009", "fail", chmod={KEY: (0o644,)},
     objects=[{"path": "/" + KEY, "parameter": "smtpd_tls_key_file"}])
case("PFX-009", "fail", "the index", chmod={SASL + ".db": (0o644,)},
     objects=[{"path": f"/{SASL}.db", "parameter": "smtp_sasl_password_maps"}])
case("PFX-009", "fail", "a group with accounts", chmod={KEY: (0o640, 0, 1000)})
case("PFX-009", "pass", "a group without", chmod={KEY: (0o640, 0, 4)})
no_postfix("PFX-009")
case("PFX-009", "unknown", do=unmoded)

case("PFX-010", "pass")
case("PFX-010", "fail", put={"etc/aliases": "postmaster: root\n"},
     objects=[{"address": "postmaster"}, {"address": "root"}])
case("PFX-010", "fail", "a circle", put={"etc/aliases": "postmaster: a@example.net\nroot: ops\nops: root\n"},
     objects=[{"address": "root"}])
case("PFX-010", "fail", "nobody", put={"etc/aliases": "postmaster: a@example.net\nroot: /dev/null\n"},
     objects=[{"address": "root"}])
case("PFX-010", "na", base="null-client")
no_postfix("PFX-010")
case("PFX-010", "unknown", loop=["etc/aliases"])

case("PFX-012", "pass")
case("PFX-012", "fail", "misspelt", main={"smtpd_recipent_limit": "20"}, objects=[{"parameter": "smtpd_recipent_limit"}])
case("PFX-012", "fail", "twice", append={"etc/postfix/main.cf": "smtpd_banner = $myhostname ESMTP again\n"},
     objects=[{"parameter": "smtpd_banner"}])
case("PFX-012", "fail", "no index", cut=["etc/postfix/transport.db"],
     objects=[{"path": "/etc/postfix/transport.db", "parameter": "transport_maps"}])
case("PFX-012", "fail", "an old index", age={"etc/postfix/transport.db": 3600},
     objects=[{"path": "/etc/postfix/transport.db", "parameter": "transport_maps"}])
case("PFX-012", "fail", "no table", main={"header_checks": "regexp:/etc/postfix/header_checks"},
     objects=[{"path": "/etc/postfix/header_checks", "parameter": "header_checks"}])
case("PFX-012", "pass", "a parameter of its own", main={"own_hop": "[192.0.2.25]", "relayhost": "$own_hop:587"})
no_postfix("PFX-012")
case("PFX-012", "unknown", cut=["etc/postfix/transport", "etc/postfix/transport.db"], do=unmoded)

case("PFX-013", "pass")
case("PFX-013", "fail", chmod={SPOOL + "/private": (0o755, 101)}, objects=[{"path": f"/{SPOOL}/private"}])
case("PFX-013", "fail", "no set-gid", chmod={"usr/sbin/postdrop": (0o755, 0, 109)}, objects=[{"path": "/usr/sbin/postdrop"}])
case("PFX-013", "fail", "an owner", chmod={SPOOL + "/active": (0o700, 0)}, objects=[{"path": f"/{SPOOL}/active"}])
case("PFX-013", "fail", "a group", chmod={SPOOL + "/maildrop": (0o1730, 101, 0)}, objects=[{"path": f"/{SPOOL}/maildrop"}])
no_postfix("PFX-013")
case("PFX-013", "unknown", do=unmoded)
case("PFX-013", "unknown", "no list", cut=["etc/postfix/postfix-files"])

case("PFX-015", "pass")
case("PFX-015", "fail", cut=[SPOOL + "/etc/resolv.conf"], objects=[{"path": f"/{SPOOL}/etc/resolv.conf"}])
case("PFX-015", "fail", "another resolver", put={SPOOL + "/etc/resolv.conf": "nameserver 192.0.2.99\n"},
     objects=[{"path": f"/{SPOOL}/etc/resolv.conf"}])
case("PFX-015", "fail", "a label", label={SPOOL + "/etc/services": "user_home_t"},
     objects=[{"path": f"/{SPOOL}/etc/services"}])
case("PFX-015", "na", "no chroot", do=lambda r: r.put(MASTER, r.files[MASTER].data.decode().replace("       y  ", "       n  ")))
no_postfix("PFX-015")
case("PFX-015", "unknown", cut=[SPOOL], live={})

case("PFX-016", "pass")
case("PFX-016", "fail", put={"usr/sbin/exim4": ""}, objects=[{"path": "/usr/sbin/exim4"}])
case("PFX-016", "fail", "the command", do=lambda r: r.link("etc/alternatives/mta", "/usr/sbin/sendmail.sendmail"),
     objects=[{"path": "/etc/alternatives/mta"}])
no_postfix("PFX-016")
case("PFX-016", "unknown", do=unmoded)

case("PFX-017", "pass")
case("PFX-017", "fail", main={"mailbox_command": "/usr/bin/procmail"},
     objects=[{"command": "/usr/bin/procmail", "service": "local"}])
case("PFX-017", "fail", "an alias", append={"etc/aliases": 'tickets: "|/usr/bin/ticket"\n'},
     objects=[{"command": "|/usr/bin/ticket", "service": "tickets"}])
case("PFX-017", "na", "the role", base="null-client")
no_postfix("PFX-017", args=["--role", "mailstore"])
case("PFX-017", "unknown", loop=["etc/aliases"])

case("PFX-018", "pass")
case("PFX-018", "fail", append={UNIT: "[Service]\nPrivateNetwork=yes\n"}, objects=[{"parameter": "PrivateNetwork"}])
case("PFX-018", "fail", "addresses", append={UNIT: "[Service]\nIPAddressDeny=any\n"},
     objects=[{"parameter": "IPAddressDeny"}])
case("PFX-018", "fail", "a family", append={UNIT: "[Service]\nRestrictAddressFamilies=AF_UNIX AF_INET\n"},
     objects=[{"parameter": "RestrictAddressFamilies"}])
case("PFX-018", "fail", "a path", append={UNIT: "[Service]\nProtectSystem=strict\n"},
     objects=[{"parameter": "ProtectSystem"}])
case("PFX-018", "na", "no unit", cut=["usr/lib/systemd", "etc/systemd"])
no_postfix("PFX-018")
case("PFX-018", "unknown", cut=["usr/lib/systemd"], live={})
