// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "learned/networks/image_network.h"
#include "solvers/learned_stage.h"
#include "solvers/predicted_variance.h"
#include "solvers/stage.h"

namespace parfocal::learned {

/// A network as the last stage of a reconstruction that also says how far off it may be.
///
///   (f, o) = network(y_bk),   mean_bk = y_bk + f, or f without residual
///   variance_bk = softplus(o + o_0) + 1e-6,   softplus(o_0) = start_deviation^2
///
/// D. A. Nix, A. S. Weigend, Proc. IEEE Int. Conf. Neural Networks 1, 55 (1994); A. Kendall,
/// Y. Gal, Advances in Neural Information Processing Systems 30, 5574 (2017).
/// Convention: the network maps one channel to two, f first; every condition goes through it alone.
///             The loss `heteroscedastic` trains both, any other one the mean only.
///             Without it the image passes.
/// Layout:     [batch, condition, n_y, n_x], object values; leaves under PATH.network.
/// Precision:  weights and activations as `precision` says; the results have the dtype of the image.
/// Errors:     UsageError for a network of other channels.
/// Tested by:  tests/learned/networks/heteroscedastic_network_test.cpp, conformance.
class HeteroscedasticNetwork final : public Stage, public PredictedVariance, public LearnedStage {
 public:
  using Precision = NetworkPrecision;
  struct Params {
    ComponentConfig network;
    bool residual = true;
    double start_deviation = 0.1;
    Precision precision = Precision::kFloat32;
  };
  static void describe(Schema<Params>& s);

  HeteroscedasticNetwork(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& image, const StageScene& scene) const override;
  [[nodiscard]] Prediction predict(const at::Tensor& image, const StageScene& scene) const override;

 private:
  bool residual_;
  double offset_;  ///< o_0
  ImageNetwork network_;
};

}  // namespace parfocal::learned
