// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <string>

#include "learned/losses/emitter_bound.h"
#include "optics/detectors/poisson_detector.h"
#include "tests/solvers/pupil_microscope.h"
#include "tests/support/data.h"

namespace parfocal::test {
namespace {

using Case = MicroscopeCase;
constexpr Angles kStretched = Angles::kStretched, kExact = Angles::kExact;

Shown bounds(const PupilMicroscope& scope, double photons, double background) {
  learned::EmitterBound::Params params;
  params.photons = {Photons::from_si(photons)};
  params.background = {Photons::from_si(background)};
  const optics::PoissonDetector counter(optics::PoissonDetector::Params{}, BuildContext{});
  return learned::EmitterBound(params).show({*scope.model, counter, 1.0, {}, {}});
}

struct Published {
  Case which;
  double photons, background;
  double x, y, z;
};

void expect_means(const Published& row) {
  const PupilMicroscope scope(row.which);
  const Shown shown = bounds(scope, row.photons, row.background);
  const auto mean = [&](std::size_t axis) { return shown.numbers[2 * axis].value; };
  const std::string name = row.which.mask + (row.which.blur ? ", blurred" : "");
  EXPECT_NEAR(mean(0) / row.x, 1, 3e-3) << name;
  EXPECT_NEAR(mean(1) / row.y, 1, 3e-3) << name;
  EXPECT_NEAR(mean(2) / stretch(row.which.angles) / row.z, 1, 3e-3) << name;
}

const std::string kTetrapod = "mask_tetrapod", kLearned = "mask_learned";

TEST(PupilBounds, MeansOverDepthArePublished) {
  PARFOCAL_REQUIRE_FILE(mask_file(kTetrapod));
  PARFOCAL_REQUIRE_FILE(mask_file(kLearned));
  const Published rows[] = {
      {{"", kStretched}, 30000, 60, 8.44, 8.44, 13.96},
      {{"", kStretched}, 5000, 20, 27.1, 27.1, 44.7},
      {{"", kStretched, true}, 30000, 60, 11.01, 11.01, 18.16},
      {{kTetrapod, kStretched}, 30000, 60, 1.586, 1.694, 2.935},
      {{kTetrapod, kStretched}, 5000, 20, 4.69, 5.00, 8.69},
      {{kTetrapod, kStretched, true}, 30000, 60, 3.115, 3.164, 4.835},
      {{kLearned, kStretched}, 30000, 60, 1.619, 1.687, 3.708},
      {{kLearned, kStretched}, 5000, 20, 4.80, 4.98, 10.88},
      {{kLearned, kStretched, true}, 30000, 60, 3.666, 3.687, 6.532},
      {{"", kExact}, 30000, 60, 7.94, 7.94, 12.54},
      {{kTetrapod, kExact}, 30000, 60, 1.569, 1.663, 2.927},
      {{kLearned, kExact}, 30000, 60, 1.617, 1.679, 3.710},
  };
  for (const Published& row : rows) expect_means(row);
}

TEST(PupilBounds, TheWorstDepthIsPublished) {
  PARFOCAL_REQUIRE_FILE(mask_file(kTetrapod));
  PARFOCAL_REQUIRE_FILE(mask_file(kLearned));
  const auto worst = [](const Case& which) {
    return bounds(PupilMicroscope(which), 30000, 60).numbers[5].value / stretch(which.angles);
  };
  EXPECT_NEAR(worst({"", kStretched}), 43.9, 0.15);
  EXPECT_NEAR(worst({kTetrapod, kStretched}), 4.86, 0.015);
  EXPECT_NEAR(worst({kLearned, kStretched}), 4.98, 0.015);
}

/// In focus: light in the window, the brightest pixel (which fixes the orientation of the mask), and
/// the bounds there.
TEST(PupilBounds, TheImageInFocusIsPublished) {
  PARFOCAL_REQUIRE_FILE(mask_file(kTetrapod));
  PARFOCAL_REQUIRE_FILE(mask_file(kLearned));
  struct InFocus {
    std::string mask;
    double sum, peak;
    std::int64_t row, column;
    double x, y, z;
  };
  const InFocus all[] = {{"", 0.95606, 0.028038, 60, 60, 2.258, 2.258, 4.864},
                         {kTetrapod, 0.96379, 0.010263, 62, 64, 1.249, 1.101, 2.955},
                         {kLearned, 0.91869, 0.018044, 60, 62, 1.515, 1.458, 4.486}};
  for (const InFocus& expected : all) {
    const PupilMicroscope scope({expected.mask, kStretched});
    const double s = stretch(kStretched);
    const at::Tensor theta = at::tensor(std::vector<double>{60, 60, 2.5 * s, 1, 0}, at::kDouble);
    const at::Tensor image = scope.model->forward(theta.view({1, 1, 5}))[0][0];
    EXPECT_NEAR(image.sum().item<double>(), expected.sum, 3e-5);
    EXPECT_NEAR(image.max().item<double>() / expected.peak, 1, 1e-3);
    EXPECT_EQ(image.argmax().item<std::int64_t>(), expected.row * 121 + expected.column);
    const Shown shown = bounds(scope, 30000, 60);
    EXPECT_NEAR(shown.curves[0].y[8] / expected.x, 1, 3e-3);
    EXPECT_NEAR(shown.curves[1].y[8] / expected.y, 1, 3e-3);
    EXPECT_NEAR(shown.curves[2].y[8] / s / expected.z, 1, 3e-3);
  }
}

}  // namespace
}  // namespace parfocal::test
