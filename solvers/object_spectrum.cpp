// SPDX-License-Identifier: Apache-2.0
#include "solvers/object_spectrum.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>

#include "core/tensor/fft.h"

namespace parfocal {

void ObjectSpectrum::describe(Schema<ObjectSpectrum>& s) {
  s.summary("Mean, variance and power spectrum of objects, value 1 being white.");
  s.key("mean", &ObjectSpectrum::mean).at_least(0.0).doc("Mean object value.");
  s.key("variance", &ObjectSpectrum::variance).above(0.0).doc("Variance of the object value.");
  s.key("correlation", &ObjectSpectrum::correlation)
      .above(0.0)
      .doc("Pixels below whose inverse the spectrum is flat: S = c / (f^2 + 1 / correlation^2).");
}

at::Tensor half_plane_counts(std::int64_t n_x) {
  at::Tensor counts = at::full({n_x / 2 + 1}, 2.0, at::kDouble);
  counts[0].fill_(1.0);
  if (n_x % 2 == 0) counts[n_x / 2].fill_(1.0);
  return counts;
}

at::Tensor plane_mean(const at::Tensor& half, std::int64_t n_x) {
  const at::Tensor counts = half_plane_counts(n_x).to(half.device());
  const auto samples = static_cast<double>(half.size(-2) * n_x);
  return (half.to(at::kDouble) * counts).sum({-2, -1}) / samples;
}

at::Tensor ObjectSpectrum::power(std::int64_t n_y, std::int64_t n_x) const {
  const at::Tensor f_y = fft_frequencies_per_m(n_y, 1.0).unsqueeze(1);
  const at::Tensor f_x = rfft_frequencies_per_m(n_x, 1.0);
  const at::Tensor shape =
      (f_y.square() + f_x.square() + 1.0 / (correlation * correlation)).reciprocal();
  const double samples = static_cast<double>(n_y * n_x);
  return shape * (variance * samples / (shape * half_plane_counts(n_x)).sum());
}

}  // namespace parfocal
