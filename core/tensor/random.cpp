// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/random.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/isfinite.h>
#include <fmt/format.h>

#include "core/check.h"
#include "core/error.h"
#include "core/tensor/for_each_index.h"
#include "core/tensor/random_kernel.h"

namespace parfocal {
namespace {

using random_kernel::Draws;
using random_kernel::FillNormal;
using random_kernel::FillPoisson;
using random_kernel::FillUniform;
using random_kernel::Words;

/// FNV-1a.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

void check_mean(const at::Tensor& mean) {
  if (mean.numel() == 0) return;
  if (!at::isfinite(mean).all().item<bool>()) {
    throw NumericError("Poisson mean: NaN or infinity where a finite number >= 0 is needed");
  }
  const double least = mean.min().item<double>();
  if (least < 0.0) {
    throw NumericError(fmt::format("Poisson mean: {} where a finite number >= 0 is needed", least));
  }
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::string_view purpose, std::uint32_t epoch,
                           std::uint32_t sample)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      purpose_(hash_of(purpose)),
      epoch_(epoch),
      sample_(sample) {}

std::uint32_t RandomStream::take(std::int64_t n) {
  const std::uint64_t first = next_draw_;
  PARFOCAL_CHECK(first + static_cast<std::uint64_t>(n) <= (std::uint64_t{1} << 32));
  next_draw_ = first + static_cast<std::uint64_t>(n);
  return static_cast<std::uint32_t>(first);
}

template <template <class> class Fill>
at::Tensor RandomStream::fill(at::IntArrayRef shape, at::ScalarType dtype, at::Device device) {
  PARFOCAL_CHECK((dtype == at::kFloat || dtype == at::kDouble));
  at::Tensor result = at::empty(shape, at::TensorOptions().dtype(dtype).device(device));
  const std::int64_t n = result.numel();
  const Draws draws{key_[0], key_[1], take(n), sample_, epoch_, purpose_};
  if (dtype == at::kFloat) {
    for_each_index(device, n, Fill<float>{draws, result.mutable_data_ptr<float>()});
  } else {
    for_each_index(device, n, Fill<double>{draws, result.mutable_data_ptr<double>()});
  }
  return result;
}

at::Tensor RandomStream::uniform(at::IntArrayRef shape, at::ScalarType dtype, at::Device device) {
  return fill<FillUniform>(shape, dtype, device);
}

at::Tensor RandomStream::normal(at::IntArrayRef shape, at::ScalarType dtype, at::Device device) {
  return fill<FillNormal>(shape, dtype, device);
}

at::Tensor RandomStream::poisson(const at::Tensor& mean) {
  const at::Tensor known = mean.detach().contiguous();
  PARFOCAL_CHECK((known.scalar_type() == at::kFloat || known.scalar_type() == at::kDouble));
  check_mean(known);
  at::Tensor counts = at::empty(known.sizes(), known.options());
  const std::int64_t n = known.numel();
  const Draws draws{key_[0], key_[1], take(n), sample_, epoch_, purpose_};
  if (known.scalar_type() == at::kFloat) {
    for_each_index(
        known.device(), n,
        FillPoisson<float>{draws, known.const_data_ptr<float>(), counts.mutable_data_ptr<float>()});
  } else {
    for_each_index(known.device(), n,
                   FillPoisson<double>{draws, known.const_data_ptr<double>(),
                                       counts.mutable_data_ptr<double>()});
  }
  return counts;
}

RandomStream RandomStream::for_sample(std::uint32_t sample) const {
  RandomStream other = *this;
  other.sample_ = sample;
  other.next_draw_ = 0;
  return other;
}

std::array<std::uint32_t, 4> RandomStream::philox(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) {
  const Words words =
      random_kernel::philox({{counter[0], counter[1], counter[2], counter[3]}}, key[0], key[1]);
  return {words.word[0], words.word[1], words.word[2], words.word[3]};
}

}  // namespace parfocal
