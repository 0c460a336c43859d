// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/scmos_detector.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/error.h"
#include "optics/detectors/poisson_gaussian_detector.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// Hands out the image of each key.
class MapFiles final : public ImageFiles {
 public:
  explicit MapFiles(std::map<std::string, at::Tensor> maps) : maps_(std::move(maps)) {}
  LoadedImage load(const std::string& path, const ImageFile&) override {
    LoadedImage image;
    image.values = maps_.at(path).unsqueeze(0).unsqueeze(0);
    return image;
  }

 private:
  std::map<std::string, at::Tensor> maps_;
};

struct Maps {
  at::Tensor offset =
      at::tensor({100.0, 120.0, 90.0, 105.0, 99.0, 101.0}, at::kDouble).view({2, 3});
  at::Tensor variance = at::tensor({4.0, 9.0, 1.0, 400.0, 0.0, 25.0}, at::kDouble).view({2, 3});
  at::Tensor gain = at::tensor({2.0, 1.5, 2.5, 2.0, 1.0, 0.5}, at::kDouble).view({2, 3});
};

std::shared_ptr<ScmosDetector> with_maps(const Maps& maps, std::int64_t binning = 1) {
  MapFiles files({{"detector.offset", maps.offset},
                  {"detector.variance", maps.variance},
                  {"detector.gain", maps.gain}});
  BuildContext context;
  context.path = "detector";
  context.files = &files;
  ScmosDetector::Params params;
  params.quantum_efficiency = 0.8;
  params.dark = Electrons::from_si(0.5);
  params.offset = params.variance = params.gain = ImageFile{};
  params.binning = binning;
  return std::make_shared<ScmosDetector>(params, context);
}

at::Tensor value_at(const at::Tensor& values, std::int64_t y, std::int64_t x) {
  return values.select(-2, y).select(-1, x);
}

TEST(ScmosDetector, EveryPixelIsTheCameraOfItsOwnNumbers) {
  const Maps maps;
  const auto detector = with_maps(maps);
  const at::Tensor mean = random_real({2, 1, 2, 3}, 1).abs() * 20.0 + 3.0;
  const at::Tensor counts = (random_real({2, 1, 2, 3}, 2) * 10.0 + 130.0).round();
  const at::Tensor gradient = detector->gradient(mean, counts);
  const at::Tensor fisher = detector->fisher_weight(mean);
  const auto quadratic = detector->quadratic(counts);
  at::Tensor nll = at::zeros({2}, at::kDouble);
  for (std::int64_t y = 0; y < 2; ++y) {
    for (std::int64_t x = 0; x < 3; ++x) {
      PoissonGaussianDetector::Params params;
      params.quantum_efficiency = 0.8;
      params.dark = Electrons::from_si(0.5);
      params.gain = maps.gain[y][x].item<double>();
      params.offset = Counts::from_si(maps.offset[y][x].item<double>());
      params.read_noise =
          Electrons::from_si(std::sqrt(maps.variance[y][x].item<double>()) / params.gain);
      const PoissonGaussianDetector alone(params, {});
      const at::Tensor m = mean.slice(2, y, y + 1).slice(3, x, x + 1);
      const at::Tensor c = counts.slice(2, y, y + 1).slice(3, x, x + 1);
      nll = nll + alone.negative_log_likelihood(m, c);
      const auto same = [&](const at::Tensor& map, const at::Tensor& one) {
        return relative_error(value_at(map, y, x), one.flatten(1).squeeze(1).unsqueeze(1));
      };
      EXPECT_LE(same(gradient, alone.gradient(m, c)), 1e-12);
      EXPECT_LE(same(fisher, alone.fisher_weight(m)), 1e-12);
      EXPECT_LE(same(quadratic.target, alone.quadratic(c).target), 1e-12);
      EXPECT_LE(same(quadratic.weight, alone.quadratic(c).weight), 1e-12);
    }
  }
  EXPECT_LE(relative_error(detector->negative_log_likelihood(mean, counts), nll), 1e-12);
}

TEST(ScmosDetector, CountsHaveTheMomentsOfTheMaps) {
  const Maps maps;
  const auto detector = with_maps(maps);
  RandomStream random(3, "detector");
  const at::Tensor counts =
      detector->sample(at::full({100000, 1, 2, 3}, 30.0, at::kDouble), random).squeeze(1);
  const at::Tensor electrons = at::full({2, 3}, 24.5, at::kDouble);
  const at::Tensor mean = maps.gain * electrons + maps.offset;
  const at::Tensor variance = maps.gain.square() * electrons + maps.variance + 1.0 / 12.0;
  const at::Tensor error = (variance / 1e5).sqrt();
  EXPECT_LE(((counts.mean(0) - mean) / error).abs().max().item<double>(), 4.5);
  EXPECT_LE((counts.var(0) / variance - 1.0).abs().max().item<double>(), 0.025);
}

