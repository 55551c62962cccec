#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gen_ruleset.py rules N | elements N > RULESET.json - an nft JSON listing of a given size

rules: N rules of the kinds real listings have, one refused source each every other rule;
elements: one set of N addresses that is refused in front of three open ports."""
import json, random, sys


def base():
    return [{"metainfo": {"version": "1.1.0", "json_schema_version": 1}},
            {"table": {"family": "inet", "name": "filter", "handle": 1}}]


def chain():
    return {"chain": {"family": "inet", "table": "filter", "name": "input", "handle": 1, "type": "filter",
                      "hook": "input", "prio": 0, "policy": "drop"}}


def rule(handle, *expr):
    return {"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": handle, "expr": list(expr)}}


def match(left, right, op="=="):
    return {"match": {"op": op, "left": left, "right": right}}


SADDR = {"payload": {"protocol": "ip", "field": "saddr"}}
DPORT = {"payload": {"protocol": "tcp", "field": "dport"}}
COUNTER = {"counter": {"packets": 0, "bytes": 0}}
STATE = match({"ct": {"key": "state"}}, ["established", "related"], "in")


def address(rng):
    return "%d.%d.%d.%d" % (rng.randrange(11, 190), rng.randrange(256), rng.randrange(256), rng.randrange(1, 255))


def rules(n):
    rng = random.Random(n)
    out = base() + [chain(), rule(2, STATE, {"accept": None})]
    for i in range(n):
        if i & 1:
            out.append(rule(i + 3, match(SADDR, address(rng)), match(DPORT, {"set": [25, 465, 587]}), COUNTER,
                            {"drop": None}))
        else:
            out.append(rule(i + 3, match({"meta": {"key": "iifname"}}, "eth%d" % rng.randrange(4)),
                            match(DPORT, rng.randrange(1024, 65535)), COUNTER, {"accept": None}))
    out.append(rule(n + 3, match(DPORT, {"set": [25, 465, 587]}), {"accept": None}))
    return out


def elements(n):
    rng = random.Random(n)
    found = set()
    while len(found) < n:
        found.add(address(rng))
    return base() + [
        {"set": {"family": "inet", "name": "bad", "table": "filter", "type": "ipv4_addr", "handle": 2,
                 "elem": sorted(found)}},
        chain(), rule(3, STATE, {"accept": None}), rule(4, match(SADDR, "@bad"), {"drop": None}),
        rule(5, match(DPORT, {"set": [25, 465, 587]}), {"accept": None})]


def main():
    make = {"rules": rules, "elements": elements}[sys.argv[1]]
    json.dump({"nftables": make(int(sys.argv[2]))}, sys.stdout)


if __name__ == "__main__":
    main()
