#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""apply.py POSTSEAL - "postseal fix --apply" and "--undo" on a host of namespaces (host.py): what is
changed, what is refused, and that the way back leads to the state before from wherever the way there
ended: a step that fails, a question that is not answered, kill -9 and a full disk at every call."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

sys.path.insert(1, os.path.dirname(sys.path[0]))

import host as h  # noqa: E402
import schema  # noqa: E402

h.inside()
POSTSEAL = os.path.abspath(sys.argv[1])
faults = []
ENV = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:" + os.environ.get("ASAN_OPTIONS", ""))


def check(good, *what):
    if not good:
        faults.append(what)
        print("wrong:", *what)


class Run:
    def __init__(self, on):
        self.host = on

    def fix(self, *args, under=(), answer=None):
        return subprocess.run([*under, POSTSEAL, "fix", *args, "--policy-root", self.host.policy_root],
                              input=answer, capture_output=True, text=True, check=False, timeout=300, env=ENV)

    def apply(self, plan, *args, **kw):
        return self.fix("--apply", plan[0], "--hash", plan[1], *args, **kw)

    def undo(self, plan, formats=(), **kw):
        return self.fix("--undo", plan[0], *(w for f in formats for w in ("--format", f)), **kw)


def whole(run):
    host, plan = run.host, run.host.plan(h.usual_steps(run.host))
    before = host.state()
    done = run.apply(plan)
    check(done.returncode == 0, "apply:", done.stdout, done.stderr)
    after = host.state()
    labels = {label for label, _, _ in after["files"].values()}
    check(labels == {h.NEW.encode() + b"\0"}, "labels", labels)
    check("2525 }" in after["rules"], "no element", after["rules"])
    check(os.path.exists(os.path.join(os.path.dirname(plan[0]), "undo.sh")), "no undo.sh")
    again = run.apply(plan)
    check(again.returncode == 0 and again.stdout.count("done before") == 4, "again:", again.stdout, again.stderr)
    with open(host.log, encoding="utf-8") as f:
        check(f.read() == "-f\n", "postqueue was called otherwise")
    back = run.undo(plan)
    check(back.returncode == 0 and host.state() == before, "undo:", back.stdout, back.stderr)
    back = run.undo(plan)
    check(back.returncode == 0 and "Nothing was begun" in back.stdout, "undo of nothing:", back.stdout, back.stderr)
    run.apply(plan)
    sh = subprocess.run(["sh", os.path.join(os.path.dirname(plan[0]), "undo.sh")], capture_output=True, text=True,
                        check=False)
    check(sh.returncode == 0 and host.state() == before, "undo.sh:", sh.stderr)


def outcomes(run):
    """What --apply and --undo tell programs: in the end, and as it happens."""
    host, plan = run.host, run.host.plan(h.usual_steps(run.host))
    text = os.path.join(host.top, "told.txt")
    done = run.apply(plan, "--format", "json", "--format", "text=" + text)
    back = run.undo(plan, formats=("ndjson",))
    idle = run.undo(plan, formats=("json",))
    fails = dict(h.element(), argv=["nft", "add", "element", "inet", "absent", "ports", "{ 2525 }"])
    bad = run.apply(host.plan(h.usual_steps(host)[:2] + [fails]), "--format", "json")
    lines = [json.loads(line) for line in back.stdout.splitlines()]
    documents = [json.loads(d.stdout) for d in (done, idle, bad)]
    if schema.jsonschema:
        for document in documents + lines:
            check(not schema.errors(document), "schema:", schema.errors(document), document)
    told = [(d["applied"]["action"], d["applied"]["state"], [s["state"] for s in d["applied"]["steps"]])
            for d in documents]
    check(told == [("apply", "done", ["done", "done", "manual", "done", "done"]),
                   ("undo", "nothing", ["pending"] * 5),
                   ("apply", "taken-back", ["undone", "undone", "undone"])], told)
    check(documents[0]["applied"]["plan_sha256"] == plan[1] and documents[0]["applied"]["error"] is None, "result")
    check("exit status" in documents[2]["applied"]["steps"][2]["why"] and documents[2]["applied"]["error"], "reason")
    check([(e["record"], e.get("state")) for e in lines] ==
          [("run", None), ("step", "kept"), ("step", "undone"), ("step", "undone"), ("step", "undone"), ("end", None)] and
          lines[-1]["summary"]["state"] == "taken-back", lines)
    with open(text, encoding="utf-8") as f:
        check(f.read().endswith("takes it back.\n"), "text in a file")
    check(run.apply(plan, "--format", "sh").returncode == 64, "a format that tells nothing of steps")
    plan, before = host.plan(h.usual_steps(host)), host.state()
    done = run.apply(plan, "--format", "json=" + os.path.join(host.top, "absent", "told.json"))
    check(done.returncode == 1 and host.state() == before and
          not os.path.exists(os.path.join(os.path.dirname(plan[0]), "state")), "no output", done.stdout, done.stderr)
    state = os.path.join(os.path.dirname(plan[0]), "state")
    os.mkdir(state, 0o777)
    os.chmod(state, 0o777)
    done = run.apply(plan, "--format", "json")
    told = json.loads(done.stdout)["applied"]
    check(done.returncode == 64 and told["state"] == "nothing" and "others may write" in told["error"], "refused", told)
    os.rmdir(state)


