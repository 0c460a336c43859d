// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

namespace parfocal::optics {

/// Extended incoherent light before a microscope, one pattern for each exposure: Koehler
/// illumination, every point of the source a plane wave of its own.
///
///   I(r) = sum_s S_j(s) |field of the plane wave exp(2 pi i s r)|^2
///
/// H. H. Hopkins, Proc. R. Soc. A 217, 408 (1953).
/// Convention: s is the frequency of the wave in the object, s_a = sin_a / wavelength: a point that
///             lights towards +x has s_x > 0. Seen from behind, the source itself is turned by 180
///             degrees.
/// Layout:     s [n_y] and [n_x] in cycles per metre, any order; S [exposure, n_y, n_x], float64.
/// Invariants: S >= 0; differentiable in the leaves.
/// Tested by:  tests/optics/sources/condenser_test.cpp, tests/conformance.
class Condenser {
 public:
  static constexpr std::string_view kKind = "condenser";

  virtual ~Condenser() = default;
  [[nodiscard]] virtual at::Tensor patterns(const at::Tensor& s_y, const at::Tensor& s_x,
                                            double wavelength_m) const = 0;
  [[nodiscard]] virtual std::int64_t exposures() const = 0;
  /// Largest sine of an angle at which light arrives.
  [[nodiscard]] virtual double na() const = 0;
};

}  // namespace parfocal::optics
