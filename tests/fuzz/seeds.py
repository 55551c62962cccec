#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Seed inputs for the parsers of fuzz.h, from the recorded incidents and the tests' data.

usage: seeds.py OUT       writes OUT/NAME/... for every parser that there is something for
"""
import codecs
import glob
import hashlib
import importlib.util
import io
import json
import lzma
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
INCIDENTS = os.path.join(TOP, "tests", "incidents")
DATA = os.path.join(TOP, "tests", "data")
sys.path[:0] = [HERE, INCIDENTS]

import assemble  # noqa: E402
import rare  # noqa: E402

SPEC = importlib.util.spec_from_file_location("causes_run", os.path.join(TOP, "tests", "causes", "run.py"))
cases = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(cases)

SEED_MAX = 64 * 1024
# incidents that differ most: SELinux, ruleset, firewalld, queue of many causes, disk
CHOSEN = ["06", "17", "40", "42", "70", "71", "65"]

# a file of a bundle -> the parser that reads it
WHOLE = {
    "root/etc/postfix/main.cf": "main_cf",
    "root/etc/postfix/master.cf": "master_cf",
    "root/etc/postfix/transport": "map",
    "root/etc/passwd": "users",
    "root/etc/nftables.conf": "nft_text",
    "live/nftables.json": "nft_json",
    "live/labels.getfattr": "labels",
    "live/files.tsv": "files_tsv",
    "live/df.json": "df",
    "live/selinux.json": "selinux_json",
    "live/addresses.json": "network",
    "live/routes.json": "network",
    "live/sockets.json": "network",
    "live/journal.export": "journal_export",
    "root/var/log/audit/audit.log": "audit_log",
    "root/var/log/mail.log": "mail_log",
    "root/etc/selinux/default/contexts/files/file_contexts": "contexts",
}
# a folder of firewalld -> the parser of its files
FIREWALLD = {"zones": "firewalld_zone", "policies": "firewalld_policy", "services": "firewalld_object",
             "helpers": "firewalld_object", "icmptypes": "firewalld_object", "ipsets": "firewalld_ipset"}
# a parser of whole files -> one of their lines
LINES = {"audit_log": ["audit_record", "avc"], "mail_log": ["mail_line"]}


class Out:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    def add_host(self, data, verbs):
        """An archive; @verbs: what every verb says of it takes a hundred times as long, so not for each."""
        self.add("archive", data)
        if verbs:
            self.add("host", data)

    def add(self, target, data):
        if isinstance(data, str):
            data = data.encode("utf-8", "surrogateescape")
        folder = os.path.join(self.folder, target)
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, hashlib.sha256(data).hexdigest()[:16])
        if not os.path.exists(path):
            with open(path, "wb") as f:
                f.write(data)
            self.count += 1


def read(path):
    with open(path, "rb") as f:
        return f.read()


def cut(data):
    """The tail of a log in whole lines."""
    if len(data) <= SEED_MAX:
        return data
    return data[data.index(b"\n", len(data) - SEED_MAX) + 1:]


def plain(member):
    """Of every checkout and user the same bytes."""
    member.mtime, member.uid, member.gid, member.uname, member.gname = 1795200000, 0, 0, "", ""
    return member


def small_tar(root):
    """A plain tar of the small files of a bundle."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in ("bundle.json", "live/queue.ndjson", "live/nftables.json", "root/etc/postfix/main.cf",
                     "root/etc/postfix/master.cf", "root/var/log/mail.log", "root/etc/passwd"):
            path = os.path.join(root, name)
            if os.path.exists(path) and os.path.getsize(path) < 16384:
                tar.add(path, name, recursive=False, filter=plain)
    return out.getvalue()