def restarts(run):
    """A service is restarted though it runs, once, and looked at afterwards."""
    host, systemctl = run.host, "/usr/bin/systemctl"
    log, stub = os.path.join(host.top, "systemctl.log"), os.path.join(host.top, "systemctl")
    if not os.path.exists(systemctl):
        return
    with open(stub, "w", encoding="utf-8") as f:
        f.write(f'#!/bin/sh\necho "$*" >>{log}\n')
    os.chmod(stub, 0o755)
    h.run("mount", "--bind", stub, systemctl)
    plan = host.plan([h.chmod(host), {"op": "systemctl", "argv": ["systemctl", "restart", "postfix"],
                                      "after": [h.condition("service", "postfix")]}])
    before = host.state()
    first, second = run.apply(plan), run.apply(plan)
    with open(log, encoding="utf-8") as f:
        calls = f.read().splitlines()
    check(first.returncode == 0 and calls == ["restart postfix", "is-active --quiet postfix"], first.stdout, calls)
    check(second.returncode == 0 and second.stdout.count("done before") == 2, "again:", second.stdout)
    back = run.undo(plan)
    check(back.returncode == 0 and host.state() == before and "stays" in back.stdout, "undo:", back.stdout, back.stderr)
    h.run("umount", systemctl)


def refused(run, name, plan, *args, code=64, says=""):
    before = run.host.state()
    done = run.fix("--apply", plan[0], *args)
    check(done.returncode == code and says in done.stderr, name, done.returncode, done.stdout, done.stderr)
    check(run.host.state() == before, name, "changed the host")


def refusals(run):
    host = run.host
    plan = host.plan(h.usual_steps(host))
    refused(run, "no hash", plan, says="--hash")
    refused(run, "another hash", plan, "--hash", "0" * 64, says="not the plan")
    with open(plan[0], "a", encoding="utf-8") as f:
        f.write(" ")
    refused(run, "edited plan", plan, "--hash", plan[1], says="not the plan")
    plan = host.plan(h.usual_steps(host))
    run.apply(plan)
    with open(plan[0], "a", encoding="utf-8") as f:
        f.write("\n")
    done = run.undo(plan)
    check(done.returncode == 64 and "another plan" in done.stderr, "undo of an edited plan", done.stderr)
    os.truncate(plan[0], os.path.getsize(plan[0]) - 1)
    check(run.undo(plan).returncode == 0, "undo of the plan as it was")
    for name, argv in (("a shell", ["sh", "-c", "id"]), ("a file", ["/usr/bin/id"]), ("no word", [""]),
                       ("a bell", ["chmod", "0600", host.tree + "/three\a"]),
                       ("a new line", ["postqueue", "-i", "A\nB"]), ("a NUL", ["postqueue", "-i", "A\0B"])):
        for step in ({"argv": argv}, {"argv": ["postqueue", "-f"], "undo": argv},
                     {"argv": ["postqueue", "-f"], "ask": argv}):
            plan = host.plan([step])
            refused(run, name, plan, "--hash", plan[1])
    like = {"argv": ["semanage", "fcontext", "-a", "-e", "/var/spool/postfix", host.tree],
            "undo": ["semanage", "fcontext", "-d", host.tree]}
    plan = host.plan([h.chmod(host), like])
    refused(run, "the store of this host instead of another", plan, "--hash", plan[1], says="--policy-root")
    check(not os.path.exists(os.path.join(os.path.dirname(plan[0]), "state")), "a refused plan was begun")
    with open(plan[0], "w", encoding="utf-8") as f:
        f.write("{}")
    refused(run, "no plan", plan, "--hash", h.digest(plan[0]), says="no plan")
    plan = host.plan(h.usual_steps(host))
    state = os.path.join(os.path.dirname(plan[0]), "state")
    os.mkdir(state)
    os.chmod(state, 0o777)
    refused(run, "a journal of others", plan, "--hash", plan[1], says="others may write")
    os.rmdir(state)
    os.symlink(host.tree, state)
    refused(run, "a journal elsewhere", plan, "--hash", plan[1], code=1)


