#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The program as a module of Ansible, and the role and playbooks of src/packaging/ansible over a local
connection: hosts that answer, one that does not, plans that are carried out one host after the other.

usage: run.py PROGRAM [--protocol]      --protocol: without ansible-playbook
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
ROLES = os.path.join(os.path.dirname(TESTS), "src", "packaging", "ansible")
sys.path[:0] = [os.path.join(TESTS, "incidents"), os.path.join(TESTS, "apply"), os.path.join(TESTS, "formats")]
import assemble  # noqa: E402
import host as h  # noqa: E402
import validate  # noqa: E402

ARGV = sys.argv[1:]
h.inside()
PROGRAM = os.path.abspath(ARGV[0])
PLAYBOOK = None if "--protocol" in ARGV else shutil.which("ansible-playbook")
INCIDENT = "06-relay-2525-name-connect"


class Ansible(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="postseal-ansible-")
        cls.root = os.path.join(cls.top, "incident")
        assemble.assemble(os.path.join(TESTS, "incidents", INCIDENT), cls.root)
        os.mkdir(os.path.join(cls.top, "bin"))
        os.symlink(PROGRAM, os.path.join(cls.top, "bin", "postseal"))
        scratch = os.path.join(cls.top, "host")
        os.mkdir(scratch)
        cls.host = h.Host(scratch)

    @classmethod
    def tearDownClass(cls):
        subprocess.run(["umount", "/usr/sbin"], check=False)
        subprocess.run(["umount", cls.host.top], check=False)
        shutil.rmtree(cls.top, ignore_errors=True)

    def setUp(self):
        self.host.plant()
        shutil.rmtree(os.path.join(self.top, "reports"), ignore_errors=True)
        for name in ("plans", "there"):
            shutil.rmtree(os.path.join(self.top, name), ignore_errors=True)
            os.mkdir(os.path.join(self.top, name))

    # ---- the protocol

    def module(self, args, raw=None):
        path = os.path.join(self.top, "args")
        with open(path, "w", encoding="utf-8") as f:
            f.write(json.dumps(args) if raw is None else raw)
        done = subprocess.run([PROGRAM, "--ansible-module", path], capture_output=True, text=True, check=False,
                              timeout=120)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.count("\n"), 1)
        return json.loads(done.stdout)

    def test_audit(self):
        answer = self.module({"verb": "audit", "root": self.root, "_ansible_check_mode": True,
                              "_ansible_no_log": False, "since": None})
        self.assertEqual((answer["changed"], answer["failed"], answer["rc"]), (False, False, 0))
        self.assertEqual(validate.faults("audit", "ndjson", answer["report"].encode()), [])
        answer = self.module({"root": self.root, "fail_on": "low"})
        self.assertEqual((answer["changed"], answer["failed"], answer["rc"]), (False, True, 2))
        self.assertIn('"record":"end"', answer["report"])
        for verb in ("explain", "denials", "reach"):
            self.assertEqual(self.module({"verb": verb, "root": self.root})["rc"], 0)

    def test_refused(self):
        for raw in ("", "[", "[]", '"audit"', '{"verb": 1}', '{"verb": "format"}', '{"verb": "fix"}',
                    '{"format": "text=/x"}', '{"root": ["/"]}', '{"verb": "apply"}', '{"plan": "/x"}',
                    '{"verb": "apply", "plan": "/nowhere/plan.json", "hash": "00"}', '{"root": "/nowhere"}',
                    '{"verb": "audit", "verb": "audit"}', '{"root": "/a\\u0000b"}'):
            answer = self.module(None, raw)
            self.assertEqual((answer["changed"], answer["failed"]), (False, True), raw)
            self.assertTrue(answer["msg"], raw)
        self.assertEqual(subprocess.run([PROGRAM, "--ansible-module"], capture_output=True, check=False).returncode, 64)

    def test_plan(self):
        before = self.host.state()
        path, digest = self.host.plan([h.chmod(self.host), h.element()])
        args = {"verb": "apply", "plan": path, "hash": digest, "policy_root": self.host.policy_root}
        dry = self.module({**args, "_ansible_check_mode": True})
        self.assertEqual((dry["changed"], dry["failed"]), (True, False), dry)
        self.assertIn("chmod g+r", dry["diff"]["prepared"])
        self.assertEqual(self.host.state(), before)
        self.assertEqual(os.listdir(os.path.dirname(path)), ["plan.json"])
        wet = self.module(args)
        self.assertEqual((wet["changed"], wet["failed"]), (True, False), wet)
        self.assertEqual(self.states(wet), ["done", "done"])
        self.assertEqual(wet["diff"]["prepared"].count("done "), 2)
        self.assertNotEqual(self.host.state(), before)
        again = self.module(args)
        self.assertEqual((again["changed"], again["failed"]), (False, False), again)
        self.assertEqual(self.states(again), ["already", "already"])
        # what only a program could tell is not known without running one
        dry = self.module({**args, "_ansible_check_mode": True})
        self.assertEqual((dry["failed"], dry["diff"]["prepared"].count("\n")), (False, 1), dry)
        back = self.module({"verb": "undo", "plan": path, "policy_root": self.host.policy_root})
        self.assertEqual((back["changed"], back["failed"]), (True, False), back)
        self.assertEqual(self.states(back), ["undone", "undone"])
        self.assertEqual(self.host.state(), before)
        for check in (True, False):
            wrong = self.module({**args, "hash": "0" * 64, "_ansible_check_mode": check})
            self.assertEqual((wrong["changed"], wrong["failed"]), (False, True), wrong)

    def test_plan_that_fails(self):
        before = self.host.state()
        path, digest = self.host.plan([h.element(), self.broken()])
        answer = self.module({"verb": "apply", "plan": path, "hash": digest, "policy_root": self.host.policy_root})
        self.assertEqual((answer["changed"], answer["failed"]), (False, True), answer)
        self.assertEqual(self.states(answer), ["undone", "undone"])
        self.assertEqual(self.host.state(), before)

    def states(self, answer):
        """How the steps ended, of a report that keeps to its schema."""
        self.assertEqual(validate.faults("applied", "json", answer["report"].encode()), [], answer)
        return [step["state"] for step in json.loads(answer["report"])["applied"]["steps"]]

    def broken(self):
        """A step that does not have the effect it is to have, and can be taken back."""
        step = h.chmod(self.host)
        return {**step, "after": [h.condition("mode", step["argv"][-1], "0666")]}

    # ---- the playbooks

    def playbook(self, name, inventory, *args):
        path = os.path.join(self.top, "hosts.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump({"all": {"hosts": inventory}}, f)
        shutil.copy(os.path.join(ROLES, name), self.top)
        done = subprocess.run(
            [PLAYBOOK, "-i", path, os.path.join(self.top, name), *args], capture_output=True, text=True,
            check=False, timeout=240, stdin=subprocess.DEVNULL,
            env={**os.environ, "ANSIBLE_ROLES_PATH": os.path.join(ROLES, "roles"), "HOME": self.top,
                 "ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_RETRY_FILES_ENABLED": "false",
                 "ANSIBLE_BECOME_ALLOW_SAME_USER": "false", "LC_ALL": "C.UTF-8",
                 "PATH": os.path.join(self.top, "bin") + ":" + os.environ["PATH"]})
        return done.returncode, done.stdout + done.stderr

    def local(self, **more):
        return {"ansible_connection": "local", "ansible_python_interpreter": sys.executable,
                "postseal_package": False, **more}

    @unittest.skipUnless(PLAYBOOK, "no ansible-playbook")
    def test_reports(self):
        hosts = {"mail1": self.local(postseal_root=self.root),
                 "mail2": self.local(postseal_root="/nowhere"),
                 "mail3": {**self.local(), "ansible_connection": "ssh", "ansible_host": "127.0.0.9",
                           "ansible_ssh_common_args": "-o ConnectTimeout=2"}}
        code, out = self.playbook("audit.yml", hosts)
        reports = os.path.join(self.top, "reports")
        self.assertEqual(len(os.listdir(reports)), 9, out)
        for verb in ("audit", "explain", "denials"):
            with open(os.path.join(reports, f"mail1.{verb}.ndjson"), "rb") as f:
                text = f.read()
            self.assertEqual(text, subprocess.run([PROGRAM, verb, "--root", self.root, "--format", "ndjson"],
                                                  capture_output=True, check=True).stdout)
        self.assertNotEqual(code, 0)
        done = subprocess.run([PROGRAM, "reduce", "--require-complete",
                               *(os.path.join(reports, n) for n in sorted(os.listdir(reports)))],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 3, done.stdout)
        for name in ("mail2", "mail3"):
            self.assertIn(f"failed {name}", done.stdout)

    @unittest.skipUnless(PLAYBOOK, "no ansible-playbook")
    def test_host_by_host(self):
        """The first host's plan is carried out, the second one's fails and is taken back, the third's
        is not begun."""
        before = self.host.state()
        steps = {"mail1": [h.element()], "mail2": [h.chmod(self.host), self.broken()], "mail3": [h.relabel(self.host)]}
        approved, hosts = {}, {}
        for name, plan in steps.items():
            path, approved[name] = self.host.plan(plan, name)
            os.mkdir(os.path.join(self.top, "plans", name))
            shutil.copy(path, os.path.join(self.top, "plans", name))
            hosts[name] = self.local(postseal_plan_dir=os.path.join(self.top, "there"), postseal_root="/")
        extra = ("-e", json.dumps({"postseal_approved": approved}))
        code, out = self.playbook("apply.yml", hosts, "--check", "--diff", *extra)
        self.assertEqual(code, 0, out)
        self.assertEqual((self.host.state(), os.listdir(os.path.join(self.top, "there"))), (before, []))
        code, out = self.playbook("apply.yml", hosts, *extra)
        self.assertNotEqual(code, 0, out)
        after = self.host.state()
        self.assertEqual(after["files"], before["files"], out)
        self.assertIn("2525 }", after["rules"], out)
        self.assertEqual(sorted(os.listdir(os.path.join(self.top, "there"))),
                         sorted([approved["mail1"], approved["mail2"]]), out)
        # nothing is approved: nothing is done
        self.host.plant()
        code, out = self.playbook("apply.yml", hosts)
        self.assertEqual((code, self.host.state()), (0, before), out)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
