// SPDX-License-Identifier: Apache-2.0
#include "solvers/localization/matched_filter.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/roll.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "core/check.h"
#include "core/operators/capabilities.h"
#include "core/operators/point_emitters.h"
#include "core/tensor/fft.h"
#include "core/tensor/tensor_checks.h"
#include "solvers/localization/local_maximum.h"

namespace parfocal::solvers {
namespace {

at::Tensor padded_spectrum(const at::Tensor& image, std::int64_t p_y, std::int64_t p_x) {
  return rfft2(at::constant_pad_nd(image, {0, p_x - image.size(-1), 0, p_y - image.size(-2)}));
}

double median_of(const at::Tensor& values) { return values.median().item<double>(); }

}  // namespace

void MatchedFilter::describe(Schema<Params>& s) {
  s.summary("Places where the image of an emitter at some depth explains the frame.");
  s.equation(
      "s(r) = max_k sum_p (d(r + p) - m) t_k(p) / (sigma |t_k|),  t_k = h_k - mean(h_k);  a spot "
      "is a local maximum of s >= threshold");
  s.citation("D. O. North, Proc. IEEE 51, 1016, 1963 (matched filter)");
  s.convention("m is the median of the frame, sigma 1.4826 times the median of |d - m|.");
  s.key("box", &Params::box).at_least(3).at_most(255).doc("Side of the box in pixels, odd.");
  s.key("threshold", &Params::threshold)
      .above(0.0)
      .doc("Smallest significance of a spot, in standard deviations.");
  s.key("planes", &Params::planes).at_least(2).at_most(200).doc("Depths that are tried.");
  s.check([](const Params& p) { return p.box % 2 == 1 ? "" : "box: expected an odd number"; });
}

void MatchedFilter::know(const Operator& model) {
  const at::NoGradGuard no_grad;
  const auto& emitters =
      require_capability<PointEmitters>(model, "matched_filter", "a model of single emitters");
  at::Tensor theta = emitters_over_depth(emitters, params_.planes);
  // On a pixel, n / 2, also where the middle lies between two.
  for (const char* name : {"x", "y"}) theta.select(1, parameter_index(emitters, name)).ceil_();
  const at::Tensor images = emitters.emitter_images(theta.to(model.dtype())).mean;
  const at::Tensor h = images.cpu().to(at::kDouble);
  const at::Tensor t = h - h.mean({1, 2}, true);
  patterns_ = t / t.square().sum({1, 2}, true).sqrt();
}

at::Tensor MatchedFilter::spectra(std::int64_t n_y, std::int64_t n_x) const {
  const std::int64_t m_y = patterns_.size(1), m_x = patterns_.size(2);
  return padded_spectrum(patterns_, good_fft_size(n_y + m_y - 1), good_fft_size(n_x + m_x - 1))
      .conj();
}

at::Tensor MatchedFilter::significance(const at::Tensor& frame, const at::Tensor& spectra) const {
  const double level = median_of(frame);
  const at::Tensor light = frame - level;
  const double spread = 1.4826 * median_of(light.abs());
  const double noise = spread > 0 ? spread : std::sqrt(frame.mean().clamp_min(0).item<double>());
  if (!(noise > 0)) return at::zeros(frame.sizes(), at::kDouble);
  const std::int64_t n_y = frame.size(0), n_x = frame.size(1);
  const std::int64_t m_y = patterns_.size(1), m_x = patterns_.size(2);
  const std::int64_t p_y = good_fft_size(n_y + m_y - 1), p_x = good_fft_size(n_x + m_x - 1);
  // The correlation at r is that of a pattern whose first pixel lies at r.
  const at::Tensor found = irfft2(padded_spectrum(light, p_y, p_x) * spectra, p_y, p_x);
  const at::Tensor moved = at::roll(found, {m_y / 2, m_x / 2}, {1, 2});
  return moved.narrow(1, 0, n_y).narrow(2, 0, n_x).amax(0) / noise;
}

std::vector<Spot> MatchedFilter::detect(const at::Tensor& frames) const {
  PARFOCAL_CHECK(patterns_.defined());
  check_tensor("frames", frames, at::kDouble, {-1, -1, -1});
  const std::int64_t half = params_.box / 2;
  const at::Tensor spectra = this->spectra(frames.size(1), frames.size(2));
  std::vector<Spot> spots;
  for (std::int64_t f = 0; f < frames.size(0); ++f) {
    const at::Tensor map = significance(frames[f], spectra).contiguous();
    const PackedFrame frame{map.const_data_ptr<double>(), map.size(0), map.size(1)};
    for (std::int64_t y = half; y < frame.n_y - half; ++y) {
      for (std::int64_t x = half; x < frame.n_x - half; ++x) {
        const double score = frame.at(y, x);
        if (score >= params_.threshold && is_maximum(frame, y, x, half)) {
          spots.push_back({f, y, x, score});
        }
      }
    }
  }
  return spots;
}

}  // namespace parfocal::solvers