def stops(run):
    """A step whose ground has moved, one that fails, one without effect: all before it is taken back."""
    host = run.host
    before = host.state()
    os.chmod(os.path.join(host.tree, "three"), 0o644)
    moved = host.state()
    done = run.apply(host.plan(h.usual_steps(host)))
    check(done.returncode == 1 and "no longer holds" in done.stdout, "moved ground:", done.stdout, done.stderr)
    check(host.state() == moved, "moved ground: not taken back")
    os.chmod(os.path.join(host.tree, "three"), 0o600)
    fails = dict(h.element(), argv=["nft", "add", "element", "inet", "absent", "ports", "{ 2525 }"], ask=[])
    done = run.apply(host.plan(h.usual_steps(host)[:4] + [fails]))
    check(done.returncode == 1 and "exit status" in done.stdout, "failing step:", done.stdout, done.stderr)
    check(host.state() == before, "failing step: not taken back")
    idle = dict(h.chmod(host), argv=["chmod", "0600", os.path.join(host.tree, "three")])
    done = run.apply(host.plan([h.relabel(host), h.element(), idle]))
    check(done.returncode == 1 and "effect is not there" in done.stdout, "no effect:", done.stdout, done.stderr)
    check(host.state() == before, "no effect: not taken back")
    other = dict(h.chmod(host), argv=["chmod", "0644", os.path.join(host.tree, "three")])
    plan = host.plan([h.element(), other])
    done = run.apply(plan)
    check(done.returncode == 1 and "effect is not there" in done.stdout, "another effect:", done.stdout, done.stderr)
    check(host.state() == before, "another effect: not taken back")
    # one that came halfway is taken back, one that somebody changed since it was there is left alone
    folder, three = os.path.dirname(plan[0]), os.path.join(host.tree, "three")
    for script in (False, True):
        for ours in (True, False):
            plan = host.plan([h.element(), h.chmod(host)])
            check(run.apply(plan).returncode == 0, "halfway: apply")
            if ours:
                os.unlink(os.path.join(folder, "state", "2.done"))
            os.chmod(three, 0o644)
            back = subprocess.run(["sh", os.path.join(folder, "undo.sh")], capture_output=True, text=True,
                                  check=False) if script else run.undo(plan)
            check(back.returncode == 0, "halfway:", script, ours, back.stdout, back.stderr)
            check(os.stat(three).st_mode & 0o777 == (0o600 if ours else 0o644), "halfway:", script, ours)
            os.chmod(three, 0o600)
            check(host.state() == before, "halfway:", script, ours, "is not mended")


