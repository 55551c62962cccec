# SPDX-License-Identifier: GPL-2.0-or-later
"""The fixtures of the checks, one file an area, as small changes of a base root."""
import importlib
import os
import pkgutil
import shutil
import subprocess
import sys

import roots

INCIDENTS = os.path.join(roots.HERE, "..", "incidents")
CASES = []


class Case:
    """What is changed in a base so that @check says @status.

    put {path: text}, cut [path], loop [path] (unreadable), main {parameter: value or None}, master text,
    edit {path: (pattern, new)}, append {path: text}, label {path: type}, chmod {path: (mode, uid, gid)},
    age {path: seconds}, live {name: text or JSON} (makes it a bundle), do (a function of the root).
    Of an incident, whose root is a folder, put, cut, loop and append; paths begin with root/ or live/.
    @objects: those of the findings of that status; None: not looked at. @says: words of one of them.
    @at: where one of them stands, as path or path:line. @fix: the commands of their fixes, [] for none.
    @roles: what the host is taken for, and why."""

    def __init__(self, check, status, name="", base="mx", args=(), objects=None, says="", at=None, fix=None,
                 roles=None, **changes):
        self.check, self.status, self.base = check, status, base
        self.name = f"{check} {status}" + (f" ({name})" if name else "")
        self.args, self.objects, self.says, self.at, self.fix = list(args), objects, says, at, fix
        self.roles, self.changes = roles, changes

    def write(self, folder, keep):
        """Make the root below @folder; @keep holds assembled incidents. Returns its path."""
        if self.base.startswith("incident:"):
            return self.write_incident(self.base.split(":")[1], folder, keep)
        out = os.path.join(folder, "root.tar")
        self.root().write(out)
        return out

    def root(self):
        r = roots.BASES[self.base]().copy()
        for name, value in self.changes.items():
            self.change(r, name, value)
        return r

    def change(self, r, name, value):
        if name == "main":
            r.main(**value)
        elif name == "master":
            r.master(value)
        elif name == "live":
            r.live = value
        elif name == "do":
            value(r)
        elif name in ("cut", "loop"):
            for path in value:
                getattr(r, name)(path)
        elif name in ("put", "label", "append", "age"):
            for path, what in value.items():
                getattr(r, name)(path, what)
        elif name in ("edit", "chmod"):
            for path, what in value.items():
                getattr(r, name)(path, *what)
        else:
            raise ValueError(f"{self.name}: no change {name}")

    def key(self):
        """Equal for cases of equal roots and arguments."""
        changes = {k: id(v) if callable(v) else v for k, v in self.changes.items()}
        return repr((self.base, self.args, sorted(changes.items())))

    def write_incident(self, name, folder, keep):
        top = os.path.join(folder, "bundle")
        shutil.copytree(os.path.join(keep, name), top, symlinks=True)
        for path in self.changes.get("cut", []) + self.changes.get("loop", []):
            path = os.path.join(top, path)
            if os.path.isdir(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)
        for path in self.changes.get("loop", []):
            os.symlink(os.path.basename(path), os.path.join(top, path))
        for kind, flags in (("put", "wb"), ("append", "ab")):
            for path, text in self.changes.get(kind, {}).items():
                os.makedirs(os.path.dirname(os.path.join(top, path)), exist_ok=True)
                with open(os.path.join(top, path), flags) as f:
                    f.write(roots.as_bytes(text))
        return top


def assemble(chosen, keep):
    """The incidents these cases build on, below @keep."""
    for name in sorted({c.base.split(":")[1] for c in chosen if c.base.startswith("incident:")}):
        subprocess.run([sys.executable, os.path.join(INCIDENTS, "assemble.py"), os.path.join(INCIDENTS, name),
                        os.path.join(keep, name)], check=True, stdout=subprocess.DEVNULL)


def case(*args, **kwargs):
    CASES.append(Case(*args, **kwargs))


def no_selinux(check, **kwargs):
    """na: SELinux is not on the host."""
    case(check, "na", "no SELinux", cut=["etc/selinux/config"], **kwargs)


def no_postfix(check, **kwargs):
    """na: Postfix is not on the host."""
    case(check, "na", "no Postfix", cut=["etc/postfix"], **kwargs)


# a bundle of a host that runs
RUNNING = {"selinux.json": {"mode": "enforcing", "booleans": {}}, "partial.tsv": "running\t0\t/\n"}


def tasks(**domains):
    """Running programs with their domains."""
    def do(r):
        for i, (comm, domain) in enumerate(domains.items()):
            r.put(f"proc/{970 + i}/comm", comm + "\n")
            r.put(f"proc/{970 + i}/attr/current", f"system_u:system_r:{domain}:s0\0")
        r.put("usr/lib/postfix/sbin/smtpd")
    return do


def load():
    """All cases, in the order of the files."""
    for m in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        importlib.import_module(f"cases.{m.name}")
    return CASES
