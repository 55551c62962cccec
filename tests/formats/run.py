#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every verb in every format on recorded incidents: valid, equal in every time zone, complete.

usage: run.py PROGRAM

SARIF against its schema and our JSON against ours (python3-jsonschema, ajv), JUnit with xmllint,
Prometheus with promtool, HTML as a tree that closes and fetches nothing. page.py looks at it in a
browser. Exit status 77 when all that could be checked was, and a tool for the rest is missing.
"""
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "incidents")]
import assemble  # noqa: E402
import validate  # noqa: E402

INCIDENTS = os.path.join(HERE, "..", "incidents")
NAMES = ["06-relay-2525-name-connect", "17-maildir-home-label", "32-fw-in-no-25",
         "40-firewalld-zone-no-smtp", "71-mixed-queue-many-causes", "81-healthy-control", "84-no-auditd"]
ELSEWHERE = {"TZ": "Asia/Kathmandu", "LC_ALL": "C"}


def check(program, root, name):
    out = []
    for verb, forms in validate.FORMATS.items():
        for form in forms:
            what = f"{name}: {verb}"
            code, data, err = validate.run(program, verb, form, root)
            if code or err or not data:
                out.append(f"{what}: {form}: exit status {code}: {err}")
                continue
            out += validate.faults(what, form, data)
            if validate.run(program, verb, form, root, env=ELSEWHERE)[1] != data:
                out.append(f"{what}: {form}: other bytes in another time zone")
    return out


# a fault for the validator of each format: what is replaced, and by what
PLANTED = {
    "json": (b'"complete": true', b'"complete": "yes"'),
    "ndjson": (b'"record":"end"', b'"record":"fin"'),
    "sarif": (b'"version": "2.1.0"', b'"version": "2.2.0"'),
    "junit": (b"<testcase ", b"<testcase odd='1' "),
    "markdown": (b"### postseal", b"### <img> postseal"),
    "html": (b"<main>", b"<main><script></script>"),
    "github": (b"::notice title=", b"::set-env name="),
    "prometheus": (b"# TYPE postseal_audit_info gauge", b"# TYPE postseal_audit_info counter"),
}


def planted(program, root):
    """Faults that the validators do not see; what they note for ajv and promtool is looked at here."""
    out = []
    for form, (good, bad) in PLANTED.items():
        data = validate.run(program, "audit", form, root)[1]
        if good not in data:
            out.append(f"{form}: nothing to plant a fault in")
        elif not validate.faults("planted", form, data.replace(good, bad, 1)) and \
                not validate.promtool_faults():
            out.append(f"{form}: a planted fault is not seen")
    if not validate.ajv_faults() and "node-ajv" not in validate.MISSING:
        out.append("ajv sees none of the planted faults")
    validate.NOTED.clear()
    validate.PROM.clear()
    return out


def refused(program, root):
    """A format a verb does not have is an error that names those it has."""
    out = []
    for verb in ("explain", "denials", "reach", "rules"):
        code, data, err = validate.run(program, verb, "sarif", root)
        if code != 64 or data or "text, json" not in err:
            out.append(f"{verb}: sarif: exit status {code}: {err}")
    return out


def main():
    program = os.path.abspath(sys.argv[1])
    out = []
    with tempfile.TemporaryDirectory(prefix="postseal-formats-") as scratch:
        assemble.assemble(os.path.join(INCIDENTS, NAMES[-2]), os.path.join(scratch, "good"))
        out += planted(program, os.path.join(scratch, "good"))
        for name in NAMES:
            root = os.path.join(scratch, name[:2])
            assemble.assemble(os.path.join(INCIDENTS, name), root)
            out += check(program, root, name[:2])
        out += refused(program, scratch)
    out += validate.later_faults()
    for fault in out:
        print(fault)
    n = len(NAMES) * sum(len(f) for f in validate.FORMATS.values())
    print(f"{n} documents, {len(out)} faults; missing: {sorted(validate.MISSING) or 'nothing'}")
    if out:
        return 1
    return 77 if validate.MISSING else 0


if __name__ == "__main__":
    sys.exit(main())
