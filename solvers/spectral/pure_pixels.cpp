// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/pure_pixels.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_inv.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <string>

#include "core/error.h"

namespace parfocal::solvers {
namespace {

constexpr int kRounds = 100;

std::vector<std::int64_t> successive_projections(const at::Tensor& rows, std::int64_t count) {
  at::Tensor left = rows;
  std::vector<std::int64_t> found;
  for (std::int64_t k = 0; k < count; ++k) {
    const at::Tensor lengths = left.square().sum(1);
    const auto best = lengths.argmax().item<std::int64_t>();
    found.push_back(best);
    const at::Tensor unit = left[best] / lengths[best].sqrt().clamp_min(1e-300);
    left = left - at::matmul(left, unit).unsqueeze(1) * unit;
  }
  return found;
}

}  // namespace

std::vector<std::int64_t> pure_pixels(const at::Tensor& rows, std::int64_t count) {
  if (rows.size(0) < count || rows.size(1) < count) {
    throw UsageError("unmix.count: " + std::to_string(count) + " spectra from " +
                     std::to_string(rows.size(0)) + " points of " + std::to_string(rows.size(1)) +
                     " channels; ask for fewer");
  }
  const at::Tensor total = rows.sum(1, true);
  const at::Tensor shape = rows / total.clamp_min(total.max().item<double>() * 1e-6);
  std::vector<std::int64_t> found = successive_projections(shape, count);
  if (count == 1) return found;
  const at::Tensor centred = shape - shape.mean(0, true);
  const at::Tensor axes = std::get<2>(at::linalg_svd(centred, false)).narrow(0, 0, count - 1);
  const at::Tensor e =
      at::cat({at::ones({rows.size(0), 1}, rows.options()), at::matmul(centred, axes.t())}, 1);
  bool grew = true;
  for (int round = 0; grew && round < kRounds; ++round) {
    grew = false;
    for (std::size_t k = 0; k < found.size(); ++k) {
      const at::Tensor simplex = e.index_select(0, at::tensor(found));
      // By Cramer's rule, the volume with another point in place k over the present one.
      const at::Tensor ratio =
          at::matmul(e, at::linalg_inv(simplex).select(1, static_cast<std::int64_t>(k))).abs();
      const auto best = ratio.argmax().item<std::int64_t>();
      if (!(ratio[best].item<double>() > 1 + 1e-9)) continue;
      found[k] = best;
      grew = true;
    }
  }
  return found;
}

}  // namespace parfocal::solvers
