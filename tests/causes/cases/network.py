# SPDX-License-Identifier: GPL-2.0-or-later
"""The way to the peer: this host's ruleset, its routes, and what lies beyond."""
from base import connect, deferred, line, queued

QID = "A1B2C3D4"
PEER6 = "relay.example[2001:db8:40::25]:25"
TRY_AGAIN = ("Host or domain name not found. Name service error for name=far.example type=MX: "
             "Host not found, try again")
REFUSED, TIMEOUT = connect("Connection refused"), connect("Connection timed out")
NO_ROUTE = connect("No route to host")
DPORT25 = {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}},
                     "right": 25}}
DPORT53 = {"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}},
                     "right": 53}}
IFLO = {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "lo"}}
DROP, ACCEPT = {"drop": None}, {"accept": None}


def match(left, right, op="=="):
    return {"match": {"op": op, "left": left, "right": right}}


def saddr(address):
    return match({"payload": {"protocol": "ip", "field": "saddr"}}, address)


def reject(kind="tcp reset", expr=None):
    return {"reject": {"type": kind, "expr": expr} if expr else {"type": kind}}


def rules(*exprs, hook="output", kind="filter", policy="accept", family="inet"):
    """live/nftables.json with one chain of these rules."""
    chain = {"family": family, "table": "t", "name": "c", "handle": 1, "type": kind, "hook": hook,
             "prio": 0, "policy": policy}
    return {"nftables.json": {"nftables": [
        {"metainfo": {"json_schema_version": 1}},
        {"table": {"family": family, "name": "t", "handle": 1}}, {"chain": chain}] + [
        {"rule": {"family": family, "table": "t", "chain": "c", "handle": 10 + i, "expr": e}}
        for i, e in enumerate(exprs)]}}


def case(name, reason, verdict, certainty, live=None, never=(), **more):
    return {"name": name, "live": live or {}, "log": [deferred(QID, reason, **more.pop("log", {}))],
            "expect": {QID: (verdict, certainty)}, "never": never, **more}


V6 = [{"ifname": "lo", "addr_info": [{"family": "inet6", "local": "::1", "prefixlen": 128}]},
      {"ifname": "eth0", "addr_info": [
          {"family": "inet", "local": "192.0.2.10", "prefixlen": 24},
          {"family": "inet6", "local": "2001:db8:1::10", "prefixlen": 64}]}]
ROUTES6 = [{"dst": "default", "gateway": "192.0.2.1", "dev": "eth0"},
           {"dst": "192.0.2.0/24", "dev": "eth0"}, {"dst": "2001:db8:1::/64", "dev": "eth0"},
           {"dst": "default", "gateway": "2001:db8:1::1", "dev": "eth0"}]


def routes(*more):
    return {"routes.json": [{"dst": "default", "gateway": "192.0.2.1", "dev": "eth0"},
                            {"dst": "192.0.2.0/24", "dev": "eth0"}, *more]}


