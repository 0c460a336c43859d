// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace parfocal {

/// Counter-based random numbers: Philox4x32-10.
///
/// J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011).
///
/// One stream per (run seed, purpose, epoch, sample): key = seed (2 x u32), counter =
/// (draw, sample, epoch, purpose hash). Element i of a tensor takes draw i, so the numbers do not
/// depend on the number of threads, on batching or on what was drawn elsewhere.
/// Precision:  uniform = (word + 0.5) 2^-32 in double; normals by Box-Muller in double.
/// Invariants: reproducible for any thread count; streams of different purposes are independent.
/// Errors:     LogicError beyond 2^32 draws of one stream or for a dtype that is not floating;
///             NumericError for a Poisson mean or gamma shape that is negative or not finite.
/// Tested by:  tests/core/tensor/random_test.cpp (Random123 vectors, chi-squared, moments).
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t seed, std::string_view purpose = "", std::uint32_t epoch = 0,
                        std::uint32_t sample = 0);

  /// In (0, 1). Each call continues the stream.
  [[nodiscard]] at::Tensor uniform(at::IntArrayRef shape, at::ScalarType dtype = at::kDouble,
                                   at::Device device = at::kCPU);
  [[nodiscard]] at::Tensor normal(at::IntArrayRef shape, at::ScalarType dtype = at::kDouble,
                                  at::Device device = at::kCPU);
  /// Poisson counts of mean `mean` (any shape, finite, >= 0), in its dtype and on its device.
  /// Exact for any mean: inversion below 10, transformed rejection from there on.
  [[nodiscard]] at::Tensor poisson(const at::Tensor& mean);
  /// Gamma variates of scale 1 and the given shape parameter (any tensor, finite, >= 0; 0 gives 0),
  /// in its dtype and on its device.
  [[nodiscard]] at::Tensor gamma(const at::Tensor& shape);

  /// The stream of another sample of the batch, from its first draw.
  [[nodiscard]] RandomStream for_sample(std::uint32_t sample) const;

  static std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                             std::array<std::uint32_t, 2> key);

 private:
  /// Fills a new tensor by `Fill<float>` or `Fill<double>`.
  template <template <class> class Fill>
  [[nodiscard]] at::Tensor fill(at::IntArrayRef shape, at::ScalarType dtype, at::Device device);
  /// The same with one parameter of the distribution per element, called `name` in errors.
  template <template <class> class Fill>
  [[nodiscard]] at::Tensor fill_by(const at::Tensor& parameter, const char* name);
  /// Takes the next `n` draws; returns the first one.
  std::uint32_t take(std::int64_t n);

  std::array<std::uint32_t, 2> key_;
  std::uint32_t purpose_;
  std::uint32_t epoch_;
  std::uint32_t sample_;
  std::uint64_t next_draw_ = 0;
};

}  // namespace parfocal
