// SPDX-License-Identifier: Apache-2.0
#include "datasets/scenes/channels.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <fmt/format.h>

#include "core/error.h"

namespace parfocal::datasets {

void Channels::describe(Schema<Params>& s) {
  s.summary("Objects of several unknowns, each drawn by a scene of its own.");
  s.components("scenes", &Params::scenes, "scene").doc("One scene for each unknown.");
  s.key("scale", &Params::scale)
      .required()
      .doc("Of each scene: what its value 1 is in the unit of the unknown (0.5 rad: 0.5).");
  s.check([](const Params& p) -> std::string {
    if (p.scenes.empty()) return "scenes: expected one or more";
    return p.scale.size() == p.scenes.size()
               ? ""
               : fmt::format("scale: expected {} numbers, one for each scene", p.scenes.size());
  });
}

Channels::Channels(const Params& params, const BuildContext& context) : scale_(params.scale) {
  for (std::size_t k = 0; k < params.scenes.size(); ++k) {
    BuildContext place = context.child("scenes." + std::to_string(k));
    place.seed = context.seed + (k << 32);
    scenes_.push_back(build<SampleSource>(params.scenes[k], place));
    if (scenes_.back()->photons() != photons()) {
      throw UsageError(
          fmt::format("{}.scenes: {} and {} photons at value 1; one object has one light",
                      context.path, photons(), scenes_.back()->photons()));
    }
  }
}

at::Tensor Channels::sample(std::uint64_t index) const {
  std::vector<at::Tensor> all;
  for (std::size_t k = 0; k < scenes_.size(); ++k) {
    all.push_back(scenes_[k]->sample(index) * scale_[k]);
    if (all.back().sizes().slice(2) == all.front().sizes().slice(2)) continue;
    throw UsageError(fmt::format(
        "scene channels: scenes of {} x {} and {} x {} pixels; draw all of "
        "one size",
        all.front().size(2), all.front().size(3), all.back().size(2), all.back().size(3)));
  }
  return at::cat(all, 1);
}

}  // namespace parfocal::datasets
