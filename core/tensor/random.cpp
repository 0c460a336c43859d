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
using random_kernel::FillGamma;
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

void check_parameter(const at::Tensor& values, const char* name) {
  if (values.numel() == 0) return;
  if (!at::isfinite(values).all().item<bool>()) {
    throw NumericError(
        fmt::format("{}: NaN or infinity where a finite number >= 0 is needed", name));
  }
  const double least = values.min().item<double>();
  if (least < 0.0) {
    throw NumericError(fmt::format("{}: {} where a finite number >= 0 is needed", name, least));
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

template <template <class> class Fill>
at::Tensor RandomStream::fill_by(const at::Tensor& parameter, const char* name) {
  const at::Tensor known = parameter.detach().contiguous();
  PARFOCAL_CHECK((known.scalar_type() == at::kFloat || known.scalar_type() == at::kDouble));
  check_parameter(known, name);
  at::Tensor values = at::empty(known.sizes(), known.options());
  const std::int64_t n = known.numel();
  const Draws draws{key_[0], key_[1], take(n), sample_, epoch_, purpose_};
  const auto run = [&]<class T>(T*) {
    for_each_index(known.device(), n,
                   Fill<T>{draws, known.const_data_ptr<T>(), values.mutable_data_ptr<T>()});
  };
  if (known.scalar_type() == at::kFloat) {
    run(static_cast<float*>(nullptr));
  } else {
    run(static_cast<double*>(nullptr));
  }
  return values;
}

at::Tensor RandomStream::poisson(const at::Tensor& mean) {
  return fill_by<FillPoisson>(mean, "Poisson mean");
}

at::Tensor RandomStream::gamma(const at::Tensor& shape) {
  return fill_by<FillGamma>(shape, "gamma shape");
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
