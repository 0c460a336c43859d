// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/gap.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/scalar_tensor.h>

#include "core/check.h"
#include "core/tensor/fft.h"

namespace parfocal::optics {
namespace {

at::Tensor centred(std::int64_t n) {
  return (at::arange(n, at::kDouble) - static_cast<double>(n / 2)) / static_cast<double>(n);
}

}  // namespace

Gap Gap::of(const Beam& beam, const at::Tensor& distance_m) {
  PARFOCAL_CHECK(beam.wavelength_m > 0.0);
  PARFOCAL_CHECK(distance_m.scalar_type() == at::kDouble);
  const at::Device device = distance_m.device();
  return {beam.grid, distance_m, beam.wavelength().to(device) / beam.index_medium,
          at::scalar_tensor(beam.grid.pitch_y_m, at::kDouble).to(device),
          at::scalar_tensor(beam.grid.pitch_x_m, at::kDouble).to(device)};
}

Frequencies fft_frequencies(const Gap& gap, std::int64_t n_y, std::int64_t n_x) {
  const at::Device device = gap.device();
  return {(fft_frequencies_per_m(n_y, 1.0).to(device) / gap.pitch_y_m).unsqueeze(1),
          (fft_frequencies_per_m(n_x, 1.0).to(device) / gap.pitch_x_m).unsqueeze(0)};
}

Frequencies centred_frequencies(const Gap& gap, std::int64_t n_y, std::int64_t n_x) {
  const at::Device device = gap.device();
  return {(centred(n_y).to(device) / gap.pitch_y_m).unsqueeze(1),
          (centred(n_x).to(device) / gap.pitch_x_m).unsqueeze(0)};
}

std::int64_t padded_size(std::int64_t n, std::int64_t padding) {
  return padding == 1 || n == 1 ? n : good_fft_size(padding * n);
}

at::Tensor scaled(at::Tensor values, const at::Tensor& factor) {
  if (values.requires_grad() || factor.requires_grad()) return values * factor;
  return values.mul_(factor);
}

at::Tensor unit_phasor(const at::Tensor& phase) { return at::complex(phase.cos(), phase.sin()); }

}  // namespace parfocal::optics
