// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/operators/component.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// Error of estimates at several scales: details and large areas count alike.
///
///   value = sum_l weight^l mean rho(P_l (estimate - object)) / sum_l weight^l,   l = 0 .. levels - 1
///   rho(d) = sqrt(d^2 + epsilon^2) - epsilon (charbonnier), |d| (absolute), d^2 (squared)
///
/// P_0 = 1, P_l = mean over cells of 2 x 2 of P_(l-1); a cell at an odd edge is the mean of the
/// pixels that it has.
///
/// P. Charbonnier, L. Blanc-Feraud, G. Aubert, M. Barlaud, Proc. ICIP 2, 168 (1994);
/// P. J. Burt, E. H. Adelson, IEEE Trans. Commun. 31, 532 (1983) (pyramids).
/// Units:      object values, or their squares.
/// Errors:     UsageError without an estimate or for an image with fewer pixels than the levels need.
/// Tested by:  tests/learned/losses/supervised_test.cpp (direct sums), conformance.
class MultiScale final : public Loss {
 public:
  enum class Penalty { kCharbonnier, kAbsolute, kSquared };
  struct Params {
    std::int64_t levels = 4;
    Penalty penalty = Penalty::kCharbonnier;
    double epsilon = 1e-3;
    double weight = 1.0;
  };
  static void describe(Schema<Params>& s);

  explicit MultiScale(const Params& params) : params_(params) {}
  MultiScale(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] bool needs_estimate() const override { return true; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;

 private:
  [[nodiscard]] at::Tensor penalty(const at::Tensor& difference) const;

  Params params_;
};

}  // namespace parfocal::learned
