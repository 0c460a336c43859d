// SPDX-License-Identifier: Apache-2.0
#include "datasets/stack_measurement.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/logical_not.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "core/error.h"

namespace parfocal::datasets {

StackMeasurement::StackMeasurement(ImageFileLoader& files, std::string path, ImageFile image,
                                   Options options)
    : files_(&files),
      path_(std::move(path)),
      image_(std::move(image)),
      options_(options),
      n_frames_(files.count_frames(path_, image_)) {
  PARFOCAL_CHECK(options_.block_frames >= 1);
  PARFOCAL_CHECK(options_.images_per_frame >= 1);
  if (n_frames_ % options_.images_per_frame != 0) {
    throw DataError(fmt::format(
        "{}: {} pages in {}, but a frame has {} images; choose them by frames: [first, end]", path_,
        n_frames_, image_.file.string(), options_.images_per_frame));
  }
  n_frames_ /= options_.images_per_frame;
}

at::Tensor StackMeasurement::as_frames(const at::Tensor& pages) const {
  if (options_.images_per_frame == 1) return pages;
  if (pages.size(1) != 1) {
    throw DataError(
        fmt::format("{}: a page of {} has {} channels; pages that are the images of a "
                    "frame have one",
                    path_, image_.file.string(), pages.size(1)));
  }
  return pages.squeeze(1).unflatten(0, {-1, options_.images_per_frame});
}

at::Tensor StackMeasurement::contrast_of(const at::Tensor& values) const {
  const at::Tensor mean = values.mean({-2, -1}, true);
  if (mean.gt(0).all().item<bool>()) return values / mean - 1.0;
  throw DataError(fmt::format(
      "{}: an image of {} has a mean that is not above 0, so it has no contrast; check dark", path_,
      image_.file.string()));
}

std::optional<Measurement> StackMeasurement::next_block() {
  if (next_ == n_frames_) return std::nullopt;
  const std::int64_t end = std::min(next_ + options_.block_frames, n_frames_);
  const std::int64_t pages = options_.images_per_frame;
  LoadedImage loaded = files_->load_frames(path_, image_, next_ * pages, end * pages);
  next_ = end;

  Field field;
  field.name = "measurement";
  field.values = as_frames(loaded.values);
  if (options_.contrast) field.values = contrast_of(field.values);
  field.grid = loaded.grid;
  field.unit = !options_.contrast && image_.normalize == ImageFile::Normalize::kNone ? "ADU" : "1";
  if (options_.mask_saturated)
    field.mask = at::logical_not(as_frames(loaded.saturated)).to(at::kDouble);
  Measurement block;
  block.add(std::move(field));
  return block;
}

}  // namespace parfocal::datasets
