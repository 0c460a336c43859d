// SPDX-License-Identifier: Apache-2.0
#include "tests/solvers/spectral/abundance_spread.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/tensor/random.h"
#include "solvers/data_term.h"

namespace parfocal::test {
namespace {

using solvers::AbundanceSolver;
using solvers::Unmixing;

/// The standard error of a variance of 20,000 draws is 1 %.
constexpr std::int64_t kDraws = 20000;

TEST(AbundanceSpread, IsTheBoundAwayFromTheBorder) {
  for (const Unmixing method :
       {Unmixing::kLeastSquares, Unmixing::kNonNegative, Unmixing::kSumToOne, Unmixing::kPoisson}) {
    const AbundanceSpread spread =
        abundance_spread(method, 1500, {0.26, 0.18, 0.22, 0.14, 0.20}, 20, kDraws);
    EXPECT_EQ(spread.at_border, 0);
    for (std::size_t k = 0; k < spread.ratio.size(); ++k) {
      EXPECT_NEAR(spread.ratio[k], 1, 0.05) << int(method) << " " << k;
      EXPECT_NEAR(spread.bias[k], 0, 4.5) << int(method) << " " << k;
    }
  }
}

/// An estimate of c >= 0 where c = 0 is the positive half of the free one: half its mean square. The
/// bound is that of unbiased estimates, which this is not.
TEST(AbundanceSpread, IsHalfTheBoundAtTheBorder) {
  const std::vector<double> spectrum{1, 2, 3, 2}, weight{1, 0.5, 2, 1};
  const AbundanceSolver solver(spectrum, 1);
  const at::Tensor noise = RandomStream(3, "noise").normal({4 * kDraws, 4}, at::kDouble);
  double squares = 0, bound = 0;
  for (std::int64_t d = 0; d < 4 * kDraws; ++d) {
    std::vector<double> y = to_vector(noise[d]);
    for (std::size_t j = 0; j < 4; ++j) y[j] /= std::sqrt(weight[j]);
    const solvers::Abundances found = solver.solve(Unmixing::kNonNegative, y, weight);
    squares += found.values[0] * found.values[0];
    bound = found.variance[0];
  }
  // The square of half a normal variable has the deviation sqrt(5) / 2.
  const double error = std::sqrt(5.0) / 2 / std::sqrt(4.0 * double(kDraws));
  EXPECT_NEAR(squares / double(4 * kDraws) / bound, 0.5, 4 * error);
}

}  // namespace
}  // namespace parfocal::test
