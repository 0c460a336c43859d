// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string_view>
#include <vector>

#include "core/tensor/grid.h"

namespace parfocal {

/// Where a point-spread function comes from: a measured image, or the optics of the experiment.
///
/// Convention: the fraction of the light that enters the reference aperture and lands in each
///             pixel; never renormalised unless the component says so.
/// Layout:     [channel or 1, n_y, n_x]; [z, n_y, n_x] with `planes_m`, [condition, n_y, n_x]
///             with `has_conditions`; real, of the dtype of the optics.
/// Invariants: `psf()` is computed from the present values of the parameters and differentiable in
///             them; the caller keeps the result until the next step.
/// Tested by:  tests/optics/psf.
class PsfSource {
 public:
  static constexpr std::string_view kKind = "psf";

  virtual ~PsfSource() = default;
  [[nodiscard]] virtual at::Tensor psf() const = 0;
  /// Grid of the sensor, where the pitch is known.
  [[nodiscard]] virtual std::optional<Grid> grid() const = 0;
  /// Depths of the planes of `psf()` where its first axis is z; empty where it is color.
  [[nodiscard]] virtual std::vector<double> planes_m() const { return {}; }
  /// Whether the first axis of `psf()` is neither color nor depth: a list of conditions (defocus).
  [[nodiscard]] virtual bool has_conditions() const { return false; }
  /// Recomputes what a source derives from parameters besides `psf()` itself.
  virtual void refresh() {}
};

}  // namespace parfocal
