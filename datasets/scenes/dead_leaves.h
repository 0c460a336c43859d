// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "core/config/schema.h"
#include "core/operators/component.h"
#include "core/operators/fields.h"

namespace parfocal::datasets {

/// Random overlapping discs with the edge and scale statistics of natural images.
///
///   radius r with density ~ r^-exponent on [radius_min, radius_max], centre uniform, grey value
///   uniform in [0, 1); front discs hide those behind, drawn until every pixel is covered
///
/// A. B. Lee, D. Mumford, J. Huang, Int. J. Comput. Vis. 41, 35 (2001): exponent 3 is scale
/// invariant. Layout:     [1, channels, size[0], size[1]], values in [0, photons]; each disc has
/// one colour. Units:      radii in pixels. Invariants: sample i of a seed is always the same
/// object. Tested by:  tests/datasets/scenes_test.cpp.
class DeadLeaves final : public SampleSource {
 public:
  struct Params {
    std::array<std::int64_t, 2> size{256, 256};
    std::int64_t channels = 1;
    Photons photons = Photons::from_si(1000.0);
    double radius_min = 4.0;
    double radius_max = 64.0;
    double exponent = 3.0;
  };
  static void describe(Schema<Params>& s);

  DeadLeaves(const Params& params, const BuildContext& context);
  [[nodiscard]] at::Tensor sample(std::uint64_t index) const override;
  [[nodiscard]] double photons() const override { return params_.photons.photons(); }

 private:
  Params params_;
  std::uint64_t seed_;
};

}  // namespace parfocal::datasets
