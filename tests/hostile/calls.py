#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The system calls of each verb on an evidence root, against a list of those it may make.

usage: calls.py --program POSTSEAL [--verbose]              exit status 77 without strace(1)

No program is run, no connection made, nothing written but the outputs, nothing opened outside the
root but what libraries read when they start, and no content of the root is read before the locks
are on. The helper that parses nft rules has a network and a file system of its own, which go with
it: there it may mount, and talk to its kernel. The list is tried on programs that break it, and explain
on kernels without Landlock, seccomp, both, openat2: the same answer, and still nothing of that.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
INCIDENTS = os.path.join(HERE, "..", "incidents")
sys.path[:0] = [INCIDENTS]
sys.dont_write_bytecode = True
import assemble  # noqa: E402

# neither a path nor an address goes in, or it is only looked at
HARMLESS = set("""
    access alarm arch_prctl brk clone clone3 close dup dup2 dup3 epoll_create1 epoll_ctl epoll_wait exit exit_group
    faccessat faccessat2 fadvise64 fcntl fdatasync fgetxattr flock fstat fstatfs fsync ftruncate futex getcwd getdents64
    getegid geteuid getgid getgroups getpgid getpid getppid getpriority getrandom getresgid getresuid getrlimit
    getrusage getsockname getsockopt gettid getuid getxattr ioctl landlock_add_rule landlock_create_ruleset
    landlock_restrict_self lgetxattr lseek lstat madvise membarrier memfd_create mmap mprotect mremap munmap
    nanosleep clock_nanosleep clock_gettime newfstatat pause pidfd_open pidfd_send_signal pipe pipe2 poll ppoll
    prctl pread64 preadv prlimit64 pselect6 pwrite64 read readlink readlinkat readv recvfrom recvmsg restart_syscall
    rseq rt_sigaction rt_sigprocmask rt_sigreturn sched_getaffinity sched_yield seccomp select set_robust_list
    set_tid_address setitimer setpriority setrlimit setsockopt socketpair stat statfs statx sysinfo time umask uname
    wait4 waitid waitpid write writev capget capset setgroups setresgid setresuid setuid setgid ioprio_set
    eventfd2 inotify_add_watch inotify_init1 inotify_rm_watch signalfd4
    """.split())
OPENS = {"open", "openat", "openat2", "creat"}
# calls that change what their paths name
CHANGES = {"chmod", "chown", "fchmod", "fchmodat", "fchown", "fchownat", "lchown", "link", "linkat", "mkdir", "mkdirat",
           "mknod", "mknodat", "rename", "renameat", "renameat2", "rmdir", "setxattr", "symlink", "symlinkat", "truncate",
           "unlink", "unlinkat", "utimensat"}
# of those, the ones that are made by the thousand: not even looked at
MANY = "brk,close,fadvise64,fcntl,fstat,getdents64,lgetxattr,lseek,lstat,mmap,mprotect,mremap,munmap,newfstatat," \
       "pread64,read,readlinkat,stat,write"
# for the helper, in its own namespaces
APART = {"bind", "chdir", "chroot", "mount", "sendmsg", "sendto", "socket", "umount2", "unshare", "pivot_root", "fchdir"}
# read by the C library, libselinux, libaudit, libcap and libsystemd, for themselves; libauparse
# opens the log that auditd.conf names and reads nothing of it
LIBRARIES = re.compile(
    r"/(usr/)?lib(64|32)?/|/etc/ld\.so\.|/dev/null$|/proc/(self|filesystems$|sys/|cmdline$|\d+/)|/etc/selinux/config$|"
    r"/sys/fs/selinux|/etc/audit/auditd\.conf$|/var/log/audit(/audit\.log)?$|/etc/localtime$|/usr/share/(zoneinfo|locale|postseal)|"
    r".*\.so(\.[0-9]+)*$|/sys/kernel/mm/|/dev/(u?random)$|/sys/devices/system/cpu")
LINE = re.compile(r"(\d+) +(\w+)\((.*)")
# what root may keep: to read any file, and on demand to write outputs, and to ask the running kernel
RIGHTS = {"CAP_DAC_READ_SEARCH", "CAP_MAC_ADMIN"}
RIGHTS_OUTPUTS = {"CAP_DAC_OVERRIDE", "CAP_FOWNER"}
RIGHTS_LIVE = {"CAP_NET_ADMIN", "CAP_AUDIT_CONTROL", "CAP_AUDIT_READ", "CAP_SYS_PTRACE", "CAP_SYSLOG"}
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


