#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Writes docs/gaps.md: how far adjoints and gradients of every optical component are from exact, as the
# conformance suite measures them.
#
#   docs/make_gaps.sh [CONFORMANCE_TESTS]      default: build/release/bin/conformance_tests
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

suite=${1:-build/release/bin/conformance_tests}
[ -x "$suite" ] || { echo "make_gaps: $suite: not there; run ./bootstrap test first" >&2; exit 1; }

{
  cat <<'TEXT'
# Adjoint gaps and gradients

Written by `docs/make_gaps.sh` from the conformance suite; do not edit. float64 on the CPU.

The adjoint gap is |<A x, y> - <x, A* y>| / (|A x| |y|) with A* y by reverse mode; on the grid 15 x 22
with pitches 0.65 and 0.80 um unless another size stands beside it. A gradient is the largest relative
difference to a Ridders-extrapolated central difference. The limits are 1e-12 and 1e-6. A gradient that
is a surrogate by definition (levels, binary masks, drawn noise) is checked against its formula.

| component | what | gap |
|---|---|---|
TEXT
  OMP_NUM_THREADS=1 "$suite" --gtest_filter='*BehavesAsItsKindPromises*' |
    sed -nE 's/^  ([a-z]+ [a-z0-9_]+) +(adjoint gap.*|gradient of .*[^ ]) +([0-9.]+e[-+][0-9]+) +[0-9.]+e[-+][0-9]+$/| \1 | \2 | \3 |/p' |
    grep -v float32 | sed -E 's/ +\|/ |/g'
} >docs/gaps.md.tmp
mv docs/gaps.md.tmp docs/gaps.md
