#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# fleet.sh - the reports of many hosts, added up by reduce and asked by DuckDB
# usage: fleet.sh POSTSEAL          findings in SEAL_BENCH_FINDINGS (1000000: 8000 hosts), rounds in
#                                   SEAL_BENCH_ROUNDS (3); wants ./setup fleet

set -eu
here=$(cd -- "$(dirname -- "$0")" && pwd)
fleet=$here/../../reports/fleet
program=$1
[ -d "$fleet/node_modules/@duckdb" ] || exit 77
python=/usr/bin/python3
[ -x "$python" ] || python=python3

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
"$python" "$here/gen_fleet.py" "$program" "${SEAL_BENCH_FINDINGS:-1000000}" "$dir"
"$python" "$here/compare.py" --rounds "${SEAL_BENCH_ROUNDS:-3}" --memory 512:reduce --memory 3072:fleet \
	"reduce='$program' reduce --format ndjson '$dir'/*.ndjson" \
	"fleet=node '$fleet/fleet.mjs' '$dir'"
