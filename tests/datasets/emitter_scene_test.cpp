// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>
#include <vector>

#include "datasets/scenes/emitters.h"

namespace parfocal::datasets {
namespace {

Emitters scene_of(const Emitters::Params& params, std::uint64_t seed = 3) {
  BuildContext context;
  context.seed = seed;
  return {params, context};
}

Emitters::Params blinking(std::int64_t frames) {
  Emitters::Params params;
  params.size = {20, 32};
  params.frames = frames;
  params.per_frame = 9.0;
  params.lifetime = 2.0;
  params.photons = Photons::from_si(1000.0);
  params.deviation = Photons::from_si(0.0);
  return params;
}

struct Moments {
  double n = 0, mean = 0, variance = 0;
  [[nodiscard]] double error() const { return std::sqrt(variance / n); }
};

Moments moments_of(const std::vector<double>& values) {
  Moments m;
  m.n = static_cast<double>(values.size());
  for (const double value : values) m.mean += value / m.n;
  for (const double value : values) m.variance += std::pow(value - m.mean, 2) / (m.n - 1);
  return m;
}

/// The mean is that of the model within four standard errors.
void expect_mean(const std::vector<double>& values, double expected, const char* what) {
  const Moments m = moments_of(values);
  EXPECT_NEAR(m.mean, expected, 4 * m.error()) << what;
}

/// Likewise the variance, by the fourth moment of what was drawn.
void expect_variance(const std::vector<double>& values, double expected, const char* what) {
  const double mean = moments_of(values).mean;
  std::vector<double> squares;
  for (const double value : values) squares.push_back(std::pow(value - mean, 2));
  expect_mean(squares, expected, what);
}

std::vector<double> counts_per_frame(const Table& table, std::int64_t frames) {
  std::vector<double> counts(static_cast<std::size_t>(frames));
  for (const double frame : table.at("frame")) ++counts[static_cast<std::size_t>(frame)];
  return counts;
}

TEST(Emitters, FramesHoldAPoissonNumberFromTheFirstOn) {
  constexpr std::int64_t kFrames = 20'000, kApart = 20;  // e^-10 of a lifetime of 2.
  const Emitters scene = scene_of(blinking(kFrames));
  const auto counts = counts_per_frame(scene.emitters(0, kFrames), kFrames);
  std::vector<double> independent;
  for (std::int64_t k = 0; k < kFrames; k += kApart) {
    independent.push_back(counts[static_cast<std::size_t>(k)]);
  }
  expect_mean(independent, 9.0, "emitters of a frame");
  expect_variance(independent, 9.0, "emitters of a frame");
  std::vector<double> first, last;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Emitters movie = scene_of(blinking(12), seed);
    first.push_back(static_cast<double>(movie.emitters(0, 1).rows()));
    last.push_back(static_cast<double>(movie.emitters(11, 12).rows()));
  }
  expect_mean(first, 9.0, "first frame");
  expect_variance(first, 9.0, "first frame");
  expect_mean(last, 9.0, "last frame");
}

TEST(Emitters, MoleculesShineForAnExponentialTime) {
  constexpr std::int64_t kFrames = 4000;
  const Table table = scene_of(blinking(kFrames)).emitters(0, kFrames);
  struct Event {
    double first = -1, time = 0, frames = 0;
  };
  std::map<double, Event> events;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    Event& event = events[table.at("molecule")[row]];
    if (event.first < 0) event.first = table.at("frame")[row];
    event.time += table.at("photons")[row] / 1000.0;
    event.frames += 1;
  }
  std::vector<double> times, squares, frames;
  for (const auto& [molecule, event] : events) {
    if (event.first < 1 || event.first > kFrames - 50) continue;  // All of it lies in the movie.
    times.push_back(event.time);
    squares.push_back(event.time * event.time);
    frames.push_back(event.frames);
  }
  ASSERT_GT(times.size(), 10'000U);
  expect_mean(times, 2.0, "lifetime");
  expect_mean(squares, 8.0, "second moment of the lifetime");
  expect_mean(frames, 3.0, "frames that a molecule touches");
  std::vector<double> light(static_cast<std::size_t>(kFrames));
  for (std::size_t row = 0; row < table.rows(); ++row) {
    light[static_cast<std::size_t>(table.at("frame")[row])] += table.at("photons")[row];
  }
  std::vector<double> apart;
  for (std::size_t k = 0; k < light.size(); k += 20) apart.push_back(light[k]);
  expect_mean(apart, 9.0 * 1000.0 * 2.0 / 3.0, "photons of a frame");
}

TEST(Emitters, PlacesAndDepthsAreUniform) {
  Emitters::Params params = blinking(4000);
  params.lifetime.reset();
  params.z = {Length::from_m(-0.5e-6), Length::from_m(0.7e-6)};
  const Table table = scene_of(params).emitters(0, params.frames);
  expect_mean(table.at("x"), 15.5, "x");
  expect_variance(table.at("x"), 32.0 * 32.0 / 12.0, "x");
  expect_mean(table.at("y"), 9.5, "y");
  expect_variance(table.at("y"), 20.0 * 20.0 / 12.0, "y");
  expect_mean(table.at("z"), 0.1e-6, "z");
  expect_variance(table.at("z"), 1.2e-6 * 1.2e-6 / 12.0, "z");
  EXPECT_GE(std::ranges::min(table.at("x")), -0.5);
  EXPECT_LE(std::ranges::max(table.at("x")), 31.5);
  expect_mean(counts_per_frame(table, params.frames), 9.0, "emitters of a frame");
  // Of a whole frame each, so that no molecule is in two of them.
  EXPECT_EQ(table.at("molecule").back(), static_cast<double>(table.rows() - 1));
}

TEST(Emitters, FluxIsNormalAboveZero) {
  Emitters::Params params = blinking(4000);
  params.lifetime.reset();
  params.deviation = Photons::from_si(800.0);
  const Table table = scene_of(params).emitters(0, params.frames);
  const double alpha = -1000.0 / 800.0;
  const double above = 0.5 * std::erfc(alpha / std::numbers::sqrt2);
  const double slope = std::exp(-0.5 * alpha * alpha) / std::sqrt(2 * std::numbers::pi) / above;
  expect_mean(table.at("photons"), 1000.0 + 800.0 * slope, "photons");
  expect_variance(table.at("photons"), 640'000.0 * (1 + alpha * slope - slope * slope), "photons");
  expect_mean(counts_per_frame(table, params.frames), 9.0 * above, "molecules with a flux");
}

TEST(Emitters, DensityIsPerPixel) {
  Emitters::Params params = blinking(2000);
  params.per_frame.reset();
  params.lifetime.reset();
  params.density = 0.01;
  expect_mean(counts_per_frame(scene_of(params).emitters(0, 2000), 2000), 6.4, "emitters");
}

TEST(Emitters, PartsAreThePartsOfTheWhole) {
  const Emitters scene = scene_of(blinking(60));
  const Table whole = scene.emitters(0, 60);
  Table joined = scene.emitters(0, 7);
  for (const auto& [begin, end] : {std::pair{7, 8}, {8, 40}, {40, 60}}) {
    const Table part = scene.emitters(begin, end);
    for (const Table::Column& column : part.columns()) {
      auto& values = joined.at(column.name);
      values.insert(values.end(), column.values.begin(), column.values.end());
    }
  }
  EXPECT_EQ(joined, whole);
  EXPECT_EQ(scene_of(blinking(61)).emitters(0, 60), whole);
  EXPECT_NE(scene_of(blinking(60), 4).emitters(0, 60), whole);
}

TEST(Emitters, AsAnImageEveryPhotonIsInItsPixel) {
  const Emitters scene = scene_of(blinking(6));
  const Table table = scene.emitters(2, 3);
  const at::Tensor image = scene.sample(8);
  double photons = 0;
  for (const double more : table.at("photons")) photons += more;
  EXPECT_NEAR(image.sum().item<double>(), photons, 1e-9);
  const auto y = static_cast<std::int64_t>(std::lround(table.at("y")[0]));
  const auto x = static_cast<std::int64_t>(std::lround(table.at("x")[0]));
  EXPECT_GE(image[0][0][y][x].item<double>(), table.at("photons")[0]);
}

}  // namespace
}  // namespace parfocal::datasets
