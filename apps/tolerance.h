// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "apps/experiment.h"
#include "core/operators/parameter_tree.h"
#include "core/run/summary.h"
#include "core/tensor/random.h"

namespace parfocal {

/// How a score suffers when parameters are not what they should be: every error alone, then all
/// together, over random draws.
///
/// Layout:     SCORE_tolerance_median and SCORE_tolerance_q05 (for a score where less is better the
///             95 % quantile is written, as SCORE_tolerance_q95) of all errors jointly; the same
///             with _PATH behind for each alone, where there are several.
/// Convention: a quantile p of n draws is interpolated between the sorted values around p (n - 1).
/// Invariants: draw k of an error is the same for every variant of a seed; afterwards the
///             parameters have their old values.
/// Errors:     UsageError for a path that names no parameter, or an error of another dimension.
/// Tested by:  tests/apps/design_test.cpp.
void add_tolerance(const ToleranceBlock& block, std::uint64_t seed, ParameterTree& parameters,
                   const std::string& score_name, const std::string& unit, bool higher_is_better,
                   const std::function<double()>& score, Summary& summary);

/// Throws what `add_tolerance` would, before anything is computed.
void check_tolerance(const ToleranceBlock& block, const ParameterTree& parameters);

}  // namespace parfocal
