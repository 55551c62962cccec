#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# maillog.sh - the mail log reader against grep and pflogsumm on one large log
# usage: maillog.sh BENCH_MAILLOG        MB of log in SEAL_BENCH_MB (1000), rounds in SEAL_BENCH_ROUNDS (3)

set -eu
here=$(dirname -- "$0")
bench=$1
python=/usr/bin/python3
[ -x "$python" ] || python=python3

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
mkdir -p "$dir/var/log" "$dir/etc"
echo bench >"$dir/etc/hostname"
log=$dir/var/log/mail.log
"$python" "$here/gen_mail_log.py" --mb "${SEAL_BENCH_MB:-1000}" --seed 8 --out "$log"

set -- "postseal='$bench' '$dir'" "grep=grep -c status=deferred '$log'"
bounds="--memory 256:postseal"
if command -v pflogsumm >/dev/null; then
	set -- "$@" "pflogsumm=pflogsumm '$log'"
	bounds="$bounds --at-least 10:pflogsumm/postseal"
fi
# shellcheck disable=SC2086 # a list of words
"$python" "$here/compare.py" --rounds "${SEAL_BENCH_ROUNDS:-3}" $bounds "$@"
"$bench" "$dir"