class Packing:
    """A host or bundle as one archive, where its readers begin: its small files, compressed."""

    def __init__(self):
        self.out, self.limit = io.BytesIO(), SEED_MAX
        self.tar = tarfile.open(fileobj=self.out, mode="w:gz", compresslevel=1, format=tarfile.PAX_FORMAT)  # pylint: disable=consider-using-with

    def put(self, name, data):
        member = tarfile.TarInfo(name)
        member.size = len(data)
        self.put_member(member, data)

    def put_member(self, member, data=b""):
        if len(data) <= self.limit:
            self.tar.addfile(plain(member), io.BytesIO(data))

    def put_folder(self, folder):
        for top, folders, names in os.walk(folder):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(top, name)
                member = self.tar.gettarinfo(path, os.path.relpath(path, folder))
                if member.isfile():
                    self.put_member(member, read(path))
                elif member.issym():
                    self.put_member(member)

    def put_archive(self, path, below, wanted=""):
        with tarfile.open(path) as tar:
            for member in tar:
                if member.name.startswith(wanted) and (member.isfile() or member.issym() or member.isdir()):
                    data = tar.extractfile(member).read() if member.isfile() else b""
                    member.name = below + member.name
                    self.put_member(member, data)

    def end(self):
        self.tar.close()
        data = self.out.getvalue()
        return data[:4] + bytes(4) + data[8:]  # the time, RFC 1952 2.3.1


def recorded(folder):
    """The bundle of an incident but for its policy: its own files over the configuration they have in common."""
    inc, p = assemble.Incident(folder), Packing()
    p.put("bundle.json", rare.BUNDLE.encode())
    p.put_archive(os.path.join(inc.base, "root.tar.xz"), "root/", "etc/")
    if inc.own("root.tar.xz"):
        p.put_archive(inc.own("root.tar.xz"), "root/")
    for names, below in ((assemble.LOGS, "root/"), (assemble.LIVE, "live/")):
        for name, target in names.items():
            if inc.path(name):
                p.put(below + target, cut(read(inc.path(name))))
    p.put("root/etc/selinux/config", b"SELINUX=enforcing\nSELINUXTYPE=default\n")
    for name, value in (("selinux", assemble.selinux_state(inc)), ("sockets", assemble.listeners(inc)),
                        ("df", assemble.disk_state(inc))):
        p.put(f"live/{name}.json", json.dumps(value).encode())
    return p.end()


def packed(folder):
    p = Packing()
    p.put_folder(folder)
    return p.end()


def of_bundle(out, root):
    for name, target in WHOLE.items():
        path = os.path.join(root, name)
        if not os.path.exists(path):
            continue
        data = cut(read(path))
        out.add(target, data)
        for line_target in LINES.get(target, []):
            for line in data.split(b"\n")[::7][:40]:
                if line_target != "avc" or b"AVC" in line:
                    out.add(line_target, line)
    path = os.path.join(root, "live/queue.ndjson")
    if os.path.exists(path):
        for line in read(path).split(b"\n")[:5]:
            out.add("queue_json", line)
    spool = os.path.join(root, "root/var/spool/postfix")
    for folder, _, names in os.walk(spool):
        for name in names:
            path = os.path.join(folder, name)
            part = os.path.relpath(folder, spool).split("/")[0]
            if part in ("defer", "bounce"):
                out.add("queue_log", read(path)[:SEED_MAX])
            elif part in ("deferred", "active", "hold", "incoming", "maildrop"):
                out.add("queue_file", read(path)[:SEED_MAX])
                out.add("bundle_mask", read(path)[:SEED_MAX])
    for folder, _, names in os.walk(os.path.join(root, "root/etc/firewalld")):
        for name in names:
            kind = FIREWALLD.get(os.path.basename(folder), "firewalld_direct" if name == "direct.xml" else None)
            if kind:
                out.add(kind, read(os.path.join(folder, name)))
    out.add("archive", small_tar(root))
    out.add("archive", sosreport(root))


def of_cases(out):
    """The hosts of tests/causes, which are small."""
    loaded = list(cases.load_cases())
    base = sys.modules["base"].BASE
    for i, (_, case) in enumerate(loaded):
        with tempfile.TemporaryDirectory() as top:
            cases.lay_out(case, base, pathlib.Path(top))
            out.add_host(packed(top), i % 4 == 0)


