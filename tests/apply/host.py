# SPDX-License-Identifier: GPL-2.0-or-later
"""A host to carry plans out on: a mount and a network namespace of its own, a copy of this machine's
policy store, a scratch tree with labels, a ruleset in the kernel.

What runs is the real thing: libsemanage, nft, chmod, chgrp. restorecon does nothing where SELinux is
off, so setfiles stands in for it, with a file_contexts of the test; postqueue only writes down that
it was called. Programs are put in place by an overlay over /usr/sbin, for plans name them in full."""
import json
import os
import shutil
import subprocess
import sys

SKIP = 77
OLD = "system_u:object_r:etc_t:s0"
NEW = "system_u:object_r:postfix_spool_t:s0"

RULES = """
table inet filter {
    set ports { type inet_service; elements = { 25 } }
    chain output {
        type filter hook output priority 0; policy accept;
        udp dport { 53, 5353 } reject
        tcp dport 2525 drop
        counter accept
    }
}
"""

RESTORECON = """#!/bin/sh
options=-F
case $1 in *n*) options="$options -n -v" ;; esac
shift
[ "$1" = -- ] && shift
# as restorecon -v, one line for each file whose label differs; without -n nothing
exec /usr/sbin/setfiles $options {contexts} "$@"
"""

POSTQUEUE = """#!/bin/sh
echo "$*" >>{log}
"""


def inside():
    """Become a process of private namespaces; exit with 77 where that cannot be."""
    if os.environ.get("POSTSEAL_INSIDE"):
        return
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "nft", "setfiles", "mount"))):
        print("no root, unshare, nft or setfiles")
        sys.exit(SKIP)
    probe = subprocess.run(["unshare", "-mn", "--propagation", "private", "true"], capture_output=True, check=False)
    if probe.returncode:
        print("no namespaces here:", probe.stderr.decode())
        sys.exit(SKIP)
    os.environ["POSTSEAL_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "-mn", "--propagation", "private", sys.executable] + sys.argv)


def run(*args, **kw):
    return subprocess.run(args, check=True, capture_output=True, text=True, **kw).stdout


class Host:
    """All of it below one scratch directory."""

    def __init__(self, scratch, size="256m"):
        self.top = scratch
        run("mount", "-t", "tmpfs", "-o", "size=" + size, "scratch", scratch)
        self.tree = os.path.join(scratch, "tree")
        self.plans = os.path.join(scratch, "plans")
        self.log = os.path.join(scratch, "postqueue.log")
        self.policy_root = os.path.join(scratch, "policy")
        for folder in ("tree", "plans", "upper", "work"):
            os.mkdir(os.path.join(scratch, folder))
        contexts = os.path.join(scratch, "file_contexts")
        with open(contexts, "w", encoding="utf-8") as f:
            f.write(f"{self.tree}(/.*)?\t{NEW}\n")
        self.program("restorecon", RESTORECON.format(contexts=contexts))
        self.program("postqueue", POSTQUEUE.format(log=self.log))
        mounted = subprocess.run(["mount", "-t", "overlay", "programs", "-o",
                                  f"lowerdir=/usr/sbin,upperdir={scratch}/upper,workdir={scratch}/work",
                                  "/usr/sbin"], capture_output=True, check=False)
        if mounted.returncode:
            print("no overlay file system here:", mounted.stderr.decode())
            sys.exit(SKIP)
        self.plant()

    def program(self, name, text):
        path = os.path.join(self.top, "upper", name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, 0o755)

    def plant(self):
        """Tree and ruleset as they are before every plan."""
        shutil.rmtree(self.tree)
        os.makedirs(os.path.join(self.tree, "a", "b"))
        for name in ("a/one", "a/b/two\nlines", "a/b/back\\slash", "three"):
            with open(os.path.join(self.tree, name), "w", encoding="utf-8"):
                pass
        os.symlink("/etc/passwd", os.path.join(self.tree, "a", "link"))
        for folder, folders, files in os.walk(self.tree):
            for name in [""] + folders + files:
                os.setxattr(os.path.join(folder, name) if name else folder, "security.selinux",
                            OLD.encode() + b"\0", follow_symlinks=False)
        os.chmod(os.path.join(self.tree, "three"), 0o600)
        run("nft", "flush", "ruleset")
        run("nft", "-f", "-", input=RULES)

    def listing(self):
        return run("nft", "-s", "-a", "list", "chain", "inet", "filter", "output")

    def copy_store(self):
        """The policy store of this machine; False where it has none."""
        if not os.path.isdir("/var/lib/selinux") or not os.path.exists("/etc/selinux/config"):
            return False
        for folder in ("etc/selinux", "var/lib/selinux"):
            shutil.copytree("/" + folder, os.path.join(self.policy_root, folder), symlinks=True)
        return True

    def state(self):
        """All that plans change: labels and modes, ruleset, the store's local entries and modules."""
        files = {}
        for folder, folders, names in os.walk(self.tree):
            for path in [folder] + [os.path.join(folder, n) for n in folders + names]:
                files[path] = (os.getxattr(path, "security.selinux", follow_symlinks=False),
                               os.lstat(path).st_mode, os.lstat(path).st_gid)
        return {"files": files, "rules": run("nft", "-s", "list", "ruleset"), "store": self.store()}

    def store(self):
        local, active = {}, None
        for folder, folders, names in os.walk(os.path.join(self.policy_root, "var/lib/selinux")):
            if os.path.basename(folder) != "active":
                continue
            active = folder
            for name in names:
                if name.endswith(".local"):
                    with open(os.path.join(folder, name), encoding="utf-8") as f:
                        lines = [line for line in f if line.strip() and not line.startswith("#")]
                    if lines:
                        local[name] = lines
            for priority in sorted(os.listdir(os.path.join(folder, "modules"))):
                path = os.path.join(folder, "modules", priority)
                local[priority] = sorted(os.listdir(path)) if priority != "disabled" else []
            local = {k: v for k, v in local.items() if v}
            folders.clear()
        return local if active else None

    def plan(self, steps, name="plan", modules=()):
        """A plan file of these steps; returns its path and its SHA-256."""
        folder = os.path.join(self.plans, name)
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder, 0o700)
        path = os.path.join(folder, "plan.json")
        whole = []
        for s in steps:
            step = {"op": s["argv"][0] if s["argv"] else "manual", "undo": [], "ask": [], "before": [],
                    "after": [], "why": "", "verify": "", "fixes": []}
            step.update(s)
            whole.append(step)
        with open(path, "w", encoding="utf-8") as f:
            json.dump({"schema": "postseal/1", "verb": "fix",
                       "plan": {"until": None, "steps": whole, "modules": list(modules), "denials": [],
                                "paths": [], "messages": []}}, f, indent=1)
        return path, digest(path)


