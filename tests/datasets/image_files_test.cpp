// SPDX-License-Identifier: Apache-2.0
#include "datasets/image_files.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "core/error.h"
#include "datasets/array_tensor.h"
#include "datasets/formats/npy_writer.h"
#include "datasets/stack_measurement.h"
#include "tests/support/data.h"

namespace parfocal::datasets {
namespace {

using testing::HasSubstr;

class ImageFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              (std::string("parfocal_image_files_") +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const at::Tensor& values) {
    const std::filesystem::path path = folder_ / name;
    formats::write_npy(path, array_from_tensor(values));
    return path;
  }

  static std::string data_error(const ImageFile& image, const std::string& path) {
    ImageFileLoader files;
    try {
      (void)files.load(path, image);
    } catch (const DataError& error) {
      return error.what();
    }
    return "no error";
  }

  std::filesystem::path folder_;
};

ImageFile tutorial(const std::string& name) {
  ImageFile image;
  image.file = test::data_file("lensless/diffusercam_tutorial/" + name);
  image.binning = 4;
  image.normalize = ImageFile::Normalize::kL2;
  image.dark = DarkLevel{};
  return image;
}

TEST_F(ImageFilesTest, DiffuserCamTutorialIsPreparedToThePublishedNumbers) {
  PARFOCAL_REQUIRE_FILE(test::data_file("lensless/diffusercam_tutorial/psf_sample.tif"));
  ImageFile psf_file = tutorial("psf_sample.tif");
  psf_file.dark->mean_of = DarkLevel::Window{{5, 15}, {5, 15}};
  ImageFile hand_file = tutorial("rawdata_hand_sample.tif");
  hand_file.dark->same_as = "model.psf";

  ImageFileLoader files;
  const LoadedImage psf = files.load("model.psf", psf_file);
  const LoadedImage hand = files.load("data.measurement", hand_file);

  EXPECT_EQ(psf.dark_level, 34.08);
  EXPECT_NEAR(psf.normalizer, 1627998.7511710227, 1e-6);
  EXPECT_NEAR(hand.normalizer, 6823958.443245955, 1e-5);
  EXPECT_NEAR(psf.values.sum().item<double>(), 166.596203885238, 1e-9);
  EXPECT_NEAR(hand.values.sum().item<double>(), 281.376060239703, 1e-9);
  EXPECT_NEAR(psf.values[0][0][159][279].item<double>(), 0.040224797441, 1e-12);
  EXPECT_NEAR(psf.values[0][0][150][200].item<double>(), 3.57919193e-3, 1e-11);
  // The block mean there is 32150 counts, less the dark level.
  EXPECT_NEAR(hand.values[0][0][150][200].item<double>(), 32115.92 / 6823958.443245955, 1e-14);
  ASSERT_EQ(files.inputs().size(), 2u);
  EXPECT_EQ(files.inputs()[0].frames_used, 1);
}

TEST_F(ImageFilesTest, OneOfTwoMatricesIsNamedByItsVariable) {
  const auto file = test::data_file("smlm/masks/masks_oracle_vipr.mat");
  PARFOCAL_REQUIRE_FILE(file);
  ImageFile image;
  image.file = file;
  EXPECT_THAT(data_error(image, "optics.slm.phase"),
              HasSubstr("say which one by \"variable: mask1"));
  image.variable = "mask2";
  ImageFileLoader files;
  const LoadedImage loaded = files.load("optics.slm.phase", image);
  EXPECT_EQ(loaded.values.sizes().vec(), (std::vector<std::int64_t>{1, 1, 343, 343}));
  EXPECT_EQ(loaded.values[0][0][100][120].item<double>(), 0.7766072729907856);
}

TEST_F(ImageFilesTest, WhatIsNotFiniteIsNamedByFrameAndPixel) {
  const at::Tensor stack = at::arange(5 * 4 * 6, at::kDouble).view({5, 4, 6});
  stack[3][2][1] = std::numeric_limits<double>::quiet_NaN();
  ImageFile image;
  image.file = write("stack.npy", stack);
  EXPECT_THAT(data_error(image, "x"), HasSubstr("frame 3, row 2, column 1 (from 0) is nan"));
  image.frames = {2, 5};
  EXPECT_THAT(data_error(image, "x"), HasSubstr("frame 3, row 2, column 1 (from 0) is nan"));
  image.frames = {0, 3};
  EXPECT_EQ(data_error(image, "x"), "no error");
  image.frames = {0, 6};
  EXPECT_THAT(data_error(image, "x"), HasSubstr("stack.npy holds frames 0 to 4"));
}

TEST_F(ImageFilesTest, StackReadInBlocksEqualsStackReadWhole) {
  const at::Tensor stack = at::arange(5 * 4 * 6, at::kDouble).view({5, 4, 6}) + 1.0;
  ImageFile image;
  image.file = write("stack.npy", stack);
  image.dark = DarkLevel{};
  image.dark->mean_of = DarkLevel::Window{{0, 1}, {0, 2}};
  image.binning = 2;
  image.normalize = ImageFile::Normalize::kMax;

  ImageFileLoader files;
  const at::Tensor whole = files.load("data", image).values;
  StackMeasurement source(files, "data", image, {.block_frames = 2});
  EXPECT_EQ(source.n_frames(), 5);
  std::int64_t next = 0;
  while (const auto block = source.next_block()) {
    const at::Tensor& values = block->at("measurement").values;
    EXPECT_TRUE(at::equal(values, whole.slice(0, next, next + values.size(0))));
    next += values.size(0);
  }
  EXPECT_EQ(next, 5);
}

TEST_F(ImageFilesTest, SaturatedPixelsOfABlockAreMaskedTogether) {
  ImageFile image;
  image.file = write("raw.npy", at::arange(16, at::kDouble).view({4, 4}));
  image.saturation = 15.0;
  image.binning = 2;
  ImageFileLoader files;
  StackMeasurement source(files, "data", image, {.block_frames = 1, .mask_saturated = true});
  const at::Tensor mask = source.next_block()->at("measurement").mask;
  EXPECT_EQ(mask.sum().item<double>(), 3.0);
  EXPECT_EQ(mask[0][0][1][1].item<double>(), 0.0);
}

TEST_F(ImageFilesTest, DarkFrameIsSubtractedPixelByPixel) {
  const at::Tensor raw = at::arange(6, at::kDouble).view({2, 3});
  ImageFile image;
  image.file = write("raw.npy", raw);
  image.dark = DarkLevel{};
  image.dark->file = write("dark.npy", raw * 0.5);
  ImageFileLoader files;
  EXPECT_TRUE(at::equal(files.load("data", image).values[0][0], raw * 0.5));
}

TEST_F(ImageFilesTest, MistakesNameThePathTheValueAndTheLimit) {
  ImageFile image;
  image.file = write("raw.npy", at::arange(15, at::kDouble).view({3, 5}));
  ImageFile wrong = image;
  wrong.binning = 2;
  EXPECT_THAT(data_error(wrong, "data.measurement"),
              HasSubstr("data.measurement: binning = 2 does not divide the image of 3 x 5 pixels; "
                        "crop it to 2 x 4 first"));
  wrong = image;
  wrong.crop = {0, 4, 0, 5};
  EXPECT_THAT(data_error(wrong, "data"),
              HasSubstr("data.crop: the rows [0, 4) do not lie inside the image of 3 rows"));
  wrong = image;
  wrong.dark = DarkLevel{};
  wrong.dark->same_as = "model.psf";
  EXPECT_THAT(data_error(wrong, "data"),
              HasSubstr("data.dark.same_as = model.psf: no image of that path"));
  wrong = image;
  wrong.frames = {0, 2};
  EXPECT_THAT(data_error(wrong, "data"), HasSubstr("data.frames = [0, 2)"));
}

/// Six pages of two frames, each of three images.
StackMeasurement pages_as_images(ImageFileLoader& files, const std::filesystem::path& file,
                                 std::int64_t images) {
  ImageFile image;
  image.file = file;
  StackMeasurement::Options options;
  options.images_per_frame = images;
  options.block_frames = 1;
  options.contrast = true;
  return {files, "data.measurement", image, options};
}

TEST_F(ImageFilesTest, PagesAreTheImagesOfAFrame) {
  const at::Tensor pages = at::arange(1, 6 * 4 * 5 + 1, at::kDouble).view({6, 4, 5});
  ImageFileLoader files;
  StackMeasurement source = pages_as_images(files, write("pages.npy", pages), 3);
  EXPECT_EQ(source.n_frames(), 2);
  for (const std::int64_t frame : {0, 1}) {
    const Field field = source.next_block()->at("measurement");
    const at::Tensor expected = pages.narrow(0, 3 * frame, 3).unsqueeze(0);
    EXPECT_TRUE(at::equal(field.values, expected / expected.mean({-2, -1}, true) - 1.0));
    EXPECT_EQ(field.unit, "1");
  }
  EXPECT_FALSE(source.next_block());
}

TEST_F(ImageFilesTest, PagesThatFillNoFrameAreNamed) {
  const auto file = write("pages.npy", at::arange(0, 5 * 4 * 5, at::kDouble).view({5, 4, 5}));
  ImageFileLoader files;
  try {
    static_cast<void>(pages_as_images(files, file, 4));
    FAIL() << "no error";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("data.measurement: 5 pages"));
    EXPECT_THAT(error.what(), HasSubstr("a frame has 4 images"));
  }
}

TEST_F(ImageFilesTest, ADarkImageHasNoContrast) {
  const auto file = write("pages.npy", at::arange(-20, 0, at::kDouble).view({1, 4, 5}));
  ImageFileLoader files;
  StackMeasurement source = pages_as_images(files, file, 1);
  EXPECT_THROW(static_cast<void>(source.next_block()), DataError);
}

}  // namespace
}  // namespace parfocal::datasets
