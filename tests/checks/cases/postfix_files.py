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
LDAP = {"virtual_alias_maps": "ldap:/etc/postfix/ldap-aliases.cf"}
case("PFX-009", "pass", "a table for the mail account", main=LDAP, put={"etc/postfix/ldap-aliases.cf": "server_host = ldap.example.net\n"},
     chmod={"etc/postfix/ldap-aliases.cf": (0o640, 0, 108)})
case("PFX-009", "fail", "a table for other accounts", main=LDAP, put={"etc/postfix/ldap-aliases.cf": "server_host = ldap.example.net\n"},
     chmod={"etc/postfix/ldap-aliases.cf": (0o640, 0, 1000)}, says="the accounts of group 1000 read it",
     fix=["chmod 0600 /etc/postfix/ldap-aliases.cf"])
case("PFX-009", "fail", "a key for the mail account", chmod={KEY: (0o640, 0, 108)}, says="the accounts of group 108 read it")
case("PFX-009", "fail", "an owner", chmod={KEY: (0o600, 1000, 0)}, says="belongs to uid 1000, not to root", fix=[])
case("PFX-009", "fail", "a group that writes", chmod={KEY: (0o660, 0, 0)}, says="its group 0 may change it", fix=["chmod 0640 /" + KEY])
case("PFX-009", "fail", "a group by its members", chmod={KEY: (0o640, 0, 4)}, edit={"etc/group": ("adm:x:4:", "adm:x:4:alice")},
     fix=["chmod 0600 /" + KEY])
no_postfix("PFX-009")
case("PFX-009", "unknown", do=unmoded)

case("PFX-010", "pass")
case("PFX-010", "fail", put={"etc/aliases": "postmaster: root\n"},
     objects=[{"address": "postmaster"}, {"address": "root"}], says="No alias brings mail for root to a person.")
case("PFX-010", "pass", "alias_maps alone", main={"alias_database": None})
case("PFX-010", "pass", "a program", put={"etc/aliases": 'postmaster: root\nroot: "|/usr/bin/ticket"\n'})
case("PFX-010", "pass", "a file of another", put={"etc/aliases": "postmaster: root\nroot: /var/mail/ops\n"})
case("PFX-010", "fail", "itself alone", put={"etc/aliases": "postmaster: root\nroot: \\root\n"},
     objects=[{"address": "postmaster"}, {"address": "root"}])
case("PFX-010", "pass", "itself and another", put={"etc/aliases": '"postmaster": "root"\nROOT: \\root, alice\n'})
case("PFX-010", "fail", "a circle", put={"etc/aliases": "postmaster: a@example.net\nroot: ops\nops: root\n"},
     objects=[{"address": "root"}], says="lead in a circle")
case("PFX-010", "fail", "nobody", put={"etc/aliases": "postmaster: a@example.net\nroot: /dev/null\n"},
     objects=[{"address": "root"}])
case("PFX-010", "na", base="null-client")
no_postfix("PFX-010")
case("PFX-010", "unknown", loop=["etc/aliases"])
case("PFX-010", "unknown", "alias_maps by its default", main={"alias_maps": None}, objects=[{"address": "postmaster"}, {"address": "root"}])

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
case("PFX-012", "pass", "a table of another server", main={"virtual_alias_maps": "ldap:people", "people_server_host": "ldap.example.net"})
case("PFX-012", "pass", "by a proxy", main={"virtual_alias_maps": "proxy:ldap:people", "people_server_host": "ldap.example.net"})
case("PFX-012", "fail", "a table that nothing names", main={"people_server_host": "ldap.example.net"},
     objects=[{"parameter": "people_server_host"}])
case("PFX-012", "fail", "no definition", append={"etc/postfix/main.cf": "smtpd_delay_reject\n"}, objects=[{"path": "/etc/postfix/main.cf"}])
case("PFX-012", "unknown", "a value", main={"transport_maps": "hash:${other"}, says="a value cannot be expanded")
case("PFX-012", "fail", "the second of two tables", main={"transport_maps": "hash:/etc/postfix/transport, regexp:/etc/postfix/more"},
     objects=[{"path": "/etc/postfix/more", "parameter": "transport_maps"}])
