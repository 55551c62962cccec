#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""run.py --program POSTSEAL --cache DIR [--list] [SCENARIO ...] - break a mail server of its own and
let postseal mend it: builds the machine (image.sh) when the cache lacks it, boots it once in software
and freezes it as it waits; every scenario then wakes a copy. Exit status 77: what this needs is not here."""
import argparse
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import scenarios  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(os.path.dirname(os.path.dirname(HERE)), "src", "packaging")
QEMU = "qemu-system-x86_64"
NEEDS = (QEMU, "qemu-img", "debootstrap", "setfiles", "mkfs.ext4", "certtool", "zstd")
SKIP = 77
DISK = 64 << 20  # of the payload, and of the results
# on a busy machine all of these are longer
PATIENCE = float(os.environ.get("POSTSEAL_VM_PATIENCE", "1"))
BUILD_S, BOOT_S, FREEZE_S, RUN_S = (int(s * PATIENCE) for s in (900, 240, 120, 300))
KERNEL = ("root=/dev/vda rw console=ttyS0 security=selinux selinux=1 enforcing=1 audit=1 quiet loglevel=4 "
          "systemd.show_status=0 net.ifnames=0 mitigations=off")


def skip(why):
    print("skipped:", why)
    sys.exit(SKIP)


def digest():
    """Of all that makes the frozen machine what it is."""
    h = hashlib.sha256(subprocess.run([QEMU, "--version"], capture_output=True, check=True).stdout)
    files = ["image.sh"] + sorted(os.path.join("image", f) for f in os.listdir(os.path.join(HERE, "image")))
    for name in files:
        with open(os.path.join(HERE, name), "rb") as f:
            h.update(name.encode() + b"\0" + f.read())
    h.update(KERNEL.encode())
    return h.hexdigest()[:16]


class Machine:
    def __init__(self, base, work, overlay, memory=None):
        self.console = os.path.join(work, "console")
        self.result = os.path.join(work, "vdc")
        with open(self.result, "wb") as f:
            f.truncate(DISK)
        args = [QEMU, "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max", "-smp", "2", "-m", "1024",
                "-nographic", "-nodefaults", "-no-reboot", "-nic", "none", "-rtc", "base=utc",
                "-kernel", os.path.join(base, "vmlinuz"), "-initrd", os.path.join(base, "initrd.img"),
                "-append", KERNEL, "-device", "virtio-rng-pci", "-serial", "file:" + self.console,
                "-monitor", "stdio",
                "-drive", f"file={overlay},if=virtio,format=qcow2,cache=unsafe",
                "-drive", f"file={os.path.join(work, 'vdb')},if=virtio,format=raw,readonly=on",
                "-drive", f"file={self.result},if=virtio,format=raw,cache=unsafe"]
        if memory:
            args += ["-incoming", f"exec:zstd -dc '{memory}'"]
        self.qemu = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.STDOUT, text=True)

    def said(self, word):
        try:
            with open(self.console, errors="replace", encoding="utf-8") as f:
                return "VM: " + word in f.read()
        except OSError:
            return False

    def wait(self, seconds, word=None):
        """Until it says the word, or ends; False when it does neither in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if word and self.said(word):
                return True
            if self.qemu.poll() is not None:
                return word is None
            time.sleep(0.2)
        return False

    def tell(self, *lines):
        self.qemu.stdin.write("".join(line + "\n" for line in lines))
        self.qemu.stdin.flush()

    def end(self):
        if self.qemu.poll() is None:
            self.qemu.kill()
        self.qemu.wait()

    def tail(self):
        with open(self.console, errors="replace", encoding="utf-8") as f:
            return f.read()[-2000:]


def overlay_on(disk, form, path):
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", disk, "-F", form, path], check=True)


def build(base):
    began = time.monotonic()
    with open(base + ".log", "wb") as log:
        made = subprocess.Popen([os.path.join(HERE, "image.sh"), base], stdout=log, stderr=log,
                                start_new_session=True)
        try:
            made.wait(BUILD_S)
        except subprocess.TimeoutExpired:
            os.killpg(made.pid, signal.SIGKILL)
            made.wait()
            skip(f"the image was not there after {BUILD_S} s")
    if made.returncode:
        with open(base + ".log", errors="replace", encoding="utf-8") as log:
            sys.stderr.write("".join(log.readlines()[-20:]))
        skip("the image could not be built (is there a way to the package archive?)")
    print(f"image built in {time.monotonic() - began:.0f} s", flush=True)


