// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "core/operators/component.h"
#include "optics/optical_element.h"
#include "optics/psf/psf_source.h"

namespace parfocal::optics {

/// The PSF of the elements of the `optics` block for a point on the optical axis.
///
///   U_0 = a(r) [inside the aperture], sum |U_0|^2 = 1;   U = elements in file order (U_0)
///   psf_p = sum of |U|^2 over the samples of pixel p
///   a = 1 (plane wave), or  sqrt(s / R^3) exp(i 2 pi (R - s) / wavelength),  R^2 = r^2 + s^2, for
///   a point at the distance s before the first element (its irradiance on the plane)
///
/// Convention: reference aperture: the rectangle `aperture` around the axis, in the plane before
///             the first element; the pixels of the sensor if absent. The PSF is the fraction of
///             the light entering it, so masks and stops only take away. The axis meets the centre
///             of pixel floor(n / 2). `normalize: sum` divides by the sum, and is said so.
/// Layout:     [1, n_y, n_x]; the field is sampled `oversampling` times per pixel and axis on a
///             grid that covers sensor and aperture, with pixels as blocks of samples.
/// Precision:  field complex64 or complex128 as the dtype of the optics; phases float64.
/// Invariants: sum <= 1 without `normalize: sum`; differentiable in every leaf of the elements.
/// Errors:     UsageError without elements or without a sensor size and pitch; SamplingError where
///             a wave or a mask is not resolved by the samples.
/// Tested by:  tests/optics/psf/psf_from_optics_test.cpp.
class PsfFromOptics final : public PsfSource {
 public:
  enum class Normalize { kReference, kSum };
  struct Params {
    Length wavelength;
    std::optional<std::array<std::int64_t, 2>> size;  ///< Pixels [y, x].
    std::optional<std::array<Length, 2>> pitch;       ///< [y, x]
    std::optional<std::array<Length, 2>> aperture;    ///< [y, x]
    std::optional<Length> source_distance;
    std::int64_t oversampling = 2;
    Normalize normalize = Normalize::kReference;
  };
  static void describe(Schema<Params>& s);

  PsfFromOptics(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor psf() const override;
  [[nodiscard]] std::optional<Grid> grid() const override { return sensor_; }
  /// The samples of the field.
  [[nodiscard]] const Beam& beam() const { return beam_; }
  /// U_0, complex [n_y, n_x] on the grid of `beam()`.
  [[nodiscard]] const at::Tensor& source_field() const { return source_; }

 private:
  [[nodiscard]] at::Tensor integrate_pixels(const at::Tensor& power) const;

  std::vector<std::shared_ptr<OpticalElement>> elements_;
  Grid sensor_;
  std::int64_t first_y_ = 0, first_x_ = 0;  // First pixel of the sensor on the grid of the field.
  std::int64_t oversampling_;
  Normalize normalize_;
  Beam beam_;
  at::Tensor source_;
};

}  // namespace parfocal::optics
