#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ruleset.sh BENCH_RULESET GENERATOR DATA - rulesets of growing size, then real ones (DATA, firewalld's)
set -eu
bench=$1 gen=$2 data=$3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for n in 3500 7000 14000 28000; do
	python3 "$gen" rules $n >"$dir/r.json"
	"$bench" "$dir/r.json"
done
for n in 1000 10000 100000; do
	python3 "$gen" elements $n >"$dir/e.json"
	"$bench" "$dir/e.json"
done
for f in "$data"/fwd*.json; do
	case $f in *.topo.json) continue ;; esac
	"$bench" "$f" "${f%.json}.topo.json"
done
