#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Evidence roots made by code: a whole mail host as a tar file, with owners, modes and labels.

A tar holds what an ordinary user cannot give to files of his own: owners, modes of other accounts,
security.selinux. The policy, its store and the files of Postfix are those of tests/incidents/base;
labels are what matchpathcon(8) says of that policy, unless a case sets another one.
"""
import bz2
import copy
import functools
import io
import json
import lzma
import os
import re
import struct
import subprocess
import tarfile
import tempfile

import certs

HERE = os.path.dirname(os.path.abspath(__file__))
BASE = os.path.join(HERE, "..", "incidents", "base")
NOW = 1795200000  # 2026-11-20: everything in a root was last changed then
STORE = "var/lib/selinux/default/active/"
# of the store's 330 modules those that bear on mail, so that roots stay small
MODULES = ("amavis", "apache", "base", "clamav", "dkim", "dovecot", "milter", "mta", "postfix", "postfixpolicyd",
           "postgrey", "sasl", "spamassassin")
POSTFIX, POSTDROP, POSTFIX_GID, VMAIL = 101, 109, 108, 999


class Entry:
    """One file: kind is f, d or l (link); label None takes what file_contexts says."""

    def __init__(self, kind, data=b"", mode=0o644, uid=0, gid=0, label=None, mtime=NOW):
        self.kind, self.data, self.mode, self.uid, self.gid = kind, data, mode, uid, gid
        self.label, self.mtime = label, mtime


def as_bytes(text):
    return text.encode() if isinstance(text, str) else text


class Root:
    """Files by path, without a leading slash. Every change returns the root itself."""

    def __init__(self):
        self.files = {}
        self.live = None  # names below live/: a bundle then, which is a part of its host
        self.labelled = True

    def copy(self):
        new = Root()
        new.files = {path: copy.copy(e) for path, e in self.files.items()}
        new.live = copy.copy(self.live)
        new.labelled = self.labelled
        return new

    def put(self, path, text="", mode=0o644, uid=0, gid=0, mtime=NOW):
        parent = os.path.dirname(path)
        while parent and parent not in self.files:
            self.files[parent] = Entry("d", mode=0o755)
            parent = os.path.dirname(parent)
        self.files[path] = Entry("f", as_bytes(text), mode, uid, gid, None, mtime)
        return self

    def folder(self, path, mode=0o755, uid=0, gid=0):
        self.put(path + "/.", mode=mode)
        del self.files[path + "/."]
        self.files[path] = Entry("d", mode=mode, uid=uid, gid=gid)
        return self

    def link(self, path, target):
        self.put(path)
        self.files[path] = Entry("l", target.encode(), 0o777)
        return self

    def cut(self, path):
        for name in [p for p in self.files if p == path or p.startswith(path + "/")]:
            del self.files[name]
        return self

    def loop(self, path):
        """Unreadable for everybody, root included: a link to itself."""
        self.cut(path)
        return self.link(path, "/" + path)

    def edit(self, path, pattern, new):
        text = self.files[path].data.decode()
        changed, n = re.subn(pattern, lambda m: new, text, flags=re.M)
        if not n:
            raise ValueError(f"{path}: nothing matches {pattern}")
        self.files[path].data = changed.encode()
        return self

    def append(self, path, text):
        self.files[path].data += as_bytes(text)
        return self

    def main(self, **params):
        """Set parameters of main.cf; None takes one out."""
        for name, value in params.items():
            entry = self.files["etc/postfix/main.cf"]
            lines = [s for s in entry.data.decode().splitlines() if s.split(" =")[0] != name]
            entry.data = "\n".join(lines + ([] if value is None else [f"{name} = {value}"]) + [""]).encode()
        return self

    def master(self, text):
        return self.append("etc/postfix/master.cf", text)

    def label(self, path, type_):
        """A label other than the expected one; of a path ending in "/" all below it as well."""
        for name, entry in self.files.items():
            if name == path.rstrip("/") or (path.endswith("/") and name.startswith(path)):
                entry.label = f"system_u:object_r:{type_}:s0"
        return self

    def chmod(self, path, mode, uid=0, gid=0):
        entry = self.files[path]
        entry.mode, entry.uid, entry.gid = mode, uid, gid
        return self

    def age(self, path, seconds):
        """Last changed so many seconds before everything else."""
        self.files[path].mtime = NOW - seconds
        return self

    # --- writing

    def contexts(self):
        """The label of every path: its own, else the expected one, else none."""
        wanted = {(p, e.kind) for p, e in self.files.items() if not e.label}
        known = expected(tuple(sorted(wanted)))
        return {p: e.label or known.get((p, e.kind)) for p, e in self.files.items()}

    def write(self, out):
        labels = self.contexts() if self.labelled else {}
        with tarfile.open(out, "w", format=tarfile.PAX_FORMAT) as tar:
            prefix = "" if self.live is None else "root/"
            for path in sorted(self.files):
                e = self.files[path]
                info = tarfile.TarInfo(prefix + path)
                info.type = {"f": tarfile.REGTYPE, "d": tarfile.DIRTYPE, "l": tarfile.SYMTYPE}[e.kind]
                info.mode, info.uid, info.gid, info.mtime = e.mode, e.uid, e.gid, e.mtime
                if labels.get(path) and self.live is None:
                    info.pax_headers = {"SCHILY.xattr.security.selinux": labels[path] + "\0"}
                if e.kind == "l":
                    info.linkname = e.data.decode()
                else:
                    info.size = len(e.data)
                tar.addfile(info, io.BytesIO(e.data) if e.kind == "f" else None)
            if self.live is not None:
                self.write_live(tar, labels)

    def write_live(self, tar, labels):
        files = {"bundle.json": {"schema": "postseal-bundle/1", "host": "mail",
                                 "time": "2026-11-20T18:40:00Z", "tool": "roots.py"}}
        files["live/labels.getfattr"] = "".join(
            f'# file: /{p}\nsecurity.selinux="{labels[p]}"\n\n' for p in sorted(labels) if labels[p])
        files["live/files.tsv"] = "".join(
            f"/{p}\t{e.kind}\t{e.mode:04o}\t{e.uid}\t{e.gid}\t{len(e.data)}\t{e.mtime}.0\t"
            f"{e.data.decode() if e.kind == 'l' else ''}\n" for p, e in sorted(self.files.items()))
        for name, value in self.live.items():
            files["live/" + name] = value
        for name, value in files.items():
            if value is None:
                continue
            data = as_bytes(value if isinstance(value, (str, bytes)) else json.dumps(value))
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), NOW
            tar.addfile(info, io.BytesIO(data))


@functools.lru_cache(maxsize=1)
def recorded():
    """The files of tests/incidents/base as entries."""
    files = {}
    for name in ("etc-selinux.tar.xz", "var-lib-selinux.tar.xz", "root.tar.xz"):
        with lzma.open(os.path.join(BASE, name)) as packed, tarfile.open(fileobj=packed) as tar:
            for m in tar:
                if m.isfile() and not m.name.endswith(".bin"):
                    files[m.name] = Entry("f", tar.extractfile(m).read(), m.mode, m.uid, m.gid)
                elif m.isdir():
                    files[m.name.rstrip("/")] = Entry("d", b"", m.mode, m.uid, m.gid)
    return files


_known = {}


def expected(wanted):
    """What file_contexts says of (path, kind) pairs; matchpathcon is asked once for each."""
    missing = [w for w in wanted if w not in _known]
    for kind, mode in (("f", "file"), ("d", "dir"), ("l", "symlink")):
        paths = ["/" + p for p, k in missing if k == kind]
        if not paths:
            continue
        with tempfile.TemporaryDirectory() as top:
            for name in ("file_contexts", "file_contexts.homedirs", "file_contexts.subs_dist"):
                with open(os.path.join(top, name), "wb") as f:
                    f.write(recorded()["etc/selinux/default/contexts/files/" + name].data)
            run = subprocess.run(["matchpathcon", "-n", "-N", "-m", mode, "-f",
                                  os.path.join(top, "file_contexts"), *paths],
                                 capture_output=True, text=True, check=True)
        for path, label in zip(paths, run.stdout.splitlines()):
            _known[path[1:], kind] = None if label == "<<none>>" else label
    return _known


MAIN_CF = """\
compatibility_level = 3.6
myhostname = mail.example.org
mydestination = $myhostname, example.org, localhost
myorigin = /etc/mailname
inet_interfaces = all
inet_protocols = all
mynetworks = 127.0.0.0/8 [::1]/128
alias_maps = hash:/etc/aliases
alias_database = hash:/etc/aliases
transport_maps = hash:/etc/postfix/transport
relayhost =
smtpd_banner = $myhostname ESMTP
disable_vrfy_command = yes
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination
smtpd_milters = unix:/run/opendkim/opendkim.sock
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = /etc/ssl/certs/mail.pem
smtpd_tls_key_file = /etc/ssl/private/mail.key
smtpd_tls_protocols = >=TLSv1.2
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_forbid_bare_newline = yes
smtp_tls_security_level = may
smtp_tls_protocols = >=TLSv1.2
smtp_tls_mandatory_protocols = >=TLSv1.2
smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd
"""

MASTER_CF = """\
smtp       inet  n       -       n       -       -       smtpd
submission inet  n       -       n       -       -       smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
pickup     unix  n       -       y       60      1       pickup
cleanup    unix  n       -       y       -       0       cleanup
qmgr       unix  n       -       n       300     1       qmgr
tlsmgr     unix  -       -       y       1000?   1       tlsmgr
rewrite    unix  -       -       y       -       -       trivial-rewrite
bounce     unix  -       -       y       -       0       bounce
defer      unix  -       -       y       -       0       bounce
trace      unix  -       -       y       -       0       bounce
verify     unix  -       -       y       -       1       verify
flush      unix  n       -       y       1000?   0       flush
proxymap   unix  -       -       n       -       -       proxymap
proxywrite unix  -       -       n       -       1       proxymap
smtp       unix  -       -       y       -       -       smtp
relay      unix  -       -       y       -       -       smtp
showq      unix  n       -       y       -       -       showq
error      unix  -       -       y       -       -       error
retry      unix  -       -       y       -       -       error
discard    unix  -       -       y       -       -       discard
local      unix  -       n       n       -       -       local
virtual    unix  -       n       n       -       -       virtual
lmtp       unix  -       -       y       -       -       lmtp
anvil      unix  -       -       y       -       1       anvil
scache     unix  -       -       y       -       1       scache
postlog    unix-dgram n  -       n       -       1       postlogd
script     unix  -       n       n       -       -       pipe
  flags=DRXhu user=vmail argv=/usr/bin/maildrop -d ${recipient}
