# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables in databases: whose refusal is it that the lookup fails?"""
from base import line
from denials import ENFORCING, LIVE, avc

REJECT = ("NOQUEUE: reject: RCPT from c.example.com[192.0.2.77]: 451 4.3.0 <user@mail.example>: "
          "Temporary lookup failure; from=<a@example.com> to=<user@mail.example> proto=ESMTP "
          "helo=<c.example.com>")
LOOKUP = "warning: proxy:mysql:/etc/postfix/users.cf lookup error for \"user@mail.example\""
MAPS = {"etc/postfix/main.cf": "compatibility_level = 3.6\nmyhostname = mail.example\n"
        "mydestination = mail.example\nrelayhost =\n"
        "virtual_alias_maps = proxy:mysql:/etc/postfix/users.cf\n",
        "etc/postfix/users.cf": "hosts = 198.51.100.9\nuser = mail\ndbname = mail\n"
        "query = SELECT 1\n"}


def case(name, text, audit=(), daemon="proxymap", **more):
    return {"name": name, "files": {**ENFORCING, **MAPS}, "live": LIVE, "audit": list(audit),
            "log": [line(daemon, 610, "warning: " + text, us=100000),
                    line("smtpd", 800, LOOKUP, us=110000), line("smtpd", 800, REJECT, us=120000)],
            **more}


def mysql(number, server="198.51.100.9"):
    return f"connect to mysql server {server}: Can't connect to MySQL server on '{server}' ({number})"


PGSQL = ("connect to pgsql server localhost: connection to server on socket "
         "\"/run/postgresql/.s.PGSQL.5432\" failed: %s?Is the server running locally and "
         "accepting connections on that socket?")

CASES = [
    case("SELinux keeps proxymap from the database's port", mysql(13),
         avc(610, "proxymap", "name_connect", "tcp_socket", "postfix_master_t", "mysqld_port_t",
             "dest=3306", at=.05),
         causes=[("selinux.connect", "certain", {"port": 3306})]),
    case("a denial of another port does not explain it", mysql(13),
         avc(610, "proxymap", "name_connect", "tcp_socket", "postfix_master_t", "ldap_port_t",
             "dest=389", at=.05), never=["selinux.connect"]),
    case("the database is down", mysql(111), causes=[("remote.refused", "likely", {"port": 3306})],
         never=["config.lookup"]),
    case("this host's firewall drops the way to the database", mysql(110),
         causes=[("firewall.egress_drop", "certain", {"port": 3306})]),
    case("the database's socket may not be used", PGSQL % "Permission denied",
         causes=[("dac.socket", "certain", {"path": "/run/postgresql/.s.PGSQL.5432"})],
         modes={"run/postgresql/.s.PGSQL.5432": ("s", 0o600, 113, 113)}),
    case("the database's socket is not there", PGSQL % "No such file or directory",
         causes=[("service.down_local", "likely",
                  {"path": "/run/postgresql/.s.PGSQL.5432"})], never=["config.lookup"]),
    case("the database refuses our password",
         "connect to mysql server 198.51.100.9: Access denied for user 'mail'@'192.0.2.10' "
         "(using password: YES)", never=["selinux.connect", "firewall.egress_drop", "config.lookup"],
         causes=[("service.database", "likely")]),
]
CASES[3]["live"] = {**LIVE, "nftables.json": {"nftables": [
    {"table": {"family": "inet", "name": "f", "handle": 1}},
    {"chain": {"family": "inet", "table": "f", "name": "o", "handle": 2, "type": "filter",
               "hook": "output", "prio": 0, "policy": "accept"}},
    {"rule": {"family": "inet", "table": "f", "chain": "o", "handle": 3, "expr": [
        {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}},
                   "right": 3306}}, {"drop": None}]}}]}}
