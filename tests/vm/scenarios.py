# SPDX-License-Identifier: GPL-2.0-or-later
"""What is broken in the machine, and what postseal must say and do about it."""
from dataclasses import dataclass, field


@dataclass
class Scenario:
    inject: list           # commands: the fault
    causes: list           # each must be among what explain names (guest.is_like)
    mails: list            # (way, recipient) sent with the fault there; ways: local, tls, outside
    trace: str = ""        # in the mail log when the fault has shown
    steps: list = field(default_factory=list)    # patterns of the commands of the plan, no others
    hand: str = ""         # postseal cannot mend it: what the plan must say
    heal: list = field(default_factory=list)     # commands: the world outside gets well
    relapse: list = field(default_factory=list)  # after --undo: it falls ill, Postfix meets the fault
    prepare: list = field(default_factory=list)  # commands before it, with which all is well
    healthy: list = field(default_factory=lambda: [("local", "user@ok.example")])
    again: list = field(default_factory=list)    # mails that prove it mended, when not the same ones
    beside: list = field(default_factory=list)   # causes that may be named as well
    confined: bool = False  # not mended: postseal does all of this once more in a domain of its own
    settle: int = 40
    drain: int = 90


QUEUE = "/var/spool/postfix"
INTERNET = "/usr/local/lib/vm"
# a mail client domain of Debian's policy may connect to any port: here, as elsewhere, to mail ports only
HARDEN = [
    "python3 -c 'import bz2; d = open(\"/var/lib/selinux/default/active/modules/100/postfix/cil\", \"rb\").read(); "
    "d = bz2.decompress(d) if d[:3] == b\"BZh\" else d; "
    "open(\"/usr/local/share/postfix.cil\", \"wb\").write(d.replace("
    "b\"(allow postfix_server_domain port_type (tcp_socket (name_connect)))\", "
    "b\"(allow postfix_server_domain smtp_port_t (tcp_socket (name_connect)))\"))'",
    "semodule -X 400 -i /usr/local/share/postfix.cil",
]
# Debian's policy does not let firewalld answer at all: what a site that uses it has
FIREWALLD = [
    "printf '(allow firewalld_t firewalld_tmpfs_t (file (execute map read write getattr)))\\n"
    "(allow firewalld_t unconfined_t (dbus (send_msg)))\\n(allow unconfined_t firewalld_t (dbus (send_msg)))\\n' "
    ">/usr/local/share/site_firewalld.cil",
    "semodule -i /usr/local/share/site_firewalld.cil",
    "systemctl stop nftables; nft flush ruleset; systemctl start firewalld",
    "firewall-cmd --permanent --zone=public --change-interface=lan0",
    "firewall-cmd --permanent --zone=public --add-service=smtp",
    "firewall-cmd --reload",
]
RELOAD = "systemctl reload postfix@-; sleep 1"
OK = ("local", "user@ok.example")
RELOADED = r"systemctl try-reload-or-restart postfix postfix@\*\.service"
INSERT = r"nft insert rule inet filter output handle \d+ .*tcp dport {} accept"


def relabel(path, recursive=True):
    return rf"restorecon -{'R' if recursive else ''}F {path}"