def freeze(base):
    """Boot, and keep disk and memory of the moment the agent waits for a payload."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=base, prefix="boot.") as work:
        disk, memory = os.path.join(work, "disk.qcow2"), os.path.join(work, "memory.zst")
        overlay_on(os.path.join(base, "disk.img"), "raw", disk)
        with open(os.path.join(work, "vdb"), "wb") as f:
            f.truncate(DISK)
        machine = Machine(base, work, disk)
        try:
            if not machine.wait(BOOT_S, "waiting"):
                sys.exit("the machine did not come up:\n" + machine.tail())
            time.sleep(3)
            print(f"booted in {time.monotonic() - began:.0f} s", flush=True)
            machine.tell("migrate_set_parameter max-bandwidth 4G",
                         f"migrate \"exec:zstd -q -1 -o '{memory}'\"", "quit")
            if not machine.wait(FREEZE_S) or not os.path.getsize(memory):
                sys.exit("the machine could not be frozen")
        finally:
            machine.end()
        # the folder may be moved
        subprocess.run(["qemu-img", "rebase", "-u", "-b", "disk.img", "-F", "raw", disk], check=True)
        os.rename(disk, os.path.join(base, "disk.qcow2"))
        os.rename(memory, os.path.join(base, "memory.zst"))
    print(f"frozen after {time.monotonic() - began:.0f} s", flush=True)


def prepare(cache):
    """The folder of the frozen machine, made when it is not there; older ones go."""
    key = digest()
    base = os.path.join(cache, key)
    os.makedirs(cache, exist_ok=True)
    if not os.path.exists(os.path.join(base, "memory.zst")):
        for name in os.listdir(cache):
            path = os.path.join(cache, name)
            if name != key and os.path.exists(os.path.join(path, "disk.img")):
                shutil.rmtree(path)
        if not os.path.exists(os.path.join(base, "disk.img")):
            build(base)
        freeze(base)
    return base


def payload(program, name, path):
    with tarfile.open(path, "w") as tar:
        tar.add(program, "postseal")
        for script in ("guest.py", "scenarios.py"):
            tar.add(os.path.join(HERE, script), script)
        tar.add(os.path.join(SOURCE, "selinux", "postseal.cil"), "postseal.cil")
        with open(os.path.join(SOURCE, "systemd", "postseal-audit.service.in"), "rb") as f:
            unit = f.read().replace(b"@bindir@", b"/usr/bin")
        info = tarfile.TarInfo("postseal-audit.service")
        info.size = len(unit)
        tar.addfile(info, io.BytesIO(unit))
        with tempfile.NamedTemporaryFile("w", suffix=".sh") as f:
            f.write("#!/bin/sh\n"
                    f"exec timeout -k 5 {RUN_S - 30} python3 /vm/payload/guest.py {name} {PATIENCE}\n")
            f.flush()
            os.chmod(f.name, 0o755)
            tar.add(f.name, "start")
    with open(path, "ab") as f:
        f.truncate(DISK)


def run(base, program, name, keep):
    """One scenario. Returns what went wrong, one line each."""
    with tempfile.TemporaryDirectory(dir=base, prefix="run.") as work:
        payload(program, name, os.path.join(work, "vdb"))
        overlay_on(os.path.join(base, "disk.qcow2"), "qcow2", os.path.join(work, "disk.qcow2"))
        machine = Machine(base, work, os.path.join(work, "disk.qcow2"), os.path.join(base, "memory.zst"))
        try:
            ended = machine.wait(RUN_S)
        finally:
            machine.end()
        out = os.path.join(keep, name)
        shutil.rmtree(out, ignore_errors=True)
        os.makedirs(out)
        shutil.copy(machine.console, os.path.join(out, "console"))
        if not ended or not machine.said("ended"):
            return ["the machine gave no result: " + machine.tail()]
        with tarfile.open(machine.result) as tar:
            tar.extractall(out)
    try:
        with open(os.path.join(out, "wrong.json"), encoding="utf-8") as f:
            return json.load(f)
    except OSError:
        with open(os.path.join(out, "log"), encoding="utf-8", errors="replace") as f:
            return ["it ended before its time: " + f.read()[-3000:]]


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--program")
    ask.add_argument("--cache", default=os.environ.get("POSTSEAL_VM_CACHE"))
    ask.add_argument("--list", action="store_true")
    ask.add_argument("scenario", nargs="*", help="all of them when none is named")
    args = ask.parse_args()
    if args.list:
        print("\n".join(scenarios.ALL))
        return 0
    if os.geteuid() != 0:
        skip("wants root")
    lacking = [n for n in NEEDS if not shutil.which(n)]
    if lacking:
        skip("not here: " + " ".join(lacking) + " (./setup packages vm)")
    cache = os.environ.get("POSTSEAL_VM_CACHE") or args.cache
    base = prepare(os.path.abspath(cache))
    failed = 0
    for name in args.scenario or scenarios.ALL:
        began = time.monotonic()
        wrong = run(base, os.path.abspath(args.program), name, os.path.join(cache, "results"))
        failed += bool(wrong)
        print(f"{'FAILED' if wrong else 'ok':6}  {name:24} {time.monotonic() - began:4.0f} s", flush=True)
        for line in wrong:
            print("        " + line.replace("\n", "\n        "), flush=True)
    return 1 if failed else 0


sys.exit(main())
