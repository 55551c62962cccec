# SPDX-License-Identifier: GPL-2.0-or-later
"""Random nftables rulesets that use most of the language, and packets that come near what they ask.

Generated lines may exclude each other or be unknown to the nft or the kernel at hand: load() drops the
lines that are refused, one by one, until the rest loads."""
import re
import subprocess

NEAR4, NEAR6 = "198.51.100.10", "2001:db8:1::10"
FAR4 = ["203.0.113.7", "203.0.113.66", "203.0.113.200", "192.0.2.1", "192.0.2.130", "10.1.2.3", "10.200.0.9",
        "172.16.5.5", "8.8.8.8"]
FAR6 = ["2001:db8:2::1", "2001:db8:2::ffff", "2001:db8:3::7", "2a00:1450::25", "fd00:9::1"]
NETS4 = ["203.0.113.0/24", "203.0.113.64/26", "192.0.2.0/25", "10.0.0.0/8", "172.16.0.0/12", "8.8.8.8",
         "192.0.2.100-192.0.2.200", "0.0.0.0/1"]
NETS6 = ["2001:db8:2::/48", "2001:db8:2::/127", "2a00::/12", "fd00::/8", "2001:db8:3::7"]
PORTS = [25, 465, 587, 2525]
MORE_PORTS = PORTS + [22, 80, 10025]


