# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts and texts by hand, for what the recorded hosts do not have: HOSTS of files by name (a tar holds the
same text once more as a hard link, with labels and access lists), TEXTS of a parser each."""

BUNDLE = '{"schema": "postseal-bundle/1", "host": "mail", "time": "2026-11-20T18:55:00Z"}'
CONTEXTS = r"""# comment
/.*	system_u:object_r:default_t:s0
/var/spool/postfix(/.*)?	system_u:object_r:postfix_spool_t:s0
/var/spool/postfix/deferred/[0-9A-F]/.*	--	system_u:object_r:postfix_spool_t:s0
/var/spool/postfix/active/.*	system_u:object_r:postfix_spool_t:s0
/usr/lib(64)?/x	--	system_u:object_r:lib_t:s0
/etc/.*\.conf	--	system_u:object_r:etc_t:s0
/home/[^/]+/Maildir(/.*)?	system_u:object_r:mail_home_rw_t:s0
/home/[^/]+/\.forward	--	system_u:object_r:mail_home_t:s0
/dev/log	-s	system_u:object_r:devlog_t:s0
/proc	-d	<<none>>
/a(	system_u:object_r:etc_t:s0
/b	-q	system_u:object_r:etc_t:s0
/c	system_u:object_r:etc_t:s0	more
/d
"""
SUBS = "/usr/lib64 /usr/lib\n/srv/mail /var/mail\n# x\n/x\n/y /\n"
SELINUX = {
    "etc/selinux/config": "# x\nSELINUX=permissive\nSELINUXTYPE=default\n",
    "etc/selinux/semanage.conf": "store-root = /var/lib/selinux # comment\n",
    "etc/selinux/default/contexts/files/file_contexts": CONTEXTS,
    "etc/selinux/default/contexts/files/file_contexts.local": "/data/mail(/.*)?	system_u:object_r:mail_spool_t:s0\n",
    "etc/selinux/default/contexts/files/file_contexts.homedirs": "/home/bob/.*	system_u:object_r:user_home_t:s0\n",
    "etc/selinux/default/contexts/files/file_contexts.subs": SUBS,
    "etc/selinux/default/contexts/files/file_contexts.subs_dist": SUBS,
    "etc/selinux/default/contexts/customizable_types": "httpd_sys_content_t\n# x\nmail_spool_t\n",
    "etc/selinux/default/seusers": "root:unconfined_u:s0-s0:c0.c1023\n__default__:user_u\nbad\nx::\n",
    "var/lib/selinux/default/active/booleans.local": "# x\nallow_x=1\nother = 0\nbad=2\n=1\n",
    "var/lib/selinux/default/active/ports.local":
        "portcon tcp 2525 system_u:object_r:smtp_port_t:s0\nportcon udp 8000 - 8010 system_u:object_r:x_t:s0\n"
        "portcon tcp 8000-8010 system_u:object_r:x_t:s0\nportcon tcp 99999 system_u:object_r:x_t:s0\nportcon\n"
        "portcon tcp 9-8 system_u:object_r:x_t:s0\n",
    "var/lib/selinux/default/active/disable_dontaudit": "",
    "var/lib/selinux/default/active/modules/400/mine/lang_ext": "cil",
    "var/lib/selinux/default/active/modules/400/mine/cil": "(allow a_t b_t (file (read)))\n",
    "var/lib/selinux/default/active/modules/100/postfix/lang_ext": "pp",
    "var/lib/selinux/default/active/modules/100/postfix/cil": "BZh9",
    "var/lib/selinux/default/active/modules/disabled/postfix": "",
    "boot/loader/entries/a.conf": "title x\noptions root=/dev/vda1 selinux=0 audit_backlog_limit=8192\n",
    "etc/default/grub": 'GRUB_CMDLINE_LINUX="quiet enforcing=0 audit=1"\nGRUB_CMDLINE_LINUX_DEFAULT=\'x\'\n',
    "sys/fs/selinux/enforce": "1",
    "sys/fs/selinux/checkreqprot": "0",
    "sys/fs/selinux/booleans/allow_x": "1 1",
}
KERNEL = {
    "etc/hostname": "mail.example\n",
    "etc/os-release": 'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n',
    "proc/self/mountinfo": "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n23 22 0:2 / /tmp\\040x rw - tmpfs tmpfs rw\n"
                           "24 22 0:3 / /n rw - nfs srv:/ rw\nbad\n",
    "proc/12/comm": "master\n",
    "proc/12/attr/current": "system_u:system_r:postfix_master_t:s0\0",
    "proc/13/comm": "smtp\n",
    "proc/13/attr/current": "system_u:system_r:postfix_smtp_t:s0\n",
    "proc/x": "",
    "proc/sys/net/ipv4/conf/all/route_localnet": "0\n",
    "proc/sys/net/ipv4/conf/eth0/route_localnet": "1\n",
    "proc/sys/net/ipv4/conf/default/route_localnet": "0\n",
    "proc/net/tcp6": "  sl  local_address\n   0: 00000000000000000000000001000000:0019 " + "0" * 32 + ":0000 0A 0:0 0:0 0 0 0 1\n",
    "proc/net/route": "Iface\tDestination\n" + "eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n",
    "proc/net/ipv6_route": "0" * 32 + " 00 " + "0" * 32 + " 00 fe8" + "0" * 28 + "1 00000400 0 0 00000003 eth0\n"
                           + "fe8" + "0" * 29 + " 40 " + "0" * 32 + " 00 " + "0" * 32 + " 00000100 0 0 00000001 eth0\n"
                           + "0" * 31 + "1 80 " + "0" * 32 + " 00 " + "0" * 32 + " 0 0 0 80200001 lo\n",
    "etc/postfix/main.cf": "multi_instance_directories = /etc/postfix-out\nmulti_instance_name = postfix-in\n"
                           "smtpd_tls_chain_files = /etc/ssl/chain.pem\nmail_version = 3.7\n"
                           "a = ${b?{yes}:{no}} ${c:none} $(d) $e ${{$f} == {1} ? {x} : {y}} ${{2} > {10} ? {p}} ${{a} < {b} ? {q}} ${\n"
                           "relayhost = ${{$compatibility_level} >= {3.6} ? {[a]} : {[b]}}\ncompatibility_level = 3.6\n",
    "etc/postfix-out/main.cf": "multi_instance_name = postfix-out\nmulti_instance_enable = yes\nqueue_directory = /var/spool/postfix-out\n",
    "etc/postfix-out/master.cf": "smtp unix - - y - - smtp\n  -o relayhost=[x]:25\n  -o { a = b }\n",
    "etc/postfix/master.cf": "smtp inet n - y - - smtpd\npickup fifo n - n 60 1 pickup\n1.2.3.4:2525 inet n - - - - smtpd -v\n",
    "etc/systemd/system/postfix@.service": "[Service]\nExecStart=/usr/sbin/postmulti -i %i -p start\nProtectHome=\\\n  yes\n",
    "etc/systemd/system/postfix@-.service.d/x.conf": "[Service]\nReadOnlyPaths=/x\n",
    "etc/systemd/journald.conf": "[Journal]\nStorage=volatile\n",
    "etc/rsyslog.conf": "mail.* -/var/log/maillog\n",
    "var/log/maillog": "Nov 20 18:53:37 mail postfix-out/smtp[9]: warning: x\nNov 20 18:53:38 mail kernel: x\n",
    "var/log/syslog": "Nov 20 18:53:37 mail opendkim[77]: ABCDEF: no signature data\n",
    "etc/localtime": "TZif2",
    "var/lib/dpkg/status": "Package: a\nVersion: 1\n\nPackage: postfix\nStatus: install ok installed\nVersion: 3.7.11-0+deb12u1\n\n",
    "etc/timezone": "Europe/Berlin\n",
}
FIREWALLD = {
    "etc/services": "# x\nsmtp 25/tcp mail # y\nurd 465/tcp smtps ssmtp\nodd x/tcp\n",
    "etc/protocols": "ip 0 IP\nesp 50 IPSEC-ESP\n",
    "etc/firewalld/zones/work.xml": '<zone><port port="ssmtp" protocol="tcp"/><protocol value="253"/><source mac="00:11:22:33:44:55"/>'
        '<rule><mark set="0b101/0o17"/><port port="mail" protocol="tcp"/></rule><rule><protocol value="IPSEC-ESP"/><mark set="+7"/></rule></zone>',
    "etc/firewalld/firewalld.conf": "DefaultZone=public\nLogDenied=unicast\nIPv6_rpfilter=loose-forward\nStrictForwardPorts=yes\n",
    "etc/firewalld/zones/public/a.xml": '<zone><service name="smtp"/><port port="25" protocol="tcp"/><masquerade/>'
        '<icmp-block-inversion/><rule family="ipv4"><source address="10.0.0.1"/><accept/></rule><interface name="eth0"/><source address="10.0.0.0/8"/></zone>',
    "etc/firewalld/zones/public/b.xml": '<zone><service name="smtp"/><protocol value="ah"/><icmp-block name="redirect"/>'
        '<forward/><source-port port="1" protocol="udp"/><rule family="ipv4"><source address="10.0.0.2" invert="true"/><drop/></rule>'
        '<forward-port port="26" protocol="tcp" to-port="25"/></zone>',
    "etc/firewalld/policies/p.xml": '<policy target="CONTINUE" priority="5"><ingress-zone name="public"/><egress-zone name="HOST"/>'
        '<rule family="ipv4"><source ipset="s"/><mark set="0x1/0xff"/></rule><rule><icmp-type name="redirect"/><accept/></rule>'
        '<rule family="ipv6"><icmp-block name="redirect"/></rule><rule><protocol value="esp"/><audit><limit value="1/h"/></audit><drop/></rule>'
        '<rule family="ipv4"><port port="1" protocol="tcp"/><reject type="tcp-reset"/></rule>'
        '<rule><nflog group="1" prefix="x" queue-size="2"/><accept/></rule>'
        '<rule><tcp-mss-clamp value="1200"/></rule><forward-port port="25" protocol="tcp" to-port="26"/></policy>',
    "etc/firewalld/ipsets/s.xml": '<ipset type="hash:ip,port"><entry>192.0.2.1,tcp:25</entry><entry>192.0.2.2,udp:1-9</entry></ipset>',
    "usr/lib/python3.9/site-packages/firewall/config/__init__.py": "import os\nVERSION = '2.1.0'\n",
    "etc/firewalld/services/smtp.xml": '<service><port port="25" protocol="tcp"/><module name="nf_conntrack_netbios_ns"/></service>',
}
NFT = """#!/usr/sbin/nft -f
flush ruleset
include "/etc/nftables.d/*.nft"
include "./b.nft"
define ports = { 25, 587 }
table inet f {
	flags dormant
	set s { type ipv4_addr; flags interval; elements = { 192.0.2.0/24 }; }
	chain c { type filter hook input priority 0; policy drop; iifname { "eth0", eth1 } tcp dport $ports accept; oif lo accept; }
}
"""
HOSTS = {
    "selinux": {"bundle.json": BUNDLE, **{"root/" + k: v for k, v in SELINUX.items()},
                "live/selinux.json": '{"mode": "enforcing", "policy_version": 33, "booleans": {"allow_x": [true, false], "y": [1]}}'},
    "image": {**SELINUX, **KERNEL},
    "kernel": {"bundle.json": BUNDLE, **{"root/" + k: v for k, v in KERNEL.items()},
               "live/keys.tsv": "/etc/ssl/key.pem\t0\tencrypted\n/etc/ssl/x.pem\t1\tnone\n/etc/ssl/x.pem\tx\t" + "0" * 64 + "\n"},
    "firewalld": FIREWALLD,
    "firewalld 1": {k: v.replace("2.1.0", "1.2.3") for k, v in FIREWALLD.items()},
    "firewalld, a bad name": {**FIREWALLD, "etc/firewalld/zones/bad name.xml": "<zone/>"},
    "nft": {"etc/nftables.conf": NFT, "etc/nftables.d/a.nft": "add table ip x\n", "etc/b.nft": "include \"c.nft\"\n", "b.nft": "define x = 1\n",
            "etc/systemd/system/sysinit.target.wants/nftables.service": "x"},
    "partial": {"bundle.json": BUNDLE[:-1] + ', "partial": true}', "partial.tsv": "whole\t0\t/\nowners\t0\t/\nEACCES\t0\tetc/x\nleft\t9\tetc/y\n",
                "root/etc/y": ""},
}
TEXTS = [
    ("contexts", CONTEXTS), ("contexts", SUBS), ("nft_text", NFT), ("users", "a:x:1:1\nb:x:y:z:::\n:::\nc:x:2:2:::\nroot:x:0:a,b\n"),
    ("labels", '# file: /a\\040b\nsecurity.selinux="x:y:z_t:s0\\000"\n\n# file: /c\nsecurity.selinux=0x783a793a7a5f743a733000\n\n'
               '# file: /d\nsecurity.selinux=0sc3lzdGVtX3U6b2JqZWN0X3I6ZXRjX3Q6czAA\n\n# file: /e\\9\nsecurity.selinux="\\q"\n\n'
               '# file: /f\nsecurity.selinux=0x7\n# file: /g\nsecurity.selinux=0s!\nsecurity.selinux="x"\n'),
    ("df", '{"space": [{"target": "/", "size": "2.9G", "avail": 5, "read_only": true}, {"target": "/x", "size": "1Q", "avail": "-"}, 7], '
           '"inodes": {"target": "/", "size": "10K", "avail": "1"}}'),
    ("topology", '{"interfaces": {"eth0": ["192.0.2.1/24", "2001:db8::1/64"]}, "routes": [{"dst": "default", "dev": "eth0"}]}'),
    ("certificate", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n-----BEGIN X-----\n"
                    "-----BEGIN RSA PRIVATE KEY-----\nxxxx\nxx\n-----END RSA PRIVATE KEY-----\n/etc/ssl/cert.pem\t0\t" + "ab" * 32
                    + "\n/etc/ssl/cert.pem\t1\tencrypted\n/etc/ssl/cert.pem\t2\tnone\n"),
    ("nft_json", '{"nftables": [{"metainfo": {"json_schema_version": 1}}, {"table": {"family": "netdev", "name": "t", "flags": "dormant"}}, '
                 '{"table": {"family": "moon", "name": "t"}}, {"table": {"family": "ip", "name": "u", "flags": ["dormant", "owner"]}}, '
                 '{"chain": {"family": "netdev", "table": "t", "name": "i", "type": "filter", "hook": "ingress", "prio": 0, "dev": "eth0"}}, '
                 '{"chain": {"family": "netdev", "table": "t", "name": "j", "type": "filter", "hook": "egress", "prio": 0, "dev": ["eth0", 1]}}, '
                 '{"chain": {"family": "ip", "table": "u", "name": "r", "type": "route", "hook": "output", "prio": -150, "policy": "drop"}}, '
                 '{"chain": {"family": "ip", "table": "u", "name": "x", "type": "odd", "hook": "odd", "prio": 1}}, '
                 '{"rule": {"family": "ip", "table": "gone", "chain": "y", "expr": [{"accept": null}]}}, {"counter": {"name": "c"}}, '
                 '{"element": {"family": "ip", "table": "u", "name": "s", "elem": [1]}}, {"flowtable": {}}, 7, {"add": {"rule": '
                 '{"family": "ip", "table": "u", "chain": "r", "expr": [{"drop": null}]}}}, {"insert": {"rule": {"expr": [{"accept": null}], '
                 '"family": "ip", "table": "u", "chain": "r"}}}, {"map": {"family": "ip", "table": "u", "name": "m", "type": '
                 '["ipv4_addr", "inet_service"], "map": "verdict", "flags": ["interval", "timeout"], "timeout": 9, "elem": '
                 '[[{"concat": ["1.2.3.4", 25]}, {"drop": null}]]}}]}'),
    ("plan_file", '{"schema": "postseal/1", "plan": {"steps": [{"op": "x", "odd": 1}]}}'), ("plan_file", "{}"),
    ("plan_file", '{"schema": "postseal/1", "plan": {"module": {"name": "A B", "cil": 1, "te": "x", "y": 0}}}'),
    ("report", '{"verb": "audit", "findings": [{"id": "A"}]}'), ("report", '{"kind": "finding"}\n'), ("report", "  \n{}"), ("report", "[]"),
    ("report", '{"kind": "run", "verb": "audit"}\n{"kind": "finding", "status": "fail"}\n'),
    ("waivers", '{"fingerprints": [1]}'), ("waivers", "waivers:\n  - {id: A, object: b, expires: never}\n"), ("waivers", "- x\n"),
    ("encoders", "\x01\x00\x02 ../..//a?#[] ::warning file=x:: \U0001f600 \U000e0041 \ufffe"),
    ("reason", "warning: pgsql_query: connect to pgsql server db: Permission denied?"),
    ("mail_line", "<22>1 2026-11-20T18:53:37Z mail postfix/smtp 9 - - x"), ("mail_line", "1795200000 mail postfix/smtp[9]: x"),
]
