#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""verify.py POSTSEAL - "postseal verify" on recorded incidents: as they were recorded, then with the
fault mended and the mail gone, then with one thing or another still wrong."""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path[:0] = [TESTS, os.path.join(TESTS, "incidents")]

import assemble  # noqa: E402
import schema  # noqa: E402

POSTSEAL = os.path.abspath(sys.argv[1])
LATER = "2026-11-20T19:%02d:00.000000+00:00 mail postfix/%s[4242]: %s\n"
EPOCH = 1795201200  # 2026-11-20T19:00:00Z
faults = []


def check(good, *what):
    if not good:
        faults.append(what)
        print("wrong:", *what)


class Case:
    def __init__(self, scratch, name):
        self.name = name
        self.root = os.path.join(scratch, name)
        assemble.assemble(glob.glob(os.path.join(TESTS, "incidents", name + "*"))[0], self.root)
        self.plan = os.path.join(scratch, name + "-plan")
        self.make()

    def make(self):
        subprocess.run([POSTSEAL, "fix", "--root", self.root, "-o", self.plan], check=True, capture_output=True)
        with open(os.path.join(self.plan, "plan.json"), encoding="utf-8") as f:
            self.document = json.load(f)["plan"]

    def path(self, *parts):
        return os.path.join(self.root, "root", *parts)

    def append(self, where, text):
        os.makedirs(os.path.dirname(where), exist_ok=True)
        with open(where, "a", encoding="utf-8") as f:
            f.write(text)

    def log(self, minute, daemon, text):
        self.append(self.path("var/log/mail.log"), LATER % (minute, daemon, text))

    def audit(self, minute, text):
        self.append(self.path("var/log/audit/audit.log"), text % (EPOCH + 60 * minute))

    def empty_queue(self):
        """All messages leave; a record shows that auditd still writes."""
        with open(os.path.join(self.root, "live", "queue.ndjson"), "w", encoding="utf-8"):
            pass
        shutil.rmtree(self.path("var/spool/postfix"), ignore_errors=True)
        for folder in ("active", "incoming", "deferred", "hold", "maildrop", "corrupt"):
            os.makedirs(self.path("var/spool/postfix", folder))
        self.audit(1, "type=SERVICE_START msg=audit(%d.000:9001): pid=1 uid=0 auid=4294967295 ses=4294967295 "
                      "subj=system_u:system_r:init_t:s0 msg='unit=x comm=\"systemd\" res=success'\n")

    def deliver(self, ids):
        for i in ids:
            self.log(2, "smtp", f"{i}: to=<user@ok.example>, relay=relay.example[198.51.100.40]:2525, delay=1, "
                     "delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)")
            self.log(2, "qmgr", f"{i}: removed")

    def verify(self, code, state, *args):
        done = subprocess.run([POSTSEAL, "verify", os.path.join(self.plan, "plan.json"), "--root", self.root,
                               "--format", "json", *args], capture_output=True, check=False)
        check(done.returncode == code, self.name, "exit status", done.returncode, "not", code, done.stderr)
        answer = json.loads(done.stdout) if done.stdout else {}
        for fault in schema.errors(answer) if schema.jsonschema else []:
            check(False, self.name, fault)
        check(answer.get("state") == state, self.name, answer.get("state"), "is not", state,
              json.dumps({k: answer.get(k) for k in ("steps", "denials", "paths", "messages")}))
        text = subprocess.run([POSTSEAL, "verify", os.path.join(self.plan, "plan.json"), "--root", self.root, *args],
                              capture_output=True, check=False)
        check(text.returncode == code and text.stdout, self.name, "text:", text.returncode, text.stderr)
        self.records(answer, args)
        return answer

    def records(self, answer, args):
        """The same as a record a line."""
        done = subprocess.run([POSTSEAL, "verify", os.path.join(self.plan, "plan.json"), "--root", self.root,
                               "--format", "ndjson", *args], capture_output=True, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        for fault in [f for line in lines for f in schema.errors(line)] if schema.jsonschema else []:
            check(False, self.name, fault)
        check([line["record"] for line in lines] == ["run"] + ["proof"] * (len(lines) - 2) + ["end"], self.name, lines)
        proofs = [{k: v for k, v in line.items() if k not in ("record", "run", "host_name")} for line in lines[1:-1]]
        check(proofs == [{"of": of, **one} for of in ("step", "denial", "path", "message")
                         for one in answer.get(of + "s", [])], self.name, "ndjson", proofs)
        end = lines[-1]
        check(end["records"] == len(proofs) and
              end["summary"] == {k: answer[k] for k in ("plan_sha256", "since", "state", "waiting")}, self.name, end)


def port(scratch):
    case = Case(scratch, "06-")
    ids = case.document["messages"]
    before = case.verify(2, "fails")
    check([s["state"] for s in before["steps"]] == ["fails", "holds", "holds"], "06 steps", before["steps"])
    check({m["mail"] for m in before["messages"]} == {"waiting"}, "06 messages", before["messages"])
    check(before["denials"][0]["state"] == "unknown", "06: no records since", before["denials"])

    case.append(case.path("var/lib/selinux/default/active/ports.local"),
                "portcon tcp 2525 system_u:object_r:smtp_port_t:s0\n")
    case.empty_queue()
    after = case.verify(0, "holds")
    check({m["mail"] for m in after["messages"]} == {"gone"}, "06 gone", after["messages"])
    case.deliver(ids)
    after = case.verify(0, "holds", "--require-complete")
    check({m["mail"] for m in after["messages"]} == {"delivered"}, "06 delivered", after["messages"])

    case.audit(3, "type=AVC msg=audit(%d.000:9002): avc:  denied  {{ name_connect }} for  pid=4242 comm=\"smtp\" "
                  "dest=2525 scontext=system_u:system_r:postfix_smtp_t:s0 "
                  "tcontext=system_u:object_r:unreserved_port_t:s0 tclass=tcp_socket permissive=0\n"
               .replace("{{", "{").replace("}}", "}"))
    after = case.verify(2, "fails")
    check(after["denials"][0]["count"] == 1 and after["steps"][0]["state"] == "holds", "06 denied again", after)
    after = case.verify(0, "unknown", "--since", "2026-11-20T19:30:00Z")
    check(case.verify(3, "unknown", "--since", "2026-11-20T19:30:00Z", "--require-complete"), "06 later")


def bounced(scratch):
    case = Case(scratch, "26-")
    case.empty_queue()
    case.log(2, "smtp", f"{case.document['messages'][0]}: to=<user@ok.example>, relay=none, delay=1, "
             "delays=0/0/0/1, dsn=5.0.0, status=bounced (no)")
    answer = case.verify(2, "fails")
    check(answer["messages"][0]["mail"] == "bounced" and answer["messages"][0]["reason"] == "no", answer["messages"])


def boolean(scratch):
    case = Case(scratch, "08-")
    case.verify(2, "fails")
    path = os.path.join(case.root, "live", "selinux.json")
    with open(path, encoding="utf-8") as f:
        state = json.load(f)
    for s in case.document["steps"]:
        if s["argv"] and s["argv"][0] == "setsebool":
            state["booleans"][s["argv"][2]] = [1, 1]
    with open(path, "w", encoding="utf-8") as f:
        json.dump(state, f)
    case.empty_queue()
    case.verify(0, "holds")


def start(scratch):
    """Postfix, which could not start, is up by its log, or not."""
    case = Case(scratch, "07-")
    check([s["argv"] for s in case.document["steps"]][-1][:3] == ["systemctl", "restart", "postfix"], "07 start")
    check(case.verify(2, "fails")["steps"][-1]["state"] == "unknown", "07: no line since")
    case.append(case.path("var/lib/selinux/default/active/ports.local"),
                "portcon tcp 2525 system_u:object_r:smtp_port_t:s0\n")
    case.empty_queue()
    case.log(1, "master", "daemon started -- version 3.7.11, configuration /etc/postfix")
    check(case.verify(0, "holds")["steps"][-1]["state"] == "holds", "07 up")
    case.log(2, "master", "terminating on signal 15")
    check(case.verify(2, "fails")["steps"][-1]["state"] == "fails", "07 down")


def firewall(scratch):
    """The rule is put into the kernel's ruleset, in a network namespace."""
    case = Case(scratch, "30-")
    before = case.verify(2, "fails")
    check(before["paths"][0]["verdict"] == "reject", "30 path", before["paths"])
    recorded = os.path.join(case.root, "live", "nftables.json")
    script = "f=$1; shift; nft flush ruleset && nft -j -f \"$f\" && \"$@\" && nft -j -a list ruleset"

    def in_kernel(*argv):
        done = subprocess.run(["unshare", "-n", "sh", "-c", script, "sh", source, *argv], capture_output=True,
                              check=False)
        with open(recorded, "wb") as f:
            f.write(done.stdout)
        return done

    source = os.path.join(scratch, "recorded.json")
    shutil.copy(recorded, source)
    done = in_kernel("true")
    if done.returncode:
        print("no network namespace:", done.stderr.decode())
        return
    case.make()  # with the handles of this kernel
    argv = next(s["argv"] for s in case.document["steps"] if s["argv"] and s["argv"][0] == "nft")
    done = in_kernel(*argv)
    check(done.returncode == 0, "30: nft", done.stderr)
    case.empty_queue()
    after = case.verify(0, "holds")
    check(after["paths"][0]["verdict"] == "accept" and after["steps"][0]["state"] == "holds", "30 after", after)


def wrong_use(scratch):
    case = Case(scratch, "81-")
    for args in ([], ["a", "b"], [os.path.join(scratch, "absent")], [os.path.join(case.root, "bundle.json")]):
        done = subprocess.run([POSTSEAL, "verify", "--root", case.root, *args], capture_output=True, check=False)
        check(done.returncode == 64, args, done.returncode, done.stderr)


def main():
    for case in (port, bounced, boolean, start, firewall, wrong_use):
        with tempfile.TemporaryDirectory(prefix="postseal-verify-") as scratch:
            case(scratch)
            print(case.__name__, len(faults), "faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
