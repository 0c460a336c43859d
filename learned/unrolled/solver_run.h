// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "learned/networks/image_network.h"
#include "learned/unrolled/camera.h"
#include "solvers/solver.h"
#include "solvers/stage.h"

namespace parfocal::learned {

/// How the pixels of an image count in the data term.
enum class Weighting {
  kDetector,  ///< The inverse variance of the detector at the measured light.
  kUniform,   ///< Alike.
};

/// What a run needs besides the tensors that it may be differentiated in.
struct RunSetup {
  std::shared_ptr<const Solver> solver;
  std::vector<std::shared_ptr<const Prior>> priors;
  Weighting weighting = Weighting::kDetector;
  std::shared_ptr<const ImageNetwork> network;  ///< Null, or applied to the object after each step.
  double relaxation = 1.0;                      ///< v <- v + relaxation (network(v) - v).
};

/// All that a run may be differentiated in: tensors alone, so that nothing of the scene is looked
/// at in a backward pass.
struct RunData {
  Camera camera;
  at::Tensor counts;  ///< The image in photons, [batch, condition, n_y, n_x].
  at::Tensor weight;  ///< Of the same shape.
  double photons = 1.0;

  [[nodiscard]] RunData detached() const;
};
[[nodiscard]] RunData run_data(const at::Tensor& image, const StageScene& scene,
                               Weighting weighting, const std::string& user);

/// What a solver is given of it.
[[nodiscard]] Problem problem_of(const RunData& data,
                                 std::vector<std::shared_ptr<const Prior>> priors);

/// A solver on the images of a stage, in photons, step by step; its variables as one tensor.
///
///   counts = photons image,  W = Fisher weight at max(counts, 1 photon), or 1
///
/// Layout:     image [batch, condition, n_y, n_x] in object values; packed variables [batch, N].
/// Invariants: a pure function of data, numbers and variables, differentiable in each.
/// Errors:     what the solver throws; UsageError for a network in a solver that keeps more than
///             the object from step to step.
/// Tested by:  tests/learned/unrolled/unrolled_test.cpp.
class SolverRun {
 public:
  SolverRun(std::shared_ptr<const RunSetup> setup, const RunData& data);

  void step(std::map<std::string, at::Tensor> numbers);
  /// The object on the sensor's window, in object values.
  [[nodiscard]] at::Tensor estimate() const;

  /// Whether the solver is a map of its variables.
  [[nodiscard]] bool is_map() const { return !state_->variables().empty(); }
  [[nodiscard]] at::Tensor packed() const;
  void unpack(const at::Tensor& packed);

  [[nodiscard]] const Problem& problem() const { return problem_; }
  /// On the domain of the camera, in photons.
  [[nodiscard]] at::Tensor object() const { return *state_->variables().front(); }
  void set_object(const at::Tensor& object) { *state_->variables().front() = object; }

 private:
  void refine();

  std::shared_ptr<const RunSetup> setup_;
  double photons_;
  Problem problem_;
  std::unique_ptr<SolverState> state_;
};

}  // namespace parfocal::learned
