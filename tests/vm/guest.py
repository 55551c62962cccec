#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""guest.py SCENARIO PATIENCE - in the machine, as root in unconfined_t: the fault comes, postseal names it, its
plan mends it, mail flows, "verify" agrees, and "--undo" brings the fault back. What is wrong goes to
/vm/out/wrong.json, with what postseal said beside it."""
import glob
import json
import os
import re
import smtplib
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import scenarios  # noqa: E402

OUT = "/vm/out"
POSTSEAL = "/usr/local/bin/postseal"
PLAN = "/root/plan"
MAIL = "/var/log/mail.log"
AUDIT = "/var/log/audit/audit.log"
wrong = []


def check(good, *what):
    if not good:
        wrong.append(" ".join(str(w) for w in what))
    return good


def note(*what):
    line = f"{time.monotonic() - BEGAN:6.1f} " + " ".join(str(w) for w in what)
    print(line, flush=True)
    with open("/dev/ttyS0", "w", encoding="utf-8") as console:
        console.write(line + "\n")


def sh(command):
    done = subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=180 * PATIENCE, check=False)
    if done.returncode:
        note(command, "->", done.returncode, done.stdout[-300:])
    return done


def text_of(path, start=0):
    try:
        with open(path, "rb") as f:
            f.seek(start)
            return f.read().decode("utf-8", "replace")
    except OSError:
        return ""


def size_of(path):
    return os.path.getsize(path) if os.path.exists(path) else 0


class Log:
    """What a log says from now on."""

    def __init__(self, path):
        self.path, self.start = path, size_of(path)

    def text(self):
        return text_of(self.path, self.start)

    def wait(self, pattern, seconds=40):
        return wait(lambda: re.search(pattern, self.text()), seconds)


def wait(condition, seconds):
    end = time.monotonic() + seconds * PATIENCE
    while True:
        got = condition()
        if got or time.monotonic() > end:
            return got
        time.sleep(0.3)


def queued():
    spool = sh("postconf -h queue_directory").stdout.strip()
    return [p for q in ("incoming", "active", "deferred", "maildrop", "hold")
            for p in glob.glob(f"{spool}/{q}/**", recursive=True) if os.path.isfile(p)]


def submit(to, sender="alice@vm.example", tls=False):
    """One mail through the smtpd of this host. Returns "" or what it answered"""
    try:
        with smtplib.SMTP("127.0.0.1", 25, timeout=20 * PATIENCE, local_hostname="vm.example") as s:
            if tls:
                s.starttls()
            s.sendmail(sender, [to], f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: vm\r\n\r\nbody\r\n")
    except (smtplib.SMTPException, OSError) as e:
        return str(e) or type(e).__name__
    return ""


def from_outside(to):
    """One mail from the other side of the network. Returns "" or why not"""
    pid = text_of("/run/vm-internet.pid").strip()
    program = (f"import smtplib;s=smtplib.SMTP('192.0.2.1',25,timeout={5 * PATIENCE},local_hostname='mx.ok.example');"
               f"s.sendmail('x@ok.example',['{to}'],'Subject: vm\\r\\n\\r\\nbody\\r\\n')")
    done = subprocess.run(["nsenter", "-t", pid, "-n", "python3", "-c", program], capture_output=True,
                          text=True, timeout=60 * PATIENCE, check=False)
    return "" if done.returncode == 0 else done.stderr.strip().split("\n")[-1]


def send(way, to):
    if way == "outside":
        return from_outside(to)
    return submit(to, tls=way == "tls")


def avcs(text, comm=None):
    """Denials in the words of ausearch; of one program, or of all."""
    lines = [line for line in text.split("\n") if "type=AVC" in line and "denied" in line]
    return [line for line in lines if comm is None or f'comm="{comm}"' in line]


class Postseal:
    def __init__(self):
        self.calls = 0

    def run(self, *args, name):
        """Run it as an administrator does; it must cause no denial of its own."""
        audit = Log(AUDIT)
        began = time.monotonic()
        done = subprocess.run([POSTSEAL, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=200 * PATIENCE, check=False)
        note("postseal", " ".join(args), "->", done.returncode, f"({time.monotonic() - began:.1f} s)")
        self.calls += 1
        with open(f"{OUT}/{self.calls:02}-{name}", "w", encoding="utf-8") as f:
            f.write(f"$ postseal {' '.join(args)}\n{done.stdout}\n---- stderr, status {done.returncode}\n{done.stderr}")
        time.sleep(0.5)
        own = avcs(audit.text(), "postseal")
        check(not own, name, "caused denials of its own:", *own)
        others = [a for a in avcs(audit.text()) if a not in own and "unconfined_r:" in a]
        check(not others, "programs of", name, "caused denials:", *others)
        return done

    def explain(self, name="explain"):
        report = f"{OUT}/{name}.json"
        done = self.run("explain", "--verbose", "--format", "text", "--format", "json=" + report,
                        name=name + ".txt")
        try:
            return json.loads(text_of(report))["causes"]
        except ValueError:
            check(False, name, "gave no JSON:", done.stdout[-500:], done.stderr[-1000:])
            return []


def is_like(want, have):
    """Every member that is wanted is there; a string that starts with ~ is a pattern."""
    for key, value in want.items():
        if key not in have:
            return False
        if isinstance(value, str) and value.startswith("~"):
            if not re.search(value[1:], str(have[key])):
                return False
        elif isinstance(value, dict):
            if not is_like(value, have[key]):
                return False
        elif have[key] != value:
            return False
    return True


def short(cause):
    return json.dumps({k: cause.get(k) for k in ("verdict", "certainty", "object", "title")})


def names_causes(s, causes, when):
    """Each cause that the scenario has is named, and nothing else is certain."""
    for want in s.causes:
        found = [c for c in causes if is_like(want, c)]
        also = [a for c in causes for a in c.get("also", []) if is_like(want, a)]
        check(found or also, when, "does not name", json.dumps(want), "but:", *[short(c) for c in causes])
    for c in causes:
        known = any(is_like(w, c) for w in s.causes) or any(is_like(w, c) for w in s.beside)
        check(known or c["certainty"] in ("unknown", "possible"), when, "names what is not there:", short(c))


def labels():
    """Of what is no message, one line each: "path label"."""
    found = []
    for top in ("/var/spool/postfix", "/srv", "/etc/ssl/private", "/etc/postfix", "/var/mail"):
        for folder, folders, names in os.walk(top):
            if folder.rsplit("/", 1)[-1] in ("incoming", "active", "deferred", "defer", "maildrop", "pid"):
                folders[:], names = [], []
            for path in [folder] + [os.path.join(folder, n) for n in names]:
                try:
                    found.append(path + " " + os.getxattr(path, "security.selinux", follow_symlinks=False).decode())
                except OSError:
                    pass
    return "\n".join(found)


def state():
    """What plans change."""
    return {"rules": re.sub(r"counter packets \d+ bytes \d+", "counter", sh("nft list ruleset").stdout),
            "store": sh("cd /var/lib/selinux/default/active && ls modules/* && "
                        "cat *.local /etc/selinux/default/contexts/files/file_contexts.subs 2>/dev/null | grep -v '^#'; :").stdout,
            "booleans": sh("getsebool -a").stdout,
            "labels": labels(),
            "firewalld": sh("cat /etc/firewalld/*/*.xml 2>/dev/null; :").stdout}


def stimulate(s, log):
    """The mails of the fault, and its trace in the log."""
    for way, to in s.mails:
        note("mail to", to, send(way, to) or "accepted")
    check(not s.trace or log.wait(s.trace, s.settle), "no trace of the fault:", s.trace)
    time.sleep(1)


def drains(s):
    """What waited is delivered, and new mail too."""
    check(wait(lambda: not queued(), s.drain), "the queue does not drain:", *queued())
    before = Log(MAIL)
    for way, to in s.again or s.mails:
        why = send(way, to)
        check(not why and before.wait(f"to=<{to}>.*status=sent", 30), "new mail to", to, "is not delivered:", why)
    check(wait(lambda: not queued(), 30), "new mail waits:", *queued())


def make_plan(seal):
    made = seal.run("fix", "-o", PLAN, name="fix.txt")
    digest = re.search(r"SHA-256 of plan.json: ([0-9a-f]{64})", made.stdout)
    if not check(made.returncode == 0 and digest, "no plan:", made.stdout, made.stderr):
        return None, []
    plan = json.loads(text_of(PLAN + "/plan.json"))["plan"]
    return digest.group(1), plan["steps"]


def mend(s, seal):
    """fix, --apply, the mail, verify, --undo."""
    digest, steps = make_plan(seal)
    if not digest:
        return
    done = [" ".join(step["argv"]) for step in steps if step["argv"] and step["op"] != "postqueue"]
    unlike = [d for d in done if not any(re.fullmatch(p, d) for p in s.steps)]
    check(not unlike and len(done) == len(s.steps), "the plan is", done, "not", s.steps)
    before = state()
    for command in s.heal:
        sh(command)
    applied = seal.run("fix", "--apply", PLAN + "/plan.json", "--hash", digest, name="apply.txt")
    if not check(applied.returncode == 0, "--apply failed:", applied.stdout, applied.stderr):
        return
    drains(s)
    verified = seal.run("verify", PLAN + "/plan.json", name="verify.txt")
    check(verified.returncode == 0, "verify says no:", verified.stdout, verified.stderr)
    undone = seal.run("fix", "--undo", PLAN + "/plan.json", name="undo.txt")
    if not check(undone.returncode == 0, "--undo failed:", undone.stdout, undone.stderr):
        return
    after = state()
    for key, value in before.items():
        check(not differ(value, after[key]), "--undo leaves other", key + ":", *differ(value, after[key]))
    log = Log(MAIL)
    for command in s.relapse:
        sh(command)
    stimulate(s, log)
    names_causes(s, seal.explain("explain-again"), "after --undo explain")


CONFINED = "/var/lib/postseal"


def unit_of(name, arguments, *changes):
    """The unit of the packages with another command, and a word or two of it changed."""
    text = re.sub(r"(?m)^ExecStart=.*", f"ExecStart=/usr/bin/postseal {arguments}",
                  text_of("/vm/payload/postseal-audit.service"))
    for old, new in changes:
        text = text.replace(old, new)
    with open(f"/etc/systemd/system/{name}.service", "w", encoding="utf-8") as f:
        f.write(text)
    sh(f"restorecon -F /etc/systemd/system/{name}.service; systemctl daemon-reload")


def run_confined(audit, unit, result):
    """It is started as systemd does, in the domain of the module, and must meet no denial."""
    seen = len(audit.text())
    began = time.monotonic()
    sh(f"systemctl start {unit}")
    note("confined", unit, f"({time.monotonic() - began:.1f} s)")
    time.sleep(1)
    denials(audit.text()[seen:], unit)
    check(size_of(f"{CONFINED}/{result}"), unit, "left no result:",
          sh(f"journalctl -q -n 8 -o cat -u {unit}").stdout)


def denials(text, when):
    own = {re.sub(r".*denied +|pid=\d+ |ino=\d+ |name=\S+ ", "", a) for a in avcs(text)
           if "postseal_t" in a or 'comm="postseal"' in a}
    check(not own, when, "confined meets denials:", *sorted(own))


def json_of(name):
    try:
        return json.loads(text_of(f"{CONFINED}/{name}"))
    except ValueError:
        return {}


def answers(document):
    """What it says, without what changes from run to run"""
    told = {(c["verdict"], c["certainty"], c["object"].get("path"), c["object"].get("target_type"))
            for c in document.get("causes", [])}
    # the text of rules is loaded in a namespace, which the unit forbids
    told |= {(f["id"], f["status"], json.dumps(f["object"], sort_keys=True)) for f in document.get("findings", [])
             if f["id"] != "FWI-008"}
    return told


def watch_confined(s, audit):
    seen = len(audit.text())
    unit_of("watch", f"watch --format ndjson={CONFINED}/watch", ("oneshot", "exec"),
            ("CAP_NET_ADMIN", "CAP_NET_ADMIN CAP_AUDIT_READ"))
    sh("systemctl start watch")
    check(wait(lambda: size_of(f"{CONFINED}/watch"), 60), "watch says nothing")
    pid = sh("systemctl show -P MainPID watch").stdout.strip()
    domain = text_of(f"/proc/{pid}/attr/current").strip("\0\n")
    check(":postseal_t:" in domain, "watch runs in", domain)
    stimulate(s, Log(MAIL))
    check(wait(lambda: "selinux.file" in text_of(f"{CONFINED}/watch"), 60), "watch does not name it:",
          text_of(f"{CONFINED}/watch")[-600:])
    sh("systemctl stop watch")
    denials(audit.text()[seen:], "watch")


def confined(s, seal):
    """The same answers in the domain that the packages ship, and nothing that the kernel refuses."""
    audit = Log(AUDIT)
    for verb in ("explain", "audit"):
        own = f"{OUT}/{verb}-open.json"
        seal.run(verb, "--format", "json=" + own, name=verb + "-open.txt")
        unit_of("seal-" + verb, f"{verb} --format json={CONFINED}/{verb}.json")
        run_confined(audit, "seal-" + verb, verb + ".json")
        sh(f"cp {CONFINED}/{verb}.json {OUT}/{verb}-confined.json")
        one, two = answers(json.loads(text_of(own) or "{}")), answers(json_of(f"{verb}.json"))
        check(one and one == two, verb, "answers otherwise when confined:", *sorted(map(str, one ^ two)))
    unit_of("seal-collect", f"collect -o {CONFINED}/evidence.tar")
    run_confined(audit, "seal-collect", "evidence.tar")
    sh(f"rm {CONFINED}/audit.json")
    run_confined(audit, "postseal-audit", "audit.json")
    watch_confined(s, audit)


def differ(a, b):
    """Lines that came and went; a file that came or went is no change of its label."""
    one, two = set(a.split("\n")), set(b.split("\n"))
    if a.startswith("/"):
        paths = {line.split(" ")[0] for line in one} & {line.split(" ")[0] for line in two}
        one, two = ({line for line in side if line.split(" ")[0] in paths} for side in (one, two))
    return ["-" + line for line in sorted(one - two)] + ["+" + line for line in sorted(two - one)]


def by_hand(s, seal):
    """Nothing that postseal could change mends it: its plan says what to do and changes nothing."""
    digest, steps = make_plan(seal)
    changes = [" ".join(step["argv"]) for step in steps if step["argv"] and step["op"] != "postqueue"]
    check(not changes, "a fix for what it cannot mend:", changes)
    words = re.sub(r"\s+", " ", text_of(f"{OUT}/01-explain.txt") + text_of(f"{OUT}/02-fix.txt"))
    check(re.search(s.hand, words), "nothing says what to do:", s.hand)
    if digest:
        before = state()
        seal.run("fix", "--apply", PLAN + "/plan.json", "--hash", digest, name="apply.txt")
        check(state() == before, "the host was changed")
    for command in s.heal:
        sh(command)
    sh("postqueue -f")
    drains(s)


def main():
    s = scenarios.ALL[sys.argv[1]]
    sh(f"cp /vm/payload/postseal {POSTSEAL} && chmod 755 {POSTSEAL} && restorecon -F {POSTSEAL}")
    check(sh("getenforce").stdout.strip() == "Enforcing", "SELinux does not enforce")
    for command in s.prepare:
        sh(command)
    log = Log(MAIL)
    for way, to in s.healthy:
        why = send(way, to)
        check(not why and log.wait(f"to=<{to}>.*status=sent", 60), "was not healthy:", to, why, log.text())
    note("healthy")
    time.sleep(1)
    log = Log(MAIL)
    for command in s.inject:
        sh(command)
    stimulate(s, log)
    seal = Postseal()
    names_causes(s, seal.explain(), "explain")
    if s.confined:
        confined(s, seal)
    elif s.hand:
        by_hand(s, seal)
    else:
        mend(s, seal)
    for path in (MAIL, AUDIT):
        with open(os.path.join(OUT, os.path.basename(path)), "w", encoding="utf-8") as f:
            f.write(text_of(path))


BEGAN = time.monotonic()
PATIENCE = float(sys.argv[2])
try:
    main()
except Exception as e:  # pylint: disable=broad-except
    check(False, "the test itself failed:", repr(e))
    raise
finally:
    with open(OUT + "/wrong.json", "w", encoding="utf-8") as result:
        json.dump(wrong, result)
