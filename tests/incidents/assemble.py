#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Build the evidence bundle of one recorded incident: OUT/bundle.json, OUT/root/, OUT/live/.

usage: assemble.py [--xattrs] INCIDENT_DIR OUT_DIR

INCIDENT_DIR lies beside base/, which holds what the incidents have in common: the policy and its
store, the files of the healthy host, and the text files an incident does not bring itself.
OUT_DIR must not exist, be empty, or hold an earlier bundle, which is replaced. --xattrs also sets security.selinux on
the files of OUT/root (root only). Run as root, owners and modes are those of the recorded host;
else files belong to the caller and stay readable, and live/files.tsv tells what they were.
"""
import argparse
import copy
import datetime
import json
import lzma
import os
import re
import shutil
import sys
import tarfile

# recorded file -> its place below live/
LIVE = {
    "nft-ruleset.json": "nftables.json",
    "postqueue.json": "queue.ndjson",
    "labels.getfattr": "labels.getfattr",
    "journal.export": "journal.export",
    "dmesg.txt": "dmesg.txt",
    "files.tsv": "files.tsv",
    "addresses.json": "addresses.json",
    "routes.json": "routes.json",
}
# recorded file -> its place below root/
LOGS = {
    "audit.log": "var/log/audit/audit.log",
    "mail.log": "var/log/mail.log",
    "kern.log": "var/log/kern.log",
    "cmdline.txt": "proc/cmdline",
}
POLICY_FILE = "etc/selinux/default/policy/policy.33"
STORE = "var/lib/selinux/default/active/"
STOCK_FIREWALLD = "/usr/lib/firewalld"


class Incident:
    """The files of one incident, with base/ behind them."""

    def __init__(self, folder):
        self.folder = folder.rstrip("/")
        self.base = os.path.join(os.path.dirname(os.path.abspath(self.folder)), "base")

    def path(self, name):
        """Where NAME lies: in the incident, else in base/, else None."""
        for folder in (self.folder, self.base):
            if os.path.exists(os.path.join(folder, name)):
                return os.path.join(folder, name)
        return None

    def own(self, name):
        path = os.path.join(self.folder, name)
        return path if os.path.exists(path) else None

    def text(self, name):
        path = self.path(name)
        if not path:
            return ""
        with open(path, encoding="utf-8", errors="surrogateescape") as f:
            return f.read()


def place(root, name):
    """The path of NAME below ROOT, its folder made."""
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def untar(archive, dest):
    """Unpack ARCHIVE below DEST: no devices, no name that leads out of it, folders' times kept."""
    as_root = os.geteuid() == 0
    folders = []
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "fully_trusted_filter"):
            tar.extraction_filter = tarfile.fully_trusted_filter
        for member in tar:
            if member.name.startswith("/") or ".." in member.name.split("/") or member.isdev():
                continue
            path = os.path.join(dest, member.name)
            if os.path.islink(path) or (os.path.lexists(path) and not member.isdir()):
                os.unlink(path)
            if member.isdir() or not as_root:
                member = copy.copy(member)
                if member.isdir():
                    folders.append((path, member.mode, member.mtime))
                member.mode |= 0o700 if member.isdir() else 0o600
            tar.extract(member, dest, numeric_owner=True)
    for path, mode, mtime in sorted(folders, reverse=True):
        if as_root:
            os.chmod(path, mode)
        os.utime(path, (mtime, mtime))


def unxz(source, *targets):
    with lzma.open(source) as f:
        data = f.read()
    for target in targets:
        with open(target, "wb") as f:
            f.write(data)