def of_data(out):
    for folder, folders, names in os.walk(DATA):
        # the root of a host
        if "etc" in folders or os.path.basename(folder) == "root":
            out.add_host(packed(folder), False)
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.getsize(path) > SEED_MAX:
                continue
            data = read(path)
            if name in ("main.cf", "master.cf"):
                out.add(name.replace(".", "_"), data)
            elif name.endswith(".topo.json"):
                out.add("topology", data)
            elif name.endswith(".nft"):
                out.add("nft_text", data)
            elif name.endswith(".xml") and os.path.basename(folder) in FIREWALLD:
                out.add(FIREWALLD[os.path.basename(folder)], data)
            elif name.endswith(".json") and b'"nftables"' in data[:200]:
                out.add("nft_json", data)
            elif name.endswith(".tsv") and "reasons" in folder:
                for line in data.split(b"\n")[::3]:
                    fields = line.split(b"\t")
                    out.add("reason", fields[-1] if len(fields) > 1 else line)
            elif name.endswith(".ndjson") and "probe" in name:
                for line in data.split(b"\n")[:10]:
                    out.add("probe", line)
    for area in ("causes", "checks"):
        folder = os.path.join(TOP, "rules", area)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".yaml"):
                data = read(os.path.join(folder, name))
                out.add("yaml", data)
                # the first entry of each list is enough to begin with
                head = re.split(rb"\n(?=  - id:)", data)
                out.add(area, b"\n".join(head[:3]) + b"\n")


# tests whose texts are of a parser
UNITS = {
    "audit": ["audit_log"], "audit_record": ["audit_record", "avc"], "causes": ["causes"], "certificates": ["certificate"],
    "changes": ["packages"], "checks": ["checks", "waivers"], "conf": ["main_cf", "master_cf", "map"],
    "contexts": ["contexts"], "core": ["encoders", "address"], "enc": ["encoders"], "journal": ["journal_export"],
    "labels": ["labels"], "log_text": ["mail_line"], "maillog": ["mail_line", "mail_log"], "nft_text": ["nft_text"],
    "queue": ["queue_json", "queue_log"], "selinux_state": ["selinux_json"], "symptom": ["reason"],
    "topology": ["topology"],
}
XML = {"zone": "firewalld_zone", "policy": "firewalld_policy", "ipset": "firewalld_ipset", "direct": "firewalld_direct",
       "service": "firewalld_object", "helper": "firewalld_object", "icmptype": "firewalld_object"}
LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*')


def literals(path):
    """The strings of a C source, its macros expanded."""
    own = "".join(line for line in read(path).decode().splitlines(keepends=True) if not line.startswith("#include"))
    text = subprocess.run(["cc", "-E", "-P", "-"], input=own, capture_output=True, check=True, text=True).stdout
    for match in LITERAL.finditer(text):
        text = "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', match.group()))
        text = re.sub(r"\\(u[0-9a-fA-F]{4}|.)", lambda m: chr(int(m[1][1:], 16)) if m[1][1:] else m[0], text)
        yield codecs.escape_decode(text.encode())[0]


def statements(texts):
    """Listings of nft in which each of the texts stands in a rule, a few in each: one that is wrong ends it."""
    head = (b'{"nftables":[{"metainfo":{"version":"1.0.6"}},{"table":{"family":"inet","name":"f","handle":1}},'
            b'{"chain":{"family":"inet","table":"f","name":"c","handle":1,"type":"filter","hook":"input","prio":0}}')
    rule = b',{"rule":{"family":"inet","table":"f","chain":"c","handle":9,"expr":['
    for i in range(0, len(texts), 4):
        yield head + b"".join(rule + t + b"]}}" for t in texts[i:i + 4]) + b"]}"


def of_units(out):
    """What the unit tests of the parsers read."""
    rules = []
    for path in sorted(glob.glob(os.path.join(TOP, "tests", "unit", "test_*.c"))):
        texts, name = list(literals(path)), os.path.basename(path)[5:-2]
        for text in [t.replace(b"'", b'"') if name in ("nft_json", "topology") else t for t in texts]:
            root = re.match(rb"\s*(?:<\?[^>]*>\s*)?<(\w+)", text)
            if root and root.group(1).decode() in XML:
                out.add(XML[root.group(1).decode()], text)
            elif name == "nft_json" and text.startswith(b"{"):
                out.add("nft_json", text)
                rules.append(text)
            for target in UNITS.get(name, []):
                if len(text) > 6 and not root:
                    out.add(target, text)
        of_files(out, texts)
    for listing in statements(rules):
        out.add("nft_json", listing)


