// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/spike_model.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/argsort.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_solve.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/median.h>
#include <ATen/ops/ones_like.h>
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
constexpr double kStandsOut = 2.0;
constexpr double kFew = 0.08, kHolds = 0.3;
constexpr int kLoneRounds = 20, kFits = 6, kCrowd = 2;
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

/// Samples that stand out of their eight neighbours at equal total signal: over their median by twice
/// the largest departure among them.
at::Tensor first_candidates(const at::Tensor& values, std::int64_t n_y, std::int64_t n_x) {
  const at::Tensor flux = values.abs().mean(1, true).clamp_min(1e-300);
  const at::Tensor scaled = values / flux;
  std::vector<at::Tensor> blocks;
  for (std::int64_t first = 0; first < values.size(1); first += kChannelBlock) {
    const std::int64_t count = std::min(kChannelBlock, values.size(1) - first);
    const at::Tensor own = scaled.narrow(1, first, count);
    const at::Tensor near = neighbours_of(own, n_y, n_x, Beyond::kBorder);
    const at::Tensor median = std::get<0>(at::median(near, 0));
    blocks.push_back(own - median > (near - median).abs().amax(0) * kStandsOut);
  }
  return at::cat(blocks, 1);
}

/// The spectra that a map is made of, from its clean points.
struct Subspace {
  at::Tensor axes;             ///< [rank, channel], orthonormal in the scaling
  at::Tensor channel_scale;    ///< [1, channel]
  at::Tensor singular_values;  ///< Over the noise edge.
};

/// Singular vectors above the noise edge, in the scaling that makes counting noise even.
Subspace subspace_of(const at::Tensor& rows, const std::optional<std::int64_t>& wanted,
                     at::Tensor& lone) {
  const auto p = static_cast<double>(rows.size(0)), n = static_cast<double>(rows.size(1));
  const double mean = std::max(rows.mean().item<double>(), 1e-300);
  const at::Tensor channel_scale = (rows.mean(0, true).clamp_min(1e-6 * mean) / mean).sqrt();
  const at::Tensor z = rows / channel_scale / rows.mean(1, true).clamp_min(1e-6 * mean).sqrt();
  const auto [u, s, vh] = at::linalg_svd(z, false);
  const std::int64_t most = std::max<std::int64_t>(1, std::min(rows.size(0), rows.size(1)) / 3);
  std::int64_t rank = std::min(wanted.value_or(1), most);
  double edge = 1.0;
  while (true) {
    const at::Tensor model =
        at::matmul(u.narrow(1, 0, rank) * s.narrow(0, 0, rank), vh.narrow(0, 0, rank));
    const double left = (1 - double(rank) / p) * (1 - double(rank) / n);
    const double sigma = kNormalMad * median_of((z - model).abs()) / std::sqrt(left);
    edge = std::max(kEdgeMargin * sigma * (std::sqrt(p) + std::sqrt(n)), 1e-300);
    const std::int64_t above = std::min(most, (s > edge).sum().item<std::int64_t>());
    if (wanted || above <= rank) break;
    rank = above;
  }
  const at::Tensor share = u.narrow(1, 0, rank).square();
  const at::Tensor holders = share.square().sum(0, true).reciprocal();
  lone = (share > kHolds / holders).logical_and(holders < kFew * p).any(1);
  return {vh.narrow(0, 0, rank), channel_scale, s / edge};
}

/// The subspace of the rows that are whole. A component that few rows hold (1 / sum u^4 of them) is
/// what spikes look like: these rows are left out. If it was chemistry after all, what is left of it
/// in these rows is told from spikes by its width, its neighbours and its number of lines.
Subspace clean_subspace(const at::Tensor& known, const at::Tensor& out,
                        const std::optional<std::int64_t>& wanted) {
  at::Tensor whole = out.any(1).logical_not();
  const std::int64_t least = std::max<std::int64_t>(9, known.size(0) / 4);
  if (whole.sum().item<std::int64_t>() < least) whole = at::ones_like(whole);
  Subspace found;
  for (int round = 0; round < kLoneRounds; ++round) {
    const at::Tensor members = whole.nonzero().squeeze(1);
    at::Tensor lone;
    found = subspace_of(known.index_select(0, members), wanted, lone);
    const at::Tensor left = members.masked_select(lone.logical_not());
    if (left.size(0) == members.size(0) || left.size(0) < least) break;
    whole = at::zeros_like(whole).index_fill(0, left, true);
  }
  return found;
}

