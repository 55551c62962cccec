#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""reach_kernel.py POSTSEAL [ROUNDS [SEED]] - random rulesets, asked of the kernel and of "postseal reach".

Two private network namespaces are joined by a veth pair. The ruleset under test (reach_generate.py) is
loaded into one, as nft lists it postseal reads it. Then connections go both ways, IPv4 and IPv6, from many
addresses and as several users, and exchange data. Where postseal is definite about "reachable", the exchange
must go as it says; where it names a refusal that comes through, or a drop, connect() must see that.
A connection that fails against the answer is tried again with more patience: a busy machine is no verdict.
Exit status 77 where there is no root, no nft or no namespace."""
import ctypes
import errno
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

import reach_generate as generate

HOST = {4: generate.NEAR4, 6: generate.NEAR6}
NETS = ["203.0.113.0/24", "192.0.2.0/24", "10.0.0.0/8", "172.16.0.0/12", "8.8.8.8/32", "2001:db8:2::/48",
        "2001:db8:3::/48", "2a00::/12", "fd00::/8"]
CLONE_NEWNET = 0x40000000
REFUSALS = {errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.EACCES, errno.ENETUNREACH, errno.ENOPROTOOPT, errno.EPERM}
libc = ctypes.CDLL(None, use_errno=True)


def run(*args, **kw):
    return subprocess.run(args, check=True, capture_output=True, text=True, **kw)


def unshare():
    if libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")


def serve():
    """a listener on every port asked, each connection gets an answer to what it sends"""
    def answer(c):
        try:
            c.settimeout(3)
            if c.recv(16):
                c.send(b"250 ok")
        except OSError:
            pass
        c.close()

    def loop(s):
        while True:
            threading.Thread(target=answer, args=(s.accept()[0],), daemon=True).start()
    for port in generate.MORE_PORTS + [2526]:
        s = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=256)
        threading.Thread(target=loop, args=(s,), daemon=True).start()


def connect(p, patience, ret):
    """one exchange; ret[id] becomes "data", "timeout" or the number of the error"""
    libc.setfsgid(p.get("uid", 0))  # of this thread alone: the owner of its socket
    libc.setfsuid(p.get("uid", 0))
    s = socket.socket(socket.AF_INET6 if ":" in p["dst"] else socket.AF_INET)
    libc.setfsuid(0)
    libc.setfsgid(0)
    s.settimeout(patience)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        s.bind((p["src"], p["sport"]))
        s.connect((p["dst"], p["dport"]))
        s.send(b"EHLO")
        ret[p["id"]] = "data" if s.recv(16) else "timeout"
    except TimeoutError:
        ret[p["id"]] = "timeout"
    except OSError as e:
        ret[p["id"]] = e.errno
    s.close()


def connect_all(probes, patience):
    ret = {}
    threads = [threading.Thread(target=connect, args=(p, patience, ret)) for p in probes]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return ret


def ip(line):
    subprocess.run(["ip"] + line.split(), check=True, capture_output=True)


def peer(up, asked, answers):
    """the other namespace: it owns all far addresses"""
    os.read(up, 1)
    ip("link set lo up")
    ip("link set peer address 02:00:00:00:00:01 arp off up")
    for n in NETS:
        ip("%s route add local %s dev lo" % ("-6" if ":" in n else "-4", n))
    ip("route add default dev peer src 203.0.113.1")
    ip("-6 route add default dev peer")
    with open("/proc/sys/net/ipv6/ip_nonlocal_bind", "w", encoding="ascii") as f:
        f.write("1")
    serve()
    for line in asked:
        probes, patience = json.loads(line)
        answers.write(json.dumps(connect_all(probes, patience)) + "\n")
        answers.flush()


class Peer:
    def __init__(self, ask, hear):
        self.ask, self.hear = ask, hear

    def connect(self, probes, patience):
        """those that come in are made by the peer, those that go out here"""
        out = connect_all([p for p in probes if p["dir"] == "out"], patience)
        self.ask.write(json.dumps([[p for p in probes if p["dir"] == "in"], patience]) + "\n")
        self.ask.flush()
        out.update({int(k): v for k, v in json.loads(self.hear.readline()).items()})
        return out


def make_probes(rng, n=12):
    out = []
    for i in range(n):
        v6 = rng.random() < .3
        near, far = HOST[6 if v6 else 4], rng.choice(generate.FAR6 if v6 else generate.FAR4)
        p = {"id": i, "sport": rng.randrange(20000, 60000), "dport": rng.choice(generate.PORTS[:3] + generate.MORE_PORTS)}
        if rng.random() < .75:
            p.update(dir="in", iif="eth0", src=far, dst=near)
        else:
            p.update(dir="out", oif="eth0", src=near, dst=far, uid=rng.choice([0, 89, 1000]))
        out.append(p)
    return out


def fault(ours, got):
    """what is wrong with a definite answer, given how the exchange went"""
    if ours["reachable"] != "depends" and ours["reachable"] != (got == "data"):
        return "reachable"
    if got == "data":
        return None
    if ours["verdict"].startswith("reject") and ours.get("answered") not in ("no", "depends") and got not in REFUSALS:
        return "refused without an answer"
    if ours["verdict"] == "drop" and got != "timeout" and got != errno.EPERM:
        return "not dropped"
    return None


def one(postseal, rng, tmp, other):
    text = generate.load(generate.Ruleset(rng).text())
    if not text:
        return 0, 0, 0, 0
    listing = os.path.join(tmp, "rules.json")
    with open(listing, "w", encoding="utf-8") as f:
        f.write(run("nft", "-j", "-a", "list", "ruleset").stdout)
    probes = make_probes(rng)
    lines = run(postseal, "reach", "--ruleset", listing, "--topology", os.path.join(tmp, "topo.json"), "--probe", "-",
                input="".join(json.dumps(p) + "\n" for p in probes)).stdout.splitlines()
    ours = [json.loads(line) for line in lines]
    got = other.connect(probes, .2)
    again = [dict(p, sport=p["sport"] + 1) for p, o in zip(probes, ours) if fault(o, got[p["id"]])]
    if again:
        got.update(other.connect(again, 3))
    wrong = 0
    for p, o in zip(probes, ours):
        if got[p["id"]] in (errno.EADDRNOTAVAIL, errno.EADDRINUSE):
            raise SystemExit("cannot send from %s: %s" % (p["src"], os.strerror(got[p["id"]])))
        why = fault(o, got[p["id"]])
        if why:
            wrong += 1
            print("%s\nprobe %s\nours %s\nkernel: %s\n%s" % (why, p, o, got[p["id"]], text))
    vague = sum(o["reachable"] == "depends" for o in ours)
    return len(probes), wrong, sum(v == "data" for v in got.values()), vague


def host_side(postseal, rounds, seed, pid, up_w, other):
    try:
        run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "peer", "netns", str(pid))
    except subprocess.CalledProcessError:
        sys.exit(77)
    ip("link add eth1 type veth peer name far1")
    for c in ("link set lo up", "link set eth0 address 02:00:00:00:00:01 arp off up", "link set eth1 up",
              "addr add %s/24 dev eth0" % HOST[4], "addr add 198.51.100.11/24 dev eth0", "-6 addr add %s/64 dev eth0 nodad" % HOST[6],
              "route add default dev eth0 src %s" % HOST[4], "-6 route add default dev eth0"):
        ip(c)
    for key in ("all", "default", "eth0"):
        with open("/proc/sys/net/ipv4/conf/%s/rp_filter" % key, "w", encoding="ascii") as f:
            f.write("0")
    os.write(up_w, b"x")
    serve()
    sums = [0, 0, 0, 0]
    with tempfile.TemporaryDirectory() as tmp:
        with open(os.path.join(tmp, "topo.json"), "w", encoding="utf-8") as f:
            json.dump({"ifaces": {"lo": {}, "eth0": {"addrs": [HOST[4] + "/24", "198.51.100.11/24", HOST[6] + "/64"]}, "eth1": {}},
                       "forward": False, "default_dev": "eth0"}, f)
        for i in range(rounds):
            sums = [a + b for a, b in zip(sums, one(postseal, random.Random(seed * 1000 + i), tmp, other))]
    return sums


def main():
    postseal = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 25
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    if os.getuid() or not shutil.which("nft") or not shutil.which("ip"):
        sys.exit(77)
    try:
        unshare()
    except OSError:
        sys.exit(77)
    (ask_r, ask_w), (hear_r, hear_w), (up_r, up_w), (in_r, in_w) = os.pipe(), os.pipe(), os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ask_w)
        unshare()
        os.write(in_w, b"x")
        peer(up_r, os.fdopen(ask_r), os.fdopen(hear_w, "w"))
        os._exit(0)
    os.read(in_r, 1)
    try:
        total, wrong, passed, vague = host_side(postseal, rounds, seed, pid, up_w, Peer(os.fdopen(ask_w, "w"), os.fdopen(hear_r)))
    finally:
        os.kill(pid, signal.SIGKILL)
    print("%d probes of %d rulesets, %d exchanges passed, %d left open, %d wrong" % (total, rounds, passed, vague, wrong))
    sys.exit(1 if wrong or not passed else 0)


if __name__ == "__main__":
    main()
