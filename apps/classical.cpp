// SPDX-License-Identifier: Apache-2.0
#include "apps/classical.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "core/run/atomic_file.h"
#include "solvers/learned_stage.h"
#include "solvers/proximal/total_variation_fit.h"

namespace parfocal {
namespace {

/// The learned parts of a stage, or nullptr.
const LearnedStage* learned_in(const Stage& stage) {
  const auto* found = dynamic_cast<const LearnedStage*>(&stage);
  return found != nullptr && found->has_learned() ? found : nullptr;
}

}  // namespace

std::optional<Classical> Classical::of(const Experiment& experiment, const Pipeline& pipeline) {
  Classical classical;
  const auto& priors = pipeline.priors();
  if (std::ranges::any_of(priors, [](const auto& prior) { return prior->is_learned(); })) {
    classical.name_ = "total variation fitted to the noise";
    return classical;
  }
  bool any = false;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < pipeline.stages().size(); ++i) {
    const auto& stage = pipeline.stages()[i];
    ClassicalPart part{experiment.reconstruction->stages[i].type->name, stage};
    if (const LearnedStage* learned = learned_in(*stage)) {
      any = true;
      part = learned->classical();
    }
    if (part.stage == nullptr) continue;
    names.push_back(part.name);
    classical.stages_.push_back(part.stage);
  }
  if (!any) return std::nullopt;
  classical.name_ =
      names.empty() ? "the measurement itself" : fmt::format("{}", fmt::join(names, ", then "));
  return classical;
}

at::Tensor Classical::attempt(const std::function<at::Tensor()>& result) {
  if (!failure_.empty()) return {};
  const at::NoGradGuard no_grad;
  try {
    return result();
  } catch (const UsageError& error) {
    failure_ = error.what();
  } catch (const NumericError& error) {
    failure_ = error.what();
  }
  return {};
}

at::Tensor Classical::apply(const at::Tensor& image, const StageScene& scene) {
  return attempt([&] {
    at::Tensor found = image;
    for (const auto& stage : stages_) found = stage->apply(found, scene);
    return found;
  });
}

at::Tensor Classical::fit(const Problem& problem, const std::function<bool()>& cancelled) {
  return attempt([&] {
    const solvers::TotalVariationFit found = solvers::fit_total_variation(problem, cancelled);
    weights_.insert(weights_.end(), found.weights.begin(), found.weights.end());
    misfits_.insert(misfits_.end(), found.misfits.begin(), found.misfits.end());
    return found.estimate;
  });
}

std::string Classical::caveat() const {
  if (!failure_.empty()) {
    return "no classical result stands beside the learned one: " + failure_;
  }
  constexpr double kBeyondNoise = 1.05;
  if (std::ranges::none_of(misfits_, [](double misfit) { return misfit > kBeyondNoise; }))
    return "";
  return fmt::format(
      "the classical result beside the learned one is {:.3g} times as far from the measurement as "
      "the noise of the detector allows: the model does not explain more",
      *std::ranges::max_element(misfits_));
}

void Classical::write_name(const std::filesystem::path& results) const {
  write_file_atomically(results / "classical.txt", name_ + "\n");
}

}  // namespace parfocal