def of_files(out, texts):
    """A path with a text behind it: a host that has that file."""
    for before, path, text in zip([b""] + texts, texts, texts[1:]):
        if not re.fullmatch(rb"(?:etc|usr|var|proc|root|live|sos_commands)/[\w@./-]+", path) or len(text) < 3:
            continue
        name, p = path.decode(), Packing()
        if name.startswith("live/"):
            p.put("bundle.json", rare.BUNDLE.encode())
        if b"firewalld" in path or b"ifcfg" in path or b"nmconnection" in path:
            p.put("etc/firewalld/firewalld.conf", b"DefaultZone=public\n")
            if before.lstrip().startswith(b"<") and name != "etc/firewalld/zones/public.xml":
                p.put("etc/firewalld/zones/public.xml", before)
        p.put("etc/postfix/main.cf", b"smtpd_tls_cert_file = /etc/ssl/cert.pem\n")
        p.put(name, text)
        out.add_host(p.end(), b"ssl" in path or b"selinux" in path)


def by_hand(out):
    out.add("waivers", "waivers:\n  - id: LAB-001\n    object: /x\n    reason: accepted\n    owner: ops\n"
            "    expires: 2026-12-31\n    reference: T-1\n")
    out.add("waivers", json.dumps({"fingerprints": ["v1:00112233445566778899aabbccddeeff"]}))
    out.add("firewalld_zone", '<?xml version="1.0"?><zone target="DROP"><short>Public</short>'
            '<interface name="eth0"/><source address="192.0.2.0/24"/><service name="smtp"/>'
            '<port port="25" protocol="tcp"/><rule family="ipv4" priority="-5"><source '
            'address="10.0.0.0/8" invert="true"/><service name="smtp"/><log prefix="x" level="info">'
            '<limit value="3/m"/></log><reject type="icmp-port-unreachable"/></rule><masquerade/>'
            '<forward-port port="25" protocol="tcp" to-port="2525" to-addr="10.0.0.1"/></zone>')
    out.add("firewalld_policy", '<?xml version="1.0"?><policy target="REJECT" priority="-100">'
            '<ingress-zone name="HOST"/><egress-zone name="ANY"/><rule><port port="25" '
            'protocol="tcp"/><accept/></rule></policy>')
    out.add("firewalld_object", '<?xml version="1.0"?><service version="1"><short>Mail</short><include service="smtp"/>'
            '<port port="2525-2530" protocol="tcp"/><protocol value="ah"/><source-port port="25" protocol="udp"/>'
            '<module name="nf_conntrack_ftp"/><helper name="ftp"/><destination ipv4="224.0.0.251" ipv6="ff02::fb"/></service>')
    out.add("firewalld_object", '<helper module="nf_conntrack_ftp" family="ipv4"><port port="21" protocol="tcp"/></helper>')
    out.add("firewalld_object", '<icmptype><short>x</short><destination ipv4="yes" ipv6="no"/></icmptype>')
    for kind, entries in (("hash:net", ("192.0.2.0/24", "10.0.0.1")), ("hash:ip,port", ("192.0.2.1,tcp:25", "192.0.2.2,udp:1-9")),
                          ("hash:mac", ("00:11:22:33:44:55",)), ("hash:net,iface", ("192.0.2.0/24,eth0",)),
                          ("hash:ip,mark", ("192.0.2.1,0x10",))):
        out.add("firewalld_ipset", f'<?xml version="1.0"?><ipset type="{kind}"><option name="family" value="inet"/>'
                '<option name="timeout" value="60"/><option name="maxelem" value="9"/>'
                + "".join(f"<entry>{e}</entry>" for e in entries) + "</ipset>")
    out.add("packages", "2026-11-20 18:53:20 upgrade postfix:amd64 3.7.10-0 3.7.11-0+deb12u1\n"
            "2026-11-20 18:53:21 status installed postfix:amd64 3.7.11-0+deb12u1\n2026-11-20 18:53:22 remove nft:all 1 <none>\n"
            "2026-11-20T18:53:20+0000 SUBDEBUG Upgrade: postfix-2:3.5.25-1.el9.x86_64\n"
            "2026-11-20T18:53:20Z SUBDEBUG Upgraded: postfix-2:3.5.9-1.el9.x86_64\n"
            "Nov 20 18:53:20 Updated: 2:postfix-2.10.1-9.el7.x86_64\nNov 20 18:53:21 Erased: firewalld\n")
    out.add("firewalld_direct", '<?xml version="1.0"?><direct><chain ipv="ipv4" table="filter" '
            'chain="c"/><rule ipv="ipv4" table="filter" chain="OUTPUT" priority="0">-p tcp --dport 25 '
            '-m owner --uid-owner 101 -j REJECT --reject-with tcp-reset</rule></direct>')
    out.add("certificate", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
            "-----BEGIN CERTIFICATE-----\nMIIBAA==\n-----END CERTIFICATE-----\n")
    out.add("bundle_mask", "-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----\n"
            "password = x\n y\npsk=z\nfrom=<a.b@c.example> \"q r\"@d.example user%e@f.example\n")
    out.add("unit", "[Unit]\nAfter=network.target\n[Service]\nExecStart=/usr/sbin/postfix start\n"
            "ReadWritePaths=/var/spool/postfix -/x\nProtectSystem=strict\nPrivateTmp=yes\n"
            "CapabilityBoundingSet=~CAP_DAC_OVERRIDE\nSystemCallFilter=@system-service\n")
    out.add("sysctl", "# a comment\n-net/ipv4/conf/eth0.7/route_localnet=1\n"
            "net.ipv4.conf.*.route_localnet = 1\n-net.ipv4.conf.eth[0-9].route_localnet\nkernel.x\n"
            "net.ipv4.conf.all.route_localnet = 0\nnet.ipv4.conf.default.route_localnet = 0x1\\\n=\n")
    out.add("proc_net", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n"
            "   0: 00000000:0019 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1\n"
            "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n"
            "eth0\t00000000\t010000C6\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
            "0000: 00000002 00000000 00010000 0001 01 123 /run/x.sock\n"
            "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n")
    out.add("partial", "whole\t0\t/\nowners\t0\t/\nENOENT\t0\tetc/x\\011y\nleft\t12\tetc/y\n"
            "unlisted\t0\tetc\nsocket\t0\tvar/run/s\n")
    out.add("probe", '{"id": 1, "dir": "in", "family": "ip", "proto": "tcp", "iif": "eth0", "src": '
            '"192.0.2.1", "sport": 40012, "dst": "198.51.100.10", "dport": 25, "uid": 89, "mark": 0}')
    for said in (b"220 mx.example ESMTP\r\n250-mx.example\r\n250-SIZE 10240000\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n",
                 b"220-mx.example\r\n220 ready\r\n250-mx.example\r\n250 STARTTLS\r\n220 2.0.0 go ahead\r\n\x15\x03\x01\0\2\2\x28",
                 b"554 5.7.1 no\r\n", b"220 x\r\n421 4.3.2 later\r\n", b"+OK POP3\r\n", b"220\r\n250\r\n\1", b"220-a\r\n221 b\r\n"):
        out.add("smtp", said)
    out.add("plan", b"semanage\x1fport\x1f-a\x1f-t\x1fsmtp_port_t\x1f-p\x1ftcp\x1f2525\n"
            b"restorecon\x1f-RF\x1f/home/bob's/$(id)/`x`\n")
    out.add("encoders", "\x1b[31mPASS\x1b[0m \u202e <script>&'\"`$(id) ::error:: |@all ]]>")
    out.add("encoders", b"\xff\xc0\x80\xed\xa0\x80\x00 a")
    out.add("address", "2001:db8::1 192.0.2.1 ::ffff:1.2.3.4 fe80::1%eth0 2026-11-20T18:53:36.8+02:00")


