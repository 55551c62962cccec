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


def listing(policy="drop", ports=(22, 25, 587), shut=()):
    """What the kernel lists for the rules of the base, but for policy and ports of input, and ports shut outward."""
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
             {"accept": None}),
        *(rule("output", 6 + i, match({"payload": {"protocol": "tcp", "field": "dport"}}, port), {"drop": None})
          for i, port in enumerate(shut))]}


def live(**kwargs):
    return {"nftables.json": json.dumps(listing(**kwargs))}


# what nobody knows when the rules are read: the hour at which a packet comes
HOURS = 'meta hour "08:00"-"18:00" '


def depends(port, family=""):
    """A port of the base that is open at some hours."""
    others = " , ".join(p for p in ("22", "25", "587") if p != port)
    return {NFT: ("tcp dport { 22, 25, 587 } accept", f"tcp dport {{ {others} }} accept\n\t\t{family}{HOURS}tcp dport {port} accept")}


case("FWI-001", "pass")
case("FWI-001", "pass", "firewalld", do=firewalld)
case("FWI-001", "fail", do=lambda r: enable(r, "firewalld"), objects=[{"service": "firewalld, nftables.service"}])
case("FWI-001", "fail", "none", cut=[UNITS + "sysinit.target.wants/nftables.service"])
case("FWI-001", "unknown", cut=["etc/systemd"], live={})
case("FWI-001", "fail", "two more", do=lambda r: enable(enable(r, "iptables"), "ip6tables"),
     objects=[{"service": "nftables.service, iptables-services"}])
case("FWI-001", "pass", "one manager with two units", cut=[UNITS + "sysinit.target.wants/nftables.service"],
     do=lambda r: enable(enable(r, "iptables"), "ip6tables"), says="iptables-services loads the rules.")
case("FWI-001", "pass", "ufw is not switched on", do=lambda r: enable(r, "ufw").put("etc/ufw/ufw.conf", "ENABLED=no\n"))
case("FWI-001", "fail", "ufw is switched on", do=lambda r: enable(r, "ufw").put("etc/ufw/ufw.conf", "ENABLED=yes\n"),
     objects=[{"service": "nftables.service, ufw"}])

case("FWI-002", "pass")
case("FWI-002", "pass", "firewalld", do=firewalld)
case("FWI-002", "fail", edit={NFT: ("input priority filter; policy drop", "input priority filter; policy accept")},
     objects=[{"family": "ip"}, {"family": "ip6"}])
case("FWI-002", "fail", "IPv6", edit={NFT: ("ct state invalid drop", "meta nfproto ipv6 accept")}, objects=[{"family": "ip6"}])
case("FWI-002", "unknown", loop=[NFT])
TWO = {"addresses.json": [
    {"ifname": "eth0", "addr_info": [{"family": "inet", "local": "192.0.2.1", "prefixlen": 24}]},
    {"ifname": "eth1", "addr_info": [{"family": "inet", "local": "198.51.100.1", "prefixlen": 24}]}]}
case("FWI-002", "fail", "of an interface", live=TWO, edit={NFT: ("ct state invalid drop", "iifname eth1 accept")},
     objects=[{"family": "ip", "interface": "eth1"}], at=NFT, says="What no rule names is let in on eth1 (IPv4).")
case("FWI-002", "unknown", "at some hours", edit={NFT: ("ct state invalid drop", HOURS + "accept")},
     objects=[{"family": "ip"}, {"family": "ip6"}])

case("FWI-003", "pass")
case("FWI-003", "pass", "firewalld", do=firewalld)
case("FWI-003", "fail", "firewalld", do=lambda r: firewalld(r, '<service name="smtp-submission"/>'),
     objects=[{"port": "25", "protocol": "tcp", "purpose": "listener smtpd smtp"}])
case("FWI-003", "fail", edit={NFT: ("22, 25, 587", "22, 587")},
     objects=[{"port": "25", "protocol": "tcp", "purpose": "listener smtpd smtp"}],
     at=NFT)
case("FWI-003", "fail", "now", live={**live(ports=(22, 587)), "addresses.json": [
    {"ifname": "eth0", "addr_info": [{"family": "inet", "local": "192.0.2.1", "prefixlen": 24}]}]},
     fix=["nft add rule inet filter input iifname eth0 tcp dport 25 accept", ""])
