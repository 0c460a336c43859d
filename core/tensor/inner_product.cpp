// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/inner_product.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "core/check.h"

namespace parfocal {
namespace {

constexpr std::int64_t kBlock = 4096;

template <class T>
std::complex<double> term(T a, T b) {
  return {static_cast<double>(a) * static_cast<double>(b), 0.0};
}
template <class T>
std::complex<double> term(c10::complex<T> a, c10::complex<T> b) {
  return std::conj(std::complex<double>(a.real(), a.imag())) *
         std::complex<double>(b.real(), b.imag());
}

template <class T>
std::complex<double> product_of(const at::Tensor& a, const at::Tensor& b) {
  const T* left = a.const_data_ptr<T>();
  const T* right = b.const_data_ptr<T>();
  const std::int64_t n = a.numel(), n_blocks = (n + kBlock - 1) / kBlock;
  std::vector<std::complex<double>> partial(static_cast<std::size_t>(n_blocks));
  at::parallel_for(0, n_blocks, 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block) {
      std::complex<double> sum = 0.0;
      const std::int64_t last = std::min(n, (block + 1) * kBlock);
      for (std::int64_t i = block * kBlock; i < last; ++i) sum += term(left[i], right[i]);
      partial[static_cast<std::size_t>(block)] = sum;
    }
  });
  std::complex<double> sum = 0.0;
  for (const std::complex<double>& block : partial) sum += block;
  return sum;
}

}  // namespace

std::complex<double> inner_product(const at::Tensor& a, const at::Tensor& b) {
  PARFOCAL_CHECK(a.sizes() == b.sizes());
  PARFOCAL_CHECK(a.scalar_type() == b.scalar_type());
  const at::Tensor left = a.detach().cpu().resolve_conj().contiguous();
  const at::Tensor right = b.detach().cpu().resolve_conj().contiguous();
  switch (a.scalar_type()) {
    case at::kFloat:
      return product_of<float>(left, right);
    case at::kDouble:
      return product_of<double>(left, right);
    case at::kComplexFloat:
      return product_of<c10::complex<float>>(left, right);
    case at::kComplexDouble:
      return product_of<c10::complex<double>>(left, right);
    default:
      throw LogicError("inner_product: floating or complex tensors only");
  }
}

double squared_norm(const at::Tensor& a) { return inner_product(a, a).real(); }

std::vector<double> squared_norm_per_item(const at::Tensor& a) {
  std::vector<double> norms;
  for (std::int64_t item = 0; item < a.size(0); ++item) {
    norms.push_back(squared_norm(a.select(0, item)));
  }
  return norms;
}

}  // namespace parfocal