def digest(path):
    return run("sha256sum", path).split()[0]


def condition(kind, subject, value="", holds=True):
    return {"kind": kind, "subject": subject, "value": value, "holds": holds}


def relabel(host):
    labels = condition("labels", host.tree, "tree")
    return {"argv": ["restorecon", "-RF", host.tree], "before": [dict(labels, holds=False)], "after": [labels]}


def chmod(host):
    path = os.path.join(host.tree, "three")
    return {"argv": ["chmod", "g+r", path], "undo": ["chmod", "0600", path],
            "before": [condition("mode", path, "0600")], "after": [condition("mode", path, "0640")]}


def element():
    return {"argv": ["nft", "add", "element", "inet", "filter", "ports", "{ 2525 }"],
            "undo": ["nft", "delete", "element", "inet", "filter", "ports", "{ 2525 }"],
            "ask": ["nft", "get", "element", "inet", "filter", "ports", "{ 2525 }"]}


def rule_steps(host):
    """A rule put in front of another one, one at the end, one changed, one deleted."""
    chain = ["inet", "filter", "output"]
    lines = host.listing().splitlines()
    handle = {line.split(" # handle ")[0].strip(): line.split()[-1] for line in lines if "handle" in line}
    stop, count, old = "tcp dport 2525 drop", "counter accept", "udp dport { 53, 5353 } reject"

    def is_listed(text, holds=True, by_handle=True):
        value = f"{text} # handle {handle[text]}" if by_handle else text
        return [condition("nft-rule", " ".join(chain), value, holds)]

    new, last = "meta skuid 101 ip daddr 198.51.100.10 tcp dport 2525 accept", 'oifname "lo" accept'
    less = "udp dport 5353 reject"
    return [
        {"argv": ["nft", "insert", "rule"] + chain + ["handle", handle[stop]] + new.split(),
         "before": is_listed(stop), "after": is_listed(new, by_handle=False)},
        {"argv": ["nft", "add", "rule"] + chain + ["oifname", "lo", "accept"],
         "before": is_listed(last, False, False), "after": is_listed(last, by_handle=False)},
        {"argv": ["nft", "replace", "rule"] + chain + ["handle", handle[old], less],
         "before": is_listed(old), "after": is_listed(less, by_handle=False)},
        {"argv": ["nft", "delete", "rule"] + chain + ["handle", handle[stop]],
         "undo": ["nft", "insert", "rule"] + chain + ["handle", handle[count], stop],
         "before": is_listed(stop), "after": is_listed(stop, False)},
    ]


def usual_steps(host):
    return [relabel(host), chmod(host), manual(), element(), flush()]


def flush():
    return {"argv": ["postqueue", "-f"]}


def manual():
    return {"argv": [], "why": "ask the owner of the relay"}


def port():
    return {"argv": ["semanage", "port", "-a", "-t", "smtp_port_t", "-p", "tcp", "2525"],
            "undo": ["semanage", "port", "-d", "-p", "tcp", "2525"],
            "before": [condition("port", "tcp/2525")], "after": [condition("port", "tcp/2525", "smtp_port_t")]}


def boolean(name="httpd_can_sendmail", value="on", before="off"):
    return {"argv": ["setsebool", "-P", name, value], "undo": ["setsebool", "-P", name, before],
            "before": [condition("boolean", name, before)], "after": [condition("boolean", name, value)]}


def fcontext():
    path = r"/srv/mail\.d(/.*)?"
    return {"argv": ["semanage", "fcontext", "-a", "-t", "postfix_spool_t", path],
            "undo": ["semanage", "fcontext", "-d", path],
            "before": [condition("fcontext", path)], "after": [condition("fcontext", path, "postfix_spool_t")]}


MODULE = {"name": "postseal_00ff", "te": "",
          "cil": "(allow postfix_smtp_t unreserved_port_t (tcp_socket (name_connect)))\n"}


def module():
    return {"argv": ["semodule", "-i", MODULE["name"] + ".cil"], "undo": ["semodule", "-r", MODULE["name"]],
            "before": [condition("module", MODULE["name"], holds=False)],
            "after": [condition("module", MODULE["name"])]}
