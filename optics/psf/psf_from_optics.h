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

/// The PSFs of the elements of the `optics` block for a point: one for each wavelength, for each
/// point of the field or for each distance.
///
///   U_0 = a(r) [inside the aperture], sum |U_0|^2 = 1;   U = elements in file order (U_0)
///   psf_p = sum of |U|^2 over the samples of pixel p
///   a = exp(i k d r) (plane wave of direction d), or  sqrt(s / R^3) exp(i k (R - R_0)), R = |r - p|,
///   for a point p = -s d / d_z at the distance s before the first element (its irradiance)
///   d = (sin field_x, sin field_y, d_z),  k = 2 pi / wavelength
///
/// Convention: reference aperture: the rectangle `aperture` around the axis, in the plane before
///             the first element; the pixels of the sensor if absent. The PSF is the fraction of
///             the light entering it, so masks and stops only take away. The axis meets the centre
///             of pixel floor(n / 2). `normalize: sum` divides by the sum, and is said so.
/// Layout:     [channel, n_y, n_x], a channel for each wavelength; or [condition, n_y, n_x], one
///             for each point of the field; or [z, n_y, n_x], one for each distance. The field is
///             sampled `oversampling` times per pixel and axis on a grid that covers sensor and
///             aperture, with pixels as blocks of samples.
/// Precision:  field complex64 or complex128 as the dtype of the optics; phases float64.
/// Invariants: sum <= 1 without `normalize: sum`; differentiable in every leaf of the elements.
/// Errors:     those of `passive_elements`; UsageError without elements or without a sensor size
///             and pitch; SamplingError where a wave or a mask is not
///             resolved by the samples.
/// Tested by:  tests/optics/psf/psf_from_optics_test.cpp.
class PsfFromOptics final : public PsfSource {
 public:
  enum class Normalize { kReference, kSum };
  struct Params {
    std::vector<Length> wavelength;
    std::optional<std::array<std::int64_t, 2>> size;  ///< Pixels [y, x].
    std::optional<std::array<Length, 2>> pitch;       ///< [y, x]
    std::optional<std::array<Length, 2>> aperture;    ///< [y, x]
    std::vector<std::array<Angle, 2>> field{{}};      ///< Of the chief ray, [y, x].
    std::vector<Length> source_distance;              ///< Empty: plane waves.
    std::int64_t oversampling = 2;
    Normalize normalize = Normalize::kReference;
  };
  static void describe(Schema<Params>& s);

  PsfFromOptics(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor psf() const override;
  [[nodiscard]] std::optional<Grid> grid() const override { return sensor_; }
  [[nodiscard]] std::vector<double> planes_m() const override { return planes_m_; }
  [[nodiscard]] bool has_conditions() const override { return has_conditions_; }
  /// What enters the elements: U_0, complex [n_y, n_x] on the grid of its beam.
  struct Light {
    Beam beam;
    at::Tensor field;
  };
  [[nodiscard]] const std::vector<Light>& lights() const { return lights_; }

 private:
  void light(const Params& params, const Grid& grid, const BuildContext& context);

  std::vector<std::shared_ptr<OpticalElement>> elements_;
  Grid sensor_;
  std::int64_t first_y_ = 0, first_x_ = 0;  // First pixel of the sensor on the grid of the field.
  std::int64_t oversampling_;
  Normalize normalize_;
  std::vector<Light> lights_;  // One for each PSF.
  std::vector<double> planes_m_;
  bool has_conditions_;
};

}  // namespace parfocal::optics
