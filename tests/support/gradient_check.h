// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace parfocal::test {

/// A float64 tensor whose entries are varied in place.
struct NamedLeaf {
  std::string name;
  at::Tensor leaf;
};

struct GradientOptions {
  double step = 1e-2;             ///< First step, times max(1, |entry|).
  double tolerance = 1e-6;        ///< Relative.
  std::int64_t max_entries = 24;  ///< A seeded random subset of larger leaves.
  std::uint64_t seed = 1;
};

struct GradientEntry {
  std::string name;  ///< "x[17]".
  double analytic = 0.0, numeric = 0.0, absolute = 0.0, relative = 0.0;
  bool good = false;
};

struct GradientReport {
  std::vector<GradientEntry> entries;
  [[nodiscard]] bool good() const;
  [[nodiscard]] double worst_relative() const;  ///< NaN if there is one.
  /// Parameter, analytic, numeric, absolute and relative error of every entry.
  [[nodiscard]] std::string table() const;
};

/// Derivative of f at 0 by Ridders' extrapolation of central differences.
/// C. J. F. Ridders, Adv. Eng. Software 4, 75 (1982).
[[nodiscard]] double ridders_derivative(const std::function<double(double)>& f, double first_step);

/// Gradients of the scalar `f()` in its float64 leaves, by autograd against Ridders' differences.
///
/// `f` reads the leaves anew in every call; they require gradients and end with their first values.
/// relative = |analytic - numeric| / max(|analytic|, |numeric|, 0.01 max |analytic of the leaf|);
/// an entry also passes where the difference is rounding of f itself, 1e-13 |f| / step. Tested by:
/// tests/core/tensor/gradient_check_test.cpp (wrong gradients).
[[nodiscard]] GradientReport check_gradient(const std::function<at::Tensor()>& f,
                                            const std::vector<NamedLeaf>& leaves,
                                            const GradientOptions& options = {});

/// The same for a gradient that was computed in closed form, one tensor per leaf.
[[nodiscard]] GradientReport check_gradient(const std::function<double()>& f,
                                            const std::vector<NamedLeaf>& leaves,
                                            const std::vector<at::Tensor>& analytic,
                                            const GradientOptions& options = {});

}  // namespace parfocal::test
