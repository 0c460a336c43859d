// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "core/config/schema.h"
#include "core/operators/component.h"
#include "core/operators/fields.h"

namespace parfocal::datasets {

/// Discs painted one over the other on a torus: benchmark scenes that any program can repeat.
///
///   per disc u, c_y, c_x, grey from splitmix64, state 1000 + scene number, value = top 53 bits / 2^53
///   radius = radius_min / sqrt(1 - u (1 - (radius_min / radius_max)^2)),  density ~ r^-3
///   pixel painted where its periodic distance to (c_y n_y, c_x n_x) is at most the radius
///
/// G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014 (splitmix64); A. B. Lee, D. Mumford, J. Huang,
/// Int. J. Comput. Vis. 41, 35 (2001).
/// Convention: later discs hide earlier ones; what none covers keeps `background`.
/// Layout:     [1, 1, size[0], size[1]], values in [0, photons].
/// Units:      radii in pixels.
/// Precision:  float64; the order of additions is that of the definition.
/// Invariants: sample i is the same for every seed: the scenes are part of a benchmark. Scenes 0
///             to 999 are for tests, from 1000 on for training.
/// Tested by:  tests/datasets/scenes_test.cpp (published sum and pixel of scene 0).
class PeriodicDeadLeaves final : public SampleSource {
 public:
  struct Params {
    std::array<std::int64_t, 2> size{64, 64};
    Photons photons = Photons::from_si(1000.0);
    std::int64_t discs = 250;
    double radius_min = 2.0;
    double radius_max = 32.0;
    double background = 0.5;
  };
  static void describe(Schema<Params>& s);

  PeriodicDeadLeaves(const Params& params, const BuildContext&) : params_(params) {}
  [[nodiscard]] at::Tensor sample(std::uint64_t index) const override;
  [[nodiscard]] double photons() const override { return params_.photons.photons(); }

 private:
  Params params_;
};

}  // namespace parfocal::datasets
