#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Text that attacks its reader, in every field of the evidence, through every format of every verb.

usage: strings.py PROGRAM [--some | --all]

More than 100 payloads, and as many that chance made, stand in a mail log, the audit log, the journal,
the queue, the configuration, the ruleset, labels, names of files and hosts, waivers, plans and the
name of the root. Each document is parsed back: it is valid, nothing in it is active, and the payloads
did get there. --all: 10,000 random payloads, 500 in a root (some ten minutes).
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path[:0] = [os.path.join(TESTS, "incidents"), os.path.join(TESTS, "formats")]
import assemble  # noqa: E402
import validate  # noqa: E402

INCIDENT = os.path.join(TESTS, "incidents", "71-mixed-queue-many-causes")
TIME = 1795200800  # seconds, within the incident
STAMP = b"2026-11-20T18:53:20.%06d+00:00 mail "

PIECES = [
    # terminals: clear the screen, colour, title, hyperlink, clipboard, keys, device strings
    b"\x1b[2J\x1b[1;32mPASS\x1b[0m", b"\x1b]0;pwned\x07", b"\x1b]8;;http://x.example\x1b\\go\x1b]8;;\x1b\\",
    b"\x1b]52;c;cm0gLXJm\x07", b"\x1bP+q544e\x1b\\", b"\x1bc", b"\x1b[A\x1b[K", b"\x1b[?1049h", b"\x9b31m",
    b"\x9d0;x\x9c", b"\x08\x08\x08\x08OK", b"\x07\x07", b"\x7f\x7f", b"\x0e\x0f", b"\x1a\x04", b"\x0b\x0c",
    # what hides or turns text round
    "\u202ePASS\u202c".encode(), "\u2066x\u2069".encode(), "\u200b\u200c\u200d".encode(), "\ufeff".encode(),
    "\u2028\u2029".encode(), b"\xc2\x85", b"\xc2\x9b1m", "\U000e0041\U000e0042".encode(), "\u00ad".encode(),
    "e\u0301\u0301\u0301".encode(), "\ufff9\ufffb".encode(), "\ufe0f".encode(), "\u2060".encode(),
    # what is no UTF-8
    b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80\x81\x8d",
    # HTML and XML
    b"</script><script>alert(1)</script>", b"<img/src=//x.example/b>", b"</style><svg/onload=alert(1)>",
    b"'\"><iframe/src=javascript:alert(1)>", b"<!--", b"-->", b"]]>", b"<![CDATA[x]]>", b"&lt;b&gt;",
    b"&#x3c;script&#x3e;", b"<?xml-stylesheet?>", b"<!DOCTYPE[<!ENTITY/x/'y'>]>", b"&x;", b"</testcase><testcase>",
    b"\"/onmouseover=\"alert(1)", b"</title></head>", b"{{7*7}}", b"${7*7}", b"<%=7*7%>",
    # Markdown
    b"`", b"``` ```", b"|x|y|", b"@everyone", b"#1", b"[a](javascript:alert(1))", b"![b](http://x.example/b.png)",
    b"<details>", b"***x***", b"~~~", b"\\", b"https://x.example", b"$x^2$", b":warning:", b"</code>", b"- [ ] x",
    # commands of runners, of Prometheus, of shells
    b"::error file=a,line=1::x", b"::set-output name=a::b", b"::set-env name=PATH::x", b"::add-mask::x",
    b"::stop-commands::x", b"##[command]x", b"##vso[task.setvariable variable=a]b",
    b"##teamcity[testFailed name='x']", b"%0A::warning::x", "\u2005::error file=a,line=1::x".encode(), b"%0D%0A", b"\"} 1", b"# TYPE x counter", b"\\n\\\"",
    b"'; rm -rf / #", b"$(id)", b"`id`", b"&& id", b"| id", b"*?[a]", b"-rf", b"--format=json", b"~root",
    # JSON, SARIF, CSV, paths
    b"\\u0000", b"\",\"status\":\"pass\",\"x\":\"", b"\\", b"\"", b"'", b"../../../etc/passwd", b"//host/share",
    b"file:///etc/passwd", b"C:\\x", b"=cmd|'/c calc'!A0", b"+1+1", b"@SUM(1)", b"%n%s%x", b"a=b c=d",
    b"null", b"status=sent", b"(queued as 1)", b"avc:  denied  { write } for", b"\t\t\t", b"A" * 3000,
]


