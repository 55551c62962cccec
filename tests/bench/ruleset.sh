#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ruleset.sh BENCH_RULESET GENERATOR DATA - rulesets of growing size, then real ones (DATA, firewalld's)
# Behind each ruleset of a growing series: how many times as long it took to read as the one before, and
# how many times as large it is; where both are alike, growth is linear.
set -eu
bench=$1 gen=$2 data=$3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
growth() {
	awk '{
		for (i = 1; i < NF; i++) if ($i == "parse") ms = $(i + 1)
		if (NR > 1 && last_ms > 0) printf "%s  parse x%.1f for x%.1f\n", $0, ms / last_ms, $1 / last_size
		else print
		last_ms = ms; last_size = $1; fflush()
	}'
}
for n in 3500 7000 14000 28000; do
	python3 "$gen" rules $n >"$dir/r.json"
	"$bench" "$dir/r.json"
done | growth
for n in 1000 10000 100000; do
	python3 "$gen" elements $n >"$dir/e.json"
	"$bench" "$dir/e.json"
done | growth
for f in "$data"/fwd*.json; do
	case $f in *.topo.json) continue ;; esac
	"$bench" "$f" "${f%.json}.topo.json"
done
