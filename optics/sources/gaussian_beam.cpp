// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/gaussian_beam.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/atan.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/polar.h>
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "optics/length_text.h"
#include "optics/phase_sampling.h"
#include "optics/plane.h"
#include "optics/sources/plane_waves.h"
#include "optics/sources/tilt.h"

namespace parfocal::optics {
void GaussianBeam::describe(Schema<Params>& s) {
  s.summary("A Gaussian beam, round or elliptic, straight or tilted.");
  s.equation(
      "U = exp(i k z) prod over y, x of (1 + u^2)^(-1/4)\n"
      "    exp(-r^2 (1 - i u) / (w^2 (1 + u^2)) - i atan(u) / 2)\n"
      "u = (z - waist_position) wavelength / (pi w^2 index_medium)");
  s.citation("A. E. Siegman, Lasers, 1986, section 17.1");
  s.convention(
      "z along the beam from where its axis meets the first plane; a waist_position above 0 lies "
      "behind that plane. Amplitude 1 in the waist. A positive tilt travels towards +y, +x.");
  s.gradient("exact");
  describe_spectrum(s);
  s.key("waist", &Params::waist)
      .required()
      .above(Length::from_m(0.0))
      .trainable("um")
      .doc("1/e^2 radius of the irradiance in the waist; that of x where waist_y is given.");
  s.key("waist_y", &Params::waist_y)
      .above(Length::from_m(0.0))
      .trainable("um")
      .doc("Of y, for an elliptic beam.");
  s.key("waist_position", &Params::waist_position)
      .trainable("um")
      .doc("Where the waist lies, along the beam from the first plane.");
  describe_tilt(s);
  s.key("centre", &Params::centre)
      .trainable("um")
      .doc("Where the axis of the beam meets the first plane, [y, x].");
}

GaussianBeam::GaussianBeam(const Params& params, const BuildContext& context)
    : path_(context.path),
      spectrum_(context, params.wavelength, params.spectrum),
      waist_(context, "waist", params.waist, LeafUnit{"um", 1e-6, Bounds::above(0.0)}),
      waist_position_(context, "waist_position", params.waist_position, LeafUnit{"um", 1e-6}),
      tilt_(context, "tilt", params.tilt, LeafUnit{"rad"}),
      centre_(context, "centre", params.centre, LeafUnit{"um", 1e-6}) {
  if (params.waist_y)
    waist_y_ =
        Trainable(context, "waist_y", *params.waist_y, LeafUnit{"um", 1e-6, Bounds::above(0.0)});
}

void GaussianBeam::check_resolved(const at::Tensor& waist_m, double pitch_m, std::int64_t samples,
                                  const char* axis, const Beam& beam) const {
  const double w = waist_m.item<double>();
  const double rayleigh_m = std::numbers::pi * w * w * beam.index_medium / beam.wavelength_m;
  const double width = w * std::hypot(1.0, waist_position_.si().item<double>() / rayleigh_m);
  if (samples == 1 || width >= pitch_m) return;
  throw SamplingError(fmt::format(
      "{}.waist: the beam of radius {} along {} is not resolved by samples of pitch {}, limit {}; "
      "take a finer pitch",
      path_, length_text(width), axis, length_text(pitch_m), length_text(pitch_m)));
}

GaussianBeam::Profile GaussianBeam::profile(const at::Tensor& across_m, const at::Tensor& along_m,
                                            const at::Tensor& waist_m, const Beam& beam) const {
  const at::Tensor rayleigh_m =
      waist_m.square() * (std::numbers::pi * beam.index_medium) / beam.wavelength();
  const at::Tensor u = (along_m - waist_position_.si().cpu()) / rayleigh_m;
  const at::Tensor spread = u.square() + 1.0;
  const at::Tensor share = across_m.square() / (waist_m.square() * spread);
  return {spread.pow(-0.25) * (-share).exp(), share * u - u.atan() * 0.5};
}

Illumination GaussianBeam::illuminate(const Beam& beam) const {
  const at::Tensor sines = tilt_.si().cpu().sin();
  check_directions(path_ + ".tilt", sines.unsqueeze(0), beam);
  const at::Tensor w_x = waist_.si().cpu();
  const at::Tensor w_y = waist_y_.defined() ? waist_y_.si().cpu() : w_x;
  check_resolved(w_y, beam.grid.pitch_y_m, beam.grid.n_y, "y", beam);
  check_resolved(w_x, beam.grid.pitch_x_m, beam.grid.n_x, "x", beam);
  const at::Tensor centre_m = centre_.si().cpu();
  const at::Tensor y = y_coordinates_m(beam.grid).unsqueeze(1) - centre_m[0];
  const at::Tensor x = x_coordinates_m(beam.grid) - centre_m[1];
  const at::Tensor cosine = (1.0 - sines.square().sum()).sqrt();
  const at::Tensor along_m = y * sines[0] + x * sines[1];
  const at::Tensor turned = along_m / (cosine + 1.0);
  const Profile in_y = profile(y - turned * sines[0], along_m, w_y, beam);
  const Profile in_x = profile(x - turned * sines[1], along_m, w_x, beam);
  const at::Tensor k = 2.0 * std::numbers::pi * beam.index_medium / beam.wavelength();
  const at::Tensor amplitude = in_y.amplitude * in_x.amplitude;
  const at::Tensor phase = along_m * k + in_y.phase + in_x.phase;
  check_phase_sampling(path_, phase, amplitude.square(), beam.grid);
  return {at::polar(amplitude, phase).unsqueeze(0), at::ones({1}, at::kDouble)};
}

}  // namespace parfocal::optics
