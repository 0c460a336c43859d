// SPDX-License-Identifier: Apache-2.0
#include "forward_models/smlm/pupil_emitters.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/angle.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "core/tensor/tensor_checks.h"
#include "optics/length_text.h"
#include "optics/psf/passive_elements.h"

namespace parfocal::smlm {
namespace {

constexpr double kMicrometre = 1e-6;
constexpr double kToleratedShare = 0.05;
constexpr std::int64_t kBatch = 32;     // Emitters whose pupils are held at once.
constexpr double kSamplesPerWave = 14;  // Of the table: of the finest wave of the intensity.
constexpr std::int64_t kShownPlanes = 9;

/// Pixels that a Gaussian of standard deviation `sigma_px` reaches to one side.
std::int64_t blur_reach(const std::optional<Length>& sigma, double pitch_m) {
  return sigma ? static_cast<std::int64_t>(std::ceil(4.0 * sigma->m() / pitch_m - 1e-9)) : 0;
}

/// Rows shifted against each other: [n, n + 2 reach].
at::Tensor blur_matrix(double sigma_px, std::int64_t reach, std::int64_t n) {
  const at::Tensor offset = at::arange(2 * reach + 1, at::kDouble) - static_cast<double>(reach);
  const at::Tensor taps = (offset.square() * (-0.5 / (sigma_px * sigma_px))).exp();
  at::Tensor matrix = at::zeros({n, n + 2 * reach}, at::kDouble);
  for (std::int64_t i = 0; i < n; ++i) {
    matrix[i].narrow(0, i, 2 * reach + 1).copy_(taps / taps.sum());
  }
  return matrix;
}

optics::MaskPlane plane_of(const PupilEmitters::ConjugatePlane& plane) {
  return {plane.focal_length.m(), plane.magnification, {plane.pitch[0].m(), plane.pitch[1].m()}};
}

Grid with_reach(const PupilEmitters::Params& p) {
  const std::int64_t y = blur_reach(p.blur, p.pitch[0].m());
  const std::int64_t x = blur_reach(p.blur, p.pitch[1].m());
  return Grid::centred(p.window[0] + 2 * y, p.window[1] + 2 * x, p.pitch[0].m(), p.pitch[1].m());
}

}  // namespace

void PupilEmitters::ConjugatePlane::describe(Schema<ConjugatePlane>& s) {
  s.summary("Where the elements of `optics` stand: the pupil as the relay shows it.");
  s.key("focal_length", &ConjugatePlane::focal_length)
      .required()
      .above(Length::from_m(0.0))
      .doc("Of the lens of the relay before the plane.");
  s.key("magnification", &ConjugatePlane::magnification)
      .required()
      .above(0.0)
      .doc("Of the microscope without the relay.");
  s.key("pitch", &ConjugatePlane::pitch)
      .required()
      .above(Length::from_m(0.0))
      .doc("Of the samples of the light in the plane, [y, x].");
}

void PupilEmitters::describe(Schema<Params>& s) {
  s.summary("Single molecules in three dimensions, through the pupil of an objective and masks.");
  s.equation(
      "mu = N (G * |DFT(P M exp(i k_w cos_w z) exp(i 2 pi f r))|^2) + b\n"
      "P = A exp i(sum c_j Z_j - k_o cos_o nominal_focus), M the elements of optics, "
      "X = f wavelength focal_length / magnification");
  s.citation("S. F. Gibson and F. Lanni, J. Opt. Soc. Am. A 8, 1601, 1991");
  s.citation("Y. Shechtman et al., Phys. Rev. Lett. 113, 133902, 2014 (masks by their bound)");
  s.convention(
      "x and y in pixels from the centre of the first pixel, z from the coverslip into the sample; "
      "N counts the light that enters the pupil; the image is not inverted.");
  s.gradient("exact");
  s.block("pupil", &Params::pupil).required().doc("The objective.");
  s.key("wavelength", &Params::wavelength)
      .required()
      .above(Length::from_m(0.0))
      .doc("Of the light, in vacuum.");
  s.block("plane", &Params::plane).required().doc("The plane conjugate to the pupil.");
  s.key("window", &Params::window)
      .at_least(5)
      .at_most(512)
      .doc("Pixels around each emitter, [y, x].");
  s.key("pitch", &Params::pitch)
      .required()
      .above(Length::from_m(0.0))
      .doc("Pitch of the pixels in the sample, [y, x].");
  s.key("depth", &Params::depth)
      .required()
      .doc("First and last depth of emitters behind the coverslip.");
  s.key("blur", &Params::blur)
      .above(Length::from_m(0.0))
      .doc("Standard deviation in the sample of what blurs the image further.");
  s.check([](const Params& p) -> std::string {
    return p.depth[0] < p.depth[1] ? "" : "depth: the first one must lie before the last one";
  });
}

PupilEmitters::PupilEmitters(const Params& params, const BuildContext& context)
    : params_(params),
      window_(params.window),
      pitch_m_{params.pitch[0].m(), params.pitch[1].m()},
      grid_(Grid::centred(window_[0], window_[1], pitch_m_[0], pitch_m_[1])),
      dtype_(context.dtype),
      device_(context.device),
      pupil_(params.pupil, context.child("pupil")),
      imaging_(pupil_, params.wavelength.m(), plane_of(params.plane), with_reach(params),
               context.dtype, context.device),
      elements_(optics::passive_elements(context, imaging_.beam())),
      parameters_(spline_parameters(window_, params.depth[0].m() / kMicrometre,
                                    params.depth[1].m() / kMicrometre)) {
  check_period(context.path);
  if (!params.blur) return;
  const auto matrix = [&](std::size_t axis) {
    const double pitch = pitch_m_[axis];
    return blur_matrix(params.blur->m() / pitch, blur_reach(params.blur, pitch), window_[axis])
        .to(device_, dtype_);
  };
  blur_y_ = matrix(0);
  blur_x_ = matrix(1);
}

void PupilEmitters::check_period(const std::string& path) const {
  for (const Length depth : params_.depth) {
    const double share = imaging_.aliased_share(depth.m());
    if (!(share > kToleratedShare)) continue;
    throw SamplingError(
        fmt::format("{}.plane.pitch: the phase of the pupil turns by more than pi between two "
                    "samples for {:.2g} "
                    "% of the light at a depth of {}; take finer samples",
                    path, 100.0 * share, optics::length_text(depth.m())));
  }
}

at::Tensor PupilEmitters::masked_pupil() const {
  at::Tensor field = imaging_.pupil();
  for (const auto& element : elements_) field = element->apply(field, imaging_.beam());
  return field;
}

PupilEmitters::Response PupilEmitters::response(const at::Tensor& masked, const at::Tensor& theta,
                                                bool slopes) const {
  const auto reach = [&](std::size_t axis) {
    return static_cast<double>(blur_reach(params_.blur, pitch_m_[axis]));
  };
  const optics::PupilImaging::Images raw = imaging_.images(
      masked, (theta.select(-1, 1) + reach(0)) * pitch_m_[0],
      (theta.select(-1, 0) + reach(1)) * pitch_m_[1], theta.select(-1, 2) * kMicrometre, slopes);
  const auto blurred = [&](const at::Tensor& image) {
    if (!blur_y_.defined()) return image;
    return at::matmul(at::matmul(blur_y_, image), blur_x_.t());
  };
  if (!slopes) return {blurred(raw.value), {}};
  return {blurred(raw.value),
          {blurred(raw.along_x) * pitch_m_[1], blurred(raw.along_y) * pitch_m_[0],
           blurred(raw.along_z) * kMicrometre}};
}

at::Tensor PupilEmitters::images(const at::Tensor& theta) const {
  const at::Tensor masked = masked_pupil();
  std::vector<at::Tensor> parts;
  for (std::int64_t first = 0; first < theta.size(0); first += kBatch) {
    const at::Tensor some = theta.narrow(0, first, std::min(kBatch, theta.size(0) - first));
    parts.push_back(response(masked, some, false).value);
  }
  return at::cat(parts);
}

at::Tensor PupilEmitters::forward(const at::Tensor& theta) const {
  check_trailing("theta", theta, dtype_, domain());
  Shape shape(theta.sizes().begin(), theta.sizes().end() - 1);
  shape.insert(shape.end(), {window_[0], window_[1]});
  const at::Tensor wide = theta.to(at::kDouble).reshape({-1, 5});
  const auto number = [&](std::int64_t which) {
    return wide.select(-1, which).to(device_, dtype_).unsqueeze(-1).unsqueeze(-1);
  };
  return (images(wide) * number(3) + number(4)).reshape(shape);
}

PointEmitters::Images PupilEmitters::emitter_images(const at::Tensor& theta) const {
  check_trailing("theta", theta, dtype_, {5});
  const at::Tensor wide = theta.to(at::kDouble);
  const Response unit = response(masked_pupil(), wide, true);
  const auto number = [&](std::int64_t which) {
    return theta.select(-1, which).to(device_).unsqueeze(-1).unsqueeze(-1);
  };
  std::vector<at::Tensor> slopes;
  for (const at::Tensor& slope : unit.slopes) slopes.push_back(slope * number(3));
  slopes.push_back(unit.value);
  slopes.push_back(at::ones_like(unit.value));
  return {unit.value * number(3) + number(4), at::stack(slopes, 1)};
}

SampledPsf PupilEmitters::sampled_psf() const {
  const at::NoGradGuard no_grad;
  const double wave_um = params_.wavelength.m() / params_.pupil.index_sample / kMicrometre;
  const double finest_m = params_.wavelength.m() / pupil_.open_na() / kSamplesPerWave;
  SampledPsf psf =
      table_for(parameters_,
                static_cast<std::int64_t>(std::ceil(std::max(pitch_m_[0], pitch_m_[1]) / finest_m)),
                wave_um / kSamplesPerWave);

  Params fine = params_;
  fine.window = {psf.n_y, psf.n_x};
  for (Length& pitch : fine.pitch)
    pitch = Length::from_m(pitch.m() / static_cast<double>(psf.oversampling));
  const optics::PupilImaging imaging(pupil_, fine.wavelength.m(), plane_of(fine.plane),
                                     with_reach(fine), at::kDouble);
  const at::Tensor masked = masked_pupil();
  const auto matrix = [&](std::size_t axis) {
    const double pitch = fine.pitch[axis].m();
    return blur_matrix(fine.blur->m() / pitch, blur_reach(fine.blur, pitch), fine.window[axis]);
  };
  const auto centre = [&](std::int64_t sample, std::size_t axis) {
    const double pitch = fine.pitch[axis].m();
    return at::full({1}, static_cast<double>(sample + blur_reach(fine.blur, pitch)) * pitch,
                    at::kDouble);
  };
  for (std::int64_t k = 0; k < psf.n_z; ++k) {
    const double z_m = (psf.first_z + static_cast<double>(k) * psf.step_z) * kMicrometre;
    at::Tensor plane = imaging
                           .images(masked, centre(psf.centre_y, 0), centre(psf.centre_x, 1),
                                   at::full({1}, z_m, at::kDouble), false)
                           .value[0];
    if (fine.blur) plane = at::matmul(at::matmul(matrix(0), plane), matrix(1).t());
    const at::Tensor values =
        (plane * static_cast<double>(psf.oversampling * psf.oversampling)).contiguous();
    psf.values.insert(psf.values.end(), values.const_data_ptr<double>(),
                      values.const_data_ptr<double>() + values.numel());
  }
  return psf;
}

std::shared_ptr<const EmitterBlock> PupilEmitters::emitter_block(SimdLevel level) const {
  const double open = pupil_.open_na() / params_.pupil.index_sample;
  const double focus_um = params_.wavelength.m() / kMicrometre /
                          (params_.pupil.index_sample * (1.0 - std::sqrt(1.0 - open * open)));
  return make_spline_block(sampled_psf(), {window_[0], window_[1], parameters_, 0.5 * focus_um},
                           level);
}

Shown PupilEmitters::show() const {
  const at::NoGradGuard no_grad;
  const at::Tensor theta = emitters_over_depth(*this, kShownPlanes);
  Shown shown;
  Field stack;
  stack.name = "point_response";
  stack.values = images(theta).unsqueeze(0).cpu();
  stack.axes = "czyx";
  stack.grid = grid_;
  stack.pitch_z_m = (parameters_[2].high - parameters_[2].low) * kMicrometre / (kShownPlanes - 1);
  stack.unit = "1/px";
  shown.fields.add(std::move(stack));
  if (elements_.empty()) return shown;
  const at::Tensor bare = imaging_.pupil(), masked = masked_pupil();
  const at::Tensor given = at::angle(masked * bare.conj());
  const at::Tensor phase = at::where((bare.abs() > 0).logical_and(given.abs() > 1e-12), given, 0.0);
  shown.fields.add(plane_field("mask_phase", phase.cpu(), imaging_.mask_grid(), "rad"));
  return shown;
}

}  // namespace parfocal::smlm
