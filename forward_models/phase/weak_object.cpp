// SPDX-License-Identifier: Apache-2.0
#include "forward_models/phase/weak_object.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/max.h>
#include <ATen/ops/real.h>
#include <ATen/ops/roll.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "core/tensor/tensor_checks.h"

namespace parfocal::phase {
namespace {

constexpr std::int64_t kMostOrdered = 6;  // 720 orders.

/// A(f) for every pattern; on the circle of the samples, in FFT order.
at::Tensor correlate(const at::Tensor& source, const at::Tensor& pupil) {
  return ifft2(fft2(source * pupil).conj() * fft2(pupil));
}

/// values(-f), in FFT order.
at::Tensor mirrored(const at::Tensor& values) {
  return at::roll(at::flip(values, {-2, -1}), {1, 1}, {-2, -1});
}

/// Every q-th frequency of the half plane of n_x samples.
at::Tensor thinned(const at::Tensor& values, std::int64_t q, std::int64_t n_x) {
  return values.slice(-2, 0, values.size(-2), q).slice(-1, 0, (n_x / 2) * q + 1, q);
}

std::vector<std::int64_t> identity_order(std::int64_t images) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(images));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

void check_order(const std::string& path, const std::vector<std::int64_t>& order,
                 std::int64_t images) {
  const std::vector<std::int64_t> expected = identity_order(images);
  if (std::is_permutation(order.begin(), order.end(), expected.begin(), expected.end())) return;
  throw UsageError(
      fmt::format("{}.order = [{}]: expected each of 0 to {} once, the pattern of each image", path,
                  fmt::join(order, ", "), images - 1));
}

/// The `index`-th permutation in lexicographic order.
std::vector<std::int64_t> permutation(std::int64_t images, std::size_t index) {
  std::vector<std::int64_t> order = identity_order(images);
  for (std::size_t i = 0; i < index; ++i) std::next_permutation(order.begin(), order.end());
  return order;
}

void check_sampled(const std::string& path, const std::array<Length, 2>& pitch, double limit) {
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const double nyquist = 0.5 / pitch[axis].m();
    if (limit <= nyquist) continue;
    throw SamplingError(fmt::format(
        "{}.pitch = {:.6g} um: images hold frequencies up to {:.6g} /um, the samples up to {:.6g} "
        "/um; take a finer pitch",
        path, pitch[axis].m() * 1e6, limit * 1e-6, nyquist * 1e-6));
  }
}

}  // namespace

void WeakObject::describe(Schema<Params>& s) {
  s.summary(
      "A weak object exp(-mu + i phi) in partially coherent light: images of differential phase "
      "contrast.");
  s.equation(
      "y_j = IDFT( Hu_j DFT mu + Hp_j DFT phi ),  Hu = -(A + B) / I0,  Hp = i (A - B) / I0\n"
      "A(f) = sum_s S(s) conj(P(s)) P(s + f),  B(f) = sum_s S(s) P(s) conj(P(s - f))");
  s.citation("D. K. Hamilton, C. J. R. Sheppard, T. Wilson, J. Microscopy 135, 275 (1984)");
  s.citation(
      "L. Tian, L. Waller, Quantitative differential phase contrast imaging in an LED array "
      "microscope, Opt. Express 23, 11394 (2015)");
  s.convention(
      "Images are contrasts (I - I0) / I0; optical delay is positive phase; the object is "
      "periodic.");
  s.gradient("exact, to first order in the object");
  s.key("wavelength", &Params::wavelength).required().above(Length::from_m(0.0)).doc("In vacuum.");
  s.block("pupil", &Params::pupil).required().doc("Of the microscope.");
  s.component("condenser", &Params::condenser, "condenser")
      .required()
      .doc("Patterns of light, one for each image.");
  s.key("size", &Params::size).required().at_least(2).at_most(65536).doc("Pixels [y, x].");
  s.key("pitch", &Params::pitch)
      .required()
      .above(Length::from_m(0.0))
      .doc("Distance of two pixels in the object, [y, x].");
  s.key("source_samples", &Params::source_samples)
      .at_least(1)
      .at_most(64)
      .doc("Samples of the source per frequency of the image along each axis, for small images.");
  s.key("order", &Params::order)
      .doc("Pattern of each image, from 0; default: as the condenser lists them.");
  s.key("find_order", &Params::find_order)
      .doc(
          "The order is not known: all are tried on the first frame, and the first of those that "
          "fit "
          "it best is taken.");
  s.key("valid_band", &Params::valid_band)
      .at_least(SpatialFrequency::from_per_m(0.0))
      .doc(
          "Frequencies [from, to] over which model_residual is formed; default: from 0 to where no "
          "light is.");
  s.check([](const Params& p) -> std::string {
    if (p.find_order && !p.order.empty()) return "order: expected order or find_order, not both";
    const bool rising = !p.valid_band || (*p.valid_band)[0] < (*p.valid_band)[1];
    return rising ? "" : "valid_band: expected [from, to] with from below to";
  });
}

