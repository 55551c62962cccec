# SPDX-License-Identifier: GPL-2.0-or-later
"""What the words of a line leave as possible when no evidence decides, and what they do not."""
from base import deferred, line

QID = "A1B2C3D4"


def said(name, daemon, text, *wanted, **more):
    causes = {"causes": [wanted]} if wanted else {}
    return {"name": name, "log": [line(daemon, 800, text)], **causes, **more}


def waits(name, reason, daemon, *wanted, **more):
    return {"name": name, "log": [deferred(QID, reason, tag=daemon, dsn="4.3.0")],
            "expect": {QID: wanted}, **more}


CASES = [
    said("a milter that answers nonsense", "smtpd", "warning: milter inet:127.0.0.1:8893: can't read "
         "SMFIC_OPTNEG reply packet header: Success", "service.milter", "possible"),
    said("a policy service that hangs", "smtpd", "warning: timeout on private/policyd-spf while "
         "reading input attribute name", "service.policy", "possible"),
    said("a table that proxymap may not open", "proxymap", "fatal: request for unapproved table: "
         "\"mysql:/etc/postfix/x.cf\"", "config.error", "likely"),
    said("a line of main.cf that names its fault", "local", "fatal: main.cf configuration error: "
         "mailbox_size_limit is smaller than message_size_limit", "config.error", "likely"),
    said("a daemon that a signal ended", "master", "warning: process /usr/lib/postfix/sbin/cleanup "
         "pid 812 killed by signal 11", "service.crashed", "likely"),
    said("a daemon that was told to stop", "master", "warning: process "
         "/usr/lib/postfix/sbin/cleanup pid 812 killed by signal 15", never=["service.crashed"]),
    said("clients that wait for a process", "master", "warning: service \"smtp\" (25) has reached "
         "its process limit \"100\": new clients may experience noticeable delays",
         "config.process_limit", "likely"),
    said("a refusal that nothing decides is told all the same", "smtpd", "warning: connect to "
         "Milter service unix:/run/x/milter.sock: Permission denied", "unknown", "unknown"),
    waits("a transport that is held back", "deferred transport", "error",
          "config.deferred_transport", "likely"),
    waits("a filter that cannot reach its daemon", "temporary failure. Command output: spamc: "
          "connection to 127.0.0.1 refused", "pipe", "service.command", "possible"),
    waits("a mailbox of somebody else", "cannot update mailbox /var/mail/bob for user bob. "
          "destination /var/mail/bob is not owned by recipient", "local", "dac.mailbox_owner",
          "likely"),
    waits("a peer that speaks our words", "host relay.example[198.51.100.40] said: 450 4.3.0 "
          "main.cf configuration error (in reply to RCPT TO command)", "smtp",
          "remote.temporary", "likely", never=["config.error"]),
]
