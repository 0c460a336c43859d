// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/kernel_cache.h"

#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <vector>

#include "optics/propagation/transfer_filter.h"

namespace parfocal::optics {
namespace {

/// Counts what it makes.
struct Workshop {
  int made = 0;
  KernelCache::OperatorPtr operator()(const KernelKey& key, KernelCache& cache) {
    return cache.find_or_make(key, [&] {
      ++made;
      return std::make_shared<const TransferFilter>("test", key.grid,
                                                    at::ones({4, 4}, at::kComplexDouble));
    });
  }
};

KernelKey key_of(double wavelength_m, std::int64_t version = 0) {
  KernelKey key;
  key.parameter_version = version;
  key.wavelength_m = wavelength_m;
  key.grid = Grid::centred(4, 4, 1e-6, 1e-6);
  return key;
}

TEST(KernelCache, MakesOnceForEachKey) {
  KernelCache cache;
  Workshop workshop;
  const auto first = workshop(key_of(500e-9), cache);
  EXPECT_EQ(workshop(key_of(500e-9), cache), first);
  EXPECT_EQ(workshop.made, 1);
  EXPECT_NE(workshop(key_of(600e-9), cache), first);
  EXPECT_EQ(workshop(key_of(500e-9), cache), first);
  EXPECT_EQ(workshop.made, 2);
}

TEST(KernelCache, EveryPartOfTheKeyCounts) {
  KernelCache cache;
  Workshop workshop;
  std::vector<KernelKey> keys(6, key_of(500e-9));
  keys[1].parameter_version = 1;
  keys[2].index_medium = 1.33;
  keys[3].grid.origin_x += 1.0;
  keys[4].dtype = at::kComplexFloat;
  keys[5].device = at::Device(at::kCUDA, 0);
  for (const KernelKey& key : keys) workshop(key, cache);
  EXPECT_EQ(workshop.made, 6);
}

TEST(KernelCache, ForgetsWhatWasUsedLongestAgo) {
  KernelCache cache;
  Workshop workshop;
  for (std::size_t i = 0; i < KernelCache::kSize; ++i)
    workshop(key_of(1e-9 * double(i + 1)), cache);
  workshop(key_of(1e-9), cache);
  workshop(key_of(1e-6), cache);
  const int made = workshop.made;
  workshop(key_of(1e-9), cache);
  EXPECT_EQ(workshop.made, made) << "used lately";
  workshop(key_of(2e-9), cache);
  EXPECT_EQ(workshop.made, made + 1) << "forgotten";
}

TEST(KernelCache, KeepsNothingOfAFailure) {
  KernelCache cache;
  Workshop workshop;
  EXPECT_THROW(
      (void)cache.find_or_make(key_of(1e-9),
                               []() -> KernelCache::OperatorPtr { throw std::runtime_error("x"); }),
      std::runtime_error);
  EXPECT_NE(workshop(key_of(1e-9), cache), nullptr);
}

}  // namespace
}  // namespace parfocal::optics