case("FWI-003", "na", "the role", base="null-client")
no_postfix("FWI-003", args=["--role", "mx"])
case("FWI-003", "unknown", loop=[NFT], says="no firewall ruleset was read: etc/nftables.conf: Too many levels")
case("FWI-003", "unknown", "no ruleset in a bundle", cut=[NFT], live={}, says="no firewall ruleset was read: no ruleset in this root")
case("FWI-003", "unknown", "master.cf", loop=[MASTER], args=["--role", "mx"])
case("FWI-003", "unknown", "at some hours", edit=depends("25"), objects=[{"port": "25", "protocol": "tcp", "purpose": "listener smtpd smtp"}])
case("FWI-003", "na", "another port alone", do=lambda r: r.edit(MASTER, "^smtp       inet", "2525       inet").edit(
    MASTER, r"^submission .*\n  -o.*\n  -o.*\n", ""), args=["--role", "mx"])
case("FWI-003", "pass", "a limit alone", edit={NFT: ("tcp dport { 22, 25, 587 } accept",
                                                    "tcp dport { 22, 587 } accept\n\t\ttcp dport 25 limit rate 10/minute accept")})

FILTER = "0.0.0.0:10025 inet n - n - - smtpd\n  -o content_filter=\n"
POLICY = "10031 inet n n n - 0 spawn\n  user=nobody argv=/usr/bin/policyd\n"
case("FWI-004", "pass", master=FILTER)
case("FWI-004", "pass", "on loopback", master=FILTER.replace("0.0.0.0", "127.0.0.1"),
     edit={NFT: ("22, 25, 587", "22, 25, 587, 10025")})
case("FWI-004", "fail", master=FILTER, edit={NFT: ("22, 25, 587", "22, 25, 587, 10025")},
     objects=[{"port": "10025", "protocol": "tcp", "service": "smtpd"}])
case("FWI-004", "fail", "a policy server", master=POLICY, edit={NFT: ("22, 25, 587", "22, 25, 587, 10031")},
     objects=[{"port": "10031", "protocol": "tcp", "service": "spawn"}])
case("FWI-004", "na", "a server for all", master="2525 inet n - n - - smtpd\n  -o smtpd_tls_security_level=encrypt\n")
for option in ("receive_override_options=no_address_mappings", "smtpd_authorized_xforward_hosts=192.0.2.7"):
    case("FWI-004", "fail", option, master=f"10025 inet n - n - - smtpd\n  -o {option}\n",
         edit={NFT: ("22, 25, 587", "22, 25, 587, 10025")}, objects=[{"port": "10025", "protocol": "tcp", "service": "smtpd"}],
         at=MASTER)
case("FWI-004", "na", "postscreen", master="2525 inet n - n - 1 postscreen\n")
for host in ("localhost", "127.0.0.2", "[::1]"):
    case("FWI-004", "pass", "on " + host, master=FILTER.replace("0.0.0.0", host),
         edit={NFT: ("22, 25, 587", "22, 25, 587, 10025")})
case("FWI-004", "pass", "the whole host on loopback", master=FILTER.replace("0.0.0.0:", ""),
     main={"inet_interfaces": "loopback-only"}, edit={NFT: ("22, 25, 587", "22, 25, 587, 10025")})
case("FWI-004", "unknown", "at some hours", master=FILTER,
     edit={NFT: ("22, 25, 587 } accept", "22, 25, 587 } accept\n\t\t" + HOURS + "tcp dport 10025 accept")},
     objects=[{"port": "10025", "protocol": "tcp", "service": "smtpd"}], at=MASTER)
MILTER = {"smtpd_milters": "inet:localhost:8891"}
OPEN_MILTER = {NFT: ("22, 25, 587", "22, 25, 587, 8891")}


def sockets(*rows):
    """A bundle of a running host with these listening sockets."""
    return {"sockets.json": [dict(zip(("address", "port", "udp", "pid", "program"), row)) for row in rows]}


ALL_MILTER, OWN_MILTER = ("0.0.0.0", 8891, False, 810, "opendkim"), ("127.0.0.1", 8891, False, 810, "opendkim")
case("FWI-004", "fail", "a milter that all reach", main=MILTER, edit=OPEN_MILTER, live=sockets(ALL_MILTER),
     objects=[{"port": "8891", "protocol": "tcp", "service": "smtpd_milters"}], at="etc/postfix/main.cf")
