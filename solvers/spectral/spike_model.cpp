// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/spike_model.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/argsort.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/median.h>
#include <ATen/ops/pad.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

namespace parfocal::solvers {
namespace {

constexpr double kNormalMad = 1.4826;
constexpr double kEdgeMargin = 1.02;
constexpr std::int64_t kBins = 16, kChannelBlock = 32;

double median_of(const at::Tensor& values) { return at::median(values).item<double>(); }

/// What stands beyond the border of the map.
enum class Beyond { kBorder, kZero };

/// The eight neighbours of every point, [8, point, channel].
at::Tensor neighbours_of(const at::Tensor& rows, std::int64_t n_y, std::int64_t n_x,
                         Beyond beyond) {
  const at::Tensor image = rows.t().reshape({1, rows.size(1), n_y, n_x});
  const at::Tensor padded =
      at::pad(image, {1, 1, 1, 1}, beyond == Beyond::kZero ? "constant" : "replicate");
  std::vector<at::Tensor> found;
  for (std::int64_t dy = 0; dy < 3; ++dy) {
    for (std::int64_t dx = 0; dx < 3; ++dx) {
      if (dy == 1 && dx == 1) continue;
      const at::Tensor shifted = padded.narrow(2, dy, n_y).narrow(3, dx, n_x);
      found.push_back(shifted.reshape({rows.size(1), n_y * n_x}).t());
    }
  }
  return at::stack(found);
}

/// Median of the neighbours at the total signal of the point.
at::Tensor spatial_median(const at::Tensor& values, std::int64_t n_y, std::int64_t n_x) {
  const at::Tensor flux = values.abs().mean(1, true).clamp_min(1e-300);
  const at::Tensor scaled = values / flux;
  std::vector<at::Tensor> blocks;
  for (std::int64_t first = 0; first < values.size(1); first += kChannelBlock) {
    const std::int64_t count = std::min(kChannelBlock, values.size(1) - first);
    const at::Tensor near =
        neighbours_of(scaled.narrow(1, first, count), n_y, n_x, Beyond::kBorder);
    blocks.push_back(std::get<0>(at::median(near, 0)));
  }
  return at::cat(blocks, 1) * flux;
}

/// Samples that are first left out of the model.
at::Tensor first_candidates(const at::Tensor& values, const at::Tensor& median, double threshold) {
  const at::Tensor r = values - median;
  const at::Tensor spread =
      std::get<0>(at::median(r.abs(), 0, true)).clamp_min(1e-300) * kNormalMad;
  return r > spread * threshold;
}

struct LowRank {
  at::Tensor model, singular_values;
  std::int64_t rank;
};

/// The rank-R map in the scaling that makes counting noise even.
LowRank low_rank(const at::Tensor& filled, const at::Tensor& counting,
                 const std::optional<std::int64_t>& wanted) {
  const auto p = static_cast<double>(filled.size(0)), n = static_cast<double>(filled.size(1));
  const double mean = std::max(filled.mean().item<double>(), 1e-300);
  const at::Tensor scale = (filled.mean(1, true).clamp_min(1e-6 * mean) *
                            filled.mean(0, true).clamp_min(1e-6 * mean) / mean)
                               .sqrt();
  const at::Tensor z = filled / scale;
  const auto [u, s, vh] = at::linalg_svd(z, false);
  const auto model_of = [&, u = u, s = s, vh = vh](std::int64_t rank) {
    return at::matmul(u.narrow(1, 0, rank) * s.narrow(0, 0, rank), vh.narrow(0, 0, rank));
  };
  const std::int64_t most = std::max<std::int64_t>(1, std::min(filled.size(0), filled.size(1)) / 3);
  std::int64_t rank = std::min(wanted.value_or(1), most);
  at::Tensor model = model_of(rank);
  double edge = 1.0;
  while (true) {
    const at::Tensor r = (z - model).abs().masked_select(counting);
    const double left = (1 - double(rank) / p) * (1 - double(rank) / n);
    const double sigma = kNormalMad * median_of(r) / std::sqrt(left);
    edge = std::max(kEdgeMargin * sigma * (std::sqrt(p) + std::sqrt(n)), 1e-300);
    const std::int64_t above = std::min(most, (s > edge).sum().item<std::int64_t>());
    if (wanted || above <= rank) break;
    rank = above;
    model = model_of(rank);
  }
  return {model * scale, s / edge, rank};
}

/// sigma of every sample from the residuals of samples of like signal.
at::Tensor noise_of(const at::Tensor& model, const at::Tensor& r, const at::Tensor& counting,
                    std::int64_t rank) {
  const double left =
      (1 - double(rank) / double(model.size(0))) * (1 - double(rank) / double(model.size(1)));
  const at::Tensor order = at::argsort(model.reshape({-1}));
  const at::Tensor flat = r.abs().reshape({-1}), counts = counting.reshape({-1});
  at::Tensor sigma = at::empty_like(flat);
  const std::int64_t total = order.size(0);
  for (std::int64_t bin = 0; bin < kBins; ++bin) {
    const std::int64_t first = total * bin / kBins, end = total * (bin + 1) / kBins;
    const at::Tensor members = order.narrow(0, first, end - first);
    const at::Tensor inside =
        flat.index_select(0, members).masked_select(counts.index_select(0, members));
    const double deviation =
        inside.numel() == 0 ? 0.0 : kNormalMad * median_of(inside) / std::sqrt(left);
    sigma.index_fill_(0, members, deviation);
  }
  // Files of float32 round to 6e-8 of the value.
  return at::maximum(sigma.reshape(model.sizes()), model.abs() * 6e-8);
}

/// Runs of high samples that hold a flag, are short, and stand alone among the neighbours.
class Isolation {
 public:
  Isolation(const at::Tensor& z, const at::Tensor& crowded, const SpikeOptions& options)
      : z_(z.contiguous()), crowded_(crowded.contiguous()), options_(options) {}