ROUND = 500  # random payloads in one root
KEPT = len(PIECES)


def random_piece(rng):
    """Bytes, characters of any plane, the beginnings and ends of what is active, one after the other."""
    kinds = (lambda: rng.randbytes(rng.randrange(1, 8)),
             lambda: chr(rng.choice((rng.randrange(1, 0x300), rng.randrange(0x2000, 0x2100),
                                     rng.randrange(0xe000, 0x10ffff)))).encode(),
             lambda: bytes(rng.choices(b"<>&\"'`$(){}[]|*#!;:,=+-@%~^\\/ \t", k=rng.randrange(1, 6))),
             lambda: rng.choice(PIECES[:KEPT])[:rng.randrange(1, 12)],
             lambda: rng.choice(PIECES[:KEPT])[-rng.randrange(1, 12):],
             lambda: rng.choice(PIECES[:KEPT - 1]))
    return b"".join(rng.choice(kinds)() for _ in range(rng.randrange(1, 7)))[:400]


def word(i, payload):
    """A payload that can be told from the others, in one word."""
    return b"q%03dq" % i + re.sub(rb"[\s\x00]", b"_", payload)


def line(i, payload):
    return b"q%03dq" % i + re.sub(rb"[\n\x00]", b"_", payload)


def mail_log():
    out = []

    def say(text):
        out.append(STAMP % len(out) + text)
    for i, p in enumerate(PIECES):
        w, t, qid = word(i, p), line(i, p), b"%X" % (0xA00000000 + i)
        peer = b"mx.%s[198.51.100.40]" % w[:200]
        say(b"postfix/pickup[613]: %s: uid=0 from=<%s>" % (qid, w))
        say(b"postfix/cleanup[735]: %s: message-id=<%s>" % (qid, w))
        say(b"postfix/qmgr[614]: %s: from=<%s>, size=311, nrcpt=3 (queue active)" % (qid, w))
        say(b"postfix/smtp[747]: %s: to=<%s@x.example>, orig_to=<%s>, relay=none, delay=1, delays=1/0/0/0, "
            b"dsn=4.4.1, status=deferred (connect to %s:25: Permission denied)" % (qid, w, w, peer))
        say(b"postfix/smtp[747]: %s: to=<b@%s>, relay=%s:25, delay=1, delays=1/0/0/0, dsn=4.2.0, "
            b"status=deferred (host %s said: 450 4.2.0 %s (in reply to RCPT TO command))" % (qid, w, peer, peer, t))
        say(b"postfix/local[748]: %s: to=<c@%s>, relay=local, delay=1, delays=1/0/0/0, dsn=4.2.0, "
            b"status=deferred (maildir delivery failed: create maildir file /home/%s/tmp/1: Permission denied)"
            % (qid, w, w))
        say(b"postfix/smtpd[749]: NOQUEUE: reject: RCPT from %s: 454 4.7.1 <%s>: Relay access denied; "
            b"from=<%s> to=<%s> proto=ESMTP helo=<%s>" % (peer, w, w, w, w))
        say(b"postfix/%s[750]: warning: %s: %s: Permission denied" % (w[:40], qid, t))
        say(b"postfix/smtpd[751]: fatal: open lock file %s: Permission denied" % t)
        say(b"%s[752]: %s" % (w[:40], t))
    return b"\n".join(out) + b"\n"


