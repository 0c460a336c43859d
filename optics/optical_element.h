// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

#include "core/tensor/grid.h"

namespace parfocal::optics {

/// What a field is: its samples, its colour and the medium it travels in.
struct Beam {
  Grid grid;
  double wavelength_m = 0.0;  ///< In vacuum.
  double index_medium = 1.0;  ///< Refractive index of the medium around the elements.
};

/// Hardware in the `optics` block; light passes the elements in file order.
///
/// Convention: fields vary as exp(-i omega t), so a delay is a positive phase; |field|^2 is power
///             per sample.
/// Layout:     complex64 or complex128 [..., n_y, n_x] on `beam.grid`; the result has the same
///             shape. Invariants: linear in the field; differentiable in the field and in every
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
};

/// \throws LogicError unless `field` is complex [..., n_y, n_x] on the grid of the beam.
void check_field(std::string_view name, const at::Tensor& field, const Beam& beam);

}  // namespace parfocal::optics
