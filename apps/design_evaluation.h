// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "apps/classical.h"
#include "apps/experiment.h"
#include "apps/pipeline.h"
#include "core/operators/fields.h"
#include "core/run/summary.h"
#include "solvers/predicted_variance.h"

namespace parfocal {

/// Objects of a scene, what the instrument sees of them, and what the stages make of that.
struct ReconstructedSamples {
  at::Tensor object;    ///< [batch, 1 or channel, n_y, n_x] on the sensor, object values.
  at::Tensor image;     ///< [batch, condition, n_y, n_x], photons of the counts, as object values.
  at::Tensor estimate;  ///< [batch, condition, n_y, n_x]
  at::Tensor variance;  ///< Of its error, where the last stage predicts it; else undefined.
};
/// Samples `first` .. `first + count - 1` of the scene. The noise of a sample is its own: the same
/// for every variant of a seed, whatever the batch. Differentiable in all leaves.
[[nodiscard]] ReconstructedSamples reconstruct_samples(const Pipeline& pipeline,
                                                       const SampleSource& scene,
                                                       std::uint64_t first, std::int64_t count);

/// What the stages make of an image in object values, with the variance that the last one predicts.
[[nodiscard]] Prediction predict(const Pipeline& pipeline, const SampleSource& scene,
                                 const at::Tensor& image);
/// The mean alone.
[[nodiscard]] at::Tensor reconstruct(const Pipeline& pipeline, const SampleSource& scene,
                                     const at::Tensor& image);

/// The metrics of `evaluate` over its samples and all conditions.
///
/// Layout:     for each metric NAME (mean over samples and conditions), NAME_sem (standard error of
///             that mean) and, with several conditions, NAME_worst (the worst mean of one condition);
///             with `classical` the same of NAME_classical on the same images.
/// Tested by:  tests/apps/design_test.cpp.
void add_metrics(const Experiment& experiment, const Pipeline& pipeline, const SampleSource& scene,
                 Classical* classical, Summary& summary);

}  // namespace parfocal