def audit_log():
    out = []
    for i, p in enumerate(PIECES):
        w = word(i, p)
        quoted = b'"%s"' % w if re.fullmatch(rb"[!#-~]+", w) else w.hex().upper().encode()
        raw = re.sub(rb"[\s\"]", b"_", w)
        head = b"msg=audit(%d.%03d:%d): " % (TIME, i, 90000 + i)
        for name, port in ((quoted, b"25"), (b'"' + raw + b'"', b"2525")):
            out.append(b"type=AVC " + head + b'avc:  denied  { name_connect } for  pid=747 comm=%s dest=%s '
                       b"scontext=system_u:system_r:postfix_smtp_t:s0 tcontext=system_u:object_r:%s:s0 "
                       b"tclass=tcp_socket permissive=0" % (name, port, raw[:100]))
            out.append(b"type=AVC " + head + b"avc:  denied  { write %s } for  pid=748 comm=%s path=%s name=%s "
                       b'dev="%s" ino=%d scontext=system_u:system_r:postfix_local_t:s0 '
                       b"tcontext=system_u:object_r:user_home_t:s0 tclass=dir permissive=0"
                       % (raw[:30], name, name, name, raw[:30], 1000 + i))
        out.append(b"type=SYSCALL " + head + b"arch=c000003e syscall=42 success=no exit=-13 pid=747 uid=101 "
                   b"comm=%s exe=%s subj=system_u:system_r:postfix_smtp_t:s0 key=%s" % (quoted, quoted, quoted))
        out.append(b"type=USER_AVC " + head + b"pid=1 uid=0 msg='avc:  denied  { %s } for  path=\"%s\" "
                   b"scontext=%s tcontext=%s tclass=%s'" % (raw[:30], raw, raw, raw, raw[:30]))
    return b"\n".join(out) + b"\n"


def journal():
    """Entries of journalctl -o export, the message in the form that holds any byte."""
    out = b""
    for i, p in enumerate(PIECES):
        t = line(i, p)
        message = b"%X: to=<%s>, relay=none, delay=1, dsn=4.3.0, status=deferred (%s)" % (0xB00000000 + i, word(i, p), t)
        out += (b"__CURSOR=c%d\n__REALTIME_TIMESTAMP=%d\n_PID=760\n_COMM=smtp\nSYSLOG_IDENTIFIER=postfix/smtp\n"
                b"_HOSTNAME=%s\nMESSAGE\n" % (i, TIME * 1000000 + i, word(i, p)[:60]))
        out += len(message).to_bytes(8, "little") + message + b"\n\n"
    return out


def as_text(payload):
    return payload.decode("utf-8", "replace")


def queue():
    rows = []
    for i, p in enumerate(PIECES):
        t = as_text(line(i, p))
        rows.append(json.dumps({
            "queue_name": "deferred", "queue_id": f"C{i:08X}", "arrival_time": TIME, "message_size": 300,
            "forced_expire": False, "sender": t,
            "recipients": [{"address": t + "@y.example", "delay_reason": "connect to " + t + ": Connection refused"}]},
            ensure_ascii=i % 2 == 0))
    return "\n".join(rows).encode() + b"\n"


def ruleset(path):
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    rows = document["nftables"]
    for i, p in enumerate(PIECES):
        t = as_text(line(i, p))[:120]
        rows.append({"chain": {"family": "inet", "table": "filter", "name": t, "handle": 5000 + i}})
        rows.append({"rule": {"family": "inet", "table": "filter", "chain": t, "handle": 7000 + i, "comment": t,
                              "expr": [{"log": {"prefix": t}}, {"drop": None}]}})
        rows.append({"rule": {"family": "inet", "table": "filter", "chain": "output", "handle": 9000 + i,
                              "comment": t, "expr": [
                                  {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}},
                                             "right": 25}},
                                  {"match": {"op": "==", "left": {"meta": {"key": "oifname"}}, "right": t[:15]}},
                                  {"jump": {"target": t}}]}})
    return json.dumps(document).encode()