class Ruleset:
    """One random ruleset: text(), and probes() near it."""

    def __init__(self, rng):
        self.rng = rng
        self.names = {}
        self.subs = []

    # ---- small parts

    def some(self, pool, lo=1, hi=4):
        return self.rng.sample(pool, self.rng.randint(lo, min(hi, len(pool))))

    def apart4(self):
        """prefixes that do not overlap"""
        return self.rng.choice([["203.0.113.0/24", "10.0.0.0/8"], ["203.0.113.64/26", "192.0.2.0/25", "8.8.8.8"],
                                ["192.0.2.100-192.0.2.200"], ["0.0.0.0/1", "192.0.2.1"], ["10.1.2.3", "172.16.0.0/12"]])

    def port(self):
        return self.rng.choice(PORTS + PORTS + MORE_PORTS)

    def ports(self):
        r = self.rng
        return r.choice([lambda: "%d" % self.port(), lambda: "!= %d" % self.port(),
                         lambda: "{ %s }" % ", ".join(map(str, self.some(MORE_PORTS, 2, 4))),
                         lambda: "!= { %s }" % ", ".join(map(str, self.some(MORE_PORTS, 2, 3))),
                         lambda: "%d-%d" % (r.choice([1, 25, 400]), r.choice([465, 587, 65535])),
                         lambda: "{ 20-30, 465, 500-600 }", lambda: "> %d" % self.port(), lambda: "<= %d" % self.port(),
                         lambda: "& 0x1 == 0x1", lambda: "& 0xff00 == 0x0200", lambda: "@ports", lambda: "!= @ports"])()

    def addr4(self):
        return self.rng.choice([lambda: self.rng.choice(FAR4), lambda: "!= " + self.rng.choice(FAR4),
                                lambda: self.rng.choice(NETS4), lambda: "!= " + self.rng.choice(NETS4[:5]),
                                lambda: "{ %s }" % ", ".join(self.apart4()), lambda: "!= { %s }" % ", ".join(self.apart4()),
                                lambda: "@nets", lambda: "!= @nets", lambda: "@hosts", lambda: "@timed", lambda: "@all",
                                lambda: "& 255.255.255.0 == 203.0.113.0", lambda: "& 0.0.0.255 == 0.0.0.1",
                                lambda: "& 255.0.0.0 != 10.0.0.0", lambda: "> 192.0.2.100", lambda: "< 100.0.0.0"])()

    def addr6(self):
        return self.rng.choice([lambda: self.rng.choice(FAR6), lambda: "!= " + self.rng.choice(FAR6),
                                lambda: self.rng.choice(NETS6), lambda: "!= " + self.rng.choice(NETS6),
                                lambda: "{ 2001:db8:2::/48, fd00::/8 }", lambda: "@nets6", lambda: "!= @nets6",
                                lambda: "& ffff:ffff:: == 2001:db8::", lambda: "2001:db8:2::1-2001:db8:2::100"])()

    def far(self, hook):
        return "daddr" if hook in ("output", "postrouting") else "saddr"

    # ---- matches

    def by_address(self, hook):
        side = self.far(hook) if self.rng.random() < .85 else self.rng.choice(["saddr", "daddr"])
        if self.rng.random() < .6:
            return "ip %s %s" % (side, self.addr4())
        return "ip6 %s %s" % (side, self.addr6())

    def by_concat(self, hook):
        s = self.far(hook)
        dev = "oifname" if s == "daddr" else "iifname"
        return self.rng.choice([
            "ip %s . tcp dport @pairs" % s, "ip %s . tcp dport != @pairs" % s,
            "ip %s . meta l4proto . th dport @triples" % s,
            "ip %s . tcp dport { 203.0.113.0/24 . 25, 192.0.2.0-192.0.2.99 . 400-600, 10.0.0.0/8 . 587 }" % s,
            "ip %s . tcp dport { 203.0.113.7 . 25, 192.0.2.1 . 465, 8.8.8.8 . 587 }" % s,
            "ip6 %s . tcp dport { 2001:db8:2::/48 . 25, fd00::/8 . 1-600 }" % s,
            "%s . tcp dport { \"eth0\" . 25, \"eth1\" . 587, \"lo\" . 465 }" % dev,
            "%s . ip %s { \"eth0\" . 203.0.113.7, \"eth0\" . 10.1.2.3 }" % (dev, s),
            "meta l4proto . tcp dport { tcp . 25, udp . 465, tcp . 587 }",
            "meta nfproto . tcp dport { ipv4 . 25, ipv6 . 587 }",
            "ip saddr . ip daddr { 203.0.113.7 . 198.51.100.10, 198.51.100.10 . 203.0.113.7 }",
            "tcp dport . meta mark { 25 . 0x1, 587 . 0x0, 465 . 0x0 }",
            "ip %s . meta mark { 203.0.113.7 . 0x0, 10.1.2.3 . 0x10 }" % s,
            "ip %s & 255.255.255.0 . tcp dport { 203.0.113.0 . 25, 192.0.2.0 . 587 }" % s])

    def by_device(self, hook):
        if hook in ("output", "postrouting"):
            return self.rng.choice(['oifname "eth0"', 'oif "eth0"', 'oifname != "eth0"', 'oifname "eth*"', "oifname @devs",
                                    'oifname { "eth1", "lo" }', "oif lo", "meta oiftype ether", "oifname @devs_wild"])
        return self.rng.choice(['iifname "eth0"', 'iif "eth0"', 'iifname != "eth0"', 'iifname "eth*"', "iifname @devs",
                                'iifname { "eth1", "lo" }', "iif lo", "iif != lo", "meta iiftype ether", "iifname @devs_wild",
                                'iifname != "lo"', "meta iiftype loopback", "iifgroup default", "meta pkttype host",
                                "meta pkttype != unicast", "meta ibrname \"br0\"", "meta iifkind \"veth\""])

    def by_ct(self, hook):
        return self.rng.choice([
            "ct state new", "ct state { new, untracked }", "ct state != established", "ct state new,established",
            "ct state ! new", "ct state invalid", "ct state untracked", "ct state & (new | established) != 0",
            "ct direction original", "ct direction reply", "ct status dnat", "ct status snat", "ct status ! dnat",
            "ct status confirmed", "ct status assured", "ct status seen-reply",
            "ct mark 0x0", "ct mark 0x7", "ct mark & 0xf == 0x7", "ct mark != 0x0", "ct protocol tcp",
            # in front of what implies the family nft's listing drops it, and the kernel asks it
            "ct l3proto ipv4 counter",
            "ct original ip saddr 203.0.113.0/24", "ct original ip daddr 198.51.100.10", "ct original proto-dst 25",
            "ct original proto-dst { 25, 587 }", "ct reply proto-src 25", "ct original saddr 203.0.113.7",
            "ct expiration > 10", "ct bytes > 1000", "ct zone 0", "ct id 5", "ct helper \"ftp\"", "ct reply ip saddr 198.51.100.10",
            "ct avgpkt > 100", "ct packets < 3"])

    def by_meta(self, hook):
        return self.rng.choice([
            "meta mark 0x0", "meta mark 0x1", "meta mark & 0xff == 0x10", "meta mark != 0x1", "meta mark @marks",
            "meta mark { 0x1, 0x10-0x20 }", "meta mark > 0x5", "meta mark and 0x1 == 0x1", "meta mark & 0x11 != 0x0",
            "meta l4proto tcp", "meta l4proto { tcp, udp }", "meta l4proto != tcp", "meta l4proto 6-17", "meta l4proto > 1",
            "meta nfproto ipv4", "meta nfproto ipv6", "meta protocol ip", "meta protocol { ip, ip6 }", "meta protocol != ip6",
            "meta length > 40", "meta length < 30", "meta priority 0", "meta cpu < 64", "meta random < 5", "meta hour \"00:00\"-\"23:59\"",
            "meta day { \"Monday\", \"Saturday\" }", "meta rtclassid 0", "meta secpath missing", "meta skuid 0", "meta skuid { 0, 89 }",
            "meta skuid 80-100", "meta skgid 89", "meta skuid != 89", "socket mark 5", "socket transparent 1", "rt classid 0",
            "meta cgroup 1", "osf name \"Linux\"", "rt mtu > 100", "meta time > \"2020-01-01\""])

    def by_header(self, hook):
        return self.rng.choice([
            "ip protocol tcp", "ip protocol { tcp, udp }", "ip protocol != udp", "ip version 4", "ip hdrlength 5", "ip ttl > 5",
            "ip ttl 64", "ip dscp 0", "ip dscp != cs1", "ip length < 100", "ip frag-off & 0x1fff == 0", "ip frag-off 0", "ip id 0",
            "ip ecn not-ect", "ip checksum 0", "ip option rr exists", "ip6 nexthdr tcp", "ip6 nexthdr { tcp, udp }",
            "ip6 nexthdr != udp", "ip6 hoplimit > 3", "ip6 version 6", "ip6 flowlabel 0", "ip6 length > 10", "ip6 dscp 0",
            "exthdr frag missing", "exthdr frag exists", "exthdr hbh exists", "exthdr rt missing", "frag id 5", "rt type 0",
            "hbh nexthdr tcp", "mh type 1", "dst nexthdr 6",
            "tcp flags syn", "tcp flags & (syn|ack) == syn", "tcp flags & (fin|syn|rst|ack) == syn", "tcp flags ! ack",
            "tcp flags != syn", "tcp flags { syn, ack }", "tcp flags & syn != 0", "tcp flags & (fin|rst) == 0", "tcp flags ack",
            "tcp flags syn,ack", "tcp flags == syn", "tcp flags ! fin,rst", "tcp flags & (syn|rst) != (syn|rst)",
            "tcp option maxseg exists", "tcp option maxseg size > 100", "tcp option sack-perm missing", "tcp window > 10",
            "tcp sequence 5", "tcp doff 5", "tcp checksum 0", "tcp urgptr 0", "tcp ackseq 0", "tcp reserved 0",
            "tcp sport 1024-65535", "tcp sport > 1023", "tcp sport < 1024", "tcp sport != 25", "tcp sport { 1-1023 }",
            "th dport 25", "meta l4proto tcp th dport { 25, 587 }", "th sport > 1023", "udp dport 25", "udp dport { 53, 25 }",
            "icmp type echo-request", "icmpv6 type nd-neighbor-solicit", "icmp code 3", "esp spi 5", "ah spi 5", "comp cpi 1",
            "sctp dport 25", "dccp dport 25", "udplite dport 25", "igmp type membership-query",
            "@th,16,16 25", "@th,16,16 & 0xff00 == 0x0200", "@nh,72,8 6", "@nh,96,32 0xcb007107", "@th,0,16 > 1023", "@ll,0,8 0x2",
            "@nh,0,4 4", "@th,16,16 { 25, 587 }", "@ih,0,8 0x45", "@th,104,8 0x2", "@nh,0,8 0x45",
            "ether saddr 00:11:22:33:44:55", "ether type ip", "ether type ip6", "ether daddr != ff:ff:ff:ff:ff:ff", "vlan id 5", "arp operation request"])

    def by_fib(self, hook):
        return self.rng.choice([
            "fib saddr type != local", "fib daddr type local", "fib daddr type { local, broadcast, multicast }", "fib saddr type unicast",
            "fib daddr . iif type local", "fib saddr . iif oif missing", "fib saddr . iif oif exists", "fib saddr oif \"eth0\"",
            "fib saddr oifname \"eth0\"", "fib saddr . iif oifname \"eth0\"", "fib saddr . mark . iif oif exists", "fib daddr oif exists",
            "fib saddr . mark oif missing", "fib daddr . oif type local", "fib saddr oif != \"eth1\"", "fib saddr . iif oif 0"])

    def by_chance(self, hook):
        return self.rng.choice([
            "limit rate 1000/second", "limit rate over 1/day burst 1 packets", "limit rate 10 mbytes/second", "quota 10 mbytes",
            "quota over 1000 mbytes", "ct count over 50", "ct count 10", "numgen random mod 2 == 0", "numgen inc mod 3 1",
            "jhash ip saddr mod 2 == 0", "symhash mod 2 0", "limit name \"lim\"", "quota name \"quo\"", "add @meter { ip saddr limit rate 10/second }",
            "update @meter { ip saddr limit rate over 1/day }", "add @conns { ip saddr ct count over 5 }", "ip saddr @meter", "ip daddr @filled",
            "meter mm { ip saddr . tcp dport timeout 60s limit rate over 1/hour }", "numgen inc mod 10 < 5", "ct label 5"])

    def match(self, hook, depth=0):
        x = self.rng.random()
        for p, f in ((.42, None), (.58, self.by_address), (.67, self.by_concat), (.73, self.by_device), (.80, self.by_ct), (.86, self.by_meta),
                     (.945, self.by_header), (.98, self.by_fib), (1, self.by_chance)):
            if x < p:
                return f(hook) if f else "tcp dport " + self.ports()

    # ---- statements

    def change(self, hook):
        return self.rng.choice([
            "counter", "log prefix \"x \"", "log level debug flags all", "meta mark set 0x1", "meta mark set 0x10", "meta mark set meta mark | 0x10",
            "meta mark set meta mark & 0xfffffffe", "meta mark set meta mark ^ 0x11", "meta mark set meta mark and 0xf0 or 0x1",
            "meta mark set tcp dport map { 25 : 0x1, 587 : 0x10 }", "meta mark set ip saddr map @markof", "meta mark set ct mark", "meta mark set ip dscp",
            "meta mark set meta mark << 4", "meta mark set tcp dport", "meta mark set numgen inc mod 2", "meta mark set jhash ip saddr mod 4",
            "ct mark set 0x7", "ct mark set meta mark", "ct mark set meta mark & 0xff", "ct mark set ct mark | 0x7", "ct mark set tcp dport map { 25 : 7, 587 : 1 }",
            "meta priority set 1:1", "ip dscp set cs1", "ip ttl set 3", "ip6 hoplimit set 9", "tcp option maxseg size set 1000",
            "tcp option maxseg size set rt mtu", "tcp dport set 2525", "tcp sport set 999", "ip daddr set 198.51.100.11", "ct label set 5", "meta pkttype set unicast",
            "notrack", "ct zone set 5", "ct event set new", "ct helper set \"ftp\"", "counter name \"cnt\"", "ct timeout set \"tmo\"",
            "add @filled { ip saddr }", "update @filled { ip saddr timeout 5m }", "delete @filled { ip saddr }", "dup to 10.9.9.9",
            "add @hosts_dyn { ip saddr . tcp dport }", "set update ip saddr @filled", "reset tcp option sack-perm", "meta secmark set \"x\""])

    def refuse(self, hook):
        kinds = ["reject", "reject with tcp reset", "reject with icmpx admin-prohibited", "reject with icmpx host-unreachable", "reject with icmpx no-route",
                 "reject with icmpx port-unreachable", "reject with icmp host-prohibited", "reject with icmp net-unreachable", "reject with icmp prot-unreachable",
                 "reject with icmp net-prohibited", "reject with icmp admin-prohibited", "reject with icmpv6 no-route", "reject with icmpv6 admin-prohibited",
                 "reject with icmpv6 addr-unreachable", "reject with icmpv6 policy-fail", "reject with icmpv6 reject-route"]
        return self.rng.choice(kinds)

    def end(self, hook, depth):
        r, x = self.rng, self.rng.random()
        subs = self.subs[depth:]
        if x < .30:
            return "accept"
        if x < .46:
            return "drop"
        if x < .56:
            return self.refuse(hook)
        if x < .72 and subs:
            return r.choice(["jump ", "jump ", "goto "]) + r.choice(subs)
        if x < .78:
            return "return"
        if x < .80:
            return r.choice(["continue", "queue", "queue flags bypass", "jump { tcp dport 25 drop; }", "goto { accept; }"])
        return self.change(hook) + r.choice(["", "", " accept", " drop", " return"])

    def verdicts(self, depth):
        subs = self.subs[depth:]
        return self.rng.choice(["accept", "drop", "continue", "return"] + ["jump " + s for s in subs] + ["goto " + s for s in subs[:1]])

    def vmap(self, hook, depth):
        v = lambda: self.verdicts(depth)
        s = self.far(hook)
        return self.rng.choice([
            lambda: "tcp dport vmap { %s }" % ", ".join("%d : %s" % (p, v()) for p in self.some(MORE_PORTS, 2, 5)),
            lambda: "tcp dport vmap { 20-30 : %s, 465 : %s, 500-600 : %s }" % (v(), v(), v()),
            lambda: "tcp dport vmap { 25 : %s, * : %s }" % (v(), v()),
            lambda: "ip %s vmap { 203.0.113.0/24 : %s, 10.0.0.0/8 : %s, 192.0.2.1 : %s }" % (s, v(), v(), v()),
            lambda: "ip6 %s vmap { 2001:db8:2::/48 : %s, fd00::/8 : %s }" % (s, v(), v()),
            lambda: "ip %s . tcp dport vmap { 203.0.113.0/24 . 25 : %s, 10.0.0.0/8 . 1-600 : %s }" % (s, v(), v()),
            lambda: "ip %s . tcp dport vmap @pairmap" % s, lambda: "tcp dport vmap @portmap", lambda: "ip %s vmap @netmap" % s,
            lambda: "ct state vmap { new : %s, established : accept, invalid : drop }" % v(),
            lambda: "ct state vmap { invalid : drop, established : accept, related : accept }",
            lambda: "meta nfproto vmap { ipv4 : %s, ipv6 : %s }" % (v(), v()),
            lambda: "meta protocol vmap { ip : %s, ip6 : %s }" % (v(), v()),
            lambda: "meta l4proto vmap { tcp : %s, udp : drop, icmp : accept }" % v(),
            lambda: 'iifname vmap { "lo" : accept, "eth0" : %s }' % v(), lambda: 'iifname . tcp dport vmap { "eth0" . 25 : %s, "eth0" . 587 : %s }' % (v(), v()),
            lambda: "meta mark vmap { 0x0 : %s, 0x1 : %s, 0x10-0x20 : %s }" % (v(), v(), v()),
            lambda: "fib daddr type vmap { local : %s, broadcast : drop, multicast : drop }" % v(),
            lambda: "numgen inc mod 2 vmap { 0 : %s, 1 : %s }" % (v(), v()), lambda: "jhash ip saddr mod 2 vmap { 0 : %s, 1 : %s }" % (v(), v()),
            lambda: "meta skuid vmap { 0 : %s, 89 : %s }" % (v(), v()), lambda: "tcp flags vmap { syn : %s, ack : accept }" % v(),
            lambda: "ip protocol . th dport vmap { tcp . 25 : %s, tcp . 587 : %s, udp . 53 : accept }" % (v(), v()),
            lambda: "ct mark vmap { 0x0 : %s, 0x7 : %s }" % (v(), v())])()

    def rule(self, hook, depth=0):
        if self.rng.random() < .15:
            return self.vmap(hook, depth)
        what = [self.match(hook, depth) for _ in range(self.rng.choice([0, 1, 1, 1, 2, 2, 3]))]
        if self.rng.random() < .08:
            what.append(self.change(hook))
        end = self.end(hook, depth)
        if "tcp reset" in end and self.rng.random() < .8:
            what.insert(0, "meta l4proto tcp")
        if not what and end not in ("counter",) and not end.startswith(("jump", "goto")) and self.rng.random() < .8:
            what = ["tcp dport " + self.ports()]
        note = ' comment "a note"' if self.rng.random() < .05 else ""
        return " ".join(what + [end]) + note

    # ---- NAT

    def nat_rule(self, hook):
        r = self.rng
        pre = self.match("output" if hook == "output" else "prerouting") if r.random() < .5 else "tcp dport %d" % self.port()
        if hook == "prerouting":
            return pre + " " + r.choice([
                "meta l4proto tcp redirect to :2525", "tcp dport %d redirect to :%d" % (self.port(), self.port()), "redirect",
                "meta l4proto tcp dnat ip to 198.51.100.10:2525", "dnat ip to 198.51.100.11", "meta l4proto tcp dnat ip6 to [2001:db8:1::10]:25",
                "tcp dport { 25, 587 } redirect to :tcp dport map { 25 : 2525, 587 : 465 }", "dnat ip to tcp dport map { 25 : 198.51.100.11, 587 : 198.51.100.10 }",
                "dnat ip to tcp dport map { 25 : 198.51.100.11 . 2525, 587 : 198.51.100.10 . 25 }", "dnat ip to ip saddr map @natof",
                "dnat ip to numgen inc mod 2 map { 0 : 198.51.100.10, 1 : 198.51.100.11 }", "dnat ip to 198.51.100.10-198.51.100.11",
                "meta l4proto tcp redirect to :2525-2526", "meta l4proto tcp redirect to :2525 random", "dnat ip prefix to ip daddr map { 198.51.100.0/24 : 10.5.5.0/24 }",
                "dnat ip to 127.0.0.1", "dnat ip to 10.9.9.9", "accept", "return", "drop", "counter", "ct mark set 0x7 redirect to :25",
                "tcp dport 25 redirect to :tcp dport map @ports_to", "dnat ip to 10.0.0.25:25", "redirect to :25",
                "meta l4proto tcp dnat ip to 198.51.100.10:25", "dnat ip to ip daddr . tcp dport map { 198.51.100.10 . 25 : 198.51.100.11 . 587 }"])
        if hook == "output":
            return pre + " " + r.choice(["meta l4proto tcp dnat ip to 203.0.113.66:587", "dnat ip to 192.0.2.1", "meta l4proto tcp redirect to :2525", "accept",
                                         "meta l4proto tcp dnat ip6 to [2001:db8:3::7]:25", "drop", "dnat ip to tcp dport map { 25 : 192.0.2.1, 587 : 8.8.8.8 }"])
        if hook == "input":
            return pre + " " + r.choice(["snat ip to 203.0.113.9", "accept", "drop", "counter"])
        return pre + " " + r.choice(["masquerade", "snat ip to 198.51.100.11", 'oifname "eth0" masquerade', "accept", 
                                     "snat ip6 to 2001:db8:1::10", "drop"])

    # ---- tables

    def sets(self, family):
        r = self.rng
        out = []
        def add(s):
            if r.random() < .97:
                out.append("\t" + s)
        v = lambda: self.verdicts(0)
        add("set ports { type inet_service; flags interval; elements = { %s }; }" % r.choice(["25, 465", "20-30, 587", "1-1023", "2525"]))
        add("set devs { type ifname; elements = { %s }; }" % r.choice(['"eth0"', '"eth1", "lo"', '"wg0"']))
        add("set devs_wild { type ifname; flags interval; elements = { %s }; }" % r.choice(['"eth*"', '"wg*", "lo"']))
        add("set marks { type mark; flags interval; elements = { %s }; }" % r.choice(["0x1", "0x0, 0x10-0x1f"]))
        add("map portmap { type inet_service : verdict; %selements = { %s }; }" % (("flags interval; ", "1-100 : %s, 587 : %s" % (v(), v())) if r.random() < .5 else
                                                                                  ("", "25 : %s, 587 : %s, * : %s" % (v(), v(), v()))))
        if family in ("ip", "inet"):
            add("set nets { type ipv4_addr; flags interval;%s elements = { %s }; }" % (" auto-merge;" if r.random() < .3 else "", ", ".join(self.apart4())))
            add("set hosts { type ipv4_addr; elements = { %s }; }" % ", ".join(self.some(FAR4)))
            add("set timed { type ipv4_addr; flags timeout; elements = { %s timeout 1h, 1.2.3.4 timeout 2h }; }" % r.choice(FAR4))
            add("set all { type ipv4_addr; elements = { 1.1.1.1, * }; }")
            add("set pairs { type ipv4_addr . inet_service; flags interval; elements = { 203.0.113.0/24 . 25, 10.0.0.0/8 . 400-600, 192.0.2.1-192.0.2.9 . 587 }; }")
            add("set triples { typeof ip saddr . meta l4proto . th dport; elements = { 203.0.113.7 . tcp . 25, 10.1.2.3 . tcp . 587, 192.0.2.1 . udp . 25 }; }")
            add("set filled { type ipv4_addr; flags dynamic,timeout; timeout 10m; size 1000; elements = { 203.0.113.7 }; }")
            add("set meter { type ipv4_addr; flags dynamic; size 1000; }")
            add("set conns { type ipv4_addr; flags dynamic; size 1000; }")
            add("set hosts_dyn { type ipv4_addr . inet_service; flags dynamic; size 100; }")
            add("map netmap { type ipv4_addr : verdict; flags interval; elements = { 203.0.113.0/24 : %s, 10.0.0.0/8 : %s }; }" % (v(), v()))
            add("map pairmap { type ipv4_addr . inet_service : verdict; flags interval; elements = { 203.0.113.0/24 . 25 : %s, 192.0.2.0/24 . 1-600 : %s }; }" % (v(), v()))
            add("map markof { type ipv4_addr : mark; flags interval; elements = { 203.0.113.0/24 : 0x1, 10.0.0.0/8 : 0x10 }; }")
            add("map natof { type ipv4_addr : ipv4_addr; elements = { 203.0.113.7 : 198.51.100.11, 192.0.2.1 : 198.51.100.10 }; }")
        if family in ("ip6", "inet"):
            add("set nets6 { type ipv6_addr; flags interval; elements = { %s }; }" % r.choice(["2001:db8:2::/48", "2001:db8:2::1, fd00::/8", "2000::/3"]))
        add("map ports_to { type inet_service : inet_service; elements = { 25 : 2525, 465 : 587 }; }")
        add("limit lim { rate 100/second }")
        add("quota quo { over 10 mbytes }")
        add("counter cnt { }")
        return out

    def priority(self, hook):
        r = self.rng
        return r.choice({"prerouting": ["raw", "mangle", "-100", "-99", "-101", "-201", "-199", "dstnat - 1", "0", "-400", "100"],
                         "output": ["0", "0", "filter", "-150", "-300", "-99", "10", "100", "-201"],
                         "postrouting": ["0", "99", "101", "100", "srcnat", "300"]}.get(hook, ["0", "0", "filter", "-10", "10", "-1", "150", "-225", "99", "101"]))

    def chain(self, name, hook, family):
        r = self.rng
        policy = r.choice(["accept", "accept", "drop"])
        device = ""
        if hook == "ingress":
            policy, device = "accept", r.choice([' device "eth0"', ' devices = { "eth0", "eth1" }', ' device "eth1"'])
        body = []
        if hook != "ingress":
            body += ["ct state established,related accept"] * (r.random() < .75)
            body += ["iif lo accept"] * (hook == "input" and r.random() < .6)
            body += ["ct state invalid drop"] * (r.random() < .15)
            body += ["meta l4proto ipv6-icmp accept"] * (family != "ip" and r.random() < .4)
        body += [self.rule("prerouting" if hook == "ingress" else hook) for _ in range(r.randint(1, 6))]
        if policy == "drop" and r.random() < .6:
            body.append("tcp dport { %s } accept" % ", ".join(map(str, self.some(PORTS))))
        if policy == "drop" and hook == "ingress":
            policy = "accept"
        return ["\tchain %s {" % name, "\t\ttype filter hook %s%s priority %s; policy %s;" % (hook, device, self.priority(hook), policy)] + \
            ["\t\t" + x for x in body] + ["\t}"]

    def table(self, family, name, hooks):
        r = self.rng
        self.subs = ["sub%d" % i for i in range(r.randint(0, 4))]
        out = ["table %s %s {" % (family, name)]
        out += ["\tflags dormant"] if r.random() < .02 else []
        out += self.sets(family)
        for i in reversed(range(len(self.subs))):
            hook = r.choice([h for h in hooks if h != "ingress"] or ["prerouting"])
            out += ["\tchain %s {" % self.subs[i]] + ["\t\t" + self.rule(hook, i + 1) for _ in range(r.randint(0, 4))] + ["\t}"]
        for i, hook in enumerate(hooks):
            out += self.chain("%s%d" % (hook, i), hook, family)
        return out + ["}"]

    def nat(self, family):
        r = self.rng
        self.subs = []
        out = ["table %s nat {" % family] + self.sets(family)
        for hook, p in (("prerouting", .9), ("output", .4), ("input", .1), ("postrouting", .4)):
            if r.random() < p:
                prio = {"prerouting": "dstnat", "output": "-100", "input": "100", "postrouting": "srcnat"}[hook]
                prio = r.choice([prio, prio, "-90", "-150", "50"])
                out += ["\tchain %s {" % hook, "\t\ttype nat hook %s priority %s; policy %s;" % (hook, prio, r.choice(["accept"] * 9 + ["drop"]))]
                out += ["\t\t" + self.nat_rule(hook) for _ in range(r.randint(1, 3))] + ["\t}"]
        return out + ["}"]

    def text(self):
        r = self.rng
        family = r.choice(["inet", "inet", "inet", "ip"])
        hooks = ["input"] * r.choice([1, 1, 1, 2]) + ["output"] * r.choice([0, 1, 1])
        hooks += [h for h, p in (("prerouting", .35), ("postrouting", .15), ("forward", .15), ("ingress", .08)) if r.random() < p]
        r.shuffle(hooks)
        if family == "ip" and "ingress" in hooks:
            hooks.remove("ingress")
        out = self.table(family, "t", hooks)
        if family == "ip" or r.random() < .15:
            out += self.table("ip6", "t6", ["input"] + ["output"] * (r.random() < .5))
        if r.random() < .25:
            out += self.table(r.choice(["inet", "ip"]), "other", r.sample(["input", "output", "prerouting"], r.randint(1, 2)))
        if r.random() < .35:
            out += self.nat(r.choice(["ip", "inet", "inet", "ip6"]))
        if r.random() < .06:
            out += ["table netdev n {", "\tchain i {", "\t\ttype filter hook ingress device \"eth0\" priority 0; policy accept;",
                    "\t\t" + self.rule("prerouting", 99), "\t\t" + self.rule("prerouting", 99), "\t}", "}"]
        if r.random() < .04:
            out += ["table bridge b {", "\tchain i {", "\t\ttype filter hook input priority 0; policy drop;", "\t}", "}"]
        if r.random() < .03:
            out += ["table arp a {", "\tchain i {", "\t\ttype filter hook input priority 0; policy drop;", "\t}", "}"]
        return "\n".join(out) + "\n"


def load(text, nft="nft"):
    """load @text into the namespace at hand; returns what was loaded, without the lines nft or the kernel refuses"""
    lines = text.split("\n")
    for _ in range(400):
        subprocess.run([nft, "flush", "ruleset"], check=True)
        p = subprocess.run([nft, "-f", "-"], input="\n".join(lines), capture_output=True, text=True)
        if not p.returncode:
            return "\n".join(lines)
        bad = re.findall(r"^(?:/dev/stdin|-|<stdin>):(\d+):", p.stderr, re.M)
        if not bad:
            return None
        at = int(bad[0]) - 1
        if re.match(r"\s*(table|chain|type|\})", lines[at]):
            return None
        del lines[at]
    return None
