#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""fix_ansible.py POSTSEAL [--some] - the playbooks of recorded incidents, run by ansible-playbook.

Its syntax is checked; check mode must execute nothing; a run must execute the steps of the plan, in
their order, and a second one only what has no effect to look for (a queue tried again). The programs
are those of fix_plan.py, which write down their words. The modules of ansible.posix and
community.general take the parameters that these document, and pass the change on to such a program:
the real ones want SELinux, and firewalld, at work."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import assemble  # noqa: E402
import fix_plan  # noqa: E402

INCIDENTS = ("02-fw-out-drop-25", "05-queue-moved-no-fcontext", "06-relay-2525-name-connect",
             "08-boolean-mail-spool-off", "09-pipe-script-usr-t", "40-firewalld-zone-no-smtp", "81-healthy-control")
SOME = ("06-relay-2525-name-connect",)
# a healthy host, and a denial that nothing but a module mends
HEALTHY = "81-healthy-control"
NO_RULE = ('type=AVC msg=audit(1795200831.100:901): avc:  denied  { connectto } for  pid=4242 comm="smtp" '
           'path="/run/x/sock" scontext=system_u:system_r:postfix_smtp_t:s0 '
           'tcontext=system_u:system_r:ntpd_t:s0 tclass=unix_stream_socket permissive=0\n')

# collection and name, parameters, the words of the command; of check mode alone nothing is said
MODULES = {
    "ansible.posix.seboolean": ({"name": "str!", "persistent": "bool", "state": "bool!", "ignore_selinux_state": "bool"},
                                '["setsebool", "-P", p["name"], "on" if p["state"] else "off"]'),
    "ansible.posix.firewalld": ({"service": "str", "port": "str", "rich_rule": "str", "zone": "str", "permanent": "bool",
                                 "immediate": "bool", "offline": "bool", "state": "str!", "timeout": "int"},
                                '["firewall-cmd", "--zone=" + p["zone"], "--add-service=" + p["service"]]'
                                ' + (["--permanent"] if p["permanent"] else [])'),
    "community.general.seport": ({"ports": "list!", "proto": "str!", "setype": "str!", "state": "str", "reload": "bool",
                                  "ignore_selinux_state": "bool", "local": "bool"},
                                 '["semanage", "port", "-a", "-t", p["setype"], "-p", p["proto"], p["ports"][0]]'),
    "community.general.sefcontext": ({"target": "str!", "setype": "str", "substitute": "str", "ftype": "str",
                                      "seuser": "str", "selevel": "str", "state": "str", "reload": "bool",
                                      "ignore_selinux_state": "bool"},
                                     '["semanage", "fcontext", "-a"] + '
                                     '(["-e", p["substitute"]] if p["substitute"] else ["-t", p["setype"]]) + [p["target"]]'),
}

MODULE = '''#!/usr/bin/python3
import os
import subprocess
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule(argument_spec=%(spec)r, supports_check_mode=True)
p = module.params
words = %(words)s
if not module.check_mode:
    subprocess.run([os.path.join(os.environ["PROGRAMS"], words[0])] + words[1:], check=True)
module.exit_json(changed=True)
'''


def write_collections(folder):
    for name, (parameters, words) in MODULES.items():
        collection, module = name.rsplit(".", 1)
        path = os.path.join(folder, "ansible_collections", *collection.split("."), "plugins", "modules")
        os.makedirs(path, exist_ok=True)
        spec = {k: {"type": t.rstrip("!"), "required": t.endswith("!")} for k, t in parameters.items()}
        with open(os.path.join(path, module + ".py"), "w", encoding="utf-8") as f:
            f.write(MODULE % {"spec": spec, "words": words})