def plant(root):
    """Every payload into every source of a bundle."""
    def add(name, data, mode="ab"):
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, mode) as f:
            f.write(data)

    words = [word(i, p) for i, p in enumerate(PIECES)]
    lines = [line(i, p) for i, p in enumerate(PIECES)]
    add("root/var/log/mail.log", mail_log())
    add("root/var/log/audit/audit.log", audit_log())
    add("live/journal.export", journal())
    add("live/queue.ndjson", queue())
    add("live/nftables.json", ruleset(os.path.join(root, "live/nftables.json")), "wb")
    add("root/etc/hostname", b"mail-" + b"".join(words[:12]) + b"\n", "wb")
    add("root/usr/lib/os-release", b"".join(b"PRETTY_NAME=\"%s\"\nID=%s\nVERSION_ID='%s'\n" % (t, w, t)
                                            for t, w in zip(lines[:20], words[:20])), "wb")
    add("root/etc/postfix/main.cf", b"\nsmtpd_banner = " + b" ".join(lines) + b"\nmynetworks = 127.0.0.0/8, " +
        b", ".join(words) + b"\nrelayhost = [" + words[0] + b"]:2525\nsmtpd_milters = " +
        b", ".join(b"inet:%s:8891" % w for w in words) + b"\ntransport_maps = " +
        b", ".join(b"hash:/etc/%s" % w for w in words) + b"\nsmtpd_tls_cert_file = /etc/" + words[40] + b"\n" +
        b"".join(b"%s = x\n" % w for w in words))
    add("root/etc/postfix/master.cf", b"".join(
        b"%s unix - n n - - pipe\n  user=root argv=/bin/%s %s\n%s:2525 inet n - n - - smtpd\n  -o syslog_name=%s\n"
        % (w, w, t, w, w) for w, t in zip(words, lines)))
    add("root/etc/audit/rules.d/z.rules", b"".join(b"-a always,exclude -F msgtype=AVC -k %s\n" % t for t in lines))
    add("root/etc/passwd", b"".join(b"%s:x:%d:%d:%s:/home/%s:/bin/sh\n" % (w, 5000 + i, 5000, t, w)
                                    for i, (w, t) in enumerate(zip(words, lines)) if b":" not in w))
    add("root/etc/resolv.conf", b"".join(b"nameserver %s\nsearch %s\n" % (w, w) for w in words))
    add("live/labels.getfattr", b"".join(
        b'# file: /var/spool/postfix/%s\nsecurity.selinux="system_u:object_r:%s:s0"\n\n'
        % (w.replace(b"\\", b"\\134"), w[:60].replace(b'"', b"_").replace(b"\\", b"_")) for w in words))
    for w in words:
        name = w[:200].replace(b"/", b"_")
        path = os.path.join(os.fsencode(root), b"root/var/spool/postfix/deferred", name)
        with open(path, "wb") as f:
            f.write(b"CONTENT " + w)


def yaml_text(t):
    """A double-quoted scalar: any character can stand in one by its number."""
    return '"' + "".join(c if " " <= c <= "~" and c not in '"\\' else f"\\U{ord(c):08X}" for c in t) + '"'


def waivers(path):
    rows = []
    for i, p in enumerate(PIECES):
        t = yaml_text(as_text(line(i, p))[:500])
        rows.append(f"  - {{id: {'PFX-005' if i % 2 else 'AUD-003'}, object: {t}, reason: {t}, owner: {t}, "
                    f"reference: {t}, expires: 2026-12-31}}\n")
    with open(path, "w", encoding="utf-8") as f:
        f.write("waivers:\n" + "".join(rows))


def seen(data):
    return len(set(re.findall(rb"q\d\d\dq", data)))


