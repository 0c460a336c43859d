// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

#include "core/operators/component.h"
#include "solvers/object_spectrum.h"
#include "solvers/posterior_draws.h"
#include "solvers/stage.h"

namespace parfocal::solvers {

/// The Wiener estimate as a stage of a reconstruction.
///
///   x = mean + IDFT( W . DFT(y - mean m1(0)) ),   then clipped to `range`
///
/// with W and m1 of `WienerFilter`, s^2 the variance of the detector at the mean object.
///
/// N. Wiener, Extrapolation, Interpolation, and Smoothing of Stationary Time Series (1949), ch. 3.
/// Convention: `shared_over: conditions` uses one filter for all conditions, because the depth is
///             not known; `none` gives each condition its own.
/// Layout:     y and x [batch, condition, n_y, n_x], object values.
/// Invariants: the mean square error is that of `WienerFilter` on Gaussian objects of this spectrum;
///             the variance of a draw, before it is clipped to `range`, is that error.
/// Errors:     UsageError for a model without transfer functions on the sensor's own grid.
/// Tested by:  tests/solvers/wiener_filter_test.cpp, tests/learned/uncertainty/perturbed_test.cpp,
///             conformance.
class Wiener final : public Stage, public PosteriorDraws {
 public:
  enum class SharedOver { kConditions, kNone };
  struct Params {
    ObjectSpectrum object;
    SharedOver shared_over = SharedOver::kConditions;
    std::optional<std::array<double, 2>> range = std::array{0.0, 1.0};
  };
  static void describe(Schema<Params>& s);

  explicit Wiener(const Params& params) : params_(params) {}
  Wiener(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] at::Tensor apply(const at::Tensor& image, const StageScene& scene) const override;
  [[nodiscard]] at::Tensor draw(const at::Tensor& image, const at::Tensor& noise,
                                const StageScene& scene, RandomStream& random) const override;

 private:
  /// What `apply` gives before it is clipped.
  [[nodiscard]] at::Tensor unclipped(const at::Tensor& image, const StageScene& scene) const;
  [[nodiscard]] at::Tensor clipped(const at::Tensor& x) const;
  [[nodiscard]] at::Tensor estimate(const at::Tensor& image, const at::Tensor& transfer,
                                    const at::Tensor& noise_variance) const;

  Params params_;
};

}  // namespace parfocal::solvers
