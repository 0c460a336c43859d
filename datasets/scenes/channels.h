// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "core/config/schema.h"
#include "core/operators/component.h"
#include "core/operators/fields.h"

namespace parfocal::datasets {

/// Objects of several unknowns, such as absorption and phase: each channel drawn by a scene of its
/// own, times a factor.
///
///   object_k = scale_k scene_k
///
/// Layout:     [1, sum of the channels of the scenes, n_y, n_x].
/// Units:      scale_k: what object value 1 of scene k stands for in the unit of the unknown.
/// Invariants: sample i is made of the samples i of the scenes; scenes of one type draw different
///             objects, as each has a seed of its own.
/// Errors:     UsageError for scenes of unequal size or light, or another number of scales.
/// Tested by:  tests/datasets/scenes_test.cpp.
class Channels final : public SampleSource {
 public:
  struct Params {
    std::vector<ComponentConfig> scenes;
    std::vector<double> scale;
  };
  static void describe(Schema<Params>& s);

  Channels(const Params& params, const BuildContext& context);
  [[nodiscard]] at::Tensor sample(std::uint64_t index) const override;
  [[nodiscard]] double photons() const override { return scenes_.front()->photons(); }

 private:
  std::vector<double> scale_;
  std::vector<std::shared_ptr<SampleSource>> scenes_;
};

}  // namespace parfocal::datasets