def check(program, root, scratch):
    out = []
    listed = os.path.join(scratch, "w.yaml")
    waivers(listed)
    for verb, forms in validate.FORMATS.items():
        extra = {"audit": ["--waivers", listed], "denials": ["--all"]}.get(verb, [])
        for form in forms:
            code, data, err = validate.run(program, verb, form, root, *extra, "--verbose")
            what = f"{verb} {form}"
            if code or not data:
                out.append(f"{what}: exit status {code}: {err[:200]}")
                continue
            out += validate.faults("hostile " + verb, form, data)
            out += [f"{what}: {e}" for e in complaints(err)]
            # what is shown is bounded in comments and annotations, and names nothing in Prometheus
            least = 0 if form == "prometheus" else 3 if form in ("github", "markdown") else 100
            # rules that decide nothing are not told; one group holds the denials of many processes
            least = min(least, {"reach": 1, "fix": 1, "denials": 60, "baseline": 90}.get(verb, least))
            # what peers' names and texts have in common goes into one row
            if seen(data) < (least if len(PIECES) == KEPT else min(least, 40)):
                out.append(f"{what}: only {seen(data)} of {len(PIECES)} payloads to be seen")
    return out


def complaints(err):
    """What is wrong with stderr."""
    bad = validate.HIDDEN.search(err) or validate.COMMAND.search(err)
    return [f"on stderr: {err[max(0, bad.start() - 40):bad.end()]!r}"] if bad else []


SOME = "--some" in sys.argv  # of the arguments an eighth


def check_reports(program, root, scratch):
    """Reports read back by diff, and the arguments of the command line in complaints."""
    out = []
    reports = []
    for name, args in (("a.json", ["--format", "json"]), ("b.ndjson", ["--format", "ndjson", "--skip", "AUD-003"])):
        path = os.path.join(scratch, name)
        with open(path, "wb") as f:
            subprocess.run([program, "audit", "--root", root, *args], stdout=f, check=True, timeout=120)
        reports.append(path)
    for form in ("text", "json", "markdown"):
        for pair in (reports, reports[::-1]):
            done = subprocess.run([program, "diff", *pair, "--format", form], capture_output=True, timeout=120,
                                  check=False)
            out += validate.faults("hostile diff", form, done.stdout)
            if done.returncode or seen(done.stdout) < 100:
                out.append(f"diff {form}: exit status {done.returncode}, {seen(done.stdout)} payloads")
    for i, p in list(enumerate(PIECES))[::8 if SOME else 1]:
        w = line(i, p)[:200]
        for args in ([b"audit", b"--root", b"/nonexistent/" + w], [b"audit", b"--only", w], [b"explain", b"--" + w],
                     [b"audit", b"--waivers", w], [b"explain", b"--format", w], [b"diff", w, w], [w]):
            done = subprocess.run([program.encode(), *args], capture_output=True, timeout=60, check=False)
            out += [f"{args}: {e}" for e in complaints(done.stderr.decode(errors="replace"))]
            if done.returncode not in (1, 64):
                out.append(f"{args}: exit status {done.returncode}")
    return out


def places(value, at=()):
    """The way to every string of a document."""
    if isinstance(value, str):
        return [at]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, v in items for place in places(v, (*at, key))]


def spoiled(document, place, text):
    """A copy with another string at a place."""
    copy = json.loads(json.dumps(document))
    inner = copy
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = text
    return copy


