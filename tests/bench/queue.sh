#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# queue.sh - the queue reader against postqueue -j on 100,000 deferred messages (1.2 GB of files)
# usage: queue.sh BENCH_QUEUE        messages in SEAL_BENCH_MESSAGES, rounds in SEAL_BENCH_ROUNDS (3)
#
# postqueue reads a queue without a running mail system as root only; else the reader runs alone.

set -eu
here=$(dirname -- "$0")
bench=$1
python=/usr/bin/python3
[ -x "$python" ] || python=python3

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
"$python" "$here/gen_queue.py" "$dir/root" "${SEAL_BENCH_MESSAGES:-100000}"

set -- "postseal='$bench' '$dir/root'"
bounds="--memory 256:postseal"
if [ "$(id -u)" = 0 ] && command -v postqueue >/dev/null; then
	spool=$dir/root/var/spool/postfix
	mkdir "$dir/conf" "$dir/data"
	cp "$dir/root/etc/postfix/master.cf" "$dir/conf"
	{
		cat "$dir/root/etc/postfix/main.cf"
		echo "queue_directory = $spool"
		echo "data_directory = $dir/data"
	} >"$dir/conf/main.cf"
	chmod 755 "$dir"
	chown -R "$(postconf -dh mail_owner)" "$spool/defer" "$spool/deferred" "$spool/active" \
		"$spool/hold" "$spool/incoming" "$spool/maildrop" "$spool/bounce"
	set -- "$@" "postqueue=postqueue -c '$dir/conf' -j 2>/dev/null"
	bounds="$bounds --at-least 2:postqueue/postseal"
fi
# shellcheck disable=SC2086 # a list of words
"$python" "$here/compare.py" --rounds "${SEAL_BENCH_ROUNDS:-3}" $bounds "$@"
"$bench" "$dir/root"