case("FWI-004", "fail", "by its address", main={"smtpd_milters": "inet:127.0.0.1:8891"}, edit=OPEN_MILTER,
     live=sockets(ALL_MILTER),
     objects=[{"port": "8891", "protocol": "tcp", "service": "smtpd_milters"}])
case("FWI-004", "pass", "a milter on loopback", main=MILTER, edit=OPEN_MILTER,
     live=sockets(OWN_MILTER, ("0.0.0.0", 25, False, 702, "master"), ("0.0.0.0", 8891, True, 811, "collector")))
case("FWI-004", "pass", "where a milter listens is not known", main=MILTER, edit=OPEN_MILTER)
case("FWI-004", "na", "a milter of another host", main={"smtpd_milters": "inet:192.0.2.7:8891"}, edit=OPEN_MILTER, live=sockets(ALL_MILTER))
case("FWI-004", "fail", "the way back from a filter", main={"content_filter": "smtp:[127.0.0.1]:10025"}, master=FILTER,
     edit={NFT: ("22, 25, 587", "22, 25, 587, 10025")}, live=sockets(("0.0.0.0", 10025, False, 702, "master")),
     objects=[{"port": "10025", "protocol": "tcp", "service": "smtpd"}])
case("FWI-004", "na", "none")
no_postfix("FWI-004")
case("FWI-004", "unknown", loop=[NFT])

case("FWI-005", "pass", base="null-client")
case("FWI-005", "fail", base="null-client", edit={NFT: ("tcp dport 22 accept", "tcp dport { 22, 25 } accept")},
     objects=[{"port": "25", "protocol": "tcp"}])
case("FWI-005", "na", "the role")
case("FWI-005", "unknown", "at some hours", base="null-client",
     edit={NFT: ("tcp dport 22 accept", "tcp dport 22 accept\n\t\t" + HOURS + "tcp dport 25 accept")},
     objects=[{"port": "25", "protocol": "tcp"}])
ETH = {"addresses.json": [{"ifname": "eth0", "addr_info": [{"family": "inet", "local": "192.0.2.1", "prefixlen": 24}]}]}
case("FWI-005", "fail", "of an interface", base="null-client", live=ETH,
     edit={NFT: ("tcp dport 22 accept", "tcp dport 22 accept\n\t\tiifname eth0 tcp dport 25 accept")},
     objects=[{"port": "25", "protocol": "tcp", "interface": "eth0"}], at=NFT)
no_postfix("FWI-005", args=["--role", "null-client"])
case("FWI-005", "unknown", base="null-client", loop=[NFT])

case("FWI-006", "pass")
V4, V6 = "meta nfproto ipv4 ", "meta nfproto ipv6 "
case("FWI-006", "fail", edit={NFT: ("tcp dport { 22, 25, 587 } accept", V4 + "tcp dport { 25, 587 } accept")},
     says="Port 25 is open for IPv4 and shut for IPv6", at=NFT)
case("FWI-006", "fail", "IPv6 alone", edit={NFT: ("tcp dport { 22, 25, 587 } accept", V6 + "tcp dport { 25, 587 } accept")},
     says="Port 25 is open for IPv6 and shut for IPv4")
case("FWI-006", "unknown", "at some hours", edit=depends("25", V6), objects=[{"port": "25", "protocol": "tcp", "purpose": "listener smtpd smtp"}])
case("FWI-006", "pass", "both at some hours", edit=depends("25"))
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
case("FWI-007", "fail", "a rule", edit={NFT: ('iif "lo" accept', 'iif "lo" drop')},
     objects=[{"family": "ip", "interface": "lo"}, {"family": "ip6", "interface": "lo"}], at=NFT + ":6")
case("FWI-007", "fail", "rejected", edit={NFT: ('iif "lo" accept', 'iif "lo" reject')})
case("FWI-007", "fail", "no answers", edit={NFT: ('iif "lo" accept', 'iif "lo" tcp dport 1-65535 ct state new accept')},
     do=lambda r: r.edit(NFT, 'oif "lo" accept', 'oif "lo" ct state established drop'))
