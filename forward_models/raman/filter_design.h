// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace parfocal::raman {

/// A photon counter behind spectral filters, and what is to be told apart with it.
///
///   mu_m = t_m sum_j [ F_mj + leak (1 - F_mj) ] eta_j sum_k S_jk c_k
///
/// per photon that an all-open detector sees. A second port counts what the first one lets by,
/// 1 - F instead of F.
struct FilterProblem {
  std::vector<double> spectra;     ///< S [channel][species], each of sum 1.
  std::vector<double> shares;      ///< c [species], of sum 1: where the bound is taken.
  std::vector<double> efficiency;  ///< eta [channel]; empty: 1.
  double leak = 0.0;
  bool two_ports = false;

  [[nodiscard]] std::size_t species() const { return shares.size(); }
  [[nodiscard]] std::size_t channels() const { return spectra.size() / shares.size(); }
};

/// F [filter][channel] between 0 and 1, and the share of the time of each filter (sum 1).
struct FilterDesign {
  std::vector<double> filters;
  std::vector<double> times;
};

/// N tr I^-1, the sum of the least variances of the abundances times the photons N:
/// I = sum_m g_m g_m^T / mu_m, g_m the row of the filter in terms of abundances. Infinite where the
/// filters do not tell the species apart.
[[nodiscard]] double abundance_bound(const FilterProblem& problem, const FilterDesign& design);

/// The same for a detector that knows the channel of every photon: the shot limit.
[[nodiscard]] double shot_limit(const FilterProblem& problem);

/// Derivatives of `abundance_bound`; with Q = I^-2
///   dJ/dg_m = -(2 / mu_m) Q g_m + (g_m^T Q g_m / mu_m^2) c
struct BoundGradient {
  std::vector<double> filters, times;
};
[[nodiscard]] BoundGradient bound_gradient(const FilterProblem& problem,
                                           const FilterDesign& design);

struct FilterSearch {
  std::int64_t filters = 3;
  std::int64_t starts = 8;
  std::uint64_t seed = 0;
  bool free_times = false;
  std::int64_t steps = 1500;  ///< Of a descent.
};

/// Filters of equal bands that lie side by side, equal times.
[[nodiscard]] FilterDesign equal_bands(const FilterProblem& problem, std::int64_t filters);

/// Every channel open or closed by the toss of a coin, equal times.
[[nodiscard]] FilterDesign random_filters(const FilterProblem& problem, std::int64_t filters,
                                          std::uint64_t seed);

/// Coordinate exchange: a channel of a filter is turned over wherever the bound falls, until none
/// does; with free times these are scaled by 0.7 to 1.4 as well. The best of random starts.
[[nodiscard]] FilterDesign exchange_filters(const FilterProblem& problem,
                                            const FilterSearch& search);

/// Descent: F = sigmoid(s u), u in [-1, 1] stepped by Adam, s growing from 1 to 20, in the end
/// F = (u > 0); free times as a softmax. A filter that was driven to its end can turn back, because u
/// is bounded. The best of random starts.
[[nodiscard]] FilterDesign descend_filters(const FilterProblem& problem,
                                           const FilterSearch& search);

// Ph. Refregier et al., J. Opt. Soc. Am. A 35, 125 (2018); A. Scotte et al., Anal. Chem. 90, 7197
// (2018); V. Fedorov, Theory of Optimal Experiments (1972), ch. 3 (exchange).
// Tested by: tests/forward_models/raman/filter_design_test.cpp.

}  // namespace parfocal::raman
