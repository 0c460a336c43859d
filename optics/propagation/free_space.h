// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "optics/propagation/gap_element.h"

namespace parfocal::optics {

/// How a gap is crossed without aliasing, and why that way.
struct PropagationChoice {
  enum class Method { kAngularSpectrum, kRayleighSommerfeld };

  Method method = Method::kAngularSpectrum;
  std::int64_t padding = 2;
  std::string reason;  ///< One sentence with the numbers of the criterion.
};

/// The cheapest exact propagation on the samples of the gap whose kernel is sampled:
///
///   angular spectrum, padding 2     |z| <= p_a pitch_a sqrt(1/l^2 - f^2) / (2 |f_a|) for all f
///   Rayleigh-Sommerfeld             z >= X_a sqrt((2 pitch_a / l)^2 - 1)
///   angular spectrum, padding 3-16  the least padding that meets the first rule
///
/// An axis of one sample stands for a field that does not depend on it: angular spectrum only.
/// \throws SamplingError with both limits where none of them applies.
/// Tested by:  tests/optics/propagation/free_space_test.cpp.
[[nodiscard]] PropagationChoice choose_propagation(const Gap& gap);

/// Free-space propagation that chooses its method by the sampling of the kernel; never aliases.
///
/// Convention: phase grows as exp(+ikz); z signed.
/// Layout:     complex [..., n_y, n_x]; the samples stay.
/// Invariants: linear; differentiable in field, distance and wavelength; equal to the method it
///             names in `decision`.
/// Errors:     SamplingError where no method is sampled.
/// Tested by:  tests/optics/propagation/free_space_test.cpp.
class FreeSpace final : public GapElement {
 public:
  using Params = GapParams;
  static void describe(Schema<Params>& s);

  FreeSpace(const Params& params, const BuildContext& context)
      : GapElement("free_space", params, context) {}

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;
  [[nodiscard]] std::string decision(const at::Tensor& field, const Beam& beam) const override;
};

}  // namespace parfocal::optics
