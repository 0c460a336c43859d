// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "optics/elements/mask_map.h"

namespace parfocal::optics {

/// The transmission that an amplitude mask starts from: measured (sampled) or a formula.
///
/// Convention: transmission multiplies the field; 0 opaque, 1 open.
/// Tested by:  tests/optics/elements.
class Pattern {
 public:
  static constexpr std::string_view kKind = "pattern";

  virtual ~Pattern() = default;
  /// The samples of a measured pattern; absent for a formula.
  [[nodiscard]] virtual std::optional<SampledMap> sampled() const;
  /// Transmission on `grid`, float64 on the CPU; only where `sampled` is absent.
  [[nodiscard]] virtual at::Tensor transmission(const Grid& grid) const;
};

}  // namespace parfocal::optics
