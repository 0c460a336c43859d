// SPDX-License-Identifier: Apache-2.0
#include "datasets/stack_measurement.h"

#include <ATen/ops/logical_not.h>

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace parfocal::datasets {

StackMeasurement::StackMeasurement(ImageFileLoader& files, std::string path, ImageFile image,
                                   Options options)
    : files_(&files),
      path_(std::move(path)),
      image_(std::move(image)),
      options_(options),
      n_frames_(files.count_frames(path_, image_)) {
  PARFOCAL_CHECK(options_.block_frames >= 1);
}

std::optional<Measurement> StackMeasurement::next_block() {
  if (next_ == n_frames_) return std::nullopt;
  const std::int64_t end = std::min(next_ + options_.block_frames, n_frames_);
  LoadedImage loaded = files_->load_frames(path_, image_, next_, end);
  next_ = end;

  Field field;
  field.name = "measurement";
  field.values = loaded.values;
  field.grid = loaded.grid;
  field.unit = image_.normalize == ImageFile::Normalize::kNone ? "ADU" : "1";
  if (options_.mask_saturated) field.mask = at::logical_not(loaded.saturated).to(at::kDouble);
  Measurement block;
  block.add(std::move(field));
  return block;
}

}  // namespace parfocal::datasets
