#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# host.sh - audit of a recorded host without its logs, on two processors. Goals: 2 s, all processes
# together; 64 MiB, the largest of them
# usage: host.sh POSTSEAL        incident in SEAL_BENCH_INCIDENT (81-healthy-control), rounds in
#                                SEAL_BENCH_ROUNDS (3)

set -eu
here=$(cd -- "$(dirname -- "$0")" && pwd)
program=$1
python=/usr/bin/python3
[ -x "$python" ] || python=python3

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
incidents=$here/../incidents
"$python" "$incidents/assemble.py" "$incidents/${SEAL_BENCH_INCIDENT:-81-healthy-control}" "$dir/host"
rm -rf "$dir/host/root/var/log" "$dir/host/live/journal.export" "$dir/host/live/system.journal" \
	"$dir/host/live/dmesg.txt"

two=
if [ "$(nproc)" -gt 2 ] && command -v taskset >/dev/null; then
	two='taskset -c 0,1'
fi
# 2: it has found something
"$python" "$here/compare.py" --rounds "${SEAL_BENCH_ROUNDS:-3}" --cpu 2:audit --memory 64:audit \
	"audit=$two '$program' audit --root '$dir/host' --format json=/dev/null || [ \$? = 2 ]"
