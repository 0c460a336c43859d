// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "core/operators/constraint.h"

namespace parfocal::optics {

/// An independent error of the height of every pixel.
///
///   perturb:  h' = h + amplitude e,   e ~ U(-1, 1)  or  N(0, 1)
///
/// V. Sitzmann et al., ACM Trans. Graph. 37, 114 (2018).
/// Units:      amplitude in metres: half width (uniform) or standard deviation (normal).
/// Invariants: mean h, standard deviation amplitude / sqrt(3) or amplitude; d h' / d h = 1.
/// Errors:     those of `check_heights`.
/// Tested by:  tests/optics/fabrication/fabrication_errors_test.cpp.
class HeightNoise final : public Constraint {
 public:
  enum class Distribution { kUniform, kNormal };
  struct Params {
    Length amplitude;
    Distribution distribution = Distribution::kUniform;
  };
  static void describe(Schema<Params>& s);

  HeightNoise(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor perturb(const at::Tensor& height, const Grid& grid,
                                   RandomStream& random) const override;
  [[nodiscard]] std::optional<Moments> moments(const at::Tensor& height,
                                               const Grid& grid) const override;

 private:
  double amplitude_m_;
  Distribution distribution_;
};

}  // namespace parfocal::optics
