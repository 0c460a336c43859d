// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/operators/component.h"
#include "learned/networks/image_network.h"
#include "learned/unrolled/solver_run.h"
#include "learned/unrolled/step_scalars.h"
#include "solvers/learned_stage.h"

namespace parfocal::learned {

/// What every stage with a solver inside has to say.
struct LearnedSolverParams {
  ComponentConfig solver;
  std::vector<ComponentConfig> priors;
  Weighting weighting = Weighting::kDetector;
  std::vector<std::string> learn{"all"};
  ComponentConfig network, pre, post;
  double relaxation = 1.0;
  NetworkPrecision precision = NetworkPrecision::kFloat32;
};

/// Their keys in the description of a stage.
template <class P>
void describe_learned_solver(Schema<P>& s);

/// A solver with its priors, learned numbers and networks.
///
/// Layout:     leaves PATH.NUMBER, PATH.pre, PATH.network and PATH.post.
/// Tested by:  tests/learned/unrolled/unrolled_test.cpp.
class LearnedSolver {
 public:
  /// `count` numbers of each name.
  LearnedSolver(const LearnedSolverParams& params, const BuildContext& context, std::int64_t count);

  /// The image after the network in front.
  [[nodiscard]] at::Tensor prepared(const at::Tensor& image) const;
  /// The estimate after the network behind.
  [[nodiscard]] at::Tensor finished(const at::Tensor& estimate) const;

  [[nodiscard]] const std::shared_ptr<const RunSetup>& setup() const { return setup_; }
  /// What a run takes from an image and its scene.
  [[nodiscard]] RunData data(const at::Tensor& image, const StageScene& scene,
                             const std::string& user) const {
    return run_data(image, scene, setup_->weighting, user);
  }
  /// Whether numbers, networks or priors of it are learned.
  [[nodiscard]] bool has_learned() const;
  /// The same solver with the numbers of the experiment and nothing learned, for as many steps or
  /// until a step changes less; where a network stood for what is known of the object, total
  /// variation fitted to the noise.
  [[nodiscard]] ClassicalPart classical(std::int64_t steps, double tolerance) const;
  [[nodiscard]] const StepScalars& scalars() const { return *scalars_; }

 private:
  /// Whether a network stands for what is known of the object.
  [[nodiscard]] bool has_learned_prior() const;

  std::string name_;  ///< Of the solver.
  std::shared_ptr<const RunSetup> setup_;
  std::optional<StepScalars> scalars_;
  std::shared_ptr<const ImageNetwork> pre_, post_;
};

template <class P>
void describe_learned_solver(Schema<P>& s) {
  const auto own = [](auto member) {
    return static_cast<std::remove_reference_t<decltype(std::declval<P>().*member)> P::*>(member);
  };
  s.component("solver", own(&LearnedSolverParams::solver), "solver")
      .required()
      .doc("The method whose steps are taken.");
  s.components("prior", own(&LearnedSolverParams::priors), "prior")
      .doc("What is known of the object before the measurement; terms are added.");
  s.choice("weighting", own(&LearnedSolverParams::weighting),
           {{"detector", Weighting::kDetector}, {"uniform", Weighting::kUniform}})
      .doc(
          "How pixels count: by the inverse variance of the detector at the measured light, as in "
          "task reconstruct, or alike.");
  s.key("learn", own(&LearnedSolverParams::learn))
      .doc("Names of the solver's positive numbers that become parameters; all, or a list.");
  s.component("network", own(&LearnedSolverParams::network), "network")
      .doc("Applied to the object after every step, the same each time; one channel to one.");
  s.key("relaxation", own(&LearnedSolverParams::relaxation))
      .above(0.0)
      .at_most(1.0)
      .doc("How far the object goes towards what that network makes of it.");
  s.component("pre", own(&LearnedSolverParams::pre), "network")
      .doc("Applied to the measured image before the first step.");
  s.component("post", own(&LearnedSolverParams::post), "network")
      .doc("Applied to the estimate after the last step.");
  describe_precision(s, own(&LearnedSolverParams::precision));
}

}  // namespace parfocal::learned
