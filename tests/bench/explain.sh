#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# explain.sh - the whole of explain on one large timeline: mail log, denials, queue, ruleset
# usage: explain.sh POSTSEAL        messages in SEAL_BENCH_MESSAGES (140000: a million lines)

set -eu
here=$(dirname -- "$0")
program=$1
python=/usr/bin/python3
[ -x "$python" ] || python=python3

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
"$python" "$here/../timeline/generate.py" --seed 8 --messages "${SEAL_BENCH_MESSAGES:-140000}" "$dir"
cat "$dir"/root/var/log/mail.log* | wc -l
grep -h -c status=deferred "$dir/root/var/log/mail.log"
grep -c avc: "$dir/root/var/log/audit/audit.log"
"$python" "$here/compare.py" --rounds "${SEAL_BENCH_ROUNDS:-3}" --memory 256:postseal \
	"postseal='$program' explain --root '$dir' --format json=/dev/null"
