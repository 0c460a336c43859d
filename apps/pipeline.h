// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "apps/experiment.h"
#include "core/operators/capabilities.h"
#include "core/operators/component.h"
#include "core/operators/fields.h"
#include "core/operators/likelihood.h"
#include "core/operators/operator.h"
#include "core/operators/view.h"
#include "datasets/image_files.h"
#include "datasets/stack_measurement.h"
#include "solvers/prior.h"
#include "solvers/solver.h"
#include "solvers/stage.h"

namespace parfocal {

/// Where tensors live and how they are drawn.
struct Placement {
  at::ScalarType dtype = at::kFloat;
  at::Device device = at::kCPU;
  std::uint64_t seed = 0;
};
[[nodiscard]] at::ScalarType dtype_of(const Experiment& experiment);

/// What an experiment names, built in the order in which data flow: optics -> model -> detector ->
/// priors -> solver or stages; then the values of `parameters` are laid over. The model is built before the measurement is read, because a dark level may be
/// `same_as: model.psf`.
///
/// Errors:    what the components throw; UsageError where blocks do not fit together.
/// Tested by: tests/apps/pipeline_test.cpp.
class Pipeline {
 public:
  Pipeline(const Experiment& experiment, const Placement& placement,
           datasets::ImageFileLoader& files);

  [[nodiscard]] OperatorPtr model() const { return model_; }
  [[nodiscard]] const std::shared_ptr<const Likelihood>& detector() const { return detector_; }
  [[nodiscard]] const Solver& solver() const { return *solver_; }
  [[nodiscard]] const std::vector<std::shared_ptr<const Prior>>& priors() const { return priors_; }
  [[nodiscard]] const std::vector<std::shared_ptr<const Stage>>& stages() const { return stages_; }
  [[nodiscard]] ParameterTree& parameters() { return parameters_; }
  [[nodiscard]] const ParameterTree& parameters() const { return parameters_; }
  [[nodiscard]] const Placement& placement() const { return placement_; }
  [[nodiscard]] const BuildContext& context() const { return context_; }

  /// Takes another model of the same domain and range in place of the one that was built.
  void take_model(std::shared_ptr<Operator> model) { model_ = std::move(model); }
  /// Recomputes what the model derives from its parameters.
  void refresh() { model_->refresh(); }

  /// Checks that a measurement [batch, channel, n_y, n_x] is what the model makes.
  void require_fit(const at::Tensor& counts, const std::string& path) const;

  /// Checks that an object drawn from the scene fits on the grid of the model.
  void require_object(const at::Tensor& drawn) const;

  /// An object on the sensor window [batch, channel, n_y, n_x], laid on the grid of the model.
  [[nodiscard]] at::Tensor on_domain(const at::Tensor& object) const;
  /// Expected measurement of an object on the sensor window.
  [[nodiscard]] at::Tensor expected(const at::Tensor& object) const;
  /// Photons that the detector is expected to see of an object of a scene, `photons` at object value
  /// 1: not negative, and where the model makes relative images on their levels.
  [[nodiscard]] at::Tensor expected_light(const at::Tensor& object, double photons) const;
  /// Photons of a measurement as the model's images, in object values.
  [[nodiscard]] at::Tensor image_values(const at::Tensor& light, double photons) const;
  /// Response to a point on the axis, [1, channel, n_y, n_x]; with several unknowns in a channel to
  /// a point in each of them, [unknown, image, n_y, n_x].
  [[nodiscard]] at::Tensor point_response() const;
  /// Channels of the object behind a measurement of `images` channels.
  [[nodiscard]] std::int64_t object_channels(std::int64_t images) const;
  /// What the channels of the object are, where the model says it; else empty.
  [[nodiscard]] std::vector<Unknown> unknowns() const;
  /// Unknowns of one frame with `channels` channels.
  [[nodiscard]] std::int64_t unknowns_per_frame(std::int64_t channels) const;
  /// Pitch of the sensor, where the model or the data know it.
  [[nodiscard]] std::optional<Grid> sensor_grid() const;

 private:
  /// Photons of each image without an object [J, 1, 1]; undefined unless images are relative.
  [[nodiscard]] at::Tensor levels(double photons) const;
  void build_parts(const Experiment& experiment);

  const Experiment* experiment_;
  Placement placement_;
  ParameterTree parameters_;
  BuildContext context_;
  std::shared_ptr<Operator> model_;
  std::shared_ptr<const Likelihood> detector_;
  std::vector<std::shared_ptr<const Prior>> priors_;
  std::shared_ptr<const Solver> solver_;
  std::vector<std::shared_ptr<const Stage>> stages_;
};

/// The measured frames of `data` as the model makes them.
[[nodiscard]] datasets::StackMeasurement measured_frames(const DataBlock& data,
                                                         const Pipeline& pipeline,
                                                         datasets::ImageFileLoader& files);

/// A view with the name it has in the experiment.
struct NamedView {
  std::string name;
  std::shared_ptr<const View> view;
};
/// Everything in `views`, each with hardware of its own on the samples of `light`, at the present
/// values of the parameters of the pipeline.
[[nodiscard]] std::vector<NamedView> build_views(const Experiment& experiment,
                                                 const Pipeline& pipeline);

/// A simulated measurement with the object behind it.
struct SimulatedFrame {
  at::Tensor object;    ///< On the sensor window, photons per pixel.
  at::Tensor expected;  ///< Photons per pixel.
  at::Tensor counts;
};
[[nodiscard]] SimulatedFrame simulate_frame(const Experiment& experiment, const Pipeline& pipeline);

}  // namespace parfocal
