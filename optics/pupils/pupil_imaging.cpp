// SPDX-License-Identifier: Apache-2.0
#include "optics/pupils/pupil_imaging.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/real.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <numbers>

#include "core/check.h"
#include "optics/field_power.h"
#include "optics/phase_sampling.h"
#include "optics/propagation/gap.h"

namespace parfocal::optics {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

/// Cycles per metre in the sample from one sample of the mask plane to the next.
double frequency_step(const MaskPlane& plane, std::size_t axis, double wavelength_m) {
  return plane.pitch_m[axis] * plane.magnification / (wavelength_m * plane.focal_length_m);
}

/// Samples to both sides of the axis that are open.
std::int64_t reach(double open_na, double wavelength_m, double step) {
  return static_cast<std::int64_t>(std::floor(open_na / wavelength_m / step * (1.0 + 1e-12)));
}

at::Tensor frequencies(std::int64_t n, double step) {
  return (at::arange(n, at::kDouble) - static_cast<double>(n / 2)) * step;
}

at::Tensor imaginary(const at::Tensor& values) {
  return at::complex(at::zeros_like(values), values);
}

/// 2 Re(conj(E) dE)
at::Tensor slope_of(const at::Tensor& field, const at::Tensor& change) {
  return at::real(field.conj() * change) * 2.0;
}

}  // namespace

PupilImaging::PupilImaging(const ScalarPupil& pupil, double wavelength_m, const MaskPlane& plane,
                           const Grid& window, at::ScalarType dtype, at::Device device)
    : pupil_(pupil),
      wavelength_m_(wavelength_m),
      window_(window),
      dtype_(c10::toComplexType(dtype)),
      device_(device) {
  const double step_y = frequency_step(plane, 0, wavelength_m);
  const double step_x = frequency_step(plane, 1, wavelength_m);
  const std::int64_t m_y = 2 * reach(pupil.open_na(), wavelength_m, step_y) + 1;
  const std::int64_t m_x = 2 * reach(pupil.open_na(), wavelength_m, step_x) + 1;
  mask_grid_ = Grid::centred(m_y, m_x, plane.pitch_m[0], plane.pitch_m[1]);
  samples_ = {frequencies(m_y, step_y), frequencies(m_x, step_x)};
}

at::Tensor PupilImaging::pupil() const {
  const at::Tensor zero = at::scalar_tensor(0.0, at::kDouble);
  return pupil_.at(samples_, at::scalar_tensor(wavelength_m_, at::kDouble), {zero, zero, zero});
}

at::Tensor PupilImaging::matrix(const at::Tensor& frequency, std::int64_t n, double pitch_m,
                                const at::Tensor& place_m) const {
  const at::Tensor r = at::arange(n, at::kDouble) * pitch_m - place_m.unsqueeze(-1);
  return unit_phasor(r.unsqueeze(-1) * frequency * -kTurn);
}

PupilImaging::Images PupilImaging::images(const at::Tensor& masked, const at::Tensor& y_m,
                                          const at::Tensor& x_m, const at::Tensor& z_m,
                                          bool derivatives) const {
  PARFOCAL_CHECK(masked.sizes() == at::IntArrayRef({mask_grid_.n_y, mask_grid_.n_x}));
  const at::Tensor wavelength = at::scalar_tensor(wavelength_m_, at::kDouble);
  const at::Tensor axial = pupil_.axial_rad_per_m(samples_, wavelength);
  const at::Tensor depth = unit_phasor(axial * z_m.cpu().unsqueeze(-1).unsqueeze(-1));
  const at::Tensor lit = (masked * depth).to(device_, dtype_);
  const at::Tensor rows = matrix(samples_.f_y, window_.n_y, window_.pitch_y_m, y_m.cpu());
  const at::Tensor columns = matrix(samples_.f_x, window_.n_x, window_.pitch_x_m, x_m.cpu());
  const at::Tensor of_y = rows.to(device_, dtype_),
                   of_x = columns.transpose(-1, -2).to(device_, dtype_);
  const at::Tensor entering = pupil_.amplitude(samples_, wavelength).square().sum();
  const double step_y = (samples_.f_y[1] - samples_.f_y[0]).item<double>();
  const double step_x = (samples_.f_x[1] - samples_.f_x[0]).item<double>();
  const at::Tensor scale = (step_y * step_x * window_.pitch_y_m * window_.pitch_x_m / entering)
                               .to(device_, c10::toRealValueType(dtype_));

  const at::Tensor half = at::matmul(of_y, lit);
  const at::Tensor field = at::matmul(half, of_x);
  Images images{field_power(field) * scale, {}, {}, {}};
  if (!derivatives) return images;
  const at::Tensor turn_y = imaginary(samples_.f_y * kTurn),
                   turn_x = imaginary(samples_.f_x * kTurn);
  const at::Tensor along_y = at::matmul(at::matmul((rows * turn_y).to(device_, dtype_), lit), of_x);
  const at::Tensor along_x =
      at::matmul(half, (columns * turn_x).transpose(-1, -2).to(device_, dtype_));
  const at::Tensor along_z =
      at::matmul(at::matmul(of_y, lit * imaginary(axial).to(device_, dtype_)), of_x);
  images.along_y = slope_of(field, along_y) * scale;
  images.along_x = slope_of(field, along_x) * scale;
  images.along_z = slope_of(field, along_z) * scale;
  return images;
}

double PupilImaging::aliased_share(double z_m) const {
  const at::NoGradGuard no_grad;
  const at::Tensor wavelength = at::scalar_tensor(wavelength_m_, at::kDouble);
  const at::Tensor zero = at::scalar_tensor(0.0, at::kDouble);
  const Emitter emitter{zero, zero, at::scalar_tensor(z_m, at::kDouble)};
  const at::Tensor phase = pupil_.phase(samples_, wavelength, emitter);
  const at::Tensor power = pupil_.amplitude(samples_, wavelength).square();
  return std::max(phase_steps(phase, power, 0).aliased, phase_steps(phase, power, 1).aliased);
}

}  // namespace parfocal::optics