def questions(run):
    host, plan = run.host, run.host.plan(h.usual_steps(run.host))
    before = host.state()
    for answer in ("no\n", "", "y\n", "yes", "yesyes\n"):
        done = run.apply(plan, "--confirm", "1h", answer=answer)
        check(done.returncode == 1 and "not confirmed" in done.stderr, repr(answer), done.stderr)
        check(host.state() == before, repr(answer), "kept the change")
    done = run.apply(plan, "--confirm", "1h", answer="yes\n")
    check(done.returncode == 0 and host.state() != before, "yes:", done.stderr)
    run.undo(plan)
    command = [POSTSEAL, "fix", "--apply", plan[0], "--hash", plan[1], "--policy-root", host.policy_root]
    for name, args, sent in (("silence", ["--confirm", "1s"], None),
                             ("SIGHUP", ["--confirm", "1h"], signal.SIGHUP),
                             ("SIGINT", ["--confirm", "1h"], signal.SIGINT)):
        with subprocess.Popen(command + args, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as child:
            read = b""
            while b"yes" not in read:
                read += child.stderr.read(1)
            if sent:
                child.send_signal(sent)
            check(child.wait(timeout=300) == 1, name, "exit status", child.returncode)
        check(host.state() == before, name, "kept the change")
    for time_ in ("0", "25h", "-1", "5 m", "m", ""):
        check(run.apply(plan, "--confirm", time_).returncode == 64, "--confirm", repr(time_))


def settle(plan):
    """Wait until the programs of a run that was ended have come to their end: they hold its lock."""
    state = os.path.join(os.path.dirname(plan[0]), "state")
    while os.path.isdir(state) and subprocess.run(["flock", "-n", state, "true"], check=False).returncode:
        time.sleep(0.05)


def rules(run):
    """Rules added, changed and deleted come and go, by apply and undo, and by the scripts."""
    host, plan = run.host, run.host.plan(h.rule_steps(run.host))
    folder = os.path.dirname(plan[0])
    before = host.state()
    for way in ("postseal", "undo.sh"):
        done = run.apply(plan)
        check(done.returncode == 0, "rules:", done.stdout, done.stderr)
        now = host.state()["rules"]
        check("skuid 101" in now and 'oifname "lo" accept' in now and "udp dport 5353 reject" in now and
              "dport 2525 drop" not in now, "rules:", now)
        back = run.undo(plan) if way == "postseal" else subprocess.run(
            ["sh", os.path.join(folder, "undo.sh")], capture_output=True, text=True, check=False)
        check(back.returncode == 0 and host.state() == before, way, "rules back:", back.stdout, back.stderr,
              host.state()["rules"])
        shutil.rmtree(os.path.join(folder, "state"), ignore_errors=True)
        plan = host.plan(h.rule_steps(host))
    moved = h.rule_steps(host)[0]
    moved["before"][0]["value"] = moved["before"][0]["value"].replace("drop", "accept")
    done = run.apply(host.plan([moved]))
    check(done.returncode == 1 and "no longer holds" in done.stdout, "another rule has the handle:", done.stdout)
    check(host.state() == before, "another rule has the handle: the ruleset was changed")


def each_call(run, calls, inject, what, steps=h.usual_steps):
    """End, or fail, every one of these calls in turn, on the way there and on the way back."""
    host, plan = run.host, run.host.plan(steps(run.host))
    before = host.state()
    ended = 0
    for back in (False, True):
        for call in calls:
            for n in range(1, 200):
                if steps is not h.usual_steps:
                    plan = host.plan(steps(host))  # the handles of now
                if back:
                    run.apply(plan)
                under = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e",
                         f"inject={call}:{inject}:when={n}"]
                done = run.undo(plan, under=under) if back else run.apply(plan, under=under)
                settle(plan)
                clean = done.returncode == 0
                if back and not clean:
                    ended += 1
                mended = run.undo(plan)
                where = (what, call, n, "of undo" if back else "of apply")
                check(mended.returncode == 0, *where, "undo:", mended.stdout, mended.stderr)
                if host.state() != before:
                    check(False, *where, "is not mended")
                    host.plant()
                    shutil.rmtree(os.path.join(os.path.dirname(plan[0]), "state"), ignore_errors=True)
                if clean:
                    break
                ended += not back
    print(ended, "ends by", what)
    check(ended >= 10, what, "ended only", ended)


def resumed(run):
    """Killed halfway, carried out again, taken back: the labels given back are those of the start."""
    host, plan = run.host, run.host.plan(h.usual_steps(run.host))
    before = host.state()
    for n in range(1, 200):
        done = run.apply(plan, under=["strace", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e",
                                      f"inject=fsync:signal=KILL:when={n}"])
        settle(plan)
        again = run.apply(plan)
        check(again.returncode == 0, "resumed at", n, again.stdout, again.stderr)
        run.undo(plan)
        check(host.state() == before, "resumed at", n, "is not mended")
        if done.returncode == 0:
            break


