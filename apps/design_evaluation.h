// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "apps/experiment.h"
#include "apps/pipeline.h"
#include "core/operators/fields.h"
#include "core/run/summary.h"

namespace parfocal {

/// One object of a scene, what the instrument sees of it, and what the stages make of that.
struct ReconstructedSample {
  at::Tensor object;    ///< [1, 1, n_y, n_x], object values.
  at::Tensor image;     ///< [1, condition, n_y, n_x], photons of the counts, as object values.
  at::Tensor estimate;  ///< [1, condition, n_y, n_x]
};
/// Sample `index` of the scene; the noise of a sample is the same for every variant of a seed.
[[nodiscard]] ReconstructedSample reconstruct_sample(const Pipeline& pipeline,
                                                     const SampleSource& scene,
                                                     std::uint64_t index);

/// The metrics of `evaluate` over its samples and all conditions.
///
/// Layout:     for each metric NAME (mean over samples and conditions), NAME_sem (standard error of
///             that mean) and, with several conditions, NAME_worst (the worst mean of one condition).
/// Tested by:  tests/apps/design_test.cpp.
void add_metrics(const Experiment& experiment, const Pipeline& pipeline, const SampleSource& scene,
                 Summary& summary);

}  // namespace parfocal
