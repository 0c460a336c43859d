// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/padded_fft.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/fft_fft2.h>
#include <ATen/ops/fft_ifft2.h>
#include <gtest/gtest.h>

#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using Way = PaddedFft::Way;

at::Tensor field_of(at::IntArrayRef shape, at::ScalarType dtype) {
  const at::Tensor real = random_normal(shape, at::kDouble, 1);
  return (real + random_normal(shape, at::kDouble, 2) * c10::complex<double>(0.0, 1.0)).to(dtype);
}

struct Sizes {
  PaddedFft::Size size, padded;
};

TEST(PaddedFft, IsTheTransformOfThePaddedFieldAndTheWindowOfTheWayBack) {
  for (const auto backend : {PaddedFft::Backend::kBest, PaddedFft::Backend::kTensor}) {
    for (const auto& [size, padded] :
         {Sizes{{4, 5}, {8, 12}}, {{7, 3}, {7, 3}}, {{1, 6}, {1, 15}}, {{5, 1}, {9, 1}}}) {
      const at::Tensor field = field_of({2, size[0], size[1]}, at::kComplexDouble);
      const PaddedFft fft(size, padded, field.options(), backend);
      const at::IntArrayRef shape(padded);
      const at::Tensor forward = at::fft_fft2(field, shape), inverse = at::fft_ifft2(field, shape);
      EXPECT_TRUE(close(fft.spectrum(field, Way::kForward), forward, 1e-14));
      EXPECT_TRUE(close(fft.spectrum(field, Way::kInverse), inverse, 1e-14));
      EXPECT_TRUE(close(fft.window(forward.clone(), Way::kForward), field, 1e-14));
      EXPECT_TRUE(close(fft.window(inverse.clone(), Way::kInverse), field, 1e-14));
    }
  }
}

TEST(PaddedFft, TakesConjugateAndStridedFieldsInSinglePrecision) {
  const at::Tensor field = field_of({6, 4}, at::kComplexFloat);
  const PaddedFft fft({4, 6}, {8, 12}, field.options());
  const at::Tensor turned = field.conj().t();
  EXPECT_TRUE(close_relative(
      fft.spectrum(turned, Way::kForward),
      at::fft_fft2(turned.resolve_conj().contiguous(), at::IntArrayRef({8, 12})), 1e-6));
}

}  // namespace
}  // namespace parfocal::test