WeakObject::WeakObject(const Params& params, const BuildContext& context)
    : params_(params),
      dtype_(context.dtype),
      device_(context.device),
      condenser_(build<optics::Condenser>(params.condenser, context.child("condenser"))),
      pupil_(std::make_shared<optics::ObjectPupil>(params.pupil, context.child("pupil"))),
      grid_(
          Grid::centred(params.size[0], params.size[1], params.pitch[0].m(), params.pitch[1].m())) {
  const std::int64_t images = condenser_->exposures();
  if (params_.order.empty()) params_.order = identity_order(images);
  check_order(context.path, params_.order, images);
  if (params_.find_order && images > kMostOrdered) {
    throw UsageError(
        fmt::format("{}.find_order: {} images have too many orders to try all; at most "
                    "{} can be ordered, give order",
                    context.path, images, kMostOrdered));
  }
  const double wavelength = params_.wavelength.m();
  check_sampled(context.path, params_.pitch, (pupil_->na() + condenser_->na()) / wavelength);
  refresh();
}

Shape WeakObject::range() const {
  return {condenser_->exposures(), params_.size[0], params_.size[1]};
}

namespace {

/// Frequencies of the source's samples along one axis.
at::Tensor source_axis(std::int64_t n, std::int64_t q, double pitch_m) {
  return fft_frequencies_per_m(n * q, pitch_m);
}

}  // namespace

void WeakObject::refresh() {
  const std::int64_t n_y = params_.size[0], n_x = params_.size[1], q = params_.source_samples;
  const double wavelength = params_.wavelength.m();
  const at::Tensor f_y = source_axis(n_y, q, params_.pitch[0].m());
  const at::Tensor f_x = source_axis(n_x, q, params_.pitch[1].m());
  const at::Tensor pupil = pupil_->at(f_y, f_x, wavelength);
  const at::Tensor source =
      condenser_->patterns(f_y, f_x, wavelength).index_select(0, at::tensor(params_.order));
  const at::Tensor level = (source * pupil.abs().square()).sum({-2, -1});
  if (!level.detach().gt(0).all().item<bool>()) {
    throw DataError(
        "weak_object: no light of a pattern passes the pupil, so its image has no level "
        "to be relative to; lower inner_na or brighten the pattern");
  }
  shares_ = (level / source.sum()).to(device_);
  const at::Tensor a = correlate(source, pupil), b = mirrored(a).conj();
  const double limit = (pupil_->na() + condenser_->na()) / wavelength;
  const at::Tensor support = thinned(optics::frequency_disc(f_y, f_x, limit), q, n_x);
  at::Tensor moving = support.clone();
  moving[0][0].zero_();
  const at::Tensor norm = level.reciprocal().view({-1, 1, 1});
  const at::Tensor i = at::complex(at::zeros_like(norm), norm);
  const at::Tensor absorption = thinned(a + b, q, n_x) * -norm * support;
  const at::Tensor delay = thinned(a - b, q, n_x) * i * moving;
  transfer_ =
      at::stack({absorption, delay}, 1).unsqueeze(0).to(device_, c10::toComplexType(dtype_));
  const at::NoGradGuard no_grad;
  norm_bound_ = std::sqrt(transfer_.abs().square().sum({1, 2}).max().item<double>());
}

