#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""reach_truth.py POSTSEAL DIR... - score "postseal reach --probe" against recorded verdicts of the kernel.

Each DIR holds NAME.json (nft -j list ruleset), NAME.topo.json (interfaces, addresses, routes) and
NAME.truth.jsonl (a probe and what the kernel did with it, one a line); NAME/etc/firewalld is the
configuration the ruleset was made from, where there is one.

A definite answer that differs from the kernel's is wrong, and one is too many. Fails also when the
deciding rule is right in less than 99.9 % of the refusals, or when more than 1 % of the probes that
the kernel decides get "depends" (rulesets with expressions nobody can know left out)."""
import json, os, subprocess, sys

REFUSED = ("drop", "reject", "reject-rst", "reject-icmp")


def probes(postseal, base, extra, lines):
    p = subprocess.run([postseal, "reach"] + extra + ["--topology", base + ".topo.json", "--probe", "-"],
                       input="".join(json.dumps(l["probe"]) + "\n" for l in lines),
                       capture_output=True, text=True)
    if p.returncode:
        return None, p.stderr.strip()
    return [json.loads(x) for x in p.stdout.splitlines()], None


def kernel_may(k):
    """every outcome the kernel shows: (verdict, icmp, by) of each variant"""
    if "variants" in k:
        return [(v["verdict"], v.get("icmp"), v.get("by"), v["reachable"]) for v in k["variants"]]
    return [(k["verdict"], k.get("icmp"), k.get("by"), k["reachable"])]


def alike(ours, kernel):
    """a compat REJECT whose answer was lost is only "reject" in the record"""
    return ours == kernel or (kernel == "reject" and ours.startswith("reject"))


class Score:
    def __init__(self):
        self.n = self.exact = self.vague = self.vague_counted = self.counted = 0
        self.refusals = self.by_right = 0
        self.wrong = []
        self.vague_of = {}

    def bad(self, name, line, ours, what):
        self.wrong.append("%s: %s\n  probe  %s\n  kernel %s\n  ours   %s" %
                          (name, what, json.dumps(line["probe"]), json.dumps(line["kernel"]), json.dumps(ours)))

    def reachable(self, name, line, o):
        k = line["kernel"]
        outs = {r for _, _, _, r in kernel_may(k)}
        if o["reachable"] != "depends" and outs != {o["reachable"]}:
            self.bad(name, line, o, "reachable")
        return o["reachable"] == "depends" and k["reachable"] != "depends"

    def one(self, name, line, o, fair, handles):
        k = line["kernel"]
        outs = kernel_may(k)
        self.n += 1
        vague = self.reachable(name, line, o)
        if o["verdict"] == "depends":
            vague = vague or k["verdict"] != "depends"
        else:
            if any(not alike(o["verdict"], v) for v, _, _, _ in outs):
                self.bad(name, line, o, "verdict")
            elif any(i and o.get("icmp") and o["icmp"] != i for _, i, _, _ in outs):
                self.bad(name, line, o, "icmp type")
            self.decider(name, line, o, outs, handles)
            to, ours = k.get("to"), o.get("to")
            if to and ours and any(f in to and f in ours and to[f] != ours[f] for f in ("addr", "port")):
                self.bad(name, line, o, "to")
        self.vague += vague
        self.exact += not vague
        if not fair:
            self.counted += 1
            self.vague_counted += vague
            if vague:
                self.vague_of.setdefault(name, []).append(o.get("depends_on"))

    def decider(self, name, line, o, outs, handles):
        if o["verdict"] not in REFUSED:
            return
        kernel = {json.dumps({f: b[f] for f in ("family", "table") + (("chain", "rule") if handles else ())})
                  for _, _, b, _ in outs if b}
        if len(kernel) != 1:
            return
        self.refusals += 1
        by = o.get("by") or {}
        ours = json.dumps({f: by.get(f) for f in ("family", "table") + (("chain", "rule") if handles else ())})
        if ours in kernel:
            self.by_right += 1
        elif by and not o.get("by_depends"):
            self.bad(name, line, o, "deciding rule")


def run(postseal, dirs, kinds, from_xml):
    s = Score()
    for d in dirs:
        for f in sorted(x for x in os.listdir(d) if x.endswith(".truth.jsonl")):
            name = f[:-len(".truth.jsonl")]
            base = os.path.join(d, name)
            if kinds and not name.startswith(tuple(kinds)):
                continue
            tree = os.path.join(base, "etc", "firewalld")
            if from_xml and not os.path.isdir(tree):
                continue
            topo = json.load(open(base + ".topo.json"))
            lines = [json.loads(l) for l in open(base + ".truth.jsonl")]
            extra = ["--firewalld", base] if from_xml else ["--ruleset", base + ".json"]
            ours, err = probes(postseal, base, extra, lines)
            if ours is None or len(ours) != len(lines):
                s.wrong.append("%s: %s" % (name, err or "answers missing"))
                continue
            fair = topo.get("kind") in ("unk", "compat") or bool(topo.get("unknown")) or "xt" in topo.get("features", [])
            for l, o in zip(lines, ours):
                s.one(name, l, o, fair, not from_xml)
    return s


def main():
    args = sys.argv[1:]
    from_xml = "--firewalld" in args
    verbose = "-v" in args
    kinds = [a[len("--kind="):] for a in args if a.startswith("--kind=")]
    args = [a for a in args if not a.startswith("-")]
    s = run(args[0], args[1:], kinds, from_xml)
    print("%d probes, %d exact, %d vague (%d of %d outside the kinds where it is fair), "
          "%d of %d deciders right, %d wrong" %
          (s.n, s.exact, s.vague, s.vague_counted, s.counted, s.by_right, s.refusals, len(s.wrong)))
    for w in s.wrong if verbose else s.wrong[:5]:
        print(w)
    if verbose:
        for name, why in sorted(s.vague_of.items()):
            print("vague %s: %d, %s" % (name, len(why), sorted({x for w in why for x in w or ["?"]})))
    ok = s.n and not s.wrong and s.by_right >= 0.999 * s.refusals and s.vague_counted <= 0.01 * s.counted
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
