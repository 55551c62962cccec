#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# audit.sh - the audit reader against grep, ausearch and audit2allow on large logs
# usage: audit.sh BENCH_AUDIT        MB of log in SEAL_BENCH_MB (1000), rounds in SEAL_BENCH_ROUNDS (3)

set -eu
here=$(dirname -- "$0")
bench=$1
mb=${SEAL_BENCH_MB:-1000}
slice_mb=50 # audit2allow takes long: it gets the start of the log
python=/usr/bin/python3
[ -x "$python" ] || python=python3

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
mkdir -p "$dir/var/log/audit"
log=$dir/var/log/audit/audit.log

policy=
for file in /etc/selinux/*/policy/policy.*; do
	[ ! -f "$file" ] || policy=$file
done

# run TITLE SHARE_OF_DENIALS LEAST_RATIO_TO_AUSEARCH MOST_RATIO_TO_GREP
run() {
	"$python" "$here/gen_audit_log.py" --mb "$mb" --avc-share "$2" --seed 8 --out "$log"
	head -c "${slice_mb}000000" "$log" >"$dir/slice"
	share=$("$python" -c "print(min(1, $slice_mb / $mb))")
	bounds="--memory 64:postseal"
	[ -z "$4" ] || bounds="$bounds --at-most $4:postseal/grep"
	printf '\n%s, %s MB: ' "$1" "$mb"
	"$bench" "$dir"
	if command -v ausearch >/dev/null; then
		bounds="$bounds --at-least $3:ausearch/postseal"
		set -- "ausearch=ausearch -m avc --raw -if '$log'"
	else
		set --
	fi
	if [ -n "$policy" ] && command -v audit2allow >/dev/null; then
		set -- "$@" "audit2allow@$share=audit2allow -p '$policy' -i '$dir/slice' 2>/dev/null"
	fi
	# shellcheck disable=SC2086 # a list of words
	"$python" "$here/compare.py" --rounds "${SEAL_BENCH_ROUNDS:-3}" $bounds \
		"postseal='$bench' '$dir'" "grep=grep -c type=AVC '$log'" "$@" || status=1
}

status=0
run "1 % denials" 0.01 2.5 1.5
run "60 % denials" 0.60 2.5 ""
exit $status
