#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Seeded generator of realistic multi-daemon Postfix mail logs, for benchmarks and scale tests.

Every flow keeps its identities consistent: one queue id per message, the smtp(8) pid that
logs "connect to ..." is the pid that logs the status line, qmgr/cleanup/bounce pids are
long lived, retries of one message reuse its queue id, deferrals end in sent or expired.

  gen_mail_log.py --mb 100 --out mail.log --truth truth.jsonl
  gen_mail_log.py --mb 10 --format rfc5424 --deferral-share 0.5 --mix net.timeout=5,auth.bad_credentials=1
  gen_mail_log.py --lines 1000 --ids long --instance postfix-out

Formats: rfc3164 ("Nov  2 03:04:05 host tag[pid]: msg"), iso (rsyslog file format, RFC 3339
stamp with microseconds), rfc5424 ("<22>1 stamp host tag pid - - msg"), postlogd (the
maillog_file format; same as rfc3164), json (journald-like JSON lines).
Same seed + same options => byte-identical output. Standard library only.
"""
import argparse, calendar, heapq, itertools, json, random, sys, time

MON = ("Jan","Feb","Mar","Apr","May","Jun","Jul","Aug","Sep","Oct","Nov","Dec")
SAFE = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"   # 52, no vowels

# (weight, dsn, status, relay kind, reason); {h}=mx host {ip}=address {r}=recipient {d}=domain
# relay kind: n = relay=none and a separate "connect to" info line, s = session (relay=host[ip]:25),
#             x = relay=none without connect line, l/v/p/L = local/virtual/pipe/lmtp delivery agent
CAUSES = {
 "net.timeout":        [(10,"4.4.1","deferred","n","connect to {h}[{ip}]:{port}: Connection timed out")],
 "net.refused":        [(6,"4.4.1","deferred","n","connect to {h}[{ip}]:{port}: Connection refused")],
 "net.no_route":       [(3,"4.4.1","deferred","n","connect to {h}[{ip}]:{port}: No route to host")],
 "net.net_unreach":    [(2,"4.4.1","deferred","n","connect to {h}[{ip6}]:{port}: Network is unreachable")],
 "net.eacces":         [(1,"4.4.1","deferred","n","connect to {h}[{ip}]:{port}: Permission denied"),
                        (1,"4.4.1","deferred","n","connect to {h}[{ip6}]:{port}: Permission denied")],
 "net.lost":           [(3,"4.4.2","deferred","s","lost connection with {h}[{ip}] while receiving the initial server greeting"),
                        (2,"4.4.2","deferred","s","conversation with {h}[{ip}] timed out while sending end of data -- message may be sent more than once")],
 "dns.try_again":      [(5,"4.4.3","deferred","x","Host or domain name not found. Name service error for name={d} type=MX: Host not found, try again")],
 "dns.not_found":      [(3,"5.4.4","bounced","x","Host or domain name not found. Name service error for name={d} type=AAAA: Host not found")],
 "dns.null_mx":        [(1,"5.1.0","bounced","x","Domain {d} does not accept mail (nullMX)")],
 "auth.bad_credentials": [(3,"4.7.8","deferred","s","SASL authentication failed; server {h}[{ip}] said: 535 5.7.8 Error: authentication failed: ")],
 "auth.no_mechanism":  [(1,"4.7.0","deferred","s","SASL authentication failed; cannot authenticate to server {h}[{ip}]: no mechanism available")],
 "tls.not_verified":   [(1,"4.7.5","deferred","s","Server certificate not verified")],
 "tls.not_offered":    [(1,"4.7.4","deferred","s","TLS is required, but was not offered by host {h}[{ip}]")],
 "tls.handshake":      [(1,"4.7.5","deferred","s","Cannot start TLS: handshake failure")],
 "relay.denied_by_remote": [(2,"5.7.1","bounced","s","host {h}[{ip}] said: 554 5.7.1 <{r}>: Relay access denied (in reply to RCPT TO command)")],
 "policy.greylist":    [(10,"4.2.0","deferred","s","host {h}[{ip}] said: 450 4.2.0 <{r}>: Recipient address rejected: Greylisted (in reply to RCPT TO command)")],
 "policy.throttle":    [(5,"4.7.0","deferred","s","host {h}[{ip}] said: 421 4.7.0 Too many messages from this address, slow down (in reply to MAIL FROM command)"),
                        (2,"4.3.2","deferred","s","host {h}[{ip}] refused to talk to me: 421 4.3.2 too many connections, try again later")],
 "reputation.dnsbl":   [(3,"5.7.1","bounced","s","host {h}[{ip}] said: 554 5.7.1 Service unavailable; Client host [{me}] blocked using bl.example.net (in reply to RCPT TO command)")],
 "senderauth.ptr":     [(1,"5.7.25","bounced","s","host {h}[{ip}] said: 550 5.7.25 {me} has no reverse DNS record (in reply to end of DATA command)")],
 "senderauth.dmarc":   [(2,"5.7.26","bounced","s","host {h}[{ip}] said: 550 5.7.26 rejected by the DMARC policy of {sd} (in reply to end of DATA command)")],
 "recipient.unknown":  [(8,"5.1.1","bounced","s","host {h}[{ip}] said: 550 5.1.1 <{r}>: Recipient address rejected: User unknown (in reply to RCPT TO command)"),
                        (2,"5.1.1","bounced","l","unknown user: \"{u}\"")],
 "recipient.full":     [(3,"4.2.2","deferred","s","host {h}[{ip}] said: 452 4.2.2 <{r}>: mailbox is over quota (in reply to RCPT TO command)"),
                        (1,"5.2.2","bounced","l","cannot update mailbox /var/mail/{u} for user {u}. error writing message: File too large")],
 "perm.mailstore":     [(1,"5.2.0","bounced","l","maildir delivery failed: create maildir file /home/{u}/Maildir/tmp/{n}.P{pid}.{host}: Permission denied"),
                        (1,"4.2.0","deferred","v","maildir delivery failed: create maildir file /var/vmail/{d}/{u}/tmp/{n}.P{pid}.{host}: Permission denied")],
 "perm.socket":        [(1,"4.4.1","deferred","L","connect to {host}[private/dovecot-lmtp]: Permission denied")],
 "disk.no_space":      [(1,"4.3.0","deferred","v","maildir delivery failed: error writing message: No space left on device")],
 "service.lmtp_down":  [(1,"4.4.1","deferred","L","connect to {host}[private/dovecot-lmtp]: Connection refused")],
 "service.transport":  [(1,"4.3.0","deferred","e","mail transport unavailable")],
 "config.alias_db":    [(1,"4.3.0","deferred","l","alias database unavailable")],
 "config.loop":        [(1,"5.4.6","bounced","x","mail for {d} loops back to myself")],
}
DEFAULT_MIX = {k: sum(w for w, *_ in v) for k, v in CAUSES.items()}


class Gen:
    def __init__(self, a):
        self.a, self.r = a, random.Random(a.seed)
        r = self.r
        self.host, self.me = a.host, "192.0.2.25"
        self.tag = a.instance
        self.heap, self.seq = [], itertools.count()
        self.pid_next = 2000 + r.randrange(2000)
        self.qmgr, self.anvil, self.scache = self.pid(), self.pid(), self.pid()
        self.pools = {d: [self.pid() for _ in range(n)] for d, n in
                      (("smtp", 24), ("smtpd", 16), ("cleanup", 8), ("bounce", 3), ("local", 4), ("lmtp", 3),
                       ("virtual", 3), ("pipe", 2), ("error", 3), ("pickup", 1), ("postscreen", 1), ("submission/smtpd", 6))}
        self.doms = ["%s%d.%s" % (r.choice(("mail","shop","corp","uni","web","city","lab")), i,
                                  r.choice(("example","test","invalid"))) for i in range(a.domains)]
        self.users = ["".join(r.choice("abcdefghijklmnoprstuvwy") for _ in range(r.randint(4, 9))) for _ in range(600)]
        mix = dict(DEFAULT_MIX)
        if a.mix:
            mix = {}
            for part in a.mix.split(","):
                k, _, w = part.partition("=")
                if k not in CAUSES: sys.exit("unknown cause %s; one of %s" % (k, ", ".join(CAUSES)))
                mix[k] = float(w or 1)
        self.causes, self.weights = list(mix), list(mix.values())
        self.inode = 40000
        self.cache_s, self.cache_v = -1, ""

    def pid(self):
        self.pid_next += self.r.randint(1, 40)
        if self.pid_next > 4000000: self.pid_next = 1000
        return self.pid_next

    def daemon_pid(self, d):
        pool = self.pools[d]; i = self.r.randrange(len(pool))
        if self.r.random() < 0.01: pool[i] = self.pid()      # max_use reached, master forks a new one
        return pool[i]

    def qid(self, t):
        self.inode += self.r.randint(1, 9)
        if self.a.ids == "long":
            s, u, ino = int(t), int((t % 1) * 1e6), self.inode
            def enc(v, base, pad):
                o = ""
                while v: v, m = divmod(v, base); o = SAFE[m] + o
                return o.rjust(pad, "0")
            return enc(s, 52, 6) + enc(u, 52, 4) + "z" + enc(ino, 51, 1)
        return "%05X%X" % (int((t % 1) * 1e6) & 0xFFFFF, self.inode)

    def ip(self, d):
        h = hash_str(d); return "198.51.%d.%d" % (100 + h % 2, 1 + h // 7 % 250)

    def ip6(self, d):
        return "2001:db8:%x::19" % (hash_str(d) % 65535)

    def put(self, t, daemon, pid, msg, truth=None):
        heapq.heappush(self.heap, (t, next(self.seq), daemon, pid, msg, truth))

    def fmt(self, t, daemon, pid, msg):
        f, s = self.a.format, int(t)
        if s != self.cache_s:
            self.cache_s = s; g = time.gmtime(s)
            self.cache_v = ("%s %2d %02d:%02d:%02d" % (MON[g.tm_mon-1], g.tm_mday, g.tm_hour, g.tm_min, g.tm_sec)
                            if f in ("rfc3164", "postlogd") else
                            "%04d-%02d-%02dT%02d:%02d:%02d" % g[:6])
        if f in ("rfc3164", "postlogd"):
            return "%s %s %s/%s[%d]: %s\n" % (self.cache_v, self.host, self.tag, daemon, pid, msg)
        us = int((t - s) * 1e6)
        if f == "iso":
            return "%s.%06d+00:00 %s %s/%s[%d]: %s\n" % (self.cache_v, us, self.host, self.tag, daemon, pid, msg)
        if f == "rfc5424":
            sev = 20 if msg.startswith("warning:") else 18 if msg.startswith("fatal:") else 22
            return "<%d>1 %s.%06dZ %s %s/%s %d - - %s\n" % (sev, self.cache_v, us, self.host, self.tag, daemon, pid, msg)
        return json.dumps({"__REALTIME_TIMESTAMP": str(s * 1000000 + us), "_HOSTNAME": self.host, "SYSLOG_FACILITY": "2",
                           "SYSLOG_IDENTIFIER": "%s/%s" % (self.tag, daemon), "SYSLOG_PID": str(pid), "_PID": str(pid),
                           "PRIORITY": "6", "MESSAGE": msg}) + "\n"

    # ---- flows -------------------------------------------------------------------------------
    def message(self, t):
        r = self.r; x = r.random()
        if x < 0.10: return self.noise(t)
        q = self.qid(t); sd = r.choice(self.doms); s = "%s@%s" % (r.choice(self.users), sd)
        cp = self.daemon_pid("cleanup"); size = r.randint(600, 90000)
        if x < 0.25:
            self.put(t, "pickup", self.pools["pickup"][0], "%s: uid=%d from=<%s>" % (q, 1000 + r.randrange(40), s.split("@")[0]))
        else:
            sub = r.random() < 0.3; dn = "submission/smtpd" if sub else "smtpd"; sp = self.daemon_pid(dn)
            c = "client%d.%s[%s]" % (r.randrange(200), sd, "203.0.113.%d" % r.randrange(1, 254))
            self.put(t - .30, dn, sp, "connect from " + c)
            self.put(t, dn, sp, "%s: client=%s%s" % (q, c, ", sasl_method=PLAIN, sasl_username=%s" % s if sub else ""))
            self.put(t + .45, dn, sp, "disconnect from %s ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5" % c)
        self.put(t + .02, "cleanup", cp, "%s: message-id=<%x.%x@%s>" % (q, int(t), r.getrandbits(40), sd))
        n = 1 if r.random() < .9 else r.randint(2, 5)
        self.put(t + .06, "qmgr", self.qmgr, "%s: from=<%s>, size=%d, nrcpt=%d (queue active)" % (q, s, size, n))
        end = t
        for _ in range(n):
            d = r.choice(self.doms); u = r.choice(self.users)
            if r.random() < self.a.deferral_share: end = max(end, self.fail(t + .1, q, s, sd, u, d, size, n))
            else: end = max(end, self.ok(t + .1, q, u, d))
        self.put(end + .01, "qmgr", self.qmgr, "%s: removed" % q)

    def delays(self, t0, t, conn):
        r = self.r; tot = max(t - t0, .02)
        def f(v): return "%d" % v if v >= 10 else ("%.2g" % v)
        return "delay=%s, delays=%s/%s/%s/%s" % (f(tot), f(max(tot - conn - .05, 0)), f(.01), f(conn), f(r.random() * .3))

    def ok(self, t, q, u, d):
        r = self.r; x = r.random(); rc = "%s@%s" % (u, d)
        if x < .75:
            p = self.daemon_pid("smtp"); h = "mx%d.%s" % (1 + hash_str(d) % 3, d); te = t + .2 + r.random() * 2
            if r.random() < .8:
                self.put(te - .15, "smtp", p, "Untrusted TLS connection established to %s[%s]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature ECDSA (prime256v1) server-digest SHA256" % (h, self.ip(d)))
            self.put(te, "smtp", p, "%s: to=<%s>, relay=%s[%s]:25, %s, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as %X)" % (q, rc, h, self.ip(d), self.delays(t, te, .3), r.getrandbits(40)))
        elif x < .88:
            p = self.daemon_pid("lmtp"); te = t + .1
            self.put(te, "lmtp", p, "%s: to=<%s>, relay=%s[private/dovecot-lmtp], %s, dsn=2.0.0, status=sent (250 2.0.0 <%s> %X Saved)" % (q, rc, self.host, self.delays(t, te, .01), rc, r.getrandbits(60)))
        else:
            p = self.daemon_pid("local"); te = t + .08
            self.put(te, "local", p, "%s: to=<%s>, orig_to=<%s>, relay=local, %s, dsn=2.0.0, status=sent (delivered to maildir)" % (q, rc, u, self.delays(t, te, 0)))
        return te

    def fail(self, t0, q, s, sd, u, d, size, n):
        r = self.r; cause = r.choices(self.causes, self.weights)[0]; alts = CAUSES[cause]
        _, dsn, status, kind, text = r.choices(alts, [a[0] for a in alts])[0]
        port = r.choice((25, 25, 25, 587)); t = t0; te = t
        tries = 1 if status == "bounced" else r.choices((1, 2, 3, 4, 6), (50, 20, 15, 10, 5))[0]
        expire = status == "deferred" and r.random() < .1
        h = "mx%d.%s" % (1 + hash_str(d) % 3, d)
        for k in range(tries):
            if k: self.put(t, "qmgr", self.qmgr, "%s: from=<%s>, size=%d, nrcpt=%d (queue active)" % (q, s, size, n))
            dn = {"n": "smtp", "s": "smtp", "x": "smtp", "l": "local", "v": "virtual", "p": "pipe", "L": "lmtp", "e": "error"}[kind]
            p = self.daemon_pid(dn); conn = 30.0 if "timed out" in text else .4; te = t + conn
            reason = text.format(h=h, ip=self.ip(d), ip6=self.ip6(d), r="%s@%s" % (u, d), d=d, sd=sd, u=u, me=self.me,
                                 port=port, n=int(te), pid=p, host=self.host)
            if kind == "n":
                for j in range(r.randrange(2)):
                    self.put(te - .5, "smtp", p, reason.replace("mx", "mx-alt", 1))
                self.put(te - .01, "smtp", p, reason)
            elif kind == "e": self.put(t, "qmgr", self.qmgr, "warning: connect to transport private/filter: Connection refused")
            elif cause == "config.alias_db": self.put(te - .01, "local", p, "error: open database /etc/aliases.db: No such file or directory")
            elif cause == "perm.mailstore": self.put(te - .01, dn, p, "warning: perhaps you need to create the maildirs in advance")
            relay = {"n": "none", "x": "none", "e": "none", "l": "local", "v": "virtual", "p": "filter"}.get(kind) or \
                    ("%s[%s]:%d" % (h, self.ip(d), port) if kind == "s" else "none")
            wrap = "delivery temporarily suspended: " if k and kind == "n" and r.random() < .2 else ""
            if wrap: dn, p = "error", self.daemon_pid("error")
            self.put(te, dn, p, "%s: to=<%s@%s>, relay=%s, %s, dsn=%s, status=%s (%s%s)" %
                     (q, u, d, relay, self.delays(t0, te, conn), dsn, status, wrap, reason),
                     {"qid": q, "t": round(te, 6), "daemon": dn, "pid": p, "rcpt": "%s@%s" % (u, d),
                      "class": cause, "dsn": dsn, "status": status} if self.truth else None)
            t = te + 300 * (2 ** k) * (1 + r.random() * .2)
        if status == "bounced" or expire:
            bp = self.daemon_pid("bounce"); nq = self.qid(te + .2)
            if expire: self.put(t, "qmgr", self.qmgr, "%s: from=<%s>, status=expired, returned to sender" % (q, s)); te = t
            self.put(te + .05, "cleanup", self.daemon_pid("cleanup"), "%s: message-id=<%x.%s@%s>" % (nq, int(te), nq, self.host))
            self.put(te + .06, "bounce", bp, "%s: sender non-delivery notification: %s" % (q, nq))
            self.put(te + .07, "qmgr", self.qmgr, "%s: from=<>, size=%d, nrcpt=1 (queue active)" % (nq, size + 2200))
            self.put(te + .40, "local", self.daemon_pid("local"), "%s: to=<%s>, relay=local, delay=0.3, delays=0.1/0.01/0/0.19, dsn=2.0.0, status=sent (delivered to maildir)" % (nq, s))
            self.put(te + .41, "qmgr", self.qmgr, "%s: removed" % nq)
        elif tries > 1 or r.random() < .6:
            te = self.ok(t, q, u, d)
        return te

    def noise(self, t):
        r = self.r; c = "unknown[203.0.113.%d]" % r.randrange(1, 254); sp = self.daemon_pid("smtpd"); x = r.random()
        if x < .4:
            self.put(t, "smtpd", sp, "connect from " + c)
            self.put(t + .2, "smtpd", sp, "NOQUEUE: reject: RCPT from %s: 454 4.7.1 <%s@%s>: Relay access denied; from=<%s@%s> to=<%s@%s> proto=ESMTP helo=<%s>" %
                     (c, r.choice(self.users), r.choice(self.doms), r.choice(self.users), r.choice(self.doms), r.choice(self.users), r.choice(self.doms), "pc%d" % r.randrange(99)))
            self.put(t + .3, "smtpd", sp, "disconnect from %s ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4" % c)
        elif x < .7: self.put(t, "smtpd", sp, "warning: %s: SASL LOGIN authentication failed: UGFzc3dvcmQ6" % c)
        elif x < .85: self.put(t, "anvil", self.anvil, "statistics: max connection rate %d/60s for (smtp:203.0.113.%d) at %s" % (r.randrange(1, 9), r.randrange(254), time.strftime("%b %e %H:%M:%S", time.gmtime(t))))
        elif x < .95: self.put(t, "smtpd", sp, "warning: hostname host%d.example does not resolve to address 203.0.113.%d: Name or service not known" % (r.randrange(99), r.randrange(254)))
        else: self.put(t, "smtpd", sp, "warning: connect to Milter service inet:localhost:8891: Connection refused")

    def run(self, out):
        a = self.a; t = float(a.start); size = lines = 0; buf = []; limit = int(a.mb * 1e6) if a.mb else None
        self.truth = open(a.truth, "w") if a.truth else None
        while True:
            t += self.r.expovariate(a.rate); self.message(t)
            while self.heap and self.heap[0][0] <= t - 1:
                e = heapq.heappop(self.heap); s = self.fmt(e[0], *e[2:5]); buf.append(s); size += len(s); lines += 1
                if e[5]: self.truth.write(json.dumps(dict(e[5], line=lines)) + "\n")
                if (limit and size >= limit) or (a.lines and lines >= a.lines):
                    out.write("".join(buf))
                    if self.truth: self.truth.close()
                    return size, lines
            if len(buf) > 4000: out.write("".join(buf)); buf.clear()


def hash_str(s):
    h = 5381
    for c in s: h = (h * 33 + ord(c)) & 0x7FFFFFFF
    return h


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--mb", type=float, help="stop after this many MB (10^6 bytes)")
    p.add_argument("--lines", type=int, help="stop after this many lines")
    p.add_argument("--out", default="-"); p.add_argument("--truth", help="JSON lines: cause of every failed attempt")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--format", choices=("rfc3164", "iso", "rfc5424", "postlogd", "json"), default="rfc3164")
    p.add_argument("--ids", choices=("short", "long"), default="short")
    p.add_argument("--instance", default="postfix", help="syslog_name, e.g. postfix-out for a second instance")
    p.add_argument("--host", default="mx1"); p.add_argument("--domains", type=int, default=400)
    p.add_argument("--rate", type=float, default=20.0, help="messages per second of log time")
    p.add_argument("--deferral-share", type=float, default=0.12, help="share of recipients that fail at least once")
    p.add_argument("--mix", help="cause=weight,... (default: built-in mix)")
    p.add_argument("--start", type=int, default=calendar.timegm((2026, 11, 2, 3, 4, 5)))
    p.add_argument("--list-causes", action="store_true")
    a = p.parse_args()
    if a.list_causes: print("\n".join("%-24s %g" % kv for kv in DEFAULT_MIX.items())); return
    if not (a.mb or a.lines): p.error("give --mb or --lines")
    out = sys.stdout if a.out == "-" else open(a.out, "w")
    try: size, lines = Gen(a).run(out)
    except BrokenPipeError: return
    if out is not sys.stdout: out.close()
    print("%d bytes, %d lines" % (size, lines), file=sys.stderr)


if __name__ == "__main__":
    main()
