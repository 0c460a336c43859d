// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/bayer_detector.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <array>

#include "core/check.h"
#include "core/error.h"

namespace parfocal::optics {
namespace {

constexpr std::int64_t kRed = 0, kGreen = 1, kBlue = 2;

/// Of the pixels (0, 0), (0, 1), (1, 0), (1, 1).
std::array<std::int64_t, 4> colors_of(BayerDetector::Pattern pattern) {
  using Pattern = BayerDetector::Pattern;
  switch (pattern) {
    case Pattern::kRggb:
      return {kRed, kGreen, kGreen, kBlue};
    case Pattern::kBggr:
      return {kBlue, kGreen, kGreen, kRed};
    case Pattern::kGrbg:
      return {kGreen, kRed, kBlue, kGreen};
    case Pattern::kGbrg:
      return {kGreen, kBlue, kRed, kGreen};
  }
  PARFOCAL_CHECK(false);
  return {};
}

}  // namespace

void BayerDetector::describe(Schema<Params>& s) {
  s.summary("A mosaic of red, green and blue filters on another detector.");
  s.equation("y ~ detector(s),  s(p) = m_c(p)(p),  c = pattern[p_y mod 2][p_x mod 2]");
  s.citation("B. E. Bayer, US patent 3 971 065, 1976");
  s.convention(
      "The pattern names the pixels (0, 0), (0, 1), (1, 0), (1, 1); a mean of three channels (red, "
      "green, blue) gives counts of one.");
  s.gradient("surrogate: that of the detector, at the color that a pixel counts");
  s.choice("pattern", &Params::pattern,
           {{"rggb", Pattern::kRggb},
            {"bggr", Pattern::kBggr},
            {"grbg", Pattern::kGrbg},
            {"gbrg", Pattern::kGbrg}})
      .doc("Colors of the first two rows.");
  s.component("detector", &Params::detector, "detector")
      .required()
      .doc("What counts behind the filters.");
}

BayerDetector::BayerDetector(const Params& params, const BuildContext& context)
    : path_(context.path),
      pattern_(params.pattern),
      detector_(build<Likelihood>(params.detector, context.child("detector"))) {
  if (detector_->colors() == 1) return;
  throw UsageError(context.path +
                   ".detector: counts colors itself; a mosaic needs a detector without colors");
}

at::Tensor BayerDetector::filters(const at::Tensor& like) const {
  const std::int64_t n_y = like.size(-2), n_x = like.size(-1);
  at::Tensor open = at::zeros({3, n_y, n_x}, like.options());
  const auto colors = colors_of(pattern_);
  for (std::int64_t i = 0; i < 4; ++i) {
    const std::int64_t y = i / 2, x = i % 2;
    if (y >= n_y || x >= n_x) continue;
    open.select(0, colors[static_cast<std::size_t>(i)])
        .slice(0, y, n_y, 2)
        .slice(1, x, n_x, 2)
        .fill_(1);
  }
  return open;
}

at::Tensor BayerDetector::mosaic(const at::Tensor& mean) const {
  PARFOCAL_CHECK(mean.dim() == 4);
  if (mean.size(1) != 3) {
    throw UsageError(fmt::format(
        "{}: the expected image has {} channels where red, green and blue are needed; take a scene "
        "of three channels",
        path_, mean.size(1)));
  }
  return (mean * filters(mean.detach())).sum(1, true);
}

at::Tensor BayerDetector::sample(const at::Tensor& mean, RandomStream& random) const {
  return detector_->sample(mosaic(mean), random);
}

at::Tensor BayerDetector::negative_log_likelihood(const at::Tensor& mean,
                                                  const at::Tensor& counts) const {
  return detector_->negative_log_likelihood(mosaic(mean), counts);
}

at::Tensor BayerDetector::gradient(const at::Tensor& mean, const at::Tensor& counts) const {
  return detector_->gradient(mosaic(mean), counts) * filters(mean.detach());
}

at::Tensor BayerDetector::fisher_weight(const at::Tensor& mean) const {
  return detector_->fisher_weight(mosaic(mean)) * filters(mean.detach());
}

Likelihood::Quadratic BayerDetector::quadratic(const at::Tensor& counts) const {
  const Quadratic term = detector_->quadratic(counts);
  const at::Tensor open = filters(counts);
  return {term.target * open, term.weight * open};
}

}  // namespace parfocal::optics
