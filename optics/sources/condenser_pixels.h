// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/operators/component.h"
#include "optics/sources/condenser.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// Free patterns of a pixelated source: an LED board or a display in the condenser.
///
///   S_j(s) = brightness_j[ floor(n_y (1 + lambda s_y / na) / 2) ][ floor(n_x (1 + lambda s_x / na) / 2) ],
///            lambda |s| <= na
///   brightness at the start = 1/2 + contrast (half disc of direction_j - 1/2) + noise (u - 1/2)
///
/// u even in [0, 1) for each pixel, of the run's seed.
/// Z. F. Phillips, M. Chen, L. Waller, PLoS ONE 12, e0171228 (2017): patterns of an LED board.
/// Convention: rows of pixels along s_y (down), columns along s_x (right), both ascending.
/// Layout:     leaf `brightness` [exposure, n_y, n_x].
/// Units:      1, between 0 and 1 (the brightest that a pixel can be).
/// Invariants: pixels outside the disc have no effect and no gradient.
/// Errors:     ConfigError for a start outside 0 to 1.
/// Tested by:  tests/optics/sources/condenser_test.cpp, tests/conformance.
class CondenserPixels final : public Condenser {
 public:
  struct Params {
    double na = 0.0;
    std::array<std::int64_t, 2> size{0, 0};
    std::vector<Angle> directions;
    double contrast = 0.8;
    double noise = 0.2;
  };
  static void describe(Schema<Params>& s);

  CondenserPixels(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor patterns(const at::Tensor& s_y, const at::Tensor& s_x,
                                    double wavelength_m) const override;
  [[nodiscard]] std::int64_t exposures() const override {
    return static_cast<std::int64_t>(params_.directions.size());
  }
  [[nodiscard]] double na() const override { return params_.na; }

 private:
  Params params_;
  Trainable brightness_;
};

}  // namespace parfocal::optics
