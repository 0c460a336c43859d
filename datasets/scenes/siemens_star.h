// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "core/config/schema.h"
#include "core/operators/component.h"
#include "core/operators/fields.h"

namespace parfocal::datasets {

/// Siemens star: a resolution target whose spatial frequency grows towards the centre.
///
///   value(r, phi) = 1 where sin(spokes phi) > 0 and r < radius, else 0; each pixel is the mean
///   over `supersampling` x `supersampling` points
///
/// At radius r (pixels) the period along the circle is 2 pi r / spokes.
/// Layout:     [1, 1, size[0], size[1]], values in [0, photons]; centre at floor(n / 2).
/// Tested by:  tests/datasets/scenes_test.cpp.
class SiemensStar final : public SampleSource {
 public:
  struct Params {
    std::array<std::int64_t, 2> size{256, 256};
    Photons photons = Photons::from_si(1000.0);
    std::int64_t spokes = 36;
    double radius = 100.0;
    std::int64_t supersampling = 8;
  };
  static void describe(Schema<Params>& s);

  SiemensStar(const Params& params, const BuildContext& context);
  [[nodiscard]] at::Tensor sample(std::uint64_t index) const override;
  [[nodiscard]] double photons() const override { return params_.photons.photons(); }

 private:
  Params params_;
};

}  // namespace parfocal::datasets
