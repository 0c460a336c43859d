// SPDX-License-Identifier: Apache-2.0
#include "core/operators/image_file.h"

#include <gmock/gmock.h>

#include "core/config/document.h"
#include "core/config/registry.h"

namespace parfocal {
namespace {

using testing::HasSubstr;

/// Messages of reading `yaml` as an ImageFile, one a line; the value in `image`.
std::string problems_of(const std::string& yaml, ImageFile& image) {
  const Registry registry;
  Diagnostics diagnostics;
  ReadContext context(registry, diagnostics, "measurement");
  schema_of<ImageFile>()->read(parse_yaml(yaml, "x.yaml"), context, &image, false);
  std::string text;
  for (const Diagnostic& found : diagnostics.sorted()) text += found.message + "\n";
  return text;
}

std::string problems_of(const std::string& yaml) {
  ImageFile image;
  return problems_of(yaml, image);
}

TEST(ImageFile, ReadsEveryKey) {
  ImageFile image;
  EXPECT_EQ(problems_of("{file: /a/raw.tif, frames: [0, 4], dark: {mean_of: {rows: [0, 8], "
                        "columns: [2, 9]}}, crop: [0, 10, 5, 20], binning: 4, normalize: l2, "
                        "pitch: [6.5 um, 7 um]}",
                        image),
            "");
  EXPECT_EQ(image.file, "/a/raw.tif");
  EXPECT_EQ(image.frames, (std::array<std::int64_t, 2>{0, 4}));
  EXPECT_EQ(image.dark->mean_of->columns, (std::array<std::int64_t, 2>{2, 9}));
  EXPECT_EQ(image.crop, (std::array<std::int64_t, 4>{0, 10, 5, 20}));
  EXPECT_EQ(image.binning, 4);
  EXPECT_EQ(image.normalize, ImageFile::Normalize::kL2);
  EXPECT_DOUBLE_EQ((*image.pitch)[1].m(), 7e-6);
}

TEST(ImageFile, DarkTakesExactlyOneKey) {
  EXPECT_EQ(problems_of("{file: /a.tif, dark: {level: 100}}"), "");
  EXPECT_EQ(problems_of("{file: /a.tif, dark: {same_as: model.psf}}"), "");
  EXPECT_THAT(problems_of("{file: /a.tif, dark: {}}"),
              HasSubstr("expected exactly one of mean_of, level, file, same_as; got none"));
  EXPECT_THAT(problems_of("{file: /a.tif, dark: {level: 100, same_as: model.psf}}"),
              HasSubstr("expected exactly one of mean_of, level, file, same_as; got 2"));
}

TEST(ImageFile, WindowsAreHalfOpenAndNotEmpty) {
  EXPECT_THAT(problems_of("{file: /a.tif, frames: [3, 3]}"),
              HasSubstr("frames: expected [first, end] with 0 <= first < end"));
  EXPECT_THAT(problems_of("{file: /a.tif, crop: [0, 10, 20, 5]}"),
              HasSubstr("crop: expected [y0, y1, x0, x1] with 0 <= y0 < y1 and 0 <= x0 < x1"));
  EXPECT_THAT(problems_of("{file: /a.tif, dark: {mean_of: {rows: [-1, 8], columns: [0, 9]}}}"),
              HasSubstr("rows: expected [first, end] with 0 <= first < end"));
  EXPECT_THAT(problems_of("{file: /a.tif, dark: {mean_of: {rows: [0, 8], columns: [9, 9]}}}"),
              HasSubstr("columns: expected [first, end] with 0 <= first < end"));
}

TEST(ImageFile, BinningAndPitchArePositiveAndFileIsNeeded) {
  EXPECT_THAT(problems_of("{file: /a.tif, binning: 0}"), HasSubstr("measurement.binning"));
  EXPECT_THAT(problems_of("{file: /a.tif, pitch: [0 um, 1 um]}"), HasSubstr("measurement.pitch"));
  EXPECT_THAT(problems_of("{binning: 1}"), HasSubstr("file"));
}

}  // namespace
}  // namespace parfocal