CASES = [
    case("dropped on the way out", TIMEOUT, "firewall.egress_drop", "certain", rules([DPORT25, DROP])),
    case("a refusal does not come of a drop", REFUSED, "unknown", "unknown",
         rules([DPORT25, DROP]), ["firewall.egress_drop", "firewall.egress_reject"]),
    case("a reset", REFUSED, "firewall.egress_reject", "certain", rules([DPORT25, reject()])),
    case("a reset does not read as no route", NO_ROUTE, "unknown", "unknown",
         rules([DPORT25, reject()]), ["firewall.egress_reject"]),
    case("admin-prohibited over IPv4", NO_ROUTE, "firewall.egress_reject", "certain",
         rules([DPORT25, reject("icmpx", "admin-prohibited")])),
    case("admin-prohibited over IPv6 reads as SELinux does",
         connect("Permission denied", PEER6), "firewall.egress_reject", "certain",
         {**rules([DPORT25, reject("icmpx", "admin-prohibited")]), "addresses.json": V6,
          "routes.json": ROUTES6}),
    case("admin-prohibited of a host beyond, over IPv6", connect("Permission denied", PEER6),
         "firewall.remote_reject", "possible", {"addresses.json": V6, "routes.json": ROUTES6},
         ["selinux.connect", "firewall.egress_reject"]),
    case("nothing on the way: the peer or what is before it", TIMEOUT, "remote.down", "likely",
         rules([DPORT25, ACCEPT]), ["firewall.egress_drop"]),
    case("another port is shut", connect("Connection timed out", "relay.example[198.51.100.40]:587"),
         "remote.down", "likely", rules([DPORT25, DROP]), ["firewall.egress_drop"]),
    case("another user's mail is shut out", TIMEOUT, "remote.down", "likely",
         rules([match({"meta": {"key": "skuid"}}, 33), DPORT25, DROP]), ["firewall.egress_drop"]),
    case("all but root are shut out", TIMEOUT, "firewall.egress_drop", "certain",
         rules([match({"meta": {"key": "skuid"}}, 0, "!="), DPORT25, DROP])),
    case("IPv6 is shut, IPv4 is not", TIMEOUT, "remote.down", "likely",
         rules([match({"meta": {"key": "nfproto"}}, "ipv6"), DPORT25, DROP]),
         ["firewall.egress_drop"]),
    case("IPv6 is shut", connect("Connection timed out", PEER6), "firewall.egress_drop", "certain",
         {**rules([match({"meta": {"key": "nfproto"}}, "ipv6"), DPORT25, DROP]),
          "addresses.json": V6, "routes.json": ROUTES6}),
    case("the answers are shut out", TIMEOUT, "firewall.return_drop", "certain",
         rules([match({"meta": {"key": "iifname"}}, "lo"), ACCEPT], hook="input", policy="drop")),
    case("a rate that may have been exceeded", TIMEOUT, "firewall.egress_drop", "possible",
         rules([DPORT25, {"limit": {"rate": 10, "burst": 5, "per": "minute", "inv": True}}, DROP])),
    case("a match nobody can read, before a reject", REFUSED, "firewall.egress_reject", "possible",
         rules([DPORT25, {"xt": {"type": "match", "name": "owner"}},
                {"xt": {"type": "target", "name": "REJECT"}}])),
    case("a rate for another port", TIMEOUT, "remote.down", "likely",
         rules([match({"payload": {"protocol": "tcp", "field": "dport"}}, 80),
                {"limit": {"rate": 10, "burst": 5, "per": "minute", "inv": True}}, DROP]),
         ["firewall.egress_drop"]),
    case("redirected to a port of this host where nobody listens", REFUSED, "service.down_local",
         "certain", {**rules([DPORT25, {"redirect": {"port": 2500}}], kind="nat", family="ip"),
                     "sockets.json": []}, ["remote.refused"]),
    case("the address smtp(8) binds to is shut", TIMEOUT, "firewall.egress_drop", "certain", {
        **rules([saddr("192.0.2.11"), DPORT25, DROP]), "addresses.json": [
            {"ifname": "eth0", "addr_info": [
                {"family": "inet", "local": "192.0.2.10", "prefixlen": 24},
                {"family": "inet", "local": "192.0.2.11", "prefixlen": 24}]}]},
         files={"etc/postfix/main.cf": "smtp_bind_address = 192.0.2.11\n"}),
    case("an address smtp(8) does not bind to is shut", TIMEOUT, "remote.down", "likely", {
        **rules([saddr("192.0.2.10"), DPORT25, DROP]), "addresses.json": [
            {"ifname": "eth0", "addr_info": [
                {"family": "inet", "local": "192.0.2.10", "prefixlen": 24},
                {"family": "inet", "local": "192.0.2.11", "prefixlen": 24}]}]},
         ["firewall.egress_drop"],
         files={"etc/postfix/main.cf": "smtp_bind_address = 192.0.2.11\n"}),
    case("the loopback is shut", connect("Connection timed out", "127.0.0.1[127.0.0.1]:10024"),
         "firewall.loopback", "certain",
         rules([match({"meta": {"key": "oifname"}}, "lo"), DROP]), ["remote.down"]),
    case("port 53 is shut", TRY_AGAIN, "firewall.dns_blocked", "certain",
         rules([DPORT53, DROP]), log={"dsn": "4.4.3"}),
    case("port 53 is shut for another resolver", TRY_AGAIN, "dns.resolver_down", "possible",
         rules([match({"payload": {"protocol": "ip", "field": "daddr"}}, "203.0.113.54"),
                DPORT53, DROP]), ["firewall.dns_blocked"], log={"dsn": "4.4.3"}),
    case("a prohibit route", connect("Permission denied"), "route.prohibit", "certain",
         routes({"type": "prohibit", "dst": "198.51.100.0/24"}), ["selinux.connect"]),
    case("a blackhole", connect("Invalid argument"), "route.blackhole", "certain",
         routes({"type": "blackhole", "dst": "198.51.100.0/24"})),
    case("an unreachable route", NO_ROUTE, "route.unreachable", "certain",
         routes({"type": "unreachable", "dst": "198.51.100.40"})),
    case("no route at all", connect("Network is unreachable"), "route.none", "certain",
         {"routes.json": [{"dst": "192.0.2.0/24", "dev": "eth0"}]}),
    case("no IPv6 here", connect("Network is unreachable", PEER6), "route.ipv6_missing", "certain"),
    case("a prohibit route of a table that is not main decides nothing alone",
         connect("Permission denied"), "route.prohibit", "possible",
         routes({"type": "prohibit", "dst": "default", "table": "100"},
                {"type": "prohibit", "dst": "198.51.100.0/24", "table": "100"})),
    case("IPv6 first, then IPv4: the last address is the one that counts", TIMEOUT,
         "firewall.egress_drop", "certain", rules([DPORT25, DROP]),
         log={"us": 300000}) | {"log": [
             line("smtp", 969, connect("Network is unreachable", PEER6)),
             line("smtp", 969, TIMEOUT, us=200000), deferred(QID, TIMEOUT, us=300000)]},
    {"name": "what the peer says is not what this host does", "live": rules([DPORT25, DROP]),
     "log": [deferred(QID, "host relay.example[198.51.100.40] said: 450 4.7.1 connect to "
                      "relay.example[198.51.100.40]:25: Connection timed out (in reply to RCPT TO "
                      "command)", relay="relay.example[198.51.100.40]:25")],
     "never": ["firewall.egress_drop", "remote.down"],
     "expect": {QID: ("remote.temporary", "likely")}},
    {"name": "no ruleset in the evidence", "live": {"nftables.json": None}, "log": [
        deferred(QID, TIMEOUT)], "never": ["firewall.egress_drop"],
     "expect": {QID: ("remote.down", "possible")}},
    {"name": "suspended: the attempt before told why", "live": rules([DPORT25, reject()]),
     "log": [line("smtp", 969, REFUSED), deferred("B1B2C3D4", REFUSED, us=120000),
             deferred(QID, "delivery temporarily suspended: " + REFUSED, tag="error", pid=990,
                      us=200000)],
     "queue": [queued(QID, "delivery temporarily suspended: " + REFUSED)],
     "expect": {QID: ("firewall.egress_reject", "certain")}},
    {"name": "connected, then silence: no rule of this host", "live": rules([DPORT25, ACCEPT]),
     "log": [deferred(QID, "conversation with relay.example[198.51.100.40] timed out while sending "
                      "RCPT TO", relay="relay.example[198.51.100.40]:25", dsn="4.4.2")],
     "expect": {QID: ("remote.reset", "likely")},
     "never": ["firewall.egress_drop", "firewall.return_drop"]},
    # --- who gets in
    {"name": "nobody gets in", "live": rules([IFLO, ACCEPT], hook="input", policy="drop"), "log": [],
     "causes": [("firewall.ingress_closed", "likely", {"port": 25, "chain": "c"}),
                ("firewall.ingress_closed", "likely", {"port": 587, "chain": "c"})],
     "evidence": ["no packet from another host to port 25 gets through", '"text": "smtp"']},
    {"name": "one address gets in", "live": rules([saddr("192.0.2.44"), ACCEPT], [IFLO, ACCEPT],
                                                  hook="input", policy="drop"),
     "log": [], "never": ["firewall.ingress_closed"]},
    {"name": "no ruleset in the evidence: who gets in is not known", "live": {"nftables.json": None},
     "log": [], "never": ["firewall.ingress_closed"]},
    {"name": "bogus addresses are dropped first: the chain's policy is what shuts the port",
     "live": rules([saddr({"prefix": {"addr": "0.0.0.0", "len": 8}}), DROP], [IFLO, ACCEPT],
                   hook="input", policy="drop"), "log": [],
     "causes": [("firewall.ingress_closed", "likely", {"port": 25, "chain": "c", "rule": "policy drop"})]},
    # --- the fixes of several
    {"name": "two messages behind one rule", "live": rules([DPORT25, DROP]), "fixes": 1, "log": [
        deferred(QID, TIMEOUT), deferred("B1B2C3D4", TIMEOUT, us=200000)],
     "expect": {QID: ("firewall.egress_drop", "certain"),
                "B1B2C3D4": ("firewall.egress_drop", "certain")}},
    {"name": "two messages behind two rules", "fixes": 2, "live": rules(
        [DPORT25, DROP], [match({"payload": {"protocol": "tcp", "field": "dport"}}, 587), DROP]), "log": [
        deferred(QID, TIMEOUT), deferred("B1B2C3D4", connect(
            "Connection timed out", "relay.example[198.51.100.40]:587"), us=200000)],
     "expect": {QID: ("firewall.egress_drop", "certain", {"port": 25}),
                "B1B2C3D4": ("firewall.egress_drop", "certain", {"port": 587})}},
    {"name": "one listener, which is shut", "live": rules([IFLO, ACCEPT], hook="input", policy="drop"),
     "log": [], "files": {"etc/postfix/master.cf": "smtp inet n - y - - smtpd\n"}, "fixes": 1,
     "causes": [("firewall.ingress_closed", "likely", {"port": 25})], "told": ["firewall-rule", "dport"]},
    {"name": "port 53 is shut, by this rule", "log": [deferred(QID, TRY_AGAIN, dsn="4.4.3")],
     "live": rules([DPORT53, DROP]), "expect": {QID: ("firewall.dns_blocked", "certain")},
     "evidence": ["udp port 53 to 203.0.113.53"]},
]
