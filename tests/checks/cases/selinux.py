# SPDX-License-Identifier: GPL-2.0-or-later
import lzma
import os

from cases import INCIDENTS, case, no_selinux
from roots import STORE, handle_unknown, permissive

ENFORCING = {"selinux.json": {"mode": "enforcing", "booleans": {}}}
PERMISSIVE = {"selinux.json": {"mode": "permissive", "booleans": {}}}
CONFIG = "etc/selinux/config"

case("SEL-001", "pass", live=ENFORCING)
case("SEL-001", "fail", live=PERMISSIVE)
case("SEL-001", "na", "an image")
case("SEL-001", "unknown", live={})

case("SEL-002", "pass")
case("SEL-002", "fail", edit={CONFIG: ("^SELINUX=.*", "SELINUX=permissive")}, objects=[{"path": "/etc/selinux/config"}],
     says="SELINUX=permissive")
case("SEL-002", "fail", "no such word", edit={CONFIG: ("^SELINUX=.*", "SELINUX=yes")}, says="none of")
case("SEL-002", "fail", "absent", cut=[CONFIG])
case("SEL-002", "unknown", loop=[CONFIG])
case("SEL-002", "unknown", "not in a bundle", cut=[CONFIG], live={})

GRUB = "boot/grub/grub.cfg"
case("SEL-003", "pass")
case("SEL-003", "fail", append={GRUB: "linux /boot/vmlinuz selinux=0\n"}, objects=[{"path": GRUB}])
case("SEL-003", "fail", "permissive", append={GRUB: "linux /boot/vmlinuz enforcing=0\n"})
case("SEL-003", "fail", "the defaults of grub", cut=[GRUB],
     put={"etc/default/grub": 'GRUB_CMDLINE_LINUX="quiet selinux=0"\n'}, objects=[{"path": "etc/default/grub"}])
case("SEL-003", "unknown", cut=[GRUB])
case("SEL-003", "unknown", "its defaults alone", loop=[GRUB], put={"etc/default/grub": 'GRUB_CMDLINE_LINUX="quiet"\n'})
ENTRIES = {f"boot/loader/entries/{n}.conf": "options root=/dev/vda1 quiet\n" for n in "ab"}
case("SEL-003", "pass", "entries", put=ENTRIES)
case("SEL-003", "unknown", "an entry that cannot be read", put=ENTRIES, loop=["boot/loader/entries"])

CONTEXTS = "etc/selinux/default/contexts/files/file_contexts"
case("SEL-004", "pass")
case("SEL-004", "fail", cut=["etc/selinux/default"])
case("SEL-004", "fail", "minimum", edit={CONFIG: ("SELINUXTYPE=.*", "SELINUXTYPE=minimum")})
case("SEL-004", "fail", "no file contexts", cut=[CONTEXTS], says="no file_contexts")
case("SEL-004", "fail", "no policy", cut=["etc/selinux/default/policy", STORE + "policy.kern"], says="not installed")
case("SEL-004", "unknown", put={"etc/selinux/default/policy/policy.33": "no policy"}, says="cannot be read")
case("SEL-004", "unknown", "file contexts", cut=[CONTEXTS], live={"files.tsv": None}, says="file_contexts: ")
case("SEL-004", "unknown", "no policy in a bundle", cut=["etc/selinux/default/policy", STORE + "policy.kern"], live={},
     says="not in the evidence")
case("SEL-004", "unknown", "config", loop=[CONFIG])

case("SEL-005", "pass", live=ENFORCING)
case("SEL-005", "fail", live=PERMISSIVE)
case("SEL-005", "na", "an image")
case("SEL-005", "unknown", live={})
case("SEL-005", "unknown", "config", live=ENFORCING, loop=[CONFIG])

KERNEL = "sys/fs/selinux/policy"
DISK = "etc/selinux/default/policy/policy.33"
RUNNING = {"selinux.json": {"mode": "enforcing", "booleans": {}}, "partial.tsv": "running\t0\t/\n"}


def loaded(change):
    """The kernel runs the policy on disk, which is then changed."""
    def do(r):
        r.put(KERNEL, r.files[DISK].data).put("sys/fs/selinux/enforce", "1")
        change(r)
    return do


def of_incident(name):
    with lzma.open(os.path.join(INCIDENTS, name, "policy.33.xz")) as packed:
        data = packed.read()
    return lambda r: handle_unknown(r.put(DISK, data), 0)


case("SEL-006", "pass", live=RUNNING, do=loaded(lambda r: None))
case("SEL-006", "pass", "other booleans", live=RUNNING, do=loaded(of_incident("08-boolean-mail-spool-off")))
case("SEL-006", "fail", live=RUNNING, do=loaded(lambda r: permissive(r, "postfix_smtp_t")), objects=[{"path": KERNEL}])
case("SEL-006", "fail", "names", live=RUNNING, do=loaded(of_incident("06-relay-2525-name-connect")))
case("SEL-006", "na", "an image")
no_selinux("SEL-006")
case("SEL-006", "unknown", live=ENFORCING)
case("SEL-006", "unknown", "on disk", live=RUNNING, do=loaded(lambda r: r.loop(DISK)))
case("SEL-006", "unknown", "damaged", live=RUNNING, do=loaded(lambda r: r.put(DISK, "no policy")))

case("SEL-007", "pass")
case("SEL-007", "fail", do=lambda r: handle_unknown(r, 4), objects=[{"parameter": "handle_unknown"}])
no_selinux("SEL-007")
case("SEL-007", "unknown", loop=["etc/selinux/default/policy/policy.33"])

case("SEL-008", "pass")
case("SEL-008", "fail", put={".autorelabel": ""}, objects=[{"path": "/.autorelabel"}])
no_selinux("SEL-008")
case("SEL-008", "unknown", live={"files.tsv": None})

case("SEL-009", "pass")
case("SEL-009", "fail", put={STORE + "disable_dontaudit": ""})
no_selinux("SEL-009")
case("SEL-009", "unknown", loop=[STORE + "modules"])
case("SEL-009", "unknown", "no store", cut=["var/lib/selinux"])
