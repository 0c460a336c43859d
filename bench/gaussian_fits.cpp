// SPDX-License-Identifier: Apache-2.0
// Maximum-likelihood fits of single emitters per second, on one core: 11 x 11 pixels, five
// parameters, with the Cramer-Rao bound of each, beside what the fits are worth in the same run.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "core/tensor/simd_level.h"
#include "forward_models/smlm/gaussian_block.h"
#include "tests/solvers/fit_case.h"

namespace {

using namespace parfocal;

constexpr std::int64_t kFits = 20'000;
constexpr const char* kLevels[] = {"baseline", "AVX2", "AVX-512"};

/// Seconds of this process on its core: what other processes take does not count.
double processor_seconds() {
  return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC);
}

double fits_per_second(const solvers::FitCase& which, SimdLevel level) {
  const auto block =
      smlm::make_gaussian_block({which.n, which.n, which.sigma, 1.0, which.free_width}, level);
  const solvers::SimulatedWindows all = solvers::simulate(which, kFits, 1);
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const double start = processor_seconds();
    const solvers::Fits fits = solvers::fit_emitters(*block, all.windows);
    best = std::max(best, static_cast<double>(fits.size()) / (processor_seconds() - start));
  }
  return best;
}

}  // namespace

int main() {
  solvers::FitCase free, fixed, noisy;
  fixed.free_width = false;
  noisy.read_variance = 2;
  struct Row {
    const char* name;
    solvers::FitCase which;
  };
  for (const Row& row : {Row{"x, y, N, b, s; Poisson", free}, Row{"x, y, N, b, s; sCMOS  ", noisy},
                         Row{"x, y, N, b;    Poisson", fixed}}) {
    const solvers::FitStatistics found = solvers::fit_statistics(row.which, kFits, 1);
    std::printf(
        "11 x 11, 1000 photons, background 10, %s: RMSE / bound x %.3f y %.3f N %.3f, lost %lld\n",
        row.name, found.rmse_over_bound[0], found.rmse_over_bound[1], found.rmse_over_bound[2],
        static_cast<long long>(found.lost));
    for (int level = 0; level <= static_cast<int>(best_simd_level()); ++level) {
      std::printf("  %-8s %8.0f fits/s\n", kLevels[level],
                  fits_per_second(row.which, static_cast<SimdLevel>(level)));
    }
  }
  return 0;
}
