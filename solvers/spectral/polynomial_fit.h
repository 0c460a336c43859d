// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace parfocal::solvers {

/// Least-squares polynomials on evenly spaced channels, by an orthonormal basis of the samples that
/// are kept (Gram-Schmidt, twice): no normal equations.
/// Tested by:  tests/solvers/spectral/baseline_test.cpp.
class PolynomialFit {
 public:
  /// `kept` empty: all samples.
  PolynomialFit(std::size_t n, std::int64_t order, const std::vector<bool>& kept = {});
  /// The fit at all samples.
  [[nodiscard]] std::vector<double> fit(std::span<const double> y) const;

 private:
  std::vector<bool> kept_;
  std::vector<std::vector<double>> basis_;  // At all samples; orthonormal over those kept.
};

}  // namespace parfocal::solvers
