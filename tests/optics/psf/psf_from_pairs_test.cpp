// SPDX-License-Identifier: Apache-2.0
#include "optics/psf/psf_from_pairs.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "core/error.h"
#include "core/tensor/random.h"
#include "tests/support/scratch_folder.h"

namespace parfocal::optics {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kNy = 12, kNx = 16, kPairs = 6;

/// A few points around the centre pixel (6, 8).
at::Tensor true_psf() {
  at::Tensor psf = at::zeros({kNy, kNx}, at::kDouble);
  psf[6][7].fill_(0.4);
  psf[4][9].fill_(0.25);
  psf[8][3].fill_(0.2);
  psf[7][8].fill_(0.15);
  return psf;
}

/// Direct sums: y[p] = sum_q h[p - q + centre] x[q] on the sensor, plus an offset of the pair.
at::Tensor seen(const at::Tensor& scene, double offset) {
  const at::Tensor psf = true_psf();
  at::Tensor image = at::zeros({kNy, kNx}, at::kDouble);
  for (std::int64_t i = 0; i < kNy; ++i) {
    for (std::int64_t j = 0; j < kNx; ++j) {
      const double h = psf[i][j].item<double>();
      if (h == 0.0) continue;
      const std::int64_t dy = i - kNy / 2, dx = j - kNx / 2;
      const auto range = [](std::int64_t n, std::int64_t shift) {
        return std::pair{std::max<std::int64_t>(0, shift), std::min(n, n + shift)};
      };
      const auto [y0, y1] = range(kNy, dy);
      const auto [x0, x1] = range(kNx, dx);
      image.slice(0, y0, y1).slice(1, x0, x1) +=
          scene.slice(0, y0 - dy, y1 - dy).slice(1, x0 - dx, x1 - dx) * h;
    }
  }
  return image + offset;
}

at::Tensor scenes() { return RandomStream(3).uniform({kPairs, kNy, kNx}); }

at::Tensor images() {
  at::Tensor all = at::zeros({kPairs, kNy, kNx}, at::kDouble);
  for (std::int64_t k = 0; k < kPairs; ++k) {
    all[k] = seen(scenes()[k], 0.1 * static_cast<double>(k));
  }
  return all;
}

TEST(PsfFromPairs, FindsThePsfAgainBehindOffsetsOfEveryPair) {
  const at::Tensor psf = psf_of_pairs(scenes(), images(), {1e-6, 0.3, 1.0, 3000});
  EXPECT_LT((psf - true_psf()).abs().max().item<double>(), 1e-3);
  EXPECT_GE(psf.min().item<double>(), 0.0);
}

/// Pairs in memory, by file name; the folders hold empty files of the same names.
class MemoryPairs final : public ImageFiles {
 public:
  LoadedImage load(const std::string& path, const ImageFile& image) override {
    LoadedImage loaded;
    const auto found = images.find(image.file);
    if (found == images.end()) ADD_FAILURE() << path << " asks for " << image.file;
    loaded.values = found->second;
    return loaded;
  }
  std::map<std::filesystem::path, at::Tensor> images;
};

class PsfFromPairsTest : public testing::Test {
 protected:
  PsfFromPairsTest() {
    context_.path = "model.psf";
    context_.dtype = at::kDouble;
    context_.files = &files_;
    params_.scenes = scenes_.path();
    params_.images = images_.path();
    params_.iterations = 5;
    const at::Tensor x = scenes(), y = images();
    for (std::int64_t k = 0; k < 3; ++k) {
      const std::string name = "pair_" + std::to_string(k) + ".npy";
      const auto colours = [&](const at::Tensor& image, double first) {
        return at::stack({image * first, image}).unsqueeze(0);
      };
      files_.images[scenes_.write(name, "")] = colours(x[k], 1.0);
      files_.images[images_.write(name, "")] = colours(y[k], 0.5);
    }
  }

  [[nodiscard]] std::string refusal() const {
    try {
      static_cast<void>(PsfFromPairs(params_, context_));
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  test::ScratchFolder scenes_, images_;
  MemoryPairs files_;
  BuildContext context_;
  PsfFromPairs::Params params_;
};

TEST_F(PsfFromPairsTest, ChannelsAreFittedOnTheirOwnAndNormalizedTogether) {
  const at::Tensor psf = PsfFromPairs(params_, context_).psf();
  ASSERT_EQ(psf.sizes().vec(), (std::vector<std::int64_t>{2, kNy, kNx}));
  EXPECT_NEAR(psf.square().sum().item<double>(), 1.0, 1e-12);
  params_.channel = 1;
  params_.normalize = PsfFromPairs::Normalize::kNone;
  const at::Tensor one = PsfFromPairs(params_, context_).psf();
  const at::Tensor expected =
      psf_of_pairs(scenes().slice(0, 0, 3), images().slice(0, 0, 3), params_);
  EXPECT_TRUE(at::equal(one[0], expected));
}

TEST_F(PsfFromPairsTest, WhatIsLeftOutIsNotRead) {
  params_.leave_out = {"pair_0.npy"};
  params_.channel = 1;
  params_.normalize = PsfFromPairs::Normalize::kNone;
  files_.images.erase(scenes_ / "pair_0.npy");
  const at::Tensor expected =
      psf_of_pairs(scenes().slice(0, 1, 3), images().slice(0, 1, 3), params_);
  EXPECT_TRUE(at::equal(PsfFromPairs(params_, context_).psf()[0], expected));
}

TEST_F(PsfFromPairsTest, MistakesNameThePathAndTheRemedy) {
  params_.channel = 2;
  EXPECT_THAT(refusal(), HasSubstr("model.psf.channel = 2: the images have channels 0 to 1"));
  params_.channel = 0;
  params_.leave_out = {"pair_7.npy"};
  EXPECT_THAT(refusal(), HasSubstr("model.psf.leave_out = pair_7.npy: no such file"));
  params_.leave_out = {"pair_0.npy", "pair_1.npy", "pair_2.npy"};
  EXPECT_THAT(refusal(), HasSubstr("leave out fewer files"));
  params_.leave_out.clear();
  images_.write("pair_9.npy", "");
  EXPECT_THAT(refusal(), HasSubstr("hold files of different names"));
  params_.images = images_ / "absent";
  EXPECT_THAT(refusal(), HasSubstr("model.psf.images"));
}

}  // namespace
}  // namespace parfocal::optics