class Judge:
    """What is wrong with a trace: @complaints."""

    def __init__(self, roots, out):
        self.roots, self.out = [os.path.realpath(root) for root in roots], os.path.realpath(out)
        self.complaints, self.apart, self.ran, self.locked, self.rights = [], set(), 0, None, None

    def given_up(self, args, line):
        """Which capabilities a process still has: no others than these may be left when it is locked."""
        self.rights = set(re.findall(r"CAP_\w+", args))
        too_many = self.rights - RIGHTS - RIGHTS_OUTPUTS - (RIGHTS_LIVE if "/" in self.roots else set())
        if too_many:
            self.complain("kept " + " ".join(sorted(too_many)), line)

    def complain(self, what, line):
        self.complaints.append(f"{what}: {line[:160]}")

    def is_output(self, path):
        return path == self.out or path.startswith(self.out + "/")

    def read(self, trace):
        with open(trace, encoding="utf-8", errors="replace") as f:
            for text in f:
                m = LINE.match(text)
                if m:
                    self.call(m.group(1), m.group(2), m.group(3), text.strip())

    def call(self, pid, name, args, line):
        if name in ("clone", "clone3", "fork", "vfork") and pid in self.apart:
            child = re.search(r"= (\d+)$", line)
            self.apart |= {child.group(1)} if child else set()
        if name == "seccomp" and "SECCOMP_SET_MODE_FILTER" in args and "= -1" not in line:
            self.locked = True
            if self.rights is None:
                self.complain("locked with all capabilities", line)
        if name == "capset":
            self.given_up(args, line)
        if name == "execve":
            self.ran += 1
            if self.ran > 1:
                self.complain("a program is run", line)
        elif name == "unshare":
            if "CLONE_NEWNET" in args and "CLONE_NEWNS" in args:
                self.apart.add(pid)
            elif pid not in self.apart and "CLONE_NEWUSER" not in args:
                self.complain("a part of its own", line)
        elif name in OPENS:
            self.opened(pid, name, args, line)
        elif name in CHANGES:
            self.changed(pid, args, line)
        elif name == "sendfile":
            if any(not fd.startswith("/memfd:") for fd in re.findall(r"<([^>]*)>", args)[:2]):
                self.complain("something is copied", line)
        elif name in ("sendto", "sendmsg"):
            if pid not in self.apart and not re.search(r"NULL, 0[) ]|msg_name=NULL", line):
                self.complain("something is sent", line)
        elif name in APART:
            if pid not in self.apart:
                self.complain("not for this process", line)
        elif name not in HARMLESS:
            self.complain("not on the list", line)

    def opened(self, pid, name, args, line):
        path = TEXT.search(args)
        path = path.group(1) if path else ""
        writes = re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND", args)
        if name == "openat2":
            if writes:
                self.complain("the root is opened for writing", line)
            if "RESOLVE_IN_ROOT" not in args or "RESOLVE_NO_MAGICLINKS" not in args:
                self.complain("followed", line)
            if self.locked is False and path.endswith(("main.cf", ".log")) and "O_PATH" not in args:
                self.complain("read before the locks are on", line)
            return
        if pid in self.apart:
            if path.startswith("/") and writes and not path.startswith(("/dev/null", "/proc/self/")):
                self.complain("written from apart", line)
            return
        if self.is_output(path) or path == "/dev/null":
            return
        if writes:
            if not re.match(r"/proc/(self|\d+)/(setgroups|[ug]id_map)$", path):
                self.complain("written", line)
        elif path.startswith("/") and not LIBRARIES.match(path) and os.path.realpath(path) not in self.roots:
            self.complain("opened outside the root", line)

    def changed(self, pid, args, line):
        paths = [p for p in TEXT.findall(args)]
        if pid in self.apart and all(not p.startswith("/") for p in paths):
            return
        if not paths:
            # by descriptor: strace -y says which
            paths = re.findall(r"<([^>]*)>", args)[:1]
        for p in paths:
            if not self.is_output(p) and not p.startswith("/memfd:"):
                self.complain("changed", line)


def trace(command, roots, out, env, missing=""):
    """What a command is blamed for, its exit status and its error. @missing: what the kernel lacks
    (tests/without.py)"""
    log = out + ".trace"
    prefix = [sys.executable, os.path.join(HERE, "..", "without.py"), missing] if missing else []
    quick = [] if "seccomp" in missing else ["--seccomp-bpf"]
    done = subprocess.run([*prefix, "strace", "-f", "-qq", "-y", "-s", "200", *quick, "-e", "trace=!" + MANY,
                           "-o", log, *command], env=env, cwd=out,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, check=False)
    judge = Judge(roots, out)
    with open(log, encoding="utf-8", errors="replace") as f:
        if "seccomp(SECCOMP_SET_MODE_FILTER" in f.read() and "seccomp" not in missing:
            judge.locked = False
    judge.read(log)
    os.unlink(log)
    return judge.complaints, done


