// SPDX-License-Identifier: Apache-2.0
#include "datasets/scenes/measured_scene.h"

#include <fmt/format.h>

#include "core/error.h"

namespace parfocal::datasets {

void MeasuredScene::describe(Schema<Params>& s) {
  s.summary("An image or stack on disk, used as the object.");
  s.block("image", &Params::image)
      .required()
      .doc("The file and how it is prepared; value 1 means `photons`.");
  s.key("photons", &Params::photons).above(Photons{}).doc("Photons per pixel at object value 1.");
}

MeasuredScene::MeasuredScene(const Params& params, const BuildContext& context)
    : photons_(params.photons.photons()) {
  PARFOCAL_CHECK(context.files != nullptr);
  const std::string path = context.path + ".image";
  const LoadedImage loaded = context.files->load(path, params.image);
  const double lowest = loaded.values.min().item<double>();
  if (!(lowest >= 0.0)) {
    throw DataError(
        fmt::format("{}: the smallest value is {}; an object must not be negative", path, lowest));
  }
  frames_ = loaded.values.mul(photons_);
}

at::Tensor MeasuredScene::sample(std::uint64_t index) const {
  const auto frame = static_cast<std::int64_t>(index % static_cast<std::uint64_t>(frames_.size(0)));
  return frames_.slice(0, frame, frame + 1);
}

}  // namespace parfocal::datasets
