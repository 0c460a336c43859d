// SPDX-License-Identifier: Apache-2.0
#include "optics/psf/measured_psf.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

TEST(MeasuredPsf, IsTheLoadedFrameInTheTypeOfTheOptics) {
  const at::Tensor image = random_real({1, 3, 15, 22}, 1);
  const Grid grid = Grid::centred(15, 22, 0.65e-6, 0.8e-6);
  OneImage files(image, grid);
  BuildContext context;
  context.files = &files;
  context.dtype = at::kFloat;
  const MeasuredPsf psf({}, context);
  EXPECT_EQ(psf.psf().scalar_type(), at::kFloat);
  EXPECT_LE(relative_error(psf.psf().to(at::kDouble), image[0]), 1e-7);
  EXPECT_EQ(psf.grid(), grid);
}

TEST(MeasuredPsf, SeveralFramesAreADataError) {
  OneImage files(random_real({2, 1, 15, 22}, 1));
  BuildContext context;
  context.path = "model.psf";
  context.files = &files;
  ImageFile image;
  image.file = "psf.tif";
  try {
    const MeasuredPsf psf(image, context);
    FAIL() << "no error";
  } catch (const DataError& error) {
    EXPECT_STREQ(
        error.what(),
        "model.psf = psf.tif: holds 2 frames where one is needed; choose it by frames: [i, i + "
        "1]");
  }
}

}  // namespace
}  // namespace parfocal::optics