case("FWI-007", "unknown", "at some hours", edit={NFT: ('iif "lo" accept', 'iif "lo" ' + HOURS + "accept")})
# the kernel stops what claims to be from 127.0.0.0/8 by itself, but where route_localnet is on
SYSCTL = "etc/sysctl.d/60-net.conf"
LOCALNET = "net.ipv4.conf.all.route_localnet = 1\n"
SPOOFED = {NFT: ("ip saddr 127.0.0.0/8 drop", "")}


def spoofed(status, name, text, **kwargs):
    case("FWI-007", status, name, edit=SPOOFED, put={SYSCTL: text}, **kwargs)


case("FWI-007", "pass", "no rule, the kernel does it", edit=SPOOFED)
case("FWI-007", "pass", "route_localnet and a rule", put={SYSCTL: LOCALNET})
spoofed("fail", "route_localnet", "# for a container\n" + LOCALNET, objects=[{"address": "127.0.0.0/8"}], at=SYSCTL + ":2",
        says="No rule stops packets from elsewhere that claim to be from 127.0.0.0/8, and route_localnet is on (all).")
spoofed("fail", "of one interface", "net.ipv4.conf.eth0.route_localnet = 1\n", says="is on (eth0)",
        objects=[{"address": "127.0.0.0/8", "interface": "eth0"}], at=SYSCTL + ":1")
spoofed("fail", "of a VLAN", "-net/ipv4/conf/eth0.7/route_localnet=1\nnet.ipv4.conf.eth1/8.route_localnet=1\n",
        objects=[{"address": "127.0.0.0/8", "interface": i} for i in ("eth0.7", "eth1.8")])
spoofed("fail", "of a pattern", "net.ipv4.conf.*.route_localnet = 1\n", objects=[{"address": "127.0.0.0/8"}])
spoofed("pass", "off", LOCALNET.replace("1", "0"))
spoofed("pass", "off again", LOCALNET + LOCALNET.replace("1", "0"))
spoofed("pass", "of loopback alone", "net.ipv4.conf.lo.route_localnet = 1\n")
spoofed("unknown", "kept from the pattern", "-net.ipv4.conf.all.route_localnet\n-net.ipv4.conf.eth0.route_localnet\n"
        "net.ipv4.conf.all.route_localnet = 0\nnet.ipv4.conf.?ll.route_localnet = 1\nnet.ipv4.conf.*.rp_filter = 1\n")
spoofed("unknown", "of interfaces still to come", "net.ipv4.conf.default.route_localnet = 1\n")
spoofed("unknown", "of a pattern of interfaces", "net.ipv4.conf.eth*.route_localnet = 1\n")
case("FWI-007", "unknown", "which interface", put={SYSCTL: LOCALNET},
     edit={NFT: ("ip saddr 127.0.0.0/8 drop", "iifname eth0 ip saddr 127.0.0.0/8 drop")}, objects=[{"address": "127.0.0.0/8"}])
case("FWI-007", "pass", "that interface", put={SYSCTL: "net.ipv4.conf.eth0.route_localnet = 1\n"},
     edit={NFT: ("ip saddr 127.0.0.0/8 drop", "iifname eth0 ip saddr 127.0.0.0/8 drop")})
case("FWI-007", "pass", "hidden by a file of that name", edit=SPOOFED,
     put={"usr/lib/sysctl.d/60-net.conf": LOCALNET, SYSCTL: "# nothing\n"})
case("FWI-007", "pass", "a later file", edit=SPOOFED,
     put={SYSCTL: LOCALNET, "usr/lib/sysctl.d/90-off.conf": LOCALNET.replace("1", "0")})
case("FWI-007", "fail", "sysctl.conf by a link", edit=SPOOFED, put={"etc/sysctl.conf": LOCALNET},
     do=lambda r: r.link("etc/sysctl.d/99-sysctl.conf", "../sysctl.conf"), at="etc/sysctl.d/99-sysctl.conf:1")
case("FWI-007", "unknown", "settings not read", edit=SPOOFED, loop=[SYSCTL])
case("FWI-007", "unknown", "a bundle that does not tell", edit=SPOOFED, live={},
     says="whether route_localnet is on is not in the evidence")
