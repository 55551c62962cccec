#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Does the incident runner see what is wrong with an answer? Reports made by hand, each with a fault."""
import sys
import unittest

import run

SELINUX = {"class": ["selinux"], "fix_kind": ["port-label"], "not_fix_kind": ["module"],
           "queue_ids": ["A1"]}
FIREWALL = {"class": ["firewall"], "fix_kind": ["firewall-rule"], "not_fix_kind": ["module"],
            "queue_ids": ["A1"]}
HEALTHY = {"class": [], "fix_kind": None, "not_fix_kind": ["module", "restorecon"],
           "queue_ids": ["A1"]}
NOQUEUE = {"class": ["selinux"], "fix_kind": None, "not_fix_kind": ["module"], "queue_ids": []}


def cause(verdict, certainty="certain", also=()):
    return {"class": verdict.split(".")[0], "verdict": verdict, "certainty": certainty,
            "object": {}, "also": list(also)}


def report(*causes, fix_kind=None, queue_id="A1", groups=()):
    """One message with a recipient for each of CAUSES."""
    fix = "fix-1" if fix_kind else None
    recipients = [{"status": "deferred", "cause": c, "fix": fix} for c in causes]
    return {"messages": [{"queue_id": queue_id, "recipients": recipients}],
            "causes": [dict(c, fix=fix) for c in groups],
            "fixes": [{"id": "fix-1", "kind": fix_kind}] if fix_kind else []}


class Judge(unittest.TestCase):
    def outcome(self, truth, answer, shared=False):
        return run.judge(truth, answer, shared)[0]

    def test_one_message(self):
        right = cause("selinux.connect")
        for answer, expected in [
                (report(right, fix_kind="port-label"), run.RIGHT),
                (report(right, fix_kind="module"), run.CLASS_ONLY),
                (report(right), run.CLASS_ONLY),
                (report(cause("unknown.none", "unknown")), run.UNKNOWN),
                (report(right, queue_id="B2"), run.UNKNOWN),
                (report(cause("dns.servfail", "possible")), run.WRONG),
                (report(right, cause("dns.servfail"), fix_kind="port-label"), run.WRONG)]:
            self.assertEqual(self.outcome(SELINUX, answer), expected, answer)

    def test_verdict(self):
        truth = dict(SELINUX, verdict=["selinux.connect", "selinux.bind"])
        for verdict, expected in [("selinux.connect", run.RIGHT), ("selinux.file", run.CLASS_ONLY)]:
            answer = report(cause(verdict), fix_kind="port-label")
            self.assertEqual(self.outcome(truth, answer), expected, verdict)

    def test_healthy(self):
        for answer, expected in [
                (report(queue_id="B2"), run.RIGHT),
                (report(cause("remote.reply", "possible")), run.RIGHT),
                (report(cause("remote.reply", "likely")), run.WRONG)]:
            self.assertEqual(self.outcome(HEALTHY, answer), expected, answer)

    def test_without_queue_id(self):
        for group, expected in [
                ([cause("selinux.bind")], run.RIGHT),
                ([], run.UNKNOWN),
                ([cause("dns.servfail", "possible")], run.UNKNOWN),
                ([cause("dns.servfail", "certain")], run.WRONG)]:
            self.assertEqual(self.outcome(NOQUEUE, report(groups=group)), expected, group)

    def test_second_fault(self):
        foreseen = {"class": "firewall", "verdict": "firewall.egress_drop", "fix": "fix-1"}
        first = cause("selinux.connect", also=[foreseen])
        answer = report(first, fix_kind="firewall-rule")
        self.assertEqual(self.outcome(FIREWALL, answer, shared=True), run.RIGHT)
        self.assertEqual(self.outcome(FIREWALL, answer, shared=False), run.WRONG)
        answer = report(cause("selinux.connect"))
        self.assertEqual(self.outcome(FIREWALL, answer, shared=True), run.UNKNOWN)

    def test_wrong_certain(self):
        for answer, count in [
                (report(cause("dns.servfail")), 1),
                (report(cause("dns.servfail", "likely")), 0),
                (report(cause("selinux.connect")), 0),
                (report(groups=[cause("dns.servfail")]), 1)]:
            self.assertEqual(len(run.wrong_certain([SELINUX], answer)), count, answer)

    def test_forbidden_fix(self):
        answer = report(cause("selinux.connect"), fix_kind="module")
        self.assertEqual(run.forbidden_fixes([SELINUX, FIREWALL], answer), ["module"])
        answer = report(cause("selinux.connect"), fix_kind="restorecon")
        self.assertEqual(run.forbidden_fixes([HEALTHY, SELINUX], answer), [])


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=0).result.wasSuccessful() else 1)
