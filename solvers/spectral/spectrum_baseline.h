// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace parfocal::solvers {

/// A baseline of one spectrum, and how many fits it took.
struct SpectrumBaseline {
  std::vector<double> values;
  std::int64_t fits = 0;
  bool converged = false;
};

/// Baselines that are found spectrum by spectrum: systems that are not symmetric, or none at all.
/// Channels at even distance; r = y - z, s the deviation (divisor n - 1) and m the mean of the
/// negative r; weights stop as in `whittaker_baselines`.
///
///   drpls      [P1 + l P2 + W (I - eta l P2)] z = W y,  w = (1 - q / (1 + |q|)) / 2,
///              q = e^min(t, 100) (r - (2 s - m)) / s              D. Xu et al., Appl. Opt. 58 (2019)
///   aspls      (W + diag(a) l P2) z = W y,  a = |r| / max |r|,  w = 1 / (1 + exp(0.5 (r - s) / s))
///                                                   F. Zhang et al., Spectrosc. Lett. 53 (2020)
///   iasls      (W^2 + l P2 + l1 P1) z = (W^2 + l1 P1) y, w = p if r > 0 else 1 - p; first from a
///              quadratic fit                                 S. He et al., Anal. Methods 6 (2014)
///   modpoly    fit a polynomial, y <- min(y, z), repeat              C. Lieber, A. Mahadevan (2003)
///   imodpoly   the same with y <- min(y, z + std), peaks left out once     J. Zhao et al. (2007)
///   snip       v_i <- min(v_i, (v_{i-p} + v_{i+p}) / 2) for p = P .. 1     C. Ryan et al. (1988)
///   rubberband lower convex hull
/// Tested by:  tests/solvers/spectral/baseline_test.cpp.
[[nodiscard]] SpectrumBaseline drpls(std::span<const double> y, double smoothness,
                                     double eta = 0.5);
[[nodiscard]] SpectrumBaseline aspls(std::span<const double> y, double smoothness);
[[nodiscard]] SpectrumBaseline iasls(std::span<const double> y, double smoothness,
                                     double asymmetry = 0.01, double first_order = 1e-4);
[[nodiscard]] SpectrumBaseline modpoly(std::span<const double> y, std::int64_t order);
[[nodiscard]] SpectrumBaseline imodpoly(std::span<const double> y, std::int64_t order);
[[nodiscard]] SpectrumBaseline snip(std::span<const double> y, std::int64_t widest);
/// `x` ascending, or empty for even distances.
[[nodiscard]] SpectrumBaseline rubberband(std::span<const double> y,
                                          std::span<const double> x = {});

}  // namespace parfocal::solvers
