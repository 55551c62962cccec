#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""reach_kernel.py POSTSEAL [ROUNDS [SEED]] - random rulesets, asked of the kernel and of "postseal reach".

Two private network namespaces are joined by a veth pair. The ruleset under test is loaded into one, in
which every port asked has a listener; the other connects from many source addresses and exchanges data.
Where postseal is definite about "reachable", the exchange must go as it says.
Exit status 77 where there is no root, no nft or no namespace."""
import ctypes, json, os, random, shutil, signal, socket, subprocess, sys, tempfile, threading

HOST, PORTS = "198.51.100.10", [25, 465, 587, 2525]
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def run(*args, **kw):
    return subprocess.run(args, check=True, capture_output=True, text=True, **kw)


def unshare():
    if libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")


def address(rng):
    return rng.choice(["203.0.113.%d", "192.0.2.%d", "10.1.2.%d", "198.18.0.%d"]) % rng.randrange(1, 255)


def match(rng):
    return rng.choice([
        lambda: "tcp dport %d" % rng.choice(PORTS),
        lambda: "tcp dport { %s }" % ", ".join(map(str, rng.sample(PORTS, 2))),
        lambda: "tcp dport != %d" % rng.choice(PORTS),
        lambda: "ip saddr %s" % address(rng),
        lambda: "ip saddr %s/%d" % (address(rng), rng.choice([24, 25, 28])),
        lambda: "ip saddr != 203.0.113.0/25",
        lambda: "ip saddr . tcp dport { 203.0.113.0/24 . 25, 192.0.2.0-192.0.2.99 . 400-600 }",
        lambda: "ip saddr @some",
        lambda: 'iifname "eth0"',
        lambda: "ct state new",
        lambda: "ct state { new, untracked }",
        lambda: "meta mark 0x1",
        lambda: "ip6 saddr != ::1",
        lambda: "tcp flags & (syn|ack) == syn",
        lambda: "fib saddr type != local",
    ])()


def rule(rng, chains):
    what = " ".join(match(rng) for _ in range(rng.randrange(1, 3)))
    end = rng.choice(["accept", "accept", "drop", "reject", "reject with tcp reset", "return", "counter",
                      "meta mark set 0x1"] + ["jump " + c for c in chains] + ["goto " + c for c in chains])
    if end == "reject with tcp reset":
        what = "meta l4proto tcp " + what
    return "\t\t%s %s" % (what, end)


def ruleset(rng):
    out = ["table inet t {", "\tset some { type ipv4_addr; flags interval; elements = { 203.0.113.0/26, 10.1.2.7 }; }"]
    out += ["\tchain sub {"] + [rule(rng, []) for _ in range(3)] + ["\t}"]
    for hook, name, prio in (("prerouting", "pre", -150), ("input", "in", 0), ("input", "in2", rng.choice([0, 5, -5])),
                             ("output", "out", 0)):
        if rng.random() < .6 or name == "in":
            policy = rng.choice(["accept", "accept", "drop"])
            out.append("\tchain %s {\n\t\ttype filter hook %s priority %d; policy %s;" % (name, hook, prio, policy))
            if rng.random() < .8:
                out.append("\t\tct state established,related accept")
            rules = [rule(rng, ["sub"]) for _ in range(rng.randrange(1, 5))]
            out += [r for r in rules if hook in ("input", "output") or "reject" not in r] + ["\t}"]
    if rng.random() < .4:
        out.append("\tchain nat {\n\t\ttype nat hook prerouting priority -100;\n\t\ttcp dport %d redirect to :2525\n\t}" % rng.choice(PORTS[:3]))
    return "\n".join(out + ["}"]) + "\n"


def serve():
    def answer(c):
        try:
            c.settimeout(1)
            if c.recv(16):
                c.send(b"250 ok")
        except OSError:
            pass
        c.close()

    def loop(s):
        while True:
            threading.Thread(target=answer, args=(s.accept()[0],), daemon=True).start()
    for port in PORTS:
        s = socket.create_server(("0.0.0.0", port), backlog=256)
        threading.Thread(target=loop, args=(s,), daemon=True).start()


def peer(up, probes, answers):
    """the other namespace: set up, then one exchange for each probe asked"""
    os.read(up, 1)
    nets = ["route add local %s.0/24 dev lo" % n for n in ("203.0.113", "192.0.2", "10.1.2", "198.18.0")]
    for c in ("link set lo up", "link set peer address 02:00:00:00:00:01 arp off up", *nets, "route add default dev peer src 203.0.113.1"):
        subprocess.run(["ip"] + c.split(), capture_output=True)
    for line in probes:
        p = json.loads(line)
        s = socket.socket()
        s.settimeout(.15)
        try:
            s.bind((p["src"], p["sport"]))
            s.connect((HOST, p["dport"]))
            s.send(b"EHLO")
            got = bool(s.recv(16))
        except OSError:
            got = False
        s.close()
        answers.write("%d\n" % got)
        answers.flush()


def one(postseal, rng, tmp, ask, hear):
    text = ruleset(rng)
    run("nft", "flush", "ruleset")
    if subprocess.run(["nft", "-f", "-"], input=text, capture_output=True, text=True).returncode:
        return 0, 0, 0  # matches that exclude each other
    listing = os.path.join(tmp, "rules.json")
    with open(listing, "w") as f:
        f.write(run("nft", "-j", "-a", "list", "ruleset").stdout)
    probes = [{"id": i, "dir": "in", "iif": "eth0", "src": address(rng), "sport": rng.randrange(20000, 60000),
               "dst": HOST, "dport": rng.choice(PORTS[:3])} for i in range(8)]
    ours = run(postseal, "reach", "--ruleset", listing, "--topology", os.path.join(tmp, "topo.json"), "--probe", "-",
               input="".join(json.dumps(p) + "\n" for p in probes)).stdout.splitlines()
    wrong = passed = 0
    for p, o in zip(probes, map(json.loads, ours)):
        ask.write(json.dumps(p) + "\n")
        ask.flush()
        got = hear.readline().strip() == "1"
        passed += got
        if o["reachable"] != "depends" and o["reachable"] != got:
            wrong += 1
            print("probe %s\nours %s\nkernel: exchange %s\n%s" % (p, o, got, text))
    return len(probes), wrong, passed


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
    total = wrong = passed = 0
    try:
        try:
            run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "peer", "netns", str(pid))
        except subprocess.CalledProcessError:
            sys.exit(77)
        for c in ("link set lo up", "link set eth0 address 02:00:00:00:00:01 arp off up", "addr add %s/24 dev eth0" % HOST, "route add default dev eth0"):
            run("ip", *c.split())
        for key in ("all", "default", "eth0"):
            with open("/proc/sys/net/ipv4/conf/%s/rp_filter" % key, "w") as f:
                f.write("0")
        os.write(up_w, b"x")
        serve()
        with tempfile.TemporaryDirectory() as tmp:
            with open(os.path.join(tmp, "topo.json"), "w") as f:
                json.dump({"ifaces": {"lo": {}, "eth0": {"addrs": [HOST + "/24"]}}, "forward": False,
                           "default_dev": "eth0"}, f)
            ask, hear = os.fdopen(ask_w, "w"), os.fdopen(hear_r)
            for i in range(rounds):
                n, bad, good = one(postseal, random.Random(seed * 1000 + i), tmp, ask, hear)
                total, wrong, passed = total + n, wrong + bad, passed + good
    finally:
        os.kill(pid, signal.SIGKILL)
    print("%d probes of %d rulesets, %d exchanges passed, %d wrong" % (total, rounds, passed, wrong))
    sys.exit(1 if wrong or not passed else 0)


if __name__ == "__main__":
    main()
