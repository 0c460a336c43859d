// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/operators/component.h"
#include "optics/optical_element.h"
#include "optics/psf/psf_source.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// PSFs of an ideal lens with the elements of the `optics` block in its pupil, one plane for each
/// defocus, averaged over colors on the sensor.
///
///   P(u) = elements( 1 [r <= D / 2] ) exp(i 2 pi W20 (l_0 / l) (2 r / D)^2)
///   E(x) = sum_u P(u) exp(-i 2 pi x u / (l s)),    psf_p = mean over l of sum over the samples of
///   pixel p of |E|^2 du^2 dx^2 / ((l s)^2 N_ap)
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), eq. 5-33 and 6-33, in air.
/// Convention: W20 in waves at the reference wavelength l_0, at the rim of the reference aperture
///             D. Samples of the pupil at half-integers, u_i = (i - (samples - 1) / 2) D / samples;
///             the axis lies in the middle of pixel floor(n / 2). N_ap counts the samples of the
///             whole aperture: light that a stop takes away is paid for.
/// Layout:     psf() [defocus, n_y, n_x].
/// Units:      leaf `distance` in mm.
/// Precision:  float64, then cast to the dtype of the optics.
/// Invariants: differentiable in the distance and in every leaf of the elements. The transforms
///             are kept until the distance changes.
/// Errors:     those of `passive_elements`; SamplingError where the window exceeds
///             one period l s / du of the shortest wavelength.
/// Tested by:  tests/optics/psf/lens_psf_test.cpp (published extended-depth system).
class LensPsf final : public PsfSource {
 public:
  struct Params {
    Length diameter;
    std::int64_t samples = 128;
    Length distance;
    std::vector<Length> wavelength;
    Length reference_wavelength;
    std::vector<double> defocus{0.0};
    std::array<std::int64_t, 2> size{0, 0};  ///< Pixels [y, x].
    std::array<Length, 2> pitch{};           ///< [y, x]
    std::int64_t oversampling = 2;
  };
  static void describe(Schema<Params>& s);

  LensPsf(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor psf() const override;
  [[nodiscard]] std::optional<Grid> grid() const override { return pixels_; }
  [[nodiscard]] bool has_conditions() const override { return params_.defocus.size() > 1; }

 private:
  /// The transform of one color, E_d = y_d P x_d for each defocus d, which it holds.
  struct Transform {
    at::Tensor reach;  ///< l s, m^2.
    at::Tensor y;      ///< [defocus, fine_y, samples]
    at::Tensor x;      ///< [defocus, samples, fine_x]
  };
  /// Those that were made last, of all colors; they depend on the distance alone.
  struct Transforms {
    std::int64_t distance_version = -1;
    std::vector<Transform> colors;
  };

  /// Sum of |E|^2 over the samples of each pixel, of one color, [defocus, n_y, n_x].
  [[nodiscard]] at::Tensor color(const Beam& beam, const Transform& transform) const;
  [[nodiscard]] Transform transform_of(double wavelength_m) const;
  /// Made anew where the distance changed, and always where it carries gradients.
  [[nodiscard]] std::shared_ptr<const Transforms> transforms() const;
  void check_window(const std::string& path) const;

  Params params_;
  std::vector<std::shared_ptr<OpticalElement>> elements_;
  Grid pupil_, pixels_, fine_;
  at::Tensor open_;  // 1 inside the reference aperture.
  Trainable distance_;
  at::ScalarType dtype_;
  at::Device device_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Transforms> kept_;
};

}  // namespace parfocal::optics
