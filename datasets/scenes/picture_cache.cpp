// SPDX-License-Identifier: Apache-2.0
#include "datasets/scenes/picture_cache.h"

#include <ATen/ops/equal.h>

#include <array>

namespace parfocal::datasets {
namespace {

/// Whole numbers of a type; others have no defined value in it.
struct WholeNumbers {
  at::ScalarType type;
  double least, largest;
};
constexpr std::array<WholeNumbers, 3> kWholeNumbers{{{at::kByte, 0.0, 255.0},
                                                     {at::kShort, -0x1p15, 0x1p15 - 1.0},
                                                     {at::kInt, -0x1p31, 0x1p31 - 1.0}}};

bool holds(at::ScalarType type, const at::Tensor& values) {
  return values.to(type).to(at::kDouble).equal(values);
}

at::Tensor smallest_exact(const at::Tensor& values) {
  const double least = values.min().item<double>(), largest = values.max().item<double>();
  for (const WholeNumbers& whole : kWholeNumbers) {
    const bool fits = whole.least <= least && largest <= whole.largest;
    if (fits && holds(whole.type, values)) return values.to(whole.type);
  }
  return holds(at::kFloat, values) ? values.to(at::kFloat) : values;
}

}  // namespace

at::Tensor PictureCache::find_or_read(const std::filesystem::path& file,
                                      const std::function<at::Tensor()>& read) {
  const std::lock_guard lock(mutex_);
  const auto found = pictures_.find(file);
  if (found != pictures_.end()) return found->second;
  const at::Tensor values = smallest_exact(read().contiguous());
  if (bytes_ + values.nbytes() <= max_bytes_) {
    bytes_ += values.nbytes();
    pictures_.emplace(file, values);
  }
  return values;
}

std::size_t PictureCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace parfocal::datasets
