// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/operators/component.h"
#include "optics/elements/pattern.h"

namespace parfocal::optics {

/// Modified uniformly redundant array of p x p cells, p prime:
///
///   A[0, :] = 0,  A[i, 0] = 1,  A[i, j] = 1 where C[i] C[j] = +1                     (i, j > 0)
///   C[i] = +1 where i is a non-zero square modulo p, else -1
///
/// S. R. Gottesman and E. E. Fenimore, Applied Optics 28, 4344 (1989).
/// Convention: cell floor(p / 2) lies on the axis; opaque outside; each sample shows its mean.
/// Invariants: with G = 2 A - 1, G[0, 0] = +1, the cyclic correlation of A and G is (p^2 - 1) / 2
///             at 0 and 0 elsewhere.
/// Errors:     ConfigError unless p is an odd prime.
/// Tested by:  tests/optics/elements/coded_pattern_test.cpp.
class Mura final : public Pattern {
 public:
  struct Params {
    std::int64_t prime = 101;
    Length feature_size;
  };
  static void describe(Schema<Params>& s);

  Mura(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor transmission(const Grid& grid) const override;

 private:
  at::Tensor cells_;
  double feature_m_;
};

}  // namespace parfocal::optics