def check_plan(program, root, scratch):
    """The files of a plan, what verify says of it, and of plans that somebody wrote the payloads into."""
    out = []
    folder = os.path.join(scratch, "plan")
    subprocess.run([program, "fix", "--root", root, "-o", folder], stdout=subprocess.DEVNULL, check=True, timeout=120)
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as f:
            data = f.read()
        if re.search(rb"[^\t\n -~]", data):
            out.append(f"{name}: not printable")
        if name.endswith(".sh") and subprocess.run(["bash", "-n"], input=data, capture_output=True,
                                                   check=False).returncode:
            out.append(f"{name}: not valid")
    plan = os.path.join(folder, "plan.json")
    with open(plan, encoding="utf-8") as f:
        document = json.load(f)
    leaves, refused = places(document), 0
    cases = [(None, form) for form in ("text", "json", "ndjson")]
    cases += [(i, ("text", "json", "ndjson")[i % 3]) for i in range(len(leaves))][::8 if SOME else 1]
    for i, form in cases:
        if i is not None:
            text = as_text(line(i % len(PIECES), PIECES[i % len(PIECES)]))
            with open(plan, "w", encoding="utf-8") as f:
                json.dump(spoiled(document, leaves[i], text), f)
        done = subprocess.run([program, "verify", plan, "--root", root, "--format", form], capture_output=True,
                              timeout=120, check=False)
        what = f"verify {form}, " + ("its own plan" if i is None else "/".join(map(str, leaves[i])))
        out += [f"{what}: {e}" for e in complaints(done.stderr.decode(errors="replace"))]
        refused += done.returncode == 64
        if done.returncode in (0, 2, 3):
            out += validate.faults("hostile " + what, form, done.stdout)
        elif i is None or done.returncode != 64 or done.stdout or not done.stderr:
            out.append(f"{what}: exit status {done.returncode}: {done.stderr[:200]}")
    if not refused:
        out.append("verify: no plan was refused")
    return out


def check_watch(program, root, scratch):
    """What a host's logs hold when watch begins, its records, its text and its file of metrics."""
    out = []
    metrics = os.path.join(scratch, "watch.prom")
    for form in ("ndjson", "text"):
        done = subprocess.run([program, "watch", "--root", os.path.join(root, "root"), "--for", "1s",
                               "--format", form, "--textfile", metrics], capture_output=True, timeout=120, check=False)
        out += validate.faults("hostile watch", form, done.stdout)
        out += [f"watch {form}: {e}" for e in complaints(done.stderr.decode(errors="replace"))]
        if done.returncode or seen(done.stdout) < 100:
            out.append(f"watch {form}: exit status {done.returncode}, {seen(done.stdout)} payloads")
        with open(metrics, "rb") as f:
            out += validate.faults("hostile watch, metrics", "prometheus", f.read())
    return out


def one_root(program, with_reports):
    """The faults of a root with all of PIECES."""
    with tempfile.TemporaryDirectory(prefix="postseal-strings-") as scratch:
        # the name of the root is part of every report
        root = os.path.join(os.fsencode(scratch), word(0, b"\x1b[31m<img src=x>`|::error::\xff&\"'"))
        root = os.fsdecode(root)
        assemble.assemble(INCIDENT, root)
        plant(root)
        out = check(program, root, scratch)
        for more in (check_reports, check_plan, check_watch) if with_reports else ():
            out += more(program, root, scratch)
        return out


def main():
    program = os.path.abspath(sys.argv[1])
    assert KEPT >= 100
    out, tried = one_root(program, True), KEPT
    rounds = [ROUND] * 20 if "--all" in sys.argv else [] if SOME else [KEPT]
    for seed, n in enumerate(rounds):
        rng = random.Random(seed)
        PIECES[KEPT:] = []
        PIECES[:] = PIECES + [random_piece(rng) for _ in range(n)]
        found = [f"seed {seed}: {fault}" for fault in one_root(program, False)]
        out += found
        tried += n
        if "--all" in sys.argv:
            print(f"{tried} payloads, {len(out)} faults", *found, sep="\n", flush=True)
    out += validate.later_faults()
    for fault in out:
        print(fault.encode("unicode_escape").decode()[:400])
    n = sum(len(f) for f in validate.FORMATS.values())
    print(f"{tried} payloads, {n} documents a root, {len(out)} faults; missing: "
          f"{sorted(validate.MISSING) or 'nothing'}")
    if out:
        return 1
    return 77 if validate.MISSING else 0


if __name__ == "__main__":
    sys.exit(main())
