// SPDX-License-Identifier: Apache-2.0
#include "core/operators/image_file.h"

#include "core/units/units.h"

namespace parfocal {
namespace {

bool is_range(std::int64_t begin, std::int64_t end) { return begin >= 0 && begin < end; }

std::string check_dark(const DarkLevel& dark) {
  const int given =
      (dark.mean_of ? 1 : 0) + (dark.level ? 1 : 0) + (dark.file ? 1 : 0) + (dark.same_as ? 1 : 0);
  if (given == 1) return "";
  return "expected exactly one of mean_of, level, file, same_as; got " +
         (given == 0 ? std::string("none") : std::to_string(given));
}

std::string check_window(const DarkLevel::Window& window) {
  if (!is_range(window.rows[0], window.rows[1])) {
    return "rows: expected [first, end] with 0 <= first < end";
  }
  if (!is_range(window.columns[0], window.columns[1])) {
    return "columns: expected [first, end] with 0 <= first < end";
  }
  return "";
}

std::string check_image(const ImageFile& image) {
  if (image.frames && !is_range((*image.frames)[0], (*image.frames)[1])) {
    return "frames: expected [first, end] with 0 <= first < end";
  }
  if (image.crop) {
    const auto& [y0, y1, x0, x1] = *image.crop;
    if (!is_range(y0, y1) || !is_range(x0, x1)) {
      return "crop: expected [y0, y1, x0, x1] with 0 <= y0 < y1 and 0 <= x0 < x1";
    }
  }
  return "";
}

}  // namespace

void DarkLevel::Window::describe(Schema<Window>& s) {
  s.summary("A window of an image, rows and columns half-open from 0.");
  s.key("rows", &Window::rows).required().doc("First row and the row after the last one.");
  s.key("columns", &Window::columns)
      .required()
      .doc("First column and the column after the last one.");
  s.check(check_window);
}

void DarkLevel::describe(Schema<DarkLevel>& s) {
  s.summary("The level that is subtracted from a raw image; exactly one key is given.");
  s.block("mean_of", &DarkLevel::mean_of).doc("The mean of a window of the same image.");
  s.key("level", &DarkLevel::level).doc("A number in the units of the file.");
  s.key("file", &DarkLevel::file).doc("A dark frame of the same size, subtracted pixel by pixel.");
  s.key("same_as", &DarkLevel::same_as)
      .doc("The level found for another image, by the dotted path of its component.");
  s.check(check_dark);
}

void ImageFile::describe(Schema<ImageFile>& s) {
  s.summary("A measured image on disk and how it is prepared: dark, crop, binning, normalize.");
  s.key("file", &ImageFile::file)
      .required()
      .doc("TIFF, PNG, NPY or MATLAB (5, 7.3); relative to the experiment.");
  s.key("variable", &ImageFile::variable)
      .doc("Name of the matrix, where a MATLAB file holds several; the only one if absent.");
  s.key("frames", &ImageFile::frames).doc("Half-open range of frames, from 0; all if absent.");
  s.block("dark", &ImageFile::dark).doc("What is subtracted first; nothing if absent.");
  s.key("crop", &ImageFile::crop).doc("[y0, y1, x0, x1] in raw pixels, half-open; all if absent.");
  s.key("binning", &ImageFile::binning)
      .at_least(1)
      .doc("Mean over blocks of this many pixels along both axes; the size must divide.");
  s.choice("normalize", &ImageFile::normalize,
           {{"none", Normalize::kNone},
            {"l2", Normalize::kL2},
            {"max", Normalize::kMax},
            {"sum", Normalize::kSum}})
      .doc("The whole image is divided by its root sum of squares, maximum or sum.");
  s.key("pitch", &ImageFile::pitch)
      .above(Length::from_m(0.0))
      .doc("Pitch [y, x] of the raw pixels; absent where it was not recorded.");
  s.key("saturation", &ImageFile::saturation)
      .doc(
          "Raw value from which a pixel counts as saturated; the largest of an integer type if "
          "absent.");
  s.check(check_image);
}

}  // namespace parfocal
