#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What must be open and no more: audit --needs and --what-if on made roots and on incidents.

usage: needs.py PROGRAM [PART ...]
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
sys.dont_write_bytecode = True
import roots  # noqa: E402
import schema  # noqa: E402

INCIDENTS = os.path.join(HERE, "..", "incidents")
NFT = "etc/nftables.conf"
POLICY = "etc/selinux/default/policy/policy.33"
SPOOL = "postfix_local_write_mail_spool"


CONTEXTS = "etc/selinux/default/contexts/files/file_contexts"

# all that the base needs of SELinux: kind, subject, purpose, domain, class and rights
ACCESSES = {
    ("connect", "tcp/25", "next hop default_transport", "postfix_smtp_t", "tcp_socket", "name_connect"),
    ("connect", "tcp/587", "next hop transport_maps 192.0.2.25", "postfix_smtp_t", "tcp_socket", "name_connect"),
    ("listen", "tcp/25", "listener smtpd smtp", "postfix_master_t", "tcp_socket", "name_bind"),
    ("listen", "tcp/587", "listener smtpd submission", "postfix_master_t", "tcp_socket", "name_bind"),
    ("read", "/etc/aliases.db", "alias_database", "postfix_local_t", "file", "read open"),
    ("read", "/etc/aliases.db", "alias_maps", "postfix_local_t", "file", "read open"),
    ("read", "/etc/postfix/sasl_passwd.db", "smtp_sasl_password_maps", "postfix_smtp_t", "file", "read open"),
    ("read", "/etc/postfix/transport.db", "transport_maps", "postfix_master_t", "file", "read open"),
    ("read", "/etc/ssl/certs/mail.pem", "smtpd_tls_cert_file", "postfix_smtpd_t", "file", "read open"),
    ("read", "/etc/ssl/private/mail.key", "smtpd_tls_key_file", "postfix_smtpd_t", "file", "read open"),
    ("socket", "/run/opendkim/opendkim.sock", "next hop smtpd_milters", "postfix_smtpd_t", "sock_file", "write"),
    ("socket", "/var/spool/postfix/private/auth", "next hop smtpd_sasl_path", "postfix_smtpd_t", "sock_file", "write"),
    ("write", "/var/mail", "mail_spool_directory", "postfix_local_t", "dir", "search write add_name"),
    ("write", "/var/mail", "mail_spool_directory", "postfix_local_t", "file", "create open write append"),
    ("write", "/var/spool/postfix", "queue_directory", "postfix_qmgr_t", "dir", "search"),
}


def accesses(doc):
    return {(n["kind"], n["subject"], n["purpose"], n["source_type"], n["tclass"], n["perms"]) for n in doc["needs"]
            if n["tclass"]}


def mx(*changes):
    r = roots.BASES["mx"]().copy()
    for change in changes:
        change(r)
    return r


def states(doc):
    return {(n["kind"], n["subject"], n["purpose"], n["tclass"]): (n["selinux"], n["firewall"]) for n in doc["needs"]}