def full_disk(run):
    """The folder of the plan on a disk that is really full, from no room at all on."""
    host = run.host
    before = host.state()
    ends = set()
    for pages in range(0, 12):
        plan = host.plan(h.usual_steps(host))
        folder = os.path.join(host.top, "small")
        os.makedirs(folder, exist_ok=True)
        h.run("mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=%d" % (4 + 2 * pages), "small", folder)
        shutil.copy(plan[0], folder)
        with open(os.path.join(folder, "filler"), "wb", buffering=0) as f:
            try:
                while f.write(b"x" * 4096) == 4096:
                    pass
            except OSError:
                pass
            f.truncate(max(0, f.tell() - 4096 * pages))
        small = (os.path.join(folder, "plan.json"), plan[1])
        done = run.apply(small)
        ends.add(done.returncode)
        mended = run.undo(small)
        check(mended.returncode == 0, "full disk", pages, mended.stdout, mended.stderr)
        check(host.state() == before, "full disk", pages, "is not mended", done.stdout, done.stderr)
        h.run("umount", folder)
    check(ends == {0, 1}, "full disk: ended with", ends)


def executed(run):
    """What --apply runs by itself is what the plan names, by full path, and never what PATH leads to."""
    host, plan = run.host, run.host.plan(h.usual_steps(run.host))
    before = host.state()
    log, evil = os.path.join(host.top, "trace"), os.path.join(host.top, "evil")
    os.mkdir(evil)
    for name in ("nft", "chmod", "restorecon", "postqueue", "getfattr", "setfattr", "stat", "sh"):
        with open(os.path.join(evil, name), "w", encoding="ascii") as f:
            f.write(f"#!/bin/sh\n: >{evil}/ran\n")
        os.chmod(os.path.join(evil, name), 0o755)
    under = ["env", "PATH=" + evil, shutil.which("strace"), "-f", "-qq", "-o", log,
             "-e", "trace=execve,clone,clone3,fork,vfork,connect"]
    done = run.apply(plan, under=under)
    check(done.returncode == 0, "traced:", done.stdout, done.stderr)
    with open(plan[0], encoding="utf-8") as f:
        steps = json.load(f)["plan"]["steps"]
    named = {words[0] for s in steps for words in (s["argv"], s["undo"]) if words}
    first, parent, root = {}, {}, None
    with open(log, encoding="utf-8", errors="replace") as f:
        for line in f:
            pid = line.split()[0]
            program = re.search(r'execve\("([^"]*)".* = 0$', line) or re.search(r'execve\("([^"]*)".*<unfinished', line)
            child = re.search(r"(?:clone3?|v?fork)(?:\(| resumed).* = (\d+)$", line)
            if program:
                root = root or pid
                first.setdefault(pid, program.group(1))
            elif child:
                parent[child.group(1)] = pid
            check(not (pid == root and "connect(" in line and "AF_INET" in line), "connects:", line)

    def is_ours(pid):
        """Until it runs a program, a process does what postseal does."""
        up = parent.get(pid)
        return up == root or (up is not None and up not in first and is_ours(up))
    ran = {program for pid, program in first.items() if is_ours(pid)}
    # modes are asked of stat(1)
    allowed = {os.path.basename(n) for n in named} | {"stat"}
    check(len(ran) > 3 and {os.path.basename(p) for p in ran} <= allowed, "ran:", ran, named)
    check(all(re.match("/(usr/)?s?bin/", p) for p in ran), "not in full:", ran)
    check(not os.path.exists(os.path.join(evil, "ran")), "a program of PATH was run")
    run.undo(plan)
    check(host.state() == before, "traced: not taken back")


def main():
    with tempfile.TemporaryDirectory(prefix="postseal-apply-") as scratch:
        run = Run(h.Host(scratch))
        for case in (whole, outcomes, restarts, rules, refusals, stops, questions, full_disk):
            case(run)
            print(case.__name__, len(faults), "faults")
        # a program that looks for its own leaks cannot be traced
        if "--some" not in sys.argv and shutil.which("strace") and shutil.which("flock"):
            each_call(run, ("fsync", "renameat", "unlinkat", "wait4"), "signal=KILL", "kill -9")
            each_call(run, ("fsync", "renameat", "openat", "mkdirat", "write"), "error=ENOSPC", "a full disk")
            each_call(run, ("fsync", "wait4"), "signal=KILL", "kill -9 among rules", h.rule_steps)
            resumed(run)
            executed(run)
            print("executed", len(faults), "faults")
        h.run("umount", "/usr/sbin")
        h.run("umount", scratch)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