def remove(root, names):
    """Take files and folders of the healthy host out that this incident's host did not have."""
    for name in sorted(names, reverse=True):
        path = os.path.join(root, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif os.path.lexists(path):
            os.unlink(path)


def write_root(inc, root, captured):
    for name in ("etc-selinux.tar.xz", "var-lib-selinux.tar.xz", "root.tar.xz"):
        archive = os.path.join(inc.base, name)
        if os.path.exists(archive):
            untar(archive, root)
    remove(root, inc.text("root.gone").splitlines() if inc.own("root.gone") else [])
    if inc.own("root.tar.xz"):
        untar(inc.own("root.tar.xz"), root)

    if inc.own("policy.33.xz"):
        unxz(inc.own("policy.33.xz"), place(root, POLICY_FILE))
    # the store's copy of the policy is the same bytes, for root alone
    kern = place(root, STORE + "policy.kern")
    shutil.copyfile(os.path.join(root, POLICY_FILE), kern)
    os.chmod(kern, 0o600)
    if inc.own("store-local"):
        for name in sorted(os.listdir(inc.own("store-local"))):
            folder = "etc/selinux/default/contexts/files/" if name == "file_contexts.local" else STORE
            shutil.copyfile(os.path.join(inc.own("store-local"), name), place(root, folder + name))

    for name, target in LOGS.items():
        if inc.path(name):
            shutil.copyfile(inc.path(name), place(root, target))
            os.utime(os.path.join(root, target), (captured, captured))
    if os.path.isdir(os.path.join(root, "etc/firewalld")) and os.path.isdir(STOCK_FIREWALLD):
        # the stock definitions: from this machine's own firewalld package
        shutil.copytree(STOCK_FIREWALLD, os.path.join(root, "usr/lib/firewalld"), dirs_exist_ok=True)
    resolver = [line for line in inc.text("net.txt").splitlines()
                if line.startswith(("nameserver", "options", "search", "domain"))]
    if resolver and not os.path.exists(os.path.join(root, "etc/resolv.conf")):
        with open(place(root, "etc/resolv.conf"), "w", encoding="utf-8") as f:
            f.write("\n".join(resolver) + "\n")


def selinux_state(inc):
    booleans = re.findall(r"^(\S+) --> (on|off)", inc.text("booleans.txt"), re.M)
    status = inc.text("sestatus.txt")
    mode = "disabled"
    if re.search(r"Current mode:\s+enforcing", status):
        mode = "enforcing"
    elif re.search(r"Current mode:\s+permissive", status):
        mode = "permissive"
    return {"mode": mode, "policy_version": 33,
            "booleans": {name: [value == "on", value == "on"] for name, value in booleans}}


def disk_state(inc):
    """The two df tables of net.txt: space, then inodes."""
    words = ("source", "size", "used", "avail", "use", "target")
    rows = [dict(zip(words, line.split())) for line in inc.text("net.txt").splitlines()
            if line.startswith("/dev/")]
    if not rows:
        return None
    return {"space": rows[0], "inodes": rows[1] if len(rows) > 1 else None}


def listeners(inc):
    socks = []
    for line in inc.text("ss.txt").splitlines():
        m = re.match(r"LISTEN\s+\S+\s+\S+\s+(\S+):(\d+)\s.*?\(\(\"([^\"]+)\",pid=(\d+)", line)
        if m:
            socks.append({"address": m.group(1), "port": int(m.group(2)), "program": m.group(3),
                          "pid": int(m.group(4))})
    return socks


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f, indent=1)
        f.write("\n")


def write_live(inc, live):
    for name, target in LIVE.items():
        if inc.path(name) and os.path.getsize(inc.path(name)):
            shutil.copyfile(inc.path(name), os.path.join(live, target))
    if inc.own("system.journal.xz"):
        unxz(inc.own("system.journal.xz"), os.path.join(live, "system.journal"))
    write_json(os.path.join(live, "selinux.json"), selinux_state(inc))
    write_json(os.path.join(live, "sockets.json"), listeners(inc))
    disk = disk_state(inc)
    if disk:
        write_json(os.path.join(live, "df.json"), disk)


def set_labels(inc, root):
    path = None
    for line in inc.text("labels.getfattr").splitlines():
        if line.startswith("# file: "):
            path = os.path.join(root, line[8:].lstrip("/"))
        elif line.startswith("security.selinux=") and path and os.path.lexists(path):
            context = line.split('"')[1].encode() + b"\0"
            os.setxattr(path, "security.selinux", context, follow_symlinks=False)


def assemble(folder, out, xattrs=False):
    """Build the bundle of the incident in FOLDER at OUT."""
    inc = Incident(folder)
    if os.path.exists(out) and os.listdir(out):
        if not os.path.exists(os.path.join(out, "bundle.json")):
            raise FileExistsError(f"{out}: not empty and no bundle")
        shutil.rmtree(out)
    root, live = os.path.join(out, "root"), os.path.join(out, "live")
    os.makedirs(root)
    os.makedirs(live)

    captured = json.loads(inc.text("meta.json")).get("times", {}).get("capture", 0)
    write_root(inc, root, captured)
    write_live(inc, live)
    if xattrs:
        set_labels(inc, root)
    when = datetime.datetime.fromtimestamp(captured, datetime.timezone.utc)
    write_json(os.path.join(out, "bundle.json"),
               {"schema": "postseal-bundle/1", "host": "mail",
                "time": when.strftime("%Y-%m-%dT%H:%M:%SZ"), "tool": "assemble.py"})


def main():
    parser = argparse.ArgumentParser(usage="assemble.py [--xattrs] INCIDENT_DIR OUT_DIR")
    parser.add_argument("--xattrs", action="store_true")
    parser.add_argument("incident")
    parser.add_argument("out")
    args = parser.parse_args()
    os.umask(0o022)
    try:
        assemble(args.incident, args.out, args.xattrs)
    except OSError as e:
        sys.exit(f"assemble.py: {e}")


if __name__ == "__main__":
    main()
