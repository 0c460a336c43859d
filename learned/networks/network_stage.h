// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "learned/networks/image_network.h"
#include "solvers/learned_stage.h"
#include "solvers/stage.h"

namespace parfocal::learned {

/// A network as a stage of a reconstruction; it treats every condition alike.
///
///   x_bk = network(y_bk),   each image of the batch and of the conditions on its own
///
/// Convention: the network maps one channel to one channel; without it the image passes.
/// Layout:     [batch, condition, n_y, n_x], object values; leaves under PATH.network.
/// Precision:  weights and activations as `precision` says; the result has the dtype of the image.
/// Errors:     UsageError for a network of other channels.
/// Tested by:  tests/learned/networks/network_stage_test.cpp, conformance.
class NetworkStage final : public Stage, public LearnedStage {
 public:
  using Precision = NetworkPrecision;
  struct Params {
    ComponentConfig network;
    Precision precision = Precision::kFloat32;
  };
  static void describe(Schema<Params>& s);

  NetworkStage(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& image, const StageScene& scene) const override;

 private:
  ImageNetwork network_;
};

}  // namespace parfocal::learned
