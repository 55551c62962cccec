# SPDX-License-Identifier: GPL-2.0-or-later
from cases import case, no_postfix, no_selinux

CONTEXTS = "etc/selinux/default/contexts/files/file_contexts"
SPOOL = "var/spool/postfix"

case("LAB-001", "pass")
case("LAB-001", "fail", label={"usr/lib/postfix/sbin/smtpd": "lib_t"},
     objects=[{"path": "/usr/lib/postfix/sbin/smtpd", "target_type": "lib_t"}])
case("LAB-002", "pass")
case("LAB-002", "pass", "before the first start", cut=[f"{SPOOL}/{d}" for d in ("active", "bounce", "defer", "trace")])
case("LAB-001", "fail", "master", label={"usr/lib/postfix/sbin/master": "bin_t"},
     objects=[{"path": "/usr/lib/postfix/sbin/master", "target_type": "bin_t"}])
case("LAB-002", "fail", label={SPOOL + "/deferred": "postfix_spool_t"},
     objects=[{"path": "/var/spool/postfix/deferred", "target_type": "postfix_spool_t"}])
case("LAB-003", "pass")
case("LAB-003", "fail", label={"etc/postfix/transport": "user_home_t"})
for check in ("LAB-001", "LAB-002", "LAB-003"):
    no_selinux(check)
    no_postfix(check)
    case(check, "unknown", loop=[CONTEXTS])
    case(check, "unknown", "no labels", do=lambda r: setattr(r, "labelled", False))

case("LAB-009", "pass")
case("LAB-009", "fail", label={SPOOL + "/": "default_t"})
case("LAB-009", "fail", "a program", label={"usr/lib/postfix/sbin/smtpd": "unlabeled_t"})
case("LAB-009", "fail", "a table", label={"etc/postfix/transport": "unlabeled_t"},
     objects=[{"path": "/etc/postfix/transport", "target_type": "unlabeled_t"}], fix=["restorecon -F /etc/postfix/transport"])
case("LAB-009", "fail", "master", label={"usr/lib/postfix/sbin/master": "file_t"})
no_selinux("LAB-009")
case("LAB-009", "unknown", do=lambda r: setattr(r, "labelled", False))

POLICY = "etc/selinux/default/policy/policy.33"
LOCAL = CONTEXTS + ".local"
KEY = "etc/ssl/private/mail.key"


def unlabelled(r):
    r.labelled = False
    return r


def local_rules(text):
    return lambda r: r.put(LOCAL, text)


QUEUE = "/srv/postfix(/.*)?\tsystem_u:object_r:postfix_spool_t:s0\n"
case("LAB-004", "pass", put={CONTEXTS + ".subs": "/srv/postfix /var/spool/postfix\n"},
     main={"queue_directory": "/srv/postfix"})
case("LAB-004", "fail", main={"queue_directory": "/srv/postfix"})
case("LAB-004", "fail", "one type for all", do=local_rules(QUEUE), main={"queue_directory": "/srv/postfix"})
case("LAB-004", "fail", "virtual mailboxes", main={"virtual_mailbox_base": "/srv/vmail"},
     objects=[{"path": "/srv/vmail", "parameter": "virtual_mailbox_base"}], says="no rule of its own for /srv/vmail (var_t)", at="etc/postfix/main.cf")
case("LAB-004", "pass", "virtual mailboxes beside the others", main={"virtual_mailbox_base": "/var/mail/vhosts"})
case("LAB-004", "fail", "virtual mailboxes in /etc", main={"virtual_mailbox_base": "/etc/vmail"},
     objects=[{"path": "/etc/vmail", "parameter": "virtual_mailbox_base"}], says="the type etc_t, which virtual(8) may not write to")
case("LAB-004", "fail", "no rule at all", main={"virtual_mailbox_base": "/mnt/vmail"},
     do=local_rules("/mnt/vmail(/.*)?\t<<none>>\n"), says="no rule of its own for /mnt/vmail (none)")
case("LAB-004", "na", "nothing moved")
no_selinux("LAB-004")
no_postfix("LAB-004")
case("LAB-004", "unknown", loop=[CONTEXTS])

case("LAB-005", "pass")
case("LAB-005", "fail", label={"etc/postfix/transport": "etc_t"},
     objects=[{"path": "/etc/postfix/transport", "target_type": "etc_t"}])
case("LAB-005", "pass", "it does not work", label={"etc/postfix/transport": "shadow_t"})
case("LAB-005", "fail", "a certificate", label={"etc/ssl/certs/mail.pem": "etc_t"},
     objects=[{"path": "/etc/ssl/certs/mail.pem", "target_type": "etc_t"}], fix=["restorecon -F /etc/ssl/certs/mail.pem"])
case("LAB-005", "fail", "a directory", label={"var/lib/postfix": "var_t"},
     objects=[{"path": "/var/lib/postfix", "target_type": "var_t"}])
case("LAB-005", "fail", "what the rule says does not work", put={"etc/shadow": ""}, label={"etc/shadow": "etc_t"},
     main={"smtpd_tls_CAfile": "/etc/shadow"}, objects=[{"path": "/etc/shadow", "target_type": "etc_t"}], fix=[])
no_selinux("LAB-005")
no_postfix("LAB-005")
case("LAB-005", "unknown", do=unlabelled)
case("LAB-005", "unknown", "no policy", loop=[POLICY])

