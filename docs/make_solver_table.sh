#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Writes docs/solvers_and_modalities.md: which solver runs with which modality, as a test finds it.
#
#   docs/make_solver_table.sh [SOLVER_TABLE_TESTS]      default: build/release/bin/solver_table_tests
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

suite=${1:-build/release/bin/solver_table_tests}
[ -x "$suite" ] || { echo "make_solver_table: $suite: not there; run ./bootstrap test first" >&2; exit 1; }
OMP_NUM_THREADS=1 PARFOCAL_SOLVER_TABLE=$PWD/docs/solvers_and_modalities.md "$suite" >/dev/null