ALL = {
    "spool-label": Scenario(
        inject=[f"chcon -R -t var_t {QUEUE}/deferred"],
        mails=[("local", "user@busy.example")],
        trace=r"qmgr.*Permission denied",
        causes=[{"verdict": "selinux.file", "certainty": "certain",
                 "object": {"source_type": "postfix_qmgr_t", "target_type": "var_t", "path": f"{QUEUE}/deferred"}}],
        beside=[{"class": "policy"}],
        steps=[relabel(f"{QUEUE}/deferred")],
        again=[OK],
        heal=[f"touch {INTERNET}/busy.open"],
        relapse=[f"rm {INTERNET}/busy.open"]),

    # the policy module of the packages, under a kernel that enforces it
    "confined": Scenario(
        prepare=["cp /vm/payload/postseal.cil /usr/local/share/postseal.cil",
                 "semodule -i /usr/local/share/postseal.cil",
                 "cp /vm/payload/postseal /usr/bin/postseal; chmod 755 /usr/bin/postseal; "
                 "cp /vm/payload/postseal-audit.service /etc/systemd/system/; "
                 "restorecon -F /usr/bin/postseal /etc/systemd/system/postseal-audit.service",
                 "systemctl daemon-reload"],
        inject=[f"chcon -R -t var_t {QUEUE}/deferred"],
        mails=[("local", "user@busy.example")],
        trace=r"qmgr.*Permission denied",
        causes=[{"verdict": "selinux.file", "certainty": "certain",
                 "object": {"source_type": "postfix_qmgr_t", "target_type": "var_t", "path": f"{QUEUE}/deferred"}}],
        beside=[{"class": "policy"}],
        confined=True),

    "queue-moved": Scenario(
        inject=["systemctl stop postfix@-",
                f"cp -a --no-preserve=context {QUEUE} /srv/mail-spool",
                "restorecon -RF /srv/mail-spool",
                "postconf -e queue_directory=/srv/mail-spool",
                "systemctl start postfix@-"],
        mails=[],
        trace=r"Permission denied|already running|fatal",
        causes=[{"verdict": "selinux.file", "certainty": "likely",  # no pid in common: master, postlog
                 "object": {"source_type": "postfix_master_t", "target_type": "var_t",
                            "path": "~^/srv/mail-spool"}}],
        # after --undo, while Postfix still runs
        beside=[{"verdict": "selinux.socket", "object": {"target_type": "var_t"}},
                {"verdict": "selinux.file", "object": {"target_type": "var_t", "path": "~^/srv/mail-spool"}}],
        steps=[r"semanage fcontext -a -e /var/spool/postfix /srv/mail-spool", relabel("/srv/mail-spool"),
               r"systemctl restart postfix postfix@\*\.service"],
        again=[OK],
        relapse=["systemctl restart postfix@-; sleep 2"]),

    "milter-socket": Scenario(
        prepare=[f"mkdir -p {QUEUE}/opendkim; chown opendkim:postfix {QUEUE}/opendkim; chmod 750 {QUEUE}/opendkim; "
                 f"restorecon -RF {QUEUE}/opendkim",
                 f"printf 'Syslog yes\\nUMask 002\\nUserID opendkim:postfix\\nMode v\\n"
                 f"Socket local:{QUEUE}/opendkim/opendkim.sock\\nPidFile /run/opendkim/opendkim.pid\\n' "
                 ">/etc/opendkim.conf",
                 "systemctl start opendkim; sleep 2",
                 "postconf -e smtpd_milters=unix:opendkim/opendkim.sock", RELOAD],
        inject=[f"chcon -R -t var_run_t {QUEUE}/opendkim"],
        mails=[OK],
        trace=r"Milter.*Permission denied",
        causes=[{"verdict": "selinux.socket", "certainty": "certain",
                 "object": {"source_type": "postfix_smtpd_t", "target_type": "var_run_t",
                            "path": f"~^{QUEUE}/opendkim"}}],
        steps=[relabel(f"{QUEUE}/opendkim")]),

    "tls-key-label": Scenario(
        prepare=["postconf -e smtpd_tls_security_level=encrypt", RELOAD],
        healthy=[("tls", "user@ok.example")],
        inject=["cp /etc/ssl/private/mail.key /home/alice/mail.key",
                "mv -f /home/alice/mail.key /etc/ssl/private/mail.key", RELOAD],
        mails=[("tls", "user@ok.example")],
        trace=r"private key|TLS library",
        causes=[{"verdict": "selinux.file", "certainty": "certain",
                 "object": {"source_type": "postfix_smtpd_t", "target_type": "user_home_t",
                            "path": "/etc/ssl/private/mail.key"}}],
        steps=[relabel("/etc/ssl/private/mail.key", False), RELOADED]),

    # local(8) leaves locks behind when it is denied: they hold up those mailboxes for minutes
    "boolean-off": Scenario(
        prepare=["useradd -m carol"],
        inject=["setsebool -P postfix_local_write_mail_spool off"],
        mails=[("local", "bob@vm.example")],
        trace=r"to=<bob@vm\.example>.*Permission denied",
        causes=[{"verdict": "selinux.file", "certainty": "certain",
                 "object": {"source_type": "postfix_local_t", "target_type": "mail_spool_t"}}],
        steps=[r"setsebool -P postfix_local_write_mail_spool on"],
        again=[("local", "carol@vm.example")],
        relapse=["rm -f /var/mail/*.lock"]),

    "port-label": Scenario(
        prepare=HARDEN + ["systemctl restart postfix@-; sleep 1"],
        inject=["postconf -e 'relayhost=[mx.relay.example]:2525'", RELOAD],
        mails=[OK],
        trace=r"2525: Permission denied",
        causes=[{"verdict": "selinux.connect", "certainty": "certain",
                 "object": {"source_type": "postfix_smtp_t", "port": 2525}}],
        steps=[r"semanage port -a -t smtp_port_t -p tcp 2525"]),

    "output-drop": Scenario(
        inject=["nft add rule inet filter output oifname lan0 tcp dport 25 drop"],
        mails=[OK],
        trace=r"status=deferred.*timed out",
        causes=[{"verdict": "firewall.egress_drop", "certainty": "certain",
                 "object": {"port": 25, "table": "filter", "chain": "output"}}],
        steps=[INSERT.format(25)]),

    "output-reject": Scenario(
        inject=["nft add rule inet filter output oifname lan0 tcp dport 25 reject"],
        mails=[OK],
        trace=r"status=deferred.*refused",
        causes=[{"verdict": "firewall.egress_reject", "certainty": "certain",
                 "object": {"port": 25, "table": "filter", "chain": "output"}}],
        steps=[INSERT.format(25)]),

    "input-closed": Scenario(
        healthy=[OK, ("outside", "bob@vm.example")],
        inject=["sed -i 's/tcp dport { 22, 25 } accept/tcp dport { 22 } accept/' /etc/nftables.conf; "
                "nft -f /etc/nftables.conf"],
        mails=[("outside", "bob@vm.example")],
        causes=[{"verdict": "firewall.ingress_closed", "object": {"port": 25, "chain": "input"}}],
        steps=[r"nft add rule inet filter input .*tcp dport 25 accept"]),

    "firewalld-zone": Scenario(
        prepare=FIREWALLD,
        healthy=[OK, ("outside", "bob@vm.example")],
        inject=["firewall-cmd --permanent --zone=public --remove-service=smtp; firewall-cmd --reload"],
        mails=[("outside", "bob@vm.example")],
        causes=[{"verdict": "firewall.ingress_closed", "object": {"port": 25, "table": "firewalld"}}],
        steps=[r"firewall-cmd --zone=public --add-service=smtp --permanent",
               r"firewall-cmd --zone=public --add-service=smtp"]),

    "firewalld-policy": Scenario(
        prepare=FIREWALLD,
        inject=["firewall-cmd --permanent --new-policy egress-smtp",
                "firewall-cmd --permanent --policy egress-smtp --add-ingress-zone HOST",
                "firewall-cmd --permanent --policy egress-smtp --add-egress-zone ANY",
                "firewall-cmd --permanent --policy egress-smtp "
                "--add-rich-rule='rule service name=\"smtp\" reject'; firewall-cmd --reload"],
        mails=[OK],
        trace=r"status=deferred.*refused",
        causes=[{"verdict": "firewall.egress_reject", "certainty": "certain",
                 "object": {"port": 25, "table": "firewalld"}}],
        steps=[r"firewall-cmd --permanent --policy=egress-smtp --remove-rich-rule=rule service name=\"smtp\" reject",
               r"firewall-cmd --policy=egress-smtp --remove-rich-rule=rule service name=\"smtp\" reject"]),

    "certificate-expired": Scenario(
        inject=["postconf -e smtp_tls_security_level=verify", RELOAD],
        mails=[("local", "user@expired.example")],
        trace=r"status=deferred.*not verified|certificate has expired",
        causes=[{"verdict": "tls.expired"}],
        hand=r"a peer must renew its own",
        heal=["postconf -e smtp_tls_security_level=none", RELOAD],
        again=[OK]),

    "password-wrong": Scenario(
        inject=["echo '[mx.auth.example]:587 user:wrong' >/etc/postfix/sasl_passwd; chmod 600 /etc/postfix/sasl_passwd; "
                "postmap /etc/postfix/sasl_passwd",
                "postconf -e 'relayhost=[mx.auth.example]:587' smtp_sasl_auth_enable=yes smtp_sasl_security_options= "
                "smtp_sasl_password_maps=hash:/etc/postfix/sasl_passwd", RELOAD],
        mails=[OK],
        trace=r"SASL authentication failed.*535",
        causes=[{"verdict": "auth.bad_credentials", "certainty": "certain"}],
        hand=r"renew the entry in smtp_sasl_password_maps",
        heal=[f"touch {INTERNET}/auth.open"]),

    "dns-down": Scenario(
        inject=[f"touch {INTERNET}/silent"],
        mails=[OK],
        trace=r"status=deferred.*(Host not found, try again|Name service error)",
        causes=[{"verdict": "dns.resolver_down"}],
        hand=r"resolver",
        heal=[f"rm {INTERNET}/silent"]),

    "disk-full": Scenario(
        inject=["mount -t tmpfs -o size=64k,mode=2775,gid=mail,rootcontext=system_u:object_r:mail_spool_t:s0 "
                "tmpfs /var/mail; head -c 65536 /dev/zero >/var/mail/old"],
        mails=[("local", "bob@vm.example")],
        trace=r"No space left on device|status=deferred",
        causes=[{"verdict": "disk.full", "certainty": "certain"}],
        hand=r"free space or inodes",
        heal=["rm /var/mail/old"]),

    "port-label-and-drop": Scenario(
        prepare=HARDEN + ["systemctl restart postfix@-; sleep 1"],
        inject=["nft add rule inet filter output tcp dport 2525 drop",
                "postconf -e 'relayhost=[mx.relay.example]:2525'", RELOAD],
        mails=[OK],
        trace=r"2525: Permission denied",
        causes=[{"verdict": "selinux.connect", "certainty": "certain", "object": {"port": 2525}},
                {"verdict": "firewall.egress_drop"}],
        steps=[r"semanage port -a -t smtp_port_t -p tcp 2525", INSERT.format(2525)]),
}
