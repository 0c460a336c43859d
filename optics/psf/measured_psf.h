// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "core/operators/component.h"
#include "optics/psf/psf_source.h"

namespace parfocal::optics {

/// A measured PSF: the image of a point at the centre of the scene, prepared as `ImageFile` says
/// (dark, crop, binning, normalize) and otherwise left alone; negative values stay.
///
/// Layout:     [channel, n_y, n_x] of the one frame of the file.
/// Errors:     DataError if the file holds several frames and `frames` does not choose one.
/// Tested by:  tests/optics/psf/measured_psf_test.cpp.
class MeasuredPsf final : public PsfSource {
 public:
  using Params = ImageFile;
  static void describe(Schema<Params>& s);

  MeasuredPsf(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor psf() const override { return psf_; }
  [[nodiscard]] std::optional<Grid> grid() const override { return grid_; }

 private:
  at::Tensor psf_;
  std::optional<Grid> grid_;
};

}  // namespace parfocal::optics
