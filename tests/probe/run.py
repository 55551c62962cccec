#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""postseal probe against real servers: nsd with a zone of its own, smtp-sink, SMTP over OpenSSL with good
and bad certificates, and servers that mean harm.

usage: run.py --program POSTSEAL [--faults N]

--faults: nothing else but N calls of each kind fail in turn; POSTSEAL is linked with tests/faults/faults.c
All of it lives in a network namespace without a way out; exit status 77 without root or the servers."""
import argparse
import collections
import ctypes
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path[:0] = [TESTS, os.path.join(TESTS, "hostile"), os.path.join(TESTS, "formats"), os.path.join(TESTS, "faults")]
import points  # noqa: E402
import schema  # noqa: E402
import strings  # noqa: E402
import validate  # noqa: E402

CLONE_NEWNS, CLONE_NEWNET = 0x20000, 0x40000000
MS_REC, MS_PRIVATE, MS_BIND = 0x4000, 0x40000, 0x1000
NEEDED = ("nsd", "smtp-sink", "certtool", "nft", "ip")

GROUP = 8  # payloads in the records of one name


def zone_bytes(data):
    """As a zone file has any byte."""
    return "".join(f"\\{byte:03d}" for byte in data)


def evil_names():
    """Names whose SPF, DMARC and DKIM records and exchangers hold the payloads."""
    for i in range(0, len(strings.PIECES), GROUP):
        pieces = [piece[:60] for piece in strings.PIECES[i:i + GROUP]]
        text = zone_bytes(b"".join(pieces)[:230])
        yield (f"evil{i} TXT \"v=spf1 {text}\"\n_dmarc.evil{i} TXT \"v=DMARC1; p={text}\"\n"
               f"s1._domainkey.evil{i} TXT \"v=DKIM1; p={text}\"\n" +
               "".join(f"evil{i} MX {n} {zone_bytes(piece)}\n" for n, piece in enumerate(pieces)))


ZONE = """$ORIGIN post.example.
$TTL 60
@ SOA ns.post.example. root.post.example. 1 3600 600 86400 60
@ NS ns
ns A 10.7.0.53
@ MX 20 backup
@ MX 10 relay
relay A 10.7.0.1
backup A 10.7.0.2
dead A 10.9.0.9
nomail MX 0 .
onlya A 10.7.0.1
v6only AAAA fd00:7::1
www CNAME onlya
@ TXT "v=spf1 ip4:10.7.0.0/24 -all"
_dmarc TXT "v=DMARC1; p=reject"
s1._domainkey TXT "v=DKIM1; k=rsa; p=MIGf"
gone._domainkey TXT "v=DKIM1; p="
open TXT "v=spf1 +all"
twice TXT "v=spf1 -all"
twice TXT "v=spf1 a -all"
mail A 10.7.0.1
liar A 10.7.0.2
4.0.7.10.list A 127.0.0.2
1.0.7.10.list A 127.0.0.4
1.0.7.10.busy A 127.255.255.254
1.0.7.10.made A 10.0.0.1
""" + "".join(f"many A 10.8.{i // 250}.{i % 250 + 1}\n" for i in range(500)) + "".join(evil_names())

REVERSE = """$ORIGIN 0.7.10.in-addr.arpa.
$TTL 60
@ SOA ns.post.example. root.post.example. 1 3600 600 86400 60
@ NS ns.post.example.
1 PTR mail.post.example.
2 PTR mail.post.example.
"""


class Failure(Exception):
    pass


def require(holds, what):
    if not holds:
        raise Failure(what)


def call(function, *args):
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*args):
        raise OSError(ctypes.get_errno(), function)


def sh(*command, **how):
    return subprocess.run(command, check=True, capture_output=True, text=True, **how)


def wait_port(address, port, udp=False):
    for _ in range(200):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM) as s:
            s.settimeout(0.2)
            try:
                s.connect((address, port))
                if not udp:
                    return
                s.send(bytes.fromhex("123401000001000000000000") + b"\4post\7example\0\0\6\0\1")
                if s.recv(512):
                    return
            except OSError:
                time.sleep(0.05)
    raise Failure(f"nothing answers at {address} port {port}")


def network():
    """A namespace of its own: the servers' addresses, and 10.9.0.0/24 where nothing ever answers."""
    call("unshare", CLONE_NEWNET | CLONE_NEWNS)
    call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    sh("ip", "link", "set", "lo", "up")
    sh("ip", "link", "add", "mute", "type", "veth", "peer", "name", "deaf")
    sh("ip", "link", "set", "mute", "arp", "off", "up")
    sh("ip", "link", "set", "deaf", "arp", "off", "up")
    for last in (1, 2, 53):
        sh("ip", "address", "add", f"10.7.0.{last}/24", "dev", "lo")
    sh("ip", "address", "add", "10.9.0.1/24", "dev", "mute")
    sh("ip", "address", "add", "fd00:7::1/128", "dev", "lo", "nodad")