"""

NFTABLES = """\
flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ip saddr 127.0.0.0/8 drop
		ip6 saddr ::1 drop
		ct state established,related accept
		ct state invalid drop
		icmp type { echo-request, destination-unreachable, time-exceeded } accept
		icmpv6 type { packet-too-big, time-exceeded, parameter-problem, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept
		tcp dport { 22, 25, 587 } accept
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
	}
	chain output {
		type filter hook output priority filter; policy accept;
		oif "lo" accept
		tcp dport 25 meta skuid != 101 reject with tcp reset
	}
}
"""

AUDIT_RULES = """\
-D
-b 8192
-w /etc/selinux/ -p wa -k MAC-policy
-w /usr/share/selinux/ -p wa -k MAC-policy
-w /var/lib/selinux/ -p wa -k MAC-policy
-w /etc/postfix/ -p wa -k mail-config
-w /etc/aliases -p wa -k mail-config
-a always,exit -F path=/usr/sbin/postdrop -F perm=x -F auid>=1000 -F auid!=unset -k privileged
-a always,exit -F path=/usr/sbin/postqueue -F perm=x -F auid>=1000 -F auid!=unset -k privileged
-a always,exit -F path=/usr/sbin/semanage -F perm=x -F auid>=1000 -F auid!=unset -k privileged
-a always,exit -F path=/usr/sbin/setsebool -F perm=x -F auid>=1000 -F auid!=unset -k privileged
-a always,exit -F path=/usr/sbin/setfiles -F perm=x -F auid>=1000 -F auid!=unset -k privileged
-a always,exit -F path=/usr/sbin/restorecon -F perm=x -F auid>=1000 -F auid!=unset -k privileged
-a always,exit -F path=/usr/bin/chcon -F perm=x -F auid>=1000 -F auid!=unset -k privileged
-e 2
"""

# one delivered message, and the records auditd writes when it starts and stops
MAIL_LOG = """\
2026-11-20T18:39:50.000000+00:00 mail postfix/postfix-script[700]: starting the Postfix mail system
2026-11-20T18:39:51.000000+00:00 mail postfix/master[702]: daemon started -- version 3.7.11, configuration /etc/postfix
2026-11-20T18:39:55.000000+00:00 mail postfix/smtpd[710]: connect from client.example.net[198.51.100.7]
2026-11-20T18:39:55.100000+00:00 mail postfix/smtpd[710]: 4F1A2B3C4D: client=client.example.net[198.51.100.7]
2026-11-20T18:39:55.200000+00:00 mail postfix/cleanup[711]: 4F1A2B3C4D: message-id=<1@example.net>
2026-11-20T18:39:55.300000+00:00 mail postfix/qmgr[704]: 4F1A2B3C4D: from=<a@example.net>, size=420, nrcpt=1 (queue active)
2026-11-20T18:39:55.400000+00:00 mail postfix/local[712]: 4F1A2B3C4D: to=<alice@example.org>, relay=local, delay=0.3, delays=0.2/0/0/0.1, dsn=2.0.0, status=sent (delivered to mailbox)
2026-11-20T18:39:55.500000+00:00 mail postfix/qmgr[704]: 4F1A2B3C4D: removed
"""

AUDIT_LOG = """\
type=DAEMON_START msg=audit(1795199900.100:1): op=start ver=3.0.9 format=raw kernel=6.1.0 auid=4294967295 pid=400 uid=0 ses=4294967295 subj=system_u:system_r:auditd_t:s0 res=success
type=CONFIG_CHANGE msg=audit(1795199901.100:2): op=set audit_backlog_limit=8192 old=64 auid=4294967295 ses=4294967295 subj=system_u:system_r:auditctl_t:s0 res=1
type=SERVICE_START msg=audit(1795199998.100:3): pid=1 uid=0 auid=4294967295 ses=4294967295 subj=system_u:system_r:init_t:s0 msg='unit=postfix@- comm="systemd" exe="/usr/lib/systemd/systemd" hostname=? addr=? terminal=? res=success'
"""

UNIT = """\
[Unit]
Description=Postfix Mail Transport Agent (instance %i)
[Service]
Type=forking
ExecStart=/usr/sbin/postmulti -i %i -p start
[Install]
WantedBy=multi-user.target
"""

PASSWD = """\
root:x:0:0:root:/root:/bin/bash
mail:x:8:8:mail:/var/mail:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
postfix:x:101:108::/var/spool/postfix:/usr/sbin/nologin
vmail:x:999:996::/srv/vmail:/usr/sbin/nologin
alice:x:1000:1000::/home/alice:/bin/bash
"""
GROUP = """\
root:x:0:
adm:x:4:
mail:x:8:
postfix:x:108:
postdrop:x:109:
vmail:x:996:
alice:x:1000:
"""


def put_system(r):
    r.put("etc/os-release", 'ID=debian\nVERSION_ID="12"\n')
    r.put("etc/hostname", "mail.example.org\n").put("etc/mailname", "example.org\n")
    r.put("etc/passwd", PASSWD).put("etc/group", GROUP)
    r.put("etc/resolv.conf", "nameserver 192.0.2.53\n").put("etc/hosts", "127.0.0.1 localhost\n")
    r.put("etc/nsswitch.conf", "passwd: files\nhosts: files dns\n")
    r.put("etc/fstab", "/dev/vda1 / ext4 errors=remount-ro 0 1\n")
    r.files["etc/services"] = copy.copy(recorded()["etc/services"])
    r.put("boot/grub/grub.cfg", "linux /boot/vmlinuz root=/dev/vda1 ro quiet security=selinux audit=1 "
          "audit_backlog_limit=8192\n")
    r.put("var/lib/dpkg/status", "Package: base-files\nVersion: 12.4+deb12u10\n\nPackage: postfix\nStatus: install ok installed\nVersion: 3.7.11-0+deb12u1\n\n")
    r.folder("home/alice", 0o755, 1000, 1000)
    wants = "etc/systemd/system/"
    for target, unit in (("multi-user", "auditd"), ("multi-user", "postfix"), ("sysinit", "nftables")):
        r.link(f"{wants}{target}.target.wants/{unit}.service", f"/lib/systemd/system/{unit}.service")
    r.put("usr/lib/systemd/system/postfix@.service", UNIT)
    r.put("usr/lib/systemd/system/postfix.service", "[Service]\nType=oneshot\nExecStart=/bin/true\n")
    r.put("usr/lib/systemd/system/auditd.service", "[Service]\nExecStart=/sbin/auditd\n")
    r.put("usr/lib/systemd/system/nftables.service", "[Service]\nExecStart=/usr/sbin/nft -f /etc/nftables.conf\n")
    r.put("etc/nftables.conf", NFTABLES, 0o755)


def put_logs(r):
    r.put("etc/systemd/journald.conf", "[Journal]\nStorage=persistent\n")
    r.folder("var/log/journal", 0o2755, 0, 999)
    r.put("var/log/mail.log", MAIL_LOG, 0o640, 0, 4)
    r.folder("var/log/audit", 0o750, 0, 4)
    r.put("var/log/audit/audit.log", AUDIT_LOG, 0o640, 0, 4)
    r.files["etc/audit"] = Entry("d", mode=0o750)
    r.files["etc/audit/auditd.conf"] = copy.copy(recorded()["etc/audit/auditd.conf"])
    r.put("etc/audit/rules.d/50-mail.rules", AUDIT_RULES, 0o640)


def put_selinux(r):
    for name in ("restorecon", "semanage", "setfiles", "setsebool"):
        r.put("usr/sbin/" + name, mode=0o755)
    r.put("usr/bin/chcon", mode=0o755).folder("usr/share/selinux")
    r.put("etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE=default\n")
    for path, entry in recorded().items():
        keep = path.startswith("etc/selinux/default/") or \
            (path.startswith(STORE + "modules/100/") and path.split("/")[7] in MODULES)
        if keep:
            r.files[path] = copy.copy(entry)
    for folder in ("", "modules", "modules/100", "modules/disabled"):
        r.folder((STORE + folder).rstrip("/"), 0o700)
    r.put(STORE + "booleans.local", "secure_mode_insmod=1\n", 0o600)
    handle_unknown(r, 0)


def put_queue(r):
    spool = "var/spool/postfix"
    r.folder(spool)
    for name in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private",
                 "saved", "trace"):
        r.folder(f"{spool}/{name}", 0o700, POSTFIX)
    r.folder(f"{spool}/maildrop", 0o1730, POSTFIX, POSTDROP)
    r.folder(f"{spool}/public", 0o2710, POSTFIX, POSTDROP)
    r.folder(f"{spool}/pid")
    for name in ("hosts", "nsswitch.conf", "resolv.conf", "services"):
        r.put(f"{spool}/etc/{name}", r.files["etc/" + name].data)
    r.put("etc/localtime", "TZif2").put(f"{spool}/etc/localtime", "TZif2")


def put_postfix(r):
    for path, entry in recorded().items():
        if path.startswith(("usr/lib/postfix/", "usr/sbin/post", "usr/sbin/sendmail", "etc/postfix/postfix-files",
                            "etc/postfix/dynamicmaps")):
            r.files[path] = copy.copy(entry)
    for name in ("postalias", "postcat", "postconf", "postkick", "postlock", "postmap", "postmulti", "postsuper"):
        r.put("usr/sbin/" + name, mode=0o755)
    r.chmod("usr/sbin/postdrop", 0o2755, 0, POSTDROP).chmod("usr/sbin/postqueue", 0o2755, 0, POSTDROP)
    r.put("usr/sbin/postlog", mode=0o2755, gid=POSTDROP)
    r.put("usr/bin/maildrop", mode=0o755)
    r.put("etc/postfix/main.cf", MAIN_CF).put("etc/postfix/master.cf", MASTER_CF)
    for name, mode, text in (("transport", 0o644, "partner.example smtp:[192.0.2.25]:587\n"),
                             ("sasl_passwd", 0o600, "[192.0.2.25]:587 user:secret\n")):
        r.put("etc/postfix/" + name, text, mode).age("etc/postfix/" + name, 60)
        r.put(f"etc/postfix/{name}.db", "", mode)
    r.put("etc/aliases", "postmaster: root\nroot: alice\n").age("etc/aliases", 60).put("etc/aliases.db")
    r.put("etc/ssl/private/mail.key", certs.key("mail.example.org"), 0o600)
    r.put("etc/ssl/certs/mail.pem", certs.server("mail.example.org") + certs.authority("Test Issuer"))
    r.put("etc/ssl/certs/ca-certificates.crt", certs.authority("Test Root"))
    r.folder("etc/ssl/private", 0o710, 0, 107)
    r.folder("var/lib/postfix", 0o700, POSTFIX, POSTFIX_GID)
    r.folder("var/mail", 0o2775, 0, 8).put("var/mail/alice", "", 0o600, 1000, 8)
    r.folder("run/opendkim").put("usr/lib/x86_64-linux-gnu/libsasl2.so.2")
    r.put("usr/sbin/opendkim", mode=0o755).put("usr/sbin/dovecot", mode=0o755)


@functools.lru_cache(maxsize=None)
def base_mx():
    """A mail exchanger that takes mail of its users as well, with nothing to find fault with."""
    r = Root()
    put_system(r)
    put_logs(r)
    put_selinux(r)
    put_postfix(r)
    put_queue(r)
    return r


@functools.lru_cache(maxsize=None)
def base_null_client():
    """A host that sends only: all mail to a relay, nothing accepted."""
    r = base_mx().copy()
    r.main(inet_interfaces="loopback-only", mydestination="", local_transport="error:no mail here",
           relayhost="[192.0.2.25]:587", smtpd_milters=None)
    r.edit("etc/postfix/master.cf", r"^submission .*\n  -o.*\n  -o.*\n", "")
    r.edit("etc/nftables.conf", r"tcp dport { 22, 25, 587 } accept", "tcp dport 22 accept")
    return r


BASES = {"mx": base_mx, "null-client": base_null_client}


def module(r, priority, name, cil):
    """A policy module of the store, as semodule(8) leaves it there."""
    folder = f"{STORE}modules/{priority}/{name}"
    r.put(f"{folder}/cil", bz2.compress(as_bytes(cil)), 0o600)
    return r.put(f"{folder}/lang_ext", "cil", 0o600)


# numbers of types in the recorded policy
TYPES = {"postfix_smtp_t": 2980, "postgresql_t": 3000}


def handle_unknown(r, value):
    """What the policy does about permissions it does not know: 0 deny, 2 reject, 4 allow; in the word of
    the header behind the version."""
    entry = r.files["etc/selinux/default/policy/policy.33"]
    at = 8 + struct.unpack_from("<I", entry.data, 4)[0] + 4
    config = struct.unpack_from("<I", entry.data, at)[0] & ~6 | value
    entry.data = entry.data[:at] + struct.pack("<I", config) + entry.data[at + 4:]
    return r


def permissive(r, *types):
    """The policy with these domains permissive: its second bitmap, behind the capabilities."""
    entry = r.files["etc/selinux/default/policy/policy.33"]
    at = 8 + struct.unpack_from("<I", entry.data, 4)[0] + 16
    at += 12 + 12 * struct.unpack_from("<3I", entry.data, at)[2]
    end = at + 12 + 12 * struct.unpack_from("<3I", entry.data, at)[2]
    nodes = {}
    for name in types:
        start = TYPES[name] // 64 * 64
        nodes[start] = nodes.get(start, 0) | 1 << TYPES[name] % 64
    bits = struct.pack("<3I", 64, max(nodes) + 64, len(nodes))
    bits += b"".join(struct.pack("<IQ", k, nodes[k]) for k in sorted(nodes))
    entry.data = entry.data[:at] + bits + entry.data[end:]
    return r


if __name__ == "__main__":
    import sys
    BASES[sys.argv[1]]().copy().write(sys.argv[2])
