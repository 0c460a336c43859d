// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/slm_frame.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

constexpr double kWave = 2.0 * std::numbers::pi;

/// Distance modulo one wave.
double apart(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor d = a - b;
  return (d - (d / kWave).round() * kWave).abs().max().item<double>();
}

TEST(SlmFrame, HoldsEveryPhaseToHalfALevel) {
  const at::Tensor phase = random_real({40, 50}, 1) * 9.0;
  EXPECT_LE(apart(slm_phase(slm_frame(phase)), phase), kWave / 512 + 1e-12);
  EXPECT_GT(apart(slm_phase(slm_frame(phase)), phase), 0.9 * kWave / 512);
  const SlmResponse long_stroke{2.4 * std::numbers::pi};
  EXPECT_LE(apart(slm_phase(slm_frame(phase, long_stroke), long_stroke), phase),
            long_stroke.top_phase_rad / 510 + 1e-12);
}

TEST(SlmFrame, IsTheInverseOfItsInverse) {
  const at::Tensor every = at::arange(256, at::kByte);
  EXPECT_TRUE(slm_frame(slm_phase(every)).equal(every));
  EXPECT_TRUE(slm_frame(slm_phase(every) - 3 * kWave + 1e-9).equal(every));
  const SlmResponse short_stroke{1.5 * std::numbers::pi};
  EXPECT_TRUE(slm_frame(slm_phase(every, short_stroke), short_stroke).equal(every));
}

TEST(SlmFrame, WavesWrapAndPhasesOutOfReachTakeTheNearerEnd) {
  const auto level = [](double rad, const SlmResponse& response) {
    return static_cast<int>(
        slm_frame(at::tensor({rad}, at::kDouble), response).item<std::uint8_t>());
  };
  EXPECT_EQ(level(kWave * 255.4 / 256, {}), 255);
  EXPECT_EQ(level(kWave * 255.6 / 256, {}), 0);
  EXPECT_EQ(level(-kWave / 4, {}), 192);
  const SlmResponse half{std::numbers::pi};
  EXPECT_EQ(level(1.4 * std::numbers::pi, half), 255);
  EXPECT_EQ(level(1.6 * std::numbers::pi, half), 0);
}

TEST(SlmFrame, RefusesWhatIsNoPhase) {
  EXPECT_THROW((void)slm_frame(at::tensor({std::nan("")}, at::kDouble)), NumericError);
  try {
    (void)slm_frame(at::tensor({1.0}, at::kDouble), {-1.0});
    FAIL() << "no refusal";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("slm.top_phase = -1 rad: expected more than 0"));
  }
}

}  // namespace
}  // namespace parfocal::optics
