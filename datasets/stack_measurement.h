// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/operators/fields.h"
#include "core/operators/image_file.h"
#include "datasets/image_files.h"

namespace parfocal::datasets {

/// A measured stack as blocks of frames, in file order; one image is one block.
///
/// Each block holds the field "measurement" [frames, channel, n_y, n_x] (float64), whose mask is 0
/// at saturated pixels when `mask_saturated` is set. With `images_per_frame` that many pages of one
/// channel follow each other as the channels of one frame. With `contrast` every channel of a frame
/// is divided by its mean, less 1.
///
/// Invariants: every page is delivered once; memory is that of one block.
/// Errors:     DataError from the reader, with file and frame; for pages that do not fill the last
///             frame or have colors, and for an image whose mean is not above 0.
/// Tested by:  tests/datasets/image_files_test.cpp.
class StackMeasurement final : public MeasurementSource {
 public:
  struct Options {
    std::int64_t block_frames = 8;
    bool mask_saturated = false;
    std::int64_t images_per_frame = 1;  ///< Pages of a frame.
    bool contrast = false;
  };

  StackMeasurement(ImageFileLoader& files, std::string path, ImageFile image, Options options);

  [[nodiscard]] std::int64_t n_frames() const override { return n_frames_; }
  [[nodiscard]] std::optional<Measurement> next_block() override;

 private:
  [[nodiscard]] at::Tensor as_frames(const at::Tensor& pages) const;
  [[nodiscard]] at::Tensor contrast_of(const at::Tensor& values) const;

  ImageFileLoader* files_;
  std::string path_;
  ImageFile image_;
  Options options_;
  std::int64_t n_frames_;
  std::int64_t next_ = 0;
};

}  // namespace parfocal::datasets
