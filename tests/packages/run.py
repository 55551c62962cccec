#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The Debian and the RPM package: built twice to the same bytes, lintian content, installed, upgraded
and removed.

usage: run.py names                    what they ask for is what ./setup installs; versions agree
       run.py all [--keep DIR] [--debootstrap]

"all" wants debhelper, lintian and rpm (./setup packages ci), some minutes, and root for what is
installed: in a copy of this machine that goes away (overlayfs), or with --debootstrap in a fresh Debian.
"""
import argparse
import filecmp
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
PACKAGING = os.path.join(TOP, "src", "packaging")
SKIP = 77
# not asked for by a package: the tests' own, what debhelper or the base system brings, xz for the tests
OF_TESTS = {"libcmocka-dev", "libcmocka-devel", "xz-utils", "xz"}
OF_BASE = {"gcc", "libc6-dev", "glibc-devel"}
# asked for by packages only
PACKAGERS = {"debhelper-compat", "systemd-rpm-macros", "gcc"}
failures = []


def check(what, good, detail=""):
    if not good:
        failures.append(what)
    print(f"{'ok' if good else 'FAILED'}: {what}" + ("" if good else f": {detail}"[-3000:]), flush=True)
    return good


def run(*args, **kwargs):
    return subprocess.run(args, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
                          timeout=kwargs.pop("timeout", 2400), **kwargs)


def read(*path):
    with open(os.path.join(TOP, *path), encoding="utf-8") as f:
        return f.read()


def names():
    """Dependencies and versions stand in four files: they agree."""
    rows = [line.split() for line in read("setup").splitlines() if line.startswith("build ")]
    for column, have in ((1, re.search(r"Build-Depends:\n((?: .*\n)+)", read("src/packaging/debian/control"))[1]),
                         (2, "\n".join(re.findall(r"^BuildRequires: +(\S+)",
                                                  read("src/packaging/postseal.spec"), re.M)))):
        have = {re.split(r"[ ,(]", s.strip())[0] for s in have.splitlines()}
        want = {r[column] for r in rows} - {"-"} - OF_TESTS - OF_BASE
        check(f"build dependencies, column {column}", have - PACKAGERS == want, have ^ want)
    version = re.search(r"version: '(.*)'", read("meson.build"))[1]
    check("version of the spec", f"Version:        {version}\n" in read("src/packaging/postseal.spec"))
    check("version of the spec's changelog", re.search(r"^%changelog\n\* .* - (.*)-\d+$",
                                                       read("src/packaging/postseal.spec"), re.M)[1] == version)
    check("version of the changelog", read("src/packaging/debian/changelog").startswith(f"postseal ({version}-"))
    return version


def build(kind, out, **env):
    done = run(os.path.join(PACKAGING, "package"), kind, out, env={**os.environ, "CCACHE_DISABLE": "1", **env})
    return check(f"{kind}: builds", done.returncode == 0, done.stdout + done.stderr)


def same(kind, a, b, suffixes):
    """Built in another place, by another clock, umask and language: the same bytes."""
    listed = [sorted(n for n in os.listdir(d) if n.endswith(suffixes)) for d in (a, b)]
    check(f"{kind}: the same files", listed[0] == listed[1] and listed[0], listed)
    for name in listed[0]:
        check(f"{kind}: {name} is reproducible",
              filecmp.cmp(os.path.join(a, name), os.path.join(b, name), shallow=False))


def the(folder, pattern):
    found = [n for n in os.listdir(folder) if re.fullmatch(pattern, n)]
    assert len(found) == 1, (pattern, os.listdir(folder))
    return os.path.join(folder, found[0])


def newer(package, work):
    """The same package as a later version."""
    tree = os.path.join(work, "later")
    run("dpkg-deb", "-R", package, tree)
    control = os.path.join(tree, "DEBIAN", "control")
    with open(control, encoding="utf-8") as f:
        text = f.read()
    with open(control, "w", encoding="utf-8") as f:
        f.write(re.sub(r"^Version: (.*)$", r"Version: \1+later", text, flags=re.M))
    path = os.path.join(work, "later.deb")
    done = run("dpkg-deb", "--root-owner-group", "-b", tree, path)
    check("deb: a later version", done.returncode == 0, done.stderr)
    return path


# In a mount namespace of its own: $1 the place for it, $2 the package, $3 a later one, $4 debootstrap or ""
IN_ROOT = r"""
set -eu
work=$1 first=$2 later=$3
mount --make-rprivate /
if [ -n "$4" ]; then
    root=$work/root
    debootstrap --variant=minbase bookworm "$root" >"$work/debootstrap.log" 2>&1
    cp /etc/resolv.conf "$root/etc/" || :
else
    mount -t tmpfs tmpfs "$work"
    mkdir "$work/upper" "$work/inner" "$work/root"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/inner" "$work/root"
    root=$work/root