case("FWI-007", "pass", "a bundle that does not tell, a rule", live={})
case("FWI-007", "fail", "as the kernel has it", edit=SPOOFED, live={}, objects=[{"address": "127.0.0.0/8", "interface": "eth0"}],
     put={f"proc/sys/net/ipv4/conf/{i}/route_localnet": f"{int(i in ('eth0', 'default'))}\n"
          for i in ("all", "default", "lo", "eth0", "eth1")})
case("FWI-007", "pass", "off as the kernel has it", edit=SPOOFED, live={},
     put={"proc/sys/net/ipv4/conf/all/route_localnet": "0\n", SYSCTL: LOCALNET})
case("FWI-007", "unknown", "the kernel's settings not read", edit=SPOOFED, live={},
     put={"proc/sys/net/ipv4/conf/all/route_localnet": "0\n"}, loop=["proc/sys/net/ipv4/conf/eth0/route_localnet"])
case("FWI-007", "fail", "a sosreport", edit=SPOOFED, objects=[{"address": "127.0.0.0/8"}],
     put={"sos_commands/kernel/sysctl_-a": "kernel.ostype = Linux\n" + LOCALNET})
case("FWI-007", "pass", "a sosreport, off", edit=SPOOFED,
     put={"sos_commands/kernel/sysctl_-a": LOCALNET.replace("1", "0") + "net.ipv4.conf.default.route_localnet = 1\n"})
case("FWI-007", "unknown", "a sosreport that does not tell", edit=SPOOFED,
     put={"sos_commands/kernel/sysctl_-a": "kernel.ostype = Linux\n", SYSCTL: LOCALNET})

case("FWI-008", "pass", live=live())
case("FWI-008", "fail", live=live(ports=(22, 25)))
case("FWI-008", "fail", "the policy", live=live(policy="accept"))
case("FWI-008", "na", "nothing runs")
no_postfix("FWI-008")
case("FWI-008", "unknown", live=live(), loop=[NFT])
case("FWI-008", "fail", "shut now", live=live(ports=(22, 25)),
     objects=[{"port": "587", "protocol": "tcp", "purpose": "listener smtpd submission", "family": f} for f in ("ip", "ip6")],
     says="Incoming port 587 is shut now and open after the next boot.")
case("FWI-008", "fail", "open now", live=live(), edit={NFT: ("22, 25, 587", "22, 25")},
     says="Incoming port 587 is open now and shut after the next boot.")
case("FWI-008", "unknown", "at some hours", live=live(), edit=depends("587"),
     says="incoming port 587 is open now and not certain after the next boot")
case("FWI-008", "fail", "outward", live=live(), edit={NFT: (OUT, "udp dport 53 drop")},
     says="Outgoing port 53 is open now and shut after the next boot.", at=NFT + ":20")

case("FWI-009", "pass", do=firewalld)
case("FWI-009", "fail", do=lambda r: firewalld(r, conf="DefaultZone=public\nFirewallBackend=iptables\n"),
     objects=[{"parameter": "FirewallBackend"}], at=FIREWALLD + ":2")
case("FWI-009", "na", "nftables.service")
case("FWI-009", "pass", "said so", do=lambda r: firewalld(r, conf="FirewallBackend=nftables\n"))
case("FWI-009", "unknown", "no units", cut=["etc/systemd", NFT], live={})
case("FWI-009", "pass", "the default of a file that is not there", do=lambda r: firewalld(r).cut(FIREWALLD))
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
FIRST = "tcp dport { 22, 25, 587 } accept"
case("FWI-010", "fail", "a range of ports", append={NFT: SECOND}, edit={NFT: (FIRST, "tcp dport 20-600 accept")})
case("FWI-010", "fail", "rejected", append={NFT: SECOND.replace("drop", "reject")})
for name, rule in (("another port", "tcp dport { 22, 80 } accept\n\t\ttcp dport != 80 accept"), ("UDP", "udp dport 25 accept"),
                   ("counted only", "tcp dport 25 counter\n\t\tmeta l4proto tcp accept"),
                   ("all but one", "tcp dport != 24 accept"), ("refused as well", "tcp dport 25 drop")):
    case("FWI-010", "pass", name, append={NFT: SECOND}, edit={NFT: (FIRST, rule)})
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
case("FWI-011", "pass", "loopback's addresses",
     do=lambda r: firewalld(r).put("etc/firewalld/zones/trusted.xml", TRUSTED % '<source address="127.0.0.0/8"/>'))
