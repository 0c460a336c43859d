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
/// at saturated pixels when `mask_saturated` is set. Invariants: every frame is delivered once;
/// memory is that of one block. Errors:     DataError from the reader, with file and frame. Tested
/// by:  tests/datasets/image_files_test.cpp.
class StackMeasurement final : public MeasurementSource {
 public:
  struct Options {
    std::int64_t block_frames = 8;
    bool mask_saturated = false;
  };

  StackMeasurement(ImageFileLoader& files, std::string path, ImageFile image, Options options);

  [[nodiscard]] std::int64_t n_frames() const override { return n_frames_; }
  [[nodiscard]] std::optional<Measurement> next_block() override;

 private:
  ImageFileLoader* files_;
  std::string path_;
  ImageFile image_;
  Options options_;
  std::int64_t n_frames_;
  std::int64_t next_ = 0;
};

}  // namespace parfocal::datasets
