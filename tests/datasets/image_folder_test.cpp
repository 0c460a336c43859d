// SPDX-License-Identifier: Apache-2.0
#include "datasets/scenes/image_folder.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "core/error.h"
#include "datasets/array_tensor.h"
#include "datasets/formats/npy_writer.h"
#include "datasets/formats/png_writer.h"
#include "datasets/image_files.h"
#include "tests/support/scratch_folder.h"

namespace parfocal::datasets {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kImages = 7, kHeldOut = 2, kNy = 6, kNx = 9;

/// Image k holds (100 k + 10 y + x) / 1000: a pixel tells where it comes from.
class ImageFolderTest : public testing::Test {
 protected:
  ImageFolderTest() {
    for (std::int64_t k = 0; k < kImages; ++k) write(name_of(k), image(k));
    scratch_.write("README.txt", "not an image");
    context_.path = "scene";
    context_.seed = 7;
    context_.files = &files_;
    params_.folder = scratch_.path();
    params_.size = {4, 5};
    params_.held_out = kHeldOut;
    params_.photons = Photons::from_si(1000.0);
    params_.augmentation = ImageFolder::Augmentation::kNone;
  }

  static std::string name_of(std::int64_t k) { return "image_" + std::to_string(k) + ".npy"; }
  static at::Tensor image(std::int64_t k) {
    const at::Tensor y = at::arange(kNy, at::kDouble).unsqueeze(1);
    return (100.0 * static_cast<double>(k) + 10.0 * y + at::arange(kNx, at::kDouble)) / 1000.0;
  }
  void write(const std::string& name, const at::Tensor& values) const {
    formats::write_npy(scratch_ / name, array_from_tensor(values));
  }
  [[nodiscard]] ImageFolder scene() const { return {params_, context_}; }
  [[nodiscard]] std::string refusal(std::uint64_t index = 0) const {
    try {
      static_cast<void>(scene().sample(index));
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  /// Which image, and where its window starts.
  struct Origin {
    std::int64_t image, y, x;
  };
  static Origin origin_of(const at::Tensor& sample) {
    const auto first = std::llround(sample[0][0][0][0].item<double>());
    return {first / 100, first / 10 % 10, first % 10};
  }

  test::ScratchFolder scratch_;
  mutable ImageFileLoader files_;
  BuildContext context_;
  ImageFolder::Params params_;
};

TEST_F(ImageFolderTest, HeldOutSamplesAreTheCentresOfTheLastFilesForEverySeed) {
  for (const std::uint64_t seed : {7U, 8U}) {
    context_.seed = seed;
    for (std::int64_t i = 0; i < kHeldOut; ++i) {
      const at::Tensor expected = image(kImages - kHeldOut + i).slice(0, 1, 5).slice(1, 2, 7);
      const at::Tensor sample = scene().sample(static_cast<std::uint64_t>(i));
      EXPECT_LT((sample[0][0] - 1000.0 * expected).abs().max().item<double>(), 1e-12);
    }
  }
}

TEST_F(ImageFolderTest, EveryEpochShowsEveryTrainingImageOnceInAnOrderOfItsOwn) {
  constexpr std::int64_t kTraining = kImages - kHeldOut;
  const ImageFolder folder = scene();
  std::set<std::vector<std::int64_t>> orders;
  for (std::uint64_t epoch = 0; epoch < 20; ++epoch) {
    std::vector<std::int64_t> order;
    for (std::uint64_t k = 0; k < kTraining; ++k) {
      order.push_back(origin_of(folder.sample(1000 + epoch * kTraining + k)).image);
    }
    orders.insert(order);
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
  }
  EXPECT_GT(orders.size(), 15U);
}

TEST_F(ImageFolderTest, WindowsStartEverywhereTheyFit) {
  const ImageFolder folder = scene();
  std::set<std::pair<std::int64_t, std::int64_t>> starts;
  for (std::uint64_t i = 1000; i < 1400; ++i) {
    const at::Tensor sample = folder.sample(i);
    const Origin origin = origin_of(sample);
    const at::Tensor expected =
        image(origin.image).slice(0, origin.y, origin.y + 4).slice(1, origin.x, origin.x + 5);
    ASSERT_LT((sample[0][0] - 1000.0 * expected).abs().max().item<double>(), 1e-12);
    starts.emplace(origin.y, origin.x);
  }
  EXPECT_EQ(starts.size(), 15U);  // 3 x 5
}

/// Interpolation of a plane is that plane at (j + 1/2) / k - 1/2, but for the rim.
TEST_F(ImageFolderTest, EnlargedPicturesAreInterpolated) {
  params_.enlarge = 2;
  const at::Tensor object = scene().sample(0);
  ASSERT_EQ(object.sizes(), (at::IntArrayRef{1, 1, 4, 5}));
  for (std::int64_t y = 1; y < 3; ++y) {
    for (std::int64_t x = 1; x < 5; ++x) {
      const double expected = 500.0 + 10.0 * (2.0 + 0.5 * (static_cast<double>(y) - 0.5)) + 3.0 +
                              0.5 * (static_cast<double>(x) - 0.5);
      EXPECT_NEAR(object[0][0][y][x].item<double>(), expected, 1e-9) << y << ' ' << x;
    }
  }
  params_.size = {13, 5};
  EXPECT_THAT(refusal(), HasSubstr("smaller than size = [13, 5] over enlarge = 2"));
}

TEST_F(ImageFolderTest, InAFieldTheWindowsOfTrainingMeetEveryPlaceAndOthersTheMiddle) {
  const at::Tensor alone = scene().sample(0);
  params_.field = {{6, 8}};
  const at::Tensor held_out = scene().sample(0);
  ASSERT_EQ(held_out.sizes(), (at::IntArrayRef{1, 1, 6, 8}));
  EXPECT_TRUE(held_out.narrow(2, 1, 4).narrow(3, 1, 5).equal(alone));
  EXPECT_EQ(held_out.sum().item<double>(), alone.sum().item<double>());
  std::set<std::pair<std::int64_t, std::int64_t>> places;
  for (std::uint64_t i = 1000; i < 1200; ++i) {
    const at::Tensor lit = scene().sample(i)[0][0].gt(0.0);
    places.emplace(lit.any(1).to(at::kInt).argmax().item<std::int64_t>(),
                   lit.any(0).to(at::kInt).argmax().item<std::int64_t>());
  }
  EXPECT_EQ(places.size(), 12U);
}

TEST_F(ImageFolderTest, SampleIsAFunctionOfSeedAndIndex) {
  const at::Tensor sample = scene().sample(1003);
  EXPECT_TRUE(at::equal(scene().sample(1003), sample));
  context_.seed = 8;
  int same = 0;
  for (std::uint64_t i = 1000; i < 1020; ++i) {
    const at::Tensor other = scene().sample(i);
    context_.seed = 7;
    same += at::equal(scene().sample(i), other) ? 1 : 0;
    context_.seed = 8;
  }
  EXPECT_LT(same, 5);
}

TEST_F(ImageFolderTest, SquareAugmentationMeetsAllEightSymmetries) {
  params_.size = {6, 6};
  params_.augmentation = ImageFolder::Augmentation::kSquare;
  const ImageFolder folder = scene();
  std::set<std::pair<std::int64_t, std::int64_t>> corners;
  for (std::uint64_t i = 1000; i < 1100; ++i) {
    const at::Tensor object = folder.sample(i)[0][0];
    const double along_x = (object[0][1] - object[0][0]).item<double>();
    const double along_y = (object[1][0] - object[0][0]).item<double>();
    corners.emplace(std::llround(along_x), std::llround(along_y));
  }
  EXPECT_EQ(corners.size(), 8U);
}

TEST_F(ImageFolderTest, AnotherFolderCanBeHeldOut) {
  const test::ScratchFolder other;
  formats::write_npy(other / "only.npy", array_from_tensor(at::full({8, 8}, 0.25, at::kDouble)));
  params_.held_out.reset();
  params_.held_out_folder = other.path();
  EXPECT_EQ(scene().sample(0).sum().item<double>(), 250.0 * 20.0);
  EXPECT_THAT(refusal(1), HasSubstr("scene: sample 1 is neither held out (0 to 0) nor for "
                                    "training (from 1000)"));
}

TEST_F(ImageFolderTest, ColourBecomesLumaOrStays) {
  const test::ScratchFolder colours;
  const auto write_pixel = [&](const std::string& name) {
    formats::Array rgb{formats::SampleType::kUInt8, {1, 1, 3}, {}};
    for (const int value : {255, 51, 102}) rgb.bytes.push_back(static_cast<std::byte>(value));
    formats::write_png(colours / name, rgb);
  };
  write_pixel("a.png");
  write_pixel("b.PNG");
  params_.folder = colours.path();
  params_.size = {1, 1};
  params_.held_out = 1;
  const double luma = 0.299 * 1.0 + 0.587 * 0.2 + 0.114 * 0.4;
  EXPECT_NEAR(scene().sample(0).item<double>(), 1000.0 * luma, 1e-10);
  params_.gray = false;
  const at::Tensor colour = scene().sample(1000);
  ASSERT_EQ(colour.sizes().vec(), (std::vector<std::int64_t>{1, 3, 1, 1}));
  EXPECT_NEAR(colour[0][1][0][0].item<double>(), 200.0, 1e-10);
}

TEST_F(ImageFolderTest, FilesAreRecordedOnceWhateverIsReadAgain) {
  const ImageFolder folder = scene();
  for (std::uint64_t i = 1000; i < 1020; ++i) static_cast<void>(folder.sample(i));
  ASSERT_EQ(files_.inputs().size(), static_cast<std::size_t>(kImages - kHeldOut));
  for (const InputFile& input : files_.inputs()) EXPECT_EQ(input.frames_used, 1);
}

/// A second pass over the folder is the same without its files.
TEST_F(ImageFolderTest, AfterTheFirstPassNoFileIsReadAgain) {
  const ImageFolder folder = scene();
  std::vector<at::Tensor> first;
  for (std::uint64_t i = 1000; i < 1005; ++i) first.push_back(folder.sample(i));
  for (std::int64_t k = 0; k < kImages - kHeldOut; ++k) {
    std::filesystem::remove(scratch_ / name_of(k));
  }
  for (std::uint64_t i = 1000; i < 1005; ++i) {
    EXPECT_TRUE(at::equal(folder.sample(i), first[i - 1000])) << i;
  }
  EXPECT_NO_THROW(static_cast<void>(folder.sample(1005)));
}

TEST_F(ImageFolderTest, ValuesAboveWhiteAreRefusedUnlessWhiteIsGiven) {
  write(name_of(5), image(5) * 10.0);
  EXPECT_THAT(refusal(0), HasSubstr("image_5.npy holds values from 5.12 to 5.46 of white = 1; "
                                    "objects lie in [0, 1], set white"));
  params_.white = 10.0;
  EXPECT_NEAR(scene().sample(0)[0][0][0][0].item<double>(), 512.0, 1e-9);
  EXPECT_THAT(refusal(kHeldOut), HasSubstr("lower evaluate.samples"));
}

TEST_F(ImageFolderTest, EmptyMissingSmallAndDamagedInputsAreRefused) {
  params_.size = {7, 5};
  EXPECT_THAT(refusal(), HasSubstr("image_0.npy is 6 x 9 pixels, smaller than size = [7, 5]"));
  params_.size = {4, 5};
  params_.held_out = kImages;
  EXPECT_THAT(refusal(), HasSubstr("scene.held_out = 7"));
  params_.held_out = 1;
  scratch_.write("image_9.png", "no picture");
  EXPECT_THAT(refusal(), HasSubstr("image_9.png"));
  const test::ScratchFolder empty;
  params_.folder = empty.path();
  EXPECT_THAT(refusal(), HasSubstr("holds no image; expected files *.png, *.tif or *.npy"));
  params_.folder = empty / "absent";
  EXPECT_THAT(refusal(), HasSubstr("cannot be listed"));
}

}  // namespace
}  // namespace parfocal::datasets
