// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "apps/pipeline.h"
#include "core/run/summary.h"
#include "solvers/solver.h"

namespace parfocal {

/// Squares of a residual and of what it is relative to, at the frequencies where the model holds.
struct BandSquares {
  double residual = 0.0, target = 0.0;

  [[nodiscard]] double relative() const;
};
/// Sums over a batch of images; nothing where the model names no `ValidBand`.
[[nodiscard]] std::optional<BandSquares> band_squares(const Operator& model,
                                                      const at::Tensor& residual,
                                                      const at::Tensor& target);

/// What a measurement says about an open property of the model (see `Alternatives`): every
/// alternative reconstructs it in closed form, and the first of those that leave the least residual
/// is taken. Alternatives count as equal where their residuals differ by less than 1e-3 of the
/// least: the measurement cannot tell them apart.
///
/// Tested by: tests/apps/phase_test.cpp.
struct AlternativeChoice {
  std::string property;
  std::vector<std::string> texts;
  std::vector<double> residuals;
  std::size_t chosen = 0;
  std::size_t equally_good = 1;
  std::optional<double> next;  ///< The least residual among the others.

  /// "order: [1, 3, 2, 0], ..."
  [[nodiscard]] std::string sentence() const;
  void add_to(Summary& summary) const;
  /// Alternative and residual, one a line.
  void write(const std::filesystem::path& csv) const;
};
/// Nothing where the model leaves nothing open. With a direct solver it is the experiment's own,
/// else Tikhonov's.
[[nodiscard]] std::optional<AlternativeChoice> choose_alternative(const Pipeline& pipeline,
                                                                  const Problem& problem);

}  // namespace parfocal
