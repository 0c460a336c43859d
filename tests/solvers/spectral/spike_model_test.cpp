// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/spike_model.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/tensor/random.h"
#include "optics/detectors/poisson_detector.h"
#include "solvers/spectral/despike.h"
#include "solvers/spectral/unmix.h"
#include "tests/solvers/spectral/map_scene.h"

namespace parfocal::test {
namespace {

using namespace parfocal::solvers;

constexpr std::int64_t kY = 12, kX = 15, kPoints = kY * kX, kN = 120, kSpecies = 5;

/// A map of five species with sharp borders and sharp lines.
at::Tensor chemistry() {
  RandomStream random(11, "chemistry");
  at::Tensor spectra = at::zeros({kSpecies, kN}, at::kDouble);
  for (std::int64_t k = 0; k < kSpecies; ++k) {
    for (std::int64_t j = 0; j < kN; ++j) {
      const double broad = (double(j) - 60) / 40, line = (double(j) - 20.0 * double(k) - 15) / 1.2;
      spectra[k][j] = 300 + 200 * std::exp(-broad * broad) + 900 * std::exp(-line * line / 2);
    }
  }
  at::Tensor shares = random.uniform({kPoints, kSpecies}) * 0.3;
  for (std::int64_t i = 0; i < kPoints; ++i) {
    // Patches of 4 x 5 points with sharp borders.
    shares[i][(i / kX / 4 * 3 + i % kX / 5) % kSpecies] += 0.8;
  }
  return at::matmul(shares, spectra);
}

/// Charges of 30 standard deviations over 1 to 9 channels.
struct Charged {
  at::Tensor values, hit;
  std::int64_t count = 0;
};

Charged with_spikes(const at::Tensor& counts, std::int64_t spikes) {
  Charged charged{counts.clone(), at::zeros(counts.sizes(), at::kBool)};
  const at::Tensor at = RandomStream(12, "spikes").uniform({spikes, 3});
  for (std::int64_t s = 0; s < spikes; ++s) {
    const auto point = static_cast<std::int64_t>(at[s][0].item<double>() * double(kPoints));
    const auto first = static_cast<std::int64_t>(at[s][1].item<double>() * double(kN - 9));
    const auto width = 1 + static_cast<std::int64_t>(at[s][2].item<double>() * 9);
    if (charged.hit[point].any().item<bool>()) continue;
    for (std::int64_t j = first; j < first + width; ++j) {
      charged.values[point][j] += 30 * std::sqrt(counts[point][j].item<double>());
      charged.hit[point][j] = true;
      ++charged.count;
    }
  }
  return charged;
}

TEST(SpikeModel, FindsChargesAndLeavesChemistryAlone) {
  const at::Tensor counts = RandomStream(13, "counts").poisson(chemistry());
  const at::Tensor one = at::ones_like(counts);
  const Spikes clean = find_spikes(counts, one, kY, kX, {});
  EXPECT_EQ(clean.rank, kSpecies);
  EXPECT_EQ(clean.flagged.sum().item<std::int64_t>(), 0);
  const Charged charged = with_spikes(counts, 25);
  const Spikes found = find_spikes(charged.values, one, kY, kX, {});
  const auto hits = found.flagged.logical_and(charged.hit).sum().item<double>();
  EXPECT_GE(hits / static_cast<double>(charged.count), 0.98);
  const auto wrong = found.flagged.logical_and(charged.hit.logical_not()).sum().item<double>();
  EXPECT_LE(wrong, 5);  // What is allowed in a whole measured map.
  EXPECT_EQ(found.rank, kSpecies);
}

TEST(SpikeModel, WithTooSmallARankItRefusesWhatNeighboursShare) {
  const at::Tensor counts = RandomStream(13, "counts").poisson(chemistry());
  SpikeOptions options;
  options.rank = 2;
  const Spikes found = find_spikes(counts, at::ones_like(counts), kY, kX, options);
  EXPECT_GT(found.refused, 0);
}

TEST(SpikeModel, DoesNotFlagSamplesThatDoNotCount) {
  const at::Tensor counts = RandomStream(13, "counts").poisson(chemistry());
  at::Tensor values = counts.clone(), counting = at::ones_like(counts);
  values[40][50] = 1e6;
  EXPECT_TRUE(find_spikes(values, counting, kY, kX, {}).flagged[40][50].item<bool>());
  counting[40][50] = 0;
  EXPECT_FALSE(find_spikes(values, counting, kY, kX, {}).flagged.any().item<bool>());
}

TEST(Despike, MasksWhatItFlagsAndShowsTheModel) {
  at::Tensor rows = RandomStream(13, "counts").poisson(chemistry());
  rows[40][50] += 5000;
  const MapScene scene;
  StageRecord record;
  record.measured = record.image = rows.t().reshape({1, kN, kY, kX});
  const StageRecord found = Despike(Despike::Params{}).process(record, scene.scene());
  EXPECT_EQ(found.mask.eq(0).sum().item<std::int64_t>(), 1);
  EXPECT_EQ(found.mask[0][50][40 / kX][40 % kX].item<double>(), 0);
  EXPECT_LT(found.image[0][50][40 / kX][40 % kX].item<double>(),
            rows[40][50].item<double>() - 4000);
  EXPECT_EQ(found.shown.numbers.front().value, 1);
  EXPECT_TRUE(found.measured.equal(record.measured));
}

TEST(Despike, RefusesASingleSpectrum) {
  const MapScene scene;
  EXPECT_THROW(
      static_cast<void>(
          Despike(Despike::Params{}).apply(at::zeros({1, 50, 1, 1}, at::kDouble), scene.scene())),
      UsageError);
}

}  // namespace
}  // namespace parfocal::test
