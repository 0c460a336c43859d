// SPDX-License-Identifier: Apache-2.0
//
// arPLS baselines of spectra of 1000 points on one core, against the published answer and against
// themselves: every instruction set gives the same baselines.
//
//   baseline_spectra [SPECTRA]
//
// Prints spectra per second of processor time, solves per spectrum, and the largest departure from
// the baseline of the first instruction set. Ends with 1 where the answer is wrong.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "bench/timing.h"
#include "solvers/spectral/whittaker_baseline.h"

namespace {

using namespace parfocal;

constexpr std::int64_t kChannels = 1000;
constexpr double kMiddle = 123.699;  // Published baseline of spectrum 0 in the middle, to 1e-3.

double frac(double a) { return a - std::floor(a); }

/// Three bands over a falling background with the noise of spectrum `s`.
std::vector<double> spectra(std::int64_t count) {
  std::vector<double> values;
  for (std::int64_t s = 0; s < count; ++s) {
    for (std::int64_t i = 0; i < kChannels; ++i) {
      const double j = static_cast<double>(i) / 2, n = static_cast<double>(i + 1 + 1000 * s);
      const double a = (j - 120) / 5, b = (j - 250) / 4, c = (j - 380) / 8;
      values.push_back(100 + 80 * std::exp(-j / 200) + 50 * std::exp(-a * a / 2) +
                       30 / (1 + b * b) + 60 * std::exp(-c * c / 2) +
                       2 * (frac(43758.5453 * std::sin(12.9898 * n + 78.233)) - 0.5));
    }
  }
  return values;
}

struct Run {
  std::vector<double> baselines;
  double spectra_per_second = 0, solves = 0;
};

Run run(const std::vector<double>& y, SimdLevel level) {
  const auto count = y.size() / kChannels;
  Run found{std::vector<double>(y.size()), 0, 0};
  std::vector<solvers::WhittakerOutcome> outcomes(count);
  solvers::WhittakerOptions options;
  options.smoothness = 16e5;
  const solvers::RoughnessBand band = solvers::RoughnessBand::of(kChannels, {});
  std::vector<double> seconds;
  for (int repeat = 0; repeat < 3; ++repeat) {
    seconds.push_back(bench::processor_seconds([&] {
      solvers::whittaker_baselines(options, band, y, {}, found.baselines, outcomes, level);
    }));
  }
  for (const auto& outcome : outcomes) found.solves += static_cast<double>(outcome.solves);
  found.solves /= static_cast<double>(count);
  found.spectra_per_second = static_cast<double>(count) / bench::median(seconds);
  return found;
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t count = argc > 1 ? std::atoll(argv[1]) : 1024;
  if (count < 1) return 2;
  const std::vector<double> y = spectra(count);
  const char* names[] = {"baseline", "avx2", "avx512"};
  std::vector<double> reference;
  bool right = true;
  for (int level = 0; level <= static_cast<int>(best_simd_level()); ++level) {
    const Run found = run(y, static_cast<SimdLevel>(level));
    if (reference.empty()) reference = found.baselines;
    double departure = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      departure = std::max(departure, std::abs(found.baselines[i] - reference[i]));
    }
    const double middle = found.baselines[kChannels / 2];
    right = right && departure < 1e-6 && std::abs(middle - kMiddle) < 1e-3;
    std::printf("%-8s %9.0f spectra/s  %.2f solves  middle %.6f  departure %.1e\n", names[level],
                found.spectra_per_second, found.solves, middle, departure);
  }
  std::printf(right ? "the answer is right\n" : "THE ANSWER IS WRONG\n");
  return right ? 0 : 1;
}
