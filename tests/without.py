#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run a command on a kernel that seems to lack something: landlock, seccomp, openat2.

usage: without.py WHAT[,WHAT ...] COMMAND [ARGUMENT ...]       exit status 77 where that cannot be done

A filter of this process and all it starts answers the system calls as a kernel without them does.
"""
import ctypes
import errno
import os
import sys

PR_SET_SECCOMP = 22
# what is missing -> (system call, number of its first argument or None, errno)
CALLS = {
    "landlock": [("landlock_create_ruleset", None, errno.ENOSYS)],
    "seccomp": [("seccomp", None, errno.ENOSYS), ("prctl", PR_SET_SECCOMP, errno.EINVAL)],
    "openat2": [("openat2", None, errno.ENOSYS)],
}
ALLOW, ERRNO = 0x7fff0000, 0x00050000
CTL_NNP, EQUAL = 3, 4


class Compare(ctypes.Structure):
    """struct scmp_arg_cmp"""
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def leave_out(names):
    """Load the filter. Raises OSError where it cannot be had."""
    lib = ctypes.CDLL("libseccomp.so.2")
    lib.seccomp_init.restype = ctypes.c_void_p
    ctx = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(ALLOW)))
    # as root nothing else of the process is changed by it
    lib.seccomp_attr_set(ctx, CTL_NNP, ctypes.c_uint32(os.geteuid() != 0))
    for name in names:
        for call, argument, error in CALLS[name]:
            number = lib.seccomp_syscall_resolve_name(call.encode())
            compare = [] if argument is None else [Compare(0, EQUAL, argument, 0)]
            r = lib.seccomp_rule_add_array(ctx, ctypes.c_uint32(ERRNO | error), number, len(compare),
                                           (Compare * 1)(*compare))
            if r < 0:
                raise OSError(-r, call)
    r = lib.seccomp_load(ctx)
    if r < 0:
        raise OSError(-r, "seccomp_load")


def main():
    if len(sys.argv) < 3 or not set(sys.argv[1].split(",")) <= set(CALLS):
        sys.exit(__doc__.split("\n\n")[1])
    try:
        leave_out(sys.argv[1].split(","))
    except OSError as e:
        print(f"without.py: {e}", file=sys.stderr)
        sys.exit(77)
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
