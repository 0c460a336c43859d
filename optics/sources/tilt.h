// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <string>

#include "core/config/schema.h"

namespace parfocal::optics {

/// The key `tilt` of a source: angles from the axis, [y, x], each of its own.
/// Tested by:  tests/optics/sources/plane_wave_test.cpp.
template <class P>
void describe_tilt(Schema<P>& s) {
  s.key("tilt", &P::tilt).trainable("rad").doc("Angles from the axis, [y, x].");
  s.check([](const P& p) -> std::string {
    const double y = std::sin(p.tilt[0].rad()), x = std::sin(p.tilt[1].rad());
    return y * y + x * x < 1.0 ? "" : "tilt: expected sin^2(y) + sin^2(x) < 1";
  });
}

}  // namespace parfocal::optics
