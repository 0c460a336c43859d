// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>

#include "core/tensor/grid.h"

namespace parfocal::optics {

/// What a field is: its samples, its color and the medium it travels in.
struct Beam {
  Grid grid;
  double wavelength_m = 0.0;           ///< In vacuum.
  double index_medium = 1.0;           ///< Refractive index of the medium around the elements.
  at::Tensor trained_wavelength = {};  ///< `wavelength_m` where it carries gradients.

  /// In vacuum, a float64 scalar; gradients flow to the source that trains it.
  [[nodiscard]] at::Tensor wavelength() const;
};

/// Hardware in the `optics` block; light passes the elements in file order.
///
/// Convention: fields vary as exp(-i omega t), so a delay is a positive phase; |field|^2 is power
///             per sample.
/// Layout:     complex64 or complex128 [..., n_y, n_x] on `beam.grid`; the result has the same
///             shape, or that of the grid of `after(beam)` where an element changes the samples.
/// Invariants: linear in the field; differentiable in the field, in the wavelength and in every
///             trainable leaf. A component whose leaf is sampled on the grid of the field finds
///             that grid in `BuildContext::sensor` when it is built; without it nothing can be
///             trained.
/// Errors:     LogicError for a field that is not complex or not on the grid.
/// Tested by:  tests/optics (each element), tests/conformance.
class OpticalElement {
 public:
  static constexpr std::string_view kKind = "element";

  virtual ~OpticalElement() = default;
  [[nodiscard]] virtual at::Tensor apply(const at::Tensor& field, const Beam& beam) const = 0;
  /// What the beam is behind the element.
  [[nodiscard]] virtual Beam after(const Beam& beam) const { return beam; }
  /// What the element decided for this light (a method, a loss), one sentence, or nothing.
  [[nodiscard]] virtual std::string decision(const at::Tensor& /*field*/, const Beam&) const {
    return "";
  }
};

/// \throws LogicError unless `field` is complex [..., n_y, n_x] on the grid of the beam.
void check_field(std::string_view name, const at::Tensor& field, const Beam& beam);

}  // namespace parfocal::optics
