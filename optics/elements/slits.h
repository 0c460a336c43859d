// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/operators/component.h"
#include "optics/elements/pattern.h"

namespace parfocal::optics {

/// Parallel slits: t = 1 within width / 2 of the axis of a slit, else 0.
///
///   u_j = (j - (count - 1) / 2) spacing
///
/// M. Born and E. Wolf, Principles of Optics, 7th ed. (1999), section 8.6.1.
/// Convention: each sample shows its mean; opaque outside; without length the slits have no ends.
/// Errors:     ConfigError for slits that overlap.
/// Tested by:  tests/optics/elements/grating_test.cpp (far field of a double slit).
class Slits final : public Pattern {
 public:
  struct Params {
    std::int64_t count = 2;
    Length width;
    std::optional<Length> spacing;
    std::optional<Length> length;
    Angle angle{};
  };
  static void describe(Schema<Params>& s);

  Slits(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor transmission(const Grid& grid) const override;

 private:
  std::string path_;
  Params params_;
};

}  // namespace parfocal::optics