fi
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mkdir -p "$root/pkg"
cat <"$first" >"$root/pkg/first.deb"
cat <"$later" >"$root/pkg/later.deb"
cat >"$root/pkg/try" <<'TRY'
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
unit=/etc/systemd/system/timers.target.wants/postseal-audit.timer
dpkg -s postseal >/dev/null 2>&1 && dpkg --purge postseal
install() { apt-get -qq -y --no-install-recommends --allow-downgrades install "$1" || dpkg -i "$1"; }
[ -z "$1" ] || apt-get -qq update
install /pkg/first.deb
postseal --version
postseal rules list >/dev/null
test -s /usr/share/man/man1/postseal.1.gz -o -n "$1"
test ! -e $unit
# what an administrator sets outlives an upgrade
mkdir -p ${unit%/*}
ln -s /lib/systemd/system/postseal-audit.timer $unit
dpkg -i /pkg/later.deb
dpkg-query -W -f '${Version}\n' postseal | grep later
test -L $unit
postseal --version
dpkg --verify postseal
dpkg -r postseal
test ! -e /usr/bin/postseal
test ! -e /lib/systemd/system/postseal-audit.timer
dpkg --purge postseal 2>&1
left=$(find / -xdev \( -path /proc -o -path /pkg -o -path /tmp -o -path /var/tmp -o -path /work -o -path /home \
    -o -path /root -o -path /var/log -o -path /var/cache -o -path /opt \) -prune -o -name '*postseal*' -print |
    grep -v "^$unit$" || :)
[ -z "$left" ] || { echo "left behind: $left"; exit 1; }
TRY
chroot "$root" sh /pkg/try "$4"
"""


def install_deb(package, work, debootstrap):
    if os.geteuid() != 0:
        print("skipped: installing wants root")
        return
    place = os.path.join(work, "root")
    os.mkdir(place)
    done = run("unshare", "--mount", "sh", "-c", IN_ROOT, "sh", place, package, newer(package, work),
               "debootstrap" if debootstrap else "")
    check("deb: install, upgrade, remove", done.returncode == 0, done.stdout + done.stderr)


def debian(work, debootstrap):
    first, second = os.path.join(work, "deb1"), os.path.join(work, "deb2")
    if not build("deb", first):
        return
    build("deb", second, TZ="Asia/Tokyo", LANG="C.UTF-8", TMPDIR=tempfile.mkdtemp(dir=work))
    same("deb", first, second, (".deb", ".dsc", ".gz", ".xz"))
    done = run("lintian", "--allow-root", "--fail-on", "error,warning", the(first, r".*\.changes"))
    check("lintian: no error, no warning", done.returncode == 0 and not done.stdout.strip(), done.stdout)
    install_deb(the(first, r"postseal_[^_]*_[a-z0-9]*\.deb"), work, debootstrap)


def install_rpm(package, work):
    """Into a root of its own: files, scripts, a later release, and away again."""
    root = os.path.join(work, "rpmroot")
    for folder in ("usr/bin", "var/lib/rpm", "tmp"):
        os.makedirs(os.path.join(root, folder))
    rpm = ["rpm", "--root", root, "--nodeps"]
    if os.geteuid() != 0:
        print("skipped: installing wants root")
        return
    # the scripts' shell, and what it is linked with
    for name in ("/bin/sh", *re.findall(r"(/\S+)", run("ldd", "/bin/sh").stdout)):
        os.makedirs(os.path.join(root, os.path.dirname(name)[1:]), exist_ok=True)
        shutil.copy(name, os.path.join(root, name[1:]))
    for action, args in (("install", ["-i", package]), ("again", ["-U", "--force", package]),
                         ("verify", ["-V", "postseal"]), ("remove", ["-e", "postseal"])):
        done = run(*rpm, *args)
        check(f"rpm: {action}", done.returncode == 0, done.stdout + done.stderr)
        there = os.path.exists(os.path.join(root, "usr/bin/postseal"))
        check(f"rpm: {action}: the program", there == (action != "remove"))
    left = [os.path.join(d, n) for d, _, files in os.walk(root) for n in files if "postseal" in n]
    check("rpm: nothing left", not left, left)


def redhat(work):
    first, second = os.path.join(work, "rpm1"), os.path.join(work, "rpm2")
    if not build("rpm", first):
        return
    build("rpm", second, TZ="Asia/Tokyo", LANG="C.UTF-8", TMPDIR=tempfile.mkdtemp(dir=work))
    # rpm writes the folder it was built in into the source package
    same("rpm", first, second, (".x86_64.rpm", ".aarch64.rpm"))
    package = the(first, r"postseal-\d[^-]*-[^-]*\.(?!src)[a-z0-9_]+\.rpm")
    listed = run("rpm", "-qpl", package).stdout.split()
    for path in ("/usr/bin/postseal", "/usr/share/man/man1/postseal.1", "postseal-audit.timer", "LICENSE"):
        check(f"rpm: holds {path}", any(path in p for p in listed), listed)
    install_rpm(package, work)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["names", "all"])
    parser.add_argument("--keep")
    parser.add_argument("--debootstrap", action="store_true")
    args = parser.parse_args()
    names()
    if args.what == "names":
        return 1 if failures else 0
    tools = [t for t in ("dpkg-buildpackage", "dh", "lintian", "rpmbuild") if not shutil.which(t)]
    if tools:
        print("not installed:", *tools)
        return SKIP
    work = args.keep or tempfile.mkdtemp(prefix="postseal-packages-")
    os.makedirs(work, exist_ok=True)
    try:
        debian(work, args.debootstrap)
        redhat(work)
    finally:
        if not args.keep:
            shutil.rmtree(work, ignore_errors=True)
    print(f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