def of_rare(out):
    for target, text in rare.TEXTS:
        out.add(target, text)
    policy = read(os.path.join(HERE, "inputs", "policy", "small.33"))
    for name, files in rare.HOSTS.items():
        p = Packing()
        for path, text in files.items():
            member = tarfile.TarInfo(path)
            data = text.encode()
            member.size = len(data)
            member.pax_headers = {"SCHILY.xattr.security.selinux": "system_u:object_r:etc_t:s0\0",
                                  "SCHILY.acl.access": "user::rw-,user:postfix:r--:101,group::r--,mask::r--,other::---"}
            p.put_member(member, data)
        for path in list(files)[-1:]:
            for kind, to in ((tarfile.LNKTYPE, path), (tarfile.SYMTYPE, "/" + path), (tarfile.LNKTYPE, "none")):
                member = tarfile.TarInfo(f"etc/link-{name}-{kind.decode()}")
                member.type, member.linkname = kind, to
                p.put_member(member)
        if "selinux" in name:
            p.put("root/etc/selinux/default/policy/policy.33", policy)
        out.add_host(p.end(), True)
    with lzma.open(os.path.join(INCIDENTS, "81-healthy-control", "system.journal.xz")) as f:
        journal = f.read()
    for path in ("live/system.journal", "var/log/journal/0123456789abcdef0123456789abcdef/system.journal"):
        p = Packing()
        p.limit = len(journal)
        p.put("bundle.json" if path.startswith("live") else "etc/hostname", rare.BUNDLE.encode())
        p.put(path, journal)
        out.add("archive", p.end())