TEST(ScmosDetector, BinnedCountsAreTheMeanOfTheirPixels) {
  Maps maps;
  maps.offset = maps.offset.repeat({2, 2});
  maps.variance = maps.variance.repeat({2, 2});
  maps.gain = maps.gain.repeat({2, 2}) + 0.1;
  const auto detector = with_maps(maps, 2);
  RandomStream random(4, "detector");
  const double photons = 80.0, electrons = 0.8 * photons + 4 * 0.5;
  const at::Tensor counts =
      detector->sample(at::full({100000, 1, 2, 3}, photons, at::kDouble), random).squeeze(1);
  const at::Tensor square = maps.gain.square();
  for (std::int64_t y = 0; y < 2; ++y) {
    for (std::int64_t x = 0; x < 3; ++x) {
      double mean = 0, variance = 0;
      for (std::int64_t k = 0; k < 4; ++k) {
        const std::int64_t j = 2 * y + k / 2, i = 2 * x + k % 2;
        const double gain = maps.gain[j][i].item<double>();
        mean += (gain * electrons / 4 + maps.offset[j][i].item<double>()) / 4;
        variance +=
            (gain * gain * electrons / 4 + maps.variance[j][i].item<double>() + 1.0 / 12) / 16;
      }
      const at::Tensor pixel = value_at(counts, y, x);
      EXPECT_NEAR(pixel.mean().item<double>(), mean, 4.5 * std::sqrt(variance / 1e5));
      EXPECT_NEAR(pixel.var().item<double>() / variance, 1.0, 0.025);
    }
  }
  const at::Tensor expected = at::full({1, 1, 2, 3}, photons, at::kDouble);
  const at::Tensor score =
      detector->gradient(expected.expand({100000, 1, 2, 3}), counts.unsqueeze(1));
  const at::Tensor fisher = detector->fisher_weight(expected);
  EXPECT_LE((score.mean(0) / (fisher / 1e5).sqrt()).abs().max().item<double>(), 4.5);
  EXPECT_LE((score.var(0) / fisher - 1.0).abs().max().item<double>(), 0.04);
}

TEST(ScmosDetector, RefusesMapsThatAreNone) {
  Maps maps;
  maps.gain = maps.gain.clone();
  maps.gain[1][2] = -0.5;
  EXPECT_THAT([&] { with_maps(maps); },
              ThrowsMessage<DataError>(
                  HasSubstr("detector.gain: -0.5 at row 1, column 2 (1 pixels in all), expected "
                            "above 0 ADU per electron")));
  maps = Maps{};
  maps.variance = maps.variance - 1.0;
  EXPECT_THAT([&] { with_maps(maps); },
              ThrowsMessage<DataError>(HasSubstr("detector.variance: -1 at row 1, column 1")));
  maps = Maps{};
  maps.offset = maps.offset - 95.0;
  EXPECT_THAT([&] { with_maps(maps); },
              ThrowsMessage<DataError>(
                  HasSubstr("detector.offset: -5 at row 0, column 2 (1 pixels in all), expected at "
                            "least 0 ADU, of the raw counts")));
  maps = Maps{};
  maps.offset = maps.offset.repeat({1, 2});
  EXPECT_THAT([&] { with_maps(maps); },
              ThrowsMessage<SamplingError>(HasSubstr("offset has 2 x 6 pixels, variance 2 x 3")));
}

TEST(ScmosDetector, RefusesCountsOfAnotherSize) {
  const auto detector = with_maps(Maps{}, 1);
  EXPECT_THAT(
      [&] {
        (void)detector->fisher_weight(at::full({1, 1, 3, 3}, 1.0, at::kDouble));
      },
      ThrowsMessage<SamplingError>(
          HasSubstr("detector: maps of 2 x 3 pixels, but the sensor that is read has 3 x 3")));
  const auto binned = with_maps(Maps{}, 2);
  EXPECT_THAT(
      [&] {
        (void)binned->fisher_weight(at::full({1, 1, 2, 3}, 1.0, at::kDouble));
      },
      ThrowsMessage<SamplingError>(HasSubstr("the sensor that is read has 4 x 6")));
}

double value_of_rank(const at::Tensor& values, double rank) {
  const at::Tensor sorted = std::get<0>(values.flatten().sort());
  return sorted[static_cast<std::int64_t>(rank * static_cast<double>(sorted.size(0) - 1))]
      .item<double>();
}

TEST(TypicalSensor, HasTheQuantilesOfMeasuredSensors) {
  const SensorMaps maps = typical_sensor(1, 1000, 1000);
  EXPECT_NEAR(value_of_rank(maps.offset, 0.5), 100.1, 0.02);
  EXPECT_NEAR(value_of_rank(maps.offset, 0.01), 97.3, 0.05);
  EXPECT_NEAR(value_of_rank(maps.offset, 0.99), 101.4, 0.05);
  EXPECT_NEAR(value_of_rank(maps.variance, 0.5) / 4.7, 1.0, 0.01);
  EXPECT_NEAR(value_of_rank(maps.variance, 0.95) / 35, 1.0, 0.02);
  EXPECT_NEAR(value_of_rank(maps.variance, 0.99) / 140, 1.0, 0.03);
  EXPECT_NEAR(value_of_rank(maps.variance, 0.999) / 430, 1.0, 0.05);
  EXPECT_LE(maps.variance.max().item<double>(), 3100.0);
  EXPECT_NEAR(maps.gain.mean().item<double>(), 2.18, 0.001);
  EXPECT_GE(maps.gain.min().item<double>(), 2.12);
  EXPECT_LE(maps.gain.max().item<double>(), 2.26);
  const at::Tensor read_noise = maps.variance.sqrt() / maps.gain;
  EXPECT_NEAR(value_of_rank(read_noise, 0.5), 1.0, 0.01);
  EXPECT_NEAR((read_noise > 5.4).to(at::kDouble).mean().item<double>(), 0.01, 0.0015);
}

TEST(TypicalSensor, IsTheSameForASeed) {
  EXPECT_TRUE(typical_sensor(1, 5, 7).variance.equal(typical_sensor(1, 5, 7).variance));
  EXPECT_FALSE(typical_sensor(1, 5, 7).variance.equal(typical_sensor(2, 5, 7).variance));
}

}  // namespace
}  // namespace parfocal::optics