def self_test(folder, env):
    """Programs that do what the list forbids are found out."""
    out = os.path.join(folder, "self")
    os.mkdir(out)
    bad = {"a program": "/bin/true; :", "a file": f": >{folder}/outside", "a connection": "exec 3<>/dev/udp/127.0.0.1/9",
           "another's file": "exec 3</etc/passwd", "a signal": "kill -0 $$"}
    failed = 0
    for what, script in bad.items():
        complaints, _ = trace(["bash", "--norc", "-c", script], [], out, env)
        if not complaints:
            print(f"self test: {what} goes unseen")
            failed += 1
    return failed


def verbs(out, roots):
    """Verbs with their arguments; the roots among these may be opened."""
    first, second = roots
    files = ["--format", f"json={out}/e.json", "--format", f"html={out}/e.html"]
    return (["audit", "--root", first], ["baseline", "--root", first], ["denials", "--all", "--prove", "--root", first],
            ["reach", "--root", first], ["explain", "--root", first, *files], ["fix", "--root", first, "-o", out + "/plan"],
            ["verify", "--root", first, out + "/plan/plan.json"], ["collect", "--root", first, "-o", out + "/bundle.tar"],
            ["diff", first, second], ["rules", "list"], ["explain", "--root", second], ["reach", "--root", second],
            ["audit", "--root", out + "/bundle.tar"],
            ["watch", "--root", first, "--for", "2s", "--format", f"ndjson={out}/w.ndjson", "--textfile", out + "/w.prom"])


# a kernel that lacks a layer, or both: the program itself does nothing of what they forbid
LACKING = ("landlock", "seccomp", "landlock,seccomp", "openat2")


def lacks(program, first, out, env):
    """(command, what is wrong with it) on kernels that lack something; the answer is that of any other."""
    command = [program, "explain", "--root", first, "--format", "json", "--verbose"]
    usual = subprocess.run(command, env=env, cwd=out, capture_output=True, timeout=300, check=False)
    for missing in LACKING:
        complaints, done = trace(command, [first], out, env, missing)
        if missing == "openat2":
            # then the way is walked by component, O_NOFOLLOW, and every step is an openat() of its own
            complaints = [c for c in complaints if not c.startswith(("opened outside", "read before"))]
        if done.returncode == 77:
            continue
        if done.stdout != usual.stdout:
            complaints.append("another answer")
        said = done.stderr.decode(errors="replace")
        for layer, word in (("landlock", "no Landlock"), ("seccomp", "no seccomp")):
            if (layer in missing.split(",")) != (word in said):
                complaints.append(f"does not tell of {layer}: {said[:200]}")
        yield "without " + missing, complaints


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--program", required=True)
    ap.add_argument("--verbose", action="store_true")
    a = ap.parse_args()
    if not shutil.which("strace"):
        print("no strace")
        return 77
    program = os.path.abspath(a.program)
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        probe = subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], env=env, check=False)
        if probe.returncode:
            print("strace may not trace here")
            return 77
        failed, n = self_test(folder, env), 0
        out, roots = os.path.join(folder, "out"), []
        os.mkdir(out)
        for name in ("06-relay-2525-name-connect", "40-firewalld-zone-no-smtp"):
            roots.append(os.path.join(folder, name, "root"))
            assemble.assemble(os.path.join(INCIDENTS, name), os.path.join(folder, name))
        for args in verbs(out, roots):
            complaints, done = trace([program, *args], [w for w in args if w in roots], out, env)
            n += 1
            if done.returncode not in (0, 2):
                complaints.append(f"exit {done.returncode}: {done.stderr.decode(errors='replace')[:200]}")
            if complaints:
                failed += 1
                print(f"{args[0]} {' '.join(w for w in args[1:] if not w.startswith(folder))}:")
                for c in complaints if a.verbose else complaints[:8]:
                    print("  " + c)
        for what, complaints in lacks(program, roots[0], out, env):
            n += 1
            if complaints:
                failed += 1
                print(what + ":")
                for c in complaints if a.verbose else complaints[:8]:
                    print("  " + c)
    print(f"{n} commands, {failed} faults")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
