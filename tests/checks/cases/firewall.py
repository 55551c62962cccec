# SPDX-License-Identifier: GPL-2.0-or-later
import json

from cases import case, no_postfix

NFT = "etc/nftables.conf"
MASTER = "etc/postfix/master.cf"
OUT = 'oif "lo" accept'
UNITS = "etc/systemd/system/"
FIREWALLD = "etc/firewalld/firewalld.conf"


def enable(r, unit, target="multi-user"):
    return r.link(f"{UNITS}{target}.target.wants/{unit}.service", f"/lib/systemd/system/{unit}.service")


def firewalld(r, zone='<service name="smtp"/><service name="smtp-submission"/>', conf="DefaultZone=public\n"):
    """firewalld in place of nftables.service."""
    r.cut(UNITS + "sysinit.target.wants/nftables.service").cut(NFT)
    enable(r, "firewalld")
    r.append("var/lib/dpkg/status", "Package: firewalld\nStatus: install ok installed\nVersion: 1.3.3-1\n\n")
    r.put("usr/lib/systemd/system/firewalld.service", "[Service]\nExecStart=/usr/sbin/firewalld --nofork\n")
    r.put("etc/firewalld/zones/public.xml", f'<?xml version="1.0"?><zone><short>Public</short>{zone}</zone>')
    return r.put(FIREWALLD, conf)


