// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/schema.h"
#include "core/operators/component.h"
#include "core/operators/fields.h"
#include "datasets/scenes/picture_cache.h"

namespace parfocal::datasets {

/// A folder of images as objects: a window of one image is one sample.
///
///   i < training_from:  window at the centre of held-out image i, as it is
///   i >= training_from: t = i - training_from, epoch e = floor(t / n) of n training images, image
///                       number t - e n of a random order of that epoch, a random window, one of the
///                       symmetries of the square at random
///
/// With `enlarge` k the window is of ceil(size / k) picture pixels, k x k object pixels each,
/// interpolated bilinearly. With `field` the window lies in a dark field of that size: a held-out
/// one in its middle, at (field - size) / 2 rounded down, one that trains at a random place.
///
/// Held out are the last `held_out` files by name, or all of `held_out_folder`; the others train.
/// Convention: files are ordered by the bytes of their names; value 1 is `white`, by default the
///             largest number of an integer file and 1 in a file of floating-point numbers. Grey
///             from colour is 0.299 R + 0.587 G + 0.114 B of the stored values (Rec. ITU-R BT.601).
/// Layout:     [1, channel, n_y, n_x] of `size`, or of `field`; values in [0, photons].
/// Precision:  float64, the numbers of the file over `white`.
/// Memory:     pictures stay decoded in a `PictureCache`: each file is read once, as it then was,
///             unless all of them are larger than that.
/// Invariants: a pure function of (run seed, i); held-out samples do not depend on the seed and
///             never share a file with a training sample.
/// Errors:     DataError for a folder without images, an image smaller than `size`, a file that
///             cannot be read, values outside [0, 1]; UsageError for a sample without an image.
/// Tested by:  tests/datasets/image_folder_test.cpp.
class ImageFolder final : public SampleSource {
 public:
  enum class Augmentation { kNone, kFlips, kSquare };
  struct Params {
    std::filesystem::path folder;
    std::array<std::int64_t, 2> size{128, 128};
    std::int64_t enlarge = 1;
    std::optional<std::array<std::int64_t, 2>> field;
    Photons photons = Photons::from_si(1000.0);
    std::optional<std::int64_t> held_out;
    std::optional<std::filesystem::path> held_out_folder;
    std::int64_t training_from = 1000;
    Augmentation augmentation = Augmentation::kFlips;
    bool gray = true;
    std::optional<double> white;
  };
  static void describe(Schema<Params>& s);

  ImageFolder(const Params& params, const BuildContext& context);
  [[nodiscard]] at::Tensor sample(std::uint64_t index) const override;
  [[nodiscard]] double photons() const override { return params_.photons.photons(); }

 private:
  struct Picture {
    std::filesystem::path file;
    std::int64_t n_y = 0, n_x = 0;
    double white = 1.0;
  };
  [[nodiscard]] std::vector<Picture> pictures_of(const std::string& key,
                                                 const std::filesystem::path& folder) const;
  [[nodiscard]] Picture opened(const std::string& key, const std::filesystem::path& file) const;
  [[nodiscard]] at::Tensor window(const Picture& picture, std::int64_t y, std::int64_t x) const;
  [[nodiscard]] at::Tensor enlarged(const at::Tensor& values) const;
  [[nodiscard]] at::Tensor augmented(const at::Tensor& values, double draw) const;
  /// Rows and columns of the field that the window leaves.
  [[nodiscard]] std::array<std::int64_t, 2> room() const;
  [[nodiscard]] at::Tensor placed(const at::Tensor& values, std::int64_t y, std::int64_t x) const;
  [[nodiscard]] at::Tensor held_out_sample(std::uint64_t index) const;
  [[nodiscard]] at::Tensor training_sample(std::uint64_t index) const;

  Params params_;
  std::int64_t window_y_, window_x_;  ///< In pixels of the pictures.
  std::string path_;
  std::uint64_t seed_;
  ImageFiles* files_;
  std::vector<Picture> training_, held_out_;
  std::shared_ptr<PictureCache> cache_ = std::make_shared<PictureCache>();
};

}  // namespace parfocal::datasets
