// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/emitter_block.h"

namespace parfocal::solvers {

/// One damped step of Fisher scoring for every lane, and the Cramer-Rao bound at the same place.
struct ScoringStep {
  alignas(64) double step[kMaxEmitterParameters][kEmitterLanes];
  alignas(64) double full_step[kMaxEmitterParameters][kEmitterLanes];  ///< Without damping.
  /// Standard deviations by the bound; 0 for a parameter that is held.
  alignas(64) double deviation[kMaxEmitterParameters][kEmitterLanes];
  bool regular[kEmitterLanes];  ///< False where the information is singular.
};

/// `held[a][lane]` takes a parameter out; lambda is one number per lane. The information is scaled
/// to unit diagonal first, and factored as L L^T.
/// Tested by: tests/solvers/localization_test.cpp.
void scoring_step(const EmitterSums& sums, int parameters,
                  const bool (&held)[kMaxEmitterParameters][kEmitterLanes],
                  const double (&lambda)[kEmitterLanes], ScoringStep& result);

}  // namespace parfocal::solvers
