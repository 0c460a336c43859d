// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <vector>

#include "core/tensor/random.h"
#include "forward_models/raman/spectral_mixing.h"
#include "optics/detectors/poisson_detector.h"
#include "solvers/stage.h"

namespace parfocal::test {

/// A small map of three species: lines of 4 channels on an axis of 4 1/cm.
struct MapScene {
  static constexpr std::int64_t kChannels = 60, kY = 3, kX = 4;

  [[nodiscard]] static raman::LoadedReferences references() {
    raman::LoadedReferences found;
    std::vector<at::Tensor> columns;
    for (std::int64_t k = 0; k < 3; ++k) {
      at::Tensor column = at::zeros({kChannels}, at::kDouble);
      for (std::int64_t j = 0; j < kChannels; ++j) {
        const double d = (double(j) - 14 - 15 * double(k)) / 4;
        column[j] = std::exp(-d * d / 2) + 0.02;
      }
      columns.push_back(column / column.sum());
      found.names.push_back("species_" + std::to_string(k + 1));
    }
    found.matrix = at::stack(columns, 1);
    for (std::int64_t j = 0; j < kChannels; ++j) {
      found.shift_per_m.push_back(100.0 * (600 + 4 * double(j)));
    }
    return found;
  }
  [[nodiscard]] static raman::SpectralMixing::Params params() {
    raman::SpectralMixing::Params p;
    p.size = {kY, kX};
    return p;
  }
  [[nodiscard]] static BuildContext context() {
    BuildContext context;
    context.dtype = at::kDouble;
    return context;
  }
  /// Two maps of photons over a slow background.
  [[nodiscard]] static at::Tensor test_image() {
    const raman::SpectralMixing mixing(references(), params(), context());
    const at::Tensor light = RandomStream(4, "light").uniform({2, 3, kY, kX}) * 1e5 + 1e4;
    return RandomStream(5, "photons").poisson(mixing.forward(light) + 500.0);
  }
  [[nodiscard]] StageScene scene() const { return {model, detector, 1.0}; }

  raman::SpectralMixing model{references(), params(), context()};
  optics::PoissonDetector detector{optics::PoissonDetector::Params{}, BuildContext{}};
};

}  // namespace parfocal::test