case("LAB-006", "pass")
case("LAB-006", "fail", label={KEY: "user_home_t"},
     objects=[{"path": "/" + KEY, "parameter": "smtpd_tls_key_file", "target_type": "user_home_t"}],
     fix=["restorecon -F /" + KEY], at="etc/postfix/main.cf")
case("LAB-006", "fail", "where the rule is no better", put={"home/alice/mail.key": ""}, main={"smtpd_tls_key_file": "/home/alice/mail.key"},
     objects=[{"path": "/home/alice/mail.key", "parameter": "smtpd_tls_key_file", "target_type": "user_home_t"}],
     fix=["semanage fcontext -a -t tls_privkey_t /home/alice/mail\\.key", "restorecon -F /home/alice/mail.key"])
case("LAB-006", "fail", "behind a link", do=lambda r: r.cut(KEY).link(KEY, "/home/alice/mail.key").put("home/alice/mail.key"))
case("LAB-006", "fail", "behind a link of its folder", do=lambda r: r.put("etc/ssl/private/own.key").label(
    "etc/ssl/private/own.key", "user_home_t").cut(KEY).link(KEY, "own.key"), says="/etc/ssl/private/own.key is user_home_t")
case("LAB-006", "na", "no key", main={"smtpd_tls_cert_file": None, "smtpd_tls_key_file": None})
no_selinux("LAB-006")
no_postfix("LAB-006", args=["--role", "mx"])
case("LAB-006", "unknown", do=unlabelled)
case("LAB-006", "unknown", "no policy", loop=[POLICY])

case("LAB-007", "pass")
case("LAB-007", "fail", main={"smtpd_milters": "unix:/srv/filter/sock"},
     objects=[{"path": "/srv/filter/sock", "parameter": "smtpd_milters", "target_type": "var_t"}])
case("LAB-007", "na", "none", main={"smtpd_milters": None, "smtpd_sasl_path": None, "smtpd_sasl_type": "cyrus"},
     edit={"etc/postfix/master.cf": ("  -o smtpd_sasl_auth_enable=yes\n", "")})
no_selinux("LAB-007")
no_postfix("LAB-007")
case("LAB-007", "unknown", loop=[POLICY])

case("LAB-008", "pass")
case("LAB-008", "fail", main={"mail_spool_directory": "/srv/spool"},
     objects=[{"path": "/srv/spool", "parameter": "mail_spool_directory", "target_type": "var_t"}])
case("LAB-008", "fail", "homes", main={"home_mailbox": "Post/"}, do=lambda r: r.folder("home/alice/Post", 0o700, 1000, 1000),
     objects=[{"path": "/home/alice/Post", "parameter": "home_mailbox", "target_type": "user_home_t"}])
case("LAB-008", "fail", "homes, where root's is another", main={"home_mailbox": "Post/"}, says="the type of any other directory there",
     do=lambda r: local_rules("/root(/.*)?\tsystem_u:object_r:admin_home_t:s0\n")(r).folder("home/alice/Post", 0o700, 1000, 1000))
case("LAB-008", "pass", "nothing goes there", main={"mail_spool_directory": "/srv/spool", "mailbox_transport": "lmtp:unix:private/lmtp"})
case("LAB-008", "fail", "another home", main={"home_mailbox": "Maildir/"}, append={"etc/passwd": "bob:x:1001:1001::/home/bob:/bin/bash\n"},
     do=lambda r: r.folder("home/alice/Maildir", 0o700, 1000, 1000).folder("home/bob/Maildir", 0o700, 1001, 1001).label(
         "home/bob/Maildir", "user_home_t"),
     objects=[{"path": "/home/bob/Maildir", "parameter": "home_mailbox", "target_type": "user_home_t"}])
case("LAB-008", "pass", "a file at home", main={"home_mailbox": "Mailbox"}, put={"home/alice/Mailbox": ""}, label={"home/alice/Mailbox": "user_home_t"})
case("LAB-008", "na", "the role", args=["--role", "relay"])
no_selinux("LAB-008")
case("LAB-008", "unknown", loop=[POLICY])

case("LAB-010", "pass")
case("LAB-010", "pass", "a rule of its own", do=local_rules("/srv/www(/.*)?\tsystem_u:object_r:httpd_sys_content_t:s0\n"))
case("LAB-010", "fail", do=local_rules("/var/spool(/.*)?\tsystem_u:object_r:var_spool_t:s0\n"),
     objects=[{"path": "/var/spool(/.*)?"}])
case("LAB-010", "fail", "order", do=local_rules("/srv/mail/a(/.*)?\tsystem_u:object_r:mail_spool_t:s0\n"
                                               "/srv/mail(/.*)?\tsystem_u:object_r:var_t:s0\n"),
     objects=[{"path": "/srv/mail/a(/.*)?"}])
case("LAB-010", "pass", "an equivalence of others", put={CONTEXTS + ".subs": "/srv/www /var/www\n/srv/mail /var/mail\n"})
case("LAB-010", "fail", "an equivalence", put={CONTEXTS + ".subs": "/var/spool /srv\n"}, objects=[{"path": "/var/spool"}])
no_selinux("LAB-010")
no_postfix("LAB-010")
case("LAB-010", "unknown", loop=[CONTEXTS])
