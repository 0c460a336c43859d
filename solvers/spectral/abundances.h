// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace parfocal::solvers {

/// How the shares of known spectra in a measured one are found.
enum class Unmixing {
  kLeastSquares,  ///< S^T W S c = S^T W y
  kNonNegative,   ///< the same with c >= 0
  kSumToOne,      ///< and sum c = 1
  kPoisson,       ///< most likely c >= 0 for counts of mean S c + b
};

/// Abundances of one spectrum with the least variance that any unbiased method can have.
struct Abundances {
  std::vector<double> values;    ///< c [K]
  std::vector<double> variance;  ///< Diagonal of the inverse Fisher matrix [K].
  double residual = 0.0;         ///< sum w (y - S c)^2
  std::int64_t iterations = 0;
};

/// Shares c of K known spectra S in a measured one.
///
///   min 1/2 c^T G c - b^T c,  G = S^T W S,  b = S^T W y,  c >= 0 (and 1^T c = 1)
///
/// by a primal active set, exact: G c - b + mu = 0 where c > 0, >= 0 where c = 0 (mu = 0 without the
/// sum). Poisson: 30 steps of c_k <- c_k [sum_j S_jk u_j / m_j] / sum_j S_jk, m = S c + b, then the
/// active set on the Fisher-weighted problem until c stands still; the likelihood never falls.
/// The bound is that of an unconstrained c, for the sum to one that of c on its plane.
///
/// C. Lawson, R. Hanson, Solving Least Squares Problems (1974), ch. 23; D. Heinz, C.-I. Chang, IEEE
/// TGRS 39, 529 (2001); L. Shepp, Y. Vardi, IEEE Trans. Med. Imaging 1, 113 (1982).
/// Layout:     S [channel][species]; weight W = 1 / variance per channel, 0 where a sample does not
///             count.
/// Precision:  float64.
/// Errors:     NumericError where the spectra are linearly dependent.
/// Tested by:  tests/solvers/spectral/abundances_test.cpp.
class AbundanceSolver {
 public:
  AbundanceSolver(std::span<const double> spectra, std::int64_t species);

  [[nodiscard]] Abundances solve(Unmixing kind, std::span<const double> y,
                                 std::span<const double> weight) const;
  /// Counts u >= 0 of mean S c + background.
  [[nodiscard]] Abundances solve_poisson(std::span<const double> counts,
                                         std::span<const double> background,
                                         std::span<const double> counting) const;

 private:
  void require_independent() const;
  [[nodiscard]] std::vector<double> gram(std::span<const double> weight) const;
  [[nodiscard]] std::vector<double> project(std::span<const double> weighted) const;
  [[nodiscard]] std::vector<double> mean(const std::vector<double>& c,
                                         std::span<const double> background) const;

  std::vector<double> spectra_;
  std::size_t n_, k_;
};

}  // namespace parfocal::solvers
