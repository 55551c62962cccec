#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# explain.sh - the whole of explain on a busy host: mail log, denials, queue, ruleset
# usage: explain.sh POSTSEAL        lines in SEAL_BENCH_LINES (1000000: 100000 deferrals, 10000
#                                   denials), rounds in SEAL_BENCH_ROUNDS (3), MB of an older
#                                   log of other mail in SEAL_BENCH_MB (0)

set -eu
here=$(dirname -- "$0")
program=$1
lines=${SEAL_BENCH_LINES:-1000000}
mb=${SEAL_BENCH_MB:-0}
python=/usr/bin/python3
[ -x "$python" ] || python=python3

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
"$python" "$here/gen_explain.py" --lines "$lines" --deferrals $((lines / 10)) \
	--denials $((lines / 100)) "$dir"
cpu='--cpu 3:postseal'
if [ "$mb" -gt 0 ]; then
	"$python" "$here/gen_mail_log.py" --mb "$mb" --format iso --rate 100 \
		--out "$dir/root/var/log/mail.log.2"
	cpu=
fi
# shellcheck disable=SC2086
"$python" "$here/compare.py" --rounds "${SEAL_BENCH_ROUNDS:-3}" $cpu \
	--memory 256:postseal "postseal='$program' explain --root '$dir' --format json=/dev/null"
