// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "optics/optical_element.h"

namespace parfocal::optics {

/// The free space between two parallel planes: all that a propagation kernel depends on.
///
/// Units:      metres; float64 scalars on one device, each of which may carry gradients.
/// Tested by:  tests/optics/propagation/gap_test.cpp.
struct Gap {
  Grid grid;                ///< Samples of the field before the gap.
  at::Tensor distance_m;    ///< Positive along +z.
  at::Tensor wavelength_m;  ///< In the medium of the gap.
  at::Tensor pitch_y_m;     ///< Of `grid`.
  at::Tensor pitch_x_m;

  /// `distance_m` is a float64 scalar; its device is that of the fields.
  [[nodiscard]] static Gap of(const Beam& beam, const at::Tensor& distance_m);

  [[nodiscard]] double z_m() const { return distance_m.item<double>(); }
  [[nodiscard]] double l_m() const { return wavelength_m.item<double>(); }
  [[nodiscard]] at::Device device() const { return distance_m.device(); }
};

/// Frequencies of the transform of a field padded to [n_y, n_x], cycles per metre.
struct Frequencies {
  at::Tensor y;  ///< [n_y, 1]
  at::Tensor x;  ///< [1, n_x]
};
/// In FFT order: zero first.
[[nodiscard]] Frequencies fft_frequencies(const Gap& gap, std::int64_t n_y, std::int64_t n_x);
/// In ascending order: zero at floor(n / 2).
[[nodiscard]] Frequencies centred_frequencies(const Gap& gap, std::int64_t n_y, std::int64_t n_x);

/// Size of the padded grid of n samples: n for padding 1, else the good size >= padding n. An axis
/// of one sample stands for a field that does not depend on it, and stays one sample.
[[nodiscard]] std::int64_t padded_size(std::int64_t n, std::int64_t padding);

/// values x factor; in the memory of `values`, a temporary, where no gradient needs it.
[[nodiscard]] at::Tensor scaled(at::Tensor values, const at::Tensor& factor);

/// exp(i phase) of a float64 phase.
[[nodiscard]] at::Tensor unit_phasor(const at::Tensor& phase);

}  // namespace parfocal::optics