at::Tensor WeakObject::forward(const at::Tensor& v) const {
  check_trailing("weak_object, v", v, dtype_, domain(), device_);
  const at::Tensor spectrum = (transfer_[0] * rfft2(v).unsqueeze(-4)).sum(-3);
  return irfft2(spectrum, params_.size[0], params_.size[1]);
}

at::Tensor WeakObject::adjoint(const at::Tensor& y) const {
  check_trailing("weak_object, y", y, dtype_, range(), device_);
  const at::Tensor spectrum = (transfer_[0].conj() * rfft2(y).unsqueeze(-3)).sum(-4);
  return irfft2(spectrum, params_.size[0], params_.size[1]);
}

at::Tensor WeakObject::valid_band() const {
  const at::Tensor f_y = fft_frequencies_per_m(params_.size[0], params_.pitch[0].m());
  const at::Tensor f_x = rfft_frequencies_per_m(params_.size[1], params_.pitch[1].m());
  const double limit = (pupil_->na() + condenser_->na()) / params_.wavelength.m();
  if (!params_.valid_band) return optics::frequency_disc(f_y, f_x, limit).to(device_);
  const auto& [from, to] = *params_.valid_band;
  const at::Tensor f = ((f_y * f_y).unsqueeze(1) + f_x * f_x).sqrt();
  return f.gt(from.per_m()).logical_and(f.lt(to.per_m())).to(at::kDouble).to(device_);
}

std::vector<std::string> WeakObject::alternatives() const {
  std::vector<std::string> texts;
  if (!params_.find_order) return texts;
  std::vector<std::int64_t> order = identity_order(condenser_->exposures());
  do {
    texts.push_back(fmt::format("[{}]", fmt::join(order, ", ")));
  } while (std::next_permutation(order.begin(), order.end()));
  return texts;
}

std::shared_ptr<Operator> WeakObject::alternative(std::size_t index) const {
  auto settled = std::make_shared<WeakObject>(*this);
  settled->params_.order = permutation(condenser_->exposures(), index);
  settled->params_.find_order = false;
  // The transfer functions of the patterns are known; only their places change.
  std::vector<std::int64_t> places;
  for (const std::int64_t pattern : settled->params_.order) {
    const auto at = std::find(params_.order.begin(), params_.order.end(), pattern);
    places.push_back(at - params_.order.begin());
  }
  const at::Tensor places_tensor = at::tensor(places).to(device_);
  settled->transfer_ = transfer_.index_select(1, places_tensor);
  settled->shares_ = shares_.index_select(0, places_tensor);
  return settled;
}

Shown WeakObject::show() const {
  const at::NoGradGuard no_grad;
  Shown shown;
  const double wavelength = params_.wavelength.m();
  constexpr std::int64_t kSamples = 128;
  const double limit = condenser_->na() / wavelength;
  const at::Tensor axis = (at::arange(kSamples, at::kDouble) + 0.5 - 0.5 * kSamples) *
                          (2.0 * limit / static_cast<double>(kSamples));
  Field patterns;
  patterns.name = "source";
  patterns.values = condenser_->patterns(axis, axis, wavelength)
                        .index_select(0, at::tensor(params_.order))
                        .unsqueeze(0);
  patterns.axes = "czyx";
  patterns.unit = "1";
  shown.fields.add(std::move(patterns));
  const std::int64_t n_y = params_.size[0], n_x = params_.size[1];
  // The whole plane, by H(-f) = conj(H(f)).
  const at::Tensor whole = fft2(irfft2(transfer_[0].select(1, 1).cpu(), n_y, n_x)).abs();
  Field phase;
  phase.name = "phase_transfer";
  phase.values = origin_to_centre(whole).to(at::kDouble).unsqueeze(0);
  phase.axes = "czyx";
  phase.unit = "1";
  shown.fields.add(std::move(phase));
  return shown;
}

}  // namespace parfocal::phase
