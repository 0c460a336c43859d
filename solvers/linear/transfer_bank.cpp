// SPDX-License-Identifier: Apache-2.0
#include "solvers/linear/transfer_bank.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/real.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <limits>

#include "core/check.h"

namespace parfocal::solvers {
namespace {

/// [batch, C n, ...] as [batch, C, n, ...].
at::Tensor by_channel(const at::Tensor& spectra, std::int64_t n) {
  PARFOCAL_CHECK(spectra.size(1) % n == 0);
  return spectra.unflatten(1, {spectra.size(1) / n, n});
}

/// 1 / pivot, 0 where the pivot is rounding of the number that it was before the elimination.
at::Tensor inverse_pivot(const at::Tensor& pivot, const at::Tensor& before) {
  const double rounding = pivot.scalar_type() == at::kDouble
                              ? std::numeric_limits<double>::epsilon()
                              : static_cast<double>(std::numeric_limits<float>::epsilon());
  const at::Tensor open = pivot.le(before * (8.0 * rounding));
  return at::where(open, at::zeros_like(pivot),
                   at::where(open, at::ones_like(pivot), pivot).reciprocal());
}

}  // namespace

at::Tensor apply_bank(const at::Tensor& transfer, const at::Tensor& objects) {
  const std::int64_t images = transfer.size(1), unknowns = transfer.size(2);
  if (images == 1 && unknowns == 1) return objects * transfer.squeeze(2).squeeze(1);
  const at::Tensor split = by_channel(objects, unknowns);
  std::vector<at::Tensor> all;
  for (std::int64_t j = 0; j < images; ++j) {
    const at::Tensor row = transfer.select(1, j);
    at::Tensor sum = row.select(1, 0) * split.select(2, 0);
    for (std::int64_t k = 1; k < unknowns; ++k) sum.addcmul_(row.select(1, k), split.select(2, k));
    all.push_back(sum);
  }
  return at::stack(all, 2).flatten(1, 2);
}

at::Tensor apply_bank_adjoint(const at::Tensor& transfer, const at::Tensor& images) {
  return apply_bank(transfer.conj().transpose(1, 2).resolve_conj(), images);
}

at::Tensor regularized_inverse(const at::Tensor& transfer, const std::vector<at::Tensor>& d) {
  const std::int64_t unknowns = transfer.size(2);
  // The columns of the adjoint, one image after the other as a batch.
  const at::Tensor columns = transfer.conj().resolve_conj().transpose(0, 1).flatten(1, 2);
  const at::Tensor solved = BankNormal(transfer).solve(d, columns);
  return by_channel(solved, unknowns).permute({1, 2, 0, 3, 4}).contiguous();
}

BankNormal::BankNormal(const at::Tensor& transfer) : unknowns_(transfer.size(2)) {
  entries_.resize(static_cast<std::size_t>(unknowns_ * unknowns_));
  for (std::int64_t k = 0; k < unknowns_; ++k) {
    const at::Tensor column = transfer.select(2, k).conj();
    for (std::int64_t l = k; l < unknowns_; ++l) {
      const at::Tensor sum = (column * transfer.select(2, l)).sum(1);
      entries_[static_cast<std::size_t>(k * unknowns_ + l)] =
          k == l ? at::real(sum).contiguous() : sum;
    }
  }
}

BankNormal BankNormal::of_points(const at::Tensor& matrix) {
  BankNormal result;
  result.unknowns_ = matrix.size(1);
  result.entries_.resize(static_cast<std::size_t>(matrix.size(1) * matrix.size(1)));
  for (std::int64_t k = 0; k < matrix.size(1); ++k) {
    for (std::int64_t l = k; l < matrix.size(1); ++l) {
      result.entries_[static_cast<std::size_t>(k * matrix.size(1) + l)] =
          matrix.select(1, k).narrow(1, l, 1);
    }
  }
  return result;
}

BankNormal BankNormal::scaled(const at::Tensor& g) const {
  BankNormal result;
  result.unknowns_ = unknowns_;
  for (const at::Tensor& one : entries_) {
    result.entries_.push_back(one.defined() ? g * one : one);
  }
  return result;
}

at::Tensor BankNormal::solve(const std::vector<at::Tensor>& d, const at::Tensor& right) const {
  if (unknowns_ == 1) return right / (power(0) + d.front());
  const auto n = static_cast<std::size_t>(unknowns_);
  const at::Tensor split = by_channel(right, unknowns_);
  std::vector<at::Tensor> a = entries_, r, inverse(n), before;
  for (std::size_t k = 0; k < n; ++k) {
    a[k * n + k] = a[k * n + k] + d[d.size() == 1 ? 0 : k];
    before.push_back(a[k * n + k]);
    r.push_back(split.select(2, static_cast<std::int64_t>(k)));
  }
  for (std::size_t k = 0; k < n; ++k) {
    inverse[k] = inverse_pivot(a[k * n + k], before[k]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const at::Tensor factor = a[k * n + i].conj() * inverse[k];
      r[i] = r[i] - factor * r[k];
      a[i * n + i] = a[i * n + i] - at::real(factor * a[k * n + i]);
      for (std::size_t j = i + 1; j < n; ++j) a[i * n + j] = a[i * n + j] - factor * a[k * n + j];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j) r[k] = r[k] - a[k * n + j] * r[j];
    r[k] = r[k] * inverse[k];
  }
  return at::stack(r, 2).flatten(1, 2);
}

}  // namespace parfocal::solvers
