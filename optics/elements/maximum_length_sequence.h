// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/operators/component.h"
#include "optics/elements/pattern.h"

namespace parfocal::optics {

/// One period s of +-1 of a maximum-length sequence of 2^order - 1 numbers, float64, sum +1.
///
/// S. W. Golomb, Shift Register Sequences (1967): s[n] = s[n - a] xor s[n - b] ..., a primitive
/// polynomial per order.
/// Invariants: cyclic autocorrelation N at 0 and -1 elsewhere.
/// Tested by:  tests/optics/elements/coded_pattern_test.cpp.
[[nodiscard]] at::Tensor maximum_length_sequence(std::int64_t order);

/// The separable mask of a maximum-length sequence:
///
///   t = (s s^T + 1) / 2,     (2^order - 1)^2 cells
///
/// M. S. Asif et al., IEEE Trans. Comput. Imaging 3, 384 (2017) (FlatCam).
/// Convention: cell floor(N / 2) lies on the axis; opaque outside; each sample shows its mean.
/// Tested by:  tests/optics/elements/coded_pattern_test.cpp.
class MaximumLengthSequence final : public Pattern {
 public:
  struct Params {
    std::int64_t order = 8;
    Length feature_size;
  };
  static void describe(Schema<Params>& s);

  MaximumLengthSequence(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor transmission(const Grid& grid) const override;

 private:
  at::Tensor cells_;
  double feature_m_;
};

}  // namespace parfocal::optics
