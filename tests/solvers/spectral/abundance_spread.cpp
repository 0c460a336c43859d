// SPDX-License-Identifier: Apache-2.0
#include "tests/solvers/spectral/abundance_spread.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "core/tensor/random.h"
#include "tests/solvers/spectral/mixture.h"

namespace parfocal::test {

double AbundanceSpread::least() const { return *std::ranges::min_element(ratio); }

double AbundanceSpread::largest() const { return *std::ranges::max_element(ratio); }

AbundanceSpread abundance_spread(solvers::Unmixing method, double light,
                                 const std::vector<double>& shares, double background,
                                 std::int64_t draws) {
  using solvers::Unmixing;
  constexpr std::size_t kN = Mixture::kChannels, kK = Mixture::kSpecies;
  Mixture mixture;
  for (double& s : mixture.spectra) s *= light;
  const solvers::AbundanceSolver solver(mixture.spectra, kK);
  std::vector<double> mean = mixture.mean(shares), weight;
  for (double& m : mean) weight.push_back(1 / (m += background));
  const std::vector<double> below(kN, background), one(kN, 1.0);
  const bool poisson = method == Unmixing::kPoisson;
  const std::vector<double> bound =
      solver.solve(poisson ? Unmixing::kLeastSquares : method, mean, weight).variance;
  const at::Tensor counts = RandomStream(3, "photons")
                                .poisson(at::tensor(mean, at::kDouble)
                                             .expand({draws, static_cast<std::int64_t>(kN)})
                                             .contiguous());
  std::vector<double> sum(kK, 0.0), squares(kK, 0.0), signal(kN);
  double zeros = 0;
  for (std::int64_t d = 0; d < draws; ++d) {
    const std::span u(counts.const_data_ptr<double>() + d * Mixture::kChannels, kN);
    for (std::size_t j = 0; j < kN; ++j) signal[j] = u[j] - background;
    const std::vector<double> found = poisson ? solver.solve_poisson(u, below, one).values
                                              : solver.solve(method, signal, weight).values;
    for (std::size_t k = 0; k < kK; ++k) {
      const double error = found[k] - shares[k];
      sum[k] += error;
      squares[k] += error * error;
      zeros += found[k] == 0 ? 1.0 : 0.0;
    }
  }
  const auto n = static_cast<double>(draws);
  AbundanceSpread spread;
  for (std::size_t k = 0; k < kK; ++k) {
    spread.ratio.push_back(squares[k] / n / bound[k]);
    spread.bias.push_back(sum[k] / n / std::sqrt(bound[k] / n));
  }
  spread.at_border = zeros / (n * static_cast<double>(kK));
  return spread;
}

}  // namespace parfocal::test