class Bench:
    def __init__(self, program, folder):
        self.program, self.folder, self.faults, self.n = program, folder, [], 0

    def place(self, root):
        """Where a made root, or an incident by its number, is."""
        self.n += 1
        out = os.path.join(self.folder, f"root-{self.n}")
        if isinstance(root, roots.Root):
            root.write(out + ".tar")
            return out + ".tar"
        name = next(n for n in os.listdir(INCIDENTS) if n.startswith(root + "-"))
        subprocess.run([sys.executable, os.path.join(INCIDENTS, "assemble.py"), os.path.join(INCIDENTS, name), out],
                       check=True, stdout=subprocess.DEVNULL)
        return out

    def run(self, root, *args):
        done = subprocess.run([self.program, "audit", "--root", root, *args], capture_output=True, timeout=120,
                              check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def ask(self, root, *args):
        code, out, err = self.run(root, *args, "--format", "json")
        doc = json.loads(out) if code == 0 else {"needs": [], "excess": [], "what_if": []}
        self.check(code == 0 and not err, f"{args}: exit {code}: {err}")
        if schema.jsonschema and code == 0:
            self.check(not schema.errors(doc), f"{args}: {schema.errors(doc)[:1]}")
        return doc

    def check(self, good, text):
        if not good:
            self.faults.append(text)

    def same(self, got, want, what):
        self.check(got == want, f"{what}: {got}, not {want}")


def granted(b):
    root = b.place(mx())
    doc = b.ask(root, "--needs")
    s = states(doc)
    b.same([k for k, v in s.items() if "missing" in v or "unknown" in v], [], "missing on a whole host")
    b.same(accesses(doc) ^ ACCESSES, set(), "accesses")
    b.same(doc["needs"], sorted(doc["needs"], key=lambda n: (n["kind"], n["subject"], n["purpose"])), "order")
    places = {n["purpose"]: (n["origin"].get("path"), bool(n["origin"].get("line"))) for n in doc["needs"]}
    b.same({places[k] for k in ("alias_maps", "smtpd_tls_key_file", "next hop smtpd_milters")}, {("etc/postfix/main.cf", True)},
           "places in main.cf")
    b.same(places["listener smtpd smtp"], ("etc/postfix/master.cf", True), "place in master.cf")
    b.same(s.get(("listen", "tcp/25", "listener smtpd smtp", "tcp_socket")), ("granted", "granted"), "listener")
    b.same(s.get(("resolve", "udp/53", "resolver", None)), ("none", "granted"), "resolver")
    b.same([e["kind"] for e in doc["excess"] if e["kind"] != "boolean"], [], "excess on a whole host")
    b.same([e["subject"] for e in doc["excess"] if e["kind"] == "boolean"], ["postfix_read_generic_user_content"], "boolean")
    b.check(doc["needs_complete"], "needs are not complete")
    b.same([n["boolean"] for n in doc["needs"] if n["subject"] == "/var/mail" and n["tclass"] == "file"], [SPOOL],
           "the boolean the mail spool rests on")
    for question, verdict, broken in (
            ("close 25", "breaks", ["tcp/25", "tcp/25"]), ("close 26", "safe", []), ("close 53/udp", "breaks", ["udp/53"]),
            (SPOOL + "=off", "breaks", ["/var/mail"]), (SPOOL + "=on", "safe", []), ("enforcing", "safe", [])):
        w = b.ask(root, "--what-if", question)["what_if"][0]
        b.same((w["verdict"], [x["subject"] for x in w["breaks"]]), (verdict, broken), question)
    b.same(b.ask(root, "--what-if", "close", "25")["what_if"][0]["question"], "close 25", "two words")
    b.same([bool(b.ask(root, "--what-if", f"close {port}")["what_if"][0]["why"]) for port in (25, 26)], [False, True],
           "why nothing breaks")
    for wrong in ("close 0", "close 70000", "close smtp", "enforcin", "no_such_boolean=off", SPOOL + "=maybe", "=off"):
        b.same(b.run(root, "--what-if", wrong)[0], 64, wrong)
    b.same(b.run(root, "--what-if", "close")[0], 64, "close without a port")
    b.same(b.run(root, "--needs", "--format", "sarif")[0], 64, "a format it has not")
    text = b.run(root, "--needs")[1]
    b.check("tcp/587 listener smtpd submission; SELinux: granted; firewall: granted" in text, "text: " + text)


def missing(b):
    shut = b.ask(b.place(mx(lambda r: r.edit(NFT, "22, 25, 587", "22, 587"))), "--needs")
    b.same(states(shut)[("listen", "tcp/25", "listener smtpd smtp", "tcp_socket")], ("granted", "missing"), "shut port")
    key = b.ask(b.place(mx(lambda r: r.label("etc/ssl/private/mail.key", "user_home_t"))), "--needs")
    b.same(states(key)[("read", "/etc/ssl/private/mail.key", "smtpd_tls_key_file", "file")], ("missing", "none"), "key")
    odd = b.ask(b.place(mx(lambda r: r.master("26 inet n - n - - smtpd\n"))), "--needs")
    b.same(states(odd)[("listen", "tcp/26", "listener smtpd 26", "tcp_socket")], ("missing", "missing"), "odd port")
    relay = b.ask(b.place("06"), "--what-if", "enforcing")
    b.same(states(relay)[("connect", "tcp/2525", "next hop relayhost relay.example", "tcp_socket")],
           ("missing", "granted"), "incident 06")
    b.same([x["subject"] for x in relay["what_if"][0]["breaks"]], ["tcp/2525"], "incident 06, enforcing")
    off = b.ask(b.place("08"), "--needs")
    b.same(states(off)[("write", "/var/mail", "mail_spool_directory", "file")], ("missing", "none"), "incident 08")


def beyond(b):
    extra = b.ask(b.place(mx(lambda r: r.edit(NFT, "22, 25, 587", "22, 25, 465, 587"))), "--needs")
    b.same([(e["kind"], e["subject"]) for e in extra["excess"] if e["kind"] == "firewall"], [("firewall", "tcp/465")],
           "open port")
    port = mx(lambda r: r.put(roots.STORE + "ports.local", "portcon tcp 2626 system_u:object_r:smtp_port_t:s0\n", 0o600))
    b.same([(e["kind"], e["subject"]) for e in b.ask(b.place(port), "--needs")["excess"] if e["kind"] == "port-label"],
           [("port-label", "tcp/2626")], "port label")


def not_known(b):
    unseen = b.place(mx(lambda r: setattr(r, "labelled", False), lambda r: r.loop(CONTEXTS)))
    for question in (SPOOL + "=off", "enforcing"):
        w = b.ask(unseen, "--what-if", question)["what_if"][0]
        b.same((w["verdict"], bool(w["why"])), ("unknown", True), "no labels, " + question)
    blind = b.place(mx(lambda r: r.loop(POLICY)))
    w = b.ask(blind, "--what-if", "enforcing")["what_if"][0]
    b.same((w["verdict"], bool(w["why"])), ("unknown", True), "no policy")
    b.same(b.run(blind, "--needs", "--require-complete")[0], 3, "no policy, complete asked for")
    table = b.ask(b.place(mx(lambda r: r.loop("etc/postfix/transport"))), "--what-if", "close 2525")
    b.same((table["needs_complete"], table["what_if"][0]["verdict"]), (False, "unknown"), "an unread table")
    rules = b.ask(b.place(mx(lambda r: r.loop(NFT))), "--what-if", "close 25")["what_if"][0]
    b.same(rules["verdict"], "unknown", "no ruleset")


def main():
    with tempfile.TemporaryDirectory() as folder:
        b = Bench(sys.argv[1], folder)
        for part in (granted, missing, beyond, not_known):
            if part.__name__ in sys.argv[2:] or not sys.argv[2:]:
                part(b)
    for fault in b.faults:
        print(fault)
    print(f"{b.n} roots, {len(b.faults)} faults")
    return 1 if b.faults else 0


if __name__ == "__main__":
    sys.exit(main())