  [[nodiscard]] at::Tensor flags(std::int64_t& refused) const {
    at::Tensor found = at::zeros_like(crowded_);
    const std::int64_t points = z_.size(0), n = z_.size(1);
    for (std::int64_t point = 0; point < points; ++point) {
      const double* z = z_.const_data_ptr<double>() + point * n;
      for (std::int64_t j = 0; j < n;) {
        std::int64_t end = j;
        while (end < n && z[end] > 0.5 * options_.threshold) ++end;
        if (end > j) judge(point, j, end, found, refused);
        j = std::max(end, j + 1);
      }
    }
    return found;
  }

 private:
  void judge(std::int64_t point, std::int64_t first, std::int64_t end, at::Tensor& found,
             std::int64_t& refused) const {
    const std::int64_t n = z_.size(1);
    const double* z = z_.const_data_ptr<double>() + point * n;
    const bool* crowded = crowded_.const_data_ptr<bool>() + point * n;
    std::int64_t high = 0;
    bool alone = true;
    for (std::int64_t j = first; j < end; ++j) {
      const bool is_high = z[j] > options_.threshold;
      high += is_high;
      if (is_high && crowded[j]) alone = false;
    }
    if (high == 0) return;
    if (!alone || end - first > options_.longest) {
      refused += high;
      return;
    }
    bool* flags = found.mutable_data_ptr<bool>() + point * n;
    std::fill(flags + first, flags + end, true);
  }

  at::Tensor z_, crowded_;
  const SpikeOptions& options_;
};

}  // namespace

Spikes find_spikes(const at::Tensor& values, const at::Tensor& counting, std::int64_t n_y,
                   std::int64_t n_x, const SpikeOptions& options) {
  const at::Tensor counts = counting > 0;
  const at::Tensor missing = at::logical_not(counts);
  const at::Tensor column = (values * counts).sum(0, true) / counts.sum(0, true).clamp_min(1);
  const at::Tensor known = at::where(counts, values, column);
  const at::Tensor median = spatial_median(known, n_y, n_x);
  at::Tensor out = first_candidates(known, median, options.threshold).logical_or(missing);
  at::Tensor filled = at::where(out, median, known);
  Spikes spikes;
  for (std::int64_t round = 0; round < options.rounds; ++round) {
    const LowRank found = low_rank(filled, out.logical_not(), options.rank);
    const at::Tensor r = known - found.model;
    const at::Tensor z = at::where(
        counts, r / noise_of(found.model, r, out.logical_not(), found.rank), at::zeros_like(r));
    const at::Tensor near = neighbours_of(z, n_y, n_x, Beyond::kZero);
    const at::Tensor crowded = near.amax(0) > 0.5 * options.threshold;
    spikes.refused = 0;
    spikes.flagged = Isolation(z, crowded, options).flags(spikes.refused);
    spikes.model = found.model;
    spikes.rank = found.rank;
    spikes.singular_values = found.singular_values;
    const at::Tensor next = spikes.flagged.logical_or(missing);
    if (next.equal(out)) break;
    out = next;
    filled = at::where(out, found.model, known);
  }
  return spikes;
}

}  // namespace parfocal::solvers
