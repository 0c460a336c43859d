// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "core/operators/component.h"
#include "learned/networks/network.h"
#include "solvers/channel_units.h"
#include "solvers/prior.h"

namespace parfocal::learned {

/// A denoising network D as the prior of any solver: plug-and-play by its prox, regularization by
/// denoising (RED) by its gradient.
///
///   prox(v, step) = D(v, sqrt(weight step))
///   gradient(v)   = weight / sigma^2 (v - D(v, sigma))
///   D(v, s)       = low + r net((v - low) / r, s / r),   r = high - low, [low, high] = range
///
/// of v over its units where they are given, one for each channel: absorption and phase, say.
///
/// S. V. Venkatakrishnan, C. A. Bouman, B. Wohlberg, "Plug-and-play priors", GlobalSIP (2013);
/// Y. Romano, M. Elad, P. Milanfar, SIAM J. Imaging Sci. 10, 1804 (2017), whose lambda is
/// weight / sigma^2 here: both forms belong to the same R = -weight log p (Tweedie).
///
/// Convention: a network with one channel more in than out is told s in its last channel, on its
///             own scale and clamped to `trained_sigma`; any other knows one noise level only, and
///             neither step nor sigma reach it. Residual outputs are the network's own affair.
///             `average` takes the mean over the eight turned and mirrored images; `clip` keeps
///             the result inside `range`.
/// Layout:     v [batch, channel, p_y, p_x]; a network of one channel takes each channel on its
///             own. Leaves under PATH.network.
/// Units:      range and sigma in the unit of the object, or in `units`.
/// Precision:  weights and activations as `precision` says; the result has the dtype of v.
/// Invariants: differentiable in v and in the weights. There is no value: R exists only if the
///             Jacobian of D is symmetric, so nothing is reported as a cost. curvature() holds
///             for a D that does not expand.
/// Errors:     UsageError for a network of other channels, a range or trained_sigma that is not an
///             interval, a trained_sigma that the network is not told, or an object of other
///             channels than the network or `units`.
/// Tested by:  tests/learned/priors/denoiser_test.cpp,
///             tests/learned/priors/deblurring_long_test.cpp, conformance.
class Denoiser final : public Prior, public ChannelUnits {
 public:
  enum class Precision { kFloat32, kFloat64 };
  struct Params {
    ComponentConfig network;
    std::array<double, 2> range{0.0, 1.0};
    std::optional<std::array<double, 2>> trained_sigma;
    std::vector<double> units;
    double weight = 1.0;
    std::optional<double> sigma;
    bool average = false;
    bool clip = false;
    Precision precision = Precision::kFloat32;
  };
  static void describe(Schema<Params>& s);

  Denoiser(const Params& params, const BuildContext& context);

  [[nodiscard]] std::string name() const override { return "denoiser"; }
  [[nodiscard]] bool has_gradient() const override { return params_.sigma.has_value(); }
  [[nodiscard]] bool has_prox() const override { return true; }
  [[nodiscard]] bool is_learned() const override { return true; }
  [[nodiscard]] bool is_convex() const override { return false; }
  [[nodiscard]] double curvature() const override;
  [[nodiscard]] std::vector<double> channel_units() const override { return params_.units; }
  [[nodiscard]] at::Tensor gradient(const at::Tensor& v) const override;
  [[nodiscard]] at::Tensor prox(const at::Tensor& v, double step) const override;

  /// D(v, sigma), sigma in the unit of the object.
  [[nodiscard]] at::Tensor denoise(const at::Tensor& v, double sigma) const;

 private:
  [[nodiscard]] at::Tensor in_units(const at::Tensor& v, double sigma) const;
  /// The units, shaped to divide v; undefined where all are 1.
  [[nodiscard]] at::Tensor units_like(const at::Tensor& v) const;
  [[nodiscard]] at::Tensor evaluate(const at::Tensor& x, double sigma) const;

  Params params_;
  at::ScalarType dtype_;
  std::shared_ptr<const Network> network_;
  bool told_ = false;  ///< Whether the noise level is a channel of the input.
};

}  // namespace parfocal::learned