def kept(out):
    """Answers of the program itself, and inputs that once were findings."""
    for area in ("inputs", "regressions"):
        for folder, _, names in os.walk(os.path.join(HERE, area)):
            for name in names:
                target, data = os.path.basename(folder), read(os.path.join(folder, name))
                out.add(target, data)
                if area == "inputs" and target in ("plan_file", "report"):
                    # with a key that nobody knows
                    for key in set(re.findall(rb'"(\w+)":', data)):
                        out.add(target, data.replace(b'"%s":' % key, b'"no-%s":' % key, 1))


def sosreport(root):
    """The same host as sos(1) packs it: one folder, what commands said beside the files."""
    out = io.BytesIO()
    top = "sosreport-mail-2026-11-20-abcdefg/"
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, target in (("root/etc/postfix/main.cf", "etc/postfix/main.cf"),
                             ("root/etc/postfix/master.cf", "etc/postfix/master.cf"),
                             ("root/var/log/mail.log", "var/log/maillog"),
                             ("live/nftables.json", "sos_commands/networking/nft_list_ruleset"),
                             ("root/etc/passwd", "etc/passwd")):
            path = os.path.join(root, name)
            if os.path.exists(path) and os.path.getsize(path) < 16384:
                tar.add(path, top + target, recursive=False, filter=plain)
        for target, text in (("version.txt", b"version: 4.5.6\n"), ("hostname", b"mail\n"),
                             ("sos_commands/selinux/sestatus", b"SELinux status:                 enabled\n"
                              b"Current mode:                   enforcing\n"),
                             ("sos_commands/selinux/semanage_port_-l", b"smtp_port_t tcp 25, 465, 587\n"),
                             ("sos_reports/sos.txt", b"")):
            member = tarfile.TarInfo(top + target)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
    return out.getvalue()


def write(folder):
    out = Out(folder)
    kept(out)
    for name in sorted(os.listdir(INCIDENTS)):
        if os.path.exists(os.path.join(INCIDENTS, name, "meta.json")):
            out.add_host(recorded(os.path.join(INCIDENTS, name)), name[:2] in CHOSEN + ["28", "58", "66", "72"])
        if name[:2] in CHOSEN:
            with tempfile.TemporaryDirectory() as top:
                root = os.path.join(top, "ev")
                assemble.assemble(os.path.join(INCIDENTS, name), root)
                of_bundle(out, root)
    of_cases(out)
    of_units(out)
    of_data(out)
    by_hand(out)
    of_rare(out)
    return out.count


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(write(sys.argv[1]), "seeds")