def resolver(scratch, address):
    path = os.path.join(scratch, "resolv.conf")
    with open(path, "w", encoding="ascii") as f:
        f.write(f"nameserver {address}\n")
    os.chmod(path, 0o644)


def start_nsd(scratch):
    for name, text in (("post.zone", ZONE), ("reverse.zone", REVERSE)):
        with open(os.path.join(scratch, name), "w", encoding="ascii") as f:
            f.write(text)
    conf = os.path.join(scratch, "nsd.conf")
    with open(conf, "w", encoding="ascii") as f:
        f.write(f"""server:
  ip-address: 10.7.0.53
  username: ""
  zonesdir: "{scratch}"
  database: ""
  pidfile: "{scratch}/nsd.pid"
  xfrdfile: "{scratch}/xfrd.state"
  zonelistfile: "{scratch}/zone.list"
  logfile: "{scratch}/nsd.log"
remote-control:
  control-enable: no
zone:
  name: post.example
  zonefile: post.zone
zone:
  name: 0.7.10.in-addr.arpa
  zonefile: reverse.zone
zone:
  name: broken.example
  zonefile: missing.zone
""")
    server = subprocess.Popen(["nsd", "-d", "-c", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_port("10.7.0.53", 53, udp=True)
    return server


# ---- certificates and the SMTP server over TLS ----

def certificate(scratch, name, lines):
    template = os.path.join(scratch, name + ".cfg")
    key, pem = os.path.join(scratch, name + ".key"), os.path.join(scratch, name + ".pem")
    with open(template, "w", encoding="ascii") as f:
        f.write("\n".join(lines) + "\n")
    sh("certtool", "--generate-privkey", "--key-type", "ecdsa", "--curve", "secp256r1", "--outfile", key)
    if name == "ca":
        sh("certtool", "--generate-self-signed", "--load-privkey", key, "--template", template, "--outfile", pem)
    else:
        sh("certtool", "--generate-certificate", "--load-privkey", key, "--template", template, "--outfile", pem,
           "--load-ca-certificate", os.path.join(scratch, "ca.pem"), "--load-ca-privkey",
           os.path.join(scratch, "ca.key"))
    return pem, key


def certificates(scratch):
    server = ["tls_www_server", "signing_key"]
    certificate(scratch, "ca", ["cn = Test CA", "ca", "cert_signing_key", "expiration_days = 365"])
    return {
        "good": certificate(scratch, "good", ["cn = relay", "dns_name = relay.post.example",
                                              "expiration_days = 40"] + server),
        "expired": certificate(scratch, "expired", [
            "cn = relay", "dns_name = relay.post.example", 'activation_date = "2024-01-01 00:00:00 UTC"',
            'expiration_date = "2025-01-01 00:00:00 UTC"'] + server),
        "other": certificate(scratch, "other", ["cn = other", "dns_name = www.other.example",
                                                "expiration_days = 40"] + server),
    }


def serve(port, talk, address="10.7.0.1"):
    """A thread that accepts, and one for each client."""
    listener = socket.create_server((address, port))

    def one(client):
        try:
            with client:
                talk(client)
        except OSError:
            pass

    def loop():
        while True:
            client, _ = listener.accept()
            client.settimeout(20)
            threading.Thread(target=one, args=(client,), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()


def lines_of(client):
    held = b""
    while True:
        while b"\n" not in held:
            more = client.recv(4096)
            if not more:
                return
            held += more
        line, held = held.split(b"\n", 1)
        yield line.rstrip(b"\r")


def smtp(context, wrapper=False, password=b"hare\0hare\0secret", trace=None):
    """A server that offers STARTTLS (or speaks TLS at once), and log-in under TLS."""
    def talk(client):
        secure = wrapper
        if wrapper:
            client = context.wrap_socket(client, server_side=True)
        client.sendall(b"220-relay.post.example\r\n220 ESMTP\r\n")
        again = True
        while again:
            again = False
            for line in lines_of(client):
                if trace is not None:
                    trace.append(line)
                word = line.split(b" ")[0].upper()
                if word in (b"EHLO", b"LHLO"):
                    client.sendall(b"250-relay.post.example\r\n250-SIZE 5000\r\n" + (
                        b"250 AUTH PLAIN LOGIN\r\n" if secure else b"250 STARTTLS\r\n"))
                elif word == b"STARTTLS" and not secure:
                    client.sendall(b"220 go ahead\r\n")
                    client = context.wrap_socket(client, server_side=True)
                    secure = again = True
                    break
                elif word == b"AUTH":
                    import base64
                    said = base64.b64decode(line.split(b" ")[2])
                    client.sendall(b"235 2.7.0 ok\r\n" if said == b"\0hare\0secret"
                                   else b"535 5.7.8 Error: authentication failed\r\n")
                elif word == b"QUIT":
                    client.sendall(b"221 bye\r\n")
                    return
                else:
                    client.sendall(b"502 no\r\n")
    return talk


def hostile(port_kinds):
    def endless_greeting(c):
        while True:
            c.sendall(b"220-" + b"x" * 900 + b"\r\n")

    def endless_line(c):
        while True:
            c.sendall(b"220 " + b"y" * 60000)

    def silent(c):
        time.sleep(30)

    def trickle(c):
        for byte in b"220-slow" * 1000:
            c.sendall(bytes([byte]))
            time.sleep(0.3)

    def controls(c):
        c.sendall(b"220 \x1b]0;owned\x07\x1b[31m\xff\xfe<script>\r\n")
        for _ in lines_of(c):
            c.sendall(b"250-\x1b[2J\r\n250 AUTH \x1b[31mPLAIN <b>\r\n")

    def not_smtp(c):
        c.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    def no_tls_after_all(c):
        c.sendall(b"220 hi\r\n")
        for line in lines_of(c):
            if line == b"STARTTLS":
                c.sendall(b"220 go\r\n" + b"A" * 3000)
                return
            c.sendall(b"250-x\r\n250 STARTTLS\r\n")

    def many_lines(c):
        c.sendall(b"220 hi\r\n")
        for _ in lines_of(c):
            for _ in range(100000):
                c.sendall(b"250-X\r\n")

    kinds = locals()
    for port, kind in port_kinds.items():
        serve(port, kinds[kind])


# ---- the questions ----

class Probe:
    def __init__(self, program, scratch):
        self.program, self.scratch = program, scratch
        self.root = os.path.join(scratch, "root")
        os.makedirs(os.path.join(self.root, "etc/postfix"))
        shutil.copy(os.path.join(scratch, "ca.pem"), os.path.join(self.root, "etc/postfix"))
        with open(os.path.join(self.root, "etc/passwd"), "w", encoding="ascii") as f:
            f.write("root:x:0:0::/root:/bin/sh\npostfix:x:4711:4711::/:/bin/false\n")
        self.configure("")

    def configure(self, extra):
        base = os.path.join(self.root, "etc/postfix")
        with open(os.path.join(base, "main.cf"), "w", encoding="ascii") as f:
            f.write("compatibility_level = 3.6\nmyhostname = mail.post.example\nmydomain = post.example\n"
                    f"smtp_tls_CAfile = /etc/postfix/ca.pem\n{extra}")
        with open(os.path.join(base, "master.cf"), "w", encoding="ascii") as f:
            f.write("smtp unix - - n - - smtp\nrelay unix - - n - - smtp\n")

    def text(self, *args):
        done = subprocess.run([self.program, "probe", "--root", self.root, *args], capture_output=True, check=False,
                              timeout=100)
        require(done.returncode == 0, f"exit {done.returncode}: {done.stderr!r}")
        return done.stdout

    def ask(self, *args):
        return json.loads(self.text("--format", "json", *args))

    def exchange(self, to, *args):
        answer = self.ask("--to", to, *args)
        require(len(answer["targets"][0]["exchanges"]) == 1, f"{to}: {answer['targets'][0]}")
        return answer["targets"][0]["exchanges"][0]


def check_dns(p, scratch):
    def status(name, kind="MX"):
        target = p.ask("--to", name)["targets"][0]
        return next(q["status"] for q in target["dns"] if q["type"] == kind), target

    word, target = status("post.example")
    require(word == "ok" and [q["records"] for q in target["dns"]][0] ==
            ["10 relay.post.example", "20 backup.post.example"], f"MX {target}")
    require([x["name"] for x in target["exchanges"]] == ["relay.post.example", "backup.post.example"], "order of MX")
    for name, want in (("none.post.example", "nxdomain"), ("onlya.post.example", "nodata"),
                       ("broken.example", "servfail"), ("elsewhere.example", "refused"),
                       ("a..b", "invalid-name"), ("nomail.post.example", "ok")):
        word, target = status(name)
        require(word == want, f"{name}: {word}, not {want}")
    require(target["status"] == "no-mail", f"null MX: {target['status']}")
    require(p.exchange("onlya.post.example")["address"] == "10.7.0.1", "the implicit exchanger")
    require(p.ask("--to", "[many.post.example]:25", "--timeout", "1")["targets"][0]["cut"], "500 addresses")

    resolver(scratch, "10.9.0.9")
    target = p.ask("--to", "post.example", "--timeout", "3")["targets"][0]
    require(target["dns"][0]["status"] == "timeout" and target["dns"][0]["errno"] is None, f"mute {target}")
    resolver(scratch, "10.7.0.2")
    target = p.ask("--to", "post.example", "--timeout", "3")["targets"][0]
    require(target["dns"][0]["status"] == "unreachable" and target["dns"][0]["errno"] == "ECONNREFUSED" and
            target["dns"][0]["resolver"] == "10.7.0.2", f"no server {target}")
    sh("nft", "add table inet t; add chain inet t o { type filter hook output priority 0; }; "
       "add rule inet t o udp dport 53 drop")
    target = p.ask("--to", "post.example", "--timeout", "3")["targets"][0]
    require(target["dns"][0]["errno"] == "EPERM", f"a dropped packet {target}")
    sh("nft", "delete table inet t")
    resolver(scratch, "10.7.0.53")


def check_connect(p):
    sh("nft", "add table inet t; add chain inet t o { type filter hook output priority 0; }; "
       "add rule inet t o meta skuid 4711 tcp dport 2600 reject with icmpx admin-prohibited; "
       "add rule inet t o tcp dport 2601 drop")
    x = p.exchange("10.7.0.1:2600")
    require(x["stage"] == "connect" and x["errno"] == "EHOSTUNREACH" and
            x["left_open"][0] == "firewall.egress_reject", f"the mail user's rule: {x}")
    x = p.exchange("[fd00:7::1]:2600")
    require(x["errno"] == "EACCES", f"IPv6: {x}")
    x = p.exchange("10.7.0.1:2601", "--timeout", "2")
    require(x["errno"] == "ETIMEDOUT" and "firewall.egress_drop" in x["left_open"], f"drop: {x}")
    sh("nft", "delete table inet t")
    x = p.exchange("10.7.0.1:2600")
    require(x["errno"] == "ECONNREFUSED", f"nobody: {x}")
    require(p.ask("--to", "10.7.0.1:2600")["sent_as"] == {"uid": 4711, "user": "postfix"}, "the mail user")


def check_tls(p):
    x = p.exchange("[relay.post.example]:587")
    require(x["stage"] == "done" and x["starttls"] and x["tls"]["established"] and not x["tls"]["problems"] and
            x["auth"] == ["PLAIN", "LOGIN"] and x["auth_without_tls"] == [] and x["size_limit"] == 5000 and
            38 <= x["tls"]["certificate"]["days_left"] <= 40, f"good: {x}")
    x = p.exchange("[relay.post.example]:465")
    require(x["stage"] == "done" and x["tls"]["established"] and not x["starttls"], f"wrapper: {x}")
    x = p.exchange("[relay.post.example]:588")
    require(x["tls"]["problems"] == ["expired"] and x["tls"]["certificate"]["days_left"] < 0, f"expired: {x}")
    x = p.exchange("[relay.post.example]:589")
    require(x["tls"]["problems"] == ["other-name"] and x["tls"]["certificate"]["names"] == ["www.other.example"],
            f"other: {x}")
    base = os.path.join(p.root, "etc/postfix")
    shutil.copy(os.path.join(p.scratch, "other.pem"), base)
    os.mkfifo(os.path.join(base, "fifo.pem"))
    os.symlink("/dev/zero", os.path.join(base, "zero.pem"))
    os.mkdir(os.path.join(base, "authorities"))
    for settings, problems in {
            "smtp_tls_CAfile = /etc/postfix/other.pem": ["unknown-issuer"],
            "smtp_tls_CAfile = /etc/postfix/gone.pem": ["issuer-not-checked"],
            "smtp_tls_CAfile = /etc/postfix/fifo.pem": ["issuer-not-checked"],
            "smtp_tls_CAfile = /etc/postfix/zero.pem": ["issuer-not-checked"],
            "smtp_tls_CAfile = ${undefined?": ["issuer-not-checked"],
            "smtp_tls_CAfile =\nsmtp_tls_CApath = /etc/postfix/authorities": ["unknown-issuer"],
            "smtp_tls_CAfile =\nsmtp_tls_CApath = /etc/postfix/none": ["issuer-not-checked"]}.items():
        p.configure(settings + "\n")
        x = p.exchange("[relay.post.example]:587")
        require(x["tls"]["problems"] == problems, f"{settings}: {x}")
    shutil.copy(os.path.join(p.scratch, "ca.pem"), os.path.join(base, "authorities", "1234abcd.0"))
    p.configure("smtp_tls_CAfile =\nsmtp_tls_CApath = /etc/postfix/authorities\n")
    require(not p.exchange("[relay.post.example]:587")["tls"]["problems"], "smtp_tls_CApath")
    p.configure("")
    x = p.exchange("[relay.post.example]:25")
    require(x["stage"] == "done" and x["tls"] is None, f"smtp-sink: {x}")
    text = p.text("--to", "[relay.post.example]:588").decode()
    require("has expired" in text and "2025-01-01T00:00:00Z" in text, text)


def check_log_in(p, scratch, heard):
    def secret(line):
        path = os.path.join(p.root, "etc/postfix/sasl_passwd")
        with open(path, "w", encoding="ascii") as f:
            f.write("# the relay\n" + line + "\n")
        os.chmod(path, 0o600)

    p.configure("relayhost = [relay.post.example]:587\nsmtp_sasl_password_maps = texthash:/etc/postfix/sasl_passwd\n")
    secret("[relay.post.example]:587 hare:secret")
    target = p.ask("--auth")["targets"][0]
    require(target["purpose"] == "relayhost" and target["exchanges"][0]["logged_in"] is True, f"log-in: {target}")
    secret("[relay.post.example]:587 hare:wrong")
    x = p.ask("--auth")["targets"][0]["exchanges"][0]
    require(x["stage"] == "auth" and x["reply"]["code"] == 535 and x["logged_in"] is False, f"wrong: {x}")
    require(b"wrong" not in p.text("--auth", "--verbose"), "the password is shown")
    heard.clear()
    require(p.ask()["targets"][0]["status"] == "ok", "without --auth")
    require(not any(line.startswith(b"AUTH") for line in heard), "credentials were sent unasked")
    secret("[relay.post.example]:587 hare:secret")
    p.configure("relayhost = [relay.post.example]:25\nsmtp_sasl_password_maps = texthash:/etc/postfix/sasl_passwd\n")
    secret("[relay.post.example]:25 hare:secret")
    x = p.ask("--auth")["targets"][0]["exchanges"][0]
    require(x["stage"] == "auth" and x["errno"] == "EPERM", f"no log-in without TLS: {x}")
    secret("[other.example]:25 hare:secret")
    done = subprocess.run([p.program, "probe", "--root", p.root, "--auth"], capture_output=True, text=True, check=False)
    require(done.returncode == 64 and "no entry" in done.stderr, f"no entry: {done}")
    p.configure("")


def check_domain(p):
    def facts(*args):
        return {(f["kind"], f["subject"]): f["state"] for f in p.ask("--to", "10.7.0.1", *args)["domain"]["facts"]}

    got = facts("--selector", "s1", "--selector", "gone", "--selector", "none", "--dnsbl", "list.post.example",
                "--dnsbl", "busy.post.example", "--dnsbl", "made.post.example", "--dnsbl", "clean.post.example")
    want = {
        ("spf", "post.example"): "good", ("dmarc", "_dmarc.post.example"): "good",
        ("dkim", "s1._domainkey.post.example"): "good", ("dkim", "gone._domainkey.post.example"): "bad",
        ("dkim", "none._domainkey.post.example"): "bad", ("ptr", "10.7.0.1"): "good",
        ("dnsbl", "1.0.7.10.list.post.example"): "bad", ("dnsbl", "1.0.7.10.busy.post.example"): "unknown",
        ("dnsbl", "1.0.7.10.made.post.example"): "unknown", ("dnsbl", "1.0.7.10.clean.post.example"): "good",
    }
    require(got == want, f"facts: {got}")
    for name in ("open", "twice", "none"):
        require(facts("--domain", name + ".post.example")[("spf", name + ".post.example")] == "bad", f"SPF of {name}")
    require(facts("--domain", "elsewhere.example")[("spf", "elsewhere.example")] == "unknown", "SPF without answer")
    p.configure("smtp_helo_name = liar.post.example\n")
    require(facts()[("ptr", "10.7.0.2")] == "bad", "a name that does not lead back")
    p.configure("")


def check_hostile(p):
    stages = {2701: "greeting", 2702: "greeting", 2703: "greeting", 2704: "greeting", 2705: "done", 2706: "greeting",
              2707: "tls", 2708: "ehlo"}
    hostile({2701: "endless_greeting", 2702: "endless_line", 2703: "silent", 2704: "trickle", 2705: "controls",
             2706: "not_smtp", 2707: "no_tls_after_all", 2708: "many_lines"})
    arguments = [word for port in stages for word in ("--to", f"10.7.0.1:{port}")]
    start = time.monotonic()
    answer = p.ask("--timeout", "4", *arguments)
    require(time.monotonic() - start < 30, "hostile servers hold the program up")
    got = {t["port"]: t["exchanges"][0]["stage"] for t in answer["targets"]}
    require(got == stages, f"stages: {got}")
    text = p.text("--timeout", "4", "--verbose", *arguments)
    require(all(b == 10 or 32 <= b < 127 or b >= 0xa0 or b >= 0x80 for b in text) and b"\x1b" not in text and
            b"\x07" not in text, "control bytes reach the terminal")


def check_payloads(p):
    """Payloads in all that a server says, through every format: nothing active, and they did get there."""
    said = [b"q%03dq" % i + piece.replace(b"\n", b"_").replace(b"\r", b"_")[:300]
            for i, piece in enumerate(strings.PIECES)]

    def speaker(payload, stage):
        """Refuses at this stage in these words, which it has said before as well."""
        def talk(c):
            c.sendall((b"554 " if stage == 0 else b"220 ") + payload + b"\r\n")
            for line in lines_of(c):
                if line[:4].upper() in (b"EHLO", b"HELO"):
                    c.sendall(b"500 " + payload + b"\r\n" if stage == 1 else
                              b"250-" + payload + b"\r\n250-AUTH " + payload + b"\r\n250-SIZE " + payload +
                              b"\r\n250 STARTTLS\r\n" if stage == 2 else b"250 " + payload + b"\r\n")
                else:
                    c.sendall(b"454 " + payload + b"\r\n")
        return talk

    for i, payload in enumerate(said):
        serve(3000 + i, speaker(payload, i % 4))
    arguments = [word for i in range(len(said)) for word in ("--to", f"10.7.0.1:{3000 + i}")]
    for form in ("text", "json", "ndjson"):
        data = p.text("--format", form, "--verbose", "--timeout", "4", *arguments)
        faults = validate.faults("probe", form, data)
        require(not faults, f"payloads: {faults}")
        seen = set(re.findall(rb"q\d\d\dq", data))
        require(len(seen) > len(said) / 2, f"{form}: only {len(seen)} of {len(said)} payloads to be seen")
    for i in range(0, len(said), GROUP):
        name = f"evil{i}.post.example"
        form = ("text", "json", "ndjson")[i // GROUP % 3]
        data = p.text("--format", form, "--verbose", "--timeout", "2", "--to", name, "--domain", name, "--selector", "s1")
        faults = validate.faults("probe", form, data)
        require(not faults, f"payloads in DNS: {faults}")


def check_calls(p):
    """Nobody is spoken with but the resolver and the server asked about; no program is run."""
    if not shutil.which("strace"):
        return
    log = os.path.join(p.scratch, "trace")
    done = subprocess.run(["strace", "-f", "-qq", "-o", log, "-e", "trace=execve,connect,sendto,sendmsg,sendmmsg,bind,listen",
                           p.program, "probe", "--root", p.root, "--to", "[relay.post.example]:588", "--to", "post.example"],
                          capture_output=True, check=False, timeout=100)
    if done.returncode:
        print("probe cannot be traced here:", done.stderr.decode()[:200])
        return
    with open(log, encoding="utf-8", errors="replace") as f:
        lines = f.read().splitlines()
    told = set()
    for line in lines:
        far = re.search(r"sin6?_port=htons\((\d+)\).*?(?:inet_addr\(\"([^\"]*)\"|AF_INET6, \"([^\"]*)\")", line)
        if far and " bind(" not in line:
            told.add((far.group(2) or far.group(3), int(far.group(1))))
        elif "AF_UNIX" in line:
            # the resolver's cache, which the C library looks for
            require("nscd" in line, f"a socket of this host: {line}")
        require(" listen(" not in line, f"waits for others: {line}")
    require(sum("execve(" in line for line in lines) == 1, "a program is run")
    # port 0: the C library asks which address would be its own, nothing is sent
    told = {t for t in told if t[1]}
    want = {("10.7.0.53", 53), ("10.7.0.1", 588), ("10.7.0.1", 25), ("10.7.0.2", 25)}
    require(told and told <= want and want <= told, f"spoken with: {told}")


def check_time(p):
    """Ten next hops, half of them dead."""
    alive = [f"[relay.post.example]:{port}" for port in (25, 465, 587, 588, 589)]
    dead = [f"10.9.0.{i}:25" for i in range(5, 10)]
    start = time.monotonic()
    answer = p.ask(*[word for to in alive + dead for word in ("--to", to)])
    took = time.monotonic() - start
    print(f"ten next hops, five of them dead: {took:.1f} s")
    require([t["status"] for t in answer["targets"]] == ["ok"] * 5 + ["failed"] * 5, "ten next hops")


def check_schema(p):
    if schema.jsonschema is None:
        return
    faults = schema.errors(p.ask("--to", "post.example", "--to", "[relay.post.example]:588"))
    require(not faults, f"schema: {faults}")
    for line in p.text("--format", "ndjson", "--to", "[relay.post.example]:588").splitlines():
        faults = schema.errors(json.loads(line))
        require(not faults, f"schema of a record: {faults}")


FAULTS = [["--to", "[relay.post.example]:587"], ["--to", "post.example", "--selector", "s1"],
          ["--to", "[relay.post.example]:588"], ["--auth"]]


def bare(answer):
    """An answer without what differs from run to run."""
    if isinstance(answer, dict):
        return {k: bare(v) for k, v in answer.items()
                if not k.endswith("_ms") and k not in ("generated", "at", "sources", "days_left")}
    return [bare(v) for v in answer] if isinstance(answer, list) else answer


def leaves(a, b, path=()):
    """The places where two answers differ: (path, value, other value)."""
    if isinstance(a, dict) and isinstance(b, dict):
        for k in a.keys() | b.keys():
            yield from leaves(a.get(k), b.get(k), path + (k,))
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from leaves(x, y, path + (i,))
    elif a != b:
        yield path, a, b


def fault_run(p, args, kind, at=0, trace=None):
    return subprocess.run([p.program, "probe", "--root", p.root, "--format", "json", "--timeout", "2", *args],
                          capture_output=True, check=False, timeout=100, env={**os.environ, **points.environment(kind, at, trace)})


def fault_of(done, good):
    """What is wrong with a run of which one call failed; None when nothing is."""
    if points.crashed(done.returncode, done.stderr, (0, 1, 3, 64)):
        return f"exit {done.returncode}: {done.stderr[-1500:]}"
    if done.returncode in (1, 64):
        return None if done.stderr else "failed without a word"
    now = bare(json.loads(done.stdout))
    changes = list(leaves(good, now))
    said = not now["complete"] or any(path[-1] == "errno" and new for path, _, new in changes)
    for path, old, new in changes:
        if path[-1] == "problems":
            if set(new) - set(old) - {"issuer-not-checked"}:
                return f"the certificate: {old}, now {new}"
            continue
        if path[-1] == "state" and new not in ("unknown", None):
            return f"{path}: {old}, now {new}"
        if new is not None and not said:
            return f"{path}: {old}, now {new}, without a word"
    return None


def check_faults(p, sample):
    """Every allocation and every call of input or output fails once."""
    p.configure("relayhost = [relay.post.example]:587\nsmtp_sasl_password_maps = texthash:/etc/postfix/sasl_passwd\n")
    with open(os.path.join(p.root, "etc/postfix/sasl_passwd"), "w", encoding="ascii") as f:
        f.write("[relay.post.example]:587 hare:secret\n")
    os.chmod(f.name, 0o600)
    seen = collections.defaultdict(set)
    runs, faults = 0, []
    for args in FAULTS:
        good = bare(json.loads(fault_run(p, args, "none").stdout))
        for kind in points.KINDS:
            places = points.places(lambda trace, k=kind, a=args: fault_run(p, a, k, trace=trace))
            for at in points.choose(places, sample, seen[kind]):
                wrong = fault_of(fault_run(p, args, kind, at), good)
                runs += 1
                if wrong:
                    faults.append(wrong)
                    print("FAILED:", *args, kind, at, "of", len(places), wrong)
    print(f"{runs} runs, {len(faults)} failures; places:", ", ".join(f"{k} {len(v)}" for k, v in seen.items()))
    require(not faults, f"{len(faults)} faults")


def run(program, sample):
    network()
    scratch = tempfile.mkdtemp(prefix="postseal-probe-")
    os.chmod(scratch, 0o755)
    servers = []
    try:
        resolver(scratch, "10.7.0.53")
        call("mount", os.path.join(scratch, "resolv.conf").encode(), os.path.realpath("/etc/resolv.conf").encode(),
             None, MS_BIND, None)
        servers.append(start_nsd(scratch))
        for address in ("10.7.0.1", "10.7.0.2"):
            servers.append(subprocess.Popen(["smtp-sink", "-u", "nobody", f"inet:{address}:25", "100"],
                                            stderr=subprocess.DEVNULL, cwd="/"))
            wait_port(address, 25)
        heard = []
        for port, (name, wrapper) in {587: ("good", False), 465: ("good", True), 588: ("expired", False),
                                      589: ("other", False)}.items():
            if port == 587:
                pairs = certificates(scratch)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*pairs[name])
            serve(port, smtp(context, wrapper, trace=heard))
        p = Probe(program, scratch)
        if sample:
            check_faults(p, sample)
            return
        check_dns(p, scratch)
        check_connect(p)
        check_tls(p)
        check_log_in(p, scratch, heard)
        check_domain(p)
        check_schema(p)
        check_hostile(p)
        check_payloads(p)
        check_calls(p)
        check_time(p)
    finally:
        for server in servers:
            server.send_signal(signal.SIGTERM)
        shutil.rmtree(scratch, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--faults", type=int, default=0, metavar="N")
    args = parser.parse_args()
    missing = [name for name in NEEDED if not shutil.which(name)]
    if os.geteuid() != 0 or missing:
        print("skipped: needs root" if not missing else "skipped: not installed: " + " ".join(missing))
        return 77
    try:
        run(os.path.abspath(args.program), args.faults)
    except Failure as f:
        print("FAILED:", f)
        return 1
    except (OSError, PermissionError) as e:
        if getattr(e, "strerror", "") in ("unshare", "mount"):
            print("skipped: no namespace here:", e)
            return 77
        raise
    if not args.faults:
        print("every server was judged as it is")
    return 0


if __name__ == "__main__":
    sys.exit(main())
