// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/plane_wave.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "optics/plane.h"

namespace parfocal::optics {
namespace {

void check_sampled(const std::string& path, const char* axis, double sine, double pitch_m,
                   std::int64_t samples, const Beam& beam) {
  const double limit = 0.5 * beam.wavelength_m / (beam.index_medium * pitch_m);
  if (samples == 1 || std::abs(sine) <= limit) return;
  throw SamplingError(fmt::format(
      "{}.tilt: sin = {:.6g} along {} exceeds {:.6g}, the Nyquist limit of the pitch {:.6g} um; "
      "take a finer pitch",
      path, sine, axis, limit, pitch_m * 1e6));
}

}  // namespace

void PlaneWave::describe(Schema<Params>& s) {
  s.summary("A plane wave of one color.");
  s.equation("U = exp(i 2 pi (s_y y + s_x x)),  s_a = index_medium sin(tilt_a) / wavelength");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, section 3.10");
  s.convention("A positive tilt travels towards +y, +x.");
  s.gradient("exact");
  s.key("wavelength", &Params::wavelength)
      .required()
      .above(Length::from_m(0.0))
      .trainable("nm")
      .doc("In vacuum.");
  s.key("tilt", &Params::tilt).trainable("rad").doc("Angles from the axis, [y, x].");
  s.check([](const Params& p) -> std::string {
    const double y = std::sin(p.tilt[0].rad()), x = std::sin(p.tilt[1].rad());
    return y * y + x * x < 1.0 ? "" : "tilt: expected sin^2(y) + sin^2(x) < 1";
  });
}

PlaneWave::PlaneWave(const Params& params, const BuildContext& context)
    : path_(context.path),
      wavelength_(context, "wavelength", at::scalar_tensor(params.wavelength.m(), at::kDouble),
                  at::kDouble, LeafUnit{"nm", 1e-9, 0.0}),
      tilt_(context, "tilt", at::tensor({params.tilt[0].rad(), params.tilt[1].rad()}, at::kDouble),
            at::kDouble, LeafUnit{"rad"}) {}

std::vector<SpectralLine> PlaneWave::lines() const {
  return {{wavelength_.si().cpu(), at::scalar_tensor(1.0, at::kDouble)}};
}

Illumination PlaneWave::illuminate(const Beam& beam) const {
  const at::Tensor sine = tilt_.si().cpu().sin();
  check_sampled(path_, "y", sine[0].item<double>(), beam.grid.pitch_y_m, beam.grid.n_y, beam);
  check_sampled(path_, "x", sine[1].item<double>(), beam.grid.pitch_x_m, beam.grid.n_x, beam);
  const at::Tensor frequency = sine * beam.index_medium / beam.wavelength();
  const at::Tensor cycles = (y_coordinates_m(beam.grid) * frequency[0]).unsqueeze(1) +
                            x_coordinates_m(beam.grid) * frequency[1];
  const at::Tensor phase = cycles * (2.0 * std::numbers::pi);
  return {at::polar(at::ones_like(phase), phase).unsqueeze(0), at::ones({1}, at::kDouble)};
}

}  // namespace parfocal::optics