case("FWI-011", "unknown", "no units", cut=["etc/systemd", NFT], live={})
case("FWI-011", "fail", "two zones of its own", do=lambda r: firewalld(r).put(
    "etc/firewalld/zones/office.xml", TRUSTED % '<interface name="wlan0"/><source address="10.0.0.0/8"/>').put(
    "etc/firewalld/zones/plant.xml", TRUSTED % '<interface name="eth0"/>'),
     objects=[{"zone": "office", "address": "10.0.0.0/8"}, {"zone": "office", "interface": "wlan0"}, {"zone": "plant", "interface": "eth0"}])
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
case("FWI-012", "pass", "the firewall's", edit={NFT: ("ct state invalid drop", LIMIT)}, main={"smtpd_client_connection_rate_limit": "0"})
case("FWI-012", "pass", "a limit of other ports", edit={NFT: ("ct state invalid drop", LIMIT.replace("25", "22"))},
     main={"smtpd_client_connection_rate_limit": "30"})
case("FWI-012", "na", "no listener", do=lambda r: r.edit(MASTER, "^smtp       inet", "2525       inet").edit(
    MASTER, r"^submission .*\n  -o.*\n  -o.*\n", ""), args=["--role", "mx"])
case("FWI-012", "unknown", "a value", main={"smtpd_client_connection_count_limit": "${other"},
     objects=[{"parameter": "smtpd_client_connection_rate_limit"}])

case("FWO-001", "pass")
case("FWO-001", "fail", edit={NFT: (OUT, "tcp dport { 25, 587 } drop")}, at=NFT)
case("FWO-001", "fail", "now", live=live(shut=(587,)), objects=[{"port": "587", "protocol": "tcp", "purpose": "next hop transport_maps 192.0.2.25"}],
     fix=["nft insert rule inet filter output handle 6 meta skuid 101 ip daddr 192.0.2.25 tcp dport 587 accept", ""])
case("FWO-001", "fail", "behind loopback", edit={NFT: (OUT, OUT + "\n\t\ttcp dport { 25, 587 } drop")})
case("FWO-001", "na", "sends nothing", main={"default_transport": "error:none", "relay_transport": "error:none",
                                             "transport_maps": None, "smtpd_milters": None})
no_postfix("FWO-001")
case("FWO-001", "unknown", loop=[NFT])
case("FWO-001", "unknown", "a table", loop=["etc/postfix/transport"])
case("FWO-001", "unknown", "at some hours", edit={NFT: (OUT, OUT + "\n\t\ttcp dport { 25, 587 } meta hour != \"08:00\"-\"18:00\" drop")},
     says="port 25 is open depends on what the evidence does not hold: ")
case("FWO-001", "unknown", "nothing known goes out, and a table", main={"default_transport": "error:none", "relay_transport": "error:none",
                                                                      "smtpd_milters": None}, loop=["etc/postfix/transport"])

case("FWO-002", "pass")
case("FWO-002", "fail", edit={NFT: (OUT, "udp dport 53 drop")})
case("FWO-002", "fail", "TCP", edit={NFT: (OUT, "tcp dport 53 drop")},
     objects=[{"port": "53", "protocol": "tcp", "purpose": "resolver"}])
no_postfix("FWO-002")
case("FWO-002", "unknown", loop=[NFT])
case("FWO-002", "na", "no resolver", cut=["etc/resolv.conf"])
case("FWO-002", "unknown", "resolvers unread", loop=["etc/resolv.conf"])
case("FWO-002", "unknown", "a resolver of another form", put={"etc/resolv.conf": "nameserver @DNS@\n"},
     says="etc/resolv.conf could not be read, or not all of it")
case("FWO-002", "na", "no line of a resolver", put={"etc/resolv.conf": "search example.org\n"})
case("FWO-002", "unknown", "at some hours", edit={NFT: (OUT, 'meta hour "08:00"-"18:00" udp dport 53 drop')},
     objects=[{"port": "53", "protocol": "udp", "purpose": "resolver"}])