def listing(policy="drop", ports=(22, 25, 587)):
    """What the kernel lists for the rules of the base, but for policy and ports of input."""
    def chain(name, hook, policy, handle):
        return {"chain": {"family": "inet", "table": "filter", "name": name, "handle": handle, "type": "filter",
                          "hook": hook, "prio": 0, "policy": policy}}

    def rule(name, handle, *expr):
        return {"rule": {"family": "inet", "table": "filter", "chain": name, "handle": handle, "expr": list(expr)}}

    def match(left, right, op="=="):
        return {"match": {"op": op, "left": left, "right": right}}

    return {"nftables": [
        {"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}},
        {"table": {"family": "inet", "name": "filter", "handle": 1}},
        chain("input", "input", policy, 1), chain("output", "output", "accept", 2),
        rule("input", 3, match({"meta": {"key": "iif"}}, "lo"), {"accept": None}),
        rule("input", 4, match({"ct": {"key": "state"}}, ["established", "related"], "in"), {"accept": None}),
        rule("input", 5, match({"payload": {"protocol": "tcp", "field": "dport"}}, {"set": list(ports)}),
             {"accept": None})]}


def live(**kwargs):
    return {"nftables.json": json.dumps(listing(**kwargs))}


case("FWI-001", "pass")
case("FWI-001", "pass", "firewalld", do=firewalld)
case("FWI-001", "fail", do=lambda r: enable(r, "firewalld"), objects=[{"service": "firewalld, nftables.service"}])
case("FWI-001", "fail", "none", cut=[UNITS + "sysinit.target.wants/nftables.service"])
case("FWI-001", "unknown", cut=["etc/systemd"], live={})

case("FWI-002", "pass")
case("FWI-002", "pass", "firewalld", do=firewalld)
case("FWI-002", "fail", edit={NFT: ("input priority filter; policy drop", "input priority filter; policy accept")},
     objects=[{"family": "ip"}, {"family": "ip6"}])
case("FWI-002", "fail", "IPv6", edit={NFT: ("ct state invalid drop", "meta nfproto ipv6 accept")}, objects=[{"family": "ip6"}])
case("FWI-002", "unknown", loop=[NFT])

case("FWI-003", "pass")
case("FWI-003", "pass", "firewalld", do=firewalld)
case("FWI-003", "fail", "firewalld", do=lambda r: firewalld(r, '<service name="smtp-submission"/>'),
     objects=[{"port": "25", "protocol": "tcp", "purpose": "listener smtpd smtp"}])
case("FWI-003", "fail", edit={NFT: ("22, 25, 587", "22, 587")},
     objects=[{"port": "25", "protocol": "tcp", "purpose": "listener smtpd smtp"}])
case("FWI-003", "na", "the role", base="null-client")
no_postfix("FWI-003", args=["--role", "mx"])
case("FWI-003", "unknown", loop=[NFT])
case("FWI-003", "unknown", "master.cf", loop=[MASTER], args=["--role", "mx"])

FILTER = "0.0.0.0:10025 inet n - n - - smtpd\n  -o content_filter=\n"
POLICY = "10031 inet n n n - 0 spawn\n  user=nobody argv=/usr/bin/policyd\n"
case("FWI-004", "pass", master=FILTER)
case("FWI-004", "pass", "on loopback", master=FILTER.replace("0.0.0.0", "127.0.0.1"),
     edit={NFT: ("22, 25, 587", "22, 25, 587, 10025")})
case("FWI-004", "fail", master=FILTER, edit={NFT: ("22, 25, 587", "22, 25, 587, 10025")},
     objects=[{"port": "10025", "protocol": "tcp", "service": "smtpd"}])
case("FWI-004", "fail", "a policy server", master=POLICY, edit={NFT: ("22, 25, 587", "22, 25, 587, 10031")},
     objects=[{"port": "10031", "protocol": "tcp", "service": "spawn"}])
case("FWI-004", "na", "none")
no_postfix("FWI-004")
case("FWI-004", "unknown", loop=[NFT])

case("FWI-005", "pass", base="null-client")
case("FWI-005", "fail", base="null-client", edit={NFT: ("tcp dport 22 accept", "tcp dport { 22, 25 } accept")},
     objects=[{"port": "25", "protocol": "tcp"}])
case("FWI-005", "na", "the role")
no_postfix("FWI-005", args=["--role", "null-client"])
case("FWI-005", "unknown", base="null-client", loop=[NFT])

case("FWI-006", "pass")
case("FWI-006", "fail", edit={NFT: ("tcp dport { 22, 25, 587 } accept", "meta nfproto ipv4 tcp dport { 25, 587 } accept")})
case("FWI-006", "fail", "outward", edit={NFT: (OUT, "meta nfproto ipv6 tcp dport 25 drop")})
case("FWI-006", "na", "IPv4 alone", main={"inet_protocols": "ipv4", "default_transport": "error:none",
                                          "relay_transport": "error:none", "transport_maps": None})
no_postfix("FWI-006")
case("FWI-006", "unknown", loop=[NFT])

case("FWI-007", "pass")
case("FWI-007", "fail", edit={NFT: ('iif "lo" accept', "")})
case("FWI-007", "fail", "IPv6", edit={NFT: ('iif "lo" accept', 'iif "lo" ip daddr 127.0.0.0/8 accept')},
     objects=[{"family": "ip6", "interface": "lo"}])
case("FWI-007", "unknown", loop=[NFT])

case("FWI-008", "pass", live=live())
case("FWI-008", "fail", live=live(ports=(22, 25)))
case("FWI-008", "fail", "the policy", live=live(policy="accept"))
case("FWI-008", "na", "nothing runs")
no_postfix("FWI-008")
case("FWI-008", "unknown", live=live(), loop=[NFT])

case("FWI-009", "pass", do=firewalld)
case("FWI-009", "fail", do=lambda r: firewalld(r, conf="DefaultZone=public\nFirewallBackend=iptables\n"),
     objects=[{"parameter": "FirewallBackend"}])
case("FWI-009", "na", "nftables.service")
case("FWI-009", "unknown", do=lambda r: firewalld(r).loop(FIREWALLD))

SECOND = """
table inet second {
	chain input {
		type filter hook input priority filter + 10; policy accept;
		tcp dport 25 drop
	}
}
"""
case("FWI-010", "pass")
case("FWI-010", "fail", append={NFT: SECOND})
case("FWI-010", "na", "no listener", base="null-client")
no_postfix("FWI-010")
case("FWI-010", "unknown", "iptables", do=lambda r: enable(r, "netfilter-persistent"))
case("FWI-010", "unknown", loop=[NFT])

TRUSTED = '<?xml version="1.0"?><zone target="ACCEPT"><short>Trusted</short>%s</zone>'
case("FWI-011", "pass", do=firewalld)
case("FWI-011", "pass", "lo",
     do=lambda r: firewalld(r).put("etc/firewalld/zones/trusted.xml", TRUSTED % '<interface name="lo"/>'))
case("FWI-011", "fail",
     do=lambda r: firewalld(r).put("etc/firewalld/zones/trusted.xml", TRUSTED % '<interface name="eth0"/>'),
     objects=[{"zone": "trusted", "interface": "eth0"}])
case("FWI-011", "fail", "a source",
     do=lambda r: firewalld(r).put("etc/firewalld/zones/trusted.xml", TRUSTED % '<source address="10.0.0.0/8"/>'),
     objects=[{"zone": "trusted", "address": "10.0.0.0/8"}])
case("FWI-011", "fail", "the default", do=lambda r: firewalld(r, conf="DefaultZone=trusted\n"),
     objects=[{"zone": "trusted"}])
case("FWI-011", "na", "nftables.service")
case("FWI-011", "unknown", do=lambda r: firewalld(r).loop("etc/firewalld/zones/public.xml"))

case("FWI-012", "pass")
LIMIT = "tcp dport 25 limit rate over 10/minute drop"
case("FWI-012", "fail", edit={NFT: ("ct state invalid drop", LIMIT)}, main={"smtpd_client_connection_rate_limit": "30"})
case("FWI-012", "fail", "none", main={"smtpd_client_connection_count_limit": "0"},
     objects=[{"parameter": "smtpd_client_connection_rate_limit"}])
case("FWI-012", "na", "the role", base="null-client")
no_postfix("FWI-012", args=["--role", "mx"])
case("FWI-012", "unknown", loop=[NFT])

case("FWO-001", "pass")
case("FWO-001", "fail", edit={NFT: (OUT, "tcp dport { 25, 587 } drop")})
case("FWO-001", "fail", "behind loopback", edit={NFT: (OUT, OUT + "\n\t\ttcp dport { 25, 587 } drop")})
case("FWO-001", "na", "sends nothing", main={"default_transport": "error:none", "relay_transport": "error:none",
                                             "transport_maps": None, "smtpd_milters": None})
no_postfix("FWO-001")
case("FWO-001", "unknown", loop=[NFT])
case("FWO-001", "unknown", "a table", loop=["etc/postfix/transport"])

case("FWO-002", "pass")
case("FWO-002", "fail", edit={NFT: (OUT, "udp dport 53 drop")})
case("FWO-002", "fail", "TCP", edit={NFT: (OUT, "tcp dport 53 drop")},
     objects=[{"port": "53", "protocol": "tcp", "purpose": "resolver"}])
no_postfix("FWO-002")
case("FWO-002", "unknown", loop=[NFT])

GUARD = "tcp dport 25 meta skuid != 101 reject with tcp reset"
case("FWO-003", "pass")
case("FWO-003", "fail", edit={NFT: (GUARD, "")}, objects=[{"port": "25", "protocol": "tcp"}])
no_postfix("FWO-003")
case("FWO-003", "unknown", loop=[NFT])

RELATED = "ct state established,related accept"
case("FWO-004", "pass")
case("FWO-004", "fail", "no answers", edit={NFT: (RELATED, "")})
case("FWO-004", "fail", "no path MTU for IPv6",
     edit={NFT: ("ct state established,related accept\n((?:.*\n)*?)\t\ticmpv6 .*\n", "ct state established accept\n")},
     objects=[{"family": "ip", "protocol": "icmp"}, {"family": "ip6", "protocol": "icmpv6"}])
no_postfix("FWO-004")
case("FWO-004", "unknown", loop=[NFT])

case("FWO-005", "pass")
case("FWO-005", "fail", edit={NFT: ("reject with tcp reset", "drop")}, objects=[{"port": "25", "protocol": "tcp"}])
case("FWO-005", "na", "nothing is stopped", edit={NFT: (GUARD, "")})
no_postfix("FWO-005")
case("FWO-005", "unknown", loop=[NFT])