def make(program, name, scratch):
    """The plan of an incident, its programs and its playbook, which calls them. Returns their folder."""
    root, out = os.path.join(scratch, "root-" + name), os.path.join(scratch, name)
    assemble.assemble(os.path.join(HERE, name), root)
    if name == HEALTHY:
        with open(os.path.join(root, "root/var/log/audit/audit.log"), "a", encoding="utf-8") as f:
            f.write(NO_RULE)
    subprocess.run([program, "fix", "--root", root, "--denials", "-o", out], check=True, capture_output=True)
    shutil.rmtree(root)
    for stub in fix_plan.PROGRAMS:
        path = os.path.join(out, stub)
        with open(path, "w", encoding="utf-8") as f:
            f.write(fix_plan.RECORDER)
        os.chmod(path, 0o755)
    playbook = os.path.join(out, "playbook.yml")
    with open(playbook, encoding="utf-8") as f:
        text = f.read()
    text = re.sub(r'"(?:/usr)?/s?bin/(%s)"' % "|".join(fix_plan.PROGRAMS),
                  lambda m: json.dumps(os.path.join(out, m.group(1))), text)
    # modules go below the scratch folder
    text = text.replace('/var/lib/postseal', os.path.join(out, 'modules'))
    text = text.replace("  become: true\n", f"  become: true\n  environment:\n    PROGRAMS: {json.dumps(out)}\n")
    with open(playbook, "w", encoding="utf-8") as f:
        f.write(text)
    return out


class Runner:
    def __init__(self, scratch):
        self.env = dict(os.environ, ANSIBLE_COLLECTIONS_PATH=os.path.join(scratch, "collections"),
                        ANSIBLE_LOCALHOST_WARNING="0", ANSIBLE_PIPELINING="1", ANSIBLE_NOCOLOR="1",
                        ANSIBLE_LOCAL_TEMP=os.path.join(scratch, "tmp"), ANSIBLE_REMOTE_TEMP=os.path.join(scratch, "tmp"),
                        HOME=scratch, LC_ALL="C.UTF-8")
        self.faults = []

    def run(self, folders, *args):
        done = subprocess.run(["ansible-playbook", "-i", "localhost,", "-c", "local", "-e",
                               "ansible_python_interpreter=/usr/bin/python3", *args] +
                              [os.path.join(f, "playbook.yml") for f in folders],
                              capture_output=True, text=True, check=False, env=self.env, timeout=600)
        if done.returncode:
            self.faults.append(f"{args}: exit status {done.returncode}: {done.stdout[-1500:]} {done.stderr[-500:]}")
        return done

    def expect(self, folder, what, executed, wanted):
        if executed != wanted:
            self.faults.append(f"{os.path.basename(folder)}: {what}: executed {executed}, not {wanted}")


def has_effect(step):
    return bool(step["ask"] or step["after"])


def main():
    if not shutil.which("ansible-playbook"):
        print("no ansible-playbook")
        return 77
    with tempfile.TemporaryDirectory(prefix="postseal-ansible-") as scratch:
        write_collections(os.path.join(scratch, "collections"))
        folders = [make(os.path.abspath(sys.argv[1]), n, scratch) for n in (SOME if "--some" in sys.argv else INCIDENTS)]
        r = Runner(scratch)
        r.run(folders, "--syntax-check")
        r.run(folders, "--check")
        for f in folders:
            r.expect(f, "check mode", fix_plan.executed(f), [])
        r.run(folders)
        for f in folders:
            with open(os.path.join(f, "plan.json"), encoding="utf-8") as p:
                steps = [s for s in json.load(p)["plan"]["steps"] if s["argv"]]
            did = [[os.path.basename(w) if w.endswith(".cil") else w for w in argv] for argv in fix_plan.executed(f)]
            r.expect(f, "a run", did, [s["argv"] for s in steps])
        r.run(folders)
        for f in folders:
            with open(os.path.join(f, "plan.json"), encoding="utf-8") as p:
                steps = [s for s in json.load(p)["plan"]["steps"] if s["argv"]]
            r.expect(f, "a second run", fix_plan.executed(f)[len(steps):], [s["argv"] for s in steps if not has_effect(s)])
    for fault in r.faults:
        print(fault)
    print(f"{len(folders)} playbooks, {len(r.faults)} faults")
    return 1 if r.faults else 0


if __name__ == "__main__":
    sys.exit(main())
