// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/config/schema.h"
#include "core/tensor/grid.h"
#include "optics/propagation/fourier_sum.h"
#include "optics/propagation/gap.h"

namespace parfocal::optics {

/// The window behind a propagation whose output is free; what is absent is that of one FFT.
struct OutputWindow {
  enum class Method { kAuto, kFft, kChirpZ, kMatrix };

  std::optional<std::array<std::int64_t, 2>> size;  ///< Samples [y, x].
  std::optional<std::array<Length, 2>> pitch;       ///< [y, x]
  Method method = Method::kAuto;
  static void describe(Schema<OutputWindow>& s);
};

/// Which quadratic phases stand around the transform.
enum class Chirps {
  kBoth,    ///< Fresnel transform.
  kOutput,  ///< Fraunhofer diffraction between two planes.
  kNone,    ///< From the front to the back focal plane of a lens.
};

/// The transform that carries a field over a gap, with free samples behind it:
///
///   U2(q) = c exp(i pi q^2 / (l z)) sum_x U1(x) exp(i pi x^2 / (l z)) exp(-i 2 pi x q / (l z))
///   c = sqrt(pitch_y pitch_x pitch'_y pitch'_x) / (i l z)
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), eq. 4-17 (both chirps), 4-25
/// (output chirp), 5-19 (none, z the focal length).
/// Convention: |U|^2 is power per sample on both sides. One FFT gives the pitch |l z| / (n pitch).
/// Errors:     UsageError for z = 0, for method fft with a window of its own, and where the method
///             is fft and the step of the transform carries gradients of a fixed window;
///             SamplingError where the input chirp is not sampled: |z| < n pitch^2 / l.
/// Tested by:  tests/optics/propagation/fresnel_transform_test.cpp, fraunhofer_test.cpp.
[[nodiscard]] FourierSum fourier_propagation(const std::string& name, const Gap& gap,
                                             const OutputWindow& window, Chirps chirps,
                                             at::ScalarType dtype);

/// Samples behind the gap.
[[nodiscard]] Grid output_grid(const Gap& gap, const OutputWindow& window);

/// An axis of the transform from the samples of `pitch_in_m` to those of `pitch_out_m`; gradients
/// flow through the step pitch_in pitch_out / (l z).
[[nodiscard]] FourierMethod chosen_method(OutputWindow::Method method, const FourierAxis& y,
                                          const FourierAxis& x);

}  // namespace parfocal::optics
