// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/operators/component.h"
#include "optics/sources/condenser.h"

namespace parfocal::optics {

/// Sectors of a disc or ring: half discs of differential phase contrast, quadrants, half rings,
/// gradients.
///
///   S_j(s) = w(s) [ inner_na <= lambda |s| <= na ] [ |angle(s) - direction_j| <= width / 2 ]
///   w = 1 (uniform),  w = (1 + lambda s . d_j / na) / 2 (gradient),  d_j along direction_j
///
/// Half discs: L. Tian and L. Waller, Opt. Express 23, 11394 (2015), after S. B. Mehta and C. J. R.
/// Sheppard, Opt. Lett. 34, 1924 (2009).
/// Convention: direction: where the middle of the sector lights to, from x towards y. A sample on
///             the edge of a sector counts half, so that complementary sectors add up to the disc.
/// Invariants: nothing to train; the samples are points, with hard edges.
/// Errors:     ConfigError for a ring without width.
/// Tested by:  tests/optics/sources/condenser_test.cpp, tests/conformance.
class CondenserSectors final : public Condenser {
 public:
  enum class Profile { kUniform, kGradient };
  struct Params {
    double na = 0.0;
    double inner_na = 0.0;
    std::vector<Angle> directions;
    Angle width = Angle::from_rad(3.141592653589793);
    Profile profile = Profile::kUniform;
  };
  static void describe(Schema<Params>& s);

  CondenserSectors(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] at::Tensor patterns(const at::Tensor& s_y, const at::Tensor& s_x,
                                    double wavelength_m) const override;
  [[nodiscard]] std::int64_t exposures() const override {
    return static_cast<std::int64_t>(params_.directions.size());
  }
  [[nodiscard]] double na() const override { return params_.na; }

 private:
  Params params_;
};

}  // namespace parfocal::optics