case("PFX-012", "fail", "a table of one service", master="2525 inet n - n - - smtpd\n  -o virtual_alias_maps=regexp:/etc/postfix/more\n",
     objects=[{"path": "/etc/postfix/more", "parameter": "virtual_alias_maps"}])
case("PFX-012", "pass", "a cache that a daemon makes", main={"address_verify_map": "btree:/var/lib/postfix/verify_cache"})
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
for name in ("hosts", "nsswitch.conf", "services"):
    case("PFX-015", "fail", name, cut=[f"{SPOOL}/etc/{name}"], objects=[{"path": f"/{SPOOL}/etc/{name}"}])
ASK = ("smtp", "lmtp", "smtpd", "cleanup", "verify", "trivial-rewrite")
case("PFX-015", "na", "daemons in a chroot that ask nobody", do=lambda r: r.put(MASTER, "\n".join(
    s.replace("       y  ", "       n  ") if s.endswith(ASK) else s for s in r.files[MASTER].data.decode().split("\n"))))
case("PFX-015", "pass", "the host has none either", cut=["etc/hosts", f"{SPOOL}/etc/hosts"])
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
case("PFX-017", "fail", "an alias, in alias_maps alone", append={"etc/aliases": 'tickets: "|/usr/bin/ticket"\n'}, main={"alias_database": None},
     objects=[{"command": "|/usr/bin/ticket", "service": "tickets"}], at="etc/aliases:3")
case("PFX-017", "fail", "lists", main={"allow_mail_to_commands": "alias, forward, include"},
     objects=[{"parameter": "allow_mail_to_commands"}], at="etc/postfix/main.cf")
case("PFX-017", "pass", "aliases and forward files", main={"allow_mail_to_commands": "alias, forward"})
case("PFX-017", "pass", "no table of aliases yet", cut=["etc/aliases"])
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


def unit(text, **kwargs):
    return {"append": {UNIT: "[Service]\n" + text + "\n"}, **kwargs}


NO_WAY = {"default_transport": "error:none", "relay_transport": "error:none", "transport_maps": None}
for name, setting, kwargs, says in (
        ("IPv4", "RestrictAddressFamilies=AF_UNIX AF_INET6", {}, "keeps IPv4 away"),
        ("IPv6", "RestrictAddressFamilies=AF_UNIX AF_INET", {}, "keeps IPv6 away"),
        ("unix sockets", "RestrictAddressFamilies=AF_INET AF_INET6", {}, "keeps unix sockets away"),
        ("a next hop", "IPAddressDeny=192.0.2.25", {}, "keeps a next hop away"),
        ("the resolver", "IPAddressDeny=192.0.2.53", {}, "keeps the resolver away"),
        ("others", "IPAddressDeny=198.51.100.0/24", {}, "keeps other hosts away"),
        ("homes", "ProtectHome=yes", {"main": {"home_mailbox": "Maildir/"}}, "keeps the mailboxes in /home away"),
        ("mailboxes", "InaccessiblePaths=/var/mail", {}, "hides a directory that mail is written to"),
        ("a capability", "CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_DAC_OVERRIDE", {}, "ports below 1024"),
        ("postdrop", "NoNewPrivileges=yes", {}, "takes the set-gid of postdrop")):
    case("PFX-018", "fail", name, **unit(setting, **kwargs), objects=[{"parameter": setting.split("=")[0]}], says=says, at=UNIT)
for name, setting, kwargs in (
        ("IPv4, not used", "RestrictAddressFamilies=AF_UNIX AF_INET6", {"main": {"inet_protocols": "ipv6"}}),
        ("IPv6, not used", "RestrictAddressFamilies=AF_UNIX AF_INET", {"main": {"inet_protocols": "ipv4"}}),
        ("sockets alone, which no address stops", "IPAddressDeny=198.51.100.0/24", {"main": NO_WAY}),
        ("no mail in homes", "ProtectHome=yes", {}),
        ("no mailboxes here", "ProtectHome=yes\nInaccessiblePaths=/var/mail", {"main": {"home_mailbox": "Maildir/"}, "args": ["--role", "mx"]})):
    case("PFX-018", "pass", name, **unit(setting, **kwargs))
case("PFX-018", "na", "no unit", cut=["usr/lib/systemd", "etc/systemd"])
no_postfix("PFX-018")
case("PFX-018", "unknown", cut=["usr/lib/systemd"], live={})
