#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# selinux.sh - policy questions and labels against audit2why, sesearch and setfiles, on this machine's policy
# usage: selinux.sh BENCH_SELINUX        rounds in SEAL_BENCH_ROUNDS (3)

set -eu
here=$(dirname -- "$0")
bench=$1
python=/usr/bin/python3
[ -x "$python" ] || python=python3

policy=
for file in /etc/selinux/*/policy/policy.*; do
	[ ! -f "$file" ] || policy=$file
done
if [ -z "$policy" ]; then
	echo "no policy on this machine"
	exit 77
fi
type=${policy#/etc/selinux/}
type=${type%%/*}
contexts=/etc/selinux/$type/contexts/files/file_contexts

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
cat >"$dir/audit.log" <<'END'
type=AVC msg=audit(1795200783.592:41): avc:  denied  { name_connect } for  pid=969 comm="smtp" dest=22 scontext=system_u:system_r:postfix_smtp_t:s0 tcontext=system_u:object_r:ssh_port_t:s0 tclass=tcp_socket permissive=0
END

"$bench" "$type"
status=0
rounds=${SEAL_BENCH_ROUNDS:-3}

printf '\na question: policy opened, 20,000 asked here, one by the others\n'
set --
if command -v audit2why >/dev/null; then
	set -- "$@" "audit2why=audit2why -p '$policy' -i '$dir/audit.log'"
fi
if command -v sesearch >/dev/null; then
	set -- "$@" "sesearch=sesearch -A -s postfix_smtp_t -c tcp_socket -p name_connect '$policy'"
fi
"$python" "$here/compare.py" --rounds "$rounds" --memory 64:postseal \
	"postseal='$bench' '$type' ask" "$@" || status=1

if command -v setfiles >/dev/null; then
	printf '\n100,000 labels of a spool\n'
	"$python" - "$dir/spool" <<'END'
import os, sys
for i in range(100000):
    d = "%s/%X" % (sys.argv[1], i & 15)
    if i < 16:
        os.makedirs(d)
    open("%s/%08X" % (d, i * 2654435761 & 0xffffffff), "w").close()
END
	"$python" "$here/compare.py" --rounds "$rounds" --at-least 2:setfiles/postseal \
		"postseal='$bench' '$type' labels" \
		"setfiles=setfiles -n -v -r '$dir' '$contexts' '$dir/spool'" || status=1
fi
exit $status
