// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "solvers/localization/detection.h"

namespace parfocal::solvers {

/// Local maxima whose surroundings rise towards them:
///
///   g = sum over the box, its middle excluded, of (p[y+1] - p[y-1], p[x+1] - p[x-1]) . u
///
/// with the unit vector u from a pixel to the middle; a maximum is a spot where g >= threshold.
///
/// J. Schnitzbauer et al., Nature Protocols 12, 1198 (2017), Picasso.
/// Convention: of equal maxima in one box the first in raster order counts, so that an even
///             background has none. The box lies inside the frame; beyond its border the difference
///             is taken to the pixel itself.
/// Units:      threshold in electrons.
/// Errors:     UsageError for an even box.
/// Tested by:  tests/solvers/localization_test.cpp (published table), tests/conformance.
class NetGradient final : public Detection {
 public:
  struct Params {
    std::int64_t box = 7;
    double threshold = 0;
  };
  static void describe(Schema<Params>& s);

  NetGradient(const Params& params, const BuildContext& context);

  [[nodiscard]] std::vector<Spot> detect(const at::Tensor& frames) const override;
  [[nodiscard]] std::string score_name() const override { return "net_gradient"; }

 private:
  Params params_;
};

}  // namespace parfocal::solvers
