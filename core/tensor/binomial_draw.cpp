// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/binomial_draw.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include "core/check.h"
#include "core/error.h"

namespace parfocal {
namespace {

/// Counts up to this number are drawn one by one.
constexpr std::int64_t kFew = 16;

void check_counts(const at::Tensor& counts) {
  const bool good = counts.isfinite()
                        .logical_and(counts.ge(0))
                        .logical_and(counts.eq(counts.floor()))
                        .all()
                        .item<bool>();
  if (!good) throw NumericError("binomial_draw: counts must be whole numbers from 0 on");
}

}  // namespace

at::Tensor binomial_draw(const at::Tensor& counts, double probability, RandomStream& random) {
  PARFOCAL_CHECK(probability >= 0.0);
  PARFOCAL_CHECK(probability <= 1.0);
  check_counts(counts);
  if (counts.numel() == 0) return counts.clone();
  at::Tensor left = counts.to(at::kDouble);
  at::Tensor p = at::full_like(left, probability);
  at::Tensor taken = at::zeros_like(left);
  while (left.max().item<double>() > static_cast<double>(kFew)) {
    // The uniform number of rank `middle` among `left` of them: below p, all smaller ones are taken.
    const at::Tensor many = left > static_cast<double>(kFew);
    const at::Tensor middle = ((left + 1.0) * 0.5).floor().clamp_min(1.0);
    const at::Tensor low = random.gamma(middle);
    const at::Tensor high = random.gamma(left + 1.0 - middle);
    const at::Tensor pivot = low / (low + high);
    const at::Tensor below = pivot < p;
    const at::Tensor rest_p =
        at::where(below, (p - pivot) / (1.0 - pivot), p / pivot).clamp(0.0, 1.0);
    taken = taken + middle * many.logical_and(below);
    left = at::where(many, at::where(below, left - middle, middle - 1.0), left);
    p = at::where(many, rest_p, p);
  }
  for (std::int64_t k = 0; k < kFew; ++k) {
    const at::Tensor u = random.uniform(left.sizes(), at::kDouble, left.device());
    taken = taken + (u < p).logical_and(left > static_cast<double>(k));
  }
  return taken.to(counts.scalar_type());
}

}  // namespace parfocal