/// Every row as the subspace explains the samples of it that count.
at::Tensor explained(const at::Tensor& known, const at::Tensor& out, const Subspace& subspace) {
  const at::Tensor z = known / subspace.channel_scale;
  const at::Tensor& v = subspace.axes;
  at::Tensor coefficients = at::matmul(z, v.t());
  const at::Tensor damaged = out.any(1).nonzero().squeeze(1);
  for (std::int64_t i = 0; i < damaged.size(0); ++i) {
    const auto row = damaged[i].item<std::int64_t>();
    const at::Tensor kept = out[row].logical_not().nonzero().squeeze(1);
    if (kept.size(0) < 2 * v.size(0)) continue;
    const at::Tensor a = v.index_select(1, kept), b = z[row].index_select(0, kept);
    coefficients[row] = at::linalg_solve(at::matmul(a, a.t()), at::matmul(a, b));
  }
  return at::matmul(coefficients, v) * subspace.channel_scale;
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
      if (runs(z, n) > options_.per_spectrum) {
        for (std::int64_t j = 0; j < n; ++j) refused += z[j] > options_.threshold;
        continue;
      }
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
  /// Runs of samples above half the threshold that hold one above it.
  [[nodiscard]] std::int64_t runs(const double* z, std::int64_t n) const {
    std::int64_t count = 0;
    bool high = false;
    for (std::int64_t j = 0; j <= n; ++j) {
      const bool inside = j < n && z[j] > 0.5 * options_.threshold;
      if (inside) high = high || z[j] > options_.threshold;
      if (inside) continue;
      count += high;
      high = false;
    }
    return count;
  }

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

/// Residuals over their sigma. High samples of a row bend its fit, so that it is found again without
/// them before anything is judged.
at::Tensor deviations(const at::Tensor& known, const at::Tensor& counts, const at::Tensor& out,
                      const Subspace& subspace, double threshold, at::Tensor& model) {
  at::Tensor left_out = out, z;
  for (int round = 0; round < kFits; ++round) {
    model = explained(known, left_out, subspace);
    const at::Tensor r = known - model;
    const at::Tensor sigma = noise_of(model, r, out.logical_not(), subspace.axes.size(0));
    z = at::where(counts, r / sigma, at::zeros_like(r));
    const at::Tensor bent = (z > threshold).any(1, true);
    const at::Tensor next =
        (z > 0.5 * threshold).logical_and(bent).logical_or(counts.logical_not());
    if (next.equal(left_out)) break;
    left_out = next;
  }
  return z;
}

}  // namespace

Spikes find_spikes(const at::Tensor& values, const at::Tensor& counting, std::int64_t n_y,
                   std::int64_t n_x, const SpikeOptions& options) {
  const at::Tensor counts = counting > 0;
  const at::Tensor missing = at::logical_not(counts);
  const at::Tensor column = (values * counts).sum(0, true) / counts.sum(0, true).clamp_min(1);
  const at::Tensor known = at::where(counts, values, column);
  at::Tensor out = first_candidates(known, n_y, n_x).logical_or(missing);
  Spikes spikes;
  for (std::int64_t round = 0; round < options.rounds; ++round) {
    const Subspace subspace = clean_subspace(known, out, options.rank);
    spikes.rank = subspace.axes.size(0);
    spikes.singular_values = subspace.singular_values;
    const at::Tensor z = deviations(known, counts, out, subspace, options.threshold, spikes.model);
    const at::Tensor near = neighbours_of(z, n_y, n_x, Beyond::kZero);
    const at::Tensor crowded = near.gt(0.5 * options.threshold).sum(0) >= kCrowd;
    spikes.refused = 0;
    spikes.flagged = Isolation(z, crowded, options).flags(spikes.refused);
    const at::Tensor next = spikes.flagged.logical_or(missing);
    if (next.equal(out)) break;
    out = next;
  }
  return spikes;
}

}  // namespace parfocal::solvers
