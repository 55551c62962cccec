#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""reach_agree.py POSTSEAL DIR [EVERY] - the answer for all addresses against the answers for single ones.

For each NAME.json with NAME.topo.json in DIR (every EVERYth): "reach --in" and "--out" give sets of far ends;
together they must be all addresses, no two may share one, and at the edges of each set, and somewhere inside,
the probe of that one address must be told the same verdict, deciding rule and reachability."""
import ipaddress, json, os, random, subprocess, sys

ALL = {4: ipaddress.ip_network("0.0.0.0/0"), 6: ipaddress.ip_network("::/0")}


def postseal(program, *args, text=""):
    r = subprocess.run([program, "reach", *args], input=text, capture_output=True, text=True)
    if r.returncode:
        raise SystemExit("%s: %s" % (" ".join(args), r.stderr.strip()))
    return r.stdout


def spans(prefixes):
    return [(int(n[0]), int(n[-1])) for n in (ipaddress.ip_network(p) for p in prefixes)]


def families(rows, far):
    out = {4: [], 6: []}
    for row in rows:
        out[ipaddress.ip_network(row[far][0]).version].append(row)
    return out


def partition_fault(rows, far, version):
    """do the rows share an address, or leave one out"""
    at = 0
    for lo, hi in sorted(s for r in rows for s in spans(r[far])):
        if lo != at:
            return "%s at %s" % ("two rows" if lo < at else "no row", ipaddress.ip_address(at))
        at = hi + 1
    return None if at == int(ALL[version][-1]) + 1 else "no row for the last addresses"


def points(rng, row, far):
    got = spans(row[far])
    some = [got[0], got[-1], rng.choice(got)]
    return sorted({p for lo, hi in some for p in (lo, hi, rng.randint(lo, hi))})


def shape(verdict, by, reachable):
    """probes name the decider of refusals alone"""
    refused = verdict == "drop" or verdict.startswith("reject")
    return {"verdict": "reject" if verdict.startswith("reject") else verdict, "by": by if refused else None,
            "reachable": reachable}


def of_row(row):
    d = row["decided_by"]
    by = d and [d["family"], d["table"], d["chain"], d["handle"] or "policy"]
    return shape(row["verdict"], by, row["reachable"])


def of_probe(a):
    b = a.get("by")
    return shape(a["verdict"], b and [b["family"], b["table"], b["chain"], b["rule"]], a["reachable"])


def near_of(topo, row, path):
    """interface and own address of an incoming row"""
    for dst in row["destinations"]:
        for name, i in topo["ifaces"].items():
            if dst in [x.split("/")[0] for x in i.get("addrs", [])]:
                yield path["interface"] or name, dst


def questions(rng, topo, path, row, version):
    far = "sources" if path["direction"] == "in" else "destinations"
    for p in points(rng, row, far):
        a = str(ipaddress.IPv4Address(p) if version == 4 else ipaddress.IPv6Address(p))
        if path["direction"] == "out":
            yield {"dir": "out", "dst": a, "dport": path["port"]}
            continue
        for iif, dst in near_of(topo, row, path):
            if a != dst and not ipaddress.ip_address(a).is_loopback:  # martians: no rule's doing
                yield {"dir": "in", "iif": iif, "src": a, "dst": dst, "dport": path["port"]}


def martian(topo, q):
    """own addresses as the source of what comes in: refused by routing, not by a rule"""
    own = [x.split("/")[0] for i in topo["ifaces"].values() for x in i.get("addrs", [])]
    return q["dir"] == "in" and q["src"] in own


def one(program, rng, base):
    topo = json.load(open(base + ".topo.json"))
    common = ["--ruleset", base + ".json", "--topology", base + ".topo.json"]
    faults, n = [], 0
    for way in ("--in", "--out"):
        doc = json.loads(postseal(program, *common, way, "--user", "0", "--format", "json"))
        for path in doc["paths"]:
            far = "sources" if way == "--in" else "destinations"
            for version, rows in families(path["answer"], far).items():
                near = {tuple(r["destinations"]) for r in rows} if way == "--in" else {()}
                why = partition_fault(rows, far, version) if rows and len(near) == 1 else None
                if why:
                    faults.append("%s %s %d IPv%d: %s" % (base, way, path["port"], version, why))
                ask = [(r, q) for r in rows for q in questions(rng, topo, path, r, version) if not martian(topo, q)]
                told = postseal(program, *common, "--probe", "-",
                                text="".join(json.dumps(q) + "\n" for _, q in ask)).splitlines()
                for (row, q), line in zip(ask, told):
                    n += 1
                    want, got = of_row(row), of_probe(json.loads(line))
                    if want != got:
                        faults.append("%s %s\n  of all   %s\n  of one   %s" % (base, json.dumps(q), want, got))
    return n, faults


def main():
    program, top = sys.argv[1:3]
    every = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    rng = random.Random(4)
    total, faults = 0, []
    names = sorted(f[:-len(".topo.json")] for f in os.listdir(top) if f.endswith(".topo.json"))
    for name in names[::every]:
        n, bad = one(program, rng, os.path.join(top, name))
        total += n
        faults += bad
    print("%d addresses of %d rulesets, %d differ" % (total, len(names[::every]), len(faults)))
    print("\n".join(faults[:12]))
    sys.exit(1 if faults or not total else 0)


if __name__ == "__main__":
    main()
