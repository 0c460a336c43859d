// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config/schema.h"
#include "core/operators/fields.h"

namespace parfocal {

/// The level that is subtracted from a raw image before anything else; exactly one key is given.
struct DarkLevel {
  struct Window {
    std::array<std::int64_t, 2> rows{0, 0};  ///< Half-open, from 0.
    std::array<std::int64_t, 2> columns{0, 0};
    static void describe(Schema<Window>& s);
  };
  std::optional<Window> mean_of;              ///< Mean of a window of the same image.
  std::optional<double> level;                ///< A number in the units of the file.
  std::optional<std::filesystem::path> file;  ///< A dark frame.
  std::optional<std::string> same_as;         ///< The level found for another image ("model.psf").
  static void describe(Schema<DarkLevel>& s);
};

/// A measured image or stack on disk and how it is prepared, in this order: read as float64, dark,
/// crop, binning, normalize.
///
///   binning b:       mean over b x b blocks (the size must divide); repeated halves give the same
///   normalize:       none | l2 (divide by the root of the sum of squares over the whole image) |
///                    max | sum
///
/// Embedded by every component that takes a `file:`; loaded by an `ImageFiles` that the program
/// hands over, so optics and models never meet a file format.
struct ImageFile {
  enum class Normalize { kNone, kL2, kMax, kSum };

  std::filesystem::path file;
  std::optional<std::string> variable;                ///< Which matrix of a MATLAB file of several.
  std::optional<std::array<std::int64_t, 2>> frames;  ///< Half-open range; default all.
  std::optional<DarkLevel> dark;
  std::optional<std::array<std::int64_t, 4>> crop;  ///< [y0, y1, x0, x1], half-open.
  std::int64_t binning = 1;
  Normalize normalize = Normalize::kNone;
  std::optional<std::array<Length, 2>> pitch;  ///< [y, x] of the raw pixels.
  std::optional<double> saturation;  ///< Raw value from which a pixel is saturated; default the
                                     ///< largest of an integer type.
  static void describe(Schema<ImageFile>& s);
};

/// An image as it came out of its preparation.
struct LoadedImage {
  at::Tensor values;      ///< float64 [frames, channel, n_y, n_x].
  double dark_level = 0;  ///< What was subtracted (the mean, for a dark frame).
  double normalizer = 1;  ///< What it was divided by.
  at::Tensor saturated;   ///< bool, same shape as `values`: any raw sample of the binned block is
                          ///< saturated.
  std::optional<Grid> grid;  ///< After binning, where the pitch is known.
};

/// Loads files for components; implemented in `datasets`, handed over by the program.
class ImageFiles {
 public:
  virtual ~ImageFiles() = default;
  /// `path` is the dotted path of the component that asks, the name that `same_as` refers to.
  [[nodiscard]] virtual LoadedImage load(const std::string& path, const ImageFile& image) = 0;
};

}  // namespace parfocal
