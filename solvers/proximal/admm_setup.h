// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>

#include "solvers/data_term.h"
#include "solvers/priors/quadratic.h"
#include "solvers/priors/total_variation.h"
#include "solvers/solver.h"

namespace parfocal::solvers {

/// What both engines of ADMM take from a problem: the transfer function, the data term and the
/// priors that can be split.
///
/// Layout:     transfer as of `TransferFunctions`; data on the sensor grid.
/// Errors:     UsageError if the model has no transfer functions or another domain than the padded
///             grid, or if a prior cannot be split.
/// Tested by:  tests/solvers/admm_test.cpp.
struct AdmmSetup {
  at::Tensor transfer;
  DataTerm data;
  std::shared_ptr<const TotalVariation> variation;  ///< Null: no u split.
  std::shared_ptr<const Quadratic> ridge;           ///< Part of the v update.
  bool non_negative = false;                        ///< False: no w split.
  std::int64_t batch = 0;
  std::int64_t channels = 0;  ///< Of the object.
  std::int64_t images = 0;    ///< Channels of the measurement.
  std::int64_t padded_y = 0, padded_x = 0, sensor_y = 0, sensor_x = 0;

  [[nodiscard]] at::Tensor crop(const at::Tensor& padded) const;
  [[nodiscard]] at::Tensor pad(const at::Tensor& sensor) const;
  /// Zeros on the padded grid for an object, [batch, channels, p_y, p_x], or for its images.
  [[nodiscard]] at::Tensor zeros() const { return zeros(channels); }
  [[nodiscard]] at::Tensor zero_images() const { return zeros(images); }
  /// One image and one unknown in every channel.
  [[nodiscard]] bool is_plain() const { return transfer.size(1) == 1 && transfer.size(2) == 1; }

 private:
  [[nodiscard]] at::Tensor zeros(std::int64_t count) const;
};

[[nodiscard]] AdmmSetup admm_setup(const Problem& problem);

/// What the monitor and the stopping rule need of an iterate; float64 [batch] each.
struct AdmmSums {
  at::Tensor change;  ///< |v - v_old|^2
  at::Tensor norm;    ///< |v|^2
  at::Tensor primal;  ///< |A v - x|^2 + |D v - u|^2 + |v - w|^2, with the next x, u, w.
  at::Tensor dual;    ///< |mu1 A dv|^2 + |mu2 D dv|^2 + |mu3 dv|^2, dv = v - v_old.
  at::Tensor active;  ///< Fraction of the terms of u that are not 0.
};

/// State of one solve, whatever the engine.
class AdmmState : public SolverState {
 public:
  AdmmSetup setup;
  [[nodiscard]] virtual at::Tensor object() const = 0;  ///< v, [batch, channels, p_y, p_x].
  [[nodiscard]] virtual at::Tensor image() const = 0;   ///< S A v.
  /// S A S^T of an object that is dark outside the sensor window, [batch, channel, n_y, n_x].
  [[nodiscard]] virtual at::Tensor image_of(const at::Tensor& window) const = 0;
  /// The weighted total variation of v, float64 [batch]; there is a u split.
  [[nodiscard]] virtual at::Tensor variation() const { return setup.variation->value(object()); }
  /// Data term and value of the priors.
  [[nodiscard]] at::Tensor objective(const at::Tensor& data) const;
  [[nodiscard]] virtual AdmmSums sums() const = 0;
  /// |v - v_old|^2 and |v|^2 alone.
  [[nodiscard]] virtual std::vector<double> relative_change() const = 0;
};

/// sqrt(change / norm) per item, 0 where nothing changed.
[[nodiscard]] std::vector<double> relative_change_of(const std::vector<double>& change,
                                                     const std::vector<double>& norm);

}  // namespace parfocal::solvers