GUARD = "tcp dport 25 meta skuid != 101 reject with tcp reset"
case("FWO-003", "pass")
case("FWO-003", "fail", edit={NFT: (GUARD, "")}, objects=[{"port": "25", "protocol": "tcp"}])
no_postfix("FWO-003")
case("FWO-003", "unknown", loop=[NFT])
case("FWO-003", "pass", "nobody's own number", edit={NFT: (GUARD, "tcp dport 25 meta skuid 99 drop")},
     do=lambda r: r.edit("etc/passwd", "nobody:x:65534:65534", "nobody:x:99:99"))
case("FWO-003", "unknown", "at some hours", edit={NFT: (GUARD, HOURS + GUARD)}, objects=[{"port": "25", "protocol": "tcp"}])

RELATED = "ct state established,related accept"
case("FWO-004", "pass")
case("FWO-004", "fail", "no answers", edit={NFT: (RELATED, "")})
case("FWO-004", "fail", "no path MTU for IPv6",
     edit={NFT: ("ct state established,related accept\n((?:.*\n)*?)\t\ticmpv6 .*\n", "ct state established accept\n")},
     objects=[{"family": "ip", "protocol": "icmp"}, {"family": "ip6", "protocol": "icmpv6"}])
no_postfix("FWO-004")
case("FWO-004", "unknown", loop=[NFT])
ICMP = RELATED + "\n((?:.*\n)*?)\t\ticmpv6 .*\n"
BY_TYPE = "ct state established accept\n\t\t"
NO_V6, NO_V4 = [{"family": "ip6", "protocol": "icmpv6"}], [{"family": "ip", "protocol": "icmp"}]
for name, rule in (("by type", "icmp type destination-unreachable accept\n\t\ticmpv6 type packet-too-big accept"),
                   ("a set of types", "icmp type { echo-request, destination-unreachable } accept\n\t\ticmpv6 type 1-4 accept"),
                   ("the whole protocol", "meta l4proto { 1, 58 } accept"),
                   ("by their headers", "ip protocol 1 accept\n\t\tip6 nexthdr 58 accept"),
                   ("a map", "ct state vmap { related : accept, invalid : drop }"),
                   ("a log in between", "ct state related log prefix \"r\" accept")):
    case("FWO-004", "pass", name, edit={NFT: (ICMP, BY_TYPE + rule + "\n")})
for name, rule, objects in (("IPv4 alone", "icmp type destination-unreachable accept", NO_V6),
                            ("IPv6 alone", "icmpv6 type packet-too-big accept", NO_V4),
                            ("other types", "icmp type echo-request accept\n\t\ticmpv6 type packet-too-big accept", NO_V4),
                            ("all but these", "icmp type != destination-unreachable accept\n\t\ticmpv6 type packet-too-big accept", NO_V4),
                            ("dropped", "icmp type destination-unreachable drop\n\t\ticmpv6 type packet-too-big accept", NO_V4),
                            ("an echo for all", "icmp type echo-request accept\n\t\tct state related drop", NO_V4 + NO_V6)):
    case("FWO-004", "fail", name, edit={NFT: (ICMP, BY_TYPE + rule + "\n")}, objects=objects)
case("FWO-004", "pass", "nothing is refused", edit={NFT: (ICMP, BY_TYPE + "\n")},
     do=lambda r: r.edit(NFT, "input priority filter; policy drop", "input priority filter; policy accept"))
case("FWO-004", "unknown", "at some hours", edit={NFT: (ICMP, BY_TYPE + HOURS + "accept\n")}, objects=NO_V4 + NO_V6)

case("FWO-005", "pass")
case("FWO-005", "fail", edit={NFT: ("reject with tcp reset", "drop")}, objects=[{"port": "25", "protocol": "tcp"}])
case("FWO-005", "na", "nothing is stopped", edit={NFT: (GUARD, "")})
no_postfix("FWO-005")
case("FWO-005", "unknown", loop=[NFT])
case("FWO-005", "pass", "rejected by an ICMP message", edit={NFT: ("reject with tcp reset", "reject")})
case("FWO-005", "fail", "IPv6", edit={NFT: (GUARD, "meta nfproto ipv6 tcp dport 25 meta skuid != 101 drop")}, at=NFT)
case("FWO-005", "unknown", "at some hours", edit={NFT: (GUARD, HOURS + GUARD)}, objects=[{"port": "25", "protocol": "tcp"}])
